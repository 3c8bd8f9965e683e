"""What happened, in plain sentences: one for each, or one for several that say the same.

A sentence says no more than the record: since when somebody was in post, if only a limit is known,
it does not say; and of two people whose times adjoin to the month alone it says that one followed
the other, and of two whose days adjoin that one handed over.
"""

import datetime
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from forums.changes import END, START, UNNUMBERED, Happening
from forums.models import ForumStatus, LineKind, SeatRole
from organisations.models import RelationshipKind
from people.models import Basis, EndReason
from records.periods import Precision, date_in_words


@dataclass(frozen=True)
class Words:
    """A piece of a sentence, and whose page it leads to."""

    text: str
    kind: str = ""  # "forum", "organisation" or "person"
    slug: str | None = None


Pieces = list[Words | str]
Piece = TypeVar("Piece", bound=Words | str)


@dataclass(frozen=True)
class Told:
    """A sentence, with all that it tells of."""

    pieces: list[Words]
    happenings: list[Happening]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def first(self) -> Happening:
        return self.happenings[0]

    @property
    def is_limit(self) -> bool:
        return self.first.is_limit

    @property
    def sources(self) -> list[tuple[str, str, str, str, str]]:
        """Where it comes from, each place of a document once."""
        return list(dict.fromkeys(s for each in self.happenings for s in each.sources))


def tell(happenings: Iterable[Happening], today: datetime.date) -> list[Told]:
    """Each of `happenings` in words, as said on `today`; together if they differ in one name."""
    return [
        Told(_sentence(list(group), today), group)
        for group in (list(each) for _, each in itertools.groupby(happenings, _what_is_shared))
    ]


def _what_is_shared(each: Happening) -> tuple[object, ...]:
    when = each.which, each.day, each.precision, each.is_limit
    if each.what in ("seat", "post"):
        return each.what, *when, each.subject_slug
    if each.what in ("relationship", "member-organisation"):
        return each.what, *when, each.kind, each.object_slug
    return each.what, *when, each.id


def _sentence(group: list[Happening], today: datetime.date) -> list[Words]:
    each = group[0]
    # What ends is in force on its last day still, as its page says.
    is_to_come = each.day > today if each.which == START else each.day >= today
    tense = "by" if each.is_limit else "to come" if is_to_come else "past"
    foreseen = tense == "past" and each.what in ("appointment", "membership") and each.is_foreseen
    if foreseen:
        tense = "to come"
    said = (
        _handover(each, each.follows, tense) if each.follows else TELLERS[each.what](group, tense)
    )
    if foreseen:
        said = [_was_to(piece) for piece in said] + [", as the source foresaw"]
    if each.is_limit and each.which == END and is_to_come:
        be = "are" if len(group) > 1 else "is"
        said = [_is_to_have(piece, be) for piece in said]
    pieces = [_when(each), ", " if each.is_limit else " ", *said]
    if each.is_limit:
        pieces.append(_not_recorded(each))
    pieces.append(".")
    return [piece if isinstance(piece, Words) else Words(piece) for piece in pieces]


def _was_to(piece: Words | str) -> Words | str:
    """What is to be, told when its day has passed and nothing more is known of it."""
    return piece.replace(" is to ", " was to ") if isinstance(piece, str) else piece


def _is_to_have(piece: Words | str, be: str) -> Words | str:
    """What had ended by a day, told while that day is still to come."""
    return piece.replace(" had ", f" {be} to have ", 1) if isinstance(piece, str) else piece


def _when(each: Happening) -> str:
    """ "On 1 April 2019", "In April 2019", "By June 2021"."""
    words = date_in_words(each.day, each.precision)
    if each.is_limit:
        return f"By {words}"
    return f"On {words}" if each.precision == Precision.DAY else f"In {words}"


def _not_recorded(each: Happening) -> str:
    return "; since when is not recorded" if each.which == START else "; when is not recorded"


def subject(each: Happening) -> Words:
    return Words(each.subject_name, each.subject_kind, each.subject_slug)


def object_of(each: Happening) -> Words:
    return Words(each.object_name, each.object_kind, each.object_slug)


def listed(pieces: Sequence[Piece]) -> list[Piece | str]:
    """ "one", "one and another", "one, another and a third"."""
    said: list[Piece | str] = []
    for at, piece in enumerate(pieces):
        if at:
            said.append(" and " if at == len(pieces) - 1 else ", ")
        said.append(piece)
    return said


