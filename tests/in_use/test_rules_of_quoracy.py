"""The eight rules of quoracy that were worked out by hand: built row by row in the step that
records new terms of reference, read back, and what the page of quoracy makes of their meetings."""

import pytest

from forums.models import Forum
from tests import stepping
from tests.builders import (
    make_forum,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_person,
    make_seat,
    make_terms,
)
from tests.forums.rules_cast import BY_HAND
from tests.in_use.stage import correct, paper, take
from tests.pages.as_data import read_data
from tests.pages.reading import read

pytestmark = pytest.mark.django_db

WAYS = {
    "": "attends",
    "remotely": "remotely",
    "by proxy": "proxy",
    "by substitute": "substitute",
    "by deputy": "deputy",
}
BEFORE, AFTER = "2024-03-31", "2024-04-01"
REMOTE, PROXY = ["remote"], ["remote", "proxy"]
SENT, ANY_WAY = ["remote", "substitute"], ["remote", "substitute", "deputy", "proxy"]


def one_of(*titles: str, **more) -> dict:
    """A row that asks for one person from these seats."""
    return {"number": 1, "whom": "seats", "seats": titles, **more}


def one_who_is(category: str, **more) -> dict:
    return {"number": 1, "whom": "category", "category": category, **more}


# The rows of each rule, with the sentence as which it reads.
BUILT = {
    "Half of the members, with the chair": (
        [
            {"asks": "share", "share": "1/2", "of": "places"},
            one_of("Chair", "Deputy Chair"),
            one_who_is("executive"),
            one_who_is("independent-non-executive"),
        ],
        (
            "(1) at least half of the members, vacant places included, attend; (2) “Chair” or"
            " “Deputy Chair” attends; (3) at least 1 executive member attends; and (4) at "
            "least 1 independent non-executive member attends: in each case, in person or "
            "remotely."
        ),
    ),
    "Four members, with two out of four": (
        [
            {"number": 4, "counting": ["deputy"]},
            one_of("Chair", "Vice-chair", counting=[]),
            one_of("Chief Officer", "Chief Finance Officer", counting=["deputy"]),
            one_of(
                "Lay member for audit",
                "Lay member for patients",
                "Secondary care doctor",
                "Nurse",
                number=2,
                counting=[],
            ),
        ],
        (
            "(1) at least 4 members attend in person or by a deputy; (2) “Chair” or “Vice-"
            "chair” attends in person alone; (3) “Chief Officer” or “Chief Finance Officer” "
            "attends in person or by a deputy; and (4) at least 2 of “Lay member for audit”, "
            "“Lay member for patients”, “Secondary care doctor” and “Nurse” attend in person "
            "alone."
        ),
    ),
    "A third of the members, with one": (
        [
            {"asks": "share", "share": "1/3", "of": "places", "counting": SENT},
            *(
                one_of(f"Members for {place}", counting=SENT)
                for place in ("North", "South", "East")
            ),
        ],
        (
            "(1) at least a third of the members, vacant places included, attend; (2) at "
            "least 1 of “Members for North” attends; (3) at least 1 of “Members for South” "
            "attends; and (4) at least 1 of “Members for East” attends: in each case, in "
            "person, remotely or by somebody nominated for the meeting."
        ),
    ),
    "Seven, with a councillor": (
        [
            {"number": 7, "counting": SENT},
            one_of("Chair", "Councillors", counting=SENT),
            one_of("CCG representatives", "NHS trust representatives", counting=SENT),
            one_of("Director of Public Health", counting=[*SENT, "deputy"]),
        ],
        (
            "(1) at least 7 members attend in person, remotely or by somebody nominated for "
            "the meeting; (2) at least 1 of “Chair” and “Councillors” attends in person, "
            "remotely or by somebody nominated for the meeting; (3) at least 1 of “CCG "
            "representatives” and “NHS trust representatives” attends in person, remotely or "
            "by somebody nominated for the meeting; and (4) “Director of Public Health” "
            "attends in person, remotely, by somebody nominated for the meeting or by a "
            "deputy."
        ),
    ),
    "At least three members, with a lay": (
        [
            {"number": 3},
            one_who_is("lay", counting=[]),
            {"asks": "any"},
            *(
                one_of(title, inside=3, counting=PROXY)
                for title in ("Chief Nurse", "Medical Director", "Director of Finance")
            ),
        ],
        (
            "(1) at least 3 members attend in person or remotely; (2) at least 1 lay member "
            "attends in person alone; and (3) any of these is met: (3.1) “Chief Nurse” "
            "attends in person, remotely or by proxy vote; (3.2) “Medical Director” attends "
            "in person, remotely or by proxy vote; or (3.3) “Director of Finance” attends in "
            "person, remotely or by proxy vote."
        ),
    ),
    "HIPCS": (
        [{"asks": "organisations", "counting": ANY_WAY}],
        (
            "every member organisation attends in person, remotely, by somebody nominated for"
            " the meeting, by a deputy or by proxy vote."
        ),
    ),
    "One Herefordshire": (
        [{"asks": "organisations", "counting": ANY_WAY}],
        (
            "every member organisation attends in person, remotely, by somebody nominated for"
            " the meeting, by a deputy or by proxy vote."
        ),
    ),
    "Committees in common": (
        [
            {"asks": "all"},
            {
                "number": 3,
                "whom": "seats",
                "seats": ["Chair of A", "Non-executives of A", "Executives of A"],
                "inside": 1,
            },
            one_of("Chair of A", inside=1),
            {
                "asks": "share",
                "share": "1/2",
                "of": "in post",
                "whom": "seats",
                "seats": ["Chair of B", "Members of B"],
                "counting": [],
            },
            {"asks": "all"},
            {"asks": "different", "inside": 5},
            one_of("Chair of C", inside=6, counting=PROXY),
            one_of("Non-executives of C", inside=6, counting=PROXY),
            one_of("Executives of C", inside=5, counting=PROXY),
        ],
        (
            "(1) all of these are met: (1.1) at least 3 of “Chair of A”, “Non-executives of "
            "A” and “Executives of A” attend in person or remotely; and (1.2) “Chair of A” "
            "attends in person or remotely; (2) at least half of those in “Chair of B” and "
            "“Members of B” who are in post attend in person alone; and (3) all of these are "
            "met: (3.1) all of these are met, each by different people: (3.1.1) “Chair of C” "
            "attends in person, remotely or by proxy vote; and (3.1.2) at least 1 of “Non-"
            "executives of C” attends in person, remotely or by proxy vote; and (3.2) at "
            "least 1 of “Executives of C” attends in person, remotely or by proxy vote."
        ),
    ),
}


