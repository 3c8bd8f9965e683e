"""The chart of how forums report, in a browser: by keyboard, on a telephone and on paper."""

import re

import pytest
from playwright.sync_api import expect


def focused(page) -> str:
    return page.locator(":focus").inner_text()


def test_the_keyboard_leads_from_the_first_page_to_whom_a_forum_reports_to(page):
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/?as_at=2019-05-01")
    page.get_by_role("link", name="Structure", exact=True).press("Enter")
    page.get_by_label("Who does it report to?").select_option("hipcs")
    page.get_by_role("button", name="Show its path to the top").press("Enter")
    page.wait_for_url("**/structure/?forum=hipcs&as_at=2019-05-01")

    answer = page.locator(".register-reports-to")
    assert answer.inner_text().splitlines() == [
        "Reports to One Herefordshire Health and Care Partnership",
        "Reports to STP workstream 3b",
    ]
    # Without scrolling.
    box = answer.bounding_box()
    assert box["y"] + box["height"] < 900


def test_the_chart_can_be_passed_over_or_gone_through_by_keyboard(page):
    page.goto("/structure/?as_at=2019-05-01")
    page.locator(".register-chart__frame").focus()
    page.keyboard.press("Tab")
    assert focused(page) == "Skip the chart"
    page.keyboard.press("Tab")
    assert page.locator(":focus").evaluate("e => e.closest('svg') !== null")

    page.locator(".register-chart__frame a").last.focus()
    page.keyboard.press("Tab")
    assert focused(page) == "The chart as a picture (SVG)"

    page.locator(".register-chart__skip").press("Enter")
    page.keyboard.press("Tab")
    assert page.locator(":focus").evaluate(
        "e => Boolean(document.getElementById('list').compareDocumentPosition(e)"
        " & Node.DOCUMENT_POSITION_FOLLOWING)"
    )


def test_on_a_telephone_the_list_is_read_and_the_picture_is_a_link_away(page):
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto("/structure/?as_at=2019-05-01")

    expect(page.locator(".register-chart")).not_to_be_visible()
    expect(page.locator("#forum-hipcs")).to_be_visible()
    page.get_by_role("link", name="The chart as a picture").click()
    assert page.url.endswith("/structure.svg?as_at=2019-05-01")
    assert page.locator("svg a").count() > 50


@pytest.mark.parametrize("address", ["/structure/", "/structure/?forum=hipcs"])
def test_it_prints_on_one_landscape_page_with_the_chart_in_it(page, address):
    page.goto(address)
    printed = page.pdf(prefer_css_page_size=True)

    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    [(width, height)] = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", printed)
    assert (round(float(width)), round(float(height))) == (842, 595)
    page.emulate_media(media="print")
    expect(page.locator(".register-chart svg")).to_be_visible()
    expect(page.locator("#forum-hipcs, #down").first).not_to_be_visible()
