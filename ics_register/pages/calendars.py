"""Days to remember: ends of terms, who comes and goes, and reviews of terms of reference.

Each page is also a calendar to subscribe to. A day known only to the month or year is put on the
last day that it can be, and the words say how it is known.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import django_filters
from django.db.models import CharField, Exists, F, Max, Model, OuterRef, Q, QuerySet, Value
from django.http import HttpRequest
from django.urls import reverse

from forums.models import Forum, ForumKind, Membership, Seat, TermsOfReference
from forums.seat_holders import HeldSeat, held_seats_among, held_seats_of
from forums.terms_reviews import NextReview, next_review
from ics_register.pages import facts
from ics_register.pages.chairs import (
    ForumChairFilter,
    OrganisationHeadFilter,
    chairs_seats,
    heads_posts,
)
from ics_register.pages.filters import FiltersOfDay, ForumPlaceFilter
from ics_register.pages.formats import CsvTable, Here, form_of
from ics_register.pages.frame import AskedDay
from ics_register.pages.ics import CalendarEntry, CalendarSource, Days
from ics_register.pages.lists import LONG, filtered
from ics_register.pages.names_on_day import names_then
from ics_register.pages.page import public_page
from ics_register.pages.papers import called_then
from ics_register.pages.terms import forum_of_paper
from ics_register.pages.versions import next_reviews, reviews_of, terms_of, to_review_from
from organisations.models import OrganisationKind, Post
from people.holder_rows import Holder
from people.models import TERM_RUNS, Appointment
from people.post_holders import Holding, held_posts_among
from records.days import is_taken
from records.evidence import year_before
from records.foresight import Foreseeable
from records.periods import Period, Precision, Qualifier, date_in_words, last_day

# How far ahead the calendar of all forums looks, and how many chairs or reviews it holds at most.
YEARS_AHEAD = 3
MOST = 300
# With more chairs than the page can hold, it shows only what comes next.
NEXT = 20


@dataclass(frozen=True)
class FoundDay:
    """A day to remember, the record that gives it, and the forum or organisation that it is of."""

    record: tuple[type[Model], int]
    of: tuple[str, int]
    what: str  # of the record: "term-ends"
    day: datetime.date
    words: str
    source: CalendarSource
    address: str
    is_certain: bool = True
    foreseen_by: str = ""


def days_for_calendar(context: dict) -> Days:
    return context["days"]


def days_as_csv(context: dict, here: Here) -> CsvTable:
    source = ["document", "document_title", "locator"]
    columns = ["key", "day", "words", "foreseen", "about", *source]
    return CsvTable(
        columns,
        [
            {
                "key": each["key"],
                "day": each["day"],
                "words": each["words"],
                "foreseen": each["foreseen"],
                "about": each["about"],
                "document": each["source"]["document"]["id"],
                "document_title": each["source"]["document"]["title"],
                "locator": each["source"]["locator"],
            }
            for each in days_as_json(context, here)["days"]
        ]
        + ([{"words": left_out}] if (left_out := context["days"].what_is_left_out) else []),
    )


def days_as_json(context: dict, here: Here) -> dict:
    days = context["days"]
    return {
        "name": days.name,
        "all_days": days.is_whole,
        "uncertain_days_left_out": days.uncertain,
        "days": [
            {
                "key": entry.key,
                "day": entry.day.isoformat(),
                "words": entry.words,
                "foreseen": bool(entry.foreseen_by),
                "source": {
                    "document": facts.document(here, entry.source.slug, entry.source.title),
                    "locator": entry.source.place,
                },
                "about": here.request.build_absolute_uri(entry.address),
            }
            for entry in days.entries
        ],
    }


@public_page(
    as_json=days_as_json,
    as_csv=days_as_csv,
    as_calendar=days_for_calendar,
)
def forum_calendar(request: HttpRequest, asked: AskedDay, slug: str):
    forum = forum_of_paper(slug, asked.day)
    seats = held_seats_of(forum, asked.day)
    found = [*of_forum(forum, asked)]
    found += [each for seat in seats for each in of_seat(seat, asked)]
    called = called_then(forum, names_then(asked, forums=[forum.pk]))
    about = f"Terms, comings and goings and reviews of {forum.name}, from the governance register."
    certain = [each for each in found if each.is_certain]
    uncertain = len(found) - len(certain)
    days = Days(forum.name, f"{about} {called}".strip(), entries(certain), uncertain=uncertain)
    return "forums/calendar.html", {"forum": forum, "days": days, "called_then": called}


@public_page(
    # They include the parameters that narrow the terms of reference to be reviewed.
    reads=ForumChairFilter.base_filters,
    as_json=days_as_json,
    as_csv=days_as_csv,
    as_calendar=days_for_calendar,
)
def calendar(request: HttpRequest, asked: AskedDay):
    """When terms of chairs and leaders end, and when terms of reference are to be reviewed."""
    seat_filter = ForumChairFilter(request.GET, queryset=chairs_seats(asked.day), asked=asked)
    post_filter = OrganisationHeadFilter(request.GET, queryset=heads_posts(asked.day), asked=asked)
    seats = filtered(seat_filter)
    span = span_of(request, seats, asked)
    parts = [
        terms_of_chairs(seats, span, asked),
        terms_of_heads(filtered(post_filter), span, asked),
        reviews(forums_like(request, asked), span, asked),
    ]
    found = [each for some, _ in parts for each in some]
    certain = sorted((each for each in found if each.is_certain), key=in_time)
    shown = certain[: span.most if span.most < MOST else None]
    is_whole = len(shown) == len(certain) and all(whole for _, whole in parts)
    about = "When the terms of chairs and leaders end, and when terms of reference are to be "
    about += f"reviewed, up to {date_in_words(span.last)}, from the governance register."
    uncertain, named = len(found) - len(certain), entries(called_as_then(shown, asked))
    days = Days("Chairs’ terms and reviews", about, named, is_whole, uncertain)
    return "calendar.html", {"days": days, "filters": seat_filter.form, "span": span}


def called_as_then(found: list[FoundDay], asked: AskedDay) -> list[FoundDay]:
    """The days, with the name that the forum or organisation of each had on the day asked for."""
    of = {each.of for each in found}
    names = names_then(
        asked,
        organisations={key for kind, key in of if kind == "organisation"},
        forums={key for kind, key in of if kind == "forum"},
    )
    called = {(kind, key): words for kind in names for key, words in names[kind].items()}
    return [
        replace(each, words=f"{each.words} ({called[each.of]})") if each.of in called else each
        for each in found
    ]


def in_time(found: FoundDay) -> tuple[datetime.date, str]:
    return found.day, found.words


def entries(found: Iterable[FoundDay]) -> list[CalendarEntry]:
    """The days in order of time, each with when its record was last changed."""
    found = sorted((each for each in found if is_taken(each.day)), key=in_time)
    changed = last_changes(each.record for each in found)
    return [
        CalendarEntry(
            # Identify it by the record's key, which stays when a name and an address change.
            key=f"{each.record[0]._meta.model_name}-{each.record[1]}-{each.what}",
            day=each.day,
            words=each.words,
            source=each.source,
            address=each.address,
            changed=changed[each.record],
            foreseen_by=each.foreseen_by,
        )
        for each in found
    ]


def last_changes(records: Iterable[tuple[type[Model], int]]) -> dict[tuple, datetime.datetime]:
    """When each of `records` was last written, from its history, in one query."""
    by_model = defaultdict(set)
    for model, pk in records:
        by_model[model].add(pk)
    written = [
        model.history.filter(id__in=keys)
        .order_by()
        .values("id")
        .annotate(last=Max("history_date"), of=Value(model._meta.model_name, CharField()))
        .values_list("of", "id", "last")
        for model, keys in by_model.items()
    ]
    if not written:
        return {}
    first, *others = written
    models = {model._meta.model_name: model for model in by_model}
    return {
        (models[of], pk): last.astimezone(datetime.UTC).replace(microsecond=0)
        for of, pk, last in (first.union(*others, all=True) if others else first)
    }


def since(asked: AskedDay) -> datetime.date:
    """The first day of a calendar: a year back, so that days just passed are kept."""
    return year_before(asked.day)


def until(asked: AskedDay) -> datetime.date:
    """The last day of the calendar of all forums."""
    return asked.day.replace(day=1, year=asked.day.year + YEARS_AHEAD)


# One forum

EDGES = {"start": "Begins", "end": "Ends"}
# The words for an edge that a source only foresaw, on whatever day the calendar is read.
PLANNED_EDGES = {"start": "Is to begin", "end": "Is to end"}


def of_forum(forum: Forum, asked: AskedDay) -> Iterator[FoundDay]:
    terms = terms_of(forum, asked)
    reviews = reviews_of(forum, terms, asked)
    for each in terms.versions:
        due = next_review(each, reviews.listed, asked.day)
        if due and since(asked) <= due.day and is_due(each, due.day):
            yield review_of(each, due)
    for edge, day, known, is_certain in edges(forum, asked):
        words, foreseen_by = told_edge(forum, edge, known)
        yield FoundDay(
            record=(Forum, forum.pk),
            of=("forum", forum.pk),
            what=edge,
            day=day,
            words=f"{words}: {forum.name}",
            source=source_of(forum, edge),
            address=forum.get_absolute_url(),
            is_certain=is_certain,
            foreseen_by=foreseen_by,
        )


def told_edge(period: Foreseeable, edge: str, known: str) -> tuple[str, str]:
    """The words of a start or an end, before those of what it is of, and what only foresaw it."""
    foreseen_by = period.foreseen_by(edge)
    return f"{(PLANNED_EDGES if foreseen_by else EDGES)[edge]}{known}", foreseen_by


def is_due(terms: TermsOfReference, day: datetime.date) -> bool:
    """Whether a review falls within the time of the terms of reference, and of their forum."""
    return lasts(terms, day) and lasts(terms.forum, day)


def review_of(terms: TermsOfReference, due: NextReview) -> FoundDay:
    forum, by = terms.forum, due.given_by
    return FoundDay(
        record=(type(by), by.pk),
        of=("forum", forum.pk),
        what="review",
        day=due.day,
        words=f"Review of the terms of reference due: {forum.name}",
        source=source_of(by),
        address=forum.get_absolute_url(),
        is_certain=terms.certainly(due.day) and forum.certainly(due.day),
    )


def of_seat(seat: HeldSeat, asked: AskedDay) -> Iterator[FoundDay]:
    """When holders of a seat come and go, and when their terms end."""
    for spell in spells_in_seat(seat):
        holder = spell.holder
        if is_term_to_keep(holder, seat, asked):
            yield term_of(spell, seat)
        # Whoever came to a post in the month of a handover may never have filled its seat.
        was_there = not holder.ex_officio or holder.certain_days() is not None
        for edge, day, known, is_certain in edges(holder, asked):
            if edge == "end" or holder in seat.announced or holder.is_listed(asked.day):
                words, foreseen_by = told_edge(holder, edge, known)
                found = spell.found(
                    edge,
                    day,
                    f"{words}: {spell.who}",
                    source_of(holder, edge),
                    is_certain and was_there,
                )
                yield replace(found, foreseen_by=foreseen_by)


@dataclass(frozen=True)
class Spell:
    """Somebody's time in a seat or post, and the id that tells it from their others."""

    holder: Holder
    record: tuple[type[Model], int]
    of: tuple[str, int]
    suffix: str
    who: str
    address: str

    def found(
        self, what: str, day: datetime.date, words: str, source: CalendarSource, is_certain: bool
    ) -> FoundDay:
        what = f"{what}{self.suffix}"
        return FoundDay(self.record, self.of, what, day, words, source, self.address, is_certain)


