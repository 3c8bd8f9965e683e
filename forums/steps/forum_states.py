"""Guided steps that change what a forum is from a day on: it is set up, moves or is rehosted."""

from editing.step_forms import record_choice
from editing.steps import step_on
from forums.models import Forum, ForumState, ForumStatus
from forums.steps.terms_steps import ChangeTerms, ChangeTermsForm

MAY_CHANGE = ("forums.change_forum", "forums.add_forumstate")


class SetUpForm(ChangeTermsForm):
    terms_model = ForumState
    date_label = "First day on which it was set up"
    date_help = "Until the day before, pages show it as proposed."

    def laid_down(self):
        return {"status": ForumStatus.ESTABLISHED}


@step_on(Forum)
class SetUp(ChangeTerms):
    name = "set-up"
    rank = 40
    title = "Say that it was set up"
    explains = (
        "Records that a proposed forum was set up. Its seats and lines stay, and pages as at "
        "earlier days go on to say that it was proposed."
    )
    form_class = SetUpForm
    permissions = MAY_CHANGE

    @classmethod
    def is_for(cls, record, day):
        return record.status == ForumStatus.PROPOSED and super().is_for(record, day)


class MoveForm(ChangeTermsForm):
    terms_model = ForumState
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
class Move(ChangeTerms):
    name = "move"
    rank = 60
    title = "Change its host or its place from a day"
    explains = (
        "Records that another organisation hosts the forum from a day on, or that it serves "
        "another place. What it was is kept."
    )
    form_class = MoveForm
    permissions = MAY_CHANGE
