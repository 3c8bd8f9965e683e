"""What loading the files of the Organisation Data Service does to the register."""

import io
import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from organisations.models import Organisation, OrganisationKind, OrganisationName, Relationship
from organisations.ods import reader
from organisations.ods.extracts import OdsRefused
from organisations.ods.list_reports import ImportOutcome
from organisations.ods.ods_import import run
from organisations.ods.reader import read_files
from records.history import Nature, writing
from records.models import Document, NameKind
from tests import stepping
from tests.builders import (
    day,
    make_organisation,
    make_organisation_name,
    make_post,
    make_relationship,
    source,
)
from tests.organisations.ods_files import as_file, headless, networks, partners

pytestmark = pytest.mark.django_db

EAST = ("U00001", "EAST TOWN PCN", "20191001", "")
WEST = ("U00002", "WEST TOWN PCN", "20191001", "")
MILL = ("A00001", "MILL SURGERY", "U00001", "20191001", "")
FORD = ("A00002", "FORD SURGERY", "U00001", "20191001", "")

FIRST = [networks("2019-12-04", EAST, WEST), partners("2019-12-04", MILL, FORD)]
# Mill moves to the west and is renamed; the network of the east closes with Ford's membership.
LATER = [
    networks(
        "2022-04-27",
        ("U00001", "EAST TOWN PCN", "20191001", "20210930"),
        ("U00002", "WEST AND MILL TOWN PCN", "20191001", ""),
    ),
    partners(
        "2022-04-27",
        ("A00001", "OLD MILL PARTNERSHIP", "U00002", "20210101", ""),
        ("A00001", "OLD MILL PARTNERSHIP", "U00001", "20191001", "20201231"),
        ("A00002", "FORD SURGERY", "U00001", "20191001", "20210930"),
    ),
]


def take(*files, apply: bool = True, today=None, **options) -> ImportOutcome:
    extracts = read_files(list(files), today=today or timezone.localdate())
    *_, outcome = run(extracts, apply=apply, reason="The lists", **options)
    return outcome


def counted(outcome: ImportOutcome) -> dict[str, int]:
    found = {}
    for report in outcome.reports:
        for key, lines in report.sentences.items():
            found[key] = found.get(key, 0) + len(lines)
    return found


def refusal(*files, **options) -> list[str]:
    """Load files that are refused. Gives the reasons, after checking that nothing was loaded."""
    before = Organisation.history.count(), Relationship.history.count(), Document.objects.count()
    with pytest.raises(OdsRefused) as refused:
        take(*files, **options)
    after = Organisation.history.count(), Relationship.history.count(), Document.objects.count()
    assert before == after
    return [str(problem) for problem in refused.value.problems]


def test_a_list_of_a_day_that_has_not_come_is_refused():
    [said] = refusal(networks("2150-12-04", EAST))
    assert "stand as on 4 December 2150, which has not come. Correct the day" in said


def members(code: str, on: str) -> set[str]:
    found = Relationship.objects.listed(day(on)).filter(to_organisation__ods_code=code)
    return set(found.values_list("from_organisation__ods_code", flat=True))


# New records


def test_a_preview_counts_and_changes_nothing():
    outcome = take(*FIRST, apply=False)
    assert counted(outcome) == {"new": 4, "begun": 2}
    assert not Organisation.objects.exists() and not Document.objects.exists()
    assert not Organisation.history.exists()


def test_each_fact_names_the_file_and_the_line():
    take(*FIRST)
    membership = Relationship.objects.get(from_organisation__ods_code="A00002")
    assert membership.locator == "Line 3, “A00002” in “U00001”"
    assert membership.document.file_name == "epcn_core_partners_2019-12-04.csv"
    assert membership.document.published_date == day("2019-12-04")
    network = Organisation.objects.get(ods_code="U00001")
    assert (network.kind, network.locator) == (OrganisationKind.PCN, "Line 2, “U00001”")
    assert network.codes_document == network.document


def test_each_record_has_a_row_of_history_with_the_reason():
    take(*FIRST)
    rows = list(Organisation.history.all()) + list(Relationship.history.all())
    assert len(rows) == 6
    assert {(row.history_nature, row.history_change_reason) for row in rows} == {
        ("imported", "The lists")
    }
    assert len({row.history_batch for row in rows}) == 1


