"""Transfers: the records that end on one day, and those that take their place from the next.

A fact stays true of its own time, so a record that passes to another forum or organisation ends,
and a copy of it begins. A record announced for a later day is removed, because it never came to be.
Its history is kept.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import ProtectedError, Q

from editing.dependants import DependantChoice
from forums.models import (
    Forum,
    MemberOrganisation,
    Membership,
    ReportingLine,
    Seat,
    TermsOfReference,
)
from forums.rule_trees import from_json, to_json, with_others_named
from organisations.models import Held, Organisation, Post, Relationship
from people.actions import record_vacancy
from people.models import Appointment, EndReason, Tenure
from people.vacancies_carried_over import carry_over_vacancies, end_vacancies
from records.events import Source, check_and_save, end, read_and_lock, start_in_stead_of
from records.locks import locked
from records.models import DatedFact
from records.periods import Qualifier, When

# What may become of a record.
END = "end"
END_VACANT = "end-vacant"  # it ends, and its place is vacant then
PASS_ON = "pass-on"  # it ends, and a copy begins elsewhere
FOLLOW = "follow"  # it goes where the record that it belongs to goes

# The order in which records can end and begin: posts and seats before their holders.
ORDER = [Post, Seat, Appointment, Membership, Relationship, MemberOrganisation, ReportingLine]

# What a copy does not take over: the key, the start and the evidence.
NOT_COPIED = {
    "id",
    *DatedFact.START_FIELDS,
    *DatedFact.FOUR_DAYS,
    *DatedFact.EVIDENCE_FIELDS,
    "folded",
    "sole",
}


def begins_after(record: DatedFact, last: When) -> bool:
    """Whether a record begins only when `last` is over, or was only ever announced."""
    return record.start_is_announced or (
        record.start_date is not None
        and record.start_date > last.last_possible()
        and record.start_qualifier != Qualifier.BY
    )


def never_comes_to_be(record: DatedFact, last: When, today: datetime.date) -> bool:
    """Whether a record is to begin only after the last day, and has not begun today.

    If it began after the last day and by today, one of the two dates is wrong.
    """
    return begins_after(record, last) and (record.start_is_announced or record.start_date > today)


def withdraw(record: DatedFact) -> None:
    """Remove a record that was announced and never came to be. Its history is kept.

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


def refuse_if_gone_on(record: Any, new: DatedFact) -> None:
    """Raise ValidationError if a record ended and went on as such a `new` one already."""
    begins = record.what_follows_begins
    if begins is None:
        return
    own = {*NOT_COPIED, *record.said_of_end, "term_ends"}
    same = {
        each.attname: getattr(new, each.attname)
        for each in record._meta.concrete_fields
        if each.name not in own
    }
    if type(record)._default_manager.filter(**same, **begins.as_start()).exists():
        raise ValidationError(
            f"{record} went on {begins.in_words()} already, and is moved once. If "
            "that day is wrong, undo the step that moved it, and take it again."
        )


