"""Lists as at a day: what is certain, what is perhaps, and what is known only from a later day."""

from dataclasses import dataclass
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from forums.models import ForumKind, Membership, Seat
from organisations.models import PlaceLevel, PostKind
from records.periods import Precision, Qualifier
from tests.builders import (
    make_appointment,
    make_chair_seat,
    make_forum,
    make_forum_name,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_place,
    make_post,
)
from tests.pages.as_data import read_data
from tests.pages.reading import read

pytestmark = pytest.mark.django_db

DAY = "2023-06-01"
YEAR, BY = Precision.YEAR, Qualifier.BY
LATER = {"start_date": "2024-06-01", "start_precision": Precision.MONTH, "start_qualifier": BY}
# By the name of what has the period. The first letters are in no order of the alphabet.
PERIODS = {
    "Sure": {"start_date": "2019-01-01"},
    "Near": {"start_date": "2023-01-01", "start_precision": YEAR},
    "Known later": LATER,
    "Over": {"start_date": "2015-01-01", "end_date": "2020-03-31"},
    "To come": {"start_date": "2025-01-01"},
    "Announced": {"start_date": "2020-01-01", "start_qualifier": Qualifier.NOT_BEFORE},
}
LONG_AGO = {"start_date": "1990-01-01"}
NEAR = PERIODS["Near"]


# A record within such a thing begins no earlier than that.
INSIDE = {
    "Near": {"start_date": "2023-03-01"},
    "Known later": LONG_AGO,
    "Over": {"start_date": "2016-01-01"},
    "To come": {"start_date": "2025-02-01"},
}


def inside(name: str) -> dict:
    return INSIDE.get(name, {"start_date": "2021-01-01"})


def forum(name: str, **period) -> None:
    make_forum(name=name, **period)


def chair_of_forum(name: str, **period) -> None:
    make_chair_seat(forum=make_forum(name=name, **period), **inside(name))


def chairs_seat(name: str, **period) -> None:
    make_chair_seat(forum=make_forum(name=name, **LONG_AGO), **period)


def organisation(name: str, **period) -> None:
    make_organisation(name=name, **period)


def head_of_organisation(name: str, **period) -> None:
    make_post(organisation=make_organisation(name=name, **period), **inside(name))


def heads_post(name: str, **period) -> None:
    make_post(organisation=make_organisation(name=name, **LONG_AGO), **period)


@dataclass(frozen=True)
class Listed:
    """A list of what has a period, how to make a row of it, and how it counts one."""

    page: str
    make: object
    one: str
    why: str = "Perhaps; began some time in 2023"

    @property
    def address(self) -> str:
        return f"/{self.page}/"

    def fill(self) -> None:
        for name, period in PERIODS.items():
            self.make(name, **period)


CHAIRS_ONE = "seat or post of a chair or leader"
CHAIRS = partial(Listed, "chairs", one=CHAIRS_ONE)
LISTS = [
    Listed("forums", forum, "forum"),
    Listed("organisations", organisation, "organisation"),
    Listed("structure", forum, "forum"),
    CHAIRS(chairs_seat),
    CHAIRS(heads_post),
    CHAIRS(chair_of_forum, why="Perhaps; the forum began some time in 2023"),
    CHAIRS(head_of_organisation, why="Perhaps; the organisation began some time in 2023"),
]
every_list = pytest.mark.parametrize(
    "listed", LISTS, ids=lambda each: f"{each.page}-{each.make.__name__}"
)

# Lists of what has no period, pages that count or compare, and the search, which finds things of
# any time and says of each whether it was there.
OF_NO_PERIOD = {"people", "documents", "changes", "recorded", "calendar"}
COMPARING = {"representation", "concentration"}


def test_every_list_is_asked_here():
    # A list has no record in its address, and a CSV file.
    with_files = {
        name.removesuffix(".csv")
        for each in get_resolver().url_patterns
        if (name := getattr(each, "name", None) or "").endswith(".csv")
        and "<slug:slug>" not in str(each.pattern)
    }

    assert with_files - OF_NO_PERIOD - COMPARING - {"search"} == {each.page for each in LISTS}


def many(listed) -> str:
    """The noun of a list in the plural."""
    return {CHAIRS_ONE: "seats and posts of chairs and leaders"}.get(listed.one, f"{listed.one}s")


def name_of(item: dict) -> str:
    """The name of an item of any list, in JSON or CSV."""
    for key in ("name", "of_name", "from_forum_name"):
        if key in item:
            return item[key]
    return (item.get("forum") or item["organisation"])["name"]


