"""Chairs who act, stay, leave and hand over, recorded in the admin and read around each day."""

import pytest

from people.models import Basis
from tests.builders import make_chair_seat, make_forum
from tests.in_use.stage import CERTAINLY, PERHAPS, changes, correct, feed_tells, paper, take
from tests.pages.as_data import read_data
from tests.pages.reading import read

pytestmark = pytest.mark.django_db
ONLY_PLANNED = ", says the paper of 10 February 2022; no later source says whether it happened."


SUBSTANTIVE, INTERIM, ACTING = Basis.SUBSTANTIVE, Basis.INTERIM, Basis.ACTING


def test_acting_from_a_month_interim_from_a_later_one_and_a_successor_on_a_day(stage):
    of = stage.owner.name
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    may = paper("2022-05-04")
    stage.take("cover", person=stage.bea, date="2022-04-15", precision="month", document=may)
    autumn = paper("2022-12-01")
    take(ann, "end", date="2022-10-31", end_reason="retired", document=autumn)
    take(
        stage.of(stage.bea),
        "reappoint",
        date="2022-11-01",
        precision="month",
        basis=INTERIM,
        document=autumn,
    )
    stage.replace(stage.of(stage.bea), stage.cal, "2023-03-01", paper("2023-03-08"))

    ann_chairs = (stage.ann, SUBSTANTIVE, CERTAINLY)
    stage.says("2022-03-31", ann_chairs)
    stage.says("2022-04-01", ann_chairs, (stage.bea, ACTING, PERHAPS))
    stage.says("2022-04-30", ann_chairs, (stage.bea, ACTING, CERTAINLY))
    stage.says("2022-10-31", ann_chairs, (stage.bea, ACTING, CERTAINLY))
    stage.says("2022-11-15", (stage.bea, ACTING, PERHAPS), (stage.bea, INTERIM, PERHAPS))
    stage.says("2022-12-01", (stage.bea, INTERIM, CERTAINLY))
    stage.says("2023-02-28", (stage.bea, INTERIM, CERTAINLY))
    stage.says("2023-03-01", (stage.cal, SUBSTANTIVE, CERTAINLY))
    stage.says("2025-03-01", (stage.cal, SUBSTANTIVE, CERTAINLY))
    told = changes()
    assert told == [
        f"On 1 April 2019 Ann Lee became Chair of {of}.",
        f"In April 2022 Bea Moss became Chair of {of} (acting).",
        (
            "In November 2022 Bea Moss (interim) followed Ann Lee, in post until 31 October 2022 "
            f"(retired), as Chair of {of}."
        ),
        f"On 1 March 2023 Bea Moss (interim) handed over to Cal Nye as Chair of {of}.",
    ]
    feed_tells(stage, told)


