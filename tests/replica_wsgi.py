"""The register as served, except that it says which process answers and returns to a database
within a second or two."""

import os

from ics_register.wsgi import application as register

from ics_register import replicas  # isort: skip  (once the apps are loaded)
from records import waiting  # isort: skip

waiting.REST = waiting.WATCH = replicas.REST = 1


def application(environ, start_response):
    def start(status, headers, *others):
        return start_response(status, [*headers, ("X-Process", str(os.getpid()))], *others)

    return register(environ, start)
