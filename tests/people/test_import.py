"""Spreadsheets of people and of their appointments."""

import itertools

import pytest

from people.models import Appointment, EndReason, Person
from records.models import Upload
from tests.builders import (
    day,
    make_appointment,
    make_document,
    make_organisation,
    make_person,
    make_person_name,
    make_post,
    source,
)
from tests.sheets import (
    changes,
    checked,
    confirm,
    csv_of,
    loaded,
    manager,
    outcomes,
    problems,
    send,
)

pytestmark = pytest.mark.django_db

PEOPLE = ["Slug", "Name", "Source document", "Locator"]
APPOINTMENTS = [
    "Person",
    "Organisation",
    "Post",
    "Start",
    "End",
    "End reason",
    "Source document",
    "Locator",
]
EVIDENCE = ["board-paper", "page 1"]


@pytest.fixture(autouse=True)
def board_paper():
    return source()


@pytest.fixture
def mona():
    return manager()


@pytest.fixture
def ann():
    return make_person(name="Ann Lee", slug="ann-lee")


@pytest.fixture
def chair():
    trust = make_organisation(name="Wye Valley NHS Trust", slug="wye-valley")
    return make_post(organisation=trust, title="Chair", start_date="2010-01-01")


def people(*rows):
    return csv_of(PEOPLE, *([*row, *EVIDENCE] for row in rows))


def appointments(*rows):
    return csv_of(APPOINTMENTS, *([*row, *EVIDENCE] for row in rows))


ANN_CHAIR = ["Ann Lee", "Wye Valley NHS Trust", "Chair"]


# People


def test_a_slug_is_made_that_nobody_has_or_had(mona, ann):
    ann.slug = "ann-m-lee"
    ann.save()
    bob = make_person(name="Bob Day", slug="bob-day")
    bob.name = "Robert Day"
    bob.save()

    loaded(mona, Person, people(["", "Ann-Lée"], ["", "Bob Day"], ["", "Cat Orr"]))

    # Ann is found by her folded name; a former name of Bob's is nobody's.
    assert set(Person.objects.values_list("slug", flat=True)) == {
        "ann-m-lee",
        "bob-day",
        "bob-day-2",
        "cat-orr",
    }


def test_nothing_is_imported_as_confirmed_on_a_day_that_has_not_come(mona):
    rows = [["Ann Lee", *EVIDENCE, "2150-01-01"], ["Bob Day", *EVIDENCE, "2026-11"]]
    sheet = csv_of(["Name", "Source document", "Locator", "Last confirmed"], *rows)
    upload = checked(mona, Person, sheet)
    assert outcomes(upload) == ["refused", "new"]
    assert "1 January 2150 has not come" in problems(upload)["Last confirmed"]


def test_a_slug_that_somebody_had_is_refused_with_the_one_they_have(mona, ann):
    ann.slug = "ann-m-lee"
    ann.save()
    upload = checked(mona, Person, people(["ann-lee", "Ann Lee"]))
    assert outcomes(upload) == ["refused"]
    assert "was the slug of Ann Lee, which is “ann-m-lee” now" in problems(upload)[""]


def test_a_slug_of_somebody_who_was_removed_is_refused(mona, ann):
    ann.delete()
    upload = checked(mona, Person, people(["ann-lee", "Ann Lee"]))
    assert "of a record that was removed" in problems(upload)[""]


def test_somebody_found_by_another_name_keeps_their_own(mona, ann):
    make_person_name(person=ann, name="Annie Lee", locator="page 3")

    upload = checked(mona, Person, csv_of([*PEOPLE, "Note"], ["", "Annie Lee", *EVIDENCE, "Yes"]))

    assert outcomes(upload) == ["changed"]
    assert changes(upload) == {"Note": ("", "Yes")}


def test_a_name_is_corrected_on_the_record_that_its_slug_names(mona, ann):
    upload = loaded(mona, Person, people(["ann-lee", "Anne Lee"]))
    assert changes(upload) == {"Name": ("Ann Lee", "Anne Lee")}
    assert Person.objects.get().folded == "anne lee"


