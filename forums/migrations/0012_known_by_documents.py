"""What somebody typed is known as of the day of its document, and no longer of the day of typing.

Guided steps, the forms to add a record and some spreadsheets wrote the day on which somebody typed
as the one on which a source last confirmed it. Documents that have only a day of publication get
the day as of which they speak, since that rule is newer than they are. All of it is one batch, with
a row of history each. History itself stays.
"""

import datetime
import uuid
from collections import defaultdict

from django.db import migrations
from django.utils import timezone

REASON = "What is known is known as of the day of its document, not the day on which it was typed."
AT_ONCE = 500  # records

# What the documents of the seed say of themselves, and which facts of theirs were said to be
# confirmed in the month after the one of which they speak.
SPEAK_AS_OF = {
    "chair-appointments-briefing-pack": (datetime.date(2021, 6, 1), "month"),
    "ics-operating-model-board-paper": (datetime.date(2019, 3, 1), "month"),
    "ods-extract": (datetime.date(2025, 1, 20), "day"),
}
BOARD_PAPER, APRIL = "ics-operating-model-board-paper", datetime.date(2019, 4, 1)

TYPED = {"recorded", "changed", "imported"}
CONFIRMED_BY_HAND = {"confirmed", "corrected"}
# For rows written before rows had a nature.
NATURES_OF_OLD = {"+": "recorded", "~": "changed"}


def take_days_from_documents(apps, schema_editor):
    upgrade = Upgrade(apps)
    upgrade.date_documents()
    for model in apps.get_models():
        fields = {field.name for field in model._meta.concrete_fields}
        if {"confirmed_on", "as_of"} <= fields and upgrade.history_of(model) is not None:
            upgrade.take_back_days_of_typing(model)


class Upgrade:
    def __init__(self, apps):
        self.apps = apps
        self.together = {
            "history_date": timezone.now(),
            "history_type": "~",
            "history_nature": "upgraded",
            "history_batch": uuid.uuid4(),
            "history_change_reason": REASON,
        }

    def history_of(self, model):
        """The history of a model; None if it is no record of the register."""
        try:
            return self.apps.get_model(model._meta.app_label, f"Historical{model.__name__}")
        except LookupError:
            return None

    def date_documents(self) -> None:
        document_model = self.apps.get_model("records", "Document")
        dated = []
        for document in document_model.objects.filter(as_of=None).order_by("pk"):
            if document.slug in SPEAK_AS_OF:
                document.as_of, document.as_of_precision = SPEAK_AS_OF[document.slug]
            elif document.published_date is not None:
                # A list of the ODS stands as on its day. Others speak as of no later day.
                is_list = document.slug.startswith("ods-")
                document.as_of_precision = document.published_precision
                document.as_of = first_day(document.published_date, document.as_of_precision)
                document.as_of_qualifier = "on" if is_list else "by"
            if document.as_of is not None:
                document.save()
                dated.append(document)
        self.write_history(document_model, dated)

    def take_back_days_of_typing(self, model) -> None:
        confirmed = dict(
            model.objects.filter(
                confirmed_on__isnull=False,
                confirmed_document=None,
                document__as_of__isnull=False,
            ).values_list("pk", "confirmed_on")
        )
        if not confirmed:
            return
        keys = self.stamped_by_typing(model, confirmed)
        keys |= set(
            model.objects.filter(
                pk__in=confirmed_in_april(model), document__slug=BOARD_PAPER
            ).values_list("pk", flat=True)
        )
        keys = sorted(keys)
        for start in range(0, len(keys), AT_ONCE):
            part = model.objects.filter(pk__in=keys[start : start + AT_ONCE])
            part.update(confirmed_on=None, confirmed_precision="day")
            self.write_history(model, part.order_by("pk"))

    def stamped_by_typing(self, model, confirmed: dict) -> set:
        """The keys of the records that have the day on which somebody typed it, and that nobody
        has confirmed or corrected to that day."""
        rows = (
            self.history_of(model)
            .objects.order_by("id", "history_id")
            .values_list("id", "confirmed_on", "history_date", "history_nature", "history_type")
        )
        gave_it, before = defaultdict(set), None
        for key, day, written, nature, kind in rows.iterator():
            if (key, day) != before and day is not None and confirmed.get(key) == day:
                nature = nature or NATURES_OF_OLD.get(kind, "")
                is_that_day = timezone.localdate(written) == day
                gave_it[key].add((nature, is_that_day))
            before = key, day
        return {
            key
            for key, gave in gave_it.items()
            if any(nature in TYPED and is_that_day for nature, is_that_day in gave)
            and not any(nature in CONFIRMED_BY_HAND for nature, _ in gave)
        }

    def write_history(self, model, records) -> None:
        history = self.history_of(model)
        fields = [field.attname for field in model._meta.concrete_fields]
        history.objects.bulk_create(
            history(**{name: getattr(record, name) for name in fields}, **self.together)
            for record in records
        )


def confirmed_in_april(model):
    return model.objects.filter(
        confirmed_on=APRIL, confirmed_precision="month", confirmed_document=None
    ).values("pk")


def first_day(day: datetime.date, precision: str) -> datetime.date:
    if precision == "year":
        return day.replace(month=1, day=1)
    return day.replace(day=1) if precision == "month" else day


class Migration(migrations.Migration):
    dependencies = [
        ("forums", "0011_not_before"),
        ("organisations", "0008_not_before"),
        ("people", "0008_not_before"),
        ("records", "0009_as_of_not_before"),
    ]

    operations = [migrations.RunPython(take_days_from_documents, migrations.RunPython.noop)]
