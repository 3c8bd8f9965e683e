"""Every public page is also JSON, and every list CSV, with the same facts."""

import datetime
import inspect
import itertools
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import get_resolver

from ics_register.pages import formats
from ics_register.pages.formats import address_in, address_of_page, form_of
from people.identity import merge_people
from people.models import EndReason
from records.models import NameKind
from records.periods import Qualifier
from tests import slow
from tests.builders import (
    make_appointment,
    make_chair_seat,
    make_document,
    make_forum,
    make_forum_name,
    make_membership,
    make_person,
    make_person_name,
    make_post,
)
from tests.pages import cast as stage
from tests.pages import opened
from tests.pages.as_data import parts, read_data
from tests.pages.reading import read
from tests.pages.test_every_page import PAGES

LISTS = ["/chairs/", "/forums/", "/organisations/", "/people/", "/documents/"]
FILES = [
    *LISTS,
    stage.FORUM,
    stage.ORGANISATION,
    stage.PERSON,
    "/documents/board-paper/?facts=memberships",
    "/search/?q=trust",
]


def as_form(address: str, form: str) -> str:
    parts = urlsplit(address)
    return address_in(parts.path, form) + (f"?{parts.query}" if parts.query else "")


def test_no_page_is_without_its_formats():
    patterns = [each for each in get_resolver().url_patterns if hasattr(each.callback, "formats")]
    routes = {str(each.pattern) for each in patterns}
    pages = [each for each in patterns if form_of(str(each.pattern)) is None]
    wanted = set()
    for each in pages:
        is_list = "page_of" in inspect.getsource(each.callback)
        for form in ("json", "csv") if is_list else ("json",):
            wanted.add(address_in(str(each.pattern), form))

    assert len(pages) > 10
    assert wanted - routes == set()


@pytest.mark.parametrize("address", PAGES)
def test_every_page_has_a_format_that_says_of_which_page_and_day_it_is(cast, address):
    day = ("&" if "?" in address else "?") + "as_at=2021-01-01"
    data = read_data(as_form(address + day, "json"))

    assert data.status == 200
    assert data.said["page"] == f"http://localhost{address}{day}"
    assert (data.said["as_at"], data.said["recorded"]) == ("2021-01-01", None)


@pytest.mark.parametrize(
    ("address", "json"),
    [("/", "/index.json"), ("/chairs/", "/chairs.json"), (stage.FORUM, stage.FORUM[:-1] + ".json")],
)
def test_the_address_of_a_format_and_that_of_its_page_lead_to_each_other(address, json):
    assert address_in(address, "json") == json
    assert address_of_page(json) == address
    assert (form_of(json), form_of(address)) == ("json", None)


def test_a_page_links_to_its_formats_as_at_its_day_and_with_its_filters(cast):
    page = read("/chairs/", {"as_at": "2019-05-01", "standing": "held", "page": "1"})

    kept = "standing=held&page=1&as_at=2019-05-01"
    assert page.link("JSON") == f"/chairs.json?{kept}"
    assert page.link("CSV") == "/chairs.csv?standing=held&as_at=2019-05-01"
    linked = {link.get("type"): link.get("href") for link in page.all("link", rel="alternate")}
    assert linked == {"application/json": page.link("JSON"), "text/csv": page.link("CSV")}
    assert read_data(page.link("JSON")).said["page"] == f"http://localhost/chairs/?{kept}"


@pytest.mark.parametrize("form", ["json", "csv"])
def test_any_site_may_read_a_format_and_any_proxy_may_keep_it(cast, form):
    answer = read_data(f"/chairs.{form}").response

    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"].startswith("public, ")
    assert "Set-Cookie" not in answer.headers
    head = Client(headers={"host": "localhost"}).head(f"/chairs.{form}")
    assert (head.status_code, head.getvalue()) == (200, b"")


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ("as_at=2019-02-30", 400, "The register could not read “2019-02-30” as a day"),
        ("standing=nonsense", 400, "Chair: there is no “nonsense” to choose"),
        ("%00", 400, "The address holds a character that cannot be typed"),
    ],
)
def test_what_a_page_refuses_its_formats_refuse_with_a_sentence(db, quiet, query, status, sentence):
    as_json, as_csv = read_data(f"/chairs.json?{query}"), read_data(f"/chairs.csv?{query}")

    assert (as_json.status, as_csv.status) == (status, status)
    assert as_json.said["error"].startswith(sentence)
    assert as_csv.media_type == "text/plain"
    assert as_csv.text.startswith(sentence)


def test_a_format_can_be_read_but_not_written_to(db, quiet):
    answer = Client(headers={"host": "localhost"}).post("/chairs.json")

    assert answer.status_code == 405
    assert "error" in answer.json()


