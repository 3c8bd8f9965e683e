"""The guided step for whoever acts while the holder of a post or a seat is away."""

from editing.steps import step_on
from organisations.models import Post
from people.actions import appoint_to_each
from people.models import Basis
from people.steps.appointments import HolderForm, OnHeld, filling_called_for
from people.steps.holders import holding_of


class CoverForm(HolderForm):
    """Asks who acts, from when and until when."""

    date_label = "First day"

    person_fields = ["person", ("new_name", "new_honorific")]

    @property
    def groups(self):
        return [("Who acts", self.person_fields)]

    def prepare(self):
        super().prepare()
        del self.fields["basis"], self.fields["term_ends"]
        self.add_date(
            "until",
            label="Until",
            help_text="The last day, if it is known. Leave empty while it is not: when the holder "
            "returns, end the acting record.",
        )

    def fieldsets(self):
        fieldsets = super().fieldsets()
        when = next(options for title, options in fieldsets if title == "When")
        when["fields"] += ["until", ("until_precision", "until_qualifier")]
        return fieldsets

    shows = {**HolderForm.shows, "end_date": "until"}

    def tenure(self):
        until = self.date_added("until")
        ends = until.as_end() if until else {}
        return {"person": self.holder(), "basis": Basis.ACTING, **ends}


@step_on(Post)
class Cover(OnHeld):
    name = "cover"
    rank = 12
    title = "Cover an absent holder"
    explains = (
        "Begins the time of somebody who acts for a holder who is away and remains the holder. "
        "Whoever fills a vacancy for now is an interim holder: use Appoint a holder for that."
    )
    form_class = CoverForm
    permissions = ("people.add_appointment",)
    called_for_among = staticmethod(filling_called_for)

    def take(self, form):
        appoint_to_each(
            posts_or_seats=[self.record], begins=form.when, source=form.source, **form.tenure()
        )

    def remarks(self, form):
        remarks = super().remarks(form)
        if not holding_of(self.record, self.first_day(form)).own_holders:
            remarks.append(
                "Nobody is recorded as its holder then. Whoever fills a vacancy for now is an "
                "interim holder: use Appoint a holder."
            )
        return remarks
