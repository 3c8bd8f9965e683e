"""Guided steps that create, move and abolish posts and seats."""

import datetime

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.validators import MinValueValidator
from django.utils import timezone

from editing.dependants import DependantsStep, Group, Note
from editing.links import change_address, step_address
from editing.step_forms import StepForm, record_choice
from editing.steps import Step, step_on
from forums.actions import create_post_or_seat
from forums.closure_dependants import dependants_of_held
from forums.closures import abolish, move_seat
from forums.models import Forum, Seat, SeatCategory, SeatRole, TermsOfReference
from forums.speaking_for import INDEPENDENT
from forums.steps.closures import ClosureForm, ClosureStep, relation
from forums.transfers import FOLLOW
from organisations.models import Held, Organisation, Post, PostKind
from people.steps.appointments import HolderForm

NOT_RECORDED = [("", "not recorded"), ("yes", "yes"), ("no", "no")]


class YesOrNo(forms.TypedChoiceField):
    """Asks what a source may leave open."""


def yes_or_no(label: str) -> YesOrNo:
    return YesOrNo(
        label=label,
        choices=NOT_RECORDED,
        required=False,
        coerce=lambda value: value == "yes",
        empty_value=None,
    )


def number_of_holders() -> forms.IntegerField:
    return forms.IntegerField(
        label="Number of holders",
        required=False,
        initial=1,
        max_value=32767,
        validators=[MinValueValidator(1)],
        help_text="Leave empty if the source does not say how many.",
    )


def category_of_member():
    return forms.ChoiceField(
        label="Category of member",
        required=False,
        choices=[("", "Not recorded"), *SeatCategory.choices],
        help_text="If a source says so.",
    )


def who_may_hold_it() -> forms.CharField:
    return forms.CharField(
        label="Who may hold it",
        required=False,
        max_length=300,
        widget=AdminTextInputWidget,
        help_text="If a source says so: “a GP”.",
    )


class CreateForm(HolderForm):
    """Asks for a new post or seat, its first day, and its first holder, if it has one."""

    needs_a_holder = False
    date_label = "First day"
    date_help = "The first day of it, and of its first holder."
    may_be_announced = True

    title = forms.CharField(max_length=200, widget=AdminTextInputWidget)
    requirement = who_may_hold_it()
    fields_of_it: list = []
    fields_of_holding: list = []

    def prepare(self):
        super().prepare()
        self.groups = [
            ("What it is", self.fields_of_it),
            ("How it is held", self.fields_of_holding),
            ("The first holder, if there is one", self.person_fields),
        ]

    def unsaved(self) -> Held:
        """The post or seat to create."""
        raise NotImplementedError

    def first_holder(self) -> dict | None:
        data = self.cleaned_data
        if data.get("person") is None and not data.get("new_name", "").strip():
            return None
        return self.tenure()


class Create(Step):
    form_class: type[CreateForm]

    @classmethod
    def is_for(cls, record, day):
        return not record.has_ended(day)

    def take(self, form):
        return create_post_or_seat(
            held=form.unsaved(),
            begins=form.when,
            source=form.source,
            holder=form.first_holder(),
        )

    def remarks(self, form):
        return form.remarks()

    def afterwards(self, record):
        if getattr(record, record.tenures_name).exists():
            return []
        return [("Appoint its first holder", step_address(type(record), record.pk, "appoint"))]


class CreatePostForm(CreateForm):
    fields_of_it = [("title", "kind")]
    fields_of_holding = ["max_holders", "requirement"]

    kind = forms.ChoiceField(choices=[("", "---------"), *PostKind.choices])
    max_holders = forms.IntegerField(
        label="How many may hold it at once", initial=1, min_value=1, max_value=32767
    )

    def unsaved(self):
        data = self.cleaned_data
        names = ("title", "kind", "max_holders", "requirement")
        return Post(organisation=self.record, **{name: data[name] for name in names})


@step_on(Organisation)
class CreatePost(Create):
    name = "create-post"
    rank = 20
    title = "Create a post"
    explains = "Creates a post in this organisation from a day on, vacant or with its first holder."
    form_class = CreatePostForm
    permissions = ("organisations.add_post", "people.add_appointment")


