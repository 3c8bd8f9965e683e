"""Spreadsheets of organisations."""

import pytest
from django.urls import reverse

from organisations.models import Organisation
from tests.builders import (
    make_organisation,
    make_organisation_name,
    make_place,
    make_post,
    source,
)
from tests.sheets import changes, checked, csv_of, exported, loaded, manager, outcomes, problems

pytestmark = pytest.mark.django_db

HEADINGS = [
    "Name",
    "Kind",
    "ODS code",
    "Source of the codes",
    "Locator of the codes",
    "Place",
    "Start",
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


def sheet(*rows):
    made = []
    for name, kind, code, place, start in rows:
        codes = EVIDENCE if code else ["", ""]
        made.append([name, kind, code, *codes, place, start, *EVIDENCE])
    return csv_of(HEADINGS, *made)


def test_organisations_are_loaded_with_their_kind_in_words(mona):
    hereford = make_place(name="Herefordshire")
    loaded(
        mona,
        Organisation,
        sheet(
            ["Wye Valley NHS Trust", "NHS trust", "RLQ", "herefordshire", "April 2011"],
            ["Taurus", "General practice provider", "", "", "by 2019"],
        ),
    )

    trust = Organisation.objects.get(slug="wye-valley-nhs-trust")
    assert (trust.kind, trust.place, trust.ods_code) == ("nhs-trust", hereford, "RLQ")
    assert Organisation.objects.get(slug="taurus").start_in_words() == "by 2019"


@pytest.mark.parametrize("name", ["Wye Valley", "wye  valley nhs trust", "Hereford Hospitals"])
def test_an_organisation_is_found_by_every_name_it_has(mona, name):
    trust = make_organisation(name="Wye Valley NHS Trust", short_name="Wye Valley")
    make_organisation_name(organisation=trust, name="Hereford Hospitals")
    upload = checked(mona, Organisation, sheet([name, "NHS trust", "", "", ""]))
    assert outcomes(upload) == ["same"]


def test_an_organisation_is_found_by_its_code_and_keeps_its_name(mona):
    make_organisation(name="Wye Valley NHS Trust", ods_code="RLQ")
    upload = checked(mona, Organisation, sheet(["Wye Trust", "NHS trust", "rlq", "", ""]))
    assert "Name" not in changes(upload)
    page = mona.get(reverse("admin:upload", args=[upload.pk])).rendered_content
    assert "The name “Wye Trust” is not taken: this is Wye Valley NHS Trust" in page
    assert "The register already says this" not in page


def test_nothing_is_said_of_a_name_that_the_organisation_has(mona):
    make_organisation(name="Wye Valley NHS Trust", short_name="Wye Valley", ods_code="RLQ")
    upload = checked(mona, Organisation, sheet(["WYE VALLEY", "NHS trust", "rlq", "", ""]))
    assert upload.outcome["rows"][0]["notes"] == []


def test_a_code_of_one_and_a_name_of_another_is_refused(mona):
    make_organisation(name="Wye Valley NHS Trust", ods_code="RLQ")
    make_organisation(name="Taurus")
    upload = checked(mona, Organisation, sheet(["Taurus", "other", "RLQ", "", ""]))
    assert "The code RLQ is that of Wye Valley NHS Trust" in problems(upload)[""]


def test_two_rows_with_one_code_are_refused_naming_the_other(mona):
    upload = checked(
        mona,
        Organisation,
        sheet(["Wye", "NHS trust", "RLQ", "", "2019"], ["Lugg", "NHS trust", "RLQ", "", "2019"]),
    )
    assert outcomes(upload) == ["new", "refused"]
    assert "recorded for Wye" in problems(upload, 1)["ODS code"]
    assert "row 2 of this spreadsheet" in problems(upload, 1)["ODS code"]


def test_a_start_after_that_of_a_post_is_refused_on_its_cell(mona):
    trust = make_organisation(name="Wye Valley", start_date="2011-04-01")
    make_post(organisation=trust, title="Chair", start_date="2012-06-01")

    upload = checked(mona, Organisation, sheet(["Wye Valley", "NHS trust", "", "", "2013-04-01"]))

    assert problems(upload) == {
        "Start": "The start, 1 April 2013, is after that of Chair, Wye Valley, 1 June 2012, which "
        "belongs to it. Correct this start, or that record first."
    }


def test_an_unknown_kind_or_place_is_refused_on_its_cell(mona):
    upload = checked(mona, Organisation, sheet(["Wye", "hospital", "", "Atlantis", "2019"]))
    assert "“hospital” is not known here. Write" in problems(upload)["Kind"]
    assert "There is no place “Atlantis”" in problems(upload)["Place"]


def test_what_is_exported_can_be_sent_back_as_it_is(mona):
    make_organisation(
        name="Wye Valley NHS Trust",
        ods_code="RLQ",
        website="https://example.org/",
        place=make_place(),
        start_date="2011-04-01",
        start_precision="month",
    )
    rows = exported(mona, Organisation)
    content = csv_of(list(rows[0]), *[list(row.values()) for row in rows])
    assert outcomes(checked(mona, Organisation, content)) == ["same"]
