"""Workbooks: the cells of an XLSX file, taken from its parts as they come.

Only the texts that cells share are held, and one row at a time: a part may ask for much more
than its size, and nothing is built of what no row needs.
"""

import datetime
import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import IO, NamedTuple
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel, from_ISO8601
from openpyxl.utils.escape import unescape

# As many as a spreadsheet program has.
LAST_ROW = 1_048_576
MOST_STYLES = 65_536
LONGEST_FORMAT = 255
PIECE = 64 * 1024

# What a cell may be besides text or a number.
DATE, YES_NO, NO_RESULT = "a date", "a yes or no", "a formula without its result"


class Cell(NamedTuple):
    """What a cell says, as somebody would type it; and what it is, if that is no text or number."""

    text: str
    kind: str = ""


class MergedCells(Exception):
    """Cells of a sheet are one, so that those after the first do not say what they show."""


class SheetPart(NamedTuple):
    """A sheet of a workbook, and the part that has its rows."""

    name: str
    part: str


class Workbook:
    """A workbook by its parts. One that is damaged raises an exception, of many kinds."""

    def __init__(self, parts: zipfile.ZipFile):
        self.parts = parts
        self.epoch = WINDOWS_EPOCH
        self.sheets: list[SheetPart] = []  # those that are shown
        self.texts: list[str] = []  # which cells share
        self.formats: list[str] = []  # of numbers, by style
        for kind, part in self.leads_to("").values():
            if kind == "officeDocument":
                self.open(part)

    def open(self, workbook: str) -> None:
        leads_to = self.leads_to(workbook)
        for tag, has in self.tags(workbook, "workbookPr", "sheet"):
            if tag == "workbookPr" and has.get("date1904") in ("1", "true"):
                self.epoch = MAC_EPOCH
            elif tag == "sheet":
                kind, part = leads_to[has["id"]]
                if kind == "worksheet" and has.get("state", "visible") == "visible":
                    self.sheets.append(SheetPart(has["name"], part))
        for kind, part in leads_to.values():
            if kind == "sharedStrings":
                self.texts = list(self.taken(part, TakesTexts()))
            elif kind == "styles":
                self.formats = self.formats_of(part)

    def taken(self, part: str, takes: "Takes") -> Iterator:
        """What is taken from a part, as it comes."""
        with self.parts.open(part) as file:
            yield from takes.all_of(file)

    def tags(self, part: str, *wanted: str) -> Iterator[tuple[str, dict[str, str]]]:
        return self.taken(part, TakesTags(wanted))

    def leads_to(self, part: str) -> dict[str, tuple[str, str]]:
        """The parts that a part leads to, with their kinds, by the keys that it gives them."""
        folder, name = posixpath.split(part)
        found = {}
        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        for _, has in self.tags(relations, "Relationship"):
            target = posixpath.normpath(posixpath.join("/", folder, has["Target"]))
            found[has["Id"]] = has["Type"].rpartition("/")[2], target.lstrip("/")
        return found

    def formats_of(self, styles: str) -> list[str]:
        by_key, keys, section = dict(BUILTIN_FORMATS), [], ""
        sections = ("cellStyleXfs", "cellXfs", "cellStyles")
        for tag, has in self.tags(styles, *sections, "numFmt", "xf"):
            if tag in sections:
                section = tag
            elif tag == "numFmt" and not section:
                by_key[int(has["numFmtId"])] = has["formatCode"][:LONGEST_FORMAT]
            elif tag == "xf" and section == "cellXfs":
                keys.append(int(has.get("numFmtId", 0)))
                if len(keys) > MOST_STYLES:
                    raise ValueError("No workbook has so many styles.")
        return [by_key.get(key, "General") for key in keys]

    def rows_of(self, sheet: SheetPart) -> Iterator[tuple[int, dict[int, Cell]]]:
        """The rows of a sheet that have cells or might, and these by their columns, from 1."""
        return self.taken(sheet.part, TakesRows(self))

    def cell(self, kind: str, style: int, value: str) -> Cell:
        """What a cell of a sheet says."""
        if not value or kind == "e":
            return Cell(value)
        if kind == "s":
            return Cell(self.texts[int(value)])
        if kind in ("str", "inlineStr"):
            return Cell(unescape(value))
        if kind == "b":
            return Cell("yes" if value in ("1", "true") else "no", YES_NO)
        if kind == "d":
            return Cell(date_text(from_ISO8601(value), "yyyy-mm-dd"), DATE)
        number_format = self.formats[style] if self.formats else "General"
        if is_date_format(number_format):
            return self.date(float(value), number_format)
        return Cell(number_text(value))

    def date(self, days: float, number_format: str) -> Cell:
        try:
            value = from_excel(days, self.epoch, is_timedelta_format(number_format))
        except (OverflowError, ValueError):
            return Cell("#VALUE!")
        return Cell(date_text(value, number_format), DATE)


