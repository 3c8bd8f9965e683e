"""What the register said on one day about another.

Ann Lee has chaired the Board since 2019, which the register has said since 1 March 2026. On 10 May
it recorded that she left at the end of 2024, and on 20 June that Bea Hill followed her. On 1 July
Bea's name was corrected.
"""

import datetime
import re

import pytest
from django.core.signals import request_finished
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forums.models import Forum, Membership, SeatRole
from ics_register.pages import forums as forum_pages
from ics_register.recorded import LEFT_OUT, WritesIntoThePast, _Past, as_recorded
from people.identity import merge_people, withhold_person
from people.models import Person
from tests.builders import (
    make_document,
    make_escalation_step,
    make_forum,
    make_forum_name,
    make_member_organisation,
    make_membership,
    make_person,
    make_rule,
    make_seat,
    make_succession,
    make_terms_review,
    set_terms,
)
from tests.pages.as_data import read_data
from tests.pages.files import get
from tests.pages.reading import REFUSED, read

pytestmark = pytest.mark.django_db

BOARD = "/forums/board/"


class Clock:
    """The clock that changes are recorded by, and that says what day it is today."""

    def __init__(self, monkeypatch):
        self.moment = datetime.datetime.now(datetime.UTC)
        monkeypatch.setattr(timezone, "now", lambda: self.moment)

    def strikes(self, text: str) -> None:
        self.moment = timezone.make_aware(datetime.datetime.fromisoformat(text))


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


@pytest.fixture
def board(clock):
    clock.strikes("2026-03-01 09:00")
    document = make_document()
    forum = make_forum(slug="board", name="Board", start_date="2019-01-01", document=document)
    seat = make_seat(forum=forum, role=SeatRole.CHAIR, title="Chair", document=document)
    ann = make_person(slug="ann-lee", name="Ann Lee", document=document)
    tenure = make_membership(seat=seat, person=ann, start_date="2019-01-01", document=document)

    clock.strikes("2026-05-10 15:00")
    tenure.end_date = datetime.date(2024, 12, 31)
    tenure.end_document, tenure.end_locator = document, "Minute 4"
    tenure.save()
    clock.strikes("2026-06-20 15:00")
    bea = make_person(slug="bea-hill", name="Bee Hill", document=document)
    make_membership(seat=seat, person=bea, start_date="2025-01-01", document=document)
    clock.strikes("2026-07-01 15:00")
    bea.name = "Bea Hill"
    bea.save()
    clock.strikes("2026-11-25 12:00")
    return forum


def chair(**days) -> str:
    return read(BOARD, days).fact("Chair")


def test_each_day_of_recording_has_what_was_known_by_its_end_of_the_same_day_in_the_world(board):
    said = {
        day: chair(as_at="2025-06-01", recorded=day)
        for day in ["2026-03-01", "2026-05-09", "2026-05-10", "2026-06-20", "2026-07-01"]
    }
    assert "Ann Lee" in said["2026-03-01"]
    assert "Ann Lee" in said["2026-05-09"]
    assert said["2026-05-10"].startswith("Not recorded last: Ann Lee")
    assert "Bee Hill" in said["2026-06-20"]
    assert "Bea Hill" in said["2026-07-01"]


def test_the_day_asked_about_and_the_day_of_recording_are_not_mixed(board):
    assert "Ann Lee" in chair(as_at="2024-06-01", recorded="2026-11-25")
    assert "Ann Lee" in chair(as_at="2026-11-25", recorded="2026-03-01")
    assert "Bea Hill" in chair(as_at="2026-11-25")


def test_lists_search_and_chairs_are_as_recorded_too(board):
    day = {"recorded": "2026-06-01"}
    assert "Bea" not in read("/people/", day).text
    assert "Ann Lee" in read("/people/", day).text
    assert read("/people/bea-hill/", day).status == 404
    assert "Bea" not in read("/search/", {**day, "q": "Hill"}).answer
    assert "Not recorded last: Ann Lee" in read("/chairs/", day).row("Board")


