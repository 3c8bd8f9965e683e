from functools import partial

from django.db import migrations

from records.refolding import fold_anew


class Migration(migrations.Migration):
    """Its own, since PostgreSQL changes no table whose rows the same migration has changed."""

    dependencies = [
        ('forums', '0005_ordered_by_folded_names'),
    ]

    operations = [
        migrations.RunPython(partial(fold_anew, label='forums'), migrations.RunPython.noop),
    ]
