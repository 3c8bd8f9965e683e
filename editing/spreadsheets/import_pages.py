"""The pages on which spreadsheets are sent, looked at and loaded."""

from collections.abc import Generator
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.views.main import ERROR_FLAG, PAGE_VAR
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from editing.admin import above_lists
from editing.links import Link, list_address
from editing.site import site_page
from editing.spreadsheets.directories import Questions
from editing.spreadsheets.exporting import FORMS, template_for
from editing.spreadsheets.import_rows import CHANGED, NEW, REFUSED, SAME
from editing.spreadsheets.importing import SpreadsheetImport
from editing.spreadsheets.kinds import KINDS, RecordSpreadsheet
from editing.spreadsheets.reading import MOST_BYTES, MOST_ROWS, TOO_BIG, Headings, Sheet, read
from editing.uploads import ImportProgress, UploadFlow, UploadForm, may_import, upload_or_404
from records.models import Upload

ROWS_A_PAGE = 100
OUTCOMES = {REFUSED: "Refused", CHANGED: "Changed", NEW: "New", SAME: "Same"}


class SpreadsheetForm(UploadForm):
    file = forms.FileField(
        label="Spreadsheet",
        max_length=200,
        help_text=f"A CSV file (UTF-8) or an Excel workbook (.xlsx), of at most 5 MB and "
        f"{MOST_ROWS:,} rows.",
        error_messages={"empty": "This file is empty."},
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx", "data-most-bytes": MOST_BYTES}),
    )
    field_order = ["file", "reason"]

    def __init__(self, *args, headings: Headings, **kwargs):
        super().__init__(*args, **kwargs)
        self.headings = headings
        self.fields["reason"].help_text = (
            "Kept in the change history of every record with your name: where the spreadsheet "
            "comes from, and why it is loaded."
        )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(TOO_BIG)
        self.content = file.read(MOST_BYTES + 1)
        read(file.name, self.content, self.headings)
        return file

    def upload_fields(self) -> dict[str, Any]:
        return {"file_name": self.cleaned_data["file"].name, "content": self.content}


class SpreadsheetFlow(UploadFlow):
    form_template = "editing/import.html"
    upload_template = "editing/upload.html"
    upload_page = "upload"
    most_bytes, too_big = MOST_BYTES, TOO_BIG
    step = "Import a spreadsheet"
    loaded_already = "This spreadsheet has been loaded already."

    def __init__(self, spreadsheet: RecordSpreadsheet):
        self.spreadsheet, self.model = spreadsheet, spreadsheet.model
        self.kind = self.model._meta.label_lower

    def form(self, *posted) -> SpreadsheetForm:
        return SpreadsheetForm(*posted, headings=self.spreadsheet.headings())

    def form_context(self) -> dict[str, Any]:
        return {
            "title": f"Import {self.model._meta.verbose_name_plural}",
            "kind": self.kind,
            "explains": self.spreadsheet.explains,
            "columns": self.spreadsheet.columns_read(),
        }

    def upload_context(self, request: HttpRequest, upload: Upload) -> dict[str, Any]:
        plural = self.model._meta.verbose_name_plural
        return {
            "title": f"Import {plural}: {upload.file_name}",
            "kind": self.kind,
            "plural": plural,
            "list_address": list_address(self.model),
            **(outcome_context(request, upload.outcome) if upload.outcome is not None else {}),
        }

    def read(self, upload: Upload) -> Sheet:
        return read(upload.file_name, bytes(upload.content), self.spreadsheet.headings())

    def import_files(self, upload: Upload, sheet: Sheet) -> Generator[ImportProgress, None, dict]:
        importing = SpreadsheetImport(self.spreadsheet, Questions(upload.choices))
        return (yield from importing.run(sheet.rows))

    def may_be_loaded(self, outcome: dict) -> bool:
        """Whether no row is refused, and any changes something."""
        counts = outcome["counts"]
        return not counts[REFUSED] and bool(counts[NEW] or counts[CHANGED])

    def take_answers(self, upload: Upload, posted: QueryDict) -> None:
        outcome = upload.outcome
        if outcome is None or posted.get("seen") != outcome["fingerprint"]:
            return
        for number, question in enumerate(outcome["questions"]):
            chosen = posted.get(f"choice-{number}", "")
            if chosen in {str(key) for key, _ in question["options"]}:
                of_heading = upload.choices.setdefault(question["heading"], {})
                of_heading[question["text"]] = int(chosen)


def outcome_context(request: HttpRequest, outcome: dict) -> dict[str, Any]:
    """One page of the rows, refused ones first, and what stands above them."""
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
        "changes_nothing": not (counts[NEW] or counts[CHANGED]),
        "fingerprint": outcome["fingerprint"],
        "changed_meanwhile": outcome["changed_meanwhile"],
        "has_choices": bool(asked),
    }


# Who may


def flow_or_404(request: HttpRequest, kind: str) -> SpreadsheetFlow:
    if kind not in KINDS:
        raise Http404("There is no such kind of spreadsheet.")
    if not may_import(request, KINDS[kind].model):
        raise PermissionDenied
    return SpreadsheetFlow(KINDS[kind]())


def flow_and_upload_or_404(request: HttpRequest, key: int) -> tuple[SpreadsheetFlow, Upload]:
    upload = upload_or_404(
        request,
        key,
        kinds=list(KINDS),
        not_found="There is no such spreadsheet. Those sent more than a week ago are cleared.",
    )
    return flow_or_404(request, upload.kind), upload


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


# Pages


@site_page("imports/", name="imports")
def imports(request: HttpRequest) -> HttpResponse:
    """What can be imported, and what was sent in the last week."""
    plurals = {
        label: capfirst(kind.model._meta.verbose_name_plural) for label, kind in KINDS.items()
    }
    kinds = [
        (plurals[label], kind.explains, label)
        for label, kind in KINDS.items()
        if may_import(request, kind.model)
    ]
    if not kinds:
        raise PermissionDenied
    uploads = Upload.objects.filter(uploaded_by=request.user, kind__in=KINDS)
    context = {
        **admin.site.each_context(request),
        "title": "Import from a spreadsheet",
        "kinds": kinds,
        "uploads": [
            (upload, plurals[upload.kind]) for upload in uploads.defer("content", "outcome")
        ],
    }
    return TemplateResponse(request, "editing/imports.html", context)


@site_page("imports/<str:kind>/", name="import")
@csrf_exempt
def send(request: HttpRequest, kind: str) -> HttpResponse:
    return flow_or_404(request, kind).send(request)


@site_page("imports/<str:kind>/template.<str:form>", name="import_template")
def import_template(request: HttpRequest, kind: str, form: str) -> HttpResponse:
    spreadsheet = flow_or_404(request, kind).spreadsheet
    if form not in FORMS:
        raise Http404("Templates are CSV and XLSX files.")
    return template_for(spreadsheet, form)


@site_page("uploads/<int:key>/", name="upload")
def upload(request: HttpRequest, key: int) -> HttpResponse:
    flow, upload = flow_and_upload_or_404(request, key)
    return flow.show(request, upload)


@site_page("uploads/<int:key>/check/", name="upload_check")
@require_POST
def check(request: HttpRequest, key: int) -> HttpResponseBase:
    flow, upload = flow_and_upload_or_404(request, key)
    return flow.check(request, upload)


@site_page("uploads/<int:key>/load/", name="upload_load")
@require_POST
def load(request: HttpRequest, key: int) -> HttpResponseBase:
    flow, upload = flow_and_upload_or_404(request, key)
    return flow.load(request, upload)
