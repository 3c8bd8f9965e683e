"""Pages count in correct English, and say so when there is nothing."""

import re

import pytest

from ics_register.pages.chart import LABEL, Box, ChartLine, chart
from organisations.models import OrganisationKind, PlaceLevel
from tests.builders import (
    make_appointment,
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


def test_changes_are_counted_and_so_are_the_entries_that_tell_them():
    forum = make_forum(slug="board", start_date="2018-01-01")
    for _ in range(5):
        make_seat(forum=forum)
    page = read("/changes/", {"from": "2019-04-01", "to": "2019-04-30"})
    said = read_data("/changes.json", {"from": "2019-04-01", "to": "2019-04-30"}).said
    assert page.text.count("On 1 April 2019") == len(said["results"]) == 1
    assert "5 changes" in page.text
    assert "Shown in 1 entry: changes that belong together are one entry." in page.text
    assert [each["changes"] for each in said["results"]] == [5]


def test_changes_with_one_sentence_each_have_no_second_number():
    make_forum(start_date="2019-04-01")
    page = read("/changes/", {"from": "2019-04-01", "to": "2019-04-30"})
    assert "1 change" in page.text
    assert "Told in" not in page.text


def test_somebody_appointed_for_a_later_day_is_listed_with_what_they_will_hold():
    make_appointment(person=make_person(name="Ann Lee"), start_date="2024-05-01")
    make_membership(person=make_person(name="Cy Yeo"), start_date="2024-06-01")
    di = make_person(name="Di Fox")
    make_membership(person=di, start_date="2024-06-01", start_qualifier="by")
    day = {"as_at": "2024-01-01"}
    page, said = read("/people/", day), read_data("/people.json", day).said["results"]
    assert re.search(r"Later: Post .*from 1 May 2024", page.row("Ann Lee"))
    assert re.search(r"Later: Seat .*from 1 June 2024", page.row("Cy Yeo"))
    assert re.search(r"Not recorded for this day: Seat .*by 1 June 2024", page.row("Di Fox"))
    assert [len(each["to_come"]) for each in said] == [0, 1, 1]
    rows = read_data("/people.csv", day).rows
    assert [(row["person_name"], row["when"]) for row in rows] == [
        ("Di Fox", "known_from_a_later_day"),
        ("Ann Lee", "to_come"),
        ("Cy Yeo", "to_come"),
    ]
    assert "Later" not in read("/people/", {"as_at": "2024-06-01"}).text


def test_a_healthwatch_lists_the_seats_for_healthwatch_that_name_no_organisation():
    system = make_place(level=PlaceLevel.SYSTEM)
    county = make_place(part_of=system)
    for slug, place in (("here", county), ("there", make_place())):
        make_organisation(slug=slug, kind=OrganisationKind.HEALTHWATCH, place=place)
    make_organisation(slug="trust", place=county)
    forum = make_forum(name="Partnership Board", place=system)
    make_seat(forum=forum, title="Representatives of Healthwatch", number=None)
    here = read("/organisations/here/")
    assert "Representatives of Healthwatch, Partnership Board" in here.text
    assert "None recorded" not in here.section("seats")
    [seat] = read_data("/organisations/here.json").said["seats_of_its_kind"]
    assert seat["title"] == "Representatives of Healthwatch"
    for other in ("there", "trust"):
        assert "None recorded" in read(f"/organisations/{other}/").section("seats")


def test_words_beside_a_line_of_the_chart_hide_neither_a_line_nor_a_box():
    boxes = tuple(Box(key, key, "/") for key in ("a", "b", "c", "d"))
    lines = (
        ChartLine("a", "b", "reports-to", by_exception=True),
        ChartLine("c", "b", "reports-to"),
        ChartLine("b", "d", "reports-to", by_exception=True),
        ChartLine("a", "d", "works-with", by_exception=True),
    )
    drawn = chart(boxes, lines)
    labels = [line.label for line in drawn.lines if line.label]
    assert len(labels) == 3
    for x, y in labels:
        left, right = x - LABEL[0] / 2, x + LABEL[0] / 2
        top, bottom = y - LABEL[1] / 2, y + LABEL[1] / 2
        for line in drawn.lines:
            for px, py in points_of(line.path):
                assert not (left < px < right and top < py < bottom), (line, px, py)
        for box in drawn.boxes:
            apart = box.x + box.width <= left or box.x >= right
            assert apart or box.y + box.height <= top or box.y >= bottom


def points_of(path: str):
    """Points along the curves of a line, close to each other."""
    numbers = list(map(float, re.findall(r"-?\d+(?:\.\d+)?", path)))
    places = list(zip(numbers[::2], numbers[1::2], strict=True))
    for start in range(0, len(places) - 1, 3):
        curve = places[start : start + 4]
        for step in range(51):
            t = step / 50
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
            yield tuple(
                sum(w * place[at] for w, place in zip(weights, curve, strict=True)) for at in (0, 1)
            )
