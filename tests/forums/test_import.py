"""Spreadsheets of memberships."""

import pytest

from forums.models import Membership
from tests.builders import (
    day,
    make_chair_seat,
    make_forum,
    make_forum_name,
    make_membership,
    make_organisation,
    make_person,
    make_seat,
    source,
)
from tests.sheets import (
    changes,
    checked,
    confirm,
    csv_of,
    exported,
    loaded,
    manager,
    outcomes,
    problems,
)

pytestmark = pytest.mark.django_db

HEADINGS = ["Person", "Forum", "Seat", "Basis", "Start", "Source document", "Locator"]
EVIDENCE = ["board-paper", "page 1"]


@pytest.fixture(autouse=True)
def board_paper():
    return source()


@pytest.fixture
def mona():
    return manager()


@pytest.fixture
def board():
    board = make_forum(name="Integrated Care Board", short_name="ICB", slug="board")
    make_chair_seat(forum=board)
    for name in ("Ann Lee", "Bob Day"):
        make_person(name=name)
    return board


def sheet(*rows):
    return csv_of(HEADINGS, *([*row, *EVIDENCE] for row in rows))


def test_a_forum_is_known_by_its_slug_and_every_name_it_has(mona, board):
    make_forum_name(forum=board, name="Shadow Board")
    seats = [make_seat(forum=board, title=f"Seat {n}") for n in range(4)]
    called = ["board", "integrated care board", "ICB", "Shadow Board"]

    loaded(
        mona,
        Membership,
        sheet(
            *[
                ["Ann Lee", name, seat.title, "", "2019"]
                for name, seat in zip(called, seats, strict=True)
            ]
        ),
    )

    assert [membership.seat for membership in Membership.objects.order_by("pk")] == seats
    assert {membership.basis for membership in Membership.objects.all()} == {"substantive"}


def test_two_chairs_of_one_period_are_refused_naming_the_other_row(mona, board):
    upload = checked(
        mona,
        Membership,
        sheet(
            ["Ann Lee", "ICB", "Chair", "", "2019-04-01"],
            ["Bob Day", "ICB", "Chair", "", "2020-04-01"],
        ),
    )

    assert outcomes(upload) == ["new", "refused"]
    assert "would be held twice" in problems(upload, 1)["Start"]
    assert "That is row 2 of this spreadsheet" in problems(upload, 1)["Start"]
    confirm(mona, upload)
    assert Membership.objects.count() == Membership.history.count() == 0


def test_a_chair_beside_the_one_of_the_register_is_refused_unless_acting(mona, board):
    make_membership(seat=board.seats.get(), person=make_person(name="Cat Orr"))
    upload = checked(mona, Membership, sheet(["Bob Day", "ICB", "Chair", "", "2020"]))
    assert "Cat Orr, Chair, Integrated Care Board is recorded" in problems(upload)["Start"]
    assert "spreadsheet" not in problems(upload)["Start"]

    loaded(mona, Membership, sheet(["Bob Day", "ICB", "Chair", "Acting", "2020"]))


def test_refused_rows_do_not_hide_which_others_are_right(mona, board):
    seats = [make_seat(forum=board, title=f"Seat {n}") for n in range(30)]
    rows = [["Ann Lee", "ICB", seat.title, "", "2019"] for seat in seats]
    rows[7] = ["Bob Day", "ICB", "Seat 3", "", "2020"]
    rows[21] = ["Bob Day", "ICB", "Seat 4", "", "2020"]

    upload = checked(mona, Membership, sheet(*rows))

    wrong = [row["row"] for row in upload.outcome["rows"] if row["outcome"] == "refused"]
    assert wrong == [9, 23]


def test_after_many_refusals_the_rest_are_not_looked_at(mona, board, monkeypatch):
    monkeypatch.setattr("editing.spreadsheets.importing.MOST_REFUSALS", 3)
    people = [make_person(name=f"Person {n}") for n in range(6)]
    rows = [[person.name, "ICB", "Chair", "", "2019"] for person in people]

    upload = checked(mona, Membership, sheet(*rows))

    assert outcomes(upload) == ["new"] + ["refused"] * 5
    assert "Not looked at" in problems(upload, 5)[""]


def test_the_seat_in_force_at_the_start_is_found_when_two_have_one_title(mona, board):
    old = make_seat(forum=board, title="Council", start_date="2015-04-01", end_date="2020-03-31")
    new = make_seat(forum=board, title="Council", start_date="2020-04-01")

    loaded(
        mona,
        Membership,
        sheet(["Ann Lee", "ICB", "Council", "", "2021"], ["Bob Day", "ICB", "council", "", "2016"]),
    )

    assert Membership.objects.get(seat=new).person.name == "Ann Lee"
    assert Membership.objects.get(seat=old).person.name == "Bob Day"


def test_a_start_after_the_end_of_the_seat_is_refused(mona, board):
    make_seat(forum=board, title="Council", start_date="2015-04-01", end_date="2020-03-31")
    upload = checked(mona, Membership, sheet(["Ann Lee", "ICB", "Council", "", "2021"]))
    assert "is after the end of Council" in problems(upload)["Start"]


def test_what_is_exported_can_be_sent_back_as_it_is(mona, board):
    trust = make_organisation(name="=Trust", slug="trust")
    make_person(name="Ann Lee", slug="ann-lee-2")
    ann = make_person(name="Ann Lee", slug="ann-lee-3")
    make_membership(
        person=ann,
        seat=board.seats.get(),
        on_behalf_of=trust,
        start_date="2021-06-01",
        start_precision="month",
        start_qualifier="by",
        end_date="2023-12-31",
        end_precision="year",
        end_document=source(),
        end_locator="page 9",
        note="-- left for another post",
        quotation="'=SUM(A1)",
    )

    for form in ("csv", "xlsx"):
        (row,) = rows = exported(mona, Membership, form, in_force="all")
        assert (row["Person"], row["On behalf of"]) == ("ann-lee-3", "'=Trust")
        assert (row["Start"], row["End"]) == ("by June 2021", "2023")
        assert (row["Note"], row["Quotation"]) == ("'-- left for another post", "''=SUM(A1)")
        content = csv_of(list(row), *[list(r.values()) for r in rows])
        upload = checked(mona, Membership, content)
        assert outcomes(upload) == ["same"], upload.outcome["rows"]

    Membership.objects.get().delete()
    loaded(mona, Membership, content)

    membership = Membership.objects.get()
    assert (membership.person, membership.on_behalf_of) == (ann, trust)
    assert (membership.quotation, membership.end_locator) == ("'=SUM(A1)", "page 9")
    assert membership.end_date == day("2023-12-31")


def test_a_change_names_each_field_from_and_to(mona, board):
    make_membership(seat=board.seats.get(), person=make_person(name="Cat Orr"), locator="page 3")
    upload = checked(mona, Membership, sheet(["Cat Orr", "ICB", "Chair", "interim", "2019-05-01"]))
    assert changes(upload) == {
        "Basis": ("substantive", "interim"),
        "Start": ("1 April 2019", "1 May 2019"),
        "Locator": ("page 3", "page 1"),
    }
