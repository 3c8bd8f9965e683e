"""What a paper of October 2025 foresaw is not told in April as if it had happened.

Anna chairs the Board and was to leave at the end of March 2026; Ben was to follow.
"""

import datetime
import json
import re

import pytest

from ics_register.open_data.tables import TABLES
from organisations.models import PlaceLevel, RelationshipKind
from people.models import Basis
from records.models import DatedFact, NameKind
from records.periods import Precision, Qualifier
from tests.builders import (
    day,
    make_appointment,
    make_chair_seat,
    make_document,
    make_forum,
    make_forum_name,
    make_membership,
    make_organisation,
    make_person,
    make_place,
    make_post,
    make_relationship,
    make_reporting_line,
    make_seat,
)
from tests.pages import opened
from tests.pages.as_data import read_data
from tests.pages.files import get
from tests.pages.reading import read

pytestmark = pytest.mark.django_db

END = {"end_date": "2026-03-31"}
ONLY_PLANNED = ", says the paper of October 2025; no later source says whether it happened"
WAS_TO_END = f"was to end on 31 March 2026{ONLY_PLANNED}"
WAS_TO_BEGIN = f"was to begin on 1 April 2026{ONLY_PLANNED}"
BEFORE, ON, AFTER = "2026-03-30", "2026-03-31", "2026-04-01"
CHANGES = {"from": "2026-03-01", "to": "2026-04-30"}


@pytest.fixture
def paper():
    return make_document(
        slug="paper", short_title="Paper", as_of="2025-10-01", as_of_precision=Precision.MONTH
    )


@pytest.fixture
def minutes():
    return make_document(slug="minutes", short_title="Minutes", as_of="2026-04-20")


@pytest.fixture
def chair():
    return make_chair_seat(forum=make_forum(slug="board", name="The Board"))


@pytest.fixture
def anna(chair, paper):
    return make_membership(
        seat=chair,
        person=make_person(slug="anna", name="Anna Adams"),
        end_document=paper,
        end_locator="page 3",
        **END,
    )


def sentences() -> list[str]:
    return [each["sentence"] for each in read_data("/changes.json", CHANGES).said["results"]]


def test_somebody_whose_end_was_foreseen_is_told_so_from_the_day_after(anna):
    for as_at in (BEFORE, ON):
        forum, person = (
            read("/forums/board/", {"as_at": as_at}),
            read("/people/anna/", {"as_at": as_at}),
        )
        assert "since 1 April 2019, until 31 March 2026" in forum.row("Anna Adams")
        assert "since 1 April 2019, until 31 March 2026" in person.section("now")
        assert "was to end" not in forum.answer + person.answer
    forum, person = (
        read("/forums/board/", {"as_at": AFTER}),
        read("/people/anna/", {"as_at": AFTER}),
    )
    was_to_leave = "Members who were to leave before 1 April 2026"
    former, _, told = forum.section("former").partition(was_to_leave)
    assert former.strip() == "None recorded as at 1 April 2026."
    assert f"since 1 April 2019; {WAS_TO_END}" in told
    assert f"since 1 April 2019; {WAS_TO_END}" in person.section("was-to-end")
    assert "Nothing recorded that had ended" in person.section("before")


def test_the_timeline_tells_it_too(anna):
    assert f"since 1 April 2019; {WAS_TO_END}" in read("/forums/board/").section("timeline")


def test_it_is_a_fact_once_the_minutes_say_so(anna, minutes):
    anna.end_document = minutes
    anna.save()

    assert "1 April 2019 to 31 March 2026" in read("/forums/board/").section("former")
    assert sentences() == ["On 31 March 2026 Anna Adams ceased to be Chair of The Board."]


def test_changes_tell_it_on_the_page_and_in_files_and_feeds(anna):
    [told] = sentences()
    assert told.endswith(f"{ONLY_PLANNED}.")
    assert "Anna Adams was to cease to be" in told
    assert told in read("/changes/", CHANGES).text
    [row] = read_data("/changes.csv", CHANGES).rows
    assert (row["sentence"], row["foreseen"]) == (told, "true")
    assert told in get("/changes.atom").content.decode()


