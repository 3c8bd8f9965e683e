"""The page that offers what was typed when a session ended."""

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve

from records.kept_forms import KEPT, forget_what_was_sent, kept_for
from records.site import site_page


@site_page("kept/", name="kept_forms")
def kept_forms(request: HttpRequest) -> HttpResponse:
    """Offers whoever has signed in again what they had typed."""
    if request.method == "POST":
        if forget_what_was_sent(request):
            messages.success(request, "What you typed is thrown away.")
        return redirect("admin:kept_forms" if kept_for(request.user).exists() else "admin:index")
    forms = [
        {"form": form, "kind": kind_of(form.address), "words": in_words(form.fields)}
        for form in kept_for(request.user)
    ]
    context = {
        **admin.site.each_context(request),
        "title": "What you typed before you were signed out",
        "forms": forms,
        "kept": KEPT,
    }
    return render(request, "records/kept_forms.html", context)


def kind_of(address: str) -> str:
    """What kind of record a form is about; "" if it is of another kind of page."""
    try:
        view = resolve(address.partition("?")[0]).func
    except Resolver404:
        return ""
    of = getattr(view, "model_admin", None)
    return str(of.opts.verbose_name) if of else ""


def in_words(fields: list[list[str]]) -> list[tuple[str, str]]:
    """What somebody typed, without what forms say among themselves: keys, ticks and buttons."""
    return [
        (name.replace("_", " ").replace("-", " ").strip().capitalize(), value)
        for name, value in fields
        if not name.startswith("_")
        and not name.endswith("_FORMS")
        and name not in ("version", "form_number", "next", KEPT)
        and value not in ("", "on")
        and not value.isdecimal()
    ]
