"""What happens to the holders of posts and seats, each as one step done whole or not at all.

A post and a seat are held alike, so `held` is either. Each action locks it first: of two people who
act at once, the second is told.
"""

import datetime
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from organisations.models import Held, Post
from people.models import Basis, EndReason, Tenure
from people.vacant_places import Vacancy
from records.confirmations import reconfirm
from records.days import NO_LATEST
from records.events import (
    Source,
    check_and_save,
    end,
    end_unless_over,
    error_about,
    lock,
    read_and_lock,
    take_back_end,
)
from records.evidence import spoken_of
from records.models import DatedFact
from records.periods import Qualifier, When


def lock_all(posts_and_seats: Iterable[Held]) -> list[Held]:
    """Read again and lock several posts and seats.

    The order is always the same, posts before the seats that go with them, so that no two people
    wait for each other.
    """
    once = {(not isinstance(held, Post), held.pk): held for held in posts_and_seats}
    return [lock(once[key]) for key in sorted(once)]


def tenure_model_of(held: Held) -> type[Tenure]:
    """The model that says who holds it: Appointment for a post, Membership for a seat."""
    return type(held)._meta.get_field(type(held).tenures_name).related_model


def begin(held: Held, **fields) -> Tenure:
    """Record that somebody holds a post or a seat.

    Raises ValidationError if a rule would be broken, or if its organisation or forum is over by
    the start.
    """
    model = tenure_model_of(held)
    tenure = model(**{model.held_field: held}, **fields)
    _refuse_announced_already(tenure)
    tenure.full_clean()
    tenure.refuse_start_after_end_of(getattr(held, held.owner_field))
    tenure.save()
    return tenure


def _refuse_announced_already(tenure: Tenure) -> None:
    """Raise ValidationError if the person is recorded as to come already, on a day not given."""
    same = {"person": tenure.person_id, tenure.held_field: tenure.held}
    announced = type(tenure).objects.filter(latest_start=NO_LATEST, **same)
    other = announced.exclude(basis=Basis.ACTING).first()
    if other is not None and tenure.basis != Basis.ACTING:
        raise ValidationError(
            {
                "person": f"{other} is announced already, {other.start_in_words()}. Use Give the "
                "day on that record, or withdraw it."
            }
        )


def known_only_later(held: Held, begins: When) -> list[DatedFact]:
    """What a holder from `begins` shows to have existed earlier than the register says: the
    organisation or forum, and the post or seat, where the start is known only *by* a later day."""
    owners = [getattr(held, held.owner_field), held]
    return [owner for owner in owners if is_known_only_after(owner, begins)]


def is_known_only_after(owner: DatedFact, begins: When) -> bool:
    """A holder who is announced without a day shows nothing of what existed before."""
    return (
        owner.start_qualifier == Qualifier.BY
        and not begins.is_announced
        and owner.latest_start > begins.last_possible()
    )


@transaction.atomic
def record_existence(*, owners: Iterable[DatedFact], begins: When, source: Source) -> None:
    """Record that posts, seats and what they are of existed by then, as the source of a holder
    shows.

    The note names that source: the source of the record stays, on which all else rests that the
    record says. Raises ValidationError if a rule would be broken.
    """
    by = replace(begins, qualifier=Qualifier.BY)
    for owner in owners:
        stored = read_and_lock(owner)
        if not is_known_only_after(stored, begins):
            continue
        for name, value in by.as_start().items():
            setattr(stored, name, value)
        shown = (
            f"It existed {by.in_words()}, as {source.document.short_title} ({source.locator}) "
            "shows."
        )
        stored.note = f"{stored.note} {shown}".strip()
        check_and_save(stored, errors_name_it=True)


