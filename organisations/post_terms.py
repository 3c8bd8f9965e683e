"""The terms of a post: how many may hold it, what it is called, and how that was before."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from organisations.held_terms import HeldTerms, recorded_once
from records.constraints import DatabaseCheck


class PostLaidDown(models.Model):
    """The terms of a post, as a document gives them."""

    title = models.CharField(max_length=200)
    max_holders = models.PositiveSmallIntegerField(
        "how many may hold it", default=1, validators=[MinValueValidator(1)]
    )
    requirement = models.CharField(
        max_length=300, blank=True, help_text="Who may hold it, if a source says so."
    )

    class Meta:
        abstract = True


class PostTerms(PostLaidDown, HeldTerms):
    """The terms of a post until they changed: its title, and how many may hold it."""

    post = models.ForeignKey(
        "organisations.Post", on_delete=models.PROTECT, related_name="earlier_terms"
    )

    terms_of = "post"
    laid_down = ("title", "max_holders", "requirement")
    fixed_fields = ("post",)
    named_by = ("post__organisation",)
    no_overlaps = (recorded_once("organisations_postterms_once", "post"),)

    class Meta(HeldTerms.Meta):
        verbose_name = "earlier terms of a post"
        verbose_name_plural = "earlier terms of posts"
        ordering = ["post__organisation__folded", "post__folded", "latest_end", "id"]
        constraints = [
            *HeldTerms.Meta.constraints,
            DatabaseCheck(
                name="organisations_postterms_held_by_someone",
                condition=Q(max_holders__gte=1),
                violation_error_message="At least one person may hold a post.",
            ),
        ]
        indexes = [
            *HeldTerms.Meta.indexes,
            models.Index(fields=["post", "latest_end"], name="organisations_terms_by_post"),
        ]

    def __str__(self):
        return f"{self.title}, {self.post.organisation}, until {self.end_in_words()}"
