"""The organisations that succeeded others."""

import datetime
from collections import defaultdict
from collections.abc import Iterable

from organisations.models import Organisation, Relationship
from organisations.successions import SuccessionKind


def successors(
    organisations: Iterable[int | None], day: datetime.date | None = None
) -> dict[int, list[Organisation]]:
    """The successors of each of `organisations` as a whole, by its key. With a `day`, those who had
    certainly succeeded it by then."""
    return {
        key: [each.to_organisation for each in found]
        for key, found in successions(organisations, day).items()
    }


def successions(
    organisations: Iterable[int | None], day: datetime.date | None = None
) -> dict[int, list[Relationship]]:
    """The successions in which others came after each of `organisations`, likewise."""
    found = defaultdict(list)
    relationships = Relationship.objects.filter(
        kind__in=[kind for kind in SuccessionKind.values if kind != SuccessionKind.IN_PART_BY],
        from_organisation__in=organisations,
        given_up_document=None,
    )
    if day is not None:
        relationships = relationships.filter(latest_start__lte=day)
    for relationship in relationships.select_related("to_organisation", "document"):
        found[relationship.from_organisation_id].append(relationship)
    return found
