"""What happened between two days: what began, ended, was handed over or renamed.

Changes are dated by the sources, not by when the register recorded them. A date may stand for many
days, "April 2019" for any day of that month, and a change is found if any of them is asked about.
A fact that was so *by* a day is no event of that day, and comes after the events.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    IntegerField,
    Max,
    Min,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from forums.change_kinds import END, KIND, KINDS, NAMED, START, Key, Kind, Subject, text
from forums.handovers import SOLE_HOLDER, predecessors, successors
from forums.models import Seat
from records.days import day_before
from records.periods import Precision, Qualifier, first_day, last_day
from records.prepared import prepared


@dataclass(frozen=True)
class Between:
    """The days that are asked about, both included."""

    first: datetime.date
    last: datetime.date

    def windows(self) -> Iterator[tuple[Precision, datetime.date, datetime.date]]:
        """Each precision, the narrowest first, with the first and the last date of it that may
        stand for one of these days."""
        for precision in Precision:
            yield precision, first_day(self.first, precision), last_day(self.last, precision)

    def surely(self, day: datetime.date, precision: str) -> bool:
        """Whether all the days that a date may stand for are among these."""
        return self.first <= first_day(day, precision) and last_day(day, precision) <= self.last


class Windows:
    """The dates that are stored of what may be listed on one of some days, for each precision.

    It calculates nothing from them, so that a query of them can be prepared."""

    def __init__(self, *dates: datetime.date):
        self.dates = dates
        self.eves, self.bounds, self.own = dates[:2], dates[2:4], dates[4:]

    @classmethod
    def around(cls, days: Between) -> "Windows":
        windows = [(earliest, latest) for _, earliest, latest in days.windows()]
        firsts, lasts = zip(*windows, strict=True)
        eves = day_before(days.first), day_before(days.last)
        bounds = min(*firsts, eves[0]), max(lasts)
        return cls(*eves, *bounds, *chain.from_iterable(windows))

    def of(self, kind: Kind) -> Iterator[tuple[Precision, datetime.date, datetime.date]]:
        """Each precision with its first and last date: of a kind that is listed on the day after,
        the day before."""
        for precision, *window in zip(Precision, self.own[::2], self.own[1::2], strict=True):
            eves = kind.listed_the_day_after and precision == Precision.DAY
            earliest, latest = self.eves if eves else window
            yield precision, earliest, latest


def may_be_listed_on(kind: Kind, which: str, windows: Windows) -> Q:
    """A filter: the start, or the end, may be listed on one of the days of `windows`."""
    query = Q()
    for precision, earliest, latest in windows.of(kind):
        within = Q(**{f"{which}_date__gte": earliest, f"{which}_date__lte": latest})
        query |= within & Q(**{f"{which}_precision": precision})
    # All windows as one, so that the database can look the dates up in an index.
    first, last = windows.bounds
    bounds = Q(**{f"{which}_date__gte": first, f"{which}_date__lte": last})
    return query & bounds & tells_a_day(which)


def tells_a_day(which: str) -> Q:
    """A filter: something began, or ended, on or by a day. Not before a day is no event."""
    return Q(**{f"{which}_qualifier__in": [Qualifier.ON, Qualifier.BY]})


def if_may_be_listed_on(kind: Kind, which: str, windows: Windows) -> Q:
    """The same filter for rows that are found by something else: no index is tried on the date."""
    cases = [
        When(
            **{f"{which}_precision": precision},
            then=ExpressionWrapper(
                Q(**{f"{which}_date__gte": earliest, f"{which}_date__lte": latest}),
                output_field=BooleanField(),
            ),
        )
        for precision, earliest, latest in windows.of(kind)
    ]
    return Q(Case(*cases, default=False, output_field=BooleanField())) & tells_a_day(which)


def keys_between(days: Between, about: Subject | None = None) -> QuerySet:
    """What happened between two days, as rows for `as_key`: of everything, or of what concerns one
    forum, organisation or person.

    Events come first, then what was so by a day; each is sorted by date and then by the forum or
    organisation that it is about. Without `about`, a record that began or ended with its owner is
    left to the owner's sentence. It is no change that something is so from the first day of a
    record, or to the last.
    """
    return _first_keys(Windows.around(days), about, None)


def _first_keys(windows: Windows, about: Subject | None, most: int | None) -> QuerySet:
    name, *key = about or (None,)
    return _prepared_keys(*windows.dates, *key, about=name, most=most)


# Django takes longer to put these thirty queries together than the database to answer them.
@prepared
def _prepared_keys(*values, about: str | None, most: int | None) -> QuerySet:
    if about is None:
        return _keys(Windows(*values))[:most]
    *dates, key = values
    return _keys(Windows(*dates), (about, key))[:most]


def _keys(
    windows: Windows, about: Subject | None = None, until: datetime.date | None = None
) -> QuerySet:
    """The rows of `keys_between`. `until` leaves out later events, and all that was so by a day."""
    parts = []
    for kind, which, concerned in _events(about):
        if about is None:
            found = kind.rows_with(which).filter(
                may_be_listed_on(kind, which, windows), kind.not_with_owner(which)
            )
        else:
            concerned_or_next = _or_took_over(kind, which, concerned)
            found = kind.rows_with(which).filter(
                concerned_or_next, if_may_be_listed_on(kind, which, windows)
            )
            if kind.true_of:
                found = found.filter(kind.not_with_owner(which))
        if until is not None:
            found = found.alias(on=kind.day_of(which)).filter(
                **{f"{which}_qualifier": Qualifier.ON}, on__lte=until
            )
        parts.append(_as_rows(kind, which, _handed_over(kind, which, found, windows)))
    return (
        parts[0]
        .union(*parts[1:], all=True)
        # A first day begins before a last day is over.
        .order_by("limit", "on", "owner_name", "rank", "-which", "pk")
    )


def _events(about: Subject | None) -> Iterator[tuple[Kind, str, Q]]:
    """The events of each kind, with the filter of those that concern what is asked about."""
    for kind in KINDS:
        for which in kind.events_about(about):
            concerned = kind.concerning(about, which)
            if concerned is not None:
                yield kind, which, concerned


def _or_took_over(kind: Kind, which: str, concerned: Q) -> Q:
    """A filter: it is `concerned`, or took over from a tenure that is, or goes on from a seat."""
    if not (kind.held_field or kind.model is Seat) or which != START:
        return concerned
    before = Q(Exists(predecessors(kind).filter(concerned)))
    # An index finds first what is of the same post or forum.
    if kind.held_field == "post":
        return _in_the_same(kind, "post", concerned) & (concerned | (SOLE_HOLDER & before))
    forum = "forum" if kind.model is Seat else "seat__forum"
    return _in_the_same(kind, forum, concerned) & (concerned | before)


def _in_the_same(kind: Kind, path: str, concerned: Q) -> Q:
    """A filter: it is of the same post or forum as something that is `concerned`."""
    those = kind.model.objects.filter(concerned).order_by().values(path)
    return Q(**{f"{path}__in": those})


def _handed_over(kind: Kind, which: str, rows: QuerySet, windows: Windows) -> QuerySet:
    """`rows`, each with the tenure that it took over from, and without the ends of those."""
    nobody = Value(0, IntegerField())
    if not kind.taken_over_in or which == NAMED:
        return rows.annotate(follows=nobody)
    if which == END:
        next_one = successors(kind).filter(may_be_listed_on(kind, START, windows))
        return rows.exclude(Q(Exists(next_one))).annotate(follows=nobody)
    return rows.annotate(follows=Coalesce(Subquery(predecessors(kind).values("pk")[:1]), nobody))


def _as_rows(kind: Kind, which: str, records: QuerySet) -> QuerySet:
    return records.annotate(
        limit=Case(
            When(**{f"{which}_qualifier": Qualifier.BY}, then=1),
            default=0,
            output_field=IntegerField(),
        ),
        on=kind.day_of(which),
        owner_name=kind.owner_name,
        rank=Value(kind.rank, IntegerField()),
        what=text(kind.what),
        which=text(which),
    ).values_list("limit", "on", "owner_name", "rank", "what", "which", "pk", "follows")


def as_key(row: tuple) -> Key:
    *_, what, which, pk, follows = row
    return Key(what, which, pk, follows or None)


def first_keys(
    days: Between, about: Subject | None = None, *, most: int, before: int = 0
) -> list[tuple]:
    """The rows from number `before` to number `most` of what `keys_between` gives, without reading
    much of what comes after them."""
    until = _day_of_so_many(days, most) if about is None else None
    windows = Windows.around(days)
    if until is None and not before:
        return list(_first_keys(windows, about, most))
    return list(_keys(windows, about, until)[before:most])


def _day_of_so_many(days: Between, most: int) -> datetime.date | None:
    """A day by which `most` memberships have begun, if there are so many: a register has more
    memberships than anything else, and each beginning is a row."""
    kind, parts = KIND["membership"], []
    for precision, earliest, latest in days.windows():
        begun = (
            kind.rows()
            .filter(
                start_qualifier=Qualifier.ON, start_precision=precision, start_date__gte=earliest
            )
            .order_by("start_date")
        )
        # Bounding the date in the inner query makes PostgreSQL underestimate the rows, and sort
        # them all.
        last = kind.model.objects.filter(
            start_date__lte=latest, pk__in=begun.values("pk")[most - 1 : most]
        )
        parts.append(last.order_by().values_list("start_date", flat=True))
    return min(parts[0].union(*parts[1:], all=True), default=None)


def days_of_changes(up_to: datetime.date, about: Subject | None = None) -> Between | None:
    """From the first to the last day up to `up_to` on which anything began or ended, or anything
    that concerns one forum, organisation or person; None if nothing did."""
    parts = [
        kind.rows_with(which)
        .alias(on=kind.day_of(which))
        .filter(concerned, tells_a_day(which), on__lte=up_to)
        .annotate(one=Value(1))
        .values("one")
        .annotate(earliest=Min("on"), latest=Max("on"))
        .values_list("earliest", "latest")
        for kind, which, concerned in _events(about)
    ]
    found = [days for days in parts[0].union(*parts[1:]) if None not in days]
    if not found:
        return None
    return Between(min(first for first, _ in found), max(last for _, last in found))
