"""How a field of a record is written in a cell of a spreadsheet, and read from one again."""

import json
from typing import Any

from django.db import models
from django.utils.text import capfirst, get_text_list

from editing.field_changes import dates_of, shown_fields
from editing.spreadsheets.cells import (
    ERRORS,
    CellProblem,
    as_typed,
    date_cell,
    neutral,
    says_no_more,
)
from editing.spreadsheets.directories import Directory, Questions
from editing.spreadsheets.workbooks import DATE, YES_NO
from editing.typed_dates import HOW_TO_WRITE, WITHOUT_LIMIT, Known, read_date
from records.names import fold
from records.periods import Precision, Qualifier, last_day
from records.text import UNSEEN, many_lines, one_line

# Explanations that differ from those of the forms.
EXPLAINED = {
    "confirmed_locator": "The page, slide or section of it.",
    "document": "The paper that says so, by its title, its short title or its slug.",
    "quotation": "A few of its own words, where they help.",
    "start_date": "The first day, as far as it is known.",
    "end_date": "The last day, included, as far as it is known. Empty while it is in force.",
}
# The values of empty cells.
EMPTY = (None, "")


class SpreadsheetColumn:
    """A field of a record, under the label of the forms. It holds text, of any length."""

    # The kind of cell that is allowed besides text and numbers.
    accepts = ""

    def __init__(
        self,
        *,
        heading: str,
        attribute: str,
        explains: str = "",
        required: bool = False,
        readonly: bool = False,
    ):
        self.heading, self.attribute, self.explains = heading, attribute, explains
        self.required, self.readonly = required, readonly

    def read(self, text: str) -> Any:
        """The value in a cell. Raises CellProblem or UnreadableDate."""
        if text in ERRORS:
            raise CellProblem(f"“{text}” is an error of the spreadsheet. Type what it should say.")
        return many_lines(as_typed(text))

    def put(self, record: models.Model, value: Any) -> None:
        setattr(record, self.attribute, value)

    def update(self, record: models.Model, value: Any) -> None:
        """Set the value on a stored record, unless the cell is empty."""
        if value not in EMPTY:
            self.put(record, value)

    def value_of(self, record: models.Model) -> Any:
        value: Any = record
        for name in self.attribute.split("__"):
            value = getattr(value, name, None)
        return value

    def write(self, value: Any) -> str:
        return "" if value is None else str(value)

    def export(self, record: models.Model) -> str:
        return neutral(self.write(self.value_of(record)))


class LineColumn(SpreadsheetColumn):
    def read(self, text: str) -> Any:
        line = one_line(super().read(text))
        if unseen := UNSEEN.search(text):
            raise CellProblem(
                f"“{line}” holds a character that is not seen (U+{ord(unseen[0]):04X}). Type it "
                "again."
            )
        return line


class ChoiceColumn(LineColumn):
    """One of a list of words, which a cell gives as the forms do or by its code."""

    def __init__(self, *, choices, **options):
        super().__init__(**options)
        self.labels = {code: str(label) for code, label in choices if code not in EMPTY}
        labels = get_text_list(list(self.labels.values()), "or")
        self.explains = f"{self.explains} One of: {labels}.".strip()
        self.codes = {fold(label): code for code, label in self.labels.items()}
        self.codes |= {fold(str(code)): code for code in self.labels}

    def read(self, text: str) -> Any:
        word = super().read(text)
        if not word:
            return ""
        if fold(word) not in self.codes:
            known = get_text_list([f"“{label}”" for label in self.labels.values()], "or")
            raise CellProblem(f"“{word}” is not known here. Write {known}.")
        return self.codes[fold(word)]

    def write(self, value: Any) -> str:
        return "" if value in EMPTY else self.labels.get(value, str(value))


class YesNoColumn(LineColumn):
    accepts = YES_NO

    def read(self, text: str) -> Any:
        word = fold(super().read(text))
        if word not in ("", "yes", "no"):
            raise CellProblem(f"“{word}” is not known here. Write “yes” or “no”.")
        return word == "yes" if word else None

    def put(self, record: models.Model, value: Any) -> None:
        if value is not None:
            super().put(record, value)

    def write(self, value: Any) -> str:
        return {True: "yes", False: "no"}.get(value, "")


