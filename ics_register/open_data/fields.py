"""Tables and columns of the data, described in the words of the register's own forms."""

import dataclasses
import datetime
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.db import models
from django.utils.text import capfirst

from ics_register.open_data.identifiers import Addresses
from people.designates import NAMED_FIELDS
from people.holder_rows import NAME_WITHHELD
from people.standing import Standing
from records.evidence import Evidence
from records.foresight import Foreseeable
from records.models import DatedFact
from records.periods import Precision, Qualifier, When, as_known


class Type(StrEnum):
    """The type of a column."""

    ADDRESS = "address"
    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes or no"
    DAY = "day"
    PARTIAL_DATE = "date as it is known"


@dataclass(frozen=True)
class Column:
    """One field of a table."""

    name: str
    label: str
    explains: str
    type: Type
    # The lookups to read of a record, and the value that follows from them.
    needs: dict[str, str]
    read: Callable[[dict, Addresses], object]
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    refers_to: str = ""
    # For fields that every such table has: whether they are of its period or of its evidence.
    group: str = ""


@dataclass(frozen=True)
class DataTable:
    """Records of one kind."""

    name: str
    model: type[models.Model]
    columns: tuple[Column, ...]

    @property
    def label(self) -> str:
        return capfirst(str(self.model._meta.verbose_name_plural))

    @property
    def explains(self) -> str:
        return inspect.getdoc(self.model).partition("\n\n")[0].replace("\n", " ")

    @property
    def own_columns(self) -> list[Column]:
        """Columns that are not in a group that other tables share."""
        return [column for column in self.columns if not column.group]

    @property
    def groups(self) -> list[str]:
        """The shared groups of fields that the table has."""
        return list(dict.fromkeys(column.group for column in self.columns if column.group))

    def group(self, name: str) -> list[Column]:
        return [column for column in self.columns if column.group == name]

    @property
    def needs(self) -> dict[str, str]:
        """The lookups to read of a record: {key: lookup}."""
        return {key: lookup for column in self.columns for key, lookup in column.needs.items()}

    def row(self, raw: dict, addresses: Addresses) -> list:
        """A record as a row of this table."""
        return [column.read(raw, addresses) for column in self.columns]


TYPES = {
    models.BooleanField: Type.YES_NO,
    models.PositiveSmallIntegerField: Type.NUMBER,
    models.DateField: Type.DAY,
}


def _value(key: str):
    def read(raw: dict, addresses: Addresses):
        value = raw[key]
        if value is None or value == "":
            return None
        return value.isoformat() if isinstance(value, datetime.date) else value

    return read


def plain(model, *names: str) -> list[Column]:
    """Columns that are fields of `model`, unchanged."""
    return [_plain(model._meta.get_field(name)) for name in names]


def _plain(field: models.Field) -> Column:
    return Column(
        name=field.name,
        label=capfirst(str(field.verbose_name)),
        explains=str(field.help_text),
        type=next((kind for of, kind in TYPES.items() if isinstance(field, of)), Type.TEXT),
        needs={field.name: field.name},
        read=_value(field.name),
        required=not field.null and not field.blank,
        choices=tuple(field.choices or ()),
    )


def known(model, name: str, precision: str, qualifier: str | None = None) -> list[Column]:
    """Columns of a date as it is known, of its precision, and of whether it is a limit."""

    def beside(key: str) -> Column:
        column = _plain(model._meta.get_field(key))

        def read(raw: dict, addresses: Addresses):
            return None if raw[name] is None else raw[key]

        return dataclasses.replace(column, read=read, required=False)

    date = dataclasses.replace(
        _plain(model._meta.get_field(name)),
        explains="As it is known: 2019-04-01, 2019-04 or 2019.",
        type=Type.PARTIAL_DATE,
        needs={name: name, precision: precision},
        read=lambda raw, addresses: raw[name] and as_known(raw[name], raw[precision]),
    )
    return [date, *[beside(key) for key in (precision, qualifier) if key]]


