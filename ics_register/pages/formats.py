"""Other formats of public pages: JSON, CSV of the whole list, Word for a paper, iCalendar for days.

A format has the address of its page with the name of its form in place of the last slash, and takes
the same parameters: `/chairs/` is also `/chairs.json` and `/chairs.csv`.
"""

import functools
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import BadRequest
from django.core.paginator import Page
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.text import slugify

from editing.spreadsheets.exporting import csv_file
from ics_register.addresses import address
from ics_register.open_data.csv_files import in_cell
from ics_register.pages.frame import AskedDay, page_furniture
from ics_register.recorded import as_recorded
from records.text import plain

MEDIA_TYPES = {
    "json": "application/json",
    "csv": "text/csv",
    "svg": "image/svg+xml",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "ics": "text/calendar",
}
# Formats for programs, which every page names at its foot. The others are for people.
DATA = ("json", "csv")

# How many rows of a list are fetched at once for its file.
CHUNK = 500


def page(route: str, view, name: str) -> list[URLPattern]:
    """The address patterns of a public page and its other formats, for the list of addresses."""
    others = [
        path(address_in(route, form), view, {"form": form}, name=f"{name}.{form}")
        for form in view.formats
    ]
    return [path(route, view, name=name), *others]


def address_in(address: str, form: str) -> str:
    """The address of a page in another format."""
    whole = address.removesuffix("/")
    return f"{whole}.{form}" if whole else f"{address}index.{form}"


def address_of_page(address: str) -> str:
    """The address of the page, given its own address or that of another format of it."""
    form = form_of(address)
    if form is None:
        return address
    whole = address.removesuffix(f".{form}")
    return "/" if whole == "/index" else f"{whole}/"


def form_of(address: str) -> str | None:
    """The format that this address names; None if it is the address of a page."""
    ending = address.rpartition(".")[2]
    return ending if ending in MEDIA_TYPES else None


def refuse_page_of_file(request: HttpRequest) -> None:
    """Raises BadRequest if the address asks for one page of a file, which holds the whole list."""
    if "page" in request.GET:
        raise BadRequest("page: The file holds the whole list. Leave “page” out of the address.")


@dataclass(frozen=True)
class Here:
    """The page that was asked for, in whichever format. It gives records their ids."""

    request: HttpRequest
    asked: AskedDay
    # The names on the day of organisations and forums that had another, by page and slug.
    names_then: Mapping[str, Mapping] = field(default_factory=dict)

    def id(self, page: str, slug: str | None) -> str | None:
        """The id of a record: the absolute address of its page on any day; None without a page."""
        return f"{self.site}{address(page, slug)}" if slug else None

    def id_of(self, record: Model | None) -> str | None:
        return self.id(record._meta.model_name, record.slug) if record else None

    @functools.cached_property
    def site(self) -> str:
        return site(self.request)

    def address(self, form: str = "", **parameters) -> str:
        """The absolute address of this page, perhaps in another format, with changed parameters."""
        own = address_of_page(self.request.path)
        given = dict(page_furniture(self.request)["kept_parameters"])
        given["page"] = self.request.GET.get("page")
        link = self.asked.link(address_in(own, form) if form else own, {**given, **parameters})
        return self.request.build_absolute_uri(link)

    def paged(self, page: Page, results: list) -> dict:
        """One page of a list, with the number of all rows, if they were counted, and where the
        others are. In a list of records with a period the number is of certain ones, with how
        many of these a source only foresaw, and how many more there perhaps are."""
        following = page.next_page_number() if page.has_next() else None
        before = page.previous_page_number() if page.has_previous() else None
        number = getattr(page.paginator, "number", None)
        count = page.paginator.count if getattr(page.paginator, "is_all", True) else None
        return {
            "count": number.certain if number else count,
            **(
                {"count_foreseen": number.foreseen, "count_perhaps": number.perhaps}
                if number
                else {}
            ),
            "next": self.address("json", page=following) if following else None,
            "previous": self.address("json", page=before) if before else None,
            "results": results,
        }


