"""The people of the national register, all made up, and what they hold one after another."""

import datetime
import random

from bench.england.book import Book
from bench.england.calendar import A_MINUTE, FIRST, LAST, Calendar, at_eight
from bench.england.made_up_names import HONORIFICS, family_name, person_name
from people.models import Basis, Distinction, EndReason, Person, PersonName, Tenure
from records.history import Nature
from records.models import NameKind
from records.names import slug_stem
from records.periods import Qualifier

A_DAY = datetime.timedelta(days=1)
RENAMED, WITHHELD, MERGED, DISTINCT = 0.03, 0.002, 0.001, 0.001

# Papers call a place vacant that nobody fills for more days than this.
LONG_EMPTY = 40


class Slugs:
    """Public addresses, each given once."""

    def __init__(self, otherwise: str):
        self.otherwise = otherwise
        self.taken: set[str] = set()
        self.last: dict[str, int] = {}

    def make(self, name: str) -> str:
        slug = stem = slug_stem(name, self.otherwise)
        while slug in self.taken:
            self.last[stem] = self.last.get(stem, 1) + 1
            slug = f"{stem}-{self.last[stem]}"
        self.taken.add(slug)
        return slug


class People:
    """Each system has people of its own, who sit on its forums and hold its posts."""

    def __init__(self, chance: random.Random, book: Book, calendar: Calendar, number: int):
        self.chance, self.book, self.calendar, self.number = chance, book, calendar, number
        systems = len(calendar.documents)
        self.pools = [range(1 + s, number + 1, systems) for s in range(systems)]
        # The last of each are records of somebody else, made twice over.
        self.doubles = round(number * MERGED)
        self.turns = [0] * systems
        # Since when the register knows each: from the first that it says of them.
        self.known: dict[int, datetime.datetime] = {}
        for _ in range(number):
            book.key_for(Person)

    def versions(self) -> int:
        """How many rows of history they are to have."""
        shares = (1, RENAMED, RENAMED, WITHHELD, MERGED, DISTINCT)
        return sum(round(self.number * share) for share in shares)

    def somebody(self, system: int, but_not: set[int], at: datetime.datetime) -> int:
        """The key of somebody of a system; a few of them sit on very many forums."""
        pool = self.pools[system]
        able = len(pool) - self.doubles
        while True:
            lot = self.chance.random()
            if lot < 0.08:
                key = pool[self.chance.randrange(max(1, able // 50))]
            elif lot < 0.5:
                self.turns[system] += 1
                key = pool[self.turns[system] % able]
            else:
                key = pool[self.chance.randrange(able)]
            if key not in but_not:
                break
        but_not.add(key)
        self.known[key] = min(at, self.known.get(key, at))
        return key

    def hold(
        self,
        held,
        make: type[Tenure],
        *,
        system: int,
        since: datetime.date,
        until: datetime.date | None,
        number: int,
        so_far: set[int],
        vacant: bool = False,
    ) -> list[Tenure]:
        """`number` people who hold something one after another from `since` on, the last of
        whom still does unless it ended or is `vacant`. `so_far` are those who held it already.

        Gives those who still hold it, which may be changed again.
        """
        last_day = until or LAST
        days = (last_day - since).days
        cuts = [0, *sorted(self.chance.sample(range(1, days), number - 1)), days + 1]
        entry, still = None, []
        for turn in range(number):
            first = since + cuts[turn] * A_DAY
            last = since + (cuts[turn + 1] - 1) * A_DAY
            goes_on = turn == number - 1 and until is None and not vacant
            gap = not goes_on and ((vacant and turn == number - 1) or self.chance.random() < 0.15)
            if gap:
                last -= self.chance.randint(0, min(200, (last - first).days // 2)) * A_DAY
            if entry is None:
                step = "Appoint a holder"
                entry = self.calendar.entry(first, step, after=held.written_at)
            tenure = self.begin(make, held, system, first, entry, so_far, (last - first).days)
            over_before = not goes_on and last < FIRST
            if over_before:
                self.end(tenure, last, entry, system)
            self.book.add(tenure, entry)
            if goes_on:
                still.append(tenure)
                continue
            if not over_before:
                step = "End this record" if gap or turn == number - 1 else "Replace the holder"
                entry = self.calendar.entry(last, step, after=entry.at)
                ending = self.ending(last, entry, system)
                self.book.change(tenure, entry, **ending)
            self.book.put_down(tenure)
            nobody_until = since + cuts[turn + 1] * A_DAY if turn < number - 1 else LAST
            if gap and (nobody_until - last).days > LONG_EMPTY:
                self.leave_vacant(held, last + A_DAY, entry, system)
            if gap and turn < number - 1:
                nxt = since + cuts[turn + 1] * A_DAY
                entry = self.calendar.entry(nxt, "Appoint a holder", after=entry.at)
        return still

    def begin(self, make, held, system, first, entry, so_far, days) -> Tenure:
        tenure = make(
            person_id=self.somebody(system, so_far, entry.at),
            **{make.held_field: held},
            **self.calendar.start(first),
            **self.calendar.evidence(entry, system),
        )
        tenure.read_and_locked = True
        if days < 400 and self.chance.random() < 0.3:
            tenure.basis = Basis.INTERIM
        if first < FIRST and self.chance.random() < 0.4:
            tenure.start_qualifier = Qualifier.BY
        if self.chance.random() < 0.3:
            tenure.term_ends = first + 3 * 365 * A_DAY
        return tenure

    def leave_vacant(self, held, first: datetime.date, entry, system: int) -> None:
        """Every other paper that says that somebody left says that the place is vacant."""
        if first.toordinal() % 2:
            return
        model = type(held)._meta.get_field("vacancies").related_model
        vacancy = model(
            start_date=first,
            **{model.vacant_field: held},
            **self.calendar.evidence(entry, system),
        )
        self.book.put_down(self.book.add(vacancy, entry))

    def ending(self, last: datetime.date, entry, system: int) -> dict:
        reasons = list(EndReason)[:4]
        return {
            **self.calendar.end(last, entry, system),
            "end_reason": self.chance.choice([*reasons, ""]),
        }

    def end(self, tenure: Tenure, last, entry, system: int) -> None:
        for name, value in self.ending(last, entry, system).items():
            setattr(tenure, name, value)

    def cover(self, tenure: Tenure, so_far: set[int], system: int) -> None:
        """Somebody acts for a holder who is absent for some months."""
        held = getattr(tenure, tenure.held_field)
        # A tenure that is known to the year is dated from its first day, before there was a seat.
        since = max(tenure.start_date, held.start_date, FIRST)
        began = self.calendar.some_day(since, LAST)
        entry = self.calendar.entry(began, "Record who acts", after=held.written_at)
        acting = self.begin(type(tenure), held, system, began, entry, so_far, 0)
        acting.basis, acting.term_ends = Basis.ACTING, None
        self.book.add(acting, entry)
        over = began + self.chance.randint(30, 300) * A_DAY
        if over < LAST:
            entry = self.calendar.entry(over, "End this record", after=entry.at)
            self.book.change(acting, entry, **self.ending(over, entry, system))
        self.book.put_down(acting)

    def write(self) -> None:
        """Write everybody down, now that it is known since when the register knows them."""
        slugs = Slugs("person")
        systems = len(self.pools)
        doubles = {self.pools[at % systems][-1 - at // systems] for at in range(self.doubles)}
        others = [key for key in range(1, self.number + 1) if key not in doubles]
        number_renamed = round(self.number * RENAMED)
        lots = self.chance.sample(others, number_renamed + round(self.number * WITHHELD))
        renamed, withheld = set(lots[:number_renamed]), set(lots[number_renamed:])
        for key in range(1, self.number + 1):
            system = (key - 1) % systems
            self.write_one(key, system, slugs, key in renamed, key in withheld, key in doubles)
        for at in range(round(self.number * DISTINCT)):
            self.distinguish(1 + at, 1 + at + systems)

    def write_one(self, key, system, slugs, renamed, withheld, double) -> None:
        at = self.known.get(key, at_eight(FIRST) + A_MINUTE) - A_MINUTE
        reason = f"From the governance papers of {at.year}."
        entry = self.book.entry(at, Nature.RECORDED, reason)
        name = person_name(self.chance)
        person = Person(
            pk=key,
            slug=slugs.make(name),
            name=name,
            honorific=self.chance.choice(HONORIFICS) if self.chance.random() < 0.2 else "",
            **self.calendar.evidence(entry, system),
        )
        self.book.add(person, entry)
        if renamed:
            self.rename(person, entry, system)
        elif withheld or double:
            step = "Withhold from public pages" if withheld else "Merge with another record"
            later = self.calendar.some_day(at.date(), LAST)
            entry = self.calendar.entry(later, step, after=at, nature=Nature.CORRECTED)
            fields = {"withheld": True} if withheld else {"merged_into_id": 1 + system}
            known = self.known.get(1 + system, at_eight(FIRST))
            if double and known > entry.at:
                entry = entry._replace(at=known)
            self.book.change(person, entry, **fields)
        self.book.put_down(person)

    def rename(self, person: Person, known, system: int) -> None:
        day = self.calendar.some_day(known.at.date(), LAST)
        entry = self.calendar.entry(day, "Change the name", after=known.at)
        former = PersonName(
            person=person,
            name=person.name,
            kind=NameKind.FORMER,
            end_date=day,
            **self.calendar.evidence(entry, system),
        )
        given = person.name.split(" ")[0]
        changed = f"{given} {family_name(self.chance)}"
        self.book.change(person, entry, name=changed, sort_name="")
        self.book.add(former, entry)
        self.book.put_down(former)

    def distinguish(self, one: int, other: int) -> None:
        entry = self.book.entry(at_eight(LAST), Nature.RECORDED, "They were taken for one.")
        system = (one - 1) % len(self.pools)
        evidence = self.calendar.evidence(entry, system)
        distinction = Distinction(person_id=one, other_id=other, **evidence)
        self.book.put_down(self.book.add(distinction, entry))
