"""The report: the figures that were found, in words and tables."""

import datetime
import statistics
from dataclasses import dataclass, field
from pathlib import Path

from bench.browser import Fetched
from bench.cases import DAYS, FORMS, PAGES
from bench.cores import machine
from bench.doors import SECONDS as ATTACKED_FOR
from bench.doors import WORKERS, Doors
from bench.in_process import PageTimes
from bench.load import CONNECTIONS, Load
from bench.registers import DATABASES, WORDS, Built
from bench.rounds import DATASETTE, HELLO, Loads, rate, work
from bench.statements import BEFORE, statements

INTRODUCTION = Path(__file__).with_name("introduction.md")
BY_HAND = "<!-- The rest is written by hand, and `make bench` leaves it. -->"


@dataclass
class Measured:
    """Everything that one run measured."""

    day: datetime.date
    versions: dict[str, str]
    rounds: int
    seconds: int
    scale: float
    minutes: float = 0
    loads: dict[tuple[str, str], Loads] = field(default_factory=dict)
    sizes: dict[tuple[str, str], dict] = field(default_factory=dict)
    pages: dict[str, list[PageTimes]] = field(default_factory=dict)
    steps: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    cold: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    fetched: dict[tuple[str, str], Fetched] = field(default_factory=dict)
    chaired: dict[str, dict] = field(default_factory=dict)
    recorded: dict[str, dict] = field(default_factory=dict)
    memory: dict[str, dict[int, float]] = field(default_factory=dict)
    built: dict[str, Built] = field(default_factory=dict)
    doors: dict[str, Doors] = field(default_factory=dict)
    imported: tuple[int, float] | None = None


@dataclass(frozen=True)
class Target:
    """Something to be reached: what, how much of it there is, and how much there should be."""

    what: str
    where: str
    measured: float
    wanted: float
    unit: str = ""
    at_most: bool = False

    @property
    def verdict(self) -> str:
        if self.measured <= self.wanted if self.at_most else self.measured >= self.wanted:
            return "met"
        return f"missed by {abs(self.measured / self.wanted - 1):.0%}"

    @property
    def row(self) -> list[str]:
        bound = "at most" if self.at_most else "at least"
        wanted = f"{bound} {number(self.wanted)}{self.unit}"
        return [self.what, self.where, wanted, number(self.measured) + self.unit, self.verdict]


def number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(heads: list[str], rows: list[list[str]], *, words: int = 1) -> str:
    """A table, of which the first columns hold words and the others numbers."""
    rules = ["---"] * words + ["---:"] * (len(heads) - words)
    return "\n".join(f"| {' | '.join(row)} |" for row in [heads, rules, *rows])


def write(path: Path, text: str) -> None:
    """Write what was found in place of what was found before, and leave what is by hand."""
    before = path.read_text() if path.exists() else ""
    by_hand = before.partition(BY_HAND)[2] or "\n"
    path.write_text(f"{text}\n{BY_HAND}{by_hand}")


def report(found: Measured) -> str:
    sections = [
        introduction(found),
        reached(found),
        *(loads(found, *which) for which in found.loads),
        *(pages(found, database) for database in found.pages),
        *([at_the_doors(found)] if found.doors else []),
        the_rest(found),
    ]
    return "\n\n".join(section.strip() for section in sections) + "\n"


def introduction(found: Measured) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in found.versions.items())
    scale = "" if found.scale == 1 else f" England is only {found.scale:g} of its size here."
    return INTRODUCTION.read_text().format(
        day=f"{found.day.day} {found.day:%B %Y}",
        minutes=f"{found.minutes:.0f}",
        scale=scale,
        machine=machine(),
        versions=versions,
        seconds=found.seconds,
        rounds=found.rounds,
        connections=CONNECTIONS,
        html=DATASETTE["HTML"].format(database="REGISTER", rows="ROWS"),
        json=DATASETTE["JSON"].format(database="REGISTER", rows="ROWS"),
    )


def reached(found: Measured) -> str:
    rows = [target.row for target in targets(found)]
    heads = ["what", "where", "wanted", "measured", ""]
    return "## What is to be reached\n\n" + table(heads, rows, words=2)


