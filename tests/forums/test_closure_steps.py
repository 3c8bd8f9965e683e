"""Guided steps that end or change whole bodies, taken as a browser takes them.

The cast: the board, to which groups report; the network, whose practices leave it; NHS Somewhere
CCG, which an ICB replaces; Ann Lee and Ian Tait, who sit on the board for the CCG.
"""

import pytest
from django.contrib.auth.models import Permission, User
from django.db.models import ProtectedError
from django.test import Client

from editing.dependants import LISTED
from editing.links import step_address
from forums.models import (
    Forum,
    ForumName,
    LineKind,
    MemberOrganisation,
    Membership,
    ReportingLine,
    Seat,
)
from organisations.models import (
    Organisation,
    OrganisationName,
    Post,
    Relationship,
    RelationshipKind,
)
from people.models import Appointment
from records.history import Nature
from tests.builders import (
    day,
    make_appointment,
    make_chair_seat,
    make_document,
    make_forum,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_person,
    make_plan,
    make_post,
    make_relationship,
    make_reporting_line,
    make_seat,
    set_terms,
)
from tests.pages.reading import read
from tests.stepping import confirm, errors_of, preview, remarks_of, signed_in, take

pytestmark = pytest.mark.django_db

RECORDS = (
    Forum,
    ForumName,
    MemberOrganisation,
    Membership,
    Organisation,
    OrganisationName,
    Post,
    Appointment,
    Relationship,
    ReportingLine,
    Seat,
)


@pytest.fixture
def board():
    return make_forum(slug="board", name="The Board")


@pytest.fixture
def ccg():
    return make_organisation(slug="ccg", name="NHS Somewhere CCG")


@pytest.fixture
def icb():
    return make_organisation(slug="icb", name="NHS Somewhere ICB", start_date="2022-07-01")


def key(record) -> str:
    """The value of a record's tick box."""
    return f"{record._meta.model_name}-{record.pk}"


def listed(*records) -> dict:
    """What the form sends for the rows it showed. Rows left out here are not ticked."""
    return {LISTED: " ".join(key(record) for record in records)}


def rows_written() -> int:
    return sum(model.history.count() for model in RECORDS)


def words_of(path: str, date: str) -> str:
    return read(path, {"as_at": date}).answer


# Standing down


def test_a_forum_stands_down_and_the_six_that_reported_to_it_report_elsewhere(board):
    executive = make_forum(name="The Executive", slug="executive")
    chair = make_membership(seat=make_chair_seat(forum=board), person=make_person(name="Ann Lee"))
    groups = [make_reporting_line(to_forum=board).from_forum for _ in range(6)]

    done = take(board, "stand-down", date="2024-03-31", lines_go_to=executive)

    assert done.status_code == 302
    board.refresh_from_db()
    assert board.end_date == day("2024-03-31")
    for group in groups:
        lines = group.lines_from.order_by("start_date")
        assert [line.to_forum for line in lines] == [board, executive]
        page = f"/forums/{group.slug}/"
        assert "The Executive" not in words_of(page, "2024-03-31")
        assert "The Executive" in words_of(page, "2024-04-01")
    assert "Ann Lee" in words_of("/chairs/", "2024-03-31")
    assert "Ann Lee" not in words_of("/chairs/", "2024-04-01")
    chair.refresh_from_db()
    assert chair.end_document.slug == "board-paper"


def test_one_of_them_may_report_to_another_than_the_rest(board):
    executive, partnership = make_forum(), make_forum()
    one, two = make_reporting_line(to_forum=board), make_reporting_line(to_forum=board)

    take(
        board,
        "stand-down",
        date="2024-03-31",
        lines_go_to=executive,
        **{f"{key(two)}-to": partnership},
    )

    assert one.from_forum.lines_from.get(end_date=None).to_forum == executive
    assert two.from_forum.lines_from.get(end_date=None).to_forum == partnership


