"""Whole lists and files of the whole register are made once for each version, one at a time.

Nothing is kept inside a transaction, so these tests commit what they write.
"""

import contextlib
import errno
import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ics_register import kept_files
from ics_register.open_data.files import FORMATS
from ics_register.pages import data, formats, page
from people.identity import withhold_person
from tests.builders import make_person, make_seat
from tests.pages.reading import Page

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/people.csv"


class Reader(Client):
    """A client that reads each response to its end, and closes it."""

    def generic(self, *args, **kwargs):
        answer = super().generic(*args, **kwargs)
        answer.whole = answer.getvalue()
        answer.close()
        return answer


client = Reader(headers={"host": "localhost"})


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.KEPT_FILES = tmp_path / "files"
    return settings.KEPT_FILES


@pytest.fixture(autouse=True)
def ann():
    return make_person(name="Ann Abel", slug="ann-abel")


@pytest.fixture
def made(monkeypatch) -> list:
    """A list that grows by one with every file that is made."""
    makings, as_csv = [], formats.answer_csv

    def making(*args):
        makings.append(args)
        return as_csv(*args)

    monkeypatch.setitem(page.ANSWERS, "csv", making)
    return makings


def files_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name not in ("turn", "waiting")]


@contextlib.contextmanager
def held(folder: Path, *names: str):
    """Hold the turn to make a file, or a place in the queue for it, as another process would."""
    folder.mkdir(exist_ok=True)
    with contextlib.ExitStack() as stack:
        for name in names:
            file = stack.enter_context((folder / name).open("a"))
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(kept_files, "PATIENCE", 0.1)


def test_a_list_is_made_once_for_all_who_ask(made):
    first = client.get(LIST)
    content = first.whole
    with CaptureQueriesContext(connection) as queries:
        second = client.get(LIST)
    assert b"Ann Abel" in content
    assert (second.whole, dict(second.headers)) == (content, dict(first.headers))
    assert (len(made), len(queries)) == (1, 1)  # The version is asked for.


@pytest.mark.parametrize("address", ["/data/popolo.json", "/data/csv.zip?periods=all"])
def test_a_file_of_the_whole_register_is_made_once_for_all_who_ask(address):
    first = client.get(address)
    content = first.whole
    with CaptureQueriesContext(connection) as queries:
        again = client.get(address)
    assert again.whole == content
    assert again.headers["Content-Disposition"] == first.headers["Content-Disposition"]
    assert again.headers["Access-Control-Allow-Origin"] == "*"
    assert len(queries) == 1


def test_what_no_page_reads_makes_no_other_list(made, folder):
    for number in range(200):
        assert client.get(f"{LIST}?x={number}").status_code == 200
    assert len(made) == len(files_in(folder)) == 1


def test_the_list_says_when_it_was_made(monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 1_800_000_000.5)
    answer = client.get(LIST)
    assert answer.headers["Last-Modified"] == "Fri, 15 Jan 2027 08:00:00 GMT"
    assert client.get(LIST).headers["Last-Modified"] == answer.headers["Last-Modified"]


def test_a_list_is_made_again_after_a_change(ann, made):
    before = client.get(LIST)
    withhold_person(person=ann)
    after = client.get(LIST, headers={"if-none-match": before.headers["ETag"]})
    assert after.status_code == 200
    assert b"Abel" not in after.whole
    assert len(made) == 2


def test_a_file_of_another_version_is_removed_after_ten_minutes(ann, folder):
    """Until then it may be newer than the version that another process is making."""
    client.get(LIST)
    [name] = files_in(folder)
    withhold_person(person=ann)
    client.get(f"{LIST}?q=bea")
    assert name in files_in(folder)
    aged(folder / name, 601)
    client.get(LIST)
    assert name not in files_in(folder)


@pytest.mark.parametrize("name", [each.name for each in FORMATS] + ["people.csv", "changes.csv"])
def test_a_file_that_is_kept_says_of_what_kind_it_is(name):
    address = f"/{name}" if name in ("people.csv", "changes.csv") else f"/data/{name}"
    head, made, kept = client.head(address), client.get(address), client.get(address)
    types = {each.headers["Content-Type"] for each in (head, made, kept, client.head(address))}
    assert types == {head.headers["Content-Type"]}
    assert "octet-stream" not in types.pop()


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/search.csv?q=ann", 200),
        ("/data/fields.json", 200),
        ("/data/nothing.json", 404),
        ("/people/ann-abel.csv", 200),
        ("/people/nobody.csv", 404),
    ],
)
def test_an_address_of_no_whole_list_waits_for_no_file(address, status, folder):
    with held(folder, "turn", "waiting"):
        assert client.get(address).status_code == status
    assert files_in(folder) == []


