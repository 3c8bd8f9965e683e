"""The structure of May 2019, and its chart, have exactly the lines that the board paper states. The
lines here were typed from the paper."""

import re
from xml.etree import ElementTree

import pytest
from django.test import Client

from tests.pages.reading import read, words

pytestmark = pytest.mark.usefixtures("seeded")

MAY_2019 = {"as_at": "2019-05-01"}

PARTNERSHIP = "One Herefordshire Health and Care Partnership"
HIPCS = "Herefordshire Integrated Primary and Community Services Executive (HIPCS)"
PMO = "STP Programme Management Office (STP PMO)"
JCC = "CCGs’ Joint Commissioning Committee in Common (JCC)"
PERFORMANCE = "Herefordshire Performance and Finance group"
QUALITY = "Herefordshire Quality and Outcomes group"
# The paper’s own trust, by the name that it has had since October 2019.
TRUST = "Gloucestershire Health and Care NHS Foundation Trust"
THEN = " then called 2gether NHS Foundation Trust"

NETWORK_BOARDS = (
    "East Herefordshire PCN board",
    "Herefordshire Hereford City HMG PCN board",
    "North and West Herefordshire PCN board",
    "South and West Herefordshire PCN board",
    "The WBC (Hereford City) PCN board",
)

STATED = {
    # Summary, paragraph 6: feeds into and out of the three operational forums
    ("Clinical Strategy Group", "works with", "ICS Finance Forum"),
    ("Clinical Strategy Group", "works with", "ICS Performance Forum"),
    ("Clinical Strategy Group", "works with", "ICS Quality Forum"),
    # Summary, on the second attachment: the two boards are supported by two groups
    (PERFORMANCE, "works with", PARTNERSHIP),
    (QUALITY, "works with", PARTNERSHIP),
    # Appendix A, 4.2: reports by exception; recommendations to the committee
    (PMO, "reports to", "ICS Executive, by exception"),
    ("ICS Partnership Board", "advises", JCC),
    ("Clinical Strategy Group", "advises", JCC),
    # 4.3: strategic clinical oversight of the workstreams
    ("STP clinical workstreams", "overseen by", "Clinical Strategy Group"),
    # Figure 3
    ("Herefordshire Place Quality Meeting", "sub-group of", "ICS Quality Forum"),
    ("Worcestershire Place Quality Meeting", "sub-group of", "ICS Quality Forum"),
    ("Safeguarding sub-group", "sub-group of", "ICS Quality Forum"),
    (
        "Herefordshire Mortality Oversight sub-group",
        "sub-group of",
        "Herefordshire Place Quality Meeting",
    ),
    (
        "Worcestershire Mortality Oversight sub-group",
        "sub-group of",
        "Worcestershire Place Quality Meeting",
    ),
    # 4.5: supports the proceedings in the contract management boards
    ("STP Directors of Finance group", "works with", "Contract management boards"),
    # 4.7: assurance of the workstreams, and to NHSE/I, through a group that reports by exception
    ("STP clinical workstreams", "overseen by", PMO),
    (PMO, "reports to", "NHS England and NHS Improvement"),
    (PMO, "works with", "Delivery Assurance Group"),
    ("Delivery Assurance Group", "reports to", "Executive Leadership Forum, by exception"),
    # 6: works closely with both
    ("STP Communications and Engagement workstream", "works with", "Healthwatch Herefordshire"),
    ("STP Communications and Engagement workstream", "works with", "Healthwatch Worcestershire"),
    # Appendix B, principal responsibilities
    (PARTNERSHIP, "reports to", "ICS Partnership Board"),
    (PARTNERSHIP, "reports to", "NHS Herefordshire CCG"),
    (PARTNERSHIP, "reports to", "Wye Valley NHS Trust"),
    (PARTNERSHIP, "reports to", TRUST),
    (PARTNERSHIP, "reports to", "Herefordshire Council"),
    (PARTNERSHIP, "reports to", "Taurus"),
    (PARTNERSHIP, "overseen by", "Herefordshire Health and Wellbeing Board"),
    # HIPCS: “reports into”, and “also reports into … and through it”
    (HIPCS, "reports to", PARTNERSHIP),
    (HIPCS, "reports to", "STP workstream 3b"),
    ("STP workstream 3b", "reports to", PMO),
    (
        HIPCS,
        "works with",
        "Herefordshire and Worcestershire Primary Care Committee in Common",
    ),
    # The groups under it
    (PERFORMANCE, "sub-group of", HIPCS),
    (QUALITY, "sub-group of", HIPCS),
    ("Operational Delivery Group", "sub-group of", HIPCS),
    ("Community hospital and bed redesign group", "sub-group of", HIPCS),
    ("BCF sub-group of HIPCS", "sub-group of", HIPCS),
    ("S75 sub-groups of HIPCS", "sub-group of", HIPCS),
    ("Frailty forum", "sub-group of", HIPCS),
    ("End of life sub-group", "sub-group of", HIPCS),
    ("Task and finish groups of HIPCS", "sub-group of", HIPCS),
    # Locality/Primary Care Network Boards
    *((board, "reports to", HIPCS) for board in NETWORK_BOARDS),
}
VERBS = ["reports to", "sub-group of", "overseen by", "escalates to", "advises", "works with"]
NAMES = {name.removesuffix(", by exception") for line in STATED for name in (line[0], line[2])}


