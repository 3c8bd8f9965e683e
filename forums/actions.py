"""Changes of several records at once, each done whole or not at all."""

import datetime
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction

from forums.models import Forum, ForumName, Membership, Seat
from organisations.models import Held, Organisation, OrganisationName
from organisations.terms_changes import change_terms
from people.actions import begin, record_vacancy
from people.models import EndReason
from records.events import (
    Source,
    check_and_save,
    end,
    end_unless_over,
    read_and_lock,
)
from records.models import NameKind
from records.names import free_slug
from records.periods import When, first_day
from records.present_names import evidence_of_name, last_former_name, start_of_name


@transaction.atomic
def replace_and_resize(
    *,
    seat: Seat,
    leaving: Iterable[Membership],
    left: When,
    end_reason: EndReason | str,
    begins: When,
    number: int,
    source: Source,
    vacant: bool = False,
    **fields,
) -> Membership:
    """As `replace_holders`, for a seat that has another number of holders from then on.

    Raises ValidationError, changing nothing, if a rule would be broken.
    """
    seat = read_and_lock(seat)
    leaving = list(leaving)
    for membership in leaving:
        end_unless_over(membership, left, source, end_reason=end_reason)
    if vacant:
        record_vacancy(held=seat, begins=left.morrow(), source=source, places=len(leaving))
    change_terms(changed=seat, begins=begins, source=source, number=number)
    return begin(seat, **begins.as_start(), **source.as_evidence(), **fields)


@transaction.atomic
def end_and_resize(
    *,
    membership: Membership,
    when: When,
    end_reason: EndReason | str,
    number: int,
    source: Source,
    vacant: bool = False,
) -> None:
    """End somebody's time in a seat that has another number of holders from the day after.

    Raises ValidationError, changing nothing, if a rule would be broken.
    """
    seat = read_and_lock(membership.seat)
    end(membership, when, source, end_reason=end_reason)
    change_terms(changed=seat, begins=when.morrow(), source=source, number=number)
    if vacant:
        record_vacancy(held=seat, begins=when.morrow(), source=source)


@transaction.atomic
def create_post_or_seat(
    *, held: Held, begins: When, source: Source, holder: dict | None = None
) -> Held:
    """Save a new post or seat that begins on a day, with its first holder if there is one.

    `holder` has the fields of the holder's record. Raises ValidationError, changing nothing, if a
    rule would be broken.
    """
    read_and_lock(getattr(held, held.owner_field))
    for name, value in {**begins.as_start(), **source.as_evidence()}.items():
        setattr(held, name, value)
    check_and_save(held)
    if holder is not None:
        begin(held, **begins.as_start(), **source.as_evidence(), **holder)
    return held


@transaction.atomic
def rename(
    *,
    record: Organisation | Forum,
    name: str,
    short_name: str,
    begins: When,
    source: Source,
    today: datetime.date,
) -> None:
    """Give an organisation or forum another name from a day on, and keep the old one.

    Raises ValidationError, changing nothing, if a rule would be broken.
    """
    stored = read_and_lock(record)
    if (stored.name, stored.short_name) != (record.name, record.short_name):
        raise ValidationError(
            f"Somebody else has changed the name, which is now {stored.name}. Look again."
        )
    if name == stored.name:
        raise ValidationError({"name": "That is its name already. Give the new one."})
    if first_day(begins.day, begins.precision) > today:
        raise ValidationError(
            {
                "start_date": "A name is changed when the day has come, because every page would "
                "show the new one at once. Record it on that day or later."
            }
        )
    last = begins.eve()
    model = OrganisationName if isinstance(stored, Organisation) else ForumName
    names = list(stored.names.all())
    former_name = model(
        name=stored.name,
        kind=NameKind.FORMER,
        **{type(stored)._meta.model_name: stored},
        **in_use_since(stored, names, last),
        **evidence_of_name(stored, names),
        **last.as_end(),
        **source.as_end(),
    )
    stored.name, stored.short_name = name, short_name
    check_and_save(former_name, errors_name_it=True)
    check_and_save(stored)


def in_use_since(record: Organisation | Forum, names: list, last: When) -> dict:
    """The start of a name that was in use until `last`: the day after the name before it, or else
    the start of the organisation or forum. `names` are its other names."""
    before = last_former_name(names)
    if before is None:
        return record.starts.as_start() if record.starts else {}
    if before.end_date > last.last_possible():
        raise ValidationError(
            f"It was called {before.name} until {before.end_in_words()}, which is later. "
            "Correct one of the two."
        )
    return start_of_name(names)


def new_organisation(*, name: str, kind: str, begins: When, source: Source) -> Organisation:
    """Record an organisation. Raises ValidationError if a rule would be broken."""
    organisation = Organisation(
        name=name,
        kind=kind,
        slug=free_slug(Organisation, name),
        **begins.as_start(),
        **source.as_evidence(),
    )
    check_and_save(organisation)
    return organisation