def spells_in_seat(seat: HeldSeat) -> Iterator[Spell]:
    counted: defaultdict[int, int] = defaultdict(int)
    address = reverse("forum", args=[seat.forum_slug])
    for holder in seat.recorded:
        model, suffix, who = Membership, "", holder.person_and_basis
        if holder.ex_officio:
            # With one appointment somebody may fill several seats, and each more than once.
            counted[holder.id] += 1
            model = Membership if holder.by_membership else Appointment
            suffix = f"-seat-{seat.id}-{counted[holder.id]}"
            who += f", ex officio as {holder.ex_officio}"
        who += f", {seat.title}, {seat.forum_name}"
        yield Spell(holder, (model, holder.id), ("forum", seat.forum_id), suffix, who, address)


def is_term_to_keep(holder: Holder, holding: Holding, asked: AskedDay) -> bool:
    """Whether somebody's term ends, or ended lately, while their post or seat exists."""
    term = holder.term_ends
    if term is None or holder.over_by is not None or term < since(asked):
        return False
    return lasts(holding, term) and lasts(holding.owner, term)


def term_of(spell: Spell, holding: Holding) -> FoundDay:
    """The end of a term, which is certain if somebody certainly still serves it then."""
    holder, ends = spell.holder, spell.holder.term_ends
    is_certain = holder.certainly(ends) and holding.certainly(ends)
    words = f"Term ends: {spell.who}"
    return spell.found("term-ends", ends, words, source_of(holder), is_certain)


