"""Guided steps for the holders of posts and seats, which are held alike."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from functools import singledispatch

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from editing.steps import (
    Step,
    StepForm,
    present_end,
    present_end_in_words,
    record_choice,
    step_address,
    step_on,
)
from editing.typed_dates import DayField
from editing.widgets import SeveralRecords
from organisations.models import Held, Post
from people.actions import (
    appoint_to_each,
    end_tenure,
    is_to_begin,
    never_comes_to_be,
    reappoint,
    replace_holders,
    tenure_of,
    withdraw,
)
from people.models import Appointment, Basis, EndReason, Person, Tenure
from people.naming import new_person, people_like
from people.post_holders import Holder, Holding, Standing, posts_with_holders
from records.events import When, is_over
from records.history import Nature
from records.periods import Precision, Qualifier, date_in_words, first_day

WHY_THEY_GO = [("", "no source says"), *EndReason.choices]
# Who acts covers somebody who remains, which is a step of its own.
NOT_ACTING = [choice for choice in Basis.choices if choice[0] != Basis.ACTING]


# What an app above adds to for what it has: a seat is held too, and may go with a post.


@singledispatch
def holding_of(held: Held, day: datetime.date) -> Holding:
    """Something held, with everybody recorded for it, as it is on a day."""
    return posts_with_holders(Post.objects.filter(pk=held.pk), day)[0]


@singledispatch
def going_with(held: Held, day: datetime.date) -> list[Held]:
    """What else whoever holds it fills on a day by holding it."""
    return []


@singledispatch
def tenures_through(held: Held, request) -> models.QuerySet | None:
    """The records of those who fill something by holding this and have a record there besides,
    for whoever asks to end; None if there can be none."""
    return None


# In words


def tenure_in_words(tenure: Tenure) -> str:
    """Somebody and since when: "Ann Lee, interim, since April 2019"."""
    return f"{tenure.person}, {_time_in_words(tenure)}"


def _time_in_words(tenure: Tenure) -> str:
    basis = "" if tenure.basis == Basis.SUBSTANTIVE else tenure.get_basis_display()
    return ", ".join(filter(None, [basis, tenure.time_in_words(timezone.localdate())]))


def names_in_words(names: Iterable[str]) -> str:
    """ "Ann Lee", "Ann Lee and Ian Tait", "Ann Lee, Ian Tait and Cy Yeo"."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def name_and_basis(holder: Holder) -> str:
    """ "Ann Lee", "Cy Yeo (acting)"."""
    basis = f" ({holder.basis_words})" if holder.basis_words else ""
    return f"{holder.person_to_staff}{basis}"


def holders_now(held: Held, day: datetime.date) -> list[tuple[str, str]]:
    """Who holds something on a day and who is to come, as pairs of words."""
    holding = holding_of(held, day)
    facts = []
    for holder in holding.holders:
        words = ", ".join(
            filter(
                None,
                [
                    holder.person_to_staff,
                    holder.basis_words,
                    holder.time_in_words(day),
                    _term_in_words(holder),
                ],
            )
        )
        facts.append(("Held through a post by" if holder.ex_officio else "Held now by", words))
    if not holding.holders:
        facts.append(("Held now by", f"nobody: {Standing(holding.standing).label}"))
    for holder in holding.to_come:
        facts.append(("To come", f"{holder.person_to_staff}, {holder.time_in_words(day)}"))
    if holding.ex_officio:
        facts.append(("Goes with the post", holding.ex_officio))
    if held.capacity != 1:
        room = "not recorded" if held.capacity is None else str(held.capacity)
        facts.append(("Number of holders", room))
    return facts


def _term_in_words(holder) -> str:
    return f"term ends {date_in_words(holder.term_ends)}" if holder.term_ends else ""


