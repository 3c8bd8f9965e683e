"""SQLite as Django has it, but that it knows the words of a text, and that the marks in a query are
looked for once.

Django looks through every query for its own marks (%s), to put SQLite's in their place. Those of
public pages are few and thousands of characters long, and to look takes as long as to ask.
"""

import functools

from django.db.backends.sqlite3 import base

from records import outcome
from records.folded_text import words_of

# How many queries are kept. Those of pages are a few hundred.
MOST_KEPT = 512


class Cursor(base.SQLiteCursorWrapper):
    def convert_query(self, query, *, param_names=None):
        if param_names is None:
            return _converted(query)
        return super().convert_query(query, param_names=param_names)


@functools.lru_cache(MOST_KEPT)
def _converted(query: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params):
        connection = super().get_new_connection(conn_params)
        connection.create_function("words_of", 1, words_of, deterministic=True)
        return connection

    def commit(self):
        super().commit()
        outcome.may_be_saved()

    def create_cursor(self, name=None):
        return self.connection.cursor(factory=Cursor)
