"""Queries that are put together once in each process, and asked again with other values.

Django puts every query together anew from its parts, and for a page of joins that takes several
times as long as the database does to answer. What a query says does not depend on the values that
it is asked with, so it is kept with a mark where each value goes.
"""

import datetime
import functools
import itertools
import threading
from collections.abc import Callable, Iterator

from django.core.exceptions import ImproperlyConfigured
from django.db import connections, models
from django.db.models.sql.compiler import SQLCompiler

# How many queries are kept of one function.
MOST_KEPT = 64


# The number of the first mark that stands for nothing; a query has fewer of its own.
FIRST_OF_NOTHING = 1_000_000


def prepared(build: Callable[..., models.QuerySet]) -> Callable[..., models.QuerySet]:
    """Let the query that `build` makes of its values be put together once.

    It may be asked with any days, moments, numbers and texts, and tuples of them to look among.
    Each other value, such as None, makes a query of its own, and so does each named one. What comes
    back is read as any queryset is; whoever filters it further is told by a TypeError.

    `build` hands on the values as they are. Raises ImproperlyConfigured where its query is another
    one for other values, as when it decides by one or reckons with it: whichever values come first.
    """

    @functools.lru_cache(MOST_KEPT)
    def kept(shapes: tuple, **named) -> _Kept:
        return _Kept(functools.partial(build, **named), shapes)

    @functools.wraps(build)
    def ask(*values, **named) -> models.QuerySet:
        # Among nothing there is nothing, which Django knows; and it looks whether a text is empty.
        if () in values or "" in values:
            return build(*values, **named)
        values = tuple(map(_filled_up, values))
        return kept(tuple(map(_shape, values)), **named).asked(values)

    return ask


def _filled_up(value):
    """A tuple with as many values as 1, 2, 4, 8 ..., so that there are few queries to keep: the
    others are such as no register holds. Django asks for none of them twice."""
    if type(value) is not tuple:
        return value
    several = dict.fromkeys(value)
    missing = (1 << (len(several) - 1).bit_length()) - len(several)
    mark = _MARKS[type(value[0])]
    return (*several, *(mark(FIRST_OF_NOTHING + number) for number in range(missing)))


def _cannot_be_prepared(build: functools.partial) -> ImproperlyConfigured:
    return ImproperlyConfigured(
        f"{build.func.__qualname__} makes another query of other values, so that it cannot be "
        "prepared."
    )


def _shape(value) -> tuple:
    """What two values have in common if one query serves both: of what kind they are, and how
    many."""
    if type(value) is tuple:
        return "several", tuple(map(_shape, value))
    if type(value) in _MARKS:
        return "one", type(value)
    return "always", value


