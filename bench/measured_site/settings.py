"""The settings of production, with a page that says hello and styles in a folder of their own."""

import os
from pathlib import Path

from ics_register.settings import *  # noqa: F403
from ics_register.settings import CACHES

ROOT_URLCONF = "bench.measured_site.urls"
STATIC_ROOT = Path(os.environ["BENCH_STATIC"])
if os.environ.get("BENCH_KEEP_NOTHING") == "1":
    # Everything but the keeping itself: whoever asks for a page that nobody asked for before.
    CACHES = {**CACHES, "pages": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
