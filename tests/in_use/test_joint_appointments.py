"""A chief executive over two trusts: appointed once, and ended in one of them or in all."""

import pytest

from organisations.models import PostKind
from people.models import Appointment
from tests import stepping
from tests.builders import make_forum, make_organisation, make_person, make_post, make_seat
from tests.in_use.stage import ALWAYS, paper, take
from tests.pages import opened
from tests.pages.as_data import read_data
from tests.pages.reading import read
from tests.pages.test_recorded_and_feeds import entries

pytestmark = pytest.mark.django_db

WYE, ROSS = "Wye Trust", "Ross Trust"


class Trusts:
    """Two trusts, each with the post of a chief executive."""

    def __init__(self):
        self.ann = make_person(slug="ann", name="Ann Lee")
        self.posts = {
            name: make_post(
                organisation=make_organisation(slug=name.split()[0].lower(), name=name),
                title="Chief Executive",
                kind=PostKind.LEADER,
            )
            for name in (WYE, ROSS)
        }

    def appoint(self, **answers) -> None:
        came = {"person": self.ann, "date": "2023-07-01", "document": paper("2023-07-10")}
        joint = {"also": [self.posts[ROSS]], "joint": "on", "basis": "substantive"}
        take(self.posts[WYE], "appoint", **came, **{**joint, **answers})

    def of(self, name: str) -> Appointment:
        return Appointment.objects.get(post=self.posts[name])


@pytest.fixture
def trusts():
    return Trusts()


def held_on(day: str) -> dict[str, list[str]]:
    """The trusts that Ann leads on a day, each with those that it is one appointment with: the
    same on every page, in every format and in the exported file."""
    asked = {"as_at": day}
    found = {}
    for slug, name, other in (("wye", WYE, ROSS), ("ross", ROSS, WYE)):
        page = f"/organisations/{slug}"
        [post] = read_data(f"{page}.json", asked).said["posts"]
        rows = read_data(f"{page}.csv", asked).rows
        [row] = [each for each in rows if each["when"] == "now"]
        words = read(f"{page}/", asked).section("posts")
        joint = []
        for holder in post["holders"]:
            joint = found[name] = [each["name"] for each in holder["joint_with"]]
        assert row["joint_with_name"] == "; ".join(joint)
        assert (f"joint appointment with {other}" in words) == (joint == [other])
        assert (f"joint appointment with {other}" in read("/chairs/", asked).text) == (
            joint == [other]
        )
    now = read_data("/people/ann.json", asked).said["now"]
    own = {each["organisation"]["name"]: each["joint_with"] for each in now}
    assert {name: [each["name"] for each in joint] for name, joint in own.items()} == found
    [person] = read_data("/people.json", asked).said["results"]
    assert [each["joint_with"] for each in person["now"]] == [each["joint_with"] for each in now]
    exported = opened.sqlite(**asked).execute(
        "SELECT joint, count(*) FROM appointments WHERE in_force GROUP BY joint"
    )
    told = [tuple(row) for row in exported]
    assert told == ([("joint from 2023-07-01", len(found))] if found else [])
    return found


def on_her_page(day: str, section: str = "now") -> str:
    return read("/people/ann/", {"as_at": day}).section(section)


def told() -> list[str]:
    return [each["sentence"] for each in read_data("/changes.json", ALWAYS).said["results"]]


def test_a_chief_executive_over_two_trusts_is_appointed_once(trusts):
    trusts.appoint()

    assert held_on("2023-06-30") == {}
    assert held_on("2023-07-01") == {WYE: [ROSS], ROSS: [WYE]}
    assert held_on("2026-11-30") == {WYE: [ROSS], ROSS: [WYE]}
    now = on_her_page("2023-07-01")
    assert "Wye Trust and Ross Trust" in now.replace(
        "Ross Trust and Wye Trust", "Wye Trust and Ross Trust"
    )
    assert now.count("Chief Executive") == now.count("since 1 July 2023") == 1
    came = (
        "On 1 July 2023 Ann Lee became Chief Executive of Ross Trust and Wye Trust "
        "(joint appointment)."
    )
    assert told().count(came) == 1
    assert not [each for each in told() if "Ann Lee" in each and each != came]
    fed = entries("/changes.atom").values()
    for name in (WYE, ROSS):
        alone = f"On 1 July 2023 Ann Lee became Chief Executive of {name} (joint appointment)."
        assert alone in fed


