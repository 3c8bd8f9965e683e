"""The worklists of figures and ratings that differ."""

import pytest

from organisations.models import CqcQuestion, CqcRating
from tests.builders import (
    make_document,
    make_figure,
    make_organisation,
    make_place,
    make_rating,
)
from tests.listed import listed, reason_for

pytestmark = pytest.mark.django_db

CONTRADICTS = "The minutes contradict this."


def test_two_figures_of_one_label_that_differ_are_in_conflict_until_one_is_corrected():
    trust = make_organisation()
    one = make_figure(organisation=trust, label="Staff", value="313", locator="slide 2")
    other = make_figure(
        organisation=trust,
        label="staff",
        value="400",
        document=make_document(short_title="Minutes"),
        locator="page 7",
    )
    assert listed("statements-in-conflict") == [one, other]
    assert reason_for(one, "statements-in-conflict") == (
        "313 here (Board paper, slide 2), and elsewhere 400 (Minutes, page 7)."
    )
    other.value = "313"
    other.save()
    assert listed("statements-in-conflict") == []


def test_the_same_value_in_other_spacing_or_of_another_period_or_organisation_is_no_conflict():
    trust = make_organisation()
    make_figure(organisation=trust, label="Funding", value="£1.4 bn", period="2020/21")
    make_figure(organisation=trust, label="Funding", value="£1.4BN", period="2020/21")
    make_figure(organisation=trust, label="Funding", value="£2bn", period="2021/22")
    make_figure(label="Funding", value="£3bn", period="2020/21")
    assert listed("statements-in-conflict") == []


def test_a_conflict_is_explained_when_the_note_of_each_says_so():
    trust = make_organisation()
    one = make_figure(organisation=trust, value="1", note=CONTRADICTS)
    other = make_figure(organisation=trust, value="2")
    assert listed("statements-in-conflict") == [other]
    assert listed("statements-in-conflict", apart=True) == [one]
    other.note = CONTRADICTS
    other.save()
    assert listed("statements-in-conflict") == []
    assert listed("statements-in-conflict", apart=True) == [one, other]


def test_two_documents_that_rate_one_service_differently_are_in_conflict():
    trust = make_organisation()
    one = make_rating(organisation=trust, service="Dental", rating=CqcRating.GOOD)
    other = make_rating(
        organisation=trust,
        service="dental",
        rating=CqcRating.INADEQUATE,
        document=make_document(),
    )
    make_rating(organisation=trust, service="Dental", question=CqcQuestion.SAFE)
    make_rating(organisation=trust, rating=CqcRating.OUTSTANDING)
    make_rating(service="Dental", rating=CqcRating.OUTSTANDING)
    assert listed("statements-in-conflict") == [one, other]
    assert reason_for(one, "statements-in-conflict").startswith("Good here (")


def test_a_worklist_is_narrowed_by_words_and_by_a_place_with_its_parts():
    from organisations.worklists import PLACE, places_within

    county = make_place(name="County")
    town = make_place(name="Town", part_of=county, level="neighbourhood")
    in_town = make_organisation(place=town)
    for organisation in (in_town, make_organisation()):
        make_figure(organisation=organisation, label="Staff", value="1")
        make_figure(organisation=organisation, label="Staff", value="2")
    within = {PLACE: places_within(str(county.pk))}
    assert {f.organisation for f in listed("statements-in-conflict", chosen=within)} == {in_town}
    assert len(listed("statements-in-conflict", words=["staff"])) == 4
    assert listed("statements-in-conflict", words=["nobody"]) == []
