"""The seed holds what the documents say. Names and numbers are typed from the documents."""

import datetime

import pytest

from forums.models import (
    EscalationStep,
    ExOfficioSource,
    Forum,
    ForumState,
    Membership,
    Seat,
    SeatRole,
    SeatTerms,
    TermsOfReference,
    TermsReview,
)
from forums.terms_on_day import terms_on
from ics_register.seeding import FILES
from organisations.models import (
    Organisation,
    OrganisationName,
    Place,
    Post,
    PostKind,
    Rating,
    Statement,
)
from people.models import Appointment, Basis, Distinction, Person, PersonName, PostVacancy
from records.models import DatedFact, Document
from records.periods import Precision, Qualifier

pytestmark = pytest.mark.usefixtures("seeded")

FACTS = [model for _, model in FILES if model is not Document]
# The last days of the months that documents name: “by June 2021” is certain from then on.
JUNE_2021 = datetime.date(2021, 6, 30)
MARCH_2019 = datetime.date(2019, 3, 31)
MAY_2019 = datetime.date(2019, 5, 1)
# The paper’s 2gether NHS Foundation Trust, by the name that it has had since October 2019.
TRUST_OF_THE_PAPER = "Gloucestershire Health and Care NHS Foundation Trust"


def every_word_of(record: DatedFact) -> str:
    return " ".join(str(getattr(record, field.attname)) for field in record._meta.fields)


def organisations(kind: str, day: datetime.date | None = None) -> set[str]:
    found = Organisation.objects.filter(kind=kind)
    return set((found.listed(day) if day else found).values_list("name", flat=True))


def holders(organisation: str, title: str, day: datetime.date) -> set[str]:
    """Who holds an organisation's posts on a day, of those whose title begins with these words."""
    return {
        str(appointment.person)
        for appointment in Appointment.objects.listed(day).filter(
            post__organisation__name=organisation, post__title__startswith=title
        )
    }


def test_there_are_three_source_documents():
    published = {
        document.slug: document.published_in_words() for document in Document.objects.all()
    }

    assert len(published) == 3
    assert published["chair-appointments-briefing-pack"] == "2021"
    assert published["ics-operating-model-board-paper"] == "2019"
    assert "ods-extract" in published


def test_one_ics_and_two_places():
    system = Place.objects.get(level="system")

    assert system.name == "Herefordshire and Worcestershire"
    assert {place.name for place in system.parts.all()} == {"Herefordshire", "Worcestershire"}
    assert organisations("ics") == {"Herefordshire and Worcestershire Integrated Care System"}


def test_three_trusts_and_the_foundation_trust_whose_paper_it_is():
    assert organisations("nhs-trust", JUNE_2021) == {
        "Herefordshire and Worcestershire Health and Care NHS Trust",
        "Worcestershire Acute Hospitals NHS Trust",
        "Wye Valley NHS Trust",
    }
    assert organisations("foundation-trust") == {TRUST_OF_THE_PAPER}


def test_one_ccg_and_the_four_that_merged_into_it_in_april_2020():
    four = {
        "NHS Herefordshire CCG",
        "NHS Redditch and Bromsgrove CCG",
        "NHS South Worcestershire CCG",
        "NHS Wyre Forest CCG",
    }
    one = {"NHS Herefordshire and Worcestershire CCG"}

    assert organisations("ccg", datetime.date(2020, 3, 31)) == four
    assert organisations("ccg", datetime.date(2020, 4, 1)) == one
    merged = Organisation.objects.get(name="NHS Herefordshire and Worcestershire CCG")
    assert {
        line.from_organisation.name for line in merged.relationships_to.filter(kind="merged-into")
    } == four


def period(slug: str) -> tuple[str, str]:
    organisation = Organisation.objects.get(slug=slug)
    return organisation.start_in_words(), organisation.end_in_words()


def test_organisations_began_and_ended_on_the_days_that_the_extract_gives():
    for slug in ("herefordshire", "redditch-and-bromsgrove", "south-worcestershire", "wyre-forest"):
        assert period(f"nhs-{slug}-ccg") == ("1 April 2013", "31 March 2020")
    assert period("nhs-herefordshire-and-worcestershire-ccg") == ("1 April 2020", "30 June 2022")
    assert period("2gether-nhs-foundation-trust")[0] == "1 April 2002"
    named = OrganisationName.objects.get(name="2gether NHS Foundation Trust")
    assert named.organisation.name == TRUST_OF_THE_PAPER
    assert named.end_in_words() == "30 September 2019"


