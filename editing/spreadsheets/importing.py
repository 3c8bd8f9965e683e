"""Importing: what a spreadsheet would make of the register, row by row, and making it so.

The preview is no forecast. It does what the import does, in a transaction that is taken back.
"""

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, models, transaction
from django.utils import timezone
from import_export.resources import Resource

from editing.field_changes import Names, field_changes, told_fields
from editing.refusals import refusal_in_words
from editing.spreadsheets.cells import (
    CellProblem,
    Column,
    RecordWidget,
    WhenColumn,
    columns_of,
    is_month_first,
    may_be_month_first,
)
from editing.spreadsheets.directories import Asked, Directories
from editing.spreadsheets.reading import Columns, SheetRow, read
from records.evidence import Evidenced
from records.history import Nature, writing
from records.models import Upload
from records.names import first_free, fold, slug_stem
from records.periods import locked

logger = logging.getLogger(__name__)

# Written to the database at once; if it refuses them, halved until it is known which.
CHUNK = 200
# Each refusal by the database costs it some work: after so many the rest are not tried.
MOST_REFUSALS = 500
STEP = "Import a spreadsheet"
TOO_MANY = "Not looked at, because so many rows before it were refused. Correct those first."

NEW, CHANGED, SAME, REFUSED = "new", "changed", "same", "refused"


@dataclass
class Row:
    """A row on its way: what it says, the record it is about, and what became of it."""

    number: int
    cells: dict[str, str]
    kinds: dict[str, str]  # of cells that are no text or number, by heading
    values: dict[str, object] = field(default_factory=dict)  # by attribute
    record: models.Model | None = None
    before: models.Model | None = None  # as the register has it, if it has it
    problems: list[tuple[str, str]] = field(default_factory=list)  # heading or "", and words
    questions: list[int] = field(default_factory=list)
    changes: tuple = ()
    notes: list[str] = field(default_factory=list)  # what it says that is passed over
    words: str = ""

    @property
    def outcome(self) -> str:
        if self.problems:
            return REFUSED
        if self.before is None:
            return NEW
        return CHANGED if self.changes else SAME

    def refuse(self, heading: str, words: str) -> None:
        self.problems.append((heading, words))

    def told(self) -> dict:
        return {
            "row": self.number,
            "outcome": self.outcome,
            "words": self.words,
            "changes": [[c.label, c.old, c.new] for c in self.changes],
            "problems": self.problems,
            "notes": self.notes,
            "questions": self.questions,
        }