def number_text(value: str) -> str:
    if value.isdecimal():
        return value
    number = float(value)
    return str(int(number)) if number.is_integer() else str(number)


def date_text(value, number_format: str) -> str:
    """A date of a workbook as far as the cell shows it: what was typed as “April 2019” is kept
    as a day and shown as a month."""
    if not isinstance(value, datetime.date):
        return str(value)  # a time of day, or a duration
    shown = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", number_format).lower()
    if "d" in shown or "y" not in shown:
        return f"{value:%Y-%m-%d}"
    return f"{value:%Y-%m}" if "m" in shown else f"{value:%Y}"


# What is taken from a part, tag by tag


class Takes:
    """Takes from a part what `start`, `end` and `text` add to `ready`."""

    def __init__(self):
        self.ready = []

    def all_of(self, file: IO[bytes]) -> Iterator:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = lambda name, has: self.start(name.rpartition(" ")[2], has)
        parser.EndElementHandler = lambda name: self.end(name.rpartition(" ")[2])
        parser.CharacterDataHandler = self.text
        parser.StartDoctypeDeclHandler = self.refuse_declarations
        while piece := file.read(PIECE):
            parser.Parse(piece)
            yield from self.ready
            self.ready.clear()
        parser.Parse(b"", True)
        yield from self.ready

    def refuse_declarations(self, *declared) -> None:
        """No workbook declares anything; by declarations a few words become millions."""
        raise ValueError("A part of this workbook has a document type.")

    def start(self, tag: str, has: dict[str, str]) -> None: ...

    def end(self, tag: str) -> None: ...

    def text(self, text: str) -> None: ...


class TakesTags(Takes):
    """Tags of some names, with their attributes."""

    def __init__(self, wanted: tuple[str, ...]):
        super().__init__()
        self.wanted = wanted

    def start(self, tag, has):
        if tag in self.wanted:
            self.ready.append((tag, {name.rpartition(" ")[2]: has[name] for name in has}))


class TakesTexts(Takes):
    """The texts that cells share."""

    def __init__(self):
        super().__init__()
        self.said: list[str] = []
        self.is_heard = self.is_reading_aid = False

    def start(self, tag, has):
        if tag == "si":
            self.said = []
        elif tag == "rPh":
            self.is_reading_aid = True
        self.is_heard = tag == "t" and not self.is_reading_aid

    def end(self, tag):
        self.is_heard = False
        if tag == "rPh":
            self.is_reading_aid = False
        elif tag == "si":
            self.ready.append(unescape("".join(self.said)))

    def text(self, text):
        if self.is_heard:
            self.said.append(text)


class TakesRows(TakesTexts):
    """The rows of a sheet: their numbers, and their cells by column."""

    def __init__(self, workbook: Workbook):
        super().__init__()
        self.workbook = workbook
        self.number = self.column = 0
        self.cells: dict[int, Cell] = {}
        self.has: dict[str, str] = {}
        self.is_formula = False

    def start(self, tag, has):
        super().start(tag, has)
        if tag == "row":
            self.number = int(has.get("r", self.number + 1))
            if self.number > LAST_ROW:
                raise ValueError("A row stands where no spreadsheet has one.")
            self.cells, self.column = {}, 0
        elif tag == "c":
            self.has, self.said, self.is_formula = has, [], False
        elif tag == "v":
            self.is_heard = True
        elif tag == "f":
            self.is_formula = True
        elif tag == "mergeCell":
            raise MergedCells(has["ref"])

    def end(self, tag):
        super().end(tag)
        if tag == "row":
            self.ready.append((self.number, self.cells))
        elif tag == "c":
            self.take_cell()

    def take_cell(self) -> None:
        place = self.has.get("r", "").rstrip("0123456789")
        self.column = column_index_from_string(place) if place else self.column + 1
        value, kind = "".join(self.said), self.has.get("t", "n")
        if self.is_formula and not value and kind != "str":
            self.cells[self.column] = Cell("", NO_RESULT)
        elif value:
            self.cells[self.column] = self.workbook.cell(kind, int(self.has.get("s", 0)), value)
