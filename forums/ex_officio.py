"""Filling a seat by holding the post that it goes with: since when, and until when."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from people.models import Basis
from people.post_holders import Holder, Holding
from records.events import When
from records.periods import Period, Qualifier, first_day

START = ("start_date", "start_precision", "start_qualifier")
END = ("end_date", "end_precision", "end_qualifier")
SOURCE_OF_END = ("end_document_slug", "end_document_title", "end_locator")


def spells(holder: Holder, seat: Holding, own: Iterable[Holder]) -> list[Holder]:
    """The times in which the holder of a post fills a seat that goes with it.

    Whoever holds the post fills the seat while there is one; not while somebody fills it by a
    record of their `own`, unless by acting for another; and not after having left it.
    """
    found = _within(holder, seat)
    for other in own:
        himself = other.person_id == holder.person_id
        if himself or other.basis != Basis.ACTING:
            found = [rest for each in found for rest in _without(each, other, after=not himself)]
    return found


def _within(holder: Holder, seat: Holding) -> list[Holder]:
    """As much of a holder's time as there was the seat."""
    if holder.start_date and seat.start_date and seat.start_date > holder.start_date:
        holder = replace(holder, **_fields(seat, START))
    if seat.end_date and (holder.end_date is None or seat.end_date < holder.end_date):
        holder = replace(holder, **_fields(seat, (*END, *SOURCE_OF_END)), end_reason="")
    return [holder] if _is_a_time(holder, seat) else []


def _is_a_time(holder: Holder, seat: Holding) -> bool:
    begins = holder.start_date or seat.start_date
    return begins is None or holder.end_date is None or begins <= holder.end_date


def _without(holder: Holder, other: Holder, *, after: bool) -> Iterator[Holder]:
    """A holder's time but for that of another record: what is before it, and `after` it."""
    if other.start_date and (holder.start_date is None or holder.start_date < other.start_date):
        eve = _when(other, "start").eve()
        if holder.end_date is None or holder.end_date > eve.last_possible():
            source = {
                "end_document_slug": other.document_slug,
                "end_document_title": other.document_title,
                "end_locator": other.locator,
            }
            last = {**eve.as_end(), "end_date": eve.last_possible()}
            yield replace(holder, **last, **source, end_reason="")
        else:
            yield holder
    if after and other.end_date and (holder.end_date is None or holder.end_date > other.end_date):
        morrow = _when(other, "end").morrow()
        begins = first_day(morrow.day, morrow.precision)
        if holder.start_date is None or holder.start_date < begins:
            start = {**morrow.as_start(), "start_date": begins}
            yield replace(holder, **start, returns=True)
        else:
            yield holder


def _when(period: Period, which: str) -> When:
    return When(
        getattr(period, f"{which}_date"),
        getattr(period, f"{which}_precision"),
        Qualifier(getattr(period, f"{which}_qualifier")),
    )


def _fields(row, names: Iterable[str]) -> dict:
    return {name: getattr(row, name) for name in names}
