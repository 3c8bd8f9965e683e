"""README's steps after the loss of a primary, done with real servers.

The replica is promoted, and the old machine becomes its replica and later takes over again."""

import contextlib
import time
import urllib.parse

from django.conf import settings
from django.db import connection

from tests.builders import make_forum
from tests.replica import PATIENCE, Replica, move, needs_replica, running, served, streaming_replica
from tests.test_sick_servers import PAGE, Register, rename

README = (settings.BASE_DIR / "README.md").read_text()

# What a replica is made with, also of the old machine.
COPY = "pg_basebackup --host=10.0.0.1 --username=replicator --password --write-recovery-conf"
COPY_OF_OLD = COPY.replace("10.0.0.1", "10.0.0.2")
HAS_ALL = "SELECT pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()"
LAST_CHANGE = "SELECT pg_last_xact_replay_timestamp()"
PROMOTE = "SELECT pg_promote()"
FOLLOWS = "SELECT state, replay_lsn = pg_current_wal_lsn() FROM pg_stat_replication"


def test_readme_says_what_is_done_here():
    section = README[README.index("### If the primary is lost") :]
    section = section[: section.index("\n## ")]
    for command in (HAS_ALL, LAST_CHANGE, PROMOTE, FOLLOWS):
        assert f'"{command}"' in section
    in_order = [
        "systemctl disable --now postgresql@15-main",
        HAS_ALL,
        PROMOTE,
        "systemctl restart register",
        COPY_OF_OLD,
        FOLLOWS,
    ]
    places = [section.find(each) for each in in_order]
    assert -1 not in places
    assert places == sorted(places)
    assert COPY in README


def address_of(server, database: str = "") -> str:
    """The address of a database on that server. The default is the test database, whose name
    differs between the processes of the tests."""
    host = urllib.parse.quote(str(server.directory), safe="")
    return f"postgres://register@{host}/{database or connection.settings_dict['NAME']}"


def write_to(server) -> None:
    """From now on, write to that server, as a register with its address in DATABASE_URL does."""
    move(str(server.directory), address_of(server, "postgres"))


@contextlib.contextmanager
def register_of(primary, replica, tmp_path, name: str):
    beside = address_of(replica) if replica else ""
    with served(beside, tmp_path / name, address_of(primary)) as address:
        yield Register(address, tmp_path / name)


def promote(server) -> None:
    assert says(server, HAS_ALL, (True,))
    assert server.ask(LAST_CHANGE)[0][0] is not None
    assert server.ask(PROMOTE) == [(True,)]


@needs_replica
def test_a_replica_is_promoted_and_the_old_primary_takes_over_again(transactional_db, tmp_path):
    with streaming_replica() as second:
        first = second.primary
        make_forum(slug="board", name="Board 0", start_date="2019-01-01")
        rename(1)
        second.catch_up()
        with register_of(first, second, tmp_path, "before") as register:
            register.visit()
            first.stop()
            without = register.ask("/forums/board.json")
            assert (without.status, "Board 1" in without.text) == (200, True)
            assert without.age < 60

        # The primary is lost.
        promote(second)
        write_to(second)
        with register_of(second, None, tmp_path, "promoted") as register:
            assert shows(register, "Board 1")
            rename(2)
            assert shows(register, "Board 2")

        # The old machine becomes a replica of the new primary, from a copy of what it holds.
        with running(Replica, str(second.directory)) as old:
            with register_of(second, old, tmp_path, "exchanged") as register:
                rename(3)
                old.catch_up()
                assert says(second, FOLLOWS, ("streaming", True))
                assert shows(register, "Board 3")

            # And takes over again, once the other has stopped by itself and sent it all it had.
            second.stop(mode="fast")
            promote(old)
            write_to(old)
            with register_of(old, None, tmp_path, "back") as register:
                assert shows(register, "Board 3")
                rename(4)
                assert shows(register, "Board 4")


def says(server, question: str, answer: tuple) -> bool:
    """Ask a server until it gives this answer: a replica takes a moment. False if it never does."""
    until = time.monotonic() + PATIENCE
    while server.ask(question) != [answer]:
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def shows(register, name: str) -> bool:
    """Whether the page has this name, and is not an old copy."""
    answer = register.ask(PAGE)
    return (answer.status, name in answer.text, "Age" in answer.headers) == (200, True, False)
