"""The load generator: wrk, from this machine to this machine, for some seconds at a time."""

import json
import shutil
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from bench.cores import ASKING, on_core, processor_time

TELL = Path(__file__).with_name("tell.lua")
CONNECTIONS = 4


@dataclass(frozen=True)
class Answer:
    """What an address says when it is asked once."""

    status: int
    size: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Load:
    """What came of asking one address again and again."""

    requests: int
    failed: int
    rate: float  # a second
    median: float  # ms
    p99: float  # ms
    work: float  # ms of a core of the server's for each answer


def here(url: str) -> str:
    if not url.startswith("http://127.0.0.1:"):
        raise ValueError(f"{url} is not on this machine.")
    return url


def ask(url: str, **headers: str) -> Answer:
    request = urllib.request.Request(here(url), headers=_named(headers))
    try:
        with urllib.request.urlopen(request, timeout=120) as response:
            body = response.read()
            return Answer(response.status, len(body), dict(response.headers), body)
    except urllib.error.HTTPError as error:
        return Answer(error.code, 0, dict(error.headers), b"")


def load(url: str, server: int, seconds: int, **headers: str) -> Load:
    """Ask for some seconds what the process `server` answers."""
    named = [f"-H{name}: {value}" for name, value in _named(headers).items()]
    before = processor_time(server)
    told = subprocess.run(
        [
            *(shutil.which("wrk") or "wrk", "--threads=1", f"--connections={CONNECTIONS}"),
            *(f"--duration={seconds}s", "--timeout=60s", f"--script={TELL}", *named, here(url)),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 120,
        preexec_fn=on_core(ASKING),
    ).stdout
    said = json.loads(told.strip().splitlines()[-1])
    worked = processor_time(server) - before
    # Answered after those that were under way when the time was up, which are made all the same: on
    # the core of whatever is asked next.
    ask(url, **headers)
    return Load(
        requests=said["requests"],
        failed=said["failed"],
        rate=said["requests"] / (said["microseconds"] / 1e6),
        median=said["median"] / 1000,
        p99=said["p99"] / 1000,
        work=worked / max(1, said["requests"]),
    )


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
