"""What the register said on one day about another: its records as the change history had them.

Two clocks are never mixed. `as_at` is the day in the world that is asked about; `recorded` is the
day on which the register is asked. A page is worked out from the same queries by both.
"""

import contextlib
import datetime
from collections.abc import Iterator

from django.apps import apps
from django.db import DatabaseError, connection, models
from django.utils import timezone

from people.identity import families_of, hidden_people, texts_of
from people.models import Person
from records.history import Recorded
from records.models import Document

LEFT_OUT = "(Left out: the words may name somebody whose name has since been withheld.)"


def first_recorded() -> datetime.date | None:
    """The day the register was begun; None if nothing was ever recorded. Every fact rests on a
    document, so that the first record was one."""
    first = Document.history.aggregate(first=models.Min("history_date"))["first"]
    return timezone.localdate(first) if first is not None else None


def end_of(day: datetime.date) -> datetime.datetime:
    """The moment at which `day` is over, by the clock on the wall."""
    return timezone.make_aware(
        datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time.min)
    )


@contextlib.contextmanager
def as_recorded(day: datetime.date | None) -> Iterator[None]:
    """Inside, every record is read as it was recorded at the end of `day`; as it is now if None.

    Temporary views, which this connection alone sees, stand before the tables of the records, so
    that no query has to know of it. Raises WritesIntoThePast if somebody writes meanwhile.
    """
    if day is None:
        yield
        return
    views = {model._meta.db_table: query for model, query in _queries(end_of(day))}
    try:
        with connection.cursor() as cursor:
            for table, query in views.items():
                cursor.execute(f"CREATE TEMPORARY VIEW {_quoted(table)} AS {query}")
        with connection.execute_wrapper(_refuse_writes):
            yield
    finally:
        _put_away(views)


class WritesIntoThePast(RuntimeError):
    """A write where the records are as they were. PostgreSQL would change the history by it."""


def _refuse_writes(execute, sql, params, many, context):
    if sql.lstrip().split(None, 1)[0].upper() in ("INSERT", "UPDATE", "DELETE"):
        raise WritesIntoThePast(sql)
    return execute(sql, params, many, context)


def _put_away(views) -> None:
    schema = "temp" if connection.vendor == "sqlite" else "pg_temp"
    try:
        with connection.cursor() as cursor:
            for table in views:
                cursor.execute(f"DROP VIEW IF EXISTS {schema}.{_quoted(table)}")
    except DatabaseError:
        # They go with the connection. The next reader must not be given the past.
        connection.close()
        raise


def _queries(moment: datetime.datetime) -> Iterator[tuple[type[Recorded], str]]:
    hidden = hidden_people()
    families = families_of(hidden)
    for model in apps.get_models():
        if issubclass(model, Recorded):
            yield model, _as_it_was(model, moment, hidden, families)


def _as_it_was(model, moment, hidden: set[int], families: set[str]) -> str:
    """A query for the records of `model` as they were before `moment`: of each the last row of
    history by then, unless it says that the record was removed."""
    history = _quoted(model.history.model._meta.db_table)
    until = _literal(connection.ops.adapt_datetimefield_value(moment))
    texts = texts_of(model) if families else []

    def column(field: models.Field) -> str:
        if model is Person and field.name == "withheld":
            return _withheld(hidden)
        return _text(model, field, families) if field in texts else f"was.{_quoted(field.column)}"

    columns = ", ".join(
        f"{column(field)} AS {_quoted(field.column)}" for field in model._meta.concrete_fields
    )
    return f"""
        SELECT {columns} FROM {history} was
        WHERE was.history_date < {until} AND was.history_type <> '-' AND NOT EXISTS (
            SELECT 1 FROM {history} later
            WHERE later.id = was.id AND later.history_date < {until}
            AND (later.history_date > was.history_date
                OR (later.history_date = was.history_date AND later.history_id > was.history_id))
        )"""


def _withheld(hidden: set[int]) -> str:
    """Who is withheld today, or whose record was removed, is withheld in what was said before."""
    listed = f"was.id IN ({', '.join(map(str, sorted(hidden)))}) OR " if hidden else ""
    return f"({listed}NOT EXISTS (SELECT 1 FROM {_now(Person)} today WHERE today.id = was.id))"


def _text(model, field: models.Field, families: set[str]) -> str:
    """A text as it was, but left out if it may name somebody who is withheld today and was changed
    since, perhaps to leave their name out."""
    column = f"was.{_quoted(field.column)}"
    contains = "instr" if connection.vendor == "sqlite" else "strpos"
    names_one = " OR ".join(
        f"{contains}(lower({column}), lower({_literal(family)})) > 0" for family in sorted(families)
    )
    return f"""CASE WHEN ({names_one}) AND NOT EXISTS (
            SELECT 1 FROM {_now(model)} today
            WHERE today.id = was.id AND today.{_quoted(field.column)} = {column}
        ) THEN {_literal(LEFT_OUT)} ELSE {column} END"""


def _now(model) -> str:
    """The table itself. What SQLite finds by its name alone would be the view."""
    schema = "main." if connection.vendor == "sqlite" else ""
    return schema + _quoted(model._meta.db_table)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _literal(value) -> str:
    """`value` as SQL has it: the query of a view takes no parameters."""
    return connection.schema_editor().quote_value(value)
