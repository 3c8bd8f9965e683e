"""Organisations of the national register, their posts and what is said of them."""

import datetime
import random
from collections import defaultdict

from bench.england.bodies import CCGS_BEGAN, ICBS_BEGAN, England, ListedBody
from bench.england.book import Book, BookEntry
from bench.england.calendar import FIRST, IMPORT, LAST, Calendar, at_eight
from bench.england.earlier_terms import add_with_terms
from bench.england.made_up_people import A_DAY, People, Slugs
from organisations.models import (
    CqcQuestion,
    CqcRating,
    Figure,
    Organisation,
    OrganisationName,
    Place,
    PlaceLevel,
    Post,
    PostKind,
    Rating,
    Relationship,
    RelationshipKind,
    Statement,
    StatementKind,
)
from organisations.models import OrganisationKind as Kind
from people.models import Appointment
from records.history import Nature
from records.models import NameKind
from records.periods import Qualifier

TRUST_POSTS = [
    ("Chair", PostKind.CHAIR),
    ("Chief executive", PostKind.CHIEF_EXECUTIVE),
    ("Finance director", PostKind.DIRECTOR),
    ("Medical director", PostKind.DIRECTOR),
    ("Chief nurse", PostKind.DIRECTOR),
]
POSTS = {
    Kind.NHS_TRUST: TRUST_POSTS,
    Kind.FOUNDATION_TRUST: TRUST_POSTS,
    Kind.ICB: [*TRUST_POSTS, ("Director of strategy", PostKind.DIRECTOR)],
    Kind.ICS: [("Chair", PostKind.CHAIR), ("System lead", PostKind.SYSTEM_LEAD)],
    Kind.CCG: [
        ("Clinical chair", PostKind.CHAIR),
        ("Accountable officer", PostKind.ACCOUNTABLE_OFFICER),
        ("Finance director", PostKind.DIRECTOR),
    ],
    Kind.UPPER_TIER_COUNCIL: [
        ("Leader", PostKind.LEADER),
        ("Director of adult social services", PostKind.DASS),
        ("Director of public health", PostKind.DPH),
    ],
    Kind.LOWER_TIER_COUNCIL: [("Leader", PostKind.LEADER)],
    Kind.HEALTHWATCH: [
        ("Chair", PostKind.CHAIR),
        ("Managing director", PostKind.MANAGING_DIRECTOR),
    ],
    Kind.PCN: [("Clinical director", PostKind.CLINICAL_DIRECTOR)],
}
SAYINGS = {
    StatementKind.VISION: "Good health and care for everyone who lives here, close to home.",
    StatementKind.PRIORITY: "Shorter waits, fairer access and care that is joined up.",
    StatementKind.DUTY: "To plan services for its population with its partners.",
}


