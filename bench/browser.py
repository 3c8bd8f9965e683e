"""A page as a browser has it: how many requests it takes, and how many bytes."""

from dataclasses import dataclass

from playwright.sync_api import sync_playwright

from bench.registers import Register
from bench.served import gunicorn

CHROMIUM = "/usr/bin/chromium"


@dataclass(frozen=True)
class Fetched:
    """What a browser fetches to show a page for the first time."""

    requests: int
    bytes: int


def fetched(register: Register, path: str) -> Fetched:
    with gunicorn(register, keep=True) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        answers = []
        page.on("requestfinished", lambda request: answers.append(request))
        page.goto(server.address + path, wait_until="networkidle")
        sizes = [request.sizes() for request in answers]
        browser.close()
    total = sum(each["responseHeadersSize"] + each["responseBodySize"] for each in sizes)
    return Fetched(len(sizes), total)
