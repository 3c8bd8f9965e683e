"""A seat or a member speaks for an organisation, for nobody, or it is not recorded for whom."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

INDEPENDENT = "nobody (independent)"
EITHER = "Whoever speaks for an organisation is not independent. Choose one of the two."


class SpeaksFor(models.Model):
    """A seat or a membership, which has the organisation that it speaks for in `on_behalf_of`."""

    independent = models.BooleanField(
        "speaks for nobody",
        default=False,
        help_text="Tick only if a source says that they are independent. Without a tick and "
        "without an organisation, a member speaks as the seat does, and of a seat it is not "
        "recorded.",
    )

    on_behalf_of_id: int | None

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        if self.independent and self.on_behalf_of_id is not None:
            raise ValidationError({"independent": EITHER})


def one_to_speak_for(model: str) -> models.CheckConstraint:
    """A rule: what speaks for an organisation is not independent."""
    return models.CheckConstraint(
        name=f"forums_{model}_speaks_for_one",
        condition=Q(independent=False) | Q(on_behalf_of__isnull=True),
        violation_error_message=EITHER,
    )