def test_a_record_that_was_removed_since_is_there_as_it_was(board, clock):
    clock.strikes("2026-08-01 10:00")
    draft = make_forum(slug="draft", name="Draft group", document=make_document())
    clock.strikes("2026-09-01 10:00")
    draft.delete()
    clock.strikes("2026-11-25 12:00")
    assert read("/forums/draft/").status == 404
    assert read("/forums/draft/", {"recorded": "2026-08-31"}).headings == ["Draft group"]
    assert read("/forums/draft/", {"recorded": "2026-09-01"}).status == 404


def test_a_day_ends_at_midnight_of_the_clock_on_the_wall(board, clock):
    """In summer that is an hour before midnight in UTC."""
    clock.strikes("2026-08-10 23:59:59")
    board.name = "Board before midnight"
    board.save()
    clock.strikes("2026-08-11 00:00")
    board.name = "Board after midnight"
    board.save()
    clock.strikes("2026-11-25 12:00")
    assert read(BOARD, {"recorded": "2026-08-10"}).headings == ["Board before midnight"]
    assert read(BOARD, {"recorded": "2026-08-11"}).headings == ["Board after midnight"]


def test_the_later_of_two_changes_in_one_instant_counts(board, clock):
    clock.strikes("2026-08-10 10:00")
    for name in ("First", "Second"):
        board.name = name
        board.save()
    clock.strikes("2026-11-25 12:00")
    assert read(BOARD, {"recorded": "2026-08-10"}).headings == ["Second"]


def test_the_page_says_in_words_which_clock_says_what(board):
    page = read(BOARD, {"as_at": "2025-06-01", "recorded": "2026-05-10"})
    assert (
        "What the register said at the end of 10 May 2026 about 1 June 2025. It leaves out "
        "what was recorded or corrected since then." in page.text
    )
    assert page.title == (
        "Board, as at 1 June 2025, as recorded on 10 May 2026 – Governance register"
    )
    assert page.link("Show what it says now") == f"{BOARD}?as_at=2025-06-01"
    assert page.all("script", type="application/ld+json") == []


@pytest.mark.parametrize(
    "address",
    ["/", "/chairs/", BOARD, "/documents/", "/search/?q=lee", "/changes/", "/changes/recorded/"],
)
def test_no_page_is_as_recorded_before_without_saying_so(board, address):
    """Pages without a form for the day say so too."""
    said = "What the register said at the end of 10 May 2026 about 25 November 2026."
    mark = "&" if "?" in address else "?"
    assert said in read(f"{address}{mark}recorded=2026-05-10").text
    assert "What the register said at the end" not in read(address).text


def test_today_as_recorded_before_has_no_data_for_machines_that_would_take_it_for_now(board):
    assert read(BOARD).data["name"] == "Board"
    assert read(BOARD, {"recorded": "2026-05-10"}).all("script", type="application/ld+json") == []


def test_a_day_of_recording_that_has_not_come_shows_what_is_recorded_so_far_and_says_so(board):
    page = read(BOARD, {"as_at": "2025-06-01", "recorded": "2026-12-01"})
    assert "Bea Hill" in page.fact("Chair")
    assert (
        "What the register said so far about 1 June 2025. 1 December 2026 has not come: this is "
        "all that is recorded until now." in page.text
    )


def test_every_link_of_the_page_stays_at_both_days(board):
    page = read(BOARD, {"as_at": "2025-06-01", "recorded": "2026-05-10"})
    both = {"as_at": ["2025-06-01"], "recorded": ["2026-05-10"]}
    away = {"Show what it says now", "Show today instead"}
    kept = [
        parameters
        for (_, parameters), anchor in zip(
            page.parameters_of_links,
            [a for a in page.tree.iter("a") if is_inside(a.get("href"))],
            strict=True,
        )
        if "".join(anchor.itertext()).strip() not in away
    ]
    assert len(kept) > 10
    assert [parameters for parameters in kept if not parameters.items() >= both.items()] == []


def is_inside(address: str) -> bool:
    return address.startswith("/") and not address.startswith("/admin/")


def test_the_form_for_another_day_keeps_the_day_of_recording(board):
    page = read("/forums/", {"recorded": "2026-05-10", "kind": "board"})
    [form] = page.all("form", aria_label="Day")
    hidden = {field.get("name"): field.get("value") for field in form.iter("input")}
    assert hidden == {"typed_as_at": None, "kind": "board", "recorded": "2026-05-10"}


