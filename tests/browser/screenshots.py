"""Take pictures of the main pages, wide and narrow, into build/screenshots.

Run it as `make screenshots`. The pages are those of a register with nothing but the seed.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import chromium
from tests.browser.served_register import PROJECT, make_seeded_database, served

PAGES = {
    "home": "/",
    "chairs": "/chairs/",
    "chairs-2019-03-15": "/chairs/?as_at=2019-03-15",
    "forums": "/forums/",
    "forum": "/forums/ics-executive/",
    "organisations": "/organisations/",
    "organisation": "/organisations/wye-valley-nhs-trust/",
    "people": "/people/",
    "person": "/people/simon-trickett/",
    "documents": "/documents/",
    "search": "/search/?q=hereford",
    "not-found": "/nothing-here/",
    "admin-login": "/admin/login/",
}
WIDTHS = [375, 1280]


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
                    status = page.goto(path).status
                    file = output / f"{picture}-{width}.png"
                    page.screenshot(path=file, full_page=True)
                    print(f"{status}  {file.relative_to(PROJECT)}  {path}")
            browser.close()


if __name__ == "__main__":
    main()
