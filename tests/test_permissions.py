"""What every sort of person may do at every address of the admin.

The table is in docs/who-may-do-what.md. These tests keep it true: `make permissions` rewrites it.
"""

import os
from collections import defaultdict
from pathlib import Path

import pytest

from editing.groups import AUDITOR, EDITOR, MANAGER
from tests import slow
from tests.admin_urls import (
    ANONYMOUS,
    JUDGED_BY_WRITES,
    NO_GROUP,
    NOT_STAFF,
    OF_RECORDS,
    READING,
    SUPERUSER,
    WHO,
    Answer,
    Page,
    ask,
    every_page,
    make_cast,
)
from tests.builders import BUILDERS

pytestmark = slow.WALK

DOCUMENT = Path(__file__).parent.parent / "docs" / "who-may-do-what.md"
BEGIN, END = "<!-- The table begins. -->", "<!-- The table ends. -->"
REMEDY = (
    "The table in docs/who-may-do-what.md is no longer true. Look why; then `make permissions`."
)

YES, READS, NO, SIGN_IN = "yes", "reads", "no", "sign in"


def verdict(page: Page, opened: Answer, sent: Answer) -> str:
    """Whether somebody may use a page, judged by its answers to GET and POST."""
    if opened.sent_to_sign_in and sent.sent_to_sign_in:
        return SIGN_IN
    if sent.refused and opened.refused:
        return NO
    if page.kind in JUDGED_BY_WRITES:
        return YES if sent.writes else READS
    return READS if sent.refused or page.kind in READING else YES


def walk(cast, who: str) -> dict[tuple[str, str], str]:
    """The verdict on every page. Fails on answers that nobody should get."""
    browser = cast.browser(who)
    found = {}
    faults = []
    for page in every_page(cast, who):
        opened = ask(browser, "get", page.address)
        sent = ask(browser, "post", page.address, {"reason": "Test.", "post": "yes"})
        for method, answer in [("GET", opened), ("POST", sent)]:
            if answer.status >= 500:
                faults.append(f"{method} {page} answers {answer.status}")
            if "no-store" not in answer.response.headers.get("Cache-Control", ""):
                faults.append(f"{method} {page} may be kept by a cache")
            if answer.refused and answer.writes:
                faults.append(f"{method} {page} is refused and writes {answer.writes[0]}")
        if opened.writes:
            faults.append(f"To open {page} writes {opened.writes[0]}")
        if page.kind in READING and sent.writes:
            faults.append(f"{page} is said to read, and writes {sent.writes[0]}")
        found[page.kind, page.about] = verdict(page, opened, sent)
    assert not faults, "\n".join([f"{who}:", *faults])
    return found


# What several kinds are called together.
WHOLES = {
    "every record of the register": {str(model._meta.verbose_name_plural) for model in BUILDERS},
    "every account": {
        "accounts",
        "accounts of superusers",
        "accounts that may do more than a register manager",
    },
    "every group": {"groups of one’s own", "groups that come with the register"},
}

# The parts of the table, with what the pages of each are called and what they are about.
PARTS = [
    ("Pages of records and of accounts", "Page", "Records"),
    ("Guided steps", "Step", "On"),
    ("Pages of the admin as a whole", "Page", "Records"),
]


def table(verdicts: dict[str, dict[tuple[str, str], str]]) -> str:
    """The table. Pages of one kind with the same verdicts share a row."""
    rows = defaultdict(list)
    for kind, about in verdicts[SUPERUSER]:
        rows[kind, tuple(verdicts[who][kind, about] for who in WHO)].append(about)
    lines = defaultdict(list)
    for (kind, answers), abouts in rows.items():
        part, name = part_of(kind)
        everything = [about for of, about in verdicts[SUPERUSER] if of == kind]
        lines[part].append([name, in_words(abouts, everything), *answers])
    text = []
    for heading, page, of in PARTS:
        columns = [page, of, *WHO]
        rule = ["---"] * len(columns)
        shown = [columns, rule, *sorted(lines[heading])]
        text += [f"### {heading}", "", *(f"| {' | '.join(line)} |" for line in shown), ""]
    return "\n".join(text)


def part_of(kind: str) -> tuple[str, str]:
    """The part of the table that a kind of page is in, and its name there."""
    step = kind.removeprefix("Guided step: ")
    if step != kind:
        return PARTS[1][0], step
    return PARTS[0 if kind in OF_RECORDS.values() else 2][0], kind


def in_words(abouts: list[str], everything: list[str]) -> str:
    """What the pages of a row are about, as shortly as possible."""
    named = set(abouts)
    for words, single in WHOLES.items():
        if single <= named:
            named = (named - single) | {words}
    if len(named) > 3 and len(abouts) == len(everything):
        return "any"
    return ", ".join(sorted(named, key=lambda about: (about not in WHOLES, about)))


@pytest.mark.django_db
def test_what_each_may_do_is_what_the_document_says(caplog):
    caplog.set_level("CRITICAL")  # thousands of refusals
    cast = make_cast()
    found = table({who: walk(cast, who) for who in WHO})
    before, rest = DOCUMENT.read_text().split(BEGIN)
    written, after = rest.split(END)
    if os.environ.get("WRITE_PERMISSIONS") == "1":
        DOCUMENT.write_text(f"{before}{BEGIN}\n\n{found}\n{END}{after}")
    else:
        assert written.strip() == found.strip(), REMEDY


# What the table must say, whatever pages there are


def said() -> list[dict[str, str]]:
    """The rows of the table in the document, each by the headings of its columns."""
    table = DOCUMENT.read_text().split(BEGIN)[1].split(END)[0]
    found, heads = [], []
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] in ("Page", "Step"):
            heads = ["page", "of", *cells[2:]]
        elif line.startswith("|") and cells[0] != "---":
            found.append(dict(zip(heads, cells, strict=True)))
    return found


def pages_done_by(who: str) -> set[str]:
    return {row["page"] for row in said() if row[who] == YES}


OF_STAFF = {
    "Change one’s own password",
    "Forms typed before being signed out",
    "Your sessions",
}
ONES_OWN = {"Sign in", "Sign out"} | OF_STAFF


def test_an_auditor_changes_nothing_but_their_password():
    assert pages_done_by(AUDITOR) == pages_done_by(NO_GROUP) == ONES_OWN
    assert all(row[AUDITOR] == READS for row in said() if row["page"].startswith("Change history"))


def test_whoever_is_not_staff_comes_no_further_than_the_sign_in():
    for who in (ANONYMOUS, NOT_STAFF):
        assert pages_done_by(who) == ONES_OWN - OF_STAFF
        assert {row[who] for row in said()} == {YES, SIGN_IN}


def test_an_editor_does_not_do_what_is_for_a_register_manager():
    for_managers = {
        "Close",
        "Ending all sessions of somebody else",
        "Import",
        "Merge with another record",
        "New password for somebody else",
        "Removing one that should never have been",
        "Replace or merge",
        "Unlocking after failed sign-ins",
        "Withhold from public pages",
    }
    assert for_managers <= pages_done_by(MANAGER)
    assert not for_managers & pages_done_by(EDITOR)


def test_whoever_may_do_more_may_do_all_that_the_others_may():
    more = {SIGN_IN: 0, NO: 0, READS: 1, YES: 2}
    for row in said():
        for less, greater in [(EDITOR, MANAGER), (AUDITOR, MANAGER), (MANAGER, SUPERUSER)]:
            assert more[row[less]] <= more[row[greater]], row
