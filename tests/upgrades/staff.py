"""A member of staff at the register's forms, as `edits` needs one."""

import contextlib
import datetime
from unittest import mock

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from editing.links import step_address
from records.models import Upload
from tests.admin_pages import address, typed


class NotDone(Exception):
    """The register refused what a member of staff sent."""


@contextlib.contextmanager
def clock_at(day: str):
    """Set the clock to 09:00 UTC on that day. A second passes whenever it is read."""
    moment = datetime.datetime.fromisoformat(f"{day}T09:00:00+00:00")

    def now():
        nonlocal moment
        moment += datetime.timedelta(seconds=1)
        return moment

    with mock.patch.object(timezone, "now", now):
        yield


class Staff:
    """A signed-in member of staff, with one reason and one source for everything they do."""

    def __init__(self, user, document, locator: str, reason: str):
        self.browser = Client(SERVER_NAME="localhost")
        self.browser.force_login(user)
        self.evidence = {"document": document and document.pk, "locator": locator}
        self.reason = reason

    def add(self, model, **fields):
        page = address(model, "add")
        stated = any(field.name == "document" for field in model._meta.fields)
        evidence = self.evidence if stated else {}
        self._save(page, {**typed(self.browser.get(page)), **evidence, **fields})
        return model.objects.latest("pk")

    def correct(self, record, **fields):
        page = address(type(record), "change", record.pk)
        self._save(page, {**typed(self.browser.get(page)), **fields})
        record.refresh_from_db()
        return record

    def remove(self, record):
        page = address(type(record), "delete", record.pk)
        self._done(self.browser.post(page, {"post": "yes", "reason": self.reason}), page)

    def restore(self, model, key: int, version: int):
        """Restore a record, which may have been removed, to an earlier version."""
        page = address(model, "restore", key, version)
        seen = self.browser.get(page).context_data["fingerprint"]
        self._done(self.browser.post(page, {"reason": self.reason, "seen": seen}), page)

    def take(self, record, step: str, **fields):
        """Take a guided step: ask for the preview, and confirm it."""
        page = step_address(type(record), record.pk, step)
        sent = {"precision": "day", "qualifier": "on", "reason": self.reason, **self.evidence}
        sent = _all_sent({**sent, **fields})
        shown = self.browser.post(page, {"_preview": "1", **sent})
        preview = shown.context_data["preview"]
        if preview is None:
            raise NotDone(page, shown.context_data["form"].errors)
        seen = preview.fingerprint
        self._done(self.browser.post(page, {"_confirm": "1", "seen": seen, **sent}), page)
        if type(record).objects.filter(pk=record.pk).exists():  # unless the step removed it
            record.refresh_from_db()
        return record

    def undo(self, record):
        """Undo everything that was last changed together with `record`."""
        page = reverse("admin:together", args=[record.history.first().history_batch])
        self._done(self.browser.post(page, {"reason": self.reason}), page)

    def send_spreadsheet(self, model, content: bytes) -> Upload:
        page = reverse("admin:import", args=[model._meta.label_lower])
        file = SimpleUploadedFile("made-up-members.csv", content)
        sent = {"file": file, "reason": self.reason, "ends": "last-day"}
        self._done(self.browser.post(page, sent), page)
        upload = Upload.objects.latest("pk")
        self.browser.post(reverse("admin:upload_check", args=[upload.pk]))
        return upload

    def send_ods_lists(self, *files) -> Upload:
        attached = [SimpleUploadedFile(name, content) for name, content in files]
        page = reverse("admin:ods")
        self._done(self.browser.post(page, {"files": attached, "reason": self.reason}), page)
        upload = Upload.objects.latest("pk")
        self.browser.post(reverse("admin:ods_check", args=[upload.pk]))
        return upload

    def load(self, upload: Upload, page: str):
        upload.refresh_from_db()
        self.browser.post(reverse(page, args=[upload.pk]), {"seen": upload.outcome["fingerprint"]})
        upload.refresh_from_db()
        if upload.loaded_at is None:
            raise NotDone(upload, upload.outcome)

    def _save(self, page: str, fields: dict):
        self._done(self.browser.post(page, {**_all_sent(fields), "reason": self.reason}), page)

    @staticmethod
    def _done(response, page: str):
        if response.status_code != 302:
            context = response.context_data or {}
            form = context["adminform"].form if "adminform" in context else context.get("form")
            raise NotDone(page, form.errors if form else context.get("errors"))


def _all_sent(fields: dict) -> dict:
    return {name: _sent(value) for name, value in fields.items() if value is not None}


def _sent(value):
    if isinstance(value, list | tuple):
        return [_sent(each) for each in value]
    return getattr(value, "pk", value)
