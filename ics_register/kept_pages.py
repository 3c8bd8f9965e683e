"""Public pages that have not changed since they were last made are not made again.

What a page says depends on its address, on the version of the register, on the day on which it is
read and on the release of the software. All four together are its ETag: whoever has it already is
told so, and whoever has not is given the page that was made for somebody else.
"""

import functools
import hashlib
from http import HTTPStatus

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.http import parse_etags

from ics_register.pages.page import kept_by_proxies
from ics_register.parameters import NOT_PUBLIC
from records.version import register_version

# In bytes. Larger ones are made anew, so that no few of them push out all others.
LARGEST = 200_000

# Answers that take the place of a page that was at the same address.
IN_PLACE_OF_A_PAGE = (
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.GONE,
)


def replace_pages_that_are_gone(get_response):
    """Middleware: what is gone or has moved may be kept by proxies as long as a page.

    A proxy that may not keep such an answer goes on showing the page that it has.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if (
            response.status_code in IN_PLACE_OF_A_PAGE
            and request.method in ("GET", "HEAD")
            and not request.path_info.startswith(NOT_PUBLIC)
            and response.get("Cache-Control") != "no-store"
        ):
            kept_by_proxies(response)
        return response

    return answer


def keep_pages(get_response):
    """Middleware: answers for public pages that have not changed, before anything looks at who
    asks."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD") or request.path_info.startswith(NOT_PUBLIC):
            return get_response(request)
        # Before the page is read: if the register changes meanwhile, the page is made again.
        version = register_version()
        if version is None:
            return get_response(request)
        # A replica that has this version has every change. A whole list is kept by both.
        request.register_version = version
        request.tag = tag = tag_of(request, version)
        if (known := the_same(tag, request)) is not None:
            return with_tag(HttpResponseNotModified(), known)
        kept = caches["pages"].get(tag) if request.method == "GET" else None
        if kept is not None:
            content, headers = kept
            return HttpResponse(content, headers=headers)
        return keep(get_response(request), tag, request)

    return answer


def keep(response: HttpResponse, tag: str, request: HttpRequest) -> HttpResponse:
    """Give a public page its tag, and keep it if it is not too large."""
    if response.status_code != 200 or "public" not in response.get("Cache-Control", ""):
        return response
    # A whole list has a tag of its own.
    with_tag(response, response.get("ETag", f'W/"{tag}"'))
    if request.method == "GET" and not response.streaming and len(response.content) <= LARGEST:
        caches["pages"].set(tag, (response.content, dict(response.items())))
    return response


def with_tag(response: HttpResponse, tag: str) -> HttpResponse:
    response["ETag"] = tag
    return kept_by_proxies(response)


def tag_of(request: HttpRequest, version: str) -> str:
    """What tells an answer from every other: the ETag without its marks, which are those of a weak
    one for a page, since a proxy may compress the page and keep the tag."""
    today = timezone.localdate().isoformat()
    told_apart_by = "\n".join((version, today, release(), request.build_absolute_uri()))
    return hashlib.sha256(told_apart_by.encode()).hexdigest()[:32]


def the_same(tag: str, request: HttpRequest) -> str | None:
    """The ETag that whoever asks knows, if it is of the same answer. That of a whole list has the
    moment at which the list was made behind `tag`."""
    for known in parse_etags(request.headers.get("If-None-Match", "")):
        if known.removeprefix("W/").strip('"').partition("-")[0] == tag:
            return known
    return None


# Where the software is that makes the pages, and of what it is made.
FOLDERS = ("ics_register", "forums", "people", "organisations", "records", "templates", "styles")
KINDS = (".py", ".html", ".svg", ".js", ".scss")


@functools.cache
def release() -> str:
    """A word for the software that makes the pages, with its libraries."""
    files = [settings.BASE_DIR / "requirements" / "base.txt"]
    for folder in FOLDERS:
        found = (settings.BASE_DIR / folder).rglob("*")
        files += sorted(file for file in found if file.suffix in KINDS)
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()
