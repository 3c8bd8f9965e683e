"""The worklists of vacant seats, and of those whose post is vacant."""

import datetime
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from editing.links import Link
from editing.worklists import WorklistRow, ended_before, named, named_in_ends, worklist
from forums.filling import with_standing
from forums.models import Forum, ForumStatus, Membership, Seat, SeatRole
from forums.seat_holders import HeldSeat, held_seats_among
from forums.vacancies import with_vacancies
from organisations.models import Post
from organisations.worklists import PLACE
from people.post_holders import HeldPost, held_posts_among
from people.standing import Standing
from people.standing import with_standing as posts_with_standing
from people.worklists.vacancies import (
    CHAIRS_VACANT,
    MayBeVacantPart,
    silence_in_words,
    standing_in_words,
    vacancy_in_words,
    vacancy_step,
)

SEATS_VACANT = worklist(
    "seats-vacant",
    order=2,
    title="Seats vacant",
    finds="Seats of forums in force that a source says are vacant, chairs’ seats among them, and "
    "seats for several of which some are. Somebody is not spoken for, and a vote may be lost.",
    emptied="Appoint somebody; end the seat if it is no more; or record that the vacancy is over.",
    apart="Not recorded",
    why_apart="The sources name these seats and do not say who fills them, or some of their "
    "places. They are not vacant as far as is known, and are not counted.",
    counts="place,places",
)
EX_OFFICIO = worklist(
    "ex-officio-vacant",
    order=8,
    title="Ex officio seats whose post is vacant",
    finds="Seats that go with a post which is vacant or has come to an end, and which nobody "
    "fills in their own right. Two places are empty, and one appointment fills both.",
    emptied="Appoint somebody to the post, or to the seat itself; or move the seat to another "
    "post.",
    apart="Post not recorded",
    why_apart="The sources do not say who holds the posts that these go with. They are not "
    "counted.",
)


def seats_in_force(day: datetime.date) -> QuerySet:
    return (
        Seat.objects.certainly(day)
        .filter(forum__in=Forum.objects.certainly(day))
        .select_related("forum", "ex_officio_post__organisation", "on_behalf_of")
        .order_by("forum__folded", "order", "pk")
    )


class Seats(MayBeVacantPart):
    model = Seat
    searched = ("title", "forum__folded", "forum__names__folded")
    narrowed_by = {PLACE: ("forum__place",)}

    def seat_row(self, seat: Seat, reason: str, ways: Iterable[Link]) -> WorklistRow:
        return WorklistRow(
            record=seat,
            name=self.link(seat, seat.title),
            where=(self.link(seat.forum),),
            reason=reason,
            ways=tuple(ways),
        )


class EmptySeats(Seats):
    def seats(self) -> QuerySet:
        return with_standing(self.narrowed(seats_in_force(self.day)), self.day)

    def found(self):
        return self.seats().filter(standing=Standing.VACANT)

    def apart(self):
        return self.seats().filter(standing=Standing.NOT_RECORDED)

    def rows(self, records):
        records = list(records)
        read = held_seats_among([seat.pk for seat in records], self.day)
        with_holders, ending = {seat.id: seat for seat in read}, self.ending(*read)
        return [
            self.seat_row(
                seat,
                self.reason(seat, with_holders[seat.pk]),
                self.ways(seat, with_holders[seat.pk], ending[seat.pk]),
            )
            for seat in records
        ]

    def reason(self, seat: Seat, with_holders: HeldSeat) -> str:
        reason = standing_in_words(with_holders)
        if with_holders.ex_officio:
            reason += f" It goes with a post: {with_holders.ex_officio}."
        if seat.forum.status == ForumStatus.PROPOSED:
            reason += " The forum is proposed and not yet established."
        return reason

    def ways(self, seat: Seat, with_holders: HeldSeat, ending: list[Link]) -> list[Link]:
        ways = [
            *self.steps(seat, "appoint"),
            *ending,
            *self.steps(seat, *vacancy_step(with_holders), "abolish"),
        ]
        if seat.ex_officio_post is not None:
            post = seat.ex_officio_post
            ways += self.steps(post, "appoint", worded=named(post))
        return ways