def test_json_and_csv_say_which_of_the_two_was_foreseen(chair, anna, paper):
    make_membership(
        seat=chair, person=make_person(name="Ben Brown"), document=paper, start_date="2026-04-01"
    )
    said = read_data("/forums/board.json", {"as_at": AFTER}).said
    [former] = said["former"]
    assert (former["start_foreseen"], former["end_foreseen"]) == (False, True)
    [holder] = said["seats"][0]["holders"]
    assert (holder["start_foreseen"], holder["end_foreseen"]) == (True, False)
    assert {each["end_foreseen"] for each in said["over_time"] if "person" in each} == {True, False}
    [row] = read_data("/forums/board.csv", {"as_at": AFTER}).rows
    assert (row["start_foreseen"], row["end_foreseen"]) == ("true", "false")


def foreseen_in_many_ways(chair, paper, minutes) -> dict[str, tuple[bool, bool]]:
    """People in the chair, each with whether their start and their end were only foreseen."""
    ways = {
        "Foreseen": ({"document": paper, "start_date": "2026-04-01"}, (True, False)),
        "Foreseen for later": ({"document": paper, "start_date": "2150-01-01"}, (True, False)),
        "Both": (
            {"document": paper, "start_date": "2025-12-01", "end_date": "2026-01-31"},
            (True, True),
        ),
        "End by another paper": (
            {"document": minutes, "end_document": paper, "end_locator": "page 3", **END},
            (False, False),
        ),
        "End foreseen": ({"end_document": paper, "end_locator": "page 3", **END}, (False, True)),
        "Confirmed": (
            {
                "document": paper,
                "start_date": "2026-04-01",
                "confirmed_on": "2026-04-20",
                "confirmed_document": minutes,
                "confirmed_locator": "minute 1",
            },
            (False, False),
        ),
        "Known to the year": (
            {"document": paper, "start_date": "2025-01-01", "start_precision": Precision.YEAR},
            (False, False),
        ),
    }
    for name, (fields, _) in ways.items():
        seat = make_seat(forum=chair.forum, title=name)
        make_membership(seat=seat, person=make_person(name=name), **fields)
    return {name: told for name, (_, told) in ways.items()}


def test_the_files_say_what_was_foreseen_as_the_pages_do(chair, paper, minutes):
    told = foreseen_in_many_ways(chair, paper, minutes)

    fields = "person_name, start_foreseen, end_foreseen"
    database = opened.sqlite(periods="all")
    in_file = database.execute(f"SELECT {fields} FROM memberships").fetchall()
    assert {name: (bool(start), bool(end)) for name, start, end in in_file} == told
    tables = opened.csv_tables(periods="all")
    assert {
        row["person_name"]: (row["start_foreseen"], row["end_foreseen"])
        for row in tables["memberships"]
    } == told
    said = read_data("/forums/board.json", {"as_at": AFTER}).said
    held = [each for seat in said["seats"] for each in (*seat["holders"], *seat["to_come"])]
    assert {
        each["person"]["name"]: (each["start_foreseen"], each["end_foreseen"])
        for each in (*held, *said["former"])
    } == told
    sits = database.execute("SELECT person, start_foreseen FROM who_sits_where WHERE person > ''")
    assert ("Foreseen", 1) in map(tuple, sits)


def test_every_table_of_the_files_says_it_of_every_record(chair, paper):
    """Each of the kinds of record, as the record itself answers."""
    make_forum(slug="group", document=paper, **END)
    make_organisation(slug="ccg", document=paper, start_date="2026-04-01")
    make_post(document=paper, **END)
    make_reporting_line(document=paper, start_date="2026-04-01")
    make_relationship(document=paper, **END)
    make_appointment(document=paper, **END)
    make_forum_name(name="Old", kind=NameKind.FORMER, document=paper, **END)

    database = opened.sqlite(periods="all")
    for table in (each for each in TABLES if issubclass(each.model, DatedFact)):
        records = table.model._default_manager.all()
        rows = database.execute(f"SELECT start_foreseen, end_foreseen FROM {table.name}")
        assert sorted(map(tuple, rows)) == sorted(
            (each.start_foreseen, each.end_foreseen) for each in records
        ), table.name
    assert database.execute("SELECT sum(end_foreseen) FROM forum_names").fetchone()[0] == 1


