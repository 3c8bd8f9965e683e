"""The words of texts, folded for searching."""

import re

import pytest
from django.db import connection

from records.folded_text import pattern_of, words_of

# Letters with marks, of other alphabets too, and signs between words.
SIGNS = [*range(0x20, 0x345), *range(0x346, 0x37A), *range(0x37B, 0x530), *range(0x1E00, 0x1F00)]
SIGNS += [*range(0x2010, 0x2028), *range(0x2030, 0x205F), *range(0xFF01, 0xFF5F)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("O'Brien", "Succeeded Mary O’Brien."),
        ("O’Brien", "Succeeded MARY O'BRIEN"),
        ("O'Brien", "Mary O`Brien, OBrien or O Brien"),
        ("O'Brien", "M. J. O Brien"),
        ("OBrien", "obrien"),
        ("O'Brien", "O’Brien’s successor"),
        ("Brown", "Brown's successor"),
        ("Brown", "minutes_of_brown.pdf"),
        ("Brown", "https://example.nhs.uk/people/karen-brown?x=1"),
        ("Howell-Jones", "Ms Howell\u2011Jones"),
        ("Howell-Jones", "Ms Howell\u2013Jones"),
        ("Howell-Jones", "Ms Howell Jones"),
        ("Howell Jones", "Ms Howell-Jones"),
        ("Müller", "K. MULLER was appointed"),
        ("Muller", "K. Mu\u0308ller (Müller)"),
        ("Leeworthy", "Lee\u00adworthy"),
        ("Łoś", "ŁOS"),
        ("Sørensen", "Sorensen"),
        ("Straße", "STRASSE"),
        ("Иванов", "госпожа ИВАНОВ"),
        ("Brown", "(Brown)/Lee"),
        ("Brown", "\u00a3Brown¹"),
    ],
)
@pytest.mark.django_db
def test_a_name_is_found_however_it_is_written_in_python_and_in_the_database(name, text):
    assert re.search(pattern_of([name]), words_of(text))
    assert finds(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Brown", "Brownfield sites"),
        ("Lee", "Leeworthy, Sleep, Leed"),
        ("Brien", "OBrien"),
        ("", "Anything"),
        ("–", "Anything – and nothing"),
        ("O'Brien", "o'clock"),
    ],
)
@pytest.mark.django_db
def test_a_part_of_a_word_is_no_name(name, text):
    assert not re.search(pattern_of([name]), words_of(text))
    assert not finds(name, text)


def finds(name: str, text: str) -> bool:
    like = "~" if connection.vendor == "postgresql" else "REGEXP"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT words_of(%s) {like} %s", [text, pattern_of([name])])
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db
def test_the_database_folds_every_letter_as_python_does():
    texts = [f"a{chr(sign)}b {chr(sign)}" for sign in SIGNS]
    with connection.cursor() as cursor:
        found = []
        for text in texts:
            cursor.execute("SELECT words_of(%s)", [text])
            found.append(cursor.fetchone()[0])

    assert {t: f for t, f in zip(texts, found, strict=True) if f != words_of(t)} == {}
