"""The tray icon is shown only while it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from ui.desktop import tray

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged")  # offscreen has no such signal


class Offered(tray.Tray):
    """The offscreen platform has no tray, but the icon knows whether it is shown."""

    @property
    def shown(self) -> bool:
        icon = self.findChild(QSystemTrayIcon)
        return isinstance(icon, QSystemTrayIcon) and icon.isVisible()


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def offered(window: QWidget, monkeypatch: pytest.MonkeyPatch) -> Offered:
    monkeypatch.setattr(tray, "NOTICE_MS", 20)
    monkeypatch.setattr(tray, "has_tray", lambda: True)
    return Offered(window)


def test_a_notification_beside_the_window_leaves_no_icon_behind(qtbot: QtBot, offered: Offered) -> None:
    offered.notify("The SCIM Change Timestamp has arrived", "Okta: run Full Sync in CIE.")
    assert offered.shown
    qtbot.waitUntil(lambda: not offered.shown)


def test_the_way_back_to_a_closed_window_stays(qtbot: QtBot, offered: Offered) -> None:
    offered.notify("The SCIM Change Timestamp has arrived", "Okta: run Full Sync in CIE.")
    offered.show_waiting("Waiting for the end of Full Sync")
    offered.notify("CIE reports that Full Sync has ended", "Okta: compare the counts.")
    qtbot.wait(60)
    assert offered.shown
    offered.hide()
    assert not offered.shown
