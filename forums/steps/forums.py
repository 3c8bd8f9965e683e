"""The guided step that stands a forum down."""

from collections.abc import Sequence

from django.db import models

from editing.dependants import DependantChoice, Group, Note
from editing.links import add_address, step_address
from editing.step_forms import record_choice
from editing.steps import step_on
from forums.closure_dependants import dependants_of_forum
from forums.closures import stand_down
from forums.models import ANSWERS, Forum, ReportingLine, Succession
from forums.steps.closures import LINES_TO, MOST_LINKS, ClosureForm, ClosureStep, relation
from forums.worklists import REPORTING
from records.names import fold


class StandDownForm(ClosureForm):
    when_fields: list = []
    groups = [("When", ["date"]), ("Those that reported to it", ["lines_go_to"])]
    for_all = {LINES_TO: "lines_go_to"}

    def prepare(self):
        super().prepare()
        if any(group.title == LINES_TO for group in self.dependants):
            self.fields["lines_go_to"] = record_choice(
                self.request,
                ReportingLine,
                "to_forum",
                label="From the next day they report to",
                required=False,
                help_text="For each line ticked below that has no choice of its own. Leave empty "
                "if no source says.",
            )

    def may_go_to(self, record, to):
        return record.from_forum_id != to.pk

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
        ).select_related(*Succession.named_by, "document")
        return [
            Note(
                f"Planned succession: {plan}",
                step_address(Succession, plan.pk, "what-became-of-it"),
            )
            for plan in plans
            if plan.is_open_plan
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
        "forums.change_seatvacancy",
        "forums.change_reportingline",
        "forums.add_reportingline",
        "forums.change_memberorganisation",
    )

    @classmethod
    def is_called_for(cls, record, day):
        return record.over_by is None or any(dependants_of_forum(record, record.end_date).values())

    choices: Sequence[DependantChoice] = ()

    def settle(self, form):
        self.choices = form.choices()
        stand_down(
            forum=self.record,
            last=form.when,
            source=form.source,
            today=self.today,
            choices=self.choices,
        )

    def afterwards(self, record):
        """Lead on to the forums that reported to it and now report to nobody."""
        left = {
            choice.record.from_forum
            for choice in self.choices
            if isinstance(choice.record, ReportingLine)
            and choice.record.to_forum_id == record.pk
            and choice.record.kind in ANSWERS
            and choice.to is None
        }
        ways = [
            (f"Say to whom {forum} reports now", add_address(ReportingLine, from_forum=forum.pk))
            for forum in sorted(left, key=lambda forum: fold(forum.name))[:MOST_LINKS]
        ]
        if more := len(left) - len(ways):
            ways.append((f"And {more} more that report to nobody now", REPORTING.address))
        return ways
