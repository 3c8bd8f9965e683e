"""Who fills a seat on a day: the records as read and the database's own query agree."""

import datetime
from collections.abc import Iterable

import pytest
from django.db import models, transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from forums.filling import certainly_fill, with_filling
from forums.models import ExOfficioSource, Forum, Membership, Seat, SeatVacancy
from forums.quoracy import QuoracyForum
from forums.quoracy_inputs import bodies_of, body_of
from forums.representation import shares_of
from forums.seat_holders import HeldSeat, seats_with_holders
from forums.seat_sources import way
from forums.vacancies import Places, with_perhaps_vacant
from organisations.models import Held, Organisation, Post, PostKind
from people.models import Appointment, Basis, Person, Tenure
from people.standing import Standing
from people.vacant_places import PostVacancy, Vacancy
from records.days import NO_LATEST
from records.models import DatedFact
from records.overlap_rules import days_of
from records.periods import Precision, Qualifier
from tests import slow
from tests.builders import (
    day,
    make_appointment,
    make_forum,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_seat,
    source,
)

pytestmark = pytest.mark.django_db

START, MARCH = day("2019-01-01"), day("2019-03-15")
DAYS = st.integers(0, 150).map(lambda days: START + datetime.timedelta(days))
ENDED = st.sampled_from([None, None, None, MARCH])
PRECISIONS = st.sampled_from(Precision.values)

TENURES = st.lists(
    st.fixed_dictionaries(
        {
            "person": st.integers(0, 2),
            "basis": st.sampled_from(Basis.values),
            "start_date": st.none() | DAYS,
            "start_precision": PRECISIONS,
            "start_qualifier": st.sampled_from(Qualifier.values),
            "end_date": st.none() | DAYS,
            "end_precision": PRECISIONS,
            "end_qualifier": st.sampled_from(Qualifier.values),
        }
    ),
    max_size=4,
)
VACANCIES = st.lists(
    st.fixed_dictionaries(
        {
            "places": st.integers(1, 3),
            "start_date": DAYS,
            "start_precision": PRECISIONS,
            "start_qualifier": st.sampled_from(Qualifier.values),
            "end_date": st.none() | DAYS,
            "end_precision": PRECISIONS,
            "end_qualifier": st.sampled_from(Qualifier.values),
        }
    ),
    max_size=2,
)
FURTHER = st.lists(
    st.fixed_dictionaries(
        {
            "is_post": st.booleans(),
            "holders": TENURES,
            "began": st.sampled_from([START, START, day("2019-02-10")]),
            "ended": ENDED,
        }
    ),
    max_size=2,
)
SEATS = st.lists(
    st.fixed_dictionaries(
        {
            "number": st.sampled_from([None, 1, 2, 3]),
            "vacancies": VACANCIES,
            "members": TENURES,
            "ended": ENDED,
            "ended_precision": PRECISIONS,
            # Its own post, that of the seat before it, or none.
            "goes_with": st.sampled_from(["own", "own", "shared", "none"]),
            "post_holders": TENURES,
            "post_number": st.integers(1, 3),
            "post_vacancies": VACANCIES,
            "post_began": st.sampled_from([START, START, MARCH]),
            "post_began_qualifier": st.sampled_from(Qualifier.values),
            "post_ended": ENDED,
            "post_ended_precision": PRECISIONS,
            "organisation": st.sampled_from([0, 0, 1]),
            "further": FURTHER,
        }
    ),
    min_size=1,
    max_size=6,
)


def save(record: DatedFact) -> DatedFact:
    """Save a new record without history, even if a form would refuse it."""
    record.document, record.locator = source(), "page 1"
    record.settle_period()
    models.QuerySet(type(record)).bulk_create([record])
    return record


def overlap(one: Tenure, other: Tenure) -> bool:
    """Whether there is a day on which both certainly hold."""
    times = days_of(one), days_of(other)
    if None in times:
        return False
    (begins, ends), (other_begins, other_ends) = times
    return begins <= other_ends and other_begins <= ends


