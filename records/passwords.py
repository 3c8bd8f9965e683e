"""Passwords that could be guessed are refused, and told why."""

import re

from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

# Of five, from 0. The highest is given from ten thousand million guesses on: what somebody who has
# stolen the database makes in a day. One less would let P@ssw0rd2026!! through.
ENOUGH = 4
# The library reads no more of a password, and for long ones takes long.
READ = 72
# Words that whoever guesses at a password of this register tries first.
OF_THE_REGISTER = ["register", "governance", "herefordshire", "worcestershire", "nhs", "ics"]
WORDS_OF_THE_OWNER = ["username", "first_name", "last_name", "email"]

WHAT_TO_DO = "Use three or more words that have nothing to do with each other."
WHY = {
    "dictionary": "it is a common word, name or password with little added",
    "of the owner": "it is made of your name or of a word of this register",
    "spatial": "its characters are next to each other on the keyboard",
    "repeat": "it repeats the same characters",
    "sequence": "its characters follow each other, as in abc or 123",
    "date": "it is a date or a year with little added",
}


class HardToGuess:
    """Refuses passwords that are known, and those that follow a pattern."""

    def validate(self, password: str, user=None) -> None:
        names = [getattr(user, name, "") for name in WORDS_OF_THE_OWNER]
        words = [word for name in names for word in re.findall(r"\w{2,}", name or "")]
        found = zxcvbn(password[:READ], [*OF_THE_REGISTER, *words])
        if found["score"] < ENOUGH:
            longest = max(found["sequence"], key=lambda match: len(match["token"]))
            raise ValidationError(
                f"This password is easy to guess: {_why(longest)}. {WHAT_TO_DO}",
                code="password_easy_to_guess",
            )

    def get_help_text(self) -> str:
        return (
            f"{WHAT_TO_DO} Names, dates, known passwords and rows of keys are easy to guess, even "
            "with digits or signs in place of letters."
        )


def _why(match: dict) -> str:
    if match.get("dictionary_name") == "user_inputs":
        return WHY["of the owner"]
    return WHY.get(match["pattern"], "it is short and has little in it")
