"""Guided steps for whoever holds a post or a seat, which are held alike.

The cast: Ann Lee, who chairs; Ian Tait, who comes; Cy Yeo, who acts.
"""

import datetime

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from editing.links import step_address
from editing.steps import all_steps, offers_on
from forums.models import Membership, Seat
from organisations.models import Post
from people.models import Appointment, Basis, EndReason, Person
from people.steps.holders import HolderStep, holding_of
from records.history import Nature
from records.models import Document
from records.periods import Precision, Qualifier
from tests.builders import (
    day,
    make_appointment,
    make_chair_seat,
    make_document,
    make_forum,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    source,
)
from tests.pages.reading import read
from tests.stepping import (
    confirm,
    errors_of,
    preview,
    remarks_of,
    signed_in,
    take,
    typed,
)

pytestmark = pytest.mark.django_db

KINDS = ["post", "seat"]
SUBSTANTIVE = {"basis": "substantive"}


class Stage:
    """The chair of a trust or of a board, held by Ann Lee since April 2019."""

    def __init__(self, kind: str):
        self.kind = kind
        self.ann = make_person(name="Ann Lee")
        self.ian = make_person(name="Ian Tait")
        self.cy = make_person(name="Cy Yeo")
        if kind == "post":
            self.held = make_post(organisation=make_organisation(slug="trust"), title="Chair")
            self.page = "/organisations/trust/"
        else:
            self.held = make_chair_seat(forum=make_forum(slug="board"))
            self.page = "/forums/board/"
        self.anns = self.add(self.ann, term_ends=day("2024-03-31"))

    def add(self, person, **fields):
        if self.kind == "post":
            return make_appointment(post=self.held, person=person, **fields)
        return make_membership(seat=self.held, person=person, **fields)

    def of(self, person):
        """The latest record of somebody here."""
        return getattr(self.held, type(self.held).tenures_name).filter(person=person).last()

    @property
    def rows(self) -> int:
        """How many rows of history there are of whoever comes and goes."""
        return sum(model.history.count() for model in (Appointment, Membership, Person, Seat, Post))

    def holders(self, text: str) -> list[str]:
        return sorted(holder.person for holder in holding_of(self.held, day(text)).holders)

    def says(self, text: str) -> str:
        """What the public page says, as at a day, of who holds it."""
        page = read(self.page, {"as_at": text})
        return page.section("posts") if self.kind == "post" else page.fact("Chair")

    def shows(self, text: str, *names: str) -> bool:
        """Whether the register and its public page both name these holders and no other; the page
        may name who is to come."""
        said = self.says(text)
        named = {name for name in ("Ann Lee", "Ian Tait", "Cy Yeo") if name in said}
        to_come = {holder.person for holder in holding_of(self.held, day(text)).to_come}
        return self.holders(text) == sorted(names) and named - (to_come - {*names}) == {*names}


@pytest.fixture(params=KINDS)
def stage(request):
    return Stage(request.param)


def soon(days: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=days)


# Replace


def replace(stage, **fields):
    answers = {"leaving": [stage.anns], "person": stage.ian, "date": "2024-04-01"}
    return take(stage.held, "replace", **{**answers, "basis": "substantive", **fields})


def test_a_handover_on_a_day_is_right_on_every_page_before_on_and_after(stage):
    minutes = make_document(title="Minutes of the board")

    response = replace(stage, end_reason="retired", document=minutes)

    assert response.status_code == 302
    assert stage.shows("2024-03-31", "Ann Lee")
    assert stage.shows("2024-04-01", "Ian Tait")
    assert stage.shows("2026-01-01", "Ian Tait")
    stage.anns.refresh_from_db()
    assert (stage.anns.end_date, stage.anns.end_reason) == (day("2024-03-31"), EndReason.RETIRED)
    assert (stage.anns.document, stage.anns.end_document) == (source(), minutes)
    assert stage.anns.end_locator == "minute 7"
    assert (stage.of(stage.ian).document, stage.of(stage.ian).locator) == (minutes, "minute 7")


def test_the_history_says_that_the_world_changed_in_one_step_and_why(stage):
    replace(stage)

    rows = [stage.anns.history.first(), stage.of(stage.ian).history.first()]
    assert {row.history_nature for row in rows} == {Nature.CHANGED}
    assert {row.history_step for row in rows} == {"Replace the holder"}
    assert {row.history_change_reason for row in rows} == {"The board heard of it."}
    assert {row.history_user.username for row in rows} == {"manager"}
    assert len({row.history_batch for row in rows}) == 1


