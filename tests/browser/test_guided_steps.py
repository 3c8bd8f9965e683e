"""Events in the life of a system, each recorded in one guided step from the admin's front page.

The public pages are right on the day before, on the day, the day after and today.
"""

import datetime

import pytest
from django.utils import timezone

from records.periods import date_in_words
from tests.browser.staff import Reader, Staff

# Most of the events befall on the first of April, and are known from one paper.
BEFORE, ON, AFTER, TODAY = "2024-03-31", "2024-04-01", "2024-04-02", ""
DAYS = [BEFORE, ON, AFTER, TODAY]
PAPER = ("Minutes 2026", "page 2", "Told at the board’s meeting in March.")

ICS = "Herefordshire and Worcestershire Integrated Care System"
CCG = "NHS Herefordshire and Worcestershire CCG"
ICB = "NHS Herefordshire and Worcestershire ICB"
HEALTH_AND_CARE = "Herefordshire and Worcestershire Health and Care NHS Trust"
ACUTE = "Worcestershire Acute Hospitals NHS Trust"


@pytest.fixture
def staff(page, staff_register):
    return Staff(page, staff_register)


@pytest.fixture
def reader(page, staff_register):
    return Reader(page, staff_register)


def test_a_chair_hands_over_on_a_day(staff, reader):
    staff.find("chair integrated care system", f"Chair, {ICS}", "Replace the holder")
    staff.choose("Who", "Simon Geraghty")
    staff.type("The new holder begins", "01/04/2024")
    staff.say_how_known(*PAPER)
    shown = staff.preview()
    assert "End nothing 31 March 2024" in shown
    assert "On 1 April 2024 Chair, ICS Executive is filled by Simon Geraghty" in shown
    staff.confirm()

    # The seat goes with the post, so one step changes the forum too.
    assert [reader.chair(ICS, day) for day in DAYS] == [
        "Sir David Nicholson until 31 March 2024",
        "Simon Geraghty",
        "Simon Geraghty",
        "Simon Geraghty",
    ]
    assert [reader.seats("ics-executive", day)["Chair"] for day in DAYS] == [
        "Sir David Nicholson Simon Geraghty from 1 April 2024",
        f"Simon Geraghty ex officio, as Chair, {ICS}",
        f"Simon Geraghty ex officio, as Chair, {ICS}",
        f"Simon Geraghty ex officio, as Chair, {ICS}",
    ]
    assert [reader.posts("herefordshire-and-worcestershire-ics", day)["Chair"] for day in DAYS] == [
        "Sir David Nicholson until 31 March 2024",
        "Simon Geraghty",
        "Simon Geraghty",
        "Simon Geraghty",
    ]
    former = reader.read("/people/david-nicholson/")
    assert former.facts["now"] == ["Chair Worcestershire Acute Hospitals NHS Trust by March 2019."]
    assert former.facts["before"][:2] == [
        f"Chair {ICS} April 2019 to 31 March 2024.",
        f"Chair ICS Executive, for {ICS} April 2019 to 31 March 2024.",
    ]
    assert "Source of the end: Minutes 2026, page 2" in former.sources["before"]
    assert reader.holds("simon-geraghty", BEFORE) == [
        "Leader Worcestershire County Council by June 2021."
    ]
    assert reader.holds("simon-geraghty")[0] == f"Chair {ICS} since 1 April 2024."


