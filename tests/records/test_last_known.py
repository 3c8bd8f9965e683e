"""As of which day a fact is last known: its document's, its own, or that of a later document."""

import itertools

import pytest

from organisations.models import Figure, OrganisationName
from people.models import Person
from records.evidence import last_known_before, lateness
from records.models import Document
from records.periods import Precision, Qualifier, last_day
from tests.builders import (
    day,
    make_document,
    make_figure,
    make_membership,
    make_organisation,
    make_organisation_name,
    make_person,
)

pytestmark = pytest.mark.django_db

BY_JUNE = {
    "as_of": "2021-06-15",
    "as_of_precision": Precision.MONTH,
    "as_of_qualifier": Qualifier.BY,
}


def known(**fields) -> str:
    return make_person(**fields).last_known_in_words()


def test_a_fact_is_known_as_of_the_day_of_its_document():
    assert known(document=make_document(as_of="2021-06-15")) == "15 June 2021"
    assert known(document=make_document(**BY_JUNE)) == "by June 2021"


def test_a_fact_may_name_another_day_of_which_its_paper_speaks():
    paper = make_document(as_of="2021-06-15")

    assert known(document=paper, **{**BY_JUNE, "as_of": "2019-04-30"}) == "by April 2019"


def test_a_later_confirmation_counts_and_an_earlier_one_moves_nothing_back():
    paper, minutes = make_document(as_of="2021-06-15"), make_document()
    against = {"confirmed_document": minutes, "confirmed_locator": "minute 3"}

    later = make_person(document=paper, confirmed_on="2022-03-01", **against)
    assert later.last_known_in_words() == "1 March 2022"
    assert later.is_known_by_confirmation
    earlier = make_person(document=paper, confirmed_on="2020-03-01", **against)
    assert earlier.last_known_in_words() == "15 June 2021"
    assert not earlier.is_known_by_confirmation


def test_the_source_of_an_end_counts_for_what_ended():
    paper, letter = make_document(as_of="2019-04-01"), make_document(as_of="2021-07-01")
    left = make_membership(
        document=paper, end_date="2021-06-30", end_document=letter, end_locator="page 1"
    )

    assert left.last_known_in_words() == "1 July 2021"


def test_without_any_day_nothing_is_known_of_the_day():
    undated = make_person()

    assert (undated.last_known, undated.last_known_in_words()) == (None, "")
    assert undated.is_stale(day("2021-06-30"))


def test_sql_and_python_agree_on_what_is_known_before_any_day():
    papers = [
        make_document(),
        make_document(as_of="2020-05-05", as_of_precision=Precision.YEAR),
        make_document(as_of="2021-06-15"),
    ]
    own = [{}, BY_JUNE, {"as_of": "2019-12-31"}]
    confirmed = [
        {},
        {"confirmed_on": "2021-06-30", "confirmed_precision": Precision.MONTH},
        {"confirmed_on": "2020-12-31"},
    ]
    ends = [{}, {"end_document": papers[0]}, {"end_document": make_document(as_of="2021-07-01")}]
    organisation = make_organisation()
    for paper, as_of, confirmation, end in itertools.product(papers, own, confirmed, ends):
        ended = {"end_date": "2021-05-31", "end_locator": "page 9", **end} if end else {}
        make_organisation_name(
            organisation=organisation, document=paper, **as_of, **confirmation, **ended
        )
    names = list(OrganisationName.objects.select_related("document", "end_document"))
    assert len(names) == 81
    turns = {day for name in names if name.last_known for day in lateness(name.last_known)}

    for last in sorted(turns):
        for asked in (last, last.replace(year=last.year + 1)):
            expected = {
                name.pk
                for name in names
                if name.last_known is None
                or last_day(name.last_known.day, name.last_known.precision) < asked
            }
            found = OrganisationName.objects.filter(last_known_before(asked))
            assert set(found.values_list("pk", flat=True)) == expected, asked


# Facts without a period: figures, ratings, statements, steps of a dispute


def stated(asked: str) -> set[str]:
    return set(Figure.objects.stated_by(day(asked)).values_list("label", flat=True))


def test_a_figure_is_stated_from_the_day_of_its_document_whenever_it_was_typed():
    make_figure(label="Beds", document=make_document(as_of="2022-03-01"))
    make_figure(label="Staff", document=make_document(as_of="2022-05-20", as_of_precision="month"))

    assert stated("2022-02-28") == set()
    assert stated("2022-03-01") == {"Beds"}
    assert stated("2022-05-01") == {"Beds", "Staff"}


def test_a_later_confirmation_hides_a_figure_from_no_earlier_day():
    paper, minutes = make_document(as_of="2021-06-01"), make_document(as_of="2026-01-01")
    make_figure(
        document=paper,
        label="Beds",
        confirmed_on="2026-01-01",
        confirmed_document=minutes,
        confirmed_locator="minute 3",
    )
    make_figure(document=paper, label="Staff", confirmed_on="2026-01-01")

    assert stated("2021-05-31") == set()
    assert stated("2021-06-01") == {"Beds", "Staff"}


def test_a_figure_with_a_day_of_its_own_is_stated_from_then():
    make_figure(label="Beds", document=make_document(as_of="2022-03-01"), as_of="2020-01-31")

    assert stated("2020-01-30") == set()
    assert stated("2020-01-31") == {"Beds"}


def test_a_figure_of_a_document_without_a_day_is_stated_from_what_was_typed_for_it():
    make_figure(label="Beds", confirmed_on="2021-06-01")
    make_figure(label="Staff")

    assert stated("2021-05-31") == {"Staff"}
    assert stated("2021-06-01") == {"Beds", "Staff"}


def test_the_day_of_a_month_or_year_is_kept_as_its_first():
    assert make_person(**BY_JUNE).as_of == day("2021-06-01")
    assert Person.history.get().as_of == day("2021-06-01")
    assert Document.objects.get().as_of is None
