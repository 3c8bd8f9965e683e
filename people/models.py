"""People, and their appointments to posts."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.text import capfirst

from organisations.held import is_for_one_in, one_too_many
from organisations.models import Held, Post
from people.bases import (
    ActingFor,
    Basis,
    EndReason,
    basis_in_words,  # noqa: F401  (with the choices)
    end_reason_in_words,  # noqa: F401
)
from people.designates import Designated, refuse_designate_of_nothing
from people.joint import Joint
from people.personal_names import corrected_sort_name, parts_of
from records.constraints import DatabaseUnique
from records.days import NO_LATEST, DayField
from records.locks import locked
from records.models import (
    SLUG_HELP,
    DatedFact,
    DatedRecordQuerySet,
    Fact,
    NaturalKeyManager,
    OtherName,
    one_of,
)
from records.names import FoldedField
from records.overlap_rules import NoOverlap, days_of, overlapping
from records.periods import Period, Qualifier, date_in_words, listed
from records.start_rules import NotBefore

# On both databases a record without a start comes last.
LATEST_FIRST = F("start_date").desc(nulls_last=True)


# People the public may find. SQLite uses the index made for this only if it is worded so.
FINDABLE = Q(withheld=False) & ~Q(merged_into__isnull=False)
# Tenures with an end of term and without an end.
TERM_RUNS = Q(term_ends__isnull=False, latest_end=NO_LATEST)


class Person(Fact):
    """Somebody named by a source document."""

    slug = models.SlugField(max_length=100, unique=True, help_text=SLUG_HELP)
    honorific = models.CharField(max_length=40, blank=True, help_text="Dr, Sir, Professor.")
    name = models.CharField(max_length=200, help_text="Without the honorific.")
    sort_name = models.CharField(
        max_length=200,
        blank=True,
        help_text="Family name first: “Nicholson, David”. Left empty, it is made from the name; "
        "left as it is, it follows a correction of the name.",
    )
    folded = FoldedField(sources=("name", "honorific"))
    folded_sort_name = FoldedField(sources=("sort_name",))

    # Only guided steps set these two, and say why in the history.
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="merged",
        verbose_name="is the same person as",
        db_index=False,  # See below.
    )
    withheld = models.BooleanField("withheld from public pages", default=False, editable=False)

    natural_key_fields = ("slug",)
    set_by_steps = ("merged_into", "withheld")
    # The name and the sort name as they are in the database.
    names_read: tuple[str, str] | None = None

    class Meta(Fact.Meta):
        ordering = ["folded_sort_name"]
        verbose_name_plural = "people"
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(
                name="people_person_not_merged_into_itself",
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                violation_error_message="Nobody is merged into themselves.",
            ),
        ]
        indexes = [
            # For finding people of the same name.
            models.Index(fields=["name"], name="people_person_by_own_name"),
            models.Index(fields=["folded_sort_name"], name="people_person_by_name"),
            # For counting the people that the public may find.
            models.Index(fields=["id"], name="people_person_shown", condition=FINDABLE),
            # Holds all that the query for a page of the list, or for part of a name, reads.
            models.Index(
                fields=["folded_sort_name", "id", "folded"],
                name="people_person_findable",
                condition=FINDABLE,
            ),
            models.Index(
                fields=["folded", "id"],
                name="people_person_by_given",
                condition=FINDABLE,
            ),
            # Merged people are few. If the index held the others too, SQLite would use it first
            # when a query asks for people who are not merged, who are nearly all.
            models.Index(
                fields=["merged_into"],
                name="people_person_merged",
                condition=Q(merged_into__isnull=False),
            ),
            # Withheld people are few, and every page as recorded on another day asks for them.
            models.Index(
                fields=["withheld"], name="people_person_withheld", condition=Q(withheld=True)
            ),
        ]
        permissions = [
            ("merge_person", "Can merge two records of one person"),
            ("withhold_person", "Can withhold a person from public pages"),
        ]

    def __str__(self):
        return f"{self.honorific} {self.name}".strip()

    def told_apart_by(self):
        return self.slug

    def over_in_words(self, day):
        return f"merged into {self.merged_into}" if self.merged_into_id else ""

    @classmethod
    def words_apart(cls, records, day):
        """The posts that each person holds on `day`, or else the end of their page's address."""
        held: dict[int, list[str]] = {record.pk: [] for record in records}
        for appointment in (
            Appointment.objects.listed(day)
            .filter(listed(day, "post"), listed(day, "post__organisation"), person__in=records)
            .select_related("post__organisation")
        ):
            held[appointment.person_id].append(str(appointment.post))
        return {
            record.pk: "; ".join(dict.fromkeys(held[record.pk])) or record.told_apart_by()
            for record in records
        }

    @classmethod
    def from_db(cls, db, field_names, values):
        person = super().from_db(db, field_names, values)
        if {"name", "sort_name"} <= person.__dict__.keys():
            person.names_read = person.name, person.sort_name
        return person

    def get_absolute_url(self):
        return reverse("person", args=[self.slug])

    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
        self.names_read = self.name, self.sort_name

    def prepare(self) -> None:
        super().prepare()
        before, sorted_before = self.names_read or (self.name, None)
        if self.name != before and self.sort_name == sorted_before:
            self.sort_name = corrected_sort_name(self.sort_name, before, self.name)
        if not self.sort_name:
            self.sort_name = parts_of(self.name).family_first or self.name


