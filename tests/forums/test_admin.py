"""Editing forums, seats and memberships."""

import datetime

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from editing.links import step_address
from forums.models import Forum, Membership, ReportingLine, Seat
from organisations.models import Organisation
from people.models import Appointment, Basis, Person
from tests import slow
from tests.admin_pages import (
    add_a_membership_in_the_admin,
    address,
    errors_of,
    leads_to,
    send,
)
from tests.builders import (
    day,
    make_appointment,
    make_chair_seat,
    make_forum,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_reporting_line,
    make_seat,
    source,
)
from tests.racing import TOLD, WON, race

pytestmark = pytest.mark.django_db

ADD = "/admin/forums/membership/add/"


def filled_in(**changes) -> dict:
    """A membership form filled in correctly, except for `changes`."""
    return {
        "start_date": "01/04/2021",
        "document": source().pk,
        "locator": "page 1",
        "note": "Typed with care",
        **changes,
    }


def tables_of(response) -> dict[str, list[list[str]]]:
    """The words of each row of the tables on a record's page, by the table's title."""
    return {
        table.title: [[", ".join(w.text for w in cell) for cell in row] for row in table.rows]
        for table in response.context["related_tables"]
    }


def links_of(response, title, column) -> list[str]:
    table = next(t for t in response.context["related_tables"] if t.title == title)
    at = table.headings.index(column)
    return [leads_to(words) for row in table.rows for words in row[at]]


def assert_kept_as_typed(response, field):
    assert response.status_code == 200
    assert list(errors_of(response)) == [field]
    assert "Typed with care" in response.content.decode()


# The rules, on their fields


def test_a_membership_that_overlaps_another_is_refused_on_its_start(admin_client):
    chair = make_chair_seat(forum=make_forum(name="ICS Executive"))
    make_membership(seat=chair, person=make_person(name="Ann Lee"))
    response = send(
        admin_client, ADD, **filled_in(seat=chair.pk, person=make_person(name="Ian Tait").pk)
    )
    assert_kept_as_typed(response, "start_date")
    assert "Ann Lee, Chair, ICS Executive" in errors_of(response)["start_date"][0]
    assert 'value="01/04/2021"' in response.content.decode()
    assert "Ian Tait</option>" in response.content.decode()
    assert Membership.objects.count() == 1


def test_a_membership_that_ends_before_it_starts_is_refused_on_its_end(admin_client):
    response = send(
        admin_client,
        ADD,
        **filled_in(seat=make_seat().pk, person=make_person().pk, end_date="31/03/2021"),
    )
    assert_kept_as_typed(response, "end_date")
    assert "31 March 2021, is before the start, 1 April 2021" in str(errors_of(response))


@pytest.mark.parametrize("field", ["document", "locator"])
def test_a_membership_without_a_source_is_refused(field, admin_client):
    response = send(
        admin_client,
        ADD,
        **filled_in(seat=make_seat().pk, person=make_person().pk, **{field: ""}),
    )
    assert_kept_as_typed(response, field)


def test_a_membership_without_a_start_is_refused_unless_it_is_over(admin_client):
    who = {"seat": make_seat().pk, "person": make_person().pk}
    response = send(admin_client, ADD, **filled_in(start_date="", **who))
    assert_kept_as_typed(response, "start_date")
    response = send(admin_client, ADD, **filled_in(start_date="", end_date="2021-04-01", **who))
    assert response.status_code == 302


def test_what_is_missing_is_said_once(admin_client):
    response = send(admin_client, ADD, **filled_in(seat=make_seat().pk))
    assert errors_of(response)["person"] == ["This field is required."]


@pytest.mark.parametrize("typed", ["31/02/2026", "11-10-26", "spring"])
def test_a_date_that_cannot_be_read_is_told_once_with_an_example(typed, admin_client):
    who = {"seat": make_seat().pk, "person": make_person().pk}
    response = send(admin_client, ADD, **filled_in(start_date=typed, **who))
    assert errors_of(response) == {
        "start_date": ["Enter a date such as 27/03/2026 or 27 March 2026."]
    }


