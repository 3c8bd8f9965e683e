"""No floor says by a string what only a floor above it has. Import-linter checks the imports."""

import ast
import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import models

FLOORS = ["records", "editing", "organisations", "people", "forums"]

# Names of fields, and values of choices, that are ordinary words of forms, pages and files too.
ORDINARY = {
    "description", "heading", "label", "leave", "moved", "number", "period", "status", "text",
    "value",
}  # fmt: skip
ALLOWED = {
    # A post is asked for its appointments by the name that people.models gives them.
    ("organisations", "appointments"),
}


def subclasses(model: type[models.Model]) -> Iterator[type[models.Model]]:
    for each in model.__subclasses__():
        yield each
        yield from subclasses(each)


def words_of(floor: str) -> set[str]:
    """The names of an app, its models, their fields and what leads back to them, and the values
    of their choices."""
    found = {floor}
    for model in subclasses(models.Model):
        if model.__module__.split(".")[0] != floor:
            continue
        found.add(model._meta.model_name)
        for field in model._meta.local_fields:
            found.add(field.name)
            if field.remote_field and field.remote_field.related_name:
                found.add(field.remote_field.related_name)
            found |= {value for value, _ in field.choices or () if isinstance(value, str)}
    return found


def strings_in(floor: str) -> Iterator[tuple[str, str]]:
    """Where a module has a string that is no docstring and no prose, and the string."""
    for path in sorted((settings.BASE_DIR / floor).rglob("*.py")):
        if "migrations" in path.parts:
            continue
        tree = ast.parse(path.read_text())
        prose = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or node in prose:
                continue
            if isinstance(node.value, str) and re.fullmatch(r"[\w.-]+", node.value):
                yield f"{path.relative_to(settings.BASE_DIR)}:{node.lineno}", node.value


@pytest.mark.parametrize("floor", FLOORS[:-1])
def test_a_floor_knows_no_word_of_the_floors_above_it(floor):
    at = FLOORS.index(floor) + 1
    its_own = set().union(*map(words_of, FLOORS[:at]))
    above = set().union(*map(words_of, FLOORS[at:])) - its_own - ORDINARY
    found = [
        f"{where} has {word!r} of a floor above"
        for where, string in strings_in(floor)
        for word in re.split(r"__|\.", string)
        if word in above and (floor, word) not in ALLOWED
    ]
    assert found == []
