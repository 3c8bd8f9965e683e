"""The register as Popolo JSON (popoloproject.com), which tools for civic data read."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from typing import BinaryIO

from forums.models import ForumKind, SeatRole
from ics_register.open_data.rows import Gathered
from organisations.models import OrganisationKind, PlaceLevel, PostKind
from records.models import NameKind
from records.periods import Qualifier


def write(gathered: Gathered, file: BinaryIO) -> None:
    """Write the file item by item, so that few are in memory."""
    meta = {**gathered.about, "memberships_that_perhaps_held_left_out": gathered.perhaps_held}
    file.write(b'{"meta": ' + _as_json(meta))
    for name, items in _COLLECTIONS.items():
        file.write(f',\n"{name}": ['.encode())
        for number, item in enumerate(items(gathered)):
            file.write((b",\n" if number else b"\n") + _as_json(item))
        file.write(b"]")
    file.write(b"}\n")


def _as_json(value) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _known(item: dict) -> dict:
    """An item without its empty values."""
    return {name: value for name, value in item.items() if value not in (None, "", [])}


def _sources(gathered: Gathered, row: sqlite3.Row) -> list[dict]:
    return [{"url": address, "note": note} for address, note in gathered.sources(row)]


def _period(row: sqlite3.Row, start: str = "start_date", end: str = "end_date") -> dict:
    """The period of a record. Popolo has no word for a limit.

    A start that is only a limit is left out and given as `start_by` or `start_not_before`. An end
    that is only known *by* a day is given as the end too, because without one the record would seem
    to go on; one *not before* a day is not, because it goes on. A start or an end that was only
    foreseen is marked.
    """
    limits = {Qualifier.BY: "start_by", Qualifier.NOT_BEFORE: "start_not_before"}
    said = {limits.get(row["start_qualifier"], start): row["start_date"]}
    for foreseen in ("start_foreseen", "end_foreseen"):
        said[foreseen] = True if row[foreseen] else None
    if row["end_qualifier"] == Qualifier.NOT_BEFORE:
        return {**said, "end_not_before": row["end_date"]}
    if row["end_qualifier"] == Qualifier.BY:
        said["end_by"] = row["end_date"]
    return {**said, end: row["end_date"]}


def _other_names(gathered: Gathered, table: str, row: sqlite3.Row) -> list[dict]:
    owner = {"organisation_names": "organisation_id", "forum_names": "forum_id"}
    names = gathered.rows(table, f"{owner.get(table, 'person_id')} = ?", row["id"])
    found = [
        _known({"name": each["name"], "note": NameKind(each["kind"]).label, **_period(each)})
        for each in names
    ]
    short = row["short_name"] if table in owner else None
    return [{"name": short, "note": "short name"}, *found] if short else found


def _persons(gathered: Gathered) -> Iterator[dict]:
    for row in gathered.rows("people"):
        yield _known(
            {
                "id": row["id"],
                "name": row["name"],
                "honorific_prefix": row["honorific"],
                "sort_name": row["sort_name"],
                "other_names": _other_names(gathered, "person_names", row),
                "sources": _sources(gathered, row),
            }
        )


def _containing(gathered: Gathered, table: str, below: str, above: str, kind: str, row) -> str:
    """The organisation or forum that contains this one, if the register knows exactly one."""
    found = gathered.rows(table, f"{below} = ? AND kind = ? AND in_force", row["id"], kind)
    [first, *more] = [each[above] for each in found] or [None]
    return None if more else first


def _organizations(gathered: Gathered) -> Iterator[dict]:
    for row in gathered.rows("organisations"):
        codes = (("ODS", row["ods_code"]), ("ONS", row["ons_code"]))
        yield _known(
            {
                "id": row["id"],
                "name": row["name"],
                "classification": OrganisationKind(row["kind"]).label,
                "other_names": _other_names(gathered, "organisation_names", row),
                "identifiers": [
                    {"scheme": scheme, "identifier": code} for scheme, code in codes if code
                ],
                "parent_id": _containing(
                    gathered, "relationships", "from_organisation_id", "to_organisation_id",
                    "part-of", row,
                ),
                "area_id": row["place_id"],
                "links": [{"url": row["website"], "note": "Website"}] if row["website"] else [],
                **_period(row, "founding_date", "dissolution_date"),
                "sources": _sources(gathered, row),
            }
        )  # fmt: skip
    for row in gathered.rows("forums"):
        yield _known(
            {
                "id": row["id"],
                "name": row["name"],
                "classification": ForumKind(row["kind"]).label,
                "other_names": _other_names(gathered, "forum_names", row),
                "parent_id": _containing(
                    gathered, "reporting_lines", "from_forum_id", "to_forum_id",
                    "sub-group-of", row,
                ),
                "area_id": row["place_id"],
                "status": row["status"],
                **_period(row, "founding_date", "dissolution_date"),
                "sources": _sources(gathered, row),
            }
        )  # fmt: skip


# For posts and seats: the table, the column of the owner, and the column and the words of the role.
_HELD = (
    ("posts", "organisation_id", "kind", PostKind),
    ("seats", "forum_id", "role", SeatRole),
)


def _posts(gathered: Gathered) -> Iterator[dict]:
    for table, owner, role, words in _HELD:
        for row in gathered.rows(table):
            yield _known(
                {
                    "id": row["id"],
                    "label": row["title"],
                    "role": words(row[role]).label,
                    "organization_id": row[owner],
                    "standing": row["standing"],
                    **_period(row),
                    "sources": _sources(gathered, row),
                }
            )


def _memberships(gathered: Gathered) -> Iterator[dict]:
    held_by = {"posts": ("appointments", "post_id"), "seats": ("memberships", "seat_id")}
    for held, owner, role, words in _HELD:
        table, key = held_by[held]
        query = f"""
            SELECT "{table}".*, held.title AS held_title, held."{role}" AS held_role,
                held."{owner}" AS owner_id
            FROM "{table}" JOIN "{held}" AS held ON held.id = "{table}"."{key}"
            WHERE "{table}".{gathered.told}
            ORDER BY "{table}".rowid
        """
        for row in gathered.database.execute(query):
            # A withheld person has no id, so that two of their records cannot be put together.
            person = {} if row["person_id"] else {"person": {"name": row["person_name"]}}
            yield _known(
                {
                    "id": row["id"],
                    "label": row["held_title"],
                    "role": words(row["held_role"]).label,
                    "person_id": row["person_id"],
                    **person,
                    "organization_id": row["owner_id"],
                    "post_id": row[key],
                    "on_behalf_of_id": row["on_behalf_of_id"] if held == "seats" else None,
                    "basis": row["basis"],
                    **_period(row),
                    "sources": _sources(gathered, row),
                }
            )


def _areas(gathered: Gathered) -> Iterator[dict]:
    for row in gathered.rows("places"):
        yield _known(
            {
                "id": row["id"],
                "name": row["name"],
                "classification": PlaceLevel(row["level"]).label,
                "parent_id": row["part_of_id"],
                "sources": _sources(gathered, row),
            }
        )


_COLLECTIONS: dict[str, Callable[[Gathered], Iterator[dict]]] = {
    "persons": _persons,
    "organizations": _organizations,
    "posts": _posts,
    "memberships": _memberships,
    "areas": _areas,
}