def targets(found: Measured):
    for (size, database), measured in found.loads.items():
        yield from load_targets(f"{size}, {WORDS[database]}", measured, found, size)
    for database, kinds in found.pages.items():
        yield from page_targets(kinds, WORDS[database])
    for database, told in found.chaired.items():
        what = "everything chaired in England on a day, as values"
        yield Target(what, WORDS[database], statistics.median(told["ms"]), 150, " ms", True)
    for database, told in found.recorded.items():
        what = "one forum as recorded on a day"
        yield Target(what, WORDS[database], statistics.median(told["ms"]), 6, " ms", True)
    for database, told in found.memory.items():
        most = max(told)
        what = f"memory of one worker after {most:,} requests on England"
        yield Target(what, WORDS[database], told[most], 160, " MB", True)
    for database, doors in found.doors.items():
        what = "a reader’s new page while ten attack, to its time alone"
        yield Target(what, f"england, {WORDS[database]}", doors.ratio, 2, " times", True)
        what = "the second reader of the dearest list, to the first"
        yield Target(
            what, f"england, {WORDS[database]}", doors.second / doors.first, 0.05, "", True
        )
    yield Target("statements, to those at 50cdf41", "", statements() / BEFORE, 0.95, at_most=True)
    for database, built in found.built.items():
        yield Target("`make england`", WORDS[database], built.rows / built.seconds, 4000, " rows/s")
    if found.imported:
        files, seconds = found.imported
        yield Target(f"import of all {files} reference files", "SQLite", seconds, 120, " s", True)


def load_targets(where: str, measured: Loads, found: Measured, size: str):
    def of(how: str, form: str = "HTML") -> float:
        return rate(measured["forum", "today", form, how])

    hello = rate(measured[HELLO])
    yield Target("forum page made, to hello", where, of("made") / hello, 0.12)
    # It reads SQLite files alone, and is measured beside the same register there.
    others = found.loads.get((size, "sqlite"), {})
    sizes = found.sizes.get((size, "sqlite"), {})
    for form in FORMS:
        if ("datasette", "", form, "") in others:
            other = rate(others["datasette", "", form, ""])
            ours, theirs = (
                sized(sizes[key])
                for key in (("forum", "today", form, "made"), ("datasette", "", form, ""))
            )
            what = f"forum {form} made ({ours} KB), to Datasette’s {form} of {theirs} KB"
            yield Target(what, where, of("made", form) / other, 2, " times")
    for how in ("kept", "unchanged"):
        least = min((rate(each) / hello, key) for key, each in measured.items() if key[3] == how)
        what = f"page {how}, to hello: the least, {' '.join(least[1][:3])}"
        yield Target(what, where, least[0], 0.9)
    yield Target(
        "behind nginx’s cache, to nginx’s file", where, of("behind nginx") / of("nginx file"), 0.8
    )


def page_targets(kinds: list[PageTimes], where: str):
    hello = next(each for each in kinds if each.name == "hello").took["today"]
    for day, wanted in (("today", 150), ("as at", 150), ("recorded on", 500)):
        slowest = max((each for each in kinds if day in each.took), key=lambda each: each.took[day])
        what = f"slowest page of England made, {day}, to hello: {slowest.name}"
        yield Target(what, where, slowest.took[day] / hello, wanted, " times", at_most=True)


def loads(found: Measured, size: str, database: str) -> str:
    measured, sizes = found.loads[size, database], found.sizes[size, database]
    keys = [HELLO]
    keys += [
        (what, day, form, how)
        for how in ("made", "kept", "unchanged", "behind nginx", "nginx file")
        for what in PAGES
        for day in DAYS
        for form in FORMS
    ]
    keys += [("datasette", "", form, "") for form in FORMS]
    rows = [
        [*named(key), sized(sizes.get(key)), *in_cells(measured[key], measured[HELLO])]
        for key in keys
        if key in measured
    ]
    heads = [
        "page",
        "day",
        "form",
        "how",
        "KB",
        "a second",
        "least–most",
        "median",
        "99th",
        "to hello",
        "work",
        "to hello’s",
    ]
    return f"## {size.capitalize()} on {WORDS[database]}\n\n" + table(heads, rows, words=4)


def named(key: tuple) -> list[str]:
    what, day, form, how = key
    return ["Datasette’s table" if what == "datasette" else what, day, form, how]


def sized(size: int | None) -> str:
    return f"{size / 1000:.0f}" if size else ""


def in_cells(measured: list[Load], hello: list[Load]) -> list[str]:
    rates = [each.rate for each in measured]
    return [
        number(statistics.median(rates)),
        f"{number(min(rates))}–{number(max(rates))}",
        number(statistics.median(each.median for each in measured)),
        number(statistics.median(each.p99 for each in measured)),
        number(rate(measured) / rate(hello)),
        number(work(measured)),
        number(work(hello) / work(measured)) if work(measured) else "",
    ]


