"""A seat that goes with several posts, or with seats of other forums, as staff record it."""

import pytest

from forums.models import ExOfficioSource
from forums.seat_holders import held_seats_of
from records.models import NameKind
from tests import stepping
from tests.admin_pages import address, errors_of, send
from tests.builders import (
    day,
    make_appointment,
    make_chair_seat,
    make_forum,
    make_membership,
    make_organisation,
    make_organisation_name,
    make_person,
    make_post,
    make_seat,
)
from tests.in_use.stage import changes, correct, paper, take
from tests.pages import opened
from tests.pages.as_data import read_data
from tests.pages.reading import read
from tests.pages.test_recorded_and_feeds import entries

pytestmark = pytest.mark.django_db
ADD = address(ExOfficioSource, "add")


def goes_with(seat, start: str, document, **what):
    """Record on the form what else a seat goes with."""
    keys = {name: record.pk for name, record in what.items()}
    evidence = {"document": document.pk, "locator": "page 3", "start_date": start}
    return send(stepping.signed_in(), ADD, seat=seat.pk, **keys, **evidence)


class CoChairs:
    """The chairs of two boards, who chair The Executive together from 1 April 2021."""

    def __init__(self):
        self.ann, self.bea, self.cal = [
            make_person(slug=name.partition(" ")[0].lower(), name=name)
            for name in ("Ann Lee", "Bea Moss", "Cal Nye")
        ]
        self.north = make_forum(slug="north", name="North Board")
        self.south = make_forum(slug="south", name="South Board")
        self.chairs = {each: make_chair_seat(forum=each) for each in (self.north, self.south)}
        start = {"start_date": "2019-04-01"}
        make_membership(seat=self.chairs[self.north], person=self.ann, **start)
        self.beas = make_membership(seat=self.chairs[self.south], person=self.bea, **start)
        self.executive = make_forum(slug="executive", name="The Executive")
        self.seat = make_chair_seat(
            forum=self.executive, title="Co-chair", number=2, voting=True, counts_to_quoracy=True
        )
        document = paper("2021-04-01")
        for chair in self.chairs.values():
            done = goes_with(self.seat, "2021-04-01", document, other_seat=chair)
            assert done.status_code == 302, errors_of(done)
        announced = [("2021-03-31", self.ann), ("2021-03-31", self.bea)]
        until_16_may = ("2021-03-31", "2021-04-01", "2023-05-15")
        self.to_come = {*announced, *((on, self.cal) for on in until_16_may)}

    def are(self, on: str, *people) -> None:
        """Check on every page, paper and file that these are the co-chairs on a day."""
        names, asked = sorted(each.name for each in people), {"as_at": on}
        said = read_data("/forums/executive.json", asked).said
        [seat] = said["seats"]
        assert sorted(each["person"]["name"] for each in seat["holders"]) == names, on
        assert all(each["in_force"] for each in seat["holders"])
        assert said["places"]["filled"] == said["places"]["people"] == len(people), on
        rows = read_data("/forums/executive.csv", asked).rows
        found = [row["person_name"] for row in rows if row["when"] == "now"]
        assert sorted(filter(None, found)) == names, on

        chair = read("/forums/executive/", asked).fact("Chair")
        listed = read("/chairs/", asked).row("The Executive")
        terms = read("/forums/executive/terms/", asked).text
        sheet = read("/forums/executive/attendance/", asked).text
        found = read("/search/", {**asked, "q": "Executive"}).text
        for person in (self.ann, self.bea, self.cal):
            is_there = person in people
            assert (f"{person.name} ex officio" in chair) == is_there, (on, chair)
            assert (f"{person.name} ex officio" in listed) == is_there, (on, listed)
            # Papers name those who are to come, too; a sheet does where nobody is there yet.
            is_to_come = (on, person) in self.to_come
            assert (person.name in terms) == (is_there or is_to_come), on
            assert (person.name in sheet) == (is_there or (is_to_come and not people)), on
            held = read_data(f"/people/{person.slug}.json", asked).said["now"]
            forums = [each["forum"]["name"] for each in held]
            assert ("The Executive" in forums) == is_there, (on, person)

        database = opened.sqlite(**asked)
        exported = database.execute(
            "SELECT person_name, ex_officio_membership_id FROM memberships"
            " WHERE in_force AND seat_id LIKE '%/forums/executive/%' ORDER BY person_name"
        ).fetchall()
        assert [name for name, _ in exported] == names, on
        members = database.execute("SELECT id FROM memberships WHERE in_force").fetchall()
        assert {by for _, by in exported} <= {each for [each] in members}, on
        quoracy = read_data("/forums/executive/quoracy.json", asked)
        assert quoracy.status == 200
        [held] = held_seats_of(self.executive, day(on))
        assert held.filled == len(people)


