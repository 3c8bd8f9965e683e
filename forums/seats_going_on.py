"""Seats that go on as others: a merger known to the month ends a seat some time in that month, and
begins a like one for the successor. On a day of that month the two are one seat, and count once."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from forums.seat_holders import HeldSeat
from people.holder_rows import Holder
from people.post_holders import in_turn
from people.vacant_rows import StatedVacancy
from records.periods import Period
from records.together import PeriodRow

# What says when something ends.
THE_END = (*Period.END_FIELDS, "earliest_end", "latest_end")
# Which document says so.
END_SOURCE = [f"end_{name}" for name in (
    "document_slug", "document_title", "document_as_of", "document_as_of_precision",
    "document_as_of_qualifier", "locator",
)]  # fmt: skip


def as_one(seats: Iterable[HeldSeat]) -> list[HeldSeat]:
    """`seats` in their order, each that perhaps goes on as another on the day as one with it."""
    found: list[HeldSeat] = []
    for seat in seats:
        at = next((at for at, each in enumerate(found) if goes_on_as(each, seat)), None)
        if at is None:
            found.append(seat)
        else:
            found[at] = joined(found[at], seat)
    return found


def goes_on_as(earlier: HeldSeat, later: HeldSeat) -> bool:
    """Whether one seat ended some time in the month or year of the day, and its like began then. A
    seat that a step moves is copied (`Transfer.pass_on_held`)."""
    return (
        earlier.is_followed_by(later)
        and earlier.is_listed(earlier.day)
        and later.is_listed(later.day)
        and (earlier.forum_id, earlier.title, earlier.role)
        == (later.forum_id, later.title, later.role)
    )


def joined(earlier: HeldSeat, later: HeldSeat) -> HeldSeat:
    """Two seats as one, with everybody recorded for either. It has the key of the later, by which
    rules of quoracy name it."""
    whole = replace(
        until_the_end_of(earlier, later),
        id=later.id,
        goes_on_as=later,
        changes=[*earlier.changes, *later.changes],
        recorded=holders_as_one(_members(earlier), _members(later)),
        vacancies=vacancies_as_one(earlier.vacancies, later.vacancies),
        post_vacancies=vacancies_as_one(earlier.post_vacancies, later.post_vacancies),
        further_sources=[*earlier.further_sources, *later.further_sources],
        post=_periods_as_one(earlier.post, later.post),
        post_organisation=_periods_as_one(earlier.post_organisation, later.post_organisation),
    )
    if earlier.post_id is None and later.post_id is None and not whole.further_sources:
        whole.standing = whole.standing_on(whole.day)
    elif earlier.post_id == later.post_id:
        whole.add_post_holders(earlier.all_post_holders)
    else:
        whole.add_post_holders(holders_as_one(earlier.all_post_holders, later.all_post_holders))
    return whole


def _members(seat: HeldSeat) -> list[Holder]:
    """The members of a seat, each with the organisation that they speak for in it."""
    own = {name: getattr(seat, name) for name in ("for_id", "for_slug", "for_name")}
    return [
        each if each.for_slug or each.independent else replace(each, **own) for each in seat.members
    ]


def holders_as_one(earlier: list[Holder], later: list[Holder]) -> list[Holder]:
    """Everybody recorded for two seats, whoever stays in both once."""
    found, going_on = [], list(later)
    for each in earlier:
        after = next((x for x in going_on if _stays(each, x)), None)
        if after is not None:
            going_on.remove(after)
        found.append(each if after is None else _staying(each, after))
    return sorted((*found, *going_on), key=in_turn)


def _stays(earlier: Holder, later: Holder) -> bool:
    same = (earlier.person_id, earlier.basis) == (later.person_id, later.basis)
    return same and earlier.is_followed_by(later)


def _staying(earlier: Holder, later: Holder) -> Holder:
    whole = replace(until_the_end_of(earlier, later), end_reason=later.end_reason)
    if earlier.for_slug != later.for_slug and later.for_slug and later.for_name:
        whole.goes_on_for = later.for_slug, later.for_name
    if earlier.ex_officio != later.ex_officio:
        whole.ex_officio = f"{earlier.ex_officio}, or {later.ex_officio}"
    return whole


def goes_on_for(seat: HeldSeat, holder: Holder | None) -> tuple[str, str] | None:
    """The organisation, by slug and name, for which a holder or an empty seat goes on some time in
    the month of the day."""
    if holder is not None:
        return holder.goes_on_for
    later = seat.goes_on_as
    if later is None or not later.for_slug or later.for_slug == seat.for_slug:
        return None
    return later.for_slug, later.for_name or ""


def until_the_end_of(earlier: Any, later: Any) -> Any:
    """The earlier of two rows, with the end of the later."""
    return _with_those_of(later, earlier, *THE_END, *END_SOURCE)


def _periods_as_one(earlier: PeriodRow | None, later: PeriodRow | None) -> PeriodRow | None:
    if earlier is None or later is None:
        return earlier or later
    return _with_those_of(later, earlier, *THE_END)


def _with_those_of(other: Any, row: Any, *names: str) -> Any:
    return replace(row, **{name: getattr(other, name) for name in names})


def vacancies_as_one(
    earlier: list[StatedVacancy], later: list[StatedVacancy]
) -> list[StatedVacancy]:
    """The vacancies of two seats, those that go on as one."""
    found, going_on = [], list(later)
    for each in earlier:
        like = (x for x in going_on if each.is_followed_by(x) and each.places == x.places)
        after = next(like, None)
        if after is not None:
            going_on.remove(after)
        found.append(each if after is None else until_the_end_of(each, after))
    return [*found, *going_on]
