"""Importing spreadsheets: which files are read, who may send them, and what the pages show."""

import contextlib
import csv
import datetime
import io
import re
import zipfile

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from editing import uploads
from editing.spreadsheets import importing, reading
from editing.spreadsheets.cells import date_cell
from editing.spreadsheets.columns import LineColumn
from editing.spreadsheets.workbooks import Workbook, date_text
from editing.typed_dates import UnreadableDate, read_date
from organisations.models import Organisation
from people.models import Person
from records.models import Upload
from tests import slow
from tests.builders import day, make_person, source
from tests.sheets import (
    XML_OF_SHEETS,
    changes,
    checked,
    confirm,
    csv_of,
    csv_text,
    loaded,
    manager,
    outcomes,
    problems,
    saved,
    send,
    steps_of,
    told,
    with_part,
    with_rows,
    with_xml,
    xlsx_of,
)

pytestmark = pytest.mark.django_db

HEADINGS = ["Name", "Source document", "Locator"]
ANN = ["Ann Lee", "Board paper", "page 1"]
SIAN = ["Siân Rees", "Board paper", "page 2"]
PEOPLE = xlsx_of(HEADINGS, ANN)


@pytest.fixture(autouse=True)
def board_paper():
    return source()


@pytest.fixture
def mona():
    return manager()


def names() -> set[str]:
    return set(Person.objects.values_list("name", flat=True))


# Files that are read


@pytest.mark.parametrize(
    "content",
    [
        csv_text(HEADINGS, SIAN).encode(),
        b"\xef\xbb\xbf" + csv_text(HEADINGS, SIAN).encode(),
        csv_text(HEADINGS, SIAN, delimiter=";").encode(),
        csv_text(HEADINGS, SIAN, delimiter="\t").encode(),
        csv_text(HEADINGS, SIAN).replace("\r\n", "\n\n").encode(),
        csv_text(["NAME ", "source  document", "locator", ""], [*SIAN, ""]).encode(),
    ],
    ids=["utf-8", "mark", "semicolons", "tabs", "empty lines", "headings in other cases"],
)
def test_a_csv_file_is_read_however_it_was_saved(mona, content):
    loaded(mona, Person, content)
    assert names() == {"Siân Rees"}


def test_a_workbook_is_read_with_real_dates_as_far_as_they_are_shown(mona):
    april = datetime.datetime(2019, 4, 1)  # noqa: DTZ001  (as a workbook has it)
    rows = [
        ["Ann Lee", "Board paper", 7, (april, "dd/mm/yyyy")],
        ["Bob Day", "Board paper", 8.0, (april, "mmm-yy")],
        ["Cat Orr", "Board paper", "page 9", (april, "yyyy")],
    ]
    loaded(mona, Person, xlsx_of([*HEADINGS, "Last confirmed"], *rows), "sheet.xlsx")

    ann, bob, cat = Person.objects.order_by("name")
    assert (ann.locator, ann.confirmed.in_words()) == ("7", "1 April 2019")
    assert (bob.locator, bob.confirmed.in_words()) == ("8", "April 2019")
    assert cat.confirmed.in_words() == "2019"


@pytest.mark.parametrize(
    ("kept", "form", "shown"),
    [
        (12, "000", "012"),
        (12.0, "0000", "0012"),
        (1234, "000", "1234"),
        (3.1, "0.00", "3.10"),
        (0.45, "0%", "45%"),
        (0.125, "0.0%", "12.5%"),
        (12.25, "000", "12.25"),  # rounding would lose what was typed
        (0.4567, "0%", "0.4567"),
        (12, "General", "12"),
        (12, "0", "12"),
        (-12, "000;[Red]000", "-12"),
    ],
)
def test_a_number_of_a_workbook_is_read_as_its_cell_shows_it(kept, form, shown):
    with Workbook(xlsx_of([(kept, form)]), most_columns=1) as workbook:
        [[cell]] = workbook.lines(workbook.sheets[0])
    assert cell.text == shown


def test_a_code_that_is_kept_as_a_number_keeps_its_zeros(mona):
    headings = ["Name", "Kind", "Source document", "Locator", "ODS code"]
    headings += ["Source of the codes", "Locator of the codes", "Start"]
    mill = ["Mill Surgery", "general practice", "Board paper", "page 1", (12, "000")]
    mill += ["Board paper", "page 2", "2019"]
    loaded(mona, Organisation, xlsx_of(headings, mill), "sheet.xlsx")
    assert Organisation.objects.get(name="Mill Surgery").ods_code == "012"


