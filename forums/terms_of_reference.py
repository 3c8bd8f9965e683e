"""Versions of terms of reference: what a forum is for, how it decides, when that is reviewed."""

import datetime
from typing import Any, ClassVar

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from forums.choices import DecisionBasis, DecisionRule
from forums.rule_sentences import in_one_sentence, names_in_rules
from forums.rule_trees import KINDS, NotARule, from_json, organisations_named, seats_named
from records.constraints import DatabaseCheck
from records.days import NO_EARLIEST, NO_LATEST, DayField, next_day
from records.models import DatedFact, one_of
from records.overlap_rules import NoOverlap
from records.periods import Precision, Qualifier, When, date_in_words, first_day
from records.start_rules import NotBefore


def rule_in_words(stored: object, names: Any, *, times: bool = False) -> str:
    """A rule of quoracy as histories tell it. `names` are RecordNames; `times` tells seats of one
    title apart by their time."""
    tree = from_json(stored)
    seat_model = apps.get_model("forums", "Seat")
    organisation_model = apps.get_model("organisations", "Organisation")
    keys = sorted(seats_named(tree))
    for key in keys:
        names.want(seat_model, key)
    seats = []
    for key in keys:
        if (seat := names.record(seat_model, key)) is not None:
            time = f", {seat.time_in_words(timezone.localdate())}" if times else ""
            seats.append((key, f"{seat.title}{time}", seat.number))
    called = {str(key): names.of(organisation_model, key) for key in organisations_named(tree)}
    return in_one_sentence(tree, names_in_rules(seats, called), "It asks that")