def what_follows(helds: Iterable[Held], before: datetime.date, after: datetime.date) -> list[str]:
    """Who holds something, and what goes with it, on a day after it has changed hands."""
    words = []
    for held in helds:
        words.append(held_in_words(held, after))
        for other in going_with(held, after):
            was, will = holding_of(other, before), holding_of(other, after)
            if _holders(was) != _holders(will):
                words.append(held_in_words(other, after))
            elif stays := [
                name_and_basis(holder) for holder in will.holders if not holder.ex_officio
            ]:
                words.append(
                    f"{other}, which goes with it, has a record of its own and stays with "
                    f"{names_in_words(stays)}."
                )
    return list(dict.fromkeys(words))


def _holders(holding: Holding) -> list[int]:
    return sorted(holder.person_id for holder in holding.holders)


def held_in_words(held: Held, day: datetime.date) -> str:
    """Who holds something on a day, and why if it is through a post."""
    holding, since = holding_of(held, day), f"On {date_in_words(day)}"
    if holding.has_ended(day):
        return f"{since} {held} is over."
    direct = [name_and_basis(holder) for holder in holding.holders if not holder.ex_officio]
    through = [name_and_basis(holder) for holder in holding.holders if holder.ex_officio]
    if through:
        also = f" It is held by {names_in_words(direct)} too." if direct else ""
        return (
            f"{since} {held} is filled by {names_in_words(through)}, who holds the post it goes "
            f"with: {holding.ex_officio}.{also}"
        )
    if direct:
        return f"{since} {held} is held by {names_in_words(direct)}."
    standing = Standing(holding.standing).label
    if holding.to_come:
        first = holding.to_come[0]
        return (
            f"{since} {held} is {standing}; {first.person_to_staff} is recorded from "
            f"{first.start_in_words()}."
        )
    if holding.ex_officio:
        return (
            f"{since} {held} is {standing}: nobody fills it who holds the post it goes with, "
            f"{holding.ex_officio}."
        )
    return f"{since} {held} is {standing}."


def ends_in_words(tenures: Iterable[Tenure], last: When, today: datetime.date) -> list[str]:
    """Of those who go, whose end was recorded already, and what becomes of it."""
    return [
        f"{tenure}: an end was recorded already, {tenure.end_in_words()}; "
        + ("it stays." if is_over(tenure, last) else "this takes its place.")
        for tenure in tenures
        if tenure.end_date is not None and not never_comes_to_be(tenure, last, today)
    ]


def first_day_of(begins: When) -> datetime.date:
    """The first day on which only what begins then is shown, and not what it takes the place
    of. What ends in a month is shown to the end of that month."""
    return begins.day if begins.precision == Precision.DAY else begins.first_day_after()


# Who comes


class HolderForm(StepForm):
    """Asks for a person, found by name or new to the register, and on what footing."""

    shows = {**StepForm.shows, "name": "new_name", "honorific": "new_honorific"}

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
    term_ends = DayField(
        label="Term ends",
        required=False,
        help_text="The last day of the term, if a source states it.",
    )

    person_fields = ["person", ("new_name", "new_honorific"), "basis", "term_ends"]
    # The person recorded on the way, if they are new to the register.
    recorded: Person | None = None

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
        self.person_fields = list(self.person_fields)
        if not self.request.user.has_perm("people.add_person"):
            del self.fields["new_name"], self.fields["new_honorific"]
            self.person_fields.remove(("new_name", "new_honorific"))

    def clean(self):
        data = super().clean()
        new = data.get("new_name", "").strip()
        if "person" in data and not data["person"] and not new and "new_name" not in self.errors:
            self.add_error("person", "Choose a person, or give the name of one who is new.")
        if data.get("person") and new:
            self.add_error("new_name", "Leave this empty, or do not choose a person above.")
        return data

    def holder(self) -> Person:
        """The person chosen, or one newly recorded on the same source."""
        data = self.cleaned_data
        if data["person"] is None:
            self.recorded = new_person(
                name=data["new_name"], honorific=data["new_honorific"], source=self.source
            )
        return data["person"] or self.recorded

    def tenure(self) -> dict:
        """The fields of what the person will have of it."""
        data = self.cleaned_data
        return {"person": self.holder(), "basis": data["basis"], "term_ends": data["term_ends"]}

    def remarks(self) -> list[str]:
        """Whom somebody new to the register may be."""
        if self.recorded is None:
            return []
        return [
            f"Is this {person}, {_known_for(person)}, who is already in the register? If so, "
            "choose that person above and leave the new name empty."
            for person in people_like(self.recorded.name)
            if person.pk != self.recorded.pk
        ]


