"""Members and chairs who stay for another term, however it is recorded: nobody leaves or comes."""

import datetime

import pytest

from forums.models import Membership
from people.models import Basis
from records.periods import date_in_words
from tests import stepping
from tests.builders import make_chair_seat, make_forum
from tests.in_use.stage import CERTAINLY, PERHAPS, Stage, changes, correct, feed_tells, paper, take
from tests.pages import opened
from tests.pages.as_data import read_data
from tests.pages.reading import read
from tests.pages.test_recorded_and_feeds import entries

pytestmark = pytest.mark.django_db

SUBSTANTIVE, INTERIM, ACTING = Basis.SUBSTANTIVE, Basis.INTERIM, Basis.ACTING
TERM = {"term_ends": "2022-03-31"}
NEXT = {"date": "2022-03-31", "term_ends": "2025-03-31", "basis": SUBSTANTIVE}
AROUND = ("2022-03-30", "2022-03-31", "2022-04-01", "2022-04-02", "2026-11-30")


def is_one_holder_who_stays(stage, days=AROUND) -> None:
    """Check of each day that she is there once, former nowhere, and fills one place."""
    for day in days:
        stage.says(day, (stage.ann, SUBSTANTIVE, CERTAINLY))
        said = read_data(f"{stage.page}.json", {"as_at": day}).said
        assert all(each["stayed_on"] for each in said["former"]), day
        former = read(f"{stage.page}/", {"as_at": day}).section("former")
        assert former.count("and stayed on") == former.count("Ann Lee"), day
        assert len(read_data("/people/ann.json", {"as_at": day}).said["now"]) == 1, day
        if stage.kind == "seat":
            assert (said["places"]["filled"], said["places"]["people"]) == (1, 1), day


def nobody_leaves_or_comes(stage, *further: str) -> None:
    told = changes()
    assert told == [f"On 1 April 2019 Ann Lee became Chair of {stage.owner.name}.", *further]
    feed_tells(stage, told)