class PersonName(OtherName):
    """Another name of a person: a former one, or one that a source uses."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="names")

    fixed_fields = ("person",)
    named_by = ("person",)

    def __str__(self):
        return f"{self.name} ({self.get_kind_display()} of {self.person})"

    def get_absolute_url(self):
        return self.person.get_absolute_url()


class Distinction(Fact):
    """Two people who might be taken for one, and a document that shows that they are two."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="distinctions")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="distinctions_other")

    fixed_fields = ("person", "other")
    named_by = ("person", "other")

    class Meta(Fact.Meta):
        ordering = ["person__folded_sort_name", "id"]
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(
                name="people_distinction_between_two",
                condition=~Q(person=F("other")),
                violation_error_message="A distinction is between two people.",
            ),
            models.UniqueConstraint(
                fields=["person", "other"],
                name="people_distinction_once",
                violation_error_message="It is already recorded that they are two people.",
            ),
        ]

    def __str__(self):
        return f"{self.person} is not {self.other}"

    def get_absolute_url(self):
        return self.person.get_absolute_url()


class TenureQuerySet(DatedRecordQuerySet):
    def not_acting(self):
        return self.exclude(basis=Basis.ACTING)


TenureManager = NaturalKeyManager.from_queryset(TenureQuerySet, "TenureManager")


