"""The files of open data, opened with other people's programs."""

import contextlib
import io
import json
import sqlite3
import tempfile
import warnings
import zipfile
from pathlib import Path

from csvw.metadata import TableGroup
from django.test import Client
from popolo_data.importer import Popolo
from rdflib import Graph

SITE = "http://localhost"
FILES = ["popolo.json", "org.jsonld", "csv.zip", "register.sqlite3"]


def taken(name: str, **asked) -> bytes:
    """A file, as somebody downloads it."""
    response = Client(headers={"host": "localhost"}).get(f"/data/{name}", asked)
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content)


def popolo(**asked) -> Popolo:
    return Popolo(json.loads(taken("popolo.json", **asked)))


def org(**asked) -> Graph:
    text = taken("org.jsonld", **asked).decode()
    with warnings.catch_warnings():
        # The library still reads JSON-LD with what it tells others not to use.
        warnings.simplefilter("ignore", DeprecationWarning)
        return Graph().parse(data=text, format="json-ld")


def sqlite(**asked) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    database.deserialize(taken("register.sqlite3", **asked))
    database.row_factory = sqlite3.Row
    return database


@contextlib.contextmanager
def unzipped(**asked):
    """The folder of the CSV files."""
    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(io.BytesIO(taken("csv.zip", **asked))).extractall(folder)
        yield Path(folder)


def csv_tables(**asked) -> dict[str, list[dict]]:
    """Each table as CSVW reads it, checked against its own description."""
    with unzipped(**asked) as folder:
        group = TableGroup.from_file(folder / "csv-metadata.json")
        tables = {
            table.local_name.removesuffix(".csv"): [
                {name: as_text(value) for name, value in row.items()}
                for row in table.iterdicts(strict=True)
            ]
            for table in group.tables
        }
        problems = []
        for table in group.tables:
            assert table.check_primary_key()
        group.check_referential_integrity(log=_Noting(problems))
        assert problems == []
    return tables


def as_text(value):
    """An address as text, as the other programs write it."""
    return value.unsplit() if hasattr(value, "unsplit") else value


class _Noting:
    """Collects the errors that a program reports."""

    def __init__(self, problems: list):
        self.problems = problems

    def warning(self, *words):
        self.problems.append(words)

    error = warn = warning


def everything_in(name: str, **asked) -> str:
    """The whole text of a file, unpacked if it is a zip, to search it for a withheld name."""
    content = taken(name, **asked)
    if not name.endswith(".zip"):
        return content.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        return "\n".join(zipped.read(each).decode() for each in zipped.namelist())
