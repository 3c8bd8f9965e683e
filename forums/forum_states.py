"""What a forum is beside its terms of reference, and what it was before that changed.

A forum that was proposed is set up, moves to another place or gets another host. It stays the same
forum, with its seats, its members and its lines. A forum that never came about ends as a proposal.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from forums.choices import ForumStatus
from organisations.held_terms import (
    EarlierTerms,
    TermsChange,
    changes_among,
    not_over_on,
    recorded_once,
    terms_by_key,
)
from organisations.models import Organisation, Place
from records.models import one_of
from records.prepared import prepared


class ForumState(EarlierTerms):
    """Whether a forum was set up, who hosted it and which place it served, until that changed."""

    forum = models.ForeignKey(
        "forums.Forum", on_delete=models.PROTECT, related_name="earlier_states"
    )
    status = models.CharField(max_length=15, choices=ForumStatus, default=ForumStatus.ESTABLISHED)
    host = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="forums_hosted_before",
        verbose_name="host organisation",
    )
    place = models.ForeignKey(
        Place, null=True, blank=True, on_delete=models.PROTECT, related_name="forums_before"
    )

    terms_of = "forum"
    laid_down = ("status", "host", "place")
    names = {"host": "host__name", "place": "place__name"}
    fixed_fields = ("forum",)
    named_by = ("forum",)
    no_overlaps = (recorded_once("forums_forumstate_once", "forum"),)

    class Meta(EarlierTerms.Meta):
        verbose_name = "earlier state of a forum"
        verbose_name_plural = "earlier states of forums"
        ordering = ["forum__folded", "latest_end", "id"]
        constraints = [*EarlierTerms.Meta.constraints, one_of("status", ForumStatus)]
        indexes = [
            *EarlierTerms.Meta.indexes,
            models.Index(fields=["forum", "latest_end"], name="forums_forumstate_by_forum"),
        ]

    def __str__(self):
        return f"{self.forum} until {self.end_in_words()}"


def first_status() -> Coalesce:
    """An expression on forums: the status with which each began."""
    earlier = ForumState.objects.filter(forum=OuterRef("pk")).order_by("latest_end")
    return Coalesce(Subquery(earlier.values("status")[:1]), F("status"))


def as_on(day: datetime.date, so: Q) -> Q:
    """A filter on forums: their status, host and place on `day` meet the condition `so`."""
    not_over = ForumState.objects.filter(latest_end__gte=day).order_by()
    sooner = not_over.filter(forum=OuterRef("forum"), latest_end__lt=OuterRef("latest_end"))
    then = not_over.filter(~Exists(sooner), so)
    return Q(pk__in=then.values("forum")) | (~Q(pk__in=not_over.values("forum")) & so)


def established_on(day: datetime.date) -> Q:
    """A filter on forums: each was set up by `day`, and not only proposed."""
    return as_on(day, Q(status=ForumStatus.ESTABLISHED))


@prepared
def _states_of(forums: tuple[int, ...]) -> QuerySet:
    return ForumState.objects.filter(forum__in=forums).select_related("host", "place")


def states_of(forums: Iterable[int]) -> defaultdict[int, list[ForumState]]:
    """The earlier states of forums, by the key of each. Asks a query, if there are any forums."""
    found: defaultdict[int, list[ForumState]] = defaultdict(list)
    keys = tuple(sorted(forums))
    for each in _states_of(keys) if keys else ():
        found[each.forum_id].append(each)
    return found


def as_they_were(forums: Iterable[Any], day: datetime.date) -> None:
    """Give each of some forums, read with `Forum.knowing_of_terms` to be shown and not saved, the
    status, host and place that it had on a day. Asks a query if one of them has changed."""
    changed = [each for each in forums if each.has_terms]
    found = states_of(each.pk for each in changed)
    for each in changed:
        for state in not_over_on(found[each.pk], day)[:1]:
            for name in ForumState.laid_down:
                setattr(each, name, getattr(state, name))


def changes_of_forum(forum: Any) -> list[TermsChange]:
    """The changes of the status, host and place of a forum as it is now. Asks a query if there are
    any."""
    if not forum.has_terms:
        return []
    now = {"status": forum.status}
    for name in ("host", "place"):
        now[name] = getattr(getattr(forum, name), "name", None)
    return changes_among(terms_by_key(ForumState, [forum.pk])[forum.pk], now)