def test_a_practice_is_recorded_by_the_day_it_joined_and_opens_when_its_own_list_says():
    take(*FIRST)
    mill = Organisation.objects.get(ods_code="A00001")
    assert mill.start_in_words() == "by 1 October 2019"
    take(headless("epraccur_2020-01-31.csv", ("A00001", "MILL SURGERY", "19740401", "")))
    mill.refresh_from_db()
    assert mill.start_in_words() == "1 April 1974"
    assert mill.document.published_date == day("2020-01-31")


def test_what_is_no_general_practice_is_passed_over():
    outcome = take(
        headless("epraccur_2020-01-31.csv", ("A00001", "A HOSPICE", "19740401", ""), setting="11")
    )
    assert counted(outcome) == {}
    assert "1 lines are of no general practice" in str(outcome.to_look_at[0])


def test_the_kind_of_a_trust_is_read_from_its_name():
    take(
        headless(
            "etr_2022-03.csv",
            ("RAA", "EXAMPLE NHS TRUST", "20110701", ""),
            ("RBB", "SAMPLE NHS FOUNDATION TRUST", "20110701", "20211231"),
        )
    )
    assert Organisation.objects.get(ods_code="RAA").kind == OrganisationKind.NHS_TRUST
    sample = Organisation.objects.get(ods_code="RBB")
    assert sample.kind == OrganisationKind.FOUNDATION_TRUST
    assert sample.end_date == day("2021-12-31")
    assert sample.document.published_in_words() == "March 2022"


def test_dates_may_be_numbers_or_have_hyphens():
    take(networks("2019-12-04", ("U00001", "EAST PCN", "20191001.0", "2021-02-12")))
    network = Organisation.objects.get()
    assert (network.start_date, network.end_date) == (day("2019-10-01"), day("2021-02-12"))


def test_columns_with_headings_may_stand_in_any_order():
    take(
        as_file(
            "epcn_2019-12-04.csv",
            "close_date,pcn_name,open_date,pcn_code",
            ",EAST PCN,20191001,U00001",
        )
    )
    assert Organisation.objects.get().ods_code == "U00001"


def test_a_file_of_several_days_is_taken_a_day_at_a_time():
    head = "snapshot_file_modified,pcn_code,pcn_name,open_date,close_date"
    outcome = take(
        as_file(
            "networks_all.csv",
            head,
            "2022-04-27,U00001,NEW NAME PCN,20191001,",
            "2019-12-04,U00001,OLD NAME PCN,20191001,",
        )
    )
    assert counted(outcome) == {"new": 1, "renamed": 1}
    assert Organisation.objects.get().name == "NEW NAME PCN"


# What a later file changes


def test_the_same_files_twice_change_nothing():
    take(*FIRST, *LATER)
    before = Organisation.history.count(), Relationship.history.count(), Document.history.count()
    outcome = take(*FIRST, *LATER)
    assert outcome.changes == 0 and not outcome.to_look_at
    assert before == (
        Organisation.history.count(),
        Relationship.history.count(),
        Document.history.count(),
    )


def test_a_later_file_gives_exactly_what_changed():
    take(*FIRST)
    outcome = take(*LATER)
    assert counted(outcome) == {"renamed": 2, "closed": 1, "begun": 1, "ended": 2, "moved": 1}
    assert members("U00001", "2020-12-31") == {"A00001", "A00002"}
    assert members("U00001", "2021-01-01") == {"A00002"}
    assert members("U00002", "2021-01-01") == {"A00001"}
    assert members("U00001", "2021-10-01") == set()


def test_a_renaming_is_by_the_day_of_the_file_that_first_has_the_new_name():
    take(*FIRST)
    take(*LATER)
    mill = Organisation.objects.get(ods_code="A00001")
    former = mill.names.get()
    assert (mill.name, former.name, former.kind) == (
        "OLD MILL PARTNERSHIP",
        "MILL SURGERY",
        NameKind.FORMER,
    )
    assert former.end_in_words() == "by 26 April 2022"
    assert former.end_document.published_date == day("2022-04-27")
    assert former.start_in_words() == "by 4 December 2019"
    assert former.document.published_date == day("2019-12-04")


