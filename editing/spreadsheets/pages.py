"""The pages on which spreadsheets are sent, looked at and loaded, and lists are exported."""

import datetime
import json
import logging
from collections.abc import Iterator

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.options import IS_POPUP_VAR, IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, PAGE_VAR
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import Error
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from editing.admin import above_lists
from editing.links import Link, list_address
from editing.site import site_page
from editing.spreadsheets.exporting import FORMS, answer, rows_of, template_for
from editing.spreadsheets.importing import (
    CHANGED,
    KINDS,
    NEW,
    REFUSED,
    SAME,
    Progress,
    RecordResource,
    Result,
    may_be_loaded,
    run,
)
from editing.spreadsheets.reading import MOST_BYTES, MOST_ROWS, TOO_BIG, read
from records.models import Upload
from records.troubles import refused_in_words

logger = logging.getLogger(__name__)

KEPT = datetime.timedelta(days=7)
ROWS_A_PAGE = 100
# Of a form with a file: what its other fields may come to.
REST_OF_FORM = 64 * 1024
PROGRESS = "application/x-ndjson"

OUTCOMES = {REFUSED: "Refused", CHANGED: "Changed", NEW: "New", SAME: "Same"}


# Who may


def may_import(request: HttpRequest, model) -> bool:
    page = admin.site.get_model_admin(model)
    return (
        request.user.has_perm("records.import_records")
        and page.has_add_permission(request)
        and page.has_change_permission(request)
    )


def kind_or_404(request: HttpRequest, kind: str) -> RecordResource:
    """The kind of spreadsheet that an address names, to whoever may send it."""
    if kind not in KINDS:
        raise Http404("There is no such kind of spreadsheet.")
    if not may_import(request, KINDS[kind].model):
        raise PermissionDenied
    return KINDS[kind]()


def upload_or_404(request: HttpRequest, key: int) -> Upload:
    """An upload of whoever asks; a superuser sees everybody's."""
    uploads = Upload.objects.select_related("uploaded_by")
    if not request.user.is_superuser:
        uploads = uploads.filter(uploaded_by=request.user)
    upload = uploads.filter(pk=key).first() if key < 2**63 else None
    if upload is None:
        raise Http404("There is no such spreadsheet. Those sent more than a week ago are cleared.")
    kind_or_404(request, upload.kind)
    return upload


@above_lists
def spreadsheet_links(request: HttpRequest, model) -> list[Link]:
    if IS_POPUP_VAR in request.GET:
        return []
    links = []
    if model._meta.label_lower in KINDS and may_import(request, model):
        links.append(Link("Import", reverse("admin:import", args=[model._meta.label_lower])))
    asked = request.GET.copy()
    for name in (PAGE_VAR, ERROR_FLAG):
        asked.pop(name, None)
    for form, words in FORMS.items():
        options = model._meta
        address = reverse("admin:export", args=[options.app_label, options.model_name, form])
        query = f"?{asked.urlencode()}" if asked else ""
        links.append(Link(f"Export {words}", f"{address}{query}"))
    return links


# Sending one


class UploadForm(forms.Form):
    file = forms.FileField(
        label="Spreadsheet",
        max_length=200,
        help_text=f"A CSV file (UTF-8) or an Excel workbook (.xlsx), of at most 5 MB and "
        f"{MOST_ROWS:,} rows.",
        error_messages={"empty": "This file is empty."},
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx", "data-most-bytes": MOST_BYTES}),
    )
    reason = forms.CharField(
        label="Reason for this change",
        max_length=500,
        widget=AdminTextInputWidget,
        help_text="Kept in the change history of every record with your name: where the "
        "spreadsheet comes from, and why it is loaded.",
    )

    def __init__(self, *args, resource: RecordResource, **kwargs):
        super().__init__(*args, **kwargs)
        self.resource = resource

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(TOO_BIG)
        self.content = file.read(MOST_BYTES + 1)
        self.sheet = read(file.name, self.content, self.resource.headings())
        return file


