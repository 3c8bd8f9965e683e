"""Every page, in every format, opens although its texts have characters that no format holds.

No form accepts these characters. Old rows of history may have them, and are never rewritten.
"""

import contextlib
import csv
import io
import json
import re
import zipfile

import icalendar
import pytest
from django.apps import apps
from django.db import connection, models
from django.test import Client
from django.urls import resolve
from django.utils import timezone
from docx import Document as WordDocument
from lxml import etree, html
from openpyxl import load_workbook

from forums.models import Forum, Membership, Seat
from people.models import Person
from records.history import Recorded
from records.models import Document
from records.text import UNSEEN
from tests.pages import cast as stage
from tests.pages import opened
from tests.pages.reading import Page
from tests.pages.test_every_page import PAGES
from tests.sheets import export
from tests.stepping import signed_in

# A vertical tab first, as PowerPoint has it, and what divides in a calendar and in XML last.
ODD = '\x0b\r\n\x01\x08\x0c\x1f\x7f\x80\x85\x9f\xa0\xad\u2028\u2029\u202e\ufffe\uffff]]>;,\\"&<'

FEEDS = [
    "/changes.atom",
    "/changes/recorded.atom",
    f"{stage.FORUM}changes.atom",
    f"{stage.ORGANISATION}changes.atom",
    f"{stage.PERSON}changes.atom",
]
OTHERS = ["/sitemap.xml", "/sitemap-forums.xml", "/sitemap-people.xml", "/robots.txt"]


def formats_of(page: str) -> list[str]:
    path, mark, query = page.partition("?")
    stem = path.removesuffix("/") or "/index"
    return [f"{stem}.{form}{mark}{query}" for form in resolve(path).func.formats]


ADDRESSES = [*PAGES, *(format for page in PAGES for format in formats_of(page)), *FEEDS, *OTHERS]


def texts_of(table: type[models.Model]) -> list[models.Field]:
    return [
        field
        for field in table._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not isinstance(field, models.SlugField)
        and not field.choices
        and field.name not in ("folded", "history_type", "history_step")
    ]


def put_into_every_text(odd: str) -> None:
    """Write into every text of every record and of its history, past all forms."""
    recorded = [model for model in apps.get_models() if issubclass(model, Recorded)]
    with connection.cursor() as cursor:
        for table in (each for model in recorded for each in (model, model.history.model)):
            # All texts of a table at once: the database asks all its rules for each row it writes.
            columns, put = [], []
            for field in texts_of(table):
                column, longest = connection.ops.quote_name(field.column), field.max_length
                put.append(odd[: (longest or 1000) // 2])
                rest = (longest or 1_000_000) - len(put[-1]) - 1
                columns.append(
                    f"{column} = CASE WHEN {column} = '' THEN '' ELSE "
                    f"substr({column}, 1, 1) || %s || substr({column}, 2, {rest}) END"
                )
            if columns:
                name = connection.ops.quote_name(table._meta.db_table)
                cursor.execute(f"UPDATE {name} SET {', '.join(columns)}", put)


def answered(address: str, **asked):
    path, _, query = address.partition("?")
    if query:
        asked = dict([pair.split("=") for pair in query.split("&")]) | asked
    return Client(headers={"host": "localhost"}).get(path, asked)


def open_xml(content: bytes):
    return etree.fromstring(content, etree.XMLParser(recover=False))


def open_html(content: bytes):
    html.document_fromstring(content)


def open_calendar(content: bytes):
    text = content.decode().replace("\r\n ", "")
    assert text.endswith("\r\n")
    for line in text.split("\r\n")[:-1]:
        assert re.match(r"[A-Z-]+[:;]", line), line
        assert not re.search("[\x00-\x08\x0a-\x1f\x7f]", line), line
    calendar = icalendar.Calendar.from_ical(content)
    assert calendar.errors == []
    for event in calendar.events:
        assert event.errors == []
        assert len(str(event["summary"]).splitlines()) == 1


def open_csv(content: bytes):
    text = content.decode().removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert not UNSEEN.search(text)


def open_word(content: bytes):
    document = WordDocument(io.BytesIO(content))
    assert document.core_properties.title
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for name in parts.namelist():
            if name.endswith((".xml", ".rels")):
                open_xml(parts.read(name))


OPEN = {
    "application/json": json.loads,
    "text/csv": open_csv,
    "image/svg+xml": open_xml,
    "application/atom+xml": open_xml,
    "application/xml": open_xml,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": open_word,
    "text/calendar": open_calendar,
    "text/html": open_html,
    "text/plain": lambda content: content.decode("ascii"),
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_form_of_every_page_opens_whatever_its_texts_hold(cast, quiet, address):
    put_into_every_text(ODD)

    for asked in ({}, {"recorded": timezone.localdate().isoformat()}):
        answer = answered(address, **asked)

        assert answer.status_code == 200, answer.content
        OPEN[answer.headers["Content-Type"].partition(";")[0]](answer.getvalue())
        for name, value in answer.headers.items():
            assert value.isprintable(), name


@pytest.mark.parametrize("asked", [{}, {"periods": "all"}], ids=["a day", "all periods"])
def test_every_file_of_the_data_opens_whatever_its_texts_hold(cast, quiet, asked):
    put_into_every_text(ODD)

    assert opened.popolo(**asked).organizations
    assert len(opened.org(**asked)) > 100
    tables = opened.csv_tables(**asked)
    with contextlib.closing(opened.sqlite(**asked)) as database:
        [[said]] = database.execute("PRAGMA integrity_check")
        assert said == "ok"
        for name, rows in tables.items():
            [[count]] = database.execute(f"SELECT count(*) FROM {name}")
            assert count == len(rows) > 0 or not rows


def test_what_divides_in_a_calendar_is_part_of_its_name(cast):
    put_into_every_text("; a, b\\c\nd")

    content = answered(f"{stage.FORUM}calendar.ics").content.decode().replace("\r\n ", "")

    assert "X-WR-CALNAME:E\\; a\\, b\\\\c dxecutive of the Marches\r\n" in content


def test_a_vertical_tab_is_the_end_of_a_line(cast):
    put_into_every_text("\x0b")

    assert Document.objects.get(slug="terms").title == "T\x0berms of reference"
    paper = WordDocument(io.BytesIO(answered(f"{stage.FORUM}terms.docx").content))
    assert paper.paragraphs[0].text.endswith("E\nxecutive of the Marches")
    assert Page(answered(stage.DOCUMENT)).headings == ["T erms of reference"]


@pytest.mark.parametrize("model", [Document, Forum, Membership, Person, Seat])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_every_list_of_the_admin_opens_as_a_spreadsheet(cast, model, form):
    put_into_every_text(ODD)

    content = export(signed_in(), model, form)

    if form == "csv":
        open_csv(content)
    else:
        [sheet] = load_workbook(io.BytesIO(content)).worksheets
        assert sheet.max_row > 1