# What stands in a query where a value goes: such as no register holds, the next for each.
_MARKS = {
    int: lambda number: -1_900_000_000 - number,
    str: lambda number: f"\x02{number}\x03",
    datetime.date: lambda number: datetime.date(3, 1, 1) + datetime.timedelta(number),
    datetime.datetime: lambda number: (
        datetime.datetime(3, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(number)
    ),
}
# Others, which lie at the other end and go the other way: what is reckoned from one of the first
# is something else than what is reckoned from one of these.
_OTHER_MARKS = {
    int: lambda number: 1_900_000_000 + number,
    str: lambda number: f"{number} other",
    datetime.date: lambda number: datetime.date(9000, 1, 1) - datetime.timedelta(number),
    datetime.datetime: lambda number: (
        datetime.datetime(9000, 1, 1, tzinfo=datetime.UTC) - datetime.timedelta(number)
    ),
}


class _WasRead(Exception):
    """A value was asked what it is."""


def _refuse(value, *others):
    raise _WasRead


def _is_the_same(value, other) -> bool:
    """Django looks whether a text is empty, and whether it has a condition already: two values of
    two names are two."""
    return value is other if type(other) is type(value) or other == "" else _refuse(value)


# How one asks what a value is; Django asks of a moment whether it has a zone.
_ASKED_BY = {
    *("__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__", "__bool__", "__len__"),
    *("__contains__", "__iter__", "__getitem__"),
}
_MAY_BE_ASKED = {"utcoffset", "tzinfo"}


def _unreadable(kind: type, *value) -> Callable[[int], object]:
    """Makes values of `kind` that do not let themselves be read."""
    public = {name for name in dir(kind) if not name.startswith("_")} - _MAY_BE_ASKED
    asked = dict.fromkeys(_ASKED_BY.intersection(dir(kind)) | {"__bool__"}, _refuse)
    asked |= {name: property(_refuse) for name in public}
    made = type(f"unreadable {kind.__name__}", (kind,), {**asked, "__eq__": _is_the_same})
    return lambda number: made(*value)


_UNREADABLE = {
    int: _unreadable(int),
    str: _unreadable(str),
    datetime.date: _unreadable(datetime.date, 2, 1, 1),
    datetime.datetime: _unreadable(datetime.datetime, 2, 1, 1, 0, 0, 0, 0, datetime.UTC),
}


def _marked(shapes: tuple, marks: dict[type, Callable]) -> tuple:
    """For values of those shapes, `marks` of the kinds that they are of."""
    return _marked_one(("several", shapes), marks, itertools.count())


def _marked_one(shape: tuple, marks: dict[type, Callable], numbers: Iterator[int]):
    match shape:
        case "several", shapes:
            return tuple(_marked_one(each, marks, numbers) for each in shapes)
        case "one", kind:
            return marks[kind](next(numbers))
        case _, value:
            return value


def _taken(values: tuple, connection) -> Iterator:
    """Each value that a mark stands for, in the order of the marks, as the database takes it."""
    for value in values:
        if type(value) is tuple:
            yield from _taken(value, connection)
        elif type(value) is datetime.date:
            yield connection.ops.adapt_datefield_value(value)
        elif type(value) is datetime.datetime:
            yield connection.ops.adapt_datetimefield_value(value)
        elif type(value) is int:
            # Not of the least kind that holds it, by which PostgreSQL would plan each mixture of
            # small and large keys for itself.
            yield connection.ops.adapt_integerfield_value(value, "BigIntegerField")
        elif type(value) in _MARKS:
            yield value


class _Kept:
    """A query as `build` makes it, with marks for values, and how each database is asked it."""

    def __init__(self, build: functools.partial, shapes: tuple):
        self.build, self.shapes = build, shapes
        try:
            build(*_marked(shapes, _UNREADABLE))
        except _WasRead as read:
            raise _cannot_be_prepared(build) from read
        self.queryset = build(*_marked(shapes, _MARKS))
        self.by_database: dict[str, tuple[SQLCompiler, str, list]] = {}
        self.lock = threading.Lock()

    def asked(self, values: tuple) -> models.QuerySet:
        made = self.queryset
        queryset = type(made)(made.model, _Asked(self, values), made._db, made._hints)
        queryset._iterable_class, queryset._fields = made._iterable_class, made._fields
        return queryset

    def compiler(self, using: str, values: tuple) -> SQLCompiler:
        """What asks the database called `using` with those values."""
        with self.lock:
            if using not in self.by_database:
                self.by_database[using] = self.put_together(using)
        one, sql, places = self.by_database[using]
        compiler = type(one).__new__(type(one))
        compiler.__dict__.update(one.__dict__)
        compiler.connection = connections[using]  # This thread's own.
        taken = list(_taken(values, compiler.connection))
        parameters = tuple(fixed if at is None else taken[at] for at, fixed in places)
        compiler.as_sql = lambda *args, **kwargs: (sql, parameters)
        return compiler

    def with_places(self, compiler: SQLCompiler, marks: dict[type, Callable]) -> tuple[str, list]:
        """What `compiler` asks, and for each parameter which value it is, or itself if it is
        always the same."""
        sql, parameters = compiler.as_sql()
        marked = _taken(_marked(self.shapes, marks), compiler.connection)
        at = {mark: number for number, mark in enumerate(marked)}
        return sql, [(at[each], None) if each in at else (None, each) for each in parameters]

    def put_together(self, using: str) -> tuple[SQLCompiler, str, list]:
        compiler = self.queryset.query.get_compiler(using)
        sql, places = self.with_places(compiler, _MARKS)
        other = self.build(*_marked(self.shapes, _OTHER_MARKS)).query.get_compiler(using)
        if (sql, places) != self.with_places(other, _OTHER_MARKS):
            raise _cannot_be_prepared(self.build)
        columns = [each for each, *_ in compiler.select[: compiler.col_count]]
        converters = compiler.get_converters(columns)
        composite = compiler.has_composite_fields(columns)
        # Found once, for every copy.
        compiler.get_converters = lambda columns: converters
        compiler.has_composite_fields = lambda columns: composite
        return compiler, sql, places


# What reading the rows of a query needs to know of it, beside what asks it.
_TO_READ = {"selected", "extra_select", "values_select", "annotation_select"}


class _Asked:
    """Stands for the query of a queryset that is asked with values of its own."""

    def __init__(self, kept: _Kept, values: tuple):
        self._kept, self._values = kept, values

    def get_compiler(self, using: str, *args, **kwargs) -> SQLCompiler:
        return self._kept.compiler(using, self._values)

    def __getattr__(self, name: str):
        if name in _TO_READ:
            return getattr(self._kept.queryset.query, name)
        asks = self._kept.build.func.__qualname__
        raise TypeError(f"What {asks} asks is prepared, and can be asked nothing more.")
