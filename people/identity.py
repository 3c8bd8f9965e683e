"""Who somebody is: two records of one person, a new name, a name kept from the public."""

import re
from collections.abc import Collection, Iterable, Iterator

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from people.models import Distinction, Person, PersonName, Tenure
from people.personal_names import may_be_letters, parts_of
from records.events import Source, When, about, read_anew
from records.folded_text import WordsOf, pattern_of, words_of
from records.models import NameKind, Record
from records.names import FoldedField, fold, free_slug
from records.periods import Precision, Qualifier, first_day, locked


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


@transaction.atomic
def merge_people(*, kept: Person, merged: Person, kind: str = NameKind.SPELLING) -> None:
    """Give all that `merged` holds to `kept`, of whom it is a second record.

    Its name, if it is another, becomes a name of `kept` of this `kind`. Raises ValidationError,
    changing nothing, if they are known to be two, or if a rule would be broken.
    """
    if kept.pk == merged.pk:
        raise ValidationError("Choose two records: these are one and the same.")
    # In one order, so that no two who merge wait for each other.
    both = {person.pk: read_anew(person) for person in sorted([kept, merged], key=lambda p: p.pk)}
    kept, merged = both[kept.pk], both[merged.pk]
    _refuse_merge(kept, merged)
    for record, field in _belongings(merged):
        if isinstance(record, Distinction) and _is_said_of(kept, record, merged):
            continue
        if isinstance(record, PersonName) and _is_name_of(kept, record):
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
            raise ValidationError([*about(record, error).messages, remedy]) from error
        record.save()
    if not _of_that_name(kept, merged.name):
        _keep_name(merged, kept, kind)
    merged.merged_into = kept
    merged.full_clean()
    merged.save()


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
    """What people hold: appointments, and memberships of the app above."""
    related = [relation.related_model for relation in Person._meta.related_objects]
    return [model for model in related if issubclass(model, Tenure)]


def _belongings(person: Person) -> Iterator[tuple[Record, str]]:
    """Everything recorded of `person`, here and in the apps above, and the field that says so.

    Those who were merged into them stay so: theirs is a step of its own, and is undone by itself.
    """
    for relation in Person._meta.related_objects:
        name = relation.field.name
        if relation.related_model is not Person:
            for record in locked(relation.related_model).filter(**{name: person}).order_by("pk"):
                yield record, name


def _is_said_of(kept: Person, distinction: Distinction, merged: Person) -> bool:
    """Whether `kept` is already told apart from the third person of a distinction."""
    ours = distinction.person_id == merged.pk
    third = distinction.other_id if ours else distinction.person_id
    return Distinction.objects.filter(
        Q(person=kept, other=third) | Q(person=third, other=kept)
    ).exists()


def _is_name_of(kept: Person, name: PersonName) -> bool:
    """Whether `kept` has a name already, so that it would stand there twice. One that they gave
    up on another day, or have again, is a fact of its own."""
    others = _of_that_name(kept, name.name)
    if name.kind != NameKind.FORMER:
        return bool(others)
    return any(
        isinstance(other, PersonName)
        and (other.kind, other.end_date) == (NameKind.FORMER, name.end_date)
        for other in others
    )


def _of_that_name(person: Person, name: str) -> list[Person | PersonName]:
    """The records of somebody that have this name, in capitals or not: their own and others."""
    return [
        each for each in [person, *person.names.all()] if each.name.casefold() == name.casefold()
    ]


def _keep_name(merged: Person, kept: Person, kind: str) -> None:
    """The name of `merged` as another name of `kept`, on the source that uses it.

    When it came into use no source says: only that it was in use by then.
    """
    known, precision = merged.confirmed_on, merged.confirmed_precision
    if known is None:
        known, precision = merged.document.published_date, merged.document.published_precision
    if known is None:
        known, precision = timezone.localdate(), Precision.DAY
    name = PersonName(
        person=kept,
        name=merged.name,
        kind=kind,
        start_date=known,
        start_precision=precision,
        start_qualifier=Qualifier.BY,
        **_evidence_of(merged),
    )
    name.full_clean()
    name.save()


def _evidence_of(person: Person) -> dict:
    """How the register knows somebody, for what else rests on it."""
    return {
        name: getattr(person, name)
        for name in (
            "document",
            "locator",
            "quotation",
            "note",
            "confirmed_on",
            "confirmed_precision",
            "confirmed_document",
            "confirmed_locator",
        )
    }


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
    """Record that somebody is called something else from a day on; their address stays.

    Without an honorific they keep the one they have. Raises ValidationError, changing nothing,
    if a rule would be broken.
    """
    stored = read_anew(person)
    _refuse_merged(stored, "rename")
    if stored.name != person.name:
        raise ValidationError(
            f"Somebody else has changed the name, which is now {stored}. Look again."
        )
    honorific = stored.honorific if honorific is None else honorific.strip()
    name = name.strip()
    if (name, honorific) == (stored.name, stored.honorific):
        raise ValidationError({"name": f"{stored} is the name that the register has."})
    _refuse_day_to_come(when, "A name is recorded from the day on which it is in use.")
    if name != stored.name:
        _keep_former_name(stored, when, source)
        stored.sort_name = sort_name.strip()  # made from the name if this is empty
    elif sort_name.strip():
        stored.sort_name = sort_name.strip()
    stored.name, stored.honorific = name, honorific
    # The source of the former name went with it.
    stored.quotation = stored.note = stored.confirmed_locator = ""
    stored.confirmed_document, stored.confirmed_precision = None, Precision.DAY
    for field, value in source.as_evidence().items():
        setattr(stored, field, value)
    stored.full_clean()
    stored.save()


