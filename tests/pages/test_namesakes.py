"""Forums, organisations, people and posts with the same name can be told apart in every list."""

from xml.etree import ElementTree

import pytest
from django.test import Client

from forums.models import Forum
from organisations.models import Organisation, Place, PostKind
from people.identity import withhold_person
from people.models import Person
from records.namesakes import told_apart_by_key
from tests.builders import (
    day,
    make_appointment,
    make_chair_seat,
    make_forum,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_person,
    make_place,
    make_post,
    make_reporting_line,
    make_seat,
)
from tests.pages.as_data import read_data
from tests.pages.reading import read, words

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


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


def test_no_two_rows_or_columns_of_who_is_represented_where_are_equal(two_of_each):
    for forum in Forum.objects.all():
        for council in Organisation.objects.all():
            make_member_organisation(forum=forum, organisation=council)
    page = read("/representation/")
    heads = [words(each) for each in page.all("th")]
    assert len(heads) == 5 and len(set(heads)) == 5


def test_no_two_people_nor_forums_of_who_chairs_more_than_one_are_equal():
    people = [make_person(name="Ann Lee") for _ in range(2)]
    for name in ("Marches", "Fens"):
        forum = make_forum(name="Finance Committee", place=make_place(name=name))
        seat = make_chair_seat(forum=forum, number=2)
        for person in people:
            make_membership(person=person, seat=seat)
    page = read("/concentration/")
    heads = [words(each) for each in page.main.iter("h2") if "Ann Lee" in words(each)]
    assert len(heads) == len(set(heads)) == 2
    assert page.text.count("(Fens)") == page.text.count("(Marches)") == 2


@pytest.mark.parametrize("path", ["/structure/", "/forums/"])
def test_no_two_choices_of_a_public_page_are_equal(path, two_of_each):
    for system in ("Marches", "Fens"):
        make_place(name="Newtown", part_of=Place.objects.get(name=system))
    choices = [words(each) for each in read(path).all("option")]
    assert len(choices) == len(set(choices))
    assert any(words.startswith("Newtown (") for words in choices)


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
        assert (
            told_apart_by_key(Forum, [(1, "Board"), (2, "Finance Committee")], day("2019-04-01"))
            == {}
        )


def test_what_is_equal_in_all_else_is_told_apart_by_its_address():
    boards = [make_forum(name="Board", slug=f"board-{number}") for number in (1, 2)]
    named = [(board.pk, board.name) for board in boards]
    told = told_apart_by_key(Forum, named, day("2019-04-01"))
    assert [told[board.pk].split(", ")[-1] for board in boards] == ["board-1", "board-2"]


def happened() -> None:
    """Changes of two forums, two councils and two people with the same name."""
    for name in ("Marches", "Fens"):
        place = make_place(name=name)
        forum = make_forum(name="Finance Committee", place=place, start_date="2019-04-01")
        seat = make_seat(forum=forum, title="Member", start_date="2020-04-01")
        council = make_organisation(name="Town Council", place=place, start_date="2019-04-01")
        make_member_organisation(forum=forum, organisation=council, start_date="2021-04-01")
        make_membership(person=make_person(name="Ann Lee"), seat=seat, start_date="2022-04-01")


CHANGES = "/changes/?from=2019-01-01&to=2023-01-01"


def test_no_two_sentences_of_changes_are_equal():
    happened()
    page = read(CHANGES)
    said = [words(each) for each in page.all("li") if "Finance" in words(each)]
    assert len(said) == 8 and len(set(said)) == 8
    assert any("Finance Committee (Fens) began" in each for each in said)
    assert any("Finance Committee (Marches) began" in each for each in said)


@pytest.mark.parametrize(
    ("path", "column"),
    [(CHANGES.replace("/?", ".csv?"), "sentence"), ("/changes/recorded.csv", "text")],
)
def test_no_two_sentences_of_a_table_of_changes_are_equal(path, column):
    happened()
    said = [row[column] for row in read_data(path).rows if "Finance" in row[column]]
    assert len(said) >= 8 and len(set(said)) == len(said)


@pytest.mark.parametrize("path", ["/changes.atom", "/changes/recorded.atom"])
def test_no_two_entries_of_a_feed_are_equal(path):
    happened()
    answer = Client(headers={"host": "localhost"}).get(path)
    entries = ElementTree.fromstring(answer.content).iter(f"{ATOM}entry")
    titles = [entry.find(f"{ATOM}title").text for entry in entries]
    assert len(set(titles)) == len(titles)
    assert any("Finance Committee (Fens)" in each for each in titles)


def test_a_sentence_names_what_stands_alone_on_its_page_but_not_in_the_register():
    happened()
    make_forum(name="Audit Committee", place=make_place(name="Fens"), start_date="2018-04-01")
    forum = make_forum(
        name="Audit Committee", place=make_place(name="Marches"), start_date="2024-04-01"
    )
    said = words(read(f"/changes/?forum={forum.slug}").main)
    assert "Audit Committee (Marches) began" in said


def test_somebody_withheld_is_no_namesake():
    happened()
    lee = Person.objects.filter(name="Ann Lee").first()
    withhold_person(person=lee)
    assert "Ann Lee (" not in read(CHANGES).text


def test_what_changes_name_is_told_in_json_though_two_have_one_name():
    one, other = (make_forum(name="Finance Committee", slug=f"finance-{n}") for n in (1, 2))
    make_reporting_line(from_forum=one, to_forum=other, start_date="2022-04-01")
    [told] = read_data("/changes.json?from=2022-01-01&to=2023-01-01").said["results"]
    ids = [each["id"].rstrip("/").rpartition("/")[2] for each in told["about"]]
    assert ids == ["finance-1", "finance-2"]