def is_refused(tenure: Tenure, others: list[Tenure]) -> bool:
    """Whether the database would refuse `tenure` beside `others` of the same post or seat."""
    start, end = tenure.start_date, tenure.end_date
    if (start is None and tenure.over_by is None) or (start and end and end < start):
        return True
    if tenure.latest_start < tenure.held.earliest_start:
        return True
    announced = [each for each in (tenure, *others) if each.latest_start == NO_LATEST]
    rivals = [each for each in announced if each.basis != Basis.ACTING]
    if tenure.sole and tenure in rivals and len(rivals) > 1:
        return True
    both_hold = [other for other in others if overlap(tenure, other)]
    settled = [each.basis != Basis.ACTING for each in (tenure, *both_hold)]
    return tenure.person in [other.person for other in both_hold] or (
        tenure.sole and settled[0] and any(settled[1:])
    )


def add_tenures(model: type[Tenure], held: Held, each: Iterable[dict], people: list) -> None:
    """Save tenures of a post or seat one by one, leaving out any the database would refuse."""
    saved: list[Tenure] = []
    for fields in each:
        known = {**fields, "person": people[fields["person"]], model.held_field: held}
        tenure = model(sole=held.capacity == 1, **known)
        tenure.settle_period()
        if not is_refused(tenure, saved):
            saved.append(save(tenure))


def add_vacancies(model: type[Vacancy], held: Held, each: Iterable[dict]) -> None:
    for fields in each:
        vacancy = model(**fields, **{model.vacant_field: held})
        vacancy.settle_period()
        ends = fields["end_date"] is None or fields["start_date"] <= fields["end_date"]
        if ends and vacancy.latest_start >= held.earliest_start:
            save(vacancy)


def add_seats(forum: Forum, seats: list[dict], people: list[Person], trusts: list) -> None:
    shared = None
    for number, fields in enumerate(seats):
        post = shared if fields["goes_with"] == "shared" else None
        if fields["goes_with"] == "own":
            post = save(
                Post(
                    organisation=trusts[fields["organisation"]],
                    title=f"Post {number}",
                    kind=PostKind.DIRECTOR,
                    max_holders=fields["post_number"],
                    start_date=fields["post_began"],
                    start_precision=fields["post_ended_precision"],
                    start_qualifier=fields["post_began_qualifier"],
                    end_date=fields["post_ended"],
                    end_precision=fields["post_ended_precision"],
                )
            )
            add_tenures(Appointment, post, fields["post_holders"], people)
            add_vacancies(PostVacancy, post, fields["post_vacancies"])
            shared = post
        seat = save(
            Seat(
                forum=forum,
                title=f"Seat {number}",
                number=fields["number"],
                ex_officio_post=post,
                start_date=START,
                end_date=fields["ended"],
                end_precision=fields["ended_precision"],
            )
        )
        add_tenures(Membership, seat, fields["members"], people)
        add_vacancies(SeatVacancy, seat, fields["vacancies"])
        for further in fields["further"]:
            add_source(seat, further, people, trusts[fields["organisation"]])


def add_source(seat: Seat, fields: dict, people: list[Person], trust: Organisation) -> None:
    """Have a seat go with a post or a seat of another forum, of which others hold it."""
    title = f"{seat.title}, further {seat.ex_officio_sources.count()}"
    began = {"start_date": START}
    if fields["is_post"]:
        post = save(Post(organisation=trust, title=title, kind=PostKind.DIRECTOR, **began))
        add_tenures(Appointment, post, fields["holders"], people)
        what = {"post": post}
    else:
        other = save(Seat(forum=make_forum(**began), title="Other", number=2, **began))
        add_tenures(Membership, other, fields["holders"], people)
        what = {"other_seat": other}
    ends = {"start_date": fields["began"], "end_date": fields["ended"]}
    save(ExOfficioSource(seat=seat, **what, **ends))


