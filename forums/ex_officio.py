"""Since when and until when somebody fills a seat by holding the post that it goes with.

The rule is that of `forums.filling`, told over time. A day that is known to the month or the year
alone is given as it is known: in the month of a handover both fill the seat. They certainly
fill it while they certainly hold the post, the seat certainly exists and no member may be there.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from people.holder_rows import Holder
from people.models import Basis
from people.post_holders import Holding
from records.days import NO_LATEST, day_before, next_day
from records.periods import Period, Qualifier

SOURCE_OF_END = ("end_document_slug", "end_document_title", "end_locator")


def spells(holder: Holder, seat: Holding, members: Iterable[Holder]) -> list[Holder]:
    """The times in which the holder of a post fills a seat that goes with it, given everybody who
    is recorded as a member of the seat."""
    if holder.latest_start == NO_LATEST:
        return [holder]  # nobody knows when they are to come, so nobody cuts their time short
    found = within(replace(holder, in_post=holder.in_post or holder), seat)
    for member in members:
        if member.latest_start == NO_LATEST:
            continue  # nobody knows when they are to come
        is_same = member.person_id == holder.person_id
        if is_same or member.basis != Basis.ACTING:
            # Somebody who was a member themselves and left does not come back through the post.
            found = [rest for each in found for rest in _without(each, member, returns=not is_same)]
    return found


def within(holder: Holder, seat: Period) -> list[Holder]:
    """The holder's time, clipped to the seat's, or to that of what they fill it by."""
    if holder.start_date and seat.start_date and seat.start_date > holder.start_date:
        holder = replace(holder, **_fields(seat, Period.START_FIELDS))
    if seat.over_by and (holder.over_by is None or seat.over_by < holder.over_by):
        holder = replace(
            holder, **_fields(seat, (*Period.END_FIELDS, *SOURCE_OF_END)), end_reason=""
        )
    holder = _on_days(
        holder,
        earliest_start=max(holder.earliest_start, seat.earliest_start),
        latest_start=max(holder.latest_start, seat.latest_start),
        earliest_end=min(holder.earliest_end, seat.earliest_end),
        latest_end=min(holder.latest_end, seat.latest_end),
    )
    ends = holder.ends
    if (
        ends is not None
        and holder.over_by is not None
        and holder.start_qualifier == Qualifier.BY
        and holder.start_date is not None
        and holder.start_date > ends.day
    ):
        # They left before the seat is known, or the seat ended before they are: by then, if at all.
        by = replace(ends, day=ends.first_possible(), qualifier=Qualifier.BY)
        holder = replace(holder, **by.as_start())
    return [holder] if holder.earliest_start <= holder.latest_end else []


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
    if member.person_id == holder.person_id:
        if holder.start_date is not None and holder.start_date >= member.starts.day:
            return None
    elif holder.earliest_start >= member.latest_start:
        return None
    eve = member.starts.eve()
    if eve.qualifier == Qualifier.NOT_BEFORE:
        eve = replace(eve, qualifier=Qualifier.ON)  # as late as the holder surely stayed
    last = eve.last_possible()
    if holder.over_by is not None and holder.over_by <= last:
        return holder
    shorter = _on_days(
        holder,
        earliest_end=min(holder.earliest_end, day_before(member.earliest_start)),
        latest_end=min(holder.latest_end, day_before(member.latest_start)),
    )
    return replace(
        shorter,
        **{**eve.as_end(), "end_date": last},
        end_document_slug=member.document_slug,
        end_document_title=member.document_title,
        end_locator=member.locator,
        end_reason="",
    )


def _after(holder: Holder, member: Holder) -> Holder | None:
    if member.ends is None or member.over_by is None:
        return None
    if holder.latest_end <= member.earliest_end:
        return None
    morrow = member.ends.morrow()
    begins = morrow.first_possible()
    if holder.start_date is None or holder.start_date >= begins:
        return holder
    later = _on_days(
        holder,
        earliest_start=max(holder.earliest_start, next_day(member.earliest_end)),
        latest_start=max(holder.latest_start, next_day(member.latest_end)),
    )
    return replace(later, **{**morrow.as_start(), "start_date": begins}, returns=True)


def _on_days(holder: Holder, **days: Any) -> Holder:
    """The holder with some of their four days changed: a start is no later than its latest end."""
    changed = replace(holder, **days)
    changed.latest_start = min(changed.latest_start, changed.latest_end)
    return changed


def _fields(row: Period, names: Iterable[str]) -> dict[str, Any]:
    # A period alone does not say which document gives its end.
    return {name: getattr(row, name, "") for name in names}