def test_the_one_that_the_others_report_to_from_then_on_reports_to_nobody(board):
    one, two = make_reporting_line(to_forum=board), make_reporting_line(to_forum=board)

    done = take(board, "stand-down", date="2024-03-31", lines_go_to=one.from_forum)

    assert done.status_code == 302
    assert not one.from_forum.lines_from.filter(end_date=None).exists()
    assert two.from_forum.lines_from.get(end_date=None).to_forum == one.from_forum


def test_what_is_not_ticked_is_left_and_told(board):
    seat, line = make_seat(forum=board), make_reporting_line(to_forum=board)
    other = make_reporting_line(to_forum=board)
    fields = {"date": "2024-03-31", **listed(seat, line, other)}

    shown = preview(board, "stand-down", **fields)
    take(board, "stand-down", **fields)

    assert remarks_of(shown) == [
        "1 seat stays open.",
        "2 lines lead to a forum that has stood down.",
    ]
    for record in (seat, line, other):
        assert record.history.count() == 1


def test_what_was_not_yet_shown_is_proposed_before_anything_is_done(board):
    shown_before = make_seat(forum=board)
    late = make_seat(forum=board)

    shown = preview(board, "stand-down", date="2024-03-31", **listed(shown_before))

    changed = {change.record for change in shown.context_data["preview"].changes}
    assert changed == {str(board), str(late)}


def test_a_day_in_the_past_proposes_what_has_ended_since_too(board):
    seat = make_seat(forum=board, end_date="2025-12-31")

    take(board, "stand-down", date="2024-03-31")

    seat.refresh_from_db()
    assert seat.end_date == day("2024-03-31")


def test_somebody_who_joins_after_the_preview_is_seen_before_it_is_confirmed(board):
    seat = make_seat(forum=board)
    browser = signed_in()
    fields = {"date": "2024-03-31", **listed(seat), key(seat): "on"}
    shown = preview(board, "stand-down", browser, **fields)
    ann = make_membership(seat=seat)

    again = confirm(board, "stand-down", browser, shown, **fields)

    assert again.status_code == 200
    assert again.context_data["changed_meanwhile"]
    board.refresh_from_db()
    assert board.end_date is None
    assert str(ann) in {change.record for change in again.context_data["preview"].changes}


def test_a_crafted_form_changes_nothing_of_another_forum(board):
    stranger, line = make_seat(), make_reporting_line()

    take(
        board,
        "stand-down",
        date="2024-03-31",
        **{key(stranger): "on", key(line): "on", f"{key(line)}-to": make_forum()},
    )

    board.refresh_from_db()
    assert board.end_date is not None
    assert stranger.history.count() == line.history.count() == 1


@pytest.mark.parametrize("wrong", ["999999", "none", "-1", "1" * 40, "²"])
def test_a_choice_that_is_no_forum_is_told_on_its_row(board, wrong):
    line = make_reporting_line(to_forum=board)
    before = rows_written()

    shown = preview(board, "stand-down", date="2024-03-31", **{f"{key(line)}-to": wrong})

    assert shown.status_code == 400
    assert errors_of(shown) == {
        f"{key(line)}-to": ["This choice is not in the register. Choose another."]
    }
    assert rows_written() == before


def test_an_end_before_the_start_is_told_on_the_date_and_changes_nothing(board):
    make_seat(forum=board)
    before = rows_written()

    shown = take(board, "stand-down", date="2018-03-31")

    assert shown.status_code == 400
    assert "before the start" in str(errors_of(shown)["date"])
    assert rows_written() == before


def test_what_a_forum_plans_to_become_is_told(board):
    plan = make_plan(from_forum=board)

    shown = signed_in().get(step_address(Forum, board.pk, "stand-down"))

    assert f"Planned succession: {plan}" in shown.text


