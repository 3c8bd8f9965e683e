"""A forum, an organisation and a person that are renamed in the admin and go on: the day before the
new name takes effect, that day and the day after."""

import datetime
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from forums.models import Forum, LineKind
from organisations.models import Organisation, PostKind
from people.models import Person
from tests import stepping
from tests.builders import (
    day,
    make_appointment,
    make_chair_seat,
    make_document,
    make_forum,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_reporting_line,
    make_seat,
    set_terms,
)
from tests.pages import opened
from tests.pages.as_data import read_data
from tests.pages.files import WordFile
from tests.pages.reading import read
from tests.pages.test_recorded_and_feeds import entries

pytestmark = pytest.mark.django_db

RENAMED_ON = day("2024-04-01")
BEFORE = RENAMED_ON - datetime.timedelta(days=1)
AFTER = RENAMED_ON + datetime.timedelta(days=1)
THREE_DAYS = [BEFORE, RENAMED_ON, AFTER]
NAMES = {
    "forum": ("Old Board", "New Board"),
    "organisation": ("Old Trust", "New Trust"),
    "person": ("Ann Owen", "Ann Lee"),
}


@pytest.fixture
def register():
    """A board and a trust that reports to it, both chaired by Ann, who are all renamed on one day
    by a letter that came later than the paper that they rest on."""
    paper = make_document(slug="paper", short_title="Board paper 2019")
    letter = make_document(slug="letter", short_title="Letter of 2024")
    old = {"document": paper, "locator": "page 4", "start_date": "2019-04-01"}
    board = make_forum(slug="board", name="Old Board", short_name="OB", **old)
    trust = make_organisation(slug="trust", name="Old Trust", **old)
    ann = make_person(slug="ann", name="Ann Owen", document=paper, locator="page 4")
    chair = make_chair_seat(forum=board, **old)
    make_membership(seat=chair, person=ann, term_ends="2025-03-31", **old)
    make_member_organisation(forum=board, organisation=trust, **old)
    make_appointment(
        post=make_post(organisation=trust, title="Chair", kind=PostKind.CHAIR, **old),
        person=ann,
        **old,
    )
    below = make_forum(slug="below", name="Working Group", **old)
    make_reporting_line(from_forum=below, to_forum=board, kind=LineKind.REPORTS_TO, **old)
    for record, answers in (
        (board, {"name": "New Board", "short_name": ""}),
        (trust, {"name": "New Trust", "short_name": ""}),
        (ann, {"name": "Ann Lee", "honorific": "", "sort_name": ""}),
    ):
        said = {**answers, "date": RENAMED_ON, "document": letter, "locator": "page 1"}
        assert stepping.take(record, "rename", **said).status_code == 302
    return SimpleNamespace(paper=paper, letter=letter)


def test_it_is_told_on_the_day_the_new_name_takes_effect_and_on_no_other(register):
    sentences = {
        kind: f"On 1 April 2024 {old} was renamed {new}." for kind, (old, new) in NAMES.items()
    }
    for asked_day in THREE_DAYS:
        days = {"from": asked_day.isoformat(), "to": asked_day.isoformat()}
        told = sorted(sentences.values()) if asked_day == RENAMED_ON else []
        page = read("/changes/", days).text
        assert sorted(each for each in sentences.values() if each in page) == told
        said = read_data("/changes.json", days).said["results"]
        assert sorted(each["sentence"] for each in said) == told
        rows = read_data("/changes.csv", days).rows
        assert sorted(row["sentence"] for row in rows) == told
        for each in [*said, *rows]:
            assert (each["date"], each["precision"], each["event"]) == (
                "2024-04-01",
                "day",
                "renaming",
            )
        assert {each["sources"][0]["document"]["title"] for each in said} <= {"Letter of 2024"}
        assert {row["document_title"] for row in rows} <= {"Letter of 2024"}
        slugs = {"forum": "board", "organisation": "trust", "person": "ann"}
        for kind, slug in slugs.items():
            own = read_data("/changes.json", {**days, kind: slug}).said["results"]
            assert (sentences[kind] in [each["sentence"] for each in own]) == bool(told)


