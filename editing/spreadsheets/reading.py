"""Reading CSV and XLSX files, which are held to limits before they are read.

Each row has its number, as the spreadsheet program counts it, and the text under each heading.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.text import get_text_list
from openpyxl.utils import get_column_letter

from editing.spreadsheets.columns import SpreadsheetColumn
from editing.spreadsheets.import_rows import ImportRow
from editing.spreadsheets.workbooks import NO_RESULT, Cell, MergedCells, Workbook
from records.text import CONTROLS

MEGABYTE = 1024 * 1024
MOST_BYTES = 5 * MEGABYTE
MOST_ROWS = 20_000
MOST_COLUMNS = 60
# The most bytes of the parts of an XLSX file, once they are unpacked.
MOST_UNPACKED = 50 * MEGABYTE
MOST_PARTS = 500
# A cell has at most six tags of XML, so that 20,000 full rows of 25 columns have three million.
MOST_TAGS = 3_200_000
# The library gives every blank row above the last row.
FARTHEST_ROW = 100_000
# Spreadsheet programs use these ways of packing. Python unpacks others all at once, however little
# is asked for.
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
DAMAGED = f"This workbook is damaged and cannot be read. {SAVE_AS_XLSX}"

# The first bytes of files that cannot be read, though they may be named as spreadsheets.
OLE_FILE = b"\xd0\xcf\x11\xe0"
ZIP_FILE = b"PK"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")

# Parts of a workbook that run something or fetch something.
FORBIDDEN_PARTS = [
    (r"vbaproject|/macrosheets/|/dialogsheets/", "holds macros"),
    (r"/activex/|/ctrlprops/", "holds controls that run programs"),
    (r"/externallinks/|connections\.xml$", "is linked to other files"),
    (r"/embeddings/|\.(zip|xlsx|xlsm|xls|docx|exe|dll|js|vbs)$", "has other files inside it"),
]

# The beginning of the second line of a template, and the name of its second sheet.
EXPLAINS = "# This line explains, and is passed over."
EXPLAINING_SHEET = "What to write"


def read(file_name: str, content: bytes, columns: list[SpreadsheetColumn]) -> list[ImportRow]:
    """The rows under the headings. Raises ValidationError if the file cannot be read as a whole."""
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
    return rows_under_headings(lines, columns)


# The number of a line, and its cells. The first line that is not empty holds the headings.
Line = tuple[int, list[Cell]]
EMPTY = Cell("")


def rows_under_headings(lines: list[Line], columns: list[SpreadsheetColumn]) -> list[ImportRow]:
    if not lines:
        raise ValidationError("This file is empty.")
    (number, first), *rest = lines
    for place, cell in enumerate(first):
        if cell.kind == NO_RESULT:
            raise ValidationError(no_result(place, number))
    headings = headings_of([cell.text for cell in first], columns)
    if not rest:
        raise ValidationError("This file has headings and no rows under them.")
    return [import_row(headings, *line) for line in rest]


def import_row(headings: list[str], number: int, line: list[Cell]) -> ImportRow:
    row, odd = ImportRow(number, {}, {}), ""
    for place, (text, kind) in enumerate(line):
        heading = headings[place] if place < len(headings) else ""
        if kind == NO_RESULT:
            odd = no_result(place, number)
        if control := CONTROLS.search(text):
            odd = untypable(place, number, control[0], heading)
            text = ""
        if len(text) > LONGEST_CELL:
            odd = f"A cell is longer than {LONGEST_CELL:,} characters. Shorten it."
            text = ""
        if heading:
            row.cells[heading], row.kinds[heading] = text, kind
        elif text:
            odd = odd or (
                f"It says “{text[:40]}” where there is no heading. A comma too many may have "
                "moved its cells: put quotation marks around what contains a comma."
            )
    if odd:
        row.refuse("", odd)
    return row


def untypable(place: int, number: int, control: str, heading: str) -> str:
    cell = f"Cell {get_column_letter(place + 1)}{number}" + (f", “{heading}”," if heading else "")
    return f"{cell} holds a character that cannot be typed (U+{ord(control):04X}). Type it again."


def no_result(place: int, number: int) -> str:
    return (
        f"Cell {get_column_letter(place + 1)}{number} is a formula, and the file does not have "
        "what it comes to. Open the file in the spreadsheet program and save it, or paste values "
        "over the formulas."
    )


def headings_of(texts: list[str], columns: list[SpreadsheetColumn]) -> list[str]:
    """The heading of each column as the register writes it; "" for a column without one."""
    if len(texts) > MOST_COLUMNS:
        raise ValidationError(
            f"This file has more than {MOST_COLUMNS} columns. Take out those that are not asked "
            "for."
        )
    by_words = {folded(column.heading): column.heading for column in columns}
    problems, headings, unknown = [], [], []
    for text in texts:
        heading = by_words.get(folded(text), "")
        if text and not heading:
            unknown.append(f"“{text[:60]}”")
        if heading and heading in headings:
            problems.append(f"The column “{heading}” is there twice. Take one of them out.")
        headings.append(heading)
    required = [column.heading for column in columns if column.required]
    missing = [f"“{heading}”" for heading in required if heading not in headings]
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
        expected = get_text_list([f"“{column.heading}”" for column in columns], "and")
        raise ValidationError([*problems, f"The columns are {expected}. The template has them."])
    return headings


def folded(heading: str) -> str:
    return " ".join(heading.replace("’", "'").casefold().split())


def filled_lines(lines: Iterable[Line]) -> list[Line]:
    """The lines that are not blank. Raises ValidationError for too many."""
    taken: list[Line] = []
    length = 0
    for number, line in lines:
        line = [cell._replace(text=cell.text.strip()) for cell in line]
        while line and line[-1] == EMPTY:
            line.pop()
        if not line or (taken and any(cell.text.startswith(EXPLAINS) for cell in line)):
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


def lines_of_csv(content: bytes, columns: list[SpreadsheetColumn]) -> list[Line]:
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
        return filled_lines(lines())
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


def delimiter_of(text: str, columns: list[SpreadsheetColumn]) -> str:
    """Comma, semicolon or tab: whichever separates the most known headings in the first line."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    known = {folded(column.heading) for column in columns}

    def number_known(delimiter: str) -> int:
        return sum(folded(part.strip(' "')) in known for part in first.split(delimiter))

    return max(",;\t", key=number_known)


