"""Reading the files of the Organisation Data Service, as strictly as they are plain.

Each of its lists comes as CSV, some with a heading above each column and some without any, which
are then known by the name of the file. A file may hold one list as it stood on several days, with
the day in its first column: each is an Extract of its own. What is wrong anywhere refuses all.
"""

import csv
import datetime
import hashlib
import io
import re
from dataclasses import dataclass, field
from pathlib import PurePath

from django.db import models

from records.periods import (
    FIRST_DAY,
    LAST_DAY,
    Precision,
    date_in_words,
    first_day,
    is_taken,
    last_day,
)
from records.text import one_line


class Listing(models.TextChoices):
    """What one of its files lists, in the order in which those of one day are taken."""

    TRUSTS = "trusts", "NHS trusts"
    CCGS = "ccgs", "CCGs and sub-ICB locations"
    NETWORKS = "networks", "primary care networks"
    PRACTICES = "practices", "general practices"
    PARTNERS = "partners", "practices in networks"


# What names of files without headings begin with.
NAMED = {"etr": Listing.TRUSTS, "eccg": Listing.CCGS, "epraccur": Listing.PRACTICES}
# Where the columns of a file without headings stand, which has 27 of them.
WIDTH = 27
PLACES = {"code": 0, "name": 1, "region": 2, "postcode": 9, "opened": 10, "closed": 11}
PRACTICE_PLACES = PLACES | {"status": 12, "setting": 25}

# By what headings the columns of a file are known.
HEADINGS = {
    "day": ("snapshot_file_modified", "snapshot_commit_date", "snapshot_date"),
    "code": ("code", "organisation_code", "pcn_code"),
    "name": ("name", "organisation_name", "pcn_name"),
    "opened": ("open_date", "opened"),
    "closed": ("close_date", "closed"),
    "practice": ("practice_code", "partner_organisation_code"),
    "practice_name": ("practice_name", "partner_name"),
    "network": ("pcn_code",),
    "network_name": ("pcn_name",),
    "starts": ("rel_start", "practice_to_pcn_relationship_start_date"),
    "ends": ("rel_end", "practice_to_pcn_relationship_end_date"),
    "postcode": ("postcode",),
    "status": ("status_code",),
    "setting": ("prescribing_setting",),
}
ORGANISATION = ("code", "name", "opened", "closed")
PARTNER = ("practice", "practice_name", "network", "network_name", "starts", "ends")
GENERAL_PRACTICE = "4"  # as a prescribing setting

CODES = {
    Listing.TRUSTS: (re.compile(r"[A-Z0-9]{3}|[A-Z0-9]{5}"), "R1A"),
    Listing.CCGS: (re.compile(r"[A-Z0-9]{3}|[A-Z0-9]{5}"), "18C"),
    Listing.NETWORKS: (re.compile(r"U\d{5}"), "U12199"),
    Listing.PRACTICES: (re.compile(r"[A-Z]\d{5}"), "M81001"),
}
POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}")
MOST_PROBLEMS = 200  # of one file


@dataclass(frozen=True)
class Problem:
    """What is wrong with a line of a file, and what to do."""

    file_name: str
    line: int
    words: str

    def __str__(self):
        return f"{self.file_name}, line {self.line}: {self.words}"


class OdsRefused(Exception):
    """Files that cannot be taken; nothing was loaded."""

    def __init__(self, problems: list[Problem], untold: int = 0):
        """`untold` is how many more there are."""
        self.problems, self.number = problems, len(problems) + untold
        super().__init__(f"{self.number:,} thing(s) to mend")


@dataclass(frozen=True)
class OrganisationRow:
    """An organisation as a line of a list has it."""

    line: int
    code: str
    name: str
    opened: datetime.date
    closed: datetime.date | None
    status: str = ""