def test_an_end_names_the_file_that_says_so():
    take(*FIRST)
    take(*LATER)
    ended = Relationship.objects.get(from_organisation__ods_code="A00002")
    assert ended.document.published_date == day("2019-12-04")
    assert ended.end_document.published_date == day("2022-04-27")
    assert ended.end_locator == "Line 4, “A00002” in “U00001”"
    closed = Organisation.objects.get(ods_code="U00001")
    assert closed.end_document.file_name == "epcn_details_2022-04-27.csv"


def test_a_row_that_is_missing_closes_nothing():
    take(*FIRST)
    outcome = take(
        networks("2022-04-27", WEST),
        partners("2022-04-27", ("A00003", "NEW", "U00002", "20210101", "")),
    )
    assert counted(outcome) == {"new": 1, "begun": 1}
    assert Organisation.objects.get(ods_code="U00001").end_date is None
    assert members("U00001", "2022-05-01") == {"A00001", "A00002"}


def test_an_older_file_takes_nothing_back():
    take(*FIRST)
    take(*LATER)
    outcome = take(*FIRST)
    assert outcome.changes == 0 and not outcome.to_look_at
    assert Organisation.objects.get(ods_code="A00001").name == "OLD MILL PARTNERSHIP"


def test_an_older_name_that_the_register_never_had_is_reported():
    take(networks("2022-04-27", EAST))
    outcome = take(networks("2019-12-04", ("U00001", "FIRST NAME PCN", "20191001", "")))
    assert outcome.changes == 0
    assert "older than what the register has" in str(outcome.to_look_at[0])


def test_a_name_that_is_spelt_otherwise_is_no_renaming():
    take(networks("2019-12-04", ("U00001", "ST. MARY'S & EAST PCN", "20191001", "")))
    outcome = take(networks("2022-04-27", ("U00001", "St Marys and East PCN", "20191001", "")))
    assert outcome.changes == 0 and outcome.reports[0].spelt_otherwise == 1


def test_a_practice_may_leave_a_network_and_return():
    take(*FIRST)
    returned = partners(
        "2022-04-27",
        ("A00001", "MILL SURGERY", "U00001", "20220101", ""),  # before the row that ends the first
        ("A00001", "MILL SURGERY", "U00001", "20191001", "20201231"),
    )
    assert counted(take(returned)) == {"begun": 1, "ended": 1}
    assert members("U00001", "2021-06-01") == {"A00002"}


def test_a_start_that_a_later_file_corrects_makes_no_second_membership():
    take(*FIRST)
    outcome = take(partners("2022-04-27", ("A00001", "MILL SURGERY", "U00001", "20191201", "")))
    assert counted(outcome) == {"corrected": 1}
    membership = Relationship.objects.get(from_organisation__ods_code="A00001")
    assert membership.start_date == day("2019-12-01")
    assert take(*FIRST).changes == 0


def test_two_lists_that_disagree_about_a_name_do_not_rename_to_and_fro():
    take(*FIRST)
    take(partners("2022-04-27", ("A00001", "MILL PARTNERSHIP", "U00001", "20191001", "")))
    outcome = take(headless("epraccur_2022-05-31.csv", ("A00001", "MILL SURGERY", "19740401", "")))
    assert "by another list it is called MILL PARTNERSHIP" in str(outcome.to_look_at[0])
    assert Organisation.objects.get(ods_code="A00001").name == "MILL PARTNERSHIP"


def renamed_by_step(code: str, name: str, begins: str) -> Organisation:
    found = Organisation.objects.get(ods_code=code)
    answers = {"name": name, "short_name": "", "date": day(begins)}
    assert stepping.take(found, "rename", **answers).status_code == 302
    found.refresh_from_db()
    assert found.name == name
    return found


