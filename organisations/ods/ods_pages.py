"""The pages on which files of the Organisation Data Service are sent, looked at and loaded."""

import io
import zipfile
from collections.abc import Generator
from contextlib import AbstractContextManager
from typing import Any

from django import forms
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from editing.admin import above_lists
from editing.links import Link
from editing.site import site_page
from editing.typed_dates import UnreadableDate, read_date
from editing.uploads import ImportProgress, UploadFlow, UploadForm, may_import, upload_or_404
from organisations.models import Organisation, OrganisationName, Relationship
from organisations.ods.importing import STEP, Outcome, Report, alone, import_lists
from organisations.ods.reader import OdsRefused, read_files
from records.models import Document, Upload
from records.periods import Precision, Qualifier, as_known

KIND = "ods"
MOST_BYTES = 20 * 1024 * 1024
# The most sentences that are shown of each kind of change.
MOST_SHOWN = 100
NEW = "new"


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class FilesField(forms.FileField):
    """Several files."""

    widget = FilesInput

    def clean(self, data, initial=None):
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(each, initial) for each in files or [None]]


class OdsForm(UploadForm):
    files = FilesField(
        label="Files",
        help_text="As the Organisation Data Service publishes them: etr, eccg, epraccur, and the "
        "details and core partners of epcn, as CSV. Several at once, of several days too.",
        error_messages={"empty": "One of these files is empty."},
        widget=FilesInput(attrs={"accept": ".csv"}),
    )
    day = forms.CharField(
        label="Day on which they stood",
        required=False,
        max_length=40,
        help_text="Only if neither the name of a file nor a column in it says so: "
        "31 December 2025, or December 2025.",
        widget=AdminTextInputWidget,
    )
    field_order = ["files", "day", "reason"]
    number_of_problems = 0

    def clean_day(self) -> str:
        """The day or the month as the name of a file would have it."""
        text = self.cleaned_data["day"]
        if not text:
            return ""
        try:
            day, precision, qualifier = read_date(text)
        except UnreadableDate:
            precision = None
        if precision not in (Precision.DAY, Precision.MONTH) or qualifier != Qualifier.ON:
            raise ValidationError("Write a day as 31 December 2025, or a month as December 2025.")
        return as_known(day, precision)

    def clean(self):
        if self.errors:
            return
        self.contents = [(file.name, file.read()) for file in self.cleaned_data["files"]]
        try:
            read_files(self.contents, today=timezone.localdate(), day=self.cleaned_data["day"])
        except OdsRefused as refused:
            self.number_of_problems = refused.number
            self.add_error(None, problems_in_words(refused))

    def upload_fields(self) -> dict[str, Any]:
        return {
            "file_name": ", ".join(name for name, _ in self.contents)[:200],
            "content": packed(self.contents),
            "choices": {"day": self.cleaned_data["day"], "same": {}, "new": []},
        }


class OdsFlow(UploadFlow):
    kind, model = KIND, Organisation
    form_template = "organisations/ods.html"
    upload_template = "organisations/ods_upload.html"
    upload_page = "ods_upload"
    most_bytes = MOST_BYTES
    too_big = (
        "These files come to more than 20 MB together. Send them in several goes, the oldest first."
    )
    step = STEP
    loaded_already = "These files have been loaded already."
    title = "Import from the Organisation Data Service"

    def form(self, *posted) -> OdsForm:
        return OdsForm(*posted)

    def form_context(self) -> dict[str, Any]:
        return {"title": self.title}

    def upload_context(self, request: HttpRequest, upload: Upload) -> dict[str, Any]:
        return {"title": self.title, "outcome": upload.outcome}

    def transaction(self) -> AbstractContextManager[None]:
        return alone()

    def read(self, upload: Upload) -> list[tuple[str, bytes]]:
        return unpacked(bytes(upload.content))

    def import_files(self, upload: Upload, files) -> Generator[ImportProgress, None, dict]:
        day, same, new = (upload.choices[name] for name in ("day", "same", "new"))
        try:
            extracts = read_files(files, today=timezone.localdate(), day=day)
            return as_json((yield from import_lists(extracts, same=same, new=frozenset(new))))
        except OdsRefused as refused:
            return {"problems": problems_in_words(refused), "fingerprint": ""}

    def take_answers(self, upload: Upload, posted: QueryDict) -> None:
        for question in (upload.outcome or {}).get("questions", []):
            code = question["code"]
            answer = posted.get(f"answer-{code}", "")
            if answer == NEW:
                upload.choices["new"] = sorted({*upload.choices["new"], code})
            elif answer.removeprefix("same:") in [slug for slug, _ in question["fitting"]]:
                upload.choices["same"][code] = answer.removeprefix("same:")