@dataclass(frozen=True)
class CsvTable:
    """The content of a CSV file: the names of its columns, and the values that rows have in them,
    if anything."""

    columns: Iterable[str]
    rows: Iterable[dict[str, Any]]


AsJson = Callable[[dict, Here], dict]
AsCsv = Callable[[dict, Here], CsvTable]
# The template of a drawing, and its context.
AsSvg = Callable[[dict, Here], tuple[str, dict]]


def site(request: HttpRequest) -> str:
    """The site's address: "https://register.example.nhs.uk"."""
    return request.build_absolute_uri("/").removesuffix("/")


def links_to_formats(here: Here, forms: Iterable[str]) -> list[tuple[str, str, str]]:
    """The other formats of a page as (word, media type, address)."""
    links = []
    for form in forms:
        whole = {"page": None} if form == "csv" else {}
        address = here.address(form, **whole).removeprefix(here.site)
        links.append((form.upper(), MEDIA_TYPES[form], address))
    return links


def answer_json(as_json: AsJson, context: dict, here: Here) -> HttpResponse:
    """A page as JSON: the address, the day, and what the page says."""
    recorded = here.asked.recorded
    said = {
        "page": here.address(),
        "as_at": here.asked.day.isoformat(),
        "recorded": recorded.isoformat() if recorded else None,
        **as_json(context, here),
    }
    return open_to_all(JsonResponse(said, json_dumps_params={"ensure_ascii": False}))


def answer_csv(as_csv: AsCsv, context: dict, here: Here) -> HttpResponse:
    table = as_csv(context, here)
    columns = list(table.columns)

    def lines() -> Iterator[list[str]]:
        yield columns
        # Most rows are read after the view has returned.
        with as_recorded(here.asked.recorded):
            try:
                for row in table.rows:
                    yield [in_cell(row.get(column)) for column in columns]
            finally:
                # The reader may have gone: stop reading.
                if isinstance(table.rows, Generator):
                    table.rows.close()

    return open_to_all(csv_file(lines(), file_name(here, "csv")))


def file_name(here: Here, form: str) -> str:
    """The name of a downloaded file: the page, and the day that it is as at."""
    name = slugify(address_of_page(here.request.path).replace("/", " "))
    name += f"-as-at-{here.asked.day.isoformat()}"
    if here.asked.recorded:
        name += f"-as-recorded-on-{here.asked.recorded.isoformat()}"
    return f"{name}.{form}"


def answer_svg(as_svg: AsSvg, context: dict, here: Here) -> HttpResponse:
    """The drawing of a page as a file, with everything that it needs."""
    template, drawn = as_svg(context, here)
    drawing = plain(render_to_string(template, drawn, here.request, using="jinja2"))
    response = HttpResponse(drawing, content_type=MEDIA_TYPES["svg"])
    name = slugify(address_of_page(here.request.path).replace("/", " "))
    file_name = f"{name}-as-at-{here.asked.day.isoformat()}.svg"
    response["Content-Disposition"] = f'inline; filename="{file_name}"'
    return open_to_all(response)


def open_to_all(response: HttpResponse) -> HttpResponse:
    """Let pages of any other site read an answer."""
    response["Access-Control-Allow-Origin"] = "*"
    return response


def in_chunks(rows: list) -> Iterator[list]:
    """`rows` in their order, CHUNK at a time."""
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


def whole_list(page: Page) -> Iterator[list]:
    """All the records of the list of `page`, in its order and in chunks.

    The keys are read at once, so that no record is missed or repeated if the register changes
    meanwhile, and no query stays open while somebody downloads the file.
    """
    yield from whole(page.paginator.object_list)


def whole(records: QuerySet) -> Iterator[list]:
    """All `records`, in their order and in chunks, as `whole_list` has them."""
    for keys in in_chunks(list(records.values_list("pk", flat=True))):
        yield list(records.filter(pk__in=keys))
