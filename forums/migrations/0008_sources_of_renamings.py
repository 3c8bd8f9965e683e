"""Former names, and people, get back the sources that they had before somebody was renamed.

The steps “Rename” and “Change the name” gave the source of the new name to the former name of a
forum or an organisation, and to a person. Where the history shows which source was there before,
it is put back, and the source of the new name becomes that of the end of the former one. Each gets a
row of history, in the batch of this upgrade.
"""

from django.db import migrations

from records.upgrades import history_of, write_history

REASON = (
    "A former name rests on the source that it had before, and its end on the source of the new "
    "name; a person rests on the source that was there before their name changed."
)
SOURCE = ("document_id", "locator", "quotation", "note")
CONFIRMED = ("confirmed_on", "confirmed_precision", "confirmed_document_id", "confirmed_locator")
NEVER_CONFIRMED = dict(zip(CONFIRMED, (None, "day", None, ""), strict=True))


def give_sources_back(apps, schema_editor):
    for put_right in (
        former_names(apps, "organisations", "Organisation"),
        former_names(apps, "forums", "Forum"),
        renamed_people(apps),
    ):
        for record in put_right:
            record.save()
            write_history(apps, type(record), [record], REASON)


def former_names(apps, app, owner):
    """The former names that are put right, of organisations or of forums."""
    model, by_owner = apps.get_model(app, f"{owner}Name"), f"{owner.lower()}_id"
    owners = history_of(apps, apps.get_model(app, owner))
    put_right = {}
    for row in recorded_by_step(apps, model, "Rename"):
        if row.id in put_right:
            continue  # The step was undone, and the undoing too.
        name = model.objects.filter(pk=row.id, kind="former", end_date__isnull=False).first()
        own = owners.filter(id=getattr(row, by_owner), history_batch=row.history_batch).first()
        if name is None or own is None or name.end_document_id or not same(name, row, SOURCE):
            continue
        before = model.objects.filter(
            pk__lt=name.pk, kind="former", end_date__lte=name.end_date, **{by_owner: own.id}
        )
        before = before.order_by("end_date", "pk").last()
        before = before and put_right.get(before.pk, before)
        if before and before.end_document_id:
            given = {"document_id": before.end_document_id, "locator": before.end_locator}
            given |= NEVER_CONFIRMED
        else:
            given = {field: getattr(own, field) for field in ("document_id", "locator", *CONFIRMED)}
        put_back(name, row, given)
        name.end_document_id, name.end_locator = row.document_id, row.locator
        put_right[name.pk] = name
    return put_right.values()


def renamed_people(apps):
    """The people who get back the source that they had before they were renamed."""
    model = apps.get_model("people", "Person")
    put_right = {}
    # The last rename first: what was there before it may be what the one before it wrote.
    for made in reversed(
        recorded_by_step(apps, apps.get_model("people", "PersonName"), "Change the name")
    ):
        history = history_of(apps, model).filter(id=made.person_id).order_by("history_id")
        row = history.filter(history_batch=made.history_batch).first()
        before = history.filter(history_id__lt=row.history_id).last() if row else None
        person = put_right.get(made.person_id) or model.objects.filter(pk=made.person_id).first()
        if person is None or before is None or not same(person, row, SOURCE):
            continue
        put_back(person, row, {field: getattr(before, field) for field in (*SOURCE, *CONFIRMED)})
        put_right[person.pk] = person
    return put_right.values()


def recorded_by_step(apps, model, step):
    """The rows of history with which a step recorded names, in the order in which it did."""
    made = history_of(apps, model).filter(history_type="+", history_step=step)
    return list(made.filter(history_batch__isnull=False).order_by("history_id"))


def same(record, row, fields):
    return all(getattr(record, name) == getattr(row, name) for name in fields)


def put_back(record, written, given):
    """Give a record the source that it had before the step wrote another, and the confirmation too
    unless there has been one since."""
    if not same(record, written, CONFIRMED):
        given = {name: value for name, value in given.items() if name not in CONFIRMED}
        if record.confirmed_on and record.confirmed_document_id is None:
            # It was confirmed against what was its own source until now.
            given["confirmed_document_id"] = written.document_id
            given["confirmed_locator"] = written.locator
    for name, value in given.items():
        setattr(record, name, value)


class Migration(migrations.Migration):
    dependencies = [
        ("forums", "0007_by_own_name"),
        ("organisations", "0005_by_own_name"),
        ("people", "0005_by_own_name"),
        ("records", "0007_keptform"),
    ]

    operations = [migrations.RunPython(give_sources_back, migrations.RunPython.noop)]
