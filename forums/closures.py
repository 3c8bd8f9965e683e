"""What happens to whole forums, organisations, posts and seats, each done whole or not at all.

Each step names everything that depends on what ends, and is told what becomes of it. What passes
to another is in `forums.transfers`. Whatever is checked is locked first.
"""

import datetime
from collections.abc import Iterable
from itertools import chain

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q

from editing.dependants import LEAVE, DependantChoice
from forums.models import (
    Forum,
    ForumName,
    MemberOrganisation,
    Membership,
    ReportingLine,
    Seat,
)
from forums.transfers import Passing, begins_after, pass_on_seat
from organisations.models import (
    Held,
    Organisation,
    OrganisationName,
    Post,
    Relationship,
    RelationshipKind,
)
from people.actions import begin
from people.models import Appointment
from records.events import Source, end_unless_over, error_about, is_over, read_and_lock
from records.locks import locked
from records.models import DatedFact, NameKind
from records.names import free_slug
from records.periods import When, first_day

Found = dict[str, list]


# What depends on what


def open_after(records: models.QuerySet, day: datetime.date) -> list[DatedFact]:
    """Those that are not over when `day` is, read with all that they are named by."""
    lasting = records.filter(Q(end_date__isnull=True) | Q(end_date__gt=day))
    return list(lasting.select_related(*records.model.named_by))


def dependants_of_forum(forum: Forum, day: datetime.date) -> Found:
    """What belongs to a forum, or leads to it, and is not over when `day` is."""
    return {
        "seats": open_after(Seat.objects.filter(forum=forum), day),
        "memberships": open_after(Membership.objects.filter(seat__forum=forum), day),
        "lines_from": open_after(ReportingLine.objects.filter(from_forum=forum), day),
        "lines_to": open_after(ReportingLine.objects.filter(to_forum=forum), day),
        "members": open_after(MemberOrganisation.objects.filter(forum=forum), day),
    }


def dependants_of_organisations(organisations: Iterable[Organisation], day: datetime.date) -> Found:
    """What belongs to organisations, speaks for them or leads to them, and is not over."""
    ours = [organisation.pk for organisation in organisations]
    of_post = Seat.objects.filter(ex_officio_post__organisation__in=ours)
    elsewhere = of_post.filter(Q(on_behalf_of__isnull=True) | ~Q(on_behalf_of__in=ours))
    seats = Seat.objects.filter(on_behalf_of__in=ours).select_related("ex_officio_post")
    lasting = Relationship.objects.exclude(kind=RelationshipKind.SUCCEEDED_BY)
    return {
        "posts": open_after(Post.objects.filter(organisation__in=ours), day),
        "appointments": open_after(Appointment.objects.filter(post__organisation__in=ours), day),
        "seats": open_after(seats, day),
        "ex_officio": open_after(elsewhere, day),
        "memberships": open_after(
            Membership.objects.filter(
                Q(seat__in=seats.values("pk"))
                | Q(seat__in=of_post.values("pk"))
                | Q(on_behalf_of__in=ours)
            ),
            day,
        ),
        "relationships_from": open_after(lasting.filter(from_organisation__in=ours), day),
        "relationships_to": open_after(
            lasting.filter(to_organisation__in=ours).exclude(from_organisation__in=ours), day
        ),
        "members": open_after(MemberOrganisation.objects.filter(organisation__in=ours), day),
        "lines_to": open_after(ReportingLine.objects.filter(to_organisation__in=ours), day),
    }


def dependants_of_held(held: Held, day: datetime.date) -> Found:
    """Who has a post or seat after `day`, and the seats that go with a post."""
    if isinstance(held, Seat):
        return {"memberships": open_after(Membership.objects.filter(seat=held), day)}
    seats = Seat.objects.filter(ex_officio_post=held)
    return {
        "appointments": open_after(Appointment.objects.filter(post=held), day),
        "ex_officio": open_after(seats, day),
        "memberships": open_after(Membership.objects.filter(seat__in=seats.values("pk")), day),
    }


def decided(choices: Iterable[DependantChoice], found: Found) -> list[DependantChoice]:
    """What is to be done, after all that was found has been decided on and nothing else.

    Raises ValidationError if somebody has added or ended something meanwhile.
    """
    choices = list(choices)
    chosen = {(type(choice.record), choice.record.pk) for choice in choices}
    there = {(type(record), record.pk): record for record in chain(*found.values())}
    for choice in choices:
        if (type(choice.record), choice.record.pk) not in there:
            raise ValidationError(
                f"{choice.record} does not depend on this, or has ended meanwhile. Look again."
            )
    for key, record in there.items():
        if key not in chosen:
            raise ValidationError(
                f"{record} depends on this too, and was added meanwhile. Look again."
            )
    return [choice for choice in choices if choice.how != LEAVE]


