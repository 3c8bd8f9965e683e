"""A page for a form that is sent too late: what happened, what was typed, and what to do next."""

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from editing.kept_forms import (
    COOKIE,
    KEPT,
    forget_what_was_sent,
    forget_whose_forms,
    is_of_accounts,
    keep,
)
from editing.kept_forms_page import in_words
from ics_register.pages.errors import error_page, frame_of_error

HEADING = "That form was not taken"
KEPT_IN_WORDS = (
    "You were signed out, and nothing was saved. Sign in again: what you typed is kept and will be "
    "offered to you."
)
GO_BACK = "Go back, copy what you typed, open the page again, and enter it there."


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the token that proves where a form comes from is missing or has changed since. Called by
    Django in place of its own page."""
    if settings.CSRF_COOKIE_NAME in request.COOKIES:
        happened = (
            "Nothing was saved. The form was opened before somebody last signed in or out in this "
            "browser, perhaps in another tab."
        )
    else:
        happened = (
            "Nothing was saved. Your browser sent no cookie of this register with the form. Allow "
            "cookies for it."
        )
    if not was_sent_from_here(request):
        return page_that_keeps_nothing(request, happened)
    return page_that_keeps(request, happened)


def keep_what_the_signed_out_typed(get_response):
    """Middleware: keep what somebody sends to the admin after their session ended or after they
    signed out.

    It is offered again once they have signed in. Where nobody knows whose it is, it is kept in the
    page that says so.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        response = to_late_form(request, get_response(request))
        failed = response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
        if COOKIE in request.COOKIES and not failed and not request.user.is_authenticated:
            forget_whose_forms(response)
        return response

    return answer


def to_late_form(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The answer to a form from somebody who is signed out; to any other request is answered
    `response`."""
    if request.method != "POST":
        return response
    to_sign_in = response.status_code == HTTPStatus.FOUND and response.headers[
        "Location"
    ].startswith(f"{reverse('admin:login')}?")
    if not to_sign_in:
        taken = response.status_code < HTTPStatus.BAD_REQUEST
        if taken and KEPT in request.POST and request.user.is_authenticated:
            forget_what_was_sent(request)
        return response
    if not was_sent_from_here(request) or request.user.is_authenticated:
        return response
    fields, left_out = what_was_typed(request)
    if keep(request, fields, left_out=left_out):
        messages.warning(request, KEPT_IN_WORDS)
        return response
    return page_that_keeps(
        request, "Nothing was saved. You were signed out after you opened the form."
    )


def page_that_keeps(request: HttpRequest, happened: str) -> HttpResponse:
    """403, with what was typed, to send again.

    Somebody else may find the page open, so no such page gives access.
    """
    if not request.user.is_staff and asks_for_own_password(request):
        return page_to_sign_in_from(request, happened)
    if is_of_accounts(request):
        return page_that_keeps_nothing(request, happened)
    kept, left_out = what_was_typed(request)
    context = {
        **frame_of_error(request, HEADING, happened),
        "again": request.get_full_path(),
        "kept": kept,
        "left_out": left_out,
        # Leave out names of records: the sender may not be allowed to read them.
        **in_words(request.user, kept, {}),
        "sign_in": "" if request.user.is_staff else reverse("admin:login"),
        # The person who sends it now may be another.
        "signed_in_as": name_of(request.user) if request.user.is_staff else "",
    }
    return render(request, "errors/stale_form.html", context, status=403, using="jinja2")


def name_of(user) -> str:
    return user.get_full_name() or user.get_username()


def page_that_keeps_nothing(request: HttpRequest, happened: str) -> HttpResponse:
    return error_page(request, HTTPStatus.FORBIDDEN, HEADING, f"{happened} {GO_BACK}")


def asks_for_own_password(request: HttpRequest) -> bool:
    """Whether a form asks only for the sender's own passwords."""
    return request.path in (reverse("admin:login"), reverse("admin:password_change"))


def page_to_sign_in_from(request: HttpRequest, happened: str) -> HttpResponse:
    context = {
        **frame_of_error(request, HEADING, happened),
        "again": "",  # Such a form is not offered again.
        "sign_in": reverse("admin:login"),
    }
    return render(request, "errors/stale_form.html", context, status=403, using="jinja2")


def was_sent_from_here(request: HttpRequest) -> bool:
    """Whether a page of this register sent a form, as the browser says.

    Otherwise any other page could have a reader send what it likes.
    """
    origin = f"{request.scheme}://{request.get_host()}"
    return request.method == "POST" and request.headers.get("Origin") == origin


def what_was_typed(request: HttpRequest) -> tuple[list[tuple[str, str]], bool]:
    """The values that a form sent, and whether any are left out.

    Browsers do not send files twice, and no page should hold passwords.
    """
    kept, left_out = [], bool(request.FILES)
    for name, values in request.POST.lists():
        if "password" in name:
            left_out = True
        elif name not in ("csrfmiddlewaretoken", KEPT) and not is_proof_of_preview(request, name):
            kept += [(name, value) for value in values]
    return kept, left_out


def is_proof_of_preview(request: HttpRequest, name: str) -> bool:
    """Whether a field confirms that a preview was seen.

    Without it the form shows what it would change today before it changes anything. The check of an
    upload changes nothing, and takes no answers without it.
    """
    return name == "seen" and not request.path.endswith("/check/")
