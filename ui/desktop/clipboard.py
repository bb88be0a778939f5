"""The only module that touches the clipboard: marks secrets, counts down, clears what is still ours."""

from __future__ import annotations

import hashlib
import math
import secrets
import sys
import time
from dataclasses import dataclass
from typing import Any, Protocol, cast

from PySide6.QtCore import QMimeData, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QClipboard, QGuiApplication

TTL_SECONDS = 45
"""How long a copied secret stays in the clipboard."""

_ZERO = b"\0\0\0\0"
_HINTS: dict[str, dict[str, bytes]] = {
    # Klipper and KeePassXC agree on this one.
    "linux": {"x-kde-passwordManagerHint": b"secret"},
    # Qt registers unknown names verbatim as native formats. The first counts by its presence, the next two
    # as a DWORD of 0; the last is an older convention of clipboard viewers.
    "win32": {
        "ExcludeClipboardContentFromMonitorProcessing": _ZERO,
        "CanIncludeInClipboardHistory": _ZERO,
        "CanUploadToCloudClipboard": _ZERO,
        "Clipboard Viewer Ignore": _ZERO,
    },
}

_MODE = QClipboard.Mode.Clipboard


@dataclass(frozen=True, slots=True)
class ClipboardState:
    """What became of the text copied last."""

    label: str
    secret: bool
    seconds_left: int
    """Until it is cleared; 0 where it is not counted down."""
    cleared: bool = False
    """It is no longer in the clipboard: cleared by us, or replaced by another program's text."""
    refused: bool = False
    """The system did not clear it; tried again when the program is next in front."""


class _Board(Protocol):
    """A system's clipboard, as far as secrets need it."""

    def write(self, text: str) -> None:
        """Put the text there, marked as secret."""

    def ours(self) -> bool:
        """Whether it still holds what was written."""

    def clear(self) -> None:
        """Empty it."""


class ClipboardGuard(QObject):
    """Copies texts and takes secrets back out of the clipboard.

    Signals:
        changed: a ``ClipboardState``, at each copy, each second of the countdown, and at its end.
    """

    changed = Signal(object)

    def __init__(
        self, parent: QObject | None = None, ttl_seconds: float = TTL_SECONDS, platform: str = sys.platform
    ) -> None:
        super().__init__(parent)
        self.ttl_seconds = ttl_seconds
        """How long a secret stays in the clipboard; changed by a policy."""
        self._platform = platform
        self._board: _Board | None = None
        self._label: str | None = None
        """The label of the secret in the clipboard; None while there is none of ours."""
        self._deadline = 0.0
        self._refused = False
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        QGuiApplication.clipboard().dataChanged.connect(self._look)
        cast("QGuiApplication", QGuiApplication.instance()).applicationStateChanged.connect(self._retry)

    def copy_secret(self, text: str, label: str) -> None:
        """Copy a secret under that label, marked for the system, and start its countdown."""
        if self._board is None:
            self._board = _board(self._platform)
        self._label, self._refused = None, False  # our own change is not a loss of what was there before
        self._board.write(text)
        self._label = label
        self._deadline = time.monotonic() + self.ttl_seconds
        self._timer.start(min(1000, max(1, int(self.ttl_seconds * 1000))))
        self._emit(seconds_left=math.ceil(self.ttl_seconds))

    def copy_plain(self, text: str, label: str) -> None:
        """Copy a text that is no secret; it replaces a secret of ours, which is then gone."""
        self._forget()
        QGuiApplication.clipboard().setText(text, _MODE)
        self.changed.emit(ClipboardState(label, secret=False, seconds_left=0))

    def take_text(self) -> str:
        """The text in the clipboard, for Paste buttons; empty where it holds none."""
        return QGuiApplication.clipboard().text(_MODE)

    def take_away(self, text: str) -> None:
        """Clear the clipboard if it holds just this text: a secret that another program copied and we now keep."""
        if self.take_text() == text:
            self._forget()
            QGuiApplication.clipboard().clear(_MODE)

    def clear_now(self) -> bool:
        """Clear a secret of ours at once, e.g. before the program ends. False where the system refused."""
        if self._label is not None:
            self._clear()
        return not self._refused

    def _tick(self) -> None:
        left = math.ceil(self._deadline - time.monotonic())
        if left > 0:
            self._emit(seconds_left=left)
        else:
            self._clear()

    def _clear(self) -> None:
        board = self._board
        self._timer.stop()
        if board is not None and board.ours():
            label, self._label = self._label, None  # the change made by clearing is ours as well
            board.clear()
            self._label = label
            if board.ours():
                self._refused = True
                self._emit(refused=True)
                return
        self._emit(cleared=True)
        self._forget()

    def _retry(self, state: Qt.ApplicationState) -> None:
        # Wayland lets only the program in front change the clipboard.
        if self._refused and state is Qt.ApplicationState.ApplicationActive:
            self._clear()

    def _look(self) -> None:
        if self._label is not None and self._board is not None and not self._board.ours():
            self._emit(cleared=True)
            self._forget()

    def _forget(self) -> None:
        self._timer.stop()
        self._label, self._refused = None, False

    def _emit(self, *, seconds_left: int = 0, cleared: bool = False, refused: bool = False) -> None:
        if self._label is not None:
            self.changed.emit(
                ClipboardState(self._label, secret=True, seconds_left=seconds_left, cleared=cleared, refused=refused)
            )


class _QtBoard:
    """Linux and Windows: one set of data with the text and the hints; PRIMARY stays as it is."""

    def __init__(self, hints: dict[str, bytes]) -> None:
        self._hints = hints
        self._salt = secrets.token_bytes(16)
        self._print: bytes | None = None
        """A keyed fingerprint of the text, so that the text itself is not held for comparing."""

    def write(self, text: str) -> None:
        data = QMimeData()
        data.setText(text)
        for name, value in self._hints.items():
            data.setData(name, value)
        self._print = self._fingerprint(text)
        QGuiApplication.clipboard().setMimeData(data, _MODE)

    def ours(self) -> bool:
        # By content: a clipboard manager may have taken the ownership over.
        return self._print == self._fingerprint(QGuiApplication.clipboard().text(_MODE))

    def clear(self) -> None:
        QGuiApplication.clipboard().clear(_MODE)

    def _fingerprint(self, text: str) -> bytes:
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=self._salt).digest()


class _MacBoard:
    """macOS through AppKit: Qt cannot set the concealed type, nor keep the text off Universal Clipboard."""

    _TEXT = "public.utf8-plain-text"
    _CONCEALED = "org.nspasteboard.ConcealedType"
    _CURRENT_HOST_ONLY = 1  # NSPasteboardContentsCurrentHostOnly

    def __init__(self) -> None:
        import AppKit

        self._pasteboard: Any = AppKit.NSPasteboard.generalPasteboard()
        self._count: int | None = None

    def write(self, text: str) -> None:
        self._pasteboard.prepareForNewContentsWithOptions_(self._CURRENT_HOST_ONLY)
        self._pasteboard.setString_forType_(text, self._TEXT)
        self._pasteboard.setString_forType_("", self._CONCEALED)
        self._count = self._pasteboard.changeCount()

    def ours(self) -> bool:
        # The count rises with every change by anyone, so equality means that it is still our text.
        return bool(self._pasteboard.changeCount() == self._count)

    def clear(self) -> None:
        self._pasteboard.clearContents()


def _board(platform: str) -> _Board:
    if platform == "darwin":
        return _MacBoard()
    return _QtBoard(_HINTS.get(platform, _HINTS["linux"]))
