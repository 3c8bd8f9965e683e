"""Pages show the source of an end, and of the last confirmation, beside the fact.

The Board paper names the members of the Board; the Minutes say that Anna left it.
"""

import pytest

from forums.models import Forum, Membership
from organisations.models import Organisation, RelationshipKind
from people.models import Appointment
from records.models import NameKind
from records.periods import Precision, Qualifier
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
    make_post,
    make_relationship,
    make_seat,
)
from tests.pages.reading import Page, read, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def minutes():
    return make_document(slug="minutes", title="Minutes of May", short_title="Minutes")


@pytest.fixture
def over(minutes):
    """The fields of an end that the Minutes state."""
    return {"end_date": "2020-03-31", "end_document": minutes, "end_locator": "minute 3"}


@pytest.fixture
def confirmed(minutes):
    return {
        "confirmed_on": "2020-05-04",
        "confirmed_document": minutes,
        "confirmed_locator": "minute 9",
    }


@pytest.fixture
def board():
    return make_forum(slug="board", name="The Board")


@pytest.fixture
def trust():
    return make_organisation(slug="trust", name="Wye Trust")


@pytest.fixture
def anna():
    return make_person(slug="anna", name="Anna Adams")


END = "Source of the end: Minutes, minute 3"


def leads_to_minutes(page: Page) -> bool:
    return any(link.startswith("/documents/minutes/") for link in page.links(page.main))


def test_a_former_member_has_the_source_of_the_end_too(board, anna, over):
    make_membership(seat=make_seat(forum=board), person=anna, **over)

    page = read("/forums/board/")
    assert f"Source: Board paper, page 1 {END}" in page.section("former")
    assert leads_to_minutes(page)
    person = read("/people/anna/")
    assert f"Source: Board paper, page 1 {END}" in person.section("before")


def test_an_end_stated_by_the_source_of_the_start_names_no_second_source(board, anna):
    make_membership(seat=make_seat(forum=board), person=anna, end_date="2020-03-31")

    assert "Source of the end" not in read("/forums/board/").text
    assert "Source of the end" not in read("/people/anna/").text


def test_a_former_holder_of_a_post_has_the_source_of_the_end_too(trust, anna, over):
    make_appointment(post=make_post(organisation=trust), person=anna, **over)

    assert END in read("/organisations/trust/").section("former")


def test_an_end_to_come_has_its_source_while_the_seat_is_still_filled(board, anna, over):
    make_membership(
        seat=make_chair_seat(forum=board), person=anna, **{**over, "end_date": "2150-03-31"}
    )

    row = read("/forums/board/").row("Anna Adams")
    assert "since 1 April 2019, until 31 March 2150" in row
    assert END in row
    for page in ("/chairs/", "/forums/"):
        assert "until 31 March 2150" in read(page).row("Anna Adams"), page
        assert END in read(page).row("Anna Adams"), page
    assert "until 31 March 2150" in read("/people/").row("Anna Adams")
    assert END in read("/people/").row("Anna Adams")


def test_a_forum_and_an_organisation_that_ended_have_the_source_of_the_end(over):
    make_forum(slug="group", **over)
    make_organisation(slug="ccg", **over)

    assert read("/forums/group/").fact("Ended") == f"31 March 2020 {END}"
    assert read("/organisations/ccg/").fact("Ended") == f"31 March 2020 {END}"


def test_names_and_relationships_that_ended_have_the_source_of_the_end(board, trust, anna, over):
    former = {"kind": NameKind.FORMER, **over}
    make_forum_name(forum=board, name="Old Board", **former)
    make_organisation_name(organisation=trust, name="Old Trust", **former)
    make_person_name(person=anna, name="Anna Old", **former)
    make_relationship(from_organisation=trust, kind=RelationshipKind.MEMBER_OF, **over)

    period = "1 April 2019 to 31 March 2020"
    for page in ("/forums/board/", "/organisations/trust/", "/people/anna/"):
        assert f"(former name, {period}) Source: Board paper, page 1 {END}" in read(page).section(
            "names"
        )
    assert f"{period} {END}" in read("/organisations/trust/").section("relationships")


def test_what_a_fact_was_confirmed_against_is_told_where_that_is_another_document(
    board, trust, anna, confirmed
):
    make_membership(seat=make_chair_seat(forum=board), person=anna, **confirmed)
    make_appointment(post=make_post(organisation=trust), person=anna, **confirmed)
    for model, slug in ((Forum, "board"), (Organisation, "trust")):
        record = model.objects.get(slug=slug)
        for name, value in confirmed.items():
            setattr(record, name, value)
        record.save()

    against = "Last known 4 May 2020, more than a year ago, confirmed by Minutes, minute 9"
    assert against in read("/forums/board/").row("Anna Adams")
    assert against in read("/forums/board/").fact("Chair")
    assert against in read("/forums/board/").fact("Source")
    assert against in read("/organisations/trust/").fact("Source")
    assert against in read("/organisations/trust/").row("Anna Adams")
    assert against in read("/chairs/").row("The Board")
    assert read("/people/anna/").section("now").count(against) == 2


def test_confirmed_against_its_own_source_says_the_day_alone(board, anna):
    make_membership(seat=make_chair_seat(forum=board), person=anna, confirmed_on="2020-05-04")

    assert "against" not in read("/forums/board/").row("Anna Adams")


