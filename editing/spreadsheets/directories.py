"""Records by the names that a spreadsheet may give them, read once for all rows."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import models

from editing.spreadsheets.cells import CellProblem
from records.models import Document
from records.names import fold


class Directory:
    """The records of one model by their slugs, names and other names."""

    model: type[models.Model]
    # Fields that hold a name or a code of the record.
    name_fields: tuple[str, ...] = ()
    # The model of other names, and its foreign key to the record.
    other_names: tuple[type[models.Model], str] | None = None
    related: tuple[str, ...] = ()
    remedy = "Add it to the register first, or correct the spelling."

    def __init__(self):
        self.records: dict[int, Any] = {}
        self.by_slug: dict[str, models.Model] = {}
        self.by_name: dict[str, dict[int, models.Model]] = defaultdict(dict)
        self.by_spelling: dict[str, dict[int, models.Model]] = defaultdict(dict)
        record: Any
        # In the order in which they were recorded: records of one name have no other.
        for record in self.model._base_manager.select_related(*self.related).order_by("pk"):
            self.records[record.pk] = record
            self.by_slug[record.slug] = self.stands_for(record)
            self.add_names(record, self.names_in(record))
        if self.other_names:
            model, owner = self.other_names
            for key, name in model._base_manager.values_list(f"{owner}_id", "name"):
                self.add_names(self.records[key], [name])

    def add_names(self, record: models.Model, names: Iterable[str]) -> None:
        meant = self.stands_for(record)
        for name in filter(None, names):
            self.by_name[fold(name)][meant.pk] = meant
            self.by_spelling[name][meant.pk] = meant

    def names_in(self, record: models.Model) -> list[str]:
        return [getattr(record, field) for field in self.name_fields]

    def stands_for(self, record: Any) -> Any:
        """The record that is meant when `record` is named."""
        return record

    def find(self, text: str) -> list[models.Model]:
        if text in self.by_slug:
            return [self.by_slug[text]]
        return self.named(text)

    def named(self, name: str) -> list[models.Model]:
        """The records of a name: those that spell it so, if any do."""
        return list((self.by_spelling.get(name) or self.by_name.get(fold(name), {})).values())

    def name_of(self, record: Any) -> str:
        """A name that means no other record, or the slug."""
        name = getattr(record, self.name_fields[0])
        found = self.find(name)
        return name if len(found) == 1 and found[0].pk == record.pk else record.slug

    def in_full(self, record: Any) -> str:
        """Words that tell `record` from others of its name."""
        return f"{record} ({record.slug})"


class DocumentDirectory(Directory):
    model = Document
    name_fields = ("title", "short_title")
    remedy = "Add it under source documents first, or correct the spelling."


# The directory of each model whose records a spreadsheet may name.
DIRECTORIES: dict[type[models.Model], type[Directory]] = {Document: DocumentDirectory}


class Directories(dict[type[models.Model], Directory]):
    """The directories that one import or export needs, each read once."""

    def __missing__(self, model: type[models.Model]) -> Directory:
        self[model] = DIRECTORIES[model]()
        return self[model]


class Questions:
    """The questions to staff about a file, or where a name fits several records, and the
    answers."""

    SOMEBODY_NEW = 0
    # What the answers about the file as a whole are kept under, beside the headings of columns.
    OF_FILE = ""

    def __init__(self, choices: dict[str, dict[str, Any]]):
        self.choices = choices
        # The options, as keys and words, for each text under a heading.
        self.asked: dict[tuple[str, str], list[tuple[int, str]]] = {}
        self.of_row: list[int] = []  # the numbers of the questions that the current row raises

    def answer_of_file(self, name: str) -> str:
        """The answer to the question `name` about the file; "" if it was not asked."""
        return self.choices.get(self.OF_FILE, {}).get(name, "")

    def record_named(self, heading: str, text: str, directory: Directory) -> models.Model:
        """The record that `text` means. Raises CellProblem."""
        found = directory.find(text)
        if len(found) == 1:
            return found[0]
        if not found:
            noun = directory.model._meta.verbose_name
            raise CellProblem(f"There is no {noun} “{text}” in the register. {directory.remedy}")
        options = [(record.pk, directory.in_full(record)) for record in found]
        chosen = self.ask(heading, text, options)
        return next(record for record in found if record.pk == chosen)

    def ask(self, heading: str, text: str, options: list[tuple[int, str]]) -> int:
        """The key of the option chosen. Raises CellProblem until one is."""
        self.asked[heading, text] = options
        self.of_row.append(list(self.asked).index((heading, text)))
        chosen = self.choices.get(heading, {}).get(text)
        if chosen not in dict(options):
            raise CellProblem(f"“{text}” fits {len(options)} records. Choose the one meant.")
        return chosen

    def as_json(self) -> list[dict]:
        return [
            {
                "heading": heading,
                "text": text,
                "options": options,
                "chosen": self.choices.get(heading, {}).get(text),
            }
            for (heading, text), options in self.asked.items()
        ]
