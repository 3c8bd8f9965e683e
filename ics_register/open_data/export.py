"""Reads the register as at a day into a SQLite file, from which the other formats are written.

No two formats can disagree, and no more than a few thousand records are in memory at once.
"""

import contextlib
import datetime
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from django.db import connections, models, transaction
from django.db.models import F

from forums.models import (
    EscalationStep,
    ExOfficioSource,
    Forum,
    ForumName,
    ForumState,
    MemberOrganisation,
    ReportingLine,
    Seat,
    SeatTerms,
    Succession,
    TermsOfReference,
    TermsReview,
)
from forums.seat_holders import HeldSeat, seats_with_holders
from ics_register.open_data.identifiers import Addresses, ex_officio_by, membership_anchor
from ics_register.open_data.metadata import Wanted, about
from ics_register.open_data.rules_in_words import (
    note_name,
    put_in_words,
    seats_asked_for,
    seats_to_name,
)
from ics_register.open_data.schema import SCHEMA, fields
from ics_register.open_data.tables import BY_NAME, TABLES
from organisations.models import (
    Figure,
    Organisation,
    OrganisationName,
    Place,
    Post,
    PostTerms,
    Rating,
    Relationship,
    Statement,
)
from organisations.successions import SuccessionKind
from people.holder_rows import Holder
from people.identity import may_be_named
from people.models import Distinction, Person, PersonName
from people.post_holders import HeldPost, Holding, posts_with_holders
from records.models import Document
from records.periods import Period, both, possible

AT_ONCE = 2_000
PARTS_OF_TERMS = (("escalation_steps", EscalationStep), ("terms_reviews", TermsReview))


class FourDays(Period):
    """The four days of a record, of which nothing else was read."""

    def __init__(self, *days: Any):
        self.earliest_start, self.latest_start, self.earliest_end, self.latest_end = days


# What a forum has of its own on a day, as a row names it.
STATE = ("status", "host_slug", "place_slug")
# A row before it is written: the name of its table, and what was read of the record.
Found = tuple[str, dict]


@contextlib.contextmanager
def one_moment() -> Iterator[None]:
    """Read everything inside as of one moment, whatever others write meanwhile, without blocking
    them."""
    connection = connections[Organisation.objects.db]
    if connection.in_atomic_block:
        yield
        return
    if connection.vendor == "postgresql":
        with transaction.atomic(using=connection.alias):
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    connection.ensure_connection()
    usual, connection.transaction_mode = connection.transaction_mode, "DEFERRED"
    try:
        with transaction.atomic(using=connection.alias):
            yield
    finally:
        connection.transaction_mode = usual


# Called with the name of what is being read, and the share of it from 0 to 1.
Progress = Callable[[str, float], None]


def unwatched(doing: str, share: float) -> None:
    """Report nothing."""


def gather(wanted: Wanted, file: Path, progress: Progress = unwatched) -> None:
    """Write the records that are asked for into a new SQLite file."""
    with contextlib.closing(sqlite3.connect(file)) as database:
        # Nobody reads the file yet, so it needs no journal. Rows may come before rows that they
        # refer to.
        database.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {SCHEMA}")
        database.executemany("INSERT INTO about VALUES (?, ?)", about(wanted))
        database.executemany("INSERT INTO fields VALUES (?, ?, ?, ?, ?)", fields())
        # Close the generator if the file has no room, so that no query is left open.
        with one_moment(), contextlib.closing(_Gathering(wanted, progress).found()) as found:
            for name, rows in _batches(found, wanted.addresses):
                marks = ", ".join("?" * len(BY_NAME[name].columns))
                database.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)
        database.commit()


def _batches(found: Iterable[Found], addresses: Addresses) -> Iterator[tuple[str, list[list]]]:
    waiting: dict[str, list[list]] = {table.name: [] for table in TABLES}
    for name, raw in found:
        rows = waiting[name]
        rows.append(BY_NAME[name].row(raw, addresses))
        if len(rows) >= AT_ONCE:
            yield name, rows
            waiting[name] = []
    yield from waiting.items()


def vacancies_to_include(
    holding: Holding, of_it: bool | None, *, everything: bool
) -> Iterator[dict]:
    """The vacancies to include of what may have been there. A vacancy that somebody ended by coming
    is not in force."""
    for vacancy in holding.vacancies:
        in_force = both(holding.is_vacant_by(vacancy), of_it)
        if everything or in_force is not False:
            yield {**vars(vacancy), "in_force": in_force}


def by_key(key: str, rows: Iterable[dict]) -> defaultdict[int, list[dict]]:
    found = defaultdict(list)
    for raw in rows:
        found[raw[key]].append(raw)
    return found


