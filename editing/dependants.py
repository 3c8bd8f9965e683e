"""The records that depend on one that ends: a table of ticks and choices on the page of a step.

Each is a row, with a tick, a proposal, and where it may go instead. Only ticked rows are changed.
The rows are looked up again whenever the form is made, so that an address or a form cannot name
another record's dependants.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from editing.links import change_address, may_be_a_key
from editing.step_forms import StepForm
from editing.steps import Step
from editing.widgets import OneRecord, RecordSelect, refuse_typed
from records.models import DatedFact, read_documents_of

LISTED = "listed"
# The choice for a record that is not ticked: it stays as it is.
LEAVE = "leave"


@dataclass(frozen=True)
class DependantChoice:
    """What to do with one record that depends on another."""

    record: DatedFact
    how: str
    to: models.Model | None = None


@dataclass
class DependantRow:
    """One record that depends on another, as a form shows it."""

    record: DatedFact
    ways: list[tuple[str, str]]  # values and words of the choices, the proposal first
    ticked: bool = True
    may_go: bool = True  # to where its group may go
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
        return self.record.time_as_foreseen(timezone.localdate())


@dataclass
class Group:
    """Records of one sort that depend on another."""

    title: str
    rows: list[DependantRow]
    # The words for one or more that are left as they are: "seat stays open", "seats stay open".
    left: tuple[str, str]
    note: str = ""
    # A field that chooses where they may go; None if nowhere.
    goes_to: models.ForeignKey | None = None
    goes_label: str = "Goes to"


@dataclass(frozen=True)
class Note:
    """A dependant without an end, to read: the words, and the address where it can be changed."""

    words: str
    address: str


class ChosenSelect(RecordSelect):
    """A picker whose chosen options are among the records already `found`."""

    found: dict[str, models.Model] = {}

    def optgroups(self, name, value, attr=None):
        options = [self.create_option(name, "", "", False, 0)]
        for key in value:
            if key in self.found:
                label = str(self.found[key])
                options.append(self.create_option(name, key, label, True, len(options)))
        return [(None, options, 0)]


class ChosenField(OneRecord):
    """A field for a record that was looked up together with those of all other rows."""

    def __init__(self, relation: Any, found: dict, **options):
        widget = ChosenSelect(relation, admin.site)
        widget.found = self.found = found
        super().__init__(relation.related_model._default_manager.all(), widget=widget, **options)

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
    dependants_heading = "What depends on it"
    dependants_explained = "Only what is ticked is changed."
    nothing_depends = "Nothing in the register depends on it."
    # By the title of a group, the field whose choice goes for every row that has none of its own.
    for_all: dict[str, str] = {}

    listed = forms.CharField(required=False, widget=forms.HiddenInput)

    def prepare(self):
        super().prepare()
        groups = self.find() if self.settles_dependants() else []
        self.dependants: list[Group] = [group for group in groups if group.rows]
        read_documents_of(row.record for row in self.rows())
        self.fields[LISTED].initial = " ".join(row.key for row in self.rows())
        if self.is_bound:
            self._tick_rows_not_listed()
        found = self._chosen_records()
        for group in self.dependants:
            for row in group.rows:
                self._add_fields(row, group, found)

    def find(self) -> list[Group]:
        """The dependants of the record on the date, as far as that was `entered`."""
        raise NotImplementedError

    def settles_dependants(self) -> bool:
        """Whether the step changes what depends on the record."""
        return True

    def notes(self) -> list[Note]:
        """Other dependants, which this step leaves as they are."""
        return []

    def may_go_to(self, record: DatedFact, to: models.Model) -> bool:
        """Whether this record may go to the choice made for all of its group; if not, it ends."""
        return True

    def rows(self) -> Iterable[DependantRow]:
        return (row for group in self.dependants for row in group.rows)

    def _tick_rows_not_listed(self) -> None:
        # A row is new if somebody has added a seat, or the date was changed, since the page was
        # made. It gets its tick, and the preview shows it before anything is done.
        listed = self.data.get(LISTED, "").split()
        self.data = self.data.copy()
        for row in self.rows():
            if row.key not in listed and row.ticked:
                self.data[row.key] = "on"
        self.data[LISTED] = self.fields[LISTED].initial

    def _chosen_records(self) -> dict[Any, dict[str, models.Model]]:
        """The records chosen on all rows, by model and key."""
        keys: dict[Any, set[str]] = defaultdict(set)
        for group in self.dependants:
            if group.goes_to is not None:
                chosen = {self.data.get(f"{row.key}-to", "") for row in group.rows}
                keys[group.goes_to.related_model] |= set(filter(may_be_a_key, chosen))
        return {
            model: {
                str(record.pk): record
                for record in model.objects.filter(pk__in=of_model).select_related(*model.named_by)
            }
            for model, of_model in keys.items()
        }

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

    def choices(self) -> list[DependantChoice]:
        """What to do with every record, ticked or not."""
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
        """A sentence for each group of which some are left as they are."""
        sentences = []
        for group in self.dependants:
            number = sum(not self.cleaned_data[row.key] for row in group.rows)
            if number:
                sentences.append(f"{number} {group.left[number != 1]}.")
        return sentences


class DependantsStep(Step):
    template = "editing/step_dependants.html"
    form_class: type[DependantsForm] = DependantsForm

    def remarks(self, form):
        return form.left()
