"""People who sign in."""

import pytest

from editing.groups import EDITOR, MANAGER
from tests.editing.accounts import browser_of, make_user


@pytest.fixture
def meg():
    """A register manager."""
    return make_user("Meg", MANAGER)


@pytest.fixture
def megs_browser(meg):
    return browser_of(meg)


@pytest.fixture
def ann():
    """An editor."""
    return make_user("Ann", EDITOR)