def test_a_file_has_no_pages(db, quiet):
    assert "page: The file holds the whole list" in read_data("/chairs.csv?page=2").text
    assert read_data("/chairs.json?page=2").status == 404


def test_a_list_has_pages_in_json_and_is_whole_in_csv(db, monkeypatch):
    document = make_document()
    for number in range(120):
        make_forum(name=f"Forum {number:03}", document=document)
    make_forum(name="Ended", end_date="2020-01-01", document=document)

    first = read_data("/forums.json?q=forum").said
    second = read_data(first["next"]).said
    assert (first["count"], len(first["results"]), first["previous"]) == (120, 100, None)
    assert (len(second["results"]), second["next"]) == (20, None)
    assert second["previous"] == "http://localhost/forums.json?q=forum&page=1"
    names = [forum["name"] for forum in first["results"] + second["results"]]
    assert names == [f"Forum {number:03}" for number in range(120)]
    monkeypatch.setattr(formats, "CHUNK", 50)
    assert [row["name"] for row in read_data("/forums.csv?q=forum").rows] == names


@slow.WALK
@pytest.mark.parametrize("address", FILES)
def test_a_file_is_the_same_however_few_rows_are_read_at_once(cast, address, monkeypatch):
    for _ in range(3):
        cast.enlarge()
    whole = read_data(as_form(address, "csv")).rows
    monkeypatch.setattr(formats, "CHUNK", 2)

    assert len(whole) > 1
    assert read_data(as_form(address, "csv")).rows == whole


def test_every_column_has_a_value_in_some_row(cast):
    """A misspelt column would be empty in every row."""
    cast.enlarge()
    paper = make_document(
        publisher="Marches NHS Trust",
        published_date="2019-04-01",
        url="https://example.nhs.uk/paper",
        file_name="paper.pdf",
        note="Read twice",
    )
    ended = make_forum(end_date="2020-12-31")
    cast.trust.ons_code = "E1"
    cast.trust.save()
    seat = cast.large_seat
    seat.counts_to_quoracy, seat.may_be_deputised = True, False
    seat.end_date, seat.end_document, seat.end_locator = datetime.date(2199, 12, 31), paper, "p. 1"
    seat.save()
    make_person_name(person=cast.person, name="Siân Joans")
    for post in (make_post(organisation=cast.trust), make_post()):
        make_appointment(person=cast.person, post=post, joint="both")
    make_forum_name(
        forum=cast.forum, name="Marches Board", kind=NameKind.FORMER, end_date="2019-12-31"
    )
    for seat in (cast.large_seat, make_chair_seat(forum=ended)):
        make_membership(
            seat=seat,
            person=cast.person,
            basis="acting",
            acting_for="absence",
            named_date="2010-12-01",
            end_date="2199-01-01",
            end_reason=EndReason.TERM_ENDED,
            end_document=paper,
            end_locator="page 2",
            term_ends="2199-01-01",
            confirmed_on="2021-01-01",
            confirmed_document=paper,
            confirmed_locator="page 3",
            quotation="Siân joins",
            note="As chair",
        )
    files = [f"{each}{'&' if '?' in each else '?'}as_at=2019-06-01" for each in FILES]
    more = ["/search/?q=joans", "/documents/terms/?facts=codes"]
    more.append(f"{paper.get_absolute_url()}?facts=seats")
    filled = {}
    for address in [*FILES, *files, *more]:
        for row in read_data(as_form(address, "csv")).rows:
            for column, cell in row.items():
                filled[column] = filled.get(column, False) or cell != ""

    assert len(filled) > 60
    assert [column for column, once in filled.items() if not once] == []


def test_a_date_is_as_known_with_how_well_beside_it(cast):
    make_membership(
        seat=cast.large_seat,
        person=make_person(name="=Ann Lee"),
        start_date="2019-04-01",
        start_precision="month",
        start_qualifier="by",
        end_date="2199-12-31",
        end_precision="year",
    )
    rows = read_data(stage.FORUM[:-1] + ".csv").rows
    seats = read_data(stage.FORUM[:-1] + ".json").said["seats"]

    dates = {
        "start_date": "2019-04",
        "start_precision": "month",
        "start_qualifier": "by",
        "end_date": "2199",
        "end_precision": "year",
        "end_qualifier": "on",
    }
    # In a file with an apostrophe, so that no spreadsheet program takes it for a formula.
    [row] = [row for row in rows if row["person_name"] == "'=Ann Lee"]
    assert {column: row[column] for column in dates} == dates
    [seat] = [seat for seat in seats if seat["title"] == "Partners"]
    [holder] = [each for each in seat["holders"] if each["person"]["name"] == "=Ann Lee"]
    assert {key: holder[key] for key in dates} == dates


