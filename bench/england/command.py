"""Builds a register as large as England's, to try its speed on (`make england`)."""

import os
import time
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from bench.england.bodies import FILES
from bench.england.building import BuiltEngland, build
from editing.progress import ProgressBar
from records.history import Recorded


class Command(BaseCommand):
    help = (
        "Builds a made-up register of national size, with ten years of changes, in the empty "
        "database that DATABASE_URL names. The same on every run."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--scale", type=float, default=1.0, help="how large: 1 is England, 0.01 a hundredth"
        )
        parser.add_argument(
            "--reference-data",
            type=Path,
            default=os.environ.get("REFERENCE_DATA")
            or settings.BASE_DIR.parent / "shared" / "reference-data",
            help="the folder of the Organisation Data Service's files; REFERENCE_DATA, or "
            "../shared/reference-data beside the project. Without it organisations are made up.",
        )

    def handle(self, *, scale: float, reference_data: Path, **options):
        if not 0.001 <= scale <= 1:
            raise CommandError(f"--scale: {scale} is too small or too large. Give 0.001 to 1.")
        refuse_a_register()
        call_command("migrate", verbosity=0)
        widen_cache()
        folder = Path(reference_data)
        there = all((folder / name).is_file() for name in FILES)
        self.began, self.bar = time.monotonic(), ProgressBar(self.stderr)
        built = build(
            scale=scale, reference_data=folder if there else None, progress=self.show_progress
        )
        self.tell(built, time.monotonic() - self.began)

    def show_progress(self, share: float, rows: int) -> None:
        rate = rows / max(0.001, time.monotonic() - self.began)
        self.bar.show(share, f"{rows:9,} rows, {rate:6,.0f} a second")

    def tell(self, built: BuiltEngland, seconds: float) -> None:
        for model, count in built.counts.items():
            self.stdout.write(f"{count:9,}  {model._meta.verbose_name_plural}")
        rows = built.records + built.versions
        self.stdout.write(f"{built.records:9,}  records, from: {built.source}")
        self.stdout.write(f"{built.versions:9,}  rows of history")
        self.stdout.write(f"{rows:9,}  rows in {seconds:,.0f} s: {rows / seconds:,.0f} a second")


def refuse_a_register() -> None:
    """Raise CommandError unless the database that was named for it holds no register."""
    if not os.environ.get("DATABASE_URL"):
        raise CommandError(
            "Set DATABASE_URL to a database of its own, or run “make england”, which takes "
            "var/england.sqlite3."
        )
    tables = set(connection.introspection.table_names())
    recorded = [model for model in apps.get_models() if issubclass(model, Recorded)]
    for model in [each for one in recorded for each in (one, one.history.model)]:
        if model._meta.db_table in tables and model._base_manager.exists():
            raise CommandError(
                f"The register in this database holds {model._meta.verbose_name_plural} already, "
                "so nothing was written. Give DATABASE_URL an empty database."
            )


def widen_cache() -> None:
    """Let SQLite keep the indexes in memory while they grow; a tenth of the time otherwise."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size = -400000")
