"""Who holds what on a day: posts with everybody recorded for them."""

import datetime
import functools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar, TypeVar

from django.db.models import F, QuerySet

from organisations.held_terms import (
    HeldTerms,
    TermsChange,
    changes_among,
    has_terms,
    laid_down_on,
    terms_by_key,
)
from organisations.models import Organisation, Post, PostTerms
from people.holder_rows import Holder, holder_columns, take_holder
from people.joint import joint_with
from people.models import Appointment, Basis
from people.standing import (
    Standing,
    filled_at_most,
    handovers,
    in_places,
    is_surely_held,
    settled,
    standing_of,
    surely_filled,
)
from people.vacant_places import PostVacancy
from people.vacant_rows import MayBeVacant, has_vacancies, vacancies_by_key
from records.days import next_day
from records.periods import Period, both
from records.prepared import prepared
from records.stated import EVIDENCE, PERIOD, document_columns
from records.together import PeriodRow, Together


@dataclass(kw_only=True)
class Holding(MayBeVacant):
    """A post or a seat on a day, with everybody recorded for it, past and to come."""

    id: int
    title: str
    requirement: str
    # The period of the organisation or forum that it belongs to.
    owner: PeriodRow
    standing: Standing = field(init=False)
    # Whether what was laid down of it before a change is recorded, and each such change: what the
    # fields above say is what was laid down on the day.
    has_terms: bool = False
    changes: list[TermsChange] = field(default_factory=list)
    # How many fill it, of a seat. No source promises of a post that as many hold it as may.
    number: int | None = None
    recorded: list[Holder] = field(default_factory=list)

    # The model of what was laid down before a change, if it has one.
    terms_model: ClassVar[type[HeldTerms] | None] = None
    # What it is and what it belongs to, in words.
    called: ClassVar[tuple[str, str]]
    # The periods of other records that its rows have, by the names of their fields.
    PERIODS: ClassVar[tuple[str, ...]] = ("owner",)

    @classmethod
    def read_terms(cls, holdings: "Iterable[Holding]") -> None:
        """Give each of `holdings` what was laid down of it on its day, and the changes of that."""
        changed = [each for each in holdings if each.has_terms]
        if cls.terms_model is None or not changed:
            return
        found = terms_by_key(cls.terms_model, [each.id for each in changed])
        for each in changed:
            now = {name: getattr(each, name) for name in cls.terms_model.laid_down}
            each.changes = changes_among(found[each.id], now)
            for name, value in laid_down_on(found[each.id], each.day).items():
                setattr(each, name, value)

    @property
    def ex_officio(self) -> str:
        """What a seat goes with, in words; "" if it goes with nothing, and of a post."""
        return ""

    @property
    def goes_with(self) -> int | None:
        """The key of the post that a seat goes with, if that is there on the day."""
        return None

    @property
    def post_holders(self) -> list[Holder]:
        """Everybody recorded for what a seat goes with."""
        return []

    @functools.cached_property
    def together(self) -> Together:
        """When it is there together with the organisation or forum that it belongs to."""
        return Together(**dict(zip(self.called, (self, self.owner), strict=True)))

    @functools.cached_property
    def holders(self) -> list[Holder]:
        """The people who hold it on the day, and those who may because they began or left between
        two known days; these are marked as `perhaps`."""
        found = [holder for holder in self.recorded if holder.is_listed(self.day)]
        for each in found:
            if self.may_be_over or not each.certainly(self.day):
                self.doubt(each)
        return found

    def doubt(self, holder: Holder, **more: Period) -> None:
        """Say of somebody that it is not certain that they hold it on the day, and why: their own
        time, what may be over by then, or `more` that may not be there."""
        ended = {
            name: part for name, part in self.together.parts.items() if part.earliest_end < self.day
        }
        holder.perhaps = True
        holder.why = Together(holder=holder, **ended, **more).why_perhaps(self.day)
        for name, part in more.items():
            if part.is_openly_perhaps(self.day):
                holder.why = f"the {name} is known only from a later day"

    @property
    def may_be_over(self) -> bool:
        """Whether it may have ended before the day, or its organisation or forum. An end
        takes the holders with it."""
        return self.together.earliest_end < self.day

    def is_held_by(self, holder: Holder) -> bool | None:
        """Whether somebody recorded for it holds it on the day, together with all that this
        belongs to; None for perhaps."""
        so = None if holder.is_openly_perhaps(self.day) else False
        if any(holder is each for each in self.holders):
            so = None if holder.perhaps else True
        return both(so, self.together.holds(self.day))

    @property
    def certainly_there(self) -> list[Holder]:
        """The people who certainly hold it on the day."""
        return [each for each in self.holders if not each.perhaps]

    @property
    def known_holders(self) -> list[Holder]:
        """The same without those who, or whose place, a source only foresaw."""
        if self.start_is_told_as_foreseen(self.day):
            return []
        return [x for x in self.certainly_there if not x.start_is_told_as_foreseen(self.day)]

    @property
    def settled_holders(self) -> list[Holder]:
        """The holders on the day who do not just act for another."""
        return settled(self.holders)

    @property
    def handed_over(self) -> list[tuple[Holder, Holder]]:
        """Pairs of holders of whom one holds it on the day, and it is not recorded which."""
        return [
            (earlier, later)
            for earlier, later in handovers(self.holders, self.day)
            if earlier.perhaps and later.perhaps
        ]

    @property
    def shown(self) -> list[tuple[Holder, Holder | None]]:
        """Each holder, with who took over from them if it is not recorded which of the two holds
        it on the day. That may be the same person, in another term or on another basis."""
        successors = {
            id(earlier): later
            for earlier, later in self.handed_over
            if earlier.person_id != later.person_id or earlier.ex_officio == later.ex_officio
        }
        then = {id(later) for later in successors.values()}
        return [(each, successors.get(id(each))) for each in self.holders if id(each) not in then]

    def leaves(self, holder: Holder) -> bool:
        """Whether somebody is known to go, and does not stay on for another term."""
        return holder.end_date is not None and not any(
            other.person_id == holder.person_id
            and other.start_date is not None
            and other.start_date <= next_day(holder.end_date)
            and (other.over_by is None or other.over_by > holder.end_date)
            for other in self.recorded
        )

    @property
    def hands_over(self) -> bool:
        """Whether one of several in force on the day is known to go, and another remains."""
        leaving = [self.leaves(holder) for holder in self.settled_holders]
        return any(leaving) and not all(leaving)

    @property
    def former(self) -> list[Holder]:
        """Those over before the day, the last first."""
        ended = [holder for holder in self.recorded if holder.has_ended(self.day)]
        return sorted(ended, key=lambda holder: holder.end_date, reverse=True)

    @property
    def to_come(self) -> list[Holder]:
        """Everybody else recorded: who starts later, as far as is known."""
        there = {id(holder) for holder in self.holders}
        later = [
            holder
            for holder in self.recorded
            if id(holder) not in there and not holder.has_ended(self.day)
        ]
        return sorted(later, key=first_known)

    @property
    def announced(self) -> list[Holder]:
        """The holders to come whom a page lists. It leaves out those who may already hold the post
        that a seat goes with, whom the page of the post lists; those who fill the seat when a
        member of its own leaves; and those who are named for it only later, or for what has ended.
        """
        over = self.may_be_over
        return [
            holder
            for holder in self.to_come
            if not (holder.returns or (holder.ex_officio and holder.is_openly_perhaps(self.day)))
            and not (holder.named and (over or holder.is_named_after(self.day)))
        ]

    @property
    def may_hold_already(self) -> list[Holder]:
        """The people who may hold it on the day as they may on any day before, the first to
        come first. They fill no place."""
        return sorted(
            (holder for holder in self.recorded if holder.is_openly_perhaps(self.day)),
            key=first_known,
        )

    def standing_on(self, day: datetime.date) -> Standing:
        """Its Standing on any day, by the rules of `standing`, from what is recorded of it."""
        may_be_over = self.together.earliest_end < day
        held = not may_be_over and is_surely_held(self.recorded, day)
        return standing_of(self.recorded, day, surely_held=held, vacant=self.vacant_on(day) > 0)

    @property
    def filled(self) -> int:
        """How many of its places are surely filled on the day."""
        if self.may_be_over:
            return 0
        return surely_filled(self.settled_holders, self.day) or self.filled_for_now(self.holders)

    @property
    def filled_as_foreseen(self) -> int:
        """How many of those are filled only as a source foresaw."""
        foreseen = len(in_places(self.certainly_there)) - len(in_places(self.known_holders))
        return min(foreseen, self.filled)

    def filled_for_now(self, *sides: list[Holder]) -> int:
        """How many places the holders of `sides` surely fill who act, where no other surely does:
        one at least is filled, if the other whom they act for may be there, or if one of two fills
        it between whom there was a handover."""
        acting = [
            each
            for side in sides
            for each in side
            if each.basis == Basis.ACTING and each.certainly(self.day)
        ]
        if acting and not self.settled_holders:
            return len(acting)
        return 1 if acting or any(handovers(side, self.day) for side in sides) else 0

    @property
    def filled_at_most(self) -> int:
        """How many of its places are filled on the day if all are there who may be."""
        return filled_at_most(self.settled_holders, self.day) or len(self.holders)

    def place_of(self, holder: Holder) -> int | None:
        """Which of its places somebody fills, counted from 1; None if they fill none, because they
        act for another, or if it is not certain who fills which."""
        if any(each.perhaps for each in self.holders):
            return None
        numbered = enumerate(in_places(self.holders)[: self.number], start=1)
        return next((place for place, each in numbered if each is holder), None)

    @property
    def unfilled(self) -> int:
        """How many of its places nobody fills or may: one at least if nobody holds it, none
        otherwise if the number is not recorded."""
        if not self.holders:
            return self.number or 1
        return max((self.number or 0) - self.filled_at_most, 0)


