"""Saying who attends a meeting: by keyboard, on a telephone, with and without a script."""

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import violations

FORUMS = ["hipcs", "one-herefordshire-health-and-care-partnership"]
ORGANISATIONS = [
    "Gloucestershire Health and Care NHS Foundation Trust",
    "Herefordshire Council",
    "NHS Herefordshire CCG",
    "Taurus",
    "Wye Valley NHS Trust",
]
# How often an arrow leads from the first answer of a row to the others.
ARROWS = {"Attends": 0, "Proxy vote": 1, "Substitute": 2, "Absent": 3}


@pytest.fixture
def phone(browser, base_url):
    """A telephone that runs no scripts."""
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 375, "height": 800}, base_url=base_url
    )
    yield context.new_page()
    context.close()


def by_keyboard(page, answers: list[str]) -> None:
    """Answer row by row: Tab to the row, arrows to the answer, and Enter on the button."""
    page.get_by_role("link", name="Start again").focus()
    for answer in answers:
        page.keyboard.press("Tab")
        # Whatever is chosen has the keyboard, which goes round from the last to the first.
        now = page.locator(":focus").get_attribute("value")
        steps = ARROWS[answer] - ["attends", "proxy", "substitute", "absent"].index(now)
        for _ in range(abs(steps)):
            page.keyboard.press("ArrowRight" if steps > 0 else "ArrowLeft")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")


@pytest.mark.parametrize("forum", FORUMS)
def test_the_form_works_by_keyboard_without_a_script_on_a_telephone(phone, forum):
    phone.goto(f"/forums/{forum}/quoracy/?as_at=2019-05-01")
    verdict = phone.get_by_role("status").filter(has_text="uorate")

    by_keyboard(phone, ["Attends"] * 5)
    expect(verdict).to_contain_text("Quorate")
    for instead in ("Proxy vote", "Substitute"):
        by_keyboard(phone, ["Attends"] * 4 + [instead])
        expect(verdict).to_contain_text("Nothing is missing.")
    by_keyboard(phone, ["Attends"] * 4 + ["Absent"])
    expect(verdict).to_contain_text("Missing: somebody for Wye Valley NHS Trust.")
    expect(verdict).to_contain_text("Not quorate")
    assert "as_at=2019-05-01" in phone.url
    assert "organisation-wye-valley-nhs-trust=absent" in phone.url


def test_the_verdict_appears_as_it_is_filled_in_and_its_address_can_be_sent(page, base_url):
    page.goto("/forums/hipcs/quoracy/?as_at=2019-05-01")
    page.evaluate("window.stayed = true")
    verdict = page.locator("#verdict-said")
    for number, name in enumerate(ORGANISATIONS, start=1):
        row = page.get_by_role("group", name=name)
        row.get_by_label("Proxy vote" if number == 5 else "Attends").check()
        left = 5 - number
        expect(verdict).to_contain_text(f"{left} missing" if left else "Nothing is missing")
        expect(row.locator(":focus")).to_have_count(1)
    assert page.evaluate("window.stayed")
    assert violations(page) == []
    assert "organisation-wye-valley-nhs-trust=proxy" in page.url
    page.get_by_role("group", name="Taurus").get_by_label("Absent").check()
    expect(verdict).to_contain_text("somebody for Taurus")
    page.get_by_role("group", name="Taurus").get_by_label("Attends").check()
    expect(verdict).to_contain_text("Nothing is missing")

    # The same address opened by somebody else, then on another day: the answers stay as they were.
    page.goto(page.url)
    expect(verdict).to_contain_text("Quorate")
    page.get_by_role("link", name="Show today instead").click()
    expect(verdict).to_contain_text("NHS Herefordshire CCG, which closed on 31 March 2020")


def test_everyone_attends_and_starts_again_with_one_press_each(page):
    page.goto("/forums/hipcs/quoracy/?as_at=2019-05-01")
    page.get_by_role("link", name="Everyone attends").press("Enter")
    expect(page.locator("#verdict-said")).to_contain_text("Nothing is missing")
    page.get_by_role("link", name="Start again").press("Enter")
    expect(page.locator("#verdict-said")).to_contain_text("Nobody attends yet")


def test_an_answer_that_contradicts_another_is_refused_by_the_page_that_says_so(page):
    answer = page.goto(
        "/forums/hipcs/quoracy/?organisation-taurus=attends&organisation-taurus=absent"
    )
    assert answer.status == 400
    expect(page.get_by_text("organisation-taurus is answered more than once")).to_be_visible()