def test_a_handover_known_to_the_month_is_accepted_and_shown_as_known(stage):
    response = replace(stage, date="2024-04-17", precision="month")

    assert response.status_code == 302
    ians = stage.of(stage.ian)
    stage.anns.refresh_from_db()
    assert (ians.start_date, ians.start_precision) == (day("2024-04-01"), Precision.MONTH)
    assert (stage.anns.end_date, stage.anns.end_precision) == (day("2024-04-30"), Precision.MONTH)
    assert stage.shows("2024-03-31", "Ann Lee")
    # Within the month no source says which of the two.
    assert stage.shows("2024-04-17", "Ann Lee", "Ian Tait")
    assert stage.shows("2024-05-01", "Ian Tait")


def test_a_handover_by_a_day_claims_no_more_than_is_known(stage):
    assert replace(stage, date="2024-06-01", qualifier="by").status_code == 302

    stage.anns.refresh_from_db()
    assert stage.anns.end_qualifier == Qualifier.BY
    assert stage.of(stage.ian).start_qualifier == Qualifier.BY
    assert stage.shows("2024-06-01", "Ian Tait")


def test_a_gap_between_the_two_leaves_it_vacant_and_the_preview_says_so(stage):
    gap = {"left": "2024-02-29", "left_precision": "day"}
    answers = {"leaving": [stage.anns], "person": stage.ian, "date": "2024-04-01", **gap}
    shown = preview(stage.held, "replace", basis="substantive", **answers)

    assert f"On 1 March 2024 {stage.held} is vacant; Ian Tait is recorded from" in " ".join(
        remarks_of(shown)
    )
    assert replace(stage, **gap).status_code == 302
    assert stage.shows("2024-02-29", "Ann Lee")
    assert stage.shows("2024-03-01")
    assert stage.shows("2024-04-01", "Ian Tait")


def test_an_interim_takes_over_and_then_the_successor(stage):
    assert replace(stage, person=stage.cy, basis="interim").status_code == 302
    cys = stage.of(stage.cy)
    assert replace(stage, leaving=[cys], date="2024-09-01").status_code == 302

    assert stage.shows("2024-03-31", "Ann Lee")
    assert stage.shows("2024-04-01", "Cy Yeo")
    assert "interim" in stage.says("2024-04-01").lower()
    assert stage.shows("2024-09-01", "Ian Tait")


def test_of_joint_holders_one_may_stay(stage):
    number = type(stage.held).number_field
    setattr(stage.held, number, 2)
    stage.held.save()
    cys = stage.add(stage.cy)

    assert replace(stage, leaving=[cys]).status_code == 302

    assert stage.shows("2024-03-31", "Ann Lee", "Cy Yeo")
    assert stage.shows("2024-04-01", "Ann Lee", "Ian Tait")


def test_joint_holders_are_both_replaced_by_one(stage):
    setattr(stage.held, type(stage.held).number_field, 2)
    stage.held.save()
    cys = stage.add(stage.cy)

    assert replace(stage, leaving=[stage.anns, cys]).status_code == 302

    assert stage.shows("2024-03-31", "Ann Lee", "Cy Yeo")
    assert stage.shows("2024-04-01", "Ian Tait")


def test_the_only_holder_is_ticked_and_the_address_fills_in_the_rest(stage):
    address = step_address(
        type(stage.held), stage.held.pk, "replace", person=stage.ian.pk, date="2024-04-01"
    )
    form = signed_in().get(address).context_data["form"]

    assert form["leaving"].value() == [stage.anns.pk]
    assert form["date"].value() == "2024-04-01"
    assert "Ian Tait" in str(form["person"])


@pytest.fixture
def letter():
    return make_document(slug="letter", short_title="Letter")


def retires(stage, letter, last) -> None:
    """Records that Ann Lee retires on a day, by a letter."""
    stage.anns.end_date, stage.anns.end_reason = last, EndReason.RETIRED
    stage.anns.end_document, stage.anns.end_locator = letter, "page 2"
    stage.anns.save()


def test_whoever_is_recorded_as_gone_by_then_keeps_that_end_when_replaced(stage, letter):
    retires(stage, letter, soon(5))
    answers = {"leaving": [stage.anns], "person": stage.ian, "date": soon(90), **SUBSTANTIVE}

    assert (
        f"{stage.anns}: an end was recorded already"
        in remarks_of(preview(stage.held, "replace", **answers))[0]
    )
    assert take(stage.held, "replace", **answers).status_code == 302

    stage.anns.refresh_from_db()
    assert (stage.anns.end_date, stage.anns.end_reason) == (soon(5), EndReason.RETIRED)
    assert (stage.anns.end_document, stage.anns.end_locator) == (letter, "page 2")


