"""Texts that were kept before the register made every text plain are made plain.

All of them are changed together, with a row of history each: one batch. History itself stays.
"""

import uuid

from django.db import IntegrityError, migrations, transaction
from django.utils import timezone

from records.text import tidy

REASON = "Characters that nobody sees, and spaces and ends of lines of other kinds, were put right."


def make_texts_plain(apps, schema_editor):
    together = {
        "history_date": timezone.now(),
        "history_type": "~",
        "history_nature": "upgraded",
        "history_batch": uuid.uuid4(),
        "history_change_reason": REASON,
    }
    for model in apps.get_models():
        try:
            history = apps.get_model(model._meta.app_label, f"Historical{model.__name__}")
        except LookupError:
            continue  # no record of the register
        for record in made_plain(model):
            try:
                with transaction.atomic():
                    record.save()
            except IntegrityError:
                # A name that looks like another is one, which a rule refuses.
                print(f"\n  {model._meta.label} {record.pk} is left as it is: a rule refuses it.")
                continue
            fields = [field.attname for field in model._meta.concrete_fields]
            kept = {name: getattr(record, name) for name in fields}
            history.objects.create(**kept, **together)


def made_plain(model) -> list:
    """The records of which a text was not as a save keeps it, with it so. They are few."""
    fields = [field.attname for field in model._meta.concrete_fields]
    found = []
    for record in model.objects.order_by("pk").iterator():
        stored = [getattr(record, name) for name in fields]
        tidy(record)
        if stored != [getattr(record, name) for name in fields]:
            found.append(record)
    return found


class Migration(migrations.Migration):
    dependencies = [
        ("forums", "0003_upgraded"),
        ("organisations", "0002_upgraded"),
        ("people", "0002_upgraded"),
        ("records", "0002_upgraded"),
    ]

    operations = [migrations.RunPython(make_texts_plain, migrations.RunPython.noop)]
