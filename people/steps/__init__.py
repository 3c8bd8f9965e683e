"""Guided steps for people, and for the holders of posts and seats."""

from people.steps import (  # noqa: F401  (each offers its steps)
    appointments,
    endings,
    identity,
    replacements,
    vacancies,
)