def test_another_term_on_minutes_of_after_it_began(stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"), **TERM)
    take(ann, "reappoint", document=paper("2022-04-20"), **NEXT)
    is_one_holder_who_stays(stage)
    nobody_leaves_or_comes(
        stage, f"On 1 April 2022 Ann Lee stayed on as Chair of {stage.owner.name} (substantive)."
    )


def test_another_term_typed_in_two_forms(stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"), **TERM)
    minutes = paper("2022-04-20")
    ends = {"end_document": minutes, "end_locator": "page 1", "end_reason": "term-ended"}
    correct(ann, end_date="2022-03-31", **ends)
    stage.add(stage.ann, "2022-04-01", minutes, term_ends="2025-03-31")
    is_one_holder_who_stays(stage)
    nobody_leaves_or_comes(
        stage, f"On 1 April 2022 Ann Lee stayed on as Chair of {stage.owner.name} (substantive)."
    )


def test_a_term_that_is_only_made_longer_is_no_change_of_who_is_there(stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"), **TERM)
    correct(ann, term_ends="2025-03-31")
    is_one_holder_who_stays(stage)
    nobody_leaves_or_comes(stage)


def test_three_terms_one_after_the_other(stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"), **TERM)
    take(ann, "reappoint", document=paper("2022-04-20"), **NEXT)
    third = {**NEXT, "date": "2025-03-31", "term_ends": "2028-03-31"}
    take(stage.of(stage.ann), "reappoint", document=paper("2025-04-20"), **third)
    is_one_holder_who_stays(stage, (*AROUND, "2025-03-31", "2025-04-01"))
    of = stage.owner.name
    nobody_leaves_or_comes(
        stage,
        f"On 1 April 2022 Ann Lee stayed on as Chair of {of} (substantive).",
        f"On 1 April 2025 Ann Lee stayed on as Chair of {of} (substantive).",
    )


def test_a_term_after_a_gap_is_an_end_and_a_beginning(stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"), **TERM)
    minutes = paper("2022-06-20")
    take(ann, "end", date="2022-03-31", end_reason="term-ended", document=minutes)
    stage.add(stage.ann, "2022-06-01", minutes)
    stage.says("2022-03-31", (stage.ann, SUBSTANTIVE, CERTAINLY))
    stage.says("2022-04-01")
    stage.says("2022-05-31")
    stage.says("2022-06-01", (stage.ann, SUBSTANTIVE, CERTAINLY))
    assert len(changes()) == 3


def test_an_interim_holder_who_is_made_substantive_stays(stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"), basis=INTERIM)
    made = {"date": "2022-03-31", "basis": SUBSTANTIVE}
    take(ann, "reappoint", document=paper("2022-04-20"), **made)
    for day, basis in zip(AROUND, [INTERIM, INTERIM, *[SUBSTANTIVE] * 3], strict=True):
        stage.says(day, (stage.ann, basis, CERTAINLY))
    told = changes()
    assert told[1:] == [
        f"On 1 April 2022 Ann Lee stayed on as Chair of {stage.owner.name} (substantive)."
    ]


def test_another_term_is_two_records_of_the_exports_of_which_one_holds(stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"), **TERM)
    take(ann, "reappoint", document=paper("2022-04-20"), **NEXT)
    table = "appointments" if stage.kind == "post" else "memberships"
    for day in AROUND:
        database = opened.sqlite(as_at=day)
        rows = database.execute(f"SELECT start_date, in_force FROM {table} WHERE in_force")
        started = "2019-04-01" if day <= "2022-03-31" else "2022-04-01"
        assert [tuple(row) for row in rows] == [(started, 1)], day


def test_the_holder_of_a_post_who_has_another_term_stays_in_the_seat_that_goes_with_it():
    stage = Stage("post")
    board = make_forum(slug="board", name="The Board")
    make_chair_seat(forum=board, ex_officio_post=stage.held)
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"), **TERM)
    take(ann, "reappoint", document=paper("2022-04-20"), **NEXT)
    for day in AROUND:
        said = read_data("/forums/board.json", {"as_at": day}).said
        holders = [
            (each["person"]["name"], each["in_force"]) for each in said["seats"][0]["holders"]
        ]
        assert holders == [("Ann Lee", True)], day
        assert (said["places"]["filled"], said["places"]["people"]) == (1, 1), day
        assert all(each["stayed_on"] for each in said["former"]), day
    stayed = "On 1 April 2022 Ann Lee stayed on as Chair of Wye Trust (substantive)."
    assert changes(forum="board")[-1] == stayed
    assert list(entries("/forums/board/changes.atom").values()).count(stayed) == 1


def test_of_two_who_share_a_seat_one_has_another_term_and_one_leaves():
    stage = Stage("seat")
    correct(stage.held, number="2", title="Co-chair")
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"), **TERM)
    bea = stage.add(stage.bea, "2019-04-01", paper("2019-06-01"), **TERM)
    minutes = paper("2022-04-20")
    take(ann, "reappoint", document=minutes, number=None, **NEXT)
    take(bea, "end", date="2022-03-31", end_reason="term-ended", document=minutes)
    both = [(each, SUBSTANTIVE, CERTAINLY) for each in (stage.ann, stage.bea)]
    stage.says("2022-03-31", *both)
    stage.says("2022-04-01", both[0])
    of = "The Board"
    assert sorted(changes()[2:]) == [
        f"On 1 April 2022 Ann Lee stayed on as Co-chair of {of} (substantive).",
        f"On 31 March 2022 Bea Moss ceased to be Co-chair of {of} (term ended).",
    ]


def test_another_term_foreseen_and_then_said_to_have_begun(stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"), **TERM)
    take(ann, "reappoint", document=paper("2022-02-10"), **NEXT)
    after = {"outcome": "happened", "date": None, "document": paper("2022-06-01")}
    take(ann, "what-became-of-it", **after)
    take(stage.of(stage.ann), "what-became-of-it", **after)
    is_one_holder_who_stays(stage)
    nobody_leaves_or_comes(
        stage, f"On 1 April 2022 Ann Lee stayed on as Chair of {stage.owner.name} (substantive)."
    )


def test_whoever_acts_stays_for_another_term_from_a_month(stage):
    stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    stage.take("cover", person=stage.bea, date="2022-01-10", document=paper("2022-02-01"))
    term = {"date": "2022-04-10", "precision": "month", "basis": ACTING}
    take(stage.of(stage.bea), "reappoint", document=paper("2022-06-01"), **term)
    ann = (stage.ann, SUBSTANTIVE, CERTAINLY)
    stage.says("2022-03-31", ann, (stage.bea, ACTING, CERTAINLY))
    stage.says("2022-04-15", ann, (stage.bea, ACTING, PERHAPS), (stage.bea, ACTING, PERHAPS))
    stage.says("2022-05-01", ann, (stage.bea, ACTING, CERTAINLY))
    page = read(f"{stage.page}/", {"as_at": "2022-05-01"}).text
    assert "Bea Moss" in page
    assert Membership.objects.count() == (3 if stage.kind == "seat" else 0)


def term_on(stage: Stage, day: str) -> str:
    """When her term ends, as it was on a day: the same on every page and in every file."""
    asked = {"as_at": day}
    [held] = read_data(f"{stage.page}.json", asked).said[f"{stage.kind}s"]
    [holder] = held["holders"]
    term = holder["term_ends"]
    rows = [
        row
        for page in (stage.page, "/people/ann", "/chairs")
        for row in read_data(f"{page}.csv", asked).rows
        if row["when"] == "now"
    ]
    table = "appointments" if stage.kind == "post" else "memberships"
    rows += opened.sqlite(**asked).execute(f"SELECT term_ends FROM {table} WHERE in_force")
    assert [row["term_ends"] for row in rows] == [term] * 4, day
    [now] = read_data("/people/ann.json", asked).said["now"]
    assert now["term_ends"] == term, day
    said = f"term ends {date_in_words(datetime.date.fromisoformat(term))}"
    pages = [f"{stage.page}/", "/people/ann/", "/chairs/"]
    pages += ["/forums/board/terms/"] if stage.kind == "seat" else []
    for page in pages:
        shown = read(page, asked)
        text = shown.section("now") if page == "/people/ann/" else shown.text
        assert text.count("term ends ") == text.count(said) > 0, (page, day)
    return term


def test_a_term_extended_twice_before_it_ended(stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"), **TERM)
    extended = {"basis": SUBSTANTIVE}
    first = {"date": "2021-11-09", "term_ends": "2023-03-31", "document": paper("2021-11-10")}
    shown = stepping.preview(ann, "reappoint", **extended, **first).content.decode()
    assert "The present term was due to end on 31 March 2022." in shown
    take(ann, "reappoint", **extended, **first)
    second = {"date": "2022-11-08", "term_ends": "2024-03-31", "document": paper("2022-11-09")}
    take(stage.of(stage.ann), "reappoint", **extended, **second)

    ends = {
        "2021-11-08": "2022-03-31",
        "2021-11-09": "2022-03-31",
        "2021-11-10": "2023-03-31",
        "2022-11-08": "2023-03-31",
        "2022-11-09": "2024-03-31",
    }
    assert {day: term_on(stage, day) for day in ends} == ends
    is_one_holder_who_stays(stage, ends)
    assert "term ended" not in read(f"{stage.page}/", {"as_at": "2022-11-09"}).section("former")
    of = stage.owner.name
    nobody_leaves_or_comes(
        stage,
        f"On 10 November 2021 Ann Lee stayed on as Chair of {of} (substantive).",
        f"On 9 November 2022 Ann Lee stayed on as Chair of {of} (substantive).",
    )


def test_a_term_extended_twice_as_it_ended(stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"), **TERM)
    take(ann, "reappoint", document=paper("2022-04-20"), **NEXT)
    third = {**NEXT, "date": "2025-03-31", "term_ends": "2028-03-31"}
    take(stage.of(stage.ann), "reappoint", document=paper("2025-04-20"), **third)

    ends = {
        "2022-03-31": "2022-03-31",
        "2022-04-01": "2025-03-31",
        "2025-03-31": "2025-03-31",
        "2025-04-01": "2028-03-31",
    }
    assert {day: term_on(stage, day) for day in ends} == ends
