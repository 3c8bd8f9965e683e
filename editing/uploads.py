"""Files that staff send: kept for a week, looked at, and then loaded or left."""

import datetime
import json
import logging
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.db import Error, models, transaction
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    QueryDict,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
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
# The most bytes that the fields of a form may have beside its files.
REST_OF_FORM = 64 * 1024
PROGRESS = "application/x-ndjson"


def may_import(request: HttpRequest, *kinds: type[models.Model]) -> bool:
    pages = [admin.site.get_model_admin(model) for model in kinds]
    return request.user.has_perm("records.import_records") and all(
        page.has_add_permission(request) and page.has_change_permission(request) for page in pages
    )


def upload_or_404(request: HttpRequest, key: int, *, kinds: list[str], not_found: str) -> Upload:
    """What whoever asks has sent. A superuser may see what anybody sent."""
    uploads = Upload.objects.filter(kind__in=kinds).select_related("uploaded_by")
    if not request.user.is_superuser:
        uploads = uploads.filter(uploaded_by=request.user)
    upload = uploads.filter(pk=key).first() if key < 2**63 else None
    if upload is None:
        raise Http404(not_found)
    return upload


@dataclass
class ImportProgress:
    """How far an import has come."""

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

    def upload_fields(self) -> dict[str, Any]:
        """What an Upload keeps of the files."""
        raise NotImplementedError


class UploadFlow:
    """The pages of one kind of files, from sending them to loading them."""

    kind: str
    model: type[models.Model]
    form_class: type[UploadForm]
    form_template: str
    upload_template: str
    upload_page: str  # by its name among the pages of the admin
    most_bytes: int
    too_big: str
    step: str  # as the change history names it
    loaded_already: str

    # What each kind says for itself

    def form(self, *posted) -> UploadForm:
        return self.form_class(*posted)

    def form_context(self) -> dict[str, Any]:
        raise NotImplementedError

    def upload_context(self, request: HttpRequest, upload: Upload) -> dict[str, Any]:
        raise NotImplementedError

    def read(self, upload: Upload) -> Any:
        """What `import_files` needs of the files. Raises ValidationError."""
        raise NotImplementedError

    def import_files(self, upload: Upload, files: Any) -> Generator[ImportProgress, None, dict]:
        """Change the register as the files ask. Return the outcome, with its `fingerprint`, which
        two imports share that do the same."""
        raise NotImplementedError

    def may_be_loaded(self, outcome: dict) -> bool:
        return True

    def take_answers(self, upload: Upload, posted: QueryDict) -> None:
        """Keep the answers to what the outcome asks."""
        raise NotImplementedError

    def transaction(self) -> AbstractContextManager[None]:
        return transaction.atomic()

    # Pages

    def send(self, request: HttpRequest) -> HttpResponse:
        """The form. The view that calls this is exempt from the CSRF check, since that would read
        a file of any size."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if request.method == "POST" and not (
            length.isdecimal() and int(length) <= self.most_bytes + REST_OF_FORM
        ):
            return self.form_page(request, self.form(), too_big=True)
        return csrf_protect(self.receive)(request)

    def receive(self, request: HttpRequest) -> HttpResponse:
        form = self.form(request.POST, request.FILES) if request.method == "POST" else self.form()
        if not form.is_valid():
            return self.form_page(request, form)
        Upload.objects.filter(uploaded_at__lt=timezone.now() - KEPT).delete()
        upload = Upload.objects.create(
            kind=self.kind,
            uploaded_by=request.user,
            reason=form.cleaned_data["reason"],
            **form.upload_fields(),
        )
        return HttpResponseRedirect(self.address_of(upload))

    def form_page(
        self, request: HttpRequest, form: UploadForm, *, too_big: bool = False
    ) -> HttpResponse:
        context = {
            **admin.site.each_context(request),
            "opts": self.model._meta,
            "form": form,
            "too_big": self.too_big if too_big else "",
            **self.form_context(),
        }
        status = 413 if too_big else 400 if form.errors else 200
        return TemplateResponse(request, self.form_template, context, status=status)

    def show(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        """What the files would change, or changed."""
        context = {
            **admin.site.each_context(request),
            "opts": self.model._meta,
            "upload": upload,
            **self.upload_context(request, upload),
        }
        return TemplateResponse(request, self.upload_template, context)

    def check(self, request: HttpRequest, upload: Upload) -> HttpResponseBase:
        """Go through the files, with the answers that were sent, and load nothing."""
        if upload.loaded_at is None:
            self.take_answers(upload, request.POST)
        return self.go_through(request, upload)

    def load(self, request: HttpRequest, upload: Upload) -> HttpResponseBase:
        """Load the files, if they come to what was seen."""
        if seen := request.POST.get("seen", ""):
            return self.go_through(request, upload, seen=seen)
        messages.error(request, "Look at what would be changed first, then confirm.")
        return HttpResponseRedirect(self.address_of(upload))

    def address_of(self, upload: Upload) -> str:
        return reverse(f"admin:{self.upload_page}", args=[upload.pk])

    # Going through the files

    def go_through(
        self, request: HttpRequest, upload: Upload, *, seen: str = ""
    ) -> HttpResponseBase:
        """Lead back to the page of the upload, or stream the progress to a script that asks."""
        if request.headers.get("Accept") == PROGRESS:
            lines = self.progress_lines(request, upload, seen)
            response = StreamingHttpResponse(lines, content_type=PROGRESS)
            # A proxy that waited for the end would hide the progress.
            response["X-Accel-Buffering"] = "no"
            return response
        try:
            for _ in self.run(upload, user=request.user, seen=seen):
                pass
        except (ValidationError, Error) as error:
            messages.error(request, in_words(error))
        return HttpResponseRedirect(self.address_of(upload))

    def progress_lines(self, request: HttpRequest, upload: Upload, seen: str) -> Iterator[str]:
        """JSON objects, one a line: how far it is, and at last where to look or what went wrong."""
        try:
            for step in self.run(upload, user=request.user, seen=seen):
                yield json_line(**asdict(step))
            yield json_line(next=self.address_of(upload))
        except (ValidationError, Error) as error:
            yield json_line(failed=in_words(error))
        except Exception:
            # The answer has begun: the reader can be told only here.
            logger.exception("An import broke off (upload %s)", upload.pk)
            yield json_line(
                failed="Nothing was loaded: something went wrong that has been recorded."
            )

    def run(
        self, upload: Upload, *, user: models.Model, seen: str = ""
    ) -> Iterator[ImportProgress]:
        """Do what the files ask, keep the outcome, and roll back unless it is the one `seen`.

        Raises ValidationError if the files cannot be read or were loaded before, and a database
        error if somebody else was quicker.
        """
        files = self.read(upload)
        with (
            self.transaction(),
            writing(Nature.IMPORTED, reason=upload.reason, step=self.step, user=user),
        ):
            # The rows have to be read for PostgreSQL to lock them: `exists` would lock nothing.
            unloaded = locked(Upload).filter(pk=upload.pk).values_list("loaded_at", flat=True)
            if list(unloaded) != [None]:
                raise ValidationError(self.loaded_already)
            outcome = yield from self.import_files(upload, files)
            loaded = bool(seen) and seen == outcome["fingerprint"] and self.may_be_loaded(outcome)
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
    return json.dumps(words) + "\n"


def in_words(error: ValidationError | Error) -> str:
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    logger.warning("The database refused an import: %s", error)
    return refused_in_words(error, "loaded")
