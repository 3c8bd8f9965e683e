"""Places, organisations, and what documents say of them."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from organisations.held import Held, owner_over_in_words
from organisations.post_terms import PostLaidDown, PostTerms  # noqa: F401  (a model)
from organisations.relationships import Relationship, RelationshipKind  # noqa: F401  (models)
from records.constraints import DatabaseCheck
from records.models import SLUG_HELP, DatedFact, Fact, OtherName, one_of
from records.names import FoldedField
from records.overlap_rules import NoOverlap
from records.start_rules import NotBefore


class PlaceLevel(models.TextChoices):
    """How large a place is, in the NHS's own layers of planning and delivery."""

    REGION = "region", "region"
    SYSTEM = "system", "system"
    PLACE = "place", "place"
    NEIGHBOURHOOD = "neighbourhood", "neighbourhood"


class OrganisationKind(models.TextChoices):
    """What an organisation is in law or by form."""

    ICS = "ics", "integrated care system partnership"
    ICB = "icb", "integrated care board"
    CCG = "ccg", "clinical commissioning group"
    NHS_TRUST = "nhs-trust", "NHS trust"
    FOUNDATION_TRUST = "foundation-trust", "NHS foundation trust"
    UPPER_TIER_COUNCIL = "upper-tier-council", "upper-tier council"
    LOWER_TIER_COUNCIL = "lower-tier-council", "lower-tier council"
    HEALTHWATCH = "healthwatch", "local Healthwatch"
    PCN = "pcn", "primary care network"
    PRACTICE = "practice", "general practice"
    GP_PROVIDER = "gp-provider", "general practice provider"
    NATIONAL_BODY = "national-body", "national or regional body"
    OTHER = "other", "other"


class PostKind(models.TextChoices):
    """The sort of post, by which posts of different titles are compared."""

    CHAIR = "chair", "chair"
    LEADER = "leader", "leader"
    CHIEF_EXECUTIVE = "chief-executive", "chief executive"
    ACCOUNTABLE_OFFICER = "accountable-officer", "accountable officer"
    MANAGING_DIRECTOR = "managing-director", "managing director"
    CHIEF_OFFICER = "chief-officer", "chief officer"
    SYSTEM_LEAD = "system-lead", "system lead"
    CLINICAL_DIRECTOR = "clinical-director", "clinical director"
    DASS = "dass", "director of adult social services (DASS)"
    DPH = "dph", "director of public health (DPH)"
    DIRECTOR = "director", "director"
    OTHER = "other", "other"


# The posts that answer "who chairs it": a council's leader leads it as a chair does elsewhere.
HEAD_KINDS = (PostKind.CHAIR, PostKind.LEADER)


class StatementKind(models.TextChoices):
    """What an organisation is saying about itself."""

    ABOUT = "about", "about"
    VISION = "vision", "vision"
    VALUES = "values", "values"
    OBJECTIVE = "objective", "objective"
    PRIORITY = "priority", "priority"
    DUTY = "duty", "role or duty"


class CqcQuestion(models.TextChoices):
    """The Care Quality Commission's five questions, and its rating overall."""

    OVERALL = "overall", "overall"
    SAFE = "safe", "safe"
    EFFECTIVE = "effective", "effective"
    CARING = "caring", "caring"
    RESPONSIVE = "responsive", "responsive"
    WELL_LED = "well-led", "well-led"


class CqcRating(models.TextChoices):
    """The Care Quality Commission's four ratings."""

    OUTSTANDING = "outstanding", "Outstanding"
    GOOD = "good", "Good"
    REQUIRES_IMPROVEMENT = "requires-improvement", "Requires improvement"
    INADEQUATE = "inadequate", "Inadequate"


