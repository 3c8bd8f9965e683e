"""Every page of the seed has the same facts in each of its formats, no more and no fewer."""

import datetime
import re
from collections import Counter

import pytest
from django.urls import reverse

from forums.models import Forum
from ics_register.pages.formats import address_in
from organisations.models import Organisation
from people.models import Person
from records.models import Document
from records.periods import Precision, date_in_words
from tests import slow
from tests.pages.as_data import parts, read_data
from tests.pages.reading import Page, read

pytestmark = pytest.mark.usefixtures("seeded")

DAYS = ["2019-05-01", "2021-07-01"]
LISTS = ["/", "/chairs/", "/forums/", "/organisations/", "/people/", "/documents/"]
KINDS = {"forum": Forum, "organisation": Organisation, "person": Person, "document": Document}
HOST = "http://localhost"
STANDINGS = {"vacant": "Vacant", "not-recorded": "Not recorded", "perhaps": "perhaps"}
# The heading on the page of a person under which stands what JSON has by this word.
WHEN = {"now": "now", "known_from_a_later_day": "later", "to_come": "to-come", "before": "before"}


def addresses(kind: str) -> list[str]:
    if kind == "list":
        return LISTS
    return [reverse(kind, args=[one.slug]) for one in KINDS[kind].objects.all()]


def linked(page: Page) -> set[str]:
    """The records that a page links to, header and footer left out."""
    paths = {link.partition("?")[0].partition("#")[0] for link in page.links(page.main)}
    record = re.compile(r"/(forums|organisations|people|documents)/[-\w]+/")
    return {path for path in paths if record.fullmatch(path)}


def named(said: dict) -> dict[str, str]:
    """The names of the records that the JSON or CSV links to, by the path of their page."""
    return {
        each["id"].removeprefix(HOST): each.get("name") or each.get("fact") or each["title"]
        for each in parts(said)
        if each.get("id")
    }


def words_of(text: str, precision: str) -> str:
    day = datetime.date.fromisoformat(f"{text}-01-01"[:10])
    return date_in_words(day, Precision(precision))


@slow.WALK
@pytest.mark.parametrize("kind", ["list", *KINDS])
@pytest.mark.parametrize("day", DAYS)
def test_a_format_names_whom_and_what_its_page_names(kind, day):
    less, more = {}, {}
    for address in addresses(kind):
        page = read(address, {"as_at": day})
        said = read_data(address_in(address, "json"), {"as_at": day}).said
        names = {path: name for path, name in named(said).items() if path != address}
        less[address] = linked(page) - {address} - names.keys()
        more[address] = {path for path, name in names.items() if name not in page.text}
        if kind == "list":
            # It says in full what a seat goes with, and where an organisation's codes are from.
            more[address] = {path for path in more[address] if path.startswith("/people/")}

    assert len(less) >= 3
    assert {address: paths for address, paths in less.items() if paths} == {}
    assert {address: paths for address, paths in more.items() if paths} == {}


def rows_of_members(page: Page) -> list[str]:
    """The rows of a forum's page, without those that compare its terms of reference."""
    compared = page.text.partition("What the terms of reference of ")[2]
    return [row for row in page.rows() if row not in compared]


@pytest.mark.parametrize("day", DAYS)
def test_a_forum_has_as_many_seats_members_and_lines_in_its_formats(day):
    counted = 0
    for address in addresses("forum"):
        page = read(address, {"as_at": day})
        said = read_data(address_in(address, "json"), {"as_at": day}).said
        rows = read_data(address_in(address, "csv"), {"as_at": day}).rows
        seats = said["seats"]
        counted += len(seats)

        if seats:
            found = re.search(
                r"(\d+) (?:person|people) in (\d+) of (?:at least )?(\d+) places?"
                r"(?:, (?:only foreseen|\w+ of them only foreseen))?: "
                r"(\d+) vacant, (\d+) with nobody",
                page.text,
            )
            told = ("people", "filled", "number", "vacant", "not_recorded")
            counts = list(map(int, found.groups())) if found else []
            if not found:  # all are filled
                full = re.search(
                    r"(\d+) (?:person|people) in (?:the|all) (\d+) places?[.,]", page.text
                )
                people, number = map(int, full.groups())
                counts = [people, number, number, 0, 0]
            assert counts == [said["places"][name] for name in told]
            vacant, unfilled = (sum(s[name] for s in seats) for name in ("vacant", "unfilled"))
            assert vacant == said["places"]["vacant"], address
            assert unfilled - vacant == said["places"]["not_recorded"], address
        members = [each for seat in seats for each in seat["holders"]]
        room = [seat for seat in seats if seat["unfilled"]]
        assert len(rows_of_members(page)) == len(members) + len(room), address
        assert len(rows) == len(members) + len(room), address
        for each in members:
            began = words_of(each["start_date"], each["start_precision"])
            assert page.rows(each["person"]["name"], began), (address, each)
        reporting = page.section("reporting")
        lines = said["reporting_lines"] + said["reporting_lines_known_from_a_later_day"]
        assert reporting.count("Source:") == len(lines + said["successions"])
    assert counted > 10


