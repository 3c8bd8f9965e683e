"""Days to remember, as a page and as a calendar to subscribe to."""

import datetime
import re

import icalendar
import pytest
from django.test import Client
from django.utils import timezone

from forums.models import Forum, Membership
from organisations.models import PlaceLevel
from people.identity import withhold_person
from people.models import Appointment
from records.models import Document
from records.periods import Precision, Qualifier
from tests.builders import (
    day,
    make_appointment,
    make_chair_seat,
    make_document,
    make_forum,
    make_membership,
    make_organisation,
    make_person,
    make_place,
    make_post,
    make_seat,
    set_terms,
)
from tests.pages.as_data import read_data
from tests.pages.files import events, get, inside
from tests.pages.reading import read, words

pytestmark = pytest.mark.django_db

BOARD = "/forums/board/calendar.ics"
DAY = {"as_at": "2020-06-01"}


@pytest.fixture
def board() -> Forum:
    return make_forum(slug="board", name="Board", start_date="2016-01-01")


def member(board, name, *, title=None, **fields) -> Membership:
    seat = make_seat(forum=board, title=title or f"Seat of {name}")
    return make_membership(seat=seat, person=make_person(name=name), **fields)


def test_a_term_and_a_review_are_events_of_a_whole_day(board):
    member(board, "Ann Ash", title="Lay member", start_date="2018-04-01", term_ends="2022-03-31")
    set_terms(board, review_date="2021-04-01")

    found = events(BOARD, DAY)

    assert set(found) == {
        "Term ends: Ann Ash, Lay member, Board",
        "Review of the terms of reference due: Board",
    }
    term = found["Term ends: Ann Ash, Lay member, Board"]
    assert (term.start, term.end) == (day("2022-03-31"), day("2022-04-01"))
    assert term["dtstart"].params["VALUE"] == "DATE"
    assert term["transp"] == "TRANSPARENT"
    assert "Source: Board paper, page 1" in term["description"]
    assert term["url"] == "http://localhost/forums/board/?as_at=2020-06-01"


@pytest.mark.parametrize(
    ("fields", "on", "sentence"),
    [
        ({"end_date": "2021-03-15"}, "2021-03-15", "Ends: Ann Ash"),
        (
            {"end_date": "2021-03-15", "end_precision": Precision.MONTH},
            "2021-03-31",
            "Ends in March 2021, on a day not recorded: Ann Ash",
        ),
        (
            {"end_date": "2021-03-15", "end_precision": Precision.YEAR},
            "2021-12-31",
            "Ends in 2021, on a day not recorded: Ann Ash",
        ),
        (
            {
                "end_date": "2150-03-15",
                "end_precision": Precision.MONTH,
                "end_qualifier": Qualifier.BY,
            },
            "2150-03-31",
            "Ends by March 2150 at the latest: Ann Ash",
        ),
    ],
)
def test_a_day_says_how_it_is_known_and_stands_on_the_last_that_it_can_be(
    board, fields, on, sentence
):
    member(board, "Ann Ash", title="Lay member", start_date="2018-04-01", **fields)

    [event] = events(BOARD, DAY).values()

    assert str(event["summary"]) == f"{sentence}, Lay member, Board"
    assert event.start == day(on)


def test_a_start_that_is_to_come_is_there_and_says_how_it_is_known(board):
    begins = {"start_date": "2021-04-20", "start_precision": Precision.MONTH}
    member(board, "Ann Ash", title="Lay member", **begins)

    [event] = events(BOARD, DAY).values()

    words = "Begins in April 2021, on a day not recorded: Ann Ash, Lay member, Board"
    assert str(event["summary"]) == words
    assert event.start == day("2021-04-30")


def test_a_day_that_a_source_only_foresaw_says_so_in_every_format(board):
    """A subscriber read “Begins”, of what a paper of the year before had planned."""
    paper = make_document(as_of="2020-03-01", as_of_precision=Precision.MONTH)
    planned = member(board, "Ann Ash", title="Chair", start_date="2020-05-01", document=paper)

    [event] = events(BOARD, DAY).values()
    assert str(event["summary"]) == "Is to begin: Ann Ash, Chair, Board"
    foreseen = "foreseen by the paper of March 2020; no later source says so"
    assert f"As {foreseen}." in str(event["description"])
    assert f"as {foreseen}" in read("/forums/board/calendar/", DAY).text
    [data] = read_data("/forums/board/calendar.json", DAY).said["days"]
    [row] = read_data("/forums/board/calendar.csv", DAY).rows
    assert (data["foreseen"], row["foreseen"]) == (True, "true")

    planned.confirmed_on = day("2020-05-20")
    planned.save()
    [event] = events(BOARD, DAY).values()
    assert str(event["summary"]) == "Begins: Ann Ash, Chair, Board"
    assert "foreseen" not in str(event["description"])


