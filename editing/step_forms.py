"""The form of a guided step, and the fields that steps add to it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget, RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from editing.typed_dates import TypedDayField, settle_typed_dates
from editing.widgets import OneRecord, RecordSelect, RecordSelectMultiple, SeveralRecords
from records.events import Source, give_day
from records.models import DatedFact
from records.periods import Precision, Qualifier, When


def record_choice(
    request: HttpRequest, model: type[models.Model], name: str, *, multiple=False, **options
) -> forms.ModelChoiceField:
    """A field to choose a record as the form of `model` chooses its `name`: by typing part of a
    name, with a link to add a record if whoever asks may."""
    field: Any = model._meta.get_field(name)
    related = field.related_model
    options.setdefault("queryset", related._default_manager.all())
    if multiple:
        return SeveralRecords(widget=RecordSelectMultiple(field, admin.site), **options)
    may_add = admin.site.get_model_admin(related).has_add_permission(request)
    widget = RelatedFieldWidgetWrapper(
        RecordSelect(field, admin.site), field.remote_field, admin.site, can_add_related=may_add
    )
    return OneRecord(widget=widget, **options)


def names_in(line: str | tuple[str, ...]) -> set[str]:
    """The fields on one line of a form."""
    return {line} if isinstance(line, str) else set(line)


# How the date of a step may be qualified: it tells what happened.
HAPPENED = [choice for choice in Qualifier.choices if choice[0] != Qualifier.NOT_BEFORE]
# The same of what may be announced before its day is known.
ANNOUNCED = [
    *HAPPENED,
    (Qualifier.NOT_BEFORE.value, "not before this date: announced, the day not given"),
]
AS_IT_IS_KNOWN = "Type it as it is known: 27 March 2026, March 2026, by 2021."
IF_ANNOUNCED = (
    "If it is announced and no day is given, type “not before” and the earliest day it may be: "
    "after 5 May is not before 6 May."
)
# The group of what few changes need begins with this, and says what it is.
SELDOM = "If there is more"
# The group of what qualifies dates.
NOT_EXACT = "If a date is known only to the month or year, or only as a limit"
NO_DAY = "This step needs the day, or “by” it: it does not take “not before”."


def qualifier_field(label: str, *, announced: bool = False) -> forms.ChoiceField:
    """A field that asks whether a date is the date itself or a limit."""
    return forms.ChoiceField(
        label=f"{label}: this is",
        choices=ANNOUNCED if announced else HAPPENED,
        initial=Qualifier.ON,
        required=False,
        error_messages={} if announced else {"invalid_choice": NO_DAY},
    )


def precision_field(label: str, *, required: bool = False) -> forms.ChoiceField:
    """A field that asks how precisely a date is known."""
    return forms.ChoiceField(
        label=f"{label}: known to the",
        choices=Precision.choices,
        initial=Precision.DAY,
        required=required,
    )


class StepForm(forms.Form):
    data: MultiValueDict

    # The groups of fields before these: their headings, and the fields in each. Fields that a form
    # has not are left out.
    groups: list[tuple[str, list]] = []
    when_fields: list = ["date"]
    # Fields that few changes need, with the words for what they ask in the heading of their group,
    # which is folded and comes after all others; so does that of what qualifies dates.
    seldom: dict[str, str] = {"as_of": "the day of the document"}
    date_label = "Date"
    date_help = ""
    asks_for_date = True
    # Whether the step may be announced, "not before" a day, before its day is known.
    may_be_announced = False

    # For an error on a field of a record, the field of the form that shows it.
    shows: dict[str, str] = {"start_date": "date", "end_date": "date", "as_of": "document"}

    date = TypedDayField(error_messages={"required": "Enter the date, as it is known."})
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
        if self.asks_for_date:
            self.ask_for_date()
        else:
            del self.fields["date"]
        self.fields["document"] = record_choice(
            request,
            type(record),
            "document",
            label="Source document",
            help_text="The paper that says so. The green cross adds one.",
            error_messages={"required": "Choose the document that says so."},
        )
        if request.user.has_perm("records.change_document"):
            self.add_date(
                "as_of",
                label="The document speaks as of",
                help_text="Only if the register has no day for it: of minutes, the day of the "
                "meeting. It is kept with the document.",
            )
        settle_typed_dates(self)
        self.prepare()
        if "document" not in self.fields:
            self.fields.pop("as_of", None)
        settle_typed_dates(self)  # for the dates that `prepare` added

    def ask_for_date(self) -> None:
        """Ask when it happened, and how precisely that is known."""
        date, announced = self.fields["date"], self.may_be_announced
        helps = [self.date_help, AS_IT_IS_KNOWN, IF_ANNOUNCED if announced else ""]
        date.label, date.help_text = self.date_label, " ".join(filter(None, helps))
        self.fields["precision"] = precision_field(self.date_label, required=True)
        self.fields["qualifier"] = qualifier_field(self.date_label, announced=announced)

    def prepare(self) -> None:
        """Add and change fields as this record needs."""

    def fieldsets(self) -> list[tuple[str, dict]]:
        """The groups of fields, in the shape that the admin's forms have them."""
        groups = [
            *self.groups,
            ("When", self.when_fields),
            (
                "How the register knows",
                ["document", "locator", "as_of"],
            ),
            ("This change", ["reason"]),
        ]
        shown: list[tuple[str, dict]] = []
        seldom: list = []
        for title, lines in groups:
            present = [line for line in lines if self.fields.keys() >= names_in(line)]
            often = [line for line in present if not names_in(line) <= self.seldom.keys()]
            seldom += [line for line in present if line not in often]
            if often:
                shown.append((title, {"fields": often}))
        words = [self.seldom[name] for line in seldom for name in names_in(line)]
        dates = self.qualifying_dates()
        for title, lines, is_open in (
            (f"{SELDOM}: {', '.join(filter(None, words))}", seldom, self.has_entered(seldom)),
            (NOT_EXACT, dates, self.qualifies_a_date(dates)),
        ):
            folded = () if is_open else ("collapse",)
            shown += [(title, {"fields": lines, "classes": folded})] if lines else []
        return shown

    def has_entered(self, lines: list) -> bool:
        """Whether anything was entered in these lines, or is wrong."""
        names = {name for line in lines for name in names_in(line)}
        values = {name: self[name].value() for name in names}
        return any(
            name in self.errors or (value and value != self.fields[name].initial)
            for name, value in values.items()
        )

    def qualifying_dates(self) -> list[tuple[str, ...]]:
        """For each date, the fields that say how well it is known."""
        lines: list[tuple[str, ...]] = []
        for name in self.fields:
            if name.endswith("precision"):
                beside = f"{name.removesuffix('precision')}qualifier"
                lines.append((name, beside) if beside in self.fields else (name,))
        return lines

    def qualifies_a_date(self, lines: list[tuple[str, ...]]) -> bool:
        """Whether a date is not simply a day, or what was chosen of it is wrong."""
        exact = {Precision.DAY, Qualifier.ON, "", None}
        names = [name for line in lines for name in line]
        return any(name in self.errors or self[name].value() not in exact for name in names)

    @property
    def when(self) -> When:
        data = self.cleaned_data
        return When(data["date"], data["precision"], data["qualifier"] or Qualifier.ON)

    @property
    def source(self) -> Source:
        return Source(self.cleaned_data["document"], self.cleaned_data["locator"].strip())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        document, as_of = data.get("document"), self.as_of
        if document is not None and as_of is not None:
            if as_of.first_possible() > timezone.localdate():
                self.add_error("as_of", "This day has not come.")
            elif document.as_of is not None and document.as_of_in_words() != as_of.in_words():
                self.add_error(
                    "as_of",
                    f"In the register {document.short_title} speaks as of "
                    f"{document.as_of_in_words()}. Leave this empty, or correct the document.",
                )
        return data

    @property
    def as_of(self) -> When | None:
        """The day entered as the one of which the document speaks, if any."""
        return self.date_added("as_of") if self.cleaned_data.get("as_of") else None

    def date_document(self) -> None:
        """Keep the day that was entered for a document that had none.

        Raises ValidationError if it cannot be right.
        """
        document, as_of = self.cleaned_data.get("document"), self.as_of
        if document is not None and as_of is not None:
            give_day(document, as_of)

    def add_date(self, name: str, *, label: str, help_text: str, announced: bool = False) -> None:
        """Ask for another date, which may be left empty, and how precisely it is known."""
        self.fields[name] = TypedDayField(label=label, help_text=help_text, required=False)
        self.fields[f"{name}_precision"] = precision_field(label)
        self.fields[f"{name}_qualifier"] = qualifier_field(label, announced=announced)

    def date_added(self, name: str) -> When | None:
        """The date entered in a field that `add_date` added, if any."""
        data = self.cleaned_data
        if not data[name]:
            return None
        return When(
            data[name],
            data[f"{name}_precision"] or Precision.DAY,
            data[f"{name}_qualifier"] or Qualifier.ON,
        )

    # Fields may depend on what was entered in others, before the form as a whole is checked.

    def entered(self, name: str):
        """The value entered in a field, or filled in by the address; None if it is not valid."""
        form_field = self.fields[name]
        if self.is_bound:
            value = form_field.widget.value_from_datadict(
                self.data, self.files, self.add_prefix(name)
            )
        else:
            value = self.get_initial_for_field(form_field, name)
        try:
            return form_field.clean(value)
        except ValidationError:
            return None

    def when_entered(self) -> When | None:
        day = self.entered("date")
        if day is None:
            return None
        precision, qualifier = self.entered("precision"), self.entered("qualifier")
        return When(day, precision or Precision.DAY, qualifier or Qualifier.ON)


def present_end(record: DatedFact) -> dict:
    """The initial values of a form that asks for the end of a record: the end recorded already.

    An end that was announced is left out: the form is there to give its day."""
    if record.end_date is None or record.end_qualifier == Qualifier.NOT_BEFORE:
        return {}
    return {
        "date": record.end_date,
        "precision": record.end_precision,
        "qualifier": record.end_qualifier,
    }


def present_end_in_words(record: DatedFact) -> list[str]:
    """A remark that this end takes the place of one recorded already, if there was one."""
    if record.end_date is None:
        return []
    return [f"An end was recorded already, {record.end_in_words()}; this takes its place."]
