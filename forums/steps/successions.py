"""Guided steps that record what came after what, and what became of a plan."""

from typing import Any, cast

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db import models, transaction
from django.utils import timezone

from editing.links import step_address
from editing.step_forms import StepForm, record_choice
from editing.steps import Step, step_on
from forums.foreseen import question_about
from forums.mergers import IN_ORDER, call_off, merger_came
from forums.models import Forum, Succession
from forums.steps.confirmations import may_change
from forums.steps.foreseen import ANOTHER_DAY, HAPPENED, NEVER, WhatBecame, name_source_in_reason
from forums.steps.lines import EndTie
from organisations.models import Organisation, Relationship, RelationshipKind
from organisations.successions import Plannable, SuccessionKind
from records.events import check_and_save

BECAME = {
    HAPPENED: "It came on the day that was planned",
    ANOTHER_DAY: "It came on the day below, or is to",
    NEVER: "The plan was given up",
}


class SuccessionForm(StepForm):
    """Asks what came after it, how, and since when."""

    date_label = "Since"
    date_help = "The first day on which it had come."
    may_be_announced = True
    groups = [("What came after it", ["kind", "after", "description"])]
    seldom = {**StepForm.seldom, "description": "the plan in its own words"}
    shows = {
        **StepForm.shows,
        "start_qualifier": "qualifier",
        "to_forum": "after",
        "to_organisation": "after",
    }
    model: type[Plannable] = Succession

    kind = forms.ChoiceField(
        label="It was, or is to be",
        choices=[("", "---------"), *SuccessionKind.choices],
        error_messages={"required": "Choose what became of it."},
    )
    description = forms.CharField(
        label="The plan in the document’s words",
        required=False,
        max_length=200,
        widget=AdminTextInputWidget,
        help_text="Only of a plan, where they say something else: “is eventually to be replaced "
        "by”.",
    )

    def prepare(self):
        super().prepare()
        self.fields["after"] = record_choice(
            self.request,
            self.model,
            self.model.fixed_fields[1],
            multiple=True,
            label="What came after it",
            help_text="Type part of a name. Choose each, if it was split.",
            error_messages={"required": "Choose what came after it."},
        )
        self.fields["date"].required = False
        self.fields["date"].help_text += " Leave it empty for a plan that gives no day."
        if not hasattr(self.model, "description"):
            del self.fields["description"]

    def clean(self):
        data = super().clean()
        many = len(data.get("after") or ()) > 1
        alone = (SuccessionKind.REPLACED_BY, SuccessionKind.RENAMED, SuccessionKind.MERGED_INTO)
        if many and data.get("kind") in alone:
            self.add_error("after", "Choose one, or say that it was split or taken over in part.")
        return data


class RecordSuccession(Step):
    name = "succession"
    rank = 78
    title = "Record what comes after it"
    explains = (
        "Records that something else takes its place, all of it or a part, or is planned to. "
        "Nothing ends by it: take the step that ends it afterwards, if a source says so."
    )
    form_class: type[StepForm] = SuccessionForm
    model: type[Plannable] = Succession

    @transaction.atomic
    def take(self, form) -> models.Model | None:
        before, after = self.model.fixed_fields
        data = form.cleaned_data
        told: dict[str, Any] = {"kind": data["kind"], **form.source.as_evidence()}
        if data["date"]:
            told |= form.when.as_start()
        if "description" in form.fields:
            told["description"] = data["description"]
        for each in data["after"]:
            succession = self.model()
            for name, value in {before: self.record, after: each, **told}.items():
                setattr(succession, name, value)
            check_and_save(succession)
        return None


@step_on(Forum)
class RecordForumSuccession(RecordSuccession):
    permissions = ("forums.add_succession",)

    def afterwards(self, record):
        return [(f"Stand {record} down", step_address(Forum, record.pk, "stand-down"))]


class OrganisationSuccessionForm(SuccessionForm):
    model = Relationship


@step_on(Organisation)
class RecordOrganisationSuccession(RecordSuccession):
    permissions = ("organisations.add_relationship",)
    form_class = OrganisationSuccessionForm
    model = Relationship


