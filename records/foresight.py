"""What documents foresaw: whether a source says that something began or ended, or only that it was
to, for rows and for SQL.

A start or an end is foreseen if no document speaks of a day on which it may have happened.
"""

import datetime
from typing import TYPE_CHECKING

from django.db.models import Case, DateField, F, Func, Q
from django.db.models import When as CaseWhen

from records.evidence import Evidence, latest, spoken_of
from records.periods import Period, Precision, Qualifier, When, date_in_words


class FirstDay(Func):
    """The first day of the month or year that a day lies in."""

    template = "(DATE_TRUNC('%(unit)s', %(expressions)s))::date"
    output_field = DateField()

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(
            compiler, connection, template="DATE(%(expressions)s, 'start of %(unit)s')", **context
        )


def _first_day(day: F | Case, precision: str) -> F | Case | FirstDay:
    return day if precision == Precision.DAY else FirstDay(day, unit=precision)


def foreseen(which: str, path: str = "") -> Q:
    """A condition on facts with a period, or on what `path` leads to: the "start" or the "end" is
    foreseen. It agrees with `Foreseeable.start_foreseen` and `end_foreseen`."""
    date, known_to = f"{path}{which}_date", f"{path}{which}_precision"
    # A month or year is stored by its first day for a start, and by its last for an end.
    cases = [
        CaseWhen(**{known_to: precision}, then=_first_day(F(date), precision))
        for precision in (Precision.MONTH, Precision.YEAR)
    ]
    may_be: F | Case = F(date)
    if which == "end":
        may_be = Case(*cases, default=F(date), output_field=DateField())

    def before(name: str) -> Q:
        condition = Q()
        for precision in Precision:
            known = {f"{path}{name.removesuffix('_on')}_precision": precision}
            day = {f"{path}{name}__lt": _first_day(may_be, precision)}
            condition |= Q(**known, **day)
        return condition

    def is_none(name: str, answer: bool = True) -> Q:
        return Q(**{f"{path}{name}__isnull": answer})

    undated = is_none("as_of") & is_none("document__as_of")
    of_source = (is_none("as_of") & before("document__as_of")) | (
        is_none("as_of", False) & before("as_of")
    )
    # Where the source has no day, what it was confirmed against may have one.
    source = of_source | (undated & is_none("confirmed_on", False))
    confirmed = is_none("confirmed_on") | before("confirmed_on")
    if which == "start":
        tells_nothing = (
            is_none("end_document__as_of")
            | ~Q(**{f"{path}end_qualifier": Qualifier.ON})
            | before("end_document__as_of")
            | foreseen("end", path)
        )
        return source & confirmed & tells_nothing
    of_its_own = is_none("end_document", False) & before("end_document__as_of")
    of_end = (is_none("end_document") & source) | (of_its_own & (of_source | undated))
    return of_end & confirmed


