"""Notices: what a page about a record says of a day on which the record does not certainly hold."""

import datetime

from records.periods import Period, date_in_words


def notice(record: Period, day: datetime.date, what: str) -> tuple[str, str] | None:
    """A heading and a sentence for a page about a record, a `what`, on a day on which it does not
    certainly hold; None if it does."""
    began, ended = record.began_or_was_to, record.ended_or_was_to
    holds, on = record.holds(day), date_in_words(day)
    if holds:
        return None
    unsaid = f"The sources do not say when this {what} began"
    if record.has_ended(day):
        heading = f"Was to end before {on}" if record.end_foreseen else f"Not in force on {on}"
        sentence = f"This {what} {record.told_end('ended')}."
        sentence += "" if record.start_date else f" {unsaid}."
    elif holds is False:
        heading = f"Not in force on {on}"
        sentence = f"The register has this {what} {record.from_in_words()}."
    elif day >= record.latest_start:
        heading = f"Perhaps over on {on}"
        sentence = f"This {what} {ended} {record.when_it_ends()}; whether it still existed on {on}"
    elif record.start_date is None:
        heading = "Known from a later day"
        sentence = (
            f"{unsaid}, only that it ended {record.end_in_words()}; whether it existed on {on}"
        )
    elif record.is_openly_perhaps(day):
        heading = "Known from a later day"
        if record.perhaps_by(day):
            heading = f"Perhaps in force on {on}"
        sentence = (
            f"The register has this {what} {record.start_in_words()}; whether it existed on {on}"
        )
    else:
        heading = f"Perhaps not yet in force on {on}"
        sentence = f"This {what} {began} {record.when_it_starts()}; whether it existed on {on}"
    return heading, sentence if sentence.endswith(".") else f"{sentence} is not recorded."