def keep(*models_and_filters: tuple[type[models.Model], Q]) -> None:
    """Lock records of several kinds until the transaction ends, each kind in one order."""
    for model, query in models_and_filters:
        list(locked(model).filter(query).order_by("pk"))


def keep_seats(query: Q) -> None:
    """Lock seats, and before them their forums, as everybody does who changes a seat."""
    forums = Seat.objects.filter(query).order_by().values("forum")
    keep((Forum, Q(pk__in=forums)), (Seat, query))


# Ends


def refuse_another_end(record: DatedFact, last: When) -> None:
    """Raise ValidationError if a record is known to have been over before `last`."""
    if record.end_date is not None and record.end_date < last.last_possible():
        raise ValidationError(
            {
                "end_date": f"{record} is recorded as having ended {record.when_it_ends()}. Give "
                "that date, or correct the record first."
            }
        )


def last_day_of(organisations: Iterable[Organisation], begins: When) -> When:
    """The last day of organisations whose place another takes from `begins`: the day before,
    unless all of them are known to have been over earlier."""
    eve = begins.eve()
    if not all(is_over(organisation, eve) for organisation in organisations):
        return eve
    latest = max(organisations, key=lambda organisation: organisation.end_date)
    return latest.ends


def refuse_what_begins_later(last: When, *left: Iterable[DatedFact]) -> None:
    """Raise ValidationError if something begins in what has ended by then."""
    for record in chain(*left):
        if begins_after(record, last):
            raise ValidationError(
                f"{record} begins {record.when_it_starts()}, after the end, "
                f"{last.in_words()}. Tick it too, or choose a later day."
            )


# What happens


