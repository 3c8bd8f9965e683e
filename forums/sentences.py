"""What happened, in plain sentences: one for each happening, or for several that differ in a name.

A sentence says no more than the record. If only a limit is known, it does not say since when
somebody was in post. If two tenures adjoin to the day, one person handed over to the other; if they
adjoin to the month or year, one followed the other.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from forums.change_kinds import END, GIVEN_UP, START, UNNUMBERED
from forums.change_words import GOES_WITH, LINES, PAST, TO_COME, changed_in_words
from forums.happenings import Happening
from forums.models import Forum, ForumStatus, LineKind
from forums.sentence_pieces import Piece, Pieces, joined, object_of, subject
from forums.tenure_sentences import handover, tenure
from organisations.models import RelationshipKind
from organisations.successions import SuccessionKind
from records.foresight import only_planned, paper_of
from records.periods import Precision, date_in_words


@dataclass(frozen=True)
class Sentence:
    """A sentence about one or more happenings."""

    pieces: list[Piece]
    happenings: list[Happening]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def first(self) -> Happening:
        return self.happenings[0]

    @property
    def is_foreseen(self) -> bool:
        """Whether a source foresaw it, and no later one says that it happened."""
        return self.first.is_foreseen

    @property
    def is_limit(self) -> bool:
        """Whether it tells what was so by a day. A foreseen one need not be so."""
        return self.first.is_limit and not self.is_foreseen

    @property
    def sources(self) -> list[tuple[str, str, str, str, str]]:
        """The sources of all its happenings, each once."""
        return list(dict.fromkeys(s for each in self.happenings for s in each.sources))


def sentences_about(happenings: Iterable[Happening], today: datetime.date) -> list[Sentence]:
    """`happenings` in words, as they are said on `today`. Changes that differ in one name are in
    one sentence, which stands where the first of them does."""
    groups = defaultdict(list)
    for each in happenings:
        groups[_what_is_shared(each)].append(each)
    return [Sentence(_pieces(group, today), group) for group in groups.values()]


def _what_is_shared(each: Happening) -> tuple[object, ...]:
    when = each.which, each.day, each.precision, each.is_limit, each.foreseen_as_of
    if each.what in ("seat", "post"):
        return each.what, *when, each.subject_slug, _passed(each)
    if each.kind == SuccessionKind.SPLIT_INTO:
        return each.what, *when, each.kind, each.subject_slug
    if each.what in ("relationship", "member-organisation", "succession"):
        return each.what, *when, each.kind, each.object_slug
    if each.joint and not each.follows:
        how = each.basis, each.acting_for, each.end_reason
        return each.what, *when, each.person_id, each.joint, *how
    return each.what, *when, each.id


def _pieces(group: list[Happening], today: datetime.date) -> list[Piece]:
    each = group[0]
    if each.which == GIVEN_UP:
        return _as_pieces(_plan_given_up(group))
    is_to_come = each.is_to_come(today) or each.is_not_before
    foreseen = each.is_foreseen and not is_to_come
    tense = (
        "to come" if foreseen else "by" if each.is_limit else "to come" if is_to_come else "past"
    )
    words = (
        handover(each.follows, each, tense)
        if each.follows and each.subject_kind == "person"
        else WORDING[each.what](group, tense)
    )
    if foreseen:
        words = [*map(_was_to, words), f", {only_planned(each.foreseen_as_of)}"]
    elif each.is_limit and each.which == END and is_to_come:
        be = "are" if len(group) > 1 else "is"
        words = [_is_to_have(piece, be) for piece in words]
    pieces = [_when(each), ", " if each.is_limit else " ", *words]
    if each.is_limit and not foreseen:
        pieces.append(_not_recorded(each))
    pieces.append(".")
    if each.quorum_in_doubt is not None:
        pieces += _quorum_in_doubt(each.quorum_in_doubt, tense, several=len(group) > 1)
    return _as_pieces(pieces)


def _as_pieces(words: Pieces) -> list[Piece]:
    return [piece if isinstance(piece, Piece) else Piece(piece) for piece in words]


def _quorum_in_doubt(forum: Forum, tense: str, *, several: bool) -> Pieces:
    """What a closing means for the forum that the sentences are about."""
    verb = "is to take" if tense == "to come" else "took"
    place = "their places" if several else "its place"
    doubt = f"no source recorded here says who {verb} {place} there"
    named = Piece(forum.name, "forum", forum.slug)
    return [
        " The rule of quoracy of ",
        named,
        f" asks for every member organisation, and {doubt}.",
    ]


def _was_to(piece: Piece | str) -> Piece | str:
    """The wording after the day on which something was to happen, when no source says it did."""
    if not isinstance(piece, str):
        return piece
    return piece.replace(" is to ", " was to ").replace(" are to ", " were to ")


def _is_to_have(piece: Piece | str, be: str) -> Piece | str:
    """The wording of an end by a day that is still to come."""
    return piece.replace(" had ", f" {be} to have ", 1) if isinstance(piece, str) else piece


def _when(each: Happening) -> str:
    """ "On 1 April 2019", "In April 2019", "By June 2021", "Not before June 2027"."""
    words = date_in_words(each.day, each.precision)
    if each.is_not_before:
        return f"Not before {words}"
    if each.is_limit:
        return f"By {words}"
    if each.event == "change":
        return f"From {words}" if each.precision == Precision.DAY else f"From some time in {words}"
    return f"On {words}" if each.precision == Precision.DAY else f"In {words}"


def _not_recorded(each: Happening) -> str:
    return "; since when is not recorded" if each.which == START else "; when is not recorded"


# The nouns for one, and for several.
NOUNS = {
    "post": ("post", "posts"),
    "seat": ("seat", "seats"),
    UNNUMBERED: (
        "seat (number of people not recorded)",
        "seats (number of people not recorded)",
    ),
    "member-organisation": ("member organisation", "member organisations"),
    "reporting-line": ("reporting line", "reporting lines"),
}


def _with_what_belongs_to_it(each: Happening) -> str:
    """ ", with 12 seats and 3 reporting lines", which began or ended with it."""
    counts = [
        f"{each.counts[what]} {nouns[each.counts[what] != 1]}"
        for what, nouns in NOUNS.items()
        if what in each.counts
    ]
    return f", with {''.join(map(str, joined(counts)))}" if counts else ""


def _organisation(group: list[Happening], tense: str) -> Pieces:
    each = group[0]
    verbs = {
        START: {"past": "began", "to come": "is to begin", "by": "existed"},
        END: {"past": "closed", "to come": "is to close", "by": "had closed"},
    }
    return [subject(each), f" {verbs[each.which][tense]}{_with_what_belongs_to_it(each)}"]


def _forum(group: list[Happening], tense: str) -> Pieces:
    each = group[0]
    verbs = {
        START: {"past": "began", "to come": "is to begin", "by": "existed"},
        END: {"past": "stood down", "to come": "is to stand down", "by": "had stood down"},
    }
    status = each.began_as if each.which == START else each.kind
    proposed = " as a proposed forum" if status == ForumStatus.PROPOSED else ""
    if proposed and each.which == END:
        ends = {"past": "was given up", "to come": "is to be given up", "by": "had been given up"}
        return [subject(each), f" {ends[tense]}{proposed}{_with_what_belongs_to_it(each)}"]
    return [subject(each), f" {verbs[each.which][tense]}{proposed}{_with_what_belongs_to_it(each)}"]


def _name(group: list[Happening], tense: str) -> Pieces:
    each = group[0]
    if not each.next_name:
        verbs = {"past": "ceased to be", "to come": "is to cease to be", "by": "had ceased to be"}
        return [subject(each), f" {verbs[tense]} called “{each.title}”"]
    verbs = {"past": "was", "to come": "is to be", "by": "had been"}
    now = subject(each)
    if each.next_name != each.subject_name:
        now = Piece(each.next_name, now.kind, now.slug)
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
    names = joined(subject(each) for each in group)
    if each.kind in SuccessionKind.values:
        return _succession(group, tense)
    role = ROLES[RelationshipKind(each.kind)][many]
    return [*names, _became(tense, each.which, role, many), object_of(each)]


def _before_and_after(group: list[Happening]) -> tuple[Pieces, Pieces]:
    """What became of what: several became one, or one was split into several."""
    each = group[0]
    if each.kind == SuccessionKind.SPLIT_INTO:
        return [subject(each)], joined(object_of(one) for one in group)
    return joined(subject(one) for one in group), [object_of(each)]


def _plan_given_up(group: list[Happening]) -> Pieces:
    """ "The plan for Old Trust to be merged into New Trust was given up, says the paper of January
    2024"."""
    each, many = group[0], len(group) > 1
    before, after = _before_and_after(group)
    if each.kind in SuccessionKind.values:
        become = f"be {SuccessionKind(each.kind).label}"
    else:
        become = f"become {ROLES[RelationshipKind(each.kind)][many]}"
    given_up = f" was given up, says {paper_of(each.given_up)}."
    return ["The plan for ", *before, f" to {become} ", *after, given_up]


