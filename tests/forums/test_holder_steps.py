"""Guided steps for the seats of forums: what a seat has that a post has not.

The cast: the board, chaired by Ann Lee; the trust, whose chair she is; Ian Tait, who comes.
"""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from editing.links import step_address
from forums.models import Forum, Membership, Seat, SeatVacancy
from forums.seat_holders import seats_with_holders
from people.models import Appointment, EndReason, Person
from records.history import Nature
from tests.builders import (
    day,
    make_appointment,
    make_chair_seat,
    make_document,
    make_forum,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_rule,
    make_seat,
    terms_of,
)
from tests.pages.reading import read
from tests.people.stage import soon
from tests.stepping import errors_of, preview, remarks_of, signed_in, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def board():
    return make_forum(slug="board", name="The Board")


@pytest.fixture
def ann():
    return make_person(name="Ann Lee", slug="ann")


@pytest.fixture
def ian():
    return make_person(name="Ian Tait", slug="ian")


def chair(text: str) -> str:
    """What the page of the board says of its chair, as at a day."""
    return read("/forums/board/", {"as_at": text}).fact("Chair")


def holders(seats, text: str) -> dict[int, list[str]]:
    """Who fills each seat in force on a day."""
    return {
        seat.id: sorted(holder.person for holder in seat.holders)
        for seat in seats_with_holders(seats.listed(day(text)), day(text))
    }


def rows() -> int:
    return sum(model.history.count() for model in (Appointment, Membership, Seat))


# The organisation that the new holder speaks for


def test_whoever_comes_may_speak_for_an_organisation_of_their_own(board, ann, ian):
    seat, council = make_chair_seat(forum=board), make_organisation(name="The Council")
    anns = make_membership(seat=seat, person=ann)

    take(
        seat,
        "replace",
        leaving=[anns],
        person=ian,
        on_behalf_of=council,
        basis="substantive",
        date="2024-04-01",
    )

    assert Membership.objects.get(person=ian).on_behalf_of == council
    assert "The Council" in chair("2024-04-01")


def test_a_next_term_is_for_the_same_organisation(ann):
    council = make_organisation()
    anns = make_membership(person=ann, on_behalf_of=council, basis="interim")

    assert take(anns, "reappoint", date="2024-03-31", basis="substantive").status_code == 302

    second = Membership.objects.get(start_date=day("2024-04-01"))
    assert (second.on_behalf_of, second.basis, second.seat) == (council, "substantive", anns.seat)


# A seat of two that becomes a seat of one


@pytest.fixture
def joint(board, ann, ian):
    """The board's chair, shared by Ann and Ian, and a rule of quoracy that asks for it."""
    seat = make_chair_seat(forum=board, number=2, voting=True)
    make_membership(seat=seat, person=ann)
    make_membership(seat=seat, person=ian)
    make_rule(board, seat=seat)
    return seat


def test_joint_chairs_become_one_new_chair_of_a_seat_of_one(board, joint):
    cy = make_person(name="Cy Yeo")

    response = take(
        joint,
        "replace",
        leaving=list(joint.memberships.all()),
        person=cy,
        basis="substantive",
        date="2024-04-01",
        number=1,
    )

    assert response.status_code == 302
    seat = board.seats.get()
    before = seat.earlier_terms.get()
    assert (before.number, before.end_date) == (2, day("2024-03-31"))
    assert (seat.number, seat.start_date, seat.voting) == (1, joint.start_date, True)
    assert holders(board.seats, "2024-03-31") == {seat.pk: ["Ann Lee", "Ian Tait"]}
    assert holders(board.seats, "2024-04-01") == {seat.pk: ["Cy Yeo"]}
    assert "Ann Lee" in chair("2024-03-31")
    assert "Ian Tait" in chair("2024-03-31")
    assert "Cy Yeo" in chair("2024-04-01")
    assert "Vacant" not in read("/forums/board/", {"as_at": "2024-04-01"}).section("members")
    assert terms_of(board).quoracy_rule["in"] == {"seats": [seat.pk]}
    assert Membership.objects.get(person=cy).sole


