"""Guided steps that end or change whole bodies: forums, organisations, posts and seats."""

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db import models
from django.utils import timezone
from django.utils.http import urlencode

from editing.admin import Words, add_address, change_address, list_address
from editing.dependants import DependantsForm, DependantsStep, Group, Note, Row
from editing.steps import Step, StepForm, present_end, record_choice, step_address, step_on
from forums.closures import (
    abolish,
    close,
    dependants_of_forum,
    dependants_of_held,
    dependants_of_organisations,
    last_day_of,
    move_seat,
    new_organisation,
    rename,
    stand_down,
    succeed,
)
from forums.models import ANSWERS, Forum, QuoracyClause, ReportingLine, Seat, Succession
from forums.transfers import END, FOLLOW, PASS_ON, begins_after, told, told_start
from forums.worklists import REPORTING
from organisations.models import (
    Organisation,
    OrganisationKind,
    Post,
    Relationship,
    RelationshipKind,
)
from records.events import When
from records.models import DatedFact
from records.names import fold

# No step leads on to more than this many others.
MOST_LINKS = 5

LINES_TO = "Lines that lead to it"
PARTS = "Its members and parts"


def anything(found: dict) -> bool:
    return any(found.values())


def relation(model: type[models.Model], name: str) -> models.ForeignKey:
    return model._meta.get_field(name)


def titled(records: models.QuerySet, name: str, words: str) -> list[str | Words]:
    """A remark in `words` on the first of `records` with a name in their title, and how many more
    have it and where they are."""
    model = records.model
    found = list(records.filter(title__icontains=name).select_related(*model.named_by))
    remarks: list[str | Words] = [words.format(record) for record in found[:MOST_LINKS]]
    if more := len(found) - len(remarks):
        told = f"And {more} more {model._meta.verbose_name_plural} bear it: see the list."
        remarks.append(
            Words(told, f"{list_address(model).partition('?')[0]}?{urlencode({'q': name})}")
        )
    return remarks


class ClosureForm(DependantsForm):
    """Asks for the last day, and what becomes of each dependant."""

    date_label = "Last day"
    date_help = (
        "The last day on which it stands. If only the month or year is known, any day in it will "
        "do."
    )
    dependants_heading = "What goes with it"
    dependants_explained = (
        "Only what is ticked is changed. Untick what no source speaks of: it stays as it is."
    )

    def last(self) -> When | None:
        """The last day of what ends, as far as it was entered."""
        return self.when_entered()

    def day(self):
        """What is over by then depends on nothing any more."""
        last = self.last()
        return last.last_possible() if last else timezone.localdate()

    def ends(self, record: DatedFact) -> tuple[str, str]:
        """That it ends, and when, in words."""
        last = self.last()
        if last is None:
            return END, "ends on that day"
        if begins_after(record, last):
            if record.start_date > timezone.localdate():
                return END, f"is withdrawn: it was to begin {told_start(record)}"
            return END, f"began {told_start(record)}, after the end: correct one of the two first"
        return END, f"ends {told(last.day, last.precision, last.qualifier)}"

    def ending(self, records: list[DatedFact]) -> list[Row]:
        """Rows of what simply ends."""
        return [Row(record, [self.ends(record)]) for record in records]

    def going(self, records: list[DatedFact], how: str, words: str) -> list[Row]:
        """Rows of what goes on elsewhere, or ends."""
        return [Row(record, [(how, words), self.ends(record)]) for record in records]


class ClosureStep(DependantsStep):
    """A step that ends something with what depends on it."""

    form: DependantsForm | None = None

    def initial(self):
        # If it is over, or known to end, what is left is settled by the same day.
        return present_end(self.record)

    def facts(self):
        facts = [("In the register since", self.record.start_in_words())]
        if self.record.end_date:
            facts.append(("Recorded as ended", self.record.end_in_words()))
        return facts

    def take(self, form):
        self.form = form
        return self.settle(form)

    def settle(self, form):
        raise NotImplementedError


# Forums


