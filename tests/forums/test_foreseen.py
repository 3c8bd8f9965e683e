"""Staff say what became of what a paper of October 2025 foresaw.

Anna chairs the Board and was to leave at the end of March 2026.
"""

import pytest
from django.urls import reverse

from editing.links import step_address
from editing.steps import all_steps
from forums.change_kinds import KINDS
from forums.foreseen import OWNERS, open_questions, question_about
from forums.models import Forum, ForumStatus, Membership, Seat
from forums.worklists.foreseen import FORESEEN_KINDS
from organisations.models import RelationshipKind
from people.models import Appointment
from records.history import Nature
from records.periods import Qualifier
from tests.builders import (
    day,
    make_appointment,
    make_chair_seat,
    make_document,
    make_forum,
    make_forum_name,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_relationship,
    make_reporting_line,
    make_seat,
)
from tests.listed import TODAY, listed, rows_of, take_step, way
from tests.pages.as_data import read_data
from tests.pages.reading import read
from tests.stepping import errors_of, preview, signed_in, take

pytestmark = pytest.mark.django_db
ONLY_PLANNED = ", says the paper of October 2025; no later source says whether it happened."


STEP = "what-became-of-it"
END_OF_MARCH = {"end_date": "2026-03-31"}
BEFORE, ON, AFTER = "2026-03-30", "2026-03-31", "2026-04-01"


@pytest.fixture
def paper():
    return make_document(short_title="Paper", as_of="2025-10-01", as_of_precision="month")


@pytest.fixture
def minutes():
    return make_document(short_title="Minutes", as_of="2026-04-20")


@pytest.fixture
def board():
    return make_forum(slug="board", name="The Board")


@pytest.fixture
def anna(board, paper):
    return make_membership(
        seat=make_chair_seat(forum=board),
        person=make_person(slug="anna", name="Anna Adams"),
        end_document=paper,
        end_locator="page 3",
        end_reason="retired",
        **END_OF_MARCH,
    )


def say(record, outcome: str, document, **entered):
    """Take the step. A day is given only by whoever names another."""
    return take(record, STEP, outcome=outcome, document=document, **{"date": None, **entered})


def again(record):
    return type(record).objects.get(pk=record.pk)


# The worklist


def test_what_was_foreseen_is_listed_from_the_day_after_until_a_later_document_speaks(
    anna, minutes
):
    assert listed("foreseen", day=day(ON)) == []
    [row] = rows_of("foreseen", day=day(AFTER))
    assert row.record == anna
    assert row.reason == (
        "It was to end on 31 March 2026, says Paper (October 2025); no later document says "
        "what became of it."
    )
    anna.end_document = minutes
    anna.save()
    assert listed("foreseen") == []


def test_a_month_has_passed_when_its_last_day_has(paper):
    seat = make_seat(document=paper, start_date="2026-04-01", start_precision="month")

    assert listed("foreseen", day=day("2026-04-30")) == []
    assert listed("foreseen", day=day("2026-05-01")) == [seat]


def test_what_is_not_before_a_day_is_never_past(anna):
    anna.end_qualifier = Qualifier.NOT_BEFORE
    anna.save()

    assert listed("foreseen") == []


def test_what_ends_with_its_forum_is_asked_about_with_it(paper, board):
    ends = {"document": paper, **END_OF_MARCH}
    group = make_forum(**ends)
    seat = make_seat(forum=group, **ends)
    make_membership(seat=seat, **ends)
    make_reporting_line(from_forum=group, **ends)
    make_member_organisation(forum=group, **ends)
    earlier = make_seat(forum=group, document=paper, end_date="2026-02-28")

    assert listed("foreseen") == [group, earlier]
    # If it is known of the forum alone, each of the others is asked about.
    group.confirmed_on = day("2026-04-20")
    group.save()
    assert len(listed("foreseen")) == 4


def test_a_succession_and_a_name_are_listed(paper):
    succession = make_relationship(
        kind=RelationshipKind.SUCCEEDED_BY, document=paper, start_date="2026-04-01"
    )
    name = make_forum_name(kind="former", document=paper, **END_OF_MARCH)
    make_forum_name(kind="former", document=paper, start_date="2026-04-01")

    assert listed("foreseen") == [name, succession]


