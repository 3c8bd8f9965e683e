"""What every public page shares: the day it is read as at, and how it answers.

Public pages never touch the session, a CSRF token or the user, so that any proxy can keep
them.
"""

import functools
from collections.abc import Callable, Iterable

from django.core.exceptions import BadRequest, SuspiciousOperation, ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from ics_register import parameters
from ics_register.pages.docx import AsWord, answer_word
from ics_register.pages.errors import bad_request, method_not_allowed
from ics_register.pages.formats import (
    DATA,
    AsCsv,
    AsJson,
    AsSvg,
    Here,
    answer_csv,
    answer_json,
    answer_svg,
    links_to_twins,
    open_to_all,
    refuse_page_of_file,
)
from ics_register.pages.frame import (
    DAYS,
    TYPED,
    address_as_typed,
    asked_day,
    page_furniture,
)
from ics_register.pages.ics import AsCalendar, answer_calendar
from ics_register.recorded import as_recorded, reads_the_past

# For how long a page may be kept: by any proxy for half a minute, and for as long again while it
# fetches it anew; by a browser only if it asks each time. No longer, because a name that is
# withheld has to be gone from every cache within a minute.
KEPT_FOR = "public, max-age=0, s-maxage=30, stale-while-revalidate=30"

PER_PAGE = 100
# Of lists that may be very long.
MOST_COUNTED = 500
# Further on in one of them nobody reads page by page, and each costs what is before it.
LAST_PAGE = 200
# Of a list that nobody reads from end to end.
LONG, PER_PAGE_OF_LONG = 1_000, 30
# Beyond which a page says no number.
MANY = 100

TWINS = {
    "json": answer_json,
    "csv": answer_csv,
    "svg": answer_svg,
    "docx": answer_word,
    "ics": answer_calendar,
}

# The documents that a fact with a period may rest on, as `select_related` takes them.
SOURCES = ("document", "end_document", "confirmed_document")
# Those of a fact without one.
STATED_SOURCES = ("document", "confirmed_document")
# What is said of a record that another one names.
NAMED = ("slug", "name", "end_date", "end_precision", "end_qualifier")


def with_sources(
    facts: QuerySet, *named: str, whole: Iterable[str] = (), sources: Iterable[str] = SOURCES
) -> QuerySet:
    """`facts` with what a page says of them: of the documents that they rest on the name and the
    address, of the `named` records that they tie together these and when they ended, and all of
    those that are `whole`. To read all of each takes a tenth of the time of a page.
    """
    sources, own = tuple(sources), [field.name for field in facts.model._meta.concrete_fields]
    documents = [f"{each}__{column}" for each in sources for column in ("slug", "short_title")]
    records = [f"{each}__{column}" for each in named for column in NAMED]
    return facts.select_related(*named, *whole, *sources).only(*own, *documents, *records)


class Moved(Exception):
    """The record asked for has another address now."""

    def __init__(self, record):
        super().__init__(record)
        self.record = record


# Finds records by the value of the field that is named.
Find = Callable[..., QuerySet]


def record_at(records: QuerySet | Find, slug: str):
    """The record whose address ends in `slug`, among `records`.

    Raises Moved if it had that slug once, which the change history knows, or if it was merged
    into another, and Http404 if nothing that may be shown ever had it.
    """
    find = records if callable(records) else lambda value, by: records.filter(**{by: value})
    asked = find(slug, by="slug")
    # As it was recorded before, by its key alone: of what a slug was then no index tells.
    found = None if reads_the_past() else _only(asked)
    if found is None:
        once = asked.model.history.filter(slug=slug).values_list("id", flat=True)
        ever = [_only(find(key, by="pk")) for key in dict.fromkeys(once)]
        known = [record for record in ever if record is not None]
        found = next((record for record in known if record.slug == slug), (known or [None])[0])
    now = merged_into(found, find)
    if now is None:
        kind = asked.model._meta.verbose_name
        raise Http404(f"There is no {kind} at this address. It may have been typed wrongly.")
    if now.slug != slug:
        raise Moved(now)
    return now


def _only(records: QuerySet):
    return next(iter(records), None)


def merged_into(record, find: Find):
    """What `record` became by merging, however often it was merged, or itself if it was not;
    None if nothing that may be shown."""
    passed = set()
    while record is not None and getattr(record, "merged_into_id", None) is not None:
        if record.pk in passed:
            return None
        passed.add(record.pk)
        record = _only(find(record.merged_into_id, by="pk"))
    return record