def test_a_later_end_gives_way_when_the_holder_is_replaced_and_the_preview_says_so(stage, letter):
    retires(stage, letter, soon(90))
    answers = {"leaving": [stage.anns], "person": stage.ian, "date": soon(6), **SUBSTANTIVE}

    [told, *_] = remarks_of(preview(stage.held, "replace", **answers))
    assert told.startswith(f"{stage.anns}: an end was recorded already")
    assert told.endswith("this takes its place.")
    assert take(stage.held, "replace", **answers).status_code == 302

    stage.anns.refresh_from_db()
    assert stage.anns.end_date == soon(5)


@pytest.mark.parametrize("key", ["x", "0", "-1", "9" * 30, "1.5", "' OR 1=1 --"])
def test_an_address_that_fills_in_nonsense_still_opens_the_form(stage, key):
    address = step_address(
        type(stage.held), stage.held.pk, "replace", person=key, date=key, leaving=key, document=key
    )

    assert signed_in().get(address).status_code == 200


BAD_ANSWERS = [
    ({"person": "999999"}, "person", "from the list"),
    ({"person": "x"}, "person", "from the list"),
    ({"person": "9" * 30}, "person", "from the list"),
    ({"person": None}, "person", "Choose a person"),
    ({"new_name": "Dee Fox"}, "new_name", "Leave this empty"),
    ({"date": "31/02/2024"}, "date", "Enter a date such as"),
    ({"date": "1 April"}, "date", "Enter a date such as"),
    ({"date": "0001-01-01"}, "date", "from 1800 to 2199"),
    ({"date": "9999-12-31"}, "date", "from 1800 to 2199"),
    ({"date": None}, "date", "Enter the date"),
    ({"left": "0001-01-01"}, "left", "from 1800 to 2199"),
    ({"left": "2018-01-01"}, "left", "is before the start"),
    ({"date": "2019-01-01"}, "date", "is before the start"),
    ({"term_ends": "2024-03-31"}, None, "The term cannot end before it began."),
    ({"term_ends": "9999-12-31"}, "term_ends", "from 1800 to 2199"),
    ({"precision": "decade"}, "precision", "not one of the available choices"),
    ({"precision": None}, "precision", "required"),
    ({"qualifier": "after"}, "qualifier", "not one of the available choices"),
    ({"basis": "acting"}, "basis", "not one of the available choices"),
    ({"document": None}, "document", "Choose the document"),
    ({"document": "x"}, "document", "Select a valid choice"),
    ({"locator": "   "}, "locator", "Say where"),
    ({"reason": ""}, "reason", "Say why"),
    ({"leaving": []}, "leaving", "Tick at least one"),
    ({"leaving": ["999999"]}, "leaving", "does not hold it any more"),
    ({"left": "2024-05-01"}, "left", "The two overlap"),
    ({"left": "2024-04-01"}, "left", "this last day is not before 1 April 2024"),
]


@pytest.mark.parametrize(
    ("wrong", "field", "says"), BAD_ANSWERS, ids=[str(wrong)[:40] for wrong, _, _ in BAD_ANSWERS]
)
def test_what_is_wrong_is_said_where_it_is_wrong_and_nothing_changed(stage, wrong, field, says):
    before = stage.rows

    response = replace(stage, **wrong)

    assert response.status_code == 400
    assert says in " ".join(errors_of(response)[field or "__all__"])
    assert "Nothing was changed" in response.content.decode()
    assert stage.rows == before
    # The form still has what was typed.
    if "locator" not in wrong:
        assert 'value="minute 7"' in response.content.decode()


@pytest.mark.parametrize(
    ("typed", "chosen", "precision", "qualifier"),
    [
        ("1 April 2024", "day", "day", "on"),
        ("April 2024", "day", "month", "on"),
        ("by April 2024", "day", "month", "by"),
        ("April 2024", "year", "year", "on"),
    ],
)
def test_a_step_takes_a_date_as_the_pages_write_it(stage, typed, chosen, precision, qualifier):
    answers = {"date": typed, "precision": chosen, "left": "March 2024", "person": stage.ian}
    assert replace(stage, **answers).status_code == 302

    came, gone = stage.of(stage.ian), stage.of(stage.ann)
    assert (came.start_precision, came.start_qualifier) == (precision, qualifier)
    assert (gone.end_date, gone.end_precision) == (day("2024-03-31"), "month")


