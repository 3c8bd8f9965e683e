"""Addresses are permanent: a record whose slug was changed is found under the old one."""

import pytest
from django.test import Client

from tests.builders import make_document, make_forum, make_organisation, make_person

pytestmark = pytest.mark.django_db

KINDS = [
    ("/forums/", make_forum),
    ("/organisations/", make_organisation),
    ("/people/", make_person),
    ("/documents/", make_document),
]


def visit(address: str):
    return Client(headers={"host": "localhost"}).get(address)


def rename(record, slug: str) -> None:
    record.slug = slug
    record.full_clean()
    record.save()


@pytest.mark.parametrize(("folder", "make"), KINDS)
def test_an_old_address_leads_to_the_new_one(folder, make):
    record = make(slug="old")
    rename(record, "new")

    answer = visit(f"{folder}old/")

    assert answer.status_code == 301
    assert answer.headers["Location"] == f"{folder}new/"
    assert visit(f"{folder}new/").status_code == 200


@pytest.mark.parametrize(("folder", "make"), KINDS)
def test_an_old_address_keeps_the_day(folder, make):
    rename(record := make(slug="old"), "new")
    assert record.slug == "new"

    answer = visit(f"{folder}old/?as_at=2019-05-01")

    assert answer.headers["Location"] == f"{folder}new/?as_at=2019-05-01"


def test_the_oldest_of_several_addresses_leads_straight_to_the_newest():
    forum = make_forum(slug="first")
    rename(forum, "second")
    rename(forum, "third")

    assert visit("/forums/first/").headers["Location"] == "/forums/third/"
    assert visit("/forums/second/").headers["Location"] == "/forums/third/"


def test_an_address_that_somebody_else_has_now_is_theirs():
    rename(make_forum(slug="board", name="Old Board"), "old-board")
    make_forum(slug="board", name="New Board")

    answer = visit("/forums/board/")

    assert answer.status_code == 200
    assert "New Board" in answer.content.decode()


def test_an_address_given_up_by_two_leads_to_who_had_it_last():
    rename(make_forum(slug="board"), "first-board")
    rename(make_forum(slug="board"), "second-board")

    assert visit("/forums/board/").headers["Location"] == "/forums/second-board/"


def test_the_address_of_what_was_deleted_is_not_found(quiet):
    forum = make_forum(slug="mistake")
    forum.delete()

    assert visit("/forums/mistake/").status_code == 404


def test_an_old_address_of_one_kind_leads_nowhere_in_another():
    rename(make_forum(slug="old"), "new")

    assert visit("/organisations/old/").status_code == 404


def test_a_malformed_day_at_an_old_address_is_refused(quiet):
    rename(make_forum(slug="old"), "new")

    assert visit("/forums/old/?as_at=2019-02-30").status_code == 400
