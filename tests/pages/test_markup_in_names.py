"""Names and titles are shown as text, even if they look like markup."""

import pytest

from tests.builders import (
    make_appointment,
    make_chair_seat,
    make_document,
    make_forum,
    make_forum_name,
    make_membership,
    make_organisation,
    make_person,
    make_person_name,
    make_place,
    make_post,
    make_statement,
)
from tests.pages.reading import read

pytestmark = pytest.mark.django_db

MARKUP = "<script>alert(1)</script>"
BREAKOUT = "</script><img src=x onerror=alert(1)>'\"&amp;"
NAMES = [MARKUP, BREAKOUT]
PAGES = [
    "/",
    "/chairs/",
    "/forums/",
    "/forums/odd/",
    "/forums/odd/terms/",
    "/forums/odd/attendance/",
    "/organisations/",
    "/organisations/odd/",
    "/people/",
    "/people/odd/",
    "/documents/",
    "/documents/odd/",
    "/documents/odd/?facts=people",
    "/search/?q=alert",
]


def make_odd_register(name: str) -> None:
    """Make records in which everything that has a name is called `name`."""
    document = make_document(
        slug="odd", title=name, short_title=name[:60], publisher=name, file_name=name, note=name
    )
    fact = {"document": document, "locator": name, "quotation": name, "note": name}
    system = make_place(slug="odd", name=name, level="system", **fact)
    trust = make_organisation(slug="odd", name=name, short_name=name, place=system, **fact)
    make_statement(organisation=trust, text=name, **fact)
    person = make_person(slug="odd", name=name, honorific=name[:40], sort_name=name, **fact)
    make_person_name(person=person, name=name, **fact)
    post = make_post(organisation=trust, title=name, requirement=name, **fact)
    make_appointment(post=post, person=person, **fact)
    forum = make_forum(
        slug="odd", name=name, short_name=name, place=system, purpose=name,
        responsibilities=name, quoracy_wording=name, decision_wording=name,
        quoracy_rule_says_all=False, quoracy_also_asks=name,
        membership_wording=name, meeting_frequency=name, **fact,
    )  # fmt: skip
    make_forum_name(forum=forum, name=name, **fact)
    seat = make_chair_seat(forum=forum, title=name, requirement=name, **fact)
    make_membership(seat=seat, person=person, on_behalf_of=trust, **fact)


@pytest.mark.parametrize("name", NAMES)
def test_markup_in_names_is_shown_and_never_run(quiet, name):
    make_odd_register(name)

    for address in PAGES:
        page = read(address)
        assert page.status == 200
        assert name in page.text, address
        assert page.all("img") == []
        assert [e for e in page.tree.iter() if e.get("onerror")] == []
        assert [
            s.text for s in page.all("script") if s.get("src") is None and not s.get("type")
        ] == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("address", ["/forums/odd/", "/organisations/odd/", "/people/odd/"])
def test_markup_in_names_reaches_machines_as_it_is(name, address):
    make_odd_register(name)

    page = read(address)

    assert page.data["name"] == name
    assert "<script>alert" not in page.source


def test_names_as_long_as_they_may_be_are_shown_whole(quiet):
    word = "Integrated" * 20
    assert len(word) == 200
    person = make_person(slug="long", name=word, sort_name=word)
    forum = make_forum(slug="long", name=word)
    make_membership(seat=make_chair_seat(forum=forum), person=person)

    for address in ["/forums/long/", "/people/long/", "/chairs/", "/forums/", "/people/"]:
        page = read(address)
        assert page.status == 200
        assert word in page.text


def test_names_in_other_scripts_are_shown_as_they_are(quiet):
    for name in ["Siân Ó Briain", "王秀英", "محمد", "Ирина"]:
        make_person(name=name, sort_name=name)

    text = read("/people/").text

    assert all(name in text for name in ["Siân Ó Briain", "王秀英", "محمد", "Ирина"])
