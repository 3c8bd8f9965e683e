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
    kinds: dict[str, str]  # the kind of each cell; "" for text and numbers
    values: dict[str, Any] = field(default_factory=dict)  # by attribute
    record: Any = None  # once the row is matched
    before: Any = None  # the record as it is in the register
    problems: list[tuple[str, str]] = field(default_factory=list)  # a heading or "", and words
    questions: list[int] = field(default_factory=list)
    changes: Sequence[FieldChange] = ()
    notes: list[str] = field(default_factory=list)  # about what is left out
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
