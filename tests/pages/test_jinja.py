"""Templates are made to say quickly what Jinja itself would say: they must still say it."""

import enum

import pytest
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from jinja2 import Environment, UndefinedError
from markupsafe import Markup

from ics_register.jinja import environment

HOSTILE = '<b>O\'Neill & "Sons"</b>'


class Kind(enum.StrEnum):
    HOSTILE = HOSTILE


class Spoken(str):
    """Text of a kind of its own, that is no markup."""


VALUES = {
    "plain text": "Chair",
    "no text": "",
    "hostile text": HOSTILE,
    "an apostrophe alone": "Women's",
    "a word beyond ASCII": "Côte – 3½",
    "markup": Markup(HOSTILE),
    "text that Django calls safe": mark_safe(HOSTILE),
    "text of its own kind": Spoken(HOSTILE),
    "a choice": Kind.HOSTILE,
    "text to be translated": gettext_lazy(HOSTILE),
    "a whole number": -7,
    "a share": 33.333,
    "true": True,
    "none": None,
    "a list": [HOSTILE, 1],
}

TEMPLATES = {
    "as it is": "{{ value }}",
    "as an attribute": '<a title="{{ value }}">',
    "joined": "{{ 'as ' ~ value ~ '<' }}",
    "safe": "{{ value|safe }}",
    "in a macro": "{% macro told(value) %}<i>{{ value }}</i>{% endmacro %}{{ told(value) }}",
    "named": "{% macro told(value) %}<i>{{ value }}</i>{% endmacro %}{{ told(value=value) }}",
    "by default": "{% macro told(first, value='<') %}{{ first }}{{ value }}{% endmacro %}"
    "{{ told(value) }}{{ told(value, value) }}",
    "with what it calls": "{% macro told(value) %}<i>{{ caller() }}{{ value }}</i>{% endmacro %}"
    "{% call told(value) %}<u>{{ value }}</u>{% endcall %}",
    "with several": "{% macro told(value) %}{{ value }}{{ varargs|length }}{% endmacro %}"
    "{{ told(value) }}{{ told(value, value) }}",
    "with others": "{% macro told(value) %}{{ value }}{{ kwargs|length }}{% endmacro %}"
    "{{ told(value) }}{{ told(value, other=value) }}",
    "within another": "{% macro inner(value) %}<i>{{ value }}</i>{% endmacro %}"
    "{% macro outer(value) %}<b>{{ inner(value) }}</b>{% endmacro %}"
    "{% for each in [value, value] %}{{ outer(each) }}{% endfor %}",
    "kept in a block": "{% set kept %}<i>{{ value }}</i>{% endset %}{{ kept }}{{ kept|length }}",
    "filtered": "{% filter upper %}{{ value }}{% endfilter %}",
    "by a method": "{{ [value, value].index(value) }}{{ 'a<b'.upper() }}",
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_a_template_says_of_any_value_what_jinja_itself_would(template, value):
    ours = environment(autoescape=True).from_string(template)
    plain = Environment(autoescape=True).from_string(template)
    assert ours.render(value=value) == plain.render(value=value)


def test_what_calls_a_macro_with_too_little_or_too_much_is_told_as_jinja_tells_it():
    told = "{% macro told(value) %}{{ value }}{% endmacro %}"
    with pytest.raises(TypeError, match="not more than 1"):
        environment(autoescape=True).from_string(told + "{{ told(1, 2) }}").render()
    with pytest.raises(UndefinedError, match="'value'"):
        environment(autoescape=True).from_string(told + "{{ told() }}").render()


@pytest.mark.parametrize("template", ["{{ misspelt }}", "{{ [].misspelt }}", "{{ misspelt() }}"])
def test_a_misspelt_name_fails(template):
    with pytest.raises(UndefinedError, match="misspelt"):
        environment(autoescape=True).from_string(template).render()
