"""The history pages of records, restoring versions, and removed records."""

import datetime

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forums.models import Forum, Membership, Seat
from organisations.models import Organisation
from people.models import Person
from records.history import Nature, writing
from records.models import Document
from tests import slow
from tests.admin_pages import address, remove, send
from tests.builders import (
    BUILDERS,
    make_appointment,
    make_chair_seat,
    make_document,
    make_escalation_step,
    make_forum,
    make_forum_name,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_organisation_name,
    make_person,
    make_post,
    make_reporting_line,
    make_seat,
    make_succession,
)

pytestmark = pytest.mark.django_db

every_model = pytest.mark.parametrize(
    "model",
    sorted(BUILDERS, key=lambda model: model._meta.label),
    ids=lambda model: model._meta.model_name,
)


def browser_of(*codenames) -> Client:
    user = User.objects.create_user("Vera", password="a long password", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    browser = Client()
    browser.force_login(user)
    return browser


def history_of(record, browser):
    return browser.get(address(type(record), "history", record.pk))


def told(response) -> list[tuple]:
    """What a history page says of each change: its kind, its reason and its fields."""
    return [
        (change.nature, change.why, [(f.label, f.old, f.new) for f in change.fields])
        for change in response.context["changes"]
    ]


def restoring(record, row) -> str:
    return address(type(record), "restore", record.pk, row.pk)


def restore(browser, record, row, reason="It had been right."):
    page = restoring(record, row)
    seen = browser.get(page).context["fingerprint"]
    return browser.post(page, {"seen": seen, "reason": reason})


# The history of a record


def test_a_correction_and_an_event_are_told_apart_field_by_field(admin_client):
    seat = make_seat(title="Nurse")
    send(admin_client, address(Seat, "change", seat.pk), title="GP", reason="Misread.")
    with writing(Nature.CHANGED, reason="Minute 7.", step="Move the seat"):
        seat.refresh_from_db()
        seat.on_behalf_of = make_organisation(name="Wye Valley NHS Trust")
        seat.save()
    response = history_of(seat, admin_client)
    assert told(response)[:2] == [
        ("changed: Move the seat", "Minute 7.", [("On behalf of", "", "Wye Valley NHS Trust")]),
        ("corrected", "Misread.", [("Title", "Nurse", "GP")]),
    ]
    html = response.content.decode()
    for words in ["Changed: Move the seat", "Misread.", "Wye Valley NHS Trust", "admin"]:
        assert words in html
    assert f"/admin/together/{seat.history.first().history_batch}/" in html


def test_a_long_history_is_told_in_pages(admin_client):
    document = make_document()
    for number in range(60):
        document.note = f"Note {number}"
        document.save()
    assert len(history_of(document, admin_client).context["changes"]) == 50
    second = admin_client.get(address(Document, "history", document.pk), {"p": 2})
    assert len(second.context["changes"]) == 11
    # The first change on a page is compared with the one before it, on another page.
    assert second.context["changes"][0].fields[0].old == "Note 8"


@every_model
def test_the_history_of_a_removed_record_answers_with_all_it_was_named_by(model, admin_client):
    record = BUILDERS[model]()
    key, version, name = record.pk, record.history.first().pk, str(record)
    assert remove(admin_client, record).status_code == 302
    for needed in [
        field.related_model.objects.filter(pk=getattr(record, field.attname)).first()
        for field in record._meta.concrete_fields
        if field.is_relation and field.name in {p.split("__")[0] for p in record.named_by}
    ]:
        if needed is not None:
            needed.delete()
    for page in [
        address(model, "history", key),
        address(model, "simple_history", key, version),
        address(model, "restore", key, version),
        f"/admin/removed/{model._meta.app_label}/{model._meta.model_name}/",
    ]:
        response = admin_client.get(page)
        assert response.status_code == 200, page
        assert name.split(" (")[0] in response.content.decode().replace("&amp;", "&"), page


def test_what_was_removed_is_listed_with_who_and_why_until_it_is_back(admin_client):
    document, other = make_document(title="Minutes"), make_document(title="Letter")
    remove(admin_client, document, reason="Entered twice.")
    remove(admin_client, other)
    page = "/admin/removed/records/document/"
    changes = admin_client.get(page).context["changes"]
    assert [change.record for change in changes] == ["Letter", "Minutes"]
    assert (changes[1].who, changes[1].why) == ("admin", "Entered twice.")
    assert page in admin_client.get(address(Document, "changelist")).content.decode()
    restore(admin_client, document, Document.history.get(id=document.pk, history_type="-"))
    assert [c.record for c in admin_client.get(page).context["changes"]] == ["Letter"]


@pytest.mark.parametrize("odd", ["records/nothing", "auth/user", "nothing/document"])
def test_the_removed_records_of_an_unknown_kind_are_not_found(odd, admin_client):
    assert admin_client.get(f"/admin/removed/{odd}/").status_code == 404


# Restoring


def test_an_earlier_version_is_restored_by_an_ordinary_reasoned_save(admin_client, admin_user):
    document = make_document(title="Minutes")
    document.title = "Minuets"
    document.save()
    first = document.history.last()
    page = admin_client.get(restoring(document, first))
    assert [(f.old, f.new) for f in page.context["changes"][0].fields] == [("Minuets", "Minutes")]
    assert document.history.count() == 2
    assert restore(admin_client, document, first).status_code == 302
    document.refresh_from_db()
    row = document.history.first()
    assert document.title == "Minutes"
    assert (row.history_nature, row.history_user) == ("restored", admin_user)
    assert row.history_change_reason == "It had been right."


def test_restoring_asks_for_a_reason_and_shows_first_what_would_change(admin_client):
    document = make_document(title="Minutes")
    document.title = "Minuets"
    document.save()
    first = document.history.last()
    assert restore(admin_client, document, first, reason=" ").status_code == 400
    unseen = admin_client.post(restoring(document, first), {"reason": "Quickly."})
    assert unseen.status_code == 200
    seen = admin_client.get(restoring(document, first)).context["fingerprint"]
    document.title = "Changed meanwhile"
    document.save()
    data = {"reason": "Slowly.", "seen": seen}
    assert (
        "has changed since" in admin_client.post(restoring(document, first), data).content.decode()
    )
    document.refresh_from_db()
    assert document.title == "Changed meanwhile"


def test_a_version_that_a_rule_forbids_today_is_not_restored(admin_client):
    chair = make_chair_seat()
    former = make_membership(seat=chair)
    former.end_date = datetime.date(2021, 3, 31)
    former.save()
    make_membership(seat=chair, person=make_person(name="Ann Lee"), start_date="2021-04-01")
    page = admin_client.get(restoring(former, former.history.last()))
    assert "would be held twice" in page.context["errors"][0]
    assert "Ann Lee" in page.context["errors"][0]


def test_a_removed_member_from_before_the_seat_as_it_is_now_is_not_restored(admin_client):
    seat = make_seat(start_date="2015-01-01")
    member = make_membership(seat=seat, start_date="2015-01-01")
    remove(admin_client, member)
    seat.start_date = datetime.date(2018, 1, 1)
    seat.save()
    row = Membership.history.get(history_type="-")
    member.pk = row.id

    page = admin_client.get(restoring(member, row))

    assert "The start, 1 January 2015, is before this seat began" in page.context["errors"][0]


def test_a_removed_record_is_restored_under_its_number_with_all_that_it_was(admin_client):
    person = make_person(name="Ann Lee")
    person.withheld = True
    person.save()
    remove(admin_client, person)
    key = Person.history.first().id
    person.pk = key
    restore(admin_client, person, Person.history.get(id=key, history_type="-"))
    assert Person.objects.get(pk=key).withheld


def test_restoring_does_not_show_again_whom_a_step_withheld(admin_client):
    person = make_person(name="Ann Lee")
    person.name, person.withheld = "Anne Lee", True
    person.save()
    restore(admin_client, person, person.history.last())
    person.refresh_from_db()
    assert (person.name, person.withheld) == ("Ann Lee", True)


def test_restoring_takes_the_right_to_change_and_of_what_was_removed_to_add(admin_client):
    document = make_document()
    first = document.history.last()
    document.title = "Changed"
    document.save()
    viewer = browser_of("view_document")
    assert viewer.get(restoring(document, first)).status_code == 403
    assert viewer.post(restoring(document, first), {"reason": "Mine."}).status_code == 403
    assert "restore" not in history_of(document, viewer).content.decode()
    remove(admin_client, document)
    User.objects.filter(username="Vera").delete()
    changer = browser_of("view_document", "change_document")
    assert changer.post(restoring(document, first), {"reason": "Mine."}).status_code == 403


def test_a_version_of_another_record_is_not_found(admin_client):
    document, other = make_document(), make_document()
    row = other.history.first()
    assert admin_client.get(restoring(document, row)).status_code == 404
    past = address(Document, "simple_history", document.pk, row.pk)
    assert admin_client.get(past).status_code == 404
    assert admin_client.get(address(Document, "history", 999999)).status_code == 404


def test_restoring_takes_the_token_of_the_form(admin_user):
    document = make_document()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(admin_user)
    page = restoring(document, document.history.first())
    assert browser.post(page, {"reason": "Forged."}).status_code == 403


# With everything in it


def everything(record) -> str:
    return f"/admin/everything/{record._meta.model_name}/{record.pk}/"


def kinds(response) -> set[str]:
    return {change.kind for change in response.context["changes"]}


def make_full_forum() -> Forum:
    forum = make_forum(name="ICS Executive")
    seat = make_seat(forum=forum, ex_officio_post=make_appointment().post)
    make_membership(seat=seat)
    make_forum_name(forum=forum)
    make_member_organisation(forum=forum)
    make_reporting_line(from_forum=forum)
    make_succession(to_forum=forum)
    make_escalation_step(forum=forum)
    return forum


def test_a_forums_history_holds_everything_in_it_and_nothing_else(admin_client):
    forum = make_full_forum()
    make_full_forum()
    response = admin_client.get(everything(forum))
    assert kinds(response) == {
        "forum",
        "forum name",
        "seat",
        "membership",
        "appointment",
        "member organisation",
        "reporting line",
        "succession",
        "terms of reference",
        "escalation step",
    }
    assert len(response.context["changes"]) == 10
    times = [change.row.history_date for change in response.context["changes"]]
    assert times == sorted(times, reverse=True)


def test_a_forums_history_keeps_a_seat_and_a_membership_that_were_removed(admin_client):
    membership = make_membership(person=make_person(name="Ann Lee"))
    seat, forum = membership.seat, membership.seat.forum
    remove(admin_client, membership, reason="Never so.")
    remove(admin_client, seat)
    response = admin_client.get(everything(forum))
    removed = [change for change in response.context["changes"] if change.outcome == "Removed"]
    assert [change.kind for change in removed] == ["seat", "membership"]
    assert "Ann Lee" in removed[1].record
    assert removed[1].why == "Never so."


def test_the_history_of_an_organisation_and_of_a_person_hold_what_is_theirs(admin_client):
    trust = make_organisation()
    make_organisation_name(organisation=trust)
    appointment = make_appointment(post=make_post(organisation=trust))
    seat = make_seat(on_behalf_of=trust)
    make_membership(seat=seat, person=appointment.person)
    seat.on_behalf_of = None
    seat.save()
    assert kinds(admin_client.get(everything(trust))) == {
        "organisation",
        "organisation name",
        "post",
        "appointment",
        "seat",
    }
    assert kinds(admin_client.get(everything(appointment.person))) == {
        "person",
        "appointment",
        "membership",
    }


def test_a_history_is_narrowed_to_who_did_what_and_when(admin_client, admin_user):
    forum = make_full_forum()
    send(admin_client, address(Forum, "change", forum.pk), note="It decides.")
    page, today = everything(forum), timezone.localdate()
    tomorrow = today + datetime.timedelta(days=1)
    for asked, number in [
        ({"who": admin_user.pk}, 1),
        ({"nature": "corrected"}, 1),
        ({"nature": "removed"}, 0),
        ({"since": today.isoformat(), "until": today.isoformat()}, 11),
        ({"since": tomorrow.isoformat()}, 0),
        ({"until": "9999-12-31"}, 11),
    ]:
        assert len(admin_client.get(page, asked).context["changes"]) == number, asked


@pytest.mark.parametrize(
    "asked",
    [
        {"who": "abc"},
        {"who": "9" * 30},
        {"nature": "nonsense"},
        {"since": "spring"},
        {"since": "0001-01-01", "until": "0001-01-01"},
        {"p": "abc"},
        {"p": "9999"},
    ],
)
def test_a_history_opens_whatever_odd_filters_the_address_has(asked, admin_client):
    assert admin_client.get(everything(make_full_forum()), asked).status_code == 200


@pytest.mark.parametrize("odd", ["seat/1", "forum/999999", f"forum/{'9' * 30}", "nothing/1"])
def test_the_history_of_an_unknown_record_is_not_found(odd, admin_client):
    make_seat()
    assert admin_client.get(f"/admin/everything/{odd}/").status_code == 404


def test_whoever_may_see_forums_alone_sees_their_changes_alone():
    forum = make_full_forum()
    browser = browser_of("view_forum")
    assert kinds(browser.get(everything(forum))) == {"forum"}
    assert browser.get(everything(make_organisation())).status_code == 403


def test_the_pages_of_a_forum_lead_to_its_history_with_everything_in_it(admin_client):
    forum = make_forum()
    for page in ["change", "history"]:
        html = admin_client.get(address(Forum, page, forum.pk)).content.decode()
        assert everything(forum) in html


@slow.ROWS
def test_no_page_of_history_takes_more_queries_for_more_changes(admin_client):
    forum, trust, person = make_forum(), make_organisation(), make_person()
    counts = []
    for _ in range(2):
        for number in range(20):
            seat = make_seat(forum=forum, on_behalf_of=trust)
            make_membership(seat=seat, person=person, on_behalf_of=make_organisation())
            remove(admin_client, make_document(title=f"Draft {number}"))
        counts.append([])
        for page in [
            everything(forum),
            everything(trust),
            everything(person),
            "/admin/removed/records/document/",
        ]:
            admin_client.get(page)
            with CaptureQueriesContext(connection) as queries:
                assert admin_client.get(page).status_code == 200
            counts[-1].append(len(queries))
    # A fuller page may hold fewer kinds of record, and then makes fewer queries.
    assert all(second <= first for first, second in zip(*counts, strict=True))
    assert max(counts[0]) <= 40


def test_a_membership_that_moved_to_another_person_is_in_the_history_of_both(admin_client):
    membership = make_membership()
    before = membership.person
    membership.unfixed = ("person",)
    membership.person = make_person()
    membership.save()
    for person in (before, membership.person):
        assert "membership" in kinds(admin_client.get(everything(person)))
    assert Membership.objects.count() == 1
    assert Organisation.objects.count() == 0