@dataclass(frozen=True)
class PartnerRow:
    """A practice in a network, as a line of the list of core partners has it."""

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
    rows: list = field(default_factory=list)
    passed_over: int = 0  # lines that are no general practices

    @property
    def day_in_words(self) -> str:
        return date_in_words(self.day, self.precision)

    @property
    def last_day(self) -> datetime.date:
        return last_day(self.day, self.precision)

    @property
    def order(self) -> tuple:
        return self.last_day, list(Listing).index(self.listing), self.file_name

    def __str__(self):
        return f"{self.listing.label}, {self.day_in_words} ({self.file_name})"


def read_files(
    files: list[tuple[str, bytes]], *, today: datetime.date, day: str = ""
) -> list[Extract]:
    """What files, each a name and its bytes, list: the earliest first. `day` is the day on which
    files stood that do not say it themselves. Raises OdsRefused."""
    extracts, problems, untold = [], [], 0
    for name, content in files:
        reader = Reader(PurePath(name).name, content, day)
        extracts += reader.read()
        problems += reader.problems
        untold += reader.untold
    twice = {}
    for extract in extracts:
        if first_day(extract.day, extract.precision) > today:
            problems.append(
                Problem(
                    extract.file_name,
                    1,
                    f"This list is said to stand as on {extract.day_in_words}, which has not come. "
                    "Correct the day in the name of the file, beside it or in its first column.",
                )
            )
        first = twice.setdefault((extract.listing, extract.day, extract.digest), extract)
        if first is not extract:
            problems.append(
                Problem(
                    extract.file_name,
                    1,
                    f"This is the same file as {first.file_name}. Give it once.",
                )
            )
    if problems:
        raise OdsRefused(problems, untold)
    return sorted(extracts, key=lambda extract: extract.order)


class Wrong(Exception):
    """What is wrong with a line, in words."""


