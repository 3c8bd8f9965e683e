"""The worklists of forums, seats and members. Each is empty once the cause is put right."""

import datetime

import pytest
from django.test import Client

from forums.models import (
    DecisionBasis,
    ForumStatus,
    LineKind,
    Membership,
    SeatRole,
)
from forums.reporting_lines import loops
from organisations.models import PostKind
from records.periods import Qualifier
from tests.builders import (
    make_appointment,
    make_chair_seat,
    make_forum,
    make_forum_state,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_post_vacancy,
    make_relationship,
    make_reporting_line,
    make_rule,
    make_seat,
    make_seat_vacancy,
    make_terms,
    terms_of,
)
from tests.listed import TODAY, in_days, listed, reason_for, rows_of, take_step, way

pytestmark = pytest.mark.django_db

YESTERDAY = in_days(-1)


@pytest.fixture
def editor(admin_user):
    browser = Client()
    browser.force_login(admin_user)
    return browser


def closed(**fields):
    return make_organisation(**{"end_date": "2020-03-31", "end_precision": "month", **fields})


def stood_down(**fields):
    return make_forum(**{"end_date": "2024-03-31", **fields})


# Chairs and seats vacant


def test_a_chair_who_left_leaves_a_vacant_chair_which_an_appointment_fills(editor):
    seat = make_chair_seat()
    make_membership(seat=seat, person=make_person(name="Ann Lee"), end_date="2024-03-31")
    assert listed("chairs-vacant") == []
    assert reason_for(seat, "chairs-vacant", apart=True) == (
        "Not recorded. The last known holder, Ann Lee, left on 31 March 2024, and no source says "
        "what came after."
    )
    make_seat_vacancy(seat=seat, start_date="2024-04-01")
    [row] = rows_of("chairs-vacant")
    assert row.reason == (
        "Vacant since 1 April 2024: Board paper, page 1. The last known holder, Ann Lee, left on "
        "31 March 2024."
    )
    take_step(editor, way(row, "Appoint"), new_name="Bob Day", date="2024-05-01")
    assert listed("chairs-vacant") == listed("seats-vacant") == []


def test_a_chair_is_vacant_from_the_day_after_the_last_day():
    seat = make_chair_seat()
    make_membership(seat=seat, end_date=TODAY)
    make_seat_vacancy(seat=seat, start_date=in_days(1))
    assert listed("chairs-vacant") == []
    assert listed("chairs-vacant", day=in_days(1)) == [seat]


def test_a_chair_who_is_to_come_is_told_and_the_chair_vacant_until_then():
    seat = make_chair_seat(vacant=1)
    make_membership(seat=seat, person=make_person(name="Bob Day"), start_date="2027-01-01")
    assert reason_for(seat, "chairs-vacant").endswith(" Bob Day begins on 1 January 2027.")


def test_a_chairs_seat_whose_holder_is_not_recorded_is_listed_apart():
    silent = make_chair_seat()
    may_have = make_chair_seat()
    make_membership(
        seat=may_have,
        person=make_person(name="Cat Orr"),
        start_date="2027-06-01",
        start_precision="month",
        start_qualifier="by",
    )
    assert listed("chairs-vacant") == []
    assert set(listed("chairs-vacant", apart=True)) == {silent, may_have}
    assert "by June 2027, and may hold it already" in reason_for(
        may_have, "chairs-vacant", apart=True
    )


def test_the_chair_of_a_forum_that_stood_down_is_no_vacancy():
    make_chair_seat(forum=stood_down(), vacant=1)
    make_chair_seat(end_date=YESTERDAY, vacant=1)
    assert listed("chairs-vacant") == listed("seats-vacant") == []


def test_an_acting_or_interim_chair_is_a_chair():
    make_membership(seat=make_chair_seat(), basis="acting")
    make_membership(seat=make_chair_seat(), basis="interim")
    assert listed("chairs-vacant") == []


def test_a_vacant_seat_of_a_member_is_listed_among_seats_alone():
    seat = make_seat(vacant=1)
    assert listed("chairs-vacant") == []
    assert listed("seats-vacant") == [seat]


OVER = "Say that this vacancy is over"


