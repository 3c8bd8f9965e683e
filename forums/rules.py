"""Whether those who attend a meeting make it quorate, branch by branch.

Plain functions of plain values, which ask no database. We read common wording so: a share of places
counts vacant ones too; a seat in attendance does not count unless a source says so; one person
counts once in each branch, whatever they sit for, and may meet several branches; and proxy votes
alone make no meeting.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from forums.assignment import Demand, assigned
from forums.quoracy import (
    NOBODY,
    Attendee,
    How,
    QuoracyForum,
    QuoracyMember,
    QuoracySeat,
    any_in_the_room,
    may_count_for,
)
from forums.rule_trees import (
    AllOf,
    Among,
    AnyOf,
    Branch,
    BranchGroup,
    Leaf,
    OrganisationsAsked,
    PeopleAsked,
    ShareAsked,
    SomeOf,
    Ways,
    leaves,
    number_below,
    people_asked,
)


@dataclass(frozen=True)
class RuleOfQuoracy:
    """A rule as far as it is recorded."""

    tree: Branch
    # Whether the tree says all that the document asks; None if nobody has compared them.
    say_all: bool | None
    # The names of the organisations that it names, by their slugs.
    organisations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """A branch, whether it is met, and by whom; `met` is None if too little is recorded."""

    number: str  # "3.1"; empty for the rule itself
    branch: Branch
    met: bool | None
    by: tuple[str, ...] = ()  # those who meet it, as far as it is met
    needed: int | None = None  # how many it takes; None if that is not known
    missing: int = 0  # how many more it takes, if that is known
    absent: tuple[QuoracyMember, ...] = ()  # the organisations that nobody is there for
    # Absent organisations that somebody came for who already counts for another.
    came_for: tuple[QuoracyMember, ...] = ()
    # Met branch by branch, but by the same people where they have to differ.
    met_by_the_same: bool = False
    below: tuple["Found", ...] = ()
    steps: int = 0  # how many comparisons it took

    def all(self) -> "Iterable[Found]":
        yield self
        for each in self.below:
            yield from each.all()


@dataclass(frozen=True)
class JudgedRule:
    """Whether a rule is met, and each of its branches."""

    found: Found
    in_the_room: bool  # whether anybody attends otherwise than by proxy
    say_all: bool | None  # as in RuleOfQuoracy
    assuming: tuple[str, ...] = ()  # as in Attendee

    @property
    def met(self) -> bool | None:
        """None if too little is recorded, or if the document may ask for more than is recorded."""
        return None if self.recorded_met and not self.say_all else self.recorded_met

    @property
    def recorded_met(self) -> bool | None:
        """Whether the tree is met, whatever else the document asks."""
        if self.found.met is False or not self.in_the_room:
            return False
        return self.found.met

    @property
    def top_branches(self) -> tuple[Found, ...]:
        """The branches that a page shows first: those of the rule, or the one that it is."""
        return self.found.below or (self.found,)

    @property
    def steps(self) -> int:
        return sum(each.steps for each in self.found.all())


def judge_tree(
    rule: RuleOfQuoracy, body: QuoracyForum, attendees: Sequence[Attendee]
) -> JudgedRule:
    """Whether `attendees` make a meeting quorate."""
    return JudgedRule(
        found(rule.tree, body, attendees),
        any_in_the_room(attendees),
        rule.say_all,
        tuple(dict.fromkeys(one.assuming for one in attendees if one.assuming)),
    )


def without(attendees: Iterable[Attendee], withdrawn: Iterable[Attendee]) -> list[Attendee]:
    """The people who stay when some withdraw for an item of business. Whoever withdraws leaves all
    of their seats."""
    leaving = Counter(withdrawn)
    people = frozenset[int]().union(*(one.people for one in leaving if len(one.people) == 1))
    stay = []
    for one in attendees:
        if leaving[one] > 0:
            leaving[one] -= 1
        elif not (len(one.people) == 1 and one.people <= people):
            stay.append(one)
    return stay


def found(
    branch: Branch, body: QuoracyForum, attendees: Sequence[Attendee], number: str = ""
) -> Found:
    """Whether `attendees` meet a branch, and who does."""
    match branch:
        case PeopleAsked():
            return _people(branch, branch.number, body, attendees, number)
        case ShareAsked():
            size = size_of(branch, body)
            needed = None if size is None else branch.of(size)
            return _people(branch, needed, body, attendees, number)
        case OrganisationsAsked():
            return _organisations(branch, body, attendees, number)
        case _:
            return _group(branch, body, attendees, number)


def _group(
    branch: BranchGroup, body: QuoracyForum, attendees: Sequence[Attendee], number: str
) -> Found:
    below = tuple(
        found(each, body, attendees, number_below(number, place))
        for place, each in enumerate(branch.branches, start=1)
    )
    judged = _of_branches(Found(number, branch, None), branch, below)
    if judged.met and isinstance(branch, AllOf) and branch.different_people:
        return _by_different_people(judged, branch, body, attendees)
    return judged


def _of_branches(judged: Found, branch: BranchGroup, below: tuple[Found, ...]) -> Found:
    """The verdict on a group, of those on its branches."""
    met, unknown = (sum(each.met is met for each in below) for met in (True, None))
    needed = needed_of(branch)
    is_met = True if met >= needed else None if met + unknown >= needed else False
    return replace(judged, met=is_met, needed=needed, missing=max(needed - met, 0), below=below)


def reconsidered(judged: Found, met: Callable[[Found], bool | None]) -> Found:
    """A verdict with another on each branch that asks for people or organisations, as `met` says.
    It is asked too of a group that the same people met."""
    if not isinstance(judged.branch, BranchGroup):
        return replace(judged, met=met(judged))
    below = tuple(reconsidered(each, met) for each in judged.below)
    if judged.met_by_the_same:
        return replace(judged, met=met(judged), below=below)
    return _of_branches(judged, judged.branch, below)


def needed_of(branch: BranchGroup) -> int:
    """How many of its branches a group asks for."""
    match branch:
        case AllOf():
            return len(branch.branches)
        case AnyOf():
            return 1
        case SomeOf():
            return branch.number


def _by_different_people(
    judged: Found, branch: AllOf, body: QuoracyForum, attendees: Sequence[Attendee]
) -> Found:
    """The verdict on a group whose branches are met, if nobody may meet two of them."""
    asked = [each for each in branch.branches if isinstance(each, PeopleAsked)]
    demands = [Demand(each.number, _counted(each, body, attendees)) for each in asked]
    given = assigned(demands, [person_of(one) for one in attendees])
    short = [each.number - len(there) for each, there in zip(asked, given.each, strict=True)]
    names = [tuple(attendees[one].name for one in there) for there in given.each]
    below = tuple(replace(each, by=by) for each, by in zip(judged.below, names, strict=True))
    steps = given.steps + len(attendees) * len(asked)
    if not any(short):
        return replace(judged, below=below, steps=steps)
    return replace(judged, met=False, missing=sum(short), met_by_the_same=True, steps=steps)


def person_of(one: Attendee) -> frozenset[int]:
    """The people who an attendee is or may be. A substitute is taken for nobody else there."""
    return NOBODY if one.how == How.SUBSTITUTE else one.people


def _counted(
    branch: PeopleAsked | ShareAsked, body: QuoracyForum, attendees: Sequence[Attendee]
) -> list[int]:
    """The places in the list of those whom a branch counts."""
    counts = counted_by(branch.among)
    return [
        which
        for which, one in enumerate(attendees)
        if takes(branch.counting, body, one) and counts(body, one)
    ]


def takes(counting: Ways, body: QuoracyForum, one: Attendee) -> bool:
    """Whether a branch counts somebody who takes part in this way. Only the branch says that a
    deputy counts: a seat that may be deputised gives its deputy no more than the vote."""
    if one.how == How.IN_PERSON:
        return True
    if one.how not in counting:
        return False
    place = body.place(one.seat)
    sent = one.how in (How.SUBSTITUTE, How.DEPUTY)
    return not (sent and place is not None and place.may_be_deputised is False)


def counted_by(among: Among) -> Callable[[QuoracyForum, Attendee], bool]:
    """Whether an attendee is among those whom a branch counts."""
    seats = frozenset(among.seats)

    def counts(body: QuoracyForum, one: Attendee) -> bool:
        if among.organisation:
            return one.organisation == among.organisation and not one.assuming
        place = body.place(one.seat)
        return place is not None and counts_from(place, among, seats)

    return counts


def counts_from(place: QuoracySeat, among: Among, seats: frozenset[int]) -> bool:
    """Whether people from a seat are among those whom a branch counts. Seats that it names count
    even if they do not count to quoracy otherwise."""
    if among.seats:
        return place.seat in seats
    return place.counts and (not among.category or place.category == among.category)


def places_of(among: Among, body: QuoracyForum) -> tuple[QuoracySeat, ...]:
    seats = frozenset(among.seats)
    return tuple(place for place in body.places if counts_from(place, among, seats))


def concerns(leaf: Leaf, place: QuoracySeat, body: QuoracyForum) -> bool:
    """Whether it makes a difference to a branch who comes from a place."""
    speaks_for = {place.organisation, *map(place.speaks_for, (*place.fillers, *place.acting))}
    if isinstance(leaf, OrganisationsAsked):
        return not speaks_for.isdisjoint(member.organisation for member in body.members)
    if leaf.among.organisation:
        return leaf.among.organisation in speaks_for
    return counts_from(place, leaf.among, frozenset(leaf.among.seats))


def places_counted(tree: Branch, body: QuoracyForum) -> list[QuoracySeat]:
    """The places from which a branch that asks for people counts them."""
    asked = people_asked(tree)
    return [place for place in body.places if any(concerns(leaf, place, body) for leaf in asked)]


def outsiders(rule: RuleOfQuoracy, body: QuoracyForum) -> Iterator[Attendee]:
    """People for the organisations that a rule names and that neither have a seat nor are members:
    as many as it asks for."""
    asked: dict[str, int] = {}
    for leaf in leaves(rule.tree):
        if isinstance(leaf, PeopleAsked) and (slug := str(leaf.among.organisation)):
            asked[slug] = max(leaf.number, asked.get(slug, 0))
    for slug, number in asked.items():
        if slug not in body.organisations:
            somebody = Attendee(
                f"somebody for {rule.organisations.get(slug, slug)}", organisation=slug
            )
            yield from [somebody] * number


def size_of(branch: ShareAsked, body: QuoracyForum) -> int | None:
    """How many people it asks for a share of; None if that is not recorded.

    Somebody who fills several of the places is one person, whose places are one.
    """
    places = places_of(branch.among, body)
    people = [each.person for place in places for each in place.fillers]
    known = [person for person in people if person is not None]
    twice = len(known) - len(set(known))
    if branch.in_post:
        return None if any(place.unnamed != 0 for place in places) else len(people) - twice
    if any(place.number is None for place in places):
        return None
    return sum(place.number or 0 for place in places) - twice


def _people(
    branch: PeopleAsked | ShareAsked,
    needed: int | None,
    body: QuoracyForum,
    attendees: Sequence[Attendee],
    number: str,
) -> Found:
    counted = _counted(branch, body, attendees)
    [there], steps = assigned(
        [Demand(len(counted), counted)], [person_of(one) for one in attendees]
    )
    steps += len(attendees)
    by = tuple(attendees[one].name for one in there)
    if needed is None:
        return Found(number, branch, None, by, steps=steps)
    missing = max(needed - len(by), 0)
    return Found(number, branch, missing == 0, by, needed, missing, steps=steps)


def _organisations(
    branch: OrganisationsAsked, body: QuoracyForum, attendees: Sequence[Attendee], number: str
) -> Found:
    if not body.members:
        return Found(number, branch, None)
    present = [one for one in attendees if takes(branch.counting, body, one)]
    demands = [
        Demand(1, [which for which, one in enumerate(present) if may_count_for(one, member)])
        for member in body.open_members_first
    ]
    each, steps = assigned(demands, [_makes_up(one, branch) for one in present])
    needed = len(body.members) if branch.number is None else branch.number
    members = zip(body.open_members_first, each, strict=True)
    absent = tuple(member for member, there in members if not there)
    came = {one.organisation for one in present}
    came_for = tuple(each for each in absent if each.organisation in came and not each.closed)
    by = tuple(present[one].name for there in each for one in there)
    missing = max(needed - len(by), 0)
    steps += len(attendees) + len(present) * len(demands)
    # It is not known of one that has closed who took its place, or whether the rule asks for it.
    closed = sum(bool(member.closed) for member in absent)
    met = True if missing == 0 else None if missing <= closed else False
    return Found(number, branch, met, by, needed, missing, absent, came_for, steps=steps)


def _makes_up(one: Attendee, branch: OrganisationsAsked) -> frozenset[int]:
    """The people who an attendee for an organisation may be. A proxy vote or a substitute is the
    organisation's own."""
    own = branch.one_for_several or one.how in (How.PROXY, How.SUBSTITUTE)
    return NOBODY if own else one.people