def test_a_workbook_is_read_as_other_programs_write_it(mona):
    # Texts that cells share, in parts with a reading aid; a namespace with a prefix; a formula.
    shared = (
        f'<x:sst xmlns:x="{XML_OF_SHEETS}"><x:si><x:t>Name</x:t></x:si>'
        "<x:si><x:t>Source document</x:t></x:si><x:si><x:t>Locator</x:t></x:si>"
        "<x:si><x:r><x:t>Siân </x:t></x:r><x:r><x:t>Rees</x:t></x:r>"
        '<x:rPh sb="0" eb="4"><x:t>Sharn</x:t></x:rPh></x:si></x:sst>'
    )
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{kind}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{kind}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
        "</Relationships>"
    )
    headings, row = (
        "".join(f'<c r="{column}{number}" t="s"><v>{text}</v></c>' for column, text in texts)
        for number, texts in [(1, ["A0", "B1", "C2"]), (3, ["A3"])]
    )
    rows = (
        f'<row r="1">{headings}</row><row r="3">{row}'
        '<c r="B3" t="str"><f>"Board"&amp;" paper"</f><v>Board paper</v></c>'
        "<c><v>7</v></c></row>"
    )
    content = with_xml(with_rows(PEOPLE, rows), "xl/_rels/workbook.xml.rels", relations)
    types = zipfile.ZipFile(io.BytesIO(content)).read("[Content_Types].xml").decode()
    told = (
        '<Override PartName="/xl/sharedStrings.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
    )
    content = with_xml(content, "[Content_Types].xml", types.replace("</Types>", told))

    upload = loaded(mona, Person, with_part(content, "xl/sharedStrings.xml", shared), "p.xlsx")

    assert upload.outcome["rows"][0]["row"] == 3
    assert Person.objects.values_list("name", "locator").get() == ("Siân Rees", "7")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_template_can_be_filled_in_and_sent_back(mona, form):
    page = reverse("admin:import_template", args=["people.person", form])
    content = b"".join(mona.get(page).streaming_content)
    if form == "csv":
        headings = next(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        filled = (
            content
            + csv_text(
                [dict(zip(HEADINGS, ANN, strict=True)).get(h, "") for h in headings]
            ).encode()
        )
    else:
        workbook = load_workbook(io.BytesIO(content))
        sheet, explained = workbook.worksheets
        headings = [cell.value for cell in sheet[1]]
        assert [row[0] for row in explained.iter_rows(values_only=True)][1:] == headings
        for place, heading in enumerate(headings, 1):
            sheet.cell(
                row=2, column=place, value=dict(zip(HEADINGS, ANN, strict=True)).get(heading)
            )
        filled = saved(workbook)

    loaded(mona, Person, filled, f"people.{form}")

    assert names() == {"Ann Lee"}


def test_only_the_line_of_the_template_is_passed_over(mona):
    content = csv_of(HEADINGS, ["# This line explains, and is passed over. Needed."], ["# Ann"])
    upload = checked(mona, Person, content)
    assert [row["row"] for row in upload.outcome["rows"]] == [3]


def test_a_workbook_with_another_sheet_that_says_something_is_refused_by_its_name(mona):
    workbook = load_workbook(io.BytesIO(PEOPLE))
    workbook.create_sheet("Empty")
    loaded(mona, Person, saved(workbook), "people.xlsx")
    workbook.create_sheet("Leavers").append(["Bob Day"])
    response = send(mona, Person, saved(workbook), "people.xlsx")
    assert "Only the first sheet, “Sheet”, is read, and “Leavers”" in told(response)


# Files that are refused


def refused(browser, content, name="sheet.csv") -> str:
    """Send a file that is refused as a whole. Gives the reason."""
    response = send(browser, Person, content, name)
    assert response.status_code == 400
    assert Upload.objects.count() == 0
    return told(response)


def test_missing_unknown_and_repeated_columns_are_told_by_name(mona):
    words = refused(mona, csv_of(["Name", "name", "Role", "Locator"], ["a", "b", "c", "d"]))
    assert "“Role”: not known as a column here" in words
    assert "“Source document”: missing" in words
    assert "The column “Name” is there twice" in words
    assert "The columns are “Slug”, “Honorific”, “Name”" in words


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (csv_of(HEADINGS), "no rows"),
        (csv_text(HEADINGS, SIAN).encode("cp1252"), "Line 2 has “Siân Rees” .*Windows-1252"),
        (csv_text(HEADINGS, SIAN).encode("utf-16"), "UTF-16"),
        (csv_text(HEADINGS, ["A\x00nn", "b", "c"]).encode(), "not UTF-8 text"),
        (csv_text(HEADINGS, ANN).encode() + b'"Bob,Board paper,page 2\r\n' * 3, "line 3 .* quot"),
        (csv_of(HEADINGS, ANN, ["x" * 140_000]), "line 3 has a cell of more than 131,072 char"),
        (b"PK\x03\x04 and so on", "Name it .xlsx"),
        (csv_of([f"Column {n}" for n in range(61)], ["x"]), "more than 60 columns"),
    ],
    ids=[
        "nothing",
        "blank",
        "headings alone",
        "Windows-1252",
        "UTF-16",
        "null",
        "open quotation mark",
        "long cell",
        "workbook",
        "columns",
    ],
)
def test_a_csv_file_that_cannot_be_read_is_refused_with_the_remedy(mona, content, says):
    assert re.search(says, refused(mona, content))


