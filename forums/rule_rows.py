"""What the rows of a form say of a rule of quoracy that there is."""

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from forums.rule_trees import EACH, MEMBERS, Branch, to_json

PEOPLE, SHARE, ORGANISATIONS = "people", "share", "organisations"
ALL, DIFFERENT, ANY, SOME = "all", "different", "any", "some"

Json = dict[str, Any]


@dataclass(frozen=True)
class Rows:
    """What the fields of a form say at first."""

    whole: MutableMapping[str, Any] | None = None
    rows: Sequence[MutableMapping[str, Any]] = ()


def rows_of(tree: Branch) -> Rows:
    """The rows that hold a rule."""
    value = cast("Json", to_json(tree))
    kind, inner = _group_in(value)
    if kind:
        rows: list[Json] = []
        for each in inner:
            _add_rows(rows, each, None)
        return Rows({"joined": kind, "joined_number": value.get("at_least")}, rows)
    return Rows(None, [_row(value)])


def _group_in(value: Json) -> tuple[str, list[Json]]:
    if "all" in value:
        return (DIFFERENT if value.get("different_people") else ALL), value["all"]
    if "any" in value:
        return ANY, value["any"]
    return (SOME, value["of"]) if "at_least" in value else ("", [])


def _add_rows(rows: list[Json], value: Json, inside: int | None) -> None:
    kind, inner = _group_in(value)
    row = {"asks": kind, "number": value.get("at_least")} if kind else _row(value)
    rows.append({**row, "inside": inside})
    here = len(rows)
    for each in inner:
        _add_rows(rows, each, here)


def _row(value: Json) -> Json:
    kind = next(each for each in (PEOPLE, SHARE, ORGANISATIONS) if each in value)
    row: Json = {"asks": kind, "counting": value["counting"]}
    if kind == ORGANISATIONS:
        number = None if value[kind] == EACH else value[kind]
        return {**row, "number": number, "one_for_several": value.get("one_for_several", False)}
    among = value["in"]
    whom = {"whom": MEMBERS} if among == MEMBERS else {"whom": next(iter(among)), **among}
    if kind == PEOPLE:
        return {**row, **whom, "number": value[kind]}
    part, whole = value[kind]
    share = {"share": f"{part}/{whole}", "more_than": value.get("more_than", False)}
    return {**row, **whom, **share, "of": value["of"]}
