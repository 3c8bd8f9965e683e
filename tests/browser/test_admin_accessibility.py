"""On every page of the admin, wide and narrow, axe finds no fault and nobody scrolls sideways."""

import re

import pytest

from editing.worklists import all_worklists
from tests.browser.accessibility import violations
from tests.browser.staff import Staff
from tests.organisations.ods_files import networks

SIZES = [{"width": 1280, "height": 900}, {"width": 375, "height": 800}]

# A new person, and one who is refused because no source is given.
PEOPLE = "Name,Source document,Locator\nAda Byron,Briefing pack 2021,page 2\nNobody,,\n"


class Looker:
    """Looks at pages, wide and narrow, and notes what is wrong with each."""

    def __init__(self, page, register: str):
        self.page, self.register = page, register
        self.wrong: dict[str, list[str]] = {}

    def visit(self, path: str, *, name: str = "") -> None:
        self.page.goto(f"{self.register}{path}")
        self.look(name or path)

    def look(self, name: str, *, sizes: list[dict] = SIZES) -> None:
        self.page.wait_for_load_state()
        for size in sizes:
            self.page.set_viewport_size(size)
            found = violations(self.page)
            width = self.page.evaluate("document.documentElement.scrollWidth")
            if width > size["width"]:
                found.append(f"scrolls sideways: {width} pixels")
            if found:
                self.wrong[f"{name}, {size['width']} wide"] = found

    def press(self, button: str | re.Pattern) -> None:
        self.page.get_by_role("button", name=button).first.press("Enter")
        self.page.wait_for_load_state()


@pytest.fixture
def looker(page, staff_register):
    looker = Looker(page, staff_register)
    yield looker
    assert looker.wrong == {}


def test_the_front_page_the_worklists_and_a_search_are_accessible(looker):
    looker.visit("/admin/")
    for each in all_worklists():
        looker.visit(each.address)
    looker.visit("/admin/worklists/seats-vacant/?show=apart&q=chair")
    looker.visit("/admin/find/?q=chair")
    looker.visit("/admin/find/?q=nothing+at+all")


def test_every_step_is_accessible_as_it_opens_and_with_errors(looker):
    of_each_title = {}
    for words in ("executive", "nicholson", "wye valley"):
        looker.page.goto(f"{looker.register}/admin/find/?q={words}")
        for link in looker.page.locator("a[href*='/step/']").all():
            title = link.inner_text().partition(":")[0].strip()
            of_each_title.setdefault(title, link.get_attribute("href"))
    assert len(of_each_title) > 20
    for title, path in of_each_title.items():
        looker.page.goto(f"{looker.register}{path}")
        looker.look(title, sizes=SIZES[1:])
        looker.press("Show what will change")
        looker.look(f"{title}, with errors")


def test_a_step_is_accessible_when_previewed_taken_and_undone(looker):
    staff = Staff(looker.page, looker.register)
    staff.find("chair wye valley", "Chair, Wye Valley NHS Trust", "Replace the holder")
    staff.type("Or somebody new to the register", "Glenda Burley-Featherstonehaugh")
    staff.type("The new holder begins", "01/04/2024")
    staff.say_how_known("Briefing Pack", "page 2", "Told so in a test.")
    staff.preview()
    looker.look("the preview of a step")
    staff.confirm()
    looker.look("a step that is done")
    looker.page.get_by_role("link", name="See or undo this step").click()
    looker.look("all that a step changed")
    looker.press("Undo all of this")
    looker.look("undoing without a reason")

    staff.find("wbc", "The WBC (Hereford City) PCN", "Close")
    staff.type("Last day", "31/03/2024")
    staff.say_how_known("Briefing Pack", "page 2", "Told so in a test.")
    staff.preview()
    looker.look("the preview of a closure")

    staff.find("nicholson", "Sir David Nicholson", "Withhold from public pages")
    staff.type("Reason for this change", "Told so in a test.")
    staff.preview()
    looker.look("the preview of withholding a name")


def test_history_restoring_and_conflicts_are_accessible(looker):
    page = looker.page
    first = f"{looker.register}/admin/people/person/?q=nicholson"
    page.goto(first)
    page.locator("#result_list tbody th a").first.click()
    looker.look("a person")
    page.get_by_label("Reason for this change").fill("Told so in a test.")
    page.locator("#id_locator").fill("page 3")
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_label("Reason for this change").fill("Told so elsewhere.")
    other.locator("#id_locator").fill("page 4")
    other.get_by_role("button", name="Save", exact=True).click()
    other.locator(".messagelist .success").wait_for()
    other.close()
    looker.press(re.compile("^Save$"))
    page.locator("#conflict").wait_for()
    looker.look("two editors at once")

    page.goto(first)
    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("link", name="History", exact=True).click()
    looker.look("the history of a record")
    restore = page.get_by_role("link", name=re.compile("^Restore")).last
    path = restore.get_attribute("href")
    page.get_by_role("link", name=re.compile("everything|together", re.IGNORECASE)).first.click()
    looker.look("the history of a person with everything")
    page.goto(f"{looker.register}{path}")
    looker.look("restoring a version")
    looker.press("Restore")
    looker.look("restoring without a reason")
    looker.visit("/admin/removed/forums/seat/")
    page.goto(f"{looker.register}/admin/forums/forum/?q=executive")
    page.locator("#result_list tbody th a").first.click()
    looker.look("a forum")