def test_a_file_of_too_many_rows_is_refused(mona, monkeypatch):
    monkeypatch.setattr(reading, "MOST_ROWS", 2)
    assert "more than 2 rows" in refused(mona, csv_of(HEADINGS, ANN, ANN, ANN))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(mona):
    bomb = with_part(PEOPLE, "xl/worksheets/sheet2.xml", b"0" * (60 * reading.MEGABYTE))
    assert len(bomb) < reading.MEGABYTE
    assert "larger than 5 MB" in refused(mona, bomb, "bomb.xlsx")


def test_a_zip_bomb_that_lies_about_its_size_is_refused_too(mona):
    bomb = bytearray(with_part(PEOPLE, "xl/worksheets/sheet2.xml", b"0" * (60 * reading.MEGABYTE)))
    true, lie = (60 * reading.MEGABYTE).to_bytes(4, "little"), (10).to_bytes(4, "little")
    refused(mona, bytes(bomb.replace(true, lie)), "bomb.xlsx")


def of_text(row: str, *texts: str) -> str:
    """The XML of a row of texts. `row` is the row's attributes."""
    return f"<row {row}>" + "".join(f'<c t="str"><v>{t}</v></c>' for t in texts) + "</row>"


@slow.ROWS
def test_blank_rows_between_others_are_passed_over(mona):
    apart = with_rows(PEOPLE, of_text("", *HEADINGS) + of_text('r="20000"', *ANN))
    upload = loaded(mona, Person, apart, "people.xlsx")
    assert upload.outcome["rows"][0]["row"] == 20_000


def test_blank_rows_under_the_others_cost_nothing(mona):
    rows = of_text("", *HEADINGS) + of_text("", *ANN) + '<row r="1048576"><c s="0"/></row>'
    upload = loaded(mona, Person, with_rows(PEOPLE, rows), "people.xlsx")
    assert upload.outcome["rows"][0]["row"] == 2


@pytest.mark.parametrize("row", [1_048_576, 2_000_000_000])
def test_a_row_far_below_the_others_is_refused_by_its_number(mona, row):
    far = with_rows(PEOPLE, of_text("", *HEADINGS) + of_text(f'r="{row}"', *ANN))
    assert f"Something stands in row {row:,}" in refused(mona, far, "people.xlsx")


@pytest.mark.parametrize(
    "rows",
    ["<row/>" * 2000, "<row>" + "<c/>" * 2000 + "</row>", "<x/>" * 2000],
    ids=["rows", "cells", "others"],
)
def test_a_workbook_of_more_tags_than_its_rows_need_is_refused(mona, monkeypatch, rows):
    monkeypatch.setattr(reading, "MOST_TAGS", 2000)
    assert "larger than 5 MB" in refused(mona, with_rows(PEOPLE, rows), "people.xlsx")
    assert send(mona, Person, PEOPLE, "people.xlsx").status_code == 302


@slow.ROWS
def test_a_workbook_of_more_styles_than_a_program_has_is_refused(mona):
    styles = (
        f'<styleSheet xmlns="{XML_OF_SHEETS}"><cellXfs>{"<xf/>" * 70_000}</cellXfs></styleSheet>'
    )
    assert "damaged" in refused(mona, with_xml(PEOPLE, "xl/styles.xml", styles), "people.xlsx")


STYLED = xlsx_of(
    HEADINGS,
    [*ANN[:-1], (datetime.datetime(2026, 4, 3), "d-mmm")],  # noqa: DTZ001
)


