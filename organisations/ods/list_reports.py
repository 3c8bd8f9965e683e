"""Reports on an import: the changes in words, and what staff have to look at or answer."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field

from organisations.models import Organisation
from organisations.ods.extracts import Extract, Problem

# The kinds of change in the order of the report: singular, plural, and whether each is listed.
KINDS_OF_CHANGE = {
    "new": ("new organisation", "new organisations", False),
    "renamed": ("organisation renamed", "organisations renamed", True),
    "closed": ("organisation closed", "organisations closed", True),
    "coded": ("code recorded", "codes recorded", True),
    "dated": ("opening date given or corrected", "opening dates given or corrected", False),
    "begun": ("membership begun", "memberships begun", False),
    "ended": ("membership ended", "memberships ended", True),
    "corrected": ("membership corrected", "memberships corrected", True),
    "moved": ("practice moved to another network", "practices moved to another network", True),
}


@dataclass(frozen=True)
class CodeQuestion:
    """Which organisation has a code that is new to the register? The candidates have no code."""

    file_name: str
    line: int
    code: str
    name: str
    candidates: tuple[Organisation, ...]

    def __str__(self):
        slugs = " or ".join(f"“{each.slug}”" for each in self.candidates)
        return (
            f"{self.file_name}, line {self.line}: {self.name} ({self.code}) may be {slugs}, which "
            "has no code. Until somebody says, nothing is taken from lines about it. If they are "
            f"one, say --same {self.code}={self.candidates[0].slug}; if not, --new {self.code}."
        )


@dataclass
class ListReport:
    extract: Extract
    # Everything that the lists of this import have mentioned, so that nothing is mentioned twice.
    mentioned: set[str] = field(default_factory=set)
    # Sentences about changes, by the kind of change.
    sentences: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    to_look_at: list[Problem] = field(default_factory=list)
    questions: list[CodeQuestion] = field(default_factory=list)
    unchanged: int = 0
    spelt_otherwise: int = 0

    def counts(self) -> list[tuple[str, int, list[str]]]:
        """The kinds of change that there are: in words, how many, and the sentences to list."""
        found = []
        for kind, (one, several, are_listed) in KINDS_OF_CHANGE.items():
            if lines := self.sentences.get(kind):
                what = one if len(lines) == 1 else several
                found.append((what, len(lines), lines if are_listed else []))
        return found

    @property
    def changes(self) -> int:
        # A move is not counted, because its end and its beginning are.
        return sum(len(lines) for kind, lines in self.sentences.items() if kind != "moved")

    def look_at(self, line: int, words: str) -> None:
        if words not in self.mentioned:
            self.mentioned.add(words)
            self.to_look_at.append(Problem(self.extract.file_name, line, words))

    def ask(self, question: CodeQuestion) -> None:
        if question.code not in self.mentioned:
            self.mentioned.add(question.code)
            self.questions.append(question)


@dataclass
class ImportOutcome:
    reports: list[ListReport]
    loaded: bool = False

    @property
    def changes(self) -> int:
        return sum(report.changes for report in self.reports)

    @property
    def to_look_at(self) -> list[Problem]:
        return [problem for report in self.reports for problem in report.to_look_at]

    @property
    def questions(self) -> list[CodeQuestion]:
        return [question for report in self.reports for question in report.questions]

    @property
    def fingerprint(self) -> str:
        """Two previews with the same outcome have the same fingerprint."""
        said = [
            [str(report.extract), report.extract.digest, sorted(report.sentences.items())]
            + [str(each) for each in (*report.questions, *report.to_look_at)]
            for report in self.reports
        ]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:32]
