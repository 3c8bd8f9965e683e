"""`manage.py export_data`: the register as open data, in all its formats."""

import datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ics_register.open_data.addresses import Addresses
from ics_register.open_data.files import FORMATS, gathered_file, write
from ics_register.open_data.wanted import Wanted


class Command(BaseCommand):
    help = "Writes the register as open data into a folder: every format, from one gathering."

    def add_arguments(self, parser):
        parser.add_argument("--to", type=Path, required=True, help="the folder")
        parser.add_argument(
            "--as-at",
            type=datetime.date.fromisoformat,
            help="the day, as year-month-day; today unless given",
        )
        parser.add_argument(
            "--all-periods", action="store_true", help="everything recorded, past and to come"
        )
        parser.add_argument(
            "--address",
            default=f"https://{settings.ALLOWED_HOSTS[0]}",
            help="where the register is, by which its records have their ids",
        )

    def handle(self, *, to: Path, as_at, all_periods: bool, address: str, **options):
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise CommandError(f"--address: {address!r} is none. Write https:// and the host.")
        site = f"{parts.scheme}://{parts.netloc}"
        to.mkdir(parents=True, exist_ok=True)
        wanted = Wanted(as_at or timezone.localdate(), all_periods, Addresses(site))
        with gathered_file(wanted) as gathered:
            for each in FORMATS:
                file = to / each.name
                with file.open("wb") as opened:
                    write(each, gathered, opened)
                self.stdout.write(f"{file.stat().st_size:10,}  {file}")