def test_the_step_leads_on_to_forums_that_report_to_nobody_now(board):
    line = make_reporting_line(to_forum=board)
    browser = signed_in()

    take(board, "stand-down", browser, date="2024-03-31")

    page = browser.get(f"/admin/forums/forum/{board.pk}/change/")
    assert f"Say to whom {line.from_forum} reports now" in page.text


def test_the_step_counts_the_forums_that_it_does_not_list_and_links_to_them(board):
    for _ in range(7):
        make_reporting_line(to_forum=board)
    browser = signed_in()

    take(board, "stand-down", browser, date="2024-03-31")

    page = browser.get(f"/admin/forums/forum/{board.pk}/change/")
    assert page.text.count("Say to whom") == 5
    assert (
        '<a href="/admin/worklists/reporting/">And 2 more that report to nobody now</a>'
        in page.text
    )


def test_a_forum_that_advised_it_is_not_asked_to_whom_it_reports_now(board):
    line = make_reporting_line(to_forum=board, kind=LineKind.ADVISES)
    browser = signed_in()

    take(board, "stand-down", browser, date="2024-03-31")

    page = browser.get(f"/admin/forums/forum/{board.pk}/change/")
    assert "Stand down: done." in page.text
    assert f"Say to whom {line.from_forum} reports now" not in page.text


def test_abolishing_a_seat_that_was_announced_leads_to_its_forum(board):
    seat = make_seat(forum=board, start_date="2150-06-01")
    browser = signed_in()

    done = take(seat, "abolish", browser, date="2150-03-31")

    assert not Seat.objects.exists()
    assert done["Location"] == f"/admin/forums/forum/{board.pk}/change/"
    assert "Create another seat" in browser.get(done["Location"]).text


def test_whoever_came_late_in_the_month_is_in_the_seat_that_moved_no_sooner(board, icb):
    ann = make_membership(seat=make_seat(forum=board), start_date="2024-04-20")

    done = take(ann.seat, "move", organisation=icb, date="2024-04-01", precision="month")

    assert done.status_code == 302
    assert not Membership.objects.listed(day("2024-04-19")).exists()
    assert Membership.objects.get(end_date=None).start_date == day("2024-04-20")


def test_a_preview_shows_the_forum_itself_first(board):
    make_membership(seat=make_seat(forum=board))

    shown = preview(board, "stand-down", date="2024-03-31")

    assert [change.kind for change in shown.context_data["preview"].changes] == [
        "forum",
        "seat",
        "membership",
    ]


def test_the_history_says_what_was_done_and_why(board):
    seat = make_seat(forum=board)

    take(board, "stand-down", date="2024-03-31", reason="Announced")

    rows = [board.history.first(), seat.history.first()]
    assert {row.history_nature for row in rows} == {Nature.CHANGED}
    assert {row.history_step for row in rows} == {"Stand down"}
    assert {row.history_change_reason for row in rows} == {"Announced"}
    assert rows[0].history_batch == rows[1].history_batch


def test_rows_cost_no_query_each_to_show(board, django_assert_max_num_queries):
    seat = make_seat(forum=board, number=None)
    for _ in range(12):
        make_membership(seat=seat)
        make_reporting_line(to_forum=board)
        make_member_organisation(forum=board)
    browser = signed_in()
    browser.get(step_address(Forum, board.pk, "stand-down"))

    with django_assert_max_num_queries(20):
        page = browser.get(step_address(Forum, board.pk, "stand-down"))

    assert page.text.count("ends on that day") == 37


def test_rows_of_a_merger_cost_no_query_each_to_show(ccg, django_assert_max_num_queries):
    for _ in range(12):
        post = make_post(organisation=ccg)
        make_appointment(post=post)
        make_membership(seat=make_seat(on_behalf_of=ccg, ex_officio_post=post))
        make_relationship(to_organisation=ccg)
        make_reporting_line(to_organisation=ccg)
    browser = signed_in()
    browser.get(step_address(Organisation, ccg.pk, "merge"))

    with django_assert_max_num_queries(25):
        browser.get(step_address(Organisation, ccg.pk, "merge"))


