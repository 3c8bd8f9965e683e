"""The structure of reporting lines: as a chart, as a list, and as a picture to download."""

import datetime
import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from django.test import Client

from forums.models import ForumStatus, LineKind
from ics_register.pages import structure
from ics_register.pages.chart import BOX_WIDTH, PADDING, Box, ChartLine, chart, measure, wrap
from organisations.models import PlaceLevel
from tests.builders import (
    make_chair_seat,
    make_document,
    make_forum,
    make_membership,
    make_organisation,
    make_person,
    make_place,
    make_reporting_line,
)
from tests.pages.as_data import read_data
from tests.pages.reading import read, words
from tests.records.test_start_rules import begin_as_before_the_rules

SVG = "{http://www.w3.org/2000/svg}"


def picture(parameters: dict | None = None):
    """The file of the chart."""
    answer = Client(headers={"host": "localhost"}).get("/structure.svg", parameters)
    assert answer.status_code == 200
    return answer, ElementTree.fromstring(answer.content)


def boxes(page) -> dict[str, str]:
    """The words of each box of a page's chart, by the address it links to."""
    [drawing] = page.all("svg", class_="register-chart__drawing")
    return {link.get("href"): words(link) for link in drawing.iter("a")}


def entry(page, slug: str) -> str:
    """The entry of one forum in the list."""
    [told] = [each for each in page.all("li") if each.get("id") == f"forum-{slug}"]
    return words(told.find("div"))


@pytest.fixture
def system(db):
    return make_place(slug="marches", name="The Marches", level=PlaceLevel.SYSTEM)


def test_a_box_leads_to_its_forum_and_says_who_chairs_it(system):
    held, vacant, silent = (
        make_forum(slug=slug, name=slug.title(), place=system)
        for slug in ("held", "vacant", "silent")
    )
    person = make_person(name="Ann Example")
    make_membership(seat=make_chair_seat(forum=held), person=person)
    make_chair_seat(forum=vacant, vacant=1)
    make_reporting_line(from_forum=held, to_forum=vacant)
    make_reporting_line(
        from_forum=silent, to_organisation=make_organisation(slug="trust", name="T")
    )
    page = read("/structure/")

    assert boxes(page) == {
        "/forums/held/": "Held Chair: Ann Example",
        "/forums/vacant/": "Vacant Chair vacant",
        "/forums/silent/": "Silent Chair not recorded",
        "/organisations/trust/": "T Organisation",
    }
    assert entry(page, "held").startswith(
        "Held Chair: Ann Example Last known on no day that is recorded Reports to Vacant Source: "
    )
    assert "Chair: Vacant" in entry(page, "vacant")
    assert "Where it reports: not recorded" in entry(page, "vacant")


def test_what_is_out_of_order_is_marked_in_the_chart_and_in_the_list(system):
    alone = make_forum(slug="alone", place=system)
    a = make_forum(slug="a", name="A", place=system)
    b = make_forum(slug="b", name="B", place=system)
    make_reporting_line(from_forum=a, to_forum=b)
    make_reporting_line(from_forum=b, to_forum=a)
    gone = make_forum(slug="gone", name="Gone", end_date="2020-12-31")
    shut = make_organisation(slug="shut", name="Shut", end_date="2020-12-31")
    make_reporting_line(from_forum=a, to_forum=gone)
    make_reporting_line(from_forum=b, to_organisation=shut, kind=LineKind.OVERSEEN_BY)
    later = make_forum(slug="later", name="Later", place=system)
    make_reporting_line(from_forum=a, to_forum=later)
    begin_as_before_the_rules(later, "2150-01-01")
    make_forum(slug="planned", place=system, status=ForumStatus.PROPOSED)
    page = read("/structure/")
    said = boxes(page)

    assert "In a loop" in said["/forums/a/"]
    assert "In a loop" in said["/forums/b/"]
    assert said["/forums/gone/"] == "Gone Stood down 31 December 2020"
    assert said["/organisations/shut/"] == "Shut Closed 31 December 2020"
    assert "Not yet in force" in said["/forums/later/"]
    assert "Proposed" in said["/forums/planned/"]
    [drawing] = page.all("svg", class_="register-chart__drawing")
    assert "No line recorded" in words(drawing)
    assert "In a loop" in entry(page, "a")
    assert "A loop: A → B → A" in entry(page, "a")
    assert "Reports to Gone Stood down stood down 31 December 2020" in entry(page, "a")
    assert "Overseen by Shut Closed closed 31 December 2020" in entry(page, "b")
    assert "No line recorded" in entry(page, alone.slug)


