"""Each decision record has a date and says whether it is in force, and the index agrees."""

import re

import pytest
from django.conf import settings

FOLDER = settings.BASE_DIR / "docs" / "decisions"
RECORDS = sorted(FOLDER.glob("0*.md"))
HEAD = re.compile(
    r"# (?P<title>.+)\n\nAccepted on (?P<day>\d{1,2} [A-Z][a-z]+ \d{4})\. (?P<status>[^.]+)\.\n"
)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name[:4])
def test_the_index_repeats_the_title_day_and_status_of_each_decision(record):
    head = HEAD.match(record.read_text())
    assert head, "Begin with a title, and a line like “Accepted on 1 May 2026. In force.”"
    line = (
        f"| {int(record.name[:4])} | [{head['title']}]({record.name}) "
        f"| {head['day']} | {head['status']} |"
    )
    assert line in (FOLDER / "README.md").read_text().splitlines()


def test_the_index_lists_nothing_else():
    assert (FOLDER / "README.md").read_text().count(".md)") == len(RECORDS)
