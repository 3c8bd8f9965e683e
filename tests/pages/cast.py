"""A forum, an organisation and a person, each with everything that its page can show.

The cast: the ICS Executive of the Marches, chaired ex officio; Marches NHS Trust, which sits on
it; and Siân Jones, who chairs the trust.
"""

import datetime

from forums.models import DecisionBasis, DecisionRule, LineKind, SeatRole
from organisations.models import (
    CqcQuestion,
    OrganisationKind,
    PlaceLevel,
    PostKind,
    RelationshipKind,
    StatementKind,
)
from people.models import Basis, EndReason
from records.models import NameKind
from records.periods import Qualifier
from tests.builders import (
    day,
    make_appointment,
    make_document,
    make_escalation_step,
    make_figure,
    make_forum,
    make_forum_name,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_organisation_name,
    make_person,
    make_person_name,
    make_place,
    make_post,
    make_rating,
    make_relationship,
    make_reporting_line,
    make_rule,
    make_seat,
    make_statement,
    make_succession,
    make_terms_review,
    terms_of,
)

FORUM = "/forums/marches-executive/"
QUORACY = "/forums/marches-executive/quoracy/"
STRUCTURE = "/structure/?forum=marches-executive"
TERMS = f"{FORUM}terms/"
SHEET = f"{FORUM}attendance/"
ORGANISATION = "/organisations/marches-trust/"
PERSON = "/people/sian-jones/"
DOCUMENT = "/documents/terms/"


class Cast:
    """The forum, organisation and person. `enlarge` adds one more row of every kind."""

    def __init__(self):
        self.document = make_document(
            slug="terms", title="Terms of reference", short_title="Terms 2019"
        )
        self.system = make_place(slug="marches", name="The Marches", level=PlaceLevel.SYSTEM)
        self.place = make_place(slug="ludlow", name="Ludlow", part_of=self.system)
        self.partnership = make_organisation(
            slug="marches-ics",
            name="Marches Integrated Care System",
            kind=OrganisationKind.ICS,
            place=self.system,
        )
        self.trust = make_organisation(
            slug="marches-trust",
            name="Marches NHS Trust",
            short_name="MT",
            place=self.system,
            ods_code="RZ9",
            website="https://marches.example.nhs.uk/",
            document=self.document,
        )
        self.forum = make_forum(
            slug="marches-executive",
            name="Executive of the Marches",
            short_name="MEx",
            place=self.system,
            host=self.trust,
            document=self.document,
            purpose="To decide together.",
            responsibilities="Money\nQuality",
            accountable_for="The plan",
            authority="To spend",
            decision_basis=DecisionBasis.DELEGATED,
            decision_rule=DecisionRule.UNANIMITY,
            decision_wording="Decisions require unanimity",
            quoracy_wording="all organisations attend",
            quoracy_rule_says_all=False,
            quoracy_also_asks="the chair or the vice-chair is in the chair",
            membership_wording="Chairs and chief officers",
            meeting_frequency="monthly",
            review_frequency="annually",
            review_date="2030-04-01",
        )
        self.person = make_person(slug="sian-jones", honorific="Dr", name="Siân Jones")
        self.trust_chair = make_post(organisation=self.trust, title="Chair of the trust")
        make_appointment(
            person=self.person,
            post=self.trust_chair,
            start_date="2018-05-09",
            document=self.document,
        )
        self.chair_seat = make_seat(
            forum=self.forum,
            role=SeatRole.CHAIR,
            title="Chair of the executive",
            ex_officio_post=self.trust_chair,
            document=self.document,
        )
        self.large_seat = make_seat(
            forum=self.forum, title="Partners", number=200, voting=True, document=self.document
        )

    def enlarge(self):
        """Add one more row of every kind to the three pages and the lists."""
        self._enlarge_forum()
        self._enlarge_organisation()
        self._enlarge_person()

    def _enlarge_forum(self):
        forum, document = self.forum, self.document
        other = make_organisation(place=self.system)
        other_forum = make_forum(place=self.system)
        post = make_post(organisation=other)
        make_appointment(post=post)
        ex_officio = make_seat(forum=forum, ex_officio_post=post, document=document)
        attending = make_seat(
            forum=forum,
            role=SeatRole.IN_ATTENDANCE,
            voting=False,
            requirement="a GP",
            category="clinical",
        )
        make_membership(seat=self.large_seat, on_behalf_of=other, document=make_document())
        make_membership(seat=attending, end_date="2020-03-31", end_reason=EndReason.STEPPED_DOWN)
        make_membership(seat=attending, start_date="2020-04-01")
        make_membership(seat=attending, start_date="2021-04-01", basis=Basis.ACTING)
        make_member_organisation(forum=forum, organisation=other)
        make_reporting_line(from_forum=forum, to_forum=other_forum, by_exception=True)
        make_reporting_line(from_forum=forum, to_organisation=other)
        make_reporting_line(from_forum=other_forum, to_forum=forum, kind=LineKind.SUB_GROUP_OF)
        make_reporting_line(from_forum=other_forum, to_forum=forum, kind=LineKind.ADVISES)
        make_succession(from_forum=other_forum, to_forum=forum)
        make_forum_name(forum=forum)
        make_rule(forum, seat=ex_officio, counting=["remote", "proxy"])
        make_escalation_step(forum=forum, order=terms_of(forum).escalation_steps.count() + 1)
        later = datetime.timedelta(days=terms_of(forum).reviews.count())
        make_terms_review(forum=forum, reviewed_on=day("2020-05-09") + later)

    def _enlarge_organisation(self):
        trust, document = self.trust, self.document
        number = trust.ratings.count() + 1
        post = make_post(organisation=trust, kind=PostKind.DIRECTOR)
        make_appointment(post=post, end_date="2020-03-31")
        make_appointment(post=post, start_date="2020-04-01", document=make_document())
        make_post(organisation=trust, kind=PostKind.DIRECTOR)
        seat = make_seat(on_behalf_of=trust)
        make_membership(seat=seat, on_behalf_of=trust)
        make_seat(ex_officio_post=post)
        make_member_organisation(organisation=trust)
        hosted = make_forum(host=trust)
        make_reporting_line(from_forum=hosted, to_organisation=trust)
        make_relationship(from_organisation=trust)
        make_relationship(to_organisation=trust, kind=RelationshipKind.SUCCEEDED_BY)
        make_organisation_name(organisation=trust, kind=NameKind.FORMER, end_date="2020-01-01")
        make_rating(organisation=trust, service=f"Ward {number}")
        make_rating(organisation=trust, question=CqcQuestion.SAFE, document=make_document())
        make_figure(organisation=trust)
        make_statement(organisation=trust, kind=StatementKind.OBJECTIVE, document=document)

    def _enlarge_person(self):
        person = self.person
        make_person_name(person=person)
        make_appointment(person=person, post=make_post(kind=PostKind.DIRECTOR))
        make_appointment(person=person, end_date="2020-03-31", term_ends="2020-03-31")
        make_membership(person=person)
        make_membership(person=person, end_date="2020-03-31")
        make_membership(person=person, start_date="2150-01-01", start_qualifier=Qualifier.BY)
        make_seat(ex_officio_post=self.trust_chair)
