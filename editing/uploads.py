"""The way of a file that staff upload: it is kept, previewed, and then loaded or left."""

import datetime
import json
import logging
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import Error, models, transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_protect

from records.history import Nature, writing
from records.locks import locked
from records.models import Upload
from records.troubles import refused_in_words

logger = logging.getLogger(__name__)

KEPT = datetime.timedelta(days=7)
# The most bytes that the other fields of a form may have.
REST_OF_FORM = 64 * 1024
PROGRESS = "application/x-ndjson"


def may_import(request: HttpRequest, *kinds: type[models.Model]) -> bool:
    pages = [admin.site.get_model_admin(model) for model in kinds]
    return request.user.has_perm("records.import_records") and all(
        page.has_add_permission(request) and page.has_change_permission(request) for page in pages
    )


def upload_or_404(request: HttpRequest, key: int, kinds: list[str], not_found: str) -> Upload:
    """An upload of the user. A superuser may see anybody's."""
    uploads = Upload.objects.filter(kind__in=kinds).select_related("uploaded_by")
    if not request.user.is_superuser:
        uploads = uploads.filter(uploaded_by=request.user)
    upload = uploads.filter(pk=key).first() if key < 2**63 else None
    if upload is None:
        raise Http404(not_found)
    return upload


@dataclass
class ImportProgress:
    doing: str
    done: int
    total: int


class UploadForm(forms.Form):
    """Files, and why they are loaded."""

    reason = forms.CharField(
        label="Reason for this change",
        max_length=500,
        widget=AdminTextInputWidget,
        help_text="Kept in the change history of every record with your name.",
    )
    # The fields of an Upload that the files fill: their names, their content, the choices.
    kept: dict[str, Any]


class UploadPages:
    """The pages on which files of one kind are sent, looked at and loaded, for one request."""

    kind: str
    model: type[models.Model]
    title: str
    form: Callable[..., UploadForm]
    form_template: str
    upload_template: str
    address: str  # the name of the page of an upload
    most_bytes: int
    too_big: str
    loaded_already: str
    step: str  # the name of the import in the change history
    new_transaction: Callable[[], AbstractContextManager[None]] = staticmethod(transaction.atomic)
    upload: Upload  # on all pages but that of the form

    def __init__(self, request: HttpRequest, *kinds: type[models.Model]):
        """Raises PermissionDenied unless the user may import all these `kinds` of record."""
        if not may_import(request, *kinds):
            raise PermissionDenied
        self.request = request

    def form_context(self) -> dict[str, Any]:
        return {}

    def upload_context(self) -> dict[str, Any]:
        return {}

    def take_answers(self) -> None:
        """Keep the answers to the questions in the outcome."""
        raise NotImplementedError

    def import_files(self) -> Generator[ImportProgress, None, dict]:
        """Make the changes in the files, and return the outcome.

        Outcomes with the same `fingerprint` are the same. `may_be_loaded` says whether the changes
        may be kept. Raises ValidationError if the files cannot be read.
        """
        raise NotImplementedError

    def send(self) -> HttpResponse:
        """The view has to be exempt from the CSRF check, since that reads files of any size."""
        length = self.request.META.get("CONTENT_LENGTH") or "0"
        if self.request.method == "POST" and not (
            length.isdecimal() and int(length) <= self.most_bytes + REST_OF_FORM
        ):
            return self.form_page(self.form(), too_big=self.too_big)
        return csrf_protect(self.receive)(self.request)

    def receive(self, request: HttpRequest) -> HttpResponse:
        form = self.form(request.POST, request.FILES) if request.method == "POST" else self.form()
        if not form.is_valid():
            return self.form_page(form)
        Upload.objects.filter(uploaded_at__lt=timezone.now() - KEPT).delete()
        self.upload = Upload.objects.create(
            kind=self.kind,
            uploaded_by=request.user,
            reason=form.cleaned_data["reason"],
            **form.kept,
        )
        return self.to_upload()

    def form_page(self, form: UploadForm, *, too_big: str = "") -> HttpResponse:
        context = {"form": form, "too_big": too_big, **self.form_context()}
        status = 413 if too_big else 400 if form.errors else 200
        return self.page(self.form_template, context, status)

    def show(self) -> HttpResponse:
        return self.page(self.upload_template, {"upload": self.upload, **self.upload_context()})

    def page(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        shared = {**admin.site.each_context(self.request), "opts": self.model._meta}
        context = {**shared, "title": self.title, **context}
        return TemplateResponse(self.request, template, context, status=status)

    def check(self) -> HttpResponseBase:
        """Go through the files, with the answers that were sent, and load nothing."""
        if self.upload.loaded_at is None:
            self.take_answers()
        return self.go_through()

    def load(self) -> HttpResponseBase:
        if seen := self.request.POST.get("seen", ""):
            return self.go_through(seen)
        messages.error(self.request, "Look at what would be changed first, then confirm.")
        return self.to_upload()

    def to_upload(self) -> HttpResponse:
        return redirect(self.address, self.upload.pk)

    def go_through(self, seen: str = "") -> HttpResponseBase:
        if self.request.headers.get("Accept") == PROGRESS:
            response = StreamingHttpResponse(self.progress_lines(seen), content_type=PROGRESS)
            # A proxy must not hold the progress back until the end.
            response["X-Accel-Buffering"] = "no"
            return response
        try:
            for _ in self.run(seen):
                pass
        except (ValidationError, Error) as error:
            messages.error(self.request, in_words(error))
        return self.to_upload()

    def progress_lines(self, seen: str) -> Iterator[str]:
        """JSON objects, one a line: how far it is, and at last where to look or what went wrong."""
        try:
            for step in self.run(seen):
                yield json_line(**asdict(step))
            yield json_line(next=reverse(self.address, args=[self.upload.pk]))
        except (ValidationError, Error) as error:
            yield json_line(failed=in_words(error))
        except Exception:
            # The response has begun, so that no error page can be sent.
            logger.exception("An import broke off (upload %s)", self.upload.pk)
            yield json_line(
                failed="Nothing was loaded: something went wrong that has been recorded."
            )

    def run(self, seen: str) -> Iterator[ImportProgress]:
        """Make the changes, keep the outcome, and roll back unless it is the one `seen`.

        Raises ValidationError if the files cannot be read or were loaded before, and a database
        error if somebody else was quicker.
        """
        upload, steps = self.upload, self.import_files()
        user = self.request.user
        with (
            self.new_transaction(),
            writing(Nature.IMPORTED, reason=upload.reason, step=self.step, user=user),
        ):
            # PostgreSQL locks only a row that is read, so `exists` would not do.
            unloaded = locked(Upload).filter(pk=upload.pk).values_list("loaded_at", flat=True)
            if list(unloaded) != [None]:
                raise ValidationError(self.loaded_already)
            outcome = yield from steps
            loaded = bool(seen) and seen == outcome["fingerprint"] and outcome["may_be_loaded"]
            upload.outcome = {**outcome, "changed_meanwhile": bool(seen) and not loaded}
            if loaded:
                upload.loaded_at = timezone.now()
                upload.save(update_fields=["choices", "outcome", "loaded_at"])
            else:
                transaction.set_rollback(True)
        if not loaded:
            # Somebody else may have loaded it since the rollback.
            Upload.objects.filter(pk=upload.pk, loaded_at__isnull=True).update(
                choices=upload.choices, outcome=upload.outcome
            )


def json_line(**words) -> str:
    return f"{json.dumps(words)}\n"


def in_words(error: ValidationError | Error) -> str:
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    logger.warning("The database refused an import: %s", error)
    return refused_in_words(error, "loaded")
