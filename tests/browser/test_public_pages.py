"""Every kind of public page in a browser, wide and narrow: accessible, and with nothing loaded from
elsewhere."""

import fcntl

import pytest
from playwright.sync_api import expect

from tests.browser import served_register
from tests.browser.accessibility import violations

WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 375, "height": 800}

PAGES = {
    "home": "/",
    "home on a past day": "/?as_at=2019-05-01",
    "chairs": "/chairs/",
    "chairs on a past day": "/chairs/?as_at=2019-03-15",
    "chairs narrowed": "/chairs/?standing=vacant",
    "chairs before anything": "/chairs/?as_at=2010-01-01",
    "forums": "/forums/",
    "forums narrowed to none": "/forums/?q=nothing+at+all",
    "forum": "/forums/ics-executive/",
    "forum with many seats": "/forums/hipcs/",
    "quoracy": "/forums/hipcs/quoracy/?as_at=2019-05-01",
    "quoracy, with votes": "/forums/one-herefordshire-health-and-care-partnership/quoracy/"
    "?as_at=2019-05-01&organisation-taurus=proxy&organisation-wye-valley-nhs-trust=attends",
    "quoracy that cannot be": "/forums/hipcs/quoracy/?organisation-nhs-herefordshire-ccg=attends",
    "quoracy without a rule": "/forums/ics-executive/quoracy/",
    "structure": "/structure/?as_at=2019-05-01",
    "structure of a place": "/structure/?place=worcestershire",
    "structure above and beneath a forum": "/structure/?forum=hipcs",
    "appendix to terms of reference": "/forums/hipcs/terms/?as_at=2019-05-01",
    "attendance sheet": "/forums/hipcs/attendance/",
    "calendar of a forum": "/forums/ics-executive/calendar/?as_at=2019-05-01",
    "calendar of all": "/calendar/",
    "open data": "/data/",
    "fields of open data": "/data/fields/",
    "forum not in force": "/forums/ics-executive/?as_at=2010-01-01",
    "organisations": "/organisations/",
    "organisation": "/organisations/wye-valley-nhs-trust/",
    "organisation with many posts": "/organisations/herefordshire-and-worcestershire-ics/",
    "organisation not in force": "/organisations/nhs-wyre-forest-ccg/",
    "people": "/people/",
    "person": "/people/simon-trickett/",
    "person with nothing now": "/people/charles-waddicor/",
    "concentration": "/concentration/?as_at=2019-05-01",
    "representation": "/representation/?as_at=2019-05-01",
    "representation narrowed": "/representation/?place=herefordshire&sort=name",
    "changes": "/changes/?from=2019-03-01&to=2019-05-01",
    "changes to a forum": "/changes/?forum=ics-executive",
    "no changes": "/changes/?from=2020-05-01&to=2021-01-31",
    "what the register recorded": "/changes/recorded/",
    "documents": "/documents/",
    "document": "/documents/ics-operating-model-board-paper/",
    "search": "/search/",
    "search with results": "/search/?q=hereford",
    "search in vain": "/search/?q=nothing+at+all",
    "not found": "/nothing-here/",
    "not a day": "/chairs/?as_at=2019-02-30",
    "not a choice": "/forums/?kind=club",
}
REFUSED = {"not found": 404, "not a day": 400, "not a choice": 400}


@pytest.fixture
def quiet_page(page, base_url):
    """A page that loads nothing from another host and logs no error."""
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    yield page
    assert [url for url in asked if not url.startswith((base_url, "data:"))] == []
    # Chromium itself remarks on an answer of 400 or 404.
    assert [text for text in said if not text.startswith("Failed to load resource: ")] == []


def open_details(page):
    """Open what is folded away, so that it is checked too."""
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


@pytest.mark.parametrize("kind", PAGES)
def test_it_is_fit_for_everybody_wide_and_narrow(quiet_page, kind):
    quiet_page.set_viewport_size(WIDE)
    answer = quiet_page.goto(PAGES[kind])
    assert answer.status == REFUSED.get(kind, 200)
    assert fits(quiet_page)
    assert violations(quiet_page) == []

    quiet_page.set_viewport_size(NARROW)
    assert fits(quiet_page)
    open_details(quiet_page)
    assert fits(quiet_page)
    assert violations(quiet_page) == []


