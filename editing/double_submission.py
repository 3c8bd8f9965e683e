"""A form that is sent twice, as by pressing Enter twice, is acted on once.

Each form has a number of its own. The number and what was typed make the number of the batch of
changes, and the change history shows whether that batch was written already. So nothing is kept
besides the history, two tabs are two forms, and a form that is sent again with something else typed
is another batch.
"""

import json
import uuid

from django.db import connection
from django.http import HttpRequest

FIELD = "form_number"


def new_number(request: HttpRequest) -> str:
    return request.POST.get(FIELD) or fresh_number()


def fresh_number() -> str:
    return uuid.uuid4().hex


def batch_of(request: HttpRequest) -> uuid.UUID | None:
    """The number of the batch of changes that a form makes, which is the same if it is sent again;
    None if the form has no number."""
    try:
        number = uuid.UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None
    sent = sorted(
        (name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"
    )
    return uuid.uuid5(number, json.dumps(sent))


def added_already(model_admin, request: HttpRequest):
    """The record that this form added when it was sent before, if it was. If that has been removed,
    the request gets a `refusal`."""
    batch = batch_of(request)
    if batch is None or not model_admin.has_add_permission(request):
        return None
    wait_for_the_first(batch)
    row = model_admin.model.history.filter(history_batch=batch, history_type="+").first()
    if row is None:
        return None
    record = model_admin.get_object(request, str(row.id))
    if record is None:
        request.refusal = (
            "Nothing was saved. What this form added before has been removed since. Open a new "
            "form to add it again."
        )
    return record


def wait_for_the_first(batch: uuid.UUID) -> None:
    """Wait for another transaction that makes the same batch of changes, and make later ones wait
    for this. SQLite lets only one transaction write at a time anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [batch.int >> 65])
