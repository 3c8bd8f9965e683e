"""Evidence: which document says so, and when a fact was last held against one."""

import pytest
from django.core.exceptions import ValidationError

from people.models import Person
from records.models import Document
from tests.builders import day, make_document, make_person


@pytest.mark.parametrize(
    ("today", "stale"), [("2022-06-30", False), ("2022-07-01", True), ("2021-06-30", False)]
)
def test_a_fact_is_stale_when_it_was_last_confirmed_more_than_a_year_ago(today, stale):
    assert Person(confirmed_on=day("2021-06-30")).is_stale(day(today)) is stale


def test_a_fact_that_was_never_confirmed_is_stale():
    assert Person().is_stale(day("2021-06-30"))


def test_confirmation_is_told_as_it_is_known():
    assert Person().confirmed_in_words() == ""
    assert Person(confirmed_on=day("2021-06-30")).confirmed_in_words() == "30 June 2021"
    assert (
        Person(confirmed_on=day("2021-06-30"), confirmed_precision="month").confirmed_in_words()
        == "June 2021"
    )


def test_publication_is_told_as_it_is_known():
    assert Document().published_in_words() == ""
    assert (
        Document(published_date=day("2021-01-01"), published_precision="year").published_in_words()
        == "2021"
    )


@pytest.mark.django_db
def test_a_document_is_found_by_its_slug():
    pack = make_document(slug="briefing-pack")

    assert Document.objects.get_by_natural_key("briefing-pack") == pack
    assert pack.natural_key() == ("briefing-pack",)


@pytest.mark.django_db
def test_a_document_is_told_by_its_title():
    assert str(make_document(title="Chair Appointments Briefing Pack")) == (
        "Chair Appointments Briefing Pack"
    )


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["two words", "naïve", "a/b", "<b>"])
def test_a_slug_has_letters_digits_and_hyphens(slug):
    with pytest.raises(ValidationError) as refusal:
        make_person(slug=slug)

    assert list(refusal.value.message_dict) == ["slug"]