def test_a_handover_is_known_only_to_the_month(staff, reader):
    staff.find("chair partnership board", "Chair, ICS Partnership Board", "Replace the holder")
    staff.choose("Who", "Karen May")
    staff.type("The new holder begins", "June 2024")
    staff.say_how_known(*PAPER)
    staff.preview()
    staff.confirm()

    # One followed the other in June: the register cannot say who chaired on a day of that month.
    days = ["2024-05-31", "2024-06-01", "2024-06-15", "2024-06-30", "2024-07-01", TODAY]
    assert [reader.chair("ICS Partnership Board", day) for day in days] == [
        "Dr Ian Tait until June 2024 for whom: not recorded",
        (
            "Dr Ian Tait until June 2024 Karen May perhaps; began some time in June 2024 "
            "for whom: not recorded"
        ),
        "Dr Ian Tait, or Karen May, who took over some time in June 2024 for whom: not recorded",
        (
            "Dr Ian Tait perhaps; ended some time in June 2024 Karen May since June 2024 "
            "for whom: not recorded"
        ),
        "Karen May for whom: not recorded",
        "Karen May for whom: not recorded",
    ]
    assert [reader.seats("ics-partnership-board", day)["Chair"] for day in days] == [
        "Dr Ian Tait Karen May from June 2024",
        "Dr Ian Tait; Karen May perhaps; began some time in June 2024",
        "Dr Ian Tait, or Karen May, who took over some time in June 2024",
        "Dr Ian Tait perhaps; ended some time in June 2024; Karen May",
        "Karen May",
        "Karen May",
    ]
    assert [
        "Chair ICS Partnership Board since June 2024." in reader.holds("karen-may", day)
        for day in days
    ] == [False, False, False, True, True, True]
    before = reader.read("/people/ian-tait/").facts["before"]
    assert "Chair ICS Partnership Board April 2019 to June 2024." in before


def test_a_chair_leaves_then_an_interim_serves_then_the_successor(staff, reader):
    def chair(*days):
        told = [reader.chair("Wye Valley NHS Trust", day) for day in days]
        assert told == [reader.posts("wye-valley-nhs-trust", day)["Chair"] for day in days]
        return told

    staff.find(
        "hardy wye valley", "Russell Hardy, Chair, Wye Valley NHS Trust", "End this appointment"
    )
    staff.type("Last day", "30/04/2024")
    staff.pick("Why it ends", "stepped down")
    staff.answer("yes")
    staff.say_how_known(*PAPER)
    assert "On 1 May 2024 Chair, Wye Valley NHS Trust is vacant." in staff.preview()
    staff.confirm()

    assert chair("2024-04-29", "2024-04-30", "2024-05-01", TODAY) == [
        "Russell Hardy until 30 April 2024",
        "Russell Hardy until 30 April 2024",
        "Vacant since 1 May 2024",
        "Vacant since 1 May 2024",
    ]

    staff.from_worklist("Chairs vacant", "Wye Valley NHS Trust", "Appoint a holder")
    staff.choose("Who", "Ian Stead")
    staff.pick("Basis", "interim")
    staff.type("First day", "13/05/2024")
    staff.say_how_known(*PAPER)
    staff.preview()
    staff.confirm()

    assert chair("2024-05-12", "2024-05-13", "2024-05-14", TODAY) == [
        "Vacant since 1 May 2024 Ian Stead (interim) from 13 May 2024",
        "Ian Stead (interim)",
        "Ian Stead (interim)",
        "Ian Stead (interim)",
    ]

    staff.find("chair wye valley", "Chair, Wye Valley NHS Trust", "Replace the holder")
    staff.choose("Who", "Jo Ringshall")
    staff.type("The new holder begins", "01/09/2024")
    staff.say_how_known(*PAPER)
    staff.preview()
    staff.confirm()

    assert chair("2024-08-31", "2024-09-01", "2024-09-02", TODAY) == [
        "Ian Stead (interim) until 31 August 2024",
        "Jo Ringshall",
        "Jo Ringshall",
        "Jo Ringshall",
    ]
    assert reader.read("/organisations/wye-valley-nhs-trust/").facts["former"] == [
        "Ian Stead (interim), Chair, 13 May 2024 to 31 August 2024",
        "Russell Hardy, Chair, by June 2021, ended 30 April 2024 (stepped down)",
    ]


def test_somebody_acts_while_the_chair_is_absent(staff, reader):
    trust = "Worcestershire Acute Hospitals NHS Trust"
    staff.find("chair worcestershire acute", f"Chair, {trust}", "Record who acts")
    staff.choose("Who", "Mark Yates")
    staff.type("First day", "01/05/2024")
    staff.type("Until", "31/07/2024")
    staff.say_how_known(*PAPER)
    staff.preview()
    staff.confirm()

    both = "Sir David Nicholson Mark Yates (acting) until 31 July 2024"
    days = ["2024-04-30", "2024-05-01", "2024-05-02", "2024-07-31", "2024-08-01", TODAY]
    alone = "Sir David Nicholson"
    assert [reader.chair(trust, day) for day in days] == [alone, both, both, both, alone, alone]
    assert reader.posts("worcestershire-acute-hospitals-nhs-trust", "2024-05-01")["Chair"] == both
    assert reader.holds("mark-yates", "2024-07-31")[0] == (
        f"Chair acting {trust} since 1 May 2024, until 31 July 2024."
    )
    assert reader.holds("mark-yates") == [
        "Chair Herefordshire and Worcestershire Health and Care NHS Trust by June 2021."
    ]


