"""Public pages from a replica: a real one that follows the database of the tests, in front of which
the register is served as in production."""

import contextlib
import itertools
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from forums.models import Forum
from ics_register.settings import database
from ics_register.settings import replica as replica_of
from tests.browser.served_register import PROJECT
from tests.builders import make_forum
from tests.racing import address_of_test_database
from tests.replica import Cable, Replica, streaming_replica

needs_replica = pytest.mark.skipif(
    connection.vendor != "postgresql" or "POSTGRESQL_PROGRAMS" not in os.environ,
    reason="PostgreSQL only, by scripts/with_postgresql: SQLite has no replicas",
)
PATIENCE = 20

# No two pages of one address: none is kept from before.
day = itertools.count(1)


class Register:
    """The register in processes of its own, with a replica behind a cable."""

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
        """Whether a page comes from the replica, as soon as one does."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            before = self.replica.was_read()
            assert self.get()[0] == 200
            if self.replica.was_read() > before:
                return True
            time.sleep(0.2)
        return False


@pytest.fixture(scope="module")
def replica(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), streaming_replica() as made:
        yield made


@pytest.fixture
def register(transactional_db, replica, tmp_path):
    make_forum(slug="board", name="Board 0", start_date="2019-01-01")
    replica.catch_up()
    cable, log = Cable(replica.socket), tmp_path / "log"
    name = connection.settings_dict["NAME"]
    environment = {
        **os.environ,
        "REGISTER_DEVELOPMENT": "1",
        "DATABASE_URL": address_of_test_database(),
        "DATABASE_REPLICA_URL": f"postgres://register@127.0.0.1:{cable.port}/{name}",
    }
    with socket.create_server(("127.0.0.1", 0)) as listener, log.open("w") as logged:
        number = listener.fileno()
        command = [sys.executable, "-m", "gunicorn", "tests.replica_wsgi", f"--bind=fd://{number}"]
        served = subprocess.Popen(
            [*command, "--workers=2", "--timeout=60", "--no-control-socket"],
            cwd=PROJECT, env=environment, pass_fds=[number], stderr=logged,
        )  # fmt: skip
        try:
            host = f"http://127.0.0.1:{listener.getsockname()[1]}"
            yield Register(replica, cable, log, host)
        finally:
            served.terminate()
            served.wait(timeout=PATIENCE)
            cable.close()


def rename(number: int) -> str:
    """Change the forum as staff would see it at once, and say what is to be seen."""
    name = f"Board {number}"
    board = Forum.objects.get(slug="board")
    board.name = name
    board.save()
    return name


@needs_replica
def test_pages_are_read_from_the_replica_and_never_older_than_the_last_change(register):
    assert register.is_read_from_replica()
    for number in range(1, 40):
        name = rename(number)
        status, page = register.get()
        assert (status, name in page) == (200, True)
    assert register.is_read_from_replica()
    assert register.logged("failed") == 0


@needs_replica
@pytest.mark.parametrize("path", ["/forums.csv", "/data/popolo.json", "/chairs/", "/changes.atom"])
def test_files_and_feeds_are_answered_too(register, path):
    assert register.get(path)[0] == 200
    assert register.get("/forums/none/")[0] == 404
    assert register.logged("failed") == 0


@needs_replica
def test_what_was_recorded_before_is_read_from_it_too(register):
    from django.utils import timezone

    assert register.is_read_from_replica()
    register.replica.catch_up()
    before = register.replica.was_read()
    address = f"{register.address}/forums/board/?recorded={timezone.localdate().isoformat()}"
    with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
        assert "Board 0" in answer.read().decode()
    assert register.replica.was_read() > before


@needs_replica
def test_a_replica_that_lags_is_not_read_from(register):
    assert register.is_read_from_replica()
    register.replica.ask("SELECT pg_wal_replay_pause()")
    try:
        for number in range(100, 110):
            name = rename(number)
            status, page = register.get()
            assert (status, name in page) == (200, True)
        assert register.logged("The replica is behind") >= 1
    finally:
        register.replica.ask("SELECT pg_wal_replay_resume()")
    assert register.is_read_from_replica()


@needs_replica
def test_a_replica_that_is_stopped_is_missed_by_nobody(register):
    assert register.is_read_from_replica()
    register.replica.stop()
    try:
        for number in range(200, 220):
            name = rename(number)
            status, page = register.get()
            assert (status, name in page) == (200, True)
        assert register.logged("The replica failed") >= 1
    finally:
        register.replica.start()
    assert register.is_read_from_replica()
    assert register.logged("Traceback") == 0


@needs_replica
@pytest.mark.parametrize("kind", ["cut", "stopped"])
def test_a_replica_that_is_lost_in_mid_load_is_missed_by_nobody(register, kind):
    assert register.is_read_from_replica()
    answers, over = [], threading.Event()

    def read():
        while not over.is_set():
            began = time.monotonic()
            answers.append((register.get()[0], time.monotonic() - began))

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    lose, find = {
        "cut": (register.cable.cut, register.cable.mend),
        "stopped": (register.replica.stop, register.replica.start),
    }[kind]
    time.sleep(1)
    lose()
    with contextlib.ExitStack() as afterwards:
        afterwards.callback(find)
        time.sleep(5)
    time.sleep(1)
    over.set()
    for reader in readers:
        reader.join(timeout=PATIENCE)

    assert len(answers) > 50
    assert {status for status, _ in answers} == {200}
    assert max(took for _, took in answers) < 10
    assert register.logged("The replica failed") >= 1
    assert register.logged("Traceback") == 0
    assert register.is_read_from_replica()


PRIMARY = database("postgres://register@db.example/register")


@pytest.mark.parametrize(
    ("url", "primary", "told"),
    [
        ("sqlite:////tmp/register.sqlite3", PRIMARY, "only PostgreSQL has replicas"),
        ("postgres://register@db.example/register", database("sqlite:////r"), "only PostgreSQL"),
        ("postgres://other@db.example/register", PRIMARY, "names the same database"),
        ("db.example", PRIMARY, "^DATABASE_REPLICA_URL cannot be read as the address"),
    ],
)
def test_a_replica_that_is_none_is_refused_with_what_to_do(url, primary, told):
    with pytest.raises(ImproperlyConfigured, match=told):
        replica_of(url, primary)


def test_a_replica_is_opened_to_read_alone_and_what_its_address_says_wins():
    options = replica_of("postgres://r@b.example/register?connect_timeout=9", PRIMARY)["OPTIONS"]
    assert options["options"] == "-c jit=off -c default_transaction_read_only=on"
    assert int(options["connect_timeout"]) == 9
