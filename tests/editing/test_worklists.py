"""The pages of worklists: the front page, each list, who sees it, its filters and its cost."""

import datetime
import re

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from editing.links import step_address
from editing.worklists import all_worklists
from forums.models import ForumStatus
from organisations.models import Organisation
from tests import slow
from tests.builders import (
    make_appointment,
    make_chair_seat,
    make_document,
    make_figure,
    make_forum,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_person,
    make_place,
    make_post,
    make_reporting_line,
    make_rule,
    make_seat,
)

pytestmark = pytest.mark.django_db

LONG_AGO = datetime.date(2024, 3, 31)
MOST_QUERIES = 27
# Two for each kind of record that somebody may look for.
MOST_TO_FIND = 31


def today() -> datetime.date:
    return timezone.localdate()


def held_by_two_through_a_post():
    post = make_post(max_holders=2)
    for _ in range(2):
        make_appointment(post=post)
    make_seat(ex_officio_post=post, number=1)


def loop():
    line = make_reporting_line()
    make_reporting_line(from_forum=line.to_forum, to_forum=line.from_forum)


def of_the_closed():
    gone = make_organisation(end_date=LONG_AGO)
    make_member_organisation(organisation=gone)
    make_membership(seat=make_seat(on_behalf_of=gone))
    make_seat(on_behalf_of=gone)
    make_appointment(post=make_post(organisation=gone))


def not_quorate():
    seat = make_chair_seat()
    make_rule(seat.forum, seat=seat)
    make_rule(seat.forum, people=2)


def in_conflict():
    trust = make_organisation()
    make_figure(organisation=trust, value="1")
    make_figure(organisation=trust, value="2")


def all_that_was_foreseen():
    paper = make_document(as_of="2024-01-31")
    make_membership(document=paper, end_date=LONG_AGO)
    make_appointment(document=paper, start_date=LONG_AGO)
    make_forum(document=paper, status=ForumStatus.PROPOSED)


def of_one_name():
    name = f"Given{Organisation.objects.count()} Family"
    make_organisation()
    make_person(name=name)
    make_person(name=name)


# For each list, a record that it lists.
LIGHTS = {
    "chairs-vacant": lambda: (make_chair_seat(vacant=1), make_post(vacant=1)),
    "seats-vacant": lambda: make_seat(vacant=1),
    "terms-ending": lambda: (
        make_membership(term_ends=today()),
        make_appointment(term_ends=today()),
    ),
    "past-term": lambda: (
        make_membership(term_ends=LONG_AGO),
        make_appointment(term_ends=LONG_AGO),
    ),
    "not-confirmed": lambda: (make_membership(confirmed_on=None), make_appointment()),
    "held-by-the-closed": of_the_closed,
    "reporting": lambda: (loop(), make_forum(), make_reporting_line(to_forum=over())),
    "ex-officio-vacant": lambda: make_seat(ex_officio_post=make_post(vacant=1)),
    "cannot-be-quorate": not_quorate,
    "quoracy-not-compared": make_rule,
    "held-twice": held_by_two_through_a_post,
    "same-person": of_one_name,
    "statements-in-conflict": in_conflict,
    "foreseen": all_that_was_foreseen,
    "reviews": lambda: make_forum(review_date=LONG_AGO),
}
every_list = pytest.mark.parametrize("slug", LIGHTS)


def over():
    return make_forum(end_date=LONG_AGO)


def page(slug: str) -> str:
    return f"/admin/worklists/{slug}/"


def browser_of(name: str, *permissions: str) -> Client:
    """A browser of a member of staff with these permissions."""
    user = User.objects.create_user(name, password="a long password", is_staff=True)
    for permission in permissions:
        user.user_permissions.add(*Permission.objects.filter(codename__regex=permission))
    browser = Client()
    browser.force_login(user)
    return browser


def test_the_lists_are_those_of_the_front_page_in_order(admin_client):
    shown = admin_client.get("/admin/").context_data["worklists"]
    assert [listed["address"] for listed in shown] == [each.address for each in all_worklists()]
    assert {listed["number"] for listed in shown} == {0}


