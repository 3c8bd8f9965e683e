"""Passing on: what ends on one day, and what begins in its stead from the next.

What is true on a day stays true on it: what passes to another forum or organisation ends, and a
like record begins. What was announced for a later day never came to be: it is taken out, and its
history is kept.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db.models import ProtectedError, Q

from editing.dependants import DependantChoice
from forums.models import Forum, MemberOrganisation, Membership, QuoracyClause, ReportingLine, Seat
from organisations.models import Held, Organisation, Post, Relationship
from people.models import Appointment, EndReason, Tenure
from records.events import Source, end, error_about, read_and_lock, start_in_stead_of
from records.locks import locked
from records.models import DatedFact
from records.periods import Qualifier, When

# What may become of something.
END = "end"
PASS_ON = "pass-on"  # a like record begins in another's stead
FOLLOW = "follow"  # goes where what it belongs to goes

# By the order in which they can end and begin: what is held, then its holders.
ORDER = [Post, Seat, Appointment, Membership, Relationship, MemberOrganisation, ReportingLine]

# What a like record does not take over: its key, its own dates and its own evidence.
ITS_OWN = {
    "id",
    "start_date",
    "start_precision",
    "start_qualifier",
    "certain_from",
    "certain_to",
    "document",
    "locator",
    "quotation",
    "note",
    "confirmed_on",
    "confirmed_precision",
    "confirmed_document",
    "confirmed_locator",
    "folded",
    "sole",
}


def begins_after(record: DatedFact, last: When) -> bool:
    """Whether a record begins only when `last` is over."""
    return (
        record.start_date is not None
        and record.start_date > last.last_possible()
        and record.start_qualifier == Qualifier.ON
    )


def withdraw(record: DatedFact) -> None:
    """Take out what was announced and never came to be. Its history is kept.

    Raises ValidationError if other records need it.
    """
    stored = read_and_lock(record)
    try:
        stored.delete()
    except ProtectedError as error:
        others = ", ".join(sorted(str(other) for other in error.protected_objects))
        raise ValidationError(
            f"{record} cannot be withdrawn: {others} would be left without it. Tick what belongs "
            "to it too."
        ) from error


@dataclass
class Passing:
    """What ends on one day, and what begins in its stead from the next, on one source."""

    last: When
    begins: When
    source: Source
    today: datetime.date
    # The organisations that close, and the one that takes their place, if one does.
    closing: frozenset[int] = frozenset()
    successor: Organisation | None = None
    # What stands in the stead of posts and seats that were passed on, and those that ended.
    instead: dict[tuple[type, int], Held] = field(default_factory=dict)
    ended: set[tuple[type, int]] = field(default_factory=set)
    # What new records lead to and is known to be there.
    there: set[tuple[type, int]] = field(default_factory=set)
    # Posts and seats to withdraw, once nothing is left that needs them.
    withdrawn: list[Held] = field(default_factory=list)

    def settle(self, choices: Iterable[DependantChoice]) -> None:
        """Do what was chosen for each of several records."""
        for choice in sorted(choices, key=lambda choice: ORDER.index(type(choice.record))):
            SETTLED_BY[type(choice.record)](self, choice)
        self.withdraw_held()

    def withdraw_held(self) -> None:
        while self.withdrawn:
            withdraw(self.withdrawn.pop())

    def is_announced(self, record: DatedFact) -> bool:
        """Whether a record is to begin only when all this is over, and has not begun today.

        What had begun by today, and after the end, shows that one of the two is wrong.
        """
        return begins_after(record, self.last) and record.start_date > self.today

    def end(self, record: DatedFact) -> None:
        """End a record on the last day, or withdraw it if it was only to begin afterwards."""
        key = (type(record), record.pk)
        if isinstance(record, Held):
            self.ended.add(key)
        if self.is_announced(record):
            if isinstance(record, Held):
                self.withdrawn.append(record)
            else:
                withdraw(record)
            return
        more = {"end_reason": EndReason.POST_ENDED} if isinstance(record, Tenure) else {}
        end(record, self.last, self.source, **more)

    def pass_on(self, record: DatedFact, **changes) -> DatedFact:
        """End a record, and begin a like one from the next day. Gives the new one."""
        if isinstance(record, Held) and self.is_announced(record):
            new = self.amend(record, **changes)
        else:
            new = self.like(record, **changes)
            self.end(record)
        try:
            new.full_clean()
        except ValidationError as error:
            raise error_about(new, error) from error
        new.save()
        if isinstance(record, Held):
            self.instead[type(record), record.pk] = new
        return new

    def amend(self, record: Held, **changes) -> Held:
        """The same announced post or seat with `changes`, unsaved: it was never otherwise."""
        new = read_and_lock(record)
        new.unfixed = tuple(changes)
        for name, value in changes.items():
            setattr(new, name, value)
        return new

    def like(self, record: DatedFact, **changes) -> DatedFact:
        """An unsaved record like another, that begins when it passes, or later if that did."""
        new = type(record)()
        for field_ in record._meta.concrete_fields:
            if field_.name not in ITS_OWN:
                setattr(new, field_.attname, getattr(record, field_.attname))
        starts = start_in_stead_of(record, self.begins)
        for name, value in {**starts, **self.source.as_evidence(), **changes}.items():
            setattr(new, name, value)
        if isinstance(new, Tenure) and new.term_ends and new.term_ends < new.start_date:
            new.term_ends = None  # a term that was over is no term of what begins now
        return new

    def refuse_if_not_there(self, other: DatedFact) -> None:
        """Raise ValidationError if nothing can lead to `other` from the day of passing."""
        key = (type(other), other.pk)
        if key in self.there:
            return
        if isinstance(other, Organisation) and other.pk in self.closing:
            raise ValidationError(f"{other} closes itself. Choose another.")
        other = read_and_lock(other)
        if other.end_date is not None and other.end_date < self.begins.last_possible():
            raise ValidationError(
                f"{other} ended {other.when_it_ends()}, before this could go to it. Choose another."
            )
        if begins_after(other, self.begins):
            raise ValidationError(
                f"{other} begins {other.when_it_starts()}, after this would go to it. "
                "Choose another, or another day."
            )
        self.there.add(key)

    def stands_already(self, new: DatedFact, *names: str) -> bool:
        """Whether there is a record that says the same of the same, by the fields `names`.

        Raises ValidationError if that ends sooner, as nothing would then go on.
        """
        same = {name: getattr(new, name) for name in names}
        lasting = Q(end_date__isnull=True) | Q(end_date__gte=new.start_date)
        begun = Q(start_date__lte=new.start_date)
        other = type(new).objects.filter(lasting, begun, **same).first()
        if other is None:
            return False
        if other.end_date is not None and (new.end_date is None or other.end_date < new.end_date):
            raise ValidationError(
                f"{other}: this is recorded already, and ends {other.when_it_ends()}. Correct that "
                "end if it goes on, or choose that what would pass to it ends."
            )
        return True

    def pass_on_once(self, record: DatedFact, names: tuple[str, ...], **changes) -> None:
        """Pass a record on, unless that would say what another record says already."""
        if self.stands_already(self.like(record, **changes), *names):
            self.end(record)
        else:
            self.pass_on(record, **changes)


def settle_post(passing: Passing, choice: DependantChoice) -> None:
    if choice.how != PASS_ON:
        passing.end(choice.record)
        return
    to = choice.to or passing.successor
    passing.refuse_if_not_there(to)
    passing.pass_on(choice.record, organisation=to)


def settle_seat(passing: Passing, choice: DependantChoice) -> None:
    seat = choice.record
    post = _post_instead(passing, seat, choice.to)
    if choice.how == PASS_ON:
        speaks_for_closing = seat.on_behalf_of_id in passing.closing
        to = passing.successor if speaks_for_closing else seat.on_behalf_of
        pass_on_seat(passing, seat, on_behalf_of=to, ex_officio_post=post)
    elif choice.how == FOLLOW:
        if post is not None and post.pk != seat.ex_officio_post_id:
            pass_on_seat(passing, seat, ex_officio_post=post)
    else:
        passing.end(seat)


def _post_instead(passing: Passing, seat: Seat, chosen: Post | None) -> Post | None:
    """The post that a seat goes with from the day of passing."""
    if chosen is not None:
        passing.refuse_if_not_there(chosen)
        return chosen
    if seat.ex_officio_post_id is None:
        return None
    key = (Post, seat.ex_officio_post_id)
    if key in passing.instead:
        return passing.instead[key]
    # One that ends is no longer a post to go with.
    gone = key in passing.ended or seat.ex_officio_post.organisation_id in passing.closing
    return None if gone else seat.ex_officio_post


def pass_on_seat(passing: Passing, seat: Seat, **changes) -> Seat:
    """Pass a seat on. A quoracy clause that names it names the new one."""
    new = passing.pass_on(seat, **changes)
    for clause in locked(QuoracyClause).filter(seat=seat.pk):
        clause.seat = new
        clause.full_clean()
        clause.save()
    return new


def settle_tenure(passing: Passing, choice: DependantChoice) -> None:
    tenure = choice.record
    key = (tenure._meta.get_field(tenure.held_field).related_model, tenure.held_key)
    if choice.how == END:
        passing.end(tenure)
    elif key in passing.instead:
        changes = _speaks_for(passing, tenure)
        if passing.instead[key].pk != tenure.held_key:
            changes[tenure.held_field] = passing.instead[key]
        if changes:
            passing.pass_on(tenure, **changes)
    elif key in passing.ended:
        passing.end(tenure)
    elif _speaks_for(passing, tenure):
        passing.pass_on(tenure, **_speaks_for(passing, tenure))


def _speaks_for(passing: Passing, tenure: Tenure) -> dict:
    """Whom the member speaks for instead, if for an organisation that closes."""
    if getattr(tenure, "on_behalf_of_id", None) in passing.closing and passing.successor:
        return {"on_behalf_of": passing.successor}
    return {}


def settle_relationship(passing: Passing, choice: DependantChoice) -> None:
    relationship = choice.record
    to = choice.to or (passing.successor if choice.how == PASS_ON else None)
    if to is None:
        passing.end(relationship)
        return
    passing.refuse_if_not_there(to)
    end_of_it = (
        "from_organisation"
        if relationship.from_organisation_id in passing.closing
        else "to_organisation"
    )
    other = "to_organisation" if end_of_it == "from_organisation" else "from_organisation"
    if getattr(relationship, f"{other}_id") == to.pk:
        if choice.to is not None:
            raise ValidationError(f"{to} cannot go to itself. Choose another.")
        passing.end(relationship)  # what was part of its successor is no part of itself
        return
    passing.pass_on_once(
        relationship, ("from_organisation", "to_organisation", "kind"), **{end_of_it: to}
    )


def settle_member(passing: Passing, choice: DependantChoice) -> None:
    to = choice.to or (passing.successor if choice.how == PASS_ON else None)
    if to is None:
        passing.end(choice.record)
        return
    passing.refuse_if_not_there(to)
    passing.pass_on_once(choice.record, ("forum", "organisation"), organisation=to)


def settle_line(passing: Passing, choice: DependantChoice) -> None:
    line = choice.record
    to = choice.to or (passing.successor if choice.how == PASS_ON else None)
    if to is None:
        passing.end(line)
        return
    passing.refuse_if_not_there(to)
    if isinstance(to, Forum):
        if to.pk == line.from_forum_id:
            raise ValidationError(f"{to} does not report to itself. Choose another.")
        changes = {"to_forum": to, "to_organisation": None}
    else:
        changes = {"to_forum": None, "to_organisation": to}
    passing.pass_on_once(line, ("from_forum", "kind", "to_forum", "to_organisation"), **changes)


SETTLED_BY = {
    Post: settle_post,
    Seat: settle_seat,
    Appointment: settle_tenure,
    Membership: settle_tenure,
    Relationship: settle_relationship,
    MemberOrganisation: settle_member,
    ReportingLine: settle_line,
}
