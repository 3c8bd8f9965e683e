"""Texts that were kept before the register made every text plain are made plain.

Each gets a row of history, in the batch of this upgrade. History itself stays.
"""

from django.db import IntegrityError, migrations, transaction

from records.text import tidy
from records.upgrades import history_of, write_history

REASON = "Characters that nobody sees, and spaces and ends of lines of other kinds, were put right."


def make_texts_plain(apps, schema_editor):
    for model in apps.get_models():
        if history_of(apps, model) is None:
            continue  # no record of the register
        saved = []
        for record in made_plain(model):
            try:
                with transaction.atomic():
                    record.save()
            except IntegrityError:
                # A name that looks like another is one, which a rule refuses.
                print(f"\n  {model._meta.label} {record.pk} is left as it is: a rule refuses it.")
            else:
                saved.append(record)
        write_history(apps, model, saved, REASON)


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