class RecordResource(Resource):
    """What a spreadsheet of one kind of record has in its columns, and how its rows are matched
    with the records that are there."""

    model: type[models.Model]
    # A sentence for the page on which it is sent.
    explains = ""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.fields = {column.attribute: column for column in self.columns()}

    def columns(self) -> list[Column]:
        return columns_of(self.model)

    # What the spreadsheet may and must have

    def headings(self) -> Columns:
        every = list(self.fields.values())
        return Columns(
            [column.heading for column in every],
            [column.heading for column in every if column.required],
        )

    def asked_for(self) -> list[Column]:
        """The columns that are read; the others are written by an export and passed over."""
        return [column for column in self.fields.values() if not column.readonly]

    def heading_of(self, name: str) -> str:
        """The heading that the field `name` of a record is under; "" if it has none."""
        column = self.fields.get(name)
        return column.heading if column is not None else ""

    # Before the rows

    def begin(self, asked: Asked) -> None:
        """Read once what every row may need."""
        self.asked = asked
        self.use_directories(Directories())

    def use_directories(self, directories: Directories) -> None:
        self.directories = directories
        for column in self.fields.values():
            if isinstance(column.widget, RecordWidget) and not column.readonly:
                column.widget.directory = directories[column.widget.model]

    def before_matching(self, rows: list[Row]) -> None:
        """Called when the cells of all rows are read."""

    # Each row

    def read_row(self, row: Row) -> None:
        """Read the cells of a row into its values; what cannot be read is a problem."""
        self.asked.of_row = row.questions
        for column in self.asked_for():
            row.values[column.attribute] = self.read_cell(column, row)

    def row_in_words(self, row: Row) -> str:
        """What a row calls itself, for one that makes no record."""
        texts = [
            row.cells.get(column.heading, "")
            for column in self.asked_for()
            if column.required and column.attribute not in ("document", "locator")
        ]
        return ", ".join(text for text in texts if text)

    def read_cell(self, column: Column, row: Row):
        text, kind = row.cells.get(column.heading, ""), row.kinds.get(column.heading, "")
        if kind not in ("", column.widget.takes):
            row.refuse(
                column.heading,
                f"“{text}” is {kind} to the spreadsheet program, which may have made it of "
                "something else. Format the column as text, and type the cell again.",
            )
            return None
        try:
            value = column.clean(
                {column.heading: text}, asked=self.asked, heading=column.heading, cells=row.cells
            )
        except CellProblem as problem:
            row.refuse(column.heading, str(problem))
            return None
        if column.required and value in column.empty_values:
            row.refuse(column.heading, "Fill this in: it is needed on every row.")
        return value

    def existing(self, row: Row) -> models.Model | None:
        """The record that a row is about, if the register has it. Raises CellProblem."""
        raise NotImplementedError

    def fill_in(self, record: models.Model, row: Row) -> None:
        """Give a new record what no column says. Raises CellProblem if it may not be new."""

    def match(self, row: Row) -> None:
        """Make of a row the record that it asks for, unchecked."""
        self.asked.of_row = row.questions
        try:
            row.before = self.existing(row)
            row.record = self.made_new(row) if row.before is None else self.made_of(row.before, row)
        except CellProblem as problem:
            row.refuse("", str(problem))

    def made_new(self, row: Row) -> models.Model:
        record = self.model()
        for column in self.asked_for():
            if row.values[column.attribute] not in column.empty_values:
                column.put(record, row.values[column.attribute])
        self.fill_in(record, row)
        return record

    def made_of(self, before: models.Model, row: Row) -> models.Model:
        record = copied(before)
        for column in self.asked_for():
            if self.may_change(column, row):
                column.update(record, row.values[column.attribute])
        return record

    def may_change(self, column: Column, row: Row) -> bool:
        """Whether the cell of a column changes the record that the row is about."""
        return True

    def check(self, row: Row) -> None:
        """Hold a record to the rules that can be told without the other rows."""
        if row.before is not None:
            row.record.stored = lambda: row.before  # it was read, and is locked
        keys = [f.name for f in self.model._meta.fields if isinstance(f, models.ForeignKey)]
        checks = [lambda: row.record.clean_fields(exclude=keys), row.record.clean]
        if isinstance(row.record, Evidenced):
            checks.append(lambda: row.record.refuse_confirmation_to_come(timezone.localdate()))
        for check in checks:
            try:
                check()
            except ValidationError as error:
                self.blame(row, error)
        # Keys come from records that were just read: that they are there need not be asked.
        for name in keys:
            key = self.model._meta.get_field(name)
            if not key.null and getattr(row.record, key.attname) is None:
                row.refuse(self.heading_of(name), "Fill this in: it is needed.")

    def blame(self, row: Row, error: ValidationError, rows: dict[int, Row] | None = None) -> None:
        """Tell what is wrong with a record under the headings of its row."""
        by_field = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
        for name, errors in by_field.items():
            for one in errors:
                words = " ".join(one.messages)
                same = (rows or {}).get((one.params or {}).get("key"))
                if same is not None:
                    words += f" That is row {same.number} of this spreadsheet."
                told = (self.heading_of(name), words)
                if told not in row.problems:
                    row.problems.append(told)

    def turn(self, row: Row) -> tuple[int, ...]:
        """When a changed row is written: after those with a lesser turn."""
        return ()

    def needs_flush(self, row: Row, waiting: list[Row]) -> bool:
        """Whether what is waiting has to be in the database for `row` to be checked."""
        return False


