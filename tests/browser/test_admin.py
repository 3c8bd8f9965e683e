"""The admin in a browser, wide and narrow: it works, and is accessible."""

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import violations
from tests.browser.served_register import USERNAME
from tests.browser.staff import choose_in, log_in

WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 375, "height": 800}

MEMBERSHIPS = "/admin/forums/membership/"


def follow(page, name):
    with page.expect_navigation():
        page.get_by_role("link", name=name, exact=True).first.click()


def assert_fit_for_everybody(page):
    page.wait_for_load_state("networkidle")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_admin_is_fit_for_everybody(page, base_url, size):
    page.set_viewport_size(size)
    page.goto("/admin/")
    assert_fit_for_everybody(page)
    log_in(page)
    assert_fit_for_everybody(page)
    page.goto(MEMBERSHIPS)
    assert_fit_for_everybody(page)
    page.locator("#result_list tbody th a").first.click()
    assert_fit_for_everybody(page)
    follow(page, "History")
    assert_fit_for_everybody(page)
    page.locator("#change-history tbody a").first.click()
    assert_fit_for_everybody(page)
    page.goto(f"{MEMBERSHIPS}add/")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Please correct the errors below.")).to_be_visible()
    assert_fit_for_everybody(page)
    page.goto("/admin/forums/forum/?q=executive")
    page.locator("#result_list tbody th a").first.click()
    assert_fit_for_everybody(page)


def save(page, outcome):
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text(outcome).first.wait_for()


def test_a_new_chair_is_appointed_and_the_former_one_is_kept(page, staff_register):
    def open_forum():
        page.goto(f"{staff_register}/admin/forums/forum/?q=ics+executive")
        follow(page, "ICS Executive")

    open_forum()
    chair = page.locator("#table-seats tr", has=page.get_by_role("link", name="Chair", exact=True))
    holder = chair.locator("td").nth(3)
    assert holder.inner_text() == "Sir David Nicholson"
    holder.get_by_role("link").click()
    page.locator("#id_end_date").fill("31/03/2024")
    page.get_by_label("Reason for this change").fill("Announced at the March meeting.")
    save(page, "was changed successfully")

    open_forum()
    # The seat goes with a post that he still holds, but he is recorded as having left it.
    assert holder.inner_text() == "not recorded"
    chair.get_by_role("link", name="Appoint a member of the seat’s own").click()
    choose_in(page, "id_person", "Simon Trickett")
    page.get_by_role("textbox", name="First day").fill("01/04/2024")
    choose_in(page, "id_document", "Minutes 2026")
    page.get_by_role("button", name="Show what will change").click()
    page.get_by_text("Please correct the errors below.").wait_for()
    page.get_by_label("Place in it").fill("page 1")
    page.get_by_label("Reason for this change").fill("Announced at the March meeting.")
    page.get_by_role("button", name="Show what will change").click()
    page.get_by_role("button", name="Confirm: appoint a holder").click()
    page.get_by_text("Appoint a holder: done.").wait_for()

    open_forum()
    assert holder.inner_text() == "Simon Trickett"
    follow(page, "View on site")
    page.get_by_role("heading", name="ICS Executive", level=1).wait_for()
    expect(page.get_by_role("link", name="Simon Trickett").first).to_be_visible()
    page.goto(f"{staff_register}/chairs/?as_at=2024-03-31")
    row = page.locator("tr", has=page.get_by_role("link", name="ICS Executive", exact=True))
    expect(row.get_by_text("David Nicholson").first).to_be_visible()

    page.goto(f"{staff_register}/forums/ics-executive/")
    former = page.locator("#former ~ ul").first
    assert "Sir David Nicholson, Chair" in former.inner_text()
    # The form was given no paper of the end: the one of 2019 could only have foreseen it.
    assert "was to end on 31 March 2024" in former.inner_text()
    page.goto(f"{staff_register}/people/simon-trickett/")
    expect(
        page.locator("#now ~ dl").first.get_by_role("link", name="ICS Executive")
    ).to_be_visible()
    page.goto(f"{staff_register}/people/david-nicholson/")
    over = page.get_by_role("heading", name="Was to end before").locator("xpath=following::dl[1]")
    expect(over.get_by_role("link", name="ICS Executive")).to_be_visible()
    assert page.locator("#now ~ dl").first.get_by_role("link", name="ICS Executive").count() == 0

    page.goto(f"{staff_register}{MEMBERSHIPS}?q=nicholson+executive&in_force=all")
    page.locator("#result_list tbody th a").first.click()
    follow(page, "History")
    changes = page.locator("#change-history").inner_text()
    assert "Announced at the March meeting." in changes
    assert "Seeded from" in changes
    assert USERNAME in changes


def type_in(page, field: str, words: str, key: str) -> None:
    """Type in a picker, and leave it with a key without choosing."""
    page.locator(f"[id='{field}'] + .select2 [role=combobox]").press("Enter")
    page.locator(".select2-search__field:focus").wait_for()
    page.keyboard.type(words)
    page.keyboard.press(key)
    expect(page.locator(".select2-search__field")).to_have_count(0)


def test_what_is_typed_in_a_picker_and_not_chosen_is_not_lost_without_a_word(page, own_register):
    log_in(page, own_register)
    page.goto(f"{own_register}/admin/forums/forum/?q=ics+executive")
    follow(page, "ICS Executive")
    page.get_by_label("Reason for this change").fill("To see whether it is said")
    told = page.get_by_text("You typed “Nowhere, at all” and chose nothing.")

    type_in(page, "id_host", "Nowhere, at all", "Escape")
    choose_in(page, "id_place", "Worcestershire", "Worcestershire")
    save_and_go_on = page.get_by_role("button", name="Save and continue editing")
    save_and_go_on.click()
    page.locator(".messagelist .success").wait_for()
    page.get_by_label("Reason for this change").fill("To see whether it is said")
    expect(told).to_have_count(0)

    page.evaluate("django.jQuery('#id_place').val(null).trigger('change')")
    type_in(page, "id_place", "Nowhere, at all", "Tab")
    save_and_go_on.click()
    expect(told).to_be_visible()
    choose_in(page, "id_place", "Herefordshire", "Herefordshire")
    save_and_go_on.click()
    page.locator(".messagelist .success").wait_for()
