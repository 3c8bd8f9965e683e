"""The page of which organisations are represented on which forums."""

import pytest

from organisations.models import OrganisationKind, PlaceLevel
from tests.builders import (
    make_document,
    make_forum,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_place,
    make_seat,
)
from tests.pages.as_data import read_data
from tests.pages.reading import read, words

pytestmark = pytest.mark.django_db

HERE = "/representation/"


@pytest.fixture
def trust():
    return make_organisation(slug="trust", name="Wye Trust")


@pytest.fixture
def council():
    return make_organisation(
        slug="council", name="Ludlow Council", kind=OrganisationKind.UPPER_TIER_COUNCIL
    )


@pytest.fixture
def marches(trust, council):
    """Two forums of a system and one of a place in it."""
    system = make_place(slug="marches", name="The Marches", level=PlaceLevel.SYSTEM)
    place = make_place(slug="ludlow", name="Ludlow", part_of=system)
    board = make_forum(slug="board", name="Board", short_name="B", place=system)
    group = make_forum(slug="group", name="Group", kind="group", place=place)
    make_membership(seat=make_seat(forum=board, on_behalf_of=trust, number=3, vacant=2))
    make_member_organisation(forum=board, organisation=council)
    make_seat(forum=group, on_behalf_of=council, vacant=1)
    make_seat(forum=group, title="Lay members", number=4, vacant=4)


def rows(page) -> list[str]:
    """The organisations, in the order of the page's rows."""
    return [words(row.find("th/a")) for row in page.main.iter("tr") if row.find("td") is not None]


def test_a_row_says_what_an_organisation_has_and_leads_to_the_members_of_the_forum(marches):
    page = read(HERE, {"as_at": "2019-05-01"})

    row = page.row("Wye Trust")
    assert "1 forum; 3 seats" in row
    assert "Board: 3 seats 2 vacant" in row
    assert "/forums/board/?as_at=2019-05-01#members" in page.links(page.main)
    council = page.row("Ludlow Council")
    assert "Board: Member organisation" in council
    assert "Group: 1 seat vacant" in council


def test_what_was_only_foreseen_is_marked_as_planned(marches, trust):
    paper = make_document(slug="paper", as_of="2019-03-31")
    plan = {"document": paper, "start_date": "2019-04-01"}
    planned = make_forum(slug="planned", name="Planned forum", **plan)
    make_seat(forum=planned, on_behalf_of=trust, **plan)
    make_member_organisation(forum=planned, organisation=trust, **plan)

    page = read(HERE, {"as_at": "2019-05-01"})
    row = page.row("Wye Trust")
    assert "Planned forum: 1 seat nobody recorded, planned Member organisation planned" in row
    assert "3 seats 2 vacant" in row and row.count("planned") == 3
    [table] = page.all("table")
    assert "Planned forum Planned" in [words(head) for head in table.find("thead").iter("th")]
    said = read_data("/representation.json", {"as_at": "2019-05-01"}).said["results"]
    [trusts] = [each["forums"] for each in said if each["organisation"]["name"] == "Wye Trust"]
    assert {
        each["forum"]["name"]: {had["start_foreseen"] for had in each["has"]} for each in trusts
    } == {"Board": {False}, "Planned forum": {True}}


def test_every_cell_of_the_table_stands_under_its_forum_and_beside_its_organisation(marches):
    page = read(HERE)

    [table] = page.all("table")
    heads = [words(head) for head in table.find("thead").iter("th")]
    assert heads == ["Organisation", "B", "Group"]  # the larger place first
    assert {head.get("scope") for head in table.find("thead").iter("th")} == {"col"}
    for row in table.find("tbody").iter("tr"):
        assert row.find("th").get("scope") == "row"
        assert len(row.findall("td")) == 2
    trust = next(row for row in table.find("tbody").iter("tr") if "Wye" in words(row))
    assert [bool(words(cell)) for cell in trust.findall("td")] == [True, False]


