"""Who chairs what in the seed, today and on past days."""

import re

import pytest

from tests.pages.reading import read, words

pytestmark = pytest.mark.usefixtures("seeded")

ICS = "Herefordshire and Worcestershire Integrated Care System"
# Every chair and leader that the documents give, and the chairs that they say are vacant.
TODAY = {
    "Bromsgrove District Council": "Karen May",
    "Clinical Strategy Group": "Not recorded",
    "Healthwatch Herefordshire": "Ian Stead",
    "Healthwatch Worcestershire": "Jo Ringshall",
    "Herefordshire Council": "David Hitchiner",
    "Herefordshire Integrated Primary and Community Services Executive": "Not recorded",
    "Herefordshire and Worcestershire Health and Care NHS Trust": "Mark Yates",
    ICS: "Sir David Nicholson",
    "ICS Executive": "Sir David Nicholson",
    "ICS Finance Forum": "Vacant",
    "ICS Partnership Board": "Dr Ian Tait",
    "ICS Performance Forum": "Vacant",
    "ICS Quality Forum": "Vacant",
    "Malvern Hills District Council": "Sarah Rouse",
    "One Herefordshire Alliance": "Paul Smith (interim)",
    "One Herefordshire Health and Care Partnership": "Not recorded",
    "Redditch Borough Council": "Matt Dormer",
    "Worcester City Council": "Marc Bayliss",
    "Worcestershire Acute Hospitals NHS Trust": "Sir David Nicholson",
    "Worcestershire Alliance": "Not recorded",
    "Worcestershire County Council": "Simon Geraghty",
    "Wychavon District Council": "Bradley Thomas",
    "Wye Valley NHS Trust": "Russell Hardy",
    "Wyre Forest District Council": "Helen Dyke",
}


def chairs(day: str | None = None) -> dict[str, str]:
    """The list of chairs: the words of each row, by forum or organisation."""
    page = read("/chairs/", {"as_at": day} if day else None)
    assert page.status == 200
    said = {}
    for body in page.all("tbody"):
        for row in body.iter("tr"):
            said[next(row.iter("a")).text] = words(row)
    return said


def test_today_it_lists_every_chair_the_documents_give_and_those_they_say_are_vacant():
    said = chairs()

    assert sorted(said) == sorted(TODAY)
    for body, chair in TODAY.items():
        assert chair in said[body], body


@pytest.mark.parametrize("body", TODAY)
def test_the_page_of_each_says_the_same(body):
    page = read("/search/", {"q": body})

    own = read(page.link(body))

    assert TODAY[body] in own.text


def test_the_herefordshire_alliance_is_chaired_ex_officio():
    said = chairs()["One Herefordshire Alliance"]

    assert "ex officio, as Director of Adult Social Services (DASS), Herefordshire Council" in said
    assert "for whom: not recorded" in said


def test_chairs_that_nobody_is_recorded_for_say_who_is_required():
    said = chairs()

    assert "Required: A GP" in said["Worcestershire Alliance"]
    assert "lay member" in said["One Herefordshire Health and Care Partnership"]


def test_each_row_says_since_when_and_leads_to_its_source():
    page = read("/chairs/")

    assert "by June 2021" in chairs()["Wye Valley NHS Trust"]
    assert " April 2019" in chairs()["ICS Executive"]
    for body in page.all("tbody"):
        for row in body.iter("tr"):
            sources = [link for link in page.links(row) if link.startswith("/documents/")]
            assert sources
            assert "Last known" in words(row) or "was to begin" in words(row)


def test_up_to_the_last_day_of_his_term_the_independent_chair_is_certain():
    said = chairs("2019-03-31")

    [ics] = [told for told in said.values() if "Charles Waddicor" in told]
    assert "by February 2019, until 31 March 2019" in ics
    assert "perhaps" not in ics
    assert "Sir David Nicholson" in said["Worcestershire Acute Hospitals NHS Trust"]
    assert "ICS Executive" not in said
    assert "ICS Partnership Board" not in said
    assert "ICS Finance Forum" not in said


def test_in_the_middle_of_that_month_nobody_else_is_known_to_chair_anything_yet():
    page = read("/chairs/", {"as_at": "2019-03-15"})

    [row] = page.rows()
    assert "Charles Waddicor" in row
    assert "perhaps" not in row
    rows, later = page.answer.split("Known from a later day")
    assert "1 seat or post of a chair or leader" in rows
    assert "Dr Ian Tait in post by March 2019" in later