def test_the_body_that_was_to_come_has_a_record_and_duties_of_its_own():
    board = Organisation.objects.get(slug="nhs-herefordshire-and-worcestershire-icb")

    assert period(board.slug)[0] == "1 July 2022"
    assert not board.possibly(JUNE_2021)
    assert {each.name for each in board.names.all()} == {"ICS NHS Body", "ICS NHS Statutory body"}
    assert board.statements.filter(kind="duty").count() == 5
    [before] = board.relationships_to.filter(kind="succeeded-by")
    assert before.from_organisation.slug == "nhs-herefordshire-and-worcestershire-ccg"
    partnership = Organisation.objects.get(kind="ics")
    assert not partnership.statements.filter(text__contains="NHS Body").exists()


def test_one_job_is_one_post():
    held = Appointment.objects.values_list("person", "post__organisation").order_by()

    # The chief executive lead had shared the post of STP Lead before.
    twice = [each for each in held if list(held).count(each) > 1]
    assert {Person.objects.get(pk=person).name for person, _ in twice} == {"Simon Trickett"}


@pytest.mark.parametrize(
    ("organisation", "words", "number"),
    [
        ("2gether-nhs-foundation-trust", "Its board was told", 4),
        ("herefordshire-and-worcestershire-ics", "ONE Herefordshire Strategy", 1),
        ("herefordshire-and-worcestershire-ics", "ICS commitment statement", 1),
        ("herefordshire-and-worcestershire-ics", "value the working of the alliances", 1),
    ],
)
def test_what_the_paper_says_beside_its_governance_is_kept(organisation, words, number):
    said = Statement.objects.filter(organisation__slug=organisation, text__contains=words)

    assert said.count() == number
    assert all(each.quotation and each.locator for each in said)


@pytest.mark.parametrize("slug", ["ics-executive", "ics-partnership-board"])
def test_a_role_that_was_phased_in_from_april_2019_is_told_as_from_then(slug):
    terms = TermsOfReference.objects.get(forum__slug=slug, start_date="2019-04-01")

    for words in (terms.purpose, terms.membership_wording, *terms.responsibilities.splitlines()):
        assert "rom April 2019" in words


def test_the_partnership_board_decides_by_consensus_no_earlier_than_the_paper_says():
    """“The revised arrangements … move the … Board to a … consensus forum”: a page of March 2019
    said that it decided by consensus."""
    board = Forum.objects.get(slug="ics-partnership-board")
    versions = list(board.terms_of_reference.all())

    rules = {
        day: terms_on(versions, board, day).shown.decision_rule for day in (MARCH_2019, MAY_2019)
    }
    assert rules == {MARCH_2019: "", MAY_2019: "consensus"}


def test_what_holds_from_april_2019_stands_in_terms_of_reference_that_begin_then():
    earlier = TermsOfReference.objects.filter(start_date__lt="2019-04-01")

    assert [str(each) for each in earlier if "rom April 2019" in every_word_of(each)] == []


def test_two_upper_tier_and_six_lower_tier_councils_and_two_healthwatch_bodies():
    assert organisations("upper-tier-council") == {
        "Herefordshire Council",
        "Worcestershire County Council",
    }
    assert organisations("lower-tier-council") == {
        "Bromsgrove District Council",
        "Redditch Borough Council",
        "Malvern Hills District Council",
        "Wychavon District Council",
        "Worcester City Council",
        "Wyre Forest District Council",
    }
    assert organisations("healthwatch") == {
        "Healthwatch Herefordshire",
        "Healthwatch Worcestershire",
    }


def test_fifteen_primary_care_networks_in_june_2021_of_sixteen_that_opened():
    assert len(organisations("pcn")) == 16
    assert len(organisations("pcn", datetime.date(2019, 9, 30))) == 0
    assert len(organisations("pcn", datetime.date(2019, 10, 1))) == 16
    assert len(organisations("pcn", datetime.date(2021, 2, 12))) == 16
    assert len(organisations("pcn", datetime.date(2021, 2, 13))) == 15
    assert len(organisations("pcn", JUNE_2021)) == 15


def test_the_papers_two_hereford_networks_are_known_by_the_extracts_names():
    names = set(Organisation.objects.filter(kind="pcn").values_list("name", flat=True))

    assert {"Herefordshire Hereford City HMG PCN", "The WBC (Hereford City) PCN"} <= names
    assert {"Wargrave House", "Cantilupe", "Belmont"} <= organisations("practice")