def copied(record: models.Model) -> models.Model:
    """Another instance of a stored record, with what it leads to as far as that was read."""
    copy = type(record)()
    copy.__dict__.update({k: v for k, v in record.__dict__.items() if k != "_state"})
    copy._state.db, copy._state.adding = record._state.db, False
    copy._state.fields_cache = dict(record._state.fields_cache)
    return copy


class Slugs:
    """Public addresses for new records, that none has or had."""

    def __init__(self, model: type[models.Model]):
        self.otherwise = model._meta.model_name
        self.taken = set(model._base_manager.values_list("slug", flat=True))
        self.former: dict[str, int] = dict(model.history.values_list("slug", "id"))
        self.taken |= set(self.former)

    def make(self, name: str) -> str:
        slug = first_free(slug_stem(name, self.otherwise), self.taken)
        self.taken.add(slug)
        return slug


class NamedResource(RecordResource):
    """Records with a name and a public address of their own, by which rows are matched."""

    somebody_new = "None of these: another, who is new to the register"

    def columns(self) -> list[Column]:
        columns = super().columns()
        for column in columns:
            if column.attribute == "slug":
                column.explains = (
                    "Part of the public address, by which the record is found. Leave it empty to "
                    "find it by its name, or to have one made."
                )
        return columns

    def begin(self, asked: Asked) -> None:
        super().begin(asked)
        self.directory = self.directories[self.model]
        self.slugs = Slugs(self.model)
        self.new_by_slug: dict[str, Row] = {}
        self.new_by_name: dict[str, Row] = {}

    def existing(self, row: Row) -> models.Model | None:
        if row.values["slug"]:
            return self.called(row.values["slug"])
        heading, text, found = self.candidates(row)
        if len(found) < 2:
            return next(iter(found), None)
        options = [(record.pk, self.directory.in_full(record)) for record in found]
        chosen = self.asked.ask(heading, text, [*options, (Asked.SOMEBODY_NEW, self.somebody_new)])
        return next((record for record in found if record.pk == chosen), None)

    def called(self, slug: str) -> models.Model | None:
        """The record that has a slug. Raises CellProblem for one that a record had before, whose
        pages are still found by it."""
        if slug not in self.directory.by_slug and slug in self.slugs.former:
            once = self.directory.records.get(self.slugs.former[slug])
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

    def candidates(self, row: Row) -> tuple[str, str, list[models.Model]]:
        """The records that a row may be about, and the cell that says so."""
        name = row.values["name"]
        return self.heading_of("name"), name, self.directory.named(name)

    def may_change(self, column: Column, row: Row) -> bool:
        if column.attribute == "slug":
            return False
        # A record that was found by a name may have been found by another than its own.
        return column.attribute != "name" or row.before.slug == row.values["slug"]

    def made_of(self, before: models.Model, row: Row) -> models.Model:
        name = row.values["name"]
        called_so = before.pk in self.directory.by_name.get(fold(name), {})
        if not called_so and before.slug != row.values["slug"]:
            row.notes.append(
                f"The name “{name}” is not taken: this is {before}, whose name is corrected only "
                f"by a row that gives the slug “{before.slug}”."
            )
        return super().made_of(before, row)

    def fill_in(self, record: models.Model, row: Row) -> None:
        name = fold(record.name)
        if not record.slug:
            if first := self.new_by_name.get(name):
                raise CellProblem(
                    f"Row {first.number} adds the same name. If they are two, give each a slug "
                    "of its own; otherwise leave one of them."
                )
            record.slug = self.slugs.make(record.name)
        elif first := self.new_by_slug.get(record.slug):
            raise CellProblem(f"Row {first.number} adds the same slug. Give each its own.")
        self.slugs.taken.add(record.slug)
        self.new_by_slug[record.slug] = self.new_by_name[name] = row


