"""The development server, which refuses a database of another release."""

from django.core.management.base import CommandError
from django.db import connection
from whitenoise.runserver_nostatic.management.commands import runserver

from records.compatibility import UnknownSchema, refuse_unknown_schema


class Command(runserver.Command):
    def check_migrations(self):
        try:
            refuse_unknown_schema(connection)
        except UnknownSchema as error:
            raise CommandError(str(error)) from None
        super().check_migrations()
