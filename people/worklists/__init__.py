"""Worklists about people and the holders of posts.

An app above adds its own kinds of tenure to these lists, as forums adds memberships.
"""

from people.worklists import (  # noqa: F401  (each declares its lists)
    closed,
    duplicates,
    held_twice,
    terms,
    vacancies,
)
