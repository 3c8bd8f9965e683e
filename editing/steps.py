"""Guided steps: each real event in the life of a system, recorded in one go.

Editing a record corrects what the register said; a guided step records that the world changed.
A step asks for the date, the source and the reason once, shows what exactly would change, and
then does it, whole or not at all. What it shows is no forecast: the step is taken, read back
from the change history and undone, all in one transaction.
"""

import datetime
import logging
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import AdminForm
from django.contrib.admin.widgets import (
    AdminTextInputWidget,
    RelatedFieldWidgetWrapper,
)
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from editing.double_submission import batch_of, fresh_number, new_number, wait_for_the_first
from editing.typed_dates import DayField, settle_typed_dates
from editing.undo import recorded_models, was_undone
from editing.widgets import OneRecord, RecordSelect, RecordSelectMultiple, SeveralRecords
from records.events import Source, When
from records.field_changes import Change, fingerprint, net_changes
from records.history import Nature, writing
from records.models import DatedFact
from records.periods import Precision, Qualifier
from records.troubles import REFUSALS, refused_in_words

logger = logging.getLogger(__name__)


def record_choice(
    request: HttpRequest, model: type[models.Model], name: str, *, multiple=False, **options
) -> forms.ModelChoiceField:
    """A field to choose a record as the form of `model` chooses its `name`, by typing part of a
    name, with a way to add one that is missing. `request` says who may add it."""
    field = model._meta.get_field(name)
    related = field.related_model
    options.setdefault("queryset", related._default_manager.all())
    if multiple:
        return SeveralRecords(widget=RecordSelectMultiple(field, admin.site), **options)
    may_add = admin.site.get_model_admin(related).has_add_permission(request)
    widget = RelatedFieldWidgetWrapper(
        RecordSelect(field, admin.site), field.remote_field, admin.site, can_add_related=may_add
    )
    return OneRecord(widget=widget, **options)


class StepForm(forms.Form):
    """What every guided step asks for, once: the date, the source and the reason."""

    # What is asked before these: the headings of groups, and the fields in each.
    groups: list[tuple[str, list]] = []
    date_label = "Date"
    date_help = "If only the month or year is known, any day in it will do."
    asks_for_date = True

    # The field that shows an error in what a record calls otherwise.
    shows: dict[str, str] = {"start_date": "date", "end_date": "date"}

    date = DayField(error_messages={"required": "Enter the date, as it is known."})
    precision = forms.ChoiceField(
        label="Known to the", choices=Precision.choices, initial=Precision.DAY
    )
    qualifier = forms.ChoiceField(
        label="This is", choices=Qualifier.choices, initial=Qualifier.ON, required=False
    )
    locator = forms.CharField(
        label="Place in it",
        max_length=300,
        widget=AdminTextInputWidget,
        help_text="The page, slide or section that says so.",
        error_messages={"required": "Say where in the document it stands."},
    )
    reason = forms.CharField(
        label="Reason for this change",
        max_length=500,
        widget=AdminTextInputWidget,
        help_text="Kept in the change history with your name.",
        error_messages={"required": "Say why, for the change history."},
    )

    def __init__(self, *args, request: HttpRequest, record, **kwargs):
        super().__init__(*args, **kwargs)
        self.request, self.record = request, record
        self.fields["date"].label = self.date_label
        self.fields["date"].help_text = self.date_help
        self.fields["document"] = record_choice(
            request,
            _a_fact(),
            "document",
            label="Source document",
            help_text="The paper that says so. The green cross adds one.",
            error_messages={"required": "Choose the document that says so."},
        )
        if not self.asks_for_date:
            for name in ("date", "precision", "qualifier"):
                del self.fields[name]
        settle_typed_dates(self)
        self.prepare()
        settle_typed_dates(self)  # of what was added

    def prepare(self) -> None:
        """Add and change fields as the record at hand needs."""

    def fieldsets(self) -> list[tuple[str, dict]]:
        """The groups of fields, as the forms of the admin have them."""
        groups = list(self.groups)
        if self.asks_for_date:
            groups.append(("When", ["date", ("precision", "qualifier")]))
        groups.append(("How the register knows", ["document", "locator"]))
        groups.append(("This change", ["reason"]))
        return [(title, {"fields": fields}) for title, fields in groups]

    @property
    def when(self) -> When:
        data = self.cleaned_data
        return When(data["date"], data["precision"], data["qualifier"] or Qualifier.ON)

    def add_date(self, name: str, *, label: str, help_text: str) -> None:
        """Ask for another date, which may be left empty, and how precisely it is known."""
        self.fields[name] = DayField(label=label, help_text=help_text, required=False)
        self.fields[f"{name}_precision"] = forms.ChoiceField(
            label="Known to the", choices=Precision.choices, initial=Precision.DAY, required=False
        )
        self.fields[f"{name}_qualifier"] = forms.ChoiceField(
            label="This is", choices=Qualifier.choices, initial=Qualifier.ON, required=False
        )

    def date_added(self, name: str) -> When | None:
        """What was entered for a date that `add_date` asked for, if anything."""
        data = self.cleaned_data
        if not data[name]:
            return None
        return When(
            data[name],
            data[f"{name}_precision"] or Precision.DAY,
            data[f"{name}_qualifier"] or Qualifier.ON,
        )

    @property
    def source(self) -> Source:
        return Source(self.cleaned_data["document"], self.cleaned_data["locator"].strip())


