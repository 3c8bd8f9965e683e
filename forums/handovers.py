"""Which tenure took over from which: two that adjoin, of a post or seat that has one holder, or of
one person who has another term. And which terms of reference took the place of which, and which
seat goes on as which."""

from collections.abc import Iterable
from dataclasses import replace

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery
from django.db.models import When as CaseWhen
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact, GreaterThanOrEqual, LessThanOrEqual

from forums.change_kinds import END, KINDS, START, DaysAfter, Key, Kind, text
from forums.models import Seat
from people.models import Basis
from records.periods import Precision, Qualifier

ACTS = Q(basis=Basis.ACTING)
# Whoever acts for an absent holder neither hands over nor takes over.
SOLE_HOLDER = Q(sole=True) & ~ACTS


def adjoining(earlier, later) -> Q:
    """A filter: one tenure ended when the next began, by dates that are no limits.

    A tenure known to the day ends on the eve of the next; one known to the month or year ends in
    the same month or year or in the one before. `earlier` and `later` are F or OuterRef, which name
    a field of either tenure.
    """
    end, start = earlier("end_date"), later("start_date")
    same_time = Q()
    for precision, days in ((Precision.MONTH, 30), (Precision.YEAR, 365)):
        same_time |= (
            Q(Exact(earlier("end_precision"), text(precision)))
            & Q(Exact(later("start_precision"), text(precision)))
            & Q(LessThanOrEqual(end, DaysAfter(start, days=days)))
        )
    eve = DaysAfter(start, days=-1)
    begun_before = Q(LessThanOrEqual(Coalesce(earlier("start_date"), end), eve))
    on = Q(Exact(earlier("end_qualifier"), text(Qualifier.ON))) & Q(
        Exact(later("start_qualifier"), text(Qualifier.ON))
    )
    return on & (
        Q(Exact(end, eve)) | (Q(GreaterThanOrEqual(end, start)) & same_time & begun_before)
    )


def _others(kind: Kind) -> QuerySet:
    """The other tenures of the same post or seat by which somebody else may take over, or the same
    person may stay on; the other terms of reference of the same forum; and the seats as which one
    may go on, with whoever stays on there."""
    if kind.model is Seat:
        return Seat.objects.filter(_same(SAME_SEAT)).exclude(pk=OuterRef("pk"))
    if not kind.held_field:
        return kind.model.objects.filter(_same((kind.taken_over_in,)))
    acts = Q(Exact(OuterRef("basis"), text(Basis.ACTING)))
    stays = Q(person=OuterRef("person"))
    others = _same((kind.held_field,)) & (stays | (SOLE_HOLDER & ~acts))
    if kind.held_field == "seat":
        others |= stays & _same(f"seat__{name}" for name in SAME_SEAT)
    return kind.model.objects.filter(others)


# A seat that passes from one organisation to another ends, and goes on as one that has these.
SAME_SEAT = ("forum", "title", "role")


def _same(names: Iterable[str]) -> Q:
    return Q(**{name: OuterRef(name) for name in names})


def predecessors(kind: Kind) -> QuerySet:
    """The tenures that one took over from: the latest first, and those of acting holders last."""
    found = _others(kind).filter(adjoining(F, OuterRef))
    acted = [Case(CaseWhen(ACTS, then=1), default=0)] if kind.held_field else []
    return found.order_by(*acted, "-end_date", "-pk")


def successors(kind: Kind) -> QuerySet:
    """The tenures that took over from one, the earliest first."""
    return _others(kind).filter(adjoining(OuterRef, F)).order_by("start_date", "pk")


def with_handovers(keys: Iterable[Key]) -> list[Key]:
    """`keys` in their order, with each handover as one change: the beginning of the next tenure.

    A beginning gets the tenure that it took over from, and the end of a tenure is replaced by the
    beginning that took over from it. Asks two queries.
    """
    keys = list(keys)
    next_ones = _adjoining_tenures(keys, END)
    keys = [Key(key.what, START, next_ones[key]) if key in next_ones else key for key in keys]
    before = _adjoining_tenures(keys, START)
    return [replace(key, follows=before.get(key)) for key in keys]


def _adjoining_tenures(keys: list[Key], which: str) -> dict[Key, int]:
    """The predecessor of each tenure that begins, or the successor of each that ends."""
    parts, of_key = [], {(key.what, key.pk): key for key in keys if key.which == which}
    for kind in KINDS:
        numbers = {pk for what, pk in of_key if what == kind.what}
        if kind.taken_over_in and numbers:
            others = predecessors(kind) if which == START else successors(kind)
            parts.append(
                kind.model.objects.filter(pk__in=numbers)
                .order_by()
                .annotate(other=Subquery(others.values("pk")[:1]))
                .filter(other__isnull=False)
                .values_list(text(kind.what), "pk", "other")
            )
    found = parts[0].union(*parts[1:], all=True) if parts else []
    return {of_key[what, pk]: other for what, pk, other in found}
