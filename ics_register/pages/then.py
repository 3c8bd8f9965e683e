"""What was so on another day: the names of that day, and the first day there is anything of."""

import datetime
from collections.abc import Iterable

from django.db.models import Min, Q

from forums.models import Forum
from ics_register.pages.frame import AskedDay
from organisations.models import Organisation, OrganisationName
from records.models import NameKind


def not_over(asked: AskedDay, *paths: str) -> Q:
    """A filter: what `paths` lead to had not ended before the day.

    What a seat or post belongs to may end while the register still has people in it.
    """
    query = Q()
    for path in paths:
        end = f"{path}__end_date"
        query &= Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gte": asked.day})
    return query


def names_then(organisations: Iterable[int], asked: AskedDay) -> dict[int, str]:
    """What organisations that have changed their name were called on the day."""
    if asked.is_today:
        return {}
    former = OrganisationName.objects.as_at(asked.day).filter(
        kind=NameKind.FORMER, organisation__in=list(organisations)
    )
    return dict(former.order_by("start_date", "pk").values_list("organisation", "name"))


def earliest_day() -> datetime.date | None:
    """The first day of which the register knows an organisation or a forum; None if of none."""
    firsts = [
        model.objects.aggregate(first=Min("start_date"))["first"] for model in (Organisation, Forum)
    ]
    return min((day for day in firsts if day), default=None)
