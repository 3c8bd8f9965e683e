"""Guided steps that close an organisation, or replace several with their successor."""

import datetime
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db.models import QuerySet

from editing.dependants import DependantRow, Group, Note
from editing.links import change_address, step_address
from editing.step_forms import StepForm, record_choice
from editing.steps import step_on
from forums.actions import new_organisation
from forums.closure_dependants import Dependants, dependants_of_organisations
from forums.closures import announce_succession, close, last_day_of, succeed
from forums.mergers import REPLACE_OR_MERGE
from forums.models import Forum, ReportingLine, Seat
from forums.steps.closures import LINES_TO, ClosureForm, ClosureStep, relation
from forums.steps.names import remarks_on_titles
from forums.transfers import FOLLOW, PASS_ON
from organisations.models import Organisation, OrganisationKind, Relationship
from organisations.successions import OF_THE_WHOLE, SuccessionKind
from records.days import NO_LATEST
from records.periods import When

PARTS = "Its members and parts"


# The heading of each kind of dependant, and the words for one or more that are left as they are.
HEADINGS = {
    "posts": ("Posts", ("post stays open", "posts stay open")),
    "appointments": ("Appointments", ("appointment stays open", "appointments stay open")),
    "seats": (
        "Seats that speak for it",
        (
            "seat still speaks for an organisation that has closed",
            "seats still speak for an organisation that has closed",
        ),
    ),
    "ex_officio": (
        "Seats elsewhere that go with its posts",
        (
            "seat elsewhere goes with a post of an organisation that has closed",
            "seats elsewhere go with posts of an organisation that has closed",
        ),
    ),
    "memberships": ("Memberships", ("membership stays open", "memberships stay open")),
    "relationships_to": (
        PARTS,
        ("organisation stays a member or part", "organisations stay members or parts"),
    ),
    "relationships_from": (
        "What it is a member or part of",
        ("relationship stays open", "relationships stay open"),
    ),
    "members": (
        "Forums that it is a member of",
        (
            "forum still has a closed organisation as a member",
            "forums still have a closed organisation as a member",
        ),
    ),
    "lines_to": (
        LINES_TO,
        (
            "forum reports to an organisation that has closed",
            "forums report to an organisation that has closed",
        ),
    ),
}


def closure_groups(
    rows: dict[str, list[DependantRow]], ex_officio_note: str, *, seats_may_go: bool = False
) -> list[Group]:
    """The rows of all that depends on organisations, under their headings."""
    with_a_post = {
        "goes_to": relation(Seat, "ex_officio_post"),
        "goes_label": "Goes with the post",
    }
    goes: dict[str, dict[str, Any]] = {
        "seats": with_a_post if seats_may_go else {},
        "ex_officio": {"note": ex_officio_note, **with_a_post},
        "relationships_to": {
            "note": "Each ends. Choose where it goes from the next day, if a source says so.",
            "goes_to": relation(Relationship, "to_organisation"),
        },
        "lines_to": {
            "goes_to": relation(ReportingLine, "to_organisation"),
            "goes_label": "From the next day to",
        },
    }
    return [
        Group(title, rows[name], left, **goes.get(name, {}))
        for name, (title, left) in HEADINGS.items()
    ]


def membership_rows(
    form: ClosureForm,
    found: Dependants,
    closing: Iterable[Organisation],
    *otherwise: tuple[str, str],
) -> list[DependantRow]:
    """The rows of memberships. Who sits elsewhere and speaks for another organisation stays.

    Without anything `otherwise`, seats that speak for what closes end with it."""
    closing_keys = {organisation.pk for organisation in closing}
    elsewhere = {seat.pk for seat in found["ex_officio"]}
    end_too = set() if otherwise else {seat.pk for seat in found["seats"]}
    rows = []
    for membership in found["memberships"]:
        stays = membership.seat_id in elsewhere and membership.on_behalf_of_id not in closing_keys
        proposed = [(FOLLOW, "stays with its seat")] if stays else otherwise
        if membership.seat_id in end_too:
            ends = [form.ends(membership)]
        else:
            ends = form.ends_perhaps_vacant(membership)
        rows.append(DependantRow(membership, [*proposed, *ends]))
    return rows


