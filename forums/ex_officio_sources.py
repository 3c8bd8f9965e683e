"""What else a seat goes with: further posts, and seats of other forums."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from organisations.models import Post
from records.models import DatedFact
from records.overlap_rules import NoOverlap
from records.start_rules import NotBefore

ONE_SOURCE = "Choose the post or the seat of another forum: one of the two."


class ExOfficioSource(DatedFact):
    """A further post, or a seat of another forum, whose holders fill a seat for a period."""

    seat = models.ForeignKey(
        "forums.Seat", on_delete=models.PROTECT, related_name="ex_officio_sources"
    )
    post = models.ForeignKey(
        Post,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="ex_officio_sources",
        help_text="The post whose holders fill the seat.",
    )
    other_seat = models.ForeignKey(
        "forums.Seat",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="filling",
        verbose_name="seat of another forum",
        help_text="The seat whose members fill this one, such as the chair of another forum.",
    )

    fixed_fields = ("seat", "post", "other_seat")
    named_by = ("seat__forum", "post__organisation", "other_seat__forum")
    not_before = tuple(
        NotBefore(name=f"forums_exofficiosource_not_before_{named}", path=path, called=called)
        for named, path, called in (
            ("seat", "seat", "the seat that it fills"),
            ("post", "post", "the post"),
            ("other_seat", "other_seat", "the seat of another forum"),
        )
    )
    no_overlaps = tuple(
        NoOverlap(
            name=f"forums_exofficiosource_once_{source}",
            columns=("seat", source),
            locks="seat",
            message="The seat is already recorded to go with this in that period.",
        )
        for source in ("post", "other_seat")
    )

    class Meta(DatedFact.Meta):
        verbose_name = "ex officio source"
        ordering = ["seat__forum__folded", "seat__order", "id"]
        constraints = [
            *DatedFact.Meta.constraints,
            models.CheckConstraint(
                name="forums_exofficiosource_one_source",
                condition=Q(post__isnull=False, other_seat__isnull=True)
                | Q(post__isnull=True, other_seat__isnull=False),
                violation_error_message=ONE_SOURCE,
            ),
            models.CheckConstraint(
                name="forums_exofficiosource_not_itself",
                condition=Q(other_seat__isnull=True) | ~Q(other_seat=F("seat")),
                violation_error_message="A seat does not go with itself.",
            ),
        ]

    def __str__(self):
        return f"{self.seat}: {self.post or self.other_seat}"

    def get_absolute_url(self):
        return self.seat.forum.get_absolute_url()

    def clean(self) -> None:
        super().clean()
        if self.seat_id is None or self.latest_start is None:
            return  # The fields themselves say so.
        if self.post_id is not None and self.post_id == self.seat.ex_officio_post_id:
            raise ValidationError({"post": "The seat goes with this post by its own record."})
        if self.other_seat is not None:
            self._refuse_a_chain(self.other_seat)
        refuse_if_others_go_with(self.seat, "seat", self._at_the_time)

    @property
    def _at_the_time(self) -> Q:
        return Q(latest_end__gte=self.earliest_start, earliest_start__lte=self.latest_end)

    def _refuse_a_chain(self, other: Any) -> None:
        """Raise ValidationError if `other` is of the same forum, or goes with something itself:
        one step finds who fills a seat, so that no circle can come of it."""
        if other.forum_id == self.seat.forum_id:
            raise ValidationError({"other_seat": "Choose a seat of another forum."})
        through = [other.ex_officio_post] if other.ex_officio_post_id is not None else []
        sources = other.ex_officio_sources.filter(self._at_the_time)
        through += [each.post or each.other_seat for each in sources]
        if through:
            names = " and ".join(map(str, through))
            raise ValidationError(
                {"other_seat": f"{other} goes itself with {names}. Choose that here instead."}
            )


def refuse_if_others_go_with(seat: Any, field: str, when: Q | None = None) -> None:
    """Raise ValidationError if another seat is filled by whoever fills `seat`, which is then to go
    with nothing else."""
    filled = ExOfficioSource.objects.filter(when or Q(), other_seat=seat.pk)
    first = filled.select_related("seat__forum").first()
    if first is not None:
        raise ValidationError(
            {
                field: f"Whoever fills {seat} fills {first.seat} too, so that it cannot go with "
                f"something itself. Record for {first.seat} what it goes with first."
            }
        )