@pytest.mark.parametrize("passed", ["2020-03-01", "2021-06-01"])
def test_a_limit_that_has_passed_is_no_event_on_whatever_day_it_is_read(board, passed):
    member(board, "Ann Ash", start_qualifier=Qualifier.BY, start_date=passed)

    assert events(BOARD, DAY) == {}


def left_out(address: str, asked: dict | None = None) -> int:
    """How many uncertain days a calendar leaves out, as each of its formats says."""
    asked = asked or DAY
    calendar = icalendar.Calendar.from_ical(get(f"{address}.ics", asked).content)
    page, data = read(f"{address}/", asked).text, read_data(f"{address}.json", asked).said
    last = read_data(f"{address}.csv", asked).rows[-1]["words"]
    [number] = {
        re.search("leaves out ([0-9]+) days? that (?:is|are) not certain", words)[1]
        for words in (calendar["x-wr-caldesc"], page, last)
    }
    assert data["uncertain_days_left_out"] == int(number)
    return int(number)


@pytest.mark.parametrize(
    ("fields", "number"),
    [
        ({"end_date": "2021-03-15", "end_qualifier": Qualifier.NOT_BEFORE}, 1),
        (
            {
                "start_date": "2021-03-15",
                "start_qualifier": Qualifier.NOT_BEFORE,
                "term_ends": "2023-03-15",
            },
            2,
        ),
    ],
    ids=["is to leave", "is to come for a term"],
)
def test_a_day_that_is_not_certain_is_left_out_and_counted(board, fields, number):
    member(board, "Ann Ash", title="A", start_date="2018-04-01", term_ends="2022-03-31")
    member(board, "Bob Birch", title="B", **{"start_date": "2018-04-01", **fields})

    assert set(events(BOARD, DAY)) == {"Term ends: Ann Ash, A, Board"}
    assert left_out("/forums/board/calendar") == number


def test_what_is_more_than_a_year_past_is_left_out_and_what_is_less_is_kept(board):
    member(board, "Ann Ash", start_date="2016-01-01", end_date="2019-05-31", title="A")
    member(board, "Bob Birch", start_date="2016-01-01", end_date="2019-06-01", title="B")

    assert set(events(BOARD, DAY)) == {"Ends: Bob Birch, B, Board"}


def test_a_term_that_somebody_did_not_live_out_is_no_event(board):
    member(
        board,
        "Ann Ash",
        title="A",
        start_date="2018-01-01",
        term_ends="2022-03-31",
        end_date="2020-12-31",
    )

    assert set(events(BOARD, DAY)) == {"Ends: Ann Ash, A, Board"}


def test_no_term_ends_after_the_forum(board):
    member(board, "Ann Ash", title="A", start_date="2018-04-01", term_ends="2022-03-31")
    set_terms(board, review_date="2022-01-31")
    board.end_date = day("2021-12-31")
    board.save()

    assert set(events(BOARD, DAY)) == {"Ends: Board"}


def test_the_term_of_somebody_who_sits_by_a_post_is_that_of_the_post(board):
    trust = make_organisation(name="Wye Trust")
    post = make_post(organisation=trust, title="Chair of the trust")
    make_appointment(
        post=post,
        person=make_person(name="Ann Ash"),
        start_date="2018-04-01",
        term_ends="2022-03-31",
    )
    make_chair_seat(forum=board, ex_officio_post=post, start_date="2018-04-01")
    make_seat(forum=board, title="Member", ex_officio_post=post, start_date="2018-04-01")

    who = "Ann Ash, ex officio as Chair of the trust, Wye Trust"
    assert set(events(BOARD, DAY)) == {
        f"Term ends: {who}, Chair, Board",
        f"Term ends: {who}, Member, Board",
    }


def test_who_may_never_have_sat_by_a_post_neither_begins_nor_ends(board):
    april = {"start_date": "2020-04-01", "start_precision": Precision.MONTH}
    post = make_post()
    make_appointment(post=post, person=make_person(name="Ann Ash"), **april)
    seat = make_chair_seat(forum=board, ex_officio_post=post, start_date="2018-04-01")
    make_membership(seat=seat, person=make_person(name="Bea Ash"), **april)

    in_april = {"as_at": "2020-04-15"}
    assert set(events(BOARD, in_april)) == {
        "Begins in April 2020, on a day not recorded: Bea Ash, Chair, Board"
    }
    assert left_out("/forums/board/calendar", in_april) == 2


