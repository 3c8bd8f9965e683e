"""The worklists of the seeded register on one day. docs/worklists.md explains each."""

import pytest

from editing.worklists import all_worklists
from forums.models import Forum, ReportingLine
from tests.listed import TODAY, explained, listed, rows_of

pytestmark = pytest.mark.usefixtures("seeded")

JOINT_COMMITTEE = "CCGs’ Joint Commissioning Committee in Common"


@pytest.mark.parametrize("worklist", all_worklists(), ids=lambda worklist: worklist.slug)
def test_each_list_has_what_docs_worklists_says(worklist):
    needing, apart, *_ = explained("On the seeded register")[worklist.title]

    assert str(len(rows_of(worklist.slug))) == needing
    standing_apart = rows_of(worklist.slug, apart=True)
    assert (str(len(standing_apart)) if worklist.apart else "–") == apart
    assert worklist.apart or standing_apart == []


def test_the_documents_leave_three_chairs_vacant():
    assert [row.where[0].text for row in rows_of("chairs-vacant")] == [
        "ICS Finance Forum",
        "ICS Performance Forum",
        "ICS Quality Forum",
    ]
    assert all(row.record.role == "chair" for row in rows_of("seats-vacant"))


def test_the_joint_committee_of_four_ccgs_that_have_closed_lights_up():
    rows = [r for r in rows_of("held-by-the-closed") if r.where[0].text == JOINT_COMMITTEE]
    assert [row.name.text for row in rows] == [
        "NHS Herefordshire CCG",
        "NHS Redditch and Bromsgrove CCG",
        "NHS South Worcestershire CCG",
        "NHS Wyre Forest CCG",
    ]
    assert {row.reason for row in rows} == {
        (
            "A member of the forum. It closed on 31 March 2020. NHS Herefordshire and "
            "Worcestershire CCG came after it. Every member organisation of the forum has closed."
        )
    }


def test_the_rest_of_what_has_closed_is_herefordshires_ccg():
    rest = [r for r in rows_of("held-by-the-closed") if r.where[0].text != JOINT_COMMITTEE]
    assert [(row.kind, row.name.text) for row in rest] == [
        ("Seat", "CCG Director of Finance (for BCF decisions)"),
        ("Seat", "CCG Director of Primary Care"),
        ("Seat", "CCG Director of Nursing (System Quality rep)"),
        ("Seat", "CCG Director of Finance (System Finance rep)"),
        ("Member organisation", "NHS Herefordshire CCG"),
        ("Member organisation", "NHS Herefordshire CCG"),
    ]


def test_whether_the_two_forums_that_need_herefordshires_ccg_can_be_quorate_is_not_known():
    assert listed("cannot-be-quorate") == []


def test_one_line_leads_to_a_closed_ccg_and_twenty_forums_report_to_nobody():
    records = listed("reporting")
    [line] = [record for record in records if isinstance(record, ReportingLine)]
    assert str(line) == (
        "One Herefordshire Health and Care Partnership reports to NHS Herefordshire CCG"
    )
    assert len([record for record in records if isinstance(record, Forum)]) == 20
    assert {row.reason for row in rows_of("reporting") if row.kind == "Forum"} == {
        "No source says to whom it reports."
    }


def test_heads_of_trees_and_hosted_boards_rightly_have_no_line():
    assert {row.name.text for row in rows_of("reporting", apart=True)} == {
        "Board of 2gether NHS Foundation Trust",
        "Clinical Strategy Group",
        "Executive Leadership Forum",
        "Herefordshire Health and Wellbeing Board",
        "ICS Executive",
        "ICS Partnership Board",
        "ICS Quality Forum",
        "MLT",
        "Midlands ICS development programme",
    }


def test_the_contradiction_of_the_pack_about_wales_is_explained():
    assert {row.record.value for row in rows_of("statements-in-conflict", apart=True)} == {
        "40,000",
        "20,000",
    }


def test_everybody_in_force_is_last_known_in_2021_or_before():
    tenures = listed("not-confirmed")
    assert max(tenure.last_known.day for tenure in tenures).year == 2021
    assert all(tenure.certainly(TODAY) for tenure in tenures)