class Reader:
    """One file on its way to extracts."""

    def __init__(self, file_name: str, content: bytes, day: str):
        self.file_name, self.content = file_name, content
        self.given_day = day
        self.digest = hashlib.sha256(content).hexdigest()
        self.problems: list[Problem] = []
        self.untold = 0
        self.extracts: dict[str, Extract] = {}
        self.seen: dict[tuple, int] = {}
        self.spans: dict[tuple, list[PartnerRow]] = {}

    def refuse(self, line: int, words: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(self.file_name, line, words))
        else:
            self.untold += 1

    def read(self) -> list[Extract]:
        try:
            lines = self.lines()
            self.understand_columns(*lines[0])
            body = lines[1:] if self.has_headings else lines
            if not body:
                raise Wrong("There is no line below the headings. Fetch the file again.")
        except Wrong as wrong:
            self.refuse(getattr(wrong, "line", 1), str(wrong))
            return []
        for line, cells in body:
            try:
                self.take(line, cells)
            except Wrong as wrong:
                self.refuse(line, str(wrong))
        return list(self.extracts.values())

    # The file as a whole

    def lines(self) -> list[tuple[int, list[str]]]:
        """Each row with the number of the line on which it begins."""
        text = self.text()
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        rows, line = [], 1
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                break
            except csv.Error as error:
                raise at(
                    line,
                    f"This is not CSV ({error}): a quotation mark may be missing, or the file may "
                    "be cut short. Fetch it again.",
                ) from None
            if any(cell.strip() for cell in cells):
                rows.append((line, [one_line(cell) for cell in cells]))
            line = reader.line_num + 1
        if not text.endswith(("\n", "\r")):
            raise at(
                rows[-1][0],
                "The last line has no end, so the file may be cut short. Fetch it again; if it is "
                "whole, end it with a new line.",
            )
        return rows

    def text(self) -> str:
        content = self.content
        if not content.strip():
            raise Wrong("This file is empty. Fetch it again.")
        if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in content[:4000]:
            raise Wrong(
                "This file is in UTF-16, or no text at all. Save it as “CSV UTF-8” and give that."
            )
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise at(
                content[: error.start].count(b"\n") + 1,
                "There are letters that are not UTF-8. Save the file as “CSV UTF-8” and give that.",
            ) from None
        if "\x00" in text:
            raise at(
                text[: text.index("\x00")].count("\n") + 1,
                "There is a character of code 0, as in a file that was damaged. Fetch it again.",
            )
        return text

    # What its columns are

    def understand_columns(self, line: int, first: list[str]) -> None:
        names = [re.sub(r"[^a-z0-9]+", "_", cell.casefold()).strip("_") for cell in first]
        known = {name for several in HEADINGS.values() for name in several}
        self.has_headings = len(known.intersection(names)) >= 2
        self.width = len(first)
        if self.has_headings:
            self.by_headings(line, names)
        else:
            self.by_file_name(line)
        if "day" not in self.places:
            self.day_of_file = self.day_told()

    def by_headings(self, line: int, names: list[str]) -> None:
        for name in names:
            if name and names.count(name) > 1:
                raise at(line, f"The heading “{name}” stands twice. Leave one of the columns.")
        is_partners = any(name in names for name in HEADINGS["starts"])
        wanted = PARTNER if is_partners else ORGANISATION
        self.places = {}
        for column in ("day", *wanted, "postcode", "status", "setting"):
            place = next((names.index(n) for n in HEADINGS[column] if n in names), None)
            if place is not None:
                self.places[column] = place
            elif column in wanted:
                raise at(
                    line,
                    f"There is no column “{HEADINGS[column][-1]}”. Give the file as the "
                    "Organisation Data Service publishes it.",
                )
        if is_partners:
            self.listing = Listing.PARTNERS
        elif "pcn_code" in names:
            self.listing = Listing.NETWORKS
        elif "status" in self.places:
            self.listing = Listing.PRACTICES
        else:
            self.listing = self.listing_named(line)

    def by_file_name(self, line: int) -> None:
        if self.width != WIDTH:
            raise at(
                line,
                f"The first line has no headings, and {self.width} columns where such a file has "
                f"{WIDTH}. Give the file as the Organisation Data Service publishes it.",
            )
        self.listing = self.listing_named(line)
        self.places = PRACTICE_PLACES if self.listing == Listing.PRACTICES else PLACES

    def listing_named(self, line: int) -> Listing:
        name = self.file_name.casefold()
        for begins, listing in NAMED.items():
            if re.search(rf"(^|[^a-z]){begins}", name):
                return listing
        raise at(
            line,
            "Nothing says what this file lists. Name it as it was published, with “etr”, “eccg” "
            "or “epraccur” at the beginning.",
        )

    def day_told(self) -> tuple[datetime.date, str]:
        """The day on which the whole file stood."""
        day = self.given_day
        if not day:
            found = re.search(r"(?<!\d)\d{4}-\d{2}(-\d{2})?(?!\d)", self.file_name)
            day = found[0] if found else ""
        if not day:
            raise Wrong(
                "Nothing says on which day this list stood. Put it into the name of the file, as "
                "“etr_2025-12-31.csv”, or give it beside the file."
            )
        return understood_day(day)

    # Each line

    def take(self, line: int, cells: list[str]) -> None:
        if len(cells) != self.width:
            raise Wrong(
                f"There are {len(cells)} columns here and {self.width} in the first line: the "
                "file may be cut short. Fetch it again."
            )
        values = {column: cells[place] for column, place in self.places.items()}
        extract = self.extract_of(values.get("day", ""))
        if values.get("region") and not re.fullmatch(r"[A-Z]\d\d", values["region"]):
            raise Wrong(
                f"“{shown(values['region'])}” stands in column 3, where a region such as Y60 "
                "stands: columns may be swapped. Fetch the file again."
            )
        if values.get("postcode") and not POSTCODE.fullmatch(values["postcode"]):
            raise Wrong(
                f"“{shown(values['postcode'])}” is no postcode: columns may be swapped. Fetch the "
                "file again."
            )
        if self.listing == Listing.PARTNERS:
            row = self.partner(line, values, extract)
        else:
            row = self.organisation(line, values, extract)
        if row is not None:
            extract.rows.append(row)

    def extract_of(self, cell: str) -> Extract:
        if "day" in self.places:
            day, precision = understood_day(cell)
        else:
            day, precision = self.day_of_file
        key = f"{day}{precision}"
        if key not in self.extracts:
            self.extracts[key] = Extract(self.listing, day, precision, self.file_name, self.digest)
        return self.extracts[key]

    def organisation(self, line: int, values: dict, extract: Extract) -> OrganisationRow | None:
        code = self.code(values["code"], self.listing)
        if self.listing == Listing.PRACTICES and values.get("setting", "") not in (
            "",
            GENERAL_PRACTICE,
        ):
            extract.passed_over += 1
            return None
        row = OrganisationRow(
            line,
            code,
            named(values["name"]),
            understood(values["opened"], "open date"),
            understood(values["closed"], "close date", may_be_empty=True),
            values.get("status", ""),
        )
        in_order(row.opened, row.closed)
        self.once((extract.day, code), line, f"The code {code} stands")
        return row

    def partner(self, line: int, values: dict, extract: Extract) -> PartnerRow:
        row = PartnerRow(
            line,
            self.code(values["practice"], Listing.PRACTICES),
            named(values["practice_name"]),
            self.code(values["network"], Listing.NETWORKS),
            understood(values["starts"], "start"),
            understood(values["ends"], "end", may_be_empty=True),
        )
        named(values["network_name"])
        in_order(row.starts, row.ends)
        pair = (extract.day, row.practice, row.network)
        for other in self.spans.setdefault(pair, []):
            if not (over(other, row.starts) or over(row, other.starts)):
                raise Wrong(
                    f"{row.practice} stands in {row.network} on line {other.line} too, for some "
                    "of the same time. Fetch the file again, or leave one of the lines."
                )
        self.spans[pair].append(row)
        return row

    def once(self, key: tuple, line: int, words: str) -> None:
        first = self.seen.setdefault(key, line)
        if first != line:
            raise Wrong(f"{words} on line {first} too. Fetch the file again, or leave one.")

    def code(self, text: str, listing: Listing) -> str:
        form, example = CODES[listing]
        if not form.fullmatch(text):
            raise Wrong(
                f"“{shown(text)}” is no code such as {example}: columns may be swapped. Fetch the "
                "file again."
            )
        return text