def formats(*codes: str) -> str:
    """The XML of styles. Cells of the second style have the last of these formats."""
    each = "".join(
        f'<numFmt numFmtId="{number}" formatCode="{code}"/>' for number, code in enumerate(codes, 9)
    )
    last = 8 + len(codes)
    return (
        f'<styleSheet xmlns="{XML_OF_SHEETS}"><numFmts count="{len(codes)}">{each}</numFmts>'
        f'<cellXfs><xf numFmtId="0"/><xf numFmtId="{last}"/></cellXfs></styleSheet>'
    )


def shared(formula: str, cells: int) -> str:
    """The XML of rows whose first cells share one formula."""
    return f'<row r="1"><c r="A1"><f t="shared" si="0">{formula}</f><v>1</v></c></row>' + "".join(
        f'<row r="{row}"><c r="A{row}"><f t="shared" si="0"/><v>1</v></c></row>'
        for row in range(2, cells + 2)
    )


# Each of a few kilobytes when it is packed. Searched as it once was, or read by the library, each
# would take from minutes to days: a test of these that does not end has failed.
MILLION = 1_000_000
ENDLESS = {
    "rows": lambda: with_rows(PEOPLE, f"{'<row ' * MILLION}</v>"),
    "merged cells": lambda: with_rows(PEOPLE, "<mergeCell " * MILLION),
    "one format": lambda: with_xml(STYLED, "xl/styles.xml", formats("[" * MILLION)),
    "a format in single marks": lambda: with_xml(
        STYLED, "xl/styles.xml", formats("[" * MILLION).replace('"', "'")
    ),
    "formats": lambda: with_xml(STYLED, "xl/styles.xml", formats(*["[" * 2_000] * 5_000)),
    "formats in UTF-16": lambda: with_xml(
        STYLED, "xl/styles.xml", formats("[" * MILLION).encode("utf-16")
    ),
    "a formula of many cells": lambda: with_rows(PEOPLE, shared("A1+" * 10_000 + "1", 15_000)),
    "a formula of brackets": lambda: with_rows(PEOPLE, shared("[]" * 300_000, 1)),
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_a_small_workbook_that_would_be_read_for_ever_is_refused(mona, kind):
    content = ENDLESS[kind]()
    assert len(content) < 100_000
    assert "damaged" in refused(mona, content, "people.xlsx")


def test_a_date_is_told_by_as_much_of_its_format_as_a_program_takes():
    day = datetime.date(2026, 4, 3)
    assert date_text(day, "[$-809]mmmm yyyy") == "2026-04"
    assert date_text(day, "[" * 10 * MILLION) == "2026-04-03"


def test_a_line_of_blanks_is_one_blank_and_takes_time_as_it_is_long():
    line = LineColumn(heading="Name", attribute="name").read(
        f"Ann{' ' * 29_000}\r\n \t Lee{' ' * MILLION}Day\n"
    )
    assert line == "Ann Lee Day"


def test_formulas_that_a_program_fills_down_are_read(mona):
    rows = of_text("", *HEADINGS) + "".join(
        f'<row><c r="A{row}" t="str"><f t="shared" si="0">{"B2&amp;C2" if row == 2 else ""}</f>'
        f'<v>Person {row}</v></c><c t="str"><v>{ANN[1]}</v></c><c t="str"><v>1</v></c></row>'
        for row in range(2, 32)
    )
    loaded(mona, Person, with_rows(PEOPLE, rows), "people.xlsx")
    assert Person.objects.count() == 30


def test_a_text_that_is_repeated_counts_each_time_to_the_size(mona, monkeypatch):
    monkeypatch.setattr(reading, "MOST_UNPACKED", 200_000)
    content = csv_of(HEADINGS, *[["x" * 29_000] * 3] * 3)
    assert "larger than 5 MB" in refused(mona, content)


@pytest.mark.parametrize("packed", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "lzma"])
def test_a_workbook_packed_as_no_spreadsheet_program_packs_is_refused(mona, packed):
    oddly = with_part(PEOPLE, "xl/media/picture.png", b"0" * 1000, packed)
    assert "damaged" in refused(mona, oddly, "people.xlsx")


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ("xl/vbaProject.bin", "holds macros"),
        ("xl/macrosheets/sheet1.xml", "holds macros"),
        ("xl/externalLinks/externalLink1.xml", "linked to other files"),
        ("xl/embeddings/more.xlsx", "other files inside"),
        ("xl/activeX/activeX1.xml", "controls"),
    ],
)
def test_a_workbook_that_does_more_than_hold_cells_is_refused(mona, part, says):
    assert says in refused(mona, with_part(PEOPLE, part, b"x"), "people.xlsx")


