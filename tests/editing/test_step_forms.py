"""The form of a guided step: what it asks of every date, and what it folds away."""

import pytest

from editing.links import step_address
from editing.step_forms import NOT_EXACT
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
    assert page.content.decode().count("<details><summary>") == 1


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