def test_popolo_says_what_was_foreseen_and_nothing_of_the_rest(chair, paper, minutes):
    told = foreseen_in_many_ways(chair, paper, minutes)

    said = json.loads(opened.taken("popolo.json", periods="all"))
    names = {each["id"]: each["name"] for each in said["persons"]}
    assert {
        names[each["person_id"]]: (
            each.get("start_foreseen", False),
            each.get("end_foreseen", False),
        )
        for each in said["memberships"]
    } == told


def test_a_start_that_was_foreseen_is_told_so_from_its_day(chair, paper):
    make_membership(
        seat=chair, person=make_person(name="Ben Brown"), document=paper, start_date="2026-04-01"
    )
    on = read("/forums/board/", {"as_at": AFTER})
    assert WAS_TO_BEGIN in on.row("Ben Brown")
    assert "since" not in on.row("Ben Brown")
    before = read("/forums/board/", {"as_at": ON}).answer
    assert "from 1 April 2026, a plan in the paper of October 2025" in before
    assert "was to begin" not in before


def test_a_forum_and_an_organisation_say_that_they_were_to_end(paper):
    make_forum(slug="group", name="Group", document=paper, **END)
    make_organisation(slug="ccg", name="Wye CCG", document=paper, **END)

    for page, what in (("/forums/group/", "forum"), ("/organisations/ccg/", "organisation")):
        after = read(page, {"as_at": AFTER})
        assert f"This {what} {WAS_TO_END}." in after.answer
        assert "Was to end before 1 April 2026" in after.answer
        assert "Not in force" not in after.answer
        assert after.fact("Was to end") == f"31 March 2026{ONLY_PLANNED}"
        assert read(page, {"as_at": ON}).fact("Ends") == "31 March 2026"
    assert "None: the forum was to end" in read("/forums/group/", {"as_at": AFTER}).fact("Chair")
    assert sentences() == [
        "On 31 March 2026 Group was to stand down" + ONLY_PLANNED + ".",
        "On 31 March 2026 Wye CCG was to close" + ONLY_PLANNED + ".",
    ]


def test_a_beginning_that_was_foreseen_is_told_on_its_page(paper):
    make_forum(slug="group", document=paper, start_date="2026-04-01")

    assert read("/forums/group/", {"as_at": AFTER}).fact("Was to begin") == (
        f"1 April 2026{ONLY_PLANNED}"
    )


def test_what_names_a_body_that_was_to_close_says_no_more(paper, chair):
    closed = make_organisation(name="Wye CCG", document=paper, **END)
    make_reporting_line(from_forum=chair.forum, to_forum=None, to_organisation=closed)

    for page in ("/forums/board/", "/forums/board/terms/", "/structure/"):
        text = read(page, {"as_at": AFTER}).answer
        assert "was to" in text, page
        assert "ended 31 March 2026" not in text and "closed 31 March 2026" not in text, page


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (
            lambda paper: make_relationship(
                kind=RelationshipKind.SUCCEEDED_BY, document=paper, start_date="2026-04-01"
            ),
            " was to be succeeded by ",
        ),
        (
            lambda paper: make_relationship(document=paper, **END),
            " was to cease to be a member of ",
        ),
        (lambda paper: make_reporting_line(document=paper, **END), " was to cease to report to "),
        (lambda paper: make_post(document=paper, **END), " was to come to an end"),
        (lambda paper: make_seat(document=paper, number=2, **END), " were to come to an end"),
        (lambda paper: make_appointment(document=paper, **END), " was to cease to be "),
        (
            lambda paper: make_forum_name(name="Old", kind=NameKind.FORMER, document=paper, **END),
            "Old was to be renamed ",
        ),
        (
            lambda paper: make_forum(document=paper, end_qualifier=Qualifier.BY, **END),
            "By 31 March 2026, ",
        ),
    ],
)
def test_every_kind_of_change_that_was_foreseen_was_to_happen(paper, make, told):
    make(paper)

    [said] = sentences()
    assert told in said
    assert said.endswith(f"{ONLY_PLANNED}.")
    assert "had " not in said
    # A thing foreseen by a day is no fact of that day.
    assert "What was so by then" not in read("/changes/", CHANGES).text


