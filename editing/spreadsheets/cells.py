"""Cells: how a value of a record is written in a spreadsheet, and read from one.

What is written can be read again. Dates carry how well they are known in the one cell, as
people write them: "2019-04-01", "April 2019", "by June 2021".
"""

import datetime
import re

from django.db import models
from django.utils.text import capfirst, get_text_list
from import_export.fields import Field
from import_export.widgets import Widget

from editing.field_changes import DATES, told_fields
from editing.spreadsheets.workbooks import DATE, YES_NO
from editing.typed_dates import (
    HOW_TO_WRITE,
    SLASHED,
    WITHOUT_LIMIT,
    Known,
    UnreadableDate,
    read_date,
)
from records.names import fold
from records.periods import (
    Precision,
    Qualifier,
    date_in_words,
    first_day,
    last_day,
)
from records.text import UNSEEN, many_lines, one_line, plain

# A spreadsheet program runs a cell that begins with one of these. With an apostrophe before it,
# it is text; reading takes the apostrophe off again.
FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")

ERRORS = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}


def neutral(text: str) -> str:
    """`text` as a spreadsheet program will not run it, without what no cell can hold."""
    text = plain(text)
    return f"'{text}" if FORMULA.match(text) else text


def as_typed(text: str) -> str:
    """What `neutral` made `text` of."""
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


class CellProblem(Exception):
    """What is wrong with a cell, and the remedy, in words."""


# Dates

# Where a spreadsheet asks for a field in another way than the forms.
EXPLAINED = {
    "confirmed_locator": "The page, slide or section of it.",
    "document": "The paper that says so, by its title, its short title or its slug.",
    "quotation": "A few of its own words, where they help.",
    "start_date": "The first day, as far as it is known.",
    "end_date": "The last day, included, as far as it is known. Empty while it is in force.",
}


def date_known(text: str) -> Known:
    """The date that a cell gives, as it is known. Raises CellProblem."""
    try:
        return read_date(text)
    except UnreadableDate as problem:
        raise CellProblem(str(problem)) from None


def slashed(text: str) -> re.Match | None:
    """The parts of a date with strokes, whether or not it is a limit."""
    words = " ".join(text.split()).removeprefix("'")
    return SLASHED.fullmatch(words[3:] if words.casefold().startswith("by ") else words)


def is_month_first(text: str) -> bool:
    """Whether a cell can only be a date written with the month first: "04/13/2019"."""
    match = slashed(text)
    return bool(match) and int(match[2]) > 12 >= int(match[1])


def may_be_month_first(text: str) -> bool:
    """Whether a cell is a date that could be read either way: "03/04/2019"."""
    match = slashed(text)
    return bool(match) and int(match[1]) <= 12 and int(match[2]) <= 12 and match[1] != match[2]


def date_cell(day: datetime.date, precision: str, qualifier: str = Qualifier.ON) -> str:
    """A date as `read_date` reads it."""
    words = day.isoformat() if precision == Precision.DAY else date_in_words(day, precision)
    return f"by {words}" if qualifier == Qualifier.BY else words


def says_no_more(new: Known, old: Known) -> bool:
    """Whether `new` is a vaguer way to say `old`, which is then no change."""
    day, precision, qualifier = new
    old_day, old_precision, old_qualifier = old
    latest = last_day(old_day, old_precision)
    if qualifier == Qualifier.BY:
        return last_day(day, precision) >= latest
    return (
        old_qualifier == Qualifier.ON
        and first_day(day, precision) <= first_day(old_day, old_precision)
        and last_day(day, precision) >= latest
    )


# How each kind of value is read and written


class TextWidget(Widget):
    """Text, whatever a spreadsheet program may think of it."""

    # What a cell may be to the spreadsheet program besides text or a number.
    takes = ""

    def clean(self, value, row=None, **kwargs):
        if value in ERRORS:
            raise CellProblem(f"“{value}” is an error of the spreadsheet. Type what it should say.")
        return many_lines(as_typed(value))

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else str(value)


class LineWidget(TextWidget):
    """Text of one line, as a name is."""

    def clean(self, value, row=None, **kwargs):
        text = one_line(super().clean(value, row, **kwargs))
        if unseen := UNSEEN.search(value):
            raise CellProblem(
                f"“{text}” holds a character that is not seen (U+{ord(unseen[0]):04X}). Type it "
                "again."
            )
        return text


class ChoiceWidget(LineWidget):
    """One of a list of words, by what the forms call it or by its code."""

    def __init__(self, choices):
        super().__init__()
        self.labels = {code: str(label) for code, label in choices if code not in ("", None)}
        self.codes = {fold(label): code for code, label in self.labels.items()}
        self.codes |= {fold(str(code)): code for code in self.labels}

    def clean(self, value, row=None, **kwargs):
        text = super().clean(value, row, **kwargs)
        if not text:
            return ""
        if fold(text) not in self.codes:
            known = get_text_list([f"“{label}”" for label in self.labels.values()], "or")
            raise CellProblem(f"“{text}” is not known here. Write {known}.")
        return self.codes[fold(text)]

    def render(self, value, obj=None, **kwargs):
        return "" if value in (None, "") else self.labels.get(value, str(value))


