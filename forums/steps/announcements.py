"""The guided step that gives its day to what was announced without one."""

from typing import Any

from django.utils import timezone
from django.utils.text import capfirst

from editing.step_forms import StepForm
from editing.steps import Step, step_on
from forums.announcements import announced_edge, give_the_day, predecessor_that_goes_on
from forums.change_kinds import START
from forums.models import Forum, MemberOrganisation, Membership, ReportingLine, Seat
from forums.steps.confirmations import may_change
from forums.steps.foreseen import MAY_CHANGE
from organisations.models import Organisation, Post, Relationship
from people.models import Appointment, Basis, Tenure
from people.steps.appointments import address_to_fill, may_be_filled
from people.steps.endings import TenureStep, ask_through
from people.steps.holders import first_day_of, tenure_choices, tenures_now_or_later
from people.steps.vacancies import says_vacant, vacancy_question
from records.days import NO_LATEST
from records.periods import Qualifier


class GiveTheDayForm(StepForm):
    """Asks for the day, and who else was announced for it."""

    when_fields: list = []
    groups = [
        ("When", ["date"]),
        ("Who else", ["leaving", "coming", "through"]),
        ("The place", ["now_vacant"]),
    ]
    shows = {**StepForm.shows, "places": "now_vacant"}

    def ask_for_date(self):
        self.which = announced_edge(self.record)
        self.date_label = "First day" if self.which == START else "Last day"
        super().ask_for_date()

    def prepare(self):
        super().prepare()
        if isinstance(self.record, Tenure):
            self.ask_about_others(self.record)

    def ask_about_others(self, tenure: Tenure) -> None:
        """Ask who goes as this person comes, or comes as they go, on the same day."""
        others = tenures_now_or_later(tenure.held, timezone.localdate())
        others = others.exclude(pk=tenure.pk).select_related("person")
        is_for_one = tenure.held.capacity == 1 and tenure.basis != Basis.ACTING
        leaving = [tenure]
        if self.which == START:
            going = others.filter(end_qualifier=Qualifier.NOT_BEFORE, end_date__isnull=False)
            leaving = list(going)
            if going:
                self.fields["leaving"] = tenure_choices(
                    going,
                    required=False,
                    label="Who goes then",
                    initial=[each.pk for each in going] if is_for_one else None,
                    help_text="They were to leave, and no day was given. Their last day is the "
                    "day before.",
                )
            ask_through(self, tenure.held, leaving)
            return
        self.fields["now_vacant"] = vacancy_question()
        if coming := others.filter(latest_start=NO_LATEST):
            self.fields["coming"] = tenure_choices(
                coming,
                required=False,
                label="Who comes then",
                initial=[each.pk for each in coming] if is_for_one else None,
                help_text="They were to come, and no day was given. Their first day is the day "
                "after.",
            )
        ask_through(self, tenure.held, leaving)


class GiveTheDay(Step):
    name = "give-the-day"
    rank = 4
    title = "Give the day"
    explains = (
        "This was announced, and no day was given. A document gives the day now, or says by when "
        "it was."
    )
    unsuited = "Nothing of this record was announced without its day."
    form_class = GiveTheDayForm
    record: Any

    @classmethod
    def is_for(cls, record, day):
        return bool(announced_edge(record))

    def hindrance(self):
        other = predecessor_that_goes_on(self.record)
        if other is None:
            return super().hindrance()
        return (
            f"It is to take the place of {other}. Use Replace or merge on that organisation: it "
            "ends the one and begins the other."
        )

    def facts(self):
        return [
            (str(capfirst(self.record._meta.verbose_name)), str(self.record)),
            ("Announced", self.record.time_in_words(self.today)),
        ]

    def take(self, form):
        data = form.cleaned_data
        give_the_day(
            record=self.record,
            which=form.which,
            when=form.when,
            source=form.source,
            today=self.today,
            leaving=data.get("leaving", ()),
            coming=data.get("coming", ()),
            through=data.get("through", ()),
            vacant=says_vacant(form),
        )

    def remarks(self, form):
        starts = form.which == START
        announced = self.record.starts if starts else self.record.ends
        if form.when.last_possible() >= announced.first_possible():
            return super().remarks(form)
        return [
            f"This is earlier than was announced: {announced.in_words()}.",
            *super().remarks(form),
        ]


class GiveTheDayToTenure(GiveTheDay, TenureStep):
    def facts(self):
        return TenureStep.facts(self)

    def first_day(self, form):
        return first_day_of(form.when) if form.which == START else super().first_day(form)

    def afterwards(self, record):
        if record.ends is None or not may_be_filled(record.held, self.request, self.today):
            return []
        return [("Appoint the next holder", address_to_fill(record.held, record.ends))]


for model in (
    Organisation, Post, Forum, Seat, Relationship, MemberOrganisation, ReportingLine,
    Appointment, Membership,
):  # fmt: skip
    base = GiveTheDayToTenure if issubclass(model, Tenure) else GiveTheDay
    step_on(model)(
        type(
            f"GiveTheDayOf{model.__name__}",
            (base,),
            {"permissions": MAY_CHANGE.get(model) or may_change(model)},
        )
    )
