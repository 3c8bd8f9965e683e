"""Events announced before they happen, or recorded long after, and what each page says then."""

import pytest

from forums.models import Forum
from people.models import Basis
from tests import stepping
from tests.builders import make_chair_seat, make_document, make_forum, make_membership
from tests.in_use.stage import CERTAINLY, Stage, changes, correct, feed_tells, paper, take
from tests.pages import opened
from tests.pages.as_data import read_data
from tests.pages.reading import read

pytestmark = pytest.mark.django_db
ONLY_PLANNED = ", says the paper of 1 February 2024; no later source says whether it happened."


SUBSTANTIVE = Basis.SUBSTANTIVE


def test_a_retirement_announced_without_a_day_then_dated_then_past(stage):
    of, there = stage.owner.name, (stage.ann, SUBSTANTIVE, CERTAINLY)
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))

    # She is to leave and no day is given: she goes on, and nothing has happened.
    notice = {"end_document": paper("2024-01-15"), "end_locator": "page 1"}
    retires = {"end_date": "2024-01-16", "end_qualifier": "not-before", "end_reason": "retired"}
    correct(ann, **notice, **retires)
    for day in ("2024-01-15", "2024-01-16", "2024-01-17", "2026-11-30"):
        stage.says(day, there)
    assert changes() == [f"On 1 April 2019 Ann Lee became Chair of {of}."]
    assert "to end not before 16 January 2024" in read(f"{stage.page}/").text

    # The day is given before it comes: on it she is still there, and then it is not known that
    # she left.
    take(ann, "end", date="2024-09-30", end_reason="retired", document=paper("2024-05-01"))
    stage.says("2024-09-30", there)
    stage.says("2024-10-01")
    stage.says("2026-11-30")
    [_, told] = changes()
    assert told.startswith("On 30 September 2024 Ann Lee ")

    # It is past: a paper of after the day says so.
    october = paper("2024-10-10")
    correct(ann, end_document=october)
    stage.says("2024-09-29", there)
    stage.says("2024-09-30", there)
    stage.says("2024-10-01")
    told = changes()
    assert told[1:] == [f"On 30 September 2024 Ann Lee ceased to be Chair of {of} (retired)."]
    feed_tells(stage, told)


def test_somebody_chosen_whose_start_is_not_known_until_it_is(stage):
    of = stage.owner.name
    chosen = stage.add(stage.bea, "2024-04-16", paper("2024-04-15"), start_qualifier="not-before")
    for day in ("2024-04-15", "2024-04-16", "2024-04-17", "2026-11-30"):
        stage.says(day)
        assert "Bea Moss not before 16 April 2024" in read(f"{stage.page}/", {"as_at": day}).text
        [coming] = read_data("/people/bea.json", {"as_at": day}).said["to_come"]
        assert (coming["start_date"], coming["start_qualifier"]) == ("2024-04-16", "not-before")
    assert changes() == []

    june = paper("2024-06-10")
    correct(chosen, start_date="2024-06-01", start_qualifier="on", document=june)
    stage.says("2024-05-31")
    for day in ("2024-06-01", "2024-06-02", "2026-11-30"):
        stage.says(day, (stage.bea, SUBSTANTIVE, CERTAINLY))
    told = changes()
    assert told == [f"On 1 June 2024 Bea Moss became Chair of {of}."]
    feed_tells(stage, told)


@pytest.mark.parametrize("not_before", ["2025-01-01", "2099-01-01"])
def test_somebody_announced_who_never_came_is_withdrawn_before_that_day_and_after(
    stage, not_before
):
    stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    june = paper("2024-06-01")
    announced = stage.add(stage.bea, not_before, june, start_qualifier="not-before")
    there = (stage.ann, SUBSTANTIVE, CERTAINLY)
    stage.says("2024-12-31", there)
    stage.says("2025-01-01", there)

    take(announced, "withdraw", document=paper("2026-05-01"), locator="minute 9")
    for day in ("2024-12-31", "2025-01-01", "2026-11-30"):
        stage.says(day, there)
        assert "Bea Moss" not in read(f"{stage.page}/", {"as_at": day}).text
        said = read_data("/people/bea.json", {"as_at": day}).said
        assert said["now"] == said["to_come"] == said["before"] == []
    assert len(changes()) == 1


