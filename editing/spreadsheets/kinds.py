"""The kinds of spreadsheet: which columns each has, and which record each row is about."""

import copy
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from editing.spreadsheets.cells import CellProblem
from editing.spreadsheets.columns import EMPTY, RecordColumn, SpreadsheetColumn, columns_of
from editing.spreadsheets.directories import Directories, Questions
from editing.spreadsheets.import_rows import ImportRow
from editing.typed_dates import UnreadableDate
from records.evidence import Evidenced
from records.history import Recorded
from records.names import first_free, fold, slug_stem


class RecordSpreadsheet:
    """A spreadsheet with a record of one model in each row."""

    model: type[Recorded]
    # A sentence for the page of the upload form.
    explains = ""
    # Columns that may not be empty, and explanations of columns that differ from the usual.
    required: tuple[str, ...] = ()
    explained: dict[str, str] = {}

    def __init__(self) -> None:
        self.fields = {column.attribute: column for column in self.columns()}
        for attribute in self.required:
            self.fields[attribute].required = True
        for attribute, words in self.explained.items():
            self.fields[attribute].explains = words

    def columns(self) -> list[SpreadsheetColumn]:
        return columns_of(self.model)

    def asked_of_file(self) -> dict[str, forms.Field]:
        """What staff are asked about a file when they send it, by names that
        `Questions.answer_of_file` takes."""
        return {}

    def import_columns(self) -> list[SpreadsheetColumn]:
        """The columns that an import reads. The others are written by an export alone."""
        return [column for column in self.fields.values() if not column.readonly]

    def heading_of(self, name: str) -> str:
        """The heading of a field; "" if it has no column."""
        return self.fields[name].heading if name in self.fields else ""

    def begin(self, questions: Questions) -> None:
        """Read once what every row needs."""
        self.questions = questions
        self.read_directories(questions)

    def read_directories(self, questions: Questions) -> None:
        self.directories = Directories()
        for column in self.import_columns():
            if isinstance(column, RecordColumn):
                column.directory, column.questions = self.directories[column.model], questions

    def before_matching(self, rows: list[ImportRow]) -> None:
        """Called when the cells of all rows are read."""

    def read_row(self, row: ImportRow) -> None:
        """Read the cells of a row into its values. A cell that cannot be read refuses the row."""
        self.questions.of_row = row.questions
        for column in self.import_columns():
            row.values[column.attribute] = self.read_cell(column, row)

    def row_in_words(self, row: ImportRow) -> str:
        """What to call a row that makes no record."""
        texts = [
            row.cells.get(column.heading, "")
            for column in self.import_columns()
            if column.required and column.attribute not in ("document", "locator")
        ]
        return ", ".join(text for text in texts if text)

    def read_cell(self, column: SpreadsheetColumn, row: ImportRow):
        text, kind = row.cells.get(column.heading, ""), row.kinds.get(column.heading, "")
        if kind not in ("", column.accepts):
            row.refuse(
                column.heading,
                f"“{text}” is {kind} to the spreadsheet program, which may have made it of "
                "something else. Format the column as text, and type the cell again.",
            )
            return None
        try:
            value = column.read(text)
        except (CellProblem, UnreadableDate) as problem:
            row.refuse(column.heading, str(problem))
            return None
        if column.required and value in EMPTY:
            row.refuse(column.heading, "Fill this in: it is needed on every row.")
        return value

    def existing(self, row: ImportRow) -> models.Model | None:
        """The record that a row is about, if the register has it. Raises CellProblem."""
        raise NotImplementedError

    def fill_in(self, record: Any, row: ImportRow) -> None:
        """Give a new record what no column says. Raises CellProblem if another row adds it too."""

    def match(self, row: ImportRow) -> None:
        self.questions.of_row = row.questions
        try:
            row.before = self.existing(row)
            row.record = (
                self.new_record(row) if row.before is None else self.changed_record(row.before, row)
            )
        except CellProblem as problem:
            row.refuse("", str(problem))

    def new_record(self, row: ImportRow) -> models.Model:
        record = self.model()
        for column in self.import_columns():
            if row.values[column.attribute] not in EMPTY:
                column.put(record, row.values[column.attribute])
        self.fill_in(record, row)
        return record

    def changed_record(self, before: Any, row: ImportRow) -> models.Model:
        record = copy.copy(before)
        for column in self.import_columns():
            if self.may_change(column, row):
                column.update(record, row.values[column.attribute])
        return record

    def may_change(self, column: SpreadsheetColumn, row: ImportRow) -> bool:
        """Whether a column may change a record that is in the register."""
        return True

    def check(self, row: ImportRow) -> None:
        """Check the rules that need no other row."""
        if row.before is not None:
            row.record.stored = lambda: row.before  # it was read, and is locked
        keys = [field for field in self.model._meta.fields if isinstance(field, models.ForeignKey)]
        checks = [
            lambda: row.record.clean_fields(exclude=[key.name for key in keys]),
            row.record.clean,
        ]
        if isinstance(row.record, Evidenced):
            checks.append(lambda: row.record.refuse_days_to_come(timezone.localdate()))
        for check in checks:
            try:
                check()
            except ValidationError as error:
                self.add_errors(row, error)
        # The foreign keys come from records that were just read, so only empty ones are wrong.
        for key in keys:
            if not key.null and getattr(row.record, key.attname) is None:
                row.refuse(self.heading_of(key.name), "Fill this in: it is needed.")

    def add_errors(
        self, row: ImportRow, error: ValidationError, rows: dict[int, ImportRow] | None = None
    ) -> None:
        """Refuse a row for what is wrong with its record, under the headings of the fields."""
        by_field = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
        for name, errors in by_field.items():
            for one in errors:
                words = " ".join(one.messages)
                same = (rows or {}).get((one.params or {}).get("key"))
                if same is not None:
                    words += f" That is row {same.number} of this spreadsheet."
                problem = (self.heading_of(name), words)
                if problem not in row.problems:
                    row.problems.append(problem)

    def write_order(self, row: ImportRow) -> tuple[int, ...]:
        """The sort key by which changed rows are written."""
        return ()

    def needs_flush(self, row: ImportRow, waiting: list[ImportRow]) -> bool:
        """Whether the waiting rows must be saved before `row` is checked."""
        return False


