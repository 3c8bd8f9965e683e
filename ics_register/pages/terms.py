"""The appendix to a forum's terms of reference as at a day, as a page and for Word."""

import datetime
from collections.abc import Iterator
from dataclasses import replace

from django.http import HttpRequest
from django.urls import reverse

from forums.forum_states import as_they_were
from forums.models import (
    Forum,
    ForumStatus,
    ReportingLine,
    SeatRole,
    TermsOfReference,
)
from forums.quoracy_inputs import names_on
from forums.rule_sentences import NamesInRules, read_as
from forums.rule_trees import seats_named
from forums.rules import RuleOfQuoracy
from forums.seat_holders import HeldSeat, held_seats_of
from forums.seats_going_on import as_one
from forums.terms_on_day import TermsOnDay
from ics_register.pages import forums as forum_pages
from ics_register.pages import how_old
from ics_register.pages.forum_rows import rows_of_later_lines, target_of
from ics_register.pages.frame import AskedDay
from ics_register.pages.names_in_rules import rule_called_then
from ics_register.pages.page import public_page
from ics_register.pages.paper_seats import (
    ages,
    holders_and_room,
    known_later,
    no_seat,
    nobody,
    of_post,
    organisation_cell,
    person_lines,
    seat_cell,
    seats_of,
    sources_of,
    to_come,
)
from ics_register.pages.papers import (
    APPENDIX,
    NOT_RECORDED,
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
from ics_register.pages.record_addresses import record_at
from ics_register.pages.versions import (
    ReviewsOnDay,
    approval_in_words,
    reviews_of,
    standing_in_words,
    terms_of,
)
from people.holder_rows import Holder
from records.models import DatedFact, Fact
from records.periods import date_in_words, perhaps_so


@public_page(as_json=paper_as_json, as_word=paper_for_word)
def terms(request: HttpRequest, asked: AskedDay, slug: str):
    forum = forum_of_paper(slug, asked.day)
    return "papers/paper.html", {"forum": forum, "paper": appendix(forum, request, asked)}


def forum_of_paper(slug: str, day: datetime.date) -> Forum:
    forum = record_at(forum_pages.forums, slug)
    as_they_were([forum], day)
    return forum


def appendix(forum: Forum, request: HttpRequest, asked: AskedDay) -> Paper:
    """Everything recorded about how a forum is made up and works, as at the day."""
    references = References()
    seats, later = seats_of(forum, asked)
    terms = terms_of(forum, asked)
    shown = terms.shown
    parts = [
        Part("The forum", (several(about(forum, terms, asked, references), "facts"))),
        *texts(shown, references, "purpose"),
        membership(forum, shown, seats, later, asked, references),
        *texts(shown, references, "responsibilities", "accountable_for", "authority"),
        Part("Quoracy", quoracy(forum, terms, seats, asked, references)),
        Part("Decisions", or_not_recorded(several(decisions(shown, references), "facts"))),
        *lines_of_reporting(forum, asked, references),
        *disputes(terms, references),
        Part("Review", review(shown, reviews_of(forum, terms, asked), references)),
    ]
    parts += silence(parts)
    parts.append(Part("Sources", (references.listed(),)))
    return paper_about(forum, request, asked, title=APPENDIX, parts=parts)


def about(
    forum: Forum, terms: TermsOnDay, asked: AskedDay, references: References
) -> Iterator[PaperLine]:
    own = references.of(forum)
    if forum.short_name:
        yield PaperLine(forum.short_name, "Short name", sources=own)
    yield PaperLine(forum.get_kind_display().capitalize(), "Kind", sources=own)
    if forum.place:
        yield PaperLine(forum.place.name, "Place", sources=own)
    if forum.host:
        host = forum.host
        yield PaperLine(host.name, "Hosted by", address=host.get_absolute_url(), sources=own)
    proposed = forum.status == ForumStatus.PROPOSED
    began = "Proposed" if proposed else forum.start_heading(asked.day)
    more = f", {forum.start_only_planned()}" if began == "Was to begin" else ""
    yield PaperLine(forum.start_in_words(), began, more=more, sources=own)
    if forum.end_date:
        ended, more = "Ended" if forum.has_ended(asked.day) else "Ends", ""
        if forum.end_is_told_as_foreseen(asked.day):
            ended, more = "Was to end", f", {forum.end_only_planned()}"
        words, sources = forum.end_in_words(), references.with_end(forum)
        yield PaperLine(words, ended, more=more, sources=sources)
    yield terms_line(terms, asked, references)
    meets = terms.shown.meeting_frequency
    sources = references.of(terms.shown) if meets else ()
    yield PaperLine(meets or "not recorded", "Meets", sources=sources)


def terms_line(terms: TermsOnDay, asked: AskedDay, references: References) -> PaperLine:
    """Since when the terms of reference that the paper gives are in force, and who approved them;
    or that none are recorded."""
    label, shown = "Terms of reference", terms.shown
    if not terms.are_recorded:
        return PaperLine(f"not recorded for {asked.in_words}", label)
    standing = standing_in_words(terms, asked)
    when = shown.time_as_foreseen(asked.day)
    return PaperLine(
        when if shown.start_is_told_as_foreseen(asked.day) else f"in force {when}",
        label,
        more=approval_in_words(shown) + (f". {standing}" if standing else ""),
        sources=references.with_end(shown),
    )


DISPUTES = "Disputes"
TEXTS = {
    "purpose": "Purpose",
    "responsibilities": "Responsibilities",
    "accountable_for": "Accountable for",
    "authority": "Authority",
}


def texts(terms: TermsOfReference, references: References, *fields: str) -> Iterator[Part]:
    """Parts on what a forum is for, for those texts that a source gives."""
    for field in fields:
        lines = [line.strip() for line in getattr(terms, field).splitlines() if line.strip()]
        if not lines:
            continue
        told = [PaperLine(words) for words in lines]
        told[-1] = replace(told[-1], sources=references.of(terms))
        form = "paragraphs" if field == "purpose" else "bulleted"
        yield Part(TEXTS[field], several(told, form))


# Membership

# A fact about a seat, its column, and the sentence below the table if no source gives it.
SAID_OF_SEATS = {
    "voting": ("Votes", "who votes"),
    "counts_to_quoracy": ("Counts to quoracy", "who counts to quoracy"),
    "may_be_deputised": ("May send a deputy", "who may send a deputy"),
}
YES_OR_NO = {True: "Yes", False: "No", None: "not recorded"}


def membership(
    forum: Forum,
    terms: TermsOfReference,
    seats: list[HeldSeat],
    later: list[HeldSeat],
    asked: AskedDay,
    references: References,
) -> Part:
    attending = [seat for seat in seats if seat.role == SeatRole.IN_ATTENDANCE]
    members = [seat for seat in seats if seat not in attending]
    content = [*ages(seats, asked)]
    for caption, group in (("Members", members), ("In attendance", attending)):
        if group:
            content.append(membership_table(caption, forum, group, asked, references))
    content += said(*unsaid(seats)) if seats else said(no_seat(later, asked))
    content += known_later(later, asked, references)
    if terms.membership_wording:
        content += said(
            *quoted("In the document’s words", terms.membership_wording, references.of(terms))
        )
    content += member_organisations(forum, asked, references)
    return Part("Membership", tuple(content))


def unsaid(seats: list[HeldSeat]) -> Iterator[PaperLine]:
    """A sentence on the facts that no source gives of any seat."""
    silent = [words for field, (_, words) in SAID_OF_SEATS.items() if not any_says(seats, field)]
    if silent:
        yield PaperLine(f"Not recorded of any seat: {', '.join(silent)}.")


def any_says(seats: list[HeldSeat], field: str) -> bool:
    return any(getattr(seat, field) is not None for seat in seats)


def membership_table(
    caption: str, forum: Forum, seats: list[HeldSeat], asked: AskedDay, references: References
) -> PaperTable:
    told = [field for field in SAID_OF_SEATS if any_says(seats, field)]
    columns = [PaperColumn("Seat", 26), PaperColumn("Held by", 32), PaperColumn("Organisation", 28)]
    columns += [PaperColumn(SAID_OF_SEATS[field][0], 12) for field in told]
    rows = [
        (
            seat_cell(seat, holder, asked),
            holder_cell(seat, holder, asked),
            organisation_cell(seat, holder),
            *((PaperLine(YES_OR_NO[getattr(seat, field)]),) for field in told),
            (PaperLine("", sources=sources_of(seat, holder, references)),),
        )
        for seat in seats
        for holder in holders_and_room(seat)
    ]
    columns.append(PaperColumn("Source", 11))
    return PaperTable(
        f"{caption} of {forum.name} as at {asked.in_words}", tuple(columns), tuple(rows)
    )


def holder_cell(seat: HeldSeat, holder: Holder | None, asked: AskedDay) -> Cell:
    """The holder of a seat, or why nobody is named."""
    required = [PaperLine(f"required: {seat.requirement}")] if seat.requirement else []
    if holder is None:
        return (*nobody(seat), *to_come(seat, asked), *required)
    lines = [*person_lines(holder, asked)]
    if holder.ex_officio:
        joint = f" ({holder.joint_words})" if holder.joint_words else ""
        lines.append(of_post(seat, f"ex officio, as {holder.ex_officio}", joint))
    lines.append(PaperLine(holder.time_as_foreseen(asked.day)))
    if holder.term_ends:
        due = "term was due to end" if holder.serves_past_term(asked.day) else "term ends"
        lines.append(PaperLine(f"{due} {date_in_words(holder.term_ends)}"))
    lines.append(PaperLine(how_old.last_known(holder, asked)))
    is_last = holder is seat.holders[-1] and not seat.unfilled
    return (*lines, *(to_come(seat, asked) if is_last else ()), *required)


def member_organisations(forum: Forum, asked: AskedDay, references: References) -> tuple:
    """The organisations that take part as members, whoever sits for them."""
    possible = list(forum_pages.possible_members(forum.pk, asked.day))
    lines = []
    for member in possible:
        if not member.is_listed(asked.day):
            continue
        organisation = member.organisation
        more = f", {member.time_as_foreseen(asked.day)}"
        if why := member.why_beside_period(asked.day, member.why_perhaps(asked.day)):
            more += f", {perhaps_so(why)}"
        if organisation.has_ended(asked.day):
            more += f"; it {organisation.told_end('closed')}"
        more += f"; {how_old.lowered(how_old.last_known(member, asked))}"
        address, sources = organisation.get_absolute_url(), references.with_end(member)
        lines.append(PaperLine(organisation.name, address=address, more=more, sources=sources))
    later = [
        PaperLine(
            member.organisation.name,
            address=member.organisation.get_absolute_url(),
            more=f", {member.why_perhaps(asked.day)}",
            sources=references.with_end(member),
        )
        for member in possible
        if member.is_openly_perhaps(asked.day)
    ]
    told = (*said(PaperLine("Member organisations:")), *several(lines)) if lines else ()
    if later:
        words = (
            "Member organisations known from a later day. Whether they were members on "
            f"{asked.in_words} is not recorded:"
        )
        told += (*said(PaperLine(words)), *several(later))
    return told


def quoted(label: str, wording: str, sources: tuple[int, ...]) -> Iterator[PaperLine]:
    lines = [line.strip() for line in wording.splitlines() if line.strip()]
    for number, words in enumerate(lines):
        last = number == len(lines) - 1
        yield PaperLine(
            words, label if number == 0 else "", sources=sources if last else (), quoted=True
        )


# Quoracy, decisions, disputes


def quoracy(
    forum: Forum,
    terms: TermsOnDay,
    seats: list[HeldSeat],
    asked: AskedDay,
    references: References,
) -> tuple:
    rule = rule_called_then(terms.shown, asked)
    names = names_in(rule, forum, seats, asked) if rule else None
    lines = quoracy_lines(terms.shown, rule, names, references)
    return or_not_recorded(several(lines, "facts"))


def names_in(
    rule: RuleOfQuoracy, forum: Forum, seats: list[HeldSeat], asked: AskedDay
) -> NamesInRules:
    """The names in a rule. Seats of other days are read only if it has any."""
    if not seats_named(rule.tree) <= {seat.id for seat in seats}:
        seats = as_one(held_seats_of(forum, asked.day))
    return names_on(rule, seats, asked.day)


def quoracy_lines(
    terms: TermsOfReference,
    rule: RuleOfQuoracy | None,
    names: NamesInRules | None,
    references: References,
) -> Iterator[PaperLine]:
    if terms.quoracy_wording:
        yield from quoted("In the document’s words", terms.quoracy_wording, references.of(terms))
    if rule and names:
        yield PaperLine(
            read_as(rule.tree, names, say_all=rule.say_all),
            "Read as",
            sources=references.of_rule(terms),
        )
    for words in terms.quoracy_note.splitlines():
        yield PaperLine(words, "How it is read", sources=references.of_rule(terms))
    if rule and rule.say_all is None:
        yield PaperLine("not recorded yet", "Whether that is all that the document asks")
    if terms.quoracy_also_asks:
        also = " ".join(terms.quoracy_also_asks.split())
        yield PaperLine(also, "The document also asks", sources=references.of(terms))


def decisions(terms: TermsOfReference, references: References) -> Iterator[PaperLine]:
    if terms.decision_rule:
        yield PaperLine(
            f"by {terms.get_decision_rule_display()}", "Decides", sources=references.of(terms)
        )
    if terms.decision_basis:
        basis = terms.get_decision_basis_display()
        yield PaperLine(basis, "Power to decide", sources=references.of(terms))
    if terms.decision_wording:
        yield from quoted("In the document’s words", terms.decision_wording, references.of(terms))


def disputes(terms: TermsOnDay, references: References) -> Iterator[Part]:
    lines = [
        PaperLine(
            f"{step.what_happens} Decided by: {step.who_decides}", sources=references.of(step)
        )
        for step in forum_pages.escalation_steps(terms)
    ]
    if lines:
        yield Part(DISPUTES, several(lines, "numbered"))


def review(terms: TermsOfReference, reviews: ReviewsOnDay, references: References) -> tuple:
    frequency, last, due = terms.review_frequency, reviews.last, reviews.due
    if not frequency and not last and not due:
        return said(NOT_RECORDED)
    told: list[tuple[str, str, Fact | DatedFact]] = [("How often", frequency, terms)]
    if last:
        words = date_in_words(last.reviewed_on, last.reviewed_precision)
        told.append(("Last reviewed, and unchanged", words, last))
    told.append(
        ("Review date", date_in_words(due.day), due.given_by) if due else ("Review date", "", terms)
    )
    return several(
        (
            PaperLine(words or "not recorded", label, sources=references.of(by) if words else ())
            for label, words, by in told
        ),
        "facts",
    )


# Reporting


def lines_of_reporting(forum: Forum, asked: AskedDay, references: References) -> Iterator[Part]:
    """The forums and organisations that a forum reports to, those that report to it, and those it
    works with."""
    lines = forum_pages.reporting(forum, asked)
    up = several(up_line(line, asked, references) for line in lines["lines_up"])
    later = lines["later_lines"]
    if not up and any(line.from_forum_id == forum.pk for line in later):
        up = said(PaperLine(f"Not certain on {asked.in_words}."))
    yield Part("Where it reports", or_not_recorded(up))
    for heading, below in lines["lines_down"]:
        if below:
            yield Part(
                heading, several(down_line(line, asked, references) for line in below), level=3
            )
    if beside := lines["lines_beside"]:
        told = several(beside_line(line, asked, references) for line in beside)
        yield Part("Works with and advises", told, level=3)
    if later:
        yield Part("Known from a later day", later_lines(later, forum, asked, references), level=3)


def later_lines(
    lines: list[ReportingLine], forum: Forum, asked: AskedDay, references: References
) -> tuple[Lines, ...]:
    words = (
        "The sources name these lines from a later day. Whether they existed on "
        f"{asked.in_words} is not recorded:"
    )
    told = [
        PaperLine(
            f"{start[2]} {kind} {end[2]}",
            address=reverse(end[0], args=[end[1]]) if end[0] else "",
            more=f"{added}, {line.why_perhaps(asked.day)}",
            sources=references.of(line),
        )
        for line, start, kind, end, added in rows_of_later_lines(lines, forum)
    ]
    return (*said(PaperLine(words)), *several(told))


def up_line(line: ReportingLine, asked: AskedDay, references: References) -> PaperLine:
    target = target_of(line)
    return PaperLine(
        f"{line.get_kind_display().capitalize()} {target.name}",
        address=target.get_absolute_url(),
        more=(f" ({target.told_end('ended')})" if target.has_ended(asked.day) else "")
        + by_exception(line)
        + how_old.planned_or_perhaps(line, asked),
        sources=references.of(line),
    )


def down_line(line: ReportingLine, asked: AskedDay, references: References) -> PaperLine:
    below = line.from_forum
    return PaperLine(
        below.name,
        address=below.get_absolute_url(),
        more=by_exception(line) + how_old.planned_or_perhaps(line, asked),
        sources=references.of(line),
    )


def beside_line(line: ReportingLine, asked: AskedDay, references: References) -> PaperLine:
    target = target_of(line)
    words = f"{line.from_forum.name} {line.get_kind_display()} {target.name}"
    return PaperLine(
        words,
        address=target.get_absolute_url(),
        more=how_old.planned_or_perhaps(line, asked),
        sources=references.of(line),
    )


def by_exception(line: ReportingLine) -> str:
    return ", by exception" if line.by_exception else ""


EXPECTED = {
    TEXTS["purpose"]: "its purpose",
    TEXTS["responsibilities"]: "its responsibilities",
    TEXTS["accountable_for"]: "what it is accountable for",
    TEXTS["authority"]: "its authority",
    DISPUTES: "how disputes are settled",
}


def silence(parts: list[Part]) -> list[Part]:
    """One sentence on what readers expect in such a paper and no source says."""
    there = {part.heading for part in parts}
    absent = [words for heading, words in EXPECTED.items() if heading not in there]
    if not absent:
        return []
    *most, last = absent
    listed = f"{', '.join(most)} or {last}" if most else last
    return [Part("What no source says", said(PaperLine(f"No source recorded here says {listed}.")))]
