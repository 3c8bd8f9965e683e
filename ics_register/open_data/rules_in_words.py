"""Rules of quoracy as the files have them: as JSON, and as a sentence with names of the day."""

import datetime
import json
from collections import defaultdict
from typing import Any

from django.db import models

from forums.models import Seat
from forums.rule_sentences import names_in_rules, read_as
from forums.rule_trees import (
    from_json,
    organisations_named,
    seats_named,
    to_json,
    with_others_named,
)
from forums.seat_holders import HeldSeat
from organisations.models import Organisation

# The title of a seat and how many may fill it.
Named = tuple[str, int | None]
# The seats of forums, by the slug of the forum and the key of the seat.
NamedSeats = dict[str, dict[int, Named | None]]


def seats_asked_for(terms: models.QuerySet) -> set[int]:
    """The seats that the rules of quoracy in these terms of reference name."""
    rules = terms.exclude(quoracy_rule=None).values_list("quoracy_rule", flat=True)
    return {seat for rule in rules for seat in seats_named(from_json(rule))}


def seats_to_name(terms: models.QuerySet) -> NamedSeats:
    """The seats of the forums with a rule of quoracy in these terms of reference, in their order,
    by the slug of the forum. Their names are yet to be read."""
    found = defaultdict[str, dict[int, Named | None]](dict)
    ruled = terms.exclude(quoracy_rule=None).values("forum")
    seats = Seat.objects.filter(forum__in=ruled).order_by("order", "pk")
    for slug, key in seats.values_list("forum__slug", "pk"):
        found[slug][key] = None
    return found


def note_name(seat: HeldSeat, day: datetime.date, asked_for: set[int], seats: NamedSeats) -> None:
    """Note what a seat is called, if its forum is among those of `seats` and has it on the day, or
    a rule asks for it."""
    if seat.forum_slug in seats and (seat.is_listed(day) or seat.id in asked_for):
        seats[seat.forum_slug][seat.id] = seat.title, seat.number


def put_in_words(
    raw: dict, seats: NamedSeats, organisations: dict[int, tuple[str, str]]
) -> set[str]:
    """Write the rule of quoracy of terms of reference with the slugs of organisations, which it
    gives, and as a sentence. The slugs and names of all `organisations` are read for the first rule
    that names any."""
    raw["quoracy_reads_as"] = None
    if raw["quoracy_rule"] is None:
        return set()
    stored = from_json(raw["quoracy_rule"])
    named: Any = organisations_named(stored)
    if named and not organisations:
        found = Organisation.objects.values_list("pk", "slug", "name")
        organisations.update({key: (slug, name) for key, slug, name in found})
    called = dict(organisations[key] for key in named)
    slugs: Any = {key: organisations[key][0] for key in named}
    tree = with_others_named(stored, organisations=slugs)
    of_forum = seats.get(raw["forum_slug"], {})
    names = names_in_rules([(key, *name) for key, name in of_forum.items() if name], called)
    raw["quoracy_rule"] = json.dumps(to_json(tree), ensure_ascii=False)
    raw["quoracy_reads_as"] = read_as(tree, names, say_all=raw["quoracy_rule_says_all"])
    return set(called)
