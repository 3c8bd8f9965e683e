"""The sample configuration of nginx, run by nginx: it keeps public pages for as long as they allow,
and nothing else.

Pages allow a shorter time here than in production, so that a test can wait for its end.
"""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import caches
from django.test.testcases import LiveServerThread

from bench.nginx import NGINX, command
from forums.models import Forum
from ics_register.pages import page as public_pages
from people.identity import withhold_person
from tests import slow
from tests.admin_pages import address as page_of
from tests.admin_pages import send
from tests.builders import make_chair_seat, make_forum, make_membership, make_person
from tests.racing import address_of_test_database
from tests.stepping import signed_in

pytestmark = [
    slow.SERVER,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        NGINX is None, reason="nginx is not installed (Debian and Ubuntu: apt-get install nginx)"
    ),
]

PAGE = "/forums/board/"
FRESH, STALE = 2, 3  # seconds

PURGE = """
    rm -rf /var/cache/nginx/register/*
    systemctl reload nginx
"""


class Proxy:
    """nginx in front of the register, as a reader meets it."""

    def __init__(self, port: int, folder: Path, process: subprocess.Popen):
        self.port, self.folder, self.process = port, folder, process

    def ask(self, address: str, method: str = "GET", timeout: float = 30, **headers):
        reader = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            reader.request(method, address, headers={"Host": "localhost", **named})
            answer = reader.getresponse()
            answer.body = answer.read()
            return answer
        finally:
            reader.close()

    def how(self, address: str, **headers) -> str | None:
        """The status of nginx's cache for a page, such as "HIT"."""
        return self.ask(address, **headers).headers["X-Cache-Status"]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture
def register(monkeypatch):
    """A register with one forum, served by Django's test server."""
    keep = f"public, max-age=0, s-maxage={FRESH}, stale-while-revalidate={STALE}"
    monkeypatch.setattr(public_pages, "KEPT_FOR", keep)
    caches["pages"].clear()
    board = make_forum(slug="board", name="Board")
    chair = make_person(name="Ann Abel", slug="ann-abel")
    make_membership(seat=make_chair_seat(forum=board), person=chair)
    server = LiveServerThread("127.0.0.1", static_handler=lambda application: application)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    assert server.error is None
    server.board, server.chair = board, chair
    yield server
    server.terminate()
    caches["pages"].clear()


@pytest.fixture
def proxy(register, tmp_path):
    folder = tmp_path / "nginx"
    folder.mkdir()
    with in_front_of(register.port, folder) as made:
        yield made


@contextlib.contextmanager
def in_front_of(register: int, folder: Path):
    """Run nginx in front of the register on that port."""
    port = free_port()
    nginx = subprocess.Popen(command(folder, port=port, register=register))
    try:
        wait_for(port, nginx)
        yield Proxy(port, folder, nginx)
    finally:
        nginx.terminate()
        nginx.wait(timeout=30)


def wait_for(port: int, nginx: subprocess.Popen) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        assert nginx.poll() is None, "nginx refuses the sample configuration"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise AssertionError("nginx does not listen")


def rename(register) -> None:
    register.board.name = "Renamed"
    register.board.save()


def test_a_page_is_kept_from_the_second_reader_on(proxy):
    for address in (PAGE, "/forums/board.json", "/forums/?q=board", "/data/"):
        first, second = proxy.ask(address), proxy.ask(address)

        assert (first.status, first.headers["X-Cache-Status"]) == (200, "MISS")
        assert (second.status, second.headers["X-Cache-Status"]) == (200, "HIT")
        assert second.body == first.body
        policies = {each.headers["Content-Security-Policy"] for each in (first, second)}
        assert len(policies) == 1


def test_a_change_is_seen_no_later_than_the_page_says(proxy, register):
    assert b"Renamed" not in proxy.ask(PAGE).body
    rename(register)
    changed = time.monotonic()
    while b"Renamed" not in proxy.ask(PAGE).body:
        assert time.monotonic() - changed < FRESH + STALE
        time.sleep(0.1)


