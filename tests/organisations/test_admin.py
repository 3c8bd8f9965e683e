"""Editing organisations."""

import pytest
from django.apps import apps
from django.db.models import Q

from forums.models import Succession
from organisations.models import Organisation, Rating, Relationship
from records.days import LAST_DAY
from records.upgrades import take_ends_off
from tests.admin_pages import address, errors_of, send
from tests.builders import (
    make_organisation,
    make_organisation_name,
    make_rating,
    make_relationship,
    make_succession,
    source,
)

pytestmark = pytest.mark.django_db


def test_an_organisation_is_added_with_the_slug_proposed_from_its_name(admin_client):
    add = address(Organisation, "add")
    assert "django-admin-prepopulated-fields" in admin_client.get(add).content.decode()
    response = send(
        admin_client,
        add,
        name="Wye Valley NHS Trust",
        slug="wye-valley-nhs-trust",
        kind="nhs-trust",
        start_date="2008-04-01",
        document=source().pk,
        locator="page 1",
    )
    assert response.status_code == 302
    assert Organisation.objects.get().history.get().history_type == "+"


def test_the_slug_of_an_organisation_does_not_follow_a_change_of_name(admin_client):
    page = admin_client.get(address(Organisation, "change", make_organisation().pk))
    assert 'data-prepopulated-fields="[]"' in page.content.decode()


def test_codes_without_their_source_are_refused_in_words(admin_client):
    change = address(Organisation, "change", make_organisation().pk)
    response = send(admin_client, change, ods_code="RLQ")
    assert errors_of(response)["__all__"] == [
        "Say which document gives the codes, and where in it."
    ]


def test_an_organisation_shows_its_names_relationships_and_ratings(admin_client):
    trust = make_organisation(name="Wye Valley NHS Trust")
    make_organisation_name(organisation=trust, name="Hereford Hospitals NHS Trust")
    successor = make_organisation(name="Herefordshire Trust")
    make_relationship(from_organisation=trust, kind="succeeded-by", to_organisation=successor)
    make_rating(organisation=trust)
    response = admin_client.get(address(Organisation, "change", trust.pk))
    tables = {table.title: table for table in response.context["related_tables"]}
    words = {
        title: [cell[0].text for cell in table.rows[0]]
        for title, table in tables.items()
        if table.rows
    }
    assert words["Other names"][0] == "Hereford Hospitals NHS Trust"
    assert words["Its standing to others"][:2] == ["succeeded by", "Herefordshire Trust"]
    assert words["Ratings"] == ["the whole organisation", "overall", "Good", source().title]
    assert "Others’ standing to it" not in words


def test_an_organisation_is_found_by_its_code_and_by_a_former_name(admin_client):
    trust = make_organisation(name="Wye Valley NHS Trust", ods_code="RLQ")
    make_organisation_name(organisation=trust, name="Hereford Hospitals")
    make_organisation()
    page = address(Organisation, "changelist")
    for words in ["rlq", "hereford hospitals"]:
        found = admin_client.get(page, {"q": words}).context["cl"].result_list
        assert list(found) == [trust]


def test_the_same_rating_twice_in_a_document_is_refused_in_words(admin_client):
    rating = make_rating()
    other = make_rating(organisation=rating.organisation, service="Maternity")
    response = send(admin_client, address(Rating, "change", other.pk), service="")
    assert errors_of(response)["__all__"] == ["This document already gives this rating."]


def test_a_succession_is_given_no_end(admin_client):
    merger = make_relationship(kind="merged-into")
    refused = send(admin_client, address(Relationship, "change", merger.pk), end_date="2024-03-31")
    assert errors_of(refused)["end_date"] == [
        "A succession has a start and no end. Leave the end empty."
    ]
    page = address(Succession, "change", make_succession().pk)
    assert "end_date" not in admin_client.get(page).content.decode()


def test_an_upgrade_takes_the_ends_off_what_never_ends():
    known = make_relationship(kind="part-of", start_date="2019-04-01", end_date="2020-03-31")
    over = make_relationship(
        kind="part-of", start_date=None, end_date="2020-03-31", end_precision="month"
    )
    other = make_relationship(kind="member-of", end_date="2020-03-31")

    take_ends_off(apps, None, ("organisations", "Relationship"), Q(kind="part-of"))

    for each in (known, over, other):
        each.refresh_from_db()
    assert [known.start_in_words(), known.ends, known.has_ended(LAST_DAY)] == [
        "1 April 2019",
        None,
        False,
    ]
    assert [over.start_in_words(), over.ends] == ["by March 2020", None]
    assert other.end_in_words() == "31 March 2020"
    assert known.history.latest().history_nature == "upgraded"
    assert "take" in known.history.latest().history_change_reason
