"""Quotations, looked up in the texts of their documents."""

import re
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum

from records.names import plain_letters

# A hyphen or dash inside a word, or where a line broke one.
IN_WORD = re.compile("(?<=\\w)[-\u2010-\u2015\xad](?:[^\\S\n]*\n\\s*)?(?=\\w)")
# Bullets, stars of emphasis, and dashes that stand alone.
MARKS = re.compile("[*●▪◦‣]|(?<!\\S)[-\u2010-\u2015](?!\\S)")
ELLIPSIS = re.compile(r"[\[(]?(?:\.{3}|…)[\])]?")
# How a note says that the text is misread: “The scan prints the name as “lan Tait”.”
PRINTED_AS = re.compile(r"\bprints [^.;]*?\bas [“\"]([^”\"]+)[”\"]")
COLUMNS = "ran into each other"
# Where columns ran into each other, the end of a line may be of another column, and so may the
# beginning of the next.
PAST_OTHER_COLUMNS = r"(?: |(?: [^\n]*)?\n(?:[^\n]* )?)"


class QuotationCheck(StrEnum):
    """What became of looking a quotation up."""

    FOUND = "found"
    MISREAD = "misread, as the note says"
    NOT_FOUND = "not found"


def folded(text: str) -> str:
    """The lines of `text` in plain letters, without what a page adds to its words."""
    lines = IN_WORD.sub("", MARKS.sub("", text)).splitlines()
    return "\n".join(filter(None, map(plain_letters, lines)))


def folded_document(text: str) -> str:
    """The lines of a whole document likewise, whose pages have form feeds between them.

    Running heads and feet are moved to the end. They are first and last lines that differ from
    those of another page by a number at most.
    """
    pages = [page.strip().split("\n") for page in text.split("\f")]
    edges = Counter(edge for page in pages for edge in {_edge(page[0]), _edge(page[-1])})
    kept: list[str] = []
    running: list[str] = []
    for page in pages:
        for number, line in enumerate(page, start=1):
            repeated = number in (1, len(page)) and edges[_edge(line)] > 1
            (running if repeated else kept).append(line)
    return folded("\n".join([*kept, *running]))


def _edge(line: str) -> str:
    """The line without its numbers."""
    return re.sub(r"\d+", "", line).strip()


def look_up(quotation: str, note: str, text: str) -> QuotationCheck:
    """Whether the quotation is in `text`, which is folded, or as the note says it is misread."""
    if _is_in(quotation, text):
        return QuotationCheck.FOUND
    between = PAST_OTHER_COLUMNS if COLUMNS in note else r"\s"
    if any(
        _is_in(reading, text, between) for reading in [quotation, *_as_printed(quotation, note)]
    ):
        return QuotationCheck.MISREAD
    return QuotationCheck.NOT_FOUND


def _as_printed(quotation: str, note: str) -> Iterator[str]:
    """The quotation with the words that the note says are printed, in each place for as many."""
    words = quotation.split()
    for printed in PRINTED_AS.findall(note):
        size = len(printed.split())
        for start in range(len(words) - size + 1):
            yield " ".join([*words[:start], printed, *words[start + size :]])


def _is_in(quotation: str, text: str, between: str = r"\s") -> bool:
    """Whether the words of the quotation are in `text`; an ellipsis stands for any others."""
    pieces = [folded(piece).split() for piece in ELLIPSIS.split(quotation)]
    patterns = [rf"(?<!\S){between.join(map(re.escape, words))}(?!\S)" for words in pieces if words]
    return bool(patterns) and re.search(".*?".join(patterns), text, re.DOTALL) is not None
