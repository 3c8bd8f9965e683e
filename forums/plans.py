"""What became of a planned succession: it came on a day, or the plan was given up.

Each action locks what it changes, and is done whole or not at all.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from forums.foreseen import day_spoken_of, refuse_an_older_document
from organisations.successions import Plannable
from records.confirmations import reconfirm
from records.events import WORDS_OF_ANOTHER, Source, check_and_save, read_and_lock
from records.periods import Qualifier, When


def lock_plan(plan: Plannable) -> Any:
    """The plan as it is now, locked. Raises ValidationError if it is none any more.

    It is locked as its check locks it, so that no two wait for each other.
    """
    plan.others_locked()
    stored = read_and_lock(plan)
    if not stored.is_open_plan:
        raise ValidationError(
            f"{stored}: somebody else has said meanwhile what became of the plan. Look again."
        )
    return stored


@transaction.atomic
def it_came(*, plan: Plannable, when: When, source: Source) -> None:
    """Record that a document says that a planned succession came on a day, or is to.

    A document of that day or later confirms the plan, whose own document stays: it says since when
    there was a plan. An earlier one puts it off, and takes the place of the first. Raises
    ValidationError, changing nothing, if the document is older than the plan or a rule refuses it.
    """
    said = day_spoken_of(source)
    stored = lock_plan(plan)
    refuse_an_older_document(stored, said, source)
    for name, value in when.as_start().items():
        setattr(stored, name, value)
    is_later = said.last_possible() >= when.first_possible()
    if not is_later:
        for name, value in {**source.as_evidence(), **WORDS_OF_ANOTHER}.items():
            setattr(stored, name, value)
    check_and_save(stored)
    if is_later:
        reconfirm(facts=[stored], when=said, source=source)


@transaction.atomic
def give_up(*, plan: Plannable, source: Source) -> None:
    """Record that a document says that a plan was given up. It stays as a plan of before.

    Raises ValidationError, changing nothing, if the document is older than the plan.
    """
    said = day_spoken_of(source)
    stored = lock_plan(plan)
    refuse_an_older_document(stored, said, source)
    stored.given_up_document, stored.given_up_locator = source.document, source.locator
    # It never began, so that no day is left on which it could hold.
    stored.start_qualifier = Qualifier.NOT_BEFORE
    check_and_save(stored)
