"""Lists are filtered, sorted, counted and split into pages."""

import re

import pytest
from django.http import QueryDict

from forums.models import ForumKind, ForumStatus
from organisations.models import OrganisationKind, PlaceLevel, PostKind
from people.models import Person
from tests.builders import (
    make_appointment,
    make_chair_seat,
    make_forum,
    make_forum_name,
    make_membership,
    make_organisation,
    make_organisation_name,
    make_person,
    make_person_name,
    make_place,
    make_post,
    source,
)
from tests.pages.reading import read

pytestmark = pytest.mark.django_db


def names(address: str, **parameters) -> list[str]:
    """The first cell of each row of a list, without the brackets at its end."""
    page = read(address, parameters)
    assert page.status == 200
    firsts = []
    for body in page.all("tbody"):
        for row in body.iter("tr"):
            firsts.append(next(link.text for link in row.iter("a")))
    return firsts


@pytest.fixture
def places():
    """A region, a system in it, a place in that, a neighbourhood in that; and a system apart."""
    region = make_place(slug="midlands", name="Midlands", level=PlaceLevel.REGION)
    system = make_place(slug="marches", name="Marches", level=PlaceLevel.SYSTEM, part_of=region)
    place = make_place(slug="ludlow", name="Ludlow", level=PlaceLevel.PLACE, part_of=system)
    area = make_place(slug="clee", name="Clee", level=PlaceLevel.NEIGHBOURHOOD, part_of=place)
    fens = make_place(slug="fens", name="Fens", level=PlaceLevel.SYSTEM)
    return region, system, place, area, fens


WITHIN = [
    ("midlands", ["Clee", "Ludlow", "Marches", "Midlands"]),
    ("marches", ["Clee", "Ludlow", "Marches"]),
    ("ludlow", ["Clee", "Ludlow"]),
    ("clee", ["Clee"]),
    ("fens", ["Fens"]),
    ("", ["Clee", "Fens", "Ludlow", "Marches", "Midlands", "Nowhere"]),
]


@pytest.mark.parametrize(("place", "expected"), WITHIN)
def test_lists_narrowed_to_a_place_keep_what_lies_in_it(places, place, expected):
    for each in [*places, None]:
        name = each.name if each else "Nowhere"
        make_chair_seat(forum=make_forum(name=f"{name} Board", place=each))
        make_post(organisation=make_organisation(name=f"{name} Trust", place=each))

    boards = [f"{name} Board" for name in expected]
    trusts = [f"{name} Trust" for name in expected]

    assert names("/forums/", place=place) == boards
    assert names("/organisations/", place=place) == trusts
    assert sorted(names("/chairs/", place=place)) == sorted(boards + trusts)


def test_lists_are_narrowed_by_kind():
    make_chair_seat(forum=make_forum(name="A board", kind=ForumKind.BOARD))
    make_chair_seat(forum=make_forum(name="A group", kind=ForumKind.GROUP))
    make_post(organisation=make_organisation(name="A trust"))
    make_post(organisation=make_organisation(name="A CCG", kind=OrganisationKind.CCG))

    assert names("/forums/", kind="group") == ["A group"]
    assert names("/organisations/", kind="ccg") == ["A CCG"]
    assert names("/chairs/", kind="group") == ["A group"]
    assert names("/chairs/", kind="ccg") == ["A CCG"]
    assert names("/chairs/", kind="executive") == []


def test_forums_are_narrowed_by_status():
    make_forum(name="Planned", status=ForumStatus.PROPOSED)
    make_forum(name="At work")

    assert names("/forums/", status="proposed") == ["Planned"]
    assert names("/forums/", status="established") == ["At work"]


