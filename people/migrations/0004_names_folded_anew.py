import uuid
from functools import partial

from django.db import migrations, models
from django.utils import timezone

from people.personal_names import parts_of
from records.refolding import fold_anew

REASON = "Sorted by the family name, and not by a title, letters or a given name."


def sort_by_family_name(apps, schema_editor):
    """Correct the sort names that were made of the last word of a name, whatever it was."""
    person, history = (apps.get_model("people", each) for each in ("Person", "HistoricalPerson"))
    together = {
        "history_date": timezone.now(),
        "history_type": "~",
        "history_nature": "upgraded",
        "history_batch": uuid.uuid4(),
        "history_change_reason": REASON,
    }
    kept = [field.attname for field in person._meta.concrete_fields]
    for each in models.QuerySet(person, using=schema_editor.connection.alias).iterator():
        given, _, family = each.name.rpartition(" ")
        made = f"{family}, {given}" if given else family
        right = parts_of(each.name).family_first
        if each.sort_name == made and right not in ("", made):
            each.sort_name = right
            each.save()
            history.objects.create(**{name: getattr(each, name) for name in kept}, **together)


class Migration(migrations.Migration):
    """Its own, since PostgreSQL changes no table whose rows the same migration has changed."""

    dependencies = [
        ('people', '0003_ordered_by_folded_names'),
    ]

    operations = [
        migrations.RunPython(sort_by_family_name, migrations.RunPython.noop),
        migrations.RunPython(partial(fold_anew, label='people'), migrations.RunPython.noop),
    ]
