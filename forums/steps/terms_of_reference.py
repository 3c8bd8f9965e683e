"""Guided steps that record new terms of reference, and a review that left them as they are."""

import datetime
from typing import Any, cast

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.db import models
from django.utils import timezone

from editing.links import add_address, change_address
from editing.step_forms import StepForm, names_in, precision_field, record_choice
from editing.steps import Step, step_on
from editing.typed_dates import TypedDayField
from forums.models import EscalationStep, Forum, TermsOfReference
from forums.rule_fields import RuleField
from forums.steps.confirmations import ConfirmingForm, left_in_words, may_change
from forums.terms_on_day import TermsOnDay, terms_on
from forums.terms_reviews import next_review
from forums.terms_versions import last_terms, record_new_terms, record_review
from records.history import Nature
from records.periods import Precision, date_in_words, last_day

# The fields of what a version lays down, in the groups of the form.
LAID_DOWN: list[tuple[str, list]] = [
    ("What it is for", ["purpose", "responsibilities", "accountable_for", "authority"]),
    (
        "How it decides",
        [
            ("decision_basis", "decision_rule"),
            "decision_wording",
            "quoracy_wording",
            "quoracy_rule",
        ],
    ),
    ("Membership and meetings", ["membership_wording", "meeting_frequency", "review_frequency"]),
]
TEXTS = sorted(name for _, lines in LAID_DOWN for line in lines for name in names_in(line))
APPROVED = ["approved_by_forum", "approved_by_organisation", "approved_on", "approved_precision"]


def text_field(name: str) -> forms.Field:
    """The field of a form for what terms of reference say."""
    field: Any = TermsOfReference._meta.get_field(name)
    if name == "quoracy_rule":
        return field.formfield(form_class=RuleField)
    if field.get_internal_type() == "TextField":
        return field.formfield(widget=AdminTextareaWidget(attrs={"rows": 4}))
    return field.formfield() if field.choices else field.formfield(widget=AdminTextInputWidget)


def review_date_field() -> forms.Field:
    return TypedDayField(
        label="To be reviewed next by",
        required=False,
        month_as=last_day,
        help_text="If the source gives it. Of a month or a year its last day is kept.",
    )


class NewTermsForm(StepForm):
    """Asks for new terms of reference, beginning with what the latest say."""

    date_label = "First day in force"
    date_help = "Any former ones end the day before."
    when_fields: list = []
    groups = [
        ("When", ["date"]),
        (
            "Who approved them",
            [("approved_by_forum", "approved_by_organisation"), "approved_on"],
        ),
        *LAID_DOWN,
        ("Review", ["review_date"]),
    ]

    def prepare(self):
        super().prepare()
        for name, label in (
            ("approved_by_forum", "Approved by the forum"),
            ("approved_by_organisation", "Or by the organisation"),
        ):
            self.fields[name] = record_choice(
                self.request,
                TermsOfReference,
                name,
                label=label,
                required=False,
                help_text="If a source says who approved them. Type part of a name.",
            )
        self.fields["approved_on"] = TypedDayField(label="Approved on", required=False)
        self.fields["approved_precision"] = precision_field("Approved on")
        for name in TEXTS:
            self.fields[name] = text_field(name)
        former = last_terms(self.record)
        rule = former.quoracy_rule if former is not None else None
        field: Any = self.fields["quoracy_rule"]
        field.be_for(self.record, timezone.localdate(), rule)
        self.fields["review_date"] = review_date_field()

    def laid_down(self) -> dict:
        """The fields of the new version, without its period and its source."""
        data = self.cleaned_data
        told = {name: data[name] for name in (*TEXTS, *APPROVED, "review_date")}
        told["approved_precision"] = told["approved_precision"] or Precision.DAY
        return told


