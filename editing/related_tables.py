"""Tables, on the page of a record, of the records that belong to it.

They are for reading. Each row leads to the page of its own record, which checks every rule.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django.db import models
from django.http import HttpRequest
from django.utils.text import capfirst, slugify

from editing.links import Link, add_address, change_address, list_address, may_add, may_view

# A longer table shows its first rows and leads to the list.
MOST_ROWS = 100

# Columns that tables of dated records share.
PERIOD_COLUMNS = {
    "From": lambda record: record.start_in_words(),
    "To": lambda record: record.end_in_words(),
}


@dataclass(frozen=True)
class RelatedTable:
    title: str
    anchor: str
    headings: list[str]
    rows: list[list[list[Link]]]
    number: int  # of records; `rows` may be only the first of them
    all: Link | None  # the list of all records, if there are more than `rows`
    add: Link | None


def related_table(
    request: HttpRequest,
    model: type[models.Model],
    records: models.QuerySet,
    columns: dict[str, Callable],
    *,
    of: dict,
    read: Callable = list,
    title: str = "",
    adds: bool = True,
    anchor: str = "",
) -> RelatedTable | None:
    """A table of `records`; None if the user may not view them.

    `columns` gives, for each heading, a function from a record to the cell: text or a list of
    Links. The first column leads to the record. `of` is the fields that make the records belong
    to the page: they filter the list of all records, and fill in the form that adds another,
    unless `adds` is false. `read` makes rows of the records that are shown.
    """
    if not may_view(request, model):
        return None
    options = model._meta
    title = title or capfirst(str(options.verbose_name_plural))
    anchor = anchor or f"table-{slugify(title)}"
    here = f"{request.get_full_path()}#{anchor}"
    # One record more than is shown tells whether there are more.
    beginning = records.filter(pk__in=records.values("pk")[: MOST_ROWS + 1])
    shown = read(beginning)
    number, everything = len(shown), None
    if number > MOST_ROWS:
        shown, number = shown[:MOST_ROWS], records.count()
        everything = Link(
            f"All {number:,} {options.verbose_name_plural}", list_address(model, **of)
        )
    add = None
    if adds and may_add(request, model):
        article = "an" if str(options.verbose_name)[0] in "aeiou" else "a"
        add = Link(f"Add {article} {options.verbose_name}", add_address(model, **of))
        add = add.returning_to(here)
    return RelatedTable(
        title=title,
        anchor=anchor,
        headings=list(columns),
        rows=[_row(model, record, columns, here) for record in shown],
        number=number,
        all=everything,
        add=add,
    )


def _row(model: type[models.Model], record, columns: dict[str, Callable], here: str) -> list:
    cells = []
    for content in columns.values():
        cell = content(record)
        cells.append(cell if isinstance(cell, list) else [Link(str(cell))])
    cells[0] = [Link(cells[0][0].text or "Unnamed", change_address(model, record.id))]
    return [[link.returning_to(here) for link in cell] for cell in cells]


_tables: dict[type[models.Model], list[Callable]] = defaultdict(list)


def on_page_of(model: type[models.Model]) -> Callable:
    """Put a table on the admin page of each record of `model`.

    An app above that of `model` may do so: people's appointments are on the page of a post. The
    decorated function takes the request and the record, and returns a RelatedTable, or None.
    """

    def register(make: Callable) -> Callable:
        _tables[model].append(make)
        return make

    return register


def tables_of(request: HttpRequest, record: models.Model) -> list[RelatedTable]:
    tables = (make(request, record) for make in _tables[type(record)])
    return [table for table in tables if table is not None]