def with_entities() -> bytes:
    """A workbook whose sheet is small when unpacked and huge when parsed."""
    declared = (
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'
    )
    return with_xml(PEOPLE, "xl/worksheets/sheet1.xml", declared)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("people.xlsm", PEOPLE, "macros"),
        ("people.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "locked with a password"),
        ("people.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "locked with a password"),
        ("people.ods", PEOPLE, "ends in .csv or .xlsx"),
        ("people.xlsx", csv_of(HEADINGS, ANN), "damaged"),
        ("people.xlsx", PEOPLE[:-200], "damaged"),
        ("people.xlsx", PEOPLE[:200] + b"0" * 50 + PEOPLE[250:], "damaged|no workbook"),
        ("people.xlsx", with_entities(), "damaged"),
    ],
    ids=["xlsm", "xls", "locked", "ods", "csv", "cut off", "garbled", "entities"],
)
def test_what_is_no_plain_workbook_is_refused(mona, name, content, says):
    assert re.search(says, refused(mona, content, name))


def test_fifty_megabytes_are_refused_without_being_read(mona):
    class Unread(io.RawIOBase):
        def read(self, *args):
            raise AssertionError("It was read.")

    response = mona.generic(
        "POST",
        reverse("admin:import", args=["people.person"]),
        **{
            "wsgi.input": Unread(),
            "CONTENT_LENGTH": str(50 * reading.MEGABYTE),
            "CONTENT_TYPE": "multipart/form-data; boundary=x",
        },
    )

    assert response.status_code == 413
    assert "larger than 5 MB" in response.rendered_content


def test_a_file_a_little_too_large_is_refused(mona):
    assert "larger than 5 MB" in refused(mona, b"a" * (reading.MOST_BYTES + 1))


def test_a_cell_that_cannot_be_typed_or_has_no_heading_refuses_its_row(mona):
    upload = checked(
        mona, Person, csv_of(HEADINGS, ["A\x07nn", "b", "c"], [*ANN, "more"], ["x" * 31000])
    )

    assert outcomes(upload) == ["refused"] * 3
    assert "cannot be typed" in problems(upload, 0)[""]
    assert "“more” where there is no heading" in problems(upload, 1)[""]
    assert "longer than" in problems(upload, 2)[""]


def test_a_formula_without_its_result_refuses_its_row_and_not_one_of_no_text(mona):
    name, paper, _ = ANN
    rows = of_text("", "Name", "Source document", "Note", "Locator")
    for kind in ("", ' t="str"'):
        rows += f'<row><c t="str"><v>{name}</v></c><c t="str"><v>{paper}</v></c>'
        rows += f'<c{kind}><f>A1</f><v/></c><c t="str"><v>page 1</v></c></row>'
    upload = checked(mona, Person, with_rows(PEOPLE, rows), "people.xlsx")
    assert "Cell C2 is a formula" in problems(upload)[""]
    assert "save it, or paste values" in problems(upload)[""]
    assert "formula" not in str(upload.outcome["rows"][1]["problems"])


def test_a_sheet_with_merged_cells_is_refused_with_the_first_of_them(mona):
    rows = of_text("", *HEADINGS) + of_text("", *ANN)
    merged = '<mergeCells><mergeCell ref="B2:B3"/><mergeCell ref="C3:C4"/></mergeCells>'
    content = with_rows(PEOPLE, rows, merged)
    assert "The cells B2:B3 are merged" in refused(mona, content, "people.xlsx")


def test_a_formula_without_its_result_is_no_empty_row_and_no_heading(mona):
    upload = checked(mona, Person, xlsx_of(HEADINGS, ANN, ["=A2"]), "people.xlsx")
    assert "Cell A3 is a formula" in problems(upload, 1)[""]
    response = send(mona, Person, xlsx_of([*HEADINGS[:2], "=A1"], ANN), "people.xlsx")
    assert "Cell C1 is a formula" in told(response)


def test_what_the_program_made_a_date_or_a_yes_is_refused_where_a_text_stands(mona):
    third = datetime.datetime(2026, 4, 3)  # noqa: DTZ001  (as a workbook has it)
    content = xlsx_of(HEADINGS, ["Ann Lee", "Board paper", (third, "d-mmm")], [True, *ANN[1:]])
    upload = checked(mona, Person, content, "people.xlsx")
    assert "“2026-04-03” is a date to the spreadsheet program" in problems(upload, 0)["Locator"]
    assert "“yes” is a yes or no to the spreadsheet program" in problems(upload, 1)["Name"]
    assert "Format the column as text" in problems(upload, 1)["Name"]