def _known_for(person: Person) -> str:
    """By what a reader may know somebody: what they hold, or the address of their page."""
    appointment = person.appointments.select_related("post__organisation").first()
    return str(appointment.post) if appointment else person.slug


class OnHolders(Step):
    """A step that changes who holds something. `form` is kept for what one might do next."""

    form: StepForm | None = None
    tenure_class: type[Tenure] = Appointment

    def changed(self) -> list[Held]:
        """What it is that changes hands."""
        return [self.record]

    def first_day(self, form) -> datetime.date:
        """The first day on which everything is as it will be."""
        return first_day_of(form.when)

    def remarks(self, form):
        first = self.first_day(form)
        before = form.when.last_day_before() if form.asks_for_date else first
        who = form.remarks() if hasattr(form, "remarks") else []
        return [*who, *what_follows(self.changed(), before, first)]


def with_no_end(tenures: Iterable[Tenure]) -> list[int]:
    """Those to tick before anybody has: an end that is recorded is left alone unless asked."""
    return [tenure.pk for tenure in tenures if tenure.end_date is None]


class EndsThrough:
    """Asks which seats those who go leave too, of seats that go with what they hold."""

    def ask_through(self, held: Held, tenures: Iterable[Tenure]) -> None:
        """`tenures` are those that may end; what is filled through them is ticked if all do."""
        through = tenures_through(held, self.request)
        if through is None:
            return
        tenures = list(tenures)
        through = through.filter(person__in=[tenure.person_id for tenure in tenures])
        if not through:
            return
        self.fields["through"] = SeveralRecords(
            queryset=through,
            required=False,
            label="And leaves what goes with it",
            widget=forms.CheckboxSelectMultiple,
            initial=with_no_end(through) if len(tenures) == 1 else [],
            help_text="These have a record of their own. Left to itself it stays in force.",
            error_messages={"invalid_choice": "Something you ticked has changed. Look again."},
        )
        self.fields["through"].label_from_instance = str

    @property
    def through(self) -> list[Tenure]:
        return list(self.cleaned_data.get("through") or ())

    def with_through(self, *names: str) -> list[str]:
        return [name for name in names if name != "through" or name in self.fields]


class AppointForm(HolderForm):
    """Asks who comes, to what else, and when."""

    date_label = "First day"

    end_reason = forms.ChoiceField(label="Why they go", choices=WHY_THEY_GO, required=False)
    ends_others = forms.BooleanField(
        label="End those who hold it, or them, the day before",
        required=False,
        help_text="For an ordinary handover of one, use Replace the holder.",
    )

    @property
    def groups(self):
        groups = [("Who comes", self.person_fields), ("Several at once", ["also"])]
        if "ends_others" in self.fields:
            groups[1][1].extend(["ends_others", "end_reason"])
        return groups

    def prepare(self):
        super().prepare()
        model = tenure_of(self.record)
        noun = type(self.record)._meta.verbose_name_plural
        self.fields["also"] = record_choice(
            self.request,
            model,
            model.held_field,
            multiple=True,
            required=False,
            label=f"Also to these {noun}",
            help_text=f"If the same person is appointed to several {noun} from one day.",
        )
        options = model._meta
        if not self.request.user.has_perm(f"{options.app_label}.change_{options.model_name}"):
            del self.fields["ends_others"], self.fields["end_reason"]


def of_the_post_in_words(step: type[Step], post: object) -> str:
    """What a step on the post that a seat goes with is called beside the seat."""
    return f"{step.title} of the post it goes with: {post}"


class AppointToSeveralForm(AppointForm):
    """Asks who comes, to what else, and when, of what somebody else holds."""

    def prepare(self):
        super().prepare()
        also = self.fields["also"]
        also.required = True
        also.error_messages["required"] = (
            "Choose at least one. For this one alone, use Replace the holder."
        )