def test_five_herefordshire_networks_have_a_board_that_reports_to_hipcs():
    boards = Forum.objects.filter(kind="network-board", slug__endswith="-pcn-board")

    assert boards.count() == 5
    for board in boards:
        assert "hipcs" in {line.to_forum.slug for line in board.lines_from.exclude(to_forum=None)}
        terms = board.terms_of_reference.get()
        assert terms.accountable_for and terms.authority


def test_nothing_of_the_paper_is_dated_later_than_its_new_arrangements():
    """Its “transition years” 2019/20 and 2020/21 were read as a limit, “by March 2021”."""
    later = [
        str(record)
        for model in FACTS
        if issubclass(model, DatedFact)
        for record in model.objects.filter(
            document__slug="ics-operating-model-board-paper", start_date__gt="2019-04-01"
        )
    ]

    assert later == []


def test_nothing_is_said_to_be_so_earlier_than_its_document_speaks_of_unless_the_document_says_it():
    """The pack of 2021 was given as the source of a council by March 2019."""
    earlier = {
        str(record)
        for model in FACTS
        if issubclass(model, DatedFact)
        for record in model.objects.filter(
            document__slug="chair-appointments-briefing-pack", start_date__lt="2021-06-01"
        )
        if str(record.start_date.year) not in record.quotation
    }

    assert earlier == set()


def test_no_limit_is_credited_to_a_paper_of_before_the_extract_that_gives_it():
    """The paper of March 2019 was said to give the day on which a network opened."""
    of_the_paper = {"document__slug": "ics-operating-model-board-paper"}
    to_the_day = {"start_date__isnull": False, "start_precision": Precision.DAY}
    models = [model for model in FACTS if issubclass(model, DatedFact)]
    credited = [
        str(record)
        for model in models
        for record in model.objects.filter(**of_the_paper, **to_the_day)
    ]
    assert credited == []


THIRTY = [
    "Sir David Nicholson",
    "Simon Trickett",
    "Dr Ian Tait",
    "Mark Yates",
    "Sarah Dugan",
    "Matthew Hopkins",
    "Russell Hardy",
    "Glen Burley",
    "David Hitchiner",
    "Paul Walker",
    "Simon Geraghty",
    "Paul Robinson",
    "Paul Smith",
    "Becky Howell Jones",
    "Paula Furnival",
    "Kath Cobain",
    "Karen May",
    "Kevin Dicks",
    "Matt Dormer",
    "Sarah Rouse",
    "Vic Allison",
    "Bradley Thomas",
    "Marc Bayliss",
    "David Blake",
    "Helen Dyke",
    "Ian Miller",
    "Ian Stead",
    "Christine Price",
    "Jo Ringshall",
    "Simon Adams",
]
FIVE = ["Charles Waddicor", "Jo Alner", "Simon Hairsnape", "Duncan Sutherland", "Colin Merker"]


def test_thirty_people_of_the_pack_and_five_more_of_the_paper():
    assert len(THIRTY) == 30
    assert sorted(str(person) for person in Person.objects.all()) == sorted(THIRTY + FIVE)


