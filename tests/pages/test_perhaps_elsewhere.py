"""Pages that are no lists as at a day: what is certain, perhaps, or known only from a later day."""

import pytest

from organisations.models import PlaceLevel
from tests.builders import (
    make_appointment,
    make_chair_seat,
    make_forum,
    make_forum_name,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_person,
    make_place,
    make_post,
    make_relationship,
    make_seat,
)
from tests.pages import opened
from tests.pages.as_data import read_data
from tests.pages.reading import read, words
from tests.pages.test_perhaps import DAY, LATER, LONG_AGO, PERIODS, YEAR, inside

pytestmark = pytest.mark.django_db

# Whether it holds on the day, by the name of what has the period.
HOLD = {
    "Sure": True,
    "Near": None,
    "Known later": None,
    "Over": False,
    "To come": False,
    "Announced": False,
}

# The posts and seats of a person


def member(name: str, person, **period) -> None:
    seat = make_seat(forum=make_forum(name=f"{name} Board", **LONG_AGO), **LONG_AGO)
    make_membership(person=person, seat=seat, **period)


def in_seat(name: str, person, **period) -> None:
    seat = make_seat(forum=make_forum(name=f"{name} Board", **LONG_AGO), **period)
    make_membership(person=person, seat=seat, **inside(name))


def on_forum(name: str, person, **period) -> None:
    seat = make_seat(forum=make_forum(name=f"{name} Board", **period), **inside(name))
    make_membership(person=person, seat=seat, **inside(name))


def appointed(name: str, person, **period) -> None:
    post = make_post(organisation=make_organisation(name=f"{name} Trust", **LONG_AGO), **LONG_AGO)
    make_appointment(person=person, post=post, **period)


HOLDINGS = [member, appointed, in_seat, on_forum]


@pytest.mark.parametrize("hold", HOLDINGS)
def test_what_somebody_holds_is_told_apart_from_what_they_perhaps_hold(hold):
    person = make_person(slug="anna", name="Anna Adams")
    for name, period in PERIODS.items():
        hold(name, person, **period)

    page = read("/people/anna/", {"as_at": DAY})
    now, later, to_come, before = (
        page.section(heading) for heading in ("now", "later", "to-come", "before")
    )

    def named(part: str) -> set[str]:
        return {name for name in PERIODS if f"{name} Board" in part or f"{name} Trust" in part}

    assert named(now) == {"Sure", "Near"}
    assert named(later) == {"Known later"}
    assert named(to_come) == {"To come", "Announced"}
    assert named(before) == {"Over"}
    assert "Perhaps; " in now and "began some time in 2023" in now
    [row] = read("/people/", {"as_at": DAY}).rows("Anna Adams")
    now, rest = row.split("Not recorded for this day:")
    later, *to_come = rest.split("Later:")
    assert named(now) == {"Sure", "Near"} and "began some time in 2023" in now
    assert named(later) == {"Known later"} and "by June 2024" in later
    assert named(" ".join(to_come)) == {"To come", "Announced"}


@pytest.mark.parametrize("hold", HOLDINGS)
def test_the_data_of_people_say_the_same(hold):
    person = make_person(slug="anna", name="Anna Adams")
    for name, period in PERIODS.items():
        hold(name, person, **period)

    def told(each: dict) -> tuple:
        owner = each["forum"] or each["organisation"]
        return owner["name"].rpartition(" ")[0], each["in_force"]

    own = read_data("/people/anna.json", {"as_at": DAY}).said
    [listed] = read_data("/people.json", {"as_at": DAY}).said["results"]
    for said in (own, listed):
        assert sorted(map(told, said["now"])) == [("Near", None), ("Sure", True)]
        assert [told(each) for each in said["known_from_a_later_day"]] == [("Known later", None)]
        assert {told(each) for each in said["to_come"]} == {
            ("To come", False),
            ("Announced", False),
        }
    for address in ("/people/anna.csv", "/people.csv"):
        rows = [
            (
                row["when"],
                (row["forum_name"] or row["organisation_name"]).rpartition(" ")[0],
                row["in_force"],
            )
            for row in read_data(address, {"as_at": DAY}).rows
        ]
        assert {row for row in rows if row[0] != "before"} == {
            ("now", "Sure", "true"),
            ("now", "Near", ""),
            ("known_from_a_later_day", "Known later", ""),
            ("to_come", "To come", "false"),
            ("to_come", "Announced", "false"),
        }


# The pages that are no lists


def test_the_home_page_counts_what_is_certain_and_says_why_a_chair_perhaps_is_not():
    system = make_place(level=PlaceLevel.SYSTEM)
    for name, period in PERIODS.items():
        make_chair_seat(
            forum=make_forum(name=f"{name} Board", place=system, **period), **inside(name)
        )
        make_organisation(place=system, **period)

    page = read("/", {"as_at": DAY})
    chairs = read_data("/index.json", {"as_at": DAY}).said["chairs"]

    more = "perhaps 1 more; 1 known from a later day"
    assert f"1 forum; {more}" in page.text
    assert f"1 NHS trust {more}" in page.text
    assert {name for name in PERIODS if f"{name} Board" in page.text} == {"Sure", "Near"}
    assert "Perhaps; the forum began some time in 2023" in page.text
    assert [(each["forum"]["name"], each["in_force"]) for each in chairs] == [
        ("Near Board", None),
        ("Sure Board", True),
    ]


