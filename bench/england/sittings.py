"""The forums of the national register: their seats, who has sat on them, and how they report."""

import datetime
import random
from collections import defaultdict
from typing import Any

from bench.england.bodies import ICBS_BEGAN
from bench.england.book import Book, BookEntry
from bench.england.calendar import FIRST, LAST, Calendar, at_eight
from bench.england.made_up_organisations import Organisations
from bench.england.made_up_people import A_DAY, People, Slugs
from bench.england.planning import SIZES, Planned
from bench.england.seats import SeatPlan, known_by
from forums.forum_states import ForumState
from forums.models import (
    DecisionBasis,
    DecisionRule,
    EscalationStep,
    Forum,
    ForumKind,
    ForumName,
    ForumStatus,
    LineKind,
    MemberOrganisation,
    ReportingLine,
    Succession,
    TermsOfReference,
)
from forums.quoracy import How
from forums.rule_trees import AllOf, Branch, PeopleAsked, ShareAsked, to_json
from forums.terms_reviews import TermsReview
from organisations.successions import SuccessionKind
from records.history import Nature
from records.models import NameKind
from records.periods import Qualifier

REMOTELY = frozenset({How.REMOTE})
# How many forums are kept open to the end, and how many rows of history are left for them.
KEPT_OPEN, SPARE = 10, 60
# One in so many was proposed before it was set up.
PROPOSED_FIRST = 20
# The terms of reference of one in so many were reviewed when they were written down.
REVIEWED = 10
# How many rows each has besides, against those of one who has sat on it.
OWN = 13
SHORTEST = 240  # in days: for how long a forum is there at the least


