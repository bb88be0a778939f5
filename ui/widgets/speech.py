"""Says things to screen readers, each of them once. No other module of the window does.

On Linux, Orca speaks what takes the focus, and a changed description of what has it; Orca 43 knows no announcements.
NVDA, VoiceOver and Narrator speak announcements. So a sentence becomes the description of the focused widget there, for
as long as it has the focus, and an announcement here.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication
from shiboken6 import isValid

from app.text.marked import unmarked

if TYPE_CHECKING:
    from PySide6.QtCore import QTimerEvent
    from PySide6.QtWidgets import QWidget

BETWEEN_WINDOWS_MS: Final = 1000
"""Milliseconds for which nothing may have the focus while another window of the program opens."""

FORGET_MS: Final = 8000
"""Milliseconds after which a sentence is no longer news, and a widget without a description has none again."""

SETTLE_MS: Final = 60
"""Milliseconds without another sentence or focus. What one event leads to is then complete, and said as one."""

AFTER_FOCUS_MS: Final = 1000
"""The same after the focus has moved. Orca says the description that it finds once it gets there, and again if it has
changed in the meantime (Orca 43), or never (Orca 48)."""

ANNOUNCES: Final = sys.platform in ("win32", "darwin")


def say(sentence: str) -> None:
    """Say a sentence, in the program's markup, unless what takes the focus meanwhile says it too."""
    if (speech := _speech()) is not None:
        speech.say(sentence)


def describe(widget: QWidget, text: str) -> None:
    """Describe a widget to screen readers, in the program's markup. If it has the focus, say it."""
    text = unmarked(text)
    if (speech := _speech()) is not None:
        speech.describe(widget, text)
    else:
        widget.setAccessibleDescription(text)


def _speech() -> _Speech | None:
    qt = QApplication.instance()
    return None if qt is None else qt.findChild(_Speech) or _Speech(qt)


class _Speech(QObject):
    """The sentences that are waiting, and the widget that has one as its description."""

    def __init__(self, qt: QObject) -> None:
        super().__init__(qt)
        self._waiting: list[str] = []
        self._heard = ""
        """What was said meanwhile by what took the focus, or has it and was described."""
        self._timer = self._forgetting = 0
        self._patient = True
        self._moved = 0.0
        """When the focus moved last, on the system's monotonic clock."""
        self._speaker: QWidget | None = None
        """The widget whose description is a sentence now."""
        self._own = ""
        """Its own description."""
        if isinstance(qt, QApplication):
            qt.focusChanged.connect(self._follow)

    def say(self, sentence: str) -> None:
        """Say a sentence once everything that belongs to it has happened."""
        if text := unmarked(sentence).strip():
            self._waiting.append(text)
            self._wait(self._settling())

    def describe(self, widget: QWidget, text: str) -> None:
        """Describe a widget."""
        if widget is self._speaker:
            if text == self._own or not widget.hasFocus():
                self._own = text
                return
            self._speaker = None
        if text == widget.accessibleDescription():
            return
        widget.setAccessibleDescription(text)
        if not text or not widget.hasFocus():
            return
        if ANNOUNCES:
            self.say(text)
        else:
            self._heard += f"\n{text}"
            self._wait(SETTLE_MS)

    def _wait(self, milliseconds: int) -> None:
        if self._timer:
            self.killTimer(self._timer)
        self._timer = self.startTimer(milliseconds)
        self._patient = milliseconds != BETWEEN_WINDOWS_MS

    def _settling(self) -> int:
        """Return the milliseconds until a sentence can be said."""
        since = int((time.monotonic() - self._moved) * 1000)
        return SETTLE_MS if ANNOUNCES else max(SETTLE_MS, AFTER_FOCUS_MS - since)

    def timerEvent(self, event: QTimerEvent) -> None:  # noqa: N802 - Qt's name
        """Say what is waiting, or forget what was said."""
        self.killTimer(event.timerId())
        if event.timerId() == self._forgetting:
            self._forgetting = 0
            if self._speaker is not None and not self._own:  # another one would be said now
                self._give_back()
            return
        self._timer = 0
        waiting, heard = self._waiting, self._heard
        self._waiting, self._heard = [], ""
        said: list[str] = []
        for text in waiting:
            if text not in heard and not any(text in other for other in (*said, *waiting) if other != text):
                said += [text] if text not in said else []
        if not said:
            return
        if (focused := QApplication.focusWidget()) is not None:
            self._speak(" ".join(said), focused)
        elif self._patient:  # else another program is in front
            self._waiting = said
            self._wait(BETWEEN_WINDOWS_MS)

    def _speak(self, text: str, focused: QWidget) -> None:
        if ANNOUNCES:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(focused, text))
            return
        if focused is not self._speaker:
            self._give_back()
            self._speaker, self._own = focused, focused.accessibleDescription()
        focused.setAccessibleDescription("")  # a sentence that is there already would not be said again
        focused.setAccessibleDescription(text)
        if self._forgetting:
            self.killTimer(self._forgetting)
        self._forgetting = self.startTimer(FORGET_MS)

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        self._moved = time.monotonic()
        if now is not None and self._waiting:
            interface = QAccessible.queryAccessibleInterface(now)
            parts = (QAccessible.Text.Name, QAccessible.Text.Description)
            self._heard += "\n".join(interface.text(part) for part in parts)
            self._wait(self._settling())
        if self._speaker is not None and now is not self._speaker:
            # Later: Orca hears of the focus only after this, and would say the description again.
            QTimer.singleShot(0, self, self._give_back_unless_focused)
        if isinstance(now, QAbstractItemView):
            QTimer.singleShot(0, now, lambda: _say_current(now))

    def _give_back_unless_focused(self) -> None:
        if self._speaker is not None and (not isValid(self._speaker) or not self._speaker.hasFocus()):
            self._give_back()

    def _give_back(self) -> None:
        if self._speaker is not None and isValid(self._speaker):
            self._speaker.setAccessibleDescription(self._own)
        self._speaker, self._own = None, ""


def _say_current(view: QAbstractItemView) -> None:
    """Say the current item of a list or table that took the focus by Tab. Qt tells of the item first, then of the view.

    Screen readers say a selected item themselves.
    """
    if view.hasFocus() and view.currentIndex().isValid() and not view.selectionModel().hasSelection():
        item = QAccessible.queryAccessibleInterface(view).focusChild()
        QAccessible.updateAccessibility(QAccessibleEvent(item, QAccessible.Event.Focus))
