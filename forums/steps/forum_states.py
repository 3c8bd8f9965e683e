"""Guided steps that change what a forum is from a day on: it is set up, moves or is rehosted."""

from editing.step_forms import StepForm, record_choice
from editing.steps import Step, step_on
from forums.models import Forum, ForumStatus
from organisations.terms_changes import change_terms

MAY_CHANGE = ("forums.change_forum", "forums.add_forumstate")


class ChangeOfForum(Step):
    """Changes what a forum is from a day on. It stays the same forum, with its members."""

    permissions = MAY_CHANGE

    def changes(self, form) -> dict:
        """The fields that change, each with what it is from then on."""
        raise NotImplementedError

    def take(self, form):
        change_terms(
            changed=self.record, begins=form.when, source=form.source, **self.changes(form)
        )

    def remarks(self, form):
        if form.when.first_possible() <= self.today:
            return []
        return ["Pages show the forum as it is now until that day."]


class SetUpForm(StepForm):
    date_label = "First day on which it was set up"
    date_help = "Until the day before, pages show it as proposed."


@step_on(Forum)
class SetUp(ChangeOfForum):
    name = "set-up"
    rank = 40
    title = "Say that it was set up"
    explains = (
        "Records that a proposed forum was set up. Its seats and lines stay, and pages as at "
        "earlier days go on to say that it was proposed."
    )
    form_class = SetUpForm

    @classmethod
    def is_for(cls, record, day):
        return record.status == ForumStatus.PROPOSED and not record.has_ended(day)

    def changes(self, form):
        return {"status": ForumStatus.ESTABLISHED}


class MoveForm(StepForm):
    date_label = "First day of the change"
    date_help = "Until the day before, pages show the forum as it was."
    groups = [("From then on", ["host", "place"])]

    def prepare(self):
        super().prepare()
        self.fields["host"] = record_choice(
            self.request,
            Forum,
            "host",
            label="Host organisation",
            required=False,
            help_text="Leave empty if no organisation hosts it.",
        )
        self.fields["place"] = record_choice(
            self.request,
            Forum,
            "place",
            label="Place that it serves",
            required=False,
            help_text="Leave empty if no source says.",
        )


@step_on(Forum)
class Move(ChangeOfForum):
    name = "move"
    rank = 60
    title = "Change its host or its place from a day"
    explains = (
        "Records that another organisation hosts the forum from a day on, or that it serves "
        "another place. What it was is kept."
    )
    form_class = MoveForm

    @classmethod
    def is_for(cls, record, day):
        return not record.has_ended(day)

    def initial(self):
        return {"host": self.record.host_id, "place": self.record.place_id}

    def changes(self, form):
        return {name: form.cleaned_data[name] for name in ("host", "place")}