def states_on(day: datetime.date) -> dict[str, dict]:
    """The status, host and place on a day of each forum that has changed since, by its slug."""
    not_over = ForumState.objects.filter(latest_end__gte=day)
    columns = "forum__slug", "status", "host__slug", "place__slug"
    # The first to end counts, and is read last.
    rows = not_over.order_by("-latest_end").values_list(*columns)
    return {forum: dict(zip(STATE, state, strict=True)) for forum, *state in rows}


def terms_told(table: str, terms: Iterable[dict], everything: bool) -> list[Found]:
    """The earlier terms of a post or seat that may hold on the day, or all."""
    return [(table, raw) for raw in terms if everything or raw["in_force"] is not False]


def parts_by(day: datetime.date, model: type[models.Model]) -> models.QuerySet:
    """What belongs to terms of reference; of reviews, those that may have been by the day."""
    by_then = {"reviewed_on__lte": day} if model is TermsReview else {}
    return model._default_manager.filter(**by_then)


def _sources_told(
    rows: Iterable[dict], everything: bool, seats: set[int], posts: set[int]
) -> defaultdict[int, list[Found]]:
    """What else each seat goes with, on the day or at any time. It adds to the `seats` and `posts`
    to include, to which others refer."""
    by_seat = defaultdict(list)
    for table, raw in terms_told("ex_officio_sources", rows, everything):
        by_seat[raw["seat_id"]].append((table, raw))
        seats.add(raw["other_seat_id"])
        posts.add(raw["post_id"])
    return by_seat


