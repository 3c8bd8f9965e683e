"""Worklists about forums, their seats and members; and what members add to those of holders."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from django.db.models import (
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce

from editing.worklists import WorklistPart, WorklistRow, over, worklist
from forums.filling import number_of, tenures_of_seat, with_standing
from forums.models import (
    ANSWERS,
    ClauseKind,
    DecisionBasis,
    Forum,
    ForumStatus,
    LineKind,
    MemberOrganisation,
    Membership,
    QuoracyClause,
    ReportingLine,
    Seat,
    SeatRole,
)
from forums.quoracy import SOMEBODY_IN_THE_ROOM, Verdict, as_filled
from forums.quoracy_inputs import bodies_of, rule_of
from forums.seat_holders import HeldSeat, seats_with_holders
from forums.vacancies import with_vacancies
from organisations.models import Organisation, Post, Relationship, RelationshipKind
from organisations.worklists import PLACE
from people.models import Appointment, Basis
from people.post_holders import Standing, posts_with_holders
from people.post_holders import with_standing as posts_with_standing
from people.worklists import (
    CHAIRS_VACANT,
    CLOSED,
    HELD_TWICE,
    NOT_CONFIRMED,
    PAST_TERM,
    TERMS_ENDING,
    NotConfirmed,
    PastTerm,
    Tenures,
    TermEnding,
    certain,
    held_by_too_many,
    named,
    silence_in_words,
    standing_in_words,
    too_many_in_words,
    vacancy_in_words,
    ways_out_of_too_many,
)
from records.periods import in_force, not_over

SEATS_VACANT = worklist(
    "seats-vacant",
    order=2,
    title="Seats vacant",
    finds="Seats of forums in force that nobody fills, chairs’ seats among them, and seats for "
    "several of which some are vacant. Somebody is not spoken for, and a vote may be lost.",
    emptied="Appoint somebody; end the seat if it is no more; or, if the sources do not say who "
    "fills it, say so on the seat.",
    apart="Not recorded",
    why_apart="The sources name these seats and do not say who fills them, or some of their "
    "places. They are not vacant as far as is known, and are not counted.",
    counts="place,places",
)
REPORTING = worklist(
    "reporting",
    order=7,
    title="Reporting that leads nowhere",
    finds="Forums that report to a forum that has stood down or an organisation that has closed, "
    "that report to nobody, or that report to each other in a loop. Nobody holds them to account.",
    emptied="End the line and add the one that is true. A forum that reports to nobody is cleared "
    "by a line to a forum or an organisation, by its host organisation, or, if it is set up by "
    "statute, by the basis of its decisions. If a source says that it reports to nobody, say in "
    "its note “reports to nobody”.",
    apart="Rightly without a line",
    why_apart="These have no line to anybody above them, and a reason: others report to them, an "
    "organisation is their host, statute sets them up, or their note says that they report to "
    "nobody. They are not counted.",
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
NOT_QUORATE = worklist(
    "cannot-be-quorate",
    order=9,
    title="Forums that cannot be quorate as filled",
    finds="Forums whose rule of quoracy could not be met if everybody who sits on them came. "
    "What they decide would not stand. Whom the sources do not name is given the benefit of the "
    "doubt.",
    emptied="Fill the seats; end the membership of an organisation that has closed, or move its "
    "seats; or correct the rule.",
)

NOT_COMPARED = worklist(
    "quoracy-not-compared",
    order=10,
    title="Rules of quoracy not compared with the document",
    finds="Forums with clauses of quoracy of which nobody has said whether they say all that the "
    "document asks. Until somebody does, no page calls a meeting of theirs quorate.",
    emptied="Read the document. Say on the forum’s form that the clauses say all that it asks; or "
    "that they do not, and what it also asks.",
)

SEATS = ("title", "forum__folded", "forum__names__folded")
SEATS_NARROWED = {PLACE: ("forum__place",)}


def seats_in_force(day) -> QuerySet:
    return (
        Seat.objects.as_at(day)
        .filter(forum__in=Forum.objects.as_at(day))
        .select_related("forum", "ex_officio_post__organisation", "on_behalf_of")
        .order_by("forum__folded", "order", "pk")
    )


def held_seats(seats: Iterable[Seat], day) -> dict[int, HeldSeat]:
    """The same seats with their holders."""
    found = seats_with_holders(Seat.objects.filter(pk__in=[seat.pk for seat in seats]), day)
    return {seat.id: seat for seat in found}


# Vacant seats


class Seats(WorklistPart):
    model = Seat
    searched = SEATS
    narrowed_by = SEATS_NARROWED

    def told(self, seat: Seat, reason: str, ways: Iterable) -> WorklistRow:
        return WorklistRow(
            record=seat,
            name=self.link(seat, seat.title),
            where=(self.link(seat.forum),),
            reason=reason,
            ways=tuple(ways),
        )


class EmptySeats(Seats):
    """Seats that nobody fills and that are vacant, and beside them those of which it is not
    recorded."""

    def seats(self) -> QuerySet:
        return with_standing(self.narrowed(seats_in_force(self.day)), self.day)

    def found(self):
        return self.seats().filter(standing=Standing.VACANT)

    def apart(self):
        return self.seats().filter(standing=Standing.NOT_RECORDED)

    def rows(self, records):
        records = list(records)
        held = held_seats(records, self.day)
        return [
            self.told(seat, self.reason(seat, held[seat.pk]), self.ways(seat)) for seat in records
        ]

    def reason(self, seat: Seat, held: HeldSeat) -> str:
        reason = standing_in_words(held)
        if held.ex_officio:
            reason += f" It goes with a post: {held.ex_officio}."
        if seat.forum.status == ForumStatus.PROPOSED:
            reason += " The forum is proposed and not yet established."
        return reason

    def ways(self, seat: Seat) -> list:
        ways = self.steps(seat, "appoint", "abolish")
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
    """Seats with a vacant place, those that are filled in part too; what is counted are places."""

    def seats(self):
        return with_vacancies(self.narrowed(seats_in_force(self.day)), self.day)

    def found(self):
        return self.seats().filter(vacant__gt=0)

    def apart(self):
        return self.seats().filter(not_recorded__gt=0)

    def counted(self, found):
        return found.aggregate(number=Coalesce(Sum("vacant"), 0))["number"]

    def counted_apart(self, found):
        return found.aggregate(number=Coalesce(Sum("not_recorded"), 0))["number"]

    def reason(self, seat, held):
        empty, standing = held.unfilled, held.unfilled_standing.label
        if not held.holders:
            words = f" All {empty} places are {standing}." if empty > 1 else ""
            return super().reason(seat, held) + words
        filled = held.number - empty
        return (
            f"{filled} of {held.number} places {'is' if filled == 1 else 'are'} filled; "
            f"{empty} {'is' if empty == 1 else 'are'} {standing}."
        )


# Members, one by one


class Memberships(Tenures):
    model = Membership
    searched = ("person__folded", "seat__title", "seat__forum__folded")
    narrowed_by = {PLACE: ("seat__forum__place",)}

    def in_force(self):
        return (
            Membership.objects.as_at(self.day)
            .filter(not_over(self.day, "seat", "seat__forum"))
            .select_related("person", "seat__forum")
            .order_by("seat__forum__folded", "seat__order", "pk")
        )


@TERMS_ENDING.part
class MembershipsTermEnding(TermEnding, Memberships):
    pass


@PAST_TERM.part
class MembershipsPastTerm(PastTerm, Memberships):
    pass


@NOT_CONFIRMED.part
class MembershipsNotConfirmed(NotConfirmed, Memberships):
    pass


# What has closed


@CLOSED.part
class MembersOfTheClosed(Memberships):
    """Members whose forum, seat, organisation or post is over, or who left the post that their
    seat goes with."""

    def found(self):
        held_post = Appointment.objects.filter(
            person=OuterRef("person"), post=OuterRef("seat__ex_officio_post")
        )
        left_post = held_post.ended_before(self.day)
        still = held_post.filter(Q(end_date=None) | Q(end_date__gte=self.day))
        speaks_for_closed = over(self.day, "on_behalf_of") | (
            Q(on_behalf_of=None) & over(self.day, "seat__on_behalf_of")
        )
        post = "seat__ex_officio_post"
        return self.narrowed(
            Membership.objects.as_at(self.day)
            .annotate(left_post=Subquery(left_post.order_by("-end_date").values("pk")[:1]))
            .filter(
                over(self.day, "seat", "seat__forum", post, f"{post}__organisation")
                | speaks_for_closed
                | (Q(left_post__isnull=False) & ~Exists(still) & ~Q(basis=Basis.ACTING))
            )
            .select_related(
                "person",
                "on_behalf_of",
                "seat__forum",
                "seat__on_behalf_of",
                f"{post}__organisation",
            )
            .order_by("seat__forum__folded", "seat__order", "pk")
        )

    def rows(self, records):
        records = list(records)
        keys = [record.left_post for record in records if record.left_post]
        self.left = Appointment.objects.select_related("post__organisation").in_bulk(keys)
        return super().rows(records)

    def reason(self, membership):
        seat, day = membership.seat, self.day
        post = seat.ex_officio_post
        speaks_for = membership.on_behalf_of or seat.on_behalf_of
        if seat.forum.has_ended(day):
            return f"The forum stood down {seat.forum.when_it_ends()}, and this membership goes on."
        if seat.has_ended(day):
            return f"The seat ended {seat.when_it_ends()}, and this membership goes on."
        if speaks_for is not None and speaks_for.has_ended(day):
            return f"Sits for {speaks_for}, which closed {speaks_for.when_it_ends()}."
        if post is not None and post.has_ended(day):
            return f"The seat goes with a post, {post}, which ended {post.when_it_ends()}."
        if post is not None and post.organisation.has_ended(day):
            closed = post.organisation
            return f"The seat goes with a post of {closed}, which closed {closed.when_it_ends()}."
        left = self.left[membership.left_post]
        return f"The seat goes with a post, {left.post}, which they left {left.when_it_ends()}."

    def ways(self, membership):
        ways = self.steps(membership, "end")
        seat = membership.seat
        if not seat.has_ended(self.day) and not seat.forum.has_ended(self.day):
            ways += self.steps(seat, "move", "replace")
        return ways


@CLOSED.part
class SeatsOfTheClosed(Seats):
    """Seats without a member: one with a member is listed by the membership."""

    def found(self):
        held = Membership.objects.as_at(self.day).values("seat")
        return self.narrowed(
            Seat.objects.as_at(self.day)
            .filter(over(self.day, "forum", "on_behalf_of"))
            .exclude(pk__in=held)
            .select_related("forum", "on_behalf_of")
            .order_by("forum__folded", "order", "pk")
        )

    def rows(self, records):
        records = list(records)
        came_after = successors({seat.on_behalf_of_id for seat in records})
        return [self.row_of(seat, came_after) for seat in records]

    def row_of(self, seat, came_after):
        if seat.forum.has_ended(self.day):
            reason = f"The forum stood down {seat.forum.when_it_ends()}, and this seat goes on."
            return self.told(seat, reason, self.steps(seat, "abolish"))
        closed = seat.on_behalf_of
        reason = f"Speaks for {closed}, which closed {closed.when_it_ends()}." + succeeded(
            came_after[closed.pk]
        )
        return self.told(seat, reason, self.steps(seat, "move", "abolish"))


def successors(
    organisations: Iterable[int], day: datetime.date | None = None
) -> dict[int, list[Organisation]]:
    """Which organisations came after each of `organisations`, by key; by `day`, if one is given."""
    found = defaultdict(list)
    relationships = Relationship.objects.filter(
        kind=RelationshipKind.SUCCEEDED_BY, from_organisation__in=organisations
    )
    if day is not None:
        relationships = relationships.exclude(pk__in=Relationship.objects.starting_after(day))
    for relationship in relationships.select_related("to_organisation"):
        found[relationship.from_organisation_id].append(relationship.to_organisation)
    return found


def succeeded(by: list[Organisation]) -> str:
    return f" {' and '.join(str(each) for each in by)} came after it." if by else ""


@CLOSED.part
class ClosedMemberOrganisations(WorklistPart):
    model = MemberOrganisation
    searched = ("organisation__folded", "forum__folded", "forum__names__folded")
    narrowed_by = SEATS_NARROWED

    def found(self):
        return self.narrowed(
            MemberOrganisation.objects.as_at(self.day)
            .filter(over(self.day, "organisation", "forum"))
            .select_related("organisation", "forum")
            .order_by("forum__folded", "organisation__folded", "pk")
        )

    def rows(self, records):
        records = list(records)
        came_after = successors({member.organisation_id for member in records})
        members_now = set(
            MemberOrganisation.objects.as_at(self.day)
            .filter(
                not_over(self.day, "organisation"),
                forum__in={member.forum_id for member in records},
            )
            .values_list("forum", "organisation")
        )
        return [self.row_of(member, came_after, members_now) for member in records]

    def row_of(self, member, came_after, members_now):
        forum, organisation = member.forum, member.organisation
        successors = came_after[organisation.pk]
        ways = self.steps(member, "end") or self.correcting(member, "Give its end")
        if forum.has_ended(self.day):
            reason = f"The forum stood down {forum.when_it_ends()}, and this membership goes on."
        else:
            closed = organisation.when_it_ends()
            reason = f"A member of the forum, closed {closed}.{succeeded(successors)}"
            if not any(key == forum.pk for key, _ in members_now):
                reason += " Every member organisation of the forum has closed."
            ways += self.steps(forum, "stand-down", worded="{} the forum")
            for successor in successors:
                if (
                    not successor.has_ended(self.day)
                    and (forum.pk, successor.pk) not in members_now
                ):
                    ways += self.adding(
                        MemberOrganisation,
                        f"Add {successor} as a member",
                        forum=forum.pk,
                        organisation=successor.pk,
                    )
        return WorklistRow(
            record=member,
            name=self.link(member, str(organisation)),
            where=(self.link(forum),),
            reason=reason,
            ways=tuple(ways),
        )


# Reporting

IN_A_SENTENCE = {
    LineKind.REPORTS_TO: "reports to",
    LineKind.OVERSEEN_BY: "is overseen by",
    LineKind.SUB_GROUP_OF: "is a sub-group of",
}

REPORTS_TO_NOBODY = Q(note__icontains="reports to nobody")


def lines_in_force(day, kinds: Iterable[LineKind] = ANSWERS) -> QuerySet:
    return ReportingLine.objects.as_at(day).filter(in_force(day, "from_forum"), kind__in=kinds)


@REPORTING.part
class LinesToTheEnded(WorklistPart):
    model = ReportingLine
    searched = ("from_forum__folded", "to_forum__folded", "to_organisation__folded")
    narrowed_by = {PLACE: ("from_forum__place",)}

    def found(self):
        return self.narrowed(
            lines_in_force(self.day)
            .filter(over(self.day, "to_forum", "to_organisation"))
            .select_related("from_forum", "to_forum", "to_organisation")
            .order_by("from_forum__folded", "pk")
        )

    def row(self, line):
        to = line.to_forum or line.to_organisation
        ended = f"{to.verb_of_end} {to.when_it_ends()}"
        ways = self.steps(line, "end") or self.correcting(line, "Give its end")
        return WorklistRow(
            record=line,
            name=self.link(line.from_forum),
            where=(self.link(line, f"{line.get_kind_display()} {to}"),),
            reason=f"{IN_A_SENTENCE[line.kind].capitalize()} {to}, which {ended}.",
            ways=(*ways, *self.adding(ReportingLine, "Add a line", from_forum=line.from_forum_id)),
        )


@REPORTING.part
class ForumsWithoutALine(WorklistPart):
    model = Forum
    searched = ("folded", "names__folded")
    narrowed_by = {PLACE: ("place",)}

    def without(self) -> QuerySet:
        """Established forums in force with no line to anybody; `heads` if others have one to
        them."""
        lines = ReportingLine.objects.as_at(self.day).filter(kind__in=ANSWERS)
        below = lines.filter(to_forum=OuterRef("pk"), from_forum__in=Forum.objects.as_at(self.day))
        return self.narrowed(
            Forum.objects.as_at(self.day)
            .filter(~Exists(lines.filter(from_forum=OuterRef("pk"))))
            .filter(status=ForumStatus.ESTABLISHED)
            .annotate(heads=Exists(below))
            .select_related("host")
            .order_by("folded", "pk")
        )

    def rightly(self) -> Q:
        return (
            Q(heads=True)
            | (Q(host__isnull=False) & not_over(self.day, "host"))
            | Q(decision_basis=DecisionBasis.STATUTORY)
            | REPORTS_TO_NOBODY
        )

    def found(self):
        return self.without().exclude(self.rightly())

    def apart(self):
        return self.without().filter(self.rightly())

    def row(self, forum):
        reason = "No source says to whom it reports."
        if forum.host is not None:  # which has closed, or it would stand apart
            reason += f" Its host, {forum.host}, closed {forum.host.when_it_ends()}."
        return self.told(forum, reason)

    def apart_rows(self, records):
        return [self.told(forum, self.why_rightly(forum)) for forum in records]

    def why_rightly(self, forum: Forum) -> str:
        if forum.heads:
            return "The head of its tree: others report to it."
        if forum.host is not None and not forum.host.has_ended(self.day):
            return f"A forum of {forum.host}, its host organisation."
        if forum.decision_basis == DecisionBasis.STATUTORY:
            return "Set up by statute."
        return "Its note says that it reports to nobody."

    def told(self, forum, reason):
        return WorklistRow(
            record=forum,
            name=self.link(forum),
            reason=reason,
            ways=(
                *self.adding(ReportingLine, "Add a line", from_forum=forum.pk),
                *self.steps(forum, "stand-down"),
            ),
        )


@REPORTING.part
class ForumsInALoop(WorklistPart):
    model = Forum
    searched = ForumsWithoutALine.searched
    narrowed_by = ForumsWithoutALine.narrowed_by

    def found(self):
        lines = list(
            lines_in_force(self.day)
            .filter(to_forum__in=Forum.objects.as_at(self.day))
            .order_by("pk")
            .values_list("from_forum", "to_forum", "pk")
        )
        self.ways_round = loops([(below, above) for below, above, _ in lines])
        self.lines = {(below, above): key for below, above, key in lines}
        return self.narrowed(
            Forum.objects.filter(pk__in=list(self.ways_round)).order_by("folded", "pk")
        )

    def rows(self, records):
        records = list(records)
        steps = {
            (below, above)
            for forum in records
            for below, above in pairwise(self.ways_round[forum.pk])
        }
        named = ReportingLine.objects.select_related("from_forum", "to_forum").in_bulk(
            [self.lines[step] for step in steps]
        )
        return [self.row_of(forum, named) for forum in records]

    def row_of(self, forum, named):
        round_ = self.ways_round[forum.pk]
        lines = [named[self.lines[step]] for step in pairwise(round_)]
        told = ", which ".join(f"{IN_A_SENTENCE[line.kind]} {line.to_forum}" for line in lines)
        first = lines[0]
        return WorklistRow(
            record=forum,
            name=self.link(forum),
            where=(self.link(first, f"{first.get_kind_display()} {first.to_forum}"),),
            reason=f"A loop: {forum} {told}.",
            ways=tuple(
                self.steps(first, "end") or self.correcting(first, "End or correct the line")
            ),
        )


def loops(lines: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    """For each thing from which `lines`, pairs of a lower and an upper one, lead back to itself:
    the shortest way round, itself first and last."""
    above = defaultdict(list)
    below = defaultdict(set)
    for lower, upper in lines:
        above[lower].append(upper)
        below[upper].add(lower)
    # What has nothing above it is in no loop, and neither is what is then left without.
    left = set(above) | set(below)
    ends = [key for key in left if not above[key]]
    number_above = {key: len(set(above[key])) for key in left}
    while ends:
        end = ends.pop()
        left.discard(end)
        for key in below[end]:
            number_above[key] -= 1
            if not number_above[key]:
                ends.append(key)
    found = {}
    for start in left:
        came_from = {}
        waiting = [start]
        while waiting and start not in came_from:
            reached = []
            for key in waiting:
                for upper in above[key]:
                    if upper in left and upper not in came_from:
                        came_from[upper] = key
                        reached.append(upper)
            waiting = reached
        if start in came_from:
            way = [start]
            while len(way) == 1 or way[-1] != start:
                way.append(came_from[way[-1]])
            found[start] = way[::-1]
    return found


# Ex officio seats


@EX_OFFICIO.part
class ExOfficioSeats(Seats):
    def seats(self, standing: Standing) -> QuerySet:
        members = Membership.objects.as_at(self.day).not_acting()
        posts = posts_with_standing(Post.objects.all(), self.day).filter(standing=standing)
        ended = over(self.day, "ex_officio_post", "ex_officio_post__organisation")
        of_post = Q(ex_officio_post__in=posts.values("pk"))
        return self.narrowed(
            seats_in_force(self.day)
            .filter(ex_officio_post__isnull=False)
            .filter(of_post | ended if standing == Standing.VACANT else of_post & ~Q(ended))
            .exclude(pk__in=members.values("seat"))
        )

    def found(self):
        return self.seats(Standing.VACANT)

    def apart(self):
        return self.seats(Standing.NOT_RECORDED)

    def rows(self, records):
        records = list(records)
        posts = Post.objects.filter(pk__in={seat.ex_officio_post_id for seat in records})
        held = {post.id: post for post in posts_with_holders(posts, self.day)}
        return [
            self.told(seat, self.reason(seat, held[seat.ex_officio_post_id]), self.ways(seat))
            for seat in records
        ]

    def reason(self, seat, held) -> str:
        post = seat.ex_officio_post
        if post.has_ended(self.day):
            return f"It goes with a post, {post}, which ended {post.when_it_ends()}."
        if post.organisation.has_ended(self.day):
            closed = post.organisation
            return f"It goes with a post of {closed}, which closed {closed.when_it_ends()}."
        if held.standing == Standing.NOT_RECORDED:
            return f"It goes with a post, {post}. {silence_in_words(held)}"
        return f"It goes with a post, {post}. {vacancy_in_words(held)}"

    def ways(self, seat):
        post = seat.ex_officio_post
        return [
            *self.steps(post, "appoint", worded=named(post)),
            *self.steps(seat, "appoint", worded="{}: the seat itself"),
        ]


# Quoracy


@NOT_QUORATE.part
class NotQuorate(WorklistPart):
    """Found by reading every clause and the seats of the forums that have one: no query tells."""

    model = Forum
    searched = ForumsWithoutALine.searched
    narrowed_by = ForumsWithoutALine.narrowed_by
    rests_on = (
        Forum,
        QuoracyClause,
        Seat,
        Membership,
        MemberOrganisation,
        Organisation,
        Post,
        Appointment,
    )

    def found(self):
        ruled = self.narrowed(
            Forum.objects.as_at(self.day).filter(
                status=ForumStatus.ESTABLISHED, quoracy_clauses__isnull=False
            )
        ).distinct()
        forums = list(ruled.order_by("folded", "pk"))
        keys = [forum.pk for forum in forums]
        clauses = defaultdict(list)
        for clause in QuoracyClause.objects.filter(forum__in=keys).order_by("order", "pk"):
            clauses[clause.forum_id].append(clause)
        bodies = bodies_of(keys, self.day)
        self.failing = {}
        for forum in forums:
            rule = clauses[forum.pk]
            judgement = as_filled(rule_of(forum, rule), bodies[forum.pk])
            if judgement.met is False:
                self.failing[forum.pk] = [
                    (clause, verdict)
                    for clause, (_, verdict) in zip(rule, judgement.clauses, strict=True)
                    if verdict.met is False
                ]
        return [forum for forum in forums if forum.pk in self.failing]

    def rows(self, records):
        records = list(records)
        seats = Seat.objects.select_related("forum").in_bulk(
            {clause.seat_id for forum in records for clause, _ in self.failing[forum.pk]} - {None}
        )
        return [self.row_of(forum, seats) for forum in records]

    def row_of(self, forum, seats):
        failing = self.failing[forum.pk]
        ways = []
        for clause, _ in failing:
            if clause.seat_id:
                seat = seats[clause.seat_id]
                ways += self.steps(seat, "appoint", worded=named(seat.title))
            ways += self.correcting(clause, "Correct the rule")
        return WorklistRow(
            record=forum,
            name=self.link(forum),
            where=tuple(self.link(clause, clause_in_words(clause, seats)) for clause, _ in failing),
            reason=" ".join(failing_in_words(clause, verdict, seats) for clause, verdict in failing)
            or f"Nobody can attend. It wants {SOMEBODY_IN_THE_ROOM}.",
            ways=(*self.steps(forum, "stand-down"), *ways),
        )


def clause_in_words(clause: QuoracyClause, seats: dict[int, Seat]) -> str:
    match clause.kind:
        case ClauseKind.AT_LEAST:
            return f"at least {clause.number} members"
        case ClauseKind.AT_LEAST_SHARE:
            return f"at least {clause.number} per cent of members"
        case ClauseKind.MUST_INCLUDE:
            return f"must include {seats[clause.seat_id].title}"
    return str(clause.get_kind_display())


def failing_in_words(clause: QuoracyClause, verdict: Verdict, seats: dict[int, Seat]) -> str:
    wanting = "; ".join(verdict.missing)
    return (
        f"Its rule asks for {clause_in_words(clause, seats)}. Nobody can attend as: {wanting}."
        if clause.kind in (ClauseKind.EVERY_ORGANISATION, ClauseKind.MUST_INCLUDE)
        else f"Its rule asks for {clause_in_words(clause, seats)}. As filled it wants {wanting}."
    )


@NOT_COMPARED.part
class NotCompared(WorklistPart):
    model = Forum
    searched = ForumsWithoutALine.searched
    narrowed_by = ForumsWithoutALine.narrowed_by

    def found(self):
        ruled = QuoracyClause.objects.filter(forum=OuterRef("pk"))
        return self.narrowed(
            Forum.objects.as_at(self.day)
            .filter(Exists(ruled), quoracy_clauses_say_all=None)
            .order_by("folded", "pk")
        )

    def row(self, forum):
        wording = forum.quoracy_wording
        return WorklistRow(
            record=forum,
            name=self.link(forum),
            reason=f"The document says: “{wording}”"
            if wording
            else "The document’s words on quoracy are not recorded.",
            ways=tuple(self.correcting(forum, "Say whether the clauses say all")),
        )


# Held twice


@HELD_TWICE.part
class SeatsHeldTwice(Seats):
    """Also seats that go with a post of which more people are certain than the seat has room."""

    def through_posts(self) -> QuerySet:
        _, by_post = tenures_of_seat(self.day)
        return (
            Seat.objects.filter(ex_officio_post__isnull=False)
            .annotate(of_post=number_of(by_post.filter(certain(self.day)), "post"))
            .filter(of_post__gt=F("number"))
        )

    def found(self):
        too_many = held_by_too_many(Membership.objects, "seat", "number", self.day)
        return self.narrowed(
            seats_in_force(self.day).filter(
                Q(pk__in=too_many) | Q(pk__in=self.through_posts().values("pk"))
            )
        )

    def rows(self, records):
        records = list(records)
        members, appointed = defaultdict(list), defaultdict(list)
        for membership in (
            Membership.objects.filter(certain(self.day), seat__in=records)
            .select_related("person", "seat__forum")
            .order_by("start_date", "pk")
        ):
            members[membership.seat_id].append(membership)
        posts = {seat.ex_officio_post_id for seat in records} - {None}
        for appointment in (
            Appointment.objects.filter(certain(self.day), post__in=posts)
            .select_related("person", "post__organisation")
            .order_by("start_date", "pk")
        ):
            appointed[appointment.post_id].append(appointment)
        return [
            self.row_of(seat, members[seat.pk], appointed[seat.ex_officio_post_id])
            for seat in records
        ]

    def row_of(self, seat, members, appointed):
        holders = members or appointed
        reason = too_many_in_words(holders, seat.number)
        if not members:
            reason = f"It goes with a post, {seat.ex_officio_post}. {reason}"
        return self.told(seat, reason, ways_out_of_too_many(self, seat, holders))
