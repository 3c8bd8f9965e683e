"""Dates as people and the pages write them: "27/03/2026", "1 December 2026", "July 2022".

The way that a date is written says how well it is known: to the day, the month or the year, on it,
by it or not before it.
"""

import calendar
import datetime
import re
from collections.abc import Callable

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError

from records.days import FIRST_DAY, LAST_DAY, is_taken, refuse_distant_day
from records.periods import Precision, Qualifier, date_in_words

Known = tuple[datetime.date, str, str]  # the day, its precision, its qualifier


class UnreadableDate(Exception):
    """A text is no date. The message says why, and how to write one."""


HOW_TO_WRITE = (
    "Write 2019-04-01, April 2019 or 2019, with “by” or “not before” before it if it is a limit."
)
WITHOUT_LIMIT = "Write 2019-04-01, April 2019 or 2019."
MONTHS = {
    name.casefold(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}

SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")


def read_date(text: str) -> Known:
    """The date in `text`, as it is known. Raises UnreadableDate."""
    day, precision, qualifier = read_typed(text)
    if not is_taken(day):
        raise UnreadableDate(
            f"“{text}”: the register takes dates from {FIRST_DAY.year} to {LAST_DAY.year}. "
            "Correct the year."
        )
    return day, precision, qualifier


def read_typed(text: str) -> Known:
    """As `read_date`, for any year."""
    qualifier, words = limit_in(" ".join(text.split()))
    day, precision = _read_date(words, text)
    return day, precision, qualifier


def limit_in(words: str) -> tuple[Qualifier, str]:
    """The qualifier that comes before a date in `words`, and the date."""
    for limit, before in ((Qualifier.BY, "by "), (Qualifier.NOT_BEFORE, "not before ")):
        if words.casefold().startswith(before):
            return limit, words[len(before) :]
    return Qualifier.ON, words


def _read_date(words: str, text: str) -> tuple[datetime.date, str]:
    try:
        if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]00:00(?::00)?)?", words):
            return datetime.date(*map(int, match.groups())), Precision.DAY
        if match := re.fullmatch(r"(\d{4})-(\d{1,2})", words):
            return datetime.date(int(match[1]), int(match[2]), 1), Precision.MONTH
        if re.fullmatch(r"\d{4}", words):
            return datetime.date(int(words), 1, 1), Precision.YEAR
        if match := SLASHED.fullmatch(words):
            day, month, year = map(int, match.groups())
            if month > 12 >= day:
                raise UnreadableDate(
                    f"“{text}” has the month before the day. Write {year}-{day:02}-{month:02}."
                )
            return datetime.date(year, month, day), Precision.DAY
        if match := re.fullmatch(r"([a-z]+)\.? (\d{4})", words, re.IGNORECASE):
            return datetime.date(int(match[2]), month_of(match[1]), 1), Precision.MONTH
        if match := re.fullmatch(
            r"(\d{1,2})(?:st|nd|rd|th)? ([a-z]+)\.?,? (\d{4})", words, re.IGNORECASE
        ):
            day = datetime.date(int(match[3]), month_of(match[2]), int(match[1]))
            return day, Precision.DAY
    except (ValueError, KeyError):
        raise UnreadableDate(f"“{text}” is no day of the calendar. {HOW_TO_WRITE}") from None
    if re.fullmatch(r"[a-z]{3,4}-\d\d|\d{1,2}-[a-z]{3,4}(-\d\d)?", words, re.IGNORECASE):
        raise UnreadableDate(
            f"“{text}” is what a spreadsheet program makes of a date, and may be read in two "
            "ways. Write the year in full, in a column formatted as text: 2019-04 or April 2019."
        )
    if re.fullmatch(r"\d{5}", words):
        raise UnreadableDate(
            f"“{text}” is a number of days, by which spreadsheet programs keep dates. Format the "
            "column as dates, or write 2019-04-01."
        )
    raise UnreadableDate(f"“{text}” cannot be read as a date. {HOW_TO_WRITE}")


def month_of(word: str) -> int:
    return MONTHS[word.casefold()]


class TypedDayField(forms.DateField):
    """A day, typed in any way that the register reads.

    If the form also asks how well the date is known, `settle_typed_dates` takes that from what was
    typed. If not, a whole month or year is refused, unless the field reads it as one of its days:
    `month_as` is `first_day` or `last_day`.
    """

    widget = AdminDateWidget
    default_error_messages = {"invalid": "Enter a date such as 27/03/2026 or 27 March 2026."}
    default_validators = [refuse_distant_day]

    def __init__(self, *, month_as: Callable | None = None, **options):
        super().__init__(**options)
        self.month_as = month_as

    def to_python(self, value):
        if not isinstance(value, str) or value in self.empty_values:
            return super().to_python(value)
        try:
            day, precision, qualifier = read_typed(value)
        except UnreadableDate:
            return super().to_python(value)  # Django reads years of two digits
        if qualifier != Qualifier.ON:
            limit = Qualifier(qualifier).label.split(" this")[0]
            raise ValidationError(
                f"This date cannot be “{limit}” a day. Leave that out.", code="invalid"
            )
        if precision != Precision.DAY and self.month_as is not None:
            day = self.month_as(day, precision)
        elif precision != Precision.DAY:
            raise ValidationError(
                f"“{value}” is a whole {precision}. Enter a day in it, such as "
                f"{date_in_words(day)}.",
                code="invalid",
            )
        return day


# From the least to the most exact.
EXACTNESS = [Precision.YEAR, Precision.MONTH, Precision.DAY]


def beside(date: str, what: str) -> str:
    """The name of the field that has the precision, or the qualifier, of a date:
    "start_precision" of "start_date"."""
    stem = date.removesuffix("date").removesuffix("on").rstrip("_")
    return f"{stem}_{what}" if stem else what


def settle_typed_dates(form: forms.BaseForm) -> None:
    """Set the precision and the qualifier of each date of a form from what was typed: "July 2022"
    is known to the month, "by 2021" is a limit. Called before the form is checked.

    If what was typed and what was chosen differ, the less exact holds.
    """
    if not form.is_bound:
        return
    data = form.data.copy()
    for name, field in form.fields.items():
        if not isinstance(field, TypedDayField):
            continue
        precision, qualifier = _beside(form, name, "precision"), _beside(form, name, "qualifier")
        try:
            day, known_to, limit = read_typed(data.get(form.add_prefix(name)) or "")
        except UnreadableDate:
            continue
        if known_to != Precision.DAY and precision is None:
            continue  # the field refuses it
        if limit != Qualifier.ON and qualifier is None:
            continue
        data[form.add_prefix(name)] = f"{day:%d/%m}/{day.year:04}"
        if known_to != Precision.DAY:
            chosen = data.get(precision)
            known = [each for each in (known_to, chosen) if each in EXACTNESS]
            data[precision] = min(known, key=EXACTNESS.index)
        if limit != Qualifier.ON:
            data[qualifier] = limit
    form.data = data


def _beside(form: forms.BaseForm, name: str, what: str) -> str | None:
    """The name under which a form is sent the precision, or the qualifier, of one of its dates;
    None if it does not ask for that."""
    name = beside(name, what)
    return form.add_prefix(name) if name in form.fields else None
