"""Properties of every rule of quoracy, whatever its clauses and whoever attends."""

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from forums.choices import ClauseKind, SeatCategory
from forums.quoracy import (
    NOBODY,
    Attendee,
    Clause,
    Filler,
    How,
    QuoracyForum,
    QuoracyMember,
    QuoracySeat,
    Rule,
    as_filled,
    everybody,
    judge,
    judge_rule,
    one_each,
)
from tests import slow
from tests.forums.test_quoracy import whole

ORGANISATIONS = ["trust", "council", "practices"]
SEATS = [1, 2, 3, 4, 9]  # of which no body has the last
PEOPLE = st.none() | st.integers(1, 4)
CATEGORIES = ["", SeatCategory.EXECUTIVE.value, SeatCategory.LAY.value]
organisations = st.none() | st.sampled_from(ORGANISATIONS)

fillers = st.builds(
    Filler, name=st.sampled_from(["Ann", "Bob"]), person=PEOPLE, organisation=organisations
)


def places(seat: int):
    return st.builds(
        QuoracySeat,
        seat=st.just(seat),
        title=st.just(f"Seat {seat}"),
        organisation=organisations,
        number=st.none() | st.integers(1, 3),
        fillers=st.lists(fillers, max_size=3).map(tuple),
        acting=st.lists(fillers, max_size=1).map(tuple),
        may_be_filled=st.booleans(),
        counts=st.booleans(),
        may_be_deputised=st.none() | st.booleans(),
        category=st.sampled_from(CATEGORIES),
    )


members = st.lists(
    st.builds(
        QuoracyMember,
        organisation=st.sampled_from(ORGANISATIONS),
        name=st.just("a member"),
        closed=st.sampled_from(["", "", "in March 2020"]),
        successors=st.sampled_from([(), ("its successor",)]),
    ),
    unique_by=lambda member: member.organisation,
    max_size=3,
)
bodies = st.builds(
    QuoracyForum, places=st.tuples(*map(places, SEATS[:-1])), members=members.map(tuple)
)
ways = {"by_proxy": st.booleans(), "by_substitute": st.booleans()}
clauses = st.one_of(
    st.builds(
        Clause,
        kind=st.just(ClauseKind.EVERY_ORGANISATION),
        one_for_several=st.booleans(),
        **ways,
    ),
    st.builds(Clause, kind=st.just(ClauseKind.AT_LEAST), number=st.integers(1, 6), **ways),
    st.builds(Clause, kind=st.just(ClauseKind.AT_LEAST_SHARE), number=st.integers(1, 100), **ways),
    st.builds(Clause, kind=st.just(ClauseKind.MUST_INCLUDE), seat=st.sampled_from(SEATS), **ways),
)
rules = st.builds(
    Rule,
    clauses=st.lists(clauses, max_size=3).map(tuple),
    say_all=st.sampled_from([True, True, False, None]),
)
attendees = st.builds(
    Attendee,
    name=st.sampled_from(["Ann", "Bob", "Cat"]),
    seat=st.none() | st.sampled_from(SEATS),
    organisation=organisations,
    how=st.sampled_from(How),
    people=st.frozensets(st.integers(1, 4), max_size=2),
    assuming=st.sampled_from(["", "", "its successor acts in its place"]),
)
meetings = st.lists(attendees, max_size=6)


def just_quorate(rule, body, there) -> list[Attendee]:
    """The people `there`, and the people who are missing for a quorum if there are any."""
    return there + [
        one for clause in rule.clauses for one in judge(clause, body, there).would_meet or ()
    ]


@slow.SEARCH
@given(rules, bodies, meetings, attendees)
def test_one_more_who_attends_never_makes_a_quorate_meeting_inquorate(rule, body, there, another):
    for meeting in (there, just_quorate(rule, body, there)):
        after = judge_rule(rule, body, [*meeting, another])
        assert after.met is True or judge_rule(rule, body, meeting).met is not True


@slow.SEARCH
@given(rules, bodies, meetings, attendees)
def test_one_who_comes_instead_of_a_proxy_or_substitute_never_makes_it_inquorate(
    rule, body, there, sent
):
    """This is tried with a proxy or substitute who is not counted as one of the people there."""
    sent = replace(sent, people=NOBODY)
    wanted = just_quorate(rule, body, [*there, sent])[len(there) + 1 :]
    for meeting in (there, there + wanted):
        after = judge_rule(rule, body, [*meeting, replace(sent, how=How.IN_PERSON)])
        assert after.met is True or judge_rule(rule, body, [*meeting, sent]).met is not True


@slow.SEARCH
@given(rules, bodies, meetings)
def test_a_rule_is_met_exactly_when_nothing_is_missing(rule, body, there):
    judgement = judge_rule(rule, body, there)

    for _, verdict in judgement.clauses:
        assert (verdict.met is True) == (not verdict.missing)
    met = bool(rule.clauses and not judgement.missing)
    assert (judgement.recorded_met is True) == met
    assert (judgement.met is True) == (met and rule.say_all is True)


@slow.SEARCH
@given(clauses, bodies, meetings)
def test_a_clause_is_met_once_all_that_is_missing_comes(clause, body, there):
    verdict = judge(clause, body, there)
    assume(verdict.would_meet is not None)

    assert judge(clause, body, [*there, *verdict.would_meet]).met is True
    # And not before all of it has come.
    if verdict.would_meet:
        assert not judge(clause, body, [*there, *verdict.would_meet[1:]]).met


@slow.SEARCH
@given(clauses, bodies, meetings, meetings)
def test_what_nobody_could_meet_is_met_by_nobody(clause, body, there, more):
    assume(judge(clause, body, there).would_meet is None)

    assert not judge(clause, body, there + more).met


@slow.SEARCH
@given(clauses, bodies)
def test_what_cannot_be_met_as_filled_is_not_met_by_those_who_fill_it(clause, body):
    assume(as_filled(whole(clause), body).met is False)

    assert not judge_rule(whole(clause), body, everybody(clause, body, named=True)).met
    assert as_filled(whole(clause), body, named=True).met is not True


@given(st.lists(st.lists(attendees, max_size=3), max_size=5))
def test_nobody_is_counted_twice_and_as_many_as_can_be_are(choices):
    def known(one):
        return one.people

    chosen = one_each(choices, known)

    assert all(one is None or one in each for one, each in zip(chosen, choices, strict=True))
    assert len([one for one in chosen if one]) == _most(choices, frozenset())


def _most(choices, taken) -> int:
    """The same, by trying every combination."""
    if not choices:
        return 0
    first, *rest = choices
    best = _most(rest, taken)
    for one in first:
        for person in one.people - taken or ({None} if not one.people else ()):
            best = max(best, 1 + _most(rest, taken | ({person} - {None})))
    return best
