"""`python -m bench.england`: a register as large as England's, to try its speed on."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ics_register.settings")
django.setup()

from bench.england.command import Command  # noqa: E402  (it reads models)

Command().run_from_argv(["python -m bench", "england", *sys.argv[1:]])
