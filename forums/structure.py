"""How forums report: the ways from a forum to the top and down to what lies beneath it, and
what is out of order in them."""

import datetime
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connections
from django.db.models import Q, QuerySet

from forums.models import ANSWERS, Forum, LineKind, ReportingLine
from forums.worklists import lines_in_force, loops
from organisations.models import Organisation
from records.names import fold

# Of one forum, as many of those above it and of those beneath it as somebody can take in.
MOST = 100
MOST_LINES = 500

# What is told first of a forum: to whom it answers, and then the rest.
ORDER = [*ANSWERS, LineKind.ESCALATES_TO, LineKind.ADVISES, LineKind.WORKS_WITH]


@dataclass
class Step:
    """A line on the way up from a forum or down to it, with those that lead on from its end."""

    line: ReportingLine
    end: Forum | Organisation
    again: bool  # what it leads to has been told already
    steps: list["Step"] = field(default_factory=list)


def upper(line: ReportingLine) -> Forum | Organisation:
    """What a line leads to."""
    return line.to_organisation if line.to_forum is None else line.to_forum


def in_order(lines: Iterable[ReportingLine]) -> list[ReportingLine]:
    """`lines` as they are told: by kind, and then by name."""
    return sorted(
        lines,
        key=lambda x: (ORDER.index(x.kind), fold(x.from_forum.name), fold(upper(x).name), x.pk),
    )


def ways_up(forum: Forum, lines: Iterable[ReportingLine]) -> list[Step]:
    """The lines by which `forum` answers to others, and those by which they do, to the top."""
    return _ways(forum, [(line.from_forum, line, upper(line)) for line in _answering(lines)])


def ways_down(forum: Forum, lines: Iterable[ReportingLine]) -> list[Step]:
    """The lines by which others answer to `forum`, and those by which others do to them."""
    return _ways(
        forum,
        [(line.to_forum, line, line.from_forum) for line in _answering(lines) if line.to_forum],
    )


def _answering(lines: Iterable[ReportingLine]) -> list[ReportingLine]:
    return in_order(line for line in lines if line.kind in ANSWERS)


def _ways(start: Forum, lines: list[tuple]) -> list[Step]:
    """Each thing's lines are followed once, from where it is reached by the fewest, so that
    neither a loop nor ways that meet again are told without end."""
    onward = defaultdict(list)
    for near, line, far in lines:
        onward[near].append((line, far))
    first: list[Step] = []
    told, waiting = {start}, deque([(start, first)])
    while waiting:
        here, steps = waiting.popleft()
        for line, far in onward[here]:
            step = Step(line, far, again=far in told)
            steps.append(step)
            if not step.again:
                told.add(far)
                waiting.append((far, step.steps))
    return first


def pairs_above(forums: Iterable[int], day: datetime.date) -> list[tuple[int, int]]:
    """The lower and the upper forum of each line by which one of `forums`, or one that they answer
    to by whatever way, answers to another on the day. Each loop that one of `forums` is in is
    whole among them."""
    return _pairs(forums, day, near="from_forum_id", far="to_forum_id")


def pairs_below(forums: Iterable[int], day: datetime.date) -> list[tuple[int, int]]:
    """Likewise, of each line to one of `forums` or to one that answers to them."""
    return _pairs(forums, day, near="to_forum_id", far="from_forum_id")


FORUMS, LINES = (f'"{model._meta.db_table}"' for model in (Forum, ReportingLine))
ANSWERING = "line.kind IN ('{}')".format("', '".join(ANSWERS))
IN_FORCE = "{0}.start_date <= %s AND ({0}.end_date IS NULL OR {0}.end_date >= %s)"


def _pairs(
    forums: Iterable[int], day: datetime.date, *, near: str, far: str
) -> list[tuple[int, int]]:
    """The lines that lead on from `forums`, each from its end `near` to its end `far`.

    In SQL, which alone has words for "and so on": of all the lines of England a page is of but a
    few.
    """
    forums = list(forums)
    if not forums:
        return []
    in_force = " AND ".join(IN_FORCE.format(what) for what in ("line", "lower_end", "upper_end"))
    sql = f"""
        SELECT line.from_forum_id, line.to_forum_id FROM {LINES} line
        JOIN {FORUMS} lower_end ON lower_end.id = line.from_forum_id
        JOIN {FORUMS} upper_end ON upper_end.id = line.to_forum_id
        WHERE {ANSWERING} AND {in_force}
        AND line.{near} IN (
            WITH RECURSIVE found(id) AS (
                SELECT id FROM {FORUMS} WHERE id IN ({", ".join(["%s"] * len(forums))})
                UNION SELECT line.{far} FROM found JOIN {LINES} line ON line.{near} = found.id
                WHERE {ANSWERING} AND {IN_FORCE.format("line")}
            )
            SELECT id FROM found
        )
        ORDER BY line.id
    """
    connection = connections[ReportingLine.objects.db]
    days = [connection.ops.adapt_datefield_value(day)] * 6
    with connection.cursor() as cursor:
        cursor.execute(sql, [*days, *forums, *days[:2]])
        return cursor.fetchall()


