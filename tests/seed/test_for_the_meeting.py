"""The papers for a meeting agree with the page of the forum, for every forum of the seed."""

import pytest

from forums.models import Forum
from tests import slow
from tests.pages.files import WordFile, events, get
from tests.pages.reading import Page, read, words

pytestmark = [slow.WALK, pytest.mark.usefixtures("seeded")]

DAYS = ["2019-05-01", "2021-07-01", "2026-11-25"]
every_day = pytest.mark.parametrize("day", DAYS)


def forums() -> list[str]:
    return list(Forum.objects.values_list("slug", flat=True))


def held(page: Page) -> list[tuple[str, str]]:
    """The rows of members on a forum's page: the seat, and who holds it or why nobody is named."""
    rows = []
    for table in page.tables():
        if words(next(table.iter("th"))) != "Seat":
            continue  # It compares versions of the terms of reference.
        for row in table.find("tbody"):
            seat, holder = (cell.find("div") for cell in list(row)[:2])
            people = [link for link in holder.iter("a") if "/people/" in link.get("href")]
            named = next(iter(people), next(holder.iter("strong"), holder))
            rows.append((seat.text.strip().removesuffix(" ×").partition(" × ")[0], words(named)))
    return sorted(rows)


def without_basis(name: str) -> str:
    return name.removesuffix(" (interim)").removesuffix(" (acting)")


@every_day
def test_the_papers_have_the_rows_and_the_names_of_the_page(day):
    rows_in_all = 0
    for slug in forums():
        page = held(read(f"/forums/{slug}/", {"as_at": day}))
        terms = WordFile(f"/forums/{slug}/terms.docx", {"as_at": day})
        sheet = WordFile(f"/forums/{slug}/attendance.docx", {"as_at": day})
        appendix = [(row[0][0], without_basis(row[1][0])) for row in terms.table("Seat", "Held by")]
        members = [
            (row[0][0].partition(" [")[0], without_basis(row[1][0]) or "Not recorded")
            for row in sheet.table("Seat", "Name")
            if "another" not in row[0]
        ]
        attending = [
            (row[1][0].partition(" [")[0], without_basis(row[0][0]))
            for row in sheet.table("Name", "In attendance as")
            if row[1] != [""]
        ]
        assert sorted(appendix) == page, slug
        assert sorted(members + attending) == page, slug
        rows_in_all += len(page)
    assert rows_in_all > 20


@every_day
def test_the_papers_give_the_lines_of_reporting_and_the_sources_of_the_page(day):
    for slug in forums():
        page = read(f"/forums/{slug}/", {"as_at": day})
        terms = WordFile(f"/forums/{slug}/terms.docx", {"as_at": day})
        entries = [
            entry
            for heading in page.all("h3")
            if words(heading) == "Where it reports"
            for entry in following(page, heading)
        ]
        told = [
            text
            for text in terms.under("Where it reports")
            if not text.startswith(("Not recorded", "Not certain"))
        ]
        assert len(told) == len(entries), slug
        for entry, text in zip(entries, told, strict=True):
            assert words(next(entry.iter("a"))) in text
        documents = {
            words(link)
            for part in page.main.iter("div")
            if part.get("class") == "register-source"
            for link in part.iter("a")
        }
        assert terms.under("Sources"), slug
        assert documents, slug


def following(page: Page, heading):
    parts = list(page.main)
    return parts[parts.index(heading) + 1]


@every_day
def test_quoracy_is_in_the_words_of_the_page(day):
    quoted = 0
    for slug in forums():
        section = read(f"/forums/{slug}/", {"as_at": day}).section("quoracy")
        for line in WordFile(f"/forums/{slug}/terms.docx", {"as_at": day}).under("Quoracy"):
            wording = line.partition(": ")[2].rpartition(" [")[0].strip("“”") or line
            assert wording.removesuffix(".") in section, slug
            quoted += line != "Not recorded."
    assert quoted >= 4


@every_day
def test_every_calendar_names_those_of_the_page_and_nobody_else(day):
    number = 0
    for slug in forums():
        page = read(f"/forums/{slug}/", {"as_at": day})
        for what, event in events(f"/forums/{slug}/calendar.ics", {"as_at": day}).items():
            who = what.partition(": ")[2].partition(",")[0]
            assert without_basis(who) in page.source, what
            assert str(event["url"]).startswith(f"http://localhost/forums/{slug}/")
            number += 1
    assert number or day != "2019-05-01"


def test_the_files_are_called_by_forum_and_day():
    for part in ("terms", "attendance"):
        answer = get(f"/forums/hipcs/{part}.docx", {"as_at": "2019-05-01"})
        name = f"forums-hipcs-{part}-as-at-2019-05-01.docx"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
