"""Take pictures of the main pages, wide and narrow, into build/screenshots.

Run it as `make screenshots`. The pages are those of a register with nothing but the seed.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import chromium
from tests.browser.served_register import PROJECT, make_seeded_database, served
from tests.browser.staff import log_in

PAGES = {
    "home": "/",
    "chairs": "/chairs/",
    "chairs-2019-03-15": "/chairs/?as_at=2019-03-15",
    "forums": "/forums/",
    "forum": "/forums/ics-executive/",
    "quoracy": "/forums/hipcs/quoracy/?as_at=2019-05-01",
    "structure": "/structure/?as_at=2019-05-01",
    "structure-forum": "/structure/?forum=hipcs&as_at=2019-05-01",
    "terms": "/forums/hipcs/terms/",
    "attendance": "/forums/hipcs/attendance/",
    "calendar": "/forums/ics-executive/calendar/?as_at=2019-05-01",
    "organisations": "/organisations/",
    "organisation": "/organisations/wye-valley-nhs-trust/",
    "people": "/people/",
    "person": "/people/simon-trickett/",
    "concentration": "/concentration/",
    "representation": "/representation/",
    "changes": "/changes/?from=2019-03-01&to=2019-05-01",
    "documents": "/documents/",
    "search": "/search/?q=hereford",
    "not-found": "/nothing-here/",
    "admin-login": "/admin/login/",
}
# Pages of the admin, for somebody signed in.
ADMIN_PAGES = {
    "admin": "/admin/",
    "admin-find": "/admin/find/?q=wye+valley",
    "admin-worklist": "/admin/worklists/chairs-vacant/",
    "admin-worklist-of-the-closed": "/admin/worklists/held-by-the-closed/",
    "admin-list": "/admin/forums/membership/",
    "admin-imports": "/admin/imports/",
    "admin-removed": "/admin/removed/forums/seat/",
}
# And those that are reached by searching for a record: a step on it, or a page of its history.
ADMIN_STEPS = {
    "admin-replace": ("chair wye valley", "Replace the holder"),
    "admin-appoint": ("chair worcestershire alliance", "Appoint a holder"),
    "admin-close": ("wbc", "Close"),
    "admin-stand-down": ("midlands ics development", "Stand down"),
    "admin-reconfirm": ("ics executive", "Reconfirm"),
    "admin-leave": ("nicholson", "Leaves posts and seats"),
}
WIDTHS = [375, 1280]


def take(page, picture: str, path: str, output: Path) -> None:
    status = page.goto(path).status
    file = output / f"{picture}-{page.viewport_size['width']}.png"
    page.screenshot(path=file, full_page=True)
    print(f"{status}  {file.relative_to(PROJECT)}  {path}")


def main() -> None:
    output = PROJECT / "build" / "screenshots"
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        make_seeded_database(directory / "seeded.sqlite3")
        with (
            served(directory / "seeded.sqlite3", directory) as address,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(**chromium.LAUNCH)
            for width in WIDTHS:
                page = browser.new_page(
                    base_url=address, viewport={"width": width, "height": 900}, locale="en-GB"
                )
                for picture, path in PAGES.items():
                    take(page, picture, path, output)
                log_in(page)
                for picture, path in ADMIN_PAGES.items():
                    take(page, picture, path, output)
                for picture, (words, step) in ADMIN_STEPS.items():
                    page.goto(f"/admin/find/?q={words}")
                    link = page.locator("a[href*='/step/']", has_text=step).first
                    take(page, picture, link.get_attribute("href"), output)
                page.close()
            browser.close()


if __name__ == "__main__":
    main()
