"""The admin of forums, seats and memberships, and of how forums report."""

from django.contrib import admin
from django.utils import timezone

from editing.admin import DatedAdmin, steps_beside
from editing.change_lists import InForce
from editing.record_forms import EVIDENCE, PERIOD, START
from editing.related_tables import PERIOD_COLUMNS, on_page_of, related_table
from forums.ex_officio_sources_admin import ExOfficioSourceAdmin  # noqa: F401
from forums.forum_states_admin import ForumStateAdmin  # noqa: F401  (with the others)
from forums.models import (
    Forum,
    ForumName,
    MemberOrganisation,
    Membership,
    ReportingLine,
    Seat,
    SeatRole,
    SeatVacancy,
    Succession,
)
from forums.seat_holders import seats_with_holders
from forums.seat_terms_admin import SeatTermsAdmin  # noqa: F401  (with the others)
from forums.speaking_for import INDEPENDENT
from forums.steps.memberships import steps_on_posts_of
from organisations.admin import GIVEN_UP
from organisations.models import Organisation
from people.admin import (
    TENURE_COLUMNS,
    TENURE_PERIOD,
    VacancyAdmin,
    holder_links,
    step_to_end,
    step_to_fill,
    steps_to_fill,
)
from people.models import Person
from people.steps.replacements import replacement_of


@admin.register(Forum)
class ForumAdmin(DatedAdmin):
    fieldsets = [
        (
            "Identification",
            {"fields": ["name", "short_name", "slug", "kind", "status", "place", "host"]},
        ),
        PERIOD,
        EVIDENCE,
    ]
    slug_from = "name"
    found_in_place = 1
    list_display = ["name", "kind", "place", "host", "status", "since", "until"]
    list_filter = (InForce, "kind", "status", ("place", admin.RelatedOnlyFieldListFilter))
    list_select_related = ["place", "host"]
    search_fields = ["folded", "names__folded"]


@admin.register(ForumName)
class ForumNameAdmin(DatedAdmin):
    fieldsets = [("Identification", {"fields": ["forum", "name", "kind"]}), PERIOD, EVIDENCE]
    list_display = ["name", "kind", "forum", "since", "until"]
    list_filter = [InForce, "kind"]
    list_select_related = ["forum"]
    search_fields = ["folded", "forum__folded"]


@admin.register(MemberOrganisation)
class MemberOrganisationAdmin(DatedAdmin):
    fieldsets = [("Identification", {"fields": ["forum", "organisation"]}), PERIOD, EVIDENCE]
    list_display = ["organisation", "forum", "since", "until"]
    list_select_related = ["forum", "organisation"]
    search_fields = ["organisation__folded", "forum__folded"]


@admin.register(ReportingLine)
class ReportingLineAdmin(DatedAdmin):
    fieldsets = [
        (
            "Identification",
            {"fields": ["from_forum", "kind", "to_forum", "to_organisation", "by_exception"]},
        ),
        PERIOD,
        EVIDENCE,
    ]
    found_in_place = 11
    list_display = ["from_forum", "kind", "leads_to", "by_exception", "since", "until"]
    list_filter = [InForce, "kind", "by_exception"]
    list_select_related = ["from_forum", "to_forum", "to_organisation"]
    search_fields = ["from_forum__folded", "to_forum__folded", "to_organisation__folded"]

    @admin.display(description="to forum or organisation")
    def leads_to(self, line):
        return line.to_forum or line.to_organisation


@admin.register(Succession)
class SuccessionAdmin(DatedAdmin):
    fieldsets = [
        ("Identification", {"fields": ["from_forum", "kind", "to_forum", "description"]}),
        START,
        GIVEN_UP,
        EVIDENCE,
    ]
    list_display = ["from_forum", "kind", "to_forum", "since"]
    list_filter = [InForce]
    list_select_related = ["from_forum", "to_forum"]
    search_fields = ["from_forum__folded", "to_forum__folded"]


