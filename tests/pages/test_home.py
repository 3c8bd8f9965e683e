"""The home page lists the chairs of a system's own forums, chairs in post first."""

import pytest

from organisations.models import PlaceLevel
from tests.builders import make_chair_seat, make_forum, make_membership, make_place
from tests.pages.reading import read

pytestmark = pytest.mark.django_db


def test_chairs_in_post_come_before_vacancies():
    system = make_place(name="The Marches", level=PlaceLevel.SYSTEM)
    make_chair_seat(forum=make_forum(name="Audit", place=system))
    make_membership(seat=make_chair_seat(forum=make_forum(name="Zebra Board", place=system)))

    text = read("/").text
    assert text.index("Zebra Board") < text.index("Audit")