def test_a_proposed_forum_is_listed_a_year_after_the_last_that_is_known_of_it(paper):
    proposed = make_forum(document=paper, status=ForumStatus.PROPOSED)

    assert listed("foreseen", day=day("2026-10-31")) == []
    [row] = rows_of("foreseen", day=day("2026-11-01"))
    assert row.record == proposed
    assert "It is proposed, and last known October 2025" in row.reason


def test_sql_and_python_ask_the_same_questions(paper, anna):
    for fields in ({}, END_OF_MARCH, {"start_date": "2026-01-01", **END_OF_MARCH}):
        make_membership(document=paper, **fields)
    for today in map(day, (BEFORE, ON, AFTER, "2025-12-31", "2026-01-02")):
        asked = {each.pk for each in open_questions(Membership, today)}
        members = Membership.objects.all()
        assert asked == {each.pk for each in members if question_about(each, today)}


def test_every_kind_of_change_can_be_asked_about_and_answered():
    models = {kind.model for kind in KINDS}
    answered = {model for model, step in all_steps() if step.name == STEP}
    assert {kind.model for kind in FORESEEN_KINDS} == models == answered
    assert OWNERS.keys() < models


# It happened


def test_one_click_from_the_list_says_that_it_happened(anna, minutes):
    [row] = rows_of("foreseen")
    browser = signed_in()
    opened = browser.get(way(row, "It happened")).context_data["form"]
    assert opened["outcome"].value() == "happened"

    take_step(browser, way(row, "It happened"), document=minutes.pk)

    after = again(anna)
    assert (after.end_document, after.end_date) == (minutes, day("2026-03-31"))
    assert after.end_reason == "retired"
    assert listed("foreseen") == []
    assert Membership.history.first().history_nature == Nature.CONFIRMED
    assert "1 April 2019 to 31 March 2026" in read("/forums/board/").section("former")


def test_a_closure_happened_with_all_that_was_to_end_with_it(paper, minutes):
    ends = {"document": paper, **END_OF_MARCH}
    trust = make_organisation(**ends)
    post = make_post(organisation=trust, **ends)
    holder = make_appointment(post=post, **ends)
    seat = make_seat(on_behalf_of=trust, **ends)
    member = make_membership(seat=seat, **ends)

    assert say(trust, "happened", minutes).status_code == 302

    for each in (trust, post, holder, seat, member):
        assert again(each).end_document == minutes
        assert not question_about(again(each), TODAY)


def test_a_beginning_that_happened_is_confirmed(board, paper, minutes):
    ben = make_membership(seat=make_seat(forum=board), document=paper, start_date=AFTER)

    assert say(ben, "happened", minutes).status_code == 302

    after = again(ben)
    assert (after.document, after.confirmed_document) == (paper, minutes)
    assert after.confirmed_on == day("2026-04-20")
    assert not after.start_foreseen


def test_who_left_had_begun(paper, minutes):
    interim = make_appointment(document=paper, start_date="2026-01-01", **END_OF_MARCH)

    say(interim, "happened", minutes)

    assert question_about(again(interim), TODAY) == ""
    assert not again(interim).start_foreseen


def test_a_document_of_before_cannot_say_what_happened(anna, paper):
    february = make_document(short_title="Letter", as_of="2026-02-01")
    undated = make_document(short_title="Note")

    assert errors_of(say(anna, "happened", february)) == {
        "document": [
            (
                "Letter speaks as of 1 February 2026, and cannot say what happened on 31 March "
                "2026. Choose a later document."
            )
        ]
    }
    [error] = errors_of(say(anna, "happened", undated))["as_of"]
    assert error.startswith("Note has no day of which it speaks. Enter it")
    given = say(anna, "happened", undated, as_of="2026-04-02", as_of_precision="day")
    assert given.status_code == 302


def test_what_was_typed_is_kept_with_a_bad_value(anna, minutes):
    shown = preview(anna, STEP, outcome="another-day", document=minutes, date=None)

    assert errors_of(shown) == {"date": ["Enter the day, as it is known."]}
    assert shown.status_code == 400
    assert shown.context_data["form"]["locator"].value() == "minute 7"
    none = preview(anna, STEP, document=minutes, date=None)
    assert errors_of(none) == {"outcome": ["Choose one of these."]}
    both = preview(anna, STEP, outcome="happened", document=minutes, date="2026-04-30")
    assert list(errors_of(both)) == ["date"]