# The steps that give something a holder, or another.
FILLING = ("appoint", "replace", "cover")


def filling_called_for(helds: Iterable[Held], day: datetime.date) -> dict[int, set[str]]:
    """Which of the steps that fill it each of several posts, or seats, calls for on a day, by its
    key. What goes with a post is filled by a step on the post, until somebody has a record of
    their own in it."""
    helds = list(helds)
    if not helds:
        return {}
    model = tenure_of(helds[0])
    recorded = defaultdict(list)
    for key, end, basis in now_or_later(
        model.objects.filter(**{f"{model.held_field}__in": helds}), day
    ).values_list(f"{model.held_field}_id", "end_date", "basis"):
        recorded[key].append((end, basis))
    through = {held.pk: post for held in helds if (post := held.filled_through(day))}
    of_posts = filling_called_for(set(through.values()), day)
    called_for = {}
    for held in helds:
        own, post = recorded[held.pk], through.get(held.pk)
        holders = [end for end, basis in own if basis != Basis.ACTING]
        names = called_for[held.pk] = {"replace"} if own else set()
        if post is None:
            has_room = held.capacity is None or holders.count(None) < held.capacity
            names.add("appoint" if has_room else "appoint-several")
        # Somebody may act in the seat alone for whoever fills it through the post.
        if holders or (post is not None and "replace" in of_posts[post.pk]):
            names.add("cover")
    return called_for


def holding_now_or_later(held: Held, day: datetime.date) -> models.QuerySet:
    """The records of those who hold something on a day, or will."""
    return now_or_later(getattr(held, held.tenures_name), day)


def now_or_later(tenures: models.QuerySet, day: datetime.date) -> models.QuerySet:
    """Those in force on a day or to come."""
    return tenures.filter(end_date=None) | tenures.filter(end_date__gte=day)


class OnHeld(OnHolders):
    """A step on a post or a seat, for as long as there is one."""

    unsuited = "It has come to an end: nobody takes it now. Correct its end first if that is wrong."

    @classmethod
    def is_for(cls, record, day):
        return not record.has_ended(day)

    def facts(self):
        return holders_now(self.record, self.today)


