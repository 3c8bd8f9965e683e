"""Importing what the Organisation Data Service lists: what is new in it since the last file.

The preview is no forecast: it does what the import does, in a transaction that is taken back.
Organisations are known by their codes. What a list says of one for the first time, or otherwise
than the list before, is recorded with the line that says so; what it does not say is left alone.
"""

import contextlib
import datetime
import hashlib
import re
from collections import defaultdict
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, connection, models, transaction
from django.utils import timezone

from editing.uploads import ImportProgress
from organisations.models import (
    Organisation,
    OrganisationKind,
    OrganisationName,
    Relationship,
    RelationshipKind,
)
from organisations.ods.reader import (
    Extract,
    Listing,
    OdsRefused,
    OrganisationRow,
    PartnerRow,
    Problem,
)
from records.history import Nature, writing
from records.locks import locked
from records.models import DatedFact, Document, DocumentKind, NameKind
from records.names import first_free, fold, slug_stem
from records.periods import Qualifier, When, date_in_words, first_day, last_day
from records.troubles import Trouble, trouble_of

STEP = "Import from the Organisation Data Service"
PUBLISHER = "NHS England, Organisation Data Service"
LICENCE = (
    "Contains information from NHS England, Organisation Data Service, licensed under the Open "
    "Government Licence."
)
# Documents that the import makes begin so, followed by what they list.
SLUG = "ods-"
# Sub-ICB locations took over the codes of the CCGs, which were abolished on the day before.
SUB_ICBS_BEGAN = datetime.date(2022, 7, 1)
SUB_ICB = re.compile(r"\bICB - [A-Z0-9]{3,5}$")
# One import at a time, as a database of this name for a lock knows it.
LOCK = 0x0D5
BATCH = 500

# What is counted, in the order in which it is told: one of it, several, and whether each is told.
TOLD = {
    "new": ("new organisation", "new organisations", False),
    "renamed": ("organisation renamed", "organisations renamed", True),
    "closed": ("organisation closed", "organisations closed", True),
    "coded": ("code recorded", "codes recorded", True),
    "dated": ("opening date given or corrected", "opening dates given or corrected", False),
    "begun": ("membership begun", "memberships begun", False),
    "ended": ("membership ended", "memberships ended", True),
    "corrected": ("membership corrected", "memberships corrected", True),
    "moved": ("practice moved to another network", "practices moved to another network", True),
}
# What changes something: a move is an end and a beginning, which are counted.
CHANGES = ("new", "renamed", "closed", "coded", "dated", "begun", "ended", "corrected")


