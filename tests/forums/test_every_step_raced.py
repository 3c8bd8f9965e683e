"""Every guided step, confirmed by two people at the same moment, through its page.

Both have seen the preview. The one who loses gets an error in words, and no rule is broken.
"""

import datetime
import functools

import pytest
from django.apps import apps
from django.utils import timezone

from forums.models import (
    ExOfficioSource,
    Forum,
    ForumName,
    ForumState,
    ForumStatus,
    MemberOrganisation,
    Membership,
    ReportingLine,
    Seat,
    SeatTerms,
    SeatVacancy,
    Succession,
    TermsOfReference,
)
from organisations.models import (
    Organisation,
    OrganisationName,
    Post,
    PostTerms,
    Relationship,
)
from people.models import Appointment, Person, PersonName, PostVacancy
from records.history import Recorded
from tests import racing, slow
from tests.builders import (
    make_appointment,
    make_document,
    make_ex_officio_source,
    make_forum,
    make_forum_name,
    make_forum_state,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_organisation_name,
    make_person,
    make_person_name,
    make_place,
    make_plan,
    make_post,
    make_post_terms,
    make_post_vacancy,
    make_relationship,
    make_reporting_line,
    make_seat,
    make_seat_terms,
    make_seat_vacancy,
    make_succession,
    make_terms,
)
from tests.racing import TOLD, WON, race
from tests.stepping import shown_move

pytestmark = [slow.RACE, pytest.mark.django_db(transaction=True)]

FIRST, LAST = "2024-04-01", "2024-03-31"


def today() -> datetime.date:
    return timezone.localdate()


def to_come() -> dict:
    return {"start_date": today() + datetime.timedelta(days=30)}


def full_seat() -> Seat:
    return make_membership(seat=make_seat(on_behalf_of=make_organisation())).seat


def full_forum() -> Forum:
    forum = full_seat().forum
    make_reporting_line(to_forum=forum)
    return forum


def full_organisation() -> Organisation:
    seat = make_membership(seat=make_seat(on_behalf_of=make_organisation())).seat
    make_appointment(post=make_post(organisation=seat.on_behalf_of))
    return seat.on_behalf_of


def somebody() -> dict:
    return {"person": make_person(), "basis": "substantive"}


def new_holder(tenure) -> dict:
    return {"leaving": [tenure], **somebody()}


def foreseen_by_a_paper(make) -> tuple:
    """Two people say of an end that it happened, and that it did on another day."""
    paper, minutes = make_document(as_of="2024-01-31"), make_document(as_of="2024-05-01")
    said = {"document": minutes, "date": None}
    another = {**said, "outcome": "another-day", "date": FIRST}
    return make(document=paper, end_date=LAST), {**said, "outcome": "happened"}, another


def announced(make) -> tuple:
    """Two people give a start that was announced its day."""
    return make(start_date="2024-01-31", start_qualifier="not-before"), {}, {"date": LAST}


def planned_in_a_paper() -> tuple:
    """Two people say of a plan that it came, and that it was given up."""
    paper, minutes = make_document(as_of="2024-01-31"), make_document(as_of="2024-05-01")
    came = {"document": minutes, "outcome": "another-day"}
    return make_plan(document=paper), came, {**came, "date": None, "outcome": "never"}


def changes_of(title: str) -> list[dict]:
    """Two people change the number of a seat."""
    return [{"title": title, "role": "member", "number": number} for number in (2, 3)]


def after(one) -> dict:
    return {"kind": "merged-into", "after": [one]}


