"""Setups that wait while a real GNOME Keyring is locked: no prompt, one line on home, and on they go once it opens."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jeepney import message_bus
from jeepney.io.blocking import Proxy, open_dbus_connection
from PySide6.QtWidgets import QPushButton

from app.guide import catalog
from app.reports.exit_code import Exit
from app.scim.changes import LookFailed
from app.scim.observation import Observation
from app.session import background
from app.session.background import Job
from app.setup import journey
from app.setup.journey import Block, BlockReason
from app.setup.sentences import sentence
from app.vault import Vault, VaultStatus
from tests.support.bus_monitor import bus_calls
from tests.support.screen import child, message, part, words
from tests.support.setups import fresh
from tests.support.until import until
from tests.ui.test_watches import waiting
from tests.vault.providers import GnomeKeyring
from ui.wizard.connection_page import ConnectionPage
from ui.wizard.footer import FooterBar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.running import Program
    from ui.application import Application
    from ui.session.controller import SetupController

CHECKING = "Checking \u2026"
SETUPS = 50
BASE_URL = "https://localhost:9/scim/v2"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def keyring(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[GnomeKeyring]:
    provider = GnomeKeyring(tmp_path_factory.mktemp("keyring"))
    try:
        provider.start()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", provider.address)
        yield provider
    finally:
        provider.close()


def hold(program: Program, count: int) -> list[str]:
    """Store setups that wait for their timestamp, with their secrets, and return their ids."""
    setups = [waiting().with_(name=f"Directory {number}") for number in range(count)]
    program.holding(*setups)

    async def store() -> None:
        vault = Vault("setup")
        for setup in setups:
            for name, value in (("base_url", BASE_URL), ("token", "a-token-that-is-long-enough")):
                assert (await vault.put(setup.id, name, value)).status is VaultStatus.STORED
        vault.close()

    asyncio.run(store())
    return [setup.id for setup in setups]


@pytest.mark.slow(30, "stores the secrets of fifty setups in a keyring of its own, twice")
def test_fifty_waiting_setups_prompt_nobody(
    program: Program, keyring: GnomeKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "RETRY_SECONDS", 0.2)
    hold(program, SETUPS)
    keyring.lock()

    async def story(application: Application) -> None:
        workspace = application.workspace
        assert workspace is not None
        await until(lambda: len(workspace.opened) == SETUPS, 30)
        sessions = list(workspace.opened.values())
        await until(lambda: all(session.waiting.report for session in sessions), 60)
        for session in sessions:
            report = session.waiting.report
            assert report is not None
            assert isinstance(report.result, LookFailed)
            assert report.result.observation is Observation.KEYRING_LOCKED
            assert session.background.running == {Job.TIMESTAMP, Job.KEYRING}
        assert words(application.home).count("is locked") == 1
        assert f"{SETUPS} setups wait" in words(application.home)
        assert calls["Prompt"] == 0

        child(application.home, "unlock-keyring").click()
        (await message(application.window)).accept()
        assert calls["Prompt"] == 1, "nobody answers it here, so it is dismissed by itself"
        await asyncio.sleep(1)
        assert calls["Prompt"] == 1, "and it is not repeated"

        keyring.unlock()
        await until(lambda: not any(session.captures.closed for session in sessions), 60)
        await until(lambda: not child(application.home, "unlock-keyring").isVisible())
        for session in sessions:
            report = session.waiting.report
            assert report is not None
        await until(
            lambda: (
                not any(
                    getattr(s.waiting.report.result, "observation", None) is Observation.KEYRING_LOCKED
                    for s in sessions
                    if s.waiting.report is not None
                )
            ),
            60,
        )
        assert calls["Prompt"] == 1

    with bus_calls(keyring.address) as calls:
        program.play(story)
    assert calls["Prompt"] == 1


def test_no_command_prompts(program: Program, keyring: GnomeKeyring, tmp_path: Path) -> None:
    (setup_id,) = hold(program, 1)
    keyring.lock()
    groups = tmp_path / "groups.csv"
    groups.write_text("displayName\nEveryone\n", "utf-8")

    def run(*arguments: str) -> int:
        environment = {**os.environ, "HOME": str(tmp_path)}
        command = [sys.executable, "-m", "app", *arguments]
        ran = subprocess.run(command, cwd=ROOT, env=environment, input=b"404", capture_output=True, timeout=60)
        return ran.returncode

    with bus_calls(keyring.address) as calls:
        assert run("explain", "--client", "entra") in (Exit.PASSED, Exit.FAILED)
        assert run("groups", str(groups)) in (Exit.PASSED, Exit.FAILED)
    assert calls == {}, "neither asks a keyring at all"
    with bus_calls(keyring.address) as calls:
        assert run("check", setup_id, "--data-dir", str(program.data)) == Exit.NO_SECRETS
    assert calls
    assert calls["Prompt"] == 0


@pytest.mark.usefixtures("keyring")
def test_continue_shows_that_a_setup_is_being_opened(program: Program) -> None:
    setup = fresh(catalog.guide("entra"))
    program.holding(setup)

    async def story(application: Application) -> None:
        button = await until(lambda: application.home.findChild(QPushButton, f"continue-{setup.id}"))
        before, seen = button.text(), set()
        button.click()
        while application.opened.controller is None:
            seen.add(button.text())
            await asyncio.sleep(0)
        await until(lambda: button.text() == before)
        assert seen - {before}, "nothing showed that it was being opened"

    program.play(story)


def test_practice_shows_that_it_waits_for_the_keyring(program: Program, keyring: GnomeKeyring) -> None:
    async def story(application: Application) -> None:
        button = child(application.home, "practice")
        before = button.text()
        with keyring.stopped():
            button.click()
            await until(lambda: button.text() != before)
            await asyncio.sleep(0.1)
            assert button.text() != before
        await until(lambda: application.workspace is not None and application.workspace.practice, 30)
        await until(lambda: button.text() == before)

    program.play(story)


def test_the_rail_says_that_the_keyring_is_locked(
    program: Program, keyring: GnomeKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "RETRY_SECONDS", 0.2)
    (setup_id,) = hold(program, 1)
    keyring.lock()

    async def story(application: Application) -> None:
        button = await until(lambda: application.home.findChild(QPushButton, f"continue-{setup_id}"))
        button.click()
        controller = await until(lambda: application.opened.controller)
        await until(lambda: controller.session.captures.closed)
        window = application.window
        await until(lambda: controller.session.kept_line() in words(window))
        assert controller.session.kept_line().endswith("locked")
        keyring.unlock()
        await until(lambda: not controller.session.captures.closed)
        await until(lambda: controller.session.kept_line() in words(window))
        assert not controller.session.kept_line().endswith("locked")

    program.play(story)


@contextmanager
def prompter(keyring: GnomeKeyring) -> Iterator[None]:
    """Own the name of GNOME's prompter, and never answer: each prompt stays open."""
    connection = open_dbus_connection(keyring.address)
    try:
        assert Proxy(message_bus, connection).RequestName("org.gnome.keyring.SystemPrompter")[0] == 1
        yield
    finally:
        connection.close()