@pytest.mark.parametrize("field", ["start_date", "end_date", "confirmed_on", "term_ends"])
@pytest.mark.parametrize("typed", ["31/12/9999", "01/01/2200", "14/09/1752", "01/04/0202"])
def test_a_form_takes_no_day_that_the_pages_cannot_be_read_as_at(typed, field, admin_client):
    who = {"seat": make_seat().pk, "person": make_person().pk}
    response = send(admin_client, ADD, **filled_in(**{**who, field: typed}))
    assert_kept_as_typed(response, field)
    assert "Enter a date from 1800 to 2199, such as 27/03/2026." in errors_of(response)[field][0]


@pytest.mark.parametrize(
    ("typed", "chosen", "start", "precision", "qualifier"),
    [
        ("1 December 2020", "day", "2020-12-01", "day", "on"),
        ("2020-12-01", "day", "2020-12-01", "day", "on"),
        ("July 2020", "day", "2020-07-01", "month", "on"),
        ("july 2020", "year", "2020-01-01", "year", "on"),
        ("2020", "month", "2020-01-01", "year", "on"),
        ("15 July 2020", "month", "2020-07-01", "month", "on"),
        ("by July 2020", "day", "2020-07-01", "month", "by"),
        ("not before July 2020", "day", "2020-07-01", "month", "not-before"),
    ],
)
def test_a_form_takes_a_date_as_the_pages_write_it(
    typed, chosen, start, precision, qualifier, admin_client
):
    who = {"seat": make_seat().pk, "person": make_person().pk}
    words = {"start_date": typed, "start_precision": chosen}
    more = {"end_date": "July 2024", "confirmed_on": "June 2021", "term_ends": "30 June 2024"}
    response = send(admin_client, ADD, **filled_in(**{**who, **words, **more}))
    assert response.status_code == 302, errors_of(response)
    made = Membership.objects.get()
    assert (made.start_date, made.start_precision) == (day(start), precision)
    assert made.start_qualifier == qualifier
    assert (made.end_date, made.end_precision) == (day("2024-07-31"), "month")
    assert (made.confirmed_on, made.confirmed_precision) == (day("2021-06-01"), "month")
    assert made.term_ends == day("2024-06-30")


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("term_ends", "July 2024", "“July 2024” is a whole month. Enter a day in it"),
        ("term_ends", "by 1 July 2024", "cannot be “by” a day"),
        ("confirmed_on", "by July 2021", "cannot be “by” a day"),
    ],
)
def test_a_form_refuses_what_it_cannot_keep_of_a_date(field, typed, says, admin_client):
    who = {"seat": make_seat().pk, "person": make_person().pk}
    response = send(admin_client, ADD, **filled_in(**who, **{field: typed}))
    assert_kept_as_typed(response, field)
    assert says in errors_of(response)[field][0]


def test_nothing_can_be_confirmed_on_a_day_that_has_not_come(admin_client):
    who = {"seat": make_seat().pk, "person": make_person().pk}
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    response = send(admin_client, ADD, **filled_in(**who, confirmed_on=f"{tomorrow:%d/%m/%Y}"))
    assert_kept_as_typed(response, "confirmed_on")
    assert "has not come. Give the day of which" in errors_of(response)["confirmed_on"][0]

    # A day known to the month or the year counts as come once its month or year has begun.
    this_year = {"confirmed_on": f"31/12/{tomorrow:%Y}", "confirmed_precision": "year"}
    if timezone.localdate().year == tomorrow.year:
        assert send(admin_client, ADD, **filled_in(**who, **this_year)).status_code == 302


def test_the_form_to_add_a_membership_confirms_nothing_by_itself(admin_client):
    form = admin_client.get(ADD).context["adminform"].form
    for name in ("as_of", "confirmed_on"):
        assert form.get_initial_for_field(form.fields[name], name) is None


def test_a_forum_shows_the_lines_that_lead_to_it_and_from_it(admin_client):
    line = make_reporting_line()
    for forum, title, column in [
        (line.from_forum, "Reporting lines from this forum", "This forum"),
        (line.to_forum, "Reporting lines to this forum", "Forum"),
    ]:
        response = admin_client.get(address(Forum, "change", forum.pk))
        assert links_of(response, title, column) == [address(ReportingLine, "change", line.pk)]


