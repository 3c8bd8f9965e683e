"""Vacancies of posts and seats that end or go on as another, and steps by which a place is left."""

import pytest

from forums.models import Seat, SeatVacancy
from forums.transfers import END, END_VACANT
from organisations.models import Post
from people.models import Appointment, PostVacancy
from people.vacancies_carried_over import end_vacancies
from records.events import Source
from records.periods import When
from tests import stepping
from tests.builders import (
    day,
    make_appointment,
    make_chair_seat,
    make_forum,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_post_vacancy,
    make_seat,
    make_seat_terms,
    make_seat_vacancy,
)
from tests.in_use.stage import Stage, changes, feed_tells, paper, take
from tests.pages.as_data import read_data

pytestmark = pytest.mark.django_db


@pytest.fixture
def ccg():
    return make_organisation(slug="ccg", name="NHS Somewhere CCG")


@pytest.fixture
def icb():
    return make_organisation(slug="icb", name="NHS Somewhere ICB")


def how(tenure, choice: str) -> dict:
    """The choice of what becomes of a holder, on the form of a step that ends something."""
    row = f"{tenure._meta.model_name}-{tenure.pk}"
    return {"listed": row, row: "on", f"{row}-how": choice}


def places(forum: str, day: str) -> list[tuple[str, int, int]]:
    """The seats of a forum: what each is, how many places nobody fills, and how many are vacant."""
    said = read_data(f"/forums/{forum}.json", {"as_at": day}).said["seats"]
    return [(each["title"], each["unfilled"], each["vacant"]) for each in said]


# What ends takes its vacancies with it


def test_a_seat_that_ends_before_its_number_fell_ends_the_vacancies_that_it_had_then():
    """Somebody took one of three vacant places. Its number now would have left none."""
    seat = make_seat(number=1)
    make_seat_terms(seat=seat, number=3, end_date="2023-05-15")
    vacancy = make_seat_vacancy(seat=seat, places=3, start_date="2021-01-01")
    make_membership(seat=seat, start_date="2022-01-01", end_date="2022-12-31")

    said = Source(paper("2023-01-20"), "page 1")
    end_vacancies(seat, When(day("2022-12-31")), said, day("2026-12-01"))

    vacancy.refresh_from_db()
    assert vacancy.end_date == day("2022-12-31")


@pytest.mark.parametrize("kind", ["post", "seat"])
def test_what_is_abolished_while_vacant_is_vacant_no_more(kind):
    stage = Stage(kind)
    stage.take("record-vacancy", date="2024-05-01", document=paper("2024-05-20"))

    said = paper("2024-08-20")
    stage.take("abolish", date="2024-07-31", document=said)

    vacancy = stage.held.vacancies.get()
    assert vacancy.end_date.isoformat() == "2024-07-31"
    assert vacancy.end_document == said
    told = changes()
    assert [each for each in told if "acant" in each] == [
        f"On 1 May 2024 the {kind} “Chair” of {stage.owner.name} was vacant."
    ], told
    feed_tells(stage, told)


@pytest.mark.parametrize("kind", ["post", "seat"])
def test_what_never_comes_to_be_is_withdrawn_with_its_vacancy(kind):
    stage = Stage(kind)
    owner = {stage.held.owner_field: stage.owner, "title": "Deputy", "start_date": "2030-01-01"}
    held = make_post(**owner) if kind == "post" else make_seat(**owner)
    make = make_post_vacancy if kind == "post" else make_seat_vacancy
    vacancy = make(**{kind: held, "start_date": "2030-01-01"})

    take(held, "abolish", date="2026-10-31")

    assert not type(held).objects.filter(pk=held.pk).exists()
    assert not type(vacancy).objects.exists()
    batches = [
        of.history.filter(id=pk).latest("history_id").history_batch
        for of, pk in ((type(held), held.pk), (type(vacancy), vacancy.pk))
    ]
    assert batches[0] == batches[1] is not None


