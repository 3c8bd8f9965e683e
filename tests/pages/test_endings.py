"""When a forum, organisation or post ends, so does everything in it. Acting is not leaving.

Anna sits on the Board for the Trust; Ben is the Trust's director; Cara acts for them.
"""

import pytest
from django.utils import timezone

from forums.models import LineKind
from organisations.models import RelationshipKind
from people.models import Basis
from records.periods import Precision
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
    make_post,
    make_rating,
    make_relationship,
    make_reporting_line,
    make_seat,
)
from tests.pages.reading import read

pytestmark = pytest.mark.django_db


def ended(record, end_date="2020-03-31"):
    """End `record`, and leave what belongs to it as it is."""
    record.end_date = day(end_date)
    record.save()
    return record


@pytest.fixture
def board():
    return make_forum(slug="board", name="The Board")


@pytest.fixture
def trust():
    return make_organisation(slug="trust", name="Wye Trust")


@pytest.fixture
def anna():
    return make_person(slug="anna", name="Anna Adams")


@pytest.fixture
def ben():
    return make_person(slug="ben", name="Ben Brown")


def test_nobody_holds_a_seat_of_a_forum_that_has_stood_down(board, anna):
    make_membership(seat=make_chair_seat(forum=board), person=anna)
    ended(board)

    person = read("/people/anna/")
    assert "The Board" not in person.section("now")
    assert "The Board ended 31 March 2020" in person.section("before")
    assert "nothing recorded" in read("/people/").row("Anna Adams")
    assert "Chair, The Board" not in read("/search/", {"q": "anna"}).text
    assert read("/chairs/").rows("Anna Adams") == []
    stood_down = read("/forums/board/")
    assert "Anna Adams" not in stood_down.fact("Chair") + stood_down.section("members")
    # The timeline still shows the time before, up to the end of the forum and no further.
    assert "since 1 April 2019, to the end of the seat or forum" in stood_down.section("timeline")
    before = {"as_at": "2020-03-31"}
    assert "The Board" in read("/people/anna/", before).section("now")
    assert "Anna Adams" in read("/forums/board/", before).fact("Chair")


def test_nobody_holds_a_post_of_an_organisation_that_has_closed(trust, ben):
    make_appointment(post=make_post(organisation=trust, title="Director"), person=ben)
    ended(trust)

    assert "Wye Trust ended 31 March 2020" in read("/people/ben/").section("before")
    assert "Wye Trust" not in read("/people/ben/").section("now")
    assert "nothing recorded" in read("/people/").row("Ben Brown")
    assert "Director, Wye Trust" not in read("/search/", {"q": "ben"}).text


def test_an_organisation_has_no_seat_on_a_forum_that_has_stood_down(board, trust):
    make_seat(forum=board, title="Member for the Trust", on_behalf_of=trust)
    ended(board)

    assert "Member for the Trust" not in read("/organisations/trust/").text
    assert "Member for the Trust" in read("/organisations/trust/", {"as_at": "2020-03-31"}).text


def test_a_forum_that_has_stood_down_reports_to_nobody(board):
    group = make_forum(slug="group", name="Quality Group")
    make_reporting_line(from_forum=group, kind=LineKind.REPORTS_TO, to_forum=board)
    ended(group)

    assert "Quality Group" not in read("/forums/board/").section("reporting")
    assert "Quality Group" in read("/forums/board/", {"as_at": "2020-03-31"}).section("reporting")


def test_a_line_to_a_forum_that_has_stood_down_says_so(board):
    group = make_forum(slug="group", name="Quality Group")
    make_reporting_line(from_forum=group, kind=LineKind.REPORTS_TO, to_forum=board)
    ended(board)

    assert "The Board (ended 31 March 2020)" in read("/forums/group/").section("reporting")


def test_no_forum_that_has_stood_down_is_listed_on_the_page_of_an_organisation(trust):
    group = make_forum(name="Quality Group")
    make_reporting_line(
        from_forum=group, kind=LineKind.REPORTS_TO, to_forum=None, to_organisation=trust
    )

    assert "Quality Group" in read("/organisations/trust/").text
    ended(group)
    assert "Quality Group" not in read("/organisations/trust/").text


def test_an_organisation_that_has_closed_was_a_member_until_then(board, trust):
    make_member_organisation(forum=board, organisation=trust)
    make_forum(name="Quality Group", host=trust)
    group = make_organisation(slug="group-of-trusts", name="Group of Trusts")
    make_relationship(
        from_organisation=trust, to_organisation=group, kind=RelationshipKind.MEMBER_OF
    )
    before = read("/organisations/trust/")
    assert "Member of The Board, since 1 April 2019" in before.text
    assert "Forums it hosts or that answer to it" in before.text
    assert "Member of Group of Trusts" in before.section("relationships")

    ended(trust)
    page = read("/organisations/trust/")
    assert (
        "Was a member of The Board, since 1 April 2019; this organisation ended 31 March 2020"
        in page.text
    )
    assert (
        "Forums it hosted or that answered to it Quality Group, hosted here; it ended" in page.text
    )
    assert page.section("relationships").startswith(
        "Was a member of Group of Trusts, since 1 April 2019; Wye Trust ended 31 March 2020"
    )
    assert (
        "Had as members Wye Trust, since 1 April 2019; Wye Trust ended 31 March 2020"
        in read("/organisations/group-of-trusts/").text
    )


