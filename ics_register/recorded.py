"""What the register said on one day about another: reads records as the change history had them.

Two clocks are never mixed. `as_at` is the day in the world that is asked about; `recorded` is the
day on which the register is asked. The same queries answer for both.
"""

import contextlib
import datetime
import functools
import json
import re
import uuid
from collections.abc import Iterator

from django.apps import apps
from django.db import connection, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from people.identity import families_of, hidden_people, texts_of
from people.models import Person
from records.days import next_day
from records.folded_text import pattern_of
from records.history import Recorded
from records.models import Document
from records.names import FoldedField
from records.version import register_version

# The namespace of the ids of registers.
REGISTERS = uuid.UUID("6f0b5b53-2d0c-4a3e-9d0e-5f7b1c9a8e21")

LEFT_OUT = "(Left out: the words may name somebody whose name has since been withheld.)"


def first_recorded() -> datetime.date | None:
    """The day of the first record; None if nothing was ever recorded.

    Every fact rests on a document, so the first record was a document.
    """
    first = Document.history.aggregate(first=models.Min("history_date"))["first"]
    return timezone.localdate(first) if first is not None else None


def register_id() -> uuid.UUID:
    """The id of this register, whatever its host name: made of the moment at which its first
    document was recorded, which its history keeps."""
    first = Document.history.order_by("history_id").values_list("history_date", flat=True).first()
    begun = first.astimezone(datetime.UTC).isoformat() if first else ""
    return uuid.uuid5(REGISTERS, begun)


def end_of(day: datetime.date) -> datetime.datetime:
    """The moment at which `day` is over, by the clock on the wall."""
    return timezone.make_aware(datetime.datetime.combine(next_day(day), datetime.time.min))


@contextlib.contextmanager
def as_recorded(day: datetime.date | None) -> Iterator[None]:
    """Read every record inside as it was recorded at the end of `day`; as it is now if None.

    Each query gets a common table expression for every table of records that it names, with the
    name of the table, so that no query has to know of it. Raises WritesIntoThePast if somebody
    writes meanwhile.
    """
    if day is None:
        yield
        return
    with _asked().execute_wrapper(_Past(end_of(day))):
        yield


def _asked() -> BaseDatabaseWrapper:
    """The connection that reads records, which may be to a replica."""
    return connections[Document.objects.db]


def reads_the_past() -> bool:
    return any(isinstance(each, _Past) for each in _asked().execute_wrappers)


class WritesIntoThePast(RuntimeError):
    """A write while records are read as they were on an earlier day."""


class _Past:
    """Puts the records as they were before `moment` before every query."""

    def __init__(self, moment: datetime.datetime):
        hidden, families = _hidden()
        self.parameters = {
            "moment": connection.ops.adapt_datetimefield_value(moment),
            "hidden": hidden,
            "families": families,
        }
        self.any_hidden = hidden != "[]"

    def __call__(self, execute, sql, params, many, context):
        # A per cent sign is doubled only in a query with parameters.
        asked = sql.replace("%", "%%") if params is None else sql
        whole, wanted = _with_expressions(connection.alias, asked, self.any_hidden)
        if not wanted:
            return execute(sql, params, many, context)
        ours = [self.parameters[name] for name in wanted]
        return execute(whole, [*ours, *(params or ())], many, context)


def _hidden() -> tuple[str, str]:
    """The people withheld today, as a list in JSON, and a pattern that finds their family names in
    a text. Read once for each version of the register."""
    version = None if reads_the_past() else register_version()
    return _hidden_by(version) if version else _hidden_now()


@functools.lru_cache(maxsize=4)
def _hidden_by(version: str) -> tuple[str, str]:
    return _hidden_now()


def _hidden_now() -> tuple[str, str]:
    hidden = hidden_people()
    return json.dumps(sorted(hidden)), pattern_of(families_of(hidden))


@functools.cache
def _models() -> dict[str, type[Recorded]]:
    return {
        model._meta.db_table: model for model in apps.get_models() if issubclass(model, Recorded)
    }


# Any name of a table or column. Django writes them in quotation marks; our own SQL has none.
NAMES = re.compile(r"\w+")


@functools.lru_cache(maxsize=128)
def _with_expressions(alias: str, sql: str, any_hidden: bool) -> tuple[str, list[str]]:
    """A query with the expressions for its tables before it, and the names of their parameters in
    order.

    Raises WritesIntoThePast for a query that writes.
    """
    if sql.lstrip().split(None, 1)[0].upper() in ("INSERT", "UPDATE", "DELETE"):
        raise WritesIntoThePast(sql)
    names, models = set(NAMES.findall(sql)), _models()
    tables = sorted(names & models.keys())
    if not tables:
        return sql, []
    listed = [_as_it_was(models[table], names, any_hidden) for table in tables]
    if any_hidden:
        listed = [
            _listed_hidden(),
            "families AS (SELECT CAST(%(families)s AS text) AS pattern)",
            *listed,
        ]
    before = ", ".join(listed)
    parameters = re.compile(r"%\((\w+)\)s")
    return f"WITH {parameters.sub('%s', before)} {sql}", parameters.findall(before)


