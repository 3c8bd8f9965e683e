"""Facts as rows of `.values()`, with the names of their documents."""

import datetime
from dataclasses import dataclass

from django.db.models import F

from records.evidence import Evidence
from records.foresight import Foreseeable
from records.periods import Period

# Columns of `.values()`. `document_columns` has those that name the documents.
PERIOD = (*Period.PERIOD_FIELDS, *Period.FOUR_DAYS, "end_locator")
EVIDENCE = tuple(name for name in Evidence.EVIDENCE_FIELDS if name not in Evidence.DOCUMENT_FIELDS)


@dataclass(kw_only=True)
class Stated(Evidence):
    """Something that a document states, as a row of `.values()`."""

    document_slug: str
    document_title: str
    document_as_of: datetime.date | None
    document_as_of_precision: str
    document_as_of_qualifier: str
    locator: str
    as_of: datetime.date | None
    as_of_precision: str
    as_of_qualifier: str
    quotation: str
    note: str
    confirmed_on: datetime.date | None
    confirmed_precision: str
    confirmed_document_slug: str | None
    confirmed_document_title: str | None
    confirmed_locator: str


@dataclass(kw_only=True)
class DatedStated(Foreseeable, Stated):
    """Something that a document states of a period, as a row of `.values()`."""

    start_date: datetime.date | None
    start_precision: str
    start_qualifier: str
    end_date: datetime.date | None
    end_precision: str
    end_qualifier: str
    earliest_start: datetime.date
    latest_start: datetime.date
    earliest_end: datetime.date
    latest_end: datetime.date
    end_document_slug: str | None
    end_document_title: str | None
    end_document_as_of: datetime.date | None
    end_document_as_of_precision: str | None
    end_document_as_of_qualifier: str | None
    end_locator: str


# Columns that name a fact's documents, in rows of `.values()`: its own, the one that it was last
# confirmed against, and, of what has a period, the one that says it ended. And the days of which
# its own and that of its end speak.
DOCUMENTS = {
    "document_slug": "document__slug",
    "document_title": "document__short_title",
    **{f"document_{name}": f"document__{name}" for name in Evidence.AS_OF_FIELDS},
    "confirmed_document_slug": "confirmed_document__slug",
    "confirmed_document_title": "confirmed_document__short_title",
}
END_DOCUMENTS = {
    "end_document_slug": "end_document__slug",
    "end_document_title": "end_document__short_title",
    **{f"end_document_{name}": f"end_document__{name}" for name in Evidence.AS_OF_FIELDS},
}


def document_columns(*, with_end: bool = True) -> dict[str, F]:
    """Columns of `.values()` that name the documents of a fact, and of its end if it has one."""
    columns = {**DOCUMENTS, **(END_DOCUMENTS if with_end else {})}
    return {name: F(lookup) for name, lookup in columns.items()}
