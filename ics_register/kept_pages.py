"""Answers for public pages that have not changed, without making them again.

What a page says depends on its address, the version of the register, the day on which it is read
and the release of the software. All four together are its ETag. A reader who has the page already
is told so. Other readers get the page that was made for somebody else.
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

# In bytes. Larger pages are made again each time, so that a few of them do not push out all others.
LARGEST = 200_000

# Answers that replace a page that was at the same address.
IN_PLACE_OF_A_PAGE = (
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.GONE,
)


def replace_pages_that_are_gone(get_response):
    """Middleware: let proxies keep an answer that a page is gone or has moved as long as a page.

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
    """Middleware: answer for public pages that have not changed, before anything looks at the
    user."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD") or request.path_info.startswith(NOT_PUBLIC):
            return get_response(request)
        # Read the version before the page: if the register changes meanwhile, the page is made
        # again.
        version = register_version()
        if version is None:
            return get_response(request)
        # A replica that has this version has every change. Both middlewares keep a whole list.
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
    """The ETag of an answer, without its marks.

    The ETag of a page is a weak one: a proxy may compress the page and keep the tag.
    """
    today = timezone.localdate().isoformat()
    told_apart_by = "\n".join((version, today, release(), request.build_absolute_uri()))
    return hashlib.sha256(told_apart_by.encode()).hexdigest()[:32]


def the_same(tag: str, request: HttpRequest) -> str | None:
    """The ETag that the reader knows, if it is of the same answer.

    The ETag of a whole list has the moment at which the list was made behind `tag`.
    """
    for known in parse_etags(request.headers.get("If-None-Match", "")):
        if known.removeprefix("W/").strip('"').partition("-")[0] == tag:
            return known
    return None


# The folders of the software that makes the pages, and the endings of its files.
FOLDERS = ("ics_register", "forums", "people", "organisations", "records", "templates", "styles")
KINDS = (".py", ".html", ".svg", ".js", ".scss")


@functools.cache
def release() -> str:
    """A word that names the release of the software and its libraries."""
    files = [settings.BASE_DIR / "requirements" / "base.txt"]
    for folder in FOLDERS:
        found = (settings.BASE_DIR / folder).rglob("*")
        files += sorted(file for file in found if file.suffix in KINDS)
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()
