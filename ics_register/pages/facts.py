"""Facts as plain values, by the same names in every twin: those of the models' fields.

A date is written as far as it is known ("2019-04"), and what is not recorded is null. Whoever
reads them is told no more than the pages tell (see docs/data.md).
"""

import datetime
from collections.abc import Iterator

from ics_register.pages.twins import Here
from records.periods import as_known


def date(day: datetime.date | None, precision: str) -> str | None:
    return as_known(day, precision) if day else None


def record(here: Here, page: str, slug: str | None, name: str | None) -> dict | None:
    """A record by its id and name; None if there is none."""
    return {"id": here.id(page, slug), "name": name} if name else None


def period(fact) -> dict:
    """When something holds. The precision and qualifier of a date that is not there are none."""
    said = {}
    for edge in ("start", "end"):
        day, precision = getattr(fact, f"{edge}_date"), getattr(fact, f"{edge}_precision")
        said |= {
            f"{edge}_date": date(day, precision),
            f"{edge}_precision": precision if day else None,
            f"{edge}_qualifier": getattr(fact, f"{edge}_qualifier") if day else None,
        }
    return said


def document(here: Here, slug: str | None, title: str | None) -> dict | None:
    return {"id": here.id("document", slug), "title": title} if slug else None


def evidence(fact, here: Here) -> dict:
    """Which document says so, where in it, and when it was last held against one."""
    confirmed = document(here, fact.confirmed_document_slug, fact.confirmed_document_title)
    return {
        "source": {
            "document": document(here, fact.document_slug, fact.document_title),
            "locator": fact.locator,
            "quotation": fact.quotation,
            "note": fact.note,
        },
        "confirmed_on": date(fact.confirmed_on, fact.confirmed_precision),
        "confirmed_source": {"document": confirmed, "locator": fact.confirmed_locator}
        if confirmed
        else None,
    }


def dated(fact, here: Here) -> dict:
    """When something holds and which documents say so, its end too."""
    ended = document(here, fact.end_document_slug, fact.end_document_title)
    return {
        **period(fact),
        **evidence(fact, here),
        "end_source": {"document": ended, "locator": fact.end_locator} if ended else None,
    }


def holder(each, here: Here) -> dict:
    """Somebody recorded for a post or a seat. Who is withheld has no id, and no name but that."""
    return {
        "person": {"id": here.id("person", each.person_slug), "name": each.person},
        "withheld": each.withheld,
        "basis": each.basis,
        "on_behalf_of": record(here, "organisation", each.for_slug, each.for_name),
        "ex_officio": each.ex_officio or None,
        "term_ends": date(each.term_ends, "day"),
        "end_reason": each.end_reason or None,
        **dated(each, here),
    }


def _holding(held, here: Here) -> dict:
    """What a post and a seat have in common: who holds it on the day, did before and will."""
    return {
        "title": held.title,
        "requirement": held.requirement or None,
        "standing": held.standing.value,
        "holders": [holder(each, here) for each in held.holders],
        "former": [holder(each, here) for each in held.former],
        "to_come": [holder(each, here) for each in held.to_come],
        **dated(held, here),
    }


def seat(held, here: Here) -> dict:
    """A seat of a forum on the day, with everybody recorded for it."""
    post = None
    if held.post_id is not None:
        organisation = record(
            here, "organisation", held.post_organisation_slug, held.post_organisation_name
        )
        post = {"title": held.post_title, "organisation": organisation}
    return {
        "role": held.role,
        "number": held.number,
        "unfilled": held.unfilled,
        "unfilled_standing": held.unfilled_standing.value if held.unfilled else None,
        "voting": held.voting,
        "counts_to_quoracy": held.counts_to_quoracy,
        "may_be_deputised": held.may_be_deputised,
        "on_behalf_of": record(here, "organisation", held.for_slug, held.for_name),
        "ex_officio": post,
        **_holding(held, here),
    }


def post(held, here: Here) -> dict:
    """A post of an organisation on the day, with everybody recorded for it."""
    return {"kind": held.kind, **_holding(held, here)}


# In the rows of a CSV file

PERIOD_COLUMNS = (
    "start_date",
    "start_precision",
    "start_qualifier",
    "end_date",
    "end_precision",
    "end_qualifier",
)
SOURCE_COLUMNS = ("document", "document_title", "locator", "quotation", "note")
CONFIRMED_COLUMNS = (
    "confirmed_on",
    "confirmed_precision",
    "confirmed_document",
    "confirmed_document_title",
    "confirmed_locator",
)
END_SOURCE_COLUMNS = ("end_document", "end_document_title", "end_locator")
DATED_COLUMNS = (*PERIOD_COLUMNS, *SOURCE_COLUMNS, *END_SOURCE_COLUMNS, *CONFIRMED_COLUMNS)
HOLDER_COLUMNS = (
    "person",
    "person_name",
    "basis",
    "on_behalf_of",
    "on_behalf_of_name",
    "ex_officio",
    "term_ends",
    "end_reason",
)
HOLDING_COLUMNS = (
    "title",
    "standing",
    *HOLDER_COLUMNS,
    *DATED_COLUMNS,
    "holding_document",
    "holding_document_title",
    "holding_locator",
)


def evidence_cells(fact, here: Here) -> dict:
    return {
        "document": here.id("document", fact.document_slug),
        "document_title": fact.document_title,
        "locator": fact.locator,
        "quotation": fact.quotation,
        "note": fact.note,
        "confirmed_on": date(fact.confirmed_on, fact.confirmed_precision),
        "confirmed_precision": fact.confirmed_precision if fact.confirmed_on else None,
        "confirmed_document": here.id("document", fact.confirmed_document_slug),
        "confirmed_document_title": fact.confirmed_document_title,
        "confirmed_locator": fact.confirmed_locator,
    }


def dated_cells(fact, here: Here) -> dict:
    return {
        **period(fact),
        **evidence_cells(fact, here),
        "end_document": here.id("document", fact.end_document_slug),
        "end_document_title": fact.end_document_title,
        "end_locator": fact.end_locator,
    }


def holding_rows(held, here: Here) -> Iterator[dict]:
    """The cells of a post or a seat: a row for each holder on the day, or one if there is none,
    which has no time but is evidenced as the post or seat is."""
    own = {
        "title": held.title,
        "standing": held.standing.value,
        "holding_document": here.id("document", held.document_slug),
        "holding_document_title": held.document_title,
        "holding_locator": held.locator,
    }
    for_slug, for_name = getattr(held, "for_slug", None), getattr(held, "for_name", None)
    for each in held.holders:
        speaks_for = (each.for_slug, each.for_name) if each.for_slug else (for_slug, for_name)
        yield {
            **own,
            "person": here.id("person", each.person_slug),
            "person_name": each.person,
            "basis": each.basis,
            "on_behalf_of": here.id("organisation", speaks_for[0]),
            "on_behalf_of_name": speaks_for[1],
            "ex_officio": each.ex_officio,
            "term_ends": each.term_ends,
            "end_reason": each.end_reason,
            **dated_cells(each, here),
        }
    if not held.holders:
        yield {
            **dict.fromkeys((*HOLDER_COLUMNS, *DATED_COLUMNS)),
            **own,
            "on_behalf_of": here.id("organisation", for_slug),
            "on_behalf_of_name": for_name,
            "ex_officio": held.ex_officio,
            **evidence_cells(held, here),
        }
