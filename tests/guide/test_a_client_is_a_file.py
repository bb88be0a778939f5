"""No code knows a client or a step: what differs between clients is in their guides."""

from __future__ import annotations

import ast
from pathlib import Path

from app.guide import catalog, vocabulary

ROOT = Path(__file__).resolve().parents[2]

EXAMPLES = {
    "app/cli.py": {"entra"},
    "packaging/handbook/pages.py": {"entra"},
    "packaging/handbook/pictures.py": {"entra"},
}
"""The client whose tour is the default, the one that is heard, and the one whose pictures stand for all."""

OF_THE_API = {"app/practice/directory_sync.py": {"okta"}}
"""A value of the Directory Sync API's own list of providers."""


def texts(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {each.value for each in ast.walk(tree) if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def test_no_code_names_a_client_or_a_step() -> None:
    guides = catalog.guides()
    known = {guide.id for guide in guides} | {guide.errors for guide in guides if guide.errors}
    known |= {step.id for guide in guides for step in guide.steps}
    enums = (each for each in vars(vocabulary).values() if isinstance(each, type) and hasattr(each, "__members__"))
    known -= {str(member) for enum in enums for member in enum.__members__.values()}
    known -= {"others"}  # an English word too
    found = {}
    for folder in ("app", "ui", "packaging"):
        for path in (ROOT / folder).rglob("*.py"):
            name = path.relative_to(ROOT).as_posix()
            if named := texts(path) & known:
                found[name] = named
    assert found == {**EXAMPLES, **OF_THE_API}
