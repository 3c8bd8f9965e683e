"""The Word files and calendars of pages, read with other people's libraries."""

import io
import zipfile

import icalendar
from django.http import HttpResponse
from django.test import Client
from docx import Document
from docx.oxml.ns import qn

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def get(address: str, parameters: dict | None = None) -> HttpResponse:
    return Client(headers={"host": "localhost"}).get(address, query_params=parameters)


class WordFile:
    """A paper, as Word opens it."""

    def __init__(self, address: str, parameters: dict | None = None):
        response = get(address, parameters)
        assert response.status_code == 200
        assert response.headers["Content-Type"] == WORD
        self.response = response
        self.document = Document(io.BytesIO(response.content))

    @property
    def headings(self) -> list[tuple[int, str]]:
        return [
            (int(paragraph.style.name.removeprefix("Heading ")), paragraph.text)
            for paragraph in self.document.paragraphs
            if paragraph.style.name.startswith("Heading ")
        ]

    @property
    def paragraphs(self) -> list[str]:
        return [paragraph.text for paragraph in self.document.paragraphs]

    def under(self, heading: str) -> list[str]:
        """The paragraphs that follow a heading, up to the next."""
        found, here = [], False
        for paragraph in self.document.paragraphs:
            if paragraph.style.name.startswith("Heading "):
                here = paragraph.text == heading
            elif here and paragraph.text:
                found.append(paragraph.text)
        return found

    def table(self, *headings: str) -> list[list[list[str]]]:
        """The rows of the tables that begin with these columns. A cell is the list of its lines."""
        rows = []
        for table in self.document.tables:
            first = [cell.text for cell in table.rows[0].cells]
            if first[: len(headings)] == list(headings):
                rows += [[cell.text.split("\n") for cell in row.cells] for row in table.rows[1:]]
        return rows

    def marks(self, table, row: int) -> set[str]:
        """The properties of a row, such as "tblHeader" and "cantSplit"."""
        properties = table.rows[row]._tr.trPr
        return {mark.tag.partition("}")[2] for mark in properties}

    def fields(self) -> list[str]:
        """The fields in the page's footer, which Word fills in."""
        foot = self.document.sections[0].footer._element
        return [field.get(qn("w:instr")) for field in foot.iter(qn("w:fldSimple"))]


def inside(response: HttpResponse) -> str:
    """The whole text of a file or page, to search in."""
    content = response.getvalue()
    if response.headers["Content-Type"] == WORD:
        with zipfile.ZipFile(io.BytesIO(content)) as pieces:
            content = b"\n".join(pieces.read(name) for name in pieces.namelist())
    if response.headers["Content-Type"].startswith("text/calendar"):
        content = content.replace(b"\r\n ", b"")
    return content.decode(errors="replace")


def events(address: str, parameters: dict | None = None) -> dict[str, icalendar.Event]:
    """The events of a calendar, by their summary."""
    response = get(address, parameters)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    found = icalendar.Calendar.from_ical(response.content).events
    by_words = {str(event["summary"]): event for event in found}
    assert len(by_words) == len(found)
    assert len({str(event["uid"]) for event in found}) == len(found)
    return by_words
