"""The organisations that succeeded others."""

import datetime
from collections import defaultdict
from collections.abc import Iterable

from organisations.models import Organisation, Relationship, RelationshipKind


def successors(
    organisations: Iterable[int | None], day: datetime.date | None = None
) -> dict[int, list[Organisation]]:
    """The successors of each of `organisations`, by its key. With a `day`, those who had certainly
    succeeded it by then."""
    found = defaultdict(list)
    relationships = Relationship.objects.filter(
        kind=RelationshipKind.SUCCEEDED_BY, from_organisation__in=organisations
    )
    if day is not None:
        relationships = relationships.filter(latest_start__lte=day)
    for relationship in relationships.select_related("to_organisation"):
        found[relationship.from_organisation_id].append(relationship.to_organisation)
    return found
