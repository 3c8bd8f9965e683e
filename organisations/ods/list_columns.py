"""The columns of files of the Organisation Data Service, and the values in them.

Some files have a heading above each column. Others have none, and their name says what they list.
A value that cannot be right raises BadLine.
"""

import datetime
import re
from dataclasses import dataclass

from organisations.ods.extracts import BadLine, Listing
from records.days import FIRST_DAY, LAST_DAY, is_taken
from records.periods import Precision, date_in_words

# The beginnings of the names of files without headings.
NAMED = {"etr": Listing.TRUSTS, "eccg": Listing.CCGS, "epraccur": Listing.PRACTICES}
# A file without headings has 27 columns, and these are the places of those that are read.
WIDTH = 27
PLACES = {"code": 0, "name": 1, "region": 2, "postcode": 9, "opened": 10, "closed": 11}
PRACTICE_PLACES = PLACES | {"setting": 25}

# The headings that each column may have.
HEADINGS = {
    "day": ("snapshot_file_modified", "snapshot_commit_date", "snapshot_date"),
    "code": ("code", "organisation_code", "pcn_code"),
    "name": ("name", "organisation_name", "pcn_name"),
    "opened": ("open_date", "opened"),
    "closed": ("close_date", "closed"),
    "practice": ("practice_code", "partner_organisation_code"),
    "practice_name": ("practice_name", "partner_name"),
    "network": ("pcn_code",),
    "network_name": ("pcn_name",),
    "starts": ("rel_start", "practice_to_pcn_relationship_start_date"),
    "ends": ("rel_end", "practice_to_pcn_relationship_end_date"),
    "postcode": ("postcode",),
    "status": ("status_code",),
    "setting": ("prescribing_setting",),
}
ORGANISATION = ("code", "name", "opened", "closed")
CODES = {
    Listing.TRUSTS: (re.compile(r"[A-Z0-9]{3}|[A-Z0-9]{5}"), "R1A"),
    Listing.CCGS: (re.compile(r"[A-Z0-9]{3}|[A-Z0-9]{5}"), "18C"),
    Listing.NETWORKS: (re.compile(r"U\d{5}"), "U12199"),
    Listing.PRACTICES: (re.compile(r"[A-Z]\d{5}"), "M81001"),
}
POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}")
PARTNER = ("practice", "practice_name", "network", "network_name", "starts", "ends")


@dataclass(frozen=True)
class ListColumns:
    listing: Listing
    places: dict[str, int]
    width: int
    has_headings: bool


def columns_of_list(file_name: str, line: int, first: list[str]) -> ListColumns:
    """The columns of a file, from its first line. Raises BadLine."""
    names = [re.sub(r"[^a-z0-9]+", "_", cell.casefold()).strip("_") for cell in first]
    known = {name for several in HEADINGS.values() for name in several}
    if len(known.intersection(names)) >= 2:
        places = places_of(names, line)
        listing = listing_of(names, places) or listing_named(file_name, line)
        return ListColumns(listing, places, len(first), has_headings=True)
    if len(first) != WIDTH:
        raise BadLine(
            f"The first line has no headings, and {len(first)} columns where such a file has "
            f"{WIDTH}. Give the file as the Organisation Data Service publishes it.",
            line,
        )
    listing = listing_named(file_name, line)
    places = PRACTICE_PLACES if listing == Listing.PRACTICES else PLACES
    return ListColumns(listing, places, WIDTH, has_headings=False)


def places_of(names: list[str], line: int) -> dict[str, int]:
    for name in names:
        if name and names.count(name) > 1:
            raise BadLine(f"The heading “{name}” stands twice. Leave one of the columns.", line)
    needed = PARTNER if is_of_partners(names) else ORGANISATION
    places = {}
    for column in ("day", *needed, "postcode", "status", "setting"):
        place = next((names.index(n) for n in HEADINGS[column] if n in names), None)
        if place is not None:
            places[column] = place
        elif column in needed:
            raise BadLine(
                f"There is no column “{HEADINGS[column][-1]}”. Give the file as the Organisation "
                "Data Service publishes it.",
                line,
            )
    return places


def is_of_partners(names: list[str]) -> bool:
    return any(name in names for name in HEADINGS["starts"])


def listing_of(names: list[str], places: dict[str, int]) -> Listing | None:
    """The kind of list, if the headings say so."""
    if is_of_partners(names):
        return Listing.PARTNERS
    if "pcn_code" in names:
        return Listing.NETWORKS
    return Listing.PRACTICES if "status" in places else None


def listing_named(file_name: str, line: int) -> Listing:
    for begins, listing in NAMED.items():
        if re.search(rf"(^|[^a-z]){begins}", file_name.casefold()):
            return listing
    raise BadLine(
        "Nothing says what this file lists. Name it as it was published, with “etr”, “eccg” or "
        "“epraccur” at the beginning.",
        line,
    )


def read_code(text: str, listing: Listing) -> str:
    form, example = CODES[listing]
    if not form.fullmatch(text):
        raise BadLine(
            f"“{shortened(text)}” is no code such as {example}: columns may be swapped. Fetch the "
            "file again."
        )
    return text


def read_name(text: str) -> str:
    name = " ".join(text.split())
    if not re.search("[A-Za-z]", name) or POSTCODE.fullmatch(name) or len(name) > 200:
        raise BadLine(
            f"“{shortened(name)}” is no name: columns may be swapped. Fetch the file again."
            if name
            else "There is no name. Fetch the file again."
        )
    return name


def read_day(text: str, column: str) -> datetime.date:
    """A date as these files write it: 20191001, as text or as a number, or 2019-10-01."""
    written = re.fullmatch(r"(\d{4})-?(\d{2})-?(\d{2})(\.0+)?", text)
    try:
        day = datetime.date(*map(int, written.groups()[:3])) if written else None
    except ValueError:
        day = None
    if day is None or not is_taken(day):
        raise BadLine(
            f"“{shortened(text)}” is no {column}. One is written 20191001, from {FIRST_DAY.year} "
            f"to {LAST_DAY.year}. Fetch the file again."
        )
    return day


def read_days(
    first: str, last: str, columns: tuple[str, str]
) -> tuple[datetime.date, datetime.date | None]:
    """A first day, and a last day if there is one."""
    begins = read_day(first, columns[0])
    ends = read_day(last, columns[1]) if last else None
    if ends is not None and ends < begins:
        raise BadLine(
            f"It ends on {date_in_words(ends)}, before it begins on {date_in_words(begins)}: "
            "columns may be swapped. Fetch the file again."
        )
    return begins, ends


def read_day_of_list(text: str) -> tuple[datetime.date, str]:
    """The day, or the month, on which a list stood."""
    if re.fullmatch(r"\d{4}-\d{2}", text):
        return read_day(f"{text}-01", "month"), Precision.MONTH
    return read_day(text, "day on which the list stood"), Precision.DAY


def refuse_swapped_columns(values: dict[str, str]) -> None:
    region, postcode = values.get("region", ""), values.get("postcode", "")
    if region and not re.fullmatch(r"[A-Z]\d\d", region):
        raise BadLine(
            f"“{shortened(region)}” stands in column 3, where a region such as Y60 stands: "
            "columns may be swapped. Fetch the file again."
        )
    if postcode and not POSTCODE.fullmatch(postcode):
        raise BadLine(
            f"“{shortened(postcode)}” is no postcode: columns may be swapped. Fetch the file again."
        )


def shortened(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
