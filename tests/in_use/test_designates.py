"""Chairs designate, named before they begin or before the body exists; and independent chairs."""

import pytest

from forums.models import Membership, SeatRole
from organisations.models import PostKind
from people.models import Basis
from tests import stepping
from tests.builders import make_chair_seat, make_forum, make_organisation, make_post
from tests.in_use.stage import CERTAINLY, Stage, changes, correct, feed_tells, paper, take
from tests.pages import opened
from tests.pages.as_data import read_data
from tests.pages.reading import read

pytestmark = pytest.mark.django_db

SUBSTANTIVE = Basis.SUBSTANTIVE
WORDS = "Bea Moss, Chair designate, named on 26 November 2021, to begin on 1 July 2022"
NAMED = {"named": "2021-11-26", "basis": SUBSTANTIVE}


def to_come(page: str, day: str) -> list[tuple]:
    """The titles that are to come, in the JSON of somebody, with when they were named."""
    said = read_data(page, {"as_at": day}).said["to_come"]
    return [(each["title"], each["named_date"]) for each in said]


def designates(table: str, day: str) -> list[str]:
    """The people in a CSV file who are named for what they are to hold."""
    rows = read_data(table, {"as_at": day}).rows
    found = [row for row in rows if row["when"] == "to_come" and row["named_date"]]
    assert all(row["in_force"] == "false" for row in found)
    return [row["person_name"] for row in found]


def test_a_successor_designate_is_told_from_the_naming_to_the_start_and_is_no_holder(stage):
    of = stage.owner.name
    stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    november = paper("2021-12-01")
    [ann] = stage.model.objects.all()
    stage.replace(ann, stage.bea, "2022-07-01", november, named="2021-11-26")

    ann_chairs, bea_chairs = [(each, SUBSTANTIVE, CERTAINLY) for each in (stage.ann, stage.bea)]
    for day, chairs, is_designate in (
        ("2021-11-25", ann_chairs, False),
        ("2021-11-26", ann_chairs, True),
        ("2022-06-30", ann_chairs, True),
        ("2022-07-01", bea_chairs, False),
    ):
        stage.says(day, chairs)
        asked = {"as_at": day}
        for page in (f"{stage.page}/", "/chairs/"):
            assert (WORDS in read(page, asked).text) == is_designate, (page, day)
        assert ("Chair designate" in read("/people/bea/", asked).text) == is_designate
        if stage.kind == "seat":
            paper_says = "Bea Moss (designate, named on 26 November 2021, to begin on 1 July 2022)"
            assert (paper_says in read("/forums/board/terms/", asked).text) == is_designate
        named = [("Chair", "2021-11-26")]
        assert to_come("/people/bea.json", day) == (named if is_designate else []), day
        for table in (f"{stage.page}.csv", "/chairs.csv"):
            assert designates(table, day) == (["Bea Moss"] if is_designate else []), (table, day)
    table = "appointments" if stage.kind == "post" else "memberships"
    [row] = opened.sqlite(as_at="2022-07-01").execute(
        f"SELECT named_date, named_precision, named_qualifier FROM {table} WHERE in_force"
    )
    assert tuple(row) == ("2021-11-26", "day", "on")
    told = changes()
    assert told[1] == f"On 26 November 2021 Bea Moss was named Chair designate of {of}."
    assert told[2].startswith("On 1 July 2022 Ann Lee was to hand over to Bea Moss")
    feed_tells(stage, told)


@pytest.mark.parametrize("kind", ["forum", "organisation"])
def test_a_chair_designate_before_the_body_exists(kind):
    stage = Stage("seat" if kind == "forum" else "post")
    begins = {"start_date": "2022-07-01"}
    if kind == "forum":
        owner = make_forum(slug="icb", name="The New Board", **begins)
        held, page = make_chair_seat(forum=owner, **begins), "/forums/icb"
    else:
        owner = make_organisation(slug="icb", name="The New Board", **begins)
        held = make_post(organisation=owner, title="Chair", kind=PostKind.CHAIR, **begins)
        page = "/organisations/icb"
    took_up = paper("2022-08-01")
    take(held, "appoint", person=stage.bea, date="2022-07-01", document=took_up, **NAMED)

    holders = {"seat": "seats", "post": "posts"}[stage.kind]
    for day, is_designate, is_there in (
        ("2021-11-25", False, False),
        ("2021-11-26", True, False),
        ("2022-06-30", True, False),
        ("2022-07-01", False, True),
    ):
        shown, said = read(f"{page}/", {"as_at": day}), read_data(f"{page}.json", {"as_at": day})
        assert (WORDS in shown.text) == is_designate, day
        assert "Later: Bea Moss" not in shown.text
        assert [(each["title"], each["person"]["name"]) for each in said.said["designates"]] == (
            [("Chair", "Bea Moss")] if is_designate else []
        ), day
        assert designates(f"{page}.csv", day) == (["Bea Moss"] if is_designate else []), day
        there = [each["person"]["name"] for one in said.said[holders] for each in one["holders"]]
        assert there == (["Bea Moss"] if is_there else []), day
        assert len(to_come("/people/bea.json", day)) == is_designate
    told = [each for each in changes() if "Bea" in each]
    assert told == [
        "On 26 November 2021 Bea Moss was named Chair designate of The New Board.",
        "On 1 July 2022 Bea Moss became Chair of The New Board.",
    ]