class Sittings:
    """Writes forums, each with everything in it."""

    def __init__(
        self,
        chance: random.Random,
        book: Book,
        calendar: Calendar,
        people: People,
        organisations: Organisations,
    ):
        self.chance, self.book, self.calendar = chance, book, calendar
        self.organisations = organisations
        self.seats = SeatPlan(chance, book, calendar, people, organisations)
        self.slugs = Slugs("forum")
        self.written: dict[Planned, Forum] = {}
        self.until: dict[Planned, datetime.date | None] = {}
        self.main: dict[int, list[Forum]] = defaultdict(list)
        self.stood_down: dict[Planned, list[Forum]] = defaultdict(list)

    def write_all(self, planned: list[Planned], memberships: int, versions: int) -> None:
        """Write forums with so many memberships, and as many rows of history as are due."""
        sizes = [SIZES[each.kind] for each in planned]
        whole, so_far, begun = sum(sizes), 0, self.book.versions
        # The last ones are reconfirmed once more at the end, until the number is met.
        still_open: list[tuple[list, int]] = []
        for number, (each, size) in enumerate(zip(planned, sizes, strict=True), 1):
            before = round(memberships * so_far / whole)
            so_far += size
            standing = self.write(each, round(memberships * so_far / whole) - before)
            share = (so_far + OWN * number) / (whole + OWN * len(planned))
            due = begun + round((versions - begun - SPARE) * share)
            self.reconfirm(standing, each.system, due)
            still_open.append((standing, each.system))
            if len(still_open) > KEPT_OPEN:
                self.book.put_down(*still_open.pop(0)[0])
        for standing, system in still_open:
            self.reconfirm(standing, system, versions)
            self.book.put_down(*standing)

    def write(self, planned: Planned, memberships: int) -> list:
        """One forum. Gives what of it still stands, which may be changed again."""
        since, until = self.period(planned)
        entry = self.calendar.entry(
            since, "", after=self.can_be_told(planned), nature=Nature.RECORDED
        )
        forum = self.forum(planned, since, entry)
        self.written[planned], self.until[planned] = forum, until
        self.book.add(forum, entry)
        if self.chance.random() < 0.08 and until is None:
            self.rename(forum, planned, entry)
        if forum.pk % PROPOSED_FIRST == 10 and until is None:
            self.set_up(forum, planned, entry)
        standing = self.seats.fill(forum, planned, since, until, memberships, entry)
        self.report(forum, planned, since, until, entry)
        self.decide(forum, planned, entry)
        if planned.kind in (ForumKind.BOARD, ForumKind.EXECUTIVE):
            self.main[planned.system].append(forum)
            self.take_part(forum, planned, since, until, entry)
        if until is None:
            return [forum, *standing]
        self.stand_down(forum, planned, until, entry)
        self.book.put_down(forum)
        return standing

    def can_be_told(self, planned: Planned) -> datetime.datetime:
        """When the register knows whose a forum is and to which it answers."""
        above = self.written.get(planned.answers_to)
        known = filter(None, (above, self.host(planned)))
        return max((each.written_at for each in known), default=at_eight(FIRST))

    def period(self, planned: Planned) -> tuple[datetime.date, datetime.date | None]:
        above = planned.answers_to
        since = self.calendar.some_day(datetime.date(2012, 1, 1), datetime.date(2025, 6, 1))
        until = None
        host = planned.host and self.organisations.of_body[id(planned.host)]
        if host is not None:
            since = max(since, host.start_date)
            until = host.end_date
        elif planned.kind == ForumKind.BOARD:
            since = ICBS_BEGAN
        if above is not None:
            until = min(filter(None, (until, self.until[above])), default=None)
        small = planned.kind not in (ForumKind.BOARD, ForumKind.EXECUTIVE, ForumKind.NETWORK_BOARD)
        if small and until is None and self.chance.random() < 0.12:
            until = self.calendar.some_day(max(FIRST, since + SHORTEST * A_DAY), LAST)
        since = min(since, (until or LAST) - SHORTEST * A_DAY)
        return since, until

    def forum(self, planned: Planned, since: datetime.date, entry: BookEntry) -> Forum:
        chance = self.chance
        return Forum(
            slug=self.slugs.make(planned.name),
            name=planned.name,
            kind=planned.kind,
            status=ForumStatus.ESTABLISHED if chance.random() > 0.01 else ForumStatus.PROPOSED,
            place=self.organisations.places.get(planned.place)
            or self.organisations.systems[planned.system],
            host=self.host(planned),
            **self.calendar.start(since),
            start_qualifier=Qualifier.BY if since < FIRST else Qualifier.ON,
            **self.calendar.evidence(entry, planned.system),
        )

    def host(self, planned: Planned):
        if planned.host is not None:
            return self.organisations.of_body[id(planned.host)]
        if planned.kind == ForumKind.BOARD and planned.answers_to is not None:
            return self.organisations.boards[planned.system]
        return None

    def rename(self, forum: Forum, planned: Planned, known: BookEntry) -> None:
        day = self.calendar.some_day(max(FIRST, forum.start_date) + A_DAY, LAST)
        entry = self.calendar.entry(day, "Rename", after=known.at)
        former = ForumName(
            forum=forum,
            name=f"{forum.name} (Interim)",
            kind=NameKind.FORMER,
            **start_of(forum),
            end_date=max(day, forum.start_date),
            **self.calendar.evidence(entry, planned.system),
        )
        self.book.put_down(self.book.add(former, entry))

    def set_up(self, forum: Forum, planned: Planned, known: BookEntry) -> None:
        day = self.calendar.some_day(max(FIRST, forum.start_date) + A_DAY, LAST)
        entry = self.calendar.entry(day, "Say that it was set up", after=known.at)
        proposed = ForumState(
            forum=forum,
            status=ForumStatus.PROPOSED,
            host=forum.host,
            place=forum.place,
            **start_of(forum),
            end_date=max(day, forum.start_date),
            **self.calendar.evidence(entry, planned.system),
        )
        self.book.put_down(self.book.add(proposed, entry))

    def report(self, forum, planned: Planned, since, until, entry: BookEntry) -> None:
        above = planned.answers_to
        lines = []
        if above is not None:
            small = planned.kind in (ForumKind.GROUP, ForumKind.WORKSTREAM)
            kind = LineKind.SUB_GROUP_OF if small else LineKind.REPORTS_TO
            lines.append(ReportingLine(kind=kind, to_forum=self.written[above]))
            mains = known_by(entry, self.main[planned.system])
            if self.chance.random() < 0.15 and mains:
                other = self.chance.choice(mains)
                kind = self.chance.choice([LineKind.ADVISES, LineKind.WORKS_WITH])
                lines.append(ReportingLine(kind=kind, to_forum=other))
        else:
            board = self.organisations.boards[planned.system]
            if known_by(entry, [board]):
                lines.append(ReportingLine(kind=LineKind.OVERSEEN_BY, to_organisation=board))
        if planned.host is not None and self.chance.random() < 0.05:
            host = self.host(planned)
            lines.append(ReportingLine(kind=LineKind.ESCALATES_TO, to_organisation=host))
        for line in lines:
            to: Any = line.to_forum or line.to_organisation
            first = max(since, to.start_date)
            if to is forum or (until is not None and first > until):
                continue
            line.from_forum, line.start_date = forum, first
            line.by_exception = self.chance.random() < 0.1
            for name, value in self.calendar.evidence(entry, planned.system).items():
                setattr(line, name, value)
            self.book.add(line, entry)
            if until is not None:
                self.seats.end(line, until, entry, planned.system)
            self.book.put_down(line)
        self.succeed(forum, planned, since, entry)

    def succeed(self, forum, planned: Planned, since, entry: BookEntry) -> None:
        """A forum may take the place of one that stood down beneath the same one."""
        before = self.stood_down[planned.answers_to]
        if before and before[-1].end_date <= since and known_by(entry, before[-1:]):
            told = self.calendar.evidence(entry, planned.system)
            succession = Succession(
                from_forum=before.pop(),
                kind=SuccessionKind.REPLACED_BY,
                to_forum=forum,
                start_date=since,
                **told,
            )
            self.book.put_down(self.book.add(succession, entry))

    def decide(self, forum, planned: Planned, entry: BookEntry) -> None:
        told = self.calendar.evidence(entry, planned.system)
        terms = terms_of(forum, planned, self.calendar, self.chance, told)
        terms.quoracy_rule = rule_of_quoracy(self.chance)
        self.book.put_down(self.book.add(terms, entry))
        if forum.pk % REVIEWED == 0:
            review = TermsReview(terms=terms, reviewed_on=max(FIRST, forum.start_date), **told)
            self.book.put_down(self.book.add(review, entry))
        if planned.kind == ForumKind.BOARD and planned.answers_to is None:
            for order, who in enumerate(["The chair", "The board", "The partnership"], 1):
                what = "The matter is heard, and settled if it can be."
                step = EscalationStep(
                    terms=terms, order=order, what_happens=what, who_decides=who, **told
                )
                self.book.put_down(self.book.add(step, entry))

    def take_part(self, forum, planned: Planned, since, until, entry: BookEntry) -> None:
        bodies = known_by(entry, self.organisations.of_system[planned.system])
        for body in self.chance.sample(bodies, min(len(bodies), self.chance.randint(4, 9))):
            first = max(since, body.start_date)
            if until is not None and first > until:
                continue
            part = MemberOrganisation(
                forum=forum,
                organisation=body,
                start_date=first,
                **self.calendar.evidence(entry, planned.system),
            )
            self.book.add(part, entry)
            if until is not None:
                self.seats.end(part, until, entry, planned.system)
            self.book.put_down(part)

    def stand_down(self, forum, planned: Planned, until, known: BookEntry) -> None:
        entry = self.calendar.entry(max(until, FIRST), "Stand down", after=known.at)
        self.book.change(forum, entry, **self.calendar.end(until, entry, planned.system))
        if planned.host is None or planned.host.closed is None:
            self.stood_down[planned.answers_to].append(forum)

    def reconfirm(self, standing: list, system: int, due: int) -> None:
        """Hold what stands against the papers of year after year, until no more rows are due."""
        for year in range(FIRST.year + 1, LAST.year + 1):
            if self.book.versions >= due:
                return
            day = self.calendar.some_day(datetime.date(year, 1, 2), datetime.date(year, 9, 1))
            entry = self.calendar.entry(day, "Reconfirm", nature=Nature.CONFIRMED)
            fields = {
                "confirmed_on": entry.at.date(),
                "confirmed_document": self.calendar.documents[system][entry.at.year],
                "confirmed_locator": self.calendar.locator(),
            }
            for record in standing:
                if self.book.versions >= due:
                    return
                if record.confirmed_on < entry.at.date():
                    self.book.change(record, entry, **fields)