def test_a_forum_that_stands_down_leaves_no_vacancy_behind():
    seat = make_chair_seat(forum=make_forum(slug="board"), start_date="2019-04-01")
    make_seat_vacancy(seat=seat, start_date="2024-05-01")

    take(seat.forum, "stand-down", date="2024-07-31")

    assert SeatVacancy.objects.get().end_date.isoformat() == "2024-07-31"


def test_a_post_that_did_not_come_about_is_removed_with_its_vacancy(icb):
    said = paper("2025-01-10")
    post = make_post(organisation=icb, start_date="2025-04-01", document=said)
    make_post_vacancy(post=post, start_date="2025-06-01", document=said)

    take(post, "what-became-of-it", outcome="never", document=paper("2025-09-01"))

    assert not Post.objects.exists()
    assert not PostVacancy.objects.exists()


# What goes on as another is vacant still


def test_a_vacant_seat_that_moves_is_vacant_in_the_other_organisation(ccg, icb):
    seat = make_seat(forum=make_forum(slug="board"), title="GP", on_behalf_of=ccg, number=2)
    make_membership(seat=seat, start_date="2020-04-01")
    said = paper("2022-05-20")
    take(seat, "record-vacancy", date="2022-05-01", places=1, document=said)

    moved = paper("2022-07-20")
    take(seat, "move", date="2022-07-01", organisation=icb, document=moved)

    before, after = SeatVacancy.objects.order_by("pk")
    assert (before.end_date.isoformat(), before.end_document) == ("2022-06-30", moved)
    assert (after.seat.on_behalf_of, after.start_date.isoformat()) == (icb, "2022-07-01")
    assert after.document == moved
    assert (
        after.note
        == f"It goes on from the vacancy before it, of which {said.short_title}, minute 7, says so."
    )
    days = {"2022-04-30": 0, "2022-05-01": 1, "2022-06-30": 1, "2022-07-01": 1}
    for when, vacant in days.items():
        assert places("board", when) == [("GP", 1, vacant)], when


def test_a_move_that_is_undone_puts_its_vacancy_back(ccg, icb):
    seat = make_seat(forum=make_forum(slug="board"), title="GP", on_behalf_of=ccg)
    vacancy = make_seat_vacancy(seat=seat, start_date="2022-05-01")
    take(seat, "move", date="2022-07-01", organisation=icb)
    batch = vacancy.history.latest("history_id").history_batch

    stepping.signed_in().post(f"/admin/together/{batch}/", {"reason": "It was not so."})

    assert SeatVacancy.objects.get().end_date is None
    assert places("board", "2022-07-01") == [("GP", 1, 1)]


def test_places_that_are_filled_by_then_are_not_vacant_in_the_seat_that_moved(ccg, icb):
    seat = make_seat(forum=make_forum(slug="board"), title="GP", on_behalf_of=ccg, number=3)
    make_seat_vacancy(seat=seat, start_date="2022-01-01", places=3)
    make_membership(seat=seat, start_date="2022-03-01")
    make_membership(seat=seat, start_date="2022-04-01")

    take(seat, "move", date="2022-07-01", organisation=icb)

    assert places("board", "2022-07-01") == [("GP", 1, 1)]


def test_a_vacancy_that_is_still_to_begin_moves_with_its_own_source(ccg, icb):
    seat = make_seat(forum=make_forum(slug="board"), title="GP", on_behalf_of=ccg)
    said = paper("2022-06-10")
    make_membership(seat=seat, start_date="2020-04-01", end_date="2022-08-31", document=said)
    make_seat_vacancy(seat=seat, start_date="2022-09-01", document=said)

    take(seat, "move", date="2022-07-01", organisation=icb, document=paper("2022-07-20"))

    vacancy = SeatVacancy.objects.get()
    assert (vacancy.seat.on_behalf_of, vacancy.document) == (icb, said)
    assert vacancy.start_date.isoformat() == "2022-09-01"


