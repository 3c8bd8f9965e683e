"""Reading files of the Organisation Data Service.

A file may hold one list as it was on several days, with the day in the first column. Each of them
is an Extract. A fault in any file refuses all files.
"""

import csv
import datetime
import hashlib
import io
import re
from collections import defaultdict
from pathlib import PurePath

from organisations.ods.extracts import (
    BadLine,
    Extract,
    Listing,
    OdsRefused,
    OrganisationRow,
    PartnerRow,
    Problem,
)
from organisations.ods.list_columns import (
    columns_of_list,
    read_code,
    read_day_of_list,
    read_days,
    read_name,
    refuse_swapped_columns,
)
from records.periods import first_day
from records.text import one_line

MOST_PROBLEMS = 200  # of one file
GENERAL_PRACTICE = "4"  # as a prescribing setting


def read_files(
    files: list[tuple[str, bytes]], *, today: datetime.date, day: str = ""
) -> list[Extract]:
    """The lists in `files` (names and contents), earliest first. Raises OdsRefused.

    `day` is the day of files that do not state one.
    """
    extracts, problems, more = [], [], 0
    for name, content in files:
        reader = ListReader(PurePath(name).name, content, day)
        extracts += reader.read()
        problems += reader.problems
        more += reader.more_problems
    firsts: dict[tuple, Extract] = {}
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
        first = firsts.setdefault((extract.listing, extract.day, extract.digest), extract)
        if first is not extract:
            words = f"This is the same file as {first.file_name}. Give it once."
            problems.append(Problem(extract.file_name, 1, words))
    if problems:
        raise OdsRefused(problems, more)
    order = list(Listing)
    return sorted(extracts, key=lambda e: (e.last_day, order.index(e.listing), e.file_name))


class ListReader:
    def __init__(self, file_name: str, content: bytes, day: str):
        self.file_name, self.content, self.given_day = file_name, content, day
        self.digest = hashlib.sha256(content).hexdigest()
        self.problems: list[Problem] = []
        self.more_problems = 0
        self.extracts: dict[tuple[datetime.date, str], Extract] = {}
        self.lines_of_codes: dict[tuple[datetime.date, str], int] = {}
        self.partners: dict[tuple[datetime.date, str, str], list[PartnerRow]] = defaultdict(list)

    def refuse(self, line: int, words: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(self.file_name, line, words))
        else:
            self.more_problems += 1

    def read(self) -> list[Extract]:
        try:
            lines = csv_lines(self.content)
            self.columns = columns_of_list(self.file_name, *lines[0])
            if "day" not in self.columns.places:
                self.day_of_file = self.find_day()
            body = lines[1:] if self.columns.has_headings else lines
            if not body:
                raise BadLine("There is no line below the headings. Fetch the file again.")
        except BadLine as bad:
            self.refuse(bad.line, str(bad))
            return []
        for line, cells in body:
            try:
                self.read_line(line, cells)
            except BadLine as bad:
                self.refuse(line, str(bad))
        return list(self.extracts.values())

    def find_day(self) -> tuple[datetime.date, str]:
        day = self.given_day
        if not day:
            found = re.search(r"(?<!\d)\d{4}-\d{2}(-\d{2})?(?!\d)", self.file_name)
            day = found[0] if found else ""
        if not day:
            raise BadLine(
                "Nothing says on which day this list stood. Put it into the name of the file, as "
                "“etr_2025-12-31.csv”, or give it beside the file."
            )
        return read_day_of_list(day)

    def read_line(self, line: int, cells: list[str]) -> None:
        if len(cells) != self.columns.width:
            raise BadLine(
                f"There are {len(cells)} columns here and {self.columns.width} in the first line: "
                "the file may be cut short. Fetch it again."
            )
        values = {column: cells[place] for column, place in self.columns.places.items()}
        extract = self.extract_of(values)
        refuse_swapped_columns(values)
        if self.columns.listing == Listing.PARTNERS:
            extract.rows.append(self.partner_row(line, values, extract.day))
        elif self.columns.listing == Listing.PRACTICES and values.get("setting", "") not in (
            "",
            GENERAL_PRACTICE,
        ):
            read_code(values["code"], Listing.PRACTICES)
            extract.passed_over += 1
        else:
            extract.rows.append(self.organisation_row(line, values, extract.day))

    def extract_of(self, values: dict[str, str]) -> Extract:
        day = read_day_of_list(values["day"]) if "day" in values else self.day_of_file
        if day not in self.extracts:
            self.extracts[day] = Extract(self.columns.listing, *day, self.file_name, self.digest)
        return self.extracts[day]

    def organisation_row(
        self, line: int, values: dict[str, str], day: datetime.date
    ) -> OrganisationRow:
        code, name = read_code(values["code"], self.columns.listing), read_name(values["name"])
        days = read_days(values["opened"], values["closed"], ("open date", "close date"))
        first = self.lines_of_codes.setdefault((day, code), line)
        if first != line:
            raise BadLine(
                f"The code {code} stands on line {first} too. Fetch the file again, or leave one."
            )
        return OrganisationRow(line, code, name, *days)

    def partner_row(self, line: int, values: dict[str, str], day: datetime.date) -> PartnerRow:
        practice = read_code(values["practice"], Listing.PRACTICES)
        name = read_name(values["practice_name"])
        network = read_code(values["network"], Listing.NETWORKS)
        starts, ends = read_days(values["starts"], values["ends"], ("start", "end"))
        read_name(values["network_name"])
        partners = self.partners[day, practice, network]
        for other in partners:
            if (ends is None or other.starts <= ends) and (
                other.ends is None or starts <= other.ends
            ):
                raise BadLine(
                    f"{practice} stands in {network} on line {other.line} too, for some of the "
                    "same time. Fetch the file again, or leave one of the lines."
                )
        partners.append(PartnerRow(line, practice, name, network, starts, ends))
        return partners[-1]


def csv_lines(content: bytes) -> list[tuple[int, list[str]]]:
    """The cells of each row, with the number of the line on which it begins. Raises BadLine."""
    text = csv_text(content)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows, line = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((line, [one_line(cell) for cell in cells]))
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadLine(
            f"This is not CSV ({error}): a quotation mark may be missing, or the file may be cut "
            "short. Fetch it again.",
            line,
        ) from None
    if not rows:
        raise BadLine("This file is empty. Fetch it again.")
    if not text.endswith(("\n", "\r")):
        raise BadLine(
            "The last line has no end, so the file may be cut short. Fetch it again; if it is "
            "whole, end it with a new line.",
            rows[-1][0],
        )
    return rows


def csv_text(content: bytes) -> str:
    if not content.strip():
        raise BadLine("This file is empty. Fetch it again.")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in content[:4000]:
        raise BadLine(
            "This file is in UTF-16, or no text at all. Save it as “CSV UTF-8” and give that."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadLine(
            "There are letters that are not UTF-8. Save the file as “CSV UTF-8” and give that.",
            content[: error.start].count(b"\n") + 1,
        ) from None
    if "\x00" in text:
        raise BadLine(
            "There is a character of code 0, as in a file that was damaged. Fetch it again.",
            text[: text.index("\x00")].count("\n") + 1,
        )
    return text