@dataclass
class Transfer:
    """Records that end on one day, and those that take their place from the next, on one source."""

    last: When
    begins: When
    source: Source
    today: datetime.date
    # The organisations that close, and the one that takes their place, if one does.
    closing: frozenset[int] = frozenset()
    successor: Organisation | None = None
    # The posts and seats that ended, and those that took the place of some of them.
    ended: set[tuple[type, int]] = field(default_factory=set)
    replacements: dict[tuple[Any, int], Any] = field(default_factory=dict)
    # The records that others may go to, as has been checked.
    checked: set[tuple[type, int]] = field(default_factory=set)
    # Posts and seats that go on as others, whose vacancies go on too, once their holders are there.
    gone_on: list[tuple[Any, Any]] = field(default_factory=list)
    # Posts and seats to withdraw, once nothing is left that needs them.
    withdrawn: list[Any] = field(default_factory=list)

    def settle(self, choices: Iterable[DependantChoice]) -> None:
        """Do what was chosen for each of several records."""
        for choice in sorted(choices, key=lambda choice: ORDER.index(type(choice.record))):
            SETTLED_BY[type(choice.record)](self, choice)
        while self.gone_on:
            carry_over_vacancies(*self.gone_on.pop(), self.begins, self.source)
        self.withdraw_posts_and_seats()

    def withdraw_posts_and_seats(self) -> None:
        while self.withdrawn:
            withdraw(self.withdrawn.pop())

    def end(self, record: DatedFact) -> None:
        """End a record on the last day, or withdraw it if it was to begin after that. Vacancies of
        a post or seat end with it."""
        if isinstance(record, Held):
            self.ended.add((type(record), record.pk))
            end_vacancies(record, self.last, self.source, self.today)
        self.end_alone(record)

    def end_alone(self, record: DatedFact) -> None:
        if never_comes_to_be(record, self.last, self.today):
            if isinstance(record, Held):
                self.withdrawn.append(record)
            else:
                withdraw(record)
            return
        more = {"end_reason": EndReason.POST_ENDED} if isinstance(record, Tenure) else {}
        end(record, self.last, self.source, **more)

    def pass_on(self, record: DatedFact, **changes) -> Any:
        """End a record and begin a copy from the next day, with `changes`. Gives the copy."""
        if isinstance(record, Held):
            return self.pass_on_held(record, **changes)
        new = self.copy(record, **changes)
        refuse_if_gone_on(record, new)
        self.end(record)
        check_and_save(new, errors_name_it=True)
        return new

    def pass_on_held(self, record: Held, **changes) -> Any:
        """As `pass_on`. The vacancies of the post or seat go on in the copy."""
        if never_comes_to_be(record, self.last, self.today):
            new = self.amended(record, **changes)
            check_and_save(new, errors_name_it=True)
        else:
            new = self.copy(record, **changes)
            refuse_if_gone_on(record, new)
            self.ended.add((type(record), record.pk))
            self.end_alone(record)
            check_and_save(new, errors_name_it=True)
            self.gone_on.append((record, new))
        self.replacements[type(record), record.pk] = new
        return new

    def amended(self, record: Any, **changes) -> Any:
        """An announced post or seat with `changes`, unsaved: it has never been anything else."""
        new = read_and_lock(record)
        new.unfixed = tuple(changes)
        for name, value in changes.items():
            setattr(new, name, value)
        return new

    def copy(self, record: DatedFact, **changes) -> DatedFact:
        """An unsaved copy of a record that begins with the transfer, or later if the record did."""
        new = type(record)()
        for field_ in record._meta.concrete_fields:
            if field_.name not in NOT_COPIED:
                setattr(new, field_.attname, getattr(record, field_.attname))
        starts = start_in_stead_of(record, self.begins)
        for name, value in {**starts, **self.source.as_evidence(), **changes}.items():
            setattr(new, name, value)
        if isinstance(new, Tenure) and new.term_ends and new.term_ends < new.start_date:
            new.term_ends = None  # that term was over before the copy began
        return new

    def target(self, choice: DependantChoice) -> Any:
        """The record that the record of a choice goes to; None if it ends."""
        to = choice.to or (self.successor if choice.how == PASS_ON else None)
        if to is not None:
            self.refuse_if_not_in_force(to)
        return to

    def refuse_if_not_in_force(self, other: DatedFact) -> None:
        """Raise ValidationError if nothing can go to `other` on the day of the transfer."""
        key = (type(other), other.pk)
        if key in self.checked:
            return
        if isinstance(other, Organisation) and other.pk in self.closing:
            raise ValidationError(f"{other} closes itself. Choose another.")
        other = read_and_lock(other)
        if other.latest_end < self.begins.last_possible():
            raise ValidationError(
                f"{other} ended {other.when_it_ends()}, before this could go to it. Choose another."
            )
        if begins_after(other, self.begins):
            raise ValidationError(
                f"{other} begins {other.when_it_starts()}, after this would go to it. "
                "Choose another, or another day."
            )
        self.checked.add(key)

    def is_recorded_already(self, new: DatedFact, *names: str) -> bool:
        """Whether another record has the same values in the fields `names`, and goes on as long.

        Raises ValidationError if it ends sooner.
        """
        new.settle_period()
        same = {name: getattr(new, name) for name in names}
        lasting = Q(latest_end__gte=new.start_date)
        begun = Q(start_date__lte=new.start_date)
        other = type(new).objects.filter(lasting, begun, **same).first()
        if other is None:
            return False
        if other.latest_end < new.latest_end:
            raise ValidationError(
                f"{other}: this is recorded already, and ends {other.when_it_ends()}. Correct that "
                "end if it goes on, or choose that what would pass to it ends."
            )
        return True

    def pass_on_once(self, record: DatedFact, names: tuple[str, ...], **changes) -> None:
        """Pass a record on, or only end it if another record says the same by `names`."""
        if self.is_recorded_already(self.copy(record, **changes), *names):
            self.end(record)
        else:
            self.pass_on(record, **changes)


def settle_post(transfer: Transfer, choice: DependantChoice) -> None:
    if choice.how == PASS_ON:
        transfer.pass_on(choice.record, organisation=transfer.target(choice))
    else:
        transfer.end(choice.record)


def settle_seat(transfer: Transfer, choice: DependantChoice) -> None:
    seat = choice.record
    post = _post_from_then_on(transfer, seat, choice.to)
    if choice.how == PASS_ON:
        speaks_for_closing = seat.on_behalf_of_id in transfer.closing
        to = transfer.successor if speaks_for_closing else seat.on_behalf_of
        pass_on_seat(transfer, seat, on_behalf_of=to, ex_officio_post=post)
    elif choice.how == FOLLOW:
        if post is not None and post.pk != seat.ex_officio_post_id:
            pass_on_seat(transfer, seat, ex_officio_post=post)
    else:
        transfer.end(seat)