def notes_on_hosts(hosts: Iterable[Organisation], day: datetime.date) -> list[Note]:
    hosted = Forum.objects.filter(host__in=hosts).select_related("host")
    return [
        Note(
            f"{forum} is hosted by {forum.host}. Say who hosts it from then on, if a source does.",
            step_address(Forum, forum.pk, "move"),
        )
        for forum in hosted
        if not forum.has_ended(day)
    ]


class CloseForm(ClosureForm):
    when_fields: list = []
    groups = [("When", ["date"]), (PARTS, ["parts_go_to"])]
    for_all = {PARTS: "parts_go_to"}

    def prepare(self):
        super().prepare()
        if any(group.title == PARTS for group in self.dependants):
            self.fields["parts_go_to"] = record_choice(
                self.request,
                Relationship,
                "to_organisation",
                label="From the next day they go to",
                required=False,
                help_text="For each one ticked below that has no choice of its own. Leave empty "
                "if no source says.",
            )

    def may_go_to(self, record, to):
        return record.from_organisation_id != to.pk

    def find(self):
        found = dependants_of_organisations([self.record], self.day())
        rows = {name: self.ending(records) for name, records in found.items()}
        rows["ex_officio"] = self.going(found["ex_officio"], FOLLOW, "goes with the post chosen")
        rows["memberships"] = membership_rows(self, found, [self.record])
        return closure_groups(
            rows,
            "They go with a post that ends. Choose the post that each goes with from the next day; "
            "without one it stays as it is, filled by nobody.",
        )

    def notes(self):
        return notes_on_hosts([self.record], self.day())


