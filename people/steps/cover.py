"""The guided step for whoever acts while the holder of a post or a seat is away."""

from editing.steps import step_on
from organisations.models import Post
from people.actions import appoint_to_each
from people.models import Basis
from people.steps.appointments import FillStep, HolderForm
from people.steps.holders import holding_of


class CoverForm(HolderForm):
    date_label = "First day"
    when_fields = [*HolderForm.when_fields, "until", ("until_precision", "until_qualifier")]
    shows = {**HolderForm.shows, "end_date": "until"}
    tenure_fields: list[str] = []
    basis = term_ends = None

    def prepare(self):
        super().prepare()
        self.groups = [("Who acts", self.person_fields)]
        self.add_date(
            "until",
            label="Until",
            help_text="The last day, if it is known. Leave empty while it is not: when the holder "
            "returns, end the acting record.",
        )

    def tenure(self):
        until = self.date_added("until")
        ends = until.as_end() if until else {}
        return {**super().tenure(), "basis": Basis.ACTING, **ends}


@step_on(Post)
class Cover(FillStep):
    name = "cover"
    rank = 12
    title = "Cover an absent holder"
    explains = (
        "Begins the time of somebody who acts for a holder who is away and remains the holder. "
        "Whoever fills a vacancy for now is an interim holder: use Appoint a holder for that."
    )
    form_class = CoverForm

    def take(self, form):
        appoint_to_each(
            posts_or_seats=[self.record], begins=form.when, source=form.source, **form.tenure()
        )

    def remarks(self, form):
        remarks = super().remarks(form)
        if not holding_of(self.record, self.first_day(form)).settled_holders:
            remarks.append(
                "Nobody is recorded as its holder then. Whoever fills a vacancy for now is an "
                "interim holder: use Appoint a holder."
            )
        return remarks
