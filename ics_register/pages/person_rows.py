"""The rows and sentences of the page of a person."""

from collections import defaultdict
from dataclasses import dataclass, replace

from forums.models import Membership
from ics_register.pages.forum_rows import Link
from ics_register.pages.frame import AskedDay
from ics_register.pages.held import HeldThen
from ics_register.pages.names_on_day import NamesThen
from organisations.models import Organisation
from people.models import Appointment, basis_in_words, end_reason_in_words
from records.periods import date_in_words


@dataclass(frozen=True)
class TenureRow:
    """A post or a seat that somebody holds, held or will hold."""

    held: HeldThen
    asked: AskedDay
    names_then: NamesThen
    # The others of a joint appointment of which the same is recorded.
    others: "tuple[TenureRow, ...]" = ()

    @property
    def record(self) -> Appointment | Membership:
        return self.held.tenure

    @property
    def title(self) -> str:
        return self.record.held.title

    @property
    def basis(self) -> str:
        """ "interim" or "acting in a vacancy"; "" for the ordinary case."""
        return basis_in_words(self.record.basis, self.record.acting_for)

    @property
    def designate(self) -> str:
        """ "Chair designate, named on 26 November 2021, to begin on 1 July 2022", of what is to
        come."""
        if self.held.when(self.asked.day) != "to_come":
            return ""
        return self.record.designate_in_words(self.title)

    @property
    def of(self) -> Link:
        """The organisation of the post, or the forum of the seat."""
        if isinstance(self.record, Appointment):
            organisation = self.record.post.organisation
            return "organisation", organisation.slug, organisation.name
        forum = self.record.seat.forum
        return "forum", forum.slug, forum.name

    @property
    def all_of(self) -> list[Link]:
        """The same, of each that a joint appointment is to."""
        return [each.of for each in (self, *self.others)]

    @property
    def called_then(self) -> list[str]:
        """What each of these was called on the day, if that was another name."""
        return [words for each in (self, *self.others) if (words := each._called_then)]

    @property
    def _called_then(self) -> str:
        if isinstance(self.record, Appointment):
            return self.names_then["organisation"].get(self.record.post.organisation_id, "")
        return self.names_then["forum"].get(self.record.seat.forum_id, "")

    @property
    def speaks_for(self) -> Organisation | None:
        if isinstance(self.record, Appointment):
            return None
        return self.record.speaks_for

    @property
    def speaks_for_nobody(self) -> bool:
        return isinstance(self.record, Membership) and self.record.speaks_for_nobody

    @property
    def joint_with_others(self) -> list[Organisation]:
        """The organisations with which an appointment is a joint one, that have rows of their
        own."""
        if not isinstance(self.record, Appointment):
            return []
        rows = [each.record for each in self.others]
        here = {each.post.organisation for each in rows if isinstance(each, Appointment)}
        return [each for each in self.record.joint_with if each not in here]

    @property
    def said(self) -> tuple:
        """What the row says besides where. Two of a joint appointment that say the same are one
        row."""
        record = self.record
        if not isinstance(record, Appointment) or not record.joint:
            return (self.held,)
        known = record.last_known, record.confirmed_document_id, record.confirmed_locator
        ended = record.end_document_id, record.end_locator
        source = record.document_id, record.locator, record.quotation, record.note
        what = record.joint, self.title, self.basis, self.designate, self.after_period
        return *what, record.starts, record.ends, self.end_reason, *source, *ended, *known

    @property
    def end_reason(self) -> str:
        return end_reason_in_words(self.record.end_reason)

    @property
    def after_period(self) -> str:
        """The words after the period: what ended it, and when the term ends."""
        said = ""
        if whole := self.held.ended_with(self.asked.day):
            said += f"; {whole} {whole.told_end('ended')}"
        term = self.record.term_ends
        if term and not self.record.has_ended(self.asked.day):
            ends = "was due to end" if term < self.asked.day else "ends"
            said += f"; term {ends} {date_in_words(term)}"
        return f"{said}."


def joined_up(rows: list[TenureRow]) -> list[TenureRow]:
    """`rows`, with one for all those of a joint appointment that say the same."""
    found = defaultdict(list)
    for row in rows:
        found[row.said].append(row)
    return [replace(first, others=tuple(others)) for first, *others in found.values()]


@dataclass(frozen=True)
class PartOfPerson:
    """A part of the page, with its heading: all that somebody holds, or held, or will hold."""

    anchor: str
    heading: str
    tenures: list[TenureRow]
    # The seats that they fill by holding the post that each goes with.
    through: list[HeldThen]
    note: str = ""  # a sentence on all of them
    nothing: str = ""  # the sentence if there is none


def parts_of_person(context: dict, asked: AskedDay) -> list[PartOfPerson]:
    """The parts of the page. There is none for what was only to begin, is known from a later day,
    comes later or was to end, if nothing is or was."""

    was_to_begin = [each for each in context["held"]["now"] if each.was_to_begin(asked.day)]
    now = [each for each in context["held"]["now"] if each not in was_to_begin]
    was_to_end = [each for each in context["held"]["before"] if each.was_to_end(asked.day)]
    over = [each for each in context["held"]["before"] if each not in was_to_end]
    all_held = {
        **context["held"],
        "now": now,
        "was_to_begin": was_to_begin,
        "before": over,
        "was_to_end": was_to_end,
    }

    def part(
        anchor: str, when: str, heading: str, note: str = "", nothing: str = ""
    ) -> PartOfPerson:
        held = all_held[when]
        rows = [TenureRow(each, asked, context["names_then"]) for each in held if not each.seat]
        rows = joined_up(rows)
        through = [each for each in held if each.seat]
        return PartOfPerson(anchor, heading, rows, through, note, nothing)

    day = asked.in_words
    more = was_to_begin or all_held["known_from_a_later_day"]
    certain_or_recorded = "is certain" if more else "recorded"
    parts = [
        part(
            "now",
            "now",
            "Holds, as last recorded" if asked.is_today else f"Holds as at {day}",
            nothing=f"Nothing {certain_or_recorded} as at {day}.",
        ),
        part("was-to-hold", "was_to_begin", f"Was to hold by {day}"),
        part(
            "later",
            "known_from_a_later_day",
            "Known from a later day",
            note=f"Whether {context['person']} held them on {day} is not recorded.",
        ),
        part("to-come", "to_come", "Later, as far as is recorded"),
        part("was-to-end", "was_to_end", f"Was to end before {day}"),
        part(
            "before", "before", "Before", nothing=f"Nothing recorded that had ended before {day}."
        ),
    ]
    return [each for each in parts if each.tenures or each.through or each.nothing]
