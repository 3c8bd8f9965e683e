"""The addresses of public pages, a hundred of which stand on one page."""

import functools

from django.urls import reverse


def address(name: str, slug: str | None = None) -> str:
    """The address of a public page, or of one kind of page the one of `slug`."""
    if slug is None:
        return _of_page(name)
    before, after = _around_slug(name)
    return f"{before}{slug}{after}"


# Worked out once: the addresses are the same for as long as the register runs.
_of_page = functools.cache(reverse)


@functools.cache
def _around_slug(name: str) -> tuple[str, str]:
    """What stands before and after the slug in the addresses of pages of one kind."""
    before, _, after = reverse(name, args=["slug-of-it"]).partition("slug-of-it")
    return before, after
