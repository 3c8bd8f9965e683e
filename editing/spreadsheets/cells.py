"""The text of cells: made harmless to spreadsheet programs, and dates as they are known.

One cell says how well its date is known: "2019-04-01", "April 2019", "by June 2021".
"""

import datetime
import re

from editing.typed_dates import (
    SLASHED,
    Known,
    limit_in,
)
from records.periods import (
    Precision,
    Qualifier,
    as_limit,
    date_in_words,
    first_day,
    last_day,
)
from records.text import plain

# A spreadsheet program runs a cell that begins with one of these characters, unless an apostrophe
# comes before it. Reading the cell takes the apostrophe off again.
FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")

ERRORS = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}


def neutral(text: str) -> str:
    """Text that no spreadsheet program runs, without characters that no cell can hold."""
    text = plain(text)
    return f"'{text}" if FORMULA.match(text) else text


def as_typed(text: str) -> str:
    """The text that `neutral` was given."""
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


class CellProblem(Exception):
    """A fault in a cell, and the remedy, in words."""


def slashed(text: str) -> re.Match | None:
    """Match a date with slashes, with or without “by” or “not before” before it."""
    _, words = limit_in(" ".join(text.split()).removeprefix("'"))
    return SLASHED.fullmatch(words)


def is_month_first(text: str) -> bool:
    """Whether a cell can only be a date written with the month first: "04/13/2019"."""
    match = slashed(text)
    return match is not None and int(match[2]) > 12 >= int(match[1])


def may_be_month_first(text: str) -> bool:
    """Whether a cell is a date that could be read either way: "03/04/2019"."""
    match = slashed(text)
    return match is not None and match[1] != match[2] and max(int(match[1]), int(match[2])) <= 12


def date_cell(day: datetime.date, precision: str, qualifier: str = Qualifier.ON) -> str:
    words = day.isoformat() if precision == Precision.DAY else date_in_words(day, precision)
    return as_limit(words, qualifier)


def says_no_more(new: Known, old: Known) -> bool:
    """Whether `new` says `old` less exactly, which is no change."""
    day, precision, qualifier = new
    old_day, old_precision, old_qualifier = old
    latest = last_day(old_day, old_precision)
    if qualifier == Qualifier.BY:
        return old_qualifier != Qualifier.NOT_BEFORE and last_day(day, precision) >= latest
    if qualifier == Qualifier.NOT_BEFORE:
        return old_qualifier != Qualifier.BY and first_day(day, precision) <= first_day(
            old_day, old_precision
        )
    return (
        old_qualifier == Qualifier.ON
        and first_day(day, precision) <= first_day(old_day, old_precision)
        and last_day(day, precision) >= latest
    )