def test_after_it_the_chair_of_worcestershire_acute_does():
    said = chairs("2019-05-01")

    assert "Charles Waddicor" not in str(said)
    assert "Sir David Nicholson" in said["ICS Executive"]
    assert "Dr Ian Tait" in said["ICS Partnership Board"]
    for forum in ("ICS Finance Forum", "ICS Quality Forum", "ICS Performance Forum"):
        assert "Vacant" in said[forum]
    assert "ot recorded" in said["One Herefordshire Alliance"]
    assert "Paul Smith" not in said["One Herefordshire Alliance"]
    nicholson = [name for name, told in said.items() if "Sir David Nicholson" in told]
    assert len(nicholson) == 3  # the ICS, its Executive, Worcestershire Acute


def test_the_three_days_differ_as_the_documents_do():
    march, may, today = chairs("2019-03-31"), chairs("2019-05-01"), chairs()

    assert len(march) < len(may) < len(today)
    assert "Wye Valley NHS Trust" not in may  # its chair is known by June 2021


def test_the_list_names_no_chair_in_2010_before_the_first_document():
    page = read("/chairs/", {"as_at": "2010-01-01"})

    assert page.status == 200
    assert page.rows() == []
    assert "No seat or post of a chair or leader certainly" in page.text
    rows, later = page.answer.split("Known from a later day")
    for name in ("Nicholson", "Tait", "Vacant", "ICS Executive"):
        assert name not in rows
    assert "Vacant" not in later


@pytest.mark.parametrize("day", ["2010-01-01", "2018-12-31"])
@pytest.mark.parametrize("address", ["/", "/forums/", "/people/"])
def test_no_other_page_claims_a_chair_before_the_documents_do(day, address):
    # Somebody who becomes chair on a later day is no chair yet: the list of people says “Later”,
    # or that it is not recorded.
    not_yet = r"(Later|Not recorded for this day): [^,]*Chair, "
    text = re.sub(not_yet, "", read(address, {"as_at": day}).text)

    assert "Sir David Nicholson since" not in text
    assert "Chair," not in text


def test_the_home_page_names_the_chairs_of_the_main_forums():
    text = read("/").text

    for name in ("ICS Executive", "Sir David Nicholson", "ICS Partnership Board", "Dr Ian Tait"):
        assert name in text


def test_the_page_of_the_executive_answers_the_board_secretary():
    page = read("/forums/ics-executive/")

    assert page.fact("Chair").startswith("Sir David Nicholson")
    members = page.section("members")
    for person in ("Sir David Nicholson", "Duncan Sutherland", "Colin Merker"):
        assert person in members
    assert "2gether NHS Foundation Trust" in members
    assert "independent decision from a neighbouring STP" in page.text
    assert "STP Programme Management Office" in page.section("reporting")


def test_the_page_of_hipcs_gives_quoracy_in_the_documents_words_and_no_rule_of_decision():
    said = read("/forums/hipcs/").section("quoracy")

    assert "all five organisations attend" in said
    assert "unanimity" not in said


def test_the_page_of_the_partnership_gives_both():
    said = read("/forums/one-herefordshire-health-and-care-partnership/").section("quoracy")

    assert "unanimity" in said
    assert "proxy" in said


def test_the_page_of_a_trust_gives_ratings_as_a_person_reads_them():
    said = read("/organisations/wye-valley-nhs-trust/").section("ratings")

    assert "Overall: Requires improvement" in said
    assert "Caring Good" in said
    assert "Community dental services Good" in said


def test_the_page_of_a_person_gives_all_they_hold_and_held():
    page = read("/people/simon-trickett/")

    assert "Chief Executive Lead" in page.section("now")
    assert "NHS Herefordshire and Worcestershire CCG" in page.section("before")
    assert "NHS Wyre Forest CCG" in page.section("before")


@pytest.mark.parametrize(
    ("text", "leads_to"),
    [
        ("lan Tait", "/people/ian-tait/"),
        ("nicholson", "/people/david-nicholson/"),
        ("STP/ICS Executive Board", "/forums/ics-executive/"),
        ("ICAB", "/forums/hipcs/"),
        ("HIPCS", "/forums/hipcs/"),
        ("Worcester Acute", "/organisations/worcestershire-acute-hospitals-nhs-trust/"),
        ("RLQ", "/organisations/wye-valley-nhs-trust/"),
        ("Clinical Reference Group", "/forums/clinical-strategy-group/"),
        ("DASS Herefordshire", "/organisations/herefordshire-council/"),
    ],
)
def test_search_finds_by_any_name(text, leads_to):
    page = read("/search/", {"q": text})

    assert [link for link in page.links(page.main) if link.startswith(leads_to)]