def test_a_break_in_a_name_is_a_space_and_one_in_a_note_is_kept(mona):
    content = csv_of([*HEADINGS, "Note"], ["Ann\r\n Lee", "Board\tpaper", "page 1", "Two\nlines"])
    loaded(mona, Person, content)
    assert Person.objects.values_list("name", "note").get() == ("Ann Lee", "Two\nlines")


@pytest.mark.parametrize("unseen", ["\u200b", "\u202e", "\ufeff", "\xad"])
def test_a_name_with_a_character_that_is_not_seen_is_refused(mona, unseen):
    upload = checked(mona, Person, csv_of(HEADINGS, [f"Ann{unseen} Lee", *ANN[1:]]))
    says = f"“Ann Lee” holds a character that is not seen (U+{ord(unseen):04X})"
    assert says in problems(upload)["Name"]


# Dates in a cell


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2019-04-01", "2019-04-01"),
        ("27/03/2026", "2026-03-27"),
        ("1.4.2019", "2019-04-01"),
        ("1st April 2019", "2019-04-01"),
        ("1 Sept 2019", "2019-09-01"),
        ("april  2019", "April 2019"),
        ("2019-04", "April 2019"),
        ("2019", "2019"),
        ("By June 2021", "by June 2021"),
        ("by 2019-04-01", "by 2019-04-01"),
        ("Not before 1 June 2021", "not before 2021-06-01"),
        ("not before 2021", "not before 2021"),
    ],
)
def test_a_date_is_read_with_how_well_it_is_known_and_written_the_same(text, words):
    known = read_date(text)
    assert date_cell(*known) == words
    assert read_date(date_cell(*known)) == known


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("04/13/2019", "has the month before the day. Write 2019-04-13"),
        ("31/02/2019", "no day of the calendar"),
        ("Apr-19", "may be read in two ways"),
        ("43556", "number of days"),
        ("since the spring", "cannot be read as a date"),
        ("1/4/19", "cannot be read as a date"),
        ("Smarch 2019", "no day of the calendar"),
        ("0001-01-01", "from 1800 to 2199. Correct the year"),
        ("9" * 40, "cannot be read"),
    ],
)
def test_a_date_that_is_none_is_told_with_the_remedy(text, says):
    with pytest.raises(UnreadableDate, match=re.escape(says)):
        read_date(text)


# The preview, and loading


def test_nothing_is_loaded_before_it_is_confirmed(mona):
    upload = checked(mona, Person, csv_of(HEADINGS, ANN))

    assert outcomes(upload) == ["new"]
    assert changes(upload)["Name"] == ("", "Ann Lee")
    assert names() == set()
    assert Person.history.count() == 0

    confirm(mona, upload)

    assert names() == {"Ann Lee"}


def test_what_is_loaded_has_history_with_the_user_the_reason_and_one_batch(mona):
    make_person(name="Bob Day", slug="bob-day", locator="page 7")
    loaded(mona, Person, csv_of(HEADINGS, ANN, ["Bob Day", "Board paper", "page 8"]))

    rows = Person.history.filter(history_nature="imported")
    assert [(row.name, row.history_type) for row in rows.order_by("name")] == [
        ("Ann Lee", "+"),
        ("Bob Day", "~"),
    ]
    assert {row.history_user.username for row in rows} == {"Mona"}
    assert {row.history_change_reason for row in rows} == {"Sent by the secretary."}
    assert len({row.history_batch for row in rows}) == 1


def test_one_refused_row_keeps_out_the_whole_even_when_confirmed_past_the_page(mona):
    upload = checked(mona, Person, csv_of(HEADINGS, ANN, ["Bob Day", "A lost paper", "page 2"]))
    assert outcomes(upload) == ["new", "refused"]
    assert "There is no document “A lost paper”" in problems(upload, 1)["Source document"]
    page = mona.get(reverse("admin:upload", args=[upload.pk]))
    assert "Row 3, column “Source document”:" in page.rendered_content
    assert "upload_load" not in page.rendered_content and "Confirm" not in page.rendered_content

    confirm(mona, upload)

    assert upload.loaded_at is None
    assert names() == set()


def test_what_the_register_says_already_is_no_change(mona):
    content = csv_of(HEADINGS, ANN)
    loaded(mona, Person, content)
    upload = checked(mona, Person, content)
    assert outcomes(upload) == ["same"]
    confirm(mona, upload)
    assert upload.loaded_at is None
    assert Person.history.count() == 1


