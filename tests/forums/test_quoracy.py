"""Whether a meeting is quorate by rules of one branch or a few, and whether it could be."""

from dataclasses import replace

import pytest

from forums.quoracy import (
    SOMEBODY_IN_THE_ROOM,
    Attendee,
    Filler,
    How,
    QuoracyForum,
    QuoracyMember,
    QuoracySeat,
    coming_for,
)
from forums.rule_as_filled import as_filled
from forums.rule_sentences import names_of
from forums.rule_trees import (
    AllOf,
    Among,
    Branch,
    OrganisationsAsked,
    PeopleAsked,
    ShareAsked,
    in_lowest_terms,
)
from forums.rule_verdicts import all_missing
from forums.rules import Found, JudgedRule, RuleOfQuoracy, found, judge_tree, size_of

TRUST, COUNCIL = "trust", "council"
CHAIR = QuoracySeat(seat=1, title="Chair", fillers=(Filler("Ann"),))
FINANCE = QuoracySeat(seat=2, title="Finance", organisation=TRUST, fillers=(Filler("Bob"),))
NURSE = QuoracySeat(seat=3, title="Nurse", organisation=COUNCIL)
OBSERVER = QuoracySeat(seat=4, title="Observer", fillers=(Filler("Olga"),), counts=False)
BODY = QuoracyForum(
    (CHAIR, FINANCE, NURSE, OBSERVER),
    (QuoracyMember(TRUST, "the trust"), QuoracyMember(COUNCIL, "the council")),
)
ANN, BOB = Attendee("Ann", seat=1), Attendee("Bob", seat=2, organisation=TRUST)
EVERY = OrganisationsAsked()
PROXY, SUBSTITUTE = How.PROXY, How.SUBSTITUTE


def at_least(number: int) -> PeopleAsked:
    return PeopleAsked(number)


def share(per_cent: int) -> ShareAsked:
    return ShareAsked(in_lowest_terms(per_cent, 100))


def must_include(seat: int) -> PeopleAsked:
    return PeopleAsked(1, Among(seats=(seat,)))


def counting(branch, *ways: How):
    return replace(branch, counting=frozenset(ways))


def whole(*branches: Branch) -> RuleOfQuoracy:
    """A rule that covers everything its document asks for."""
    return RuleOfQuoracy(branches[0] if len(branches) == 1 else AllOf(branches), say_all=True)


def judge(branch: Branch, body: QuoracyForum, attendees: list[Attendee]) -> Found:
    return found(branch, body, attendees)


def judge_rule(rule: RuleOfQuoracy, body: QuoracyForum, attendees: list[Attendee]) -> JudgedRule:
    return judge_tree(rule, body, attendees)


def missing(judged: JudgedRule, body: QuoracyForum) -> list[str]:
    return all_missing(judged, names_of(body))


def lacking(branch: Branch, body: QuoracyForum, attendees: list[Attendee]) -> list[str]:
    """What a meeting lacks by a rule of one branch."""
    return missing(judge_tree(whole(branch), body, attendees), body)


def cannot_be_met(branch: Branch, body: QuoracyForum) -> list[str]:
    """What even the fullest meeting lacks, if it does not meet a branch."""
    judged = as_filled(whole(branch), body)
    return missing(judged, body) if judged.found.met is False else []


# Who attends


def test_every_organisation_is_met_when_each_has_somebody():
    cat = Attendee("Cat", seat=3, organisation=COUNCIL)
    verdict = judge(EVERY, BODY, [BOB, cat])
    assert (verdict.met, verdict.by) == (True, ("Bob", "Cat"))


def test_every_organisation_names_the_one_that_nobody_attends_for():
    assert lacking(EVERY, BODY, [ANN, BOB]) == ["somebody for the council"]


def test_every_organisation_cannot_be_told_where_no_member_is_recorded():
    assert judge(EVERY, QuoracyForum((CHAIR,)), [ANN]).met is None


def test_a_proxy_counts_only_where_the_rule_takes_one():
    proxy = Attendee("Cat", organisation=COUNCIL, how=How.PROXY)
    assert not judge(EVERY, BODY, [BOB, proxy]).met
    assert judge(counting(EVERY, PROXY), BODY, [BOB, proxy]).met