@dataclass(kw_only=True)
class HeldPost(Holding):
    """A post of an organisation on a day, with everybody recorded for it."""

    kind: str
    organisation_id: int
    organisation_slug: str
    organisation_name: str
    place_name: str | None
    max_holders: int

    terms_model = PostTerms
    called = ("post", "organisation")

    @property
    def unfilled(self) -> int:
        # A post has as many places as people may hold it.
        return max(self.max_holders - self.filled_at_most, 0)

    @property
    def capacity(self) -> int:
        """How many may hold it at once."""
        return self.max_holders

    @classmethod
    def read_vacancies(cls, holdings):
        some = [each for each in holdings if each.has_vacancies]
        found = vacancies_by_key({PostVacancy: [each.id for each in some]})
        for each in some:
            each.vacancies = found[PostVacancy][each.id]


def read_joint(holders: Iterable[Holder], day: datetime.date) -> None:
    """Say of each joint appointment with which organisations it is one, in a query if there is any.
    If the name is withheld, nothing says which they are."""
    some = [each for each in holders if each.joint and not each.withheld]
    if not some:
        return
    found = Appointment.objects.filter(
        person__in={each.person_id for each in some}, joint__in={each.joint for each in some}
    )
    others = list(found.select_related("post__organisation").order_by("post__organisation__folded"))
    for each in some:
        joint = (other.post.organisation for other in joint_with(each, others, day))
        each.joint_with = tuple(dict.fromkeys(joint))


