"""Worklists about forums and seats, and the forums' part in those about holders."""

from forums.worklists import (  # noqa: F401  (each declares its lists, or adds to others)
    closed,
    foreseen,
    held_twice,
    memberships,
    quoracy,
    reviews,
)
from forums.worklists.reporting import REPORTING  # noqa: F401
from forums.worklists.vacancies import SEATS_VACANT  # noqa: F401
