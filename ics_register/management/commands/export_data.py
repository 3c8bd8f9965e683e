"""`manage.py export_data`: the register as open data, in all its formats."""

import datetime
import io
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from editing.progress import ProgressBar
from ics_register.open_data.files import FORMATS, gathered_file, write
from ics_register.open_data.identifiers import Addresses
from ics_register.open_data.metadata import Wanted
from records.days import FIRST_DAY, LAST_DAY, is_taken

# In bytes: how often the command reports how large a file is.
AT_ONCE = 1_000_000


class Command(BaseCommand):
    help = "Writes the register as open data into a folder, in every format."

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
        if as_at and not is_taken(as_at):
            raise CommandError(
                f"--as-at: {as_at} is none that the register takes. Write a day from "
                f"{FIRST_DAY.year} to {LAST_DAY.year}."
            )
        to.mkdir(parents=True, exist_ok=True)
        wanted = Wanted(as_at or timezone.localdate(), all_periods, Addresses(site))
        bar = ProgressBar(self.stderr)
        # Reading the register takes about as long as writing two of the files.
        steps = 2 + len(FORMATS)
        files = [to / each.name for each in FORMATS]

        def reading(doing: str, share: float) -> None:
            bar.show(2 * share / steps, f"reading {doing}")

        with gathered_file(wanted, reading) as gathered:
            for step, (each, file) in enumerate(zip(FORMATS, files, strict=True), start=2):

                def written(size: int, step=step, name=each.name) -> None:
                    bar.show(step / steps, f"writing {name}, {size / 1e6:,.0f} MB")

                with io.BufferedWriter(Watched(file, written), AT_ONCE) as opened:
                    write(each, gathered, opened)
        bar.show(1, "done")
        for file in files:
            self.stdout.write(f"{file.stat().st_size:11,}  {file}")


class Watched(io.FileIO):
    """A file that reports its size as it grows."""

    def __init__(self, path: Path, written: Callable[[int], None]):
        super().__init__(path, "w")
        self.written = written

    def write(self, content) -> int:
        count = super().write(content)
        self.written(self.tell())
        return count