def lasts(period: Period, day: datetime.date) -> bool:
    return period.over_by is None or day <= period.over_by


def edges(period: Period, asked: AskedDay) -> Iterator[tuple[str, datetime.date, str, bool]]:
    """The start and end of a period, if they are to be remembered: which it is, the last day that
    it can be, how that is known, and whether it is certain that there is one.

    Days long past are left out, and limits that have passed: nothing is known to have come then.
    """
    for edge in EDGES:
        day, precision = getattr(period, f"{edge}_date"), getattr(period, f"{edge}_precision")
        qualifier = getattr(period, f"{edge}_qualifier")
        if day is None:
            continue
        last, words = last_day(day, precision), date_in_words(day, precision)
        if qualifier == Qualifier.NOT_BEFORE:
            if not period.has_ended(asked.day):
                yield edge, last, f" not before {words}", False
        elif qualifier == Qualifier.BY:
            if last >= max(asked.day, asked.today):
                yield edge, last, f" by {words} at the latest", True
        elif last >= since(asked):
            exactly = precision == Precision.DAY
            yield edge, last, "" if exactly else f" in {words}, on a day not recorded", True


def source_of(fact, edge: str = "") -> CalendarSource:
    if edge == "end" and fact.end_document_slug:
        return CalendarSource(fact.end_document_slug, fact.end_document_title, fact.end_locator)
    return CalendarSource(fact.document_slug, fact.document_title, fact.locator)