def test_somebody_who_holds_it_already_does_not_come_again(stage):
    setattr(stage.held, type(stage.held).number_field, 2)
    stage.held.save()
    stage.add(stage.ian)
    before = stage.rows

    response = replace(stage)

    assert "This person is already recorded" in " ".join(errors_of(response)["date"])
    assert stage.rows == before


def test_nobody_is_their_own_successor_without_a_gap(stage):
    before = stage.rows

    response = replace(stage, person=stage.ann)

    [told] = errors_of(response)["person"]
    assert told.startswith("Ann Lee holds it already.")
    assert "use Reappoint for another term" in told
    assert stage.rows == before
    assert replace(stage, person=stage.ann, left="2023-12-31").status_code == 302
    assert stage.shows("2024-03-31")
    assert stage.shows("2024-04-01", "Ann Lee")


def test_holders_of_something_else_are_not_ended(stage):
    other = make_appointment() if stage.kind == "post" else make_membership()

    assert "leaving" in errors_of(replace(stage, leaving=[other]))
    other.refresh_from_db()
    assert other.end_date is None


# What every step has in common


def test_looking_and_previewing_write_nothing(stage):
    browser, before = signed_in(), stage.rows
    documents = Document.history.count()
    address = step_address(type(stage.held), stage.held.pk, "replace")

    assert browser.get(address).status_code == 200
    shown = preview(
        stage.held,
        "replace",
        browser,
        leaving=[stage.anns],
        new_name="Dee Fox",
        basis="substantive",
        date="2024-04-01",
    )

    assert shown.status_code == 200
    changes = [(change.outcome, change.record) for change in shown.context_data["preview"].changes]
    assert changes == [
        ("Added", "Dee Fox"),
        ("Changed", f"Ann Lee, {stage.held}"),
        ("Added", f"Dee Fox, {stage.held}"),
    ]
    assert (stage.rows, Document.history.count()) == (before, documents)
    assert not Person.objects.filter(name="Dee Fox").exists()


def test_a_confirmation_of_what_is_no_longer_so_shows_what_is(stage):
    browser = signed_in()
    answers = {"leaving": [stage.anns], "person": stage.ian, "basis": "substantive"}
    shown = preview(stage.held, "replace", browser, **answers, date="2024-04-01")
    stage.anns.end_date = soon(10)
    stage.anns.save()
    before = stage.rows

    response = confirm(stage.held, "replace", browser, shown, **answers, date="2024-04-01")

    assert response.status_code == 200
    assert "this is not what you saw before" in response.content.decode()
    assert stage.rows == before
    again = confirm(stage.held, "replace", browser, response, **answers, date="2024-04-01")
    assert again.status_code == 302


def test_confirming_something_else_than_was_shown_shows_it_first(stage):
    browser = signed_in()
    answers = {"leaving": [stage.anns], "person": stage.ian, "basis": "substantive"}
    shown = preview(stage.held, "replace", browser, **answers, date="2024-04-01")
    before = stage.rows

    response = confirm(stage.held, "replace", browser, shown, **answers, date="2024-05-01")

    assert response.status_code == 200
    assert stage.rows == before


def test_a_step_that_others_took_meanwhile_is_not_taken_twice(stage):
    browser = signed_in()
    answers = {"leaving": [stage.anns], "person": stage.ian, "basis": "substantive"}
    shown = preview(stage.held, "replace", browser, **answers, date="2024-04-01")
    assert replace(stage, person=stage.cy).status_code == 302
    before = stage.rows

    response = confirm(stage.held, "replace", browser, shown, **answers, date="2024-04-01")

    assert "does not hold it any more" in " ".join(errors_of(response)["leaving"])
    assert stage.rows == before


def steps_here(stage):
    """Every step of this stage, with a record to take it on."""
    future = stage.add(stage.ian, start_date=soon(400), basis=Basis.ACTING)
    for model, step in all_steps():
        if issubclass(step, HolderStep) and step.name != "leave":
            records = {type(stage.held): stage.held, type(stage.anns): stage.anns}
            record = future if step.name == "withdraw" else records.get(model)
            if record is not None and isinstance(record, model):
                yield record, step.name


