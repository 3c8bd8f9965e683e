"""Guided steps that confirm facts by a document: one fact, or many of a forum in one go."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import capfirst

from editing.groups import permissions
from editing.step_forms import StepForm
from editing.steps import Step, step_on
from editing.widgets import SeveralRecords
from forums.models import (
    Forum,
    MemberOrganisation,
    Membership,
    ReportingLine,
    Seat,
    TermsOfReference,
)
from organisations.models import Organisation, Post
from people.models import Appointment
from people.steps.holders import now_or_later, tenure_in_words
from records.confirmations import reconfirm
from records.history import Nature
from records.models import DatedFact, Fact
from records.periods import Precision


class FactChoices(SeveralRecords):
    """Facts of one kind to tick, each with when it is last known."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, queryset: QuerySet, *, words: Callable[[DatedFact], str], label: str):
        queryset = queryset.select_related("document", "end_document")
        super().__init__(queryset, required=False, label=label, initial=list(queryset))
        self.words = words

    def label_from_instance(self, record):
        known = record.last_known_in_words() or "on no day that is recorded"
        return f"{self.words(record)} – last known {known}"


class ConfirmingForm(StepForm):
    """Asks which document confirms facts, and as of which day it speaks."""

    date_label = "The document speaks as of"
    date_help = "Leave this empty for the day that the register has for the document."

    def prepare(self):
        super().prepare()
        for name in ("qualifier", *DatedFact.AS_OF_FIELDS):
            self.fields.pop(name, None)
        self.fields["date"].required = False
        self.fields["date"].help_text = self.date_help

    def clean(self):
        data = super().clean()
        document = data.get("document")
        if document is not None and "date" not in self.errors and not data["date"]:
            data["date"], data["precision"] = document.as_of, document.as_of_precision
            if document.as_of is None:
                self.add_error("date", "Enter the day of which the document speaks: it has none.")
        data["qualifier"] = ""
        return data


class ReconfirmForm(ConfirmingForm):
    """Asks which facts a document confirms."""

    def prepare(self):
        super().prepare()
        self.fields["locator"].label = "Place in it"
        self.fields["document"].help_text = "The paper that the facts were held against."
        self.asked = []
        for name, label, records, words in offered(self.record):
            choices = FactChoices(records, words=words, label=label)
            if choices.initial:
                self.fields[name] = choices
                self.asked.append(name)
        self.groups = [("What was confirmed", self.asked)]

    def clean(self):
        data = super().clean()
        if not self.errors and not self.ticked():
            self.add_error(None, "Tick at least one fact.")
        return data

    def ticked(self) -> list[DatedFact]:
        """The facts to confirm, in the order in which they are offered."""
        return [fact for name in self.asked for fact in self.cleaned_data.get(name) or ()]


def offered(record: DatedFact) -> list[tuple[str, str, QuerySet, Callable[[Any], str]]]:
    """The facts that can be confirmed with `record`, by kind: the name of a field, its label, the
    facts in force or to come, and the function that puts one in words."""

    def standing(facts: QuerySet) -> QuerySet:
        return now_or_later(facts, timezone.localdate())

    alone = type(record)._default_manager.filter(pk=record.pk).select_related(*record.named_by)
    itself = ("itself", str(capfirst(record._meta.verbose_name)), alone, str)
    match record:
        case Forum():
            return [
                itself,
                ("seats", "Seats", standing(record.seats.all()), lambda seat: seat.title),
                (
                    "memberships",
                    "Who fills them",
                    standing(Membership.objects.filter(seat__forum=record))
                    .select_related("person", "seat")
                    .order_by("seat__order", "seat_id", "start_date"),
                    lambda each: f"{each.seat.title}: {tenure_in_words(each)}",
                ),
                (
                    "member_organisations",
                    "Member organisations",
                    standing(record.member_organisations.select_related("organisation")),
                    lambda member: member.organisation.name,
                ),
                (
                    "terms",
                    "Terms of reference",
                    standing(record.terms_of_reference.select_related("forum")),
                    lambda terms: f"those in force {terms.from_in_words()}",
                ),
                (
                    "lines",
                    "Reporting lines",
                    standing(record.lines_from.select_related(*ReportingLine.named_by)),
                    lambda line: str(line).removeprefix(f"{record} "),
                ),
            ]
        case Organisation():
            return [
                itself,
                ("posts", "Posts", standing(record.posts.all()), lambda post: post.title),
                (
                    "appointments",
                    "Who holds them",
                    standing(Appointment.objects.filter(post__organisation=record))
                    .select_related("person", "post")
                    .order_by("post__folded", "post_id", "start_date"),
                    lambda each: f"{each.post.title}: {tenure_in_words(each)}",
                ),
            ]
    return [itself]


def may_change(*models: type[Fact | DatedFact]) -> tuple[str, ...]:
    """The permissions to change records of `models`."""
    return tuple(sorted(permissions([*models], "change")))


def left_in_words(left: list[Fact | DatedFact]) -> list[str]:
    """Why a document of an earlier day changes nothing of what is `left`."""
    return [
        f"{fact}: left as it is, because it is last known {fact.last_known_in_words()}."
        for fact in left
    ]


class Reconfirm(Step):
    name = "reconfirm"
    rank = 30
    title = "Reconfirm"
    explains = (
        "Records that a document shows what is ticked to stand still. Nothing else about it "
        "changes. Untick what the document does not show."
    )
    form_class = ReconfirmForm
    nature = Nature.CONFIRMED

    @classmethod
    def is_for(cls, record, day):
        return not record.has_ended(day)

    def initial(self):
        return {"precision": Precision.DAY}

    def take(self, form):
        self.left = reconfirm(facts=form.ticked(), when=form.when, source=form.source)

    def remarks(self, form):
        return left_in_words(self.left)


@step_on(Forum)
class ReconfirmForum(Reconfirm):
    permissions = may_change(
        Forum, Seat, Membership, MemberOrganisation, ReportingLine, TermsOfReference
    )


@step_on(Organisation)
class ReconfirmOrganisation(Reconfirm):
    permissions = may_change(Organisation, Post, Appointment)


@step_on(Membership)
class ReconfirmMembership(Reconfirm):
    permissions = may_change(Membership)


@step_on(Appointment)
class ReconfirmAppointment(Reconfirm):
    permissions = may_change(Appointment)
