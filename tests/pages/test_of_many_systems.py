"""Pages of a register of many systems, which are of more than one page can show."""

import pytest

from ics_register.pages import place_first
from organisations.models import PlaceLevel
from tests.builders import (
    make_chair_seat,
    make_forum,
    make_membership,
    make_organisation,
    make_person,
    make_place,
    make_seat,
)
from tests.pages.reading import read
from tests.pages.twins import twin

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_systems(monkeypatch):
    """Ann Abel chairs a board in each of two systems, and Bo Cole two in the second."""
    monkeypatch.setattr(place_first, "MOST_FORUMS", 2)
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
    page = read(address, {"as_at": "2020-01-01"})

    assert page.status == 200
    assert page.link("East") == f"{address}?place=east&as_at=2020-01-01"
    assert "Ann Abel" not in page.text and "Wye Trust" not in page.text
    assert read(address, {"place": "midlands"}).link("West") == f"{address}?place=west"
    assert read(address, {"place": "nowhere"}).status == 400


def test_the_twins_hold_all_systems_whatever_the_page_asks(two_systems):
    people = twin("/concentration.json").said["results"]
    assert [each["person"]["name"] for each in people] == ["Ann Abel", "Bo Cole"]
    assert {row["name"] for row in twin("/concentration.csv").rows} >= {"East Board", "West Group"}
    [trust] = twin("/representation.json").said["results"]
    assert len(trust["forums"]) == 4


def test_of_who_chairs_something_in_a_system_all_that_they_chair_is_told(two_systems):
    east = read("/concentration/", {"place": "east"})
    assert "East Board" in east.text and "West Board" in east.text
    assert "Bo Cole" not in east.text
    west = read("/concentration/", {"place": "west"})
    assert "Ann Abel" in west.text
    assert "Bo Cole" in west.text and "Village Group" in west.text


def test_a_system_is_compared_with_all_that_lies_in_it_however_much_that_is(two_systems):
    page = read("/representation/", {"place": "west"})

    assert "3 forums" in page.row("Wye Trust")
    assert "Village Group" in page.text