def test_the_feeds_tell_it_once_with_its_day_and_source(register):
    for kind, address in {
        "forum": "/forums/board/changes.atom",
        "organisation": "/organisations/trust/changes.atom",
        "person": "/people/ann/changes.atom",
    }.items():
        old, new = NAMES[kind]
        for feed in (address, "/changes.atom"):
            told = [each for each in entries(feed).values() if "renamed" in each and old in each]
            assert told == [f"On 1 April 2024 {old} was renamed {new}."]
    recorded = " ".join(entries("/changes/recorded.atom").values())
    assert "On 1 April 2024 Old Board was renamed New Board." in recorded


def as_at(address: str, asked_day: datetime.date) -> str:
    return f"{address}{'&' if '?' in address else '?'}as_at={asked_day}"


CALLED = "then called Old Board"
SHOWING = [
    "/forums/board/",
    "/forums/",
    "/chairs/",
    "/structure/",
    "/structure/?forum=board",
    "/structure/?forum=below",
    "/search/?q=board",
    "/forums/board/terms/",
    "/forums/board/attendance/",
    "/forums/board/quoracy/",
    "/forums/board/calendar/",
    "/calendar/",
    "/representation/",
    "/people/ann/",
]


@pytest.mark.parametrize("address", SHOWING)
def test_a_page_about_the_day_before_says_what_the_forum_was_called_then(register, address):
    for asked_day in THREE_DAYS:
        page = read(as_at(address, asked_day))
        assert page.status == 200
        assert "New Board" in page.text
        assert (CALLED in page.text.replace("Then", "then")) == (asked_day == BEFORE), asked_day


SHOWING_THE_TRUST = [
    "/forums/board/",
    "/forums/board/terms/",
    "/forums/board/attendance/",
    "/forums/board/quoracy/",
    "/structure/",
    "/structure/?forum=below",
    "/forums/below/",
    "/chairs/",
    "/concentration/",
    "/people/ann/",
    "/people/ben/",
    "/organisations/",
    "/search/?q=trust",
    "/representation/",
    "/",
]


@pytest.mark.parametrize("address", SHOWING_THE_TRUST)
def test_a_page_about_the_day_before_says_it_of_an_organisation_wherever_it_names_it(
    register, address
):
    trust = Organisation.objects.get(slug="trust")
    old = {"document": register.paper, "start_date": "2019-04-01"}
    board, below = Forum.objects.get(slug="board"), Forum.objects.get(slug="below")
    ben = make_person(slug="ben", name="Ben Ash")
    for seat in (
        make_seat(forum=board, on_behalf_of=trust, **old),
        make_chair_seat(forum=below, on_behalf_of=trust, **old),
        make_chair_seat(forum=make_forum(**old), on_behalf_of=trust, **old),
    ):
        make_membership(seat=seat, person=ben, **old)
    make_seat(forum=board, title="Chair of the trust", ex_officio_post=trust.posts.get(), **old)
    nobody = make_post(organisation=trust, title="Secretary", **old)
    make_seat(forum=board, title="Secretary of the trust", ex_officio_post=nobody, **old)
    of_the_trust = {"people": 1, "in": {"organisation": trust.pk}, "counting": ["remote"]}
    each = {"organisations": "each", "counting": ["remote"]}
    set_terms(board, quoracy_rule={"all": [of_the_trust, each]})
    below.host = trust
    below.save()
    make_reporting_line(from_forum=below, to_organisation=trust, **old)
    for asked_day in (BEFORE, RENAMED_ON):
        page = read(as_at(address, asked_day))
        called = page.answer.lower().count("then called old trust")
        named = page.answer.count("New Trust")
        assert called == (named if asked_day == BEFORE else 0), (asked_day, page.answer)


def records_named(name: str, said) -> Iterator[dict]:
    """The records of a name anywhere in data."""
    if isinstance(said, dict):
        if said.get("name") == name and "id" in said:
            yield said
        for each in said.values():
            yield from records_named(name, each)
    elif isinstance(said, list):
        for each in said:
            yield from records_named(name, each)


@pytest.mark.parametrize(
    "address", ["/forums/board.json", "/chairs.json", "/people/ann.json", "/concentration.json"]
)
def test_data_say_it_of_each_organisation_that_a_seat_speaks_for(register, address):
    trust, old = Organisation.objects.get(slug="trust"), {"start_date": "2019-04-01"}
    ann, board = Person.objects.get(slug="ann"), Forum.objects.get(slug="board")
    for seat in (
        make_seat(forum=board, on_behalf_of=trust, **old),
        make_chair_seat(forum=make_forum(**old), on_behalf_of=trust, **old),
    ):
        make_membership(seat=seat, person=ann, **old)
    for asked_day in (BEFORE, RENAMED_ON):
        found = list(records_named("New Trust", read_data(as_at(address, asked_day)).said))
        assert found
        called = {each.get("called_then") for each in found}
        assert called == ({"then called Old Trust"} if asked_day == BEFORE else {None}), found