def test_somebody_who_acts_and_stays_as_interim_is_there_all_the_while(stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    stage.take("cover", person=stage.bea, date="2022-04-15", document=paper("2022-05-04"))
    autumn = paper("2022-12-01")
    take(ann, "end", date="2022-10-31", document=autumn)
    interim = {"basis": INTERIM, "document": autumn}
    take(stage.of(stage.bea), "reappoint", date="2022-11-01", precision="month", **interim)

    for day in ("2022-11-01", "2022-11-15", "2022-11-30"):
        [row] = read_data("/chairs.json", {"as_at": day}).said["results"]
        assert row[stage.kind]["standing"] == "held", day
    if stage.kind == "seat":
        places = read_data("/forums/board.json", {"as_at": "2022-11-15"}).said["places"]
        assert (places["filled"], places["perhaps_filled"], places["people"]) == (1, 0, 1)


def test_a_last_year_and_a_successor_from_a_month_of_it(stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2022-06-01"))
    january = paper("2024-01-10")
    left = {"left": "2023-05-01", "left_precision": "year"}
    stage.replace(ann, stage.bea, "2023-09-10", january, precision="month", **left)

    ann_perhaps = (stage.ann, SUBSTANTIVE, PERHAPS)
    stage.says("2022-12-31", (stage.ann, SUBSTANTIVE, CERTAINLY))
    stage.says("2023-01-02", ann_perhaps)
    stage.says("2023-08-31", ann_perhaps)
    stage.says("2023-09-10", ann_perhaps, (stage.bea, SUBSTANTIVE, PERHAPS))
    stage.says("2024-01-01", (stage.bea, SUBSTANTIVE, CERTAINLY))
    assert changes()[1:] == [
        f"In September 2023 Bea Moss became Chair of {stage.owner.name}.",
        f"In 2023 Ann Lee ceased to be Chair of {stage.owner.name}.",
    ]


def test_a_chair_who_left_by_a_day_and_had_no_successor(stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2023-03-01"))
    take(ann, "end", date="2024-06-30", qualifier="by", document=paper("2024-06-30"))

    # The paper of March 2023 says that she was there then.
    stage.says("2023-03-01", (stage.ann, SUBSTANTIVE, CERTAINLY))
    stage.says("2023-03-02", (stage.ann, SUBSTANTIVE, PERHAPS))
    stage.says("2024-06-30", (stage.ann, SUBSTANTIVE, PERHAPS))
    stage.says("2024-07-01")
    stage.says("2025-07-01")
    assert changes()[1:] == [
        (
            f"By 30 June 2024, Ann Lee had ceased to be Chair of {stage.owner.name}; "
            "when is not recorded."
        ),
    ]


def test_of_two_who_share_it_one_is_to_leave_and_another_comes(stage):
    if stage.kind == "post":
        correct(stage.held, max_holders="2", title="Co-chair")
    else:
        correct(stage.held, number="2", title="Co-chair")
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    stage.add(stage.bea, "2019-04-01", paper("2019-06-01"))
    notice = {"end_document": paper("2024-04-30"), "end_locator": "page 1"}
    correct(ann, end_date="2024-05-01", end_qualifier="not-before", **notice)

    both = [(each, SUBSTANTIVE, CERTAINLY) for each in (stage.ann, stage.bea)]
    for day in ("2024-04-30", "2024-05-01", "2024-05-02", "2026-11-30"):
        stage.says(day, *both)
    assert len(changes()) == 2  # that both came

    november = paper("2024-11-10")
    stage.replace(ann, stage.cal, "2024-10-15", november, precision="month", number=None)
    stage.says("2024-09-30", *both)
    stage.says(
        "2024-10-15",
        (stage.ann, SUBSTANTIVE, PERHAPS),
        (stage.bea, SUBSTANTIVE, CERTAINLY),
        (stage.cal, SUBSTANTIVE, PERHAPS),
    )
    stage.says("2024-11-01", both[1], (stage.cal, SUBSTANTIVE, CERTAINLY))


def test_a_start_known_to_the_month_and_corrected_to_a_day(stage):
    sent = {"person": stage.ann, "basis": SUBSTANTIVE, "document": paper("2024-05-15")}
    stage.take("appoint", date="2024-04-01", precision="month", **sent)
    there = [(stage.ann, SUBSTANTIVE, holds) for holds in (CERTAINLY, PERHAPS)]
    stage.says("2024-03-31")
    stage.says("2024-04-16", there[1])
    stage.says("2024-04-30", there[0])

    minutes = paper("2024-04-20")
    correct(stage.of(stage.ann), start_date="2024-04-17", start_precision="day", document=minutes)
    stage.says("2024-04-16")
    stage.says("2024-04-17", there[0])
    stage.says("2024-04-18", there[0])
    assert changes() == [f"On 17 April 2024 Ann Lee became Chair of {stage.owner.name}."]


def test_another_term_on_minutes_of_before_it_began(stage):
    of = stage.owner.name
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"), term_ends="2022-03-31")
    minutes = paper("2022-02-10")
    term = {"date": "2022-03-31", "term_ends": "2025-03-31", "basis": SUBSTANTIVE}
    take(ann, "reappoint", document=minutes, **term)

    there = (stage.ann, SUBSTANTIVE, CERTAINLY)
    for day in ("2022-03-31", "2022-04-01", "2022-04-02", "2025-03-31", "2025-04-01"):
        stage.says(day, there)
    assert changes()[1:] == [
        f"On 1 April 2022 Ann Lee was to stay on as Chair of {of} (substantive){ONLY_PLANNED}",
    ]
    assert "term ends 31 March 2025" in read(f"{stage.page}/", {"as_at": "2025-03-31"}).text
    after = read(f"{stage.page}/", {"as_at": "2025-04-01"}).text
    assert "term was due to end 31 March 2025" in after


def test_another_term_from_some_day_of_a_month_leaves_no_doubt_who_is_there(stage):
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    minutes = paper("2022-06-10")
    term = {"date": "2022-04-10", "precision": "month", "basis": SUBSTANTIVE}
    take(ann, "reappoint", document=minutes, **term)

    for day in ("2022-03-31", "2022-04-10", "2022-05-01"):
        [row] = read_data("/chairs.json", {"as_at": day}).said["results"]
        assert row[stage.kind]["standing"] == "held", day
    assert changes()[1:] == [
        f"In April 2022 Ann Lee stayed on as Chair of {stage.owner.name} (substantive)."
    ]


def test_a_seat_that_goes_with_a_post_that_changes_hands_within_a_month():
    from tests.in_use.stage import Stage

    stage = Stage("post")
    board = make_forum(slug="board", name="The Board")
    make_chair_seat(forum=board, ex_officio_post=stage.held)
    ann = stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    october = paper("2023-10-10")
    stage.replace(ann, stage.bea, "2023-09-15", october, precision="month")

    for day, *right in (
        ("2023-08-31", ("Ann Lee", True)),
        ("2023-09-15", ("Ann Lee", None), ("Bea Moss", None)),
        ("2023-10-01", ("Bea Moss", True)),
        ("2025-10-01", ("Bea Moss", True)),
    ):
        said = read_data("/forums/board.json", {"as_at": day}).said
        [seat] = said["seats"]
        holders = [(each["person"]["name"], each["in_force"]) for each in seat["holders"]]
        assert (holders, seat["standing"]) == (right, "held"), day
        assert (said["places"]["filled"], said["places"]["people"]) == (1, 1)
        page = read("/forums/board/", {"as_at": day})
        for person, name in ((stage.ann, "Ann Lee"), (stage.bea, "Bea Moss")):
            there = name in [each for each, _ in right]
            shown = page.fact("Chair").partition(f"{name} from")[0]
            assert (name in shown) == there, day
            now = read_data(f"/people/{person.slug}.json", {"as_at": day}).said["now"]
            assert len(now) == (2 if there else 0), (day, name)
    handover = (
        "In September 2023 Bea Moss followed Ann Lee, in post until September 2023, as Chair of "
        "Wye Trust."
    )
    assert changes(forum="board")[-1] == changes(organisation="trust")[-1] == handover
