"""Who certainly chairs several things on a day, and which of them answers to another of theirs.

Stated as the register has it, and no more: that two chairs are one person is said of people
who may be named alone. Nothing says so of two whose names are withheld (see
docs/decisions/0015-withheld-and-in-two-chairs.md).
"""

import datetime
import functools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import CharField, F, Q, QuerySet, Value

from forums.filling import BY_FURTHER_POST, BY_OTHER_SEAT
from forums.models import Forum, Membership, ReportingLine, Seat, SeatRole
from forums.reporting_lines import lines_in_force
from forums.seat_holders import HeldSeat, held_seats_among
from organisations.models import HEAD_KINDS, Organisation, Post
from people.holder_rows import Holder
from people.identity import may_be_named
from people.models import Appointment
from people.post_holders import HeldPost, posts_with_holders
from records.foresight import of_them_foreseen
from records.names import fold
from records.periods import not_over
from records.prepared import prepared

# People whom the public may be told are one and the same.
NAMED = may_be_named("person")


@dataclass
class Chairing:
    """Everything that one person chairs on a day, with the posts they hold."""

    person_id: int
    sort_name: str
    forums: list[tuple[HeldSeat, Holder]] = field(default_factory=list)
    posts: list[tuple[HeldPost, Holder]] = field(default_factory=list)
    # The lines that tie a forum they chair to another, or to an organisation they chair or lead.
    lines: list[ReportingLine] = field(default_factory=list)

    @property
    def holder(self) -> Holder:
        return (self.forums or self.organisations)[0][1]

    @property
    def organisations(self) -> list[tuple[HeldPost, Holder]]:
        """The posts by which they chair or lead an organisation."""
        return [(post, holder) for post, holder in self.posts if post.kind in HEAD_KINDS]

    @property
    def other_posts(self) -> list[tuple[HeldPost, Holder]]:
        return [(post, holder) for post, holder in self.posts if post.kind not in HEAD_KINDS]

    @property
    def forum_ids(self) -> set[int]:
        return {seat.forum_id for seat, _ in self.forums}

    @property
    def organisation_ids(self) -> set[int]:
        return {post.organisation_id for post, _ in self.organisations}

    def forums_foreseen(self) -> str:
        """What to say of the number of forums: ", 1 of them only foreseen"."""
        known = self.as_known.forum_ids
        return of_them_foreseen(len(self.forum_ids - known), len(self.forum_ids))

    def organisations_foreseen(self) -> str:
        known = self.as_known.organisation_ids
        return of_them_foreseen(len(self.organisation_ids - known), len(self.organisation_ids))

    @functools.cached_property
    def as_known(self) -> "Chairing":
        """The same without what a source only foresaw."""
        known = Chairing(
            self.person_id,
            self.sort_name,
            [(seat, holder) for seat, holder in self.forums if holder in seat.known_holders],
            [(post, holder) for post, holder in self.posts if holder in post.known_holders],
        )
        known.lines = [
            line
            for line in self.lines
            if line.from_forum_id in known.forum_ids
            and (
                line.to_forum_id in known.forum_ids
                or line.to_organisation_id in known.organisation_ids
            )
        ]
        return known

    @property
    def number(self) -> int:
        """How many forums and organisations they chair or lead."""
        return len(self.forum_ids) + len(self.organisation_ids)


def those_who_chair(forums: QuerySet, organisations: QuerySet, day: datetime.date) -> set[int]:
    """Who may chair one of `forums`, or chair or lead one of `organisations`, on `day`."""
    return {person for person, *_ in _chaired(forums, organisations, day)}


def several_chaired(day: datetime.date, people: Iterable[int] | None = None) -> list[Chairing]:
    """Everybody, or each of `people`, who chairs more than one forum or organisation on `day`,
    those who chair most first; in a number of queries that does not grow with theirs."""
    candidates = _candidates(day, people)
    seats = {key for chaired in candidates.values() for key in chaired.seats}
    found = {person: Chairing(person, chaired.name) for person, chaired in candidates.items()}
    for seat in held_seats_among(seats, day):
        for holder in seat.certainly_there:
            chairing = found.get(holder.person_id)
            if chairing is not None and seat.forum_id not in chairing.forum_ids:
                chairing.forums.append((seat, holder))
    for post in _posts_of(list(found), day):
        for holder in post.certainly_there:
            if holder.person_id in found:
                found[holder.person_id].posts.append((post, holder))
    several = [each for each in found.values() if each.number > 1]
    _give_lines(several, day)
    for each in several:
        each.forums.sort(key=lambda held: (fold(held[0].forum_name), held[0].id))
    return sorted(several, key=lambda each: (-each.number, each.sort_name, each.person_id))