class CreateSeatForm(CreateForm):
    fields_of_it = [
        ("title", "role", "category"),
        ("on_behalf_of", "independent"),
        "ex_officio_post",
    ]
    fields_of_holding = [
        "number",
        "requirement",
        ("voting", "counts_to_quoracy", "may_be_deputised"),
    ]

    role = forms.ChoiceField(choices=SeatRole.choices, initial=SeatRole.MEMBER)
    category = category_of_member()
    independent = forms.BooleanField(
        label=f"Speaks for {INDEPENDENT}",
        required=False,
        help_text="Tick only if the source says so.",
    )
    number = number_of_holders()
    voting = yes_or_no("Voting")
    counts_to_quoracy = yes_or_no("counts to quoracy")
    may_be_deputised = yes_or_no("may be deputised")

    def prepare(self):
        super().prepare()
        self.fields["on_behalf_of"] = record_choice(
            self.request, Seat, "on_behalf_of", label="Speaks for", required=False
        )
        self.fields["ex_officio_post"] = record_choice(
            self.request,
            Seat,
            "ex_officio_post",
            label="Goes with the post",
            required=False,
            help_text="If whoever holds a post fills the seat. Then no holder is needed below.",
        )

    def unsaved(self):
        data = self.cleaned_data
        names = (
            "title",
            "role",
            "category",
            "on_behalf_of",
            "independent",
            "ex_officio_post",
            "number",
            "requirement",
            "voting",
            "counts_to_quoracy",
            "may_be_deputised",
        )
        last = self.record.seats.order_by("-order").values_list("order", flat=True).first() or 0
        order = min(last + 1, 32767)
        return Seat(forum=self.record, order=order, **{name: data[name] for name in names})


@step_on(Forum)
class CreateSeat(Create):
    name = "create-seat"
    rank = 20
    title = "Create a seat"
    explains = "Creates a seat on this forum from a day on, vacant or with its first member."
    form_class = CreateSeatForm
    permissions = ("forums.add_seat", "forums.add_membership")

    def afterwards(self, record):
        return [] if record.ex_officio_post_id else super().afterwards(record)


class MoveSeatForm(ClosureForm):
    date_label = "First day for the other organisation"
    may_be_announced = False  # the seat as it is would end on no day, and the other begin on none
    date_help = (
        "The seat as it is now ends the day before, or in the same month or year if no more is "
        "known."
    )
    dependants_heading = "Who sits in it"
    nothing_depends = "Nobody is recorded for it."
    dependants_explained = (
        "Each stays in the seat, for the other organisation, or ends. Only what is ticked changes."
    )
    shows = {**StepForm.shows, "on_behalf_of": "organisation", "ex_officio_post": "post"}

    title = forms.CharField(
        label="Title from then on",
        required=False,
        max_length=200,
        widget=AdminTextInputWidget,
        help_text="Leave empty if the title stays.",
    )
    groups = [("Where it goes", ["organisation", "title", "post"])]

    def prepare(self):
        self.fields["organisation"] = record_choice(
            self.request, Seat, "on_behalf_of", label="Speaks from then on for"
        )
        self.fields["post"] = record_choice(
            self.request,
            Seat,
            "ex_officio_post",
            label="Goes from then on with the post",
            required=False,
            help_text="If whoever holds a post fills the seat.",
        )
        super().prepare()

    def last(self):
        begins = self.when_entered()
        return begins.eve() if begins else None

    def find(self):
        found = dependants_of_held(self.record, self.day())
        return [
            Group(
                "Memberships",
                self.tenures_going(
                    found["memberships"], FOLLOW, "stays, for the other organisation"
                ),
                (
                    "membership of the seat as it was stays open",
                    "memberships of the seat as it was stay open",
                ),
            )
        ]

    def notes(self):
        return rules_on(self.record, "follows the seat: it will name the new one at once")


def rules_on(seat: Seat, becomes: str) -> list[Note]:
    return [
        Note(
            f"The rule of quoracy in “{terms}” {becomes}.",
            change_address(TermsOfReference, terms.pk),
        )
        for terms in terms_that_name(seat, timezone.localdate())
    ]


def terms_that_name(seat: Seat, day: datetime.date) -> list[TermsOfReference]:
    """The terms of reference, not over on the day, whose rule of quoracy names a seat."""
    return [each for each in seat.terms_that_name_it() if not each.has_ended(day)]