class _Gathering:
    """Reads the records once, and notes which other records they refer to."""

    def __init__(self, wanted: Wanted, progress: Progress):
        self.progress = progress
        # Most of what is read are seats and posts with their holders.
        self.read, self.to_read = 0, sum(model.objects.count() for model in (Seat, Post))
        self.day = wanted.day
        self.everything = wanted.everything
        # By slug, or by key where there is none. These sets are small even for all of England.
        self.organisations_in_force = _holding(Organisation.objects.all(), self.day)
        self.forums_in_force = _holding(Forum.objects.all(), self.day)
        # Records that are included because an included record refers to them.
        self.organisations = set(self.organisations_in_force)
        self.forums = set(self.forums_in_force)
        self.referred_posts: set[int] = set()
        self.referred_appointments: set[int] = set()

    def found(self) -> Iterator[Found]:
        """All rows. Rows that refer to others come first."""
        yield from self.seats()
        yield from self.posts()
        yield from self.between_forums()
        yield from self.terms_of_reference()
        yield from self.named("forums", Forum, self.forums, states_on(self.day))
        yield from self.relationships()
        yield from self.named("organisations", Organisation, self.organisations, {})
        yield from self.facts()
        for table, records in people_to_include():
            yield from self._each(table, records)
        for table, model in (("documents", Document), ("places", Place)):
            yield from self._each(table, model.objects.all())

    # Seats and posts, and who holds them

    def _in_parts(self, model: type[models.Model]) -> Iterator[models.QuerySet]:
        keys = list(model.objects.order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(keys), AT_ONCE):
            part = keys[start : start + AT_ONCE]
            self.progress(model._meta.verbose_name_plural, self.read / self.to_read)
            self.read += len(part)
            yield model.objects.filter(pk__gte=part[0], pk__lte=part[-1]).order_by("pk")

    def seats(self) -> Iterator[Found]:
        ruled = TermsOfReference.objects.all()
        ruled = ruled if self.everything else ruled.possibly(self.day)
        asked_for, self.named_seats = seats_asked_for(ruled), seats_to_name(ruled)
        rows = self._read("ex_officio_sources", ExOfficioSource.objects.all())
        sources = _sources_told(rows, self.everything, asked_for, self.referred_posts)
        terms = by_key("seat_id", self._read("seat_terms", SeatTerms.objects.all()))
        for part in self._in_parts(Seat):
            for seat in seats_with_holders(part, self.day):
                note_name(seat, self.day, asked_for, self.named_seats)
                in_force = seat.together.holds(self.day)
                holders = self._holders_to_include(seat, seat.untold)
                if self.everything or in_force is not False or holders or seat.id in asked_for:
                    yield "seats", self._seat(seat, in_force)
                    for vacancy in vacancies_to_include(seat, in_force, everything=self.everything):
                        yield (
                            "seat_vacancies",
                            {**vacancy, "seat_id": seat.id, "seat_forum_slug": seat.forum_slug},
                        )
                    yield from terms_told("seat_terms", terms[seat.id], self.everything)
                    yield from sources[seat.id]
                    for holder in holders:
                        yield "memberships", self._membership(seat, holder)

    def _holders_to_include(self, holding: Holding, untold: Iterable[Holder] = ()) -> list[Holder]:
        """The holders to include of a post or seat: those of the day, or everybody."""
        if self.everything:
            return [*holding.recorded, *untold]
        return [each for each in holding.recorded if holding.is_held_by(each) is not False]

    def _seat(self, seat: HeldSeat, in_force: bool | None) -> dict:
        self.forums.add(seat.forum_slug)
        self.organisations.add(seat.for_slug)
        self.referred_posts.add(seat.post_id)
        return {
            **vars(seat),
            "in_force": in_force,
            "unfilled": seat.unfilled,
            "vacant": seat.vacant,
            "perhaps_vacant": seat.number_perhaps_vacant,
            "on_behalf_of_slug": seat.for_slug,
            "ex_officio_post_id": seat.post_id,
            "ex_officio_post_organisation_slug": seat.post_organisation_slug,
        }

    def _membership(self, seat: HeldSeat, holder: Holder) -> dict:
        self.organisations.add(holder.for_slug)
        if holder.ex_officio and not holder.by_membership:
            self.referred_appointments.add(holder.id)
        return {
            **vars(holder),
            "in_force": seat.is_held_by(holder),
            "anchor": membership_anchor(seat.id, holder),
            "forum_slug": seat.forum_slug,
            "seat_id": seat.id,
            "seat_forum_slug": seat.forum_slug,
            "speaks_for_slug": holder.for_slug or seat.for_slug,
            "by_appointment": holder.id,
            **ex_officio_by(seat, holder),
            "independent": seat.speaks_for_nobody(holder),
        }

    def posts(self) -> Iterator[Found]:
        terms = by_key("post_id", self._read("post_terms", PostTerms.objects.all()))
        for part in self._in_parts(Post):
            for post in posts_with_holders(part, self.day):
                organisation = post.organisation_slug
                in_force = post.together.holds(self.day)
                included = {holder.id for holder in self._holders_to_include(post)}
                included |= self.referred_appointments
                holders = [holder for holder in post.recorded if holder.id in included]
                wanted = self.everything or in_force is not False
                if wanted or holders or post.id in self.referred_posts:
                    self.organisations.add(organisation)
                    own = {"post_id": post.id, "post_organisation_slug": organisation}
                    yield "posts", {**vars(post), "in_force": in_force}
                    for vacancy in vacancies_to_include(post, in_force, everything=self.everything):
                        yield "post_vacancies", {**vacancy, **own}
                    yield from terms_told("post_terms", terms[post.id], self.everything)
                    for holder in holders:
                        yield "appointments", self._appointment(post, holder)

    def _appointment(self, post: HeldPost, holder: Holder) -> dict:
        return {
            **vars(holder),
            # It tells which other appointments are of the same person.
            "joint": "" if holder.withheld else holder.joint,
            "in_force": post.is_held_by(holder),
            "organisation_slug": post.organisation_slug,
            "post_id": post.id,
            "post_organisation_slug": post.organisation_slug,
        }

    # Everything else, one query for each kind

    def _read(self, table: str, records: models.QuerySet) -> Iterator[dict]:
        """The values that the columns of a table need, for each record."""
        needs = dict(BY_NAME[table].needs)
        same = [key for key, lookup in needs.items() if key == lookup]
        other = {key: F(lookup) for key, lookup in needs.items() if key != lookup}
        found = records.order_by("pk").values(*same, **other)
        for raw in found.iterator(chunk_size=AT_ONCE):
            if "latest_start" in raw:
                raw["in_force"] = FourDays(*map(raw.get, Period.FOUR_DAYS)).holds(self.day)
            yield raw

    def _each(self, table: str, records: models.QuerySet) -> Iterator[Found]:
        for raw in self._read(table, records):
            yield table, raw

    def _of_forums(self, table: str, model: type[models.Model]) -> Iterator[dict]:
        """What belongs to forums and is to be included, with them."""
        for raw in self._read(table, model._default_manager.all()):
            held = self.forums_in_force.get(raw["forum_slug"], False)
            raw["in_force"] = both(raw["in_force"], held)
            if self.everything or raw["in_force"] is not False:
                self.forums.add(raw["forum_slug"])
                yield raw

    def between_forums(self) -> Iterator[Found]:
        for raw in self._read("reporting_lines", ReportingLine.objects.all()):
            held = self.forums_in_force.get(raw["from_forum_slug"], False)
            raw["in_force"] = both(raw["in_force"], held)
            if self.everything or raw["in_force"] is not False:
                self.forums.update((raw["from_forum_slug"], raw["to_forum_slug"]))
                self.organisations.add(raw["to_organisation_slug"])
                yield "reporting_lines", raw
        planned = _planned_by(self.day, Succession)
        for raw in self._read("successions", Succession.objects.all()):
            ends = {raw["from_forum_slug"], raw["to_forum_slug"]}
            told = raw["in_force"] is not False or raw["id"] in planned
            if self.everything or (told and ends & self.forums_in_force.keys()):
                self.forums |= ends
                yield "successions", raw
        for raw in self._of_forums("forum_states", ForumState):
            self.organisations.add(raw["host_slug"])
            yield "forum_states", raw
        for raw in self._of_forums("member_organisations", MemberOrganisation):
            self.organisations.add(raw["organisation_slug"])
            yield "member_organisations", raw

    def terms_of_reference(self) -> Iterator[Found]:
        """Terms of reference with their steps and reviews."""
        included, called = set(), dict[int, tuple[str, str]]()
        for raw in self._of_forums("terms_of_reference", TermsOfReference):
            included.add(raw["id"])
            self.forums.add(raw["approved_by_forum_slug"])
            self.organisations.add(raw["approved_by_organisation_slug"])
            self.organisations |= put_in_words(raw, self.named_seats, called)
            yield "terms_of_reference", raw
        for table, model in PARTS_OF_TERMS:
            parts = model.objects.all() if self.everything else parts_by(self.day, model)
            found = self._read(table, parts)
            yield from ((table, raw) for raw in found if raw["terms_id"] in included)

    def relationships(self) -> Iterator[Found]:
        """Relationships of organisations that may hold on the day, or held before it: a successor
        stays one for good. Successions are there as plans, too."""
        records = Relationship.objects.all()
        if not self.everything:
            planned = _planned_by(self.day, Relationship)
            records = (
                records.possibly(self.day)
                | records.ended_before(self.day)
                | records.filter(pk__in=planned)
            )
        for raw in self._read("relationships", records):
            ends = {raw["from_organisation_slug"], raw["to_organisation_slug"]}
            if self.everything or ends & self.organisations:
                self.organisations |= ends
                yield "relationships", raw

    def named(self, table: str, model, slugs: set[str], then: dict) -> Iterator[Found]:
        """Forums or organisations in force, and those that another record refers to."""
        for raw in self._read(table, model.objects.all()):
            if self.everything or raw["slug"] in slugs:
                raw |= then.get(raw["slug"], {})
                slugs.add(raw["slug"])
                self.organisations.add(raw.get("host_slug"))
                yield table, raw

    def facts(self) -> Iterator[Found]:
        """Facts about forums and organisations.

        Their other names are included whatever the day, with their periods: a reader may search for
        any of them.
        """
        for table, records in (
            ("organisation_names", OrganisationName.objects.all()),
            ("statements", stated_by(self.day, Statement, everything=self.everything)),
            ("ratings", stated_by(self.day, Rating, everything=self.everything)),
            ("figures", stated_by(self.day, Figure, everything=self.everything)),
        ):
            held = self.organisations_in_force
            yield from self._owned(table, records, "organisation_slug", self.organisations, held)
        names, held = ForumName.objects.all(), self.forums_in_force
        yield from self._owned("forum_names", names, "forum_slug", self.forums, held)

    def _owned(
        self, table: str, records: models.QuerySet, owner: str, slugs: set[str], held: dict
    ) -> Iterator[Found]:
        for raw in self._read(table, records):
            if raw[owner] in slugs:
                if "in_force" in raw:
                    raw["in_force"] = both(raw["in_force"], held.get(raw[owner], False))
                yield table, raw


