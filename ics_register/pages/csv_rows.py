"""Facts as the rows of a CSV file: its columns and cells."""

from collections.abc import Iterable, Iterator

from ics_register.pages.facts import dated
from ics_register.pages.formats import Here
from people.designates import NAMED_FIELDS
from people.standing import Standing
from records.periods import Period

FORUM_COLUMNS = (
    "id",
    "name",
    "called_then",
    "short_name",
    "kind",
    "status",
    "place",
    "place_name",
    "place_level",
    "in_force",
)
ORGANISATION_COLUMNS = (
    "id",
    "name",
    "called_then",
    "short_name",
    "kind",
    "place",
    "place_name",
    "place_level",
    "ods_code",
    "ons_code",
    "codes_document",
    "codes_document_title",
    "codes_locator",
    "website",
    "in_force",
)
HEAD_COLUMNS = ("chair_standing", "chair", "chair_name")
SEAT_COLUMNS = (
    "role",
    "category",
    "number",
    "unfilled",
    "vacant",
    "perhaps_vacant",
    "voting",
    "counts_to_quoracy",
    "may_be_deputised",
)
SOURCE_COLUMNS = ("document", "document_title", "locator", "quotation", "note")
CONFIRMED_COLUMNS = (
    "last_known",
    "last_known_precision",
    "last_known_qualifier",
    "confirmed_on",
    "confirmed_precision",
    "confirmed_document",
    "confirmed_document_title",
    "confirmed_locator",
)
PERIOD_COLUMNS = (
    *Period.PERIOD_FIELDS,
    *Period.EDTF_FIELDS,
    "start_foreseen",
    "end_foreseen",
)
DATED_COLUMNS = (
    *PERIOD_COLUMNS,
    *SOURCE_COLUMNS,
    "end_document",
    "end_document_title",
    "end_locator",
    *CONFIRMED_COLUMNS,
)
HOLDING_COLUMNS = (
    "when",
    "title",
    "standing",
    "requirement",
    "in_force",
    "person",
    "person_name",
    "on_behalf_of",
    "on_behalf_of_name",
    "independent",
    "ex_officio",
    "joint_with",
    "joint_with_name",
    "basis",
    "acting_for",
    *NAMED_FIELDS,
    "term_ends",
    "end_reason",
    *DATED_COLUMNS,
    "holding_document",
    "holding_document_title",
    "holding_locator",
)
TENURE_COLUMNS = (
    "kind",
    "title",
    "organisation",
    "organisation_name",
    "forum",
    "forum_name",
    "on_behalf_of",
    "on_behalf_of_name",
    "independent",
    "ex_officio",
    "joint_with",
    "joint_with_name",
    "basis",
    "acting_for",
    *NAMED_FIELDS,
    "term_ends",
    "end_reason",
    *DATED_COLUMNS,
    "seat_document",
    "seat_document_title",
    "seat_locator",
)


def flat(said: dict, prefix: str = "") -> dict:
    """A fact as the cells of one row.

    A record has its id in one column and its name in another; a source has the document, its title
    and the place in it.
    """
    cells = {}
    for key, value in said.items():
        if isinstance(value, dict):
            whole = key.removesuffix("source") if key.endswith("source") else f"{key}_"
            inner = flat(value, f"{prefix}{whole}")
            for name in ("id", "slug"):
                if name in value:
                    inner[f"{prefix}{key}"] = inner.pop(f"{prefix}{whole}{name}")
            cells |= inner
        elif key == "joint_with":
            cells[key] = all_of(each["id"] for each in value)
            cells[f"{key}_name"] = all_of(each["name"] for each in value)
        elif not isinstance(value, list):
            cells[f"{prefix}{key}"] = value
    return cells


def dated_cells(fact, here: Here) -> dict:
    """The period of a record and its sources, as cells."""
    return flat(dated(fact, here))


def holding_rows(said: dict, when: str = "now") -> Iterator[dict]:
    """A post or a seat, as JSON has it, as rows: those of who holds it, and of who is to."""
    yield from present_rows(said, when)
    yield from rows_to_come(said, said["to_come"])


def present_rows(said: dict, when: str = "now") -> Iterator[dict]:
    """A row for each holder on the day, or one if there is none. That one has no period, and is in
    force if the post or seat is, whose source it has."""
    own, source = _own_cells(said), flat({"source": said["source"]}, "holding_")
    yield from _holder_rows(said, said["holders"], when)
    if not said["holders"]:
        known = ("last_known", "last_known_precision", "last_known_qualifier")
        confirmed = ("confirmed_on", "confirmed_precision", "confirmed_source")
        evidenced = {key: said[key] for key in ("source", *known, *confirmed)}
        yield flat({"when": when, **own, **evidenced, "ex_officio": _goes_with(said)}) | source


def _goes_with(said: dict) -> str | None:
    """The posts, and the seats of other forums, whose holders fill a seat."""
    found = [said.get("ex_officio_post"), *said.get("ex_officio_sources", [])]
    names = [
        f"{each['title']}, {(each['organisation'] or each['forum'])['name']}"
        for each in found
        if each
    ]
    return " and ".join(names) or None


def rows_to_come(said: dict, holders: list[dict]) -> Iterator[dict]:
    """A row for each of those who are to hold it later, as far as is known: designates too."""
    return _holder_rows(said, holders, "to_come")


def _holder_rows(said: dict, holders: list[dict], when: str) -> Iterator[dict]:
    own, source = _own_cells(said), flat({"source": said["source"]}, "holding_")
    for each in holders:
        for_whom = each["on_behalf_of"] or own["on_behalf_of"]
        independent = own["independent"]
        if independent is not None:  # it is of a seat
            independent = for_whom is None and any(one["independent"] for one in (own, each))
        told = {**own, **each, "on_behalf_of": for_whom, "independent": independent}
        yield flat({"when": when, **told}) | source


def _own_cells(said: dict) -> dict:
    kept = ("title", "standing", "requirement", "on_behalf_of", "independent", "in_force")
    return {key: said.get(key) for key in kept}


def heads_in_cells(heads: list, here: Here) -> dict:
    """The chairs or leaders of a record, all of them in one cell."""
    people = [each for head in heads for each in head.holders]
    return {
        "chair_standing": heads[0].standing.value if heads else Standing.NOT_RECORDED.value,
        "chair": all_of(here.id("person", each.person_slug) for each in people),
        "chair_name": all_of(each.person for each in people),
    }


def all_of(values: Iterable[str | None]) -> str:
    """Several values in the one cell."""
    return "; ".join(value or "" for value in values)