class Tenure(Designated, DatedFact):
    """One person's time in a post or a seat."""

    basis = models.CharField(max_length=15, choices=Basis, default=Basis.SUBSTANTIVE)
    acting_for = models.CharField(
        max_length=15,
        choices=ActingFor,
        blank=True,
        help_text="Of somebody who acts: what for, if a source says so. Choose no more than it "
        "says.",
    )
    term_ends = DayField(
        null=True, blank=True, help_text="The day the present term is due to end, if stated."
    )
    end_reason = models.CharField(max_length=15, choices=EndReason, blank=True)
    # Whether the post or seat is for one person. Stored so that a database constraint can use it.
    sole = models.BooleanField(default=True, editable=False)

    objects = TenureManager()

    # Each kind of tenure has a person, and a post or a seat in the field of this name.
    person_id: int
    held_field = ""
    said_of_end = (*DatedFact.said_of_end, "end_reason")
    # An import sets this when it has read and locked the posts or seats and the people of all its
    # rows.
    read_and_locked = False
    # An import sets this when it has counted that there is room.
    has_room = False

    class Meta(DatedFact.Meta):
        abstract = True
        indexes = [*DatedFact.Meta.indexes, *Designated.Meta.indexes]
        constraints = [
            *DatedFact.Meta.constraints,
            *Designated.Meta.constraints,
            one_of("basis", Basis),
            one_of("acting_for", ActingFor, or_empty=True),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_acting_for_something",
                condition=Q(acting_for="") | Q(basis=Basis.ACTING),
                violation_error_message="Only somebody who acts does so for an absence or in a "
                "vacancy. Choose acting, or leave empty what for.",
            ),
            one_of("end_reason", EndReason, or_empty=True),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_term_ends_after_start",
                condition=Q(term_ends__isnull=True)
                | Q(start_date__isnull=True)
                | Q(term_ends__gte=F("start_date")),
                violation_error_message="The term cannot end before it began.",
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_end_reason_needs_end",
                condition=Q(end_reason="") | Q(end_date__isnull=False),
                violation_error_message="Give the end date as well as the reason, or neither.",
            ),
        ]

    @property
    def held(self):
        """The post or seat held; None while a form has not named it."""
        return None if self.held_key is None else getattr(self, self.held_field)

    @property
    def held_key(self) -> int | None:
        return getattr(self, self._meta.get_field(self.held_field).attname)

    def prepare(self) -> None:
        super().prepare()
        self.settle_naming()
        self.read_and_lock_held()
        self.settle_sole()

    def read_and_lock_held(self) -> None:
        """Lock the post or seat and read it again.

        Somebody may have changed its number of holders since it was last read, or be about to.
        """
        if self.read_and_locked:
            return
        held: Any = self._meta.get_field(self.held_field).related_model
        stored = held.knowing_of_terms(locked(held).filter(pk=self.held_key))
        # Messages name the post or seat with its organisation or forum.
        found = stored.select_related(held.owner_field).first()
        if found is not None:
            setattr(self, self.held_field, found)

    def settle_sole(self) -> None:
        """Take the number of holders from the post or seat, on the days worked out of this."""
        if self.held is not None:
            self.sole = is_for_one_in(self, self.held.times_of_capacity())

    def clean(self) -> None:
        self.read_and_lock_held()
        super().clean()
        if self.latest_start is not None:  # or else the fields say what is wrong
            self.settle_sole()
        self._refuse_acting_for_without_acting()
        self._refuse_foreseen_death()
        refuse_designate_of_nothing(self)
        self._refuse_merged_person()
        if self.held is not None:
            self.refuse_start_after_end_of(self.held)
            self._refuse_one_holder_too_many()
            self._refuse_second_announced()

    def _refuse_acting_for_without_acting(self) -> None:
        if self.acting_for and self.basis != Basis.ACTING:
            raise ValidationError(
                {
                    "acting_for": "Only somebody who acts does so for an absence or in a vacancy. "
                    "Leave this empty, or choose acting as the basis."
                }
            )

    def _refuse_foreseen_death(self) -> None:
        if self.end_reason != EndReason.DIED or self.end_date is None or self.document_id is None:
            return
        if self.end_qualifier == Qualifier.NOT_BEFORE or self.end_foreseen:
            raise ValidationError(
                {
                    "end_reason": "No document speaks of a death before its day. Name the document "
                    "that says so, and the day of which it speaks."
                }
            )

    def _refuse_merged_person(self) -> None:
        if not self._state.adding or self.person_id is None or self.read_and_locked:
            return
        # The lock keeps the person from a merge that is about to happen.
        person = locked(Person).filter(pk=self.person_id).select_related("merged_into").first()
        if person is not None and person.merged_into is not None:
            stays = person.merged_into
            raise ValidationError(
                {
                    "person": f"This record was merged into that of {stays} ({stays.slug}). "
                    "Choose that one."
                }
            )

    def _refuse_second_announced(self) -> None:
        if not self.sole or self.basis == Basis.ACTING or self.latest_start != NO_LATEST:
            return
        announced = type(self).objects.not_acting().filter(latest_start=NO_LATEST)
        other = announced.filter(**{self.held_field: self.held}).exclude(pk=self.pk).first()
        if other is not None:
            raise ValidationError(
                {
                    "start_date": f"{other} is already to come to it, on a day that no source "
                    "gives. Withdraw that record first, or give its start."
                }
            )

    def _refuse_one_holder_too_many(self) -> None:
        if self.has_room or self.basis == Basis.ACTING or days_of(self) is None:
            return
        times = self.held.times_of_capacity()
        if len(times) == 1 and self.held.capacity in (None, 1):
            return  # The rule of one holder says so.
        others = (
            type(self)
            .objects.not_acting()
            .filter(overlapping(self), **{self.held_field: self.held})
            .exclude(pk=self.pk)
        )
        too_many = one_too_many([self, *others], times)
        if too_many is not None:
            day, holders, room = too_many
            on = f" on {date_in_words(day)}" if len(times) > 1 else ""
            raise ValidationError(
                {
                    "start_date": f"{self.held} has room for {room}{on} and would have "
                    f"{holders}. {remedies('one of the others', type(self.held))}"
                }
            )


