"""Reading the files that people send: CSV and XLSX, held to limits before they are read.

What comes out is text, whatever the file: a row number as the spreadsheet program counts it,
and what stands under each heading.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.text import get_text_list
from openpyxl.utils import get_column_letter

from editing.spreadsheets.workbooks import NO_RESULT, Cell, MergedCells, Workbook
from records.text import CONTROLS

MEGABYTE = 1024 * 1024
MOST_BYTES = 5 * MEGABYTE
MOST_ROWS = 20_000
MOST_COLUMNS = 60
# Of an XLSX file, which is a zip of many: what it may come to when it is unpacked.
MOST_UNPACKED = 50 * MEGABYTE
MOST_PARTS = 500
# Of its XML, all parts together. A cell has at most six: 20,000 full rows of 25 columns have
# three million.
MOST_TAGS = 3_200_000
# Blank rows count here, since the library gives each.
FARTHEST_ROW = 100_000
# How spreadsheet programs pack the parts. Of other ways, Python unpacks all at once whatever
# little is asked for.
PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
LONGEST_CELL = 30_000

TOO_BIG = (
    "This file is larger than 5 MB. Split it into several, or take out what is not asked for: "
    "pictures, other sheets, columns that this page does not list."
)
SAVE_AS_UTF_8 = (
    "Save it as UTF-8: in Excel choose “Save As” and “CSV UTF-8 (comma delimited)”, or save it "
    "as an Excel workbook (.xlsx)."
)
SAVE_AS_XLSX = "Open it in the spreadsheet program and save it as an Excel workbook (.xlsx)."

# Beginnings of what is not a spreadsheet that can be read, though its name may say so.
OLE_FILE = b"\xd0\xcf\x11\xe0"
ZIP_FILE = b"PK"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")

# Parts of a workbook that do things, or fetch them.
FORBIDDEN_PARTS = [
    (r"vbaproject|/macrosheets/|/dialogsheets/", "holds macros"),
    (r"/activex/|/ctrlprops/", "holds controls that run programs"),
    (r"/externallinks/|connections\.xml$", "is linked to other files"),
    (r"/embeddings/|\.(zip|xlsx|xlsm|xls|docx|exe|dll|js|vbs)$", "has other files inside it"),
]

# How the second line of the templates begins, and what their second sheet is called.
EXPLAINS = "# This line explains, and is passed over."
EXPLAINING_SHEET = "What to write"


@dataclass(frozen=True)
class Sheet:
    """What a spreadsheet says: its headings, and its rows with their numbers."""

    headings: list[str]
    rows: list["SheetRow"]


@dataclass(frozen=True)
class SheetRow:
    """One row: what stands under each heading, as text, and what a cell is to the spreadsheet
    program if that is no text or number. `odd` says what is wrong with the row as a whole; in
    words, or ""."""

    number: int
    cells: dict[str, str]
    kinds: dict[str, str] = field(default_factory=dict)
    odd: str = ""


@dataclass(frozen=True)
class Headings:
    """The headings that a spreadsheet may have, and those that it must have."""

    known: list[str]
    required: list[str] = field(default_factory=list)


def read(file_name: str, content: bytes, columns: Headings) -> Sheet:
    """What a spreadsheet says under the headings of `columns`.

    Raises ValidationError, saying what to do, if the file as a whole cannot be read.
    """
    if not content.strip():
        raise ValidationError("This file is empty.")
    if len(content) > MOST_BYTES:
        raise ValidationError(TOO_BIG)
    ending = file_name.rpartition(".")[2].lower()
    if ending in ("xlsm", "xltm", "xlsb", "xlam"):
        raise ValidationError(f"This file may hold macros. {SAVE_AS_XLSX}")
    if content.startswith(OLE_FILE):
        raise ValidationError(
            "This file is locked with a password, or is of the old kind (.xls). "
            f"{SAVE_AS_XLSX} Save it without a password."
        )
    if ending not in ("csv", "xlsx"):
        raise ValidationError("Send a file whose name ends in .csv or .xlsx.")
    if ending == "xlsx":
        lines = lines_of_xlsx(content)
    elif content.startswith(ZIP_FILE):
        raise ValidationError(
            "This file is named .csv and is none: it looks like a workbook. Name it .xlsx."
        )
    else:
        lines = lines_of_csv(content, columns)
    return sheet_of(lines, columns)


# Lines: (number, cells). The first that is not empty holds the headings.

EMPTY = Cell("")
Line = tuple[int, list[Cell]]


def sheet_of(lines: list[Line], columns: Headings) -> Sheet:
    if not lines:
        raise ValidationError("This file is empty.")
    (number, first), *rest = lines
    for place, cell in enumerate(first):
        if cell.kind == NO_RESULT:
            raise ValidationError(no_result(place, number))
    headings = headings_of([cell.text for cell in first], columns)
    if not rest:
        raise ValidationError("This file has headings and no rows under them.")
    return Sheet([heading for heading in headings if heading], [row(headings, *r) for r in rest])


def row(headings: list[str], number: int, line: list[Cell]) -> SheetRow:
    cells, kinds, odd = {}, {}, ""
    for place, (text, kind) in enumerate(line):
        if kind == NO_RESULT:
            odd = no_result(place, number)
        if control := CONTROLS.search(text):
            odd = untypable(place, number, control[0], headings)
            text = ""
        if len(text) > LONGEST_CELL:
            odd = f"A cell is longer than {LONGEST_CELL:,} characters. Shorten it."
            text = ""
        if place < len(headings) and headings[place]:
            cells[headings[place]] = text
            if kind:
                kinds[headings[place]] = kind
        elif text:
            odd = odd or (
                f"It says “{text[:40]}” where there is no heading. A comma too many may have "
                "moved its cells: put quotation marks around what contains a comma."
            )
    return SheetRow(number, cells, kinds, odd)


def untypable(place: int, number: int, control: str, headings: list[str]) -> str:
    cell = f"Cell {get_column_letter(place + 1)}{number}"
    if place < len(headings) and headings[place]:
        cell += f", “{headings[place]}”,"
    return f"{cell} holds a character that cannot be typed (U+{ord(control):04X}). Type it again."


def no_result(place: int, number: int) -> str:
    return (
        f"Cell {get_column_letter(place + 1)}{number} is a formula, and the file does not have "
        "what it comes to. Open the file in the spreadsheet program and save it, or paste values "
        "over the formulas."
    )


def headings_of(texts: list[str], columns: Headings) -> list[str]:
    """The known headings that `texts` are, in their order; "" for a column without."""
    if len(texts) > MOST_COLUMNS:
        raise ValidationError(
            f"This file has more than {MOST_COLUMNS} columns. Take out those that are not asked "
            "for."
        )
    by_words = {folded(heading): heading for heading in columns.known}
    problems, headings, unknown = [], [], []
    for text in texts:
        heading = by_words.get(folded(text), "")
        if text and not heading:
            unknown.append(f"“{text[:60]}”")
        if heading and heading in headings:
            problems.append(f"The column “{heading}” is there twice. Take one of them out.")
        headings.append(heading)
    missing = [f"“{heading}”" for heading in columns.required if heading not in headings]
    if unknown:
        problems.append(
            f"{get_text_list(unknown, 'and')}: not known as "
            f"{'a column' if len(unknown) == 1 else 'columns'} here."
        )
    if missing:
        problems.append(
            f"{get_text_list(missing, 'and')}: missing from the headings, which stand in the "
            "first row."
        )
    if problems:
        expected = get_text_list([f"“{heading}”" for heading in columns.known], "and")
        raise ValidationError([*problems, f"The columns are {expected}. The template has them."])
    return headings


def folded(heading: str) -> str:
    return " ".join(heading.replace("’", "'").casefold().split())


def is_explaining(line: list[Cell]) -> bool:
    return any(cell.text.startswith(EXPLAINS) for cell in line)


def take(lines: Iterable[Line]) -> list[Line]:
    """The lines that say something, stripped, as far as the limits go."""
    taken: list[Line] = []
    length = 0
    for number, line in lines:
        line = [cell._replace(text=cell.text.strip()) for cell in line]
        while line and line[-1] == EMPTY:
            line.pop()
        if not line or (taken and is_explaining(line)):
            continue
        taken.append((number, line))
        length += sum(len(cell.text) for cell in line)
        if len(taken) > MOST_ROWS + 1:
            raise ValidationError(
                f"This file has more than {MOST_ROWS:,} rows. Split it into several."
            )
        if length > MOST_UNPACKED:
            raise ValidationError(TOO_BIG)
    return taken


# CSV


def lines_of_csv(content: bytes, columns: Headings) -> list[Line]:
    text = decoded(content)
    source = io.StringIO(text, newline="")
    reader = csv.reader(source, delimiter=delimiter_of(text, columns), strict=True)
    begins = 1

    def lines():
        nonlocal begins
        for number, texts in enumerate(reader, 1):
            yield number, [Cell(text) for text in texts]
            begins = reader.line_num + 1

    try:
        return take(lines())
    except csv.Error as error:
        if "field limit" in str(error):
            raise ValidationError(
                f"The row that begins on line {begins} has a cell of more than "
                f"{csv.field_size_limit():,} characters. Shorten it, or close the quotation mark "
                "that it begins with."
            ) from error
        raise ValidationError(
            f"The row that begins on line {begins} cannot be read: a quotation mark is not "
            "closed, or stands in the middle of a cell. Write a quotation mark inside a cell "
            "twice, or save the file as an Excel workbook (.xlsx)."
        ) from error


def decoded(content: bytes) -> str:
    if content.startswith(UTF_16) or b"\x00" in content:
        raise ValidationError(f"This file is not UTF-8 text; it may be UTF-16. {SAVE_AS_UTF_8}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        around = content[max(error.start - 20, 0) : error.end + 20]
        words = re.split(r"[,;\t\r\n\"]", around.decode("cp1252", errors="replace"))
        odd = next((word.strip() for word in words if not word.isascii()), "")
        raise ValidationError(
            f"This file is not UTF-8 text. Line {line} has “{odd}” as older programs write it "
            f"(Windows-1252). {SAVE_AS_UTF_8}"
        ) from error


def delimiter_of(text: str, columns: Headings) -> str:
    """Comma, semicolon or tab: whichever makes most of the known headings of the first line."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    known = {folded(heading) for heading in columns.known}

    def number_known(delimiter: str) -> int:
        return sum(folded(part.strip(' "')) in known for part in first.split(delimiter))

    return max(",;\t", key=number_known)