@every_list
def test_a_page_has_what_is_certain_then_what_is_near_and_last_what_is_known_later(listed):
    listed.fill()

    page = read(listed.address, {"as_at": DAY})
    rows, later = page.answer.split("Known from a later day")

    assert f"1 {listed.one}, and perhaps 1 more" in page.text
    assert {name for name in PERIODS if name in rows} == {"Sure", "Near"}
    assert {name for name in PERIODS if name in later} == {"Known later"}
    assert listed.why in rows
    assert "whether they existed on 1 June 2023 is not recorded. Known later" in later
    assert "by June 2024: read this list as at 30 June 2024" in later
    assert "Not in force" not in page.text
    assert page.all("h2", id="later")


@every_list
def test_a_row_known_later_leads_to_the_list_on_the_day_from_which_it_is_certain(listed):
    listed.fill()

    link = read(listed.address, {"as_at": DAY}).link("read this list as at 30 June 2024")
    then = read(link)

    assert "Known later" in then.answer
    assert "Known from a later day" not in then.answer
    # What began some time in 2023 is certain by then.
    assert "Perhaps" not in then.answer
    assert f"3 {many(listed)}" in then.text


@every_list
def test_the_json_of_a_list_says_the_same(listed):
    listed.fill()

    said = read_data(f"/{listed.page}.json", {"as_at": DAY}).said

    results = {name_of(each): each["in_force"] for each in said["results"]}
    assert results == {"Sure": True, "Near": None}
    assert (said["count"], said["count_perhaps"]) == (1, 1)
    later = said["known_from_a_later_day"]
    assert later["number"] == 1
    assert [(name_of(each), each["in_force"]) for each in later["items"]] == [("Known later", None)]
    assert later["items"][0].keys() == said["results"][0].keys()


@every_list
def test_the_csv_of_a_list_has_the_same_rows(listed):
    listed.fill()

    rows = [
        (name_of(row), row["in_force"])
        for row in read_data(f"/{listed.page}.csv", {"as_at": DAY}).rows
    ]

    assert sorted(rows[:2]) == [("Near", ""), ("Sure", "true")]
    assert rows[2:] == [("Known later", "")]


@every_list
def test_a_list_in_which_all_is_certain_says_nothing_of_it(listed):
    listed.make("Sure", **LONG_AGO)

    page = read(listed.address, {"as_at": DAY})
    said = read_data(f"/{listed.page}.json", {"as_at": DAY}).said

    assert f"1 {listed.one}" in page.text
    assert "erhaps" not in page.answer
    assert "Known from a later day" not in page.answer
    assert said["known_from_a_later_day"] == {"number": 0, "items": []}


@every_list
def test_a_list_of_nothing_but_what_is_known_later_has_no_rows_and_shows_it(listed):
    listed.make("Known later", **LATER)

    page = read(listed.address, {"as_at": DAY})

    assert page.rows() == []
    assert "by June 2024: read this list" in page.answer.partition("Known later")[2]
    # It does not read as if there had been none.
    assert f"No {listed.one} certainly; 1 known from a later day" in page.text
    assert "What the sources name only from a later day is listed below." in page.text
    assert "is recorded as at" not in page.text and "to show as at" not in page.text


def test_the_list_of_chairs_says_in_how_many_somebody_is_named():
    make_membership(seat=make_chair_seat(**LONG_AGO))
    make_appointment(post=make_post(kind=PostKind.LEADER, **LONG_AGO))
    make_chair_seat(**LONG_AGO)
    make_membership(seat=make_chair_seat(**LONG_AGO), **NEAR)
    make_membership(seat=make_chair_seat(**LATER), **LATER)

    page, said = read("/chairs/", {"as_at": DAY}), read_data("/chairs.json", {"as_at": DAY}).said
    assert (
        "4 seats and posts of chairs and leaders; 1 known from a later day. "
        "Somebody is named in 2, and perhaps in 1 more"
    ) in page.text
    assert (said["count_named"], said["count_named_perhaps"]) == (2, 1)


def test_the_home_page_counts_what_is_certain_and_says_how_many_more_may_be_there():
    place = make_place(name="The Marches", level=PlaceLevel.SYSTEM)
    for period in (LONG_AGO, NEAR, LATER, LATER):
        make_forum(place=place, **period)
    make_organisation(place=place, **LATER)
    make_membership(seat=make_chair_seat(forum=make_forum(**LATER), **LATER), **LATER)

    row, page = read("/", {"as_at": DAY}).row("The Marches"), read("/", {"as_at": DAY})
    assert "system none certainly; 1 known from a later day" in row
    assert row.endswith("1 forum; perhaps 1 more; 2 known from a later day")
    assert "No chair is certain on 1 June 2023." in page.text
    [layer] = read_data("/index.json", {"as_at": DAY}).said["systems"][0]["layers"]
    assert [value for name, value in layer.items() if name.startswith("forums")] == [1, 0, 1, 2]
    assert layer["organisations_known_from_a_later_day"] == 1
    # And nothing is known of a register that is empty.
    Membership.objects.all().delete()
    Seat.objects.all().delete()
    assert "No chair is certain" not in read("/", {"as_at": DAY}).text


