"""How old facts are: when each was last known, and what of them is only foreseen or perhaps."""

from collections.abc import Iterable, Iterator

from forums.seat_holders import HeldSeat
from ics_register.pages.frame import AskedDay
from people.holder_rows import Holder
from records.evidence import lateness
from records.models import DatedFact
from records.periods import perhaps_so
from records.stated import DatedStated

Fact = DatedStated | DatedFact


def ages(rows: Iterable[Fact], asked: AskedDay, what: str) -> Iterator[str]:
    """Sentences on when the `rows`, of which each is `what`, are last known."""
    rows = list(rows)
    days = [(row.last_known, row) for row in rows]
    known = sorted(
        ((lateness(day), row) for day, row in days if day is not None), key=lambda each: each[0]
    )
    if len(known) < len(rows):
        of = f"{len(rows) - len(known)} of {len(rows)} rows" if known else "these rows"
        yield f"Of {of} no day is recorded on which they are last known."
    if not known:
        return
    oldest, newest = known[0][1], known[-1][1]
    first, last = oldest.last_known_in_words(), newest.last_known_in_words()
    words = f"as of {first}" if first == last else f"between {first} and {last}"
    long_ago = ""
    if newest.is_stale(asked.reading_day):
        long_ago = ", more than a year ago: it may have changed since"
    elif oldest.is_stale(asked.reading_day):
        long_ago = ", some of it more than a year ago: that may have changed since"
    yield f"{what} is last known {words}{long_ago}."


def last_known(fact: Fact, asked: AskedDay) -> str:
    """ "Last known June 2021, more than a year ago"."""
    return fact.how_lately_known(asked.reading_day)


def lowered(words: str) -> str:
    """The same for the middle of a sentence."""
    return words[:1].lower() + words[1:]


def planned(fact: Fact, asked: AskedDay) -> list[str]:
    """When something was to begin, if its day has passed and a source only foresaw it."""
    if not fact.start_is_told_as_foreseen(asked.day):
        return []
    return [fact.time_as_foreseen(asked.day)]


def planned_or_perhaps(line: DatedFact, asked: AskedDay) -> str:
    """What follows a line whose period is not told: that it was only to begin, or only perhaps is
    there."""
    if why := line.why_perhaps(asked.day):
        return f", {perhaps_so(why)}"
    return f", {line.told_start()}" if line.start_is_told_as_foreseen(asked.day) else ""


def about_holder(holder: Holder, asked: AskedDay) -> list[str]:
    """The words beside the name of somebody who holds something on the day."""
    known = [last_known(holder, asked)] if holder.is_told_how_lately(asked.day) else []
    return [*planned(holder, asked), *known]


def why_perhaps(holder: Holder) -> str:
    """ "perhaps; began some time in June 2020"; "" of somebody who certainly holds it."""
    return perhaps_so(holder.why) if holder.perhaps else ""


def to_come(holder: Holder, asked: AskedDay) -> str:
    """When somebody holds it whom the sources name only from a later day, to follow the name:
    "in post by June 2021", "from 1 May 2027"; of a designate, "(designate, named on 26 November
    2021, to begin on 1 July 2022)"."""
    if holder.named:
        return f"({holder.designate_in_words('').strip()})"
    if holder.is_openly_perhaps(asked.day):
        return f"in post {holder.time_as_foreseen(asked.day)}"
    return holder.from_in_words()


def people_known_later(seat: HeldSeat, asked: AskedDay) -> Iterator[str]:
    """The people in a seat that is known only from a later day, each with when: those who fill it
    on the day, as far as their own sources say, and those who come later."""
    for holder in seat.holders:
        when = why_perhaps(holder) or holder.time_in_words(asked.day)
        yield f"{holder.person_and_basis}, {when}"
    for holder in seat.announced:
        yield f"{holder.person_and_basis} {to_come(holder, asked)}"


def seats_known_later(seats: list[HeldSeat], asked: AskedDay) -> str:
    """A sentence before a list of seats that the sources name only from a later day."""
    one = len(seats) == 1
    return (
        f"The sources name {'1 seat' if one else f'{len(seats)} seats'} from a later day. Whether "
        f"{'it' if one else 'they'} existed on {asked.in_words} is not recorded:"
    )
