"""Periods that hold together: a membership, its seat and the forum of that."""

import datetime
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import F

from records.periods import Period


@dataclass(frozen=True)
class PeriodRow(Period):
    """The period of a record, as a row of `.values_list()` of these columns."""

    COLUMNS: ClassVar = (*Period.PERIOD_FIELDS, *Period.FOUR_DAYS)

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

    @classmethod
    def columns(cls, named: str, path: str) -> dict[str, F]:
        """Columns of `.values()` that have the period of what `path` leads to, for `taken`. The
        path ends in two underscores."""
        return {f"{named}_{name}": F(f"{path}{name}") for name in cls.COLUMNS}

    @classmethod
    def taken(cls, named: str, row: dict) -> Any:
        """The period that a row has in such columns, taken out of it; None if `path` led to
        nothing."""
        values = [row.pop(f"{named}_{name}") for name in cls.COLUMNS]
        return None if values[-1] is None else cls(*values)


class Together(Period):
    """Several things, by what they are called, each of which is there only with the others.

    They hold together on a day if each holds, and perhaps if each may. They are listed where each
    is, even if the first began on a known day: that of a seat says nothing of its forum.
    """

    def __init__(self, **parts: Period):
        self.parts = parts
        self.earliest_start = max(part.earliest_start for part in parts.values())
        self.latest_start = max(part.latest_start for part in parts.values())
        self.earliest_end = min(part.earliest_end for part in parts.values())
        self.latest_end = min(part.latest_end for part in parts.values())

    def has_ended(self, day: datetime.date) -> bool:
        return any(part.has_ended(day) for part in self.parts.values())

    def is_listed(self, day: datetime.date) -> bool:
        return all(part.is_listed(day) for part in self.parts.values())

    def is_openly_perhaps(self, day: datetime.date) -> bool:
        return self.possibly(day) and not self.is_listed(day)

    def why_perhaps(self, day: datetime.date) -> str:
        """As of one period. What another than the first is perhaps for is told with its name: "the
        forum began some time in 2023"."""
        if self.holds(day) is not None:
            return ""
        openly = [part for part in self.parts.values() if part.is_openly_perhaps(day)]
        if openly:
            return max(openly, key=lambda part: part.latest_start).why_perhaps(day)
        name, part = next(each for each in self.parts.items() if each[1].holds(day) is None)
        why = part.why_perhaps(day)
        return why if part is next(iter(self.parts.values())) else f"the {name} {why}"