def test_a_vacant_seat_of_what_is_replaced_is_vacant_for_the_successor(ccg, icb):
    seat = make_seat(forum=make_forum(slug="board"), title="GP", on_behalf_of=ccg)
    make_seat_vacancy(seat=seat, start_date="2022-05-01")

    take(ccg, "merge", date="2022-07-01", successor=icb)

    assert places("board", "2022-06-30") == [("GP", 1, 1)]
    assert places("board", "2022-07-01") == [("GP", 1, 1)]


@pytest.mark.parametrize(
    ("number", "vacant"), [(5, 3), (3, 1), (2, 0)], ids=["more", "fewer", "none left"]
)
def test_a_seat_with_another_number_has_as_many_vacant_places_as_it_has_room(number, vacant):
    forum = make_forum(slug="board")
    seat = make_seat(forum=forum, title="GP", number=6)
    ann, *_ = [
        make_membership(seat=seat, person=make_person(name=name), start_date="2020-04-01")
        for name in ("Ann Lee", "Bea Moss", "Cal Nye")
    ]
    make_seat_vacancy(seat=seat, start_date="2022-05-01", places=3)

    take(ann, "end", date="2022-06-30", number=number)

    assert places("board", "2022-06-30") == [("GP", 3, 3)]
    assert places("board", "2022-07-01") == [("GP", number - 2, vacant)]


def test_a_new_holder_of_a_seat_with_another_number_takes_the_vacant_place():
    seat = make_chair_seat(forum=make_forum(slug="board"), title="Chair", number=2)
    ann = make_membership(seat=seat, person=make_person(name="Ann Lee"), start_date="2020-04-01")
    make_seat_vacancy(seat=seat, start_date="2022-05-01")
    bea = make_person(name="Bea Moss")

    came = {"person": bea, "basis": "substantive", "date": "2022-09-01", "number": 1}
    take(seat, "replace", leaving=[ann], left="2022-06-30", now_vacant="yes", **came)

    assert places("board", "2022-06-30") == [("Chair", 1, 1)]
    assert places("board", "2022-07-01") == [("Chair", 2, 2)]
    assert places("board", "2022-09-01") == [("Chair", 0, 0)]
    assert Seat.objects.count() == 1


# Every step by which somebody leaves a place that goes on asks


def test_who_does_not_stay_in_a_seat_that_moves_may_leave_it_vacant(ccg, icb):
    seat = make_seat(forum=make_forum(slug="board"), title="GP", on_behalf_of=ccg)
    ann = make_membership(seat=seat, start_date="2020-04-01")
    fields = {"date": "2022-07-01", "organisation": icb}

    take(seat, "move", **fields, **how(ann, END_VACANT))

    assert places("board", "2022-07-01") == [("GP", 1, 1)]
    assert Seat.objects.latest("pk").vacancies.get().start_date.isoformat() == "2022-07-01"


def test_who_ends_in_a_seat_that_moves_leaves_it_not_recorded(ccg, icb):
    seat = make_seat(forum=make_forum(slug="board"), title="GP", on_behalf_of=ccg)
    ann = make_membership(seat=seat, start_date="2020-04-01")

    take(seat, "move", date="2022-07-01", organisation=icb, **how(ann, END))

    assert places("board", "2022-07-01") == [("GP", 1, 0)]


def test_who_speaks_elsewhere_for_what_closes_may_leave_the_seat_vacant(ccg):
    seat = make_seat(forum=make_forum(slug="board"), title="GP")
    ann = make_membership(seat=seat, start_date="2020-04-01", on_behalf_of=ccg)

    take(ccg, "close", date="2022-06-30", **how(ann, END_VACANT))

    assert places("board", "2022-07-01") == [("GP", 1, 1)]