def _a_fact() -> type[models.Model]:
    """A model with a source document, from which to choose one: they all choose alike."""
    return next(
        model
        for model in admin.site._registry
        if any(field.name == "document" for field in model._meta.fields)
    )


class Step:
    """One kind of event that befalls one kind of record. Subclasses say which, and do it."""

    name = ""  # in its address: "replace"
    rank = 50  # among the steps of a record: the everyday ones first
    title = ""  # on its button and its page: "Replace the holder"
    explains = ""  # in a sentence or two, what it does
    form_class: type[StepForm] = StepForm
    template = "editing/step.html"
    nature = Nature.CHANGED
    # What is said of a record that it is not for.
    unsuited = "This step is not for this record as it stands now."
    # What whoever takes it must be allowed: permissions such as "forums.change_membership".
    permissions: tuple[str, ...] = ()

    def __init__(self, request: HttpRequest, record: models.Model):
        self.request, self.record = request, record
        self.today = timezone.localdate()

    @classmethod
    def may_be_taken_by(cls, request: HttpRequest) -> bool:
        return request.user.has_perms(cls.permissions)

    @classmethod
    def is_for(cls, record: models.Model, day: datetime.date) -> bool:
        """Whether it can be taken on this record on `day`, as far as the record itself says. Asks
        the database nothing, so that lists can ask it of every row."""
        return True

    @classmethod
    def is_called_for(cls, record: models.Model, day: datetime.date) -> bool:
        """Whether to offer it on the page of this record: as `is_for`, and the database may be
        asked about others, such as what needs a forum. It may be taken all the same."""
        return True

    # What gives, for many records and a day, the names of those steps that each of them calls
    # for, by its key: so that lists ask the database once for all their rows. Steps may share one.
    called_for_among: Callable[[list, datetime.date], dict[int, set[str]]] | None = None

    def hindrance(self) -> str:
        """Why it cannot be taken on this record as it stands; "" if it can."""
        return "" if self.is_for(self.record, self.today) else self.unsuited

    def heading(self) -> str:
        return f"{self.title}: {self.record}"

    def initial(self) -> dict:
        """What the form starts with."""
        return {}

    def facts(self) -> list[tuple[str, str]]:
        """What stands now, as the reader needs it beside the form: pairs of words."""
        return []

    def take(self, form: StepForm) -> models.Model | None:
        """Do it; gives the record to show next, or None for the one that it was taken on.

        Called in a transaction, and undone if it raises ValidationError. An error on a field
        that the form has is shown there.
        """
        raise NotImplementedError

    def remarks(self, form: StepForm) -> list[str]:
        """What the reader should know before confirming. Called when it has been taken, so that
        the database is as it would be."""
        return []

    def afterwards(self, record: models.Model) -> list[tuple[str, str]]:
        """What one might do next: words and addresses."""
        return []


_steps: dict[type[models.Model], list[type[Step]]] = defaultdict(list)


def step_on(*model_classes: type[models.Model]) -> Callable:
    """Offers a Step on the pages of records of these models. An app above may do so, as closing
    an organisation ends seats on forums."""

    def register(step: type[Step]) -> type[Step]:
        for model in model_classes:
            _steps[model].append(step)
            _steps[model].sort(key=lambda each: each.rank)
        return step

    return register


def all_steps() -> Iterable[tuple[type[models.Model], type[Step]]]:
    """Every step on every model."""
    return [(model, step) for model, steps in _steps.items() for step in steps]


def steps_for(request: HttpRequest, model: type[models.Model]) -> dict[str, type[Step]]:
    """The steps that whoever asks may take on records of `model`, by name."""
    return {step.name: step for step in _steps[model] if step.may_be_taken_by(request)}


def steps_of(request: HttpRequest, record: models.Model) -> list[type[Step]]:
    """The steps that whoever asks may take on a record today."""
    today = timezone.localdate()
    offered = steps_of_each(request, [record])[record.pk]
    return [step for step in offered if step.is_called_for(record, today)]


