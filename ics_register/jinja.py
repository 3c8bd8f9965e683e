"""The Jinja2 environment of the public pages."""

import datetime
import functools
import re
from types import FunctionType, MethodType

from django.conf import settings
from django.templatetags.static import static
from django.utils import timezone
from django.utils.text import capfirst
from jinja2 import Environment, StrictUndefined, pass_context
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Context, Macro, missing
from markupsafe import Markup, escape

from ics_register.addresses import address
from ics_register.open_data.addresses import membership_anchor
from records.periods import date_in_words, is_taken


@pass_context
def link(context, name: str, *args, **parameters) -> str:
    """The address of a public page, as at the day that this page is read as at."""
    return context["asked"].link(address(name, *args), **parameters)


class QuickContext(Context):
    """Calls macros, methods and plain functions, of which a page has some hundreds, without finding
    out each time whether they want to be given the context: `link` alone does. A macro that is
    given all it takes in order, as nearly all are, is called at once.

    Together with `shown` it saves a fifth of a page.
    """

    def call(self, called, /, *args, **kwargs):
        kind = type(called)
        if kind is Macro or kind is MethodType or (kind is FunctionType and not called.__dict__):
            if kwargs:
                # What a function that wants the context would be told of where it is called.
                kwargs.pop("_block_vars", None)
                kwargs.pop("_loop_vars", None)
            if kind is Macro and not kwargs and takes_no_more_than_named(called):
                wanting = called._argument_count - len(args)
                if wanting >= 0:
                    return as_markup(Markup, called._func(*args, *(missing,) * wanting))
            return called(*args, **kwargs)
        return super().call(called, *args, **kwargs)


def takes_no_more_than_named(macro: Macro) -> bool:
    return not (macro.caller or macro.catch_kwargs or macro.catch_varargs)


# `Markup(text)` of what is known to be text.
as_markup = str.__new__

needs_escaping = re.compile("[&<>'\"]").search


def shown(value) -> str:
    """A value as a page shows it: markup as it is, and all else escaped. Text without anything to
    escape, as nearly all is, is not copied to be called markup."""
    kind = type(value)
    if kind is Markup or (kind is str and not needs_escaping(value)):
        return value
    if kind is int or kind is float:
        return str(value)
    return escape(value)


class QuickGenerator(CodeGenerator):
    """Has templates say `shown(value)` where Jinja would have them say `escape(value)`."""

    def _output_child_pre(self, node, frame, finalize):
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write("environment.shown(")
        else:
            super()._output_child_pre(node, frame, finalize)


class QuickEnvironment(Environment):
    code_generator_class = QuickGenerator
    context_class = QuickContext
    shown = staticmethod(shown)


def environment(**options) -> Environment:
    """Jinja2 that fails on a misspelt name and escapes everything."""
    ours = {
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "auto_reload": settings.DEVELOPMENT,
    }
    env = QuickEnvironment(**{**options, **ours})
    # Where served, the files of a deployed register stay as they are until it is started again.
    env.globals.update(
        static=static if settings.DEVELOPMENT else functools.cache(static),
        url=address,
        link=link,
        membership_anchor=membership_anchor,
        is_taken=is_taken,
    )
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