def test_a_name_that_fits_several_is_asked_about_and_remembered_for_every_row(mona, ann):
    other = make_person(name="Ann Lee", slug="ann-lee-2")
    upload = checked(mona, Person, people(["", "Ann Lee"]))
    assert outcomes(upload) == ["refused"]
    (question,) = upload.outcome["questions"]
    assert [key for key, _ in question["options"]] == [ann.pk, other.pk, 0]

    page = mona.get(f"/admin/uploads/{upload.pk}/").rendered_content
    assert 'name="choice-0"' in page and "ann-lee-2" in page

    for odd in ("99999", "x", ""):
        choose(mona, upload, odd)
        assert outcomes(upload) == ["refused"]
    choose(mona, upload, str(other.pk))
    assert outcomes(upload) == ["same"]
    choose(mona, upload, "0")
    assert outcomes(upload) == ["new"]
    assert changes(upload)["Slug"] == ("", "ann-lee-3")


def choose(browser, upload, chosen):
    sent = {"choice-0": chosen, "seen": upload.outcome["fingerprint"]}
    browser.post(f"/admin/uploads/{upload.pk}/check/", sent)
    upload.refresh_from_db()


def test_a_record_with_exactly_that_spelling_is_chosen_before_others_alike(mona, ann, chair):
    make_person(name="Ann-Lée", slug="ann-lee-2")
    make_post(organisation=chair.organisation, title="chair")
    assert outcomes(checked(mona, Person, people(["", "Ann Lee"]))) == ["same"]

    loaded(mona, Appointment, appointments([*ANN_CHAIR, "2019", "", ""]))
    row = ["ANN LEE", "wye-valley", "CHAIR", "", "", ""]
    upload = checked(mona, Appointment, appointments(row))

    assert (Appointment.objects.get().person, Appointment.objects.get().post) == (ann, chair)
    assert "fits 2 records" in problems(upload)["Person"]
    assert "fits 2 records" in problems(upload)["Post"]


def test_two_rows_that_add_one_name_are_one_unless_their_slugs_say_otherwise(mona):
    upload = checked(mona, Person, people(["", "Ann Lee"], ["", "ANN LEE"]))
    assert outcomes(upload) == ["new", "refused"]
    assert "Row 2 adds the same name" in problems(upload, 1)[""]

    loaded(mona, Person, people(["ann-lee", "Ann Lee"], ["ann-lee-2", "Ann Lee"]))
    assert Person.objects.filter(name="Ann Lee").count() == 2


def test_two_rows_about_one_person_are_refused(mona, ann):
    upload = checked(mona, Person, people(["ann-lee", "Ann Lee"], ["", "Ann Lee"]))
    assert "Row 2 is about the same record" in problems(upload, 1)[""]


def test_a_person_who_was_merged_is_the_one_they_were_merged_into(mona, ann):
    make_person(name="A. Lee", slug="a-lee", merged_into=ann)
    upload = checked(mona, Person, people(["a-lee", "A. Lee"], ["", "A. Lee"]))
    assert outcomes(upload) == ["same", "refused"]  # both are about Ann
    assert Person.objects.count() == 2


@pytest.mark.parametrize(
    ("cells", "heading", "says"),
    [
        (["bad slug", "Ann Lee", *EVIDENCE], "Slug", "slug"),
        (["", "", *EVIDENCE], "Name", "Fill this in"),
        (["", "Ann Lee", "", "page 1"], "Source document", "Fill this in"),
        (["", "Ann Lee", "board-paper", ""], "Locator", "Fill this in"),
        (["", "A" * 201, *EVIDENCE], "Name", "at most 200"),
        (["", "#REF!", *EVIDENCE], "Name", "error of the spreadsheet"),
    ],
)
def test_a_cell_that_breaks_a_rule_is_told_under_its_heading(mona, cells, heading, says):
    upload = checked(mona, Person, csv_of(PEOPLE, cells))
    assert outcomes(upload) == ["refused"]
    assert says in problems(upload)[heading]


def test_a_document_of_a_title_that_two_have_is_asked_about(mona):
    make_document(title="Minutes", short_title="Minutes April")
    make_document(title="Minutes", short_title="Minutes May")
    upload = checked(mona, Person, csv_of(PEOPLE, ["", "Ann Lee", "Minutes", "page 1"]))
    assert "fits 2 records" in problems(upload)["Source document"]
    loaded(mona, Person, csv_of(PEOPLE, ["", "Ann Lee", "minutes may", "page 1"]))


# Appointments


def test_an_appointment_is_loaded_with_its_dates_as_they_are_known(mona, ann, chair):
    rows = appointments([*ANN_CHAIR, "by June 2021", "31/03/2023", "term ended"])
    loaded(mona, Appointment, rows)

    appointment = Appointment.objects.get()
    assert appointment.start_in_words() == "by June 2021"
    assert (appointment.end_date, appointment.end_reason) == (
        day("2023-03-31"),
        EndReason.TERM_ENDED,
    )
    assert appointment.certain_days() == (day("2021-06-30"), day("2023-03-31"))


