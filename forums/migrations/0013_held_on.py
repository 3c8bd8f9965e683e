"""What ended *by* a day ended no earlier than the last day on which a document says that it held.

As `DatedFact.held_on` has it, now that documents have days. A record that would then surely overlap
another one by a rule is left as it is, and named. The others get a row of history, in the batch of
this upgrade.
"""

from django.db import migrations
from django.db.models import F

from records.days import NO_EARLIEST, NO_LATEST
from records.evidence import surely_said_on
from records.periods import When, last_day
from records.upgrades import history_of, write_history

REASON = "What ended by a day ended no earlier than the last day on which a document says it held."

# The fields that two records cannot share that surely hold on one day, and of which records.
ONE_AT_A_TIME = {
    "MemberOrganisation": [(("forum_id", "organisation_id"), {})],
    "ReportingLine": [
        (("from_forum_id", "to_forum_id", "kind"), {"to_forum__isnull": False}),
        (("from_forum_id", "to_organisation_id", "kind"), {"to_organisation__isnull": False}),
    ],
    "Seat": [(("forum_id", "role"), {"role": "chair"}), (("forum_id", "title"), {})],
    "Membership": [
        (("seat_id",), {"sole": True, "basis__in": ["substantive", "interim"]}),
        (("seat_id", "person_id"), {}),
    ],
    "Organisation": [(("ods_code",), {"ods_code__gt": ""})],
    "Relationship": [(("from_organisation_id", "to_organisation_id", "kind"), {})],
    "Post": [(("organisation_id", "title"), {})],
    "Appointment": [
        (("post_id",), {"sole": True, "basis__in": ["substantive", "interim"]}),
        (("post_id", "person_id"), {}),
    ],
}


def settle_ends(apps, schema_editor):
    for model in apps.get_models():
        fields = {field.name for field in model._meta.concrete_fields}
        if "end_document" not in fields or history_of(apps, model) is None:
            continue
        ended_by = model.objects.filter(end_qualifier="by", end_date__isnull=False)
        settled = []
        for record in ended_by.select_related("document").order_by("pk"):
            day = held_on(record)
            if day <= record.earliest_end:
                continue
            if overlaps_until(day, record):
                print(f"\n  {model._meta.label} {record.pk} is left as it is: a rule refuses it.")
                continue
            record.earliest_end = day
            record.save()
            settled.append(record)
        write_history(apps, model, settled, REASON)


def held_on(record):
    gives_end = record.end_document_id or record.document_id
    said = []
    if record.document_id != gives_end:
        said.append(spoken(record, "as_of") or spoken(record.document, "as_of"))
    if (record.confirmed_document_id or record.document_id) != gives_end:
        day = record.confirmed_on
        said.append(day and When(day, record.confirmed_precision))
    end = last_day(record.end_date, record.end_precision)
    return max((surely_said_on(when, end) for when in said), default=NO_EARLIEST)


def spoken(record, name):
    day = getattr(record, name)
    return day and When(
        day, getattr(record, f"{name}_precision"), getattr(record, f"{name}_qualifier")
    )


def overlaps_until(day, record) -> bool:
    """Whether `record`, if it surely held until `day`, would overlap another by a rule."""
    if record.start_date is None or record.latest_start > day:
        return False  # It surely holds on no day that the rules know.
    certain = (
        type(record)
        .objects.exclude(pk=record.pk)
        .filter(
            start_date__isnull=False,
            latest_start__lt=NO_LATEST,
            latest_start__lte=F("earliest_end"),
        )
    )
    sharing_a_day = certain.filter(latest_start__lte=day, earliest_end__gte=record.latest_start)
    for names, which in ONE_AT_A_TIME.get(type(record).__name__, ()):
        same = {name: getattr(record, name) for name in names}
        is_ruled = type(record).objects.filter(pk=record.pk, **which).exists()
        if is_ruled and sharing_a_day.filter(**which, **same).exists():
            return True
    return False


class Migration(migrations.Migration):
    dependencies = [("forums", "0012_known_by_documents")]

    operations = [migrations.RunPython(settle_ends, migrations.RunPython.noop)]