def test_one_person_is_appointed_to_the_same_post_in_four_organisations(staff, reader):
    staff.find(
        "accountable wye",
        "Accountable Officer, Wye Valley NHS Trust",
        "Appoint one person to several at once",
    )
    staff.type("Or somebody new to the register", "Ada Byron")
    for words, post in (
        ("chief executive health and care", f"Chief Executive, {HEALTH_AND_CARE}"),
        ("accountable officer acute", f"Accountable Officer, {ACUTE}"),
        ("chief executive lead", f"Chief Executive Lead, {ICS}"),
    ):
        staff.choose("Also to these posts", words, post)
    staff.type("First day", "01/04/2024")
    staff.say_how_known(*PAPER)
    staff.preview()
    staff.confirm()

    for slug, title, before in (
        (
            "herefordshire-and-worcestershire-health-and-care-nhs-trust",
            "Chief Executive",
            "Sarah Dugan",
        ),
        ("herefordshire-and-worcestershire-ics", "Chief Executive Lead", "Simon Trickett"),
        ("worcestershire-acute-hospitals-nhs-trust", "Accountable Officer", "Matthew Hopkins"),
        ("wye-valley-nhs-trust", "Accountable Officer", "Glen Burley"),
    ):
        assert [reader.posts(slug, day)[title] for day in DAYS] == [
            f"{before} until 31 March 2024",
            "Ada Byron",
            "Ada Byron",
            "Ada Byron",
        ]
    assert reader.holds("ada-byron", BEFORE) == ["Nothing recorded as at 31 March 2024."]
    assert reader.holds("ada-byron") == [
        f"{post} since 1 April 2024."
        for post in (
            f"Chief Executive {HEALTH_AND_CARE}",
            f"Chief Executive Lead {ICS}",
            f"Accountable Officer {ACUTE}",
            "Accountable Officer Wye Valley NHS Trust",
        )
    ]


def test_joint_leaders_become_one_leader(staff, reader):
    staff.find("integrated care system", ICS, "Create a post")
    staff.type("Title", "System Leader")
    staff.pick("Kind", "system lead")
    staff.type("How many may hold it at once", "2")
    staff.choose("Who", "Sarah Dugan")
    staff.type("First day", "01/04/2023")
    staff.say_how_known(*PAPER)
    staff.preview()
    staff.confirm()
    staff.find("system leader", f"System Leader, {ICS}", "Appoint a holder")
    staff.choose("Who", "Simon Trickett")
    staff.type("First day", "01/04/2023")
    staff.say_how_known(*PAPER)
    staff.preview()
    staff.confirm()

    staff.find("dugan leader", f"Sarah Dugan, System Leader, {ICS}", "End this appointment")
    staff.type("Last day", "31/03/2024")
    staff.say_how_known(*PAPER)
    staff.preview()
    staff.confirm()

    slug = "herefordshire-and-worcestershire-ics"
    assert [reader.posts(slug, day)["System Leader"].split(" since")[0] for day in DAYS] == [
        "Sarah Dugan until 31 March 2024 Simon Trickett",
        "Simon Trickett 1 more not recorded",
        "Simon Trickett 1 more not recorded",
        "Simon Trickett 1 more not recorded",
    ]
    assert [len(reader.holds("sarah-dugan", day)) for day in DAYS] == [2, 1, 1, 1]


