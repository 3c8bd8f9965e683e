"""The files in which the register can be downloaded."""

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ics_register.open_data import csv_files, popolo, w3c_org
from ics_register.open_data.export import Progress, gather, unwatched
from ics_register.open_data.metadata import Wanted
from ics_register.open_data.rows import Gathered


@dataclass(frozen=True)
class Format:
    """A format of the data."""

    name: str  # of the file, and the end of its address
    label: str
    media_type: str
    explains: str
    # writes the file; None if the gathered file is the file
    write: Callable[[Gathered, BinaryIO], None] | None


FORMATS = (
    Format(
        "popolo.json",
        "Popolo JSON",
        "application/json",
        "For tools and sites of civic data: people, organisations and forums, posts and seats, "
        "and who holds them.",
        popolo.write,
    ),
    Format(
        "org.jsonld",
        "W3C ORG as JSON-LD",
        "application/ld+json",
        "For linked data: the same in the W3C’s Organization Ontology, with its context inside.",
        w3c_org.write,
    ),
    Format(
        "csv.zip",
        "CSV files in a zip",
        "application/zip",
        "For spreadsheets: a file for each kind of record, with a description as CSV on the Web.",
        csv_files.write,
    ),
    Format(
        "register.sqlite3",
        "SQLite database",
        "application/vnd.sqlite3",
        "For questions of your own: every table, and views of who chairs what and who sits where.",
        None,
    ),
)


@contextlib.contextmanager
def gathered_file(wanted: Wanted, progress: Progress = unwatched) -> Iterator[Path]:
    """A temporary file with the data asked for, removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="register-") as folder:
        file = Path(folder) / "register.sqlite3"
        gather(wanted, file, progress)
        yield file


def write(format: Format, gathered: Path, file: BinaryIO) -> None:
    """Write the gathered data into `file` in that format."""
    if format.write is None:
        with gathered.open("rb") as whole:
            shutil.copyfileobj(whole, file)
        return
    with contextlib.closing(sqlite3.connect(f"file:{gathered}?mode=ro", uri=True)) as database:
        format.write(Gathered(database), file)
