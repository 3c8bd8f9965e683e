"""Names of organisations and forums on a day, and the first day there is anything of."""

import datetime
from collections.abc import Iterable

from django.db.models import Case, F, Min, QuerySet, When

from forums.change_kinds import text
from forums.models import Forum, ForumName
from ics_register.pages.frame import AskedDay
from organisations.models import Organisation, OrganisationName
from records.days import FIRST_DAY, NO_EARLIEST, NO_LATEST
from records.models import NameKind, OtherName
from records.periods import Period, Qualifier, date_in_words
from records.prepared import prepared
from records.together import PeriodRow

NamesThen = dict[str, dict[int | str, str]]
# A key that no record has. An empty tuple would have the query compiled each time.
NONE = (0,)


def names_then(
    asked: AskedDay, *, organisations: Iterable[int] = (), forums: Iterable[int] = ()
) -> NamesThen:
    """The names on the day of organisations and forums that have changed their name, in words, by
    key and by slug."""
    names: NamesThen = {"organisation": {}, "forum": {}}
    keys = tuple(organisations) or NONE, tuple(forums) or NONE
    if asked.is_today or keys == (NONE, NONE):
        return names
    for _, what, owner, slug, name, *period in _former_names(*keys, asked.day):
        if words := _in_words(name, PeriodRow(*period), asked):
            names[what][owner] = names[what][slug] = words
    return names


@prepared
def _former_names(
    organisations: tuple[int, ...], forums: tuple[int, ...], day: datetime.date
) -> QuerySet:
    def rows(names: QuerySet, owner: str) -> QuerySet:
        return (
            names.filter(kind=NameKind.FORMER)
            .order_by()
            .values_list(
                "pk", text(owner), F(owner), F(f"{owner}__slug"), "name", *PeriodRow.COLUMNS
            )
        )

    return (
        rows(
            OrganisationName.objects.listed(day).filter(organisation__in=organisations),
            "organisation",
        )
        .union(rows(ForumName.objects.listed(day).filter(forum__in=forums), "forum"), all=True)
        .order_by("pk")
    )


def names_of_one(names: Iterable[OtherName], asked: AskedDay) -> list[str]:
    """The former names that an organisation or a forum had on the day, in words. `names` are all
    its other names."""
    if asked.is_today:
        return []
    then = [n for n in names if n.kind == NameKind.FORMER and n.is_listed(asked.day)]
    return [words for name in then if (words := _in_words(name.name, name, asked))]


def _in_words(name: str, period: Period, asked: AskedDay) -> str:
    """A former name that was or may have been in use on the day, in words; "" if none are true.

    A name that ended *by* a month may have ended earlier, and is not claimed for that month. A name
    that ended *not before* a day may have been in use on any day after it.
    """
    ends = period.ends
    gone = date_in_words(ends.day, ends.precision) if ends else ""
    if ends and ends.qualifier == Qualifier.NOT_BEFORE and ends.first_possible() < asked.day:
        return f"called {name} until {gone} at the earliest"
    if period.certainly(asked.day):
        return f"then called {name}"
    if ends is None or ends.qualifier != Qualifier.BY:
        return f"perhaps then called {name}"
    is_sure = asked.day < ends.first_possible()
    return f"called {name} until {gone} at the latest" if is_sure else ""


def earliest_day() -> datetime.date | None:
    """The first day on which a list has an organisation or a forum; None if there is none."""
    # Names with no earliest start are listed from the day on which they had begun at the latest.
    first = Case(
        When(earliest_start__gt=NO_EARLIEST, then="earliest_start"), default="latest_start"
    )
    ever = {"latest_start__lt": NO_LATEST, "earliest_end__gt": NO_EARLIEST}
    firsts = [
        model.objects.filter(**ever).aggregate(first=Min(first))["first"]
        for model in (Organisation, Forum)
    ]
    earliest = min((day for day in firsts if day), default=None)
    return max(earliest, FIRST_DAY) if earliest else None
