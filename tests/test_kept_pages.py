"""Public pages that have not changed are not made again, and none is ever stale.

Nothing is kept inside a transaction, so these tests commit what they write.
"""

import datetime
from unittest import mock

import psycopg
import pytest
from django.apps import apps
from django.core.cache import caches
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.nginx import SAMPLE
from editing import signing_in
from forums.models import Forum, Membership
from ics_register import kept_pages
from organisations.ods.ods_import import run
from organisations.ods.reader import read_files
from people.identity import withhold_person
from people.models import Person
from records.history import Recorded
from records.models import RegisterVersion
from records.version import register_version
from tests import slow
from tests.admin_pages import address, send
from tests.builders import (
    day,
    make_chair_seat,
    make_forum,
    make_membership,
    make_person,
    make_seat,
    source,
)
from tests.organisations.ods_files import networks
from tests.racing import address_of_test_database
from tests.sheets import csv_of, loaded, manager
from tests.stepping import signed_in, take

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/forums/board/"
RECORDED = [model for model in apps.get_models() if issubclass(model, Recorded)]
client = Client(headers={"host": "localhost"})
needs_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="PostgreSQL only: SQLite is no exchange away"
)


@pytest.fixture(autouse=True)
def nothing_kept():
    caches["pages"].clear()
    yield
    caches["pages"].clear()


@pytest.fixture
def chair():
    since = {"start_date": "2010-01-01"}
    return make_membership(
        seat=make_chair_seat(forum=make_forum(slug="board", name="Board", **since), **since),
        person=make_person(name="Ann Abel", slug="ann-abel"),
    )


def asked_again(page: str, tag: str):
    return client.get(page, headers={"if-none-match": tag})


# Every kind of write. Each takes the membership of the chair.


def save(chair):
    chair.note = "Read from a list."
    chair.save()


def save_raw(chair):
    """Save without the record's own `save()`."""
    chair.note = "Read from a list."
    chair.save_base()


def add(chair):
    make_membership(seat=make_seat(forum=chair.seat.forum, title="Lay member"))


def remove(chair):
    chair.delete()


def add_many(chair):
    made = Membership(
        seat=chair.seat,
        person=chair.person,
        start_date=day("2010-01-01"),
        end_date=day("2010-12-31"),
        document=source(),
        locator="page 1",
    )
    made.prepare()
    Membership.objects.bulk_create_with_history([made], reason="A list.")


def type_sql(chair):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE forums_forum SET name = 'Another'")


def remove_in_sql(chair):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM forums_membership")


def write_history_alone(chair):
    """History is shown on a page of its own, so it matters too."""
    chair.history.update(note="Otherwise.")


def correct_in_the_admin(chair):
    page = address(Forum, "change", chair.seat.forum.pk)
    answer = send(signed_in(), page, name="Another", reason="Read again.")
    assert answer.status_code == 302


def take_a_guided_step(chair):
    answer = take(chair, "end", date=day("2024-01-31"), end_reason="stepped-down")
    assert answer.status_code == 302


def load_a_spreadsheet(chair):
    source()
    rows = ["Slug", "Name", "Source document", "Locator"], ["bea", "Bea", "board-paper", "page 1"]
    loaded(manager(), Person, csv_of(*rows))
    assert Person.objects.filter(slug="bea").exists()


def take_in_an_ods_list(chair):
    listed = networks("2019-12-04", ("U00001", "EAST TOWN PCN", "20191001", ""))
    *_, outcome = run(
        read_files([listed], today=timezone.localdate()), apply=True, reason="The list"
    )
    assert outcome.changes


def withhold(chair):
    withhold_person(person=chair.person)


WRITES = [
    save,
    save_raw,
    add,
    remove,
    add_many,
    type_sql,
    remove_in_sql,
    write_history_alone,
    correct_in_the_admin,
    take_a_guided_step,
    load_a_spreadsheet,
    take_in_an_ods_list,
    withhold,
]


@pytest.mark.parametrize("write", WRITES)
def test_no_page_is_stale_after_any_kind_of_write(chair, write):
    before = client.get(PAGE)
    assert asked_again(PAGE, before.headers["ETag"]).status_code == 304

    write(chair)

    after = asked_again(PAGE, before.headers["ETag"])
    assert after.status_code == 200
    assert after.headers["ETag"] != before.headers["ETag"]
    caches["pages"].clear()
    assert client.get(PAGE).content == after.content


def test_a_register_that_is_older_than_its_version_has_one_as_soon_as_it_is_migrated(chair):
    RegisterVersion.objects.all().delete()
    assert register_version() is None
    assert "ETag" not in client.get(PAGE)

    call_command("migrate", verbosity=0)

    word = register_version()
    assert "ETag" in client.get(PAGE)
    call_command("migrate", verbosity=0)
    assert register_version() == word


