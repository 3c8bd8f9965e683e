"""Joint appointments: one appointment of one person to posts of several organisations."""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models

from records.periods import When


class Joint(models.Model):
    """An appointment, which may be one with others of the same person."""

    joint = models.CharField(
        "joint appointment",
        max_length=60,
        blank=True,
        help_text="Of one appointment to posts of several organisations: the same words on the "
        "record of each, such as “joint from 2023”. Leave empty of any other.",
    )

    # The organisations of the others on the day that was read, where they were read.
    joint_with: Sequence[Any] = ()

    class Meta:
        abstract = True


def joint_from(begins: When) -> str:
    """The words that the records of a joint appointment share if nobody has chosen others."""
    return f"joint from {begins.as_edtf()}"


def joint_with(one: Any, others: Iterable[Any], day: datetime.date) -> list[Any]:
    """The appointments among `others` that are one with `one` on `day`; or on the last day of `one`
    if it is over then, and on the first if it is to come. What ended with its post or organisation
    is left out."""
    if not one.joint:
        return []
    day = max(one.earliest_start, min(day, one.latest_end))
    return [
        other
        for other in others
        if (other.person_id, other.joint) == (one.person_id, one.joint)
        and other.id != one.id
        and (other.possibly(day) or (one.start_is_announced and other.start_is_announced))
        and not other.post.has_ended(day)
        and not other.post.organisation.has_ended(day)
    ]