def is_too_long(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return length.isdecimal() and int(length) > MOST_BYTES + REST_OF_FORM


@site_page("imports/", name="imports")
def imports(request: HttpRequest) -> HttpResponse:
    """What can be imported, and what was sent of late."""
    kinds = [
        (capfirst(kind.model._meta.verbose_name_plural), kind.explains, label)
        for label, kind in KINDS.items()
        if may_import(request, kind.model)
    ]
    if not kinds:
        raise PermissionDenied
    uploads = Upload.objects.filter(uploaded_by=request.user).defer("content", "outcome")
    context = {
        **admin.site.each_context(request),
        "title": "Import from a spreadsheet",
        "kinds": kinds,
        "uploads": [(upload, plural_of(upload.kind)) for upload in uploads if upload.kind in KINDS],
    }
    return TemplateResponse(request, "editing/imports.html", context)


def plural_of(kind: str) -> str:
    return str(KINDS[kind].model._meta.verbose_name_plural)


@site_page("imports/<str:kind>/", name="import")
@csrf_exempt  # until the file is known to be small enough to be read at all
def import_one(request: HttpRequest, kind: str) -> HttpResponse:
    resource = kind_or_404(request, kind)
    if request.method == "POST" and is_too_long(request):
        return upload_page(request, resource, UploadForm(resource=resource), too_big=True)
    return receive(request, resource)


@csrf_protect
def receive(request: HttpRequest, resource: RecordResource) -> HttpResponse:
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*posted, resource=resource)
    if form.is_bound and form.is_valid():
        Upload.objects.filter(uploaded_at__lt=timezone.now() - KEPT).delete()
        upload = Upload.objects.create(
            kind=resource.model._meta.label_lower,
            file_name=form.cleaned_data["file"].name,
            content=form.content,
            uploaded_by=request.user,
            reason=form.cleaned_data["reason"],
        )
        return HttpResponseRedirect(reverse("admin:upload", args=[upload.pk]))
    return upload_page(request, resource, form)


def upload_page(request, resource, form, *, too_big: bool = False) -> HttpResponse:
    options = resource.model._meta
    context = {
        **admin.site.each_context(request),
        "title": f"Import {options.verbose_name_plural}",
        "opts": options,
        "kind": options.label_lower,
        "explains": resource.explains,
        "columns": resource.asked_for(),
        "form": form,
        "too_big": TOO_BIG if too_big else "",
    }
    status = 413 if too_big else 400 if form.errors else 200
    return TemplateResponse(request, "editing/import.html", context, status=status)


@site_page("imports/<str:kind>/template.<str:form>", name="import_template")
def import_template(request: HttpRequest, kind: str, form: str) -> HttpResponse:
    resource = kind_or_404(request, kind)
    if form not in FORMS:
        raise Http404("Templates are CSV and XLSX files.")
    return template_for(resource, form)


# Looking at it


@site_page("uploads/<int:key>/", name="upload")
def upload(request: HttpRequest, key: int) -> HttpResponse:
    """What would become of each row, or became of it."""
    upload = upload_or_404(request, key)
    model = KINDS[upload.kind].model
    context = {
        **admin.site.each_context(request),
        "title": f"Import {model._meta.verbose_name_plural}: {upload.file_name}",
        "opts": model._meta,
        "kind": upload.kind,
        "upload": upload,
        "plural": model._meta.verbose_name_plural,
        "list_address": list_address(model),
    }
    if upload.outcome is not None:
        context |= told(request, upload.outcome)
    return TemplateResponse(request, "editing/upload.html", context)


def told(request: HttpRequest, outcome: dict) -> dict:
    """A page of the rows, refused first, and what goes above them."""
    shown = request.GET.get("show")
    shown = shown if shown in OUTCOMES else ""
    order = list(OUTCOMES)
    rows = [row for row in outcome["rows"] if not shown or row["outcome"] == shown]
    rows.sort(key=lambda row: order.index(row["outcome"]))
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    asked: set[int] = set()
    for row in page:
        row["outcome_words"] = OUTCOMES[row["outcome"]]
        row["choices"] = [
            {**outcome["questions"][number], "number": number}
            for number in row["questions"]
            if number not in asked
        ]
        row["asked_before"] = bool(row["questions"]) and not row["choices"]
        asked.update(row["questions"])
    counts = outcome["counts"]
    return {
        "page": page,
        "shown": shown,
        "tabs": [("", "All", sum(counts.values()))]
        + [(code, words, counts[code]) for code, words in OUTCOMES.items()],
        "counts": counts,
        "refused": counts[REFUSED],
        "may_be_loaded": may_be_loaded(outcome),
        "changes_nothing": not (counts[NEW] or counts[CHANGED]),
        "fingerprint": outcome["fingerprint"],
        "changed_meanwhile": outcome["changed_meanwhile"],
        "has_choices": bool(asked),
    }


