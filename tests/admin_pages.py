"""Addresses of editing pages, and what a browser sends from their forms."""

import re

from django import forms
from django.urls import reverse

from forums.rule_fields import RuleInput


def address(model, page: str, *args) -> str:
    """The address of a model's editing page: "changelist", "add", "change", "history"..."""
    options = model._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_{page}", args=args)


def typed(response) -> dict[str, str]:
    """What a browser would send from the form on a page if nobody typed anything."""
    data = {}
    for field in response.context_data["adminform"].form:
        if isinstance(field.field.widget, RuleInput):
            data |= rows_typed(field)
            continue
        value = field.field.widget.format_value(field.value())
        if isinstance(value, list):
            value = next((key for key in value if key), None)
        if isinstance(field.field.widget, forms.CheckboxInput):
            value = "on" if field.value() else None
        if value is not None:
            data[field.html_name] = str(value)
    return data


def rows_typed(field) -> dict:
    """The same of the rows of a rule of quoracy."""
    rule = field.field.widget.get_context(field.html_name, field.value(), {})["rule"]
    data = {f"{rule.prefix}-rows": str(rule.count)}
    for form in (rule.whole, *rule.rows):
        for each in form:
            value = each.value()
            if value not in (None, "", False, []):
                data[each.html_name] = value
    return data


def errors_of(response) -> dict[str, list[str]]:
    """The errors that a form on a page shows, by field."""
    return response.context_data["adminform"].form.errors


REASON = "Told so in a test."


def send(browser, page: str, **changes):
    """Open the form at `page`, type in `changes` and a reason, and save."""
    return browser.post(page, {**typed(browser.get(page)), "reason": REASON, **changes})


def remove(browser, record, *, follow=False, **changes):
    """Remove a record on its delete page, with a reason."""
    page = address(type(record), "delete", record.pk)
    return browser.post(page, {"post": "yes", "reason": REASON, **changes}, follow=follow)


def leads_to(words) -> str:
    """The address that words in a table link to, without the parameter for the way back."""
    return re.sub(r"[?&]next=[^&]*", "", words.address)


def add_a_membership_in_the_admin(seat, person):
    """An attempt for `tests.racing` that sends the form of a membership."""
    from django.contrib.auth.models import User
    from django.core.exceptions import ValidationError
    from django.test import Client

    from forums.models import Membership
    from tests.builders import START, source

    browser = Client(SERVER_NAME="localhost")
    browser.force_login(User.objects.get(username="admin"))
    page = f"{address(Membership, 'add')}?seat={seat}&person={person}"
    evidence = {"document": source().pk, "locator": "page 1"}
    response = send(browser, page, start_date=START.isoformat(), **evidence)
    if response.status_code != 302:
        raise ValidationError(dict(errors_of(response)))


def send_what_was_opened(opened, title):
    """An attempt for `tests.racing` that sends a document's form, opened before."""
    from django.contrib.auth.models import User
    from django.core.exceptions import ValidationError
    from django.test import Client

    from records.models import Document

    key, form = opened
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(User.objects.get(username="admin"))
    response = browser.post(address(Document, "change", key), {**form, "title": title})
    if response.status_code != 302:
        raise ValidationError(dict(errors_of(response)))