async def pressed(application: Application, setup_id: str) -> tuple[SetupController, Callable[[], str]]:
    """Open the setup at its test, and return its controller and what to press the main button with."""
    child(application.home, f"continue-{setup_id}").click()
    controller = await until(lambda: application.opened.controller)
    controller.go(journey.test_step(controller.session.guide).id)
    page = await until(lambda: application.window.findChild(ConnectionPage))
    await until(page.isVisible)
    return controller, partial(words, page)


def test_a_test_says_at_once_that_the_keyring_is_locked(program: Program, keyring: GnomeKeyring) -> None:
    (setup_id,) = hold(program, 1)

    async def story(application: Application) -> None:
        controller, shown = await pressed(application, setup_id)
        assert controller.session.captures.closed is None
        keyring.lock()
        child(application.window, "done").click()
        await until(lambda: controller.session.captures.closed is VaultStatus.LOCKED)
        assert controller.testing
        line = sentence(controller.session.guide, controller.session.setup, Block(BlockReason.LOCKED), keyring.name)
        assert line in shown()
        assert part(application.window, FooterBar).main.isEnabled(), "it stops the test"
        assert controller.view.footer.line == line
        assert CHECKING not in shown()
        assert controller.session.kept_line() in words(application.window)
        assert controller.session.kept_line().endswith("locked")
        child(application.window, "done").click()
        await until(lambda: not controller.testing)
        assert line not in shown()

    with prompter(keyring):
        program.play(story)


def test_a_test_says_at_once_that_it_waits_for_a_slow_keyring(program: Program, keyring: GnomeKeyring) -> None:
    (setup_id,) = hold(program, 1)

    async def story(application: Application) -> None:
        controller, shown = await pressed(application, setup_id)
        with keyring.stopped():
            child(application.window, "done").click()
            line = sentence(
                controller.session.guide, controller.session.setup, Block(BlockReason.KEYRING), keyring.name
            )
            await until(lambda: line in shown())
            assert CHECKING not in shown()
            await asyncio.sleep(0.2)
            assert CHECKING not in shown()
        await until(lambda: controller.session.testing.findings)
        assert line not in shown()
        await until(lambda: not controller.testing)

    program.play(story)
