"""The Jinja2 environment of the public pages."""

import datetime
import functools

from django.conf import settings
from django.templatetags.static import static
from django.utils import timezone
from django.utils.text import capfirst
from jinja2 import Environment, StrictUndefined, pass_context

from ics_register.addresses import address
from ics_register.open_data.identifiers import membership_anchor
from records.days import is_taken
from records.notices import notice
from records.periods import date_in_words, perhaps_so


@pass_context
def link(context, name: str, *args, **parameters) -> str:
    """The address of a public page, as at the day that this page is read as at."""
    return context["asked"].link(address(name, *args), **parameters)


def environment(**options) -> Environment:
    """Jinja2 that fails on a misspelt name and escapes everything."""
    ours = {
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "auto_reload": settings.DEVELOPMENT,
    }
    env = Environment(**{**options, **ours})
    # Where served, the files of a deployed register stay as they are until it is started again.
    env.globals.update(
        static=static if settings.DEVELOPMENT else functools.cache(static),
        url=address,
        link=link,
        membership_anchor=membership_anchor,
        is_taken=is_taken,
    )
    env.filters.update(
        capfirst=capfirst,
        date_words=date_in_words,
        lines=lines,
        local_day=local_day,
        notice=notice,
        perhaps_so=perhaps_so,
    )
    return env


def local_day(moment: datetime.datetime) -> str:
    """The day of a moment, by the clock on the wall."""
    return date_in_words(timezone.localdate(moment))


def lines(text: str) -> list[str]:
    """The lines of a text that lists one thing a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]