def test_people_and_organisations_that_are_not_there_are_refused_with_the_remedy(mona, chair):
    upload = checked(
        mona,
        Appointment,
        appointments(
            ["Nobody", "Wye Valley NHS Trust", "Chair", "2019", "", ""],
            ["Nobody", "A lost trust", "Chair", "2019", "", ""],
            ["Nobody", "wye-valley", "Treasurer", "2019", "", ""],
        ),
    )

    assert "Import them under people first" in problems(upload, 0)["Person"]
    assert "There is no organisation “A lost trust”" in problems(upload, 1)["Organisation"]
    assert "has no post called “Treasurer”. It has “Chair”" in problems(upload, 2)["Post"]


def test_an_end_is_put_to_the_appointment_that_is_there(mona, ann, chair):
    make_appointment(person=ann, post=chair, start_date="2019-04-01")

    upload = loaded(
        mona, Appointment, appointments([*ANN_CHAIR, "2019-04-01", "2023", "stepped down"])
    )

    assert changes(upload) == {
        "End": ("", "2023"),
        "End reason": ("", "stepped down"),
    }
    assert Appointment.objects.get().history.count() == 2


def test_a_vaguer_date_does_not_take_the_place_of_a_better_one(mona, ann, chair):
    make_appointment(person=ann, post=chair, start_date="2019-04-01", locator="page 1")
    for start in ("2019", "April 2019", "by June 2021"):
        upload = checked(mona, Appointment, appointments([*ANN_CHAIR, start, "", ""]))
        assert outcomes(upload) == ["same"], start


def test_a_later_time_in_the_same_post_is_another_appointment(mona, ann, chair):
    make_appointment(person=ann, post=chair, start_date="2015-04-01", end_date="2018-03-31")
    loaded(mona, Appointment, appointments([*ANN_CHAIR, "2019-04-01", "", ""]))
    assert Appointment.objects.count() == 2


@pytest.mark.parametrize("time", [["2015", "2015"], ["", "2015"]])
def test_two_rows_that_add_one_time_are_refused_naming_the_other(mona, ann, chair, time):
    content = appointments([*ANN_CHAIR, *time, ""], [*ANN_CHAIR, *time, ""])
    upload = checked(mona, Appointment, content)
    assert outcomes(upload) == ["new", "refused"]
    assert "Row 2 adds the same person, post and time" in problems(upload, 1)[""]

    content = appointments([*ANN_CHAIR, *time, ""], [*ANN_CHAIR, "2018", "2018", ""])
    loaded(mona, Appointment, content)


def test_a_handover_in_one_spreadsheet_ends_one_and_begins_the_other(mona, ann, chair):
    make_appointment(person=ann, post=chair, start_date="2019-04-01")
    make_person(name="Bob Day")

    loaded(
        mona,
        Appointment,
        appointments(
            ["Bob Day", "Wye Valley NHS Trust", "Chair", "2023-04-01", "", ""],
            [*ANN_CHAIR, "2019-04-01", "2023-03-31", ""],
        ),
    )

    assert Appointment.objects.listed(day("2023-03-31")).get().person == ann
    assert Appointment.objects.listed(day("2023-04-01")).get().person.name == "Bob Day"


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("months", [("06", "07"), ("02", "03")], ids=["later", "earlier"])
def test_handovers_are_moved_whichever_of_the_times_comes_first(mona, ann, chair, order, months):
    bob, cat = make_person(name="Bob Day"), make_person(name="Cat Orr")
    make_appointment(person=ann, post=chair, start_date="2015-04-01", end_date="2018-04-30")
    make_appointment(person=bob, post=chair, start_date="2018-05-01", end_date="2020-04-30")
    make_appointment(person=cat, post=chair, start_date="2020-05-01")
    ends, starts = months
    rows = [
        [*ANN_CHAIR, "2015-04-01", f"2018-{ends}-15", ""],
        ["Bob Day", *ANN_CHAIR[1:], f"2018-{ends}-16", f"2020-{starts}-15", ""],
        ["Cat Orr", *ANN_CHAIR[1:], f"2020-{starts}-16", "", ""],
    ]

    loaded(mona, Appointment, appointments(*[rows[place] for place in order]))

    assert Appointment.objects.listed(day(f"2018-{ends}-15")).get().person == ann
    assert Appointment.objects.listed(day(f"2020-{starts}-15")).get().person == bob


