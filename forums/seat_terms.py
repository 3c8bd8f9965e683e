"""The terms of a seat: what is laid down of it, and what was before it changed.

A seat keeps its members when its number, its title or its vote changes. The organisation that it
speaks for does not change so: a seat of another organisation is another seat, and begins when this
one ends. No seat becomes the chair's, or ceases to be: a forum has one chair at a time.
"""

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from forums.choices import SeatCategory, SeatRole
from organisations.held_terms import HeldTerms, recorded_once
from records.constraints import DatabaseCheck
from records.models import one_of

NO_SOURCE_SAYS = "Not recorded: no source says."


class SeatLaidDown(models.Model):
    """The terms of a seat, as terms of reference or another document lay them down."""

    role = models.CharField(max_length=15, choices=SeatRole, default=SeatRole.MEMBER)
    category = models.CharField(
        "category of member",
        max_length=25,
        choices=SeatCategory,
        blank=True,
        help_text="Leave empty if no source says.",
    )
    title = models.CharField(max_length=200)
    number = models.PositiveSmallIntegerField(
        "number of holders",
        null=True,
        blank=True,
        default=1,
        validators=[MinValueValidator(1)],
        help_text="Leave empty if the source does not say how many.",
    )
    requirement = models.CharField(
        max_length=300, blank=True, help_text="Who may fill it, if a source says so: “a GP”."
    )
    voting = models.BooleanField(null=True, blank=True, help_text=NO_SOURCE_SAYS)
    counts_to_quoracy = models.BooleanField(null=True, blank=True, help_text=NO_SOURCE_SAYS)
    may_be_deputised = models.BooleanField(null=True, blank=True, help_text=NO_SOURCE_SAYS)

    class Meta:
        abstract = True


class SeatTerms(SeatLaidDown, HeldTerms):
    """The terms of a seat until they changed: its number of holders, its title, its vote."""

    seat = models.ForeignKey("forums.Seat", on_delete=models.PROTECT, related_name="earlier_terms")

    terms_of = "seat"
    laid_down = (
        "title",
        "role",
        "category",
        "number",
        "requirement",
        "voting",
        "counts_to_quoracy",
        "may_be_deputised",
    )
    fixed_fields = ("seat",)
    named_by = ("seat__forum",)
    no_overlaps = (recorded_once("forums_seatterms_once", "seat"),)

    class Meta(HeldTerms.Meta):
        verbose_name = "earlier terms of a seat"
        verbose_name_plural = "earlier terms of seats"
        ordering = ["seat__forum__folded", "seat__order", "latest_end", "id"]
        constraints = [
            *HeldTerms.Meta.constraints,
            one_of("role", SeatRole),
            one_of("category", SeatCategory, or_empty=True),
            DatabaseCheck(
                name="forums_seatterms_for_someone",
                condition=Q(number__isnull=True) | Q(number__gte=1),
                violation_error_message="A seat has at least one holder.",
            ),
        ]
        indexes = [
            *HeldTerms.Meta.indexes,
            models.Index(fields=["seat", "latest_end"], name="forums_seatterms_by_seat"),
        ]

    def __str__(self):
        return f"{self.title}, {self.seat.forum}, until {self.end_in_words()}"

    def clean(self) -> None:
        super().clean()
        if self.changed is not None:
            refuse_another_chair(self.role, self.seat.role)


def refuse_another_chair(before: str, after: str) -> None:
    """Raise ValidationError if a seat became the chair's, or ceased to be."""
    if before != after and SeatRole.CHAIR in (before, after):
        raise ValidationError(
            {
                "role": "No seat becomes the chair’s, or ceases to be. Create another seat, and "
                "abolish this one if it is no more."
            }
        )
