"""The page of changes between two days: which days and subjects an address may ask for."""

from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from people.identity import merge_people, withhold_person
from people.models import Person
from tests.builders import (
    make_appointment,
    make_document,
    make_forum,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_relationship,
    make_rule,
    make_seat,
)
from tests.pages.as_data import read_data
from tests.pages.reading import REFUSED, read, words

pytestmark = pytest.mark.django_db

SPRING = {"from": "2019-03-01", "to": "2019-05-01"}


@pytest.fixture
def board():
    """A board whose chair was handed over on 1 April 2019."""
    board = make_forum(slug="board", name="Board", start_date="2010-01-01")
    seat = make_seat(forum=board, title="Chair", role="chair", start_date="2010-01-01")
    make_membership(
        seat=seat,
        person=make_person(slug="ann", name="Ann Lee"),
        start_date="2015-01-01",
        end_date="2019-03-31",
        end_document=make_document(slug="letter", short_title="Letter"),
        end_locator="line 2",
    )
    make_membership(
        seat=seat,
        person=make_person(slug="ben", name="Ben Rhys"),
        start_date="2019-04-01",
        document=make_document(slug="minutes", short_title="Minutes"),
        locator="item 4",
    )
    make_organisation(slug="trust", name="Wye Trust", start_date="2019-04-02")
    return board


def listed(page) -> list[str]:
    return [words(item) for part in page.main.findall("ul") for item in part.findall("li")]


def test_a_sentence_leads_to_those_it_names_and_to_both_of_its_sources(board):
    page = read("/changes/", SPRING)

    handover, other = listed(page)
    assert handover.startswith("On 1 April 2019 Ann Lee handed over to Ben Rhys as Chair of Board.")
    assert "Minutes, item 4" in handover
    assert "Letter, line 2" in handover
    assert other.startswith("On 2 April 2019 Wye Trust began.")
    assert {"/people/ann/", "/people/ben/", "/forums/board/", "/documents/letter/"} <= set(
        page.links(page.main)
    )
    assert "from 1 March 2019 to 1 May 2019, both days included" in page.text
    assert "the earliest first" in page.text


@pytest.mark.parametrize(
    ("days", "first", "last"),
    [
        ({"as_at": "2019-12-31"}, "31 December 2018", "31 December 2019"),
        ({"as_at": "2020-02-29"}, "28 February 2019", "29 February 2020"),
        ({"to": "2019-12-31"}, "31 December 2018", "31 December 2019"),
        ({"from": "2019-01-01", "as_at": "2019-12-31"}, "1 January 2019", "31 December 2019"),
        ({"from": "2020-01-01", "as_at": "2019-12-31"}, "1 January 2020", "31 December 2020"),
        ({"from": "2199-12-31"}, "31 December 2199", "31 December 2199"),
        ({"to": "1800-01-01"}, "1 January 1800", "1 January 1800"),
        ({"as_at": "1800-01-01"}, "1 January 1800", "1 January 1800"),
        ({"from": "2019-01-01", "to": "2019-01-01"}, "1 January 2019", "1 January 2019"),
        ({"forum": "board", "as_at": "2019-12-31"}, "1 January 2010", "31 December 2019"),
    ],
)
def test_days_that_the_address_leaves_out_are_chosen_and_said(board, days, first, last):
    page = read("/changes/", days)

    assert page.status == 200
    told = f"What changed, or was to change, from {first} to {last}, both days included"
    assert told in page.text


def test_the_form_has_the_days_that_are_shown(board):
    page = read("/changes/", {**SPRING, "forum": "board"})

    fields = {i.get("name"): i.get("value") for i in page.main.iter("input")}
    days = {"typed_from": "1 March 2019", "typed_to": "1 May 2019"}
    assert fields == {**days, "forum": "board"}