def test_standing_and_counts_are_those_of_the_record(anna):
    said = read_data("/forums/board.json", {"as_at": AFTER}).said
    assert said["seats"][0]["standing"] == "not-recorded"
    assert said["places"]["filled"] == 0


@pytest.mark.parametrize(
    ("as_of", "day", "heading"),
    [
        ("2026-05-01", "2028-03-31", "Is to begin"),
        ("2026-05-01", "2028-04-01", "Was to begin"),
        ("2028-06-01", "2028-03-31", "Begins"),
        ("2028-06-01", "2028-04-01", "Began"),
    ],
)
def test_what_has_not_begun_did_not_begin(as_of, day, heading):
    """An unborn body read “Began 1 April 2028”."""
    speaks = {"document": make_document(as_of=as_of), "start_date": "2028-04-01"}
    make_forum(slug="group", **speaks)
    make_organisation(slug="authority", **speaks)

    for page in ("/forums/group/", "/organisations/authority/"):
        shown = read(page, {"as_at": day})
        assert "1 April 2028" in shown.fact(heading)
    assert heading in read("/forums/group/terms/", {"as_at": day}).text


@pytest.mark.parametrize("foreseen", [True, False])
def test_a_page_says_that_it_existed_by_a_day_only_if_that_was_not_just_foreseen(
    paper, minutes, foreseen
):
    make_forum(
        slug="group",
        document=paper if foreseen else minutes,
        start_date="2026-04-01",
        start_qualifier=Qualifier.BY,
    )

    page = read("/forums/group/", {"as_at": "2026-05-01"})
    if foreseen:
        assert page.fact("Was to begin") == f"by 1 April 2026{ONLY_PLANNED}"
    else:
        assert page.fact("Began").startswith("by 1 April 2026 It existed by then; when it truly")


@pytest.mark.parametrize("qualifier", [Qualifier.ON, Qualifier.BY])
def test_a_plan_that_is_over_is_told_as_if_it_had_been_only_if_a_document_says_when_it_ended(
    chair, paper, qualifier
):
    """Minutes showed somebody leaving, and pages said “if it began, it ended”."""
    minutes = make_document(slug="later", title="Later minutes", as_of="2026-09-01")
    ben = make_membership(
        seat=chair,
        person=make_person(slug="ben", name="Ben Brown"),
        document=paper,
        start_date="2026-04-01",
        end_date="2026-08-31",
        end_qualifier=qualifier,
        end_document=minutes,
        end_locator="item 1",
    )

    told = (
        "was to begin on 1 April 2026, says the paper of October 2025; if it began, it ended by "
        "31 August 2026"
    )
    if qualifier == Qualifier.ON:
        told = "1 April 2026 to 31 August 2026"
    for page in (f"/forums/{chair.forum.slug}/", "/people/ben/"):
        text = read(page, {"as_at": "2026-10-01"}).text
        assert told in text
        assert ("was to begin" in text) == (qualifier == Qualifier.BY)
    assert ben.start_foreseen == (qualifier == Qualifier.BY)
    began = {"from": "2026-04-01", "to": "2026-04-02"}
    [change] = read_data("/changes.json", began).said["results"]
    assert change["foreseen"] == ben.start_foreseen
    [row] = read_data("/changes.csv", began).rows
    assert row["foreseen"] == str(ben.start_foreseen).lower()