@transaction.atomic
def record_vacancy(*, held: Held, begins: When, source: Source, places: int = 1) -> Vacancy:
    """Record that a source says that a post, or places of a seat, are vacant from a day.

    Raises ValidationError, changing nothing, if a rule would be broken.
    """
    held = lock(held)
    kind: Any = type(held)
    model = kind._meta.get_field("vacancies").related_model
    vacancy = model(
        places=places, **{model.vacant_field: held}, **begins.as_start(), **source.as_evidence()
    )
    check_and_save(vacancy)
    return vacancy


@transaction.atomic
def appoint_to_each(
    *,
    posts_or_seats: Iterable[Held],
    begins: When,
    source: Source,
    ends_others: bool = False,
    end_reason: EndReason | str = "",
    **fields,
) -> list[Tenure]:
    """Appoint one person to several posts, or to several seats, from one day.

    With `ends_others`, those who hold them then end the day before. Raises ValidationError,
    changing nothing, if a rule would be broken.
    """
    begun = []
    for held in lock_all(posts_or_seats):
        if ends_others:
            tenures = getattr(held, held.tenures_name).listed(begins.last_possible())
            for tenure in tenures.select_related("person"):
                end_unless_over(tenure, begins.eve(), source, end_reason=end_reason)
        try:
            begun.append(begin(held, **begins.as_start(), **source.as_evidence(), **fields))
        except ValidationError as error:
            raise error_about(held, error) from error
    return begun


@transaction.atomic
def replace_holders(
    *,
    held: Held,
    leaving: Iterable[Tenure],
    left: When,
    end_reason: str,
    begins: When,
    source: Source,
    today: datetime.date,
    through: Iterable[Tenure] = (),
    vacant: bool = False,
    **fields,
) -> Tenure:
    """End the time of those `leaving` and begin that of a new holder, given by `fields`; with
    `vacant`, the source says that it was vacant in between.

    `through` are seats that go with it and that they leave too, as in `leave`. An earlier end that
    is already recorded stays. Raises ValidationError, changing nothing, if a rule would be broken.
    """
    leaving, through = list(leaving), list(through)
    lock_all([held, *(tenure.held for tenure in [*leaving, *through])])
    held = lock(held)
    for tenure in leaving:
        end_unless_over(tenure, left, source, end_reason=end_reason)
    for tenure in through:
        end_or_withdraw(tenure, left, source, end_reason, today)
    if vacant:
        record_vacancy(held=held, begins=left.morrow(), source=source, places=len(leaving))
    return begin(held, **begins.as_start(), **source.as_evidence(), **fields)


def carried_over(tenure: Tenure) -> dict:
    """The fields that the next term of the same person takes from `tenure`."""
    shared = {field.name for field in Tenure._meta.get_fields()}
    own = {field.name for field in tenure._meta.concrete_fields if not field.primary_key}
    return {name: getattr(tenure, name) for name in own - shared - {tenure.held_field}} | {
        "basis": tenure.basis,
        "acting_for": tenure.acting_for,
    }


def is_before_end_of_term(tenure: Tenure, last: When) -> bool:
    return tenure.term_ends is not None and last.last_possible() < tenure.term_ends


@transaction.atomic
def reappoint(*, tenure: Tenure, last: When, source: Source, **fields) -> Tenure:
    """End somebody's term and begin another of theirs the day after, perhaps on another basis.

    Raises ValidationError, changing nothing, if a rule would be broken.
    """
    held = lock(tenure.held)
    # No term ends of whoever acted or was interim, and stays as something else; nor of whose term
    # is extended or shortened before its end.
    before = tenure.basis, tenure.acting_for
    same_basis = before == (fields.get("basis", before[0]), fields.get("acting_for", before[1]))
    term_ended = same_basis and not is_before_end_of_term(tenure, last)
    end(tenure, last, source, end_reason=EndReason.TERM_ENDED if term_ended else "")
    return begin(
        held,
        **{
            **carried_over(tenure),
            **last.morrow().as_start(),
            **source.as_evidence(),
            **fields,
        },
    )


