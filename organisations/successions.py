"""What came after what: how one organisation or forum succeeds another, and since when.

A succession has a day, as it is known, and never ends. Until that day it is a plan, if a document
of before says so. A plan may be given up, by a later document.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from records.constraints import DatabaseCheck
from records.evidence import spoken_of
from records.locks import locked
from records.models import DatedFact
from records.periods import Precision, Qualifier, When, date_in_words


class SuccessionKind(models.TextChoices):
    """How one thing takes the place of another, read from the first to the second."""

    SUCCEEDED_BY = "succeeded-by", "succeeded by"
    REPLACED_BY = "replaced-by", "replaced by"
    MERGED_INTO = "merged-into", "merged into"
    SPLIT_INTO = "split-into", "split into"
    IN_PART_BY = "in-part-by", "taken over in part by"
    RENAMED = "renamed", "renamed"


# Those by which something comes after all of another, and not after a part of it.
OF_THE_WHOLE = [kind for kind in SuccessionKind.values if kind != SuccessionKind.IN_PART_BY]

# The same, read from the second to the first.
TURNED_ROUND = {
    SuccessionKind.SUCCEEDED_BY: "Successor to",
    SuccessionKind.REPLACED_BY: "Replacement for",
    SuccessionKind.MERGED_INTO: "Merged from",
    SuccessionKind.SPLIT_INTO: "Split from",
    SuccessionKind.IN_PART_BY: "Took over part of",
    SuccessionKind.RENAMED: "Formerly",
}

# What a succession is on a day.
CAME, PERHAPS, PLANNED, GIVEN_UP, UNTOLD = "came", "perhaps", "planned", "given-up", ""

NEVER_ENDS = "A succession has a start and no end. Leave the end empty."
RECORDED_ALREADY = "This succession is recorded already. Correct that one."
GIVEN_UP_HAS_SOURCE = "Say which document gives the plan up, and where in it: both, or neither."
GIVEN_UP_BEGAN = (
    "A plan that was given up never came. Leave the start empty, or say that it is not before it."
)


class Plannable(DatedFact):
    """A tie between two organisations or two forums, of which a document may have been the plan.

    The two are its `fixed_fields`. A plan that was given up holds on no day: its start is never.
    """

    DOCUMENT_FIELDS = (*DatedFact.DOCUMENT_FIELDS, "given_up_document")

    given_up_document = models.ForeignKey(
        "records.Document",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="plan given up, according to",
        help_text="Only for a plan that came to nothing: the paper that says so.",
    )
    given_up_locator = models.CharField(
        "place in that paper",
        max_length=300,
        blank=True,
        help_text="The page, slide or section that says so.",
    )

    kind: Any
    # The sentence that refuses one and the same thing on both sides.
    between_two = ""

    class Meta(DatedFact.Meta):
        abstract = True
        constraints = [
            # A plan may have neither a start nor an end.
            *(each for each in DatedFact.Meta.constraints if "start_or_end" not in each.name),
            DatabaseCheck(
                name="%(app_label)s_%(class)s_given_up_has_source",
                condition=Q(given_up_document__isnull=True, given_up_locator="")
                | (Q(given_up_document__isnull=False) & ~Q(given_up_locator="")),
                violation_error_message=GIVEN_UP_HAS_SOURCE,
            ),
            DatabaseCheck(
                name="%(app_label)s_%(class)s_given_up_never_began",
                condition=Q(given_up_document__isnull=True)
                | Q(start_date__isnull=True)
                | Q(start_qualifier=Qualifier.NOT_BEFORE),
                violation_error_message=GIVEN_UP_BEGAN,
            ),
            DatabaseCheck(
                name="%(app_label)s_%(class)s_never_ends",
                condition=Q(end_date__isnull=True) | ~Q(kind__in=SuccessionKind.values),
                violation_error_message=NEVER_ENDS,
            ),
        ]

    @property
    def is_succession(self) -> bool:
        """Whether the second of the two comes after the first. The other ties are members, parts
        and partners."""
        return self.kind in SuccessionKind.values

    @property
    def may_have_no_start(self) -> bool:
        return self.is_succession

    def settle_period(self) -> None:
        """A plan without a day holds nothing yet."""
        if self.start_date is None and self.may_have_no_start:
            self.start_precision, self.start_qualifier = Precision.DAY, Qualifier.NOT_BEFORE
        super().settle_period()

    @property
    def is_given_up(self) -> bool:
        return self.given_up_document_id is not None

    @property
    def is_open_plan(self) -> bool:
        """Whether this is a succession of which no document says that it came or was given up."""
        if self.is_given_up or not self.is_succession:
            return False
        unsettled = self.start_date is None or self.start_qualifier == Qualifier.NOT_BEFORE
        return unsettled or self.start_foreseen

    @property
    def given_up_as_of(self) -> When | None:
        """The day of which the document speaks that gives the plan up."""
        document = self.given_up_document
        return spoken_of(document, "as_of") if document else None

    def given_up_in_words(self) -> str:
        """ "given up by January 2024"."""
        known = self.given_up_as_of
        return f"given up by {known.in_words().removeprefix('by ')}" if known else "given up"

    def stands(self, day: datetime.date) -> str:
        """What this is on a day: CAME, PERHAPS, PLANNED, GIVEN_UP, or UNTOLD if no document spoke
        of it by then. A succession stays a plan after its day until a document says that it came.
        """
        holds = self.holds(day)
        if holds is not False or self.has_ended(day):
            if self.is_succession and self.start_is_told_as_foreseen(day):
                return PLANNED
            return PERHAPS if holds is None else CAME
        said = self.source_as_of
        if said is not None and said.first_possible() > day:
            return UNTOLD
        given_up = self.given_up_as_of
        if self.is_given_up and (given_up is None or given_up.first_possible() <= day):
            return GIVEN_UP
        if self.starts is None or self.start_qualifier == Qualifier.NOT_BEFORE:
            return PLANNED
        # What a document of that day or later tells was no plan.
        foresaw = said is not None and said.last_possible() < self.starts.first_possible()
        return PLANNED if foresaw else UNTOLD

    def verb(self, stands: str, day: datetime.date, over: bool = False) -> str:
        """The verb before what became of the first of the two, or is planned to: "was", "is to
        be". `over` says that one of the two has ended, and the plan with it."""
        passed = over or self.start_is_told_as_foreseen(day)
        return be(GIVEN_UP if passed and stands == PLANNED else stands)

    def when_told(self, stands: str, day: datetime.date, over: bool = False) -> str:
        """When it came, as it is known, or whose plan it is: "on 1 April 2024", "a plan of March
        2019, which gives no day"."""
        if stands in (CAME, PERHAPS):
            return self.when_it_starts()
        if stands == PLANNED and self.start_is_told_as_foreseen(day):
            return f"{self.when_it_starts()}, {self.start_only_planned()}"
        said = self.source_as_of
        plan = f"a plan of {said.in_words().removeprefix('by ')}" if said else "a plan"
        told = f"{self.when_it_starts()}, {plan}" if self.starts else f"{plan}, which gives no day"
        if self.is_given_up and self.start_date:  # it never began: the day is that of the plan
            told = f"{plan} for {date_in_words(self.start_date, self.start_precision)}"
        elif not (self.is_given_up or self.is_open_plan or self.start_is_announced):
            # The day is that on which it came. Nothing says whether the plan gave that or another.
            told = f"{plan}; it came {self.when_it_starts()}"
        if stands == GIVEN_UP:
            return f"{told}, {self.given_up_in_words()}"
        unsettled = over and self.is_open_plan
        return f"{told}; no source says what became of it" if unsettled else told

    def clean(self) -> None:
        super().clean()
        before, after = (getattr(self, f"{name}_id") for name in self.fixed_fields)
        if before is not None and before == after:
            raise ValidationError({self.blame: self.between_two})
        if self.is_given_up != bool(self.given_up_locator):
            raise ValidationError({"given_up_document": GIVEN_UP_HAS_SOURCE})
        if self.is_given_up and self.start_date and self.start_qualifier != Qualifier.NOT_BEFORE:
            raise ValidationError({"start_qualifier": GIVEN_UP_BEGAN})
        if self.is_succession and self.end_date is not None:
            raise ValidationError({"end_date": NEVER_ENDS})
        if self.is_succession and not self.is_given_up:
            self.refuse_twice_and_in_a_circle()

    def refuse_twice_and_in_a_circle(self) -> None:
        """Raise ValidationError if the two have such a succession already, or if the second leads
        back to the first. What takes over a part may give a part back."""
        before, after = (getattr(self, f"{name}_id") for name in self.fixed_fields)
        if None in (before, after):
            return  # the fields say so themselves
        others = self.others_locked()
        ties = others.values_list(*self.fixed_fields, "kind", "start_date")
        above = defaultdict(set)
        in_part = self.kind == SuccessionKind.IN_PART_BY
        for first, second, kind, start in ties:
            same = (first, second) == (before, after)
            if (kind == SuccessionKind.IN_PART_BY) != in_part:
                continue
            if same and (not in_part or start == self.start_date):
                raise ValidationError({self.blame: RECORDED_ALREADY})
            above[first].add(second)
        if not in_part and leads_to(before, after, above):
            raise ValidationError({self.blame: self.in_a_circle()})

    @property
    def blame(self) -> str:
        """The field that an error of what this is between is shown on: the second of the two, or
        the kind once the two are fixed."""
        return self.fixed_fields[1] if self._state.adding else "kind"

    def in_a_circle(self) -> str:
        before, after = (getattr(self, name) for name in self.fixed_fields)
        return (
            f"{after} was itself succeeded by {before}, straight away or by way of others. A "
            "succession goes one way: correct one of them."
        )

    def others_locked(self, kinds: Iterable[str] = SuccessionKind.values) -> models.QuerySet:
        """The other ties of these kinds that were not given up, which nobody else may add to until
        the transaction ends."""
        owner: Any = self._meta.get_field(self.fixed_fields[0])
        owners = [getattr(self, f"{name}_id") for name in self.fixed_fields]
        list(locked(owner.related_model).filter(pk__in=owners).order_by("pk").values_list("pk"))
        list(locked(type(self)).filter(kind__in=kinds).order_by("pk").values_list("pk"))
        others = type(self)._default_manager.exclude(pk=self.pk).order_by()
        return others.filter(kind__in=kinds, given_up_document=None)


def leads_to(end: int, start: int, above: dict[int, set[int]]) -> bool:
    """Whether a way leads from `start` to `end`."""
    waiting, seen = [start], set()
    while waiting:
        key = waiting.pop()
        if key == end:
            return True
        if key not in seen:
            seen.add(key)
            waiting += above.get(key, ())
    return False


# The words


def be(stands: str, many: bool = False) -> str:
    """The verb before what becomes of something: "was", "is to be", "was to be"."""
    if stands == PLANNED:
        return "are to be" if many else "is to be"
    if stands == GIVEN_UP:
        return "were to be" if many else "was to be"
    return "were" if many else "was"


def in_the_past(plan: str) -> str:
    """The words of a plan that came to nothing, or of which nothing more is known: "was to become"
    for "is to become"."""
    for now, then in (("is ", "was "), ("are ", "were ")):
        if plan.startswith(now):
            return then + plan.removeprefix(now)
    return plan