def rule_of_quoracy(chance: random.Random) -> dict[str, object] | None:
    asked: list[Branch] = []
    if chance.random() < 0.4:
        asked.append(PeopleAsked(chance.randint(2, 5), counting=REMOTELY))
    if chance.random() < 0.1:
        asked.append(ShareAsked((1, 2), counting=REMOTELY))
    if not asked:
        return None
    return to_json(AllOf(tuple(asked)) if len(asked) > 1 else asked[0])


def terms_of(
    forum: Forum, planned: Planned, calendar: Calendar, chance: random.Random, told: dict[str, Any]
) -> TermsOfReference:
    """The terms of reference of a forum, as long as it."""
    topic = planned.name.rpartition(" ")[0].lower()
    return TermsOfReference(
        forum=forum,
        purpose=f"To bring its members together and see to the work of {topic}.",
        responsibilities="Keep the plan for the year\nWatch risks\nReport to the forum above",
        decision_basis=chance.choice([*DecisionBasis, ""]),
        decision_rule=chance.choice([*DecisionRule, ""]),
        quoracy_rule_says_all=True,
        meeting_frequency=chance.choice(["Monthly", "Every two months", "Quarterly", ""]),
        review_frequency=chance.choice(["Yearly", ""]),
        review_date=calendar.some_day(LAST, LAST + 500 * A_DAY) if chance.random() < 0.2 else None,
        **start_of(forum),
        **told,
    )


def start_of(forum: Forum) -> dict[str, Any]:
    """The fields that say since when a forum is there."""
    names = "start_date", "start_precision", "start_qualifier"
    return {name: getattr(forum, name) for name in names}
