"""Guided steps for who somebody is: merging two records, a new name, withholding a name."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.utils import timezone

from editing.groups import permissions
from editing.links import Link, change_address
from editing.step_forms import StepForm
from editing.steps import Step, step_on
from editing.widgets import OneRecord, RecordSelect
from people.identity import (
    facts_that_name,
    merge_people,
    rename_person,
    show_person_again,
    tenure_models,
    withhold_person,
)
from people.models import Appointment, Person
from records.history import Nature
from records.models import NameKind
from records.periods import When

# The person's page lists the rest after the step.
MOST_REMARKS = 40


class ReasonOnlyForm(StepForm):
    """Asks for a reason alone, for a step on the register itself and not on the world."""

    asks_for_date = False

    def prepare(self):
        super().prepare()
        del self.fields["document"], self.fields["locator"]


class MergePeopleForm(ReasonOnlyForm):
    groups = [("The two records", ["other", "keep", "kind", "name_as_of"])]
    shows = {**ReasonOnlyForm.shows, "as_of": "name_as_of"}

    keep = forms.ChoiceField(
        label="Which stays",
        widget=forms.RadioSelect,
        initial="this",
        choices=[("this", "this record"), ("other", "the other record")],
        help_text="Its name and public address stay; the address of the other leads to it.",
    )
    kind = forms.ChoiceField(
        label="The name that goes is",
        choices=[(kind.value, kind.label) for kind in (NameKind.SPELLING, NameKind.OTHER)],
        initial=NameKind.SPELLING,
        help_text="If it is another than the name that stays, it is kept as this.",
    )

    def prepare(self):
        super().prepare()
        person = Appointment._meta.get_field("person")
        # Offers no way to add a person, who could not be a second record.
        self.fields["other"] = OneRecord(
            label="The other record",
            queryset=Person.objects.filter(merged_into=None).exclude(pk=self.record.pk),
            widget=RecordSelect(person, admin.site),
            help_text="Type part of a name.",
        )
        self.fields["keep"].choices = [
            ("this", f"this record: {self.record}, at {self.record.get_absolute_url()}"),
            ("other", "the other record"),
        ]
        people = [self.record, self.entered("other")]
        undated = any(person is not None and person.last_known is None for person in people)
        if undated and self.request.user.has_perm("records.change_document"):
            self.add_date(
                "name_as_of",
                label="The source of the name that goes speaks as of",
                help_text="The register has no day for the source of one of the two. It is needed "
                "if the name that goes is kept, which was in use by then; it is kept with the "
                "document.",
            )

    @property
    def name_as_of(self) -> When | None:
        return self.date_added("name_as_of") if "name_as_of" in self.fields else None


def permissions_to_merge() -> tuple[str, ...]:
    """The permissions to merge, to keep a name, and to change every kind of record that names
    people, here and in the apps above."""
    moved = [relation.related_model for relation in Person._meta.related_objects]
    return (
        "people.merge_person",
        "people.add_personname",
        *sorted(permissions(moved, "change")),
    )


class PersonStep(Step):
    """A step on a person who is not merged into another."""

    record: Person

    @classmethod
    def is_for(cls, record, day):
        return record.merged_into_id is None


@step_on(Person)
class MergePeople(PersonStep):
    name = "merge"
    rank = 85
    title = "Merge with another record"
    explains = (
        "For two records of one person. What either holds goes to the record that stays; the "
        "other is kept for its history, and its public address leads to the one that stays."
    )
    form_class = MergePeopleForm
    nature = Nature.CORRECTED
    permissions = permissions_to_merge()

    def facts(self):
        other = self.request.POST.get("other") or self.request.GET.get("other") or ""
        people = [self.record]
        if other.isdecimal() and len(other) <= 18 and int(other) != self.record.pk:
            people += Person.objects.filter(pk=int(other))
        return [
            (f"{person} ({person.slug})", posts_and_seats_in_words(person)) for person in people
        ]

    def take(self, form):
        kept, merged = self.record, form.cleaned_data["other"]
        if form.cleaned_data["keep"] == "other":
            kept, merged = merged, kept
        merge_people(
            kept=kept,
            merged=merged,
            kind=form.cleaned_data["kind"],
            name_as_of=form.name_as_of,
        )
        return kept


def posts_and_seats_in_words(person: Person) -> str:
    today = timezone.localdate()
    words = [
        f"{tenure.held}, {tenure.time_as_foreseen(today)}"
        for model in tenure_models()
        for tenure in model.objects.filter(person=person).select_related(
            *model.named_by, "document", "end_document"
        )
    ]
    return "; ".join(words) or "nothing recorded"


class RenamePersonForm(StepForm):
    date_label = "In use from"
    groups = [("The new name", [("honorific", "name"), "sort_name"])]

    honorific = forms.CharField(
        required=False,
        max_length=40,
        widget=AdminTextInputWidget,
        help_text="Dr, Sir, Professor.",
    )
    name = forms.CharField(
        max_length=200, widget=AdminTextInputWidget, help_text="Without the honorific."
    )
    sort_name = forms.CharField(
        label="Sorted as",
        required=False,
        max_length=200,
        widget=AdminTextInputWidget,
        help_text="Family name first: “Nicholson, David”. Left empty, it is made from the name.",
    )


@step_on(Person)
class RenamePerson(PersonStep):
    name = "rename"
    rank = 60
    title = "Change the name"
    explains = (
        "For somebody who has another name now. The former one is kept with its period and its "
        "source, and the public address stays. A misspelling is corrected on the form instead."
    )
    form_class = RenamePersonForm
    permissions = ("people.change_person", "people.add_personname")

    def initial(self):
        return {"honorific": self.record.honorific, "name": self.record.name}

    def take(self, form):
        data = form.cleaned_data
        rename_person(
            person=self.record,
            name=data["name"],
            honorific=data["honorific"],
            sort_name=data["sort_name"],
            when=form.when,
            source=form.source,
        )


@step_on(Person)
class Withhold(PersonStep):
    name = "withhold"
    rank = 90
    title = "Withhold from public pages"
    explains = (
        "Public pages will say “Name withheld”, and nobody finds this person there by any name or "
        "address. What they hold stays, with its period and source. Staff still see the name."
    )
    form_class = ReasonOnlyForm
    permissions = ("people.withhold_person",)

    @classmethod
    def is_for(cls, record, day):
        return super().is_for(record, day) and not record.withheld

    def facts(self):
        return [("Holds or has held", posts_and_seats_in_words(self.record))]

    def take(self, form):
        return withhold_person(person=self.record)

    def afterwards(self, record):
        """Leads to the texts of other records with the family name, which no step changes."""
        named = facts_that_name(record)
        if not named:
            return []
        texts = f"{len(named)} text{'' if len(named) == 1 else 's'}"
        address = f"{change_address(Person, record.pk)}#named"
        return [(f"Read {texts} of other records in which the family name stands", address)]

    def remarks(self, form):
        named = facts_that_name(self.record)
        if not named:
            return ["No other record has the family name in its words."]
        remarks = [
            Link(
                f"{str(record._meta.verbose_name).capitalize()} “{record}”: look at its {text}, "
                "which has the family name in it.",
                change_address(type(record), record.pk),
            )
            for record, text in named[:MOST_REMARKS]
        ]
        if len(named) > MOST_REMARKS:
            remarks.append(f"And {len(named) - MOST_REMARKS} more, listed on the person’s page.")
        return ["This step does not change the words of other records.", *remarks]


@step_on(Person)
class ShowAgain(PersonStep):
    name = "show-again"
    rank = 10
    title = "Show on public pages again"
    explains = "Public pages will name this person again, present and past."
    form_class = ReasonOnlyForm
    permissions = ("people.withhold_person",)

    @classmethod
    def is_for(cls, record, day):
        return super().is_for(record, day) and record.withheld

    def take(self, form):
        return show_person_again(person=self.record)
