"""The tables of the open data, and the fields of each."""

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
from ics_register.open_data.fields import (
    BY_APPOINTMENT,
    EMPTY_PLACES,
    IN_FORCE,
    SPEAKS_FOR,
    STANDING,
    DataTable,
    dated,
    evidence,
    holder,
    id_column,
    id_of_page,
    id_on_page,
    known,
    other_names,
    period,
    plain,
    refers,
    refers_on_page,
    stated,
    tenure,
)
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
from people.models import Appointment, Distinction, Person, PersonName
from records.evidence import Evidence
from records.models import Document

TABLES = (
    DataTable("documents", Document, (
        id_of_page("documents"),
        *plain(Document, "slug", "title", "short_title", "kind", "publisher"),
        *known(Document, "published_date", "published_precision"),
        *known(Document, *Evidence.AS_OF_FIELDS),
        *plain(Document, "url", "file_name", "note"),
    )),
    DataTable("places", Place, (
        id_column({"slug": "slug"}, lambda raw, addresses: addresses.place(raw["slug"])),
        *plain(Place, "slug", "name", "level"),
        refers(Place, "part_of", "places"),
        *evidence(Place),
    )),
    DataTable("organisations", Organisation, (
        id_of_page("organisations"),
        *plain(Organisation, "slug", "name", "short_name", "kind", "ods_code", "ons_code"),
        refers(Organisation, "codes_document", "documents"),
        *plain(Organisation, "codes_locator", "website"),
        refers(Organisation, "place", "places"),
        IN_FORCE,
        *period(Organisation),
        *evidence(Organisation),
    )),
    other_names("organisation_names", OrganisationName, "organisation", "organisations"),
    dated(
        "relationships", Relationship, "from_organisation",
        refers(Relationship, "from_organisation", "organisations"),
        *plain(Relationship, "kind"),
        refers(Relationship, "to_organisation", "organisations"),
    ),
    dated(
        "posts", Post, "organisation",
        refers(Post, "organisation", "organisations"),
        *plain(Post, "title", "kind", "max_holders", "requirement", "holder_stated"),
        STANDING,
    ),
    stated(
        "statements", Statement, "organisation",
        refers(Statement, "organisation", "organisations"),
        *plain(Statement, "kind", "heading", "text", "order"),
    ),
    stated(
        "ratings", Rating, "organisation",
        refers(Rating, "organisation", "organisations"),
        *plain(Rating, "service", "question", "rating"),
    ),
    stated(
        "figures", Figure, "organisation",
        refers(Figure, "organisation", "organisations"),
        *plain(Figure, "label", "value", "period", "order"),
    ),
    DataTable("people", Person, (
        id_of_page("people"),
        *plain(Person, "slug", "honorific", "name", "sort_name"),
        *evidence(Person),
    )),
    other_names("person_names", PersonName, "person", "people"),
    stated(
        "distinctions", Distinction, "person",
        refers(Distinction, "person", "people"),
        refers(Distinction, "other", "people"),
    ),
    DataTable("appointments", Appointment, (
        id_on_page("appointments", "organisation"),
        *holder(Appointment),
        refers_on_page(Appointment, "post", "posts", "organisation"),
        *tenure(Appointment),
        *evidence(Appointment),
    )),
    DataTable("forums", Forum, (
        id_of_page("forums"),
        *plain(Forum, "slug", "name", "short_name", "kind"),
        refers(Forum, "place", "places"),
        refers(Forum, "host", "organisations"),
        *plain(
            Forum, "status", "purpose", "responsibilities", "accountable_for", "authority",
            "decision_basis", "decision_rule", "decision_wording", "quoracy_wording",
            "quoracy_clauses_say_all", "quoracy_also_asks", "membership_wording",
            "meeting_frequency", "review_frequency", "review_date",
        ),
        IN_FORCE,
        *period(Forum),
        *evidence(Forum),
    )),
    other_names("forum_names", ForumName, "forum", "forums"),
    dated(
        "member_organisations", MemberOrganisation, "forum",
        refers(MemberOrganisation, "forum", "forums"),
        refers(MemberOrganisation, "organisation", "organisations"),
    ),
    dated(
        "reporting_lines", ReportingLine, "from_forum",
        refers(ReportingLine, "from_forum", "forums"),
        *plain(ReportingLine, "kind"),
        refers(ReportingLine, "to_forum", "forums"),
        refers(ReportingLine, "to_organisation", "organisations"),
        *plain(ReportingLine, "by_exception"),
    ),
    stated(
        "successions", Succession, "from_forum",
        refers(Succession, "from_forum", "forums"),
        refers(Succession, "to_forum", "forums"),
        *plain(Succession, "description"),
    ),
    dated(
        "seats", Seat, "forum",
        refers(Seat, "forum", "forums"),
        *plain(Seat, "role", "title"),
        refers(Seat, "on_behalf_of", "organisations"),
        refers_on_page(Seat, "ex_officio_post", "posts", "organisation"),
        *plain(
            Seat, "number", "requirement", "holder_stated", "voting", "counts_to_quoracy",
            "may_be_deputised",
        ),
        STANDING,
        *EMPTY_PLACES,
    ),
    DataTable("memberships", Membership, (
        id_on_page("memberships", "forum"),
        *holder(Membership),
        refers_on_page(Membership, "seat", "seats", "forum"),
        SPEAKS_FOR,
        BY_APPOINTMENT,
        *tenure(Membership),
        *evidence(Membership),
    )),
    stated(
        "quoracy_clauses", QuoracyClause, "forum",
        refers(QuoracyClause, "forum", "forums"),
        *plain(QuoracyClause, "kind", "number"),
        refers_on_page(QuoracyClause, "seat", "seats", "forum"),
        *plain(
            QuoracyClause, "satisfied_by_proxy", "satisfied_by_substitute", "one_for_several",
            "order",
        ),
    ),
    stated(
        "escalation_steps", EscalationStep, "forum",
        refers(EscalationStep, "forum", "forums"),
        *plain(EscalationStep, "order", "what_happens", "who_decides"),
    ),
)  # fmt: skip

BY_NAME = {table.name: table for table in TABLES}
