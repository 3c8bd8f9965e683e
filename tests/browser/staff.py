"""A member of staff at work in the admin, and a reader of the public pages."""

import re
from dataclasses import dataclass

from tests.browser.served_register import PASSWORD, USERNAME

# What one event may cost besides typing: keys and clicks that choose something, and pages.
MOST_CHOICES = 12
MOST_PAGES = 5


def log_in(page, register: str = "") -> None:
    page.goto(f"{register}/admin/")
    page.get_by_label("Username").fill(USERNAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Records").wait_for()


def choose_in(page, field: str, words: str, shown: str = "") -> int:
    """Choose a record in `field` by keyboard alone: type `words`, and take the one shown as
    `shown`. Gives how many keys were pressed besides typing."""
    beside = f"[id='{field}'] + .select2"
    several = page.locator(f"[id='{field}']").get_attribute("multiple") is not None
    if several:
        page.locator(f"{beside} .select2-search__field").focus()
    else:
        page.locator(f"{beside} [role=combobox]").press("Enter")
    # The list takes the keyboard a moment after it opens, and letters sent before are lost.
    page.locator(".select2-search__field:focus").wait_for()
    page.keyboard.type(words)
    page.locator(".select2-results__option--highlighted", has_text=shown or words).wait_for()
    page.keyboard.press("Enter")
    return 1 if several else 2


class Staff:
    """A member of staff who records events from the front page, by labels and the keyboard.

    Counts the choices they make and the pages they load. Typing does not count.
    """

    def __init__(self, page, register: str):
        self.page, self.register = page, register
        self.choices = self.pages = 0
        page.on("load", self._loaded)

    def _loaded(self, page):
        self.pages += 1

    # Ways to a step

    def begin(self) -> None:
        self.page.goto(f"{self.register}/admin/")
        self.choices, self.pages = 0, 1

    def find(self, words: str, record: str, step: str) -> None:
        """From the front page to a guided step on a record, by searching for it."""
        self.begin()
        self.page.get_by_label("A person, post, seat, forum or organisation").fill(words)
        self.page.keyboard.press("Enter")
        self.choices += 1
        self.follow(re.compile(f"^{re.escape(step)} ?: {re.escape(record)}$"))

    def from_worklist(self, worklist: str, where: str, step: str) -> None:
        """From the front page to a guided step on the row of a worklist."""
        self.begin()
        self.follow(worklist)
        row = self.page.locator("#content-main tr", has_text=where)
        row.get_by_role("link", name=re.compile(f"^{step}")).click()
        self.choices += 1

    def follow(self, name: str | re.Pattern) -> None:
        self.page.get_by_role("link", name=name, exact=True).first.click()
        self.choices += 1

    # On the page of a step

    def type(self, label: str, words: str) -> None:
        self._field(label).fill(words)

    def pick(self, label: str, words: str, *, nth: int = 0) -> None:
        """Choose one of a list."""
        self._field(label, nth).select_option(words)
        self.choices += 1

    def answer(self, label: str) -> None:
        """Choose one of several answers."""
        self.page.get_by_role("radio", name=label, exact=True).check()
        self.choices += 1

    def tick(self, label: str) -> None:
        self.page.get_by_role("checkbox", name=label, exact=True).press("Space")
        self.choices += 1

    def choose(self, label: str, words: str, shown: str = "") -> None:
        """Choose a record by typing part of its name."""
        field = self._field(label).get_attribute("id")
        self.choices += choose_in(self.page, field, words, shown)

    def say_how_known(self, document: str, locator: str, reason: str) -> None:
        self.choose("Source document", document)
        self.type("Place in it", locator)
        self.type("Reason for this change", reason)

    def preview(self) -> str:
        """Ask for the preview. Gives its words."""
        self.page.get_by_role("button", name="Show what will change").press("Enter")
        self.choices += 1
        self.page.locator("#preview, .errornote").first.wait_for()
        assert self.page.locator(".errorlist").all_inner_texts() == []
        return one_line(self.page.locator("#preview"))

    def confirm(self, *, pages: int = MOST_PAGES) -> None:
        """Confirm. Fails if the whole task, from the front page on, took over a minute's work."""
        self.page.get_by_role("button", name=re.compile("^Confirm: ")).press("Enter")
        self.choices += 1
        self.page.locator(".messagelist .success").wait_for()
        assert self.choices <= MOST_CHOICES
        assert self.pages <= pages

    def _label(self, label: str, nth: int = 0):
        return self.page.locator(
            "#step_form label", has_text=re.compile(f"^\\s*{re.escape(label)}:?\\s*$")
        ).nth(nth)

    def _field(self, label: str, nth: int = 0):
        label = self._label(label, nth)
        fold = label.locator("xpath=ancestor::details[not(@open)]")
        if fold.count():
            fold.locator("summary").press("Enter")
            self.choices += 1
        return self.page.locator(f"[id='{label.get_attribute('for')}']")


def one_line(element) -> str:
    return " ".join(element.inner_text().split())


@dataclass(frozen=True)
class PublicPage:
    """The words of a public page by the anchor of each heading; "" for those above them all.
    `sources` has the source of each fact."""

    heading: str
    facts: dict[str, list[str]]
    rows: dict[str, list[list[str]]]
    sources: dict[str, list[str]]


READ = """
() => {
  const words = element => element.innerText.replace(/\\s+/g, ' ').trim();
  const facts = {}, rows = {}, sources = {};
  const main = document.querySelector('main');
  const NO_FACTS = 'table, nav, .register-twins, .register-changes-to';
  let at = '';
  const add = (to, what) => (to[at] = to[at] || []).push(what);
  for (const element of main.querySelectorAll('h2, .register-source')) {
    if (element.matches('h2')) at = element.id;
    else add(sources, words(element));
  }
  main.querySelectorAll('.register-source, .register-confirmed').forEach(each => each.remove());
  at = '';
  for (const element of main.querySelectorAll('h2, tbody tr, dl > div, ul > li, p')) {
    if (element.matches('h2')) at = element.id;
    else if (element.matches('tr')) add(rows, [...element.cells].map(words));
    else if (!element.closest(NO_FACTS)) add(facts, words(element));
  }
  return {heading: words(main.querySelector('h1')), facts, rows, sources};
}
"""


class Reader:
    """Somebody who reads the public pages as at a day, or as at today if none is given."""

    def __init__(self, page, register: str):
        self.page, self.register = page, register

    def read(self, path: str, day: str = "") -> PublicPage:
        asked = f"{'&' if '?' in path else '?'}as_at={day}" if day else ""
        # With its styles, which hide words that only a narrow screen shows.
        self.page.goto(f"{self.register}{path}{asked}")
        return PublicPage(**self.page.evaluate(READ))

    def chair(self, of: str, day: str = "") -> str:
        """Who chairs or leads a forum or an organisation, by the list of chairs."""
        rows = self.read("/chairs/", day).rows[""]
        return next(row[1] for row in rows if row[0].startswith(of))

    def posts(self, slug: str, day: str = "") -> dict[str, str]:
        """The posts of an organisation and who holds each."""
        rows = self.read(f"/organisations/{slug}/", day).rows.get("posts", [])
        return {row[0]: row[1] for row in rows}

    def seats(self, slug: str, day: str = "") -> dict[str, str]:
        """The seats of a forum and who fills each."""
        filled = {}
        for row in self.read(f"/forums/{slug}/", day).rows.get("members", []):
            filled[row[0]] = f"{filled[row[0]]}; {row[1]}" if row[0] in filled else row[1]
        return filled

    def holds(self, slug: str, day: str = "") -> list[str]:
        """The posts and seats that a person holds."""
        return self.read(f"/people/{slug}/", day).facts["now"]
