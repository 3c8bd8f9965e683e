"""Guided steps: each real event in the life of a system, recorded in one go.

Editing a record corrects what the register said; a guided step records that the world changed.
A step asks for the date, the source and the reason once, shows exactly what would change, and
then does it, completely or not at all.
"""

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from editing.links import step_address
from editing.step_forms import StepForm
from records.history import Nature


class Step:
    """One kind of event that happens to one kind of record. Subclasses say which, and record it."""

    name = ""  # in its address: "replace"
    rank = 50  # among the steps of a record: the everyday ones first
    title = ""  # on its button and its page: "Replace the holder"
    explains = ""  # in a sentence or two, what it does
    form_class: type[StepForm] = StepForm
    template = "editing/step.html"
    nature = Nature.CHANGED
    # The page says this if the step is not for the record.
    unsuited = "This step is not for this record as it stands now."
    # The user needs all of these permissions, such as "forums.change_membership".
    permissions: tuple[str, ...] = ()

    def __init__(self, request: HttpRequest, record):
        self.request, self.record = request, record
        self.today = timezone.localdate()

    @classmethod
    def may_be_taken_by(cls, request: HttpRequest) -> bool:
        return request.user.has_perms(cls.permissions)

    @classmethod
    def is_for(cls, record: models.Model, day: datetime.date) -> bool:
        """Whether it can be taken on this record on `day`, as far as the record itself says. Makes
        no query, so that lists can ask it for every row."""
        return True

    @classmethod
    def is_called_for(cls, record: models.Model, day: datetime.date) -> bool:
        """Whether to offer it on the page of this record. Unlike `is_for`, it may query other
        records. A step that is not offered may still be taken."""
        return True

    @classmethod
    def offered_as(cls, record: models.Model, day: datetime.date) -> str:
        """The words that offer it on this record."""
        return cls.title

    # Whether lists offer it too, or only the page of the record, because `is_called_for` takes a
    # query for each.
    offered_in_lists = True

    # Several steps may share such a function. For many records and a day, it gives the names of
    # the steps that each record calls for, by its key, so that lists make one query for all rows.
    called_for_among: Callable[[list, datetime.date], dict[int, set[str]]] | None = None

    def hindrance(self) -> str:
        """Why it cannot be taken on this record as it stands; "" if it can."""
        return "" if self.is_for(self.record, self.today) else self.unsuited

    def heading(self) -> str:
        return f"{self.title}: {self.record}"

    def initial(self) -> dict:
        return {}

    def facts(self) -> list[tuple[str, str]]:
        """What the register says now, to read beside the form: pairs of terms and words."""
        return []

    def take(self, form: StepForm) -> models.Model | None:
        """Do it; returns the record to show next, or None for the one that it was taken on.

        Called in a transaction, and undone if it raises ValidationError. An error on a field
        that the form has is shown there.
        """
        raise NotImplementedError

    def remarks(self, form: StepForm) -> list[str]:
        """What the user should know before confirming. Called after `take`, with the database as
        it would then be."""
        return []

    def afterwards(self, record: models.Model) -> list[tuple[str, str]]:
        """What the user might do next: words and addresses."""
        return []


_steps: dict[type[models.Model], list[type[Step]]] = defaultdict(list)


def step_on(*model_classes: type[models.Model]) -> Callable:
    """Offer a Step on the pages of records of these models. An app above theirs may do so: closing
    an organisation ends seats on forums."""

    def register(step: type[Step]) -> type[Step]:
        for model in model_classes:
            _steps[model].append(step)
            _steps[model].sort(key=lambda each: each.rank)
        return step

    return register


def all_steps() -> Iterable[tuple[type[models.Model], type[Step]]]:
    return [(model, step) for model, steps in _steps.items() for step in steps]


def steps_for(request: HttpRequest, model: type[models.Model]) -> dict[str, type[Step]]:
    """The steps that the user may take on records of `model`, by name."""
    return {step.name: step for step in _steps[model] if step.may_be_taken_by(request)}


def steps_of_each(
    request: HttpRequest, records: Iterable[models.Model]
) -> dict[int, list[type[Step]]]:
    """The steps to offer on each of many records of one model, as far as the records say and what
    can be asked for all of them at once."""
    records, today = list(records), timezone.localdate()
    if not records:
        return {}
    may_take = [
        step for step in steps_for(request, type(records[0])).values() if step.offered_in_lists
    ]
    asked = {step.called_for_among for step in may_take} - {None}
    called_for = {ask: ask(records, today) for ask in asked}

    def offers(record: models.Model, step: type[Step]) -> bool:
        ask = step.called_for_among
        return step.is_for(record, today) and (
            ask is None or step.name in called_for[ask][record.pk]
        )

    return {record.pk: [step for step in may_take if offers(record, step)] for record in records}


@dataclass(frozen=True)
class Offer:
    """A step that a page offers, on its own record or on another."""

    text: str
    record: models.Model
    step: type[Step]

    def address(self, **filled_in) -> str:
        return step_address(type(self.record), self.record.pk, self.step.name, **filled_in)


def offers_on_each(request: HttpRequest, records: Iterable[models.Model]) -> dict[int, list[Offer]]:
    """The offers on each of many records of one model: the steps on other records that the model's
    admin offers with them, which come first, and then as `steps_of_each`."""
    records, today = list(records), timezone.localdate()
    if not records:
        return {}
    own = steps_of_each(request, records)
    model_admin = admin.site.get_model_admin(type(records[0]))
    elsewhere = model_admin.offers_elsewhere(request, records, today)
    return {
        record.pk: [
            *elsewhere.get(record.pk, []),
            *(Offer(step.offered_as(record, today), record, step) for step in own[record.pk]),
        ]
        for record in records
    }


def offers_on(request: HttpRequest, record: models.Model) -> list[Offer]:
    """The offers on the page of a record."""
    today = timezone.localdate()
    here_alone = [
        Offer(step.offered_as(record, today), record, step)
        for step in steps_for(request, type(record)).values()
        if not step.offered_in_lists and step.is_for(record, today)
    ]
    return [
        offer
        for offer in [*here_alone, *offers_on_each(request, [record])[record.pk]]
        if offer.record is not record or offer.step.is_called_for(record, today)
    ]