# The kind of page of records with slugs, by their table.
PAGES = {
    "organisations": "organisation",
    "forums": "forum",
    "people": "person",
    "documents": "document",
}


def refers(model, name: str, table: str) -> Column:
    """A column that names a record of another table by its id. The record has a page or is a
    place."""
    field = model._meta.get_field(name)
    key = f"{name}_slug"

    def read(raw: dict, addresses: Addresses):
        if table == "places":
            return addresses.place(raw[key])
        return addresses.page(PAGES[table], raw[key])

    return Column(
        name=f"{name}_id",
        label=capfirst(str(field.verbose_name)),
        explains=str(field.help_text),
        type=Type.ADDRESS,
        needs={key: f"{name}__slug"},
        read=read,
        required=not field.null,
        refers_to=table,
    )


def refers_on_page(model, name: str, table: str, owner: str) -> Column:
    """A column that names a record shown on the page of its `owner`: a seat on that of its
    forum."""
    field = model._meta.get_field(name)
    page, anchor = ANCHORED[table]
    key, slug = f"{name}_id", f"{name}_{owner}_slug"

    def read(raw: dict, addresses: Addresses):
        return addresses.page(page, raw[slug], f"{anchor}-{raw[key]}")

    return Column(
        name=f"{name}_id",
        label=capfirst(str(field.verbose_name)),
        explains=str(field.help_text),
        type=Type.ADDRESS,
        needs={key: key, slug: f"{name}__{owner}__slug"},
        read=read,
        required=not field.null,
        refers_to=table,
    )


# Tables whose records are shown on another record's page: whose page, and the anchor's name.
ANCHORED = {
    "organisation_names": ("organisation", "name"),
    "relationships": ("organisation", "relationship"),
    "posts": ("organisation", "post"),
    "appointments": ("organisation", "appointment"),
    "post_vacancies": ("organisation", "vacancy"),
    "post_terms": ("organisation", "change"),
    "statements": ("organisation", "statement"),
    "ratings": ("organisation", "rating"),
    "figures": ("organisation", "figure"),
    "person_names": ("person", "name"),
    "distinctions": ("person", "distinction"),
    "forum_names": ("forum", "name"),
    "forum_states": ("forum", "state"),
    "member_organisations": ("forum", "member-organisation"),
    "reporting_lines": ("forum", "line"),
    "successions": ("forum", "succession"),
    "seats": ("forum", "seat"),
    "ex_officio_sources": ("forum", "ex-officio-source"),
    "memberships": ("forum", "membership"),
    "seat_vacancies": ("forum", "vacancy"),
    "seat_terms": ("forum", "change"),
    "terms_of_reference": ("forum", "terms"),
    "escalation_steps": ("forum", "step"),
    "terms_reviews": ("forum", "review"),
}


def id_column(needs: dict[str, str], read) -> Column:
    return Column(
        name="id",
        label="Id",
        explains="The public address of the record, which does not change.",
        type=Type.ADDRESS,
        needs=needs,
        read=read,
        required=True,
    )


def id_of_page(table: str) -> Column:
    page = PAGES[table]
    return id_column({"slug": "slug"}, lambda raw, addresses: addresses.page(page, raw["slug"]))


def id_on_page(table: str, owner: str) -> Column:
    """The id of a record shown on the page that `owner` leads to."""
    page, anchor = ANCHORED[table]
    key = f"{owner.replace('__', '_')}_slug"

    def read(raw: dict, addresses: Addresses):
        return addresses.page(page, raw[key], raw.get("anchor") or f"{anchor}-{raw['id']}")

    return id_column({"id": "id", key: f"{owner}__slug"}, read)


def worked_out(name: str, label: str, explains: str, kind: Type, **more) -> Column:
    """A column that is not a field but follows from others."""
    needs = {each: each for each in more.pop("needs", ())}
    return Column(name, label, explains, kind, needs, more.pop("read", _value(name)), **more)


