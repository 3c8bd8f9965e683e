"""What an upgrade puts right: the records that migrations correct, each with a row of history."""

import functools
import uuid
from collections.abc import Iterable
from typing import Any

from django.db.migrations.state import StateApps
from django.utils import timezone


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
