"""The ends of forums, organisations, posts and seats, each with all that depends on it.

Each action takes a choice for every record that depends on what ends, and checks that none was
left out. It locks records before it checks them, and is done whole or not at all.
"""

import datetime
from collections.abc import Iterable
from itertools import chain

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from editing.dependants import DependantChoice
from forums.closure_dependants import (
    choices_to_settle,
    dependants_of_forum,
    dependants_of_held,
    dependants_of_organisations,
)
from forums.mergers import refuse_if_moved_already
from forums.models import Forum, Seat
from forums.plans import it_came
from forums.transfers import Transfer, begins_after, pass_on_seat
from organisations.models import Held, Organisation, Post, Relationship
from organisations.successions import OF_THE_WHOLE, SuccessionKind
from records.events import (
    Source,
    begin_on,
    check_and_save,
    end,
    end_unless_over,
    is_over,
    read_and_lock,
)
from records.locks import locked
from records.models import DatedFact
from records.periods import When


def lock_each(*models_and_filters: tuple[type[DatedFact], Q]) -> None:
    """Lock records of several kinds until the transaction ends, each kind in one order."""
    for model, query in models_and_filters:
        list(locked(model).filter(query).order_by("pk"))


def lock_seats(query: Q) -> None:
    """Lock forums and then their seats, in the order in which every change of a seat does."""
    forums = Seat.objects.filter(query).order_by().values("forum")
    lock_each((Forum, Q(pk__in=forums)), (Seat, query))


def refuse_another_end(record: DatedFact, last: When) -> None:
    """Raise ValidationError if a record is recorded as over before `last`."""
    if record.latest_end < last.last_possible():
        raise ValidationError(
            {
                "end_date": f"{record} is recorded as having ended {record.when_it_ends()}. Give "
                "that date, or correct the record first."
            }
        )


def last_day_of(organisations: Iterable[Organisation], begins: When) -> When:
    """The last day of organisations that have a successor from `begins`: the day before, or an
    earlier day if all of them are recorded as over by then."""
    eve = begins.eve()
    if not all(is_over(organisation, eve) for organisation in organisations):
        return eve
    latest = max(organisations, key=lambda organisation: organisation.end_date)
    return latest.ends


def refuse_what_begins_later(last: When, *left: Iterable[DatedFact]) -> None:
    """Raise ValidationError if a record that was left begins after `last`."""
    for record in chain(*left):
        if begins_after(record, last):
            raise ValidationError(
                f"{record} begins {record.when_it_starts()}, after the end, "
                f"{last.in_words()}. Tick it too, or choose a later day."
            )


@transaction.atomic
def announce_end(*, record: DatedFact, last: When, source: Source) -> None:
    """Record that a forum, organisation, post or seat is to end, on a day that no source gives.

    What depends on it goes on: it ends when the day is known. Raises ValidationError, changing
    nothing, if an end is recorded already or if a rule would be broken.
    """
    if record.over_by is not None:
        raise ValidationError(
            {
                "end_date": f"{record} is recorded as ending {record.when_it_ends()}. If that was "
                "put off and no day is given, correct the record."
            }
        )
    end(record, last, source)


@transaction.atomic
def announce_succession(
    *,
    organisations: Iterable[Organisation],
    successor: Organisation,
    begins: When,
    source: Source,
    kind: str = SuccessionKind.SUCCEEDED_BY,
) -> None:
    """Record which organisation is to take the place of others, on a day that no source gives.

    An organisation whose end is known keeps it. Raises ValidationError, changing nothing, if a rule
    would be broken.
    """
    organisations = list(organisations)
    if successor in organisations:
        raise ValidationError("An organisation does not succeed itself. Choose another.")
    lock_each((Organisation, Q(pk__in=[each.pk for each in [*organisations, successor]])))
    for organisation in organisations:
        if organisation.over_by is None:
            announce_end(record=organisation, last=begins.eve(), source=source)
        if planned_already(organisation, successor) is None:
            succession = Relationship(
                from_organisation=organisation,
                kind=kind,
                to_organisation=successor,
                **begins.as_start(),
                **source.as_evidence(),
            )
            check_and_save(succession)


