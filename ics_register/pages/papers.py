"""Papers for a meeting: words and tables that become a page and a Word file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst

from forums.models import Forum
from ics_register.pages.formats import Here
from ics_register.pages.frame import AskedDay
from ics_register.pages.names_on_day import NamesThen, names_then_by_slug
from records.models import Document
from records.notices import notice


@dataclass(frozen=True)
class PaperLine:
    """A line of a paper, with the numbers of its sources."""

    words: str
    label: str = ""  # the name of the value: "Host organisation"
    address: str = ""  # of the page about the thing named
    more: str = ""  # follows the words, outside the link: ", since April 2019"
    sources: tuple[int, ...] = ()
    quoted: bool = False  # whether they are quoted from a document

    @property
    def references(self) -> str:
        """The numbers of the sources, as they follow the words: "[1, 3]"."""
        return f"[{', '.join(str(number) for number in self.sources)}]" if self.sources else ""


@dataclass(frozen=True)
class Lines:
    """Lines one below the other."""

    lines: tuple[PaperLine, ...]
    form: str = "paragraphs"  # or "bulleted", "numbered", "facts"


# A cell: its words, and any details below them. An empty cell is to write in.
Cell = tuple[PaperLine, ...]


@dataclass(frozen=True)
class PaperColumn:
    """A column of a table, and its share of the width."""

    heading: str
    width: int
    room: bool = False  # wide enough to write a name in


@dataclass(frozen=True)
class PaperTable:
    """A table of a paper."""

    caption: str
    columns: tuple[PaperColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]

    form = "table"


@dataclass(frozen=True)
class Part:
    """A heading of a paper, and the content under it."""

    heading: str
    content: tuple[Lines | PaperTable, ...]
    level: int = 2


@dataclass(frozen=True)
class Paper:
    """A paper about a forum as at a day."""

    title: str
    forum: str
    as_at: str  # the day in words, with the day of recording if one was asked for
    address: str  # the address that it comes from, with the day
    not_in_force: str  # a sentence, if the forum was not in force on the day
    called_then: str  # a sentence, if the forum had another name on the day
    parts: tuple[Part, ...]
    landscape: bool = False

    @property
    def origin(self) -> str:
        return f"As at {self.as_at}, from the governance register, taken from {self.address}"


def paper_about(
    forum: Forum,
    request: HttpRequest,
    asked: AskedDay,
    *,
    title: str,
    parts: Iterable[Part],
    landscape: bool = False,
) -> Paper:
    # Always with the day, so that the address leads back to what the paper says.
    own = reverse(PAPERS[title], args=[forum.slug])
    address = asked.link(own, as_at=asked.day.isoformat())
    parts = list(parts)
    of_forum, named = {("forums", forum.slug)}, set(named_in(parts))
    slugs = {page: {slug for of, slug in of_forum | named if of == page} for page in NAMED}
    names = names_then_by_slug(asked, **slugs)
    return Paper(
        title=f"{title}: {forum.name}",
        forum=forum.name,
        as_at=asked.in_words
        + (f", as recorded by the end of {asked.recorded_in_words}" if asked.recorded else ""),
        address=request.build_absolute_uri(address),
        not_in_force=not_in_force(forum, asked),
        called_then=called_then(forum, names),
        parts=tuple(as_called_then(part, names) for part in parts),
        landscape=landscape,
    )


APPENDIX, SHEET = "Appendix to the terms of reference", "Attendance"
PAPERS = {APPENDIX: "forum-terms", SHEET: "forum-attendance"}


def not_in_force(forum: Forum, asked: AskedDay) -> str:
    """A sentence on why a paper about a forum says little about the day; "" if it surely was in
    force."""
    said = notice(forum, asked.day, "forum")
    return f"{said[0]}. {said[1]}" if said else ""


def called_then(forum: Forum, names: NamesThen) -> str:
    """A sentence with the name that a forum had on the day; "" if it had the name of today."""
    called = names["forum"].get(forum.pk)
    return f"{capfirst(called)}." if called else ""


# The pages of what may have had another name, with the names of the day for each.
NAMED = {"organisations": "organisation", "forums": "forum"}


def named_in(parts: Iterable[Part]) -> Iterator[tuple[str, str]]:
    """The pages about organisations and forums to which lines of a paper lead, with their slugs."""
    for part in parts:
        for content in part.content:
            cells = chain(*content.rows) if isinstance(content, PaperTable) else [content.lines]
            for line in chain(*cells):
                page, slug = page_of(line)
                if page in NAMED:
                    yield page, slug


def page_of(line: PaperLine) -> tuple[str, str]:
    """The kind of the page to which a line leads, and its slug: "organisations", "teme-icb"."""
    if not line.address:
        return "", ""
    *_, page, slug, _ = line.address.split("/")
    return page, slug


def as_called_then(part: Part, names: NamesThen) -> Part:
    """A part in which the name on the day stands after each name of today that is another."""
    if not any(names.values()):
        return part

    def told(line: PaperLine) -> PaperLine:
        page, slug = page_of(line)
        called = names[NAMED[page]].get(slug) if page in NAMED else None
        return replace(line, more=f" ({called}){line.more}") if called else line

    content: list[Lines | PaperTable] = []
    for each in part.content:
        if isinstance(each, PaperTable):
            rows = tuple(tuple(tuple(map(told, cell)) for cell in row) for row in each.rows)
            content.append(replace(each, rows=rows))
        else:
            content.append(replace(each, lines=tuple(map(told, each.lines))))
    return replace(part, content=tuple(content))


class References:
    """The places in documents that a paper cites, numbered in the order of first use."""

    def __init__(self):
        self._numbers: dict[tuple[str, str], int] = {}

    def of(self, *facts) -> tuple[int, ...]:
        """The numbers of the sources of `facts`, each once."""
        return self._numbered(place for fact in facts for place in places_of(fact))

    def of_rule(self, terms) -> tuple[int, ...]:
        """The numbers of the sources of the rule of quoracy in terms of reference."""
        if terms.quoracy_document is None:
            return self.of(terms)
        return self._numbered([(terms.quoracy_document.slug, terms.quoracy_locator)])

    def with_end(self, fact) -> tuple[int, ...]:
        """The numbers of the sources of a fact and of its end."""
        places = places_of(fact)
        if fact.end_document_slug:
            places.insert(1, (fact.end_document_slug, fact.end_locator))
        return self._numbered(places)

    def _numbered(self, places: Iterable[tuple[str, str]]) -> tuple[int, ...]:
        numbers = [self._numbers.setdefault(p, len(self._numbers) + 1) for p in places]
        return tuple(dict.fromkeys(numbers))

    def listed(self) -> Lines:
        """All sources in the order of their numbers."""
        documents = {
            document.slug: document
            for document in Document.objects.filter(slug__in={slug for slug, _ in self._numbers})
        }
        return Lines(
            tuple(_cited(documents[slug], place) for slug, place in self._numbers), "numbered"
        )


def places_of(fact) -> list[tuple[str, str]]:
    """The place that states a fact and, if a later document shows it to be so still, that."""
    places = [(fact.document_slug, fact.locator)]
    if fact.is_known_by_confirmation and fact.confirmed_document_slug:
        places.append((fact.confirmed_document_slug, fact.confirmed_locator))
    return places


def _cited(document: Document, place: str) -> PaperLine:
    about = ", ".join(filter(None, (document.publisher, document.published_in_words())))
    return PaperLine(
        document.title,
        address=document.get_absolute_url(),
        more=f"{f' ({about})' if about else ''}, {place}",
    )


def several(lines: Iterable[PaperLine], form: str = "bulleted") -> tuple[Lines, ...]:
    """Lines as the content of a part; nothing if there are none."""
    lines = tuple(lines)
    return (Lines(lines, form),) if lines else ()


def said(*lines: PaperLine) -> tuple[Lines, ...]:
    return several(lines, "paragraphs")


NOT_RECORDED = PaperLine("Not recorded.")


def or_not_recorded(content: tuple) -> tuple:
    return content or said(NOT_RECORDED)


def paper_for_word(context: dict) -> Paper:
    return context["paper"]


def paper_as_json(context: dict, here: Here) -> dict:
    """A paper as data: its parts with their lines and tables, and its sources."""
    paper = context["paper"]
    return {
        "forum": {"id": here.id_of(context["forum"]), "name": paper.forum},
        "title": paper.title,
        "not_in_force": paper.not_in_force or None,
        "called_then": paper.called_then or None,
        "parts": [
            {
                "heading": part.heading,
                "lines": [
                    _line_as_data(line, here)
                    for content in part.content
                    if content.form != "table"
                    for line in content.lines
                ],
                "tables": [
                    _table_as_data(content, here)
                    for content in part.content
                    if content.form == "table"
                ],
            }
            for part in paper.parts
        ],
    }


def _line_as_data(line: PaperLine, here: Here) -> dict:
    return {
        "label": line.label or None,
        "words": f"{line.words}{line.more}",
        "about": here.request.build_absolute_uri(line.address) if line.address else None,
        "sources": line.sources,
        "quoted": line.quoted,
    }


def _table_as_data(table: PaperTable, here: Here) -> dict:
    headings = [column.heading for column in table.columns]
    return {
        "caption": table.caption,
        "rows": [
            {
                heading: [_line_as_data(line, here) for line in cell]
                for heading, cell in zip(headings, row, strict=True)
            }
            for row in table.rows
        ],
    }
