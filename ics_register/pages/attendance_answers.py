"""Who attends a meeting, as the address of a page says: the answers.

An answer is a word under the name of a seat or an organisation: `seat-12=attends`,
`organisation-wye-valley-nhs-trust=proxy`. A seat with several places has an answer for each place
(`seat-12-2=attends`), and a number where the sources do not name the members (`seat-12-others=3`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from django.core.exceptions import BadRequest
from django.http import HttpRequest

from forums.quoracy import How
from ics_register.pages.attendance import (
    ABSENT,
    ACTING,
    AS_SEATS,
    ATTENDS,
    DEPUTY,
    LABELS,
    OTHERS,
    PROXY,
    REMOTELY,
    SUBSTITUTE,
    SUCCESSOR,
    Choice,
    Number,
    Question,
)

WITHDRAWS = "withdraws"
PRESENT = (How.IN_PERSON, How.REMOTE)
OURS = re.compile(r"(seat|organisation)-")
SEAT = re.compile(r"seat-([0-9]{1,18})(?:-([0-9]{1,4}|others))?")


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


def answer_beside(request: HttpRequest, questions: list[Question], known: Known) -> list[str]:
    """Say which members come as deputies of others (`deputy-seat-3=seat-4`), and who withdraws for
    an item of business (`withdraws-seat-4=1`). Returns what cannot be counted, in words.

    Raises BadRequest for what is no answer.
    """
    by_key = {question.key: question for question in questions}
    set_aside = []
    for text_key, texts in request.GET.lists():
        text = texts[0]
        about, _, key = text_key.partition("-")
        if about not in (DEPUTY, WITHDRAWS) or not text:
            continue
        key = known.key_now(key)
        name, question = name_of(key, known), by_key.get(key)
        if about == WITHDRAWS:
            number = _number_from(text_key, text)
            there = len(question.attendees()) if question else 0
            if number > there:
                set_aside.append(f"{name}: nobody withdraws who does not attend.")
            elif question:
                question.withdraw = number
        else:
            name_of(text, known)
            deputy = by_key.get(text)
            if not (isinstance(question, Choice) and question.has_deputy):
                set_aside.append(f"{name}: it has no deputy at this meeting.")
            elif not could_deputise(deputy, question):
                set_aside.append(f"{name}: its deputy attends from no seat of their own.")
            else:
                question.deputy = cast("Choice", deputy)
    return set_aside


def could_deputise(deputy: Question | None, question: Question) -> bool:
    """Whether a member who attends from a seat may be the deputy of the holder of another."""
    if not isinstance(deputy, Choice) or deputy is question or deputy.has_deputy:
        return False
    return any(len(one.people) == 1 and one.how in PRESENT for one in deputy.attendees())


def _number_from(key: str, text: str) -> int:
    if re.fullmatch("[0-9]{1,4}", text) is None:
        raise BadRequest(f"{key[:60]}: “{text[:40]}” is not how many withdraw. Write a number.")
    return int(text)


def name_of(key: str, known: Known) -> str:
    """The seat or organisation that an answer is about, in words. Raises BadRequest for one that
    the forum never had."""
    if key == OTHERS:
        return "Somebody else in the room"
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
            "substitute, deputy, remotely, acting, successor or absent."
        )


def _take(question: Question, text: str) -> list[str]:
    """Answer one question. Returns the part of the answer that cannot be counted."""
    if isinstance(question, Number):
        question.answer = _number_of(question, text)
        return []
    refuse_unknown_word(question.key, text)
    text = _as_told_apart(question, text)
    if text in dict(question.choices) or text in (ABSENT, AS_SEATS):
        question.answer = text if text in dict(question.choices) else ""
        return []
    if isinstance(question, Choice) and question.otherwise == AS_SEATS and text == ATTENDS:
        return []
    reason = question.why_not or {
        ACTING: "nobody acts for who fills it on this day.",
        PROXY: "the rule takes no proxy vote from it.",
        SUBSTITUTE: "the rule takes no substitute for it.",
        DEPUTY: "the rule takes no deputy for it.",
        REMOTELY: "the rule takes nobody from it who attends remotely.",
        SUCCESSOR: "it has no successor that could act in its place on this day.",
    }.get(text, "nobody can attend for it.")
    return [f"{question.name}: {reason[0].lower()}{reason[1:]}"]


def _as_told_apart(question: Question, text: str) -> str:
    """The answer that says the same: to attend remotely is to attend, where the rule does not tell
    the two apart."""
    is_to_attend = dict(question.choices).get(ATTENDS) == LABELS[ATTENDS]
    return ATTENDS if text == REMOTELY and is_to_attend else text


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
