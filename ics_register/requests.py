"""What is settled of a request before any page reads it, and where it came from."""

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
    """Middleware: nothing of the admin is kept by a browser or a proxy, whatever the answer.

    The admin says so of its pages itself, but not of refusals and errors, which are answered
    past its views.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path_info.startswith("/admin/"):
            add_never_cache_headers(response)
        return response

    return answer


# Says to a proxy, for a minute, that somebody has saved and wants to see it: for so long a page may
# be kept. It is no secret, and the register does not read it.
SAVED, SAVED_FOR = "saved", 60


def leave_cookies_to_the_admin(get_response):
    """Middleware: public pages are sent no cookie, so that none is answered with one or makes the
    page that is kept for all depend on it."""

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
    """Middleware: whoever asked for the head alone is sent no body, and what is sent as it is read
    is not read. The length that the head tells is that of the body."""

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
    """Middleware: 400 for what no name, day or key can hold and PostgreSQL fails on.

    Before the session's, which looks for what a cookie says.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        if holds_null_byte(request):
            # Answered here and not by raising: a reader's slip is no traceback in the log.
            sentence = "The address holds a character that cannot be typed. Type it again."
            return bad_request(request, BadRequest(sentence))
        return get_response(request)

    return answer


class PlainForms:
    """Middleware: what a form sent is plain text before any page reads it.

    The ends of lines that a browser sends are others than the register keeps, and would be a
    change of every longer text.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> None:
        # What is exempt looks for the form's token itself, if it reads any: of what is too large to
        # be read at all nothing is.
        if request.method == "POST" and not getattr(view, "csrf_exempt", False):
            request.POST = plain_form(request.POST)


def holds_null_byte(request: HttpRequest) -> bool:
    """Whether the address or a cookie of a request holds one. Forms check what they are sent."""
    query = request.META.get("QUERY_STRING", "")
    return "%00" in query or any(
        "\x00" in text for text in (request.path_info, query, *request.COOKIES.values())
    )


def counted_address(request: HttpRequest) -> str | None:
    """The address by which sign-ins are counted: that of the client, or the first 64 bits of one in
    IPv6, where each household and office has as many addresses as it likes."""
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

    Behind a proxy it is what the proxy wrote: the last of X-Forwarded-For, for whatever
    stands before it may be anybody's invention.
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
    """The IP address in what a proxy writes of a reader, as “198.51.100.1:443”, “[2001:db8::1]:443”
    and “fe80::1%eth0”. Raises ValueError if there is none."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    # Without an interface ("%eth0"), which PostgreSQL does not take.
    return str(ipaddress.ip_address(text.partition("%")[0]))