def test_it_ends_in_one_and_goes_on_in_the_other(trusts):
    trusts.appoint()
    leaves = {"date": "2024-03-31", "document": paper("2024-04-10"), "end_reason": "moved"}
    take(trusts.of(ROSS), "end", where="here", **leaves)

    assert held_on("2024-03-30") == {WYE: [ROSS], ROSS: [WYE]}
    assert held_on("2024-03-31") == {WYE: [ROSS], ROSS: [WYE]}
    assert held_on("2024-04-01") == {WYE: []}
    assert trusts.of(WYE).end_date is None
    assert "joint" not in on_her_page("2024-04-01")
    assert "joint appointment with Wye Trust" in on_her_page("2024-04-01", "before")
    former = read("/organisations/ross/", {"as_at": "2024-04-01"}).section("former")
    assert "joint appointment with Wye Trust" in former
    left = (
        "On 31 March 2024 Ann Lee ceased to be Chief Executive of Ross Trust "
        "(joint appointment) (moved to another post)."
    )
    assert left in told()


def test_it_ends_in_both_at_once(trusts):
    trusts.appoint()
    leaves = {"date": "2024-03-31", "document": paper("2024-04-10"), "now_vacant": "yes"}
    take(trusts.of(ROSS), "end", where="all", **leaves)

    assert held_on("2024-03-31") == {WYE: [ROSS], ROSS: [WYE]}
    assert held_on("2024-04-01") == {}
    for name in (WYE, ROSS):
        assert trusts.posts[name].vacancies.get().start_date.isoformat() == "2024-04-01"
    assert (
        "On 31 March 2024 Ann Lee ceased to be Chief Executive of Ross Trust and Wye Trust "
        "(joint appointment)." in told()
    )


def test_another_term_in_both_is_a_joint_appointment_still(trusts):
    trusts.appoint(term_ends="2024-03-31")
    take(
        trusts.of(WYE),
        "reappoint",
        where="all",
        date="2024-03-31",
        basis="substantive",
        document=paper("2024-04-10"),
    )

    for day in ("2024-03-31", "2024-04-01"):
        assert held_on(day) == {WYE: [ROSS], ROSS: [WYE]}


def test_who_sits_on_a_board_by_a_joint_appointment_is_said_to(trusts):
    board = make_forum(slug="board", name="The Board")
    make_seat(forum=board, ex_officio_post=trusts.posts[WYE])
    trusts.appoint()
    leaves = {"date": "2024-03-31", "document": paper("2024-04-10"), "end_reason": "moved"}
    take(trusts.of(ROSS), "end", where="here", **leaves)

    for day, joint in (("2023-07-01", [ROSS]), ("2024-03-31", [ROSS]), ("2024-04-01", [])):
        asked = {"as_at": day}
        [seat] = read_data("/forums/board.json", asked).said["seats"]
        [holder] = seat["holders"]
        assert [each["name"] for each in holder["joint_with"]] == joint, day
        for page in ("/forums/board/", "/forums/board/terms/"):
            said = "joint appointment with Ross Trust" in read(page, asked).text
            assert said == bool(joint), (page, day)


def test_the_step_asks_where_it_ends_and_of_which_posts_it_is_one(trusts):
    done = stepping.take(
        trusts.posts[WYE], "appoint", person=trusts.ann, date="2023-07-01", joint="on",
        basis="substantive",
    )  # fmt: skip
    assert stepping.errors_of(done)["also"] == ["Choose the other posts of the joint appointment."]
    trusts.appoint()
    done = stepping.take(trusts.of(WYE), "end", date="2024-03-31")
    assert "where" in stepping.errors_of(done)


def test_of_a_name_withheld_nothing_tells_the_other_trust(trusts):
    trusts.appoint()
    trusts.ann.refresh_from_db()
    take(trusts.ann, "withhold", document=None, locator=None)

    for slug in ("wye", "ross"):
        [post] = read_data(f"/organisations/{slug}.json").said["posts"]
        assert [each["joint_with"] for each in post["holders"]] == [[]]
    assert not [each for each in told() if "joint" in each]
    rows = opened.sqlite().execute("SELECT joint FROM appointments").fetchall()
    assert {tuple(row) for row in rows} == {(None,)}
