"""Who sits where on a day: seats with everybody recorded for them."""

import datetime
import functools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import chain

from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, QuerySet
from django.db.models import When as CaseWhen

from forums.ex_officio import spells
from forums.filling import (
    certainly_fill,
    has_come_before,
    is_kept_out,
    may_have_member,
    possibly_fill,
)
from forums.models import (
    ExOfficioSource,
    Forum,
    ForumState,
    Seat,
    SeatRole,
    SeatTerms,
    SeatVacancy,
)
from forums.seat_sources import GoesWith, by_source, read_further_sources, way
from organisations.held_terms import has_terms, laid_down, laid_down_on, terms_by_key
from organisations.models import PostTerms
from people.holder_rows import Holder, holder_columns, take_holder
from people.models import Appointment
from people.post_holders import first_known, gather, in_turn, read_joint
from people.standing import filled_at_most, settled, standing_of, surely_filled
from people.vacant_places import PostVacancy, vacant_places
from people.vacant_rows import StatedVacancy, has_vacancies, vacancies_by_key
from records.days import NO_LATEST, next_day
from records.foresight import foreseen
from records.periods import When, not_over
from records.prepared import prepared
from records.stated import EVIDENCE, PERIOD, document_columns
from records.together import PeriodRow, Together


@dataclass(kw_only=True)
class HeldSeat(GoesWith):
    """A seat of a forum on a day, with everybody recorded for it."""

    role: str
    category: str
    forum_id: int
    forum_slug: str
    forum_name: str
    forum_status: str
    place_name: str | None
    for_id: int | None
    for_slug: str | None
    for_name: str | None
    independent: bool
    for_latest_end: datetime.date | None
    for_end_date: datetime.date | None
    for_end_precision: str | None
    for_end_qualifier: str | None
    for_end_foreseen: bool
    forum_has_changed: bool
    voting: bool | None
    counts_to_quoracy: bool | None
    may_be_deputised: bool | None
    # Those recorded for what it goes with whom nobody keeps out of it on the day, with the times of
    # that. `recorded` has them too, with the times in which they fill the seat.
    by_post: list[Holder] = field(default_factory=list)
    # The vacancies of the post that it goes with, whether that is there or not.
    post_vacancies: list[StatedVacancy] = field(default_factory=list)
    # The times in which somebody may have filled it through its post, on other days than this, and
    # on none certainly did. Pages do not tell them.
    untold: list[Holder] = field(default_factory=list)
    # The seat as which it goes on some time in the month of the day, if the two are read as one.
    goes_on_as: "HeldSeat | None" = None

    called = ("seat", "forum")
    terms_model = SeatTerms
    PERIODS = ("owner", "post", "post_organisation")

    @property
    def role_words(self) -> str:
        return SeatRole(self.role).label

    def speaks_for_nobody(self, holder: Holder | None) -> bool:
        """Whether a source says that the holder is independent, or of the seat that it is."""
        if holder is None or holder.independent is None:
            return self.independent
        return holder.for_slug is None and (self.independent or holder.independent)

    @property
    def capacity(self) -> int | None:
        """How many may fill it at once; None if no source says."""
        return self.number

    def vacant_by_sources(self, day: datetime.date) -> int:
        """As of its own vacancies, or of those of the post that it goes with."""
        if self.post_ended_before(day):
            return vacant_places(self.vacancies, [self.members], self.number, day)
        tenures = [self.members, self.all_post_holders]
        return max(
            vacant_places(self.vacancies, tenures, self.number, day),
            vacant_places(self.post_vacancies, [self.all_post_holders], self.post_max_holders, day),
        )

    def still_vacant_by(self, vacancy: StatedVacancy) -> bool:
        tenures, capacity = [self.members], self.number
        if any(vacancy is each for each in self.post_vacancies):
            tenures, capacity = [self.all_post_holders], self.post_max_holders
        elif not self.post_is_over:
            tenures.append(self.all_post_holders)
        return vacant_places([vacancy], tenures, capacity, self.day) > 0

    @property
    def shown_vacancies(self) -> list[StatedVacancy]:
        through_post = [] if self.post_is_over else self.post_vacancies
        return super().shown_vacancies or [x for x in through_post if self.is_vacant_by(x)]

    def may_be_vacant_by(self, day: datetime.date) -> list[StatedVacancy]:
        through_post = [] if self.post_ended_before(day) else self.post_vacancies
        found = [each for each in through_post if each.holds(day) is None]
        return super().may_be_vacant_by(day) or found

    def add_post_holders(self, holders: list[Holder]) -> None:
        """Add those recorded for its post and its further sources, which have been read, to its own
        members, who have been too."""
        members = list(self.recorded)
        self.all_post_holders = self.speaking_as_the_seat(holders)
        for source in self.further_sources:
            source.holders = self.speaking_as_the_seat(source.holders)
        holders = [*self.all_post_holders, *(x for y in self.further_sources for x in y.times)]
        self.by_post = [x for x in self.post_holders if not is_kept_out(x, members, self.day)]
        for spell in (spell for each in holders for spell in spells(each, self, members)):
            # Who may have been there a few days before a member came is told on those days alone.
            told = Together(holder=spell, seat=self).certain_days() or spell.possibly(self.day)
            (self.recorded if told else self.untold).append(spell)
        those, held = [*members, *self.by_post], self.filled > 0
        self.standing = standing_of(
            those, self.day, surely_held=held, vacant=self.vacant_on(self.day) > 0
        )

    def speaking_as_the_seat(self, holders: list[Holder]) -> list[Holder]:
        """A post has an organisation; that a chair speaks for it needs a source."""
        its_own = self.role in (SeatRole.CHAIR, SeatRole.VICE_CHAIR) or self.independent
        if not its_own or self.goes_on_as is not None:
            return holders
        own = {name: getattr(self, name) for name in ("for_id", "for_slug", "for_name")}
        return [replace(each, **own) for each in holders]

    @functools.cached_property
    def holders(self) -> list[Holder]:
        """The people who fill it on the day, and the people who may. It leaves out those who may
        only because of an open limit."""
        fill = certainly_fill(self.post_holders, self.members, self.day)
        certain = {way(each) for each in fill if self.source_is_certain(each)}
        listed = {way(each) for each in self.by_post if each.is_listed(self.day)}
        found = []
        for each in self.recorded:
            if not each.ex_officio and each.is_listed(self.day):
                if self.may_be_over or not each.certainly(self.day):
                    self.doubt(each)
            elif each.ex_officio and way(each) in listed and each.possibly(self.day):
                if self.may_be_over or way(each) not in certain:
                    self.doubt(each, **self.doubted_with(each))
            else:
                continue
            found.append(each)
        return found

    @property
    def handed_over(self) -> list[tuple[Holder, Holder]]:
        # Whoever holds the post leaves the seat on the eve of its member's first day.
        perhaps = [each for each in settled(self.holders) if each.perhaps]
        found = [pair for pair in super().handed_over if pair[0].by_source is pair[1].by_source]
        return found + [
            (earlier, later)
            for earlier in perhaps
            for later in perhaps
            if bool(earlier.ex_officio) != bool(later.ex_officio)
            and next_day(earlier.earliest_end) == later.earliest_start
            and next_day(earlier.latest_end) == later.latest_start
        ]

    @property
    def filled(self) -> int:
        if self.may_be_over:
            return 0
        through_post = [
            each
            for each in self.by_post
            if each.is_listed(self.day)
            and self.source_is_certain(each)
            and not has_come_before(each, self.members, self.day)
        ]
        by_members = surely_filled(settled(self._members_there), self.day)
        ways = by_source(through_post)
        by_post = sum(surely_filled(settled(each), self.day) for each in ways)
        if may_have_member(self.members, self.day):
            by_post = min(by_post, 1)  # which is filled by the member or through the post
        return by_members or by_post or self.filled_for_now(self._members_there, *ways)

    @property
    def filled_at_most(self) -> int:
        # The holders of the post leave the seat to its members.
        listed = by_source(each for each in self.by_post if each.is_listed(self.day))
        return max(
            filled_at_most(settled(self._members_there), self.day),
            sum(filled_at_most(settled(each), self.day) for each in listed),
        ) or len(self.holders)

    @property
    def _members_there(self) -> list[Holder]:
        return [each for each in self.holders if not each.ex_officio]

    @property
    def members(self) -> list[Holder]:
        """Those recorded as members of the seat itself."""
        return [each for each in self.recorded if not each.ex_officio]

    @property
    def may_have_more(self) -> bool:
        """Whether more people than those who certainly do may fill it on the day, or act there."""
        possibly = [each for each in self.members if each.possibly(self.day)]
        possibly += possibly_fill(self.post_holders, self.members, self.day)
        return len(possibly) > len(self.certainly_there)

    @classmethod
    def read_terms(cls, holdings):
        super().read_terms(holdings)
        lay_down_posts_and_forums(holdings)

    @classmethod
    def read_vacancies(cls, holdings):
        read_vacancies_of([each for each in holdings if each.has_vacancies])

    @property
    def may_hold_already(self) -> list[Holder]:
        those = [each for each in self.members + self.by_post if each.is_openly_perhaps(self.day)]
        return sorted(those, key=first_known)


