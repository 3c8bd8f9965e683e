"""The register opens in a browser, with its own styles and scripts."""


def test_the_home_page_opens_with_its_styles_and_nothing_from_elsewhere(page, base_url):
    failed = []
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("response", lambda response: failed.append(response.url) if not response.ok else None)

    page.goto("/")

    assert page.evaluate("getComputedStyle(document.documentElement).fontFamily").startswith(
        "arial"
    )
    assert [url for url in asked if not url.startswith(base_url)] == []
    assert failed == []
