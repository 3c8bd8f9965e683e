"""Pages that ask for a system first: a register of many systems has more than one page can show."""

import datetime

import pytest
from django.utils import timezone

from ics_register.pages import calendars, chairs, choose_place, lists
from organisations.models import PlaceLevel
from people.identity import withhold_person
from tests.builders import (
    make_chair_seat,
    make_forum,
    make_membership,
    make_organisation,
    make_person,
    make_place,
    make_seat,
)
from tests.pages.as_data import read_data
from tests.pages.reading import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_systems(monkeypatch):
    """Ann Abel chairs a board in each of two systems, and Bo Cole two in the second."""
    monkeypatch.setattr(choose_place, "MOST_FORUMS", 2)
    region = make_place(slug="midlands", name="Midlands", level=PlaceLevel.REGION)
    east, west = (
        make_place(slug=slug, name=slug.title(), level=PlaceLevel.SYSTEM, part_of=region)
        for slug in ("east", "west")
    )
    ann, bo = make_person(slug="ann", name="Ann Abel"), make_person(slug="bo", name="Bo Cole")
    trust = make_organisation(slug="trust", name="Wye Trust")
    for name, place, chair in [
        ("East Board", east, ann),
        ("West Board", west, ann),
        ("West Group", west, bo),
        ("Village Group", make_place(name="Village", part_of=west), bo),
    ]:
        forum = make_forum(name=name, place=place)
        make_membership(person=chair, seat=make_chair_seat(forum=forum))
        make_seat(forum=forum, on_behalf_of=trust)


@pytest.mark.parametrize("address", ["/concentration/", "/representation/"])
def test_it_asks_for_a_system_before_it_compares_more_forums_than_fit(two_systems, address):
    asked = read(address, {"as_at": "2020-01-01"})

    assert asked.status == 200
    assert asked.link("East") == f"{address}?place=east&as_at=2020-01-01"
    assert "Ann Abel" not in asked.text and "Wye Trust" not in asked.text
    assert read(address, {"place": "midlands"}).link("West") == f"{address}?place=west"
    assert read(address, {"place": "nowhere"}).status == 400


@pytest.mark.parametrize("name", ["concentration", "representation"])
def test_the_page_as_json_asks_too_and_says_where_each_system_is(two_systems, name):
    asked = read_data(f"/{name}.json?as_at=2020-01-01").said

    assert [each["place"]["name"] for each in asked["systems"]] == ["East", "West"]
    west = asked["systems"][1]["address"]
    assert west == f"http://localhost/{name}.json?place=west&as_at=2020-01-01"
    assert read_data(west.removeprefix("http://localhost")).said["results"]


def test_the_files_hold_all_systems_whatever_the_page_asks(two_systems):
    assert {row["name"] for row in read_data("/concentration.csv").rows} >= {
        "East Board",
        "West Group",
    }
    forums = [row["forum_name"] for row in read_data("/representation.csv").rows]
    assert len(forums) == 4


def test_somebody_who_chairs_a_forum_in_a_system_is_listed_with_all_that_they_chair(two_systems):
    east = read("/concentration/", {"place": "east"})
    assert "East Board" in east.text and "West Board" in east.text
    assert "Bo Cole" not in east.text
    west = read("/concentration/", {"place": "west"})
    assert "Ann Abel" in west.text
    assert "Bo Cole" in west.text and "Village Group" in west.text


def test_a_system_is_compared_with_all_that_lies_in_it_however_much_that_is(two_systems):
    compared = read("/representation/", {"place": "west"})

    assert "3 forums" in compared.row("Wye Trust")
    assert "Village Group" in compared.text


@pytest.fixture
def long_lists(monkeypatch):
    """Makes lists long with few rows: more than three rows are too many, and two fill a page."""
    monkeypatch.setattr(lists, "LONG", 3)
    monkeypatch.setattr(lists, "PER_PAGE_OF_LONG", 2)
    monkeypatch.setattr(chairs, "LONG", 3)
    monkeypatch.setattr(calendars, "LONG", 3)
    monkeypatch.setattr(calendars, "NEXT", 2)


def test_a_long_list_has_shorter_pages_and_every_record_on_one_of_them_in_its_order(long_lists):
    for number in range(5):
        make_forum(name=f"Forum {number}")
        make_person(name=f"Given{number} Family{4 - number}")
    withheld = make_person(name="Given9 Family9")
    withhold_person(person=withheld)

    forums = [read_data(f"/forums.json?page={number}").said for number in (1, 2, 3)]
    assert [each["name"] for said in forums for each in said["results"]] == [
        f"Forum {number}" for number in range(5)
    ]
    assert [len(said["results"]) for said in forums] == [2, 2, 1]
    assert {said["count"] for said in forums} == {5}
    assert read("/forums/?page=4").status == 404
    people = [read_data(f"/people.json?page={number}").said["results"] for number in (1, 2, 3)]
    assert [each["name"] for some in people for each in some] == [
        f"Given{number} Family{4 - number}" for number in (4, 3, 2, 1, 0)
    ]
    assert len(read_data("/forums.csv").rows) == 5


def test_a_long_list_of_chairs_has_a_link_in_place_of_the_number_without_one(long_lists):
    for number in range(4):
        make_chair_seat(forum=make_forum(name=f"Forum {number}"), vacant=1)
    make_forum(name="Silent Forum")

    told = read("/chairs/")
    assert "Chair not recorded: see forums or organisations." in told.text
    assert "Silent Forum" in read(told.link("forums")).text
    assert read_data("/chairs.json").said["without_a_chair"] is None
    assert "Chair not recorded" in read("/chairs/?kind=alliance").text


def test_a_calendar_of_many_chairs_tells_what_comes_next_and_nothing_passed(long_lists):
    today = timezone.localdate()
    for number, days in enumerate((-30, 300, 10, 20)):
        seat = make_chair_seat(forum=make_forum(name=f"Forum {number}"))
        make_membership(seat=seat, term_ends=today + datetime.timedelta(days=days))

    told = read("/calendar/")
    assert "the first 2 that are recorded from" in told.text
    assert ["Forum 2" in told.rows()[0], "Forum 3" in told.rows()[1]] == [True, True]
    assert len(told.rows()) == 2
    days = [row["words"] for row in read_data("/calendar.csv").rows]
    assert [words[-7:] for words in days] == ["Forum 2", "Forum 3", "Forum 1"]
    assert len(read_data("/calendar.json").said["days"]) == 2


def test_the_json_of_a_page_counts_all_that_the_page_stops_counting(monkeypatch):
    monkeypatch.setattr(lists, "MANY", 1)
    for number in range(3):
        make_forum(name=f"Forum {number}")

    assert read_data("/chairs.json").said["without_a_chair"] == {"forums": 3, "organisations": 0}
    assert read_data("/concentration.json").said["without_a_chair"] == 3
