"""What all public pages share: the day they are read as at, and how they answer.

They never touch the session, a CSRF token or the user, so that any proxy can keep them.
"""

import functools
from collections.abc import Iterable
from dataclasses import replace

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import (
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
    links_to_formats,
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
from ics_register.pages.record_addresses import Moved
from ics_register.recorded import as_recorded

# How long a page may be kept. A proxy may keep it for half a minute, and for as long again while it
# fetches it. A browser has to ask each time. No longer, because a withheld name has to be gone from
# every cache within a minute.
KEPT_FOR = "public, max-age=0, s-maxage=30, stale-while-revalidate=30"

ANSWERS = {
    "json": answer_json,
    "csv": answer_csv,
    "svg": answer_svg,
    "docx": answer_word,
    "ics": answer_calendar,
}


def public_page(
    *,
    reads: Iterable[str] = (),
    as_json: AsJson | None = None,
    as_csv: AsCsv | None = None,
    as_svg: AsSvg | None = None,
    as_word: AsWord | None = None,
    as_calendar: AsCalendar | None = None,
):
    """Decorates the view of a public page, which can be read as at any day and which any proxy may
    keep.

    The page reads the parameters of the days and those in `reads`, and no others. The view takes
    the request, the day asked for and the values in its address. It returns the name of a template
    and a context, from which the other functions make the page in other formats (see `formats`).
    """
    given = {"json": as_json, "csv": as_csv, "svg": as_svg, "docx": as_word, "ics": as_calendar}
    makers = {form: make for form, make in given.items() if make}

    def decorate(view):
        @parameters.reads(*DAYS, *TYPED, *reads)
        @csrf_exempt
        @functools.wraps(view)
        def answer(request: HttpRequest, form: str = "", **kwargs) -> HttpResponse:
            if request.method not in ("GET", "HEAD"):
                return method_not_allowed(request)
            try:
                return kept_by_proxies(_made(view, makers, request, form, kwargs))
            except (BadRequest, SuspiciousOperation) as error:
                # Answer here and do not raise: a reader's slip needs no traceback in the log.
                return bad_request(request, error)
            except Moved as moved:
                response = _redirect_to(moved.record, request)
                return open_to_all(response) if form else response

        answer.formats = tuple(makers)
        return answer

    return decorate


def _made(view, makers: dict, request: HttpRequest, form: str, captured: dict) -> HttpResponse:
    """The page, in the format asked for. Raises BadRequest for a day or a parameter that cannot be
    read, and Moved if the record has another address now."""
    if typed := address_as_typed(request):
        return HttpResponseRedirect(typed)
    asked = asked_day(request)
    if form == "csv":
        refuse_page_of_file(request)
    here = Here(request, asked)
    with as_recorded(asked.recorded):
        template, context = view(request, asked, **captured)
        here = replace(here, names_then=context.get("names_then", {}))
        if form:
            return ANSWERS[form](makers[form], context, here)
        frame = {
            "asked": asked,
            **page_furniture(request),
            "address": request.build_absolute_uri(request.path),
            "data_formats": links_to_formats(here, [each for each in makers if each in DATA]),
            "files": links_to_formats(here, [each for each in makers if each not in DATA]),
        }
        return render(request, template, {**frame, **context}, using="jinja2")


def _redirect_to(record, request: HttpRequest) -> HttpResponse:
    """Redirect to the same page of `record`, in the same format and as at the same day."""
    captured = {**request.resolver_match.captured_kwargs, "slug": record.slug}
    address = reverse(request.resolver_match.view_name, kwargs=captured)
    kept = page_furniture(request)["kept_parameters"]
    return HttpResponsePermanentRedirect(asked_day(request).link(address, kept))


def kept_by_proxies(response: HttpResponse) -> HttpResponse:
    """Let any proxy keep an answer for a while."""
    response["Cache-Control"] = KEPT_FOR
    return response
