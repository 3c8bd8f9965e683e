"""Who somebody is: two records of one person, a new name, a name kept from the public."""

import re
from collections.abc import Collection, Iterator

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from people.models import Distinction, Person, PersonName, Tenure
from people.personal_names import may_be_letters, parts_of
from records.confirmations import reconfirm
from records.events import Source, check_and_save, error_about, give_day, read_and_lock
from records.folded_text import WordsOf, pattern_of, words_of
from records.locks import locked
from records.models import NameKind, Record
from records.names import FoldedField, fold, free_slug
from records.periods import Qualifier, When, first_day
from records.present_names import evidence_of_name, start_of_name


def new_person(*, name: str, honorific: str, source: Source) -> Person:
    """Record somebody whom a source names for the first time.

    Raises ValidationError if a rule would be broken.
    """
    person = Person(
        name=name, honorific=honorific, slug=free_slug(Person, name), **source.as_evidence()
    )
    check_and_save(person)
    return person


@transaction.atomic
def merge_people(
    *,
    kept: Person,
    merged: Person,
    kind: str = NameKind.SPELLING,
    name_as_of: When | None = None,
) -> None:
    """Move everything recorded of `merged` to `kept`, since both are one person.

    The name of `merged`, if it differs, becomes another name of `kept`, of this `kind`.
    `name_as_of` is the day of which its source speaks, if that has none in the register. Raises
    ValidationError, changing nothing, if they are known to be two people, or if a rule would be
    broken, or if no document says by when the name was in use.
    """
    if kept.pk == merged.pk:
        raise ValidationError("Choose two records: these are one and the same.")
    # Always locked in the same order, so that no two merges wait for each other.
    both = {
        person.pk: read_and_lock(person) for person in sorted([kept, merged], key=lambda p: p.pk)
    }
    kept, merged = both[kept.pk], both[merged.pk]
    _refuse_merge(kept, merged)
    if name_as_of is not None:
        give_day(merged.document, name_as_of)
    for record, field in _records_about(merged):
        if isinstance(record, Distinction) and _is_known_apart(kept, record, merged):
            continue
        if isinstance(record, PersonName) and _has_name(kept, record):
            continue
        record.unfixed = (field,)
        setattr(record, field, kept)
        try:
            record.full_clean()
        except ValidationError as error:
            remedy = (
                f"{kept} and {merged} cannot be merged while that is so. If one of the two "
                "records should never have been, a register manager can remove it; if its "
                "dates are wrong, correct them. Then merge."
            )
            raise ValidationError([*error_about(record, error).messages, remedy]) from error
        record.save()
    if not _names_like(kept, merged.name):
        _keep_name(merged, kept, kind)
    merged.merged_into = kept
    check_and_save(merged)


def _refuse_merge(kept: Person, merged: Person) -> None:
    for person in (kept, merged):
        if person.merged_into_id is not None:
            raise ValidationError(
                f"{person} ({person.slug}) has been merged into {person.merged_into} "
                f"({person.merged_into.slug}). Choose that record instead."
            )
    if kept.withheld != merged.withheld:
        hidden = kept if kept.withheld else merged
        raise ValidationError(
            f"{hidden} ({hidden.slug}) is withheld from public pages and the other is not. "
            "Withhold both or show both, then merge."
        )
    two = Distinction.objects.filter(
        Q(person=kept, other=merged) | Q(person=merged, other=kept)
    ).select_related("document")
    if distinction := two.first():
        raise ValidationError(
            f"The register holds that they are two people, by {distinction.document.short_title}, "
            f"{distinction.locator}. If that is wrong, a register manager can remove it first."
        )


def tenure_models() -> list[type[Tenure]]:
    """The models of what people hold: Appointment, and those of the apps above."""
    related = [relation.related_model for relation in Person._meta.related_objects]
    return [model for model in related if issubclass(model, Tenure)]


def _records_about(person: Person) -> Iterator[tuple[Record, str]]:
    """Each record about `person`, here and in the apps above, and the field that names the person.

    People merged into this person before are left out, so that their merge can be undone by itself.
    """
    for relation in Person._meta.related_objects:
        name = relation.field.name
        if relation.related_model is not Person:
            for record in locked(relation.related_model).filter(**{name: person}).order_by("pk"):
                yield record, name


