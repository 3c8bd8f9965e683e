"""What the steps share that end a forum, organisation, post or seat with what depends on it."""

import datetime
from collections.abc import Iterable

from django.db import models
from django.utils import timezone

from editing.dependants import DependantRow, DependantsForm, DependantsStep
from editing.step_forms import present_end
from forums.closures import announce_end
from forums.transfers import END, END_VACANT, begins_after, never_comes_to_be
from people.models import Tenure
from records.models import DatedFact
from records.periods import When

# A step leads on to at most this many other pages.
MOST_LINKS = 5

LINES_TO = "Lines that lead to it"


def relation(model: type[models.Model], name: str) -> models.ForeignKey:
    return model._meta.get_field(name)


class ClosureForm(DependantsForm):
    """Asks for the last day, and what becomes of each dependant."""

    date_label = "Last day"
    may_be_announced = True
    date_help = "The last day on which it stands."
    dependants_heading = "What goes with it"
    dependants_explained = (
        "Only what is ticked is changed. Untick what no source speaks of: it stays as it is."
    )

    def prepare(self):
        super().prepare()
        if not self.settles_dependants():
            self.nothing_depends = (
                "What depends on it goes on as it is. Take this step again when the day is known."
            )

    def settles_dependants(self):
        """An end that is announced without a day ends nothing yet."""
        when = self.when_entered()
        return when is None or not when.is_announced

    def last(self) -> When | None:
        """The last day of what ends, as far as it was entered."""
        return self.when_entered()

    def day(self) -> datetime.date:
        """The last day that `last` may be. A record that is over by then is no dependant."""
        last = self.last()
        return last.last_possible() if last else timezone.localdate()

    def ends(self, record: DatedFact) -> tuple[str, str]:
        """The choice that a record ends, and when, in words."""
        last = self.last()
        if last is None:
            return END, "ends on that day"
        if never_comes_to_be(record, last, timezone.localdate()):
            return END, f"is withdrawn: it was to begin {record.when_it_starts()}"
        if begins_after(record, last):
            return (
                END,
                f"began {record.when_it_starts()}, after the end: correct one of the two first",
            )
        return END, f"ends {last.in_a_sentence()}"

    def ends_perhaps_vacant(self, tenure: Tenure) -> list[tuple[str, str]]:
        """The choices that somebody's time ends: what a source says of the place, which may go
        on, is asked with it."""
        how, words = self.ends(tenure)
        last = self.last()
        if last is None or begins_after(tenure, last):
            return [(how, words)]
        return [
            (how, words),
            (END_VACANT, f"{words}, and the source says that the place is vacant"),
        ]

    def ending(self, records: Iterable[DatedFact]) -> list[DependantRow]:
        """Rows of records that can only end."""
        return [DependantRow(record, [self.ends(record)]) for record in records]

    def going(self, records: Iterable[DatedFact], how: str, words: str) -> list[DependantRow]:
        """Rows of records that go on elsewhere, or end."""
        return [DependantRow(record, [(how, words), self.ends(record)]) for record in records]

    def tenures_going(self, tenures: Iterable[Tenure], how: str, words: str) -> list[DependantRow]:
        """As `going`, for holders of posts and seats that may go on without them."""
        return [
            DependantRow(each, [(how, words), *self.ends_perhaps_vacant(each)]) for each in tenures
        ]


class ClosureStep(DependantsStep):
    """A step that ends something with what depends on it."""

    def initial(self):
        # The dependants of something that is over, or known to end, end on the same day.
        return present_end(self.record)

    def facts(self):
        facts = [(self.record.start_heading(self.today), self.record.start_in_words())]
        if self.record.end_date:
            facts.append(("Recorded as ended", self.record.end_in_words()))
        return facts

    def take(self, form):
        if form.settles_dependants():
            return self.settle(form)
        return self.announce(form)

    def settle(self, form: ClosureForm) -> models.Model | None:
        """End it with what depends on it; returns the record to show next, as `take` does."""
        raise NotImplementedError

    def announce(self, form: ClosureForm) -> models.Model | None:
        """Record that it is to end, on a day that no source gives."""
        announce_end(record=self.record, last=form.when, source=form.source)
        return None
