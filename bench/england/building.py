"""Builds the national register: ten years of a register's life, the same on every run."""

import datetime
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth import get_user_model
from django.db import transaction

from bench.england.bodies import made_up_england, read_england
from bench.england.book import Book
from bench.england.calendar import Calendar
from bench.england.made_up_organisations import Organisations
from bench.england.made_up_people import People
from bench.england.planning import plan_forums
from bench.england.sittings import Sittings
from records.history import Recorded

# Whatever is left to chance comes out the same on every run.
SEED = 20_161_101


@dataclass(frozen=True)
class Size:
    """How much of each there is to be."""

    forums: int = 20_000
    people: int = 60_000
    memberships: int = 300_000
    versions: int = 900_000  # rows of history

    def scaled(self, scale: float) -> "Size":
        return Size(
            *(
                round(number * scale)
                for number in (self.forums, self.people, self.memberships, self.versions)
            )
        )


@dataclass(frozen=True)
class BuiltEngland:
    """What came of it."""

    source: str
    systems: int
    counts: dict[type[Recorded], int]
    records: int
    versions: int


@transaction.atomic
def build(
    *,
    scale: float = 1,
    reference_data: Path | None = None,
    progress: Callable[[float, int], None] = lambda share, rows: None,
) -> BuiltEngland:
    """Write the national register into an empty one, in one transaction.

    `scale` is how large, 1 being England. `reference_data` is the folder of the reference files;
    without it the organisations are made up. `progress` is told which share is done, and how many
    rows are written.
    """
    chance = random.Random(SEED)
    england = (read_england(reference_data) if reference_data else made_up_england(chance)).scaled(
        scale
    )
    size = Size().scaled(scale)
    rows = 0

    def wrote(number: int) -> None:
        nonlocal rows
        rows += number
        progress(min(1, book.versions / size.versions), rows)

    book = Book(chance, clerk(), wrote)
    calendar = Calendar(chance, book, england)
    people = People(chance, book, calendar, size.people)
    organisations = Organisations(chance, book, calendar, people, england)
    sittings = Sittings(chance, book, calendar, people, organisations)
    planned = plan_forums(england, size.forums, chance)
    # The rows of history that people will have are kept back for them.
    sittings.write_all(planned, size.memberships, size.versions - people.versions())
    people.write()
    calendar.write()
    book.close()
    counts = {model: table.last_key for model, table in book.tables.items()}
    return BuiltEngland(england.source, len(england.systems), counts, book.records, book.versions)


def clerk():
    """The account that the history names. Nobody can sign in with it."""
    users = get_user_model()
    user, _ = users.objects.get_or_create(
        username="england",
        defaults={
            "password": "!",
            "is_active": False,
            "date_joined": datetime.datetime(2016, 11, 1, tzinfo=datetime.UTC),
        },
    )
    return user
