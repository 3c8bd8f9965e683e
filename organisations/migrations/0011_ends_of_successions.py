"""A succession has a start and no end."""

from functools import partial

from django.db import migrations
from django.db.models import Q

from records.upgrades import take_ends_off


class Migration(migrations.Migration):
    """Its own, since PostgreSQL changes no table whose rows the same migration has changed."""

    dependencies = [
        ('organisations', '0010_without_holder_stated'),
    ]

    operations = [
        migrations.RunPython(
            partial(take_ends_off, model=('organisations', 'Relationship'), never_end=Q(kind__in=[
                'succeeded-by', 'replaced-by', 'merged-into', 'split-into', 'in-part-by', 'renamed',
            ])),
            migrations.RunPython.noop,
        ),
    ]
