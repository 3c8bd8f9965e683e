"""Draws who held what over time: where each stretch of the picture begins and ends.

Places across are per cent of the width of the page. Places down are pixels, so that letters are as
large on a phone as elsewhere. A template draws the picture.
"""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import cast

from ics_register.pages.chart import wrap
from ics_register.pages.frame import AskedDay
from people.holder_rows import Holder
from people.post_holders import Holding
from people.standing import Standing
from people.vacant_rows import StatedVacancy
from records.days import NO_LATEST, day_before, next_day
from records.periods import Precision, Qualifier, date_in_words

# In pixels: the space above the first heading, the space above a heading, a line of words, a bar
# with the space beneath it, and the axis below them all.
TOP = 24
SPACE = 10
WORDS = 20
BAR = 24
AXIS = 30
# The size of words, and the room for them on the smallest phones.
SIZE, ROOM = 16, 280
# The most lines that a reader takes in at once.
MOST_LINES = 24

# In per cent: the length of a stretch with only one known end, and the room at both ends.
STUB = 4
BEFORE, AFTER = 5, 4

# In months: how far apart the ticks may be. In per cent: how near they may be to each other and to
# the edges on a phone, by how they are written.
STEPS = (1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000)
NEAREST = {Precision.YEAR: 12, Precision.MONTH: 30}
EDGES = {Precision.YEAR: 6, Precision.MONTH: 15}


@dataclass(frozen=True)
class Stretch:
    """A part of a line that looks the same throughout."""

    # "certain", "unconfirmed", "uncertain", "foreseen" or "to-come"; "vacant" or "not-recorded" of
    # no holder.
    look: str
    x: float
    width: float


@dataclass
class TimelineRow:
    """Somebody's time in a post or a seat, or a time in which it had no known holder."""

    holding: Holding
    first: datetime.date | None
    last: datetime.date | None
    holder: Holder | None = None
    standing: Standing = Standing.HELD
    perhaps_vacant: bool = False  # of a time that is not recorded
    words: str = ""  # when, for a time without a holder
    after: Holder | None = None  # the last holder before such a time
    stretches: list[Stretch] = field(default_factory=list)
    names: list["Mark"] = field(default_factory=list)
    y: int = 0  # of its bar

    @property
    def name(self) -> str:
        """The words above its bar."""
        if self.holder is None:
            perhaps = ", perhaps vacant" if self.perhaps_vacant else ""
            return self.standing.label.capitalize() + perhaps
        return self.holder.person_and_basis

    @property
    def vacancy(self) -> StatedVacancy | None:
        """The vacancy by which it is a time of vacancy, if it is."""
        if self.standing != Standing.VACANT:
            return None
        last = self.last or datetime.date.max
        stated = [each for each in self.holding.vacancies if each.certainly(last)]
        return max(stated, key=lambda each: each.latest_start, default=None)

    @property
    def is_cut(self) -> bool:
        """Whether the end of the post or seat, or of its owner, cut it short."""
        return self.holder is not None and self.last != self.holder.end_date


@dataclass(frozen=True)
class Mark:
    """Words at a place along the axis, or a heading above the lines of one post or seat."""

    words: str
    x: float = 0
    y: int = 0


@dataclass(frozen=True)
class Timeline:
    """Posts or seats with everybody recorded for them, drawn to the scale of time."""

    headings: list[Mark]
    lines: list[TimelineRow]
    ticks: list[Mark]
    asked: float | None  # the place of the day asked for, if it is within
    height: int
    left_out: int  # how many posts or seats had no room
    earlier: int  # and how many of the earliest times of the first one drawn

    @property
    def looks(self) -> set[str]:
        return {stretch.look for line in self.lines for stretch in line.stretches}


@dataclass(frozen=True)
class Times:
    """Posts or seats with everybody recorded for them and the times without a holder, and those
    that fit the picture."""

    whole: list[list[TimelineRow]]
    shown: list[list[TimelineRow]]

    @property
    def left_out(self) -> int:
        return len(self.whole) - len(self.shown)

    @property
    def earlier(self) -> int:
        return len(self.whole[0]) - len(self.shown[0])

    @property
    def lines(self) -> list[TimelineRow]:
        """The lines that are drawn."""
        return [line for lines in self.shown for line in lines]

    @property
    def all_lines(self) -> list[TimelineRow]:
        return [line for lines in self.whole for line in lines]

    def drawn(self, asked: AskedDay) -> Timeline:
        scale = Scale.of(self.lines, asked.today)
        headings, y = [], TOP
        for lines in self.shown:
            own, y = written(lines[0].holding.title, y + SPACE)
            headings += own
            for line in lines:
                line.names, line.y = written(line.name, y)
                line.stretches = list(scale.stretches(line))
                y = line.y + BAR
        return Timeline(
            headings=headings,
            lines=self.lines,
            ticks=scale.ticks(),
            asked=scale.within(asked.day),
            height=y + AXIS,
            left_out=self.left_out,
            earlier=self.earlier,
        )