@pytest.mark.parametrize("listed", ["MILL SURGERY", "MILL AND POND SURGERY"])
def test_a_list_older_than_a_renaming_by_step_does_not_rename_back(listed):
    take(*FIRST)
    found = renamed_by_step("A00001", "Old Mill Partnership", "2020-04-01")
    outcome = take(partners("2022-04-27", ("A00001", listed, "U00001", "20191001", "")))
    assert outcome.changes == 0
    [told] = outcome.to_look_at
    assert "in a list older than what the register has" in told.words
    found.refresh_from_db()
    assert found.name == "Old Mill Partnership"
    [former] = found.names.all()
    assert (former.name, former.end_date) == ("MILL SURGERY", day("2020-03-31"))


def test_a_list_of_the_time_before_a_renaming_by_step_says_nothing_new():
    take(*FIRST)
    renamed_by_step("A00001", "Old Mill Partnership", "2024-04-01")
    outcome = take(partners("2022-04-27", ("A00001", "MILL SURGERY", "U00001", "20191001", "")))
    assert outcome.changes == 0 and not outcome.to_look_at


def test_a_list_that_still_has_the_name_before_a_renaming_by_step_is_reported():
    take(*FIRST)
    found = renamed_by_step("A00001", "Old Mill Partnership", "2020-04-01")
    row = ("A00001", "MILL SURGERY", "U00001", "20191001", "")
    outcome = take(partners("2099-04-27", row), today=day("2099-04-27"))
    assert "is called MILL SURGERY here, as before" in str(outcome.to_look_at[0])
    assert outcome.changes == 0 and found.names.count() == 1


def test_a_newer_list_renames_what_a_step_renamed_and_keeps_the_source_of_that_name():
    take(*FIRST)
    found = renamed_by_step("A00001", "Old Mill Partnership", "2020-04-01")
    row = ("A00001", "MILL AND POND SURGERY", "U00001", "20191001", "")
    assert counted(take(partners("2099-04-27", row), today=day("2099-04-27"))) == {"renamed": 1}
    former = found.names.get(name="Old Mill Partnership")
    assert (former.document, former.locator) == (source(), "minute 7")


def test_a_list_does_not_take_back_a_name_that_was_corrected_since():
    take(*FIRST)
    found = Organisation.objects.get(ods_code="A00001")
    with writing(Nature.CORRECTED):
        found.name = "Miller Surgery"
        found.save()
    outcome = take(*FIRST)
    assert outcome.changes == 0
    assert "in a list older than what the register has" in str(outcome.to_look_at[0])
    assert not found.names.exists()


def test_a_list_loaded_again_after_it_was_undone_renames_again():
    take(*FIRST)
    mill = Organisation.objects.get(ods_code="A00001")
    take(*LATER)
    with writing(Nature.UNDONE):
        mill.save()
        mill.names.get().delete()
    assert counted(take(*LATER)) == {"renamed": 1}


def test_a_name_that_an_upgrade_made_plain_is_not_one_that_somebody_gave():
    take(*FIRST)
    mill = Organisation.objects.get(ods_code="A00001")
    with writing(Nature.UPGRADED):
        mill.name = "MILL, SURGERY"
        mill.save()
    assert counted(take(*LATER))["renamed"] == 2


def spelt(organisation: Organisation, *names: str) -> None:
    """Correct an organisation's name by hand, to each of these in turn."""
    for name in names:
        with writing(Nature.CORRECTED):
            organisation.name = name
            organisation.save()


@pytest.mark.parametrize("name", ["Mill Surgery", "Mill surgery.", "MILL-SURGERY"])
def test_a_name_of_which_the_capitals_were_corrected_is_not_one_that_somebody_gave(name):
    take(*FIRST)
    mill = Organisation.objects.get(ods_code="A00001")
    spelt(mill, name)
    assert counted(take(*LATER))["renamed"] == 2
    assert mill.names.get().name == name


def test_a_name_that_somebody_gave_is_theirs_still_when_its_capitals_are_corrected():
    take(*FIRST)
    mill = Organisation.objects.get(ods_code="A00001")
    spelt(mill, "miller surgery", "Miller Surgery")
    outcome = take(*FIRST)
    assert outcome.changes == 0
    assert "in a list older than what the register has" in str(outcome.to_look_at[0])


def test_what_no_longer_has_an_end_is_reported_and_left():
    take(*FIRST)
    take(*LATER)
    outcome = take(networks("2023-01-26", EAST), partners("2023-01-26", FORD))
    assert outcome.changes == 0
    assert [problem.words.split(";")[0] for problem in outcome.to_look_at] == [
        "EAST TOWN PCN (U00001) is open by this line",
        "FORD SURGERY is in EAST TOWN PCN without an end by this line",
    ]