def pages(found: Measured, database: str) -> str:
    rows = [
        [
            each.name,
            *(number(each.took[day]) if day in each.took else "refused" for day in DAYS),
            f"{each.size / 1000:.0f}",
        ]
        for each in sorted(found.pages[database], key=lambda each: -each.longest)
    ]
    heads = ["page", *(f"{day}, ms" for day in DAYS), "KB"]
    return (
        f"## Every kind of page of England within one process, on {WORDS[database]}\n\n"
        "Each is made, and the median is shown. Files that hold a whole list or the whole register "
        "are as long as it is, and are not among them.\n\n" + table(heads, rows)
    )


def at_the_doors(found: Measured) -> str:
    how = (
        f"The register as deployed, with {WORKERS} workers, on all cores, behind the sample nginx. "
        f"A reader asks for one new page after another for {ATTACKED_FOR} s, and then for as long "
        "while ten attack from ten addresses: four guess passwords, six ask for the two dearest "
        "lists, each time for other days, and hang up after half a second. Then one reader takes "
        "the dearest list, and another one after them."
    )
    rows = [
        [
            WORDS[database],
            *in_order(doors.alone),
            *in_order(doors.attacked),
            number(doors.first),
            number(doors.second),
            f"{doors.size / 1e6:.0f}",
        ]
        for database, doors in found.doors.items()
    ]
    heads = [
        *("england on", "alone, ms", "99th", "attacked, ms", "99th"),
        *("first reader of the list, s", "second, s", "MB"),
    ]
    said = ["## At the doors", "", how, "", table(heads, rows), ""]
    for database, doors in found.doors.items():
        told = [
            f"{what} {', '.join(f'{status}: {times:,}' for status, times in sorted(each.items()))}"
            for what, each in doors.attackers.items()
        ]
        said.append(f"- What the attackers on {WORDS[database]} were answered: {'; '.join(told)}.")
    return "\n".join(said)


def in_order(took: list[float]) -> list[str]:
    """The median of times, and what 99 of 100 do not exceed."""
    return [number(statistics.median(took)), number(statistics.quantiles(took, n=100)[98])]


def the_rest(found: Measured) -> str:
    said = ["## Staff, starting, memory, reading and writing", ""]
    for size, database in found.steps:
        where = f"{size} on {WORDS[database]}"
        first = found.fetched[size, database]
        said += [
            (
                f"- A guided step from POST to the answer that shows its changes, {where}: "
                f"{spread(found.steps[size, database])} ms."
            ),
            (
                f"- From starting a worker to its first page, {where}: "
                f"{spread(found.cold[size, database])} s."
            ),
            (
                f"- A forum’s page in a browser that has nothing of it, {where}: {first.requests} "
                f"requests, {first.bytes / 1000:.0f} KB."
            ),
        ]
    for database in DATABASES:
        word = WORDS[database]
        if database in found.memory:
            told = found.memory[database].items()
            told = ", ".join(f"{mb:.0f} MB after {asked:,}" for asked, mb in told)
            said.append(
                f"- Memory of one worker that is asked for different pages of England on {word} "
                f"and keeps what it keeps: {told}."
            )
        if database in found.chaired:
            told = found.chaired[database]
            said.append(
                f"- Who chairs or leads what in England on a day, as values, on {word}: "
                f"{told['rows']:,} rows in {spread(told['ms'])} ms."
            )
        if database in found.recorded:
            told = found.recorded[database]
            said.append(
                f"- One forum with its seats and who held them, as recorded on a day, on {word}: "
                f"{told['rows']} seats in {spread(told['ms'])} ms."
            )
        if database in found.built:
            built = found.built[database]
            said.append(
                f"- `make england` on {word}: {built.rows:,} rows in {built.seconds:,.0f} s, "
                f"{built.rows / built.seconds:,.0f} a second."
            )
    if found.imported:
        files, seconds = found.imported
        said.append(
            f"- The Organisation Data Service’s {files} files, imported into an empty register on "
            f"SQLite: {seconds:.0f} s."
        )
    return "\n".join(said)


def spread(took: list[float]) -> str:
    return f"{number(statistics.median(took))} ({number(min(took))}–{number(max(took))})"
