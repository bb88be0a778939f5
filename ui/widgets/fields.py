"""Fields: a value ready to copy, and a place to bring one back. Neither leaks a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from ui.theme import icons
from ui.widgets.buttons import IconButton, button
from ui.widgets.text import label

if TYPE_CHECKING:
    from collections.abc import Callable

REVEAL_SECONDS = 8
"""How long a revealed secret stays on the screen."""

TOO_LONG = 100_000
"""Characters; a longer text goes straight to the rules and never into the line edit."""


class Hint(QWidget):
    """A line under a field with the icon of its tone."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._icon = QLabel(self)
        self._text = label("", "small", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        self.setVisible(False)

    def show_text(self, text: str, tone: str) -> None:
        """Show a sentence, or nothing."""
        self.setVisible(bool(text))
        role = tone if tone in ("good", "caution", "bad") else "small"
        if self._text.property("role") != role:
            self._text.setProperty("role", role)
            self._text.style().polish(self._text)
        name = {"good": "check", "caution": "warning", "bad": "warning"}.get(tone, "info")
        self._icon.setPixmap(icons.pixmap(name, 13, tone if tone in ("good", "caution", "bad") else "muted"))
        self._text.setText(text)


def _header(parent: QWidget, text: str, origin: str) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(label(text, "strong", parent, wrap=False))
    row.addStretch(1)
    if origin:
        row.addWidget(label(origin, "small", parent, wrap=False))
    return row


class _MaskedLabel(QLabel):
    """Shows a value on one line, elided; nothing can be selected, so nothing reaches PRIMARY."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "mono")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setMinimumWidth(60)


class ValueField(QWidget):
    """A value under the label of the field it goes into, with Copy and, for a secret, an eye."""

    copy_pressed = Signal()
    reveal_pressed = Signal(bool)

    def __init__(self, text: str, origin: str, secret: bool = False) -> None:
        super().__init__()
        self._masked = ""
        self._secret = secret
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide_secret)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(5)
        column.addLayout(_header(self, text, origin))
        frame = QFrame(self)
        frame.setProperty("role", "value")
        row = QHBoxLayout(frame)
        row.setContentsMargins(10, 3, 6, 3)
        row.setSpacing(4)
        self._text = _MaskedLabel(frame)
        row.addWidget(self._text, 1)
        self._eye: IconButton | None = None
        if secret:
            self._eye = IconButton("eye", f"Show {text} for {REVEAL_SECONDS} seconds")
            self._eye.setObjectName("reveal")
            self._eye.clicked.connect(self._toggle)
            row.addWidget(self._eye)
        self._copy = button("Copy", "copy", "copy")
        self._copy.setObjectName("copy")
        self._copy.setAccessibleName(f"Copy {text}")
        self._copy.clicked.connect(self.copy_pressed)
        row.addWidget(self._copy)
        column.addWidget(frame)
        self._hint = Hint(self)
        column.addWidget(self._hint)

    def show_value(self, masked: str) -> None:
        """Show a value, or the mask of a secret."""
        self._masked = masked
        if not self._timer.isActive():
            self._put(masked)

    def _put(self, text: str) -> None:
        room = max(60, self._text.width() - 4)
        self._text.setText(self._text.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, room))

    def resizeEvent(self, event: QEvent) -> None:  # noqa: N802, ARG002
        """Elide anew."""
        if not self._timer.isActive():
            QTimer.singleShot(0, self, lambda: self._put(self._masked))

    def set_hint(self, text: str, tone: str) -> None:
        """Say something about the value under it."""
        self._hint.show_text(text, tone)

    def _toggle(self) -> None:
        if self._timer.isActive():
            self.hide_secret()
        else:
            self.reveal_pressed.emit(True)  # noqa: FBT003 - a signal's argument

    def reveal(self, text: str, seconds: float = REVEAL_SECONDS) -> None:
        """Show a secret for a moment; it goes on time, on losing focus and on hiding."""
        self._text.setWordWrap(True)
        self._text.setText("\u200b".join(text[i : i + 8] for i in range(0, len(text), 8)))
        self._timer.start(round(seconds * 1000))
        self.window().installEventFilter(self)
        if self._eye is not None:
            self._eye.setIcon(icons.icon("eye-off", "muted"))

    def hide_secret(self) -> None:
        """Show the mask again."""
        self._timer.stop()
        self._text.setWordWrap(False)
        self._put(self._masked)
        if self._eye is not None:
            self._eye.setIcon(icons.icon("eye", "muted"))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Hide when the window loses focus or is minimised."""
        if self._timer.isActive() and event.type() in (
            QEvent.Type.WindowDeactivate,
            QEvent.Type.WindowStateChange,
            QEvent.Type.Hide,
        ):
            self.hide_secret()
        return super().eventFilter(watched, event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """A secret never outlives its page."""
        self.hide_secret()
        super().hideEvent(event)


class _Input(QLineEdit):
    """A line that hands a pasted text over instead of keeping it."""

    pasted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Paste goes to the owner; a password field gives nothing to the clipboard anyway."""
        if event.matches(QKeySequence.StandardKey.Paste):
            self.pasted.emit()
            return
        super().keyPressEvent(event)


class CaptureField(QWidget):
    """An input for a value: typed and entered, or pasted in one press."""

    submitted = Signal(str)

    def __init__(self, text: str, read_clipboard: Callable[[], str], secret: bool = False) -> None:
        super().__init__()
        self._read_clipboard = read_clipboard
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(5)
        column.addLayout(_header(self, text, "bring it back here"))
        self._input = _Input(self)
        self._input.setProperty("role", "mono")
        self._input.setAccessibleName(text)
        self._input.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._input.setDragEnabled(False)
        if secret:
            self._input.setEchoMode(QLineEdit.EchoMode.Password)
        self._input.setPlaceholderText("Copy it there, then press Paste")
        self._input.returnPressed.connect(self._enter)
        self._input.pasted.connect(self._paste)
        self._button = button("Paste", icon="paste")
        self._button.setObjectName("paste")
        self._button.setAccessibleName(f"Paste {text}")
        self._button.clicked.connect(self._paste)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self._input, 1)
        row.addWidget(self._button)
        column.addLayout(row)
        self._hint = Hint(self)
        column.addWidget(self._hint)
        self.setFocusProxy(self._input)

    def _paste(self) -> None:
        self._give(self._read_clipboard())

    def _enter(self) -> None:
        self._give(self._input.text())

    def _give(self, text: str) -> None:
        if self._input.echoMode() is QLineEdit.EchoMode.Password:
            self.clear()
        elif len(text) < TOO_LONG:
            self._input.setText(text.strip())
        self.submitted.emit(text)

    def has_focus_text(self) -> bool:
        """Whether the admin is typing here."""
        return self._input.hasFocus() and self._input.isModified()

    def set_text(self, text: str) -> None:
        """Show an accepted value."""
        if self._input.text() != text:
            self._input.setText(text)

    def clear(self) -> None:
        """Empty the field and its undo history."""
        self._input.clear()
        self._input.setModified(False)

    def set_hint(self, text: str, tone: str) -> None:
        """Say something about the value under it."""
        self._hint.show_text(text, tone)

    def set_busy(self, busy: bool) -> None:
        """While it is being stored, nothing else can be given."""
        self._input.setEnabled(not busy)
        self._button.setEnabled(not busy)
