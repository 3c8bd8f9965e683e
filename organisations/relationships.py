"""How organisations stand to one another: what came after what, and members, parts and partners."""

from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from organisations.successions import Plannable, SuccessionKind, leads_to
from records.constraints import DatabaseCheck
from records.days import DayField
from records.models import one_of
from records.overlap_rules import NoOverlap, overlapping
from records.periods import Qualifier


class RelationshipKind(models.TextChoices):
    """How one organisation stands to another, read from the first to the second."""

    SUCCEEDED_BY = "succeeded-by", "succeeded by"
    REPLACED_BY = "replaced-by", "replaced by"
    MERGED_INTO = "merged-into", "merged into"
    SPLIT_INTO = "split-into", "split into"
    IN_PART_BY = "in-part-by", "taken over in part by"
    RENAMED = "renamed", "renamed"
    MEMBER_OF = "member-of", "member of"
    PART_OF = "part-of", "part of"
    PARTNER_IN = "partner-in", "partner in"


class Relationship(Plannable):
    """One organisation's standing to another: its successor, its member, its part."""

    from_organisation = models.ForeignKey(
        "organisations.Organisation", on_delete=models.PROTECT, related_name="relationships_from"
    )
    kind = models.CharField(max_length=15, choices=RelationshipKind)
    to_organisation = models.ForeignKey(
        "organisations.Organisation", on_delete=models.PROTECT, related_name="relationships_to"
    )

    start_date = DayField(
        "start",
        null=True,
        blank=True,
        help_text="First day. If only the month or year is known, any day in it will do. Leave "
        "empty only for something that is over and whose start is not recorded, or for a planned "
        "succession that gives no day.",
    )

    fixed_fields = ("from_organisation", "to_organisation")
    named_by = ("from_organisation", "to_organisation")
    between_two = "A relationship is between two organisations."
    no_overlaps = (
        NoOverlap(
            name="organisations_relationship_once",
            columns=("from_organisation", "to_organisation", "kind"),
            locks="from_organisation",
            message="This relationship is already recorded in that period.",
        ),
    )

    class Meta(Plannable.Meta):
        ordering = ["from_organisation__folded", "kind"]
        constraints = [
            *Plannable.Meta.constraints,
            DatabaseCheck(
                name="organisations_relationship_start_or_end",
                condition=Q(start_date__isnull=False)
                | Q(end_date__isnull=False, end_qualifier__in=[Qualifier.ON, Qualifier.BY])
                | Q(kind__in=SuccessionKind.values),
                violation_error_message="Give a start date. It may be left empty only for "
                "something that is over, and for a planned succession.",
            ),
            one_of("kind", RelationshipKind),
            models.CheckConstraint(
                name="organisations_relationship_between_two",
                condition=~Q(from_organisation=F("to_organisation")),
                violation_error_message="A relationship is between two organisations.",
            ),
        ]

    def clean(self) -> None:
        super().clean()
        if self.kind == RelationshipKind.PART_OF and not self.is_given_up:
            self.refuse_part_of_itself()

    def refuse_part_of_itself(self) -> None:
        """Raise ValidationError if the whole is itself, on a day on which this certainly holds, a
        part of this part."""
        part, whole = self.from_organisation_id, self.to_organisation_id
        if None in (part, whole) or self.certain_days() is None:
            return  # the fields say so themselves, or it holds on no day
        others = self.others_locked([RelationshipKind.PART_OF])
        above = defaultdict(set)
        ties = others.filter(overlapping(self))
        for lower, upper in ties.values_list("from_organisation", "to_organisation"):
            above[lower].add(upper)
        if leads_to(part, whole, above):
            raise ValidationError(
                {
                    self.blame: f"{self.to_organisation} is itself part of "
                    f"{self.from_organisation} in that period, straight away or by way of others. "
                    "Correct one of them."
                }
            )

    def __str__(self):
        return f"{self.from_organisation} {self.get_kind_display()} {self.to_organisation}"

    def get_absolute_url(self):
        return self.from_organisation.get_absolute_url()
