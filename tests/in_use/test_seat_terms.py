"""Seats that change from a day on and keep their members: on the days before, on and after."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from editing.links import step_address
from forums.models import Membership, Seat, SeatTerms
from tests import stepping
from tests.builders import make_forum, make_membership, make_person, make_seat, make_seat_terms
from tests.in_use.stage import (
    CERTAINLY,
    Stage,
    changes,
    feed_tells,
    joint_in_the_middle_years,
    paper,
    take,
)
from tests.pages import opened
from tests.pages.as_data import read_data
from tests.pages.reading import read
from tests.pages.test_recorded_and_feeds import entries

pytestmark = pytest.mark.django_db


def asked_of(seat: Seat, **changed) -> dict:
    """What the form of the step sends, with what changes."""
    words = {None: "", True: "yes", False: "no"}
    now = {name: getattr(seat, name) for name in SeatTerms.laid_down}
    now = {
        name: words[value] if value is None or isinstance(value, bool) else value
        for name, value in now.items()
    }
    if seat.role == "chair":
        del now["role"]
    return {**now, **changed}


def change(seat: Seat, date: str, said: str, **changed) -> None:
    seat.refresh_from_db()
    take(seat, "change-terms", date=date, document=paper(said), **asked_of(seat, **changed))


def seat_on(day: str, slug: str = "board") -> dict:
    """The one seat of a forum on a day, the same on its page's JSON, CSV and exported file."""
    [said] = read_data(f"/forums/{slug}.json", {"as_at": day}).said["seats"]
    [(title, number, voting)] = opened.sqlite(as_at=day).execute(
        "SELECT title, number, voting FROM seats"
    )
    assert (said["title"], said["number"], said["voting"]) == (
        title,
        number,
        None if voting is None else bool(voting),
    )
    rows = read_data(f"/forums/{slug}.csv", {"as_at": day}).rows
    assert {row["title"] for row in rows if row["title"]} == {title}, day
    return said


@pytest.fixture
def led():
    return joint_in_the_middle_years("seat", change, "number")


def test_one_leader_two_joint_and_one_again(led):
    ann, bea = (led.ann, "substantive", CERTAINLY), (led.bea, "substantive", CERTAINLY)

    led.says("2023-05-15", ann)
    led.says("2023-05-16", ann, bea)
    led.says("2025-05-31", ann, bea)
    led.says("2025-06-01", ann)
    numbers = {"2023-05-15": 1, "2023-05-16": 2, "2025-05-31": 2, "2025-06-01": 1}
    assert {day: seat_on(day)["number"] for day in numbers} == numbers
    assert Membership.objects.get(person=led.ann).end_date is None
    assert Seat.objects.count() == 1
    places = {
        day: read("/forums/board/", {"as_at": day}).text.count("of 2 places")
        + read("/forums/board/", {"as_at": day}).text.count("all 2 places")
        for day in numbers
    }
    assert {day: bool(found) for day, found in places.items()} == {
        day: number == 2 for day, number in numbers.items()
    }


def test_changes_and_feeds_say_from_when_how_many_hold_it(led):
    told = changes()
    assert "From 16 May 2023 two hold it, not one: the seat “Chair” of The Board." in told
    assert "From 1 June 2025 one holds it, not two: the seat “Chair” of The Board." in told
    assert not [each for each in told if "Ann Lee ceased" in each]
    feed_tells(led, told)


def test_the_page_says_what_changed_and_which_source_says_so(led):
    before, after = (
        read("/forums/board/", {"as_at": day}).section("members")
        for day in ("2023-05-15", "2023-05-16")
    )
    assert "from 16 May 2023 two are to hold it, not one" in before
    assert "from 16 May 2023 two hold it, not one" in after
    assert "Paper of 2023-05-20" in after


def test_two_may_hold_it_in_the_middle_years_alone(led):
    cal = {"person": led.cal, "seat": led.held}
    for first, last in (("2021-01-01", "2021-12-31"), ("2026-01-01", None)):
        with pytest.raises(ValidationError, match="has room for 1 on"):
            make_membership(**cal, start_date=first, end_date=last)
    with pytest.raises(ValidationError, match="has room for 2 on 1 January 2024 and would have 3"):
        make_membership(**cal, start_date="2024-01-01", end_date="2024-12-31")


