"""Names of organisations and forums on a day, and the first day there is anything of."""

import datetime
from collections.abc import Iterable

from django.db.models import F, Min, QuerySet

from forums.change_kinds import text
from forums.models import Forum, ForumName
from ics_register.pages.frame import AskedDay
from organisations.models import Organisation, OrganisationName
from records.days import FIRST_DAY
from records.models import NameKind, OtherName
from records.periods import Period, Qualifier, When, date_in_words
from records.prepared import prepared

NamesThen = dict[str, dict[int, str]]
# A key that no record has. An empty tuple would have the query compiled each time.
NONE = (0,)


def names_then(
    asked: AskedDay, *, organisations: Iterable[int] = (), forums: Iterable[int] = ()
) -> NamesThen:
    """The names on the day of organisations and forums that have changed their name, in words."""
    names: NamesThen = {"organisation": {}, "forum": {}}
    keys = tuple(organisations) or NONE, tuple(forums) or NONE
    if asked.is_today or keys == (NONE, NONE):
        return names
    for _, what, owner, name, *ends in _former_names(*keys, asked.day):
        if words := _in_words(name, When(*ends) if ends[0] else None, asked):
            names[what][owner] = words
    return names


@prepared
def _former_names(
    organisations: tuple[int, ...], forums: tuple[int, ...], day: datetime.date
) -> QuerySet:
    def rows(names: QuerySet, owner: str) -> QuerySet:
        return (
            names.filter(kind=NameKind.FORMER)
            .order_by()
            .values_list("pk", text(owner), F(owner), "name", *Period.END_FIELDS)
        )

    return (
        rows(
            OrganisationName.objects.as_at(day).filter(organisation__in=organisations),
            "organisation",
        )
        .union(rows(ForumName.objects.as_at(day).filter(forum__in=forums), "forum"), all=True)
        .order_by("pk")
    )


def names_of_one(names: Iterable[OtherName], asked: AskedDay) -> list[str]:
    """The former names that an organisation or a forum had on the day, in words. `names` are all
    its other names."""
    if asked.is_today:
        return []
    then = [n for n in names if n.kind == NameKind.FORMER and n.is_in_force(asked.day)]
    return [words for name in then if (words := _in_words(name.name, name.ends, asked))]


def _in_words(name: str, ends: When | None, asked: AskedDay) -> str:
    """A former name that was in use on the day, in words; "" if perhaps it was not.

    A name that ended *by* a month may have ended earlier, and is not claimed for that month. A name
    that ended *not before* a day may have been in use on any day after it.
    """
    if ends is None or ends.qualifier == Qualifier.ON:
        return f"then called {name}"
    gone = date_in_words(ends.day, ends.precision)
    if ends.qualifier == Qualifier.BY:
        is_sure = asked.day < ends.first_possible()
        return f"called {name} until {gone} at the latest" if is_sure else ""
    if asked.day <= ends.first_possible():
        return f"then called {name}"
    return f"called {name} until {gone} at the earliest"


def earliest_day() -> datetime.date | None:
    """The first day on which the register has an organisation or a forum; None if there is none."""
    firsts = [
        model.objects.aggregate(first=Min("start_date"))["first"] for model in (Organisation, Forum)
    ]
    first = min((day for day in firsts if day), default=None)
    return max(first, FIRST_DAY) if first else None
