"""The register as a WSGI application, for gunicorn."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import resolve

from records.compatibility import refuse_unknown_schema_at_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ics_register.settings")

application = get_wsgi_application()
refuse_unknown_schema_at_start()

# What the register is made of is there to stay. Python would look through all of it for what
# nobody needs any more, while a page is made, for up to a tenth of the page's time.
resolve("/")
gc.collect()
gc.freeze()
# What a page leaves behind is looked through after some thirty pages, and not thrice within each.
gc.set_threshold(10_000, 10, 10)