IN_FORCE = worked_out(
    "in_force",
    "In force",
    "Whether both the record and what it belongs to were in force on the day of the data. Empty if "
    "that is not known: they perhaps were. Records that were not in force are here only because "
    "another record refers to them, or because all periods were asked for.",
    Type.YES_NO,
    needs=DatedFact.FOUR_DAYS,
)
STANDING = worked_out(
    "standing",
    "Standing",
    "Whether anybody held it on that day. Vacant: a source says that nobody did. Not recorded: no "
    "source says.",
    Type.TEXT,
    required=True,
    choices=tuple(Standing.choices),
)
EMPTY_PLACES = (
    worked_out(
        "unfilled",
        "Places that nobody fills",
        "How many places of the seat nobody filled on that day; one at least if nobody filled the "
        "seat and the number is not recorded.",
        Type.NUMBER,
        required=True,
    ),
    worked_out(
        "vacant",
        "Vacant places",
        "How many of the places that nobody filled a source says are vacant. Of the others no "
        "source says who filled them, or whether anybody did.",
        Type.NUMBER,
        required=True,
    ),
    worked_out(
        "perhaps_vacant",
        "Perhaps vacant places",
        "How many more of the places that nobody filled were perhaps vacant.",
        Type.NUMBER,
        required=True,
    ),
)


def _grouped(name: str, columns: list[Column]) -> list[Column]:
    return [dataclasses.replace(column, group=name) for column in columns]


def in_edtf(name: str, label: str, explains: str, fields: tuple[str, str, str]) -> Column:
    """A column of a start or an end in one value, made of its three `fields`."""

    def read(raw: dict, addresses: Addresses):
        return When(*(raw[field] for field in fields)).as_edtf() if raw[fields[0]] else None

    return worked_out(name, label, explains, Type.TEXT, needs=fields, read=read)


class RawFact(Foreseeable):
    """A record with a period, from the values that its columns need."""

    def __init__(self, raw: dict):
        self.__dict__.update(raw)


# The values by which a record tells whether its start or its end was foreseen.
FORESEEN_BY = {
    **{name: name for name in (*DatedFact.PERIOD_FIELDS, *Evidence.AS_OF_FIELDS)},
    **{name: name for name in ("confirmed_on", "confirmed_precision")},
    **{f"document_{name}": f"document__{name}" for name in Evidence.AS_OF_FIELDS},
    **{f"end_document_{name}": f"end_document__{name}" for name in Evidence.AS_OF_FIELDS},
    "end_document_slug": "end_document__slug",
}


def foreseen(which: str) -> Column:
    """A column on whether the "start" or the "end" is only foreseen."""

    def read(raw: dict, addresses: Addresses):
        return getattr(RawFact(raw), f"{which}_foreseen")

    return Column(
        f"{which}_foreseen",
        f"{capfirst(which)} was foreseen",
        f"Whether no source speaks of a day on which the {which} may have happened, but one foresaw"
        " it: a plan, and not known to have come about.",
        Type.YES_NO,
        FORESEEN_BY,
        read,
        required=True,
    )


def period(model) -> list[Column]:
    start, end = DatedFact.EDTF_FIELDS
    explains = "The three before it in one, as the Extended Date/Time Format (ISO 8601-2) has it: "
    explains += "2019-04; [..2019-04] for by April 2019; [2019-04..] for not before."
    columns = [
        *known(model, *DatedFact.START_FIELDS),
        in_edtf(start, "Start in EDTF", explains, DatedFact.START_FIELDS),
        foreseen("start"),
        *known(model, *DatedFact.END_FIELDS),
        in_edtf(end, "End in EDTF", explains, DatedFact.END_FIELDS),
        foreseen("end"),
        refers(model, "end_document", "documents"),
        *plain(model, "end_locator"),
    ]
    return _grouped("period", columns)


