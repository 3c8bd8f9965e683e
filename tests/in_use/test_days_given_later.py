"""Events announced by guided steps before their day is known, and the day that is given later."""

import re

import pytest

from forums.models import Membership
from organisations.models import Organisation, Relationship, RelationshipKind
from people.models import Appointment, Basis
from tests import stepping
from tests.builders import (
    make_appointment,
    make_chair_seat,
    make_forum,
    make_membership,
    make_organisation,
    make_post,
    make_seat,
)
from tests.in_use.stage import CERTAINLY, PERHAPS, Stage, changes, correct, feed_tells, paper, take
from tests.pages.as_data import read_data
from tests.pages.reading import read

pytestmark = pytest.mark.django_db

SUBSTANTIVE = Basis.SUBSTANTIVE
NOT_BEFORE = {"qualifier": "not-before"}


def test_a_retirement_is_announced_and_gets_its_day(stage):
    of, there = stage.owner.name, (stage.ann, SUBSTANTIVE, CERTAINLY)
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    notice = paper("2024-05-05")
    take(ann, "end", date="not before 6 May 2024", end_reason="retired", document=notice)
    for day in ("2024-05-05", "2024-05-06", "2024-05-07", "2026-11-30"):
        stage.says(day, there)
    assert len(changes()) == 1

    take(ann, "give-the-day", date="30 September 2024", document=paper("2024-10-02"))
    for day in ("2024-09-29", "2024-09-30"):
        stage.says(day, there)
    stage.says("2024-10-01")
    told = changes()
    assert told[1:] == [f"On 30 September 2024 Ann Lee ceased to be Chair of {of} (retired)."]
    feed_tells(stage, told)


