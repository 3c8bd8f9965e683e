"""The lists in files of the Organisation Data Service."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from records.periods import date_in_words, last_day


class Listing(models.TextChoices):
    """The kinds of list. Lists of one day are imported in this order."""

    TRUSTS = "trusts", "NHS trusts"
    CCGS = "ccgs", "CCGs and sub-ICB locations"
    NETWORKS = "networks", "primary care networks"
    PRACTICES = "practices", "general practices"
    PARTNERS = "partners", "practices in networks"


class BadLine(Exception):
    """A fault in a line of the file that is being read, and what to do."""

    def __init__(self, words: str, line: int = 1):
        super().__init__(words)
        self.line = line


@dataclass(frozen=True)
class Problem:
    """A fault in a line of a file, or something to look at, and what to do."""

    file_name: str
    line: int
    words: str

    def __str__(self):
        return f"{self.file_name}, line {self.line}: {self.words}"


class OdsRefused(Exception):
    """Files that cannot be imported. Nothing was loaded."""

    def __init__(self, problems: list[Problem], more: int = 0):
        """`more` is how many problems there are besides."""
        self.problems, self.number = problems, len(problems) + more
        super().__init__(f"{self.number:,} thing(s) to mend")


@dataclass(frozen=True)
class OrganisationRow:
    line: int
    code: str
    name: str
    opened: datetime.date
    closed: datetime.date | None


@dataclass(frozen=True)
class PartnerRow:
    """A line of the list of core partners: a practice in a network."""

    line: int
    practice: str
    practice_name: str
    network: str
    starts: datetime.date
    ends: datetime.date | None


@dataclass
class Extract:
    """One list as it stood on one day."""

    listing: Listing
    day: datetime.date
    precision: str
    file_name: str
    digest: str
    rows: list[Any] = field(default_factory=list)  # OrganisationRow or PartnerRow
    passed_over: int = 0  # lines about others than general practices

    @property
    def day_in_words(self) -> str:
        return date_in_words(self.day, self.precision)

    @property
    def last_day(self) -> datetime.date:
        return last_day(self.day, self.precision)

    def __str__(self):
        return f"{self.listing.label}, {self.day_in_words} ({self.file_name})"