def test_no_step_is_for_those_who_may_not_take_it(stage):
    user = User.objects.create_user("reader", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(user)
    taken = list(steps_here(stage))
    assert {name for _, name in taken} == {
        *("appoint", "appoint-several", "replace", "cover", "reappoint", "end", "withdraw")
    }
    before = stage.rows

    for record, name in taken:
        address = step_address(type(record), record.pk, name)
        assert browser.get(address).status_code == 403
        assert browser.post(address, typed(date="2024-04-01")).status_code == 403
    assert stage.rows == before


def test_who_may_merge_but_not_change_what_either_holds_may_not_merge(stage):
    user = User.objects.create_user("clerk", is_staff=True)
    rights = Permission.objects.filter(content_type__app_label="people")
    user.user_permissions.set(rights)
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(user)
    address = step_address(Person, stage.ann.pk, "merge")

    assert browser.get(address).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="change_membership"))
    assert browser.get(address).status_code == 200
    user.user_permissions.remove(Permission.objects.get(codename="change_appointment"))
    assert browser.get(address).status_code == 403


def test_no_step_is_taken_without_the_token_of_its_form(stage):
    browser = signed_in(enforce_csrf_checks=True)
    for record, name in list(steps_here(stage)):
        address = step_address(type(record), record.pk, name)
        assert browser.post(address, typed(date="2024-04-01")).status_code == 403


def test_the_public_and_those_signed_out_are_asked_to_sign_in(stage):
    for record, name in list(steps_here(stage)):
        response = Client(SERVER_NAME="localhost").get(step_address(type(record), record.pk, name))
        assert response.status_code == 302
        assert "/login/" in response["Location"]


@pytest.mark.parametrize("key", ["999999", "x", "9" * 30])
def test_a_step_on_a_record_that_there_is_not_is_not_found(stage, key):
    for record, name in list(steps_here(stage)):
        address = step_address(type(record), record.pk, name).replace(
            f"/{record.pk}/step/", f"/{key}/step/"
        )
        assert signed_in().get(address).status_code == 404


def test_whoever_may_not_add_people_may_choose_one_and_not_name_a_new_one(stage):
    user = User.objects.create_user("clerk", is_staff=True)
    codes = ["add_appointment", "change_appointment", "add_membership", "change_membership"]
    codes += ["view_post", "view_seat", "view_document", "view_person"]
    user.user_permissions.set(Permission.objects.filter(codename__in=codes))
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(user)
    answers = {"leaving": [stage.anns], "basis": "substantive", "date": "2024-04-01"}

    refused = preview(stage.held, "replace", browser, **answers, new_name="Dee Fox")
    shown = preview(stage.held, "replace", browser, **answers, person=stage.ian)

    assert "person" in errors_of(refused)
    assert shown.context_data["preview"] is not None
    assert not Person.objects.filter(name="Dee Fox").exists()


def offered(record) -> set[str]:
    request = type("Request", (), {"user": User.objects.get(username="manager")})
    return {offer.step.name for offer in offers_on(request, record) if offer.record is record}


def test_the_page_of_a_record_offers_the_steps_that_make_sense(stage):
    signed_in()
    filling = {"appoint", "appoint-several", "replace", "cover"}
    holders = {*filling, "reappoint", "end", "withdraw", "leave"}

    assert offered(stage.held) & holders == {"appoint-several", "replace", "cover"}
    assert offered(stage.anns) & holders == {"reappoint", "end"}
    assert offered(stage.ann) & holders == {"leave"}
    assert offered(stage.ian) & holders == set()
    later = stage.add(stage.cy, start_date=soon(20), basis=Basis.ACTING)
    assert "withdraw" in offered(later)
    assert take(stage.anns, "end", date="2024-03-31").status_code == 302
    stage.anns.refresh_from_db()
    assert offered(stage.anns) & holders == set()
    assert offered(stage.held) & holders == {"appoint", "replace"}


# Somebody new


def test_somebody_new_is_recorded_on_the_way_on_the_same_source(stage):
    response = replace(stage, person=None, new_name="Siân Fox", new_honorific="Dr")

    assert response.status_code == 302
    sian = Person.objects.get(name="Siân Fox")
    assert (str(sian), sian.slug, sian.locator) == ("Dr Siân Fox", "sian-fox", "minute 7")
    assert stage.holders("2024-04-01") == ["Dr Siân Fox"]


