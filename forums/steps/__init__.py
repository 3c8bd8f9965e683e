"""Guided steps for forums and their seats, and for what is bound up with both."""

from forums.steps import (  # noqa: F401  (each offers its steps)
    closures,
    confirming,
    lines,
    making,
    memberships,
)
