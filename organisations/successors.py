"""The organisations that succeeded others."""

import datetime
from collections import defaultdict
from collections.abc import Iterable

from organisations.models import Organisation, Relationship
from organisations.successions import OF_THE_WHOLE


def successors(
    organisations: Iterable[int | None], day: datetime.date | None = None
) -> dict[int, list[Organisation]]:
    """The successors of each of `organisations` as a whole, by its key. With a `day`, those who had
    certainly succeeded it by then."""
    found = defaultdict(list)
    for key, ties in successions(organisations, day).items():
        found[key] = [tie.to_organisation for tie in ties]
    return found


def successions(
    organisations: Iterable[int | None], day: datetime.date | None = None
) -> dict[int, list[Relationship]]:
    """The successions in which others came after each of `organisations`, likewise."""
    found = defaultdict(list)
    relationships = Relationship.objects.filter(
        kind__in=OF_THE_WHOLE,
        from_organisation__in=organisations,
        given_up_document=None,
    )
    if day is not None:
        relationships = relationships.filter(latest_start__lte=day)
    for relationship in relationships.select_related("to_organisation", "document"):
        found[relationship.from_organisation_id].append(relationship)
    return found


# How many successions lead on from one that has closed, at the most, to what is still open.
MOST_IN_TURN = 10


def open_successions(closed: Iterable[int], day: datetime.date) -> dict[int, list[Relationship]]:
    """The successions by which something still open on a day came after each of `closed`: after it,
    or after a successor that has closed too."""
    found = defaultdict(list)
    # Organisations that have closed, each with those of `closed` that it came after, or that it is.
    over: dict[int, set[int]] = {key: {key} for key in closed}
    for _ in range(MOST_IN_TURN):
        next_ones: dict[int, set[int]] = defaultdict(set)
        for before, ties in (successions(over, day) if over else {}).items():
            for tie in ties:
                if tie.to_organisation.has_ended(day):
                    next_ones[tie.to_organisation_id] |= over[before]
                    continue
                for key in over[before]:
                    found[key].append(tie)
        over = next_ones
    return found
