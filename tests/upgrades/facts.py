"""The facts that the register of DATABASE_URL shows the public, as it recorded them on days.

    python facts.py DAY...

prints, for each day, every record that the open data has with all its fields, and the words and
dates on the data of every page. It runs at the top of a tree of any release, so it imports nothing
of the project.
"""

import csv
import datetime
import io
import json
import os
import sys
import zipfile
from pathlib import Path

import django
from django.utils import timezone

STOPPED_AT = datetime.datetime(2026, 11, 29, 12, tzinfo=datetime.UTC)
# The day in the world that pages are read as at: on it, the seed holds certainly or not.
AS_AT = "2021-07-15"
PAGES = ("organisations", "forums", "people", "documents")


def recorded_on(browser, day: str) -> dict:
    tables = records(browser.get(f"/data/csv.zip?periods=all&recorded={day}"))
    pages = {}
    for table in PAGES:
        for record in tables[table]:
            page = record.removeprefix("http://localhost").rstrip("/")
            answer = browser.get(f"{page}.json?as_at={AS_AT}&recorded={day}")
            pages[page] = answer.json() if answer.status_code == 200 else answer.status_code
    return {"tables": tables, "pages": pages}


def records(answer) -> dict[str, dict[str, dict[str, str]]]:
    """The records of each table by their id: their fields that hold something."""
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as packed:
        found = {}
        for name in packed.namelist():
            if name.endswith(".csv"):
                rows = csv.DictReader(io.StringIO(packed.read(name).decode("utf-8-sig")))
                found[name.removesuffix(".csv")] = {
                    row["id"]: {field: said for field, said in row.items() if said} for row in rows
                }
        return found


def main(days: list[str]) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "ics_register.settings"
    sys.path.insert(0, str(Path.cwd()))
    timezone.now = lambda: STOPPED_AT
    django.setup()
    from django.test import Client

    browser = Client(SERVER_NAME="localhost")
    print(json.dumps({day: recorded_on(browser, day) for day in days}))


if __name__ == "__main__":
    main(sys.argv[1:])
