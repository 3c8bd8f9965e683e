"""How disputes that are escalated to a forum are settled by its terms of reference."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from records.models import Fact


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