WHAT_CLOSING_CHANGES = (
    "organisations.close_organisation",
    "organisations.change_organisation",
    "organisations.add_relationship",
    "organisations.change_relationship",
    "organisations.change_post",
    "people.change_appointment",
    "people.change_postvacancy",
    "forums.add_seat",
    "forums.change_seat",
    "forums.add_membership",
    "forums.change_membership",
    "forums.add_seatvacancy",
    "forums.change_seatvacancy",
    "forums.change_memberorganisation",
    "forums.add_reportingline",
    "forums.change_reportingline",
    "forums.change_termsofreference",
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
        return record.over_by is None or any(
            dependants_of_organisations([record], record.end_date).values()
        )

    def settle(self, form):
        close(
            organisation=self.record,
            last=form.when,
            source=form.source,
            today=self.today,
            choices=form.choices(),
        )


class MergeOrganisationsForm(ClosureForm):
    date_label = "The successor begins"
    date_help = (
        "The first day on which the successor stands in its place. What ends does so the day "
        "before, or in the same month or year if no more is known."
    )
    dependants_explained = (
        "Only what is ticked is changed. What goes to the successor ends here and begins there."
    )
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

    how = forms.ChoiceField(
        label="How",
        choices=[
            each
            for each in SuccessionKind.choices
            if each[0] not in (SuccessionKind.SPLIT_INTO, SuccessionKind.IN_PART_BY)
        ],
        initial=SuccessionKind.SUCCEEDED_BY,
        required=False,
        help_text="“Succeeded by” where the source says no more.",
    )

    groups = [("Who takes its place", ["successor", ("new_name", "new_kind"), "also", "how"])]

    def prepare(self):
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
        super().prepare()

    def clean(self):
        data = super().clean()
        if data.get("successor") and data.get("new_name"):
            self.add_error("new_name", "Leave this empty, or do not choose a successor above.")
        elif "successor" in data and not data["successor"] and not data.get("new_name"):
            self.add_error("successor", "Choose a successor, or give the name of one who is new.")
        if data.get("new_name") and not data.get("new_kind"):
            self.add_error("new_kind", "Say what sort of organisation it is.")
        return data

    def organisations(self) -> list[Organisation]:
        """The organisations that the successor takes the place of."""
        others = self.entered("also") or []
        return [self.record, *(other for other in others if other.pk != self.record.pk)]

    def last(self):
        begins = self.when_entered()
        return last_day_of(self.organisations(), begins) if begins else None

    def find(self):
        closing = self.organisations()
        found = dependants_of_organisations(closing, self.day())
        passes = PASS_ON, "goes to the successor"
        rows = {name: self.going(records, *passes) for name, records in found.items()}
        rows["posts"] = [DependantRow(post, [self.ends(post), passes]) for post in found["posts"]]
        rows["appointments"] = self.tenures_going(
            found["appointments"], FOLLOW, "goes or ends with its post"
        )
        rows["ex_officio"] = self.going(
            found["ex_officio"], FOLLOW, "goes with the post chosen, or its own with the successor"
        )
        rows["memberships"] = membership_rows(
            self, found, closing, (FOLLOW, "goes or ends with its seat, for the successor")
        )
        keys = {organisation.pk for organisation in closing}
        for row in rows["seats"]:
            post = row.record.ex_officio_post
            row.may_go = post is not None and post.organisation_id in keys
        return closure_groups(
            rows,
            "They go with a post that ends, or passes to the successor. Choose another post if "
            "that is not the one; a seat whose post ends and for which none is chosen stays as it "
            "is.",
            seats_may_go=any(row.may_go for row in rows["seats"]),
        )

    def notes(self):
        return notes_on_hosts(self.organisations(), self.day())

    def successor(self) -> Organisation:
        data = self.cleaned_data
        return data["successor"] or new_organisation(
            name=data["new_name"], kind=data["new_kind"], begins=self.when, source=self.source
        )


def successions_of(organisation: Organisation) -> QuerySet:
    """The successions of an organisation as a whole, planned or come."""
    return organisation.relationships_from.filter(kind__in=OF_THE_WHOLE, given_up_document=None)


@step_on(Organisation)
class MergeOrganisations(ClosureStep):
    name = "merge"
    rank = 85
    title = REPLACE_OR_MERGE
    explains = (
        "Ends the organisation, or several at once, and records which takes its place. Its seats "
        "and memberships pass to the successor."
    )
    form_class = MergeOrganisationsForm
    permissions = (
        *WHAT_CLOSING_CHANGES,
        "organisations.add_organisation",
        "organisations.add_post",
        "people.add_appointment",
        "people.add_postvacancy",
        "forums.add_memberorganisation",
    )
    successor: Organisation

    @classmethod
    def is_called_for(cls, record, day):
        return Close.is_called_for(record, day) or not successions_of(record).exists()

    def initial(self):
        known = (
            successions_of(self.record)
            .exclude(kind=SuccessionKind.SPLIT_INTO)
            .order_by("-start_date")
            .first()
        )
        if known is not None and known.start_is_announced:
            return {"successor": known.to_organisation_id, "how": known.kind}
        if known is not None and known.start_date is not None:
            return {
                "successor": known.to_organisation_id,
                "date": known.start_date,
                "precision": known.start_precision,
                "qualifier": known.start_qualifier,
                "how": known.kind,
            }
        ended = super().initial()
        if not ended:
            return {}
        begins = When(ended["date"], ended["precision"], ended["qualifier"]).morrow()
        return {**ended, "date": begins.day}

    def settle(self, form):
        self.successor = form.successor()
        succeed(
            organisations=form.organisations(),
            successor=self.successor,
            begins=form.when,
            source=form.source,
            today=self.today,
            choices=form.choices(),
            kind=form.cleaned_data["how"] or SuccessionKind.SUCCEEDED_BY,
        )

    def announce(self, form):
        self.successor = form.successor()
        announce_succession(
            organisations=form.organisations(),
            successor=self.successor,
            begins=form.when,
            source=form.source,
            kind=form.cleaned_data["how"] or SuccessionKind.SUCCEEDED_BY,
        )

    def remarks(self, form):
        """The remarks on what is left, and on seats whose titles name a closed organisation."""
        seats = Seat.objects.filter(on_behalf_of=self.successor, latest_end=NO_LATEST)
        words = "This seat passes with the name of its former organisation in its title: {}."
        on_titles = [
            remark
            for organisation in form.organisations()
            for remark in remarks_on_titles(seats, organisation.name, words)
        ]
        # A title may name two of them.
        return [*super().remarks(form), *dict.fromkeys(on_titles)]

    def afterwards(self, record):
        address = change_address(Organisation, self.successor.pk)
        return [(f"Go to {self.successor}", address)]
