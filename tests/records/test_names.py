"""Names as people type them, folded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organisations.models import Organisation
from people.models import Person
from records.names import fold, has_words
from tests import slow
from tests.builders import (
    make_forum,
    make_organisation,
    make_person,
    make_person_name,
    make_post,
)


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Siân O’Brien", "sian obrien"),
        ("SIÂN O'BRIEN", "sian obrien"),
        ("  Ruth   Kelly\t\n", "ruth kelly"),
        ("Zoë Müller-Łoś", "zoe muller los"),
        ("Łukasz", "lukasz"),
        ("JØRGEN ÆRØ", "jorgen aero"),
        ("Đinh", "dinh"),
        ("Guðrún Þórsdóttir", "gudrun thorsdottir"),
        ("IŞIK ışık İnci", "isik isik inci"),
        ("O\u2019Brien O\u02bcBrien O\u00b4Brien O\uff07Brien", "obrien obrien obrien obrien"),
        ("Howell\u2011Jones Howell\u2013Jones Howell\u2212Jones", "howell jones " * 3),
        ("Lee\u00adworthy", "leeworthy"),
        ("J. R. R. Tolkien", "jrr tolkien"),
        ("J.R.R. Tolkien", "jrr tolkien"),
        ("JRR Tolkien", "jrr tolkien"),
        ("Chair, ICS Finance Forum", "chair ics finance forum"),
        ("St. John (Worcester); “North”", "st john worcester north"),
        ("Team 1 2", "team 1 2"),
        ("Worcester/Wyre Forest – north", "worcester wyre forest north"),
        ("Straße", "strasse"),
        ("ﬁnance", "finance"),
        ("Null\x00byte", "nullbyte"),
        ("", ""),
    ],
)
def test_a_name_is_folded(name, folded):
    assert fold(name) == folded.strip()


@slow.SEARCH
@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_case_and_space_around_make_no_difference(text):
    assert fold(f"  {text} ") == fold(text)


def found(records, typed, *columns):
    return list(records.objects.filter(has_words(fold(typed).split(), *columns)).distinct())


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["sian", "Sian OBrien", "o’brien siân", "BRIEN", "dr brien"])
def test_a_person_is_found_however_the_name_is_typed(typed):
    sian = make_person(name="Siân O’Brien", honorific="Dr")
    make_person(name="Ian Tait")

    assert found(Person, typed, "folded") == [sian]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Lukasz", "Łukasz Wójcik"),
        ("Jorgen", "Jørgen Ås"),
        ("Dinh", "Đinh Lê"),
        ("JRR Tolkien", "J. R. R. Tolkien"),
        ("J.R. Tolkien", "J R R Tolkien"),
        ("j. r. r. tolkien", "JRR Tolkien"),
        ("Tolkien, J. R. R.", "JRR Tolkien"),
    ],
)
def test_a_person_is_found_by_the_plain_letters_of_the_name(typed, name):
    somebody = make_person(name=name)
    make_person(name="Ian Tait")

    assert found(Person, typed, "folded") == [somebody]


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["Howell Jones", "howell-jones", "Howell–Jones"])
def test_a_double_name_is_found_with_its_hyphen_or_without(typed):
    sam = make_person(name="Sam Howell-Jones")

    assert found(Person, typed, "folded") == [sam]


@pytest.mark.django_db
def test_every_word_has_to_be_there():
    make_person(name="Siân O’Brien")

    assert found(Person, "sian tait", "folded") == []


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["%", "_", "\\", "i%n", "i_n"])
def test_signs_that_mean_something_to_a_database_mean_nothing_here(typed):
    make_person(name="Ian Tait")

    assert found(Person, typed, "folded") == []


@pytest.mark.django_db
def test_a_person_is_found_by_a_spelling_in_a_source():
    ian = make_person(name="Ian Tait")
    make_person_name(person=ian, name="lan Tait", kind="spelling")

    assert found(Person, "lan tait", "folded", "names__folded") == [ian]


@pytest.mark.django_db
def test_an_organisation_is_found_by_its_codes_and_short_name():
    trust = make_organisation(
        name="Wye Valley NHS Trust", short_name="WVT", ods_code="RLQ", ons_code="E06000019"
    )
    make_organisation(name="Herefordshire Council")

    for typed in ("wvt", "rlq", "e06000019", "wye rlq"):
        assert found(Organisation, typed, "folded") == [trust]


@pytest.mark.django_db
def test_the_folded_name_follows_the_name():
    person = make_person(name="Simon Tricket")
    person.name = "Simon Trickett"
    person.save()

    assert Person.objects.get().folded == "simon trickett"
    assert person.history.first().folded == "simon trickett"


@pytest.mark.django_db
def test_posts_and_forums_are_folded_too():
    assert make_post(title="Chair—élu").folded == "chair elu"
    assert make_forum(name="ICS Executive", short_name="ICSE").folded == "ics executive\nicse"
