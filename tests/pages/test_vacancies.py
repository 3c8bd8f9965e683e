"""The number of vacant places is the same wherever it is shown (docs/decisions/0029)."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import RequestFactory

from forums.worklists import SEATS_VACANT
from people.models import Basis
from tests import slow
from tests.builders import (
    day,
    make_chair_seat,
    make_forum,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_seat,
)
from tests.pages.as_data import read_data
from tests.pages.files import WordFile
from tests.pages.opened import csv_tables
from tests.pages.reading import read, words

pytestmark = pytest.mark.django_db

# How many places are vacant on each day, and of how many it is not recorded who fills them.
DAYS = {
    "2018-06-01": (0, 0),
    "2019-05-01": (3, 12),
    "2021-12-31": (3, 11),
    "2022-01-01": (3, 12),
    "2023-06-01": (5, 10),
}


@pytest.fixture
def register():
    """Three forums with seats of every sort."""
    board = make_forum(slug="board", name="Board")
    make_chair_seat(forum=board, vacant=1)
    five = make_seat(forum=board, title="Members", number=5, vacant=2)
    make_membership(seat=five)
    make_membership(seat=five, end_date="2021-12-31")
    partners = make_seat(forum=board, title="Partners", number=None)
    make_membership(seat=partners, start_date="2022-01-01")
    make_seat(forum=board, title="GPs", number=3)
    deputies = make_seat(forum=board, title="Deputies", number=2)
    make_membership(seat=deputies, person=make_person(name="Ann Lee"))
    make_membership(seat=deputies, person=make_person(name="Cy Yeo"), basis=Basis.ACTING)
    silent = make_post()
    through = make_seat(forum=board, title="Directors", number=2, ex_officio_post=silent)
    make_membership(seat=through)
    trust = make_organisation(slug="trust")
    make_membership(seat=make_seat(forum=board, title="Trust", number=2, on_behalf_of=trust))
    make_membership(seat=make_seat(forum=board), start_date="2023-01-01", start_qualifier="by")
    make_seat(forum=board, end_date="2020-12-31")
    left = make_seat(forum=board, title="Left", number=2)
    make_membership(seat=left, end_date="2021-12-31")
    make_seat(forum=make_forum(slug="group", name="Group", end_date="2022-06-30"))
    later = make_forum(slug="later", name="Later", start_date="2023-01-01")
    make_seat(forum=later, start_date="2023-01-01", number=2, vacant=2)


def forums(on: str) -> list[str]:
    said = read_data("/forums.json", {"as_at": on}).said["results"]
    return [each["id"].removeprefix("http://localhost") for each in said]


def rows_of_members(address: str, on: str) -> list[list[str]]:
    """The cells of the table of members, without the headings that a telephone shows in them."""
    page = read(address, {"as_at": on})
    table = next((each for each in page.all("table") if "Seats of" in words(each)), None)
    rows = table.find("tbody").iter("tr") if table is not None else []
    return [[words(cell.find("div")) for cell in row.iter("td")] for row in rows]


def added_up(rows) -> tuple[int, int]:
    vacant, unfilled = (sum(int(row[name]) for row in rows) for name in ("vacant", "unfilled"))
    return vacant, unfilled - vacant


def on_forum_pages(on):
    told = [
        re.search(r"(\d+) vacant, (\d+) with nobody recorded", page.text)
        for page in (read(address, {"as_at": on}) for address in forums(on))
    ]
    return tuple(sum(int(found[each]) for found in told) for each in (1, 2))


def in_rows_of_forum_pages(on):
    """The places tagged in the tables of members. A tag counts once for each place of its seat."""
    empty = {"vacant": 0, "not recorded": 0}
    for address in forums(on):
        for seat, held_by, *_ in rows_of_members(address, on):
            if more := re.findall(r"(\d+) more (vacant|not recorded)", held_by):
                for number, what in more:
                    empty[what] += int(number)
            elif found := re.match(r"(Vacant|Not recorded)", held_by):
                number = re.search(r"× (\d+)", seat)
                empty[found[1].lower()] += int(number[1]) if number else 1
    return tuple(empty.values())


def in_json_of_forums(on):
    seats = [
        seat
        for address in forums(on)
        for seat in read_data(f"{address[:-1]}.json", {"as_at": on}).said["seats"]
    ]
    return added_up(seats)


def in_places_of_json_of_forums(on):
    told = [
        read_data(f"{address[:-1]}.json", {"as_at": on}).said["places"] for address in forums(on)
    ]
    assert all(t["number"] == t["filled"] + t["vacant"] + t["not_recorded"] for t in told)
    return tuple(sum(each[what] for each in told) for what in ("vacant", "not_recorded"))


def in_csv_of_forums(on):
    rows = [
        row
        for address in forums(on)
        for row in read_data(f"{address[:-1]}.csv", {"as_at": on}).rows
    ]
    return added_up(rows)


def in_terms_of_reference(on):
    empty = {"vacant": 0, "not recorded": 0}
    for address in forums(on):
        paper = WordFile(f"{address}terms.docx", {"as_at": on})
        for seat, held_by, *_ in paper.table("Seat", "Held by"):
            if more := re.findall(r"(\d+) more (vacant|not recorded)", " ".join(held_by)):
                for number, what in more:
                    empty[what] += int(number)
            elif held_by[0] in ("Vacant", "Not recorded"):
                numbers = [int(line[3:]) for line in seat if re.fullmatch(r"of \d+", line)]
                empty[held_by[0].lower()] += sum(numbers) or 1
    return tuple(empty.values())


def on_the_worklist(on):
    request = RequestFactory().get("/admin/")
    request.user = User(is_superuser=True, is_staff=True)
    apart = SEATS_VACANT.rows(request, day(on), apart=True)
    return SEATS_VACANT.count(request, day(on)), SEATS_VACANT.number_in(apart)


def in_representation(on):
    said = read_data("/representation.json", {"as_at": on}).said
    shares = [has for row in said["results"] for forum in row["forums"] for has in forum["has"]]
    for what in ("vacant", "not_recorded"):
        of_nobody = said["seats"]["for_nobody"][what]
        assert sum(has[what] or 0 for has in shares) + of_nobody == said["seats"]["all"][what]
    file = read_data("/representation.csv", {"as_at": on}).rows
    assert len(file) == len(shares)
    return said["seats"]["all"]["vacant"], said["seats"]["all"]["not_recorded"]


def on_the_page_of_representation(on):
    found = re.search(
        r"Places that nobody fills on these forums: (\d+) vacant, (\d+) not recorded",
        read("/representation/", {"as_at": on}).text,
    )
    return (int(found[1]), int(found[2])) if found else (0, 0)


def in_open_data(on):
    rows = [row for row in csv_tables(as_at=on)["seats"] if row["in_force"]]
    return added_up(rows)


TOLD = [
    on_forum_pages,
    in_rows_of_forum_pages,
    in_json_of_forums,
    in_places_of_json_of_forums,
    in_csv_of_forums,
    in_terms_of_reference,
    on_the_worklist,
    in_representation,
    on_the_page_of_representation,
    in_open_data,
]


@slow.WALK
def test_every_page_and_file_counts_the_same_vacancies_on_every_day(register):
    counted = {told.__name__: [told(on) for on in DAYS] for told in TOLD}
    assert counted == {told.__name__: list(DAYS.values()) for told in TOLD}


def test_the_front_page_and_the_head_of_the_list_count_places(register, admin_client):
    head = admin_client.get("/admin/worklists/seats-vacant/")
    front = admin_client.get("/admin/")
    number = in_json_of_forums("2026-01-01")[0]
    assert f"Needs attention ({number})" in head.content.decode()
    assert f"{number} places in 3 records." in head.content.decode()
    [listed] = [
        each for each in front.context_data["worklists"] if "seats-vacant" in each["address"]
    ]
    assert (listed["number"], listed["apart"]) == (number, "10 not recorded")


def test_who_acts_beside_a_holder_has_no_number_of_the_seat(register):
    rows = rows_of_members("/forums/board/", "2019-05-01")
    seats = {who: seat for seat, who, *_ in rows if seat.startswith("Deputies")}
    assert seats == {
        "Ann Lee": "Deputies 1 of 2",
        "Cy Yeo (acting)": "Deputies",
        "1 more not recorded": "Deputies × 2",
    }
    paper = WordFile("/forums/board/terms.docx", {"as_at": "2019-05-01"})
    [acting] = [row for row in paper.table("Seat", "Held by") if row[1][0] == "Cy Yeo (acting)"]
    assert acting[0] == ["Deputies"]


def test_who_acts_alone_is_in_the_place_of_the_one_they_cover():
    seat = make_seat(forum=make_forum(slug="board"), title="Deputies", number=2)
    make_membership(seat=seat, person=make_person(name="Cy Yeo"), basis=Basis.ACTING)
    [[acting, *_], [room, *_]] = rows_of_members("/forums/board/", "2024-01-01")
    assert (acting, room) == ("Deputies 1 of 2", "Deputies × 2")
    assert (
        "1 person in 1 of 2 places: 0 vacant, 1 with nobody recorded."
        in read("/forums/board/").text
    )


def test_a_forum_counts_people_and_places():
    forum = make_forum(slug="board")
    both = make_person()
    for number in (1, 3):
        make_membership(seat=make_seat(forum=forum, number=number), person=both)
    make_membership(seat=make_seat(forum=forum, number=None))
    assert (
        "2 people in 3 of at least 5 places: 0 vacant, 2 with nobody recorded."
        in read("/forums/board/").text
    )


def test_two_whose_names_are_withheld_are_not_told_to_be_one():
    forum = make_forum(slug="board")
    hidden = make_person(withheld=True)
    for _ in range(2):
        make_membership(seat=make_seat(forum=forum), person=hidden)
    assert read_data("/forums/board.json").said["places"]["people"] == 2
