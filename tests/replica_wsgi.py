"""The register as it is served, but that it loses patience with its replica, and takes it up again,
within a second or two."""

from ics_register.wsgi import application as application

from ics_register import replicas  # isort: skip  (once the apps are loaded)
from ics_register.replica_database import base  # isort: skip

base.PATIENCE = replicas.REST = 1