def test_a_page_that_nobody_asked_for_since_is_not_shown_when_it_is_too_old(proxy, register):
    proxy.ask(PAGE)
    rename(register)
    time.sleep(FRESH + STALE + 1.1)

    assert b"Renamed" in proxy.ask(PAGE).body


def test_a_page_that_has_not_changed_is_asked_after_and_not_made_again(proxy, register):
    made = proxy.ask(PAGE)
    time.sleep(FRESH + STALE + 1.1)
    again = proxy.ask(PAGE)

    assert again.headers["X-Cache-Status"] == "REVALIDATED"
    assert again.body == made.body
    assert proxy.how(PAGE) == "HIT"


def test_readers_are_given_the_last_page_while_the_register_is_down_and_no_older(proxy, register):
    made = proxy.ask(PAGE)
    register.terminate()
    time.sleep(FRESH + 1.1)
    while_down = proxy.ask(PAGE)
    assert (while_down.status, while_down.headers["X-Cache-Status"]) == (200, "STALE")
    assert while_down.body == made.body

    time.sleep(STALE + 1.1)
    assert proxy.ask(PAGE).status == 502


def test_nginx_keeps_no_refusals(proxy):
    for address, status in (
        ("/forums/?as_at=nonsense", 400),
        ("/forums.json?as_at=nonsense", 400),
        ("/static/nothing.css", 404),
    ):
        asked = [proxy.ask(address) for _ in range(3)]

        assert {answer.status for answer in asked} == {status}
        assert "HIT" not in {answer.headers["X-Cache-Status"] for answer in asked}


def test_what_is_gone_or_moved_replaces_itself_before_the_page_is_too_old(proxy, register):
    """Readers may get the old page once more, while nginx asks for the new one."""
    gone = [f"/people/ann-abel{form}" for form in ("/", ".json", ".csv", "/changes.atom")]
    kept = [*gone, PAGE]
    assert [proxy.ask(address).status for address in kept] == [200] * len(kept)
    withhold_person(person=register.chair)
    register.board.slug = "the-board"
    register.board.save()
    time.sleep(FRESH + 1.1)
    for address in kept:
        proxy.ask(address)

    until = time.monotonic() + STALE - 1.5
    while [proxy.ask(address).status for address in kept] != [*[404] * len(gone), 301]:
        assert time.monotonic() < until
        time.sleep(0.05)
    assert {proxy.how(address) for address in kept} == {"HIT"}
    assert proxy.ask(PAGE).headers["Location"] == "/forums/the-board/"


def test_what_readme_says_removes_every_page_from_nginx_at_once(proxy, register):
    """This includes pages whose files nginx keeps open."""
    assert (proxy.how(PAGE), proxy.how(PAGE)) == ("MISS", "HIT")
    withhold_person(person=register.chair)
    assert b"Abel" in proxy.ask(PAGE).body
    until = time.monotonic() + FRESH - 0.5

    assert PURGE in (settings.BASE_DIR / "README.md").read_text()
    for part in (proxy.folder / "cache").iterdir():
        shutil.rmtree(part)
    proxy.process.send_signal(signal.SIGHUP)  # as `systemctl reload nginx` does

    while b"Abel" in proxy.ask(PAGE).body:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_nothing_of_the_admin_is_kept(proxy):
    session = signed_in().cookies["sessionid"].value
    for address in ("/admin/", "/admin/login/", "/admin/forums/forum/"):
        for headers in ({}, {"Cookie": f"sessionid={session}"}):
            answers = [proxy.ask(address, **headers) for _ in range(2)]
            assert {each.headers["X-Cache-Status"] for each in answers} == {None}
            assert all("no-store" in each.headers["Cache-Control"] for each in answers)
    assert b"Forums" in proxy.ask("/admin/", Cookie=f"sessionid={session}").body
    assert proxy.ask("/admin/").status == 302


