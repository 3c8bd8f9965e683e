"""What a password has to be, and who has to choose a new one."""

import calendar
import re
import secrets
from collections.abc import Iterable

from django.apps import apps
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from zxcvbn import zxcvbn

from editing.sessions import sessions_of
from records.models import PasswordToChange

# Of five, from 0. The highest is given from ten thousand million guesses on: what somebody who has
# stolen the database makes in a day. One less would let P@ssw0rd2026!! through.
ENOUGH = 4
# The library reads no more of a password, and for long ones takes long.
READ = 72
# Words that whoever guesses at a password of this register tries first, besides those of its names.
OF_THE_REGISTER = ["register", "governance", "herefordshire", "worcestershire", "nhs", "ics"]
DAYS_AND_MONTHS = [*calendar.day_name, *calendar.month_name[1:]]
YEAR = r"(?:19|20)\d\d"
NAMES_OF_THE_REGISTER = {
    "organisations.Organisation": "name",
    "organisations.Post": "title",
    "forums.Forum": "name",
}
# Of each kind: to read more would keep whoever chooses a password waiting.
MOST_NAMES = 5000
WORDS_OF_THE_OWNER = ["username", "first_name", "last_name", "email"]
# The library's lists of what people are called.
LISTS_OF_NAMES = {"male_names", "female_names", "surnames"}
# So many letters and digits a password has besides such words. Words shorter than four letters
# are only taken out where they stand alone.
LEAST_BESIDES, LEAST_INSIDE = 8, 4

EASY = "This password is easy to guess"
WHAT_TO_DO = "Use three or more words that have nothing to do with each other."
KNOWN_HERE = "it is made of your name, of a day or month, or of words of this register"
OF_NAMES_AND_DATES = "it is made of names, dates or words of this register, with little added"
WHY = {
    "dictionary": "it is a common word, name or password with little added",
    "spatial": "its characters are next to each other on the keyboard",
    "repeat": "it repeats the same characters",
    "sequence": "its characters follow each other, as in abc or 123",
    "date": "it is a date or a year with little added",
}


class HardToGuess:
    """Refuses passwords that are known, and those that follow a pattern."""

    def validate(self, password: str, user=None) -> None:
        words = [*_words_of_owner(user), *OF_THE_REGISTER, *DAYS_AND_MONTHS, *_words_of_names()]
        words = list(dict.fromkeys(word.lower() for word in words))
        found = zxcvbn(password[:READ], words)
        if found["score"] < ENOUGH:
            why = _why(max(found["sequence"], key=lambda match: len(match["token"])))
        else:
            names = [
                match["token"].lower()
                for match in found["sequence"]
                if match.get("dictionary_name") in LISTS_OF_NAMES
            ]
            if _length_besides(password, {*words, *names}) >= LEAST_BESIDES:
                return
            why = OF_NAMES_AND_DATES
        said = f"{EASY}: {why}." if why else f"{EASY}."
        raise ValidationError(f"{said} {WHAT_TO_DO}", code="password_easy_to_guess")

    def get_help_text(self) -> str:
        return "Names, dates, known passwords and rows of keys are easy to guess."


def _words_of_owner(user) -> list[str]:
    return _words_in(getattr(user, name, "") or "" for name in WORDS_OF_THE_OWNER)


def _words_of_names() -> list[str]:
    """The words of what the register records by name."""
    names = []
    for label, field in NAMES_OF_THE_REGISTER.items():
        known = apps.get_model(label).objects.order_by("pk")
        names += known.values_list(field, flat=True)[:MOST_NAMES]
    return _words_in(names)


def _words_in(texts: Iterable[str]) -> list[str]:
    return [word for text in texts for word in re.findall(r"\w{2,}", text)]


def _length_besides(password: str, words: set[str]) -> int:
    """How many letters and digits a password has besides some words and years."""
    left = re.sub(YEAR, " ", password.lower())
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= LEAST_INSIDE:
            left = left.replace(word, " ")
    runs = re.findall(r"[^\W\d_]+|\d+", left)
    return sum(len(run) for run in runs if run not in words)


def _why(match: dict) -> str:
    if match.get("dictionary_name") == "user_inputs":
        return KNOWN_HERE
    return WHY.get(match["pattern"], "")


# Without what is taken for another when it is read out or copied: 0 and o, 1, i and l.
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


def made_at_random() -> str:
    """A password that nobody guesses, and that can be read out."""
    return "-".join("".join(secrets.choice(SIGNS) for _ in range(4)) for _ in range(4))


class OwnPasswordForm(AdminPasswordChangeForm):
    """The form to change one's own password."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        help_text = f"At least 12 characters. {HardToGuess().get_help_text()}"
        self.fields["new_password1"].help_text = help_text
        if PasswordToChange.objects.filter(user=self.user).exists():
            self.fields["old_password"].label = "The password you were given"

    def clean_new_password1(self):
        password = self.cleaned_data["new_password1"]
        if password == self.cleaned_data.get("old_password"):
            raise ValidationError("This is your old password. Choose another.")
        try:
            validate_password(password, self.user)
        except ValidationError as error:
            raise error.error_list[0] from error
        return password

    def validate_password_for_user(self, *args, **kwargs):
        """Says nothing of the second box: what is wrong is said at the first."""

    @transaction.atomic
    def save(self, commit=True):
        PasswordToChange.objects.filter(user=self.user).delete()
        return super().save(commit)


# In the session of whoever has to choose a password before anything else.
CHANGE_FIRST = "change_password_first"
# Where they go then: the page first asked for.
GO_ON_TO = "after_changing_password"


def note_who_has_to_change(request: HttpRequest) -> None:
    """Remember for the session that has just begun whether its owner has to choose a password.

    Whoever gives an account a new password ends its sessions, so that none goes on without it.
    """
    if PasswordToChange.objects.filter(user=request.user).exists():
        request.session[CHANGE_FIRST] = True


def known_by(user: User) -> str:
    """What tells an account's password from those before and after it, and gives nothing of it
    away. A form with it that is sent again, as by reloading, is known to be an old one."""
    return salted_hmac("editing.passwords", user.password).hexdigest()


def give_password(user: User) -> str:
    """Give an account a password that its owner changes at the next sign-in; gives that password.
    It ends the account's sessions."""
    password = made_at_random()
    user.set_password(password)
    user.save(update_fields=["password"])
    PasswordToChange.objects.get_or_create(user=user)
    sessions_of(user).delete()
    return password