def test_an_empty_cell_leaves_what_the_register_has(mona):
    make_person(name="Ann Lee", note="She chairs two boards.")
    upload = checked(mona, Person, csv_of([*HEADINGS, "Note"], [*ANN, ""]))
    assert outcomes(upload) == ["same"]


def test_the_preview_is_shown_again_when_the_register_has_changed_since(mona):
    upload = checked(mona, Person, csv_of(HEADINGS, ANN))
    make_person(name="Ann Lee", locator="page 44")

    confirm(mona, upload)

    assert upload.loaded_at is None
    assert outcomes(upload) == ["changed"]
    page = mona.get(reverse("admin:upload", args=[upload.pk])).rendered_content
    assert "the register has changed since you looked" in page
    confirm(mona, upload)
    assert Person.objects.get().locator == "page 1"


def test_a_preview_that_was_not_seen_is_not_confirmed(mona):
    upload = checked(mona, Person, csv_of(HEADINGS, ANN))
    for seen in ("", "0" * 32):
        confirm(mona, upload, seen)
    assert names() == set()


def test_a_spreadsheet_is_loaded_once(mona):
    upload = loaded(mona, Person, csv_of(HEADINGS, ANN))
    Person.objects.get().delete()

    confirm(mona, upload)

    assert names() == set()


def test_a_check_that_ends_after_the_loading_leaves_what_was_loaded(mona, monkeypatch):
    upload = loaded(mona, Person, csv_of(HEADINGS, ANN))
    told_then, loaded_then = upload.outcome, upload.loaded_at
    Upload.objects.update(loaded_at=None)

    @contextlib.contextmanager
    def loaded_thereafter():
        with transaction.atomic():
            yield
        Upload.objects.update(loaded_at=loaded_then)

    monkeypatch.setattr(uploads.UploadPages, "new_transaction", staticmethod(loaded_thereafter))
    mona.post(reverse("admin:upload_check", args=[upload.pk]))

    upload.refresh_from_db()
    assert (upload.outcome, upload.loaded_at) == (told_then, loaded_then)


def test_a_spreadsheet_is_kept_from_others_while_it_is_gone_through(mona):
    upload = checked(mona, Person, csv_of(HEADINGS, ANN))
    with CaptureQueriesContext(connection) as queries:
        mona.post(reverse("admin:upload_check", args=[upload.pk]))

    read = [q["sql"] for q in queries if 'SELECT "records_upload"."loaded_at"' in q["sql"]]
    assert len(read) == 1
    assert ("FOR UPDATE" in read[0]) == connection.features.has_select_for_update


def test_progress_is_told_line_by_line_and_leads_to_the_preview(mona, monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 2)
    people = [[f"Person {n}", "Board paper", "page 1"] for n in range(6)]
    send(mona, Person, csv_of(HEADINGS, *people))
    upload = Upload.objects.get()

    response = mona.post(
        reverse("admin:upload_check", args=[upload.pk]),
        headers={"accept": "application/x-ndjson"},
    )

    *steps, last = steps_of(response)
    assert {step["doing"] for step in steps} == {"Reading the rows", "Checking the rules"}
    assert [s["done"] for s in steps if s["doing"] == "Checking the rules"] == [2, 4, 6, 6]
    assert last == {"next": reverse("admin:upload", args=[upload.pk])}
    assert names() == set()


def test_an_import_that_breaks_off_loads_nothing(mona, monkeypatch):
    upload = checked(mona, Person, csv_of(HEADINGS, ANN))
    monkeypatch.setattr(importing.SpreadsheetImport, "outcome", lambda self: 1 / 0)

    response = mona.post(
        reverse("admin:upload_load", args=[upload.pk]),
        {"seen": upload.outcome["fingerprint"]},
        headers={"accept": "application/x-ndjson"},
    )

    assert "Nothing was loaded" in steps_of(response)[-1]["failed"]
    assert names() == set()


def test_a_long_preview_comes_in_pages_refused_rows_first(mona):
    people = [[f"Person {n}", "Board paper", "page 1"] for n in range(150)]
    upload = checked(mona, Person, csv_of(HEADINGS, *people, ["Late", "", ""]))
    page = reverse("admin:upload", args=[upload.pk])

    first = mona.get(page).context_data["page"]
    assert (len(first.object_list), first.paginator.num_pages) == (100, 2)
    assert first.object_list[0]["words"] == "Late"
    shown = mona.get(page, {"show": "refused"}).context_data["page"].object_list
    assert [row["words"] for row in shown] == ["Late"]
    for odd in ({"page": "x"}, {"page": "99"}, {"show": "x"}):
        assert mona.get(page, odd).status_code == 200


