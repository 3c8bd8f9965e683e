"""Middleware that settles a request before any page reads it, and the address it came from."""

import ipaddress
import logging

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

from ics_register.pages.errors import bad_request
from records.text import plain_form

logger = logging.getLogger(__name__)


def keep_admin_out_of_caches(get_response):
    """Middleware: no browser or proxy keeps an answer of the admin.

    The admin's own pages say so, but refusals and errors do not pass through its views.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path_info.startswith("/admin/"):
            add_never_cache_headers(response)
        return response

    return answer


# Tells a proxy, for a minute, that somebody has saved and wants to see it. A proxy keeps a page for
# so long. It is not a secret, and the register does not read it.
SAVED, SAVED_FOR = "saved", 60


def leave_cookies_to_the_admin(get_response):
    """Middleware: take cookies from requests for public pages.

    No page can then depend on a cookie or answer with one, because it is kept for all.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/admin/"):
            request.COOKIES = {}
            return get_response(request)
        response = get_response(request)
        if request.method == "POST" and response.status_code < 400 and request.user.is_staff:
            response.set_cookie(
                SAVED,
                "1",
                max_age=SAVED_FOR,
                httponly=True,
                secure=settings.SESSION_COOKIE_SECURE,
                samesite="Lax",
            )
        return response

    return answer


def send_no_body_after_a_head(get_response):
    """Middleware: send no body to a reader who asked for the head alone, and do not read a body
    that is made while it is sent.

    The length in the head is that of the body.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method == "HEAD":
            if response.streaming:
                response.streaming_content = ()
            else:
                response.content = b""
        return response

    return answer


def refuse_null_bytes(get_response):
    """Middleware: 400 for a null byte, which no name, day or key holds and PostgreSQL fails on.

    It comes before the middleware of sessions, which looks up what a cookie says.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        if holds_null_byte(request):
            # Answer here and do not raise: a reader's slip needs no traceback in the log.
            sentence = "The address holds a character that cannot be typed. Type it again."
            return bad_request(request, BadRequest(sentence))
        return get_response(request)

    return answer


class PlainForms:
    """Middleware: make what a form sent plain text before any page reads it.

    A browser sends other line ends than the register keeps, which would be a change of every longer
    text.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> None:
        # A view that is exempt looks for the token itself, if it reads the form at all: a form that
        # is too large is not read.
        if request.method == "POST" and not getattr(view, "csrf_exempt", False):
            request.POST = plain_form(request.POST)


def holds_null_byte(request: HttpRequest) -> bool:
    """Whether the address or a cookie of a request holds a null byte. Forms check what they are
    sent."""
    query = request.META.get("QUERY_STRING", "")
    return "%00" in query or any(
        "\x00" in text for text in (request.path_info, query, *request.COOKIES.values())
    )


def counted_address(request: HttpRequest) -> str | None:
    """The address by which sign-ins are counted.

    In IPv6 it is the first 64 bits: a household or an office has as many addresses as it likes
    within those.
    """
    address = client_address(request)
    if address is None:
        return None
    found = ipaddress.ip_address(address.partition("%")[0])
    if found.version == 4:
        return address
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False).network_address)


def client_address(request: HttpRequest) -> str | None:
    """The IP address that a request came from.

    Behind a proxy it is the last address in X-Forwarded-For, which the proxy wrote. Anybody can
    invent those before it.
    """
    if settings.BEHIND_TLS_PROXY:
        last = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        try:
            return address_in(last)
        except ValueError:
            logger.warning(
                "The proxy wrote no IP address as the last of X-Forwarded-For, but %r: whoever "
                "fails to sign in is counted as the proxy, and may shut an account to everybody.",
                last[:60],
            )
    return request.META.get("REMOTE_ADDR") or None


def address_in(text: str) -> str:
    """The IP address in what a proxy writes about a reader, as “198.51.100.1:443”,
    “[2001:db8::1]:443” and “fe80::1%eth0”. Raises ValueError if there is none."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    # Without an interface ("%eth0"), which PostgreSQL does not take.
    return str(ipaddress.ip_address(text.partition("%")[0]))