def test_a_search_finds_all_and_says_of_each_whether_it_was_there():
    for name, period in PERIODS.items():
        make_forum(name=f"{name} found", **period)
        make_post(
            title=f"{name} found", organisation=make_organisation(name="A", **LONG_AGO), **period
        )

    page = read("/search/", {"q": "found", "as_at": DAY})
    entries = [words(each) for each in page.main.iter("li")]
    said = read_data("/search.json", {"q": "found", "as_at": DAY}).said

    found = {each["name"]: each["in_force"] for each in said["forums"]}
    assert found == {f"{name} found": holds for name, holds in HOLD.items()}
    posts = {each["title"]: each["in_force"] for each in said["posts"]}
    assert posts == found
    forums_found = [each for each in entries if ", A" not in each]
    assert [each.partition(" found")[0] for each in forums_found[:2]] == ["Near", "Sure"]
    for some in (forums_found, [each for each in entries if ", A" in each]):
        by_name = {each.partition(" found")[0]: each for each in some}
        assert "erhaps" not in by_name["Sure"]
        assert "Perhaps; began some time in 2023" in by_name["Near"]
        assert "known from a later day: by June 2024" in by_name["Known later"]
        assert "ended 31 March 2020" in by_name["Over"]
        assert "not recorded as in force on 1 June 2023" in by_name["To come"]


def test_the_page_of_an_organisation_has_its_posts_and_seats_in_the_same_order():
    trust = make_organisation(slug="trust", **LONG_AGO)
    for name, period in PERIODS.items():
        make_post(organisation=trust, title=f"{name} post", **period)
        forum = make_forum(name=f"{name} forum", **LONG_AGO)
        make_seat(forum=forum, on_behalf_of=trust, title=f"{name} seat", **period)
        make_member_organisation(
            organisation=trust, forum=make_forum(name=f"{name} network", **LONG_AGO), **period
        )
        other = make_organisation(name=f"{name} partner", **LONG_AGO)
        make_relationship(from_organisation=trust, to_organisation=other, **period)

    page = read("/organisations/trust/", {"as_at": DAY})
    said = read_data("/organisations/trust.json", {"as_at": DAY}).said
    rows = read_data("/organisations/trust.csv", {"as_at": DAY}).rows

    posts, seats = page.section("posts"), page.section("seats")
    for part, what in [(posts, "post"), (seats, "seat"), (seats, "network")]:
        now, later = part.rsplit("known from a later day", 1)
        later = later.split("that are to come")[0]
        assert {name for name in PERIODS if f"{name} {what}" in now} == {"Sure", "Near"}
        assert {name for name in PERIODS if f"{name} {what}" in later} == {"Known later"}
    assert posts.count("Perhaps; began some time in 2023") == 1
    assert seats.count("Perhaps; began some time in 2023") == 2
    related = page.section("relationships")
    assert {name for name in PERIODS if f"{name} partner" in related} == {
        "Sure",
        "Near",
        "Known later",
        "Announced",
        "Over",
    }
    later = said["known_from_a_later_day"]
    assert {each["title"]: each["in_force"] for each in said["posts"]} == {
        "Sure post": True,
        "Near post": None,
    }
    assert [each["title"] for each in later["posts"]] == ["Known later post"]
    assert [each["title"] for each in later["seats"]] == ["Known later seat"]
    assert [each["forum"]["name"] for each in later["forums"]] == ["Known later network"]
    assert {(row["title"], row["in_force"]) for row in rows} == {
        ("Sure post", "true"),
        ("Near post", ""),
        ("Known later post", ""),
        ("Sure seat", "true"),
        ("Near seat", ""),
        ("Known later seat", ""),
    }


# A seat that somebody fills by holding a post


def fill_through_a_post(**periods) -> None:
    """A seat of The Board that goes with the post of Leader of The Trust, which Anna Adams holds.
    `periods` are those of the seat, the forum, the post, the organisation and the appointment."""
    every = ("organisation", "post", "forum", "seat", "appointment")
    of = {each: periods.get(each, LONG_AGO) for each in every}
    trust = make_organisation(slug="trust", name="The Trust", **of["organisation"])
    post = make_post(organisation=trust, title="Leader", **of["post"])
    board = make_forum(slug="board", name="The Board", **of["forum"])
    make_seat(forum=board, title="Lead", ex_officio_post=post, **of["seat"])
    anna = make_person(slug="anna", name="Anna Adams")
    make_appointment(person=anna, post=post, **of["appointment"])


