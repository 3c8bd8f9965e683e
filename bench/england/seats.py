"""The seats of the national register's forums, and who has sat on them."""

import datetime
import random

from bench.england.book import Book, BookEntry
from bench.england.calendar import FIRST, Calendar
from bench.england.earlier_terms import add_with_terms
from bench.england.made_up_organisations import Organisations
from bench.england.made_up_people import People
from bench.england.planning import Planned
from forums.models import ExOfficioSource, ForumKind, Membership, Seat, SeatRole
from organisations.models import HEAD_KINDS

MEMBERS = [
    "Non-executive member",
    "Clinical lead",
    "Finance lead",
    "Nursing lead",
    "Public health lead",
    "Social care lead",
    "Primary care lead",
    "Patient representative",
    "Voluntary sector representative",
    "Workforce lead",
    "Digital lead",
    "Performance lead",
]
ATTENDING = ["Secretary", "Head of governance", "Programme manager"]
# Who has been on a forum, against how many seats it has.
PEOPLE_A_SEAT = 3.1
# One in so many goes with a post beside what it goes with.
GOES_WITH_MORE = 40


class SeatPlan:
    """Writes the seats of a forum, with everybody who has sat on them."""

    def __init__(
        self,
        chance: random.Random,
        book: Book,
        calendar: Calendar,
        people: People,
        organisations: Organisations,
    ):
        self.chance, self.book, self.calendar = chance, book, calendar
        self.people, self.organisations = people, organisations

    def fill(self, forum, planned, since, until, memberships: int, entry: BookEntry) -> list:
        """The seats of a forum, with so many people in all who have sat on it."""
        number = max(3, round(memberships / PEOPLE_A_SEAT))
        seats = self.of_forum(forum, planned, since, number, entry)
        able = [seat for seat in seats if seat.ex_officio_post is None]
        # Some have never been filled. One always is, so that everybody finds room.
        filled = [seat for at, seat in enumerate(able) if not at or self.chance.random() > 0.07]
        counts = {seat.pk: 0 for seat in seats}
        for _ in range(memberships):
            counts[self.chance.choice(filled).pk] += 1
        standing = []
        for seat in seats:
            known = add_with_terms(seat, entry, until, planned.system, self.book, self.calendar)
            still = self.sit(seat, planned.system, since, until, counts[seat.pk])
            standing += still
            if until is None:
                self.go_with_more(seat, planned.system, known)
                standing.append(seat)
            else:
                self.end(seat, until, known, planned.system)
                self.book.put_down(seat)
        return standing

    def go_with_more(self, seat: Seat, system: int, entry: BookEntry) -> None:
        """Let some seats go with a post beside what it goes with."""
        if seat.pk % GOES_WITH_MORE:
            return
        for post in known_by(entry, self.organisations.posts_of[system])[:1]:
            if post != seat.ex_officio_post:
                source = ExOfficioSource(
                    seat=seat,
                    post=post,
                    start_date=max(seat.start_date, post.start_date),
                    **self.calendar.evidence(entry, system),
                )
                self.book.put_down(self.book.add(source, entry))

    def sit(self, seat: Seat, system: int, since, until, number: int) -> list[Membership]:
        if not number:
            return []
        so_far: set[int] = set()
        covered = until is None and number > 2 and self.chance.random() < 0.12
        # Members of a seat of two come and go beside each other.
        rows = [number // 2, number - number // 2] if seat.number == 2 else [number - covered]
        still = []
        for row in filter(None, rows):
            still += self.people.hold(
                seat,
                Membership,
                system=system,
                since=since,
                until=until,
                number=row,
                so_far=so_far,
                vacant=until is None and self.chance.random() < 0.1,
            )
        if covered and seat.number != 2:
            self.cover(seat, still, so_far, system)
        return still

    def cover(self, seat: Seat, still: list[Membership], so_far: set[int], system: int) -> None:
        if still:
            self.people.cover(still[0], so_far, system)
            return
        # Nobody is absent where nobody is: somebody acted before.
        absent = Membership(seat=seat, start_date=seat.start_date)
        self.people.cover(absent, so_far, system)

    def of_forum(self, forum, planned: Planned, since, number: int, entry: BookEntry) -> list[Seat]:
        posts = known_by(entry, self.organisations.posts_of[planned.system])
        bodies = known_by(entry, self.organisations.of_system[planned.system])
        heads = [
            post
            for post in posts
            if forum.host_id and post.organisation_id == forum.host_id and post.kind in HEAD_KINDS
        ]
        seats, titles = [], set()
        for order in range(1, number + 1):
            role, title = self.role(order, number)
            seat = Seat(
                pk=self.book.key_for(Seat),
                forum=forum,
                role=role,
                order=order,
                number=self.chance.choices([1, 2, None], [90, 7, 3])[0],
                voting=self.chance.choice([True, False, None]),
                counts_to_quoracy=self.chance.choice([True, False, None]),
                may_be_deputised=self.chance.choice([True, False, None]),
                start_date=since,
                start_precision=forum.start_precision,
                start_qualifier=forum.start_qualifier,
                **self.calendar.evidence(entry, planned.system),
            )
            if role == SeatRole.MEMBER and self.chance.random() < 0.4:
                seat.on_behalf_of = self.chance.choice(bodies)
                title = f"Representative of {seat.on_behalf_of}"[:180]
            if role == SeatRole.CHAIR and heads and planned.kind != ForumKind.COMMITTEE:
                seat.ex_officio_post = heads[0]
            elif posts and order > 1 and self.chance.random() < 0.06:
                seat.ex_officio_post = self.chance.choice(posts)
            if role == SeatRole.CHAIR:
                seat.number = 1
            seat.title = title if title not in titles else f"{title} {order}"
            titles.add(seat.title)
            seats.append(seat)
        if all(seat.ex_officio_post for seat in seats):
            seats[-1].ex_officio_post = None
        return seats

    def role(self, order: int, number: int) -> tuple[SeatRole, str]:
        if order == 1:
            return SeatRole.CHAIR, "Chair"
        if order == 2 and self.chance.random() < 0.5:
            return SeatRole.VICE_CHAIR, "Vice-chair"
        if order == number and self.chance.random() < 0.5:
            return SeatRole.IN_ATTENDANCE, self.chance.choice(ATTENDING)
        return SeatRole.MEMBER, self.chance.choice(MEMBERS)

    def end(self, record, until: datetime.date, known: BookEntry, system: int) -> None:
        """End something that belongs to a forum when the forum stands down."""
        entry = self.calendar.entry(max(until, FIRST), "Stand down", after=known.at)
        self.book.change(record, entry, end_date=until)


def known_by(entry: BookEntry, records: list) -> list:
    """Leave out of `records` those that were written after `entry` was made."""
    return [record for record in records if record.written_at <= entry.at]
