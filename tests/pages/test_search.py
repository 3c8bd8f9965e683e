"""Search: people, posts, organisations and forums, by any of their names."""

import pytest

from organisations.models import PostKind
from people.models import Person
from tests.builders import (
    make_forum,
    make_forum_name,
    make_organisation,
    make_organisation_name,
    make_person,
    make_person_name,
    make_post,
    source,
)
from tests.pages.reading import read, words

pytestmark = pytest.mark.django_db


def found(text: str, **parameters) -> list[str]:
    """The results of a search in order, each with the words beside it."""
    page = read("/search/", {"q": text, **parameters})
    assert page.status == 200
    return [words(entry) for entries in page.main.findall("ul") for entry in entries]


@pytest.mark.parametrize("text", ["Siân", "Sian", "SIAN", "sîan", "  siân  ", "sia", "Dr Sian"])
def test_marks_and_case_make_no_difference(text):
    make_person(honorific="Dr", name="Siân Jones")
    make_person(name="Simon Hughes")

    assert found(text) == ["Dr Siân Jones"]


@pytest.mark.parametrize("text", ["O'Brien", "O’Brien", "obrien", "OBrien"])
def test_apostrophes_make_no_difference(text):
    make_person(name="Mary O’Brien")

    assert found(text) == ["Mary O’Brien"]


@pytest.mark.parametrize("text", ["Ian Tait", "tait ian", "ian  tait", "ait ia"])
def test_the_order_of_words_makes_no_difference(text):
    make_person(name="Ian Tait")

    assert found(text) == ["Ian Tait"]


@pytest.mark.parametrize("text", ["A B Lee", "a. b. lee", "Lee, A. B."])
def test_initials_find_who_has_one_of_them_in_full(text):
    make_person(slug="alan-lee", name="Alan B. Lee")
    assert found(text) == ["Alan B. Lee"]
    assert "/people/alan-lee/" in read("/people/", {"q": text}).links()


def test_every_word_must_be_found():
    make_person(name="Ian Tait")
    make_person(name="Ian Stead")

    assert found("ian") == ["Ian Stead", "Ian Tait"]
    assert found("ian tait") == ["Ian Tait"]
    assert found("ian tait stead") == []


def test_other_names_are_found_and_shown_with_the_name_that_matched():
    make_person_name(person=make_person(name="Ian Tait"), name="lan Tait", kind="spelling")
    forum = make_forum(name="ICS Executive")
    make_forum_name(forum=forum, name="STP/ICS Executive Board")
    make_forum_name(forum=forum, name="IC Executive")
    trust = make_organisation(name="Acute Hospitals")
    make_organisation_name(organisation=trust, name="Worcester Acute", kind="spelling")

    assert found("lan tait") == ["Ian Tait also recorded as lan Tait"]
    assert found("stp/ics") == ["ICS Executive also recorded as STP/ICS Executive Board"]
    assert found("worcester") == ["Acute Hospitals also recorded as Worcester Acute"]
    assert found("board executive") == ["ICS Executive also recorded as STP/ICS Executive Board"]


def test_abbreviations_and_codes_are_found():
    make_organisation(name="Wye Valley NHS Trust", short_name="WVT", ods_code="RLQ")
    make_forum(name="Integrated Services Executive", short_name="HIPCS")

    assert found("rlq") == ["Wye Valley NHS Trust"]
    assert found("wvt") == ["Wye Valley NHS Trust"]
    assert found("hipcs") == ["Integrated Services Executive (HIPCS)"]


def test_posts_are_found_by_title_and_organisation_together():
    wye = make_organisation(name="Wye Valley NHS Trust", slug="wye")
    make_post(organisation=wye, title="Chair")
    make_post(organisation=wye, title="Finance Director", kind=PostKind.DIRECTOR)
    make_post(organisation=make_organisation(name="Severn Trust"), title="Chair")

    assert found("chair wye") == ["Chair, Wye Valley NHS Trust"]
    assert found("wye chair") == ["Chair, Wye Valley NHS Trust"]
    assert found("chair") == ["Chair, Severn Trust", "Chair, Wye Valley NHS Trust"]
    assert found("wye") == ["Wye Valley NHS Trust"]


def test_a_post_leads_to_its_row_on_its_organisations_page():
    post = make_post(organisation=make_organisation(slug="wye", name="Wye Trust"), title="Chair")

    link = read("/search/", {"q": "chair"}).link("Chair, Wye Trust")

    assert link == f"/organisations/wye/#post-{post.pk}"
    assert len(read("/organisations/wye/").all("tr", id=f"post-{post.pk}")) == 1