def stated_by(
    day: datetime.date, model: type[models.Model], *, everything: bool
) -> models.QuerySet:
    """The records of which a source speaks by the day, or all."""
    return model.objects.all() if everything else model.objects.stated_by(day)


def people_to_include() -> Iterator[tuple[str, models.QuerySet]]:
    """People whom the public may find, whatever the day."""
    yield "people", Person.objects.filter(may_be_named(""))
    yield "person_names", PersonName.objects.filter(may_be_named("person"))
    yield "distinctions", Distinction.objects.filter(may_be_named("person", "other"))


def _holding(records: Any, day: datetime.date) -> dict[str, bool | None]:
    """Whether each of `records` that may be in force on the day certainly is, by slug."""
    possibly = dict.fromkeys(_slugs(records.possibly(day)))
    return possibly | dict.fromkeys(_slugs(records.certainly(day)), True)


def _planned_by(day: datetime.date, model: type[Succession] | type[Relationship]) -> set[int]:
    """The keys of the successions that had not come by the day, and were planned by then."""
    to_come = model.objects.filter(kind__in=SuccessionKind.values).exclude(possible(day))
    documents = to_come.select_related("document", "given_up_document")
    return {each.pk for each in documents.iterator(chunk_size=AT_ONCE) if each.stands(day)}


def _slugs(records: models.QuerySet) -> set[str]:
    return set(records.order_by().values_list("slug", flat=True).iterator())