def test_an_address_that_moved_keeps_both_days(board):
    board.slug = "the-board"
    board.save()
    answer = Client(headers={"host": "localhost"}).get(
        BOARD, query_params={"as_at": "2025-06-01", "recorded": "2026-11-25"}
    )
    assert answer.status_code == 301
    assert answer["Location"] == "/forums/the-board/?as_at=2025-06-01&recorded=2026-11-25"


# Withheld people


def test_who_is_withheld_today_is_withheld_from_what_was_said_before(board):
    withhold_person(person=Person.objects.get(slug="bea-hill"))
    for day in ("2026-06-20", "2026-07-01", "2026-11-25"):
        page = read(BOARD, {"as_at": "2025-06-01", "recorded": day})
        assert "Name withheld" in page.fact("Chair")
        assert "Hill" not in page.source
    assert read("/people/bea-hill/", {"recorded": "2026-07-01"}).status == 404


def test_who_was_merged_into_somebody_withheld_is_withheld_from_what_was_said_before(board, clock):
    clock.strikes("2026-08-01 10:00")
    twin = make_person(slug="b-hill", name="B Hill", document=make_document(as_of="2021-06-01"))
    clock.strikes("2026-09-01 10:00")
    bea = Person.objects.get(slug="bea-hill")
    merge_people(kept=bea, merged=twin)
    withhold_person(person=bea)
    clock.strikes("2026-11-25 12:00")
    page = read("/people/", {"recorded": "2026-08-15"})
    assert "Hill" not in page.source
    assert "Ann Lee" in page.text


def test_somebody_whose_record_was_removed_is_not_named_on_pages_of_the_past(board, clock):
    """A removed record should never have been there, or must not be there any more."""
    clock.strikes("2026-08-01 10:00")
    somebody = make_person(slug="eve-ray", name="Eve Ray", document=make_document())
    clock.strikes("2026-09-01 10:00")
    somebody.delete()
    clock.strikes("2026-11-25 12:00")
    assert "Ray" not in read("/people/", {"recorded": "2026-08-15"}).text


def test_words_changed_to_leave_out_a_name_that_is_withheld_stay_left_out(board, clock):
    clock.strikes("2026-08-01 10:00")
    board.note = "Ms HILL was asked to chair."
    board.save()
    set_terms(board, purpose="To ask Bea Hill")
    clock.strikes("2026-08-02 10:00")
    board.note = "Somebody was asked to chair."
    board.save()
    clock.strikes("2026-11-25 12:00")
    earlier = {"recorded": "2026-08-01"}
    assert "Ms HILL was asked" in read(BOARD, earlier).text

    withhold_person(person=Person.objects.get(slug="bea-hill"))
    page = read(BOARD, earlier)
    assert "HILL" not in page.source
    assert LEFT_OUT in page.text
    # Whoever withheld the name has read today's words, and left them.
    assert "To ask Bea Hill" in page.text
    assert "To ask Bea Hill" in read(BOARD).text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Mary O'Brien", "Mary O’Brien was asked to chair."),
        ("Mary Howell-Jones", "MS HOWELL\u2011JONES was asked to chair."),
        ("Ann Leeworthy OBE", "Ms Leeworthy’s chair."),
        ("Siân Müller", "Sian Muller was asked to chair."),
    ],
)
@pytest.mark.parametrize("form", ["/", ".json"])
def test_a_past_text_that_named_somebody_withheld_is_left_out_however_it_spelt_the_name(
    board, clock, name, text, form
):
    address, earlier = f"/forums/board{form}", {"recorded": "2026-08-01"}
    clock.strikes("2026-08-01 10:00")
    board.note = text
    board.save()
    somebody = make_person(name=name)
    clock.strikes("2026-08-02 10:00")
    board.note = ""
    board.save()
    assert "chair." in get(address, earlier).text

    withhold_person(person=somebody)
    assert LEFT_OUT in get(address, earlier).text
    assert text not in get(address, earlier).text