class NamedSpreadsheet(RecordSpreadsheet):
    """A spreadsheet of records that rows name by their slug or their name."""

    explained = {
        "slug": "Part of the public address, by which the record is found. Leave it empty to find "
        "it by its name, or to have one made."
    }
    somebody_new = "None of these: another, who is new to the register"

    def begin(self, questions: Questions) -> None:
        super().begin(questions)
        self.directory = self.directories[self.model]
        self.former_slugs: dict[str, int] = dict(self.model.history.values_list("slug", "id"))
        self.taken_slugs = {*self.directory.by_slug, *self.former_slugs}
        self.new_by_slug: dict[str, ImportRow] = {}
        self.new_by_name: dict[str, ImportRow] = {}

    def existing(self, row: ImportRow) -> models.Model | None:
        if row.values["slug"]:
            return self.record_of_slug(row.values["slug"])
        heading, text, found = self.candidates(row)
        if len(found) < 2:
            return next(iter(found), None)
        options = [(record.pk, self.directory.in_full(record)) for record in found]
        chosen = self.questions.ask(
            heading, text, [*options, (Questions.SOMEBODY_NEW, self.somebody_new)]
        )
        return next((record for record in found if record.pk == chosen), None)

    def record_of_slug(self, slug: str) -> Any:
        """The record of a slug. Raises CellProblem if it is a former slug, which still leads to
        the page of the record that had it."""
        if slug not in self.directory.by_slug and slug in self.former_slugs:
            once = self.directory.records.get(self.former_slugs[slug])
            if once is None:
                raise CellProblem(
                    f"“{slug}” was the slug of a record that was removed. Leave it empty to have "
                    "one made."
                )
            now = self.directory.stands_for(once)
            raise CellProblem(
                f"“{slug}” was the slug of {now}, which is “{now.slug}” now. Write that if it is "
                "meant; if not, leave the slug empty to have one made."
            )
        return self.directory.by_slug.get(slug)

    def candidates(self, row: ImportRow) -> tuple[str, str, list[models.Model]]:
        """The cell that names a record, by its heading and text, and the records it may mean."""
        name = row.values["name"]
        return self.heading_of("name"), name, self.directory.named(name)

    def may_change(self, column: SpreadsheetColumn, row: ImportRow) -> bool:
        if column.attribute == "slug":
            return False
        # Without the slug, a row may have found the record by another of its names.
        return column.attribute != "name" or row.before.slug == row.values["slug"]

    def changed_record(self, before: Any, row: ImportRow) -> models.Model:
        name = row.values["name"]
        called_so = before.pk in self.directory.by_name.get(fold(name), {})
        if not called_so and before.slug != row.values["slug"]:
            row.notes.append(
                f"The name “{name}” is not taken: this is {before}, whose name is corrected only "
                f"by a row that gives the slug “{before.slug}”."
            )
        return super().changed_record(before, row)

    def fill_in(self, record: Any, row: ImportRow) -> None:
        name = fold(record.name)
        if not record.slug:
            if first := self.new_by_name.get(name):
                raise CellProblem(
                    f"Row {first.number} adds the same name. If they are two, give each a slug "
                    "of its own; otherwise leave one of them."
                )
            stem = slug_stem(record.name, str(self.model._meta.model_name))
            record.slug = first_free(stem, self.taken_slugs)
        elif first := self.new_by_slug.get(record.slug):
            raise CellProblem(f"Row {first.number} adds the same slug. Give each its own.")
        self.taken_slugs.add(record.slug)
        self.new_by_slug[record.slug] = self.new_by_name[name] = row


# The kinds of spreadsheet, in the order in which they are offered.
KINDS: dict[str, type[RecordSpreadsheet]] = {}


def importable(spreadsheet: type[RecordSpreadsheet]) -> type[RecordSpreadsheet]:
    KINDS[spreadsheet.model._meta.label_lower] = spreadsheet
    return spreadsheet