# XLSX


def lines_of_xlsx(content: bytes) -> list[Line]:
    refuse_dangerous(content)
    try:
        # One column more than may be, so that what is too wide is told.
        with Workbook(content, most_columns=MOST_COLUMNS + 1) as workbook:
            return lines_of_workbook(workbook)
    except ValidationError:
        raise
    except MergedCells as error:
        raise ValidationError(
            f"The cells {error} are merged, so that only the first of them says anything. Unmerge "
            "them, and write in each what it should say."
        ) from error
    # Whatever a damaged workbook raises, what to do about it is the same.
    except Exception as error:
        raise damaged() from error


def lines_of_workbook(workbook: Workbook) -> list[Line]:
    if not workbook.sheets:
        raise ValidationError("This workbook has no sheet to read.")
    if workbook.last_row > FARTHEST_ROW:
        raise ValidationError(
            f"Something stands in row {workbook.last_row:,}, far below any row that is read. "
            "Delete the rows under the last one that counts."
        )
    first, *others = workbook.sheets
    unread = [
        f"“{sheet.title}”"
        for sheet in others
        if sheet.title != EXPLAINING_SHEET and says_something(workbook.lines(sheet))
    ]
    if unread:
        raise ValidationError(
            f"Only the first sheet, “{first.title}”, is read, and {get_text_list(unread, 'and')} "
            "would be left out. Send each sheet in a workbook of its own, or take out what is not "
            "to be read."
        )
    return take(enumerate(workbook.lines(first), 1))


