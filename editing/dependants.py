"""What depends on a record that ends: a table of ticks and choices on the page of a step.

Each record that depends on it is a row, with a tick, what is proposed for it, and where it may
go instead. Only what is ticked is changed. The rows are looked up anew whenever the form is
made, so that an address or a form that names another record's dependants names nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from editing.links import change_address
from editing.step_forms import StepForm
from editing.steps import Step
from editing.widgets import OneRecord, RecordSelect, refuse_typed
from records.models import DatedFact
from records.periods import Precision, Qualifier, When

LISTED = "listed"
# What becomes of what is not ticked: it stays as it is.
LEAVE = "leave"


@dataclass(frozen=True)
class DependantChoice:
    """What is to become of one record that depends on another."""

    record: DatedFact
    how: str
    to: models.Model | None = None


@dataclass
class DependantRow:
    """One record that depends on another, as a form shows it."""

    record: DatedFact
    ways: list[tuple[str, str]]  # what may become of it, in words, the proposal first
    ticked: bool = True
    may_go: bool = True  # where its group says that it may go
    tick: forms.BoundField | None = None
    how: forms.BoundField | None = None
    to: forms.BoundField | None = None

    @property
    def key(self) -> str:
        return f"{self.record._meta.model_name}-{self.record.pk}"

    @property
    def address(self) -> str:
        return change_address(type(self.record), self.record.pk)

    @property
    def period(self) -> str:
        return self.record.time_in_words(timezone.localdate())


@dataclass
class Group:
    """Records of one sort that depend on another."""

    title: str
    rows: list[DependantRow]
    # What is said of those that are left as they are: "seat stays open", "seats stay open".
    left: tuple[str, str]
    note: str = ""
    # Where they may go, as a field that chooses such a record; None if nowhere.
    goes_to: models.ForeignKey | None = None
    goes_label: str = "Goes to"


@dataclass(frozen=True)
class Note:
    """Something that depends on the record and has no end: to read, with where to change it."""

    words: str
    address: str


class ChosenSelect(RecordSelect):
    """A choice of a record among whose options are the records already `found`."""

    found: dict[str, models.Model] = {}

    def optgroups(self, name, value, attr=None):
        options = [self.create_option(name, "", "", False, 0)]
        for key in value:
            if key in self.found:
                label = str(self.found[key])
                options.append(self.create_option(name, key, label, True, len(options)))
        return [(None, options, 0)]


class ChosenField(OneRecord):
    """A choice of a record that has been looked up together with those of all other rows."""

    def __init__(self, relation: models.ForeignKey, found: dict, **options):
        widget = ChosenSelect(relation, admin.site)
        widget.found = found
        super().__init__(relation.related_model._default_manager.all(), widget=widget, **options)
        self.found = found

    def to_python(self, value):
        if value in self.empty_values:
            return None
        refuse_typed(value)
        if str(value) not in self.found:
            raise ValidationError(
                "This choice is not in the register. Choose another.", code="invalid_choice"
            )
        return self.found[str(value)]


class DependantsForm(StepForm):
    """Asks, besides the date, the source and the reason, what becomes of each dependant."""

    dependants_heading = "What depends on it"
    dependants_explained = "Only what is ticked is changed."
    nothing_depends = "Nothing in the register depends on it."
    # A choice for every row of a group that has none of its own: field by title of the group.
    for_all: dict[str, str] = {}

    listed = forms.CharField(required=False, widget=forms.HiddenInput)

    def prepare(self):
        super().prepare()
        self.prepare_more()
        self.dependants: list[Group] = [group for group in self.find() if group.rows]
        keys = [row.key for row in self.rows()]
        self.fields[LISTED].initial = " ".join(keys)
        if self.is_bound:
            self._add_what_was_not_listed(keys)
        found = {}
        for group in self.dependants:
            relation = group.goes_to
            if relation is not None and relation.related_model not in found:
                found[relation.related_model] = self._chosen_records(relation.related_model)
            for row in group.rows:
                self._add_fields(row, group, found)

    def prepare_more(self) -> None:
        """Add fields that `find` asks about."""

    def find(self) -> list[Group]:
        """What depends on the record, as far as `entered` says from when."""
        raise NotImplementedError

    def notes(self) -> list[Note]:
        """What else depends on the record, that this step leaves alone."""
        return []

    def may_go_to(self, record: DatedFact, to: models.Model) -> bool:
        """Whether what is chosen for all of a group makes sense for this one; if not, it ends."""
        return True

    def rows(self) -> Iterable[DependantRow]:
        return (row for group in self.dependants for row in group.rows)

    def _add_what_was_not_listed(self, keys: list[str]) -> None:
        # Somebody may have added a seat, or the day may have been changed, since the page was
        # made. It is ticked as it would have been, and seen before anything is done.
        listed = self.data.get(LISTED, "").split()
        self.data = self.data.copy()
        for row in self.rows():
            if row.key not in listed and row.ticked:
                self.data[row.key] = "on"
        self.data[LISTED] = " ".join(keys)

    def _chosen_records(self, model: type[models.Model]) -> dict[str, models.Model]:
        """Every record of `model` that is chosen on some row, looked up at once."""
        chosen = {
            self.data.get(f"{row.key}-to", "") if self.is_bound else ""
            for group in self.dependants
            if group.goes_to is not None and group.goes_to.related_model is model
            for row in group.rows
        }
        keys = [key for key in chosen if key.isascii() and key.isdecimal() and len(key) <= 18]
        named_by = getattr(model, "named_by", ())
        records = model._default_manager.select_related(*named_by).in_bulk([int(k) for k in keys])
        return {str(key): record for key, record in records.items()}

    def _add_fields(self, row: DependantRow, group: Group, found: dict) -> None:
        words = str(row.record)
        self.fields[row.key] = forms.BooleanField(
            label=f"Change {words}", required=False, initial=row.ticked
        )
        row.tick = self[row.key]
        if len(row.ways) > 1:
            name = f"{row.key}-how"
            self.fields[name] = forms.ChoiceField(
                label=f"What becomes of {words}",
                choices=row.ways,
                initial=row.ways[0][0],
                required=False,
            )
            row.how = self[name]
        if group.goes_to is not None and row.may_go:
            name = f"{row.key}-to"
            self.fields[name] = ChosenField(
                group.goes_to,
                found[group.goes_to.related_model],
                label=f"{group.goes_label}: {words}",
                required=False,
            )
            row.to = self[name]

    def entered(self, name: str):
        """What was entered in a field, or filled in by the address, before the form as a whole
        is checked; None if nothing can be made of it."""
        form_field = self.fields[name]
        if self.is_bound:
            value = form_field.widget.value_from_datadict(
                self.data, self.files, self.add_prefix(name)
            )
        else:
            value = self.get_initial_for_field(form_field, name)
        try:
            return form_field.clean(value)
        except ValidationError:
            return None

    def when_entered(self) -> When | None:
        day = self.entered("date")
        if day is None:
            return None
        precision, qualifier = self.entered("precision"), self.entered("qualifier")
        return When(day, precision or Precision.DAY, qualifier or Qualifier.ON)

    def choices(self) -> list[DependantChoice]:
        """What is to become of every record, ticked or not."""
        data, chosen = self.cleaned_data, []
        for group in self.dependants:
            for row in group.rows:
                if not data[row.key]:
                    chosen.append(DependantChoice(row.record, LEAVE))
                    continue
                to = data.get(f"{row.key}-to")
                if to is None and group.title in self.for_all:
                    to = data.get(self.for_all[group.title])
                    if to is not None and not self.may_go_to(row.record, to):
                        to = None
                how = data.get(f"{row.key}-how") or row.ways[0][0]
                chosen.append(DependantChoice(row.record, how, to))
        return chosen

    def left(self) -> list[str]:
        """What is left as it is, in sentences."""
        sentences = []
        for group in self.dependants:
            number = sum(not self.cleaned_data[row.key] for row in group.rows)
            if number:
                sentences.append(f"{number} {group.left[number != 1]}.")
        return sentences


class DependantsStep(Step):
    """A step that ends or changes something with what depends on it."""

    template = "editing/step_dependants.html"
    form_class: type[DependantsForm] = DependantsForm

    def remarks(self, form):
        return form.left()