def one_announced(label: str, held: str) -> DatabaseUnique:
    """A rule: a post or seat of one holder has one holder to come of whom no source says when."""
    return DatabaseUnique(
        name=f"{label}_one_announced",
        fields=[held],
        condition=Q(
            sole=True, latest_start=NO_LATEST, basis__in=[Basis.SUBSTANTIVE, Basis.INTERIM]
        ),
        violation_error_message=f"Somebody is already to come to this {held} on a day that no "
        "source gives. Withdraw that record first, or give its start.",
    )


def remedies(others: str, model: type[Held]) -> str:
    """What to do about one holder too many, whichever form was used."""
    field = model._meta.get_field(model.number_field)
    return (
        f"End {others} first, or correct “{capfirst(field.verbose_name)}” of the "
        f"{model._meta.verbose_name} if it has room for more. If this person acts for a holder who "
        "is away, use Record who acts."
    )


def one_holder_rules(label: str, model: type[Held]) -> tuple[NoOverlap, NoOverlap]:
    """The rules of who may hold a post or seat at once.

    A post for one person has one holder at a time, and nobody holds a post twice at a time. Acting
    holders may overlap the holder they cover. The rules lock nothing, since `Tenure.clean` has
    locked the post or seat before they are checked.
    """
    held = model._meta.model_name
    return (
        NoOverlap(
            name=f"{label}_one_holder",
            columns=(held,),
            condition="{row}sole AND {row}basis <> 'acting'",
            only=Q(sole=True, basis__in=[Basis.SUBSTANTIVE, Basis.INTERIM]),
            message=f"This {held} would be held twice: %(other)s is recorded for it in the same "
            f"period. {remedies('that record', model)}",
        ),
        NoOverlap(
            name=f"{label}_once_each",
            columns=(held, "person"),
            message=f"This person is already recorded for this {held} in that period: %(other)s.",
        ),
    )


class Appointment(Joint, Tenure):
    """One person holding one post for a period."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="appointments")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="appointments")

    held_field = "post"
    fixed_fields = ("person", "post")
    named_by = ("person", "post__organisation")
    no_overlaps = one_holder_rules("people_appointment", Post)
    not_before = (
        NotBefore(name="people_appointment_not_before_post", path="post"),
        NotBefore(name="people_appointment_not_before_organisation", path="post__organisation"),
    )

    class Meta(Tenure.Meta):
        constraints = [*Tenure.Meta.constraints, one_announced("people_appointment", "post")]
        ordering = ["post__organisation__folded", "post__folded", LATEST_FIRST]
        indexes = [
            *Tenure.Meta.indexes,
            models.Index(
                fields=["post", "start_date", *Period.FOUR_DAYS],
                name="people_appointment_by_post",
            ),
            models.Index(fields=["person", "start_date"], name="people_appointment_by_person"),
            models.Index(
                fields=["term_ends", "post"],
                name="people_appointment_by_term",
                condition=TERM_RUNS,
            ),
        ]

    def __str__(self):
        return f"{self.person}, {self.post}"

    def get_absolute_url(self):
        return self.person.get_absolute_url()


# The other model of this app. It comes last here, as it does wherever all models are listed.
from people.vacant_places import PostVacancy  # noqa: E402, F401