def test_the_comparison_says_which_forums_it_leaves_out():
    for period in (LONG_AGO, NEAR, LATER):
        make_member_organisation(forum=make_forum(**period), **period)

    page = read("/representation/", {"as_at": DAY})
    assert (
        "Forums that are not compared: 1 that perhaps existed on 1 June 2023, and 1 that the "
        "sources name only from a later day."
    ) in page.text
    assert "1 organisation" in page.text
    said = read_data("/representation.json", {"as_at": DAY}).said
    assert (said["forums_perhaps"], said["forums_known_from_a_later_day"]) == (1, 1)
    before = read("/representation/", {"as_at": "1985-01-01"}).text
    assert "0 organisations" not in before
    assert "No organisation is certain to be on a forum on 1 January 1985" in before


@pytest.mark.parametrize(
    ("period", "why"),
    [
        ({"end_date": "2023-12-31", "end_precision": YEAR}, "ended some time in 2023"),
        ({"end_date": "2024-03-31", "end_qualifier": BY}, "ended by 31 March 2024"),
    ],
)
@every_list
def test_what_is_perhaps_over_stands_in_its_row(listed, period, why):
    listed.make("Perhaps over", start_date="2019-01-01", **period)

    page = read(listed.address, {"as_at": DAY})

    assert why in page.answer
    assert f"No {listed.one} certainly; perhaps 1" in page.text


def test_what_is_known_later_is_narrowed_as_the_list_is():
    place = make_place(slug="ludlow", level=PlaceLevel.PLACE)
    board = make_forum(name="Board A", kind=ForumKind.BOARD, place=place, **LATER)
    make_forum_name(forum=board, name="Committee once")
    make_chair_seat(forum=board, **LATER)
    make_chair_seat(forum=make_forum(name="Board B", kind=ForumKind.GROUP, **LATER), **LATER)

    for address, narrowed in [
        ("/forums/", {"q": "once"}),
        ("/forums/", {"kind": "board"}),
        ("/forums/", {"place": "ludlow"}),
        ("/structure/", {"place": "ludlow"}),
        ("/chairs/", {"place": "ludlow"}),
        ("/chairs/", {"kind": "board"}),
    ]:
        page = read(address, {"as_at": DAY, **narrowed})
        assert "Board A" in page.answer and "Board B" not in page.answer, narrowed
        link = page.link("read this list as at 30 June 2024")
        assert all(f"{name}={value}" in link for name, value in narrowed.items())


def test_a_list_of_several_pages_has_what_is_known_later_on_its_last():
    for number in range(101):
        make_chair_seat(forum=make_forum(name=f"Board {number}"))
    make_chair_seat(forum=make_forum(name="Known later", **LATER), **LATER)

    for page in ("forums", "structure", "chairs"):
        first, last = (read(f"/{page}/", {"as_at": DAY, "page": number}) for number in (1, 2))
        assert "Known later" not in first.answer
        assert "Known later" in last.answer
        said = read_data(f"/{page}.json", {"as_at": DAY}).said
        assert said["known_from_a_later_day"] is None


def test_at_most_a_hundred_that_are_known_later_are_shown_and_the_others_counted():
    for number in range(103):
        make_chair_seat(forum=make_forum(name=f"Board {number:03}", **LATER), **LATER)

    for name in ("forums", "structure", "chairs"):
        page = read(f"/{name}/", {"as_at": DAY})
        assert page.answer.count("by June 2024") == 100
        assert "And 3 more, which are in the CSV file" in page.answer
        said = read_data(f"/{name}.json", {"as_at": DAY}).said["known_from_a_later_day"]
        assert (said["number"], len(said["items"])) == (103, 100)
        assert len(read_data(f"/{name}.csv", {"as_at": DAY}).rows) == 103


def test_what_is_known_later_costs_a_list_no_query_for_each_row():
    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert read(address, {"as_at": DAY}).status == 200
        return len(queries)

    def add(number: int) -> None:
        for _ in range(number):
            make_chair_seat(forum=make_forum(**LATER), **LATER)
            make_post(organisation=make_organisation(**LATER), **LATER)

    make_chair_seat(forum=make_forum(start_date="2019-01-01"), start_date="2019-01-01")
    make_post(organisation=make_organisation(start_date="2019-01-01"), start_date="2019-01-01")
    add(1)
    addresses = ["/forums/", "/organisations/", "/structure/", "/chairs/"]
    fewer = [cost(address) for address in addresses]
    add(20)

    assert [cost(address) for address in addresses] == fewer
