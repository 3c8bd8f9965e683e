"""Posts that change from a day on and keep their holders: on the days before, on and after."""

import pytest
from django.core.exceptions import ValidationError

from organisations.models import Post, PostTerms
from people.models import Appointment
from tests import stepping
from tests.builders import make_appointment, make_person, make_post, make_seat
from tests.in_use.stage import (
    CERTAINLY,
    Stage,
    changes,
    feed_tells,
    joint_in_the_middle_years,
    paper,
    take,
)
from tests.pages import opened
from tests.pages.as_data import read_data
from tests.pages.reading import read

pytestmark = pytest.mark.django_db


def change(post: Post, date: str, said: str, **changed) -> None:
    post.refresh_from_db()
    now = {name: getattr(post, name) for name in PostTerms.laid_down}
    take(post, "change-terms", date=date, document=paper(said), **{**now, **changed})


def post_on(day: str) -> dict:
    """The one post of the trust on a day, the same in JSON and in the exported file."""
    [said] = read_data("/organisations/trust.json", {"as_at": day}).said["posts"]
    exported = opened.sqlite(as_at=day).execute("SELECT title, max_holders FROM posts").fetchall()
    assert [(said["title"], said["max_holders"])] == [tuple(row) for row in exported]
    return said


@pytest.fixture
def led():
    return joint_in_the_middle_years("post", change, "max_holders")


def test_one_leader_two_joint_and_one_again(led):
    ann, bea = (led.ann, "substantive", CERTAINLY), (led.bea, "substantive", CERTAINLY)

    led.says("2023-05-15", ann)
    led.says("2023-05-16", ann, bea)
    led.says("2025-05-31", ann, bea)
    led.says("2025-06-01", ann)
    numbers = {"2023-05-15": 1, "2023-05-16": 2, "2025-05-31": 2, "2025-06-01": 1}
    assert {day: post_on(day)["max_holders"] for day in numbers} == numbers
    assert Appointment.objects.get(person=led.ann).end_date is None
    told = changes()
    assert "From 16 May 2023 two hold it, not one: the post “Chair” of Wye Trust." in told
    assert "From 1 June 2025 one holds it, not two: the post “Chair” of Wye Trust." in told
    feed_tells(led, told)
    shown = read("/organisations/trust/", {"as_at": "2023-05-16"}).section("posts")
    assert "from 16 May 2023 two hold it, not one" in shown
    assert "Paper of 2023-05-20" in shown


def test_two_may_hold_it_in_the_middle_years_alone(led):
    cal = {"person": led.cal, "post": led.held}
    with pytest.raises(ValidationError, match="has room for 1 on 1 January 2021"):
        make_appointment(**cal, start_date="2021-01-01", end_date="2021-12-31")
    with pytest.raises(ValidationError, match="has room for 1 on 1 January 2026"):
        make_appointment(**cal, start_date="2026-01-01")


def test_a_post_is_called_otherwise_from_a_day_on_every_page():
    stage = Stage("post")
    stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    make_seat(title="The leader of it", ex_officio_post=stage.held)

    change(stage.held, "2023-05-16", "2023-05-20", title="Leader")

    for day, title, other in (("2023-05-15", "Chair", "Leader"), ("2023-05-16", "Leader", "Chair")):
        asked = {"as_at": day}
        assert post_on(day)["title"] == title
        now = read_data("/people/ann.json", asked).said["now"]
        assert {each["title"] for each in now if each["kind"] == "appointment"} == {title}
        assert {each["ex_officio"] for each in now} - {None} <= {f"{title}, Wye Trust"}
        chairs = read_data("/chairs.json", asked).said["results"]
        assert [each["post"]["title"] for each in chairs if "post" in each] == [title]
        assert f"called “{other}”" not in read("/people/ann/", asked).text
    assert (
        "From 16 May 2023 it is called “Leader”, not “Chair”: the post “Chair” of Wye Trust."
        in (changes())
    )


@pytest.mark.parametrize(
    ("vacant", "words"), [(True, "1 more vacant"), (False, "1 more not recorded")]
)
def test_the_second_place_of_two_is_shown_vacant_or_not_recorded(vacant, words):
    stage = Stage("post")
    stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    change(stage.held, "2023-05-16", "2023-05-20", max_holders=2)
    if vacant:
        said = {"date": "2023-05-16", "places": 1, "document": paper("2023-05-20")}
        stage.take("record-vacancy", **said)

    shown = read("/organisations/trust/", {"as_at": "2023-05-16"}).section("posts")
    assert "Ann Lee" in shown
    assert words in shown
    before = read("/organisations/trust/", {"as_at": "2023-05-15"}).section("posts")
    assert "1 more" not in before


def test_a_number_below_those_who_hold_it_is_refused_on_its_field():
    post = make_post(max_holders=2)
    for _ in range(2):
        make_appointment(post=post, person=make_person())

    done = stepping.take(
        post, "change-terms", date="2023-05-16", title=post.title, max_holders=1, requirement="kept"
    )

    [error] = stepping.errors_of(done)["max_holders"]
    assert "2 people are recorded for it on 16 May 2023" in error
    assert done.context_data["form"]["requirement"].value() == "kept"
    assert not PostTerms.objects.exists()
