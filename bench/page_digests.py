"""Every public answer of the register as a digest, in the process of one tree.

`same_pages` runs this file at the top of a tree of any revision, so it imports nothing of the
project. Each line that comes in is a question as JSON, and each that goes out its answer.
"""

import collections
import datetime
import gc
import hashlib
import html
import html.parser
import io
import json
import logging
import os
import re
import shutil
import sqlite3
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import django
from django.utils import timezone

SITE = "http://localhost/"
DAYS = ("as_at", "recorded")

# No page links to these: searches, days that the register refuses, and what is not there.
NOT_LINKED = [
    "/search/?q=board",
    "/search/?q=smith",
    "/search/?q=nobody+at+all",
    "/search?q=board",
    "/changes/?from=2019-01-01&to=2021-12-31",
    "/changes/?from=2021-12-31&to=2019-01-01",
    "/?typed_as_at=1+May+2019",
    "/?typed_as_at=May",
    "/?as_at=1799-12-31",
    "/?as_at=nonsense",
    "/?recorded=1900-01-01",
    "/people/?page=9999",
    "/people.csv?page=2",
    "/nothing/",
    "/forums/nobody-knows-it/",
    "/data/nothing.csv",
    "/robots.txt",
    "/sitemap.xml",
    "/static/nothing.css",
]
# The address of a record's page: its kind and its slug.
RECORD = re.compile(r"/(\w+)/([\w-]+)/")
RECORD_OF_ANY = re.compile(r"^/(\w+)/([\w-]+)(?=[/.])")
# These come from the clock of the machine, the version of the software and the body.
NOT_COMPARED = ("ETag", "Last-Modified", "Content-Length")
POLICY = "Content-Security-Policy"
# The register keeps its whole lists and files in a folder, and refuses more than a thousand.
FILES_KEPT = 300
# There is no end of filters and periods: so many addresses are asked that differ in them alone.
OF_ONE_SHAPE = 6


class Links(html.parser.HTMLParser):
    """The addresses that a page names, and those that its forms ask for with one answer each."""

    def __init__(self, text: str):
        super().__init__()
        self.found: list[str] = []
        self.action = self.select = ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.found += [given[name] for name in ("href", "src") if given.get(name)]
        if tag == "form":
            self.action = given.get("action") or ""
        elif tag == "select":
            self.select = given.get("name") or ""
        elif tag == "option":
            self.answer(self.select, given.get("value"))
        elif tag == "input" and given.get("type") in ("checkbox", "radio"):
            self.answer(given.get("name"), given.get("value"))

    def answer(self, name: str | None, value: str | None) -> None:
        if name and value:
            self.found.append(f"{self.action}?{urlencode({name: value})}")


def links(address: str, answer) -> list[str]:
    """The addresses within the site that an answer names, without the day."""
    kind = answer["Content-Type"].partition(";")[0]
    if kind == "text/html" or kind.endswith("svg+xml"):
        found = Links(body_of(answer).decode()).found
    elif kind.endswith(("json", "xml")):
        found = re.findall(rf'{SITE}[^"<>\s\\]*', html.unescape(body_of(answer).decode()))
    else:
        found = []
    found += [answer["Location"]] if "Location" in answer else []
    whole = [urlsplit(urljoin(urljoin(SITE, address), each)) for each in found]
    return [
        with_parameters(each.path or "/", each.query)
        for each in whole
        if each.geturl().startswith(SITE) and not each.path.startswith("/admin/")
    ]


def with_parameters(path: str, query: str) -> str:
    kept = [(name, value) for name, value in parse_qsl(query) if name not in DAYS]
    return f"{path}?{urlencode(kept)}" if kept else path