@dataclass
class _Candidate:
    """Somebody who may chair more than one, by their own records alone."""

    name: str
    seats: set[int] = field(default_factory=set)
    organisations: set[int] = field(default_factory=set)


def _chaired(
    forums: QuerySet,
    organisations: QuerySet,
    day: datetime.date,
    people: Iterable[int] | None = None,
) -> QuerySet:
    """Who may chair which of `forums` and which of `organisations`, as (person, name to sort by,
    "seat" or "organisation", its key): whoever fills a seat by a record of their own goes before
    whoever holds the post that it goes with, which is left to the seats themselves."""
    named = NAMED if people is None else NAMED & Q(person__in=people)
    chairs = Seat.objects.certainly(day).filter(role=SeatRole.CHAIR, forum__in=forums)
    appointments = Appointment.objects.certainly(day).filter(
        named, not_over(day, "post", "post__organisation")
    )
    columns = ("person", "person__folded_sort_name", "what", "held")

    def rows(tenures: QuerySet, what: str, held: str) -> QuerySet:
        return (
            tenures.order_by()
            .annotate(what=Value(what, CharField()), held=F(held))
            .values_list(*columns)
        )

    members = Membership.objects.certainly(day).filter(named, seat__in=chairs)
    through = rows(appointments, "seat", "post__ex_officio_seats").filter(held__in=chairs)
    further = [
        rows(
            way.tenures.objects.certainly(day).filter(
                named, way.is_certain(day), **{f"{way.seat}__in": chairs}
            ),
            "seat",
            way.seat,
        )
        for way in (BY_FURTHER_POST, BY_OTHER_SEAT)
    ]
    heads = appointments.filter(
        post__kind__in=HEAD_KINDS,
        post__in=Post.objects.certainly(day),
        post__organisation__in=organisations,
    )
    return rows(members, "seat", "seat").union(
        through, *further, rows(heads, "organisation", "post__organisation")
    )


def _candidates(day: datetime.date, people: Iterable[int] | None) -> dict[int, _Candidate]:
    """The people who may chair more than one, by key."""
    forums, organisations = Forum.objects.certainly(day), Organisation.objects.certainly(day)
    found: dict[int, _Candidate] = {}
    for person, name, what, held in _chaired(forums, organisations, day, people):
        candidate = found.setdefault(person, _Candidate(name))
        (candidate.seats if what == "seat" else candidate.organisations).add(held)
    return {
        person: candidate
        for person, candidate in found.items()
        if len(candidate.seats) + len(candidate.organisations) > 1
    }


def _posts_of(people: Iterable[int], day: datetime.date) -> list[HeldPost]:
    """The posts that `people` hold, with everybody recorded for them."""
    held = Appointment.objects.certainly(day).filter(person__in=people)
    posts = Post.objects.certainly(day).filter(
        pk__in=held.values("post"), organisation__in=Organisation.objects.certainly(day)
    )
    return posts_with_holders(posts.order_by("organisation__folded", "folded", "id"), day)


def _give_lines(several: list[Chairing], day: datetime.date) -> None:
    """Give each of `several` the lines between what they chair."""
    forums = {forum for each in several for forum in each.forum_ids}
    organisations = {key for each in several for key in each.organisation_ids}
    lines = defaultdict(list)
    for line in _lines_between(tuple(sorted(forums)), tuple(sorted(organisations)), day):
        lines[line.from_forum_id].append(line)
    for each in several:
        each.lines = [
            line
            for forum in sorted(each.forum_ids)
            for line in lines[forum]
            if line.to_forum_id in each.forum_ids
            or line.to_organisation_id in each.organisation_ids
        ]


@prepared
def _lines_between(
    forums: tuple[int, ...], organisations: tuple[int, ...], day: datetime.date
) -> QuerySet:
    return (
        lines_in_force(day)
        .filter(
            Q(to_forum__in=forums) | Q(to_organisation__in=organisations), from_forum__in=forums
        )
        .select_related("from_forum", "to_forum", "to_organisation", *ReportingLine.DOCUMENT_FIELDS)
        .order_by("from_forum__folded", "kind", "id")
    )
