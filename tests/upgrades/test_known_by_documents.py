"""The upgrade that takes back the day of typing, so that the day of the document counts."""

import importlib
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import override_settings
from django.utils import timezone

from organisations.models import Figure
from records.history import Nature, writing
from records.models import Document
from tests.builders import (
    day,
    make_document,
    make_figure,
    make_membership,
    make_person,
    make_person_name,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def frozen_models():
    """The models as migrations see them: today's models, because the tables are today's."""
    with override_settings(MIGRATION_MODULES={}):  # which tests leave out
        return MigrationLoader(None).project_state().apps


@pytest.fixture
def upgrade(frozen_models):
    migration = importlib.import_module("forums.migrations.0012_known_by_documents")
    return lambda: migration.take_days_from_documents(frozen_models, None)


def recorded(nature: Nature, make, **fields):
    with writing(nature, reason="As it was then"):
        return make(**fields)


def confirmed(record) -> object:
    record.refresh_from_db()
    return record.confirmed_on


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def minutes():
    return make_document(slug="minutes", title="Minutes", as_of="2022-03-03")


def test_what_was_stamped_by_typing_is_put_right_with_history_and_a_reason(upgrade, minutes, today):
    natures = [Nature.RECORDED, Nature.CHANGED, Nature.IMPORTED]
    typed = [
        recorded(nature, make_membership, document=minutes, confirmed_on=today)
        for nature in natures
    ]
    figure = recorded(Nature.RECORDED, make_figure, document=minutes, confirmed_on=today)

    upgrade()

    batches = set()
    for record in [*typed, figure]:
        assert confirmed(record) is None
        assert record.last_known_in_words() == "3 March 2022"
        last, first = record.history.all()
        assert (last.history_nature, last.confirmed_on) == ("upgraded", None)
        assert last.history_change_reason.startswith("What is known is known as of the day")
        assert (first.history_nature, first.confirmed_on) != ("upgraded", None)
        batches.add(last.history_batch)
    assert len(batches) == 1


def test_what_was_confirmed_or_corrected_by_hand_is_left(upgrade, minutes, today):
    confirmation = {"confirmed_document": make_document(), "confirmed_locator": "minute 3"}
    against = recorded(
        Nature.RECORDED, make_person, document=minutes, confirmed_on=today, **confirmation
    )
    another_day = recorded(
        Nature.RECORDED, make_person, document=minutes, confirmed_on="2023-05-01"
    )
    seeded = recorded(Nature.SEEDED, make_person, document=minutes, confirmed_on=today)
    by_hand = []
    for nature in (Nature.CONFIRMED, Nature.CORRECTED):
        person = recorded(Nature.RECORDED, make_person, document=minutes)
        person.confirmed_on = today
        recorded(nature, person.save)
        by_hand.append(person)
    # Somebody confirmed again what had been stamped on the same day.
    twice = recorded(Nature.RECORDED, make_person, document=minutes, confirmed_on=today)
    twice.confirmed_on = day("2023-05-01")
    recorded(Nature.CORRECTED, twice.save)
    twice.confirmed_on = today
    recorded(Nature.CONFIRMED, twice.save)

    upgrade()

    left = [against, another_day, seeded, *by_hand, twice]
    assert [confirmed(person) is None for person in left] == [False] * len(left)
    assert not any(row.history_nature == "upgraded" for each in left for row in each.history.all())


def test_another_name_that_a_step_copied_with_the_stamp_loses_it_too(upgrade, minutes):
    evidence = {"document": minutes, "locator": "page 7", "confirmed_on": "2024-04-14"}
    person = recorded(Nature.RECORDED, make_person, name="Finley Fictive", **evidence)
    person.history.update(history_date="2024-04-14T09:00:00Z")
    merged = {"name": "Finley Fictive", "kind": "spelling", **evidence}
    copied = recorded(Nature.CORRECTED, make_person_name, **merged)
    elsewhere = recorded(Nature.CORRECTED, make_person_name, **{**merged, "locator": "page 8"})
    by_hand = recorded(Nature.CORRECTED, make_person_name, **{**merged, "confirmed_on": None})
    by_hand.confirmed_on = day("2024-04-14")
    recorded(Nature.CONFIRMED, by_hand.save)

    upgrade()

    assert [confirmed(name) is None for name in (person, copied)] == [True, True]
    assert copied.history.first().history_nature == "upgraded"
    assert [confirmed(name) is None for name in (elsewhere, by_hand)] == [False, False]


def test_what_rests_on_a_document_without_a_day_is_left_and_the_document_listed(upgrade, today):
    person = recorded(Nature.RECORDED, make_person, document=make_document(title="A note"))
    person.confirmed_on = today
    recorded(Nature.CHANGED, person.save)

    upgrade()

    assert confirmed(person) == today
    assert "A note: /documents/" in listed()


def undated(**fields) -> Document:
    """A document as a release of before had it."""
    document = make_document(as_of="2000-01-01", **fields)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE records_document SET as_of = NULL WHERE id = %s", [document.pk])
    return document


def test_documents_of_before_get_the_day_of_their_publication_as_a_limit(upgrade):
    paper = undated(published_date="2021-05-20", published_precision="month")
    extract = undated(slug="ods-practices-2022-04-27", published_date="2022-04-27")
    pack = undated(slug="chair-appointments-briefing-pack")
    note = undated()

    upgrade()

    said = {}
    for document in (paper, extract, pack, note):
        document.refresh_from_db()
        said[document.slug] = document.as_of_in_words()
    assert list(said.values()) == ["by May 2021", "27 April 2022", "June 2021", ""]
    assert paper.history.first().history_nature == "upgraded"
    assert note.history.first().history_nature != "upgraded"


def test_what_the_board_paper_announced_for_april_is_known_as_of_march(upgrade):
    paper = undated(slug="ics-operating-model-board-paper")
    announced = recorded(
        Nature.SEEDED, make_membership, document=paper, start_date="2019-04-01",
        confirmed_on="2019-04-01", confirmed_precision="month",
    )  # fmt: skip

    upgrade()

    announced.refresh_from_db()
    assert announced.last_known_in_words() == "March 2019"


def listed() -> str:
    out = StringIO()
    call_command("list_upgraded", stdout=out)
    return out.getvalue()


def test_a_command_lists_what_an_upgrade_put_right_record_by_record(upgrade, minutes, today):
    assert "No upgrade has put anything right." in listed()
    figure = recorded(
        Nature.RECORDED, make_figure, label="Beds", document=minutes, confirmed_on=today
    )

    upgrade()

    assert Figure.objects.get().confirmed_on is None
    lines = listed().splitlines()
    batch = figure.history.first().history_batch
    assert lines[0].endswith(f", /admin/together/{batch}/ Records: 1.")
    assert lines[1].startswith("  What is known is known as of the day of its document")
    assert lines[1].endswith(" Records: 1.")
    assert lines[2] == (
        f"    figure {figure.pk}, {figure}: Last confirmed: {today:%-d %B %Y} -> nothing"
    )