def test_a_name_that_was_left_out_of_words_is_not_found_in_them_by_searching(board, clock):
    clock.strikes("2026-08-01 10:00")
    board.short_name = "O’Brien’s Board"
    board.save()
    mary = make_person(name="Mary O'Brien")
    clock.strikes("2026-08-02 10:00")
    board.short_name = ""
    board.save()
    search = {"recorded": "2026-08-01", "q": "obrien"}
    assert len(read("/forums/", search).rows()) == 1

    withhold_person(person=mary)
    assert read("/forums/", search).rows() == []
    assert "Board" not in read("/search/", search).answer
    assert len(read("/forums/", {"recorded": "2026-08-01"}).rows()) == 1


@pytest.mark.parametrize("form", ["/", ".json"])
def test_an_address_with_a_name_that_was_withheld_since_leads_to_todays(board, clock, form):
    clock.strikes("2026-08-01 10:00")
    letter = make_document(slug="letter-of-bea-hill")
    gone = make_document(slug="hill-s-second")
    clock.strikes("2026-08-02 10:00")
    letter.slug = "letter"
    letter.save()
    gone.delete()
    clock.strikes("2026-11-25 12:00")
    withhold_person(person=Person.objects.get(slug="bea-hill"))
    then = {"recorded": "2026-08-01"}

    answer = get(f"/documents/letter-of-bea-hill{form}", then)
    assert (answer.status_code, answer["Location"]) == (
        301,
        f"/documents/letter{form}?recorded=2026-08-01",
    )
    assert "hill" not in get(f"/documents/letter{form}", then).text.lower()
    assert "hill" not in get(f"/documents{form}", then).text.lower()
    answer = get(f"/documents/hill-s-second{form}", then)
    if answer.status_code == 301:
        answer = get(answer["Location"])
    assert answer.status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_withheld_people_are_read_once_for_each_version_of_the_register(board):
    """This runs outside a transaction, as a server does."""
    earlier = {"as_at": "2025-06-01", "recorded": "2026-07-01"}

    def chair_and_cost(**more) -> tuple[str, int]:
        with CaptureQueriesContext(connection) as queries:
            told = read(BOARD, earlier | more).fact("Chair")
        return told, len(queries)

    first, cost = chair_and_cost()
    again, cost_again = chair_and_cost(page="1")  # another page, so that none was kept
    assert "Bea Hill" in first and "Bea Hill" in again
    assert cost_again < cost
    withhold_person(person=Person.objects.get(slug="bea-hill"))
    told, cost_after = chair_and_cost()
    assert "Name withheld" in told
    assert cost_after > cost_again
    assert "Hill" not in read(BOARD, earlier).source


# Nothing of it remains


def test_the_next_page_after_one_of_the_past_reads_the_present(board):
    before = chair()
    read(BOARD, {"recorded": "2026-03-01"})
    assert chair() == before
    read("/forums/nowhere/", {"recorded": "2026-03-01"})
    assert chair() == before


def test_the_next_page_reads_the_present_when_a_page_of_the_past_failed(board, monkeypatch, caplog):
    def fails(*args):
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(forum_pages, "reporting", fails)
    answer = Client(headers={"host": "localhost"}, raise_request_exception=False).get(
        BOARD, query_params={"recorded": "2026-03-01"}
    )
    assert answer.status_code == 500
    monkeypatch.undo()
    assert Membership.objects.count() == 2


def test_nothing_can_be_written_into_the_past(board):
    rows = Forum.history.count(), Membership.history.count()
    with as_recorded(datetime.date(2026, 5, 10)):
        then = Forum.objects.get(slug="board")
        then.name = "Another"
        for write in (then.save, Membership.objects.first().delete):
            with pytest.raises(WritesIntoThePast):
                write()
    assert Forum.objects.get(slug="board").name == "Board"
    assert (Forum.history.count(), Membership.history.count()) == rows
    assert Membership.objects.count() == 2


