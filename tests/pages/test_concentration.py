"""The public page of people who chair more than one forum or organisation."""

import pytest

from people.identity import withhold_person
from tests.builders import (
    make_appointment,
    make_chair_seat,
    make_document,
    make_forum,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_reporting_line,
)
from tests.pages.as_data import read_data
from tests.pages.reading import read, words

pytestmark = pytest.mark.django_db

HERE = "/concentration/"


@pytest.fixture
def ann():
    """Ann Abel chairs the Board, the Group that answers to it, and the trust."""
    terms = make_document(slug="terms", short_title="Terms 2019")
    person = make_person(slug="ann", name="Ann Abel")
    board = make_forum(slug="board", name="Board")
    group = make_forum(slug="group", name="Group")
    for forum in (board, group):
        make_membership(person=person, seat=make_chair_seat(forum=forum), document=terms)
    trust = make_organisation(slug="trust", name="Wye Trust")
    make_appointment(person=person, post=make_post(organisation=trust, title="Chair of it"))
    make_reporting_line(
        from_forum=group, to_forum=board, by_exception=True, document=terms, locator="line 7"
    )
    return person


def sections(page) -> list[str]:
    return [words(section) for section in page.main.iter("section")]


def test_a_person_is_told_with_each_chair_its_source_and_the_line_between_them(ann):
    page = read(HERE, {"as_at": "2019-05-01"})

    [told] = sections(page)
    assert told.startswith("Ann Abel Chairs 2 forums Board, since 1 April 2019")
    assert "Source: Terms 2019, page 1" in told
    assert "Chairs or leads 1 organisation Chair of it, Wye Trust, since 1 April 2019" in told
    assert (
        "What answers to what Group reports to Board, by exception, since 1 April 2019 "
        "Source: Terms 2019, line 7" in told
    )
    assert page.link("Ann Abel") == "/people/ann/?as_at=2019-05-01"


def test_the_list_is_narrowed_to_one_of_its_parts(ann):
    bea = make_person(name="Bea Bell")
    make_membership(person=bea, seat=make_chair_seat(forum=make_forum()))
    make_appointment(person=bea, post=make_post())

    page = read(HERE)
    assert page.link("1 with more than one forum") == f"{HERE}?show=forums"
    assert page.link("2 with a forum and an organisation") == f"{HERE}?show=organisations"
    assert page.link("1 with a forum that answers to another of theirs") == f"{HERE}?show=lines"
    assert len(sections(page)) == 2
    assert len(sections(read(HERE, {"show": "organisations"}))) == 2
    for part in ("forums", "lines"):
        [told] = sections(read(HERE, {"show": part}))
        assert told.startswith("Ann Abel")


def test_the_totals_say_how_many_are_only_foreseen(ann):
    paper = make_document(slug="plan", as_of="2019-03-01")
    bea = make_person(name="Bea Bell")
    for _ in range(2):
        make_membership(person=bea, seat=make_chair_seat(forum=make_forum()), document=paper)
    make_appointment(person=bea, post=make_post(kind="chair"))

    page = read(HERE)

    assert "2 people, 1 of them only foreseen" in page.text
    assert "2 with more than one forum, 1 of them only foreseen" in page.text
    assert "2 with a forum and an organisation, 1 of them only foreseen" in page.text
    assert "1 with a forum that answers to another of theirs" in page.text
    counts = [
        read_data(f"{HERE[:-1]}.json", {"show": part} if part else {}).said["count_foreseen"]
        for part in ("", "forums", "lines")
    ]
    assert counts == [1, 1, 0]


def test_an_unknown_part_is_refused_with_a_sentence(quiet):
    page = read(HERE, {"show": "friends"})

    assert page.status == 400
    assert "show: there is no “friends” to choose. Write show=forums" in page.text


@pytest.mark.parametrize("form", ["", "json", "csv"])
def test_whether_two_withheld_chairs_are_one_person_cannot_be_told(form):
    def answer() -> str:
        if form:
            return read_data(f"/concentration.{form}").text
        return read(HERE).answer

    board, group = (make_chair_seat(forum=make_forum(name=name)) for name in ("Board", "Group"))
    one, other = make_person(name="Ann Abel"), make_person(name="Bea Bell")
    make_membership(person=one, seat=board)
    of_group = make_membership(person=other, seat=group)
    withhold_person(person=one)
    withhold_person(person=other)
    as_two = answer()

    of_group.delete()
    make_membership(person=one, seat=group)
    assert answer() == as_two
    assert "Name withheld" not in as_two


def test_its_formats_say_what_it_says_with_the_document_of_each(ann):
    [each] = read_data("/concentration.json?as_at=2019-05-01").said["results"]
    rows = read_data("/concentration.csv?as_at=2019-05-01").rows

    assert each["person"] == {"id": "http://localhost/people/ann/", "name": "Ann Abel"}
    assert [chaired["forum"]["name"] for chaired in each["forums"]] == ["Board", "Group"]
    [line] = each["lines"]
    assert (line["from"]["name"], line["kind"], line["to"]["name"]) == (
        "Group",
        "reports-to",
        "Board",
    )
    assert [(row["what"], row["name"], row["document_title"]) for row in rows] == [
        ("forum", "Board", "Terms 2019"),
        ("forum", "Group", "Terms 2019"),
        ("organisation", "Wye Trust", "Board paper"),
        ("line", "Group", "Terms 2019"),
    ]