def read_vacancies_of(seats: list[HeldSeat]) -> None:
    """Give each of `seats` its vacancies and those of the post that it goes with."""
    posts = [each.post_id for each in seats if each.post_id is not None]
    found = vacancies_by_key({SeatVacancy: [each.id for each in seats], PostVacancy: posts})
    for each in seats:
        each.vacancies = found[SeatVacancy][each.id]
        each.post_vacancies = found[PostVacancy][each.post_id]


def closure_of_for(seat: HeldSeat) -> str:
    """The closure of the organisation that a seat speaks for, if that was before its day: "closed
    March 2020", "closed by 2020", "was to close in March 2020"; "" if it was not."""
    date, known_to, is_on = seat.for_end_date, seat.for_end_precision, seat.for_end_qualifier
    if seat.for_latest_end is None or seat.for_latest_end >= seat.day:
        return ""
    if date is None or known_to is None or is_on is None:
        return ""  # which no organisation that is over has
    ends = When(date, known_to, is_on)
    if seat.for_end_foreseen:
        return f"was to close {ends.in_a_sentence()}"
    return f"closed {ends.in_words()}"


def lay_down_posts_and_forums(seats: Iterable[HeldSeat]) -> None:
    """Give each of `seats` what was laid down on its day of the post that it goes with, and the
    status and place that its forum had."""
    seats = list(seats)
    changed = [(each, each.post_id) for each in seats if each.post_id and each.post_has_terms]
    found = terms_by_key(PostTerms, [post for _, post in changed])
    for each, post in changed:
        then = laid_down_on(found[post], each.day)
        each.post_title = then.get("title", each.post_title)
        each.post_max_holders = then.get("max_holders", each.post_max_holders)
    of_changed = [each for each in seats if each.forum_has_changed]
    states = terms_by_key(ForumState, {each.forum_id for each in of_changed})
    for each in of_changed:
        then = laid_down_on(states[each.forum_id], each.day)
        each.forum_status = then.get("status", each.forum_status)
        each.place_name = then.get("place", each.place_name)


