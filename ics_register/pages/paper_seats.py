"""The seats of a forum in its papers: who fills each, how lately that is known, and what is only
foreseen or perhaps."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.text import capfirst

from forums.change_words import changes_of
from forums.models import Forum, SeatCategory, SeatRole
from forums.seat_holders import HeldSeat, closure_of_for, held_seats_of
from forums.seats_going_on import as_one, goes_on_for
from forums.speaking_for import INDEPENDENT
from ics_register.pages import how_old
from ics_register.pages.frame import AskedDay
from ics_register.pages.papers import Cell, Lines, PaperLine, References, said, several
from people.holder_rows import Holder
from people.standing import Standing
from records.periods import perhaps_so


def seats_of(forum: Forum, asked: AskedDay) -> tuple[list[HeldSeat], list[HeldSeat]]:
    """The seats that a forum has on the day, certainly or perhaps, with their holders; and those
    that the sources name only from a later day."""
    if forum.has_ended(asked.day):
        return [], []
    seats = as_one(held_seats_of(forum, asked.day))
    return (
        [seat for seat in seats if seat.is_listed(asked.day)],
        [seat for seat in seats if seat.is_openly_perhaps(asked.day)],
    )


def holders_and_room(seat: HeldSeat) -> list[Holder | None]:
    """Each holder of a seat, and None for its empty places."""
    return [*seat.holders, *[None] * bool(seat.unfilled)]


def ages(seats: list[HeldSeat], asked: AskedDay) -> tuple[Lines, ...]:
    """How lately it is known who fills the seats."""
    rows = [holder or seat for seat in seats for holder in holders_and_room(seat)]
    return said(*map(PaperLine, how_old.ages(rows, asked, "Who fills these seats"))) if rows else ()


def no_seat(later: list[HeldSeat], asked: AskedDay) -> PaperLine:
    if later:
        return PaperLine(f"No seat is certain to have existed on {asked.in_words}.")
    return PaperLine(f"No seat is recorded as at {asked.in_words}.")


def known_later(
    seats: list[HeldSeat], asked: AskedDay, references: References
) -> tuple[Lines, ...]:
    """The seats that the sources name only from a later day, with whoever filled them then."""
    if not seats:
        return ()
    lines = []
    for seat in seats:
        more = f", {seat.why_perhaps(asked.day)}"
        for person in how_old.people_known_later(seat, asked):
            more += f"; {person}"
        sources = references.of(seat, *seat.holders, *seat.announced)
        lines.append(PaperLine(seat.title, more=more, sources=sources))
    return (*said(PaperLine(how_old.seats_known_later(seats, asked))), *several(lines))


# Cells


def seat_cell(seat: HeldSeat, holder: Holder | None, asked: AskedDay) -> Cell:
    lines = [PaperLine(seat.title)]
    if seat.number is None:
        lines.append(PaperLine("number not recorded"))
    elif seat.number > 1 and holder is None:
        lines.append(PaperLine(f"of {seat.number}"))
    elif holder is not None and seat.number > 1 and (place := seat.place_of(holder)):
        lines.append(PaperLine(f"{place} of {seat.number}"))
    if seat.role in (SeatRole.VICE_CHAIR, SeatRole.IN_ATTENDANCE):
        lines.append(PaperLine(seat.role_words))
    if seat.category:
        lines.append(PaperLine(SeatCategory(seat.category).member))
    if holder is next(iter(holders_and_room(seat)), None):  # once a seat
        lines += [PaperLine(words) for _, words in changes_of(seat)]
    if doubt := seat.why_perhaps(asked.day):
        why = seat.why_beside_period(asked.day, doubt)
        lines.append(
            PaperLine(perhaps_so(f"the seat {why}") if why else "the seat is perhaps there")
        )
    lines += [PaperLine(f"the seat: {words}") for words in how_old.planned(seat, asked)]
    if holder is None:
        # Nobody is named whom it could be known of.
        lines.append(PaperLine(how_old.last_known(seat, asked)))
    return tuple(lines)


def person_lines(holder: Holder, asked: AskedDay) -> Iterator[PaperLine]:
    """A person by name, and why it is not certain that they fill the seat, if it is not. Their time
    in it follows. A withheld person has no name here and no page."""
    yield PaperLine(holder.person_and_basis, address=address_of(holder))
    if holder.perhaps:
        yield PaperLine(perhaps_so(holder.why_beside_period(asked.day, holder.why)))


def address_of(holder: Holder) -> str:
    return reverse("person", args=[holder.person_slug]) if holder.person_slug else ""


def nobody(seat: HeldSeat) -> Cell:
    """That nobody is known to fill a seat or the rest of its places."""
    perhaps = [PaperLine(words) for words in seat.perhaps_vacant_in_words]
    if seat.holders:
        return (*(PaperLine(words) for words in seat.more_in_words), *perhaps)
    word = "Vacant" if seat.standing == Standing.VACANT else "Not recorded"
    if seat.ex_officio:
        perhaps.append(of_post(seat, f"filled by whoever is {seat.ex_officio}"))
    return (PaperLine(word), *perhaps)


def of_post(seat: HeldSeat, words: str, more: str = "") -> PaperLine:
    """Words that end in the organisation of the post that a seat goes with, if it has one of its
    own; they may also name further posts and seats."""
    slug = seat.post_organisation_slug
    address = reverse("organisation", args=[slug]) if slug else ""
    return PaperLine(words, address=address, more=more)


def to_come(seat: HeldSeat, asked: AskedDay) -> Iterator[PaperLine]:
    """The people whom the sources name for a seat only from a later day."""
    for holder in seat.announced:
        more = f" {how_old.to_come(holder, asked)}"
        yield PaperLine(holder.person_and_basis, address=address_of(holder), more=more)


def organisation_cell(seat: HeldSeat, holder: Holder | None) -> Cell:
    slug, name = speaks_for(seat, holder)
    if name is None:
        nobody = seat.speaks_for_nobody(holder)
        return (PaperLine(capfirst(INDEPENDENT) if nobody else "Not recorded"),)
    lines = [PaperLine(name, address=reverse("organisation", args=[slug]))]
    if later := goes_on_for(seat, holder):
        other, its_name = later
        lines.append(PaperLine(f"or {its_name}", address=reverse("organisation", args=[other])))
    if slug == seat.for_slug and (closed := closure_of_for(seat)):
        lines.append(PaperLine(closed))
    return tuple(lines)


def speaks_for(seat: HeldSeat, holder: Holder | None) -> tuple[str | None, str | None]:
    if holder is not None and holder.for_slug:
        return holder.for_slug, holder.for_name
    return seat.for_slug, seat.for_name


def sources_of(seat: HeldSeat, holder: Holder | None, references: References) -> tuple[int, ...]:
    if holder is None:
        return references.of(seat)
    return tuple(dict.fromkeys((*references.with_end(holder), *references.of(seat))))
