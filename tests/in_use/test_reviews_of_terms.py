"""Reviews that left terms of reference as they are: what was due on the days before, on and after,
on each page, paper, file and calendar."""

import importlib

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from hypothesis import given, settings
from hypothesis import strategies as st

from forums.models import Forum, TermsOfReference, TermsReview
from forums.terms_reviews import next_review, with_next_review
from records.history import Nature, writing
from tests import stepping
from tests.builders import day, make_document, make_forum, make_terms, make_terms_review
from tests.in_use.stage import correct, paper, take
from tests.listed import rows_of
from tests.pages import opened
from tests.pages.as_data import read_data
from tests.pages.files import WordFile
from tests.pages.reading import read

pytestmark = pytest.mark.django_db

FIRST, SECOND = "31 March 2023", "28 February 2025"
# The next review as it stood on each day, and the last review by then.
DUE = {
    "2023-02-08": (FIRST, ""),
    "2023-02-09": (SECOND, "9 February 2023"),
    "2023-02-10": (SECOND, "9 February 2023"),
    "2025-05-15": (SECOND, "9 February 2023"),
    "2025-05-30": (SECOND, "9 February 2023"),
    "2025-05-31": ("", "May 2025"),
    "2026-01-01": ("", "May 2025"),
}
ISO = {FIRST: "2023-03-31", SECOND: "2025-02-28", "": None}


@pytest.fixture
def board() -> Forum:
    """Due by March 2023, reviewed before that, and in some month of 2025 without a next day."""
    forum = make_forum(slug="board", name="The Board", start_date="2015-04-01")
    terms = make_terms(
        forum=forum, start_date="2019-04-01", review_date="2023-03-31", document=paper("2019-05-01")
    )
    review(forum, "2023-02-09", next_review="28 February 2025")
    take(terms, "reviewed", document=paper("2025-06-20"), date="May 2025")
    return forum


def review(forum: Forum, on: str, **answers) -> None:
    take(forum, "reviewed", document=paper(on), date=None, **answers)


def test_what_was_due_stands_on_the_days_before_a_review(board):
    for on, (due, last) in DUE.items():
        asked = {"as_at": on}
        page = read("/forums/board/", asked)
        paper_of_day = read("/forums/board/terms/", asked).text
        word = " ".join(WordFile("/forums/board/terms.docx", asked).paragraphs)
        for other in {FIRST, SECOND} - {due}:
            assert f"Next review {other}" not in page.text, on
            assert f"Review date: {other}" not in paper_of_day and other not in word, on
        assert not due or (f"Next review {due}" in page.text and due in paper_of_day), on
        assert (f"Last reviewed {last}" in page.text) == bool(last), on
        assert not last or last in word, on
        said = read_data("/forums/board.json", asked).said
        assert said["review_date"] == ISO[due], on
        [version] = said["terms_of_reference"]
        assert len(version["reviews"]) == sum(each <= on for each in ("2023-02-09", "2025-05-01"))
        calendars = (read("/forums/board/calendar/", asked), read("/calendar/", asked))
        for other in (FIRST, SECOND):
            is_told = other == due and on != "2026-01-01"
            assert [other in calendar.text for calendar in calendars[:1]] == [is_told], (on, other)


def test_the_page_names_each_review_with_its_source(board):
    told = read("/forums/board/", {"as_at": "2025-05-15"}).section("terms")
    assert "Reviewed and unchanged on 9 February 2023, next due 28 February 2025" in told
    assert "Paper of 2023-02-09" in told
    assert "Perhaps reviewed by now and unchanged in May 2025" in told
    after = read("/forums/board/", {"as_at": "2025-06-01"}).section("terms")
    assert "Reviewed and unchanged in May 2025" in after


def test_files_have_the_reviews_that_had_been(board):
    for on, days in {
        "2023-02-08": [],
        "2023-02-09": [("2023-02-09", "2025-02-28")],
        "2025-06-01": [("2023-02-09", "2025-02-28"), ("2025-05", None)],
    }.items():
        database = opened.sqlite(as_at=on)
        rows = database.execute("SELECT reviewed_on, next_review FROM terms_reviews ORDER BY 1")
        assert [tuple(row) for row in rows] == days, on
        tables = opened.csv_tables(as_at=on)
        assert [row["reviewed_on"] for row in tables["terms_reviews"]] == [each for each, _ in days]
        [terms] = database.execute("SELECT review_date FROM terms_of_reference")
        assert terms[0] == "2023-03-31"


def test_the_calendar_of_all_forums_has_the_day_that_stood(board):
    for on, due in (("2023-02-08", "2023-03-31"), ("2023-02-09", "2025-02-28")):
        days = read_data("/calendar.json", {"as_at": on}).said["days"]
        found = [each for each in days if each["words"].startswith("Review of")]
        assert [each["day"] for each in found] == [due], on
    [told] = found
    assert told["source"]["document"]["title"] == "Paper of 2023-02-09"


def test_the_worklist_goes_by_what_stood_on_the_day(board):
    for on, reasons in {
        "2023-02-08": ["The review is due by 31 March 2023, in 51 days."],
        "2023-02-09": [],
        "2025-03-02": ["The review was due by 28 February 2025, 2 days ago."],
        "2025-06-01": [],
    }.items():
        assert [row.reason for row in rows_of("reviews", day=day(on))] == reasons, on
    assert [row.record.forum for row in rows_of("reviews", day=day("2025-06-01"), apart=True)] == [
        board
    ]