@admin.register(Seat)
class SeatAdmin(DatedAdmin):
    fieldsets = [
        ("Identification", {"fields": ["forum", "title", ("role", "category"), "order"]}),
        (
            "Accountability",
            {
                "fields": [
                    ("on_behalf_of", "independent"),
                    "ex_officio_post",
                    "number",
                    "requirement",
                    ("voting", "counts_to_quoracy", "may_be_deputised"),
                ]
            },
        ),
        PERIOD,
        EVIDENCE,
    ]
    found_in_place = 5
    list_display = ["title", "forum", "role", "on_behalf_of", "number", "since", "until"]
    list_filter = [InForce, "role", "voting"]
    list_select_related = ["forum", "on_behalf_of", "ex_officio_post__organisation"]
    search_fields = ["title", "forum__folded", "forum__names__folded"]

    def offers_elsewhere(self, request, seats, day):
        return steps_on_posts_of(request, seats, day)


@admin.register(Membership)
class MembershipAdmin(DatedAdmin):
    fieldsets = [
        ("Identification", {"fields": ["person", "seat"]}),
        ("Accountability", {"fields": [("on_behalf_of", "independent"), ("basis", "acting_for")]}),
        TENURE_PERIOD,
        EVIDENCE,
    ]
    found_in_place = 6
    list_display = ["person", "title", "forum", "for_whom", "since", "until", "basis"]
    list_filter = [InForce, "basis", "seat__role"]
    lists_by = ("seat__forum",)
    # The last recorded first. By forum, the database would sort them all to show fifty.
    ordering = ["-pk"]
    list_select_related = ["person", "seat__forum", "seat__on_behalf_of", "on_behalf_of"]
    search_fields = [
        "person__folded",
        "person__names__folded",
        "seat__title",
        "seat__forum__folded",
    ]

    def offers_elsewhere(self, request, memberships, day):
        return replacement_of(request, memberships, day)

    @admin.display(description="seat", ordering="seat__title")
    def title(self, membership):
        return membership.seat.title

    @admin.display(description="forum", ordering="seat__forum__folded")
    def forum(self, membership):
        return membership.seat.forum

    @admin.display(description="for whom", empty_value="")
    def for_whom(self, membership):
        return for_whom(membership)


@admin.register(SeatVacancy)
class SeatVacancyAdmin(VacancyAdmin):
    list_select_related = ["seat__forum"]
    search_fields = ["seat__title", "seat__forum__folded", "seat__forum__names__folded"]


def for_whom(membership: Membership):
    """The organisation that a membership speaks for: its own, or its seat's."""
    return membership.speaks_for or (INDEPENDENT if membership.speaks_for_nobody else "")


def seats_today(seats) -> list:
    """`seats` with who holds them today."""
    return seats_with_holders(seats, timezone.localdate())


@steps_beside(Forum)
def chair(request, forum):
    today = timezone.localdate()
    chairs = forum.seats.listed(today).filter(role=SeatRole.CHAIR)
    return steps_to_fill(request, Seat, seats_with_holders(chairs, today))


@on_page_of(Forum)
def seats(request, forum):
    return related_table(
        request,
        Seat,
        forum.seats.all(),
        {
            "Seat": lambda seat: seat.title,
            "Role": lambda seat: seat.role_words,
            "For": lambda seat: seat.for_name or (INDEPENDENT if seat.independent else ""),
            "Held today by": lambda seat: holder_links(seat, Membership),
            **PERIOD_COLUMNS,
            "Step": step_to_fill(request, Seat),
        },
        of={"forum": forum.pk},
        read=seats_today,
    )


@on_page_of(Forum)
def memberships_of_forum(request, forum):
    return related_table(
        request,
        Membership,
        Membership.objects.filter(seat__forum=forum)
        .select_related("person", "seat__on_behalf_of", "on_behalf_of")
        .order_by("seat__order", "seat_id", "-start_date"),
        {
            "Member": lambda membership: membership.person,
            "Seat": lambda membership: membership.seat.title,
            "For": for_whom,
            **TENURE_COLUMNS,
            "Step": step_to_end(request, Membership),
        },
        of={"seat__forum": forum.pk},
        adds=False,
    )


