"""Addresses of public pages, looked up once: a page may have a hundred links."""

import functools

from django.urls import reverse


def address(name: str, slug: str | None = None) -> str:
    """The address of a public page, or of the record with `slug` on a page of that kind."""
    if slug is None:
        return _of_page(name)
    before, after = _around_slug(name)
    return f"{before}{slug}{after}"


# Addresses do not change while the register runs.
_of_page = functools.cache(reverse)


@functools.cache
def _around_slug(name: str) -> tuple[str, str]:
    """The parts of an address before and after the slug."""
    before, _, after = reverse(name, args=["slug-of-it"]).partition("slug-of-it")
    return before, after