# On another day


def test_it_happened_on_another_day(anna, minutes):
    assert say(anna, "another-day", minutes, date="2026-04-15").status_code == 302

    after = again(anna)
    assert (after.end_date, after.end_document) == (day("2026-04-15"), minutes)
    for as_at, told in (("2026-04-14", "until 15 April 2026"), ("2026-04-15", "until 15 April")):
        assert told in read("/forums/board/", {"as_at": as_at}).row("Anna Adams")
    former = read("/forums/board/", {"as_at": "2026-04-16"}).section("former")
    assert "1 April 2019 to 15 April 2026" in former


def test_it_is_put_off_and_asked_about_again_then(anna, minutes):
    say(anna, "another-day", minutes, date="2026-10-31")

    assert again(anna).end_foreseen
    assert listed("foreseen", day=day("2026-10-31")) == []
    assert listed("foreseen", day=day("2026-11-01")) == [anna]


def test_a_beginning_on_another_day_has_the_later_document_as_its_source(paper, minutes):
    ben = make_appointment(document=paper, start_date=AFTER, quotation="from April")

    say(ben, "another-day", minutes, date="2026-04-13")

    after = again(ben)
    assert (after.start_date, after.document) == (day("2026-04-13"), minutes)
    assert (after.locator, after.quotation) == ("minute 7", "")
    assert Appointment.history.filter(id=ben.pk).last().quotation == "from April"


def test_another_day_that_breaks_a_rule_is_refused_on_the_day(anna, minutes):
    assert list(errors_of(say(anna, "another-day", minutes, date="2019-03-01"))) == ["date"]
    assert again(anna).end_date == day("2026-03-31")


# It did not happen


def test_a_closure_that_hung_on_a_vote_did_not_happen(paper, minutes):
    ends = {"document": make_document(as_of="2019-04-01"), "end_document": paper}
    ends |= {"end_locator": "page 4", **END_OF_MARCH}
    group = make_forum(slug="group", name="Group", **ends)
    seat = make_chair_seat(forum=group, **ends)
    make_membership(seat=seat, person=make_person(name="Ben Brown"), **ends)
    line = make_reporting_line(from_forum=group, **ends)
    changes = {"from": "2026-03-01", "to": "2026-04-30"}
    told = [each["sentence"] for each in read_data("/changes.json", changes).said["results"]]
    assert told == [
        (
            "On 31 March 2026 Group was to stand down, with 1 seat and 1 reporting line"
            + ONLY_PLANNED
        ),
        "On 31 March 2026 Ben Brown was to cease to be Chair of Group" + ONLY_PLANNED,
    ]

    done = say(group, "never", minutes)

    assert done.status_code == 302
    for each in (group, seat, line, Membership.objects.get()):
        after = again(each)
        assert (after.end_date, after.end_document, after.end_locator) == (None, None, "")
        assert (after.confirmed_on, after.confirmed_document) == (day("2026-04-20"), minutes)
    for as_at in (BEFORE, ON, AFTER, "2026-11-30"):
        page = read("/forums/group/", {"as_at": as_at})
        assert "Ben Brown since 1 April 2019" in page.fact("Chair")
        assert "Not in force" not in page.answer
    assert read_data("/changes.json", changes).said["results"] == []
    assert read_data("/changes.csv", changes).rows == []
    assert listed("foreseen") == []


def test_it_is_undone_in_one_go(paper, minutes):
    ends = {"document": paper, **END_OF_MARCH}
    group = make_forum(**ends)
    seat = make_seat(forum=group, **ends)
    say(group, "never", minutes)
    batch = Forum.history.first().history_batch

    undone = signed_in().post(
        reverse("admin:together", args=[batch]), {"reason": "The wrong minutes."}
    )

    assert undone.status_code == 302
    assert again(group).end_date == again(seat).end_date == day("2026-03-31")


def test_who_stays_where_another_has_come_is_refused_with_the_reason(anna, minutes):
    make_membership(seat=anna.seat, person=make_person(name="Ben Brown"), start_date=AFTER)

    [errors] = errors_of(say(anna, "never", minutes)).values()
    assert "Ben Brown" in errors[0]
    assert again(anna).end_date == day("2026-03-31")


