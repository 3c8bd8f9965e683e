"""The lines by which one forum answers to another."""

import datetime
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import QuerySet

from forums.models import ANSWERS, LineKind, ReportingLine
from records.periods import listed


def lines_in_force(day: datetime.date, kinds: Iterable[LineKind | str] = ANSWERS) -> QuerySet:
    """The lines in force on `day` from forums in force."""
    return ReportingLine.objects.listed(day).filter(listed(day, "from_forum"), kind__in=kinds)


def loops(lines: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    """The shortest way round for each forum whose lines lead back to it, by its key: the keys of
    the forums on the way, that of the forum itself first and last.

    `lines` are pairs of the keys of a lower and an upper forum.
    """
    above = defaultdict(list)
    below = defaultdict(set)
    for lower, upper in lines:
        above[lower].append(upper)
        below[upper].add(lower)
    # A forum that answers to nobody, or only to such forums, is in no loop.
    left = set(above) | set(below)
    ends = [key for key in left if not above[key]]
    number_above = {key: len(set(above[key])) for key in left}
    while ends:
        end = ends.pop()
        left.discard(end)
        for key in below[end]:
            number_above[key] -= 1
            if not number_above[key]:
                ends.append(key)
    ways = {key: _way_round(key, above, left) for key in left}
    return {key: way for key, way in ways.items() if way}


def _way_round(start: int, above: dict[int, list[int]], among: set[int]) -> list[int]:
    """The shortest way up from `start` and back to it, through no other keys than `among`."""
    came_from: dict[int, int] = {}
    waiting = [start]
    while waiting and start not in came_from:
        reached = []
        for key in waiting:
            for upper in above[key]:
                if upper in among and upper not in came_from:
                    came_from[upper] = key
                    reached.append(upper)
        waiting = reached
    if start not in came_from:
        return []
    way = [start]
    while len(way) == 1 or way[-1] != start:
        way.append(came_from[way[-1]])
    return way[::-1]
