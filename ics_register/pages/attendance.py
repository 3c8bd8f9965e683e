"""Who attends a meeting, as the address of a page says: the questions and the answers.

An answer is a word under the name of a seat or an organisation: `seat-12=attends`,
`organisation-wye-valley-nhs-trust=proxy`. A seat with several places has an answer for each place
(`seat-12-2=attends`), and a number where the sources do not name the members (`seat-12-others=3`).
"""

import dataclasses
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import cast

from django.core.exceptions import BadRequest
from django.http import HttpRequest

from forums.models import ClauseKind
from forums.quoracy import (
    Attendee,
    Clause,
    Filler,
    How,
    QuoracyForum,
    QuoracyMember,
    QuoracySeat,
    coming_for,
    from_seat,
    known_people,
    sent_by,
    sent_instead,
    ways_of,
)

ATTENDS, ACTING, PROXY, SUBSTITUTE, SUCCESSOR, ABSENT, AS_SEATS = (
    "attends",
    "acting",
    "proxy",
    "substitute",
    "successor",
    "absent",
    "as-seats",
)
WORDS = {ATTENDS: How.IN_PERSON, PROXY: How.PROXY, SUBSTITUTE: How.SUBSTITUTE}
LABELS = {
    ATTENDS: "attends",
    ACTING: "somebody acting attends",
    PROXY: "proxy vote",
    SUBSTITUTE: "substitute",
    SUCCESSOR: "its successor acts in its place",
    ABSENT: "absent",
    AS_SEATS: "by its seats below alone",
}
HOW_SAID = {How.IN_PERSON: "", How.PROXY: " (proxy vote)", How.SUBSTITUTE: " (substitute)"}

# A seat with more holders than this gets one question, for a number.
MOST_NAMED = 20
# How many of the people who sit for an organisation are named beside it.
MOST_TOLD = 5
# The largest number to answer where the sources do not say how many fill a seat.
MOST_OTHERS = 99

OURS = re.compile(r"(seat|organisation)-")
SEAT = re.compile(r"seat-([0-9]{1,18})(?:-([0-9]{1,4}|others))?")


@dataclass(kw_only=True)
class Question:
    """A question about one seat, place or organisation, and its answer."""

    key: str
    name: str
    details: list[str] = field(default_factory=list)
    why_not: str = ""  # why nobody can attend, if nobody can
    answer: str = ""

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


@dataclass(kw_only=True)
class Choice(Question):
    """Whether somebody attends, and how."""

    coming: dict[str, Attendee] = field(default_factory=dict)  # by the word for how they come
    otherwise: str = ABSENT
    # Meanings of words here, where they say more than the labels.
    labels: dict[str, str] = field(default_factory=dict)

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
        return [self.coming[self.answer]] if self.answer in self.coming else []


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


# Questions


def organisations_asked(
    body: QuoracyForum, clauses: Iterable[Clause], seats: set[int]
) -> list[Choice]:
    """A question for each member organisation, if the rule counts them. `seats` get questions
    too."""
    clauses = [clause for clause in clauses if clause.kind == ClauseKind.EVERY_ORGANISATION]
    return [_of_member(member, body, clauses, seats) for member in body.members if clauses]


def _of_member(
    member: QuoracyMember, body: QuoracyForum, clauses: list[Clause], seats: set[int]
) -> Choice:
    sitting = body.sitting_for(member)
    bringing = [place for place in body.places if _brings(place, member)]
    elsewhere = [place for place in bringing if place.seat not in seats]
    question = Choice(
        key=f"organisation-{member.organisation}",
        name=member.name,
        details=_told([(place, each) for place, each in sitting if place in elsewhere]),
    )
    ways = ways_of(member, body, clauses)
    if len(elsewhere) < len(bringing) and not member.closed:
        question.otherwise = AS_SEATS
        if not elsewhere:
            ways = [way for way in ways if way != How.IN_PERSON]
    elif not member.closed and How.IN_PERSON not in ways:
        question.details.append("No seat for it is filled, so nobody attends for it in person.")
    if member.closed and member.successors:
        question.details.append(
            f"It closed {member.closed}. It was succeeded by {member.succeeded_by}; no source "
            "recorded here says that it took its place on this forum."
        )
        question.coming[SUCCESSOR] = coming_for(member)
        question.labels[SUCCESSOR] = f"{member.succeeded_by} acts in its place"
    elif member.closed:
        question.why_not = f"It closed {member.closed}, and nobody can attend for it."
    elif not ways and question.otherwise != AS_SEATS:
        question.why_not = "No seat for it is filled, and the rule takes nobody instead."
    for word, how in WORDS.items():
        if how in ways:
            question.coming[word] = _for_member(member, body, clauses, how)
    return question


def _told(sitting: list[tuple[QuoracySeat, Filler]]) -> list[str]:
    """The people who sit for an organisation, as far as they can be told apart."""
    told = [f"{place.title}: {filler.name}" for place, filler in sitting[:MOST_TOLD]]
    rest = len(sitting) - len(told)
    return [*told, f"and {rest} more"] if rest else told