class OdsBusy(ValidationError):
    """Another import is under way, or somebody is saving."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing was loaded: another import is under way, or somebody is saving at this "
            "moment. Try again when it is over."
        )


@dataclass(frozen=True)
class Question:
    """A code that is new to the register, and organisations without one that may have it."""

    file_name: str
    line: int
    code: str
    name: str
    fitting: tuple[Organisation, ...]

    def __str__(self):
        slugs = " or ".join(f"“{each.slug}”" for each in self.fitting)
        return (
            f"{self.file_name}, line {self.line}: {self.name} ({self.code}) may be {slugs}, which "
            "has no code. Until somebody says, nothing is taken from lines about it. If they are "
            f"one, say --same {self.code}={self.fitting[0].slug}; if not, --new {self.code}."
        )


@dataclass
class Report:
    """What a list changes, in words, and what it says that somebody has to look at."""

    extract: Extract
    told: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    to_look_at: list[Problem] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    unchanged: int = 0
    spelt_otherwise: int = 0

    def counts(self) -> list[tuple[str, int, list[str]]]:
        """(what, how many, each in words where that is told), of what there is any of."""
        found = []
        for key, (one, many, each) in TOLD.items():
            if lines := self.told.get(key):
                found.append((one if len(lines) == 1 else many, len(lines), lines if each else []))
        return found

    @property
    def changes(self) -> int:
        return sum(len(self.told.get(key, ())) for key in CHANGES)

    # What earlier lists said already: of one thing it is told once.
    said: set[str] = field(default_factory=set)

    def look_at(self, line: int, words: str) -> None:
        if words in self.said:
            return
        self.said.add(words)
        self.to_look_at.append(Problem(self.extract.file_name, line, words))

    def ask(self, question: Question) -> None:
        if question.code not in self.said:
            self.said.add(question.code)
            self.questions.append(question)


@dataclass
class Outcome:
    """What an import comes to, list by list, and whether it was made so."""

    reports: list[Report]
    loaded: bool = False

    @property
    def changes(self) -> int:
        return sum(report.changes for report in self.reports)

    @property
    def to_look_at(self) -> list[Problem]:
        return [problem for report in self.reports for problem in report.to_look_at]

    @property
    def questions(self) -> list[Question]:
        return [question for report in self.reports for question in report.questions]

    @property
    def fingerprint(self) -> str:
        """The same for two previews that come to the same."""
        told = [
            [str(report.extract), report.extract.digest, sorted(report.told.items())]
            + [str(each) for each in (*report.questions, *report.to_look_at)]
            for report in self.reports
        ]
        return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


# What many practices have in their names, by which none is told from another.
COMMON = frozenset(
    """the a of and at in dr drs doctor doctors surgery surgeries medical health healthcare care
    centre center ctr clinic practice practices prac partnership partners partner group family
    house general gp primary pcn""".split()  # noqa: SIM905
)


def may_be(name: str, other: str) -> bool:
    """Whether two names of practices of one network may be of one practice: a word that tells
    them from others is the same, or begins as one of the other does."""

    def telling(words: str) -> set[str]:
        return {word for word in alike(words).split() if word not in COMMON}

    return any(
        one == two
        or (min(len(one), len(two)) >= 5 and (one.startswith(two) or two.startswith(one)))
        for one in telling(name)
        for two in telling(other)
    )


def alike(name: str) -> str:
    """What two spellings of one name share: no case, marks or punctuation, “and” for “&”."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", fold(name.replace("&", " and "))).split())


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
    # One transaction writes at a time: who waits a second for it is told.
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        patience = cursor.fetchone()[0]
        cursor.execute("PRAGMA busy_timeout = 1000")
    try:
        together = transaction.atomic()
        try:
            together.__enter__()
        except OperationalError as error:
            if trouble_of(error) is not Trouble.BUSY:
                raise
            raise OdsBusy from error
        with contextlib.ExitStack() as stack:
            stack.push(together)
            yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {int(patience)}")


def run(
    extracts: list[Extract],
    *,
    user=None,
    reason: str = "",
    apply: bool = False,
    same: dict[str, str] | None = None,
    new: frozenset[str] = frozenset(),
) -> Iterator[ImportProgress | Outcome]:
    """Import lists, and roll back unless told to `apply` it. The last that it yields is an Outcome.

    Raises what `import_lists` raises, and OdsBusy.
    """
    with alone(), writing(Nature.IMPORTED, reason=reason, step=STEP, user=user):
        outcome = yield from import_lists(extracts, same=same or {}, new=new)
        outcome.loaded = apply
        if not apply:
            transaction.set_rollback(True)
    yield outcome


def import_lists(
    extracts: list[Extract], *, same: dict[str, str], new: frozenset[str]
) -> Generator[ImportProgress, None, Outcome]:
    """Change the register as lists ask.

    `same` says for a code which organisation, by its slug, has it; `new` says of which codes the
    organisation is new, though the register has one of its name. Raises OdsRefused.
    """
    register = Register(extracts, same, new)
    reports = []
    for number, extract in enumerate(extracts):
        yield ImportProgress(str(extract), number, len(extracts))
        loading = Loading(register, extract)
        try:
            with transaction.atomic():
                loading.go()
        except IntegrityError as error:
            raise OdsRefused(
                [Problem(extract.file_name, 1, f"A rule of the register refuses it: {error}")]
            ) from error
        reports.append(loading.report)
    yield ImportProgress("Saving", len(extracts), len(extracts))
    return Outcome(reports)


