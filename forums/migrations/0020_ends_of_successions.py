"""A succession has a start and no end."""

from functools import partial

from django.db import migrations
from django.db.models import Q

from records.upgrades import take_ends_off


class Migration(migrations.Migration):
    """Its own, since PostgreSQL changes no table whose rows the same migration has changed."""

    dependencies = [
        ('forums', '0019_vacant_by_a_source'),
    ]

    operations = [
        migrations.RunPython(
            partial(take_ends_off, model=('forums', 'Succession'), never_end=Q()),
            migrations.RunPython.noop,
        ),
    ]