class YesNoWidget(LineWidget):
    takes = YES_NO

    def render(self, value, obj=None, **kwargs):
        return {True: "yes", False: "no"}.get(value, "")


class DayWidget(LineWidget):
    """A day that is known exactly."""

    takes = DATE

    def clean(self, value, row=None, **kwargs):
        text = super().clean(value, row, **kwargs)
        if not text:
            return None
        day, precision, qualifier = date_known(text)
        if precision != Precision.DAY or qualifier != Qualifier.ON:
            raise CellProblem(f"“{text}” is no single day. Write the day: 2019-04-01.")
        return day

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else value.isoformat()


class WhenWidget(LineWidget):
    """A date as it is known."""

    takes = DATE

    def __init__(self, *, may_be_limit: bool):
        super().__init__()
        self.may_be_limit = may_be_limit

    def clean(self, value, row=None, **kwargs):
        text = super().clean(value, row, **kwargs)
        if not text:
            return None
        known = date_known(text)
        if known[2] == Qualifier.BY and not self.may_be_limit:
            raise CellProblem(f"“{text}”: this date cannot be “by” a day. Leave “by” out.")
        return known

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else date_cell(*value)


class RecordWidget(LineWidget):
    """Another record, by what people call it."""

    def __init__(self, model: type[models.Model]):
        super().__init__()
        self.model = model
        self.directory = None  # set for an import, and for an export that can be imported

    def clean(self, value, row=None, *, asked=None, heading="", **kwargs):
        text = super().clean(value, row, **kwargs)
        if not text:
            return None
        return asked.one(heading, text, self.directory.find(text), self.directory)

    def render(self, value, obj=None, **kwargs):
        if value is None:
            return ""
        return self.directory.name_of(value) if self.directory is not None else str(value)


# Columns


class Column(Field):
    """A column of a spreadsheet: a field of a record by the words of the forms."""

    def __init__(self, *, heading: str, attribute: str, widget: Widget, **options):
        self.required = options.pop("required", False)
        self.explains = options.pop("explains", "")
        super().__init__(attribute=attribute, column_name=heading, widget=widget, **options)

    @property
    def heading(self) -> str:
        return self.column_name

    def put(self, record: models.Model, value) -> None:
        """Set on a new record what a cell says."""
        setattr(record, self.attribute, value)

    def update(self, record: models.Model, value) -> None:
        """Change on a record that is there what a cell says. An empty cell is silent."""
        if value not in self.empty_values:
            self.put(record, value)

    def export(self, instance, **kwargs) -> str:
        return neutral(super().export(instance, **kwargs))


class WhenColumn(Column):
    """A date with its precision and its qualifier, in one cell."""

    def __init__(self, *, attribute: str, **options):
        self.precision, self.qualifier = DATES[attribute]
        widget = WhenWidget(may_be_limit=self.qualifier is not None)
        super().__init__(attribute=attribute, widget=widget, **options)

    def get_value(self, instance):
        day = getattr(instance, self.attribute)
        if day is None:
            return None
        limit = getattr(instance, self.qualifier) if self.qualifier else Qualifier.ON
        return day, getattr(instance, self.precision), limit

    def put(self, record, value) -> None:
        if value is None:
            setattr(record, self.attribute, None)
            return
        day, precision, qualifier = value
        if self.attribute == "end_date":
            day = last_day(day, precision)
        setattr(record, self.attribute, day)
        setattr(record, self.precision, precision)
        if self.qualifier:
            setattr(record, self.qualifier, qualifier)

    def update(self, record, value) -> None:
        old = self.get_value(record)
        if value is not None and not (old is not None and says_no_more(value, old)):
            self.put(record, value)


def column_of(field: models.Field, **options) -> Column:
    """The column of a field, by the words of the forms."""
    options.setdefault("heading", capfirst(field.verbose_name))
    options.setdefault("explains", EXPLAINED.get(field.name, str(field.help_text)))
    options.setdefault("readonly", not field.editable)
    options["attribute"] = field.name
    if field.name in DATES:
        column = WhenColumn(**options)
        how = HOW_TO_WRITE if column.qualifier else WITHOUT_LIMIT
        column.explains = f"{column.explains} {how}".strip()
        return column
    if isinstance(field, models.ForeignKey):
        return Column(widget=RecordWidget(field.related_model), **options)
    if field.choices:
        labels = get_text_list([str(label) for code, label in field.flatchoices if code], "or")
        options["explains"] = f"{options['explains']} One of: {labels}.".strip()
        return Column(widget=ChoiceWidget(field.flatchoices), **options)
    if isinstance(field, models.BooleanField):
        return Column(widget=YesNoWidget(), **options)
    if isinstance(field, models.DateField):
        options["explains"] = f"{options['explains']} A day: 2019-04-01.".strip()
        return Column(widget=DayWidget(), **options)
    long = isinstance(field, models.TextField)
    return Column(widget=TextWidget() if long else LineWidget(), **options)


def columns_of(model: type[models.Model]) -> list[Column]:
    """A column for each field of a model that a person would speak of."""
    return [column_of(field) for field in told_fields(model)]