def gather(rows, kind: type[Holding], day: datetime.date) -> list[Holding]:
    """Holdings from rows that repeat each for every holder, in the order of the rows."""
    holdings: dict[int, Holding] = {}
    for row in rows:
        holder = take_holder(row)
        if row["id"] not in holdings:
            row.update({name: PeriodRow.taken(name, row) for name in kind.PERIODS})
            holdings[row["id"]] = kind(day=day, **row)
        if holder is not None:
            holdings[row["id"]].recorded.append(holder)
    kind.read_terms(holdings.values())
    kind.read_vacancies(holdings.values())
    read_joint((x for each in holdings.values() for x in each.recorded), day)
    for holding in holdings.values():
        holding.recorded.sort(key=in_turn)
        holding.standing = holding.standing_on(day)
    return list(holdings.values())


def first_known(holder: Holder) -> datetime.date:
    """The day of somebody's start, or of their end if the start is not recorded."""
    return holder.start_date or holder.end_date or datetime.date.max


def in_turn(holder: Holder) -> tuple[datetime.date, int]:
    """Sorts the holders of one thing by the day on which they came to it; on one day, by which was
    recorded first. Holders without a recorded start come before all others."""
    return holder.start_date or datetime.date.min, holder.id


AnyHolding = TypeVar("AnyHolding", bound=Holding)


def in_order(holdings: list[AnyHolding], ids: Iterable[int]) -> list[AnyHolding]:
    """`holdings` in the order of `ids`."""
    place = {key: position for position, key in enumerate(ids)}
    return sorted(holdings, key=lambda holding: place[holding.id])


def posts_with_holders(posts: QuerySet, day: datetime.date) -> list[HeldPost]:
    """`posts` with everybody recorded for them, in one query and in the order given."""
    return gather(_rows(posts), HeldPost, day)


def held_posts_of(organisation: Organisation, day: datetime.date) -> list[HeldPost]:
    """The posts of `organisation`, as `posts_with_holders` gives them."""
    return gather(_rows_of(organisation.pk), HeldPost, day)


def held_posts_among(keys: Iterable[int], day: datetime.date) -> list[HeldPost]:
    """The posts of those keys, as `posts_with_holders` gives them."""
    keys = tuple(keys)
    return gather(_rows_among(keys), HeldPost, day) if keys else []


@prepared
def _rows_among(keys: tuple[int, ...]) -> QuerySet:
    return _rows(Post.objects.filter(pk__in=keys))


@prepared
def _rows_of(organisation: int) -> QuerySet:
    return _rows(Post.objects.filter(organisation=organisation))


def _rows(posts: QuerySet) -> QuerySet:
    return posts.values(
        "id",
        "title",
        "kind",
        "max_holders",
        "requirement",
        "organisation_id",
        *PERIOD,
        *EVIDENCE,
        has_terms=has_terms(PostTerms),
        has_vacancies=has_vacancies(PostVacancy, "pk"),
        organisation_slug=F("organisation__slug"),
        organisation_name=F("organisation__name"),
        place_name=F("organisation__place__name"),
        **PeriodRow.columns("owner", "organisation__"),
        **document_columns(),
        **holder_columns("appointments__", joint="joint"),
    )
