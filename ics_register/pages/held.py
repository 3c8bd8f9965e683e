"""The posts and seats that somebody holds on a day, has held, will hold, or may hold already."""

import datetime
import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from forums.models import ExOfficioSource, SeatTerms
from forums.seat_holders import HeldSeat
from ics_register.pages import facts
from ics_register.pages.formats import Here
from organisations.held_terms import has_terms, lay_down
from organisations.models import PostTerms
from people.joint import joint_with
from people.models import Appointment
from records.models import DatedFact, read_documents_of
from records.together import Together

# When somebody holds what, as JSON and CSV name it; a person's own page has what is over, too.
WHEN = ("now", "known_from_a_later_day", "to_come")


@dataclass(frozen=True)
class HeldThen:
    """An appointment or membership; or a holder of a post, with a seat that goes with it."""

    tenure: Any  # an Appointment, a Membership or a Holder
    seat: HeldSeat | None = None

    @functools.cached_property
    def period(self) -> Together:
        """When it holds together with the post and organisation, or the seat and forum; with all
        four, of a seat that goes with a post."""
        if self.seat is not None:
            seat, others = self.seat, self.seat.doubted_with(self.tenure)
            return Together(holder=self.tenure, seat=seat, forum=seat.owner, **others)
        if is_to_post(self.tenure):
            post = self.tenure.post
            return Together(appointment=self.tenure, post=post, organisation=post.organisation)
        seat = self.tenure.seat
        return Together(membership=self.tenure, seat=seat, forum=seat.forum)

    def when(self, day: datetime.date) -> str:
        """One of WHEN, or "before"."""
        if self.period.has_ended(day):
            return "before"
        if self.period.is_listed(day):
            return "now"
        return "known_from_a_later_day" if self.period.possibly(day) else "to_come"

    def ended_with(self, day: datetime.date) -> Any:
        """The post, seat, organisation or forum whose end before the day also ended an appointment
        or membership; None if nothing did, or if it has an end of its own."""
        tenure, *others = self.period.parts.values()
        if self.seat is not None or tenure.has_ended(day):
            return None
        return next((each for each in reversed(others) if each.has_ended(day)), None)

    def was_to_begin(self, day: datetime.date) -> bool:
        """Whether it holds on the day only as a source foresaw."""
        held = [self.tenure] if self.seat is None else [self.tenure, self.seat]
        return any(each.start_is_told_as_foreseen(day) for each in held)

    def was_to_end(self, day: datetime.date) -> bool:
        """Whether it is over before the day only as a source foresaw."""
        if self.tenure.has_ended(day):
            return self.tenure.end_foreseen
        whole = self.ended_with(day)
        return whole is not None and whole.end_foreseen

    def as_data(self, here: Here) -> dict:
        if self.seat is not None:
            said = facts.tenure_through_post(self.seat, self.tenure, here)
        else:
            said = facts.tenure(self.tenure, here)
        over = self.when(here.asked.day) == "before"
        return {**said, "in_force": False if over else self.period.holds(here.asked.day)}


def read_what_foresaw(them: Iterable[HeldThen], day: datetime.date) -> None:
    """Read, in one query, the documents of the posts, seats and owners that are only perhaps there
    on the day: they say whether that was foreseen."""
    parts = (part for each in them if each.seat is None for part in each.period.parts.values())
    unsure = (part for part in parts if part.holds(day) is None)
    read_documents_of(part for part in unsure if isinstance(part, DatedFact))


def tell_joint_appointments(them: Iterable[HeldThen], day: datetime.date) -> None:
    """Say of each appointment with which organisations it is one, of those among `them`."""
    own = [each.tenure for each in them if is_to_post(each.tenure)]
    for each in own:
        joint = (other.post.organisation for other in joint_with(each, own, day))
        each.joint_with = tuple(dict.fromkeys(joint))


def lay_down_what_is_held(them: Iterable[HeldThen], day: datetime.date) -> None:
    """Give each post and seat what was laid down of it on the day, or when its holder left. Asks a
    query for the posts that `knowing_of_terms` says have earlier terms, and one for the seats."""
    posts: list[tuple[Any, datetime.date]] = []
    seats: list[tuple[Any, datetime.date]] = []
    for each in them:
        if each.seat is None and each.tenure.has_terms:
            last = min(day, each.tenure.latest_end)
            (posts if is_to_post(each.tenure) else seats).append((each.tenure.held, last))
    lay_down(posts, PostTerms)
    lay_down(seats, SeatTerms)


def knowing_of_terms(tenures: QuerySet) -> QuerySet:
    """`tenures`, each of which says whether `lay_down_what_is_held` has something to read of it,
    and each membership whether its holder fills another seat by it."""
    model: Any = PostTerms if tenures.model is Appointment else SeatTerms
    found = tenures.annotate(has_terms=has_terms(model, f"{model.terms_of}_id"))
    if tenures.model is Appointment:
        return found
    filling = ExOfficioSource.objects.filter(other_seat=OuterRef("seat"))
    return found.annotate(fills_others=Exists(filling))


def is_to_post(tenure: object) -> bool:
    return isinstance(tenure, Appointment)


def by_when(them: Iterable[HeldThen], day: datetime.date) -> dict[str, list[HeldThen]]:
    """The posts and seats of somebody, by one of WHEN or "before"."""
    found: dict[str, list[HeldThen]] = {when: [] for when in (*WHEN, "before")}
    for each in them:
        when = each.when(day)
        # Nobody is a designate before the day on which they are named.
        if when != "to_come" or not each.tenure.is_named_after(day):
            found[when].append(each)
    return found