class TermsOfReference(DatedFact):
    """One version of the terms of reference of a forum, in force for a period."""

    forum = models.ForeignKey(
        "forums.Forum", on_delete=models.PROTECT, related_name="terms_of_reference"
    )
    approved_by_forum = models.ForeignKey(
        "forums.Forum",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="terms_approved",
        verbose_name="approved by the forum",
        help_text="If a source says who approved them.",
    )
    approved_by_organisation = models.ForeignKey(
        "organisations.Organisation",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="terms_approved",
        verbose_name="or by the organisation",
    )
    approved_on = DayField("approved on", null=True, blank=True)
    approved_precision = models.CharField(
        "approved, known to the", max_length=5, choices=Precision, default=Precision.DAY
    )

    purpose = models.TextField(blank=True)
    responsibilities = models.TextField(blank=True, help_text="One a line.")
    accountable_for = models.TextField(blank=True, help_text="One a line.")
    authority = models.TextField(blank=True, help_text="One a line.")

    decision_basis = models.CharField(max_length=15, choices=DecisionBasis, blank=True)
    decision_rule = models.CharField(max_length=15, choices=DecisionRule, blank=True)
    decision_wording = models.TextField("decision rule in the document's words", blank=True)
    quoracy_wording = models.TextField("quoracy in the document's words", blank=True)
    quoracy_rule = models.JSONField(
        "rule of quoracy",
        null=True,
        blank=True,
        help_text="What makes a meeting quorate, as far as it can be worked out.",
    )
    quoracy_rule_says_all = models.BooleanField(
        "the rule of quoracy says all that the document asks",
        null=True,
        blank=True,
        help_text="Unknown: nobody has compared it with the document yet. Unless it says all, no "
        "page calls a meeting quorate.",
    )
    quoracy_also_asks = models.TextField(
        "what the document also asks of quoracy",
        blank=True,
        help_text="If the rule does not say all, the part that it leaves out, in words.",
    )
    quoracy_note = models.TextField(
        "how the rule of quoracy is read",
        blank=True,
        help_text="How the document's words were read, or what they leave open. Shown to all.",
    )
    quoracy_document = models.ForeignKey(
        "records.Document",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="source of the rule of quoracy",
        help_text="Only where it is another document, or another place in it, than that of these "
        "terms of reference.",
    )
    quoracy_locator = models.CharField(
        "place in the source of the rule", max_length=300, blank=True
    )
    membership_wording = models.TextField(
        "membership in the document's words",
        blank=True,
        help_text="For what a document says of membership that is no seat.",
    )
    meeting_frequency = models.CharField(max_length=100, blank=True)
    review_frequency = models.CharField(
        max_length=100, blank=True, help_text="How often the terms of reference are reviewed."
    )
    review_date = DayField(
        null=True,
        blank=True,
        help_text="The day by which they are to be reviewed, as their own source gives it. What a "
        "review says of the next is recorded with that review.",
    )

    natural_key_fields = ("forum__slug", "start_date")
    chosen_together = (("quoracy_document", "quoracy_locator"),)
    values_in_words: ClassVar = {"quoracy_rule": rule_in_words}
    fixed_fields = ("forum",)
    named_by = ("forum",)
    not_before = (NotBefore(name="forums_termsofreference_not_before_forum", path="forum"),)
    no_overlaps = (
        NoOverlap(
            name="forums_termsofreference_one_in_force",
            columns=("forum",),
            locks="forum",
            message="Other terms of reference of this forum are in force in that period: "
            "%(other)s. End those the day before these begin, or correct one of the two.",
        ),
    )

    class Meta(DatedFact.Meta):
        verbose_name = "terms of reference"
        verbose_name_plural = "terms of reference"
        ordering = ["forum__folded", "latest_start", "id"]
        constraints = [
            *DatedFact.Meta.constraints,
            one_of("approved_precision", Precision),
            one_of("decision_basis", DecisionBasis, or_empty=True),
            one_of("decision_rule", DecisionRule, or_empty=True),
            DatabaseCheck(
                name="forums_termsofreference_approved_by_one",
                condition=Q(approved_by_forum=None) | Q(approved_by_organisation=None),
                violation_error_message="Choose the forum that approved them or the organisation, "
                "not both.",
            ),
            models.CheckConstraint(
                name="forums_termsofreference_quoracy_rule_asks",
                condition=Q(quoracy_rule__isnull=True) | Q(quoracy_rule__has_any_keys=KINDS),
                violation_error_message="Build the rule of quoracy in the form.",
            ),
            models.CheckConstraint(
                name="forums_termsofreference_quoracy_also_asks",
                condition=Q(
                    ~Q(quoracy_also_asks=""),
                    quoracy_rule_says_all__isnull=False,
                    quoracy_rule_says_all=False,
                )
                | Q(
                    Q(quoracy_rule_says_all=True) | Q(quoracy_rule_says_all__isnull=True),
                    quoracy_also_asks="",
                ),
                violation_error_message="Write “What the document also asks of quoracy” if the "
                "rule of quoracy does not say all that the document asks, and only then.",
            ),
            models.CheckConstraint(
                name="forums_termsofreference_quoracy_source",
                condition=Q(quoracy_document__isnull=True, quoracy_locator="")
                | (Q(quoracy_document__isnull=False) & ~Q(quoracy_locator="")),
                violation_error_message="Say which document gives the rule of quoracy, and where "
                "in it: both, or neither.",
            ),
        ]
        indexes = [
            *DatedFact.Meta.indexes,
            models.Index(
                fields=["review_date"],
                name="forums_terms_by_review",
                condition=Q(review_date__isnull=False),
            ),
        ]

    def __str__(self):
        since = "from " if self.start_qualifier == Qualifier.ON else ""
        return f"Terms of reference of {self.forum}, {since}{self.start_in_words()}"

    def get_absolute_url(self):
        return f"{self.forum.get_absolute_url()}#terms"

    @property
    def approved_by(self):
        """The forum or organisation that approved them, if a source says so."""
        return self.approved_by_forum or self.approved_by_organisation

    def approved_on_in_words(self) -> str:
        return date_in_words(self.approved_on, self.approved_precision) if self.approved_on else ""

    def approved_on_told(self) -> str:
        """ "on 3 May 2026", "in May 2026"."""
        return When(self.approved_on, self.approved_precision).in_a_sentence()

    def prepare(self) -> None:
        super().prepare()
        if isinstance(self.approved_on, datetime.date):
            self.approved_on = first_day(self.approved_on, self.approved_precision)

    def clean(self) -> None:
        super().clean()
        if self.approved_by_forum_id and self.approved_by_organisation_id:
            raise ValidationError(
                {
                    "approved_by_organisation": "Choose the forum that approved them or the "
                    "organisation, not both."
                }
            )
        if self.quoracy_rule is not None:
            self.refuse_rule()
        if self.latest_start is not None and self.forum_id is not None:
            self.refuse_gap()

    def refuse_rule(self) -> None:
        """Raise ValidationError if the rule of quoracy is none, or names a seat that the forum
        never had or an organisation that is not recorded."""
        try:
            tree = from_json(self.quoracy_rule)
        except NotARule as refused:
            raise ValidationError({"quoracy_rule": list(map(str, refused.problems))}) from refused
        said = []
        own = apps.get_model("forums", "Seat").objects.filter(forum=self.forum_id)
        if seats_named(tree) - set(own.values_list("pk", flat=True)):
            said.append("It names a seat that the forum does not have. Choose among its seats.")
        named = organisations_named(tree)
        known = apps.get_model("organisations", "Organisation").objects.filter(
            pk__in=[key for key in named if isinstance(key, int)]
        )
        if len(named) > known.count():
            said.append("It names an organisation that is not recorded. Choose one from the list.")
        if said:
            raise ValidationError({"quoracy_rule": said})

    def refuse_gap(self) -> None:
        """Raise ValidationError if a day is certainly left out between this version and the one
        before or after it, though no document says that the forum had none."""
        others = list(type(self).objects.filter(forum=self.forum_id).exclude(pk=self.pk))
        for former, next_, field in (
            (last_before(self, others), self, "start_date"),
            (self, first_after(self, others), "end_date"),
        ):
            if former is not None and next_ is not None and leaves_gap(former, next_):
                raise ValidationError(
                    {
                        field: f"{former} ended {former.when_it_ends()}, and the next begin "
                        f"{next_.when_it_starts()}. Have one begin the day after the other ends. "
                        "If the forum had none between them, name the document that says so as "
                        "the source of the end."
                    }
                )


def last_before(
    version: TermsOfReference, others: list[TermsOfReference]
) -> TermsOfReference | None:
    """The version that was surely the last to end before another began."""
    over = [each for each in others if each.latest_end < version.earliest_start]
    return max(over, key=lambda each: each.latest_end, default=None)


def first_after(
    version: TermsOfReference, others: list[TermsOfReference]
) -> TermsOfReference | None:
    """The version that is surely the first to begin after another ended."""
    later = [each for each in others if each.earliest_start > version.latest_end]
    return min(later, key=lambda each: each.earliest_start, default=None)


def leaves_gap(former: TermsOfReference, next_: TermsOfReference) -> bool:
    """Whether days are left out between two versions, the end of the former of which has no source
    of its own beside that of the next."""
    if former.latest_end == NO_LATEST or next_.earliest_start == NO_EARLIEST:
        return False
    said = former.end_document_id not in (None, next_.document_id)
    return next_day(former.latest_end) < next_.earliest_start and not said