def test_it_is_sorted_by_how_many_forums_or_seats_or_by_name(marches):
    assert rows(read(HERE)) == ["Ludlow Council", "Wye Trust"]
    assert rows(read(HERE, {"sort": "seats"})) == ["Wye Trust", "Ludlow Council"]
    page = read(HERE, {"sort": "name"})
    assert rows(page) == ["Ludlow Council", "Wye Trust"]
    assert page.link("most seats first") == f"{HERE}?sort=seats"


def test_it_is_narrowed_to_forums_of_a_place_and_to_kinds(marches):
    assert rows(read(HERE, {"place": "ludlow"})) == ["Ludlow Council"]
    assert len(rows(read(HERE, {"place": "marches"}))) == 2
    assert rows(read(HERE, {"forum_kind": "group"})) == ["Ludlow Council"]
    assert rows(read(HERE, {"kind": "nhs-trust"})) == ["Wye Trust"]
    nothing = read(HERE, {"kind": "ccg"})
    assert "no organisation on a forum" in nothing.text
    assert rows(nothing) == []


def test_seats_that_speak_for_nobody_recorded_are_counted_in_words(marches):
    make_seat(forum=make_forum(), number=None)

    assert (
        "These forums have 8 seats and 1 seat (number of people not recorded). The table leaves "
        "out 4 seats and 1 seat (number of people not recorded), which speak for no organisation "
        "that the sources name." in read(HERE).text
    )
    assert "speak for no organisation" not in read(HERE, {"as_at": "2010-01-01"}).text


def test_an_organisation_that_has_closed_and_still_holds_seats_is_marked(marches, trust):
    trust.end_date, trust.end_document, trust.end_locator = "2020-03-31", trust.document, "page 2"
    trust.full_clean()
    trust.save()

    assert "Closed 31 March 2020" in read(HERE, {"as_at": "2020-04-01"}).row("Wye Trust")
    assert "closed" not in read(HERE, {"as_at": "2020-03-31"}).row("Wye Trust").lower()


def test_forums_beyond_the_columns_that_fit_stand_in_a_last_one(trust, monkeypatch):
    monkeypatch.setattr("ics_register.pages.representation.COLUMNS", 2)
    for name in ("Alpha", "Beta", "Gamma", "Delta"):
        make_seat(forum=make_forum(name=name), on_behalf_of=trust)

    page = read(HERE)
    assert [words(head) for head in page.main.iter("th")][:4] == [
        "Organisation",
        "Alpha",
        "Beta",
        "Other forums",
    ]
    row = page.row("Wye Trust")
    assert "Delta: 1 seat" in row
    assert "Gamma: 1 seat" in row


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"sort": "chairs"}, "Sort by: there is no “chairs” to choose"),
        ({"place": "atlantis"}, "Place of the forum: there is no “atlantis” to choose"),
        ({"kind": "club"}, "Kind of organisation: there is no “club” to choose"),
        ({"forum_kind": "club"}, "Kind of forum: there is no “club” to choose"),
    ],
)
def test_what_cannot_be_chosen_is_refused_with_a_sentence(quiet, parameters, sentence):
    page = read(HERE, parameters)

    assert page.status == 400
    assert sentence in page.text


def test_its_formats_say_what_it_says_with_the_document_of_each(marches):
    said = read_data("/representation.json?as_at=2019-05-01").said
    file = read_data("/representation.csv?as_at=2019-05-01").rows

    trust = next(row for row in said["results"] if row["organisation"]["name"] == "Wye Trust")
    [board] = trust["forums"]
    assert board["forum"]["id"] == "http://localhost/forums/board/"
    [seat] = board["has"]
    assert (seat["has"], seat["number"], seat["vacant"]) == ("member", 3, 2)
    assert seat["document"] == "http://localhost/documents/board-paper/"
    assert said["seats"]["for_nobody"] == {
        "seats": 4,
        "kinds": 0,
        "planned": 0,
        "vacant": 4,
        "perhaps_vacant": 0,
        "not_recorded": 0,
    }
    assert [(row["organisation_name"], row["forum_name"], row["has"]) for row in file] == [
        ("Ludlow Council", "Board", "member-organisation"),
        ("Ludlow Council", "Group", "member"),
        ("Wye Trust", "Board", "member"),
    ]
