"""List what upgrades of the register's own programs have put right, record by record."""

from itertools import groupby
from typing import Any

from django.core.management.base import BaseCommand
from django.urls import reverse

from editing.field_changes import Change, changes_in_words
from records.history import Nature, recorded_models
from records.models import Document
from records.periods import date_in_words
from records.start_rules import broken_rules


class Command(BaseCommand):
    help = (
        "List what upgrades have put right, record by record; the documents that have no day as of "
        "which they speak, so that nothing that rests on them could be put right; and the records "
        "that begin before what they belong to, which were left as they are."
    )

    def handle(self, **options):
        rows = [
            row
            for model in recorded_models()
            for row in model.history.filter(history_nature=Nature.UPGRADED).order_by("history_id")
        ]
        rows.sort(key=lambda row: (row.history_date, str(row.history_batch)))
        for batch, together in groupby(rows, key=lambda row: row.history_batch):
            changes = changes_in_words(together)
            page = reverse("admin:together", args=[batch])
            self.stdout.write(f"{changes[0].when}, {page} Records: {len(changes)}.")
            for why, of_reason in groupby(changes, key=lambda change: change.why):
                self.list_changes(why, list(of_reason))
        if not rows:
            self.stdout.write("No upgrade has put anything right.")
        undated = list(Document.objects.filter(as_of=None).order_by("folded", "id"))
        if undated:
            self.stdout.write("Documents that have no day as of which they speak:")
        for document in undated:
            self.stdout.write(f"  {document}: /documents/{document.slug}/")
        broken = list(broken_rules())
        if broken:
            self.stdout.write("Records that begin before what they belong to:")
        for record, owner in broken:
            kind, of = record._meta.verbose_name, owner._meta.verbose_name
            time = f"{record.start_in_words()} to {record.end_in_words() or 'now'}"
            self.stdout.write(
                f"  {kind} {record.pk}, {record}: {time}; the {of} {owner} began "
                f"{owner.start_in_words()}"
            )

    def list_changes(self, why: str, changes: list[Change]) -> None:
        self.stdout.write(f"  {why} Records: {len(changes)}.")
        for change in changes:
            fields = [
                f"{field.label}: {field.old or 'nothing'} -> {field.new or 'nothing'}"
                for field in change.fields
            ]
            row: Any = change.row
            if not fields:  # No form has the day that was worked out again.
                fields = [f"Certain until {date_in_words(row.earliest_end)}"]
            said = "; ".join(fields)
            self.stdout.write(f"    {change.kind} {row.id}, {change.record}: {said}")