def test_lists_are_narrowed_by_whether_there_is_a_chair():
    make_membership(seat=make_chair_seat(forum=make_forum(name="Led")))
    make_chair_seat(forum=make_forum(name="Leaderless"), vacant=1)
    make_chair_seat(forum=make_forum(name="Unsaid"))
    make_forum(name="Seatless")
    make_appointment(post=make_post(organisation=make_organisation(name="Headed")))
    make_post(organisation=make_organisation(name="Headless"), kind=PostKind.LEADER, vacant=1)
    make_post(organisation=make_organisation(name="Directed"), kind=PostKind.DIRECTOR)

    assert names("/forums/", chair="held") == ["Led"]
    assert names("/forums/", chair="vacant") == ["Leaderless"]
    assert names("/forums/", chair="not-recorded") == ["Seatless", "Unsaid"]
    assert names("/organisations/", chair="held") == ["Headed"]
    assert names("/organisations/", chair="vacant") == ["Headless"]
    assert names("/organisations/", chair="not-recorded") == ["Directed"]
    assert sorted(names("/chairs/", standing="held")) == ["Headed", "Led"]
    assert sorted(names("/chairs/", standing="vacant")) == ["Headless", "Leaderless"]
    assert names("/chairs/", standing="not-recorded") == ["Unsaid"]


def test_the_number_without_a_chair_leads_to_a_list_of_that_many():
    make_forum(name="Seatless")
    make_chair_seat(forum=make_forum(name="Unsaid"))
    make_organisation(name="Postless")

    page = read("/chairs/", {"as_at": "2019-05-01"})

    assert "do not say who chairs 2 forums and 1 organisation." in page.text
    assert read(page.link("2 forums")).text.count("2 forums") == 1
    assert "1 organisation " in read(page.link("1 organisation")).text


def test_lists_are_narrowed_by_name_folded_and_by_other_names():
    sian = make_person(name="Siân Ó'Briain")
    make_person_name(person=sian, name="Jane Jones")
    make_person(name="John Smith")
    forum = make_forum(name="Integrated Board", short_name="ICAB")
    make_forum_name(forum=forum, name="HIPCS Executive")
    trust = make_organisation(name="Wye Trust", ods_code="RLQ")
    make_organisation_name(organisation=trust, name="Hereford Hospitals")

    for text in ["sian", "SIÂN", "obriain sian", "jane", "jon jane"]:
        assert names("/people/", q=text) == ["Siân Ó'Briain"]
    assert names("/people/", q="sian jones") == []  # of no one name
    for text in ["icab", "executive hipcs", "integr"]:
        assert names("/forums/", q=text) == ["Integrated Board"]
    for text in ["rlq", "wye", "hospitals"]:
        assert names("/organisations/", q=text) == ["Wye Trust"]


def test_filters_are_added_up(places):
    _, system, place, *_ = places
    make_forum(name="One", kind=ForumKind.GROUP, place=place)
    make_forum(name="Two", kind=ForumKind.BOARD, place=place)
    make_forum(name="Three", kind=ForumKind.GROUP)
    make_forum(name="Four", kind=ForumKind.GROUP, place=system, start_date="2090-01-01")

    assert names("/forums/", kind="group", place="marches") == ["One"]
    assert names("/forums/", kind="group", place="marches", as_at="2090-01-01") == ["Four", "One"]


def test_lists_are_sorted_as_asked(places):
    region, system, *_ = places
    make_forum(name="Apple", kind=ForumKind.GROUP, place=region)
    make_forum(name="Pear", kind=ForumKind.BOARD, place=system)
    make_person(name="Zoe Adams")
    make_person(name="Adam Young")

    assert names("/forums/") == names("/forums/", sort="name") == ["Apple", "Pear"]
    assert names("/forums/", sort="kind") == ["Pear", "Apple"]
    assert names("/forums/", sort="place") == ["Pear", "Apple"]
    assert names("/people/") == names("/people/", sort="name") == ["Zoe Adams", "Adam Young"]
    assert names("/people/", sort="given-name") == ["Adam Young", "Zoe Adams"]


def test_the_largest_places_come_first_among_chairs_and_forums_before_organisations(places):
    _, system, place, *_ = places
    make_chair_seat(forum=make_forum(name="Place board", place=place))
    make_chair_seat(forum=make_forum(name="System board", place=system))
    make_post(organisation=make_organisation(name="A trust", place=system))
    make_post(organisation=make_organisation(name="A stray"))

    assert names("/chairs/") == ["System board", "A trust", "Place board", "A stray"]


