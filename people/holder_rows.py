"""Somebody recorded for a post or a seat, as a row of a query."""

import datetime
import functools
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.utils.text import get_text_list

from organisations.models import Organisation
from people.designates import NAMED_FIELDS, Named
from people.models import basis_in_words, end_reason_in_words
from records.stated import DOCUMENTS, END_DOCUMENTS, EVIDENCE, PERIOD, DatedStated

# The columns of a tenure of its own.
TENURE = ("basis", "acting_for", *NAMED_FIELDS, "term_ends", "end_reason")
# What a public page says instead of a name that is withheld from it.
NAME_WITHHELD = "Name withheld"


@dataclass(kw_only=True)
class Holder(Named, DatedStated):
    """Somebody recorded for a post or a seat: one appointment or membership, as a row."""

    id: int
    person_id: int
    # As the public may know them: who is withheld has no address, and no name but that.
    person_slug: str | None
    person: str
    # As staff do.
    person_to_staff: str
    withheld: bool
    basis: str
    acting_for: str
    named_date: datetime.date | None
    named_precision: str
    named_qualifier: str
    term_ends: datetime.date | None
    end_reason: str
    for_id: int | None = None
    for_slug: str | None = None
    for_name: str | None = None
    # Whether they speak for nobody in a seat, by a record of their own; None of a post.
    independent: bool | None = None
    # Slug and name of the organisation for which they go on some time in the month of the day.
    goes_on_for: tuple[str, str] | None = None
    # The post or other seat they fill a seat by holding, if that is why they fill it.
    ex_officio: str = ""
    # The record that says so, if it is not the seat's own; and whether that is of another seat.
    by_source: Any = None
    by_membership: bool = False
    # Whether they held the post before, and come to fill the seat because somebody leaves it.
    returns: bool = False
    # Their time in the post, if this is a time in a seat that goes with it.
    in_post: "Holder | None" = None
    # The words that the records of a joint appointment share, and the organisations of the others.
    joint: str = ""
    joint_with: tuple[Organisation, ...] = ()
    # Whether it is not certain that they hold it on the day for which this was read; and why, in
    # words, where that follows from a period.
    perhaps: bool = False
    why: str = ""

    @property
    def basis_words(self) -> str:
        """ "interim" or "acting in a vacancy"; "" for the ordinary case."""
        return basis_in_words(self.basis, self.acting_for)

    @property
    def person_and_basis(self) -> str:
        """ "Ann Lee", "Cy Yeo (acting)"; who is withheld has no name here either."""
        return f"{self.person} ({self.basis_words})" if self.basis_words else self.person

    @property
    def end_reason_words(self) -> str:
        return end_reason_in_words(self.end_reason)

    @property
    def joint_words(self) -> str:
        """ "joint appointment with Ross Trust"; "" of any other."""
        names = get_text_list([each.name for each in self.joint_with], "and")
        return f"joint appointment with {names}" if names else ""

    def is_openly_perhaps(self, day: datetime.date) -> bool:
        # In a seat that goes with a post it is as in the post.
        if self.in_post is not None:
            return self.holds(day) is None and self.in_post.is_openly_perhaps(day)
        return super().is_openly_perhaps(day)

    def serves_past_term(self, day: datetime.date) -> bool:
        """Whether the term was due to end before `day` and no end is recorded."""
        return self.term_ends is not None and self.term_ends < day and self._goes_on


def holder_columns(path: str, **more: str) -> dict[str, F]:
    """Columns of `.values()` that make a Holder, for tenures reached by `path`."""
    columns = {
        "id": "id",
        "person_id": "person_id",
        "person_slug": "person__slug",
        "person_honorific": "person__honorific",
        "person_name": "person__name",
        "withheld": "person__withheld",
        **DOCUMENTS,
        **END_DOCUMENTS,
        **{name: name for name in (*TENURE, *PERIOD, *EVIDENCE)},
        **more,
    }
    return {f"tenure_{name}": F(f"{path}{lookup}") for name, lookup in columns.items()}


@functools.lru_cache(64)
def _of_tenure(columns: tuple[str, ...]) -> list[tuple[str, str]]:
    """The columns that make a Holder, each with its name there."""
    prefix = "tenure_"
    return [(each, each.removeprefix(prefix)) for each in columns if each.startswith(prefix)]


def take_holder(row: dict) -> Holder | None:
    """The Holder of a row of `.values()`, taken out of it; None if the row has none."""
    columns = {name: row.pop(column) for column, name in _of_tenure(tuple(row))}
    if columns["id"] is None:
        return None
    name = f"{columns.pop('person_honorific')} {columns.pop('person_name')}".strip()
    if columns["withheld"]:
        # Quotations and notes about somebody usually name them.
        columns.update(person_slug=None, quotation="", note="")
    return Holder(
        person=NAME_WITHHELD if columns["withheld"] else name, person_to_staff=name, **columns
    )
