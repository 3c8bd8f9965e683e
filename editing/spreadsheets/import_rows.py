"""A row of a spreadsheet on its way into the register, and what becomes of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from editing.field_changes import FieldChange

NEW, CHANGED, SAME, REFUSED = "new", "changed", "same", "refused"


@dataclass
class ImportRow:
    """What a row says, the record it is about, and what it comes to."""

    number: int
    cells: dict[str, str]  # the text under each heading
    kinds: dict[str, str]  # what a cell is to the spreadsheet program, if no text or number
    values: dict[str, Any] = field(default_factory=dict)  # by attribute
    record: Any = None  # if nothing is wrong with the row
    before: Any = None  # the record as the register has it, if it has it
    problems: list[tuple[str, str]] = field(default_factory=list)  # heading or "", and words
    questions: list[int] = field(default_factory=list)
    changes: Sequence[FieldChange] = ()
    notes: list[str] = field(default_factory=list)  # what it says that is left out
    words: str = ""

    @property
    def outcome(self) -> str:
        if self.problems:
            return REFUSED
        if self.before is None:
            return NEW
        return CHANGED if self.changes else SAME

    def refuse(self, heading: str, words: str) -> None:
        self.problems.append((heading, words))

    def as_json(self) -> dict:
        return {
            "row": self.number,
            "outcome": self.outcome,
            "words": self.words,
            "changes": [[c.label, c.old, c.new] for c in self.changes],
            "problems": self.problems,
            "notes": self.notes,
            "questions": self.questions,
        }