def test_one_of_two_joint_chairs_stays_as_the_only_chair(board, joint, ian):
    ians = joint.memberships.get(person=ian)

    shown = preview(ians, "end", date="2024-03-31", number=1)
    assert remarks_of(shown) == ["On 1 April 2024 Chair, The Board is held by Ann Lee."]
    assert take(ians, "end", date="2024-03-31", number=1).status_code == 302

    assert holders(board.seats, "2024-03-31") == {joint.pk: ["Ann Lee", "Ian Tait"]}
    assert holders(board.seats, "2024-04-01") == {joint.pk: ["Ann Lee"]}
    assert "Ian Tait" not in chair("2024-04-01")
    assert joint.memberships.get(person__name="Ann Lee").end_date is None


def test_a_seat_that_becomes_one_of_one_in_a_month_is_accepted(board, joint, ian):
    ians = joint.memberships.get(person=ian)

    assert take(ians, "end", date="2024-04-09", precision="month", number=1).status_code == 302

    assert joint.earlier_terms.get().end_in_words() == "April 2024"


def test_a_seat_of_one_with_two_who_stay_is_refused_and_nothing_changed(joint, ian):
    written = rows()

    response = take(
        joint,
        "replace",
        leaving=[joint.memberships.get(person=ian)],
        person=make_person(name="Cy Yeo"),
        basis="substantive",
        date="2024-04-01",
        number=1,
    )

    said = " ".join(errors_of(response)["date"])
    assert "has room for 1 on 1 April 2024 and would have 2" in said
    assert rows() == written


@pytest.mark.parametrize(
    ("number", "says"), [(2, "laid down already"), (0, "1"), (-1, "1"), ("x", "whole")]
)
def test_a_number_that_makes_no_sense_is_refused_where_it_stands(joint, ian, number, says):
    written = rows()

    response = take(joint.memberships.get(person=ian), "end", date="2024-03-31", number=number)

    assert says in " ".join(errors_of(response)["number"])
    assert rows() == written


def test_whoever_is_yet_to_come_stays_as_the_number_changes(joint, ian):
    to_come = make_membership(
        seat=joint, person=make_person(name="Cy Yeo"), start_date=soon(20), basis="acting"
    )

    done = take(joint.memberships.get(person=ian), "end", date="2024-03-31", number=1)

    assert done.status_code == 302
    to_come.refresh_from_db()
    assert (to_come.seat, to_come.start_date) == (joint, soon(20))


def test_who_may_not_change_seats_is_not_asked_how_many_hold_it_from_then_on(joint, ian):
    user = User.objects.create_user("clerk", is_staff=True)
    codes = ["change_seat", "change_membership", "add_seatvacancy", "view_membership"]
    codes += ["view_document"]
    user.user_permissions.set(Permission.objects.filter(codename__in=codes))
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(user)
    ians = joint.memberships.get(person=ian)

    assert take(ians, "end", browser, date="2024-03-31", number=1).status_code == 302

    assert Seat.objects.get().number == 2
    assert not joint.earlier_terms.exists()


def test_a_seat_of_one_is_not_asked_how_many_hold_it(ann):
    anns = make_membership(person=ann)

    form = signed_in().get(step_address(Seat, anns.seat_id, "replace")).context_data["form"]

    assert "number" not in form.fields


# Seats that go with a post


@pytest.fixture
def trust_chair(ann):
    post = make_post(organisation=make_organisation(slug="trust", name="Trust"), title="Chair")
    make_appointment(post=post, person=ann)
    return post


@pytest.fixture
def ex_officio(board, trust_chair):
    return make_chair_seat(forum=board, ex_officio_post=trust_chair)


def test_whoever_takes_over_a_post_fills_the_seat_that_goes_with_it(ex_officio, trust_chair, ian):
    answers = {
        "leaving": list(trust_chair.appointments.all()),
        "person": ian,
        "basis": "substantive",
        "date": "2024-04-01",
    }

    shown = preview(trust_chair, "replace", **answers)

    assert (
        "On 1 April 2024 Chair, The Board is filled by Ian Tait, who holds the post it goes with: "
        "Chair, Trust." in remarks_of(shown)
    )
    assert take(trust_chair, "replace", **answers).status_code == 302
    assert "Ann Lee" in chair("2024-03-31")
    assert "Ian Tait" in chair("2024-04-01")