class Foreseeable(Evidence, Period):
    """What can be asked of anything that has a period and evidence: whether its start and its end
    are known to have happened, or are foreseen.

    It is foreseen that something starts or ends if its source, and whatever else it rests on, speak
    surely of an earlier day. A source without a day foresees nothing. Something had
    begun if a later document says when it ended.
    """

    if TYPE_CHECKING:  # a column of a row, or a property of a record

        @property
        def end_document_slug(self) -> str | None: ...

    @property
    def last_known_to_hold(self) -> When | None:
        # The source of the end says that it held only if it speaks surely of a day before that, and
        # others unless they speak surely of a later day.
        of_end = spoken_of(self, "end_document_as_of")
        is_later = of_end and self.ends and of_end.last_possible() >= self.ends.first_possible()
        if is_later or self.start_foreseen:
            of_end = None
        others = [
            said
            for said in (self.source_as_of, self.confirmed)
            if said is not None and said.first_possible() <= self.latest_end
        ]
        return latest(*others, of_end)

    def how_lately_known(self, today: datetime.date) -> str:
        if self.last_known_to_hold is None and self.ends and self.last_known is not None:
            return (
                f"Known from a document of {self.last_known_in_words()}, which says that it ended"
            )
        return super().how_lately_known(today)

    def is_told_how_lately(self, day: datetime.date) -> bool:
        # Other words say that it is over.
        return self.end_foreseen or not self.has_ended(day)

    @property
    def start_foreseen_as_of(self) -> When | None:
        """The day of which the document speaks that says when it starts."""
        return self.source_as_of or self.confirmed

    @property
    def end_foreseen_as_of(self) -> When | None:
        """The same of the end, which may have a source of its own."""
        if self.end_document_slug is None:
            return self.start_foreseen_as_of
        return spoken_of(self, "end_document_as_of")

    @property
    def start_foreseen(self) -> bool:
        """It agrees with `foreseen("start")`."""
        known = latest(self.start_last_known, self._known_by_its_end)
        return foresees(self.start_foreseen_as_of, known, self.starts)

    @property
    def _known_by_its_end(self) -> When | None:
        """The day of which the document speaks that says when it ended; None if none does, or only
        that it is to end. Giving an end *by* a day, it may say no more than that somebody else was
        there."""
        if self.ends is None or self.ends.qualifier != Qualifier.ON or self.end_foreseen:
            return None
        return spoken_of(self, "end_document_as_of")

    @property
    def end_foreseen(self) -> bool:
        """It agrees with `foreseen("end")`."""
        return foresees(self.end_foreseen_as_of, self.last_known, self.ends)

    def foreseen_by(self, which: str) -> str:
        """What only foresaw its "start" or "end": "the paper of October 2025"; "" of what is
        known."""
        if not {"start": self.start_foreseen, "end": self.end_foreseen}[which]:
            return ""
        said = {"start": self.start_foreseen_as_of, "end": self.end_foreseen_as_of}[which]
        return paper_of(said)

    def start_is_told_as_foreseen(self, day: datetime.date) -> bool:
        """Whether to say on `day` that it was to start."""
        return self.start_date is not None and self.start_date <= day and self.start_foreseen

    def why_beside_period(self, day: datetime.date, why: str) -> str:
        """`why` it is perhaps so, where the period stands beside: "" of a plan that it tells."""
        in_doubt = self.start_is_told_as_foreseen(day) and (
            day <= self.earliest_end or self.plan_may_be_over(day)
        )
        told = in_doubt and why == self.why_perhaps(day)
        return "" if told else why

    def start_heading(self, day: datetime.date) -> str:
        """The heading on `day` of when it starts: "Began", "Is to begin"."""
        if self.start_is_told_as_foreseen(day):
            return "Was to begin"
        if self.start_date is None or self.earliest_start <= day:
            return "Began"
        return "Is to begin" if self.start_foreseen else "Begins"

    def end_is_told_as_foreseen(self, day: datetime.date) -> bool:
        """Whether to say on `day` that it was to end."""
        return self.has_ended(day) and self.end_foreseen

    def start_only_planned(self) -> str:
        """ "says the paper of March 2019; no later source says whether it happened"."""
        return only_planned(self.start_foreseen_as_of)

    def end_only_planned(self) -> str:
        return only_planned(self.end_foreseen_as_of)

    def from_in_words(self) -> str:
        words = super().from_in_words()
        if not self.start_foreseen or self.start_qualifier == Qualifier.NOT_BEFORE:
            return words
        return words + _plan(self.start_foreseen_as_of)

    def of_planned_end(self) -> str:
        """ ", a plan in the paper of October 2025"."""
        planned = self.end_foreseen and self.end_qualifier != Qualifier.NOT_BEFORE
        return _plan(self.end_foreseen_as_of) if planned else ""

    def told_start(self) -> str:
        """The start that was foreseen, in words: "was to begin in April 2019, says the paper of
        March 2019; no later source says whether it happened"."""
        return f"was to begin {self.when_it_starts()}, {self.start_only_planned()}"

    def time_as_foreseen(self, day: datetime.date) -> str:
        """As `time_in_words`, saying of what was foreseen and whose day has passed that it was."""
        start, end = self._start_in_time(day), self._end_in_time()
        if self.end_is_told_as_foreseen(day):
            end = f"; {self.told_end('ended')}"
        if self.start_is_told_as_foreseen(day):
            if self.plan_may_be_over(day):
                return self.told_plan_over()
            start, end = self.told_start(), end.replace(", ", "; ", 1)
        return start + end

    def plan_may_be_over(self, day: datetime.date) -> bool:
        """Whether a source says that what was only to begin ended by `day` or may have."""
        return (
            self.start_is_told_as_foreseen(day)
            and self.earliest_end < day
            and not self.end_foreseen
        )

    def told_plan_over(self) -> str:
        """The same of what a later source says is over, but not that it began: "was to begin in
        April 2019, says the paper of March 2019; if it began, it ended by June 2021"."""
        plan = f"was to begin {self.when_it_starts()}, says {paper_of(self.start_foreseen_as_of)}"
        return f"{plan}; if it began, it ended {self.when_it_ends()}"

    def told_end(self, verb: str) -> str:
        """The end of what is over, in words: "closed March 2026"; of an end that was foreseen, "was
        to close in March 2026, says the paper of October 2025; no later source says whether it
        happened"."""
        if not self.end_foreseen:
            return super().told_end(verb)
        return f"was to {ENDINGS[verb]} {self.when_it_ends()}, {self.end_only_planned()}"

    def how_it_ended(self, verb: str) -> str:
        """ "closed on 31 March 2020"; of an end that was foreseen, as `told_end` has it."""
        return self.told_end(verb) if self.end_foreseen else super().how_it_ended(verb)


# The infinitives of the verbs that tell an end.
ENDINGS = {"ended": "end", "closed": "close", "stood down": "stand down", "left": "leave"}


def foresees(said: When | None, known: When | None, event: When | None) -> bool:
    """Whether a source that speaks as of `said` foresees an event, and no document that counts,
    the latest of which speaks as of `known`, may speak of a day on which it may have happened."""
    if said is None or known is None or event is None:
        return False
    return known.last_possible() < event.first_possible()


def paper_of(said: When | None) -> str:
    """A paper by the day of which it speaks: "the paper of March 2019"."""
    return f"the paper of {date_in_words(said.day, said.precision) if said else ''}"


def _plan(said: When | None) -> str:
    return f", a plan in {paper_of(said)}"


def of_them_foreseen(number: int, of: int) -> str:
    """The words after a count of what holds, `number` of which a source only foresaw: ", 2 of them
    only foreseen"."""
    if not number:
        return ""
    if number >= of:
        return ", only foreseen" if of == 1 else ", all of them only foreseen"
    return f", {number:,} of them only foreseen"


def only_planned(said: When | None) -> str:
    """The words after a plan whose day has passed, by the day of which its paper speaks."""
    return f"says {paper_of(said)}; no later source says whether it happened"
