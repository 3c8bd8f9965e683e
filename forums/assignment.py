"""Who counts for what, so that as much as can be is met and nobody is counted twice.

Each demand asks for a number of comers. A comer meets one demand at most, and is one of the people
who it may be. It is the greatest flow from demands through comers to people, which is exact.
"""

import itertools
from collections.abc import Hashable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple

Node = tuple[Hashable, ...]
_SOURCE: Node = ("source",)
_SINK: Node = ("sink",)


class Demand(NamedTuple):
    """A number of comers to be found among some."""

    number: int
    among: Sequence[int]  # places in the list of comers


class Assigned(NamedTuple):
    """The comers found for each demand."""

    each: list[list[int]]
    steps: int  # how many edges were followed


def assigned(demands: Sequence[Demand], may_be: Sequence[Set[int]]) -> Assigned:
    """The comers who meet `demands`. `may_be` gives the people who each comer may be; without any,
    it is nobody else."""
    if len(demands) == 1 and all(len(may_be[comer]) <= 1 for comer in demands[0].among):
        return _each_once(demands[0], may_be)
    flow = _Flow()
    for which, demand in enumerate(demands):
        flow.edge(_SOURCE, ("demand", which), demand.number)
        for comer in demand.among:
            flow.edge(("demand", which), ("comer", comer), 1)
    for comer in sorted({comer for demand in demands for comer in demand.among}):
        flow.edge(("comer", comer), ("counted", comer), 1)
        for person in sorted(may_be[comer]):
            flow.edge(("counted", comer), ("person", person), 1)
            flow.edge(("person", person), _SINK, 1)
        if not may_be[comer]:
            flow.edge(("counted", comer), _SINK, 1)
    _fill_at_once(flow, demands, may_be)
    flow.fill()
    each = [
        [comer for comer in demand.among if flow.used(("demand", which), ("comer", comer))]
        for which, demand in enumerate(demands)
    ]
    return Assigned(each, flow.steps)


def _each_once(demand: Demand, may_be: Sequence[Set[int]]) -> Assigned:
    """The comers for one demand, if it is known who each is."""
    seen: set[int] = set()
    chosen: list[int] = []
    for comer in demand.among:
        if may_be[comer] <= seen and may_be[comer]:
            continue
        if len(chosen) < demand.number:
            seen |= may_be[comer]
            chosen.append(comer)
    return Assigned([chosen], len(demand.among))


def _fill_at_once(flow: "_Flow", demands: Sequence[Demand], may_be: Sequence[Set[int]]) -> None:
    """Assign whoever is free to the first demand that has room. Ways are searched for the rest."""
    used: set[int] = set()
    taken: set[int] = set()
    for which, demand in enumerate(demands):
        wanted = demand.number
        for comer in demand.among:
            flow.steps += 1
            free = sorted(may_be[comer] - taken)
            if not wanted or comer in used or (may_be[comer] and not free):
                continue
            counted: Node = ("counted", comer)
            who: list[Node] = [("person", free[0])] if free else []
            flow.send([_SOURCE, ("demand", which), ("comer", comer), counted, *who, _SINK])
            used.add(comer)
            taken |= set(free[:1])
            wanted -= 1


@dataclass
class _Flow:
    """A network, and the flow through it."""

    room: dict[Node, dict[Node, int]] = field(default_factory=dict)
    steps: int = 0

    def edge(self, start: Node, end: Node, width: int) -> None:
        self.steps += 1
        self.room.setdefault(start, {})[end] = width
        self.room.setdefault(end, {}).setdefault(start, 0)

    def used(self, start: Node, end: Node) -> bool:
        return self.room[start][end] == 0

    def fill(self) -> None:
        """Add to the flow until no way from the source to the sink has any room."""
        while way := self._way():
            self.send(way)

    def send(self, way: Sequence[Node]) -> None:
        for start, end in itertools.pairwise(way):
            self.room[start][end] -= 1
            self.room[end][start] += 1
            self.steps += 1

    def _way(self) -> list[Node]:
        """A way with room from the source to the sink, or nothing."""
        came_from: dict[Node, Node] = {_SOURCE: _SOURCE}
        to_follow = [_SOURCE]
        while to_follow:
            start = to_follow.pop()
            for end, width in self.room.get(start, {}).items():
                self.steps += 1
                if width <= 0 or end in came_from:
                    continue
                came_from[end] = start
                if end == _SINK:
                    return self._back(came_from)
                to_follow.append(end)
        return []

    def _back(self, came_from: Mapping[Node, Node]) -> list[Node]:
        way = [_SINK]
        while way[-1] != _SOURCE:
            way.append(came_from[way[-1]])
        return way[::-1]