# All chairs and leaders


class ReviewFilter(FiltersOfDay):
    """What the reviews can be narrowed to, as the chairs are."""

    place = ForumPlaceFilter()
    kind = django_filters.ChoiceFilter(choices=[*ForumKind.choices, *OrganisationKind.choices])


def forums_like(request: HttpRequest, asked: AskedDay) -> QuerySet[Forum]:
    """The forums listed on the day, with the place and kind that the address asks for."""
    return filtered(ReviewFilter(request.GET, Forum.objects.listed(asked.day), asked=asked))


@dataclass(frozen=True)
class Span:
    """The first and last day of the calendar of all chairs, and how many days of each kind it
    holds."""

    first: datetime.date
    last: datetime.date
    most: int

    @property
    def terms(self) -> Q:
        """A filter: tenures whose term ends within the span or later.

        Bounding the end makes PostgreSQL underestimate the rows and sort them all, instead of
        taking the first.
        """
        return TERM_RUNS & Q(term_ends__gte=self.first)


def span_of(request: HttpRequest, seats: QuerySet[Seat], asked: AskedDay) -> Span:
    """The span to show. If there are too many chairs for a page, it begins today, or past days
    would fill the page."""
    if len(seats.order_by().values_list("pk", flat=True)[: LONG + 1]) <= LONG:
        return Span(since(asked), until(asked), MOST)
    is_file = form_of(request.path) in ("csv", "ics")
    return Span(asked.day, until(asked), MOST if is_file else NEXT)


def soonest(holdings: QuerySet, span: Span, **tenures: QuerySet) -> tuple[list[int], bool]:
    """The keys of the `holdings` whose holders' terms end soonest within `span`, and whether these
    are all.

    `paths` lead to them from `tenures`, which end in the span or later.
    """
    soon, is_whole = [], True
    # One path after the other: with both together PostgreSQL would read all, and sort them.
    for path, terms in tenures.items():
        ends = terms.filter(Exists(holdings.filter(pk=OuterRef(path)))).annotate(held=F(path))
        ends = ends.order_by("term_ends", "held").values_list("term_ends", "held")
        ends = list(ends[: 2 * span.most])  # A seat or post may have several holders.
        is_whole = is_whole and (len(ends) < 2 * span.most or ends[-1][0] > span.last)
        soon += ends
    keys = list(dict.fromkeys(key for term, key in sorted(soon) if term <= span.last))
    return keys[: span.most], is_whole and len(keys) <= span.most


def terms_of_chairs(
    seats: QuerySet[Seat], span: Span, asked: AskedDay
) -> tuple[list[FoundDay], bool]:
    """The ends of terms within `span`, and whether these are all."""
    keys, is_whole = soonest(
        seats,
        span,
        seat=Membership.objects.filter(span.terms),
        post__ex_officio_seats=Appointment.objects.filter(span.terms),
    )
    found = [
        term_of(spell, seat)
        for seat in held_seats_among(keys, asked.day)
        for spell in spells_in_seat(seat)
        if is_term_to_keep(spell.holder, seat, asked) and ends_within(spell, span)
    ]
    return found, is_whole


def terms_of_heads(
    posts: QuerySet[Post], span: Span, asked: AskedDay
) -> tuple[list[FoundDay], bool]:
    keys, is_whole = soonest(posts, span, post=Appointment.objects.filter(span.terms))
    found = []
    for post in held_posts_among(keys, asked.day):
        address = reverse("organisation", args=[post.organisation_slug])
        for holder in post.recorded:
            who = f"{holder.person_and_basis}, {post.title}, {post.organisation_name}"
            of = ("organisation", post.organisation_id)
            spell = Spell(holder, (Appointment, holder.id), of, "", who, address)
            if is_term_to_keep(holder, post, asked) and ends_within(spell, span):
                found.append(term_of(spell, post))
    return found, is_whole


def ends_within(spell: Spell, span: Span) -> bool:
    return span.first <= spell.holder.term_ends <= span.last


def reviews(forums: QuerySet[Forum], span: Span, asked: AskedDay) -> tuple[list[FoundDay], bool]:
    # The end of the span is not a filter, for the reason given for terms.
    found = to_review_from(span.first, forums, asked.day)[: span.most + 1]
    within = [terms for terms in found if terms.next_due <= span.last]
    due = next_reviews(within[: span.most], asked.day)
    return [review_of(terms, each) for terms, each in due if is_due(terms, each.day)], (
        len(within) <= span.most
    )
