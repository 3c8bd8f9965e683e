"""Importing the list of core partners: which practice is in which network, and since when."""

import datetime
from collections import defaultdict
from dataclasses import dataclass

from organisations.models import Organisation, OrganisationKind, Relationship, RelationshipKind
from organisations.ods.extracts import Extract, OdsRefused, PartnerRow, Problem
from organisations.ods.known_records import KnownRecords, may_be_one_practice
from organisations.ods.list_import import BATCH, ListImport, Undecided
from records.periods import Qualifier, When, date_in_words


@dataclass(frozen=True)
class ListedMembership:
    """A line, with the practice and the network that it is about."""

    row: PartnerRow
    practice: Organisation
    network: Organisation

    @property
    def key(self) -> tuple[int, int]:
        return self.practice.pk, self.network.pk

    @property
    def locator(self) -> str:
        return f"Line {self.row.line}, “{self.row.practice}” in “{self.row.network}”"

    def __str__(self):
        return f"{self.practice} in {self.network}"

    def overlaps(self, membership: Relationship) -> bool:
        first, last = membership.start_date or datetime.date.min, membership.end_date
        return (last is None or self.row.starts <= last) and (
            self.row.ends is None or first <= self.row.ends
        )


class PartnerListImport(ListImport):
    def __init__(self, known: KnownRecords, extract: Extract):
        super().__init__(known, extract)
        self.begun: list[Relationship] = []
        self.altered: dict[int, Relationship] = {}

    def run(self) -> None:
        starts: dict[tuple[int, int], set[datetime.date]] = defaultdict(set)
        others = []
        # Lines with a known start come first: their ends may show that others are of a later time.
        for listed in self.listed_memberships():
            starts[listed.key].add(listed.row.starts)
            memberships = self.known.memberships[listed.key]
            same = [each for each in memberships if each.start_date == listed.row.starts]
            if same:
                self.end(same[0], listed)
            else:
                others.append(listed)
        for listed in others:
            memberships = self.known.memberships[listed.key]
            overlapping = [each for each in memberships if listed.overlaps(each)]
            if overlapping:
                self.correct(overlapping[0], listed, starts[listed.key])
            else:
                self.begin(listed)
        self.report_moves()
        # Ends are saved first, to make room for new memberships of the same two.
        Relationship.objects.bulk_update_with_history(self.altered.values())
        Relationship.objects.bulk_create_with_history(self.begun, batch_size=BATCH)

    # Practices and networks

    def listed_memberships(self) -> list[ListedMembership]:
        """The lines whose practice is decided, with new practices saved. Raises OdsRefused."""
        networks = self.networks()
        practices: dict[str, Organisation | None] = {}
        for row in self.extract.rows:
            if row.practice not in practices:
                practices[row.practice] = self.practice(row)
        self.save_organisations()
        return [
            ListedMembership(row, practice, networks[row.network])
            for row in self.extract.rows
            if (practice := practices[row.practice]) is not None
        ]

    def networks(self) -> dict[str, Organisation]:
        """The networks by their codes. Raises OdsRefused for lines whose network is not known."""
        networks: dict[str, Organisation] = {}
        missing = []
        for row in self.extract.rows:
            known = self.known.by_code.get(row.network, ())
            network = next((each for each in known if each.kind == OrganisationKind.PCN), None)
            if network is not None:
                networks[row.network] = network
                continue
            words = (
                f"There is no network {row.network}. Give the list of networks of the same day "
                "with this one, or correct the code."
            )
            missing.append(Problem(self.extract.file_name, row.line, words))
        if missing:
            raise OdsRefused(missing)
        return networks

    def practice(self, row: PartnerRow) -> Organisation | None:
        """The practice of a line; None if it is undecided."""
        try:
            found = self.find(row.practice, row.practice_name, row.line)
        except Undecided:
            return None
        if found is not None:
            self.rename(found, row.practice_name, row.practice, row.line)
            return found
        joined = min(each.starts for each in self.extract.rows if each.practice == row.practice)
        return self.add(
            row.line,
            row.practice,
            row.practice_name,
            OrganisationKind.PRACTICE,
            When(joined, qualifier=Qualifier.BY),
            note="Recorded from the day on which it joined its first network in this list, which "
            "does not say since when it is open.",
        )

    # Memberships

    def correct(
        self, membership: Relationship, listed: ListedMembership, starts: set[datetime.date]
    ) -> None:
        """Take the start in a later list, unless that list has the recorded start too."""
        day = self.known.day_of(membership.document_id)
        if day is None or membership.start_date in starts or day >= self.extract.last_day:
            if day is None or day <= self.extract.last_day:
                self.report.look_at(
                    listed.row.line,
                    f"{listed.practice} is in {listed.network} from "
                    f"{date_in_words(listed.row.starts)} by this line; the register has it "
                    f"{membership.time_in_words(self.extract.last_day)}. It was left.",
                )
            return
        was = membership.start_in_words()
        membership.start_date = listed.row.starts
        membership.document, membership.locator = self.document, listed.locator
        self.altered[membership.pk] = membership
        self.report.sentences["corrected"].append(
            f"{listed}: since {membership.start_in_words()}, not {was}"
        )
        self.end(membership, listed)

    def end(self, membership: Relationship, listed: ListedMembership) -> None:
        ends, end_date = listed.row.ends, membership.over_by
        day = self.known.day_of(membership.end_document_id or membership.document_id)
        is_older = day is not None and self.extract.last_day < day
        is_silent = ends is None and end_date and self.extract.last_day <= end_date
        if ends == end_date or is_older or is_silent:
            self.report.unchanged += 1
        elif ends is not None and (end_date is None or day is not None):
            sentence = f"{listed}, on {date_in_words(ends)}"
            self.end_fact(membership, ends, listed.locator)
            self.altered[membership.pk] = membership
            self.report.sentences["ended" if end_date is None else "corrected"].append(sentence)
        else:
            said = f"to {date_in_words(ends)}" if ends else "without an end"
            self.report.look_at(
                listed.row.line,
                f"{listed.practice} is in {listed.network} {said} by this line; the register has "
                f"{membership.end_in_words() or 'no end'}. It was left.",
            )

    def begin(self, listed: ListedMembership) -> None:
        row, practice, network = listed.row, listed.practice, listed.network
        membership = Relationship(
            from_organisation=practice,
            kind=RelationshipKind.MEMBER_OF,
            to_organisation=network,
            **self.evidence(listed.locator),
            **When(row.starts).as_start(),
            **(When(row.ends).as_end() if row.ends else {}),
        )
        for key in self.known.members_without_code.get(network.pk, ()):
            other = self.known.organisations[key]
            if (
                not other.ods_code
                and row.practice not in self.known.new
                and may_be_one_practice(practice.name, other.name)
            ):
                self.report.look_at(
                    row.line,
                    f"{practice} ({row.practice}) is a member of {network}, and so is {other}, "
                    "which has no code. If they are one, one of the two is recorded twice.",
                )
        self.begun.append(membership)
        self.known.memberships[listed.key].append(membership)
        self.report.sentences["begun"].append(str(listed))

    def report_moves(self) -> None:
        """Report practices that left one network and joined another at once."""
        left = defaultdict(list)
        for membership in [*self.altered.values(), *self.begun]:
            if membership.end_date is not None:
                left[membership.from_organisation_id].append(membership)
        organisations = self.known.organisations
        for joined in self.begun:
            for ended in left[joined.from_organisation_id]:
                gap = (joined.start_date - ended.end_date).days
                if ended.to_organisation_id != joined.to_organisation_id and 0 <= gap <= 1:
                    practice = organisations[joined.from_organisation_id]
                    before = organisations[ended.to_organisation_id]
                    after = organisations[joined.to_organisation_id]
                    when = date_in_words(joined.start_date)
                    self.report.sentences["moved"].append(
                        f"{practice} from {before} to {after}, on {when}"
                    )
