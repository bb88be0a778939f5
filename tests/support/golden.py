"""Golden files: each table of sentences as it is on the screen. ``pytest --write-golden`` writes them again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from enum import StrEnum

    from app.text.worded import WordedEnum

Golden = Callable[[str, str], None]
"""Takes the name of the file and what has to be in it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Know the option."""
    parser.addoption("--write-golden", action="store_true", help="write golden files instead of comparing with them")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compares a text with the file of that name in the folder ``golden`` beside the test."""

    def compare(name: str, written: str) -> None:
        file = request.path.parent / "golden" / f"{name}.txt"
        if request.config.getoption("write_golden"):
            file.parent.mkdir(exist_ok=True)
            file.write_text(written, "utf-8")
        assert written == file.read_text("utf-8"), f"see the changes, then write {file.name} with --write-golden"

    return compare


def lines(members: Iterable[StrEnum], table: Mapping[Any, str | tuple[str, ...]], *, partial: bool = False) -> str:
    """A line for each member in their order; only a partial table may leave members out."""
    return "".join(
        f"{member.value}: {_joined(table[member])}\n" for member in members if not partial or member in table
    )


def worded(kind: type[WordedEnum]) -> dict[WordedEnum, tuple[str, ...]]:
    """The table that such an enum is."""
    return {member: (member.words, *member.more) for member in kind}


def _joined(sentence: str | tuple[str, ...]) -> str:
    return sentence if isinstance(sentence, str) else " | ".join(sentence)
