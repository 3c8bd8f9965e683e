"""Every kind of public page of England, asked within one process."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from bench.cores import MEASURED, on_core
from bench.registers import Register

PROJECT = Path(__file__).resolve().parent.parent
# A page that takes longer is not asked as often. In ms.
LONG = 300


class Inside:
    """One process with a register in it, that is asked over a pipe."""

    def __init__(self, process: subprocess.Popen):
        self.process = process

    def ask(self, what: str, **more):
        self.process.stdin.write(json.dumps({"ask": what, **more}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("The process ended: see above.")
        return json.loads(line)


@contextlib.contextmanager
def inside(register: Register, *, keep: bool = False) -> Iterator[Inside]:
    with subprocess.Popen(
        [sys.executable, "-m", "bench.worker"],
        cwd=PROJECT,
        env={**register.environment, "BENCH_KEEP_NOTHING": "0" if keep else "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=on_core(MEASURED),
    ) as process:
        try:
            yield Inside(process)
        finally:
            process.stdin.close()
            process.wait(timeout=60)


@dataclass(frozen=True)
class PageTimes:
    """How long one kind of public page takes, in ms, by the day that it is read as at, and how
    large it is today, in bytes. A day on which it is refused is left out."""

    name: str
    size: int
    took: dict[str, float]

    @property
    def longest(self) -> float:
        return max(self.took.values())


def page_times(england: Inside, chosen: dict, rounds: int) -> list[PageTimes]:
    """Every kind of public page of England, as at each day."""
    days = {
        "today": {},
        "as at": {"as_at": chosen["as_at"]},
        "recorded on": {"recorded": chosen["recorded"]},
    }
    found = []
    for name, path in [("hello", "/hello/"), *chosen["pages"]]:
        took, size = {}, 0
        for day, parameters in days.items():
            mark = "&" if "?" in path else "?"
            address = f"{path}{mark}{urlencode(parameters)}" if parameters else path
            first = england.ask("page", address=address, times=1)
            if first["status"] != 200:
                print(f"  Left out: {address} answers {first['status']}", file=sys.stderr)
                continue
            size = size or first["bytes"]
            times = 5 * rounds if first["ms"][0] < LONG else 1
            took[day] = median(england.ask("page", address=address, times=times)["ms"])
        if took:
            found.append(PageTimes(name, size, took))
    return found
