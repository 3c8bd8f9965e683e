"""The worklist of lines that lead nowhere, and of forums that have none."""

from itertools import pairwise
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from editing.worklists import (
    WorklistPart,
    WorklistRow,
    ended_before,
    named_in_ends,
    worklist,
)
from forums.forum_states import established_on
from forums.models import (
    ANSWERS,
    DecisionBasis,
    Forum,
    LineKind,
    ReportingLine,
    TermsOfReference,
)
from forums.reporting_lines import lines_in_force, loops
from organisations.worklists import PLACE
from records.periods import not_over

REPORTING = worklist(
    "reporting",
    order=7,
    title="Reporting that leads nowhere",
    finds="Forums that report to a forum that has stood down or an organisation that has closed, "
    "that report to nobody, or that report to each other in a loop. Nobody holds them to account.",
    emptied="End the line and add the one that is true. A forum that reports to nobody is cleared "
    "by a line to a forum or an organisation, by its host organisation, or, if it is set up by "
    "statute, by the basis of its decisions. If a source says that it reports to nobody, say in "
    "its note “reports to nobody”.",
    apart="Rightly without a line",
    why_apart="These have no line to anybody above them, and a reason: others report to them, an "
    "organisation is their host, statute sets them up, or their note says that they report to "
    "nobody. They are not counted.",
)

KIND_IN_WORDS = {
    LineKind.REPORTS_TO: "reports to",
    LineKind.OVERSEEN_BY: "is overseen by",
    LineKind.SUB_GROUP_OF: "is a sub-group of",
}

REPORTS_TO_NOBODY = Q(note__icontains="reports to nobody")


@REPORTING.part
class LinesToTheEnded(WorklistPart):
    model = ReportingLine
    searched = ("from_forum__folded", "to_forum__folded", "to_organisation__folded")
    narrowed_by = {PLACE: ("from_forum__place",)}

    def found(self):
        return self.narrowed(
            lines_in_force(self.day)
            .filter(ended_before(self.day, "to_forum", "to_organisation"))
            .select_related(
                "from_forum",
                "to_forum",
                "to_organisation",
                *named_in_ends("to_forum", "to_organisation"),
            )
            .order_by("from_forum__folded", "pk")
        )

    def row(self, line):
        to = line.to_forum or line.to_organisation
        ended = to.how_it_ended(to.verb_of_end)
        ways = self.steps(line, "end") or self.correcting(line, "Give its end")
        return WorklistRow(
            record=line,
            name=self.link(line.from_forum),
            where=(self.link(line, f"{line.get_kind_display()} {to}"),),
            reason=f"{KIND_IN_WORDS[line.kind].capitalize()} {to}, which {ended}.",
            ways=(*ways, *self.adding(ReportingLine, "Add a line", from_forum=line.from_forum_id)),
        )


class Forums(WorklistPart):
    model = Forum
    searched = ("folded", "names__folded")
    narrowed_by = {PLACE: ("place",)}


@REPORTING.part
class ForumsWithoutALine(Forums):
    """Established forums in force that answer to nobody."""

    def without_a_line(self) -> QuerySet:
        """They are annotated with whether others answer to them, `heads`, and whether they are set
        up by statute, `statutory`."""
        lines = ReportingLine.objects.possibly(self.day).filter(kind__in=ANSWERS)
        below = lines.filter(
            to_forum=OuterRef("pk"), from_forum__in=Forum.objects.possibly(self.day)
        )
        statutory = TermsOfReference.objects.certainly(self.day).filter(
            decision_basis=DecisionBasis.STATUTORY
        )
        return self.narrowed(
            Forum.objects.certainly(self.day)
            .filter(~Exists(lines.filter(from_forum=OuterRef("pk"))))
            .filter(established_on(self.day))
            .annotate(heads=Exists(below), statutory=Exists(statutory.filter(forum=OuterRef("pk"))))
            .select_related("host", *named_in_ends("host"))
            .order_by("folded", "pk")
        )

    def rightly(self) -> Q:
        return (
            Q(heads=True)
            | (Q(host__isnull=False) & not_over(self.day, "host"))
            | Q(statutory=True)
            | REPORTS_TO_NOBODY
        )

    def found(self):
        return self.without_a_line().exclude(self.rightly())

    def apart(self):
        return self.without_a_line().filter(self.rightly())

    def row(self, forum):
        reason = "No source says to whom it reports."
        if forum.host is not None:  # The host has closed, or the forum would stand apart.
            reason += f" Its host, {forum.host}, {forum.host.how_it_ended('closed')}."
        return self.forum_row(forum, reason)

    def apart_rows(self, records):
        return [self.forum_row(forum, self.why_rightly(forum)) for forum in records]

    def why_rightly(self, forum: Any) -> str:
        if forum.heads:
            return "The head of its tree: others report to it."
        if forum.host is not None and not forum.host.has_ended(self.day):
            return f"A forum of {forum.host}, its host organisation."
        if forum.statutory:
            return "Set up by statute."
        return "Its note says that it reports to nobody."

    def forum_row(self, forum: Forum, reason: str) -> WorklistRow:
        return WorklistRow(
            record=forum,
            name=self.link(forum),
            reason=reason,
            ways=(
                *self.adding(ReportingLine, "Add a line", from_forum=forum.pk),
                *self.steps(forum, "stand-down"),
            ),
        )


@REPORTING.part
class ForumsInALoop(Forums):
    def found(self):
        lines = list(
            lines_in_force(self.day)
            .filter(to_forum__in=Forum.objects.certainly(self.day))
            .order_by("pk")
            .values_list("from_forum", "to_forum", "pk")
        )
        self.loops = loops([(lower, upper) for lower, upper, _ in lines])
        self.line_between = {(lower, upper): key for lower, upper, key in lines}
        return self.narrowed(Forum.objects.filter(pk__in=list(self.loops)).order_by("folded", "pk"))

    def rows(self, records):
        records = list(records)
        keys = {
            self.line_between[pair] for forum in records for pair in pairwise(self.loops[forum.pk])
        }
        self.lines = ReportingLine.objects.select_related("from_forum", "to_forum").in_bulk(keys)
        return super().rows(records)

    def row(self, forum):
        loop = pairwise(self.loops[forum.pk])
        lines = [self.lines[self.line_between[pair]] for pair in loop]
        words = ", which ".join(f"{KIND_IN_WORDS[line.kind]} {line.to_forum}" for line in lines)
        first = lines[0]
        return WorklistRow(
            record=forum,
            name=self.link(forum),
            where=(self.link(first, f"{first.get_kind_display()} {first.to_forum}"),),
            reason=f"A loop: {forum} {words}.",
            ways=tuple(
                self.steps(first, "end") or self.correcting(first, "End or correct the line")
            ),
        )
