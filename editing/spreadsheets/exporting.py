"""Exporting: any list of the admin, and the templates for imports, as CSV and XLSX."""

import contextlib
import csv
import tempfile
from collections.abc import Generator, Iterable, Iterator

from django.db import models
from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.text import slugify
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

from editing.field_changes import told_fields
from editing.spreadsheets.cells import neutral
from editing.spreadsheets.directories import Directories
from editing.spreadsheets.importing import KINDS, RecordResource
from editing.spreadsheets.reading import EXPLAINING_SHEET, EXPLAINS

# What the endings of the two kinds of file stand for.
FORMS = {"csv": "CSV", "xlsx": "XLSX"}


def resource_for(model: type[models.Model]) -> RecordResource:
    """What the columns of a list of `model` are. What can be imported is written so that it can
    be read again."""
    kind = KINDS.get(model._meta.label_lower)
    if kind is None:
        return type("ListResource", (RecordResource,), {"model": model})()
    resource = kind()
    resource.use_directories(Directories())
    return resource


def rows_of(records: models.QuerySet) -> Iterator[list[str]]:
    """The headings, and then the cells of each record."""
    resource = resource_for(records.model)
    yield resource.get_export_headers()
    together = records.select_related(*joined(records.model))
    for record in together.iterator(chunk_size=2000):
        yield resource.export_resource(record)


def joined(model: type[models.Model]) -> list[str]:
    """What to read with records so that naming whatever they lead to takes no further query."""
    paths = []
    for told in told_fields(model):
        if isinstance(told, models.ForeignKey):
            beyond = getattr(told.related_model, "named_by", ())
            paths += [told.name, *(f"{told.name}__{path}" for path in beyond)]
    return paths


def answer(rows: Iterable[list[str]], name: str, form: str):
    """A file to download, named after what it lists and today's date."""
    file_name = f"{slugify(name)}-{timezone.localdate().isoformat()}.{form}"
    return xlsx_file([(name, rows)], file_name) if form == "xlsx" else csv_file(rows, file_name)


class Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


@contextlib.contextmanager
def closed_after(rows: Iterable[list[str]]) -> Iterator[None]:
    """Read no more of `rows` afterwards: whoever asked may have gone, or the disk may be full."""
    try:
        yield
    finally:
        if isinstance(rows, Generator):
            rows.close()


def csv_file(rows: Iterable[list[str]], file_name: str) -> StreamingHttpResponse:
    # In quotation marks, so that a program that parts cells at semicolons begins none in the text.
    writer = csv.writer(Echo(), quoting=csv.QUOTE_ALL)

    def lines() -> Iterator[str]:
        # By this mark a spreadsheet program knows that it is UTF-8.
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
                    for place in range(len(texts)):
                        sheet.column_dimensions[column_letter(place)].width = 24
                sheet.append([styled(sheet, text, heading=number == 0) for text in texts])
    with contextlib.ExitStack() as unless_sent:
        file = unless_sent.enter_context(tempfile.TemporaryFile())
        workbook.save(file)
        file.seek(0)
        unless_sent.pop_all()  # closed when it has been sent
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return FileResponse(file, as_attachment=True, filename=file_name, content_type=content_type)


def column_letter(place: int) -> str:
    first, second = divmod(place, 26)
    return f"{chr(64 + first) if first else ''}{chr(65 + second)}"


def styled(sheet, text: str, *, heading: bool) -> WriteOnlyCell:
    """A cell of text: a spreadsheet program is to make no date or sum of it when it is edited."""
    cell = WriteOnlyCell(sheet, value=text)
    cell.number_format = "@"
    if heading:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


# Templates


def template_for(resource: RecordResource, form: str):
    """An empty spreadsheet to fill in, which explains its columns."""
    columns = resource.asked_for()
    headings = [column.heading for column in columns]
    plural = str(resource.model._meta.verbose_name_plural)
    file_name = f"{slugify(plural)}-template.{form}"
    if form == "xlsx":
        explained = [["Column", "Needed", "What to write"]]
        explained += [[c.heading, needed(c), neutral(c.explains)] for c in columns]
        return xlsx_file([(plural, [headings]), (EXPLAINING_SHEET, explained)], file_name)
    explained = [f"{needed(column)}. {column.explains}".strip() for column in columns]
    explained[0] = f"{EXPLAINS} {explained[0]}"
    return csv_file([headings, explained], file_name)


def needed(column) -> str:
    return "Needed" if column.required else "Optional"