def recorded_times(
    holdings: Iterable[Holding], asked: AskedDay, over: datetime.date | None
) -> Times | None:
    """The times of `holdings`; None if none of them can be drawn.

    `over` is the day on which their owner ended, if it did. If there is no room for all, the last
    holdings are left out, and the earliest times of the first one.
    """
    groups = [lines_of(holding, asked.today, over) for holding in holdings]
    groups = [lines for lines in groups if any(line.holder for line in lines)]
    if not groups:
        return None
    shown = [groups[0][-MOST_LINES:]]
    for lines in groups[1:]:
        if sum(map(len, shown)) + len(lines) <= MOST_LINES:
            shown.append(lines)
    return Times(groups, shown)


def written(words: str, y: int) -> tuple[list[Mark], int]:
    """Marks with `words` from `y` downwards, broken to fit, and the `y` below them."""
    lines = wrap(words, SIZE, ROOM)
    marks = [Mark(line, y=y + WORDS * at) for at, line in enumerate(lines)]
    return marks, y + WORDS * len(lines)


def lines_of(
    holding: Holding, today: datetime.date, over: datetime.date | None
) -> list[TimelineRow]:
    """Everybody recorded for `holding` and the times without anybody, in the order of time."""
    ends = [day for day in (holding.over_by, over) if day is not None]
    over = min(ends, default=None)
    lines = [
        TimelineRow(holding, holder.start_date, _earlier(holder.over_by, over), holder)
        for holder in holding.recorded
        if over is None or holder.start_date is None or holder.start_date <= over
    ]
    until = today if over is None else min(over, today)
    for gap in gaps(holding, until):
        gap.words = time_without(gap, until)
        gap.after = next(iter(holding_before(gap)), None)
        lines.append(gap)
    return sorted(lines, key=lambda line: (line.first or line.last, line.last or datetime.date.max))


def _earlier(*days: datetime.date | None) -> datetime.date | None:
    return min((day for day in days if day is not None), default=None)


def gaps(holding: Holding, until: datetime.date) -> Iterator[TimelineRow]:
    """The times up to the day `until` in which `holding` was vacant or its holder not recorded.

    That can change only on the days looked at.
    """
    starts = [holder.start_date for holder in holding.recorded if holder.start_date]
    begins = holding.start_date or min(starts, default=None)
    if begins is None:
        return
    turns = {begins, *starts}
    turns |= {each.start_date for each in holding.vacancies if each.start_date}
    dated = (*holding.recorded, *holding.vacancies)
    turns |= {next_day(each.over_by) for each in dated if each.over_by}
    days = sorted(day for day in turns if begins <= day <= until)
    found = None
    for at, day in enumerate(days):
        drawn = any(_is_drawn(holder, day) for holder in holding.recorded)
        standing = Standing.HELD if drawn else holding.standing_on(_told_on(holding, day))
        last = day_before(days[at + 1]) if at + 1 < len(days) else until
        perhaps = standing == Standing.NOT_RECORDED and bool(holding.may_be_vacant_by(day))
        if found is not None and (found.standing, found.perhaps_vacant) == (standing, perhaps):
            found.last = last
            continue
        if found is not None:
            yield found
        found = (
            TimelineRow(holding, day, last, standing=standing, perhaps_vacant=perhaps)
            if standing != Standing.HELD
            else None
        )
    if found is not None:
        yield found


def _told_on(holding: Holding, day: datetime.date) -> datetime.date:
    """The day by which a vacancy that began in the month or year of `day` certainly holds."""
    begins = [
        each.latest_start
        for each in holding.vacancies
        if each.start_date is not None and each.start_date <= day < each.latest_start < NO_LATEST
    ]
    return min(begins, default=day)


def _is_drawn(holder: Holder, day: datetime.date) -> bool:
    """Whether the line of somebody is drawn on `day`, in part of it as uncertain."""
    begun = holder.start_date is not None and holder.start_date <= day
    return begun and holder.latest_start < NO_LATEST and not holder.has_ended(day)


def holding_before(line: TimelineRow) -> list[Holder]:
    """The last holders before a time without a holder."""
    first = cast("datetime.date", line.first)
    return [each for each in line.holding.recorded if each.end_date == day_before(first)]


def time_without(line: TimelineRow, until: datetime.date) -> str:
    """When nobody held it, in words that claim no more than the dates on either side."""
    holding, recorded = line.holding, line.holding.recorded
    left = holding_before(line)
    came = [
        holder
        for holder in recorded
        if holder.start_date == next_day(cast("datetime.date", line.last))
    ]
    if left:
        begins = f"after {date_in_words(left[0].end_date, left[0].end_precision)}"
    elif line.vacancy is not None and line.first == line.vacancy.start_date:
        begins = f"from {date_in_words(line.first, line.vacancy.start_precision)}"
    elif line.first == holding.start_date:
        begins = f"from {date_in_words(line.first, holding.start_precision)}"
    else:
        begins = f"from {date_in_words(line.first)}"
    if came:
        return f"{begins}, before {date_in_words(came[0].start_date, came[0].start_precision)}"
    return begins if line.last == until else f"{begins}, to {date_in_words(line.last)}"