class Place(Fact):
    """A region, system, place or neighbourhood that organisations and forums serve."""

    slug = models.SlugField(max_length=100, unique=True, help_text=SLUG_HELP)
    name = models.CharField(max_length=200)
    level = models.CharField(max_length=15, choices=PlaceLevel)
    part_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts"
    )
    folded = FoldedField(sources=("name",))

    natural_key_fields = ("slug",)
    told_apart_with = ("part_of",)

    class Meta(Fact.Meta):
        ordering = ["folded"]
        constraints = [
            *Fact.Meta.constraints,
            one_of("level", PlaceLevel),
            models.CheckConstraint(
                name="organisations_place_not_in_itself",
                condition=Q(part_of__isnull=True) | ~Q(part_of=F("id")),
                violation_error_message="A place cannot be part of itself.",
            ),
        ]

    def __str__(self):
        return self.name

    def told_apart_by(self):
        of = f" of {self.part_of}" if self.part_of else ""
        return f"{self.get_level_display()}{of}"

    def clean(self) -> None:
        super().clean()
        if self.part_of_id is None or self.part_of_id == self.pk:
            return  # a place that is part of itself is told so by the constraint
        above, passed = self.part_of_id, set()
        while above is not None and above not in passed:
            if above == self.pk:
                raise ValidationError(
                    {"part_of": f"{self.part_of} is itself part of {self}. Choose another place."}
                )
            passed.add(above)
            above = Place.objects.filter(pk=above).values_list("part_of", flat=True).first()


class Organisation(DatedFact):
    """A legal or formal body: a trust, CCG, council, Healthwatch, network or practice."""

    slug = models.SlugField(max_length=100, unique=True, help_text=SLUG_HELP)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=20, choices=OrganisationKind)

    ods_code = models.CharField("ODS code", max_length=10, blank=True)
    ons_code = models.CharField("ONS code", max_length=12, blank=True)
    codes_document = models.ForeignKey(
        "records.Document",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="source of the codes",
    )
    codes_locator = models.CharField("locator of the codes", max_length=300, blank=True)

    website = models.URLField(max_length=300, blank=True)
    place = models.ForeignKey(
        Place, null=True, blank=True, on_delete=models.PROTECT, related_name="organisations"
    )
    folded = FoldedField(sources=("name", "short_name", "ods_code", "ons_code"))

    natural_key_fields = ("slug",)
    told_apart_with = ("place",)
    chosen_together = (("codes_document", "codes_locator"),)
    verb_of_end = "closed"
    # A code may outlive the organisation it was given to, and then belongs to another.
    no_overlaps = (
        NoOverlap(
            name="organisations_organisation_one_ods_code",
            columns=("ods_code",),
            condition="{row}ods_code <> ''",
            only=Q(ods_code__gt=""),
            blame="ods_code",
            message="This code is already recorded for %(other)s in the same period.",
        ),
    )

    class Meta(DatedFact.Meta):
        ordering = ["folded"]
        constraints = [
            *DatedFact.Meta.constraints,
            one_of("kind", OrganisationKind),
            models.CheckConstraint(
                name="organisations_organisation_codes_have_source",
                condition=Q(ods_code="", ons_code="")
                | (Q(codes_document__isnull=False) & ~Q(codes_locator="")),
                violation_error_message="Say which document gives the codes, and where in it.",
            ),
        ]
        indexes = [
            *DatedFact.Meta.indexes,
            # Finds others of the same name.
            models.Index(fields=["name"], name="organisation_by_own_name"),
            # All that finding one page of the list takes, or one by a part of its name.
            models.Index(
                fields=["folded", "id", "start_date", *DatedFact.FOUR_DAYS],
                name="organisations_org_by_name",
            ),
        ]
        permissions = [("close_organisation", "Can close, merge and replace organisations")]

    def __str__(self):
        return self.name

    def told_apart_by(self):
        place = str(self.place or "")
        return ", ".join(filter(None, [self.get_kind_display(), place, self.ods_code]))

    def get_absolute_url(self):
        return reverse("organisation", args=[self.slug])


