"""Public pages that are read from a real replica, with the register served as in production."""

import contextlib
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import psycopg
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError, connection
from django.db.utils import load_backend

from forums.models import Forum
from ics_register.settings import GIVING_UP, PLANNING, database
from ics_register.settings import replica as replica_of
from records import waiting
from records.version import register_version
from tests.builders import make_forum
from tests.replica import (
    Cable,
    Register,
    address_through,
    needs_replica,
    served,
    streaming_replica,
)

PATIENCE = 20


@pytest.fixture(scope="module")
def replica(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), streaming_replica() as made:
        yield made


@pytest.fixture
def cable(replica):
    made = Cable(replica.socket)
    yield made
    made.close()


@pytest.fixture
def register(transactional_db, replica, cable, tmp_path):
    make_forum(slug="board", name="Board 0", start_date="2019-01-01")
    replica.catch_up()
    log = tmp_path / "log"
    with served(address_through(cable), log) as address:
        yield Register(replica, cable, log, address)


def rename(number: int) -> str:
    """Rename the forum. Gives the name that staff must see at once."""
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
def test_no_page_of_a_replica_that_lags_is_kept_or_said_to_be_unchanged(register):
    def ask(tag: str = "") -> tuple[int, str, str]:
        headers = {"If-None-Match": tag} if tag else {}
        asked = urllib.request.Request(f"{register.address}/forums/board/", headers=headers)
        try:
            with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
                return answer.status, answer.headers["ETag"], answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers["ETag"], ""

    _, before, _ = ask()
    assert ask(before)[0] == 304
    register.replica.ask("SELECT pg_wal_replay_pause()")
    try:
        name = rename(150)
        # Each of the two processes keeps pages of its own.
        for _ in range(8):
            status, after, page = ask(before)
            assert (status, name in page, after != before) == (200, True, True)
        assert ask(after)[0] == 304
    finally:
        register.replica.ask("SELECT pg_wal_replay_resume()")
    register.replica.catch_up()
    assert {(status, name in page) for status, _, page in (ask() for _ in range(8))} == {
        (200, True)
    }


@needs_replica
def test_readers_notice_nothing_when_the_replica_is_stopped(register):
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
@pytest.mark.parametrize("kind", ["cut", "stopped", "frozen"])
def test_readers_notice_nothing_when_the_replica_is_lost_under_load(register, kind):
    assert register.is_read_from_replica()
    answers, is_lost, over = [], threading.Event(), threading.Event()

    def read(path):
        while not over.is_set():
            began, lost = time.monotonic(), is_lost.is_set()
            status, page = register.get(path)
            # Whole lists and files are made one at a time.
            if "is being made" not in page:
                answers.append((status, time.monotonic() - began, path if lost else None))

    paths = ["/forums/board/", "/chairs.json", "/forums.csv", "/data/popolo.json"]
    readers = [threading.Thread(target=read, args=[path]) for path in paths]
    for reader in readers:
        reader.start()
    lose, find = {
        "cut": (register.cable.cut, register.cable.mend),
        "stopped": (register.replica.stop, register.replica.start),
        "frozen": (register.replica.freeze, register.replica.thaw),
    }[kind]
    time.sleep(1)
    lose()
    is_lost.set()
    with contextlib.ExitStack() as afterwards:
        afterwards.callback(find)
        time.sleep(8)
    is_lost.clear()
    time.sleep(1)
    over.set()
    for reader in readers:
        reader.join(timeout=PATIENCE)

    assert len(answers) > 20
    assert {status for status, _, _ in answers} == {200}
    assert {path for _, _, path in answers} == {*paths, None}
    assert max(took for _, took, _ in answers) < 10
    assert register.logged("The replica failed") >= 1
    assert register.logged("Traceback") == 0
    assert register.is_read_from_replica()


# Queries to a replica before it falls silent, and the call that then waits for it.
EXCHANGES = {
    "a query": (["SELECT 1"], lambda cursor: cursor.execute("SELECT 2")),
    "the next rows of a long one": (
        ["SELECT generate_series(1, 100000)"],
        lambda cursor: cursor.fetchmany(50_000),
    ),
    "the end of what is read at one moment": (
        ["SELECT 1"],
        lambda cursor: cursor.connection.commit(),
    ),
}