def test_the_front_page_gives_no_id_twice(admin_client):
    ids = re.findall(r'\bid="([^"]+)"', admin_client.get("/admin/").content.decode())
    assert sorted(ids) == sorted(set(ids))


# Each list


@every_list
def test_a_list_that_is_empty_says_so(admin_client, slug):
    response = admin_client.get(page(slug))
    assert "Nothing needs attention." in response.content.decode()


@slow.WALK
@every_list
def test_a_row_gives_its_reason_and_a_way_to_mend_it_and_the_front_page_counts_it(
    admin_client, slug
):
    LIGHTS[slug]()
    response = admin_client.get(page(slug))
    rows = response.context_data["rows"]
    assert rows
    text = response.content.decode()
    for row in rows:
        assert row.reason.endswith((".", "”."))
        assert row.ways, row
        for words in (row.name, *row.ways, *row.group_ways):
            assert admin_client.get(words.address).status_code == 200, words
        for words in row.ways:
            assert "next=%2Fadmin%2Fworklists%2F" in words.address
    front = admin_client.get("/admin/")
    shown = {each["address"]: each for each in front.context_data["worklists"]}
    assert shown[page(slug)]["number"] == len(rows)
    assert f">{len(rows)}" in front.content.decode()
    assert str(rows[0].kind) in text


@slow.ROWS
@every_list
def test_the_cost_of_a_list_does_not_grow_with_its_rows(admin_client, slug):
    LIGHTS[slug]()
    admin_client.get(page(slug))
    with CaptureQueriesContext(connection) as few:
        admin_client.get(page(slug))
    for _ in range(20):
        LIGHTS[slug]()
    with CaptureQueriesContext(connection) as many:
        response = admin_client.get(page(slug))
    assert len(response.context_data["rows"]) >= 20
    # The first page may have rows of fewer kinds of record, and then makes fewer queries.
    assert len(many) <= len(few) <= MOST_QUERIES


@slow.ROWS
def test_the_cost_of_the_front_page_does_not_grow_with_the_rows_of_lists(admin_client):
    for light in LIGHTS.values():
        light()
    with CaptureQueriesContext(connection) as few:
        admin_client.get("/admin/")
    for light in LIGHTS.values():
        for _ in range(5):
            light()
    with CaptureQueriesContext(connection) as many:
        admin_client.get("/admin/")
    assert len(many) == len(few) <= 60


# Who sees what


@every_list
def test_somebody_who_may_only_view_sees_the_rows_and_no_way_to_change_them(slug):
    LIGHTS[slug]()
    viewer = browser_of("Vera", "^view_")
    rows = viewer.get(page(slug)).context_data["rows"]
    assert rows
    assert [row.ways + row.group_ways for row in rows] == [()] * len(rows)


@every_list
def test_a_list_of_records_that_somebody_may_not_view_is_not_there(slug):
    LIGHTS[slug]()
    stranger = browser_of("Stan", "^view_document$")
    assert stranger.get(page(slug)).status_code == 404
    front = stranger.get("/admin/")
    assert front.context_data["worklists"] == []
    assert "What needs attention" not in front.content.decode()


def test_somebody_sees_of_a_list_the_kinds_of_record_that_they_may_view():
    make_chair_seat(vacant=1)
    make_post(vacant=1)
    browser = browser_of("Olga", "^view_post$", "^view_organisation$")
    [row] = browser.get(page("chairs-vacant")).context_data["rows"]
    assert row.kind == "Post"
    [listed] = browser.get("/admin/").context_data["worklists"][:1]
    assert (listed["address"], listed["number"]) == (page("chairs-vacant"), 1)


def test_what_somebody_may_not_view_is_named_without_a_link():
    make_membership(term_ends=LONG_AGO)
    browser = browser_of("Mia", "^view_membership$")
    [row] = browser.get(page("past-term")).context_data["rows"]
    assert row.name.address
    assert [words.address for words in row.where] == ["", ""]


@pytest.mark.parametrize("address", ["/admin/find/", page("chairs-vacant")])
def test_a_list_is_for_staff_who_signed_in_and_only_read(client, admin_client, address):
    assert client.get(address).status_code == 302
    assert admin_client.post(address).status_code == 405