class StandDownForm(ClosureForm):
    for_all = {LINES_TO: "lines_go_to"}

    @property
    def groups(self):
        return [("Those that reported to it", ["lines_go_to"])] if self.has_lines_to else []

    def prepare_more(self):
        self.fields["lines_go_to"] = record_choice(
            self.request,
            ReportingLine,
            "to_forum",
            label="From the next day they report to",
            required=False,
            help_text="For each line ticked below that has no choice of its own. Leave empty if no "
            "source says.",
        )

    def may_go_to(self, record, to):
        return record.from_forum_id != to.pk

    @property
    def has_lines_to(self) -> bool:
        return any(group.title == LINES_TO for group in self.dependants)

    def find(self):
        found = dependants_of_forum(self.record, self.day())
        return [
            Group("Seats", self.ending(found["seats"]), ("seat stays open", "seats stay open")),
            Group(
                "Memberships",
                self.ending(found["memberships"]),
                ("membership stays open", "memberships stay open"),
            ),
            Group(
                LINES_TO,
                self.ending(found["lines_to"]),
                (
                    "line leads to a forum that has stood down",
                    "lines lead to a forum that has stood down",
                ),
                note="Each ends. Choose where it leads from the next day, if a source says so.",
                goes_to=relation(ReportingLine, "to_forum"),
                goes_label="From the next day to",
            ),
            Group(
                "Lines that lead from it",
                self.ending(found["lines_from"]),
                ("line from it stays open", "lines from it stay open"),
            ),
            Group(
                "Member organisations",
                self.ending(found["members"]),
                ("organisation stays a member", "organisations stay members"),
            ),
        ]

    def notes(self):
        plans = Succession.objects.filter(
            models.Q(from_forum=self.record) | models.Q(to_forum=self.record)
        ).select_related(*Succession.named_by)
        return [
            Note(f"Planned succession: {plan}", change_address(Succession, plan.pk))
            for plan in plans
        ]


@step_on(Forum)
class StandDown(ClosureStep):
    name = "stand-down"
    rank = 80
    title = "Stand down"
    explains = (
        "Ends the forum with its seats, its members and its reporting lines. What it was is kept, "
        "and shown on every day on which it stood."
    )
    form_class = StandDownForm
    permissions = (
        "forums.change_forum",
        "forums.change_seat",
        "forums.change_membership",
        "forums.change_reportingline",
        "forums.add_reportingline",
        "forums.change_memberorganisation",
    )

    @classmethod
    def is_called_for(cls, record, day):
        return record.end_date is None or anything(dependants_of_forum(record, record.end_date))

    def settle(self, form):
        stand_down(
            forum=self.record,
            last=form.when,
            source=form.source,
            today=self.today,
            choices=form.choices(),
        )

    def afterwards(self, record):
        """The forums that no longer report to it, and to nobody instead."""
        lost = {
            choice.record.from_forum
            for choice in self.form.choices()
            if isinstance(choice.record, ReportingLine)
            and choice.record.to_forum_id == record.pk
            and choice.record.kind in ANSWERS
            and choice.to is None
        }
        ways = [
            (f"Say to whom {forum} reports now", add_address(ReportingLine, from_forum=forum.pk))
            for forum in sorted(lost, key=lambda forum: fold(forum.name))[:MOST_LINKS]
        ]
        if more := len(lost) - len(ways):
            ways.append((f"And {more} more that report to nobody now", REPORTING.address))
        return ways


# Organisations


