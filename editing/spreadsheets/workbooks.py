"""The cells of an XLSX file, as somebody would type them."""

import datetime
import io
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from itertools import repeat
from typing import NamedTuple

from openpyxl import load_workbook

# The kinds of cell besides text and numbers.
DATE, YES_NO, NO_RESULT = "a date", "a yes or no", "a formula without its result"

# Formats that show a number with leading zeros, with so many decimals or as a percentage.
SHOWN_NUMBER = re.compile(r"(0{1,30})(\.0{1,30})?(%)?")

# The XML of a sheet is searched before the library reads it, because the library gives every blank
# row up to the last that is numbered, no merged cells, and formulas or their results but not both.
# None of these matches across tags, so that a search takes time in proportion to the XML.
ROW = re.compile(rb"<(?:\w+:)?row\s[^<>]*?\br=[\"'](\d+)")
SAYS = re.compile(rb"</(?:\w+:)?(?:v|t|f)>")
MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^<>]*?\bref=[\"']([^\"'<>]+)")
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
SHARED = re.compile(rb"<(?:\w+:)?f\s[^<>]*?\bt=[\"']shared")
FORMULA_TEXT = re.compile(rb"<(?:\w+:)?f(?:\s[^<>]*)?>([^<]*)")

# The time that the library takes for formats grows with the square of their length and number.
# Excel's own limits are 255 characters of up to eight bytes, and some 250 formats.
FORMAT = re.compile(rb"\bformatCode\s*=")
LONG_FORMAT = re.compile(rb"\bformatCode\s*=\s*(?:\"[^\"]{2041}|'[^']{2041})")
MOST_FORMATS = 1_000
LONGEST_FORMAT = 255
# The library reads a shared formula once for each cell that shares it and for each bracket in it.
# These are the most bytes that it may read in that way.
MOST_SHARED = 20_000_000


class Cell(NamedTuple):
    """The text of a cell as somebody would type it, and its kind if it is no text or number."""

    text: str
    kind: str = ""


class MergedCells(Exception):
    """Cells are merged, so that all but the first are empty though they show something."""


class Damaged(Exception):
    """No spreadsheet program writes such a workbook."""


class Workbook:
    """The visible sheets of a workbook. Raises MergedCells, or anything for a damaged one."""

    def __init__(self, content: bytes, *, most_columns: int):
        self.most_columns = most_columns
        self.last_row, has_formulas = look_through(content)
        self.results = opened(content, data_only=True)
        self.formulas = opened(content, data_only=False) if has_formulas else None
        self.sheets = [sheet for sheet in self.results.worksheets if sheet.sheet_state == "visible"]

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        for workbook in (self.results, self.formulas):
            if workbook is not None:
                workbook.close()

    def lines(self, sheet) -> Iterator[list[Cell]]:
        """The rows of a sheet from the first to the last that is not blank."""
        within = {"max_row": self.last_row, "max_col": self.most_columns}
        # The size that a sheet states need not be true.
        sheet.reset_dimensions()
        formulas = repeat(None)
        if self.formulas is not None:
            with_formulas = self.formulas[sheet.title]
            with_formulas.reset_dimensions()
            formulas = with_formulas.iter_rows(**within)
        for row, formula_row in zip(sheet.iter_rows(**within), formulas, strict=False):
            yield [
                cell_of(cell, formula)
                for cell, formula in zip(row, formula_row or repeat(None), strict=False)
            ]


def opened(content: bytes, *, data_only: bool):
    return load_workbook(io.BytesIO(content), read_only=True, data_only=data_only, keep_links=False)


def look_through(content: bytes) -> tuple[int, bool]:
    """The last row of any sheet that is not blank, and whether any cell is a formula.

    Raises MergedCells, and Damaged for XML that would keep the library busy for ever.
    """
    last, has_formulas = 1, False
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for name in parts.namelist():
            if not name.endswith(".xml"):
                continue
            xml = parts.read(name)
            refuse_endless(xml)
            if "/worksheets/" not in name:
                continue
            if merged := MERGED.search(xml):
                raise MergedCells(merged[1].decode())
            has_formulas = has_formulas or FORMULA.search(xml) is not None
            said = max((match.end() for match in SAYS.finditer(xml)), default=0)
            numbers = [int(number) for number in ROW.findall(xml, 0, said)]
            # Rows need not have numbers. There cannot be more of them than tags.
            last = max([last, *numbers, 0 if numbers else xml.count(b"row", 0, said)])
    return last, has_formulas


def refuse_endless(xml: bytes) -> None:
    """Raise Damaged for XML that takes far longer to read than its length explains."""
    # A search would find nothing in UTF-16.
    if b"\x00" in xml:
        raise Damaged
    if LONG_FORMAT.search(xml) or len(FORMAT.findall(xml)) > MOST_FORMATS:
        raise Damaged
    if sharing := len(SHARED.findall(xml)):
        formulas = FORMULA_TEXT.findall(xml)
        times = sharing + sum(text.count(b"[") for text in formulas)
        if times * max(map(len, formulas), default=0) > MOST_SHARED:
            raise Damaged


def cell_of(cell, formula) -> Cell:
    """The text of a cell. `formula` is the same cell with its formula, if the workbook has any."""
    value = cell.value
    if value is None:
        # A formula whose result is an empty text has another data type.
        if formula is not None and formula.data_type == "f" and cell.data_type == "n":
            return Cell("", NO_RESULT)
        return Cell("")
    if isinstance(value, bool):
        return Cell("yes" if value else "no", YES_NO)
    if isinstance(value, datetime.date):
        return Cell(date_text(value, cell.number_format), DATE)
    if isinstance(value, datetime.time | datetime.timedelta):
        return Cell(str(value), DATE)
    return Cell(number_text(value, cell.number_format))


def number_text(value: float | str, number_format: str) -> str:
    """A number as the cell shows it: 12 in the format “000” is “012”, and 0.45 as a percentage
    “45%”. A format that would round it does not count."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    form = SHOWN_NUMBER.fullmatch(number_format)
    if form is None or isinstance(value, str) or value < 0:
        return str(value)
    zeros, decimals, percent = form.groups(default="")
    number = Decimal(str(value)) * (100 if percent else 1)
    shown = f"{number:0{len(zeros) + len(decimals)}.{max(len(decimals) - 1, 0)}f}"
    return f"{shown}{percent}" if Decimal(shown) == number else str(value)


def date_text(value: datetime.date, number_format: str) -> str:
    """A date as far as the cell shows it: “April 2019” is stored as a day and shown as a month."""
    shown = number_format[:LONGEST_FORMAT]
    shown = re.sub(r'"[^"]*"|\[[^\[\]]*\]|\\.', "", shown).lower()
    if "d" in shown or "y" not in shown:
        return f"{value:%Y-%m-%d}"
    return f"{value:%Y-%m}" if "m" in shown else f"{value:%Y}"
