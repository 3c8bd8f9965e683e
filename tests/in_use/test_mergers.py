"""Mergers that are planned, put off, taken again or called off."""

import pytest

from forums.models import Membership, Seat, SeatVacancy, TermsOfReference
from organisations.models import Organisation, Post, Relationship
from people.models import Appointment
from records.confirmations import reconfirm
from records.events import Source
from records.periods import When
from tests import stepping
from tests.builders import (
    day,
    make_appointment,
    make_chair_seat,
    make_forum,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_relationship,
    make_reporting_line,
    make_rule,
    make_seat,
    make_seat_vacancy,
    set_terms,
)
from tests.in_use.stage import ALWAYS, changes, paper, take
from tests.pages.as_data import read_data
from tests.pages.reading import read
from tests.pages.test_recorded_and_feeds import entries

pytestmark = pytest.mark.django_db

OCTOBER, NOVEMBER = "2023-10-05", "2023-11-05"
PLANNED = "2024-07-01"


@pytest.fixture
def ccg():
    return make_organisation(slug="ccg", name="Teme CCG", start_date="2013-04-01")


@pytest.fixture
def icb():
    return make_organisation(slug="icb", name="Teme ICB", start_date="2013-04-01")


@pytest.fixture
def seat(ccg):
    """The two places of a GP on The Board, one of which is vacant."""
    forum = make_forum(slug="board", name="The Board")
    seat = make_seat(forum=forum, title="GP", number=2, on_behalf_of=ccg)
    make_membership(seat=seat, person=make_person(name="Ann Lee"), start_date="2020-04-01")
    make_seat_vacancy(seat=seat, start_date="2022-05-01")
    make_member_organisation(forum=forum, organisation=ccg)
    make_rule(forum, seat=seat)
    somebody = {"people": 1, "in": {"seats": [seat.pk]}, "counting": ["remote"]}
    set_terms(forum, quoracy_rule=somebody)
    return seat


def merged(ccg, icb, day: str, document, **answers):
    return stepping.take(ccg, "merge", date=day, successor=icb, document=document, **answers)


def seats(day: str) -> list[tuple]:
    """The seats of the board for an organisation on a day: for which, who is there, and how many
    places are vacant."""
    said = read_data("/forums/board.json", {"as_at": day}).said["seats"]
    return [
        (each["on_behalf_of"]["name"], [x["person"]["name"] for x in each["holders"]],
         each["vacant"])
        for each in said
        if each["on_behalf_of"]
    ]  # fmt: skip


IN_CCG, IN_ICB = [("Teme CCG", ["Ann Lee"], 1)], [("Teme ICB", ["Ann Lee"], 1)]


# Taken again on another day


@pytest.mark.parametrize("day", ["2024-01-01", "2024-10-01"])
@pytest.mark.parametrize("said", [(OCTOBER, NOVEMBER), ("2024-08-20", "2024-11-20")])
def test_a_merger_is_not_taken_again_on_another_day(ccg, icb, seat, day, said):
    planned, later = map(paper, said)
    assert merged(ccg, icb, PLANNED, planned).status_code == 302
    rows = Seat.history.count()

    refused = merged(ccg, icb, day, later)

    [why] = stepping.errors_of(refused)["date"]
    assert "has been moved for that day already, and is moved once" in why
    assert ("Say whether it happened" in why) == (said[0] == OCTOBER)
    assert Seat.history.count() == rows
    assert (seats("2024-06-30"), seats(PLANNED)) == (IN_CCG, IN_ICB)


