"""The pages on which spreadsheets are sent, looked at and loaded, and lists are exported."""

from collections.abc import Generator
from functools import partial
from typing import Any

from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.options import IS_POPUP_VAR, IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, PAGE_VAR
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from editing.admin import above_lists
from editing.links import Link, list_address
from editing.site import site_page
from editing.spreadsheets.columns import SpreadsheetColumn
from editing.spreadsheets.directories import Questions
from editing.spreadsheets.exporting import FORMS, download, rows_of, template_for
from editing.spreadsheets.import_rows import CHANGED, NEW, REFUSED, SAME
from editing.spreadsheets.importing import SpreadsheetImport
from editing.spreadsheets.kinds import KINDS, RecordSpreadsheet
from editing.spreadsheets.reading import MOST_BYTES, MOST_ROWS, TOO_BIG, read
from editing.uploads import ImportProgress, UploadForm, UploadPages, may_import, upload_or_404
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

    def __init__(
        self,
        *args,
        columns: list[SpreadsheetColumn],
        asked_of_file: dict[str, forms.Field],
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.columns, self.asked_of_file = columns, asked_of_file
        self.fields |= asked_of_file
        self.order_fields(["file", *asked_of_file, "reason"])
        self.fields["reason"].help_text = (
            "Kept in the change history of every record with your name: where the spreadsheet "
            "comes from, and why it is loaded."
        )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(TOO_BIG)
        content = file.read(MOST_BYTES + 1)
        read(file.name, content, self.columns)
        self.kept = {"file_name": file.name, "content": content}
        return file

    def clean(self):
        data = super().clean() or self.cleaned_data
        if self.asked_of_file and not self.errors:
            answers = {name: data[name] for name in self.asked_of_file}
            self.kept["choices"] = {Questions.OF_FILE: answers}
        return data


class SpreadsheetPages(UploadPages):
    form_template = "editing/import.html"
    upload_template = "editing/upload.html"
    address = "admin:upload"
    most_bytes, too_big = MOST_BYTES, TOO_BIG
    loaded_already = "This spreadsheet has been loaded already."
    step = "Import a spreadsheet"

    def __init__(self, request: HttpRequest, spreadsheet: RecordSpreadsheet):
        super().__init__(request, spreadsheet.model)
        self.spreadsheet, self.model = spreadsheet, spreadsheet.model
        self.kind = self.model._meta.label_lower
        self.title = f"Import {self.model._meta.verbose_name_plural}"
        self.columns = list(spreadsheet.fields.values())
        self.form = partial(
            SpreadsheetForm, columns=self.columns, asked_of_file=spreadsheet.asked_of_file()
        )

    def form_context(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "explains": self.spreadsheet.explains,
            "columns": self.spreadsheet.import_columns(),
        }

    def upload_context(self) -> dict[str, Any]:
        upload = self.upload
        return {
            "title": f"{self.title}: {upload.file_name}",
            "kind": self.kind,
            "plural": self.model._meta.verbose_name_plural,
            "list_address": list_address(self.model),
            **(outcome_context(self.request, upload.outcome) if upload.outcome else {}),
        }

    def take_answers(self) -> None:
        outcome, posted = self.upload.outcome, self.request.POST
        if outcome is None or posted.get("seen") != outcome["fingerprint"]:
            return
        for number, question in enumerate(outcome["questions"]):
            chosen = posted.get(f"choice-{number}", "")
            if chosen in {str(key) for key, _ in question["options"]}:
                of_heading = self.upload.choices.setdefault(question["heading"], {})
                of_heading[question["text"]] = int(chosen)

    def import_files(self) -> Generator[ImportProgress, None, dict]:
        upload = self.upload
        rows = read(upload.file_name, bytes(upload.content), self.columns)
        return SpreadsheetImport(self.spreadsheet, rows, upload.choices).run()


def outcome_context(request: HttpRequest, outcome: dict) -> dict[str, Any]:
    """One page of the rows, refused ones first, and the counts above them."""
    shown = next((code for code in OUTCOMES if code == request.GET.get("show")), "")
    rows = [
        row
        for code in OUTCOMES
        for row in outcome["rows"]
        if row["outcome"] == code and shown in ("", code)
    ]
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


def pages_or_404(request: HttpRequest, kind: str) -> SpreadsheetPages:
    if kind not in KINDS:
        raise Http404("There is no such kind of spreadsheet.")
    return SpreadsheetPages(request, KINDS[kind]())


def pages_of_upload_or_404(request: HttpRequest, key: int) -> SpreadsheetPages:
    not_found = "There is no such spreadsheet. Those sent more than a week ago are cleared."
    upload = upload_or_404(request, key, list(KINDS), not_found)
    pages = pages_or_404(request, upload.kind)
    pages.upload = upload
    return pages


@above_lists
def spreadsheet_links(request: HttpRequest, model) -> list[Link]:
    if IS_POPUP_VAR in request.GET:
        return []
    options, links, query = model._meta, [], request.GET.copy()
    if options.label_lower in KINDS and may_import(request, model):
        links.append(Link("Import", reverse("admin:import", args=[options.label_lower])))
    for name in (PAGE_VAR, ERROR_FLAG):
        query.pop(name, None)
    for form, words in FORMS.items():
        place = [options.app_label, options.model_name, form]
        links.append(Link(f"Export {words}", reverse("admin:export", args=place, query=query)))
    return links


@site_page("imports/", name="imports")
def imports(request: HttpRequest) -> HttpResponse:
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
    return pages_or_404(request, kind).send()


@site_page("imports/<str:kind>/template.<str:form>", name="import_template")
def import_template(request: HttpRequest, kind: str, form: str) -> HttpResponse:
    spreadsheet = pages_or_404(request, kind).spreadsheet
    if form not in FORMS:
        raise Http404("Templates are CSV and XLSX files.")
    return template_for(spreadsheet, form)


@site_page("uploads/<int:key>/", name="upload")
def upload(request: HttpRequest, key: int) -> HttpResponse:
    return pages_of_upload_or_404(request, key).show()


@site_page("uploads/<int:key>/check/", name="upload_check")
@require_POST
def check(request: HttpRequest, key: int) -> HttpResponseBase:
    return pages_of_upload_or_404(request, key).check()


@site_page("uploads/<int:key>/load/", name="upload_load")
@require_POST
def load(request: HttpRequest, key: int) -> HttpResponseBase:
    return pages_of_upload_or_404(request, key).load()


@site_page("export/<slug:app>/<slug:model>.<str:form>", name="export")
def export(request: HttpRequest, app: str, model: str, form: str) -> HttpResponse:
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
    return download(rows_of(records), str(model_class._meta.verbose_name_plural), form)