class Register:
    """What the register has of all that these lists may speak of, read once and kept."""

    def __init__(self, extracts: list[Extract], same: dict[str, str], new: frozenset[str]):
        self.new = new
        # In which networks these lists have a practice.
        self.networks_of: dict[str, set[str]] = defaultdict(set)
        for extract in extracts:
            if extract.listing == Listing.PARTNERS:
                for row in extract.rows:
                    self.networks_of[row.practice].add(row.network)
        self.said: set[str] = set()
        self.by_code: dict[str, list[Organisation]] = defaultdict(list)
        self.without_code: dict[str, set[int]] = defaultdict(set)
        self.documents = {document.pk: document for document in Document.objects.all()}
        organisations = {each.pk: each for each in locked(Organisation).order_by("pk")}
        for organisation in organisations.values():
            if organisation.ods_code:
                self.by_code[organisation.ods_code].append(organisation)
            else:
                self.without_code[alike(organisation.name)].add(organisation.pk)
        self.names: dict[int, list[OrganisationName]] = defaultdict(list)
        for name in OrganisationName.objects.order_by("pk"):
            self.names[name.organisation_id].append(name)
            if not organisations[name.organisation_id].ods_code:
                self.without_code[alike(name.name)].add(name.organisation_id)
        self.organisations = organisations
        self.named_by_hand = days_named_by_hand()
        self.memberships: dict[tuple[int, int], list[Relationship]] = defaultdict(list)
        for each in locked(Relationship).filter(kind=RelationshipKind.MEMBER_OF):
            self.memberships[each.from_organisation_id, each.to_organisation_id].append(each)
        self.members_without_code: dict[int, set[int]] = defaultdict(set)
        for practice, network in self.memberships:
            if not organisations[practice].ods_code:
                self.members_without_code[network].add(practice)
        self.slugs = set(Organisation.objects.values_list("slug", flat=True))
        self.slugs |= set(Organisation.history.values_list("slug", flat=True))
        self.document_slugs = {document.slug for document in self.documents.values()}
        self.document_slugs |= set(Document.history.values_list("slug", flat=True))
        self.same = self.understand_same(same)

    def fitting(self, code: str, name: str) -> tuple[Organisation, ...]:
        """Organisations without a code that may be the one of this code and name: those of that
        name, and members of a network that these lists have it in, if their names are near."""
        found = set(self.without_code.get(alike(name), ()))
        for network_code in self.networks_of.get(code, ()):
            for network in self.by_code.get(network_code, ()):
                for key in self.members_without_code.get(network.pk, ()):
                    if may_be(name, self.organisations[key].name):
                        found.add(key)
        # One that was given a code meanwhile is no longer in question.
        fitting = (self.organisations[key] for key in sorted(found))
        return tuple(each for each in fitting if not each.ods_code)

    def understand_same(self, same: dict[str, str]) -> dict[str, Organisation]:
        by_slug = {each.slug: each for each in self.organisations.values()}
        found = {}
        for code, slug in same.items():
            if slug not in by_slug:
                raise OdsRefused(
                    [
                        Problem(
                            "The answers",
                            1,
                            f"There is no organisation “{slug}”. Give the last "
                            "part of the address of its page.",
                        )
                    ]
                )
            if by_slug[slug].ods_code not in ("", code):
                raise OdsRefused(
                    [
                        Problem(
                            "The answers",
                            1,
                            f"“{slug}” has the code {by_slug[slug].ods_code}, "
                            f"not {code}. Give another, or correct its code first.",
                        )
                    ]
                )
            found[code] = by_slug[slug]
        return found

    def listing_of(self, document_id: int | None) -> str:
        """Which list a document is that an import made; "" for any other."""
        document = self.documents.get(document_id)
        if document is None or not document.slug.startswith(SLUG):
            return ""
        return document.slug.removeprefix(SLUG).split("-")[0]

    def day_of(self, document_id: int | None) -> datetime.date | None:
        """The day up to which a document that an import made speaks."""
        if not self.listing_of(document_id):
            return None
        document = self.documents[document_id]
        if document.published_date is None:
            return None
        return last_day(document.published_date, document.published_precision)

    def last_named(self, organisation: Organisation) -> tuple[datetime.date | None, str]:
        """The day as at which the register knows the name an organisation has, and the list that
        gave it; "" if somebody else did."""
        if day := self.named_by_hand.get((organisation.pk, alike(organisation.name))):
            return day, ""
        renamings = [
            (self.day_of(name.end_document_id), self.listing_of(name.end_document_id))
            for name in self.names[organisation.pk]
            if name.kind == NameKind.FORMER and self.day_of(name.end_document_id)
        ]
        if renamings:
            return max(renamings)
        if day := self.day_of(organisation.document_id):
            return day, self.listing_of(organisation.document_id)
        if organisation.confirmed_on:
            return last_day(organisation.confirmed_on, organisation.confirmed_precision), ""
        return None, ""

    def is_named_by_hand(self, organisation: Organisation) -> bool:
        return (organisation.pk, alike(organisation.name)) in self.named_by_hand


