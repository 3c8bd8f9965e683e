"""A streaming replica of the test database, behind a cable that can be cut, and a register that
uses both."""

import contextlib
import itertools
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from tests.browser.served_register import PROJECT
from tests.racing import address_of_test_database

PATIENCE = 30  # seconds for a server to start, or a replica to catch up

# No two pages of one address: none is kept from before.
day = itertools.count(1)

needs_replica = pytest.mark.skipif(
    connection.vendor != "postgresql" or "POSTGRESQL_PROGRAMS" not in os.environ,
    reason="PostgreSQL only, by scripts/with_postgresql: SQLite has no replicas",
)


class Server:
    """A PostgreSQL server in `directory`, made from a copy of the server at `source`."""

    copied_with: tuple[str, ...] = ()
    options = "-c fsync=off -c synchronous_commit=off"

    def __init__(self, directory: Path, source: str):
        self.directory, self.log = directory, directory / "server.log"
        self.programs = Path(os.environ["POSTGRESQL_PROGRAMS"])
        self.run(
            "pg_basebackup", f"--host={source}", "--username=register", "--no-sync",
            f"--pgdata={directory / 'data'}", "--checkpoint=fast", *self.copied_with,
        )  # fmt: skip

    def run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        if os.getuid() == 0:  # PostgreSQL refuses to run as root.
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(
            command, cwd=self.directory, check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE
        )

    def start(self) -> None:
        options = (
            f"-c listen_addresses='' -c unix_socket_directories='{self.directory}' {self.options}"
        )
        try:
            self.run(
                "pg_ctl", "start", f"--pgdata={self.directory / 'data'}", f"--log={self.log}",
                "--wait", "--silent", f"--options={options}",
            )  # fmt: skip
        except subprocess.SubprocessError as error:
            error.add_note(self.log.read_text()[-2000:])
            raise

    def stop(self, mode: str = "immediate") -> None:
        self.run(
            "pg_ctl", "stop", f"--pgdata={self.directory / 'data'}", f"--mode={mode}", "--silent"
        )

    @property
    def socket(self) -> str:
        return str(self.directory / ".s.PGSQL.5432")

    def freeze(self) -> None:
        """Stop the server's processes. It accepts data and answers nothing, as if it had hung."""
        main = int((self.directory / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(main, signal.SIGSTOP)  # It starts no more of them.
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        self.frozen = [main, *map(int, children)]
        self.tell(signal.SIGSTOP)

    def thaw(self) -> None:
        self.tell(signal.SIGCONT)

    def tell(self, what: signal.Signals) -> None:
        for process in self.frozen:
            with contextlib.suppress(ProcessLookupError):  # Its client has just gone.
                os.kill(process, what)

    def ask(self, query: str) -> list[tuple]:
        with psycopg.connect(
            host=str(self.directory), user="register", dbname=connection.settings_dict["NAME"]
        ) as asked:
            return asked.execute(query).fetchall()


class Primary(Server):
    """A server for these tests alone, which keeps what a replica that was away still needs.

    A replica can open only while no transaction on its primary has written in more than 64
    savepoints. On the server that all tests share, a standing register is such a transaction,
    for minutes.
    """

    options = f"{Server.options} -c autovacuum=off -c wal_keep_size=256MB"


class Replica(Server):
    """A server that follows `source`, and logs its queries."""

    copied_with = ("--write-recovery-conf",)
    options = f"{Server.options} -c log_statement=all"

    def catch_up(self) -> None:
        """Wait until the replica has every change."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_wal_lsn()")
            [written] = cursor.fetchone()
        until = time.monotonic() + PATIENCE
        while not self.ask(f"SELECT pg_last_wal_replay_lsn() >= '{written}'")[0][0]:
            assert time.monotonic() < until, "the replica did not catch up"
            time.sleep(0.05)

    def was_read(self) -> int:
        """How often a forum was looked up in the replica."""
        return self.log.read_text().count('FROM "forums_forum"')


@contextlib.contextmanager
def running(kind: type[Server], source: str, within: Path | None = None) -> Iterator[Server]:
    """Start a server of that kind, and remove it afterwards."""
    directory = Path(tempfile.mkdtemp(prefix="server-", dir=within))
    if os.getuid() == 0:
        shutil.chown(directory, "postgres")
    try:
        server = kind(directory, source)
        try:
            server.start()
            yield server
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):  # It may be stopped already.
                server.stop()
    finally:
        shutil.rmtree(directory)


@contextlib.contextmanager
def streaming_replica() -> Iterator[Replica]:
    """A replica of the test database, which is moved to its own server until the end."""
    shared, address = connection.settings_dict["HOST"], settings.DATABASE_URL
    with running(Primary, shared) as primary, running(Replica, str(primary.directory)) as replica:
        own = str(primary.directory)
        move(own, f"postgres://register@{urllib.parse.quote(own, safe='')}/postgres")
        replica.primary = primary
        try:
            yield replica
        finally:
            move(shared, address)


def move(host: str, address: str) -> None:
    """From now on, use the test database on this server."""
    connection.close()
    connection.settings_dict["HOST"] = host
    settings.DATABASE_URL = address


class Cable:
    """A connection from a port to a server's socket that can be cut."""

    def __init__(self, to: str):
        self.to = to
        self.silent, self.open = threading.Event(), True
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.lead, daemon=True).start()

    def cut(self) -> None:
        """From now on, let nothing through. Neither end is told."""
        self.silent.set()

    def mend(self) -> None:
        """Close the connections that were cut, and let new ones through."""
        self.silent.clear()

    def lead(self) -> None:
        while self.open:
            with contextlib.suppress(OSError):
                near, _ = self.listener.accept()
                threading.Thread(target=self.carry, args=[near], daemon=True).start()

    def carry(self, near: socket.socket) -> None:
        with near, socket.socket(socket.AF_UNIX) as far, contextlib.suppress(OSError):
            while self.silent.is_set():
                time.sleep(0.05)
            far.connect(self.to)
            ways = {near: far, far: near}
            while True:
                ready, _, _ = select.select(list(ways), [], [], 0.05)
                if self.silent.is_set():
                    while self.silent.is_set():
                        time.sleep(0.05)
                    return
                for one in ready:
                    content = one.recv(65536)
                    if not content:
                        return
                    ways[one].sendall(content)

    def close(self) -> None:
        self.open = False
        self.silent.clear()
        # A thread that waits for the next to come is let go by one.
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            pass
        self.listener.close()


class Register:
    """The register, in its own processes, with a replica behind a cable."""

    def __init__(self, replica: Replica, cable: Cable, log, address: str):
        self.replica, self.cable, self.log, self.address = replica, cable, log, address

    def get(self, path: str = "/forums/board/") -> tuple[int, str]:
        number = next(day)
        address = f"{self.address}{path}?as_at=20{20 + number % 70}-{1 + number // 70 % 12:02}-01"
        try:
            with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def logged(self, words: str) -> int:
        return self.log.read_text().count(words)

    def is_read_from_replica(self) -> bool:
        """Ask until a page comes from the replica. False if none does in time."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            before = self.replica.was_read()
            assert self.get()[0] == 200
            if self.replica.was_read() > before:
                return True
            time.sleep(0.2)
        return False


@contextlib.contextmanager
def served(replica_url: str, log, primary_url: str = ""):
    """Serve the register, with that replica if its address is not empty. Gives the address."""
    environment = {
        **os.environ,
        "REGISTER_DEVELOPMENT": "1",
        "DATABASE_URL": primary_url or address_of_test_database(),
        "DATABASE_REPLICA_URL": replica_url,
    }
    with socket.create_server(("127.0.0.1", 0)) as listener, log.open("w") as logged:
        number = listener.fileno()
        command = [sys.executable, "-m", "gunicorn", "tests.replica_wsgi", f"--bind=fd://{number}"]
        process = subprocess.Popen(
            [*command, "--workers=2", "--timeout=60", "--no-control-socket"],
            cwd=PROJECT, env=environment, pass_fds=[number], stderr=logged,
        )  # fmt: skip
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE)


def address_through(cable: Cable) -> str:
    return f"postgres://register@127.0.0.1:{cable.port}/{connection.settings_dict['NAME']}"
