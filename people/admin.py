"""The admin of people and their appointments to posts."""

from collections.abc import Callable, Iterable

from django.contrib import admin
from django.db.models import Q
from django.utils import timezone

from editing.admin import DatedAdmin, RecordAdmin, steps_beside
from editing.change_lists import InForce
from editing.links import Link, change_address, may_view, step_address
from editing.record_forms import EVIDENCE, PERIOD, PERIOD_FIELDS
from editing.related_tables import PERIOD_COLUMNS, RelatedTable, on_page_of, related_table
from editing.steps import steps_for
from organisations.models import HEAD_KINDS, Held, Organisation, Post
from people.holder_rows import Holder
from people.identity import facts_that_name
from people.models import Appointment, Basis, Distinction, Person, PersonName, PostVacancy, Tenure
from people.post_holders import Holding, posts_with_holders
from people.standing import Standing
from people.steps.appointments import ON_THE_SEAT_ALONE, of_the_post_in_words
from people.steps.replacements import replacement_of

TENURE_PERIOD = (
    "Period",
    {
        "fields": [
            "named_date",
            ("named_precision", "named_qualifier"),
            *PERIOD_FIELDS,
            "end_reason",
            "term_ends",
        ]
    },
)

# Columns that tables of appointments and of memberships share.
TENURE_COLUMNS = {**PERIOD_COLUMNS, "Basis": lambda tenure: tenure.get_basis_display()}


def holder_links(holding: Holding, tenure) -> list[Link]:
    """Who holds a post or a seat today, each with a link to the record that says so."""
    if not holding.holders:
        return [Link(Standing(holding.standing).label)]
    return [
        Link(
            holder.person_to_staff + _basis(holder),
            change_address(
                Appointment if holder.ex_officio and not holder.by_membership else tenure,
                holder.id,
            ),
        )
        for holder in holding.holders
    ]


def step_to_fill(request, model: type[Held]) -> Callable:
    """The column of links from a post or a seat to the steps that give it a holder.

    A seat that goes with a post has links to the steps on the post, before those on what is its
    own.
    """
    steps, steps_on_post = steps_for(request, model), steps_for(request, Post)

    def links(holding: Holding) -> list[Link]:
        today = timezone.localdate()
        if holding.has_ended(today):
            return []
        own = [each for each in holding.recorded if not each.ex_officio]
        # The holder of the post has left the seat, so that the seat is filled by itself.
        was_left = bool(own) and not holding.holders
        own = [each for each in own if not each.has_ended(today)]
        of_post: list[Link] = []
        if holding.goes_with is not None and not was_left:
            is_held = not all(each.has_ended(today) for each in holding.post_holders)
            name = "replace" if is_held else "appoint"
            if name in steps_on_post:
                words = of_the_post_in_words(steps_on_post[name], holding.ex_officio)
                of_post = [Link(words, step_address(Post, holding.goes_with, name))]
            if not own:
                return of_post
        staying = [each for each in own if each.over_by is None and each.basis != Basis.ACTING]
        has_room = holding.capacity is None or len(staying) < holding.capacity
        by_itself = holding.goes_with is None or was_left
        called_for = {"appoint": has_room and by_itself, "replace": bool(own)}
        titles = {name: step.title for name, step in steps.items()}
        if holding.goes_with is not None:
            titles |= ON_THE_SEAT_ALONE
        own_steps = [
            Link(titles[name], step_address(model, holding.id, name))
            for name in called_for
            if called_for[name] and name in steps
        ]
        return [*of_post, *own_steps]

    return links


def steps_to_fill(request, model: type[Held], holdings: Iterable[Holding]) -> list[Link]:
    """The same links with the name of the post or seat: "Chair: replace the holder"."""
    links = step_to_fill(request, model)
    return [
        Link(f"{holding.title}: {link.text[:1].lower()}{link.text[1:]}", link.address)
        for holding in holdings
        for link in links(holding)
    ]


