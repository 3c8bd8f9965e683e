"""Spreadsheets to test with, and how a browser sends them."""

import csv
import io
import json
import zipfile

from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from records.models import Upload

XML_OF_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def csv_text(*rows: list[str], delimiter: str = ",") -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue()


def csv_of(*rows: list[str]) -> bytes:
    return csv_text(*rows).encode()


def xlsx_of(*rows: list) -> bytes:
    """A workbook of one sheet. A cell may be a pair of a value and its number format."""
    workbook = Workbook()
    sheet = workbook.active
    for number, cells in enumerate(rows, 1):
        for place, value in enumerate(cells, 1):
            value, form = value if isinstance(value, tuple) else (value, None)
            cell = sheet.cell(row=number, column=place, value=value)
            if form:
                cell.number_format = form
    return saved(workbook)


def saved(workbook: Workbook) -> bytes:
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def with_part(content: bytes, name: str, part: bytes, packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A workbook with one more part in its zip."""
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a", packed) as parts:
        parts.writestr(name, part)
    return file.getvalue()


def with_xml(content: bytes, part: str, xml: str) -> bytes:
    """A workbook with the XML of one part replaced, as another program might write it."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, xml if name == part else old.read(name))
    return file.getvalue()


def with_rows(content: bytes, rows: str, after: str = "") -> bytes:
    """A workbook with the XML of its first sheet replaced, from the rows on."""
    xml = f'<worksheet xmlns="{XML_OF_SHEETS}"><sheetData>{rows}</sheetData>{after}</worksheet>'
    return with_xml(content, "xl/worksheets/sheet1.xml", xml)


def manager(name: str = "Mona", **fields) -> Client:
    """A browser of somebody who may import every kind."""
    user = User.objects.create_user(name, password="a long password", is_staff=True, **fields)
    allowed = Permission.objects.filter(content_type__app_label__in=["people", "forums"])
    allowed |= Permission.objects.filter(content_type__app_label__in=["organisations", "records"])
    user.user_permissions.set(allowed)
    browser = Client()
    browser.force_login(user)
    return browser


def send(browser: Client, model, content: bytes, name: str = "sheet.csv", **fields):
    """Send a spreadsheet. Gives the response."""
    file = SimpleUploadedFile(name, content)
    page = reverse("admin:import", args=[model._meta.label_lower])
    sent = {"file": file, "reason": "Sent by the secretary.", "ends": "last-day", **fields}
    return browser.post(page, sent)


def told(response) -> str:
    """The message of the page about a file that could not be read."""
    return " ".join(response.context_data["form"].errors.get("file", []))


def checked(browser: Client, model, content: bytes, name: str = "sheet.csv", **fields) -> Upload:
    """Send a spreadsheet and check its rows. Gives the upload with its outcome."""
    response = send(browser, model, content, name, **fields)
    assert response.status_code == 302, told(response)
    upload = Upload.objects.latest("pk")
    assert browser.post(reverse("admin:upload_check", args=[upload.pk])).status_code == 302
    upload.refresh_from_db()
    return upload


def outcomes(upload: Upload) -> list[str]:
    return [row["outcome"] for row in upload.outcome["rows"]]


def problems(upload: Upload, row: int = 0) -> dict[str, str]:
    """Why a row is refused, by heading."""
    return dict(upload.outcome["rows"][row]["problems"])


def changes(upload: Upload, row: int = 0) -> dict[str, tuple[str, str]]:
    """The old and new value of each field that a row changes."""
    return {label: (old, new) for label, old, new in upload.outcome["rows"][row]["changes"]}


def confirm(browser: Client, upload: Upload, seen: str | None = None) -> Upload:
    """Confirm what was previewed."""
    seen = upload.outcome["fingerprint"] if seen is None else seen
    browser.post(reverse("admin:upload_load", args=[upload.pk]), {"seen": seen})
    upload.refresh_from_db()
    return upload


def loaded(browser: Client, model, content: bytes, name: str = "sheet.csv") -> Upload:
    """Send, check and confirm a spreadsheet without errors."""
    upload = checked(browser, model, content, name)
    assert upload.outcome["counts"]["refused"] == 0, upload.outcome["rows"]
    upload = confirm(browser, upload)
    assert upload.loaded_at is not None
    return upload


def steps_of(response) -> list[dict]:
    """The progress lines of a response."""
    return [json.loads(line) for line in b"".join(response.streaming_content).splitlines()]


def export(browser: Client, model, form: str = "csv", **asked) -> bytes:
    options = model._meta
    page = reverse("admin:export", args=[options.app_label, options.model_name, form])
    response = browser.get(page, asked)
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def exported(browser: Client, model, form: str = "csv", **asked) -> list[dict[str, str]]:
    """The rows of an exported list, by heading."""
    content = export(browser, model, form, **asked)
    if form == "csv":
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    headings, *rows = load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)
    return [dict(zip(headings, ["" if v is None else v for v in row], strict=True)) for row in rows]
