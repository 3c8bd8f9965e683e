"""Importing a list: the document that it is, and the organisations that its lines are about."""

import datetime
from typing import Any

from organisations.models import Organisation, OrganisationName
from organisations.ods.extracts import Extract
from organisations.ods.known_records import SLUG, KnownRecords, name_key
from organisations.ods.list_reports import CodeQuestion, ListReport
from records.models import DatedFact, Document, DocumentKind, NameKind
from records.names import first_free, free_slug, slug_stem
from records.periods import Qualifier, When, first_day
from records.present_names import evidence_of_name

BATCH = 500
PUBLISHER = "NHS England, Organisation Data Service"
LICENCE = (
    "Contains information from NHS England, Organisation Data Service, licensed under the Open "
    "Government Licence."
)


def locator_of_code(line: int, code: str) -> str:
    return f"Line {line}, “{code}”"


class Undecided(Exception):
    """It is not known which organisation a line is about. The report says why."""


class ListImport:
    def __init__(self, known: KnownRecords, extract: Extract):
        self.known, self.extract = known, extract
        self._document: Document | None = None
        self.report = ListReport(extract, known.mentioned)
        self.added: list[Organisation] = []
        self.changed: dict[int, Organisation] = {}
        self.names: list[OrganisationName] = []

    def run(self) -> None:
        raise NotImplementedError

    @property
    def document(self) -> Document:
        """The list as a source document, which is made when the first fact needs it."""
        if self._document is None:
            self._document = self.known_document() or self.make_document()
        return self._document

    def known_document(self) -> Document | None:
        begins = f"{SLUG}{self.extract.listing.value}-"
        for document in self.known.documents.values():
            if (
                document.slug.startswith(begins)
                and document.published_date == self.extract.day
                and self.extract.digest in document.note
            ):
                return document
        return None

    def make_document(self) -> Document:
        extract, when = self.extract, self.extract.day_in_words
        document = Document(
            slug=free_slug(Document, f"{SLUG}{extract.listing.value}-{extract.day}"),
            title=f"Organisation Data Service: {extract.listing.label}, {when}",
            short_title=f"ODS {extract.listing.value}, {when}",
            kind=DocumentKind.DATA_EXTRACT,
            publisher=PUBLISHER,
            published_date=extract.day,
            published_precision=extract.precision,
            as_of=extract.day,
            as_of_precision=extract.precision,
            file_name=extract.file_name[:200],
            note=f"The list as it stood on that date. {LICENCE} SHA-256 of the file: "
            f"{extract.digest}.",
        )
        document.full_clean()
        document.save()
        self.known.documents[document.pk] = document
        return document

    def evidence(self, locator: str) -> dict[str, Any]:
        return {
            "document": self.document,
            "locator": locator,
            "confirmed_on": self.extract.day,
            "confirmed_precision": self.extract.precision,
        }

    def end_fact(self, fact: DatedFact, day: datetime.date, locator: str) -> None:
        for name, value in When(day).as_end().items():
            setattr(fact, name, value)
        fact.end_document, fact.end_locator = self.document, locator

    # Organisations

    def find(self, code: str, name: str, line: int) -> Organisation | None:
        """The organisation that has a code, or None if it is new. Raises Undecided."""
        found = self.known.by_code.get(code, [])
        if len(found) > 1:
            in_force = [each for each in found if each.is_listed(self.extract.last_day)]
            found = [each for each in found if name_key(each.name) == name_key(name)] or in_force
            if len(found) != 1:
                self.report.look_at(
                    line,
                    f"Several organisations have the code {code}, and none or several of them on "
                    "that day. Nothing was taken from this line.",
                )
                raise Undecided
        if found:
            return found[0]
        if code in self.known.same:
            return self.give_code(self.known.same[code], code, name, line)
        candidates = self.known.candidates(code, name)
        if candidates and code not in self.known.new:
            self.report.ask(CodeQuestion(self.extract.file_name, line, code, name, candidates))
            raise Undecided
        return None

    def give_code(self, found: Organisation, code: str, name: str, line: int) -> Organisation:
        locator = locator_of_code(line, code)
        found.ods_code = code
        found.codes_document, found.codes_locator = self.document, locator
        self.known.by_code[code].append(found)
        self.changed[found.pk] = found
        self.report.sentences["coded"].append(f"{found} has the code {code}")
        if name_key(name) not in self.known.keys_of_names(found):
            # Staff say that both are one organisation, but not that it was renamed.
            self.add_name(
                OrganisationName(
                    organisation=found,
                    name=name,
                    kind=NameKind.SPELLING,
                    **self.evidence(locator),
                    **When(self.extract.day, self.extract.precision, Qualifier.BY).as_start(),
                )
            )
        return found

    def add_name(self, name: OrganisationName) -> None:
        self.names.append(name)
        self.known.names[name.organisation_id].append(name)

    def add(
        self, line: int, code: str, name: str, kind: str, start: When, **fields
    ) -> Organisation:
        slug = first_free(slug_stem(name, "organisation"), self.known.slugs)
        self.known.slugs.add(slug)
        locator = locator_of_code(line, code)
        organisation = Organisation(
            slug=slug,
            name=name,
            kind=kind,
            ods_code=code,
            codes_document=self.document,
            codes_locator=locator,
            **self.evidence(locator),
            **start.as_start(),
            **fields,
        )
        self.added.append(organisation)
        self.known.by_code[code].append(organisation)
        self.report.sentences["new"].append(f"{name} ({code})")
        return organisation

    def save_organisations(self) -> None:
        added = Organisation.objects.bulk_create_with_history(self.added, batch_size=BATCH)
        self.known.organisations |= {organisation.pk: organisation for organisation in added}
        Organisation.objects.bulk_update_with_history(self.changed.values())
        OrganisationName.objects.bulk_create_with_history(self.names, batch_size=BATCH)

    # Names

    def rename(self, found: Organisation, name: str, code: str, line: int) -> None:
        """Take the name that a line gives an organisation, unless the register knows better."""
        if name_key(found.name) == name_key(name):
            self.report.spelt_otherwise += found.name.casefold() != name.casefold()
            return
        recorded = [n for n in self.known.names[found.pk] if name_key(n.name) == name_key(name)]
        first = first_day(self.extract.day, self.extract.precision)
        if any(n.kind != NameKind.FORMER or last_day_of(n) >= first for n in recorded):
            return
        day, listing = self.known.last_named(found)
        if day is not None and self.extract.last_day < day:
            remedy = (
                "it is recorded as a former name: correct its last day if it was later."
                if recorded
                else "record this as a former name if it was one."
            )
            self.report.look_at(
                line,
                f"{found} ({code}) is called {name} here, in a list older than what the "
                f"register has. Its name was left; {remedy}",
            )
        elif recorded and self.known.is_named_by_hand(found):
            self.report.look_at(
                line,
                f"{code} is called {name} here, as before; somebody has recorded since that it is "
                f"called {found}. Its name was left: use “Rename” if it is called so again.",
            )
        elif recorded and listing not in ("", self.extract.listing.value):
            self.report.look_at(
                line,
                f"{code} is called {name} here, as before; by another list it is called "
                f"{found}. Its name was left.",
            )
        else:
            self.give_name(found, name, code, line, since=day)

    def give_name(
        self, found: Organisation, name: str, code: str, line: int, *, since: datetime.date | None
    ) -> None:
        ends = When(self.extract.day, self.extract.precision, Qualifier.BY).eve()
        start = since or found.start_date
        starts = {"start_date": start, "start_qualifier": Qualifier.BY}
        if start is None or start > ends.day:
            starts = {"start_date": None}
        self.add_name(
            OrganisationName(
                organisation=found,
                name=found.name,
                kind=NameKind.FORMER,
                **evidence_of_name(found, self.known.names[found.pk]),
                end_document=self.document,
                end_locator=locator_of_code(line, code),
                **starts,
                **ends.as_end(),
            )
        )
        self.report.sentences["renamed"].append(f"{found.name} ({code}) to {name}")
        found.name = name
        self.known.days_renamed.pop((found.pk, name_key(name)), None)
        self.changed[found.pk] = found


def last_day_of(name: OrganisationName) -> datetime.date:
    return name.end_date or datetime.date.max
