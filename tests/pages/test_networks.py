"""The pages of networks and of changes, after the lists of two dates were loaded."""

import pytest

from organisations.models import Organisation
from tests.organisations.test_ods import FIRST, LATER, take
from tests.pages.reading import read

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lists():
    take(*FIRST)
    take(*LATER)


def section(on: str) -> str:
    slug = Organisation.objects.get(ods_code="U00001").slug
    return read(f"/organisations/{slug}/?as_at={on}").section("relationships")


def test_a_network_has_the_members_of_the_day_by_their_names_of_the_day():
    told = section("2020-06-01")
    assert "Has as members" in told and "Had as members" not in told
    assert "OLD MILL PARTNERSHIP" in told
    assert "called MILL SURGERY until 26 April 2022 at the latest" in told
    assert "FORD SURGERY" in told


def test_a_network_tells_former_members_apart():
    told = section("2021-06-01")
    present, former = told.split("Had as members")
    assert "FORD SURGERY" in present and "MILL" not in present
    assert "OLD MILL PARTNERSHIP" in former


def test_renamings_closures_and_moves_are_told_with_their_source():
    told = read("/changes/?from=2019-01-01&to=2022-12-31").text
    for sentence in [
        "On 31 December 2020 OLD MILL PARTNERSHIP ceased to be a member of EAST TOWN PCN",
        "On 1 January 2021 OLD MILL PARTNERSHIP became a member of WEST AND MILL TOWN PCN",
        "On 30 September 2021 EAST TOWN PCN closed",
        "By 27 April 2022, MILL SURGERY had been renamed OLD MILL PARTNERSHIP",
    ]:
        assert sentence in told
    assert "ODS partners, 27 April 2022, Line 3, “A00001” in “U00001”" in told