def test_there_is_no_other_list(admin_client):
    assert admin_client.get(page("no-such-list")).status_code == 404


# Filters and pages


def test_a_list_is_filtered_by_words_and_place_and_says_when_nothing_fits(admin_client):
    town = make_place(name="Town")
    make_seat(forum=make_forum(name="Alpha Board", place=town), vacant=1)
    make_seat(forum=make_forum(name="Beta Board"), vacant=1)
    ask = admin_client.get

    def rows(**asked):
        return len(ask(page("seats-vacant"), asked).context_data["rows"])

    assert rows() == 2
    assert rows(q="alpha seat") == rows(place=town.pk) == 1
    assert rows(q="beta", place=town.pk) == 0
    nothing = ask(page("seats-vacant"), {"q": "beta", "place": town.pk}).content.decode()
    assert "Nothing on this list fits the filter." in nothing


@pytest.mark.parametrize(
    "asked",
    [
        {"place": "no number"},
        {"place": "99999999999999999999999"},
        {"place": "0"},
        {"page": "-1"},
        {"page": "x"},
        {"page": "99999999999999999999"},
        {"show": "everything"},
        {"q": "%_'\"<b>" * 100},
    ],
)
def test_an_odd_address_of_a_list_or_search_is_still_answered(admin_client, asked):
    make_seat()
    for address in (page("seats-vacant"), page("same-person"), "/admin/find/"):
        assert admin_client.get(address, asked).status_code == 200


def test_a_long_list_is_paged_and_keeps_the_filter(admin_client):
    forum = make_forum(name="Alpha Board")
    for number in range(51):
        make_seat(forum=forum, title=f"Seat {number}", order=number, vacant=1)
    first = admin_client.get(page("seats-vacant"), {"q": "alpha"})
    assert (first.context_data["number"], len(first.context_data["rows"])) == (51, 50)
    assert "?q=alpha&amp;page=2" in first.content.decode()
    [last] = admin_client.get(page("seats-vacant"), {"q": "alpha", "page": 2}).context_data["rows"]
    assert last.record.title == "Seat 50"


def test_a_page_takes_its_rows_from_several_kinds_of_record(admin_client):
    for _ in range(30):
        make_chair_seat(vacant=1)
        make_post(vacant=1)
    first, second = (
        admin_client.get(page("chairs-vacant"), {"page": number}).context_data["rows"]
        for number in (1, 2)
    )
    assert [len(first), len(second)] == [50, 10]
    assert len({row.record for row in [*first, *second]}) == 60


def test_rows_listed_apart_have_their_own_view_and_are_counted_on_the_front_page(admin_client):
    make_seat()
    [listed] = [
        each
        for each in admin_client.get("/admin/").context_data["worklists"]
        if each["address"] == page("seats-vacant")
    ]
    assert (listed["number"], listed["apart"]) == (0, "1 not recorded")
    assert admin_client.get(page("seats-vacant")).context_data["rows"] == []
    apart = admin_client.get(page("seats-vacant"), {"show": "apart"})
    assert len(apart.context_data["rows"]) == 1
    assert "Not recorded (1)" in apart.content.decode()


# Finding a record


def found(browser, text: str) -> dict[str, list]:
    response = browser.get("/admin/find/", {"q": text})
    return {kind.kind: kind.records for kind in response.context_data["found"]}


def test_a_record_is_found_from_the_front_page_with_its_guided_steps(admin_client):
    membership = make_membership(
        seat=make_chair_seat(forum=make_forum(name="Alpha Board")),
        person=make_person(name="Siân Lee"),
    )
    assert 'action="/admin/find/"' in admin_client.get("/admin/").content.decode()
    kinds = found(admin_client, "chair alpha")
    [seat] = kinds["Seats"]
    assert seat.name.text == "Chair, Alpha Board"
    replace = next(step for step in seat.steps if step.text == "Replace the holder")
    assert admin_client.get(replace.address).status_code == 200
    assert f"/forums/seat/{membership.seat_id}/step/replace/?next=" in replace.address
    assert list(found(admin_client, "sian")) == ["People", "Memberships"]