def at(line: int, words: str) -> Wrong:
    wrong = Wrong(words)
    wrong.line = line
    return wrong


def shown(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"


def over(row: PartnerRow, day: datetime.date) -> bool:
    return row.ends is not None and row.ends < day


def in_order(first: datetime.date, last: datetime.date | None) -> None:
    if last is not None and last < first:
        raise Wrong(
            f"It ends on {date_in_words(last)}, before it begins on {date_in_words(first)}: "
            "columns may be swapped. Fetch the file again."
        )


def named(text: str) -> str:
    name = " ".join(text.split())
    if not re.search("[A-Za-z]", name) or POSTCODE.fullmatch(name) or len(name) > 200:
        raise Wrong(
            f"“{shown(name)}” is no name: columns may be swapped. Fetch the file again."
            if name
            else "There is no name. Fetch the file again."
        )
    return name


def understood(text: str, column: str, *, may_be_empty: bool = False) -> datetime.date | None:
    """A date as these files write it: 20191001, as text or as a number, or 2019-10-01."""
    if not text and may_be_empty:
        return None
    written = re.fullmatch(r"(\d{4})-?(\d{2})-?(\d{2})(\.0+)?", text)
    try:
        day = datetime.date(*map(int, written.groups()[:3])) if written else None
    except ValueError:
        day = None
    if day is None or not is_taken(day):
        raise Wrong(
            f"“{shown(text)}” is no {column}. One is written 20191001, from {FIRST_DAY.year} to "
            f"{LAST_DAY.year}. Fetch the file again."
        )
    return day


def understood_day(text: str) -> tuple[datetime.date, str]:
    """The day, or the month, on which a list stood. Raises Wrong."""
    if re.fullmatch(r"\d{4}-\d{2}", text):
        return understood(f"{text}-01", "month"), Precision.MONTH
    return understood(text, "day on which the list stood"), Precision.DAY
