"""The register as it is served, but that it takes its databases up again within a second or two."""

from ics_register.wsgi import application as application

from ics_register import replicas  # isort: skip  (once the apps are loaded)
from records import waiting  # isort: skip

waiting.REST = waiting.WATCH = replicas.REST = 1