def test_bytes_that_are_no_ascii_are_read_as_a_browser_means_them():
    make_person(name="Eve Ménière", slug="eve")
    for query in ("q=M\u00e9ni\u00e8re", "q=M%C3%A9ni%C3%A8re"):
        raw = query.encode().decode("latin-1")
        answer = client.get("/people.json", QUERY_STRING=raw)
        assert answer.json()["count"] == 1, query


def test_a_reader_who_has_the_list_is_told_so_even_when_the_file_is_gone(folder, made):
    tag = client.get(LIST).headers["ETag"]
    for path in folder.iterdir():
        path.unlink()
    unchanged = client.get(LIST, headers={"if-none-match": f"W/{tag}"})
    assert (unchanged.status_code, unchanged.content, len(made)) == (304, b"", 1)


def test_a_day_is_no_proof_that_a_list_has_not_changed():
    """The clock may have been set back since that day."""
    answer = client.get(LIST, headers={"if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"})
    assert answer.status_code == 200


def test_the_head_of_a_list_makes_none_and_tells_the_length_of_one_that_was_made(folder, made):
    assert "Content-Length" not in client.head(LIST).headers
    assert not folder.exists()
    whole, head = client.get(LIST), client.head(LIST)
    assert int(head.headers["Content-Length"]) == len(whole.whole)
    assert head.whole == b""


def test_a_refusal_is_not_kept(folder):
    assert client.get(f"{LIST}?as_at=nonsense").status_code == 400
    assert files_in(folder) == []


# Parts


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=3-9", slice(3, 10)),
        ("bytes=10-", slice(10, None)),
        ("bytes=-5", slice(-5, None)),
        ("bytes=2-999999", slice(2, None)),
        ("bytes=-999999", slice(None)),
    ],
)
def test_a_part_of_it_can_be_asked_for(asked, part):
    whole = client.get(LIST).whole
    answer = client.get(LIST, headers={"range": asked})
    content = answer.whole
    assert (answer.status_code, content) == (206, whole[part])
    assert client.head(LIST, headers={"range": asked}).status_code == 200
    first = whole.index(content) if len(content) > 1 else 0
    assert answer.headers["Content-Range"] == (
        f"bytes {first}-{first + len(content) - 1}/{len(whole)}"
    )
    assert int(answer.headers["Content-Length"]) == len(content)


@pytest.mark.parametrize(
    "odd", ["bytes=5-2", "bytes=-", "bytes=0-1,4-5", "lines=1-2", "bytes=x-", f"bytes={'9' * 99}-"]
)
def test_a_request_for_anything_but_one_valid_part_is_sent_the_whole(odd):
    whole = client.get(LIST).whole
    answer = client.get(LIST, headers={"range": odd})
    assert (answer.status_code, answer.whole) == (200, whole)


@pytest.mark.parametrize("beyond", ["bytes=999999-", "bytes=999999-1000000", "bytes=-0"])
def test_a_part_beyond_its_end_is_refused_with_its_length(beyond):
    size = len(client.get(LIST).whole)
    answer = client.get(LIST, headers={"range": beyond})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{size}"
    assert f"The file has {size:,} bytes" in answer.content.decode()
    assert "public" not in answer.headers.get("Cache-Control", "")


def test_the_rest_of_a_list_that_has_changed_is_the_whole_new_one(ann):
    tag = client.get(LIST).headers["ETag"]
    resume = {"range": "bytes=10-", "if-range": tag}
    assert client.get(LIST, headers=resume).status_code == 206
    make_person(name="Bea Bone")
    answer = client.get(LIST, headers=resume)
    assert answer.status_code == 200
    assert b"Bea Bone" in answer.whole


def test_the_rest_of_a_list_that_was_made_again_is_the_whole(folder, monkeypatch):
    """It has the same content, but not necessarily the same bytes."""
    tag = client.get(LIST).headers["ETag"]
    for path in folder.iterdir():
        path.unlink()
    later = time.time() + 60
    monkeypatch.setattr(time, "time", lambda: later)
    answer = client.get(LIST, headers={"range": "bytes=10-", "if-range": tag})
    assert answer.status_code == 200


# One at a time