def test_a_seat_of_two_becomes_a_seat_of_one(staff, reader):
    staff.find(
        "2gether executive",
        "Representative of 2gether NHS Foundation Trust, ICS Executive",
        "Replace the holder",
    )
    for name in ("Duncan Sutherland", "Colin Merker"):
        staff.tick(
            f"{name}, was to begin in April 2019, says the paper of March 2019; no later source "
            "says whether it happened"
        )
    staff.choose("Who", "Mark Yates")
    staff.type("From then on it is a seat of", "1")
    staff.type("The new holder begins", "01/04/2024")
    staff.say_how_known(*PAPER)
    staff.preview()
    staff.confirm()

    seat = "Representative of 2gether NHS Foundation Trust"
    change = "from 1 April 2024 one"
    two = {
        f"{seat} 1 of 2 {change} is to hold it, not two": "Duncan Sutherland",
        f"{seat} 2 of 2": "Colin Merker Mark Yates from 1 April 2024",
    }
    one = {f"{seat} {change} holds it, not two": "Mark Yates"}
    assert [
        {title: who for title, who in reader.seats("ics-executive", day).items() if seat in title}
        for day in DAYS
    ] == [two, one, one, one]


def test_an_appointment_is_announced_for_next_month(staff, reader):
    in_a_month = timezone.localdate() + datetime.timedelta(days=31)
    first = in_a_month.replace(day=1)
    eve, second = (first + datetime.timedelta(days=days) for days in (-1, 1))
    staff.from_worklist("Chairs vacant", "ICS Quality Forum", "Appoint a holder")
    staff.choose("Who", "Kath Cobain")
    staff.type("First day", f"{first:%d/%m/%Y}")
    staff.say_how_known(*PAPER)
    staff.preview()
    staff.confirm()

    days = [TODAY, str(eve), str(first), str(second)]
    plan = "a plan in the paper of 1 November 2026"
    announced = f"Vacant Kath Cobain from {date_in_words(first)}, {plan}"
    assert [reader.seats("ics-quality-forum", day)["Chair"] for day in days] == [
        announced,
        announced,
        "Kath Cobain",
        "Kath Cobain",
    ]
    assert [reader.chair("ICS Quality Forum", day) for day in days] == [
        announced,
        announced,
        "Kath Cobain for whom: not recorded",
        "Kath Cobain for whom: not recorded",
    ]
    assert len(reader.holds("kath-cobain")) == 1
    assert reader.read("/people/kath-cobain/").facts["to-come"] == [
        f"Chair ICS Quality Forum from {date_in_words(first)}, {plan}."
    ]
    assert len(reader.holds("kath-cobain", str(first))) == 1
    [planned] = reader.read("/people/kath-cobain/", str(first)).facts["was-to-hold"]
    assert planned.startswith("Chair ICS Quality Forum")


def test_a_post_is_created_and_another_abolished(staff, reader):
    staff.find("wye valley", "Wye Valley NHS Trust", "Create a post")
    staff.type("Title", "Director of Digital")
    staff.pick("Kind", "director")
    staff.choose("Who", "Jo Alner")
    staff.type("First day", "01/04/2024")
    staff.say_how_known(*PAPER)
    staff.preview()
    staff.confirm()

    before = {"Accountable Officer": "Glen Burley", "Chair": "Russell Hardy"}
    after = {**before, "Director of Digital": "Jo Alner"}
    assert [reader.posts("wye-valley-nhs-trust", day) for day in DAYS] == [
        before,
        after,
        after,
        after,
    ]
    assert reader.holds("jo-alner", BEFORE) == ["Nothing recorded as at 31 March 2024."]
    assert reader.holds("jo-alner") == [
        "Director of Digital Wye Valley NHS Trust since 1 April 2024."
    ]

    staff.find(
        "managing director worcester", "Managing Director, Worcester City Council", "Abolish"
    )
    staff.type("Last day", "31/03/2024")
    staff.say_how_known(*PAPER)
    staff.preview()
    staff.confirm()

    after = {"Leader": "Marc Bayliss"}
    before = {**after, "Managing Director": "David Blake until 31 March 2024"}
    assert [reader.posts("worcester-city-council", day) for day in DAYS] == [
        before,
        after,
        after,
        after,
    ]
    assert reader.read("/people/david-blake/", ON).facts["before"][0] == (
        "Managing Director Worcester City Council by June 2021, ended 31 March 2024 "
        "(the post or seat came to an end)."
    )