def test_without_its_token_a_form_changes_nothing(board):
    browser = signed_in(enforce_csrf_checks=True)

    assert preview(board, "stand-down", browser, date="2024-03-31").status_code == 403


# Closing


def test_a_network_closes_and_its_practices_go_to_two_others():
    closing = make_organisation(name="Old PCN", slug="old", kind="pcn")
    north = make_organisation(name="North PCN", slug="north", kind="pcn")
    south = make_organisation(name="South PCN", slug="south", kind="pcn")
    one, two, three = (
        make_relationship(
            from_organisation=make_organisation(name=f"Practice {name}"), to_organisation=closing
        )
        for name in "ABC"
    )

    done = take(
        closing,
        "close",
        date="2024-03-31",
        parts_go_to=north,
        **{f"{key(three)}-to": south},
    )

    assert done.status_code == 302
    on_last, on_first = "2024-03-31", "2024-04-01"
    assert "Practice A" in words_of("/organisations/old/", on_last)
    assert "Practice" not in words_of("/organisations/north/", on_last)
    north_then, south_then = (
        words_of(f"/organisations/{slug}/", on_first) for slug in ("north", "south")
    )
    assert "Practice A" in north_then
    assert "Practice B" in north_then
    assert "Practice C" not in north_then
    assert "Practice C" in south_then
    assert {one.history.count(), two.history.count(), three.history.count()} == {2}


def test_a_forum_that_it_hosts_is_told_and_left(ccg):
    forum = make_forum(name="The Committee", host=ccg)

    shown = preview(ccg, "close", date="2024-03-31")
    take(ccg, "close", date="2024-03-31")

    assert "The Committee is hosted by NHS Somewhere CCG" in shown.text
    assert forum.history.count() == 1


def test_closing_needs_its_own_permission(ccg):
    member = User.objects.create_user("editor", password="a password", is_staff=True)
    member.user_permissions.set(
        Permission.objects.exclude(codename="close_organisation").exclude(
            content_type__app_label="auth"
        )
    )
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(member)

    for step in ("close", "merge"):
        assert preview(ccg, step, browser, date="2024-03-31").status_code == 403
        assert browser.get(step_address(Organisation, ccg.pk, step)).status_code == 403
    ccg.refresh_from_db()
    assert ccg.end_date is None


def test_closing_is_refused_to_those_who_may_not_change_a_rule_that_names_its_seats(ccg):
    member = User.objects.create_user("editor", password="a password", is_staff=True)
    member.user_permissions.set(Permission.objects.exclude(codename="change_termsofreference"))
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(member)

    assert browser.get(step_address(Organisation, ccg.pk, "close")).status_code == 403


def test_what_is_left_of_an_organisation_closed_before_is_settled_by_its_own_day(ccg):
    ccg.end_date = day("2022-06-30")
    ccg.save()
    member = make_member_organisation(organisation=ccg)
    browser = signed_in()
    page = browser.get(step_address(Organisation, ccg.pk, "close"))
    assert page.context_data["form"]["date"].value() == day("2022-06-30")

    refused = take(ccg, "close", browser, date="2024-03-31")
    assert "is recorded as having ended on 30 June 2022" in str(errors_of(refused)["date"])

    assert take(ccg, "close", browser, date="2022-06-30").status_code == 302
    member.refresh_from_db()
    assert member.end_date == day("2022-06-30")


# Replacing and merging