def _succession(group: list[Happening], tense: str) -> Pieces:
    each, became = group[0], SuccessionKind(group[0].kind)
    before, after = _before_and_after(group)
    many = len(group) > 1 and became != SuccessionKind.SPLIT_INTO
    be = {"past": "were" if many else "was", "to come": "are to be" if many else "is to be"}
    be["by"] = "had been"
    verb = f" {be[tense]} {became.label} "
    if each.which == END:
        verb = f" no longer counted as {became.label} "
    return [*before, verb, *after]


def _member(group: list[Happening], tense: str) -> Pieces:
    each, many = group[0], len(group) > 1
    role = "member organisations of" if many else "a member organisation of"
    names = joined(subject(each) for each in group)
    return [*names, _became(tense, each.which, role, many), object_of(each)]


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


def _posts_or_seats(group: list[Happening], tense: str) -> Pieces:
    each = group[0]
    if each.follows is not None:
        return _passes_on(group, tense)
    many = len(group) > 1 or (each.number or 1) > 1
    named = [f"the {NOUNS[each.what][many]} ", *joined(_title(one) for one in group)]
    if each.which == START:
        verbs = {"past": "gained", "to come": "is to gain", "by": "had"}
        return [subject(each), f" {verbs[tense]} ", *named]
    verbs = {
        "past": "came to an end",
        "to come": "are to come to an end" if many else "is to come to an end",
        "by": "had come to an end",
    }
    return [*named, " of ", subject(each), f" {verbs[tense]}"]


