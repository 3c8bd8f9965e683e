"""What changed between two days, in sentences."""

import datetime
import functools

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest

from forums.changes import Between, as_key, days_of_changes, first_keys, keys_between
from forums.disambiguation import tell_apart
from forums.happenings import happenings
from forums.models import Forum, Membership
from forums.sentences import Sentence, sentences_about
from ics_register.pages import csv_rows, facts
from ics_register.pages.change_rows import (
    asked_for,
    entries_in_words,
    kind_of,
    no_change,
    parts_of_changes,
)
from ics_register.pages.formats import CsvTable, Here, in_chunks
from ics_register.pages.frame import AskedDay, named_day, refuse_wrong_order
from ics_register.pages.lists import page_of_many
from ics_register.pages.page import public_page
from ics_register.pages.record_addresses import Moved, record_at
from organisations.models import Organisation
from people.models import Person
from records.days import FIRST_DAY, LAST_DAY
from records.evidence import year_before
from records.periods import date_in_words

# How many rows of the history of memberships can be looked through within a second.
MOST_OF_THE_PAST = 150_000

# The records whose changes can be asked for, by the name of the parameter.
OF = {
    "forum": Forum.objects.all,
    "organisation": Organisation.objects.all,
    "person": lambda: Person.objects.filter(withheld=False),
}


def changes_as_json(context: dict, here: Here) -> dict:
    about = context["about"]
    # In the order of the list in CSV: the parts of the page are for readers.
    sentences = [_sentence_as_data(sentence, here) for sentence in context["sentences"]]
    return {
        "from": context["days"].first.isoformat(),
        "to": context["days"].last.isoformat(),
        "about": {"id": here.id_of(about), "name": str(about)} if about else None,
        **here.paged(context["page"], sentences),
    }


def _sentence_as_data(sentence: Sentence, here: Here) -> dict:
    first = sentence.first
    named = {(piece.kind, piece.slug): piece.text for piece in sentence.pieces if piece.slug}
    return {
        "sentence": sentence.text,
        "kind": first.what,
        "changes": len(sentence.happenings),
        **_when(sentence),
        "about": [facts.record(here, *what, name) for what, name in named.items()],
        "sources": [
            {
                "document": facts.document(here, slug, title),
                "locator": locator,
                "quotation": quotation,
                "note": note,
            }
            for slug, title, locator, quotation, note in sentence.sources
        ],
    }


def _when(sentence: Sentence) -> dict:
    first = sentence.first
    return {
        "event": first.event,
        "date": facts.date(first.day, first.precision),
        "precision": first.precision,
        "qualifier": getattr(first, f"{first.which}_qualifier"),
        "foreseen": first.is_foreseen,
    }


def changes_as_csv(context: dict, here: Here) -> CsvTable:
    """A row for each change. Words that several changes share are in each row."""

    days, about = context["whole"]

    def rows():
        for chunk in in_chunks(list(keys_between(days, about))):
            of_each = [
                sentences_about([each], here.asked.today)[0]
                for each in happenings(map(as_key, chunk), about)
            ]
            for sentence in tell_apart(of_each, here.asked.day):
                happening = sentence.first
                source, *others = sentence.sources
                yield {
                    "sentence": sentence.text,
                    "kind": happening.what,
                    **_when(sentence),
                    **_source_cells("", source, here),
                    **_source_cells("before_", others[0] if others else None, here),
                }

    sources = [f"{whose}{name}" for whose in ("", "before_") for name in csv_rows.SOURCE_COLUMNS]
    return CsvTable(
        ["date", "precision", "qualifier", "foreseen", "event", "kind", "sentence", *sources],
        rows(),
    )


def _source_cells(whose: str, source: tuple | None, here: Here) -> dict:
    """The cells of a source: of the change, or of the end of the time that was handed over."""
    if source is None:
        return dict.fromkeys(f"{whose}{name}" for name in csv_rows.SOURCE_COLUMNS)
    slug, *rest = source
    cells = [here.id("document", slug), *rest]
    named = zip(csv_rows.SOURCE_COLUMNS, cells, strict=True)
    return {f"{whose}{name}": value for name, value in named}


