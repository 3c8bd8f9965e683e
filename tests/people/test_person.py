"""How people are named and sorted."""

import pytest

from people.models import Person
from tests.builders import make_person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "sort_name"),
    [
        ("Sarah Jane Dugan", "Dugan, Sarah Jane"),
        ("Cher", "Cher"),
        ("Sir David Nicholson", "Nicholson, David"),
        ("David Nicholson CBE", "Nicholson, David"),
        ("NICHOLSON David", "NICHOLSON, David"),
        ("Nicholson, David", "Nicholson, David"),
        (",", ","),
    ],
)
def test_somebody_is_sorted_by_their_family_name_unless_told_otherwise(name, sort_name):
    assert make_person(name=name, sort_name="").sort_name == sort_name
    assert make_person(name=name, sort_name="Z, A").sort_name == "Z, A"


@pytest.mark.parametrize(
    ("name", "sort_name", "corrected", "sort_name_then"),
    [
        ("David Nicolson", "", "David Nicholson", "Nicholson, David"),
        ("David Nicholson CBE", "CBE, David Nicholson", "David Nicholson", "Nicholson, David"),
        ("Becky Howell Lee", "Howell Lee, Becky", "Rebecca Howell Lee", "Howell Lee, Rebecca"),
        ("Becky Howell Lee", "Howell Lee, Becky", "Becky J Howell Lee", "Howell Lee, Becky J"),
        ("Becky Howel Lee", "Howel Lee, Becky", "Becky Howell Lee", "Howell Lee, Becky"),
        ("Becky Howell Lee", "Howell Lee, Becky", "Becky Lee", "Lee, Becky"),
        ("Ann Lee", "Li, Ann", "Anne Lee", "Li, Ann"),
        ("Siân Lee", "", "Cher", "Cher"),
    ],
)
def test_the_sort_name_follows_a_correction_of_the_name(name, sort_name, corrected, sort_name_then):
    person = Person.objects.get(pk=make_person(name=name, sort_name=sort_name).pk)
    person.name = corrected
    person.save()
    assert Person.objects.get(pk=person.pk).sort_name == sort_name_then


def test_a_sort_name_given_with_a_correction_of_the_name_is_kept():
    person = Person.objects.get(pk=make_person(name="Ann Lee", sort_name="").pk)
    person.name, person.sort_name = "Ann Li", "Lí, Ann"
    person.save()
    assert person.sort_name == "Lí, Ann"


def test_two_corrections_of_one_name_in_a_row_are_both_followed():
    person = Person.objects.get(pk=make_person(name="Ann Lee", sort_name="").pk)
    for family in ("Li", "Leigh"):
        person.name = f"Ann {family}"
        person.save()
        assert person.sort_name == f"{family}, Ann"
