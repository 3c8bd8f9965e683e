"""People: how they are named and sorted."""

import pytest

from tests.builders import make_person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "sort_name"),
    [("Sarah Jane Dugan", "Dugan, Sarah Jane"), ("Cher", "Cher")],
)
def test_somebody_is_sorted_by_the_last_of_their_names_unless_told_otherwise(name, sort_name):
    assert make_person(name=name, sort_name="").sort_name == sort_name
    assert make_person(name=name, sort_name="Z, A").sort_name == "Z, A"
