"""People who come into the register, and what they are to be called there."""

from django.db.models import Q

from people.models import Person, PersonName
from people.personal_names import in_any_order, parts_of, parts_of_person
from records.events import Source
from records.names import fold, free_slug, has_words, plain


def new_person(*, name: str, honorific: str, source: Source) -> Person:
    """Record somebody whom a source names for the first time.

    Raises ValidationError if a rule would be broken.
    """
    person = Person(
        name=name, honorific=honorific, slug=free_slug(Person, name), **source.as_evidence()
    )
    person.full_clean()
    person.save()
    return person


# More people of one family name than anybody would look through.
MOST_ALIKE = 200


def people_like(name: str) -> list[Person]:
    """Those in the register who may be whom a source calls `name`: of the same names, now or
    before and in whatever order, or of the same family name and initial."""
    parts = parts_of(name)
    if not parts.given or not (family := fold(parts.family)):
        return []
    # Each initial by itself, since the register may have the name that it stands for.
    words, initial = plain(parts.in_order).split(), fold(parts.given)[:1]
    others = PersonName.objects.filter(has_words(words, "folded"))
    # The nearest are looked for first, so that no number of others hides them.
    looked_for = (
        has_words(words, "folded") | Q(pk__in=others.values("person")),
        Q(folded_sort_name__startswith=f"{family}\n{initial}"),
        Q(folded__contains=family),
    )
    people = Person.objects.filter(merged_into=None).prefetch_related("names")
    found = {}
    for query in looked_for:
        found |= {person.pk: person for person in people.filter(query)[:MOST_ALIKE]}
    return [person for person in found.values() if _is_like(person, name)]


def _is_like(person: Person, name: str) -> bool:
    names = [person.name, *(other.name for other in person.names.all())]
    if in_any_order(name) in map(in_any_order, names):
        return True
    asked, own = parts_of(name), parts_of_person(person.name, person.sort_name)
    same_family = fold(own.family) == fold(asked.family)
    return same_family and fold(own.given)[:1] == fold(asked.given)[:1] != ""
