"""Since when and until when somebody fills a seat by holding the post that it goes with.

The rule is that of `forums.filling`, told over time. A day that is known to the month or the year
alone is told as it is known: of a handover in April both fill the seat in April.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from people.models import Basis
from people.post_holders import Holder, Holding
from records.periods import Period

SOURCE_OF_END = ("end_document_slug", "end_document_title", "end_locator")


def spells(holder: Holder, seat: Holding, members: Iterable[Holder]) -> list[Holder]:
    """The times in which the holder of a post fills a seat that goes with it, given everybody who
    is recorded as a member of the seat."""
    found = _within(holder, seat)
    for member in members:
        is_same = member.person_id == holder.person_id
        if is_same or member.basis != Basis.ACTING:
            # Somebody who was a member themselves and left does not come back through the post.
            found = [rest for each in found for rest in _without(each, member, returns=not is_same)]
    return found


def _within(holder: Holder, seat: Holding) -> list[Holder]:
    """The holder's time, clipped to the seat's."""
    if holder.start_date and seat.start_date and seat.start_date > holder.start_date:
        holder = replace(holder, **_fields(seat, Period.START_FIELDS))
    if seat.end_date and (holder.end_date is None or seat.end_date < holder.end_date):
        holder = replace(
            holder, **_fields(seat, (*Period.END_FIELDS, *SOURCE_OF_END)), end_reason=""
        )
    begins = holder.start_date or seat.start_date
    is_a_time = begins is None or holder.end_date is None or begins <= holder.end_date
    return [holder] if is_a_time else []


def _without(holder: Holder, member: Holder, *, returns: bool) -> list[Holder]:
    """The holder's time without the member's: the part before it, and if they return, after."""
    before = _before(holder, member)
    after = _after(holder, member) if returns else None
    if before and after and not (after.start_date and before.end_date < after.start_date):
        # The member came and went in one month or year; or nobody knows when the holder came.
        return [holder]
    return [part for part in (before, after) if part]


def _before(holder: Holder, member: Holder) -> Holder | None:
    if member.starts is None:
        return None
    if holder.start_date is not None and holder.start_date >= member.starts.day:
        return None
    eve = member.starts.eve()
    last = eve.last_possible()
    if holder.end_date is not None and holder.end_date <= last:
        return holder
    return replace(
        holder,
        **{**eve.as_end(), "end_date": last},
        end_document_slug=member.document_slug,
        end_document_title=member.document_title,
        end_locator=member.locator,
        end_reason="",
    )


def _after(holder: Holder, member: Holder) -> Holder | None:
    if member.ends is None:
        return None
    if holder.end_date is not None and holder.end_date <= member.ends.day:
        return None
    morrow = member.ends.morrow()
    begins = morrow.first_possible()
    if holder.start_date is None or holder.start_date >= begins:
        return holder
    return replace(holder, **{**morrow.as_start(), "start_date": begins}, returns=True)


def _fields(row: Period, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