@step_on(Forum)
class RecordNewTerms(Step):
    name = "new-terms"
    rank = 57
    title = "Record new terms of reference"
    explains = (
        "Records the terms of reference that are in force from a day on. The former ones end the "
        "day before and are kept, and pages as at earlier days stay as they are. The fields begin "
        "with what the former say: change what the new document says otherwise. Steps of a dispute "
        "are copied, to be changed afterwards."
    )
    form_class = NewTermsForm
    permissions = (
        "forums.add_escalationstep",
        "forums.add_termsofreference",
        "forums.change_termsofreference",
    )
    unsuited = "The forum has ended. Add terms of reference that it had on their own form."

    @classmethod
    def is_for(cls, record, day):
        return not record.has_ended(day)

    def initial(self):
        former = last_terms(self.record)
        return {name: getattr(former, name) for name in TEXTS} if former is not None else {}

    def facts(self):
        former = last_terms(self.record)
        words = former.time_as_foreseen(self.today) if former is not None else "none recorded"
        return [("Latest terms of reference", words)]

    def take(self, form):
        self.former = last_terms(self.record)
        self.terms = record_new_terms(
            forum=self.record, begins=form.when, source=form.source, **form.laid_down()
        )
        return self.terms

    def remarks(self, form):
        told = []
        if form.when.first_possible() > self.today:
            told.append("Pages show the terms of reference as they are now until that day.")
        if self.former is None:
            return told
        if not {*TEXTS} & set(form.changed_data):
            told.append(
                "What they say is the same as before. If a review left them as they were, take the "
                "step “Reviewed and unchanged” instead."
            )
        if self.former.quoracy_wording != self.terms.quoracy_wording:
            told.append(
                "The words on quoracy are others. No page calls a meeting quorate until you say "
                "that the rule agrees with the document."
            )
        return told

    def afterwards(self, record):
        page = change_address(TermsOfReference, record.pk)
        return [
            (f"Say whether the rule of {record} says all that its document asks", page)
            if record.quoracy_rule is not None
            else (f"Build the rule of quoracy of {record}", page),
            (f"Change the escalation steps of {record}", f"{page}#table-escalation-steps")
            if record.escalation_steps.exists()
            else (
                f"Add an escalation step to {record}",
                add_address(EscalationStep, terms=record.pk),
            ),
        ]


class ReviewForm(ConfirmingForm):
    """Asks which document says that terms of reference were reviewed, and when they are next."""

    date_label = "Day of the review"
    shows = {**ConfirmingForm.shows, "reviewed_on": "date"}
    groups = [("The next review", ["next_review"])]

    def prepare(self):
        super().prepare()
        self.fields["next_review"] = review_date_field()


class Reviewed(Step):
    """Records a review of the terms of reference that `reviewed` gives."""

    name = "reviewed"
    rank = 35
    title = "Reviewed and unchanged"
    explains = (
        "Records that a document shows that the terms of reference were reviewed and stand as they "
        "are, with their steps, and by when they are to be reviewed next."
    )
    form_class = ReviewForm
    nature = Nature.CONFIRMED
    permissions = (
        "forums.add_termsreview",
        *may_change(TermsOfReference, EscalationStep),
    )

    def reviewed(self) -> TermsOfReference | None:
        raise NotImplementedError

    def initial(self):
        return {"precision": Precision.DAY}

    def facts(self):
        terms = self.reviewed()
        if terms is None:
            return []
        told = [("Terms of reference", terms.time_as_foreseen(self.today))]
        if due := next_review(terms, terms.reviews.all(), self.today):
            told.append(("To be reviewed next by", date_in_words(due.day)))
        return told

    def take(self, form) -> models.Model | None:
        self.left = record_review(
            terms=cast(TermsOfReference, self.reviewed()),
            when=form.when,
            source=form.source,
            next_review=form.cleaned_data["next_review"],
        )
        return None

    def remarks(self, form):
        return left_in_words(self.left)


@step_on(TermsOfReference)
class ReviewedTerms(Reviewed):
    unsuited = "They are not in force: they are over, or have not begun."

    @classmethod
    def is_for(cls, record, day):
        return record.earliest_start <= day and not record.has_ended(day)

    def reviewed(self):
        return self.record


@step_on(Forum)
class ReviewedTermsOfForum(Reviewed):
    unsuited = "The forum has ended."
    # Lists would ask for the terms of reference of each forum.
    offered_in_lists = False

    @classmethod
    def is_for(cls, record, day):
        return not record.has_ended(day)

    @classmethod
    def is_called_for(cls, record, day):
        return which_are_in_force(record, day) is not None

    def hindrance(self):
        hindrance = super().hindrance()
        if not hindrance and self.reviewed() is None:
            return (
                "No terms of reference are certainly in force. Record new ones, or take this step "
                "on those that were reviewed."
            )
        return hindrance

    def reviewed(self):
        return which_are_in_force(self.record, self.today)


def which_are_in_force(forum: Forum, day: datetime.date) -> TermsOfReference | None:
    """The terms of reference of a forum on a day; None if none are recorded, or it is not certain
    which."""
    found: TermsOnDay = terms_on(forum.terms_of_reference.all(), forum, day)
    return found.shown if found.are_recorded and not found.or_else else None