@pytest.mark.parametrize("which", ["from", "to"])
@pytest.mark.parametrize("text", ["2019-02-30", "yesterday", "2019", "1799-12-31", "2200-01-01"])
def test_what_is_no_day_gets_a_sentence(board, quiet, which, text):
    page = read("/changes/", {which: text})

    assert page.status == 400
    assert page.headings == [REFUSED]
    assert "day" in page.text


def test_a_first_day_after_the_last_gets_a_sentence_that_says_what_to_do(board, quiet):
    page = read("/changes/", {"from": "2019-05-01", "to": "2019-04-30"})

    assert page.status == 400
    assert "from: 1 May 2019 is after 30 April 2019" in page.text
    assert "Put the earlier day in “from”." in page.text


def test_more_than_one_of_forum_organisation_and_person_gets_a_sentence(board, quiet):
    page = read("/changes/", {"forum": "board", "person": "ann"})

    assert page.status == 400
    assert "name one of them" in page.text


@pytest.mark.parametrize(
    ("of", "slug", "name", "number"),
    [
        ("forum", "board", "Board", 1),
        ("person", "ann", "Ann Lee", 1),
        ("organisation", "trust", "Wye Trust", 1),
    ],
)
def test_changes_can_be_had_of_one_forum_organisation_or_person(board, of, slug, name, number):
    page = read("/changes/", {**SPRING, of: slug})

    assert page.headings == [f"Changes to {name}"]
    assert len(listed(page)) == number
    # And are reached from its page.
    folder = {"person": "people"}.get(of, f"{of}s")
    link = read(f"/{folder}/{slug}/").link(f"Changes to this {of}")
    assert link == f"/changes/?{of}={slug}"
    assert read(link).status == 200


def test_an_old_slug_and_a_merged_record_lead_to_what_they_became(board):
    board.slug = "new-board"
    board.save()
    kept = make_person(slug="benjamin", name="Benjamin Rhys")
    ben = Person.objects.get(slug="ben")
    ben.document = make_document(as_of="2021-06-01")
    ben.save()
    merge_people(kept=kept, merged=ben)

    assert read("/changes/", {"forum": "board"}).headings == ["Changes to Board"]
    assert read("/changes/", {"person": "ben"}).headings == ["Changes to Benjamin Rhys"]


def test_changes_refuse_a_withheld_person_in_the_words_for_an_unknown_one(board, quiet):
    withhold_person(person=Person.objects.get(slug="ann"))

    withheld = read("/changes/", {"person": "ann"})
    assert withheld.status == 400
    assert withheld.text == read("/changes/", {"person": "eve"}).text.replace("eve", "ann")
    assert "Name withheld handed over to Ben Rhys" in read("/changes/", SPRING).text


def test_a_month_that_reaches_beyond_the_days_is_said_to(board):
    make_appointment(
        person=make_person(name="Cai Pugh"),
        post=make_post(title="Chair", start_date="2010-01-01"),
        start_date="2019-06-01",
        start_precision="month",
    )

    [late] = [each for each in listed(read("/changes/", {"to": "2019-06-15"})) if "Cai" in each]
    assert "Only the month is known: it may have been after these days." in late
    [early] = [each for each in listed(read("/changes/", {"from": "2019-06-15"})) if "Cai" in each]
    assert "Only the month is known: it may have been before these days." in early
    [inside] = [each for each in listed(read("/changes/", {"from": "2019-06-01"})) if "Cai" in each]
    assert "may have been" not in inside


def test_days_without_a_change_lead_to_the_last_year_that_has_any(board):
    page = read("/changes/", {"from": "2022-01-01", "to": "2022-12-31"})

    assert "The register has no change from 1 January 2022 to 31 December 2022." in page.text
    link = page.link("show the year up to 2 April 2019")
    assert link == "/changes/?from=2018-04-02&to=2019-04-02"
    assert len(listed(read(link))) == 2


