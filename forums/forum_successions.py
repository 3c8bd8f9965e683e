"""The forums that came after others, and what is planned of them."""

import datetime

from django.db import models
from django.db.models import F, Q

from organisations.successions import (
    GIVEN_UP,
    PLANNED,
    Plannable,
    SuccessionKind,
    in_the_past,
)
from records.days import DayField
from records.models import one_of


class Succession(Plannable):
    """A forum that came after another, or is to: in its place, from a merger or of a part of it.

    Until its day it is a plan. A plan may give no day.
    """

    from_forum = models.ForeignKey(
        "forums.Forum", on_delete=models.PROTECT, related_name="successions_from"
    )
    kind = models.CharField(
        max_length=15, choices=SuccessionKind, default=SuccessionKind.SUCCEEDED_BY
    )
    to_forum = models.ForeignKey(
        "forums.Forum", on_delete=models.PROTECT, related_name="successions_to"
    )
    description = models.CharField(
        "plan in the document’s words",
        max_length=200,
        blank=True,
        help_text="Only where they say something else than the kind: “is eventually to be "
        "replaced by”.",
    )

    start_date = DayField(
        "day",
        null=True,
        blank=True,
        help_text="The first day on which it had come. If only the month or year is known, any "
        "day in it will do. Leave empty for a plan that gives no day.",
    )

    fixed_fields = ("from_forum", "to_forum")
    named_by = ("from_forum", "to_forum")
    between_two = "A forum does not succeed itself."

    class Meta(Plannable.Meta):
        ordering = ["from_forum__folded", "id"]
        constraints = [
            *Plannable.Meta.constraints,
            one_of("kind", SuccessionKind),
            models.CheckConstraint(
                name="forums_succession_between_two",
                condition=~Q(from_forum=F("to_forum")),
                violation_error_message="A forum does not succeed itself.",
            ),
        ]

    def __str__(self):
        return f"{self.from_forum} {self.description or self.get_kind_display()} {self.to_forum}"

    def get_absolute_url(self):
        return self.from_forum.get_absolute_url()

    def told(self, stands: str, day: datetime.date, over: bool = False) -> str:
        """What became of the first forum, or is planned to: "was replaced by", "is eventually to
        be replaced by". `over` says that one of the two has ended, and the plan with it."""
        if self.description and stands in (PLANNED, GIVEN_UP):
            was = over or stands == GIVEN_UP or self.start_is_told_as_foreseen(day)
            return in_the_past(self.description) if was else self.description
        return f"{self.verb(stands, day, over)} {self.get_kind_display()}"