def _is_known_apart(kept: Person, distinction: Distinction, merged: Person) -> bool:
    """Whether `kept` is already recorded as distinct from the third person of a distinction."""
    ours = distinction.person_id == merged.pk
    third = distinction.other_id if ours else distinction.person_id
    return Distinction.objects.filter(
        Q(person=kept, other=third) | Q(person=third, other=kept)
    ).exists()


def _has_name(kept: Person, name: PersonName) -> bool:
    """Whether `kept` has this name already, so that it would be listed twice.

    A name given up on another day, or in use again, is a fact of its own.
    """
    others = _names_like(kept, name.name)
    if name.kind != NameKind.FORMER:
        return bool(others)
    return any(
        isinstance(other, PersonName)
        and (other.kind, other.end_date) == (NameKind.FORMER, name.end_date)
        for other in others
    )


def _names_like(person: Person, name: str) -> list[Person | PersonName]:
    """The person and their other names, as far as they are `name`, in capitals or not."""
    return [
        each for each in [person, *person.names.all()] if each.name.casefold() == name.casefold()
    ]


def _keep_name(merged: Person, kept: Person, kind: str) -> None:
    """Record the name of `merged` as another name of `kept`, on the source that uses it.

    The source shows only that the name was in use by the day of the source. Raises ValidationError
    if that has none.
    """
    known = merged.last_known
    if known is None:
        raise ValidationError(
            {
                "name_as_of": f"No day is recorded for {merged.document.short_title}, the source "
                f"of the name {merged.name}, so nothing says by when it was in use. Enter the day "
                "of which that document speaks."
            }
        )
    check_and_save(
        PersonName(
            person=kept,
            name=merged.name,
            kind=kind,
            start_date=known.day,
            start_precision=known.precision,
            start_qualifier=Qualifier.BY,
            **_evidence_of(merged),
        )
    )


def _evidence_of(person: Person) -> dict:
    """The fields of the person's evidence, for another record that rests on it."""
    return {name: getattr(person, name) for name in Person.EVIDENCE_FIELDS}


@transaction.atomic
def rename_person(
    *,
    person: Person,
    name: str,
    when: When,
    source: Source,
    honorific: str | None = None,
    sort_name: str = "",
) -> None:
    """Record that somebody has a new name from a day on. Their page keeps its address.

    Without `honorific` they keep the one they have. A source that gives a new honorific alone
    confirms the person, since no record keeps the former one. Raises ValidationError, changing
    nothing, if a rule would be broken.
    """
    stored = read_and_lock(person)
    _refuse_merged(stored, "rename")
    if stored.name != person.name:
        raise ValidationError(
            f"Somebody else has changed the name, which is now {stored}. Look again."
        )
    honorific = stored.honorific if honorific is None else honorific.strip()
    name = name.strip()
    if (name, honorific) == (stored.name, stored.honorific):
        raise ValidationError({"name": f"{stored} is the name that the register has."})
    if first_day(when.day, when.precision) > timezone.localdate():
        raise ValidationError(
            {
                "date": "This day has not come. A name is recorded from the day on which it is in "
                "use."
            }
        )
    is_renamed = name != stored.name
    if is_renamed:
        _keep_former_name(stored, when, source)
        stored.sort_name = sort_name.strip()  # made from the name if this is empty
    elif sort_name.strip():
        stored.sort_name = sort_name.strip()
    stored.name, stored.honorific = name, honorific
    check_and_save(stored)
    if not is_renamed:
        reconfirm(facts=[stored], when=when, source=source)


def _keep_former_name(person: Person, when: When, source: Source) -> None:
    names = list(person.names.all())
    check_and_save(
        PersonName(
            person=person,
            name=person.name,
            kind=NameKind.FORMER,
            **(start_of_name(names) or {"start_date": None}),
            **evidence_of_name(person, names),
            **when.eve().as_end(),
            **source.as_end(),
        )
    )


@transaction.atomic
def withhold_person(*, person: Person) -> Person:
    """Keep somebody's name from every public page. Their posts and seats stay, without a name."""
    return _set_withheld(person, True)


@transaction.atomic
def show_person_again(*, person: Person) -> Person:
    return _set_withheld(person, False)


def _set_withheld(person: Person, withheld: bool) -> Person:
    stored = read_and_lock(person)
    _refuse_merged(stored, "withhold" if withheld else "show")
    stored.withheld = withheld
    check_and_save(stored)
    return stored


