"""Queries that are put together once in each process, and asked again with other values.

Django puts every query together anew from its parts, and for a page of joins that takes several
times as long as the database does to answer. What a query says does not depend on the values that
it is asked with, so it is kept with a mark where each value goes.
"""

import datetime
import functools
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
    one for other values, as when it decides by one or reckons with it.
    """

    @functools.lru_cache(MOST_KEPT)
    def kept(shapes: tuple, **named) -> _Kept:
        return _Kept(functools.partial(build, **named), shapes)

    @functools.wraps(build)
    def ask(*values, **named) -> models.QuerySet:
        if () in values:  # Among nothing there is nothing, which Django knows.
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


def _marked(shape: tuple, numbers: Iterator[int]):
    match shape:
        case "several", shapes:
            return tuple(_marked(each, numbers) for each in shapes)
        case "one", kind:
            return _MARKS[kind](next(numbers))
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
        self.build = build
        numbers = iter(range(FIRST_OF_NOTHING))
        self.marks = tuple(_marked(shape, numbers) for shape in shapes)
        self.queryset = build(*self.marks)
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
                self.by_database[using] = self.put_together(using, values)
        one, sql, places = self.by_database[using]
        compiler = type(one).__new__(type(one))
        compiler.__dict__.update(one.__dict__)
        compiler.connection = connections[using]  # This thread's own.
        taken = list(_taken(values, compiler.connection))
        parameters = tuple(fixed if at is None else taken[at] for at, fixed in places)
        compiler.as_sql = lambda *args, **kwargs: (sql, parameters)
        return compiler

    def put_together(self, using: str, values: tuple) -> tuple[SQLCompiler, str, list]:
        compiler = self.queryset.query.get_compiler(using)
        sql, parameters = compiler.as_sql()
        marks = {mark: at for at, mark in enumerate(_taken(self.marks, connections[using]))}
        places = [(marks[each], None) if each in marks else (None, each) for each in parameters]
        taken = list(_taken(values, connections[using]))
        filled = tuple(fixed if at is None else taken[at] for at, fixed in places)
        if (sql, filled) != self.build(*values).query.get_compiler(using).as_sql():
            raise ImproperlyConfigured(
                f"{self.build.func.__qualname__} makes another query of other values, so that it "
                "cannot be prepared."
            )
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
