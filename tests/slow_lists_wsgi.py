"""The register as served, except that each cell of a list takes a while."""

import time

from ics_register.wsgi import application as application

from ics_register.pages import formats  # isort: skip  (once the apps are loaded)

in_cell = formats.in_cell


def slowly(value) -> str:
    time.sleep(0.1)
    return in_cell(value)


formats.in_cell = slowly
