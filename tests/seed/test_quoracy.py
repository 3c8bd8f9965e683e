"""The quoracy pages of the two Herefordshire forums that have a rule."""

import pytest

from tests.pages.reading import read, words

pytestmark = pytest.mark.usefixtures("seeded")

FORUMS = ["hipcs", "one-herefordshire-health-and-care-partnership"]
FIVE = {
    "2gether-nhs-foundation-trust": "Gloucestershire Health and Care NHS Foundation Trust",
    "herefordshire-council": "Herefordshire Council",
    "nhs-herefordshire-ccg": "NHS Herefordshire CCG",
    "taurus": "Taurus",
    "wye-valley-nhs-trust": "Wye Valley NHS Trust",
}
each_forum = pytest.mark.parametrize("forum", FORUMS)
each_organisation = pytest.mark.parametrize("one", FIVE)


def verdict(forum: str, attendance: dict, day: str | None = "2019-05-01") -> str:
    answers = {f"organisation-{slug}": word for slug, word in attendance.items()}
    page = read(f"/forums/{forum}/quoracy/", {**answers, **({"as_at": day} if day else {})})
    [status] = page.all("div", role="status")
    return words(status)


def missing_since(successor: str) -> str:
    """Words for the fifth organisation since it closed."""
    return (
        "whoever took the place of NHS Herefordshire CCG, which closed on 31 March 2020: no source "
        f"recorded here says whether {successor} did"
    )


@each_forum
def test_it_is_quorate_with_all_five_organisations(forum):
    assert verdict(forum, dict.fromkeys(FIVE, "attends")).startswith("Quorate")


@each_forum
@each_organisation
def test_it_is_not_quorate_with_four_and_the_verdict_names_the_fifth(forum, one):
    for four in (
        {slug: "attends" for slug in FIVE if slug != one},
        {**dict.fromkeys(FIVE, "attends"), one: "absent"},
    ):
        said = verdict(forum, four).replace(" (then called 2gether NHS Foundation Trust)", "")
        assert said.startswith(
            f"Not quorate: 1 missing Missing: somebody for {FIVE[one]}. It would be quorate if "
        )


@each_forum
@each_organisation
@pytest.mark.parametrize("way", ["proxy", "substitute"])
def test_it_is_quorate_with_four_and_a_proxy_or_a_nominated_substitute(forum, one, way):
    assert verdict(forum, {**dict.fromkeys(FIVE, "attends"), one: way}).startswith("Quorate")


@each_forum
def test_in_2021_it_is_surely_quorate_only_if_the_successor_of_a_closed_member_acts(forum):
    successor = "NHS Herefordshire and Worcestershire CCG"
    why = missing_since(successor)

    then = verdict(forum, dict.fromkeys(FIVE, "attends"), day="2021-06-30")
    assert then == f"Cannot be said Missing: {why}."
    page = read(f"/forums/{forum}/", {"as_at": "2021-06-30"})
    fact = page.fact("Could it be quorate as filled on 30 June 2021?")
    assert fact.startswith("Cannot be said")
    assert f"Missing: {why}." in fact

    if_it_does = {**dict.fromkeys(FIVE, "attends"), "nhs-herefordshire-ccg": "successor"}
    assert verdict(forum, if_it_does, day="2021-06-30").startswith(
        f"Quorate, on an assumption Assumed: {successor} acts in place of NHS Herefordshire CCG."
    )


@each_forum
def test_today_the_successor_of_that_successor_may_act_as_it_has_closed_too(forum):
    why = missing_since("NHS Herefordshire and Worcestershire ICB")

    today = verdict(forum, dict.fromkeys(FIVE, "attends"), day=None)
    assert today == f"Cannot be said Missing: {why}."


def test_the_votes_of_the_partnership_are_worked_out_and_none_are_made_up_for_hipcs():
    answers = {"organisation-taurus": "attends", "as_at": "2019-05-01"}
    [hipcs, partnership] = [read(f"/forums/{forum}/quoracy/", answers).text for forum in FORUMS]

    assert (
        "Whether it votes, and by what majority, is not recorded, so the votes cannot be" in hipcs
    )
    assert "1 of 5 votes can be cast, one for each organisation." in partnership
    assert "Decisions need all of them to agree." in partnership
    assert "One organisation has one vote, by attendance or written proxy." in partnership


def test_the_forums_without_a_rule_have_no_form():
    page = read("/forums/ics-executive/quoracy/")

    assert "The register has no rule of quoracy" in page.text
    assert page.all("form", id="attendance") == []
