"""Vacancies that are filled: through a post, by whoever acted, and recorded when that was known."""

import pytest

from people.models import Basis
from tests.builders import make_forum, make_organisation, make_person, make_post, make_seat
from tests.in_use.stage import CERTAINLY, Stage, changes, feed_tells, paper, take
from tests.in_use.test_vacancies import standing
from tests.pages import opened
from tests.pages.as_data import read_data
from tests.pages.reading import read

pytestmark = pytest.mark.django_db

SUBSTANTIVE, ACTING = Basis.SUBSTANTIVE, Basis.ACTING


@pytest.fixture(params=["post", "seat"])
def stage(request):
    stage = Stage(request.param)
    stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    return stage


def test_whoever_acted_in_a_vacancy_becomes_the_chair(stage):
    left = {"date": "2024-04-30", "now_vacant": "yes", "document": paper("2024-05-20")}
    take(stage.of(stage.ann), "end", **left)
    acts = {"basis": ACTING, "acting_for": "vacancy"}
    bea = stage.add(stage.bea, "2024-05-10", paper("2024-05-20"), **acts)
    take(
        bea, "reappoint", date="2024-08-31", basis=SUBSTANTIVE, acting_for="",
        document=paper("2024-09-20"),
    )  # fmt: skip

    stage.says("2024-04-30", (stage.ann, SUBSTANTIVE, CERTAINLY))
    stage.says("2024-05-01")
    stage.says("2024-05-09")
    for day in ("2024-05-10", "2024-08-31"):
        stage.says(day, (stage.bea, ACTING, CERTAINLY))
    for day in ("2024-09-01", "2026-11-30"):
        stage.says(day, (stage.bea, SUBSTANTIVE, CERTAINLY))
    days = ("2024-04-30", "2024-05-01", "2024-05-09", "2024-05-10", "2024-08-31", "2024-09-01")
    said = [standing(stage, day) for day in days]
    assert said == ["held", "vacant", "vacant", "held", "held", "held"]
    told = changes()
    of = stage.owner.name
    assert [each for each in told if "Bea Moss" in each] == [
        f"On 10 May 2024 Bea Moss became Chair of {of} (acting in a vacancy).",
        f"On 1 September 2024 Bea Moss stayed on as Chair of {of} (substantive).",
    ]
    feed_tells(stage, told)


def test_whoever_acted_for_the_chair_takes_over_from_the_chair(stage):
    bea = stage.add(stage.bea, "2024-05-10", paper("2024-05-20"), basis=ACTING)
    said = {"date": "2024-08-31", "document": paper("2024-09-20")}
    take(stage.of(stage.ann), "end", **said)
    take(bea, "reappoint", basis=SUBSTANTIVE, acting_for="", **said)

    told = changes()
    assert [each for each in told if "September" in each or "August" in each] == [
        f"On 1 September 2024 Ann Lee handed over to Bea Moss as Chair of {stage.owner.name}."
    ]
    feed_tells(stage, told)


def test_a_vacancy_is_recorded_after_the_successor_was(stage):
    take(stage.of(stage.ann), "end", date="2024-04-30", document=paper("2024-05-20"))
    stage.add(stage.bea, "2024-07-01", paper("2024-07-20"))
    assert standing(stage, "2024-05-01") == "not-recorded"

    stage.take("record-vacancy", date="2024-05-01", document=paper("2024-06-10"))

    days = ("2024-04-30", "2024-05-01", "2024-06-30", "2024-07-01", "2026-11-30")
    said = [standing(stage, day) for day in days]
    assert said == ["held", "vacant", "vacant", "held", "held"]
    stage.says("2024-06-30")
    stage.says("2024-07-01", (stage.bea, SUBSTANTIVE, CERTAINLY))
    [vacant] = [each for each in changes() if "vacant" in each]
    assert vacant.startswith("On 1 May 2024 the ")
    feed_tells(stage, [vacant])


def test_a_post_with_seats_on_two_forums_falls_vacant_and_is_filled():
    trust = make_organisation(slug="trust", name="Wye Trust")
    post = make_post(organisation=trust, title="Nurse")
    for slug in ("board", "group"):
        forum = make_forum(slug=slug, name=slug.title())
        make_seat(forum=forum, title="Nurse member", ex_officio_post=post)
    ann, bea = make_person(slug="ann", name="Ann Lee"), make_person(slug="bea", name="Bea Moss")
    came = {"basis": SUBSTANTIVE, "person": ann, "date": "2019-04-01"}
    take(post, "appoint", document=paper("2019-06-01"), **came)
    left = {"date": "2024-04-30", "now_vacant": "yes", "document": paper("2024-05-20")}
    take(post.appointments.get(), "end", **left)
    came |= {"person": bea, "date": "2024-07-01"}
    take(post, "appoint", document=paper("2024-07-20"), **came)

    for day, name, vacant in [
        ("2024-04-30", "Ann Lee", 0), ("2024-05-01", "", 1), ("2024-06-30", "", 1),
        ("2024-07-01", "Bea Moss", 0), ("2024-07-02", "Bea Moss", 0),
    ]:  # fmt: skip
        asked = {"as_at": day}
        names = [name] if name else []
        for slug in ("board", "group"):
            [seat] = read_data(f"/forums/{slug}.json", asked).said["seats"]
            assert [each["person"]["name"] for each in seat["holders"]] == names, (day, slug)
            assert (seat["vacant"], seat["unfilled"]) == (vacant, vacant), (day, slug)
            rows = read_data(f"/forums/{slug}.csv", asked).rows
            now = [row for row in rows if row["when"] == "now"]
            assert [row["person_name"] for row in now if row["person_name"]] == names
            page = read(f"/forums/{slug}/", asked).section("members")
            assert ("Vacant" in page) == bool(vacant), (day, slug)
        database = opened.sqlite(**asked)
        counted = "SELECT vacant, unfilled FROM seats"
        assert [tuple(row) for row in database.execute(counted)] == [(vacant, vacant)] * 2
        held = list(database.execute("SELECT count(*) FROM post_vacancies WHERE in_force"))
        assert held[0][0] == vacant
        [row] = read_data("/organisations/trust.json", asked).said["posts"]
        assert row["standing"] == ("vacant" if vacant else "held")
    for about in ({}, {"forum": "board"}, {"forum": "group"}, {"organisation": "trust"}):
        told = [each for each in changes(**about) if "2024" in each]
        assert [each.partition(" 2024 ")[2] for each in told] == [
            "Ann Lee ceased to be Nurse of Wye Trust.",
            "the post “Nurse” of Wye Trust was vacant.",
            "Bea Moss became Nurse of Wye Trust.",
        ], about
