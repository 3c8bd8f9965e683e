"""The guided step that says whether what a document foresaw happened."""

import datetime
from typing import Any, cast

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst

from editing.step_forms import StepForm
from editing.steps import Step, step_on
from forums.change_kinds import END, START
from forums.foreseen import (
    ONLY_ENDS,
    PROPOSAL,
    edges_of,
    it_did_not_happen,
    it_happened,
    may_be_answered,
    on_another_day,
    question_about,
)
from forums.mergers import SAY_WHETHER
from forums.models import (
    ExOfficioSource,
    Forum,
    ForumName,
    ForumState,
    MemberOrganisation,
    Membership,
    ReportingLine,
    Seat,
    SeatTerms,
    SeatVacancy,
    TermsOfReference,
)
from forums.steps.confirmations import may_change
from organisations.models import Organisation, OrganisationName, Post, PostTerms, Relationship
from people.models import Appointment, PersonName, PostVacancy, Tenure
from people.steps.vacancies import says_vacant, vacancy_question
from records.history import Nature
from records.models import DatedFact

HAPPENED, ANOTHER_DAY, NEVER = "happened", "another-day", "never"
ANSWERS = {
    HAPPENED: "It happened on the day that was foreseen",
    ANOTHER_DAY: "It happened on another day, or is to",
    NEVER: "It did not happen",
}
# The answers about an end whose day has not passed.
ANSWERS_AHEAD = {
    ANOTHER_DAY: "It is to happen on another day",
    NEVER: "It is not to happen",
}
# What each answer is called beside a record that is listed.
IN_SHORT = {HAPPENED: "It happened", ANOTHER_DAY: "On another day", NEVER: "It did not happen"}


def answers_about(record: DatedFact, which: str) -> list[str]:
    """The answers that there are to a question about a record.

    Neither the setting up of a proposed forum, which changes its status, nor that a name or a seat
    stayed as it was, which is a change undone, is said here.
    """
    if which == PROPOSAL:
        return [NEVER]
    return [HAPPENED, ANOTHER_DAY] if isinstance(record, ONLY_ENDS) else list(ANSWERS)


def foreseen_in_words(record: DatedFact, which: str, day: datetime.date) -> str:
    """ "It was to end on 31 March 2026, says Board paper (October 2025)", as said on a day."""
    if which == PROPOSAL:
        return f"It is proposed, and last known {record.last_known_in_words() or 'on no day'}"
    document = (record.end_document if which == END else None) or record.document
    said = record.end_foreseen_as_of if which == END else record.start_foreseen_as_of
    verb, when = "was to begin", record.when_it_starts()
    if which == END:
        verb = "was to end" if record.latest_end < day else "is to end"
        when = record.when_it_ends()
    of = f" ({said.in_words()})" if said else ""
    return f"It {verb} {when}, says {document.short_title}{of}"


def is_ahead(record: DatedFact, day: datetime.date) -> bool:
    """Whether what may be said is that an end is put off or called off: its day has not passed."""
    return bool(may_be_answered(record, day)) and not question_about(record, day)


class ForeseenForm(StepForm):
    """Asks what became of it, and which document says so."""

    date_label = "The other day"
    date_help = (
        "Only if it is another day than was foreseen: the first day of what begins, the last of "
        "what ends."
    )
    groups = [("Whether it happened", ["outcome", "now_vacant"])]
    shows = {**StepForm.shows, "places": "now_vacant"}

    outcome = forms.ChoiceField(
        label="What became of it",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of these."},
    )

    def ask_for_date(self):
        # It may have been put off, and no day given. A former name was given up.
        self.may_be_announced = not isinstance(self.record, ONLY_ENDS)
        super().ask_for_date()

    def prepare(self):
        super().prepare()
        today = timezone.localdate()
        self.which = may_be_answered(self.record, today)
        self.answers = ANSWERS_AHEAD
        if question_about(self.record, today):
            answers = answers_about(self.record, self.which)
            self.answers = {each: ANSWERS[each] for each in answers}
        outcome = cast(forms.ChoiceField, self.fields["outcome"])
        outcome.choices = list(self.answers.items())
        self.fields["date"].required = False
        self.fields[
            "document"
        ].help_text = "The paper that says what became of it, later than the one that foresaw it."
        if self.which == END and isinstance(self.record, Tenure):
            self.fields["now_vacant"] = vacancy_question()
        if self.which == PROPOSAL:
            for name in ("date", "precision", "qualifier"):
                del self.fields[name]

    def clean(self):
        data = super().clean()
        outcome = data.get("outcome")
        if outcome is None or "date" in self.errors:
            return data
        if outcome == ANOTHER_DAY and not data.get("date"):
            self.add_error("date", "Enter the day, as it is known.")
        elif outcome != ANOTHER_DAY and data.get("date"):
            self.add_error(
                "date",
                f"Leave this empty, or choose “{self.answers[ANOTHER_DAY]}” if this is the day.",
            )
        if outcome == NEVER and says_vacant(self):
            self.add_error("now_vacant", "Nobody left, so that no place is vacant. Answer no.")
        if outcome == NEVER and self.which == START:
            name_source_in_reason(data)
        return data