def test_ending_an_appointment_says_which_seats_will_be_empty(ex_officio, trust_chair):
    shown = preview(trust_chair.appointments.get(), "end", date="2024-03-31", now_vacant="yes")

    post, seat = remarks_of(shown)
    assert post == "On 1 April 2024 Chair, Trust is vacant."
    assert seat == (
        "On 1 April 2024 Chair, The Board is vacant: nobody fills it who holds the post it goes "
        "with, Chair, Trust."
    )


def test_a_record_in_the_seat_besides_the_post_ends_with_it_if_ticked(
    board, ex_officio, trust_chair, ann, ian
):
    anns = make_membership(seat=ex_officio, person=ann)
    answers = {
        "leaving": list(trust_chair.appointments.all()),
        "person": ian,
        "basis": "substantive",
        "date": "2024-04-01",
    }
    form = signed_in().get(step_address(type(trust_chair), trust_chair.pk, "replace"))
    assert form.context_data["form"]["through"].value() == [anns.pk]

    left = preview(trust_chair, "replace", **answers)
    assert (
        "Chair, The Board, which goes with it, has a record of its own and stays with Ann Lee."
        in remarks_of(left)
    )
    assert take(trust_chair, "replace", **answers, through=[anns]).status_code == 302

    assert "Ann Lee" in chair("2024-03-31")
    assert "Ian Tait" in chair("2024-04-01")
    assert "Ann Lee" not in chair("2024-04-01")


def test_a_record_besides_the_post_that_is_over_by_then_keeps_its_end(ex_officio, trust_chair, ann):
    anns = recorded_as_gone(make_membership(seat=ex_officio, person=ann), soon(5))
    appointment = trust_chair.appointments.get()
    form = signed_in().get(step_address(Appointment, appointment.pk, "end")).context_data["form"]
    assert form["through"].value() == []

    assert take(appointment, "end", date=soon(20), through=[anns]).status_code == 302

    anns.refresh_from_db()
    assert (anns.end_date, anns.end_reason) == (soon(5), EndReason.RETIRED)


def test_a_record_besides_the_post_that_was_yet_to_begin_is_withdrawn(ex_officio, trust_chair, ann):
    anns = make_membership(seat=ex_officio, person=ann, start_date=soon(40))

    done = take(trust_chair.appointments.get(), "end", date=soon(20), through=[anns])

    assert done.status_code == 302
    assert not Membership.objects.exists()


def test_a_seat_of_somebody_who_stays_does_not_end_with_the_time_of_another(
    ex_officio, trust_chair, ann, ian
):
    trust_chair.max_holders = 2
    trust_chair.save()
    make_appointment(post=trust_chair, person=ian)
    ians = make_membership(seat=ex_officio, person=ian)

    response = take(
        trust_chair,
        "replace",
        leaving=[trust_chair.appointments.get(person=ann)],
        through=[ians],
        person=make_person(name="Cy Yeo"),
        basis="substantive",
        date="2024-04-01",
    )

    assert errors_of(response)["through"] == [
        "Ian Tait is not among those who go. Tick them above, or untick Chair, The Board here."
    ]
    ians.refresh_from_db()
    assert ians.end_date is None


def test_withdrawing_a_replacement_says_which_seat_of_the_former_holder_still_ends(
    ex_officio, trust_chair, ann, ian
):
    anns = make_membership(seat=ex_officio, person=ann)
    [appointment] = trust_chair.appointments.all()
    fields = {"leaving": [appointment], "through": [anns], "person": ian, "date": soon(30)}
    assert take(trust_chair, "replace", **fields, basis="substantive").status_code == 302
    anns.refresh_from_db()

    shown = preview(Appointment.objects.get(person=ian), "withdraw", staying=[appointment])

    assert (
        f"Ann Lee, Chair, The Board, which went with it, still ends: the last day is "
        f"{anns.end_in_words()}. Correct that record if it goes on too." in remarks_of(shown)
    )


def test_only_records_of_those_who_go_in_seats_of_that_post_end_with_it(ex_officio, trust_chair):
    elsewhere = make_membership()
    written = rows()

    response = take(trust_chair.appointments.get(), "end", date="2024-03-31", through=[elsewhere])

    # The form has no such question, as there is no such record: what was sent is not read.
    assert response.status_code == 302
    elsewhere.refresh_from_db()
    assert elsewhere.end_date is None
    assert rows() == written + 1