def test_a_long_list_is_shown_in_pages_of_a_hundred(board):
    for _ in range(103):
        make_organisation(start_date="2019-04-03")

    first, second = (read("/changes/", {**SPRING, "page": page}) for page in ("1", "2"))
    assert "105 changes, 1 to 100 on this page" in first.text
    assert (len(listed(first)), len(listed(second))) == (100, 5)
    assert set(listed(first)).isdisjoint(listed(second))
    assert "/changes/?from=2019-03-01&to=2019-05-01&page=1" in second.links(second.main)


def test_the_formats_tell_the_same_sentences_with_their_sources(board):
    as_json, as_csv = read_data("/changes.json", SPRING), read_data("/changes.csv", SPRING)

    page = listed(read("/changes/", SPRING))
    results, rows = as_json.said["results"], as_csv.rows
    assert as_json.said["count"] == len(page) == len(results) == len(rows)
    for said, result, row in zip(page, results, rows, strict=True):
        assert said.startswith(result["sentence"])
        assert row["sentence"] == result["sentence"]
        assert row["date"] == result["date"]
    handover, begun = rows
    assert (handover["event"], handover["date"]) == ("handover", "2019-04-01")
    assert handover["document_title"] == "Minutes"
    assert handover["before_document"] == "http://localhost/documents/letter/"
    assert (begun["event"], begun["before_document"]) == ("start", "")
    assert results[0]["about"][0] == {"id": "http://localhost/people/ann/", "name": "Ann Lee"}


def test_a_forum_tells_everywhere_what_befell_those_who_take_part_in_it(board):
    ccg = make_organisation(
        slug="ccg", name="Teme CCG", start_date="2010-01-01", end_date="2020-03-31"
    )
    after = make_organisation(
        name="Wye CCG", short_name="", start_date="2020-04-01", end_date="2020-09-30"
    )
    make_member_organisation(forum=board, organisation=ccg, start_date="2010-01-01")
    make_rule(board)
    make_relationship(
        from_organisation=ccg, to_organisation=after, kind="succeeded-by", start_date="2020-04-01"
    )
    make_seat(forum=board, on_behalf_of=after, start_date="2020-04-01", end_date="2020-09-30")
    in_2020 = {"from": "2020-01-01", "to": "2020-12-31", "forum": "board"}

    page = listed(read("/changes/", in_2020))
    told = [
        (
            "On 31 March 2020 Teme CCG closed. The rule of quoracy of Board asks for every member "
            "organisation, and no source recorded here says who took its place there."
        ),
        "On 1 April 2020 Teme CCG was succeeded by Wye CCG.",
        "On 30 September 2020 Wye CCG closed.",
    ]
    assert "Takes part in Board as a member organisation: Teme CCG." in page[0]
    [last] = [each for each in page if each.startswith(told[-1])]
    assert "A seat of Board speaks for Wye CCG." in last
    rows = [row["sentence"] for row in read_data("/changes.csv", in_2020).rows]
    results = [each["sentence"] for each in read_data("/changes.json", in_2020).said["results"]]
    feed = Client(headers={"host": "localhost"}).get("/forums/board/changes.atom")
    titles = [
        entry.find("{*}title").text
        for entry in ElementTree.fromstring(feed.content).findall(".//{*}entry")
    ]
    for sentence in told:
        assert any(each.startswith(sentence) for each in page)
        assert sentence in rows
        assert sentence in results
        assert sentence in titles


def test_what_befell_a_forum_costs_two_queries_more_however_many_take_part():
    def cost(**of: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            read("/changes/", {"from": "2020-01-01", "to": "2020-12-31", **of})
        return len(queries)

    forum = make_forum(slug="board", start_date="2010-01-01")
    costs = []
    for slug in ("one", "two", "three"):
        closed = make_organisation(slug=slug, start_date="2010-01-01", end_date="2020-12-31")
        make_member_organisation(forum=forum, organisation=closed, start_date="2020-04-01")
        costs.append(cost(forum="board"))

    # Its members, and by which terms of reference all of them have to attend.
    assert set(costs) == {cost(organisation="one") + 2}
