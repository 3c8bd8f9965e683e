"""Keeps on disk the whole lists and files of the whole register, which take long to make.

One process makes each file, once for each version of the register. Other readers wait a moment, or
are told when to ask again.
"""

import contextlib
import datetime
import fcntl
import io
import json
import os
import re
import socket
import time
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.http import http_date

from ics_register.open_data.files import FORMATS
from ics_register.pages.errors import error_page, frame_of_error

# The most bytes that all files may take together, and the most files.
MOST, MOST_FILES = 2 * 2**30, 1_000
# In seconds. A file stays at least as long as the first, so that it is not made twice within that
# time, and no longer than the second.
MADE_ONCE_IN, KEPT_FOR = 10 * 60, 60 * 60
# In seconds: how long one reader waits for the file that is being made, and how often the register
# looks again whether it is their turn.
PATIENCE, LOOK = 2, 0.05
# In seconds: how often the register looks again whether the reader of a file is still there.
WATCH = 0.25

# Locks in the folder: whoever holds the first makes a file, whoever holds the second waits.
TURN, WAITING = "turn", "waiting"
# Endings of half-made files, and of the marks of readers who were told to ask again.
HALF_MADE, ASKED_FOR = ".part", ".asked"

# By the names of their addresses. Lists of search results are short in comparison.
WHOLE_LISTS = {
    f"{page}.csv"
    for page in (
        *("chairs", "concentration", "forums", "organisations", "people", "representation"),
        *("changes", "recorded", "structure", "documents", "calendar"),
    )
}


class Abandoned(Exception):
    """The reader who asked for a file is gone, and nobody else asked for it."""


class NoRoom(Exception):
    """Files that may not be removed yet take all the room."""

    def __init__(self, until: float):
        super().__init__(until)
        self.until = until


def keep_whole_files(get_response):
    """Middleware: make each whole list and file once for a version of the register."""

    def answer(request: HttpRequest) -> HttpResponse:
        # Set by `keep_pages`, if the register has a version.
        if not hasattr(request, "tag") or not is_whole(request):
            return get_response(request)
        wanted = WholeFile(request.register_version, request.tag)
        if (kept := wanted.opened()) is not None:
            return answer_with(kept, request)
        if request.method == "HEAD":
            return get_response(request)
        if is_gone(request):  # The request waited for a worker longer than its sender did.
            return abandoned()
        with wanted.turn(request) as is_ours:
            if (kept := wanted.opened()) is not None:
                return answer_with(kept, request)
            if not is_ours:
                return not_ready(request, wanted)
            try:
                wanted.make_room()
            except NoRoom as error:
                return no_room(request, error.until)
            response = get_response(request)
            if response.status_code != HTTPStatus.OK or not response.streaming:
                return response
            try:
                return answer_with(wanted.make(response, request), request)
            except Abandoned:
                return abandoned()

    return answer


def is_whole(request: HttpRequest) -> bool:
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return False
    return match.url_name in WHOLE_LISTS or (
        match.url_name == "data-file" and match.kwargs["name"] in {each.name for each in FORMATS}
    )


