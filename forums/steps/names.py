"""Guided steps that give an organisation or a forum another name."""

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db.models import QuerySet

from editing.links import Link, page_address
from editing.step_forms import StepForm
from editing.steps import Step, step_on
from forums.actions import rename
from forums.models import Forum, Seat
from forums.steps.closures import MOST_LINKS
from organisations.models import Organisation, Post


def remarks_on_titles(records: QuerySet, name: str, words: str) -> list[str | Link]:
    """A remark in `words` on each of the first `records` with a name in their title, and a link to
    the list of the others."""
    model = records.model
    found = list(records.filter(title__icontains=name).select_related(*model.named_by))
    remarks: list[str | Link] = [words.format(record) for record in found[:MOST_LINKS]]
    if more := len(found) - len(remarks):
        text = f"And {more} more {model._meta.verbose_name_plural} bear it: see the list."
        remarks.append(Link(text, page_address(model, "changelist", q=name)))
    return remarks


class NewNameForm(StepForm):
    """Asks for the new name, and since when."""

    date_label = "First day of the new name"
    date_help = "The name it has now is kept as a former name, until the day before."
    groups = [("The new name", ["name", "short_name"])]

    name = forms.CharField(label="New name", max_length=200, widget=AdminTextInputWidget)
    short_name = forms.CharField(
        label="New short name", required=False, max_length=80, widget=AdminTextInputWidget
    )


class RenameStep(Step):
    name = "rename"
    rank = 60
    title = "Rename"
    explains = (
        "Gives it another name from a day on. The name it had is kept as a former name, and found "
        "by searching; its public address stays."
    )
    form_class = NewNameForm
    former_name = ""

    @classmethod
    def is_for(cls, record, day):
        return not record.has_ended(day)

    def initial(self):
        return {"short_name": self.record.short_name}

    def facts(self):
        return [("Its name now", self.record.name)]

    def take(self, form):
        self.former_name = self.record.name
        rename(
            record=self.record,
            name=form.cleaned_data["name"].strip(),
            short_name=form.cleaned_data["short_name"].strip(),
            begins=form.when,
            source=form.source,
            today=self.today,
        )

    def remarks(self, form):
        words = "This still bears the name it had: {}."
        return [
            remark
            for model in (Seat, Post)
            for remark in remarks_on_titles(
                model.objects.listed(self.today), self.former_name, words
            )
        ]


@step_on(Organisation)
class RenameOrganisation(RenameStep):
    permissions = ("organisations.change_organisation", "organisations.add_organisationname")


@step_on(Forum)
class RenameForum(RenameStep):
    permissions = ("forums.change_forum", "forums.add_forumname")
