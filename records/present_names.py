"""The name that something has now: since when, and which document says so.

The record itself has it, with one source for all that the record says. The former name that it
followed has the day and the source of the renaming, as its end.
"""

from collections.abc import Iterable
from typing import Any

from records.models import DatedFact, Fact, NameKind, OtherName


def last_former_name(names: Iterable[OtherName]) -> OtherName | None:
    """The one of `names` that was given up last: the present name followed it."""
    former = [name for name in names if name.kind == NameKind.FORMER and name.end_date]
    # A name that is not saved yet is later than those that are.
    return max(former, key=lambda name: (name.end_date, name.pk is None, name.pk), default=None)


def start_of_name(names: Iterable[OtherName]) -> dict[str, Any]:
    """The fields of the start of the present name, which is the end of the last former one; {} if
    there is none."""
    former = last_former_name(names)
    return former.ends.morrow().as_start() if former and former.ends else {}


def renaming(names: Iterable[OtherName]) -> OtherName | None:
    """The former name whose end has the source of the present name; None if no document is known
    to give the present name but that of the record."""
    former = last_former_name(names)
    return former if former and former.end_document_id else None


def evidence_of_name(record: Fact | DatedFact, names: Iterable[OtherName]) -> dict[str, Any]:
    """The fields of the evidence of the name that a record has, for that name as a record of its
    own. `names` are its other names."""
    given = renaming(names)
    if given is not None:
        return {"document": given.end_document, "locator": given.end_locator}
    own = ("document", "locator", *record.AS_OF_FIELDS, *record.CONFIRMED_FIELDS)
    return {name: getattr(record, name) for name in own}
