"""Members in the worklists of terms, and of what nobody has confirmed."""

from forums.models import Membership
from organisations.worklists import PLACE
from people.worklists.terms import (
    NOT_CONFIRMED,
    PAST_TERM,
    TERMS_ENDING,
    NotConfirmed,
    PastTerm,
    Tenures,
    TermEnding,
)
from records.periods import not_over


class Memberships(Tenures):
    model = Membership
    searched = ("person__folded", "seat__title", "seat__forum__folded")
    narrowed_by = {PLACE: ("seat__forum__place",)}

    def on_the_day(self):
        return (
            Membership.objects.certainly(self.day)
            .select_related("person", "seat__forum")
            .order_by("seat__forum__folded", "seat__order", "pk")
        )

    def in_force(self):
        return self.on_the_day().filter(not_over(self.day, "seat", "seat__forum"))


@TERMS_ENDING.part
class MembershipsTermEnding(TermEnding, Memberships):
    pass


@PAST_TERM.part
class MembershipsPastTerm(PastTerm, Memberships):
    pass


@NOT_CONFIRMED.part
class MembershipsNotConfirmed(NotConfirmed, Memberships):
    pass