# Bad input


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2026-02-28", "The register was begun on 1 March 2026, and said nothing on 28 February"),
        ("1750-01-01", "from 1800 to 2199"),
        ("yesterday", "recorded=2019-05-01"),
        ("2026-13-01", "recorded=2019-05-01"),
        ("2026-03-01T09:00", "recorded=2019-05-01"),
        ("x" * 5000, "recorded=2019-05-01"),
    ],
)
def test_a_day_of_recording_that_cannot_be_is_refused_with_a_sentence(board, day, sentence):
    page = read(BOARD, {"recorded": day})
    assert page.status == 400
    assert page.headings == [REFUSED]
    assert sentence in page.text


def test_a_register_without_a_record_says_so(db):
    page = read("/", {"recorded": "2026-11-25"})
    assert page.status == 400
    assert "The register has no record yet" in page.text


# Cost


def test_a_page_as_recorded_costs_no_more_queries_for_more_records(board):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            read(BOARD, {"recorded": "2026-11-25"})
        return len(queries)

    before = cost()
    for _ in range(5):
        withhold_person(person=make_person())
    first = cost()
    seat = make_seat(forum=board, number=30)
    for _ in range(20):
        make_membership(seat=seat)
        withhold_person(person=make_person())
    assert cost() == first
    assert first - before <= 3  # their names, and whoever was merged into them


def test_a_page_as_data_says_the_same_even_in_a_file_sent_as_it_is_read(board):
    asked = {"as_at": "2026-04-01", "recorded": "2026-04-01"}

    data = read_data("/chairs.json", asked).said
    [row] = read_data("/chairs.csv", asked).rows
    assert (data["as_at"], data["recorded"]) == ("2026-04-01", "2026-04-01")
    assert data["results"][0]["seat"]["holders"][0]["person"]["name"] == "Ann Lee"
    assert (row["person_name"], row["end_date"]) == ("Ann Lee", "")
    assert read_data("/chairs.csv", {"as_at": "2026-04-01"}).rows[0]["person_name"] == "Bea Hill"


def test_somebody_who_stops_taking_in_a_file_leaves_no_past_behind(board, monkeypatch):
    asked = {"as_at": "2026-04-01", "recorded": "2026-04-01"}
    answer = Client(headers={"host": "localhost"}).get("/chairs.csv", query_params=asked)
    lines = iter(answer.streaming_content)
    assert "Ann Lee" in [next(lines).decode() for _ in range(3)][-1]
    # A server does the same, and also closes the connection, which the test still needs.
    with monkeypatch.context() as patched:
        patched.setattr(request_finished, "send", lambda **_: None)
        answer.close()
    assert read_data("/chairs.csv", {"as_at": "2026-04-01"}).rows[0]["person_name"] == "Bea Hill"


def test_a_forum_as_recorded_is_looked_up_and_not_searched_for(board, monkeypatch):
    """Histories are long: no query of a forum's page may scan a whole one."""
    withhold_person(person=make_person())
    forum = Forum.objects.get(slug="board")
    for make in (
        make_escalation_step,
        make_forum_name,
        make_member_organisation,
        make_terms_review,
    ):
        make(forum=forum)
    make_rule(forum)
    make_succession(from_forum=forum)
    asked, as_ever = [], _Past.__call__

    def noting(self, execute, *query):
        def note(sql, params, *more):
            asked.append((sql, params))
            return execute(sql, params, *more)

        return as_ever(self, note, *query)

    monkeypatch.setattr(_Past, "__call__", noting)
    read(BOARD, {"recorded": "2026-11-25"})
    past = [(sql, params) for sql, params in asked if sql.startswith("WITH ")]
    assert len(past) > 7
    for sql, params in past:
        searched, looked_up = steps_of(sql, params)
        assert searched == []
        assert looked_up


def steps_of(sql: str, params) -> tuple[list[str], list[str]]:
    """The steps of the database's plan: those that scan a whole history, and those that look
    something up in one."""
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if not sqlite:  # PostgreSQL prefers to scan tables of a few rows.
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {'QUERY PLAN' if sqlite else ''} {sql}", params)
        steps = [str(step) for *_, step in cursor.fetchall()]
    whole, part = (
        ("SCAN was", "SEARCH was") if sqlite else ("Seq Scan on .*historical", "Index.*was")
    )
    return [[step for step in steps if re.search(words, step)] for words in (whole, part)]
