"""Django's `migrate`, which refuses a database of another release."""

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections

from records.compatibility import UnknownSchema, refuse_unknown_schema


class Command(migrate.Command):
    def handle(self, *args, **options):
        try:
            refuse_unknown_schema(connections[options["database"]])
        except UnknownSchema as error:
            raise CommandError(str(error)) from None
        return super().handle(*args, **options)