def test_a_register_without_a_record_has_no_version_after_a_migrate(db):
    RegisterVersion.objects.all().delete()  # of the tests before
    call_command("migrate", verbosity=0)
    assert register_version() is None


@slow.WALK
def test_the_seed_moves_the_version(db):
    call_command("seed", verbosity=0)
    first = register_version()
    assert first

    make_person()
    assert register_version() != first


@pytest.mark.parametrize("model", RECORDED, ids=lambda model: model._meta.label_lower)
def test_every_record_and_its_history_move_it(model):
    for each in (model, model.history.model):
        table = each._meta.db_table
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                sql = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
                names = {f"{table}_version_{event}" for event in ("insert", "update", "delete")}
            else:
                sql = "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass"
                names = {f"{table}_version_rows", f"{table}_version_whole"}
            cursor.execute(sql, [table])
            assert names <= {name for (name,) in cursor.fetchall()}


def test_what_is_taken_back_leaves_the_version_as_it_was(chair):
    version = register_version()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        save(chair)
        raise ZeroDivisionError

    assert register_version() == version


def test_what_only_signing_in_writes_leaves_it_as_it_was(chair):
    version = register_version()
    signed_in().get("/admin/")

    assert register_version() == version


def test_an_unchanged_page_costs_one_query_and_a_new_one_no_more_than_eleven(chair):
    def cost(**headers) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(PAGE, headers=headers)
        return answer.status_code, len(queries)

    status, queries = cost()
    assert (status, queries) == (200, queries)
    assert 2 <= queries <= 11
    assert cost() == (200, 1)
    assert cost(**{"if-none-match": client.get(PAGE).headers["ETag"]}) == (304, 1)


@needs_postgresql
@pytest.mark.parametrize("asked", [PAGE, f"{PAGE}?as_at=2019-06-01"], ids=["kept", "not kept"])
def test_readers_notice_nothing_when_a_connection_is_lost_between_them(chair, asked):
    client.get(PAGE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [process] = cursor.fetchone()
    connection.close_if_unusable_or_obsolete()
    with psycopg.connect(address_of_test_database()) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
    assert client.get(asked).status_code == 200


@needs_postgresql
def test_a_database_that_is_gone_is_asked_for_once(chair, monkeypatch):
    connection.close_if_unusable_or_obsolete()
    connection.close()
    connect = mock.Mock(side_effect=OperationalError("It is not there."))
    monkeypatch.setattr(connection, "get_new_connection", connect)
    with pytest.raises(OperationalError):
        client.get(PAGE)
    connect.assert_called_once()


def test_a_kept_page_is_the_page(chair):
    made, kept = client.get(PAGE), client.get(PAGE)

    assert kept.content == made.content
    assert dict(kept.items()) == dict(made.items())


def test_a_page_not_changed_says_for_how_long_it_may_be_kept(chair):
    tag = client.get(PAGE).headers["ETag"]
    unchanged = asked_again(PAGE, tag)

    assert unchanged.content == b""
    assert unchanged.headers["ETag"] == tag
    assert unchanged.headers["Cache-Control"] == client.get(PAGE).headers["Cache-Control"]
    assert "Content-Security-Policy" in unchanged.headers


ANSWERS = {
    200: [
        PAGE,
        "/forums/board.json",
        "/forums.csv",
        "/forums/board/terms.docx",
        "/forums/board/calendar.ics",
        "/structure.svg",
        "/data/popolo.json",
        "/changes.atom",
        "/forums/board/changes.atom",
        "/sitemap.xml",
        "/robots.txt",
    ],
    404: [
        "/people/ann-abel/",
        "/people/ann-abel.json",
        "/people/ann-abel.csv",
        "/people/ann-abel/changes.atom",
        "/forums/?page=9",
        "/data/nothing.csv",
        "/sitemap-nothing.xml",
        "/nowhere",
    ],
    301: [
        "/forums/old-board/",
        "/forums/old-board.json",
        "/forums/old-board/changes.atom",
        "/forums/board",
    ],
}


def test_a_proxy_keeps_what_is_there_and_what_is_gone_alike_and_for_a_minute_at_most(chair, caplog):
    """A page that is gone replaces the page in the proxy only if its response may be kept."""
    board = chair.seat.forum
    for slug in ("old-board", "board"):
        board.slug = slug
        board.save()
    withhold_person(person=chair.person)

    told = "public, max-age=0, s-maxage=30, stale-while-revalidate=30"
    for status, pages in ANSWERS.items():
        for page in pages:
            answer = client.get(page)
            answer.getvalue()
            said = answer.headers.get("Cache-Control")
            assert (page, answer.status_code, said) == (page, status, told)
            assert "Set-Cookie" not in answer.headers
            assert "Cookie" not in answer.headers.get("Vary", "")
        assert client.head(page).headers["Cache-Control"] == told


def test_each_address_day_host_and_release_has_a_tag_of_its_own(chair, monkeypatch, settings):
    settings.ALLOWED_HOSTS = ["*"]
    tags = [
        client.get(PAGE).headers["ETag"],
        client.get(PAGE, {"as_at": "2020-01-01"}).headers["ETag"],
        client.get("/forums/board.json").headers["ETag"],
        client.get(PAGE, headers={"host": "elsewhere"}).headers["ETag"],
    ]
    monkeypatch.setattr(kept_pages, "release", lambda: "another")
    tags.append(client.get(PAGE).headers["ETag"])
    monkeypatch.undo()
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda *args: tomorrow)
    tags.append(client.get(PAGE).headers["ETag"])

    assert len(set(tags)) == len(tags)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("/forums/?x=1", "/forums/"),
        ("/forums/?utm_source=news&q=board&fbclid=x&page=1", "/forums/?page=1&q=board"),
        ("/forums/?q=board&as_at=2020-01-01", "/forums/?as_at=2020-01-01&q=board"),
        ("/forums/?q=&place=", "/forums/"),
        ("/forums/?q=board&q=other", "/forums/?q=board"),
        ("/forums.json?x=1&q=board", "/forums.json?q=board"),
        ("/forums/board/?q=board&page=2", "/forums/board/"),
        ("/forums/board/quoracy/?x=1", "/forums/board/quoracy/"),
        ("/changes.atom?x=1", "/changes.atom"),
        ("/sitemap-forums.xml?x=1&p=1", "/sitemap-forums.xml?p=1"),
        ("/data/csv.zip?x=1&periods=all", "/data/csv.zip?periods=all"),
    ],
)
def test_an_address_is_what_the_page_reads_of_it(chair, typed, read):
    """Parameters that a page does not read make no new page, and do not appear in it."""
    page = client.get(read)
    whole = page.getvalue()
    tag = page.headers["ETag"]
    with CaptureQueriesContext(connection) as queries:
        other = client.get(typed)
        assert other.getvalue() == whole
    assert other.headers["ETag"] == tag
    assert len(queries) == 1


