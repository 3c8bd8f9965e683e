"""Fixtures that the tests of the pages share."""

import logging

import pytest

from tests.pages.cast import Cast
from tests.standing import changes_undone, standing


@pytest.fixture(scope="package")
def standing_cast(django_db_setup, django_db_blocker):
    with standing(django_db_blocker):
        cast = Cast()
        cast.enlarge()
        yield cast


@pytest.fixture
def cast(standing_cast):
    """One forum, one organisation and one person, each with everything that its page can show."""
    with changes_undone():
        yield standing_cast


@pytest.fixture
def quiet(caplog):
    """Fails if something was logged as an error, or with a traceback."""
    caplog.set_level(logging.INFO)
    yield
    loud = [
        record.getMessage()
        for record in caplog.get_records("call")
        if record.levelno >= logging.ERROR or record.exc_info
    ]
    assert loud == []
