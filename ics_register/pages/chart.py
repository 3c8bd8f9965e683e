"""Draws how forums report: where each box and line of the chart goes.

Graphviz places the boxes. It is given their sizes and not their names, so that it needs no fonts.
The drawing itself is the template `structure/chart.svg`.
"""

import functools
import math
import textwrap
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pygraphviz

from forums.models import LineKind
from organisations.models import PlaceLevel
from records.names import fold

# All in pixels, as the chart is drawn.
BOX_WIDTH = 156
PADDING = 7
NAME_SIZE, SAID_SIZE = 15, 13
NAME_LINE, SAID_LINE = 18, 16
GAP = 8  # between the boxes of a panel
LABEL = (74, 16)  # how wide and how high words beside a line are, and the room around them
AROUND_LABEL = 16
GUTTER = 96  # for the names of the levels, on the left
PLACE_HEADING = 22
MARGIN = 8

_ROOM = f'WIDTH="{LABEL[0] + 2 * AROUND_LABEL}" HEIGHT="{LABEL[1]}"'
ROOM_FOR_LABEL = f'<<TABLE BORDER="0" FIXEDSIZE="TRUE" {_ROOM}><TR><TD></TD></TR></TABLE>>'

# From the top of the chart. Boxes without a place are at the top: most are national.
BANDS = ["", *PlaceLevel.values]

# The kinds of line that do not say who is above whom.
BESIDE = (LineKind.ADVISES, LineKind.WORKS_WITH)

# The looks of boxes, except those of a forum that is set up and in force.
LOOKS = ("proposed", "organisation", "over")


@dataclass(frozen=True)
class Box:
    """A forum or an organisation in the chart, with the words under its name."""

    key: str
    name: str
    address: str
    level: str = ""  # of its place; "" if no place is recorded
    place: tuple[str, str] = ("", "")  # its name, and the word that tells it from its namesakes
    said: tuple[str, ...] = ()
    look: str = "forum"  # or one of LOOKS
    asked_for: bool = False
    called_then: str = ""  # its name on the day in words, if that was another

    @property
    def name_then(self) -> str:
        return f"{self.name} ({self.called_then})" if self.called_then else self.name


@dataclass(frozen=True)
class ChartLine:
    """A line of the chart from the box below, which reports, to the one above."""

    lower: str
    upper: str
    kind: str
    by_exception: bool = False


# Lines by lower node, upper node, kind and whether they are there by exception.
Between = dict[tuple[str, str, str, bool], list[ChartLine]]


@dataclass
class Words:
    """A line of text in a box."""

    text: str
    y: float
    size: int
    bold: bool


@dataclass
class Drawn:
    """A rectangle of the chart: a box, a panel of boxes, or all that serves one place."""

    x: float
    y: float
    width: float
    height: float
    box: Box | None = None
    heading: str = ""
    words: list[Words] = field(default_factory=list)
    level: str = ""


@dataclass
class DrawnLine:
    """A line as SVG draws it, with the middle of the room beside it if words are written there."""

    line: ChartLine
    path: str
    label: tuple[float, float] | None
    below: str  # the names at its two ends
    above: str


@dataclass
class Chart:
    """A chart with everything in its place."""

    width: float
    height: float
    bands: list[Drawn] = field(default_factory=list)
    places: list[Drawn] = field(default_factory=list)
    panels: list[Drawn] = field(default_factory=list)
    boxes: list[Drawn] = field(default_factory=list)
    lines: list[DrawnLine] = field(default_factory=list)

    # It is a little smaller in a page than on its own.
    ON_SCREEN = 0.8

    @property
    def kinds(self) -> list[str]:
        """The kinds of line drawn."""
        drawn = {each.line.kind for each in self.lines}
        return [kind for kind in LineKind.values if kind in drawn]

    @property
    def key(self) -> list[tuple[str, str]]:
        """The entries of the key: the kinds of line and of box drawn."""
        looks = {drawn.box.look for drawn in self.boxes if drawn.box}
        return [("line", kind) for kind in self.kinds] + [
            ("box", look) for look in ("forum", *LOOKS) if look in looks
        ]


def _width(character: str) -> float:
    """How wide a character is in bold Arial, in parts of its size. Generous: no font is asked."""
    if character in "MWmw@%—…" or ord(character) > 0x24F:
        return 1.0
    if character in "iljtfrI.,:;'’‘()[]|! -/":
        return 0.4
    return 0.74 if character.isupper() else 0.6


