"""The frame of a public page: the day it is read as at, and what its links carry."""

import datetime
import re
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.utils import timezone

from records.periods import date_in_words

# The first and last day a page can be read as at; of others no page could say anything.
FIRST_DAY = datetime.date(1900, 1, 1)
LAST_DAY = datetime.date(2199, 12, 31)


@dataclass(frozen=True)
class AskedDay:
    """The day a page is read as at."""

    day: datetime.date
    today: datetime.date
    named: bool  # whether the address names the day

    @property
    def in_words(self) -> str:
        return date_in_words(self.day)

    @property
    def is_today(self) -> bool:
        return self.day == self.today

    @property
    def is_to_come(self) -> bool:
        return self.day > self.today

    @property
    def reading_day(self) -> datetime.date:
        """The day by which "more than a year ago" is reckoned: the day asked for, if past."""
        return min(self.day, self.today)

    @property
    def parameters(self) -> dict[str, str]:
        """What the links of a page carry, so that the next page is as at the same day."""
        return {"as_at": self.day.isoformat()} if self.named else {}

    def link(self, address: str, kept=(), /, **parameters) -> str:
        """`address` with `parameters` and those `kept` from a reader's, as at the same day.

        A reader's are not passed by name: they may be called anything.
        """
        given = {**dict(kept), **parameters}
        given = {name: value for name, value in given.items() if value not in (None, "")}
        query = urlencode({**given, **self.parameters})
        return f"{address}?{query}" if query else address


def asked_day(request: HttpRequest) -> AskedDay:
    """The day that `?as_at=` names, or today. Raises BadRequest for what is not a day."""
    today = timezone.localdate()
    text = request.GET.get("as_at", "")
    if not text:
        return AskedDay(today, today, named=False)
    try:
        # Python would also take a week for a day: "2019-W18-3".
        if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is None:
            raise ValueError(text)
        day = datetime.date.fromisoformat(text)
    except ValueError:
        raise BadRequest(
            f"The register could not read “{text[:40]}” as a day. Write the day as "
            "year-month-day: as_at=2019-05-01."
        ) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise BadRequest(
            f"The register can be read as at a day from {FIRST_DAY.year} to {LAST_DAY.year}."
        )
    return AskedDay(day, today, named=True)


def page_furniture(request: HttpRequest) -> dict:
    """What the frame of a page needs besides its own content."""
    return {
        "path": request.path,
        # Filters of the page, so that a change of day keeps them.
        "kept_parameters": [
            (name, value)
            for name, value in request.GET.items()
            if name not in ("as_at", "page") and len(value) <= 200
        ],
        "searched": "",
    }