def test_a_document_lists_what_it_ends_and_confirms_and_says_which(board, anna, over, confirmed):
    make_membership(seat=make_seat(forum=board, title="First"), person=anna, **over, **confirmed)
    make_membership(seat=make_seat(forum=board, title="Second"), person=anna, **confirmed)

    listed = read("/documents/minutes/")
    assert "2 facts" in listed.text
    assert "Memberships (2)" in listed.text
    assert listed.row("First").endswith("The end: minute 3 The confirmation: minute 9")
    assert listed.row("Second").endswith("The confirmation: minute 9")
    # The paper's own page shows its facts as before, without the words of the minutes.
    assert read("/documents/board-paper/").row("First").endswith("page 1")


def test_one_fact_on_one_document_in_three_ways_is_counted_once(board, anna, over, confirmed):
    minutes = over["end_document"]
    make_membership(
        seat=make_seat(forum=board, title="First"),
        person=anna,
        document=minutes,
        locator="minute 1",
        quotation="Anna was",
        **over,
        **confirmed,
    )

    listed = read("/documents/minutes/")
    assert "Memberships (1)" in listed.text
    [row] = listed.rows("First")
    assert row.endswith("minute 1 The end: minute 3 The confirmation: minute 9 Anna was")


def handed_over(kind, held):
    """Anna's time and then Ben's, both known to the month alone, and the paper that says so."""
    of = {"seat": held} if kind is Membership else {"post": held}
    make = make_membership if kind is Membership else make_appointment
    month = {"end_date": "2024-04-30", "end_precision": Precision.MONTH}
    make(person=make_person(name="Anna Adams"), **of, **month)
    make(
        person=make_person(name="Ben Brown"),
        start_date="2024-04-01",
        start_precision=Precision.MONTH,
        **of,
    )


IN_APRIL = {"as_at": "2024-04-15"}


def test_in_the_month_of_a_handover_one_sentence_names_both(board, trust):
    handed_over(Membership, make_chair_seat(forum=board))
    handed_over(Appointment, make_post(organisation=trust))
    who = "Anna Adams, or Ben Brown, who took over some time in April 2024"

    for page, having in [
        ("/chairs/", "The Board"),
        ("/chairs/", "Wye Trust"),
        ("/forums/", "The Board"),
        ("/organisations/", "Wye Trust"),
        ("/organisations/trust/", "Anna Adams"),
    ]:
        assert who in read(page, IN_APRIL).row(having), page
    forum = read("/forums/board/", IN_APRIL)
    chair = forum.fact("Chair")
    assert who in chair
    row = forum.row("Anna Adams", "Ben Brown")
    assert who in row
    assert "since 1 April 2019, until April 2024 since April 2024" in row


def test_a_handover_that_was_only_foreseen_was_to_take_place(board):
    plan = make_document(as_of="2024-02-01")
    seat = make_chair_seat(forum=board)
    make_membership(
        seat=seat,
        person=make_person(name="Anna Adams"),
        document=plan,
        end_date="2024-04-30",
        end_precision=Precision.MONTH,
    )
    make_membership(
        seat=seat,
        person=make_person(name="Ben Brown"),
        document=plan,
        start_date="2024-04-01",
        start_precision=Precision.MONTH,
    )

    who = "Anna Adams, or Ben Brown, who was to take over some time in April 2024"
    assert who in read("/forums/board/", IN_APRIL).fact("Chair")


def test_before_and_after_the_month_one_of_them_is_shown(board):
    handed_over(Membership, make_chair_seat(forum=board))

    before = read("/chairs/", {"as_at": "2024-03-31"}).row("The Board")
    after = read("/chairs/", {"as_at": "2024-05-01"}).row("The Board")
    assert "Anna Adams" in before and "Ben Brown" not in before
    assert "Ben Brown" in after and "Anna Adams" not in after


def test_who_stays_for_another_term_is_not_said_to_go(board, anna):
    chair = make_chair_seat(forum=board)
    make_membership(seat=chair, person=anna, end_date="2024-03-31")
    make_membership(seat=chair, person=anna, start_date="2024-04-01")

    assert "until" not in read("/forums/", {"as_at": "2024-03-01"}).row("The Board")


def test_two_who_share_a_chair_are_not_told_apart_by_dates(board):
    chair = make_chair_seat(forum=board, number=2)
    make_membership(seat=chair, person=make_person(name="Anna Adams"))
    make_membership(seat=chair, person=make_person(name="Ben Brown"))

    assert "Anna Adams Ben Brown" in read("/chairs/").row("The Board")


def test_an_end_that_is_a_limit_is_no_promise_to_stay_until_then(board):
    make_membership(
        seat=make_chair_seat(forum=board),
        person=make_person(name="Anna Adams"),
        end_date="2150-06-30",
        end_precision=Precision.MONTH,
        end_qualifier=Qualifier.BY,
    )

    assert "Anna Adams perhaps; ended by June 2150" in read("/chairs/").row("The Board")


def test_the_words_of_an_end_are_in_its_row_and_not_in_a_heading(board, over):
    make_membership(seat=make_seat(forum=board), **over)

    headings = [words(heading) for heading in read("/forums/board/").all("h2")]
    assert "Source of the end" not in " ".join(headings)