IN_EDTF = {"on": "{}", "by": "[..{}]", "not-before": "[{}..]"}


def periods_of(rows, nothing):
    """Each start and end of `rows`: its qualifier, and its value in EDTF beside what that should
    be, which is `nothing` for no date."""
    for row in rows:
        for key in row:
            edge = key.removesuffix("_qualifier")
            if edge != key and edge.endswith(("start", "end")):
                date, how = row[f"{edge}_date"], row[key]
                yield edge, how, row[f"{edge}_edtf"], IN_EDTF[how].format(date) if date else nothing


@slow.WALK
def test_every_start_and_end_in_data_is_given_in_edtf_too(cast):
    cast.enlarge()
    april = {"start_date": "2019-04-01", "start_precision": "month"}
    for how, held in itertools.product(
        Qualifier, [{"seat": cast.large_seat}, {"person": cast.person}]
    ):
        make_membership(**held, **april, start_qualifier=how)
        make_membership(**held, end_date="2150-01-01", end_qualifier=how)
    database = opened.sqlite(periods="all")
    named = database.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
    tables = [database.execute(f'SELECT * FROM "{name}"') for (name,) in named]
    files = [read_data(as_form(address, "csv")).rows for address in FILES]
    found = {
        "JSON": [
            each
            for address in [*PAGES, *FILES]
            for said in parts(read_data(as_form(address, "json")).said)
            for each in periods_of([said], None)
        ],
        "CSV": [each for rows in files for each in periods_of(rows, "")],
        "SQLite": [each for rows in tables for each in periods_of(map(dict, rows), None)],
        "CSV files": [
            each
            for rows in opened.csv_tables(periods="all").values()
            for each in periods_of(rows, None)
        ],
    }

    for form, starts_and_ends in found.items():
        wrong = [each for each in starts_and_ends if each[2] != each[3]]
        assert wrong == [], form
        told = {(edge, how) for edge, how, *_ in starts_and_ends if how}
        assert {(edge, how.value) for edge in ("start", "end") for how in Qualifier} <= told, form


def test_vacant_and_not_recorded_are_different_words_in_data_too(db):
    make_chair_seat(forum=make_forum(name="Known"), vacant=1)
    make_chair_seat(forum=make_forum(name="Silent"))
    make_forum(name="Without a seat")

    listed = {row["name"]: row["chair_standing"] for row in read_data("/forums.csv").rows}
    assert listed == {
        "Known": "vacant",
        "Silent": "not-recorded",
        "Without a seat": "not-recorded",
    }
    standings = [each["seat"]["standing"] for each in read_data("/chairs.json").said["results"]]
    assert standings == ["vacant", "not-recorded"]


def test_what_has_moved_leads_to_the_format_at_its_new_address(cast):
    cast.forum.slug = "renamed"
    cast.forum.save()
    second = make_person(slug="sian-joans", document=make_document(as_of="2021-06-01"))
    merge_people(kept=cast.person, merged=second)

    for address, new in [
        (f"{stage.FORUM[:-1]}.json?as_at=2021-01-01", "/forums/renamed.json?as_at=2021-01-01"),
        (f"{stage.FORUM[:-1]}.csv", "/forums/renamed.csv"),
        ("/people/sian-joans.json", "/people/sian-jones.json"),
    ]:
        answer = read_data(address).response
        assert (answer.status_code, answer.headers["Location"]) == (301, new)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_what_is_not_there_is_not_found_in_data_either(db, quiet):
    assert read_data("/people/nobody.json").said == {
        "error": "There is no person at this address. It may have been typed wrongly."
    }
    assert read_data("/people/nobody.csv").status == 404
    assert "error" in read_data("/nothing.json").said


@pytest.mark.parametrize(
    "file",
    [
        "/chairs.csv",
        "/concentration.csv",
        "/documents/board-paper.csv?facts=memberships",
        "/forums.csv",
        "/organisations.csv",
        "/people.csv",
        "/representation.csv",
        "/search.csv?q=trust",
        "/structure.csv",
        stage.FORUM.removesuffix("/") + ".csv",
        stage.ORGANISATION.removesuffix("/") + ".csv",
        stage.PERSON.removesuffix("/") + ".csv",
    ],
)
def test_a_file_of_a_page_with_a_start_or_an_end_says_whether_it_was_foreseen(cast, file):
    [columns, *_] = read_data(file).text.removeprefix("\ufeff").splitlines()
    columns = [column.strip('"') for column in columns.split(",")]

    dates = [each for each in columns if each.endswith(("start_date", "end_date"))]
    assert dates
    assert {each.removesuffix("date") + "foreseen" for each in dates} <= set(columns)
