"""The changes between the days of the two documents, word for word."""

import pytest

from tests.pages.reading import read, words

pytestmark = pytest.mark.usefixtures("seeded")
ONLY_PLANNED = ", says the paper of March 2019; no later source says whether it happened."


def told(page, heading: str) -> list[tuple[str, str]]:
    """The sentences under a heading of a page, each with its source."""
    parts = list(page.main)
    at = next(number for number, part in enumerate(parts) if part.get("id") == heading)
    found = []
    for part in parts[at + 1 :]:
        if part.tag == "h2":
            break
        for item in part.findall("li"):
            sentence, _, source = words(item).partition(" Source: ")
            sentence = sentence.partition(" All changes to ")[0]
            found.append((sentence, source.partition(" Quotation")[0].partition(" Note")[0]))
    return found


def sentences(page, heading: str) -> list[str]:
    return [sentence for sentence, _ in told(page, heading)]


SPRING_OF_2019 = {"from": "2019-03-01", "to": "2019-05-01"}
UNTIL_THE_PACK = {"from": "2019-05-01", "to": "2021-07-01"}

# Board paper of 2019: its new arrangements are “phased in from April 2019”.
WHAT_THE_PAPER_ANNOUNCES = [
    (
        "In April 2019 Clinical Strategy Group was to gain the seats “Chair”, “General "
        "practice, through the Primary Care Networks” (number not recorded) and “General "
        "practice, through the GP Provider Board” (number not recorded)" + ONLY_PLANNED
    ),
    (
        "In April 2019 Clinical Strategy Group was to advise CCGs’ Joint Commissioning "
        "Committee in Common" + ONLY_PLANNED
    ),
    ("In April 2019 Clinical Strategy Group was to work with ICS Quality Forum" + ONLY_PLANNED),
    ("In April 2019 Clinical Strategy Group was to work with ICS Finance Forum" + ONLY_PLANNED),
    ("In April 2019 Clinical Strategy Group was to work with ICS Performance Forum" + ONLY_PLANNED),
    (
        "In April 2019 Sir David Nicholson followed Charles Waddicor, in post until 31 "
        "March 2019 (term ended), as Chair of Herefordshire and Worcestershire Integrated Care "
        "System."
    ),
    (
        "In April 2019 Simon Trickett was to become STP Lead of Herefordshire and "
        "Worcestershire Integrated Care System" + ONLY_PLANNED
    ),
    (
        "In April 2019 ICS Executive was to gain the seats “Chair”, “Representative of "
        "2gether NHS Foundation Trust” × 2, “Chief officers of partner organisations” "
        "(number not recorded) and “Chairs of partner organisations” (number not "
        "recorded)" + ONLY_PLANNED
    ),
    (
        "In April 2019 Sir David Nicholson was to become Chair of ICS Executive for "
        "Herefordshire and Worcestershire Integrated Care System" + ONLY_PLANNED
    ),
    (
        "In April 2019 Duncan Sutherland was to take the seat “Representative of 2gether NHS "
        "Foundation Trust” of ICS Executive for Gloucestershire Health and Care NHS Foundation "
        "Trust" + ONLY_PLANNED
    ),
    (
        "In April 2019 Colin Merker was to take the seat “Representative of 2gether NHS "
        "Foundation Trust” of ICS Executive for Gloucestershire Health and Care NHS Foundation "
        "Trust" + ONLY_PLANNED
    ),
    "In April 2019 the terms of reference of ICS Executive were to come into force" + ONLY_PLANNED,
    *(
        f"In April 2019 new terms of reference of {forum} were to come into force in place of the "
        "former" + ONLY_PLANNED
        for forum in (
            "CCGs’ Joint Commissioning Committee in Common",
            "Clinical Strategy Group",
            "ICS Partnership Board",
            "ICS Quality Forum",
            "STP Programme Management Office",
        )
    ),
    (
        "From some time in April 2019 two were to hold it, not one: the post “STP Lead” of "
        "Herefordshire and Worcestershire Integrated Care System" + ONLY_PLANNED
    ),
    (
        "In April 2019 Delivery Assurance Group was to report to Executive Leadership Forum, by "
        "exception" + ONLY_PLANNED
    ),
    "In April 2019 ICS Finance Forum was to begin, with 1 seat" + ONLY_PLANNED,
    (
        "In April 2019 ICS Partnership Board was to gain the seats “Chair”, "
        "“Representatives of the voluntary sector” (number not recorded), "
        "“Representatives of Healthwatch” (number not recorded), “Representatives of "
        "patient and public engagement” (number not recorded) and “Chairs, lay members "
        "and non-executive directors of organisations” (number not recorded)" + ONLY_PLANNED
    ),
    ("In April 2019 Dr Ian Tait was to become Chair of ICS Partnership Board" + ONLY_PLANNED),
    (
        "In April 2019 ICS Partnership Board was to advise CCGs’ Joint Commissioning "
        "Committee in Common" + ONLY_PLANNED
    ),
    (
        ("In April 2019 ICS Performance Forum was to begin as a proposed forum, with 1 seat")
        + ONLY_PLANNED
    ),
    "In April 2019 ICS Quality Forum was to gain the seat “Chair”" + ONLY_PLANNED,
    (
        "In April 2019 STP Programme Management Office was to report to ICS Executive, by"
        " exception" + ONLY_PLANNED
    ),
    (
        ("In April 2019 STP clinical workstreams was to be overseen by Clinical Strategy Group")
        + ONLY_PLANNED
    ),
]