def test_people_forums_organisations_and_posts_are_found_by_one_search():
    make_person(name="Holly Hereford")
    make_forum(name="Hereford Board")
    make_organisation(name="Hereford Council")
    make_post(title="Director for Hereford", organisation=make_organisation(name="Trust"))

    assert found("hereford") == [
        "Holly Hereford",
        "Hereford Board",
        "Hereford Council",
        "Director for Hereford, Trust",
    ]


def test_a_search_finds_ended_records_and_says_that_they_ended():
    make_forum(name="Old Board", start_date="2010-01-01", end_date="2019-03-31")

    assert found("old board") == ["Old Board ended 31 March 2019"]
    assert found("old board", as_at="2019-03-31") == ["Old Board"]


def test_results_keep_the_day():
    make_person(name="Ian Tait", slug="ian-tait")

    page = read("/search/", {"q": "tait", "as_at": "2019-05-01"})

    assert page.link("Ian Tait") == "/people/ian-tait/?as_at=2019-05-01"


def test_a_search_for_nothing_asks_what_for_and_lists_nothing():
    make_person(name="Ian Tait")

    for text in ["", "   ", "'"]:
        page = read("/search/", {"q": text})
        assert page.headings[0].startswith("Search")
        assert "Nothing in the register has that name" not in page.text
        assert "Ian Tait" not in page.text


def test_a_search_in_vain_says_so():
    make_person(name="Ian Tait")

    assert "Nothing in the register has that name." in read("/search/", {"q": "nobody"}).text


@pytest.mark.parametrize("text", ["%", "_an", "I%T", "\\"])
def test_the_databases_own_signs_are_only_signs(text):
    make_person(name="Ian Tait")

    assert found(text) == []


def test_a_search_that_finds_many_shows_the_first_and_links_to_the_rest():
    document = source()
    Person.objects.bulk_create_with_history(
        Person(
            slug=f"p{n}", name=f"Ann Example{n:02}", sort_name=f"Example{n:02}, Ann",
            document=document, locator="page 1",
        )
        for n in range(31)
    )  # fmt: skip

    page = read("/search/", {"q": "ann example", "as_at": "2019-05-01"})

    assert "Ann Example29" in page.text
    assert "Ann Example30" not in page.text
    assert "31 people" in read(page.link("Show all of these")).text


def test_a_question_finds_what_it_asks_about():
    trust = make_organisation(name="Wye Trust")
    make_organisation_name(organisation=trust, name="WVT")
    make_post(organisation=trust, title="Chair")

    assert "Chair, Wye Trust" in found("who is the chair of the WVT")


def test_words_of_a_question_are_looked_for_when_there_are_no_others():
    make_forum(name="The Who", short_name="")
    make_forum(name="Quality Forum", short_name="")

    assert found("the who") == ["The Who"]


def test_what_is_in_force_on_the_day_comes_first_and_what_is_not_says_so():
    make_forum(name="Board", start_date="2023-04-01")
    make_forum(name="Board and others", start_date="2015-04-01", end_date="2023-03-31")
    make_organisation(name="Board Council", start_date="2023-04-01")
    make_organisation(name="Board Group", start_date="2015-04-01", end_date="2023-03-31")

    assert found("board", as_at="2018-06-01") == [
        "Board and others",
        "Board not recorded as in force on 1 June 2018: from 1 April 2023",
        "Board Group",
        "Board Council not recorded as in force on 1 June 2018: from 1 April 2023",
    ]
    assert found("board", as_at="2024-06-01") == [
        "Board",
        "Board and others ended 31 March 2023",
        "Board Council",
        "Board Group ended 31 March 2023",
    ]


def test_a_search_that_finds_many_shows_those_in_force_on_the_day():
    for number in range(31):
        make_forum(name=f"Board {number}", start_date="2023-04-01")
    make_forum(name="Board of old", start_date="2015-04-01", end_date="2023-03-31")

    assert found("board", as_at="2018-06-01")[0] == "Board of old"


def test_a_post_in_force_on_the_day_comes_first():
    early = make_organisation(name="Wye Trust", start_date="2015-04-01", end_date="2023-03-31")
    late = make_organisation(name="Arrow Trust", start_date="2023-04-01")
    make_post(title="Nurse", organisation=early, start_date="2015-04-01", end_date="2023-03-31")
    make_post(title="Nurse", organisation=late, start_date="2023-04-01")

    assert found("nurse", as_at="2018-06-01") == [
        "Nurse, Wye Trust",
        "Nurse, Arrow Trust not recorded as in force on 1 June 2018: from 1 April 2023",
    ]