def says_something(lines: Iterable[list[Cell]]) -> bool:
    return any(cell != EMPTY for line in lines for cell in line)


def damaged() -> ValidationError:
    return ValidationError(f"This workbook is damaged and cannot be read. {SAVE_AS_XLSX}")


def refuse_dangerous(content: bytes) -> None:
    """Raise ValidationError for a file that is no plain workbook, before anything is unpacked
    into memory. What is unpacked is counted, whatever the file says of its size."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            refuse_dangerous_parts(parts)
    except ValidationError:
        raise
    except Exception as error:  # a damaged zip raises many kinds
        raise damaged() from error


def refuse_dangerous_parts(parts: zipfile.ZipFile) -> None:
    entries = parts.infolist()
    names = [entry.filename for entry in entries]
    if len(entries) > MOST_PARTS or len(set(names)) < len(names):
        raise ValidationError(f"This workbook is made of too many parts. {SAVE_AS_XLSX}")
    if any(entry.flag_bits & 1 for entry in entries):
        raise ValidationError("This workbook is locked with a password. Save it without one.")
    if any(entry.compress_type not in PACKED for entry in entries):
        raise damaged()
    if "[Content_Types].xml" not in names:
        raise ValidationError(f"This file is no workbook, though its name says so. {SAVE_AS_XLSX}")
    for pattern, what in FORBIDDEN_PARTS:
        if any(re.search(pattern, f"/{name}".lower()) for name in names):
            raise ValidationError(
                f"This workbook {what}, which is not accepted. Copy its cells into a new "
                "workbook, or save the sheet as “CSV UTF-8 (comma delimited)”."
            )
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise ValidationError(TOO_BIG)
    unpacked = tags = 0
    for entry in entries:
        with parts.open(entry) as part:
            while piece := part.read(MEGABYTE):
                unpacked += len(piece)
                tags += piece.count(b"<")
                if unpacked > MOST_UNPACKED or tags > MOST_TAGS:
                    raise ValidationError(TOO_BIG)
                if entry.filename == "[Content_Types].xml" and b"macroEnabled" in piece:
                    raise ValidationError(f"This workbook may hold macros. {SAVE_AS_XLSX}")
