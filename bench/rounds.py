"""Everything that is served, asked in turn, round after round."""

import contextlib
import math
import shutil
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path

from bench.cases import FORMS, Case, addresses, kept_too
from bench.load import Load, ask, load
from bench.registers import Register
from bench.served import Server, datasette, gunicorn, proxied

# The table of which the seed, too, fills a page.
TABLE = "/{database}/organisations_statement"
DATASETTE = {
    "HTML": f"{TABLE}?_size={{rows}}&_labels=on",
    "JSON": f"{TABLE}.json?_size={{rows}}&_labels=on",
}
MOST_ROWS = 100
MOST_SECONDS = 10
HELLO = ("hello", "", "", "")

Loads = dict[tuple, list[Load]]


def tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


class Served:
    """One register: its servers, and the addresses asked of them."""

    def __init__(self, register: Register, chosen: dict, folder: Path, program: Path):
        self.register, self.folder, self.program = register, folder, program
        self.paths = addresses(chosen)
        self.sizes: dict[tuple, int] = {}
        self.took: dict[tuple, float] = {}  # seconds

    @contextlib.contextmanager
    def cases(self):
        """The servers running, and every case to ask of them."""
        with contextlib.ExitStack() as stack:
            made = stack.enter_context(gunicorn(self.register, keep=False))
            keeping = stack.enter_context(gunicorn(self.register, keep=True))
            forum = {form: self.paths["forum", "today", form] for form in FORMS}
            files = {
                f"forum.{form.lower()}": ask(made.address + forum[form]).body for form in FORMS
            }
            folder = self.folder / f"nginx-{self.register.size}-{self.register.database}"
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            cached, static = stack.enter_context(proxied(keeping, folder, files))
            cases = [*self.pages(made, keeping)]
            for form in FORMS:
                cases.append(case("forum", "today", form, "behind nginx", cached, forum[form]))
                path = f"/forum.{form.lower()}"
                cases.append(case("forum", "today", form, "nginx file", static, path))
            if self.register.file:
                other = stack.enter_context(datasette(self.program, self.register.file))
                for form, path in DATASETTE.items():
                    name = f"forum.{form.lower()}"
                    path = as_large(other, path, self.register.file.stem, len(files[name]))
                    cases.append(case("datasette", "", form, "", other, path))
            yield [case(*HELLO, made, "/hello/"), *filter(self.try_out, cases)]

    def pages(self, made: Server, keeping: Server):
        for (what, day, form), path in self.paths.items():
            yield case(what, day, form, "made", made, path)
            if not kept_too(what, day):
                continue
            yield case(what, day, form, "kept", keeping, path)
            tag = ask(keeping.address + path).headers.get("ETag", "")
            yield case(what, day, form, "unchanged", keeping, path, If_None_Match=tag)

    def try_out(self, case: Case) -> bool:
        """Ask once, so that the first of those who are timed finds all as the others do; whether
        it answers."""
        began = time.monotonic()
        answer = ask(case.url, **case.headers)
        self.took[case.key] = time.monotonic() - began
        expected = 304 if case.how == "unchanged" else 200
        if answer.status != expected:
            tell(f"  Left out: {case.url} ({case.how}) answers {answer.status} and not {expected}")
        self.sizes[case.key] = answer.size
        return answer.status == expected


def as_large(server: Server, path: str, database: str, size: int) -> str:
    """The page of Datasette whose size comes nearest to `size`, in bytes: it has 1 to 100 rows."""
    fewest, most = 1, MOST_ROWS
    while fewest < most:
        rows = (fewest + most) // 2
        if ask(server.address + path.format(database=database, rows=rows)).size < size:
            fewest = rows + 1
        else:
            most = rows
    return path.format(database=database, rows=fewest)


def case(what: str, day: str, form: str, how: str, server: Server, path: str, **headers) -> Case:
    return Case(what, day, form, how, server.address + path, server.process, headers)


def measure(served: Served, rounds: int, seconds: int) -> Loads:
    """Ask every case of a register in turn, as often as there are rounds."""
    found: Loads = defaultdict(list)
    with served.cases() as cases:
        hello = cases.pop(0)
        for number in range(rounds):
            tell(f"  {served.register.name}: round {number + 1} of {rounds}, {len(cases)} cases")
            for at, case in enumerate(cases):
                # Again and again: all ratios are to it.
                if at % 10 == 0:
                    found[HELLO].append(load(hello.url, hello.server, seconds))
                # Long enough for a slow page to be had some times.
                enough = min(max(seconds, math.ceil(4 * served.took[case.key])), MOST_SECONDS)
                found[case.key].append(load(case.url, case.server, enough, **case.headers))
    failed = {key: sum(each.failed for each in loads) for key, loads in found.items()}
    for key, number in failed.items():
        if number:
            tell(f"  {served.register.name}: {number} failed of {' '.join(key)}")
    return found


def work(loads: list[Load]) -> float:
    return statistics.median(each.work for each in loads)


def rate(loads: list[Load]) -> float:
    return statistics.median(each.rate for each in loads)