def test_a_retirement_is_announced_and_over_by_a_day(stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2024-06-01"))
    take(ann, "end", date="not before 6 May 2024", document=paper("2024-05-05"))
    take(ann, "give-the-day", date="by March 2025", document=paper("2025-04-02"))
    stage.says("2024-06-01", (stage.ann, SUBSTANTIVE, CERTAINLY))
    stage.says("2024-06-02", (stage.ann, SUBSTANTIVE, PERHAPS))
    stage.says("2025-03-31", (stage.ann, SUBSTANTIVE, PERHAPS))
    stage.says("2025-04-01")


@pytest.mark.parametrize("of", ["ann", "bea"])
def test_a_successor_is_announced_and_one_step_hands_over(stage, of):
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    stage.replace(ann, stage.bea, "not before 6 May 2024", paper("2024-05-05"))
    ann.refresh_from_db()
    assert (str(ann.end_date), ann.end_qualifier) == ("2024-05-05", "not-before")
    for day in ("2024-05-05", "2024-05-06", "2026-11-30"):
        stage.says(day, (stage.ann, SUBSTANTIVE, CERTAINLY))
        told = read(f"{stage.page}/", {"as_at": day}).text
        assert re.search("Bea Moss (was to begin )?not before 6 May 2024", told)
    assert len(changes()) == 1

    who = stage.of(getattr(stage, of))
    day, other = ("2024-06-30", "coming") if of == "ann" else ("2024-07-01", "leaving")
    with_it = [stage.of(stage.bea if of == "ann" else stage.ann)]
    take(who, "give-the-day", date=day, document=paper("2024-07-02"), **{other: with_it})
    stage.says("2024-06-30", (stage.ann, SUBSTANTIVE, CERTAINLY))
    stage.says("2024-07-01", (stage.bea, SUBSTANTIVE, CERTAINLY))
    stage.says("2024-07-02", (stage.bea, SUBSTANTIVE, CERTAINLY))
    handover = f"On 1 July 2024 Ann Lee handed over to Bea Moss as Chair of {stage.owner.name}."
    told = changes()
    assert told[1:] == [handover]
    feed_tells(stage, told)


def test_a_successor_who_was_announced_takes_over_in_a_month(stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    stage.replace(ann, stage.bea, "not before May 2024", paper("2024-05-05"))
    bea, july = stage.of(stage.bea), paper("2024-08-02")
    take(bea, "give-the-day", date="July 2024", document=july, leaving=[ann])
    stage.says("2024-06-30", (stage.ann, SUBSTANTIVE, CERTAINLY))
    both = [(each, SUBSTANTIVE, PERHAPS) for each in (stage.ann, stage.bea)]
    stage.says("2024-07-15", *both)
    stage.says("2024-08-01", (stage.bea, SUBSTANTIVE, CERTAINLY))


def test_somebody_is_appointed_without_a_day_to_what_nobody_holds(stage):
    sent = {"person": stage.bea, "basis": SUBSTANTIVE}
    stage.take("appoint", date="2024-04-16", **NOT_BEFORE, **sent, document=paper("2024-04-15"))
    for day in ("2024-04-15", "2024-04-16", "2026-11-30"):
        stage.says(day)
    take(stage.of(stage.bea), "give-the-day", date="2024-06-01", document=paper("2024-06-10"))
    stage.says("2024-05-31")
    stage.says("2024-06-01", (stage.bea, SUBSTANTIVE, CERTAINLY))
    told = changes()
    assert told == [f"On 1 June 2024 Bea Moss became Chair of {stage.owner.name}."]


def test_an_end_put_off_to_no_day_is_no_end(stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    take(ann, "end", date="2026-03-31", document=paper("2025-10-01"))
    put_off = {"outcome": "another-day", "date": "not before 1 April 2026"}
    take(ann, "what-became-of-it", **put_off, document=paper("2026-03-20"))
    for day in ("2026-03-31", "2026-04-01", "2026-11-30"):
        stage.says(day, (stage.ann, SUBSTANTIVE, CERTAINLY))
    assert len(changes()) == 1


def test_somebody_who_is_to_leave_everything_leaves_it_on_the_day_that_is_given():
    stage = Stage("post")
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    seat = make_chair_seat(forum=make_forum(slug="board", name="The Board"))
    member = make_membership(seat=seat, person=stage.ann)
    held = {"appointments": [ann], "memberships": [member]}
    take(stage.ann, "leave", date="not before 6 May 2024", document=paper("2024-05-05"), **held)
    for day in ("2024-05-05", "2024-05-06", "2026-11-30"):
        assert len(read_data("/people/ann.json", {"as_at": day}).said["now"]) == 2
    stage.ann.refresh_from_db()
    form = (
        stepping.signed_in()
        .get(stepping.step_address(type(stage.ann), stage.ann.pk, "leave"))
        .context_data["form"]
    )
    assert [form[name].value() for name in held] == [[ann.pk], [member.pk]]

    take(stage.ann, "leave", date="2024-06-30", document=paper("2024-07-01"), **held)
    for day, number in (("2024-06-30", 2), ("2024-07-01", 0)):
        assert len(read_data("/people/ann.json", {"as_at": day}).said["now"]) == number


def test_a_forum_that_is_to_stand_down_goes_on_with_all_that_it_has_until_the_day():
    stage = Stage("seat")
    ann, forum = stage.add(stage.ann, "2019-04-01", paper("2019-06-01")), stage.owner
    take(forum, "stand-down", date="not before 6 May 2024", document=paper("2024-05-05"))
    for each in (stage.held, ann):
        each.refresh_from_db()
        assert each.end_date is None
    for day in ("2024-05-06", "2026-11-30"):
        stage.says(day, (stage.ann, SUBSTANTIVE, CERTAINLY))
        assert read_data("/forums/board.json", {"as_at": day}).said["in_force"] is True

    last = {"date": "2024-06-30", "document": paper("2024-07-01")}
    take(forum, "stand-down", **last)
    for day, holds in (("2024-06-30", True), ("2024-07-01", False)):
        assert read_data("/forums/board.json", {"as_at": day}).said["in_force"] is holds
        now = read_data("/people/ann.json", {"as_at": day}).said["now"]
        assert len(now) == holds


def test_of_a_forum_that_stands_down_whoever_was_only_announced_never_came():
    stage = Stage("seat")
    stage.add(stage.bea, "2024-01-01", paper("2023-12-01"), start_qualifier="not-before")
    take(stage.owner, "stand-down", date="2024-06-30", document=paper("2024-07-01"))
    for day in ("2023-12-31", "2024-01-01", "2024-06-30", "2024-07-01"):
        said = read_data("/people/bea.json", {"as_at": day}).said
        assert said["now"] == said["before"] == [], day
    assert not Membership.objects.exists()


def test_an_organisation_is_to_have_a_successor_and_then_has():
    trust = make_organisation(slug="old", name="Old Trust")
    post = make_post(organisation=trust)
    holder = make_appointment(post=post, person=Stage("seat").ann)
    seat = make_seat(forum=make_forum(slug="other", name="Other"), on_behalf_of=trust)
    announced = {"new_name": "New Trust", "new_kind": "icb", "date": "not before April 2025"}
    take(trust, "merge", **announced, document=paper("2024-05-05"))
    new = Organisation.objects.get(name="New Trust")

    def standing(day):
        return [
            read_data(f"/organisations/{each.slug}.json", {"as_at": day}).said["in_force"]
            for each in (trust, new)
        ]

    for day in ("2025-03-31", "2025-04-01", "2026-11-30"):
        assert standing(day) == [True, False], day
    refused = stepping.preview(new, "give-the-day", date="2025-07-01")
    assert "Replace or merge" in str(stepping.errors_of(refused))

    trust.refresh_from_db()
    page = stepping.signed_in().get(stepping.step_address(Organisation, trust.pk, "merge"))
    form = page.context_data["form"]
    assert (form["successor"].value(), form["date"].value()) == (new.pk, None)
    take(trust, "merge", successor=new, date="2025-07-01", document=paper("2025-07-02"))
    assert standing("2025-06-30") == [True, False]
    assert standing("2025-07-01") == [False, True]
    succession = Relationship.objects.get(kind=RelationshipKind.SUCCEEDED_BY)
    assert (str(succession.start_date), succession.start_qualifier) == ("2025-07-01", "on")
    holder.refresh_from_db(), seat.refresh_from_db()
    assert str(holder.end_date) == str(seat.end_date) == "2025-06-30"


def test_a_post_that_is_to_be_created_begins_with_its_holder_on_the_day_that_is_given():
    stage = Stage("post")
    announced = {"title": "Director", "kind": "other", "max_holders": "1", "person": stage.bea}
    take(
        stage.owner,
        "create-post",
        date="not before 6 May 2024",
        basis=SUBSTANTIVE,
        document=paper("2024-05-05"),
        **announced,
    )
    bea = Appointment.objects.get(person=stage.bea)
    assert read_data("/people/bea.json").said["now"] == []
    take(bea.post, "give-the-day", date="2024-07-01", document=paper("2024-07-02"))
    for day, number in (("2024-06-30", 0), ("2024-07-01", 1)):
        assert len(read_data("/people/bea.json", {"as_at": day}).said["now"]) == number


# Refusals.


def test_what_was_only_announced_is_not_ended_and_not_announced_or_begun_twice(stage):
    bea = stage.add(stage.bea, "2024-04-16", paper("2024-04-15"), start_qualifier="not-before")
    ended = stepping.preview(bea, "end", date="2024-06-30")
    assert "no source says that it began" in str(stepping.errors_of(ended))
    again = {"person": stage.bea, "basis": SUBSTANTIVE, "date": "2024-06-01"}
    begun = stepping.preview(stage.held, "appoint", **again)
    assert "Use Give the day" in str(stepping.errors_of(begun)["person"])
    other = {"person": stage.cal, "basis": SUBSTANTIVE, "date": "2024-06-01", **NOT_BEFORE}
    second = stepping.preview(stage.held, "appoint", **other)
    assert "already to come to it" in str(stepping.errors_of(second)["date"])


def test_a_term_ends_on_a_day_and_a_forum_is_renamed_on_one(stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    asked = {"date": "not before 6 May 2024", "basis": SUBSTANTIVE}
    refused = stepping.preview(ann, "reappoint", **asked)
    assert "needs the day" in str(stepping.errors_of(refused)["qualifier"])


def test_a_day_is_given_once(stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    refused = stepping.preview(ann, "give-the-day", date="2024-05-06")
    assert "announced without its day" in str(stepping.errors_of(refused))
    correct(ann, end_date="2024-05-06")
    refused = stepping.preview(ann, "give-the-day", date="2024-05-06")
    assert "announced without its day" in str(stepping.errors_of(refused))
