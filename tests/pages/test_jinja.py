"""Jinja templates escape every value, and fail on a misspelt name."""

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from ics_register.jinja import environment

HOSTILE = '<b>O\'Neill & "Sons"</b>'
ESCAPED = "&lt;b&gt;O&#39;Neill &amp; &#34;Sons&#34;&lt;/b&gt;"


@pytest.mark.parametrize(
    "template",
    [
        "{{ value }}",
        "{% macro told(value) %}{{ value }}{% endmacro %}{{ told(value) }}",
        "{% set kept %}{{ value }}{% endset %}{{ kept }}",
    ],
)
def test_text_is_escaped_once_and_markup_is_not(template):
    page = environment(autoescape=True).from_string(template)
    assert page.render(value=HOSTILE) == ESCAPED
    assert page.render(value=Markup(HOSTILE)) == HOSTILE


@pytest.mark.parametrize("template", ["{{ misspelt }}", "{{ [].misspelt }}", "{{ misspelt() }}"])
def test_a_misspelt_name_fails(template):
    with pytest.raises(UndefinedError, match="misspelt"):
        environment(autoescape=True).from_string(template).render()
