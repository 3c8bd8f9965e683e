"""Undoing everything that was changed in one go."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError
from django.test import Client

from editing.undo import rows_of, undo, was_undone
from forums.models import Membership, Seat
from people.models import Appointment, Person
from records.events import Source, end
from records.history import Nature, writing
from records.models import Document
from records.periods import When
from tests.admin_pages import remove
from tests.builders import (
    day,
    make_appointment,
    make_chair_seat,
    make_document,
    make_membership,
    make_person,
    make_rule,
    make_seat,
    source,
)

pytestmark = pytest.mark.django_db


def last_batch(model):
    return model.history.order_by("-history_date", "-history_id").first().history_batch


def page(batch) -> str:
    return f"/admin/together/{batch}/"


def undo_it(browser, batch, reason="It was not so."):
    return browser.post(page(batch), {"reason": reason})


def browser_of(*codenames) -> Client:
    user = User.objects.create_user("Eve", password="a long password", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    browser = Client()
    browser.force_login(user)
    return browser


def hand_over(former, *, step="Replace the holder"):
    """A new person takes the place of `former`. The document is new too."""
    with writing(Nature.CHANGED, reason="Announced.", step=step) as together:
        ends = Source(make_document(), "page 2")
        end(former, When(day("2021-03-31")), ends, end_reason="retired")
        person = make_person(name="Ian Tait")
        make_membership(seat=former.seat, person=person, start_date="2021-04-01")
    return together.batch


def test_a_handover_is_undone_whole_with_whoever_it_added(admin_client, admin_user):
    former = make_membership(seat=make_chair_seat())
    response = undo_it(admin_client, hand_over(former), reason="Not announced after all.")
    assert response.status_code == 302
    assert Membership.objects.get() == former
    former.refresh_from_db()
    assert (former.end_date, former.end_reason, former.end_document) == (None, "", None)
    assert not Person.objects.filter(name="Ian Tait").exists()
    row = former.history.first()
    assert (row.history_nature, row.history_step) == ("undone", "Replace the holder")
    assert row.history_change_reason == "Not announced after all."
    assert row.history_user == admin_user


def test_undoing_can_be_undone(admin_client):
    former = make_membership(seat=make_chair_seat())
    undo_it(admin_client, hand_over(former))
    assert undo_it(admin_client, last_batch(Membership)).status_code == 302
    former.refresh_from_db()
    assert former.end_date == day("2021-03-31")
    assert former.seat.memberships.get(end_date=None).person.name == "Ian Tait"


def test_one_change_after_the_other_is_undone_from_the_last_to_the_first(admin_client):
    with writing(Nature.CHANGED, step="Appoint a holder") as together:
        former = make_membership(seat=make_chair_seat())
    appointing, handing_over = together.batch, hand_over(former)
    assert undo_it(admin_client, appointing).status_code == 400
    assert undo_it(admin_client, handing_over).status_code == 302
    assert undo_it(admin_client, appointing).status_code == 302
    assert not Membership.objects.exists()
    assert was_undone(handing_over) and was_undone(appointing)


def test_an_undoing_that_was_undone_is_in_the_way_again_until_it_is_undone(admin_client):
    with writing(Nature.CHANGED, step="Appoint a holder") as together:
        former = make_membership(seat=make_chair_seat())
    handing_over = hand_over(former)
    undo_it(admin_client, handing_over)
    undo_it(admin_client, last_batch(Membership))
    assert not was_undone(handing_over)
    assert undo_it(admin_client, together.batch).status_code == 400
    assert undo_it(admin_client, handing_over).status_code == 302
    assert undo_it(admin_client, together.batch).status_code == 302
    assert not Membership.objects.exists()


def test_nothing_is_undone_of_what_somebody_changed_since_who_is_named(admin_client):
    former = make_membership(seat=make_chair_seat(), person=make_person(name="Ann Lee"))
    batch = hand_over(former)
    former.refresh_from_db()
    former.note = "Seen since"
    former.save()
    response = undo_it(admin_client, batch)
    assert response.status_code == 400
    assert "Ann Lee" in response.context["errors"][0]
    assert Membership.objects.count() == 2
    assert response.context["refused"] in admin_client.get(page(batch)).content.decode()


def test_undoing_says_how_many_records_more_than_it_names_are_in_the_way():
    document = make_document()
    with writing(Nature.CHANGED, reason="Announced.") as together:
        people = [make_person(document=document) for _ in range(7)]
    for person in people:
        make_appointment(person=person)
    with pytest.raises(ValidationError) as refused:
        undo(rows=rows_of(together.batch), user=None, reason="It was not so.")
    *named, more = refused.value.messages
    assert len(named) == 5
    assert more == "And 2 more of the records that were changed together cannot be put back."


def test_what_came_to_rest_on_an_addition_is_in_the_way_of_undoing_it():
    former = make_membership(seat=make_chair_seat())
    batch = hand_over(former)
    make_appointment(person=Person.objects.get(name="Ian Tait"))
    with pytest.raises(ValidationError, match="person “Ian Tait” cannot be put back: Other record"):
        undo(rows=rows_of(batch), user=None, reason="")
    former.refresh_from_db()
    assert former.end_date == day("2021-03-31")
    assert former.seat.memberships.count() == 2


def test_what_would_begin_before_its_seat_again_is_not_put_back():
    seat = make_seat(start_date="2015-01-01")
    member = make_membership(seat=seat, start_date="2015-01-01")
    with writing(Nature.CORRECTED) as together:
        member.start_date = day("2019-04-01")
        member.save()
    seat.start_date = day("2018-01-01")
    seat.save()

    why = "cannot be put back: The start, 1 January 2015, is before this seat began"
    with pytest.raises(ValidationError, match=why):
        undo(rows=rows_of(together.batch), user=None, reason="")


def test_an_order_that_rules_allow_is_found():
    # The rule needs the new seat, which has the title that the old seat gets back.
    old = make_seat(title="GP")
    terms = make_rule(old.forum, seat=old)
    before = terms.quoracy_rule
    with writing(Nature.CHANGED) as together:
        old.title = "Former GP"
        old.save()
        new = make_seat(forum=old.forum, title="GP")
        terms.quoracy_rule = {**before, "in": {"seats": [new.pk]}}
        terms.save()
    undo(rows=rows_of(together.batch), user=None, reason="")
    assert Seat.objects.get().title == "GP"
    terms.refresh_from_db()
    assert terms.quoracy_rule == before


def test_fixed_fields_that_a_step_changed_are_put_back():
    ann, anne = make_person(name="Ann Lee"), make_person(name="Anne Lee")
    appointment = make_appointment(person=anne)
    with writing(Nature.CHANGED) as together:
        appointment.unfixed = ("person",)
        appointment.person = ann
        appointment.save()
    undo(rows=rows_of(together.batch), user=None, reason="")
    assert Appointment.objects.get().person == anne


def test_a_removed_record_comes_back_under_its_number(admin_client):
    document = make_document(title="Minutes")
    remove(admin_client, document)
    assert undo_it(admin_client, last_batch(Document)).status_code == 302
    assert Document.objects.get(pk=document.pk).title == "Minutes"


def test_a_holder_is_not_put_back_where_somebody_else_sits_now(admin_client):
    first = make_membership(seat=make_chair_seat(), person=make_person(name="Ann Lee"))
    with writing(Nature.CHANGED) as together:
        end(first, When(day("2021-03-31")), Source(source(), "page 2"))
    make_membership(seat=first.seat, start_date="2021-04-01")
    response = undo_it(admin_client, together.batch)
    assert response.status_code == 400
    assert "would be held twice" in response.context["errors"][0]
    first.refresh_from_db()
    assert first.end_date == day("2021-03-31")


@pytest.mark.parametrize("reason", ["", " ", "x" * 501])
def test_undoing_asks_for_a_reason(reason, admin_client):
    former = make_membership(seat=make_chair_seat())
    assert undo_it(admin_client, hand_over(former), reason=reason).status_code == 400
    assert Membership.objects.count() == 2


def test_whoever_may_change_what_was_changed_may_undo_it_without_the_right_to_delete():
    former = make_membership(seat=make_chair_seat())
    batch = hand_over(former)
    codenames = ["add_membership", "change_membership", "view_membership", "add_seatvacancy"]
    browser = browser_of(*codenames, "change_person", "change_document")
    assert undo_it(browser, batch).status_code == 302
    assert Membership.objects.count() == 1


@pytest.mark.parametrize(
    "codenames",
    [
        ["view_membership", "view_person"],
        ["view_membership", "change_membership", "change_document"],
        ["view_person", "change_membership", "change_person", "change_document"],
    ],
)
def test_whoever_may_not_change_it_all_or_take_the_step_may_not_undo_it(codenames):
    former = make_membership(seat=make_chair_seat())
    batch = hand_over(former)
    browser = browser_of(*codenames)
    assert undo_it(browser, batch).status_code == 400
    assert Membership.objects.count() == 2
    assert "Undo all of this" not in browser.get(page(batch)).content.decode()


def test_a_merger_takes_the_right_to_merge_to_undo():
    person = make_person()
    with writing(Nature.CHANGED, step="Merge with another person") as together:
        person.merged_into = make_person()
        person.save()
    from editing.steps import all_steps

    merging = [step for _, step in all_steps() if "people.merge_person" in step.permissions]
    for step in merging:
        Person.history.filter(history_batch=together.batch).update(history_step=step.title)
        browser = browser_of("view_person", "change_person")
        assert undo_it(browser, together.batch).status_code == 400
        User.objects.all().delete()


def test_whoever_may_see_nothing_of_it_sees_nothing():
    batch = hand_over(make_membership(seat=make_chair_seat()))
    assert browser_of("view_place").get(page(batch)).status_code == 403
    assert Client().get(page(batch)).status_code == 302


def test_the_first_records_are_not_undone(admin_client):
    with writing(Nature.SEEDED) as together:
        make_document()
    response = undo_it(admin_client, together.batch)
    assert response.context["errors"] == ["The register’s first records are not undone."]
    assert Document.objects.exists()


@pytest.mark.parametrize("odd", ["00000000-0000-0000-0000-000000000000", "1", "abc"])
def test_an_odd_address_is_answered(odd, admin_client):
    assert admin_client.get(page(odd)).status_code in (301, 302, 404)
