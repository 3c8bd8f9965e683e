"""Text as the register keeps and writes it: no invisible signs, plain line ends and plain spaces.

People paste more than they see. PowerPoint ends a line with a vertical tab, which XML cannot hold;
and a space that does not break sorts as another letter.
"""

import dataclasses
import re

from django.db import models
from django.http import QueryDict

# Control characters that no keyboard types, so not tabs and line ends.
CONTROL = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufff9-\ufffb\ufffe\uffff"
# Characters of no width, or that turn the direction of the text after them. Some scripts need the
# joiners U+200C and U+200D.
NO_ROOM = "\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"

CONTROLS = re.compile(f"[{CONTROL}]")
UNSEEN = re.compile(f"[{CONTROL}{NO_ROOM}]")
LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
SPACES = re.compile("[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")


def plain(text: str) -> str:
    """`text` without invisible signs, with plain line ends and spaces, which every form, import and
    format can hold."""
    if text.isascii() and text.isprintable():
        return text
    return SPACES.sub(" ", LINE_ENDS.sub("\n", UNSEEN.sub("", text)))


def many_lines(text: str) -> str:
    """A text of any number of lines as it is kept: without white space at its ends."""
    return plain(text).strip()


def one_line(text: str) -> str:
    """A name, or another text of one line, as it is kept: one space between words."""
    return " ".join(plain(text).split())


def tidy(record: models.Model) -> None:
    """Put every text of a record in the form in which it is kept, so that blanks alone are no text
    and two names that look alike are equal."""
    for field in record._meta.concrete_fields:
        if isinstance(field, models.SlugField):
            continue  # in a slug, a blank is an error to report
        if isinstance(field, models.CharField | models.TextField):
            value = getattr(record, field.attname)
            if isinstance(value, str):
                kept = one_line if isinstance(field, models.CharField) else many_lines
                setattr(record, field.attname, kept(value))


def plain_form(sent: QueryDict) -> QueryDict:
    """What a form sent, in plain text, except passwords, which stay as typed."""
    plainly = sent.copy()
    for name, values in sent.lists():
        if "password" not in name:
            plainly.setlist(name, [plain(value) for value in values])
    return plainly


def writable(value):
    """The same value with every text in it plain, for writing to a file: a text, or tuples, lists
    and dataclasses of texts. Texts in history were never tidied."""
    match value:
        case str():
            return plain(value)
        case tuple() | list():
            return type(value)(writable(each) for each in value)
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = [field.name for field in dataclasses.fields(value) if field.init]
            return dataclasses.replace(
                value, **{name: writable(getattr(value, name)) for name in fields}
            )
    return value
