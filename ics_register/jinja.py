"""The Jinja2 environment of the public pages."""

import datetime
from types import MethodType

from django.conf import settings
from django.templatetags.static import static
from django.utils import timezone
from django.utils.text import capfirst
from jinja2 import Environment, StrictUndefined, pass_context
from jinja2.runtime import Context, Macro

from ics_register.addresses import address
from ics_register.open_data.addresses import membership_anchor
from records.periods import date_in_words


@pass_context
def link(context, name: str, *args, **parameters) -> str:
    """The address of a public page, as at the day that this page is read as at."""
    return context["asked"].link(address(name, *args), **parameters)


class QuickContext(Context):
    """Calls macros and methods, of which a page has some hundreds, without finding out each time
    whether they want to be given the context: none of ours does. It saves a twelfth of a page."""

    def call(self, called, /, *args, **kwargs):
        if type(called) is Macro or type(called) is MethodType:
            if kwargs:
                # What a function that wants the context would be told of where it is called.
                kwargs.pop("_block_vars", None)
                kwargs.pop("_loop_vars", None)
            return called(*args, **kwargs)
        return super().call(called, *args, **kwargs)


def environment(**options) -> Environment:
    """Jinja2 that fails on a misspelt name and escapes everything."""
    ours = {
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "auto_reload": settings.DEVELOPMENT,
    }
    env = Environment(**{**options, **ours})
    env.context_class = QuickContext
    env.globals.update(static=static, url=address, link=link, membership_anchor=membership_anchor)
    env.filters.update(
        capfirst=capfirst, date_words=date_in_words, lines=lines, local_day=local_day
    )
    return env


def local_day(moment: datetime.datetime) -> str:
    """The day of a moment, by the clock on the wall."""
    return date_in_words(timezone.localdate(moment))


def lines(text: str) -> list[str]:
    """The lines of a text that lists one thing a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]
