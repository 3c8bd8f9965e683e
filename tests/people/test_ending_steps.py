"""Guided steps on a tenure: its end, another term, a withdrawal."""

import datetime

import pytest

from editing.links import step_address
from people.models import Basis, EndReason
from records.history import Nature
from records.periods import Precision, Qualifier
from tests.builders import day
from tests.people.stage import offered, retires, soon
from tests.stepping import errors_of, preview, remarks_of, signed_in, take

pytestmark = pytest.mark.django_db


def test_somebody_leaves_without_a_successor_and_it_is_vacant_until_one_comes(stage):
    ends = {"date": "2024-03-31", "end_reason": "stepped-down", "now_vacant": "yes"}
    shown = preview(stage.anns, "end", **ends)
    assert f"On 1 April 2024 {stage.held} is vacant." in remarks_of(shown)

    browser = signed_in()
    response = take(stage.anns, "end", browser, **ends)

    assert response.status_code == 302
    assert stage.shows("2024-03-31", "Ann Lee")
    assert stage.shows("2024-04-01")
    assert "Vacant" in stage.says("2024-04-01")
    # Who comes next is one click away, from the day after.
    done = browser.get(response["Location"]).content.decode()
    address = step_address(
        type(stage.held), stage.held.pk, "appoint", date="2024-04-01", precision="day"
    )
    assert address.replace("&", "&amp;") in done

    fields = {"person": stage.ian, "basis": "substantive", "date": "2024-06-01"}
    assert take(stage.held, "appoint", **fields).status_code == 302
    assert stage.shows("2024-05-31")
    assert stage.shows("2024-06-01", "Ian Tait")


@pytest.mark.parametrize("said", ["no", "", None])
def test_an_end_alone_says_nothing_of_what_comes_after(stage, said):
    answer = {} if said is None else {"now_vacant": said}
    shown = preview(stage.anns, "end", date="2024-03-31", **answer)
    assert f"On 1 April 2024 {stage.held} is not recorded." in remarks_of(shown)
    assert take(stage.anns, "end", date="2024-03-31", **answer).status_code == 302
    assert stage.held.vacancies.count() == 0
    assert "Not recorded" in stage.says("2024-04-01")
    assert "last: Ann Lee, until 31 March 2024" in stage.says("2024-04-01")
    assert "Vacant" not in stage.says("2024-04-01")


def test_whoever_acts_leaves_no_vacancy_while_the_holder_they_cover_remains(stage):
    acting = stage.add(stage.cy, basis="acting")
    before = stage.rows

    response = take(acting, "end", date="2024-03-31", now_vacant="yes")

    assert "it is held by Ann Lee" in " ".join(errors_of(response)["now_vacant"])
    assert stage.rows == before
    assert take(acting, "end", date="2024-03-31").status_code == 302
    assert stage.shows("2024-04-01", "Ann Lee")


def test_an_end_before_the_start_is_refused_on_its_date(stage):
    before = stage.rows

    response = take(stage.anns, "end", date="2019-03-31")

    assert "is before the start" in " ".join(errors_of(response)["date"])
    assert stage.rows == before


def test_what_has_ended_is_not_ended_again(stage):
    assert take(stage.anns, "end", date="2024-03-31").status_code == 302
    before = stage.rows

    response = take(stage.anns, "end", date="2023-03-31")

    assert response.status_code == 400
    assert "has come to an end already" in response.content.decode()
    assert stage.rows == before


def test_an_announced_end_is_moved_and_the_preview_says_that_there_was_one(stage):
    assert take(stage.anns, "end", date=soon(10)).status_code == 302

    shown = preview(stage.anns, "end", date=soon(20))

    assert "An end was recorded already" in remarks_of(shown)[0]


def test_the_form_for_an_end_starts_with_the_one_that_is_recorded(stage, letter):
    retires(stage, letter, datetime.date(soon(0).year + 1, 12, 31))
    stage.anns.end_precision, stage.anns.end_qualifier = Precision.YEAR, Qualifier.BY
    stage.anns.save()

    page = signed_in().get(step_address(type(stage.anns), stage.anns.pk, "end"))

    form = page.context_data["form"]
    started = {name: form[name].value() for name in ("date", "precision", "qualifier")}
    assert started == {
        "date": stage.anns.end_date,
        "precision": Precision.YEAR,
        "qualifier": Qualifier.BY,
    }
    assert form["end_reason"].value() == EndReason.RETIRED


# Reappoint


def test_somebody_is_reappointed_from_the_day_after_the_term(stage):
    form = signed_in().get(step_address(type(stage.anns), stage.anns.pk, "reappoint"))
    assert form.context_data["form"]["date"].value() == day("2024-03-31")

    response = take(
        stage.anns, "reappoint", date="2024-03-31", basis="substantive", term_ends="2027-03-31"
    )

    assert response.status_code == 302
    first, second = type(stage.anns).objects.order_by("pk")
    assert (first.end_date, first.end_reason) == (day("2024-03-31"), EndReason.TERM_ENDED)
    assert (second.start_date, second.term_ends) == (day("2024-04-01"), day("2027-03-31"))
    assert second.person == stage.ann
    for text in ("2024-03-31", "2024-04-01", "2026-01-01"):
        assert stage.shows(text, "Ann Lee")


def test_the_form_for_a_next_term_starts_with_the_end_as_it_is_known(stage):
    stage.anns.end_date, stage.anns.end_qualifier = soon(40), Qualifier.BY
    stage.anns.save()

    page = signed_in().get(step_address(type(stage.anns), stage.anns.pk, "reappoint"))

    assert page.context_data["form"]["qualifier"].value() == Qualifier.BY


def test_a_next_term_that_ends_before_it_begins_is_refused(stage):
    before = stage.rows

    response = take(
        stage.anns, "reappoint", date="2024-03-31", basis="substantive", term_ends="2024-03-31"
    )

    assert "The term cannot end before it began." in " ".join(errors_of(response)["__all__"])
    assert stage.rows == before


# Withdraw


def test_what_was_announced_and_never_came_to_be_is_removed_and_its_history_kept(stage):
    take(
        stage.held,
        "replace",
        leaving=[stage.anns],
        person=stage.ian,
        basis="substantive",
        date=soon(30),
    )
    ians = stage.of(stage.ian)
    stage.anns.refresh_from_db()
    shown = preview(ians, "withdraw", date=None)
    assert any("Ann Lee still goes" in remark for remark in remarks_of(shown))

    assert take(ians, "withdraw", date=None, staying=[stage.anns]).status_code == 302

    assert stage.of(stage.ian) is None
    stage.anns.refresh_from_db()
    assert (stage.anns.end_date, stage.anns.end_document, stage.anns.end_locator) == (
        None,
        None,
        "",
    )
    assert stage.shows(soon(31).isoformat(), "Ann Lee")
    last = type(stage.anns).history.filter(id=ians.pk).first()
    assert (last.history_type, last.history_nature) == ("-", Nature.REMOVED)
    assert last.history_change_reason == ("The board heard of it. Source: Board paper, minute 7.")


def test_what_had_begun_by_a_later_day_may_have_begun_and_is_not_withdrawn(stage):
    by_then = stage.add(stage.ian, start_date=soon(40), start_qualifier="by", basis=Basis.ACTING)
    signed_in()

    assert "withdraw" not in offered(by_then)
    assert take(by_then, "withdraw", date=None).status_code == 400


def test_what_has_begun_is_not_withdrawn(stage):
    before = stage.rows

    response = take(stage.anns, "withdraw", date=None)

    assert response.status_code == 400
    assert "This has begun" in response.content.decode()
    assert stage.rows == before