# Organisation, title as it begins, holder: every cell of the pack's tables that names somebody.
PACK = [
    ("Herefordshire and Worcestershire Integrated Care System", "Chair", "Sir David Nicholson"),
    (
        "Herefordshire and Worcestershire Integrated Care System",
        "Chief Executive",
        "Simon Trickett",
    ),
    ("NHS Herefordshire and Worcestershire CCG", "Chair", "Dr Ian Tait"),
    ("NHS Herefordshire and Worcestershire CCG", "Accountable Officer", "Simon Trickett"),
    ("Herefordshire and Worcestershire Health and Care NHS Trust", "Chair", "Mark Yates"),
    ("Herefordshire and Worcestershire Health and Care NHS Trust", "Chief Exec", "Sarah Dugan"),
    ("Worcestershire Acute Hospitals NHS Trust", "Chair", "Sir David Nicholson"),
    ("Worcestershire Acute Hospitals NHS Trust", "Accountable Officer", "Matthew Hopkins"),
    ("Wye Valley NHS Trust", "Chair", "Russell Hardy"),
    ("Wye Valley NHS Trust", "Accountable Officer", "Glen Burley"),
    ("Herefordshire Council", "Leader", "David Hitchiner"),
    ("Herefordshire Council", "Chief Executive", "Paul Walker"),
    ("Herefordshire Council", "Director of Adult Social Services", "Paul Smith"),
    ("Herefordshire Council", "Director of Public Health", "Becky Howell Jones"),
    ("Worcestershire County Council", "Leader", "Simon Geraghty"),
    ("Worcestershire County Council", "Chief Executive", "Paul Robinson"),
    ("Worcestershire County Council", "Director of Adult Social Services", "Paula Furnival"),
    ("Worcestershire County Council", "Director of Public Health", "Kath Cobain"),
    ("Bromsgrove District Council", "Leader", "Karen May"),
    ("Bromsgrove District Council", "Chief Executive", "Kevin Dicks"),
    ("Redditch Borough Council", "Leader", "Matt Dormer"),
    ("Redditch Borough Council", "Chief Executive", "Kevin Dicks"),
    ("Malvern Hills District Council", "Leader", "Sarah Rouse"),
    ("Malvern Hills District Council", "Chief Executive", "Vic Allison"),
    ("Wychavon District Council", "Leader", "Bradley Thomas"),
    ("Wychavon District Council", "Chief Executive", "Vic Allison"),
    ("Worcester City Council", "Leader", "Marc Bayliss"),
    ("Worcester City Council", "Managing Director", "David Blake"),
    ("Wyre Forest District Council", "Leader", "Helen Dyke"),
    ("Wyre Forest District Council", "Chief Executive", "Ian Miller"),
    ("Healthwatch Herefordshire", "Chair", "Ian Stead"),
    ("Healthwatch Herefordshire", "Chief Officer", "Christine Price"),
    ("Healthwatch Worcestershire", "Chair", "Jo Ringshall"),
    ("Healthwatch Worcestershire", "Chief Officer", "Simon Adams"),
]


@pytest.mark.parametrize(("organisation", "title", "person"), PACK)
def test_the_holders_of_the_packs_tables(organisation, title, person):
    assert holders(organisation, title, JUNE_2021) == {person}


def test_the_holders_that_the_paper_gives_for_spring_2019():
    march, may = MARCH_2019, MAY_2019
    ics = "Herefordshire and Worcestershire Integrated Care System"

    assert holders(ics, "Chair", march) == {"Charles Waddicor"}
    assert holders(ics, "Chair", may) == {"Sir David Nicholson"}
    assert holders(ics, "STP Lead", march) >= {"Sarah Dugan"}
    assert holders(ics, "STP Lead", may) >= {"Sarah Dugan", "Simon Trickett"}
    assert holders("NHS Herefordshire CCG", "Managing Director", may) == {"Jo Alner"}
    assert holders("NHS Herefordshire CCG", "Clinical Chair", may) == {"Dr Ian Tait"}
    for ccg in organisations("ccg", may):
        assert holders(ccg, "Accountable Officer", may) == {"Simon Trickett"}
    retired = Appointment.objects.get(person__name="Simon Hairsnape")
    assert (retired.start_date, retired.end_reason) == (None, "retired")


def test_who_held_a_post_of_a_ccg_that_closed_left_by_its_last_day():
    """The pack says that the CCGs merged, and not that anybody held a post until then."""
    ended = Appointment.objects.filter(end_document__slug="ods-extract")

    assert ended.count() == 8
    assert {each.end_qualifier for each in ended} == {Qualifier.BY}


def test_one_person_held_the_lead_until_two_were_to_share_it():
    lead = Post.objects.get(title="STP Lead")
    until = lead.earlier_terms.get()

    assert (until.max_holders, until.end_in_words(), lead.max_holders) == (1, "April 2019", 2)


def test_an_interim_holder_and_a_managing_director_are_recorded_as_such():
    assert Appointment.objects.get(person__name="Paul Smith").basis == Basis.INTERIM
    blake = Appointment.objects.get(person__name="David Blake")
    assert blake.post.kind == PostKind.MANAGING_DIRECTOR


def test_what_was_read_from_merged_cells_says_so():
    for council, person in [("Redditch", "Kevin Dicks"), ("Wychavon", "Vic Allison")]:
        second = Appointment.objects.get(
            person__name=person, post__organisation__name__startswith=council
        )
        assert "layout" in second.note


