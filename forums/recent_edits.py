"""What the register itself learnt or corrected, as anybody may read it.

Told from the change history, but in today's words: what was changed or removed may have been so
for the sake of somebody whom it named. So a change is told by what the register now says of the
record, and of what it no longer has by the kind of record alone; why, and by whom, is not told.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import (
    Count,
    Exists,
    F,
    Max,
    Min,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils.text import capfirst

from forums.changes import END, KINDS, START, Key, as_changes_tell, concerning, happenings, text
from forums.disambiguation import names_apart, told_with, with_words_apart
from forums.models import (
    EscalationStep,
    ForumName,
    QuoracyClause,
    Succession,
)
from forums.sentences import Told, Words, tell
from organisations.models import (
    Figure,
    OrganisationName,
    Place,
    Rating,
    Statement,
)
from people.identity import may_be_named
from people.models import Distinction, Person, PersonName
from people.steps.identity import ShowAgain, Withhold
from records.history import Nature
from records.models import Document, NameKind


@dataclass(frozen=True)
class Named:
    """Records that no beginning or end is told of, and whose they are."""

    what: str
    model: type[Model]
    page: str  # the page that tells of it: forum, organisation, person or document
    owner: str = ""  # the path to whose it is; "" if it is that itself
    told: Q = field(default_factory=Q)


OTHER = ~Q(kind=NameKind.FORMER)
NAMED = [
    Named("document", Document, "document"),
    Named("place", Place, ""),
    Named("person", Person, "person", told=may_be_named("")),
    Named("distinction", Distinction, "person", "person__", may_be_named("person", "other")),
    Named("other-person-name", PersonName, "person", "person__",
          OTHER & may_be_named("person")),
    Named("statement", Statement, "organisation", "organisation__"),
    Named("rating", Rating, "organisation", "organisation__"),
    Named("figure", Figure, "organisation", "organisation__"),
    Named("other-organisation-name", OrganisationName, "organisation", "organisation__", OTHER),
    Named("other-forum-name", ForumName, "forum", "forum__", OTHER),
    Named("quoracy-clause", QuoracyClause, "forum", "forum__"),
    Named("escalation-step", EscalationStep, "forum", "forum__"),
    Named("succession", Succession, "forum", "from_forum__"),
]  # fmt: skip
# Of people the history of who is hidden, or no longer there, tells nothing at all.
OF_PEOPLE = {Person, PersonName, Distinction}
MODELS = {kind.what: kind.model for kind in (*KINDS, *NAMED)}
# That somebody was once withheld is nobody's business either.
UNTOLD = [Withhold.title, ShowAgain.title]
ADDED, REMOVED = "+", "-"


@dataclass(frozen=True)
class Row:
    """One change of one record, or all of one kind that one import or upgrade made."""

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
class Learnt:
    """A change of the register in words: what it now says of the record."""

    row: Row
    told: list[Told] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)

    @property
    def nature(self) -> str:
        """ "Recorded", "Corrected", "Removed"."""
        if self.row.change == REMOVED:
            return Nature.REMOVED.label.capitalize()
        default = Nature.RECORDED if self.row.change == ADDED else Nature.CHANGED
        return Nature(self.row.nature or default).label.capitalize()

    @property
    def text(self) -> str:
        return " ".join(each.text for each in self.told) or "".join(w.text for w in self.words)


def rows_learnt(since: datetime.datetime | None, until: datetime.datetime | None) -> QuerySet:
    """The changes of the register but for its first records, the last first: each to make a Row
    of, those of an import as one for each kind of record."""
    return _as_rows(_between(since, until))


def first_learnt(
    since: datetime.datetime | None, until: datetime.datetime | None, *, most: int, before: int = 0
) -> list[tuple]:
    """The first of these, as many as that but for those `before`; what is older is not read."""
    moments = _moments_of_so_many(since, until, most=most)
    least = max((moment for (moment,) in moments), default=None)
    return list(_first_since(least, since, until, most=most, before=before))


def _first_since(least, since, until, *, most: int, before: int) -> QuerySet:
    return _as_rows(_between(since, until), least)[before:most]


def _between(since, until) -> list[tuple[str, QuerySet]]:
    found = []
    for what, model, told in _histories():
        history = model.history.filter(_of_shown(model, told)).exclude(
            Q(history_nature=Nature.SEEDED) | Q(history_step__in=UNTOLD)
        )
        if since is not None:
            history = history.filter(history_date__gte=since)
        if until is not None:
            history = history.filter(history_date__lt=until)
        found.append((what, history.order_by()))
    return found


def _moments_of_so_many(since, until, *, most: int) -> QuerySet:
    """The moments from which on so many memberships, and so many seats, were changed, where there
    are so many: of nothing does a register record more."""
    parts = []
    for what, history in _between(since, until):
        if what not in ("membership", "seat"):
            continue
        newest = history.exclude(MANY_AT_ONCE).order_by("-history_date", "-history_id")
        last = newest.values("history_id")[most - 1 : most]
        rows = history.model._base_manager.filter(history_id__in=last)
        parts.append(rows.order_by().values_list("history_date"))
    return parts[0].union(*parts[1:], all=True)


# Told as one for each kind of record.
MANY_AT_ONCE = Q(history_nature__in=[Nature.IMPORTED, Nature.UPGRADED])


def _as_rows(found: list[tuple[str, QuerySet]], least: datetime.datetime | None = None) -> QuerySet:
    """The rows of histories, `least` or later; of imports all that were still going on then."""
    parts = []
    for what, history in found:
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


def _histories() -> Iterable[tuple[str, type[Model], Q]]:
    """Every kind of record by its word; a name is told as a former or as another name by what it
    is now, and what was removed as of the first kind that its model has."""
    for kind in (*KINDS, *NAMED):
        yield kind.what, kind.model, kind.told


def _of_shown(model: type[Model], told: Q) -> Q:
    """A filter for history: of records that are told of, or are no longer there."""

    def there(is_told: Q) -> Q:
        # Asked of each row, so that the rows themselves are found by their date; and as a range, or
        # PostgreSQL reads all records first, since it reckons with all rows.
        it = OuterRef("id")
        return Q(Exists(model._base_manager.filter(is_told, pk__range=(it, it)).order_by()))

    now = there(told)
    if model in OF_PEOPLE or (told and any(each.told == told for each in NAMED)):
        return now
    return now | ~there(Q())


def as_row(row: tuple) -> Row:
    at, number, what, pk, change, nature, step, batch, count = row
    return Row(at, number, what, pk, change, nature, step, str(batch or ""), count)


def learnt(rows: Iterable[Row], today: datetime.date) -> list[Learnt]:
    """What `rows` say, in their order and in today's words: in at most seven queries, and a
    few more if they name records of one name."""
    rows = list(rows)
    events = {kind.what: kind.tells for kind in KINDS}
    one = {(row.what, row.pk) for row in rows if row.count == 1 and row.change != REMOVED}
    keys = [
        Key(what, which, pk, None) for what, pk in sorted(one) for which in events.get(what, ())
    ]
    told_as = dict(zip(keys, as_changes_tell(keys), strict=True))
    said = {
        (happening.what, happening.which, happening.id): tell([happening], today)
        for happening in happenings(dict.fromkeys(told_as.values()))
    }
    told = defaultdict(list)
    for key, as_ in told_as.items():
        told[key.what, key.pk] += said.get((as_.what, as_.which, as_.pk), [])
    names = _names({key for key in one if key[0] not in events})
    apart = names_apart(
        [*(each.pieces for some in told.values() for each in some), *names.values()], today
    )
    found = []
    for row in rows:
        key = row.what, row.pk
        kind = MODELS[row.what]._meta
        if row.count > 1:
            words = [Words(f"{row.count} {kind.verbose_name_plural}.")]
        elif key in names:
            words = names[key]
        elif row.change == REMOVED:
            words = [Words(f"{_a(kind.verbose_name)} that the register no longer has.")]
        else:
            words = [Words(f"{_a(kind.verbose_name)} that was since removed.")]
        sentences = [told_with(each, apart) for each in told[key]]
        found.append(Learnt(row, sentences, [] if sentences else with_words_apart(words, apart)))
    return found


def _a(name: str) -> str:
    return capfirst(f"an {name}" if name[0] in "aeiou" else f"a {name}")


def _names(wanted: set[tuple[str, int]]) -> dict[tuple[str, int], list[Words]]:
    """What records are called that no beginning or end is told of, in one query."""
    by_kind = defaultdict(set)
    for what, pk in wanted:
        by_kind[what].add(pk)
    parts = []
    for kind in NAMED:
        if kind.what in by_kind:
            title = F("title") if kind.model is Document else F(f"{kind.owner}name")
            parts.append(
                kind.model._base_manager.filter(kind.told, pk__in=by_kind[kind.what])
                .order_by()
                .values_list(text(kind.what), "pk", title, Coalesce(F(f"{kind.owner}slug"), text()))
            )
    found = {}
    pages = {kind.what: (kind.page, kind) for kind in NAMED}
    for what, pk, name, slug in parts[0].union(*parts[1:], all=True) if parts else []:
        page, kind = pages[what]
        link = Words(name, page, slug) if page else Words(name)
        verbose = _a(kind.model._meta.verbose_name)
        if kind.owner:
            found[what, pk] = [Words(f"{verbose} of "), link, Words(".")]
        else:
            found[what, pk] = [Words(f"{capfirst(kind.model._meta.verbose_name)}: "), link,
                               Words(".")]  # fmt: skip
    return found


@dataclass(frozen=True)
class Beginning:
    """What the register was begun with."""

    records: int
    at: datetime.datetime
    documents: list[str]


def beginning() -> Beginning | None:
    """The first records that were loaded, all of them as one; None if there were none."""
    # A register is begun in one go, and every record with a document.
    first = Document.history.filter(history_nature=Nature.SEEDED).aggregate(Min("history_date"))
    [begun] = first.values()
    if begun is None:
        return None
    counted = list(_seeded(begun, begun + datetime.timedelta(days=1)))
    seeded = Document.history.filter(history_nature=Nature.SEEDED).values("id")
    documents = list(Document.objects.filter(pk__in=seeded).order_by("folded"))
    return Beginning(
        sum(number for number, *_ in counted),
        max(at for _, at, _ in counted),
        [document.short_title for document in documents],
    )


def _seeded(begun: datetime.datetime, by_then: datetime.datetime) -> QuerySet:
    """How many first records of each kind were loaded in that time, and when the last was."""
    parts = []
    for model in dict.fromkeys(MODELS.values()):
        parts.append(
            model.history.filter(
                history_nature=Nature.SEEDED,
                history_date__gte=begun,
                history_date__lte=by_then,
            )
            .order_by()
            .values("history_nature")
            .annotate(many=Count("history_id"), at=Max("history_date"))
            .values_list("many", "at", text(model.__name__))
        )
    return parts[0].union(*parts[1:], all=True)


def latest_said(most: int, about: tuple[str, int] | None = None) -> list[tuple[Key, object]]:
    """The beginnings and ends that the register said or changed last, each with when it did: of
    everything, or of what concerns one forum, organisation or person."""
    last = _last_said_of(about[1], of=about[0], most=most) if about else _last_said(most=most)
    tells = {kind.what: kind.tells for kind in KINDS}
    return [
        (Key(what, which, pk, None), at)
        for at, what, pk in last
        for which in (END, START)
        if which in tells[what]
    ]


def _last_said(*, most: int) -> QuerySet:
    """Of every kind the records that were written last, found by the date of what was written."""
    parts = []
    for kind in KINDS:
        history = kind.model.history
        there = Exists(kind.rows().filter(pk=OuterRef("id")))
        newest = history.latest_of_each().filter(there).order_by("-history_date", "-id")
        parts.append(
            history.filter(history_id__in=newest.values("history_id")[:most])
            .order_by()
            .annotate(at=F("history_date"), what=text(kind.what))
            .values_list("at", "what", "id")
        )
    return _last_first(parts, most)


def _last_said_of(key: int, *, of: str, most: int) -> QuerySet:
    parts = []
    for kind in KINDS:
        concerned = concerning(kind, of, key)
        if concerned is not None:
            now = kind.rows().filter(concerned).values("pk")
            parts.append(
                kind.model.history.filter(id__in=now)
                .order_by()
                .values("id")
                .annotate(at=Max("history_date"), what=text(kind.what))
                .values_list("at", "what", "id")
            )
    return _last_first(parts, most)


def _last_first(parts: list[QuerySet], most: int) -> QuerySet:
    return parts[0].union(*parts[1:], all=True).order_by("-at", "what", "-id")[:most]
