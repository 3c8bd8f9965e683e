"""Guided steps that appoint somebody to a post or a seat, or have somebody act for its holder."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.http import HttpRequest
from django.utils.text import get_text_list

from editing.links import step_address
from editing.step_forms import StepForm, record_choice
from editing.steps import Step, step_on
from editing.typed_dates import TypedDayField
from organisations.models import Held, Post
from people.actions import (
    appoint_to_each,
    known_only_later,
    record_existence,
    tenure_model_of,
)
from people.designates import NAMED_FIELDS
from people.duplicates import people_like
from people.identity import new_person
from people.joint import joint_from
from people.models import ActingFor, Appointment, Basis, Person
from people.steps.holders import (
    WHAT_THEY_ACT_FOR,
    WHY_THEY_GO,
    HolderStep,
    fields_of_tenure,
    holders_now,
    holding_of,
    names_in_words,
    now_or_later,
)
from records.days import NO_LATEST
from records.models import DatedFact
from records.periods import Qualifier, When

# Recording somebody who acts is a step of its own.
NOT_ACTING = [choice for choice in Basis.choices if choice[0] != Basis.ACTING]


class HolderForm(StepForm):
    """Asks for a person, found by name or new to the register, and on what basis they come."""

    shows = {
        **StepForm.shows,
        "name": "new_name",
        "honorific": "new_honorific",
        "named_date": "named",
    }
    when_fields = [*StepForm.when_fields, "existed"]
    seldom = {
        **StepForm.seldom,
        "term_ends": "a term",
        "named": "a designate",
    }

    new_name = forms.CharField(
        label="Or somebody new to the register",
        required=False,
        max_length=200,
        widget=AdminTextInputWidget,
        help_text="Their name without the honorific, if they are not in the list.",
    )
    new_honorific = forms.CharField(
        label="Honorific", required=False, max_length=40, widget=AdminTextInputWidget
    )
    basis = forms.ChoiceField(choices=NOT_ACTING, initial=Basis.SUBSTANTIVE)
    term_ends = TypedDayField(
        label="Term ends",
        required=False,
        help_text="The last day of the term, if a source states it.",
    )

    # The fields about the tenure, as the model names them.
    tenure_fields = ["basis", "term_ends"]
    needs_a_holder = True
    asks_when_named = True
    # The person whom the step records, if they are new to the register.
    recorded: Person | None = None
    # What the day entered shows to have existed earlier than the register says.
    known_only_later: tuple[DatedFact, ...] = ()

    def prepare(self):
        super().prepare()
        self.fields["person"] = record_choice(
            self.request,
            Appointment,
            "person",
            label="Who",
            required=False,
            queryset=Person.objects.filter(merged_into=None),
            help_text="Type part of a name.",
            error_messages={
                "invalid_choice": "Choose a person from the list. If their record was merged into "
                "another, choose that one."
            },
        )
        if not self.request.user.has_perm("people.add_person"):
            del self.fields["new_name"], self.fields["new_honorific"]
        further = fields_of_tenure(self.record, self.request)
        self.fields.update(further)
        self.seldom = {**self.seldom, **dict.fromkeys(further, "")}
        for name in [*further][:1]:
            self.seldom[name] = "for whom they speak"
        if self.asks_when_named:
            self.add_date(
                "named",
                label="Named on",
                help_text="Only of a designate: the day on which they were named, before they "
                "begin.",
            )
        self.tenure_fields = [*self.tenure_fields, *further]
        who = ["person", ("new_name", "new_honorific")]
        self.person_fields = [*who, *self.tenure_fields, "named"]
        self.person_and_day = [*who, "date", "until", "existed", *self.tenure_fields, "named"]

    def clean(self):
        data: Any = super().clean()
        new = data.get("new_name", "").strip()
        nobody = "person" in data and not data["person"] and not new
        if nobody and self.needs_a_holder and "new_name" not in self.errors:
            self.add_error("person", "Choose a person, or give the name of one who is new.")
        if data.get("person") and new:
            self.add_error("new_name", "Leave this empty, or do not choose a person above.")
        return data

    def holder(self) -> Person:
        """The person chosen, or a new one recorded from the same source."""
        data = self.cleaned_data
        if data["person"] is None:
            self.recorded = new_person(
                name=data["new_name"], honorific=data["new_honorific"], source=self.source
            )
        return data["person"] or self.recorded

    def tenure(self) -> dict:
        data = self.cleaned_data
        named = self.date_added("named") if self.asks_when_named else None
        return {
            "person": self.holder(),
            **{name: data[name] for name in self.tenure_fields},
            **(named.as_fields(NAMED_FIELDS) if named else {}),
        }

    def ask_whether_they_existed(self, posts_or_seats: Iterable[Held]) -> None:
        """Offer to record that posts or seats, and what they are of, existed on the day entered,
        if the register has them only by a later one."""
        begins = self.when_entered()
        if begins is None:
            return
        found = [owner for held in posts_or_seats for owner in known_only_later(held, begins)]
        self.known_only_later = tuple(dict.fromkeys(found))
        kinds = {owner._meta for owner in found}
        may_change = {f"{kind.app_label}.change_{kind.model_name}" for kind in kinds}
        if found and self.request.user.has_perms(may_change):
            them = get_text_list([self.in_short(owner) for owner in self.known_only_later], "and")
            self.fields["existed"] = forms.BooleanField(
                label=f"Record that {them} existed by then too",
                required=False,
                help_text="The start is then known by that day. The note says which document "
                "shows it.",
            )

    def in_short(self, owner: DatedFact) -> str:
        """“The post” for what the step is taken on, and its body; others by their names."""
        own = owner in (self.record, getattr(self.record, self.record.owner_field))
        return f"the {owner._meta.verbose_name}" if own else str(owner)

    def remarks(self) -> list[str]:
        """What the day shows of what was known only later, and questions whether a new person is
        somebody who is already in the register."""
        return [*self._what_existed(), *self._who_it_may_be()]

    def _what_existed(self) -> list[str]:
        if not self.known_only_later or self.cleaned_data.get("existed"):
            return []
        by = replace(self.when, qualifier=Qualifier.BY).in_words()
        return [
            f"This shows that {self.in_short(owner)} existed {by}; the register has it "
            f"{owner.start_in_words()}."
            for owner in self.known_only_later
        ]

    def _who_it_may_be(self) -> list[str]:
        if self.recorded is None:
            return []
        return [
            f"Is this {person}, {_known_for(person)}, who is already in the register? If so, "
            "choose that person above and leave the new name empty."
            for person in people_like(self.recorded.name)
            if person.pk != self.recorded.pk
        ]


def _known_for(person: Person) -> str:
    """What staff may know a person by: a post of theirs, or the address of their page."""
    appointment = person.appointments.select_related("post__organisation").first()
    return str(appointment.post) if appointment else person.slug


class AppointForm(HolderForm):
    date_label = "First day"
    when_fields: list = []
    seldom = {
        **HolderForm.seldom,
        "also": "several at once",
        "joint": "a joint appointment",
        "ends_others": "who goes",
        "end_reason": "",
    }
    may_be_announced = True

    end_reason = forms.ChoiceField(label="Why they go", choices=WHY_THEY_GO, required=False)
    ends_others = forms.BooleanField(
        label="End those who hold it, or them, the day before",
        required=False,
        help_text="For an ordinary handover of one, use Replace the holder.",
    )

    def prepare(self):
        super().prepare()
        model = tenure_model_of(self.record)
        noun = type(self.record)._meta.verbose_name_plural
        self.fields["also"] = record_choice(
            self.request,
            model,
            model.held_field,
            multiple=True,
            required=False,
            label=f"Also to these {noun}",
            help_text=f"If the same person is appointed to several {noun} from one day.",
            error_messages={
                "required": "Choose at least one. For this one alone, use Replace the holder."
            },
        )
        if model is Appointment:
            self.fields["joint"] = forms.BooleanField(
                label="It is one joint appointment to all of these",
                required=False,
                help_text="As of one chief executive of two trusts. Pages then say so, and the "
                "step that ends it asks whether it ends in one or in all.",
            )
        self.ask_whether_they_existed([self.record, *(self.entered("also") or [])])
        options = model._meta
        if not self.request.user.has_perm(f"{options.app_label}.change_{options.model_name}"):
            del self.fields["ends_others"], self.fields["end_reason"]
        self.groups = [
            ("Who comes", self.person_and_day),
            ("Several at once", ["also", "joint", "ends_others", "end_reason"]),
        ]

    def clean(self):
        data = super().clean()
        if data.get("joint") and "also" in data and not data["also"]:
            self.add_error("also", "Choose the other posts of the joint appointment.")
        return data

    def tenure(self):
        joint = {"joint": joint_from(self.when)} if self.cleaned_data.get("joint") else {}
        return {**super().tenure(), **joint}


def of_the_post_in_words(step: type[Step], post: object) -> str:
    """The words that offer, beside a seat, a step on the post that it goes with."""
    return f"{step.title} of the post it goes with: {post}"


# The words for a step on a seat that goes with a post. It concerns the seat alone.
ON_THE_SEAT_ALONE = {
    "appoint": "Appoint a member of the seat’s own",
    "replace": "Replace the seat’s own member",
    "cover": "Record who acts, in this seat alone",
}


class AppointToSeveralForm(AppointForm):
    seldom = HolderForm.seldom

    def prepare(self):
        super().prepare()
        self.fields["also"].required = True


# The steps that give a post or a seat a holder.
FILLING = ("appoint", "replace", "cover")


def filling_called_for(posts_or_seats: Iterable[Held], day: datetime.date) -> dict[int, set[str]]:
    """The names of the steps to offer for filling each post, or each seat, on a day, by its key.

    A seat that goes with a post is filled by a step on the post, unless it has a tenure of its own.
    """
    posts_or_seats = list(posts_or_seats)
    if not posts_or_seats:
        return {}
    model = tenure_model_of(posts_or_seats[0])
    recorded = defaultdict(list)
    for key, end, basis in now_or_later(
        model.objects.filter(**{f"{model.held_field}__in": posts_or_seats}), day
    ).values_list(f"{model.held_field}_id", "latest_end", "basis"):
        recorded[key].append((end, basis))
    through = {held.pk: post for held in posts_or_seats if (post := held.filled_through(day))}
    called_for = {}
    for held in posts_or_seats:
        own, post = recorded[held.pk], through.get(held.pk)
        holders = [end for end, basis in own if basis != Basis.ACTING]
        # Somebody may act for a holder or in a vacancy, or in the seat alone of a post.
        names = called_for[held.pk] = {"cover", "replace"} if own else {"cover"}
        if post is None:
            has_room = held.capacity is None or holders.count(NO_LATEST) < held.capacity
            names.add("appoint" if has_room else "appoint-several")
    return called_for


class FillStep(HolderStep):
    record: Held
    permissions: tuple[str, ...] = ("people.add_appointment",)
    called_for_among = staticmethod(filling_called_for)
    unsuited = "It has come to an end: nobody takes it now. Correct its end first if that is wrong."

    @classmethod
    def is_for(cls, record, day):
        return not record.has_ended(day)

    def facts(self):
        return holders_now(self.record, self.today)

    def take(self, form):
        if form.cleaned_data.get("existed"):
            # Before the post or seat is locked: what it is of is locked first.
            record_existence(owners=form.known_only_later, begins=form.when, source=form.source)
        return self.fill(form)

    def fill(self, form: HolderForm) -> Held | None:
        """Give it a holder; returns the record to show next, as `take` does."""
        raise NotImplementedError

    def remarks(self, form):
        return [*form.remarks(), *super().remarks(form)]


@step_on(Post)
class Appoint(FillStep):
    name = "appoint"
    rank = 10
    title = "Appoint a holder"
    explains = (
        "Begins somebody’s time in what is vacant or has room, now or from a later day. The same "
        "person may be appointed to several at once."
    )
    form_class = AppointForm

    def fill(self, form):
        data = form.cleaned_data
        self.also = list(data["also"])
        appoint_to_each(
            posts_or_seats=[self.record, *self.also],
            begins=form.when,
            source=form.source,
            ends_others=data.get("ends_others", False),
            end_reason=data.get("end_reason", ""),
            **form.tenure(),
        )

    def changed(self):
        return [self.record, *self.also]


@step_on(Post)
class AppointToSeveral(Appoint):
    """Appoints to posts or seats that are full, and ends the time of those who hold them."""

    name = "appoint-several"
    rank = 13
    title = "Appoint one person to several at once"
    explains = (
        "Begins one person’s time in this and others from one day, and ends that of those who hold "
        "them the day before. For this one alone, use Replace the holder."
    )
    form_class = AppointToSeveralForm
    permissions = ("people.add_appointment", "people.change_appointment")

    def initial(self):
        return {**super().initial(), "ends_others": True}


class CoverForm(HolderForm):
    date_label = "First day"
    when_fields: list = []
    may_be_announced = True
    shows = {**HolderForm.shows, "end_date": "until"}
    tenure_fields = ["acting_for"]
    basis = term_ends = None
    asks_when_named = False
    acting_for = forms.ChoiceField(
        label="What for",
        choices=WHAT_THEY_ACT_FOR,
        required=False,
        help_text="Choose no more than the source says. Nothing is recorded of anybody’s health.",
    )

    def prepare(self):
        super().prepare()
        self.groups = [("Who acts", self.person_and_day)]
        self.ask_whether_they_existed([self.record])
        self.add_date(
            "until",
            label="Until",
            help_text="The last day, if it is known: the first day again for one meeting. Leave "
            "empty while it is not known, and end the acting record when it is.",
            announced=True,
        )

    def tenure(self):
        until = self.date_added("until")
        ends = until.as_end() if until else {}
        return {**super().tenure(), "basis": Basis.ACTING, **ends}


@step_on(Post)
class Cover(FillStep):
    name = "cover"
    rank = 12
    title = "Record who acts"
    explains = (
        "Begins the time of somebody who acts in a vacancy, or for a holder who is away and "
        "remains the holder; of one day, if it is for one meeting. Whoever is appointed as interim "
        "is not acting: use Appoint a holder for that."
    )
    form_class = CoverForm

    def fill(self, form):
        appoint_to_each(
            posts_or_seats=[self.record], begins=form.when, source=form.source, **form.tenure()
        )

    def remarks(self, form):
        remarks, acting_for = super().remarks(form), form.cleaned_data["acting_for"]
        held = holding_of(self.record, self.first_day(form)).settled_holders
        if held and acting_for == ActingFor.VACANCY:
            remarks.append(
                f"{names_in_words(held)} is recorded as holding it then, so that it is no vacancy. "
                "End that record, or choose an absence."
            )
        elif not held and acting_for not in ("", ActingFor.VACANCY):
            remarks.append(
                "Nobody is recorded as its holder then, who could be away. Record the holder, or "
                "choose a vacancy."
            )
        return remarks


def may_be_filled(held: Held, request: HttpRequest, day: datetime.date) -> bool:
    """Whether it has room on a day, and whoever asks may appoint to it."""
    options = tenure_model_of(held)._meta
    return (
        request.user.has_perm(f"{options.app_label}.add_{options.model_name}")
        and Appoint.is_for(held, day)
        and Appoint.name in filling_called_for([held], day)[held.pk]
    )


def address_to_fill(held: Held, last: When) -> str:
    """The address of the step that appoints somebody from the day after `last`."""
    begins = last.morrow()
    filled_in = {"date": begins.day.isoformat(), "precision": begins.precision}
    return step_address(type(held), held.pk, "appoint", **filled_in)