def test_nginx_knows_by_the_same_cookie_who_has_signed_in_before():
    assert f'"$request_method $cookie_{signing_in.COOKIE}"' in SAMPLE.read_text()


def test_two_answers_to_one_question_of_quoracy_are_still_refused(chair):
    address = f"/forums/board/quoracy/?seat-{chair.seat_id}="
    twice = f"{address}attends&seat-{chair.seat_id}=absent"
    assert client.get(f"{address}attends").status_code == 200
    assert client.get(twice).status_code == 400


@pytest.mark.parametrize(
    "asked",
    [
        "/forums/?as_at=nonsense",
        "/forums.json?as_at=nonsense",
        "/static/nothing.css",
        "/admin/",
        "/admin/login/",
        "/admin/nowhere/",
    ],
)
def test_refusals_and_the_admin_have_no_tag_and_are_not_kept(chair, asked, caplog):
    answer = client.get(asked)
    assert "ETag" not in answer.headers
    assert "public" not in answer.headers.get("Cache-Control", "")
    assert client.get(asked, headers={"if-none-match": "*"}).status_code != 304


def test_a_file_is_told_to_be_unchanged_without_being_written(chair):
    made = client.get("/data/popolo.json")
    assert b"".join(made.streaming_content)
    with CaptureQueriesContext(connection) as queries:
        assert asked_again("/data/popolo.json", made.headers["ETag"]).status_code == 304
    assert len(queries) == 1


def test_what_is_written_while_a_page_is_made_is_on_the_next(chair, monkeypatch):
    """The version is read before the page is made, never afterwards."""
    read = kept_pages.register_version

    def then_somebody_writes():
        version = read()
        type_sql(chair)
        return version

    monkeypatch.setattr(kept_pages, "register_version", then_somebody_writes)
    assert "Another" in client.get(PAGE).text
    monkeypatch.undo()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE forums_forum SET name = 'A third'")
    assert "A third" in client.get(PAGE).text


def test_two_who_ask_as_head_and_as_get_are_told_the_same_tag(chair):
    assert client.head(PAGE).headers["ETag"] == client.get(PAGE).headers["ETag"]