def test_a_line_from_another_place_is_drawn_with_what_it_leads_to(system):
    ludlow = make_place(slug="ludlow", name="Ludlow", part_of=system)
    board = make_forum(slug="board", name="Board", place=system)
    make_reporting_line(from_forum=make_forum(slug="group", place=ludlow), to_forum=board)
    make_forum(slug="elsewhere", place=system)
    page = read("/structure/", {"place": "ludlow"})

    assert set(boxes(page)) == {"/forums/board/", "/forums/group/"}
    assert page.headings == ["How forums report: Ludlow"]
    listed = [each.get("id") for each in page.all("li", class_="register-tree__forum")]
    assert listed == ["forum-group"]


def test_every_forum_is_listed_once_however_knotted_the_lines(system):
    forums = [make_forum(place=system) for _ in range(6)]
    for below in forums:
        for above in forums:
            if below != above:
                make_reporting_line(from_forum=below, to_forum=above)
    page = read("/structure/")

    listed = [each.get("id") for each in page.all("li", class_="register-tree__forum")]
    assert sorted(listed) == sorted(f"forum-{forum.slug}" for forum in forums)


def test_a_register_of_one_forum_has_a_chart_and_an_empty_one_says_so(db):
    assert "No forum is recorded" in read("/structure/").text
    assert "How forums report" in picture()[1].findtext(f"{SVG}title")

    make_forum(slug="only")
    assert set(boxes(read("/structure/"))) == {"/forums/only/"}
    assert "not recorded" in read("/structure/", {"forum": "only"}).text


def test_a_hundred_forums_are_one_chart_and_of_more_a_place_is_to_be_chosen(system):
    board = make_forum(place=system)
    for _ in range(99):
        make_reporting_line(from_forum=make_forum(place=system), to_forum=board)
    assert len(boxes(read("/structure/"))) == 100

    make_forum(place=make_place(slug="ludlow", name="Ludlow"))
    page = read("/structure/")
    assert page.all("svg", class_="register-chart__drawing") == []
    assert "Choose a place above" in page.text
    assert len(page.all("li", class_="register-tree__forum")) == 100
    refused = read("/structure.svg")
    assert refused.status == 400
    assert "place: There are more forums" in refused.text
    assert len(boxes(read("/structure/", {"place": "ludlow"}))) == 1


def test_lines_to_very_many_organisations_are_no_chart_either(system, monkeypatch):
    monkeypatch.setattr(structure, "MOST_BOXES", 5)
    forum = make_forum(slug="board", place=system)
    for _ in range(5):
        make_reporting_line(from_forum=forum, to_organisation=make_organisation())

    assert "Choose a place above" in read("/structure/").text
    page = read("/structure/", {"forum": "board"})
    assert page.all("svg", class_="register-chart__drawing") == []
    assert len(page.all("ul", class_="register-reports-to")[0]) == 5


def test_who_is_withheld_has_no_name_in_the_chart_the_list_or_the_files(system):
    forum = make_forum(slug="board", place=system)
    person = make_person(name="Zelda Quillfeather", withheld=True)
    make_membership(seat=make_chair_seat(forum=forum), person=person)
    make_reporting_line(from_forum=forum, to_organisation=make_organisation())

    assert "Chair: Name withheld" in boxes(read("/structure/"))["/forums/board/"]
    for address in ("/structure/", "/structure.svg", "/structure.json", "/structure.csv"):
        for query in ("", "?forum=board"):
            answer = Client(headers={"host": "localhost"}).get(address + query)
            assert answer.status_code == 200
            assert b"uillfeather" not in answer.getvalue()