def test_a_resignation_is_withdrawn_before_its_day_and_the_paper_that_says_so_is_kept(stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    take(ann, "end", date="2099-03-31", end_reason="stepped-down", document=paper("2024-02-01"))
    stage.says("2099-04-01")

    older = {"outcome": "never", "date": None, "document": paper("2024-01-01")}
    refused = stepping.take(ann, "what-became-of-it", **older)
    assert "Choose one that is later still" in str(stepping.errors_of(refused)["document"])
    take(ann, "what-became-of-it", outcome="never", date=None, document=paper("2024-03-20"))
    for day in ("2024-02-01", "2099-03-31", "2099-04-01"):
        stage.says(day, (stage.ann, SUBSTANTIVE, CERTAINLY))
    assert "Last known 20 March 2024" in read(f"{stage.page}/", {"as_at": "2024-04-01"}).text
    assert changes(to="2099-12-31") == [
        f"On 1 April 2019 Ann Lee became Chair of {stage.owner.name}."
    ]


def test_a_resignation_is_put_off_before_its_day_by_the_step_that_asks_what_became_of_it(stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    take(ann, "end", date="2099-03-31", document=paper("2024-02-01"))
    put_off = {"outcome": "another-day", "date": "2099-06-30", "document": paper("2024-03-20")}
    take(ann, "what-became-of-it", **put_off)
    stage.says("2099-06-30", (stage.ann, SUBSTANTIVE, CERTAINLY))
    stage.says("2099-07-01")
    happened = {"outcome": "happened", "date": None, "document": paper("2024-04-20")}
    refused = stepping.take(ann, "what-became-of-it", **happened)
    assert "outcome" in stepping.errors_of(refused)


def test_a_closure_is_called_off_before_its_day_with_all_that_was_to_end_with_it():
    stage = Stage("seat")
    stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    take(stage.owner, "stand-down", date="2099-03-31", document=paper("2024-02-01"))
    after = {"as_at": "2099-04-01"}
    assert read_data("/forums/board.json", after).said["in_force"] is False
    take(stage.owner, "what-became-of-it", outcome="never", date=None, document=paper("2024-03-20"))
    stage.says("2099-04-01", (stage.ann, SUBSTANTIVE, CERTAINLY))
    assert read_data("/forums/board.json", after).said["in_force"] is True


def test_who_stays_when_a_successor_does_not_come_is_known_from_the_paper_that_says_so(stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    stage.replace(ann, stage.bea, "2099-04-01", paper("2024-02-01"))
    take(stage.of(stage.bea), "withdraw", staying=[ann], document=paper("2024-03-20"))
    stage.says("2099-04-01", (stage.ann, SUBSTANTIVE, CERTAINLY))
    assert "Last known 20 March 2024" in read(f"{stage.page}/", {"as_at": "2024-04-01"}).text


def test_somebody_who_leaves_everything_does_not_begin_what_was_only_announced():
    """A tenure announced *not before* a day, and then ended, would perhaps have held between."""
    stage = Stage("post")
    ann = stage.add(stage.ann, "2024-01-01", paper("2024-01-10"))
    seat = make_chair_seat(forum=make_forum(slug="board", name="The Board"))
    announced = make_membership(
        seat=seat, person=stage.ann, start_date="2024-03-01", start_qualifier="not-before"
    )
    held = {"appointments": [ann], "memberships": [announced]}
    take(stage.ann, "leave", date="2024-06-30", document=paper("2024-07-01"), **held)

    for day in ("2024-02-29", "2024-03-01", "2024-06-30", "2024-07-01"):
        board = read_data("/forums/board.json", {"as_at": day}).said
        assert board["seats"][0]["holders"] == board["former"] == [], day
        now = read_data("/people/ann.json", {"as_at": day}).said["now"]
        assert len(now) == (day < "2024-07-01"), day


def test_somebody_appointed_on_a_paper_of_two_years_ago(stage):
    old = paper("2024-04-15")
    sent = {"person": stage.bea, "basis": SUBSTANTIVE, "document": old}
    stage.take("appoint", date="2024-04-01", **sent)

    there = (stage.bea, SUBSTANTIVE, CERTAINLY)
    stage.says("2024-03-31")
    for day in ("2024-04-01", "2024-04-02", "2024-04-16", "2026-11-30"):
        stage.says(day, there)
    [row] = read_data(f"{stage.page}.csv", {"as_at": "2026-11-30"}).rows
    assert (row["last_known"], row["confirmed_on"]) == ("2024-04-15", "")
    early, late = (
        read(f"{stage.page}/", {"as_at": day}).text for day in ("2024-04-16", "2026-11-30")
    )
    assert "Last known 15 April 2024" in early and "more than a year ago" not in early
    assert "Last known 15 April 2024, more than a year ago" in late
    told = changes()
    assert told == [f"On 1 April 2024 Bea Moss became Chair of {stage.owner.name}."]
    feed_tells(stage, told)


@pytest.mark.parametrize("ends", ["2023-07-31", "by July 2023"])
def test_what_a_later_paper_says_was_over_is_not_last_known_after_it_ended(stage, ends):
    september = paper("2023-09-10")
    acts = {"person": stage.bea, "date": "2023-04-01", "document": september}
    stage.take("cover", until=ends, **acts)
    told = read(f"{stage.page}/", {"as_at": "2023-05-01"}).text
    assert "Last known 10 September 2023" not in told
    assert "Known from a document of 10 September 2023, which says that it ended" in told


def test_a_paper_of_after_the_end_that_says_otherwise_is_not_told_to_have_confirmed_it(stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    take(ann, "end", date="2024-03-31", document=paper("2024-06-01"))
    may = {"confirmed_on": "2024-05-01", "confirmed_document": paper("2024-05-01")}
    correct(ann, confirmed_locator="page 3", **may)
    told = read(f"{stage.page}/", {"as_at": "2024-03-31"}).text
    assert "Last known 1 June 2019" in told
    assert "Last known 1 May 2024" not in told


def test_a_paper_without_a_day_foresees_nothing_until_it_has_one(stage):
    of, undated = stage.owner.name, make_document(short_title="Undated paper")
    ann = stage.add(stage.ann, "2019-04-01", paper("2022-06-01"))
    stage.replace(ann, stage.bea, "2024-04-01", undated)

    def is_right():
        stage.says("2024-03-31", (stage.ann, SUBSTANTIVE, CERTAINLY))
        stage.says("2024-04-01", (stage.bea, SUBSTANTIVE, CERTAINLY))
        stage.says("2024-04-02", (stage.bea, SUBSTANTIVE, CERTAINLY))

    is_right()
    assert changes()[1:] == [f"On 1 April 2024 Ann Lee handed over to Bea Moss as Chair of {of}."]
    [row] = read_data(f"{stage.page}.csv", {"as_at": "2024-04-02"}).rows
    assert row["last_known"] == ""

    correct(undated, as_of="2024-02-01")
    is_right()
    [_, told] = changes()
    assert told == (
        f"On 1 April 2024 Ann Lee was to hand over to Bea Moss as Chair of {of}{ONLY_PLANNED}"
    )
    [row] = read_data(f"{stage.page}.csv", {"as_at": "2024-04-02"}).rows
    assert row["last_known"] == "2024-02-01"


def test_the_day_of_a_paper_that_a_step_asks_for_is_kept_with_the_paper(stage):
    minutes = make_document(short_title="Minutes")
    sent = {"person": stage.bea, "basis": SUBSTANTIVE, "document": minutes}
    stage.take("appoint", date="2024-04-01", as_of="2024-04-20", **sent)

    minutes.refresh_from_db()
    assert str(minutes.as_of) == "2024-04-20"
    [row] = read_data(f"{stage.page}.csv", {"as_at": "2024-04-01"}).rows
    assert row["last_known"] == "2024-04-20"


def test_a_forum_renamed_on_a_day_that_goes_on_and_is_renamed_again_in_a_month():
    stage = Stage("seat")
    stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    there = (stage.ann, SUBSTANTIVE, CERTAINLY)
    once = {"name": "New Board", "short_name": "", "date": "2022-04-01"}
    rename(stage.owner, document=paper("2022-04-20"), **once)
    again = {"name": "Third Board", "short_name": "", "date": "2024-04-09", "precision": "month"}
    rename(stage.owner, document=paper("2024-06-01"), **again)

    for day, called in (
        ("2022-03-31", "The Board"),
        ("2022-04-01", "New Board"),
        ("2024-03-31", "New Board"),
        ("2024-05-01", None),
        ("2026-11-30", None),
    ):
        said = read_data("/forums/board.json", {"as_at": day}).said
        assert said["name"] == "Third Board"
        then = (said["called_then"] or "").lower()
        assert (called or "").lower() in then and bool(then) == bool(called), day
        assert "perhaps" not in then, day
        holders = [each["person"]["name"] for each in said["seats"][0]["holders"]]
        assert (holders, said["in_force"]) == ([stage.ann.name], there[2])
        names = opened.sqlite(as_at=day).execute("SELECT name, in_force FROM forum_names")
        assert [name for name, holds in names if holds == 1] == ([called] if called else [])
    assert changes(forum="board")[-2:] == [
        "On 1 April 2022 The Board was renamed New Board.",
        "In April 2024 New Board was renamed Third Board.",
    ]
    assert Forum.objects.get().slug == "board"


def rename(forum: Forum, **answers) -> None:
    done = stepping.take(Forum.objects.get(pk=forum.pk), "rename", **answers)
    assert done.status_code == 302, stepping.errors_of(done)