@step_on(Seat)
class MoveSeat(DependantsStep):
    name = "move"
    rank = 60
    title = "Move to another organisation"
    explains = (
        "The seat as it is ends, and a like seat begins for another organisation, with the "
        "members who stay."
    )
    form_class = MoveSeatForm
    permissions = (
        "forums.add_seat",
        "forums.change_seat",
        "forums.add_membership",
        "forums.change_membership",
        "forums.add_seatvacancy",
        "forums.change_seatvacancy",
        "forums.change_termsofreference",
    )

    moved: Seat

    @classmethod
    def is_for(cls, record, day):
        return not record.has_ended(day)

    def facts(self):
        speaks_for = self.record.on_behalf_of
        goes_with = self.record.ex_officio_post
        nobody = INDEPENDENT if self.record.independent else "not recorded"
        facts = [("Speaks for", str(speaks_for) if speaks_for else nobody)]
        if goes_with:
            facts.append(("Goes with the post", str(goes_with)))
        return facts

    def take(self, form):
        data = form.cleaned_data
        self.moved = move_seat(
            seat=self.record,
            organisation=data["organisation"],
            begins=form.when,
            source=form.source,
            today=self.today,
            choices=form.choices(),
            title=data["title"],
            post=data["post"],
        )
        return self.moved

    def remarks(self, form):
        return [
            *super().remarks(form),
            *(
                f"The rule of quoracy in “{terms}” names the new seat from now on."
                for terms in terms_that_name(self.moved, self.today)
            ),
        ]

    def afterwards(self, record):
        if record.memberships.exists():
            return []
        return [("Appoint somebody to it", step_address(Seat, record.pk, "appoint"))]


class AbolishForm(ClosureForm):
    def find(self):
        found = dependants_of_held(self.record, self.day())
        own = "appointments" if isinstance(self.record, Post) else "memberships"
        groups = [
            Group(
                "Who holds it",
                self.ending(found[own]),
                ("holder’s record stays open", "holders’ records stay open"),
            )
        ]
        if isinstance(self.record, Post):
            groups += [
                Group(
                    "Seats that go with it",
                    self.going(found["ex_officio"], FOLLOW, "goes with the post chosen"),
                    (
                        "seat goes with a post that has ended",
                        "seats go with a post that has ended",
                    ),
                    note="Choose the post that each goes with from the next day; without one it "
                    "stays as it is, filled by nobody.",
                    goes_to=relation(Seat, "ex_officio_post"),
                    goes_label="Goes with the post",
                ),
                Group(
                    "Memberships by those seats",
                    self.tenures_going(found["memberships"], FOLLOW, "stays with its seat"),
                    ("membership stays as it is", "memberships stay as they are"),
                ),
            ]
        return groups

    def notes(self):
        if isinstance(self.record, Post):
            return []
        return rules_on(self.record, "names it, and cannot be met without it: correct it too")


class Abolish(ClosureStep):
    name = "abolish"
    rank = 80
    title = "Abolish"
    explains = "Ends it with whoever holds it. It is kept, and shown on every day on which it was."
    form_class = AbolishForm

    @classmethod
    def is_called_for(cls, record, day):
        return record.over_by is None or any(dependants_of_held(record, record.end_date).values())

    def settle(self, form):
        held = self.record
        abolish(
            held=held,
            last=form.when,
            source=form.source,
            today=self.today,
            choices=form.choices(),
        )
        if type(held).objects.filter(pk=held.pk).exists():
            return held
        return getattr(held, held.owner_field)  # it was announced, and is withdrawn

    def afterwards(self, record):
        owner = getattr(self.record, self.record.owner_field)
        kind = self.record._meta.verbose_name
        address = step_address(type(owner), owner.pk, f"create-{self.record._meta.model_name}")
        return [(f"Create another {kind}", address)]


@step_on(Post)
class AbolishPost(Abolish):
    permissions = (
        "organisations.change_post",
        "people.change_appointment",
        "people.change_postvacancy",
        "forums.add_seat",
        "forums.change_seat",
        "forums.add_membership",
        "forums.change_membership",
        "forums.add_seatvacancy",
        "forums.change_seatvacancy",
        "forums.change_termsofreference",
    )


@step_on(Seat)
class AbolishSeat(Abolish):
    permissions = ("forums.change_seat", "forums.change_membership", "forums.change_seatvacancy")