def test_the_holder_of_a_post_that_passes_to_a_successor_may_leave_it_vacant(ccg, icb):
    post = make_post(organisation=ccg, title="Chair")
    ann = make_appointment(post=post, start_date="2020-04-01")
    goes_on = {"listed": f"post-{post.pk} appointment-{ann.pk}", f"post-{post.pk}": "on"}
    chosen = how(ann, END_VACANT) | goes_on | {f"post-{post.pk}-how": "pass-on"}

    take(ccg, "merge", date="2022-07-01", successor=icb, **chosen)

    passed = icb.posts.get()
    assert passed.vacancies.get().start_date.isoformat() == "2022-07-01"
    assert not passed.appointments.exists()


def test_what_ends_too_is_not_vacant(ccg, icb):
    post = make_post(organisation=ccg, title="Chair")
    ann = make_appointment(post=post, start_date="2020-04-01")
    before = Appointment.history.count()

    listed = how(ann, END_VACANT) | {"listed": f"post-{post.pk} appointment-{ann.pk}"}
    shown = stepping.take(
        ccg, "merge", date="2022-07-01", successor=icb, **listed, **{f"post-{post.pk}": "on"}
    )

    assert "ends too, and what is over is not vacant" in str(stepping.errors_of(shown))
    assert Appointment.history.count() == before
    assert not PostVacancy.objects.exists()


def test_who_stands_on_a_forum_that_stands_down_is_not_asked_about():
    ann = make_membership(seat=make_seat(forum=make_forum(slug="board")), start_date="2020-04-01")

    form = stepping.preview(ann.seat.forum, "stand-down", date="2022-06-30").context_data["form"]

    assert f"membership-{ann.pk}-how" not in form.fields


@pytest.mark.parametrize("kind", ["post", "seat"])
def test_an_end_that_is_given_its_day_may_leave_the_place_vacant(kind):
    stage = Stage(kind)
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    leaves = {"date": "2024-05-01", "qualifier": "not-before"}
    take(ann, "end", **leaves, document=paper("2024-04-20"))

    take(ann, "give-the-day", date="2024-06-30", now_vacant="yes", document=paper("2024-07-20"))

    assert stage.held.vacancies.get().start_date.isoformat() == "2024-07-01"


@pytest.mark.parametrize("kind", ["post", "seat"])
def test_whoever_begins_is_not_asked_about_a_vacancy(kind):
    stage = Stage(kind)
    stage.take(
        "appoint", person=stage.ann, basis="substantive", date="2024-05-01", qualifier="not-before"
    )

    form = stepping.preview(stage.of(stage.ann), "give-the-day", date="2024-06-30")

    assert "now_vacant" not in form.context_data["form"].fields


# An end that was foreseen, with the vacancy that was to follow it


@pytest.fixture(params=["post", "seat"])
def leaving(request):
    """Ann Lee was to leave on 31 March 2025 and her place to be vacant then."""
    stage = Stage(request.param)
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    foreseen = {"date": "2025-03-31", "document": paper("2025-01-20")}
    take(ann, "end", now_vacant="yes", **foreseen)
    return stage


def test_she_left_and_it_is_vacant_as_was_foreseen(leaving):
    ann, said = leaving.of(leaving.ann), paper("2025-04-20")

    take(ann, "what-became-of-it", outcome="happened", now_vacant="yes", document=said)

    vacancy = leaving.held.vacancies.get()
    assert vacancy.document == said
    assert not vacancy.start_foreseen


def test_she_left_later_and_the_vacancy_begins_later(leaving):
    ann, said = leaving.of(leaving.ann), paper("2025-05-20")

    take(ann, "what-became-of-it", outcome="another-day", date="2025-04-30", document=said)

    vacancy = leaving.held.vacancies.get()
    assert (vacancy.start_date.isoformat(), vacancy.document) == ("2025-05-01", said)


def test_she_stays_and_there_is_no_vacancy(leaving):
    ann, said = leaving.of(leaving.ann), paper("2025-04-20")

    take(ann, "what-became-of-it", outcome="never", document=said)

    assert not leaving.held.vacancies.exists()