def test_a_trust_is_renamed(staff, reader):
    staff.find("wye valley", "Wye Valley NHS Trust", "Rename")
    staff.type("New name", "Wye Valley University NHS Trust")
    staff.type("First day of the new name", "01/04/2024")
    staff.say_how_known(*PAPER)
    staff.preview()
    staff.confirm()

    pages = [reader.read("/organisations/wye-valley-nhs-trust/", day) for day in DAYS]
    assert {page.heading for page in pages} == {"Wye Valley University NHS Trust (WVT)"}
    assert ["Then called Wye Valley NHS Trust." in page.facts[""] for page in pages] == [
        True,
        False,
        False,
        False,
    ]
    assert (
        "Wye Valley NHS Trust (former name, by 2016, ended 31 March 2024)"
        in pages[-1].facts["names"]
    )
    assert [
        next(row[0] for row in reader.read("/chairs/", day).rows[""] if "Wye" in row[0])
        for day in DAYS
    ] == [
        "Wye Valley University NHS Trust then called Wye Valley NHS Trust Chair",
        "Wye Valley University NHS Trust Chair",
        "Wye Valley University NHS Trust Chair",
        "Wye Valley University NHS Trust Chair",
    ]
    [held] = reader.holds("glen-burley", BEFORE)
    assert "Wye Valley University NHS Trust then called Wye Valley NHS Trust" in held
    assert reader.read("/search/?q=wye+valley+nhs+trust").facts[""][0] == (
        "Wye Valley University NHS Trust also recorded as Wye Valley NHS Trust"
    )


def test_a_pcn_closes_and_its_practices_go_to_two_others(staff, reader):
    wbc = "The WBC (Hereford City) PCN"
    staff.find("wbc", wbc, "Close")
    staff.choose("From the next day they go to", "East Herefordshire", "East Herefordshire PCN")
    staff.choose(f"Goes to: Belmont member of {wbc}", "South and West Herefordshire PCN")
    staff.type("Last day", "31/03/2024")
    staff.say_how_known(*PAPER)
    staff.preview()
    staff.confirm()

    def around(slug, day):
        """What the page of an organisation says it is part of, and what of it."""
        facts = reader.read(f"/organisations/{slug}/", day).facts.get("relationships", [])
        return {fact for fact in facts if ICS not in fact and "printed" not in fact}

    # The paper of 2019 announced, without a day, that they would be in it: so it is of the others.
    planned = "not before 1 April 2024, a plan of 1 November 2026"
    east, south = "East Herefordshire PCN", "South and West Herefordshire PCN"
    for practice, new in (("belmont", south), ("cantilupe", east), ("wargrave-house", east)):
        joined = f"{new}, {planned}"
        assert [around(practice, day) for day in (BEFORE, ON, TODAY)] == [
            set(),
            set(),
            {joined},
        ]
    assert [around("east-herefordshire-pcn", day) for day in DAYS] == [
        set(),
        set(),
        set(),
        {f"Cantilupe, {planned}", f"Wargrave House, {planned}"},
    ]
    assert [around("south-and-west-herefordshire-pcn", day) for day in (BEFORE, ON, TODAY)] == [
        set(),
        set(),
        {f"Belmont, {planned}"},
    ]
    ended = "This organisation ended 31 March 2024. Read this page as at 31 March 2024."
    pages = [reader.read("/organisations/the-wbc-hereford-city-pcn/", day) for day in DAYS]
    assert [ended in page.facts[""] for page in pages] == [False, True, True, True]


