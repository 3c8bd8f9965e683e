"""The rows and sentences of the page of a forum."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from django.utils.text import capfirst

from forums.change_words import changes_of
from forums.models import (
    Forum,
    LineKind,
    MemberOrganisation,
    ReportingLine,
    SeatCategory,
    SeatRole,
    Succession,
    TermsOfReference,
)
from forums.seat_holders import HeldSeat, closure_of_for
from forums.seat_sources import FurtherSource
from forums.seats_going_on import goes_on_for
from forums.vacancies import Places
from ics_register.pages.frame import AskedDay
from ics_register.pages.names_on_day import NamesThen, names_then, spoken_for
from ics_register.pages.versions import ReviewsOnDay
from organisations.held_terms import TermsChange
from organisations.models import Organisation
from people.holder_rows import Holder
from records.days import is_taken
from records.foresight import of_them_foreseen
from records.periods import date_in_words, perhaps_so

# A link to a record: the kind of its page, its slug and its name.
Link = tuple[str, str, str]


def ended(record: Organisation | Forum, day: datetime.date, verb: str) -> str:
    """The end of a forum or an organisation, if that was before the day: "closed March 2020"."""
    return record.told_end(verb) if record.has_ended(day) else ""


def contents(times) -> list[tuple[str, str]]:
    """The sections that the page has, each with its anchor."""
    sections = [
        ("members", "Members", True),
        ("quoracy", "Quoracy and decisions", True),
        ("reporting", "Reporting", True),
        ("terms", "Terms of reference", True),
        ("former", "Former members", True),
        ("timeline", "Over time", times),
    ]
    return [(anchor, words) for anchor, words, there in sections if there]


def summary(terms: TermsOfReference, reviews: ReviewsOnDay) -> list[tuple[str, str]]:
    """How often a forum meets, and when its terms of reference are reviewed, as far as recorded."""
    last, due = reviews.last, reviews.due
    rows = [
        ("Meets", terms.meeting_frequency),
        ("Terms of reference reviewed", terms.review_frequency),
        ("Last reviewed", date_in_words(last.reviewed_on, last.reviewed_precision) if last else ""),
        ("Next review", date_in_words(due.day) if due else ""),
    ]
    return [(label, words) for label, words in rows if words]


def parts(terms: TermsOfReference) -> list[tuple[str, str]]:
    """The parts of terms of reference that are recorded."""
    parts = [
        ("Responsibilities", terms.responsibilities),
        ("Accountable for", terms.accountable_for),
        ("Authority", terms.authority),
    ]
    return [(heading, text) for heading, text in parts if text]


# Seats


@dataclass(frozen=True)
class SeatRow:
    """A row of the table of members: a seat with one holder, or with None for its empty places.

    `successor` is who took over from the holder, if it is not recorded which of the two fills the
    seat on the day.
    """

    seat: HeldSeat
    holder: Holder | None
    successor: Holder | None
    first: bool  # of its seat
    last: bool
    again: bool  # whether its only source is that of the row above

    @property
    def title(self) -> str:
        """The title of the seat, with the number of its places if nobody fills any."""
        if self.holder is None and (self.seat.number or 0) > 1:
            return f"{self.seat.title} × {self.seat.number}"
        return self.seat.title

    @property
    def details(self) -> list[str]:
        details = []
        if self.seat.number is None:
            details.append("number not recorded")
        elif self._place:
            details.append(f"{self._place} of {self.seat.number}")
        if self.seat.role in (SeatRole.VICE_CHAIR, SeatRole.IN_ATTENDANCE):
            details.append(self.seat.role_words)
        if self.seat.category:
            details.append(SeatCategory(self.seat.category).member)
        if self.seat.voting is not None:
            details.append("votes" if self.seat.voting else "does not vote")
        why = self.seat.why_perhaps(self.seat.day)
        if why and self.seat.is_listed(self.seat.day):
            details.append(perhaps_so(f"the seat {why}"))
        return details

    @property
    def changes(self) -> list[tuple[TermsChange, str]]:
        """The changes of what is laid down of the seat, in words, on its first row."""
        return changes_of(self.seat) if self.first else []

    @property
    def goes_with(self) -> list[FurtherSource]:
        """The further sources of the seat, on its first row."""
        return self.seat.sources_listed if self.first else []

    @property
    def _place(self) -> int | None:
        """Which of several places the holder fills."""
        if self.holder is None or (self.seat.number or 0) <= 1:
            return None
        return self.seat.place_of(self.holder)

    @property
    def room_left(self) -> bool:
        """Whether this is the row of the empty places of a seat that others fill."""
        return self.holder is None and bool(self.seat.holders)

    @property
    def tells_who_comes(self) -> bool:
        return self.last and bool(self.seat.holders)

    @property
    def speaks_for(self) -> Link | None:
        return speaks_for(self.seat, self.holder)

    @property
    def speaks_for_nobody(self) -> bool:
        return self.seat.speaks_for_nobody(self.holder)

    @property
    def successor_speaks_for(self) -> Link | None:
        """The organisation that the successor speaks for, if that is another; or for which the seat
        goes on."""
        if later := goes_on_for(self.seat, self.holder):
            return ("organisation", *later)
        other = speaks_for(self.seat, self.successor) if self.successor else None
        return None if other == self.speaks_for else other

    @property
    def for_closed(self) -> str:
        """The closure of the organisation that the seat speaks for, if the holder has no other."""
        return "" if self.holder and self.holder.for_slug else closure_of_for(self.seat)


def speaks_for(seat: HeldSeat, holder: Holder | None) -> Link | None:
    """The organisation that the holder speaks for, or else the one that the seat does."""
    stated = holder if holder and holder.for_slug else seat
    return ("organisation", stated.for_slug, stated.for_name or "") if stated.for_slug else None


def seat_rows(seats: list[HeldSeat]) -> Iterator[SeatRow]:
    """The rows of the table of members."""
    above = None
    for seat in seats:
        room = [] if seat.holders and not seat.unfilled else [(None, None)]
        rows = [*seat.shown, *room]
        for number, (holder, successor) in enumerate(rows, 1):
            place = source_place(holder or seat)
            is_only = place == source_place(seat) and not (holder and holder.ex_officio)
            again = is_only and place == above
            yield SeatRow(seat, holder, successor, number == 1, number == len(rows), again)
            above = place if is_only else None


def source_place(fact) -> tuple[str, str]:
    return fact.document_slug, fact.locator


def places_as_data(counted: Places) -> dict:
    """How many places the seats of a forum have, as far as the sources say, and how many are
    filled."""
    return {
        "number": counted.number,
        "all_numbered": counted.all_numbered,
        "filled": counted.filled,
        "filled_as_foreseen": counted.filled_as_foreseen,
        "perhaps_filled": counted.perhaps_filled,
        "vacant": counted.vacant,
        "not_recorded": counted.not_recorded,
        "people": counted.people,
    }


def places_in_words(places: Places) -> str:
    people = "person" if places.people == 1 else "people"
    foreseen = of_them_foreseen(places.filled_as_foreseen, places.filled)
    if places.all_numbered and places.filled == places.number:
        whole = "the 1 place" if places.number == 1 else f"all {places.number} places"
        return f"{places.people} {people} in {whole}{foreseen}."
    number = str(places.number) if places.all_numbered else f"at least {places.number}"
    perhaps = f", and perhaps {places.perhaps_filled} more" if places.perhaps_filled else ""
    return (
        f"{places.people} {people} in {places.filled} of {number} "
        f"place{'' if places.number == 1 else 's'}{foreseen}{perhaps}: {places.vacant} vacant, "
        f"{places.not_recorded} with nobody recorded."
    )


# The chair


def last_chaired(forum: Forum, asked: AskedDay) -> str:
    """The last day of a forum that has ended, for a link to who chaired it then; "" if the page
    cannot be read as at that day."""
    known = forum.has_ended(asked.day) and forum.start_date and is_taken(forum.end_date)
    return forum.end_date.isoformat() if known else ""


def silence(asked: AskedDay) -> str:
    chairs = "chairs it" if asked.is_today else f"chaired it on {asked.in_words}"
    return f"The sources do not say who {chairs}."


# Quoracy and decisions


def organisations_asked(members: list[MemberOrganisation], day: datetime.date) -> list[tuple]:
    """The member organisations of a rule that asks for them, each with the words between it and
    the next."""
    listed = []
    for member in members:
        closed = ended(member.organisation, day, "closed")
        after = f" ({closed})" if closed else ""
        listed.append((member.organisation, after + ("." if member is members[-1] else ", ")))
    return listed


def decisions(terms: TermsOfReference) -> list[str]:
    """How a forum decides and by what power, beside the words of its document."""
    said = []
    if terms.decision_rule:
        said.append(f"By {terms.get_decision_rule_display()}.")
    if terms.decision_basis:
        said.append(f"Power to decide: {terms.get_decision_basis_display()}.")
    return said


# Former members


def told_as_over(former: list[tuple]) -> dict[str, list[tuple]]:
    """The former holders of seats or posts, and those who were only to leave before the day."""
    return {
        "former_rows": [pair for pair in former if not pair[1].end_foreseen],
        "was_to_leave_rows": [pair for pair in former if pair[1].end_foreseen],
    }


# Reporting


def end_of_line(line: ReportingLine) -> Link:
    """Where a line leads."""
    target = target_of(line)
    return "forum" if line.to_forum else "organisation", target.slug, target.name


def target_of(line: ReportingLine) -> Forum | Organisation:
    # A constraint holds that a line leads to one of the two.
    return cast(Forum | Organisation, line.to_forum or line.to_organisation)


def rows_up(lines: list[ReportingLine], day: datetime.date) -> list[tuple]:
    """Each line with its kind, where it leads, and what is to be added."""
    rows = []
    for line in lines:
        over = ended(target_of(line), day, "ended")
        added = f" ({over})" if over else ""
        added += ", by exception" if line.by_exception else ""
        rows.append((line, capfirst(line.get_kind_display()), end_of_line(line), added))
    return rows


def rows_beside(lines: list[ReportingLine]) -> list[tuple]:
    return [(line, line.get_kind_display(), end_of_line(line)) for line in lines]


# What makes a verb of a kind of line that is none.
IS: dict[str, str] = {LineKind.SUB_GROUP_OF: "is a ", LineKind.OVERSEEN_BY: "is "}


def rows_of_later_lines(lines: list[ReportingLine], forum: Forum) -> list[tuple]:
    """Each line known from a later day, with the forum that it leads from and where it leads; the
    page needs no link to its own forum."""

    def link_to(end: Link) -> Link:
        return ("", "", end[2]) if end[:2] == ("forum", forum.slug) else end

    return [
        (
            line,
            link_to(("forum", line.from_forum.slug, line.from_forum.name)),
            f"{IS.get(line.kind, '')}{line.get_kind_display()}",
            link_to(end_of_line(line)),
            ", by exception" if line.by_exception else "",
        )
        for line in lines
    ]


def succession_rows(forum: Forum, successions: list[Succession], day: datetime.date) -> list[tuple]:
    """Each succession: the forums before and after, of which this one needs
    no link, the words between them, and when or by whose plan."""

    def side(other: Forum) -> tuple[str, str]:
        return ("" if other.pk == forum.pk else other.slug), other.name

    rows = []
    for each in successions:
        stands = each.stands(day)
        over = each.from_forum.has_ended(day) or each.to_forum.has_ended(day)
        words, when = each.told(stands, day, over), each.when_told(stands, day, over)
        joined = f", {when}" if when.startswith("a plan") else f" {when}"
        rows.append((each, side(each.from_forum), words, side(each.to_forum), joined))
    return rows


# Names


def names_beside(
    forum: Forum,
    seats: list[HeldSeat],
    members: list,
    lines: dict[str, list],
    in_rule: set[int],
    asked: AskedDay,
) -> NamesThen:
    """The names on the day of the organisations and other forums on the page of `forum`."""
    below = [line for _, some in lines["lines_down"] for line in some]
    ends = [*lines["lines_up"], *lines["lines_beside"], *lines["later_lines"], *below]
    return names_then(
        asked,
        organisations={
            forum.host_id,
            *(each.organisation_id for each in members),
            *(line.to_organisation_id for line in ends),
            *spoken_for(seats),
            *in_rule,
        }
        - {None},
        forums={key for line in ends for key in (line.from_forum_id, line.to_forum_id)}
        - {None, forum.pk},
    )
