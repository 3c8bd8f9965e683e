"""The pages on which files of the Organisation Data Service are sent, looked at and loaded.

What was sent waits as an Upload, as a spreadsheet does: all files of one import together.
"""

import io
import zipfile
from collections.abc import Iterator

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import Error
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
)
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from editing.admin import above_lists
from editing.links import Link
from editing.site import site_page
from editing.spreadsheets.pages import (
    KEPT,
    PROGRESS,
    REST_OF_FORM,
    line,
    logger,
    may_import,
    streamed,
)
from editing.typed_dates import UnreadableDate, read_date
from organisations.models import Organisation, OrganisationName, Relationship
from organisations.ods.importing import OdsBusy, Outcome, Progress, Report, run
from organisations.ods.reader import OdsRefused, read_files
from records.models import Document, Upload
from records.periods import Precision, Qualifier, as_known
from records.troubles import refused_in_words

KIND = "ods"
MOST_BYTES = 20 * 1024 * 1024
TOO_BIG = (
    "These files come to more than 20 MB together. Send them in several goes, the oldest first."
)
# Of each kind of change, so many are shown in words.
MOST_SHOWN = 100
BUSY = (
    "Nothing was loaded: another import is under way, or somebody is saving at this moment. Try "
    "again when it is over."
)
NEW = "new"


# Who may


def may_import_ods(request: HttpRequest) -> bool:
    return all(
        may_import(request, model)
        for model in (Organisation, OrganisationName, Relationship, Document)
    )


def allowed(request: HttpRequest) -> None:
    if not may_import_ods(request):
        raise PermissionDenied


def sent_or_404(request: HttpRequest, key: int) -> Upload:
    """What somebody sent, for whoever sent it; a superuser sees everybody's."""
    allowed(request)
    uploads = Upload.objects.filter(kind=KIND).select_related("uploaded_by")
    if not request.user.is_superuser:
        uploads = uploads.filter(uploaded_by=request.user)
    upload = uploads.filter(pk=key).first() if key < 2**63 else None
    if upload is None:
        raise Http404("There is nothing such. What was sent more than a week ago is cleared.")
    return upload


@above_lists
def ods_link(request: HttpRequest, model) -> list[Link]:
    if model is not Organisation or IS_POPUP_VAR in request.GET or not may_import_ods(request):
        return []
    return [Link("Import ODS files", reverse("admin:ods"))]


# Sending them


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class FilesField(forms.FileField):
    """Several files."""

    widget = FilesInput

    def clean(self, data, initial=None):
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(each, initial) for each in files or [None]]


class OdsForm(forms.Form):
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
    reason = forms.CharField(
        label="Reason for this change",
        max_length=500,
        widget=AdminTextInputWidget,
        help_text="Kept in the change history of every record with your name.",
    )

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


@site_page("ods/", name="ods")
@csrf_exempt  # until the files are known to be small enough to be read at all
def send(request: HttpRequest) -> HttpResponse:
    allowed(request)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.method == "POST" and not (
        length.isdecimal() and int(length) <= MOST_BYTES + REST_OF_FORM
    ):
        return form_page(request, OdsForm(), problems=[TOO_BIG], number=1, status=413)
    return receive(request)


@csrf_protect
def receive(request: HttpRequest) -> HttpResponse:
    form = OdsForm(request.POST, request.FILES) if request.method == "POST" else OdsForm()
    if not (form.is_bound and form.is_valid()):
        return form_page(request, form, status=400 if form.errors else 200)
    files = [(each.name, each.read()) for each in form.cleaned_data["files"]]
    try:
        read_files(files, today=timezone.localdate(), day=form.cleaned_data["day"])
    except OdsRefused as refused:
        return form_page(
            request, form, problems=told_problems(refused), number=refused.number, status=400
        )
    Upload.objects.filter(uploaded_at__lt=timezone.now() - KEPT).delete()
    upload = Upload.objects.create(
        kind=KIND,
        file_name=", ".join(name for name, _ in files)[:200],
        content=packed(files),
        uploaded_by=request.user,
        reason=form.cleaned_data["reason"],
        choices={"day": form.cleaned_data["day"], "same": {}, "new": []},
    )
    return HttpResponseRedirect(reverse("admin:ods_upload", args=[upload.pk]))


def form_page(
    request: HttpRequest, form: OdsForm, *, problems=(), number: int = 0, status: int
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": "Import from the Organisation Data Service",
        "opts": Organisation._meta,
        "form": form,
        "problems": problems,
        "number_of_problems": number,
    }
    return TemplateResponse(request, "organisations/ods.html", context, status=status)


def told_problems(refused: OdsRefused) -> list[str]:
    told = [str(problem) for problem in refused.problems[:MOST_SHOWN]]
    if more := refused.number - len(told):
        told.append(f"And {more:,} more. Mend these, then send the files again to see the others.")
    return told


def packed(files: list[tuple[str, bytes]]) -> bytes:
    """Several files as one."""
    together = io.BytesIO()
    with zipfile.ZipFile(together, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, content) in enumerate(files):
            archive.writestr(f"{number}/{name}", content)
    return together.getvalue()


