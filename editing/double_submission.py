"""A form that is sent twice, as by pressing Enter twice, is taken once.

Each form has a number of its own. With what was typed it makes the number of what is changed
together, by which the change history knows whether it was done already. So nothing is kept beside
the history; two tabs are two forms; and whoever goes back to a form and types something else sends
something else.
"""

import json
import uuid

from django.db import connection
from django.http import HttpRequest

FIELD = "form_number"


def new_number(request: HttpRequest) -> str:
    """The number of a form: the one that it has already, or a new one."""
    return request.POST.get(FIELD) or fresh_number()


def fresh_number() -> str:
    return uuid.uuid4().hex


def batch_of(request: HttpRequest) -> uuid.UUID | None:
    """The number of what this form changes, the same if it is sent again; None if the form has no
    number."""
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
    """Wait, until this transaction ends, for whoever does the same. On SQLite a transaction that
    writes is alone anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [batch.int >> 65])
