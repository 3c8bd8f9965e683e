"""Rules of quoracy as trees: the verdicts that were worked out by hand, and the branches."""

import pytest

from forums.rules import judge_tree
from tests.forums.rules_cast import Meeting, meetings

BY_HAND = dict(meetings())


@pytest.mark.parametrize("which", BY_HAND)
def test_the_verdict_on_a_meeting_is_the_one_that_was_worked_out_by_hand(which):
    meeting: Meeting = BY_HAND[which]
    judged = judge_tree(meeting.rule, meeting.body, meeting.attendees)

    assert judged.met is meeting.quorate
    branches = enumerate(judged.top_branches, start=1)
    verdicts = {number: each.met for number, each in branches}
    fails: list = [number for number, met in verdicts.items() if met is False]
    assert fails + ["room"] * (not judged.in_the_room) == meeting.fails
    assert [number for number, met in verdicts.items() if met is None] == meeting.not_known