@transaction.atomic
def stand_down(
    *,
    forum: Forum,
    last: When,
    source: Source,
    today: datetime.date,
    choices: Iterable[DependantChoice],
) -> None:
    """End a forum, and settle what was chosen for its dependants.

    Lines that lead to it may lead elsewhere from the next day. Raises ValidationError, changing
    nothing, if a rule would be broken.
    """
    refuse_another_end(read_and_lock(forum), last)
    lock_each((Seat, Q(forum=forum)))
    choices = choices_to_settle(choices, dependants_of_forum(forum, last.last_possible()))
    for choice in choices:
        if choice.to == forum:
            raise ValidationError(f"{forum} stands down itself. Choose another.")
    Transfer(last, last.morrow(), source, today).settle(choices)
    left = dependants_of_forum(forum, last.last_possible())
    refuse_what_begins_later(last, left["seats"], left["memberships"])
    end_unless_over(forum, last, source)


@transaction.atomic
def close(
    *,
    organisation: Organisation,
    last: When,
    source: Source,
    today: datetime.date,
    choices: Iterable[DependantChoice],
) -> None:
    """End an organisation, and settle what was chosen for its dependants.

    Raises ValidationError, changing nothing, if a rule would be broken.
    """
    refuse_another_end(read_and_lock(organisation), last)
    close_each([organisation], last, last.morrow(), source, today, choices)


@transaction.atomic
def succeed(
    *,
    organisations: Iterable[Organisation],
    successor: Organisation,
    begins: When,
    source: Source,
    today: datetime.date,
    choices: Iterable[DependantChoice],
    kind: str = SuccessionKind.SUCCEEDED_BY,
) -> None:
    """End organisations that another takes the place of, and settle what was chosen.

    Raises ValidationError, changing nothing, if a rule would be broken.
    """
    organisations = list(organisations)
    if successor in organisations:
        raise ValidationError("An organisation does not succeed itself. Choose another.")
    for tie in Relationship.objects.filter(
        from_organisation__in=organisations,
        to_organisation=successor,
        kind__in=OF_THE_WHOLE,
        given_up_document=None,
    ):
        refuse_if_moved_already(tie, begins)
    last = last_day_of(organisations, begins)
    for organisation in organisations:
        # Its dependants would end on the day of the others.
        if organisation.latest_end < last.last_possible():
            raise ValidationError(
                f"{organisation} is recorded as having ended {organisation.when_it_ends()}, before "
                "the others. Replace it by itself first, and then the others."
            )
    if successor.start_is_announced:
        successor = read_and_lock(successor)
        begin_on(successor, begins, source)
    transfer = close_each(
        organisations,
        last,
        begins,
        source,
        today,
        choices,
        successor=successor,
    )
    for organisation in organisations:
        succession = Relationship(
            from_organisation=organisation,
            kind=kind,
            to_organisation=successor,
            **begins.as_start(),
            **source.as_evidence(),
        )
        plan = planned_already(organisation, successor)
        if plan is not None:
            it_came(plan=plan, when=begins, source=source)
        elif not is_succeeded_already(transfer, succession):
            check_and_save(succession)


def planned_already(organisation: Organisation, successor: Organisation) -> Relationship | None:
    """The plan that the one take the place of the other, if there is one."""
    plans = organisation.relationships_from.filter(to_organisation=successor)
    return next((plan for plan in plans if plan.is_open_plan), None)


def is_succeeded_already(transfer: Transfer, succession: Relationship) -> bool:
    """Whether it is recorded that the one took the place of the other, in whatever way."""
    kinds = Relationship.objects.filter(
        from_organisation=succession.from_organisation,
        to_organisation=succession.to_organisation,
        kind__in=OF_THE_WHOLE,
        given_up_document=None,
    ).values_list("kind", flat=True)
    succession.kind = next(iter(kinds), succession.kind)
    names = ("from_organisation", "to_organisation", "kind")
    return transfer.is_recorded_already(succession, *names)


