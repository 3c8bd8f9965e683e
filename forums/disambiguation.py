"""Sentences that name a record which is not alone of its name: what tells it from the others."""

import dataclasses
import datetime
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q

from forums.change_kinds import text
from forums.models import Forum
from forums.sentence_pieces import Piece
from forums.sentences import Sentence
from organisations.models import Organisation
from people.models import FINDABLE, Person
from records.namesakes import told_apart_by_key

# What a piece of a sentence may name, and which of it readers may find.
NAMED = {"forum": (Forum, Q()), "organisation": (Organisation, Q()), "person": (Person, FINDABLE)}

WordsApart = dict[tuple[str, str], str]


def words_apart_in(sentences: Iterable[list[Piece]], day: datetime.date) -> WordsApart:
    """For each record that is named, by kind and slug: the words that tell it from others of its
    name. One query, and more only for those that are not alone."""
    slugs = defaultdict(set)
    for pieces in sentences:
        for piece in pieces:
            if piece.slug and piece.kind in NAMED:
                slugs[piece.kind].add(piece.slug)
    parts = []
    for kind in slugs:
        model, findable = NAMED[kind]
        named = model.objects.filter(slug__in=slugs[kind]).order_by().values("name")
        others = model.objects.filter(findable, name__in=named).order_by()
        parts.append(others.values_list(text(kind), "pk", "slug", "name"))
    found = list(parts[0].union(*parts[1:], all=True)) if parts else []
    words_apart: WordsApart = {}
    for kind in slugs:
        rows = [(pk, slug, name) for of, pk, slug, name in found if of == kind]
        words = told_apart_by_key(NAMED[kind][0], [(pk, name) for pk, _, name in rows], day)
        words_apart |= {(kind, slug): words[pk] for pk, slug, _ in rows if words.get(pk)}
    return words_apart


def pieces_named_apart(pieces: list[Piece], words_apart: WordsApart) -> list[Piece]:
    """A sentence with what tells those that it names from others, after their names."""
    named_apart = []
    for piece in pieces:
        named_apart.append(piece)
        if words := words_apart.get((piece.kind, piece.slug)):
            named_apart.append(Piece(f" ({words})"))
    return named_apart


def tell_apart(sentences: list[Sentence], day: datetime.date) -> list[Sentence]:
    """The same sentences, with what tells those that they name from others of the same name."""
    words_apart = words_apart_in((sentence.pieces for sentence in sentences), day)
    return [sentence_named_apart(sentence, words_apart) for sentence in sentences]


def sentence_named_apart(sentence: Sentence, words_apart: WordsApart) -> Sentence:
    pieces = pieces_named_apart(sentence.pieces, words_apart)
    return dataclasses.replace(sentence, pieces=pieces)
