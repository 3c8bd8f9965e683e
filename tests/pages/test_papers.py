"""Papers for a meeting: the appendix to the terms of reference and the attendance sheet, as pages
and for Word."""

import datetime
import itertools
import re

import pytest
from django.utils import timezone
from docx.enum.section import WD_ORIENT

from forums.models import SeatRole
from records.models import Document
from records.periods import Precision, Qualifier, date_in_words
from tests.builders import (
    make_document,
    make_forum,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_person,
    make_reporting_line,
    make_rule,
    make_seat,
)
from tests.pages import cast as stage
from tests.pages.files import WordFile, get
from tests.pages.reading import read, words

TERMS, SHEET = stage.TERMS, stage.SHEET
PAPERS = {TERMS: f"{stage.FORUM}terms.docx", SHEET: f"{stage.FORUM}attendance.docx"}
either_paper = pytest.mark.parametrize("address", PAPERS)
DAY = {"as_at": "2020-06-01"}


def told(address: str) -> list[str]:
    """The headings, lines and cells of a paper on its page, in order."""
    page = read(address, DAY)
    [body] = [e for e in page.main.iter("div") if e.get("class", "").startswith("register-paper")]
    kinds = ("h2", "h3", "p", "li", "dd", "th", "td")
    return [words(element) for element in body.iter() if element.tag in kinds]


def bare(text: str) -> str:
    """Letters and digits alone: the page hides words from sight and labels its rows."""
    return re.sub(r"\W", "", text.replace("Source ", ""))


@either_paper
def test_the_page_and_the_word_file_say_the_same_in_the_same_order(cast, address):
    file = WordFile(PAPERS[address], DAY)

    on_page = [bare(text) for text in told(address)]
    in_word = []
    for element in file.document.iter_inner_content():
        if hasattr(element, "rows"):
            in_word += [bare(cell.text) for row in element.rows for cell in row.cells]
        else:
            in_word.append(bare(element.text))
    # The file begins with its title and origin, and leaves room after a table; a label stands
    # before its words in one line.
    labels = {bare(words(dt)) for dt in read(address, DAY).all("dt")}
    in_word = [text for text in in_word[2:] if text]
    on_page = [text for text in on_page if text]
    assert len(on_page) == len(in_word) > 40
    for there, here in zip(on_page, in_word, strict=True):
        assert there == here or (here.endswith(there) and here.removesuffix(there) in labels)


@either_paper
def test_it_says_of_which_day_it_is_and_where_it_was_printed(cast, address):
    said = "As at 1 June 2020, from the governance register, taken from "
    said += f"http://localhost{address}?as_at=2020-06-01."

    assert said in read(address, DAY).text
    assert said in WordFile(PAPERS[address], DAY).paragraphs


def test_a_paper_of_today_leads_back_to_the_day_on_which_it_was_printed(cast):
    [origin] = re.findall(r"taken from \S+terms/\?as_at=(\d{4}-\d\d-\d\d)\.", read(TERMS).text)

    assert f"as-at-{origin}.docx" in get(PAPERS[TERMS]).headers["Content-Disposition"]


def test_the_word_file_is_one_that_a_screen_reader_finds_its_way_in(cast):
    file = WordFile(PAPERS[TERMS], DAY)
    about = file.document.core_properties

    assert about.title == "Appendix to the terms of reference: Executive of the Marches"
    assert about.language == "en-GB"
    levels = [level for level, _ in file.headings]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert len(file.document.tables) >= 2
    for table in file.document.tables:
        assert file.marks(table, 0) == {"tblHeader", "cantSplit"}
        assert all("cantSplit" in file.marks(table, at) for at in range(1, len(table.rows)))
    assert file.fields() == ["PAGE", "NUMPAGES"]


def test_it_asks_for_no_font_that_word_may_lack_and_for_a4(cast):
    for address, landscape in ((PAPERS[TERMS], False), (PAPERS[SHEET], True)):
        document = WordFile(address).document
        names = {document.styles[name].font.name for name in ("Normal", "Heading 1", "Heading 2")}
        assert names == {"Arial"}
        section = document.sections[0]
        assert (section.orientation == WD_ORIENT.LANDSCAPE) is landscape
        sides = sorted((section.page_width.cm, section.page_height.cm))
        assert [round(side, 1) for side in sides] == [21.0, 29.7]