def seats_with_holders(seats: QuerySet, day: datetime.date) -> list[HeldSeat]:
    """`seats` with everybody recorded for them, in two queries and in the order given.

    Whoever holds the post that a seat goes with is among them, for as long as they fill it by
    holding that (see `forums.ex_officio`).
    """
    return _seats_of_rows(_rows(seats), day)


def held_seats_of(forum: Forum, day: datetime.date) -> list[HeldSeat]:
    """The seats of `forum`, as `seats_with_holders` gives them."""
    return _seats_of_rows(_rows_of(forum.pk), day)


def held_seats_among(keys: Iterable[int], day: datetime.date) -> list[HeldSeat]:
    """The seats of those keys, as `seats_with_holders` gives them."""
    keys = tuple(keys)
    return _seats_of_rows(_rows_among(keys), day) if keys else []


@prepared
def _rows_among(keys: tuple[int, ...]) -> QuerySet:
    return _rows(Seat.objects.filter(pk__in=keys))


def held_seats_that_go_with(
    posts: Iterable[int], seats: Iterable[int], day: datetime.date
) -> list[HeldSeat]:
    """The seats that are filled by holding one of `posts` or of `seats`, as `seats_with_holders`
    gives them."""
    return _seats_of_rows(_rows_that_go_with(tuple(posts), tuple(seats)), day)


@prepared
def _rows_that_go_with(posts: tuple[int, ...], seats: tuple[int, ...]) -> QuerySet:
    return _rows(Seat.objects.filter(goes_with(posts, seats)))


def goes_with(posts: Iterable[int], seats: Iterable[int]) -> Q:
    """A condition on seats: they are filled by holding one of `posts` or of `seats`."""
    sources = ExOfficioSource.objects.filter(Q(post__in=posts) | Q(other_seat__in=seats))
    return Q(ex_officio_post__in=posts) | Q(pk__in=sources.values("seat"))


