"""The guided step that replaces the holder of a post or a seat."""

import pytest

from editing.links import step_address
from people.models import EndReason
from records.history import Nature
from records.periods import Precision, Qualifier
from tests.builders import (
    day,
    make_appointment,
    make_document,
    make_membership,
    source,
)
from tests.people.stage import SUBSTANTIVE, replace, retires, soon
from tests.stepping import errors_of, preview, remarks_of, signed_in, take

pytestmark = pytest.mark.django_db


def test_a_handover_on_a_day_is_right_on_every_page_before_on_and_after(stage):
    minutes = make_document(title="Minutes of the board")

    response = replace(stage, end_reason="retired", document=minutes)

    assert response.status_code == 302
    assert stage.shows("2024-03-31", "Ann Lee")
    assert stage.shows("2024-04-01", "Ian Tait")
    assert stage.shows("2026-01-01", "Ian Tait")
    stage.anns.refresh_from_db()
    assert (stage.anns.end_date, stage.anns.end_reason) == (day("2024-03-31"), EndReason.RETIRED)
    assert (stage.anns.document, stage.anns.end_document) == (source(), minutes)
    assert stage.anns.end_locator == "minute 7"
    assert (stage.of(stage.ian).document, stage.of(stage.ian).locator) == (minutes, "minute 7")


def test_the_history_says_that_the_world_changed_in_one_step_and_why(stage):
    replace(stage)

    rows = [stage.anns.history.first(), stage.of(stage.ian).history.first()]
    assert {row.history_nature for row in rows} == {Nature.CHANGED}
    assert {row.history_step for row in rows} == {"Replace the holder"}
    assert {row.history_change_reason for row in rows} == {"The board heard of it."}
    assert {row.history_user.username for row in rows} == {"manager"}
    assert len({row.history_batch for row in rows}) == 1


def test_a_handover_known_to_the_month_is_accepted_and_shown_as_known(stage):
    response = replace(stage, date="2024-04-17", precision="month")

    assert response.status_code == 302
    ians = stage.of(stage.ian)
    stage.anns.refresh_from_db()
    assert (ians.start_date, ians.start_precision) == (day("2024-04-01"), Precision.MONTH)
    assert (stage.anns.end_date, stage.anns.end_precision) == (day("2024-04-30"), Precision.MONTH)
    assert stage.shows("2024-03-31", "Ann Lee")
    # Within the month no source says which of the two.
    assert stage.shows("2024-04-17", "Ann Lee", "Ian Tait")
    assert stage.shows("2024-05-01", "Ian Tait")


def test_a_handover_by_a_day_claims_no_more_than_is_known(stage):
    assert replace(stage, date="2024-06-01", qualifier="by").status_code == 302

    stage.anns.refresh_from_db()
    assert stage.anns.end_qualifier == Qualifier.BY
    assert stage.of(stage.ian).start_qualifier == Qualifier.BY
    assert stage.shows("2024-06-01", "Ian Tait")


def test_a_gap_between_the_two_leaves_it_vacant_and_the_preview_says_so(stage):
    gap = {"left": "2024-02-29", "left_precision": "day", "now_vacant": "yes"}
    answers = {"leaving": [stage.anns], "person": stage.ian, "date": "2024-04-01", **gap}
    shown = preview(stage.held, "replace", basis="substantive", **answers)

    assert f"On 1 March 2024 {stage.held} is vacant; Ian Tait is recorded from" in " ".join(
        remarks_of(shown)
    )
    assert replace(stage, **gap).status_code == 302
    assert stage.shows("2024-02-29", "Ann Lee")
    assert stage.shows("2024-03-01")
    assert "Vacant" in stage.says("2024-03-01")
    assert "Vacant" in stage.says("2024-03-31")
    assert stage.shows("2024-04-01", "Ian Tait")
    assert "Vacant" not in stage.says("2024-04-01")


def test_a_vacancy_between_two_needs_a_day_between_them(stage):
    before = stage.rows
    response = replace(stage, now_vacant="yes")
    assert "There is no day between the two" in " ".join(errors_of(response)["now_vacant"])
    assert stage.rows == before


