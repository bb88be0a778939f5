"""A revealed secret hides its window from screen captures. Tested with fakes, not yet on Windows and macOS."""

from __future__ import annotations

import ctypes
import sys
import types
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtWidgets import QLabel, QWidget

from ui.desktop.screen_capture import WDA_EXCLUDEFROMCAPTURE, WDA_NONE, CaptureGuard

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


def test_linux_offers_nothing_and_says_so(window: QWidget) -> None:
    guard = CaptureGuard(window, "linux")
    assert not guard.offered
    assert not guard.revealed(window, on=True)


def test_windows_is_asked_while_anything_is_revealed(window: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []

    class User32:
        @staticmethod
        def SetWindowDisplayAffinity(handle: int, affinity: int) -> int:  # noqa: N802 - Windows' name
            asked.append((handle, affinity))
            return 1

    monkeypatch.setattr(ctypes, "windll", types.SimpleNamespace(user32=User32), raising=False)
    guard, one, two = CaptureGuard(window, "win32"), QLabel(window), QLabel(window)
    assert guard.offered
    assert guard.revealed(one, on=True)
    assert guard.revealed(two, on=True)
    assert guard.revealed(one, on=False)
    assert not guard.revealed(two, on=False)
    handle = int(window.winId())
    assert asked == [(handle, WDA_EXCLUDEFROMCAPTURE)] * 3 + [(handle, WDA_NONE)]
    guard.wanted = False
    assert not guard.revealed(one, on=True)
    assert asked[-1] == (handle, WDA_NONE)


def test_an_older_windows_refuses_without_harm(window: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing = types.SimpleNamespace(SetWindowDisplayAffinity=lambda _handle, _affinity: 0)
    monkeypatch.setattr(ctypes, "windll", types.SimpleNamespace(user32=refusing), raising=False)
    assert not CaptureGuard(window, "win32").revealed(window, on=True)


def test_macos_sharing_is_turned_off_and_on(window: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds: list[int] = []
    native = types.SimpleNamespace(setSharingType_=kinds.append)
    view: Any = types.SimpleNamespace(window=lambda: native)
    fake = types.ModuleType("objc")
    fake.objc_object = lambda c_void_p: view  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "objc", fake)
    guard = CaptureGuard(window, "darwin")
    assert guard.revealed(window, on=True)
    assert not guard.revealed(window, on=False)
    assert kinds == [0, 1]