def test_the_clinical_directors_of_the_five_are_yet_to_be_agreed():
    posts = Post.objects.filter(kind=PostKind.CLINICAL_DIRECTOR)

    assert [post.start_in_words() for post in posts] == ["not before March 2019"] * 5
    assert not PostVacancy.objects.exists()
    assert not Appointment.objects.filter(post__in=posts).exists()


def chair_of(slug: str) -> Seat:
    return Seat.objects.get(forum__slug=slug, role=SeatRole.CHAIR)


def test_the_chairs_that_are_yet_to_be_appointed_are_vacant():
    for slug in ["ics-finance-forum", "ics-quality-forum", "ics-performance-forum"]:
        assert chair_of(slug).vacancies.get().quotation.endswith("yet to be appointed")
        assert not Membership.objects.filter(seat=chair_of(slug)).exists()


def test_the_chairs_of_whom_a_document_only_says_what_they_are_to_be_are_not_recorded():
    for slug in [
        "clinical-strategy-group",
        "hipcs",
        "one-herefordshire-health-and-care-partnership",
        "worcestershire-alliance",
    ]:
        assert chair_of(slug).requirement
        assert not chair_of(slug).vacancies.exists()


def test_the_chairs_that_need_somebody_of_a_kind_say_of_which():
    assert "GP" in chair_of("worcestershire-alliance").requirement
    assert "clinician" in chair_of("clinical-strategy-group").requirement.lower()
    assert "lay" in chair_of("hipcs").requirement
    assert "lay" in chair_of("one-herefordshire-health-and-care-partnership").requirement


def test_the_herefordshire_alliance_is_chaired_by_the_dass_whoever_that_is():
    post = chair_of("one-herefordshire-alliance").ex_officio_post

    assert (post.kind, post.organisation.name) == (PostKind.DASS, "Herefordshire Council")


def seats(slug: str) -> set[tuple[str, int | None]]:
    return set(Seat.objects.filter(forum__slug=slug).values_list("title", "number"))


def test_the_one_herefordshire_partnership_has_the_seats_of_its_slide():
    numbers = [number for _, number in seats("one-herefordshire-health-and-care-partnership")]

    # Chair, AOs/MDs x 5, DASS, Director of Children's Services, clinical leads x 5, nurse,
    # transformation, finance.
    assert sorted(numbers) == [1, 1, 1, 1, 1, 1, 5, 5]


def test_decisions_and_quoracy_are_kept_apart():
    partnership = Forum.objects.get(slug="one-herefordshire-health-and-care-partnership")
    hipcs = Forum.objects.get(slug="hipcs")

    assert partnership.terms_of_reference.get().decision_rule == "unanimity"
    assert hipcs.terms_of_reference.get().decision_rule == ""
    assert "unanimity" not in hipcs.terms_of_reference.get().decision_wording
    for forum in (partnership, hipcs):
        rule = forum.terms_of_reference.get().quoracy_rule
        assert rule["organisations"] == "each"
        assert {"proxy", "substitute"} < set(rule["counting"])
        assert {m.organisation.name for m in forum.member_organisations.all()} == {
            "NHS Herefordshire CCG",
            "Wye Valley NHS Trust",
            TRUST_OF_THE_PAPER,
            "Herefordshire Council",
            "Taurus",
        }


def test_disputes_escalate_in_four_steps():
    steps = EscalationStep.objects.filter(terms__forum__slug="ics-executive").order_by("order")

    assert [step.order for step in steps] == [1, 2, 3, 4]
    assert "neighbouring STP" in steps[3].what_happens + steps[3].who_decides


def test_seven_regional_workstreams():
    regional = Forum.objects.filter(kind="workstream", name__endswith="(Midlands workstream)")

    assert {forum.name.removesuffix(" (Midlands workstream)") for forum in regional} == {
        "ICS Governance and Accountability",
        "Joint and Integrated Commissioning",
        "Place",
        "Provider Collaboratives",
        "Finance",
        "Digital, Data and Intelligence",
        "People and Culture",
    }
    assert all(workstream.terms_of_reference.get().purpose for workstream in regional)


def ratings(organisation: str, **filters) -> dict[str, str]:
    return dict(
        Rating.objects.filter(organisation__name=organisation, **filters).values_list(
            "question", "rating"
        )
    )


GOOD, POOR = "good", "requires-improvement"
QUESTIONS = ("overall", "safe", "effective", "caring", "responsive", "well-led")