@prepared
def _rows_of(forum: int) -> QuerySet:
    return _rows(Seat.objects.filter(forum=forum))


def _rows(seats: QuerySet) -> QuerySet:
    return seats.values(
        "id",
        "title",
        "role",
        "category",
        "requirement",
        "number",
        "voting",
        "counts_to_quoracy",
        "may_be_deputised",
        "independent",
        "forum_id",
        *PERIOD,
        *EVIDENCE,
        forum_slug=F("forum__slug"),
        forum_name=F("forum__name"),
        forum_status=F("forum__status"),
        forum_has_changed=has_terms(ForumState, "forum_id"),
        has_terms=has_terms(SeatTerms),
        post_has_terms=has_terms(PostTerms, "ex_officio_post"),
        has_further_sources=Exists(ExOfficioSource.objects.filter(seat=OuterRef("pk"))),
        has_vacancies=has_vacancies(SeatVacancy, "pk")
        | has_vacancies(PostVacancy, "ex_officio_post"),
        place_name=F("forum__place__name"),
        for_latest_end=F("on_behalf_of__latest_end"),
        for_end_date=F("on_behalf_of__end_date"),
        for_end_precision=F("on_behalf_of__end_precision"),
        for_end_qualifier=F("on_behalf_of__end_qualifier"),
        for_end_foreseen=Case(
            CaseWhen(foreseen("end", "on_behalf_of__"), then=True),
            default=False,
            output_field=BooleanField(),
        ),
        for_id=F("on_behalf_of_id"),
        for_slug=F("on_behalf_of__slug"),
        for_name=F("on_behalf_of__name"),
        post_id=F("ex_officio_post_id"),
        post_title=F("ex_officio_post__title"),
        post_max_holders=F("ex_officio_post__max_holders"),
        post_organisation_name=F("ex_officio_post__organisation__name"),
        post_organisation_slug=F("ex_officio_post__organisation__slug"),
        post_organisation_id=F("ex_officio_post__organisation"),
        **PeriodRow.columns("owner", "forum__"),
        **PeriodRow.columns("post", "ex_officio_post__"),
        **PeriodRow.columns("post_organisation", "ex_officio_post__organisation__"),
        **document_columns(),
        **holder_columns(
            "memberships__",
            for_id="on_behalf_of_id",
            for_slug="on_behalf_of__slug",
            for_name="on_behalf_of__name",
            independent="independent",
        ),
    )


def _seats_of_rows(rows: QuerySet, day: datetime.date) -> list[HeldSeat]:
    seats = gather(rows, HeldSeat, day)
    read_further_sources(seats, day)
    posts = {seat.post_id for seat in seats if seat.post_id is not None}
    by_post = _post_holders(posts, day) if posts else {}
    for seat in seats:
        if seat.post_id is not None or seat.further_sources:
            seat.add_post_holders(by_post.get(seat.post_id, []))
    return seats


def _post_holders(posts: set[int], day: datetime.date) -> dict[int, list[Holder]]:
    """Everybody recorded for each of `posts`, as holders of the seats that go with them.

    A post that is over takes with it whoever the register still has in it.
    """
    holders: defaultdict[int, list[Holder]] = defaultdict(list)
    for row in _appointments_to(tuple(sorted(posts)), day):
        holder = take_holder(row)
        assert holder is not None
        holder.ex_officio = f"{row['post_words']}, {row['organisation_name']}"
        holder.for_id = row["organisation_id"]
        holder.for_slug, holder.for_name = row["organisation_slug"], row["organisation_name"]
        holders[row["post_id"]].append(holder)
    for each in holders.values():
        each.sort(key=in_turn)
    read_joint(chain.from_iterable(holders.values()), day)
    return holders


@prepared
def _appointments_to(posts: tuple[int, ...], day: datetime.date) -> QuerySet:
    still = not_over(day, "post", "post__organisation") | Q(latest_end__lt=NO_LATEST)
    return (
        Appointment.objects.filter(still, post__in=posts)
        .order_by()
        .values(
            "post_id",
            post_words=laid_down(PostTerms, "title", day, "post_id"),
            organisation_id=F("post__organisation"),
            organisation_slug=F("post__organisation__slug"),
            organisation_name=F("post__organisation__name"),
            **holder_columns("", joint="joint"),
        )
    )