# What each step is taken on, and what each of two people enters.
STEPS = {
    ("appoint", Post): lambda: (make_post(), somebody(), somebody()),
    ("appoint", Seat): lambda: (make_seat(), somebody(), somebody()),
    ("appoint-several", Post): lambda: appointed_with(make_appointment().post, make_post()),
    ("appoint-several", Seat): lambda: appointed_with(make_membership().seat, make_seat()),
    ("replace", Post): lambda: both_of(make_appointment(), lambda t: (t.post, new_holder(t))),
    ("replace", Seat): lambda: both_of(make_membership(), lambda t: (t.seat, new_holder(t))),
    ("cover", Post): lambda: (make_appointment().post, somebody(), somebody()),
    ("cover", Seat): lambda: (make_membership().seat, somebody(), somebody()),
    ("end", Appointment): lambda: (make_appointment(), {"date": LAST}, {}),
    ("end", Membership): lambda: (make_membership(), {"date": LAST}, {}),
    ("end", ReportingLine): lambda: (make_reporting_line(), {"date": LAST}, {}),
    ("end", MemberOrganisation): lambda: (make_member_organisation(), {"date": LAST}, {}),
    ("end", ExOfficioSource): lambda: (make_ex_officio_source(), {"date": LAST}, {}),
    ("end", Relationship): lambda: (make_relationship(), {"date": LAST}, {}),
    ("relate", Organisation): lambda: (
        make_organisation(),
        *[{"kind": "part-of", "to": make_organisation()}] * 2,
    ),
    ("succession", Forum): lambda: (make_forum(), *[after(make_forum())] * 2),
    ("succession", Organisation): lambda: (make_organisation(), *[after(make_organisation())] * 2),
    ("what-became-of-it", Succession): lambda: planned_in_a_paper(),
    ("record-vacancy", Post): lambda: (make_post(), {}, {}),
    ("record-vacancy", Seat): lambda: (make_seat(), {}, {}),
    ("end", PostVacancy): lambda: (make_post_vacancy(), {"date": LAST}, {}),
    ("end", SeatVacancy): lambda: (make_seat_vacancy(), {"date": LAST}, {}),
    ("set-up", Forum): lambda: (make_forum(status=ForumStatus.PROPOSED), {}, {}),
    ("move", Forum): lambda: (make_forum(), *[{"place": make_place().pk} for _ in range(2)]),
    ("change-terms", Post): lambda: (
        make_post(title="One"),
        *[{"title": "One", "max_holders": number} for number in (2, 3)],
    ),
    ("change-terms", Seat): lambda: (make_seat(title="One"), *changes_of("One")),
    ("reappoint", Appointment): lambda: (make_appointment(), *[{"basis": "substantive"}] * 2),
    ("reappoint", Membership): lambda: (make_membership(), *[{"basis": "interim"}] * 2),
    ("withdraw", Appointment): lambda: (make_appointment(**to_come()), {}, {}),
    ("withdraw", Membership): lambda: (make_membership(**to_come()), {}, {}),
    ("leave", Person): lambda: both_of(
        make_appointment(), lambda t: (t.person, {"appointments": [t]})
    ),
    ("create-post", Organisation): lambda: (
        make_organisation(),
        *[{"title": "Chair", "kind": "chair", "max_holders": 1, **somebody()}] * 2,
    ),
    ("create-seat", Forum): lambda: (
        make_forum(),
        *[{"title": "Chair", "role": "chair", "number": 1, **somebody()}] * 2,
    ),
    ("abolish", Post): lambda: (make_appointment().post, {"date": LAST}, {}),
    ("abolish", Seat): lambda: (make_membership().seat, {"date": LAST}, {}),
    ("move", Seat): lambda: (
        full_seat(),
        {"organisation": make_organisation()},
        {"organisation": make_organisation()},
    ),
    ("stand-down", Forum): lambda: (full_forum(), {"date": LAST}, {}),
    ("close", Organisation): lambda: (full_organisation(), {"date": LAST}, {}),
    ("merge", Organisation): lambda: (
        full_organisation(),
        {"successor": make_organisation()},
        {"successor": make_organisation()},
    ),
    ("rename", Organisation): lambda: (make_organisation(), {"name": "One"}, {"name": "Two"}),
    ("rename", Forum): lambda: (make_forum(), {"name": "One"}, {"name": "Two"}),
    ("rename", Person): lambda: (make_person(), {"name": "Ann One"}, {"name": "Ann Two"}),
    ("merge", Person): lambda: (dated_person(), *another_record()),
    ("withhold", Person): lambda: (make_person(), {}, {}),
    ("show-again", Person): lambda: (make_person(withheld=True), {}, {}),
    ("reconfirm", Appointment): lambda: both_of(make_appointment(), confirmed),
    ("reconfirm", Membership): lambda: both_of(make_membership(), confirmed),
    ("reconfirm", Forum): lambda: both_of(make_forum(), confirmed),
    ("reviewed", Forum): lambda: both_of(make_terms().forum, reviewed),
    ("reviewed", TermsOfReference): lambda: both_of(make_terms(), reviewed),
    ("new-terms", Forum): lambda: (
        make_terms().forum,
        *[{"purpose": purpose} for purpose in ("To plan.", "To advise.")],
    ),
    ("reconfirm", Organisation): lambda: both_of(make_organisation(), confirmed),
    **{
        ("what-became-of-it", model): functools.partial(foreseen_by_a_paper, make)
        for model, make in {
            Organisation: make_organisation,
            OrganisationName: make_organisation_name,
            TermsOfReference: make_terms,
            Relationship: make_relationship,
            Post: make_post,
            Appointment: make_appointment,
            PersonName: make_person_name,
            Forum: make_forum,
            ForumName: make_forum_name,
            ExOfficioSource: make_ex_officio_source,
            MemberOrganisation: make_member_organisation,
            ReportingLine: make_reporting_line,
            Seat: make_seat,
            Membership: make_membership,
            PostVacancy: make_post_vacancy,
            SeatVacancy: make_seat_vacancy,
            ForumState: make_forum_state,
            SeatTerms: make_seat_terms,
            PostTerms: make_post_terms,
        }.items()
    },
    **{
        ("give-the-day", model): functools.partial(announced, make)
        for model, make in {
            Organisation: make_organisation,
            Relationship: make_relationship,
            Post: make_post,
            Appointment: make_appointment,
            Forum: make_forum,
            MemberOrganisation: make_member_organisation,
            ReportingLine: make_reporting_line,
            Seat: make_seat,
            Membership: make_membership,
        }.items()
    },
}


