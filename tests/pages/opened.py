"""The files of open data, opened with programs that others wrote."""

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
    """A file as somebody takes it."""
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
    """Each table as CSVW reads it, held to its own description."""
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
    """An address as text, as the other programs give it."""
    return value.unsplit() if hasattr(value, "unsplit") else value


class _Noting:
    """What a program has to complain of."""

    def __init__(self, problems: list):
        self.problems = problems

    def warning(self, *words):
        self.problems.append(words)

    error = warn = warning


def everything_in(name: str, **asked) -> str:
    """All that stands in a file, packed or not, for looking a secret up in it."""
    content = taken(name, **asked)
    if not name.endswith(".zip"):
        return content.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        return "\n".join(zipped.read(each).decode() for each in zipped.namelist())