@pytest.mark.parametrize("slug", ["chairs-vacant", "seats-vacant"])
def test_a_vacancy_is_said_to_be_over_from_the_list(editor, slug):
    make_chair_seat(vacant=1)
    [row] = rows_of(slug)
    assert [link.text for link in row.ways] == ["Appoint a holder", OVER, "Abolish"]
    take_step(editor, way(row, OVER), date=YESTERDAY)
    assert listed(slug) == []
    [row] = rows_of(slug, apart=True)
    assert OVER not in [link.text for link in row.ways]


@pytest.mark.parametrize("slug", ["seats-vacant", "ex-officio-vacant"])
def test_the_vacancy_of_the_post_that_a_seat_goes_with_is_said_to_be_over_from_the_list(
    editor, slug
):
    post = make_post(title="Chief", vacant=1)
    make_seat(ex_officio_post=post)
    [row] = rows_of(slug)
    take_step(editor, way(row, f"{OVER}: Chief"), date=YESTERDAY)
    assert listed(slug) == []


def test_a_place_that_is_not_recorded_beside_a_vacant_one_may_be_recorded_as_vacant():
    make_seat(number=2, vacant=1)
    [row] = rows_of("seats-vacant")
    ways = ["Appoint a holder", OVER, "Record that it is vacant", "Abolish"]
    assert [link.text for link in row.ways] == ways


def test_a_seat_for_several_that_is_filled_in_part_says_how_far(editor):
    seat = make_seat(number=3)
    make_membership(seat=seat)
    make_membership(seat=seat, basis="acting")
    [row] = rows_of("seats-vacant", apart=True)
    assert row.reason == "1 of 3 places is filled; 2 are not recorded."
    make_seat_vacancy(seat=seat, start_date="2024-04-01")
    [row] = rows_of("seats-vacant")
    assert row.reason == "1 of 3 places is filled; 1 is vacant and 1 is not recorded."
    for name in ("Bob Day", "Cat Orr"):
        take_step(editor, way(row, "Appoint"), new_name=name, date="2024-05-01")
    assert listed("seats-vacant") == []


@pytest.mark.parametrize(
    "seat",
    [{"number": 2}, {"number": None}, {"number": 1}],
    ids=["sources silent on the rest", "number not known", "full"],
)
def test_a_seat_that_is_not_known_to_be_filled_in_part_is_not_listed(seat):
    make_membership(seat=make_seat(**seat))
    assert listed("seats-vacant") == []


def test_vacant_seats_are_those_that_the_pages_show_as_vacant():
    """The list asks the database; the pages ask `Holding.unfilled`. They must agree."""
    from forums.models import Seat
    from forums.seat_holders import seats_with_holders

    post, two = make_post(max_holders=2), make_post(max_holders=2)
    make_appointment(post=post)
    make_appointment(post=two)
    make_appointment(post=two)
    through = [make_seat(number=2, ex_officio_post=post), make_seat(number=2, ex_officio_post=two)]
    left = make_membership(seat=through[1], end_date="2024-01-01")
    make_appointment(post=make_post(), person=left.person)
    make_membership(seat=make_seat(number=2), basis="acting")
    make_membership(seat=make_seat(number=3, ex_officio_post=post))
    partly = make_membership(seat=make_seat(number=2)).seat
    make_membership(seat=partly, start_date="2027-01-01", start_qualifier="by")
    make_seat()
    make_seat(vacant=1)
    for seat in Seat.objects.filter(number__gte=2):
        make_seat_vacancy(seat=seat, start_date="2024-04-01")
    held = seats_with_holders(Seat.objects.all(), TODAY)
    vacant = {seat.id for seat in held if seat.vacant}
    assert {seat.pk for seat in listed("seats-vacant")} == vacant
    assert len(vacant) == 5


# Terms


@pytest.mark.parametrize(
    ("days", "ending", "past"),
    [(-1, False, True), (0, True, False), (90, True, False), (91, False, False)],
)
def test_a_term_ends_within_90_days_or_has_ended(days, ending, past):
    make_membership(term_ends=in_days(days))
    assert (bool(listed("terms-ending")), bool(listed("past-term"))) == (ending, past)


def test_terms_are_told_with_the_days_left_or_gone():
    today, soon = make_membership(term_ends=TODAY), make_membership(term_ends="2027-01-01")
    gone = make_membership(term_ends="2026-11-21")
    assert reason_for(today, "terms-ending") == "The term ends on 22 November 2026, today."
    assert reason_for(soon, "terms-ending") == "The term ends on 1 January 2027, in 40 days."
    assert reason_for(gone, "past-term") == (
        "The term ended on 21 November 2026, 1 day ago, and no end or further term is recorded."
    )


