"""Accessibility as axe sees it."""

from axe_playwright_python.sync_playwright import Axe

# To read styles ahead axe adds some of its own, which the Content Security Policy blocks.
OPTIONS = {"preload": False}


def violations(page, impacts: frozenset[str] | None = None) -> list[str]:
    """What axe reports on the page: everything, or only what has these impacts."""
    return [
        f"{found['impact']}: {found['help']} ({found['id']}): "
        + ", ".join(str(node["target"]) for node in found["nodes"])
        for found in Axe().run(page, options=OPTIONS).response["violations"]
        if impacts is None or found["impact"] in impacts
    ]
