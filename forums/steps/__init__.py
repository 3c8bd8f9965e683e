"""Guided steps for forums and their seats, and steps that end organisations, posts and seats."""

from forums.steps import (  # noqa: F401  (each offers its steps)
    announcements,
    confirmations,
    departures,
    foreseen,
    forum_states,
    forums,
    lines,
    memberships,
    names,
    organisations,
    posts_and_seats,
    successions,
    terms_of_reference,
    terms_steps,
    vacancies,
)