def public_page(
    view=None,
    *,
    reads: Iterable[str] = (),
    as_json: AsJson | None = None,
    as_csv: AsCsv | None = None,
    as_svg: AsSvg | None = None,
    as_word: AsWord | None = None,
    as_calendar: AsCalendar | None = None,
):
    """A public page: it reads, is as at a day, and may be kept by any proxy. Besides the days it
    reads the parameters `reads` of its address, and no others.

    The view takes the request, the day asked for and what its address says; it returns the
    name of a template and a context. From that context the other functions make the page's twins
    (see `twins`).
    """
    makers = {
        "json": as_json,
        "csv": as_csv,
        "svg": as_svg,
        "docx": as_word,
        "ics": as_calendar,
    }
    twins = {form: make for form, make in makers.items() if make}
    if view is None:
        return functools.partial(
            public_page,
            reads=reads,
            as_json=as_json,
            as_csv=as_csv,
            as_svg=as_svg,
            as_word=as_word,
            as_calendar=as_calendar,
        )

    @parameters.reads(*DAYS, *TYPED, *reads)
    @csrf_exempt
    @functools.wraps(view)
    def answer(request: HttpRequest, form: str = "", **kwargs) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return method_not_allowed(request)
        try:
            if typed := address_as_typed(request):
                return kept_by_proxies(HttpResponseRedirect(typed))
            asked = asked_day(request)
            if form == "csv":
                refuse_page_of_file(request)
            here = Here(request, asked)
            with as_recorded(asked.recorded):
                template, context = view(request, asked, **kwargs)
                if form:
                    response = TWINS[form](twins[form], context, here)
                else:
                    frame = {"asked": asked, **page_furniture(request)}
                    frame["address"] = request.build_absolute_uri(request.path)
                    frame["twins"] = links_to_twins(here, [f for f in twins if f in DATA])
                    frame["files"] = links_to_twins(here, [f for f in twins if f not in DATA])
                    response = render(request, template, {**frame, **context}, using="jinja2")
        except (BadRequest, SuspiciousOperation) as error:
            # Answered here and not by raising: a reader's slip is no traceback in the log.
            return bad_request(request, error)
        except Moved as moved:
            kept = page_furniture(request)["kept_parameters"]
            # This page of it, or the same twin.
            captured = {**request.resolver_match.captured_kwargs, "slug": moved.record.slug}
            address = reverse(request.resolver_match.view_name, kwargs=captured)
            address = asked.link(address, kept)
            response = HttpResponsePermanentRedirect(address)
            return open_to_all(response) if form else response
        return kept_by_proxies(response)

    answer.twins = tuple(twins)
    return answer


def kept_by_proxies(response: HttpResponse) -> HttpResponse:
    """Lets any proxy keep an answer for a while."""
    response["Cache-Control"] = KEPT_FOR
    return response


def up_to_many(records: QuerySet) -> int:
    """How many `records` there are, counted to one more than MANY: the rest a list tells."""
    return len(records.order_by().values_list("pk")[: MANY + 1])


def to_the_end(counted: int, records: QuerySet) -> int:
    """How many `records` there are, of which `up_to_many` has counted so many."""
    return records.count() if counted > MANY else counted


class ListPaginator(Paginator):
    """A list in pages. One too long to be read is narrowed or searched, so that it has shorter
    pages, and only the rows of the page are read."""

    def __init__(self, rows):
        super().__init__(rows, PER_PAGE)
        if self.count > LONG:
            self.per_page = PER_PAGE_OF_LONG

    def page(self, number):
        page = super().page(number)
        if self._is_of_records:
            bottom = (page.number - 1) * self.per_page
            keys = self.object_list.values("pk")[bottom : bottom + self.per_page]
            # The keys are found first: putting whole records in order, with all that is joined
            # to them, takes a hundred times as long.
            page.object_list = self.object_list.filter(pk__in=keys)
        return page

    @property
    def _is_of_records(self) -> bool:
        rows = self.object_list
        return isinstance(rows, QuerySet) and rows._fields is None and not rows.query.combinator


def page_of(request: HttpRequest, rows) -> Page:
    """The page of `rows` that `?page=` names. Raises BadRequest or Http404 if there is none."""
    number = _number_of_page(request)  # Before anything is counted.
    return _page(ListPaginator(rows), number)


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
    """The pages of a list that may be very long: it is counted up to MOST_COUNTED or, further
    on, up to the row after the page that is read."""

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
    """As `page_of`, of a list too long to be counted and narrowed by `?from=` and `?to=`: `first`
    gives its first rows, as many as `most`, but for so many `before`."""
    number = _number_of_page(request)
    rows = first(most=MOST_COUNTED + 1, before=0)
    if len(rows) <= MOST_COUNTED:
        return _page(CountedSoFar(rows, PER_PAGE, is_all=True), number)
    # To look beyond what is counted takes ten times as long as it was recorded on an earlier day.
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
    """What is wrong with a filter, in words that say what to do."""
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