def number(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


WITH = {
    "post": ("post", "posts"),
    "seat": ("seat", "seats"),
    UNNUMBERED: (
        "seat for a number of people that is not recorded",
        "seats for a number of people that is not recorded",
    ),
    "member-organisation": ("member organisation", "member organisations"),
    "reporting-line": ("reporting line", "reporting lines"),
}


def _with(each: Happening) -> str:
    """What of its own began or ended with it: ", with 12 seats and 3 reporting lines"."""
    counts = [
        number(each.together[what], *words) for what, words in WITH.items() if what in each.together
    ]
    return f", with {''.join(listed(counts))}" if counts else ""


def _organisation(group: list[Happening], tense: str) -> Pieces:
    each = group[0]
    verbs = {
        START: {"past": "began", "to come": "is to begin", "by": "existed"},
        END: {"past": "closed", "to come": "is to close", "by": "had closed"},
    }
    return [subject(each), f" {verbs[each.which][tense]}{_with(each)}"]


def _forum(group: list[Happening], tense: str) -> Pieces:
    each = group[0]
    verbs = {
        START: {"past": "began", "to come": "is to begin", "by": "existed"},
        END: {"past": "stood down", "to come": "is to stand down", "by": "had stood down"},
    }
    proposed = " as a proposed forum" if each.kind == ForumStatus.PROPOSED else ""
    if each.which == END:
        proposed = ""
    return [subject(each), f" {verbs[each.which][tense]}{proposed}{_with(each)}"]


def _name(group: list[Happening], tense: str) -> Pieces:
    each = group[0]
    if not each.then_called:
        verbs = {"past": "ceased to be", "to come": "is to cease to be", "by": "had ceased to be"}
        return [subject(each), f" {verbs[tense]} called “{each.title}”"]
    verbs = {"past": "was", "to come": "is to be", "by": "had been"}
    now = subject(each)
    if each.then_called != each.subject_name:
        now = Words(each.then_called, now.kind, now.slug)
    return [f"{each.title} {verbs[tense]} renamed ", now]


def _became(tense: str, which: str, role: str, many: bool) -> str:
    """ "became a member of", "was a member of", "ceased to be a member of"."""
    if which == START:
        verbs = {"past": "became", "to come": "is to become", "by": "was"}
        plural = {"past": "became", "to come": "are to become", "by": "were"}
    else:
        verbs = {"past": "ceased to be", "to come": "is to cease to be", "by": "had ceased to be"}
        plural = {**verbs, "to come": "are to cease to be"}
    return f" {(plural if many else verbs)[tense]} {role} "


ROLES = {
    RelationshipKind.MEMBER_OF: ("a member of", "members of"),
    RelationshipKind.PART_OF: ("part of", "part of"),
    RelationshipKind.PARTNER_IN: ("a partner in", "partners in"),
}


def _relationship(group: list[Happening], tense: str) -> Pieces:
    each, many = group[0], len(group) > 1
    names = listed([subject(each) for each in group])
    if each.kind == RelationshipKind.SUCCEEDED_BY:
        be = {"past": "were" if many else "was", "to come": "are to be" if many else "is to be"}
        be["by"] = "had been"
        verb = f" {be[tense]} succeeded by "
        if each.which == END:
            verb = " no longer counted as succeeded by "
        return [*names, verb, object_of(each)]
    role = ROLES[RelationshipKind(each.kind)][many]
    return [*names, _became(tense, each.which, role, many), object_of(each)]


def _member(group: list[Happening], tense: str) -> Pieces:
    each, many = group[0], len(group) > 1
    role = "member organisations of" if many else "a member organisation of"
    names = listed([subject(each) for each in group])
    return [*names, _became(tense, each.which, role, many), object_of(each)]


# Began to, did, and ceased to.
LINES = {
    LineKind.REPORTS_TO: ("report to", "reported to"),
    LineKind.OVERSEEN_BY: ("be overseen by", "was overseen by"),
    LineKind.ESCALATES_TO: ("escalate to", "escalated to"),
    LineKind.ADVISES: ("advise", "advised"),
    LineKind.WORKS_WITH: ("work with", "worked with"),
    LineKind.SUB_GROUP_OF: ("be a sub-group of", "was a sub-group of"),
}


def _line(group: list[Happening], tense: str) -> Pieces:
    each = group[0]
    do, did = LINES[LineKind(each.kind)]
    verbs = {
        START: {"past": f"began to {do}", "to come": f"is to {do}", "by": did},
        END: {
            "past": f"ceased to {do}",
            "to come": f"is to cease to {do}",
            "by": f"had ceased to {do}",
        },
    }
    exception = ", by exception" if each.by_exception else ""
    return [subject(each), f" {verbs[each.which][tense]} ", object_of(each), exception]


def _places(group: list[Happening], tense: str) -> Pieces:
    """Of seats or posts of one forum or organisation."""
    each = group[0]
    many = len(group) > 1 or (each.number or 1) > 1
    named = [f"the {WITH[each.what][many]} ", *listed([_place(one) for one in group])]
    if each.which == START:
        verbs = {"past": "gained", "to come": "is to gain", "by": "had"}
        return [subject(each), f" {verbs[tense]} ", *named]
    verbs = {
        "past": "came to an end",
        "to come": "are to come to an end" if many else "is to come to an end",
        "by": "had come to an end",
    }
    return [*named, " of ", subject(each), f" {verbs[tense]}"]


def _place(each: Happening) -> str:
    """A post or a seat by its title, with how many it is for, as the page of a forum says it."""
    if each.number is None:
        return f"“{each.title}” (number not recorded)"
    return f"“{each.title}”" if each.number == 1 else f"“{each.title}” × {each.number}"


def as_what(each: Happening) -> Pieces:
    """ "Chair of Wye Valley NHS Trust"; of a title that says of what, "Chair of the trust, …"."""
    return [each.title, ", " if " of " in each.title else " of ", object_of(each)]


def _basis(each: Happening) -> str:
    return "" if each.basis == Basis.SUBSTANTIVE else f" ({Basis(each.basis).label})"


def _reason(each: Happening) -> str:
    """Why it ended, in the words of the record: " (retired)"."""
    told = each.end_reason and each.end_reason != EndReason.OTHER
    return f" ({EndReason(each.end_reason).label})" if told else ""


def _speaks_for(each: Happening) -> Pieces:
    return [" for ", Words(each.for_name, "organisation", each.for_slug)] if each.for_name else []


def _tenure(group: list[Happening], tense: str) -> Pieces:
    each = group[0]
    if each.what == "membership" and each.kind != SeatRole.CHAIR:
        return _seat_of(each, tense)
    if each.which == START:
        verbs = {"past": "became", "to come": "is to become", "by": "was in post as"}
        if each.what == "membership":
            verbs["by"] = "was"
        more = [*_speaks_for(each), _basis(each)]
    else:
        verbs = {"past": "ceased to be", "to come": "is to cease to be", "by": "had ceased to be"}
        more = [_reason(each)]
    return [subject(each), f" {verbs[tense]} ", *as_what(each), *more]


def _seat_of(each: Happening, tense: str) -> Pieces:
    """Of a seat that is no chair, whose title is what it is called and not what somebody is."""
    if each.which == START:
        verbs = {"past": "took", "to come": "is to take", "by": "filled"}
        more = [*_speaks_for(each), _basis(each)]
    else:
        verbs = {"past": "left", "to come": "is to leave", "by": "had left"}
        more = [_reason(each)]
    return [subject(each), f" {verbs[tense]} the seat “{each.title}” of ", object_of(each), *more]


def _handover(each: Happening, before: Happening, tense: str) -> Pieces:
    """Of two whose times adjoin, in one sentence."""
    chairs = each.what == "appointment" or each.kind == SeatRole.CHAIR
    what = (
        [" as ", *as_what(each)]
        if chairs
        else [f" in the seat “{each.title}” of ", object_of(each)]
    )
    if before.person_id == each.person_id:
        verb = {"past": "stayed on", "to come": "is to stay on"}[tense]
        now = _basis(each) or f" ({Basis(each.basis).label})"
        return [subject(each), f" {verb}", *what, *_speaks_for(each), now]
    if Precision.DAY == before.precision == each.precision:
        verb = {"past": "handed over to", "to come": "is to hand over to"}[tense]
        return [
            subject(before),
            _basis(before),
            _reason(before),
            f" {verb} ",
            subject(each),
            _basis(each),
            *what,
            *_speaks_for(each),
        ]
    verb = {"past": "followed", "to come": "is to follow"}[tense]
    until = f", in post until {before.end_in_words()}{_reason(before)},"
    followed = [subject(before), _basis(before), until]
    return [subject(each), _basis(each), f" {verb} ", *followed, *what, *_speaks_for(each)]


TELLERS = {
    "organisation": _organisation,
    "forum": _forum,
    "organisation-name": _name,
    "forum-name": _name,
    "person-name": _name,
    "relationship": _relationship,
    "member-organisation": _member,
    "reporting-line": _line,
    "post": _places,
    "seat": _places,
    "appointment": _tenure,
    "membership": _tenure,
}
