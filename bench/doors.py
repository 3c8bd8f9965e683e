"""What anybody can do to the readers of a register: by attacking it, and by asking for its dearest
list."""

import contextlib
import datetime
import http.client
import json
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bench import nginx
from bench.registers import Register
from bench.served import PROJECT, free_port, gunicorn, running

WORKERS = 4
SECONDS = 30
PAUSE = 0.1
DEAREST = "/changes/recorded.csv"


@dataclass(frozen=True)
class Doors:
    """What a reader's pages took, in ms, and what the dearest list took, in seconds."""

    alone: list[float]
    attacked: list[float]
    attackers: dict[str, dict[str, int]]
    first: float
    second: float
    size: int  # of the list, in bytes

    @property
    def ratio(self) -> float:
        return statistics.median(self.attacked) / statistics.median(self.alone)


def doors(register: Register, slug: str, folder: Path) -> Doors:
    """Measure a register as it is deployed: all workers, all cores, behind the sample nginx."""
    files = folder / "files"
    shutil.rmtree(files, ignore_errors=True)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(
            gunicorn(register, keep=True, workers=WORKERS, core=None, KEPT_FILES=str(files))
        )
        port = free_port()
        around = folder / "nginx-doors"
        shutil.rmtree(around, ignore_errors=True)
        around.mkdir()
        upstream = int(server.address.rpartition(":")[2])
        stack.enter_context(
            running(nginx.command(around, port=port, register=upstream), port, core=None)
        )
        days = (datetime.date(2016, 1, 1) + datetime.timedelta(n) for n in range(3_000))
        pages = (f"/forums/{slug}/?as_at={day.isoformat()}" for day in days)
        read(port, pages, 2)  # Each worker has answered by then.
        alone = read(port, pages, SECONDS)
        with attacking(port) as told:
            attacked = read(port, pages, SECONDS)
        first, size = ask(port, DEAREST)
        second, _ = ask(port, DEAREST)
    return Doors(alone, attacked, told, first, second, size)


@contextlib.contextmanager
def attacking(port: int):
    """Ten attackers at work; afterwards what they were answered."""
    told: dict = {}
    command = [sys.executable, "-m", "bench.attackers", str(port)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=PROJECT, text=True, **pipes) as process:
        yield told
        said, _ = process.communicate(timeout=120)
    told.update(json.loads(said))


def read(port: int, pages, seconds: float) -> list[float]:
    """Ask for one new page after another, for so many seconds: how long each took, in ms."""
    took = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        took.append(ask(port, next(pages))[0] * 1000)
        time.sleep(PAUSE)
    return took


def ask(port: int, address: str) -> tuple[float, int]:
    """How long an answer took, in seconds, and how large it is. Whoever is told to come back does:
    the time is until they have it."""
    began = time.monotonic()
    while True:
        reader = http.client.HTTPConnection("127.0.0.1", port, timeout=1_800)
        with contextlib.closing(reader):
            reader.request("GET", address, headers={"Host": "127.0.0.1"})
            answer = reader.getresponse()
            size = len(answer.read())
        if answer.status == 200:
            return time.monotonic() - began, size
        if "Retry-After" not in answer.headers:
            raise RuntimeError(f"{address} answers {answer.status}.")
        time.sleep(1)
