"""The part after the rows of a list: records that the sources name only from a later day.

They are in no count, because whether they existed on the day is not recorded.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.db.models import F, Func, IntegerField, QuerySet, Subquery

# The most that a page shows. The CSV file has all.
MOST = 100


@dataclass(frozen=True)
class KnownLater:
    """The records of a list that may have existed on its day, narrowed and sorted as the list."""

    records: QuerySet
    rows: list  # those that the page shows
    number: int | None  # of all; None on a page before the last one of the list, which shows none

    @property
    def more(self) -> int:
        """How many there are that the page does not show."""
        return (self.number or 0) - len(self.rows)


def after(page: Page, records: QuerySet) -> KnownLater:
    """The `records` to show after the rows of `page`, if it is the last one."""
    if page.has_next():
        return KnownLater(records, [], None)
    shown = records.filter(pk__in=records.values("pk")[:MOST])
    rows = list(shown.annotate(in_all=number_of(records)))
    return KnownLater(records, rows, rows[0].in_all if rows else 0)


def number_of(records: QuerySet) -> Subquery:
    """An expression for the number of `records`."""
    number = Func(F("pk"), function="COUNT", output_field=IntegerField())
    return Subquery(records.order_by().annotate(number=number).values("number"))


def as_json(later: KnownLater, said: Callable[[Any], dict]) -> dict:
    """The number and the rows for JSON, each as `said`; null on a page before the last."""
    if later.number is None:
        return {"known_from_a_later_day": None}
    items = [said(each) for each in later.rows]
    return {"known_from_a_later_day": {"number": later.number, "items": items}}
