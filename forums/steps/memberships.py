"""Guided steps for whoever fills the seats of forums."""

from django import forms
from django.core.validators import MinValueValidator
from django.utils import timezone

from editing.step_forms import StepForm, record_choice
from editing.steps import Offer, step_on, steps_of_each
from forums.actions import end_and_resize, replace_and_resize
from forums.models import Membership, Seat
from forums.seat_holders import held_seats_among
from forums.speaking_for import INDEPENDENT
from organisations.models import Post
from people.steps.appointments import (
    FILLING,
    ON_THE_SEAT_ALONE,
    Appoint,
    AppointToSeveral,
    Cover,
    of_the_post_in_words,
)
from people.steps.endings import End, EndForm, Reappoint, Withdraw
from people.steps.holders import (
    HolderStep,
    fields_of_tenure,
    going_with,
    holding_of,
    names_in_words,
    now_or_later,
    tenures_through,
)
from people.steps.replacements import Replace, ReplaceForm
from people.steps.vacancies import says_vacant


@holding_of.register
def _(held: Seat, day):
    return held_seats_among([held.pk], day)[0]


@going_with.register
def _(held: Post, day):
    seats = Seat.objects.filter(ex_officio_post=held).listed(day).select_related("forum")
    return [seat for seat in seats if not seat.forum.has_ended(day)]


@tenures_through.register
def _(held: Post, request):
    if not request.user.has_perm("forums.change_membership"):
        return None
    return now_or_later(
        Membership.objects.filter(seat__ex_officio_post=held).select_related(
            "person", "seat__forum"
        ),
        timezone.localdate(),
    )


@fields_of_tenure.register
def _(record: Seat, request):
    on_behalf_of = record_choice(
        request,
        Membership,
        "on_behalf_of",
        required=False,
        label="On behalf of",
        help_text="The organisation this person speaks for. Leave empty to take the seat’s.",
    )
    independent = forms.BooleanField(
        label=f"Speaks for {INDEPENDENT}",
        required=False,
        help_text="Tick only if the source says so. Leave unticked to take what is said of the "
        "seat.",
    )
    return {"on_behalf_of": on_behalf_of, "independent": independent}


WHAT_RESIZING_CHANGES = ("forums.change_seat", "forums.add_seatterms")


def ask_for_number(form: StepForm, seat: Seat) -> None:
    """Ask how many hold a seat from then on, if it is not a seat for one."""
    if seat.number == 1 or not form.request.user.has_perms(WHAT_RESIZING_CHANGES):
        return
    form.fields["number"] = forms.IntegerField(
        label="From then on it is a seat of",
        required=False,
        validators=[MinValueValidator(1)],
        max_value=1000,
        help_text="How many hold it from then on, if that changes, as when joint chairs become "
        "one chair. Whoever stays keeps the seat.",
    )
    form.groups = [*form.groups, ("The seat", ["number"])]


class FillSeatStep(HolderStep):
    """A step that fills a seat. If the seat goes with a post, it says who holds the post."""

    def __init__(self, request, record):
        super().__init__(request, record)
        if post := record.filled_through(self.today):
            self.explains = (
                f"This is for the seat alone, which goes with the post {post}. If it is the post "
                f"that changes hands, take the step on the post instead. {self.explains}"
            )

    @classmethod
    def offered_as(cls, record, day):
        title = super().offered_as(record, day)
        return (
            title if record.filled_through(day) is None else ON_THE_SEAT_ALONE.get(cls.name, title)
        )

    def remarks(self, form):
        remarks = super().remarks(form)
        post = self.record.ex_officio_post
        if post is None:
            return remarks
        holders = names_in_words(holding_of(post, self.first_day(form)).holders)
        whose = f"held by {holders or 'nobody recorded'}"
        remarks.append(
            f"The seat goes with the post {post}, {whose} on that day. A record of its own comes "
            "before the post’s holder. If it is the post that changed hands, record that on the "
            "post instead."
        )
        return remarks


def steps_on_posts_of(request, seats, day):
    """The steps on the post that each seat goes with."""
    through = {
        seat.pk: post
        for seat in seats
        if not seat.has_ended(day) and (post := seat.filled_through(day)) is not None
    }
    steps = steps_of_each(request, set(through.values()))
    return {
        key: [
            Offer(of_the_post_in_words(step, post), post, step)
            for step in steps[post.pk]
            if step.name in FILLING
        ]
        for key, post in through.items()
    }


@step_on(Seat)
class AppointMember(FillSeatStep, Appoint):
    permissions = ("forums.add_membership",)


@step_on(Seat)
class AppointMemberToSeveral(FillSeatStep, AppointToSeveral):
    permissions = ("forums.add_membership", "forums.change_membership")


class ReplaceMemberForm(ReplaceForm):
    seldom = {**ReplaceForm.seldom, "number": "another number of members"}

    def prepare(self):
        super().prepare()
        ask_for_number(self, self.record)


@step_on(Seat)
class ReplaceMember(FillSeatStep, Replace):
    form_class = ReplaceMemberForm
    permissions = (
        "forums.add_membership",
        "forums.change_membership",
        "forums.add_seatvacancy",
    )

    def fill(self, form):
        data = form.cleaned_data
        if data.get("number") is None:
            super().fill(form)
            return
        replace_and_resize(
            seat=self.record,
            leaving=data["leaving"],
            left=form.left,
            end_reason=data["end_reason"],
            begins=form.when,
            number=data["number"],
            source=form.source,
            vacant=says_vacant(form),
            **form.tenure(),
        )


@step_on(Seat)
class CoverMember(FillSeatStep, Cover):
    permissions = ("forums.add_membership",)


@step_on(Membership)
class ReappointMember(Reappoint):
    permissions = ("forums.add_membership", "forums.change_membership")


class EndMembershipForm(EndForm):
    seldom = {**EndForm.seldom, "number": "another number of members"}

    def prepare(self):
        super().prepare()
        ask_for_number(self, self.record.seat)


@step_on(Membership)
class EndMembership(End):
    title = "End this membership"
    form_class = EndMembershipForm
    permissions = ("forums.change_membership", "forums.add_seatvacancy")

    def take(self, form):
        data = form.cleaned_data
        if data.get("number") is None:
            super().take(form)
            return
        self.last = form.when
        end_and_resize(
            membership=self.record,
            when=form.when,
            end_reason=data["end_reason"],
            number=data["number"],
            source=form.source,
            vacant=says_vacant(form),
        )


@step_on(Membership)
class WithdrawMembership(Withdraw):
    title = "Withdraw this membership"
    permissions = ("forums.change_membership",)
