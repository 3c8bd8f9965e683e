"""The register as a WSGI application, for gunicorn."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import resolve

from records.compatibility import refuse_unknown_schema_at_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ics_register.settings")

application = get_wsgi_application()
refuse_unknown_schema_at_start()

# Python's garbage collector need not look at the code and settings loaded at the start, which stay.
# That would take up to a tenth of a page's time.
resolve("/")
gc.collect()
gc.freeze()
# Collect garbage after some thirty pages, and not three times within each.
gc.set_threshold(10_000, 10, 10)
