"""Without a notification service, the tray icon shows the message."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject

from tests.support.running import play
from tests.support.until import until
from ui.desktop.notifications import Notifier

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

SHOWN = ("Full Sync has ended", "contoso.com: compare the counts.")


@pytest.mark.parametrize("bus", ["unix:path=/nonexistent", "nonsense", ""])
def test_a_desktop_without_a_bus_uses_the_tray(qapp: QApplication, monkeypatch: pytest.MonkeyPatch, bus: str) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus)
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/nonexistent")
    assert shown(qapp, "linux") == [SHOWN]


@pytest.mark.usefixtures("secret_service")
def test_a_bus_without_a_service_uses_the_tray(qapp: QApplication) -> None:
    assert shown(qapp, "linux") == [SHOWN]


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_windows_and_macos_use_the_tray(qapp: QApplication, platform: str) -> None:
    assert shown(qapp, platform) == [SHOWN]


def shown(qapp: QApplication, platform: str) -> list[tuple[str, str]]:
    """Notify, and return what the tray had to show."""
    found: list[tuple[str, str]] = []

    async def story() -> None:
        tasks: list[asyncio.Task[None]] = []
        owner = QObject()
        notifier = Notifier(
            owner,
            lambda work: tasks.append(asyncio.create_task(work)),
            lambda title, text: found.append((title, text)),
            platform,
        )
        notifier.notify("Full Sync has ended", "contoso.com", "compare the counts.")
        await until(lambda: found)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    play(qapp, story)
    return found
