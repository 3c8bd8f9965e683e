"""What happened between two days: what began, ended, was handed over or renamed.

In the time of the world, as far as the sources date it. Whether something happened in those days
is asked of all the days that its date may stand for: "April 2019" may be any day of that month.
What is known *by* a day is no event of that day; it is told apart, as being so by then.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import product
from operator import or_

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    Max,
    Min,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact, GreaterThanOrEqual, LessThanOrEqual

from forums.models import Forum, ForumName, MemberOrganisation, Membership, ReportingLine, Seat
from organisations.models import Organisation, OrganisationName, Post, Relationship
from people.identity import may_be_named
from people.models import Appointment, Basis, PersonName
from people.post_holders import EVIDENCE, NAME_WITHHELD, PERIOD, DatedStated, document_columns
from records.models import NameKind
from records.periods import Precision, Qualifier, first_day, last_day

START, END = "start", "end"


@dataclass(frozen=True)
class Between:
    """The days that are asked about, both included."""

    first: datetime.date
    last: datetime.date

    @property
    def windows(self) -> tuple[datetime.date, ...]:
        """The first and the last day of these, of their months and of their years."""
        return tuple(
            end
            for precision in Precision
            for end in (first_day(self.first, precision), last_day(self.last, precision))
        )

    def surely(self, day: datetime.date, precision: str) -> bool:
        """Whether all the days that a date may stand for are among these."""
        return self.first <= first_day(day, precision) and last_day(day, precision) <= self.last


def _each(windows: tuple[datetime.date, ...]) -> Iterable[tuple]:
    return zip(Precision, windows[::2], windows[1::2], strict=True)


def possibly(which: str, *windows: datetime.date) -> Q:
    """A filter: the start, or the end, may have been on one of the days that have these windows."""
    query = Q()
    for precision, earliest, latest in _each(windows):
        query |= Q(
            **{
                f"{which}_precision": precision,
                f"{which}_date__gte": earliest,
                f"{which}_date__lte": latest,
            }
        )
    # The widest of these once more, by which a database may find them.
    return query & Q(**{f"{which}_date__gte": windows[-2], f"{which}_date__lte": windows[-1]})


def if_possibly(which: str, *windows: datetime.date) -> Q:
    """The same of rows that are found by something else: no database looks for them by the date."""
    cases = [
        When(
            **{f"{which}_precision": precision},
            then=ExpressionWrapper(
                Q(**{f"{which}_date__gte": earliest, f"{which}_date__lte": latest}),
                output_field=BooleanField(),
            ),
        )
        for precision, earliest, latest in _each(windows)
    ]
    return Q(Case(*cases, default=False, output_field=BooleanField()))


def text(words: str = "") -> Value:
    return Value(words, CharField())


@dataclass(frozen=True)
class Kind:
    """One kind of record whose beginning and end are told."""

    what: str
    model: type[Model]
    # What it is told under, and its rank there: the thing itself, then what belongs to it.
    owner: str
    rank: int
    # Who or what it is told of, and towards whom: (forum, organisation or person; path to it).
    subject: tuple[str, str]
    object: tuple[str, str] = ("", "")
    columns: dict = field(default_factory=dict)
    # What begins or ends with this, and is then told with it.
    told_with: str = ""
    told: Q = field(default_factory=Q)
    tells: tuple[str, ...] = (START, END)
    # By which paths it concerns a forum, an organisation or a person.
    concerns: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def held(self) -> str:
        """The field that says what somebody holds; "" of what nobody holds."""
        return getattr(self.model, "held_field", "")

    def rows(self) -> QuerySet:
        return self.model.objects.filter(self.told).order_by()

    def begun_with_its_owner(self, which: str) -> Q:
        """A filter: it began, or ended, exactly when what it is told with did."""
        same = Q()
        for name in ("date", "precision", "qualifier"):
            same &= Q(**{f"{which}_{name}": F(f"{self.told_with}__{which}_{name}")})
        return same


FORMER = Q(kind=NameKind.FORMER)
LINE_TO = {
    "object_name": Coalesce("to_forum__name", "to_organisation__name"),
    "object_slug": Coalesce("to_forum__slug", "to_organisation__slug"),
    "object_kind": Case(
        When(to_forum__isnull=False, then=text("forum")), default=text("organisation")
    ),
}
SPEAKS_FOR = {
    "for_name": Coalesce("on_behalf_of__name", "seat__on_behalf_of__name"),
    "for_slug": Coalesce("on_behalf_of__slug", "seat__on_behalf_of__slug"),
}
TENURE = {"basis": F("basis"), "end_reason": F("end_reason")}

KINDS = [
    Kind("organisation", Organisation, "folded", 0, ("organisation", ""),
         concerns={"organisation": ("pk",)}),
    Kind("forum", Forum, "folded", 0, ("forum", ""), columns={"kind": F("status")},
         concerns={"forum": ("pk",)}),
    Kind("organisation-name", OrganisationName, "organisation__folded", 1,
         ("organisation", "organisation__"), columns={"title": F("name")},
         told=FORMER, tells=(END,), concerns={"organisation": ("organisation",)}),
    Kind("forum-name", ForumName, "forum__folded", 1, ("forum", "forum__"),
         columns={"title": F("name")}, told=FORMER, tells=(END,),
         concerns={"forum": ("forum",)}),
    # Of whom the public may not find nothing is told.
    Kind("person-name", PersonName, "person__folded_sort_name", 1, ("person", "person__"),
         columns={"title": F("name")}, tells=(END,),
         told=FORMER & may_be_named("person"),
         concerns={"person": ("person",)}),
    Kind("relationship", Relationship, "to_organisation__folded", 2,
         ("organisation", "from_organisation__"), ("organisation", "to_organisation__"),
         columns={"kind": F("kind")},
         concerns={"organisation": ("from_organisation", "to_organisation")}),
    Kind("post", Post, "organisation__folded", 3, ("organisation", "organisation__"),
         columns={"title": F("title")}, told_with="organisation",
         concerns={"organisation": ("organisation",)}),
    Kind("seat", Seat, "forum__folded", 3, ("forum", "forum__"),
         columns={"title": F("title"), "kind": F("role"), "number": F("number")},
         told_with="forum",
         concerns={"forum": ("forum",), "organisation": ("on_behalf_of",)}),
    Kind("appointment", Appointment, "post__organisation__folded", 4, ("person", "person__"),
         ("organisation", "post__organisation__"),
         columns={"title": F("post__title"), "held_id": F("post_id"), **TENURE},
         # Whoever holds the post that a seat goes with fills the seat.
         concerns={"organisation": ("post__organisation",), "person": ("person",),
                   "forum": ("post__ex_officio_seats__forum",)}),
    Kind("membership", Membership, "seat__forum__folded", 4, ("person", "person__"),
         ("forum", "seat__forum__"),
         columns={"title": F("seat__title"), "kind": F("seat__role"), "held_id": F("seat_id"),
                  **TENURE, **SPEAKS_FOR},
         concerns={"forum": ("seat__forum",), "person": ("person",),
                   "organisation": ("on_behalf_of", "seat__on_behalf_of")}),
    Kind("member-organisation", MemberOrganisation, "forum__folded", 5,
         ("organisation", "organisation__"), ("forum", "forum__"), told_with="forum",
         concerns={"forum": ("forum",), "organisation": ("organisation",)}),
    Kind("reporting-line", ReportingLine, "from_forum__folded", 6, ("forum", "from_forum__"),
         columns={"kind": F("kind"), "by_exception": F("by_exception"), **LINE_TO},
         told_with="from_forum",
         concerns={"forum": ("from_forum", "to_forum"), "organisation": ("to_organisation",)}),
]  # fmt: skip
KIND = {kind.what: kind for kind in KINDS}
UNNUMBERED = "unnumbered-seat"


@dataclass(frozen=True)
class Key:
    """One beginning or end, before any of it is read."""

    what: str
    which: str
    pk: int
    follows: int | None  # the tenure that it took over from, of a handover


@dataclass(kw_only=True)
class Happening(DatedStated):
    """One beginning or end of a record, or a handover, with its source."""

    id: int
    what: str
    which: str = START
    subject_kind: str
    subject_name: str
    subject_slug: str | None
    object_kind: str
    object_name: str
    object_slug: str | None
    title: str
    number: int | None  # of people, that a seat is for
    kind: str
    basis: str
    end_reason: str
    for_name: str | None
    for_slug: str | None
    held_id: int
    person_id: int
    by_exception: bool
    withheld: bool
    # Who held it before, of a handover.
    follows: "Happening | None" = None
    # How many of what belongs to it began or ended with it: {"seat": 12}. Of seats it counts the
    # people that they are for, and of UNNUMBERED those for which no source says how many.
    together: dict[str, int] = field(default_factory=dict)
    # What it was called next, of a name that was given up.
    then_called: str = ""

    @property
    def day(self) -> datetime.date:
        return getattr(self, f"{self.which}_date")

    @property
    def precision(self) -> str:
        return getattr(self, f"{self.which}_precision")

    @property
    def is_foreseen(self) -> bool:
        """Whether it was last confirmed before it was to begin, so that no source is recorded to
        say that it did."""
        return (
            self.which == START
            and self.start_qualifier == Qualifier.ON
            and self.confirmed_on is not None
            and last_day(self.confirmed_on, self.confirmed_precision)
            < first_day(self.day, self.precision)
        )

    @property
    def event(self) -> str:
        """ "start", "end", "handover" or "renaming"."""
        if self.what in RENAMED:
            return "renaming"
        return "handover" if self.follows else self.which

    @property
    def is_limit(self) -> bool:
        """Whether the date is a limit: it was so by then, and may have been long before."""
        return getattr(self, f"{self.which}_qualifier") == Qualifier.BY

    def may_be_before(self, day: datetime.date) -> bool:
        """Whether its date may stand for a day before `day`."""
        return first_day(self.day, self.precision) < day

    @property
    def has_own_source_of_end(self) -> bool:
        return self.which == END and self.end_document_slug is not None

    @property
    def source(self) -> tuple[str, str, str, str, str]:
        """Which document says so: its slug and title, the place in it, quotation and note."""
        if self.has_own_source_of_end:
            return self.end_document_slug, self.end_document_title, self.end_locator, "", ""
        return self.document_slug, self.document_title, self.locator, self.quotation, self.note

    @property
    def sources(self) -> list[tuple[str, str, str, str, str]]:
        """That, and of a handover also what says that the one before had ended."""
        both = [self.source, *([self.follows.source] if self.follows else [])]
        return list(dict.fromkeys(both))


# Who covers an absent holder neither hands over nor takes over.
OWN = Q(sole=True) & ~Q(basis=Basis.ACTING)


class DaysAfter(Func):
    """The day that is so many `days` after another, or before it. What Django makes of adding days
    has SQLite ask Python about each row."""

    template = "(%(expressions)s + (%(days)d))"
    output_field = DateField()

    def as_sqlite(self, compiler, connection, **context):
        template = "DATE(%(expressions)s, '%(days)+d days')"
        return self.as_sql(compiler, connection, template=template, **context)


def adjoining(earlier, later) -> Q:
    """A filter: one tenure ended when the next began, by dates that are no limits.

    On the eve, or in the month or year before or the same, of what is known no closer. `earlier`
    and `later` say how to name a field of either: F or OuterRef.
    """
    end, start = earlier("end_date"), later("start_date")

    within = [(Precision.MONTH, 30), (Precision.YEAR, 365)]
    same = Q()
    for precision, days in within:
        same |= (
            Q(Exact(earlier("end_precision"), text(precision)))
            & Q(Exact(later("start_precision"), text(precision)))
            & Q(LessThanOrEqual(end, DaysAfter(start, days=days)))
        )
    eve = DaysAfter(start, days=-1)
    begun_before = Q(LessThanOrEqual(Coalesce(earlier("start_date"), end), eve))
    on = Q(Exact(earlier("end_qualifier"), text(Qualifier.ON))) & Q(
        Exact(later("start_qualifier"), text(Qualifier.ON))
    )
    return on & (Q(Exact(end, eve)) | (Q(GreaterThanOrEqual(end, start)) & same & begun_before))


def keys_between(days: Between, about: tuple[str, int] | None = None) -> QuerySet:
    """What happened between two days, in order, as rows to make each a Key of.

    What happened comes first and what was so by then after it; each the earliest first, and of
    one day what is told of one forum or organisation together. `about` limits it to what concerns
    one: ("forum", its key). Otherwise what began or ended with what it belongs to is left to that.
    """
    if about is not None:
        of, key = about
        return _keys_of(key, *days.windows, of=of)
    return _keys_until(None, *days.windows)


def _keys_of(
    key: int, *windows: datetime.date, of: str, most: int | None = None, before: int = 0
) -> QuerySet:
    parts = []
    for kind in KINDS:
        concerned = concerning(kind, of, key)
        for which in kind.tells if concerned is not None else ():
            told = kind.rows().filter(
                _or_took_over(kind, which, concerned), if_possibly(which, *windows)
            )
            parts.append(_keyed(kind, which, _handed_over(kind, which, told, windows)))
    return _in_order(parts)[before:most]


def _by_itself(kind: Kind, which: str) -> Q:
    """A filter: it did not begin, or end, with what it belongs to."""
    if not kind.told_with:
        return Q()
    undated = Q(**{f"{kind.told_with}__{which}_date__isnull": True})
    return undated | ~kind.begun_with_its_owner(which)


def _in_order(parts: list[QuerySet]) -> QuerySet:
    return (
        parts[0]
        .union(*parts[1:], all=True)
        .order_by("limit", "on", "owner_name", "rank", "which", "pk")
    )


def first_keys(
    days: Between, about: tuple[str, int] | None = None, *, most: int, before: int = 0
) -> list[tuple]:
    """The first of what `keys_between` gives, as many as that but for those `before`. Of
    everything that happened, what came after them is not read."""
    if about is not None:
        of, key = about
        return list(_keys_of(key, *days.windows, of=of, most=most, before=before))
    found = _days_of_so_many(*days.windows, most=most)
    until = min((day for (day,) in found), default=None)
    return list(_keys_until(until, *days.windows, most=most, before=before))


def _days_of_so_many(*windows: datetime.date, most: int) -> QuerySet:
    """The days by which so many memberships have begun, and have ended, of those dated to the day,
    to the month and to the year, where there are so many: of nothing has a register more."""
    kind, parts = KIND["membership"], []
    for which, (precision, earliest, latest) in product(kind.tells, _each(windows)):
        told = kind.rows().filter(
            **{
                f"{which}_qualifier": Qualifier.ON,
                f"{which}_precision": precision,
                f"{which}_date__gte": earliest,
            },
        )
        in_turn = _handed_over(kind, which, told, windows).order_by(f"{which}_date")
        # Of those before the latest day PostgreSQL would reckon with a few, and sort them all.
        last = kind.model.objects.filter(
            **{f"{which}_date__lte": latest}, pk__in=in_turn.values("pk")[most - 1 : most]
        )
        parts.append(last.order_by().values_list(f"{which}_date"))
    return parts[0].union(*parts[1:], all=True)


def _keys_until(
    until, *windows: datetime.date, most: int | None = None, before: int = 0
) -> QuerySet:
    parts = []
    for kind in KINDS:
        for which in kind.tells:
            told = kind.rows().filter(possibly(which, *windows), _by_itself(kind, which))
            if until is not None:  # By then there are so many without what was so by then.
                told = told.filter(
                    **{f"{which}_qualifier": Qualifier.ON, f"{which}_date__lte": until}
                )
            parts.append(_keyed(kind, which, _handed_over(kind, which, told, windows)))
    return _in_order(parts)[before:most]


def concerning(kind: Kind, of: str, key: int) -> Q | None:
    """A filter: it concerns that forum, organisation or person; None if none of its kind does."""
    if of not in kind.concerns:
        return None
    paths = kind.concerns[of]
    if not any("__" in path for path in paths):
        return reduce(or_, (Q(**{path: key}) for path in paths))
    # Not by a join, which could tell one twice.
    found = [kind.model.objects.filter(**{path: key}).order_by().values("pk") for path in paths]
    return Q(pk__in=found[0].union(*found[1:]) if found[1:] else found[0])


def _or_took_over(kind: Kind, which: str, concerned: Q) -> Q:
    """A filter: it is `concerned`, or takes over from one that is and whose end is told with it."""
    if not kind.held or which == END:
        return concerned
    held = kind.model.objects.filter(concerned).order_by().values(kind.held)
    took_over = OWN & Q(Exists(_before(kind).filter(concerned)))
    return Q(**{f"{kind.held}__in": held}) & (concerned | took_over)


def _others(kind: Kind) -> QuerySet:
    """The other tenures of what somebody holds alone."""
    return kind.model.objects.filter(OWN, **{kind.held: OuterRef(kind.held)}).order_by()


def _before(kind: Kind) -> QuerySet:
    """The tenure that one took over from."""
    return _others(kind).filter(adjoining(F, OuterRef))


def _after(kind: Kind) -> QuerySet:
    """The tenure that took over from one."""
    return _others(kind).filter(adjoining(OuterRef, F))


def as_changes_tell(keys: Iterable[Key]) -> list[Key]:
    """`keys` in their order, each as changes tell it: a beginning with the tenure that it took
    over from, and in place of an end the beginning that took over from it. In two queries."""
    keys = list(keys)
    next_ones = _beside(keys, END)
    keys = [Key(k.what, START, next_ones[k], None) if k in next_ones else k for k in keys]
    before = _beside(keys, START)
    return [replace(key, follows=before.get(key)) for key in keys]


def _beside(keys: list[Key], which: str) -> dict[Key, int]:
    """Of the tenures that begin, or end, the one that each took over from, or that took over."""
    parts, of_key = [], {(key.what, key.pk): key for key in keys if key.which == which}
    for kind in KINDS:
        numbers = {pk for what, pk in of_key if what == kind.what}
        if not kind.held or not numbers:
            continue
        if which == START:
            other = _before(kind).order_by("-end_date", "-pk")
        else:
            other = _after(kind).order_by("start_date", "pk")
        parts.append(
            kind.model.objects.filter(OWN, pk__in=numbers)
            .order_by()
            .annotate(other=Subquery(other.values("pk")[:1]))
            .filter(other__isnull=False)
            .values_list(text(kind.what), "pk", "other")
        )
    found = parts[0].union(*parts[1:], all=True) if parts else []
    return {of_key[what, pk]: other for what, pk, other in found}


def _handed_over(
    kind: Kind, which: str, rows: QuerySet, windows: tuple[datetime.date, ...]
) -> QuerySet:
    """`rows` with the tenure that each took over from; without those whose end is told so."""
    nobody = Value(0, IntegerField())
    if kind.held and which == END:
        next_one = _after(kind).filter(possibly(START, *windows))
        rows = rows.exclude(OWN & Q(Exists(next_one)))
    if not kind.held or which == END:
        return rows.annotate(follows=nobody)
    before = Subquery(_before(kind).order_by("-end_date", "-pk").values("pk")[:1])
    before = Coalesce(before, nobody)
    return rows.annotate(
        follows=Case(When(OWN, then=before), default=nobody, output_field=IntegerField())
    )


def _keyed(kind: Kind, which: str, rows: QuerySet) -> QuerySet:
    return rows.annotate(
        limit=Case(
            When(**{f"{which}_qualifier": Qualifier.BY}, then=1),
            default=0,
            output_field=IntegerField(),
        ),
        on=F(f"{which}_date"),
        owner_name=F(kind.owner),
        rank=Value(kind.rank, IntegerField()),
        what=text(kind.what),
        which=text(which),
    ).values_list("limit", "on", "owner_name", "rank", "what", "which", "pk", "follows")


def as_key(row: tuple) -> Key:
    *_, what, which, pk, follows = row
    return Key(what, which, pk, follows or None)


def happenings(keys: Iterable[Key]) -> list[Happening]:
    """What `keys` name, in their order: read in at most three queries, however many there are."""
    keys = list(keys)
    wanted = defaultdict(set)
    for key in keys:
        wanted[key.what] |= {key.pk, key.follows} - {None}
    found = {}
    if wanted:
        parts = [_read(KIND[what], numbers) for what, numbers in wanted.items()]
        for row in parts[0].union(*parts[1:], all=True):
            found[row["told_what"], row["id"]] = row
    told = []
    for key in keys:
        if (key.what, key.pk) not in found:
            continue  # removed by somebody since the keys were read
        row = found[key.what, key.pk]
        if row[f"{key.which}_date"] is None:
            continue  # nothing is recorded to have begun, or to have ended
        happening = _happening(row, key.which)
        if key.follows is not None and (key.what, key.follows) in found:
            happening.follows = _happening(found[key.what, key.follows], END)
        told.append(happening)
    _count_together(told)
    _call_by_next_name(told)
    return told


# The columns that a Happening has besides those of every dated fact; what a kind has not is empty.
COLUMNS = {
    "subject_kind": text(),
    "subject_name": text(),
    "subject_slug": text(),
    "subject_honorific": text(),
    "object_kind": text(),
    "object_name": text(),
    "object_slug": text(),
    "title": text(),
    "number": Value(1, IntegerField()),
    "kind": text(),
    "basis": text(),
    "end_reason": text(),
    "for_name": text(),
    "for_slug": text(),
    "held_id": Value(0, IntegerField()),
    "person_id": Value(0, IntegerField()),
    "by_exception": Value(False, BooleanField()),
    "withheld": Value(False, BooleanField()),
}


def _read(kind: Kind, numbers: set[int]) -> QuerySet:
    (subject, path), (other, other_path) = kind.subject, kind.object
    columns = {
        **COLUMNS,
        "subject_kind": text(subject),
        "subject_name": F(f"{path}name"),
        "subject_slug": F(f"{path}slug"),
    }
    if subject == "person":
        columns["subject_honorific"] = F(f"{path}honorific")
        columns["withheld"] = F(f"{path}withheld")
        columns["person_id"] = F("person_id")
    if other:
        columns["object_kind"] = text(other)
        columns["object_name"] = F(f"{other_path}name")
        columns["object_slug"] = F(f"{other_path}slug")
    columns.update(kind.columns)
    return (
        kind.model.objects.filter(pk__in=numbers)
        .order_by()
        .values(
            "id",
            *PERIOD,
            *EVIDENCE,
            **document_columns(),
            told_what=text(kind.what),
            **{f"told_{name}": columns[name] for name in COLUMNS},
        )
    )


def _happening(row: dict, which: str) -> Happening:
    fields = {name.removeprefix("told_"): value for name, value in row.items()}
    honorific = fields.pop("subject_honorific")
    fields["subject_name"] = f"{honorific} {fields['subject_name']}".strip()
    if fields["withheld"]:
        # What is quoted or noted of somebody names them, more often than not.
        fields.update(subject_name=NAME_WITHHELD, subject_slug=None, quotation="", note="")
    return Happening(which=which, **fields)


def _count_together(told: list[Happening]) -> None:
    """Say of each forum and organisation how much of its own began or ended with it."""
    parts = []
    for kind in KINDS:
        if not kind.told_with:
            continue
        owner = KIND["organisation" if kind.told_with == "organisation" else "forum"].what
        for which in kind.tells:
            owners = [each.id for each in told if (each.what, each.which) == (owner, which)]
            if not owners:
                continue
            rows = kind.rows().filter(
                kind.begun_with_its_owner(which), **{f"{kind.told_with}__in": owners}
            )
            counted = [(kind.what, rows, Count("pk"))]
            if kind.model is Seat:
                counted = [
                    (kind.what, rows.filter(number__isnull=False), Sum("number")),
                    (UNNUMBERED, rows.filter(number=None), Count("pk")),
                ]
            parts += [
                of_what.annotate(
                    of=text(owner), at=text(which), what=text(what), key=F(kind.told_with)
                )
                .values("of", "at", "what", "key")
                .annotate(how_many=how_many)
                .values_list("of", "at", "key", "what", "how_many")
                for what, of_what, how_many in counted
            ]
    if not parts:
        return
    by_place = {(each.what, each.which, each.id): each for each in told}
    for of, which, key, what, number in parts[0].union(*parts[1:], all=True):
        by_place[of, which, key].together[what] = number


RENAMED = {"organisation-name": "organisation", "forum-name": "forum", "person-name": "person"}


def _call_by_next_name(told: list[Happening]) -> None:
    """Say of each name that was given up what came after it: the next former name, or, where
    there is none, the name that its owner has now; nothing if the sources leave it open."""
    renamed = [each for each in told if each.what in RENAMED]
    parts = []
    for what, owner in RENAMED.items():
        slugs = {each.subject_slug for each in renamed if each.what == what}
        if slugs:
            parts.append(
                KIND[what]
                .rows()
                .filter(**{f"{owner}__slug__in": slugs}, start_date__isnull=False)
                .values_list(
                    text(what), f"{owner}__slug", "start_date", "name", "start_qualifier", "pk"
                )
            )
    names = defaultdict(list)
    for what, slug, *name in parts[0].union(*parts[1:], all=True) if parts else []:
        names[what, slug].append(name)
    for each in renamed:
        from_then = first_day(each.end_date, each.end_precision)
        later = [
            name
            for name in sorted(names[each.what, each.subject_slug])
            if name[0] >= from_then and name[-1] != each.id
        ]
        if not later:
            each.then_called = each.subject_name
        elif later[0][2] == Qualifier.ON:
            each.then_called = later[0][1]


def days_told(up_to: datetime.date, about: tuple[str, int] | None = None) -> Between | None:
    """From the first to the last day, `up_to` a day, on which anything is recorded to have begun
    or ended, or anything that concerns one forum, organisation or person; None if nothing is."""
    told = _days_told_of(up_to, about[1], of=about[0]) if about else _days_told(up_to)
    found = [days for days in told if None not in days]
    if not found:
        return None
    return Between(min(first for first, _ in found), max(last for _, last in found))


def _days_told(up_to: datetime.date) -> QuerySet:
    return _ends(up_to, {kind.what: Q() for kind in KINDS})


def _days_told_of(up_to: datetime.date, key: int, *, of: str) -> QuerySet:
    return _ends(up_to, {kind.what: concerning(kind, of, key) for kind in KINDS})


def _ends(up_to: datetime.date, among: dict[str, Q | None]) -> QuerySet:
    parts = []
    for kind in KINDS:
        concerned = among[kind.what]
        for which in kind.tells if concerned is not None else ():
            column = f"{which}_date"
            parts.append(
                kind.rows()
                .filter(concerned, **{f"{column}__lte": up_to})
                .annotate(one=Value(1))
                .values("one")
                .annotate(earliest=Min(column), latest=Max(column))
                .values_list("earliest", "latest")
            )
    return parts[0].union(*parts[1:])
