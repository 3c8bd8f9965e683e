"""Importing the rows of a spreadsheet.

The preview does what the import does, in a transaction that is rolled back.
"""

import hashlib
import json
from collections.abc import Generator, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, models, transaction

from editing.field_changes import field_changes, shown_fields
from editing.record_names import RecordNames
from editing.refusals import refusal_in_words
from editing.spreadsheets.cells import is_month_first, may_be_month_first
from editing.spreadsheets.columns import DayColumn, WhenColumn
from editing.spreadsheets.directories import Questions
from editing.spreadsheets.import_rows import CHANGED, NEW, REFUSED, SAME, ImportRow
from editing.spreadsheets.kinds import RecordSpreadsheet
from editing.uploads import ImportProgress
from records.locks import locked

# The number of rows that are saved at once. If the database refuses them, they are halved until it
# is known which row is wrong.
CHUNK = 200
# Each refusal takes the database some time. After this many, the other rows are not tried.
MOST_REFUSALS = 500
TOO_MANY = "Not looked at, because so many rows before it were refused. Correct those first."


class SpreadsheetImport:
    def __init__(
        self, spreadsheet: RecordSpreadsheet, rows: list[ImportRow], choices: dict[str, Any]
    ):
        self.spreadsheet, self.rows = spreadsheet, rows
        self.questions = Questions(choices)
        self.foreign_keys = [
            field
            for field in shown_fields(spreadsheet.model)
            if isinstance(field, models.ForeignKey)
        ]
        self.by_key: dict[int, ImportRow] = {}  # saved rows, by the key of the record
        self.refusals = 0

    def run(self) -> Generator[ImportProgress, None, dict]:
        """Make the changes in the rows, and return the outcome."""
        self.spreadsheet.begin(self.questions)
        for number, row in enumerate(self.rows, 1):
            row.words = self.spreadsheet.row_in_words(row)
            if not row.problems:
                self.spreadsheet.read_row(row)
            if number % CHUNK == 0:
                yield ImportProgress("Reading the rows", number, len(self.rows))
        self.refuse_mixed_dates()
        self.spreadsheet.before_matching(self.rows)
        self.match()
        self.find_changes()
        yield from self.write()
        return self.outcome()

    def refuse_mixed_dates(self) -> None:
        """If one date has the month first, refuse all that can be read in two ways."""
        headings = [
            column.heading
            for column in self.spreadsheet.import_columns()
            if isinstance(column, WhenColumn | DayColumn)
        ]
        cells = [(row, h, row.cells.get(h, "")) for row in self.rows for h in headings]
        odd = next(((row, h) for row, h, text in cells if is_month_first(text)), None)
        if odd is None:
            return
        for row, heading, text in cells:
            if may_be_month_first(text):
                row.refuse(
                    heading,
                    f"“{text}” may be read in two ways, because row {odd[0].number}, column "
                    f"“{odd[1]}”, has the month before the day. Write 2019-04-01 or 1 April 2019.",
                )

    def match(self) -> None:
        about: dict[int, ImportRow] = {}
        for row in self.rows:
            if row.problems:
                continue
            self.spreadsheet.match(row)
            if row.before is None:
                continue
            first = about.setdefault(row.before.pk, row)
            if first is not row:
                row.refuse("", f"Row {first.number} is about the same record. Leave one of them.")
        self.refuse_changed_meanwhile(about)

    def refuse_changed_meanwhile(self, about: dict[int, ImportRow]) -> None:
        """Lock the records that rows are about, and refuse those changed since they were read."""
        now = locked(self.spreadsheet.model).in_bulk(list(about))
        for key, row in about.items():
            if key not in now or row.before.differing_fields(now[key]):
                row.refuse("", "Somebody has just changed this record. Check again.")

    def find_changes(self) -> None:
        """Find what each row would change, with the names for all rows looked up at once."""
        names = RecordNames()
        rows = [row for row in self.rows if row.record is not None]
        for row in rows:
            if hasattr(row.record, "settle_period"):
                row.record.settle_period()
            row.words = str(row.record)
            for field in self.foreign_keys:
                for record in filter(None, (row.before, row.record)):
                    names.want(field.related_model, getattr(record, field.attname))
        for row in rows:
            row.changes = field_changes(self.spreadsheet.model, row.before, row.record, names)

    def write(self) -> Iterator[ImportProgress]:
        total = len(self.rows)
        # Changes first: one that ends somebody's time makes room for a successor.
        changed = [row for row in self.rows if row.outcome == CHANGED]
        changed.sort(key=self.spreadsheet.write_order)
        new = [row for row in self.rows if row.outcome == NEW]
        done = total - len(changed) - len(new)
        for rows in (changed, new):
            waiting: list[ImportRow] = []
            for row in rows:
                if len(waiting) == CHUNK or self.spreadsheet.needs_flush(row, waiting):
                    self.flush(waiting)
                    waiting = []
                self.spreadsheet.check(row)
                if not row.problems:
                    waiting.append(row)
                done += 1
                if done % CHUNK == 0:
                    yield ImportProgress("Checking the rules", done, total)
            self.flush(waiting)
        yield ImportProgress("Checking the rules", total, total)

    def flush(self, rows: list[ImportRow]) -> None:
        """Save rows. If the database refuses them, find out which and why."""
        if not rows:
            return
        if self.refusals >= MOST_REFUSALS:
            for row in rows:
                row.refuse("", TOO_MANY)
            return
        try:
            with transaction.atomic():
                self.save(rows)
        except (IntegrityError, DataError) as error:
            for row in rows:
                if row.before is None:
                    row.record.pk, row.record._state.adding = None, True
            if len(rows) > 1:
                half = len(rows) // 2
                self.flush(rows[:half])
                self.flush(rows[half:])
            else:
                self.say_why(rows[0], error)
        else:
            self.by_key.update({row.record.pk: row for row in rows})

    def save(self, rows: list[ImportRow]) -> None:
        objects = self.spreadsheet.model.objects
        if rows[0].before is None:
            objects.bulk_create_with_history(row.record for row in rows)
        else:
            objects.bulk_update_with_history(row.record for row in rows)

    def say_why(self, row: ImportRow, error: Exception) -> None:
        """Say which rule a record breaks, now that the records it conflicts with are saved."""
        self.refusals += 1
        for check in (row.record.validate_unique, row.record.validate_constraints):
            try:
                check()
            except ValidationError as broken:
                self.spreadsheet.add_errors(row, broken, self.by_key)
        if not row.problems:
            row.refuse("", refusal_in_words(error, self.spreadsheet.model))

    def outcome(self) -> dict:
        rows = [row.as_json() for row in self.rows]
        outcomes = [row.outcome for row in self.rows]
        counts = {each: outcomes.count(each) for each in (REFUSED, CHANGED, NEW, SAME)}
        # The keys tell apart records of the same name.
        names = [field.attname for field in self.foreign_keys]
        keys = [
            row.record
            and [row.record.pk if row.before else 0, *(getattr(row.record, name) for name in names)]
            for row in self.rows
        ]
        everything = json.dumps([rows, keys], sort_keys=True).encode()
        return {
            "rows": rows,
            "counts": counts,
            "may_be_loaded": not counts[REFUSED] and bool(counts[NEW] or counts[CHANGED]),
            "questions": self.questions.as_json(),
            "fingerprint": hashlib.sha256(everything).hexdigest()[:32],
        }