def test_a_term_with_an_end_recorded_needs_nothing():
    make_membership(term_ends="2027-01-01", end_date="2027-01-01")
    make_membership(term_ends="2025-01-01", end_date="2027-01-01")
    make_membership(term_ends="2020-01-01", end_date="2020-01-01")
    assert listed("terms-ending") == listed("past-term") == []


def test_a_reappointment_clears_who_serves_past_term(editor):
    make_membership(term_ends="2024-03-31")
    [row] = rows_of("past-term")
    take_step(
        editor, way(row, "Reappoint"), date="2024-03-31", precision="day", term_ends="2030-03-31"
    )
    assert listed("past-term") == []


def test_a_replacement_clears_a_term_that_is_about_to_end(editor):
    make_membership(term_ends="2026-12-31", start_date="2020-01-01")
    [row] = rows_of("terms-ending")
    take_step(editor, way(row, "Replace"), new_name="Bob Day", date="2026-11-01")
    assert listed("terms-ending") == []


def test_the_term_of_a_member_of_what_is_over_is_for_another_list():
    for ended in (make_seat(end_date=YESTERDAY), make_seat(forum=stood_down())):
        make_membership(seat=ended, term_ends="2022-01-01", confirmed_on=None)
    assert listed("past-term") == listed("not-confirmed") == []
    assert len(listed("held-by-the-closed")) == 2


# Not confirmed for a year


@pytest.mark.parametrize(
    ("confirmed", "precision", "stale"),
    [
        ("2025-11-21", "day", True),
        ("2025-11-22", "day", False),
        ("2025-10-01", "month", True),
        ("2025-11-01", "month", False),
        ("2024-01-01", "year", True),
        ("2025-01-01", "year", False),
        (None, "day", True),
    ],
)
def test_a_fact_is_stale_when_its_confirmation_surely_is_a_year_old(confirmed, precision, stale):
    membership = make_membership(confirmed_on=confirmed, confirmed_precision=precision)
    assert membership.is_stale(TODAY) is stale
    assert listed("not-confirmed") == ([membership] if stale else [])


def test_a_whole_forum_is_reconfirmed_from_the_list(editor):
    forum = make_forum()
    for title in ("Finance", "Nurse"):
        make_membership(seat=make_seat(forum=forum, title=title), confirmed_on="2021-06-01")
    rows = rows_of("not-confirmed")
    assert {row.group.text for row in rows} == {str(forum)}
    [reconfirm] = {row.group_ways[0].address for row in rows}
    assert f"/forums/forum/{forum.pk}/step/reconfirm/" in reconfirm
    assert rows[0].group_ways[0].text == "Reconfirm the whole forum"


# Members of organisations and forums that have closed


def test_a_member_of_a_closed_organisation_is_listed_until_ended(editor):
    membership = make_membership(seat=make_seat(on_behalf_of=closed(name="Old Trust")))
    [row] = rows_of("held-by-the-closed")
    assert row.record == membership
    assert row.reason == "Sits for Old Trust, which closed in March 2020."
    take_step(editor, way(row, "End"), date="2020-03-31")
    # The seat is left, and needs an end or another organisation of its own.
    [row] = rows_of("held-by-the-closed")
    assert row.record == membership.seat
    take_step(editor, way(row, "Abolish"), date="2020-03-31")
    assert listed("held-by-the-closed") == []


def test_a_member_who_speaks_for_another_than_the_closed_one_is_not_listed():
    make_membership(
        seat=make_seat(on_behalf_of=closed()), on_behalf_of=make_organisation(name="New Trust")
    )
    assert listed("held-by-the-closed") == []


def test_an_organisation_that_closes_today_is_open_today():
    make_membership(seat=make_seat(on_behalf_of=make_organisation(end_date=TODAY)))
    assert listed("held-by-the-closed") == []
    assert listed("held-by-the-closed", day=in_days(1))


def test_a_member_whose_qualifying_post_ended_or_was_left_is_listed():
    ann = make_person(name="Ann Lee")
    ended = make_post(title="Director", end_date="2024-03-31")
    left = make_appointment(person=ann, end_date="2024-06-30").post
    of_ended = make_membership(seat=make_seat(ex_officio_post=ended))
    who_left = make_membership(seat=make_seat(ex_officio_post=left), person=ann)
    never_held = make_membership(seat=make_seat(ex_officio_post=left))
    assert reason_for(of_ended, "held-by-the-closed").endswith("which ended on 31 March 2024.")
    assert reason_for(who_left, "held-by-the-closed").endswith("whose holder left on 30 June 2024.")
    assert never_held not in listed("held-by-the-closed")