# The kinds of spreadsheet, in the order in which they are offered.
KINDS: dict[str, type[RecordResource]] = {}


def spreadsheet_of(resource: type[RecordResource]) -> type[RecordResource]:
    """Offers the import of a kind of record."""
    KINDS[resource.model._meta.label_lower] = resource
    return resource


@dataclass
class Progress:
    """How far an import has come."""

    doing: str
    done: int
    total: int


@dataclass
class Result:
    """What became of the rows, and whether it was made so."""

    outcome: dict
    loaded: bool


def run(upload: Upload, *, user: models.Model, seen: str = "") -> Iterator[Progress | Result]:
    """Do what a spreadsheet asks, and take it back unless it comes to what was `seen`.

    `user` is who asks. Gives Progress, and at the end a Result. Raises ValidationError if the
    file cannot be read, and a database error if somebody else was quicker.
    """
    resource = KINDS[upload.kind]()
    sheet = read(upload.file_name, bytes(upload.content), resource.headings())
    asked = Asked(upload.choices)
    with (
        transaction.atomic(),
        writing(Nature.IMPORTED, reason=upload.reason, step=STEP, user=user),
    ):
        # Whether one is there would be asked without keeping it from anybody.
        if list(locked(Upload).filter(pk=upload.pk).values_list("loaded_at", flat=True)) != [None]:
            raise ValidationError("This spreadsheet has been loaded already.")
        loading = Loading(resource, asked, user=user, reason=upload.reason)
        yield from loading.go(sheet.rows)
        outcome = loading.told()
        loaded = bool(seen) and seen == outcome["fingerprint"] and may_be_loaded(outcome)
        if loaded:
            upload.loaded_at = timezone.now()
        else:
            transaction.set_rollback(True)
        outcome["changed_meanwhile"] = bool(seen) and not loaded
        upload.outcome = outcome
        if loaded:
            upload.save(update_fields=["choices", "outcome", "loaded_at"])
    if not loaded:
        # Unless it was loaded since the transaction was taken back.
        Upload.objects.filter(pk=upload.pk, loaded_at__isnull=True).update(
            choices=upload.choices, outcome=outcome
        )
    yield Result(outcome, loaded)


def may_be_loaded(outcome: dict) -> bool:
    """Whether every row is right, and one of them makes a difference."""
    counts = outcome["counts"]
    return not counts[REFUSED] and bool(counts[NEW] or counts[CHANGED])


