"""The lists of pages and worklists that tests keep by hand leave none out."""

import contextlib

import pytest
from django.urls import Resolver404, get_resolver, resolve

from editing.worklists import all_worklists
from ics_register.open_data.tables import BY_NAME
from ics_register.pages.sitemaps import LISTS as IN_SITE_MAP
from records.models import DatedFact
from tests.browser.test_admin_accessibility import WORKLISTS
from tests.browser.test_public_pages import PAGES as IN_BROWSER
from tests.editing.test_worklists import LIGHTS
from tests.pages import cast as stage
from tests.pages.as_data import read_data
from tests.pages.test_bad_input import PARAMETERS
from tests.pages.test_every_page import PAGES
from tests.seed.test_worklists import ON_THE_SEED

# A search is no page for search engines.
NOT_IN_SITE_MAP = {"search"}


def public_pages(*, listed: bool = False) -> set[str]:
    """The names of the public pages; if `listed`, only of those with no record in the address."""
    return {
        pattern.name
        for pattern in get_resolver().url_patterns
        if getattr(pattern.callback, "formats", None) is not None
        and "." not in pattern.name
        and not (listed and "<slug:slug>" in str(pattern.pattern))
    }


def names(addresses) -> set[str]:
    found = set()
    for address in addresses:
        with contextlib.suppress(Resolver404):  # an address that leads nowhere is tested too
            found.add(resolve(address.partition("?")[0]).view_name)
    return found


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param(PAGES, id="PAGES in tests/pages/test_every_page.py"),
        pytest.param(PARAMETERS, id="PARAMETERS in tests/pages/test_bad_input.py"),
        pytest.param(IN_BROWSER.values(), id="PAGES in tests/browser/test_public_pages.py"),
    ],
)
def test_a_list_of_pages_has_every_page(kept):
    assert public_pages() - names(kept) == set()


def test_the_site_map_has_every_page_that_is_of_no_record():
    assert public_pages(listed=True) - set(IN_SITE_MAP) == NOT_IN_SITE_MAP


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param(LIGHTS, id="LIGHTS in tests/editing/test_worklists.py"),
        pytest.param(ON_THE_SEED, id="ON_THE_SEED in tests/seed/test_worklists.py"),
        pytest.param(WORKLISTS, id="WORKLISTS in tests/browser/test_admin_accessibility.py"),
    ],
)
def test_a_list_of_worklists_has_every_worklist(kept):
    assert {each.slug for each in all_worklists()} == set(kept)


# JSON has sources as objects, a record's address as its id, and names in their order.
SAID_OTHERWISE = {"codes_document", "codes_locator", "end_document", "end_locator", "slug"}
SAID_OTHERWISE |= {"sort_name"}


def keys_in(said) -> set[str]:
    """Every key anywhere in what a page says as JSON."""
    if isinstance(said, dict):
        return set(said).union(*map(keys_in, said.values()))
    return set().union(*map(keys_in, said)) if isinstance(said, list) else set()


@pytest.mark.parametrize(
    ("table", "address"),
    [("forums", stage.FORUM), ("organisations", stage.ORGANISATION), ("people", stage.PERSON)],
)
def test_a_field_that_is_exported_is_in_the_json_of_its_page(cast, table, address):
    exported = {column.name.removesuffix("_id") for column in BY_NAME[table].columns}
    exported -= {*DatedFact.EVIDENCE_FIELDS, *DatedFact.PERIOD_FIELDS} | SAID_OTHERWISE
    assert exported - keys_in(read_data(f"{address.rstrip('/')}.json").said) == set()