@pytest.mark.parametrize("day", ["2024-01-01", "2024-10-01", "2024-07-01"])
def test_a_merger_on_another_day_moves_everything_there(ccg, icb, seat, day):
    merged(ccg, icb, PLANNED, paper(OCTOBER))
    [plan] = Relationship.objects.all()

    outcome = "another-day" if day != PLANNED else "happened"
    answers = {"date": day if day != PLANNED else None, "outcome": outcome}
    take(plan, "what-became-of-it", document=paper("2024-12-01"), **answers)

    eve = {"2024-01-01": "2023-12-31", "2024-10-01": "2024-09-30", PLANNED: "2024-06-30"}[day]
    assert (seats(eve), seats(day)) == (IN_CCG, IN_ICB)
    assert Seat.objects.count() == Membership.objects.count() == 2
    ccg.refresh_from_db()
    assert ccg.end_date.isoformat() == eve
    assert not ccg.end_foreseen
    assert not any(each.start_foreseen for each in Membership.objects.all())


@pytest.mark.parametrize("precision", ["day", "month"])
def test_nothing_goes_on_elsewhere_twice_when_an_earlier_day_is_given(ccg, icb, seat, precision):
    """A seat that moved, and a line to a forum that stood down, which leads elsewhere."""
    line = make_reporting_line(from_forum=make_forum(), to_forum=make_forum())
    goes = {"listed": f"reportingline-{line.pk}", f"reportingline-{line.pk}": "on"}
    goes["lines_go_to"] = make_forum()
    stands_down = line.to_forum, "stand-down", goes
    for record, step, answers in [(seat, "move", {"organisation": icb}), stands_down]:
        take(record, step, date="2027-07-01", precision=precision, **answers)
        number = type(record).history.count()

        refused = stepping.take(record, step, date="2027-01-01", **answers)

        assert "already, and is moved once" in str(stepping.errors_of(refused))
        assert type(record).history.count() == number


# Called off


def test_a_merger_is_called_off(ccg, icb, seat):
    post = make_post(organisation=ccg, title="Chair")
    make_appointment(post=post, person=make_person(name="Bea Moss"), start_date="2021-01-01")
    make_membership(
        seat=make_seat(forum=seat.forum, title="Lay member"), on_behalf_of=ccg,
        start_date="2021-01-01", end_date="2024-12-31",
        document=paper("2023-09-01"),
    )  # fmt: skip
    make_reporting_line(from_forum=seat.forum, to_forum=None, to_organisation=ccg)
    group = make_organisation(name="The Group", start_date="2013-04-01")
    make_relationship(from_organisation=ccg, to_organisation=group, kind="part-of")
    models = (
        Post, Appointment, Seat, Membership, SeatVacancy, Relationship, TermsOfReference,
    )  # fmt: skip
    before = {model: _facts(model) for model in models}
    told = changes()
    merged(
        ccg, icb, PLANNED, paper(OCTOBER),
        listed="", **{f"post-{post.pk}-how": "pass-on"},
    )  # fmt: skip
    assert Seat.objects.count() == 3
    assert icb.posts.exists()
    plan = Relationship.objects.get(to_organisation=icb, kind="succeeded-by")

    take(plan, "what-became-of-it", outcome="never", date=None, document=paper("2024-01-15"))

    plan.refresh_from_db()
    assert plan.is_given_up
    before[Relationship].append(_fact(plan))
    assert {model: _facts(model) for model in models} == before
    for on in ("2024-06-30", PLANNED, "2026-12-01"):
        assert seats(on) == IN_CCG
    ccg.refresh_from_db()
    assert (ccg.end_date, ccg.end_document) == (None, None)
    given_up = (
        "The plan for Teme CCG to be succeeded by Teme ICB was given up, says the paper of 15 "
        "January 2024."
    )
    assert sorted(changes()) == sorted([*told, given_up])
    removed = Seat.history.filter(history_type="-").latest("history_id")
    assert removed.history_change_reason.endswith("Source: Paper of 2024-01-15, minute 7.")


def _facts(model) -> list:
    return [_fact(each) for each in model.objects.order_by("pk")]


def _fact(record) -> dict:
    """What a record says, without what confirms it."""
    return {
        field.name: getattr(record, field.attname)
        for field in record._meta.concrete_fields
        if not field.name.startswith("confirmed")
    }