def _passed(each: Happening) -> tuple[str | None, str | None] | None:
    """The organisations between which a seat passed, if it goes on from another."""
    return (each.follows.for_slug, each.for_slug) if each.follows else None


def _passes_on(group: list[Happening], tense: str) -> Pieces:
    """ "the seat “GP” of The Board passed from Teme CCG to Teme ICB"."""
    each, before = group[0], group[0].follows
    many = len(group) > 1 or (each.number or 1) > 1
    verbs = {"past": "passed", "to come": "are to pass" if many else "is to pass"}
    words: Pieces = [f"the {NOUNS['seat'][many]} ", *joined(_title(one) for one in group), " of "]
    if before is not None and before.for_slug == each.for_slug:
        ended = "were" if many else "was"
        to_come = "are to be" if many else "is to be"
        followed = {"past": ended, "to come": to_come}[tense]
        return [*words, subject(each), f" {followed} followed by another of that title"]
    words += [subject(each), f" {verbs[tense]}"]
    for to, one in (("from", before), ("to", each)):
        if one is not None and one.for_name:
            words += [f" {to} ", Piece(one.for_name, "organisation", one.for_slug)]
    return words


def _title(each: Happening) -> str:
    """The title of a post or seat, and how many people it is for, as on the page of a forum."""
    if each.number is None:
        return f"“{each.title}” (number not recorded)"
    return f"“{each.title}”" if each.number == 1 else f"“{each.title}” × {each.number}"


def _vacancy(group: list[Happening], tense: str) -> Pieces:
    each = group[0]
    what = "post" if each.what == "post-vacancy" else "seat"
    places = "" if each.number == 1 else f"{each.number} places of "
    was, is_to = ("was", "is to be") if each.number == 1 else ("were", "are to be")
    verb = is_to if tense == "to come" else was
    now = "" if each.which == START else " no longer"
    return [f"{places}the {what} “{each.title}” of ", subject(each), f" {verb}{now} vacant"]


def _changed(group: list[Happening], tense: str) -> Pieces:
    """ "two hold it, not one: the seat “Chair” of The Board"."""
    each = group[0]
    words = changed_in_words(each.differences, TO_COME if tense == "to come" else PAST)
    of = {"post-terms": "the post", "seat-terms": "the seat"}.get(each.what)
    return [f"{words}: {f'{of} “{each.title}” of ' if of else ''}", subject(each)]


def _terms(group: list[Happening], tense: str) -> Pieces:
    each = group[0]
    verbs = {
        START: {"past": "came", "to come": "are to come", "by": "had come"},
        END: {"past": "went", "to come": "are to go", "by": "had gone"},
    }
    if each.follows:
        verb = f" {verbs[START][tense]} into force in place of the former"
        return ["new terms of reference of ", subject(each), verb]
    of = "into" if each.which == START else "out of"
    return ["the terms of reference of ", subject(each), f" {verbs[each.which][tense]} {of} force"]


def _goes_with(group: list[Happening], tense: str) -> Pieces:
    """ "the seat “Chair” of The Executive began to go with “Chair” of Old Trust"."""
    each = group[0]
    verb = GOES_WITH[each.which][tense]
    seat: Pieces = [f"the seat “{each.title}” of ", subject(each)]
    return [*seat, f" {verb} “{each.kind}” of ", object_of(each)]


WORDING = {
    "organisation": _organisation,
    "forum": _forum,
    "organisation-name": _name,
    "forum-name": _name,
    "person-name": _name,
    "relationship": _relationship,
    "succession": _succession,
    "member-organisation": _member,
    "reporting-line": _line,
    "post": _posts_or_seats,
    "seat": _posts_or_seats,
    "ex-officio-source": _goes_with,
    "appointment": tenure,
    "membership": tenure,
    "post-vacancy": _vacancy,
    "seat-vacancy": _vacancy,
    "seat-terms": _changed,
    "post-terms": _changed,
    "forum-state": _changed,
    "terms-of-reference": _terms,
}
