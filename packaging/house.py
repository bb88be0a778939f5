"""Draws the house from its imports: a row for each room of app and ui, and a dot under every room that it uses."""

from __future__ import annotations

import ast
import tomllib
from collections import defaultdict
from typing import TYPE_CHECKING

from build_env import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

PICTURE = ROOT / "resources/help/house.svg"

ROW, LEFT, TOP, RIGHT = 22, 150, 132, 24
"""Height of a row and width of a column, and the margins, in pixels. The names above the columns are slanted."""

INK, PALE, BAND, UI, APP = "#1f2937", "#e5e7eb", "#f3f4f6", "#7c3aed", "#0f766e"


def room(module: str) -> str:
    """The room of a module: its folder, or its own name where it lies directly below app or ui."""
    return ".".join(module.split(".")[:2])


def uses(root: Path = ROOT) -> dict[str, set[str]]:
    """Room → the rooms that it imports, also inside functions. Imports for type checking only do not count."""
    files = {".".join(path.relative_to(root).with_suffix("").parts): path for path in _sources(root)}
    modules = {name.removesuffix(".__init__"): path for name, path in files.items()}
    used: dict[str, set[str]] = defaultdict(set)
    for name, path in modules.items():
        if "." in name:
            here = room(name)
            named = _imported(ast.parse(path.read_text("utf-8")), modules)
            used[here] |= {room(each) for each in named if "." in each} - {here}
    return used


def _sources(root: Path) -> Iterator[Path]:
    for top in ("app", "ui"):
        yield from sorted((root / top).rglob("*.py"))


def _imported(tree: ast.AST, modules: Iterable[str]) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom):
            named = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (each for name in named for each in (name, str(node.module)) if each in modules)
        yield from _imported(node, modules)


def order(used: Mapping[str, set[str]]) -> list[str]:
    """All rooms, the highest first: the entry point, those of ui ordered by use, those of app as in the contract."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (layers,) = (each["layers"] for each in contracts if each.get("containers") == ["app"])
    left = sorted(name for name in used if name.startswith("ui."))
    placed = []
    while left:
        highest = min(left, key=lambda name: (sum(name in used[other] for other in left), name))
        placed.append(highest)
        left.remove(highest)
    entry, *others = (f"app.{layer}" for layer in layers)
    return [entry, *placed, *others]


def draw(used: Mapping[str, set[str]], rooms: Sequence[str]) -> str:
    """The picture as an SVG document."""
    across = LEFT + ROW * len(rooms)
    width, height = across + TOP // 2 + RIGHT, TOP + ROW * len(rooms) + RIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="Inter, Segoe UI, Helvetica, Arial, sans-serif" font-size="13">',
        "<title>Which room uses which</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for index, name in enumerate(rooms):
        y, x = TOP + ROW * index, LEFT + ROW * index
        if index % 2:
            parts.append(f'<rect x="0" y="{y}" width="{across}" height="{ROW}" fill="{BAND}"/>')
        parts.append(f'<rect x="{x}" y="{y}" width="{ROW}" height="{ROW}" fill="{PALE}"/>')
        color = UI if name.startswith("ui.") else APP
        words = f'fill="{color}">{name.replace(".", "/")}</text>'
        middle = ROW // 2
        parts += [
            f'<text x="{LEFT - 10}" y="{y + middle + 4}" text-anchor="end" {words}',
            f'<text transform="translate({x + middle + 3} {TOP - 8}) rotate(-60)" {words}',
        ]
        for other in sorted(used.get(name, ())):
            parts.append(
                f'<circle cx="{LEFT + ROW * rooms.index(other) + middle}" cy="{y + middle}" r="5" fill="{INK}"/>'
            )
    return "\n".join([*parts, "</svg>", ""])


def picture() -> str:
    """The house as it is now."""
    used = uses()
    return draw(used, order(used))


def write() -> None:
    """Write the picture beside the handbook's pages."""
    PICTURE.write_text(picture(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write()
