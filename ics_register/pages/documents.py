"""Source documents, with the facts that rest on each, and those whose end or confirmation does."""

from dataclasses import dataclass

from django.core.exceptions import BadRequest
from django.db.models import Case, Count, F, IntegerField, Model, Q, QuerySet, Value, When
from django.http import HttpRequest

from forums.models import (
    EscalationStep,
    ExOfficioSource,
    Forum,
    ForumName,
    ForumState,
    MemberOrganisation,
    Membership,
    ReportingLine,
    Seat,
    SeatTerms,
    SeatVacancy,
    Succession,
    TermsOfReference,
    TermsReview,
)
from ics_register.pages import csv_rows
from ics_register.pages import facts as plain
from ics_register.pages.formats import CsvTable, Here, whole_list
from ics_register.pages.frame import AskedDay
from ics_register.pages.lists import page_of
from ics_register.pages.page import public_page
from ics_register.pages.record_addresses import record_at
from organisations.models import (
    Figure,
    Organisation,
    OrganisationName,
    Place,
    Post,
    PostTerms,
    Rating,
    Relationship,
    Statement,
)
from organisations.successions import Plannable
from people.holder_rows import NAME_WITHHELD
from people.identity import may_be_named
from people.models import Appointment, Distinction, Person, PersonName, PostVacancy, Tenure
from records.models import DatedFact, Document

EVERY_FACT = Q()


@dataclass(frozen=True)
class FactKind:
    """A kind of fact that a document states, and the records to join to name one of them needs."""

    slug: str
    label: str
    model: type[Model]
    related: tuple[str, ...] = ()
    document_field: str = "document"
    # Selects those that the public may see.
    shown: Q = EVERY_FACT

    @property
    def ways(self) -> dict[str, tuple[str, str]]:
        """The ways in which a fact may rest on a document: the field of the document, the field of
        the place in it, and its use.

        The fact itself has no word for its use.
        """
        if self.document_field != "document":
            return {self.document_field: (self.document_field.replace("document", "locator"), "")}
        ways = {"document": ("locator", "")}
        if issubclass(self.model, DatedFact):
            ways["end_document"] = ("end_locator", "The end")
        if issubclass(self.model, Plannable):
            ways["given_up_document"] = ("given_up_locator", "That the plan was given up")
        return {**ways, "confirmed_document": ("confirmed_locator", "The confirmation")}

    def facts(self, document: int) -> QuerySet:
        rests_on_it = Q()
        for field in self.ways:
            rests_on_it |= Q(**{field: document})
        return self.model.objects.filter(self.shown, rests_on_it)

    def listed(self, document: Document) -> QuerySet:
        """Facts of the kind in the order of their places in the document."""
        place = Case(
            *[When(**{field: document}, then=F(where)) for field, (where, _) in self.ways.items()]
        )
        ends = ["document", "end_document"] if issubclass(self.model, DatedFact) else []
        return (
            self.facts(document.pk)
            .select_related(*self.related, *ends)
            .annotate(place_in_it=place)
            .order_by("place_in_it", "id")
        )


@dataclass(frozen=True)
class ListedFact:
    """A fact on the page of a document, in words that the public may read."""

    fact: Model
    words: str
    address: str
    places: list[tuple[str, str]]  # (use, place in the document)
    stated: bool  # whether to show the quotation and note: they are from this document


def listed_fact(kind: FactKind, fact: Model, document: Document) -> ListedFact:
    words = str(fact)
    address = fact.get_absolute_url() if hasattr(fact, "get_absolute_url") else ""
    own = kind.document_field == "document"
    stated = own and getattr(fact, f"{kind.document_field}_id") == document.pk
    if isinstance(fact, Tenure) and fact.person.withheld:
        # The words of `str` without the name, and no words that may have the name.
        words, address = f"{NAME_WITHHELD}, {fact.held}", fact.held.get_absolute_url()
        stated = False
    places = [
        (use, getattr(fact, place))
        for field, (place, use) in kind.ways.items()
        if getattr(fact, f"{field}_id") == document.pk
    ]
    return ListedFact(fact, words, address, places, stated)


