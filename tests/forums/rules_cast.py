"""The rules that were worked out by hand, as the code takes them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from forums.quoracy import Attendee, Filler, How, QuoracyForum, QuoracyMember, QuoracySeat
from forums.rule_trees import from_json
from forums.rules import RuleOfQuoracy

BY_HAND = yaml.safe_load(Path(__file__).with_name("rules_by_hand.yaml").read_text())
HOW = {
    "": How.IN_PERSON,
    "remotely": How.REMOTE,
    "by proxy": How.PROXY,
    "by substitute": How.SUBSTITUTE,
    "by deputy": How.DEPUTY,
}


class Meeting(NamedTuple):
    """A meeting, and the verdict on it that was worked out by hand."""

    rule: RuleOfQuoracy
    body: QuoracyForum
    attendees: list[Attendee]
    quorate: bool | None
    fails: list[int | str]
    not_known: list[int]


def meetings() -> Iterator[tuple[str, Meeting]]:
    for written in BY_HAND:
        body, rule = (
            body_of_rule(written),
            RuleOfQuoracy(from_json(written["tree"]), written["say_all"]),
        )
        for number, held in enumerate(written["meetings"], start=1):
            attendees = [one for said in held["there"] for one in comers(said, body)]
            yield (
                f"{written['rule']}: {number}",
                Meeting(
                    rule,
                    body,
                    attendees,
                    held["quorate"],
                    held.get("fails", []),
                    held.get("not_known", []),
                ),
            )


def body_of_rule(written: dict[str, Any]) -> QuoracyForum:
    return QuoracyForum(
        tuple(place(each) for each in written["seats"]),
        tuple(QuoracyMember(**each) for each in written.get("members", [])),
    )


def place(written: dict[str, Any]) -> QuoracySeat:
    holders, speaks_for = written.get("holders", []), written.get("for", {})
    number = written.get("number", 1)
    return QuoracySeat(
        seat=written["seat"],
        title=written["title"],
        organisation=written.get("organisation"),
        number=number,
        fillers=tuple(Filler(name, key_of(name), speaks_for.get(name)) for name in holders),
        may_be_filled=written.get("not_recorded", number is None),
        counts=written.get("counts", True),
        may_be_deputised=written.get("may_be_deputised"),
        category=written.get("category", ""),
    )


def key_of(name: str) -> int:
    return int.from_bytes(name.encode())


def comers(said: str, body: QuoracyForum) -> list[Attendee]:
    """People who attend, from every seat that the person fills: "Ann by deputy Bob"."""
    name, _, how = said.partition(" ")
    deputy = ""
    if how.startswith("by deputy"):
        deputy, how = how.removeprefix("by deputy").strip(), "by deputy"
    comer = deputy or (name if HOW[how] in (How.IN_PERSON, How.REMOTE, How.PROXY) else "")
    people = frozenset({key_of(comer)} if comer else ())
    return [
        Attendee(said, seat.seat, seat.speaks_for(filler), HOW[how], people)
        for seat in body.places
        for filler in seat.fillers
        if filler.name == name
    ]
