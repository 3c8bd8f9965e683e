"""Whether a forum could be quorate as its seats are filled: at the fullest meeting there can be."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from forums.quoracy import (
    Attendee,
    How,
    QuoracyForum,
    QuoracySeat,
    filler_or_acting,
    sent_by,
    sent_from,
    sent_instead,
)
from forums.rule_trees import leaves, organisations_asked, people_asked, ways_counted
from forums.rules import (
    Found,
    JudgedRule,
    RuleOfQuoracy,
    judge_tree,
    outsiders,
    places_counted,
    places_of,
    reconsidered,
)


def as_filled(rule: RuleOfQuoracy, body: QuoracyForum, *, named: bool = False) -> JudgedRule:
    """Whether a meeting could be quorate if all came who can, or all who are `named`.

    A branch that counts people is not known to fail while the number of a seat is not recorded.
    """

    def could(judged: Found) -> bool | None:
        unknown = any(
            place.number is None
            for each in people_asked(judged.branch)
            for place in places_of(each.among, body)
        )
        return None if judged.met is False and unknown else judged.met

    judged = judge_tree(rule, body, everybody(rule, body, named=named))
    return replace(judged, found=reconsidered(judged.found, could))


def everybody(rule: RuleOfQuoracy, body: QuoracyForum, *, named: bool = False) -> list[Attendee]:
    """The fullest meeting there can be as the seats are filled.

    People whom the sources do not name come too, unless only the `named` do. An organisation sends
    a substitute or a proxy if the rule counts one, and nobody if it has closed. Somebody from any
    seat is in the room beside its proxy.
    """
    counted = places_counted(rule.tree, body)
    coming = [filler_or_acting(place, each) for place in counted for each in place.fillers]
    if not named:
        coming += _not_recorded(counted)
    if asked := organisations_asked(rule.tree):
        there = {one.organisation for one in coming}
        each = (sent_by(member, body, named=named) for member in body.members)
        coming += [sent for sent in each if sent and sent.organisation not in there]
        others = (each.fillers or (each.unnamed != 0 and not named) for each in body.places)
        if How.PROXY in ways_counted(asked) and any(others):
            coming.append(Attendee("somebody in the room"))
    if named:
        return coming
    return [*coming, *_sent(rule, body), *_for_those_who_sit_twice(rule, counted)]


def _not_recorded(places: Iterable[QuoracySeat]) -> Iterator[Attendee]:
    for place in places:
        name = f"somebody not recorded ({place.title})"
        unnamed = 1 if place.unnamed is None else place.unnamed
        yield from [Attendee(name, place.seat, place.organisation)] * unnamed


def _sent(rule: RuleOfQuoracy, body: QuoracyForum) -> Iterator[Attendee]:
    """Substitutes and proxies of organisations, and people for those that the rule names alone."""
    asked = organisations_asked(rule.tree)
    if asked and all(member.closed for member in body.members):
        yield Attendee("somebody for an organisation that is not recorded")
    ways = ways_counted(asked)
    for member in body.members:
        yield from sent_instead(member, ways)
    yield from outsiders(rule, body)


def _for_those_who_sit_twice(
    rule: RuleOfQuoracy, places: Iterable[QuoracySeat]
) -> Iterator[Attendee]:
    """Substitutes and deputies of people who attend from another place."""
    ways = ways_counted(leaves(rule.tree))
    seated: set[int] = set()
    for place in places:
        for filler in place.fillers:
            if filler.person in seated:
                for how in (How.SUBSTITUTE, How.DEPUTY):
                    if how in ways:
                        yield sent_from(place, filler, how)
            elif filler.person is not None:
                seated.add(filler.person)