FACT_KINDS = [
    FactKind("memberships", "Memberships", Membership, ("person", "seat__forum")),
    FactKind("appointments", "Appointments", Appointment, ("person", "post__organisation")),
    FactKind("seat-vacancies", "Vacancies of seats", SeatVacancy, ("seat__forum",)),
    FactKind("seat-terms", "Changes of seats", SeatTerms, ("seat__forum",)),
    FactKind("post-terms", "Changes of posts", PostTerms, ("post__organisation",)),
    FactKind("post-vacancies", "Vacancies of posts", PostVacancy, ("post__organisation",)),
    FactKind("forums", "Forums", Forum),
    FactKind("forum-states", "Changes of forums", ForumState, ("forum",)),
    FactKind("seats", "Seats", Seat, ("forum",)),
    FactKind("ex-officio-sources", "What else seats go with", ExOfficioSource,
             ("seat__forum", "post__organisation", "other_seat__forum")),
    FactKind("member-organisations", "Member organisations", MemberOrganisation,
             ("forum", "organisation")),
    FactKind("reporting-lines", "Reporting lines", ReportingLine,
             ("from_forum", "to_forum", "to_organisation")),
    FactKind("terms-of-reference", "Terms of reference", TermsOfReference, ("forum",)),
    FactKind("quoracy", "Rules of quoracy", TermsOfReference, ("forum",),
             "quoracy_document"),
    FactKind("escalation", "Escalation steps", EscalationStep, ("terms__forum",)),
    FactKind("terms-reviews", "Reviews of terms of reference", TermsReview, ("terms__forum",)),
    FactKind("successions", "What came after what", Succession, ("from_forum", "to_forum")),
    FactKind("forum-names", "Other names of forums", ForumName, ("forum",)),
    FactKind("organisations", "Organisations", Organisation),
    FactKind("codes", "Codes of organisations", Organisation, (), "codes_document"),
    FactKind("organisation-names", "Other names of organisations", OrganisationName,
             ("organisation",)),
    FactKind("relationships", "Relationships", Relationship,
             ("from_organisation", "to_organisation")),
    FactKind("posts", "Posts", Post, ("organisation",)),
    FactKind("statements", "What organisations say of themselves", Statement, ("organisation",)),
    FactKind("ratings", "Ratings", Rating, ("organisation",)),
    FactKind("figures", "Figures", Figure, ("organisation",)),
    FactKind("people", "People", Person, shown=may_be_named("")),
    FactKind("person-names", "Other names of people", PersonName, ("person",),
             shown=may_be_named("person")),
    FactKind("distinctions", "People of one name who are two", Distinction, ("person", "other"),
             shown=may_be_named("person", "other")),
    FactKind("places", "Places", Place),
]  # fmt: skip


DOCUMENT_COLUMNS = (
    "id",
    "title",
    "short_title",
    "kind",
    "publisher",
    "published_date",
    "published_precision",
    "as_of",
    "as_of_precision",
    "as_of_qualifier",
    "url",
    "file_name",
    "note",
)


def _as_data(document: Document, here: Here) -> dict:
    published, as_of = document.published_date, document.as_of
    return {
        "id": here.id_of(document),
        "title": document.title,
        "short_title": document.short_title,
        "kind": document.kind,
        "publisher": document.publisher or None,
        "published_date": plain.date(published, document.published_precision),
        "published_precision": document.published_precision if published else None,
        "as_of": plain.date(as_of, document.as_of_precision),
        "as_of_precision": document.as_of_precision if as_of else None,
        "as_of_qualifier": document.as_of_qualifier if as_of else None,
        "url": document.url or None,
        "file_name": document.file_name or None,
        "note": document.note or None,
    }


def documents_as_json(context: dict, here: Here) -> dict:
    return here.paged(context["page"], [_as_data(each, here) for each in context["page"]])


def documents_as_csv(context: dict, here: Here) -> CsvTable:
    rows = (_as_data(each, here) for some in whole_list(context["page"]) for each in some)
    return CsvTable(DOCUMENT_COLUMNS, rows)