def lines_of(
    forums: Iterable[int], day: datetime.date, *, whole: bool = False
) -> tuple[list[ReportingLine], bool]:
    """The lines of every kind from or to `forums` on the day, and whether these are all of them.

    There are at most MOST_LINES, unless the `whole` is asked for.
    """
    forums = list(forums)
    either = Q(from_forum__in=forums) | Q(to_forum__in=forums)
    return _told(lines_in_force(day, LineKind.values).filter(either), whole=whole)


def _told(lines: QuerySet, *, whole: bool) -> tuple[list[ReportingLine], bool]:
    most = None if whole else MOST_LINES
    found = list(
        lines.select_related(
            "from_forum__place",
            "to_forum__place",
            "to_organisation__place",
            *ReportingLine.DOCUMENT_FIELDS,
        ).order_by("pk")[: most and most + 1]
    )
    return in_order(found[:most]), most is None or len(found) <= most


def reached(start: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """What `pairs`, of something and the next, lead to from `start`: the nearest first."""
    onward = defaultdict(list)
    for near, far in pairs:
        onward[near].append(far)
    found: dict[int, None] = {}
    waiting = deque([start])
    while waiting:
        for far in onward[waiting.popleft()]:
            if far not in found and far != start:
                found[far] = None
                waiting.append(far)
    return list(found)


@dataclass
class Standpoint:
    """Where one forum stands: everything above it and beneath it, and what it works with."""

    forum: Forum
    lines: list[ReportingLine]
    rounds: dict[int, list[int]]  # the forums that are in a loop, with the way round
    number: int  # of all lines, of which these may be the nearest

    @property
    def whole(self) -> bool:
        return len(self.lines) == self.number

    @property
    def up(self) -> list[Step]:
        return ways_up(self.forum, self.lines)

    @property
    def down(self) -> list[Step]:
        return ways_down(self.forum, self.lines)

    @property
    def to_nobody(self) -> bool:
        return says_it_reports_to_nobody(self.forum)

    @property
    def beside(self) -> list[ReportingLine]:
        """The lines of the forum by which nobody answers to anybody."""
        return [line for line in self.lines if line.kind not in ANSWERS]


def standpoint(forum: Forum, day: datetime.date, *, whole: bool = False) -> Standpoint:
    """Where `forum` stands on the day: as much of it as somebody can take in, or the `whole`."""
    above = reached(forum.pk, pairs_above([forum.pk], day))
    down = [(upper, lower) for lower, upper in pairs_below([forum.pk], day)]
    below = reached(forum.pk, down)
    everything = _joining(forum, above, below, day)
    nearest = everything if whole else _joining(forum, above[:MOST], below[:MOST], day)
    lines, _ = _told(nearest, whole=whole)
    number = len(lines) if whole else everything.count()
    rounds = loops(pairs_above({forum.pk, *ends_of(lines)}, day))
    return Standpoint(forum, lines, rounds, number)


def _joining(
    forum: Forum, above: list[int], below: list[int], day: datetime.date
) -> QuerySet[ReportingLine]:
    """The lines of `forum`, and those between what is above it and between what is below it."""
    up = Q(from_forum__in=[*above, forum.pk])
    down = Q(from_forum__in=below, to_forum__in=[*below, forum.pk])
    own = Q(from_forum=forum) | Q(to_forum=forum)
    return lines_in_force(day, LineKind.values).filter(
        (Q(kind__in=ANSWERS) & (up | down)) | (~Q(kind__in=ANSWERS) & own)
    )


def ends_of(lines: Iterable[ReportingLine]) -> set[int]:
    """The forums that `lines` join."""
    return {end for line in lines for end in (line.from_forum_id, line.to_forum_id)} - {None}


def says_it_reports_to_nobody(forum: Forum) -> bool:
    return "reports to nobody" in forum.note.lower()
