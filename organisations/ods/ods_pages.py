"""The pages on which files of the Organisation Data Service are sent, looked at and loaded."""

import io
import zipfile
from collections.abc import Generator

from django import forms
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from editing.admin import above_lists
from editing.links import Link
from editing.site import site_page
from editing.typed_dates import UnreadableDate, read_date
from editing.uploads import ImportProgress, UploadForm, UploadPages, may_import, upload_or_404
from organisations.models import Organisation, OrganisationName, Relationship
from organisations.ods.extracts import OdsRefused
from organisations.ods.known_records import STEP
from organisations.ods.list_reports import ImportOutcome, ListReport
from organisations.ods.ods_import import alone, import_lists
from organisations.ods.reader import read_files
from records.models import Document
from records.periods import Precision, Qualifier, as_known

KIND = "ods"
IMPORTED = (Organisation, OrganisationName, Relationship, Document)
MOST_BYTES = 20 * 1024 * 1024
# The most sentences that are shown of each kind of change.
MOST_SHOWN = 100
NEW = "new"


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
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
        files = [(file.name, file.read()) for file in self.cleaned_data["files"]]
        day = self.cleaned_data["day"]
        try:
            read_files(files, today=timezone.localdate(), day=day)
        except OdsRefused as refused:
            self.number_of_problems = refused.number
            self.add_error(None, problems_in_words(refused))
        self.kept = {
            "file_name": ", ".join(name for name, _ in files)[:200],
            "content": packed(files),
            "choices": {"day": day, "same": {}, "new": []},
        }


class OdsPages(UploadPages):
    kind, model, form = KIND, Organisation, OdsForm
    form_template = "organisations/ods.html"
    upload_template = "organisations/ods_upload.html"
    address = "admin:ods_upload"
    most_bytes = MOST_BYTES
    too_big = (
        "These files come to more than 20 MB together. Send them in several goes, the oldest first."
    )
    loaded_already = "These files have been loaded already."
    step = title = STEP
    new_transaction = staticmethod(alone)

    def __init__(self, request: HttpRequest):
        super().__init__(request, *IMPORTED)

    def take_answers(self) -> None:
        choices = self.upload.choices
        for question in (self.upload.outcome or {}).get("questions", []):
            code = question["code"]
            answer = self.request.POST.get(f"answer-{code}", "")
            if answer == NEW:
                choices["new"] = sorted({*choices["new"], code})
            elif answer.removeprefix("same:") in [slug for slug, _ in question["fitting"]]:
                choices["same"][code] = answer.removeprefix("same:")

    def import_files(self) -> Generator[ImportProgress, None, dict]:
        choices = self.upload.choices
        try:
            extracts = read_files(
                unpacked(bytes(self.upload.content)),
                today=timezone.localdate(),
                day=choices["day"],
            )
            outcome = yield from import_lists(
                extracts, same=choices["same"], new=frozenset(choices["new"])
            )
        except OdsRefused as refused:
            return {
                "problems": problems_in_words(refused),
                "fingerprint": "",
                "may_be_loaded": False,
            }
        return as_json(outcome)


def problems_in_words(refused: OdsRefused) -> list[str]:
    problems = [str(problem) for problem in refused.problems[:MOST_SHOWN]]
    if more := refused.number - len(problems):
        problems.append(
            f"And {more:,} more. Mend these, then send the files again to see the others."
        )
    return problems


def packed(files: list[tuple[str, bytes]]) -> bytes:
    archive_file = io.BytesIO()
    with zipfile.ZipFile(archive_file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, content) in enumerate(files):
            archive.writestr(f"{number}/{name}", content)
    return archive_file.getvalue()


def unpacked(content: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(name.split("/", 1)[1], archive.read(name)) for name in archive.namelist()]


def as_json(outcome: ImportOutcome) -> dict:
    """An outcome as an Upload keeps it and its page shows it."""
    return {
        "lists": [report_as_json(report) for report in outcome.reports],
        "questions": [
            {
                "code": each.code,
                "name": each.name,
                "where": f"{each.file_name}, line {each.line}",
                "fitting": [[one.slug, one.name] for one in each.candidates],
            }
            for each in outcome.questions
        ],
        "to_look_at": [str(problem) for problem in outcome.to_look_at],
        "changes": outcome.changes,
        "fingerprint": outcome.fingerprint,
        "may_be_loaded": True,
        "problems": [],
    }


def report_as_json(report: ListReport) -> dict:
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


def pages_of_upload_or_404(request: HttpRequest, key: int) -> OdsPages:
    pages = OdsPages(request)
    not_found = "Nothing sent has this address. What was sent more than a week ago is cleared."
    pages.upload = upload_or_404(request, key, [KIND], not_found)
    return pages


@above_lists
def ods_link(request: HttpRequest, model) -> list[Link]:
    if (
        model is not Organisation
        or IS_POPUP_VAR in request.GET
        or not may_import(request, *IMPORTED)
    ):
        return []
    return [Link("Import ODS files", reverse("admin:ods"))]


@site_page("ods/", name="ods")
@csrf_exempt
def send(request: HttpRequest) -> HttpResponse:
    return OdsPages(request).send()


@site_page("ods/<int:key>/", name="ods_upload")
def upload(request: HttpRequest, key: int) -> HttpResponse:
    return pages_of_upload_or_404(request, key).show()


@site_page("ods/<int:key>/check/", name="ods_check")
@require_POST
def check(request: HttpRequest, key: int) -> HttpResponseBase:
    return pages_of_upload_or_404(request, key).check()


@site_page("ods/<int:key>/load/", name="ods_load")
@require_POST
def load(request: HttpRequest, key: int) -> HttpResponseBase:
    return pages_of_upload_or_404(request, key).load()
