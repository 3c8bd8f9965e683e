"""A page, feed or file either leaves nothing out or says what it leaves out."""

from collections import Counter
from xml.etree import ElementTree

import pytest
from django.test import Client

import forums.structure
from ics_register.pages import calendars, feeds, home, search
from organisations.models import PlaceLevel
from tests.builders import (
    make_chair_seat,
    make_document,
    make_forum,
    make_membership,
    make_organisation,
    make_person,
    make_person_name,
    make_place,
    make_post,
    make_reporting_line,
    make_seat,
)
from tests.pages.as_data import read_data
from tests.pages.reading import read

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def test_json_of_a_forum_has_the_times_in_all_its_seats():
    forum = make_forum(slug="board")
    for number in range(30):
        make_membership(seat=make_seat(forum=forum, title=f"Seat {number}"))
    assert len({each["title"] for each in read_data("/forums/board.json").said["over_time"]}) == 30
    assert "6 more with somebody recorded have no room" in read("/forums/board/").text


def test_json_has_the_earliest_times_of_a_seat_too():
    chair = make_chair_seat(forum=make_forum(slug="board"))
    for year in range(1990, 2020):
        make_membership(seat=chair, start_date=f"{year}-01-01", end_date=f"{year}-12-31")
    told = [each for each in read_data("/forums/board.json").said["over_time"] if "person" in each]
    assert len(told) == 30


@pytest.fixture
def six(monkeypatch):
    """A forum with six members, when feeds have room for four changes."""
    monkeypatch.setattr(feeds, "MOST", 4)
    forum = make_forum(slug="board")
    seat = make_seat(forum=forum, number=6)
    for _ in range(6):
        make_membership(seat=seat)


def root_of(address: str) -> ElementTree.Element:
    return ElementTree.fromstring(Client().get(address).content)


@pytest.mark.parametrize("address", ["/changes.atom", "/forums/board/changes.atom"])
def test_a_full_feed_says_how_many_entries_it_has_and_where_all_are(six, address):
    root = root_of(address)
    entries = root.findall(f"{ATOM}entry")
    [whole] = [
        link.get("href") for link in root.findall(f"{ATOM}link") if link.get("type") == "text/csv"
    ]
    rows = read_data(whole.removeprefix("http://testserver").removeprefix("http://localhost")).rows
    assert len(entries) < len(rows)
    assert root.findtext(f"{ATOM}subtitle") == f"The last {len(entries)}. All: {whole}"


def test_a_feed_that_holds_all_says_nothing_of_more():
    make_forum(slug="board")
    root = root_of("/forums/board/changes.atom")
    assert root.find(f"{ATOM}subtitle") is None
    assert len(root.findall(f"{ATOM}entry")) == 1


def test_the_home_page_says_that_there_are_more_chairs_and_documents(monkeypatch):
    monkeypatch.setattr(home, "FORUMS", 2)
    monkeypatch.setattr(home, "DOCUMENTS", 2)
    system = make_place(level=PlaceLevel.SYSTEM)
    make_document()
    make_chair_seat(forum=make_forum(place=system))
    make_chair_seat(forum=make_forum(place=system))
    said = read_data("/index.json").said
    assert (said["more_chairs"], said["more_documents"]) == (False, False)
    make_chair_seat(forum=make_forum(place=system))
    make_document()
    said, page = read_data("/index.json").said, read("/")
    assert (len(said["chairs"]), said["more_chairs"]) == (2, True)
    assert (len(said["documents"]), said["more_documents"]) == (2, True)
    assert "More forums have a chair than are shown here." in page.text
    assert page.link("See every source document") == "/documents/"


@pytest.fixture
def three_terms(monkeypatch):
    for number in range(3):
        chair = make_chair_seat()
        make_membership(seat=chair, term_ends=f"2024-06-0{number + 1}")
    return {"as_at": "2024-01-01"}


