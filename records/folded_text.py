"""The words of texts, folded, so that a name is found however a text writes it.

Both databases have the function `words_of` too. SQLite is given this one with each connection;
PostgreSQL has its own, made here from the same tables. No trigger, index or column uses it, so that
`manage.py dbshell` and other programs can read and write the register without it.
"""

import re
import unicodedata
from collections.abc import Iterable

from django.db import connections, models

from records.names import APOSTROPHES, PLAIN, plain

WITHOUT_APOSTROPHES = str.maketrans("", "", APOSTROPHES)
WITH_SPACES = str.maketrans(APOSTROPHES, " " * len(APOSTROPHES))
# What stands between words, numbers of footnotes among it: in ASCII, in Latin 1, and in the blocks
# of punctuation and signs. Not "what is no letter": PostgreSQL tells that by the database's locale.
BETWEEN_WORDS = (
    "[\\u0001-\\u0040\\u005b-\\u0060\\u007b-\\u00a9\\u00ab-\\u00b4\\u00b6-\\u00b9"
    "\\u00bb-\\u00bf\\u00d7\\u00f7\\u2000-\\u2bff\\u2e00-\\u2e7f\\u3000-\\u3004\\u3008-\\u3020"
    "\\ufe10-\\ufe6f\\uff00-\\uff0f]+"
)


def words_of(text: str) -> str:
    """The folded words of `text`, with a space before and behind each.

    A text with apostrophes is there twice, without them and with a space for each: "O'Brien's" is
    " obriens o brien s ", for "OBrien" and "O Brien" are the same name, and "Brown's" is Brown's.
    """
    without = text.translate(WITHOUT_APOSTROPHES)
    both = text if without == text else f"{without} {text.translate(WITH_SPACES)}"
    folded = both.lower() if both.isascii() else plain(both)
    return f" {re.sub(BETWEEN_WORDS, ' ', folded).strip()} "


def pattern_of(names: Iterable[str]) -> str:
    """A regular expression that finds any of `names` in what `words_of` gives, for Python and for
    both databases."""
    written = [
        name.translate(table) for name in names for table in (WITHOUT_APOSTROPHES, WITH_SPACES)
    ]
    folded = {words_of(name).strip() for name in written} - {""}
    return f" (?:{'|'.join(sorted(folded))}) " if folded else NOTHING


# What stands in no words.
NOTHING = "^$"


class WordsOf(models.Func):
    """What `words_of` gives, in a query."""

    function = "words_of"
    output_field = models.TextField()


# By their locale some databases make small letters of no others than those of ASCII.
CAPITALS = {sign.upper(): letter for sign, letter in PLAIN.items() if len(sign.upper()) == 1}

# One expression and not STRICT, so that PostgreSQL puts it in the place of each call. What is ASCII
# alone, as nearly every text is, takes a tenth of the time.
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
    """What makes PostgreSQL fold as `words_of` does."""
    letters = {**PLAIN, **CAPITALS, "ß": "ss", "ẞ": "ss", "\u03c2": "\u03c3"}
    singles = {sign: plainly for sign, plainly in letters.items() if len(plainly) == 1}
    folded = f"lower(normalize({_both(APOSTROPHES)}, NFKD))"
    folded = f"regexp_replace({folded}, '[{_unseen()}]+', '', 'g')"
    folded = f"translate({folded}, '{''.join(singles)}', '{''.join(singles.values())}')"
    for sign in sorted(letters.keys() - singles.keys()):  # one function on every machine
        folded = f"replace({folded}, '{sign}', '{letters[sign]}')"
    ascii = _both("".join(filter(str.isascii, APOSTROPHES)))
    return POSTGRESQL_FUNCTION.format(folded=folded, ascii=ascii, between=BETWEEN_WORDS)


def _both(apostrophes: str) -> str:
    """A text without these and, if it has any, once more with a space for each."""
    signs = "'{}'".format(apostrophes.replace("'", "''"))
    return POSTGRESQL_BOTH.format(signs=signs, spaces=f"'{' ' * len(apostrophes)}'")


def _unseen() -> str:
    """The signs that show nothing themselves, such as marks on letters, and the apostrophes that
    others are taken apart into, for a regular expression."""
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


def put_in_place(using, plan=None, **kwargs) -> None:
    """Give PostgreSQL the function, after every migrate. Not after a flush, which takes rows and
    leaves the rest as it is."""
    connection = connections[using]
    if plan is not None and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(postgresql_function())
