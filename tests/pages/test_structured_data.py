"""The structured data of pages, in the vocabulary of schema.org."""

import pytest

from people.models import Basis
from records.periods import Precision, Qualifier
from tests.builders import (
    make_appointment,
    make_chair_seat,
    make_forum,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_seat,
)
from tests.pages import cast as stage
from tests.pages.reading import read

SITE = "http://localhost"


def test_a_forum_is_an_organization_with_its_own_address(cast):
    data = read(stage.FORUM).data

    assert data["@context"] == "https://schema.org"
    assert data["@type"] == "Organization"
    assert data["@id"] == data["url"] == SITE + stage.FORUM
    assert data["name"] == "Executive of the Marches"
    assert data["alternateName"] == "MEx"
    assert data["description"] == "To decide together."


def test_an_organisation_names_its_code_and_its_website(cast):
    data = read(stage.ORGANISATION).data

    assert data["@type"] == "Organization"
    assert data["@id"] == SITE + stage.ORGANISATION
    assert data["name"] == "Marches NHS Trust"
    assert data["sameAs"] == "https://marches.example.nhs.uk/"
    assert data["identifier"]["value"] == "RZ9"
    assert {
        "@type": "OrganizationRole",
        "roleName": "Chair of the trust",
        "startDate": "2018-05-09",
        "member": {"@type": "Person", "@id": SITE + stage.PERSON, "name": "Dr Siân Jones"},
    } in data["member"]


def test_a_person_is_a_member_of_what_they_hold_on_the_day(cast):
    data = read(stage.PERSON).data

    assert data["@type"] == "Person"
    assert data["@id"] == SITE + stage.PERSON
    assert data["name"] == "Siân Jones"
    assert data["honorificPrefix"] == "Dr"
    assert {
        "@type": "OrganizationRole",
        "roleName": "Chair of the trust",
        "memberOf": {
            "@type": "Organization",
            "@id": SITE + stage.ORGANISATION,
            "name": "Marches NHS Trust",
        },
    } in data["memberOf"]


@pytest.mark.parametrize("address", [stage.FORUM, stage.ORGANISATION, stage.PERSON])
def test_a_page_about_a_past_day_says_nothing_that_a_machine_would_take_for_today(cast, address):
    assert read(address).all("script") != []
    assert read(address, {"as_at": "2019-05-01"}).all("script") == []


def test_members_are_those_of_today_and_no_others(db):
    forum = make_forum(slug="board", start_date="2018-01-01")
    seat = make_chair_seat(forum=forum, start_date="2018-01-01")
    make_seat(forum=forum)
    make_membership(
        seat=seat,
        person=make_person(name="Anna Adams"),
        start_date="2018-01-01",
        end_date="2019-03-31",
    )
    make_membership(seat=seat, person=make_person(name="Ben Brown"))

    members = read("/forums/board/").data["member"]

    assert [(m["member"]["name"], m["startDate"]) for m in members] == [("Ben Brown", "2019-04-01")]


def test_a_start_is_told_only_if_it_is_the_true_one_to_the_day(db):
    forum = make_forum(slug="board")
    for fields in [
        {"start_precision": Precision.MONTH},
        {"start_precision": Precision.YEAR},
        {"start_qualifier": Qualifier.BY},
    ]:
        make_membership(seat=make_seat(forum=forum), **fields)
    make_membership(seat=make_seat(forum=forum), basis=Basis.INTERIM, start_date="2019-04-02")

    members = read("/forums/board/").data["member"]

    assert [member.get("startDate") for member in members].count("2019-04-02") == 1
    assert [member.get("startDate") for member in members].count(None) == 3


PERHAPS = {
    "may have begun": {
        "start_date": "2018-01-01",
        "start_qualifier": Qualifier.NOT_BEFORE,
        "end_date": "2150-01-01",
    },
    "began by a later day": {"start_date": "2150-01-01", "start_qualifier": Qualifier.BY},
    "may be over": {
        "start_date": "2018-01-01",
        "end_date": "2150-01-01",
        "end_qualifier": Qualifier.BY,
    },
}


def roles(address: str) -> list[str]:
    data = read(address).data
    return [each["roleName"] for each in data.get("member", data.get("memberOf"))]


@pytest.mark.parametrize("perhaps", PERHAPS.values(), ids=PERHAPS)
def test_who_perhaps_holds_is_left_out_and_who_certainly_does_is_not(db, perhaps):
    ann, since = make_person(slug="ann"), {"start_date": "2018-01-01"}
    board, trust = make_forum(slug="board", **since), make_organisation(slug="trust", **since)
    for number, fields in enumerate([since, perhaps]):
        seat = make_seat(forum=board, title=f"Seat {number}", **since)
        make_membership(person=ann, seat=seat, **fields)
        post = make_post(organisation=trust, title=f"Post {number}", **since)
        make_appointment(person=ann, post=post, **fields)

    assert roles("/forums/board/") == ["Seat 0"]
    assert roles("/organisations/trust/") == ["Post 0"]
    assert sorted(roles("/people/ann/")) == ["Post 0", "Seat 0"]


def test_a_body_that_perhaps_is_over_has_no_members(db):
    perhaps, ann = PERHAPS["may be over"], make_person(slug="ann")
    make_membership(person=ann, seat=make_seat(forum=make_forum(slug="board", **perhaps)))
    trust = make_organisation(slug="trust", **perhaps)
    make_appointment(person=ann, post=make_post(organisation=trust))

    for address in ("/forums/board/", "/organisations/trust/", "/people/ann/"):
        assert roles(address) == []


def test_who_fills_a_seat_ex_officio_is_a_member(db):
    forum = make_forum(slug="board")
    post = make_post()
    make_appointment(post=post, person=make_person(name="Anna Adams"))
    make_chair_seat(forum=forum, ex_officio_post=post)

    [member] = read("/forums/board/").data["member"]

    assert member["member"]["name"] == "Anna Adams"


def test_lists_have_no_structured_data(cast):
    for address in ["/", "/chairs/", "/forums/", "/people/", "/search/?q=marches"]:
        assert read(address).all("script", type="application/ld+json") == []