class WholeFile:
    """A file of one version of the register: its name, and how it is made."""

    def __init__(self, version: str, tag: str):
        self.folder = Path(settings.KEPT_FILES)
        self.version, self.tag = version, tag
        self.path = self.folder / f"{version}.{tag}"
        self.half_made = self.path.with_name(self.path.name + HALF_MADE)
        self.asked_for = self.path.with_name(self.path.name + ASKED_FOR)

    def opened(self) -> "Kept | None":
        """The file, open for reading; None if there is none."""
        try:
            return Kept(self.path.open("rb"), self.tag)
        except FileNotFoundError:
            return None

    @contextlib.contextmanager
    def turn(self, request: HttpRequest) -> Iterator[bool]:
        """Whether this process may make a file now.

        If another process is making one, one reader waits for a moment and the others are answered
        at once, because each waiting reader keeps a worker.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / TURN).open("a+") as turn:
            is_ours = _taken(turn) or self._waited_for(turn, request)
            if is_ours:
                turn.truncate(0)
                turn.write(self.path.name)
                turn.flush()
            yield is_ours

    def _waited_for(self, turn, request: HttpRequest) -> bool:
        with (self.folder / WAITING).open("a") as waiting:
            until = time.monotonic() + PATIENCE if _taken(waiting) else 0
            while time.monotonic() < until and not is_gone(request):
                time.sleep(LOOK)
                if _taken(turn):
                    return True
        if not is_gone(request):
            self.asked_for.touch()
        return False

    def make_room(self) -> None:
        """Remove files that nobody needs any more, and files left half made.

        Raises NoRoom if the others take too much.
        """
        now = time.time()
        # In the order of removal: files of another version, then the oldest.
        kept: list[tuple[bool, float, int, Path]] = []
        for path in self.folder.iterdir():
            if path.name in (TURN, WAITING):
                continue
            stat = path.stat()
            is_present = path.name.startswith(self.version)
            # A file of another version may be of a newer one that this process has not read.
            oldest = now - (KEPT_FOR if is_present else MADE_ONCE_IN)
            # A file dated in the future was made before the clock was set back.
            is_over = not oldest < stat.st_mtime <= now + 1
            if is_over or path.suffix in (HALF_MADE, ASKED_FOR):
                if path != self.asked_for:
                    path.unlink(missing_ok=True)
            else:
                kept.append((is_present, stat.st_mtime, stat.st_size, path))
        kept.sort()
        while sum(size for _, _, size, _ in kept) >= MOST or len(kept) >= MOST_FILES:
            is_present, made, _, path = kept.pop(0)
            if is_present and made > now - MADE_ONCE_IN:
                raise NoRoom(until=made + MADE_ONCE_IN)
            path.unlink(missing_ok=True)

    def make(self, response: StreamingHttpResponse, request: HttpRequest) -> "Kept":
        """Write the file as `response` gives it, and open it. It gets its name only when it is
        whole.

        Raises Abandoned if the reader is gone.
        """
        with contextlib.ExitStack() as unless_kept:
            unless_kept.callback(self.asked_for.unlink, missing_ok=True)
            unless_kept.callback(self.half_made.unlink, missing_ok=True)
            # Open it for reading too: another process may remove its name at once.
            file = unless_kept.enter_context(self.half_made.open("w+b"))
            head = {"made": time.time(), "headers": dict(response.items())}
            file.write(json.dumps(head).encode() + b"\n")
            watched = watching(request, self)
            with contextlib.closing(response):
                for chunk in response:
                    file.write(chunk)
                    watched()
            file.flush()
            os.fsync(file.fileno())
            # Somebody may have emptied the folder, as README says how to.
            with contextlib.suppress(FileNotFoundError):
                self.half_made.rename(self.path)
            unless_kept.pop_all()
        self.asked_for.unlink(missing_ok=True)
        file.seek(0)
        return Kept(file, self.tag)

    def being_made(self) -> tuple[bool, float]:
        """Whether this file is being made, and since when."""
        turn = self.folder / TURN
        return turn.read_text() == self.path.name, turn.stat().st_mtime


def _taken(file) -> bool:
    """Take a lock that nobody else holds. It is released when the file is closed or the process
    dies."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def watching(request: HttpRequest, wanted: WholeFile | None = None):
    """A callback for long work on a request. It raises Abandoned if the reader is gone and nobody
    else asked for the same."""
    wanted = wanted or WholeFile(request.register_version, request.tag)
    looked = time.monotonic()

    def watch(*args) -> None:
        nonlocal looked
        if time.monotonic() < looked + WATCH:
            return
        looked = time.monotonic()
        if is_gone(request) and not wanted.asked_for.exists():
            raise Abandoned

    return watch


def is_gone(request: HttpRequest) -> bool:
    """Whether the reader has hung up, as far as the server shows it: gunicorn does."""
    connection = request.META.get("gunicorn.socket")
    if connection is None:
        return False
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False  # The reader is there, and sends nothing.
    except OSError:
        return True


def abandoned() -> HttpResponse:
    """An empty answer for a reader who is gone."""
    return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)


