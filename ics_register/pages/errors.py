"""Error pages: a sentence, and where to go next."""

import errno
import sys
from http import HTTPStatus

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from editing.signing_in import Lock
from ics_register.pages.formats import DATA, form_of, open_to_all
from ics_register.pages.frame import AskedDay
from records.outcome import is_maybe_saved
from records.troubles import Trouble, trouble_of


def error_page(
    request: HttpRequest,
    status: int,
    heading: str,
    sentence: str,
    first_link: tuple[str, str] | None = None,
) -> HttpResponse:
    """A page that says what is wrong and where to go next.

    The first link is `first_link` (address, words), or from the admin the way back to it.
    """
    if (form := form_of(request.path)) in DATA:
        return open_to_all(_error_as(form, status, sentence))
    context = frame_of_error(request, heading, sentence)
    context["retry"] = (
        status == HTTPStatus.BAD_REQUEST
        and request.method in ("GET", "HEAD")
        and "\x00" not in request.path
    )
    if first_link is None and request.path.startswith(admin := reverse("admin:index")):
        first_link = (admin, "Back to the records")
    context["first_link"] = first_link
    return render(request, "errors/error.html", context, status=status, using="jinja2")


def frame_of_error(request: HttpRequest, heading: str, sentence: str) -> dict:
    """The context of every error page. None of it comes from the address, which may be what cannot
    be understood."""
    today = timezone.localdate()
    return {
        "asked": AskedDay(today, today, named=False),
        "path": request.path,
        "kept_parameters": [],
        "searched": "",
        "heading": heading,
        "sentence": sentence,
        "first_link": None,
        "retry": False,
    }


def _error_as(form: str, status: int, sentence: str) -> HttpResponse:
    """An error for a program that asked for a page as JSON, CSV or another format."""
    if form == "json":
        said = {"error": sentence}
        return JsonResponse(said, status=status, json_dumps_params={"ensure_ascii": False})
    return HttpResponse(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8")


def bad_request(request: HttpRequest, exception) -> HttpResponse:
    """400: the address asks for something impossible."""
    sentence = (
        str(exception)
        if isinstance(exception, BadRequest)
        else "The address or the form asks for something that this register does not understand."
    )
    return error_page(request, 400, "We could not read that request", sentence)


def method_not_allowed(request: HttpRequest) -> HttpResponse:
    """405: public pages can only be read."""
    response = error_page(
        request,
        HTTPStatus.METHOD_NOT_ALLOWED,
        "This page can only be read",
        "Nothing can be sent to it. Staff change the register after signing in.",
    )
    response["Allow"] = "GET, HEAD"
    return response


def forbidden(request: HttpRequest, exception) -> HttpResponse:
    """403: signed in, but not for this."""
    return error_page(
        request, 403, "You may not do that", "Your account has no permission for this page."
    )


def not_found(request: HttpRequest, exception) -> HttpResponse:
    """404: nothing has this address."""
    sentence = (
        exception.args[0]
        if isinstance(exception, Http404) and exception.args and isinstance(exception.args[0], str)
        else "Nothing in the register has this address. It may have been typed wrongly."
    )
    return error_page(request, 404, "Page not found", sentence)


def locked_out(request: HttpRequest, response: HttpResponse, credentials) -> HttpResponse:
    """429: too many wrong sign-ins. Called by django-axes.

    It says the same whether or not there is such an account.
    """
    lock: Lock = request.sign_in_lock
    minutes = lock.minutes_left()
    sentence = f"Wait {minutes} {'minute' if minutes == 1 else 'minutes'}, then try again. " + (
        "Too many attempts came from your network."
        if lock.of_address
        else "A register manager can unlock the account, or give you a new password."
    )
    response = error_page(
        request,
        HTTPStatus.TOO_MANY_REQUESTS,
        "Too many attempts to sign in",
        sentence,
        first_link=(request.get_full_path(), "Try to sign in again"),
    )
    response["Retry-After"] = str(minutes * 60)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a fault of the register; 503 if the database or the disk was not available."""
    error = sys.exc_info()[1]
    trouble = Trouble.FULL if is_for_want_of_room(error) else trouble_of(error)
    if trouble is not None:
        if request.method in ("GET", "HEAD") and trouble is Trouble.NOT_KNOWN:
            trouble = Trouble.SILENT  # A reader of a page has saved nothing.
        request.trouble = trouble
        sentence = in_words(trouble, request)
        response = error_page(request, HTTPStatus.SERVICE_UNAVAILABLE, trouble.heading, sentence)
        response["Retry-After"] = "60"
        response["Cache-Control"] = "no-store"
        return response
    nothing = "" if is_maybe_saved() else " Nothing was changed."
    return error_page(
        request,
        500,
        "Something went wrong",
        f"The fault is ours and has been logged.{nothing} Try again in a few minutes.",
    )


def is_for_want_of_room(error: BaseException | None) -> bool:
    """Whether a file could not be written because the disk is full.

    Downloads and uploads are kept in temporary files.
    """
    if not isinstance(error, OSError):
        return False
    # With no room at all, Python finds no folder to write to.
    return error.errno in (errno.ENOSPC, errno.EDQUOT) or "No usable temporary" in str(error)


def in_words(trouble: Trouble, request: HttpRequest) -> str:
    """The sentence below the heading of a trouble, which programs get too."""
    if trouble is Trouble.BUSY:
        return (
            "Somebody is saving much at this moment. Nothing of yours was changed. Try again in a "
            "minute."
        )
    if trouble is Trouble.NOT_KNOWN:
        return trouble.remedy
    heading = f"{trouble.heading}. " if form_of(request.path) in DATA else ""
    if request.method in ("GET", "HEAD"):
        return (
            f"{heading}Try again in a few minutes. If it goes on, tell whoever runs the register."
        )
    if is_maybe_saved():
        return (
            f"{heading}What you sent may have been saved, or a part of it. Look whether it is "
            "there before you send it again."
        )
    return (
        f"{heading}Nothing was changed. Go back to find what you typed, and send it again in a few "
        "minutes."
    )