class CloseForm(ClosureForm):
    for_all = {PARTS: "parts_go_to"}

    def bodies(self) -> list[Organisation]:
        return [self.record]

    @property
    def groups(self):
        has_parts = any(group.title == PARTS for group in self.dependants)
        return [(PARTS, ["parts_go_to"])] if has_parts else []

    def prepare_more(self):
        self.fields["parts_go_to"] = record_choice(
            self.request,
            Relationship,
            "to_organisation",
            label="From the next day they go to",
            required=False,
            help_text="For each one ticked below that has no choice of its own. Leave empty if "
            "no source says.",
        )

    def may_go_to(self, record, to):
        return record.from_organisation_id != to.pk

    def proposed(self, records: list[DatedFact]) -> list[Row]:
        """What is proposed for what may have a place with a successor."""
        return self.ending(records)

    def posts(self, found) -> list[Row]:
        return self.ending(found["posts"])

    def appointments(self, found) -> list[Row]:
        return self.ending(found["appointments"])

    def memberships(self, found) -> list[Row]:
        elsewhere = {seat.pk for seat in found["ex_officio"]}
        ours = {body.pk for body in self.bodies()}
        rows = []
        for membership in found["memberships"]:
            if membership.seat_id in elsewhere and membership.on_behalf_of_id not in ours:
                rows += self.going([membership], FOLLOW, "stays with its seat")
            else:
                rows.append(self.membership(membership))
        return rows

    def membership(self, membership) -> Row:
        return self.ending([membership])[0]

    def seats(self, found) -> Group:
        return Group(
            "Seats that speak for it",
            self.ending(found["seats"]),
            (
                "seat still speaks for an organisation that has closed",
                "seats still speak for an organisation that has closed",
            ),
        )

    ex_officio_note = (
        "They go with a post that ends. Choose the post that each goes with from the next day; "
        "without one it stays as it is, filled by nobody."
    )
    ex_officio_words = "goes with the post chosen"

    def find(self):
        found = dependants_of_organisations(self.bodies(), self.day())
        to_organisation = relation(Relationship, "to_organisation")
        return [
            Group("Posts", self.posts(found), ("post stays open", "posts stay open")),
            Group(
                "Appointments",
                self.appointments(found),
                ("appointment stays open", "appointments stay open"),
            ),
            self.seats(found),
            Group(
                "Seats elsewhere that go with its posts",
                self.going(found["ex_officio"], FOLLOW, self.ex_officio_words),
                (
                    "seat elsewhere goes with a post of an organisation that has closed",
                    "seats elsewhere go with posts of an organisation that has closed",
                ),
                note=self.ex_officio_note,
                goes_to=relation(Seat, "ex_officio_post"),
                goes_label="Goes with the post",
            ),
            Group(
                "Memberships",
                self.memberships(found),
                ("membership stays open", "memberships stay open"),
            ),
            Group(
                PARTS,
                self.proposed(found["relationships_to"]),
                ("organisation stays a member or part", "organisations stay members or parts"),
                note="Each ends. Choose where it goes from the next day, if a source says so.",
                goes_to=to_organisation,
                goes_label="Goes to",
            ),
            Group(
                "What it is a member or part of",
                self.proposed(found["relationships_from"]),
                ("relationship stays open", "relationships stay open"),
            ),
            Group(
                "Forums that it is a member of",
                self.proposed(found["members"]),
                (
                    "forum still has a closed organisation as a member",
                    "forums still have a closed organisation as a member",
                ),
            ),
            Group(
                LINES_TO,
                self.proposed(found["lines_to"]),
                (
                    "forum reports to an organisation that has closed",
                    "forums report to an organisation that has closed",
                ),
                goes_to=relation(ReportingLine, "to_organisation"),
                goes_label="From the next day to",
            ),
        ]

    def notes(self):
        hosted = Forum.objects.filter(host__in=self.bodies()).select_related("host")
        return [
            Note(
                f"{forum} is hosted by {forum.host}. A host has no dates: change it on the "
                "forum’s own page when the day has come.",
                change_address(Forum, forum.pk),
            )
            for forum in hosted
            if not forum.has_ended(self.day())
        ]


WHAT_CLOSING_CHANGES = (
    "organisations.close_organisation",
    "organisations.change_organisation",
    "organisations.add_relationship",
    "organisations.change_relationship",
    "organisations.change_post",
    "people.change_appointment",
    "forums.add_seat",
    "forums.change_seat",
    "forums.add_membership",
    "forums.change_membership",
    "forums.change_memberorganisation",
    "forums.add_reportingline",
    "forums.change_reportingline",
    "forums.change_quoracyclause",
)


@step_on(Organisation)
class Close(ClosureStep):
    name = "close"
    rank = 80
    title = "Close"
    explains = (
        "Ends the organisation with its posts, the seats that speak for it, and what it is a "
        "member of. If another takes its place, use Replace or merge instead."
    )
    form_class = CloseForm
    permissions = WHAT_CLOSING_CHANGES

    @classmethod
    def is_called_for(cls, record, day):
        return record.end_date is None or anything(
            dependants_of_organisations([record], record.end_date)
        )

    def settle(self, form):
        close(
            organisation=self.record,
            last=form.when,
            source=form.source,
            today=self.today,
            choices=form.choices(),
        )


