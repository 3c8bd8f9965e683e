"""What began or ended, was handed over or renamed, read from the database with its sources."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import (
    BooleanField,
    Count,
    DateField,
    ExpressionWrapper,
    F,
    IntegerField,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.functions import Cast

from forums.befalling import tell_what_befell
from forums.change_kinds import (
    END,
    GIVEN_UP,
    KIND,
    KINDS,
    NAMED,
    START,
    UNNUMBERED,
    Key,
    Kind,
    Subject,
    text,
)
from forums.models import Forum, ForumState, Seat, SeatTerms
from organisations.held_terms import Differences, EarlierTerms, differences_of
from organisations.models import PostTerms
from people.holder_rows import NAME_WITHHELD
from records.periods import Qualifier, When, first_day
from records.stated import EVIDENCE, PERIOD, DatedStated, document_columns


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
    number: int | None  # how many people a seat is for
    kind: str
    # The status with which a forum began.
    began_as: str
    basis: str
    acting_for: str
    named_date: datetime.date | None
    named_precision: str
    named_qualifier: str
    end_reason: str
    given_up_date: datetime.date | None
    given_up_precision: str
    given_up_qualifier: str
    given_up_document_slug: str | None
    given_up_document_title: str | None
    given_up_locator: str
    for_name: str | None
    for_slug: str | None
    independent: bool
    person_id: int
    joint: str  # the words that the records of one joint appointment share
    by_exception: bool
    withheld: bool
    # Whether it began, or ended, exactly with what it is true of: that is no change.
    starts_with_owner: bool
    ends_with_owner: bool
    # In a handover, the end of the tenure before, or of the terms of reference before.
    follows: "Happening | None" = None
    # How many records that belong to it began or ended with it: {"seat": 12}. A seat counts as many
    # times as it has holders; UNNUMBERED counts the seats whose number no source gives.
    counts: dict[str, int] = field(default_factory=dict)
    # For a name that was given up, the name after it.
    next_name: str = ""
    # The fields that changed, if these are earlier terms of a seat.
    differences: Differences = ()
    # In the changes of a forum: how an organisation takes part in it, and the forum if it is not
    # known whether it can have a quorum after the closing.
    takes_part: str = ""
    quorum_in_doubt: Forum | None = None

    @property
    def day(self) -> datetime.date:
        """The day on which it is listed: of a rename, that on which the next name takes effect."""
        if self.what not in TAKES_EFFECT_NEXT_DAY or self.ends is None:
            return getattr(self, f"{self.which}_date")
        next_name = self.ends.morrow()
        return next_name.day if self.is_limit else next_name.first_possible()

    def is_to_come(self, today: datetime.date) -> bool:
        """Whether it is still to happen. On its last day a record is still in force, as its page
        says."""
        if self.which in (START, NAMED, GIVEN_UP) or (
            self.what in TAKES_EFFECT_NEXT_DAY and not self.is_limit
        ):
            return self.day > today
        return not self.has_ended(today)

    @property
    def given_up(self) -> When | None:
        """The day of which the document speaks that gives a plan up."""
        if self.given_up_date is None:
            return None
        return When(self.given_up_date, self.given_up_precision, self.given_up_qualifier)

    @property
    def is_with_owner(self) -> bool:
        """Whether it began, or ended, exactly with what it is true of: that is no change."""
        return {START: self.starts_with_owner, END: self.ends_with_owner}.get(self.which, False)

    @property
    def precision(self) -> str:
        return getattr(self, f"{self.which}_precision")

    @property
    def is_foreseen(self) -> bool:
        """Whether no source says that it happened, but one that it was to."""
        foreseen = {START: self.start_foreseen, END: self.end_foreseen}
        return foreseen.get(self.which, False)

    @property
    def foreseen_as_of(self) -> When | None:
        """The day of which the source speaks that only foresaw it; None if it happened."""
        if not self.is_foreseen:
            return None
        return self.start_foreseen_as_of if self.which == START else self.end_foreseen_as_of

    @property
    def event(self) -> str:
        """ "start", "end", "named", "given-up", "handover", "renaming" or "change"."""
        if self.what in RENAMED:
            return "renaming"
        if self.what in TERMS_OF:
            return "change"
        return "handover" if self.follows else self.which.replace("_", "-")

    @property
    def is_limit(self) -> bool:
        """Whether it happened by its date, and perhaps long before."""
        return getattr(self, f"{self.which}_qualifier") == Qualifier.BY

    @property
    def is_not_before(self) -> bool:
        """Whether it was to happen on its date at the earliest, and no source says that it has."""
        return getattr(self, f"{self.which}_qualifier") == Qualifier.NOT_BEFORE

    def may_be_before(self, day: datetime.date) -> bool:
        """Whether its date may stand for a day before `day`."""
        return first_day(self.day, self.precision) < day

    @property
    def source(self) -> tuple[str, str, str, str, str]:
        """The document that says so: its slug and title, the place in it, quotation and note."""
        if self.which == GIVEN_UP:
            slug, title = self.given_up_document_slug or "", self.given_up_document_title or ""
            return slug, title, self.given_up_locator, "", ""
        if self.which == END and self.end_document_slug is not None:
            return self.end_document_slug, self.end_document_title, self.end_locator, "", ""
        return self.document_slug, self.document_title, self.locator, self.quotation, self.note

    @property
    def sources(self) -> list[tuple[str, str, str, str, str]]:
        """The source, and in a handover also the source of the end of the tenure before."""
        both = [self.source, *([self.follows.source] if self.follows else [])]
        return list(dict.fromkeys(both))


def happenings(keys: Iterable[Key], about: Subject | None = None) -> list[Happening]:
    """What `keys` name, in their order, as it concerns the forum that it is `about`, if any.

    Asks at most three queries, however many keys there are, one more about a forum, and two more if
    what is laid down of a seat changed.
    """
    keys = list(keys)
    wanted = defaultdict(set)
    for key in keys:
        wanted[key.what] |= {key.pk, key.follows} - {None}
    rows = {}
    if wanted:
        parts = [_read(KIND[what], numbers) for what, numbers in wanted.items()]
        for row in parts[0].union(*parts[1:], all=True):
            rows[row["its_what"], row["id"]] = row
    found = []
    for key in keys:
        row = rows.get((key.what, key.pk))
        # Somebody may have removed the record, or its date, since the keys were read.
        date = f"{key.which}_date"
        if row is None or row[f"its_{date}" if key.which in (NAMED, GIVEN_UP) else date] is None:
            continue
        if key.which != GIVEN_UP and row["its_given_up_document_slug"]:
            continue  # it never came
        happening = _happening(row, key.which)
        if happening.is_with_owner:
            continue
        if key.follows is not None and (key.what, key.follows) in rows:
            happening.follows = _happening(rows[key.what, key.follows], END)
        found.append(happening)
    _count_what_belongs_to_each(found)
    _find_next_names(found)
    _find_differences(found)
    if about is not None and about[0] == "forum":
        tell_what_befell(about[1], found)
    return found


# The columns of a Happening besides those of every dated fact. A kind may leave some empty.
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
    "began_as": text(),
    "basis": text(),
    "acting_for": text(),
    "named_date": Cast(Value(None), DateField()),
    "named_precision": text(),
    "named_qualifier": text(),
    "end_reason": text(),
    "given_up_date": Cast(Value(None), DateField()),
    "given_up_precision": text(),
    "given_up_qualifier": text(),
    "given_up_document_slug": text(),
    "given_up_document_title": text(),
    "given_up_locator": text(),
    "for_name": text(),
    "for_slug": text(),
    "independent": Value(False, BooleanField()),
    "person_id": Value(0, IntegerField()),
    "joint": text(),
    "by_exception": Value(False, BooleanField()),
    "withheld": Value(False, BooleanField()),
    "starts_with_owner": Value(False, BooleanField()),
    "ends_with_owner": Value(False, BooleanField()),
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
    if kind.true_of:
        for which in (START, END):
            same = ExpressionWrapper(kind.same_time_as_owner(which), BooleanField())
            columns[f"{which}s_with_owner"] = same
    columns.update(kind.columns)
    return (
        kind.model.objects.filter(pk__in=numbers)
        .order_by()
        .values(
            "id",
            *PERIOD,
            *EVIDENCE,
            **document_columns(),
            its_what=text(kind.what),
            **{f"its_{name}": columns[name] for name in COLUMNS},
        )
    )


def _happening(row: dict, which: str) -> Happening:
    fields = {name.removeprefix("its_"): value for name, value in row.items()}
    honorific = fields.pop("subject_honorific")
    fields["subject_name"] = f"{honorific} {fields['subject_name']}".strip()
    if fields["withheld"]:
        # A quotation or a note about somebody usually names them.
        fields.update(
            subject_name=NAME_WITHHELD, subject_slug=None, quotation="", note="", joint=""
        )
    return Happening(which=which, **fields)


def _count_what_belongs_to_each(found: list[Happening]) -> None:
    """Count, for each forum and organisation, the records that began or ended with it."""
    parts = []
    for kind in KINDS:
        if not kind.counted_with:
            continue
        owner = "organisation" if kind.counted_with == "organisation" else "forum"
        for which in kind.events:
            owners = [each.id for each in found if (each.what, each.which) == (owner, which)]
            if not owners:
                continue
            rows = kind.rows().filter(
                kind.same_time_as_owner(which), **{f"{kind.counted_with}__in": owners}
            )
            counted = [(kind.what, rows, Count("pk"))]
            if kind.model is Seat:
                counted = [
                    (kind.what, rows.filter(number__isnull=False), Sum("number")),
                    (UNNUMBERED, rows.filter(number=None), Count("pk")),
                ]
            parts += [
                some.annotate(
                    of=text(owner), at=text(which), what=text(what), key=F(kind.counted_with)
                )
                .values("of", "at", "what", "key")
                .annotate(how_many=how_many)
                .values_list("of", "at", "key", "what", "how_many")
                for what, some, how_many in counted
            ]
    if not parts:
        return
    by_owner = {(each.what, each.which, each.id): each for each in found}
    for of, which, key, what, number in parts[0].union(*parts[1:], all=True):
        by_owner[of, which, key].counts[what] = number


RENAMED = {"organisation-name": "organisation", "forum-name": "forum", "person-name": "person"}
# The kinds of earlier terms, each with its model.
TERMS_OF: dict[str, type[EarlierTerms]] = {
    "seat-terms": SeatTerms,
    "post-terms": PostTerms,
    "forum-state": ForumState,
}
# Kinds listed on the day after their end, when something else takes effect.
TAKES_EFFECT_NEXT_DAY = {*RENAMED, *TERMS_OF}


def _find_next_names(found: list[Happening]) -> None:
    """Give each name that was given up the name after it: the next former name, or else the name
    of today. It stays empty if the sources leave it open."""
    renamed = [each for each in found if each.what in RENAMED]
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
            each.next_name = each.subject_name
        elif later[0][2] == Qualifier.ON:
            each.next_name = later[0][1]


def _find_differences(found: list[Happening]) -> None:
    """Say of each change of what is laid down of a post or seat what changed."""
    for what, model in TERMS_OF.items():
        changed = [each for each in found if each.what == what]
        differences = differences_of(model, [each.id for each in changed])
        for each in changed:
            each.differences = differences.get(each.id, ())