def test_the_database_refuses_two_before_and_after_and_allows_them_between():
    seat = make_seat(number=1)
    make_seat_terms(seat=seat, number=1, end_date="2021-12-31")
    make_seat_terms(seat=seat, number=2, start_date="2022-01-01", end_date="2023-12-31")
    for first, last, allowed in (
        ("2020-01-01", "2020-12-31", False),
        ("2022-01-01", "2023-12-31", True),
        ("2024-01-01", None, False),
    ):
        make_membership(seat=seat, start_date=first, end_date=last)
        second = make_membership(seat=seat, start_date=first, end_date=last, save=False)
        second.person = make_person()
        with transaction.atomic():
            if allowed:
                second.save()
            else:
                with pytest.raises(IntegrityError), transaction.atomic():
                    second.save()


def test_a_council_of_38_seats_has_31():
    seat = make_seat(
        forum=make_forum(slug="council", name="Council"), title="Councillor", number=38
    )
    for _ in range(31):
        make_membership(seat=seat, person=make_person())

    change(seat, "2023-05-04", "2023-05-20", number=31)

    for on, number, empty, words in (
        ("2023-05-03", 38, 7, "from 4 May 2023 31 are to hold it, not 38"),
        ("2023-05-04", 31, 0, "from 4 May 2023 31 hold it, not 38"),
        ("2023-05-05", 31, 0, "from 4 May 2023 31 hold it, not 38"),
    ):
        asked = {"as_at": on}
        said = seat_on(on, "council")
        assert (said["number"], said["unfilled"]) == (number, empty), on
        places = read_data("/forums/council.json", asked).said["places"]
        assert (places["number"], places["filled"], places["not_recorded"]) == (number, 31, empty)
        rows = read_data("/forums/council.csv", asked).rows
        assert len(rows) == 31 + bool(empty) and {row["number"] for row in rows} == {str(number)}
        [exported] = opened.sqlite(**asked).execute("SELECT number, unfilled FROM seats")
        assert tuple(exported) == (number, empty), on
        page, printed = read("/forums/council/", asked), read("/forums/council/terms/", asked)
        assert ("31 people in 31 of 38 places" in page.text) == bool(empty), on
        # Once for the seat, and not for each who holds it.
        assert (page.section("members").count(words), printed.text.count(words)) == (1, 1), on
    told = [each for each in changes() if "Councillor" in each and "took" not in each]
    assert told == ["From 4 May 2023 31 hold it, not 38: the seat “Councillor” of Council."]
    assert list(entries("/forums/council/changes.atom").values()).count(told[0]) == 1


def test_a_number_below_those_who_hold_it_is_refused_on_its_field_and_nothing_is_lost():
    seat = make_seat(number=3)
    for _ in range(2):
        make_membership(seat=seat, person=make_person())
    answers = asked_of(seat, number=1, requirement="a GP")

    done = stepping.take(seat, "change-terms", date="2023-05-16", **answers)

    [error] = stepping.errors_of(done)["number"]
    assert "2 people are recorded for it on 16 May 2023. End their records first" in error
    assert done.context_data["form"]["requirement"].value() == "a GP"
    seat.refresh_from_db()
    assert (seat.number, seat.earlier_terms.count()) == (3, 0)


def test_a_seat_without_a_vote_votes_from_a_day():
    stage = Stage("seat")
    stage.held.voting = False
    stage.held.save()
    stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))

    change(stage.held, "2023-05-16", "2023-05-20", voting="yes")

    days = {"2023-05-15": (False, "does not vote", "No"), "2023-05-16": (True, "votes", "Yes")}
    days["2023-05-17"] = days["2023-05-16"]
    for day, (votes, words, cell) in days.items():
        asked = {"as_at": day}
        assert seat_on(day)["voting"] is votes
        assert words in read("/forums/board/", asked).section("members")
        assert [row["voting"] for row in read_data("/forums/board.csv", asked).rows] == [
            str(votes).lower()
        ]
        assert f" {cell} [ Source" in read("/forums/board/terms/", asked).text, day
        assert [row["voting"] for row in opened.csv_tables(**asked)["seats"]] == [votes]
    told = "From 16 May 2023 it votes: the seat “Chair” of The Board."
    assert told in changes()
    feed_tells(stage, [told])


