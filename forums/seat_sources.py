"""What a seat goes with on a day: a post, and further posts and seats of other forums.

Whoever holds those fills the seat. Pages show the holder of a further source for as long as the
seat goes with it.
"""

import datetime
import functools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from forums.ex_officio import within
from forums.models import ExOfficioSource, Membership, SeatTerms
from organisations.held_terms import laid_down
from organisations.models import PostTerms
from people.holder_rows import Holder, holder_columns, take_holder
from people.post_holders import Holding, in_turn
from records.days import NO_LATEST
from records.periods import Period, both
from records.prepared import prepared
from records.stated import EVIDENCE, PERIOD, DatedStated, document_columns
from records.together import PeriodRow, Together


@dataclass(kw_only=True)
class FurtherSource(DatedStated):
    """A further post, or a seat of another forum, that a seat goes with, as a row."""

    id: int
    seat_id: int
    post_id: int | None
    other_seat_id: int | None
    # The post or seat, and what that belongs to.
    title: str
    organisation_id: int | None
    organisation_slug: str | None
    organisation_name: str | None
    forum_slug: str | None
    forum_name: str | None
    held: PeriodRow
    owner: PeriodRow
    # Everybody recorded for it.
    holders: list[Holder] = field(default_factory=list)

    @property
    def words(self) -> str:
        return f"{self.title}, {self.organisation_name or self.forum_name}"

    @property
    def together(self) -> Together:
        """When it holds together with the post or seat, and what that belongs to."""
        return Together(**self.parts)

    def add(self, holder: Holder) -> None:
        holder.ex_officio, holder.by_source = self.words, self
        holder.by_membership = self.other_seat_id is not None
        self.holders.append(holder)

    @property
    def parts(self) -> dict[str, Period]:
        what, of = ("post", "organisation") if self.post_id else ("other seat", "other forum")
        return {"ex officio source": self, what: self.held, of: self.owner}

    @property
    def times(self) -> list[Holder]:
        """Its holders, each for as long as they hold it and the seat goes with it."""
        found = []
        for holder in self.holders:
            clipped = [replace(holder, in_post=holder)]
            if holder.latest_start == NO_LATEST:
                # Nobody knows when they are to come, if it goes on.
                clipped = clipped if self.together.latest_end == NO_LATEST else []
            else:
                for whole in self.parts.values():
                    clipped = [rest for each in clipped for rest in within(each, whole)]
            found += clipped
        return found


@dataclass(kw_only=True)
class GoesWith(Holding):
    """A seat with the post and the further sources that it goes with."""

    post_id: int | None
    post_title: str | None
    post_max_holders: int | None
    # Whether earlier terms of that post are recorded, and whether further sources are.
    post_has_terms: bool
    has_further_sources: bool
    post_organisation_name: str | None
    post_organisation_slug: str | None
    post_organisation_id: int | None
    # The periods of that post and its organisation.
    post: PeriodRow | None
    post_organisation: PeriodRow | None
    # The name of that organisation on the day in words, where that was another.
    post_organisation_then: str = ""
    further_sources: list[FurtherSource] = field(default_factory=list)
    # Everybody recorded for that post, whether it is there or not.
    all_post_holders: list[Holder] = field(default_factory=list)

    @property
    def ex_officio(self) -> str:
        """The posts and seats whose holders fill the seat, in words: "Chair, Old Trust and Chair,
        The Board"; "" if it is not ex officio."""
        own = [] if self.post_id is None else [self._post_in_words]
        further = [each.words for each in self.sources_listed]
        return " and ".join([*own, *further])

    @property
    def _post_in_words(self) -> str:
        return f"{self.post_title}, {self.post_organisation_name}{self.post_organisation_then}"

    @property
    def sources_listed(self) -> list[FurtherSource]:
        """Its further sources on the day."""
        return [each for each in self.further_sources if each.together.is_listed(self.day)]

    @property
    def goes_with(self) -> int | None:
        """The key of the post whose holder fills it, if that is there on the day."""
        return None if self.post_is_over else self.post_id

    @property
    def post_is_over(self) -> bool:
        """Whether the post that it goes with, or the organisation of that, ended before the day."""
        return self.post_ended_before(self.day)

    @functools.cached_property
    def with_post(self) -> dict[str, PeriodRow]:
        """The post that it goes with and the organisation of that, if there is one."""
        found = {"post": self.post, "organisation": self.post_organisation}
        return {name: each for name, each in found.items() if each is not None}

    def post_ended_before(self, day: datetime.date) -> bool:
        return any(each.latest_end < day for each in self.with_post.values())

    @functools.cached_property
    def post_holds(self) -> list[bool | None]:
        """Whether the post that it goes with is there on the day, and the organisation of that."""
        return [each.holds(self.day) for each in self.with_post.values()]

    @property
    def post_holders(self) -> list[Holder]:
        """Everybody recorded for that post, if it may be there on the day, and for its further
        sources."""
        of_post = [] if False in self.post_holds else self.all_post_holders
        return of_post + [holder for each in self.sources_listed for holder in each.holders]

    def source_is_certain(self, holder: Holder) -> bool:
        """Whether what somebody fills it by holding is certainly there when they hold that."""
        if holder.by_source is not None:
            return holder.by_source.together.certainly(self.day)
        return all(self.post_holds)

    def doubted_with(self, holder: Holder) -> dict[str, Period]:
        """All without which somebody does not fill it, besides their own time."""
        return {**self.with_post} if holder.by_source is None else holder.by_source.parts

    def is_held_by(self, holder: Holder) -> bool | None:
        # A post that is over takes with it whoever the register still has in it.
        so = super().is_held_by(holder)
        if holder.by_source is not None:
            return both(so, holder.by_source.together.holds(self.day))
        return both(so, *self.post_holds) if holder.ex_officio else so


