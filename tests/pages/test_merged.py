"""A record that was merged into another is found only at its old address.

Karen Brown stays; “K Brown” was a second record of her.
"""

import pytest
from django.test import Client

from people.identity import merge_people, withhold_person
from tests.builders import make_document, make_membership, make_person, make_person_name
from tests.pages.reading import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def karen():
    return make_person(slug="karen-brown", name="Karen Brown")


@pytest.fixture
def merged(karen):
    second = make_person(slug="k-brown", name="K Brown", document=make_document(as_of="2021-06-01"))
    make_membership(person=second)
    merge_people(kept=karen, merged=second)
    return second


def visit(address: str):
    return Client(headers={"host": "localhost"}).get(address)


def test_its_address_leads_to_the_person_for_good_and_keeps_the_day(karen, merged):
    answer = visit("/people/k-brown/?as_at=2020-01-01")

    assert answer.status_code == 301
    assert answer.headers["Location"] == "/people/karen-brown/?as_at=2020-01-01"


def test_an_address_that_it_gave_up_before_leads_there_too(karen):
    second = make_person(slug="kb", name="K Brown", document=make_document(as_of="2021-06-01"))
    second.slug = "k-brown"
    second.save()
    merge_people(kept=karen, merged=second)

    assert visit("/people/kb/").headers["Location"] == "/people/karen-brown/"


def test_one_merged_after_another_leads_straight_to_the_last(karen, merged):
    last = make_person(slug="karen-b-brown", name="Karen B Brown")
    karen.document = make_document(as_of="2021-06-01")
    karen.save()
    merge_people(kept=last, merged=karen)

    for slug in ("k-brown", "karen-brown"):
        assert visit(f"/people/{slug}/").headers["Location"] == "/people/karen-b-brown/"
    assert "Seat" in read("/people/karen-b-brown/").section("now")


def test_two_merged_into_each_other_past_the_step_are_not_found_and_not_looked_for_for_ever(
    karen, merged, quiet
):
    karen.merged_into = merged
    karen.save()

    assert visit("/people/k-brown/").status_code == 404


def test_lists_and_search_name_the_person_once(karen, merged):
    assert len(read("/people/").rows("Brown")) == 1
    found = read("/search/", {"q": "k brown"})
    assert found.links(found.main).count("/people/karen-brown/") == 1
    assert "/people/k-brown/" not in found.links()
    listed = read("/documents/board-paper/", {"facts": "people"})
    assert "/people/k-brown/" not in listed.links()
    assert "People (1)" in listed.text


def test_the_persons_page_has_what_the_other_held_and_was_called(karen, merged):
    page = read("/people/karen-brown/")

    assert "Seat" in page.section("now")
    assert "K Brown (spelling in a source" in page.section("names")


def test_a_name_that_came_with_a_merge_is_withheld_with_the_person(karen, merged):
    make_person_name(person=karen, name="Kate Brown")
    withhold_person(person=karen)

    assert visit("/people/k-brown/").status_code == 404
    assert read("/search/", {"q": "kate"}).rows() == []
    assert "Kate" not in read("/people/").text
