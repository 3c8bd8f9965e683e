"""Worklists of people in post whose term ends or has ended, or whom no source has confirmed."""

import dataclasses
import datetime

from django.db.models import QuerySet

from editing.links import Link
from editing.worklists import WorklistPart, WorklistRow, number_of_days, worklist
from organisations.worklists import PLACE
from people.models import Appointment, Tenure
from records.days import NO_LATEST
from records.evidence import stale
from records.periods import date_in_words, not_over

# There is still time to reappoint or to replace somebody so long before the end of a term.
NOTICE = datetime.timedelta(days=90)

TERMS_ENDING = worklist(
    "terms-ending",
    order=3,
    title="Terms ending in 90 days",
    finds="Holders of posts and members of forums whose term ends today or in the next 90 days, "
    "and for whom no end is recorded. There is still time to reappoint or replace them.",
    emptied="Reappoint them, replace them, or record their end.",
)
PAST_TERM = worklist(
    "past-term",
    order=4,
    title="Serving past term",
    finds="Holders and members whose term was due to end before today, and for whom neither an "
    "end nor another term is recorded. Either they have left, or they act without a term.",
    emptied="Reappoint them, replace them, or record their end.",
)
NOT_CONFIRMED = worklist(
    "not-confirmed",
    order=5,
    title="Not confirmed for a year",
    finds="Holders and members in force of whom every source speaks as of a day more than a year "
    "ago. Past members stay listed because nobody looked.",
    emptied="Reconfirm a whole forum or organisation against one document, or each by itself; "
    "or record that somebody has left.",
)


class Tenures(WorklistPart):
    """Holders one by one, each a row."""

    def in_force(self) -> QuerySet:
        raise NotImplementedError

    def reason(self, tenure: Tenure) -> str:
        raise NotImplementedError

    def ways(self, tenure: Tenure) -> list[Link]:
        raise NotImplementedError

    def row(self, tenure):
        held = tenure.held
        owner = getattr(held, held.owner_field)
        return WorklistRow(
            record=tenure,
            name=self.link(tenure, str(tenure.person)),
            where=(self.link(held, held.title), self.link(owner)),
            reason=self.reason(tenure),
            ways=tuple(self.ways(tenure)),
        )


class Appointments(Tenures):
    model = Appointment
    searched = ("person__folded", "post__title", "post__organisation__folded")
    narrowed_by = {PLACE: ("post__organisation__place",)}

    def on_the_day(self) -> QuerySet:
        return (
            Appointment.objects.certainly(self.day)
            .select_related("person", "post__organisation")
            .order_by("post__organisation__folded", "post__folded", "pk")
        )

    def in_force(self):
        return self.on_the_day().filter(not_over(self.day, "post", "post__organisation"))


class TermEnding(Tenures):
    def ending(self, **condition) -> QuerySet:
        tenures = self.in_force().filter(latest_end=NO_LATEST, **condition)
        return self.narrowed(tenures).order_by("term_ends", "pk")

    def found(self):
        return self.ending(term_ends__range=(self.day, self.day + NOTICE))

    def reason(self, tenure):
        left = (tenure.term_ends - self.day).days
        when = f"in {number_of_days(left)}" if left else "today"
        return f"The term ends on {date_in_words(tenure.term_ends)}, {when}."

    def ways(self, tenure):
        return [*self.steps(tenure, "reappoint", "end"), *self.steps(tenure.held, "replace")]


class PastTerm(TermEnding):
    def found(self):
        return self.ending(term_ends__lt=self.day)

    def reason(self, tenure):
        past = (self.day - tenure.term_ends).days
        return (
            f"The term ended on {date_in_words(tenure.term_ends)}, {number_of_days(past)} ago, "
            "and no end or further term is recorded."
        )


@TERMS_ENDING.part
class AppointmentsTermEnding(TermEnding, Appointments):
    pass


@PAST_TERM.part
class AppointmentsPastTerm(PastTerm, Appointments):
    pass


class NotConfirmed(Tenures):
    def found(self):
        tenures = self.in_force().filter(stale(self.day))
        return self.narrowed(tenures).select_related("document", "end_document")

    def reason(self, tenure):
        if tenure.last_known is None:
            return "No day is recorded on which this is last known."
        return f"Last known {tenure.last_known_in_words()}, more than a year ago."

    def ways(self, tenure):
        return self.steps(tenure, "reconfirm", "end")

    def row(self, tenure):
        row = super().row(tenure)
        owner = getattr(tenure.held, tenure.held.owner_field)
        worded = f"{{}} the whole {owner._meta.verbose_name}"
        return dataclasses.replace(
            row,
            where=row.where[:1],
            group=self.link(owner),
            group_ways=tuple(self.steps(owner, "reconfirm", worded=worded)),
        )


@NOT_CONFIRMED.part
class AppointmentsNotConfirmed(NotConfirmed, Appointments):
    pass
