"""Compare what every public address answers before and after a change that readers must not see.

    python -m bench.same_pages --before REVISION [--database FILE] [--kept-answers FILE]

The code of REVISION seeds a SQLite file. Its tree and this one are asked every address that
either of them finds, on copies of that file and at one moment, as at several days.
"""

import argparse
import datetime
import difflib
import functools
import hashlib
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from sqlite3 import connect
from urllib.parse import urlencode

from bench.in_process import Inside

PROJECT = Path(__file__).resolve().parent.parent
# Before, within and after the years that the seed covers. Today is asked besides.
DAYS = ["2019-04-01", "2020-06-15", "2021-06-15", "2030-01-01"]
AS_RECORDED = "2021-06-15"
# How many differences are shown, of how many pages and files at most, how many lines of each, and
# how many characters of a line.
SHOWN, LOOKED_AT, LINES, WIDTH = 20, 300, 12, 160


def main() -> int:
    given = options()
    began = time.monotonic()
    revision = git("rev-parse", "--verify", f"{given.before}^{{commit}}")
    with ExitStack() as until_the_end:
        folder = Path(until_the_end.enter_context(tempfile.TemporaryDirectory()))
        tree_before = functools.cache(lambda: Tree(*checked_out(revision, folder / "before")))
        database = given.database or folder / "seeded.sqlite3"
        if not database.exists():
            report(f"Seeding {database.name} with the code of {given.before}")
            tree_before().seed(database)
        kept = kept_answers(given.kept_answers, revision, database)
        here = {"database": database, "moment": kept["moment"], "until": until_the_end}
        before = Side(tree_before, **here, found=kept["found"], answers=kept["answers"])
        tree_after = Tree(PROJECT, Path(sys.executable), folder / "after")
        after = Side(lambda: tree_after, **here)
        ways = [{}] if given.quick else readings(given.recorded or [kept["moment"][:10]])
        asked, sentence = ask_both(before, after, ways)
        if given.kept_answers:
            kept.update(found=before.found, answers=before.answers)
            write(given.kept_answers, json.dumps(kept, indent=0))
        different = [each for each in asked if before.answers[each] != after.answers[each]]
        show(different, before, after)
    report(f"It took {time.monotonic() - began:.0f} s.")
    statuses = Counter(after.answers[each].split()[0] for each in asked)
    counted = ", ".join(f"{count:,} with {status}" for status, count in statuses.most_common())
    print(
        f"{sentence}\nThe code as it is gave {len(asked):,} answers: {counted}.\n"
        f"{len(asked) - len(different):,} are the same as before, {len(different):,} differ."
    )
    return 1 if different else 0


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make same-pages", description=__doc__)
    parser.add_argument("--before", required=True, help="the revision to compare with")
    parser.add_argument(
        "--database", type=Path, help="a SQLite file to read, which is seeded if it is not there"
    )
    parser.add_argument(
        "--kept-answers",
        type=Path,
        help="a file in which the answers of REVISION are kept, so that it is asked only once",
    )
    parser.add_argument("--recorded", nargs="+", help="days by which it was recorded, not today")
    parser.add_argument("--quick", action="store_true", help="read as at today alone")
    return parser.parse_args()


def readings(recorded: list[str]) -> list[dict[str, str]]:
    """The ways in which each address is read: the parameters that name the day."""
    days = [{}, *({"as_at": day} for day in DAYS)]
    return days + [{"as_at": AS_RECORDED, "recorded": day} for day in recorded]


def in_words(ways: list[dict[str, str]]) -> str:
    days = [way.get("as_at", "today") for way in ways if "recorded" not in way]
    recorded = [way["recorded"] for way in ways if "recorded" in way]
    by = f", and as at {AS_RECORDED} by what was recorded on {', '.join(recorded)}"
    return f"as at {', '.join(days)}{by if recorded else ''}"


