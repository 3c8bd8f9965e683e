"""What ended *by* a day ended no earlier than a document last says that it held."""

import datetime

import pytest
from django.db import connection
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from organisations.models import Organisation, OrganisationName
from records.days import NO_EARLIEST
from records.history import Nature, writing
from records.models import Document
from records.periods import Precision, Qualifier, first_day, last_day
from tests.admin_pages import address, errors_of, send
from tests.builders import day, make_appointment, make_document, make_membership, make_post

BY, NOT_BEFORE = Qualifier.BY, Qualifier.NOT_BEFORE


def ended_by(end="2019-12-31", *, source="2019-03-15", **fields):
    """A membership since April 2018 that another document than its source says ended by a day."""
    paper = source if isinstance(source, Document) else make_document(as_of=source)
    period = {"start_date": "2018-04-10", "end_date": end, "end_qualifier": BY}
    given_end = {"end_document": make_document(as_of="2020-02-01"), "end_locator": "page 2"}
    return make_membership(**{"document": paper, **period, **given_end, **fields})


def certain_until(record) -> str:
    record.refresh_from_db()
    return str(record.earliest_end)


pytestmark = pytest.mark.django_db


def test_it_is_certain_until_the_day_as_of_which_its_source_speaks():
    assert certain_until(ended_by()) == "2019-03-15"


def test_a_day_of_its_own_counts_and_not_that_of_its_document():
    assert certain_until(ended_by(as_of="2018-09-01")) == "2018-09-01"


def test_a_later_confirmation_counts_and_an_earlier_one_moves_nothing_back():
    against = {"confirmed_document": make_document(), "confirmed_locator": "minute 3"}
    assert certain_until(ended_by(confirmed_on="2019-06-01", **against)) == "2019-06-01"
    assert certain_until(ended_by(confirmed_on="2018-06-01", **against)) == "2019-03-15"
    assert certain_until(ended_by(confirmed_on="2019-06-01")) == "2019-06-01"  # its own, again


def test_a_month_or_a_year_surely_says_so_of_its_first_day_alone():
    month = make_document(as_of="2019-03-15", as_of_precision=Precision.MONTH)
    year = make_document(as_of="2019-03-15", as_of_precision=Precision.YEAR)

    assert certain_until(ended_by(source=month)) == "2019-03-01"
    assert certain_until(ended_by(source=year)) == "2019-01-01"


@pytest.mark.parametrize("qualifier", [BY, NOT_BEFORE])
def test_a_document_that_speaks_of_no_day_of_its_own_says_so_of_none(qualifier):
    limit = make_document(as_of="2019-03-15", as_of_qualifier=qualifier)

    assert certain_until(ended_by(source=limit)) == "2018-04-10"
    assert certain_until(ended_by(source=make_document())) == "2018-04-10"


def test_a_document_that_may_be_later_than_the_end_may_speak_of_what_was():
    later = make_document(as_of="2020-01-01")
    perhaps_later = make_document(as_of="2019-01-01", as_of_precision=Precision.YEAR)

    assert certain_until(ended_by(source=later)) == "2018-04-10"
    assert certain_until(ended_by("2019-12-30", source=perhaps_later)) == "2018-04-10"


def test_the_document_that_gives_the_end_does_not_say_that_it_held():
    only = {"end_document": None, "end_locator": ""}
    paper = make_document(as_of="2019-03-15")
    both = {"end_document": paper, "end_locator": "page 2"}

    assert certain_until(ended_by(**only)) == "2018-04-10"
    assert certain_until(ended_by(**only, confirmed_on="2019-06-01")) == "2018-04-10"
    assert certain_until(ended_by(source=paper, **both)) == "2018-04-10"
    against = {"confirmed_document": paper, "confirmed_locator": "page 2"}
    assert certain_until(ended_by(confirmed_on="2019-06-01", **both, **against)) == "2019-03-15"


def test_an_end_on_a_day_goes_by_nothing_else():
    assert certain_until(ended_by(end_qualifier=Qualifier.ON)) == "2019-12-31"


def test_a_later_confirmation_alone_moves_it():
    membership = ended_by()
    membership.confirmed_on = day("2019-06-01")
    membership.save()

    assert certain_until(membership) == "2019-06-01"
    assert membership.history.first().earliest_end == day("2019-06-01")


# The day of a document, corrected


def test_facts_follow_the_corrected_day_of_their_document_with_history_in_one_batch():
    paper = make_document(as_of="2019-03-15")
    follows, has_its_own = ended_by(source=paper), ended_by(source=paper, as_of="2018-09-01")
    goes_on = make_membership(document=paper, start_date="2018-04-10")
    before = goes_on.history.count()

    paper.as_of = day("2019-05-20")
    with writing(Nature.CORRECTED, reason="The minutes are of May.") as written:
        paper.save()

    assert certain_until(follows) == "2019-05-20"
    assert certain_until(has_its_own) == "2018-09-01"
    row = follows.history.first()
    assert row.earliest_end == day("2019-05-20")
    assert (row.history_nature, row.history_change_reason) == (
        Nature.CORRECTED, "The minutes are of May.",
    )  # fmt: skip
    assert row.history_batch == paper.history.first().history_batch == written.batch
    assert goes_on.history.count() == before


