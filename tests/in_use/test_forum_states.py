"""Forums that are set up, rehosted and moved from a day on: on the days before, on and after."""

import pytest

from forums.models import Forum, ForumState, ForumStatus
from organisations.models import Organisation
from tests.builders import make_chair_seat, make_forum, make_organisation, make_place
from tests.in_use.stage import changes, paper, take
from tests.pages import opened
from tests.pages.as_data import read_data
from tests.pages.reading import read
from tests.pages.test_recorded_and_feeds import entries

pytestmark = pytest.mark.django_db

BEFORE, FIRST, AFTER = "2023-05-15", "2023-05-16", "2024-01-01"


@pytest.fixture
def proposed() -> Forum:
    return make_forum(
        slug="board", name="The Board", start_date="2019-04-01", status=ForumStatus.PROPOSED
    )


@pytest.fixture
def hosted() -> Forum:
    old = make_organisation(slug="old", name="Old")
    make_organisation(slug="new", name="New")
    return make_forum(
        slug="board", name="The Board", host=old, place=make_place(slug="here", name="Here")
    )


def set_up(forum: Forum, date: str, said: str, **more):
    return take(forum, "set-up", date=date, document=paper(said), **more)


def in_file(day: str) -> tuple:
    return opened.sqlite(as_at=day).execute(
        "SELECT status, host_id, place_id FROM forums WHERE slug = 'board'"
    )


def test_a_proposed_forum_is_set_up(proposed):
    make_chair_seat(forum=proposed)
    set_up(proposed, FIRST, "2023-05-20")

    status = {BEFORE: "proposed", FIRST: "established", AFTER: "established"}
    for day, so in status.items():
        asked = {"as_at": day}
        assert read_data("/forums/board.json", asked).said["status"] == so, day
        [listed] = read_data("/forums.csv", asked).rows
        assert listed["status"] == so, day
        [row] = in_file(day)
        assert row[0] == so, day
        [found] = read_data("/forums.json", {**asked, "status": so}).said["results"]
        assert found["name"] == "The Board", day
        [chair] = read_data("/chairs.json", asked).said["results"]
        assert chair["forum"]["status"] == so, day
        [stands] = read_data("/structure.json", asked).said["results"]
        assert stands["status"] == so, day
        page = read("/forums/board/", asked).text
        assert ("as a proposed forum" in page or "Proposed" in page) == (so == "proposed"), day
    told = changes()
    assert "From 16 May 2023 it was set up, no longer only proposed: The Board." in told
    assert "On 1 April 2019 The Board began as a proposed forum, with 1 seat." in told
    assert "from 16 May 2023 it was set up" in read("/forums/board/", {"as_at": AFTER}).text
    assert "from 16 May 2023 it is to be set up" in read("/forums/board/", {"as_at": BEFORE}).text


def test_setting_up_that_was_only_foreseen_says_so(proposed):
    set_up(proposed, "2023-05-16", "2023-01-10")

    page = read("/forums/board/", {"as_at": AFTER})
    assert "was to be set up" in page.text


def test_a_forum_that_was_set_up_ends_as_a_forum(proposed):
    set_up(proposed, FIRST, "2023-05-20")
    take(proposed, "stand-down", date="2024-03-31", document=paper("2024-04-20"))

    assert "On 31 March 2024 The Board stood down." in changes()


def test_a_proposed_forum_is_given_up(proposed):
    make_chair_seat(forum=proposed)
    take(proposed, "stand-down", date=FIRST, document=paper("2023-05-20"))

    for day, is_there in ((BEFORE, True), (FIRST, True), ("2023-05-17", False)):
        asked = {"as_at": day}
        said = read_data("/forums/board.json", asked).said
        assert (said["status"], said["in_force"]) == ("proposed", is_there), day
        rows = read_data("/forums.csv", asked).rows
        assert [row["status"] for row in rows] == ["proposed"] * is_there, day
        assert len(list(in_file(day))) == is_there, day
        for listed in ("/chairs.json", "/structure.json"):
            assert len(read_data(listed, asked).said["results"]) == is_there, (listed, day)
        for page in ("", "terms/"):
            text = read(f"/forums/board/{page}", asked).text
            assert ("Not in force on 17 May 2023" in text) is not is_there, (page, day)
        assert "The sources do not say that it was ever set up." in (
            read("/forums/board/", asked).text
        )
    told = "On 16 May 2023 The Board was given up as a proposed forum, with 1 seat."
    assert told in changes()
    for feed in ("/changes.atom", "/forums/board/changes.atom"):
        assert list(entries(feed).values()).count(told) == 1


def test_a_forum_gets_another_host_and_another_place(hosted):
    there = make_place(slug="there", name="There")
    new = Organisation.objects.get(slug="new")
    take(hosted, "move", date=FIRST, document=paper("2023-05-20"), host=new.pk, place=there.pk)

    for day, host, place in ((BEFORE, "Old", "Here"), (FIRST, "New", "There")):
        asked = {"as_at": day}
        said = read_data("/forums/board.json", asked).said
        assert (said["host"]["name"], said["place"]["name"]) == (host, place)
        [row] = in_file(day)
        assert host.lower() in row[1] and place.lower() in row[2]
        assert f"hosted by {host}" in read("/forums/board/", asked).text
        assert read_data("/forums.json", {**asked, "place": place.lower()}).said["results"]
        hosts = {
            each: "The Board" in read(f"/organisations/{each}/", asked).text
            for each in ("old", "new")
        }
        assert hosts == {"old": host == "Old", "new": host == "New"}
    assert "From 16 May 2023 New hosts it, not Old; and it serves There, not Here: The Board." in (
        changes()
    )
    assert ForumState.objects.count() == 1