def test_the_picture_stands_alone_and_is_safe_wherever_it_is_opened(system):
    forum = make_forum(slug="board", name='<script>alert("A&B")</script> Board', place=system)
    make_reporting_line(from_forum=forum, to_forum=make_forum(place=system), by_exception=True)
    answer, tree = picture({"as_at": "2021-01-01"})

    assert answer.headers["Content-Type"].startswith("image/svg+xml")
    assert answer.headers["Content-Disposition"].endswith('"structure-as-at-2021-01-01.svg"')
    assert answer.headers["Cache-Control"].startswith("public, ")
    assert tree.findtext(f"{SVG}title") == "How forums report, as at 1 January 2021"
    links = [link.get("href") for link in tree.iter(f"{SVG}a")]
    assert "http://localhost/forums/board/?as_at=2021-01-01" in links
    assert all(link.startswith("http://localhost/") for link in links)
    allowed = {"svg", "title", "defs", "marker", "path", "circle", "g", "rect", "text", "a"}
    assert {each.tag for each in tree.iter()} <= {SVG + tag for tag in allowed}
    assert not [name for each in tree.iter() for name in each.attrib if name.startswith("on")]
    assert not [each for each in tree.iter() if "style" in each.attrib or "class" in each.attrib]
    assert "<script>alert" in words(tree).replace(" ", "")
    markers = {each.get("id") for each in tree.iter(f"{SVG}marker")}
    asked_for = set(re.findall(r"url\(#([a-z-]+)\)", answer.content.decode()))
    assert asked_for <= markers


def test_lines_of_each_kind_are_told_apart_without_colour_and_named_in_the_key(system):
    forum = make_forum(place=system)
    for kind in LineKind:
        make_reporting_line(from_forum=forum, to_forum=make_forum(place=system), kind=kind)
    _, tree = picture()

    looks = {
        (
            path.get("stroke-dasharray"),
            path.get("stroke-width"),
            ElementTree.tostring(
                next(m for m in tree.iter(f"{SVG}marker") if m.get("id") in path.get("marker-end"))[
                    0
                ]
            ).replace(path.get("stroke").encode(), b"")[:70],
        )
        for path in tree.iter(f"{SVG}path")
        if path.get("marker-end")
    }
    assert len(looks) == len(LineKind)
    written = words(tree)
    assert all(f"{label[0].upper()}{label[1:]}" in written for label in LineKind.labels)


def test_a_name_is_wrapped_within_its_box_and_nothing_of_it_is_cut_off():
    room = BOX_WIDTH - 2 * PADDING
    for name in ("Board " * 33, "W" * 200, "Herefordshire–Worcestershire" * 7, "理事会" * 60, "i"):
        lines = wrap(name, 15, room)
        assert "".join("".join(lines).split()) == "".join(name.split())
        assert max(measure(line, 15) for line in lines) <= room


