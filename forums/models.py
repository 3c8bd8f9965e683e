"""Forums: bodies that meet, who sits on them, and how they decide and report."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, ProtectedError, Q
from django.urls import reverse

from forums.choices import (
    DecisionBasis,  # noqa: F401
    DecisionRule,  # noqa: F401
    ForumKind,
    ForumStatus,
    LineKind,
    SeatCategory,
    SeatRole,
)
from forums.ex_officio_sources import (
    ExOfficioSource,  # noqa: F401  (a model)
    refuse_if_others_go_with,
)
from forums.forum_states import ForumState  # noqa: F401  (a model)
from forums.forum_successions import Succession  # noqa: F401  (a model)
from forums.rule_trees import from_json, seats_named
from forums.seat_terms import SeatLaidDown, SeatTerms  # noqa: F401  (a model)
from forums.speaking_for import SpeaksFor, one_to_speak_for
from forums.terms_of_reference import TermsOfReference
from organisations.held_terms import HasEarlierTerms
from organisations.models import Held, Organisation, Place, Post, owner_over_in_words
from people.models import LATEST_FIRST, TERM_RUNS, Person, Tenure, one_announced, one_holder_rules
from people.vacant_places import Vacancy
from records.constraints import DatabaseCheck
from records.models import SLUG_HELP, DatedFact, OtherName, one_of
from records.names import FoldedField
from records.overlap_rules import NoOverlap
from records.start_rules import NotBefore

# The lines by which one forum answers to another.
ANSWERS = (LineKind.REPORTS_TO, LineKind.OVERSEEN_BY, LineKind.SUB_GROUP_OF)


class Forum(HasEarlierTerms, DatedFact):
    """A body that meets: a board, executive, committee, group, alliance or network board."""

    slug = models.SlugField(max_length=100, unique=True, help_text=SLUG_HELP)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=25, choices=ForumKind)
    place = models.ForeignKey(
        Place, null=True, blank=True, on_delete=models.PROTECT, related_name="forums"
    )
    host = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="hosted_forums",
        verbose_name="host organisation",
    )
    status = models.CharField(max_length=15, choices=ForumStatus, default=ForumStatus.ESTABLISHED)

    folded = FoldedField(sources=("name", "short_name"))

    natural_key_fields = ("slug",)
    terms_name = "earlier_states"
    told_apart_with = ("host", "place")
    verb_of_end = "stood down"

    class Meta(DatedFact.Meta):
        ordering = ["folded"]
        constraints = [
            *DatedFact.Meta.constraints,
            one_of("kind", ForumKind),
            one_of("status", ForumStatus),
        ]
        indexes = [
            *DatedFact.Meta.indexes,
            # For finding forums of the same name.
            models.Index(fields=["name"], name="forums_forum_by_own_name"),
            # For a page of the list, and for finding a forum by part of its name.
            models.Index(
                fields=["folded", "id", "start_date", *DatedFact.FOUR_DAYS],
                name="forums_forum_by_name",
            ),
            # For listing the forums in force, without reading the whole of each row.
            models.Index(
                fields=["id", "start_date", *DatedFact.FOUR_DAYS, "place", "folded"],
                name="forums_forum_in_force",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("forum", args=[self.slug])

    def told_apart_by(self):
        of = [str(each) for each in (self.host, self.place) if each]
        return ", ".join(of) or self.get_kind_display()


class ForumName(OtherName):
    """A name, other than its own, that a forum has had or that a source gives it."""

    forum = models.ForeignKey(Forum, on_delete=models.PROTECT, related_name="names")

    fixed_fields = ("forum",)
    named_by = ("forum",)

    def __str__(self):
        return f"{self.name} ({self.get_kind_display()} of {self.forum})"

    def get_absolute_url(self):
        return self.forum.get_absolute_url()


class MemberOrganisation(DatedFact):
    """An organisation that takes part in a forum as a member, whoever sits for it."""

    forum = models.ForeignKey(Forum, on_delete=models.PROTECT, related_name="member_organisations")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="forum_memberships"
    )

    fixed_fields = ("forum", "organisation")
    named_by = ("forum", "organisation")
    not_before = (
        NotBefore(name="forums_memberorganisation_not_before_forum", path="forum"),
        NotBefore(name="forums_memberorganisation_not_before_organisation", path="organisation"),
    )
    no_overlaps = (
        NoOverlap(
            name="forums_memberorganisation_once",
            columns=("forum", "organisation"),
            locks="forum",
            message="This organisation is already recorded as a member in that period.",
        ),
    )

    class Meta(DatedFact.Meta):
        ordering = ["forum__folded", "organisation__folded"]

    def __str__(self):
        return f"{self.organisation} on {self.forum}"

    def get_absolute_url(self):
        return self.forum.get_absolute_url()


class ReportingLine(DatedFact):
    """A line from a forum to the forum or organisation it reports to or works with."""

    from_forum = models.ForeignKey(Forum, on_delete=models.PROTECT, related_name="lines_from")
    kind = models.CharField(max_length=15, choices=LineKind, default=LineKind.REPORTS_TO)
    to_forum = models.ForeignKey(
        Forum, null=True, blank=True, on_delete=models.PROTECT, related_name="lines_to"
    )
    to_organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="lines_to"
    )
    by_exception = models.BooleanField(default=False)

    fixed_fields = ("from_forum", "to_forum", "to_organisation")
    named_by = ("from_forum", "to_forum", "to_organisation")
    not_before = (
        NotBefore(
            name="forums_reportingline_not_before_from_forum",
            path="from_forum",
            called="the forum it leads from",
        ),
        NotBefore(
            name="forums_reportingline_not_before_to_forum",
            path="to_forum",
            called="the forum it leads to",
        ),
        NotBefore(
            name="forums_reportingline_not_before_to_organisation",
            path="to_organisation",
            called="the organisation it leads to",
        ),
    )
    no_overlaps = tuple(
        NoOverlap(
            name=f"forums_reportingline_once_{to}",
            columns=("from_forum", to, "kind"),
            locks="from_forum",
            message="This line is already recorded in that period.",
        )
        for to in ("to_forum", "to_organisation")
    )

    class Meta(DatedFact.Meta):
        ordering = ["from_forum__folded", "kind", "id"]
        constraints = [
            *DatedFact.Meta.constraints,
            one_of("kind", LineKind),
            models.CheckConstraint(
                name="forums_reportingline_one_end",
                condition=Q(to_forum__isnull=False, to_organisation__isnull=True)
                | Q(to_forum__isnull=True, to_organisation__isnull=False),
                violation_error_message="Choose the forum it leads to or the organisation: "
                "one of the two.",
            ),
            models.CheckConstraint(
                name="forums_reportingline_not_to_itself",
                condition=Q(to_forum__isnull=True) | ~Q(to_forum=F("from_forum")),
                violation_error_message="A forum does not report to itself.",
            ),
        ]

    def __str__(self):
        to = self.to_forum or self.to_organisation
        return f"{self.from_forum} {self.get_kind_display()} {to}"

    def get_absolute_url(self):
        return self.from_forum.get_absolute_url()


class Seat(SeatLaidDown, SpeaksFor, Held, DatedFact):
    """A place on a forum that exists without a member."""

    forum = models.ForeignKey(Forum, on_delete=models.PROTECT, related_name="seats")
    on_behalf_of = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="seats",
        help_text="The organisation the seat speaks for, if a source says so.",
    )
    ex_officio_post = models.ForeignKey(
        Post,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="ex_officio_seats",
        help_text="The post whose holder fills the seat.",
    )
    order = models.PositiveSmallIntegerField(default=0)

    natural_key_fields = ("forum__slug", "title")
    owner_field = "forum"
    number_field = "number"
    tenures_name = "memberships"
    terms_name = "earlier_terms"
    fixed_fields = ("forum",)
    named_by = ("forum",)
    told_apart_with = ("forum__host", "forum__place")
    not_before = (NotBefore(name="forums_seat_not_before_forum", path="forum"),)
    no_overlaps = (
        NoOverlap(
            name="forums_seat_one_chair",
            columns=("forum",),
            condition="{row}role = 'chair'",
            only=Q(role=SeatRole.CHAIR),
            locks="forum",
            message="This forum already has a chair's seat in that period: %(other)s. Give that "
            "seat two holders if two people share the chair.",
        ),
        # A seat that passes to another organisation ends, and another of its title begins.
        NoOverlap(
            name="forums_seat_title_once",
            columns=("forum", "title"),
            locks="forum",
            blame="title",
            message="The forum already has a seat of this title in that period.",
        ),
    )

    class Meta(DatedFact.Meta):
        ordering = ["forum__folded", "order", "id"]
        constraints = [
            *DatedFact.Meta.constraints,
            one_of("role", SeatRole),
            one_of("category", SeatCategory, or_empty=True),
            one_to_speak_for("seat"),
            DatabaseCheck(
                name="forums_seat_for_someone",
                condition=Q(number__isnull=True) | Q(number__gte=1),
                violation_error_message="A seat has at least one holder.",
            ),
        ]
        indexes = [
            *DatedFact.Meta.indexes,
            models.Index(
                fields=["role", "forum", "start_date", *DatedFact.FOUR_DAYS, "id"],
                name="forums_seat_by_role",
            ),
        ]

    def delete(self, *args, **kwargs):
        """Raises ProtectedError if a rule of quoracy names it: no database looks into those."""
        naming: set[models.Model] = {*self.terms_that_name_it()}
        if naming:
            raise ProtectedError("A rule of quoracy names this seat.", naming)
        return super().delete(*args, **kwargs)

    def terms_that_name_it(self) -> list[TermsOfReference]:
        """The terms of reference of its forum whose rule of quoracy names it."""
        own = TermsOfReference.objects.filter(forum=self.forum_id)
        ruled = own.exclude(quoracy_rule=None).select_related("forum")
        return [each for each in ruled if self.pk in seats_named(from_json(each.quoracy_rule))]

    def __str__(self):
        return f"{self.title}, {self.forum}"

    def get_absolute_url(self):
        return self.forum.get_absolute_url()

    def told_apart_by(self):
        return self.forum.told_apart_by()

    def clean(self) -> None:
        super().clean()
        if self.pk is not None and self.ex_officio_post_id is not None:
            refuse_if_others_go_with(self, "ex_officio_post")

    def filled_through(self, day):
        post = self.ex_officio_post
        is_over = post is None or post.has_ended(day) or post.organisation.has_ended(day)
        return None if is_over else post

    def over_in_words(self, day):
        return super().over_in_words(day) or owner_over_in_words(self.forum, day)


class Membership(SpeaksFor, Tenure):
    """One person filling one seat of a forum for a period."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="memberships")
    on_behalf_of = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="memberships",
        help_text="The organisation this person speaks for. Leave empty to take the seat's.",
    )

    held_field = "seat"
    fixed_fields = ("person", "seat")
    named_by = ("person", "seat__forum")
    no_overlaps = one_holder_rules("forums_membership", Seat)
    not_before = (
        NotBefore(name="forums_membership_not_before_seat", path="seat"),
        NotBefore(name="forums_membership_not_before_forum", path="seat__forum"),
    )

    class Meta(Tenure.Meta):
        constraints = [
            *Tenure.Meta.constraints,
            one_announced("forums_membership", "seat"),
            one_to_speak_for("membership"),
        ]
        ordering = ["seat__forum__folded", "seat__order", LATEST_FIRST]
        indexes = [
            *Tenure.Meta.indexes,
            models.Index(
                fields=["seat", "start_date", *DatedFact.FOUR_DAYS],
                name="forums_membership_by_seat",
            ),
            models.Index(fields=["person", "start_date"], name="forums_membership_by_person"),
            models.Index(
                fields=["term_ends", "seat"],
                name="forums_membership_by_term",
                condition=TERM_RUNS,
            ),
        ]

    def __str__(self):
        return f"{self.person}, {self.seat}"

    def clean(self) -> None:
        super().clean()
        if self.independent and self.held is not None and self.seat.on_behalf_of_id is not None:
            raise ValidationError(
                {
                    "independent": f"The seat speaks for {self.seat.on_behalf_of}, so that whoever "
                    "fills it is not independent. Correct the seat first if that is wrong."
                }
            )

    @property
    def speaks_for(self) -> Organisation | None:
        """The organisation that this person speaks for: their own, or that of the seat."""
        return self.on_behalf_of or (None if self.independent else self.seat.on_behalf_of)

    @property
    def speaks_for_nobody(self) -> bool:
        """Whether a source says that this person is independent, or of the seat that it is."""
        return self.on_behalf_of_id is None and (self.independent or self.seat.independent)

    def get_absolute_url(self):
        return self.seat.forum.get_absolute_url()


class SeatVacancy(Vacancy):
    """That nobody fills a seat, or some of its places, for a period, as a document says."""

    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="vacancies")

    vacant_field = "seat"
    fixed_fields = ("seat",)
    named_by = ("seat__forum",)
    not_before = (
        NotBefore(name="forums_seatvacancy_not_before_seat", path="seat"),
        NotBefore(name="forums_seatvacancy_not_before_forum", path="seat__forum"),
    )

    class Meta(Vacancy.Meta):
        verbose_name = "vacancy of a seat"
        verbose_name_plural = "vacancies of seats"
        ordering = ["seat__forum__folded", "seat__order", "id"]


# The other models of this app. They come last here, as they do wherever all models are listed.
from forums.decision_making import EscalationStep  # noqa: E402, F401
from forums.terms_reviews import TermsReview  # noqa: E402, F401