def test_spreadsheet_pages_are_accessible(looker):
    page = looker.page
    looker.visit("/admin/imports/")
    page.locator("#content-main").get_by_role("link", name="People", exact=True).click()
    looker.look("what a spreadsheet of people has")
    looker.press("Send and check")
    looker.look("sending nothing")
    page.get_by_label("Spreadsheet").set_input_files(
        {
            "name": "people.csv",
            "mimeType": "text/csv",
            "buffer": PEOPLE.encode(),
        }
    )
    page.get_by_label("Reason").fill("Told so in a test.")
    looker.press("Send and check")
    page.locator(".import-rows").wait_for()
    looker.look("a spreadsheet, row by row")
    looker.visit("/admin/imports/")


def test_the_pages_of_ods_lists_are_accessible(looker):
    page = looker.page
    looker.visit("/admin/ods/")
    looker.press("Send and check")
    looker.look("sending no lists")
    name, content = networks("2019-12-04", ("U99999", "EXAMPLE PCN", "20191001", ""))
    page.get_by_label("Files").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_label("Reason").fill("Told so in a test.")
    looker.press("Send and check")
    page.get_by_text("1 new organisation").wait_for()
    looker.look("what lists would change")


OWN = "quiet harbour seventy"


def add_account(looker: Looker, name: str, group: str) -> None:
    looker.page.goto(f"{looker.register}/admin/auth/user/add/")
    looker.page.get_by_label("Username").fill(name)
    looker.page.get_by_label(group).check()


def password_shown(looker: Looker) -> str:
    return looker.page.locator(".new-password").inner_text().strip()


def sign_in(looker: Looker, name: str, password: str) -> None:
    looker.page.goto(f"{looker.register}/admin/login/")
    looker.page.get_by_label("Username").fill(name)
    looker.page.get_by_label("Password").fill(password)
    looker.press("Sign in")


@pytest.fixture
def another_browser(looker):
    """A second browser, in which nobody is signed in."""
    opened = []

    def open_one() -> Looker:
        opened.append(Looker(looker.page.context.browser.new_context().new_page(), looker.register))
        return opened[-1]

    yield open_one
    for other in opened:
        other.page.context.close()
        looker.wrong |= other.wrong


@pytest.fixture
def manager(looker, another_browser):
    """A register manager, who is not shown the superuser's pickers of the library."""
    manager = another_browser()
    add_account(looker, "meg", "register manager")
    looker.press("Save")
    first = password_shown(looker)
    sign_in(manager, "meg", first)
    manager.page.get_by_text("A register manager set this password.").wait_for()
    manager.look("a password to change first")
    manager.page.get_by_label("The password you were given").fill(first)
    for label in ("New password:", "New password confirmation:"):
        manager.page.get_by_label(label, exact=True).fill(OWN)
    manager.press("Change my password")
    manager.page.get_by_text("Your password is changed.").wait_for()
    return manager


def test_accounts_and_signing_in_are_accessible(manager, another_browser):
    page = manager.page
    add_account(manager, "jo", "editor")
    manager.look("adding an account")
    manager.press("Save")
    manager.look("a first password")
    page.get_by_role("link", name="Go to the account").click()
    account = page.url
    manager.look("an account")

    other = another_browser()
    other.visit("/admin/login/", name="signing in")
    for _ in range(5):
        sign_in(other, "jo", "wrong")
    other.page.get_by_role("heading", name="Too many attempts to sign in").wait_for()
    other.look("too many attempts")

    elsewhere = another_browser()
    sign_in(elsewhere, "meg", OWN)
    manager.visit("/admin/sessions/", name="one's sessions")
    manager.press("End this session: Chrome")
    page.get_by_text("1 session was ended.").wait_for()
    manager.look("no other session")

    page.goto(account)
    manager.look("an account that is locked")
    manager.press("Unlock")
    page.get_by_text("can sign in again now").wait_for()
    page.get_by_role("link", name="New password").click()
    manager.look("before a new password")
    manager.press("Make a new password")
    manager.look("a new password")
    sign_in(other, "jo", password_shown(manager))
    other.page.get_by_text("A register manager set this password.").wait_for()


def test_the_page_of_a_kept_form_is_accessible(manager):
    page = manager.page
    page.goto(f"{manager.register}/admin/people/person/?q=nicholson")
    page.locator("#result_list tbody th a").first.click()
    page.get_by_label("Reason for this change").fill("Told so in a test.")
    page.locator("#id_locator").fill("page 3, which is typed with care")
    page.context.clear_cookies(name="sessionid")
    manager.press(re.compile("^Save$"))
    page.get_by_text("what you typed is kept and will be offered to you").wait_for()
    manager.look("signing in again")
    page.get_by_label("Username").fill("meg")
    page.get_by_label("Password").fill(OWN)
    manager.press("Sign in")
    page.locator("dd", has_text="page 3, which is typed with care").wait_for()
    page.locator("summary", has_text="Throw it away").click()
    manager.look("what was typed")
    manager.press("Send what you typed")
    page.locator(".messagelist .success").wait_for()
    manager.visit("/admin/kept/", name="nothing that was typed")
