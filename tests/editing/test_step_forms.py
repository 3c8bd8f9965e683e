"""The form of a guided step: what it asks of every date, and what it folds away."""

import pytest

from editing.links import step_address
from editing.step_forms import NOT_EXACT, SELDOM, names_in
from tests.builders import make_membership
from tests.stepping import preview

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat():
    return make_membership().seat


def fold_of(page):
    [fold] = [group for group in page.context_data["adminform"] if group.name == NOT_EXACT]
    return fold


def test_fields_that_qualify_dates_are_folded_in_one_group(seat, admin_client):
    page = admin_client.get(step_address(type(seat), seat.pk, "replace"))
    fold = fold_of(page)
    assert fold.is_collapsible
    names = {name for line in fold.fields for name in line}
    dates = ("", "left_", "named_", "as_of_")
    assert names == {f"{of}{what}" for of in dates for what in ("precision", "qualifier")}
    others = [line for group in page.context_data["adminform"] for line in group.fields]
    assert not names & {name for name in others if isinstance(name, str)}
    assert page.content.decode().count("<details><summary>") == 2


REQUIRED = {"leaving", "date", "basis", "document", "locator", "reason"}
OFTEN = {"person", "new_name", "new_honorific", "end_reason"}


def groups_of(page) -> dict:
    groups = {group.name: group for group in page.context_data["adminform"]}
    return {
        name.partition(":")[0]: (
            group.is_collapsible,
            [one for line in group.fields for one in names_in(line)],
        )
        for name, group in groups.items()
    }


def test_what_is_required_comes_first_and_what_few_changes_need_is_folded(seat, admin_client):
    groups = groups_of(admin_client.get(step_address(type(seat), seat.pk, "replace")))
    assert list(groups) == [
        "Who comes", "Who goes", "How the register knows", "This change", SELDOM, NOT_EXACT,
    ]  # fmt: skip
    shown = {name for folded, names in groups.values() if not folded for name in names}
    assert shown == REQUIRED | OFTEN
    assert groups["Who comes"][1][0] == "person"


@pytest.mark.parametrize("step", ["replace", "appoint-several", "cover"])
def test_nothing_required_is_ever_folded(seat, admin_client, step):
    page = admin_client.get(step_address(type(seat), seat.pk, step))
    form = page.context_data["form"]
    for folded, names in groups_of(page).values():
        wanted = {name for name in names if form.fields[name].required and not form[name].value()}
        assert not (folded and wanted)


@pytest.mark.parametrize("typed", [{"term_ends": "2027-03-31"}, {"term_ends": "never"}])
def test_what_is_folded_is_open_where_it_is_filled_in_or_wrong(seat, typed):
    assert not groups_of(preview(seat, "replace", **typed))[SELDOM][0]


@pytest.mark.parametrize(
    "typed",
    [
        {"date": "May 2024"},
        {"date": "not before 6 May 2024"},
        {"date": "2024-05-06", "left": "by 2024"},
        {"date": "2024-05-06", "precision": ""},
        {"date": "2024-05-06", "left_qualifier": "sometime"},
    ],
)
def test_the_group_is_open_where_a_date_is_not_a_day_or_what_was_chosen_is_wrong(seat, typed):
    assert not fold_of(preview(seat, "replace", **typed)).is_collapsible


def test_the_group_is_open_where_the_address_fills_in_a_month(seat, admin_client):
    page = admin_client.get(step_address(type(seat), seat.pk, "replace", precision="month"))
    assert not fold_of(page).is_collapsible


def test_the_heading_of_what_is_folded_says_what_it_is(seat, admin_client):
    page = admin_client.get(step_address(type(seat), seat.pk, "replace"))
    headings = [group.name for group in page.context_data["adminform"]]
    assert (
        "If there is more: a term, for whom they speak, a designate, a gap between the two, the "
        "day of the document"
    ) in headings
