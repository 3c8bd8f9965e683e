"""Which parameters of an address a public page reads. The others change nothing.

A shared link carries what a mail program or a newsletter adds to it, such as `?utm_source=`. It is
the same page, made and kept once for all such links.
"""

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve

# robots.txt says the same whatever the register holds, and is answered without the database.
NOT_PUBLIC = ("/admin/", "/robots.txt", settings.STATIC_URL)


def reads(*names: str) -> Callable:
    """Decorator: name the parameters that a view reads.

    A name that ends with a hyphen stands for all that begin so: `seat-` for `seat-12`.
    """

    def say(view: Callable) -> Callable:
        view.reads = tuple(names)
        return view

    return say


def leave_out_what_no_page_reads(get_response):
    """Middleware: leave out of the address what a public page does not read, and sort the rest.

    Empty parameters are left out. If a parameter is given twice the first counts, as in the sample
    configuration of nginx.
    """

    def answer(request: HttpRequest):
        query = request.META.get("QUERY_STRING", "")
        if query and not request.path_info.startswith(NOT_PUBLIC):
            try:
                view = resolve(request.path_info).func
            except Resolver404:
                return get_response(request)
            request.META["QUERY_STRING"] = what_is_read(query, getattr(view, "reads", ()))
        return get_response(request)

    return answer


def what_is_read(query: str, names: tuple[str, ...]) -> str:
    """The part of a query that has the parameters with these names.

    WSGI gives the bytes of an address as if they were Latin-1; a browser means UTF-8.
    """
    query = query.encode("latin-1", "replace").decode("utf-8", "replace")
    beginnings = tuple(name for name in names if name.endswith("-"))
    asked: dict[str, str] = {}
    answers = []
    for name, value in parse_qsl(query):
        if name in names:
            asked.setdefault(name, value)
        elif beginnings and name.startswith(beginnings):
            # A page refuses two answers to one question, so both are kept.
            answers.append((name, value))
    return urlencode(sorted(asked.items()) + sorted(answers))
