"""The frame of a public page: the day it is read as at, and the parameters of its links."""

import dataclasses
import datetime
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.utils import timezone

from editing.typed_dates import UnreadableDate, read_typed
from ics_register.recorded import first_recorded
from records.days import FIRST_DAY, LAST_DAY, is_taken
from records.periods import Precision, Qualifier, date_in_words, first_day, last_day


@dataclass(frozen=True)
class AskedDay:
    """The day a page is read as at."""

    day: datetime.date
    today: datetime.date
    named: bool  # whether the address names the day
    # the day by which records were made; None for all records
    recorded: datetime.date | None = None

    @property
    def recorded_in_words(self) -> str:
        return date_in_words(self.recorded) if self.recorded else ""

    @property
    def is_recorded_to_come(self) -> bool:
        return self.recorded is not None and self.recorded > self.today

    @property
    def is_now(self) -> bool:
        """Whether the page is about today, from all records."""
        return self.is_today and self.recorded is None

    @property
    def in_words(self) -> str:
        return date_in_words(self.day)

    @property
    def when(self) -> str:
        """Within a sentence: "today" or "on 1 May 2019"."""
        return "today" if self.is_today else f"on {self.in_words}"

    @property
    def is_today(self) -> bool:
        return self.day == self.today

    @property
    def is_to_come(self) -> bool:
        return self.day > self.today

    @property
    def reading_day(self) -> datetime.date:
        """The day from which "more than a year ago" counts: the day asked for, or today if that is
        earlier."""
        return min(self.day, self.today)

    @functools.cached_property
    def parameters(self) -> dict[str, str]:
        """The parameters of the links of a page, so that the next page is as at the same day."""
        parameters = {"as_at": self.day.isoformat()} if self.named else {}
        if self.recorded is not None:
            parameters["recorded"] = self.recorded.isoformat()
        return parameters

    @property
    def on_today(self) -> "AskedDay":
        """Today, from what was recorded on the same day."""
        return dataclasses.replace(self, day=self.today, named=False)

    def on(self, day: datetime.date) -> "AskedDay":
        """Another day, from what was recorded on the same day."""
        return dataclasses.replace(self, day=day, named=True)

    @property
    def as_recorded_now(self) -> "AskedDay":
        """The same day, from all records."""
        return dataclasses.replace(self, recorded=None)

    def link(self, address: str, kept=(), /, **parameters) -> str:
        """`address` with `parameters` and `kept`, as at the same day.

        Parameters that a reader wrote come in `kept`, not by name, because they may have any name.
        """
        if not (kept or parameters or self.parameters):
            return address
        given = {**dict(kept), **parameters}
        given = {name: value for name, value in given.items() if value not in (None, "")}
        query = urlencode({**given, **self.parameters})
        return f"{address}?{query}" if query else address


def asked_day(request: HttpRequest) -> AskedDay:
    """The day that `?as_at=` names, or today, and the one that `?recorded=` names, if any. Raises
    BadRequest for what is not a day, or not one that the register can answer for."""
    today = timezone.localdate()
    day, recorded = named_day(request, "as_at"), named_day(request, "recorded")
    if recorded is not None:
        first = first_recorded()
        if first is None or recorded < first:
            begun = f"was begun on {date_in_words(first)}" if first else "has no record yet"
            raise BadRequest(
                f"recorded: The register {begun}, and said nothing on "
                f"{date_in_words(recorded)}. Choose a later day for what it said; for what was so "
                f"on that day as far as is known now, write as_at={recorded.isoformat()}."
            )
    return AskedDay(day or today, today, named=day is not None, recorded=recorded)


def named_day(request: HttpRequest, name: str) -> datetime.date | None:
    """The day that a parameter of the address names; None if it is not there. Raises BadRequest."""
    text = request.GET.get(name, "")
    if not text:
        return None
    try:
        # Python would also read a week as a day: "2019-W18-3".
        if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is None:
            raise ValueError(text)
        day = datetime.date.fromisoformat(text)
    except ValueError:
        raise BadRequest(
            f"The register could not read “{text[:40]}” as a day. Write the day as "
            f"year-month-day: {name}=2019-05-01."
        ) from None
    if not is_taken(day):
        raise BadRequest(
            f"The register can be read as at a day from {FIRST_DAY.year} to {LAST_DAY.year}."
        )
    return day


# The parameters that name the two days.
DAYS = ("as_at", "recorded")

# Fields that a reader types days into: the parameter each becomes, its name in a message, and which
# of its days a month or a year stands for, if any.
TYPED = {
    "typed_as_at": ("as_at", "Another day", None),
    "typed_recorded": ("recorded", "As recorded by the end of", None),
    "typed_from": ("from", "From", first_day),
    "typed_to": ("to", "To", last_day),
}


def address_as_typed(request: HttpRequest) -> str | None:
    """The same page with the typed days of a form in its address; None if no form was sent.

    Raises BadRequest for a day that cannot be read.
    """
    typed = [name for name in TYPED if name in request.GET]
    if not typed:
        return None
    asked = request.GET.copy()
    for name in typed:
        parameter, label, stands = TYPED[name]
        text = asked.pop(name)[-1].strip()
        asked.pop(parameter, None)
        if text:
            asked[parameter] = _day_typed(text, label, stands).isoformat()
    return f"{request.path}?{asked.urlencode()}" if asked else request.path


def _day_typed(text: str, label: str, stands: Callable | None) -> datetime.date:
    short = text[:40]
    try:
        day, precision, qualifier = read_typed(short)
    except UnreadableDate:
        raise BadRequest(
            f"{label}: “{short}” cannot be read as a day. Write it as 1 May 2019 or 01/05/2019."
        ) from None
    if qualifier != Qualifier.ON:
        raise BadRequest(f"{label}: “{short}” is no single day. Leave “by” out.")
    if precision != Precision.DAY and stands is None:
        raise BadRequest(
            f"{label}: “{short}” is a whole {precision}. Write a day in it, such as "
            f"{date_in_words(day)}."
        )
    return stands(day, precision) if stands else day


def refuse_wrong_order(first: datetime.date, last: datetime.date) -> None:
    """Raises BadRequest if `?from=` names a later day than `?to=` does."""
    if first > last:
        raise BadRequest(
            f"from: {date_in_words(first)} is after {date_in_words(last)}, which “to” names. "
            "Put the earlier day in “from”."
        )


def page_furniture(request: HttpRequest) -> dict:
    """The context that the frame of a page needs."""
    return {
        "path": request.path,
        # The page's filters, which a change of day keeps.
        "kept_parameters": [
            (name, value)
            for name, value in request.GET.items()
            if name not in (*DAYS, "page") and len(value) <= 200
        ],
        "searched": "",
    }
