"""Forums, organisations, people and posts of one name: no two lines of a list are equal."""

import pytest

from forums.models import Forum
from organisations.models import PostKind
from records.namesakes import told_apart
from tests.builders import (
    day,
    make_appointment,
    make_chair_seat,
    make_forum,
    make_organisation,
    make_person,
    make_place,
    make_post,
)
from tests.pages.reading import read, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_of_each():
    """Two systems, each with a Finance Committee, a Town Council and a chair of one name."""
    for name in ("Marches", "Fens"):
        place = make_place(name=name)
        forum = make_forum(name="Finance Committee", place=place, slug=f"finance-{name.lower()}")
        make_chair_seat(forum=forum)
        council = make_organisation(name="Town Council", place=place, slug=f"town-{name.lower()}")
        chair = make_post(organisation=council, title="Chair", kind=PostKind.CHAIR)
        make_appointment(
            person=make_person(name="Ann Lee", slug=f"ann-lee-{name.lower()}"), post=chair
        )
        make_person(name="Bob Day", slug=f"bob-day-{name.lower()}")


def rows(page) -> list[str]:
    return [words(row) for row in page.all("tr")[1:]]


PAGES = ["/chairs/", "/forums/", "/organisations/", "/people/"]


@pytest.mark.parametrize("path", PAGES)
def test_no_two_lines_of_a_list_are_equal(path, two_of_each):
    lines = rows(read(path))
    assert len(lines) >= 2 and len(set(lines)) == len(lines)


@pytest.mark.parametrize("text", ["finance committee", "town council", "ann lee", "bob day"])
def test_no_two_lines_of_a_search_are_equal(text, two_of_each):
    entries = read("/search/", {"q": text}).main.findall("ul")
    lines = [words(entry) for each in entries for entry in each]
    assert len(lines) >= 2 and len(set(lines)) == len(lines)
    said = {"bob day": ("bob-day-fens", "bob-day-marches")}.get(text, ("Fens", "Marches"))
    if text != "ann lee":
        assert all(any(word in line for line in lines) for word in said)


def test_the_database_is_asked_nothing_while_no_two_are_called_alike(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert told_apart(Forum, [(1, "Board"), (2, "Finance Committee")], day("2019-04-01")) == {}


def test_what_is_equal_in_all_else_is_told_apart_by_its_address():
    boards = [make_forum(name="Board", slug=f"board-{number}") for number in (1, 2)]
    named = [(board.pk, board.name) for board in boards]
    told = told_apart(Forum, named, day("2019-04-01"))
    assert [told[board.pk].split(", ")[-1] for board in boards] == ["board-1", "board-2"]