def days_named_by_hand() -> dict[tuple[int, str], datetime.date]:
    """For each organisation and name, as `alike` gives it: the last day on which somebody, and no
    list, changed its name to that. Undoing an import is not such a change, nor what an upgrade
    puts right, nor another spelling of the same name."""
    by_hand = Organisation.history.filter(history_type="~").exclude(history_step=STEP)
    rows = (
        Organisation.history.filter(id__in=by_hand.values("id"))
        .order_by("id", "history_id")
        .values_list("id", "name", "history_date", "history_step", "history_nature")
    )
    found, before = {}, (None, "")
    for pk, spelling, written, step, nature in rows:
        name = alike(spelling)
        renamed = before[0] == pk and before[1] != name
        if renamed and nature not in (Nature.UNDONE, Nature.UPGRADED):
            if step == STEP:
                found.pop((pk, name), None)
            else:
                found[pk, name] = timezone.localdate(written)
        before = pk, name
    return found


class Loading:
    """One list on its way into the register."""

    def __init__(self, register: Register, extract: Extract):
        self.register, self.extract = register, extract
        self.report = Report(extract, said=register.said)
        self.document: Document | None = None
        self.made: list[Organisation] = []
        self.changed: dict[int, Organisation] = {}
        self.names: list[OrganisationName] = []
        self.begun: list[Relationship] = []
        self.altered: dict[int, Relationship] = {}

    def go(self) -> None:
        if self.extract.listing == Listing.PARTNERS:
            self.partners()
        else:
            for row in self.extract.rows:
                self.organisation(row)
            self.write_organisations()
        if self.extract.passed_over:
            self.report.look_at(
                1,
                f"{self.extract.passed_over} lines are of no general practice (they prescribe in "
                "another setting) and were passed over.",
            )

    # Evidence

    def source(self) -> Document:
        """The document that this list is, made when the first fact rests on it."""
        if self.document is None:
            known = self.known_document()
            self.document = known or self.make_document()
        return self.document

    def known_document(self) -> Document | None:
        extract = self.extract
        begins = f"{SLUG}{extract.listing.value}-"
        return next(
            (
                document
                for document in self.register.documents.values()
                if document.slug.startswith(begins)
                and document.published_date == extract.day
                and extract.digest in document.note
            ),
            None,
        )

    def make_document(self) -> Document:
        extract = self.extract
        when = extract.day_in_words
        stem = slug_stem(f"{SLUG}{extract.listing.value}-{extract.day}", "ods")
        document = Document(
            slug=first_free(stem, self.register.document_slugs),
            title=f"Organisation Data Service: {extract.listing.label}, {when}",
            short_title=f"ODS {extract.listing.value}, {when}",
            kind=DocumentKind.DATA_EXTRACT,
            publisher=PUBLISHER,
            published_date=extract.day,
            published_precision=extract.precision,
            file_name=extract.file_name[:200],
            note=f"The list as it stood on that date. {LICENCE} SHA-256 of the file: "
            f"{extract.digest}.",
        )
        document.full_clean()
        document.save()
        self.register.documents[document.pk] = document
        self.register.document_slugs.add(document.slug)
        return document

    def evidence(self, line: int, words: str) -> dict:
        return {
            "document": self.source(),
            "locator": self.locator(line, words),
            "confirmed_on": self.extract.day,
            "confirmed_precision": self.extract.precision,
        }

    def locator(self, line: int, words: str) -> str:
        return f"Line {line}, {words}"

    def codes(self, row: OrganisationRow | PartnerRow, code: str) -> dict:
        locator = self.locator(row.line, f"“{code}”")
        return {"ods_code": code, "codes_document": self.source(), "codes_locator": locator}

    # Organisations

    def organisation(self, row: OrganisationRow) -> None:
        found = self.find(row.code, row.name, row.line)
        if found is None:
            return
        if found is NOT_THERE:
            self.make(row)
            return
        before = self.report.changes, len(self.report.to_look_at)
        if self.outlived(found, row):
            return
        self.rename(found, row.name, row.code, row.line)
        self.redate(found, row)
        self.close(found, row)
        if before == (self.report.changes, len(self.report.to_look_at)):
            self.report.unchanged += 1

    def find(self, code: str, name: str, line: int):
        """The organisation that has a code; NOT_THERE if it is new; None if nobody can tell."""
        found = self.register.by_code.get(code, [])
        if len(found) > 1:
            in_force = [each for each in found if each.is_in_force(self.extract.last_day)]
            found = [each for each in found if alike(each.name) == alike(name)] or in_force
            if len(found) != 1:
                self.report.look_at(
                    line,
                    f"Several organisations have the code {code}, and none or several of them on "
                    "that day. Nothing was taken from this line.",
                )
                return None
        if found:
            return found[0]
        if code in self.register.same:
            return self.give_code(self.register.same[code], code, name, line)
        fitting = self.register.fitting(code, name)
        if fitting and code not in self.register.new:
            self.report.ask(Question(self.extract.file_name, line, code, name, fitting))
            return None
        return NOT_THERE

    def give_code(self, found: Organisation, code: str, name: str, line: int) -> Organisation:
        found.ods_code = code
        found.codes_document = self.source()
        found.codes_locator = self.locator(line, f"“{code}”")
        self.register.by_code[code].append(found)
        self.changed[found.pk] = found
        self.report.told["coded"].append(f"{found} has the code {code}")
        if alike(name) not in self.names_of(found):
            # Somebody says that both are one: that it was renamed nobody says.
            spelling = OrganisationName(
                organisation=found,
                name=name,
                kind=NameKind.SPELLING,
                **self.evidence(line, f"“{code}”"),
                **When(self.extract.day, self.extract.precision, Qualifier.BY).as_start(),
            )
            self.names.append(spelling)
            self.register.names[found.pk].append(spelling)
        return found

    def make(self, row: OrganisationRow) -> None:
        kind = kind_of(self.extract.listing, row.name)
        start, note = When(row.opened), ""
        if self.took_over_code(row):
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
        closing = When(row.closed).as_end() if row.closed else {}
        self.add(row, row.code, row.name, kind, start, note=note, **closing)

    def add(self, row, code: str, name: str, kind: str, start: When, **fields) -> Organisation:
        slug = first_free(slug_stem(name, "organisation"), self.register.slugs)
        self.register.slugs.add(slug)
        organisation = Organisation(
            slug=slug,
            name=name,
            kind=kind,
            **self.codes(row, code),
            **self.evidence(row.line, f"“{code}”"),
            **start.as_start(),
            **fields,
        )
        self.made.append(organisation)
        self.register.by_code[code].append(organisation)
        self.report.told["new"].append(f"{name} ({code})")
        return organisation

    def took_over_code(self, row: OrganisationRow) -> bool:
        return bool(SUB_ICB.search(row.name)) and row.opened < SUB_ICBS_BEGAN

    def outlived(self, found: Organisation, row: OrganisationRow) -> bool:
        """Whether the code has passed to another body than the one that the register has it of."""
        if found.kind == kind_of(self.extract.listing, row.name):
            return False
        if alike(row.name) in self.names_of(found):
            return False  # the register knows it by that name as something else
        self.report.look_at(
            row.line,
            f"The code {row.code} is recorded for {found} ({found.get_kind_display()}), and this "
            f"line calls what has it {row.name}. A code can outlive the body that first had it. "
            "Nothing was taken from this line: if the body closed, close it and record its "
            "successor with the code; if only its form or name changed, change that by hand.",
        )
        return True

    def names_of(self, organisation: Organisation) -> set[str]:
        others = {alike(name.name) for name in self.register.names[organisation.pk]}
        return {alike(organisation.name), *others}

    def rename(self, found: Organisation, name: str, code: str, line: int) -> None:
        if alike(found.name) == alike(name):
            self.report.spelt_otherwise += found.name.casefold() != name.casefold()
            return
        recorded = [n for n in self.register.names[found.pk] if alike(n.name) == alike(name)]
        if any(each.kind != NameKind.FORMER for each in recorded):
            return
        day, listing = self.register.last_named(found)
        if any(
            last_day_of(each) >= first_day(self.extract.day, self.extract.precision)
            for each in recorded
        ):
            return  # it was called so then
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
            return
        if recorded and self.register.is_named_by_hand(found):
            self.report.look_at(
                line,
                f"{code} is called {name} here, as before; somebody has recorded since that it is "
                f"called {found}. Its name was left: use “Rename” if it is called so again.",
            )
            return
        if recorded and listing not in ("", self.extract.listing.value):
            self.report.look_at(
                line,
                f"{code} is called {name} here, as before; by another list it is called "
                f"{found}. Its name was left.",
            )
            return
        self.give_name(found, name, code, line, since=day)

    def give_name(self, found: Organisation, name: str, code: str, line: int, *, since) -> None:
        ends = When(self.extract.day, self.extract.precision, Qualifier.BY).eve()
        start = since or found.start_date
        starts = {"start_date": start, "start_qualifier": Qualifier.BY}
        if start is None or start > ends.day:
            starts = {"start_date": None}
        document, locator = found.document, found.locator
        former = [n for n in self.register.names[found.pk] if n.kind == NameKind.FORMER]
        if since and former:
            latest = max(former, key=last_day_of)
            if self.register.is_named_by_hand(found):
                # “Rename” rests the name that goes on the source of the one that comes.
                document, locator = latest.document, latest.locator
            elif latest.end_document_id:
                document, locator = latest.end_document, latest.end_locator
        given_up = OrganisationName(
            organisation=found,
            name=found.name,
            kind=NameKind.FORMER,
            document=document,
            locator=locator,
            confirmed_on=found.confirmed_on,
            confirmed_precision=found.confirmed_precision,
            end_document=self.source(),
            end_locator=self.locator(line, f"“{code}”"),
            **starts,
            **ends.as_end(),
        )
        self.names.append(given_up)
        self.register.names[found.pk].append(given_up)
        self.report.told["renamed"].append(f"{found.name} ({code}) to {name}")
        found.name = name
        self.register.named_by_hand.pop((found.pk, name), None)
        self.changed[found.pk] = found

    def redate(self, found: Organisation, row: OrganisationRow) -> None:
        """Take the day on which an organisation opened, where only an import said since when."""
        if found.start_date == row.opened and found.start_qualifier == Qualifier.ON:
            return
        day = self.register.day_of(found.document_id)
        if day is None:
            if not self.agrees(found, row.opened):
                self.report.look_at(
                    row.line,
                    f"{found} ({row.code}) opened on {date_in_words(row.opened)} by this line; the "
                    f"register has it {found.time_in_words(self.extract.last_day)}. It was left: "
                    "the day may be that of the code.",
                )
            return
        if self.took_over_code(row) or (
            day > self.extract.last_day and found.start_qualifier == Qualifier.ON
        ):
            return
        found.start_date, found.start_qualifier = row.opened, Qualifier.ON
        found.document = self.source()
        found.locator = self.locator(row.line, f"“{row.code}”")
        self.report.told["dated"].append(f"{found}, opened on {date_in_words(row.opened)}")
        self.changed[found.pk] = found

    def agrees(self, found: Organisation, opened: datetime.date) -> bool:
        """Whether the register has the same start, to less than the day."""
        return (
            found.start_date is not None
            and found.start_qualifier == Qualifier.ON
            and first_day(opened, found.start_precision) == found.start_date
        )

    def close(self, found: Organisation, row: OrganisationRow) -> None:
        day = self.register.day_of(found.end_document_id or found.document_id)
        is_older = day is not None and self.extract.last_day < day
        if row.closed is None:
            if found.end_date and not is_older and found.end_date < self.extract.last_day:
                self.report.look_at(
                    row.line,
                    f"{found} ({row.code}) is open by this line; the register has it closed on "
                    f"{found.end_in_words()}. It was left.",
                )
            return
        if found.end_date is None:
            if self.blocked(found, row):
                return
            end_with(found, row.closed, self.source(), self.locator(row.line, f"“{row.code}”"))
            self.report.told["closed"].append(
                f"{found} ({row.code}), on {date_in_words(row.closed)}"
            )
            self.changed[found.pk] = found
        elif last_day(row.closed, found.end_precision) != found.end_date and not is_older:
            self.report.look_at(
                row.line,
                f"{found} ({row.code}) closed on {date_in_words(row.closed)} by this line; the "
                f"register has {found.end_in_words()}. It was left.",
            )

    def blocked(self, found: Organisation, row: OrganisationRow) -> bool:
        """Whether an end needs somebody's hand: what depends on it has to end or pass on too."""
        if found.start_date and row.closed < found.start_date:
            why = f"before the start that the register has, {found.start_in_words()}"
        elif any(
            relation.related_model.objects.filter(
                **{relation.field.name: found}, end_date__isnull=True
            ).exists()
            for relation in dependants()
        ):
            why = "and posts, seats or members depend on it"
        else:
            return False
        self.report.look_at(
            row.line,
            f"{found} ({row.code}) closed on {date_in_words(row.closed)}, {why}. It was left open: "
            "use “Close” on its page in the admin, which ends what depends on it.",
        )
        return True

    # Practices in networks

    def partners(self) -> None:
        rows = self.networks_known()
        pairs = []
        named: dict[str, Organisation | None] = {}
        for row, network in rows:
            if row.practice not in named:
                named[row.practice] = self.practice(row)
            if named[row.practice] is not None:
                pairs.append((row, named[row.practice], network))
        self.write_organisations()
        # Ends first: what seems to be the same time may have been over before.
        others = [pair for pair in pairs if not self.known_membership(*pair)]
        listed: dict[tuple[int, int], set] = defaultdict(set)
        for row, practice, network in pairs:
            listed[practice.pk, network.pk].add(row.starts)
        for row, practice, network in others:
            if not self.same_time(row, practice, network, listed[practice.pk, network.pk]):
                self.begin(row, practice, network)
        self.tell_moves()
        self.write_memberships()

    def networks_known(self) -> list[tuple[PartnerRow, Organisation]]:
        """Each row with its network. Raises OdsRefused for those of which there is none."""
        found, missing = [], []
        for row in self.extract.rows:
            networks = [
                each
                for each in self.register.by_code.get(row.network, ())
                if each.kind == OrganisationKind.PCN
            ]
            if networks:
                found.append((row, networks[0]))
            else:
                missing.append(
                    Problem(
                        self.extract.file_name,
                        row.line,
                        f"There is no network {row.network}. Give the list of networks of the same "
                        "day with this one, or correct the code.",
                    )
                )
        if missing:
            raise OdsRefused(missing)
        return found

    def practice(self, row: PartnerRow) -> Organisation | None:
        found = self.find(row.practice, row.practice_name, row.line)
        if found is None:
            return None
        if found is not NOT_THERE:
            self.rename(found, row.practice_name, row.practice, row.line)
            return found
        begun = min(each.starts for each in self.extract.rows if each.practice == row.practice)
        start = When(begun, qualifier=Qualifier.BY)
        return self.add(
            row,
            row.practice,
            row.practice_name,
            OrganisationKind.PRACTICE,
            start,
            note="Recorded from the day on which it joined its first network in this list, which "
            "does not say since when it is open.",
        )

    def known_membership(
        self, row: PartnerRow, practice: Organisation, network: Organisation
    ) -> bool:
        """Whether the register has a membership since that day, which then ends as the row says."""
        for each in self.register.memberships[practice.pk, network.pk]:
            if each.start_date == row.starts:
                self.end(each, row, practice, network)
                return True
        return False

    def same_time(self, row: PartnerRow, practice, network, listed: set) -> bool:
        """Whether the register has a membership of some of the same time since another day."""
        for each in self.register.memberships[practice.pk, network.pk]:
            begins = each.start_date or datetime.date.min
            if (each.end_date is None or row.starts <= each.end_date) and (
                row.ends is None or begins <= row.ends
            ):
                self.correct(each, row, practice, network, listed)
                return True
        return False

    def correct(self, each, row, practice, network, listed: set) -> None:
        """Take the start that a later list gives for a membership that it has no other of."""
        day = self.register.day_of(each.document_id)
        if day is None or each.start_date in listed or day >= self.extract.last_day:
            if day is None or day <= self.extract.last_day:
                self.report.look_at(
                    row.line,
                    f"{practice} is in {network} from {date_in_words(row.starts)} by this line; "
                    f"the register has it {each.time_in_words(self.extract.last_day)}. It was "
                    "left.",
                )
            return
        was = each.start_in_words()
        each.start_date = row.starts
        each.document = self.source()
        each.locator = self.partner_locator(row)
        self.altered[each.pk] = each
        self.report.told["corrected"].append(
            f"{practice} in {network}: since {each.start_in_words()}, not {was}"
        )
        self.end(each, row, practice, network)

    def end(self, each: Relationship, row: PartnerRow, practice, network) -> None:
        day = self.register.day_of(each.end_document_id or each.document_id)
        is_older = day is not None and self.extract.last_day < day
        is_silent = row.ends is None and each.end_date and self.extract.last_day <= each.end_date
        if row.ends == each.end_date or is_older or is_silent:
            self.report.unchanged += 1
        elif row.ends is not None and (each.end_date is None or day is not None):
            words = f"{practice} in {network}, on {date_in_words(row.ends)}"
            kind = "ended" if each.end_date is None else "corrected"
            end_with(each, row.ends, self.source(), self.partner_locator(row))
            self.altered[each.pk] = each
            self.report.told[kind].append(words)
        else:
            told = f"to {date_in_words(row.ends)}" if row.ends else "without an end"
            self.report.look_at(
                row.line,
                f"{practice} is in {network} {told} by this line; the register has "
                f"{each.end_in_words() or 'no end'}. It was left.",
            )

    def begin(self, row: PartnerRow, practice: Organisation, network: Organisation) -> None:
        closing = When(row.ends).as_end() if row.ends else {}
        membership = Relationship(
            from_organisation=practice,
            kind=RelationshipKind.MEMBER_OF,
            to_organisation=network,
            **self.evidence(row.line, f"“{row.practice}” in “{row.network}”"),
            **When(row.starts).as_start(),
            **closing,
        )
        for key in self.register.members_without_code.get(network.pk, ()):
            other = self.register.organisations[key]
            if (
                not other.ods_code
                and may_be(practice.name, other.name)
                and (row.practice not in self.register.new)
            ):
                self.report.look_at(
                    row.line,
                    f"{practice} ({row.practice}) is a member of {network}, and so is {other}, "
                    "which has no code. If they are one, one of the two is recorded twice.",
                )
        self.begun.append(membership)
        self.register.memberships[practice.pk, network.pk].append(membership)
        self.report.told["begun"].append(f"{practice} in {network}")

    def partner_locator(self, row: PartnerRow) -> str:
        return self.locator(row.line, f"“{row.practice}” in “{row.network}”")

    def tell_moves(self) -> None:
        """Of practices that left one network and joined another at once, by what is new here."""
        left = defaultdict(list)
        for each in [*self.altered.values(), *self.begun]:
            if each.end_date is not None:
                left[each.from_organisation_id].append(each)
        for joined in self.begun:
            for each in left[joined.from_organisation_id]:
                gap = (joined.start_date - each.end_date).days
                if each.to_organisation_id != joined.to_organisation_id and 0 <= gap <= 1:
                    practice = self.register.organisations[joined.from_organisation_id]
                    before = self.register.organisations[each.to_organisation_id]
                    after = self.register.organisations[joined.to_organisation_id]
                    when = date_in_words(joined.start_date)
                    self.report.told["moved"].append(
                        f"{practice} from {before} to {after}, on {when}"
                    )

    # Writing

    def write_organisations(self) -> None:
        for made in Organisation.objects.bulk_create_with_history(self.made, batch_size=BATCH):
            self.register.organisations[made.pk] = made
        keys = {made.pk for made in self.made}
        changed = [each for each in self.changed.values() if each.pk not in keys]
        Organisation.objects.bulk_update_with_history(changed)
        OrganisationName.objects.bulk_create_with_history(self.names, batch_size=BATCH)
        self.made, self.changed, self.names = [], {}, []

    def write_memberships(self) -> None:
        # Ends first: they make room for what begins between the same two.
        Relationship.objects.bulk_update_with_history(self.altered.values())
        Relationship.objects.bulk_create_with_history(self.begun, batch_size=BATCH)


