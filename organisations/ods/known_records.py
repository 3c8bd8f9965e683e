"""What the register has about the organisations in lists, read once for all lists."""

import datetime
import re
from collections import defaultdict
from functools import cached_property

from django.utils import timezone

from organisations.models import (
    Organisation,
    OrganisationName,
    Relationship,
    RelationshipKind,
)
from organisations.ods.extracts import Extract, Listing, OdsRefused, Problem
from records.history import Nature
from records.locks import locked
from records.models import Document, NameKind
from records.names import fold
from records.periods import last_day
from records.start_rules import first_starts_of_what_belongs_to

STEP = "Import from the Organisation Data Service"
# The beginning of the slugs of documents that an import makes. The kind of list follows.
SLUG = "ods-"
# Words in the names of many practices. They do not tell practices apart.
COMMON = frozenset(
    """the a of and at in dr drs doctor doctors surgery surgeries medical health healthcare care
    centre center ctr clinic practice practices prac partnership partners partner group family
    house general gp primary pcn""".split()  # noqa: SIM905
)


class KnownRecords:
    def __init__(self, extracts: list[Extract], same: dict[str, str], new: frozenset[str]):
        self.new = new
        # The networks of each practice in these lists.
        self.networks_of: dict[str, set[str]] = defaultdict(set)
        for extract in extracts:
            if extract.listing == Listing.PARTNERS:
                for row in extract.rows:
                    self.networks_of[row.practice].add(row.network)
        self.mentioned: set[str] = set()
        self.by_code: dict[str, list[Organisation]] = defaultdict(list)
        self.without_code: dict[str, set[int]] = defaultdict(set)
        self.documents = {document.pk: document for document in Document.objects.all()}
        self.organisations = {each.pk: each for each in locked(Organisation).order_by("pk")}
        for organisation in self.organisations.values():
            if organisation.ods_code:
                self.by_code[organisation.ods_code].append(organisation)
            else:
                self.without_code[name_key(organisation.name)].add(organisation.pk)
        self.names: dict[int, list[OrganisationName]] = defaultdict(list)
        for name in OrganisationName.objects.order_by("pk"):
            self.names[name.organisation_id].append(name)
            if not self.organisations[name.organisation_id].ods_code:
                self.without_code[name_key(name.name)].add(name.organisation_id)
        self.days_renamed = days_renamed_by_hand()
        self.memberships: dict[tuple[int, int], list[Relationship]] = defaultdict(list)
        for each in locked(Relationship).filter(kind=RelationshipKind.MEMBER_OF):
            self.memberships[each.from_organisation_id, each.to_organisation_id].append(each)
        self.members_without_code: dict[int, set[int]] = defaultdict(set)
        for practice, network in self.memberships:
            if not self.organisations[practice].ods_code:
                self.members_without_code[network].add(practice)
        self.slugs = set(Organisation.objects.values_list("slug", flat=True))
        self.slugs |= set(Organisation.history.values_list("slug", flat=True))
        self.same = self.organisations_of(same)

    @cached_property
    def first_starts(self) -> dict[int, datetime.date]:
        """By when the first of what belongs to an organisation, such as its posts, had begun."""
        return first_starts_of_what_belongs_to(Organisation)

    def organisations_of(self, slugs: dict[str, str]) -> dict[str, Organisation]:
        """The organisation of each code, by its slug. Raises OdsRefused."""
        by_slug = {each.slug: each for each in self.organisations.values()}
        for code, slug in slugs.items():
            if slug not in by_slug:
                words = (
                    f"There is no organisation “{slug}”. Give the last part of the address of its "
                    "page."
                )
            elif by_slug[slug].ods_code not in ("", code):
                words = (
                    f"“{slug}” has the code {by_slug[slug].ods_code}, not {code}. Give another, or "
                    "correct its code first."
                )
            else:
                continue
            raise OdsRefused([Problem("The answers", 1, words)])
        return {code: by_slug[slug] for code, slug in slugs.items()}

    def candidates(self, code: str, name: str) -> tuple[Organisation, ...]:
        """Organisations without a code that may have this code: those of the same name, and members
        of its networks with a similar name."""
        found = set(self.without_code.get(name_key(name), ()))
        for network_code in self.networks_of.get(code, ()):
            for network in self.by_code.get(network_code, ()):
                for key in self.members_without_code.get(network.pk, ()):
                    if may_be_one_practice(name, self.organisations[key].name):
                        found.add(key)
        # An earlier list of the same import may have given one of them its code.
        candidates = (self.organisations[key] for key in sorted(found))
        return tuple(each for each in candidates if not each.ods_code)

    def listing_of(self, document_id: int | None) -> str:
        """The kind of list that a document is; "" if no import made it."""
        document = self.documents.get(document_id)
        if document is None or not document.slug.startswith(SLUG):
            return ""
        return document.slug.removeprefix(SLUG).split("-")[0]

    def day_of(self, document_id: int | None) -> datetime.date | None:
        """The last day of which a document speaks; None if no import made it."""
        document = self.documents.get(document_id)
        if document is None or not self.listing_of(document_id) or not document.published_date:
            return None
        return last_day(document.published_date, document.published_precision)

    def keys_of_names(self, organisation: Organisation) -> set[str]:
        others = {name_key(name.name) for name in self.names[organisation.pk]}
        return {name_key(organisation.name), *others}

    def is_named_by_hand(self, organisation: Organisation) -> bool:
        return (organisation.pk, name_key(organisation.name)) in self.days_renamed

    def last_named(self, organisation: Organisation) -> tuple[datetime.date | None, str]:
        """The last day on which the organisation is known to have its name, and the kind of list
        that says so; "" if no list does."""
        if day := self.days_renamed.get((organisation.pk, name_key(organisation.name))):
            return day, ""
        renamings = [
            (day, self.listing_of(name.end_document_id))
            for name in self.names[organisation.pk]
            if name.kind == NameKind.FORMER and (day := self.day_of(name.end_document_id))
        ]
        if renamings:
            return max(renamings)
        if day := self.day_of(organisation.document_id):
            return day, self.listing_of(organisation.document_id)
        organisation.document = self.documents[organisation.document_id]
        if known := organisation.last_known:
            return known.last_possible(), ""
        return None, ""


