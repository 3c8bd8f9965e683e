"""Who attends a meeting: the questions. `attendance_answers` reads the answers."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from django.utils.text import capfirst

from forums import rule_trees
from forums.quoracy import (
    Attendee,
    Filler,
    How,
    QuoracyForum,
    QuoracyMember,
    QuoracySeat,
    coming_for,
    from_seat,
    known_people,
    sent_by,
    sent_from,
    sent_instead,
)
from forums.rule_trees import Leaf, OrganisationsAsked, leaves
from forums.rules import RuleOfQuoracy, concerns, outsiders, places_counted

ATTENDS, REMOTELY, ACTING, PROXY, SUBSTITUTE, DEPUTY, SUCCESSOR, ABSENT, AS_SEATS = (
    "attends",
    "remotely",
    "acting",
    "proxy",
    "substitute",
    "deputy",
    "successor",
    "absent",
    "as-seats",
)
WORDS = {
    ATTENDS: How.IN_PERSON,
    REMOTELY: How.REMOTE,
    PROXY: How.PROXY,
    SUBSTITUTE: How.SUBSTITUTE,
    DEPUTY: How.DEPUTY,
}
LABELS = {
    ATTENDS: "attends",
    REMOTELY: "attends remotely",
    ACTING: "somebody acting attends",
    PROXY: "proxy vote",
    SUBSTITUTE: "substitute",
    DEPUTY: "deputy",
    SUCCESSOR: "its successor acts in its place",
    ABSENT: "absent",
    AS_SEATS: "by its seats below alone",
}
HOW_SAID = {
    How.IN_PERSON: "",
    How.REMOTE: " (remotely)",
    How.PROXY: " (proxy vote)",
    How.SUBSTITUTE: " (substitute)",
    How.DEPUTY: " (deputy)",
}

# The question about everybody who is asked about nowhere else.
OTHERS = "seat-others"
# A seat with more holders than this gets one question, for a number.
MOST_NAMED = 20
# How many of the people who sit for an organisation are named beside it.
MOST_TOLD = 5
# The largest number to answer where the sources do not say how many fill a seat.
MOST_OTHERS = 99


@dataclass(kw_only=True)
class Question:
    """A question about one seat, place or organisation, and its answer."""

    key: str
    name: str
    details: list[str] = field(default_factory=list)
    why_not: str = ""  # why nobody can attend, if nobody can
    answer: str = ""
    withdraw: int = 0  # how many of those who attend withdraw for an item of business

    @property
    def is_number(self) -> bool:
        return False

    @property
    def choices(self) -> list[tuple[str, str]]:
        return []

    @property
    def fullest(self) -> str:
        return ""

    def attendees(self) -> list[Attendee]:
        return []

    def withdrawn(self) -> list[Attendee]:
        return self.attendees()[: self.withdraw]


@dataclass(kw_only=True)
class Choice(Question):
    """Whether somebody attends, and how."""

    coming: dict[str, Attendee] = field(default_factory=dict)  # by the word for how they come
    otherwise: str = ABSENT
    # Meanings of words here, where they say more than the labels.
    labels: dict[str, str] = field(default_factory=dict)
    # The question about the member who comes as its deputy, if it is one.
    deputy: "Choice | None" = None

    @property
    def has_deputy(self) -> bool:
        return self.answer == DEPUTY

    @property
    def choices(self) -> list[tuple[str, str]]:
        labels = LABELS | self.labels
        return [(word, labels[word]) for word in (*self.coming, self.otherwise)]

    @property
    def fullest(self) -> str:
        """The answer that brings most people, without those who count only on an assumption."""
        first = next(iter(self.coming), "")
        return "" if self.otherwise == AS_SEATS or first == SUCCESSOR else first

    def attendees(self) -> list[Attendee]:
        if self.answer not in self.coming:
            return []
        one = self.coming[self.answer]
        if not (self.has_deputy and self.deputy):
            return [one]
        [deputy] = self.deputy.attendees()
        return [dataclasses.replace(one, people=deputy.people)]


@dataclass(kw_only=True)
class Number(Question):
    """How many attend of the people whom the page does not name."""

    each: list[Attendee]  # the first that many attend
    most: int
    is_certain: bool  # whether a source says how many there are

    is_number = True

    @property
    def fullest(self) -> str:
        return str(self.most if self.is_certain else 1)

    def attendees(self) -> list[Attendee]:
        return self.each[: int(self.answer or 0)]


@dataclass(frozen=True)
class Beside:
    """The words beside each name: how lately it is known, and what is only foreseen or perhaps."""

    # By the key of a seat and that of somebody who fills it, or None for its empty places.
    seats: Mapping[tuple[int, int | None], list[str]] = field(default_factory=dict)
    organisations: Mapping[str, list[str]] = field(default_factory=dict)

    def person(self, place: QuoracySeat, filler: Filler) -> list[str]:
        return self.seats.get((place.seat, filler.person), [])

    def empty(self, place: QuoracySeat) -> list[str]:
        return self.seats.get((place.seat, None), [])


NOTHING = Beside()


def ways_told_apart(asked: Iterable[Leaf]) -> set[How]:
    """The ways of taking part that make a difference to a rule. To attend remotely is to attend
    where every branch counts it, and a deputy is a substitute where every branch counts both or
    neither."""
    each = [leaf.counting for leaf in asked]
    told = {How.IN_PERSON, How.PROXY, How.SUBSTITUTE}
    if not all(How.REMOTE in counting for counting in each):
        told.add(How.REMOTE)
    if any((How.DEPUTY in counting) != (How.SUBSTITUTE in counting) for counting in each):
        told.add(How.DEPUTY)
    return told


def organisations_asked(
    rule: RuleOfQuoracy, body: QuoracyForum, seats: set[int], beside: Beside = NOTHING
) -> list[Question]:
    """A question for each member organisation, if the rule counts them, and for each that it names
    and nobody sits for. `seats` get questions too."""
    asked = leaves(rule.tree)
    told = ways_told_apart(asked)
    counting = rule_trees.organisations_asked(rule.tree)
    taken = rule_trees.ways_counted(counting) & told
    members = body.members if counting else ()
    return [
        *(_of_member(member, body, taken, told, seats, beside) for member in members),
        *_of_outsiders(rule, body),
        *_of_others(counting, body, seats),
    ]


def _of_outsiders(rule: RuleOfQuoracy, body: QuoracyForum) -> Iterable[Question]:
    for slug, people in groupby(outsiders(rule, body), lambda one: one.organisation):
        each = list(people)
        yield Number(
            key=f"organisation-{slug}",
            name=rule.organisations.get(slug or "", slug or ""),
            each=each,
            most=len(each),
            is_certain=True,
        )


def _of_others(
    counting: Iterable[OrganisationsAsked], body: QuoracyForum, seats: set[int]
) -> Iterable[Question]:
    """Whether somebody from a seat that has no question is in the room beside proxy votes."""
    members = _open_members(body)
    others = (
        (place.unnamed != 0 and place.organisation not in members)
        or any(place.speaks_for(filler) not in members for filler in place.fillers)
        for place in body.places
        if place.seat not in seats
    )
    if How.PROXY in rule_trees.ways_counted(counting) and any(others):
        yield Choice(
            key=OTHERS,
            name="Somebody else in the room",
            details=[
                "Somebody who sits here for none of these organisations, such as a chair.",
                "Proxy votes alone do not make a meeting.",
            ],
            coming={ATTENDS: Attendee("somebody else in the room")},
        )


def _of_member(
    member: QuoracyMember,
    body: QuoracyForum,
    taken: Iterable[How],
    told: set[How],
    seats: set[int],
    beside: Beside,
) -> Choice:
    sitting = body.sitting_for(member)
    bringing = [place for place in body.places if _brings(place, member)]
    elsewhere = [place for place in bringing if place.seat not in seats]
    question = Choice(
        key=f"organisation-{member.organisation}",
        name=member.name,
        details=[
            *beside.organisations.get(member.organisation, ()),
            *_told([(place, each) for place, each in sitting if place in elsewhere], beside),
        ],
    )
    coming = _coming_for(member, body, taken)
    if len(elsewhere) < len(bringing) and not member.closed:
        question.otherwise = AS_SEATS
        if not elsewhere:
            coming.pop(How.IN_PERSON, None)
            coming.pop(How.REMOTE, None)
    elif not member.closed and How.IN_PERSON not in coming:
        question.details.append("No seat for it is filled, so nobody attends for it in person.")
    if member.closed and member.successors:
        succeeded = "was to be succeeded" if member.succession_foreseen else "was succeeded"
        question.details.append(
            f"It {member.closed_in_full}. It {succeeded} by {member.succeeded_by}; no source "
            "recorded here says that it took its place on this forum."
        )
        question.coming[SUCCESSOR] = coming_for(member)
        question.labels[SUCCESSOR] = f"{member.succeeded_by} acts in its place"
    elif member.closed:
        question.why_not = f"It {member.closed_in_full}. Nobody can attend for it."
    elif not coming and question.otherwise != AS_SEATS:
        question.why_not = "No seat for it is filled, and the rule takes nobody instead."
    for word, how in WORDS.items():
        if how in coming:
            question.coming[word] = coming[how]
    question.labels |= _in_person(told)
    return question


def _in_person(told: set[How]) -> dict[str, str]:
    """What “attends” means where to attend remotely is something else."""
    return {ATTENDS: "attends in person"} if How.REMOTE in told else {}


def _told(sitting: list[tuple[QuoracySeat, Filler]], beside: Beside) -> list[str]:
    """The people who sit for an organisation, as far as they can be told apart."""
    told = [
        with_details(f"{place.title}: {filler.name}", beside.person(place, filler))
        for place, filler in sitting[:MOST_TOLD]
    ]
    rest = len(sitting) - len(told)
    return [*told, f"and {rest} more"] if rest else told


def with_details(name: str, details: Iterable[str]) -> str:
    return ". ".join([name, *map(capfirst, details)])


def _can_come(place: QuoracySeat) -> bool:
    return bool(place.fillers) or place.unnamed != 0


def _brings(place: QuoracySeat, member: QuoracyMember) -> bool:
    """Whether somebody from a place can speak for a member."""
    speak_for = [place.speaks_for(each) for each in (*place.fillers, *place.acting)]
    speak_for += [] if place.unnamed == 0 else [place.organisation]
    return member.organisation in speak_for


def _coming_for(
    member: QuoracyMember, body: QuoracyForum, taken: Iterable[How]
) -> dict[How, Attendee]:
    """The ways in which an organisation can take part so that the rule counts it, and who does."""
    coming = {}
    if sent := sent_by(member, body):
        coming[How.IN_PERSON] = sent
        if How.REMOTE in taken:
            coming[How.REMOTE] = dataclasses.replace(sent, how=How.REMOTE)
    for one in sent_instead(member, taken):
        coming[one.how] = one
    return {
        how: dataclasses.replace(one, name=one.name + HOW_SAID[how]) for how, one in coming.items()
    }


def seats_asked(
    rule: RuleOfQuoracy, body: QuoracyForum, seats: set[int], beside: Beside = NOTHING
) -> list[Question]:
    """A question for each place of the seats that the rule counts or names, or that vote."""
    asked = leaves(rule.tree)
    told = ways_told_apart(asked)
    return [
        question
        for place in body.places
        if place.seat in seats
        for question in _of_place(
            place, [each for each in asked if concerns(each, place, body)], told, beside
        )
    ]


def seats_wanted(rule: RuleOfQuoracy, body: QuoracyForum, voting: Iterable[int]) -> set[int]:
    """The seats to ask about: those that the rule counts or names, those that vote, and those of
    people who sit for several organisations and make up one."""
    wanted = {place.seat for place in places_counted(rule.tree, body)}
    if any(not each.one_for_several for each in rule_trees.organisations_asked(rule.tree)):
        wanted |= _seats_of_those_who_sit_for_several(body)
    return {place.seat for place in body.places} & (wanted | set(voting))


def _open_members(body: QuoracyForum) -> set[str]:
    return {member.organisation for member in body.members if not member.closed}


def _seats_of_those_who_sit_for_several(body: QuoracyForum) -> set[int]:
    members = _open_members(body)
    sitting = [
        (filler.person, place.speaks_for(filler), place.seat)
        for place in body.places
        for filler in place.fillers
        if filler.person is not None and place.speaks_for(filler) in members
    ]
    speak_for = defaultdict(set)
    for person, organisation, _ in sitting:
        speak_for[person].add(organisation)
    return {seat for person, _, seat in sitting if len(speak_for[person]) > 1}


def _of_place(
    place: QuoracySeat, asked: list[Leaf], told: set[How], beside: Beside
) -> list[Question]:
    key = f"seat-{place.seat}"
    single = place.number == 1 and len(place.fillers) <= 1
    ways = told & _ways_from(place, asked)
    if not _can_come(place):
        why_not = "Vacant: nobody can attend from it."
        return [
            Choice(key=key, name=place.title, details=beside.empty(place), why_not=why_not),
        ]
    if len(place.fillers) > MOST_NAMED:
        return [_number(place, f"{key}-others", place.fillers, beside)]
    questions: list[Question] = [
        _choice(place, filler, key if single else f"{key}-{number}", ways, beside)
        for number, filler in enumerate(place.fillers, start=1)
    ]
    if single and not place.fillers:
        questions.append(_choice(place, None, key, ways, beside))
    elif place.unnamed != 0:
        questions.append(_number(place, f"{key}-others", (), beside))
    if How.SUBSTITUTE in ways and not _sent_count(place, asked):
        for question in questions:
            if not question.is_number:
                question.details.append("A deputy carries its vote and does not count to quoracy.")
    for question in questions:
        if isinstance(question, Choice):
            question.labels |= _in_person(told)
    return questions


def _ways_from(place: QuoracySeat, asked: list[Leaf]) -> set[How]:
    ways = {How.IN_PERSON}.union(*(leaf.counting for leaf in asked))
    if place.may_be_deputised is False:
        ways -= {How.SUBSTITUTE, How.DEPUTY}
    elif place.votes and place.may_be_deputised and not _sent_count(place, asked):
        ways.add(How.SUBSTITUTE)
    return ways


def _sent_count(place: QuoracySeat, asked: list[Leaf]) -> bool:
    """Whether anybody whom the holder of a place sends counts to quoracy."""
    sent = any({How.SUBSTITUTE, How.DEPUTY} & leaf.counting for leaf in asked)
    return place.may_be_deputised is not False and sent


def _choice(
    place: QuoracySeat, filler: Filler | None, key: str, ways: set[How], beside: Beside
) -> Choice:
    who = filler.name if filler else "somebody not recorded"
    coming = {}
    for word, how in WORDS.items():
        if how in ways:
            came = from_seat if how in (How.IN_PERSON, How.REMOTE, How.PROXY) else sent_from
            one = came(place, filler or Filler(who), how)
            coming[word] = dataclasses.replace(one, name=f"{who}, {place.title}{HOW_SAID[how]}")
    labels = {}
    if filler and place.acting:
        acting = _acting(place)
        labels[ACTING] = f"{acting.name} attends"
        coming[ACTING] = dataclasses.replace(acting, name=f"{acting.name}, {place.title}")
    if filler:
        details = list(beside.person(place, filler))
        details += [with_details(each.name, beside.person(place, each)) for each in place.acting]
    else:
        details = ["Who fills it is not recorded.", *beside.empty(place)]
    return Choice(
        key=key,
        name=f"{place.title}: {filler.name}" if filler else place.title,
        details=details,
        coming=coming,
        labels=labels,
    )


def _acting(place: QuoracySeat) -> Attendee:
    """The people who act for the holder of a place, and come instead."""
    first, *others = place.acting
    one = from_seat(place, first)
    if not others:
        return one
    name = " or ".join(each.name for each in place.acting)
    return dataclasses.replace(one, name=name, people=known_people(place.acting))


def _number(place: QuoracySeat, key: str, fillers: tuple[Filler, ...], beside: Beside) -> Number:
    unnamed = MOST_OTHERS if place.unnamed is None else place.unnamed
    each = [from_seat(place, filler) for filler in fillers]
    each += [from_seat(place, Filler("somebody not recorded"))] * unnamed
    named = f"{len(fillers)} fill it, who are named on the forum’s page." if fillers else ""
    if place.unnamed is None:
        details = [named, "How many fill it is not recorded."]
    elif place.unnamed:
        more = " more" if place.fillers else ""
        details = [named, f"It has {place.unnamed}{more} whom the sources do not name."]
    else:
        details = [named]
    return Number(
        key=key,
        name=place.title if len(place.fillers) == len(fillers) else f"{place.title}, others",
        details=[*filter(None, details), *beside.empty(place)],
        each=[dataclasses.replace(one, name=f"{one.name}, {place.title}") for one in each],
        most=len(each),
        is_certain=place.unnamed is not None,
    )