def test_many_readers_who_ask_at_once_have_a_file_made_once(made, monkeypatch):
    answers, rows = [], formats.in_cell

    def slowly(value):
        time.sleep(0.01)
        return rows(value)

    monkeypatch.setattr(formats, "in_cell", slowly)

    def ask():
        try:
            answer = Reader(headers={"host": "localhost"}).get(LIST)
            answers.append((answer.status_code, answer.whole))
        finally:
            connections.close_all()

    readers = [threading.Thread(target=ask) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert len(made) == 1
    whole = client.get(LIST).whole
    assert {status for status, _ in answers} <= {200, 503}
    assert [content for status, content in answers if status == 200].count(whole) >= 2
    assert {content for status, content in answers if status == 200} == {whole}


def test_a_reader_who_asks_while_another_file_is_made_is_told_when_to_ask_again(
    folder, made, impatient
):
    with held(folder, "turn"):
        (folder / "turn").write_text("another")
        os.utime(folder / "turn", (time.time() - 90, time.time() - 90))
        answer = client.get(LIST)
    assert answer.status_code == 503
    assert 89 <= int(answer.headers["Retry-After"]) <= 95
    assert "Another file of the register is being made, since " in answer.content.decode()
    assert "Ask for this one again at " in answer.content.decode()
    assert "public" not in answer.headers.get("Cache-Control", "")
    assert client.get(LIST).status_code == 200
    assert len(made) == 1


def test_a_browser_is_told_so_by_a_page_that_leads_to_the_file(folder, impatient):
    with held(folder, "turn"):
        page = Page(client.get(f"{LIST}?q=ann", headers={"accept": "text/html,*/*;q=0.8"}))
    assert (page.status, page.headings) == (503, ["The file is not ready yet"])
    assert page.link("Ask for the file again") == f"{LIST}?q=ann"


def test_a_reader_who_asks_just_before_a_file_is_made_waits_for_it(folder):
    holding = held(folder, "turn")
    holding.__enter__()
    threading.Timer(0.3, holding.__exit__, [None, None, None]).start()
    assert client.get(LIST).status_code == 200


def test_one_reader_waits_for_a_file_and_others_are_refused_at_once(folder, monkeypatch):
    monkeypatch.setattr(kept_files, "PATIENCE", 600)
    with held(folder, "turn", "waiting"):
        assert client.get(LIST).status_code == 503


# Broken off


def test_a_process_that_dies_while_it_makes_a_file_leaves_nothing(folder):
    """The half-made file is never served, and the next process gets its turn."""
    client.get(LIST)
    [name] = files_in(folder)
    (folder / name).unlink()
    dies = (
        "import fcntl, sys, time; turn = open(sys.argv[1] + '/turn', 'a');"
        "fcntl.flock(turn, fcntl.LOCK_EX);"
        "open(sys.argv[2], 'w').write('{}\\nhalf'); print('made', flush=True); time.sleep(60)"
    )
    half = f"{folder / name}.part"
    process = subprocess.Popen(
        [sys.executable, "-c", dies, str(folder), half], stdout=subprocess.PIPE
    )
    assert process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert b"Ann Abel" in client.get(LIST).whole
    assert files_in(folder) == [name]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_without_room_on_the_disk_a_page_says_so_and_nothing_is_left(number, folder, monkeypatch):
    def full(descriptor):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    client.raise_request_exception = False
    answer = client.get(LIST)
    assert answer.status_code == 503
    assert "disk is full" in answer.content.decode()
    assert files_in(folder) == []
    monkeypatch.undo()


def test_a_list_that_fails_half_way_is_not_kept(folder, monkeypatch):
    def fails(value):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(formats, "in_cell", fails)
        with pytest.raises(ZeroDivisionError):
            Reader(headers={"host": "localhost"}).get(LIST)
        assert files_in(folder) == []
    assert client.get(LIST).status_code == 200


@pytest.fixture
def gone(monkeypatch):
    """The connection of somebody who has hung up, as gunicorn passes it on."""
    monkeypatch.setattr(kept_files, "WATCH", 0)
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours:
        yield ours


def test_a_request_that_waited_longer_than_its_sender_makes_nothing(gone, made):
    assert client.get(LIST, **{"gunicorn.socket": gone}).status_code == 503
    assert made == []


def test_a_reader_who_goes_while_waiting_leaves_no_mark_of_waiting(gone, folder, monkeypatch):
    """No mark is left that somebody waits for the file."""
    monkeypatch.setattr(kept_files, "PATIENCE", 600)
    is_gone, asked = kept_files.is_gone, []

    def later(request):
        asked.append(request)
        return len(asked) > 3 and is_gone(request)

    monkeypatch.setattr(kept_files, "is_gone", later)
    with held(folder, "turn"):
        assert client.get(LIST, **{"gunicorn.socket": gone}).status_code == 503
    assert files_in(folder) == []


@pytest.fixture
def goes(gone, monkeypatch):
    """The connection of somebody who hangs up as soon as a file is begun for them."""
    is_gone, asked = kept_files.is_gone, []

    def later(request):
        asked.append(request)
        return len(asked) > 1 and is_gone(request)

    monkeypatch.setattr(kept_files, "is_gone", later)
    return gone


def test_no_file_of_the_register_is_written_for_a_reader_who_has_gone(goes, monkeypatch):
    make_seat()
    monkeypatch.delattr(data, "write")
    for each in FORMATS:
        assert client.get(f"/data/{each.name}", **{"gunicorn.socket": goes}).status_code == 503


@pytest.mark.parametrize("address", [LIST, "/data/popolo.json", "/data/register.sqlite3"])
def test_making_a_file_stops_when_the_reader_has_gone(address, goes, folder):
    answer = client.get(address, **{"gunicorn.socket": goes})
    assert answer.status_code == 503
    assert files_in(folder) == []
    assert client.get(address).status_code == 200


def test_a_file_is_still_made_for_another_reader_who_asked_meanwhile(
    goes, folder, impatient, monkeypatch, made
):
    """They were told when to ask again, and the file must be there then."""
    in_cell = formats.in_cell

    def meanwhile(value):
        monkeypatch.setattr(formats, "in_cell", in_cell)
        thread = threading.Thread(target=told)
        thread.start()
        thread.join()
        return in_cell(value)

    def told():
        try:
            assert Reader(headers={"host": "localhost"}).get(LIST).status_code == 503
        finally:
            connections.close_all()

    monkeypatch.setattr(kept_files, "WATCH", 0.4)
    monkeypatch.setattr(formats, "in_cell", meanwhile)
    client.get(LIST, **{"gunicorn.socket": goes})
    assert client.get(LIST).status_code == 200
    assert len(made) == 1


def test_a_silent_reader_has_not_gone(monkeypatch):
    monkeypatch.setattr(kept_files, "WATCH", 0)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert client.get(LIST, **{"gunicorn.socket": ours}).status_code == 200
        theirs.send(b"GET /")
        assert not kept_files.is_gone(client.get(LIST, **{"gunicorn.socket": ours}).wsgi_request)
        assert ours.recv(5) == b"GET /"


def test_what_is_removed_by_hand_while_it_is_made_is_served_and_not_kept(folder, monkeypatch):
    fsync = os.fsync

    def emptied(descriptor):
        fsync(descriptor)
        for path in folder.glob("*.*"):
            path.unlink()

    assert "rm -f var/files/*.*" in (settings.BASE_DIR / "README.md").read_text()
    monkeypatch.setattr(os, "fsync", emptied)
    assert b"Ann Abel" in client.get(LIST).whole
    assert files_in(folder) == []


# Room


def aged(path: Path, seconds: float) -> None:
    os.utime(path, (time.time() - seconds, time.time() - seconds))


def test_the_oldest_make_room_but_none_is_made_twice_in_ten_minutes(folder, monkeypatch, made):
    monkeypatch.setattr(kept_files, "MOST", 1)
    client.get(f"{LIST}?q=ann")
    [name] = files_in(folder)
    refused = client.get(f"{LIST}?q=bea")
    assert refused.status_code == 503
    assert 590 <= int(refused.headers["Retry-After"]) <= 600
    assert "Many files of the register were made" in refused.content.decode()
    assert client.get(f"{LIST}?q=ann").status_code == 200

    aged(folder / name, 601)
    assert client.get(f"{LIST}?q=bea").status_code == 200
    assert name not in files_in(folder)
    assert len(made) == 2


def test_the_folder_holds_no_more_files_than_the_limit(folder, monkeypatch):
    monkeypatch.setattr(kept_files, "MOST_FILES", 2)
    for name in ("ann", "bea"):
        assert client.get(f"{LIST}?q={name}").status_code == 200
    assert client.get(f"{LIST}?q=eve").status_code == 503
    make_person(name="Eve Early")
    assert client.get(f"{LIST}?q=eve").status_code == 200
    assert len(files_in(folder)) == 2


@pytest.mark.parametrize("age", [3601, -3600], ids=["an hour old", "from before the clock went"])
def test_what_is_too_old_is_removed_when_the_next_is_made(age, folder):
    client.get(f"{LIST}?q=ann")
    [name] = files_in(folder)
    aged(folder / name, age)
    client.get(LIST)
    assert len(files_in(folder)) == 1
    assert name not in files_in(folder)


def test_a_clock_that_is_set_back_makes_no_file_wrong(monkeypatch, made):
    whole = client.get(LIST).whole
    before = time.time() - 86_400
    monkeypatch.setattr(time, "time", lambda: before)
    assert client.get(LIST).whole == whole
    assert client.get(f"{LIST}?q=ann").status_code == 200
    make_person(name="Bea Bone")
    assert b"Bea Bone" in client.get(LIST).whole