@public_page(
    reads=["page", "from", "to", *OF],
    as_json=changes_as_json,
    as_csv=changes_as_csv,
)
def changes(request: HttpRequest, asked: AskedDay):
    days = asked_days(request, asked)
    about = asked_record(request)
    key = (about._meta.model_name, about.pk) if about else None
    if asked.recorded and not key:
        refuse_too_much_of_the_past()
    if days is None:
        days = all_days_of(key, asked) if key else year_up_to(asked.day)
    page = page_of_many(request, functools.partial(first_keys, days, key))
    sentences = sentences_about(happenings((as_key(row) for row in page), key), asked.today)
    sentences = tell_apart(sentences, asked.day)
    return "changes/changes.html", {
        "title": f"Changes to {about}" if about else "Changes",
        "days": days,
        "these_days": asked_for(days),
        "first_day": date_in_words(days.first),
        "last_day": date_in_words(days.last),
        "about": about,
        "about_kind": kind_of(about),
        "page": page,
        "whole": (days, key),
        "sentences": sentences,
        "parts": parts_of_changes(sentences, days, about, asked.today),
        "shown_in": entries_in_words(len(sentences), page),
        "no_change": "" if page.object_list else no_change(days, about),
        "earlier": None if sentences else last_year_before(days, key),
    }


def refuse_too_much_of_the_past() -> None:
    """Raises BadRequest for changes everywhere, as recorded on an earlier day, if there are too
    many.

    They would take seconds for a page and most of an hour for the list: no index says which records
    were so by then.
    """
    many = Membership.history.order_by().values("pk")[MOST_OF_THE_PAST:][:1]
    if many.exists():
        raise BadRequest(
            "recorded: This register is too large to show what happened everywhere as "
            "recorded on an earlier day. Name one forum, organisation or person, such as "
            "forum=partnership-board."
        )


def asked_days(request: HttpRequest, asked: AskedDay) -> Between | None:
    """The days that `?from=` and `?to=` name; None if they name none.

    “From” alone goes up to the day that is asked for, or a year on if that day is earlier. “To”
    alone covers the year up to it. Raises BadRequest for days that cannot be read, and for days in
    the wrong order.
    """
    first, last = named_day(request, "from"), named_day(request, "to")
    if first is None and last is None:
        return None
    if last is None:
        last = asked.day if asked.day >= first else year_from(first)
    elif first is None:
        first = year_up_to(last).first
    refuse_wrong_order(first, last)
    return Between(first, last)


def year_up_to(day: datetime.date) -> Between:
    """The year that ends with `day`, within what can be asked for."""
    return Between(max(year_before(day), FIRST_DAY), day)


def all_days_of(about: tuple[str, int], asked: AskedDay) -> Between:
    """From the first recorded day of one forum, organisation or person."""
    span = days_of_changes(asked.day, about)
    return Between(max(span.first, FIRST_DAY), asked.day) if span else year_up_to(asked.day)


def last_year_before(days: Between, about: tuple[str, int] | None) -> Between | None:
    """The last year before these days in which a change is recorded, if there is any."""
    span = days_of_changes(days.first, about)
    return year_up_to(min(max(span.last, FIRST_DAY), LAST_DAY)) if span else None


def year_from(day: datetime.date) -> datetime.date:
    """The last day of the year that begins with `day`, or the last that can be asked for."""
    return min(day + datetime.timedelta(days=365), LAST_DAY)


def asked_record(request: HttpRequest):
    """The forum, organisation or person whose changes are asked for; None for everything.

    Raises BadRequest for more than one, and for one that the public may not find.
    """
    named = [name for name in OF if request.GET.get(name)]
    if len(named) > 1:
        raise BadRequest(
            f"The address names {' and '.join(f'“{name}”' for name in named)}. Changes can be "
            "narrowed to one forum, one organisation or one person: name one of them."
        )
    if not named:
        return None
    [name] = named
    slug = request.GET[name]
    try:
        return record_at(OF[name](), slug)
    except Moved as moved:
        return moved.record
    except Http404:
        raise BadRequest(
            f"{name.capitalize()}: there is no “{slug[:60]}” to choose. Follow the link to the "
            f"changes on the page of the {name}."
        ) from None
