"""The registers that are measured: the seed and England, each on SQLite and on PostgreSQL."""

import contextlib
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.cores import ASKING

PROJECT = Path(__file__).resolve().parent.parent
SIZES = ("seed", "england")
DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Register:
    """One of them: how large it is, on which database, and what its processes are told."""

    size: str
    database: str
    environment: dict[str, str]
    file: Path | None = None

    @property
    def name(self) -> str:
        return f"{self.size} on {WORDS[self.database]}"

    def manage(self, *arguments: str | Path) -> str:
        """What a command of `manage.py` says."""
        return self.run("manage.py", *arguments)

    def run(self, *arguments: str | Path) -> str:
        """What a Python program says."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=PROJECT,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout


WORDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def environment(url: str, folder: Path) -> dict[str, str]:
    """What a deployed register is told, as in the README."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in ("REGISTER_DEVELOPMENT", "BEHIND_TLS_PROXY", "DATABASE_REPLICA_URL")
    }
    return {
        **inherited,
        "DJANGO_SETTINGS_MODULE": "bench.measured_site.settings",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": "127.0.0.1",
        "PLAIN_HTTP_INSIDE": "1",
        "BEHIND_TLS_PROXY": "1",
        "DATABASE_URL": url,
        "BENCH_STATIC": str(folder / "static"),
        "KEPT_FILES": str(folder / "files"),
    }


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """A PostgreSQL cluster that is removed afterwards: the address of a database in it."""
    with subprocess.Popen(
        ["scripts/with_postgresql", "sh", "-c", 'echo "$DATABASE_URL"; read -r done || true'],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            url = process.stdout.readline().strip()
            if not url:
                raise RuntimeError("PostgreSQL did not start.")
            run_on(url, {ASKING})
            yield url
        finally:
            process.stdin.close()
            process.wait(timeout=60)


def run_on(url: str, cores: Collection[int]) -> None:
    """Run what a cluster starts from now on on these cores. On that of what asks, the measured
    worker keeps its own."""
    folder = Path(re.search("@(.*)/", url)[1].replace("%2F", "/"))
    server = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    os.sched_setaffinity(server, cores)


@contextlib.contextmanager
def on_database(database: str, folder: Path) -> Iterator[dict[str, str]]:
    """Where each size of register is to be, on one of the databases."""
    if database == "sqlite":
        yield {size: f"sqlite:///{folder / size}.sqlite3" for size in SIZES}
        return
    with cluster() as url:
        import psycopg

        with psycopg.connect(url.replace("postgres://", "postgresql://"), autocommit=True) as made:
            for size in SIZES:
                made.execute(f"CREATE DATABASE {size}")
        yield {size: f"{url.rpartition('/')[0]}/{size}" for size in SIZES}


@dataclass(frozen=True)
class Built:
    """What building a register took."""

    rows: int
    seconds: float


def build(size: str, database: str, url: str, folder: Path, scale: float) -> tuple:
    """Build a register: returns it, and how long it took if it is England."""
    file = Path(url.removeprefix("sqlite:///")) if database == "sqlite" else None
    register = Register(size, database, environment(url, folder), file)
    built = None
    if file and file.exists():
        return register, built
    if size == "seed":
        register.manage("migrate", "--verbosity=0")
        register.manage("seed")
    else:
        said = register.run("-m", "bench.england", f"--scale={scale}")
        rows, seconds = re.search(r"([\d,]+)\s+rows in ([\d,]+) s", said).groups()
        built = Built(int(rows.replace(",", "")), float(seconds.replace(",", "")))
    if database == "postgresql":
        _look_over(url)
    return register, built


def _look_over(url: str) -> None:
    """What autovacuum would have done by the time that anybody reads."""
    import psycopg

    with psycopg.connect(url.replace("postgres://", "postgresql://"), autocommit=True) as asked:
        asked.execute("VACUUM ANALYZE")


# The kinds of the Organisation Data Service's files, which begin so.
ODS = ("etr", "eccg", "epcn", "epraccur")


def time_import(folder: Path, reference_data: Path) -> tuple[int, float] | None:
    """How many files the Organisation Data Service's are, and the seconds that an empty register
    takes to import them all."""
    files = sorted(each for each in reference_data.glob("*.csv") if each.name.startswith(ODS))
    if not files:
        return None
    file = folder / "import.sqlite3"
    file.unlink(missing_ok=True)
    register = Register("empty", "sqlite", environment(f"sqlite:///{file}", folder))
    register.manage("migrate", "--verbosity=0")
    began = time.monotonic()
    register.manage("import_ods", *files, "--apply")
    return len(files), time.monotonic() - began