NOT_THERE = object()


def dependants() -> list[models.ManyToOneRel]:
    """What an organisation may have that has to end with it: posts, and what the floors above add.

    Its memberships of networks end by lines of their own.
    """
    return [
        relation
        for relation in Organisation._meta.related_objects
        if issubclass(relation.related_model, DatedFact)
        and relation.related_model not in (OrganisationName, Relationship)
    ]


def kind_of(listing: Listing, name: str) -> str:
    """What an organisation of a list is in law, as far as the list says."""
    if listing == Listing.NETWORKS:
        return OrganisationKind.PCN
    if listing == Listing.PRACTICES:
        return OrganisationKind.PRACTICE
    if listing == Listing.CCGS:
        return OrganisationKind.CCG if name.endswith(" CCG") else OrganisationKind.OTHER
    is_foundation = "FOUNDATION TRUST" in name.upper()
    return OrganisationKind.FOUNDATION_TRUST if is_foundation else OrganisationKind.NHS_TRUST


def last_day_of(name: OrganisationName) -> datetime.date:
    return name.end_date or datetime.date.max


def end_with(record, day: datetime.date, document: Document, locator: str) -> None:
    for name, value in When(day).as_end().items():
        setattr(record, name, value)
    record.end_document, record.end_locator = document, locator