def _can_come(place: QuoracySeat) -> bool:
    return bool(place.fillers) or place.unnamed != 0


def _brings(place: QuoracySeat, member: QuoracyMember) -> bool:
    """Whether somebody from a place can speak for a member."""
    speak_for = [place.speaks_for(each) for each in (*place.fillers, *place.acting)]
    speak_for += [] if place.unnamed == 0 else [place.organisation]
    return member.organisation in speak_for


def _for_member(
    member: QuoracyMember, body: QuoracyForum, clauses: list[Clause], how: How
) -> Attendee:
    if how == How.IN_PERSON:
        return cast("Attendee", sent_by(member, body))  # otherwise not one of `ways_of`
    instead = [one for clause in clauses for one in sent_instead(member, clause)]
    [first, *_] = [one for one in instead if one.how == how]
    return dataclasses.replace(first, name=member.name + HOW_SAID[how])


def seats_asked(body: QuoracyForum, clauses: Iterable[Clause], seats: set[int]) -> list[Question]:
    """A question for each place of the seats that the rule counts or names, or that vote."""
    clauses = list(clauses)
    return [
        question
        for place in body.places
        if place.seat in seats
        for question in _of_place(place, [each for each in clauses if _concerns(each, place, body)])
    ]


def seats_wanted(body: QuoracyForum, clauses: Iterable[Clause], voting: Iterable[int]) -> set[int]:
    """The seats to ask about: those that the rule counts or names, and those that vote."""
    clauses = list(clauses)
    wanted = {clause.seat for clause in clauses if clause.kind == ClauseKind.MUST_INCLUDE}
    if any(clause.counts_heads for clause in clauses):
        wanted |= {place.seat for place in body.places if place.counts}
    return {place.seat for place in body.places} & (wanted | set(voting))


def _concerns(clause: Clause, place: QuoracySeat, body: QuoracyForum) -> bool:
    if clause.kind == ClauseKind.MUST_INCLUDE:
        return clause.seat == place.seat
    if clause.counts_heads:
        return place.counts
    members = {member.organisation for member in body.members}
    speaks_for = {place.organisation, *map(place.speaks_for, (*place.fillers, *place.acting))}
    return not members.isdisjoint(speaks_for)


def _of_place(place: QuoracySeat, clauses: list[Clause]) -> list[Question]:
    key = f"seat-{place.seat}"
    single = place.number == 1 and len(place.fillers) <= 1
    ways = _ways_from(place, clauses)
    if not _can_come(place):
        vacant = Choice(key=key, name=place.title, why_not="Vacant: nobody can attend from it.")
        return [vacant]
    if len(place.fillers) > MOST_NAMED:
        return [_number(place, f"{key}-others", place.fillers)]
    questions: list[Question] = [
        _choice(place, filler, key if single else f"{key}-{number}", ways)
        for number, filler in enumerate(place.fillers, start=1)
    ]
    if single and not place.fillers:
        questions.append(_choice(place, None, key, ways))
    elif place.unnamed != 0:
        questions.append(_number(place, f"{key}-others", ()))
    if How.SUBSTITUTE in ways and not _deputy_counts(place, clauses):
        for question in questions:
            if not question.is_number:
                question.details.append("A deputy carries its vote and does not count to quoracy.")
    return questions


def _ways_from(place: QuoracySeat, clauses: list[Clause]) -> list[How]:
    proxy = any(clause.by_proxy for clause in clauses)
    deputy_votes = place.votes and place.may_be_deputised
    substitute = deputy_votes or _deputy_counts(place, clauses)
    return [How.IN_PERSON, *[How.PROXY] * proxy, *[How.SUBSTITUTE] * substitute]


def _deputy_counts(place: QuoracySeat, clauses: list[Clause]) -> bool:
    allowed = place.may_be_deputised is not False
    return allowed and any(clause.by_substitute for clause in clauses)


def _choice(place: QuoracySeat, filler: Filler | None, key: str, ways: list[How]) -> Choice:
    who = filler.name if filler else "somebody not recorded"
    coming = {}
    for word, how in WORDS.items():
        if how in ways:
            one = from_seat(place, filler or Filler(who), how)
            coming[word] = dataclasses.replace(one, name=f"{who}, {place.title}{HOW_SAID[how]}")
    labels = {}
    if filler and place.acting:
        acting = _acting(place)
        labels[ACTING] = f"{acting.name} attends"
        coming[ACTING] = dataclasses.replace(acting, name=f"{acting.name}, {place.title}")
    return Choice(
        key=key,
        name=f"{place.title}: {filler.name}" if filler else place.title,
        details=[] if filler else ["Who fills it is not recorded."],
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


def _number(place: QuoracySeat, key: str, fillers: tuple[Filler, ...]) -> Number:
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
        details=[detail for detail in details if detail],
        each=[dataclasses.replace(one, name=f"{one.name}, {place.title}") for one in each],
        most=len(each),
        is_certain=place.unnamed is not None,
    )


