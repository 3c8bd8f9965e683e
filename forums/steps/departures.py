"""The guided step for a person who leaves posts and seats."""

from django import forms
from django.utils import timezone

from editing.links import change_address
from editing.step_forms import StepForm
from editing.steps import step_on
from forums.models import Membership
from forums.steps.closures import MOST_LINKS
from people.actions import leave
from people.models import Appointment, Person, Tenure
from people.steps.appointments import address_to_fill, may_be_filled
from people.steps.holders import (
    WHY_THEY_GO,
    HolderStep,
    ends_in_words,
    now_or_later,
    tenure_choices,
    time_in_words,
    with_no_end,
)
from people.steps.vacancies import says_vacant, vacancy_question


def held_since(tenure: Tenure) -> str:
    """ "Chair, ICS Executive, since April 2019"."""
    return f"{tenure.held}, {time_in_words(tenure)}"


class LeaveForm(StepForm):
    """Asks what somebody leaves, when and why."""

    date_label = "Last day"
    may_be_announced = True
    when_fields: list = []
    groups = [
        ("What they leave", ["appointments", "memberships"]),
        ("The end", ["date", "end_reason", "now_vacant"]),
    ]

    shows = {**StepForm.shows, "places": "now_vacant"}

    end_reason = forms.ChoiceField(label="Why they go", choices=WHY_THEY_GO, required=False)
    now_vacant = vacancy_question("Does the source say that these places are now vacant?")

    def prepare(self):
        super().prepare()
        self.kinds = []
        for name, label, tenures in (
            (
                "appointments",
                "Posts they leave",
                self.record.appointments.select_related("post__organisation"),
            ),
            (
                "memberships",
                "Seats they leave",
                self.record.memberships.select_related("seat__forum"),
            ),
        ):
            held = now_or_later(tenures, timezone.localdate()).select_related("person")
            if held:
                self.kinds.append(name)
                self.fields[name] = tenure_choices(
                    held,
                    words=held_since,
                    required=False,
                    label=label,
                    initial=with_no_end(held),
                    error_messages={
                        "invalid_choice": "Something you ticked is not held any more. Look again "
                        "at what is."
                    },
                )

    def clean(self):
        data = super().clean()
        asked = [name for name in self.kinds if name not in self.errors]
        if asked == self.kinds and not self.leaving:
            self.add_error(self.kinds[0] if self.kinds else None, "Tick at least one.")
        return data

    @property
    def leaving(self) -> list:
        return [tenure for name in self.kinds for tenure in self.cleaned_data.get(name) or ()]


@step_on(Person)
class Leave(HolderStep):
    name = "leave"
    rank = 10
    title = "Leaves posts and seats"
    explains = (
        "Ends everything ticked of what this person holds, on one day. What was announced for a "
        "later day never comes to be, and is withdrawn."
    )
    form_class = LeaveForm
    permissions = (
        "people.change_appointment",
        "people.add_postvacancy",
        "forums.change_membership",
        "forums.add_seatvacancy",
    )

    @classmethod
    def is_called_for(cls, record, day):
        return any(
            now_or_later(tenures, day).exists()
            for tenures in (
                Appointment.objects.filter(person=record),
                Membership.objects.filter(person=record),
            )
        )

    def take(self, form):
        leave(
            tenures=form.leaving,
            when=form.when,
            source=form.source,
            end_reason=form.cleaned_data["end_reason"],
            today=self.today,
            vacant=says_vacant(form),
        )
        self.left, self.last = [tenure.held for tenure in form.leaving], form.when

    def changed(self):
        return self.left

    def first_day(self, form):
        return form.when.first_day_after()

    def remarks(self, form):
        recorded = ends_in_words(form.leaving, form.when, self.today)
        return [*recorded, *super().remarks(form)]

    def afterwards(self, record):
        empty = [held for held in self.left if may_be_filled(held, self.request, self.today)]
        ways = [
            (f"Appoint the next holder: {held}", address_to_fill(held, self.last))
            for held in empty[:MOST_LINKS]
        ]
        if more := len(empty) - len(ways):
            ways.append((f"See {more} more that {record} left", change_address(Person, record.pk)))
        return ways
