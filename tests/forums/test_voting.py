"""Which votes can be cast, and how many a decision needs."""

from dataclasses import replace

import pytest

from forums.models import DecisionRule
from forums.quoracy import Attendee, Filler, How, QuoracyForum, QuoracyMember, QuoracySeat
from forums.rule_trees import OrganisationsAsked, PeopleAsked
from forums.voting import voting

MEMBERS = (QuoracyMember("trust", "the trust"), QuoracyMember("council", "the council"))
BODY = QuoracyForum((), MEMBERS)
EVERY = OrganisationsAsked()
TRUST, COUNCIL = (Attendee(each.name, organisation=each.organisation) for each in MEMBERS)
SEATS = QuoracyForum(
    (
        QuoracySeat(seat=1, title="Chair", votes=True, may_be_deputised=True),
        QuoracySeat(seat=2, title="Partners", number=3, votes=True),
        QuoracySeat(seat=3, title="Clerk", votes=False),
        QuoracySeat(seat=4, title="Nurse"),
    ),
    MEMBERS,
)
HEADS = PeopleAsked(1)


@pytest.mark.parametrize("rule", ["", DecisionRule.CONSENSUS])
def test_no_votes_are_counted_without_a_rule_or_by_consensus(rule):
    assert voting(rule, EVERY, BODY, [TRUST]) is None


def test_nobody_is_given_a_vote_where_no_source_says_who_has_one():
    body = QuoracyForum((QuoracySeat(seat=4, title="Nurse"),))
    assert voting(DecisionRule.MAJORITY, HEADS, body, [Attendee("Ann", seat=4)]) is None


def test_each_organisation_has_one_vote_however_many_attend_for_it():
    votes = voting(DecisionRule.UNANIMITY, EVERY, BODY, [TRUST, replace(TRUST, name="Ann")])
    assert (votes.cast, votes.absent, votes.total) == (("the trust",), ("the council",), 2)


def test_a_proxy_carries_a_vote_only_where_the_rule_takes_one():
    proxy = replace(COUNCIL, how=How.PROXY)
    taken = replace(EVERY, counting=frozenset([How.PROXY]))
    assert voting(DecisionRule.UNANIMITY, taken, BODY, [TRUST, proxy]).absent == ()
    assert voting(DecisionRule.UNANIMITY, EVERY, BODY, [TRUST, proxy]).absent == ("the council",)


def test_one_person_who_sits_for_two_organisations_casts_one_vote():
    there = [replace(each, people=frozenset([7])) for each in (TRUST, COUNCIL)]
    assert len(voting(DecisionRule.UNANIMITY, EVERY, BODY, there).cast) == 1


def test_an_organisation_that_has_closed_has_a_vote_that_nobody_casts():
    body = QuoracyForum((), (MEMBERS[0], replace(MEMBERS[1], closed="in March 2020")))
    votes = voting(DecisionRule.UNANIMITY, EVERY, body, [TRUST, COUNCIL])
    assert (votes.cast, votes.absent) == (("the trust",), ("the council",))


def test_seats_vote_where_a_source_says_so_and_others_are_named_of_which_none_does():
    there = [Attendee("Ann", seat=1), Attendee("Bob", seat=2), Attendee("Cy", seat=3)]
    votes = voting(DecisionRule.MAJORITY, HEADS, SEATS, [*there, Attendee("Di", seat=4)])
    assert (votes.cast, votes.total) == (("Ann", "Bob"), 4)
    assert votes.absent == ("Partners × 2",)
    assert votes.unsaid == ("Nurse",)


def test_a_deputy_carries_the_vote_of_a_seat_that_may_be_deputised():
    deputies = [Attendee("Sam", seat=seat, how=How.SUBSTITUTE) for seat in (1, 2)]
    votes = voting(DecisionRule.MAJORITY, HEADS, SEATS, deputies)
    assert votes.cast == ("Sam",)
    assert votes.absent == ("Partners × 3",)


def test_a_vice_chair_who_is_a_member_too_has_one_vote_of_the_whole():
    ann, bea = (Filler(name, person) for name, person in (("Ann", 7), ("Bea", 8)))
    body = QuoracyForum(
        (
            QuoracySeat(seat=1, title="Vice-chair", votes=True, fillers=(ann,)),
            QuoracySeat(seat=2, title="Members", number=3, votes=True, fillers=(ann, bea)),
        )
    )
    there = [Attendee("Ann", seat=1, people=frozenset([7]))]
    votes = voting(DecisionRule.MAJORITY, HEADS, body, there)
    assert (votes.total, votes.needed_of_all, votes.absent) == (3, 2, ("Members × 2",))
    assert voting(DecisionRule.MAJORITY, HEADS, body, []).absent == ("Vice-chair", "Members × 2")


def test_one_person_who_sits_in_two_seats_that_vote_casts_one_vote():
    there = [Attendee("Ann", seat=seat, people=frozenset([7])) for seat in (1, 2)]
    votes = voting(DecisionRule.MAJORITY, HEADS, SEATS, there)
    assert (votes.cast, votes.absent) == (("Ann",), ("Partners × 3",))


@pytest.mark.parametrize("rule", [DecisionRule.MAJORITY, DecisionRule.UNANIMITY])
def test_where_no_vote_can_be_cast_no_number_of_them_decides(rule):
    assert voting(rule, HEADS, SEATS, []).needed is None
    assert voting(rule, EVERY, BODY, []).needed is None


@pytest.mark.parametrize(("there", "needed"), [(1, 1), (2, 2), (3, 2), (4, 3)])
def test_a_majority_is_more_than_half(there, needed):
    votes = voting(DecisionRule.MAJORITY, HEADS, SEATS, [Attendee("Ann", seat=2)] * there)
    assert (votes.needed, votes.needed_of_all) == (needed, 3)


def test_a_total_that_no_source_gives_is_not_made_up():
    body = QuoracyForum((QuoracySeat(seat=1, title="Practices", number=None, votes=True),))
    votes = voting(DecisionRule.MAJORITY, HEADS, body, [Attendee("Ann", seat=1)])
    assert (votes.total, votes.needed_of_all, votes.absent) == (None, None, ())