def nameless(body: QuoracyForum) -> list[tuple]:
    """The places of a forum and who is in them, without names."""

    def who(fillers):
        return sorted((each.person, each.organisation or "") for each in fillers)

    return [
        (place.seat, who(place.fillers), who(place.acting), place.may_be_filled)
        for place in body.places
    ]


@slow.SEARCH
def test_what_is_read_and_what_the_database_is_asked_agree_on_every_day():
    forum = make_forum(start_date=START)
    people = [make_person() for _ in range(3)]
    trusts = [make_organisation(start_date=START, end_date=end) for end in (None, MARCH)]

    @settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
    @given(seats=SEATS, days=st.lists(DAYS, min_size=1, max_size=4))
    def check(seats, days):
        with transaction.atomic():
            add_seats(forum, seats, people, trusts)
            for on in days:
                compare(forum, on)
            transaction.set_rollback(True)

    check()


def left_vacant(seat: HeldSeat, on: datetime.date) -> int:
    """The vacant places of a seat, from day to day: those of which a vacancy begins are added, and
    when a member begins no more are left than are empty. Its vacancies are those of the last day.
    """
    vacancies = [each for each in seat.vacancies if each.certainly(on)]
    settled = [each for each in seat.members if each.basis != Basis.ACTING]
    left, day = 0, min((each.latest_start for each in [*vacancies, *settled]), default=on)
    while day <= on:
        left += sum(each.places for each in vacancies if each.latest_start == day)
        there = [each for each in settled if each.latest_start == day or each.certainly(day)]
        if any(each.latest_start == day for each in settled):
            left = min(left, max((seat.number or 0) - len(there), 0))
        day += datetime.timedelta(1)
    return min(left, seat.unfilled)


def compare(forum: Forum, on: datetime.date) -> None:
    seats = Seat.objects.listed(on).filter(forum=forum).order_by("pk")
    held = seats_with_holders(seats, on)
    filled = {seat.pk: (seat.standing, seat.filled_at_most) for seat in with_filling(seats, on)}
    assert filled == {seat.id: (seat.standing, seat.filled_at_most) for seat in held}
    for seat in held:
        assert (seat.filled > 0) == (seat.standing == Standing.HELD)
        assert seat.filled <= seat.filled_at_most
        assert (seat.standing == Standing.VACANT) == (not seat.holders and seat.vacant > 0)
        # Another way to count: day by day, never more places stay vacant than are empty.
        if not seat.ex_officio:
            assert seat.vacant == left_vacant(seat, on)
        # Everybody who may fill it is shown, those of an open limit apart.
        filling = certainly_fill(seat.post_holders, seat.members, on)
        fill = {way(x) for x in filling if seat.source_is_certain(x) and not seat.may_be_over}
        shown = {(way(each), each.perhaps) for each in seat.holders if each.ex_officio}
        assert shown == {
            (way(each), way(each) not in fill) for each in seat.by_post if each.is_listed(on)
        }
    counted = list(with_perhaps_vacant(seats, on))
    assert {seat.pk: seat.perhaps_vacant for seat in counted} == {
        seat.id: seat.number_perhaps_vacant for seat in held
    }
    empty = {seat.pk: (seat.vacant, seat.not_recorded) for seat in counted}
    places = {seat.id: Places.of([seat]) for seat in held}
    assert empty == {key: (each.vacant, each.not_recorded) for key, each in places.items()}
    certain = [seat for seat in held if seat.certainly(on)]
    assert nameless(bodies_of([forum.pk], on)[forum.pk]) == nameless(body_of(certain, [], on))


