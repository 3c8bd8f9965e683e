"""Evidence: the document that states a fact, and when a document last confirmed it."""

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


@pytest.mark.parametrize(
    ("precision", "today", "stale"),
    [
        ("month", "2022-06-15", False),
        ("month", "2022-06-30", False),
        ("month", "2022-07-01", True),
        ("year", "2022-12-31", False),
        ("year", "2023-01-01", True),
    ],
)
def test_a_fact_confirmed_in_a_month_or_year_is_stale_when_all_of_it_is_more_than_a_year_ago(
    precision, today, stale
):
    person = Person(confirmed_on=day("2021-06-01"), confirmed_precision=precision)

    assert person.is_stale(day(today)) is stale


@pytest.mark.parametrize(("confirmed", "stale"), [("2023-02-28", False), ("2023-02-27", True)])
def test_a_year_before_a_leap_day_is_the_last_of_february(confirmed, stale):
    assert Person(confirmed_on=day(confirmed)).is_stale(day("2024-02-29")) is stale


def test_a_fact_that_was_never_confirmed_is_stale():
    assert Person().is_stale(day("2021-06-30"))


def test_confirmation_is_told_as_it_is_known():
    assert Person().confirmed is None
    assert Person(confirmed_on=day("2021-06-30")).confirmed.in_words() == "30 June 2021"
    assert (
        Person(confirmed_on=day("2021-06-30"), confirmed_precision="month").confirmed.in_words()
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


@pytest.mark.django_db
def test_a_document_speaks_of_no_day_after_its_publication():
    paper = make_document(published_date="2021-05-20", published_precision="month")
    assert paper.as_of_in_words() == "by May 2021"

    minutes = make_document(published_date="2021-05-20", as_of="2021-04-13")
    assert minutes.as_of_in_words() == "13 April 2021"

    minutes.as_of = day("2021-05-21")
    with pytest.raises(ValidationError) as refusal:
        minutes.full_clean()
    assert refusal.value.message_dict == {
        "as_of": ["It was published 20 May 2021, before 21 May 2021. Correct one of the two."]
    }


@pytest.mark.django_db
def test_a_document_without_a_day_speaks_of_none():
    assert (make_document().as_of, make_document().as_of_in_words()) == (None, "")
