"""The category of the members who fill a seat, where a source says it."""

import pytest

from tests.builders import make_forum, make_seat

pytestmark = pytest.mark.django_db


def test_the_page_and_the_papers_of_a_forum_say_the_category_where_it_is_recorded(client):
    forum = make_forum()
    make_seat(forum=forum, title="Seat for one", category="independent-non-executive")
    make_seat(forum=forum, title="Seat for another", category="other")
    make_seat(forum=forum, title="Seat without")

    for address in (forum.get_absolute_url(), f"{forum.get_absolute_url()}terms/"):
        page = client.get(address).content.decode()
        assert page.count("independent non-executive member") == 1
        assert page.count("member of another category") == 1


def test_a_category_is_data_and_empty_where_no_source_says(client):
    forum = make_forum()
    make_seat(forum=forum, title="Seat for one", order=1, category="lay")
    make_seat(forum=forum, title="Seat without", order=2)

    seats = client.get(f"/forums/{forum.slug}.json").json()["seats"]
    assert [each["category"] for each in seats] == ["lay", None]