def board_of(written: dict) -> Forum:
    """The forum of a rule that was worked out by hand, quorate with two members until it is
    recorded."""
    forum = make_forum(slug="board", name="The Board", start_date="2015-04-01")
    two = {"people": 2, "in": "members", "counting": ANY_WAY}
    make_terms(forum=forum, quoracy_wording="two", quoracy_rule=two, quoracy_rule_says_all=True)
    organisations = {
        each["organisation"]: make_organisation(slug=each["organisation"], name=each["name"])
        for each in written.get("members", [])
    }
    for organisation in organisations.values():
        make_member_organisation(forum=forum, organisation=organisation)
    people = {name for each in written["seats"] for name in each.get("holders", [])}
    people = {name: make_person(name=name, slug=name.lower()) for name in sorted(people)}
    for each in written["seats"]:
        holders, number = each.get("holders", []), each.get("number", 1)
        silent = number is None or each.get("not_recorded")
        seat = make_seat(
            forum=forum,
            title=each["title"],
            number=number,
            category=each.get("category", ""),
            counts_to_quoracy=each.get("counts", True),
            may_be_deputised=each.get("may_be_deputised"),
            on_behalf_of=organisations.get(each.get("organisation")),
            order=each["seat"],
            vacant=0 if silent else number - len(holders),
        )
        for name in holders:
            speaks_for = organisations.get(each.get("for", {}).get(name))
            make_membership(seat=seat, person=people[name], on_behalf_of=speaks_for)
    return forum


def rows(forum: Forum, asked: list[dict]) -> dict:
    """What a browser sends of the rows of a rule. Seats are given by their titles."""
    keys = dict(forum.seats.values_list("title", "pk"))
    sent = {"quoracy_rule-rows": str(len(asked) + 3), "quoracy_rule-joined": "all"}
    for number, row in enumerate(asked, start=1):
        for name, said in {"asks": "people", "counting": REMOTE, **row}.items():
            given = [keys[title] for title in said] if name == "seats" else said
            sent[f"quoracy_rule-{number}-{name}"] = given
    return sent


def record(forum: Forum, words: str, reads: str, answers: dict) -> None:
    """Record new terms of reference with a rule, and say that it says all that they ask."""
    answers = {"quoracy_wording": words, **answers}
    preview = stepping.preview(forum, "new-terms", date=AFTER, document=paper(AFTER), **answers)
    shown = " ".join(preview.content.decode().split())
    assert f"It reads:</strong> {reads}" in shown
    take(forum, "new-terms", date=AFTER, document=paper("2024-04-20"), **answers)
    terms = forum.terms_of_reference.latest("latest_start")
    correct(terms, quoracy_rule_says_all="true")
    assert sentence(BEFORE).startswith("A meeting is quorate when at least 2 members attend")
    assert sentence(AFTER).startswith(reads)


def sentence(on: str) -> str:
    """The rule of a day, as the page of quoracy reads it back."""
    return read("/forums/board/quoracy/", {"as_at": on}).fact("Read as")