def test_a_gap_of_which_the_source_says_nothing_is_not_recorded(stage):
    assert replace(stage, left="2024-02-29", left_precision="day").status_code == 302
    assert "Not recorded" in stage.says("2024-03-01")


def test_an_interim_takes_over_and_then_the_successor(stage):
    assert replace(stage, person=stage.cy, basis="interim").status_code == 302
    cys = stage.of(stage.cy)
    assert replace(stage, leaving=[cys], date="2024-09-01").status_code == 302

    assert stage.shows("2024-03-31", "Ann Lee")
    assert stage.shows("2024-04-01", "Cy Yeo")
    assert "interim" in stage.says("2024-04-01").lower()
    assert stage.shows("2024-09-01", "Ian Tait")


def test_one_of_two_joint_holders_may_stay(stage):
    number = type(stage.held).number_field
    setattr(stage.held, number, 2)
    stage.held.save()
    cys = stage.add(stage.cy)

    assert replace(stage, leaving=[cys]).status_code == 302

    assert stage.shows("2024-03-31", "Ann Lee", "Cy Yeo")
    assert stage.shows("2024-04-01", "Ann Lee", "Ian Tait")


def test_joint_holders_are_both_replaced_by_one(stage):
    setattr(stage.held, type(stage.held).number_field, 2)
    stage.held.save()
    cys = stage.add(stage.cy)

    assert replace(stage, leaving=[stage.anns, cys]).status_code == 302

    assert stage.shows("2024-03-31", "Ann Lee", "Cy Yeo")
    assert stage.shows("2024-04-01", "Ian Tait")


def test_the_only_holder_is_ticked_and_the_address_fills_in_the_rest(stage):
    address = step_address(
        type(stage.held), stage.held.pk, "replace", person=stage.ian.pk, date="2024-04-01"
    )
    form = signed_in().get(address).context_data["form"]

    assert form["leaving"].value() == [stage.anns.pk]
    assert form["date"].value() == "2024-04-01"
    assert "Ian Tait" in str(form["person"])


def test_whoever_is_recorded_as_gone_by_then_keeps_that_end_when_replaced(stage, letter):
    retires(stage, letter, soon(5))
    answers = {"leaving": [stage.anns], "person": stage.ian, "date": soon(90), **SUBSTANTIVE}

    assert (
        f"{stage.anns}: an end was recorded already"
        in remarks_of(preview(stage.held, "replace", **answers))[0]
    )
    assert take(stage.held, "replace", **answers).status_code == 302

    stage.anns.refresh_from_db()
    assert (stage.anns.end_date, stage.anns.end_reason) == (soon(5), EndReason.RETIRED)
    assert (stage.anns.end_document, stage.anns.end_locator) == (letter, "page 2")


def test_a_later_end_gives_way_when_the_holder_is_replaced_and_the_preview_says_so(stage, letter):
    retires(stage, letter, soon(90))
    answers = {"leaving": [stage.anns], "person": stage.ian, "date": soon(6), **SUBSTANTIVE}

    [told, *_] = remarks_of(preview(stage.held, "replace", **answers))
    assert told.startswith(f"{stage.anns}: an end was recorded already")
    assert told.endswith("this takes its place.")
    assert take(stage.held, "replace", **answers).status_code == 302

    stage.anns.refresh_from_db()
    assert stage.anns.end_date == soon(5)


@pytest.mark.parametrize("key", ["x", "0", "-1", "9" * 30, "1.5", "' OR 1=1 --"])
def test_an_address_that_fills_in_nonsense_still_opens_the_form(stage, key):
    address = step_address(
        type(stage.held), stage.held.pk, "replace", person=key, date=key, leaving=key, document=key
    )

    assert signed_in().get(address).status_code == 200


