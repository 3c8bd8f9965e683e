"""Plans stand apart from what happened, and no page says of what is over that it was last known."""

import pytest

from records.periods import Precision, Qualifier
from tests.builders import (
    make_appointment,
    make_chair_seat,
    make_document,
    make_forum,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_relationship,
    make_reporting_line,
    make_seat,
)
from tests.pages.as_data import read_data
from tests.pages.reading import read

pytestmark = pytest.mark.django_db

AFTER = {"as_at": "2026-04-02"}
PLANNED = ", says the paper of October 2025; no later source says whether it happened"


@pytest.fixture
def paper():
    return make_document(slug="paper", as_of="2025-10-01", as_of_precision=Precision.MONTH)


@pytest.fixture
def board():
    return make_forum(slug="board", name="The Board")


@pytest.fixture
def trust():
    return make_organisation(slug="trust", name="Wye Trust")


def test_changes_keep_plans_apart_from_what_happened_and_from_what_is_to_come(paper, trust):
    make_forum(name="Planned", document=paper, start_date="2026-04-01")
    make_forum(name="Future", document=paper, start_date="2199-04-01")
    minutes = make_document(slug="minutes", as_of="2026-04-20")
    make_forum(name="Real", document=minutes, start_date="2026-04-01")
    make_forum(
        name="There", document=minutes, start_date="2026-04-15", start_qualifier=Qualifier.BY
    )
    page = read("/changes/", {"from": "2026-03-01", "to": "2199-12-31"})

    under = {
        anchor: page.section(anchor)
        for anchor in ("happened", "was-to-happen", "to-come", "so-by-then")
    }
    names = {
        anchor: {name for name in ("Planned", "Future", "Real", "There") if name in words}
        for anchor, words in under.items()
    }
    assert names == {
        "happened": {"Real"},
        "was-to-happen": {"Planned"},
        "to-come": {"Future"},
        "so-by-then": {"There"},
    }
    assert "No later source says whether it did" in under["was-to-happen"]


def test_a_page_without_a_plan_has_no_heading_for_plans(board):
    page = read("/changes/", {"from": "2010-01-01", "to": "2026-04-30"})

    assert "was to happen" not in page.text.replace("was to change", "")
    assert "to come" not in page.text


def test_a_seat_a_line_and_a_post_that_were_only_to_begin_say_so(board, trust, paper):
    begins = {"document": paper, "start_date": "2026-04-01"}
    make_seat(forum=board, title="Adviser", **begins)
    make_reporting_line(from_forum=board, to_forum=make_forum(name="Above"), **begins)
    make_post(organisation=trust, title="Chair", **begins)
    forum, organisation = read("/forums/board/", AFTER), read("/organisations/trust/", AFTER)

    assert f"the seat was to begin on 1 April 2026{PLANNED}" in forum.row("Adviser")
    assert f"was to begin on 1 April 2026{PLANNED}" in forum.section("reporting")
    assert f"the post was to begin on 1 April 2026{PLANNED}" in organisation.row("Chair")


def test_search_says_of_a_forum_and_a_chair_that_they_were_only_to_begin(paper):
    begins = {"document": paper, "start_date": "2026-04-01"}
    forum = make_forum(name="Planned Board", **begins)
    seat = make_chair_seat(forum=forum, **begins)
    make_membership(seat=seat, person=make_person(name="Anna Adams"), **begins)

    for name in ("planned", "adams"):
        page = read("/search/", {"q": name, **AFTER})
        assert f"was to begin on 1 April 2026{PLANNED}" in page.text, name


def test_last_known_is_not_the_day_of_the_paper_that_shows_it_to_be_over(trust):
    make_appointment(
        post=make_post(organisation=trust, title="Lead", kind="chair"),
        person=make_person(slug="anna", name="Anna Adams"),
        document=make_document(slug="first", as_of="2019-03-20"),
        start_date="2019-03-01",
        end_date="2021-06-30",
        end_precision=Precision.MONTH,
        end_qualifier=Qualifier.BY,
        end_document=make_document(slug="last", as_of="2021-06-15"),
        end_locator="page 1",
    )
    for address in ("/people/anna/", "/organisations/trust/", "/chairs/"):
        between = read(address, {"as_at": "2020-06-01"}).text
        assert "Last known 20 March 2019" in between, address
        assert "Last known June 2021" not in between, address
        assert "Last known 15 June 2021" not in between, address
    over = read("/people/anna/", {"as_at": "2022-01-01"}).section("before")
    assert "Anna" not in over and "Lead" in over
    assert "Last known" not in over


def test_a_notice_that_somebody_is_leaving_does_say_that_they_are_there(trust):
    post = make_post(organisation=trust, title="Lead")
    notice = make_document(slug="notice", as_of="2026-01-10")
    known = {
        "start_date": "2019-03-01",
        "document": make_document(slug="first", as_of="2019-03-20"),
    }
    ends = {"end_date": "2026-03-31", "end_document": notice, "end_locator": "page 1"}
    make_appointment(post=post, person=make_person(name="Anna Adams"), **known, **ends)

    row = read("/organisations/trust/", {"as_at": "2026-02-01"}).row("Anna Adams")
    assert "Last known 10 January 2026" in row
    assert "until 31 March 2026, a plan in the paper of 10 January 2026" in row