def test_a_seat_that_somebody_leaves_falls_to_whoever_holds_the_post(board, trust_chair, ian):
    seat = make_chair_seat(forum=board, ex_officio_post=trust_chair)
    ians = make_membership(seat=seat, person=ian)

    shown = preview(ians, "end", date="2024-03-31")

    [remark] = remarks_of(shown)
    assert remark == (
        "On 1 April 2024 Chair, The Board is filled by Ann Lee, who holds the post it goes with: "
        "Chair, Trust."
    )
    assert take(ians, "end", date="2024-03-31").status_code == 302
    assert "Ian Tait" in chair("2024-03-31")
    assert "Ann Lee" in chair("2024-04-01")


def test_a_seat_left_by_the_holder_of_its_post_is_vacant(ex_officio, ann):
    anns = make_membership(seat=ex_officio, person=ann)

    shown = preview(anns, "end", date="2024-03-31", now_vacant="yes")

    assert remarks_of(shown)[0].startswith("On 1 April 2024 Chair, The Board is vacant")


def test_filling_an_ex_officio_seat_says_with_which_post_it_goes(ex_officio, ian):
    shown = preview(ex_officio, "appoint", person=ian, basis="substantive", date="2024-04-01")

    assert any(
        "goes with the post Chair, Trust, held by Ann Lee on that day" in remark
        for remark in remarks_of(shown)
    )


def test_acting_for_whoever_fills_a_seat_by_a_post_leaves_them_in_it(board, ex_officio):
    cy = make_person(name="Cy Yeo")

    assert take(ex_officio, "cover", person=cy, date="2024-01-01").status_code == 302

    assert "Ann Lee" in chair("2024-01-01")
    assert "Cy Yeo" in chair("2024-01-01")


# Somebody who leaves everything


@pytest.fixture
def everything(ex_officio, trust_chair, ann):
    """Ann Lee's records: an appointment, and two memberships, one of them to come."""
    return [
        trust_chair.appointments.get(),
        make_membership(person=ann, seat=make_seat(forum=ex_officio.forum, title="Adviser")),
        make_membership(person=ann, start_date=soon(40)),
    ]


def leave(ann, appointments=(), memberships=(), **fields):
    return take(ann, "leave", appointments=appointments, memberships=memberships, **fields)


def test_somebody_leaves_all_they_hold_in_one_step(everything, ann):
    appointment, adviser, to_come = everything
    form = signed_in().get(step_address(type(ann), ann.pk, "leave")).context_data["form"]
    assert form["appointments"].value() == [appointment.pk]
    assert set(form["memberships"].value()) == {adviser.pk, to_come.pk}

    response = leave(
        ann,
        [appointment],
        [adviser, to_come],
        date="2024-03-31",
        end_reason="retired",
        now_vacant="yes",
    )

    assert response.status_code == 302
    for record in (appointment, adviser):
        record.refresh_from_db()
        assert (record.end_date, record.end_reason) == (day("2024-03-31"), EndReason.RETIRED)
    assert not Membership.objects.filter(pk=to_come.pk).exists()
    assert Membership.history.filter(id=to_come.pk).first().history_nature == Nature.CHANGED
    assert "Ann Lee" in chair("2024-03-31")
    assert "Vacant" in chair("2024-04-01")
    assert adviser.seat.vacancies.get().start_date == day("2024-04-01")
    assert not SeatVacancy.objects.filter(seat=to_come.seat).exists()
    assert "Chair" in read("/people/ann/", {"as_at": "2024-03-31"}).section("now")
    assert "Chair" not in read("/people/ann/", {"as_at": "2024-04-01"}).section("now")


def test_whoever_left_leads_on_to_the_next_holders_of_five_and_says_how_many_more_there_are(ann):
    anns = [make_appointment(person=ann) for _ in range(6)]
    browser = signed_in()

    done = take(ann, "leave", browser, appointments=anns, date="2024-03-31")

    page = browser.get(done["Location"]).text
    assert page.count("Appoint the next holder: ") == 5
    assert f'<a href="/admin/people/person/{ann.pk}/change/">See 1 more that {ann} left</a>' in page
    held = anns[0].post
    assert f"Appoint the next holder: {held}" in page
    address = step_address(type(held), held.pk, "appoint", date="2024-04-01", precision="day")
    assert address.replace("&", "&amp;") in page