def _keep_former_name(person: Person, when: When, source: Source) -> None:
    former = PersonName(
        person=person,
        name=person.name,
        kind=NameKind.FORMER,
        **_start_of_present_name(person),
        **when.eve().as_end(),
        **_evidence_of(person),
        **source.as_end(),
    )
    former.full_clean()
    former.save()


def _start_of_present_name(person: Person) -> dict:
    """Since when somebody has had their name: since they gave up the one before, if that is
    recorded; otherwise no source says."""
    before = (
        person.names.filter(kind=NameKind.FORMER, end_date__isnull=False)
        .order_by("-end_date", "-pk")
        .first()
    )
    if before is None:
        return {"start_date": None}
    gone = When(before.end_date, before.end_precision, before.end_qualifier)
    return gone.morrow().as_start()


@transaction.atomic
def withhold_person(*, person: Person) -> Person:
    """Keep somebody's name from every public page. What they hold stays, without it."""
    return _set_withheld(person, True)


@transaction.atomic
def show_person_again(*, person: Person) -> Person:
    """Let public pages name somebody again."""
    return _set_withheld(person, False)


def _set_withheld(person: Person, withheld: bool) -> Person:
    stored = read_anew(person)
    _refuse_merged(stored, "withhold" if withheld else "show")
    stored.withheld = withheld
    stored.full_clean()
    stored.save()
    return stored


def _refuse_merged(person: Person, verb: str) -> None:
    if person.merged_into_id is not None:
        raise ValidationError(
            f"{person} has been merged into {person.merged_into}: {verb} that record instead."
        )


def _refuse_day_to_come(when: When, why: str) -> None:
    if first_day(when.day, when.precision) > timezone.localdate():
        raise ValidationError({"date": f"This day has not come. {why}"})


# What public pages leave out of what somebody holds who is withheld from them.
HIDDEN_TEXTS = ("quotation", "note")


def facts_that_name(person: Person) -> list[tuple[Record, str]]:
    """Records with a text of their own in which somebody's family name stands, and what that
    text is called. Others may have that name: whoever reads them decides.

    Without their own records, and without what is quoted or noted of what they hold, which no page
    shows while they are withheld.
    """
    own = with_merged({person.pk})
    pattern = pattern_of(families_of(own))
    found = []
    for model in _models_with_texts():
        texts = texts_of(model)
        named, words = Q(), {f"{text.name}_words": WordsOf(text.name) for text in texts}
        for text in texts:
            # Most are empty, and to fold takes a while.
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
    """The family names that people have, and had in any record of them that was ever kept."""
    if not people:
        return set()
    names = Person.history.filter(id__in=people).values_list("name", "sort_name")
    others = PersonName.history.filter(person__in=people).values_list("name", flat=True)
    families = {family for name in others for family in _families_in(name)}
    for name, sort_name in names:
        families |= {*_families_in(name), _family_sorted_by(name, sort_name)}
    return {family for family in families if family and "(" not in family}


def _families_in(name: str) -> list[str]:
    """The family name in `name`; every word after the first if one of them may be letters that no
    list has, or a name after all."""
    parts = parts_of(name)
    words = re.split(r"[\s,]+", name)
    doubtful = [word for word in words if may_be_letters(word) and word not in parts.given.split()]
    if name.isupper() or not parts.given or not doubtful:
        return [parts.family]
    return [*parts.in_order.split()[1:], *doubtful]


def _family_sorted_by(name: str, sort_name: str) -> str:
    """The family name, perhaps of several words, that somebody is sorted by; "" for letters of
    honours, which were once taken for one."""
    family = sort_name.partition(",")[0]
    return family if fold(family) in fold(parts_of(name).in_order) else ""


# Of whom the public may read what names them.
NAMED = {"withheld": False, "merged_into": None}


def may_be_named(*people: str) -> Q:
    """A filter: the people that these paths lead to may be named and found."""
    return Q(
        **{
            f"{person}__{field}" if person else field: value
            for person in people
            for field, value in NAMED.items()
        }
    )


def hidden_people() -> set[int]:
    """Whoever is withheld from public pages, and the records that were merged into theirs."""
    withheld = Person.objects.filter(withheld=True).order_by()
    return with_merged(set(withheld.values_list("pk", flat=True)))


def with_merged(people: set[int]) -> set[int]:
    """These people, and the records that were merged into theirs."""
    found, all_of_them = people, set()
    while found:
        all_of_them |= found
        merged = Person.objects.filter(merged_into__in=found).order_by()
        found = set(merged.values_list("pk", flat=True)) - all_of_them
    return all_of_them


def _models_with_texts() -> Iterable[type[Record]]:
    return [model for model in apps.get_models() if issubclass(model, Record)]


def texts_of(model: type[Record]) -> list[models.Field]:
    """The fields of `model` with words of their own, in which somebody might be named."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not isinstance(field, FoldedField)
        and field.editable
        and not field.choices
        # Others may have the name; what is said of them may be about somebody else.
        and not (model in (Person, PersonName) and field.name in NAMES_OF_PEOPLE)
    ]


NAMES_OF_PEOPLE = ("slug", "honorific", "name", "sort_name")
