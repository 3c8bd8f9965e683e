"""Worklists about organisations and what documents say of them."""

from collections import defaultdict

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Lower, Replace

from editing.worklists import Narrowing, WorklistPart, WorklistRow, worklist
from organisations.models import Figure, Place, Rating


def place_choices() -> list[tuple[str, str]]:
    return [
        (str(key), f"{name} ({level})")
        for key, name, level in Place.objects.order_by("folded").values_list("pk", "name", "level")
    ]


def places_within(value: str) -> set[int]:
    """A place and all that is part of it."""
    found = {int(value)}
    places = Place.objects.order_by().values_list("pk", "part_of")
    while parts := {key for key, part_of in places if part_of in found} - found:
        found |= parts
    return found


PLACE = Narrowing("place", "Place", "All places", place_choices, places_within)


# A note with a word that begins so explains a contradiction to readers.
EXPLAINS = Q(note__icontains="contradict")

CONFLICTS = worklist(
    "statements-in-conflict",
    order=13,
    title="Statements in conflict",
    finds="Figures and ratings of one organisation that say different things of the same matter. "
    "A reader who finds one of them does not know of the other.",
    emptied="Correct the one that is wrong; give each figure the period it is of; or, if the "
    "sources truly differ, say so in the note of each with the word “contradicts”.",
    apart="Explained",
    why_apart="These have a note that tells readers of the contradiction. They are not counted: "
    "both are kept until a source settles which is right.",
)


class Conflicting(WorklistPart):
    """Facts about one organisation that contradict each other."""

    searched: tuple[str, ...] = ("organisation__folded", "organisation__names__folded")
    narrowed_by = {PLACE: ("organisation__place",)}

    # The columns in which two facts are alike if they are about the same thing.
    about: tuple[str, ...] = ()

    def compared(self) -> QuerySet:
        """All facts, with the columns of `about`, and what they say in the column `said`."""
        raise NotImplementedError

    def facts(self) -> QuerySet:
        facts = self.compared().select_related("organisation", "document")
        return self.narrowed(facts).order_by("organisation__folded", *self.about, "pk")

    def found(self):
        same = {name: OuterRef(name) for name in ("organisation", *self.about)}
        differing = self.compared().filter(**same).exclude(said=OuterRef("said"))
        return self.facts().filter(Exists(differing)).exclude(EXPLAINS)

    def apart(self):
        return self.facts().filter(EXPLAINS)

    def rows(self, records):
        facts = self.compared().select_related("document")
        by_matter = defaultdict(list)
        for fact in facts.filter(organisation__in={record.organisation_id for record in records}):
            by_matter[self.matter(fact)].append(fact)
        return [
            self.row_with(record, self.reason(record, by_matter[self.matter(record)]))
            for record in records
        ]

    def apart_rows(self, records):
        return [self.row_with(record, record.note) for record in records]

    def row_with(self, record, reason: str) -> WorklistRow:
        return WorklistRow(
            record=record,
            name=self.link(record, self.what(record)),
            where=(self.link(record.organisation),),
            reason=reason,
            ways=tuple(self.correcting(record, "Correct or explain it")),
        )

    def matter(self, fact) -> tuple:
        return (fact.organisation_id, *(getattr(fact, name) for name in self.about))

    def reason(self, record, facts) -> str:
        said = "; ".join(
            f"{self.value(fact)} ({fact.document.short_title}, {fact.locator})"
            for fact in facts
            if fact.said != record.said
        )
        return (
            f"{self.value(record)} here ({record.document.short_title}, {record.locator}), "
            f"and elsewhere {said}."
        )


@CONFLICTS.part
class ConflictingFigures(Conflicting):
    model = Figure
    searched = (*Conflicting.searched, "label", "value")
    about = ("called", "spanning")

    def compared(self):
        # Spaces make no difference: “£1.4bn”, “£1.4 bn”.
        return Figure.objects.annotate(
            called=Lower("label"),
            spanning=Lower("period"),
            said=Lower(Replace(F("value"), Value(" "), Value(""))),
        )

    def what(self, figure):
        return f"{figure.label}, {figure.period}" if figure.period else figure.label

    def value(self, figure):
        return figure.value


@CONFLICTS.part
class ConflictingRatings(Conflicting):
    model = Rating
    searched = (*Conflicting.searched, "service")
    about = ("of_service", "question")

    def compared(self):
        return Rating.objects.annotate(of_service=Lower("service"), said=F("rating"))

    def what(self, rating):
        return f"{rating.service or 'As a whole'}: {rating.get_question_display()}"

    def value(self, rating):
        return rating.get_rating_display()