@CHAIRS_VACANT.part
class EmptyChairs(EmptySeats):
    def seats(self):
        return super().seats().filter(role=SeatRole.CHAIR)


@SEATS_VACANT.part
class VacantSeats(EmptySeats):
    """Seats with a vacant place, those that are filled in part too. Their places are counted."""

    def seats(self):
        return with_vacancies(self.narrowed(seats_in_force(self.day)), self.day)

    def found(self):
        return self.seats().filter(vacant__gt=0)

    def apart(self):
        return self.seats().filter(not_recorded__gt=0)

    # To ask the database for the sum, or only for those found, takes it several times as long.
    def counted(self, found):
        return sum(self.seats().order_by().values_list("vacant", flat=True))

    def counted_apart(self, found):
        return sum(self.seats().order_by().values_list("not_recorded", flat=True))

    def reason(self, seat, with_holders):
        empty = with_holders.unfilled
        if not with_holders.holders:
            words = f" Of its {empty} places {_in_words(with_holders)}." if empty > 1 else ""
            return super().reason(seat, with_holders) + words
        filled = with_holders.filled
        perhaps = with_holders.number - empty - filled
        return (
            f"{filled} of {with_holders.number} places {'is' if filled == 1 else 'are'} filled"
            f"{f', and perhaps {perhaps} more' if perhaps else ''}; "
            f"{_in_words(with_holders)}."
        )


def _in_words(seat: HeldSeat) -> str:
    """The places that nobody fills, in words: "1 is vacant and 2 are not recorded"."""
    return " and ".join(
        f"{number} {'is' if number == 1 else 'are'} {standing.label}"
        for number, standing in seat.empty_places
    )


@EX_OFFICIO.part
class ExOfficioSeats(Seats):
    def seats(self, standing: Standing) -> QuerySet:
        """Those without a member of their own whose post has that standing. Nobody fills a post
        that has ended."""
        members = Membership.objects.possibly(self.day).not_acting()
        posts = posts_with_standing(Post.objects.all(), self.day).filter(standing=standing)
        ended = ended_before(self.day, "ex_officio_post", "ex_officio_post__organisation")
        of_post = Q(ex_officio_post__in=posts.values("pk"))
        return self.narrowed(
            seats_in_force(self.day)
            .filter(ex_officio_post__isnull=False)
            .filter(of_post | ended if standing == Standing.VACANT else of_post & ~ended)
            .exclude(pk__in=members.values("seat"))
            .select_related(*named_in_ends("ex_officio_post", "ex_officio_post__organisation"))
        )

    def found(self):
        return self.seats(Standing.VACANT)

    def apart(self):
        return self.seats(Standing.NOT_RECORDED)

    def rows(self, records):
        records = list(records)
        read = held_posts_among({seat.ex_officio_post_id for seat in records}, self.day)
        with_holders, ending = {post.id: post for post in read}, self.ending(*read)
        return [
            self.seat_row(
                seat,
                self.reason(post, with_holders[post.pk]),
                [*self.ways(seat, post), *ending[post.pk]],
            )
            for seat in records
            for post in [seat.ex_officio_post]
        ]

    def reason(self, post: Post, with_holders: HeldPost) -> str:
        if post.has_ended(self.day):
            return f"It goes with a post, {post}, which {post.how_it_ended('ended')}."
        if post.organisation.has_ended(self.day):
            closed = post.organisation
            return f"It goes with a post of {closed}, which {closed.how_it_ended('closed')}."
        if with_holders.standing == Standing.NOT_RECORDED:
            return f"It goes with a post, {post}. {silence_in_words(with_holders)}"
        return f"It goes with a post, {post}. {vacancy_in_words(with_holders)}"

    def ways(self, seat: Seat, post: Post) -> list[Link]:
        return [
            *self.steps(post, "appoint", worded=named(post)),
            *self.steps(seat, "appoint", worded="{}: the seat itself"),
        ]