BAD_ANSWERS = [
    ({"person": "999999"}, "person", "from the list"),
    ({"person": "x"}, "person", "from the list"),
    ({"person": "9" * 30}, "person", "from the list"),
    ({"person": None}, "person", "Choose a person"),
    ({"new_name": "Dee Fox"}, "new_name", "Leave this empty"),
    ({"date": "31/02/2024"}, "date", "Enter a date such as"),
    ({"date": "1 April"}, "date", "Enter a date such as"),
    ({"date": "0001-01-01"}, "date", "from 1800 to 2199"),
    ({"date": "9999-12-31"}, "date", "from 1800 to 2199"),
    ({"date": None}, "date", "Enter the date"),
    ({"left": "0001-01-01"}, "left", "from 1800 to 2199"),
    ({"left": "2018-01-01"}, "left", "is before the start"),
    ({"date": "2019-01-01"}, "date", "is before the start"),
    ({"term_ends": "2024-03-31"}, None, "The term cannot end before it began."),
    ({"term_ends": "9999-12-31"}, "term_ends", "from 1800 to 2199"),
    ({"precision": "decade"}, "precision", "not one of the available choices"),
    ({"precision": None}, "precision", "required"),
    ({"qualifier": "after"}, "qualifier", "not one of the available choices"),
    ({"basis": "acting"}, "basis", "not one of the available choices"),
    ({"document": None}, "document", "Choose the document"),
    ({"document": "x"}, "document", "Select a valid choice"),
    ({"locator": "   "}, "locator", "Say where"),
    ({"reason": ""}, "reason", "Say why"),
    ({"leaving": []}, "leaving", "Tick at least one"),
    ({"leaving": ["999999"]}, "leaving", "does not hold it any more"),
    ({"left": "2024-05-01"}, "left", "The two overlap"),
    ({"left": "2024-04-01"}, "left", "this last day is not before 1 April 2024"),
]


@pytest.mark.parametrize(
    ("wrong", "field", "says"), BAD_ANSWERS, ids=[str(wrong)[:40] for wrong, _, _ in BAD_ANSWERS]
)
def test_what_is_wrong_is_said_where_it_is_wrong_and_nothing_changed(stage, wrong, field, says):
    before = stage.rows

    response = replace(stage, **wrong)

    assert response.status_code == 400
    assert says in " ".join(errors_of(response)[field or "__all__"])
    assert "Nothing was changed" in response.content.decode()
    assert stage.rows == before
    # The form still has what was typed.
    if "locator" not in wrong:
        assert 'value="minute 7"' in response.content.decode()


@pytest.mark.parametrize(
    ("typed", "chosen", "precision", "qualifier"),
    [
        ("1 April 2024", "day", "day", "on"),
        ("April 2024", "day", "month", "on"),
        ("by April 2024", "day", "month", "by"),
        ("April 2024", "year", "year", "on"),
    ],
)
def test_a_step_takes_a_date_as_the_pages_write_it(stage, typed, chosen, precision, qualifier):
    answers = {"date": typed, "precision": chosen, "left": "March 2024", "person": stage.ian}
    assert replace(stage, **answers).status_code == 302

    came, gone = stage.of(stage.ian), stage.of(stage.ann)
    assert (came.start_precision, came.start_qualifier) == (precision, qualifier)
    assert (gone.end_date, gone.end_precision) == (day("2024-03-31"), "month")


def test_somebody_who_holds_it_already_does_not_come_again(stage):
    setattr(stage.held, type(stage.held).number_field, 2)
    stage.held.save()
    stage.add(stage.ian)
    before = stage.rows

    response = replace(stage)

    assert "This person is already recorded" in " ".join(errors_of(response)["date"])
    assert stage.rows == before


def test_nobody_is_their_own_successor_without_a_gap(stage):
    before = stage.rows

    response = replace(stage, person=stage.ann)

    [told] = errors_of(response)["person"]
    assert told.startswith("Ann Lee holds it already.")
    assert "use Reappoint for another term" in told
    assert stage.rows == before
    assert replace(stage, person=stage.ann, left="2023-12-31").status_code == 302
    assert stage.shows("2024-03-31")
    assert stage.shows("2024-04-01", "Ann Lee")


def test_holders_of_something_else_are_not_ended(stage):
    other = make_appointment() if stage.kind == "post" else make_membership()

    assert "leaving" in errors_of(replace(stage, leaving=[other]))
    other.refresh_from_db()
    assert other.end_date is None
