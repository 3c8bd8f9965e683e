"""Passwords: which are easy to guess, and who has to choose a new one."""

import calendar
import re
import secrets
from collections.abc import Iterable, Mapping

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

# zxcvbn scores from 0 to 4. The highest score takes ten thousand million guesses, which somebody
# who has stolen the database makes in a day. A score of 3 would allow P@ssw0rd2026!!.
ENOUGH = 4
# zxcvbn reads no more of a password, and is slow for long ones.
READ = 72
DAYS_AND_MONTHS = [*calendar.day_name, *calendar.month_name[1:]]
YEAR = r"(?:19|20)\d\d"
# For each model. Reading more would keep somebody who chooses a password waiting.
MOST_NAMES = 5000
WORDS_OF_THE_OWNER = ["username", "first_name", "last_name", "email"]
# The lists of people's names that zxcvbn has.
LISTS_OF_NAMES = {"male_names", "female_names", "surnames"}
# Besides such words a password needs this number of letters and digits. Words shorter than four
# letters are only taken out where they are on their own.
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
HELP_TEXT = "Names, dates, known passwords and rows of keys are easy to guess."


class HardToGuess:
    """Refuses passwords that are known, and those that follow a pattern.

    Somebody who guesses passwords of this register tries `words` first, and the names in it:
    `names` says which field of which models has them.
    """

    def __init__(self, words: Iterable[str] = (), names: Mapping[str, str] | None = None):
        self.words, self.names = [*words, *DAYS_AND_MONTHS], names or {}

    def validate(self, password: str, user: User | None = None) -> None:
        owner = (getattr(user, name, "") or "" for name in WORDS_OF_THE_OWNER)
        words = [*_words_in(owner), *self.words, *_words_in(self._names_recorded())]
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
        problem = f"{EASY}: {why}." if why else f"{EASY}."
        raise ValidationError(f"{problem} {WHAT_TO_DO}", code="password_easy_to_guess")

    def get_help_text(self) -> str:
        return HELP_TEXT

    def _names_recorded(self) -> list[str]:
        names = []
        for label, field in self.names.items():
            records = apps.get_model(label).objects.order_by("pk")
            names += records.values_list(field, flat=True)[:MOST_NAMES]
        return names


def _words_in(texts: Iterable[str]) -> list[str]:
    return [word for text in texts for word in re.findall(r"\w{2,}", text)]


def _length_besides(password: str, words: set[str]) -> int:
    """The number of letters and digits in a password besides some words and years."""
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


# Without signs that are mistaken for each other when read out or copied: 0 and o, 1, i and l.
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


def made_at_random() -> str:
    """A password that nobody can guess and that can be read out."""
    return "-".join("".join(secrets.choice(SIGNS) for _ in range(4)) for _ in range(4))


class OwnPasswordForm(AdminPasswordChangeForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = f"At least 12 characters. {HELP_TEXT}"
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
        """Report nothing at the second box: errors are shown at the first."""

    @transaction.atomic
    def save(self, commit=True):
        PasswordToChange.objects.filter(user=self.user).delete()
        return super().save(commit)


# In a session: whether its owner has to choose a password before anything else.
CHANGE_FIRST = "change_password_first"
# In a session: the page to go to then, which was asked for first.
GO_ON_TO = "after_changing_password"


def note_who_has_to_change(request: HttpRequest) -> None:
    """Note in a session that has just begun whether its owner has to choose a password.

    Giving an account a new password ends its sessions, so that no earlier session lacks the note.
    """
    if PasswordToChange.objects.filter(user=request.user).exists():
        request.session[CHANGE_FIRST] = True


def known_by(user: User) -> str:
    """A text that changes with an account's password and gives nothing of it away. It shows that a
    form is an old one that was sent again, as by reloading."""
    return salted_hmac("records.passwords", user.password).hexdigest()


def give_password(user: User) -> str:
    """Give an account a password that its owner has to change at the next sign-in; returns that
    password. Ends the account's sessions."""
    password = made_at_random()
    user.set_password(password)
    user.save(update_fields=["password"])
    PasswordToChange.objects.get_or_create(user=user)
    sessions_of(user).delete()
    return password