@pytest.mark.parametrize(
    ("cells", "heading", "says"),
    [
        (["", "", ""], "Start", "Give a start date"),
        (["2020", "2019", ""], "End", "is before the start"),
        (["2020", "", "retired"], "", "Give the end date as well as the reason"),
        (["2020", "2021", "dismissed"], "End reason", "Write “term ended”, “stepped down”"),
        (["Apr-19", "", ""], "Start", "may be read in two ways"),
    ],
)
def test_the_rules_of_an_appointment_hold_in_a_spreadsheet(mona, ann, chair, cells, heading, says):
    upload = checked(mona, Appointment, appointments([*ANN_CHAIR, *cells]))
    assert outcomes(upload) == ["refused"]
    assert says in problems(upload)[heading]
    confirm(mona, upload)
    assert Appointment.objects.count() == 0


def test_dates_of_mixed_styles_are_refused_wherever_they_may_be_read_in_two_ways(mona, ann, chair):
    upload = checked(
        mona,
        Appointment,
        appointments(
            [*ANN_CHAIR, "03/04/2015", "27/03/2016", ""],
            [*ANN_CHAIR, "04/13/2019", "", ""],
            [*ANN_CHAIR, "05/05/2017", "05/06/2017", ""],
        ),
    )

    assert (
        "because row 3, column “Start”, has the month before the day" in problems(upload)["Start"]
    )
    assert "End" not in problems(upload)
    assert "Write 2019-04-13" in problems(upload, 1)["Start"]
    assert set(problems(upload, 2)) == {"End"}  # 5 May is 5 May either way


@pytest.mark.parametrize("odd", ["By 04/13/2018", "by  04/13/2018", "'04/13/2018", "BY 4.13.2018"])
def test_a_limit_or_an_apostrophe_hides_no_month_before_the_day(mona, ann, chair, odd):
    rows = [[*ANN_CHAIR, "By 03/04/2015", "05/06/2016", ""], [*ANN_CHAIR, odd, "", ""]]
    upload = checked(mona, Appointment, appointments(*rows))
    assert "because row 3" in problems(upload)["Start"]
    assert "because row 3" in problems(upload)["End"]


def test_a_post_with_room_for_two_takes_two_rows_and_not_three(mona, ann, chair):
    chair.max_holders = 2
    chair.save()
    make_person(name="Bob Day")
    make_person(name="Cat Orr")
    rows = [[n, "wye-valley", "Chair", "2019", "", ""] for n in ("Ann Lee", "Bob Day", "Cat Orr")]

    upload = checked(mona, Appointment, appointments(*rows))

    assert outcomes(upload) == ["new", "new", "refused"]
    assert "has room for 2 and would have 3" in problems(upload, 2)["Start"]


def test_a_post_with_room_for_two_passes_from_one_to_another(mona, ann, chair):
    chair.max_holders = 2
    chair.save()
    make_appointment(person=ann, post=chair, start_date="2015-04-01")
    make_appointment(person=make_person(name="Bob Day"), post=chair, start_date="2015-04-01")
    make_person(name="Cat Orr")
    rows = [["Cat Orr", "wye-valley", "Chair", "2019-04-01", "", ""]]
    assert outcomes(checked(mona, Appointment, appointments(*rows))) == ["refused"]

    rows.append(["Bob Day", "wye-valley", "Chair", "2015-04-01", "2019-03-31", ""])
    loaded(mona, Appointment, appointments(*rows))


def test_the_cost_of_a_row_does_not_grow_with_those_who_hold_the_post_beside(
    mona, chair, django_assert_max_num_queries
):
    chair.max_holders = 60
    chair.save()
    names = [make_person(name=f"Person {number}").name for number in range(60)]
    rows = [[name, "wye-valley", "Chair", "2019", "", ""] for name in names]
    send(mona, Appointment, appointments(*rows))
    upload = Upload.objects.get()
    with django_assert_max_num_queries(60):
        mona.post(f"/admin/uploads/{upload.pk}/check/")
    upload.refresh_from_db()
    assert outcomes(upload) == ["new"] * 60


# What the ends in a file are, and starts and ends against those of the post


def test_a_file_of_holders_is_taken_only_with_the_answer_what_its_ends_are(mona, ann, chair):
    response = send(mona, Appointment, appointments([*ANN_CHAIR, "2019", "", ""]), ends="")

    assert response.status_code == 400
    assert response.context_data["form"].errors["ends"] == [
        "Say which day the ends in this file are. If it gives none, choose last days."
    ]
    assert Upload.objects.count() == 0