def test_an_existing_membership_is_held_to_the_same_rules(admin_client):
    chair = make_chair_seat()
    make_membership(seat=chair, end_date="2021-03-31")
    second = make_membership(seat=chair, start_date="2021-04-01")
    change = address(Membership, "change", second.pk)
    response = send(admin_client, change, start_date="31/03/2021", note="Typed with care")
    assert_kept_as_typed(response, "start_date")
    response = send(admin_client, change, locator="", note="Typed with care")
    assert_kept_as_typed(response, "locator")


def test_a_new_chair_is_appointed_and_the_former_one_is_kept(admin_client):
    chair = make_chair_seat()
    former = make_membership(seat=chair)
    ended = send(
        admin_client,
        address(Membership, "change", former.pk),
        end_date="31/03/2021",
        end_reason="retired",
        reason="Announced at the March meeting.",
    )
    added = send(admin_client, ADD, **filled_in(seat=chair.pk, person=make_person().pk))
    assert (ended.status_code, added.status_code) == (302, 302)
    former.refresh_from_db()
    assert former.end_date == day("2021-03-31")
    assert former.history.first().history_change_reason == "Announced at the March meeting."
    assert chair.memberships.count() == 2


def test_the_person_and_the_seat_of_a_membership_stay_as_they_are(admin_client):
    membership = make_membership()
    person = membership.person
    send(
        admin_client,
        address(Membership, "change", membership.pk),
        person=make_person().pk,
        seat=make_seat().pk,
        note="Changed",
    )
    membership.refresh_from_db()
    assert (membership.person, membership.note) == (person, "Changed")


def test_a_rule_that_only_the_database_was_in_time_for_is_told_in_its_words(
    admin_client, monkeypatch
):
    chair = make_chair_seat()
    make_membership(seat=chair)
    who = {"seat": chair.pk, "person": make_person().pk}
    # The other membership is saved after this one was checked.
    monkeypatch.setattr("records.overlap_rules.NoOverlap.validate", lambda rule, record: None)
    response = send(admin_client, ADD, **filled_in(**who))
    assert_kept_as_typed(response, "__all__")
    (words,) = errors_of(response)["__all__"]
    assert "Nothing was saved." in words
    assert "This seat would be held twice: another record is recorded for it" in words
    assert "was added successfully" not in response.content.decode()
    assert Membership.objects.count() == Membership.history.count() == 1


@slow.RACE
@pytest.mark.django_db(transaction=True)
def test_one_of_two_editors_who_send_the_form_at_once_wins_and_the_other_is_told(
    admin_user, monkeypatch
):
    source()
    seats = [make_chair_seat().pk for _ in range(5)]
    racers = [make_person().pk, make_person().pk]
    outcomes = race(add_a_membership_in_the_admin, seats, racers, monkeypatch)
    assert outcomes == [[TOLD, WON]] * 5
    assert Membership.objects.count() == 5


# The tables on a record's page


def test_a_forum_shows_its_seats_with_who_holds_them_today(admin_client):
    forum = make_forum()
    trust = make_organisation(name="Wye Valley NHS Trust")
    chair = make_chair_seat(forum=forum, order=1)
    make_membership(seat=chair, person=make_person(name="Ann Lee"), end_date="2020-03-31")
    held = make_membership(
        seat=chair,
        person=make_person(name="Ian Tait"),
        start_date="2020-04-01",
        basis=Basis.INTERIM,
    )
    post = make_post(title="Chair", organisation=trust)
    appointment = make_appointment(post=post, person=make_person(name="Mary Jones"))
    make_seat(forum=forum, title="Trust chair", ex_officio_post=post, order=2)
    make_seat(forum=forum, title="GP", on_behalf_of=trust, order=3, vacant=1)
    make_seat(forum=forum, title="Nurse", order=4)

    response = admin_client.get(address(Forum, "change", forum.pk))

    assert [(row[0], row[2], row[3]) for row in tables_of(response)["Seats"]] == [
        ("Chair", "", "Ian Tait (interim)"),
        ("Trust chair", "", "Mary Jones (ex officio)"),
        ("GP", "Wye Valley NHS Trust", "vacant"),
        ("Nurse", "", "not recorded"),
    ]
    assert links_of(response, "Seats", "Seat")[0] == address(Seat, "change", chair.pk)
    assert links_of(response, "Seats", "Held today by")[:2] == [
        address(Membership, "change", held.pk),
        address(Appointment, "change", appointment.pk),
    ]
    assert [row[0] for row in tables_of(response)["Memberships"]] == ["Ian Tait", "Ann Lee"]