@pytest.mark.parametrize("deputised", [True, False, None])
def test_a_substitute_counts_where_the_rule_takes_one_and_the_seat_does_not_refuse(deputised):
    substitute = Attendee("Sam", seat=1, organisation=TRUST, how=How.SUBSTITUTE)
    chair = QuoracySeat(seat=1, title="Chair", organisation=TRUST, may_be_deputised=deputised)
    body = QuoracyForum((chair,), (QuoracyMember(TRUST, "the trust"),))
    for branch in (must_include(1), at_least(1), share(100), EVERY):
        assert not judge(branch, body, [substitute]).met
        taking = counting(branch, SUBSTITUTE)
        assert judge(taking, body, [substitute]).met is (deputised is not False)


# Nobody in the room


@pytest.mark.parametrize(
    "rule", [[EVERY], [at_least(2)], [share(50)], [must_include(1)], [EVERY, at_least(1)]]
)
def test_proxy_votes_alone_make_no_meeting(rule):
    rule = [counting(branch, PROXY, SUBSTITUTE) for branch in rule]
    members = [
        Attendee("Ann", seat=1),
        Attendee("Bob", seat=2, organisation=TRUST),
        Attendee("Cat", seat=3, organisation=COUNCIL),
    ]
    proxies = [replace(one, how=How.PROXY) for one in members]
    judged = judge_rule(whole(*rule), BODY, proxies)
    assert (judged.met, missing(judged, BODY)) == (False, [SOMEBODY_IN_THE_ROOM])
    for how in (How.IN_PERSON, How.SUBSTITUTE):
        assert judge_rule(whole(*rule), BODY, [*proxies[1:], replace(members[0], how=how)]).met


def test_a_forum_on_which_nobody_sits_could_not_be_quorate_by_proxy_votes_alone():
    empty = QuoracyForum((replace(FINANCE, fillers=()),), (QuoracyMember(TRUST, "the trust"),))
    judged = as_filled(whole(counting(EVERY, PROXY)), empty)
    assert (judged.met, missing(judged, empty)) == (False, [SOMEBODY_IN_THE_ROOM])
    assert as_filled(whole(counting(EVERY, PROXY, SUBSTITUTE)), empty).met


def test_whether_organisations_that_are_not_recorded_could_be_quorate_cannot_be_told():
    judged = as_filled(whole(EVERY), QuoracyForum())
    assert judged.met is None
    assert missing(judged, QuoracyForum()) == [
        "the member organisations, none of which is recorded"
    ]


def test_a_share_of_nobody_makes_no_meeting():
    body = QuoracyForum((OBSERVER,))
    judged = judge_rule(whole(share(50)), body, [])
    assert (judged.met, missing(judged, body)) == (False, [SOMEBODY_IN_THE_ROOM])


# Who acts for another


def test_who_acts_counts_in_the_place_of_one_who_sits_twice():
    chair = QuoracySeat(
        seat=1, title="Chair", fillers=(Filler("Ann", 7),), acting=(Filler("Cy (acting)", 8),)
    )
    finance = QuoracySeat(seat=2, title="Finance", fillers=(Filler("Ann", 7),))
    assert cannot_be_met(at_least(2), QuoracyForum((chair, finance))) == []
    assert cannot_be_met(at_least(2), QuoracyForum((replace(chair, acting=()), finance)))
    # One of the two comes from the chair, not both.
    assert cannot_be_met(at_least(2), QuoracyForum((chair,)))


# What came after a member that has closed


def test_a_successor_counts_for_a_closed_member_only_if_it_is_said_to_act_in_its_place():
    closed = QuoracyMember(TRUST, "the trust", "closed in March 2020", ("the new trust",))
    body = QuoracyForum((), (closed,))
    [lacks] = missing(as_filled(whole(EVERY), body), body)
    assert lacks.endswith(": no source recorded here says whether the new trust did")
    assert not judge_rule(whole(EVERY), body, [Attendee("Bob", organisation=TRUST)]).met
    judged = judge_rule(whole(EVERY), body, [coming_for(closed)])
    assert judged.met
    assert judged.assuming == ("the new trust acts in place of the trust",)
    # Nobody acts in place of one that is open, or of one that nothing succeeded.
    for member in (replace(closed, closed=""), replace(closed, successors=())):
        assert not judge(EVERY, QuoracyForum((), (member,)), [coming_for(closed)]).met


