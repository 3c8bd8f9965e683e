"""Relationships of organisations, as the page of one of them shows them."""

import datetime
import itertools

from django.db.models import Q, QuerySet
from django.utils.text import capfirst

from ics_register.pages.frame import AskedDay
from ics_register.pages.joins import with_sources
from ics_register.pages.statements import source_of
from organisations.models import Organisation, Relationship, RelationshipKind
from organisations.successions import (
    GIVEN_UP,
    PLANNED,
    TURNED_ROUND,
    UNTOLD,
    SuccessionKind,
)
from records.days import NO_LATEST
from records.periods import possible
from records.prepared import prepared

RELATIONSHIPS_TO = {
    **{RelationshipKind(kind): words for kind, words in TURNED_ROUND.items()},
    RelationshipKind.MEMBER_OF: "Has as members",
    RelationshipKind.PART_OF: "Includes",
    RelationshipKind.PARTNER_IN: "Has as partners",
}
# Words for relationships that ended before the day, or with one of the two. A succession never
# ends.
RELATIONSHIPS_BEFORE = {
    RelationshipKind.MEMBER_OF: ("Was a member of", "Had as members"),
    RelationshipKind.PART_OF: ("Was part of", "Included"),
    RelationshipKind.PARTNER_IN: ("Was a partner in", "Had as partners"),
}
# Words for a planned succession, one given up, or a relationship announced without a day, after “is
# to” or “was to”: read from the first of the two and from the second.
PLANS: dict[str, tuple[str, str]] = {
    RelationshipKind.MEMBER_OF: ("be a member of", "have as members"),
    RelationshipKind.PART_OF: ("be part of", "include"),
    RelationshipKind.PARTNER_IN: ("be a partner in", "have as partners"),
    SuccessionKind.SUCCEEDED_BY: ("be succeeded by", "succeed"),
    SuccessionKind.REPLACED_BY: ("be replaced by", "replace"),
    SuccessionKind.MERGED_INTO: ("be merged into", "be merged from"),
    SuccessionKind.SPLIT_INTO: ("be split into", "be split from"),
    SuccessionKind.IN_PART_BY: ("be taken over in part by", "take over part of"),
    SuccessionKind.RENAMED: ("be renamed", "be the new name of"),
}


def relationships_of(organisation: Organisation, asked: AskedDay) -> list[tuple[str, list]]:
    """The relationships of others to `organisation` on the day or before it, and last under each
    heading those known only from a later day; and the successions that documents of the day or
    before planned, and what they announced without a day.

    They are (relation, groups) with a group for each place in a document: [[(other, relationship),
    ...], ...].
    """
    stands = {
        each: each.stands(asked.day) for each in _relationships_of(organisation.pk, asked.day)
    }
    relationships = [each for each in stands if stands[each] != UNTOLD]

    def is_former(relationship) -> bool:
        return relationship.kind in RELATIONSHIPS_BEFORE and (
            relationship.has_ended(asked.day) or is_over(relationship, asked.day)
        )

    def in_turn(relationship) -> tuple:
        later = relationship.is_openly_perhaps(asked.day)
        return relationship.kind, is_former(relationship), later, plan_of(relationship)

    def plan_of(relationship) -> str:
        """ "is to", "was to"; "" of what is no plan."""
        if stands[relationship] not in (PLANNED, GIVEN_UP):
            return ""
        over = is_over(relationship, asked.day)
        verb = relationship.verb(stands[relationship], asked.day, over)
        return verb.removesuffix(" be")

    def told(relationship) -> tuple[str, Organisation]:
        is_from = relationship.from_organisation_id == organisation.pk
        other = relationship.to_organisation if is_from else relationship.from_organisation
        if is_former(relationship):
            return RELATIONSHIPS_BEFORE[relationship.kind][not is_from], other
        if plan := plan_of(relationship):
            return capfirst(f"{plan} {PLANS[relationship.kind][not is_from]}"), other
        kind = relationship.get_kind_display() if is_from else RELATIONSHIPS_TO[relationship.kind]
        return capfirst(kind), other

    headed: dict[str, list] = {}
    for relationship in sorted(relationships, key=in_turn):
        heading, other = told(relationship)
        headed.setdefault(heading, []).append((other, relationship))

    def stated(pair) -> tuple:
        return source_of(pair[1])

    return [
        (heading, [list(group) for _, group in itertools.groupby(pairs, stated)])
        for heading, pairs in headed.items()
    ]


def is_over(relationship: Relationship, day: datetime.date) -> bool:
    """Whether one of the two has ended before the day, and what is between them with it."""
    return bool(_ended_of(relationship, day))


def _ended_of(relationship: Relationship, day: datetime.date) -> list[Organisation]:
    both = (relationship.from_organisation, relationship.to_organisation)
    return [each for each in both if each.has_ended(day)]


def ended_with(relationship: Relationship, day: datetime.date) -> str:
    """The words after the period of what ended with one of the two: "; Teme CCG ended 31 March
    2020"."""
    if relationship.kind not in RELATIONSHIPS_BEFORE or relationship.has_ended(day):
        return ""
    return "".join(f"; {each} {each.told_end('ended')}" for each in _ended_of(relationship, day))


def when_told(relationship: Relationship, day: datetime.date) -> str:
    """When a planned succession is to come, or was, and by whose plan; "" of what has a period."""
    stands, over = relationship.stands(day), is_over(relationship, day)
    return relationship.when_told(stands, day, over) if stands in (PLANNED, GIVEN_UP) else ""


@prepared
def _relationships_of(organisation: int, day: datetime.date) -> QuerySet:
    found = Relationship.objects.filter(
        Q(from_organisation=organisation) | Q(to_organisation=organisation),
        possible(day)
        | Q(latest_end__lt=day)
        | Q(latest_start=NO_LATEST)
        | Q(kind__in=SuccessionKind.values),
    )
    found = with_sources(
        found, "from_organisation", "to_organisation", sources=Relationship.DOCUMENT_FIELDS
    )
    return found.order_by("kind", "start_date", "id")


def others_of(relationships: list[tuple[str, list]]) -> list[int]:
    """The organisations in the answer of `relationships_of`."""
    return [other.pk for _, groups in relationships for other, _ in itertools.chain(*groups)]