# The pack's “formally merged the 4 CCGs … in April 2020”, and the networks of the ODS extract.
FOUR_CCGS = (
    "NHS Herefordshire CCG, NHS Redditch and Bromsgrove CCG, NHS South Worcestershire CCG and "
    "NHS Wyre Forest CCG"
)
THE_MERGER = [
    (
        f"On 31 March 2020 {FOUR_CCGS} ceased to be partners in Herefordshire and Worcestershire "
        "Integrated Care System."
    ),
    "On 31 March 2020 NHS Herefordshire CCG closed, with 3 posts.",
    "On 31 March 2020 NHS Redditch and Bromsgrove CCG closed, with 1 post.",
    "On 31 March 2020 NHS South Worcestershire CCG closed, with 1 post.",
    "On 31 March 2020 NHS Wyre Forest CCG closed, with 1 post.",
    "On 1 April 2020 NHS Herefordshire and Worcestershire CCG began.",
    f"On 1 April 2020 {FOUR_CCGS} were merged into NHS Herefordshire and Worcestershire CCG.",
]


def test_the_spring_of_2019_is_what_the_board_paper_announces_and_nothing_else(seeded):
    page = read("/changes/", SPRING_OF_2019)

    of_2019 = [*told(page, "happened"), *told(page, "was-to-happen")]
    assert sorted(sentence for sentence, _ in of_2019) == sorted(WHAT_THE_PAPER_ANNOUNCES)
    assert {source.partition(",")[0] for _, source in of_2019} == {"Board paper 2019"}
    # Only that its chair followed another is confirmed.
    assert ["Waddicor" in each for each in sentences(page, "happened")] == [True]


def test_each_sentence_of_2019_names_the_place_in_the_paper(seeded):
    page = read("/changes/", SPRING_OF_2019)
    sources = dict([*told(page, "happened"), *told(page, "was-to-happen")])

    [tait] = [source for sentence, source in sources.items() if "Dr Ian Tait" in sentence]
    assert tait == "Board paper 2019, Summary, paragraph 5"
    [handover] = [source for sentence, source in sources.items() if "Waddicor" in sentence]
    assert handover.startswith("Board paper 2019, Appendix A, section 2, “STP Leadership”, par")


def test_what_the_paper_only_mentions_is_told_as_being_so_by_march_2019(seeded):
    shown = [
        sentence
        for number in ("1", "2")
        for sentence in sentences(
            read("/changes/", {**SPRING_OF_2019, "page": number}), "so-by-then"
        )
    ]

    assert all(each.startswith("By March 2019, ") for each in shown)
    assert {
        (
            "By March 2019, Dr Ian Tait was in post as Clinical Chair of NHS Herefordshire CCG; "
            "since when is not recorded."
        ),
        (
            "By March 2019, Herefordshire Integrated Primary and Community Services Executive "
            "existed, with 7 seats, 4 seats (number of people not recorded), 5 member "
            "organisations and 3 reporting lines; since when is not recorded."
        ),
        (
            "By March 2019, Simon Hairsnape had ceased to be Accountable Officer of NHS "
            "Herefordshire CCG (retired); when is not recorded."
        ),
    } <= set(shown)
    # Sarah Dugan shared the lead from April 2019 and did not hand it over.
    assert not any("Dugan" in each and "ceased" in each for each in shown)