@public_page(
    reads=["page"],
    as_json=documents_as_json,
    as_csv=documents_as_csv,
)
def document_list(request: HttpRequest, asked: AskedDay):
    page = page_of(request, Document.objects.order_by("folded", "id"))
    return "documents/list.html", {"page": page}


def _fact_as_data(listed: ListedFact, chosen: FactKind, here: Here) -> dict:
    """A fact that rests on a document, as the page lists it."""
    fact, codes = listed.fact, chosen.document_field == "codes_document"
    return {
        "fact": listed.words,
        "id": here.request.build_absolute_uri(listed.address) if listed.address else None,
        "places": [{"use": use or None, "locator": place} for use, place in listed.places],
        "quotation": (listed.stated and fact.quotation) or None,
        "note": (listed.stated and fact.note) or None,
        **({"ods_code": fact.ods_code, "ons_code": fact.ons_code} if codes else {}),
        **(plain.period(fact) if isinstance(fact, DatedFact) else {}),
    }


def document_as_json(context: dict, here: Here) -> dict:
    page, chosen = context["page"], context["chosen"]
    said = [_fact_as_data(listed, chosen, here) for listed in context["facts"]]
    return {
        **_as_data(context["document"], here),
        "total": context["total"],
        "counted": [
            {"facts": kind.slug, "label": kind.label, "count": count}
            for kind, count in context["counted"]
        ],
        "chosen": chosen.slug if chosen else None,
        "facts": here.paged(page, said) if page else None,
    }


def facts_as_csv(context: dict, here: Here) -> CsvTable:
    """A row for each place in a document that states, ends or confirms a fact of the chosen
    kind."""
    document, chosen = context["document"], context["chosen"]

    def rows():
        for some in whole_list(context["page"]) if chosen else ():
            for fact in some:
                said = _fact_as_data(listed_fact(chosen, fact, document), chosen, here)
                for place in said["places"]:
                    yield {**said, **place, "kind": chosen.slug}

    columns = ["kind", "fact", "id", "use", "locator", "quotation", "note"]
    return CsvTable([*columns, "ods_code", "ons_code", *csv_rows.PERIOD_COLUMNS], rows())


@public_page(
    reads=["page", "facts"],
    as_json=document_as_json,
    as_csv=facts_as_csv,
)
def document(request: HttpRequest, asked: AskedDay, slug: str):
    document = record_at(Document.objects.all(), slug)
    counted = count_facts(document)
    chosen = chosen_kind(request, counted)
    page, facts = None, []
    if chosen is not None:
        page = page_of(request, chosen.listed(document))
        facts = [listed_fact(chosen, fact, document) for fact in page]
    return "documents/document.html", {
        "document": document,
        "counted": counted,
        "total": sum(count for _, count in counted),
        "chosen": chosen,
        "page": page,
        "facts": facts,
    }


def count_facts(document: Document) -> list[tuple[FactKind, int]]:
    """The kinds of fact that rest on `document`, with the number of each, in one query."""
    counts = dict(_counts(document.pk))
    return [(kind, counts[at]) for at, kind in enumerate(FACT_KINDS) if counts.get(at)]


def _counts(document: int) -> QuerySet:
    def counting(position: int, kind: FactKind) -> QuerySet:
        return (
            kind.facts(document)
            .order_by()
            .annotate(position=Value(position, IntegerField()))
            .values("position")
            .annotate(count=Count("pk"))
            .values_list("position", "count")
        )

    first, *others = [counting(position, kind) for position, kind in enumerate(FACT_KINDS)]
    return first.union(*others, all=True)


def chosen_kind(request: HttpRequest, counted) -> FactKind | None:
    """The kind that `?facts=` names, or the first with a fact."""
    slug = request.GET.get("facts", "")
    if not slug:
        return counted[0][0] if counted else None
    for kind in FACT_KINDS:
        if kind.slug == slug:
            return kind
    raise BadRequest(f"“{slug[:40]}” is not a kind of fact. Choose one from the document’s page.")
