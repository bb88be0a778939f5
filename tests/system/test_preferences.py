"""Preferences outlast the program. A file that can't be used is named and kept, as is what a later version added."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import pytest

from app.system import preferences
from app.system.preferences import KEPT, NAME, Edge, Preferences, PreferencesFile

if TYPE_CHECKING:
    from pathlib import Path

LEFT = Preferences(companion_edge=Edge.LEFT)


def read(folder: Path) -> tuple[Preferences, str]:
    file = PreferencesFile(folder)
    why = file.read()
    return file.current, why


def test_a_choice_is_there_at_the_next_start(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    assert read(folder) == (Preferences(), "")
    assert PreferencesFile(folder).change(LEFT) == ""
    assert read(folder) == (LEFT, "")
    assert (folder / NAME).stat().st_mode & 0o077 == 0
    assert [each.name for each in folder.iterdir()] == [NAME]
    preferences.remove(folder)
    assert list(folder.iterdir()) == []


def test_what_a_later_version_added_stays(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(json.dumps({"theme": "dark"}))
    file = PreferencesFile(tmp_path)
    assert file.read() == ""
    assert file.change(LEFT) == ""
    assert json.loads((tmp_path / NAME).read_text()) == {"theme": "dark", "companion_edge": "left"}


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff", b'{"companion_edge": "top"}', b'{"companion_edge": 3}', b'"' + b"x" * 70_000],
)
def test_a_file_that_cannot_be_used_is_named_and_kept(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    found, why = read(tmp_path)
    assert found == Preferences()
    assert NAME in why
    assert (tmp_path / NAME).read_bytes() == content
    file = PreferencesFile(tmp_path)
    file.read()
    assert file.change(LEFT) == ""
    assert read(tmp_path) == (LEFT, "")
    assert (tmp_path / KEPT).read_bytes() == content


def test_a_link_is_neither_read_nor_replaced(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.write_text('{"companion_edge": "left"}')
    (tmp_path / NAME).symlink_to(target)
    file = PreferencesFile(tmp_path)
    assert NAME in file.read()
    assert file.change(LEFT)
    assert file.current == LEFT, "it lasts for this run"
    assert (tmp_path / NAME).is_symlink()


def test_changes_at_the_same_time_all_succeed(tmp_path: Path) -> None:
    file = PreferencesFile(tmp_path)
    said: list[str] = []
    edges = [Edge.LEFT, Edge.FREE, Edge.RIGHT] * 10
    threads = [threading.Thread(target=lambda e=e: said.append(file.change(Preferences(e)))) for e in edges]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert set(said) == {""}
    assert read(tmp_path) == (file.current, "")
