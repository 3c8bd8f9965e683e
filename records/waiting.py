"""How long the work in hand may wait for PostgreSQL to answer.

A server that is frozen, or behind a cut cable, refuses nothing, and no setting of PostgreSQL limits
how long a client waits for it. A page must be answered within seconds. A long import must not be
cut short while the server works on it. So the work in hand says here how patient it is, and
`records.postgresql` keeps to that.
"""

import contextlib
import time
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass

# In seconds. The first question of a request is small: a server that does not answer it is frozen.
FIRST_QUESTION = 2
# Later exchanges may take longer. This often, we look whether the server still answers others.
WATCH = 2
# A whole public page: about fifty times what the longest of England takes (docs/benchmarks.md).
PAGE = 10

# How many seconds this process leaves a server alone that did not answer.
REST = 10


@dataclass(frozen=True)
class Patience:
    """How long to wait for one exchange. Then it is given up or, if it is watched, waited for again
    as long as the server answers others, but not beyond `until`."""

    seconds: float
    watched: bool = False
    is_first_question: bool = False
    until: float = float("inf")  # by the clock of time.monotonic()


# None waits for ever, as commands do.
_patience: ContextVar[Patience | None] = ContextVar("patience", default=None)


def patience() -> Patience | None:
    return _patience.get()


def wait_for_a_page(seconds: float = PAGE) -> None:
    """Until `wait_for_ever`, wait as long as the server is alive, and a reader waits."""
    _patience.set(Patience(WATCH, watched=True, until=time.monotonic() + seconds))


def wait_while_it_works() -> None:
    """Until `wait_for_ever`, wait as long as the server is alive."""
    _patience.set(Patience(WATCH, watched=True))


def wait_for_ever(**signal) -> None:
    _patience.set(None)


@contextlib.contextmanager
def first_question() -> Iterator[None]:
    """The queries inside are small. If one is not answered, this process leaves the server alone
    for a while."""
    until = before.until if (before := _patience.get()) else float("inf")
    own = _patience.set(Patience(FIRST_QUESTION, is_first_question=True, until=until))
    try:
        yield
    finally:
        _patience.reset(own)
