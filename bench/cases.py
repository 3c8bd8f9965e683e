"""The cases that are measured: which page, as at which day, in which format, and how it is had."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

PAGES = ("forum", "organisation", "person", "chairs", "search")
DAYS = ("today", "as at", "recorded on")
FORMS = ("HTML", "JSON")


@dataclass(frozen=True)
class Case:
    """One address that is asked again and again."""

    what: str
    day: str
    form: str
    # "made" for this reader, "kept" by the worker, "unchanged" since the reader had it.
    how: str
    url: str
    # The process that answers.
    server: int
    headers: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def key(self) -> tuple[str, str, str, str]:
        return self.what, self.day, self.form, self.how


def addresses(chosen: dict) -> dict[tuple[str, str, str], str]:
    """The address of each page, as each day and in each form."""
    slugs = chosen["slugs"]
    bases = {
        "forum": f"/forums/{slugs['forums']}",
        "organisation": f"/organisations/{slugs['organisations']}",
        "person": f"/people/{slugs['people']}",
        "chairs": "/chairs",
        "search": "/search",
    }
    asked = {
        "today": {},
        "as at": {"as_at": chosen["as_at"]},
        "recorded on": {"recorded": chosen["recorded"]},
    }
    found = {}
    for what, base in bases.items():
        for day, parameters in asked.items():
            every = {"q": chosen["search"], **parameters} if what == "search" else parameters
            query = f"?{urlencode(every)}" if every else ""
            found[what, day, "HTML"] = f"{base}/{query}"
            found[what, day, "JSON"] = f"{base}.json{query}"
    return found


def kept_too(what: str, day: str) -> bool:
    """What a kept page costs does not depend on what it says: not all of them are asked for."""
    return day == "today" or what == "forum"