def test_an_editor_sees_at_once_what_they_saved_and_nginx_keeps_no_page_of_theirs(proxy, register):
    proxy.ask(PAGE)
    browser = signed_in()
    assert send(browser, page_of(Forum, "change", register.board.pk), name="Renamed")
    saved = browser.cookies["saved"]
    assert (saved.value, saved["path"], saved["max-age"]) == ("1", "/", 60)

    assert b"Renamed" in proxy.ask(PAGE, Cookie="saved=1").body
    assert proxy.how(PAGE, Cookie="saved=1") == "BYPASS"
    assert proxy.how("/chairs/", Cookie="saved=1") == "BYPASS"
    assert proxy.how("/chairs/") == "MISS"


def test_any_other_cookie_is_answered_from_what_is_kept_and_changes_nothing_of_it(proxy):
    session = signed_in().cookies["sessionid"].value
    names = ("sessionid", "csrftoken", "messages", "anything")
    cookies = [f"{name}={value}" for name in names for value in (session, "x", "")]
    first = proxy.ask(PAGE, Cookie=cookies[0])
    assert first.headers["X-Cache-Status"] == "MISS"
    for cookie in [*cookies, ""]:
        answer = proxy.ask(PAGE, Cookie=cookie)
        assert answer.headers["X-Cache-Status"] == "HIT"
        assert "Cookie" not in (answer.headers["Vary"] or "")
        assert answer.headers["Set-Cookie"] is None
        assert answer.body == first.body


def test_each_host_and_each_day_is_kept_by_itself(proxy):
    assert proxy.how(PAGE) == "MISS"
    assert proxy.how(f"{PAGE}?as_at=2020-01-01") == "MISS"
    other = proxy.ask("/forums/board.json", Host="127.0.0.1")
    assert other.headers["X-Cache-Status"] == "MISS"
    assert b"//localhost" not in other.body
    assert b"//localhost" in proxy.ask("/forums/board.json").body


def test_a_head_request_gets_the_headers_of_the_page(proxy):
    page, head = proxy.ask(PAGE), proxy.ask(PAGE, "HEAD")

    assert (head.status, head.body) == (200, b"")
    assert head.headers["X-Cache-Status"] == "HIT"
    assert head.headers["ETag"] == page.headers["ETag"]
    # The other way about: what was asked for as a head is kept whole.
    assert proxy.ask("/chairs/", "HEAD").status == 200
    assert b"<h1" in proxy.ask("/chairs/").body


def test_a_reader_who_has_the_page_is_told_so_without_asking_the_register(proxy, register):
    tag = proxy.ask(PAGE).headers["ETag"]
    register.terminate()
    unchanged = proxy.ask(PAGE, If_None_Match=tag)

    assert (unchanged.status, unchanged.body) == (304, b"")
    assert proxy.ask(PAGE, If_None_Match='"another"').status == 200


def test_a_page_is_compressed_only_for_readers_who_accept_it(proxy):
    plain = proxy.ask("/data/fields/")
    small = proxy.ask("/data/fields/", Accept_Encoding="gzip")

    assert small.headers["Content-Encoding"] == "gzip"
    assert small.headers["X-Cache-Status"] == "HIT"
    assert "Accept-Encoding" in small.headers["Vary"]
    assert len(small.body) < len(plain.body) / 3
    assert proxy.ask("/data/fields/").headers["Content-Encoding"] is None


# What a link carries besides


def test_a_link_that_carries_more_leads_to_the_page_that_is_kept(proxy):
    proxy.ask("/forums/?q=board&as_at=2020-01-01")
    for number in range(20):
        asked = f"/forums/?utm_source={number}&as_at=2020-01-01&fbclid=x&q=board&x[]=%00"
        assert proxy.how(asked) == "HIT"
    assert proxy.how(f"{PAGE}?x=1") == "MISS"
    assert proxy.how(f"{PAGE}?x=2&y=3") == "HIT"


def test_nobody_has_another_page_kept_in_the_place_of_one(proxy):
    """nginx sends the register exactly the parameters that it keeps the page by."""
    for odd in ("Q=nobody", "q=nobody&q=board", "q=board&Q=nobody", "%71=nobody"):
        proxy.ask(f"/forums/?{odd}")
    every = proxy.ask("/forums/").body
    assert b"/forums/board/" in every
    assert b"/forums/board/" in proxy.ask("/forums/?q=board").body
    assert b"/forums/board/" not in proxy.ask("/forums/?q=nobody").body
    assert proxy.ask("/search/%3F&q=what").status == 404
    assert proxy.ask("/search/?q=what?").status == 200