def test_a_ccg_is_replaced_by_an_icb_with_all_its_seats(staff, reader):
    # The seed has seats of a CCG that closed in 2020, and its sources do not say what became of
    # them. Given to its successor, which closed in 2022, they are the successor's to pass on.
    for closed, successor in (("NHS Herefordshire CCG", CCG), (CCG, ICB)):
        staff.begin()
        organisations = staff.page.locator("tr.model-organisation")
        organisations.get_by_role("link", name="Organisations").click()
        staff.page.locator("#searchbar").fill(closed)
        staff.page.keyboard.press("Enter")
        staff.follow("Ended")
        staff.follow(closed)
        staff.follow("Replace or merge")
        staff.choose("Successor", successor)
        staff.say_how_known(*PAPER)
        staff.preview()
        staff.confirm(pages=8)

    days = ["2022-06-30", "2022-07-01", "2022-07-02", TODAY]
    hipcs = "Herefordshire Integrated Primary and Community Services Executive"
    partnership = "One Herefordshire Health and Care Partnership"
    seats = [
        [hipcs, "CCG Director of Finance (for BCF decisions)", "Not recorded", ""],
        [hipcs, "CCG Director of Primary Care", "Not recorded", ""],
        [partnership, "CCG Director of Nursing (System Quality rep)", "Not recorded", ""],
        [partnership, "CCG Director of Finance (System Finance rep)", "Not recorded", ""],
    ]
    ccg, icb = (
        [reader.read(f"/organisations/{slug}/", day) for day in days]
        for slug in (
            "nhs-herefordshire-and-worcestershire-ccg",
            "nhs-herefordshire-and-worcestershire-icb",
        )
    )
    assert [page.rows.get("seats", []) for page in ccg] == [seats, [], [], []]
    assert [page.rows.get("seats", []) for page in icb] == [[], seats, seats, seats]
    assert [row[1] for row in ccg[0].rows["posts"]] == [
        "Simon Trickett perhaps; ended by 30 June 2022",
        "Dr Ian Tait perhaps; ended by 30 June 2022",
    ]
    assert all("posts" not in page.rows for page in [*ccg[1:], *icb])
    assert f"{ICB}, since 1 July 2022" in ccg[-1].facts["relationships"]
    assert f"{CCG}, since 1 July 2022" in icb[-1].facts["relationships"]
    assert [
        {row[2] for row in reader.read("/forums/hipcs/", day).rows["members"] if "CCG" in row[0]}
        for day in ["2020-03-31", "2020-04-01", *days]
    ] == [{"NHS Herefordshire CCG"}, {CCG}, {CCG}, {ICB}, {ICB}, {ICB}]
    assert "Simon Trickett" not in str(reader.read("/chairs/", "2022-07-01").rows).partition(ICS)[0]


def test_a_forum_stands_down_and_six_that_reported_to_it_report_elsewhere(staff, reader):
    programme = "Midlands ICS development programme"
    staff.find("midlands ics development", programme, "Stand down")
    staff.choose("From the next day they report to", "ICS Executive")
    # Seven forums report to the programme. No source says what becomes of one of them.
    staff.tick(f"Change Finance (Midlands workstream) sub-group of {programme}")
    staff.type("Last day", "31/03/2024")
    staff.say_how_known(*PAPER)
    assert "1 line leads to a forum that has stood down." in staff.preview()
    staff.confirm()

    def told(slug, day):
        return [
            fact
            for fact in reader.read(f"/forums/{slug}/", day).facts["reporting"]
            if "Midlands" in fact or "ICS Executive" in fact
        ]

    six = [
        "Digital, Data and Intelligence (Midlands workstream)",
        "ICS Governance and Accountability (Midlands workstream)",
        "Joint and Integrated Commissioning (Midlands workstream)",
        "People and Culture (Midlands workstream)",
        "Place (Midlands workstream)",
        "Provider Collaboratives (Midlands workstream)",
    ]
    assert [told("ics-executive", day) for day in DAYS] == [[], six, six, six]
    assert [told("midlands-place-workstream", day) for day in DAYS] == [
        [f"Sub-group of {programme}"],
        ["Sub-group of ICS Executive"],
        ["Sub-group of ICS Executive"],
        ["Sub-group of ICS Executive"],
    ]
    assert [told("midlands-finance-workstream", day) for day in (BEFORE, ON)] == [
        [f"Sub-group of {programme}"],
        [f"Sub-group of {programme} (ended 31 March 2024)"],
    ]
    pages = [reader.read("/forums/midlands-ics-development-programme/", day) for day in DAYS]
    ended = "This forum ended 31 March 2024. Read this page as at 31 March 2024."
    assert [ended in page.facts[""] for page in pages] == [False, True, True, True]
    assert [programme in str(reader.read("/forums/", day).rows) for day in DAYS] == [
        True,
        False,
        False,
        False,
    ]