@pytest.mark.parametrize(
    ("address", "of_board"),
    [
        ("/forums/board.json", lambda said: said),
        ("/forums.json", lambda said: _of("board", said["results"])),
        ("/chairs.json", lambda said: said["results"][0]["forum"]),
        ("/structure.json", lambda said: _of("board", said["results"])),
        ("/structure.json?forum=board", lambda said: said["results"][0]),
        ("/search.json?q=board", lambda said: said["forums"][0]),
        ("/forums/board/terms.json", lambda said: said),
        ("/forums/board/attendance.json", lambda said: said),
    ],
)
def test_data_of_the_day_before_say_what_the_forum_was_called_then(register, address, of_board):
    for asked_day in THREE_DAYS:
        said = of_board(read_data(as_at(address, asked_day)).said)
        called = (said["called_then"] or "").lower().rstrip(".")
        assert called == (CALLED.lower() if asked_day == BEFORE else ""), asked_day


def _of(slug: str, results: list[dict]) -> dict:
    [own] = [each for each in results if each["id"].endswith(f"/{slug}/")]
    return own


@pytest.mark.parametrize(
    ("address", "column"),
    [
        ("/forums.csv", "called_then"),
        ("/chairs.csv", "of_called_then"),
        ("/search.csv?q=board", "called_then"),
    ],
)
def test_lists_for_excel_say_it_in_a_column(register, address, column):
    for asked_day in THREE_DAYS:
        rows = read_data(as_at(address, asked_day)).rows
        assert (CALLED in [row[column] for row in rows]) == (asked_day == BEFORE), asked_day


def test_papers_for_word_say_it(register):
    for asked_day in THREE_DAYS:
        for paper in ("terms", "attendance"):
            file = WordFile(f"/forums/board/{paper}.docx", {"as_at": asked_day.isoformat()})
            assert ("Then called Old Board." in file.paragraphs) == (asked_day == BEFORE)


def test_exports_have_the_former_names_with_their_days_and_both_sources(register):
    for asked_day in THREE_DAYS:
        data = opened.sqlite(as_at=asked_day.isoformat())
        for table, (old, new) in zip(
            ("forum_names", "organisation_names"),
            (NAMES["forum"], NAMES["organisation"]),
            strict=True,
        ):
            [row] = data.execute(f"SELECT * FROM {table}").fetchall()
            assert (row["name"], row["end_date"]) == (old, "2024-03-31")
            assert (row["locator"], row["end_locator"]) == ("page 4", "page 1")
            assert bool(row["in_force"]) == (asked_day == BEFORE)
            owners = data.execute(f"SELECT name FROM {table.split('_')[0]}s").fetchall()
            assert new in [owner["name"] for owner in owners]
        [row] = data.execute("SELECT * FROM person_names").fetchall()
        assert (row["name"], row["end_date"]) == ("Ann Owen", "2024-03-31")


@pytest.mark.parametrize("address", ["/forums/board/", "/organisations/trust/", "/people/ann/"])
def test_the_new_name_rests_on_the_letter_and_the_old_one_on_the_paper(register, address):
    page = read(address)
    assert "Renamed on 1 April 2024: Source: Letter of 2024, page 1" in page.text
    names = page.section("names")
    assert "Board paper 2019, page 4" in names
    assert "Source of the end: Letter of 2024, page 1" in names

    said = read_data(f"{address[:-1]}.json").said
    assert said["name_source"]["document"]["title"] == "Letter of 2024"
    assert said["name_source"]["locator"] == "page 1"
    assert said["source"]["document"]["title"] == "Board paper 2019"


def test_what_was_never_renamed_has_no_source_of_its_name(register):
    assert "Renamed" not in read("/forums/below/").text
    assert read_data("/forums/below.json").said["name_source"] is None


def test_each_record_still_rests_on_what_it_rested_on(register):
    for model in (Forum, Organisation, Person):
        record = model.objects.order_by("pk").first()
        assert (record.document, record.locator) == (register.paper, "page 4")
