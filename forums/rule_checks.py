"""Whether a rule of quoracy fits the forum that it is for: what is wrong, and the remedy."""

from collections.abc import Iterator
from dataclasses import replace

from forums.quoracy import Attendee, Filler, QuoracyForum, QuoracySeat, from_seat
from forums.rule_sentences import NamesInRules, branch_in_words, either
from forums.rule_trees import (
    Branch,
    Leaf,
    OrganisationsAsked,
    PeopleAsked,
    RuleProblem,
    ShareAsked,
    leaves,
    numbered,
)
from forums.rules import Found, found, places_of


def problems_with(tree: Branch, body: QuoracyForum, names: NamesInRules) -> list[RuleProblem]:
    """What keeps a rule from fitting a forum, branch by branch. Vacancies do not: places may be
    filled again."""
    problems = [
        RuleProblem(number, says)
        for number, branch in numbered(tree)
        if isinstance(branch, Leaf)
        for says in _with_leaf(branch, body, names)
    ]
    return problems or [
        RuleProblem(
            each.number,
            f"Nobody could meet “{branch_in_words(each.branch, names)}”, even if everybody came: "
            f"too few people can fill these seats. {_remedy(each)}",
        )
        for each in _unmet(found(tree, *_fullest(tree, body)))
    ]


def _with_leaf(leaf: Leaf, body: QuoracyForum, names: NamesInRules) -> Iterator[str]:
    if isinstance(leaf, OrganisationsAsked):
        if not body.members:
            yield (
                "No organisation is recorded as a member of the forum, so that nobody could meet "
                "it. Record its member organisations first."
            )
        elif leaf.number is not None and leaf.number > len(body.members):
            yield (
                f"It asks for {leaf.number} organisations, and the forum has "
                f"{len(body.members)} as members. Ask for {len(body.members)} at most, or record "
                "the others."
            )
        return
    among = leaf.among
    unknown = [seat for seat in among.seats if body.place(seat) is None]
    if unknown:
        there = either(list(names.seats.values())) if names.seats else "none is recorded"
        yield f"The forum has no seat {unknown[0]}. Choose among its seats: {there}."
        return
    if among.organisation:
        if among.organisation not in names.organisations:
            yield f"No organisation “{among.organisation}” is known here. Choose one from the list."
        return
    places = places_of(among, body)
    if not places and among.category:
        yield (
            "No seat of this category counts to quoracy, so that nobody could meet it. Record the "
            "category of the seats, or choose the seats by name."
        )
    elif not places:
        yield (
            "No seat of the forum counts to quoracy, so that nobody could meet it. Record its "
            "seats first."
        )
    elif isinstance(leaf, PeopleAsked):
        yield from _too_many(leaf, places)


def _too_many(leaf: PeopleAsked, places: tuple[QuoracySeat, ...]) -> Iterator[str]:
    numbers = [place.number for place in places]
    if None in numbers:
        return
    most = sum(number or 0 for number in numbers)
    if leaf.number > most:
        hold = "one place" if most == 1 else f"{most} places"
        yield (
            f"It asks for {leaf.number} people from seats with {hold}. Ask for {most} at most, or "
            "choose more seats."
        )


def _fullest(tree: Branch, body: QuoracyForum) -> tuple[QuoracyForum, list[Attendee]]:
    """The fullest meeting that a forum could ever hold: somebody else in each place, and people for
    each organisation."""
    asked = [leaf for leaf in leaves(tree) if isinstance(leaf, PeopleAsked)]
    most = sum(leaf.number for leaf in asked) or 1
    filled = tuple(
        replace(
            place,
            fillers=(Filler(place.title),) * (most if place.number is None else place.number),
            acting=(),
            may_be_filled=False,
        )
        for place in body.places
    )
    open_members = tuple(replace(each, closed="", successors=()) for each in body.members)
    coming = [from_seat(place, each) for place in filled for each in place.fillers]
    spoken_for = {each.organisation for each in body.members}
    spoken_for |= {str(leaf.among.organisation) for leaf in asked if leaf.among.organisation}
    for organisation in sorted(spoken_for):
        coming += [Attendee(organisation, organisation=organisation)] * most
    return QuoracyForum(filled, open_members), coming


def _unmet(judged: Found) -> list[Found]:
    """The branches that are not met, as far down as one can be blamed."""
    blamed = [each for below in judged.below for each in _unmet(below)]
    return blamed or ([judged] if judged.met is False else [])


def _remedy(judged: Found) -> str:
    if judged.met_by_the_same:
        return "Let the same people meet several of its conditions, or choose more seats."
    if isinstance(judged.branch, ShareAsked):
        return "Ask for a smaller share."
    return "Ask for fewer, or choose more seats."