def measure(text: str, size: int) -> float:
    return sum(_width(character) for character in text) * size


@functools.lru_cache(2_000)
def wrap(text: str, size: int, room: float) -> tuple[str, ...]:
    """`text` in lines that fit into `room`. Nothing is cut off: a long word is broken."""
    for most in range(int(room / (0.4 * size)), 1, -1):
        lines = textwrap.wrap(text, most)
        if all(measure(line, size) <= room for line in lines):
            return tuple(lines)
    return tuple(text)


def _written(box: Box) -> tuple[list[Words], float]:
    """The words in a box, and its height."""
    words, y = [], float(PADDING)
    room = BOX_WIDTH - 2 * PADDING
    for text, size, line, bold in [
        (box.name, NAME_SIZE, NAME_LINE, True),
        *((said, SAID_SIZE, SAID_LINE, False) for said in box.said),
    ]:
        for part in wrap(text, size, room):
            words.append(Words(part, y + size, size, bold))
            y += line
    return words, y + PADDING


class Unit:
    """One node for Graphviz: a box, or a panel of boxes whose lines are all the same."""

    def __init__(self, number: int, boxes: list[Box]):
        self.node = f"u{number}"
        self.boxes = boxes
        self.level, self.place = boxes[0].level, boxes[0].place
        # About twice as wide as high, as a box is, and the last row as full as the others.
        rows = math.ceil(len(boxes) / max(2, math.ceil(math.sqrt(len(boxes) * 2.5))))
        columns = math.ceil(len(boxes) / rows)
        self.drawn = _in_columns(boxes, columns, GAP if self.is_panel else 0)

    @property
    def is_panel(self) -> bool:
        return len(self.boxes) > 1

    @property
    def width(self) -> float:
        edge = GAP if self.is_panel else 0
        return max(each.x for each in self.drawn) + BOX_WIDTH + edge

    @property
    def height(self) -> float:
        edge = GAP if self.is_panel else 0
        return max(each.y + each.height for each in self.drawn) + edge


def _in_columns(boxes: list[Box], columns: int, inset: float) -> list[Drawn]:
    """Boxes in rows, each row as high as the highest box in it needs to be."""
    drawn, y = [], float(inset)
    for start in range(0, len(boxes), columns):
        row = [(box, *_written(box)) for box in boxes[start : start + columns]]
        height = max(high for _, _, high in row)
        for column, (box, words, _) in enumerate(row):
            x = inset + column * (BOX_WIDTH + GAP)
            drawn.append(Drawn(x, y, BOX_WIDTH, height, box, words=words))
        y += height + GAP
    return drawn


def _units(boxes: Iterable[Box], lines: Iterable[ChartLine]) -> list[Unit]:
    """Boxes of one place with the same lines form one unit, with one line of each kind to the other
    end."""
    ends = defaultdict(set)
    for line in lines:
        ends[line.lower].add(("to", line.upper, line.kind, line.by_exception))
        ends[line.upper].add(("from", line.lower, line.kind, line.by_exception))
    together = defaultdict(list)
    for box in boxes:
        alone = box.key if box.asked_for else ""
        together[box.level, box.place, frozenset(ends[box.key]), alone].append(box)
    return [Unit(number, found) for number, found in enumerate(together.values())]


# Graphviz is not safe for several threads.
_one_at_a_time = threading.Lock()


@functools.lru_cache(maxsize=64)
def chart(boxes: tuple[Box, ...], lines: tuple[ChartLine, ...]) -> Chart:
    """The chart of `boxes` and of the `lines` between them."""
    joined = {key for line in lines for key in (line.lower, line.upper)}
    drawn = _laid_out([box for box in boxes if box.key in joined], lines)
    _add_loose(drawn, [box for box in boxes if box.key not in joined])
    return drawn


def _laid_out(boxes: list[Box], lines: tuple[ChartLine, ...]) -> Chart:
    """The chart of boxes that are each at an end of a line."""
    if not boxes:
        return Chart(width=0, height=0)
    units = _units(boxes, lines)
    unit_of = {box.key: unit for unit in units for box in unit.boxes}
    between: Between = defaultdict(list)
    for line in lines:
        lower, upper = unit_of[line.lower], unit_of[line.upper]
        between[lower.node, upper.node, line.kind, line.by_exception].append(line)
    levels = [level for level in BANDS if any(unit.level == level for unit in units)]
    ends = _from_top_to_bottom(units, levels, between)
    graph = _graph(units, levels, between, ends)
    with _one_at_a_time:
        graph.layout("dot")
    return _Reader(graph, units, levels, between, ends).chart()


