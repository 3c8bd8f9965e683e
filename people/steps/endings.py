"""Guided steps on the time of whoever holds a post or a seat: another term, its end, and the
withdrawal of what was announced."""

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import get_text_list

from editing.step_forms import StepForm, present_end, present_end_in_words
from editing.steps import step_on
from editing.typed_dates import TypedDayField
from organisations.models import Held
from people.actions import (
    end_tenure,
    is_before_end_of_term,
    is_to_begin,
    reappoint,
    withdraw,
)
from people.models import Appointment, Basis, Tenure
from people.steps.appointments import address_to_fill, may_be_filled
from people.steps.holders import (
    WHAT_THEY_ACT_FOR,
    WHY_THEY_GO,
    HolderStep,
    ends_in_words,
    first_day_of,
    now_or_later,
    sentences_about_holders,
    tenure_choices,
    tenures_now_or_later,
    tenures_through,
    time_in_words,
    with_no_end,
)
from people.steps.vacancies import says_vacant, vacancy_question
from records.history import Nature
from records.periods import When, date_in_words


def ask_through(form: StepForm, held: Held, tenures: QuerySet | list[Tenure]) -> None:
    """Ask which seats that go with a post the holders who leave it leave too.

    `tenures` are the holders who may leave. If it is only one, their seats are ticked.
    """
    through = tenures_through(held, form.request)
    if through is None:
        return
    through = through.filter(person__in=[tenure.person_id for tenure in tenures])
    if through:
        form.fields["through"] = tenure_choices(
            through,
            words=str,
            required=False,
            label="And leaves what goes with it",
            initial=with_no_end(through) if len(tenures) == 1 else [],
            help_text="These have records of their own. Those not ticked stay in force.",
            error_messages={"invalid_choice": "Something you ticked has changed. Look again."},
        )


ALL = "all"


def joint_now_or_later(tenure: Tenure) -> list[Tenure]:
    """The other posts of a joint appointment that somebody holds or is to hold."""
    if not isinstance(tenure, Appointment) or not tenure.joint:
        return []
    same = Appointment.objects.filter(person=tenure.person_id, joint=tenure.joint)
    others = now_or_later(same.exclude(pk=tenure.pk), timezone.localdate())
    # Which documents foresaw them is part of their words.
    return list(others.select_related("person", "post__organisation", "document", "end_document"))


class OfJointForm(StepForm):
    """A form that asks, of a joint appointment, whether the step is about one post or all."""

    where_label = ""

    def prepare(self):
        super().prepare()
        self.joint = joint_now_or_later(self.record)
        if self.joint:
            posts = get_text_list([str(each.held) for each in [self.record, *self.joint]], "and")
            self.fields["where"] = forms.ChoiceField(
                label=self.where_label,
                choices=[("here", f"{self.record.held} alone"), (ALL, f"in all: {posts}")],
                widget=forms.RadioSelect,
                help_text="This is a joint appointment.",
            )

    @property
    def jointly(self) -> list[Tenure]:
        """The other posts that it is about."""
        return self.joint if self.cleaned_data.get("where") == ALL else []


class TenureStep(HolderStep):
    record: Tenure
    unsuited = (
        "This record has come to an end already. Correct the record if the end it gives is wrong."
    )

    @classmethod
    def is_for(cls, record, day):
        return not record.has_ended(day)

    def changed(self):
        return [self.record.held]

    def first_day(self, form):
        return form.when.first_day_after()

    def facts(self):
        tenure = self.record
        facts = [
            ("Who", str(tenure.person)),
            (str(tenure.held._meta.verbose_name).capitalize(), str(tenure.held)),
            ("Time", time_in_words(tenure)),
        ]
        if tenure.term_ends:
            facts.append(("Term ends", date_in_words(tenure.term_ends)))
        return facts


class ReappointForm(OfJointForm):
    where_label = "Where they are reappointed"
    date_label = "Last day of the present term"
    date_help = (
        "The next term begins the day after, or in the same month or year. If the present term is "
        "extended or shortened before its end, this is the day before that holds."
    )

    basis = forms.ChoiceField(choices=Basis.choices)
    acting_for = forms.ChoiceField(
        label="If acting, what for", choices=WHAT_THEY_ACT_FOR, required=False
    )
    term_ends = TypedDayField(
        label="Next term ends",
        required=False,
        help_text="The last day of the next term, if a source states it.",
    )
    groups = [("The next term", ["where", "term_ends", ("basis", "acting_for")])]


