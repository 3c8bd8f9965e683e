"""Guided steps that give something a holder from before it is known to have existed."""

import pytest

from organisations.models import Organisation, Post
from people.models import Appointment
from records.history import Nature
from records.periods import Qualifier
from tests.builders import (
    day,
    make_chair_seat,
    make_document,
    make_forum,
    make_membership,
    make_organisation,
    make_person,
    make_post,
)
from tests.editing.test_undo import browser_of, undo_it
from tests.stepping import errors_of, preview, remarks_of, signed_in, take

pytestmark = pytest.mark.django_db

BY_2021 = {
    "start_date": "2021-06-30",
    "start_precision": "month",
    "start_qualifier": Qualifier.BY,
}
IN_2017 = {"date": "2017-03-01", "precision": "month", "basis": "substantive"}


@pytest.fixture
def chair():
    trust = make_organisation(name="The Trust", **BY_2021)
    return make_post(organisation=trust, title="Chair", note="Read from the table.", **BY_2021)


@pytest.fixture
def minutes():
    return make_document(
        short_title="Minutes 2017",
        as_of=day("2017-03-01"),
        as_of_precision="month",
    )


def offered(page) -> str:
    """The label of the box that the form shows; "" if it has none."""
    field = page.context_data["form"].fields.get("existed")
    return field.label if field else ""


def test_the_preview_says_what_an_earlier_holder_shows_and_offers_to_record_it(chair, minutes):
    page = preview(chair, "appoint", person=make_person(), document=minutes, **IN_2017)

    words = "existed by March 2017; the register has it by June 2021."
    assert remarks_of(page)[:2] == [
        f"This shows that the organisation {words}",
        f"This shows that the post {words}",
    ]
    assert offered(page) == ("Record that the organisation and the post existed by then too")
    assert offered(page) in page.content.decode()


def test_without_the_tick_the_holder_alone_is_recorded(chair, minutes):
    assert take(
        chair, "appoint", person=make_person(), document=minutes, **IN_2017
    ).status_code == (302)

    assert Post.objects.get().start_in_words() == "by June 2021"
    assert Appointment.objects.get().start_in_words() == "March 2017"


def test_with_the_tick_the_starts_move_in_the_same_step_and_name_what_shows_it(chair, minutes):
    source = chair.document
    answers = {"person": make_person(), "document": minutes, "locator": "page 3", **IN_2017}

    page = preview(chair, "appoint", existed="on", **answers)
    assert not any("This shows that" in remark for remark in remarks_of(page))
    assert len(page.context_data["preview"].changes) == 3
    assert take(chair, "appoint", existed="on", **answers).status_code == 302

    post, trust = Post.objects.get(), Organisation.objects.get()
    assert (post.start_in_words(), trust.start_in_words()) == ("by March 2017", "by March 2017")
    shown = "It existed by March 2017, as Minutes 2017 (page 3) shows."
    assert (post.note, trust.note) == (f"Read from the table. {shown}", shown)
    assert post.document == source
    rows = [record.history.latest() for record in (post, trust, Appointment.objects.get())]
    assert len({row.history_batch for row in rows}) == 1
    assert {row.history_nature for row in rows} == {Nature.CHANGED}


def test_undoing_takes_all_of_it_back(chair, minutes):
    answers = {"person": make_person(), "document": minutes, "existed": "on", **IN_2017}
    assert take(chair, "appoint", **answers).status_code == 302

    undo_it(signed_in(), Post.objects.get().history.latest().history_batch)

    post = Post.objects.get()
    assert (post.start_in_words(), post.note) == ("by June 2021", "Read from the table.")
    assert post.organisation.start_in_words() == "by June 2021"
    assert not Appointment.objects.exists()


def test_a_later_holder_or_a_known_start_shows_nothing_new(chair):
    later = {**IN_2017, "date": "2021-06-15"}
    since = make_post(title="Leader", start_date="2016-04-01", organisation=make_organisation())

    for held, answers in ((chair, later), (since, IN_2017)):
        page = preview(held, "appoint", person=make_person(), **answers)
        assert not offered(page)
        assert not any("This shows that" in remark for remark in remarks_of(page))


def test_an_earlier_start_than_that_of_the_organisation_is_refused_on_the_date(minutes):
    trust = make_organisation(start_date="2019-04-01")
    post = make_post(organisation=trust, **BY_2021)

    page = take(post, "appoint", person=make_person(), existed="on", **IN_2017)

    assert "before this organisation began, 1 April 2019" in " ".join(errors_of(page)["date"])
    assert Post.objects.get().start_in_words() == "by June 2021"


@pytest.mark.parametrize("step", ["replace", "cover"])
def test_who_replaces_or_acts_in_a_seat_shows_it_of_the_seat_and_the_forum(step):
    forum = make_forum(**BY_2021)
    seat = make_chair_seat(forum=forum, **BY_2021)
    there = make_membership(seat=seat, start_date="2010-01-01")
    answers = {**IN_2017, "leaving": [there.pk], "person": make_person(), "existed": "on"}

    assert take(seat, step, **answers).status_code == 302

    for record in (seat, forum):
        record.refresh_from_db()
        assert record.start_in_words() == "by March 2017"


def test_other_posts_of_the_same_appointment_are_named_and_recorded_too(chair):
    elsewhere = make_organisation(name="Elsewhere", start_date="2010-01-01")
    other = make_post(title="Leader", organisation=elsewhere, **BY_2021)
    answers = {"person": make_person(), "also": [other.pk], **IN_2017}

    page = preview(chair, "appoint", **answers)
    assert "This shows that Leader, Elsewhere existed by March 2017" in " ".join(remarks_of(page))
    assert take(chair, "appoint", existed="on", **answers).status_code == 302

    other.refresh_from_db()
    assert other.start_in_words() == "by March 2017"


def test_who_may_not_change_a_post_is_told_and_offered_nothing(chair):
    browser = browser_of("add_appointment", "view_post", "view_person", "view_document")

    page = preview(chair, "appoint", browser, person=make_person(), existed="on", **IN_2017)

    assert not offered(page)
    assert "This shows that the post existed" in " ".join(remarks_of(page))
    assert len(page.context_data["preview"].changes) == 1


def test_an_earlier_start_that_meets_a_predecessor_is_refused_by_its_name(chair):
    make_post(
        title="Chair",
        organisation=chair.organisation,
        start_date="2015-01-01",
        end_date="2018-03-31",
    )

    page = take(chair, "appoint", person=make_person(), existed="on", **IN_2017)

    refused = "Chair, The Trust: The organisation already has a post of this title in that period."
    assert refused in page.content.decode()
    assert Post.objects.get(pk=chair.pk).start_in_words() == "by June 2021"