def test_the_timeline_draws_a_time_that_was_only_to_begin_as_a_plan(board, paper):
    begins = {"document": paper, "start_date": "2026-04-01"}
    make_membership(seat=make_seat(forum=board), person=make_person(name="Anna Adams"), **begins)

    timeline = read("/forums/board/", AFTER).section("timeline")
    assert "was to begin, and no later source says that it did" in timeline
    assert "recorded, and not known since" not in timeline


def test_a_forum_lists_the_lines_and_members_known_only_from_a_later_day(board, trust):
    later = {"start_date": "2021-06-30", "start_qualifier": Qualifier.BY}
    above = make_forum(slug="above", name="Above")
    below = make_forum(slug="below", name="Below")
    make_reporting_line(from_forum=board, to_forum=above, **later)
    make_reporting_line(from_forum=below, to_forum=board, kind="sub-group-of", **later)
    make_member_organisation(forum=board, organisation=trust, **later)
    before, then = ({"as_at": day} for day in ("2020-01-01", "2022-01-01"))
    page = read("/forums/board/", before)

    reporting = page.section("reporting")
    assert "Where it reports: not certain on 1 January 2020" in reporting
    told = reporting.partition("Known from a later day")[2]
    assert "The Board reports to Above, by 30 June 2021" in told
    assert "Below is a sub-group of The Board, by 30 June 2021" in told
    members = page.text.partition("Member organisations known from a later day")[2]
    assert "Wye Trust, by 30 June 2021" in members
    said = read_data("/forums/board.json", before).said
    assert said["reporting_lines"] == said["member_organisations"] == []
    assert len(said["reporting_lines_known_from_a_later_day"]) == 2
    [member] = said["member_organisations_known_from_a_later_day"]
    assert member["in_force"] is None
    assert "Known from a later day" not in read("/forums/board/", then).text


def test_a_member_of_an_organisation_that_was_only_to_join_is_listed_with_the_others(trust, paper):
    practice = make_organisation(slug="practice", name="The Practice")
    tie = {"from_organisation": practice, "kind": "member-of", "to_organisation": trust}
    make_relationship(**tie, start_date="2026-01-01", document=paper)

    told = read("/organisations/practice/", AFTER).section("relationships")
    assert told.startswith(f"Member of Wye Trust, was to begin on 1 January 2026{PLANNED}")


def test_an_organisation_shows_what_was_announced_without_a_day(paper, trust):
    """It was on no page: neither a post nor a member of an organisation."""
    announced = {
        "document": paper,
        "start_date": "2025-10-01",
        "start_precision": Precision.MONTH,
        "start_qualifier": Qualifier.NOT_BEFORE,
    }
    make_post(organisation=trust, title="Clinical Director", **announced)
    network = make_organisation(slug="network", name="The Network")
    make_relationship(
        from_organisation=trust, to_organisation=network, kind="member-of", **announced
    )

    page = read("/organisations/trust/", AFTER)
    assert "Posts that are to come Clinical Director, not before October 2025" in page.text
    plan = "not before October 2025, a plan of October 2025"
    assert f"Is to be a member of The Network, {plan}" in page.text
    assert f"Is to have as members Wye Trust, {plan}" in read("/organisations/network/", AFTER).text
    said = read_data("/organisations/trust.json", AFTER).said
    assert [each["title"] for each in said["announced_posts"]] == ["Clinical Director"]


def test_a_forum_shows_a_seat_that_was_announced_without_a_day(paper, board):
    make_seat(
        forum=board, title="Digital lead", document=paper, start_date="2025-10-01",
        start_precision=Precision.MONTH, start_qualifier=Qualifier.NOT_BEFORE,
    )  # fmt: skip

    page = read("/forums/board/", AFTER)
    assert "Seats that are to come Digital lead, not before October 2025" in page.text
    said = read_data("/forums/board.json", AFTER).said
    assert [each["title"] for each in said["announced_seats"]] == ["Digital lead"]


def test_a_plan_that_may_be_over_is_told_once(paper, trust):
    """ "Ending by March 2026; perhaps; ended by March 2026"."""
    ann = make_person(slug="ann", name="Ann Lee")
    later = make_document(slug="later", as_of="2026-06-01")
    make_appointment(
        person=ann, post=make_post(organisation=trust, title="Chair"), document=paper,
        start_date="2026-01-01", end_date="2026-03-31", end_precision=Precision.MONTH,
        end_qualifier=Qualifier.BY, end_document=later, end_locator="page 1",
    )  # fmt: skip
    plan = "was to begin on 1 January 2026, says the paper of October 2025"

    for address, more in (("/search/", {"q": "ann"}), ("/people/ann/", {})):
        told = read(address, {"as_at": "2026-02-01", **more}).text
        assert f"{plan}; if it began, it ended by March 2026" in told, told
        assert "ending by" not in told and "perhaps" not in told.partition(plan)[2][:200]
