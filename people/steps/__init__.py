"""Guided steps for people, and for the holders of posts and seats."""

from people.steps import holders, identity  # noqa: F401  (offers its steps)
