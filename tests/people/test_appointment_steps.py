"""Guided steps that appoint somebody to a post or a seat, or have somebody act."""

import pytest
from django.utils import timezone

from editing.links import step_address
from people.models import Basis
from people.steps.holders import holding_of
from tests.builders import (
    day,
    make_appointment,
    make_chair_seat,
    make_membership,
    make_post,
)
from tests.people.stage import SUBSTANTIVE, soon
from tests.stepping import errors_of, preview, remarks_of, signed_in, take

pytestmark = pytest.mark.django_db


def test_appointing_to_what_is_full_is_refused_and_says_who_holds_it(stage):
    before = stage.rows

    response = take(stage.held, "appoint", person=stage.ian, basis="substantive", date="2024-04-01")

    assert "would be held twice: Ann Lee" in " ".join(errors_of(response)["date"])
    assert stage.rows == before


def test_an_appointment_announced_for_next_month_is_to_come_until_then(stage):
    last, first = soon(29), soon(30)
    assert take(stage.anns, "end", date=last).status_code == 302

    fields = {"person": stage.ian, "basis": "substantive", "date": first}
    assert take(stage.held, "appoint", **fields).status_code == 302

    assert stage.shows(timezone.localdate().isoformat(), "Ann Lee")
    assert stage.shows(last.isoformat(), "Ann Lee")
    assert stage.shows(first.isoformat(), "Ian Tait")


def test_an_appointment_after_the_end_of_what_it_is_to_is_refused(stage):
    assert take(stage.anns, "end", date="2024-03-31").status_code == 302
    stage.held.end_date = soon(5)
    stage.held.save()

    response = take(stage.held, "appoint", person=stage.ian, basis="substantive", date=soon(6))

    assert "is after the end of" in " ".join(errors_of(response)["date"])
    stage.held.end_date = day("2025-01-01")
    stage.held.save()
    refused = take(stage.held, "appoint", person=stage.ian, basis="substantive", date="2024-06-01")
    assert "has come to an end" in refused.content.decode()


def test_nobody_is_appointed_after_the_end_of_what_it_belongs_to(stage):
    assert take(stage.anns, "end", date="2024-03-31").status_code == 302
    owner = getattr(stage.held, stage.held.owner_field)
    owner.end_date = day("2025-03-31")
    owner.save()
    answers = {"person": stage.ian, **SUBSTANTIVE}
    before = stage.rows

    refused = take(stage.held, "appoint", **answers, date="2025-04-01")
    assert f"is after the end of {owner}, 31 March 2025" in " ".join(errors_of(refused)["date"])
    assert stage.rows == before
    # In the month of the end it may have been in time.
    in_march = {"date": "2025-03-31", "precision": "month"}
    assert take(stage.held, "appoint", **answers, **in_march).status_code == 302


def like(stage, number: int) -> list:
    """More posts or seats of the same title, each held by somebody."""
    if stage.kind == "post":
        others = [make_post(title="Chair") for _ in range(number)]
        for other in others:
            make_appointment(post=other)
        return others
    others = [make_chair_seat() for _ in range(number)]
    for other in others:
        make_membership(seat=other)
    return others


@pytest.mark.parametrize("step", ["appoint", "appoint-several"])
def test_one_person_is_appointed_to_the_same_in_four_at_once_and_the_others_end(stage, step):
    others = like(stage, 3)

    response = take(
        stage.held,
        step,
        person=stage.ian,
        basis="substantive",
        date="2024-04-01",
        also=others,
        ends_others="on",
        end_reason="term-ended",
    )

    assert response.status_code == 302
    assert stage.shows("2024-03-31", "Ann Lee")
    assert stage.shows("2024-04-01", "Ian Tait")
    for other in others:
        [eve] = holding_of(other, day("2024-03-31")).holders
        [then] = holding_of(other, day("2024-04-01")).holders
        assert (eve.person != "Ian Tait", then.person) == (True, "Ian Tait")
    batches = type(stage.anns).history.filter(history_batch__isnull=False)
    assert batches.values_list("history_batch").distinct().count() == 1


def test_what_is_full_and_taken_with_others_starts_with_the_end_of_those_who_hold_it(stage):
    page = signed_in().get(step_address(type(stage.held), stage.held.pk, "appoint-several"))
    assert page.context_data["form"]["ends_others"].value() is True


def test_who_takes_several_is_asked_for_the_others(stage):
    answers = {"person": stage.ian, "basis": "substantive", "date": "2024-04-01"}
    shown = preview(stage.held, "appoint-several", **answers, ends_others="on")
    [error] = errors_of(shown)["also"]
    assert error == "Choose at least one. For this one alone, use Replace the holder."


def test_if_one_of_four_is_held_none_is_filled_and_it_says_which(stage):
    take(stage.anns, "end", date="2024-03-31")
    others = like(stage, 3)
    before = stage.rows

    response = take(
        stage.held,
        "appoint",
        person=stage.ian,
        basis="substantive",
        date="2024-04-01",
        also=others,
    )

    assert f"{others[0]}: This" in " ".join(errors_of(response)["date"])
    assert stage.rows == before


# Cover


def test_somebody_acts_while_the_holder_stays_and_then_the_holder_is_back(stage):
    response = take(stage.held, "cover", person=stage.cy, date="2024-01-01")

    assert response.status_code == 302
    assert stage.shows("2023-12-31", "Ann Lee")
    assert stage.shows("2024-01-01", "Ann Lee", "Cy Yeo")
    assert "acting" in stage.says("2024-01-01").lower()
    assert take(stage.of(stage.cy), "end", date="2024-02-29").status_code == 302
    assert stage.shows("2024-02-29", "Ann Lee", "Cy Yeo")
    assert stage.shows("2024-03-01", "Ann Lee")


def test_the_preview_says_which_holder_acts_and_which_is_interim(stage):
    stage.anns.basis = Basis.INTERIM
    stage.anns.save()

    shown = preview(stage.held, "cover", person=stage.cy, date="2024-01-01")

    [remark] = remarks_of(shown)
    assert "Ann Lee (interim)" in remark
    assert "Cy Yeo (acting)" in remark


def test_cover_until_a_day_ends_by_itself_and_no_sooner_than_it_begins(stage):
    refused = take(stage.held, "cover", person=stage.cy, date="2024-01-01", until="2023-12-31")
    assert "is before the start" in " ".join(errors_of(refused)["until"])

    take(stage.held, "cover", person=stage.cy, date="2024-01-01", until="2024-02-29")

    assert stage.shows("2024-02-29", "Ann Lee", "Cy Yeo")
    assert stage.shows("2024-03-01", "Ann Lee")


@pytest.mark.parametrize(
    ("date", "acting_for", "doubt"),
    [
        ("2024-01-01", "vacancy", "so that it is no vacancy"),
        ("2024-06-01", "sick-leave", "who could be away"),
    ],
)
def test_acting_for_what_is_not_recorded_is_doubted_and_for_what_is_or_may_be_is_not(
    date, acting_for, doubt, stage
):
    take(stage.anns, "end", date="2024-03-31")
    asked = {"person": stage.cy, "date": date}

    def doubted(acting_for: str) -> bool:
        shown = preview(stage.held, "cover", **asked, acting_for=acting_for)
        return any(doubt in remark for remark in remarks_of(shown))

    right = {"vacancy", "sick-leave"} - {acting_for}
    assert doubted(acting_for)
    assert not doubted(*right)
    assert not doubted("")