def _band(heading: str, y: float, height: float) -> Drawn:
    """A level of the chart, with its name in the gutter on the left."""
    lines = wrap(heading, SAID_SIZE, GUTTER - 2 * MARGIN)
    words = [Words(line, 22.0 + SAID_LINE * at, SAID_SIZE, True) for at, line in enumerate(lines)]
    return Drawn(0, y, 0, height, words=words)


def _add_loose(drawn: Chart, boxes: list[Box]) -> None:
    """Adds a band at the foot of the chart for boxes without a line, by place."""
    if not boxes:
        return
    groups = defaultdict(list)
    for box in boxes:
        groups[BANDS.index(box.level), box.level, box.place].append(box)
    row_width = max(drawn.width, GUTTER + 6 * (BOX_WIDTH + GAP) + 4 * GAP)
    most = max(int((row_width - GUTTER - 3 * GAP) // (BOX_WIDTH + GAP)), 1)
    band = _band("No line recorded", drawn.height, 0)
    x, y, row_height = float(GUTTER), drawn.height + GAP, 0.0
    for (_, level, place), found in sorted(groups.items(), key=_in_turn):
        columns = min(len(found), most)
        width = columns * (BOX_WIDTH + GAP) + GAP
        if x > GUTTER and x + width > row_width:
            x, y, row_height = float(GUTTER), y + row_height + GAP, 0.0
        inside = _in_columns(found, columns, GAP)
        height = max(each.y + each.height for each in inside) + PLACE_HEADING
        words = ", ".join(filter(None, [place[0], level])) or "No place recorded"
        drawn.places.append(Drawn(x, y, width, height, heading=words))
        for each in inside:
            each.x, each.y = each.x + x, each.y + y + PLACE_HEADING - GAP
        drawn.boxes += inside
        drawn.width = max(drawn.width, x + width + MARGIN)
        x, row_height = x + width + GAP, max(row_height, height)
    band.height = y + row_height + GAP - drawn.height
    drawn.height += band.height
    drawn.bands.append(band)


def _in_turn(group: tuple[Any, ...]) -> tuple[Any, ...]:
    """The largest places first, and those of one level by their names."""
    (rank, _, place), _ = group
    return rank, fold(place[0]), place


def _from_top_to_bottom(
    units: list[Unit], levels: list[str], between: Between
) -> list[tuple[str, str]]:
    """The ends of each line, the upper one first: the end of the higher level or, on one level, the
    end that the line leads to."""
    level_of = {unit.node: levels.index(unit.level) for unit in units}
    return [
        (lower, upper) if level_of[lower] < level_of[upper] else (upper, lower)
        for lower, upper, _, _ in between
    ]


def _graph(
    units: list[Unit], levels: list[str], between: Between, ends: list[tuple[str, str]]
) -> pygraphviz.AGraph:
    graph = pygraphviz.AGraph(directed=True, strict=False)
    graph.graph_attr.update(nodesep=_inches(GAP), ranksep=_inches(26), newrank="true")
    graph.node_attr.update(shape="box", fixedsize="true", label="")
    graph.edge_attr.update(arrowhead="none")
    for unit in units:
        graph.add_node(unit.node, width=_inches(unit.width), height=_inches(unit.height))
    for number, (level, place) in enumerate(_served(units, levels)):
        graph.add_subgraph(
            [unit.node for unit in units if (unit.level, unit.place) == (level, place)],
            name=f"cluster_{number}",
            label="",
            margin=str(PLACE_HEADING),
        )
    _keep_bands_apart(graph, units, levels)
    level_of = {unit.node: unit.level for unit in units}
    for number, ((_, _, kind, by_exception), (first, last)) in enumerate(
        zip(between, ends, strict=True)
    ):
        beside = kind in BESIDE
        ranks = not beside or level_of[first] != level_of[last]
        graph.add_edge(
            first,
            last,
            key=f"l{number}",
            constraint="true" if ranks else "false",
            weight="1" if beside else "4",
            # An empty table of that size: no font is asked.
            label=ROOM_FOR_LABEL if by_exception else "",
        )
    return graph


def _served(units: list[Unit], levels: list[str]) -> list[tuple[str, tuple[str, str]]]:
    """The places of the units, the largest first."""
    return sorted(
        {(unit.level, unit.place) for unit in units},
        key=lambda served: (levels.index(served[0]), fold(served[1][0]), served[1]),
    )


def _keep_bands_apart(graph: pygraphviz.AGraph, units: list[Unit], levels: list[str]) -> None:
    """Keep all units of a level above those of the next."""
    for number, level in enumerate(levels):
        above, below = f"b{number}", f"b{number + 1}"
        for node in (above, below):
            graph.add_node(node, width="0.01", height="0.01", style="invis")
        for unit in units:
            if unit.level == level:
                graph.add_edge(above, unit.node, style="invis", weight="0")
                graph.add_edge(unit.node, below, style="invis", weight="0")


def _inches(pixels: float) -> str:
    return str(round(pixels / 72, 4))


class _Reader:
    """Reads the positions from a graph that is laid out, with the origin at the top left."""

    def __init__(
        self,
        graph: pygraphviz.AGraph,
        units: list[Unit],
        levels: list[str],
        between: Between,
        ends: list[tuple[str, str]],
    ) -> None:
        self.graph, self.units, self.levels, self.between = graph, units, levels, between
        self.ends = ends
        left, bottom, right, top = _numbers(graph.graph_attr["bb"] or "0,0,0,0")
        self.width, self.height = right - left, top - bottom
        self.left, self.top = GUTTER - left, MARGIN + top

    def chart(self) -> Chart:
        places = list(self.places())
        drawn = Chart(
            self.width + GUTTER + MARGIN,
            self.height + 2 * MARGIN,
            bands=list(self.bands(places)),
            places=places,
            lines=list(self.lines()),
        )
        for unit in self.units:
            x, y = self.point(self.graph.get_node(unit.node).attr["pos"])
            x, y = x - unit.width / 2, y - unit.height / 2
            if unit.is_panel:
                drawn.panels.append(Drawn(x, y, unit.width, unit.height))
            for each in unit.drawn:
                each.x, each.y = x + each.x, y + each.y
                drawn.boxes.append(each)
        return drawn

    def point(self, text: str) -> tuple[float, float]:
        x, y = _numbers(text)
        return round(x + self.left, 1), round(self.top - y, 1)

    def places(self) -> Iterator[Drawn]:
        for number, (level, place) in enumerate(_served(self.units, self.levels)):
            cluster = self.graph.get_subgraph(f"cluster_{number}")
            left, bottom, right, top = _numbers(cluster.graph_attr["bb"])
            x, y = self.point(f"{left},{top}")
            yield Drawn(x, y, right - left, top - bottom, heading=place[0], level=level)

    def bands(self, places: list[Drawn]) -> Iterator[Drawn]:
        """The levels, each from halfway to the one above to halfway to the one beneath."""
        spans = []
        for level in self.levels:
            own = [each for each in places if each.level == level]
            spans.append((min(each.y for each in own), max(each.y + each.height for each in own)))
        edges = [0.0]
        edges += [(spans[i][1] + spans[i + 1][0]) / 2 for i in range(len(spans) - 1)]
        edges.append(self.height + 2 * MARGIN)
        for number, level in enumerate(self.levels):
            top, bottom = edges[number], edges[number + 1]
            heading = PlaceLevel(level).label.capitalize() if level else "No place recorded"
            yield _band(heading, top, bottom - top)

    def lines(self) -> Iterator[DrawnLine]:
        names = {box.key: box.name_then for unit in self.units for box in unit.boxes}
        for number, ((_lower, upper, _, _), lines) in enumerate(self.between.items()):
            edge = self.graph.get_edge(*self.ends[number], f"l{number}")
            points = [self.point(pair) for pair in edge.attr["pos"].split()]
            # Draw towards the end with the arrow.
            if self.ends[number][1] != upper:
                points.reverse()
            first, *rest = [f"{x},{y}" for x, y in points]
            below = tuple(dict.fromkeys(names[line.lower] for line in lines))
            above = tuple(dict.fromkeys(names[line.upper] for line in lines))
            yield DrawnLine(
                lines[0],
                f"M{first} C{' '.join(rest)}",
                self.point(edge.attr["lp"]) if edge.attr["lp"] else None,
                ", ".join(below),
                ", ".join(above),
            )


def _numbers(text: str) -> list[float]:
    return [float(number) for number in text.split(",")]