@step_on(Post)
class Appoint(OnHeld):
    name = "appoint"
    rank = 10
    title = "Appoint a holder"
    explains = (
        "Begins somebody’s time in what is vacant or has room, now or from a later day. The same "
        "person may be appointed to several at once."
    )
    form_class = AppointForm
    permissions = ("people.add_appointment",)

    called_for_among = staticmethod(filling_called_for)

    def take(self, form):
        data = form.cleaned_data
        self.also = list(data["also"])
        appoint_to_each(
            helds=[self.record, *self.also],
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
    """Appoint, of what is full: those who hold it go."""

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


def may_be_filled(held: Held, request: HttpRequest, day: datetime.date) -> bool:
    """Whether whoever asks may appoint to it, as it is on a day."""
    options = tenure_of(held)._meta
    return (
        request.user.has_perm(f"{options.app_label}.add_{options.model_name}")
        and Appoint.is_for(held, day)
        and Appoint.name in filling_called_for([held], day)[held.pk]
    )


def address_to_fill(held: Held, last: When) -> str:
    """Where to appoint whoever comes after the last day of those who held it."""
    begins = last.morrow()
    filled_in = {"date": begins.day.isoformat(), "precision": begins.precision}
    return step_address(type(held), held.pk, "appoint", **filled_in)


class ReplaceForm(EndsThrough, HolderForm):
    """Asks who goes, who comes and when."""

    date_label = "The new holder begins"
    date_help = "Those who go end the day before, or in the same month or year if no more is known."

    leaving = SeveralRecords(
        queryset=None,
        label="Who goes",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Tick at least one. If nobody goes, use Appoint a holder.",
            "invalid_choice": "Somebody you ticked does not hold it any more. Look again at who "
            "does.",
        },
    )
    end_reason = forms.ChoiceField(label="Why they go", choices=WHY_THEY_GO, required=False)

    @property
    def groups(self):
        left = ["left", ("left_precision", "left_qualifier")]
        return [
            ("Who goes", self.with_through("leaving", "through", "end_reason", *left)),
            ("Who comes", self.person_fields),
        ]

    def prepare(self):
        super().prepare()
        self.add_date(
            "left",
            label="Their last day",
            help_text="Leave empty if it is the day before the new holder begins. Give it if there "
            "is a gap.",
        )
        staying = holding_now_or_later(self.record, timezone.localdate()).select_related("person")
        self.fields["leaving"].queryset = staying
        self.fields["leaving"].label_from_instance = tenure_in_words
        if len(staying) == 1:
            self.fields["leaving"].initial = [tenure.pk for tenure in staying]
        self.ask_through(self.record, staying)

    def clean(self):
        data = super().clean()
        if "leaving" in data:
            self.refuse_seats_of_those_who_stay()
            if {"date", "precision", "qualifier", "left"} <= data.keys():
                self.refuse_next_term()
                self.refuse_overlap()
        return data

    def refuse_seats_of_those_who_stay(self) -> None:
        going = {tenure.person_id for tenure in self.cleaned_data["leaving"]}
        for tenure in self.through:
            if tenure.person_id not in going:
                self.add_error(
                    "through",
                    f"{tenure.person} is not among those who go. Tick them above, or untick "
                    f"{tenure.held} here.",
                )

    def refuse_overlap(self) -> None:
        """Of what one person holds, a last day that is certainly none before the first."""
        left, begins = self.date_added("left"), self.when
        if (
            left is not None
            and self.record.capacity == 1
            and any(tenure.basis != Basis.ACTING for tenure in self.cleaned_data["leaving"])
            and left.precision == begins.precision == Precision.DAY
            and left.qualifier == Qualifier.ON
            and left.day >= begins.day
        ):
            self.add_error(
                "left",
                f"The two overlap: this last day is not before {begins.in_words()}, when the new "
                "holder begins, and only one person may hold it.",
            )

    def refuse_next_term(self) -> None:
        """The same person once more, at once, which is a step of its own."""
        first = first_day(self.when.day, self.when.precision)
        for tenure in self.cleaned_data["leaving"]:
            last = self.left
            if is_over(tenure, last):
                last = When(tenure.end_date, tenure.end_precision, tenure.end_qualifier)
            if tenure.person == self.cleaned_data.get("person") and last.first_day_after() >= first:
                self.add_error(
                    "person",
                    f"{tenure.person} holds it already. For another term, or to make an interim "
                    "substantive, use Reappoint for another term.",
                )

    @property
    def left(self) -> When:
        """The last day of those who go."""
        return self.date_added("left") or self.when.eve()

    @property
    def shows(self):
        own = bool(getattr(self, "cleaned_data", {}).get("left"))
        return {**super().shows, "end_date": "left" if own else "date"}


@step_on(Post)
class Replace(OnHeld):
    name = "replace"
    rank = 11
    title = "Replace the holder"
    explains = "Ends the time of whoever holds it and begins that of somebody else."
    form_class = ReplaceForm
    permissions = ("people.add_appointment", "people.change_appointment")

    called_for_among = staticmethod(filling_called_for)

    def hindrance(self):
        hindrance = super().hindrance()
        if hindrance or holding_now_or_later(self.record, self.today).exists():
            return hindrance
        post = self.record.filled_through(self.today)
        if post is None:
            return "Nobody holds it now or is to come. Use Appoint a holder."
        return (
            f"Nobody has a record of their own here: whoever holds the post it goes with, {post}, "
            "fills it. Use the steps of that post."
        )

    def take(self, form):
        data = form.cleaned_data
        replace_holders(
            held=self.record,
            leaving=data["leaving"],
            through=form.through,
            left=form.left,
            end_reason=data["end_reason"],
            begins=form.when,
            source=form.source,
            today=self.today,
            **form.tenure(),
        )

    def remarks(self, form):
        remarks = super().remarks(form)
        between = form.left.first_day_after()
        if form.date_added("left") and between < form.when.day:
            remarks.insert(0, held_in_words(self.record, between))
        going = [*form.cleaned_data["leaving"], *form.through]
        return [*ends_in_words(going, form.left, self.today), *remarks]


