"""The only module that touches the clipboard: marks secrets, counts down, and clears what is still ours.

``ui.desktop.clearing`` decides what to do after a clear.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import math
import os
import secrets
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Protocol, cast

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QClipboard, QGuiApplication

from app.system import event_trace
from app.system.event_trace import TraceEvent
from ui.desktop import clipboard_words
from ui.desktop.clearing import Act, Clearing, ClipboardState, CopyStage, Sight
from ui.desktop.clipboard_managers import managers_here
from ui.desktop.wayland_selection import WaylandSelection
from ui.desktop.windows import on_wayland
from ui.desktop.x_selection import XSelection

if TYPE_CHECKING:
    from collections.abc import Callable

    from ui.desktop.clipboard_managers import ClipboardManager

TTL_SECONDS = 45
"""How long a copied secret stays in the clipboard."""

_ZERO = b"\0\0\0\0"
_HINTS: dict[str, dict[str, bytes]] = {
    # Klipper and KeePassXC agree on this one.
    "linux": {"x-kde-passwordManagerHint": b"secret"},
    # Qt registers unknown names verbatim as native formats. The first only has to be present, the next two are a
    # DWORD of 0, and the last is an older convention of clipboard viewers.
    "win32": {
        "ExcludeClipboardContentFromMonitorProcessing": _ZERO,
        "CanIncludeInClipboardHistory": _ZERO,
        "CanUploadToCloudClipboard": _ZERO,
        "Clipboard Viewer Ignore": _ZERO,
    },
}

_MODE = QClipboard.Mode.Clipboard


HARMLESS = "The copied secret was removed from the clipboard."
"""Replaces a secret that a clipboard manager keeps putting back. If it is pasted by mistake, it explains itself."""

HANDED_OUT = 0.3
"""Seconds for which that text is offered through Xwayland, so that mutter can copy it."""


def selected_text() -> str:
    """Return what is selected in some window, for the middle mouse button; empty where a system has no such thing."""
    return QGuiApplication.clipboard().text(QClipboard.Mode.Selection)


CHECKS = (0.05, 0.15, 0.3)
"""Seconds before each look at a copy on Wayland, which may take a moment to arrive."""


class _Board(Protocol):
    """A system's clipboard, as far as it is needed for secrets."""

    overwrites: bool
    """Whether a written text is certain to be there."""

    def write(self, text: str) -> None:
        """Put the text there, marked as secret, and remember it by its fingerprint."""

    def remember(self, text: str) -> None:
        """Remember a text that is already there as the secret to remove."""

    def look(self) -> Sight:
        """Return whether the clipboard contains the secret."""

    def ours(self, text: str) -> bool:
        """Return whether that text is the secret."""

    def clear(self) -> None:
        """Empty it."""

    def overwrite(self) -> None:
        """Put a harmless text there."""

    def sweep(self) -> Sight | None:
        """Clear the secret without the focus, in any thread. Return None if this system doesn't need that."""


