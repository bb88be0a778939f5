"""What the shape of the code promises: each class name once, no circle of imports, private members left private."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parents[1]
PRODUCT = ("app", "ui")


@cache
def trees(*folders: str) -> Mapping[str, ast.Module]:
    """Every module of these folders, by the dotted name under which it is imported."""
    found = {}
    for path in sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        parts = parts[1:] if parts[0] == "packaging" else parts  # a folder of scripts, not a package
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = ast.parse(path.read_text("utf-8"))
    return found


def classes(tree: ast.AST) -> Iterator[str]:
    """The names of all classes of a module, also of those inside functions and classes."""
    return (node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def imports(name: str, tree: ast.Module, modules: Mapping[str, ast.Module]) -> Iterator[str]:
    """The modules of this project that a module imports anywhere, also while type checking and inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports relatively"
            within = [f"{node.module}.{alias.name}" for alias in node.names]
            named = [each if each in modules else str(node.module) for each in within]
        else:
            continue
        yield from (each for each in named if each in modules and each != name)


def circles(graph: Mapping[str, set[str]]) -> frozenset[frozenset[str]]:
    """The strongly connected parts of more than one module (Tarjan, with its own stack)."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_ones: list[str] = []
    found: set[frozenset[str]] = set()
    for start in graph:
        todo = [(start, iter(sorted(graph[start])))] if start not in number else []
        while todo:
            name, targets = todo[-1]
            if name not in number:
                number[name] = lowest[name] = len(number)
                open_ones.append(name)
            for target in targets:
                if target not in number:
                    todo.append((target, iter(sorted(graph[target]))))
                    break
                if target in open_ones:
                    lowest[name] = min(lowest[name], number[target])
            else:
                todo.pop()
                if todo:
                    lowest[todo[-1][0]] = min(lowest[todo[-1][0]], lowest[name])
                if lowest[name] == number[name]:
                    at = open_ones.index(name)
                    if len(open_ones) - at > 1:
                        found.add(frozenset(open_ones[at:]))
                    del open_ones[at:]
    return frozenset(found)


def test_a_class_name_is_defined_once() -> None:
    places = defaultdict(list)
    for module, tree in trees(*PRODUCT).items():
        for name in classes(tree):
            places[name].append(module)
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_no_imports_go_in_a_circle() -> None:
    modules = trees(*PRODUCT, "packaging")
    found = circles({name: set(imports(name, tree, modules)) for name, tree in modules.items()})
    print(f"import circles: {len(found)}")
    assert [sorted(each) for each in found] == []


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        ({"a": {"b"}, "b": {"c"}, "c": set()}, []),
        ({"a": {"b"}, "b": {"a"}, "c": {"a"}}, [["a", "b"]]),
        ({"a": {"b", "d"}, "b": {"c"}, "c": {"a"}, "d": {"e"}, "e": {"d", "b"}}, [["a", "b", "c", "d", "e"]]),
        ({"a": {"b"}, "b": {"c", "a"}, "c": {"d"}, "d": {"c"}}, [["a", "b"], ["c", "d"]]),
    ],
)
def test_circles_are_found(graph: dict[str, set[str]], expected: list[list[str]]) -> None:
    assert sorted(sorted(each) for each in circles(graph)) == expected


def is_private(name: str) -> bool:
    """One underscore: what a class or module keeps to itself."""
    return name.startswith("_") and not name.endswith("__")


def private_uses(tree: ast.AST) -> Iterator[str]:
    """Private members of other objects that a module reads, calls, patches or imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            if not (isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}):
                yield f"{node.lineno}: {ast.unparse(node)}"
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.lineno}: import {alias.name}" for alias in node.names if is_private(alias.name))
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("attr"):
            named = (each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str))
            yield from (f"{node.lineno}: {name}" for name in named if is_private(name.rpartition(".")[2]))


def test_no_test_of_the_window_uses_a_private_member() -> None:
    used = {name: found for name, tree in trees("tests").items() if (found := list(private_uses(tree)))}
    print(f"private members of other objects used in tests: {sum(map(len, used.values()))}")
    assert {name: found for name, found in used.items() if name.startswith(("tests.ui.", "tests.support."))} == {}


@pytest.mark.parametrize(
    ("source", "uses"),
    [
        ("page._task.cancel()", 1),
        ("self._made = cls._made", 0),
        ("super()._walk()", 1),
        ("value.__class__", 0),
        ("from app.net.client import _LIMIT", 1),
        ("from app import __version__", 0),
        ("patch.setattr(page, '_say', print)", 1),
        ("patch.setattr('app.exports.reading._command', print)", 1),
        ("getattr(page, 'title')", 0),
    ],
)
def test_private_uses_are_found(source: str, uses: int) -> None:
    assert len(list(private_uses(ast.parse(source)))) == uses