@pytest.mark.parametrize(
    ("trust", "expected"),
    [
        ("Worcestershire Acute Hospitals NHS Trust", [POOR, POOR, GOOD, GOOD, POOR, POOR]),
        ("Herefordshire and Worcestershire Health and Care NHS Trust", [GOOD] * 6),
        ("Wye Valley NHS Trust", [POOR, POOR, POOR, GOOD, POOR, POOR]),
    ],
)
def test_three_trusts_are_rated_overall_and_in_five_questions(trust, expected):
    assert ratings(trust, service="") == dict(zip(QUESTIONS, expected, strict=True))


def test_two_of_them_are_rated_by_service_as_well():
    def services(trust):
        return dict(
            Rating.objects.filter(organisation__name=trust)
            .exclude(service="")
            .values_list("service", "rating")
        )

    health_and_care = services("Herefordshire and Worcestershire Health and Care NHS Trust")
    wye = services("Wye Valley NHS Trust")
    assert services("Worcestershire Acute Hospitals NHS Trust") == {}
    assert len(health_and_care) == 14
    assert {s for s, rating in health_and_care.items() if rating == "outstanding"} == {
        "Long stay or rehabilitation mental health wards for working age adults",
        "Specialist community mental health services for children and young people",
    }
    assert {s for s, rating in health_and_care.items() if rating == "inadequate"} == {
        "Community-based mental health services for adults of working age",
    }
    assert wye == {
        "Community end of life care": "good",
        "Community health services for adults": "good",
        "Community health inpatient services": "requires-improvement",
        "Community dental services": "good",
        "Community health services for children, young people and families": "good",
    }


def test_both_numbers_of_people_from_wales_are_kept():
    stated = {
        figure.value
        for organisation in Organisation.objects.all()
        for figure in organisation.figures.all()
        if "Wales" in figure.label or "Powys" in figure.label
    }

    assert any("40" in value for value in stated)
    assert any("20,000" in value for value in stated)


@pytest.mark.parametrize(
    "name", ["Worcester Acute Hospitals NHS Trust", "Worcestershire Health and Care NHS Trust"]
)
def test_former_and_wrong_names_of_organisations_are_kept(name):
    assert OrganisationName.objects.filter(name=name).exists()


def test_wrong_names_of_people_are_kept():
    assert PersonName.objects.filter(person__name="Ian Tait", name__contains="lan Tait").exists()


def test_codes_come_from_the_extract():
    codes = dict(Organisation.objects.exclude(ods_code="").values_list("name", "ods_code"))

    assert codes["Wye Valley NHS Trust"] == "RLQ"
    assert codes["Worcestershire Acute Hospitals NHS Trust"] == "RWP"
    assert codes["Herefordshire and Worcestershire Health and Care NHS Trust"] == "R1A"
    assert codes["Herefordshire and Worcestershire Integrated Care System"] == "QGH"
    coded = Organisation.objects.exclude(ods_code="")
    assert {o.codes_document.slug for o in coded} == {"ods-extract"}


@pytest.mark.parametrize(
    ("organisation", "website"),
    [
        ("Herefordshire Council", "https://www.herefordshire.gov.uk"),
        ("Malvern Hills District Council", "https://www.malvernhills.gov.uk/"),
        ("Wyre Forest District Council", "https://www.wyreforestdc.gov.uk/"),
    ],
)
def test_websites_are_those_of_the_packs_tables(organisation, website):
    assert Organisation.objects.get(name=organisation).website.rstrip("/") == website.rstrip("/")


@pytest.mark.parametrize("model", [model for _, model in FILES], ids=lambda m: m.__name__)
def test_every_record_keeps_the_rules_its_source_and_its_history(model):
    records = list(model.objects.all())

    # The documents name no two people of one name, no vacant post, no seat or forum that changed,
    # no seat that goes with several posts, no review of terms of reference.
    none_of = (Distinction, ExOfficioSource, ForumState, PostVacancy, SeatTerms, TermsReview)
    assert bool(records) is (model not in none_of)
    for record in records:
        record.full_clean()
        [made] = record.history.all()
        assert made.history_type == "+"
        assert made.history_change_reason.startswith("Seeded from ")
        if model is not Document:
            assert record.document_id and record.locator
            assert str(record.document) in made.history_change_reason
            assert record.locator in made.history_change_reason


@pytest.mark.parametrize("model", FACTS, ids=lambda model: model.__name__)
def test_every_fact_is_last_known_on_some_day(model):
    known = {fact.last_known for fact in model.objects.select_related("document")}
    assert None not in known
