"""The same pages within one process: England's beside the seed's, in turn."""

import contextlib
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

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
class Beside:
    """What one kind of page takes in each register, in ms, and how large it is, in bytes."""

    name: str
    seed: float
    england: float
    sizes: tuple[int, int]

    @property
    def ratio(self) -> float:
        return self.england / self.seed


def beside(seed: Inside, england: Inside, chosen: tuple[dict, dict], rounds: int) -> list[Beside]:
    """Every kind of public page of England beside that of the seed."""
    registers = (seed, england)
    pages = [dict(each["pages"]) for each in chosen]
    every = [
        compared(name, registers, (path, pages[1][name]), rounds)
        for name, path in pages[0].items()
        if name in pages[1]
    ]
    return [each for each in every if each]


def compared(name: str, registers, paths: tuple[str, str], rounds: int) -> Beside | None:
    took, sizes = ([], []), [0, 0]
    for _ in range(rounds):
        for at, (register, path) in enumerate(zip(registers, paths, strict=True)):
            first = register.ask("page", address=path, times=1)
            if first["status"] != 200:
                print(f"  Left out: {path} answers {first['status']}", file=sys.stderr)
                return None
            sizes[at] = first["bytes"]
            times = 5 if first["ms"][0] < LONG else 1
            took[at].extend(register.ask("page", address=path, times=times)["ms"])
    return Beside(name, *map(statistics.median, took), tuple(sizes))