@pytest.mark.parametrize(
    ("name", "alike"),
    [
        ("Ann Lee", True),
        ("ann  lee", True),
        ("Andrew Lee", True),
        ("Ánn Lee", True),
        ("Bob Lee", False),
        ("Ann Leeson", False),
        ("Lee", False),
    ],
)
def test_whom_somebody_new_may_be_is_said_before_it_is_confirmed(stage, name, alike):
    shown = preview(
        stage.held,
        "replace",
        leaving=[stage.anns],
        new_name=name,
        basis="substantive",
        date="2024-04-01",
    )

    asked = [remark for remark in remarks_of(shown) if remark.startswith("Is this Ann Lee, ")]
    assert bool(asked) == alike


def test_a_new_name_that_is_too_long_or_blank_is_refused(stage):
    before = stage.rows
    assert "new_name" in errors_of(replace(stage, person=None, new_name="x" * 201))
    assert "person" in errors_of(replace(stage, person=None, new_name="   "))
    assert stage.rows == before


# End, appoint


def test_somebody_leaves_without_a_successor_and_it_is_vacant_until_one_comes(stage):
    shown = preview(stage.anns, "end", date="2024-03-31", end_reason="stepped-down")
    assert f"On 1 April 2024 {stage.held} is vacant." in remarks_of(shown)

    browser = signed_in()
    response = take(stage.anns, "end", browser, date="2024-03-31", end_reason="stepped-down")

    assert response.status_code == 302
    assert stage.shows("2024-03-31", "Ann Lee")
    assert stage.shows("2024-04-01")
    assert "Vacant" in stage.says("2024-04-01")
    # Who comes next is one click away, from the day after.
    done = browser.get(response["Location"]).content.decode()
    address = step_address(
        type(stage.held), stage.held.pk, "appoint", date="2024-04-01", precision="day"
    )
    assert address.replace("&", "&amp;") in done

    fields = {"person": stage.ian, "basis": "substantive", "date": "2024-06-01"}
    assert take(stage.held, "appoint", **fields).status_code == 302
    assert stage.shows("2024-05-31")
    assert stage.shows("2024-06-01", "Ian Tait")


def test_an_end_before_the_start_is_refused_on_its_date(stage):
    before = stage.rows

    response = take(stage.anns, "end", date="2019-03-31")

    assert "is before the start" in " ".join(errors_of(response)["date"])
    assert stage.rows == before


def test_what_has_ended_is_not_ended_again(stage):
    assert take(stage.anns, "end", date="2024-03-31").status_code == 302
    before = stage.rows

    response = take(stage.anns, "end", date="2023-03-31")

    assert response.status_code == 400
    assert "has come to an end already" in response.content.decode()
    assert stage.rows == before


def test_an_announced_end_is_moved_and_the_preview_says_that_there_was_one(stage):
    assert take(stage.anns, "end", date=soon(10)).status_code == 302

    shown = preview(stage.anns, "end", date=soon(20))

    assert "An end was recorded already" in remarks_of(shown)[0]


def test_the_form_for_an_end_starts_with_the_one_that_is_recorded(stage, letter):
    retires(stage, letter, datetime.date(soon(0).year + 1, 12, 31))
    stage.anns.end_precision, stage.anns.end_qualifier = Precision.YEAR, Qualifier.BY
    stage.anns.save()

    page = signed_in().get(step_address(type(stage.anns), stage.anns.pk, "end"))

    form = page.context_data["form"]
    started = {name: form[name].value() for name in ("date", "precision", "qualifier")}
    assert started == {
        "date": stage.anns.end_date,
        "precision": Precision.YEAR,
        "qualifier": Qualifier.BY,
    }
    assert form["end_reason"].value() == EndReason.RETIRED


def test_appointing_to_what_is_full_is_refused_and_says_who_holds_it(stage):
    before = stage.rows

    response = take(stage.held, "appoint", person=stage.ian, basis="substantive", date="2024-04-01")

    assert "would be held twice: Ann Lee" in " ".join(errors_of(response)["date"])
    assert stage.rows == before


def test_an_appointment_announced_for_next_month_is_to_come_until_then(stage):
    last, first = soon(29), soon(30)
    assert take(stage.anns, "end", date=last).status_code == 302

    fields = {"person": stage.ian, "basis": "substantive", "date": first}
    assert take(stage.held, "appoint", **fields).status_code == 302

    assert stage.shows(timezone.localdate().isoformat(), "Ann Lee")
    assert stage.shows(last.isoformat(), "Ann Lee")
    assert stage.shows(first.isoformat(), "Ian Tait")


