"""Records that were added or corrected, newest first, without who did it or why."""

import datetime
import functools
import itertools

from django.http import HttpRequest
from django.utils import timezone

from forums.recent_edits import as_row, edit_rows, edits_in_words, first_edit_rows, first_load
from ics_register.pages import facts
from ics_register.pages.formats import CsvTable, Here, in_chunks
from ics_register.pages.frame import AskedDay, named_day, refuse_wrong_order
from ics_register.pages.lists import page_of_many
from ics_register.pages.page import public_page
from ics_register.recorded import end_of
from records.days import day_before


def recorded_as_json(context: dict, here: Here) -> dict:
    rows = [_as_data(each) for _, group in context["groups"] for each in group]
    begun = context["begun"]
    return {
        **here.paged(context["page"], rows),
        "begun_with": {"records": begun.records, "on": _day(begun.at)} if begun else None,
    }


def _as_data(each) -> dict:
    return {
        "recorded_on": _day(each.row.at),
        "nature": each.nature.lower(),
        "step": each.row.step or None,
        "kind": each.row.what,
        "text": each.text,
    }


def _day(moment: datetime.datetime) -> str:
    return facts.date(timezone.localdate(moment), "day")


def recorded_as_csv(context: dict, here: Here) -> CsvTable:
    def rows():
        for chunk in in_chunks(list(edit_rows(*context["between"]))):
            yield from map(_as_data, edits_in_words(map(as_row, chunk), here.asked.today))

    return CsvTable(["recorded_on", "nature", "step", "kind", "text"], rows())


@public_page(
    reads=["page", "from", "to"],
    as_json=recorded_as_json,
    as_csv=recorded_as_csv,
)
def recorded(request: HttpRequest, asked: AskedDay):
    first, last = named_day(request, "from"), named_day(request, "to")
    if first and last:
        refuse_wrong_order(first, last)
    # What the register said on a day leaves out what was recorded after it.
    until = min((day for day in (last, asked.recorded) if day), default=None)
    since = end_of(day_before(first)) if first else None
    until = end_of(until) if until else None
    page = page_of_many(request, functools.partial(first_edit_rows, since, until))
    found = edits_in_words(map(as_row, page), asked.today)
    return "changes/recorded.html", {
        "first": first,
        "last": last,
        "page": page,
        "between": (since, until),
        "groups": [(group[0], group) for group in _together(found)],
        "begun": None if page.has_next() or first else first_load(),
    }


def _together(found: list) -> list[list]:
    """Adjoining changes that were saved in one go, as one group."""
    return [
        list(group)
        for _, group in itertools.groupby(found, lambda each: each.row.batch or each.row)
    ]