@dataclass(frozen=True)
class Scale:
    """Converts days (as ordinals) to places along the axis."""

    first: float
    last: float
    today: int

    @classmethod
    def of(cls, lines: list[TimelineRow], today: datetime.date) -> "Scale":
        """The scale for all of `lines`, up to today if one of them goes on."""
        known = [day.toordinal() for line in lines for day in (line.first, line.last) if day]
        if any(line.last is None for line in lines):
            known.append(today.toordinal())
        length = max(max(known) - min(known), 365) / (100 - BEFORE - AFTER)
        first, last = min(known) - BEFORE * length, max(known) + AFTER * length
        return cls(first, max(last, first + 100 * length), today.toordinal())

    def x(self, day: float) -> float:
        across = 100 * (day - self.first) / (self.last - self.first)
        return round(min(max(across, 0), 100), 3)

    def within(self, day: datetime.date) -> float | None:
        ordinal = day.toordinal()
        return self.x(ordinal) if self.first <= ordinal <= self.last else None

    def stretches(self, line: TimelineRow) -> Iterator[Stretch]:
        """The stretches of a line. The future is not certain, whatever is recorded."""
        for look, parts in groupby(self._until_today(line), key=lambda part: part[0]):
            spans = [span for _, *span in parts]
            x, end = self.x(spans[0][0]), self.x(spans[-1][1])
            if end > x:
                yield Stretch(look, x, round(end - x, 3))

    def _until_today(self, line: TimelineRow) -> Iterator[tuple[str, float, float]]:
        for look, first, last in self._parts(line):
            now = min(max(self.today + 1, first), last)
            if first < now:
                yield look, first, now
            if now < last:
                yield "to-come" if line.holder else look, now, last

    def _parts(self, line: TimelineRow) -> Iterator[tuple[str, float, float]]:
        """(look, first day, day after the last) of each part of a line."""
        stub = STUB * (self.last - self.first) / 100
        end = line.last.toordinal() + 1 if line.last else self.last
        if line.holder is None:
            yield line.standing.value, cast("datetime.date", line.first).toordinal(), end
            return
        start = end - stub if line.first is None else line.first.toordinal()
        if line.holder.start_qualifier == Qualifier.BY and line.first is not None:
            start -= stub
        if line.holder.start_foreseen:
            yield "foreseen", start, end
            return
        begun, lasts = line.holder.latest_start, line.holder.earliest_end
        if line.holder.start_date is None or begun > lasts or begun.toordinal() >= end:
            yield "uncertain", start, end
            return
        certainly = (
            begun.toordinal(),
            min(lasts.toordinal() + 1, end),
        )
        yield "uncertain", start, certainly[0]
        known = self._known_until(line.holder, *certainly)
        yield "certain", certainly[0], known
        yield "unconfirmed", known, certainly[1]
        yield "uncertain", certainly[1], end

    @staticmethod
    def _known_until(holder: Holder, first: float, last: float) -> float:
        """The last day on which somebody is known to hold it: without an end that is known to have
        come, the last day of which a source says so."""
        if holder.end_date is not None and not holder.end_foreseen:
            return last
        if (known := holder.last_known) is None:
            return min(first + 1, last)
        return min(max(known.last_possible().toordinal(), first) + 1, last)

    def ticks(self) -> list[Mark]:
        """Ticks at the beginnings of years, or of months on a short scale."""
        first = datetime.date.fromordinal(max(int(self.first), 1))
        last = datetime.date.fromordinal(min(int(self.last), datetime.date.max.toordinal()))
        months = range(12 * first.year + first.month, 12 * last.year + last.month)
        for step in STEPS:
            precision = Precision.YEAR if step % 12 == 0 else Precision.MONTH
            beyond = months.start + -months.start % step
            days = map(first_of, range(beyond, months.stop, step))
            edge, nearest = EDGES[precision], NEAREST[precision]
            marks: list[tuple[datetime.date, float]] = []
            for day in days:
                x = self.x(day.toordinal())
                if not edge <= x <= 100 - edge:
                    continue
                if marks and x - marks[-1][1] < nearest:
                    break
                marks.append((day, x))
            else:
                break  # No tick is too near to the one before it.
        return [Mark(date_in_words(day, precision), x=x) for day, x in marks]


def first_of(month: int) -> datetime.date:
    """The first day of a month. Months are counted from the year 0."""
    return datetime.date(month // 12, month % 12 + 1, 1)