def name_source_in_reason(data: dict) -> None:
    """Name the source in the reason, since a removed record has none in its history."""
    if {"reason", "document", "locator"} <= data.keys():
        data["reason"] += f" Source: {data['document'].short_title}, {data['locator']}."


class WhatBecame(Step):
    name = "what-became-of-it"
    rank = 5
    title = SAY_WHETHER
    explains = (
        "A document foresaw this, and its day has passed. Say what became of it, by a later "
        "document. What was to begin or end with it is settled with it. An end that did not happen "
        "is taken back. What did not begin is removed, and the change history keeps it."
    )
    unsuited = "Of this record nothing is foreseen, or a later document says what became of it."
    form_class: type[StepForm] = ForeseenForm
    record: Any
    offered_in_lists = False
    title_ahead = "Say that the end is put off or called off"

    def __init__(self, request, record):
        super().__init__(request, record)
        if is_ahead(record, self.today):
            self.title = self.title_ahead
            self.explains = (
                "A document foresees this end. Say here if a later one puts it off or calls it "
                "off, for this record and what was to end with it. An end that is called off is "
                "taken back, and the document confirms the record."
            )
        if request.POST.get("outcome") == HAPPENED:
            self.nature = Nature.CONFIRMED

    @classmethod
    def is_for(cls, record, day):
        if START not in edges_of(type(record)):
            return record.latest_end < day
        return record.end_date is not None or record.latest_start < day

    @classmethod
    def is_called_for(cls, record, day):
        return bool(may_be_answered(record, day))

    @classmethod
    def offered_as(cls, record, day):
        return cls.title_ahead if is_ahead(record, day) else super().offered_as(record, day)

    def hindrance(self):
        return "" if may_be_answered(self.record, self.today) else self.unsuited

    def facts(self):
        which = may_be_answered(self.record, self.today)
        names = [(str(capfirst(self.record._meta.verbose_name)), str(self.record))]
        if which:
            names.append(("Foreseen", foreseen_in_words(self.record, which, self.today)))
        return names

    def take(self, form) -> models.Model | None:
        outcome = form.cleaned_data["outcome"]
        asked = {
            "record": self.record,
            "which": form.which,
            "source": form.source,
            "today": self.today,
        }
        if outcome == ANOTHER_DAY:
            on_another_day(when=form.when, vacant=says_vacant(form), **asked)
            return None
        if outcome == HAPPENED:
            it_happened(vacant=says_vacant(form), **asked)
            return None
        it_did_not_happen(**asked)
        return form.source.document if form.which == START else None


# The records that each answer may change.
MAY_CHANGE: dict[type[DatedFact], tuple[str, ...]] = {
    Organisation: may_change(
        Organisation, Post, Appointment, PostVacancy, Relationship, Seat, Membership, SeatVacancy,
        MemberOrganisation, ReportingLine,
    ),
    Post: may_change(Post, Appointment, PostVacancy),
    Forum: may_change(
        Forum, Seat, Membership, SeatVacancy, MemberOrganisation, ReportingLine, TermsOfReference
    ),
    Seat: may_change(Seat, Membership, SeatVacancy),
    Appointment: (*may_change(Appointment, PostVacancy), "people.add_postvacancy"),
    Membership: (*may_change(Membership, SeatVacancy), "forums.add_seatvacancy"),
    **{
        model: may_change(model)
        for model in (
            MemberOrganisation, ReportingLine,
            OrganisationName, PersonName, ForumName, PostVacancy, SeatVacancy, SeatTerms, PostTerms,
            ForumState, TermsOfReference, ExOfficioSource,
        )
    },
}  # fmt: skip

for model, needed in MAY_CHANGE.items():
    step_on(model)(type(f"WhatBecameOf{model.__name__}", (WhatBecame,), {"permissions": needed}))
