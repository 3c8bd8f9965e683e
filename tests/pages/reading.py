"""A public page as a reader sees it: its words, its links and its data for machines."""

import json
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

from django.test import Client

# The heading of the page that refuses an address.
REFUSED = "We could not read that request"

VOID = {"meta", "link", "input", "br", "hr", "img"}
# What a browser would move out of a paragraph or a line of text that holds it.
BLOCKS = {"p", "div", "ul", "ol", "dl", "table", "details", "form", "section", "h1", "h2", "h3"}
APART = BLOCKS | {"span", "li", "dt", "dd", "th", "td", "tr", "summary", "caption"}
NO_BLOCKS_INSIDE = {"p", "span", "a", "h1", "h2", "h3", "summary", "strong", "q"}
HEADINGS = {"h1", "h2", "h3"}


class _Builder(HTMLParser):
    """Builds a tree. Fails on HTML that only a lenient browser would accept."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tree = ElementTree.TreeBuilder()
        self.open = []

    def handle_starttag(self, tag, attributes):
        names = [name for name, _ in attributes]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice: {names}"
        if tag in BLOCKS:
            outside = NO_BLOCKS_INSIDE.intersection(self.open)
            if tag in HEADINGS:  # the one block that a summary may have
                outside -= {"summary"}
            assert not outside, f"<{tag}> inside {outside}, line {self.getpos()[0]}"
        self.tree.start(tag, {name: value or "" for name, value in attributes})
        if tag in VOID:
            self.tree.end(tag)
        else:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> in {self.open}, {self.getpos()}"
        self.tree.end(self.open.pop())

    def handle_data(self, data):
        self.tree.data(data)


class Page:
    """A public page, as it was answered."""

    def __init__(self, response):
        self.response = response
        self.status = response.status_code
        self.source = response.content.decode()
        builder = _Builder()
        builder.feed(self.source)
        assert builder.open == [], f"never closed: {builder.open}"
        self.tree = builder.tree.close()
        ids = [element.get("id") for element in self.tree.iter() if element.get("id")]
        assert len(ids) == len(set(ids)), "an id stands twice"

    @property
    def answer(self) -> str:
        """The words of the page as at its day, without its forms and its timelines."""
        return words(self.main, without=("form", "figure"))

    def all(self, tag: str, **attributes: str) -> list:
        names = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            element
            for element in self.tree.iter(tag)
            if all(element.get(name) == value for name, value in names.items())
        ]

    @property
    def title(self) -> str:
        return words(self.all("title")[0])

    @property
    def headings(self) -> list[str]:
        return [words(heading) for heading in self.all("h1")]

    @property
    def main(self):
        return self.all("main")[0]

    @property
    def text(self) -> str:
        """The words of the page between its header and its footer."""
        return words(self.main)

    def links(self, inside=None) -> list[str]:
        """Every address that the page, or part of it, links to."""
        part = self.tree if inside is None else inside
        return [a.get("href") for a in part.iter("a")]

    def link(self, text: str) -> str:
        """The address of the link with these words."""
        [address] = {a.get("href") for a in self.main.iter("a") if words(a) == text}
        return address

    def row(self, *having: str) -> str:
        """The words of the one table row or list entry that has all of `having`."""
        [row] = self.rows(*having)
        return row

    def tables(self) -> list:
        """The tables of the page, except those folded away."""
        folded = {table for details in self.all("details") for table in details.iter("table")}
        return [table for table in self.all("table") if table not in folded]

    def rows(self, *having: str) -> list[str]:
        """The words of the table rows that have all of `having`, folded tables left out."""
        bodies = [body for table in self.tables() for body in table.iter("tbody")]
        rows = [words(row) for body in bodies for row in body.iter("tr")]
        return [row for row in rows if all(text in row for text in having)]

    def section(self, heading: str) -> str:
        """The words that follow the h2 with this id, up to the next h2."""
        parts = list(self.main)
        [start] = [at for at, part in enumerate(parts) if part.get("id") == heading]
        rest = parts[start + 1 :]
        end = next((at for at, part in enumerate(rest) if part.tag == "h2"), len(rest))
        return " ".join(words(part) for part in rest[:end])

    def fact(self, name: str) -> str:
        """The value of `name` in a summary list."""
        for row in self.main.iter("div"):
            if row.get("class") == "nhsuk-summary-list__row":
                key, value = row.find("dt"), row.find("dd")
                if words(key).startswith(name):
                    return words(value)
        raise AssertionError(f"the page has no {name!r}")

    @property
    def canonical(self) -> str:
        [link] = self.all("link", rel="canonical")
        return link.get("href")

    @property
    def data(self) -> dict:
        """The page's structured data."""
        [script] = self.all("script", type="application/ld+json")
        return json.loads(script.text)

    @property
    def parameters_of_links(self) -> list[tuple[str, dict]]:
        """The page's links within the public site: each path with its parameters."""
        found = []
        for address in self.links():
            parts = urlsplit(address)
            if not parts.netloc and parts.path and not parts.path.startswith("/admin/"):
                found.append((parts.path, parse_qs(parts.query, keep_blank_values=True)))
        return found


def words(element, without: tuple[str, ...] = ()) -> str:
    """The text of an element as it is read, with single spaces."""
    return " ".join("".join(_spoken(element, without)).split())


def _spoken(element, without: tuple[str, ...]):
    """The pieces of an element's text, split where a reader sees a gap."""
    if element.get("aria-hidden") == "true" or element.tag in without:
        return
    apart = " " if element.tag in APART else ""
    yield apart
    yield element.text or ""
    for part in element:
        yield from _spoken(part, without)
        yield part.tail or ""
    yield apart


def read(address: str, parameters: dict | None = None, **headers) -> Page:
    """The page at `address`, as somebody who is not signed in reads it."""
    client = Client(headers={"host": "localhost", **headers})
    return Page(client.get(address, query_params=parameters))
