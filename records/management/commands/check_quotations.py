"""`manage.py check_quotations`: whether the documents say what the register quotes.

It reads the register and not the fixtures, since staff add quotations there.
"""

from collections import defaultdict
from pathlib import Path

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from records.evidence import Evidenced
from records.models import Document
from records.quotations import QuotationCheck, folded_document, look_up


class Command(BaseCommand):
    help = (
        "Looks up every quotation in the texts of the documents, lists those that it does not "
        "find, and fails if there are any."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "folder",
            type=Path,
            help="holds the text of each document, named for the file of the document: the text "
            "of minutes.pdf is minutes.txt; if no file is recorded, for its slug",
        )

    def handle(self, *, folder: Path, **options):
        if not folder.is_dir():
            raise CommandError(f"{folder}: there is no such folder.")
        listed = defaultdict(list)
        not_looked_up = 0
        for document, facts in quoting_facts().items():
            paths = [folder / name for name in names_of_texts(document)]
            if missing := [path for path in paths if not path.is_file()]:
                not_looked_up += len(facts)
                for path in missing:
                    self.stdout.write(f"{path}: this text of “{document.short_title}” is missing.")
                continue
            text = folded_document("\f".join(map(read, paths)))
            for fact in facts:
                listed[look_up(fact.quotation, fact.note, text)].append(in_a_line(fact))
        for check in (QuotationCheck.MISREAD, QuotationCheck.NOT_FOUND):
            if listed[check]:
                self.stdout.write("\n".join([f"{check.capitalize()}:", *listed[check]]))
        counts = [f"{len(listed[check])} {check}" for check in QuotationCheck]
        self.stdout.write(f"{'; '.join(counts)}; {not_looked_up} not looked up")
        if listed[QuotationCheck.NOT_FOUND] or not_looked_up:
            raise CommandError("Not all quotations were found.")


def quoting_facts() -> dict[Document, list[Evidenced]]:
    """The facts that quote each document."""
    facts = defaultdict(list)
    for model in apps.get_models():
        if issubclass(model, Evidenced):
            quoting = model._default_manager.exclude(quotation="").select_related("document")
            for fact in quoting.order_by("pk"):
                facts[fact.document].append(fact)
    return facts


def names_of_texts(document: Document) -> list[str]:
    """The names of the files that hold the text of a document, which may have several files."""
    names = document.file_name or document.slug
    return [f"{Path(name.strip()).stem}.txt" for name in names.split(",")]


def read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CommandError(f"{path}: this file cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{path}: this file is not text in UTF-8.") from error


def in_a_line(fact: Evidenced) -> str:
    place = f"{fact.document.short_title}, {fact.locator}"
    quotation = " ".join(fact.quotation.split())
    return f"  {fact._meta.verbose_name} {fact.pk}, {fact}. {place}: “{quotation}”"