def test_a_page_of_a_day_before_a_plan_says_whose_plan_it_is(chair, paper):
    """Pages of the day before said “from April 2026”, as of what is known to have happened."""
    ben = make_person(slug="ben", name="Ben Brown")
    make_membership(seat=chair, person=ben, document=paper, start_date="2026-04-01")

    planned = "from 1 April 2026, a plan in the paper of October 2025"
    for page in ("/people/ben/", "/people/", f"/forums/{chair.forum.slug}/"):
        assert planned in read(page, {"as_at": BEFORE}).text


def test_changes_as_data_are_in_one_order_planned_or_not_and_those_by_a_day_come_last(
    paper, minutes
):
    """JSON had those that happened first, and then those that were only to happen."""
    make_organisation(name="Planned", document=paper, start_date="2026-04-03")
    make_organisation(name="Was", document=minutes, start_date="2026-04-02")
    by = {"start_date": "2026-04-04", "start_qualifier": Qualifier.BY}
    make_organisation(name="By then", document=minutes, **by)
    make_organisation(name="Is", document=minutes, start_date="2026-04-05")

    said = read_data("/changes.json", CHANGES).said["results"]
    assert [each["date"] for each in said] == [f"2026-04-0{n}" for n in (2, 3, 5, 4)]
    assert [each["foreseen"] for each in said] == [False, True, False, False]
    rows = read_data("/changes.csv", CHANGES).rows
    assert [row["sentence"] for row in rows] == [each["sentence"] for each in said]


@pytest.mark.parametrize("page", ["/forums/", "/chairs/", "/people/", "/structure/"])
def test_a_list_says_which_beginning_was_only_foreseen_and_how_lately_it_is_known(
    chair, paper, page
):
    ben = make_membership(
        seat=chair, person=make_person(name="Ben Brown"), document=paper, start_date="2026-04-01"
    )
    row = read(page, {"as_at": "2027-06-01"}).answer
    assert ben.time_as_foreseen(datetime.date(2027, 6, 1)) in row
    assert "Last known October 2025, more than a year ago" in row


@pytest.mark.parametrize(
    ("page", "make"), [("/forums/", make_forum), ("/organisations/", make_organisation)]
)
def test_a_list_says_it_of_what_it_lists_too(paper, page, make):
    record = make(name="Planned", document=paper, start_date="2026-04-01")

    row = read(page, {"as_at": "2027-06-01"}).row("Planned")
    assert record.time_as_foreseen(datetime.date(2027, 6, 1)) in row
    assert "Last known October 2025, more than a year ago" in row


# People and search


def test_a_person_was_to_hold_what_a_source_only_foresaw(chair, paper):
    ben = make_person(slug="ben", name="Ben Brown")
    make_membership(seat=chair, person=ben, document=paper, start_date="2026-04-01")
    page = read("/people/ben/", {"as_at": AFTER})
    assert page.section("now").strip() == "Nothing is certain as at 1 April 2026."
    assert page.section("was-to-hold").startswith("Chair The Board " + WAS_TO_BEGIN)
    said = read_data("/people/ben.json", {"as_at": AFTER}).said
    assert [each["start_foreseen"] for each in said["now"]] == [True]

    make_membership(seat=make_seat(title="Member"), person=ben)
    post = make_post(title="Director")
    make_appointment(post=post, person=ben)
    make_seat(
        forum=chair.forum,
        title="Clerk",
        ex_officio_post=post,
        document=paper,
        start_date="2026-04-01",
    )
    page = read("/people/ben/", {"as_at": AFTER})
    assert "Member" in page.section("now") and WAS_TO_BEGIN not in page.section("now")
    # They hold the post, and the seat that goes with it was only to begin.
    assert "Director" in page.section("now") and "Clerk" in page.section("was-to-hold")
    assert "was-to-hold" not in read("/people/ben/", {"as_at": ON}).answer


