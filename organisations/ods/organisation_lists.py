"""Importing the lists of trusts, CCGs, networks and practices."""

import contextlib
import datetime
import re

from django.db.models import ManyToOneRel

from organisations.models import Organisation, OrganisationKind, OrganisationName, Relationship
from organisations.ods.extracts import Listing, OrganisationRow
from organisations.ods.known_records import name_key
from organisations.ods.list_import import ListImport, Undecided, locator_of_code
from records.days import NO_LATEST
from records.models import DatedFact
from records.periods import Qualifier, When, date_in_words, first_day, last_day

# Sub-ICB locations took over the codes of the CCGs, which were abolished on the day before.
SUB_ICBS_BEGAN = datetime.date(2022, 7, 1)
SUB_ICB = re.compile(r"\bICB - [A-Z0-9]{3,5}$")


class OrganisationListImport(ListImport):
    def run(self) -> None:
        for row in self.extract.rows:
            with contextlib.suppress(Undecided):
                self.take(row)
        self.save_organisations()
        if self.extract.passed_over:
            self.report.look_at(
                1,
                f"{self.extract.passed_over} lines are of no general practice (they prescribe in "
                "another setting) and were passed over.",
            )

    def take(self, row: OrganisationRow) -> None:
        found = self.find(row.code, row.name, row.line)
        if found is None:
            self.add_new(row)
            return
        before = self.report.changes, len(self.report.to_look_at)
        if self.has_passed_on_code(found, row):
            return
        self.rename(found, row.name, row.code, row.line)
        self.correct_start(found, row)
        self.close(found, row)
        if before == (self.report.changes, len(self.report.to_look_at)):
            self.report.unchanged += 1

    def add_new(self, row: OrganisationRow) -> None:
        start, note = When(row.opened), ""
        if took_over_code(row):
            start = When(self.extract.day, self.extract.precision, Qualifier.BY)
            note = (
                f"The list gives {date_in_words(row.opened)} as the day on which the code was "
                "opened, when it was that of a clinical commissioning group. Sub-ICB locations "
                "began on 1 July 2022 at the earliest; this one is recorded from the day of the "
                "list."
            )
            self.report.look_at(
                row.line,
                f"The code {row.code} is older than the sub-ICB location that has it now, "
                f"{row.name}, which is recorded as in being by {start.in_words()[3:]}. Record "
                "the group that had the code before, if it is wanted.",
            )
        end = When(row.closed).as_end() if row.closed else {}
        kind = kind_of(self.extract.listing, row.name)
        self.add(row.line, row.code, row.name, kind, start, note=note, **end)

    def has_passed_on_code(self, found: Organisation, row: OrganisationRow) -> bool:
        """Whether another body may have the code now than the one in the register."""
        if found.kind == kind_of(self.extract.listing, row.name):
            return False
        if name_key(row.name) in self.known.keys_of_names(found):
            return False
        self.report.look_at(
            row.line,
            f"The code {row.code} is recorded for {found} ({found.get_kind_display()}), and this "
            f"line calls what has it {row.name}. A code can outlive the body that first had it. "
            "Nothing was taken from this line: if the body closed, close it and record its "
            "successor with the code; if only its form or name changed, change that by hand.",
        )
        return True

    def correct_start(self, found: Organisation, row: OrganisationRow) -> None:
        """Take the day on which an organisation opened, unless somebody recorded its start."""
        if found.start_date == row.opened and found.start_qualifier == Qualifier.ON:
            return
        day = self.known.day_of(found.document_id)
        if day is None:
            if not has_start_within(found, row.opened):
                self.report.look_at(
                    row.line,
                    f"{found} ({row.code}) opened on {date_in_words(row.opened)} by this line; the "
                    f"register has it {found.time_in_words(self.extract.last_day)}. It was left: "
                    "the day may be that of the code.",
                )
            return
        is_older = day > self.extract.last_day and found.start_qualifier == Qualifier.ON
        if took_over_code(row) or is_older:
            return
        first = self.known.first_starts.get(found.pk)
        if first is not None and found.earliest_start < row.opened > first:
            self.report.look_at(
                row.line,
                f"{found} ({row.code}) opened on {date_in_words(row.opened)} by this line, and "
                f"something that belongs to it had begun by {date_in_words(first)}. Its start was "
                "left: correct one of the two.",
            )
            return
        found.start_date, found.start_qualifier = row.opened, Qualifier.ON
        found.document = self.document
        found.locator = locator_of_code(row.line, row.code)
        self.report.sentences["dated"].append(f"{found}, opened on {date_in_words(row.opened)}")
        self.changed[found.pk] = found

    def close(self, found: Organisation, row: OrganisationRow) -> None:
        day = self.known.day_of(found.end_document_id or found.document_id)
        is_older = day is not None and self.extract.last_day < day
        if row.closed is None:
            if not is_older and found.has_ended(self.extract.last_day):
                self.report.look_at(
                    row.line,
                    f"{found} ({row.code}) is open by this line; the register has it closed on "
                    f"{found.end_in_words()}. It was left.",
                )
        elif found.over_by is None:
            if why := why_not_closed(found, row.closed):
                self.report.look_at(
                    row.line,
                    f"{found} ({row.code}) closed on {date_in_words(row.closed)}, {why}. It was "
                    "left open: use “Close” on its page in the admin, which ends what depends on "
                    "it.",
                )
                return
            self.end_fact(found, row.closed, locator_of_code(row.line, row.code))
            self.report.sentences["closed"].append(
                f"{found} ({row.code}), on {date_in_words(row.closed)}"
            )
            self.changed[found.pk] = found
        elif last_day(row.closed, found.end_precision) != found.end_date and not is_older:
            self.report.look_at(
                row.line,
                f"{found} ({row.code}) closed on {date_in_words(row.closed)} by this line; the "
                f"register has {found.end_in_words()}. It was left.",
            )


def kind_of(listing: Listing, name: str) -> str:
    if listing == Listing.NETWORKS:
        return OrganisationKind.PCN
    if listing == Listing.PRACTICES:
        return OrganisationKind.PRACTICE
    if listing == Listing.CCGS:
        return OrganisationKind.CCG if name.endswith(" CCG") else OrganisationKind.OTHER
    is_foundation = "FOUNDATION TRUST" in name.upper()
    return OrganisationKind.FOUNDATION_TRUST if is_foundation else OrganisationKind.NHS_TRUST


def took_over_code(row: OrganisationRow) -> bool:
    return bool(SUB_ICB.search(row.name)) and row.opened < SUB_ICBS_BEGAN


def has_start_within(found: Organisation, opened: datetime.date) -> bool:
    """Whether the register has the same start, to the month or the year."""
    return (
        found.start_date is not None
        and found.start_qualifier == Qualifier.ON
        and first_day(opened, found.start_precision) == found.start_date
    )


def why_not_closed(found: Organisation, day: datetime.date) -> str:
    """Why an import may not close an organisation; "" if it may."""
    if found.start_date and day < found.start_date:
        return f"before the start that the register has, {found.start_in_words()}"
    for relation in dependants():
        open_ones = {relation.field.name: found, "latest_end": NO_LATEST}
        if relation.related_model.objects.filter(**open_ones).exists():
            return "and posts, seats or members depend on it"
    return ""


def dependants() -> list[ManyToOneRel]:
    """The records that end with an organisation: posts, and others that upper floors add.

    Memberships of networks do not: lists have lines about their ends.
    """
    return [
        relation
        for relation in Organisation._meta.related_objects
        if issubclass(relation.related_model, DatedFact)
        and relation.related_model not in (OrganisationName, Relationship)
    ]
