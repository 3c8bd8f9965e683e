"""What a page, a feed or a file leaves out, it says; or it leaves nothing out."""

from xml.etree import ElementTree

import pytest
from django.test import Client

from ics_register.pages import calendars, feeds, home
from organisations.models import PlaceLevel
from tests.builders import (
    make_chair_seat,
    make_document,
    make_forum,
    make_membership,
    make_place,
    make_reporting_line,
    make_seat,
)
from tests.pages.reading import read
from tests.pages.twins import twin

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def test_json_of_a_forum_has_the_times_in_all_its_seats():
    forum = make_forum(slug="board")
    for number in range(30):
        make_membership(seat=make_seat(forum=forum, title=f"Seat {number}"))
    assert len({each["title"] for each in twin("/forums/board.json").said["over_time"]}) == 30
    assert "6 more with somebody recorded have no room" in read("/forums/board/").text


def test_json_has_the_earliest_times_of_a_seat_too():
    chair = make_chair_seat(forum=make_forum(slug="board"))
    for year in range(1990, 2020):
        make_membership(seat=chair, start_date=f"{year}-01-01", end_date=f"{year}-12-31")
    told = [each for each in twin("/forums/board.json").said["over_time"] if "person" in each]
    assert len(told) == 30


@pytest.fixture
def six(monkeypatch):
    """A forum with six members, and feeds with room for four changes."""
    monkeypatch.setattr(feeds, "MOST", 4)
    forum = make_forum(slug="board")
    seat = make_seat(forum=forum, number=6)
    for _ in range(6):
        make_membership(seat=seat)


def root_of(address: str) -> ElementTree.Element:
    return ElementTree.fromstring(Client().get(address).content)


@pytest.mark.parametrize("address", ["/changes.atom", "/forums/board/changes.atom"])
def test_a_feed_says_how_many_there_are_and_where_the_whole_is(six, address):
    root = root_of(address)
    entries = root.findall(f"{ATOM}entry")
    [whole] = [
        link.get("href") for link in root.findall(f"{ATOM}link") if link.get("type") == "text/csv"
    ]
    rows = twin(whole.removeprefix("http://testserver").removeprefix("http://localhost")).rows
    assert len(entries) < len(rows)
    assert root.findtext(f"{ATOM}subtitle") == (
        f"The last {len(entries)} of {len(rows)}. All: {whole}"
    )


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
    said = twin("/index.json").said
    assert (said["more_chairs"], said["more_documents"]) == (False, False)
    make_chair_seat(forum=make_forum(place=system))
    make_document()
    said, page = twin("/index.json").said, read("/")
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
    assert twin("/calendar.json", three_terms).said["all_days"] is True
    assert "There is more" not in read("/calendar/", three_terms).text
    assert len(twin("/calendar.csv", three_terms).rows) == 3
    monkeypatch.setattr(calendars, "MOST", 2)
    assert twin("/calendar.json", three_terms).said["all_days"] is False
    more = "There is more than this calendar holds"
    assert more in read("/calendar/", three_terms).text
    assert twin("/calendar.csv", three_terms).rows[-1]["words"].startswith(more)
    assert more in str(Client().get("/calendar.ics", three_terms).content.decode()).replace(
        "\r\n ", ""
    )


def test_json_of_the_structure_says_whether_it_has_all_lines(monkeypatch):
    make_reporting_line()
    assert twin("/structure.json").said["all_lines"] is True
