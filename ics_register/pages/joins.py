"""The joins that the queries of public pages share."""

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import QuerySet

from forums.models import Forum
from records.models import DatedFact, DatedRecordQuerySet, Fact
from records.periods import Period

# The documents that a fact with a period may rest on, as `select_related` takes them.
SOURCES = DatedFact.DOCUMENT_FIELDS
# The documents of a fact without a period.
STATED_SOURCES = Fact.DOCUMENT_FIELDS
# The fields that a page shows of a record that another one names, whether it was there, and whether
# its end was only foreseen.
NAMED = (
    *("slug", "name", *Period.END_FIELDS, *Period.FOUR_DAYS),
    *(*DatedFact.AS_OF_FIELDS, "confirmed_on", "confirmed_precision"),
)
ENDS = ("document", "end_document")


Facts = TypeVar("Facts", bound=QuerySet)


def with_sources(
    facts: Facts, *named: str, whole: Iterable[str] = (), sources: Iterable[str] = SOURCES
) -> Facts:
    """`facts` with the fields that a page shows, because reading all fields takes a tenth of its
    time.

    They are the names, addresses and days of their documents, and the names, addresses and ends of
    the `named` records, with the days of their documents. Records in `whole` come with all fields.
    """
    sources, own = tuple(sources), [field.name for field in facts.model._meta.concrete_fields]
    shown = ("slug", "short_title", *Fact.AS_OF_FIELDS)
    ends = [f"{each}__{document}" for each in named for document in ENDS]
    documents = [f"{each}__{column}" for each in (*sources, *ends) for column in shown]
    records = [f"{each}__{column}" for each in named for column in NAMED]
    return facts.select_related(*named, *whole, *sources, *ends).only(*own, *documents, *records)


def with_state(forums: DatedRecordQuerySet) -> DatedRecordQuerySet:
    """Forums with their sources, host and place, for `as_they_were` to give those of the day."""
    return Forum.knowing_of_terms(with_sources(forums, "host", whole=["place"]))
