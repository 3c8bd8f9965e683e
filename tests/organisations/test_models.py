"""Organisations and their posts, and how they are described."""

import pytest
from django.core.exceptions import ValidationError

from organisations.models import CqcQuestion, Organisation, Place, Post
from tests.builders import (
    make_figure,
    make_organisation,
    make_organisation_name,
    make_place,
    make_post,
    make_rating,
    make_relationship,
    make_statement,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def wye_valley():
    return make_organisation(slug="wye-valley", name="Wye Valley NHS Trust")


def test_organisations_and_places_are_told_by_their_names(wye_valley):
    assert str(wye_valley) == "Wye Valley NHS Trust"
    assert str(make_place(name="Herefordshire")) == "Herefordshire"


def test_what_belongs_to_an_organisation_says_so(wye_valley):
    assert str(make_post(organisation=wye_valley, title="Chair")) == "Chair, Wye Valley NHS Trust"
    assert str(make_figure(organisation=wye_valley, label="Staff", value="3,000")) == (
        "Wye Valley NHS Trust, Staff: 3,000"
    )
    assert str(make_statement(organisation=wye_valley, text="To improve health.")) == (
        "Wye Valley NHS Trust: To improve health."
    )
    other_name = make_organisation_name(organisation=wye_valley, name="WVT", kind="abbreviation")
    assert str(other_name) == "WVT (abbreviation of Wye Valley NHS Trust)"


def test_a_place_cannot_be_part_of_what_is_part_of_it():
    system = make_place(name="The system")
    county = make_place(name="Herefordshire", part_of=system)
    city = make_place(name="Hereford", part_of=county)
    system.part_of = city

    with pytest.raises(ValidationError) as refusal:
        system.full_clean()

    assert refusal.value.message_dict == {
        "part_of": ["Hereford is itself part of The system. Choose another place."]
    }


def test_a_place_that_is_part_of_itself_is_told_so_once():
    place = make_place()
    place.part_of = place

    with pytest.raises(ValidationError) as refusal:
        place.full_clean()

    assert refusal.value.messages == ["A place cannot be part of itself."]


def test_a_place_may_move_within_a_system():
    system = make_place()
    county = make_place(part_of=system)
    city = make_place(part_of=system)
    city.part_of = county

    city.full_clean()
    city.save()

    assert Place.objects.get(pk=city.pk).part_of == county


def test_a_circle_of_places_made_past_every_form_can_be_broken():
    first, second, third = make_place(), make_place(), make_place()
    first.part_of, second.part_of = second, first
    first.save()
    second.save()
    third.part_of = first

    third.full_clean()


def test_a_post_that_begins_after_its_organisation_ended_is_refused_on_the_start():
    merged = make_organisation(name="Redditch CCG", start_date="2013-04-01", end_date="2020-03-31")

    with pytest.raises(ValidationError) as refusal:
        make_post(organisation=merged, start_date="2020-04-01")

    message = (
        "The start, 1 April 2020, is after the end of Redditch CCG, 31 March 2020. Correct one "
        "of the two."
    )
    assert refusal.value.message_dict == {"start_date": [message]}
    assert make_post(organisation=merged, start_date="2020-03-31").pk


def test_a_rating_says_of_what(wye_valley):
    overall = make_rating(organisation=wye_valley, rating="requires-improvement")
    safe = make_rating(organisation=wye_valley, question=CqcQuestion.SAFE)
    surgery = make_rating(organisation=wye_valley, service="Surgery")

    assert str(overall) == "Wye Valley NHS Trust, overall: Requires improvement"
    assert str(safe) == "Wye Valley NHS Trust, safe: Good"
    assert str(surgery) == "Wye Valley NHS Trust, Surgery: Good"


def test_a_relationship_reads_from_the_first_to_the_second(wye_valley):
    ics = make_organisation(name="The ICS")

    relationship = make_relationship(
        from_organisation=wye_valley, kind="partner-in", to_organisation=ics
    )

    assert str(relationship) == "Wye Valley NHS Trust partner in The ICS"


def test_fixtures_find_organisations_by_slug_and_posts_by_organisation_and_title(wye_valley):
    chair = make_post(organisation=wye_valley, title="Chair")

    assert Organisation.objects.get_by_natural_key("wye-valley") == wye_valley
    assert Post.objects.get_by_natural_key("wye-valley", "Chair") == chair
    assert chair.natural_key() == ("wye-valley", "Chair")


def test_codes_without_a_source_are_told_in_a_sentence():
    with pytest.raises(ValidationError, match="Say which document gives the codes"):
        make_organisation(ods_code="RLQ", codes_document=None)


def test_a_post_has_room_for_its_number_of_holders():
    assert make_post(max_holders=2).capacity == 2