def recorded_as_gone(tenure, last):
    """The same record, with an end on a day by a letter."""
    tenure.end_date, tenure.end_reason = last, EndReason.RETIRED
    tenure.end_document = make_document(slug="letter")
    tenure.end_locator = "page 2"
    tenure.save()
    return tenure


def test_what_is_recorded_as_over_by_then_keeps_its_end_when_somebody_leaves(everything, ann):
    appointment, adviser, _ = everything
    recorded_as_gone(adviser, soon(5))

    shown = preview(ann, "leave", appointments=[appointment], memberships=[adviser], date=soon(20))
    assert f"{adviser}: an end was recorded already, {adviser.end_in_words()}; it stays." in (
        remarks_of(shown)
    )
    assert leave(ann, [appointment], [adviser], date=soon(20)).status_code == 302

    adviser.refresh_from_db()
    assert (adviser.end_date, adviser.end_reason) == (soon(5), EndReason.RETIRED)
    assert adviser.end_document.slug == "letter"


def test_what_is_recorded_as_ending_is_left_alone_unless_somebody_ticks_it(everything, ann):
    appointment, adviser, to_come = everything
    recorded_as_gone(adviser, soon(20))
    form = signed_in().get(step_address(type(ann), ann.pk, "leave")).context_data["form"]
    assert form["memberships"].value() == [to_come.pk]

    shown = preview(ann, "leave", appointments=[appointment], memberships=[adviser], date=soon(5))
    assert (
        f"{adviser}: an end was recorded already, {adviser.end_in_words()}; this takes its place."
        in remarks_of(shown)
    )
    assert leave(ann, [appointment], [adviser], date=soon(5)).status_code == 302

    adviser.refresh_from_db()
    assert adviser.end_date == soon(5)


def test_what_is_not_ticked_stays(everything, ann):
    appointment, adviser, to_come = everything

    assert leave(ann, [], [adviser], date="2024-03-31").status_code == 302

    appointment.refresh_from_db()
    assert appointment.end_date is None
    assert Membership.objects.filter(pk=to_come.pk).exists()


def test_if_one_of_all_cannot_end_then_none_does(everything, ann):
    appointment, adviser, _ = everything
    adviser.start_date = day("2024-06-01")
    adviser.save()
    written = rows()

    response = leave(ann, [appointment], [adviser], date="2024-03-31")

    assert "Adviser, The Board: The end, 31 March 2024, is before the start" in " ".join(
        errors_of(response)["date"]
    )
    assert rows() == written


def test_leaving_nothing_or_what_others_hold_is_refused(everything, ann):
    written = rows()

    assert "Tick at least one." in errors_of(leave(ann, date="2024-03-31"))["appointments"]
    others = make_membership()
    response = leave(ann, [], [others], date="2024-03-31")
    assert "not held any more" in " ".join(errors_of(response)["memberships"])
    # The two new rows are of the membership made here and of its seat.
    assert rows() == written + 2


def test_leaving_is_for_whoever_may_change_both(everything, ann):
    user = User.objects.create_user("clerk", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["change_appointment", "view_person"])
    )
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(user)

    assert browser.get(step_address(type(ann), ann.pk, "leave")).status_code == 403


def test_pages_for_staff_say_of_a_plan_that_it_was_one(board):
    plan = {
        "document": make_document(as_of="2019-03-31", as_of_precision="month"),
        "start_date": "2019-04-01",
        "start_precision": "month",
    }
    seat = make_chair_seat(forum=board)
    ann = make_membership(seat=seat, person=make_person(name="Ann Lee"), **plan)
    was_to = "was to begin in April 2019, says the paper of March 2019"
    pages = {
        step_address(Seat, seat.pk, "replace"): f"Was to be held by</dt><dd>Ann Lee, {was_to}",
        step_address(Membership, ann.pk, "end"): f"Time</dt><dd>{was_to}",
        step_address(Person, ann.person_id, "leave"): f"Chair, The Board, {was_to}",
        step_address(Person, ann.person_id, "merge"): was_to,
        step_address(Forum, board.pk, "reconfirm"): f"Chair: Ann Lee, {was_to}",
        step_address(Forum, board.pk, "stand-down"): was_to,
        "/admin/find/?q=lee": was_to,
    }
    for address, words_of_plan in pages.items():
        said = signed_in().get(address).content.decode()
        assert words_of_plan in said, address
        assert "since April 2019" not in said, address