def last_known(model) -> list[Column]:
    """Columns of the day on which a record is last known."""
    sources = ["document", *(["end_document"] if issubclass(model, DatedFact) else [])]
    days = [(source, name) for source in sources for name in Evidence.AS_OF_FIELDS]

    def column(name: str, label: str, explains: str, kind: Type, said, choices=()) -> Column:
        def read(raw: dict, addresses: Addresses):
            known = RawFact(raw).last_known
            return said(known) if known else None

        return Column(
            name, label, explains, kind,
            {f"{source}_{day}": f"{source}__{day}" for source, day in days}, read,
            choices=choices,
        )  # fmt: skip

    return [
        column(
            "last_known",
            "Last known",
            "The latest day of which a source says so: its own, what confirmed it, or the source "
            "of its end. As it is known: 2019-04-01, 2019-04 or 2019.",
            Type.PARTIAL_DATE,
            lambda known: as_known(known.day, known.precision),
        ),
        column(
            "last_known_precision", "Last known, to the", "", Type.TEXT,
            lambda known: known.precision, tuple(Precision.choices),
        ),
        column(
            "last_known_qualifier", "Last known is", "", Type.TEXT,
            lambda known: known.qualifier, tuple(Qualifier.choices),
        ),
    ]  # fmt: skip


def evidence(model) -> list[Column]:
    columns = [
        refers(model, "document", "documents"),
        *plain(model, "locator"),
        *known(model, *Evidence.AS_OF_FIELDS),
        *plain(model, "quotation", "note"),
        *last_known(model),
        *known(model, "confirmed_on", "confirmed_precision"),
        refers(model, "confirmed_document", "documents"),
        *plain(model, "confirmed_locator"),
    ]
    return _grouped("evidence", columns)


def holder(model) -> list[Column]:
    """Columns of the holder. A person withheld from the public has no id, and no name but “Name
    withheld”."""
    person = model._meta.get_field("person")
    return [
        Column(
            name="person_id",
            label=capfirst(str(person.verbose_name)),
            explains="Empty if the name is withheld.",
            type=Type.ADDRESS,
            needs={},
            read=lambda raw, addresses: addresses.page("person", raw["person_slug"]),
            refers_to="people",
        ),
        worked_out(
            "person_name",
            "Name of the person",
            f"With the honorific. “{NAME_WITHHELD}” if it is withheld from the public.",
            Type.TEXT,
            read=_value("person"),
            required=True,
        ),
    ]


def tenure(model) -> list[Column]:
    return [
        *plain(model, "basis", "acting_for"),
        *known(model, *NAMED_FIELDS),
        *plain(model, "term_ends", "end_reason"),
        IN_FORCE,
        *period(model),
    ]


SPEAKS_FOR = Column(
    name="on_behalf_of_id",
    label="On behalf of",
    explains="The organisation this person speaks for there: their own, that of the post by which "
    "they fill the seat, or else the seat's.",
    type=Type.ADDRESS,
    needs={},
    read=lambda raw, addresses: addresses.page("organisation", raw["speaks_for_slug"]),
    refers_to="organisations",
)
BY_APPOINTMENT = Column(
    name="ex_officio_appointment_id",
    label="Ex officio by appointment",
    explains="The person’s appointment to the post whose holder fills the seat.",
    type=Type.ADDRESS,
    needs={},
    read=lambda raw, addresses: addresses.page(
        "organisation", raw["by_appointment_slug"], f"appointment-{raw['by_appointment']}"
    ),
    refers_to="appointments",
)


def dated(name: str, model, owner: str, *columns: Column) -> DataTable:
    """A table of records with a period, shown on its owner's page."""
    every = [*columns, IN_FORCE, *period(model), *evidence(model)]
    return DataTable(name, model, (id_on_page(name, owner), *every))


def given_up(model) -> list[Column]:
    """Columns of the document by which a plan was given up."""
    return [refers(model, "given_up_document", "documents"), *plain(model, "given_up_locator")]


def stated(name: str, model, owner: str, *columns: Column) -> DataTable:
    """A table of records without a period, shown on their owner's page."""
    return DataTable(name, model, (id_on_page(name, owner), *columns, *evidence(model)))


def other_names(name: str, model, owner: str, table: str) -> DataTable:
    return dated(name, model, owner, refers(model, owner, table), *plain(model, "name", "kind"))
