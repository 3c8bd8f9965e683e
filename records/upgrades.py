"""What an upgrade puts right: the records that migrations correct, each with a row of history."""

import functools
import uuid
from collections.abc import Iterable
from typing import Any

from django.db.migrations.state import StateApps
from django.db.models import Q
from django.utils import timezone

from records.periods import Precision, Qualifier, first_day


@functools.cache
def batch() -> uuid.UUID:
    """The number of the batch that is everything put right by one run of `migrate`."""
    return uuid.uuid4()


def history_of(apps: StateApps, model: Any) -> Any:
    """The history of a model as migrations have it; None if it is no record of the register."""
    try:
        return apps.get_model(model._meta.app_label, f"Historical{model.__name__}").objects
    except LookupError:
        return None


def write_history(apps: StateApps, model: Any, records: Iterable[Any], reason: str) -> None:
    """Write a row of history of each of `records` as it has just been saved, for a reason.

    The models of migrations write none of their own.
    """
    history, fields = (
        history_of(apps, model),
        [each.attname for each in model._meta.concrete_fields],
    )
    together = {
        "history_date": timezone.now(),
        "history_type": "~",
        "history_nature": "upgraded",
        "history_batch": batch(),
        "history_change_reason": reason,
    }
    history.bulk_create(
        history.model(**{name: getattr(record, name) for name in fields}, **together)
        for record in records
    )


NEVER_ENDS = "A succession has a start and no end: its end is taken off."


def take_ends_off(
    apps: StateApps, schema_editor: Any, model: tuple[str, str], never_end: Q
) -> None:
    """Take the ends off the records that never end, each with a row of history.

    A record that has an end alone had begun by then. A plan given up was not to begin before it.
    """
    record = apps.get_model(*model)
    found = list(record.objects.filter(never_end, end_date__isnull=False).order_by("pk"))
    for each in found:
        if each.start_date is None:
            given_up = each.given_up_document_id is not None
            each.start_qualifier = Qualifier.NOT_BEFORE if given_up else Qualifier.BY
            each.start_precision = each.end_precision
            each.start_date = first_day(each.end_date, each.end_precision)
        each.end_date, each.end_precision, each.end_qualifier = None, Precision.DAY, Qualifier.ON
        each.end_document_id, each.end_locator = None, ""
        days = each.worked_out_days()
        each.earliest_start, each.latest_start, each.earliest_end, each.latest_end = days
        each.save()
    write_history(apps, record, found, NEVER_ENDS)