@pytest.mark.parametrize(
    ("address", "make", "words"),
    [
        ("/forums/", make_forum, "forum"),
        ("/organisations/", make_organisation, "organisation"),
        ("/people/", make_person, "person"),
    ],
)
def test_a_list_of_one_says_one(address, make, words):
    make()

    assert re.search(rf"\b1 {words}\b(?!s)", read(address).text)


def test_a_list_of_none_offers_the_whole_list():
    make_forum(name="Board")

    page = read("/forums/", {"kind": "group", "as_at": "2019-05-01"})

    assert "0 forums" in page.text
    assert page.link("Show every forum") == "/forums/?as_at=2019-05-01"


def make_many_people(number: int) -> None:
    document = source()
    Person.objects.bulk_create_with_history(
        Person(
            slug=f"p{n:03}", name=f"Given{n:03} Family", sort_name=f"Family, Given{n:03}",
            document=document, locator="page 1",
        )
        for n in range(number)
    )  # fmt: skip


def test_a_list_of_a_hundred_stands_on_one_page():
    make_many_people(100)

    page = read("/people/")

    assert len(page.rows()) == 100
    assert page.all("nav", aria_label="Pages of this list") == []


def test_a_long_list_is_cut_into_pages_that_hold_everybody_once():
    make_many_people(230)

    seen = names("/people/") + names("/people/", page=2) + names("/people/", page=3)

    assert seen == [f"Given{n:03} Family" for n in range(230)]
    assert "230 people, 201 to 230 on this page" in read("/people/", {"page": 3}).text
    assert read("/people/", {"page": 4}).status == 404


def neighbours(page) -> dict[str, QueryDict]:
    """The parameters of the links to the previous and next page."""
    return {
        link.get("rel"): QueryDict(link.get("href").partition("?")[2])
        for link in page.all("a")
        if link.get("rel") in ("prev", "next")
    }


def test_the_pages_of_a_list_keep_its_filters_and_its_day():
    make_many_people(230)
    asked = {"q": "family", "sort": "given-name", "as_at": "2019-05-01"}

    first = neighbours(read("/people/", asked))
    second = neighbours(read("/people/", {**asked, "page": "2"}))
    third = neighbours(read("/people/", {**asked, "page": "3"}))

    assert {rel: query.dict() for rel, query in first.items()} == {"next": {**asked, "page": "2"}}
    assert second["prev"].dict() == {**asked, "page": "1"}
    assert second["next"].dict() == {**asked, "page": "3"}
    assert set(third) == {"prev"}


def test_the_pages_of_a_documents_facts_keep_their_kind():
    make_many_people(101)

    page = read("/documents/board-paper/", {"facts": "people"})

    assert neighbours(page)["next"].dict() == {"facts": "people", "page": "2"}
    assert len(read("/documents/board-paper/", {"facts": "people", "page": "2"}).rows()) == 1


def test_the_pages_of_a_long_list_carry_what_is_asked_and_nothing_else(quiet):
    make_many_people(101)

    page = read("/people/", {"q": "a", "x": "1", "name": "1", "_block_vars": "1", "": "1"})

    assert page.status == 200
    assert neighbours(page)["next"].dict() == {"q": "a", "page": "2"}


def test_the_form_shows_what_was_chosen_and_is_open():
    make_forum(kind=ForumKind.GROUP)

    page = read("/forums/", {"kind": "group", "q": 'the "first" board'})

    assert [o.get("value") for o in page.all("option", selected="") if o.get("value")] == ["group"]
    assert page.all("input", id="filter-q")[0].get("value") == 'the "first" board'
    folds = page.all("details", class_="nhsuk-details register-narrowing")
    assert [fold.get("open") for fold in folds] == [""]
    assert read("/forums/").all("details", open="") == []
