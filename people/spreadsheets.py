"""Spreadsheets of people, and of what they hold."""

import bisect
import datetime
from collections import defaultdict

from django import forms
from django.db import models
from django.utils.text import capfirst, get_text_list

import organisations.spreadsheets  # noqa: F401  (by which organisations are found)
from editing.spreadsheets.cells import CellProblem
from editing.spreadsheets.columns import LineColumn, RecordColumn, SpreadsheetColumn
from editing.spreadsheets.directories import DIRECTORIES, Directory
from editing.spreadsheets.import_rows import ImportRow
from editing.spreadsheets.kinds import NamedSpreadsheet, RecordSpreadsheet, importable
from editing.typed_dates import Known, UnreadableDate
from organisations.models import Held
from people.models import Appointment, Person, PersonName, Tenure
from records.days import NO_EARLIEST, NO_LATEST, day_before
from records.locks import locked
from records.names import fold
from records.periods import Precision, Qualifier, first_day, last_day, limit_in_words


class PersonDirectory(Directory):
    model = Person
    name_fields = ("name",)
    other_names = (PersonName, "person")
    related = ("merged_into", "document")
    remedy = "Import them under people first, or correct the spelling."

    def names_in(self, record):
        return [record.name, str(record)]

    def stands_for(self, record):
        passed = set()
        while record.merged_into_id is not None and record.pk not in passed:
            passed.add(record.pk)
            record = record.merged_into
        return record

    def in_full(self, record):
        return f"{record} ({record.slug}), in {record.document.short_title}, {record.locator}"


DIRECTORIES[Person] = PersonDirectory


@importable
class PersonSpreadsheet(NamedSpreadsheet):
    model = Person
    explains = "People whom a source document names, one a row."
    required = ("name", "document", "locator")


class OwnerColumn(RecordColumn):
    """The organisation or forum of the post or seat, by which the post or seat is found."""

    def put(self, record, value) -> None:
        pass


class HeldColumn(LineColumn):
    """The post or seat, by its title in its organisation or forum."""

    def value_of(self, record):
        return getattr(record, self.attribute).title


class CertainTimes:
    """The days on which each holder of a post or seat certainly holds it, kept in order.

    Counting the holders who share a day with another is then quick.
    """

    def __init__(self):
        self.starts: list[datetime.date] = []
        self.ends: list[datetime.date] = []

    def add(self, tenure: Tenure) -> None:
        if (days := tenure.certain_days()) is not None:
            start, end = days
            bisect.insort(self.starts, start)
            bisect.insort(self.ends, end)

    def number_beside(self, tenure: Tenure) -> int:
        start, end = certain_time(tenure)
        return bisect.bisect_right(self.starts, end) - bisect.bisect_left(self.ends, start)


# These columns follow the person and the post or seat, and the evidence comes after them.
TIME_COLUMNS = [
    "basis",
    "acting_for",
    "named_date",
    "start_date",
    "term_ends",
    "end_date",
    "end_reason",
    "end_document",
    "end_locator",
]


# What the ends in a file are.
LAST_DAY, FIRST_DAY_OUT = "last-day", "first-day-out"


def last_day_in_office(first_day_out: Known) -> Known:
    """The end of somebody of whom the first day out of office is known. The first month out of it
    may hold the last day, and may not."""
    day, precision, qualifier = first_day_out
    if precision == Precision.DAY or qualifier == Qualifier.NOT_BEFORE:
        return day_before(first_day(day, precision)), Precision.DAY, qualifier
    return day, precision, Qualifier.BY


