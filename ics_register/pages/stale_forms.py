"""A form that is sent too late: what happened, what was typed, and what to do next."""

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from ics_register.pages.errors import error_page, frame_of_error

HEADING = "That form was not taken"
GO_BACK = "Go back, copy what you typed, open the page anew, and enter it there."


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: what proves that a form is of this register, and of whoever sends it, is missing or has
    changed since. Called by Django in place of its own page."""
    if settings.CSRF_COOKIE_NAME in request.COOKIES:
        happened = (
            "Nothing was saved. The form was opened before somebody last signed in or out in this "
            "browser, as in another tab."
        )
    else:
        happened = (
            "Nothing was saved. Your browser sent no cookie of this register with the form. Allow "
            "cookies for it."
        )
    if not was_sent_from_here(request):
        return error_page(request, HTTPStatus.FORBIDDEN, HEADING, f"{happened} {GO_BACK}")
    return page_that_keeps(request, happened)


def keep_what_the_signed_out_typed(get_response):
    """Middleware: whoever sends a form of the admin after their time was over, or after they signed
    out in another tab, is not led to the sign-in, where what they typed would be gone."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if (
            response.status_code == HTTPStatus.FOUND
            and response.headers["Location"].startswith(f"{reverse('admin:login')}?")
            and was_sent_from_here(request)
            and not request.user.is_authenticated
        ):
            return page_that_keeps(
                request, "Nothing was saved. You were signed out after you opened the form."
            )
        return response

    return answer


def page_that_keeps(request: HttpRequest, happened: str) -> HttpResponse:
    """403, with what was typed, to be sent again."""
    kept, left_out = what_was_typed(request)
    context = {
        **frame_of_error(request, HEADING, happened),
        "again": request.get_full_path(),
        "kept": kept,
        "left_out": left_out,
        "sign_in": "" if request.user.is_staff else reverse("admin:login"),
    }
    return render(request, "errors/stale_form.html", context, status=403, using="jinja2")


def was_sent_from_here(request: HttpRequest) -> bool:
    """Whether a page of this register sent a form, as the browser says. Otherwise a page of anybody
    could have what it likes sent by whoever follows it here, and presses the button."""
    origin = f"{request.scheme}://{request.get_host()}"
    return request.method == "POST" and request.headers.get("Origin") == origin


def what_was_typed(request: HttpRequest) -> tuple[list[tuple[str, str]], bool]:
    """What a form sent, to be sent again, and whether anything is left out: files, which a browser
    does not send twice, and passwords, which no page should hold."""
    kept, left_out = [], bool(request.FILES)
    for name, values in request.POST.lists():
        if "password" in name:
            left_out = True
        elif name != "csrfmiddlewaretoken":
            kept += [(name, value) for value in values]
    return kept, left_out
