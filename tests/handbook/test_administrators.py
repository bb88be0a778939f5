"""What the administrators' page says is what the code does."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from handbook.pages import EXAMPLE, pages

from app.reports.exit_code import Exit
from app.system import policy
from app.system.paths import data_dir
from app.system.policy_settings import LONGEST_SECONDS, SHORTEST_SECONDS
from app.values.address import API_HOSTS, TOKEN_HOST
from app.vault import backend, linux, windows
from tests.handbook.reading import read
from ui.desktop.clipboard import TTL_SECONDS
from ui.widgets.fields import REVEAL_SECONDS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def blocks() -> list[str]:
    return read(pages()["administrators.html"]).blocks


def after(blocks: list[str], cell: str) -> str:
    """The cell to the right of the first one with that text."""
    return blocks[blocks.index(cell) + 1]


@pytest.mark.parametrize("command", [(), ("check",), ("explain",)])
def test_every_option_is_told(command: tuple[str, ...], blocks: list[str]) -> None:
    asked = [sys.executable, "-m", "app", *command, "--help"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    options = set(re.findall(r"--[a-z][a-z-]+", done.stdout))
    text = "\n".join(blocks)
    assert len(options) >= 2
    assert not [option for option in options if option not in text]


def test_every_exit_code_is_told(blocks: list[str]) -> None:
    sentences = [after(blocks, str(int(code))) for code in Exit]
    assert len(set(sentences)) == len(Exit)
    assert all(sentence.endswith(".") for sentence in sentences)


def test_every_decision_of_a_policy_is_told_and_the_example_is_one(blocks: list[str]) -> None:
    for decision in fields(policy.Policy):
        assert decision.name in blocks, decision.name
    followed = policy.parse(tomllib.loads(EXAMPLE))
    assert isinstance(followed, policy.Policy)
    assert followed != policy.NO_POLICY
    assert str(policy.path("linux")) in blocks
    row = blocks[blocks.index("clipboard_seconds") :]
    assert row[1] == f"{SHORTEST_SECONDS} to {LONGEST_SECONDS}"
    assert row[3] == f"{TTL_SECONDS} seconds."
    assert f"{REVEAL_SECONDS} seconds" in blocks[blocks.index("reveal") + 3]


def test_the_keyrings_are_the_allowed_ones(blocks: list[str]) -> None:
    text = "\n".join(blocks[blocks.index("Keyrings") :])
    for name in (*backend.NAMES.values(), *linux.PROVIDERS.values(), backend.SYSTEM, backend.USERNAME):
        assert name in text, name
    assert f"{windows.UNITS:,} characters" in text


def test_hosts_and_folders_are_those_of_the_code(
    blocks: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert TOKEN_HOST in blocks
    assert all(any(host in block for block in blocks) for host in API_HOSTS)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert f"~/{data_dir().relative_to(tmp_path)}, or below XDG_DATA_HOME" in blocks