@either_paper
def test_the_same_paper_is_the_same_file_next_time(cast, address):
    assert get(PAPERS[address], DAY).content == get(PAPERS[address], DAY).content


def test_each_numbered_list_begins_at_one(cast):
    file = WordFile(PAPERS[TERMS], DAY)
    numbered = [p for p in file.document.paragraphs if p.style.name == "List Number"]
    lists = {p._p.pPr.numPr.numId.val for p in numbered}

    assert len(lists) == 2  # disputes and sources
    numbering = file.document.part.numbering_part.element
    for number in numbering.num_lst:
        if number.numId in lists:
            assert number.lvlOverride_lst[0].startOverride.val == 1


@either_paper
def test_every_reference_leads_to_a_source_and_every_source_is_referred_to(cast, address):
    page = read(address, DAY)

    references = {link for link in page.links(page.main) if link.startswith("#source-")}
    sources = {
        f"#{e.get('id')}" for e in page.all("li") if (e.get("id") or "").startswith("source")
    }
    assert references == sources
    assert len(sources) >= 2


def test_each_fact_refers_to_its_own_document_and_place(cast):
    page = read(TERMS, DAY)

    listed = {e.get("id"): words(e) for e in page.all("li") if e.get("id")}
    row = page.row("Chair of the executive")
    [at] = re.findall(r"Source (\d+)\b.*$", row)[:1]
    assert listed[f"source-{at}"].startswith("Terms of reference, page 1")


def test_the_appendix_has_a_row_for_each_holder_and_one_for_what_is_left(cast):
    rows = WordFile(PAPERS[TERMS], DAY).table("Seat", "Held by", "Organisation")

    held = [row[1][0] for row in rows]
    assert "Dr Siân Jones" in held
    assert any(re.fullmatch(r"\d+ more not recorded", name) for name in held)
    assert next(r[0] for r in rows if r[1][0] == "Dr Siân Jones") == ["Chair of the executive"]


def test_what_is_known_of_votes_has_a_column_and_what_is_not_a_sentence(cast):
    file = WordFile(PAPERS[TERMS], DAY)

    [partners] = {row[3][0] for row in file.table("Seat", "Held by") if row[0][0] == "Partners"}
    assert partners == "Yes"
    assert "Not recorded of any seat: who counts to quoracy, who may send a deputy." in file.under(
        "Membership"
    )


@pytest.mark.django_db
def test_the_paper_of_a_forum_without_facts_says_so_and_has_no_other_parts():
    make_forum(slug="bare", name="Bare")
    file = WordFile("/forums/bare/terms.docx")

    assert [heading for _, heading in file.headings] == [
        "Appendix to the terms of reference: Bare",
        "The forum",
        "Membership",
        "Quoracy",
        "Decisions",
        "Where it reports",
        "Review",
        "What no source says",
        "Sources",
    ]
    assert file.under("Quoracy") == ["Not recorded."]
    assert file.under("Review") == ["Not recorded."]
    [silent] = file.under("What no source says")
    assert silent == (
        "No source recorded here says its purpose, its responsibilities, what it is accountable "
        "for, its authority or how disputes are settled."
    )


@pytest.mark.parametrize("paper", ["terms", "attendance"])
@pytest.mark.django_db
def test_the_paper_of_a_forum_not_in_force_says_so(paper):
    forum = make_forum(slug="old", name="Old", start_date="2019-04-01", end_date="2020-03-31")
    make_membership(seat=make_seat(forum=forum), person=make_person(name="Ann Long Gone"))

    for day, sentence in (
        ("2021-01-01", "This forum ended 31 March 2020."),
        ("2019-01-01", "The register has this forum from 1 April 2019."),
    ):
        page = read(f"/forums/old/{paper}/", {"as_at": day})
        file = WordFile(f"/forums/old/{paper}.docx", {"as_at": day})
        assert sentence in page.text
        assert any(sentence in words for words in file.paragraphs)
        assert "Ann Long Gone" not in page.text
        assert f"No seat is recorded as at {'1 January ' + day[:4]}." in file.paragraphs