def test_each_seat_leads_to_the_step_that_fills_it_and_each_membership_to_its_end(admin_client):
    seat = make_seat(title="Treasurer")
    forum_page = address(Forum, "change", seat.forum.pk)

    def ways(table):
        return [
            link.partition("?")[0] for link in links_of(admin_client.get(forum_page), table, "Step")
        ]

    assert ways("Seats") == [step_address(Seat, seat.pk, "appoint")]
    membership = make_membership(seat=seat)
    assert ways("Seats") == [step_address(Seat, seat.pk, "replace")]
    assert ways("Memberships") == [step_address(Membership, membership.pk, "end")]


def test_the_chair_of_a_forum_is_replaced_from_its_own_page(admin_client):
    chair = make_membership(seat=make_chair_seat()).seat
    page = address(Forum, "change", chair.forum.pk)
    first = admin_client.get(page).context["steps"][0]
    assert first.text == "Chair: replace the holder"
    assert first.address == step_address(Seat, chair.pk, "replace", next=page)


def test_whoever_may_only_read_is_led_to_no_step(admin_client):
    viewer = User.objects.create_user("Vera", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    browser = Client()
    browser.force_login(viewer)
    forum_page = address(Forum, "change", make_membership().seat.forum.pk)
    assert links_of(admin_client.get(forum_page), "Seats", "Step")
    assert links_of(browser.get(forum_page), "Seats", "Step") == []


def test_a_person_and_an_organisation_show_where_they_sit(admin_client):
    seat = make_seat(title="GP", on_behalf_of=make_organisation())
    membership = make_membership(seat=seat, person=make_person(name="Ann Lee"))
    of_person = admin_client.get(address(Person, "change", membership.person.pk))
    assert tables_of(of_person)["Memberships"][0][:3] == [
        "GP",
        seat.forum.name,
        seat.on_behalf_of.name,
    ]
    of_organisation = admin_client.get(address(Organisation, "change", seat.on_behalf_of.pk))
    assert tables_of(of_organisation)["Seats that speak for it"][0][:3] == [
        "GP",
        seat.forum.name,
        "Ann Lee",
    ]


def test_somebody_who_may_see_forums_alone_is_shown_no_memberships():
    user = User.objects.create_user("Fred", password="a long password", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_forum"))
    browser = Client()
    browser.force_login(user)
    seat = make_membership(person=make_person(name="Ann Lee")).seat
    response = browser.get(address(Forum, "change", seat.forum.pk))
    assert tables_of(response) == {}
    assert "Ann Lee" not in response.content.decode()


def test_names_are_shown_as_text_and_never_as_markup(admin_client):
    seat = make_seat(title="<script>alert(1)</script>")
    make_membership(seat=seat, person=make_person(name="<b>Ann</b>"))
    for page in [address(Forum, "change", seat.forum.pk), address(Membership, "changelist")]:
        html = admin_client.get(page).content.decode()
        assert "<script>alert" not in html
        assert "&lt;b&gt;Ann&lt;/b&gt;" in html


def test_a_list_of_memberships_says_who_sits_where_for_whom_since_when(admin_client):
    make_membership(
        person=make_person(name="Ann Lee"),
        seat=make_seat(
            title="GP",
            forum=make_forum(name="ICS Executive"),
            on_behalf_of=make_organisation(name="Herefordshire Council"),
        ),
        start_date="2019-04-01",
        start_precision="month",
        start_qualifier="by",
    )
    html = admin_client.get(address(Membership, "changelist")).content.decode()
    for words in ["Ann Lee", "GP", "ICS Executive", "Herefordshire Council", "by April 2019"]:
        assert f">{words}<" in html


def test_a_list_of_memberships_begins_with_the_last_recorded(admin_client):
    first = make_membership(seat=make_seat(forum=make_forum(name="Zebra"), start_date="2010-01-01"))
    last = make_membership(seat=make_seat(forum=make_forum(name="Aardvark")))
    earliest = make_membership(seat=first.seat, start_date="2010-01-01", end_date="2011-01-01")
    rows = admin_client.get(address(Membership, "changelist"), {"in_force": "all"}).context["cl"]
    assert list(rows.result_list) == [earliest, last, first]