def _post_from_then_on(transfer: Transfer, seat: Seat, chosen: Post | None) -> Post | None:
    """The post that a seat goes with from the day of the transfer."""
    if chosen is not None:
        transfer.refuse_if_not_in_force(chosen)
        return chosen
    if seat.ex_officio_post_id is None:
        return None
    key = (Post, seat.ex_officio_post_id)
    if key in transfer.replacements:
        return transfer.replacements[key]
    ends = key in transfer.ended or seat.ex_officio_post.organisation_id in transfer.closing
    return None if ends else seat.ex_officio_post


def pass_on_seat(transfer: Transfer, seat: Seat, **changes) -> Seat:
    """Pass a seat on. The rules of quoracy that name it then name the new one, except those of
    terms of reference that are over by then."""
    new = transfer.pass_on(seat, **changes)
    follow_in_rules(transfer, seats={seat.pk: new.pk})
    return new


def follow_in_rules(
    transfer: Transfer,
    *,
    seats: Mapping[int, int] | None = None,
    organisations: Mapping[str | int, str | int] | None = None,
    forum: int | None = None,
) -> None:
    """Have rules of quoracy name others in the place of these seats or organisations, except those
    of terms of reference that are over by the day of the transfer."""
    going_on = locked(TermsOfReference).exclude(quoracy_rule=None)
    going_on = going_on.filter(latest_end__gte=transfer.begins.first_possible())
    for terms in going_on if forum is None else going_on.filter(forum=forum):
        before = from_json(terms.quoracy_rule)
        after = with_others_named(before, seats=seats, organisations=organisations)
        if after != before:
            terms.quoracy_rule = to_json(after)
            check_and_save(terms)


def settle_tenure(transfer: Transfer, choice: DependantChoice) -> None:
    tenure: Any = choice.record
    key = (tenure._meta.get_field(tenure.held_field).related_model, tenure.held_key)
    replacement = transfer.replacements.get(key)
    is_over = key in transfer.ended and replacement is None
    if choice.how in (END, END_VACANT) or is_over:
        transfer.end(tenure)
        if choice.how == END_VACANT:
            if is_over:
                raise ValidationError(
                    f"{tenure.held} ends too, and what is over is not vacant. Choose that {tenure} "
                    "ends."
                )
            held = tenure.held if replacement is None else replacement
            record_vacancy(held=held, begins=transfer.last.morrow(), source=transfer.source)
        return
    changes: dict[str, Any] = {}
    if getattr(tenure, "on_behalf_of_id", None) in transfer.closing and transfer.successor:
        changes["on_behalf_of"] = transfer.successor
    if replacement is not None and replacement.pk != tenure.held_key:
        changes[tenure.held_field] = replacement
    if changes:
        transfer.pass_on(tenure, **changes)


def settle_relationship(transfer: Transfer, choice: DependantChoice) -> None:
    relationship, to = choice.record, transfer.target(choice)
    if to is None:
        transfer.end(relationship)
        return
    changing, staying = "from_organisation", "to_organisation"
    if relationship.from_organisation_id not in transfer.closing:
        changing, staying = staying, changing
    if getattr(relationship, f"{staying}_id") != to.pk:
        names = ("from_organisation", "to_organisation", "kind")
        transfer.pass_on_once(relationship, names, **{changing: to})
    elif choice.to is not None:
        raise ValidationError(f"{to} cannot go to itself. Choose another.")
    else:
        transfer.end(relationship)  # a part of the successor is no part of itself


def settle_member(transfer: Transfer, choice: DependantChoice) -> None:
    if to := transfer.target(choice):
        transfer.pass_on_once(choice.record, ("forum", "organisation"), organisation=to)
        member: Any = choice.record
        others: dict[str | int, str | int] = {member.organisation_id: to.pk}
        follow_in_rules(transfer, organisations=others, forum=member.forum_id)
    else:
        transfer.end(choice.record)


def settle_line(transfer: Transfer, choice: DependantChoice) -> None:
    line, to = choice.record, transfer.target(choice)
    if to is None:
        transfer.end(line)
        return
    changes: dict[str, Any] = {"to_forum": None, "to_organisation": None}
    if isinstance(to, Forum):
        if to.pk == line.from_forum_id:
            raise ValidationError(f"{to} does not report to itself. Choose another.")
        changes["to_forum"] = to
    else:
        changes["to_organisation"] = to
    transfer.pass_on_once(line, ("from_forum", "kind", "to_forum", "to_organisation"), **changes)


SETTLED_BY = {
    Post: settle_post,
    Seat: settle_seat,
    Appointment: settle_tenure,
    Membership: settle_tenure,
    Relationship: settle_relationship,
    MemberOrganisation: settle_member,
    ReportingLine: settle_line,
}