def lines_of_xlsx(content: bytes) -> list[Line]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            refuse_dangerous_parts(parts)
        # One column more than is allowed, to see that there are too many.
        with Workbook(content, most_columns=MOST_COLUMNS + 1) as workbook:
            return lines_of_workbook(workbook)
    except ValidationError:
        raise
    except MergedCells as error:
        raise ValidationError(
            f"The cells {error} are merged, so that only the first of them says anything. Unmerge "
            "them, and write in each what it should say."
        ) from error
    except Exception as error:  # a damaged workbook raises many kinds
        raise ValidationError(DAMAGED) from error


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
        if sheet.title != EXPLAINING_SHEET
        and any(cell != EMPTY for line in workbook.lines(sheet) for cell in line)
    ]
    if unread:
        raise ValidationError(
            f"Only the first sheet, “{first.title}”, is read, and {get_text_list(unread, 'and')} "
            "would be left out. Send each sheet in a workbook of its own, or take out what is not "
            "to be read."
        )
    return filled_lines(enumerate(workbook.lines(first), 1))


def refuse_dangerous_parts(parts: zipfile.ZipFile) -> None:
    """Raise ValidationError for a file that is no plain workbook, before it is in memory unpacked.

    The sizes that a file states need not be true, so that bytes are counted.
    """
    entries = parts.infolist()
    names = [entry.filename for entry in entries]
    if len(entries) > MOST_PARTS or len(set(names)) < len(names):
        raise ValidationError(f"This workbook is made of too many parts. {SAVE_AS_XLSX}")
    if any(entry.flag_bits & 1 for entry in entries):
        raise ValidationError("This workbook is locked with a password. Save it without one.")
    if any(entry.compress_type not in PACKED for entry in entries):
        raise ValidationError(DAMAGED)
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
