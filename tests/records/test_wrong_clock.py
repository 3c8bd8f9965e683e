"""A clock that was wrong dates one row of history a day ahead. The last row is found by the order
of writing."""

import datetime

import pytest
from django.utils import timezone

from editing.field_changes import changes_in_words
from editing.undo import rows_of, undoings
from records.history import Nature, writing
from records.models import Document
from tests.admin_pages import REASON, address, errors_of, typed
from tests.builders import make_document

pytestmark = pytest.mark.django_db


def save(document, *, days_ahead=0, **fields):
    """Save a document while the clock is ahead. Gives the batch."""
    with writing(Nature.CORRECTED, reason=REASON) as together:
        fresh = Document.objects.get(pk=document.pk)
        fresh._history_date = timezone.now() + datetime.timedelta(days=days_ahead)
        for name, value in fields.items():
            setattr(fresh, name, value)
        fresh.save()
    return together.batch


@pytest.fixture
def dated_ahead():
    document = make_document(title="Minutes")
    save(document, days_ahead=1, title="Minutes of May")
    document.refresh_from_db()
    return document


def change(document) -> str:
    return address(Document, "change", document.pk)


def test_the_second_of_two_editors_is_told_though_an_earlier_row_is_dated_ahead(
    dated_ahead, admin_client
):
    form = {**typed(admin_client.get(change(dated_ahead))), "reason": REASON}
    save(dated_ahead, title="Minutes of June")
    response = admin_client.post(change(dated_ahead), {**form, "title": "Minutes of July"})
    conflict = response.context["conflict"]
    (touched,) = conflict.touched
    assert (touched.was, touched.now, touched.typed) == (
        "Minutes of May", "Minutes of June", "Minutes of July",
    )  # fmt: skip
    assert [field.new for row in conflict.since for field in row.fields] == ["Minutes of June"]
    assert "Nothing is saved yet" in errors_of(response)["__all__"][0]
    dated_ahead.refresh_from_db()
    assert dated_ahead.title == "Minutes of June"


def test_a_change_is_told_from_what_was_written_before_it(dated_ahead):
    save(dated_ahead, title="Minutes of June")
    told = changes_in_words(dated_ahead.history.order_by("history_id"))
    titles = [
        (field.old, field.new) for row in told for field in row.fields if field.name == "title"
    ]
    assert titles[1:] == [("Minutes", "Minutes of May"), ("Minutes of May", "Minutes of June")]


def test_history_tells_first_what_was_written_last_and_offers_to_restore_the_rest(
    dated_ahead, admin_client
):
    save(dated_ahead, title="Minutes of June")
    context = admin_client.get(address(Document, "history", dated_ahead.pk)).context
    titles = [row.row.title for row in context["changes"]]
    assert titles == ["Minutes of June", "Minutes of May", "Minutes"]
    assert context["as_it_is"] == context["changes"][0].row.pk


def test_what_was_changed_since_is_not_undone(dated_ahead, admin_client):
    batch = dated_ahead.history.get(title="Minutes of May").history_batch
    save(dated_ahead, title="Minutes of June")
    response = admin_client.post(f"/admin/together/{batch}/", {"reason": REASON})
    assert "was corrected since" in response.content.decode()
    dated_ahead.refresh_from_db()
    assert dated_ahead.title == "Minutes of June"


def test_what_was_written_last_is_undone(dated_ahead, admin_client):
    batch = save(dated_ahead, title="Minutes of June")
    admin_client.post(f"/admin/together/{batch}/", {"reason": REASON})
    dated_ahead.refresh_from_db()
    assert dated_ahead.title == "Minutes of May"


def test_what_was_written_together_is_undone_from_its_first_row_to_its_last():
    document = make_document(title="Minutes")
    with writing(Nature.CORRECTED, reason=REASON) as together:
        for title, days in {"Minutes of May": 1, "Minutes of June": 0}.items():
            fresh = Document.objects.get(pk=document.pk)
            fresh._history_date = timezone.now() + datetime.timedelta(days=days)
            fresh.title = title
            fresh.save()
    (undoing,) = undoings(rows_of(together.batch))
    assert (undoing.before.title, undoing.last.title) == ("Minutes", "Minutes of June")


def test_what_was_removed_is_among_the_removed(dated_ahead, admin_client):
    dated_ahead.delete()
    context = admin_client.get("/admin/removed/records/document/").context
    assert [row.record for row in context["changes"]] == ["Minutes of May"]
    assert [row.history_type for row in Document.history.latest_of_each()] == ["-"]


def test_who_saves_what_was_removed_meanwhile_is_told(dated_ahead, admin_client):
    form = {**typed(admin_client.get(change(dated_ahead))), "reason": REASON}
    with writing(Nature.REMOVED, reason="Entered twice."):
        Document.objects.get(pk=dated_ahead.pk).delete()
    response = admin_client.post(change(dated_ahead), form)
    assert response.status_code == 409
    assert "Entered twice." in response.content.decode()
