"""The admin of people and their appointments to posts."""

from django.contrib import admin
from django.utils import timezone

from organisations.models import Organisation, Post
from people.holders import Holding, Standing, posts_with_holders
from people.models import Appointment, Person, PersonName
from records.admin import (
    EVIDENCE,
    PERIOD,
    PERIOD_COLUMNS,
    PERIOD_FIELDS,
    DatedAdmin,
    InForce,
    RecordAdmin,
    Words,
    add_address,
    change_address,
    may_add,
    on_page_of,
    related_table,
)

TENURE_PERIOD = ("Period", {"fields": [*PERIOD_FIELDS, "end_reason", "term_ends"]})

# Columns that tables of appointments and of memberships share.
TENURE_COLUMNS = {**PERIOD_COLUMNS, "Basis": lambda tenure: tenure.get_basis_display()}


def holders_in_words(holding: Holding, tenure) -> list[Words]:
    """Who holds a post or fills a seat today, each leading to the record that says so."""
    if not holding.holders:
        return [Words(Standing(holding.standing).label)]
    return [
        Words(
            " ".join(filter(None, [holder.person, f"({why})" if (why := _why(holder)) else ""])),
            change_address(Appointment if holder.ex_officio else tenure, holder.id),
        )
        for holder in holding.holders
    ]


def _why(holder) -> str:
    return ", ".join(filter(None, [holder.basis_words, holder.ex_officio and "ex officio"]))


@admin.register(Person)
class PersonAdmin(RecordAdmin):
    fieldsets = [
        ("Identification", {"fields": [("honorific", "name"), "sort_name", "slug"]}),
        EVIDENCE,
    ]
    slug_from = "name"
    autocomplete_fields = ["document"]
    list_display = ["sort_name", "honorific", "document", "last_confirmed"]
    list_select_related = ["document"]
    search_fields = ["folded", "names__folded"]

    @admin.display(description="last confirmed", ordering="confirmed_on", empty_value="")
    def last_confirmed(self, person):
        return person.confirmed_in_words()


@admin.register(PersonName)
class PersonNameAdmin(DatedAdmin):
    fieldsets = [
        ("Identification", {"fields": ["person", "name", "kind"]}),
        PERIOD,
        EVIDENCE,
    ]
    autocomplete_fields = ["person", "document"]
    list_display = ["name", "kind", "person", "since", "until"]
    list_filter = [InForce, "kind"]
    list_select_related = ["person"]
    search_fields = ["folded", "person__folded"]


@admin.register(Appointment)
class AppointmentAdmin(DatedAdmin):
    fieldsets = [
        ("Identification", {"fields": ["person", "post"]}),
        ("Accountability", {"fields": ["basis"]}),
        TENURE_PERIOD,
        EVIDENCE,
    ]
    autocomplete_fields = ["person", "post", "document"]
    list_display = ["person", "title", "organisation", "since", "until", "basis"]
    list_filter = [InForce, "basis", "post__kind"]
    # The last recorded first. By name, the database would sort them all to show fifty.
    ordering = ["-pk"]
    list_select_related = ["person", "post__organisation"]
    search_fields = [
        "person__folded",
        "person__names__folded",
        "post__folded",
        "post__organisation__folded",
    ]

    @admin.display(description="post", ordering="post__title")
    def title(self, appointment):
        return appointment.post.title

    @admin.display(description="organisation", ordering="post__organisation__name")
    def organisation(self, appointment):
        return appointment.post.organisation


@on_page_of(Person)
def appointments_of_person(request, person):
    return related_table(
        request,
        Appointment,
        person.appointments.select_related("post__organisation"),
        {
            "Post": lambda appointment: appointment.post.title,
            "Organisation": lambda appointment: appointment.post.organisation,
            **TENURE_COLUMNS,
        },
        of={"person": person.pk},
    )


@on_page_of(Person)
def other_names(request, person):
    return related_table(
        request,
        PersonName,
        person.names.all(),
        {
            "Name": lambda name: name.name,
            "Kind": lambda name: name.get_kind_display(),
            **PERIOD_COLUMNS,
        },
        title="Other names",
        of={"person": person.pk},
    )


@on_page_of(Post)
def appointments_to_post(request, post):
    return related_table(
        request,
        Appointment,
        post.appointments.select_related("person"),
        {"Holder": lambda appointment: appointment.person, **TENURE_COLUMNS},
        of={"post": post.pk},
    )


@on_page_of(Organisation)
def posts_of_organisation(request, organisation):
    may_appoint = may_add(request, Appointment)

    def appoint(post):
        return [Words("Appoint", add_address(Appointment, post=post.id))] if may_appoint else ""

    return related_table(
        request,
        Post,
        organisation.posts.all(),
        {
            "Post": lambda post: post.title,
            "Held today by": lambda post: holders_in_words(post, Appointment),
            **PERIOD_COLUMNS,
            "Add": appoint,
        },
        of={"organisation": organisation.pk},
        read=lambda posts: posts_with_holders(posts, timezone.localdate()),
    )