@transaction.atomic
def end_tenure(
    *,
    tenure: Tenure,
    when: When,
    source: Source,
    end_reason: EndReason | str,
    today: datetime.date,
    through: Iterable[Tenure] = (),
    jointly: Iterable[Tenure] = (),
    vacant: bool = False,
) -> None:
    """End somebody's time in a post or seat; with `vacant`, the source says that the place is
    vacant then.

    `through` are seats that go with it and that they leave too, and `jointly` the other posts of a
    joint appointment, as in `leave`. Raises ValidationError, changing nothing, if a rule would be
    broken.
    """
    through, jointly = list(through), list(jointly)
    lock_all(each.held for each in [tenure, *through, *jointly])
    end(tenure, when, source, end_reason=end_reason)
    for each in through:
        end_or_withdraw(each, when, source, end_reason, today)
    leave(
        tenures=jointly,
        when=when,
        source=source,
        end_reason=end_reason,
        today=today,
        vacant=vacant,
    )
    if vacant:
        record_vacancy(held=tenure.held, begins=when.morrow(), source=source)


@transaction.atomic
def leave(
    *,
    tenures: Iterable[Tenure],
    when: When,
    source: Source,
    end_reason: EndReason | str,
    today: datetime.date,
    vacant: bool = False,
) -> None:
    """End several posts and seats of one person on one day; with `vacant`, the source says that
    their places are vacant then.

    An earlier end that is already recorded stays. A tenure announced for later than both that day
    and today never comes to be: it is withdrawn. Raises ValidationError, changing nothing, if a
    rule would be broken.
    """
    tenures = list(tenures)
    lock_all(tenure.held for tenure in tenures)
    for tenure in tenures:
        end_or_withdraw(tenure, when, source, end_reason, today)
        if vacant and not never_comes_to_be(tenure, when, today):
            record_vacancy(held=tenure.held, begins=when.morrow(), source=source)


def end_or_withdraw(
    tenure: Tenure, when: When, source: Source, end_reason: EndReason | str, today: datetime.date
) -> None:
    if never_comes_to_be(tenure, when, today):
        remove_announced(tenure, today)
    else:
        end_unless_over(tenure, when, source, end_reason=end_reason)


def never_comes_to_be(record: DatedFact, last: When, today: datetime.date) -> bool:
    """Whether it was to begin later than both today and the last day of whoever was to hold it.
    If that day is not given, it may come to be."""
    return not last.is_announced and is_to_begin(record, max(last.last_possible(), today))


def is_to_begin(record: DatedFact, day: datetime.date) -> bool:
    """Whether it certainly begins after `day`, or was only ever announced: one that begins *by* a
    later day may have begun."""
    return record.latest_start == NO_LATEST or (
        record.start_date is not None
        and record.start_date > day
        and record.start_qualifier != Qualifier.BY
    )


@transaction.atomic
def withdraw(
    *, tenure: Tenure, source: Source, today: datetime.date, staying: Iterable[Tenure] = ()
) -> None:
    """Remove the record of somebody who was to begin later than today and will not.

    `staying` are those who were to go and stay: their end is taken back, and the source confirms
    them as of its day. Raises ValidationError, changing nothing, if a rule would be broken.
    """
    lock(tenure.held)
    remove_announced(tenure, today)
    for other in staying:
        take_back_end(other)
    if staying and (said := spoken_of(source.document, "as_of")) is not None:
        reconfirm(facts=staying, when=said, source=source)


def remove_announced(tenure: Tenure, today: datetime.date) -> None:
    """Remove a record, keeping its history.

    Raises ValidationError if it may have begun: then it is to be ended.
    """
    stored = read_and_lock(tenure)
    if not is_to_begin(stored, today):
        raise ValidationError(
            f"{stored}: the start is {stored.start_in_words()}. Only what is still to begin can "
            "be withdrawn: end it instead, or correct it."
        )
    stored.delete()
