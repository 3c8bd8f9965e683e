"""The parts of people's names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.personal_names import parts_of
from records.names import fold


@pytest.mark.parametrize(
    "name",
    [
        "David Nicholson",
        "Sir David Nicholson",
        "Professor Sir David Nicholson",
        "Rt. Hon. Sir David Nicholson",
        "David Nicholson CBE",
        "David Nicholson C.B.E.",
        "David Nicholson, CBE, FRCP",
        "David Nicholson KCB CBE PhD",
        "Dr. David Nicholson MBChB FRCPsych",
        "NICHOLSON David",
        "David NICHOLSON",
        "DAVID NICHOLSON",
        "DAVID NICHOLSON CBE",
        "Nicholson, David",
        "Nicholson, Sir David CBE",
        "NICHOLSON, David, CBE",
        "Cllr David Nicholson JP DL",
        "David Nicholson Jr",
        "David Nicholson Jr.",
        "David Nicholson Esq",
        "DAVID NICHOLSON ESQ.",
        "David Nicholson, Esq",
        "David Nicholson DipHSM",
        "David Nicholson, DipHSM",
        "Sir David Nicholson CBE Dip.HSM",
        "David NICHOLSON DipHSM",
        "David Nicholson BSc(Hons)",
        "David Nicholson MBE (Chair)",
        "David Nicholson (she/her)",
        "David Nicholson (Vice Chair)",
    ],
)
def test_the_names_are_found_whatever_stands_around_them_and_in_whatever_order(name):
    assert fold(parts_of(name).in_order) == "david nicholson"
    assert fold(parts_of(name).family) == "nicholson"


@pytest.mark.parametrize(
    ("name", "given_names", "family"),
    [
        ("J. R. R. Tolkien", "J. R. R.", "Tolkien"),
        ("JRR Tolkien", "JRR", "Tolkien"),
        ("AJ Lee", "AJ", "Lee"),
        ("Jack Ma", "Jack", "Ma"),
        ("JACK MA", "JACK", "MA"),
        ("Jack MA", "Jack", "MA"),
        ("Ngozi Mba", "Ngozi", "Mba"),
        ("Ngozi Ada Mba", "Ngozi Ada", "Mba"),
        ("Om Prakash", "Om", "Prakash"),
        ("Earl Jones", "Earl", "Jones"),
        ("Earl John Jones", "John", "Jones"),
        ("Dr Patel", "", "Patel"),
        ("Patel OBE", "", "Patel"),
        ("Sarah Jane Dugan", "Sarah Jane", "Dugan"),
        ("HOWELL JONES Becky", "Becky", "HOWELL JONES"),
        ("Howell Jones, Becky", "Becky", "Howell Jones"),
        ("SMITH J.", "J.", "SMITH"),
        ("Ann LEE", "Ann", "LEE"),
        ("ANN HOWELL JONES", "ANN HOWELL", "JONES"),
        ("Dean Michael Lee", "Dean Michael", "Lee"),
        ("Ann de Souza", "Ann de", "Souza"),
        ("Maria Ana Esquivel", "Maria Ana", "Esquivel"),
        ("Lech Jan Wałęsa", "Lech Jan", "Wałęsa"),
        ("Lech Jan Wałęs\u0301a", "Lech Jan", "Wałęs\u0301a"),
        ("Ann Mary O`Brien", "Ann Mary", "O`Brien"),
        ("Ann Mary LEE", "Ann Mary", "LEE"),
        ("Ann Mary McDONALD", "Ann Mary", "McDONALD"),
        ("Ann Mary Howell-JONES", "Ann Mary", "Howell-JONES"),
        ("Ann DipHSM", "Ann", "DipHSM"),
        ("Lee, AJ", "AJ", "Lee"),
        ("Lee, J.", "J.", "Lee"),
        ("Cher", "", "Cher"),
        ("Dr", "", "Dr"),
        ("CBE", "", "CBE"),
        (",", "", ""),
        ("", "", ""),
    ],
)
def test_names_that_look_like_titles_letters_or_initials_stay_what_they_are(
    name, given_names, family
):
    assert parts_of(name) == (given_names, family)


@given(st.text(alphabet=" ,.-AaMBECbeDrSirJ", max_size=30))
def test_nothing_but_titles_letters_and_commas_is_lost_of_a_name(name):
    parts = parts_of(name)
    assert set(parts.in_order.split()) <= set(name.replace(",", " ").split())
    if fold(name):
        assert parts.family
