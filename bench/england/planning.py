"""Which forums England has: boards, their committees, and the groups beneath those."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from bench.england.bodies import England, ListedBody
from forums.models import ForumKind
from organisations.models import OrganisationKind as Kind

COMMITTEES = [
    "Audit and Risk",
    "Quality and Outcomes",
    "Finance and Performance",
    "People",
    "Remuneration",
    "Transformation",
    "Digital",
    "Strategy",
    "Commissioning",
    "Clinical Executive",
    "Estates",
    "Population Health",
]
TOPICS = [
    "Ageing Well",
    "Ambulance Handover",
    "Anticoagulation",
    "Autism",
    "Cancer",
    "Cardiology",
    "Carers",
    "Children and Young People",
    "Community Equipment",
    "Continuing Healthcare",
    "Dementia",
    "Dermatology",
    "Diabetes",
    "Diagnostics",
    "Discharge",
    "Elective Care",
    "End of Life Care",
    "Eye Care",
    "Frailty",
    "Green Plan",
    "Housing and Health",
    "Immunisation",
    "Infection Prevention",
    "Learning Disability",
    "Maternity",
    "Medicines",
    "Mental Health",
    "Musculoskeletal",
    "Neurology",
    "Personalised Care",
    "Prevention",
    "Respiratory",
    "Safeguarding",
    "Same Day Care",
    "Stroke",
    "Suicide Prevention",
    "Tobacco",
    "Urgent Care",
    "Virtual Wards",
    "Weight Management",
    "Winter",
    "Workforce",
]


@dataclass(eq=False)
class Planned:
    """A forum that is to be: what it is, whose, and which it answers to."""

    name: str
    kind: ForumKind
    system: int
    place: str = ""  # the system's own if empty
    host: ListedBody | None = None
    answers_to: "Planned | None" = None


# How many have sat on a forum of a kind, against those of another.
SIZES = {
    ForumKind.BOARD: 32,
    ForumKind.EXECUTIVE: 24,
    ForumKind.COMMITTEE: 18,
    ForumKind.NETWORK_BOARD: 14,
    ForumKind.GROUP: 11,
    ForumKind.WORKSTREAM: 8,
}


def plan_forums(england: England, number: int, chance: random.Random) -> list[Planned]:
    """`number` forums, each after the one that it answers to."""
    boards = list(boards_of(england))
    committees = [each for board in boards for each in committees_of(board)]
    planned = [*boards, *committees]
    if len(planned) > number:
        # Every system and place keeps its board, and of the rest as many as there is room for.
        first = sorted(planned, key=lambda each: each.host is not None)
        kept = set(first[:number])
        planned = [p for p in planned if p in kept and (not p.answers_to or p.answers_to in kept)]
    used = defaultdict(set)
    parents = [each for each in planned if each.kind != ForumKind.NETWORK_BOARD]
    while len(planned) < number:
        parent = chance.choice(parents)
        topic = chance.choice(TOPICS)
        turn = len(used[parent]) // len(TOPICS)
        if topic in used[parent] and not turn:
            continue
        used[parent].add(topic if not turn else f"{topic} {turn}")
        kind = chance.choice([ForumKind.GROUP, ForumKind.GROUP, ForumKind.WORKSTREAM])
        sort = "Workstream" if kind == ForumKind.WORKSTREAM else "Group"
        planned.append(beneath(parent, f"{area_of(parent, england)} {topic} {sort}", kind))
    return planned


def area_of(planned: Planned, england: England) -> str:
    if planned.host is not None:
        return planned.host.name.removesuffix(" NHS Foundation Trust").removesuffix(" NHS Trust")
    return planned.place or england.systems[planned.system][0]


def boards_of(england: England) -> Iterator[Planned]:
    of_system, of_place = {}, {}
    for at, (name, _, _) in enumerate(england.systems):
        of_system[at] = Planned(f"{name} Integrated Care Partnership", ForumKind.BOARD, at)
        yield of_system[at]
        board = Planned(f"{name} Integrated Care Board", ForumKind.BOARD, at)
        board.answers_to = of_system[at]
        yield board
    for place, at in england.places():
        of_place[place] = Planned(f"{place} Place Partnership", ForumKind.EXECUTIVE, at, place)
        of_place[place].answers_to = of_system[at]
        yield of_place[place]
    for body in england.bodies:
        match body.kind:
            case Kind.NHS_TRUST | Kind.FOUNDATION_TRUST:
                name, kind = f"Board of Directors of {body.name}", ForumKind.BOARD
            case Kind.CCG:
                name, kind = f"Governing Body of {body.name}", ForumKind.BOARD
            case Kind.UPPER_TIER_COUNCIL:
                name, kind = f"{body.place} Health and Wellbeing Board", ForumKind.BOARD
            case Kind.PCN:
                name, kind = f"{body.name} Network Board", ForumKind.NETWORK_BOARD
            case _:
                continue
        above = of_place.get(body.place) or of_system[body.system]
        yield Planned(name, kind, body.system, body.place, body, above)


def committees_of(board: Planned) -> Iterator[Planned]:
    if board.kind == ForumKind.NETWORK_BOARD:
        yield beneath(board, f"{board.host.name} Clinical Governance Group", ForumKind.GROUP)
        yield beneath(board, f"{board.host.name} Patient Participation Group", ForumKind.GROUP)
        return
    if board.kind == ForumKind.EXECUTIVE:
        topics = ["Integrated Care", "Health Inequalities", "Prevention"]
    elif board.host is None:
        topics = COMMITTEES if board.answers_to else []
    elif board.host.kind == Kind.UPPER_TIER_COUNCIL:
        topics = ["Better Care Fund", "Children’s Services"]
    else:
        topics = COMMITTEES[:8] if board.host.kind != Kind.CCG else COMMITTEES[:4]
    own = board.host.name if board.host else board.name
    for topic in topics:
        yield beneath(board, f"{topic} Committee of {own}", ForumKind.COMMITTEE)


def beneath(parent: Planned, name: str, kind: ForumKind) -> Planned:
    return Planned(name, kind, parent.system, parent.place, parent.host, parent)
