"""PostgreSQL on a disk that is really full: pages can still be read, and staff see why nothing is
saved."""

import random
import shutil
import string
import subprocess
import tempfile
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from forums.models import Forum
from records.troubles import Trouble
from tests.admin_pages import address, typed
from tests.builders import make_chair_seat, make_forum, make_membership
from tests.pages.reading import Page
from tests.replica import Server, move, needs_replica, running
from tests.stepping import preview, signed_in

pytestmark = [needs_replica, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def small_disk():
    """A small disk that can be filled."""
    folder = Path(tempfile.mkdtemp(prefix="disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", "size=300m,mode=755", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mount, stderr=subprocess.DEVNULL).returncode == 0
    except FileNotFoundError:
        mounted = False
    try:
        if not mounted:
            pytest.skip("No disk can be mounted here.")
        yield folder
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)
        folder.rmdir()


@pytest.fixture
def register(small_disk):
    """The register on a server whose data is on that disk."""
    shared, name = connection.settings_dict["HOST"], settings.DATABASE_URL
    with running(Server, shared, within=small_disk) as server:
        move(str(server.directory), name)
        try:
            yield server
        finally:
            move(shared, name)


def fill(disk: Path) -> None:
    with (disk / "filler").open("wb", buffering=0) as filler:
        for size in (2**20, 2**12):
            try:
                while True:
                    filler.write(b"x" * size)
            except OSError:
                pass
    assert shutil.disk_usage(disk).free < 2**12


def long_text() -> str:
    """A text that PostgreSQL cannot compress."""
    return "".join(random.choices(string.ascii_letters, k=20_000))


def test_a_full_disk_lets_people_read_and_says_why_nothing_is_saved(register, small_disk):
    board = make_forum(slug="board", name="Board")
    chair = make_membership(seat=make_chair_seat(forum=board))
    staff = signed_in()
    staff.raise_request_exception = False
    page = address(Forum, "change", board.pk)
    form = {**typed(staff.get(page)), "reason": "Told so."}
    other = Client(SERVER_NAME="localhost", raise_request_exception=False)
    answer = other.post("/admin/login/", {"username": "manager", "password": "a password"})
    assert answer.status_code == 302
    fill(small_disk)

    saved = [staff.post(page, {**form, "note": long_text()}) for _ in range(20)]
    assert all(Trouble.FULL.heading in Page(answer).text for answer in saved[10:])
    assert all(Trouble.FULL.remedy in Page(answer).text for answer in saved[10:])

    # A preview writes what it shows and takes it back, and there may be room for some.
    end = {"date": "2024-01-31", "end_reason": "stepped-down", "reason": long_text()[:500]}
    for _ in range(200):
        step = preview(chair, "end", staff, **end)
        if step.status_code != 200 or Trouble.FULL.heading in Page(step).text:
            break
    assert Trouble.FULL.heading in Page(step).text
    assert "Nothing was changed" in Page(step).text

    # Each sign-in writes some rows, for which there may be room for a while.
    client = Client(SERVER_NAME="localhost", raise_request_exception=False)
    for _ in range(300):
        answer = client.post("/admin/login/", {"username": "manager", "password": "a password"})
        if answer.status_code != 302:
            break
    assert (answer.status_code, Page(answer).headings) == (503, [Trouble.FULL.heading])

    assert client.get("/forums/board/?as_at=2020-01-02").status_code == 200
    assert staff.get(page).status_code == 200

    assert other.post("/admin/logout/").status_code == 200
    assert other.get("/admin/").status_code == 302

    (small_disk / "filler").unlink()
    assert staff.post(page, {**form, "note": long_text()}).status_code == 302
