"""The migration that cleans texts saved before every text was cleaned."""

from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import override_settings

from forums.models import Forum
from organisations.models import OrganisationName
from people.models import Person
from records.history import Nature, writing
from records.models import Document
from tests.builders import make_document, make_forum, make_organisation_name, make_person
from tests.pages.as_data import read_data
from tests.pages.reading import read
from tests.pages.test_odd_characters import put_into_every_text

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def frozen_models():
    """The models as migrations see them: today's models, because the tables are today's."""
    with override_settings(MIGRATION_MODULES={}):  # which tests leave out
        return MigrationLoader(None).project_state().apps


@pytest.fixture
def upgrade(frozen_models):
    migration = import_module("forums.migrations.0004_plain_texts")
    return lambda: migration.make_texts_plain(frozen_models, None)


@pytest.fixture
def odd_register():
    """A few records with a vertical tab and a non-breaking space in every text."""
    with writing(Nature.IMPORTED, reason="A list."):
        document = make_document(slug="paper", title="Board paper", note="As sent.")
        for name in ["Ann Lee", "Ian Tait"]:
            make_person(name=name, document=document)
        make_forum(slug="board", name="Quality Board", purpose="Quality.", document=document)
        make_organisation_name(name="Wye Trust", document=document)
    put_into_every_text("\x0b\xa0")


def test_every_text_is_made_plain_and_what_is_worked_out_of_it_too(odd_register, upgrade):
    upgrade()
    document = Document.objects.get(slug="paper")
    assert (document.title, document.note) == ("B oard paper", "A\n s sent.")
    assert Forum.objects.get().folded.startswith("q uality board")
    assert set(Person.objects.values_list("name", flat=True)) == {"A nn Lee", "I an Tait"}
    assert OrganisationName.objects.get().name == "W ye Trust"


def test_it_is_one_batch_with_its_reason_and_the_past_is_not_rewritten(odd_register, upgrade):
    before = list(Document.history.order_by("history_id").values())
    upgrade()
    assert list(Document.history.order_by("history_id").values())[: len(before)] == before
    rows = [
        *Document.history.filter(history_nature=Nature.UPGRADED),
        *Person.history.filter(history_nature=Nature.UPGRADED),
        *Forum.history.filter(history_nature=Nature.UPGRADED),
    ]
    assert len({row.history_batch for row in rows}) == 1
    assert {row.history_type for row in rows} == {"~"}
    assert {row.history_user for row in rows} == {None}
    assert all(row.history_change_reason.startswith("Characters that") for row in rows)
    document = Document.objects.get(slug="paper")
    last = document.history.order_by("-history_id").first()
    assert not document.differing_fields(last.instance)


def test_a_second_time_it_changes_nothing_as_in_a_register_that_is_plain(odd_register, upgrade):
    upgrade()
    before = Person.history.count()
    upgrade()
    assert Person.history.count() == before


def test_an_upgrade_is_told_as_one_entry_of_each_kind_of_record(odd_register, upgrade):
    upgrade()
    told = read_data("/changes/recorded.json").said["results"]
    of_people = [each["text"] for each in told if each["kind"] == "person"]
    assert of_people == ["2 people.", "2 people."]  # by the upgrade, and by the import before
    assert "Put right by an upgrade" in read("/changes/recorded/").text
    assert "2 people" in read("/changes/recorded/").text


def test_an_upgrade_is_not_undone(odd_register, upgrade, admin_client):
    upgrade()
    batch = Document.history.filter(history_nature=Nature.UPGRADED).first().history_batch
    page = admin_client.post(f"/admin/together/{batch}/", {"reason": "No."}).content.decode()
    assert "What an upgrade put right is not undone." in page


def test_a_record_that_a_rule_then_refuses_is_named_and_left(upgrade, capsys):
    person = make_person()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_person SET locator = %s", ["\x0b"])
    upgrade()
    assert f"people.Person {person.pk} is left as it is" in capsys.readouterr().out
    person.refresh_from_db()
    assert person.locator == "\x0b"