# What the register has already


def test_an_organisation_of_that_code_is_matched_and_keeps_its_name():
    found = make_organisation(
        name="East Town PCN", kind=OrganisationKind.PCN, ods_code="U00001", start_date="2019-10-01"
    )
    assert counted(take(networks("2019-12-04", EAST))) == {}
    found.refresh_from_db()
    assert found.name == "East Town PCN"


def test_a_name_that_a_source_spells_so_is_no_renaming():
    found = make_organisation(
        name="Eastern PCN", kind=OrganisationKind.PCN, ods_code="U00001", start_date="2019-10-01"
    )
    make_organisation_name(organisation=found, name="EAST TOWN PCN", kind=NameKind.SPELLING)
    assert counted(take(networks("2019-12-04", EAST))) == {}


def test_a_start_that_another_source_gives_is_left_and_reported_once():
    make_organisation(name="Example NHS Trust", ods_code="RAA", start_date="2016-04-01")
    row = ("RAA", "EXAMPLE NHS TRUST", "19940401", "")
    outcome = take(headless("etr_2022-03.csv", row), headless("etr_2025-07.csv", row))
    assert outcome.changes == 0
    [told] = outcome.to_look_at
    assert "the day may be that of the code" in told.words


def test_a_start_after_that_of_a_post_is_left_and_reported():
    take(*FIRST)
    mill = Organisation.objects.get(ods_code="A00001")
    make_post(organisation=mill, start_date="1970-07-01")

    outcome = take(headless("epraccur_2020-01-31.csv", ("A00001", "MILL SURGERY", "19740401", "")))

    told = " ".join(told.words for told in outcome.to_look_at)
    assert "something that belongs to it had begun by 1 July 1970. Its start was left" in told
    mill.refresh_from_db()
    assert mill.start_qualifier == "by"


def test_an_organisation_of_that_name_without_a_code_is_asked_about():
    known = make_organisation(name="East Town PCN", kind=OrganisationKind.PCN)
    outcome = take(networks("2019-12-04", EAST, WEST))
    [question] = outcome.questions
    assert question.candidates == (known,)
    assert "--same U00001=" in str(question) and "--new U00001" in str(question)
    assert set(Organisation.objects.values_list("ods_code", flat=True)) == {"", "U00002"}


def test_a_member_without_a_code_whose_name_is_near_is_asked_about():
    network = make_organisation(
        name="East Town PCN", kind=OrganisationKind.PCN, ods_code="U00001", start_date="2019-10-01"
    )
    mill = make_organisation(name="The Mill", kind=OrganisationKind.PRACTICE)
    make_relationship(from_organisation=mill, to_organisation=network)
    outcome = take(partners("2019-12-04", MILL, FORD))
    assert [question.code for question in outcome.questions] == ["A00001"]
    assert counted(outcome) == {"new": 1, "begun": 1}


def test_an_answer_gives_the_code_and_renames_nothing():
    known = make_organisation(
        name="East Locality", kind=OrganisationKind.PCN, start_date="2019-10-01"
    )
    outcome = take(networks("2019-12-04", EAST), same={"U00001": known.slug})
    assert counted(outcome) == {"coded": 1}
    known.refresh_from_db()
    assert (known.ods_code, known.name) == ("U00001", "East Locality")
    assert OrganisationName.objects.get().kind == NameKind.SPELLING
    assert take(networks("2019-12-04", EAST)).changes == 0


def test_an_answer_that_it_is_another_makes_it_new():
    make_organisation(name="East Town PCN", kind=OrganisationKind.PCN)
    assert counted(take(networks("2019-12-04", EAST), new=frozenset(["U00001"]))) == {"new": 1}


def test_an_answer_that_names_nothing_is_refused():
    [told] = refusal(networks("2019-12-04", EAST), same={"U00001": "nothing-such"})
    assert "There is no organisation “nothing-such”" in told


