"""Organisations: the list, and everything the register knows of one."""

import itertools

import django_filters
from django.db.models import F, FilteredRelation, Q
from django.http import HttpRequest

from forums.holders import seats_with_holders
from forums.models import Forum, MemberOrganisation, Seat
from ics_register.pages.chairs import CHAIR_CHOICES, organisations_by_head
from ics_register.pages.filters import NameFilter, PlaceFilter, SortFilter
from ics_register.pages.forums import former_holders
from ics_register.pages.frame import AskedDay
from ics_register.pages.page import filtered, page_of, public_page, record_at
from ics_register.pages.structured import organisation_as_data
from organisations.models import (
    HEAD_KINDS,
    CqcQuestion,
    Organisation,
    OrganisationKind,
    OrganisationName,
    Post,
    Relationship,
    StatementKind,
)
from people.holders import posts_with_holders


class OrganisationFilter(django_filters.FilterSet):
    """What a list of organisations can be narrowed to."""

    q = NameFilter(other_names=OrganisationName, owner="organisation", label="Name or code")
    place = PlaceFilter()
    kind = django_filters.ChoiceFilter(
        label="Kind", choices=OrganisationKind.choices, empty_label="Every kind"
    )
    chair = django_filters.ChoiceFilter(
        label="Chair or leader", method="headed", choices=CHAIR_CHOICES, empty_label="Any or none"
    )
    sort = SortFilter(
        ("name", "Name", "name"), ("kind", "Kind", "kind"), ("place", "Place", "place__name")
    )

    def __init__(self, *args, asked: AskedDay, **kwargs):
        super().__init__(*args, **kwargs)
        self.asked = asked

    def headed(self, queryset, name, value):
        return organisations_by_head(queryset, self.asked, value)


@public_page
def organisation_list(request: HttpRequest, asked: AskedDay):
    in_force = Organisation.objects.as_at(asked.day).select_related("place").order_by("name")
    chosen = OrganisationFilter(request.GET, queryset=in_force, asked=asked)
    page = page_of(request, filtered(chosen))
    heads = posts_with_holders(
        Post.objects.as_at(asked.day).filter(
            kind__in=HEAD_KINDS, organisation__in=[o.pk for o in page]
        ),
        asked.day,
    )
    return "organisations/list.html", {
        "page": page,
        "filters": chosen.form,
        "heads": {post.organisation_id: post for post in heads},
    }


@public_page
def organisation(request: HttpRequest, asked: AskedDay, slug: str):
    organisation = record_at(
        Organisation.objects.select_related("place", "document", "codes_document"), slug
    )
    posts = posts_with_holders(Post.objects.filter(organisation=organisation), asked.day)
    in_force = [post for post in posts if post.is_in_force(asked.day)]
    return "organisations/organisation.html", {
        "organisation": organisation,
        "posts": in_force,
        "former": former_holders(posts),
        "names": organisation.names.select_related("document").order_by("-start_date", "name"),
        "seats": seats_for(organisation, asked),
        "member_of": MemberOrganisation.objects.as_at(asked.day)
        .filter(organisation=organisation)
        .select_related("forum", "document"),
        "forums": forums_around(organisation, asked),
        "relationships": Relationship.objects.filter(
            Q(from_organisation=organisation) | Q(to_organisation=organisation)
        )
        .select_related("from_organisation", "to_organisation", "document")
        .order_by("kind", "start_date", "id"),
        "ratings": ratings_of(organisation),
        "figures": organisation.figures.select_related("document").order_by("order", "id"),
        "statements": statements_of(organisation),
        "structured": organisation_as_data(organisation, in_force, request),
    }


def seats_for(organisation: Organisation, asked: AskedDay):
    """The seats on forums that speak for `organisation`, or that its posts fill."""
    seats = (
        Seat.objects.as_at(asked.day)
        .filter(
            Q(on_behalf_of=organisation)
            | Q(ex_officio_post__organisation=organisation)
            | Q(pk__in=_seats_of_members_for(organisation, asked))
        )
        .order_by("forum__name", "order", "id")
    )
    return seats_with_holders(seats, asked.day)


def _seats_of_members_for(organisation: Organisation, asked: AskedDay):
    return organisation.memberships.as_at(asked.day).values("seat")


def forums_around(organisation: Organisation, asked: AskedDay) -> list[dict]:
    """The forums that `organisation` hosts or that report to it."""
    return list(
        Forum.objects.as_at(asked.day)
        .annotate(
            line=FilteredRelation(
                "lines_from", condition=Q(lines_from__to_organisation=organisation)
            )
        )
        .filter(Q(host=organisation) | Q(line__isnull=False))
        .order_by("name")
        .values(
            "name",
            "slug",
            "host_id",
            "locator",
            line_kind=F("line__kind"),
            line_document_slug=F("line__document__slug"),
            line_document_title=F("line__document__short_title"),
            line_locator=F("line__locator"),
            document_slug=F("document__slug"),
            document_title=F("document__short_title"),
        )
    )


def ratings_of(organisation: Organisation) -> dict[str, list]:
    """CQC ratings as a person reads them: overall, then by question, then by service."""
    ratings = list(organisation.ratings.select_related("document"))
    order = {question: position for position, question in enumerate(CqcQuestion.values)}
    whole = sorted((r for r in ratings if not r.service), key=lambda r: order[r.question])
    return {
        "overall": [r for r in whole if r.question == CqcQuestion.OVERALL],
        "questions": [r for r in whole if r.question != CqcQuestion.OVERALL],
        "services": [r for r in ratings if r.service],
    }


def statements_of(organisation: Organisation) -> list[tuple[str, list[list]]]:
    """What `organisation` says of itself: by kind, in the document's order, and together as
    far as one place of a document says it."""
    statements = list(organisation.statements.select_related("document").order_by("order", "id"))

    def evidence(statement) -> tuple:
        return statement.document_id, statement.locator, statement.quotation, statement.note

    by_kind = []
    for kind in StatementKind:
        those = [statement for statement in statements if statement.kind == kind]
        if those:
            groups = [list(group) for _, group in itertools.groupby(those, evidence)]
            by_kind.append((kind.label, groups))
    return by_kind
