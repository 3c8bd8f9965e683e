"""The admin of places, organisations, and what documents say of them."""

from django.contrib import admin

from editing.admin import DatedAdmin, RecordAdmin
from editing.change_lists import InForce
from editing.record_forms import EVIDENCE, PERIOD
from editing.related_tables import PERIOD_COLUMNS, on_page_of, related_table
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
from organisations.post_terms_admin import PostTermsAdmin  # noqa: F401  (with the others)

GIVEN_UP = ("If the plan came to nothing", {"fields": [("given_up_document", "given_up_locator")]})


@admin.register(Place)
class PlaceAdmin(RecordAdmin):
    fieldsets = [("Identification", {"fields": ["name", "slug", "level", "part_of"]}), EVIDENCE]
    slug_from = "name"
    list_display = ["name", "level", "part_of"]
    list_filter = ["level"]
    list_select_related = ["part_of"]
    search_fields = ["folded"]


@admin.register(Organisation)
class OrganisationAdmin(DatedAdmin):
    fieldsets = [
        (
            "Identification",
            {"fields": ["name", "short_name", "slug", "kind", "place", "website"]},
        ),
        (
            "Codes",
            {"fields": [("ods_code", "ons_code"), "codes_document", "codes_locator"]},
        ),
        PERIOD,
        EVIDENCE,
    ]
    slug_from = "name"
    found_in_place = 2
    list_display = ["name", "kind", "place", "ods_code", "since", "until"]
    list_filter = [InForce, "kind", ("place", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["place"]
    search_fields = ["folded", "names__folded"]


@admin.register(OrganisationName)
class OrganisationNameAdmin(DatedAdmin):
    fieldsets = [
        ("Identification", {"fields": ["organisation", "name", "kind"]}),
        PERIOD,
        EVIDENCE,
    ]
    list_display = ["name", "kind", "organisation", "since", "until"]
    list_filter = [InForce, "kind"]
    list_select_related = ["organisation"]
    search_fields = ["folded", "organisation__folded"]


@admin.register(Relationship)
class RelationshipAdmin(DatedAdmin):
    fieldsets = [
        ("Identification", {"fields": ["from_organisation", "kind", "to_organisation"]}),
        PERIOD,
        GIVEN_UP,
        EVIDENCE,
    ]
    list_display = ["from_organisation", "kind", "to_organisation", "since", "until"]
    list_filter = [InForce, "kind"]
    list_select_related = ["from_organisation", "to_organisation"]
    search_fields = ["from_organisation__folded", "to_organisation__folded"]


@admin.register(Post)
class PostAdmin(DatedAdmin):
    fieldsets = [
        ("Identification", {"fields": ["organisation", "title", "kind"]}),
        ("Holders", {"fields": ["max_holders", "requirement"]}),
        PERIOD,
        EVIDENCE,
    ]
    found_in_place = 4
    list_display = ["title", "organisation", "kind", "max_holders", "since", "until"]
    list_filter = [InForce, "kind"]
    list_select_related = ["organisation"]
    search_fields = ["folded", "organisation__folded", "organisation__names__folded"]


@admin.register(Statement)
class StatementAdmin(RecordAdmin):
    fieldsets = [
        ("Identification", {"fields": ["organisation", "kind", "heading", "text", "order"]}),
        EVIDENCE,
    ]
    list_display = ["beginning", "kind", "organisation", "order"]
    list_filter = ["kind"]
    list_select_related = ["organisation"]
    search_fields = ["heading", "text", "organisation__folded"]

    @admin.display(description="text")
    def beginning(self, statement):
        text = statement.text
        return text if len(text) <= 80 else f"{text[:80]}…"


@admin.register(Rating)
class RatingAdmin(RecordAdmin):
    fieldsets = [
        ("Identification", {"fields": ["organisation", "service", "question", "rating"]}),
        EVIDENCE,
    ]
    list_display = ["organisation", "of_what", "question", "rating", "document"]
    list_filter = ["question", "rating"]
    list_select_related = ["organisation", "document"]
    search_fields = ["organisation__folded", "service"]

    @admin.display(description="service", ordering="service")
    def of_what(self, rating):
        return rating.service or "the whole organisation"


@admin.register(Figure)
class FigureAdmin(RecordAdmin):
    fieldsets = [
        ("Identification", {"fields": ["organisation", "label", "value", "period", "order"]}),
        EVIDENCE,
    ]
    list_display = ["label", "value", "period", "organisation"]
    list_select_related = ["organisation"]
    search_fields = ["label", "organisation__folded"]


@on_page_of(Organisation)
def other_names(request, organisation):
    return related_table(
        request,
        OrganisationName,
        organisation.names.all(),
        {
            "Name": lambda name: name.name,
            "Kind": lambda name: name.get_kind_display(),
            **PERIOD_COLUMNS,
        },
        title="Other names",
        of={"organisation": organisation.pk},
    )


@on_page_of(Organisation)
def relationships_from(request, organisation):
    return related_table(
        request,
        Relationship,
        organisation.relationships_from.select_related("to_organisation"),
        {
            "This organisation": lambda relationship: relationship.get_kind_display(),
            "Organisation": lambda relationship: relationship.to_organisation,
            **PERIOD_COLUMNS,
        },
        title="Its standing to others",
        of={"from_organisation": organisation.pk},
    )


@on_page_of(Organisation)
def relationships_to(request, organisation):
    return related_table(
        request,
        Relationship,
        organisation.relationships_to.select_related("from_organisation"),
        {
            "Organisation": lambda relationship: relationship.from_organisation,
            "To this organisation": lambda relationship: relationship.get_kind_display(),
            **PERIOD_COLUMNS,
        },
        title="Others’ standing to it",
        of={"to_organisation": organisation.pk},
    )


@on_page_of(Organisation)
def statements(request, organisation):
    return related_table(
        request,
        Statement,
        organisation.statements.all(),
        {
            "Text": lambda statement: statement.text[:80],
            "Kind": lambda statement: statement.get_kind_display(),
            "Heading": lambda statement: statement.heading,
        },
        of={"organisation": organisation.pk},
    )


@on_page_of(Organisation)
def figures(request, organisation):
    return related_table(
        request,
        Figure,
        organisation.figures.all(),
        {
            "Figure": lambda figure: figure.label,
            "Value": lambda figure: figure.value,
            "Period": lambda figure: figure.period,
        },
        of={"organisation": organisation.pk},
    )


@on_page_of(Organisation)
def ratings(request, organisation):
    return related_table(
        request,
        Rating,
        organisation.ratings.select_related("document"),
        {
            "Service": lambda rating: rating.service or "the whole organisation",
            "Question": lambda rating: rating.get_question_display(),
            "Rating": lambda rating: rating.get_rating_display(),
            "Source": lambda rating: rating.document,
        },
        of={"organisation": organisation.pk},
    )
