"""The migration of sort names that were made from the last word of a name."""

import importlib

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from people.models import Person
from tests.builders import make_person

pytestmark = pytest.mark.django_db


def test_sort_names_made_of_a_title_or_letters_are_corrected_and_history_says_so(settings):
    settings.MIGRATION_MODULES = {}  # Other tests have none.
    made = make_person(name="David Nicholson CBE", sort_name="CBE, David Nicholson")
    chosen = make_person(name="Ann Lee CBE", sort_name="Leigh, Ann")
    plain = make_person(name="Sarah Jane Dugan", sort_name="Dugan, Sarah Jane")
    upgrade = importlib.import_module("people.migrations.0004_names_folded_anew")
    # The models are today's, because the tables are.
    apps = MigrationLoader(connection).project_state().apps
    editor = connection.schema_editor()
    upgrade.sort_by_family_name(apps, editor)
    upgrade.fold_anew(apps, editor, "people")
    after = {person.pk: person for person in Person.objects.all()}
    assert after[made.pk].sort_name == "Nicholson, David"
    assert after[made.pk].folded_sort_name == "nicholson\ndavid"
    assert after[chosen.pk].sort_name == "Leigh, Ann"
    assert [row.sort_name for row in made.history.all()] == [
        "Nicholson, David",
        "CBE, David Nicholson",
    ]
    assert made.history.first().history_change_reason == upgrade.REASON
    assert made.history.first().folded_sort_name == "nicholson\ndavid"
    assert plain.history.count() == chosen.history.count() == 1
