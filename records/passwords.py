"""What a password has to be, and who has to choose a new one."""

import re
import secrets

from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from zxcvbn import zxcvbn

from records.models import PasswordToChange
from records.sessions import sessions_of

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


# Without what is taken for another when it is read out or copied: 0 and o, 1, i and l.
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


def made_at_random() -> str:
    """A password that nobody guesses, and that can be read out."""
    return "-".join("".join(secrets.choice(SIGNS) for _ in range(4)) for _ in range(4))


class OwnPasswordForm(AdminPasswordChangeForm):
    """The form to change one's own password."""

    def clean_new_password1(self):
        password = self.cleaned_data["new_password1"]
        if password == self.cleaned_data.get("old_password"):
            raise ValidationError("This is your old password. Choose another.")
        return password

    @transaction.atomic
    def save(self, commit=True):
        PasswordToChange.objects.filter(user=self.user).delete()
        return super().save(commit)


# In the session of whoever has to choose a password before anything else.
CHANGE_FIRST = "change_password_first"


def note_who_has_to_change(request: HttpRequest) -> None:
    """Remember for the session that has just begun whether its owner has to choose a password.

    Whoever gives an account a new password ends its sessions, so that none goes on without it.
    """
    if PasswordToChange.objects.filter(user=request.user).exists():
        request.session[CHANGE_FIRST] = True


def known_by(user: User) -> str:
    """What tells an account's password from those before and after it, and gives nothing of it
    away. A form with it that is sent again, as by reloading, is known to be an old one."""
    return salted_hmac("records.passwords", user.password).hexdigest()


def give_password(user: User) -> str:
    """Give an account a password that its owner changes at the next sign-in; gives that password.
    It ends the account's sessions."""
    password = made_at_random()
    user.set_password(password)
    user.save(update_fields=["password"])
    PasswordToChange.objects.get_or_create(user=user)
    sessions_of(user).delete()
    return password
