"""The worklist of what was foreseen and may have happened, of which no later document speaks."""

from collections import defaultdict
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import F, IntegerField, Q, QuerySet, Value

from editing.links import Link, may_view
from editing.word_search import holds_words
from editing.worklists import DAY, WorklistPart, WorklistRow, worklist
from forums.foreseen import PROPOSAL, open_questions, question_about
from forums.models import (
    ExOfficioSource,
    Forum,
    ForumName,
    ForumState,
    MemberOrganisation,
    Membership,
    ReportingLine,
    Seat,
    SeatTerms,
    SeatVacancy,
    Succession,
    TermsOfReference,
)
from forums.steps.foreseen import IN_SHORT, WhatBecame, answers_about, foreseen_in_words
from organisations.models import (
    Organisation,
    OrganisationName,
    Post,
    PostTerms,
    Relationship,
)
from organisations.worklists import PLACE
from people.models import Appointment, PersonName, PostVacancy
from records.models import DatedFact
from records.version import register_version

FORESEEN = worklist(
    "foreseen",
    order=14,
    title="Foreseen, and not known whether it happened",
    finds="Beginnings, ends, closures and successions that a document foresaw, whose day has "
    "passed, and of which no later document says whether they happened; and proposed forums that "
    "no document of the last year speaks of. Readers are told that it was to happen, and no more.",
    emptied="Say from a later document that it happened, that it happened on another day, or that "
    "it did not. What was to begin or end with a forum, an organisation, a post or a seat is asked "
    "about with it, and has no row of its own; nor has the end of terms of reference when the next "
    "were to begin.",
)


@dataclass(frozen=True)
class ForeseenKind:
    """One kind of record that is listed."""

    model: type[DatedFact]
    # The paths to the names that it is searched by, of which the first sorts it.
    names: tuple[str, ...]
    places: tuple[str, ...]


FORESEEN_KINDS = [
    ForeseenKind(Organisation, ("folded",), ("place",)),
    ForeseenKind(Forum, ("folded",), ("place",)),
    ForeseenKind(OrganisationName, ("organisation__folded", "folded"), ("organisation__place",)),
    ForeseenKind(ForumName, ("forum__folded", "folded"), ("forum__place",)),
    ForeseenKind(PersonName, ("person__folded_sort_name", "folded"), ()),
    ForeseenKind(Relationship, ("from_organisation__folded", "to_organisation__folded"),
                 ("from_organisation__place", "to_organisation__place")),
    ForeseenKind(Succession, ("from_forum__folded", "to_forum__folded"),
                 ("from_forum__place", "to_forum__place")),
    ForeseenKind(Post, ("organisation__folded", "folded"), ("organisation__place",)),
    ForeseenKind(Seat, ("forum__folded", "title"), ("forum__place",)),
    ForeseenKind(Appointment, ("post__organisation__folded", "post__folded", "person__folded"),
                 ("post__organisation__place",)),
    ForeseenKind(Membership, ("seat__forum__folded", "seat__title", "person__folded"),
                 ("seat__forum__place",)),
    ForeseenKind(PostVacancy, ("post__organisation__folded", "post__folded"),
                 ("post__organisation__place",)),
    ForeseenKind(SeatVacancy, ("seat__forum__folded", "seat__title"), ("seat__forum__place",)),
    ForeseenKind(PostTerms, ("post__organisation__folded", "post__folded"),
                 ("post__organisation__place",)),
    ForeseenKind(ForumState, ("forum__folded",), ("forum__place",)),
    ForeseenKind(SeatTerms, ("seat__forum__folded", "seat__title"), ("seat__forum__place",)),
    ForeseenKind(ExOfficioSource, ("seat__forum__folded", "seat__title"), ("seat__forum__place",)),
    ForeseenKind(MemberOrganisation, ("forum__folded", "organisation__folded"),
                 ("forum__place",)),
    ForeseenKind(ReportingLine,
                 ("from_forum__folded", "to_forum__folded", "to_organisation__folded"),
                 ("from_forum__place",)),
    ForeseenKind(TermsOfReference, ("forum__folded",), ("forum__place",)),
]  # fmt: skip


@FORESEEN.part
class WhatWasForeseen(WorklistPart):
    """All kinds of record together, so that the front page counts them in one query."""

    model = Forum
    narrowed_by = {PLACE: ()}

    def found(self):
        """The number of its kind, what it is sorted by and the key of each record."""
        parts = [
            self.of_kind(kind)
            .order_by()
            .annotate(nth=Value(nth, IntegerField()), sorted_by=F(kind.names[0]))
            .values_list("nth", "sorted_by", "pk")
            for nth, kind in self.viewed()
        ]
        return parts[0].union(*parts[1:], all=True).order_by("nth", "sorted_by", "pk")

    def viewed(self) -> list[tuple[int, ForeseenKind]]:
        """The kinds of record that the user may view."""
        return [
            (nth, kind)
            for nth, kind in enumerate(FORESEEN_KINDS)
            if may_view(self.request, kind.model)
        ]

    def of_kind(self, kind: ForeseenKind) -> QuerySet:
        query = holds_words(kind.model, kind.names, self.words)
        for keys in self.chosen.values():
            anywhere = Q(pk__in=[])
            for path in kind.places:
                anywhere |= Q(**{f"{path}__in": keys})
            query &= anywhere
        return open_questions(kind.model, self.day).filter(query)

    def number(self):
        """How many there are: counted once for each version of the register, since that takes long
        in a large one."""
        version = register_version()
        if version is None:
            return self.counted(self.found())
        viewed = "-".join(str(nth) for nth, _ in self.viewed())
        key = f"worklist-foreseen-{self.day}-{version}-{viewed}"
        return cache.get_or_set(key, lambda: self.counted(self.found()), timeout=DAY)

    def rows(self, records):
        records, keys = list(records), defaultdict(list)
        for nth, _, key in records:
            keys[nth].append(key)
        found = {}
        for nth in keys:
            model = FORESEEN_KINDS[nth].model
            named = dict.fromkeys((*model.named_by, "document", "end_document"))
            found[nth] = model._default_manager.select_related(*named).in_bulk(keys[nth])
        # Somebody may have removed one meanwhile.
        return [self.row(found[nth][key]) for nth, _, key in records if key in found[nth]]

    def row(self, record):
        which = question_about(record, self.day)
        return WorklistRow(
            record=record,
            name=self.link(record),
            reason=f"{foreseen_in_words(record, which, self.day)}; no later document says what "
            "became of it.",
            ways=tuple(self.ways(record, which)),
        )

    def ways(self, record: DatedFact, which: str) -> list[Link]:
        ways = [
            way
            for answer in answers_about(record, which)
            for way in self.steps(record, WhatBecame.name, worded=IN_SHORT[answer], outcome=answer)
        ]
        if which == PROPOSAL:
            ways += self.steps(record, "reconfirm")
            ways += self.correcting(record, "Say that it was set up")
        return ways