def test_a_calendar_that_has_no_room_for_all_says_so(three_terms, monkeypatch):
    assert read_data("/calendar.json", three_terms).said["all_days"] is True
    assert "There is more" not in read("/calendar/", three_terms).text
    assert len(read_data("/calendar.csv", three_terms).rows) == 3
    monkeypatch.setattr(calendars, "MOST", 2)
    assert read_data("/calendar.json", three_terms).said["all_days"] is False
    more = "There is more than this calendar holds"
    assert more in read("/calendar/", three_terms).text
    assert read_data("/calendar.csv", three_terms).rows[-1]["words"].startswith(more)
    assert more in str(Client().get("/calendar.ics", three_terms).content.decode()).replace(
        "\r\n ", ""
    )


@pytest.fixture
def board_of_five(monkeypatch):
    """A forum with five others beneath it, when pages have room for three, or for two lines."""
    monkeypatch.setattr(forums.structure, "MOST", 3)
    monkeypatch.setattr(forums.structure, "MOST_LINES", 2)
    board = make_forum(slug="board")
    for _ in range(5):
        make_reporting_line(to_forum=board)


@pytest.mark.parametrize("of", [{"forum": "board"}, {}])
def test_files_of_the_structure_hold_all_lines_and_the_page_leads_there(board_of_five, of):
    assert len(read_data("/structure.json", of).said["reporting_lines"]) == 5
    rows = read_data("/structure.csv", of).rows
    assert len([row for row in rows if row["to_forum"]]) == 5
    page = read("/structure/", of)
    all_of_them = "All 5 lines are in the CSV file" if of else "All lines are in the CSV file"
    assert read_data(page.link(all_of_them)).rows == rows


def test_a_page_of_the_structure_that_tells_all_says_nothing_of_more():
    line = make_reporting_line()
    for of in ({}, {"forum": line.to_forum.slug}):
        assert "in the CSV file" not in read("/structure/", of).text


@pytest.fixture
def three_of_each(monkeypatch):
    """More records of each kind than a search page has room for."""
    monkeypatch.setattr(search, "SHOWN", 2)
    for number in range(3):
        make_person(name=f"Ann Wye{number}")
        make_forum(name=f"Wye Board {number}", slug=f"board-{number}")
        trust = make_organisation(name=f"Wye Trust {number}")
        make_post(organisation=trust, title="Nurse")


def test_the_file_of_a_search_holds_all_that_was_found(three_of_each):
    rows = read_data("/search.csv", {"q": "wye"}).rows
    assert Counter(row["kind"] for row in rows) == {"person": 3, "forum": 3, "organisation": 3}
    assert Counter(row["kind"] for row in read_data("/search.csv", {"q": "nurse wye"}).rows) == {
        "post": 3
    }


def test_a_search_says_how_many_more_there_are_and_where_all_are(three_of_each):
    said, page = read_data("/search.json", {"q": "wye"}).said, read("/search/", {"q": "wye"})
    assert said["more"] == ["people", "forums", "organisations"]
    assert (len(said["people"]), said["counts"]["people"]) == (2, 3)
    assert page.text.count("And 1 more.") == 3
    for address in (said["all"], page.link("All 3 are in the CSV file")):
        assert len(read_data(address.removeprefix("http://localhost")).rows) == 9
    assert "And 1 more." in read("/search/", {"q": "nurse"}).text


def test_a_search_that_shows_all_says_nothing_of_more(three_of_each):
    said, page = (
        read_data("/search.json", {"q": "wye board 1"}).said,
        read("/search/?q=wye+board+1"),
    )
    assert (said["more"], said["counts"]["forums"]) == ([], 1)
    assert "more." not in page.text


def test_a_search_finds_everybody_however_many_match_by_another_name(three_of_each):
    for number in range(10):
        make_person_name(person=make_person(name="Ben Lee"), name=f"Dee {number}")
    assert len(read_data("/search.csv", {"q": "dee"}).rows) == 10
    assert read_data("/search.json", {"q": "dee"}).said["counts"]["people"] == 10


def test_the_link_to_all_results_searches_for_the_words_that_matter(three_of_each):
    page = read("/search/", {"q": "who is Ann"})
    assert "3 people" in read(page.link("Show all of these")).text