@pytest.mark.parametrize("paper", ["terms", "attendance"])
@pytest.mark.django_db
def test_a_paper_says_who_only_perhaps_fills_a_seat(paper):
    forum = make_forum(slug="board", name="Board")
    make_membership(seat=make_seat(forum=forum), person=make_person(name="Ann Ash"))
    make_membership(
        seat=make_seat(forum=forum),
        person=make_person(name="Bob Birch"),
        start_date="2020-06-01",
        start_precision="month",
    )

    file = WordFile(f"/forums/board/{paper}.docx", {"as_at": "2020-06-15"})
    cells = [cell for row in file.table("Seat") for cell in row]
    [ann] = [cell for cell in cells if cell[0] == "Ann Ash"]
    [bob] = [cell for cell in cells if cell[0] == "Bob Birch"]
    assert bob[1] == "perhaps; began some time in June 2020"
    assert not any("perhaps" in line for line in ann)


@pytest.fixture
def paper(db):
    """A paper that speaks of May 2019."""
    return make_document(
        slug="paper", title="Paper", as_of="2019-05-01", as_of_precision=Precision.MONTH
    )


def test_a_paper_has_the_lines_and_members_of_the_page_with_what_is_planned_or_known_later(paper):
    board, group, partner = (
        make_forum(slug=name.lower(), name=name) for name in ("Board", "Group", "Partner")
    )
    make_reporting_line(from_forum=board, to_forum=group, document=paper, start_date="2019-06-01")
    later = {"start_date": "2021-06-01", "start_qualifier": Qualifier.BY}
    make_reporting_line(from_forum=partner, to_forum=board, **later)
    make_member_organisation(forum=board, organisation=make_organisation(name="Trust"), **later)

    told = WordFile("/forums/board/terms.docx", {"as_at": "2020-06-15"}).paragraphs
    [up] = [each for each in told if "Group" in each]
    assert ", was to begin on 1 June 2019, says the paper of May 2019; no later source" in up
    assert any(each.startswith("Partner reports to Board, by 1 June 2021") for each in told)
    assert any(each.startswith("Trust, by 1 June 2021") for each in told)
    assert sum("from a later day. Whether they" in each for each in told) == 2


@pytest.mark.parametrize("file", ["", "terms/", "attendance/"])
def test_a_plan_in_the_month_of_its_day_is_told_in_one_sentence(paper, file):
    forum = make_forum(slug="board", name="Board")
    make_membership(
        seat=make_seat(forum=forum),
        person=make_person(name="Bob Birch"),
        document=paper,
        start_date="2019-06-01",
        start_precision="month",
    )

    text = read(f"/forums/board/{file}", {"as_at": "2019-06-15"}).text
    assert "was to begin some time" not in text
    assert "was to begin in June 2019, says the paper of May 2019" in text
    assert "perhaps" in text


LAST_KNOWN = "Last known May 2019, more than a year ago"
either_file = pytest.mark.parametrize("file", ["terms.docx", "attendance.docx"])