class OrganisationName(OtherName):
    """A name, other than its own, that an organisation has had or that a source gives it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="names")

    fixed_fields = ("organisation",)
    named_by = ("organisation",)

    def __str__(self):
        return f"{self.name} ({self.get_kind_display()} of {self.organisation})"

    def get_absolute_url(self):
        return self.organisation.get_absolute_url()


class Post(PostLaidDown, Held, DatedFact):
    """A position in an organisation that exists without a holder: Chair, Leader, DASS."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="posts")
    kind = models.CharField(max_length=20, choices=PostKind)
    folded = FoldedField(sources=("title",))

    natural_key_fields = ("organisation__slug", "title")
    owner_field = "organisation"
    number_field = "max_holders"
    tenures_name = "appointments"
    terms_name = "earlier_terms"
    fixed_fields = ("organisation",)
    named_by = ("organisation",)
    told_apart_with = ("organisation__place",)
    not_before = (
        NotBefore(name="organisations_post_not_before_organisation", path="organisation"),
    )
    # Not for ever: a post that was abolished may be created again.
    no_overlaps = (
        NoOverlap(
            name="organisations_post_title_once",
            columns=("organisation", "title"),
            locks="organisation",
            blame="title",
            message="The organisation already has a post of this title in that period.",
        ),
    )

    class Meta(DatedFact.Meta):
        ordering = ["organisation__folded", "folded"]
        constraints = [
            *DatedFact.Meta.constraints,
            one_of("kind", PostKind),
            DatabaseCheck(
                name="organisations_post_held_by_someone",
                condition=Q(max_holders__gte=1),
                violation_error_message="At least one person may hold a post.",
            ),
        ]
        indexes = [
            *DatedFact.Meta.indexes,
            models.Index(
                fields=["kind", "organisation", "start_date", *DatedFact.FOUR_DAYS],
                name="organisations_post_by_kind",
            ),
        ]

    def __str__(self):
        return f"{self.title}, {self.organisation}"

    def get_absolute_url(self):
        return self.organisation.get_absolute_url()

    def told_apart_by(self):
        return self.organisation.told_apart_by()

    def over_in_words(self, day):
        return super().over_in_words(day) or owner_over_in_words(self.organisation, day)


class Statement(Fact):
    """What an organisation says of itself in a document: a vision, an objective, a duty."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="statements"
    )
    kind = models.CharField(max_length=10, choices=StatementKind)
    heading = models.CharField(
        max_length=200, blank=True, help_text="The heading it stands under in the document."
    )
    text = models.TextField()
    order = models.PositiveSmallIntegerField(default=0)

    fixed_fields = ("organisation",)
    named_by = ("organisation",)

    class Meta(Fact.Meta):
        ordering = ["organisation__folded", "kind", "order", "id"]
        constraints = [*Fact.Meta.constraints, one_of("kind", StatementKind)]

    def __str__(self):
        return f"{self.organisation}: {self.text[:60]}"

    def get_absolute_url(self):
        return self.organisation.get_absolute_url()


class Rating(Fact):
    """A rating by the Care Quality Commission, as a document gives it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="ratings")
    service = models.CharField(
        max_length=200, blank=True, help_text="Leave empty for the organisation as a whole."
    )
    question = models.CharField(max_length=15, choices=CqcQuestion, default=CqcQuestion.OVERALL)
    rating = models.CharField(max_length=20, choices=CqcRating)

    fixed_fields = ("organisation",)
    named_by = ("organisation",)

    class Meta(Fact.Meta):
        ordering = ["organisation__folded", "service", "id"]
        constraints = [
            *Fact.Meta.constraints,
            one_of("question", CqcQuestion),
            one_of("rating", CqcRating),
            models.UniqueConstraint(
                fields=["organisation", "service", "question", "document"],
                name="organisations_rating_once_per_document",
                violation_error_message="This document already gives this rating.",
            ),
        ]

    def __str__(self):
        of = self.service or self.get_question_display()
        return f"{self.organisation}, {of}: {self.get_rating_display()}"

    def get_absolute_url(self):
        return self.organisation.get_absolute_url()


class Figure(Fact):
    """A headline figure, in the words of the document that states it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="figures")
    label = models.CharField(max_length=200)
    value = models.CharField("value as stated", max_length=100)
    period = models.CharField("period stated", max_length=100, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    fixed_fields = ("organisation",)
    named_by = ("organisation",)

    class Meta(Fact.Meta):
        ordering = ["organisation__folded", "order", "id"]

    def __str__(self):
        return f"{self.organisation}, {self.label}: {self.value}"

    def get_absolute_url(self):
        return self.organisation.get_absolute_url()
