"""Which terms of reference a forum has on a day."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from forums.models import Forum, TermsOfReference


class TermsStanding(StrEnum):
    """Whether the terms of reference that are shown for a day are in force."""

    IN_FORCE = "in-force"
    PERHAPS = "perhaps"
    AS_IT_ENDED = "as-it-ended"
    NOT_RECORDED = "not-recorded"


@dataclass(frozen=True)
class TermsOnDay:
    """The terms of reference of a forum on a day, and all versions of them in order.

    `shown` says nothing if none are recorded for the day. If two may have been in force, it is the
    earlier, and `or_else` has the other.
    """

    standing: TermsStanding
    shown: TermsOfReference
    or_else: list[TermsOfReference]
    versions: list[TermsOfReference]

    @property
    def are_recorded(self) -> bool:
        return self.standing != TermsStanding.NOT_RECORDED

    @property
    def are_certain(self) -> bool:
        return self.standing == TermsStanding.IN_FORCE


def terms_on(versions: Iterable[TermsOfReference], forum: Forum, day: datetime.date) -> TermsOnDay:
    """What holds on the day of all `versions` of a forum's terms of reference.

    A forum that has ended is shown with those that it had when it did.
    """
    versions = sorted(versions, key=lambda each: (each.latest_start, each.pk))
    if forum.has_ended(day):
        had = [each for each in versions if each.earliest_start <= forum.latest_end]
        if had:
            return TermsOnDay(TermsStanding.AS_IT_ENDED, had[-1], [], versions)
    for each in versions:
        if each.certainly(day):
            return TermsOnDay(TermsStanding.IN_FORCE, each, [], versions)
    perhaps = [each for each in versions if each.is_listed(day)]
    if perhaps:
        return TermsOnDay(TermsStanding.PERHAPS, perhaps[0], perhaps[1:], versions)
    return TermsOnDay(TermsStanding.NOT_RECORDED, TermsOfReference(), [], versions)
