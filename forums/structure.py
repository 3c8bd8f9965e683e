"""How forums report: the lines from a forum up to the top, and down to the forums beneath it."""

import datetime
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connections
from django.db.models import Q, QuerySet

from forums.models import ANSWERS, Forum, LineKind, ReportingLine
from forums.reporting_lines import lines_in_force, loops
from organisations.models import Organisation
from records.names import fold

# A reader can take in as many forums above one, and as many beneath it, and as many lines.
MOST = 100
MOST_LINES = 500

# The order of lines: those by which a forum answers to another come first.
ORDER = [*ANSWERS, LineKind.ESCALATES_TO, LineKind.ADVISES, LineKind.WORKS_WITH]


@dataclass
class Branch:
    """A line up from a forum or down to it, with the lines that lead on from its end."""

    line: ReportingLine
    end: Forum | Organisation
    again: bool  # the lines from its end are on another branch
    branches: list["Branch"] = field(default_factory=list)


def upper_end(line: ReportingLine) -> Forum | Organisation:
    """The forum or organisation that a line leads to."""
    return line.to_organisation if line.to_forum is None else line.to_forum


def in_order(lines: Iterable[ReportingLine]) -> list[ReportingLine]:
    """`lines` by kind, and then by the names of their ends."""
    return sorted(
        lines,
        key=lambda line: (
            ORDER.index(LineKind(line.kind)),
            fold(line.from_forum.name),
            fold(upper_end(line).name),
            line.pk,
        ),
    )


def branches_from(
    start: Forum, lines: Iterable[tuple[Forum, ReportingLine, Forum | Organisation]]
) -> list[Branch]:
    """The branches along `lines`, each given with its near and its far end.

    The lines from a forum follow once, on its shortest way from `start`. So they come to an end in
    a loop too.
    """
    onward = defaultdict(list)
    for near, line, far in lines:
        onward[near].append((line, far))
    first: list[Branch] = []
    reached: set[Forum | Organisation] = {start}
    waiting = deque([(start, first)])
    while waiting:
        here, branches = waiting.popleft()
        for line, far in onward[here]:
            branch = Branch(line, far, again=far in reached)
            branches.append(branch)
            if not branch.again:
                reached.add(far)
                waiting.append((far, branch.branches))
    return first


def pairs_above(forums: Iterable[int], day: datetime.date) -> list[tuple[int, int]]:
    """The lower and the upper forum of each line above one of `forums` on the day, up to the top. A
    loop that one of `forums` is in is whole."""
    return _pairs(forums, day, near="from_forum_id", far="to_forum_id")


def pairs_below(forums: Iterable[int], day: datetime.date) -> list[tuple[int, int]]:
    """The lower and the upper forum of each line beneath one of `forums` on the day."""
    return _pairs(forums, day, near="to_forum_id", far="from_forum_id")


FORUMS, LINES = (f'"{model._meta.db_table}"' for model in (Forum, ReportingLine))
ANSWERING = "line.kind IN ('{}')".format("', '".join(ANSWERS))
IN_FORCE = "{0}.start_date <= %s AND {0}.latest_start < '9999-12-31' AND {0}.latest_end >= %s"


def _pairs(
    forums: Iterable[int], day: datetime.date, *, near: str, far: str
) -> list[tuple[int, int]]:
    """The lines that lead on from `forums`, each from its end `near` to its end `far`.

    This is SQL, because Django has no recursive queries and a page needs few of England's lines.
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
    return _read(lines_in_force(day, LineKind).filter(either), whole=whole)


def _read(lines: QuerySet, *, whole: bool) -> tuple[list[ReportingLine], bool]:
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
    """The ends that `pairs` of a near and a far end lead to from `start`, the nearest first."""
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
    """Where one forum stands: the lines above it, beneath it and beside it."""

    forum: Forum
    lines: list[ReportingLine]
    rounds: dict[int, list[int]]  # the forums that are in a loop, with the way round
    number: int  # how many lines there are, if `lines` are only the nearest

    @property
    def whole(self) -> bool:
        return len(self.lines) == self.number

    @property
    def up(self) -> list[Branch]:
        """The lines by which the forum answers to others, and they to others, up to the top."""
        lines = [line for line in self.lines if line.kind in ANSWERS]
        return branches_from(self.forum, [(x.from_forum, x, upper_end(x)) for x in lines])

    @property
    def down(self) -> list[Branch]:
        """The lines by which others answer to the forum, and others to them."""
        lines = [line for line in self.lines if line.kind in ANSWERS and line.to_forum]
        return branches_from(self.forum, [(x.to_forum, x, x.from_forum) for x in lines])

    @property
    def to_nobody(self) -> bool:
        return says_it_reports_to_nobody(self.forum)

    @property
    def beside(self) -> list[ReportingLine]:
        """The lines by which nobody answers to anybody."""
        return [line for line in self.lines if line.kind not in ANSWERS]


def standpoint(forum: Forum, day: datetime.date, *, whole: bool = False) -> Standpoint:
    """The lines above and below `forum` on the day: the nearest, or the `whole`."""
    above = reached(forum.pk, pairs_above([forum.pk], day))
    down = [(upper, lower) for lower, upper in pairs_below([forum.pk], day)]
    below = reached(forum.pk, down)
    everything = _joining(forum, above, below, day)
    nearest = everything if whole else _joining(forum, above[:MOST], below[:MOST], day)
    lines, _ = _read(nearest, whole=whole)
    number = len(lines) if whole else everything.count()
    rounds = loops(pairs_above({forum.pk, *ends_of(lines)}, day))
    return Standpoint(forum, lines, rounds, number)


def _joining(
    forum: Forum, above: list[int], below: list[int], day: datetime.date
) -> QuerySet[ReportingLine]:
    """The lines of `forum`, those among the forums above it, and those among the forums below."""
    up = Q(from_forum__in=[*above, forum.pk])
    down = Q(from_forum__in=below, to_forum__in=[*below, forum.pk])
    own = Q(from_forum=forum) | Q(to_forum=forum)
    return lines_in_force(day, LineKind).filter(
        (Q(kind__in=ANSWERS) & (up | down)) | (~Q(kind__in=ANSWERS) & own)
    )


def ends_of(lines: Iterable[ReportingLine]) -> set[int]:
    """The forums that `lines` join."""
    ends = {end for line in lines for end in (line.from_forum_id, line.to_forum_id)}
    return {end for end in ends if end is not None}


def says_it_reports_to_nobody(forum: Forum) -> bool:
    return "reports to nobody" in forum.note.lower()