def test_a_relationship_that_begins_later_is_not_told(trust):
    parent = make_organisation(name="Group of Trusts")
    make_relationship(from_organisation=trust, to_organisation=parent, start_date="2021-01-01")

    assert "Group of Trusts" not in read("/organisations/trust/", {"as_at": "2020-12-31"}).text
    assert "Group of Trusts" in read("/organisations/trust/", {"as_at": "2021-01-01"}).text


def test_who_acts_in_an_ex_officio_seat_stands_beside_whoever_they_cover(board, trust, ben):
    post = make_post(organisation=trust, title="Director")
    make_appointment(post=post, person=ben)
    seat = make_chair_seat(forum=board, ex_officio_post=post)
    cara = make_person(slug="cara", name="Cara Clark")
    make_membership(seat=seat, person=cara, basis=Basis.ACTING)

    said = read("/forums/board/").fact("Chair")
    assert "Cara Clark (acting)" in said
    assert "Ben Brown" in said
    assert "more" not in said.split("Document")[0]
    assert "The Board" in read("/people/ben/").section("now")
    assert "The Board" in read("/people/").row("Ben Brown")


def test_who_acts_leaves_no_vacancy(board, anna):
    make_membership(seat=make_chair_seat(forum=board), person=anna, basis=Basis.ACTING)

    assert "more vacant" not in read("/forums/board/").text
    assert "more not recorded" not in read("/forums/board/").text


def test_both_chairs_of_a_handover_known_to_the_month_are_shown_in_that_month(board, anna, ben):
    month = {"start_precision": Precision.MONTH, "end_precision": Precision.MONTH}
    old = make_seat(
        forum=board, role="chair", title="Chair", start_date="2019-01-01", end_date="2019-04-30",
        **month,
    )  # fmt: skip
    new = make_seat(forum=board, role="chair", title="Chair and convenor", **month)
    make_membership(seat=old, person=anna, start_date="2019-01-01", end_date="2019-04-30", **month)
    make_membership(seat=new, person=ben, **month)

    for page in (
        read("/forums/board/", {"as_at": "2019-04-15"}).fact("Chair"),
        read("/forums/", {"as_at": "2019-04-15"}).row("The Board"),
    ):
        assert "Anna Adams" in page
        assert "Ben Brown" in page


def test_a_council_with_a_chair_and_a_vacant_leaders_post_shows_both(ben):
    council = make_organisation(name="Marches Council")
    chair = make_post(organisation=council, kind="chair", title="Chair")
    make_appointment(post=chair, person=ben)
    make_post(organisation=council, kind="leader", title="Leader", vacant=1)

    row = read("/organisations/").row("Marches Council")
    assert "Chair Ben Brown" in row
    assert "Leader Vacant" in row


def test_a_term_that_has_run_out_is_told_until_an_end_is_recorded(board, anna):
    seat = make_chair_seat(forum=board)
    membership = make_membership(seat=seat, person=anna, term_ends=day("2020-03-31"))

    for address, name in (("/forums/board/", "Chair"), ("/people/anna/", "Chair")):
        assert "was due to end 31 March 2020" in read(address).fact(name)
        past = read(address, {"as_at": "2019-05-01"}).fact(name)
        assert "term ends 31 March 2020" in past
        assert "was due" not in past
    membership.end_date = timezone.localdate()
    membership.save()
    assert "was due to end" not in read("/forums/board/").fact("Chair")


def test_ratings_from_two_documents_are_credited_each_to_its_own(trust):
    for question, title in (("safe", "Report A"), ("caring", "Report B")):
        make_rating(
            organisation=trust,
            question=question,
            document=make_document(short_title=title),
            locator="page 1",
        )

    ratings = read("/organisations/trust/").section("ratings")
    assert ratings.index("Safe") < ratings.index("Report A") < ratings.index("Caring")
    assert "Report B" in ratings


def test_who_has_left_an_ex_officio_seat_does_not_come_back_by_the_post(board, trust, ben):
    post = make_post(organisation=trust, title="Director")
    make_appointment(post=post, person=ben)
    seat = make_chair_seat(forum=board, ex_officio_post=post)
    make_membership(seat=seat, person=ben, end_date="2020-03-31")

    board_page = read("/forums/board/")
    last = "Not recorded last: Ben Brown, until 31 March 2020"
    chair = board_page.fact("Chair")
    assert chair.startswith(f"{last} filled by whoever is Director, Wye Trust")
    assert "Ben Brown, Chair" in board_page.section("former")
    assert last in read("/chairs/").row("The Board")
    assert "The Board" not in read("/people/ben/").section("now")
    assert "The Board" not in read("/people/").row("Ben Brown")
    assert "Ben Brown" in read("/forums/board/", {"as_at": "2020-03-31"}).fact("Chair")


def test_a_forum_before_its_first_known_chair_says_who_came_later(board, anna):
    seat = make_chair_seat(forum=board, start_date="2020-01-01")
    make_membership(seat=seat, person=anna, start_date="2020-01-01")

    said = read("/forums/board/", {"as_at": "2019-05-01"}).fact("Chair")
    assert said.startswith("Not recorded")
    assert "Later: Anna Adams, from 1 January 2020" in said
    assert "Later:" not in read("/forums/board/").fact("Chair")
