"""Loads the whole register, URLs included, so that no racer starts late: see tests/racing.py."""

import django
from django.urls import resolve

django.setup()
resolve("/")
