"""Spreadsheets: records that come in from CSV and XLSX files, and lists that go out to them."""

from editing.spreadsheets import pages  # noqa: F401  (puts the pages on the admin's site)
