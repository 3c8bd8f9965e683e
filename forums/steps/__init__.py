"""Guided steps for forums and their seats, and for what is bound up with both."""

from forums.steps import closures, confirming, holders, lines, making  # noqa: F401  (offers its steps)
