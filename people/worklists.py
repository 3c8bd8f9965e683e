"""Worklists about people, and about the holders of posts.

What is said here of appointments to posts is said of memberships by seats in forums/worklists.py,
which adds its parts to these lists.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from editing.worklists import (
    Part,
    Row,
    at_end,
    at_start,
    number_of_days,
    over,
    worklist,
)
from organisations.models import HEAD_KINDS, Organisation, Post
from people.identity import tenure_models
from people.models import Appointment, Basis, Distinction, Person, PersonName, Tenure
from people.personal_names import in_any_order, parts_of, parts_of_person
from people.post_holders import Holding, Standing, posts_with_holders, with_standing
from records.evidence import year_before
from records.names import fold
from records.periods import date_in_words, not_over

# How long before the end of a term there is time to reappoint or to replace somebody.
NOTICE = datetime.timedelta(days=90)

CHAIRS_VACANT = worklist(
    "chairs-vacant",
    order=1,
    title="Chairs vacant",
    finds="Forums in force whose chair’s seat is vacant, and organisations whose post of chair or "
    "leader is. Without a chair a forum may be unable to meet or decide.",
    emptied="Appoint somebody, substantively or for the interim; or, if the sources do not say "
    "who it is, say so on the seat or post.",
    apart="Not recorded",
    why_apart="Nobody knows from the sources who chairs these, or whether anybody does. They are "
    "not vacant as far as is known, and are not counted.",
)
TERMS_ENDING = worklist(
    "terms-ending",
    order=3,
    title="Terms ending in 90 days",
    finds="Holders of posts and members of forums whose term ends today or in the next 90 days, "
    "and for whom no end is recorded. There is still time to reappoint or replace them.",
    emptied="Reappoint them, replace them, or record their end.",
)
PAST_TERM = worklist(
    "past-term",
    order=4,
    title="Serving past term",
    finds="Holders and members whose term was due to end before today, and for whom neither an "
    "end nor another term is recorded. Either they have left, or they act without a term.",
    emptied="Reappoint them, replace them, or record their end.",
)
NOT_CONFIRMED = worklist(
    "not-confirmed",
    order=5,
    title="Not confirmed for a year",
    finds="Holders and members in force whom nobody has held against a source for more than a "
    "year. Past members stay listed because nobody looked.",
    emptied="Reconfirm a whole forum or organisation against one document, or each by itself; "
    "or record that somebody has left.",
)
CLOSED = worklist(
    "held-by-the-closed",
    order=6,
    title="Holders and seats of what has closed",
    finds="Holders, members, seats and member organisations that are still open although their "
    "organisation has closed, or the post, seat or forum that they go with has come to an end.",
    emptied="End them, or move the seat to the organisation that came after.",
)
HELD_TWICE = worklist(
    "held-twice",
    order=11,
    title="Posts held twice",
    finds="Posts and seats that more people certainly hold today than there is room for, not "
    "counting who is acting. A handover known only to the month or the year is no fault: of "
    "neither holder is it then certain that they hold it on one day.",
    emptied="End the record of whoever has left, or record who covers as acting.",
)
SAME_PERSON = worklist(
    "same-person",
    order=12,
    title="People who may be the same person",
    finds="Two records of people of one name, or whose names are those of one person: an "
    "initial, a short form, another name. What one person holds would stand in two places.",
    emptied="Merge the two records; or record that they are two people, with the source that "
    "shows it.",
    apart="Of one family name and initial",
    why_apart="These share a family name and an initial and have different given names. Most are "
    "two people. They are not counted.",
    counts_apart=False,
)


def named(record) -> str:
    """How a step on `record` is worded in the row of another: the step, and on what."""
    return "{}: " + str(record).replace("{", "").replace("}", "")


# What stands of a post or a seat


def vacancy_in_words(holding: Holding) -> str:
    """Why nobody holds it, as far as is known, and who is to come."""
    if holding.former:
        last = holding.former[0]
        why = f"Vacant: the last known holder, {last.person_to_staff}, left {at_end(last)}."
    else:
        why = "Vacant: nobody is recorded as ever having held it."
        if holding.quotation:
            why += f" {holding.document_title}, {holding.locator}: “{holding.quotation}”."
    coming = [
        f" {to_come.person_to_staff} begins {at_start(to_come)}." for to_come in holding.to_come[:1]
    ]
    return why + "".join(coming)


def silence_in_words(holding: Holding) -> str:
    """Why it is not known who holds it."""
    for holder in holding.may_hold_already:
        if holder.start_date is None:
            return (
                f"Not recorded: {holder.person_to_staff} left {at_end(holder)}, and it is not "
                "known when they began."
            )
        return (
            f"Not recorded: {holder.person_to_staff} is known to have held it "
            f"{holder.start_in_words()}, and may hold it already."
        )
    return "Not recorded: the sources name it, and do not say who holds it."


def in_words(holding: Holding) -> str:
    if holding.standing == Standing.NOT_RECORDED:
        return silence_in_words(holding)
    return vacancy_in_words(holding)


@CHAIRS_VACANT.part
class HeadPosts(Part):
    model = Post
    searched = ("title", "organisation__folded", "organisation__names__folded")
    narrowed_by = {"place": ("organisation__place",)}

    def of_standing(self, standing: Standing) -> QuerySet:
        posts = Post.objects.as_at(self.day).filter(
            kind__in=HEAD_KINDS, organisation__in=Organisation.objects.as_at(self.day)
        )
        found = with_standing(posts, self.day).filter(standing=standing)
        return self.narrowed(found.select_related("organisation")).order_by(
            "organisation__folded", "folded", "pk"
        )

    def found(self):
        return self.of_standing(Standing.VACANT)

    def apart(self):
        return self.of_standing(Standing.NOT_RECORDED)

    def rows(self, records):
        posts = Post.objects.filter(pk__in=[post.pk for post in records])
        held = {post.id: post for post in posts_with_holders(posts, self.day)}
        return [
            Row(
                record=post,
                name=self.link(post, post.title),
                where=(self.link(post.organisation),),
                reason=in_words(held[post.pk]),
                ways=tuple(self.steps(post, "appoint", "abolish")),
            )
            for post in records
        ]


# Holders, one by one. Each kind of tenure says how it is reached; each list, which it chooses.


class Tenures(Part):
    """Those who hold something that is still there, on the day."""

    def in_force(self) -> QuerySet:
        raise NotImplementedError

    def choose(self, tenures: QuerySet) -> QuerySet:
        raise NotImplementedError

    def reason(self, tenure: Tenure) -> str:
        raise NotImplementedError

    def ways(self, tenure: Tenure) -> list:
        raise NotImplementedError

    def found(self):
        return self.narrowed(self.choose(self.in_force()))

    def row(self, tenure):
        held = tenure.held
        owner = getattr(held, held.owner_field)
        return Row(
            record=tenure,
            name=self.link(tenure, str(tenure.person)),
            where=(self.link(held, held.title), self.link(owner)),
            reason=self.reason(tenure),
            ways=tuple(self.ways(tenure)),
        )


class Appointments(Tenures):
    model = Appointment
    searched = ("person__folded", "post__title", "post__organisation__folded")
    narrowed_by = {"place": ("post__organisation__place",)}

    def in_force(self):
        return (
            Appointment.objects.as_at(self.day)
            .filter(not_over(self.day, "post", "post__organisation"))
            .select_related("person", "post__organisation")
            .order_by("post__organisation__folded", "post__folded", "pk")
        )


class TermEnding:
    """Whose term is about to end."""

    def choose(self, tenures):
        return tenures.filter(
            end_date=None, term_ends__range=(self.day, self.day + NOTICE)
        ).order_by("term_ends", "pk")

    def reason(self, tenure):
        left = (tenure.term_ends - self.day).days
        when = f"in {number_of_days(left)}" if left else "today"
        return f"The term ends on {date_in_words(tenure.term_ends)}, {when}."

    def ways(self, tenure):
        return [*self.steps(tenure, "reappoint", "end"), *replacing(self, tenure)]


class PastTerm:
    """Whose term is over and who still serves."""

    def choose(self, tenures):
        return tenures.filter(end_date=None, term_ends__lt=self.day).order_by("term_ends", "pk")

    def reason(self, tenure):
        past = (self.day - tenure.term_ends).days
        return (
            f"The term ended on {date_in_words(tenure.term_ends)}, {number_of_days(past)} ago, "
            "and no end or further term is recorded."
        )

    def ways(self, tenure):
        return [*self.steps(tenure, "reappoint", "end"), *replacing(self, tenure)]


def replacing(part: Part, tenure: Tenure) -> list:
    return part.steps(tenure.held, "replace")


@TERMS_ENDING.part
class AppointmentsTermEnding(TermEnding, Appointments):
    pass


@PAST_TERM.part
class AppointmentsPastTerm(PastTerm, Appointments):
    pass


def stale(day: datetime.date) -> Q:
    """A condition that agrees with `Evidence.is_stale`."""
    limit = year_before(day)
    return (
        Q(confirmed_on=None)
        | Q(confirmed_precision="day", confirmed_on__lt=limit)
        | Q(confirmed_precision="month", confirmed_on__lt=limit.replace(day=1))
        | Q(confirmed_precision="year", confirmed_on__lt=limit.replace(month=1, day=1))
    )


class NotConfirmed:
    """Whom nobody has held against a source for a year."""

    def choose(self, tenures):
        return tenures.filter(stale(self.day))

    def reason(self, tenure):
        if tenure.confirmed_on is None:
            return "No day is recorded on which this was held against a source."
        return f"Last held against a source {tenure.confirmed_in_words()}, more than a year ago."

    def ways(self, tenure):
        return self.steps(tenure, "reconfirm", "end")

    def row(self, tenure):
        row = super().row(tenure)
        owner = getattr(tenure.held, tenure.held.owner_field)
        return Row(
            record=row.record,
            name=row.name,
            where=row.where[:1],
            reason=row.reason,
            ways=row.ways,
            group=self.link(owner),
            group_ways=tuple(
                self.steps(owner, "reconfirm", worded=f"{{}} the whole {owner._meta.verbose_name}")
            ),
        )


@NOT_CONFIRMED.part
class AppointmentsNotConfirmed(NotConfirmed, Appointments):
    pass


# What has closed


@CLOSED.part
class AppointmentsOfTheClosed(Appointments):
    def found(self):
        return self.narrowed(
            Appointment.objects.as_at(self.day)
            .filter(over(self.day, "post", "post__organisation"))
            .select_related("person", "post__organisation")
            .order_by("post__organisation__folded", "post__folded", "pk")
        )

    def reason(self, appointment):
        post = appointment.post
        if post.has_ended(self.day):
            return f"The post ended {at_end(post)}, and this appointment goes on after it."
        return (
            f"{post.organisation} closed {at_end(post.organisation)}, and this appointment goes "
            "on after it."
        )

    def ways(self, appointment):
        return self.steps(appointment, "end")


@CLOSED.part
class PostsOfTheClosed(Part):
    """Posts without a holder: one with a holder is listed by the appointment."""

    model = Post
    searched = HeadPosts.searched
    narrowed_by = HeadPosts.narrowed_by

    def found(self):
        held = Appointment.objects.as_at(self.day).values("post")
        return self.narrowed(
            Post.objects.as_at(self.day)
            .filter(over(self.day, "organisation"))
            .exclude(pk__in=held)
            .select_related("organisation")
            .order_by("organisation__folded", "folded", "pk")
        )

    def row(self, post):
        organisation = post.organisation
        return Row(
            record=post,
            name=self.link(post, post.title),
            where=(self.link(organisation),),
            reason=f"{organisation} closed {at_end(organisation)}, and this post goes on after it.",
            ways=tuple(self.steps(post, "abolish")),
        )


# Held twice


def certain(day: datetime.date) -> Q:
    """A condition on tenures: of these it is certain that they hold on `day`, as their own."""
    return (
        Q(certain_from__lte=day)
        & (Q(certain_to=None) | Q(certain_to__gte=day))
        & ~Q(basis=Basis.ACTING)
    )


def held_by_too_many(tenures: QuerySet, held: str, number: str, day: datetime.date) -> QuerySet:
    """The keys of what more people certainly hold on `day` than its number."""
    return (
        tenures.filter(certain(day))
        .order_by()
        .values(held)
        .annotate(holders=Count("pk"))
        .filter(holders__gt=F(f"{held}__{number}"))
        .values(held)
    )


def too_many_in_words(holders: Iterable[Tenure], room: int) -> str:
    """ "Room for 1, and 2 people hold it: Ann Lee from April 2019, Bob Day from May 2019." """
    holders = list(holders)
    told = ", ".join(f"{holder.person} from {holder.start_in_words()}" for holder in holders)
    return f"There is room for {room}, and {len(holders)} people certainly hold it: {told}."


@HELD_TWICE.part
class PostsHeldTwice(Part):
    model = Post
    searched = HeadPosts.searched
    narrowed_by = HeadPosts.narrowed_by

    def found(self):
        too_many = held_by_too_many(Appointment.objects, "post", "max_holders", self.day)
        return self.narrowed(
            Post.objects.as_at(self.day)
            .filter(not_over(self.day, "organisation"), pk__in=too_many)
            .select_related("organisation")
            .order_by("organisation__folded", "folded", "pk")
        )

    def rows(self, records):
        holders = defaultdict(list)
        for appointment in (
            Appointment.objects.filter(certain(self.day), post__in=[post.pk for post in records])
            .select_related("person", "post__organisation")
            .order_by("start_date", "pk")
        ):
            holders[appointment.post_id].append(appointment)
        return [
            Row(
                record=post,
                name=self.link(post, post.title),
                where=(self.link(post.organisation),),
                reason=too_many_in_words(holders[post.pk], post.max_holders),
                ways=ways_out_of_too_many(self, post, holders[post.pk]),
            )
            for post in records
        ]


def ways_out_of_too_many(part: Part, held, holders: Iterable[Tenure]) -> tuple:
    ends = [way for one in holders for way in part.steps(one, "end", worded=named(one.person))]
    return (*ends, *part.correcting(held, "Correct the number who may hold it"))


# People who may be the same


@dataclass(frozen=True)
class Twins:
    """Two people who may be one, by key, and why."""

    one: int
    other: int
    why: str


@dataclass(frozen=True)
class Called:
    """What somebody is called, folded for comparing."""

    key: int
    name: str  # without titles and letters
    in_any_order: str
    family: str
    first: str  # of the given names, or an initial

    @classmethod
    def by(cls, key: int, name: str, sort_name: str) -> "Called":
        parts = parts_of(name)
        folded = fold(parts.in_order)
        if sort_name != parts.family_first:
            parts = parts_of_person(name, sort_name)
        in_any_order = " ".join(sorted(folded.split()))
        return cls(key, folded, in_any_order, fold(parts.family), fold(parts.first_given))


def possible_twins(
    people: Iterable[Called],
    other_names: Iterable[tuple[int, str]] = (),
    *,
    loosely: bool = False,
) -> list[Twins]:
    """Pairs of people whose names are those of one person.

    `other_names` are further names by the person's key. `loosely` gives instead those who share
    no more than a family name and an initial.
    """
    people = list(people)
    found: dict[frozenset, Twins] = {}

    def note(one: int, other: int, why: str) -> None:
        if one != other:
            pair = frozenset((one, other))
            found.setdefault(pair, Twins(min(pair), max(pair), why))

    for alike in _alike(people, lambda called: called.name):
        for one, other in _pairs(alike):
            note(one.key, other.key, "They have the same name.")
    for alike in _alike(people, lambda called: called.in_any_order):
        for one, other in _pairs(alike):
            note(one.key, other.key, "They have the same names in another order.")
    by_name = defaultdict(set)
    for called in people:
        by_name[called.in_any_order].add(called.key)
    by_other_name = defaultdict(set)
    for key, name in other_names:
        by_other_name[in_any_order(name)].add(key)
    for name, keys in by_other_name.items():
        for key in keys:
            for other in by_name.get(name, set()):
                note(key, other, "The name of one is another name of the other.")
            for other in keys:
                note(key, other, "They share another name.")
    by_first = defaultdict(list)
    for called in people:
        if called.first:
            by_first[called.family, called.first].append(called)
    for (family, first), alike in by_first.items():
        for one, other in _pairs(alike):
            note(one.key, other.key, _why(first, first))
        # Those whose given name is the beginning of this one: looked up, since to compare each
        # with each would take long for a common family name.
        for length in range(1, len(first)):
            for one in by_first.get((family, first[:length]), ()):
                for other in alike:
                    note(one.key, other.key, _why(first[:length], first))
    if not loosely:
        return list(found.values())
    loose = []
    for alike in _alike(people, lambda called: (called.family, called.first[:1])):
        for one, other in _pairs(alike):
            pair = frozenset((one.key, other.key))
            if one.first and pair not in found:
                why = "They have the same family name and initial."
                loose.append(Twins(min(pair), max(pair), why))
    return loose


def _alike(people: list[Called], by) -> list[list[Called]]:
    groups = defaultdict(list)
    for called in people:
        groups[by(called)].append(called)
    return [group for group in groups.values() if len(group) > 1]


def _pairs(people: list[Called]) -> Iterable[tuple[Called, Called]]:
    for place, one in enumerate(people):
        for other in people[place + 1 :]:
            yield one, other


def _why(short: str, long: str) -> str:
    if len(short) == 1:
        return "They have the same family name, and one has only an initial, which fits."
    if short == long:
        return "They have the same family name and the same first given name."
    return "They have the same family name, and the given name of one begins like the other’s."


@SAME_PERSON.part
class PossibleTwins(Part):
    """Found by reading every name: no query tells."""

    model = Person
    searched = ("folded", "names__folded")
    rests_on = (Person, PersonName, Distinction)

    def pairs(self, *, loosely: bool = False) -> list[Twins]:
        people = Person.objects.filter(merged_into=None).order_by("folded_sort_name", "pk")
        called = [Called.by(*row) for row in people.values_list("pk", "name", "sort_name")]
        names = PersonName.objects.filter(person__merged_into=None).order_by("pk")
        two = {
            frozenset(pair)
            for pair in Distinction.objects.order_by().values_list("person", "other")
        }
        pairs = [
            pair
            for pair in possible_twins(called, names.values_list("person", "name"), loosely=loosely)
            if frozenset((pair.one, pair.other)) not in two
        ]
        if self.words:
            asked = set(self.narrowed(people).values_list("pk", flat=True))
            pairs = [pair for pair in pairs if pair.one in asked or pair.other in asked]
        return pairs

    def found(self):
        return self.pairs()

    def apart(self):
        return self.pairs(loosely=True)

    def rows(self, records):
        people = Person.objects.in_bulk({key for pair in records for key in (pair.one, pair.other)})
        holdings = self.holdings(people)
        rows = []
        for pair in records:
            one, other = people[pair.one], people[pair.other]
            rows.append(
                Row(
                    record=one,
                    name=self.link(one),
                    where=(self.link(other, f"and {other} ({other.slug})"),),
                    reason=f"{pair.why} {self.held(one, holdings)} {self.held(other, holdings)}",
                    ways=(
                        *self.steps(one, "merge", other=other.pk),
                        *self.adding(
                            Distinction, "They are two people", person=one.pk, other=other.pk
                        ),
                    ),
                )
            )
        return rows

    def holdings(self, people: dict) -> dict[int, list[str]]:
        """What each of `people` holds or held, by which they may be told apart."""
        held = defaultdict(list)
        for model in tenure_models():
            tenures = model.objects.filter(person__in=people)
            for tenure in tenures.select_related(*model.named_by):
                held[tenure.person_id].append(str(tenure.held))
        return held

    def held(self, person: Person, holdings) -> str:
        held = holdings[person.pk]
        if not held:
            return f"{person} ({person.slug}) is recorded for no post or seat."
        more = f" and {len(held) - 1} more" if len(held) > 1 else ""
        return f"{person} ({person.slug}): {held[0]}{more}."