def _listed_hidden() -> str:
    """A table of the keys of withheld people, in one column, "each"."""
    if connection.vendor == "sqlite":
        return "hidden AS (SELECT value AS each FROM json_each(%(hidden)s))"
    return (
        "hidden AS (SELECT CAST(value AS bigint) AS each "
        "FROM jsonb_array_elements_text(CAST(%(hidden)s AS jsonb)))"
    )


def _as_it_was(model: type[Recorded], names: set[str], any_hidden: bool) -> str:
    """An expression for the records of `model` as they were before the moment, with the columns in
    `names`.

    It gives for each record the last row of history by then, unless that row says that the record
    was removed. It is not materialised, so that what a query asks of a record is looked up in the
    history by an index. SQLite would rather use the index of dates and read all history until the
    day, so the date is written as a sum. PostgreSQL would rather merge two whole histories, so the
    last row is a value and not a join.
    """
    table, history = _quoted(model._meta.db_table), _quoted(model.history.model._meta.db_table)
    any_date = "+" if connection.vendor == "sqlite" else ""
    texts = texts_of(model) if any_hidden else []

    def column(field: models.Field) -> str:
        if model is Person and field.name == "withheld":
            return _withheld(any_hidden)
        if field in texts:
            return _text(model, field)
        if isinstance(field, FoldedField) and (of := [t for t in texts if t.name in field.sources]):
            return _folded(model, field, of)
        return f"was.{_quoted(field.column)}"

    columns = ", ".join(
        f"{column(field)} AS {_quoted(field.column)}"
        for field in model._meta.concrete_fields
        if field.column in names or field.primary_key
    )
    return f"""{table} AS NOT MATERIALIZED (
        SELECT {columns} FROM {history} was
        WHERE {any_date}was.history_date < %(moment)s AND was.history_type <> '-'
        AND was.history_id = (
            SELECT history_id FROM {history} of_it
            WHERE of_it.id = was.id AND of_it.history_date < %(moment)s
            ORDER BY of_it.history_date DESC, of_it.history_id DESC LIMIT 1
        ))"""


def _withheld(any_hidden: bool) -> str:
    """Whether a person is withheld: also anybody who is withheld today or whose record was
    removed."""
    listed = "was.id IN (SELECT each FROM hidden) OR " if any_hidden else ""
    return f"({listed}NOT EXISTS (SELECT 1 FROM {_now(Person)} today WHERE today.id = was.id))"


def _text(model, field: models.Field) -> str:
    """A text as it was, or nothing if it may name somebody withheld.

    That is so if the text was changed since, perhaps to leave their name out.
    """
    column = f"was.{_quoted(field.column)}"
    left_out = _literal(LEFT_OUT)
    if isinstance(field, models.SlugField):
        left_out = f"""COALESCE((
            SELECT today.{_quoted(field.column)} FROM {_now(model)} today WHERE today.id = was.id
        ), {_literal("left-out-")} || was.id)"""
    elif isinstance(field, models.URLField):
        left_out = "''"
    return f"CASE WHEN {_may_name(model, field)} THEN {left_out} ELSE {column} END"


def _folded(model, field: FoldedField, sources: list[models.Field]) -> str:
    """The folded text that searches use, or nothing where a text that it was made of is left
    out."""
    left_out = " OR ".join(_may_name(model, source) for source in sources)
    return f"CASE WHEN {left_out} THEN '' ELSE was.{_quoted(field.column)} END"


def _may_name(model, field: models.Field) -> str:
    """Whether a text, as it was, may name somebody who is withheld today, and was changed since.

    Whoever withheld the name has read the text as it is today.
    """
    column = f"was.{_quoted(field.column)}"
    finds = "REGEXP" if connection.vendor == "sqlite" else "~"
    return f"""({column} <> '' AND NOT EXISTS (
            SELECT 1 FROM {_now(model)} today
            WHERE today.id = was.id AND today.{_quoted(field.column)} = {column}
        ) AND words_of({column}) {finds} (SELECT families.pattern FROM families))"""


def _now(model) -> str:
    """The table itself, not the expression with its name.

    On PostgreSQL an expression does not see itself, and no other is read. SQLite would find the
    expression by the name alone.
    """
    schema = "main." if connection.vendor == "sqlite" else ""
    return schema + _quoted(model._meta.db_table)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _literal(value) -> str:
    return connection.schema_editor().quote_value(value)