def test_a_member_who_came_back_to_the_qualifying_post_is_not_listed():
    ann = make_person(name="Ann Lee")
    post = make_appointment(person=ann, end_date="2022-06-30").post
    make_appointment(person=ann, post=post, start_date="2023-01-01")
    make_membership(seat=make_seat(ex_officio_post=post), person=ann)
    assert listed("held-by-the-closed") == []


def test_open_members_and_seats_of_a_forum_that_stood_down_are_listed():
    forum = stood_down()
    membership = make_membership(seat=make_seat(forum=forum, title="Nurse"))
    empty = make_seat(forum=forum, title="Finance")
    make_seat(forum=forum, title="Clerk", end_date="2024-03-31")
    assert set(listed("held-by-the-closed")) == {membership, empty}
    assert "stood down on 31 March 2024" in reason_for(empty, "held-by-the-closed")


def test_a_closed_member_organisation_is_listed_with_what_came_after_until_ended(editor):
    old, new = closed(name="Old CCG"), make_organisation(name="New CCG")
    make_relationship(from_organisation=old, to_organisation=new, kind="succeeded-by")
    member = make_member_organisation(organisation=old)
    make_member_organisation(forum=member.forum)
    [row] = rows_of("held-by-the-closed")
    assert row.reason == ("A member of the forum. It closed in March 2020. New CCG came after it.")
    assert f"organisation={new.pk}" in way(row, "Add New CCG as a member")
    take_step(editor, way(row, "End"), date="2020-03-31", precision="month")
    assert listed("held-by-the-closed") == []


def test_a_committee_all_of_whose_members_have_closed_says_so_and_standing_down_clears_it(editor):
    forum = make_forum()
    for name in ("A CCG", "B CCG"):
        make_member_organisation(forum=forum, organisation=closed(name=name))
    rows = rows_of("held-by-the-closed")
    assert len(rows) == 2
    assert all("Every member organisation of the forum has closed." in row.reason for row in rows)
    take_step(editor, way(rows[0], "Stand down the forum"), date="2020-03-31")
    assert listed("held-by-the-closed") == []


# Reporting


def test_a_line_to_a_forum_that_stood_down_is_listed_until_ended(editor):
    line = make_reporting_line(to_forum=stood_down(name="Old Board"))
    [row] = rows_of("reporting")
    assert row.record == line
    assert row.reason == "Reports to Old Board, which stood down on 31 March 2024."
    take_step(editor, way(row, "End"), date="2024-03-31")
    # Now it reports to nobody, as far as any source says.
    [row] = rows_of("reporting")
    assert (row.record, row.reason) == (line.from_forum, "No source says to whom it reports.")
    make_reporting_line(from_forum=line.from_forum, to_organisation=make_organisation())
    assert listed("reporting") == []


def test_a_line_to_a_closed_organisation_is_listed():
    line = make_reporting_line(to_organisation=closed(name="Old CCG"))
    assert reason_for(line, "reporting") == "Reports to Old CCG, which closed in March 2020."


def test_advice_and_working_together_are_no_reporting():
    head = make_reporting_line().to_forum
    adviser = make_reporting_line(kind=LineKind.ADVISES, to_forum=stood_down()).from_forum
    partner = make_reporting_line(kind=LineKind.WORKS_WITH, to_forum=head).from_forum
    assert set(listed("reporting")) == {adviser, partner}


def test_a_forum_that_rightly_has_no_line_is_listed_apart_with_the_reason():
    head = make_reporting_line(to_forum=make_forum(name="Head")).to_forum
    hosted = make_forum(host=make_organisation(name="Trust"))
    statutory = make_forum(decision_basis=DecisionBasis.STATUTORY)
    noted = make_forum(note="The charter says that it reports to nobody.")
    assert listed("reporting") == []
    told = {row.record: row.reason for row in rows_of("reporting", apart=True)}
    assert told == {
        head: "The head of its tree: others report to it.",
        hosted: "A forum of Trust, its host organisation.",
        statutory: "Set up by statute.",
        noted: "Its note says that it reports to nobody.",
    }