def test_who_acts_in_a_seat_speaks_for_nobody_while_its_post_has_a_holder():
    """An acting member from another organisation covers for the post's holder, who stays."""
    council, trust = make_organisation(), make_organisation()
    seat = make_seat(ex_officio_post=make_post(organisation=trust))
    acts = {"basis": Basis.ACTING, "on_behalf_of": council}
    make_membership(seat=seat, **acts)
    on = day("2024-01-01")
    forums = Forum.objects.all()
    assert [share.organisation_id for share in shares_of(forums, on)] == [council.pk]
    make_appointment(post=seat.ex_officio_post)
    assert [share.organisation_id for share in shares_of(forums, on)] == [trust.pk]


def test_in_the_month_of_a_handover_both_are_shown_and_the_member_fills_the_place():
    post = make_post()
    make_appointment(post=post, person=make_person(name="Ann Lee"))
    seat = make_seat(ex_officio_post=post, number=2)
    make_membership(
        seat=seat,
        person=make_person(name="Bea Orr"),
        start_date="2024-04-01",
        start_precision=Precision.MONTH,
    )
    [held] = seats_with_holders(Seat.objects.all(), day("2024-04-10"))
    assert [holder.person for holder in held.holders] == ["Bea Orr", "Ann Lee"]
    assert [holder.perhaps for holder in held.holders] == [True, True]
    assert (held.filled, held.filled_at_most, held.unfilled) == (1, 1, 1)


@pytest.mark.parametrize(
    ("on", "there", "more"),
    [
        ("2024-03-31", ["Ann Lee"], False),
        ("2024-04-01", [], True),
        ("2024-04-29", [], True),
        ("2024-04-30", ["Bea Orr"], False),
    ],
)
def test_in_the_month_of_a_handover_neither_is_certain(on, there, more):
    post = make_post()
    make_appointment(post=post, person=make_person(name="Ann Lee"))
    seat = make_seat(ex_officio_post=post, number=1)
    make_membership(
        seat=seat,
        person=make_person(name="Bea Orr"),
        start_date="2024-04-01",
        start_precision=Precision.MONTH,
    )

    [held] = seats_with_holders(Seat.objects.all(), day(on))

    assert [holder.person for holder in held.certainly_there] == there
    assert held.may_have_more is more
    [place] = bodies_of([seat.forum_id], day(on))[seat.forum_id].places
    assert (len(place.fillers), place.may_be_filled) == (len(there), more)


def test_nobody_fills_a_seat_by_its_post_while_somebody_else_may_have_been_its_member():
    post = make_post()
    make_appointment(post=post)
    seat = make_seat(ex_officio_post=post)
    make_membership(seat=seat, start_date=None, end_date="2021-12-31")
    [then] = seats_with_holders(Seat.objects.all(), day("2021-12-30"))
    assert (then.standing, then.holders) == (Standing.NOT_RECORDED, [])
    [last] = seats_with_holders(Seat.objects.all(), day("2021-12-31"))
    assert [(each.ex_officio, each.perhaps) for each in last.holders] == [("", False)]
    [after] = seats_with_holders(Seat.objects.all(), day("2022-01-01"))
    assert after.standing == Standing.HELD


def test_who_is_to_hold_the_post_fills_no_seat_though_a_member_takes_over_from_the_post():
    post = make_post()
    make_appointment(post=post, start_date="2024-01-01", start_qualifier=Qualifier.NOT_BEFORE)
    seat = make_seat(ex_officio_post=post)
    make_membership(seat=seat, start_date="2024-04-01")
    [held] = seats_with_holders(Seat.objects.all(), day("2024-02-01"))
    assert (held.holders, held.filled) == ([], 0)


def test_a_post_that_is_over_fills_no_seat_though_its_holder_has_a_later_end():
    post = make_post()
    make_appointment(post=post, end_date="2024-12-31")
    make_seat(ex_officio_post=post)
    post.end_date = day("2024-03-15")
    post.save()
    [last] = seats_with_holders(Seat.objects.all(), day("2024-03-15"))
    assert (len(last.holders), last.filled, last.unfilled) == (1, 1, 0)
    [after] = seats_with_holders(Seat.objects.all(), day("2024-03-16"))
    assert (after.holders, after.filled) == ([], 0)