def test_the_page_of_a_list_that_is_not_ready_is_fit_for_everybody(page, own_register, tmp_path):
    folder = served_register.files_of(tmp_path)
    page.goto(f"{own_register}/people/")
    folder.mkdir()
    with (folder / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        answer = page.goto(f"{own_register}/people.csv")
        assert answer.status == 503
        expect(page.get_by_role("heading", level=1)).to_have_text("The file is not ready yet")
        for size in (WIDE, NARROW):
            page.set_viewport_size(size)
            assert fits(page)
            assert violations(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Ask for the file again").click()
    assert "Trickett" in download.value.path().read_text()


def fits(page) -> bool:
    """Whether nobody has to scroll sideways."""
    return page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_a_tag_of_many_words_is_no_wider_than_its_cell_on_a_telephone(quiet_page):
    quiet_page.set_viewport_size(NARROW)
    quiet_page.goto(PAGES["chairs"])
    room = quiet_page.evaluate(
        """() => [...document.querySelectorAll("td .nhsuk-tag")].map(tag => {
            tag.textContent = "Not recorded since a day that no source names"
            const right = box => box.getBoundingClientRect().right
            return right(tag.closest("td")) - right(tag)
        })"""
    )
    assert room
    assert min(room) >= 0


@pytest.mark.parametrize("kind", ["home", "chairs", "forum", "quoracy", "organisation", "person"])
def test_text_twice_as_large_still_fits(quiet_page, kind):
    # Twice the size on a screen of 1280 is what a screen of 640 shows; four times, 320.
    for width in (640, 320):
        quiet_page.set_viewport_size({"width": width, "height": 800})
        quiet_page.goto(PAGES[kind])
        open_details(quiet_page)
        assert fits(quiet_page)


def test_no_cookie_is_set_on_the_way(quiet_page):
    for address in PAGES.values():
        quiet_page.goto(address)

    assert quiet_page.context.cookies() == []


def test_the_skip_link_is_first_and_leads_to_the_content(quiet_page):
    quiet_page.goto("/forums/ics-executive/")

    quiet_page.keyboard.press("Tab")
    focused = quiet_page.locator(":focus")
    assert focused.inner_text() == "Skip to main content"
    assert focused.bounding_box()["y"] >= 0

    quiet_page.keyboard.press("Enter")
    assert quiet_page.url.endswith("#maincontent")
    quiet_page.keyboard.press("Tab")
    assert quiet_page.evaluate(
        "document.getElementById('maincontent').contains(document.activeElement)"
    )


def test_every_control_can_be_reached_and_seen_by_keyboard(quiet_page):
    quiet_page.goto("/chairs/")
    for _ in range(12):
        quiet_page.keyboard.press("Tab")
        focused = quiet_page.locator(":focus")
        assert focused.count() == 1
        changed = focused.evaluate(
            "e => { const s = getComputedStyle(e); return s.outlineStyle !== 'none' ||"
            " s.boxShadow !== 'none' || s.backgroundColor !== 'rgba(0, 0, 0, 0)' }"
        )
        assert changed, focused.inner_text()


def test_details_open_and_close_with_enter(quiet_page):
    quiet_page.goto("/forums/ics-finance-forum/")
    folded = quiet_page.locator("details.register-more").first
    words = folded.get_by_text("The Chairs for these groups are yet to be appointed")
    expect(words).not_to_be_visible()

    folded.locator("summary").focus()
    quiet_page.keyboard.press("Enter")
    expect(words).to_be_visible()

    quiet_page.keyboard.press("Enter")
    expect(words).not_to_be_visible()


def test_the_list_is_narrowed_by_keyboard(quiet_page):
    quiet_page.goto("/chairs/")
    quiet_page.locator("summary", has_text="Narrow or sort the list").press("Enter")
    quiet_page.get_by_label("Chair", exact=True).select_option("vacant")
    quiet_page.get_by_role("button", name="Show", exact=True).press("Enter")
    quiet_page.wait_for_url("**/chairs/?*standing=vacant*")

    rows = quiet_page.locator("tbody tr")
    expect(rows).to_have_count(3)
    assert all("Vacant" in text for text in rows.all_inner_texts())


def test_a_page_prints_with_its_sources_and_without_what_only_a_screen_has_use_for(quiet_page):
    quiet_page.goto("/forums/ics-executive/?as_at=2019-05-01")
    quiet_page.emulate_media(media="print")

    main = quiet_page.locator("main")
    expect(main.get_by_text("Sir David Nicholson").first).to_be_visible()
    expect(main.get_by_text("Board paper 2019").first).to_be_visible()
    expect(main.get_by_text("Former members").last).to_be_visible()
    expect(main.get_by_text("as_at=2019-05-01, printed")).to_be_visible()
    for only_on_screen in ("search", ".nhsuk-header__navigation", ".nhsuk-breadcrumb", "form"):
        expect(quiet_page.locator(only_on_screen).first).not_to_be_visible()


def test_pages_remain_accessible_with_more_contrast_and_less_motion(quiet_page):
    quiet_page.emulate_media(forced_colors="active", reduced_motion="reduce")
    quiet_page.goto("/chairs/")

    assert violations(quiet_page) == []


def test_papers_print_as_papers_on_sheets_of_their_own_shape(quiet_page):
    for part, sheet in (("terms", "paper"), ("attendance", "sheet")):
        quiet_page.goto(f"/forums/hipcs/{part}/?as_at=2019-05-01")
        quiet_page.emulate_media(media="print")

        expect(quiet_page.get_by_text("from the governance register, taken from")).to_be_visible()
        for only_on_screen in ("header", ".register-day", ".register-paper__ways"):
            expect(quiet_page.locator(only_on_screen).first).not_to_be_visible()
        head = quiet_page.locator(".register-paper__table thead").first
        assert head.evaluate("each => getComputedStyle(each).display") == "table-header-group"
        row = quiet_page.locator(".register-paper__table tbody tr").first
        assert row.evaluate("each => getComputedStyle(each).breakInside") == "avoid"
        assert quiet_page.evaluate("getComputedStyle(document.body).page") == sheet