def test_what_has_posts_is_not_closed_by_a_file():
    trust = make_organisation(name="Example NHS Trust", ods_code="RAA", start_date="2011-07-01")
    make_post(organisation=trust, title="Chair")
    row = ("RAA", "EXAMPLE NHS TRUST", "20110701", "20240930")
    outcome = take(headless("etr_2025-07.csv", row))
    assert outcome.changes == 0
    assert "use “Close” on its page in the admin" in str(outcome.to_look_at[0])
    trust.refresh_from_db()
    assert trust.end_date is None


# Codes that outlive the body that had them


def test_a_code_that_passed_from_a_group_to_a_sub_icb_location_is_reported():
    group = make_organisation(
        name="NHS Example CCG", kind=OrganisationKind.CCG, ods_code="00X", start_date="2020-04-01"
    )
    outcome = take(headless("eccg_2025-12.csv", ("00X", "NHS EXAMPLE ICB - 00X", "20200401", "")))
    assert outcome.changes == 0
    assert "A code can outlive the body that first had it" in str(outcome.to_look_at[0])
    group.refresh_from_db()
    assert (group.name, group.kind) == ("NHS Example CCG", OrganisationKind.CCG)


def test_a_sub_icb_location_is_not_as_old_as_the_code_that_it_took_over():
    row = ("00X", "NHS EXAMPLE ICB - 00X", "20200401", "")
    outcome = take(headless("eccg_2025-12.csv", row))
    location = Organisation.objects.get()
    assert location.start_in_words() == "by December 2025"
    assert "The code 00X is older" in str(outcome.to_look_at[0])
    assert take(headless("eccg_2026-03.csv", row)).changes == 0


# Files that are refused


