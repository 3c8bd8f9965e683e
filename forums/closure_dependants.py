"""What depends on a forum, an organisation, a post or a seat that ends."""

import datetime
from collections.abc import Iterable
from itertools import chain

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from editing.dependants import LEAVE, DependantChoice
from forums.models import Forum, MemberOrganisation, Membership, ReportingLine, Seat
from organisations.models import Held, Organisation, Post, Relationship
from organisations.successions import SuccessionKind
from people.models import Appointment
from records.models import DatedFact

# The records of each sort.
Dependants = dict[str, list]


def open_after(records: QuerySet, day: datetime.date) -> list[DatedFact]:
    """The records that go on after `day`, read with the records that they are named by."""
    lasting = records.filter(Q(latest_end__gt=day))
    return list(lasting.select_related(*records.model.named_by))


def dependants_of_forum(forum: Forum, day: datetime.date) -> Dependants:
    """What belongs to a forum, or leads to it, after `day`."""
    return {
        "seats": open_after(Seat.objects.filter(forum=forum), day),
        "memberships": open_after(Membership.objects.filter(seat__forum=forum), day),
        "lines_from": open_after(ReportingLine.objects.filter(from_forum=forum), day),
        "lines_to": open_after(ReportingLine.objects.filter(to_forum=forum), day),
        "members": open_after(MemberOrganisation.objects.filter(forum=forum), day),
    }


def dependants_of_organisations(
    organisations: Iterable[Organisation], day: datetime.date
) -> Dependants:
    """What belongs to organisations, speaks for them or leads to them, after `day`."""
    ours = [organisation.pk for organisation in organisations]
    of_post = Seat.objects.filter(ex_officio_post__organisation__in=ours)
    elsewhere = of_post.filter(Q(on_behalf_of__isnull=True) | ~Q(on_behalf_of__in=ours))
    seats = Seat.objects.filter(on_behalf_of__in=ours).select_related("ex_officio_post")
    lasting = Relationship.objects.exclude(kind__in=SuccessionKind.values)
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


def dependants_of_held(held: Held, day: datetime.date) -> Dependants:
    """The holders of a post or a seat after `day`, and the seats that go with a post."""
    if isinstance(held, Seat):
        return {"memberships": open_after(Membership.objects.filter(seat=held), day)}
    seats = Seat.objects.filter(ex_officio_post=held)
    return {
        "appointments": open_after(Appointment.objects.filter(post=held), day),
        "ex_officio": open_after(seats, day),
        "memberships": open_after(Membership.objects.filter(seat__in=seats.values("pk")), day),
    }


def choices_to_settle(
    choices: Iterable[DependantChoice], found: Dependants
) -> list[DependantChoice]:
    """The choices that change a record.

    Raises ValidationError unless there is a choice for each record that was found and for no other,
    as when somebody has added or ended a record meanwhile.
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
