"""Terms that a few posts and seats had until they changed."""

import datetime
from typing import Any

from bench.england.book import Book, BookEntry
from bench.england.calendar import FIRST, LAST, Calendar
from bench.england.made_up_people import A_DAY
from forums.models import Seat
from organisations.models import Post

# One in so many has changed once.
ONE_IN = {Seat: 30, Post: 50}
STEPS = {
    Seat: "Change the number, title or vote from a day",
    Post: "Rename it, or change how many may hold it, from a day",
}
# For how long it was as before, and is as now, at the least.
APART = 60 * A_DAY


def add_with_terms(
    held: Any,
    entry: BookEntry,
    until: datetime.date | None,
    system: int,
    book: Book,
    calendar: Calendar,
) -> BookEntry:
    """Add a post or seat, which has its key. One in so many is added as it was first, and changed
    once to what it is. Gives the entry of whatever was written of it last."""
    # No number changes from one or to one, so no record of a holder depends on these terms.
    held.has_terms = False
    model = type(held)
    first, last = max(FIRST, held.start_date) + APART, (until or LAST) - APART
    if held.pk % ONE_IN[model] or first > last:
        book.add(held, entry)
        return entry
    changes = {"number": 2} if model is Seat and held.number == 2 else {"title": held.title}
    before = {"number": 3} if "number" in changes else {"title": f"{held.title} (shadow)"}
    for name, value in before.items():
        setattr(held, name, value)
    book.add(held, entry)
    day = calendar.some_day(first, last)
    change = calendar.entry(day, STEPS[model], after=entry.at)
    terms_model: Any = model._meta.get_field(model.terms_name).related_model
    terms = terms_model(
        **{terms_model.terms_of: held},
        **{name: getattr(held, name) for name in terms_model.laid_down},
        start_date=held.start_date,
        start_precision=held.start_precision,
        start_qualifier=held.start_qualifier,
        document=held.document,
        locator=held.locator,
        confirmed_on=held.confirmed_on,
        end_date=day - A_DAY,
        end_document=calendar.documents[system][change.at.year],
        end_locator=calendar.locator(),
    )
    book.put_down(book.add(terms, change))
    # The paper confirms the rest of it too.
    book.change(
        held,
        change,
        confirmed_on=change.at.date(),
        confirmed_document=terms.end_document,
        confirmed_locator=terms.end_locator,
        **changes,
    )
    return change
