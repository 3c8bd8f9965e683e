"""The guided step that replaces whoever holds a post or a seat."""

import datetime
from collections.abc import Iterable

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from editing.steps import Offer, step_on, steps_for
from organisations.models import Post
from people.actions import replace_holders
from people.models import Basis, Tenure
from people.steps.appointments import FillStep, HolderForm
from people.steps.endings import ask_through, joint_now_or_later
from people.steps.holders import (
    WHY_THEY_GO,
    ends_in_words,
    holders_in_words,
    tenure_choices,
    tenures_now_or_later,
)
from people.steps.vacancies import says_vacant, vacancy_question
from records.events import is_over
from records.periods import Precision, Qualifier, When, first_day


class ReplaceForm(HolderForm):
    when_fields: list = []
    seldom = {**HolderForm.seldom, "left": "a gap between the two", "now_vacant": ""}
    date_label = "The new holder begins"
    date_help = "Those who go end the day before, or in the same month or year if no more is known."
    may_be_announced = True

    end_reason = forms.ChoiceField(label="Why they go", choices=WHY_THEY_GO, required=False)
    now_vacant = vacancy_question("Does the source say that the place is vacant in between?")

    def prepare(self):
        super().prepare()
        self.add_date(
            "left",
            label="Their last day",
            help_text="Leave empty if it is the day before the new holder begins. Give it if there "
            "is a gap.",
            announced=True,
        )
        tenures = tenures_now_or_later(self.record, timezone.localdate()).select_related("person")
        self.fields["leaving"] = tenure_choices(
            tenures,
            label="Who goes",
            initial=[tenure.pk for tenure in tenures] if len(tenures) == 1 else None,
            error_messages={
                "required": "Tick at least one. If nobody goes, use Appoint a holder.",
                "invalid_choice": "Somebody you ticked does not hold it any more. Look again at "
                "who does.",
            },
        )
        ask_through(self, self.record, tenures)
        self.ask_whether_they_existed([self.record])
        self.groups = [
            ("Who comes", self.person_and_day),
            ("Who goes", ["leaving", "end_reason", "through", "left", "now_vacant"]),
        ]

    def clean(self):
        data = super().clean()
        if "leaving" in data:
            self.refuse_seats_of_those_who_stay()
            if {"date", "precision", "qualifier", "left"} <= data.keys():
                self.refuse_next_term()
                self.refuse_overlap()
                self.refuse_vacancy_without_gap()
        return data

    def refuse_seats_of_those_who_stay(self) -> None:
        going = {tenure.person_id for tenure in self.cleaned_data["leaving"]}
        for tenure in self.cleaned_data.get("through", ()):
            if tenure.person_id not in going:
                self.add_error(
                    "through",
                    f"{tenure.person} is not among those who go. Tick them above, or untick "
                    f"{tenure.held} here.",
                )

    def refuse_overlap(self) -> None:
        """Refuse a last day on or after the first of the next holder, if only one may hold it."""
        left, begins = self.date_added("left"), self.when
        if (
            left is not None
            and self.record.capacity == 1
            and any(tenure.basis != Basis.ACTING for tenure in self.cleaned_data["leaving"])
            and left.precision == begins.precision == Precision.DAY
            and left.qualifier == Qualifier.ON
            and begins.qualifier != Qualifier.NOT_BEFORE
            and left.day >= begins.day
        ):
            self.add_error(
                "left",
                f"The two overlap: this last day is not before {begins.in_words()}, when the new "
                "holder begins, and only one person may hold it.",
            )

    def refuse_vacancy_without_gap(self) -> None:
        if says_vacant(self) and self.left.first_day_after() >= self.when.first_possible():
            self.add_error(
                "now_vacant",
                "There is no day between the two. Give “Their last day”, or answer no.",
            )

    def refuse_next_term(self) -> None:
        """Refuse somebody who holds it already and comes again without a gap."""
        first = first_day(self.when.day, self.when.precision)
        for tenure in self.cleaned_data["leaving"]:
            last = self.left
            if is_over(tenure, last):
                last = tenure.ends
            if tenure.person == self.cleaned_data.get("person") and last.first_day_after() >= first:
                self.add_error(
                    "person",
                    f"{tenure.person} holds it already. For another term, or to make an interim "
                    "substantive, use Reappoint for another term.",
                )

    @property
    def left(self) -> When:
        return self.date_added("left") or self.when.eve()

    @property
    def shows(self):
        own = bool(getattr(self, "cleaned_data", {}).get("left"))
        return {
            **super().shows,
            "end_date": "left" if own else "date",
            "places": "now_vacant",
        }


@step_on(Post)
class Replace(FillStep):
    name = "replace"
    rank = 11
    title = "Replace the holder"
    explains = "Ends the time of whoever holds it and begins that of somebody else."
    form_class = ReplaceForm
    permissions = (
        "people.add_appointment",
        "people.change_appointment",
        "people.add_postvacancy",
    )

    def hindrance(self):
        hindrance = super().hindrance()
        if hindrance or tenures_now_or_later(self.record, self.today).exists():
            return hindrance
        post = self.record.filled_through(self.today)
        if post is None:
            return "Nobody holds it now or is to come. Use Appoint a holder."
        return (
            f"Nobody has a record of their own here: whoever holds the post it goes with, {post}, "
            "fills it. Use the steps of that post."
        )

    def fill(self, form):
        data = form.cleaned_data
        replace_holders(
            held=self.record,
            leaving=data["leaving"],
            through=data.get("through", ()),
            left=form.left,
            end_reason=data["end_reason"],
            begins=form.when,
            source=form.source,
            today=self.today,
            vacant=says_vacant(form),
            **form.tenure(),
        )

    def remarks(self, form):
        remarks = super().remarks(form)
        between = form.left.first_day_after()
        if form.date_added("left") and between < form.when.day:
            remarks.insert(0, holders_in_words(self.record, between))
        going = [*form.cleaned_data["leaving"], *form.cleaned_data.get("through", ())]
        remarks += [
            f"{other} goes on: it was one joint appointment. End it there too if the source says "
            "so."
            for tenure in form.cleaned_data["leaving"]
            for other in joint_now_or_later(tenure)
        ]
        return [*ends_in_words(going, form.left, self.today), *remarks]


def replacement_of(
    request: HttpRequest, tenures: Iterable[Tenure], day: datetime.date
) -> dict[int, list[Offer]]:
    """The step that replaces the holder of what each of `tenures` holds, by the tenure's key."""
    found = {}
    for tenure in tenures:
        step = steps_for(request, type(tenure.held)).get(Replace.name)
        if step and not tenure.has_ended(day) and step.is_for(tenure.held, day):
            found[tenure.pk] = [Offer(step.title, tenure.held, step)]
    return found
