"""What a page costs: ten queries at most, with two exceptions, and no more for more rows."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forums.models import SeatRole
from organisations.models import PlaceLevel
from tests import slow
from tests.builders import (
    make_appointment,
    make_chair_seat,
    make_document,
    make_forum,
    make_forum_name,
    make_membership,
    make_organisation,
    make_organisation_name,
    make_person,
    make_person_name,
    make_place,
    make_post,
    set_terms,
)
from tests.pages import cast as stage
from tests.pages.files import get, inside
from tests.pages.reading import Page, read

pytestmark = slow.ROWS


MOST = 10


def cost(address: str) -> tuple[int, Page]:
    """How many queries a page takes."""
    with CaptureQueriesContext(connection) as queries:
        page = read(address)
    assert page.status == 200
    return len(queries), page


def fill_lists(number: int) -> None:
    """Give every list `number` more rows of each kind."""
    system = make_place(level=PlaceLevel.SYSTEM)
    for _ in range(number):
        place = make_place(part_of=system)
        document = make_document(title="Paper on the example")
        person = make_person(name="Ann Example")
        make_person_name(person=person, name="Example, spelt otherwise")
        organisation = make_organisation(name="Example Trust", place=place, document=document)
        make_organisation_name(organisation=organisation, name="Former Example")
        post = make_post(organisation=organisation, title="Example chair")
        make_appointment(person=person, post=post, document=document)
        forum = make_forum(name="Example Board", place=system, document=document)
        make_forum_name(forum=forum, name="Example Committee")
        seat = make_chair_seat(forum=forum, document=document, on_behalf_of=organisation)
        make_membership(seat=seat, person=person, on_behalf_of=organisation, document=document)
        other = make_forum(name="Example Group", place=place)
        make_chair_seat(forum=other, ex_officio_post=post, document=document)
        make_chair_seat(forum=make_forum(place=place), role=SeatRole.CHAIR)


# It asks when so many edits were made, and for the first load, before it reads as others do.
# The page of a forum asks which terms of reference are in force.
MOST_OF = {"/changes/recorded/": 12, stage.FORUM: 11}
LISTS = {
    "/": 3,
    "/chairs/": 20,
    "/forums/": 20,
    "/forums/?sort=place&q=example&kind=board": 20,
    "/forums/?chair=held": 20,
    "/organisations/": 20,
    "/organisations/?chair=held&q=example": 20,
    "/people/": 20,
    "/people/?q=example&sort=given-name": 20,
    "/concentration/": 0,
    "/concentration/?show=organisations&as_at=2020-01-01": 0,
    "/representation/": 20,
    "/representation/?as_at=2019-05-01&sort=seats&forum_kind=board": 20,
    "/structure/": 0,
    "/changes/?from=2019-01-01&to=2019-12-31": 20,
    "/changes/recorded/": 0,
    "/documents/": 20,
    "/data/": 0,
    "/data/fields/": 0,
    "/search/?q=example": 20,
}


@pytest.mark.django_db
def test_no_list_costs_more_than_ten_queries_nor_more_for_more_rows():
    fill_lists(31)  # More than a search shows of each kind.
    before = {address: cost(address) for address in LISTS}
    fill_lists(20)
    after = {address: cost(address) for address in LISTS}

    for address, rows in LISTS.items():
        listed = before[address][1].rows() or before[address][1].main.findall("ul/li")
        assert len(listed) >= rows, address
    # Fewer when the first page has no room for organisations.
    assert {a: n for a, (n, _) in after.items() if n > before[a][0]} == {}
    assert {a: n for a, (n, _) in before.items() if n > MOST_OF.get(a, MOST)} == {}


def test_the_fullest_pages_cost_no_more_than_ten_queries_nor_more_for_more_rows(cast):
    pages = [stage.FORUM, stage.ORGANISATION, stage.PERSON, stage.STRUCTURE]
    for _ in range(10):
        cast.enlarge()
    before = {address: cost(address) for address in pages}
    for _ in range(12):
        cast.enlarge()
    after = {address: cost(address) for address in pages}

    for address in pages:
        fewer, more = before[address][1].links(), after[address][1].links()
        assert len(more) > len(fewer) * 1.7
        assert len(more) > 20 * 8  # of each of eight kinds of row
    assert {a: n for a, (n, _) in after.items()} == {a: n for a, (n, _) in before.items()}
    assert {a: n for a, (n, _) in before.items() if n > MOST_OF.get(a, MOST)} == {}

    # Every kind of fact that rests on a document is listed at the same cost.
    listed = read("/documents/board-paper/")
    kinds = {link for link in listed.links(listed.main) if "facts=" in link}
    costs = {link: cost(link.partition("#")[0]) for link in kinds}
    assert len(costs) >= 15
    assert {number for number, _ in costs.values()} == {4}
    assert len([page for _, page in costs.values() if len(page.rows()) >= 20]) >= 15


def test_what_things_were_called_on_an_earlier_day_costs_a_page_one_query(cast):
    fill_lists(3)
    cast.enlarge()
    pages = ["/", "/chairs/", "/forums/", "/organisations/", "/structure/", "/search/?q=example"]
    pages += ["/search/?q=marches", "/concentration/", stage.ORGANISATION, stage.PERSON]
    pages += [stage.STRUCTURE, stage.TERMS, stage.SHEET]
    for address in pages:
        numbers = []
        for more in ({}, {"as_at": "2020-06-01"}):
            with CaptureQueriesContext(connection) as queries:
                page = read(with_parameters(address, more))
            assert page.status == 200
            assert len(queries) <= MOST + len(more), address
            asked = [each["sql"] for each in queries if "UNION ALL" in each["sql"]]
            numbers.append(len([sql for sql in asked if "organisationname" in sql]))
        assert numbers == [0, 1], address


def with_parameters(address: str, more: dict) -> str:
    both = "&".join(f"{name}={value}" for name, value in more.items())
    return f"{address}{'&' if '?' in address else '?'}{both}" if more else address


def test_whether_a_meeting_is_quorate_costs_no_more_for_more_seats_and_branches(cast):
    fewer, _ = cost(stage.QUORACY)
    for _ in range(20):
        cast.enlarge()
    more, page = cost(stage.QUORACY)

    assert more == fewer <= MOST
    assert len(page.all("fieldset")) >= 20


def test_papers_and_calendars_cost_no_more_than_ten_queries_nor_more_for_more_rows(cast):
    set_terms(cast.forum, review_date=timezone.localdate())
    parts = ["terms/", "terms.docx", "attendance/", "attendance.docx", "calendar/", "calendar.ics"]
    files = [*(f"{stage.FORUM}{part}" for part in parts), "/calendar/", "/calendar.ics"]
    in_a_year = timezone.localdate() + datetime.timedelta(days=365)

    def enlarge():
        for _ in range(10):
            cast.enlarge()
            make_membership(seat=cast.large_seat, term_ends=in_a_year)
            make_membership(seat=make_chair_seat(), term_ends=in_a_year)
            make_appointment(term_ends=in_a_year)
            post = make_appointment(term_ends=in_a_year).post
            make_chair_seat(ex_officio_post=post)
            make_forum(review_date=in_a_year)

    enlarge()
    before = {address: cost_of_file(address) for address in files}
    enlarge()
    after = {address: cost_of_file(address) for address in files}

    for address in files:
        # Most of a Word file is styles and settings.
        assert after[address][1] > before[address][1] + 4_000, address
    assert {a: n for a, (n, _) in after.items()} == {a: n for a, (n, _) in before.items()}
    assert {a: n for a, (n, _) in before.items() if n > MOST} == {}


def cost_of_file(address: str) -> tuple[int, int]:
    """How many queries a file takes, and its length when unpacked."""
    with CaptureQueriesContext(connection) as queries:
        answer = get(address)
    assert answer.status_code == 200
    return len(queries), len(inside(answer))


def test_an_old_address_and_an_unknown_one_cost_little(cast):
    cast.forum.slug = "renamed"
    cast.forum.save()

    with CaptureQueriesContext(connection) as queries:
        assert read("/forums/nobody-knows-it/").status == 404
    assert len(queries) <= 3


def test_what_is_refused_asks_the_database_nothing(cast):
    with CaptureQueriesContext(connection) as queries:
        assert read("/chairs/", {"as_at": "2019-02-30"}).status == 400
        assert read("/search/", {"q": "x" * 10_000}).status == 400
        assert read("/forums/", {"page": "abc"}).status == 400
    assert len(queries) == 0
