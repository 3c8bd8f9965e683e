"""Worklists as a test reads them, and the guided steps that empty them."""

import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client, RequestFactory

from editing.worklists import WorklistRow, all_worklists
from tests.admin_pages import typed
from tests.builders import source

TODAY = datetime.date(2026, 11, 22)


def in_days(number: int) -> datetime.date:
    return TODAY + datetime.timedelta(days=number)


def rows_of(
    slug: str, *, day=TODAY, apart=False, user=None, words=(), chosen=None
) -> list[WorklistRow]:
    """All rows of a worklist, as somebody who may do everything sees them."""
    request = RequestFactory().get(f"/admin/worklists/{slug}/")
    request.user = user or User(is_superuser=True, is_staff=True)
    [listed] = [each for each in all_worklists() if each.slug == slug]
    return listed.rows(request, day, words, chosen, apart=apart)[:]


def explained(heading: str) -> dict[str, list[str]]:
    """The table under a heading of docs/worklists.md: the cells beside the title of each list."""
    text = (settings.BASE_DIR / "docs" / "worklists.md").read_text()
    [part] = [part for part in text.split("\n## ") if part.startswith(f"{heading}\n")]
    rows = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("|")]
    return {title.strip(): [cell.strip() for cell in cells] for title, *cells in rows[2:]}


def listed(slug: str, **asked) -> list:
    """The records that a worklist lists."""
    return [row.record for row in rows_of(slug, **asked)]


def reason_for(record, slug: str, **asked) -> str:
    """Why a worklist lists a record."""
    [row] = [row for row in rows_of(slug, **asked) if row.record == record]
    return row.reason


def way(row: WorklistRow, begins: str) -> str:
    """The address of a row's remedy: the link whose words begin with these."""
    [address] = [words.address for words in row.ways if words.text.startswith(begins)]
    return address


def take_step(browser: Client, address: str, **entered) -> None:
    """Fill in the form of a guided step, look at the preview and confirm."""
    evidence = {"document": source().pk, "locator": "minute 1", "reason": "It happened"}
    data = {**typed(browser.get(address)), **evidence, **entered}
    preview = browser.post(address, {**data, "_preview": "1"})
    assert preview.status_code == 200, preview.context_data["form"].errors
    seen = preview.context_data["preview"].fingerprint
    done = browser.post(address, {**data, "_confirm": "1", "seen": seen})
    assert done.status_code == 302