class Organisations:
    """Writes places and organisations, and keeps them for what refers to them."""

    def __init__(
        self,
        chance: random.Random,
        book: Book,
        calendar: Calendar,
        people: People,
        england: England,
    ):
        self.chance, self.book, self.calendar, self.people = chance, book, calendar, people
        self.slugs = Slugs("organisation")
        self.begun = book.entry(
            at_eight(FIRST), Nature.IMPORTED, "The register's first list.", IMPORT
        )
        self.systems: list[Place] = []
        self.places: dict[str, Place] = {}
        self.of_body: dict[int, Organisation] = {}
        self.of_system: dict[int, list[Organisation]] = defaultdict(list)
        self.posts_of: dict[int, list[Post]] = defaultdict(list)
        self.boards: list[Organisation] = []
        self.write_places(england)
        partnerships = [
            self.write_system(at, name) for at, (name, _, _) in enumerate(england.systems)
        ]
        for at, (name, code, _) in enumerate(england.systems):
            board = ListedBody(f"NHS {name} Integrated Care Board", Kind.ICB, at, code, ICBS_BEGAN)
            self.boards.append(self.write(board))
            self.relate(self.boards[-1], RelationshipKind.PART_OF, partnerships[at], ICBS_BEGAN)
        for body in england.bodies:
            self.write(body)
        self.write_relationships(england)

    def write_places(self, england: England) -> None:
        slugs = Slugs("place")
        regions = {}

        def place(name: str, level: PlaceLevel, part_of: Place | None) -> Place:
            made = Place(
                slug=slugs.make(name), name=name, level=level, part_of=part_of, **self.listed()
            )
            self.book.put_down(self.book.add(made, self.begun))
            return made

        for name, _, region in england.systems:
            if region not in regions:
                regions[region] = place(region, PlaceLevel.REGION, None)
            self.systems.append(place(name, PlaceLevel.SYSTEM, regions[region]))
        for name, system in england.places():
            self.places[name] = place(name, PlaceLevel.PLACE, self.systems[system])

    def listed(self) -> dict:
        """Evidence for what is in the list of organisations."""
        return {
            "document": self.calendar.extract,
            "locator": f"Line {self.chance.randint(1, 9_000)}",
            "confirmed_on": FIRST,
        }

    def write_system(self, at: int, name: str) -> Organisation:
        body = ListedBody(f"{name} Integrated Care System", Kind.ICS, at, opened=FIRST)
        return self.write(body)

    def write(self, body: ListedBody) -> Organisation:
        opened = body.opened or CCGS_BEGAN
        closed = body.closed if body.closed and body.closed > opened else None
        entry = self.first_entry(opened)
        organisation = Organisation(
            slug=self.slugs.make(body.former or body.name),
            name=body.former or body.name,
            kind=body.kind,
            place=self.places.get(body.place) or self.systems[body.system],
            start_date=opened,
            start_qualifier=Qualifier.ON if body.opened else Qualifier.BY,
            **self.listed(),
        )
        if body.code:
            organisation.ods_code = body.code
            organisation.codes_document = self.calendar.extract
            organisation.codes_locator = organisation.locator
        self.of_body[id(body)] = organisation
        over_before = closed is not None and closed < FIRST
        if over_before:
            organisation.end_date = closed
        else:
            self.of_system[body.system].append(organisation)
        self.book.add(organisation, entry)
        if body.former and not closed:
            self.rename(organisation, body, entry)
        self.write_posts(organisation, body, opened, closed)
        self.say(organisation, body)
        if closed and not over_before:
            entry = self.calendar.entry(closed, "Close", after=entry.at)
            self.book.change(organisation, entry, end_date=closed)
        self.book.put_down(organisation)
        return organisation

    def first_entry(
        self, opened: datetime.date, after: datetime.datetime | None = None
    ) -> BookEntry:
        if opened <= FIRST and (after is None or after <= self.begun.at):
            return self.begun
        return self.calendar.entry(opened, IMPORT, after=after, nature=Nature.IMPORTED)

    def rename(self, organisation: Organisation, body: ListedBody, known: BookEntry) -> None:
        day = self.calendar.some_day(max(organisation.start_date, FIRST) + A_DAY, LAST)
        entry = self.calendar.entry(day, "Rename", after=known.at)
        former = OrganisationName(
            organisation=organisation,
            name=body.former,
            kind=NameKind.FORMER,
            start_date=organisation.start_date,
            end_date=day,
            **self.calendar.evidence(entry, body.system),
        )
        self.book.change(organisation, entry, name=body.name)
        self.book.put_down(self.book.add(former, entry))

    def write_posts(self, organisation, body: ListedBody, opened, closed) -> None:
        since = max(opened, CCGS_BEGAN)
        if closed is not None and closed <= since:
            return  # over before the register looks back to
        for title, kind in POSTS.get(body.kind, []):
            entry = self.first_entry(since, organisation.written_at)
            post = Post(
                pk=self.book.key_for(Post),
                organisation=organisation,
                title=title,
                kind=kind,
                start_date=since,
                **self.calendar.evidence(entry, body.system),
            )
            known = add_with_terms(post, entry, closed, body.system, self.book, self.calendar)
            if not closed:
                self.posts_of[body.system].append(post)
            days = ((closed or LAST) - since).days
            number = min(days // 300, self.chance.choice([0, 1, 2, 2, 3, 3, 4]))
            if number:
                still = self.people.hold(
                    post,
                    Appointment,
                    system=body.system,
                    since=since,
                    until=closed,
                    number=number,
                    so_far=set(),
                    vacant=not closed and self.chance.random() < 0.1,
                )
                self.book.put_down(*still)
            if closed:
                self.close(post, closed, known, body.system)
            self.book.put_down(post)

    def close(self, record, closed: datetime.date, known: BookEntry, system: int) -> None:
        entry = self.calendar.entry(max(closed, FIRST), "Close", after=known.at)
        self.book.change(record, entry, end_date=closed)

    def say(self, organisation: Organisation, body: ListedBody) -> None:
        """What an organisation says of itself, how it is rated, and its figures."""
        opened = self.calendar.some_day(FIRST, LAST)
        after = organisation.written_at
        entry = self.calendar.entry(opened, "", after=after, nature=Nature.RECORDED)
        facts = []
        if body.kind in (Kind.ICS, Kind.ICB, Kind.NHS_TRUST, Kind.FOUNDATION_TRUST):
            facts += [
                Statement(kind=kind, heading=kind.label.capitalize(), text=text)
                for kind, text in SAYINGS.items()
            ]
            value = f"{self.chance.randint(120, 3_000):,},000"
            facts.append(Figure(label="Population served", value=value))
        if body.kind in (Kind.NHS_TRUST, Kind.FOUNDATION_TRUST):
            facts += [
                Rating(question=question, rating=self.chance.choice(list(CqcRating)))
                for question in CqcQuestion
            ]
        for order, fact in enumerate(facts):
            fact.organisation = organisation
            if hasattr(fact, "order"):
                fact.order = order
            for name, value in self.calendar.evidence(entry, body.system).items():
                setattr(fact, name, value)
            self.book.put_down(self.book.add(fact, entry))

    def relate(self, one, kind, other, since, until=None) -> None:
        entry = self.first_entry(since, max(one.written_at, other.written_at))
        relationship = Relationship(
            from_organisation=one,
            kind=kind,
            to_organisation=other,
            start_date=since,
            **self.listed(),
        )
        over_before = until is not None and until < FIRST
        if over_before:
            relationship.end_date = until
        self.book.add(relationship, entry)
        if until is not None and not over_before:
            entry = self.calendar.entry(until, "End this relationship", after=entry.at)
            self.book.change(relationship, entry, end_date=until)
        self.book.put_down(relationship)

    def write_relationships(self, england: England) -> None:
        """Practices belong to their networks; CCGs were merged, and at last into the boards."""
        networks = {b.code: b for b in england.bodies if b.kind == Kind.PCN}
        ccgs = defaultdict(list)
        for body in england.bodies:
            for code, since, until in body.networks:
                if code in networks:
                    network = self.of_body[id(networks[code])]
                    self.relate(
                        self.of_body[id(body)], RelationshipKind.MEMBER_OF, network, since, until
                    )
            if body.kind == Kind.CCG and body.closed and body.closed > body.opened:
                ccgs[body.system].append(body)
        for system, bodies in ccgs.items():
            for body in bodies:
                later = [each for each in bodies if each.closed > body.closed]
                successor = self.of_body[id(later[0])] if later else self.boards[system]
                since = body.closed + A_DAY
                self.relate(self.of_body[id(body)], RelationshipKind.SUCCEEDED_BY, successor, since)