def way(holder: Holder) -> tuple[int | None, int]:
    """The way in which somebody fills a seat ex officio: by which source, and as which record."""
    return (None if holder.by_source is None else holder.by_source.id), holder.id


def by_source(holders: Iterable[Holder]) -> list[list[Holder]]:
    """The people who fill a seat by holding something, apart by what they hold."""
    found: defaultdict[int | None, list[Holder]] = defaultdict(list)
    for each in holders:
        found[each.by_source.id if each.by_source else None].append(each)
    return list(found.values())


def read_further_sources(seats: Iterable[GoesWith], day: datetime.date) -> None:
    """Give each of `seats` its further sources with their holders, in three queries at most."""
    by_key = {each.id: each for each in seats if each.has_further_sources}
    if not by_key:
        return
    found = {}
    for row in _sources_of(tuple(sorted(by_key)), day):
        holder = take_holder(row)
        if row["id"] not in found:
            row.update({name: PeriodRow.taken(name, row) for name in ("post", "post_owner")})
            row.update({name: PeriodRow.taken(name, row) for name in ("seat", "seat_owner")})
            of_post, of_seat = (
                (row.pop(name), row.pop(f"{name}_owner")) for name in ("post", "seat")
            )
            held, owner = of_seat if of_post[0] is None else of_post
            found[row["id"]] = FurtherSource(held=held, owner=owner, **row)
        source = found[row["id"]]
        if holder is not None:
            holder.for_id, holder.for_slug = source.organisation_id, source.organisation_slug
            holder.for_name = source.organisation_name
            source.add(holder)
    others = defaultdict(list)
    for source in found.values():
        if source.other_seat_id is not None:
            others[source.other_seat_id].append(source)
    for row in _members_of(tuple(sorted(others))) if others else ():
        for source in others[row["seat_id"]]:
            holder = take_holder(dict(row))
            assert holder is not None
            source.add(holder)
    for source in found.values():
        source.holders.sort(key=in_turn)
        by_key[source.seat_id].further_sources.append(source)


@prepared
def _sources_of(seats: tuple[int, ...], day: datetime.date) -> QuerySet:
    post, other = "post__", "other_seat__"
    return (
        ExOfficioSource.objects.filter(seat__in=seats)
        .order_by("seat", "start_date", "id")
        .values(
            "id",
            "seat_id",
            "post_id",
            "other_seat_id",
            *PERIOD,
            *EVIDENCE,
            title=Coalesce(
                laid_down(PostTerms, "title", day, "post_id"),
                laid_down(SeatTerms, "title", day, "other_seat_id"),
            ),
            organisation_id=F("post__organisation"),
            organisation_slug=F("post__organisation__slug"),
            organisation_name=F("post__organisation__name"),
            forum_slug=F("other_seat__forum__slug"),
            forum_name=F("other_seat__forum__name"),
            **document_columns(),
            **PeriodRow.columns("post", post),
            **PeriodRow.columns("post_owner", f"{post}organisation__"),
            **PeriodRow.columns("seat", other),
            **PeriodRow.columns("seat_owner", f"{other}forum__"),
            **holder_columns(f"{post}appointments__"),
        )
    )


@prepared
def _members_of(seats: tuple[int, ...]) -> QuerySet:
    return (
        Membership.objects.filter(seat__in=seats)
        .order_by()
        .values(
            "seat_id",
            **holder_columns(
                "",
                for_id="on_behalf_of_id",
                for_slug="on_behalf_of__slug",
                for_name="on_behalf_of__name",
            ),
        )
    )
