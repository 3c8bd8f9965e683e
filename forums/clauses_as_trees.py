"""Clauses of quoracy as the tree that asks for the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from forums.choices import ClauseKind
from forums.quoracy import How
from forums.rule_trees import (
    AllOf,
    Among,
    Branch,
    Leaf,
    OrganisationsAsked,
    PeopleAsked,
    ShareAsked,
    Ways,
    in_lowest_terms,
)


@dataclass(frozen=True)
class Clause:
    """One clause of a rule of quoracy."""

    kind: str
    number: int | None = None
    seat: int | None = None
    by_proxy: bool = False
    by_substitute: bool = False
    # Whether one person may be there for several organisations.
    one_for_several: bool = False


def tree_of(clauses: Iterable[Clause]) -> Branch | None:
    """The tree of `clauses`, all of which have to be met; None if there are none."""
    branches = tuple(dict.fromkeys(map(leaf_of, clauses)))
    if len(branches) > 1:
        return AllOf(branches)
    return branches[0] if branches else None


def leaf_of(clause: Clause) -> Leaf:
    number, counting = cast("int", clause.number), ways_of_clause(clause)
    match clause.kind:
        case ClauseKind.EVERY_ORGANISATION:
            return OrganisationsAsked(None, clause.one_for_several, counting)
        case ClauseKind.AT_LEAST:
            return PeopleAsked(number, counting=counting)
        case ClauseKind.AT_LEAST_SHARE:
            return ShareAsked(in_lowest_terms(number, 100), counting=counting)
        case ClauseKind.MUST_INCLUDE:
            return PeopleAsked(1, Among(seats=(cast("int", clause.seat),)), counting)
    raise ValueError(f"There is no such kind of clause: {clause.kind}")


def ways_of_clause(clause: Clause) -> Ways:
    """A clause never asked whether people attend remotely, so all who do count. It took a deputy
    wherever it took a substitute."""
    ways = [How.REMOTE]
    ways += [How.SUBSTITUTE, How.DEPUTY] if clause.by_substitute else []
    ways += [How.PROXY] if clause.by_proxy else []
    return frozenset(ways)