def test_a_merger_of_two_into_a_new_one_is_put_off_and_then_called_off(ccg, seat):
    other = make_organisation(slug="other", name="Lugg CCG", start_date="2013-04-01")
    take(
        ccg, "merge", date=PLANNED, new_name="Wye ICB", new_kind="icb", also=[other],
        how="merged-into", document=paper(OCTOBER),
    )  # fmt: skip
    new = Organisation.objects.get(name="Wye ICB")
    make_post(organisation=new, title="Chair", start_date=PLANNED, document=paper(OCTOBER))
    plan, second = Relationship.objects.order_by("pk")
    put_off = paper("2023-12-01")
    take(plan, "what-became-of-it", outcome="another-day", date="2024-10-01", document=put_off)
    assert {each.start_date.isoformat() for each in Relationship.objects.all()} == {"2024-10-01"}
    assert seats("2024-09-30") == IN_CCG
    assert seats("2024-10-01") == [("Wye ICB", ["Ann Lee"], 1)]
    new.refresh_from_db()
    assert new.start_date.isoformat() == "2024-10-01"
    assert Post.objects.get().start_date.isoformat() == "2024-10-01"

    take(second, "what-became-of-it", outcome="never", date=None, document=paper("2024-01-15"))

    assert [each.is_given_up for each in Relationship.objects.all()] == [True, True]
    for each in (ccg, other):
        each.refresh_from_db()
        assert each.end_date is None
    assert seats("2024-10-01") == seats("2026-12-01") == IN_CCG
    assert not Post.objects.exists()
    new.refresh_from_db()
    assert new.start_is_announced
    told = read("/organisations/ccg/", {"as_at": "2026-12-01"}).text
    assert "Was to be merged into Wye ICB" in told


def test_what_is_known_to_have_begun_holds_a_calling_off_back(ccg, icb, seat):
    merged(ccg, icb, PLANNED, paper(OCTOBER))
    [plan] = Relationship.objects.all()
    ann = Membership.objects.get(seat__on_behalf_of=icb)
    said = When(day("2024-08-01"))
    reconfirm(facts=[ann], when=said, source=Source(paper("2024-08-01"), "page 1"))

    refused = stepping.take(
        plan, "what-became-of-it", outcome="never", date=None, document=paper("2024-09-01")
    )

    assert "says a later document" in str(stepping.errors_of(refused))
    assert Seat.objects.count() == 2


# Known to the month


def chaired_by_the_ccg(ccg, seat):
    """The chair's seat of the board goes with the chair of the CCG, whose chair is Bea Moss."""
    chair = make_post(organisation=ccg, title="Chair")
    make_appointment(post=chair, person=make_person(name="Bea Moss"), start_date="2021-01-01")
    make_chair_seat(forum=seat.forum, ex_officio_post=chair)
    return {f"post-{chair.pk}-how": "pass-on"}


def sentences() -> list[str]:
    """The sentences of all changes."""
    return [each["sentence"] for each in read_data("/changes.json", ALWAYS).said["results"]]


@pytest.mark.parametrize("precision", ["month", "day"])
def test_whoever_stays_in_a_seat_that_passes_on_neither_leaves_nor_comes(ccg, icb, seat, precision):
    more = chaired_by_the_ccg(ccg, seat)
    before = sentences()
    merged(ccg, icb, "2022-07-01", paper("2022-08-05"), precision=precision, **more)
    on = "In July 2022" if precision == "month" else "On 1 July 2022"
    stayed = f"{on} Ann Lee stayed on in the seat “GP” of The Board for Teme ICB."
    passed = "passed from Teme CCG to Teme ICB."

    new = [each for each in sentences() if each not in before]

    assert f"{on} the seats “GP” × 2 and “Chair” of The Board {passed}" in new
    assert [each for each in new if "Ann Lee" in each] == [stayed]
    of_one = [f"{on} the seats “GP” × 2 of The Board {passed}", stayed]
    rows = [row["sentence"] for row in read_data("/changes.csv", ALWAYS).rows]
    feeds = [entries(f"/{each}/changes.atom").values()
             for each in ("forums/board", "organisations/ccg", "organisations/icb")]  # fmt: skip
    for told in (rows, *map(list, feeds)):
        assert [told.count(each) for each in of_one] == [1, 1], told
        assert not [each for each in told if "gained the seat" in each and "2022" in each]