@on_page_of(Forum)
def member_organisations(request, forum):
    return related_table(
        request,
        MemberOrganisation,
        forum.member_organisations.select_related("organisation"),
        {"Organisation": lambda member: member.organisation, **PERIOD_COLUMNS},
        of={"forum": forum.pk},
    )


@on_page_of(Forum)
def lines_from(request, forum):
    return related_table(
        request,
        ReportingLine,
        forum.lines_from.select_related("to_forum", "to_organisation"),
        {
            "This forum": lambda line: line.get_kind_display(),
            "Forum or organisation": lambda line: line.to_forum or line.to_organisation,
            "By exception": lambda line: "yes" if line.by_exception else "",
            **PERIOD_COLUMNS,
        },
        title="Reporting lines from this forum",
        of={"from_forum": forum.pk},
    )


@on_page_of(Forum)
def lines_to(request, forum):
    return related_table(
        request,
        ReportingLine,
        forum.lines_to.select_related("from_forum"),
        {
            "Forum": lambda line: line.from_forum,
            "What it is to this forum": lambda line: line.get_kind_display(),
            "By exception": lambda line: "yes" if line.by_exception else "",
            **PERIOD_COLUMNS,
        },
        title="Reporting lines to this forum",
        anchor="reportingline-to",
        of={"to_forum": forum.pk},
    )


@on_page_of(Forum)
def successions(request, forum):
    return related_table(
        request,
        Succession,
        forum.successions_from.select_related("to_forum"),
        {
            "This forum": lambda succession: (
                succession.description or succession.get_kind_display()
            ),
            "Forum": lambda succession: succession.to_forum,
            "When": lambda succession: succession.start_in_words(),
        },
        of={"from_forum": forum.pk},
    )


@on_page_of(Forum)
def other_names(request, forum):
    return related_table(
        request,
        ForumName,
        forum.names.all(),
        {
            "Name": lambda name: name.name,
            "Kind": lambda name: name.get_kind_display(),
            **PERIOD_COLUMNS,
        },
        title="Other names",
        of={"forum": forum.pk},
    )


@on_page_of(Seat)
def memberships_of_seat(request, seat):
    return related_table(
        request,
        Membership,
        seat.memberships.select_related("person", "seat__on_behalf_of", "on_behalf_of"),
        {
            "Member": lambda membership: membership.person,
            "For": for_whom,
            **TENURE_COLUMNS,
            "Step": step_to_end(request, Membership),
        },
        of={"seat": seat.pk},
    )


@on_page_of(Seat)
def vacancies_of_seat(request, seat):
    return related_table(
        request,
        SeatVacancy,
        seat.vacancies.all(),
        {"Places": lambda vacancy: vacancy.places, **PERIOD_COLUMNS},
        of={"seat": seat.pk},
    )


@on_page_of(Person)
def memberships_of_person(request, person):
    return related_table(
        request,
        Membership,
        person.memberships.select_related("seat__forum", "seat__on_behalf_of", "on_behalf_of"),
        {
            "Seat": lambda membership: membership.seat.title,
            "Forum": lambda membership: membership.seat.forum,
            "For": for_whom,
            **TENURE_COLUMNS,
            "Step": step_to_end(request, Membership),
        },
        of={"person": person.pk},
    )


@on_page_of(Organisation)
def seats_for_organisation(request, organisation):
    return related_table(
        request,
        Seat,
        organisation.seats.order_by("forum__folded", "order"),
        {
            "Seat": lambda seat: seat.title,
            "Forum": lambda seat: seat.forum_name,
            "Held today by": lambda seat: holder_links(seat, Membership),
            **PERIOD_COLUMNS,
        },
        title="Seats that speak for it",
        of={"on_behalf_of": organisation.pk},
        read=seats_today,
    )