def test_what_is_over_or_merged_is_not_offered_steps(admin_client):
    make_seat(title="Old seat", end_date=LONG_AGO)
    kept = make_person(name="Ann Lee")
    make_person(name="Ann Lee", merged_into=kept)
    assert found(admin_client, "old seat") == {"Seats": []}
    assert len(found(admin_client, "ann lee")["People"]) == 1


@pytest.mark.parametrize("kind", ["Memberships", "Appointments"])
def test_a_person_and_what_they_hold_are_found_with_the_step_that_replaces_them(admin_client, kind):
    ann = make_person(name="Ann Lee")
    if kind == "Memberships":
        seat = make_chair_seat(forum=make_forum(name="Alpha Board"))
        tenure = make_membership(seat=seat, person=ann)
    else:
        post = make_post(organisation=make_organisation(name="Alpha Trust"))
        tenure = make_appointment(post=post, person=ann)
    [record] = found(admin_client, "lee alpha")[kind]
    [replace] = [step for step in record.steps if step.text == "Replace the holder"]
    assert step_address(type(tenure.held), tenure.held.pk, "replace") in replace.address
    assert "Replace the holder" in admin_client.get(replace.address).content.decode()

    [record] = found(browser_of("Olga", "^view_"), "lee alpha")[kind]
    assert record.steps == []


def test_what_is_over_is_found_through_the_list_that_shows_it(admin_client):
    make_seat(title="Old seat", end_date=LONG_AGO)
    [kind] = admin_client.get("/admin/find/", {"q": "old seat"}).context_data["found"]
    assert kind.ended.text == "Seats that have ended"
    assert admin_client.get(kind.ended.address).context_data["cl"].result_count == 1
    make_seat(title="New seat")
    [kind] = admin_client.get("/admin/find/", {"q": "new seat"}).context_data["found"]
    assert kind.ended is None


def test_an_empty_list_leads_to_what_it_leaves_out(admin_client):
    make_seat(title="Old seat", end_date=LONG_AGO)
    empty = admin_client.get("/admin/forums/seat/", {"q": "old"})
    assert "Look among what has ended or is yet to start too" in empty.content.decode()
    wider = admin_client.get(f"/admin/forums/seat/{empty.context_data['wider'].address}")
    assert wider.context_data["cl"].result_count == 1
    assert wider.context_data["wider"] is None


def test_many_records_are_shown_in_part_with_the_way_to_all(admin_client):
    for number in range(12):
        make_forum(name=f"Alpha Board {number}")
    response = admin_client.get("/admin/find/", {"q": "alpha"})
    [kind] = response.context_data["found"]
    assert len(kind.records) == 10
    everything = admin_client.get(kind.more.address)
    assert everything.context_data["cl"].result_count == 12


def test_somebody_finds_what_they_may_view_and_is_offered_what_they_may_do():
    make_forum(name="Alpha Board")
    make_organisation(name="Alpha Trust")
    browser = browser_of("Olga", "^view_forum$")
    kinds = found(browser, "alpha")
    assert list(kinds) == ["Forums"]
    assert kinds["Forums"][0].steps == []


def test_the_cost_of_finding_does_not_grow_with_what_is_found(admin_client):
    def look():
        with CaptureQueriesContext(connection) as queries:
            admin_client.get("/admin/find/", {"q": "alpha"})
        return len(queries)

    make_membership(seat=make_chair_seat(forum=make_forum(name="Alpha Board 0")))
    make_appointment(post=make_post(title="Alpha chair 0"))
    few = look()
    for number in range(1, 9):
        make_membership(seat=make_chair_seat(forum=make_forum(name=f"Alpha Board {number}")))
        make_appointment(post=make_post(title=f"Alpha chair {number}"))
    assert look() == few <= MOST_TO_FIND


def test_a_number_that_is_kept_changes_with_the_records_that_it_rests_on(admin_client):
    def number() -> int:
        shown = admin_client.get("/admin/").context_data["worklists"]
        return next(each["number"] for each in shown if each["address"] == page("same-person"))

    person = make_person(name="Ann Lee")
    assert number() == 0
    other = make_person(name="Ann Lee")
    assert number() == 1
    other.merged_into = person
    other.save()
    assert number() == 0
