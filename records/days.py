"""Days: which of them the register takes, and the one before and after."""

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

# The first and the last day that the register takes, wherever one is typed, loaded or asked for.
FIRST_DAY, LAST_DAY = datetime.date(1800, 1, 1), datetime.date(2199, 12, 31)
DAY = datetime.timedelta(days=1)
# Stored where there is no earliest or no latest day. No page or file shows them.
NO_EARLIEST, NO_LATEST = datetime.date.min, datetime.date.max


def is_taken(day: datetime.date) -> bool:
    """Whether the register takes `day`. A record of an older release may have another."""
    return FIRST_DAY <= day <= LAST_DAY


def refuse_distant_day(day: datetime.date) -> None:
    """Raise ValidationError, with the remedy, for a day that the register does not take."""
    if not is_taken(day):
        raise ValidationError(
            f"The register takes no date in the year {day.year}. Enter a date from "
            f"{FIRST_DAY.year} to {LAST_DAY.year}, such as 27/03/2026.",
            code="distant",
        )


def next_day(day: datetime.date) -> datetime.date:
    """The day after `day`. The last day there is stands for the one after it."""
    return day + DAY if day < datetime.date.max else day


def day_before(day: datetime.date) -> datetime.date:
    """The day before `day`. The first day there is stands for the one before it."""
    return day - DAY if day > datetime.date.min else day


class DayField(models.DateField):  # type: ignore[type-arg]
    """A day that the register takes."""

    default_validators = [refuse_distant_day]

    def deconstruct(self) -> Any:
        # The column is one of Django's: what is asked of a day is no matter of the database.
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateField", args, kwargs