@either_file
def test_a_paper_says_how_lately_each_name_is_known_and_what_was_only_foreseen(paper, file):
    forum = make_forum(slug="board", name="Board")
    make_membership(seat=make_seat(forum=forum), person=make_person(name="Ann Ash"), document=paper)
    planned = make_membership(
        seat=make_seat(forum=forum),
        person=make_person(name="Bob Birch"),
        document=paper,
        start_date="2019-06-01",
    )
    make_seat(forum=forum, title="Empty", document=paper)

    word = WordFile(f"/forums/board/{file}", {"as_at": "2020-06-15"})
    [names] = [
        word.table(*columns)
        for columns in (("Seat", "Held by"), ("Seat", "Name"))
        if word.table(*columns)
    ]
    [ann] = [row[1] for row in names if row[1][0] == "Ann Ash"]
    [bob] = [row[1] for row in names if row[1][0] == "Bob Birch"]
    [empty] = [row[0] for row in names if row[0][0].startswith("Empty")]
    assert LAST_KNOWN in ann
    assert "2019-06" not in str(ann) and "foresaw" not in str(ann)
    assert planned.time_as_foreseen(datetime.date(2020, 6, 15)) in bob
    assert LAST_KNOWN in empty
    first = (
        "Who fills these seats is last known as of May 2019, more than a year ago: it may have "
        "changed since."
    )
    assert first in word.paragraphs
    # And when the paper was new, it is old in no word.
    then = WordFile(f"/forums/board/{file}", {"as_at": "2019-07-15"})
    assert "more than a year ago" not in str(then.paragraphs + then.table("Seat"))


@either_file
def test_a_paper_names_what_confirmed_a_fact_among_its_sources(paper, file):
    forum = make_forum(slug="board", name="Board")
    make_membership(
        seat=make_seat(forum=forum),
        document=paper,
        confirmed_on="2020-05-04",
        confirmed_document=make_document(title="Minutes of May", as_of="2020-05-04"),
        confirmed_locator="minute 9",
    )

    word = WordFile(f"/forums/board/{file}", {"as_at": "2020-06-15"})
    assert any("Last known 4 May 2020" in cell for row in word.table("Seat") for cell in row)
    assert any(each.startswith("Minutes of May") for each in word.under("Sources"))


@either_file
def test_a_paper_says_which_seats_the_sources_name_only_from_a_later_day(paper, file):
    later = {"start_date": "2019-03-01", "start_precision": "month", "start_qualifier": "by"}
    forum = make_forum(slug="board", name="Board")
    seat = make_seat(forum=forum, title="Treasurer", **later)
    make_membership(seat=seat, person=make_person(name="Ann Ash"), document=paper, **later)

    told = WordFile(f"/forums/board/{file}", {"as_at": "2019-03-15"}).paragraphs
    assert "No seat is certain to have existed on 15 March 2019." in told
    assert (
        "The sources name 1 seat from a later day. Whether it existed on 15 March 2019 is not "
        "recorded:"
    ) in told
    then = "Treasurer, by March 2019, perhaps by this day; Ann Ash in post by March 2019"
    assert any(each.startswith(then) for each in told)
    assert not any("No seat is recorded" in each for each in told)
    after = WordFile(f"/forums/board/{file}", {"as_at": "2019-03-31"})
    assert not any("from a later day" in each for each in after.paragraphs)
    assert "Ann Ash" in str(after.table("Seat"))


@either_file
def test_a_seat_of_which_nobody_is_recorded_for_the_day_says_who_comes_later(db, file):
    forum = make_forum(slug="board", name="Board")
    seat = make_seat(forum=forum, title="Treasurer")
    make_membership(
        seat=seat,
        person=make_person(name="Ann Ash"),
        start_date="2021-06-01",
        start_precision="month",
        start_qualifier="by",
    )

    [row] = WordFile(f"/forums/board/{file}", {"as_at": "2020-06-15"}).table("Seat")[:1]
    assert row[1][:2] == ["Not recorded", "Ann Ash in post by June 2021"]


@pytest.mark.parametrize("file", ["terms/", "terms.docx", "attendance/", "attendance.docx"])
@pytest.mark.parametrize("query", ["as_at=2019-02-30", "as_at=yesterday"])
def test_a_day_that_is_none_is_refused_with_a_sentence(cast, quiet, file, query):
    page = read(f"{stage.FORUM}{file}?{query}")

    assert page.status == 400
    assert "as a day" in page.text


PARTS = ["terms/", "terms.docx", "attendance/", "attendance.docx", "calendar/", "calendar.ics"]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.django_db
def test_a_forum_that_is_not_known_has_none(quiet, part):
    page = read(f"/forums/nobody-knows-it/{part}")

    assert (page.status, page.headings) == (404, ["Page not found"])


