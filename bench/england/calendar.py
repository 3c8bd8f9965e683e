"""When things happened in the national register, when they were recorded, and from which paper."""

import datetime
import random
from collections import defaultdict

from bench.england.bodies import England
from bench.england.book import Book, BookEntry
from records.history import Nature
from records.models import Document, DocumentKind
from records.periods import Precision

# The register's first day and its last.
FIRST = datetime.date(2016, 11, 1)
LAST = datetime.date(2026, 10, 31)

IMPORT = "Import a spreadsheet"
A_MINUTE = datetime.timedelta(minutes=1)


class Calendar:
    """Days, moments and source documents."""

    def __init__(self, chance: random.Random, book: Book, england: England):
        self.chance, self.book = chance, book
        begun = self.book.entry(
            at_eight(FIRST), Nature.IMPORTED, "The register's first list.", IMPORT
        )
        self.extract = Document(
            slug="list-of-organisations",
            title=f"{england.source}, for trying the register at national size",
            short_title=england.source,
            kind=DocumentKind.DATA_EXTRACT,
            published_date=FIRST,
        )
        self.book.add(self.extract, begun)
        self.documents: dict[int, dict[int, Document]] = defaultdict(dict)
        for system, (name, _, _) in enumerate(england.systems):
            for year in range(FIRST.year, LAST.year + 1):
                self.documents[system][year] = self.paper(system, name, year)

    def paper(self, system: int, name: str, year: int) -> Document:
        opened = max(FIRST, datetime.date(year, 1, 1))
        paper = Document(
            slug=f"governance-papers-{system + 1}-{year}",
            title=f"Governance papers of {name}, {year} (made up)",
            short_title=f"Governance papers {year}",
            kind=self.chance.choice([DocumentKind.BOARD_PAPER, DocumentKind.TERMS_OF_REFERENCE]),
            publisher=name,
            published_date=opened,
            published_precision=Precision.MONTH,
        )
        why = "A paper for the year."
        return self.book.add(paper, self.book.entry(at_eight(opened), Nature.RECORDED, why))

    def write(self) -> None:
        self.book.put_down(self.extract)
        for papers in self.documents.values():
            self.book.put_down(*papers.values())

    def some_day(self, first: datetime.date, last: datetime.date) -> datetime.date:
        """A day between two, both included; the first if they are the wrong way round."""
        return first + datetime.timedelta(days=self.chance.randint(0, max(0, (last - first).days)))

    def told(self, day: datetime.date, after: datetime.datetime | None = None):
        """The moment at which the register is told what happened on `day`."""
        day = min(max(FIRST, day + datetime.timedelta(days=self.chance.randint(1, 40))), LAST)
        seconds = self.chance.randint(3_600, 9 * 3_600)
        at = at_eight(day) + datetime.timedelta(seconds=seconds)
        return at if after is None or at > after else after + A_MINUTE

    def entry(
        self,
        day: datetime.date,
        step: str,
        after: datetime.datetime | None = None,
        nature: Nature = Nature.CHANGED,
    ) -> BookEntry:
        """What happened on `day`, told by a guided step; by an import if it had been before the
        register began."""
        at = self.told(day, after)
        if day <= FIRST:
            return self.book.entry(at, Nature.IMPORTED, "The register's first list.", IMPORT)
        reason = f"From the governance papers of {at.year}."
        return self.book.entry(at, nature, reason, step)

    def evidence(self, entry: BookEntry, system: int) -> dict:
        """The evidence of a fact, from a paper that the register has by then."""
        return {
            "document": self.documents[system][entry.at.year],
            "locator": self.locator(),
            "confirmed_on": entry.at.date(),
        }

    def locator(self) -> str:
        return f"Item {self.chance.randint(1, 14)}, page {self.chance.randint(1, 60)}"

    def start(self, day: datetime.date) -> dict:
        """The start of something, as precisely as some paper may know it."""
        return {"start_date": day, "start_precision": self.precision()}

    def end(self, day: datetime.date, entry: BookEntry, system: int) -> dict:
        """The end of something, likewise, for half of them with a source of its own."""
        fields = {"end_date": day}
        if day.year < LAST.year:
            fields["end_precision"] = self.precision()
        if self.chance.random() < 0.5:
            fields["end_document"] = self.documents[system][entry.at.year]
            fields["end_locator"] = self.locator()
        return fields

    def precision(self) -> Precision:
        return self.chance.choices(list(Precision), [70, 22, 8])[0]


def at_eight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(8), datetime.UTC)
