"""Every fact on every page is one click from the document and the place in it that state it."""

import pytest
from django.utils import timezone

from forums.models import EscalationStep, Forum, Membership, Seat
from organisations.models import Organisation, Post
from people.models import Appointment, Person
from tests import slow
from tests.pages.reading import Page, read, words

pytestmark = pytest.mark.usefixtures("seeded")


def shown(page: Page) -> set[tuple[str, str]]:
    """The sources that a page links to: each document's address, with the place in it."""
    found = set()
    for block in page.main.iter("div"):
        if block.get("class") == "register-source":
            link = block.find("a")
            place = words(block).partition(f"{words(link)}, ")[2]
            found.add((link.get("href"), place))
    return found


def lacking(page: Page, facts) -> list[str]:
    """The facts whose source the page does not link to."""
    sources = shown(page)
    return [
        str(fact)
        for fact in facts
        if not any(
            link == fact.document.get_absolute_url()
            and place.startswith(" ".join(fact.locator.split()))
            for link, place in sources
        )
    ]


def in_force(records):
    return records.listed(timezone.localdate()).select_related("document")


def filling(seat: Seat) -> list:
    """The facts behind a seat: its memberships, or else the seat and appointments to its post."""
    members = list(in_force(Membership.objects.filter(seat=seat)))
    if members:
        return members
    return [seat, *in_force(Appointment.objects.filter(post=seat.ex_officio_post))]


@slow.WALK
def test_the_page_of_a_forum_gives_the_source_of_every_fact():
    without = {}
    for forum in Forum.objects.select_related("document"):
        facts = [forum]
        for seat in in_force(forum.seats.all()):
            facts += filling(seat)
        facts += Membership.objects.filter(seat__forum=forum).select_related("document")
        facts += in_force(forum.lines_from.all())
        facts += in_force(forum.lines_to.all())
        facts += in_force(forum.member_organisations.all())
        for parts in (
            forum.names.all(),
            forum.terms_of_reference.all(),
            EscalationStep.objects.filter(terms__forum=forum),
        ):
            facts += parts.select_related("document")
        facts += forum.successions_from.select_related("document")
        facts += forum.successions_to.select_related("document")
        missing = lacking(read(forum.get_absolute_url()), facts)
        if missing:
            without[forum.slug] = missing
    assert without == {}


@slow.WALK
def test_the_page_of_an_organisation_gives_the_source_of_every_fact():
    without = {}
    for organisation in Organisation.objects.select_related("document"):
        facts = [organisation]
        for post in in_force(Post.objects.filter(organisation=organisation)):
            facts += list(in_force(Appointment.objects.filter(post=post))) or [post]
        facts += (
            Appointment.objects.filter(post__organisation=organisation)
            .ended_before(timezone.localdate())
            .select_related("document")
        )
        for each in ("names", "ratings", "figures", "statements"):
            facts += getattr(organisation, each).select_related("document")
        facts += organisation.relationships_from.select_related("document")
        facts += organisation.relationships_to.select_related("document")
        facts += in_force(organisation.forum_memberships.all())
        facts += in_force(organisation.lines_to.all())
        facts += in_force(organisation.hosted_forums.all())
        for seat in in_force(Seat.objects.filter(on_behalf_of=organisation)):
            facts += filling(seat)
        page = read(organisation.get_absolute_url())
        missing = lacking(page, facts)
        if organisation.ods_code:
            codes = (organisation.codes_document.get_absolute_url(), organisation.codes_locator)
            missing += [] if codes in shown(page) else ["the codes"]
        if missing:
            without[organisation.slug] = missing
    assert without == {}


def test_the_page_of_a_person_gives_the_source_of_every_fact():
    without = {}
    for person in Person.objects.select_related("document"):
        facts = [person, *person.names.select_related("document")]
        facts += person.appointments.select_related("document")
        facts += person.memberships.select_related("document")
        missing = lacking(read(person.get_absolute_url()), facts)
        if missing:
            without[person.slug] = missing
    assert without == {}


def test_every_row_and_every_entry_has_a_source_beside_it():
    for address in [
        "/",
        "/chairs/",
        "/forums/ics-executive/",
        "/forums/hipcs/",
        "/organisations/herefordshire-and-worcestershire-ics/",
        "/people/simon-trickett/",
    ]:
        page = read(address)
        rows = [
            row
            for table in page.all("table")
            if "Source" in words(table.find("thead"))
            for row in table.find("tbody")
        ]
        rows += [
            entry
            for entries in page.main.iter()
            if entries.get("class") == "register-facts"
            for entry in entries
        ]
        assert [words(r) for r in rows if not leads_to_a_document(page, r)] == []
        assert rows or address in ("/", "/people/simon-trickett/")


def leads_to_a_document(page: Page, part) -> bool:
    return any(link.startswith("/documents/") for link in page.links(part))


def test_a_document_lists_every_fact_that_rests_on_it():
    assert "35 people" in read("/people/").text
    pack = read("/documents/chair-appointments-briefing-pack/", {"facts": "people"})
    paper = read("/documents/ics-operating-model-board-paper/", {"facts": "people"})
    assert len(pack.rows()) == 30
    assert len(paper.rows()) == 5


def test_the_page_of_a_forum_has_the_words_and_notes_of_its_sources():
    text = read("/forums/ics-finance-forum/").text

    assert "The Chairs for these groups are yet to be appointed" in text