class MergeForm(CloseForm):
    date_label = "The successor begins"
    date_help = (
        "The first day on which the successor stands in its place. What ends does so the day "
        "before, or in the same month or year if no more is known."
    )
    dependants_explained = (
        "Only what is ticked is changed. What goes to the successor ends here and begins there."
    )
    for_all = {}
    shows = {**StepForm.shows, "name": "new_name", "kind": "new_kind", "slug": "new_name"}

    new_name = forms.CharField(
        label="Or one new to the register",
        required=False,
        max_length=200,
        widget=AdminTextInputWidget,
        help_text="Its name, if it is not in the list. It is recorded as beginning on the day "
        "below.",
    )
    new_kind = forms.ChoiceField(
        label="which is", required=False, choices=[("", "---------"), *OrganisationKind.choices]
    )

    groups = [("Who takes its place", ["successor", ("new_name", "new_kind"), "also"])]
    ex_officio_note = (
        "They go with a post that ends, or passes to the successor. Choose another post if that is "
        "not the one; a seat whose post ends and for which none is chosen stays as it is."
    )
    ex_officio_words = "goes with the post chosen, or its own with the successor"

    def prepare_more(self):
        self.fields["successor"] = record_choice(
            self.request,
            Relationship,
            "to_organisation",
            label="Successor",
            required=False,
            help_text="Type part of a name.",
        )
        self.fields["also"] = record_choice(
            self.request,
            Relationship,
            "from_organisation",
            multiple=True,
            label="Merged with it",
            required=False,
            help_text="Other organisations that the same successor takes the place of.",
        )

    def clean(self):
        data = super().clean()
        if data.get("successor") and data.get("new_name"):
            self.add_error("new_name", "Leave this empty, or do not choose a successor above.")
        elif "successor" in data and not data["successor"] and not data.get("new_name"):
            self.add_error("successor", "Choose a successor, or give the name of one who is new.")
        if data.get("new_name") and not data.get("new_kind"):
            self.add_error("new_kind", "Say what sort of organisation it is.")
        return data

    def bodies(self):
        others = self.entered("also") or []
        return [self.record, *(body for body in others if body.pk != self.record.pk)]

    def last(self):
        begins = self.when_entered()
        return last_day_of(self.bodies(), begins) if begins else None

    def proposed(self, records):
        return self.going(records, PASS_ON, "goes to the successor")

    def posts(self, found):
        return [
            Row(post, [self.ends(post), (PASS_ON, "goes to the successor")])
            for post in found["posts"]
        ]

    def appointments(self, found):
        return self.going(found["appointments"], FOLLOW, "goes or ends with its post")

    def membership(self, membership):
        words = "goes or ends with its seat, for the successor"
        return self.going([membership], FOLLOW, words)[0]

    def seats(self, found):
        ours = {body.pk for body in self.bodies()}
        group = super().seats(found)
        group.rows = [
            Row(
                seat,
                [(PASS_ON, "goes to the successor"), self.ends(seat)],
                may_go=seat.ex_officio_post_id is not None
                and seat.ex_officio_post.organisation_id in ours,
            )
            for seat in found["seats"]
        ]
        if any(row.may_go for row in group.rows):
            group.goes_to = relation(Seat, "ex_officio_post")
            group.goes_label = "Goes with the post"
        return group

    def successor(self) -> Organisation:
        data = self.cleaned_data
        return data["successor"] or new_organisation(
            name=data["new_name"], kind=data["new_kind"], begins=self.when, source=self.source
        )


@step_on(Organisation)
class Merge(ClosureStep):
    name = "merge"
    rank = 85
    title = "Replace or merge"
    explains = (
        "Ends the organisation, or several at once, and records which takes its place. Its seats "
        "and memberships pass to the successor."
    )
    form_class = MergeForm
    permissions = (
        *WHAT_CLOSING_CHANGES,
        "organisations.add_organisation",
        "organisations.add_post",
        "people.add_appointment",
        "forums.add_memberorganisation",
    )
    successor: Organisation | None = None

    @classmethod
    def is_called_for(cls, record, day):
        return (
            Close.is_called_for(record, day)
            or not record.relationships_from.filter(kind=RelationshipKind.SUCCEEDED_BY).exists()
        )

    def initial(self):
        known = (
            self.record.relationships_from.filter(kind=RelationshipKind.SUCCEEDED_BY)
            .order_by("-start_date")
            .first()
        )
        if known is not None and known.start_date is not None:
            return {
                "successor": known.to_organisation_id,
                "date": known.start_date,
                "precision": known.start_precision,
                "qualifier": known.start_qualifier,
            }
        if self.record.end_date is None:
            return {}
        ended = super().initial()
        begins = When(ended["date"], ended["precision"], ended["qualifier"]).morrow()
        return {**ended, "date": begins.day}

    def settle(self, form):
        self.successor = form.successor()
        succeed(
            organisations=form.bodies(),
            successor=self.successor,
            begins=form.when,
            source=form.source,
            today=self.today,
            choices=form.choices(),
        )

    def remarks(self, form):
        """What is left, and the seats that bear the name of what is over."""
        seats = Seat.objects.filter(on_behalf_of=self.successor, end_date=None)
        words = "This seat passes with the name of its former organisation in its title: {}."
        bear = [each for body in form.bodies() for each in titled(seats, body.name, words)]
        # A title may have the names of two of them.
        return [*super().remarks(form), *dict.fromkeys(bear)]

    def afterwards(self, record):
        address = change_address(Organisation, self.successor.pk)
        return [(f"Go to {self.successor}", address)]


# Posts and seats


