"""What the steps share that end a forum, organisation, post or seat with what depends on it."""

import datetime
from collections.abc import Iterable

from django.db import models
from django.utils import timezone

from editing.dependants import DependantRow, DependantsForm, DependantsStep
from editing.step_forms import present_end
from forums.transfers import END, begins_after
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

    def day(self) -> datetime.date:
        """The last day that `last` may be. A record that is over by then is no dependant."""
        last = self.last()
        return last.last_possible() if last else timezone.localdate()

    def ends(self, record: DatedFact) -> tuple[str, str]:
        """The choice that a record ends, and when, in words."""
        last = self.last()
        if last is None:
            return END, "ends on that day"
        if begins_after(record, last):
            if record.start_date > timezone.localdate():
                return END, f"is withdrawn: it was to begin {record.when_it_starts()}"
            return (
                END,
                f"began {record.when_it_starts()}, after the end: correct one of the two first",
            )
        return END, f"ends {last.in_a_sentence()}"

    def ending(self, records: Iterable[DatedFact]) -> list[DependantRow]:
        """Rows of records that can only end."""
        return [DependantRow(record, [self.ends(record)]) for record in records]

    def going(self, records: Iterable[DatedFact], how: str, words: str) -> list[DependantRow]:
        """Rows of records that go on elsewhere, or end."""
        return [DependantRow(record, [(how, words), self.ends(record)]) for record in records]


class ClosureStep(DependantsStep):
    """A step that ends something with what depends on it."""

    def initial(self):
        # The dependants of something that is over, or known to end, end on the same day.
        return present_end(self.record)

    def facts(self):
        facts = [("In the register since", self.record.start_in_words())]
        if self.record.end_date:
            facts.append(("Recorded as ended", self.record.end_in_words()))
        return facts