@transaction.atomic
def stand_down(
    *,
    forum: Forum,
    last: When,
    source: Source,
    today: datetime.date,
    choices: Iterable[DependantChoice],
) -> None:
    """End a forum, and what was chosen of what depends on it.

    Lines that lead to it may lead elsewhere from the next day. Raises ValidationError, changing
    nothing, if a rule would be broken.
    """
    refuse_another_end(read_and_lock(forum), last)
    keep((Seat, Q(forum=forum)))
    choices = decided(choices, dependants_of_forum(forum, last.last_possible()))
    for choice in choices:
        if choice.to == forum:
            raise ValidationError(f"{forum} stands down itself. Choose another.")
    Passing(last, last.morrow(), source, today).settle(choices)
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
    """End an organisation, and what was chosen of what depends on it, or let that go elsewhere.

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
) -> None:
    """End organisations that another takes the place of, and pass on what was chosen.

    Raises ValidationError, changing nothing, if a rule would be broken.
    """
    organisations = list(organisations)
    if successor in organisations:
        raise ValidationError("An organisation does not succeed itself. Choose another.")
    last = last_day_of(organisations, begins)
    for organisation in organisations:
        # What is left of it would end on the day of the others.
        if organisation.end_date is not None and organisation.end_date < last.last_possible():
            raise ValidationError(
                f"{organisation} is recorded as having ended {organisation.when_it_ends()}, before "
                "the others. Replace it by itself first, and then the others."
            )
    passing = close_each(
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
            kind=RelationshipKind.SUCCEEDED_BY,
            to_organisation=successor,
            **begins.as_start(),
            **source.as_evidence(),
        )
        names = ("from_organisation", "to_organisation", "kind")
        if not passing.stands_already(succession, *names):
            succession.full_clean()
            succession.save()


def close_each(
    organisations: list[Organisation],
    last: When,
    begins: When,
    source: Source,
    today: datetime.date,
    choices: Iterable[DependantChoice],
    *,
    successor: Organisation | None = None,
) -> Passing:
    ours = frozenset(organisation.pk for organisation in organisations)
    concerned = ours if successor is None else ours | {successor.pk}
    keep((Organisation, Q(pk__in=concerned)), (Post, Q(organisation__in=ours)))
    keep_seats(Q(on_behalf_of__in=ours) | Q(ex_officio_post__organisation__in=ours))
    found = dependants_of_organisations(organisations, last.last_possible())
    choices = decided(choices, found)
    passing = Passing(last, begins, source, today, closing=ours, successor=successor)
    if successor is not None:
        passing.refuse_if_not_there(successor)
    passing.settle(choices)
    left = dependants_of_organisations(organisations, last.last_possible())
    refuse_what_begins_later(last, left["posts"], left["appointments"])
    for organisation in organisations:
        end_unless_over(organisation, last, source)
    return passing


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
    """End a seat and begin a like one for another organisation, with the members chosen.

    Gives the new seat. Raises ValidationError, changing nothing, if a rule would be broken.
    """
    stored = read_and_lock(seat)
    last = begins.eve()
    if stored.end_date is not None and stored.end_date <= last.last_possible():
        raise ValidationError(
            f"{seat} ended {stored.when_it_ends()}. Create a seat for {organisation} instead."
        )
    if stored.on_behalf_of_id == organisation.pk:
        raise ValidationError(f"{seat} speaks for {organisation} already. Choose another.")
    choices = decided(choices, dependants_of_held(seat, last.last_possible()))
    closing = frozenset({stored.on_behalf_of_id} - {None})
    passing = Passing(last, begins, source, today, closing=closing, successor=organisation)
    passing.refuse_if_not_there(organisation)
    if post is not None:
        passing.refuse_if_not_there(post)
    new = pass_on_seat(
        passing,
        seat,
        on_behalf_of=organisation,
        ex_officio_post=post,
        title=title or stored.title,
    )
    passing.settle(choices)
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
    """End a post or seat, and what was chosen of who holds it and what goes with it.

    Raises ValidationError, changing nothing, if a rule would be broken.
    """
    refuse_another_end(read_and_lock(held), last)
    if isinstance(held, Post):
        keep_seats(Q(ex_officio_post=held))
    choices = decided(choices, dependants_of_held(held, last.last_possible()))
    passing = Passing(last, last.morrow(), source, today)
    passing.ended.add((type(held), held.pk))
    for choice in choices:
        if choice.to == held:
            raise ValidationError(f"{held} is abolished itself. Choose another.")
    passing.settle(choices)
    tenures = "memberships" if isinstance(held, Seat) else "appointments"
    refuse_what_begins_later(last, dependants_of_held(held, last.last_possible())[tenures])
    if not is_over(held, last):
        passing.end(held)
    passing.withdraw_held()


@transaction.atomic
def create(*, held: Held, begins: When, source: Source, holder: dict | None = None) -> Held:
    """Create a post or seat from a day on, held by somebody from that day if `holder` says so.

    `held` is unsaved and says what it is. Raises ValidationError, changing nothing, if a rule
    would be broken.
    """
    read_and_lock(getattr(held, held.owner_field))
    for name, value in {**begins.as_start(), **source.as_evidence()}.items():
        setattr(held, name, value)
    held.full_clean()
    held.save()
    if holder is not None:
        begin(held, **begins.as_start(), **source.as_evidence(), **holder)
    return held


@transaction.atomic
def rename(
    *,
    record: Organisation | Forum,
    name: str,
    short_name: str,
    begins: When,
    source: Source,
    today: datetime.date,
) -> None:
    """Give an organisation or forum another name from a day on, and keep the one it had.

    Raises ValidationError, changing nothing, if a rule would be broken.
    """
    stored = read_and_lock(record)
    if (stored.name, stored.short_name) != (record.name, record.short_name):
        raise ValidationError(
            f"Somebody else has changed the name, which is now {stored.name}. Look again."
        )
    if name == stored.name:
        raise ValidationError({"name": "That is its name already. Give the new one."})
    if first_day(begins.day, begins.precision) > today:
        raise ValidationError(
            {
                "start_date": "A name is changed when the day has come, because every page would "
                "show the new one at once. Record it on that day or later."
            }
        )
    last = begins.eve()
    former = former_name_model(stored)
    kept = former(
        name=stored.name,
        kind=NameKind.FORMER,
        **{type(stored)._meta.model_name: stored},
        **in_use_since(stored, last),
        **last.as_end(),
        **source.as_evidence(),
    )
    stored.name, stored.short_name = name, short_name
    try:
        kept.full_clean()
    except ValidationError as error:
        raise error_about(kept, error) from error
    kept.save()
    stored.full_clean()
    stored.save()


def former_name_model(record: Organisation | Forum) -> type[OrganisationName | ForumName]:
    return OrganisationName if isinstance(record, Organisation) else ForumName


def in_use_since(record: Organisation | Forum, last: When) -> dict:
    """The start of a name that was in use until `last`: the day after the former name before
    it, or else the start of what has the name."""
    before = (
        record.names.filter(kind=NameKind.FORMER, end_date__isnull=False)
        .order_by("-end_date", "-pk")
        .first()
    )
    if before is None:
        return record.starts.as_start() if record.starts else {}
    if before.end_date > last.last_possible():
        raise ValidationError(
            f"It was called {before.name} until {before.end_in_words()}, which is later. "
            "Correct one of the two."
        )
    return before.ends.morrow().as_start()


def new_organisation(*, name: str, kind: str, begins: When, source: Source) -> Organisation:
    """Record an organisation that a source names for the first time.

    Raises ValidationError if a rule would be broken.
    """
    organisation = Organisation(
        name=name,
        kind=kind,
        slug=free_slug(Organisation, name),
        **begins.as_start(),
        **source.as_evidence(),
    )
    organisation.full_clean()
    organisation.save()
    return organisation