@slow.WALK
@pytest.mark.parametrize("day", DAYS)
def test_an_organisation_has_as_many_posts_and_seats_in_its_formats(day):
    counted = 0
    for address in addresses("organisation"):
        page = read(address, {"as_at": day})
        said = read_data(address_in(address, "json"), {"as_at": day}).said
        rows = read_data(address_in(address, "csv"), {"as_at": day}).rows
        posts, seats = said["posts"], said["seats"]["results"]
        counted += len(posts)

        rated = [each for each in said["ratings"] if each["question"] != "overall"]
        rated += [
            each for each in said["ratings"] if each["question"] == "overall" and each["service"]
        ]
        assert len(page.rows()) == len(posts) + len(seats) + len(rated), address
        later = said["known_from_a_later_day"]
        every = [*posts, *seats, *later["posts"], *later["seats"]]
        to_come = [row for row in rows if row["when"] == "to_come"]
        assert len(to_come) == sum(len(each["to_come"]) for each in every), address
        there = sum(len(each["holders"]) or 1 for each in every)
        assert len(rows) - len(to_come) == there, address
        assert all(post["title"] in page.text for post in later["posts"]), address
        for post in posts:
            for each in post["holders"]:
                began = words_of(each["start_date"], each["start_precision"])
                assert page.rows(post["title"], each["person"]["name"], began), (address, each)
            if post["standing"] != "held":
                words = STANDINGS[post["standing"]]
                assert page.rows(post["title"], words), address
    assert counted > 10


@pytest.mark.parametrize("day", DAYS)
def test_a_person_holds_as_much_in_their_formats(day):
    counted = 0
    for address in addresses("person"):
        page = read(address, {"as_at": day})
        said = read_data(address_in(address, "json"), {"as_at": day}).said
        rows = read_data(address_in(address, "csv"), {"as_at": day}).rows
        counted += len(said["now"])

        assert Counter(row["when"] for row in rows) == Counter(
            {when: len(said[when]) for when in WHEN if said[when]}
        ), address
        for when, heading in WHEN.items():
            if said[when]:
                text = page.section(heading)
                if when == "now" and page.all("h2", id="was-to-hold"):
                    text += page.section("was-to-hold")
                through = [each for each in said[when] if each["seat_source"]]
                assert text.count("Source:") == len(said[when] + through), (address, when)
                assert all(each["title"] in text for each in said[when])
    assert counted > 10


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("address", LISTS[1:])
def test_a_list_has_as_many_rows_in_its_formats(address, day):
    page = read(address, {"as_at": day})
    said = read_data(address_in(address, "json"), {"as_at": day}).said
    rows = read_data(address_in(address, "csv"), {"as_at": day}).rows

    listed = said["count"] + said.get("count_perhaps", 0)
    assert len(page.rows()) == len(said["results"]) == listed
    told = {row.get("of") or row.get("person") or row["id"] for row in rows}
    results = list(said["results"])
    if "known_from_a_later_day" in said:
        results += said["known_from_a_later_day"]["items"]
        assert page.answer.count(": read this list as at") == len(results) - listed
    if address == "/chairs/":
        results = [each.get("forum") or each["organisation"] for each in results]
    assert told == {each["id"] for each in results}