def test_an_event_is_the_same_one_whatever_is_renamed(board):
    ann = member(board, "Ann Ash", start_date="2018-04-01", term_ends="2022-03-31")
    [before] = events(BOARD, DAY).values()

    board.slug, board.name = "council", "Council"
    board.save()
    ann.person.name, ann.person.slug = "Ann Birch", "ann-birch"
    ann.person.save()
    [after] = events("/forums/council/calendar.ics", DAY).values()

    assert after["uid"] == before["uid"]
    assert after["uid"].startswith(f"membership-{ann.pk}-term-ends@")
    assert after["summary"] != before["summary"]


def test_events_and_entries_of_feeds_keep_their_ids_under_another_host_name(board, settings):
    settings.ALLOWED_HOSTS = ["*"]
    member(board, "Ann Ash", start_date="2018-04-01", term_ends="2022-03-31")

    def ids(address: str, host: str) -> list[str]:
        content = Client(headers={"host": host}).get(address).content.decode()
        return re.findall(r"(?:UID:|<id>)([^\r<]+)", content.replace("\r\n ", ""))

    feeds = ["/changes.atom", "/changes/recorded.atom", "/forums/board/changes.atom"]
    for address in [f"{BOARD}?as_at=2020-06-01", *feeds]:
        here, there = (ids(address, host) for host in ("localhost", "register.example.nhs.uk"))
        assert here and here == there, address
        assert not any("localhost" in each for each in here)


def test_another_register_has_other_events(board):
    member(board, "Ann Ash", start_date="2018-04-01", term_ends="2022-03-31")
    [before] = events(BOARD, DAY).values()
    first = Document.history.order_by("history_id").first()
    first.history_date += datetime.timedelta(seconds=1)
    first.save()

    [after] = events(BOARD, DAY).values()
    assert after["uid"] != before["uid"]


NAMED = [DAY, {"as_at": "2150-01-01"}, {"recorded": timezone.localdate().isoformat()}]


@pytest.mark.parametrize("day_named", NAMED, ids=str)
@pytest.mark.parametrize("address", ["/forums/board/calendar/", "/calendar/"])
def test_the_page_of_a_day_says_that_its_calendar_keeps_to_it(board, address, day_named):
    followed, kept = read(address), read(address, day_named)

    assert "It then follows the register by itself" in followed.text
    assert "follows the register by itself" not in kept.text
    assert "which it keeps to" in kept.text
    assert kept.link("this page as at today") == address
    [(name, value)] = day_named.items()
    assert f"{name}={value}" in kept.link("Open this calendar (.ics)")


def test_an_event_is_stamped_when_its_record_was_last_changed(board):
    ann = member(board, "Ann Ash", start_date="2018-04-01", term_ends="2022-03-31")

    [event] = events(BOARD, DAY).values()

    written = ann.history.latest().history_date.astimezone(datetime.UTC)
    assert event.stamp == written.replace(microsecond=0)


def test_a_calendar_of_which_nothing_changed_is_the_same_file(board):
    member(board, "Ann Ash", start_date="2018-04-01", term_ends="2022-03-31")

    assert get(BOARD, DAY).content == get(BOARD, DAY).content


def test_a_calendar_without_events_still_holds_what_its_standard_asks(board):
    calendar = icalendar.Calendar.from_ical(get(BOARD, DAY).content)

    assert calendar.events == []
    assert [part.name for part in calendar.subcomponents] == ["VTIMEZONE"]
    assert (
        "As at 1 June 2020 no term that ends and no review is recorded"
        in read(BOARD[:-4] + "/", DAY).text
    )


def test_the_page_has_the_days_of_the_calendar_and_leads_to_it(board):
    member(board, "Ann Ash", start_date="2018-04-01", term_ends="2022-03-31")
    member(board, "Bob Birch", start_date="2018-04-01", end_date="2020-12-31")
    page = read("/forums/board/calendar/", DAY)

    told = [words(next(row.iter("a"))) for body in page.all("tbody") for row in body.iter("tr")]
    assert told == list(events(BOARD, DAY))
    assert page.link("Open this calendar (.ics)") == f"{BOARD}?as_at=2020-06-01"
    today = read("/forums/board/calendar/")
    assert today.link("Open the calendar (.ics)") == BOARD
    assert "webcal" in today.text


