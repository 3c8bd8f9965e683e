"""Spreadsheets: records that come in from CSV and XLSX files, and lists that go out to them."""

from editing.spreadsheets import spreadsheet_pages  # noqa: F401  (puts them on the admin’s site)