def both_of(record, entered) -> tuple:
    """The record that the step is taken on, and what each of two people types, both the same."""
    (taken_on, first), (_, second) = entered(record), entered(record)
    return taken_on, first, second


def confirmed(record) -> tuple:
    return record, {"itself": [record], "date": today()}


def reviewed(record) -> tuple:
    return record, {"date": today()}


def appointed_with(held, other) -> tuple:
    """Two people, each appointed to both posts or seats on one day."""
    both = {"also": [other], "ends_others": "on"}
    return held, {**somebody(), **both}, {**somebody(), **both}


def dated_person() -> Person:
    return make_person(document=make_document(as_of="2021-06-01"))


def another_record() -> list[dict]:
    other = make_membership(person=dated_person()).person
    return [{"other": other, "keep": keep, "kind": "spelling"} for keep in ("this", "other")]


def test_two_editors_who_take_the_same_step_see_no_fault_and_break_no_rule(monkeypatch):
    rounds = []
    for (name, _), make in STEPS.items():
        record, *entered = make()
        rounds.append([shown_move(record, name, **{"date": FIRST, **each}) for each in entered])

    outcomes = race(racing.confirm_a_step, rounds, [0, 1], monkeypatch)

    odd = {
        name: outcome
        for name, outcome in zip(STEPS, outcomes, strict=True)
        if outcome not in ([TOLD, WON], [WON, WON])
    }
    assert odd == {}
    for model in apps.get_models():
        if issubclass(model, Recorded):
            for record in model.objects.all():
                record.full_clean()


def test_two_editors_who_would_close_a_circle_together_do_not(monkeypatch):
    first, second, third, fourth = (make_forum() for _ in range(4))
    make_succession(from_forum=first, to_forum=second)
    make_succession(from_forum=third, to_forum=fourth)
    moves = [
        shown_move(one, "succession", date=FIRST, **after(other))
        for one, other in ((second, third), (fourth, first))
    ]

    [outcome] = race(racing.confirm_a_step, [moves], [0, 1], monkeypatch)

    assert outcome == [TOLD, WON]
    assert Succession.objects.count() == 3