# Who may


def every_page(upload: Upload) -> list[tuple[str, str]]:
    kind, key = [upload.kind], [upload.pk]
    return [
        ("get", reverse("admin:imports")),
        ("get", reverse("admin:import", args=kind)),
        ("post", reverse("admin:import", args=kind)),
        ("get", reverse("admin:import_template", args=[*kind, "csv"])),
        ("get", reverse("admin:upload", args=key)),
        ("post", reverse("admin:upload_check", args=key)),
        ("post", reverse("admin:upload_load", args=key)),
    ]


def test_only_who_may_import_and_add_and_change_gets_to_any_page(mona):
    upload = checked(mona, Person, csv_of(HEADINGS, ANN))
    user = User.objects.get(username="Mona")
    for taken in ("import_records", "add_person", "change_person"):
        permission = user.user_permissions.get(codename=taken)
        user.user_permissions.remove(permission)
        for method, page in every_page(upload)[1:]:
            assert getattr(mona, method)(page).status_code == 403, (taken, page)
        user.user_permissions.add(permission)
    user.user_permissions.remove(user.user_permissions.get(codename="import_records"))
    assert mona.get(reverse("admin:imports")).status_code == 403
    assert names() == set()


def test_uploads_of_others_are_not_there_but_for_superusers(mona, admin_client):
    upload = checked(mona, Person, csv_of(HEADINGS, ANN))
    other = manager("Otto")
    for method, page in every_page(upload)[4:]:
        assert getattr(other, method)(page).status_code == 404
    confirm(other, upload)
    assert names() == set()
    assert admin_client.get(reverse("admin:upload", args=[upload.pk])).status_code == 200


def test_nobody_signed_in_is_sent_to_sign_in(mona):
    upload = checked(mona, Person, csv_of(HEADINGS, ANN))
    for method, page in every_page(upload):
        response = getattr(Client(), method)(page)
        assert response.status_code == 302 and "/login/" in response["Location"]


def test_without_its_token_no_form_is_taken(mona):
    upload = checked(mona, Person, csv_of(HEADINGS, ANN))
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="Mona"))
    for method, page in every_page(upload):
        if method == "post":
            seen = {"seen": upload.outcome["fingerprint"]}
            assert strict.post(page, seen).status_code == 403, page
    assert names() == set()


@pytest.mark.parametrize(
    "asked",
    [
        "/admin/uploads/99999999/",
        "/admin/uploads/99999999999999999999999999/",
        "/admin/uploads/x/",
        "/admin/imports/people.user/",
        "/admin/imports/auth.user/",
        "/admin/imports/people.person/template.exe",
    ],
)
def test_an_unknown_address_of_an_upload_is_not_found(mona, asked):
    assert mona.get(asked).status_code == 404


def test_an_address_that_takes_posts_refuses_gets(mona):
    upload = checked(mona, Person, csv_of(HEADINGS, ANN))
    for method, page in every_page(upload)[5:]:
        assert method == "post" and mona.get(page).status_code == 405


def test_spreadsheets_older_than_a_week_are_cleared_when_one_is_sent(mona):
    old, young = (checked(mona, Person, csv_of(HEADINGS, ANN)) for _ in range(2))
    Upload.objects.filter(pk=old.pk).update(uploaded_at=timezone.now() - datetime.timedelta(8))

    newest = checked(mona, Person, csv_of(HEADINGS, SIAN))

    assert set(Upload.objects.all()) == {young, newest}


def test_lists_lead_to_imports_and_exports(mona):
    page = mona.get(reverse("admin:people_person_changelist"), {"q": "ann"}).rendered_content
    assert reverse("admin:import", args=["people.person"]) in page
    assert reverse("admin:export", args=["people", "person", "xlsx"]) + "?q=ann" in page


@slow.ROWS
def test_a_thousand_rows_are_checked_in_few_queries(mona, django_assert_max_num_queries):
    people = [[f"Person {n}", "Board paper", "page 1"] for n in range(1000)]
    send(mona, Person, csv_of([*HEADINGS, "Last confirmed"], *[[*p, "2019"] for p in people]))
    upload = Upload.objects.get()

    with django_assert_max_num_queries(150):
        mona.post(reverse("admin:upload_check", args=[upload.pk]))

    upload.refresh_from_db()
    assert upload.outcome["counts"]["new"] == 1000
    confirm(mona, upload)
    assert Person.history.filter(confirmed_on=day("2019-01-01")).count() == 1000
