"""Guided steps that end a forum's line to another, an organisation's part in a forum, and that a
seat goes with something."""

from editing.step_forms import StepForm, present_end, present_end_in_words
from editing.steps import Step, step_on
from forums.models import ExOfficioSource, MemberOrganisation, ReportingLine
from records.events import end


class LastDayForm(StepForm):
    """Asks for the last day."""

    date_label = "Last day"
    may_be_announced = True


class EndTie(Step):
    name = "end"
    rank = 10
    explains = "Records the last day. The record is kept, and shown as it was until then."
    form_class = LastDayForm
    unsuited = "It has come to an end already. Correct the record if the end it gives is wrong."

    @classmethod
    def is_for(cls, record, day):
        return not record.has_ended(day)

    def initial(self):
        return present_end(self.record)

    def take(self, form):
        end(self.record, form.when, form.source)

    def remarks(self, form):
        return present_end_in_words(self.record)


@step_on(ReportingLine)
class EndLine(EndTie):
    title = "End this line"
    permissions = ("forums.change_reportingline",)


@step_on(MemberOrganisation)
class EndMemberOrganisation(EndTie):
    title = "End its membership"
    permissions = ("forums.change_memberorganisation",)


@step_on(ExOfficioSource)
class EndExOfficioSource(EndTie):
    title = "Say that the seat no longer goes with it"
    permissions = ("forums.change_exofficiosource",)