class CoverForm(HolderForm):
    """Asks who acts, from when and until when."""

    date_label = "First day"

    person_fields = ["person", ("new_name", "new_honorific")]

    @property
    def groups(self):
        return [("Who acts", self.person_fields)]

    def prepare(self):
        super().prepare()
        del self.fields["basis"], self.fields["term_ends"]
        self.add_date(
            "until",
            label="Until",
            help_text="The last day, if it is known. Leave empty while it is not: when the holder "
            "returns, end the acting record.",
        )

    def fieldsets(self):
        fieldsets = super().fieldsets()
        when = next(options for title, options in fieldsets if title == "When")
        when["fields"] += ["until", ("until_precision", "until_qualifier")]
        return fieldsets

    shows = {**HolderForm.shows, "end_date": "until"}

    def tenure(self):
        until = self.date_added("until")
        ends = until.as_end() if until else {}
        return {"person": self.holder(), "basis": Basis.ACTING, **ends}


@step_on(Post)
class Cover(OnHeld):
    name = "cover"
    rank = 12
    title = "Cover an absent holder"
    explains = (
        "Begins the time of somebody who acts for a holder who is away and remains the holder. "
        "Whoever fills a vacancy for now is an interim holder: use Appoint a holder for that."
    )
    form_class = CoverForm
    permissions = ("people.add_appointment",)
    called_for_among = staticmethod(filling_called_for)

    def take(self, form):
        appoint_to_each(helds=[self.record], begins=form.when, source=form.source, **form.tenure())

    def remarks(self, form):
        remarks = super().remarks(form)
        if not holding_of(self.record, self.first_day(form)).own_holders:
            remarks.append(
                "Nobody is recorded as its holder then. Whoever fills a vacancy for now is an "
                "interim holder: use Appoint a holder."
            )
        return remarks


# Who stays or goes


class OnTenure(OnHolders):
    """A step on the record of somebody who holds something."""

    unsuited = (
        "This record has come to an end already. Correct the record if the end it gives is wrong."
    )

    @classmethod
    def is_for(cls, record, day):
        return not record.has_ended(day)

    def changed(self):
        return [self.record.held]

    def facts(self):
        tenure = self.record
        facts = [
            ("Who", str(tenure.person)),
            (str(tenure.held._meta.verbose_name).capitalize(), str(tenure.held)),
            ("Time", _time_in_words(tenure)),
        ]
        if tenure.term_ends:
            facts.append(("Term ends", date_in_words(tenure.term_ends)))
        return facts


class ReappointForm(StepForm):
    """Asks for the last day of the present term and the end of the next."""

    date_label = "Last day of the present term"
    date_help = "The next term begins the day after, or in the same month or year."

    basis = forms.ChoiceField(choices=Basis.choices)
    term_ends = DayField(
        label="Next term ends",
        required=False,
        help_text="The last day of the next term, if a source states it.",
    )
    groups = [("The next term", ["term_ends", "basis"])]


@step_on(Appointment)
class Reappoint(OnTenure):
    name = "reappoint"
    rank = 20
    title = "Reappoint for another term"
    explains = "Ends the present term and begins another for the same person."
    form_class = ReappointForm
    permissions = ("people.add_appointment", "people.change_appointment")

    @classmethod
    def is_for(cls, record, day):
        return super().is_for(record, day) and record.start_date is not None

    def initial(self):
        return {
            "date": self.record.term_ends,
            **present_end(self.record),
            "basis": self.record.basis,
        }

    def take(self, form):
        data = form.cleaned_data
        reappoint(
            tenure=self.record,
            last=form.when,
            source=form.source,
            basis=data["basis"],
            term_ends=data["term_ends"],
        )

    def first_day(self, form):
        return form.when.first_day_after()