# Doing it


@site_page("uploads/<int:key>/check/", name="upload_check")
@require_POST
def check(request: HttpRequest, key: int) -> HttpResponse:
    """Go through the rows, with what was chosen where a name fits several records."""
    upload = upload_or_404(request, key)
    if upload.loaded_at is None:
        take_choices(request, upload)
    return go(request, upload)


@site_page("uploads/<int:key>/load/", name="upload_load")
@require_POST
def load(request: HttpRequest, key: int) -> HttpResponse:
    """Load the rows, if they come to what was seen."""
    upload = upload_or_404(request, key)
    seen = request.POST.get("seen", "")
    if not seen:
        return failed(request, upload, "Look at what would be changed first, then confirm.")
    return go(request, upload, seen=seen)


def take_choices(request: HttpRequest, upload: Upload) -> None:
    if upload.outcome is None or request.POST.get("seen") != upload.outcome["fingerprint"]:
        return
    for number, question in enumerate(upload.outcome["questions"]):
        chosen = request.POST.get(f"choice-{number}", "")
        if chosen in {str(key) for key, _ in question["options"]}:
            of_heading = upload.choices.setdefault(question["heading"], {})
            of_heading[question["text"]] = int(chosen)


def go(request: HttpRequest, upload: Upload, *, seen: str = "") -> HttpResponse:
    """Run an import and lead back to its page; with progress to whoever reads progress."""
    if request.headers.get("Accept") == PROGRESS:
        return streamed(progress_lines(request, upload, seen))
    try:
        for _ in run(upload, user=request.user, seen=seen):
            pass
    except (ValidationError, Error) as error:
        return failed(request, upload, why(error))
    return HttpResponseRedirect(reverse("admin:upload", args=[upload.pk]))


def streamed(lines: Iterator[str]) -> StreamingHttpResponse:
    """Lines of progress, each sent as soon as it is there."""
    response = StreamingHttpResponse(lines, content_type=PROGRESS)
    # A proxy that waited for the end would hide the progress.
    response["X-Accel-Buffering"] = "no"
    return response


def failed(request: HttpRequest, upload: Upload, words: str) -> HttpResponse:
    messages.error(request, words)
    return HttpResponseRedirect(reverse("admin:upload", args=[upload.pk]))


def progress_lines(request: HttpRequest, upload: Upload, seen: str) -> Iterator[str]:
    """One JSON object a line: how far it is, and at the end where to look or what went wrong."""
    try:
        for step in run(upload, user=request.user, seen=seen):
            match step:
                case Progress(doing, done, total):
                    yield line(doing=doing, done=done, total=total)
                case Result():
                    yield line(next=reverse("admin:upload", args=[upload.pk]))
    except (ValidationError, Error) as error:
        yield line(failed=why(error))
    except Exception:
        # The answer has begun: the reader can be told only here.
        logger.exception("An import broke off (upload %s)", upload.pk)
        yield line(failed="Nothing was loaded: something went wrong that has been recorded.")


def line(**words) -> str:
    return json.dumps(words) + "\n"


def why(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    logger.warning("The database refused an import: %s", error)
    return refused_in_words(error, "loaded")


# Lists that go out


@site_page("export/<slug:app>/<slug:model>.<str:form>", name="export")
def export(request: HttpRequest, app: str, model: str, form: str) -> HttpResponse:
    """A list of the admin, as it is filtered and searched, as a spreadsheet."""
    try:
        model_class = apps.get_model(app, model)
        page = admin.site.get_model_admin(model_class)
    except (LookupError, NotRegistered) as error:
        raise Http404("There is no such list.") from error
    if form not in FORMS or not hasattr(model_class, "history"):
        raise Http404("There is no such list.")
    if not page.has_view_permission(request):
        raise PermissionDenied
    try:
        records = page.get_changelist_instance(request).queryset
    except IncorrectLookupParameters:
        options = model_class._meta
        address = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
        return HttpResponseRedirect(f"{address}?{ERROR_FLAG}=1")
    return answer(rows_of(records), str(model_class._meta.verbose_name_plural), form)
