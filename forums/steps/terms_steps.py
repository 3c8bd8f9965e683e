"""Guided steps that change what is laid down of a post or a seat from a day on."""

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget

from editing.step_forms import StepForm
from editing.steps import Step, step_on
from forums.models import Seat, SeatRole, SeatTerms
from forums.steps.posts_and_seats import (
    YesOrNo,
    category_of_member,
    number_of_holders,
    who_may_hold_it,
    yes_or_no,
)
from organisations.held_terms import EarlierTerms
from organisations.models import Post, PostTerms
from organisations.terms_changes import change_terms

YES_OR_NO = {None: "", True: "yes", False: "no"}


class ChangeTermsForm(StepForm):
    """Asks what is laid down of a post, seat or forum from a day on, beginning with what is now."""

    terms_model: type[EarlierTerms]
    date_label = "First day of the change"

    def laid_down(self) -> dict:
        asked = [name for name in self.terms_model.laid_down if name in self.fields]
        return {name: self.cleaned_data[name] for name in asked}


class ChangeTerms(Step):
    """Changes what is laid down of a post, a seat or a forum from a day on."""

    name = "change-terms"
    rank = 55
    form_class: type[ChangeTermsForm]

    @classmethod
    def is_for(cls, record, day):
        return not record.has_ended(day)

    def initial(self):
        asked = self.form_class.base_fields
        now = {name: getattr(self.record, name) for name in self.form_class.terms_model.laid_down}
        return {
            name: YES_OR_NO[value] if isinstance(asked.get(name), YesOrNo) else value
            for name, value in now.items()
        }

    def take(self, form):
        change_terms(changed=self.record, begins=form.when, source=form.source, **form.laid_down())

    def remarks(self, form):
        if form.when.first_possible() <= self.today:
            return []
        what = self.record._meta.verbose_name
        return [f"Pages show the {what} as it is now until that day."]


class ChangeSeatForm(ChangeTermsForm):
    terms_model = SeatTerms
    date_help = (
        "Until the day before, the seat stays as it was, and pages as at earlier days too. Whoever "
        "sits in it stays."
    )
    groups = [
        (
            "What is laid down from then on",
            [
                ("title", "role", "category"),
                "number",
                "requirement",
                ("voting", "counts_to_quoracy", "may_be_deputised"),
            ],
        )
    ]

    title = forms.CharField(max_length=200, widget=AdminTextInputWidget)
    role = forms.ChoiceField(
        choices=[each for each in SeatRole.choices if each[0] != SeatRole.CHAIR]
    )
    category = category_of_member()
    number = number_of_holders()
    requirement = who_may_hold_it()
    voting = yes_or_no("Voting")
    counts_to_quoracy = yes_or_no("counts to quoracy")
    may_be_deputised = yes_or_no("may be deputised")

    def prepare(self):
        super().prepare()
        if self.record.role == SeatRole.CHAIR:
            del self.fields["role"]


@step_on(Seat)
class ChangeSeat(ChangeTerms):
    title = "Change the number, title or vote from a day"
    explains = (
        "Records that something else is laid down of the seat from a day on: how many hold it, "
        "what it is called, whether it votes. What it was is kept, and nobody leaves."
    )
    form_class = ChangeSeatForm
    permissions = ("forums.change_seat", "forums.add_seatterms")


class ChangePostForm(ChangeTermsForm):
    terms_model = PostTerms
    date_help = (
        "Until the day before, the post stays as it was, and pages as at earlier days too. Whoever "
        "holds it stays."
    )
    groups = [("What is laid down from then on", ["title", "max_holders", "requirement"])]

    title = forms.CharField(max_length=200, widget=AdminTextInputWidget)
    max_holders = forms.IntegerField(
        label="How many may hold it at once", min_value=1, max_value=32767
    )
    requirement = who_may_hold_it()


@step_on(Post)
class ChangePost(ChangeTerms):
    title = "Rename it, or change how many may hold it, from a day"
    explains = (
        "Records that the post is called otherwise from a day on, or that another number may hold "
        "it. What it was is kept, and nobody leaves."
    )
    form_class = ChangePostForm
    permissions = ("organisations.change_post", "organisations.add_postterms")
