"""Guided steps that create a post or a seat, with its first holder if there is one."""

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.validators import MinValueValidator

from editing.steps import Step, record_choice, step_address, step_on
from forums.closures import create
from forums.models import Forum, Seat, SeatRole
from organisations.models import Organisation, Post, PostKind
from people.steps.appointments import HolderForm

NOT_RECORDED = [("", "not recorded"), ("yes", "yes"), ("no", "no")]


def yes_or_no(label: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=NOT_RECORDED,
        required=False,
        coerce=lambda value: value == "yes",
        empty_value=None,
    )


class CreateForm(HolderForm):
    """Asks what it is, since when, and who holds it first, if anybody does."""

    date_label = "First day"
    date_help = (
        "The first day of it, and of its first holder. If only the month or year is known, any "
        "day in it will do."
    )

    title = forms.CharField(max_length=200, widget=AdminTextInputWidget)
    requirement = forms.CharField(
        label="Who may hold it",
        required=False,
        max_length=300,
        widget=AdminTextInputWidget,
        help_text="If a source says so: “a GP”.",
    )
    holder_stated = forms.BooleanField(
        label="The source says who holds it, or that nobody does",
        required=False,
        initial=True,
        help_text="Untick if it is silent about that: until somebody is appointed it is then shown "
        "as “not recorded” and not as “vacant”.",
    )
    # What it is, and how it is held.
    fields_of_it: list = []
    fields_of_holding: list = []

    @property
    def groups(self):
        return [
            ("What it is", self.fields_of_it),
            ("How it is held", self.fields_of_holding),
            ("The first holder, if there is one", self.person_fields),
        ]

    def clean(self):
        # Whoever creates something need not know who holds it.
        nobody = not self.cleaned_data.get("new_name", "").strip() and (
            self.cleaned_data.get("person", "") is None
        )
        data = super().clean()
        if nobody:
            self.errors.pop("person", None)
            data["person"] = None
        return data

    def unsaved(self):
        """What is to be created."""
        raise NotImplementedError

    def first_holder(self) -> dict | None:
        data = self.cleaned_data
        if data.get("person") is None and not data.get("new_name", "").strip():
            return None
        return self.tenure()


class Create(Step):
    """Creates what its form describes."""

    form_class: type[CreateForm]

    @classmethod
    def is_for(cls, record, day):
        return not record.has_ended(day)

    def take(self, form):
        return create(
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
    fields_of_holding = ["max_holders", "requirement", "holder_stated"]

    kind = forms.ChoiceField(choices=[("", "---------"), *PostKind.choices])
    max_holders = forms.IntegerField(
        label="How many may hold it at once", initial=1, min_value=1, max_value=32767
    )

    def unsaved(self):
        data = self.cleaned_data
        names = ("title", "kind", "max_holders", "requirement", "holder_stated")
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
    fields_of_it = [("title", "role"), "on_behalf_of", "ex_officio_post"]
    fields_of_holding = [
        "number",
        "requirement",
        "holder_stated",
        ("voting", "counts_to_quoracy", "may_be_deputised"),
    ]

    role = forms.ChoiceField(choices=SeatRole.choices, initial=SeatRole.MEMBER)
    number = forms.IntegerField(
        label="Number of holders",
        required=False,
        initial=1,
        max_value=32767,
        validators=[MinValueValidator(1)],
        help_text="Leave empty if the source does not say how many.",
    )
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
            "on_behalf_of",
            "ex_officio_post",
            "number",
            "requirement",
            "holder_stated",
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
