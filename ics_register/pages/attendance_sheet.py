"""The attendance sheet of a forum's meeting: its members as at a day, as a page and for Word."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.utils.text import capfirst

from forums.models import Forum, SeatRole
from forums.rule_sentences import NamesInRules, branch_in_words
from forums.rule_trees import OrganisationsAsked, numbered
from forums.rule_verdicts import says_more
from forums.rules import RuleOfQuoracy
from forums.seat_holders import HeldSeat
from ics_register.pages import forums as forum_pages
from ics_register.pages import how_old
from ics_register.pages.frame import AskedDay
from ics_register.pages.names_in_rules import rule_called_then
from ics_register.pages.page import public_page
from ics_register.pages.paper_seats import (
    ages,
    holders_and_room,
    known_later,
    no_seat,
    nobody,
    organisation_cell,
    person_lines,
    seat_cell,
    seats_of,
    sources_of,
    to_come,
)
from ics_register.pages.papers import (
    SHEET,
    Cell,
    Lines,
    Paper,
    PaperColumn,
    PaperLine,
    PaperTable,
    Part,
    References,
    or_not_recorded,
    paper_about,
    paper_as_json,
    paper_for_word,
    said,
    several,
)
from ics_register.pages.terms import forum_of_paper, names_in, quoracy_lines
from ics_register.pages.versions import terms_of
from people.holder_rows import Holder
from people.standing import Standing
from records.periods import perhaps_so

# A cell to fill in at the meeting.
TO_FILL_IN: Cell = ()
ROOM_FOR_OTHERS = 6
# For a seat whose number of places no source gives.
ROOM_FOR_MORE = 2
ANOTHER = PaperLine("another")
MEETING = PaperTable(
    "The meeting, to be filled in",
    tuple(
        PaperColumn(heading, 1) for heading in ("Date", "Time", "Place", "In the chair", "Notes by")
    ),
    ((TO_FILL_IN,) * 5,),
)
MEMBERS = (
    PaperColumn("Seat", 19),
    PaperColumn("Name", 19),
    PaperColumn("Organisation", 17),
    PaperColumn("Present", 9),
    PaperColumn("Apologies", 11),
    PaperColumn("Substitute (name)", 16, room=True),
    PaperColumn("Proxy", 7),
    PaperColumn("Signature", 16, room=True),
)
OTHERS = (
    PaperColumn("Name", 26),
    PaperColumn("In attendance as", 26),
    PaperColumn("Organisation", 26),
    PaperColumn("Signature", 22, room=True),
)
RULE = (
    PaperColumn("What the rule asks", 44),
    PaperColumn("Met", 8),
    PaperColumn("By whom, and whether as a substitute or by proxy", 48),
)


@public_page(as_json=paper_as_json, as_word=paper_for_word)
def attendance(request: HttpRequest, asked: AskedDay, slug: str):
    forum = forum_of_paper(slug, asked.day)
    return "papers/paper.html", {"forum": forum, "paper": sheet(forum, request, asked)}


def sheet(forum: Forum, request: HttpRequest, asked: AskedDay) -> Paper:
    """The people expected at a meeting, with room to write who came."""
    references = References()
    seats, later = seats_of(forum, asked)
    parts = [
        Part("The meeting", (MEETING,)),
        Part("Members", members(seats, later, asked, references)),
        Part("Quoracy", quoracy(forum, seats, asked, references)),
        Part("In attendance and guests", (others(seats, asked, references),)),
        Part("Sources", (references.listed(),)),
    ]
    return paper_about(forum, request, asked, title=SHEET, parts=parts, landscape=True)


def members(
    seats: list[HeldSeat], later: list[HeldSeat], asked: AskedDay, references: References
) -> tuple:
    rows = [
        row
        for seat in seats
        if seat.role != SeatRole.IN_ATTENDANCE
        for row in rows_of(seat, asked, references)
    ]
    after = known_later(later, asked, references)
    if not rows:
        return (*said(no_seat(later, asked)), *after)
    table = PaperTable(f"Members as at {asked.in_words}, and who attends", MEMBERS, tuple(rows))
    return (*ages(seats, asked), table, *after)


def rows_of(seat: HeldSeat, asked: AskedDay, references: References) -> Iterator[tuple[Cell, ...]]:
    """A row for each holder of a seat and for its empty places, and spare rows where no source says
    how many there are."""
    for holder in holders_and_room(seat):
        yield (
            with_sources(seat_cell(seat, holder, asked), seat, holder, references),
            name_cell(seat, holder, asked),
            organisation_cell(seat, holder),
            *(TO_FILL_IN,) * 5,
        )
    if seat.number is None:
        another = (PaperLine(seat.title), ANOTHER)
        for _ in range(ROOM_FOR_MORE):
            yield another, TO_FILL_IN, organisation_cell(seat, None), *(TO_FILL_IN,) * 5


def with_sources(cell: Cell, seat: HeldSeat, holder: Holder | None, references: References) -> Cell:
    first, *details = cell
    return (PaperLine(first.words, sources=sources_of(seat, holder, references)), *details)


def name_cell(seat: HeldSeat, holder: Holder | None, asked: AskedDay) -> Cell:
    if holder is not None:
        beside = map(PaperLine, how_old.about_holder(holder, asked))
        return (*person_lines(holder, asked), *beside)
    if not seat.holders and seat.standing == Standing.NOT_RECORDED and not seat.announced:
        # Somebody may come, and signs with their name.
        return (*TO_FILL_IN, *map(PaperLine, seat.perhaps_vacant_in_words))
    required = (PaperLine(f"required: {seat.requirement}"),) if seat.requirement else ()
    return (*nobody(seat), *to_come(seat, asked), *required)


def others(seats: list[HeldSeat], asked: AskedDay, references: References) -> PaperTable:
    """People who attend without being members, and room for anybody else."""
    rows = [
        (
            name_cell(seat, holder, asked),
            with_sources(seat_cell(seat, holder, asked), seat, holder, references),
            organisation_cell(seat, holder),
            TO_FILL_IN,
        )
        for seat in seats
        if seat.role == SeatRole.IN_ATTENDANCE
        for holder in holders_and_room(seat)
    ]
    rows += [(TO_FILL_IN,) * len(OTHERS)] * ROOM_FOR_OTHERS
    return PaperTable("Who else attends", OTHERS, tuple(rows))


def quoracy(
    forum: Forum, seats: list[HeldSeat], asked: AskedDay, references: References
) -> tuple[Lines | PaperTable, ...]:
    """The rule, and each thing that it asks with a place to tick."""
    terms = terms_of(forum, asked)
    shown = terms.shown
    rule = rule_called_then(shown, asked)
    names = names_in(rule, forum, seats, asked) if rule else None
    read = quoracy_lines(shown, rule, names, references)
    lines = or_not_recorded(several(read, "facts"))
    if rule is None or names is None:
        return lines
    asked_for = list(asks(rule, names, member_organisations(forum, asked)))
    if not asked_for or not forum.is_listed(asked.day):
        return lines
    if shown.quoracy_also_asks:
        asked_for.append((PaperLine(" ".join(shown.quoracy_also_asks.split())),))
    caption = "What makes the meeting quorate, to be ticked"
    if shown.quoracy_rule_says_all is None:
        caption = "What makes the meeting quorate, as far as is recorded, to be ticked"
    rows = [(cell, TO_FILL_IN, TO_FILL_IN) for cell in asked_for]
    return (*lines, PaperTable(caption, RULE, tuple(rows)))


def member_organisations(forum: Forum, asked: AskedDay) -> list[Cell]:
    """Each member organisation, with how lately it is known to be one and what is only foreseen or
    perhaps."""
    cells = []
    for member in forum_pages.member_organisations(forum.pk, asked.day):
        organisation = member.organisation
        why = member.why_beside_period(asked.day, member.why_perhaps(asked.day))
        closed = organisation.has_ended(asked.day)
        more = f" ({organisation.told_end('closed')})" if closed else ""
        beside = [perhaps_so(why)] if why else []
        beside += [*how_old.planned(member, asked), how_old.last_known(member, asked)]
        line = PaperLine(organisation.name, address=organisation.get_absolute_url(), more=more)
        cells.append((line, *map(PaperLine, beside)))
    return cells


def asks(rule: RuleOfQuoracy, names: NamesInRules, organisations: list[Cell]) -> Iterator[Cell]:
    """The things that a rule asks for, one for each tick."""
    for number, branch in numbered(rule.tree):
        of_members = isinstance(branch, OrganisationsAsked)
        each = isinstance(branch, OrganisationsAsked) and branch.number is None
        if not (each and organisations) and says_more(branch):
            words = branch_in_words(branch, names)
            yield (PaperLine(f"({number}) {words}" if number else capfirst(words)),)
        if of_members:
            yield from organisations
