"""Visits pages of the register that DATABASE_URL names.

    python -m tests.upgrades.visiting ADDRESS...

prints the status of each answer, in the same order. It is a program because Django fixes the
addresses of databases when it starts.
"""

import json
import os
import sys

import django


def main(addresses: list[str]) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "ics_register.settings"
    django.setup()
    from django.test import Client

    browser = Client(SERVER_NAME="localhost")
    print(json.dumps([browser.get(address).status_code for address in addresses]))


if __name__ == "__main__":
    main(sys.argv[1:])