def test_search_says_what_a_person_holds_in_the_words_of_their_page(chair, paper):
    ben = make_person(slug="ben", name="Ben Brown")
    plan = make_membership(seat=chair, person=ben, document=paper, start_date="2026-04-01")
    age = "last known October 2025"
    found = read("/search/", {"q": "ben", "as_at": AFTER}).text
    assert f"Chair, The Board ({WAS_TO_BEGIN}; {age})" in found
    assert WAS_TO_BEGIN in read("/people/ben/", {"as_at": AFTER}).section("was-to-hold")

    plan.end_date, plan.end_qualifier = day("2026-09-30"), Qualifier.BY
    plan.save()
    found = read("/search/", {"q": "ben", "as_at": "2026-05-01"}).text
    assert f"Chair, The Board ({WAS_TO_BEGIN}; " in found
    assert f"perhaps; was to end by 30 September 2026; {age})" in found

    make_membership(seat=make_seat(title="Clerk"), person=make_person(name="Cy Yeo"))
    assert re.search(r"Clerk, [^(]+ \(last known [^;()]+\)", read("/search/", {"q": "cy"}).text)


# Counts


def test_a_count_says_of_how_many_it_is_only_foreseen(chair, paper):
    plan = {"document": paper, "start_date": "2026-04-01"}
    board = chair.forum
    member = make_seat(forum=board, title="Member", number=2)
    person = make_person(name="Ben Brown")
    make_membership(seat=chair, person=person, **plan)
    make_membership(seat=member)
    group = make_forum(name="The Group", **plan)
    make_membership(seat=make_chair_seat(forum=group, **plan), person=person, **plan)

    page, said = read("/forums/board/", {"as_at": AFTER}), read_data("/forums/board.json").said
    assert (
        "2 people in 2 of 3 places, 1 of them only foreseen: 0 vacant, 1 with nobody recorded."
        in page.text
    )
    assert (said["places"]["filled"], said["places"]["filled_as_foreseen"]) == (2, 1)
    assert "1 person in 1 of 3 places: 0 vacant" in read("/forums/board/", {"as_at": ON}).text

    assert "2 forums, 1 of them only foreseen" in read("/forums/").text
    assert read_data("/forums.json").said["count_foreseen"] == 1
    chairs = read("/chairs/").text
    assert "2 seats and posts of chairs and leaders, 1 of them only foreseen." in chairs
    assert "Somebody is named in 2, all of them only foreseen" in chairs
    assert read_data("/chairs.json").said["count_named_foreseen"] == 2
    assert "Chairs 2 forums, all of them only foreseen" in read("/concentration/").text


def test_a_place_that_somebody_fills_who_is_known_to_is_not_only_foreseen(chair, paper):
    """A seat that itself was only to begin is filled as foreseen, whoever fills it."""
    plan = {"document": paper, "start_date": "2026-04-01"}
    make_membership(seat=chair)
    make_membership(seat=chair, basis=Basis.ACTING, start_date="2026-04-01", document=paper)
    assert "1 place" in read("/forums/board/").text
    assert "only foreseen" not in read("/forums/board/").text
    post = make_post()
    make_appointment(post=post)
    make_seat(forum=chair.forum, ex_officio_post=post, **plan)
    assert "3 people in all 2 places, 1 of them only foreseen." in read("/forums/board/").text


def test_the_home_page_and_representation_count_plans_apart(paper):
    place = make_place(name="The Marches", level=PlaceLevel.SYSTEM)
    plan = {"document": paper, "start_date": "2026-04-01"}
    trust = make_organisation(name="Wye Trust", place=place)
    board = make_forum(place=place)
    make_seat(forum=board, on_behalf_of=trust)
    make_seat(forum=make_forum(place=place, **plan), on_behalf_of=trust, **plan)

    assert "2 forums, 1 of them only foreseen" in read("/").row("The Marches")
    [layer] = read_data("/index.json").said["systems"][0]["layers"]
    assert (layer["forums_foreseen"], layer["organisations_foreseen"]) == (1, 0)
    page = read("/representation/").text
    assert "2 forums; 2 seats, 1 of them planned" in page
    assert read_data("/representation.json").said["seats"]["all"]["planned"] == 1
