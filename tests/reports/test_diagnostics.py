"""Diagnostics contain only what the list names, whatever the setup, the system or the keyring contains."""

from __future__ import annotations

import asyncio
import platform
import re
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from app.guide import catalog
from app.guide.vocabulary import Milestone
from app.polling.loop import LookReport
from app.reports.diagnostics import SetupTally, WindowFacts, report
from app.scim.changes import Capabilities, ChangesSeen, LookFailed
from app.scim.observation import Observation
from app.setup.state import Setup, Sighting, Status, Summary, Wait
from tests.hostile.server import TOKEN, Hostile, says
from tests.session.test_session import at_the_test

if TYPE_CHECKING:
    from app.session.session import SetupSession

CANARY = "canary-9d2c"
NOW = datetime(2026, 11, 25, 9, 30, 15, 123456, tzinfo=UTC)
SURFACE = WindowFacts("6.12.0", "6.12.0", "xcb", "dark", 2.0)
LINES = (
    r"Program: [\d.]+ \((source|package)\)",
    r"System: [\w ]+( [\d.]+)?, kernel [\d.]+, \w+",
    r"Python: [\d.]+",
    r"Qt: [\d.]+, PySide6 [\d.]+, \w+",
    r"Look: [\w ]+, scale [\d.]+",
    r"Keyring: [\w ]+",
    r"Mode: (practice|real)",
    rf"Setups: \d+(, ({'|'.join(Status)}) \d+)*; unreadable files: \d+",
    r"Opened setup \d+",
    r"  Guide: [a-z0-9-]+",
    r"  Step: [a-z0-9-]+",
    rf"  Status: ({'|'.join(Status)})",
    r"  Reached [a-z-]+: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    r"  Test [a-z]+: [a-z-]+, [a-z-]+(, status \d{3})?",
    r"  Watch: (not started|no look yet|[a-z -]+(, [a-z -]+)?(, in a row \d+)?(, last look)? [\dTZ:-]+)",
    r"",
)
"""Every possible line."""


def only_what_is_listed(text: str) -> None:
    for line in text.rstrip("\n").split("\n"):
        assert any(re.fullmatch(form, line) for form in LINES), line
    assert CANARY not in text
    assert socket.gethostname() not in text or len(socket.gethostname()) < 4
    assert str(Path.home()) not in text or str(Path.home()) == "/"


@pytest.mark.usefixtures("secret_service")
def test_of_a_setup_full_of_canaries_only_what_is_listed(tmp_path: Path) -> None:
    async def story(url: str) -> str:
        async with at_the_test(tmp_path, catalog.guide("entra"), url) as session:
            await session.testing.run()
            spoilt = session.setup.with_(
                name=CANARY,
                client=CANARY,
                summary=Summary(title=CANARY),
                values={**session.setup.values, "directory_name": CANARY, CANARY: CANARY},
                reached={**session.setup.reached, Milestone.STARTED.value: NOW, CANARY: NOW},
                answers={CANARY: CANARY},
                ticked=frozenset({CANARY}),
            )
            session.setup = spoilt
            shelf = SetupTally.of((spoilt, spoilt.with_(summary=Summary(Status.WAITING, Wait.TIMESTAMP))), 1)
            return report(SURFACE, "GNOME Keyring", shelf, (session,), practice=True)

    with Hostile(
        says(f"HTTP/1.1 401 {CANARY}\r\nX-{CANARY}: {CANARY}\r\nContent-Length: 0\r\n\r\n".encode())
    ) as server:
        text = asyncio.run(story(server.base_url))
    only_what_is_listed(text)
    assert "  Guide: entra\n" in text
    assert "  Test token: failed, unauthorized, status 401\n" in text
    assert "  Reached started: 2026-11-25T09:30:15Z\n" in text
    assert "  Watch: no look yet\n" in text
    assert "  Status: failing\n" in text
    assert "Setups: 2, in-progress 1, waiting 1; unreadable files: 1\n" in text
    for secret in (TOKEN, server.base_url, "127.0.0.1"):
        assert secret not in text


@pytest.mark.parametrize(
    ("result", "shown"),
    [
        (ChangesSeen(None, 5, None, 3, Capabilities()), "no change yet, sees all, last look"),
        (LookFailed(Observation.REFUSED, 3.0), "no answer, refused, in a row 2, last look"),
    ],
)
def test_the_watch(result: ChangesSeen | LookFailed, shown: str) -> None:
    looked = LookReport(NOW, NOW + timedelta(minutes=5), result, 2)
    only_what_is_listed(text := report(SURFACE, "x", SetupTally({}, 0), (doing(looked),), practice=False))
    assert f"  Watch: {shown} 2026-11-25T09:30:15Z\n" in text


def test_a_sighting() -> None:
    text = report(SURFACE, "x", SetupTally({}, 0), (doing(None, Sighting(NOW, NOW, entered=True)),), practice=False)
    only_what_is_listed(text)
    assert "  Watch: timestamp entered 2026-11-25T09:30:15Z\n" in text


def doing(looked: LookReport[ChangesSeen | LookFailed] | None, sighting: Sighting | None = None) -> SetupSession:
    """The part of an assistant that diagnostics use."""
    guide = catalog.guide("okta")
    setup = Setup(
        "0" * 32,
        CANARY,
        CANARY,
        CANARY,
        NOW,
        NOW,
        reached={Milestone.SUBMITTED: NOW, Milestone.STARTED: NOW},
        sighting=sighting,
    )
    here = SimpleNamespace(step=guide.steps[0])
    testing, waiting = SimpleNamespace(findings=()), SimpleNamespace(report=looked)
    return cast("SetupSession", SimpleNamespace(guide=guide, setup=setup, here=here, testing=testing, waiting=waiting))


@pytest.mark.parametrize(
    ("release", "said"),
    [
        ({"ID": "debian", "VERSION_ID": "13"}, "debian 13"),
        ({"ID": "debian", "VERSION_CODENAME": "forky"}, "debian forky"),
        ({"ID": "arch"}, "arch rolling"),
        ({}, "Linux rolling"),
    ],
)
def test_a_system_without_a_version_is_named(
    release: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: release)
    surface = WindowFacts("6.12.0", "6.12.0", "xcb", "light", 1.0)
    assert f"System: {said}, kernel" in report(surface, "GNOME Keyring", SetupTally({}, 0), (), practice=False)


def test_texts_by_others_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "release", lambda: f"6.1.0-{CANARY}")
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: {"ID": f"</{CANARY}>", "VERSION_ID": f"12{CANARY}"})
    surface = WindowFacts(f"6.12.0-{CANARY}", f"6.12.0 {CANARY}", f"@{CANARY}", "light", 1.5)
    text = report(surface, f"https://{CANARY}", SetupTally({}, 0), (), practice=False)
    only_what_is_listed(text)
    assert "System: other 12, kernel 6.1.0, " in text
    assert "Keyring: other\n" in text
