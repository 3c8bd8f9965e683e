"""Quotations, looked up in the texts of their documents."""

import io

import pytest
from django.core.management import CommandError, call_command

from records.quotations import folded, folded_document, look_up
from tests.builders import make_document, make_person

MINUTES = """\
Minutes of the harbour board
    * The board agreed to co-
operate with the light\u00ad
house keepers – “without delay” – and that **Ann Lee**
takes the chair.
The harbour mas-
ter reports monthly.
"""
# Two columns, read across.
COLUMNS = """\
The board meets Members
every month in the Ann Lee and Bob Moss
harbour office The pilots

and votes by show of hands
"""


def checked(quotation: str, text: str = MINUTES, note: str = "") -> str:
    return look_up(quotation, note, folded(text))


@pytest.mark.parametrize(
    "quotation",
    [
        "Ann Lee takes the chair",
        "agreed to co-operate with the lighthouse keepers",
        "The harbour master reports monthly.",
        "keepers - 'without delay' - and",
        "keepers — ‘without delay’ — and",
        "harbour board The board agreed",
    ],
)
def test_a_quotation_is_found_however_lines_hyphens_quotation_marks_and_emphasis_are_set(quotation):
    assert checked(quotation) == "found"


@pytest.mark.parametrize("ellipsis", ["...", "…", "[...]", "[…]", "(...)"])
def test_an_ellipsis_stands_for_words_left_out(ellipsis):
    assert checked(f"The board agreed {ellipsis} that Ann Lee takes the chair") == "found"


def test_the_words_on_either_side_of_an_ellipsis_are_in_order():
    assert checked("Ann Lee takes the chair … The board agreed") == "not found"


@pytest.mark.parametrize(
    "quotation", ["Ann Lee leaves the chair", "Ann takes the chair", "Lee takes the cha", "…"]
)
def test_other_words_fewer_words_parts_of_words_and_no_words_are_not_found(quotation):
    assert checked(quotation) == "not found"


@pytest.mark.parametrize(
    "note", ["The scan prints the name as “Arm Lee”.", 'It prints it as "Arm".']
)
def test_a_misreading_that_the_note_gives_is_looked_up_as_printed(note):
    misread = MINUTES.replace("Ann", "Arm")

    assert checked("Ann Lee takes the chair", misread, note) == "misread, as the note says"
    assert checked("Ann Lee takes the chair", misread) == "not found"
    assert checked("Ann Lee leaves the chair", misread, note) == "not found"


@pytest.mark.parametrize(
    "quotation",
    [
        "The board meets every month in the harbour office",
        "Members Ann Lee and Bob Moss The pilots",
        "harbour office and votes by show of hands",
    ],
)
def test_columns_are_told_apart_where_the_note_says_that_they_ran_into_each_other(quotation):
    note = "The columns ran into each other in the scan."

    assert checked(quotation, COLUMNS, note) == "misread, as the note says"
    assert checked(quotation, COLUMNS) == "not found"


def test_the_end_of_one_column_is_no_part_of_a_line():
    note = "The columns ran into each other in the scan."

    assert checked("The board Members", COLUMNS, note) == "not found"


def test_running_heads_and_feet_are_no_part_of_a_sentence_over_two_pages():
    pages = "Harbour board\nThe board\nPage 1 of 2\n\fHarbour board\nmeets monthly\nPage 2 of 2\n"

    text = folded_document(pages)

    assert look_up("The board meets monthly", "", text) == "found"
    assert look_up("Harbour board", "", text) == "found"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "minutes.txt").write_text(MINUTES, encoding="utf-8")
    return tmp_path


def check(folder) -> tuple[str, str]:
    """What the command prints, and why it fails; "" if it does not."""
    printed, failure = io.StringIO(), ""
    try:
        call_command("check_quotations", str(folder), stdout=printed)
    except CommandError as error:
        assert error.returncode == 1
        failure = str(error)
    return printed.getvalue(), failure


@pytest.fixture
def minutes(db):
    return make_document(slug="harbour", short_title="Minutes", file_name="minutes.pdf")


def test_the_command_counts_what_it_found(folder, minutes):
    make_person(name="Ann Lee", document=minutes, quotation="Ann Lee takes the chair")
    make_person(name="Bob Moss", document=minutes)

    assert check(folder) == (
        "1 found; 0 misread, as the note says; 0 not found; 0 not looked up\n",
        "",
    )


def test_the_command_lists_what_it_did_not_find_with_its_place(folder, minutes):
    bob = make_person(
        name="Bob Moss", document=minutes, locator="page 2", quotation="Bob Moss\ntakes the chair"
    )

    printed, failure = check(folder)

    assert f"  person {bob.pk}, Bob Moss. Minutes, page 2: “Bob Moss takes the chair”\n" in printed
    assert "1 not found" in printed
    assert failure == "Not all quotations were found."


def test_the_command_lists_what_is_misread_and_does_not_fail(folder, minutes):
    note = "The scan prints the name as “Ann Lee”."
    make_person(name="Anna Leigh", document=minutes, quotation="Anna Leigh takes", note=note)

    printed, failure = check(folder)

    assert "Misread, as the note says:\n  person " in printed
    assert not failure


def test_the_command_says_which_text_of_a_document_is_missing(folder, minutes):
    charter = make_document(slug="charter", short_title="Charter")
    make_person(name="Ann Lee", document=minutes, quotation="Ann Lee takes the chair")
    make_person(name="Bob Moss", document=charter, quotation="Bob Moss")

    printed, failure = check(folder)

    assert f"{folder / 'charter.txt'}: this text of “Charter” is missing.\n" in printed
    assert "1 found" in printed
    assert "1 not looked up" in printed
    assert failure == "Not all quotations were found."


def test_a_document_without_quotations_needs_no_text(tmp_path, minutes):
    make_person(name="Bob Moss", document=minutes)

    assert check(tmp_path)[1] == ""


def test_a_document_of_two_files_is_read_whole(folder, minutes):
    minutes.file_name = "minutes.pdf, appendix.csv"
    minutes.save()
    make_person(name="Bob Moss", document=minutes, quotation="Bob Moss, pilot")
    make_person(name="Ann Lee", document=minutes, quotation="Ann Lee")

    assert f"{folder / 'appendix.txt'}: this text of “Minutes” is missing." in check(folder)[0]
    (folder / "appendix.txt").write_text("Bob Moss,pilot", encoding="utf-8")
    assert check(folder)[1] == ""


def test_a_folder_that_is_not_there_and_a_text_in_another_encoding_are_refused(folder, minutes):
    make_person(name="Ann Lee", document=minutes, quotation="Ann Lee")

    assert check(folder / "none")[1] == f"{folder / 'none'}: there is no such folder."
    (folder / "minutes.txt").write_bytes("Siân".encode("cp1252"))
    assert check(folder)[1] == f"{folder / 'minutes.txt'}: this file is not text in UTF-8."