class Kept:
    """A file that was made, open for reading. Its first line describes it; the rest is its
    content."""

    def __init__(self, file: BinaryIO, tag: str):
        self.file = file
        head = json.loads(file.readline())
        self.headers, self.made = head["headers"], head["made"]
        self.begins = file.tell()
        self.size = os.fstat(file.fileno()).st_size - self.begins
        # A file made again may differ in its bytes, so that parts of the two do not fit together.
        self.tag = f'"{tag}-{int(self.made * 1000):x}"'


class FilePart(io.RawIOBase):
    """A number of bytes of a file from its position. Closing this closes the file."""

    def __init__(self, file: BinaryIO, length: int):
        self.file, self.left = file, length

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        content = self.file.read(min(len(buffer), self.left))
        buffer[: len(content)] = content
        self.left -= len(content)
        return len(content)

    def close(self) -> None:
        self.file.close()
        super().close()


def answer_with(kept: Kept, request: HttpRequest) -> HttpResponse:
    part = part_asked_for(request, kept)
    if part is not None and part.start >= kept.size:
        kept.file.close()
        return beyond_the_end(request, kept)
    whole = range(kept.size)
    bounds = part or whole
    kept.file.seek(kept.begins + bounds.start)
    response = FileResponse(FilePart(kept.file, len(bounds)), headers=kept.headers)
    response.block_size = 2**16
    # Django guesses a type from a file name, which these files do not have.
    response["Content-Type"] = kept.headers["Content-Type"]
    response["Content-Length"] = len(bounds)
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = kept.tag
    response["Last-Modified"] = http_date(kept.made)
    if part is not None:
        response.status_code = HTTPStatus.PARTIAL_CONTENT
        response["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{kept.size}"
    return response


RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


def part_asked_for(request: HttpRequest, kept: Kept) -> range | None:
    """The bytes that the header Range names; None if the answer is the whole file.

    That is so for no range, several ranges, nonsense (RFC 9110, 14.2) or a range of another file.
    """
    asked = RANGE.fullmatch(request.headers.get("Range", "").strip())
    is_for_this = request.headers.get("If-Range", kept.tag) == kept.tag
    if asked is None or not is_for_this or request.method != "GET":
        return None
    first, last = asked.groups()
    if not first:
        return range(max(kept.size - int(last), 0), kept.size) if last else None
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1 if last else kept.size, kept.size))


def beyond_the_end(request: HttpRequest, kept: Kept) -> HttpResponse:
    response = error_page(
        request,
        HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
        "The file is shorter than that",
        f"The file has {kept.size:,} bytes. Ask for a part that begins before its end, or for the "
        "whole file.",
    )
    response["Content-Range"] = f"bytes */{kept.size}"
    return response


def not_ready(request: HttpRequest, wanted: WholeFile) -> HttpResponse:
    """503: a file is being made, and when to ask for this one again.

    Nobody knows how long it will take. As long again as it has taken is a fair guess.
    """
    is_this, since = wanted.being_made()
    wait = min(max(time.time() - since, 10), MADE_ONCE_IN)
    what = "This file is" if is_this else "Another file of the register is"
    return ask_again(request, f"{what} being made, since {_clock(since)}.", wait)


def no_room(request: HttpRequest, until: float) -> HttpResponse:
    """503: too many files were made in the last minutes."""
    wait = max(until - time.time(), 10)
    return ask_again(request, "Many files of the register were made in the last minutes.", wait)


def ask_again(request: HttpRequest, why: str, wait: float) -> HttpResponse:
    heading = "The file is not ready yet"
    sentence = f"{why} Ask for this one again at {_clock(time.time() + wait)} or later."
    # A program that accepts any type is not a browser.
    if "text/html" in request.headers.get("Accept", ""):
        context = {
            **frame_of_error(request, heading, sentence),
            "again": request.get_full_path(),
        }
        response = render(request, "errors/not_ready.html", context, using="jinja2")
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    else:
        response = error_page(request, HTTPStatus.SERVICE_UNAVAILABLE, heading, sentence)
    response["Retry-After"] = round(wait)
    return response


def _clock(moment: float) -> str:
    when = timezone.localtime(datetime.datetime.fromtimestamp(moment, datetime.UTC))
    return f"{when:%H:%M:%S}"