class ClipboardGuard(QObject):
    """Copies texts and removes secrets from the clipboard.

    Signals:
        changed: A ``ClipboardState``, at each copy, each second of the countdown, and each stage after it.
    """

    changed = Signal(object)
    _swept = Signal(object, object)
    _checked = Signal(str, bool)

    def __init__(
        self, parent: QObject | None = None, ttl_seconds: float = TTL_SECONDS, platform: str = sys.platform
    ) -> None:
        super().__init__(parent)
        self.ttl_seconds = ttl_seconds
        """How long a secret stays in the clipboard; a policy may change it."""
        self._platform = platform
        self._board: _Board | None = None
        self._label = ""
        """The label of the copied secret; empty if another program copied it."""
        self._clearing: Clearing | None = None
        """The removal of our secret; None while there is none."""
        self._told = CopyStage.HELD
        self._waiting: list[asyncio.Event] = []
        """Set once the result of a clear is known."""
        self._deadline = 0.0
        self._countdown = QTimer(self)
        self._countdown.setTimerType(Qt.TimerType.PreciseTimer)
        self._countdown.timeout.connect(self._tick)
        self._next_look = QTimer(self)
        self._next_look.setSingleShot(True)
        self._next_look.setTimerType(Qt.TimerType.PreciseTimer)
        self._next_look.timeout.connect(self._look)
        self._swept.connect(self._take_sweep)
        self._unchecked = ""
        """The label of a copy that was not read back yet, or was not found."""
        self._checked.connect(self._take_check)
        QGuiApplication.clipboard().dataChanged.connect(self._notice)
        self._program = cast("QGuiApplication", QGuiApplication.instance())
        self._program.applicationStateChanged.connect(self._come_back)

    def managers(self) -> tuple[ClipboardManager, ...]:
        """Return the programs on this desktop that keep a copied secret although it is marked."""
        return managers_here()

    def copy_secret(self, text: str, label: str) -> None:
        """Copy a secret with that label, marked as one, and start its countdown."""
        self._forget()
        board = self._the_board()
        board.write(text)
        self._label, self._clearing = label, Clearing(overwrites=board.overwrites)
        event_trace.record(TraceEvent.CLIPBOARD, stage=CopyStage.HELD)
        self._deadline = time.monotonic() + self.ttl_seconds
        self._countdown.start(min(1000, max(1, int(self.ttl_seconds * 1000))))
        self._check(label, board.ours, there=board.look() is Sight.OURS)

    def copy_plain(self, text: str, label: str) -> None:
        """Copy a text that isn't a secret. It replaces a secret of ours."""
        self._forget()
        QGuiApplication.clipboard().setText(text, _MODE)
        self._check(label, text.__eq__, there=self.take_text() == text)

    def _check(self, label: str, ours: Callable[[str], bool], *, there: bool) -> None:
        """Report a copy once it was read back. On Wayland, Qt returns its own text even if the desktop ignored it."""
        self._unchecked = label
        if there and on_wayland():
            threading.Thread(target=self._check_outside, args=(label, ours), daemon=True).start()
        else:
            self._take_check(label, there)

    def _check_outside(self, label: str, ours: Callable[[str], bool]) -> None:
        there = True
        for delay in CHECKS:
            time.sleep(delay)
            if there := not (text := _seen_outside()) or ours(text):
                break
        with contextlib.suppress(RuntimeError):  # the program may have ended in the meantime
            self._checked.emit(label, there)

    def _take_check(self, label: str, there: bool) -> None:
        if label != self._unchecked:
            return
        secret, waiting = self._clearing is not None, self._clearing is None or self._clearing.stage is CopyStage.HELD
        if not there and waiting:  # a secret is still cleared in time, since Qt holds it
            self.changed.emit(ClipboardState(label, secret=secret, stage=CopyStage.NOT_COPIED))
            return
        self._unchecked = ""
        if secret:
            self._emit(max(0, math.ceil(self._deadline - time.monotonic())))
        else:
            self.changed.emit(ClipboardState(label, secret=False))

    def take_text(self) -> str:
        """Return the clipboard's text, for Paste buttons; empty if there is none."""
        return QGuiApplication.clipboard().text(_MODE)

    def take_away(self, text: str) -> None:
        """Clear the clipboard if it contains exactly this text, a secret that another program or run has copied."""
        if text and self._clearing is None and self.take_text() == text:
            board = self._the_board()
            board.remember(text)
            self._label, self._clearing = "", Clearing(overwrites=board.overwrites)
            self.clear_now()

    def clear_now(self) -> None:
        """Clear our secret immediately, for example when the screen is locked. ``changed`` reports the result."""
        if self._clearing is not None:
            self._begin(self._clearing)

    async def clear_before_end(self) -> str:
        """Clear our secret within 0.7 s, before the window closes. Return a warning if it may still be there."""
        if (clearing := self._clearing) is None:
            return ""
        self._begin(clearing, ending=True)
        if clearing.stage is CopyStage.CLEARING:
            self._waiting.append(decided := asyncio.Event())
            await decided.wait()
        return clipboard_words.at_the_end(clearing.stage, kept=clearing.kept)

    def _the_board(self) -> _Board:
        if self._board is None:
            self._board = _board(self._platform)
        return self._board

    def _tick(self) -> None:
        left = math.ceil(self._deadline - time.monotonic())
        if left > 0:
            self._emit(left)
        else:
            self.clear_now()

    def _begin(self, clearing: Clearing, *, fresh_input: bool = False, ending: bool = False) -> None:
        sight, manager = self._the_board().look(), bool(self.managers())
        self._do(clearing.begin(sight, fresh_input=fresh_input, ending=ending, manager=manager))
        self._go_on()

    def _do(self, act: Act | None) -> None:
        board = self._the_board()
        if act is Act.CLEAR:
            board.clear()
        elif act is Act.OVERWRITE:
            board.overwrite()

    def _go_on(self) -> None:
        """Report the stage if it has changed, and schedule the next look."""
        clearing = self._clearing
        if clearing is None:
            return
        if clearing.stage is CopyStage.CLEARING and (due := clearing.next_look) is not None:
            self._countdown.stop()
            self._next_look.start(int(due * 1000))
        else:
            self._end_waiting()
        if clearing.refused:
            self._program.installEventFilter(self)  # doing this twice is harmless
        else:
            self._program.removeEventFilter(self)
        if clearing.stage is not self._told:
            event_trace.record(TraceEvent.CLIPBOARD, stage=clearing.stage)
            self._told = clearing.stage
            self._emit()
        if clearing.stage in (CopyStage.CLEARED, CopyStage.REPLACED):
            self._forget()

    def _look(self) -> None:
        """Look, since a look is due. What Qt can't see or clear without the focus is looked for in another way."""
        clearing, board = self._clearing, self._board
        if clearing is None or board is None:
            return
        sight = board.look()
        if sight is Sight.HIDDEN or (sight is Sight.OURS and clearing.at_last_look):
            threading.Thread(target=self._sweep, args=(clearing, board, sight), daemon=True).start()
        else:
            self._do(clearing.look(sight))
            self._go_on()

    def _sweep(self, clearing: Clearing, board: _Board, sight: Sight) -> None:
        swept = board.sweep()
        if swept is None or swept is Sight.HIDDEN:
            swept = sight
        with contextlib.suppress(RuntimeError):  # the program may have ended in the meantime
            self._swept.emit(clearing, swept)

    def _take_sweep(self, clearing: Clearing, sight: Sight) -> None:
        if clearing is self._clearing:
            self._do(clearing.look(sight))
            self._go_on()

    def _notice(self) -> None:
        """Look after the clipboard has reported a change, which may be our own."""
        if self._clearing is not None and self._board is not None:
            stage = self._clearing.stage
            self._do(self._clearing.change(self._board.look()))
            if self._clearing is not None and stage is not self._clearing.stage:
                self._go_on()

    def _come_back(self, state: Qt.ApplicationState) -> None:
        # Wayland lets only the program in front see and change the clipboard.
        if state is Qt.ApplicationState.ApplicationActive:
            self._notice()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Try again at the next key or click, which compositors require before they accept a change."""
        pressed = event.type() in (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress)
        if pressed and (clearing := self._clearing) is not None:
            self._program.removeEventFilter(self)  # a press is sent to the window and then to its widget
            if clearing.stage is not CopyStage.CLEARING or self._the_board().look() is Sight.OURS:
                self._begin(clearing, fresh_input=True)
            else:
                self._program.installEventFilter(self)
        return super().eventFilter(watched, event)

    def _forget(self) -> None:
        self._countdown.stop()
        self._next_look.stop()
        self._program.removeEventFilter(self)
        self._clearing, self._told = None, CopyStage.HELD
        self._end_waiting()

    def _end_waiting(self) -> None:
        for decided in self._waiting:
            decided.set()
        self._waiting.clear()

    def _emit(self, seconds_left: int = 0) -> None:
        unchecked = self._unchecked and self._clearing is not None and self._clearing.stage is CopyStage.HELD
        if self._clearing is not None and self._label and not unchecked:
            stage, kept = self._clearing.stage, self._clearing.kept
            self.changed.emit(
                ClipboardState(self._label, secret=True, seconds_left=seconds_left, stage=stage, kept=kept)
            )


class _QtBoard:
    """Linux and Windows: one set of data with the text and the hints. The primary selection isn't changed."""

    def __init__(self, hints: dict[str, bytes], *, wayland: bool) -> None:
        self._hints = hints
        self._wayland = wayland
        self.overwrites = not wayland
        self._salt = secrets.token_bytes(16)
        self._print: bytes | None = None
        """A keyed fingerprint, so that the text itself isn't kept for comparison."""

    def write(self, text: str) -> None:
        self.remember(text)
        self._set(text)

    def remember(self, text: str) -> None:
        self._print = self._fingerprint(text)

    def look(self) -> Sight:
        # By content, because a clipboard manager may own the same text now.
        text = QGuiApplication.clipboard().text(_MODE)
        if self.ours(text):
            return Sight.OURS
        front = QGuiApplication.applicationState() is Qt.ApplicationState.ApplicationActive
        if self._wayland and not front:
            return Sight.HIDDEN
        return Sight.OTHER if text else Sight.EMPTY

    def clear(self) -> None:
        QGuiApplication.clipboard().clear(_MODE)

    def overwrite(self) -> None:
        self._set(HARMLESS)

    def sweep(self) -> Sight | None:
        return _without_focus(self.ours) if self._wayland else None

    def _set(self, text: str) -> None:
        data = QMimeData()
        data.setText(text)
        for name, value in self._hints.items():
            data.setData(name, value)
        QGuiApplication.clipboard().setMimeData(data, _MODE)

    def ours(self, text: str) -> bool:
        return self._print == self._fingerprint(text)

    def _fingerprint(self, text: str) -> bytes:
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=self._salt).digest()


