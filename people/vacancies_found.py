"""What the upgrade to recorded vacancies finds: the posts and seats that a document calls vacant.

Before there were vacancies, a post or seat was called vacant because nobody was recorded for it.
Only where the words that are quoted of it say so is a vacancy recorded: "The Chairs for these
groups are yet to be appointed".
"""

import re
from collections.abc import Iterable
from typing import Any

from django.db.migrations.state import StateApps

from records.upgrades import history_of, write_history

SAYS_VACANT = re.compile(r"\bvacan(t|cy|cies)\b|\b(yet|still) to be appointed\b", re.IGNORECASE)
REASON = "The document says that it is vacant, which is recorded now as a fact of its own."
# What a vacancy takes from its post or seat, and its history from the history of that.
TAKEN = (
    "start_date", "start_precision", "start_qualifier", "end_date", "end_precision",
    "end_qualifier", "earliest_start", "latest_start", "earliest_end", "latest_end",
    "document_id", "locator", "as_of", "as_of_precision", "as_of_qualifier", "quotation", "note",
    "confirmed_on", "confirmed_precision", "confirmed_document_id", "confirmed_locator",
    "end_document_id", "end_locator",
)  # fmt: skip
OF_HISTORY = (
    "history_date", "history_type", "history_change_reason", "history_user_id", "history_nature",
    "history_batch",
)  # fmt: skip


def record_vacancies(
    apps: StateApps, schema_editor: Any, held: tuple[str, str], vacancy: tuple[str, str]
) -> None:
    """Record a vacancy of each post or seat that is called vacant, and what was recorded of it
    before as the history of that."""
    held_model, vacancy_model = apps.get_model(*held), apps.get_model(*vacancy)
    past, of_held = history_of(apps, held_model), f"{held[1].lower()}_id"
    found = []
    for each in held_model.objects.order_by("pk"):
        if not SAYS_VACANT.search(each.quotation):
            continue
        taken = {name: getattr(each, name) for name in TAKEN}
        made = vacancy_model(places=1, **{of_held: each.pk}, **taken)
        made.save()
        rows = past.filter(id=each.pk, history_type__in="+~").order_by("history_date", "history_id")
        _write_past(history_of(apps, vacancy_model), made, {of_held: each.pk}, rows)
        found.append(made)
    write_history(apps, vacancy_model, found, REASON)


def _write_past(history: Any, vacancy: Any, held: dict[str, int], rows: Iterable[Any]) -> None:
    """Write of a vacancy a row of history for each of those of its post or seat that say so."""
    said = [row for row in rows if SAYS_VACANT.search(row.quotation)]
    for number, row in enumerate(said):
        fields = {name: getattr(row, name) for name in (*TAKEN, *OF_HISTORY)}
        fields["history_type"] = "~" if number else "+"
        history.create(id=vacancy.pk, places=vacancy.places, **held, **fields)
