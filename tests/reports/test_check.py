"""Test Connection without a window: its output, its exit codes, and what it never prints."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.reports.exit_code import Exit
from app.setup.state import Status
from tests.hostile.server import TOKEN, Hostile, http, listing, says
from tests.support.sessions import opened

if TYPE_CHECKING:
    from app.session.session import SetupSession

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CANARY = "canary-of-the-path"


def stored(folder: Path, base_url: str | None, name: str = "contoso.com") -> SetupSession:
    """A practice setup with its secrets in the keyring."""
    captured = {"primary_domain": name}
    if base_url is not None:
        captured |= {"base_url": base_url, "token": f"{TOKEN}-0123456789"}

    async def give() -> SetupSession:
        async with opened(folder / "practice", captured=captured, practice=True, keep=True) as session:
            return session

    return asyncio.run(give())


def check(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", "check", *arguments, "--practice", "--data-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def closing(session: SetupSession) -> None:
    trouble = asyncio.run(session.forget())
    assert trouble is None or trouble.startswith("The secrets are gone"), trouble
    session.vault.close()


@pytest.mark.usefixtures("secret_service")
@pytest.mark.parametrize(
    ("answer", "code", "first"),
    [
        (listing(), Exit.PASSED, None),
        (http(401), Exit.FAILED, "submit"),
        (http(404), Exit.FAILED, "submit"),
        (http(200, b"<html>", "text/html"), Exit.FAILED, "copy-base-url"),
    ],
)
def test_the_exit_code_and_the_step(answer: bytes, code: Exit, first: str | None, tmp_path: Path) -> None:
    def answering(connection: object, request: str, stop: object) -> None:
        says(answer)(connection, request.replace("-0123456789", ""), stop)  # type: ignore[arg-type]

    with Hostile(answering) as server:
        session = stored(tmp_path, f"{server.base_url}/{CANARY}")
        before = {path: path.read_bytes() for path in tmp_path.rglob("*.json")}
        spoken = check(tmp_path, "Contoso.com")
        machine = check(tmp_path, session.setup.id, "--json")
    assert (spoken.returncode, machine.returncode) == (code, code), spoken.stderr
    report = json.loads(machine.stdout)
    assert report["exit"] == code
    assert report["status"] == (Status.FAILING if code else Status.IN_PROGRESS)
    assert f"Setup: {Status(report['status']).words}\n" in spoken.stdout
    assert [entry["check"] for entry in report["checks"]][:2] == ["address", "name"]
    if first is None:
        assert report["causes"] == []
        assert "failed" not in spoken.stdout
    else:
        assert report["causes"][0]["revisit"]["step"] == first
        assert report["title"] in spoken.stdout
        for cause in report["causes"]:
            assert cause["evidence"].endswith(".")
            assert cause["sentence"] in spoken.stdout
            assert cause["evidence"] in spoken.stdout
    for output in (spoken.stdout, spoken.stderr, machine.stdout, machine.stderr):
        assert CANARY not in output
        assert TOKEN not in output
        assert str(server.port) not in output
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.json")} == before
    closing(session)


@pytest.mark.usefixtures("secret_service")
def test_secrets_that_are_not_there(tmp_path: Path) -> None:
    session = stored(tmp_path, None)
    done = check(tmp_path, "contoso.com")
    assert done.returncode == Exit.NO_SECRETS
    assert "Base URL is not in" in done.stderr
    closing(session)


@pytest.mark.usefixtures("secret_service")
def test_a_name_that_is_not_there_or_not_alone(tmp_path: Path) -> None:
    assert check(tmp_path, "nobody").returncode == Exit.NO_SETUP
    both = [stored(tmp_path, None), stored(tmp_path, None)]
    done = check(tmp_path, "contoso.com", "--json")
    assert done.returncode == Exit.NO_SETUP
    assert all(session.setup.id in json.loads(done.stdout)["title"] for session in both)
    for session in both:
        closing(session)


def test_a_wrong_command_line(tmp_path: Path) -> None:
    assert check(tmp_path).returncode == Exit.USAGE
    assert check(tmp_path, "one", "two").returncode == Exit.USAGE
