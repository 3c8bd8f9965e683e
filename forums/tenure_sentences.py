"""What happened to those who hold posts and fill seats, in plain sentences."""

from forums.change_kinds import END, NAMED, START
from forums.happenings import Happening
from forums.models import SeatRole
from forums.sentence_pieces import Piece, Pieces, joined, object_of, subject
from people.models import Basis, EndReason, basis_in_words, end_reason_in_words
from records.periods import Precision


def position(*group: Happening) -> Pieces:
    """ "Chair of Wye Valley NHS Trust"; for a title with an "of", "Chair of the trust, …". Posts of
    one joint appointment come together: "Chair of Wye Valley NHS Trust and Ross Trust"."""
    titles = list(dict.fromkeys(each.title for each in group))
    found: Pieces = []
    for title in titles:
        those = joined(object_of(each) for each in group if each.title == title)
        found += [" and " if found else "", title, ", " if " of " in title else " of ", *those]
    return [piece for piece in found if piece != ""]


def _joint(each: Happening) -> str:
    return " (joint appointment)" if each.joint else ""


def _basis(each: Happening) -> str:
    words = basis_in_words(each.basis, each.acting_for)
    return f" ({words})" if words else ""


def _reason(each: Happening) -> str:
    """Why it ended: " (retired)"."""
    words = end_reason_in_words(each.end_reason)
    return f" ({words})" if words else ""


def _speaks_for(each: Happening) -> Pieces:
    if each.independent:
        return [" (independent)"]
    return [" for ", Piece(each.for_name, "organisation", each.for_slug)] if each.for_name else []


def _named(group: list[Happening], tense: str) -> Pieces:
    """ "Ann Lee was named Chair designate of The Board"."""
    each = group[0]
    verb = {"past": "was named", "to come": "is to be named", "by": "had been named"}[tense]
    if each.what == "membership" and each.kind != SeatRole.CHAIR:
        seat: Pieces = [f"for the seat “{each.title}” of ", object_of(each)]
        return [subject(each), f" {verb} ", *seat, _basis(each)]
    title, *of = position(*group)
    return [subject(each), f" {verb} {title} designate", *of, _basis(each), _joint(each)]


def _died(group: list[Happening], tense: str) -> Pieces:
    """ "Ann Lee, Chair of The Board, died in office"."""
    each, what = group[0], position(*group)
    if each.what == "membership" and each.kind != SeatRole.CHAIR:
        what = [f"in the seat “{each.title}” of ", object_of(each)]
    verb = "had died" if tense == "by" else "died"
    return [subject(each), ", ", *what, _basis(each), f", {verb} in office"]


def tenure(group: list[Happening], tense: str) -> Pieces:
    each = group[0]
    if each.which == NAMED:
        return _named(group, tense)
    if (each.which, each.end_reason) == (END, EndReason.DIED) and tense != "to come":
        return _died(group, tense)
    if each.what == "membership" and each.kind != SeatRole.CHAIR:
        return _seat(each, tense)
    if each.which == START:
        verbs = {"past": "became", "to come": "is to become", "by": "was in post as"}
        if each.what == "membership":
            verbs["by"] = "was"
        more = [*_speaks_for(each), _basis(each), _joint(each)]
    else:
        verbs = {"past": "ceased to be", "to come": "is to cease to be", "by": "had ceased to be"}
        more = [_basis(each), _joint(each), _reason(each)]
    return [subject(each), f" {verbs[tense]} ", *position(*group), *more]


def _seat(each: Happening, tense: str) -> Pieces:
    """A seat that is no chair: its title names the seat and not the person in it."""
    if each.which == START:
        verbs = {"past": "took", "to come": "is to take", "by": "filled"}
        more = [*_speaks_for(each), _basis(each)]
    else:
        verbs = {"past": "left", "to come": "is to leave", "by": "had left"}
        more = [_basis(each), _reason(each)]
    return [subject(each), f" {verbs[tense]} the seat “{each.title}” of ", object_of(each), *more]


def handover(before: Happening, each: Happening, tense: str) -> Pieces:
    what: Pieces
    if each.what == "appointment" or each.kind == SeatRole.CHAIR:
        what = [" as ", *position(each)]
    else:
        what = [f" in the seat “{each.title}” of ", object_of(each)]
    if before.person_id == each.person_id:
        verb = {"past": "stayed on", "to come": "is to stay on"}[tense]
        now = _basis(each) or f" ({Basis(each.basis).label})"
        if before.for_slug != each.for_slug:
            now = _basis(each)
        return [subject(each), f" {verb}", *what, *_speaks_for(each), now, _joint(each)]
    if before.end_reason == EndReason.DIED:
        after: Pieces = [" after ", subject(before), _basis(before), " died in office"]
        return [*tenure([each], tense), *after]
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
            _joint(each),
        ]
    verb = {"past": "followed", "to come": "is to follow"}[tense]
    until = f", in post until {before.end_in_words()}{_reason(before)},"
    followed: Pieces = [subject(before), _basis(before), until]
    return [
        subject(each),
        _basis(each),
        f" {verb} ",
        *followed,
        *what,
        *_speaks_for(each),
        _joint(each),
    ]
