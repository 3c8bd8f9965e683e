"""A dumped register, upgraded once for all tests that read it."""

from types import SimpleNamespace

import pytest

from tests.upgrades.dumps import DUMPED_ON, dump, empty_database


@pytest.fixture(scope="package", params=DUMPED_ON)
def upgraded(request, tmp_path_factory):
    """A dumped register, upgraded by today's code, with the day of its dump and its rows before."""
    with empty_database(tmp_path_factory.mktemp("upgraded")) as database:
        database.run(dump(request.param))
        before = database.content()
        database.manage("migrate", "-v0")
        yield SimpleNamespace(
            day=request.param, database=database, before=before, after=database.content()
        )
