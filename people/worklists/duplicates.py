"""The worklist of two records that may be of one person."""

from collections import defaultdict
from collections.abc import Collection

from editing.worklists import WorklistPart, WorklistRow, worklist
from people.duplicates import ComparableName, possible_duplicates
from people.identity import tenure_models
from people.models import Distinction, Person, PersonName

SAME_PERSON = worklist(
    "same-person",
    order=12,
    title="People who may be the same person",
    finds="Two records of people of one name, or whose names are those of one person: an "
    "initial, a short form, another name. What one person holds would stand in two places.",
    emptied="Merge the two records; or record that they are two people, with the source that "
    "shows it.",
    apart="Same family name and initial",
    why_apart="These share a family name and an initial and have different given names. Most are "
    "two people. They are not counted.",
    counts_apart=False,
)


@SAME_PERSON.part
class DuplicatePeople(WorklistPart):
    """Pairs found by comparing all names, which no query can do."""

    model = Person
    searched = ("folded", "names__folded")
    rests_on = (Person, PersonName, Distinction)

    def found(self, *, loosely: bool = False) -> list[tuple[tuple[int, int], str]]:
        people = Person.objects.filter(merged_into=None).order_by("folded_sort_name", "pk")
        names = [ComparableName.of(*row) for row in people.values_list("pk", "name", "sort_name")]
        other_names = PersonName.objects.filter(person__merged_into=None).order_by("pk")
        pairs = possible_duplicates(
            names, other_names.values_list("person", "name"), loosely=loosely
        )
        for pair in Distinction.objects.order_by().values_list("person", "other"):
            pairs.pop((min(pair), max(pair)), None)
        if not self.words:
            return list(pairs.items())
        asked = set(self.narrowed(people).values_list("pk", flat=True))
        return [(pair, why) for pair, why in pairs.items() if not asked.isdisjoint(pair)]

    def apart(self):
        return self.found(loosely=True)

    def rows(self, records):
        people = Person.objects.in_bulk({key for pair, _ in records for key in pair})
        titles = titles_held(people)
        return [
            self.pair_row(people[one], people[other], why, titles) for (one, other), why in records
        ]

    def pair_row(
        self, one: Person, other: Person, why: str, titles: dict[int, list[str]]
    ) -> WorklistRow:
        held = " ".join(titles_in_words(person, titles[person.pk]) for person in (one, other))
        return WorklistRow(
            record=one,
            name=self.link(one),
            where=(self.link(other, f"and {other} ({other.slug})"),),
            reason=f"{why} {held}",
            ways=(
                *self.steps(one, "merge", other=other.pk),
                *self.adding(Distinction, "They are two people", person=one.pk, other=other.pk),
            ),
        )


def titles_held(people: Collection[int]) -> dict[int, list[str]]:
    """The posts and seats that each of `people` holds or held, by the person's key."""
    titles = defaultdict(list)
    for model in tenure_models():
        tenures = model.objects.filter(person__in=people)
        for tenure in tenures.select_related(*model.named_by):
            titles[tenure.person_id].append(str(tenure.held))
    return titles


def titles_in_words(person: Person, titles: list[str]) -> str:
    if not titles:
        return f"{person} ({person.slug}) is recorded for no post or seat."
    more = f" and {len(titles) - 1} more" if len(titles) > 1 else ""
    return f"{person} ({person.slug}): {titles[0]}{more}."
