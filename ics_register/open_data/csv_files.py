"""The register as CSV files in a zip, with the description that CSV on the Web asks for."""

import csv
import io
import json
import zipfile
from typing import BinaryIO

from editing.spreadsheets.cells import neutral
from ics_register.open_data.fields import Column, DataTable, Type
from ics_register.open_data.rows import Gathered
from ics_register.open_data.tables import TABLES

DATATYPES = {
    Type.ADDRESS: "anyURI",
    Type.TEXT: "string",
    Type.NUMBER: "integer",
    Type.YES_NO: "boolean",
    Type.DAY: {"base": "date", "format": "yyyy-MM-dd"},
    Type.PARTIAL_DATE: {"base": "string", "format": "[0-9]{4}(-[0-9]{2}){0,2}"},
}
# This mark tells a spreadsheet program that a file is UTF-8.
MARK = "\ufeff"


def write(gathered: Gathered, file: BinaryIO) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        for table in TABLES:
            with zipped.open(f"{table.name}.csv", "w") as entry:
                _write_table(gathered, table, entry)
        zipped.writestr("csv-metadata.json", _description(gathered))


def in_cell(value) -> str:
    """A value for a cell, which no spreadsheet program will run as a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return neutral(str(value))


def _write_table(gathered: Gathered, table: DataTable, entry) -> None:
    text = io.TextIOWrapper(entry, encoding="utf-8", newline="", write_through=True)
    text.write(MARK)
    # Quotation marks keep each cell whole in a program that splits cells at semicolons.
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow([column.name for column in table.columns])
    truths = [column.type == Type.YES_NO for column in table.columns]
    for row in gathered.rows(table.name):
        writer.writerow(
            [
                in_cell(bool(value) if truth and value is not None else value)
                for value, truth in zip(row, truths, strict=True)
            ]
        )
    text.detach()


def _description(gathered: Gathered) -> str:
    about = gathered.about
    said = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:title": about["title"],
        "dc:description": f"{about['terms']} As at {about['as_at']}, periods: {about['periods']}, "
        f"recorded: {about['recorded']}.",
        "dc:license": {"@id": about["licence_address"]},
        "dc:source": {"@id": about["address"]},
        "dialect": {"encoding": "utf-8", "header": True, "quoteChar": '"', "doubleQuote": True},
        "tables": [_described(table) for table in TABLES],
    }
    return json.dumps(said, ensure_ascii=False, indent=2)


def _described(table: DataTable) -> dict:
    keys = [
        {
            "columnReference": column.name,
            "reference": {"resource": f"{column.refers_to}.csv", "columnReference": "id"},
        }
        for column in table.columns
        if column.refers_to
    ]
    return {
        "url": f"{table.name}.csv",
        "dc:title": table.label,
        "dc:description": table.explains,
        "tableSchema": {
            "columns": [_described_column(column) for column in table.columns],
            "primaryKey": "id",
            "foreignKeys": keys,
        },
    }


def _described_column(column: Column) -> dict:
    said = {
        "name": column.name,
        # The heading in the file, by which a program finds the column.
        "titles": column.name,
        "dc:title": column.label,
        "datatype": DATATYPES[column.type],
        "required": column.required,
    }
    explains = column.explains
    if column.choices:
        listed = "; ".join(f"{value}: {words}" for value, words in column.choices)
        explains = f"{explains} One of: {listed}.".strip()
    return {**said, "dc:description": explains} if explains else said
