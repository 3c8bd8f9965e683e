"""Names of organisations and forums on a day, and the first day there is anything of."""

import datetime
from collections.abc import Iterable

from django.db.models import Case, F, Min, QuerySet, When

from forums.change_kinds import text
from forums.models import Forum, ForumName
from forums.seat_holders import HeldSeat
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
NO_SLUG = ("",)


def names_then(
    asked: AskedDay, *, organisations: Iterable[int] = (), forums: Iterable[int] = ()
) -> NamesThen:
    """The names on the day of organisations and forums that have changed their name, in words, by
    key and by slug."""
    keys = tuple(organisations) or NONE, tuple(forums) or NONE
    if asked.is_today or keys == (NONE, NONE):
        return {"organisation": {}, "forum": {}}
    return _by_key_and_slug(_former_names(*keys, asked.day), asked)


def names_then_by_slug(
    asked: AskedDay, *, organisations: Iterable[str] = (), forums: Iterable[str] = ()
) -> NamesThen:
    """As `names_then`, of those with these slugs."""
    slugs = tuple(sorted(organisations)) or NO_SLUG, tuple(sorted(forums)) or NO_SLUG
    if asked.is_today or slugs == (NO_SLUG, NO_SLUG):
        return {"organisation": {}, "forum": {}}
    return _by_key_and_slug(_names_of(*slugs, asked.day, by="slug"), asked)


def _by_key_and_slug(former_names: Iterable[tuple], asked: AskedDay) -> NamesThen:
    names: NamesThen = {"organisation": {}, "forum": {}}
    for _, what, owner, slug, name, *period in former_names:
        if words := _in_words(name, PeriodRow(*period), asked):
            names[what][owner] = names[what][slug] = words
    return names


def so_called(name: str, key: int | str | None, names: dict[int | str, str]) -> str:
    """A name, with the name on the day if that was another: "Teme ICB (then called Teme CCG)"."""
    return f"{name} ({names[key]})" if key in names else name


def spoken_for(seats: Iterable[HeldSeat]) -> set[int]:
    """The keys of the organisations for which seats or people in them speak, and of those that have
    the posts that seats go with."""
    keys = {
        key
        for seat in seats
        for key in (seat.for_id, seat.post_organisation_id, *(x.for_id for x in seat.recorded))
    }
    return {key for key in keys if key is not None}


def say_posts_then(seats: Iterable[HeldSeat], names: NamesThen) -> None:
    """Add the name on the day of the organisation, where that was another, to the words for the
    posts that seats go with."""
    called = names["organisation"]
    for seat in seats:
        if seat.post_organisation_slug in called:
            seat.post_organisation_then = f" ({called[seat.post_organisation_slug]})"
            for holder in seat.recorded:
                if holder.ex_officio and holder.by_source is None:
                    holder.ex_officio += seat.post_organisation_then


@prepared
def _former_names(
    organisations: tuple[int, ...], forums: tuple[int, ...], day: datetime.date
) -> QuerySet:
    return _names_of(organisations, forums, day, by="pk")


def _names_of(organisations: tuple, forums: tuple, day: datetime.date, *, by: str) -> QuerySet:
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
            OrganisationName.objects.listed(day).filter(
                **{f"organisation__{by}__in": organisations}
            ),
            "organisation",
        )
        .union(
            rows(ForumName.objects.listed(day).filter(**{f"forum__{by}__in": forums}), "forum"),
            all=True,
        )
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