def unpacked(content: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(name.split("/", 1)[1], archive.read(name)) for name in archive.namelist()]


# Looking at it


@site_page("ods/<int:key>/", name="ods_upload")
def look(request: HttpRequest, key: int) -> HttpResponse:
    """What the files would change, or changed."""
    upload = sent_or_404(request, key)
    context = {
        **admin.site.each_context(request),
        "title": "Import from the Organisation Data Service",
        "opts": Organisation._meta,
        "upload": upload,
        "outcome": upload.outcome,
        "answers": upload.choices,
    }
    return TemplateResponse(request, "organisations/ods_upload.html", context)


def as_told(outcome: Outcome, *, changed_meanwhile: bool) -> dict:
    """What an import comes to, as it is kept and shown."""
    return {
        "lists": [list_as_told(report) for report in outcome.reports],
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
        "changed_meanwhile": changed_meanwhile,
        "problems": [],
    }


def list_as_told(report: Report) -> dict:
    return {
        "title": str(report.extract),
        "counts": [
            {"what": what, "number": number, "lines": lines[:MOST_SHOWN],
             "more": max(0, len(lines) - MOST_SHOWN)}
            for what, number, lines in report.counts()
        ],
        "unchanged": report.unchanged,
        "spelt_otherwise": report.spelt_otherwise,
    }  # fmt: skip


# Doing it


@site_page("ods/<int:key>/check/", name="ods_check")
@require_POST
def check(request: HttpRequest, key: int) -> HttpResponse:
    """Go through the files, with what was answered."""
    upload = sent_or_404(request, key)
    if upload.loaded_at is None:
        take_answers(request, upload)
    return go(request, upload)


@site_page("ods/<int:key>/load/", name="ods_load")
@require_POST
def load(request: HttpRequest, key: int) -> HttpResponse:
    """Load them, if they come to what was seen."""
    upload = sent_or_404(request, key)
    seen = request.POST.get("seen", "")
    if not seen:
        messages.error(request, "Look at what would be changed first, then confirm.")
        return HttpResponseRedirect(reverse("admin:ods_upload", args=[upload.pk]))
    return go(request, upload, seen=seen)


def take_answers(request: HttpRequest, upload: Upload) -> None:
    """Keep what is answered to each question that was asked."""
    for question in (upload.outcome or {}).get("questions", []):
        code = question["code"]
        answer = request.POST.get(f"answer-{code}", "")
        if answer == NEW:
            upload.choices["new"] = sorted({*upload.choices["new"], code})
        elif answer.removeprefix("same:") in [slug for slug, _ in question["fitting"]]:
            upload.choices["same"][code] = answer.removeprefix("same:")


def go(request: HttpRequest, upload: Upload, *, seen: str = "") -> HttpResponse:
    """Run an import and lead back to its page; with progress to whoever reads progress."""
    steps = go_through(upload, user=request.user, seen=seen)
    if request.headers.get("Accept") == PROGRESS:
        return streamed(progress_lines(upload, steps))
    try:
        for _ in steps:
            pass
    except Stopped as stopped:
        messages.error(request, str(stopped))
    return HttpResponseRedirect(reverse("admin:ods_upload", args=[upload.pk]))


class Stopped(Exception):
    """An import that could not be gone through, in words."""


def go_through(upload: Upload, *, user, seen: str) -> Iterator[Progress]:
    """Do what the files ask, and keep what it came to. Raises Stopped."""
    if upload.loaded_at is not None:
        raise Stopped("These files have been loaded already.")
    answers = upload.choices
    try:
        for step in run(
            read_files(
                unpacked(bytes(upload.content)), today=timezone.localdate(), day=answers["day"]
            ),
            user=user,
            reason=upload.reason,
            seen=seen,
            same=answers["same"],
            new=frozenset(answers["new"]),
        ):
            if isinstance(step, Progress):
                yield step
            else:
                outcome = step
    except OdsRefused as refused:
        upload.outcome = {"problems": told_problems(refused)}
    except OdsBusy as busy:
        raise Stopped(BUSY) from busy
    except Error as error:
        logger.warning("The database refused an import: %s", error)
        raise Stopped(refused_in_words(error, "loaded")) from error
    else:
        upload.outcome = as_told(outcome, changed_meanwhile=bool(seen) and not outcome.loaded)
        if outcome.loaded:
            upload.loaded_at = timezone.now()
    # Unless somebody else has loaded them meanwhile.
    Upload.objects.filter(pk=upload.pk, loaded_at__isnull=True).update(
        choices=upload.choices, outcome=upload.outcome, loaded_at=upload.loaded_at
    )


def progress_lines(upload: Upload, steps: Iterator[Progress]) -> Iterator[str]:
    """One JSON object a line: how far it is, and at the end where to look or what went wrong."""
    try:
        for step in steps:
            yield line(doing=step.doing, done=step.done, total=step.total)
        yield line(next=reverse("admin:ods_upload", args=[upload.pk]))
    except Stopped as stopped:
        yield line(failed=str(stopped))
    except Exception:
        # The answer has begun: the reader can be told only here.
        logger.exception("An import broke off (upload %s)", upload.pk)
        yield line(failed="Nothing was loaded: something went wrong that has been recorded.")