class BecameForm(StepForm):
    """Asks what became of a plan: the day on which it came, or that it was given up."""

    date_label = "The day on which it came"
    date_help = "Only if it is another day than was planned, or if the plan gave none."
    may_be_announced = True
    groups = [("What became of the plan", ["outcome"])]

    outcome = forms.ChoiceField(
        label="What became of it",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of these."},
    )

    def prepare(self):
        super().prepare()
        passed = question_about(self.record, timezone.localdate())
        outcome = cast(forms.ChoiceField, self.fields["outcome"])
        outcome.choices = [
            (each, words) for each, words in BECAME.items() if passed or each != HAPPENED
        ]
        self.fields["date"].required = False
        help_text = "The paper that says what became of it, later than the one that planned it."
        self.fields["document"].help_text = help_text

    def clean(self):
        data = super().clean()
        outcome = data.get("outcome")
        if outcome is None or "date" in self.errors:
            return data
        if outcome == ANOTHER_DAY and not data.get("date"):
            self.add_error("date", "Enter the day, as it is known.")
        elif outcome != ANOTHER_DAY and data.get("date"):
            self.add_error(
                "date", f"Leave this empty, or choose “{BECAME[ANOTHER_DAY]}” if this is the day."
            )
        if outcome == NEVER:
            name_source_in_reason(data)
        return data


class WhatBecameOfPlan(WhatBecame):
    """A planned succession is kept when it is given up. Any other tie is asked about as all
    records are."""

    def __init__(self, request, record):
        super().__init__(request, record)
        if record.is_succession:
            self.form_class = BecameForm
            self.explains = (
                "A document planned this. Say by a later one when it came, or that the plan was "
                "given up. A plan that was given up stays, and pages say that it came to nothing. "
                "What “Replace or merge” moved for it follows to another day, and goes back if the "
                "plan is given up."
            )
            self.unsuited = "A document says already that it came, or that the plan was given up."

    @classmethod
    def is_for(cls, record, day):
        if record.is_succession:
            return record.is_open_plan
        return super().is_for(record, day)

    @classmethod
    def is_called_for(cls, record, day):
        return record.is_open_plan or super().is_called_for(record, day)

    def hindrance(self):
        if not self.record.is_succession:
            return super().hindrance()
        return "" if self.record.is_open_plan else self.unsuited

    def facts(self):
        if not self.record.is_succession:
            return super().facts()
        stands = self.record.stands(self.today)
        return [("Plan", f"{self.record}: {self.record.when_told(stands, self.today)}")]

    def take(self, form) -> models.Model | None:
        if not self.record.is_succession:
            return super().take(form)
        outcome = form.cleaned_data["outcome"]
        if outcome == NEVER:
            call_off(plan=self.record, source=form.source)
            return None
        when = form.when if outcome == ANOTHER_DAY else self.record.starts
        merger_came(plan=self.record, when=when, source=form.source)
        return None


# The records that follow a plan.
FOLLOW: dict[type[Plannable], tuple] = {
    Succession: (Succession,),
    Relationship: tuple(IN_ORDER),
}

for model, follow in FOLLOW.items():
    step_on(model)(
        type(
            f"WhatBecameOfPlanned{model.__name__}",
            (WhatBecameOfPlan,),
            {"permissions": may_change(*follow)},
        )
    )


class RelateForm(StepForm):
    """Asks to which organisation it stands how, and since when."""

    groups = [("How it stands to another", [("kind", "to")])]
    may_be_announced = True
    shows = {**StepForm.shows, "to_organisation": "to", "start_qualifier": "qualifier"}
    date_label = "Since"

    kind = forms.ChoiceField(
        label="It is",
        choices=[
            ("", "---------"),
            *(each for each in RelationshipKind.choices if each[0] not in SuccessionKind.values),
        ],
        error_messages={"required": "Choose how it stands to the other."},
    )

    def prepare(self):
        super().prepare()
        self.fields["to"] = record_choice(
            self.request,
            Relationship,
            "to_organisation",
            label="Organisation",
            help_text="Type part of a name.",
            error_messages={"required": "Choose the other organisation."},
        )


@step_on(Organisation)
class BeginRelationship(Step):
    name = "relate"
    rank = 60
    title = "Begin a relationship"
    explains = "Records that it becomes a member or a part of another organisation, or a partner."
    form_class = RelateForm
    permissions = ("organisations.add_relationship",)
    unsuited = "It has come to an end. Correct the record if the end it gives is wrong."

    @classmethod
    def is_for(cls, record, day):
        return not record.has_ended(day)

    def take(self, form):
        check_and_save(
            Relationship(
                from_organisation=self.record,
                kind=form.cleaned_data["kind"],
                to_organisation=form.cleaned_data["to"],
                **form.when.as_start(),
                **form.source.as_evidence(),
            )
        )


@step_on(Relationship)
class EndRelationship(EndTie):
    title = "End this relationship"
    permissions = ("organisations.change_relationship",)
    unsuited = (
        "It has come to an end already, or is a succession, which never ends. Correct the record "
        "if it is wrong."
    )

    @classmethod
    def is_for(cls, record, day):
        return not record.is_succession and super().is_for(record, day)
