"""Spreadsheets: records that come in from CSV and XLSX files, and lists that go out to them."""

# These put their pages on the admin's site.
from editing.spreadsheets import export_page, import_pages  # noqa: F401
