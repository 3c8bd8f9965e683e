"""Chairs who are away or die, and who acts meanwhile, as each page and change tells it."""

import pytest

from people.models import Basis
from tests import stepping
from tests.builders import make_membership, make_seat
from tests.in_use.stage import CERTAINLY, Stage, changes, correct, feed_tells, paper, take
from tests.pages import opened
from tests.pages.as_data import read_data
from tests.pages.reading import read

pytestmark = pytest.mark.django_db

SUBSTANTIVE, ACTING = Basis.SUBSTANTIVE, Basis.ACTING
ANN_CAME = "On 1 April 2019 Ann Lee became Chair of {of}."


def acts_for(stage: Stage, day: str) -> str | None:
    """What Bea acts for on a day, the same on the page in words and in each kind of file."""
    asked = {"as_at": day}
    of_bea = [
        row
        for row in read_data(f"{stage.page}.csv", asked).rows
        if row["person"].endswith("/bea/") and row["when"] == "now"
    ]
    [own] = read_data("/people/bea.json", asked).said["now"]
    held = read_data(f"{stage.page}.json", asked).said[f"{stage.kind}s"][0]["holders"]
    [in_json] = [each["acting_for"] for each in held if each["person"]["name"] == "Bea Moss"]
    table = "appointments" if stage.kind == "post" else "memberships"
    [(exported,)] = opened.sqlite(**asked).execute(
        f"SELECT acting_for FROM {table} WHERE person_name = 'Bea Moss' AND in_force"
    )
    assert {row["acting_for"] or None for row in of_bea} == {in_json} == {own["acting_for"]}
    assert (exported or None) == in_json
    return in_json


def test_a_chair_dies_and_a_member_acts_for_the_vacancy_until_it_is_filled(stage):
    of = stage.owner.name
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    may = paper("2024-05-20")
    take(ann, "end", date="2024-05-03", end_reason="died", document=may)
    stage.take("cover", person=stage.bea, date="2024-05-07", acting_for="vacancy", document=may)

    acts = (stage.bea, ACTING, CERTAINLY)
    stage.says("2024-05-02", (stage.ann, SUBSTANTIVE, CERTAINLY))
    stage.says("2024-05-03", (stage.ann, SUBSTANTIVE, CERTAINLY))
    stage.says("2024-05-04")
    stage.says("2024-05-06")
    stage.says("2024-05-07", acts)
    stage.says("2026-11-30", acts)
    assert acts_for(stage, "2024-05-07") == "vacancy"
    assert "Bea Moss (acting in a vacancy)" in read(f"{stage.page}/").text
    assert "1 April 2019 to 3 May 2024 (died in office)" in read(f"{stage.page}/").text
    assert "(died in office)" in read("/people/ann/").text
    told = changes()
    assert told == [
        ANN_CAME.format(of=of),
        f"On 3 May 2024 Ann Lee, Chair of {of}, died in office.",
        f"On 7 May 2024 Bea Moss became Chair of {of} (acting in a vacancy).",
    ]
    feed_tells(stage, told)


def test_a_member_who_acts_for_the_vacancy_fills_two_seats_and_is_one_person():
    stage = Stage("seat")
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    make_membership(seat=make_seat(forum=stage.owner), person=stage.bea, start_date="2019-04-01")
    may = paper("2024-05-20")
    take(ann, "end", date="2024-05-03", end_reason="died", document=may)
    stage.take("cover", person=stage.bea, date="2024-05-07", acting_for="vacancy", document=may)

    for day, filled, people in (("2024-05-03", 2, 2), ("2024-05-06", 1, 1), ("2024-05-07", 2, 1)):
        places = read_data("/forums/board.json", {"as_at": day}).said["places"]
        assert (places["number"], places["filled"], places["people"]) == (2, filled, people), day


def test_a_chair_is_away_for_one_meeting_and_another_is_in_the_chair(stage):
    of = stage.owner.name
    stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    minutes = paper("2024-05-09")
    once = {"date": "2024-05-09", "until": "2024-05-09", "acting_for": "absence"}
    stage.take("cover", person=stage.bea, document=minutes, **once)

    ann_chairs = (stage.ann, SUBSTANTIVE, CERTAINLY)
    stage.says("2024-05-08", ann_chairs)
    stage.says("2024-05-09", ann_chairs, (stage.bea, ACTING, CERTAINLY))
    stage.says("2024-05-10", ann_chairs)
    assert acts_for(stage, "2024-05-09") == "absence"
    words = "Bea Moss (acting while the holder is away)"
    asked = {"as_at": "2024-05-09"}
    assert words in read(f"{stage.page}/", asked).text
    assert words in read("/chairs/", asked).text
    told = changes()
    assert told == [
        ANN_CAME.format(of=of),
        f"On 9 May 2024 Bea Moss became Chair of {of} (acting while the holder is away).",
        f"On 9 May 2024 Bea Moss ceased to be Chair of {of} (acting while the holder is away).",
    ]
    feed_tells(stage, told)


