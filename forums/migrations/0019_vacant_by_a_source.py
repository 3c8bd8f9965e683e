"""Vacancies of the seats of which the document says that nobody is appointed to them."""

from functools import partial

from django.db import migrations

from people.vacancies_found import record_vacancies


class Migration(migrations.Migration):
    """Its own, since PostgreSQL changes no table whose rows the same migration has changed."""

    dependencies = [
        ('forums', '0018_seat_vacancies'),
    ]

    operations = [
        migrations.RunPython(
            partial(record_vacancies, held=('forums', 'Seat'), vacancy=('forums', 'SeatVacancy')),
            migrations.RunPython.noop,
        ),
    ]