def attendance(forum: Forum, asked_of: set[str], there: list[str]) -> dict:
    """The answers for those who attend: from each seat that they fill, or for whom they speak."""
    answers, keys, deputies = {}, {}, {}
    for said in there:
        name, _, way = said.partition(" ")
        if way.startswith("by deputy "):
            deputies[name] = way.removeprefix("by deputy ")
            way = "by deputy"
        for seat in forum.seats.filter(memberships__person__name=name):
            holders = list(seat.memberships.order_by("pk"))
            [which] = [at for at, each in enumerate(holders, 1) if each.person.name == name]
            speaks_for = holders[which - 1].on_behalf_of or seat.on_behalf_of
            seats = (f"seat-{seat.pk}", f"seat-{seat.pk}-{which}")
            others = f"organisation-{speaks_for.slug}" if speaks_for else "seat-others"
            [key] = [each for each in (*seats, others) if each in asked_of][:1] or [""]
            keys.setdefault(name, key)
            if key in seats:
                answers[key] = WAYS[way]
            elif key:
                said = "substitute" if way == "by deputy" else WAYS[way]
                answers.setdefault(key, "attends" if said == "remotely" else said)
    return answers | {f"deputy-{keys[name]}": keys[other] for name, other in deputies.items()}


def judged(forum: Forum, there: list[str], on: str) -> tuple[bool | None, list]:
    """The verdict on a day, and the branches of the whole rule that are not met."""
    asked_of = set(read_data("/forums/board/quoracy.json", {"as_at": on}).said["attendance"])
    asked = {**attendance(forum, asked_of, there), "as_at": on}
    said = read_data("/forums/board/quoracy.json", asked).said
    unmet = [each["number"] or "1" for each in said["branches"] if each["met"] is False]
    return said["quorate"], [int(number) for number in unmet if "." not in number]


def by_hand(meeting: dict) -> tuple[bool | None, list]:
    return meeting["quorate"], [each for each in meeting.get("fails", []) if each != "room"]


@pytest.mark.parametrize("begins", BUILT)
def test_a_rule_goes_in_by_its_rows_reads_back_and_judges_its_meetings(begins):
    [written] = [each for each in BY_HAND if each["rule"].startswith(begins)]
    board = board_of(written)
    asked, reads = BUILT[begins]
    reads = f"A meeting is quorate when {reads}"
    record(board, written["words"], reads, rows(board, asked))
    assert len(written["meetings"]) == 12
    wrong = {
        ", ".join(meeting["there"]): (said, by_hand(meeting))
        for meeting in written["meetings"]
        if (said := judged(board, meeting["there"], AFTER)) != by_hand(meeting)
    }
    assert wrong == {}
    assert judged(board, written["meetings"][0]["there"], BEFORE) == (True, [])


def test_whoever_withdraws_for_an_item_leaves_all_of_their_seats_for_it():
    """Bob is the deputy chair and an executive."""
    [written] = [each for each in BY_HAND if each["rule"].startswith("Half of the members")]
    board = board_of(written)
    asked, _ = BUILT["Half of the members, with the chair"]
    take(board, "new-terms", date=AFTER, document=paper("2024-04-20"), **rows(board, asked))
    correct(board.terms_of_reference.latest("latest_start"), quoracy_rule_says_all="true")
    asked_of = set(read_data("/forums/board/quoracy.json").said["attendance"])
    there = ["Bob", "Cat", "Eve", "Gil", "Hal", "Ida", "Jan"]
    answers = attendance(board, asked_of, there)
    keys = {key: key for key in answers}
    deputy, finance, gil = [
        f"withdraws-{next(key for key in keys if key.startswith(f'seat-{seat.pk}'))}"
        for seat in (
            board.seats.get(title=title)
            for title in ("Deputy Chair", "Director of Finance", "Partner members")
        )
    ]
    for leaving, quorate, missing in (
        ({gil: "1"}, True, []),
        ({deputy: "1"}, False, ["“Chair” or “Deputy Chair”"]),
        ({finance: "1"}, False, ["“Chair” or “Deputy Chair”"]),
    ):
        said = read_data("/forums/board/quoracy.json", {**answers, **leaving}).said
        assert said["quorate"] is True
        assert said["for_one_item"]["quorate"] is quorate
        assert said["for_one_item"]["missing"] == missing
        text = read("/forums/board/quoracy/", {**answers, **leaving}).text
        assert ("Quorate, without" in text) is quorate
    said = read_data("/forums/board/quoracy.json", answers).said
    assert said["for_one_item"] is None


@pytest.mark.parametrize("answers", [{"withdraws-seat-{}": "some"}, {"withdraws-seat-0": "1"}])
def test_a_crafted_withdrawal_is_refused_with_a_sentence(answers):
    [written] = [each for each in BY_HAND if each["rule"].startswith("The chair, where")]
    board = board_of(written)
    chair = board.seats.get(title="Chair").pk
    answers = {key.format(chair): said for key, said in answers.items()}
    assert read_data("/forums/board/quoracy.json", answers).status == 400
    # Nobody can withdraw who does not attend.
    said = read_data("/forums/board/quoracy.json", {f"withdraws-seat-{chair}": "1"}).said
    assert said["not_counted"] == ["Chair: nobody withdraws who does not attend."]
    assert said["for_one_item"] is None