def test_a_ccg_is_replaced_by_an_icb_with_all_its_seats(ccg, icb):
    forum = make_forum(slug="committee")
    ann = make_person(name="Ann Lee", slug="ann")
    seat = make_chair_seat(forum=forum, on_behalf_of=ccg)
    make_membership(seat=seat, person=ann)
    make_member_organisation(forum=forum, organisation=ccg)

    done = take(ccg, "merge", date="2022-07-01", successor=icb)

    assert done.status_code == 302
    before, after = "2022-06-30", "2022-07-01"
    page = "/forums/committee/"
    assert "NHS Somewhere ICB" not in words_of(page, before)
    then = words_of(page, after)
    assert "NHS Somewhere ICB" in read(page, {"as_at": after}).fact("Chair")
    assert "Ann Lee" in read(page, {"as_at": before}).fact("Chair")
    assert "Ann Lee" in then
    ccg.refresh_from_db()
    assert ccg.end_date == day(before)
    assert Relationship.objects.get(kind=RelationshipKind.SUCCEEDED_BY).to_organisation == icb
    assert MemberOrganisation.objects.get(end_date=None).organisation == icb


def test_a_successor_new_to_the_register_is_recorded_on_the_way(ccg):
    done = take(ccg, "merge", date="2022-07-01", new_name="NHS New ICB", new_kind="other")

    assert done.status_code == 302
    new = Organisation.objects.get(slug="nhs-new-icb")
    assert new.start_date == day("2022-07-01")
    assert Relationship.objects.get().to_organisation == new


def test_several_merge_with_what_depends_on_each(ccg, icb):
    other = make_organisation(name="NHS Elsewhere CCG")
    seats = [make_seat(on_behalf_of=ccg), make_seat(on_behalf_of=other)]

    take(ccg, "merge", date="2022-07-01", successor=icb, also=[other])

    assert {seat.title for seat in Seat.objects.filter(on_behalf_of=icb)} == {
        seat.title for seat in seats
    }
    assert Organisation.objects.filter(end_date=day("2022-06-30")).count() == 2
    assert Relationship.objects.filter(kind=RelationshipKind.SUCCEEDED_BY).count() == 2


def test_a_seat_with_the_names_of_two_that_merge_in_its_title_is_told_once(ccg, icb):
    other = make_organisation(name="NHS Elsewhere CCG")
    title = f"Chair of {ccg.name} and {other.name}"
    make_seat(on_behalf_of=ccg, title=title)

    remarks = remarks_of(preview(ccg, "merge", date="2022-07-01", successor=icb, also=[other]))

    assert len([remark for remark in remarks if title in remark]) == 1


def test_posts_end_unless_they_are_chosen_to_go_to_the_successor(ccg, icb):
    ends = make_appointment(post=make_post(organisation=ccg, title="Chair"))
    goes = make_appointment(post=make_post(organisation=ccg, title="Accountable Officer"))
    seat = make_seat(ex_officio_post=goes.post)

    take(
        ccg,
        "merge",
        date="2022-07-01",
        successor=icb,
        **{f"{key(goes.post)}-how": "pass-on"},
    )

    carried = icb.posts.get()
    assert carried.title == "Accountable Officer"
    assert carried.appointments.get().person == goes.person
    assert Seat.objects.get(end_date=None).ex_officio_post == carried
    assert Seat.objects.get(pk=seat.pk).end_date == day("2022-06-30")
    ends.refresh_from_db()
    assert ends.end_date == day("2022-06-30")


@pytest.mark.parametrize(
    ("fields", "field", "why"),
    [
        ({}, "successor", "Choose a successor"),
        ({"new_name": "NHS New ICB"}, "new_kind", "what sort"),
        ({"successor": "itself"}, "__all__", "does not succeed itself"),
        ({"successor": "closed"}, "__all__", "ended on 31 March 2021"),
        ({"successor": "later"}, "__all__", "begins on 1 July 2023"),
        ({"successor": "itself", "new_name": "X", "new_kind": "other"}, "new_name", "Leave this"),
        ({"successor": "12345678"}, "successor", "valid choice"),
    ],
)
def test_a_successor_that_cannot_be_is_told_and_changes_nothing(ccg, fields, field, why):
    named = {
        "itself": ccg,
        "closed": make_organisation(name="Closed", end_date="2021-03-31"),
        "later": make_organisation(name="Later", start_date="2023-07-01"),
    }
    fields = {name: named.get(value, value) for name, value in fields.items()}
    make_seat(on_behalf_of=ccg)
    before = rows_written()

    shown = take(ccg, "merge", date="2022-07-01", **fields)

    assert shown.status_code == 400
    assert why in str(errors_of(shown)[field])
    assert rows_written() == before


