"""What the forums add to the worklist of what goes on after its organisation, post, seat or forum
has come to an end."""

from django.db.models import Exists, OuterRef, Q, Subquery

from editing.worklists import WorklistPart, WorklistRow, ended_before, named_in_ends
from forums.models import MemberOrganisation, Membership, Seat
from forums.worklists.memberships import Memberships
from forums.worklists.vacancies import Seats
from organisations.models import Organisation
from organisations.successors import successors
from people.models import Appointment, Basis
from people.worklists.closed import CLOSED
from records.periods import not_over


@CLOSED.part
class MembersOfTheClosed(Memberships):
    """Members whose forum, seat, organisation or post is over, and those who left the post that
    their seat goes with."""

    def found(self):
        appointments = Appointment.objects.filter(
            person=OuterRef("person"), post=OuterRef("seat__ex_officio_post")
        )
        left_post = appointments.ended_before(self.day).order_by("-end_date").values("pk")[:1]
        remains = appointments.filter(latest_end__gte=self.day)
        speaks_for_closed = ended_before(self.day, "on_behalf_of") | (
            Q(on_behalf_of=None) & ended_before(self.day, "seat__on_behalf_of")
        )
        post = "seat__ex_officio_post"
        return self.narrowed(
            self.on_the_day()
            .annotate(left_post=Subquery(left_post))
            .filter(
                ended_before(self.day, "seat", "seat__forum", post, f"{post}__organisation")
                | speaks_for_closed
                | (Q(left_post__isnull=False) & ~Exists(remains) & ~Q(basis=Basis.ACTING))
            )
            .select_related(
                "person",
                "on_behalf_of",
                "seat__forum",
                "seat__on_behalf_of",
                f"{post}__organisation",
                *named_in_ends(
                    "on_behalf_of",
                    "seat",
                    "seat__forum",
                    "seat__on_behalf_of",
                    post,
                    f"{post}__organisation",
                ),
            )
        )

    def rows(self, records):
        records = list(records)
        keys = [record.left_post for record in records if record.left_post]
        named = ("post__organisation", "document", "end_document")
        self.left = Appointment.objects.select_related(*named).in_bulk(keys)
        return super().rows(records)

    def reason(self, membership):
        seat, day = membership.seat, self.day
        post = seat.ex_officio_post
        speaks_for = membership.on_behalf_of or seat.on_behalf_of
        if seat.forum.has_ended(day):
            stood_down = seat.forum.how_it_ended("stood down")
            return f"The forum {stood_down}, and this membership goes on."
        if seat.has_ended(day):
            return f"The seat {seat.how_it_ended('ended')}, and this membership goes on."
        if speaks_for is not None and speaks_for.has_ended(day):
            return f"Sits for {speaks_for}, which {speaks_for.how_it_ended('closed')}."
        if post is not None and post.has_ended(day):
            return f"The seat goes with a post, {post}, which {post.how_it_ended('ended')}."
        if post is not None and post.organisation.has_ended(day):
            closed = post.organisation
            return f"The seat goes with a post of {closed}, which {closed.how_it_ended('closed')}."
        left = self.left[membership.left_post]
        return f"The seat goes with a post, {left.post}, whose holder {left.how_it_ended('left')}."

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
        held = Membership.objects.possibly(self.day).values("seat")
        return self.narrowed(
            Seat.objects.certainly(self.day)
            .filter(ended_before(self.day, "forum", "on_behalf_of"))
            .exclude(pk__in=held)
            .select_related("forum", "on_behalf_of", *named_in_ends("forum", "on_behalf_of"))
            .order_by("forum__folded", "order", "pk")
        )

    def rows(self, records):
        records = list(records)
        self.successors = successors({seat.on_behalf_of_id for seat in records})
        return super().rows(records)

    def row(self, seat):
        if seat.forum.has_ended(self.day):
            stood_down = seat.forum.how_it_ended("stood down")
            reason = f"The forum {stood_down}, and this seat goes on."
            return self.seat_row(seat, reason, self.steps(seat, "abolish"))
        closed = seat.on_behalf_of
        reason = f"Speaks for {closed}, which {closed.how_it_ended('closed')}."
        reason += succession_in_words(self.successors[closed.pk])
        return self.seat_row(seat, reason, self.steps(seat, "move", "abolish"))


def succession_in_words(successors: list[Organisation]) -> str:
    return f" {' and '.join(map(str, successors))} came after it." if successors else ""


@CLOSED.part
class ClosedMemberOrganisations(WorklistPart):
    model = MemberOrganisation
    searched = ("organisation__folded", "forum__folded", "forum__names__folded")
    narrowed_by = Seats.narrowed_by

    def found(self):
        return self.narrowed(
            MemberOrganisation.objects.certainly(self.day)
            .filter(ended_before(self.day, "organisation", "forum"))
            .select_related("organisation", "forum", *named_in_ends("organisation", "forum"))
            .order_by("forum__folded", "organisation__folded", "pk")
        )

    def rows(self, records):
        records = list(records)
        self.successors = successors({member.organisation_id for member in records})
        # The forum and the organisation of every member that is open.
        self.open_members = set(
            MemberOrganisation.objects.possibly(self.day)
            .filter(
                not_over(self.day, "organisation"),
                forum__in={member.forum_id for member in records},
            )
            .values_list("forum", "organisation")
        )
        return super().rows(records)

    def row(self, member):
        forum, organisation = member.forum, member.organisation
        ways = self.steps(member, "end") or self.correcting(member, "Give its end")
        if forum.has_ended(self.day):
            stood_down = forum.how_it_ended("stood down")
            reason = f"The forum {stood_down}, and this membership goes on."
        else:
            reason = f"A member of the forum. It {organisation.how_it_ended('closed')}."
            reason += succession_in_words(self.successors[organisation.pk])
            if not any(key == forum.pk for key, _ in self.open_members):
                reason += " Every member organisation of the forum has closed."
            ways += self.steps(forum, "stand-down", worded="{} the forum")
            for successor in self.successors[organisation.pk]:
                is_member = (forum.pk, successor.pk) in self.open_members
                if not is_member and not successor.has_ended(self.day):
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
