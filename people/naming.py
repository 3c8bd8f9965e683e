"""People who come into the register, and what they are to be called there."""

from django.db.models import Q

from people.models import Person
from records.events import Source
from records.names import fold, free_slug


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
    """Those in the register who may be whom a source calls `name`: of the same name, now or
    before, or of the same family name and initial."""
    folded = fold(name)
    given, _, family = folded.rpartition(" ")
    if not family:
        return []
    people = Person.objects.filter(merged_into=None).prefetch_related("names")
    of_the_name = people.filter(
        Q(folded=folded)
        | Q(folded__endswith=f" {folded}")
        | Q(pk__in=Person.objects.filter(names__folded=folded).values("pk"))
    )
    # Looked for first, so that no number of others hides them.
    found = {person.pk: person for person in of_the_name[:MOST_ALIKE]}
    for person in people.filter(folded__contains=family)[:MOST_ALIKE]:
        found.setdefault(person.pk, person)
    return [person for person in found.values() if _is_like(person, folded, given[:1], family)]


def _is_like(person: Person, folded: str, initial: str, family: str) -> bool:
    names = [fold(person.name), *(other.folded for other in person.names.all())]
    if folded in names:
        return True
    own_given, _, own_family = fold(person.name).rpartition(" ")
    return bool(initial) and own_family == family and own_given[:1] == initial
