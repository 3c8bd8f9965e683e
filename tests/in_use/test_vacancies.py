"""Vacancies that staff record, and times of which no source says who was there."""

import pytest

from people.models import Basis
from tests import stepping
from tests.builders import (
    make_forum,
    make_membership,
    make_organisation,
    make_person,
    make_rule,
    make_seat,
    make_seat_vacancy,
)
from tests.in_use.stage import CERTAINLY, Stage, changes, correct, feed_tells, paper, take
from tests.pages import opened
from tests.pages.as_data import read_data
from tests.pages.reading import read

pytestmark = pytest.mark.django_db

SUBSTANTIVE, ACTING = Basis.SUBSTANTIVE, Basis.ACTING


def standing(stage: Stage, day: str) -> str:
    """What a post or seat is on a day, the same on pages, in JSON, CSV and the exported file."""
    asked = {"as_at": day}
    kind = stage.kind
    [held] = read_data(f"{stage.page}.json", asked).said[f"{kind}s"]
    [chair] = read_data("/chairs.json", asked).said["results"]
    rows = read_data(f"{stage.page}.csv", asked).rows
    [(exported,)] = opened.sqlite(**asked).execute(f"SELECT standing FROM {kind}s")
    found = {held["standing"], chair[kind]["standing"], exported}
    assert found | {row["standing"] for row in rows if row["standing"]} == {held["standing"]}, day
    return held["standing"]


def words(stage: Stage, day: str) -> str:
    page = read(f"{stage.page}/", {"as_at": day})
    return page.section("posts") if stage.kind == "post" else page.fact("Chair")


def test_nothing_is_said_after_somebody_has_acted_for_one_meeting(stage):
    stage.take(
        "cover",
        person=stage.bea,
        date="2023-04-27",
        until="2023-04-27",
        document=paper("2023-04-27"),
    )

    days = ("2023-04-26", "2023-04-27", "2023-04-28", "2026-11-30")
    said = [standing(stage, day) for day in days]
    assert said == ["not-recorded", "held", "not-recorded", "not-recorded"]
    assert "acant" not in words(stage, "2023-04-28")