def steps_of_each(
    request: HttpRequest, records: Iterable[models.Model]
) -> dict[int, list[type[Step]]]:
    """The steps to offer on each of many records of one model, as far as the records say and what
    can be asked for all of them at once."""
    records, today = list(records), timezone.localdate()
    if not records:
        return {}
    may_take = steps_for(request, type(records[0])).values()
    asked = {step.called_for_among for step in may_take} - {None}
    called_for = {ask: ask(records, today) for ask in asked}

    def offers(record: models.Model, step: type[Step]) -> bool:
        ask = step.called_for_among
        return step.is_for(record, today) and (
            ask is None or step.name in called_for[ask][record.pk]
        )

    return {record.pk: [step for step in may_take if offers(record, step)] for record in records}


@dataclass(frozen=True)
class Offer:
    """A step offered in words, on the record that it is offered beside or on another."""

    text: str
    record: models.Model
    step: type[Step]

    def address(self, **filled_in) -> str:
        return step_address(type(self.record), self.record.pk, self.step.name, **filled_in)


# What gives the steps on other records that are offered beside those of each kind of record.
_elsewhere: dict[type[models.Model], list[Callable]] = defaultdict(list)


def steps_elsewhere(model: type[models.Model]) -> Callable:
    """Offers on records of `model` steps on others that they go with. What is decorated takes the
    request, the records and a day, and returns Offers for each by its key."""

    def register(make: Callable) -> Callable:
        _elsewhere[model].append(make)
        return make

    return register


def offers_on_each(request: HttpRequest, records: Iterable[models.Model]) -> dict[int, list[Offer]]:
    """What to offer on each of many records of one model: as `steps_of_each`, and the steps on
    others that they go with."""
    records, today = list(records), timezone.localdate()
    own = steps_of_each(request, records)
    offers = {
        record.pk: [Offer(step.title, record, step) for step in own[record.pk]]
        for record in records
    }
    for make in _elsewhere[type(records[0])] if records else ():
        for key, others in make(request, records, today).items():
            offers[key] += others
    return offers


def offers_on(request: HttpRequest, record: models.Model) -> list[Offer]:
    """What to offer on the page of a record."""
    today = timezone.localdate()
    return [
        offer
        for offer in offers_on_each(request, [record])[record.pk]
        if offer.record is not record or offer.step.is_called_for(record, today)
    ]


def step_address(model: type[models.Model], key: int, name: str, **filled_in) -> str:
    """The address of a guided step on a record, with some fields filled in. `next` is where it
    leads back to."""
    options = model._meta
    address = reverse(f"admin:{options.app_label}_{options.model_name}_step", args=[key, name])
    return f"{address}?{urlencode(filled_in)}" if filled_in else address


def where_next(request: HttpRequest) -> str:
    """The page of the admin that led here and wants to be gone back to; "" if none said so."""
    address = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(address, None) and address.startswith("/admin/")
    return address if own else ""


def present_end(record: DatedFact) -> dict:
    """What a form that asks for the end of a record starts with: the one recorded already."""
    if record.end_date is None:
        return {}
    return {
        "date": record.end_date,
        "precision": record.end_precision,
        "qualifier": record.end_qualifier,
    }


def present_end_in_words(record: DatedFact) -> list[str]:
    """That an end was recorded already, if one was, before another takes its place."""
    if record.end_date is None:
        return []
    return [f"An end was recorded already, {record.end_in_words()}; this takes its place."]


@dataclass
class Preview:
    """What a step would change."""

    changes: list[Change]
    remarks: list[str]
    fingerprint: str


def take(step: Step, form: StepForm, *, seen: str = "") -> tuple[Preview, models.Model | None]:
    """Take a step, if what it changes is what was `seen` before; otherwise take it back.

    Gives what it changes and the record to show next, which is None if it was taken back.
    Raises ValidationError if a rule would be broken, and one of REFUSALS if somebody else was
    quicker or the database takes no more. Raises DoneAlready if this very form was sent before.
    """
    result = None
    # Only what is confirmed can have been done before.
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
        ) as together:
            record = step.take(form) or step.record
        changes = sorted(
            net_changes(together.rows), key=lambda change: not is_of(change, step.record)
        )
        remarks = step.remarks(form)
        preview = Preview(changes, remarks, fingerprint(changes, *remarks))
        if seen and seen == preview.fingerprint and changes:
            result = record
        else:
            transaction.set_rollback(True)
    return preview, result


class DoneAlready(Exception):
    """The same form was sent before, and what it asks for was done then."""