def _refuse_merged(person: Person, verb: str) -> None:
    if person.merged_into_id is not None:
        raise ValidationError(
            f"{person} has been merged into {person.merged_into}: {verb} that record instead."
        )


# Public pages leave these out of the posts and seats of somebody who is withheld.
HIDDEN_TEXTS = ("quotation", "note")


def facts_that_name(person: Person) -> list[tuple[Record, str]]:
    """Records with the person's family name in one of their texts, and the name of that text.

    The name may be somebody else's: staff read the text and decide. The person's own records are
    left out, and so are the quotations and notes of their posts and seats, which no page shows
    while the person is withheld.
    """
    own = with_merged({person.pk})
    pattern = pattern_of(families_of(own))
    found = []
    for model in (each for each in apps.get_models() if issubclass(each, Record)):
        texts = texts_of(model)
        named, words = Q(), {f"{text.name}_words": WordsOf(text.name) for text in texts}
        for text in texts:
            # Most texts are empty, and folding them would take long.
            named |= Q(**{f"{text.name}__gt": "", f"{text.name}_words__regex": pattern})
        records = model._base_manager.alias(**words).filter(named)
        if model in (Person, PersonName):
            records = records.exclude(**{f"{'pk' if model is Person else 'person'}__in": own})
        for record in records.select_related(*model.named_by) if model.named_by else records:
            found += [
                (record, str(text.verbose_name))
                for text in texts
                if re.search(pattern, words_of(getattr(record, text.attname)))
                and not (text.name in HIDDEN_TEXTS and getattr(record, "person_id", None) in own)
            ]
    return found


def families_of(people: Collection[int]) -> set[str]:
    """The family names of people, now and at any time in their history."""
    if not people:
        return set()
    names = Person.history.filter(id__in=people).values_list("name", "sort_name")
    others = PersonName.history.filter(person__in=people).values_list("name", flat=True)
    families = {family for name in others for family in _families_in(name)}
    for name, sort_name in names:
        families |= {*_families_in(name), _family_sorted_by(name, sort_name)}
    return {family for family in families if family and "(" not in family}


def _families_in(name: str) -> list[str]:
    """The words of `name` that may be the family name.

    They are several if a word may be letters of an honour that `LETTERS` lacks, or a name.
    """
    parts = parts_of(name)
    words = re.split(r"[\s,]+", name)
    doubtful = [word for word in words if may_be_letters(word) and word not in parts.given.split()]
    if name.isupper() or not parts.given or not doubtful:
        return [parts.family]
    return [*parts.in_order.split()[1:], *doubtful]


def _family_sorted_by(name: str, sort_name: str) -> str:
    """The family name in `sort_name`, perhaps of several words.

    It is "" if the name does not have it: earlier versions took letters of honours for one.
    """
    family = sort_name.partition(",")[0]
    return family if fold(family) in fold(parts_of(name).in_order) else ""


# Public pages name a person of whom these are true.
NAMED = {"withheld": False, "merged_into": None}


def may_be_named(*people: str) -> Q:
    """A filter: public pages may name the people that these paths lead to."""
    return Q(
        **{
            f"{person}__{field}" if person else field: value
            for person in people
            for field, value in NAMED.items()
        }
    )


def hidden_people() -> set[int]:
    """The keys of people withheld from public pages, and of records merged into theirs."""
    withheld = Person.objects.filter(withheld=True).order_by()
    return with_merged(set(withheld.values_list("pk", flat=True)))


def with_merged(people: set[int]) -> set[int]:
    """The keys of `people` and of all records merged into theirs."""
    found, all_of_them = people, set()
    while found:
        all_of_them |= found
        merged = Person.objects.filter(merged_into__in=found).order_by()
        found = set(merged.values_list("pk", flat=True)) - all_of_them
    return all_of_them


def texts_of(model: type[Record]) -> list[models.Field]:
    """The text fields of `model` that staff write, in which somebody might be named."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not isinstance(field, FoldedField)
        and field.editable
        and not field.choices
        # Another person may have the same name.
        and not (model in (Person, PersonName) and field.name in NAMES_OF_PEOPLE)
    ]


NAMES_OF_PEOPLE = ("slug", "honorific", "name", "sort_name")