def step_to_end(request, model: type[Tenure]) -> Callable:
    """The column of links from a tenure to the step that ends it."""
    step = steps_for(request, model).get("end")

    def links(tenure: Tenure) -> list[Link]:
        if step is None or not step.is_for(tenure, timezone.localdate()):
            return []
        return [Link("End", step_address(model, tenure.id, step.name))]

    return links


def _basis(holder: Holder) -> str:
    """ " (interim, ex officio)", or ""."""
    words = filter(None, [holder.basis_words, holder.ex_officio and "ex officio"])
    return f" ({basis})" if (basis := ", ".join(words)) else ""


MERGED = (
    "Merged",
    {
        "fields": ["merged_into"],
        "description": "This was a second record of one person. What it held is recorded of that "
        "person now, and its public address leads there.",
    },
)
WITHHELD = (
    "Withheld",
    {
        "fields": ["withheld"],
        "description": "Public pages say “Name withheld” of this person.",
    },
)


class PersonStanding(admin.SimpleListFilter):
    """Leaves out people merged into another record, unless they are asked for."""

    title = "standing"
    parameter_name = "standing"

    def lookups(self, request, model_admin):
        return [
            ("withheld", "Withheld from public pages"),
            ("merged", "Merged into another record"),
            ("all", "All"),
        ]

    def choices(self, changelist):
        everybody, *others = super().choices(changelist)
        yield {**everybody, "display": "Everybody once"}
        yield from others

    def queryset(self, request, queryset):
        conditions = {
            "withheld": Q(withheld=True),
            "merged": Q(merged_into__isnull=False),
            "all": Q(),
        }
        return queryset.filter(conditions.get(self.value() or "", Q(merged_into=None)))


@admin.register(Person)
class PersonAdmin(RecordAdmin):
    fieldsets = [
        ("Identification", {"fields": [("honorific", "name"), "sort_name", "slug"]}),
        EVIDENCE,
    ]
    slug_from = "name"
    found_in_place = 3
    list_display = ["sort_name", "honorific", "standing", "document", "last_known"]
    list_filter = [PersonStanding]
    leaving_nothing_out = {PersonStanding.parameter_name: "all"}
    left_out = "records merged into others"
    list_select_related = ["document", "merged_into"]
    search_fields = ["folded", "names__folded"]

    def get_view_on_site_url(self, obj=None):
        return None if obj is not None and obj.withheld else super().get_view_on_site_url(obj)

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None and obj.withheld:
            fieldsets = [WITHHELD, *fieldsets]
        if obj is not None and obj.merged_into_id is not None:
            fieldsets = [MERGED, *fieldsets]
        return fieldsets

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), "merged_into", "withheld"]

    def get_search_results(self, request, queryset, search_term):
        found, repeated = super().get_search_results(request, queryset, search_term)
        if request.resolver_match.url_name == "autocomplete":
            # Nobody is appointed, or seated, by a record that was merged into another.
            found = self.without_merged(found)
        return found, repeated

    def without_merged(self, records):
        return records.filter(merged_into=None)

    @admin.display(description="standing", empty_value="")
    def standing(self, person):
        if person.merged_into_id is not None:
            return f"merged into {person.merged_into} ({person.merged_into.slug})"
        return "withheld from public pages" if person.withheld else None

    @admin.display(description="last known", empty_value="")
    def last_known(self, person):
        return person.last_known_in_words()


@admin.register(PersonName)
class PersonNameAdmin(DatedAdmin):
    fieldsets = [
        ("Identification", {"fields": ["person", "name", "kind"]}),
        PERIOD,
        EVIDENCE,
    ]
    list_display = ["name", "kind", "person", "since", "until"]
    list_filter = [InForce, "kind"]
    list_select_related = ["person"]
    search_fields = ["folded", "person__folded"]


@admin.register(Distinction)
class DistinctionAdmin(RecordAdmin):
    fieldsets = [("Identification", {"fields": ["person", "other"]}), EVIDENCE]
    list_display = ["person", "other", "document"]
    list_select_related = ["person", "other", "document"]
    search_fields = ["person__folded", "other__folded"]