def test_a_seat_is_called_otherwise_from_a_day_on_every_page():
    stage = Stage("seat")
    stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))

    change(stage.held, "2023-05-16", "2023-05-20", title="Convener")

    for day, title, other in (
        ("2023-05-15", "Chair", "Convener"),
        ("2023-05-16", "Convener", "Chair"),
    ):
        assert seat_on(day)["title"] == title
        [said] = read_data("/people/ann.json", {"as_at": day}).said["now"]
        assert said["title"] == title
        [chair] = read_data("/chairs.json", {"as_at": day}).said["results"]
        assert chair["seat"]["title"] == title
        assert other not in read("/people/ann/", {"as_at": day}).section("now"), day


def test_a_change_known_to_the_month_says_both_in_that_month():
    stage = Stage("seat")
    stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    stage.held.refresh_from_db()
    answers = asked_of(stage.held, number=2)
    take(
        stage.held,
        "change-terms",
        date="2023-05-16",
        precision="month",
        document=paper("2023-06-20"),
        **answers,
    )

    words = {
        day: read("/forums/board/", {"as_at": day}).section("members")
        for day in ("2023-04-30", "2023-05-16", "2023-06-01")
    }
    assert "from some time in May 2023 two are to hold it, not one" in words["2023-04-30"]
    assert "perhaps; from some time in May 2023 two hold it, not one" in words["2023-05-16"]
    assert "perhaps; from" not in words["2023-06-01"]
    numbers = {"2023-04-30": 1, "2023-05-16": 1, "2023-06-01": 2}
    assert {day: seat_on(day)["number"] for day in numbers} == numbers
    assert "From some time in May 2023 two hold it, not one: the seat “Chair” of The Board." in (
        changes()
    )


def test_a_change_that_a_paper_only_foresaw_was_to_be():
    stage = Stage("seat")
    change(stage.held, "2023-05-16", "2023-01-10", number=2)

    after = read("/forums/board/", {"as_at": "2023-05-16"}).section("members")
    assert "from 16 May 2023 two were to hold it, not one" in after
    assert "no later source says whether it happened" in after
    [told] = [each for each in changes() if "two" in each]
    assert told.startswith("From 16 May 2023 two were to hold it, not one: the seat “Chair” of")


def test_a_change_of_nothing_or_before_another_or_before_the_seat_is_refused():
    stage = Stage("seat")
    change(stage.held, "2023-05-16", "2023-05-20", number=2)
    stage.held.refresh_from_db()
    for date, changed, field, says in (
        ("2024-01-01", {}, "title", "laid down already"),
        ("2022-01-01", {"number": 3}, "date", "It changed already on 16 May 2023"),
    ):
        done = stepping.take(
            stage.held, "change-terms", date=date, **asked_of(stage.held, **changed)
        )
        assert says in " ".join(stepping.errors_of(done)[field])
    other = make_seat(start_date="2020-01-01")
    done = stepping.take(other, "change-terms", date="2019-06-01", **asked_of(other, number=2))
    assert "before" in " ".join(stepping.errors_of(done)["date"])
    assert SeatTerms.objects.count() == 1


def test_a_change_is_undone_whole():
    stage = Stage("seat")
    stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    change(stage.held, "2023-05-16", "2023-05-20", number=2)
    batch = SeatTerms.history.get().history_batch
    assert not Membership.objects.get().sole

    browser = stepping.signed_in()
    answer = browser.post(f"/admin/together/{batch}/", {"reason": "It was another seat."})

    assert answer.status_code == 302, answer.content
    stage.held.refresh_from_db()
    assert (stage.held.number, SeatTerms.objects.count()) == (1, 0)
    assert Membership.objects.get().sole


def test_who_may_not_add_terms_is_not_offered_the_step():
    seat = make_seat()
    user = User.objects.create_user("clerk", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["change_seat", "view_seat", "view_document"])
    )
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(user)
    assert browser.get(step_address(Seat, seat.pk, "change-terms")).status_code in (403, 404)


@pytest.mark.parametrize("role", ["chair", "member"])
def test_no_seat_becomes_the_chairs_or_ceases_to_be(role):
    seat = make_seat(role=role)
    other = "member" if role == "chair" else "chair"
    with pytest.raises(ValidationError, match="No seat becomes the chair’s"):
        make_seat_terms(seat=seat, role=other)