def test_no_box_of_a_chart_stands_upon_another_and_levels_are_in_their_order():
    levels = ["", *PlaceLevel.values]
    drawn = tuple(
        Box(f"f{n}", f"Forum {n} of a long name", "/", levels[n % 5], (f"P{n % 7}", ""))
        for n in range(60)
    )
    lines = tuple(
        ChartLine(f"f{n}", f"f{(n * 7 + 3) % 60}", LineKind.values[n % 6])
        for n in range(50)
        if n != 10
    )
    made = chart(drawn, lines)

    assert {each.box.key for each in made.boxes} == {box.key for box in drawn}
    placed = [(b.x, b.y, b.x + b.width, b.y + b.height) for b in made.boxes]
    for at, (x1, y1, x2, y2) in enumerate(placed):
        assert x1 >= 0 and y1 >= 0 and x2 <= made.width and y2 <= made.height
        assert not any(
            x1 < o2 and o1 < x2 and y1 < p2 and p1 < y2 for o1, p1, o2, p2 in placed[at + 1 :]
        )
    joined = {key for line in lines for key in (line.lower, line.upper)}
    for above, below in pairwise(levels):
        upper = [b for b in made.boxes if b.box.level == above and b.box.key in joined]
        lower = [b for b in made.boxes if b.box.level == below and b.box.key in joined]
        assert max(b.y + b.height for b in upper) < min(b.y for b in lower)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"forum": "nobody"}, "forum: There is no forum “nobody”"),
        ({"place": "nowhere"}, "Place: there is no “nowhere” to choose"),
        ({"page": "0x"}, "“0x” is not a page number"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_a_sentence(db, quiet, parameters, sentence):
    for address in ("/structure/", "/structure.json"):
        answer = Client(headers={"host": "localhost"}).get(address, parameters)
        assert answer.status_code == 400
        assert sentence in answer.content.decode()


def test_a_forum_is_found_by_a_name_it_once_had_in_addresses(db):
    forum = make_forum(slug="old", name="Board")
    forum.slug = "new"
    forum.save()

    assert read("/structure/", {"forum": "old"}).headings == ["Who Board reports to"]


def test_a_forum_that_is_over_offers_a_day_on_which_it_was_not(db):
    make_forum(slug="gone", name="Gone", start_date="2019-01-01", end_date="2020-01-01")
    page = read("/structure/", {"forum": "gone"})

    assert "Not in force" in page.text
    assert page.link("Read this page as at 1 January 2020") == (
        "/structure/?forum=gone&as_at=2020-01-01"
    )


def test_the_formats_say_what_the_page_says(system):
    group = make_forum(slug="group", name="Group", place=system)
    board = make_forum(slug="board", name="Board", place=system)
    make_reporting_line(from_forum=group, to_forum=board, by_exception=True)
    rows = read_data("/structure.csv?place=marches").rows

    assert [(row["from_forum_name"], row["kind"], row["to_forum_name"]) for row in rows] == [
        ("Group", "reports-to", "Board"),
        ("Board", "", ""),
    ]
    assert (rows[0]["by_exception"], rows[0]["to_forum"]) == (
        "true",
        "http://localhost/forums/board/",
    )
    for address in ("/structure.json", "/structure.json?forum=group"):
        said = read_data(address).said
        assert [line["to_forum"]["name"] for line in said["reporting_lines"]] == ["Board"]
        assert "Group" in [forum["name"] for forum in said["results"]]


@pytest.mark.parametrize("other", [{"place": "nonsense"}, {"page": "2"}])
def test_a_place_or_a_page_beside_one_forum_is_refused_and_named(system, quiet, other):
    make_forum(slug="only", place=system)
    page = read("/structure/", {"forum": "only", **other})

    assert page.status == 400
    assert f"{next(iter(other))}: " in page.text


@pytest.mark.django_db
def test_chairs_and_lines_say_what_is_only_perhaps_or_foreseen_and_how_lately_it_is_known():
    paper = make_document(as_of="2019-05-01", as_of_precision="month")
    some_time = {"start_date": "2023-01-01", "start_precision": "year"}
    board, group = make_forum(slug="board", name="Board"), make_forum(slug="group", name="Group")
    planned = make_membership(
        seat=make_chair_seat(forum=board),
        person=make_person(name="Ann Lee"),
        document=paper,
        start_date="2019-06-01",
    )
    make_membership(
        seat=make_chair_seat(forum=group), person=make_person(name="Bob Day"), **some_time
    )
    make_reporting_line(from_forum=group, to_forum=board, **some_time)

    day = {"as_at": "2023-06-01"}
    for page in (
        read("/structure/", day),
        read("/structure/", {**day, "forum": "board"}),
        read("/structure/", {**day, "forum": "group"}),
    ):
        assert "The line: perhaps; began some time in 2023" in page.answer
    text = read("/structure/", day).answer
    assert "perhaps; began some time in 2023" in text  # and who chairs the group
    assert planned.time_as_foreseen(datetime.date(2023, 6, 1)) in text
    assert "Last known May 2019, more than a year ago" in text
    answer, _ = picture(day)
    drawn = answer.content.decode()
    assert "perhaps" in drawn and "planned" in drawn


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("period", "told"),
    [
        (
            {"start_date": "2020-01-01", "start_qualifier": "by"},
            "Who it reported to on 1 May 2019 is not recorded",
        ),
        ({"end_date": "2019-04-30"}, "it reports to nobody on 1 May 2019, as it is not there"),
    ],
)
def test_the_page_of_one_forum_says_why_it_shows_no_lines(period, told):
    make_forum(slug="board", name="Board", **period)

    assert told in read("/structure/", {"forum": "board", "as_at": "2019-05-01"}).text
