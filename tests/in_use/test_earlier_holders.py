"""Somebody whom an early paper names in what other papers name only later, as staff record it."""

import pytest

from tests.builders import make_organisation
from tests.in_use.stage import PERHAPS, Stage, correct, paper
from tests.pages.as_data import read_data
from tests.pages.reading import read

pytestmark = pytest.mark.django_db

BY_2021 = {"start_date": "2021-06-30", "start_qualifier": "by"}
LEFT = {"end_date": "2021-06-29", "end_qualifier": "by", "end_locator": "page 2"}


def named_early(stage: Stage) -> None:
    """Ann by May 2018 and Bea by June 2021, in what itself is known only by June 2021."""
    for each in (stage.held, stage.owner):
        correct(each, **BY_2021)
    june = paper("2021-06-30")
    stage.add(stage.bea, "2021-06-30", june, start_qualifier="by")
    early = {"start_qualifier": "by", "end_document": june, **LEFT}
    stage.add(stage.ann, "2018-05-31", paper("2018-05-31"), **early)


def test_they_stand_in_what_is_known_from_a_later_day_on_each_page_as_in_data(stage):
    named_early(stage)
    for day, how in (
        ("2018-05-30", "Ann Lee in post by 31 May 2018, ended by 29 June 2021"),
        ("2018-05-31", "Ann Lee"),
        ("2019-06-01", "Ann Lee"),
        ("2021-06-29", "Ann Lee"),
    ):
        asked = {"as_at": day}
        later = read_data(f"{stage.page}.json", asked).said["known_from_a_later_day"]
        [held] = later if stage.kind == "seat" else later["posts"]
        there = [(each["person"]["name"], each["in_force"]) for each in held["holders"]]
        assert there == ([] if day == "2018-05-30" else [("Ann Lee", PERHAPS)]), day
        for page in (f"{stage.page}/", "/chairs/"):
            text = read(page, asked).text
            assert how in text and "Bea Moss in post by 30 June 2021" in text, (page, day)
        if there:
            assert "Paper of 2018-05-31" in read(f"{stage.page}/", asked).text, day
        if stage.kind == "seat":
            assert "Ann Lee" in read("/forums/board/terms/", asked).text, day


def test_they_stand_on_the_page_of_the_organisation_that_a_seat_speaks_for():
    stage = Stage("seat")
    trust = make_organisation(slug="trust", name="Wye Trust", start_date="2018-04-01")
    correct(stage.held, on_behalf_of=trust)
    named_early(stage)
    text = read("/organisations/trust/", {"as_at": "2019-06-01"}).text
    assert "Ann Lee, perhaps; ended by 29 June 2021" in text
    assert "Paper of 2018-05-31" in text
