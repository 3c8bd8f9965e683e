"""Source documents: each with every fact that rests on it."""

from dataclasses import dataclass

from django.core.exceptions import BadRequest
from django.db.models import Count, IntegerField, Model, QuerySet, Value
from django.http import HttpRequest

from forums.models import (
    EscalationStep,
    Forum,
    ForumName,
    MemberOrganisation,
    Membership,
    QuoracyClause,
    ReportingLine,
    Seat,
    Succession,
)
from ics_register.pages.frame import AskedDay
from ics_register.pages.page import page_of, public_page, record_at
from organisations.models import (
    Figure,
    Organisation,
    OrganisationName,
    Place,
    Post,
    Rating,
    Relationship,
    Statement,
)
from people.models import Appointment, Person, PersonName
from records.models import Document


@dataclass(frozen=True)
class FactKind:
    """One kind of fact that a document states, and what naming one of them needs."""

    slug: str
    label: str
    model: type[Model]
    related: tuple[str, ...] = ()
    document_field: str = "document"

    def facts(self, document: Document) -> QuerySet:
        return self.model.objects.filter(**{self.document_field: document})


FACT_KINDS = [
    FactKind("memberships", "Memberships", Membership, ("person", "seat__forum")),
    FactKind("appointments", "Appointments", Appointment, ("person", "post__organisation")),
    FactKind("forums", "Forums", Forum),
    FactKind("seats", "Seats", Seat, ("forum",)),
    FactKind("member-organisations", "Member organisations", MemberOrganisation,
             ("forum", "organisation")),
    FactKind("reporting-lines", "Reporting lines", ReportingLine,
             ("from_forum", "to_forum", "to_organisation")),
    FactKind("quoracy", "Quoracy clauses", QuoracyClause, ("forum",)),
    FactKind("escalation", "Escalation steps", EscalationStep, ("forum",)),
    FactKind("successions", "What is to replace what", Succession, ("from_forum", "to_forum")),
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
    FactKind("people", "People", Person),
    FactKind("person-names", "Other names of people", PersonName, ("person",)),
    FactKind("places", "Places", Place),
]  # fmt: skip


@public_page
def document_list(request: HttpRequest, asked: AskedDay):
    page = page_of(request, Document.objects.order_by("title", "id"))
    return "documents/list.html", {"page": page}


@public_page
def document(request: HttpRequest, asked: AskedDay, slug: str):
    document = record_at(Document.objects.all(), slug)
    counted = count_facts(document)
    chosen = chosen_kind(request, counted)
    page = None
    if chosen is not None:
        facts = chosen.facts(document).select_related(*chosen.related).order_by("locator", "id")
        page = page_of(request, facts)
    return "documents/document.html", {
        "document": document,
        "counted": counted,
        "total": sum(count for _, count in counted),
        "chosen": chosen,
        "page": page,
    }


def count_facts(document: Document) -> list[tuple[FactKind, int]]:
    """The kinds of fact that rest on `document`, each with how many, in one query."""

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
    counts = dict(first.union(*others, all=True))
    return [(kind, counts[at]) for at, kind in enumerate(FACT_KINDS) if counts.get(at)]


def chosen_kind(request: HttpRequest, counted) -> FactKind | None:
    """The kind that `?facts=` names, or the first that there is. Raises BadRequest."""
    slug = request.GET.get("facts", "")
    if not slug:
        return counted[0][0] if counted else None
    for kind in FACT_KINDS:
        if kind.slug == slug:
            return kind
    raise BadRequest(f"“{slug[:40]}” is not a kind of fact. Choose one from the document’s page.")