def test_the_form_of_quoracy_is_passed_on_whole(proxy, register):
    seat = register.board.seats.get()
    address = f"/forums/board/quoracy.json?seat-{seat.pk}=absent"
    assert f"seat-{seat.pk}" in proxy.ask(address).body.decode()
    assert proxy.ask(f"/forums/board/quoracy/?seat-{seat.pk}=nonsense").status == 400


# Whole lists


def test_a_whole_list_is_the_registers_to_keep_and_parts_of_it_are_sent(proxy):
    for address in ("/people.csv", "/data/popolo.json"):
        whole = proxy.ask(f"{address}?x=1")
        again = proxy.ask(address)
        assert (whole.status, whole.headers["X-Cache-Status"]) == (200, None)
        assert again.body == whole.body
        assert again.headers["ETag"] == whole.headers["ETag"]
        part = proxy.ask(address, Range="bytes=5-9", If_Range=whole.headers["ETag"])
        assert (part.status, part.body) == (206, whole.body[5:10])


def test_somebody_who_takes_lists_too_often_is_refused_with_a_sentence(proxy):
    answers = [proxy.ask("/people.csv") for _ in range(14)]
    assert {answer.status for answer in answers} == {200, 429}
    refused = answers[-1]
    assert refused.headers["Retry-After"] == "60"
    assert "Wait a minute" in refused.body.decode()
    assert proxy.ask("/people/").status == 200


def test_somebody_who_tries_to_sign_in_too_often_is_refused_with_a_sentence(proxy):
    statuses, told = [], []

    def try_once():
        try:
            answer = proxy.ask("/admin/login/", "POST", timeout=2)
        except TimeoutError:
            return  # It has to wait for its turn.
        statuses.append(answer.status)
        told.append(answer.body.decode())

    tries = [threading.Thread(target=try_once) for _ in range(30)]
    for each in tries:
        each.start()
    for each in tries:
        each.join()
    assert 9 <= statuses.count(429) <= 13
    assert "Too many requests came in the last minute" in " ".join(told)
    assert proxy.ask("/admin/login/").status == 200


def test_a_list_that_nobody_waits_for_is_made_no_further(transactional_db, tmp_path):
    """nginx closes its connection when the reader does, and gunicorn lets the register see that."""
    for number in range(40):
        make_person(name=f"Person {number}")
    files = tmp_path / "files"
    with slow_lists(files) as number:
        folder = tmp_path / "nginx"
        folder.mkdir()
        with in_front_of(number, folder) as proxy:
            assert proxy.ask("/people/").status == 200
            with pytest.raises(TimeoutError):
                proxy.ask("/people.csv", timeout=1)
            assert list(files.glob("*.part"))
            until = time.monotonic() + 10
            while list(files.glob("*.part")):
                assert time.monotonic() < until
                time.sleep(0.05)
    assert sorted(path.name for path in files.iterdir()) == ["turn"]


@contextlib.contextmanager
def slow_lists(files: Path):
    """Serve a register that takes half a minute for a list of forty people. Gives its port."""
    port = free_port()
    environment = {
        **os.environ,
        "REGISTER_DEVELOPMENT": "1",
        "DATABASE_URL": address_of_test_database(),
        "KEPT_FILES": str(files),
    }
    command = [sys.executable, "-m", "gunicorn", "tests.slow_lists_wsgi", "--no-control-socket"]
    server = subprocess.Popen(
        [*command, f"--bind=127.0.0.1:{port}", "--workers=2", "--timeout=60"],
        cwd=settings.BASE_DIR,
        env=environment,
    )
    try:
        wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=30)


def test_styles_are_kept(proxy):
    (file,) = (settings.BASE_DIR / "build" / "static").glob("register.css")

    assert proxy.how(f"/static/{file.name}") == "MISS"
    kept = proxy.ask(f"/static/{file.name}")
    assert kept.headers["X-Cache-Status"] == "HIT"
    assert kept.body == file.read_bytes()
