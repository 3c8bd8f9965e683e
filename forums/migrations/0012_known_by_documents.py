"""What somebody typed is known as of the day of its document, and no longer of the day of typing.

Guided steps, the forms to add a record and some spreadsheets wrote the day on which somebody typed
as the one on which a source last confirmed it, and other names were copied with it. Documents that
have only a day of publication get the day as of which they speak, since that rule is newer than they
are. Each gets a row of history, in the batch of this upgrade. History itself stays.
"""

import datetime
from collections import defaultdict

from django.db import migrations
from django.utils import timezone

from records.upgrades import history_of, write_history

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

# What has the names that steps kept as other names, with its evidence.
NAMED = {"OrganisationName": "Organisation", "ForumName": "Forum", "PersonName": "Person"}


def take_days_from_documents(apps, schema_editor):
    date_documents(apps)
    for model in apps.get_models():
        fields = {field.name for field in model._meta.concrete_fields}
        if {"confirmed_on", "as_of"} <= fields and history_of(apps, model) is not None:
            take_back_days_of_typing(apps, model)


def date_documents(apps) -> None:
    document_model = apps.get_model("records", "Document")
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
    write_history(apps, document_model, dated, REASON)


def take_back_days_of_typing(apps, model) -> None:
    confirmed = dict(
        model.objects.filter(
            confirmed_on__isnull=False,
            confirmed_document=None,
            document__as_of__isnull=False,
        ).values_list("pk", "confirmed_on")
    )
    if not confirmed:
        return
    stamped = stamped_by_typing(apps, model)
    keys = {key for key, day in confirmed.items() if (key, day) in stamped}
    keys |= copied_with_the_stamp(apps, model, confirmed)
    keys |= set(
        model.objects.filter(
            pk__in=confirmed_in_april(model), document__slug=BOARD_PAPER
        ).values_list("pk", flat=True)
    )
    in_order = sorted(keys)
    for start in range(0, len(in_order), AT_ONCE):
        part = model.objects.filter(pk__in=in_order[start : start + AT_ONCE])
        part.update(confirmed_on=None, confirmed_precision="day")
        write_history(apps, model, part.order_by("pk"), REASON)


def who_gave(apps, model) -> dict:
    """How each record of a model, by its key, got each day: the kinds and natures of those rows of
    history, and whether they were written on that very day."""
    rows = (
        history_of(apps, model)
        .order_by("id", "history_id")
        .values_list("id", "confirmed_on", "history_date", "history_nature", "history_type")
    )
    gave, before = defaultdict(set), None
    for key, day, written, nature, kind in rows.iterator():
        if (key, day) != before and day is not None:
            nature = nature or NATURES_OF_OLD.get(kind, "")
            gave[key, day].add((kind, nature, timezone.localdate(written) == day))
        before = key, day
    return gave


def stamped_by_typing(apps, model) -> set:
    """Each record, by its key, with a day on which somebody typed it, and to which nobody
    confirmed or corrected it."""
    return {
        record
        for record, gave in who_gave(apps, model).items()
        if any(nature in TYPED and is_that_day for _, nature, is_that_day in gave)
        and not any(nature in CONFIRMED_BY_HAND for _, nature, _ in gave)
    }


def copied_with_the_stamp(apps, model, confirmed: dict) -> set:
    """The keys of other names that a step copied from a record with the day of its typing."""
    if model.__name__ not in NAMED:
        return set()
    named = apps.get_model(model._meta.app_label, NAMED[model.__name__])
    stamped = stamped_by_typing(apps, named)
    what = ("confirmed_on", "name", "document_id", "locator")
    stamps = {
        tuple(said)
        for key, *said in history_of(apps, named).values_list("id", *what)
        if (key, said[0]) in stamped
    }
    by_hand = {
        record
        for record, gave in who_gave(apps, model).items()
        if any(kind == "~" and nature in CONFIRMED_BY_HAND for kind, nature, _ in gave)
    }
    return {
        key
        for key, *said in model.objects.filter(pk__in=confirmed).values_list("pk", *what)
        if tuple(said) in stamps and (key, said[0]) not in by_hand
    }


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