def days_renamed_by_hand() -> dict[tuple[int, str], datetime.date]:
    """The last day on which somebody, and no list, changed the name of an organisation to another.

    The keys are those of the organisation and of the name. Undoing an import does not count, nor
    does a correction by an upgrade, nor another spelling.
    """
    by_hand = Organisation.history.filter(history_type="~").exclude(history_step=STEP)
    rows = (
        Organisation.history.filter(id__in=by_hand.values("id"))
        .order_by("id", "history_id")
        .values_list("id", "name", "history_date", "history_step", "history_nature")
    )
    days: dict[tuple[int, str], datetime.date] = {}
    before = (None, "")
    for pk, spelling, written, step, nature in rows:
        name = name_key(spelling)
        renamed = before[0] == pk and before[1] != name
        if renamed and nature not in (Nature.UNDONE, Nature.UPGRADED):
            if step == STEP:
                days.pop((pk, name), None)
            else:
                days[pk, name] = timezone.localdate(written)
        before = pk, name
    return days


def name_key(name: str) -> str:
    """A name without case, accents and punctuation, and with “and” for “&”."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", fold(name.replace("&", " and "))).split())


def may_be_one_practice(name: str, other: str) -> bool:
    """Whether two names of practices share a word that is not common, or the beginning of one."""

    def rare_words(name: str) -> set[str]:
        return set(name_key(name).split()) - COMMON

    return any(
        one == two
        or (min(len(one), len(two)) >= 5 and (one.startswith(two) or two.startswith(one)))
        for one in rare_words(name)
        for two in rare_words(other)
    )
