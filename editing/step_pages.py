"""The page of a guided step.

Its preview is no forecast: the step is taken, read back from the change history and undone, all in
one transaction.
"""

import logging
import uuid
from dataclasses import dataclass

from django.contrib import admin, messages
from django.contrib.admin.helpers import AdminForm
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse

from editing.double_submission import batch_of, fresh_number, new_number, wait_for_the_first
from editing.field_changes import Change, fingerprint, net_changes
from editing.links import change_address, page_to_return_to
from editing.step_forms import StepForm
from editing.steps import Step, all_steps
from editing.undo import was_undone
from records.history import recorded_models, writing
from records.troubles import REFUSALS, refused_in_words

logger = logging.getLogger(__name__)


@dataclass
class Preview:
    changes: list[Change]
    remarks: list[str]
    fingerprint: str


class DoneAlready(Exception):
    """The same form was sent before, and what it asks for was done then."""


def take(step: Step, form: StepForm, *, seen: str = "") -> tuple[Preview, models.Model | None]:
    """Take a step, if it changes what was `seen` in a preview; otherwise take it back.

    Returns what it changes and the record to show next, which is None if it was taken back.
    Raises ValidationError if a rule would be broken, one of REFUSALS if somebody else was quicker
    or the database takes no more, and DoneAlready if the same form was sent before.
    """
    result = None
    # Only a form that confirms can have been sent before.
    batch = batch_of(step.request) if seen else None
    with transaction.atomic():
        if batch is not None:
            wait_for_the_first(batch)
            if was_done(batch):
                raise DoneAlready
        with writing(
            step.nature,
            reason=form.cleaned_data["reason"],
            step=step.title,
            user=step.request.user,
            batch=batch,
        ) as written:
            form.date_document()
            record = step.take(form) or step.record
        changes = sorted(
            net_changes(written.rows), key=lambda change: not is_of(change, step.record)
        )
        remarks = step.remarks(form)
        preview = Preview(changes, remarks, fingerprint(changes, *remarks))
        if seen and seen == preview.fingerprint and changes:
            result = record
        else:
            transaction.set_rollback(True)
    return preview, result


def was_done(batch: uuid.UUID) -> bool:
    return any(model.history.filter(history_batch=batch).exists() for model in recorded_models())


def is_of(change: Change, record: models.Model) -> bool:
    """Whether it is this record that changes."""
    return (change.row.instance_type, change.row.id) == (type(record), record.pk)


def step_view(model_admin, request: HttpRequest, key: str, name: str) -> HttpResponse:
    """The page of a guided step: asks, shows what would change, and does it."""
    step = step_or_404(model_admin, request, key, name)
    asked, confirmed = request.method == "POST", "_confirm" in request.POST
    batch = batch_of(request) if confirmed else None
    sent_before = batch is not None and was_done(batch)
    undone = sent_before and was_undone(batch)
    if sent_before and not undone:
        return done_already(model_admin, request, step.record)
    form = step.form_class(
        request.POST if asked else None,
        initial={**step.initial(), **filled_in_by_address(request)},
        request=request,
        record=step.record,
    )
    hindrance = step.hindrance()
    if asked and hindrance:
        form.add_error(None, hindrance)
    preview, seen = None, ""
    if asked and form.is_valid():
        if confirmed and not undone:
            seen = request.POST.get("seen", "")
        try:
            preview, result = take_or_say_why(step, form, seen)
        except DoneAlready:
            return done_already(model_admin, request, step.record)
        if result is not None:
            return done(model_admin, request, step, result, preview)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": step.heading(),
        "opts": model_admin.opts,
        "original": step.record,
        "record_address": record_address(step.record),
        "step": step,
        "step_facts": step.facts(),
        "hindrance": hindrance,
        "form": form,
        "adminform": AdminForm(form, form.fieldsets(), {}),
        "media": model_admin.media + form.media,
        "preview": preview,
        "changed_meanwhile": bool(seen),
        "undone": undone,
        "next": page_to_return_to(request),
        "form_number": fresh_number() if undone else new_number(request),
    }
    status = 400 if form.errors else 200
    return TemplateResponse(request, step.template, context, status=status)


def step_or_404(model_admin, request: HttpRequest, key: str, name: str) -> Step:
    """The step of this name on a record. Raises Http404 if there is none, and PermissionDenied if
    the user may not take it."""
    step_class = next(
        (step for model, step in all_steps() if model is model_admin.model and step.name == name),
        None,
    )
    if step_class is None:
        raise Http404("There is no such step.")
    record = model_admin.get_object(request, key)
    if record is None:
        raise Http404(f"There is no {model_admin.opts.verbose_name} of this number.")
    if not step_class.may_be_taken_by(request):
        raise PermissionDenied
    return step_class(request, record)


def take_or_say_why(
    step: Step, form: StepForm, seen: str
) -> tuple[Preview | None, models.Model | None]:
    """As `take`. If a step cannot be taken, or would change nothing, its form says why."""
    try:
        preview, result = take(step, form, seen=seen)
    except ValidationError as error:
        add_errors(form, error)
        return None, None
    except REFUSALS as error:
        logger.warning("The database refused a step (%s): %s", step.name, error)
        form.add_error(None, refused_in_words(error, "changed"))
        return None, None
    if not preview.changes:
        nothing = "This would change nothing. Look at what you entered."
        form.add_error(None, [nothing, *(getattr(each, "text", each) for each in preview.remarks)])
        return None, None
    return preview, result


def add_errors(form: StepForm, error: ValidationError) -> None:
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        name = name if name in form.fields else form.shows.get(name, name)
        form.add_error(name if name in form.fields else None, errors)


def filled_in_by_address(request: HttpRequest) -> dict[str, str]:
    return {name: value for name, value in request.GET.items() if name != "next"}


def record_address(record: models.Model) -> str:
    return change_address(type(record), record.pk)


def public_address(record: models.Model) -> str:
    """The public page of a record; "" if it has none, as a withheld person has none."""
    has_page = admin.site.get_model_admin(type(record)).get_view_on_site_url(record)
    return record.get_absolute_url() if has_page else ""


def done(model_admin, request, step: Step, record, preview: Preview) -> HttpResponse:
    """Return to the page that led here, and say there what was done and what might be done next."""
    context = {
        "step": step,
        "record": record,
        "number": len(preview.changes),
        "public": public_address(record),
        "afterwards": step.afterwards(record),
        "undo": reverse("admin:together", args=[preview.changes[0].row.history_batch]),
    }
    message = render_to_string("editing/step_done.html", context)
    model_admin.message_user(request, message, messages.SUCCESS)
    return HttpResponseRedirect(page_to_return_to(request) or record_address(record))


def done_already(model_admin, request, record) -> HttpResponse:
    """Return as the first time, if somebody has confirmed one form twice."""
    model_admin.message_user(
        request, "Done once. The form was sent twice, and the second time changed nothing."
    )
    return HttpResponseRedirect(page_to_return_to(request) or record_address(record))
