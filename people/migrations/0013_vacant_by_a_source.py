"""Vacancies of the posts of which the document says that nobody is appointed to them."""

from functools import partial

from django.db import migrations

from people.vacancies_found import record_vacancies


class Migration(migrations.Migration):
    """Its own, since PostgreSQL changes no table whose rows the same migration has changed."""

    dependencies = [
        ('people', '0012_post_vacancies'),
    ]

    operations = [
        migrations.RunPython(
            partial(record_vacancies, held=('organisations', 'Post'), vacancy=('people', 'PostVacancy')),
            migrations.RunPython.noop,
        ),
    ]