@step_on(Appointment)
class Reappoint(TenureStep):
    name = "reappoint"
    rank = 20
    title = "Reappoint for another term"
    explains = (
        "Ends the present term and begins another for the same person, or extends or shortens the "
        "present one: days before that keep the end that it had."
    )
    form_class = ReappointForm
    permissions = ("people.add_appointment", "people.change_appointment")

    @classmethod
    def is_for(cls, record, day):
        return super().is_for(record, day) and record.start_date is not None

    def remarks(self, form):
        remarks = super().remarks(form)
        if is_before_end_of_term(self.record, form.when):
            due = date_in_words(self.record.term_ends)
            remarks.append(
                f"The present term was due to end on {due}. That stays on earlier days; from then "
                "on it is what is entered here."
            )
        return remarks

    def initial(self):
        return {
            "date": self.record.term_ends,
            **present_end(self.record),
            "basis": self.record.basis,
            "acting_for": self.record.acting_for,
        }

    def take(self, form):
        data = form.cleaned_data
        for tenure in [self.record, *form.jointly]:
            reappoint(
                tenure=tenure,
                last=form.when,
                source=form.source,
                basis=data["basis"],
                acting_for=data["acting_for"] if data["basis"] == Basis.ACTING else "",
                term_ends=data["term_ends"],
            )


class EndForm(OfJointForm):
    where_label = "Where it ends"
    date_label = "Last day"
    may_be_announced = True
    shows = {**StepForm.shows, "places": "now_vacant"}

    end_reason = forms.ChoiceField(label="Why it ends", choices=WHY_THEY_GO, required=False)
    now_vacant = vacancy_question()
    when_fields: list = []
    groups = [("The end", ["where", "date", "end_reason", "through", "now_vacant"])]

    def prepare(self):
        super().prepare()
        ask_through(self, self.record.held, [self.record])


@step_on(Appointment)
class End(TenureStep):
    name = "end"
    rank = 10
    title = "End this appointment"
    explains = "Records the last day. What was held is kept, and shown as former."
    form_class = EndForm
    permissions = ("people.change_appointment", "people.add_postvacancy")

    def initial(self):
        return {**present_end(self.record), "end_reason": self.record.end_reason}

    def take(self, form):
        self.last = form.when
        end_tenure(
            tenure=self.record,
            through=form.cleaned_data.get("through", ()),
            jointly=form.jointly,
            when=form.when,
            source=form.source,
            end_reason=form.cleaned_data["end_reason"],
            today=self.today,
            vacant=says_vacant(form),
        )

    def remarks(self, form):
        return [
            *present_end_in_words(self.record),
            *ends_in_words(
                [*form.jointly, *form.cleaned_data.get("through", ())], form.when, self.today
            ),
            *super().remarks(form),
            *sentences_about_holders(
                [each.held for each in form.joint],
                form.when.last_day_before(),
                self.first_day(form),
            ),
        ]

    def afterwards(self, record):
        [held] = self.changed()
        if not may_be_filled(held, self.request, self.today):
            return []
        return [("Appoint the next holder", address_to_fill(held, self.last))]


class WithdrawForm(StepForm):
    asks_for_date = False
    groups = [("Those who were to go", ["staying"])]

    def prepare(self):
        super().prepare()
        tenure = self.record
        if tenure.start_date is None:
            return
        first = first_day_of(When(tenure.start_date, tenure.start_precision))
        tenures = tenures_now_or_later(tenure.held, timezone.localdate())
        going = tenures.filter(start_date__isnull=False, end_date__lte=first).exclude(pk=tenure.pk)
        if going.exists():
            self.fields["staying"] = tenure_choices(
                going.select_related("person"),
                required=False,
                label="Who stays after all",
                help_text="Tick whoever was to go and now stays: the end recorded for them is "
                "taken back.",
            )

    def clean(self):
        data = super().clean()
        # A removed record has no source, so the reason in its history names the source.
        if {"reason", "document", "locator"} <= data.keys():
            data["reason"] = (
                f"{data['reason']} Source: {data['document'].short_title}, {data['locator']}."
            )
        return data


@step_on(Appointment)
class Withdraw(TenureStep):
    name = "withdraw"
    rank = 30
    title = "Withdraw this appointment"
    explains = (
        "Removes the record of what was announced and never came to be. The change history keeps "
        "it."
    )
    unsuited = (
        "This has begun, or may have, as far as is recorded. Only what is still to begin can be "
        "withdrawn: end it instead."
    )
    form_class = WithdrawForm
    nature = Nature.REMOVED
    permissions = ("people.change_appointment",)

    @classmethod
    def is_for(cls, record, day):
        return is_to_begin(record, day)

    def take(self, form):
        staying = form.cleaned_data.get("staying", ())
        withdraw(tenure=self.record, source=form.source, today=self.today, staying=staying)
        return self.record.held

    def first_day(self, form):
        return self.record.start_date

    def remarks(self, form):
        remarks = super().remarks(form)
        staying = form.cleaned_data.get("staying", ())
        going = form.fields["staying"].queryset if "staying" in form.fields else ()
        remarks += [
            f"{tenure.person} still goes: their last day is {tenure.end_in_words()}."
            for tenure in going
            if tenure not in staying
        ]
        for tenure in staying:
            through = tenures_through(tenure.held, self.request)
            if through is not None:
                remarks += [
                    f"{other}, which went with it, still ends: the last day is "
                    f"{other.end_in_words()}. Correct that record if it goes on too."
                    for other in through.filter(person=tenure.person, end_date__isnull=False)
                ]
        return remarks