class EndForm(EndsThrough, StepForm):
    """Asks for the last day and the reason in neutral words."""

    date_label = "Last day"
    end_reason = forms.ChoiceField(label="Why it ends", choices=WHY_THEY_GO, required=False)

    @property
    def groups(self):
        return [("The end", self.with_through("through", "end_reason"))]

    def prepare(self):
        super().prepare()
        self.ask_through(self.record.held, [self.record])


@step_on(Appointment)
class End(OnTenure):
    name = "end"
    rank = 10
    title = "End this appointment"
    explains = "Records the last day. What was held is kept, and shown as former."
    form_class = EndForm
    permissions = ("people.change_appointment",)

    def initial(self):
        return {**present_end(self.record), "end_reason": self.record.end_reason}

    def take(self, form):
        self.last = form.when
        end_tenure(
            tenure=self.record,
            through=form.through,
            when=form.when,
            source=form.source,
            end_reason=form.cleaned_data["end_reason"],
            today=self.today,
        )

    def first_day(self, form):
        return form.when.first_day_after()

    def remarks(self, form):
        return [
            *present_end_in_words(self.record),
            *ends_in_words(form.through, form.when, self.today),
            *super().remarks(form),
        ]

    def afterwards(self, record):
        [held] = self.changed()
        if not may_be_filled(held, self.request, self.today):
            return []
        return [("Appoint the next holder", address_to_fill(held, self.last))]


class WithdrawForm(StepForm):
    """Asks which of those who were to go stay after all."""

    asks_for_date = False

    staying = SeveralRecords(
        queryset=None,
        required=False,
        label="Who stays after all",
        widget=forms.CheckboxSelectMultiple,
        help_text="Tick whoever was to go and now stays: the end recorded for them is taken back.",
    )

    @property
    def groups(self):
        return [("Those who were to go", ["staying"])] if "staying" in self.fields else []

    def prepare(self):
        super().prepare()
        tenure = self.record
        going = type(tenure).objects.none()
        if tenure.start_date is not None:
            going = getattr(tenure.held, tenure.held.tenures_name).filter(
                start_date__isnull=False,
                end_date__gte=timezone.localdate(),
                end_date__lte=first_day_of(When(tenure.start_date, tenure.start_precision)),
            )
        self.fields["staying"].queryset = going.select_related("person").exclude(pk=tenure.pk)
        self.fields["staying"].label_from_instance = tenure_in_words
        if not self.fields["staying"].queryset:
            del self.fields["staying"]

    def clean(self):
        data = super().clean()
        # What is removed keeps no source: the reason in the history names it.
        if {"reason", "document", "locator"} <= data.keys():
            data["reason"] = (
                f"{data['reason']} Source: {data['document'].short_title}, {data['locator']}."
            )
        return data


@step_on(Appointment)
class Withdraw(OnTenure):
    name = "withdraw"
    rank = 30
    title = "Withdraw this appointment"
    explains = (
        "For what was announced and has not begun: it never came to be, and its record is removed. "
        "The change history keeps it."
    )
    unsuited = (
        "This has begun, or may have, as far as is recorded. Only what is still to begin can be "
        "withdrawn: end it instead."
    )
    form_class = WithdrawForm
    nature = Nature.REMOVED
    permissions = ("people.change_appointment",)

    @classmethod
    def is_for(cls, record, day):
        return is_to_begin(record, day)

    def take(self, form):
        staying = form.cleaned_data.get("staying", ())
        withdraw(tenure=self.record, today=self.today, staying=staying)
        return self.record.held

    def first_day(self, form):
        return self.record.start_date

    def remarks(self, form):
        remarks = super().remarks(form)
        staying = form.cleaned_data.get("staying", ())
        going = form.fields["staying"].queryset if "staying" in form.fields else ()
        remarks += [
            f"{tenure.person} still goes: their last day is {tenure.end_in_words()}."
            for tenure in going
            if tenure not in staying
        ]
        for tenure in staying:
            through = tenures_through(tenure.held, self.request)
            if through is not None:
                remarks += [
                    f"{other}, which went with it, still ends: the last day is "
                    f"{other.end_in_words()}. Correct that record if it goes on too."
                    for other in through.filter(person=tenure.person, end_date__isnull=False)
                ]
        return remarks
