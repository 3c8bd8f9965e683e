"""Nobody waits for a silent server for longer than the work in hand allows."""

import time
from unittest import mock

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from psycopg import generators

from records import waiting

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="PostgreSQL only: SQLite is no exchange away"
    ),
]


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    from records.postgresql.base import resting_until

    for name, seconds in {"FIRST_QUESTION": 0.8, "WATCH": 0.3}.items():
        monkeypatch.setattr(waiting, name, seconds)
    connection.close()
    yield
    waiting.wait_for_ever()
    resting_until.clear()
    connection.close()


def sleep(seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])


def test_a_page_gives_up_what_takes_long_and_the_server_is_asked_again_at_once():
    waiting.wait_for_a_page(0.8)
    sleep(0.1)
    with pytest.raises(OperationalError):
        sleep(5)
    connection.close_if_unusable_or_obsolete()  # as before the next request
    waiting.wait_for_a_page()
    sleep(0.1)


def test_a_page_waits_no_longer_for_many_exchanges_than_for_one_page():
    waiting.wait_for_a_page(1)
    began = time.monotonic()
    with pytest.raises(OperationalError):
        for _ in range(20):
            sleep(0.4)
    assert time.monotonic() - began < 4


PATIENCES = [waiting.wait_for_a_page, waiting.wait_while_it_works]


@pytest.mark.parametrize("wait", PATIENCES)
def test_what_takes_long_is_not_cut_short_while_the_server_answers_others(wait):
    wait()
    sleep(1.5)


@pytest.mark.parametrize("wait", PATIENCES)
def test_it_is_given_up_if_the_server_answers_nobody(wait):
    wait()
    sleep(0)
    began = time.monotonic()
    silence = psycopg.errors.ConnectionTimeout("expired")
    with (
        mock.patch.object(psycopg, "connect", side_effect=silence),
        pytest.raises(OperationalError, match="did not answer"),
    ):
        sleep(8)
    assert time.monotonic() - began < 6


def test_a_page_that_is_late_is_given_what_the_server_answers_at_once():
    def answered_at_once():
        return "the answer"
        yield

    connection.ensure_connection()
    waiting.wait_for_a_page(0)
    assert connection.connection.wait(answered_at_once()) == "the answer"


def test_a_command_waits_for_ever():
    sleep(1.5)


def test_a_server_that_does_not_answer_a_first_question_is_left_alone_for_a_while(monkeypatch):
    monkeypatch.setattr(waiting, "REST", 2)
    with pytest.raises(OperationalError), waiting.first_question():
        sleep(5)
    connection.close()
    began = time.monotonic()
    with (
        mock.patch.object(psycopg, "connect", side_effect=AssertionError("It was asked.")),
        pytest.raises(OperationalError, match="not asked yet"),
    ):
        sleep(0)
    time.sleep(max(0, began + 2.1 - time.monotonic()))
    sleep(0)


def test_a_query_that_was_given_up_is_given_up_by_the_server_too():
    waiting.wait_for_a_page(0.5)
    with pytest.raises(OperationalError):
        sleep(100)
    connection.close_if_unusable_or_obsolete()
    until = time.monotonic() + 20
    asleep = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE %s AND state = 'active'"
    while True:
        with connection.cursor() as cursor:
            cursor.execute(asleep, ["SELECT pg_sleep(%"])
            if cursor.fetchone() == (0,):
                return
        assert time.monotonic() < until
        time.sleep(0.2)


DEADLOCK_AT_COMMIT = """
    CREATE TABLE ends_in_a_deadlock (number int);
    CREATE FUNCTION deadlock() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$;
    CREATE CONSTRAINT TRIGGER deadlock AFTER INSERT ON ends_in_a_deadlock
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION deadlock();
"""


@pytest.fixture
def ends_in_a_deadlock():
    with connection.cursor() as cursor:
        cursor.execute(DEADLOCK_AT_COMMIT)
    yield
    connection.close_if_unusable_or_obsolete()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE ends_in_a_deadlock; DROP FUNCTION deadlock")


@pytest.fixture
def answers_read_late(monkeypatch):
    """The answers to COMMIT and the like are read when patience is over, as if this process had
    been stopped or had no processor."""
    execute = generators.execute

    def execute_and_stop(pgconn):
        results = yield from execute(pgconn)
        time.sleep(0.5)
        return results

    monkeypatch.setattr(generators, "execute", execute_and_stop)


@pytest.mark.parametrize("wait", PATIENCES)
def test_a_change_that_failed_is_not_taken_for_saved_because_its_error_was_read_late(
    ends_in_a_deadlock, answers_read_late, wait
):
    wait()
    with (
        pytest.raises(OperationalError) as raised,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("INSERT INTO ends_in_a_deadlock VALUES (1)")
    assert raised.value.__cause__.sqlstate == "40P01"


@pytest.mark.parametrize("wait", PATIENCES)
def test_an_answer_that_was_read_late_is_an_answer(answers_read_late, wait):
    wait()
    with transaction.atomic():
        sleep(0)
