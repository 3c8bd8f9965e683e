"""What the register recorded, changed or removed, as anybody may read it.

An edit is shown by what the register says of the record today, because what was changed or removed
may have been so for the sake of somebody whom it named. A removed record is shown by its kind
alone. Nobody can read who made an edit, and why.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Count, Exists, F, Max, Min, Model, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.text import capfirst

from forums.change_kinds import (
    END,
    GIVEN_UP,
    KIND,
    KINDS,
    NAMED,
    START,
    WITHOUT_A_DAY,
    Key,
    Kind,
    Subject,
    text,
)
from forums.disambiguation import pieces_named_apart, sentence_named_apart, words_apart_in
from forums.handovers import with_handovers
from forums.happenings import happenings
from forums.models import EscalationStep, ForumName, Succession, TermsReview
from forums.sentence_pieces import Piece
from forums.sentences import Sentence, sentences_about
from organisations.models import Figure, OrganisationName, Place, Rating, Relationship, Statement
from people.identity import may_be_named
from people.models import Distinction, Person, PersonName
from people.steps.identity import ShowAgain, Withhold
from records.history import Nature
from records.models import Document, NameKind


@dataclass(frozen=True)
class UndatedKind:
    """A kind of record that has no beginning and no end to report."""

    what: str
    model: type[Model]
    page: str  # whose page shows it: "forum", "organisation", "person" or "document"
    owner: str = ""  # the path to that forum, organisation or person; "" if it has its own page
    shown: Q = field(default_factory=Q)


OTHER = ~Q(kind=NameKind.FORMER)
UNDATED_KINDS = [
    UndatedKind("document", Document, "document"),
    UndatedKind("place", Place, ""),
    UndatedKind("person", Person, "person", shown=may_be_named("")),
    UndatedKind("distinction", Distinction, "person", "person__", may_be_named("person", "other")),
    UndatedKind("other-person-name", PersonName, "person", "person__",
                OTHER & may_be_named("person")),
    UndatedKind("statement", Statement, "organisation", "organisation__"),
    UndatedKind("rating", Rating, "organisation", "organisation__"),
    UndatedKind("figure", Figure, "organisation", "organisation__"),
    UndatedKind("other-organisation-name", OrganisationName, "organisation", "organisation__",
                OTHER),
    UndatedKind("other-forum-name", ForumName, "forum", "forum__", OTHER),
    UndatedKind("escalation-step", EscalationStep, "forum", "terms__forum__"),
    UndatedKind("terms-review", TermsReview, "forum", "terms__forum__"),
    UndatedKind("planned-relationship", Relationship, "organisation", "from_organisation__",
                WITHOUT_A_DAY),
    UndatedKind("planned-succession", Succession, "forum", "from_forum__", WITHOUT_A_DAY),
]  # fmt: skip
# The history of people who are hidden or removed is not shown at all.
OF_PEOPLE = {Person, PersonName, Distinction}
MODELS = {kind.what: kind.model for kind in (*KINDS, *UNDATED_KINDS)}
# It is not shown that somebody was once withheld.
HIDDEN_STEPS = [Withhold.title, ShowAgain.title]
ADDED, REMOVED = "+", "-"


@dataclass(frozen=True)
class EditRow:
    """One edit of one record, or all edits of one kind of record by one import or upgrade."""

    at: datetime.datetime
    number: int  # of its row in the history of its kind
    what: str
    pk: int
    change: str
    nature: str
    step: str
    batch: str
    count: int = 1


@dataclass
class RecentEdit:
    """An edit, with what the register now says of the record."""

    row: EditRow
    sentences: list[Sentence]
    words: list[Piece]  # where there are no sentences

    @property
    def nature(self) -> str:
        """ "Recorded", "Corrected", "Removed"."""
        if self.row.change == REMOVED:
            return Nature.REMOVED.label.capitalize()
        default = Nature.RECORDED if self.row.change == ADDED else Nature.CHANGED
        return Nature(self.row.nature or default).label.capitalize()

    @property
    def text(self) -> str:
        return " ".join(each.text for each in self.sentences or [Sentence(self.words, [])])


def first_edit_rows(
    since: datetime.datetime | None, until: datetime.datetime | None, *, most: int, before: int = 0
) -> list[tuple]:
    """The rows from number `before` to number `most` of what `edit_rows` gives. The database reads
    little that is older."""
    least = _moment_of_so_many(since, until, most)
    return list(edit_rows(since, until, least)[before:most])


def _histories(
    kinds: Iterable[Kind | UndatedKind],
    since: datetime.datetime | None,
    until: datetime.datetime | None,
) -> Iterator[tuple[str, QuerySet]]:
    """The history of each of `kinds` between two moments, without the first records.

    A name counts as a former or another name by what it is now. A removed record counts as the
    first kind that its model has.
    """
    for kind in kinds:
        history = kind.model.history.filter(_is_shown(kind.model, kind.shown)).exclude(
            Q(history_nature=Nature.SEEDED) | Q(history_step__in=HIDDEN_STEPS)
        )
        if since is not None:
            history = history.filter(history_date__gte=since)
        if until is not None:
            history = history.filter(history_date__lt=until)
        yield kind.what, history.order_by()


def _moment_of_so_many(
    since: datetime.datetime | None, until: datetime.datetime | None, most: int
) -> datetime.datetime | None:
    """The moment since which `most` memberships or seats were edited, if there are so many: a
    register records nothing more often."""
    parts = []
    for _, history in _histories([KIND["membership"], KIND["seat"]], since, until):
        newest = history.exclude(MANY_AT_ONCE).order_by("-history_date", "-history_id")
        last = newest.values("history_id")[most - 1 : most]
        rows = history.model._base_manager.filter(history_id__in=last)
        parts.append(rows.order_by().values_list("history_date", flat=True))
    return max(parts[0].union(*parts[1:], all=True), default=None)


# The rows that are shown as one for each kind of record.
MANY_AT_ONCE = Q(history_nature__in=[Nature.IMPORTED, Nature.UPGRADED])


def edit_rows(
    since: datetime.datetime | None,
    until: datetime.datetime | None,
    least: datetime.datetime | None = None,
) -> QuerySet:
    """The edits between two moments, the latest first, as rows for `as_row`: without the first
    records, and those of an import as one for each kind of record.

    `least` leaves out earlier edits, and imports that were over before it.
    """
    parts = []
    for what, history in _histories([*KINDS, *UNDATED_KINDS], since, until):
        changes, imports = history.exclude(MANY_AT_ONCE), history.filter(MANY_AT_ONCE)
        if least is not None:
            changes = changes.filter(history_date__gte=least)
            going_on = imports.filter(history_date__gte=least).values("history_batch")
            imports = imports.filter(history_batch__in=going_on)
        parts += [
            changes.annotate(
                at=F("history_date"), nth=F("history_id"), what=text(what), count=Value(1)
            ).values_list(
                "at", "nth", "what", "id", "history_type", "history_nature", "history_step",
                "history_batch", "count",
            ),
            imports.values("history_type", "history_nature", "history_step", "history_batch")
            .annotate(
                at=Max("history_date"), nth=Max("history_id"), what=text(what),
                key=Max("id"), count=Count("history_id"),
            )
            .values_list(
                "at", "nth", "what", "key", "history_type", "history_nature", "history_step",
                "history_batch", "count",
            ),
        ]  # fmt: skip
    return parts[0].union(*parts[1:], all=True).order_by("-at", "what", "-nth")


def _is_shown(model: type[Model], shown: Q) -> Q:
    """A filter for history: of records that are shown, or are no longer there."""
    if not shown and model not in OF_PEOPLE:
        return Q()

    def is_there(now: Q) -> Q:
        # A subquery for each row lets the database find the rows by their date. It is a range,
        # because PostgreSQL would otherwise read all records first, expecting to need every one.
        key = OuterRef("id")
        return Q(Exists(model._base_manager.filter(now, pk__range=(key, key)).order_by()))

    if model in OF_PEOPLE or (shown and any(kind.shown == shown for kind in UNDATED_KINDS)):
        return is_there(shown)
    return is_there(shown) | ~is_there(Q())


def as_row(row: tuple) -> EditRow:
    at, number, what, pk, change, nature, step, batch, count = row
    return EditRow(at, number, what, pk, change, nature, step, str(batch or ""), count)


def edits_in_words(rows: Iterable[EditRow], today: datetime.date) -> list[RecentEdit]:
    """The edits of `rows`, in their order and in today's words. Asks at most seven queries, and a
    few more if the rows name records of one name."""
    rows = list(rows)
    single = {(row.what, row.pk) for row in rows if row.count == 1 and row.change != REMOVED}
    sentences = _sentences(single, today)
    names = _names({key for key in single if key[0] not in KIND})
    words_apart = words_apart_in(
        [*(each.pieces for some in sentences.values() for each in some), *names.values()], today
    )
    found = []
    for row in rows:
        key, kind = (row.what, row.pk), MODELS[row.what]._meta
        if row.count > 1:
            words = [Piece(f"{row.count} {kind.verbose_name_plural}.")]
        elif key in names:
            words = names[key]
        elif row.change == REMOVED:
            words = [Piece(f"{_a(kind.verbose_name)} that the register no longer has.")]
        else:
            words = [Piece(f"{_a(kind.verbose_name)} that was since removed.")]
        own = [
            sentence_named_apart(each, words_apart)
            for each in sentences.get(key, ())
            if row.count == 1
        ]
        found.append(RecentEdit(row, own, pieces_named_apart(words, words_apart)))
    return found


def _sentences(
    records: set[tuple[str, int]], today: datetime.date
) -> dict[tuple[str, int], list[Sentence]]:
    """What the register now says of the beginning and the end of each record."""
    keys = [
        Key(what, which, pk)
        for what, pk in sorted(records)
        if what in KIND
        for which in KIND[what].events
    ]
    changes = dict(zip(keys, with_handovers(keys), strict=True))
    said = {
        (happening.what, happening.which, happening.id): sentences_about([happening], today)
        for happening in happenings(dict.fromkeys(changes.values()))
    }
    found = defaultdict(list)
    for key, change in changes.items():
        found[key.what, key.pk] += said.get((change.what, change.which, change.pk), [])
    return found


def _a(name: str) -> str:
    return capfirst(f"an {name}" if name[0] in "aeiou" else f"a {name}")


def _names(wanted: set[tuple[str, int]]) -> dict[tuple[str, int], list[Piece]]:
    """What records are called that have no beginning and no end to report. Asks one query."""
    keys = defaultdict(set)
    for what, pk in wanted:
        keys[what].add(pk)
    parts = []
    for kind in UNDATED_KINDS:
        if kind.what in keys:
            title = F("title") if kind.model is Document else F(f"{kind.owner}name")
            parts.append(
                kind.model._base_manager.filter(kind.shown, pk__in=keys[kind.what])
                .order_by()
                .values_list(text(kind.what), "pk", title, Coalesce(F(f"{kind.owner}slug"), text()))
            )
    kinds = {kind.what: kind for kind in UNDATED_KINDS}
    found = {}
    for what, pk, name, slug in parts[0].union(*parts[1:], all=True) if parts else []:
        kind = kinds[what]
        noun = kind.model._meta.verbose_name
        opening = f"{_a(noun)} of " if kind.owner else f"{capfirst(noun)}: "
        link = Piece(name, kind.page, slug) if kind.page else Piece(name)
        found[what, pk] = [Piece(opening), link, Piece(".")]
    return found


@dataclass(frozen=True)
class FirstLoad:
    """The records that the register was begun with."""

    records: int
    at: datetime.datetime
    documents: list[str]


def first_load() -> FirstLoad | None:
    """The first records that were loaded, all of them as one; None if there were none."""
    # They were loaded within a day, and each of them with a document.
    seeded = Document.history.filter(history_nature=Nature.SEEDED)
    begun = seeded.aggregate(begun=Min("history_date"))["begun"]
    if begun is None:
        return None
    parts = [
        model.history.filter(
            history_nature=Nature.SEEDED,
            history_date__gte=begun,
            history_date__lte=begun + datetime.timedelta(days=1),
        )
        .order_by()
        .values("history_nature")
        .annotate(many=Count("history_id"), at=Max("history_date"))
        .values_list("many", "at")
        for model in dict.fromkeys(MODELS.values())
    ]
    counted = list(parts[0].union(*parts[1:], all=True))
    documents = Document.objects.filter(pk__in=seeded.values("id")).order_by("folded")
    return FirstLoad(
        sum(number for number, _ in counted),
        max(at for _, at in counted),
        [document.short_title for document in documents],
    )


def latest_keys(most: int, about: Subject | None = None) -> list[tuple[Key, datetime.datetime]]:
    """The beginnings and ends of the records that were edited last, each with when: of everything,
    or of what concerns one forum, organisation or person."""
    parts = []
    for kind in KINDS:
        concerned = kind.concerning(about)
        if concerned is None:
            continue
        history = kind.model.history
        if about is None:
            # The database finds what was written last by its date, without reading the rest.
            is_there = Exists(kind.rows().filter(pk=OuterRef("id")))
            newest = history.latest_of_each().filter(is_there).order_by("-history_date", "-id")
            edits = history.filter(history_id__in=newest.values("history_id")[:most])
            edits = edits.order_by().annotate(at=F("history_date"))
        else:
            now = kind.rows().filter(concerned).values("pk")
            edits = (
                history.filter(id__in=now).order_by().values("id").annotate(at=Max("history_date"))
            )
        parts.append(edits.annotate(what=text(kind.what)).values_list("at", "what", "id"))
    last = parts[0].union(*parts[1:], all=True).order_by("-at", "what", "-id")[:most]
    return [
        (Key(what, which, pk), at)
        for at, what, pk in last
        for which in (END, START, NAMED, GIVEN_UP)
        if which in KIND[what].events_about(about)
    ]