def test_somebody_acts_in_sick_leave_and_after_a_death_for_the_vacancy_until_it_is_filled(stage):
    of = stage.owner.name
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    march, june, july = paper("2024-03-10"), paper("2024-06-10"), paper("2024-07-20")
    stage.take(
        "cover", person=stage.bea, date="2024-03-01", acting_for="sick-leave", document=march
    )
    take(ann, "end", date="2024-06-03", end_reason="died", document=june)
    goes_on = {"basis": ACTING, "acting_for": "vacancy", "document": june}
    take(stage.of(stage.bea), "reappoint", date="2024-06-03", **goes_on)
    filled = {"left": "2024-06-30", "end_reason": "filled"}
    stage.replace(stage.of(stage.bea), stage.cal, "2024-07-01", july, **filled)

    ann_chairs, bea_acts = (stage.ann, SUBSTANTIVE, CERTAINLY), (stage.bea, ACTING, CERTAINLY)
    stage.says("2024-02-29", ann_chairs)
    stage.says("2024-03-01", ann_chairs, bea_acts)
    stage.says("2024-06-03", ann_chairs, bea_acts)
    stage.says("2024-06-04", bea_acts)
    stage.says("2024-06-30", bea_acts)
    stage.says("2024-07-01", (stage.cal, SUBSTANTIVE, CERTAINLY))
    assert [acts_for(stage, day) for day in ("2024-06-03", "2024-06-04")] == [
        "sick-leave",
        "vacancy",
    ]
    sick, vacant = "(acting while the holder is on sick leave)", "(acting in a vacancy)"
    told = changes()
    assert told == [
        ANN_CAME.format(of=of),
        f"On 1 March 2024 Bea Moss became Chair of {of} {sick}.",
        f"On 3 June 2024 Ann Lee, Chair of {of}, died in office.",
        f"On 4 June 2024 Bea Moss stayed on as Chair of {of} {vacant}.",
        f"On 30 June 2024 Bea Moss ceased to be Chair of {of} {vacant} (the vacancy was filled).",
        f"On 1 July 2024 Cal Nye became Chair of {of}.",
    ]
    feed_tells(stage, told)


def test_who_takes_over_the_day_after_a_death_is_not_said_to_have_been_handed_it(stage):
    of = stage.owner.name
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    stage.replace(ann, stage.bea, "2024-05-04", paper("2024-05-20"), end_reason="died")

    stage.says("2024-05-03", (stage.ann, SUBSTANTIVE, CERTAINLY))
    stage.says("2024-05-04", (stage.bea, SUBSTANTIVE, CERTAINLY))
    told = changes()
    assert told[1:] == [
        f"On 4 May 2024 Bea Moss became Chair of {of} after Ann Lee died in office."
    ]
    feed_tells(stage, told)


@pytest.mark.parametrize(
    ("answers", "refused"),
    [
        ({"date": "2024-05-03", "document": "2024-05-02"}, True),
        ({"date": "2024-05-03", "document": "2024-05-03"}, False),
    ],
)
def test_no_paper_speaks_of_a_death_before_its_day(answers, refused, stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    sent = {**answers, "document": paper(answers["document"]), "end_reason": "died"}
    done = stepping.take(ann, "end", **sent)

    ann.refresh_from_db()
    if not refused:
        assert (done.status_code, ann.end_reason) == (302, "died")
        return
    [error] = stepping.errors_of(done)["end_reason"]
    assert "No document speaks of a death before its day. Name the document that says so" in error
    assert ann.end_date is None


def test_what_somebody_acts_for_needs_somebody_who_acts(stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    with pytest.raises(AssertionError, match=r"acting_for.*Leave this empty, or choose acting"):
        correct(ann, acting_for="vacancy")


def test_a_first_day_is_told_before_the_last_of_whoever_went_on_that_day(stage):
    """On one day the first day of one has begun when the last of another is over."""
    acts = {"acting_for": "vacancy", "document": paper("2024-05-20")}
    stage.take("cover", person=stage.bea, date="2024-05-01", until="2024-05-09", **acts)
    stage.add(stage.ann, "2024-05-09", paper("2024-05-20"))

    of = stage.owner.name
    assert changes()[1:] == [
        f"On 9 May 2024 Ann Lee became Chair of {of}.",
        f"On 9 May 2024 Bea Moss ceased to be Chair of {of} (acting in a vacancy).",
    ]