def problems_in_words(refused: OdsRefused) -> list[str]:
    problems = [str(problem) for problem in refused.problems[:MOST_SHOWN]]
    if more := refused.number - len(problems):
        problems.append(
            f"And {more:,} more. Mend these, then send the files again to see the others."
        )
    return problems


def packed(files: list[tuple[str, bytes]]) -> bytes:
    """Several files as one."""
    archive_file = io.BytesIO()
    with zipfile.ZipFile(archive_file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, content) in enumerate(files):
            archive.writestr(f"{number}/{name}", content)
    return archive_file.getvalue()


def unpacked(content: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(name.split("/", 1)[1], archive.read(name)) for name in archive.namelist()]


def as_json(outcome: Outcome) -> dict:
    """An outcome as an Upload keeps it and its page shows it."""
    return {
        "lists": [report_as_json(report) for report in outcome.reports],
        "questions": [
            {
                "code": each.code,
                "name": each.name,
                "where": f"{each.file_name}, line {each.line}",
                "fitting": [[one.slug, one.name] for one in each.fitting],
            }
            for each in outcome.questions
        ],
        "to_look_at": [str(problem) for problem in outcome.to_look_at],
        "changes": outcome.changes,
        "fingerprint": outcome.fingerprint,
        "problems": [],
    }


def report_as_json(report: Report) -> dict:
    return {
        "title": str(report.extract),
        "counts": [
            {
                "what": what,
                "number": number,
                "lines": lines[:MOST_SHOWN],
                "more": max(0, len(lines) - MOST_SHOWN),
            }
            for what, number, lines in report.counts()
        ],
        "unchanged": report.unchanged,
        "spelt_otherwise": report.spelt_otherwise,
    }


# Who may


def may_import_ods(request: HttpRequest) -> bool:
    return may_import(request, Organisation, OrganisationName, Relationship, Document)


def flow_or_denied(request: HttpRequest) -> OdsFlow:
    if not may_import_ods(request):
        raise PermissionDenied
    return OdsFlow()


def flow_and_upload_or_404(request: HttpRequest, key: int) -> tuple[OdsFlow, Upload]:
    return flow_or_denied(request), upload_or_404(
        request,
        key,
        kinds=[KIND],
        not_found="Nothing sent has this address. What was sent more than a week ago is cleared.",
    )


@above_lists
def ods_link(request: HttpRequest, model) -> list[Link]:
    if model is not Organisation or IS_POPUP_VAR in request.GET or not may_import_ods(request):
        return []
    return [Link("Import ODS files", reverse("admin:ods"))]


# Pages


@site_page("ods/", name="ods")
@csrf_exempt
def send(request: HttpRequest) -> HttpResponse:
    return flow_or_denied(request).send(request)


@site_page("ods/<int:key>/", name="ods_upload")
def upload(request: HttpRequest, key: int) -> HttpResponse:
    flow, upload = flow_and_upload_or_404(request, key)
    return flow.show(request, upload)


@site_page("ods/<int:key>/check/", name="ods_check")
@require_POST
def check(request: HttpRequest, key: int) -> HttpResponseBase:
    flow, upload = flow_and_upload_or_404(request, key)
    return flow.check(request, upload)


@site_page("ods/<int:key>/load/", name="ods_load")
@require_POST
def load(request: HttpRequest, key: int) -> HttpResponseBase:
    flow, upload = flow_and_upload_or_404(request, key)
    return flow.load(request, upload)
