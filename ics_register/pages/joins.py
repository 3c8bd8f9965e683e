"""The joins that the queries of public pages share."""

from collections.abc import Iterable

from django.db.models import QuerySet

from records.models import DatedFact, Fact

# The documents that a fact with a period may rest on, as `select_related` takes them.
SOURCES = DatedFact.DOCUMENT_FIELDS
# Those of a fact without one.
STATED_SOURCES = Fact.DOCUMENT_FIELDS
# What is said of a record that another one names.
NAMED = ("slug", "name", "end_date", "end_precision", "end_qualifier")


def with_sources(
    facts: QuerySet, *named: str, whole: Iterable[str] = (), sources: Iterable[str] = SOURCES
) -> QuerySet:
    """`facts` with what a page says of them: of the documents that they rest on the name and the
    address, of the `named` records that they tie together these and when they ended, and all of
    those that are `whole`. To read all of each takes a tenth of the time of a page.
    """
    sources, own = tuple(sources), [field.name for field in facts.model._meta.concrete_fields]
    documents = [f"{each}__{column}" for each in sources for column in ("slug", "short_title")]
    records = [f"{each}__{column}" for each in named for column in NAMED]
    return facts.select_related(*named, *whole, *sources).only(*own, *documents, *records)