@pytest.mark.parametrize("part", PARTS)
def test_an_old_address_of_a_forum_leads_to_the_same_paper_of_it(cast, part):
    cast.forum.slug = "renamed"
    cast.forum.save()

    answer = get(f"{stage.FORUM}{part}", DAY)

    assert answer.status_code == 301
    assert answer.headers["Location"] == f"/forums/renamed/{part}?as_at=2020-06-01"


def test_the_page_of_a_forum_leads_to_all_of_them_in_one_place(cast):
    page = read(stage.FORUM, DAY)
    [place] = page.all("section", aria_labelledby="meeting")

    assert words(place).startswith("For the meeting")
    assert {link.partition("?")[0] for link in page.links(place)} >= {
        f"{stage.FORUM}{part}" for part in PARTS
    }


# The attendance sheet


def test_the_sheet_has_a_row_for_each_member_with_boxes_that_are_empty(cast):
    rows = WordFile(PAPERS[SHEET], DAY).table("Seat", "Name", "Organisation", "Present")

    [chair] = [row for row in rows if row[0][0].startswith("Chair of the executive")]
    assert chair[1] == ["Dr Siân Jones", "Last known on no day that is recorded"]
    assert chair[3:] == [[""]] * 5


def test_who_attends_by_a_seat_and_is_no_member_stands_apart_with_room_for_guests(cast):
    file = WordFile(PAPERS[SHEET], DAY)
    attending = {
        seat.title for seat in cast.forum.seats.all() if seat.role == SeatRole.IN_ATTENDANCE
    }

    members = " ".join(row[0][0] for row in file.table("Seat", "Name"))
    others = file.table("Name", "In attendance as")
    assert attending
    assert not any(title in members for title in attending)
    assert attending <= {row[1][0].partition(" [")[0] for row in others}
    assert [row for row in others if row == [[""]] * 4]


@pytest.mark.django_db
def test_each_organisation_that_a_rule_asks_for_is_a_line_to_tick():
    forum = make_forum(slug="five", name="Five", quoracy_wording="all attend")
    for name in ("Ash", "Birch"):
        make_member_organisation(forum=forum, organisation=make_organisation(name=name))
    make_member_organisation(
        forum=forum, organisation=make_organisation(name="Cedar", end_date="2020-03-31")
    )
    seat = make_seat(forum=forum, title="Treasurer")
    make_rule(forum, counting=["remote", "proxy"])
    make_rule(forum, people=3)
    make_rule(forum, seat=seat)

    file = WordFile("/forums/five/attendance.docx", DAY)

    rows = file.table("What the rule asks", "Met")
    assert [row[0][0] for row in rows] == [
        "Ash",
        "Birch",
        "Cedar (closed 31 March 2020)",
        "(2) at least 3 members attend in person or remotely",
        "(3) “Treasurer” attends in person or remotely",
    ]
    rule = file.under("Quoracy")
    assert rule[0].startswith("In the document’s words: “all attend”")
    said = "Read as: It asks that (1) every member organisation attends in person, remotely or by"
    assert rule[1].startswith(said)


@pytest.mark.django_db
def test_where_no_rule_is_recorded_nothing_is_to_be_ticked():
    make_forum(slug="bare", name="Bare")

    file = WordFile("/forums/bare/attendance.docx")

    assert file.under("Quoracy") == ["Not recorded."]
    assert file.table("What the rule asks") == []


@pytest.mark.django_db
def test_documents_of_one_place_are_one_source():
    forum = make_forum(slug="one")
    for _ in range(3):
        make_membership(seat=make_seat(forum=forum))

    assert Document.objects.count() == 1
    assert len(WordFile("/forums/one/terms.docx").under("Sources")) == 1


def test_a_paper_of_what_was_recorded_by_a_day_says_so_and_leads_back_to_it(cast):
    today = timezone.localdate()
    page = read(TERMS, {**DAY, "recorded": today.isoformat()})

    assert f"As at 1 June 2020, as recorded by the end of {date_in_words(today)}, from" in page.text
    assert f"recorded={today.isoformat()}" in page.text.partition("taken from")[2]