def test_a_document_that_loses_its_day_leaves_certain_what_its_facts_say_alone():
    paper = make_document(as_of="2019-03-15")
    membership = ended_by(source=paper)

    paper.as_of, paper.as_of_precision = None, Precision.DAY
    paper.save()

    assert certain_until(membership) == "2018-04-10"


def test_another_title_of_a_document_writes_no_history_of_its_facts():
    paper = make_document(as_of="2019-03-15")
    membership = ended_by(source=paper)
    # As somebody might who writes past the models.
    with connection.cursor() as cursor:
        cursor.execute("UPDATE forums_membership SET earliest_end = '2018-04-10'")
    paper.title = "Minutes"
    paper.save()

    assert certain_until(membership) == "2018-04-10"
    assert membership.history.count() == 1


def test_a_day_by_which_two_would_surely_hold_one_post_is_refused_in_words(admin_client):
    post = make_post()
    paper = make_document(title="Minutes of March", as_of="2019-03-15")
    left = make_appointment(
        post=post, document=paper, start_date="2018-04-10", end_date="2019-12-31",
        end_qualifier=BY, end_document=make_document(), end_locator="page 2",
    )  # fmt: skip
    make_appointment(post=post, start_date="2019-04-01")
    page = address(Document, "change", paper.pk)

    answer = send(admin_client, page, as_of="2019-05-20")

    [said] = errors_of(answer)["as_of"]
    assert "held until 20 May 2019" in said
    assert "Give another day, or correct that first." in said
    paper.refresh_from_db()
    assert paper.as_of == day("2019-03-15")
    assert certain_until(left) == "2019-03-15"

    send(admin_client, page, as_of="2019-03-31")
    assert certain_until(left) == "2019-03-31"


# Whatever the documents say

some_day = st.dates(day("2018-01-01"), day("2020-12-31"))


@st.composite
def spoken(draw):
    """The day as of which a document speaks, as its fields have it, or none."""
    if draw(st.integers(0, 5)) == 0:
        return None, Precision.DAY, Qualifier.ON
    precision = draw(st.sampled_from(Precision))
    return first_day(draw(some_day), precision), precision, draw(st.sampled_from(Qualifier))


def as_document(pk, said) -> Document:
    as_of, precision, qualifier = said
    return Document(pk=pk, as_of=as_of, as_of_precision=precision, as_of_qualifier=qualifier)


@settings(deadline=None, max_examples=300)
@given(
    source=spoken(),
    own=spoken(),
    confirmed=spoken(),
    documents=st.tuples(*[st.sampled_from([1, 2, 3])] * 3),
    has_end_document=st.booleans(),
    starts=some_day,
    ends=some_day,
    end_precision=st.sampled_from(Precision),
)
def test_no_day_is_claimed_that_some_true_end_would_belie(
    source, own, confirmed, documents, has_end_document, starts, ends, end_precision
):
    assume(starts <= last_day(ends, end_precision))
    papers = {pk: as_document(pk, source) for pk in (1, 2, 3)}
    document, end_document, confirmed_document = (papers[pk] for pk in documents)
    name = OrganisationName(
        organisation=Organisation(name="Wye Valley NHS Trust"),
        document=document,
        end_document=end_document if has_end_document else None,
        confirmed_document=confirmed_document,
        start_date=starts, end_date=ends, end_precision=end_precision, end_qualifier=BY,
        as_of=own[0], as_of_precision=own[1], as_of_qualifier=own[2],
        confirmed_on=confirmed[0], confirmed_precision=confirmed[1],
    )  # fmt: skip
    name.settle_period()

    gives_end = end_document if has_end_document else document
    says_it_held = [
        *([own if own[0] else source] if document != gives_end else []),
        *([(*confirmed[:2], Qualifier.ON)] if confirmed_document != gives_end else []),
    ]

    def fits(end: datetime.date) -> bool:
        """Whether each document that says that it held can be of a day up to a true end."""
        return all(
            as_of is None
            or qualifier != Qualifier.ON  # it may be of any day
            or last_day(as_of, precision) > name.latest_end  # it may be of a day after the end
            or as_of <= end
            for as_of, precision, qualifier in says_it_held
        )

    true_ends = [
        end
        for end in (starts + datetime.timedelta(days=n) for n in range(1500))
        if end <= name.latest_end and fits(end)
    ]
    assert name.earliest_end == min(true_ends)
    assert name.earliest_start <= name.latest_start <= name.latest_end
    assert name.earliest_end <= name.latest_end
    assert name.held_on() == NO_EARLIEST or name.held_on() <= name.latest_end
