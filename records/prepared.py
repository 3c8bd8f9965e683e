"""Queries that are compiled once in each process and asked again with new values.

Django builds and compiles a query each time it is asked. For a page of many joins that takes
several times as long as the database needs to answer. The SQL does not depend on the values, so it
is kept here with a mark where each value goes. CONTRIBUTING.md lists the private names of Django
that this takes.
"""

import copy
import datetime
import functools
import itertools
from collections.abc import Callable, Iterator

from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.models import QuerySet
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler

# The mark that a query has where a value goes, by the value's type: the next one for each.
MARKS = {
    int: lambda number: -1_900_000_000 - number,
    str: lambda number: f" Mark {number} ",
    datetime.date: lambda number: datetime.date(3, 5, 17) + datetime.timedelta(number),
}
# Marks from the other end, running the other way. What a function calculates from one of these is
# not what it calculates from one of MARKS.
OTHER_MARKS = {
    int: lambda number: 1_900_000_000 + number,
    str: lambda number: f" Other {number} ",
    datetime.date: lambda number: datetime.date(9000, 11, 23) - datetime.timedelta(number),
}


def prepared(build: Callable[..., QuerySet]) -> Callable[..., QuerySet]:
    """Compile the query that `build` makes once, and reuse its SQL with new values.

    The values are days, texts, whole numbers, and tuples of whole numbers to look among. A named
    value, such as by="slug", is part of the query: each has a query of its own. The queryset that
    comes back is read as any other; filtering or counting it raises a TypeError.

    `build` passes the values on as they are. It is called with marks in their place, so it cannot
    decide by a value. Raises ImproperlyConfigured if it calculates with one.
    """

    @functools.cache
    def made(shape: tuple, **named) -> QuerySet:
        return build(*_marked(shape, MARKS), **named)

    @functools.cache
    def compiled(using: str, shape: tuple, **named) -> _Compiled:
        pair = [
            _Compiled(build(*values, **named), values, using)
            for values in (_marked(shape, MARKS), _marked(shape, OTHER_MARKS))
        ]
        if pair[0].sql != pair[1].sql or pair[0].places != pair[1].places:
            raise ImproperlyConfigured(
                f"{build.__qualname__} makes another query of other values, so that it cannot be "
                "prepared."
            )
        return pair[0]

    @functools.wraps(build)
    def ask(*values, **named) -> QuerySet:
        if () in values:
            return build(*values, **named)  # Django knows the answer without asking.
        values = tuple(map(_filled_up, values))
        shape = tuple(map(_shape, values))
        pattern = made(shape, **named)
        query, queryset = object.__new__(_Asked), object.__new__(type(pattern))
        query.__dict__.update(
            pattern.query.__dict__,
            asks=build.__qualname__,
            compiler=lambda using: compiled(using, shape, **named).compiler(values),
        )
        queryset.__dict__.update(pattern.__dict__)
        queryset._query = query
        return queryset

    return ask


def _filled_up(value):
    """A tuple with its last number repeated until it has 1, 2, 4, 8 ... of them, so that there are
    few queries to keep."""
    if not isinstance(value, tuple):
        return value
    missing = (1 << (len(value) - 1).bit_length()) - len(value)
    return value + value[-1:] * missing


def _shape(value) -> int | type:
    """What two values have in common if one query serves both: their type, or their number."""
    return len(value) if isinstance(value, tuple) else type(value)


def _marked(shape: tuple, marks: dict[type, Callable]) -> tuple:
    """Marks for values of that shape."""
    numbers = itertools.count()
    return tuple(
        marks[each](next(numbers))
        if isinstance(each, type)
        else tuple(marks[int](next(numbers)) for _ in range(each))
        for each in shape
    )


def _adapted(values: tuple, operations) -> Iterator:
    """Each single value, in order, as the database takes it."""
    for value in values:
        if isinstance(value, tuple):
            yield from _adapted(value, operations)
        elif isinstance(value, datetime.date):
            yield operations.adapt_datefield_value(value)
        elif isinstance(value, int):
            # As a big number, since PostgreSQL would plan each mixture of small and large ones.
            yield operations.adapt_integerfield_value(value, "BigIntegerField")
        else:
            yield value


class _Compiled:
    """A query with marks as one database is asked it, and which value each parameter is."""

    def __init__(self, queryset: QuerySet, marks: tuple, using: str):
        self.using = using
        self.with_marks = compiler = queryset.query.get_compiler(using)
        self.sql, parameters = compiler.as_sql()
        # Finding how each column is converted takes a third of the time of a kept query.
        converters = compiler.get_converters([each for each, *_ in compiler.select])
        compiler.get_converters = lambda columns: converters
        adapted = _adapted(marks, connections[using].ops)
        at = {mark: number for number, mark in enumerate(adapted)}
        # A parameter that is no mark is always the same.
        self.places = [(at[each], None) if each in at else (None, each) for each in parameters]

    def compiler(self, values: tuple) -> SQLCompiler:
        compiler = copy.copy(self.with_marks)
        compiler.connection = connections[self.using]  # This thread's own.
        taken = list(_adapted(values, compiler.connection.ops))
        parameters = tuple(same if at is None else taken[at] for at, same in self.places)
        compiler.as_sql = lambda *args, **kwargs: (self.sql, parameters)
        return compiler


class _Asked(Query):
    """The query of a prepared queryset. It can be read, and not changed into another."""

    def get_compiler(self, using=None, *args, **kwargs) -> SQLCompiler:
        return self.compiler(using)

    def clone(self):
        raise TypeError(f"What {self.asks} asks is prepared, and can be asked nothing more.")