def test_a_host_that_has_closed_clears_nobody_and_is_named():
    forum = make_forum(host=closed(name="Old CCG"))
    assert reason_for(forum, "reporting") == (
        "No source says to whom it reports. Its host, Old CCG, closed in March 2020."
    )


def test_a_forum_that_is_proposed_or_has_stood_down_need_not_report():
    make_forum(status=ForumStatus.PROPOSED)
    stood_down()
    make_reporting_line(from_forum=stood_down(), to_forum=stood_down())
    assert listed("reporting") == []


def test_a_line_that_ended_leaves_a_forum_without_one_from_the_next_day():
    line = make_reporting_line(end_date=TODAY)
    assert line.from_forum not in listed("reporting")
    assert line.from_forum in listed("reporting", day=in_days(1))


def test_a_loop_is_told_from_each_forum_in_it_until_a_line_ends(editor):
    a, b, c = (make_forum(name=name) for name in ("Alpha", "Beta", "Gamma"))
    make_reporting_line(from_forum=a, to_forum=b)
    make_reporting_line(from_forum=b, to_forum=c, kind=LineKind.OVERSEEN_BY)
    last = make_reporting_line(from_forum=c, to_forum=a, kind=LineKind.SUB_GROUP_OF)
    # A forum that reports to one in the loop is not in the loop itself.
    make_reporting_line(from_forum=make_forum(name="Delta"), to_forum=a)
    told = {row.record: row.reason for row in rows_of("reporting")}
    assert told[a] == (
        "A loop: Alpha reports to Beta, which is overseen by Gamma, which is a sub-group of Alpha."
    )
    assert set(told) == {a, b, c}
    rows = {row.record: row for row in rows_of("reporting")}
    take_step(editor, way(rows[c], "End"), date=YESTERDAY.isoformat())
    last.refresh_from_db()
    assert last.end_date == YESTERDAY
    assert listed("reporting") == []


def test_lines_of_other_days_make_no_loop():
    a, b = make_forum(), make_forum()
    make_reporting_line(from_forum=a, to_forum=b)
    make_reporting_line(from_forum=b, to_forum=a, end_date=YESTERDAY)
    assert listed("reporting") == []


def test_the_shortest_way_round_each_loop_is_found():
    lines = [(1, 2), (2, 3), (3, 1), (2, 1), (4, 1), (5, 6), (6, 5), (3, 7), (8, 8)]
    assert loops(lines) == {
        1: [1, 2, 1],
        2: [2, 1, 2],
        3: [3, 1, 2, 3],
        5: [5, 6, 5],
        6: [6, 5, 6],
        8: [8, 8],
    }
    assert loops([(one, one + 1) for one in range(5000)]) == {}


# Ex officio seats


def test_an_ex_officio_seat_is_listed_while_its_post_is_vacant(editor):
    post = make_post(title="DASS", kind=PostKind.DASS)
    make_appointment(post=post, person=make_person(name="Ann Lee"), end_date="2024-03-31")
    seat = make_seat(ex_officio_post=post)
    assert listed("ex-officio-vacant") == []
    make_post_vacancy(post=post, start_date="2024-04-01")
    [row] = rows_of("ex-officio-vacant")
    assert row.record == seat
    assert row.reason == (
        f"It goes with a post, {post}. Vacant since 1 April 2024: Board paper, page 1. The last "
        "known holder, Ann Lee, left on 31 March 2024."
    )
    take_step(editor, way(row, f"Appoint a holder: {post}"), new_name="Bob", date="2024-05-01")
    assert listed("ex-officio-vacant") == []


def test_an_ex_officio_seat_filled_in_its_own_right_is_not_listed_and_one_covered_is():
    own = make_seat(ex_officio_post=make_post(vacant=1))
    make_membership(seat=own)
    covered = make_seat(ex_officio_post=make_post(vacant=1))
    make_membership(seat=covered, basis="acting")
    assert listed("ex-officio-vacant") == [covered]


def test_an_ex_officio_seat_whose_post_is_not_recorded_stands_apart():
    seat = make_seat(ex_officio_post=make_post())
    assert listed("ex-officio-vacant") == []
    assert listed("ex-officio-vacant", apart=True) == [seat]


def test_an_ex_officio_seat_of_a_post_that_ended_is_listed_though_an_appointment_is_open():
    ended = make_post()
    make_appointment(post=ended)
    ended.end_date = YESTERDAY
    ended.save()
    seat = make_seat(ex_officio_post=ended)
    assert listed("ex-officio-vacant") == [seat]
    assert "which ended on 21 November 2026" in reason_for(seat, "ex-officio-vacant")