class Loading:
    """The rows of one spreadsheet on their way into the register."""

    def __init__(self, resource: RecordResource, asked: Asked, *, user: models.Model, reason: str):
        self.resource, self.asked, self.user, self.reason = resource, asked, user, reason
        self.rows: list[Row] = []
        self.by_key: dict[int, Row] = {}  # the rows that are in the database, by their records
        self.refusals = 0

    def go(self, sheet_rows: list[SheetRow]) -> Iterator[Progress]:
        total = len(sheet_rows)
        self.resource.begin(self.asked)
        for sheet_row in sheet_rows:
            row = Row(sheet_row.number, sheet_row.cells, sheet_row.kinds)
            row.words = self.resource.row_in_words(row)
            if sheet_row.odd:
                row.refuse("", sheet_row.odd)
            else:
                self.resource.read_row(row)
            self.rows.append(row)
            if len(self.rows) % CHUNK == 0:
                yield Progress("Reading the rows", len(self.rows), total)
        self.refuse_mixed_dates()
        self.resource.before_matching(self.rows)
        self.match()
        self.tell_changes()
        yield from self.write()

    def refuse_mixed_dates(self) -> None:
        """Where one date of a file has the month first, others may have it first as well."""
        headings = [
            column.heading
            for column in self.resource.asked_for()
            if isinstance(column, WhenColumn) or column.attribute == "term_ends"
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
        about: dict[int, Row] = {}
        for row in self.rows:
            if row.problems:
                continue
            self.resource.match(row)
            if row.before is None:
                continue
            first = about.setdefault(row.before.pk, row)
            if first is not row:
                row.refuse("", f"Row {first.number} is about the same record. Leave one of them.")
        self.refuse_changed_meanwhile(about)

    def refuse_changed_meanwhile(self, about: dict[int, Row]) -> None:
        """Keep the records that rows are about from everybody else until this is over, and see
        that nobody changed one since it was read."""
        now = locked(self.resource.model).in_bulk(list(about))
        for key, row in about.items():
            if key not in now or row.before.differing_fields(now[key]):
                row.refuse("", "Somebody has just changed this record. Check again.")

    def tell_changes(self) -> None:
        """Say of every row what it would change, with each name looked up once for all."""
        names = Names()
        rows = [row for row in self.rows if row.record is not None]
        for row in rows:
            if hasattr(row.record, "settle_period"):
                row.record.settle_period()
            row.words = str(row.record)
            for told in told_fields(self.resource.model):
                if isinstance(told, models.ForeignKey):
                    for record in filter(None, (row.before, row.record)):
                        names.want(told.related_model, getattr(record, told.attname))
        for row in rows:
            row.changes = field_changes(self.resource.model, row.before, row.record, names)

    def write(self) -> Iterator[Progress]:
        total = len(self.rows)
        # Changes first: that somebody's time is over makes room for who comes after.
        changed = [row for row in self.rows if row.outcome == CHANGED]
        changed.sort(key=self.resource.turn)
        new = [row for row in self.rows if row.outcome == NEW]
        done = total - len(changed) - len(new)
        for rows in (changed, new):
            waiting: list[Row] = []
            for row in rows:
                if self.resource.needs_flush(row, waiting):
                    self.flush(waiting)
                    waiting = []
                self.resource.check(row)
                done += 1
                if not row.problems:
                    waiting.append(row)
                if len(waiting) >= CHUNK:
                    self.flush(waiting)
                    waiting = []
                if done % CHUNK == 0:
                    yield Progress("Checking the rules", done, total)
            self.flush(waiting)
        yield Progress("Checking the rules", total, total)

    def flush(self, rows: list[Row]) -> None:
        """Write rows to the database; if it refuses them, find out which and why."""
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

    def save(self, rows: list[Row]) -> None:
        if rows[0].before is None:
            self.resource.model.objects.bulk_create_with_history(
                [row.record for row in rows],
                user=self.user,
                reason=self.reason,
            )
        else:
            self.resource.model.objects.bulk_update_with_history(
                [row.record for row in rows], user=self.user, reason=self.reason
            )

    def say_why(self, row: Row, error: Exception) -> None:
        """Say which rule a record breaks, now that those it conflicts with are there."""
        self.refusals += 1
        for check in (row.record.validate_unique, row.record.validate_constraints):
            try:
                check()
            except ValidationError as broken:
                self.resource.blame(row, broken, self.by_key)
        if not row.problems:
            row.refuse("", refusal_in_words(error, self.resource.model))

    def told(self) -> dict:
        rows = [row.told() for row in self.rows]
        counts = dict.fromkeys((REFUSED, CHANGED, NEW, SAME), 0)
        for row in rows:
            counts[row["outcome"]] += 1
        # With the keys of what each record leads to: two may be called the same.
        keys = [
            row.record and [row.record.pk if row.before else 0, *keys_of(row.record)]
            for row in self.rows
        ]
        told = json.dumps([rows, keys], sort_keys=True).encode()
        return {
            "rows": rows,
            "counts": counts,
            "questions": self.asked.told(),
            "fingerprint": hashlib.sha256(told).hexdigest()[:32],
        }


def keys_of(record: models.Model) -> list[int | None]:
    return [
        getattr(record, told.attname)
        for told in told_fields(type(record))
        if isinstance(told, models.ForeignKey)
    ]