def was_done(batch: uuid.UUID) -> bool:
    """Whether anything was changed together under this number."""
    return any(model.history.filter(history_batch=batch).exists() for model in recorded_models())


def is_of(change: Change, record: models.Model) -> bool:
    """Whether it is this record that changes."""
    return (change.row.instance_type, change.row.id) == (type(record), record.pk)


def step_view(model_admin, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
    """The page of a guided step: asks, shows what would change, and does it."""
    step_class = next((s for s in _steps[model_admin.model] if s.name == name), None)
    if step_class is None:
        raise Http404("There is no such step.")
    record = model_admin.get_object(request, object_id)
    if record is None:
        raise Http404(f"There is no {model_admin.opts.verbose_name} of this number.")
    if not step_class.may_be_taken_by(request):
        raise PermissionDenied
    batch = batch_of(request) if "_confirm" in request.POST else None
    sent_before = batch is not None and was_done(batch)
    undone = sent_before and was_undone(batch)
    if sent_before and not undone:
        return done_already(model_admin, request, record)
    step = step_class(request, record)
    initial = {**step.initial(), **filled_in_by_address(request)}
    form = step.form_class(
        request.POST if request.method == "POST" else None,
        initial=initial,
        request=request,
        record=record,
    )
    preview = None
    changed_meanwhile = False
    hindrance = step.hindrance()
    if request.method == "POST" and hindrance:
        form.add_error(None, hindrance)
    if request.method == "POST" and form.is_valid():
        confirmed = "_confirm" in request.POST and not undone
        seen = request.POST.get("seen", "") if confirmed else ""
        try:
            preview, result = take(step, form, seen=seen)
        except DoneAlready:
            return done_already(model_admin, request, record)
        except ValidationError as error:
            tell_on_form(form, error)
        except REFUSALS as error:
            logger.warning("The database refused a step (%s): %s", step.name, error)
            form.add_error(None, refused_in_words(error, "changed"))
        else:
            if result is not None:
                return done(model_admin, request, step, result, preview)
            changed_meanwhile = bool(seen)
            if not preview.changes:
                nothing = "This would change nothing. Look at what you entered."
                why = [getattr(remark, "text", remark) for remark in preview.remarks]
                form.add_error(None, [nothing, *why])
                preview = None
    context = {
        **model_admin.admin_site.each_context(request),
        "title": step.heading(),
        "opts": model_admin.opts,
        "original": record,
        "record_address": record_address(record),
        "step": step,
        "step_facts": step.facts(),
        "hindrance": hindrance,
        "form": form,
        "adminform": AdminForm(form, form.fieldsets(), {}),
        "media": model_admin.media + form.media,
        "preview": preview,
        "changed_meanwhile": changed_meanwhile,
        "undone": undone,
        "next": where_next(request),
        "form_number": fresh_number() if undone else new_number(request),
    }
    status = 400 if form.errors else 200
    return TemplateResponse(request, step.template, context, status=status)


def filled_in_by_address(request: HttpRequest) -> dict[str, str]:
    """What the address of a step fills in."""
    return {name: value for name, value in request.GET.items() if name != "next"}


def tell_on_form(form: forms.Form, error: ValidationError) -> None:
    """Show what was wrong with a record on the form that a step asked with."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        name = name if name in form.fields else form.shows.get(name, name)
        form.add_error(name if name in form.fields else None, errors)


def record_address(record: models.Model) -> str:
    """The admin page of a record."""
    options = record._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[record.pk])


def public_address(record: models.Model) -> str:
    """The public page of a record; "" if it has none, as somebody has who is withheld."""
    if not hasattr(record, "get_absolute_url") or getattr(record, "withheld", False):
        return ""
    return record.get_absolute_url()


def done(model_admin, request, step: Step, record, preview: Preview) -> HttpResponse:
    """Say what was done, and what one might do next, on the page that one came from."""
    batch = preview.changes[0].row.history_batch
    try:
        undo = reverse("admin:together", args=[batch])
    except NoReverseMatch:
        undo = ""
    context = {
        "step": step,
        "record": record,
        "number": len(preview.changes),
        "public": public_address(record),
        "afterwards": step.afterwards(record),
        "undo": undo,
    }
    told = render_to_string("editing/step_done.html", context)
    model_admin.message_user(request, told, messages.SUCCESS)
    return HttpResponseRedirect(where_next(request) or record_address(record))


def done_already(model_admin, request, record) -> HttpResponse:
    """Lead on somebody who has confirmed one form twice, as the first time."""
    model_admin.message_user(
        request, "Done once. The form was sent twice, and the second time changed nothing."
    )
    return HttpResponseRedirect(where_next(request) or record_address(record))