def test_an_appointment_after_the_end_of_what_it_is_to_is_refused(stage):
    assert take(stage.anns, "end", date="2024-03-31").status_code == 302
    stage.held.end_date = soon(5)
    stage.held.save()

    response = take(stage.held, "appoint", person=stage.ian, basis="substantive", date=soon(6))

    assert "is after the end of" in " ".join(errors_of(response)["date"])
    stage.held.end_date = day("2025-01-01")
    stage.held.save()
    refused = take(stage.held, "appoint", person=stage.ian, basis="substantive", date="2024-06-01")
    assert "has come to an end" in refused.content.decode()


def test_nobody_is_appointed_after_the_end_of_what_it_belongs_to(stage):
    assert take(stage.anns, "end", date="2024-03-31").status_code == 302
    owner = getattr(stage.held, stage.held.owner_field)
    owner.end_date = day("2025-03-31")
    owner.save()
    answers = {"person": stage.ian, **SUBSTANTIVE}
    before = stage.rows

    refused = take(stage.held, "appoint", **answers, date="2025-04-01")
    assert f"is after the end of {owner}, 31 March 2025" in " ".join(errors_of(refused)["date"])
    assert stage.rows == before
    # In the month of the end it may have been in time.
    in_march = {"date": "2025-03-31", "precision": "month"}
    assert take(stage.held, "appoint", **answers, **in_march).status_code == 302


def like(stage, number: int) -> list:
    """More posts or seats of the same title, each held by somebody."""
    if stage.kind == "post":
        others = [make_post(title="Chair") for _ in range(number)]
        for other in others:
            make_appointment(post=other)
        return others
    others = [make_chair_seat() for _ in range(number)]
    for other in others:
        make_membership(seat=other)
    return others


@pytest.mark.parametrize("step", ["appoint", "appoint-several"])
def test_one_person_is_appointed_to_the_same_in_four_at_once_and_the_others_end(stage, step):
    others = like(stage, 3)

    response = take(
        stage.held,
        step,
        person=stage.ian,
        basis="substantive",
        date="2024-04-01",
        also=others,
        ends_others="on",
        end_reason="term-ended",
    )

    assert response.status_code == 302
    assert stage.shows("2024-03-31", "Ann Lee")
    assert stage.shows("2024-04-01", "Ian Tait")
    for other in others:
        [eve] = holding_of(other, day("2024-03-31")).holders
        [then] = holding_of(other, day("2024-04-01")).holders
        assert (eve.person != "Ian Tait", then.person) == (True, "Ian Tait")
    batches = type(stage.anns).history.filter(history_batch__isnull=False)
    assert batches.values_list("history_batch").distinct().count() == 1


def test_what_is_full_and_taken_with_others_starts_with_the_end_of_those_who_hold_it(stage):
    page = signed_in().get(step_address(type(stage.held), stage.held.pk, "appoint-several"))
    assert page.context_data["form"]["ends_others"].value() is True


def test_who_takes_several_is_asked_for_the_others(stage):
    answers = {"person": stage.ian, "basis": "substantive", "date": "2024-04-01"}
    shown = preview(stage.held, "appoint-several", **answers, ends_others="on")
    [error] = errors_of(shown)["also"]
    assert error == "Choose at least one. For this one alone, use Replace the holder."


def test_if_one_of_four_is_held_none_is_filled_and_it_says_which(stage):
    take(stage.anns, "end", date="2024-03-31")
    others = like(stage, 3)
    before = stage.rows

    response = take(
        stage.held,
        "appoint",
        person=stage.ian,
        basis="substantive",
        date="2024-04-01",
        also=others,
    )

    assert f"{others[0]}: This" in " ".join(errors_of(response)["date"])
    assert stage.rows == before


# Reappoint


def test_somebody_is_reappointed_from_the_day_after_the_term(stage):
    form = signed_in().get(step_address(type(stage.anns), stage.anns.pk, "reappoint"))
    assert form.context_data["form"]["date"].value() == day("2024-03-31")

    response = take(
        stage.anns, "reappoint", date="2024-03-31", basis="substantive", term_ends="2027-03-31"
    )

    assert response.status_code == 302
    first, second = type(stage.anns).objects.order_by("pk")
    assert (first.end_date, first.end_reason) == (day("2024-03-31"), EndReason.TERM_ENDED)
    assert (second.start_date, second.term_ends) == (day("2024-04-01"), day("2027-03-31"))
    assert second.person == stage.ann
    for text in ("2024-03-31", "2024-04-01", "2026-01-01"):
        assert stage.shows(text, "Ann Lee")


