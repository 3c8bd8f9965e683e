"""How forums decide by their terms of reference: the clauses of quoracy, and the steps of
escalation."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from forums.choices import ClauseKind
from records.models import Fact, one_of


class QuoracyClause(Fact):
    """One clause of the rule that makes a meeting of a forum quorate."""

    terms = models.ForeignKey(
        "TermsOfReference",
        on_delete=models.PROTECT,
        related_name="quoracy_clauses",
        verbose_name="terms of reference",
    )
    kind = models.CharField(max_length=20, choices=ClauseKind)
    number = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How many members, or what share of them in per cent."
    )
    seat = models.ForeignKey(
        "Seat", null=True, blank=True, on_delete=models.PROTECT, related_name="quoracy_clauses"
    )
    satisfied_by_proxy = models.BooleanField(
        default=False, help_text="A vote sent in writing is as good as attending."
    )
    satisfied_by_substitute = models.BooleanField(
        default=False,
        help_text="Somebody nominated to attend instead is as good. If this is not ticked, a "
        "deputy does not count, even from a seat that may be deputised.",
    )
    one_for_several = models.BooleanField(
        "one person may attend for several organisations",
        default=False,
        help_text="Tick if the document says so. Otherwise whoever sits for two counts for one.",
    )
    order = models.PositiveSmallIntegerField(default=0)

    fixed_fields = ("terms",)
    named_by = ("terms__forum",)

    class Meta(Fact.Meta):
        ordering = ["terms__forum__folded", "terms__latest_start", "order", "id"]
        constraints = [
            *Fact.Meta.constraints,
            one_of("kind", ClauseKind),
            models.CheckConstraint(
                name="forums_quoracyclause_number_where_asked",
                condition=Q(
                    kind__in=["at-least", "at-least-share"], number__isnull=False, number__gte=1
                )
                | (~Q(kind__in=["at-least", "at-least-share"]) & Q(number__isnull=True)),
                violation_error_message="Give a number for “at least”, and only there.",
            ),
            models.CheckConstraint(
                name="forums_quoracyclause_share_of_hundred",
                condition=~Q(kind="at-least-share") | Q(number__lte=100),
                violation_error_message="A share is between 1 and 100 per cent.",
            ),
            models.CheckConstraint(
                name="forums_quoracyclause_seat_where_asked",
                condition=Q(kind="must-include", seat__isnull=False)
                | (~Q(kind="must-include") & Q(seat__isnull=True)),
                violation_error_message="Choose a seat for “must include”, and only there.",
            ),
        ]

    def __str__(self):
        return f"{self.terms.forum}: {self.get_kind_display()}"

    def in_words(self) -> str:
        """What it asks for: "at least 3 members attend, or send a proxy vote"."""
        match self.kind:
            case ClauseKind.EVERY_ORGANISATION:
                words = "every member organisation attends"
            case ClauseKind.AT_LEAST:
                members = "members attend" if self.number != 1 else "member attends"
                words = f"at least {self.number} {members}"
            case ClauseKind.AT_LEAST_SHARE:
                words = f"at least {self.number} per cent of the members attend"
            case _:
                words = f"{self.seat.title} attends"
        several = self.number is not None and (self.number > 1 or self.kind != ClauseKind.AT_LEAST)
        if self.satisfied_by_proxy:
            words += f", or {'send' if several else 'sends'} a proxy vote"
        if self.satisfied_by_substitute:
            words += f", or {'nominate' if several else 'nominates'} somebody else to attend"
        if self.one_for_several:
            words += "; one person may attend for several organisations"
        return words

    def get_absolute_url(self):
        return self.terms.forum.get_absolute_url()

    def clean(self) -> None:
        super().clean()
        if self.seat_id and self.terms_id and self.seat.forum_id != self.terms.forum_id:
            raise ValidationError({"seat": f"Choose a seat of {self.terms.forum}."})


class EscalationStep(Fact):
    """One step of what happens when a dispute is escalated to a forum."""

    terms = models.ForeignKey(
        "TermsOfReference",
        on_delete=models.PROTECT,
        related_name="escalation_steps",
        verbose_name="terms of reference",
    )
    order = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(99)]
    )
    what_happens = models.TextField()
    who_decides = models.CharField(max_length=200)

    fixed_fields = ("terms",)
    named_by = ("terms__forum",)

    class Meta(Fact.Meta):
        ordering = ["terms__forum__folded", "terms__latest_start", "order"]
        constraints = [
            *Fact.Meta.constraints,
            models.UniqueConstraint(
                fields=["terms", "order"],
                name="forums_escalationstep_order_once",
                violation_error_message="These terms of reference have a step of this number.",
            ),
        ]

    def __str__(self):
        return f"{self.terms.forum}, step {self.order}"

    def get_absolute_url(self):
        return self.terms.forum.get_absolute_url()
