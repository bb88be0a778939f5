"""If the keyring does not answer at the start, the window opens, remembers clicks and can be closed."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QListWidget

from tests.support.screen import child
from tests.support.until import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.running import Program


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    event = threading.Event()

    def allowed(_platform: str) -> None:
        event.wait(30)

    monkeypatch.setattr("app.vault.backend.platform_keyring", allowed)
    yield event
    event.set()


def test_what_is_pressed_meanwhile_counts_afterwards(program: Program, answers: threading.Event) -> None:
    async def story() -> None:
        async with program.starting() as (application, life):
            window = application.window
            child(application.home, "new-setup").click()
            await asyncio.sleep(0.2)
            assert window.findChild(QListWidget, "clients") is None
            answers.set()
            await until(lambda: window.findChild(QListWidget, "clients"))
            await asyncio.sleep(0.1)
            assert not window.shows(application.home), "home came over what was asked for"
            window.close()
            assert await life == 0

    program.loop(story)


@pytest.mark.usefixtures("answers")
def test_the_window_can_be_closed_meanwhile(program: Program) -> None:
    async def story() -> None:
        async with program.starting() as (application, life):
            await asyncio.sleep(0.2)
            began = time.monotonic()
            application.window.close()
            assert await life == 0
            assert time.monotonic() - began < 5
            assert not application.window.isVisible()

    program.loop(story)
