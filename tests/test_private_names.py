"""CONTRIBUTING.md lists every private name of a library that the code uses."""

import ast
import re
from collections.abc import Iterator

import pytest
from django.conf import settings

from tests.test_names import paths

# Names that begin with an underscore and that a library documents for its users.
DOCUMENTED = {
    "_base_manager", "_default_manager", "_meta", "_state",  # Django, of models
    "_change_reason",  # django-simple-history, of records
    "_asdict", "_make", "_replace",  # Python, of named tuples
}  # fmt: skip
# Keys of `request.META` that Django or gunicorn documents.
DOCUMENTED_KEYS = {
    "CONTENT_LENGTH", "HTTP_X_FORWARDED_FOR", "QUERY_STRING", "REMOTE_ADDR", "gunicorn.socket",
}  # fmt: skip


def listed() -> Iterator[tuple[str, str, str]]:
    """Each name in the table of CONTRIBUTING.md, with its file and its test."""
    text = (settings.BASE_DIR / "CONTRIBUTING.md").read_text()
    section = text.split("## Private names of libraries")[1].split("\n## ")[0]
    for row in section.splitlines():
        if row.startswith("| `"):
            names, _, files, _, test = (
                re.findall("`(.+?)`", cell) for cell in row[1:-1].split("|")
            )
            yield from ((name, file, test[0]) for name in names for file in files)


def own_names(nodes: list[ast.AST]) -> set[str]:
    """The names of a module's functions and classes, and of attributes set on `self`."""
    names = set()
    for node in nodes:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Attribute(value=ast.Name("self"), attr=name, ctx=ast.Store()):
                names.add(name)
    return names


def used() -> set[tuple[str, str]]:
    modules = {path: list(ast.walk(ast.parse(path.read_text()))) for path in paths()}
    own = {path: own_names(nodes) for path, nodes in modules.items()}
    inherited = set().union(*own.values())
    found = set()
    for path, nodes in modules.items():
        for node in nodes:
            name, known = name_in(node, own[path], inherited)
            if name and name not in known:
                found.add((name, str(path.relative_to(settings.BASE_DIR))))
    return found


def name_in(node: ast.AST, own: set[str], inherited: set[str]) -> tuple[str, set[str]]:
    """The private name that `node` uses, if any, and the names that may be used there."""
    match node:
        case (
            ast.Call(
                func=ast.Attribute(value=ast.Attribute(attr="META")), args=[ast.Constant(key), *_]
            )
            | ast.Subscript(value=ast.Attribute(attr="META"), slice=ast.Constant(key))
        ):
            return f'META["{key}"]', {f'META["{key}"]' for key in DOCUMENTED_KEYS}
        # A method that calls `super()._name` overrides the library's.
        case ast.Attribute(value=ast.Call(func=ast.Name("super")), attr=name):
            known = DOCUMENTED
        case ast.Attribute(value=ast.Name("self" | "cls"), attr=name):
            known = DOCUMENTED | inherited
        case ast.Attribute(attr=name):
            known = DOCUMENTED | own
        case ast.Call(func=ast.Name("getattr" | "setattr"), args=[_, ast.Constant(str(name)), *_]):
            known = DOCUMENTED | own
        case _:
            return "", set()
    return (name if re.match("_[a-z]", name) else ""), known


def test_the_private_names_of_libraries_that_are_used_are_those_that_are_listed():
    assert used() == {(name, file) for name, file, _ in listed()}


@pytest.mark.parametrize("test", sorted({test for _, _, test in listed()}))
def test_the_test_of_a_private_name_exists(test):
    path, _, name = test.partition("::")
    assert f"def {name}(" in (settings.BASE_DIR / path).read_text()