def test_from_then_to_the_pack_it_tells_the_merger_and_the_networks(seeded):
    page = read("/changes/", UNTIL_THE_PACK)
    happened = sentences(page, "happened")

    # The paper of 2019 gives no day of what was to come after its own arrangements.
    assert "was-to-happen" not in {part.get("id") for part in page.main}
    happened.remove(
        "On 1 October 2019 2gether NHS Foundation Trust was renamed Gloucestershire Health and "
        "Care NHS Foundation Trust."
    )
    networks = [each for each in happened if "PCN" in each]
    assert sorted(set(happened) - set(networks)) == sorted(THE_MERGER)
    began = [each for each in networks if " began" in each]
    assert len(began) == 16
    assert all(each.startswith("On 1 October 2019 ") for each in began)
    assert sorted(set(networks) - set(began)) == [
        "On 12 February 2021 South Worcs The Rurals PCN closed."
    ]


def test_the_merger_rests_on_the_extract_which_gives_its_day(seeded):
    sources = dict(told(read("/changes/", UNTIL_THE_PACK), "happened"))

    [merger] = [source for sentence, source in sources.items() if "merged into" in sentence]
    assert merger.startswith("ODS extract, File “hw_orgs.csv”, row “18C”, column “predecessor”")


def test_hipcs_tells_in_2020_that_a_member_closed_and_left_it_without_a_quorum(seeded):
    page = read("/changes/", {"forum": "hipcs", "from": "2019-09-01", "to": "2022-12-31"})

    told = [each for each in sentences(page, "happened") if " PCN " not in each]
    assert [each.partition(" Takes part in ")[0] for each in told] == [
        (
            "On 1 October 2019 2gether NHS Foundation Trust was renamed Gloucestershire Health and "
            "Care NHS Foundation Trust."
        ),
        (
            "On 31 March 2020 NHS Herefordshire CCG closed, with 3 posts. The rule of quoracy of "
            "Herefordshire Integrated Primary and Community Services Executive asks for every "
            "member organisation, and no source recorded here says who took its place there."
        ),
        (
            "On 1 April 2020 NHS Herefordshire CCG was merged into NHS Herefordshire and "
            "Worcestershire CCG."
        ),
    ]


def test_what_the_pack_shows_is_told_as_being_so_by_june_2021(seeded):
    shown = [
        sentence
        for number in ("1", "2")
        for sentence in sentences(
            read("/changes/", {**UNTIL_THE_PACK, "page": number}), "so-by-then"
        )
    ]

    in_post = [each for each in shown if "was in post as" in each]
    # 31 appointments that the pack names, none of them told as an event of June 2021.
    assert len(in_post) == 31
    assert all(each.startswith("By June 2021, ") for each in in_post)
    assert all(each.endswith("; since when is not recorded.") for each in in_post)
    assert {
        (
            "By June 2021, Mark Yates was in post as Chair of Herefordshire and Worcestershire "
            "Health and Care NHS Trust; since when is not recorded."
        ),
        (
            "By June 2021, Paul Smith was in post as Director of Adult Social Services (DASS), "
            "Herefordshire Council (interim); since when is not recorded."
        ),
        (
            "By June 2021, Worcestershire Health and Care NHS Trust had been renamed "
            "Herefordshire and Worcestershire Health and Care NHS Trust; when is not recorded."
        ),
        (
            "By June 2021, Sarah Dugan had ceased to be STP Lead of Herefordshire and "
            "Worcestershire Integrated Care System; when is not recorded."
        ),
        (
            "By June 2021, Simon Trickett was in post as Chief Executive Lead of Herefordshire "
            "and Worcestershire Integrated Care System; since when is not recorded."
        ),
    } <= set(shown)


def test_the_register_has_no_change_on_days_between_the_documents(seeded):
    quiet = read("/changes/", {"from": "2020-05-01", "to": "2021-01-31"})

    assert "The register has no change from 1 May 2020 to 31 January 2021." in quiet.text