def drawn(title: str) -> set[tuple[str, str, str]]:
    """The lines that one line of the chart stands for: from each in a panel to each in another."""
    title = title.replace(f" ({THEN.strip()})", "")
    exception = ", by exception" if title.endswith(", by exception") else ""
    for found in re.finditer("|".join(f" {verb} " for verb in VERBS), title):
        below = title[: found.start()].split(", ")
        above = title[found.end() :].removesuffix(exception).split(", ")
        if NAMES.issuperset(below + above):
            verb = found.group().strip()
            return {(lower, verb, upper + exception) for lower in below for upper in above}
    raise AssertionError(f"no line of the paper: {title}")


def test_the_chart_has_the_lines_that_the_paper_states_and_no_other():
    answer = Client(headers={"host": "localhost"}).get("/structure.svg", MAY_2019)
    picture = ElementTree.fromstring(answer.content)
    titles = [group.findtext("{*}title") for group in picture.iter("{http://www.w3.org/2000/svg}g")]

    lines = [line for title in titles if title for line in drawn(title)]
    assert len(lines) == len(set(lines))
    assert set(lines) == STATED


def test_the_list_has_the_lines_that_the_paper_states_and_no_other():
    page = read("/structure/", MAY_2019)

    lines = set()
    for forum in page.all("li", class_="register-tree__forum"):
        told = forum.find("div")
        name = words(told.find("strong"))
        for line in told.findall("ul/li"):
            text = words(line).partition(" Source: ")[0].partition(" The line: ")[0]
            text = text.removesuffix(THEN)
            for verb in VERBS:
                if text.startswith(f"{verb[0].upper()}{verb[1:]} "):
                    lines.add((name, verb, text.removeprefix(f"{verb[0].upper()}{verb[1:]} ")))
    assert lines == STATED


def test_every_forum_of_the_paper_is_in_the_chart_and_in_the_list():
    page = read("/structure/", MAY_2019)
    [table] = read("/forums/", MAY_2019).tables()
    links = [link.get("href") for link in table.iter("a")]
    forums = {link for link in links if re.match("/forums/[a-z0-9-]+/", link)}

    [chart] = page.all("svg", class_="register-chart__drawing")
    listed = {
        told.find("div/strong/a").get("href")
        for told in page.all("li", class_="register-tree__forum")
    }
    assert len(forums) == len(listed) == 54
    assert listed == forums
    assert forums <= set(page.links(chart))


def test_the_page_of_one_forum_says_first_whom_it_reports_to():
    page = read("/structure/", {"forum": "hipcs", **MAY_2019})

    first = page.all("ul", class_="register-reports-to")[0]
    assert [words(each) for each in first] == [
        f"Reports to {PARTNERSHIP}",
        "Reports to STP workstream 3b",
    ]


def test_hipcs_leads_to_the_top_by_every_way_that_the_paper_states():
    page = read("/structure/", {"forum": "hipcs", **MAY_2019})

    [up] = [each for each in page.all("section") if each.get("aria-labelledby") == "up"]
    told = [words(strong) for strong in up.iter("strong") if not strong.get("class")]
    assert told == [
        PARTNERSHIP,
        f"{TRUST}{THEN}",
        "Herefordshire Council",
        "ICS Partnership Board",
        "NHS Herefordshire CCG",
        "Taurus",
        "Wye Valley NHS Trust",
        "Herefordshire Health and Wellbeing Board",
        "STP workstream 3b",
        PMO,
        "ICS Executive",
        "NHS England and NHS Improvement",
    ]