@admin.register(Appointment)
class AppointmentAdmin(DatedAdmin):
    fieldsets = [
        ("Identification", {"fields": ["person", "post"]}),
        ("Accountability", {"fields": [("basis", "acting_for"), "joint"]}),
        TENURE_PERIOD,
        EVIDENCE,
    ]
    found_in_place = 7
    list_display = ["person", "title", "organisation", "since", "until", "basis"]
    list_filter = [InForce, "basis", "post__kind"]
    # The last recorded come first. By name, the database would sort them all to show fifty.
    ordering = ["-pk"]
    list_select_related = ["person", "post__organisation"]
    search_fields = [
        "person__folded",
        "person__names__folded",
        "post__folded",
        "post__organisation__folded",
    ]

    def offers_elsewhere(self, request, appointments, day):
        return replacement_of(request, appointments, day)

    @admin.display(description="post", ordering="post__folded")
    def title(self, appointment):
        return appointment.post.title

    @admin.display(description="organisation", ordering="post__organisation__folded")
    def organisation(self, appointment):
        return appointment.post.organisation


class VacancyAdmin(DatedAdmin):
    """The form and the list of vacancies, of posts or of seats."""

    def __init__(self, model, admin_site):
        held = model.vacant_field
        self.fieldsets = [("Identification", {"fields": [held, "places"]}), PERIOD, EVIDENCE]
        self.list_display = [held, "places", "since", "until"]
        super().__init__(model, admin_site)


@admin.register(PostVacancy)
class PostVacancyAdmin(VacancyAdmin):
    list_select_related = ["post__organisation"]
    search_fields = ["post__folded", "post__organisation__folded"]


@on_page_of(Person)
def records_merged_into_person(request, person):
    merged = person.merged.order_by("pk")
    if not merged:
        return None
    return related_table(
        request,
        Person,
        merged,
        {"Record": lambda record: record, "Address": lambda record: record.slug},
        title="Records merged into this one",
        of={"merged_into": person.pk},
        adds=False,
        anchor="merged",
    )


@on_page_of(Person)
def words_with_a_withheld_name(request, person):
    """The texts that staff have to look at, since withholding somebody changes no other record."""
    if not person.withheld or not may_view(request, Person):
        return None
    named = facts_that_name(person)
    rows = [
        [
            [Link(str(fact), change_address(type(fact), fact.pk))],
            [Link(str(fact._meta.verbose_name))],
            [Link(text)],
        ]
        for fact, text in named
    ]
    return RelatedTable(
        title="Words in which the family name stands",
        anchor="named",
        headings=["Record", "Kind", "Where"],
        rows=rows,
        number=len(rows),
        all=None,
        add=None,
    )


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
            "Step": step_to_end(request, Appointment),
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
        {
            "Holder": lambda appointment: appointment.person,
            **TENURE_COLUMNS,
            "Step": step_to_end(request, Appointment),
        },
        of={"post": post.pk},
    )


@on_page_of(Post)
def vacancies_of_post(request, post):
    return related_table(
        request,
        PostVacancy,
        post.vacancies.all(),
        {"Places": lambda vacancy: vacancy.places, **PERIOD_COLUMNS},
        of={"post": post.pk},
    )


@steps_beside(Organisation)
def head_posts(request, organisation):
    today = timezone.localdate()
    posts = organisation.posts.listed(today).filter(kind__in=HEAD_KINDS)
    return steps_to_fill(request, Post, posts_with_holders(posts, today))


@on_page_of(Organisation)
def posts_of_organisation(request, organisation):
    return related_table(
        request,
        Post,
        organisation.posts.all(),
        {
            "Post": lambda post: post.title,
            "Held today by": lambda post: holder_links(post, Appointment),
            **PERIOD_COLUMNS,
            "Step": step_to_fill(request, Post),
        },
        of={"organisation": organisation.pk},
        read=lambda posts: posts_with_holders(posts, timezone.localdate()),
    )
