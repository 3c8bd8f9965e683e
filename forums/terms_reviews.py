"""Reviews that left terms of reference as they are, and by when they are to be reviewed next."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models import When as CaseWhen
from django.db.models.functions import Coalesce

from forums.terms_of_reference import TermsOfReference
from records.days import DayField
from records.evidence import refuse_to_come
from records.models import Fact, one_of
from records.periods import Precision, When, date_in_words, first_day, last_day


class TermsReview(Fact):
    """A review of terms of reference that left them as they are."""

    terms = models.ForeignKey(
        TermsOfReference,
        on_delete=models.PROTECT,
        related_name="reviews",
        verbose_name="terms of reference",
    )
    reviewed_on = DayField(
        "reviewed on", help_text="If only the month or year is known, any day in it will do."
    )
    reviewed_precision = models.CharField(
        "reviewed, known to the", max_length=5, choices=Precision, default=Precision.DAY
    )
    # The last day on which it may have been.
    latest_day = models.DateField(editable=False)
    next_review = DayField(
        "to be reviewed next by",
        null=True,
        blank=True,
        help_text="If the source gives it. Otherwise the day that was given before counts, unless "
        "this review met it.",
    )

    fixed_fields = ("terms",)
    named_by = ("terms__forum",)

    class Meta(Fact.Meta):
        verbose_name = "review of terms of reference"
        verbose_name_plural = "reviews of terms of reference"
        ordering = ["terms__forum__folded", "latest_day", "id"]
        constraints = [
            *Fact.Meta.constraints,
            one_of("reviewed_precision", Precision),
            models.CheckConstraint(
                name="forums_termsreview_next_is_later",
                condition=Q(next_review__isnull=True) | Q(next_review__gt=F("latest_day")),
                violation_error_message="The next review is later than this one.",
            ),
            models.UniqueConstraint(
                fields=["terms", "reviewed_on", "reviewed_precision"],
                name="forums_termsreview_once",
                violation_error_message="A review of that day is recorded already.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_review"],
                name="forums_review_by_next",
                condition=Q(next_review__isnull=False),
            ),
        ]

    def __str__(self):
        return f"Review of the terms of reference of {self.terms.forum}, {self.when_reviewed()}"

    def get_absolute_url(self):
        return self.terms.get_absolute_url()

    def when_reviewed(self) -> str:
        """ "on 9 May 2024", "in May 2024"."""
        return When(self.reviewed_on, self.reviewed_precision).in_a_sentence()

    def in_words(self, day: datetime.date) -> str:
        """The review as known on a day: "reviewed and unchanged on 9 May 2024, next due 31 May
        2026"."""
        known = "reviewed" if self.latest_day <= day else "perhaps reviewed by now"
        due = f", next due {date_in_words(self.next_review)}" if self.next_review else ""
        return f"{known} and unchanged {self.when_reviewed()}{due}"

    def prepare(self) -> None:
        super().prepare()
        if isinstance(self.reviewed_on, datetime.date):
            self.latest_day = last_day(self.reviewed_on, self.reviewed_precision)
            self.reviewed_on = first_day(self.reviewed_on, self.reviewed_precision)

    def refuse_days_to_come(self, today: datetime.date) -> None:
        super().refuse_days_to_come(today)
        refuse_to_come("reviewed_on", self.reviewed_on, self.reviewed_precision, today)

    def clean(self) -> None:
        super().clean()
        if not isinstance(self.reviewed_on, datetime.date):
            return  # The field itself says so.
        self.prepare()
        if self.next_review is not None and self.next_review <= self.latest_day:
            raise ValidationError(
                {
                    "next_review": f"{date_in_words(self.next_review)} is no later than the review "
                    f"itself, {self.when_reviewed()}. Give the next day, or leave this empty."
                }
            )
        if self.terms_id is not None:
            self._refuse_second()
            self._refuse_while_not_in_force()

    def _refuse_second(self) -> None:
        same = {name: getattr(self, name) for name in ("reviewed_on", "reviewed_precision")}
        if TermsReview.objects.filter(terms=self.terms_id, **same).exclude(pk=self.pk).exists():
            raise ValidationError(
                {
                    "reviewed_on": f"A review {self.when_reviewed()} is recorded already. Correct "
                    "that one, or give another day."
                }
            )

    def _refuse_while_not_in_force(self) -> None:
        if self.latest_day < self.terms.earliest_start:
            says = f"begin {self.terms.when_it_starts()}, after that"
        elif self.reviewed_on > self.terms.latest_end:
            says = f"ended {self.terms.when_it_ends()}, before that"
        else:
            return
        raise ValidationError(
            {
                "reviewed_on": f"These terms of reference {says}. Give a day on which they were in "
                "force, or choose those that were reviewed."
            }
        )


@dataclass(frozen=True)
class NextReview:
    """The day by which terms of reference are to be reviewed next, and the record that gives it:
    they themselves, or a review of them."""

    day: datetime.date
    given_by: TermsOfReference | TermsReview


def next_review(
    terms: TermsOfReference, reviews: Iterable[TermsReview], day: datetime.date
) -> NextReview | None:
    """The next review of terms of reference as it stood on a day; None if none is recorded.

    A review that gives no other day leaves the one before, unless it met it.
    """
    held = sorted(
        (each for each in reviews if each.terms_id == terms.pk and each.latest_day <= day),
        key=lambda each: (each.latest_day, each.pk),
    )
    due = NextReview(terms.review_date, terms) if terms.review_date else None
    for each in held:
        if each.next_review is not None:
            due = NextReview(each.next_review, each)
    is_met = due is not None and bool(held) and held[-1].latest_day >= due.day
    return None if is_met else due


def with_next_review(terms: QuerySet, day: datetime.date) -> QuerySet:
    """Terms of reference, each with `next_due`: the day that `next_review` gives."""
    held = TermsReview.objects.filter(terms=OuterRef("pk"), latest_day__lte=day).order_by()
    given = held.filter(next_review__isnull=False).order_by("-latest_day", "-pk")
    is_met = Exists(held.filter(latest_day__gte=OuterRef("last_given")))
    return terms.annotate(
        last_given=Coalesce(Subquery(given.values("next_review")[:1]), F("review_date"))
    ).annotate(
        next_due=Case(
            CaseWhen(is_met, then=None), default=F("last_given"), output_field=models.DateField()
        )
    )