# Quoracy


def test_a_forum_whose_chair_must_be_there_and_is_vacant_cannot_be_quorate(editor):
    seat = make_chair_seat(vacant=1)
    make_rule(seat.forum, seat=seat)
    [row] = rows_of("cannot-be-quorate")
    assert row.record == seat.forum
    assert row.reason == (
        "Its rule asks that “Chair” attends in person or remotely. As filled it lacks “Chair”."
    )
    take_step(editor, way(row, "Appoint"), new_name="Ann Lee", date="2024-05-01")
    assert listed("cannot-be-quorate") == []


def test_a_forum_with_fewer_members_than_its_rule_asks_for_cannot_be_quorate():
    forum = make_forum()
    make_membership(seat=make_seat(forum=forum, title="Nurse"))
    make_membership(
        seat=make_seat(forum=forum, title="Clerk", role=SeatRole.IN_ATTENDANCE), start_date=TODAY
    )
    make_rule(forum, people=2)
    assert reason_for(forum, "cannot-be-quorate") == (
        "Its rule asks that at least 2 members attend in person or remotely. As filled it lacks "
        "1 more member, to make 2."
    )
    make_membership(seat=make_seat(forum=forum, title="Finance"))
    assert listed("cannot-be-quorate") == []


def test_a_forum_that_needs_an_organisation_that_has_closed_may_be_quorate_by_what_came_after():
    member = make_member_organisation(organisation=closed(name="Old CCG"))
    make_member_organisation(forum=member.forum)
    make_rule(member.forum, counting=["remote", "proxy"])
    assert listed("cannot-be-quorate") == []
    assert member in listed("held-by-the-closed")


def test_a_forum_that_is_proposed_or_over_or_of_which_the_sources_are_silent_is_not_listed():
    for forum in (stood_down(), make_forum(status=ForumStatus.PROPOSED)):
        make_rule(forum, people=2)
    seat = make_seat(number=None)
    make_rule(seat.forum, people=2)
    assert listed("cannot-be-quorate") == []


@pytest.mark.parametrize("over", ["post", "organisation"])
def test_a_seat_that_goes_with_what_is_over_is_filled_by_nobody_for_the_quorum(over):
    if over == "post":
        post = make_post(max_holders=2, end_date="2020-03-31")
    else:
        post = make_post(max_holders=2, organisation=closed())
    for _ in range(2):
        make_appointment(post=post)  # left without an end
    seat = make_seat(ex_officio_post=post)
    make_rule(seat.forum, seat=seat)
    assert seat not in listed("held-twice")
    assert seat in listed("ex-officio-vacant")
    # No source says that the seat is vacant: somebody may fill it in their own right.
    assert listed("cannot-be-quorate") == listed("seats-vacant") == []
    make_seat_vacancy(seat=seat, start_date="2020-04-01")
    assert listed("cannot-be-quorate") == [seat.forum]
    assert listed("seats-vacant") == [seat]


def test_a_seat_that_goes_with_a_post_without_a_recorded_holder_may_count_to_the_quorum():
    unnamed = make_seat(ex_officio_post=make_post())
    later = make_seat(ex_officio_post=make_post())
    make_appointment(
        post=later.ex_officio_post, start_date=in_days(30), start_qualifier=Qualifier.BY
    )
    for seat in (unnamed, later):
        make_rule(seat.forum, seat=seat)
    assert listed("cannot-be-quorate") == []
    assert listed("seats-vacant") == []
    assert set(listed("seats-vacant", apart=True)) == {unnamed, later}


def test_a_rule_is_asked_about_until_somebody_says_whether_it_says_all(editor):
    forum = make_forum(quoracy_wording="the chair and two more")
    make_forum(quoracy_wording="not read as a rule yet")
    make_rule(stood_down(), people=2)
    make_rule(forum, people=3)
    make_rule(forum, people=2)
    [row] = rows_of("quoracy-not-compared")
    terms = terms_of(forum)
    assert (row.record, row.reason) == (terms, "The document says: “the chair and two more”")
    assert way(row, "Say whether the rule says all")
    for say_all, also_asks in ((True, ""), (False, "the chair is there")):
        terms.quoracy_rule_says_all, terms.quoracy_also_asks = say_all, also_asks
        terms.full_clean()
        terms.save()
        assert listed("quoracy-not-compared") == []


