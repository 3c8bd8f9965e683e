"""What a document foresaw, and whether another says that it happened."""

import itertools

import pytest

from organisations.models import OrganisationName
from people.models import Appointment
from records.foresight import foreseen
from records.periods import Precision, Qualifier
from tests.builders import (
    day,
    make_appointment,
    make_document,
    make_organisation,
    make_organisation_name,
)

pytestmark = pytest.mark.django_db

PAPER = {"as_of": "2025-10-15", "as_of_precision": Precision.MONTH}
AT_THE_END_OF_MARCH = {"end_date": "2026-03-31"}


@pytest.fixture
def paper():
    return make_document(**PAPER)


def ended(**fields) -> bool:
    """Whether no source says that it ended, but one that it was to."""
    return make_appointment(**{**AT_THE_END_OF_MARCH, **fields}).end_foreseen


def test_an_end_after_the_last_day_of_which_its_paper_may_speak_is_foreseen(paper):
    assert ended(document=paper)
    assert ended(document=paper, end_date="2025-11-01")
    assert not ended(document=paper, end_date="2025-10-31")
    assert not ended(document=paper, end_date=None)


def test_an_end_known_to_the_month_may_be_its_first_day(paper):
    month = {"end_precision": Precision.MONTH}
    assert not ended(document=paper, end_date="2025-10-31", **month)
    assert ended(document=paper, end_date="2025-11-30", **month)
    assert not ended(
        document=paper, start_date="2020-04-01", end_date="2025-12-31", end_precision=Precision.YEAR
    )


def test_a_paper_of_a_year_foresees_nothing_of_that_year_and_an_undated_one_nothing():
    year = make_document(as_of="2019-01-01", as_of_precision=Precision.YEAR)
    assert not ended(document=year, end_date="2019-12-31")
    assert ended(document=year, end_date="2020-01-01")
    assert not ended(document=make_document())


def test_what_was_to_end_by_a_day_is_foreseen_by_a_paper_of_before_that_day(paper):
    assert ended(document=paper, end_qualifier=Qualifier.BY)
    assert not ended(document=paper, end_date="2025-10-31", end_qualifier=Qualifier.BY)


def test_the_source_of_the_end_counts_for_the_end_and_not_that_of_the_start(paper):
    of_the_start = make_document(as_of="2019-04-01")
    assert ended(document=of_the_start, end_document=paper, end_locator="page 9")
    undated = make_document()
    assert not ended(document=of_the_start, end_document=undated, end_locator="page 9")
    later = make_document(as_of="2026-04-02")
    assert not ended(document=paper, end_document=later, end_locator="page 9")


def test_a_confirmation_on_or_after_its_day_makes_it_a_fact(paper):
    assert ended(document=paper, confirmed_on="2026-03-30")
    assert not ended(document=paper, confirmed_on="2026-03-31")
    began = make_appointment(document=paper, start_date="2026-03-01", confirmed_on="2026-02-28")
    assert (began.start_foreseen, began.end_foreseen) == (True, False)
    began.confirmed_on = day("2026-03-01")
    assert not began.start_foreseen


def test_what_a_later_document_says_has_ended_had_begun(paper):
    """Minutes showed somebody leaving, and the page said “if it began, it ended”."""

    def start_foreseen(minutes, **fields) -> bool:
        of_the_end = {"end_document": minutes, "end_locator": "page 9"}
        began = {"document": paper, "start_date": "2026-01-01"}
        return make_appointment(
            **{**began, **AT_THE_END_OF_MARCH, **of_the_end, **fields}
        ).start_foreseen

    minutes = make_document(as_of="2026-04-02")
    assert not start_foreseen(minutes)
    # The document may say no more than that somebody else was there by then.
    assert start_foreseen(minutes, end_qualifier=Qualifier.BY)
    assert start_foreseen(minutes, end_qualifier=Qualifier.NOT_BEFORE)
    # A plan of when it is to end does not show that it began, however late.
    assert start_foreseen(make_document(as_of="2026-03-01"))
    assert start_foreseen(make_document())
    early = make_document(as_of="2025-11-01", as_of_precision=Precision.MONTH)
    within = {"end_date": "2026-12-31", "end_precision": Precision.YEAR}
    assert start_foreseen(early, **within)
    assert not start_foreseen(make_document(as_of="2026-01-01"), **within)


def test_a_plan_of_an_end_does_not_show_that_something_was_so(paper):
    put_off = {"end_document": make_document(as_of="2026-02-01"), "end_locator": "page 9"}
    planned = make_appointment(
        document=paper, start_date="2026-01-01", end_date="2026-03-31", **put_off
    )
    assert planned.last_known_to_hold.in_words() == "October 2025"
    planned.confirmed_on = day("2026-01-31")
    assert planned.last_known_to_hold.in_words() == "1 February 2026"


def test_sql_and_python_agree_on_what_is_foreseen():
    papers = [
        make_document(),
        make_document(as_of="2020-05-05", as_of_precision=Precision.YEAR),
        make_document(as_of="2020-06-15", as_of_precision=Precision.MONTH),
        make_document(as_of="2021-05-31"),
    ]
    own = [{}, {"as_of": "2020-06-30"}]
    confirmed = [{}, {"confirmed_on": "2020-07-31", "confirmed_precision": Precision.MONTH}]
    starts = [
        {"start_date": None},
        {"start_date": "2020-07-01"},
        {"start_date": "2020-12-01", "start_precision": Precision.YEAR},
        {"start_date": "2020-07-31", "start_precision": Precision.MONTH},
    ]
    ends = [
        {"end_date": end, "end_precision": precision, "end_qualifier": qualifier, **document}
        for end in ("2020-07-31", "2021-06-01")
        for precision in Precision
        for qualifier in Qualifier
        for document in [
            {},
            *({"end_document": paper, "end_locator": "page 9"} for paper in papers[::3]),
        ]
    ]
    organisation = make_organisation()
    for of in itertools.product(papers, own, confirmed, starts, ends):
        paper, *fields = of
        every = {name: value for part in fields for name, value in part.items()}
        name = make_organisation_name(organisation=organisation, document=paper, save=False)
        for field, value in every.items():
            if field.endswith("_date") or field in ("as_of", "confirmed_on"):
                value = value and day(value)
            setattr(name, field, value)
        open_ended = name.end_qualifier == Qualifier.NOT_BEFORE and name.start_date is None
        if open_ended or (name.start_date and name.start_date > name.end_date):
            continue
        name.save()
    names = list(OrganisationName.objects.select_related("document", "end_document"))
    assert len(names) > 1600

    for which in ("start", "end"):
        expected = {name.pk for name in names if getattr(name, f"{which}_foreseen")}
        found = OrganisationName.objects.filter(foreseen(which)).values_list("pk", flat=True)
        assert set(found) == expected
        assert 0 < len(expected) < len(names)


def test_sql_asks_the_same_of_what_a_path_leads_to(paper):
    post = make_appointment(document=paper, **AT_THE_END_OF_MARCH).post
    assert not Appointment.objects.filter(foreseen("end", "post__"))
    post.document, post.end_date = paper, day("2026-03-31")
    post.save()
    assert Appointment.objects.filter(foreseen("end", "post__"))
