"""Guided steps, taken as a browser takes them: look at the form, see what would change, confirm."""

import datetime

from django.contrib.auth.models import User
from django.test import Client

from editing.links import step_address
from editing.step_pages import Preview
from editing.steps import Step
from people.vacant_places import Vacancy
from tests.builders import source


def signed_in(**client) -> Client:
    """A browser in which a superuser is signed in."""
    user = User.objects.filter(username="manager").first()
    user = user or User.objects.create_superuser("manager", password="a password")
    browser = Client(SERVER_NAME="localhost", **client)
    browser.force_login(user)
    return browser


def typed(**fields) -> dict:
    """What the form of a step sends: days as ISO dates, records as their keys."""
    answers = {
        "precision": "day",
        "qualifier": "on",
        "document": source(),
        "locator": "minute 7",
        "reason": "The board heard of it.",
        **fields,
    }
    return {name: _sent(value) for name, value in answers.items() if value is not None}


def _sent(value):
    if isinstance(value, list | tuple):
        return [_sent(each) for each in value]
    if isinstance(value, datetime.date):
        return value.isoformat()
    return getattr(value, "pk", value)


def preview(record, step: str, browser: Client | None = None, **fields):
    """The page that shows what a step would change."""
    browser = browser or signed_in()
    address = step_address(type(record), record.pk, step)
    shown = browser.post(address, {"_preview": "1", **typed(**fields)})
    if getattr(shown, "context_data", None):
        asks_to_record_vacancies(shown.context_data["step"], shown.context_data["preview"])
    return shown


def asks_to_record_vacancies(step: Step, preview: Preview | None) -> None:
    """Check that a step whose preview adds a vacancy asks for the permission to add one."""
    for change in preview.changes if preview else ():
        options = change.row.instance_type._meta
        if change.outcome == "Added" and issubclass(change.row.instance_type, Vacancy):
            assert f"{options.app_label}.add_{options.model_name}" in step.permissions, step


def take(record, step: str, browser: Client | None = None, **fields):
    """Preview a step and confirm it. Gives the response; 302 if it was done."""
    browser = browser or signed_in()
    shown = preview(record, step, browser, **fields)
    if shown.context_data["preview"] is None:
        return shown
    return confirm(record, step, browser, shown, **fields)


def confirm(record, step: str, browser: Client, shown, **fields):
    """Confirm a preview."""
    address = step_address(type(record), record.pk, step)
    seen = shown.context_data["preview"].fingerprint
    return browser.post(address, {"_confirm": "1", "seen": seen, **typed(**fields)})


def shown_move(record, step: str, **fields) -> tuple[str, dict]:
    """The address of a step, and what to send to confirm its preview."""
    seen = preview(record, step, **fields).context_data["preview"].fingerprint
    address = step_address(type(record), record.pk, step)
    return address, {"_confirm": "1", "seen": seen, **typed(**fields)}


def errors_of(response) -> dict[str, list[str]]:
    """The errors that the form of a step shows, by field."""
    return {name: list(errors) for name, errors in response.context_data["form"].errors.items()}


def remarks_of(response) -> list[str]:
    return response.context_data["preview"].remarks
