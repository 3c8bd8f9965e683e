"""Seats in the worklist of posts and seats that more people hold than there is room for."""

from collections import defaultdict
from functools import reduce
from operator import add

from django.db.models import F, Q, QuerySet

from forums.filling import SEAT, WAYS, with_number
from forums.models import ExOfficioSource, Membership, Seat
from forums.worklists.vacancies import Seats, seats_in_force
from people.models import Appointment
from people.standing import number_of
from people.worklists.held_twice import (
    HELD_TWICE,
    held_by_too_many,
    too_many_in_words,
    ways_out_of_too_many,
)


@HELD_TWICE.part
class SeatsHeldTwice(Seats):
    def found(self):
        too_many = held_by_too_many(Membership, self.day)
        return self.narrowed(
            seats_in_force(self.day)
            .filter(Q(pk__in=too_many) | Q(pk__in=self.filled_by_too_many_holders_of_a_post()))
            .annotate(room=Seat.number_on(self.day))
        )

    def filled_by_too_many_holders_of_a_post(self) -> QuerySet:
        holders = reduce(
            add,
            (
                number_of(
                    way.of_seat(way.certainly_fills(SEAT, self.day)).not_acting(), way.joined[0]
                )
                for way in WAYS
            ),
        )
        goes_with = Q(ex_officio_post__isnull=False) | Q(
            pk__in=ExOfficioSource.objects.values("seat")
        )
        return (
            with_number(Seat.objects.filter(goes_with), self.day)
            .annotate(post_holders=holders)
            .filter(post_holders__gt=F("number_then"))
            .values("pk")
        )

    def rows(self, records):
        records = list(records)
        self.members, self.post_holders = defaultdict(list), defaultdict(list)
        for membership in (
            Membership.objects.certainly(self.day)
            .not_acting()
            .filter(seat__in=records)
            .select_related("person", "seat__forum")
            .order_by("start_date", "pk")
        ):
            self.members[membership.seat_id].append(membership)
        posts = {seat.ex_officio_post_id for seat in records} - {None}
        for appointment in (
            Appointment.objects.certainly(self.day)
            .not_acting()
            .filter(post__in=posts)
            .select_related("person", "post__organisation")
            .order_by("start_date", "pk")
        ):
            self.post_holders[appointment.post_id].append(appointment)
        return super().rows(records)

    def row(self, seat):
        members = self.members[seat.pk]
        holders = members or self.post_holders[seat.ex_officio_post_id]
        reason = too_many_in_words(holders, seat.room)
        if not members:
            reason = f"It goes with a post, {seat.ex_officio_post}. {reason}"
        return self.seat_row(seat, reason, ways_out_of_too_many(self, seat, holders))
