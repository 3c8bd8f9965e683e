"""The pieces of which sentences about what happened are made, each with the page it links to."""

from collections.abc import Iterable
from dataclasses import dataclass

from forums.happenings import Happening


@dataclass(frozen=True)
class Piece:
    """A piece of a sentence, with the page that it links to, if any."""

    text: str
    kind: str = ""  # "forum", "organisation" or "person"
    slug: str | None = None


Pieces = list[Piece | str]


def subject(each: Happening) -> Piece:
    return Piece(each.subject_name, each.subject_kind, each.subject_slug)


def object_of(each: Happening) -> Piece:
    return Piece(each.object_name, each.object_kind, each.object_slug)


def joined(names: Iterable[Piece | str]) -> Pieces:
    """ "one", "one and another", "one, another and a third"."""
    pieces: Pieces = [piece for name in names for piece in (", ", name)][1:]
    if len(pieces) > 1:
        pieces[-2] = " and "
    return pieces
