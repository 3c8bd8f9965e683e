"""The words for how somebody holds a post or a seat, and why their time in it ends."""

from django.db import models


class Basis(models.TextChoices):
    """The basis on which somebody holds a post or a seat."""

    SUBSTANTIVE = "substantive", "substantive"
    INTERIM = "interim", "interim"  # fills a vacancy for now
    ACTING = "acting", "acting"  # for an absent holder, who remains, or in a vacancy


class ActingFor(models.TextChoices):
    """Why somebody acts: for a vacancy, or for the absence of a holder who remains.

    It says no more of an absence than a public paper does, and nothing of anybody's health.
    """

    VACANCY = "vacancy", "in a vacancy"
    ABSENCE = "absence", "while the holder is away"
    LEAVE = "leave", "while the holder is on leave"
    SICK_LEAVE = "sick-leave", "while the holder is on sick leave"
    SECONDMENT = "secondment", "while the holder is on secondment"
    SUSPENSION = "suspension", "while the holder is suspended"


class EndReason(models.TextChoices):
    """Why somebody's time in a post or seat ended, in neutral words."""

    TERM_ENDED = "term-ended", "term ended"
    STEPPED_DOWN = "stepped-down", "stepped down"
    RETIRED = "retired", "retired"
    MOVED = "moved", "moved to another post"
    DIED = "died", "died in office"
    HOLDER_RETURNED = "holder-returned", "the holder returned"
    FILLED = "filled", "the vacancy was filled"
    POST_ENDED = "post-ended", "the post or seat came to an end"
    OTHER = "other", "other"


def basis_in_words(basis: str, acting_for: str = "") -> str:
    """ "interim", "acting in a vacancy"; "" for the ordinary case."""
    if basis == Basis.SUBSTANTIVE:
        return ""
    words = Basis(basis).label
    return f"{words} {ActingFor(acting_for).label}" if acting_for else words


def end_reason_in_words(reason: str) -> str:
    """ "retired", "died in office"; "" if no source gives a reason that the register has."""
    return "" if reason in ("", EndReason.OTHER) else EndReason(reason).label
