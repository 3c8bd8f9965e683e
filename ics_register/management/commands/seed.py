"""`manage.py seed`: load the register's first records."""

from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from ics_register.seeding import SeedRefused, load_seed, register_is_empty


class Command(BaseCommand):
    help = "Loads the fixtures into an empty register: all of them, with history, or none."

    def add_arguments(self, parser):
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing if the register holds records"
        )
        parser.add_argument(
            "--check", action="store_true", help="load and validate, then change nothing"
        )
        parser.add_argument("--as-user", help="user name that the history names")
        parser.add_argument("--reason", default="", help="added to the reason in the history")
        parser.add_argument(
            "--folder", type=Path, default=settings.BASE_DIR / "fixtures", help="the fixtures"
        )

    def handle(self, *, if_empty, check, as_user, reason, folder, **options):
        if if_empty and not register_is_empty():
            return
        user = self._user(as_user)
        try:
            with transaction.atomic():
                counts = load_seed(folder, user=user, reason=reason)
                transaction.set_rollback(check)
        except SeedRefused as error:
            raise CommandError(str(error)) from error
        for kind, count in counts.items():
            self.stdout.write(f"{count:5}  {kind}")
        done = "valid, nothing was kept" if check else "loaded"
        self.stdout.write(f"{sum(counts.values()):5}  records {done}")

    def _user(self, name):
        if name is None:
            return None
        users = get_user_model()
        try:
            return users.objects.get(username=name)
        except users.DoesNotExist:
            raise CommandError(f"--as-user: there is no user called {name!r}.") from None