class TenureSpreadsheet(RecordSpreadsheet):
    """A person, a post or seat, and for how long they hold it, one a row."""

    model: type[Tenure]
    required = ("person", "document", "locator")
    explained = {"person": "By their name, another name of theirs, or their slug."}
    # The columns that follow the post or seat, before the time.
    after_held: tuple[str, ...] = ()

    @property
    def held_model(self) -> type[Held]:
        return self.model._meta.get_field(self.model.held_field).related_model

    def asked_of_file(self):
        choices = [
            ("", "Choose"),
            (LAST_DAY, "last days in office, or there are none"),
            (FIRST_DAY_OUT, "first days out of office"),
        ]
        return {
            "ends": forms.ChoiceField(
                label="The ends in this file are",
                choices=choices,
                help_text="Lists that are exported here give last days; many public lists give "
                "the first day out of office. Of those the day before is recorded, and a month or "
                "a year as “by” it.",
                error_messages={
                    "required": "Say which day the ends in this file are. If it gives none, "
                    "choose last days."
                },
            )
        }

    @property
    def owner_attribute(self) -> str:
        return f"{self.model.held_field}__{self.held_model.owner_field}"

    def columns(self):
        held, owner = self.model.held_field, self.held_model.owner_field
        owner_model = self.held_model._meta.get_field(owner).related_model
        columns = []
        for column in super().columns():
            if column.attribute == held:
                columns += [
                    OwnerColumn(
                        heading=capfirst(owner_model._meta.verbose_name),
                        attribute=self.owner_attribute,
                        model=owner_model,
                        required=True,
                        explains="By its name, another name of it, or its slug.",
                    ),
                    HeldColumn(
                        heading=capfirst(held),
                        attribute=held,
                        required=True,
                        explains=f"By its title, as the register has it. Each {held} has to be in "
                        "the register.",
                    ),
                ]
                continue
            columns.append(column)
        first = ["person", self.owner_attribute, held, *self.after_held, *TIME_COLUMNS]
        places = {attribute: place for place, attribute in enumerate(first)}
        return sorted(columns, key=lambda column: places.get(column.attribute, len(first)))

    # The post or seat of a row

    def begin(self, questions):
        super().begin(questions)
        self.gives_first_days_out = questions.answer_of_file("ends") == FIRST_DAY_OUT
        owner = self.held_model.owner_field
        self.held_by_title: dict[tuple[int, str], list[Held]] = defaultdict(list)
        self.titles: dict[int, list[str]] = defaultdict(list)
        self.new_by_time: dict[tuple, ImportRow] = {}
        for held in self.held_model._base_manager.select_related(owner).order_by("pk"):
            key = getattr(held, f"{owner}_id")
            self.held_by_title[key, fold(held.title)].append(held)
            self.titles[key].append(held.title)

    def read_cell(self, column, row):
        value = super().read_cell(column, row)
        if column.attribute == "end_date" and value and self.gives_first_days_out:
            end = last_day_in_office(value)
            row.notes.append(
                f"The end given, {limit_in_words(*value)}, is the first day out of office. "
                f"Recorded is {limit_in_words(*end)}."
            )
            return end
        if column.attribute != self.model.held_field or not value:
            return value
        owner = row.values[self.owner_attribute]
        return self.held_called(value, owner, column, row) if owner is not None else None

    def held_called(
        self, title: str, owner: models.Model, column: SpreadsheetColumn, row: ImportRow
    ) -> Held | None:
        found = self.held_by_title.get((owner.pk, fold(title)), [])
        found = [held for held in found if held.title == title] or found
        if not found:
            titles = [f"“{title}”" for title in dict.fromkeys(self.titles[owner.pk])]
            has = get_text_list([*titles[:8], *(["others"] if titles[8:] else [])], "and")
            row.refuse(
                column.heading,
                f"{owner} has no {self.model.held_field} called “{title}”. "
                + (f"It has {has}." if has else "Add it to the register first."),
            )
            return None
        if len(found) > 1:
            start = self.start_of(row, column)
            found = [held for held in found if start and held.is_listed(start)] or found
        if len(found) == 1:
            return found[0]
        options = [
            (held.pk, f"{held.title}, {held.start_in_words()} to {held.end_in_words() or 'now'}")
            for held in found
        ]
        try:
            chosen = self.questions.ask(column.heading, f"{title}, {owner}", options)
        except CellProblem as problem:
            row.refuse(column.heading, str(problem))
            return None
        return next(held for held in found if held.pk == chosen)

    def start_of(self, row: ImportRow, column: SpreadsheetColumn):
        """The start that a row gives, read before it is that column's turn."""
        start = self.fields["start_date"]
        try:
            known = start.read(row.cells.get(start.heading, ""))
        except (CellProblem, UnreadableDate):
            return None
        return known and known[0]

    # The records of the register

    def before_matching(self, rows):
        held_field = self.model.held_field
        keys = {row.values[held_field].pk for row in rows if row.values.get(held_field)}
        owner = self.held_model.owner_field
        # The lock keeps others from changing the number of holders or adding one meanwhile.
        self.held = {
            held.pk: held
            for held in self.held_model.knowing_of_terms(locked(self.held_model))
            .select_related(owner)
            .filter(pk__in=keys)
        }
        people = {row.values["person"].pk for row in rows if row.values.get("person")}
        kept = locked(Person).filter(pk__in=people).values_list("pk", "merged_into")
        merged = {key for key, into in kept if into is not None}
        for row in rows:
            if row.values.get("person") and row.values["person"].pk in merged:
                row.refuse(
                    self.heading_of("person"),
                    "Somebody has just merged this person into another. Check again.",
                )
        self.there = defaultdict(list)
        self.times: dict[int, CertainTimes] = defaultdict(CertainTimes)
        tenures = self.model._base_manager.filter(**{f"{held_field}__in": keys})
        for tenure in tenures.select_related("person", f"{held_field}__{owner}", "document"):
            tenure.read_and_locked = True
            key = getattr(tenure, f"{held_field}_id")
            setattr(tenure, held_field, self.held[key])
            self.there[tenure.person_id, key].append(tenure)
            self.times[key].add(tenure)

    def existing(self, row):
        held = row.values[self.model.held_field]
        tenures = self.there[row.values["person"].pk, held.pk]
        start, end = row.values["start_date"], row.values["end_date"]
        if start is None and end is None:
            tenures = [t for t in tenures if t.over_by is None] or tenures
        elif start is not None and (same := [t for t in tenures if t.start_date == start[0]]):
            tenures = same
        else:
            tenures = [t for t in tenures if may_be_one_time(t, start, end)]
        if len(tenures) > 1:
            times = [f"{t.start_in_words()} to {t.end_in_words() or 'now'}" for t in tenures]
            raise CellProblem(
                f"This fits several records of the register: {get_text_list(times, 'and')}. Give "
                "the start that the one meant has there."
            )
        return tenures[0] if tenures else None

    def fill_in(self, record, row):
        record.read_and_locked = True
        held = self.held[row.values[self.model.held_field].pk]
        setattr(record, self.model.held_field, held)
        # The database refuses two that share a certain day. Others would be added twice.
        key = (record.person_id, held.pk, row.values["start_date"], row.values["end_date"])
        if first := self.new_by_time.get(key):
            raise CellProblem(
                f"Row {first.number} adds the same person, {self.model.held_field} and time. "
                "Leave one of them."
            )
        self.new_by_time[key] = row

    def write_order(self, row):
        # Rows that give up days are saved before rows that take them. If times move later, the
        # last one goes first and makes room for the one before it; if earlier, the first one.
        was_from, was_to = certain_time(row.before)
        is_from, is_to = certain_time(row.record)
        later, earlier = is_to > was_to, is_from < was_from
        if later == earlier:
            return (2 if later else 0, 0)
        return (1, -was_from.toordinal() if later else was_from.toordinal())

    def has_room(self, tenure: Tenure) -> bool:
        """Whether there is room even if all holders who share a day with `tenure` shared one day.

        They include the times before a change and the times of rows that were refused.
        """
        if tenure.held.has_terms:
            return False  # It has had room for another number, which `clean` goes by.
        capacity = tenure.held.capacity
        return capacity in (1, None) or self.times[tenure.held.pk].number_beside(tenure) < capacity

    def needs_flush(self, row, waiting):
        # If there may be no room, the database counts the holders, so it has to have the others.
        held = row.record.held
        return not self.has_room(row.record) and any(
            other.record.held.pk == held.pk for other in waiting
        )

    def check(self, row):
        row.record.has_room = self.has_room(row.record)
        super().check(row)
        self.times[row.record.held.pk].add(row.record)


def certain_time(tenure: Tenure) -> tuple[datetime.date, datetime.date]:
    """The first and the last day on which the tenure is certain."""
    return tenure.certain_days() or (NO_EARLIEST, NO_LATEST)


def may_be_one_time(tenure: Tenure, start, end) -> bool:
    """Whether a row that gives this start and end may be about the time of `tenure`."""
    begins_after = start and tenure.has_ended(start[0])
    ended_before = (
        end and tenure.start_date is not None and last_day(end[0], end[1]) < tenure.start_date
    )
    return not begins_after and not ended_before


@importable
class AppointmentSpreadsheet(TenureSpreadsheet):
    model = Appointment
    explains = "Who holds or held which post of an organisation, one a row."
    after_held = ("joint",)