def test_who_is_withheld_has_a_term_and_no_name(board):
    ann = member(board, "Ann Ash", start_date="2018-04-01", term_ends="2022-03-31", title="A")
    withhold_person(person=ann.person)

    assert set(events(BOARD, DAY)) == {"Term ends: Name withheld, A, Board"}
    assert "Ash" not in inside(get(BOARD, DAY))


# The calendar of all chairs and leaders


@pytest.fixture
def system():
    marches = make_place(slug="marches", name="The Marches", level=PlaceLevel.SYSTEM)
    board = make_forum(slug="board", name="Board", place=marches, review_date="2021-04-01")
    chair = make_chair_seat(forum=board)
    make_membership(seat=chair, person=make_person(name="Ann Ash"), term_ends="2022-03-31")
    make_membership(
        seat=make_seat(forum=board), person=make_person(name="Bob Birch"), term_ends="2022-03-31"
    )
    trust = make_organisation(name="Wye Trust", place=make_place(name="Wales", slug="wales"))
    make_appointment(
        post=make_post(organisation=trust, title="Chair"),
        person=make_person(name="Cat Cedar"),
        term_ends="2021-12-31",
    )


OF_BOARD = {
    "Review of the terms of reference due: Board",
    "Term ends: Ann Ash, Chair, Board",
}
OF_TRUST = {"Term ends: Cat Cedar, Chair, Wye Trust"}


def test_the_calendar_of_all_has_chairs_and_leaders_and_reviews_and_no_members(system):
    assert set(events("/calendar.ics", DAY)) == OF_BOARD | OF_TRUST


def test_what_may_be_over_by_then_has_no_certain_review_or_term(system):
    board = Forum.objects.get(slug="board")
    board.end_date, board.end_qualifier = day("2150-12-31"), Qualifier.BY
    board.save()
    for seat in board.seats.all():
        seat.end_date, seat.end_qualifier = board.end_date, Qualifier.BY
        seat.save()

    assert set(events("/calendar.ics", DAY)) == OF_TRUST
    assert left_out("/calendar") == 2


def test_it_is_narrowed_as_the_list_of_chairs_is(system):
    assert set(events("/calendar.ics", {**DAY, "place": "marches"})) == OF_BOARD
    assert set(events("/calendar.ics", {**DAY, "kind": "nhs-trust"})) == OF_TRUST
    page = read("/calendar/", {**DAY, "place": "marches"})
    assert page.link("Open this calendar (.ics)").startswith("/calendar.ics?place=marches")


def test_it_looks_three_years_ahead_and_one_back(system):
    assert set(events("/calendar.ics", {"as_at": "2019-03-01"})) == set()
    assert set(events("/calendar.ics", {"as_at": "2019-04-01"})) == OF_BOARD | OF_TRUST
    assert set(events("/calendar.ics", {"as_at": "2023-01-01"})) == {
        "Term ends: Ann Ash, Chair, Board"
    }


def test_a_full_calendar_holds_the_events_that_come_soonest(system, monkeypatch):
    monkeypatch.setattr("ics_register.pages.calendars.MOST", 1)
    later = make_chair_seat(forum=make_forum(name="Later"))
    make_membership(seat=later, person=make_person(), term_ends="2022-06-30")

    assert set(events("/calendar.ics", DAY)) == OF_BOARD | OF_TRUST


def test_one_appointment_that_ends_later_in_the_same_seat_is_left_out(system):
    board = Forum.objects.get(slug="board")
    chair = board.seats.get(title="Chair")
    make_membership(
        seat=chair, person=make_person(name="Far Off"), basis="acting", term_ends="2099-03-31"
    )

    assert not any("Far Off" in words for words in events("/calendar.ics", DAY))
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize("query", ["kind=club", "place=nowhere", "as_at=2019-02-30"])
def test_what_it_cannot_read_is_refused_with_a_sentence(system, quiet, query):
    page = read(f"/calendar.ics?{query}")

    assert page.status == 400
    assert page.headings == ["We could not read that request"]


def test_each_day_on_the_page_leads_to_the_document_that_says_so(board):
    member(board, "Ann Ash", start_date="2018-04-01", term_ends="2022-03-31")

    page = read("/forums/board/calendar/", DAY)

    assert page.link("Board paper") == "/documents/board-paper/?as_at=2020-06-01"
    assert "Board paper, page 1" in page.row("Ann Ash")
