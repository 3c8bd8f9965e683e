"""The rows and sentences of the page of changes."""

import datetime
from collections import defaultdict
from dataclasses import dataclass

from django.core.paginator import Page
from django.db.models import Model

from forums.befalling import BY_SEAT, MEMBER
from forums.changes import Between
from forums.sentence_pieces import joined
from forums.sentences import Sentence
from records.periods import date_in_words

WAS_TO = "A source says that it was to happen. No later source says whether it did."
IS_TO = "A source says that it is to happen."
SO_BY_THEN = (
    "The sources show that it was so by a day or month in this time. They do not say when it "
    "began: it may have been long before."
)


@dataclass(frozen=True)
class ChangeRow:
    """A sentence about a change, with what is to be said of it in these days."""

    sentence: Sentence
    days: Between
    about: Model | None

    @property
    def remarks(self) -> list[str]:
        first, said = self.sentence.first, []
        if not (self.sentence.is_limit or self.days.surely(first.day, first.precision)):
            side = "before" if first.may_be_before(self.days.first) else "after"
            said.append(f"Only the {first.precision} is known: it may have been {side} these days.")
        if kind_of(self.about) == "forum":
            said += self._why_it_concerns_the_forum()
        return said

    def _why_it_concerns_the_forum(self) -> list[str]:
        if self.sentence.first.what in ("appointment", "post"):
            return [f"A seat of {self.about} goes with this post."]
        said, members, spoken_for = [], self._taking_part(MEMBER), self._taking_part(BY_SEAT)
        if members:
            said.append(f"Takes part in {self.about} as a member organisation: {members}.")
        if spoken_for:
            said.append(f"A seat of {self.about} speaks for {spoken_for}.")
        return said

    def _taking_part(self, how: str) -> str:
        """The names of the organisations that take part in the forum in this way."""
        found = [each for each in self.sentence.happenings if each.takes_part == how]
        return "".join(map(str, joined(each.subject_name for each in found)))

    @property
    def whose(self) -> dict[str, str]:
        """The parameters of all changes in these days to what began or ended, if others did with
        it."""
        first = self.sentence.first
        if not first.counts:
            return {}
        return {**asked_for(self.days), first.what: first.subject_slug or ""}


@dataclass(frozen=True)
class PartOfChanges:
    anchor: str
    heading: str
    explained: str
    rows: list[ChangeRow]


def kind_of(about: Model | None) -> str:
    """ "forum", "organisation" or "person"; "" for changes to everything."""
    return about._meta.model_name or "" if about else ""


def asked_for(days: Between) -> dict[str, str]:
    """The parameters that name the days."""
    return {"from": days.first.isoformat(), "to": days.last.isoformat()}


def part_of(sentence: Sentence, today: datetime.date) -> str:
    """The anchor of the part of the page for a sentence."""
    if sentence.first.is_to_come(today):
        return "to-come"
    if sentence.is_foreseen:
        return "was-to-happen"
    return "so-by-then" if sentence.is_limit else "happened"


def parts_of_changes(
    sentences: list[Sentence], days: Between, about: Model | None, today: datetime.date
) -> list[PartOfChanges]:
    """What happened, what was only to happen, what is to come, and what was so by then: each if
    there is any."""
    found = defaultdict(list)
    for sentence in sentences:
        found[part_of(sentence, today)].append(sentence)
    parts = [
        ("happened", "What happened", ""),
        ("was-to-happen", "What was to happen", WAS_TO),
        ("to-come", "What is to come", IS_TO),
        ("so-by-then", "What was so by then", SO_BY_THEN),
    ]
    return [
        PartOfChanges(
            anchor, heading, explained, [ChangeRow(each, days, about) for each in found[anchor]]
        )
        for anchor, heading, explained in parts
        if found[anchor]
    ]


def entries_in_words(entries: int, page: Page) -> str:
    """How many entries the changes of a page are in, if they are in fewer."""
    if entries >= len(page.object_list):
        return ""
    entry = "entry" if entries == 1 else "entries"
    return f"Shown in {entries} {entry}: changes that belong together are one entry."


def no_change(days: Between, about: Model | None) -> str:
    to = f"to {about} " if about else ""
    first, last = date_in_words(days.first), date_in_words(days.last)
    return f"The register has no change {to}from {first} to {last}."
