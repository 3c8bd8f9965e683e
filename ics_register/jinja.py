"""The Jinja2 environment of the public pages."""

from django.templatetags.static import static
from django.urls import reverse
from jinja2 import Environment, StrictUndefined


def environment(**options) -> Environment:
    """Jinja2 that fails on a misspelt name and escapes everything."""
    env = Environment(**{**options, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True})
    env.globals.update(static=static, url=reverse)
    return env