def _seen_outside() -> str:
    """Return what another program gets from the clipboard on Wayland; empty if that can't be determined."""
    with contextlib.suppress(OSError), WaylandSelection() as selection:
        return selection.text()
    with contextlib.suppress(OSError), XSelection() as through:
        return through.text()
    return ""


def _without_focus(ours: Callable[[str], bool]) -> Sight:
    """Look for a secret on Wayland, clear it, and look again, as far as the compositor allows without the focus."""
    with contextlib.suppress(OSError):
        with WaylandSelection() as selection:
            if not ours(text := selection.text()):
                return Sight.OTHER if text else Sight.EMPTY
            selection.clear()
        with WaylandSelection() as selection:
            return Sight.OURS if ours(selection.text()) else Sight.EMPTY
    try:
        with XSelection() as through:
            if not ours(text := through.text()):
                # Nothing may also mean that Xwayland hides it. GNOME's doesn't.
                hidden = not text and "GNOME" not in os.environ.get("XDG_CURRENT_DESKTOP", "")
                return Sight.HIDDEN if hidden else Sight.OTHER
            through.replace(HARMLESS, HANDED_OUT)
        with XSelection() as through:
            return Sight.OURS if ours(through.text()) else Sight.OTHER
    except OSError:
        return Sight.HIDDEN


