"""What pages said between two steps can be read again, and the steps can be undone."""

import re

import pytest
from django.apps import apps
from django.db import connection, models

from forums.models import Forum
from organisations.models import Organisation
from people.models import Basis, Person
from tests import slow, stepping
from tests.in_use.stage import Stage, correct, paper, take
from tests.pages.as_data import read_data

pytestmark = pytest.mark.django_db

SUBSTANTIVE = Basis.SUBSTANTIVE
DAYS = ("2024-07-01", "2026-06-01")


def steps_of(stage: Stage):
    """What befalls the chair in two years, a step at a time."""
    held, of = stage.held, stage.of
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    yield
    stage.replace(ann, stage.bea, "2024-04-01", paper("2024-02-10"), named="2024-01-20")
    yield
    july, later = paper("2024-07-10"), {"outcome": "another-day"}
    take(of(stage.bea), "what-became-of-it", date="2024-07-01", document=july, **later)
    yield
    take(ann, "what-became-of-it", date="2024-06-30", document=july, **later)
    yield
    take(of(stage.bea), "end", date="2024-09-30", now_vacant="yes", document=paper("2024-10-10"))
    yield
    announced = {"person": stage.cal, "date": "not before 1 May 2026", "basis": SUBSTANTIVE}
    take(held, "appoint", document=paper("2025-10-10"), **announced)
    yield
    came = {"start_date": "2026-05-05", "start_qualifier": "on", "document": paper("2026-05-10")}
    correct(of(stage.cal), **came)
    yield
    ends = "stand-down" if stage.kind == "seat" else "close"
    take(stage.owner, ends, date="2026-05-31", document=paper("2026-06-10"))
    yield


def recorded_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if hasattr(model, "history")]


def said(**asked) -> dict[str, str]:
    """What the pages in JSON say, in order that two can be compared."""
    owners = [each for model in (Forum, Organisation) for each in model.objects.all()]
    pages = [each.get_absolute_url().rstrip("/") for each in (*owners, *Person.objects.all())]
    found = {}
    for page in (*pages, "/chairs"):
        told = read_data(f"{page}.json", asked).text
        told = re.sub(r"[?&]recorded=[0-9-]+", "", told)
        found[page] = re.sub(r'"recorded": ("[0-9-]+"|null)', '"recorded"', told)
    return found


@slow.WALK
def test_what_was_said_between_two_steps_is_what_was_recorded_by_then(stage):
    then = {}
    for number, _ in enumerate(steps_of(stage), 1):
        recorded = f"2026-01-{number:02}"
        for model in recorded_models():
            history = model.history.model._meta.db_table
            with connection.cursor() as cursor:  # as if time had gone by
                cursor.execute(
                    f'UPDATE "{history}" SET history_date = %s WHERE history_date > %s',
                    [f"{recorded} 12:00:00+00:00", "2026-02-01 00:00:00+00:00"],
                )
        then[recorded] = {day: said(as_at=day) for day in DAYS}
    for recorded, of_each_day in then.items():
        for day, told in of_each_day.items():
            assert said(as_at=day, recorded=recorded) == told, (recorded, day)


def test_steps_are_undone_one_after_the_other_to_what_was_before(stage):
    def everything() -> dict:
        return {
            model: sorted(model.objects.values_list(), key=str)
            for model in recorded_models()
            if model.__name__ != "Document"
        }

    def batches() -> dict:
        """The batches of all rows of history, each with its last moment."""
        rows = [row for model in recorded_models() for row in model.history.all()]
        return {row.history_batch: row.history_date for row in rows}

    states, taken, known = [everything()], [], set(batches())
    for _ in steps_of(stage):
        states.append(everything())
        new = {batch: at for batch, at in batches().items() if batch not in known}
        known |= set(new)
        taken.append([batch for batch, _ in sorted(new.items(), key=lambda each: each[1])])
    browser = stepping.signed_in()
    for of_step, before in zip(reversed(taken), reversed(states[:-1]), strict=True):
        for batch in reversed([each for each in of_step if each]):
            browser.post(f"/admin/together/{batch}/", {"reason": "It was not so."})
        assert everything() == before
