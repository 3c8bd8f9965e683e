"""The terms of a post, a seat or a forum before they changed, such as how many may hold it.

The post's or seat's own columns hold what was laid down last. Each change leaves a record of what
held until then: the end of that record has the day and the source of the change. What a post or
seat was on a day is the first of these records that is not over, or else its own columns. While it
is not known whether a change has happened yet, the earlier record counts, and pages say both.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models import When as CaseWhen

from records.constraints import DatabaseCheck
from records.days import NO_EARLIEST, NO_LATEST, next_day
from records.models import DatedFact
from records.overlap_rules import NoOverlap
from records.periods import Qualifier, When
from records.prepared import prepared
from records.stated import EVIDENCE, PERIOD, DatedStated, document_columns

UNTIL_A_CHANGE = (
    "Give the last day on which this held, on or by which it is known to have changed. What holds "
    "now is said on the post or seat itself."
)


Records = TypeVar("Records", bound=QuerySet)


class EarlierTerms(DatedFact):
    """The earlier status, host and place of a forum, or the earlier terms of a post or seat."""

    # The field of that record, and those of its fields that may change: this has each of them too.
    terms_of = ""
    laid_down: tuple[str, ...] = ()
    # The paths to the names of what some of these lead to, such as an organisation.
    names: dict[str, str] = {}

    class Meta(DatedFact.Meta):
        abstract = True
        constraints = [
            *DatedFact.Meta.constraints,
            DatabaseCheck(
                name="%(app_label)s_%(class)s_until_a_change",
                condition=Q(end_date__isnull=False, end_qualifier__in=[Qualifier.ON, Qualifier.BY]),
                violation_error_message=UNTIL_A_CHANGE,
            ),
        ]

    @classmethod
    def paths(cls) -> dict[str, str]:
        """The path to the value of each field that may change, or to its name."""
        return {name: cls.names.get(name, name) for name in cls.laid_down}

    @property
    def changed(self) -> Any:
        """The record that changed; None while a form has not named it."""
        field: Any = self._meta.get_field(self.terms_of)
        return None if getattr(self, field.attname) is None else getattr(self, self.terms_of)

    def get_absolute_url(self):
        return self.changed.get_absolute_url()

    def clean(self) -> None:
        super().clean()
        if self.latest_end is None:
            return  # The fields themselves say so.
        if self.end_date is None or self.latest_end == NO_LATEST:
            raise ValidationError({"end_date": UNTIL_A_CHANGE})
        changed = self.changed
        if changed is None:
            return
        if self.latest_end < changed.earliest_start:
            raise ValidationError(
                {
                    "end_date": f"{changed} begins {changed.when_it_starts()}, and cannot change "
                    "before that. Give a later day, or correct the record itself if it was so from "
                    "the start."
                }
            )
        if changed.has_ended(next_day(self.latest_end)):
            raise ValidationError(
                {
                    "end_date": f"{changed} ended {changed.when_it_ends()}, and cannot change "
                    "after that. Give an earlier day."
                }
            )


class HeldTerms(EarlierTerms):
    """The terms of a post or a seat until they changed."""

    class Meta(EarlierTerms.Meta):
        abstract = True

    @property
    def capacity(self) -> int | None:
        """How many people could hold it at once; None if no source says."""
        return getattr(self, type(self.changed).number_field)

    def save(self, *args, **kwargs):
        with transaction.atomic(using=kwargs.get("using")):
            super().save(*args, **kwargs)
            self._settle_tenures()

    def delete(self, *args, **kwargs):
        with transaction.atomic(using=kwargs.get("using")):
            gone = super().delete(*args, **kwargs)
            self._settle_tenures()
        return gone

    def _settle_tenures(self) -> None:
        self.changed.has_terms = None  # It may have had none when it was read.
        self.changed.settle_tenures()


class HasEarlierTerms(models.Model):
    """A record of which earlier terms may be recorded."""

    terms_name = ""
    # Whether earlier terms are recorded of it; None if that has not been read.
    has_terms: bool | None = None

    class Meta:
        abstract = True

    @classmethod
    def terms_model(cls) -> Any:
        """The model of its earlier terms."""
        return cls._meta.get_field(cls.terms_name).related_model

    @classmethod
    def knowing_of_terms(cls, records: Records) -> Records:
        """`records`, each of which says whether there is something for `read_terms` to read."""
        return (
            records.annotate(has_terms=has_terms(cls.terms_model())) if cls.terms_name else records
        )

    def read_terms(self) -> list:
        """Its terms before they changed. Asks a query, unless it is known that there are none."""
        if self.pk is None or not self.terms_name or self.has_terms is False:
            return []
        return list(getattr(self, self.terms_name).all())


def recorded_once(name: str, of: str) -> NoOverlap:
    """The rule that one thing at a time is laid down of a post or seat."""
    return NoOverlap(
        name=name,
        columns=(of,),
        locks=of,
        message=f"What was laid down of this {of} is already recorded for that period: %(other)s.",
    )


@dataclass(kw_only=True)
class StatedTerms(DatedStated):
    """The terms of a post or a seat until they changed, as a row."""

    id: int
    held_id: int
    laid_down: dict[str, Any]


def not_over_on(terms: Iterable[Any], day: datetime.date) -> list[Any]:
    """The `terms` of one post or seat that may hold on `day`, the first to end first."""
    found = []
    for each in sorted(terms, key=lambda each: each.latest_end):
        if each.latest_end >= day:
            found.append(each)
            if each.earliest_end >= day:
                break
    return found


def laid_down_on(terms: Iterable[StatedTerms], day: datetime.date) -> dict[str, Any]:
    """The fields laid down on `day` by these `terms` of a post or seat; {} for its own columns."""
    found = not_over_on(terms, day)
    return found[0].laid_down if found else {}


def own_column(name: str, key: str) -> str:
    """The column `name` of a post or seat whose key is in the column `key`: "seat_id" or "pk"."""
    return name if key == "pk" else f"{key.removesuffix('_id')}__{name}"


def laid_down(model: type[EarlierTerms], name: str, day: datetime.date, key: str = "pk") -> Case:
    """An expression on posts or seats, which agrees with `laid_down_on`: what was laid down on
    `day` of the one whose key is in the column `key`."""
    terms = model.objects.filter(latest_end__gte=day, **{model.terms_of: OuterRef(key)}).order_by(
        "latest_end"
    )
    field: Any = model._meta.get_field(name)
    return Case(
        CaseWhen(Exists(terms), then=Subquery(terms.values(name)[:1])),
        default=F(own_column(name, key)),
        output_field=field,
    )


def has_terms(model: type[EarlierTerms], of: str = "pk") -> Exists:
    """Whether what was laid down earlier is recorded of the post or seat with that key."""
    return Exists(model.objects.filter(**{model.terms_of: OuterRef(of)}))


def terms_by_key(
    model: type[EarlierTerms], keys: Iterable[int]
) -> defaultdict[int, list[StatedTerms]]:
    """The earlier terms of posts or seats, by the key of each, the first to end first."""
    found: defaultdict[int, list[StatedTerms]] = defaultdict(list)
    keys = tuple(sorted(set(keys)))
    for row in _terms_of(keys, model=model) if keys else ():
        values = {name: row.pop(path) for name, path in model.paths().items()}
        found[row["held_id"]].append(StatedTerms(laid_down=values, **row))
    return found


@prepared
def _terms_of(keys: tuple[int, ...], model: type[EarlierTerms]) -> QuerySet:
    return (
        model.objects.filter(**{f"{model.terms_of}__in": keys})
        .order_by("latest_end", "pk")
        .values(
            "id",
            *model.paths().values(),
            *PERIOD,
            *EVIDENCE,
            held_id=F(f"{model.terms_of}_id"),
            **document_columns(),
        )
    )


def lay_down(records: Iterable[tuple[Any, datetime.date]], model: type[EarlierTerms]) -> None:
    """Give each of some posts or seats with earlier terms, read to be shown and not saved, what was
    laid down of it on a day. Asks one query, if there are any."""
    records = list(records)
    found = terms_by_key(model, [each.pk for each, _ in records])
    for each, day in records:
        for name, value in laid_down_on(found[each.pk], day).items():
            setattr(each, name, value)


# The fields that differ, each with its value before and after.
Differences = tuple[tuple[str, Any, Any], ...]


@dataclass(frozen=True)
class TermsChange:
    """A change of what is laid down of a post or seat, with what it was and what it became."""

    # The terms until then. Their end has the day and the source of the change.
    before: Any
    differences: Differences

    @property
    def begins(self) -> When:
        """When the change took effect."""
        return self.before.ends.morrow()


def changes_among(terms: Sequence[StatedTerms], now: dict[str, Any]) -> list[TermsChange]:
    """The changes between the `terms` of one post or seat, the first to end first, and what is
    laid down `now`."""
    after = [each.laid_down for each in terms[1:]] + [now]
    return [
        TermsChange(before, differences(before.laid_down, then))
        for before, then in zip(terms, after, strict=True)
    ]


def differences(before: dict[str, Any], after: dict[str, Any]) -> Differences:
    return tuple(
        (name, value, after[name]) for name, value in before.items() if value != after[name]
    )


def differences_of(model: type[EarlierTerms], keys: Iterable[int]) -> dict[int, Differences]:
    """What changed at the end of each of the terms of those keys. Asks two queries, if any."""
    keys = list(keys)
    if not keys:
        return {}
    of: Any = model._meta.get_field(model.terms_of)
    held = model.objects.filter(pk__in=keys).order_by().values(model.terms_of)
    paths = model.paths()
    rows = list(
        of.related_model.objects.filter(pk__in=held).order_by().values("pk", *paths.values())
    )
    terms = terms_by_key(model, [row["pk"] for row in rows])
    return {
        change.before.id: change.differences
        for row in rows
        for change in changes_among(terms[row["pk"]], {name: row[paths[name]] for name in paths})
    }


# How many may hold something, from the first day on which that may be so to the last.
TimeOfCapacity = tuple[datetime.date, datetime.date, int | None]


def times_of_capacity(terms: Sequence[HeldTerms], now: int | None) -> list[TimeOfCapacity]:
    """How many could hold a post or seat by each of its `terms`, and how many can `now`. Two such
    times share the days on which the change may have been."""
    times, first = [], NO_EARLIEST
    for each in sorted(terms, key=lambda each: each.latest_end):
        times.append((first, each.latest_end, each.capacity))
        first = next_day(each.earliest_end)
    return [*times, (first, NO_LATEST, now)]


def most_on(times: Iterable[TimeOfCapacity], day: datetime.date) -> int | None:
    """How many may hold it at once on `day`, at the most; None if no source says."""
    rooms = [capacity for first, last, capacity in times if first <= day <= last]
    return None if None in rooms else max(room for room in rooms if room is not None)
