"""Exporting lists of the admin, and templates for imports, as CSV and XLSX."""

import contextlib
import csv
import tempfile
from collections.abc import Generator, Iterable, Iterator

from django.db import models
from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.text import slugify
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from editing.field_changes import shown_fields
from editing.spreadsheets.cells import neutral
from editing.spreadsheets.columns import SpreadsheetColumn, columns_of
from editing.spreadsheets.directories import Questions
from editing.spreadsheets.kinds import KINDS, RecordSpreadsheet
from editing.spreadsheets.reading import EXPLAINING_SHEET, EXPLAINS

# The kinds of file, by their endings.
FORMS = {"csv": "CSV", "xlsx": "XLSX"}


def columns_for(model: type[models.Model]) -> list[SpreadsheetColumn]:
    """The columns of a list, which an import can read if there is one for these records."""
    kind = KINDS.get(model._meta.label_lower)
    if kind is None:
        return columns_of(model)
    spreadsheet = kind()
    spreadsheet.read_directories(Questions({}))
    return list(spreadsheet.fields.values())


def rows_of(records: models.QuerySet) -> Iterator[list[str]]:
    columns = columns_for(records.model)
    yield [column.heading for column in columns]
    named = records.select_related(*paths_to_names(records.model))
    for record in named.iterator(chunk_size=2000):
        yield [column.export(record) for column in columns]


def paths_to_names(model: type[models.Model]) -> list[str]:
    """The related records to select, so that naming them takes no more queries."""
    paths = []
    for field in shown_fields(model):
        if isinstance(field, models.ForeignKey):
            beyond = getattr(field.related_model, "named_by", ())
            paths += [field.name, *(f"{field.name}__{path}" for path in beyond)]
    return paths


def download(rows: Iterable[list[str]], name: str, form: str):
    file_name = f"{slugify(name)}-{timezone.localdate().isoformat()}.{form}"
    return xlsx_file([(name, rows)], file_name) if form == "xlsx" else csv_file(rows, file_name)


class Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


@contextlib.contextmanager
def closed_after(rows: Iterable[list[str]]) -> Iterator[None]:
    """Close `rows` if they are a generator: the reader may have gone, or the disk may be full."""
    try:
        yield
    finally:
        if isinstance(rows, Generator):
            rows.close()


def csv_file(rows: Iterable[list[str]], file_name: str) -> StreamingHttpResponse:
    # Some programs separate cells at semicolons, but not inside quotation marks.
    writer = csv.writer(Echo(), quoting=csv.QUOTE_ALL)

    def lines() -> Iterator[str]:
        # This mark tells a spreadsheet program that the file is UTF-8.
        yield "\ufeff"
        with closed_after(rows):
            for texts in rows:
                yield writer.writerow(texts)

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


def xlsx_file(sheets: list[tuple[str, Iterable[list[str]]]], file_name: str) -> FileResponse:
    workbook = Workbook(write_only=True)
    for title, rows in sheets:
        sheet = workbook.create_sheet(slugify(title).replace("-", " ").capitalize()[:31])
        sheet.freeze_panes = "A2"
        with closed_after(rows):
            for number, texts in enumerate(rows):
                if number == 0:
                    for place in range(1, len(texts) + 1):
                        sheet.column_dimensions[get_column_letter(place)].width = 24
                sheet.append([styled(sheet, text, heading=number == 0) for text in texts])
    with contextlib.ExitStack() as unless_sent:
        file = unless_sent.enter_context(tempfile.TemporaryFile())
        workbook.save(file)
        file.seek(0)
        unless_sent.pop_all()  # closed when it has been sent
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return FileResponse(file, as_attachment=True, filename=file_name, content_type=content_type)


def styled(sheet, text: str, *, heading: bool) -> Cell:
    """A cell formatted as text, of which a spreadsheet program makes no date or sum."""
    cell = WriteOnlyCell(sheet, value=text)
    cell.number_format = "@"
    if heading:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def template_for(spreadsheet: RecordSpreadsheet, form: str):
    columns = spreadsheet.import_columns()
    headings = [column.heading for column in columns]
    plural = str(spreadsheet.model._meta.verbose_name_plural)
    file_name = f"{slugify(plural)}-template.{form}"
    if form == "xlsx":
        explained = [["Column", "Needed", "What to write"]]
        explained += [[c.heading, needed(c), neutral(c.explains)] for c in columns]
        return xlsx_file([(plural, [headings]), (EXPLAINING_SHEET, explained)], file_name)
    second_line = [f"{needed(column)}. {column.explains}".strip() for column in columns]
    second_line[0] = f"{EXPLAINS} {second_line[0]}"
    return csv_file([headings, second_line], file_name)


def needed(column: SpreadsheetColumn) -> str:
    return "Needed" if column.required else "Optional"