# Answers


@dataclass
class Known:
    """The seats (by key) and organisations (by slug) that the forum has on any day, with their
    names."""

    seats: dict[int, str]
    organisations: dict[str, str]
    # Today's slug of a known organisation that had another slug.
    slug_now: Callable[[str], str | None]

    def key_now(self, key: str) -> str:
        slug = key.removeprefix("organisation-")
        if slug == key or slug in self.organisations:
            return key
        return f"organisation-{self.slug_now(slug) or slug}"


def answer(request: HttpRequest, questions: list[Question], known: Known) -> list[str]:
    """Answer `questions` as the address does. Returns the answers that cannot be counted, in words.

    Raises BadRequest for an answer to no question about the forum.
    """
    by_key = {question.key: question for question in questions}
    set_aside, said = [], {}
    for key, texts in request.GET.lists():
        if not OURS.match(key) or not any(texts):
            continue
        key = known.key_now(key)
        if len(texts) > 1 or key in said:
            raise BadRequest(f"{key[:60]} is answered more than once. Answer it once.")
        name = name_of(key, known)
        if key in by_key:
            said[key] = texts[0]
            set_aside += _take(by_key[key], texts[0])
        else:
            set_aside.append(f"{name}: the rule does not ask about it on this day.")
            refuse_unknown_word(key, texts[0], or_number=True)
            said[key] = ""
    for question in questions:
        question.answer = question.answer or ("" if question.is_number else question.choices[-1][0])
    _refuse_contradictions(questions, said)
    return set_aside


def name_of(key: str, known: Known) -> str:
    """The seat or organisation that an answer is about, in words. Raises BadRequest for one that
    the forum never had."""
    if found := SEAT.fullmatch(key):
        if int(found[1]) in known.seats:
            return known.seats[int(found[1])]
        raise BadRequest(
            f"{key[:60]}: this forum has no such seat. Take it out of the address, or fill in the "
            "form again."
        )
    slug = key.removeprefix("organisation-")
    if slug in known.organisations:
        return known.organisations[slug]
    what = "seat" if key.startswith("seat-") else "member organisation"
    raise BadRequest(
        f"{key[:60]}: this forum has no such {what}. Take it out of the address, or fill in the "
        "form again."
    )


def refuse_unknown_word(key: str, text: str, *, or_number: bool = False) -> None:
    if text not in LABELS and not (or_number and re.fullmatch("[0-9]{1,4}", text)):
        raise BadRequest(
            f"{key[:60]}: “{text[:40]}” is not an answer. Write attends, proxy, "
            "substitute, acting, successor or absent."
        )


def _take(question: Question, text: str) -> list[str]:
    """Answer one question. Returns the part of the answer that cannot be counted."""
    if isinstance(question, Number):
        question.answer = _number_of(question, text)
        return []
    refuse_unknown_word(question.key, text)
    if text in dict(question.choices) or text in (ABSENT, AS_SEATS):
        question.answer = text if text in dict(question.choices) else ""
        return []
    if isinstance(question, Choice) and question.otherwise == AS_SEATS and text == ATTENDS:
        return []
    reason = question.why_not or {
        ACTING: "nobody acts for who fills it on this day.",
        PROXY: "the rule takes no proxy vote from it.",
        SUBSTITUTE: "the rule takes no substitute for it.",
        SUCCESSOR: "it has no successor that could act in its place on this day.",
    }.get(text, "nobody can attend for it.")
    return [f"{question.name}: {reason[0].lower()}{reason[1:]}"]


def _number_of(question: Number, text: str) -> str:
    if re.fullmatch("[0-9]{1,4}", text) is None or int(text) > question.most:
        raise BadRequest(
            f"{question.key[:60]}: “{text[:40]}” is not how many can attend. Write a number from 0 "
            f"to {question.most}."
        )
    return str(int(text))


def _refuse_contradictions(questions: list[Question], said: dict[str, str]) -> None:
    """Raises BadRequest if an organisation is absent while a seat for it is not, or attends while
    no seat can."""
    there = {
        one.organisation: question.key
        for question in questions
        if question.key.startswith("seat-")
        for one in question.attendees()
    }
    for question in questions:
        slug, text = question.key.removeprefix("organisation-"), said.get(question.key)
        if question.key.startswith("seat-") or not isinstance(question, Choice):
            continue
        if text == ABSENT and slug in there and SUCCESSOR not in question.coming:
            raise BadRequest(
                f"{question.key[:60]}=absent contradicts {there[slug]}, which sits for it. Take "
                "one of them out of the address."
            )
        its_seats_alone = question.otherwise == AS_SEATS and ATTENDS not in question.coming
        if text == ATTENDS and its_seats_alone and slug not in there:
            raise BadRequest(
                f"{question.key[:60]}=attends, but nobody attends from the seats for it. Say "
                "which seat attends instead."
            )