def test_rules_to_compare_go_by_the_names_of_forums_as_every_list_does():
    names = ["Zorn Board", "Álvarez Board"]
    forums = [make_forum(name=name) for name in names]
    for forum in forums:
        make_rule(forum, people=2)
    assert [terms.forum for terms in listed("quoracy-not-compared")] == forums[::-1]


def test_a_forum_on_which_nobody_sits_cannot_be_quorate_by_proxy_votes_alone():
    member = make_member_organisation()
    make_seat(forum=member.forum, on_behalf_of=member.organisation, vacant=1)
    make_rule(member.forum, counting=["remote", "proxy"])
    assert reason_for(member.forum, "cannot-be-quorate") == (
        "Nobody can attend. It wants somebody in the room, beside the proxy votes."
    )


# Reviews


def test_a_review_is_listed_from_90_days_before_its_day_until_it_is_recorded(editor):
    overdue = make_terms(review_date=YESTERDAY)
    due = make_terms(review_date=in_days(90))
    make_terms(review_date=in_days(91))
    # Neither those of a forum that has stood down, nor of one that was never set up, nor the past.
    make_terms(forum=stood_down(), review_date=YESTERDAY)
    make_terms(forum=make_forum(status=ForumStatus.PROPOSED), review_date=YESTERDAY)
    make_terms(review_date=YESTERDAY, end_date=YESTERDAY)

    rows = rows_of("reviews")
    assert [(row.record, row.reason) for row in rows] == [
        (overdue, "The review was due by 21 November 2026, 1 day ago."),
        (due, "The review is due by 20 February 2027, in 90 days."),
    ]
    took = {"next_review": "22/11/2027", "date": "22/11/2026"}
    take_step(editor, way(rows[0], "Reviewed and unchanged"), **took)
    assert listed("reviews") == [due]
    assert way(rows[1], "Record new terms of reference")


def test_terms_of_reference_of_which_no_review_is_recorded_stand_apart():
    silent = make_terms(review_frequency="")
    yearly = make_terms(review_frequency="Annually")
    make_terms(review_date=in_days(400))

    assert listed("reviews") == []
    told = {row.record: row.reason for row in rows_of("reviews", apart=True)}
    assert told == {
        silent: "No source says when they are to be reviewed.",
        yearly: "Reviewed: Annually. No source gives the day of the next review.",
    }


# Held twice


@pytest.mark.parametrize(
    ("until", "is_listed"), [(in_days(-1), True), (in_days(0), False)], ids=["set up", "to be"]
)
def test_a_proposed_forum_is_reviewed_once_it_is_set_up(until, is_listed):
    forum = make_forum(status=ForumStatus.ESTABLISHED)
    terms = make_terms(forum=forum, review_date=in_days(5))
    make_forum_state(forum=forum, status=ForumStatus.PROPOSED, end_date=until)

    assert listed("reviews") == ([terms] if is_listed else [])


def test_a_seat_filled_through_a_post_by_more_than_it_has_room_for_is_held_twice():
    post = make_post(max_holders=2)
    for name in ("Ann Lee", "Bob Day"):
        make_appointment(post=post, person=make_person(name=name))
    seat = make_seat(ex_officio_post=post, number=1)
    make_seat(ex_officio_post=post, number=2)
    assert listed("held-twice") == [seat]
    assert "There is room for 1, and 2 people certainly hold it: Ann Lee from 1 April 2019" in (
        reason_for(seat, "held-twice")
    )
    own = make_membership(seat=seat)
    assert listed("held-twice") == []
    own.delete()
    seat.number = 2
    seat.save()
    assert listed("held-twice") == []


def test_a_seat_that_slipped_past_the_rules_is_held_twice_until_one_ends(editor):
    seat = make_seat(number=2)
    members = [make_membership(seat=seat, person=make_person(name=n)) for n in ("Ann", "Bob")]
    third = Membership(
        seat=seat,
        person=make_person(name="Cat"),
        start_date=datetime.date(2024, 5, 1),
        document=members[0].document,
        locator="page 2",
    )
    third.save()  # past the form
    [row] = rows_of("held-twice")
    assert row.record == seat
    assert listed("held-twice", day=in_days(-1000)) == []
    take_step(editor, way(row, "End this membership: Ann"), date="2024-04-30")
    assert listed("held-twice") == []