class MoveForm(ClosureForm):
    date_label = "First day for the other organisation"
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

    def prepare_more(self):
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

    def last(self):
        begins = self.when_entered()
        return begins.eve() if begins else None

    def find(self):
        found = dependants_of_held(self.record, self.day())
        return [
            Group(
                "Memberships",
                self.going(found["memberships"], FOLLOW, "stays, for the other organisation"),
                (
                    "membership of the seat as it was stays open",
                    "memberships of the seat as it was stay open",
                ),
            )
        ]

    def notes(self):
        return clauses_on(self.record, "follows the seat: it will name the new one at once")


def clauses_on(seat: Seat, becomes: str) -> list[Note]:
    clauses = QuoracyClause.objects.filter(seat=seat).select_related(*QuoracyClause.named_by)
    return [
        Note(f"The quoracy clause “{clause}” {becomes}.", change_address(QuoracyClause, clause.pk))
        for clause in clauses
    ]


@step_on(Seat)
class Move(ClosureStep):
    name = "move"
    rank = 60
    title = "Move to another organisation"
    explains = (
        "The seat as it is ends, and a like seat begins for another organisation, with the "
        "members who stay."
    )
    form_class = MoveForm
    permissions = (
        "forums.add_seat",
        "forums.change_seat",
        "forums.add_membership",
        "forums.change_membership",
        "forums.change_quoracyclause",
    )

    moved: Seat | None = None

    @classmethod
    def is_for(cls, record, day):
        return not record.has_ended(day)

    def initial(self):
        return {}

    def facts(self):
        speaks_for = self.record.on_behalf_of
        goes_with = self.record.ex_officio_post
        facts = [("Speaks for", str(speaks_for) if speaks_for else "not recorded")]
        if goes_with:
            facts.append(("Goes with the post", str(goes_with)))
        return facts

    def settle(self, form):
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
        clauses = self.moved.quoracy_clauses.select_related(*QuoracyClause.named_by)
        return [
            *super().remarks(form),
            *(
                f"The quoracy clause “{clause}” names the new seat from now on."
                for clause in clauses
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
                    self.going(found["memberships"], FOLLOW, "stays with its seat"),
                    ("membership stays as it is", "memberships stay as they are"),
                ),
            ]
        return groups

    def notes(self):
        if isinstance(self.record, Post):
            return []
        return clauses_on(self.record, "names it, and cannot be met without it: correct it too")


class Abolish(ClosureStep):
    name = "abolish"
    rank = 80
    title = "Abolish"
    explains = "Ends it with whoever holds it. It is kept, and shown on every day on which it was."
    form_class = AbolishForm

    @classmethod
    def is_called_for(cls, record, day):
        return record.end_date is None or anything(dependants_of_held(record, record.end_date))

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
        "forums.add_seat",
        "forums.change_seat",
        "forums.add_membership",
        "forums.change_membership",
        "forums.change_quoracyclause",
    )


@step_on(Seat)
class AbolishSeat(Abolish):
    permissions = ("forums.change_seat", "forums.change_membership")


# Names


class RenameForm(StepForm):
    """Asks for the new name, and since when."""

    date_label = "First day of the new name"
    date_help = (
        "The name it has now is kept as a former name, until the day before. If only the month or "
        "year is known, any day in it will do."
    )
    groups = [("The new name", ["name", "short_name"])]

    name = forms.CharField(label="New name", max_length=200, widget=AdminTextInputWidget)
    short_name = forms.CharField(
        label="New short name", required=False, max_length=80, widget=AdminTextInputWidget
    )


class Rename(Step):
    name = "rename"
    rank = 60
    title = "Rename"
    explains = (
        "Gives it another name from a day on. The name it had is kept as a former name, and found "
        "by searching; its public address stays."
    )
    form_class = RenameForm
    was = ""  # the name it had

    @classmethod
    def is_for(cls, record, day):
        return not record.has_ended(day)

    def initial(self):
        return {"short_name": self.record.short_name}

    def facts(self):
        return [("Its name now", self.record.name)]

    def take(self, form):
        self.was = self.record.name
        rename(
            record=self.record,
            name=form.cleaned_data["name"].strip(),
            short_name=form.cleaned_data["short_name"].strip(),
            begins=form.when,
            source=form.source,
            today=self.today,
        )

    def remarks(self, form):
        """What else bears the name it had."""
        words = "This still bears the name it had: {}."
        return [
            each
            for model in (Seat, Post)
            for each in titled(model.objects.as_at(self.today), self.was, words)
        ]


@step_on(Organisation)
class RenameOrganisation(Rename):
    permissions = ("organisations.change_organisation", "organisations.add_organisationname")


@step_on(Forum)
class RenameForum(Rename):
    permissions = ("forums.change_forum", "forums.add_forumname")