class _MacBoard:
    """macOS through AppKit: Qt can neither set the concealed type nor exclude the text from Universal Clipboard."""

    _TEXT = "public.utf8-plain-text"
    _CONCEALED = "org.nspasteboard.ConcealedType"
    _CURRENT_HOST_ONLY = 1  # NSPasteboardContentsCurrentHostOnly
    overwrites = True

    def __init__(self) -> None:
        import AppKit

        self._pasteboard: Any = AppKit.NSPasteboard.generalPasteboard()
        self._count: int | None = None

    def write(self, text: str) -> None:
        self._pasteboard.prepareForNewContentsWithOptions_(self._CURRENT_HOST_ONLY)
        self._pasteboard.setString_forType_(text, self._TEXT)
        self._pasteboard.setString_forType_("", self._CONCEALED)
        self._count = self._pasteboard.changeCount()

    def remember(self, text: str) -> None:  # noqa: ARG002 - the count shows a change of any text
        self._count = self._pasteboard.changeCount()

    def look(self) -> Sight:
        # Every change by any program increases the count, so an equal count means that it is still our text.
        return Sight.OURS if self._pasteboard.changeCount() == self._count else Sight.OTHER

    def clear(self) -> None:
        self._pasteboard.clearContents()

    def overwrite(self) -> None:
        self._pasteboard.clearContents()
        self._pasteboard.setString_forType_(HARMLESS, self._TEXT)

    def ours(self, text: str) -> bool:  # noqa: ARG002 - only asked on Wayland
        return self.look() is Sight.OURS

    def sweep(self) -> None:
        return None


def _board(platform: str) -> _Board:
    if platform == "darwin":
        return _MacBoard()
    wayland = QGuiApplication.platformName().startswith("wayland")
    return _QtBoard(_HINTS.get(platform, _HINTS["linux"]), wayland=wayland)