def test_the_form_for_a_next_term_starts_with_the_end_as_it_is_known(stage):
    stage.anns.end_date, stage.anns.end_qualifier = soon(40), Qualifier.BY
    stage.anns.save()

    page = signed_in().get(step_address(type(stage.anns), stage.anns.pk, "reappoint"))

    assert page.context_data["form"]["qualifier"].value() == Qualifier.BY


def test_a_next_term_that_ends_before_it_begins_is_refused(stage):
    before = stage.rows

    response = take(
        stage.anns, "reappoint", date="2024-03-31", basis="substantive", term_ends="2024-03-31"
    )

    assert "The term cannot end before it began." in " ".join(errors_of(response)["__all__"])
    assert stage.rows == before


# Cover


def test_somebody_acts_while_the_holder_stays_and_then_the_holder_is_back(stage):
    response = take(stage.held, "cover", person=stage.cy, date="2024-01-01")

    assert response.status_code == 302
    assert stage.shows("2023-12-31", "Ann Lee")
    assert stage.shows("2024-01-01", "Ann Lee", "Cy Yeo")
    assert "acting" in stage.says("2024-01-01").lower()
    assert take(stage.of(stage.cy), "end", date="2024-02-29").status_code == 302
    assert stage.shows("2024-02-29", "Ann Lee", "Cy Yeo")
    assert stage.shows("2024-03-01", "Ann Lee")


def test_of_those_who_hold_it_the_preview_says_who_acts_and_who_is_interim(stage):
    stage.anns.basis = Basis.INTERIM
    stage.anns.save()

    shown = preview(stage.held, "cover", person=stage.cy, date="2024-01-01")

    [remark] = remarks_of(shown)
    assert "Ann Lee (interim)" in remark
    assert "Cy Yeo (acting)" in remark


def test_cover_until_a_day_ends_by_itself_and_no_sooner_than_it_begins(stage):
    refused = take(stage.held, "cover", person=stage.cy, date="2024-01-01", until="2023-12-31")
    assert "is before the start" in " ".join(errors_of(refused)["until"])

    take(stage.held, "cover", person=stage.cy, date="2024-01-01", until="2024-02-29")

    assert stage.shows("2024-02-29", "Ann Lee", "Cy Yeo")
    assert stage.shows("2024-03-01", "Ann Lee")


def test_covering_for_nobody_is_said_to_be_interim(stage):
    take(stage.anns, "end", date="2024-03-31")

    shown = preview(stage.held, "cover", person=stage.cy, date="2024-06-01")

    assert any("interim holder" in remark for remark in remarks_of(shown))


# Withdraw


def test_what_was_announced_and_never_came_to_be_is_removed_and_its_history_kept(stage):
    take(
        stage.held,
        "replace",
        leaving=[stage.anns],
        person=stage.ian,
        basis="substantive",
        date=soon(30),
    )
    ians = stage.of(stage.ian)
    stage.anns.refresh_from_db()
    shown = preview(ians, "withdraw", date=None)
    assert any("Ann Lee still goes" in remark for remark in remarks_of(shown))

    assert take(ians, "withdraw", date=None, staying=[stage.anns]).status_code == 302

    assert stage.of(stage.ian) is None
    stage.anns.refresh_from_db()
    assert (stage.anns.end_date, stage.anns.end_document, stage.anns.end_locator) == (
        None,
        None,
        "",
    )
    assert stage.shows(soon(31).isoformat(), "Ann Lee")
    last = type(stage.anns).history.filter(id=ians.pk).first()
    assert (last.history_type, last.history_nature) == ("-", Nature.REMOVED)
    assert last.history_change_reason == ("The board heard of it. Source: Board paper, minute 7.")


def test_what_had_begun_by_a_later_day_may_have_begun_and_is_not_withdrawn(stage):
    by_then = stage.add(stage.ian, start_date=soon(40), start_qualifier="by", basis=Basis.ACTING)
    signed_in()

    assert "withdraw" not in offered(by_then)
    assert take(by_then, "withdraw", date=None).status_code == 400


def test_what_has_begun_is_not_withdrawn(stage):
    before = stage.rows

    response = take(stage.anns, "withdraw", date=None)

    assert response.status_code == 400
    assert "This has begun" in response.content.decode()
    assert stage.rows == before