MONTH = ("2022-07-01", "2022-07-15", "2022-07-31")


@pytest.mark.parametrize("on", ["2022-06-30", *MONTH, "2022-08-01"])
def test_a_seat_that_passes_on_in_a_month_counts_once(ccg, icb, seat, on):
    more = chaired_by_the_ccg(ccg, seat)
    merged(ccg, icb, "2022-07-01", paper("2022-08-05"), precision="month", **more)

    said = read_data("/forums/board.json", {"as_at": on}).said

    counted = ("number", "people", "filled", "perhaps_filled", "vacant", "not_recorded")
    assert [said["places"][each] for each in counted] == [3, 2, 2, 0, 1, 0]
    assert "2 people in 2 of 3 places: 1 vacant" in read("/forums/board/", {"as_at": on}).text
    names = {"Teme CCG"} if on < "2022-07" else {"Teme ICB"} if on > MONTH[-1] else None
    named = names or {"Teme CCG", "Teme ICB"}
    [gp] = [each for each in said["seats"] if each["title"] == "GP"]
    told = {each["name"] for each in (gp["on_behalf_of"], gp["goes_on_for"]) if each}
    assert (gp["number"], gp["vacant"], told) == (2, 1, named)
    rows = read_data("/forums/board.csv", {"as_at": on}).rows
    assert [row["person_name"] for row in rows if row["when"] == "now" and row["title"] == "GP"
            and row["person_name"]] == ["Ann Lee"]  # fmt: skip
    sheet = read("/forums/board/attendance/", {"as_at": on}).text
    assert sheet.count("Ann Lee") == 1 and sheet.count("Bea Moss") == 1
    for each in ("Teme CCG", "Teme ICB"):
        assert (each in sheet) == (each in named)
    terms = read("/forums/board/terms/", {"as_at": on}).text
    assert terms.count("Ann Lee") == terms.count("Bea Moss") == 1
    for page in ("/forums/", "/structure/"):
        assert "perhaps" not in read(page, {"as_at": on}).text


@pytest.mark.parametrize("precision", ["day", "month"])
def test_the_files_for_excel_follow_a_merger_on_two_forums(ccg, icb, seat, precision):
    other = make_forum(slug="other", name="Other Board")
    lay = make_seat(forum=other, title="Lay member", on_behalf_of=ccg)
    make_membership(seat=lay, person=make_person(name="Cal Nye"), start_date="2020-04-01")
    make_member_organisation(forum=other, organisation=ccg)
    merged(ccg, icb, "2022-07-01", paper("2022-08-05"), precision=precision)

    for on, whose in (("2022-06-30", ccg), ("2022-08-01", icb)):
        for slug, title, person in (("board", "GP", "Ann Lee"), ("other", "Lay member", "Cal Nye")):
            rows = _now(f"/forums/{slug}.csv", on)
            [filled] = [row for row in rows if row["person_name"]]
            said = (filled["title"], filled["person_name"], filled["on_behalf_of_name"])
            assert (*said, filled["in_force"]) == (title, person, whose.name, "true")
            vacant = [row["vacant"] for row in rows if not row["person_name"]]
            assert vacant == (["1"] if slug == "board" else [])
        for each in (ccg, icb):
            rows = _now(f"/organisations/{each.slug}.csv", on)
            held = [(row["forum_name"], row["person_name"]) for row in rows if row["person_name"]]
            both = [("The Board", "Ann Lee"), ("Other Board", "Cal Nye")]
            assert sorted(held) == (sorted(both) if each == whose else [])


def _now(address: str, on: str) -> list[dict]:
    """The rows of what is so on a day."""
    return [row for row in read_data(address, {"as_at": on}).rows if row["when"] == "now"]