def test_what_did_not_begin_is_removed_and_its_history_names_the_document(paper, minutes):
    starts = {"document": paper, "start_date": AFTER}
    group = make_forum(slug="group", **starts)
    seat = make_seat(forum=group, **starts)
    make_membership(seat=seat, **starts)

    assert say(group, "never", minutes).status_code == 302

    assert not Forum.objects.filter(slug="group").exists()
    assert (Seat.objects.count(), Membership.objects.count()) == (0, 0)
    removed = Forum.history.filter(slug="group").first()
    assert removed.history_type == "-"
    assert removed.history_change_reason == "The board heard of it. Source: Minutes, minute 7."


def test_what_did_not_begin_stays_while_something_else_needs_it(paper, minutes):
    group = make_forum(name="Group", document=paper, start_date=AFTER)
    make_seat(forum=group, title="Older", start_date="2026-05-01")

    [errors] = errors_of(say(group, "never", minutes)).values()
    assert errors == [
        (
            "Group cannot be removed: Older, Group would be left without it. Say first what became "
            "of that."
        )
    ]


def test_a_proposed_forum_that_never_came_about_ends_as_a_proposal(paper, minutes):
    proposed = make_forum(slug="group", document=paper, status=ForumStatus.PROPOSED)

    assert say(proposed, "never", minutes, precision=None, qualifier=None).status_code == 302

    after = again(proposed)
    assert (after.end_date, after.end_qualifier) == (day("2026-04-20"), Qualifier.BY)
    assert (after.end_document, after.status) == (minutes, ForumStatus.PROPOSED)
    [told] = read_data("/changes.json", {"from": "2026-04-01", "to": "2026-04-30"}).said["results"]
    assert " had been given up as a proposed forum; when is not recorded" in told["sentence"]
    assert listed("foreseen") == []


def test_a_paper_older_than_the_one_that_foresaw_it_says_nothing_against_it(anna):
    older = make_document(short_title="Old", as_of="2025-01-01")

    [error] = errors_of(say(anna, "never", older))["document"]
    assert error.startswith("Old speaks as of 1 January 2025, and what was to happen is known from")


# The people asked


def test_the_step_is_offered_where_there_is_a_question(anna, minutes):
    browser = signed_in()
    page = reverse("admin:forums_membership_change", args=[anna.pk])
    assert step_address(Membership, anna.pk, STEP) in browser.get(page).content.decode()
    say(anna, "happened", minutes)
    assert step_address(Membership, anna.pk, STEP) not in browser.get(page).content.decode()


def test_a_question_that_somebody_has_answered_meanwhile_is_not_asked_again(anna, minutes):
    fields = {"outcome": "happened", "document": minutes, "date": None}
    browser = signed_in()
    shown = preview(anna, STEP, browser, **fields)
    say(anna, "happened", minutes)

    address = step_address(Membership, anna.pk, STEP)
    seen = shown.context_data["preview"].fingerprint
    sent = {"document": minutes.pk, "outcome": "happened", "locator": "minute 7", "reason": "Yes"}
    again_ = browser.post(address, {"_confirm": "1", "seen": seen, **sent})
    assert again_.status_code == 400


def test_a_retirement_announced_without_a_day_then_dated_then_past(board, minutes):
    announced = make_document(short_title="Announcement", as_of="2025-06-01")
    dated = make_document(short_title="Letter", as_of="2025-10-01")
    anna = make_membership(
        seat=make_chair_seat(forum=board), person=make_person(slug="anna", name="Anna Adams")
    )
    anna.end_date, anna.end_qualifier = day("2025-06-01"), Qualifier.NOT_BEFORE
    anna.end_document, anna.end_locator = announced, "page 1"
    anna.save()
    assert "to end not before 1 June 2025" in read("/forums/board/").row("Anna Adams")
    assert listed("foreseen") == []

    take(anna, "end", document=dated, date="2026-03-31")

    for as_at in (BEFORE, ON):
        row = read("/forums/board/", {"as_at": as_at}).row("Anna Adams")
        assert "since 1 April 2019, until 31 March 2026" in row
    former = read("/forums/board/", {"as_at": AFTER}).section("former")
    assert "was to end on 31 March 2026, says the paper of 1 October 2025; no later" in former
    assert listed("foreseen") == [anna]

    say(anna, "happened", minutes)

    former = read("/forums/board/", {"as_at": AFTER}).section("former")
    assert "1 April 2019 to 31 March 2026" in former