@pytest.mark.parametrize(
    ("answers", "field", "said"),
    [
        ({"named": "2022-07-02"}, "named", "is after the start, 1 July 2022"),
        (
            {"named": "2021-11-26", "ended": "2021-10-31"},
            "named",
            "so that nobody was named for it on 26 November 2021",
        ),
        (
            {"date": "2021-12-01", "qualifier": "not-before", "ended": "2022-03-31"},
            "named",
            "it never came to be",
        ),
    ],
)
def test_a_designate_of_nothing_is_refused_on_the_field_that_is_wrong(answers, field, said):
    stage = Stage("seat")
    ended = answers.get("ended")
    if ended:
        correct(stage.owner, end_date=ended, status="proposed")
    if answers.get("qualifier"):  # which only the form of a record asks
        with pytest.raises(AssertionError, match=said):
            stage.add(
                stage.bea,
                answers["date"],
                paper("2021-12-01"),
                start_qualifier="not-before",
                named_date="2021-11-26",
            )
    else:
        sent = {"person": stage.bea, "date": "2022-07-01", "document": paper("2021-12-01")}
        done = stepping.take(stage.held, "appoint", **sent, **NAMED | {"named": answers["named"]})
        assert said in " ".join(stepping.errors_of(done)[field])
    assert not Membership.objects.exists()


def test_a_designate_of_a_body_that_was_given_up_is_told_no_more():
    stage = Stage("seat")
    sent = {"start_qualifier": "not-before", "named_date": "2021-11-26"}
    stage.add(stage.bea, "2021-12-01", paper("2021-12-01"), **sent)
    assert "Chair designate" in read("/forums/board/", {"as_at": "2022-03-31"}).text
    correct(stage.owner, end_date="2022-03-31", status="proposed")
    for day, is_told in (("2022-03-31", True), ("2022-04-01", False)):
        shown = read("/forums/board/", {"as_at": day}).text
        assert ("Chair designate" in shown) == is_told, day


# Independent


def test_an_independent_chair_speaks_for_nobody_and_others_for_whom_is_not_recorded():
    stage = Stage("seat")
    june = paper("2019-06-01")
    appointed = {"person": stage.ann, "date": "2019-04-01", "document": june}
    stage.take("appoint", **appointed, basis=SUBSTANTIVE, independent="on")
    ann = stage.of(stage.ann)

    def told_as() -> tuple:
        asked = {"as_at": "2019-04-01"}
        [seat] = read_data("/forums/board.json", asked).said["seats"]
        [holder] = seat["holders"]
        [row] = read_data("/forums/board.csv", asked).rows
        [own] = read_data("/people/ann.json", asked).said["now"]
        [(exported,)] = opened.sqlite(**asked).execute(
            "SELECT independent FROM who_sits_where WHERE person = 'Ann Lee'"
        )
        by_record = holder["on_behalf_of"] is None and (
            holder["independent"] or seat["independent"]
        )
        assert row["independent"] == str(by_record).lower()
        assert own["independent"] == bool(exported) == (row["independent"] == "true")
        board, chairs, person = (
            read(page, asked).text for page in ("/forums/board/", "/chairs/", "/people/ann/")
        )
        return own["independent"], *("independent" in each for each in (board, chairs, person))

    assert told_as() == (True, True, True, True)
    assert changes() == ["On 1 April 2019 Ann Lee became Chair of The Board (independent)."]
    feed_tells(stage, changes())
    correct(ann, independent="")
    assert told_as() == (False, False, False, False)
    assert "for whom: not recorded" in read("/chairs/").text
    # Whoever fills an independent seat speaks for nobody, too.
    correct(stage.held, independent="on")
    assert told_as() == (True, True, True, True)
    council = make_organisation(name="The Council")
    correct(ann, on_behalf_of=council)
    assert told_as() == (False, False, False, False)
    with pytest.raises(AssertionError, match="Choose one of the two"):
        correct(ann, independent="on")


def test_a_chair_by_a_post_does_not_speak_for_its_organisation_and_a_member_does():
    stage = Stage("post")
    stage.add(stage.ann, "2019-04-01", paper("2019-06-01"))
    board = make_forum(slug="board", name="The Board")
    chair = make_chair_seat(forum=board, ex_officio_post=stage.held)
    asked = {"as_at": "2019-06-01"}

    def for_whom() -> str | None:
        [seat] = read_data("/forums/board.json", asked).said["seats"]
        [row] = read_data("/forums/board.csv", asked).rows
        of = seat["holders"][0]["on_behalf_of"]
        assert row["on_behalf_of_name"] == (of["name"] if of else "")
        return of and of["name"]

    assert for_whom() is None
    assert "for Wye Trust" not in read("/forums/board/", asked).text
    correct(chair, role=SeatRole.MEMBER, title="Trust member")
    assert for_whom() == "Wye Trust"
