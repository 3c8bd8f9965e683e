"""What the admin says when the database refuses a record."""

from django.contrib import messages
from django.db import IntegrityError, models
from django.http import HttpRequest

from records.start_rules import rules_about
from records.troubles import refused_in_words, trouble_of


def refusal_in_words(error: Exception, model: type[models.Model]) -> str:
    if not isinstance(error, IntegrityError) or trouble_of(error) is not None:
        return refused_in_words(error, "saved")
    overlaps = getattr(model, "no_overlaps", ())
    words = {rule.name: rule.message % {"other": "another record"} for rule in overlaps}
    of_starts = [*getattr(model, "not_before", ()), *(rule for _, rule in rules_about(model))]
    words |= {rule.name: rule.message for rule in of_starts}
    words |= {rule.name: rule.violation_error_message for rule in model._meta.constraints}
    broken = [name for name in words if name in str(error)]
    why = words[max(broken, key=len)] if broken else "It conflicts with another record."
    return (
        "Nothing was saved. Somebody else saved a record at the same moment, and both cannot "
        f"stand. {why}"
    )


def forget_messages(request: HttpRequest) -> None:
    """Drop the messages about a change that was then undone."""
    messages.get_messages(request)._queued_messages.clear()
