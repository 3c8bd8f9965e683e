"""Names that are given once, lengths that are read in one go, and few classes above a form."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from editing.steps import all_steps

APPS = ["records", "editing", "organisations", "people", "forums", "ics_register", "bench"]
OURS = tuple(f"{app}." for app in APPS)

# Django or Python looks for these names.
OF_DJANGO = {"Command", "DatabaseWrapper", "Media", "Meta"}
MODULES_OF_DJANGO = {
    "__main__", "admin", "apps", "base", "commands", "formats", "management", "models", "settings",
    "urls",
}  # fmt: skip
# Each app has these hooks, and other apps and `records` call them by name.
HOOKS = {"actions", "spreadsheets", "steps", "worklists"}
# A page, a guided step or a worklist is named for its noun, which an app or a module may be too.
NAMED_FOR_THEIR_NOUN = {"pages", "steps", "worklists"}

LINES_OF_FILE, LINES_OF_CLASS, LINES_OF_FUNCTION = 500, 250, 60

# What still breaks a rule. The sets may only shrink.
CLASSES_OF_ONE_NAME: set[str] = set()
MODULES_OF_ONE_NAME: set[str] = set()
LONG_FILES: set[str] = set()
LONG_CLASSES: set[str] = set()
LONG_FUNCTIONS: set[str] = set()


def paths() -> Iterator[Path]:
    for app in APPS:
        for path in sorted((settings.BASE_DIR / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def nodes(*kinds: type[ast.AST]) -> Iterator:
    for path in paths():
        yield from (
            node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, kinds)
        )


def longer_than(most: int, *kinds: type[ast.AST]) -> set[str]:
    return {node.name for node in nodes(*kinds) if node.end_lineno - node.lineno >= most}


def several(names: Iterator[str]) -> set[str]:
    return {name for name, count in Counter(names).items() if count > 1}


def module_names() -> Iterator[str]:
    for path in paths():
        is_package = path.stem == "__init__"
        if is_package or path.parent.name not in NAMED_FOR_THEIR_NOUN:
            yield path.parent.name if is_package else path.stem


def test_no_two_classes_have_one_name():
    assert several(node.name for node in nodes(ast.ClassDef)) - OF_DJANGO == CLASSES_OF_ONE_NAME


def test_no_two_modules_have_one_name():
    assert several(module_names()) - MODULES_OF_DJANGO - HOOKS == MODULES_OF_ONE_NAME


def test_a_file_is_no_longer_than_500_lines():
    long = {path for path in paths() if len(path.read_text().splitlines()) > LINES_OF_FILE}
    assert {str(path.relative_to(settings.BASE_DIR)) for path in long} == LONG_FILES


def test_a_class_is_no_longer_than_250_lines():
    assert longer_than(LINES_OF_CLASS, ast.ClassDef) == LONG_CLASSES


def test_a_function_is_no_longer_than_60_lines():
    assert longer_than(LINES_OF_FUNCTION, ast.FunctionDef, ast.AsyncFunctionDef) == LONG_FUNCTIONS


def test_the_form_of_a_step_has_at_most_three_of_our_classes_above_it():
    for _, step in all_steps():
        above = [each for each in step.form_class.__mro__[1:] if each.__module__.startswith(OURS)]
        assert len(above) <= 3, (step.form_class, above)