def test_nothing_is_written_by_looking(ccg, icb):
    make_membership(seat=make_seat(on_behalf_of=ccg))
    before = rows_written()
    browser = signed_in()

    for step in ("close", "merge", "rename", "create-post"):
        assert browser.get(step_address(Organisation, ccg.pk, step)).status_code == 200
    preview(ccg, "merge", browser, date="2022-07-01", successor=icb)

    assert rows_written() == before


def test_what_is_left_of_a_ccg_long_replaced_starts_from_what_is_known_of_it(ccg, icb):
    ccg.end_date = day("2022-06-30")
    ccg.save()
    make_relationship(
        from_organisation=ccg,
        kind=RelationshipKind.SUCCEEDED_BY,
        to_organisation=icb,
        start_date="2022-07-01",
    )
    seat = make_seat(on_behalf_of=ccg)

    form = signed_in().get(step_address(Organisation, ccg.pk, "merge")).context_data["form"]
    take(ccg, "merge", date=form["date"].value(), successor=form["successor"].value())

    assert form["successor"].value() == icb.pk
    seat.refresh_from_db()
    assert seat.end_date == day("2022-06-30")
    assert Seat.objects.get(on_behalf_of=icb).start_date == day("2022-07-01")
    assert Relationship.objects.count() == 1


# Moving a seat


def test_a_seat_moves_and_rules_that_name_it_follow(ccg, icb):
    seat = make_seat(on_behalf_of=ccg)
    rule = {"people": 1, "in": {"seats": [seat.pk]}, "counting": ["remote"]}
    terms = set_terms(seat.forum, quoracy_rule=rule)
    fields = {"date": "2022-07-01", "organisation": icb}

    shown = preview(seat, "move", **fields)
    take(seat, "move", **fields)

    assert any("names the new seat" in remark for remark in remarks_of(shown))
    terms.refresh_from_db()
    assert terms.quoracy_rule["in"] == {"seats": [icb.seats.get().pk]}
    with pytest.raises(ProtectedError):
        icb.seats.get().delete()


def test_a_seat_does_not_move_to_whom_it_speaks_for(ccg):
    seat = make_seat(on_behalf_of=ccg)

    shown = take(seat, "move", date="2022-07-01", organisation=ccg)

    assert "already" in str(errors_of(shown))
    assert seat.history.count() == 1


# Posts and seats, made and abolished


def test_a_post_is_created_with_its_first_holder_and_abolished_again(ccg):
    ann = make_person(name="Ann Lee", slug="ann")
    take(
        ccg,
        "create-post",
        title="Managing Director",
        kind="managing-director",
        max_holders=1,
        person=ann,
        basis="substantive",
        date="2021-04-01",
    )
    post = ccg.posts.get()

    take(post, "abolish", date="2022-06-30")

    page = "/organisations/ccg/"
    assert "Managing Director" not in words_of(page, "2021-03-31")
    for date in ("2021-04-01", "2022-06-30"):
        assert "Ann Lee" in words_of(page, date)
    appointment = post.appointments.get()
    assert (appointment.start_date, appointment.end_date) == (day("2021-04-01"), day("2022-06-30"))


def test_a_seat_is_created_vacant_without_a_holder(board):
    done = take(
        board,
        "create-seat",
        title="Chair",
        role="chair",
        number=1,
        voting="yes",
        basis="substantive",
        date="2021-04-01",
    )

    assert done.status_code == 302
    seat = board.seats.get()
    assert (seat.voting, seat.counts_to_quoracy, seat.number) == (True, None, 1)
    assert not seat.memberships.exists()
    assert "vacant" in words_of("/forums/board/", "2021-04-01")