def close_each(
    organisations: list[Organisation],
    last: When,
    begins: When,
    source: Source,
    today: datetime.date,
    choices: Iterable[DependantChoice],
    *,
    successor: Organisation | None = None,
) -> Transfer:
    ours = frozenset(organisation.pk for organisation in organisations)
    concerned = ours if successor is None else ours | {successor.pk}
    lock_each((Organisation, Q(pk__in=concerned)), (Post, Q(organisation__in=ours)))
    lock_seats(Q(on_behalf_of__in=ours) | Q(ex_officio_post__organisation__in=ours))
    found = dependants_of_organisations(organisations, last.last_possible())
    choices = choices_to_settle(choices, found)
    transfer = Transfer(last, begins, source, today, closing=ours, successor=successor)
    if successor is not None:
        transfer.refuse_if_not_in_force(successor)
    transfer.settle(choices)
    left = dependants_of_organisations(organisations, last.last_possible())
    refuse_what_begins_later(last, left["posts"], left["appointments"])
    for organisation in organisations:
        end_unless_over(organisation, last, source)
    return transfer


@transaction.atomic
def move_seat(
    *,
    seat: Seat,
    organisation: Organisation,
    begins: When,
    source: Source,
    today: datetime.date,
    choices: Iterable[DependantChoice],
    title: str = "",
    post: Post | None = None,
) -> Seat:
    """End a seat and begin a copy for another organisation, with the members chosen.

    Gives the new seat. Raises ValidationError, changing nothing, if a rule would be broken.
    """
    stored = read_and_lock(seat)
    last = begins.eve()
    if stored.latest_end <= last.last_possible():
        raise ValidationError(
            f"{seat} ended {stored.when_it_ends()}. Create a seat for {organisation} instead."
        )
    if stored.on_behalf_of_id == organisation.pk:
        raise ValidationError(f"{seat} speaks for {organisation} already. Choose another.")
    choices = choices_to_settle(choices, dependants_of_held(seat, last.last_possible()))
    closing = frozenset({stored.on_behalf_of_id} - {None})
    transfer = Transfer(last, begins, source, today, closing=closing, successor=organisation)
    transfer.refuse_if_not_in_force(organisation)
    if post is not None:
        transfer.refuse_if_not_in_force(post)
    new = pass_on_seat(
        transfer,
        seat,
        on_behalf_of=organisation,
        independent=False,
        ex_officio_post=post,
        title=title or stored.title,
    )
    transfer.settle(choices)
    refuse_what_begins_later(last, dependants_of_held(seat, last.last_possible())["memberships"])
    return new


@transaction.atomic
def abolish(
    *,
    held: Held,
    last: When,
    source: Source,
    today: datetime.date,
    choices: Iterable[DependantChoice],
) -> None:
    """End a post or a seat, and settle what was chosen for its dependants.

    Raises ValidationError, changing nothing, if a rule would be broken.
    """
    refuse_another_end(read_and_lock(held), last)
    if isinstance(held, Post):
        lock_seats(Q(ex_officio_post=held))
    choices = choices_to_settle(choices, dependants_of_held(held, last.last_possible()))
    transfer = Transfer(last, last.morrow(), source, today)
    transfer.ended.add((type(held), held.pk))
    for choice in choices:
        if choice.to == held:
            raise ValidationError(f"{held} is abolished itself. Choose another.")
    transfer.settle(choices)
    tenures = "memberships" if isinstance(held, Seat) else "appointments"
    refuse_what_begins_later(last, dependants_of_held(held, last.last_possible())[tenures])
    if not is_over(held, last):
        transfer.end(held)
    transfer.withdraw_posts_and_seats()
