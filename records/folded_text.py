"""The words of texts, folded, so that a name is found however a text writes it.

Both databases have the function `words_of` too. SQLite is given this one with each connection;
PostgreSQL has its own, made here from the same tables. No trigger, index or column uses it, so that
`manage.py dbshell` and other programs can read and write the register without it.
"""

import re
import unicodedata
from collections.abc import Iterable

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from records.names import APOSTROPHES, PLAIN, plain_letters

WITHOUT_APOSTROPHES = str.maketrans("", "", APOSTROPHES)
WITH_SPACES = str.maketrans(APOSTROPHES, " " * len(APOSTROPHES))
# The signs between words, including the numbers of footnotes: in ASCII, in Latin 1, and in the
# blocks of punctuation and signs. "Not a letter" would not do: PostgreSQL goes by the database's
# locale for that.
BETWEEN_WORDS = (
    "[\\u0001-\\u0040\\u005b-\\u0060\\u007b-\\u00a9\\u00ab-\\u00b4\\u00b6-\\u00b9"
    "\\u00bb-\\u00bf\\u00d7\\u00f7\\u2000-\\u2bff\\u2e00-\\u2e7f\\u3000-\\u3004\\u3008-\\u3020"
    "\\ufe10-\\ufe6f\\uff00-\\uff0f]+"
)


def words_of(text: str) -> str:
    """The folded words of `text`, with a space before and after each.

    A text with apostrophes is in it twice, without them and with a space for each: "O'Brien's" is
    " obriens o brien s ". "OBrien" and "O Brien" are the same name, and "Brown's" names Brown.
    """
    without = text.translate(WITHOUT_APOSTROPHES)
    both = text if without == text else f"{without} {text.translate(WITH_SPACES)}"
    folded = both.lower() if both.isascii() else plain_letters(both)
    return f" {re.sub(BETWEEN_WORDS, ' ', folded).strip()} "


def pattern_of(names: Iterable[str]) -> str:
    """A regular expression that finds any of `names` in the result of `words_of`, in Python and in
    both databases."""
    written = [
        name.translate(table) for name in names for table in (WITHOUT_APOSTROPHES, WITH_SPACES)
    ]
    folded = {words_of(name).strip() for name in written} - {""}
    return f" (?:{'|'.join(sorted(folded))}) " if folded else NOTHING


# A pattern that matches no words.
NOTHING = "^$"


class WordsOf(models.Func):
    """`words_of` in a query."""

    function = "words_of"
    output_field = models.TextField()


# In some locales a database lowers only the capitals of ASCII.
CAPITALS = {sign.upper(): letter for sign, letter in PLAIN.items() if len(sign.upper()) == 1}

# It is one expression and not STRICT, so that PostgreSQL inlines it. It takes a tenth of the time
# for ASCII, which nearly every text is.
POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION words_of(text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT ' ' || trim(regexp_replace(
    CASE WHEN octet_length($1) = char_length($1) THEN lower({ascii}) ELSE {folded} END,
    '{between}', ' ', 'g'
)) || ' '
$$
"""
POSTGRESQL_BOTH = """CASE WHEN translate($1, {signs}, '') = $1 THEN $1
    ELSE translate($1, {signs}, '') || ' ' || translate($1, {signs}, {spaces}) END"""


def postgresql_function() -> str:
    """The statement that makes PostgreSQL fold as `words_of` does."""
    letters = {**PLAIN, **CAPITALS, "ß": "ss", "ẞ": "ss", "\u03c2": "\u03c3"}
    singles = {sign: plainly for sign, plainly in letters.items() if len(plainly) == 1}
    folded = f"lower(normalize({_both(APOSTROPHES)}, NFKD))"
    folded = f"regexp_replace({folded}, '[{_unseen()}]+', '', 'g')"
    folded = f"translate({folded}, '{''.join(singles)}', '{''.join(singles.values())}')"
    for sign in sorted(letters.keys() - singles.keys()):  # the same on every machine
        folded = f"replace({folded}, '{sign}', '{letters[sign]}')"
    ascii = _both("".join(filter(str.isascii, APOSTROPHES)))
    return POSTGRESQL_FUNCTION.format(folded=folded, ascii=ascii, between=BETWEEN_WORDS)


def _both(apostrophes: str) -> str:
    """A text without `apostrophes` and, if it has any, again with a space for each."""
    signs = "'{}'".format(apostrophes.replace("'", "''"))
    return POSTGRESQL_BOTH.format(signs=signs, spaces=f"'{' ' * len(apostrophes)}'")


def _unseen() -> str:
    """A regular expression for signs that show nothing themselves, such as marks on letters, and
    for the apostrophes that Unicode takes other signs apart into."""
    signs = [
        chr(code)
        for code in range(1, 0x10000)
        if unicodedata.combining(chr(code))
        or unicodedata.category(chr(code)) == "Cf"
        or chr(code) in APOSTROPHES
    ]
    return "".join(f"\\u{ord(sign):04x}" for sign in signs)


def give_to_sqlite(connection, **kwargs) -> None:
    """Give a new connection to SQLite the function, which queries can then call."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("words_of", 1, words_of, deterministic=True)


def put_in_place(connection: BaseDatabaseWrapper) -> None:
    """Give PostgreSQL the function `words_of`."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(postgresql_function())
