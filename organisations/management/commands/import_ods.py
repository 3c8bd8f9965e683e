"""`manage.py import_ods`: import lists of the Organisation Data Service."""

from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from editing.progress import ProgressBar
from organisations.ods.extracts import OdsRefused
from organisations.ods.list_reports import ImportOutcome
from organisations.ods.ods_import import OdsBusy, run
from organisations.ods.reader import read_files

MOST_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Previews what files of the Organisation Data Service (etr, eccg, epraccur, epcn) would "
        "change, and changes it with --apply: all of it, with history, or none."
    )

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--apply", action="store_true", help="make the changes")
        parser.add_argument(
            "--day", default="", help="the day of files that do not say it: 2025-12-31 or 2025-12"
        )
        parser.add_argument(
            "--same",
            action="append",
            default=[],
            metavar="CODE=SLUG",
            help="the organisation of this code is the one at /organisations/SLUG/",
        )
        parser.add_argument(
            "--new",
            action="append",
            default=[],
            metavar="CODE",
            help="the organisation of this code is new, though one of its name is there",
        )
        parser.add_argument("--as-user", help="user name that the history names")
        parser.add_argument("--reason", default="", help="kept in the history of each record")

    def handle(self, *, files, apply, day, same, new, as_user, reason, **options):
        self.list_all = options["verbosity"] > 1
        bar = ProgressBar(self.stderr)
        try:
            extracts = read_files(
                [(path.name, self.content(path)) for path in files],
                today=timezone.localdate(),
                day=day,
            )
            steps = run(
                extracts,
                user=self.user(as_user),
                reason=reason or "Imported from the Organisation Data Service",
                apply=apply,
                same=dict(self.answer(words) for words in same),
                new=frozenset(new),
            )
            for step in steps:
                if isinstance(step, ImportOutcome):
                    self.report(step)
                else:
                    bar.show(step.done / step.total, step.doing)
        except OdsRefused as refused:
            lines = [str(problem) for problem in refused.problems]
            if more := refused.number - len(lines):
                lines.append(f"And {more:,} more.")
            raise CommandError("\n".join([f"Nothing was loaded: {refused}.", *lines])) from refused
        except OdsBusy as busy:
            raise CommandError(busy.message) from busy

    def content(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: this file cannot be read ({error.strerror}).") from error

    def answer(self, words: str) -> tuple[str, str]:
        code, equals, slug = words.partition("=")
        if not (code and equals and slug):
            raise CommandError(f"--same {words}: write a code and a slug, as M81001=the-surgery.")
        return code, slug

    def user(self, name: str | None):
        if name is None:
            return None
        found = get_user_model().objects.filter(username=name).first()
        if found is None:
            raise CommandError(f"--as-user: there is no user called {name!r}.")
        return found

    def report(self, outcome: ImportOutcome) -> None:
        for report in outcome.reports:
            self.stdout.write(f"\n{str(report.extract)[:1].upper()}{str(report.extract)[1:]}")
            for what, number, lines in report.counts():
                self.stdout.write(f"{number:7,}  {what}")
                self.list_some(lines)
            self.stdout.write(f"{report.unchanged:7,}  unchanged")
            if report.spelt_otherwise:
                self.stdout.write(
                    f"{report.spelt_otherwise:7,}  spelt otherwise than the register has it "
                    "(“&” for “and”, punctuation), and left"
                )
        if outcome.questions:
            self.stdout.write(f"\nAsked ({len(outcome.questions):,}):")
            for question in outcome.questions:
                self.stdout.write(f"         {question}")
        if outcome.to_look_at:
            self.stdout.write(f"\nTo look at ({len(outcome.to_look_at):,}):")
            self.list_some([str(problem) for problem in outcome.to_look_at])
        self.stdout.write(self.summary(outcome))

    def list_some(self, lines: list[str]) -> None:
        shown = lines if self.list_all else lines[:MOST_SHOWN]
        for line in shown:
            self.stdout.write(f"         {line}")
        if len(shown) < len(lines):
            more = len(lines) - len(shown)
            self.stdout.write(f"         and {more:,} more, which --verbosity 2 tells")

    def summary(self, outcome: ImportOutcome) -> str:
        if not outcome.changes:
            return "\nNothing to change."
        if outcome.loaded:
            return f"\n{outcome.changes:,} changes made."
        return (
            f"\n{outcome.changes:,} changes. Nothing was changed: this is a preview. Add --apply."
        )
