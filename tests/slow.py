"""Marks for tests that take seconds by their nature, each with its reason.

`make test` leaves them out. `make test-all` and continuous integration run them.

    pytestmark = slow.RACE          # every test of a module
    @slow.SERVER                    # one test
"""

import pytest

RACE = pytest.mark.slow(reason="Processes race: each of them has to start first.")
SERVER = pytest.mark.slow(reason="Servers or other programs are started, and waited for.")
ENGLAND = pytest.mark.slow(reason="A register of a part of England's size is made first.")
WALK = pytest.mark.slow(reason="Every page is walked, by every account or on many days.")
SEARCH = pytest.mark.slow(reason="Hypothesis looks through very many examples.")
ROWS = pytest.mark.slow(reason="Hundreds of rows are made, so that a cost that grows is seen.")
UPGRADE = pytest.mark.slow(reason="A dumped register is loaded and migrated.")


def prepares_for_long(item: pytest.Item) -> bool:
    """Whether a test reads a register that takes minutes to make, and that many tests share."""
    mark = item.get_closest_marker("slow")
    return mark in (ENGLAND.mark, UPGRADE.mark)


# With more, `make test` would miss too much. Each new page, step and worklist adds a few.
MOST = 490