def find(client) -> dict[str, str]:
    """Every public address, with the digest of its answer: what pages link to, and every form of
    each record's page."""
    from django.urls import get_resolver

    routes = [str(each.pattern) for each in get_resolver().url_patterns if hasattr(each, "name")]
    waiting = [*NOT_LINKED, *(f"/{route}" for route in routes if "<" not in route)]
    found: dict[str, str] = dict.fromkeys(waiting, "")
    shapes = collections.Counter(map(shape_of, waiting))
    while waiting:
        address = waiting.pop()
        answer = client.get(address)
        found[address] = status_and_digest(answer)
        named = links(address, answer)
        if record := RECORD.match(address):
            kind, slug = record.groups()
            of_kind = [f"/{route}" for route in routes if route.startswith(f"{kind}/<slug:slug>")]
            named += [route.replace("<slug:slug>", slug) for route in of_kind]
        for each in named:
            if each not in found and ("?" not in each or shapes[shape_of(each)] < OF_ONE_SHAPE):
                shapes[shape_of(each)] += 1
                found[each] = ""
                waiting.append(each)
    return found


def shape_of(address: str) -> tuple:
    """What addresses have in common that differ in their record and in values alone."""
    path, _, query = address.partition("?")
    names = [name.partition("-")[0] for name, _ in parse_qsl(query)]
    return RECORD_OF_ANY.sub(r"/\1/*", path), *sorted(names)


def body_of(answer) -> bytes:
    if not hasattr(answer, "body"):
        answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.body


def pieces(answer) -> list[tuple[str, bytes]]:
    """An answer as (name, content): a zip is unpacked, since it holds the time of packing."""
    headers = [f"status: {answer.status_code}"]
    for name, value in sorted(answer.items()):
        if name == POLICY:  # whose directives come in any order
            value = "; ".join(sorted(value.split("; ")))
        if name not in NOT_COMPARED:
            headers.append(f"{name}: {value}")
    parts = [("headers", "\n".join(headers).encode())]
    body = body_of(answer)
    if not zipfile.is_zipfile(io.BytesIO(body)):
        return [*parts, ("body", body)]
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        return parts + [(name, packed.read(name)) for name in packed.namelist()]


def status_and_digest(answer) -> str:
    """The status of an answer, and the digest of all of it."""
    made = hashlib.sha256()
    for name, content in pieces(answer):
        made.update(f"{name} {len(content)}\n".encode() + content)
    return f"{answer.status_code} {made.hexdigest()[:24]}"


def ask(client, addresses: list[str]) -> dict[str, str]:
    answers = {}
    for number, address in enumerate(addresses):
        if number % FILES_KEPT == 0:
            shutil.rmtree(os.environ["KEPT_FILES"], ignore_errors=True)
        answers[address] = status_and_digest(client.get(address))
    return answers


def show(client, address: str) -> list[str]:
    """An answer as lines that can be compared."""
    lines = []
    for name, content in pieces(client.get(address)):
        lines += [f"[{name}]", *lines_of(content)]
    return lines


def lines_of(content: bytes) -> list[str]:
    if content.startswith(b"SQLite format 3"):
        with tempfile.NamedTemporaryFile() as file:
            Path(file.name).write_bytes(content)
            return list(sqlite3.connect(file.name).iterdump())
    text = content.decode(errors="replace")
    if text.startswith(("{", "[")):
        text = text.replace(', "', ',\n"').replace("{", "{\n")
    return text.replace("><", ">\n<").splitlines()


def main(moment: str) -> None:
    stopped = datetime.datetime.fromisoformat(moment)
    timezone.now = lambda: stopped
    django.setup()
    logging.disable(logging.WARNING)  # of pages that are rightly not found
    from django.core.management import call_command
    from django.test import Client

    call_command("migrate", verbosity=0)
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)  # A page leaves little behind.
    client = Client(headers={"host": "localhost"}, raise_request_exception=False)
    questions: dict[str, Callable] = {"find": find, "ask": ask, "show": show}
    for line in sys.stdin:
        question = json.loads(line)
        print(json.dumps(questions[question.pop("ask")](client, **question)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