def test_a_second_chair_is_refused_in_words(board):
    make_chair_seat(forum=board)
    before = rows_written()

    shown = take(
        board,
        "create-seat",
        title="Second chair",
        role="chair",
        basis="substantive",
        date="2021-04-01",
    )

    assert "already has a chair" in str(errors_of(shown))
    assert rows_written() == before


def test_a_seat_is_not_abolished_before_somebody_left_in_it_begins(board):
    to_come = make_membership(seat=make_seat(forum=board), start_date="2030-05-01")

    shown = take(to_come.seat, "abolish", date="2030-03-31", **listed(to_come))

    assert "begins on 1 May 2030" in str(errors_of(shown))
    assert to_come.seat.history.count() == 1


# Names


def test_a_trust_is_renamed_and_called_then_what_it_was_called():
    trust = make_organisation(name="Old Trust", slug="trust", short_name="OT")

    done = take(trust, "rename", name="New Trust", short_name="NT", date="2024-04-01")

    assert done.status_code == 302
    trust.refresh_from_db()
    assert (trust.name, trust.short_name, trust.slug) == ("New Trust", "NT", "trust")
    page = "/organisations/trust/"
    assert "then called Old Trust" in words_of(page, "2024-03-31").replace("Then", "then")
    assert "then called Old Trust" not in words_of(page, "2024-04-01").replace("Then", "then")
    assert "New Trust" in read("/search/", {"q": "old trust", "as_at": "2024-04-01"}).text


def test_the_step_lists_what_still_bears_the_old_name():
    trust = make_organisation(name="Old Trust")
    seat = make_seat(title="Chair of Old Trust")

    shown = preview(trust, "rename", name="New Trust", date="2024-04-01")

    assert remarks_of(shown) == [f"This still bears the name it had: {seat}."]


def test_the_step_counts_other_titles_with_the_old_name_and_links_to_their_list():
    trust = make_organisation(name="Old Trust")
    for number in range(7):
        make_seat(title=f"Chair {number} of Old Trust")
        make_post(title=f"Adviser {number} to Old Trust")

    [*told, more_seats, more_posts] = sorted(
        remarks_of(preview(trust, "rename", name="New Trust", date="2024-04-01")),
        key=lambda remark: "And 2 more" in str(getattr(remark, "text", remark)),
    )

    assert len(told) == 10
    assert more_seats.text == "And 2 more seats bear it: see the list."
    assert more_seats.address == "/admin/forums/seat/?q=Old+Trust"
    assert more_posts.address == "/admin/organisations/post/?q=Old+Trust"


def test_a_forum_is_renamed(board):
    take(board, "rename", name="The Partnership", date="2024-04-01", precision="month")

    assert ForumName.objects.get().end_in_words() == "April 2024"
    assert Forum.objects.get().name == "The Partnership"


# Lines and member organisations


@pytest.mark.parametrize("make", [make_reporting_line, make_member_organisation])
def test_the_form_to_end_a_tie_again_starts_from_its_recorded_end_and_says_so(make):
    tie = make(end_date="2150-06-30", end_precision="month")
    page = signed_in().get(step_address(type(tie), tie.pk, "end"))
    form = page.context_data["form"]
    assert (form["date"].value(), form["precision"].value()) == (day("2150-06-30"), "month")

    shown = preview(tie, "end", date="2150-03-31")

    assert remarks_of(shown) == ["An end was recorded already, June 2150; this takes its place."]


def test_what_is_yet_to_begin_is_not_said_to_be_there():
    paper = make_document(as_of="2026-10-01")
    board = make_forum(start_date="2090-04-01", document=paper)

    page = signed_in().get(step_address(Forum, board.pk, "stand-down"))

    assert ("Is to begin", "1 April 2090") in page.context_data["step_facts"]