def test_of_people_nothing_is_asked_about_ends(mona):
    assert send(mona, Person, people(["", "Ann Lee"]), ends="").status_code == 302


@pytest.mark.parametrize(
    ("given", "kept", "to_the"),
    [
        ("2020-04-01", "31 March 2020", "day"),
        ("by 2020-04-01", "by 31 March 2020", "day"),
        ("not before 2020-04-01", "not before 31 March 2020", "day"),
        ("not before April 2020", "not before 31 March 2020", "day"),
        ("April 2020", "by April 2020", "month"),
        ("2020", "by 2020", "year"),
        ("by 2020", "by 2020", "year"),
    ],
)
def test_first_days_out_of_office_become_last_days_in_it(mona, ann, chair, given, kept, to_the):
    content = appointments([*ANN_CHAIR, "2019-04-01", given, ""])

    upload = checked(mona, Appointment, content, ends="first-day-out")
    confirm(mona, upload)

    appointment = Appointment.objects.get()
    assert (appointment.end_in_words(), appointment.end_precision) == (kept, to_the)
    note = upload.outcome["rows"][0]["notes"][0]
    assert note.endswith(f"is the first day out of office. Recorded is {kept}.")


def test_last_days_in_office_stay_as_they_are(mona, ann, chair):
    upload = loaded(mona, Appointment, appointments([*ANN_CHAIR, "2019-04-01", "2020-04-01", ""]))

    assert Appointment.objects.get().end_date == day("2020-04-01")
    assert upload.outcome["rows"][0]["notes"] == []


def test_the_same_first_days_out_sent_again_change_nothing(mona, ann, chair):
    content = appointments([*ANN_CHAIR, "2019-04-01", "2020-04-01", ""])
    confirm(mona, checked(mona, Appointment, content, ends="first-day-out"))

    assert outcomes(checked(mona, Appointment, content, ends="first-day-out")) == ["same"]


def test_a_first_month_out_takes_no_known_last_day_away(mona, ann, chair):
    make_appointment(person=ann, post=chair, start_date="2019-04-01", end_date="2020-03-31")
    content = appointments([*ANN_CHAIR, "2019-04-01", "April 2020", ""])

    assert outcomes(checked(mona, Appointment, content, ends="first-day-out")) == ["same"]


def test_who_went_on_the_first_day_is_refused_on_the_end(mona, ann, chair):
    content = appointments([*ANN_CHAIR, "2019-04-01", "2019-04-01", ""])

    upload = checked(mona, Appointment, content, ends="first-day-out")

    assert problems(upload) == {
        "End": "The end, 31 March 2019, is before the start, 1 April 2019. Correct one of the two."
    }


def test_a_start_before_the_organisation_is_refused_with_its_column_and_nothing_is_loaded(mona):
    trust = make_organisation(name="The Trust", start_date="2019-04-01")
    make_post(organisation=trust, title="Chair", start_date="2021-06-30", start_qualifier="by")
    make_post(organisation=trust, title="Leader", start_date="2019-04-01")
    for name in ("Ann Lee", "Bob Day", "Cat Orr"):
        make_person(name=name)
    content = appointments(
        ["Ann Lee", "The Trust", "Chair", "2010", "", ""],
        ["Bob Day", "The Trust", "Leader", "", "March 2019", ""],
        ["Cat Orr", "The Trust", "Leader", "April 2019", "", ""],
    )

    upload = confirm(mona, checked(mona, Appointment, content))

    assert outcomes(upload) == ["refused", "refused", "new"]
    assert problems(upload, 0) == {
        "Start": "The start, 2010, is before this organisation began, 1 April 2019. Correct the "
        "start, or the organisation's own start first."
    }
    assert list(problems(upload, 1)) == ["End"]
    assert Appointment.objects.count() == 0
    shown = mona.get(f"/admin/uploads/{upload.pk}/").content.decode()
    assert "Row 2, column “Start”:" in shown


def test_a_start_after_the_end_of_the_post_is_refused_with_its_column(mona, ann, chair):
    chair.end_date = day("2020-03-31")
    chair.save()

    upload = confirm(mona, checked(mona, Appointment, appointments([*ANN_CHAIR, "2021", "", ""])))

    assert "is after the end of Chair, Wye Valley NHS Trust" in problems(upload)["Start"]
    assert Appointment.objects.count() == 0