class DayColumn(LineColumn):
    """A day that is known exactly."""

    accepts = DATE

    def read(self, text: str) -> Any:
        words = super().read(text)
        if not words:
            return None
        day, precision, qualifier = read_date(words)
        if precision != Precision.DAY or qualifier != Qualifier.ON:
            raise CellProblem(f"“{words}” is no single day. Write the day: 2019-04-01.")
        return day


class WhenColumn(LineColumn):
    """A date with its precision and its qualifier, in one cell."""

    accepts = DATE

    def __init__(self, *, parts: tuple[str, str | None], **options):
        super().__init__(**options)
        self.precision, self.qualifier = parts
        how = HOW_TO_WRITE if self.qualifier else WITHOUT_LIMIT
        self.explains = f"{self.explains} {how}".strip()

    def read(self, text: str) -> Any:
        words = super().read(text)
        if not words:
            return None
        known = read_date(words)
        if known[2] != Qualifier.ON and not self.qualifier:
            raise CellProblem(f"“{words}”: this date is no limit. {WITHOUT_LIMIT}")
        return known

    def put(self, record: models.Model, value: Known) -> None:
        day, precision, qualifier = value
        if self.attribute == "end_date":
            day = last_day(day, precision)
        setattr(record, self.attribute, day)
        setattr(record, self.precision, precision)
        if self.qualifier:
            setattr(record, self.qualifier, qualifier)

    def update(self, record: models.Model, value: Known | None) -> None:
        old = self.value_of(record)
        if value is not None and not (old is not None and says_no_more(value, old)):
            self.put(record, value)

    def value_of(self, record: models.Model) -> Known | None:
        day = getattr(record, self.attribute)
        if day is None:
            return None
        limit = getattr(record, self.qualifier) if self.qualifier else Qualifier.ON
        return day, getattr(record, self.precision), limit

    def write(self, value: Any) -> str:
        return "" if value is None else date_cell(*value)


class JsonColumn(LineColumn):
    """A value that is built in a form, as JSON."""

    def write(self, value: Any) -> str:
        return "" if value is None else json.dumps(value, ensure_ascii=False)


class RecordColumn(LineColumn):
    """Another record, by one of its names."""

    # Set for an import, and for an export that an import can read.
    directory: Directory | None = None
    questions: Questions

    def __init__(self, *, model: type[models.Model], **options):
        super().__init__(**options)
        self.model = model

    def read(self, text: str) -> Any:
        name = super().read(text)
        return self.questions.record_named(self.heading, name, self.directory) if name else None

    def write(self, value: Any) -> str:
        if value is None or self.directory is None:
            return super().write(value)
        return self.directory.name_of(value)


def column_of(field: models.Field) -> SpreadsheetColumn:
    options: dict[str, Any] = {
        "heading": capfirst(field.verbose_name),
        "attribute": field.name,
        "explains": EXPLAINED.get(field.name, str(field.help_text)),
        "readonly": not field.editable,
    }
    if parts := dates_of(field.model).get(field.name):
        return WhenColumn(parts=parts, **options)
    if isinstance(field, models.ForeignKey):
        return RecordColumn(model=field.related_model, **options)
    if field.choices:
        return ChoiceColumn(choices=field.flatchoices, **options)
    if isinstance(field, models.BooleanField):
        return YesNoColumn(**options)
    if isinstance(field, models.DateField):
        options["explains"] = f"{options['explains']} A day: 2019-04-01.".strip()
        return DayColumn(**options)
    if isinstance(field, models.JSONField):
        return JsonColumn(**options)
    return (SpreadsheetColumn if isinstance(field, models.TextField) else LineColumn)(**options)


def columns_of(model: type[models.Model]) -> list[SpreadsheetColumn]:
    return [column_of(field) for field in shown_fields(model)]
