"""Which parameters of an address a public page reads. The others change nothing.

A link that somebody shares carries what their mail program or a newsletter adds to it, such as
`?utm_source=`. The page is the same page, so it is made and kept once for all such links.
"""

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve

# robots.txt says the same whatever the register holds, and is answered without the database.
NOT_PUBLIC = ("/admin/", "/robots.txt", settings.STATIC_URL)


def reads(*names: str) -> Callable:
    """Says which parameters a view reads. A name that ends with a hyphen stands for all that begin
    so: `seat-` for `seat-12`."""

    def say(view: Callable) -> Callable:
        view.reads = tuple(names)
        return view

    return say


def leave_out_what_no_page_reads(get_response):
    """Middleware: a public page is asked for what it reads alone, always in one order.

    A parameter with nothing behind it asks for nothing. Of one that is given twice the first
    counts, as it does for the sample configuration of nginx.
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
    """What is left of a query if only the parameters with these names are read.

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
            # Two answers to one question are refused, and so both are kept.
            answers.append((name, value))
    return urlencode(sorted(asked.items()) + sorted(answers))