@pytest.mark.parametrize(
    ("file", "line", "remedy"),
    [
        (("epcn_details_2019-12-04.csv", b""), 1, "This file is empty"),
        (("epcn_details_2019-12-04.csv", networks("x", EAST, WEST)[1][:-1]), 3, "cut short"),
        (
            ("epcn_details_2019-12-04.csv", networks("x", EAST, WEST)[1][:-12] + b"\n"),
            3,
            "cut short",
        ),
        (
            ("etr_2022-03.csv", headless("x", ("RAA", "A TRUST", "20110701", ""))[1][:25]),
            1,
            "cut short",
        ),
        (
            ("epcn_details_2019-12-04.csv", networks("x", EAST)[1].decode().encode("utf-16")),
            1,
            "Save it as “CSV UTF-8”",
        ),
        (("epcn_details_2019-12-04.csv", networks("x", EAST)[1] + b"\xff\n"), 3, "not UTF-8"),
        (
            networks("2019-12-04", ("EAST TOWN PCN", "U00001", "20191001", "")),
            2,
            "columns may be swapped",
        ),
        (
            networks("2019-12-04", ("U00001", "EAST", "20211001", "20191001")),
            2,
            "columns may be swapped",
        ),
        (networks("2019-12-04", ("U00001", "EAST", "00001001", "")), 2, "is no open date"),
        (networks("2019-12-04", ("U00001", "EAST", "20190231", "")), 2, "is no open date"),
        (networks("2019-12-04", ("U00001", "", "20191001", "")), 2, "There is no name"),
        (networks("2019-12-04", EAST, WEST, EAST), 4, "stands on line 2 too"),
        (partners("2019-12-04", MILL, MILL), 3, "on line 2 too"),
        (partners("2019-12-04", MILL), 2, "There is no network U00001"),
        (headless("list_2022-03.csv", ("RAA", "A TRUST", "20110701", "")), 1, "Nothing says what"),
        (networks("x", EAST, name="epcn_details.csv"), 1, "Nothing says on which day"),
        (
            as_file("epcn_2019-12-04.csv", "pcn_code,pcn_name,open_date", "U1,A,2"),
            1,
            "no column “closed”",
        ),
        (as_file("epcn_2019-12-04.csv", "pcn_code,pcn_name,pcn_name,open_date"), 1, "stands twice"),
        (as_file("etr_2022-03.csv", "RAA,A TRUST"), 1, "no headings, and 2 columns"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_line_and_what_to_do(file, line, remedy):
    told = refusal(file)[0]
    assert told.startswith(f"{file[0]}, line {line}: ")
    assert remedy in told


def test_one_wrong_line_keeps_out_every_file():
    wrong = networks("2022-04-27", ("U00001", "EAST", "00000000", ""), ("X", "EAST", "1", ""))
    assert len(refusal(*FIRST, wrong)) == 2


def test_what_a_later_file_lacks_takes_back_what_the_earlier_ones_wrote():
    lonely = partners("2022-04-27", ("A00009", "LONE SURGERY", "U09999", "20191001", ""))
    assert "There is no network U09999" in refusal(*FIRST, lonely)[0]


def test_the_same_file_given_twice_is_refused():
    assert "This is the same file" in refusal(FIRST[0], FIRST[0])[0]


# The command


def written(folder, *files) -> list[str]:
    for name, content in files:
        (folder / name).write_bytes(content)
    return [str(folder / name) for name, _ in files]


def command(*arguments) -> str:
    told = io.StringIO()
    call_command("import_ods", *arguments, stdout=told)
    return told.getvalue()


def test_the_command_previews_in_words_and_changes_nothing(tmp_path):
    told = command(*written(tmp_path, *FIRST, *LATER))
    assert "MILL SURGERY (A00001) to OLD MILL PARTNERSHIP" in told
    assert "MILL SURGERY from EAST TOWN PCN to" in told or "OLD MILL PARTNERSHIP from" in told
    assert "Nothing was changed: this is a preview. Add --apply." in told
    assert not Organisation.objects.exists()


def test_the_command_makes_the_changes_when_told_to(tmp_path, django_user_model):
    user = django_user_model.objects.create_user("ann")
    files = written(tmp_path, *FIRST)
    assert "6 changes made." in command(*files, "--apply", "--as-user", "ann", "--reason", "Why")
    row = Organisation.history.first()
    assert (row.history_user, row.history_change_reason) == (user, "Why")
    assert "Nothing to change." in command(*files, "--apply")


def test_the_command_tells_each_line_that_is_wrong(tmp_path):
    files = written(tmp_path, networks("2019-12-04", EAST, EAST))
    with pytest.raises(CommandError, match=r"line 3: The code U00001 stands on line 2 too"):
        command(*files)


@pytest.mark.parametrize("arguments", [["--same", "U00001"], ["--as-user", "nobody"]])
def test_the_command_says_what_is_wrong_with_its_arguments(tmp_path, arguments):
    with pytest.raises(CommandError, match=arguments[0]):
        command(*written(tmp_path, *FIRST), *arguments)


def test_the_command_says_that_there_is_no_such_file(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        command(str(tmp_path / "none.csv"))


# Two at once


@pytest.mark.django_db(transaction=True)
def test_a_second_import_while_one_runs_is_refused(tmp_path):
    files = written(tmp_path, *FIRST)
    under_way, over = threading.Event(), threading.Event()

    def first():
        steps = run(
            read_files([networks("2018-12-04", WEST)], today=timezone.localdate()), apply=True
        )
        next(steps)
        under_way.set()
        over.wait(30)
        list(steps)
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    try:
        assert under_way.wait(30)
        with pytest.raises(CommandError, match="another import is under way"):
            command(*files, "--apply")
    finally:
        over.set()
        thread.join(30)
    assert Organisation.objects.get().ods_code == "U00002"
    assert "5 changes made." in command(*files, "--apply")


# Cost


def test_an_import_asks_no_more_for_more_rows(django_assert_max_num_queries):
    few = [networks("2019-12-04", EAST), partners("2019-12-04", MILL)]
    rows = [(f"A{n:05}", f"SURGERY {n}", "U00002", "20191001", "") for n in range(10, 200)]
    many = [networks("2020-12-04", WEST), partners("2020-12-04", *rows)]
    take(*few)
    with django_assert_max_num_queries(100):
        take(*many)


def test_the_command_says_how_many_problems_there_are_beside_those_that_it_names(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(reader, "MOST_PROBLEMS", 3)
    with pytest.raises(CommandError) as refused:
        command(*written(tmp_path, networks("2019-12-04", *[EAST] * 6)))
    assert "5 thing(s) to mend" in str(refused.value)
    assert str(refused.value).endswith("And 2 more.")