def test_after_an_end_the_page_says_who_was_the_last_and_claims_no_vacancy(stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    take(ann, "end", date="2024-05-03", document=paper("2024-05-20"))

    assert [standing(stage, day) for day in ("2024-05-03", "2024-05-04")] == [
        "held",
        "not-recorded",
    ]
    told = words(stage, "2024-05-04")
    assert "Ann Lee" in told
    assert "3 May 2024" in told
    assert "acant" not in told


def test_who_was_the_last_had_ended_by_a_day_and_is_not_still_ending(stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    take(ann, "end", date="by May 2024", document=paper("2024-06-20"))

    assert "ending by May 2024" in words(stage, "2024-05-31")
    assert "last: Ann Lee, ended by May 2024" in words(stage, "2024-06-01")
    assert "ending" not in read("/chairs/", {"as_at": "2024-06-01"}).text


def test_a_vacancy_that_an_end_records_holds_through_who_acts_until_it_is_filled(stage):
    of = stage.owner.name
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    may, july, august = paper("2024-05-20"), paper("2024-07-20"), paper("2024-08-20")
    take(ann, "end", date="2024-05-03", now_vacant="yes", document=may)
    once = {"date": "2024-05-09", "until": "2024-06-30", "acting_for": "vacancy"}
    stage.take("cover", person=stage.bea, document=july, **once)
    stage.take("appoint", person=stage.cal, date="2024-08-01", basis=SUBSTANTIVE, document=august)

    days = {
        "2024-05-03": "held",
        "2024-05-04": "vacant",
        "2024-05-08": "vacant",
        "2024-05-09": "held",
        "2024-06-30": "held",
        "2024-07-01": "vacant",
        "2024-07-31": "vacant",
        "2024-08-01": "held",
    }
    assert {day: standing(stage, day) for day in days} == days
    stage.says("2024-05-09", (stage.bea, ACTING, CERTAINLY))
    stage.says("2024-08-01", (stage.cal, SUBSTANTIVE, CERTAINLY))

    # When the last who came leaves again, no source speaks of that time.
    take(stage.of(stage.cal), "end", date="2025-01-31", document=paper("2025-02-10"))
    assert standing(stage, "2025-02-01") == "not-recorded"
    told = changes()
    assert f"On 31 January 2025 Cal Nye ceased to be Chair of {of}." in told
    assert len([each for each in told if "acant" in each]) == 1, told
    feed_tells(stage, told)


def test_a_vacancy_that_is_said_to_be_over_is_not_recorded_after_it(stage):
    stage.take("record-vacancy", date="2024-05-04", document=paper("2024-05-20"))
    vacancy = stage.held.vacancies.get()
    take(vacancy, "end", date="2024-07-31", document=paper("2024-08-20"))

    days = ("2024-05-03", "2024-05-04", "2024-07-31", "2024-08-01")
    assert [standing(stage, day) for day in days] == [
        "not-recorded",
        "vacant",
        "vacant",
        "not-recorded",
    ]


def test_a_vacancy_known_to_the_month_is_perhaps_one_in_that_month_everywhere(stage):
    stage.take("record-vacancy", date="2024-05-01", precision="month", document=paper("2024-06-20"))

    days = ("2024-04-30", "2024-05-01", "2024-05-30", "2024-05-31")
    said = [standing(stage, day) for day in days]
    assert said == ["not-recorded", "not-recorded", "not-recorded", "vacant"]
    perhaps = "perhaps vacant; began some time in May 2024"
    pages = {f"{stage.page}/", "/chairs/"}
    pages |= {"/forums/", "/forums/board/terms/"} if stage.kind == "seat" else {"/organisations/"}
    for day, doubted in zip(days, (False, True, True, False), strict=True):
        for page in pages:
            assert (perhaps in read(page, {"as_at": day}).text) == doubted, (page, day)
    asked = {"as_at": "2024-05-15"}
    [held] = read_data(f"{stage.page}.json", asked).said[f"{stage.kind}s"]
    assert [(each["places"], each["in_force"]) for each in held["vacancies"]] == [(1, None)]
    table = f"{stage.kind}_vacancies"
    [(in_force,)] = opened.sqlite(**asked).execute(f"SELECT in_force FROM {table}")
    assert in_force is None
    if stage.kind == "seat":
        [row] = read_data(f"{stage.page}.csv", asked).rows
        assert (row["unfilled"], row["vacant"], row["perhaps_vacant"]) == ("1", "0", "1")
        counted = "SELECT unfilled, vacant, perhaps_vacant FROM seats"
        assert [tuple(row) for row in opened.sqlite(**asked).execute(counted)] == [(1, 0, 1)]


def test_what_is_perhaps_vacant_is_so_on_the_way_to_a_meeting_and_over_time():
    board = make_forum(slug="board", name="The Board")
    trust = make_organisation(slug="trust", name="Wye Trust")
    seat = make_seat(forum=board, title="GP", on_behalf_of=trust, counts_to_quoracy=True)
    make_membership(seat=seat, start_date="2020-04-01", end_date="2022-03-31")
    make_seat_vacancy(seat=seat, start_date="2024-05-01", start_qualifier="by")
    make_rule(board, people=1)

    for day, perhaps in (("2021-06-01", False), ("2024-04-30", True), ("2024-05-01", False)):
        asked = {"as_at": day}
        for page in ("/forums/board/quoracy/", "/forums/board/attendance/", "/forums/board/"):
            told = "perhaps vacant; by 1 may 2024" in read(page, asked).text.lower()
            assert told == perhaps, (page, day)
        row = read("/representation/", asked).row("Wye Trust")
        assert ("nobody recorded, perhaps vacant" in row) == perhaps
        said = read_data("/representation.json", asked).said
        [has] = said["results"][0]["forums"][0]["has"]
        assert has["perhaps_vacant"] == said["seats"]["all"]["perhaps_vacant"] == int(perhaps)
        [in_file] = read_data("/representation.csv", asked).rows
        assert in_file["perhaps_vacant"] == str(int(perhaps))
    over_time = read_data("/forums/board.json").said["over_time"]
    without = [
        (each["standing"], each["perhaps_vacant"]) for each in over_time if "person" not in each
    ]
    assert without == [("not-recorded", True), ("not-recorded", True), ("vacant", False)]
    assert "Not recorded, perhaps vacant" in read("/forums/board/").text


def test_a_vacancy_known_from_a_later_day_is_perhaps_one_before(stage):
    by = {"date": "2024-05-01", "qualifier": "by"}
    stage.take("record-vacancy", **by, document=paper("2024-05-20"))

    assert standing(stage, "2023-01-01") == "not-recorded"
    assert "perhaps vacant; by 1 May 2024" in words(stage, "2023-01-01")


def test_a_vacancy_that_somebody_may_have_filled_is_no_second_perhaps(stage):
    stage.take("record-vacancy", date="2024-05-01", document=paper("2024-05-20"))
    came = {"date": "2024-09-01", "precision": "month", "document": paper("2024-10-20")}
    stage.take("appoint", person=stage.ann, basis=SUBSTANTIVE, **came)

    days = ("2024-08-31", "2024-09-15", "2024-09-30")
    assert [standing(stage, day) for day in days] == ["vacant", "perhaps", "held"]
    assert "acant" not in words(stage, "2024-09-15")


def test_what_is_vacant_cites_one_source_once_and_says_once_how_lately_it_is_known(stage):
    said = paper("2024-05-20")
    correct(stage.held, document=said, locator="minute 7")
    stage.take("record-vacancy", date="2024-05-01", document=said)

    day = "2024-06-01"
    row = read("/chairs/", {"as_at": day}).row(stage.owner.name)
    for told in (row, words(stage, day)):
        assert told.count("Last known") == 1, told
        assert told.count(said.short_title) == 1, told


def test_two_of_five_places_are_vacant_and_are_filled_one_by_one():
    stage = Stage("seat")
    seat = make_seat(forum=stage.owner, title="Member", number=5, start_date="2019-04-01")
    for name in ("Dee", "Eli", "Fay"):
        make_membership(seat=seat, person=make_person(name=name), start_date="2019-04-01")
    take(seat, "record-vacancy", date="2024-05-01", places=2, document=paper("2024-05-20"))
    for person, day in ((stage.bea, "2024-06-01"), (stage.cal, "2024-07-01")):
        came = {"person": person, "basis": SUBSTANTIVE, "document": paper(day)}
        take(seat, "appoint", date=day, **came)

    def places(day: str) -> tuple[int, int, int]:
        asked = {"as_at": day}
        said = read_data("/forums/board.json", asked).said["seats"]
        [each] = [each for each in said if each["title"] == "Member"]
        return len(each["holders"]), each["unfilled"], each["vacant"]

    days = {
        "2024-04-30": (3, 2, 0),
        "2024-05-01": (3, 2, 2),
        "2024-05-31": (3, 2, 2),
        "2024-06-01": (4, 1, 1),
        "2024-06-30": (4, 1, 1),
        "2024-07-01": (5, 0, 0),
    }
    assert {day: places(day) for day in days} == days
    assert "2 more vacant" in read("/forums/board/", {"as_at": "2024-05-01"}).text
    assert "1 more vacant" in read("/forums/board/", {"as_at": "2024-06-01"}).text
    assert "2 more not recorded" in read("/forums/board/", {"as_at": "2024-04-30"}).text


def test_a_vacancy_that_cannot_be_is_refused_on_its_field_and_nothing_is_saved():
    stage = Stage("seat")
    seat = make_seat(forum=stage.owner, title="Member", number=2, start_date="2019-04-01")
    document = paper("2024-05-20")

    many = stepping.preview(seat, "record-vacancy", date="2024-05-01", places=3)
    assert "2 places" in str(stepping.errors_of(many)["places"])

    take(seat, "record-vacancy", date="2024-05-01", places=2, document=document)
    again = stepping.preview(seat, "record-vacancy", date="2024-06-01", places=1)
    assert "already recorded as vacant" in str(stepping.errors_of(again))

    stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    filled = stepping.preview(stage.held, "record-vacancy", date="2024-05-01")
    assert "Ann Lee" in str(stepping.errors_of(filled))
    assert seat.vacancies.count() == 1
    assert not stage.held.vacancies.exists()