@pytest.mark.parametrize(
    ("answers", "field", "says"),
    [
        ({"date": "09/05/2018"}, "date", "begin on 1 April 2019, after that"),
        ({"date": "09/05/2027"}, "date", "has not come"),
        ({"date": "09/02/2023"}, "date", "is recorded already"),
        ({"date": "09/05/2024", "next_review": "09/05/2024"}, "next_review", "no later than"),
        ({"date": "09/05/2024", "next_review": "31 June 2024"}, "next_review", "Enter a"),
    ],
)
def test_a_review_that_cannot_be_is_refused_on_its_field_and_nothing_typed_is_lost(
    board, answers, field, says
):
    done = stepping.take(board, "reviewed", document=paper("2024-06-01"), **answers)
    errors = stepping.errors_of(done)
    assert list(errors) == [field] and says in " ".join(errors[field]), errors
    form = done.context_data["form"]
    assert {name: form[name].value() for name in answers} == answers
    assert TermsReview.objects.count() == 2


def test_a_review_is_corrected_on_its_own_form(board):
    first = TermsReview.objects.earliest("latest_day")
    correct(first, next_review="2025-03-31")
    said = read_data("/forums/board.json", {"as_at": "2024-01-01"}).said
    assert said["review_date"] == "2025-03-31"


reviews_at_random = st.lists(
    st.tuples(st.integers(1, 6), st.sampled_from(["day", "month"]), st.none() | st.integers(1, 6)),
    max_size=4,
    unique_by=lambda each: each[:2],
)


@settings(max_examples=20)
@given(first=st.none() | st.integers(1, 6), reviews=reviews_at_random)
def test_queries_and_pages_say_the_same_of_the_next_review(first, reviews):
    terms = make_terms(start_date="2019-04-01", review_date=first and f"2020-0{first}-15")
    for month, precision, later in reviews:
        make_terms_review(
            terms=terms,
            reviewed_on=day(f"2020-0{month}-15"),
            reviewed_precision=precision,
            next_review=later and day(f"2020-{month + later:02}-20"),
        )
    for on in (f"2020-{month:02}-{number}" for month in range(1, 13) for number in (14, 15)):
        [asked] = with_next_review(TermsOfReference.objects.filter(pk=terms.pk), day(on))
        told = next_review(terms, terms.reviews.all(), day(on))
        assert asked.next_due == (told and told.day), on


# Carried over


def as_recorded_before(terms: TermsOfReference, on: str, due: str | None) -> None:
    """What the step wrote before reviews were records."""
    terms.confirmed_on, terms.confirmed_document = day(on), paper(on)
    terms.confirmed_locator = "minute 4"
    with writing(Nature.CONFIRMED, step="Reviewed and unchanged"):
        terms.save()
        terms.review_date = due and day(due)
        terms.save()


def upgrade(configured) -> None:
    configured.MIGRATION_MODULES = {}  # Other tests have none.
    upgrade = importlib.import_module("forums.migrations.0030_reviews_carried_over")
    # The models are today's, because the tables are.
    upgrade.carry_over(MigrationLoader(connection).project_state().apps, None)


def test_a_review_that_wrote_over_what_was_due_is_carried_over(settings):
    terms = make_terms(forum=make_forum(slug="board"), review_date="2023-03-31")
    as_recorded_before(terms, "2023-02-09", "2025-02-28")
    as_recorded_before(terms, "2025-03-09", None)

    upgrade(settings)

    terms.refresh_from_db()
    first, second = terms.reviews.order_by("latest_day")
    assert (terms.review_date, first.next_review) == (day("2023-03-31"), day("2025-02-28"))
    assert (second.reviewed_on, second.next_review) == (day("2025-03-09"), None)
    assert (first.document.short_title, first.locator) == ("Paper of 2023-02-09", "minute 4")
    assert first.history.get().history_step == "Reviewed and unchanged"
    assert terms.history.first().history_nature == Nature.UPGRADED
    for on, due in (
        ("2023-02-08", "2023-03-31"),
        ("2023-02-09", "2025-02-28"),
        ("2026-01-01", None),
    ):
        said = read_data("/forums/board.json", {"as_at": on}).said
        assert said["review_date"] == due, on


def test_a_confirmation_or_a_review_that_was_undone_becomes_no_review(settings):
    terms = make_terms(review_date="2023-03-31")
    terms.confirmed_on = day("2022-02-09")
    terms.save()
    as_recorded_before(terms, "2023-02-09", "2025-02-28")
    terms.confirmed_on, terms.review_date = day("2022-02-09"), day("2023-03-31")
    terms.confirmed_document, terms.confirmed_locator = None, ""
    with writing(Nature.UNDONE):
        terms.save()
    before = TermsOfReference.objects.values().get()

    upgrade(settings)

    assert not TermsReview.objects.exists()
    assert TermsOfReference.objects.values().get() == before


def test_what_was_corrected_since_a_review_is_what_is_carried_over(settings):
    terms = make_terms(review_date="2023-03-31", document=make_document(as_of="2019-05-01"))
    as_recorded_before(terms, "2023-02-09", "2025-02-28")
    terms.review_date = day("2025-03-31")
    terms.save()

    upgrade(settings)

    assert terms.reviews.get().next_review == day("2025-03-31")