@pytest.mark.parametrize("asked", [EVERY, OrganisationsAsked(2)])
def test_whether_organisations_are_there_cannot_be_said_if_only_closed_ones_are_not(asked):
    closed = QuoracyMember(COUNCIL, "the council", closed="closed in March 2020")
    body = QuoracyForum((), (closed, QuoracyMember(TRUST, "the trust")))
    trust = Attendee("Bob", organisation=TRUST)
    judged = judge_rule(whole(asked), body, [trust])
    assert judged.met is None
    [lacks] = missing(judged, body)
    assert lacks.endswith(
        "whoever took the place of the council, which closed in March 2020: no source recorded "
        "here says who did"
    )
    assert as_filled(whole(asked), body).met is None
    # It is not quorate without the trust, whoever came for the council.
    assert judge_rule(whole(asked), body, [Attendee("Ann", seat=1)]).met is False
    acting = replace(closed, successors=("the new council",))
    two = replace(body, members=(acting, body.members[1]))
    # Somebody who may be there for one of them only is there for the one that is open.
    both = [replace(one, people=frozenset({7})) for one in (coming_for(acting), trust)]
    assert judge_rule(whole(asked), two, both).met is None


def test_at_least_counts_those_whose_seat_counts():
    olga = Attendee("Olga", seat=4)
    assert judge(at_least(2), BODY, [ANN, BOB]).met
    assert lacking(at_least(3), BODY, [ANN, BOB, olga]) == ["1 more member, to make 3"]


def test_somebody_without_a_seat_does_not_count_to_the_number():
    assert not judge(at_least(1), BODY, [Attendee("A guest")]).met


@pytest.mark.parametrize(
    ("per_cent", "size", "number"),
    [(50, 4, 2), (50, 5, 3), (33, 3, 1), (34, 3, 2), (100, 7, 7), (1, 1, 1), (10, 0, 0)],
)
def test_a_share_is_rounded_up_to_a_whole_person(per_cent, size, number):
    assert share(per_cent).of(size) == number


def test_a_share_is_of_all_places_that_count_vacant_ones_too():
    # Three places count: two thirds of them are two.
    assert judge(share(66), BODY, [ANN, BOB]).met
    assert not judge(share(67), BODY, [ANN, BOB]).met


def test_a_share_of_a_number_that_no_source_gives_cannot_be_told():
    unknown = QuoracyForum((CHAIR, QuoracySeat(seat=9, title="Practices", number=None)))
    assert judge(share(50), unknown, [ANN]).met is None


def test_must_include_names_the_seat():
    assert judge(must_include(1), BODY, [ANN]).by == ("Ann",)
    assert lacking(must_include(3), BODY, [ANN]) == ["“Nurse”"]


def test_a_seat_that_is_gone_is_not_there():
    assert lacking(must_include(99), BODY, [ANN]) == ["seat 99, which the forum does not have"]


# Whether it could be met as the seats are filled


def test_a_vacant_seat_that_must_be_there_cannot_be_met():
    assert cannot_be_met(must_include(3), BODY) == ["“Nurse”"]
    assert cannot_be_met(must_include(1), BODY) == []


def test_a_seat_of_which_it_is_not_recorded_who_fills_it_may_be_met():
    silent = QuoracyForum((QuoracySeat(seat=3, title="Nurse", may_be_filled=True),))
    assert cannot_be_met(must_include(3), silent) == []


def test_a_closed_organisation_sends_nobody_not_even_by_its_seat():
    place = QuoracySeat(seat=2, title="Finance", organisation=TRUST, fillers=(Filler("Bob"),))
    body = QuoracyForum(
        (place,), (QuoracyMember(TRUST, "the trust", closed="closed in March 2020"),)
    )
    for branch in (EVERY, counting(EVERY, PROXY)):
        assert as_filled(whole(branch), body).met is None


def test_an_organisation_without_a_seat_of_its_own_may_send_anybody():
    assert cannot_be_met(EVERY, QuoracyForum((), (QuoracyMember(TRUST, "the trust"),))) == []


def test_an_organisation_whose_seats_are_vacant_may_still_send_a_substitute_or_proxy():
    assert cannot_be_met(EVERY, BODY) == ["somebody for the council"]
    for way in (SUBSTITUTE, PROXY):
        assert cannot_be_met(counting(EVERY, way), BODY) == []


def test_fewer_members_than_the_rule_asks_for_cannot_be_met():
    assert cannot_be_met(at_least(2), BODY) == []
    assert cannot_be_met(at_least(3), BODY) == ["1 more member, to make 3"]


def test_a_seat_for_several_fills_as_many_places_as_the_sources_leave_open():
    body = QuoracyForum(
        (
            QuoracySeat(
                seat=1, title="Leads", number=3, fillers=(Filler("Ann"),), may_be_filled=True
            ),
        )
    )
    assert cannot_be_met(at_least(3), body) == []
    assert cannot_be_met(at_least(4), body)


