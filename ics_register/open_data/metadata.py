"""Which data is asked for, and what every file says about itself."""

import datetime
from dataclasses import dataclass

from ics_register.open_data.identifiers import Addresses

TITLE = "The governance register as data"
# The terms of the project's own licence: it can give no others.
LICENCE = "MIT"
LICENCE_ADDRESS = "https://opensource.org/license/mit"
TERMS = (
    "What the register has gathered is given under its own licence, the MIT licence: use it, "
    "change it and pass it on for any purpose, with the licence's notice. Quotations are from the "
    "documents that the facts name, and remain their publishers'. What a publisher asks of those "
    "who use a document is in the note of that document, and goes for what is taken from it."
)


@dataclass(frozen=True)
class Wanted:
    """The register as at a day, or everything in it with all its periods."""

    day: datetime.date
    everything: bool
    addresses: Addresses
    # The day by which records were made; None for all that is recorded.
    recorded: datetime.date | None = None


def about(wanted: Wanted) -> list[tuple[str, str]]:
    """The description of a file, as (word, words)."""
    said = {
        "title": TITLE,
        "address": wanted.addresses.of("data"),
        "fields": wanted.addresses.of("data-fields"),
        "as_at": wanted.day.isoformat(),
        "periods": "all" if wanted.everything else "in force on that day",
        "recorded": wanted.recorded.isoformat() if wanted.recorded else "all that is recorded",
        "licence": LICENCE,
        "licence_address": LICENCE_ADDRESS,
        "terms": TERMS,
    }
    return list(said.items())
