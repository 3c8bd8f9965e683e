"""Rules of quoracy that no clause can hold, built row by row in the step that records new terms of
reference, and what the page of quoracy makes of meetings before and after."""

import pytest

from forums.models import Forum
from tests import stepping
from tests.builders import make_forum, make_membership, make_person, make_seat, make_terms
from tests.forums.rules_cast import BY_HAND
from tests.in_use.stage import correct, paper, take
from tests.pages.as_data import read_data
from tests.pages.reading import read

pytestmark = pytest.mark.django_db

HALF, LAY = (
    next(each for each in BY_HAND if each["rule"].startswith(name))
    for name in ("Half of the members, with the chair", "At least three members, with a lay")
)
WAYS = {"": "attends", "remotely": "remotely", "by proxy": "proxy"}
BEFORE, AFTER = "2024-03-31", "2024-04-01"
REMOTE, PROXY = ["remote"], ["remote", "proxy"]


def board_of(written: dict) -> Forum:
    """The forum of a rule that was worked out by hand, quorate with three members until it is
    recorded."""
    forum = make_forum(slug="board", name="The Board", start_date="2015-04-01")
    three = {"people": 3, "in": "members", "counting": REMOTE}
    make_terms(
        forum=forum, quoracy_wording="three", quoracy_rule=three, quoracy_clauses_say_all=True
    )
    people = {name: None for each in written["seats"] for name in each.get("holders", [])}
    people = {name: make_person(name=name, slug=name.lower()) for name in people}
    for each in written["seats"]:
        seat = make_seat(
            forum=forum,
            title=each["title"],
            number=each.get("number", 1),
            category=each.get("category", ""),
            counts_to_quoracy=each.get("counts", True),
            order=each["seat"],
        )
        for name in each.get("holders", []):
            make_membership(seat=seat, person=people[name])
    return forum


def rows(forum: Forum, *asked: dict) -> dict:
    """What a browser sends of the rows of a rule. Seats are given by their titles."""
    keys = dict(forum.seats.values_list("title", "pk"))
    sent = {"quoracy_rule-rows": "8", "quoracy_rule-joined": "all"}
    for number, row in enumerate(asked, start=1):
        for name, said in {"asks": "people", "counting": REMOTE, **row}.items():
            given = [keys[title] for title in said] if name == "seats" else said
            sent[f"quoracy_rule-{number}-{name}"] = given
    return sent


def record(forum: Forum, written: dict, reads: str, answers: dict) -> None:
    """Record new terms of reference with a rule, and say that it says all that they ask."""
    words = {"quoracy_wording": written["words"], **answers}
    preview = stepping.preview(forum, "new-terms", date=AFTER, document=paper(AFTER), **words)
    shown = " ".join(preview.content.decode().split())
    assert f"It reads:</strong> {reads}" in shown
    take(forum, "new-terms", date=AFTER, document=paper("2024-04-20"), **words)
    terms = forum.terms_of_reference.latest("latest_start")
    correct(terms, quoracy_clauses_say_all="true")
    assert sentence(BEFORE).startswith("A meeting is quorate when at least 3 members attend")
    assert sentence(AFTER).startswith(reads)


def sentence(on: str) -> str:
    """The rule of a day, as the page of quoracy reads it back."""
    return read("/forums/board/quoracy/", {"as_at": on}).fact("Read as")


def attendance(forum: Forum, there: list[str]) -> dict:
    """The answers for those who attend, from each seat that they fill."""
    answers = {}
    for said in there:
        name, _, way = said.partition(" ")
        for seat in forum.seats.filter(memberships__person__name=name):
            holders = list(seat.memberships.order_by("person__name").values_list("person__name"))
            place = "" if seat.number == 1 else f"-{holders.index((name,)) + 1}"
            answers[f"seat-{seat.pk}{place}"] = WAYS[way]
    return answers


def judged(forum: Forum, there: list[str], on: str) -> tuple[bool | None, list]:
    """The verdict on a day, and the branches of the whole rule that are not met."""
    asked = {**attendance(forum, there), "as_at": on}
    said = read_data("/forums/board/quoracy.json", asked).said
    unmet = [each["number"] for each in said["branches"] if each["met"] is False]
    return said["quorate"], [int(number) for number in unmet if number and "." not in number]


def by_hand(written: dict, there: list[str]) -> tuple[bool | None, list]:
    [meeting] = [each for each in written["meetings"] if each["there"] == there]
    return meeting["quorate"], meeting.get("fails", [])


HALF_READS = (
    "A meeting is quorate when (1) at least half of the members, vacant places included, attend; "
    "(2) “Chair” or “Deputy Chair” attends; (3) at least 1 executive member attends; and (4) at "
    "least 1 independent non-executive member attends: in each case, in person or remotely."
)
LAY_READS = (
    "A meeting is quorate when (1) at least 3 members attend in person or remotely; (2) at least 1 "
    "lay member attends in person alone; and (3) any of these is met: (3.1) “Chief Nurse” attends "
    "in person, remotely or by proxy vote; (3.2) “Medical Director” attends in person, remotely or "
    "by proxy vote; or (3.3) “Director of Finance” attends in person, remotely or by proxy vote."
)


@pytest.mark.parametrize(
    "there",
    [
        ["Ann", "Cat", "Eve", "Gil", "Hal", "Ida"],
        ["Ann", "Dev", "Fay", "Gil", "Hal", "Ida"],  # no executive
    ],
)
def test_half_of_the_members_with_the_chair_or_the_deputy_an_executive_and_another(there):
    board = board_of(HALF)
    asked = rows(
        board,
        {"asks": "share", "share": "1/2", "of": "places"},
        {"number": 1, "whom": "seats", "seats": ["Chair", "Deputy Chair"]},
        {"number": 1, "whom": "category", "category": "executive"},
        {"number": 1, "whom": "category", "category": "independent-non-executive"},
    )
    record(board, HALF, HALF_READS, asked)
    assert judged(board, there, BEFORE) == (True, [])
    assert judged(board, there, AFTER) == by_hand(HALF, there)


@pytest.mark.parametrize(
    "there",
    [
        ["Ann", "Bob", "Fay", "Eve by proxy"],
        ["Cat", "Dan", "Fay"],  # no lay member
    ],
)
def test_three_members_with_a_lay_member_and_either_of_three_directors(there):
    board = board_of(LAY)
    directors = ["Chief Nurse", "Medical Director", "Director of Finance"]
    one = {"number": 1, "whom": "seats", "inside": 3, "counting": PROXY}
    asked = rows(
        board,
        {"number": 3},
        {"number": 1, "whom": "category", "category": "lay", "counting": []},
        {"asks": "any"},
        *({**one, "seats": [title]} for title in directors),
    )
    record(board, LAY, LAY_READS, asked)
    assert judged(board, there, BEFORE) == (True, [])
    assert judged(board, there, AFTER) == by_hand(LAY, there)
