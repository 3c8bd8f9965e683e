"""Make the superuser of a development register."""

import secrets

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from records.models import PasswordToChange

USERNAME = "admin"


class Command(BaseCommand):
    help = (
        "Make a superuser with a random password, printed once, if the register has none. "
        "For development only; in production use createsuperuser."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--new-password",
            action="store_true",
            help=f"Give {USERNAME} a new password, making the user if need be.",
        )

    def handle(self, *, new_password, **options):
        if not settings.DEVELOPMENT:
            raise CommandError(
                "This is a production register: its users are made with createsuperuser."
            )
        users = get_user_model().objects
        if users.model._meta.db_table not in connection.introspection.table_names():
            raise CommandError("The register has no database yet. Run make run first.")
        existing = users.filter(is_superuser=True, is_active=True).order_by("pk").first()
        if existing and not new_password:
            self.stdout.write(
                f"To sign in:    as {existing.get_username()}, with the password that was "
                "printed when it was made (make password gives a new one)"
            )
            return
        password = secrets.token_urlsafe(12)
        user, _ = users.get_or_create(username=USERNAME)
        user.is_staff = user.is_superuser = user.is_active = True
        user.set_password(password)
        user.save()
        PasswordToChange.objects.filter(user=user).delete()
        self.stdout.write(
            f"To sign in:    as {USERNAME}, password {password} (it is not shown again)"
        )