@needs_replica
@pytest.mark.parametrize("exchange", EXCHANGES)
@pytest.mark.parametrize("wait", [waiting.wait_for_a_page, waiting.wait_while_it_works])
def test_no_reader_waits_for_ever_for_a_silent_server(exchange, wait, transactional_db, cable):
    made = {**connection.settings_dict, **replica_of(address_through(cable), PRIMARY)}
    asked = load_backend(made["ENGINE"]).DatabaseWrapper(made, "replica")
    before, then = EXCHANGES[exchange]
    began = time.monotonic()
    wait()
    with (
        contextlib.ExitStack() as afterwards,
        contextlib.closing(asked),
        pytest.raises((OperationalError, psycopg.OperationalError)),
        transaction_of(asked),
        asked.chunked_cursor() as cursor,
    ):
        afterwards.callback(waiting.wait_for_ever)
        for query in before:
            cursor.execute(query)
        cursor.fetchmany(1)
        cable.cut()
        then(cursor)
    assert time.monotonic() - began < 10


@contextlib.contextmanager
def transaction_of(database):
    """A transaction like `atomic`'s, for a database that has no alias."""
    database.set_autocommit(False)
    try:
        yield
    except BaseException:
        with contextlib.suppress(OperationalError, InterfaceError):
            database.rollback()
        raise


@needs_replica
@pytest.mark.parametrize("lacks", ["every table", "all but the version"])
def test_readers_notice_nothing_when_the_replica_lacks_what_the_release_needs(
    lacks, transactional_db, tmp_path
):
    """Such a replica has not followed a migration yet, or is of another database."""
    make_forum(slug="board", name="Board 0", start_date="2019-01-01")
    word = register_version()
    url = urllib.parse.urlsplit(settings.DATABASE_URL)._replace(path="/lacking").geturl()
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE lacking")
    try:
        if lacks == "all but the version":
            with psycopg.connect(url) as lacking:
                lacking.execute("CREATE TABLE records_registerversion (id int, word text)")
                lacking.execute("INSERT INTO records_registerversion VALUES (1, %s)", [word])
        log = tmp_path / "log"
        with served(url, log) as address:
            register = Register(None, None, log, address)
            for _ in range(5):
                status, page = register.get()
                assert (status, "Board 0" in page) == (200, True)
            assert register.logged("The replica failed") >= 1
            assert register.logged("does not exist") >= 1
            assert register.logged("Traceback") == 0
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE lacking WITH (FORCE)")


PRIMARY = database("postgres://register@db.example/register")


@pytest.mark.parametrize(
    ("url", "primary", "told"),
    [
        ("sqlite:////srv/register.sqlite3", PRIMARY, "only PostgreSQL has replicas"),
        ("postgres://register@db.example/register", database("sqlite:////r"), "only PostgreSQL"),
        ("postgres://other@db.example/register", PRIMARY, "names the same database"),
        ("postgres://register@db.example:5432/register", PRIMARY, "names the same database"),
        ("db.example", PRIMARY, "^DATABASE_REPLICA_URL cannot be read as the address"),
    ],
)
def test_an_address_that_is_no_replica_is_refused_with_the_remedy(url, primary, told):
    with pytest.raises(ImproperlyConfigured, match=told):
        replica_of(url, primary)


def test_two_services_are_two_databases():
    primary = database("postgres://?service=primary")
    assert replica_of("postgres://?service=replica", primary)["OPTIONS"]["service"] == "replica"
    with pytest.raises(ImproperlyConfigured, match="names the same database"):
        replica_of("postgres://?service=primary", primary)


def test_a_replica_is_opened_to_read_alone_and_what_its_address_says_wins():
    options = replica_of("postgres://r@b.example/register?connect_timeout=9", PRIMARY)["OPTIONS"]
    own = f"-c jit=off {PLANNING} {GIVING_UP}"
    assert options["options"] == f"{own} -c default_transaction_read_only=on"
    assert int(options["connect_timeout"]) == 9
