"""The contributors' pages are true to the code: map, picture, walks, events, glossary, and the form of findings."""

from __future__ import annotations

import ast
import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import house
import pytest

from app.system.event_trace import TraceEvent
from app.system.paths import resources

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
HELP = resources() / "help"
PAGES = [HELP / "contributors.md", HELP / "guides.md", *sorted((HELP / "contributing").glob("*.md"))]

IGNORED = {"__init__.py", "__pycache__"}
PATH = re.compile(r"`((?:app|ui|resources|packaging|tests|findings)(?:/[\w./-]+)?)`")


def text(name: str) -> str:
    return (HELP / "contributing" / name).read_text("utf-8")


def rows(page: str) -> list[list[str]]:
    """The cells of all table rows, without heads and rules."""
    lines = [line.strip() for line in page.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if not set(row[0]) <= set("-") and row[0] not in {"room", "word", "event"}]


def rooms() -> set[str]:
    """Every folder and module directly below our folders; of resources the folders, and findings as a whole."""
    found = {"findings"}
    for top in ("app", "ui", "tests", "packaging", "resources"):
        for path in (ROOT / top).iterdir():
            # A room that has moved away can leave compiled modules behind in a checkout.
            here = any(file.is_file() and file.suffix != ".pyc" for file in (path, *path.rglob("*")))
            if here and path.name not in IGNORED and (path.is_dir() or top != "resources"):
                found.add(f"{top}/{path.name}")
    return found


def test_the_map_has_every_room_and_invents_none() -> None:
    named = [name for row in rows(text("map.md")) for name in re.findall(r"`([^`]+)`", row[0])]
    assert sorted(named) == sorted(set(named))
    assert set(named) - rooms() == set(), "no longer there: take them off resources/help/contributing/map.md"
    assert rooms() - set(named) == set(), "add each with one sentence to resources/help/contributing/map.md"


def test_the_map_says_something_of_each_room() -> None:
    assert [row for row in rows(text("map.md")) if len(row) != 2 or not row[1].endswith((".", ")"))] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_names_is_there(page: Path) -> None:
    words = page.read_text("utf-8")
    assert [path for path in PATH.findall(words) if not (ROOT / path).exists()] == []
    links = [link for link in re.findall(r"\]\(([^)#]*)(?:#[\w-]*)?\)", words) if link]
    assert [link for link in links if not (page.parent / link).resolve().exists()] == []


def test_the_first_page_leads_to_all_others() -> None:
    first = (HELP / "contributors.md").read_text("utf-8")
    assert [page.name for page in PAGES[1:] if f"{page.name})" not in first] == []


def test_the_readme_stays_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) < 130


# -- the picture ---------------------------------------------------------------------------


def test_the_picture_is_what_the_imports_give() -> None:
    """Otherwise: python3 packaging/dev.py help."""
    assert house.PICTURE.read_text("utf-8") == house.picture()


def test_the_picture_sees_imports_in_functions_and_not_those_for_types(tmp_path: Path) -> None:
    sources = {
        "app/__init__.py": "",
        "app/low/__init__.py": "",
        "app/low/one.py": "",
        "app/mid.py": "if TYPE_CHECKING:\n    from app.low import one\n",
        "app/high/two.py": "def work():\n    from app.low.one import name\nimport app.mid\n",
    }
    for name, source in sources.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(source, "utf-8")
    assert {name: used for name, used in house.uses(tmp_path).items() if used} == {"app.high": {"app.low", "app.mid"}}


def test_in_the_picture_rooms_of_app_use_lower_rooms_only() -> None:
    used = house.uses()
    order = house.order(used)
    assert set(order) == set(used) | {other for others in used.values() for other in others}
    upward = {
        (name, other)
        for name, others in used.items()
        for other in others
        if order.index(other) < order.index(name) and name.startswith("app.")
    }
    assert upward == set()


# -- walks ---------------------------------------------------------------------------------


@cache
def defined(path: Path) -> set[str]:
    """The functions and classes of a module, and methods as ``Class.method``."""
    found = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
            members = node.body if isinstance(node, ast.ClassDef) else []
            found |= {
                f"{node.name}.{each.name}"
                for each in members
                if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
            }
    return found


