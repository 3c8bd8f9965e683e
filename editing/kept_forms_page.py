"""The page that offers what was typed when a session ended."""

import re

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_permission_codename
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve

from editing.kept_forms import KEPT, forget_what_was_sent, kept_for
from editing.site import site_page
from records.models import KeptForm


@site_page("kept/", name="kept_forms")
def kept_forms(request: HttpRequest) -> HttpResponse:
    """Offers whoever has signed in again what they had typed."""
    if request.method == "POST":
        if forget_what_was_sent(request):
            messages.success(request, "What you typed is thrown away.")
        return redirect("admin:kept_forms" if kept_for(request.user).exists() else "admin:index")
    kept = [
        {
            "form": form,
            "kind": kind_of(form.address),
            **in_words(request.user, form.fields, labelled(request, form)),
        }
        for form in kept_for(request.user)
    ]
    context = {
        **admin.site.each_context(request),
        "title": "What you typed before you were signed out",
        "forms": kept,
        "kept": KEPT,
    }
    return render(request, "editing/kept_forms.html", context)


def kind_of(address: str) -> str:
    """What kind of record a form is about; "" if it is of another kind of page."""
    of = admin_of(address)
    return str(of.opts.verbose_name) if of else ""


def admin_of(address: str) -> admin.ModelAdmin | None:
    try:
        view = resolve(address.partition("?")[0]).func
    except Resolver404:
        return None
    return getattr(view, "model_admin", None)


# What the forms of the admin send of themselves: it changes no record.
OF_THE_FORM = re.compile(
    r"_save|_continue|_addanother|_preview|_confirm|version|form_number|next|"
    r".+-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS"
)


def labelled(request: HttpRequest, form: KeptForm) -> dict[str, forms.Field]:
    """The fields of the page that a form is for, as far as its admin tells."""
    of = admin_of(form.address)
    return of.get_form(request, None).base_fields if of else {}


def in_words(user, sent: list, fields: dict[str, forms.Field]) -> dict:
    """All that a form will send, under the labels of its fields, but for what is OF_THE_FORM; and
    what it leaves empty."""
    words, empty = [], []
    for name, value in sent:
        if OF_THE_FORM.fullmatch(name):
            continue
        field = fields.get(name)
        label = field.label if field and field.label else name.replace("_", " ").replace("-", " ")
        label = label.strip().capitalize() if label == label.lower() else label
        if value.strip():
            words.append((label or name, value_in_words(user, field, value)))
        else:
            empty.append(label or name)
    return {"words": words, "empty": empty}


def value_in_words(user, field: forms.Field | None, value: str) -> str:
    """What was typed, ticked or chosen, as the form itself calls it. A record is named to whoever
    may read it."""
    if value == "on":
        return "Ticked"
    if isinstance(field, forms.ModelChoiceField):
        of = field.queryset.model._meta
        if not user.has_perm(f"{of.app_label}.{get_permission_codename('view', of)}"):
            return value
        try:
            chosen = field.queryset.filter(**{field.to_field_name or "pk": value}).first()
        except (ValueError, TypeError, OverflowError, forms.ValidationError):
            return value
        return f"{chosen} ({value})" if chosen else value
    if isinstance(field, forms.ChoiceField):
        return str(dict(field.choices).get(value, value))
    return value
