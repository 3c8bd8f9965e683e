"""Guided steps that record a vacancy and its end, and the question of it that other steps ask."""

from django import forms
from django.core.validators import MinValueValidator

from editing.step_forms import StepForm, present_end, present_end_in_words
from editing.steps import Step, step_on
from organisations.models import Post
from people.actions import record_vacancy
from people.models import PostVacancy
from people.steps.holders import HolderStep
from records.events import end

YES = "yes"
ANSWERS = [(YES, "yes"), ("no", "no"), ("", "it does not say")]


def vacancy_question(label: str = "Does the source say that the place is now vacant?"):
    """Asks what a source that ends a holding says of the place. Only "yes" claims anything."""
    return forms.ChoiceField(
        label=label,
        choices=ANSWERS,
        required=False,
        initial="",
        widget=forms.RadioSelect,
        help_text="If it does not say, it is shown as not recorded, with who was the last.",
    )


def says_vacant(form: StepForm) -> bool:
    """Whether a form that asks so in `now_vacant` was answered that the place is vacant."""
    return form.cleaned_data.get("now_vacant") == YES


class RecordVacancyForm(StepForm):
    date_label = "First day of the vacancy"
    shows = {**StepForm.shows, "places": "date"}

    places = forms.IntegerField(
        label="How many places are vacant",
        initial=1,
        max_value=32767,
        validators=[MinValueValidator(1)],
    )
    groups = [("The vacancy", ["places"])]

    def prepare(self):
        super().prepare()
        if self.record.capacity == 1:
            del self.fields["places"]
        else:
            self.shows = {**self.shows, "places": "places"}


@step_on(Post)
class RecordVacancy(HolderStep):
    name = "record-vacancy"
    rank = 15
    title = "Record that it is vacant"
    explains = "Records that a source says that nobody holds it, or some of its places, from a day."
    form_class = RecordVacancyForm
    permissions = ("people.add_postvacancy",)

    @classmethod
    def is_for(cls, record, day):
        return not record.has_ended(day)

    def take(self, form):
        return record_vacancy(
            held=self.record,
            begins=form.when,
            source=form.source,
            places=form.cleaned_data.get("places", 1),
        )


class EndVacancyForm(StepForm):
    date_label = "Last day of the vacancy"


@step_on(PostVacancy)
class EndVacancy(Step):
    name = "end"
    rank = 10
    title = "Say that this vacancy is over"
    explains = (
        "Records its last day, as a source gives it. When somebody is appointed it is over of "
        "itself."
    )
    form_class = EndVacancyForm
    unsuited = "It has come to an end already. Correct the record if the end it gives is wrong."
    permissions = ("people.change_postvacancy",)

    @classmethod
    def is_for(cls, record, day):
        return not record.has_ended(day)

    def initial(self):
        return present_end(self.record)

    def take(self, form):
        end(self.record, form.when, form.source)

    def remarks(self, form):
        return present_end_in_words(self.record)