class Tree:
    """The code of one revision, with a copy of the database."""

    def __init__(self, code: Path, python: Path, folder: Path):
        self.code, self.python = code, python
        folder.mkdir(parents=True, exist_ok=True)
        self.database = folder / "register.sqlite3"
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "ics_register.settings",
            "REGISTER_DEVELOPMENT": "1",
            "DATABASE_URL": f"sqlite:///{self.database}",
            "DATABASE_REPLICA_URL": "",
            "KEPT_FILES": str(folder / "files"),
            "PYTHONPATH": str(code),
        }

    def seed(self, database: Path) -> None:
        for command in (["migrate", "--verbosity=0"], ["seed"]):
            subprocess.run(
                [self.python, "manage.py", *command],
                cwd=self.code,
                env=self.environment,
                stdout=subprocess.DEVNULL,
                check=True,
            )
        copy(self.database, database)

    @contextmanager
    def opened(self, database: Path, moment: str) -> Iterator[Inside]:
        copy(database, self.database)
        with subprocess.Popen(
            # With -P the folder of the file, which is of this tree, is no place to import from.
            [self.python, "-P", PROJECT / "bench" / "page_digests.py", moment],
            cwd=self.code,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield Inside(process)
            finally:
                process.communicate(timeout=60)


class Side:
    """What one tree answers. It is started when an answer is wanted that is not known."""

    def __init__(
        self,
        tree: Callable[[], Tree],
        *,
        database: Path,
        moment: str,
        until: ExitStack,
        found: Iterable[str] = (),
        answers: dict[str, str] | None = None,
    ):
        self.tree, self.database, self.moment, self.until = tree, database, moment, until
        self.found, self.answers = list(found), answers or {}

    @functools.cached_property
    def process(self) -> Inside:
        return self.until.enter_context(self.tree().opened(self.database, self.moment))

    def find(self) -> list[str]:
        if not self.found:
            answers = self.process.ask("find")
            self.found = list(answers)
            self.answers.update(answers)
        return self.found

    def ask(self, addresses: list[str]) -> None:
        unknown = [each for each in addresses if each not in self.answers]
        if unknown:
            self.answers.update(self.process.ask("ask", addresses=unknown))


def ask_both(before: Side, after: Side, ways: list[dict[str, str]]) -> tuple[list[str], str]:
    """Ask both sides, at the same time, all that either finds; returns the addresses with their
    days, and a sentence that says how many."""
    with ThreadPoolExecutor() as at_once:
        report("Looking for every public address")
        found = sorted(set().union(*at_once.map(Side.find, (before, after))))
        chosen = [each for each in found if "?" in each]
        whole = [each for each in found if "?" not in each]
        # Filters and periods are many, and add little to a day: they are read in two ways.
        few = [ways[0], *ways[1:][-1:]]
        asked = [read_as(each, way) for way in ways for each in whole]
        asked += [read_as(each, way) for way in few for each in chosen]
        sentence = (
            f"{len(whole):,} addresses were read {in_words(ways)}; and {len(chosen):,} with a "
            f"filter, a period or a search {in_words(few)}."
        )
        report(f"Asking for {len(asked):,} answers")
        list(at_once.map(lambda side: side.ask(asked), (before, after)))
    return asked, sentence


def read_as(address: str, way: dict[str, str]) -> str:
    mark = "&" if "?" in address else "?"
    return f"{address}{mark}{urlencode(way)}" if way else address


def kept_answers(file: Path | None, revision: str, database: Path) -> dict:
    """The answers of the earlier revision that are known, and the moment at which it was asked."""
    of = {"revision": revision, "database": hashlib.sha256(database.read_bytes()).hexdigest()}
    if file is None or not file.exists():
        moment = datetime.datetime.now(datetime.UTC).isoformat()
        return {**of, "moment": moment, "found": [], "answers": {}}
    kept = json.loads(file.read_text())
    if {name: kept[name] for name in of} != of:
        sys.exit(f"{file} is of another revision or another database. Remove it, or name another.")
    return kept


def show(different: list[str], before: Side, after: Side) -> None:
    """Print how the answers differ, each change once however many answers have it."""
    shown, seen = 0, set()
    first_of_each = {each.partition("?")[0]: each for each in reversed(different)}
    for address in sorted(first_of_each.values(), key=different.index)[:LOOKED_AT]:
        lines = [side.process.ask("show", address=address) for side in (before, after)]
        changed = [*difflib.unified_diff(lines[0], lines[1], lineterm="", n=0)][2:]
        new = [line for line in changed if line[0] in "+-" and line not in seen]
        if changed and not new:
            continue
        seen.update(new)
        print(f"\n{address}")
        for line in new[:LINES] or ["the same when it is asked again"]:
            print(f"  {line[:WIDTH]}")
        if len(new) > LINES:
            print(f"  and {len(new) - LINES} more lines")
        shown += 1
        if shown == SHOWN:
            print("\nOther differences are not shown.")
            return


def checked_out(revision: str, folder: Path) -> tuple[Path, Path, Path]:
    """The code of a revision in a folder, and a Python that has the packages it needs."""
    code, archive = folder / "code", folder / "code.tar"
    code.mkdir(parents=True)
    git("archive", f"--output={archive}", revision)
    subprocess.run(["tar", "-xf", archive, "-C", code], check=True)
    (code / "build").symlink_to(PROJECT / "build")
    if has_packages(code / "requirements" / "base.txt"):
        return code, Path(sys.executable), folder
    report(f"Installing the Python packages of {revision[:7]}")
    subprocess.run(["make", "--silent", ".venv/runtime-installed"], cwd=code, check=True)
    return code, code / ".venv" / "bin" / "python", folder


def has_packages(listed: Path) -> bool:
    """Whether the Python that runs this has every package of a lock file, in its version."""
    installed = {
        (re.sub(r"[-_.]+", "-", each.name).lower(), each.version)
        for each in importlib.metadata.distributions()
    }
    return installed.issuperset(re.findall(r"^([\w.-]+)==([^\s;]+)", listed.read_text(), re.M))


def git(*arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True
    ).stdout.strip()


def copy(database: Path, to: Path) -> None:
    with closing(connect(database)) as source, closing(connect(to)) as target:
        source.backup(target)


def write(file: Path, text: str) -> None:
    """Write a file that others may be reading."""
    half_made = file.with_name(f"{file.name}.{os.getpid()}")
    half_made.write_text(text)
    half_made.replace(file)


def report(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
