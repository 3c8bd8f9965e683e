"""Lists on public pages: cut into pages, counted and filtered."""

import datetime
import functools
from collections.abc import Callable
from typing import NamedTuple

from django.core.exceptions import BadRequest, ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Case, CharField, F, Func, IntegerField, Q, QuerySet, Value, When
from django.http import Http404, HttpRequest

from ics_register.recorded import reads_the_past
from records.foresight import foreseen, of_them_foreseen
from records.periods import certain

PER_PAGE = 100
# For lists that may be very long.
MOST_COUNTED = 500
# The last page of such a list: nobody reads further, and each page costs what is before it.
LAST_PAGE = 200
# A list is long if it has more rows than this: nobody reads it from end to end.
LONG, PER_PAGE_OF_LONG = 1_000, 30
# The largest number that a page gives for a count.
MANY = 100


def up_to_many(records: QuerySet) -> int:
    """The number of `records`, counted to one more than MANY."""
    return len(records.order_by().values_list("pk")[: MANY + 1])


def each_up_to_many(kinds: dict[str, QuerySet]) -> QuerySet:
    """The same for the records of each kind, in one query: a row for each record counted, with its
    kind first."""
    first, *others = (
        records.model.objects.filter(pk__in=records.order_by().values("pk")[: MANY + 1])
        .order_by()
        .values_list(Value(kind, CharField()), "pk")
        for kind, records in kinds.items()
    )
    return first.union(*others, all=True)


def many_in_words(counted: int, one: str) -> str:
    """What `up_to_many` counted: "1 forum", "more than 100 forums"."""
    number = f"more than {MANY}" if counted > MANY else counted
    return f"{number} {one}" if counted == 1 else f"{number} {one}s"


def to_the_end(counted: int, records: QuerySet) -> int:
    """The number of all `records`, of which `up_to_many` has counted some."""
    return records.count() if counted > MANY else counted


class Counted(NamedTuple):
    """How many rows a list has, how many of them are certain, and how many of these a source only
    foresaw."""

    rows: int
    certain: int
    foreseen: int = 0

    @property
    def perhaps(self) -> int:
        return self.rows - self.certain

    def foreseen_in_words(self) -> str:
        return of_them_foreseen(self.foreseen, self.certain)


def counted(*parts: tuple[QuerySet, Q]) -> Counted:
    """Count the records of all `parts`, each given with the condition that one is certain."""
    first, *others = (
        records.order_by().values_list(
            _count(F("pk")),
            _count(Case(When(sure, then=1))),
            _count(Case(When(sure & foreseen("start"), then=1))),
        )
        for records, sure in parts
    )
    numbers = list(first.union(*others, all=True) if others else first)
    return Counted(*(sum(column) for column in zip(*numbers, strict=True)))


def _count(values) -> Func:
    return Func(values, function="COUNT", output_field=IntegerField())


class ListPaginator(Paginator):
    """A list in pages. Pages of a long list are shorter and read only their own rows: readers
    narrow or search it."""

    def __init__(self, rows, number: Counted | None = None):
        super().__init__(rows, PER_PAGE)
        # In a list of records without a period each row is certain, and nothing needs to be said.
        self.number = number
        if number is not None:
            self.count = number.rows
        if self.count > LONG:
            self.per_page = PER_PAGE_OF_LONG

    def page(self, number):
        page = super().page(number)
        if self._is_of_records:
            bottom = (page.number - 1) * self.per_page
            keys = self.object_list.values("pk")[bottom : bottom + self.per_page]
            # Find the keys first: sorting whole records, with all that is joined to them, takes a
            # hundred times as long.
            page.object_list = self.object_list.filter(pk__in=keys)
        return page

    @property
    def _is_of_records(self) -> bool:
        rows = self.object_list
        return isinstance(rows, QuerySet) and rows._fields is None and not rows.query.combinator


def page_of(request: HttpRequest, rows, count: Callable[[], Counted] | None = None) -> Page:
    """The page of `rows` that `?page=` names. Raises BadRequest or Http404 if there is none.

    `count` counts the rows of what has a period.
    """
    number = _number_of_page(request)  # Check this before counting.
    return _page(ListPaginator(rows, count() if count else None), number)


def page_of_day(request: HttpRequest, records: QuerySet, day: datetime.date) -> Page:
    """Like `page_of`, for records with a period that are listed on `day`."""
    return page_of(request, records, lambda: counted((records, certain(day))))


def _number_of_page(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    if not text.isascii() or not text.isdecimal():
        raise BadRequest(f"“{text[:40]}” is not a page number. Write a number, such as page=2.")
    return int(text[:9])


def _page(paginator: Paginator, number: int) -> Page:
    if not 1 <= number <= paginator.num_pages:
        raise Http404(
            f"There is no page {number}: this list has {paginator.num_pages} "
            f"page{'s' if paginator.num_pages != 1 else ''}."
        )
    return paginator.page(number)


class CountedSoFar(Paginator):
    """The pages of a list that may be very long: counted up to MOST_COUNTED or, further on, up to
    the row after the page that is read."""

    def __init__(self, rows: list, per_page: int, before: int = 0, *, is_all: bool):
        super().__init__(rows, per_page)
        self.before, self.is_all = before, is_all

    @functools.cached_property
    def count(self) -> int:
        return self.before + len(self.object_list)

    def page(self, number: int) -> Page:
        start = (number - 1) * self.per_page - self.before
        return Page(self.object_list[start : start + self.per_page], number, self)


def page_of_many(request: HttpRequest, first: Callable[..., list]) -> Page:
    """Like `page_of`, for a list that is too long to count and narrowed by `?from=` and `?to=`.

    `first` gives its first rows, at most `most`, without the first `before`.
    """
    number = _number_of_page(request)
    rows = first(most=MOST_COUNTED + 1, before=0)
    if len(rows) <= MOST_COUNTED:
        return _page(CountedSoFar(rows, PER_PAGE, is_all=True), number)
    # Looking beyond the counted rows takes ten times as long as recorded on an earlier day.
    last = MOST_COUNTED // PER_PAGE_OF_LONG if reads_the_past() else LAST_PAGE
    if number > last:
        raise BadRequest(
            f"page: This list is read page by page up to page {last}. For what comes after "
            "it, name the days with “from” and “to”, or take the whole list as a CSV file."
        )
    before, end = (number - 1) * PER_PAGE_OF_LONG, number * PER_PAGE_OF_LONG
    if end <= MOST_COUNTED:
        return _page(CountedSoFar(rows, PER_PAGE_OF_LONG, is_all=False), number)
    rows = first(most=end + 1, before=before)
    if not rows:
        raise Http404(f"There is no page {number}: this list ends before it.")
    is_all = before + len(rows) <= end
    return _page(CountedSoFar(rows, PER_PAGE_OF_LONG, before, is_all=is_all), number)


def _sentence(error: ValidationError, field) -> str:
    """The errors of a filter, in words that say what to do."""
    if error.code == "invalid_choice":
        typed = field.form.data.get(field.html_name, "")
        return f"there is no “{typed[:60]}” to choose. Choose one from the list."
    return " ".join(error.messages)


def filtered(filter_set):
    """The rows of `filter_set`. Raises BadRequest, naming the field, for an unknown value."""
    if not filter_set.form.is_valid():
        raise BadRequest(
            " ".join(
                f"{filter_set.form[name].label}: {_sentence(error, filter_set.form[name])}"
                for name, errors in filter_set.form.errors.as_data().items()
                for error in errors
            )
        )
    return filter_set.qs