def test_a_seat_for_an_unknown_number_may_make_any_number():
    body = QuoracyForum(
        (QuoracySeat(seat=1, title="Practices", number=None, fillers=(Filler("Ann"),)),)
    )
    assert cannot_be_met(at_least(50), body) == []
    assert cannot_be_met(share(50), body) == []


# One person, several places

BOTH = QuoracyForum(
    (
        QuoracySeat(seat=1, title="Finance", organisation=TRUST, fillers=(Filler("Bob", 7),)),
        QuoracySeat(seat=2, title="Nurse", organisation=COUNCIL, fillers=(Filler("Bob", 7),)),
    ),
    BODY.members,
)
HE, ELSEWHERE = (
    Attendee("Bob", seat=1, organisation=TRUST, people=frozenset([7])),
    Attendee("Bob", seat=2, organisation=COUNCIL, people=frozenset([7])),
)


def test_one_person_is_not_there_for_two_organisations():
    verdict = judge(EVERY, BOTH, [HE, ELSEWHERE])
    assert (verdict.met, verdict.by) == (False, ("Bob",))
    assert lacking(EVERY, BOTH, [HE, ELSEWHERE]) == [
        "somebody for the council who does not already count for another organisation"
    ]
    assert cannot_be_met(EVERY, BOTH) == lacking(EVERY, BOTH, [HE, ELSEWHERE])


def test_one_person_is_there_for_two_where_the_rule_says_so():
    several = OrganisationsAsked(one_for_several=True)
    assert judge(several, BOTH, [HE, ELSEWHERE]).met
    assert cannot_be_met(several, BOTH) == []


def test_who_is_there_for_one_may_be_one_of_several_who_sit_for_it():
    body = replace(
        BOTH,
        places=(
            *BOTH.places,
            QuoracySeat(seat=3, title="Chief", organisation=TRUST, fillers=(Filler("Cat", 8),)),
        ),
    )
    assert cannot_be_met(EVERY, body) == []
    anybody = Attendee("the trust", organisation=TRUST, people=frozenset([7, 8]))
    assert judge(EVERY, body, [ELSEWHERE, anybody]).met


def test_a_proxy_is_the_organisations_own_and_counts_beside_one_who_attends_for_another():
    proxy = replace(ELSEWHERE, how=How.PROXY)
    assert judge(counting(EVERY, PROXY), BOTH, [HE, proxy]).met
    assert cannot_be_met(counting(EVERY, PROXY), BOTH) == []


def test_one_person_in_two_places_is_one_member_and_makes_a_share_of_one_fewer():
    assert not judge(at_least(2), BOTH, [HE, ELSEWHERE]).met
    assert size_of(share(100), BOTH) == 1
    assert judge(share(100), BOTH, [HE, ELSEWHERE]).met
    assert not judge(
        counting(at_least(2), PROXY), BOTH, [HE, replace(ELSEWHERE, how=How.PROXY)]
    ).met


# Whole rules


def test_a_rule_is_met_when_each_of_its_branches_is():
    rule = [at_least(2), must_include(1)]
    assert judge_rule(whole(*rule), BODY, [ANN, BOB]).met
    judged = judge_rule(whole(*rule), BODY, [BOB])
    assert judged.met is False
    assert missing(judged, BODY) == ["1 more member, to make 2", "“Chair”"]


@pytest.mark.parametrize("say_all", [False, None])
def test_a_rule_that_may_ask_more_is_never_surely_met(say_all):
    rule = RuleOfQuoracy(at_least(2), say_all)
    for judged in (judge_rule(rule, BODY, [ANN, BOB]), as_filled(rule, BODY)):
        assert (judged.met, judged.recorded_met) == (None, True)
    # The recorded branches are judged in any case.
    assert judge_rule(rule, BODY, [ANN]).met is False


def test_a_rule_of_which_a_branch_cannot_be_told_is_not_met_as_far_as_is_known():
    unknown = QuoracyForum((CHAIR, QuoracySeat(seat=9, title="Practices", number=None)))
    assert judge_rule(whole(share(50), must_include(1)), unknown, [ANN]).met is None
    assert judge_rule(whole(share(50), must_include(1)), unknown, []).met is False


def test_an_organisation_that_has_closed_is_there_by_nobody():
    body = QuoracyForum((), (QuoracyMember(TRUST, "the trust", closed="closed in March 2020"),))
    assert judge(EVERY, body, [Attendee("Bob", organisation=TRUST)]).met is None
