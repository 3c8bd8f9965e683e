"""Importing lists of the Organisation Data Service.

The preview does what the import does, in a transaction that is rolled back. Organisations are found
by their codes. A fact that a list states for the first time, or differently from the list before,
is recorded with its line as the source. Facts that a list does not mention are left alone.
"""

import contextlib
from collections.abc import Generator, Iterator

from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, connection, transaction

from editing.uploads import ImportProgress
from organisations.ods.extracts import Extract, Listing, OdsRefused, Problem
from organisations.ods.known_records import STEP, KnownRecords
from organisations.ods.list_reports import ImportOutcome
from organisations.ods.organisation_lists import OrganisationListImport
from organisations.ods.partner_lists import PartnerListImport
from records.history import Nature, writing
from records.troubles import Trouble, trouble_of

# The number of the lock in PostgreSQL.
LOCK = 0x0D5


class OdsBusy(ValidationError):
    """Another import is under way, or somebody is saving."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing was loaded: another import is under way, or somebody is saving at this "
            "moment. Try again when it is over."
        )


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """A transaction that no other import has at the same time. Raises OdsBusy."""
    if connection.vendor != "sqlite":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
                if not cursor.fetchone()[0]:
                    raise OdsBusy
            yield
        return
    # SQLite lets one transaction write at a time. Wait a second for it, not twenty.
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        timeout = cursor.fetchone()[0]
        cursor.execute("PRAGMA busy_timeout = 1000")
    try:
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(transaction.atomic())
            except OperationalError as error:
                if trouble_of(error) is not Trouble.BUSY:
                    raise
                raise OdsBusy from error
            yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {int(timeout)}")


def run(
    extracts: list[Extract],
    *,
    user=None,
    reason: str = "",
    apply: bool = False,
    same: dict[str, str] | None = None,
    new: frozenset[str] = frozenset(),
) -> Iterator[ImportProgress | ImportOutcome]:
    """Import lists, and roll back unless `apply`. Yields an ImportOutcome at the end.

    Raises OdsBusy and OdsRefused.
    """
    with alone(), writing(Nature.IMPORTED, reason=reason, step=STEP, user=user):
        outcome = yield from import_lists(extracts, same=same or {}, new=new)
        outcome.loaded = apply
        if not apply:
            transaction.set_rollback(True)
    yield outcome


def import_lists(
    extracts: list[Extract], *, same: dict[str, str], new: frozenset[str]
) -> Generator[ImportProgress, None, ImportOutcome]:
    """Make the changes in the lists.

    `same` gives for a code the slug of the organisation that has it. The codes in `new` are of new
    organisations, though the register has some with their names. Raises OdsRefused.
    """
    known = KnownRecords(extracts, same, new)
    reports = []
    for number, extract in enumerate(extracts):
        yield ImportProgress(str(extract), number, len(extracts))
        of_partners = extract.listing == Listing.PARTNERS
        list_import = (PartnerListImport if of_partners else OrganisationListImport)(known, extract)
        try:
            with transaction.atomic():
                list_import.run()
        except IntegrityError as error:
            words = f"A rule of the register refuses it: {error}"
            raise OdsRefused([Problem(extract.file_name, 1, words)]) from error
        reports.append(list_import.report)
    yield ImportProgress("Saving", len(extracts), len(extracts))
    return ImportOutcome(reports)
