"""Whether a meeting is quorate, clause by clause, and whether it could be."""

import pytest

from forums.models import ClauseKind
from forums.quoracy import (
    Attendee,
    Body,
    Clause,
    How,
    Member,
    Place,
    cannot_be_met,
    judge,
    share_of,
)

TRUST, COUNCIL = 1, 2
CHAIR = Place(seat=1, title="Chair", holders=("Ann",))
FINANCE = Place(seat=2, title="Finance", organisation=TRUST, holders=("Bob",))
NURSE = Place(seat=3, title="Nurse", organisation=COUNCIL)
OBSERVER = Place(seat=4, title="Observer", holders=("Olga",), counts=False)
BODY = Body(
    (CHAIR, FINANCE, NURSE, OBSERVER), (Member(TRUST, "the trust"), Member(COUNCIL, "the council"))
)
ANN, BOB = Attendee("Ann", seat=1), Attendee("Bob", seat=2, organisation=TRUST)
EVERY = Clause(ClauseKind.EVERY_ORGANISATION)


def at_least(number: int) -> Clause:
    return Clause(ClauseKind.AT_LEAST, number=number)


def share(per_cent: int) -> Clause:
    return Clause(ClauseKind.AT_LEAST_SHARE, number=per_cent)


def must_include(seat: int, **ways) -> Clause:
    return Clause(ClauseKind.MUST_INCLUDE, seat=seat, **ways)


# Who attends


def test_every_organisation_is_met_when_each_has_somebody():
    cat = Attendee("Cat", seat=3, organisation=COUNCIL)
    verdict = judge(EVERY, BODY, [BOB, cat])
    assert (verdict.met, verdict.by) == (True, ("Bob", "Cat"))


def test_every_organisation_names_the_one_that_nobody_attends_for():
    verdict = judge(EVERY, BODY, [ANN, BOB])
    assert (verdict.met, verdict.wanting) == (False, ("somebody for the council",))


def test_every_organisation_cannot_be_told_where_no_member_is_recorded():
    assert judge(EVERY, Body((CHAIR,)), [ANN]).met is None


def test_a_proxy_counts_only_where_the_clause_takes_one():
    proxy = Attendee("Cat", organisation=COUNCIL, how=How.PROXY)
    assert not judge(EVERY, BODY, [BOB, proxy]).met
    assert judge(Clause(ClauseKind.EVERY_ORGANISATION, by_proxy=True), BODY, [BOB, proxy]).met


def test_a_substitute_counts_where_the_clause_or_the_seat_takes_one():
    substitute = Attendee("Sam", seat=1, how=How.SUBSTITUTE)
    assert not judge(must_include(1), BODY, [substitute]).met
    assert judge(must_include(1, by_substitute=True), BODY, [substitute]).met
    deputised = Body((Place(seat=1, title="Chair", may_be_deputised=True),))
    assert judge(must_include(1), deputised, [substitute]).met


def test_at_least_counts_those_whose_seat_counts():
    olga = Attendee("Olga", seat=4)
    assert judge(at_least(2), BODY, [ANN, BOB]).met
    verdict = judge(at_least(3), BODY, [ANN, BOB, olga])
    assert (verdict.met, verdict.wanting) == (False, ("1 more member, to make 3",))


def test_somebody_without_a_seat_makes_no_number():
    assert not judge(at_least(1), BODY, [Attendee("A guest")]).met


@pytest.mark.parametrize(
    ("per_cent", "size", "number"),
    [(50, 4, 2), (50, 5, 3), (33, 3, 1), (34, 3, 2), (100, 7, 7), (1, 1, 1), (10, 0, 0)],
)
def test_a_part_of_a_person_is_a_whole_one(per_cent, size, number):
    assert share_of(per_cent, size) == number


def test_a_share_is_of_all_places_that_count_vacant_ones_too():
    # Three places count: two thirds of them are two.
    assert judge(share(66), BODY, [ANN, BOB]).met
    assert not judge(share(67), BODY, [ANN, BOB]).met


def test_a_share_of_a_number_that_no_source_gives_cannot_be_told():
    unknown = Body((CHAIR, Place(seat=9, title="Practices", number=None)))
    assert judge(share(50), unknown, [ANN]).met is None


def test_must_include_names_the_seat():
    assert judge(must_include(1), BODY, [ANN]).by == ("Ann",)
    assert judge(must_include(3), BODY, [ANN]).wanting == ("Nurse",)


def test_must_include_a_seat_that_is_gone_is_not_met():
    verdict = judge(must_include(99), BODY, [ANN])
    assert (verdict.met, verdict.wanting) == (False, ("a seat that the forum no longer has",))


# Whether it could be met as the seats are filled


def test_a_vacant_seat_that_must_be_there_cannot_be_met():
    assert cannot_be_met(must_include(3), BODY).wanting == ("Nurse",)
    assert cannot_be_met(must_include(1), BODY) is None


def test_a_seat_of_which_it_is_not_recorded_who_fills_it_may_be_met():
    silent = Body((Place(seat=3, title="Nurse", may_be_filled=True),))
    assert cannot_be_met(must_include(3), silent) is None


def test_a_closed_organisation_sends_nobody_not_even_by_its_seat():
    place = Place(seat=2, title="Finance", organisation=TRUST, holders=("Bob",))
    body = Body((place,), (Member(TRUST, "the trust", closed="in March 2020"),))
    for clause in (EVERY, Clause(ClauseKind.EVERY_ORGANISATION, by_proxy=True)):
        assert cannot_be_met(clause, body).wanting == ("the trust, which closed in March 2020",)


def test_an_organisation_without_a_seat_of_its_own_may_send_anybody():
    assert cannot_be_met(EVERY, Body((), (Member(TRUST, "the trust"),))) is None


def test_an_organisation_whose_seats_are_vacant_may_still_send_a_substitute_or_proxy():
    assert cannot_be_met(EVERY, BODY).wanting == ("somebody for the council",)
    for way in ("by_substitute", "by_proxy"):
        assert cannot_be_met(Clause(ClauseKind.EVERY_ORGANISATION, **{way: True}), BODY) is None


def test_fewer_members_than_the_rule_asks_for_cannot_be_met():
    assert cannot_be_met(at_least(2), BODY) is None
    assert cannot_be_met(at_least(3), BODY).wanting == ("1 more member, to make 3",)


def test_a_seat_for_several_fills_as_many_places_as_the_sources_leave_open():
    body = Body((Place(seat=1, title="Leads", number=3, holders=("Ann",), may_be_filled=True),))
    assert cannot_be_met(at_least(3), body) is None
    assert cannot_be_met(at_least(4), body)


def test_a_seat_for_an_unknown_number_may_make_any_number():
    body = Body((Place(seat=1, title="Practices", number=None, holders=("Ann",)),))
    assert cannot_be_met(at_least(50), body) is None
    assert cannot_be_met(share(50), body) is None