def walks() -> Mapping[str, list[tuple[str, str]]]:
    """Walk → its files, each with what is said of it."""
    parts = re.split(r"^## ", text("walks.md"), flags=re.MULTILINE)[1:]
    return {part.splitlines()[0]: re.findall(r"^\d+\. `([^`]+)`: (.*)$", part, re.MULTILINE) for part in parts}


def test_there_are_three_walks_of_at_most_ten_files() -> None:
    assert len(walks()) == 3
    for name, steps in walks().items():
        assert 5 <= len({path for path, _ in steps}) == len(steps) <= 10, name


@pytest.mark.parametrize("walk", ["A token", "A test", "A wait"])
def test_every_name_on_a_walk_is_defined_in_its_file(walk: str) -> None:
    for path, said in walks()[walk]:
        name = re.match(r"`([\w.]+)`", said)
        assert name is not None, path
        assert name[1] in defined(ROOT / path), path


# -- slow tests ----------------------------------------------------------------------------

SLOWEST = 10


def slow_tests() -> list[tuple[int, str, str]]:
    """The seconds of each mark ``slow``, the file it is in, and why."""
    found = []
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.slow":
                seconds, why = (ast.literal_eval(each) for each in node.args)
                found.append((seconds, path.relative_to(ROOT).as_posix(), why))
    return found


def test_the_slowest_tests_are_listed_with_their_reasons() -> None:
    listed = [
        (int(row[1]), row[0].strip("`"), row[2])
        for row in rows(text("debugging.md"))
        if len(row) == 3 and row[1].isdecimal()
    ]
    assert listed == sorted(slow_tests(), key=lambda found: (-found[0], found[1]))[:SLOWEST]


# -- words ---------------------------------------------------------------------------------


def test_every_event_is_explained() -> None:
    named = {name for row in rows(text("debugging.md")) for name in re.findall(r"`([A-Z_]+)`", row[0])}
    assert named == {event.name for event in TraceEvent}


def first_sentence(docstring: str) -> str:
    """Up to the first period that ends a sentence."""
    return re.split(r"(?<=\.)\s", " ".join(docstring.split()))[0]


def test_the_glossary_and_the_docstrings_agree() -> None:
    classes = {
        node.name: node
        for top in ("app", "ui", "packaging")
        for path in (ROOT / top).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    compared = 0
    for word, meaning, name in rows(text("glossary.md")):
        if name:
            compared += 1
            assert first_sentence(ast.get_docstring(classes[name.strip("`")]) or "") == meaning, word
    assert compared > 20


def test_the_glossary_is_in_order_and_has_each_word_once() -> None:
    words = [row[0].strip("*").partition("*")[0].lower() for row in rows(text("glossary.md"))]
    assert words == sorted(set(words))


# -- findings ------------------------------------------------------------------------------

PARTS = ("Version", "Behavior", "Guess", "Seen", "Here")


@pytest.mark.parametrize("script", sorted((ROOT / "findings").iterdir()), ids=lambda script: script.stem)
def test_a_finding_has_the_form_of_all(script: Path) -> None:
    source = script.read_text("utf-8")
    assert script.suffix == ".sh"
    assert os.access(script, os.X_OK)
    assert source.startswith("#!/usr/bin/env bash\n# ")
    lines = [line.removeprefix("# ") for line in source.splitlines() if line.startswith("# ")]
    assert [line.partition(":")[0] for line in lines if line.startswith(PARTS)] == list(PARTS)
    assert not re.search(r"^\s*(from|import) (app|ui)\b", source, re.MULTILINE)
    assert "mktemp -d" in source
    assert source.endswith('grep -Fxq -- "# Seen: $seen" "$0"\n'), "it fails once something else is seen"
    pinned = re.findall(r"[ /]([a-zA-Z][\w.-]+)(?:==?|@)(\d[\w.+-]*)(?=[\s;])", source)
    version = next(line for line in lines if line.startswith("Version:"))
    assert pinned
    assert all(f"{name} {number}" in version for name, number in pinned)
    here = next(line for line in lines if line.startswith("Here:"))
    assert all((ROOT / path).exists() for path in re.findall(r"\b(?:app|ui|packaging)/[\w/]+\.py", here))
