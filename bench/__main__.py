"""Measure everything, say what was found, and write docs/benchmarks.md."""

import argparse
import datetime
import os
import pickle
import shutil
import sys
import time
from pathlib import Path

from bench import tools
from bench.browser import fetched
from bench.cores import CORES
from bench.doors import doors
from bench.in_process import inside, page_times
from bench.memory import memory
from bench.registers import DATABASES, SIZES, build, on_database, run_on, time_import
from bench.report import Measured, report, write
from bench.rounds import Served, measure, tell
from bench.served import cold_start

PROJECT = Path(__file__).resolve().parent.parent
FOLDER = PROJECT / "var" / "bench"
# The figures of the last run, for the report to be written again.
LAST = FOLDER / "found.pickle"
PARTS = ("load", "pages", "staff", "memory", "doors", "import")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="try it: a small England, one round")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--on", nargs="+", choices=DATABASES, default=DATABASES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=1, help="for how long a page is asked for")
    parser.add_argument("--requests", type=int, default=5_000, help="before memory is told")
    parser.add_argument("--again", action="store_true", help="report what the last run found")
    parser.add_argument(
        "--keep", action="store_true", help="keep the SQLite registers, use them again"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="1 is England")
    given = parser.parse_args()
    given.whole = (given.parts, given.on) == (PARTS, DATABASES) and not given.quick
    given.whole = given.whole and given.scale == 1 and given.requests >= 5_000
    if given.quick:
        given.rounds, given.scale, given.requests = 1, min(given.scale, 0.01), 300
    return given


def main() -> None:
    given = options()
    if given.again:
        tell_all(pickle.loads(LAST.read_bytes()), given.whole)
        return
    if wanting := tools.missing():
        sys.exit(f"make bench needs {', '.join(wanting)}: apt-get install {' '.join(wanting)}")
    began = time.monotonic()
    FOLDER.mkdir(parents=True, exist_ok=True)
    program = tools.install_datasette(FOLDER / "datasette")
    found = Measured(
        day=datetime.datetime.now(datetime.UTC).date(),
        versions=tools.versions(program),
        rounds=given.rounds,
        seconds=given.seconds,
        scale=given.scale,
    )
    work = FOLDER / "work"
    if not given.keep:
        shutil.rmtree(work, ignore_errors=True)
    work.mkdir(exist_ok=True)
    try:
        for database in given.on:
            with on_database(database, work) as urls:
                measure_database(database, urls, work, program, given, found)
            LAST.write_bytes(pickle.dumps(found))
        if "import" in given.parts:
            tell("Importing the Organisation Data Service's files")
            found.imported = time_import(work, reference_data())
    finally:
        if not given.keep:
            shutil.rmtree(work, ignore_errors=True)
    found.minutes = (time.monotonic() - began) / 60
    LAST.write_bytes(pickle.dumps(found))
    tell_all(found, given.whole)


def tell_all(found: Measured, whole: bool) -> None:
    text = report(found)
    print(text)
    written = PROJECT / "docs" / "benchmarks.md" if whole else FOLDER / "benchmarks.md"
    write(written, text)
    tell(f"Written: {written.relative_to(PROJECT)}, after {found.minutes:.0f} minutes")


def measure_database(database, urls, work, program, given, found) -> None:
    registers = {}
    for size in SIZES:
        tell(f"Building {size} on {database}")
        registers[size], built = build(size, database, urls[size], work, given.scale)
        if built:
            found.built[database] = built
    seed, england = (registers[size] for size in SIZES)
    seed.manage("collectstatic", "--noinput", "--verbosity=0")
    with inside(seed) as one, inside(england) as other:
        of_seed = one.ask("addresses", like=None)
        chosen = of_seed, other.ask("addresses", like=of_seed["records"])
    if "load" in given.parts:
        for register, addresses in zip((seed, england), chosen, strict=True):
            served = Served(register, addresses, work, program)
            found.loads[register.size, database] = measure(served, given.rounds, given.seconds)
            found.sizes[register.size, database] = served.sizes
    if "pages" in given.parts:
        tell(f"Asking for every kind of page of England on {database}")
        with inside(england) as other:
            found.pages[database] = page_times(other, chosen[1], given.rounds)
            found.chaired[database] = other.ask("chaired", times=9)
            slug, day = chosen[1]["slugs"]["forums"], chosen[1]["recorded"]
            found.recorded[database] = other.ask("as recorded", slug=slug, day=day, times=25)
    if "staff" in given.parts:
        for register, addresses in zip((seed, england), chosen, strict=True):
            where = register.size, database
            tell(f"Taking a guided step and starting cold: {register.name}")
            with inside(register) as process:
                found.steps[where] = process.ask("step", times=9)["ms"]
            forum = f"/forums/{addresses['slugs']['forums']}/"
            found.cold[where] = [cold_start(register, forum) for _ in range(given.rounds)]
            found.fetched[where] = fetched(register, forum)
    if "memory" in given.parts:
        tell(f"Asking one worker for {given.requests:,} pages on {database}")
        found.memory[database] = memory(england, given.requests)
    LAST.write_bytes(pickle.dumps(found))  # The dearest list takes minutes, and may fail.
    if "doors" in given.parts:
        tell(f"Attacking England on {database}, and taking its dearest list")
        if database == "postgresql":
            run_on(urls["england"], CORES)
        found.doors[database] = doors(england, chosen[1]["slugs"]["forums"], work)


def reference_data() -> Path:
    named = os.environ.get("REFERENCE_DATA")
    return Path(named) if named else PROJECT.parent / "shared" / "reference-data"


if __name__ == "__main__":
    main()
