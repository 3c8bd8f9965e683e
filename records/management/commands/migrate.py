"""Django's `migrate`, which refuses a database of another release, and keeps rules if it fails."""

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import DatabaseError, connections

from records.after_migrate import put_back
from records.compatibility import UnknownSchema, refuse_unknown_schema


class Command(migrate.Command):
    def handle(self, *args, **options):
        using = options["database"]
        try:
            refuse_unknown_schema(connections[using])
        except UnknownSchema as error:
            raise CommandError(str(error)) from None
        try:
            return super().handle(*args, **options)
        except (Exception, KeyboardInterrupt):
            try:
                put_back(using)
            except DatabaseError as error:
                self.stderr.write(
                    f"The rules that the database holds could not be made again: {error} Run "
                    "“manage.py migrate” again before anybody changes the register."
                )
            raise