ENDED_IN_2023 = {**LONG_AGO, "end_date": "2023-12-31", "end_precision": YEAR}
BEGAN_IN_2023 = {"start_date": "2023-01-01", "start_precision": YEAR}
SINCE_FEBRUARY = {"start_date": "2023-02-01"}


@pytest.mark.parametrize(
    ("periods", "why"),
    [
        ({"seat": ENDED_IN_2023}, "ended some time in 2023"),
        ({"forum": ENDED_IN_2023}, "the forum ended some time in 2023"),
        ({"post": ENDED_IN_2023}, "the post ended some time in 2023"),
        ({"organisation": ENDED_IN_2023}, "the organisation ended some time in 2023"),
        (
            {"post": BEGAN_IN_2023, "appointment": SINCE_FEBRUARY},
            "the post began some time in 2023",
        ),
        ({"appointment": BEGAN_IN_2023}, "began some time in 2023"),
    ],
)
def test_who_fills_a_seat_through_a_post_perhaps_does_so_where_any_of_it_is_perhaps_there(
    periods, why
):
    fill_through_a_post(**periods)

    [row] = read("/forums/board/", {"as_at": DAY}).rows("Anna Adams")
    assert f"Anna Adams perhaps; {why}" in row
    assert f"perhaps; {why}" in read("/forums/board/terms/", {"as_at": DAY}).text
    assert f"Perhaps; {why}" in read("/people/", {"as_at": DAY}).row("Anna Adams")
    page = read("/people/anna/", {"as_at": DAY}).section("now")
    assert f"Perhaps; {why}" in page.partition("ex officio")[2]
    [seat] = read_data("/forums/board.json", {"as_at": DAY}).said["seats"]
    assert [each["in_force"] for each in seat["holders"]] == [None]
    held = read_data("/people/anna.json", {"as_at": DAY}).said["now"]
    assert [each["in_force"] for each in held if each["kind"] == "ex-officio"] == [None]


def test_nobody_fills_a_seat_through_a_post_before_the_post_was_there():
    """An appointment known to the year may have begun before the post did."""
    july = {"start_date": "2023-07-01"}
    fill_through_a_post(post=july, appointment=BEGAN_IN_2023)

    for day, holders in (("2023-06-30", []), ("2023-07-01", [None]), ("2024-01-01", [True])):
        [seat] = read_data("/forums/board.json", {"as_at": day}).said["seats"]
        assert [each["in_force"] for each in seat["holders"]] == holders, day


def test_files_have_who_left_a_post_before_its_seat_is_known():
    left = {"start_date": "2018-01-01", "end_date": "2020-12-31"}
    by_2021 = {"start_date": "2021-06-30", "start_qualifier": "by"}
    fill_through_a_post(appointment=left, seat=by_2021)

    for asked, in_force in (
        ({"as_at": "2019-06-01"}, [None]),
        ({"as_at": "2021-01-01"}, []),
        ({"as_at": "2021-01-01", "periods": "all"}, [0]),
    ):
        rows = opened.sqlite(**asked).execute("SELECT person_name, in_force FROM memberships")
        assert [tuple(row) for row in rows] == [("Anna Adams", so) for so in in_force], asked
    now = read("/forums/board/", {"as_at": "2022-01-01"})
    assert "Anna Adams" not in now.text


@pytest.mark.parametrize("period", [ENDED_IN_2023, BEGAN_IN_2023])
def test_the_page_of_an_organisation_says_of_a_seat_that_its_forum_is_perhaps_there(period):
    trust = make_organisation(slug="trust", name="The Trust", **LONG_AGO)
    seat = {"start_date": period["start_date"]}
    make_seat(forum=make_forum(name="The Board", **period), on_behalf_of=trust, **seat)

    assert "Perhaps; the forum" in read("/organisations/trust/", {"as_at": DAY}).row("The Board")
    said = read_data("/organisations/trust.json", {"as_at": DAY}).said
    assert [each["in_force"] for each in said["seats"]["results"]] == [None]


def test_a_list_that_has_nothing_yet_offers_the_first_day_on_which_it_has_something():
    make_forum(name="Known later", **LATER)

    page = read("/forums/", {"as_at": DAY})
    then = read(page.link("Show 30 June 2024"))

    assert "The register has nothing certain before 30 June 2024" in page.text
    assert "Known later" in then.rows()[0]


def test_a_former_name_that_was_perhaps_still_in_use_is_told_as_such():
    forum = make_forum(slug="board", name="New Board", **LONG_AGO)
    make_forum_name(
        forum=forum, name="Old Board", kind="former", end_date="2023-12-31",
        end_precision=YEAR, **LONG_AGO,
    )  # fmt: skip

    assert "then called Old Board" in read("/forums/", {"as_at": "2022-12-31"}).text
    assert "perhaps then called Old Board" in read("/forums/", {"as_at": DAY}).text
    assert "Old Board" not in read("/forums/", {"as_at": "2024-01-01"}).text
