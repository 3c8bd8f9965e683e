"""Days to remember as a calendar file (iCalendar, RFC 5545)."""

import datetime
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponse
from icalendar import Calendar, Event, Timezone, vText

from ics_register.pages.formats import MEDIA_TYPES, Here, file_name
from ics_register.recorded import register_id
from records.days import DAY, next_day
from records.text import one_line, writable


@dataclass(frozen=True)
class CalendarSource:
    """Which document says so, and where in it."""

    slug: str
    title: str
    place: str

    def __str__(self):
        return f"{self.title}, {self.place}"


@dataclass(frozen=True)
class CalendarEntry:
    """A day to remember."""

    key: str  # unique, and stays when a name changes
    day: datetime.date  # the last day that it can be
    words: str
    source: CalendarSource
    address: str  # of the page that says so
    changed: datetime.datetime  # when what it says last changed
    foreseen_by: str  # "the paper of October 2025", if no later source says that it happened


@dataclass(frozen=True)
class Days:
    """A calendar before it is a file."""

    name: str
    about: str
    entries: list[CalendarEntry]
    is_whole: bool = True  # or whether there are more
    uncertain: int = 0  # how many are left out, because they may not come, or nobody knows when

    @property
    def what_is_left_out(self) -> str:
        """The sentences about days left out; "" for a calendar with all."""
        said = [] if self.is_whole else [MORE]
        if self.uncertain:
            days = "1 day that is" if self.uncertain == 1 else f"{self.uncertain} days that are"
            said.append(f"This calendar leaves out {days} not certain.")
        return " ".join(said)


MORE = "There is more than this calendar holds: narrow it to a place or a kind for all of that."


AsCalendar = Callable[[dict], Days]


def answer_calendar(as_calendar: AsCalendar, context: dict, here: Here) -> HttpResponse:
    """The days of a page as a file that a calendar can subscribe to."""
    content = calendar_file(writable(as_calendar(context)), here)
    response = HttpResponse(content, content_type=f"{MEDIA_TYPES['ics']}; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{file_name(here, "ics")}"'
    return response


def calendar_file(days: Days, here: Here) -> bytes:
    """The same bytes for as long as no record has changed."""
    calendar = Calendar()
    calendar.add("prodid", "-//Governance register//EN-GB")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    # Mark them as text: the library would not escape their commas and semicolons.
    calendar.add("x-wr-calname", vText(one_line(days.name)))
    calendar.add("x-wr-caldesc", vText(" ".join(filter(None, [days.about, days.what_is_left_out]))))
    # Programs ask for it once a day: the register seldom changes more often.
    calendar.add("refresh-interval", DAY, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "P1D")
    register = register_id() if days.entries else None
    for entry in days.entries:
        calendar.add_component(_event(entry, register, here))
    if not days.entries:
        # The standard asks for at least one component, and some programs refuse an empty calendar.
        calendar.add_component(Timezone.from_tzid("Europe/London"))
    return calendar.to_ical()


def _event(entry: CalendarEntry, register: uuid.UUID, here: Here) -> Event:
    """An all-day event that does not block the reader's time."""
    address = here.request.build_absolute_uri(here.asked.link(entry.address))
    event = Event()
    event.add("uid", f"{entry.key}@{register}")
    event.add("dtstamp", entry.changed)
    event.add("dtstart", entry.day)
    event.add("dtend", next_day(entry.day))
    event.add("summary", one_line(entry.words))
    said = [entry.words, "", f"Source: {entry.source}", address]
    if entry.foreseen_by:
        said.insert(1, f"As foreseen by {entry.foreseen_by}; no later source says so.")
    event.add("description", "\n".join(said))
    event.add("url", address)
    event.add("transp", "TRANSPARENT")
    return event
