"""Worklists about people and the holders of posts.

An app above adds its own kinds of tenure to these lists, as forums adds memberships.
"""

from people.worklists import duplicates, vacancies  # noqa: F401  (each declares its lists)
from people.worklists.closed import CLOSED  # noqa: F401
from people.worklists.held_twice import (  # noqa: F401
    HELD_TWICE,
    held_by_too_many,
    named,
    too_many_in_words,
    ways_out_of_too_many,
)
from people.worklists.terms import (  # noqa: F401
    NOT_CONFIRMED,
    PAST_TERM,
    TERMS_ENDING,
    NotConfirmed,
    PastTerm,
    Tenures,
    TermEnding,
)
from people.worklists.vacancies import (  # noqa: F401
    CHAIRS_VACANT,
    silence_in_words,
    standing_in_words,
    vacancy_in_words,
)