def test_two_co_chairs_are_the_chairs_of_two_boards_and_follow_them():
    chairs = CoChairs()
    replaced = {"person": chairs.cal, "date": "2023-05-16", "basis": "substantive"}
    take(
        chairs.chairs[chairs.south],
        "replace",
        leaving=[chairs.beas],
        document=paper("2023-05-20"),
        **replaced,
    )
    north = ExOfficioSource.objects.get(other_seat=chairs.chairs[chairs.north])
    take(north, "end", date="2024-06-30", document=paper("2024-07-10"))

    chairs.are("2021-03-31")
    chairs.are("2021-04-01", chairs.ann, chairs.bea)
    chairs.are("2023-05-15", chairs.ann, chairs.bea)
    chairs.are("2023-05-16", chairs.ann, chairs.cal)
    chairs.are("2024-06-30", chairs.ann, chairs.cal)
    chairs.are("2024-07-01", chairs.cal)
    told = changes()
    assert told == [
        "On 1 April 2019 Ann Lee became Chair of North Board.",
        "On 1 April 2019 Bea Moss became Chair of South Board.",
        (
            "On 1 April 2021 the seat “Co-chair” of The Executive began to go with “Chair” of "
            "North Board."
        ),
        (
            "On 1 April 2021 the seat “Co-chair” of The Executive began to go with “Chair” of "
            "South Board."
        ),
        "On 16 May 2023 Bea Moss handed over to Cal Nye as Chair of South Board.",
        (
            "On 30 June 2024 the seat “Co-chair” of The Executive ceased to go with “Chair” of "
            "North Board."
        ),
    ]
    feed = list(entries("/forums/executive/changes.atom").values())
    assert all(sentence in feed for sentence in told[2:]), feed
    page = read("/forums/executive/", {"as_at": "2024-07-01"})
    assert "Ann Lee, Co-chair ex officio, as Chair, North Board" in page.text


def test_a_board_that_stands_down_takes_its_chair_from_the_seat():
    chairs = CoChairs()
    correct(
        chairs.south, end_date="2022-12-31", end_document=paper("2023-01-10"), end_locator="page 4"
    )
    [before] = held_seats_of(chairs.executive, day("2022-12-31"))
    [after] = held_seats_of(chairs.executive, day("2023-01-01"))
    assert [each.person for each in before.holders] == ["Ann Lee", "Bea Moss"]
    assert [each.person for each in after.holders] == ["Ann Lee"]


def test_a_seat_goes_with_its_own_post_and_a_further_one():
    trusts = [make_organisation(name=name) for name in ("Old Trust", "New Trust")]
    posts = [make_post(organisation=each, title="Chief Executive") for each in trusts]
    ann, bea = [make_appointment(post=post).person for post in posts]
    seat = make_seat(ex_officio_post=posts[0], title="Leaders", number=2)
    done = goes_with(seat, "2021-04-01", paper("2021-04-01"), post=posts[1])
    assert done.status_code == 302, errors_of(done)

    former = {"kind": NameKind.FORMER, "start_date": "2019-04-01", "end_date": "2022-03-31"}
    make_organisation_name(organisation=trusts[0], name="Older Trust", **former)

    said = {}
    for on in ("2021-03-31", "2021-04-01"):
        [held] = read_data(f"/forums/{seat.forum.slug}.json", {"as_at": on}).said["seats"]
        said[on] = [each["person"]["name"] for each in held["holders"]]
    as_what = [each["ex_officio"] for each in held["holders"]]
    assert "Older Trust" in as_what[0]
    assert as_what[1] == "Chief Executive, New Trust"
    assert said == {"2021-03-31": [ann.name], "2021-04-01": [ann.name, bea.name]}
    rows = opened.sqlite(as_at="2021-04-01").execute(
        "SELECT ex_officio_appointment_id FROM memberships"
    )
    assert len({each for [each] in rows}) == 2


def test_no_seat_goes_with_one_that_goes_with_something_itself():
    post = make_post()
    through_post, first, second = make_seat(ex_officio_post=post), make_seat(), make_seat()
    document = paper("2021-04-01")
    done = goes_with(first, "2021-04-01", document, other_seat=through_post)
    [said] = errors_of(done)["other_seat"]
    assert said == f"{through_post} goes itself with {post}. Choose that here instead."

    assert goes_with(first, "2021-04-01", document, other_seat=second).status_code == 302
    done = goes_with(second, "2021-04-01", document, other_seat=first)
    assert f"goes itself with {second}" in errors_of(done)["other_seat"][0]
    done = goes_with(second, "2021-04-01", document, other_seat=make_seat())
    assert "cannot go with something itself" in errors_of(done)["seat"][0]
    done = goes_with(second, "2021-04-01", document, post=post)
    assert "cannot go with something itself" in errors_of(done)["seat"][0]
    ended = ExOfficioSource.objects.get(other_seat=second)
    take(ended, "end", date="2022-03-31", document=paper("2022-04-01"))
    done = goes_with(second, "2022-03-31", document, post=post)
    assert "cannot go with something itself" in errors_of(done)["seat"][0]
    assert goes_with(second, "2022-04-01", document, post=post).status_code == 302
    second.ex_officio_post = make_post()
    with pytest.raises(Exception, match="cannot go with something itself"):
        second.full_clean()
    done = goes_with(first, "2021-04-01", document, other_seat=make_seat(forum=first.forum))
    assert errors_of(done)["other_seat"] == ["Choose a seat of another forum."]
    done = send(stepping.signed_in(), ADD, post=post.pk, start_date="2021-04-01")
    assert errors_of(done)["seat"] == ["This field is required."]
