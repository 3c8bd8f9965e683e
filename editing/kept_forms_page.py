"""The page that offers the forms that were filled in before a session ended."""

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

# The admin's forms send these of themselves. They change no record.
OF_THE_FORM = re.compile(
    r"_save|_continue|_addanother|_preview|_confirm|version|form_number|next|"
    r".+-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS"
)


@site_page("kept/", name="kept_forms")
def kept_forms(request: HttpRequest) -> HttpResponse:
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
    """The kind of record that a form is about; "" if its page is about none."""
    model_admin = admin_of(address)
    return str(model_admin.opts.verbose_name) if model_admin else ""


def admin_of(address: str) -> admin.ModelAdmin | None:
    try:
        view = resolve(address.partition("?")[0]).func
    except Resolver404:
        return None
    return getattr(view, "model_admin", None)


def labelled(request: HttpRequest, form: KeptForm) -> dict[str, forms.Field]:
    """The fields of the page that a form is from, if it is the page of a kind of record."""
    model_admin = admin_of(form.address)
    return model_admin.get_form(request, None).base_fields if model_admin else {}


def in_words(user, sent: list, fields: dict[str, forms.Field]) -> dict:
    """What a form sends, except OF_THE_FORM, under the labels of its fields; and the labels of the
    fields that it leaves empty."""
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
    """A value that was typed, ticked or chosen, as the form words it. A record is named only if the
    user may view it."""
    if value == "on":
        return "Ticked"
    if isinstance(field, forms.ModelChoiceField):
        options = field.queryset.model._meta
        view = get_permission_codename("view", options)
        if not user.has_perm(f"{options.app_label}.{view}"):
            return value
        try:
            chosen = field.queryset.filter(**{field.to_field_name or "pk": value}).first()
        except (ValueError, TypeError, OverflowError, forms.ValidationError):
            return value
        return f"{chosen} ({value})" if chosen else value
    if isinstance(field, forms.ChoiceField):
        return str(dict(field.choices).get(value, value))
    return value
