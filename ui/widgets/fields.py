"""Fields: a value ready to copy, and an input for a captured value. Neither leaks a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QDrag
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QLineEdit, QPlainTextEdit, QWidget

from ui.theme.style import restyle
from ui.widgets.accessibility import give_name
from ui.widgets.buttons import IconButton, button
from ui.widgets.icon_label import TONE_ICONS, IconLabel
from ui.widgets.inputs import LONGEST, PlainInput, SecretInput
from ui.widgets.layouts import column, fill, row, top, wide
from ui.widgets.speech import describe
from ui.widgets.text import ElidedLabel, label, spoken_elsewhere

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QHideEvent, QMouseEvent
    from PySide6.QtWidgets import QHBoxLayout

REVEAL_SECONDS = 8
"""How long a revealed secret stays on the screen."""

_LEAVING = (
    QEvent.Type.WindowDeactivate,
    QEvent.Type.WindowStateChange,
    QEvent.Type.Hide,
    QEvent.Type.Close,
)


class Hint(QWidget):
    """A line under a field with the icon of its tone."""

    def __init__(self, parent: QWidget, *, keeps_place: bool = False) -> None:
        """``keeps_place`` takes the height of one line also while there is nothing to show."""
        super().__init__(parent)
        self._sign = IconLabel(14, self)
        self._sign.setContentsMargins(0, 2, 0, 0)
        self._text = label("", "small", self)
        row(top(self._sign), wide(self._text), inside=self, spacing=8)
        if keeps_place:
            self.setMinimumHeight(self._text.fontMetrics().lineSpacing())
            policy = self.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            self.setSizePolicy(policy)
        self.setVisible(False)

    @property
    def text(self) -> str:
        """The sentence."""
        return self._text.text()

    def show_text(self, text: str, tone: str) -> None:
        """Show a sentence, or nothing."""
        self.setVisible(bool(text))
        loud = tone in TONE_ICONS
        restyle(self._text, "role", tone if loud else "small")
        self._sign.show_tone(tone if loud else "muted")
        self._text.setText(text)


def _header(parent: QWidget, text: str, origin: str) -> tuple[QHBoxLayout, QLabel]:
    name = label(text, "strong", parent)
    header = row(wide(name), spacing=12)
    if origin:
        header.addWidget(ElidedLabel(origin, "small", parent), 0, Qt.AlignmentFlag.AlignBottom)
    return header, name


def typing_in(widget: QWidget) -> bool:
    """Return whether a field inside a widget, or its Paste, has the focus; new texts can wait until it doesn't."""
    focused = widget.window().focusWidget()
    if focused is None or not focused.hasFocus() or not widget.isAncestorOf(focused):
        return False
    return isinstance(focused, QLineEdit | QPlainTextEdit) or isinstance(focused.parentWidget(), CaptureField)


class ValueFrame(QFrame):
    """The frame around a value. A value that is offered can be dragged from it, such as into a field of the browser."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "value")
        self.offered = ""
        """What a drag brings; empty if there is nothing to drag."""
        self._pressed: QPoint | None = None

    def offer(self, text: str) -> None:
        """Let a text be dragged that isn't secret; nothing if it is empty."""
        self.offered = text
        self.setCursor(Qt.CursorShape.OpenHandCursor if self.offered else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Note where a drag may begin."""
        self._pressed = event.position().toPoint() if event.button() is Qt.MouseButton.LeftButton else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begin the drag once the mouse has moved far enough."""
        moved = 0 if self._pressed is None else (event.position().toPoint() - self._pressed).manhattanLength()
        if self.offered and moved >= QApplication.startDragDistance():
            self._pressed = None
            drag, data = QDrag(self), QMimeData()
            data.setText(self.offered)
            drag.setMimeData(data)
            drag.exec(Qt.DropAction.CopyAction)  # Qt has no other way; it returns when the button is released


class ValueField(QWidget):
    """A value under the label of the field it is entered in, with Copy and, for a secret, an eye."""

    copy_pressed = Signal()
    reveal_pressed = Signal(bool)
    """True when the eye asks for the secret, False when it hides it again."""
    shown = Signal(bool)
    """Whether the secret is now shown."""

    def __init__(self, text: str, origin: str, secret: bool = False) -> None:
        super().__init__()
        spoken_elsewhere(self)  # its buttons say it
        self._name = text
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide_secret)
        self._eye: IconButton | None = None
        # No buddy: a screen reader would say the label before "Copy" and the label.
        header, _ = _header(self, text, origin)
        self._hint = Hint(self, keeps_place=True)  # so that nothing moves under the mouse when "Copied" appears
        self.frame = self._frame(secret)
        """Holds the value and its buttons."""
        column(header, self.frame, self._hint, inside=self, spacing=4, margins=(0, 2, 0, 2))

    def _frame(self, secret: bool) -> ValueFrame:
        frame = ValueFrame(self)
        self._masked = ElidedLabel("", "mono", frame)
        self._revealed = label("", "mono", frame)
        for face in (self._masked, self._revealed):
            # Nothing can be selected, so nothing reaches the primary selection, and there is no menu to copy it.
            face.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
            face.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        line = row(wide(self._masked), wide(self._revealed), inside=frame, spacing=4, margins=(12, 4, 8, 4))
        self._revealed.setVisible(False)
        if secret:
            # Otherwise its text becomes its name, which every program on the accessibility bus receives.
            give_name(self._revealed, f"{self._name}, shown for {REVEAL_SECONDS} seconds")
            purpose = f"Show {self._name} for {REVEAL_SECONDS} seconds"
            self._eye = IconButton("eye", purpose, name="reveal", press=self._toggle)
            fill(line, top(self._eye))
        self.copy = button("Copy", "copy", "copy", name="copy", press=self.copy_pressed)
        give_name(self.copy, f"Copy {self._name}")
        fill(line, top(self.copy))
        return frame

    def show_value(self, masked: str, about: str = "", *, present: bool = True, plain: bool = False) -> None:
        """Show a value, or the mask of a secret. A missing value cannot be copied or shown.

        A screen reader reads what is known ``about`` it with Copy, such as its length, and before that the value itself
        if it is ``plain`` and thus no secret.
        """
        self._masked.setText(masked if present else "\u2014")
        said = [masked if plain else "", about] if present else []
        describe(self.copy, ", ".join(filter(None, said)))
        self.copy.setEnabled(present)
        self.frame.offer(masked if present and plain else "")
        if self._eye is not None:
            self._eye.setEnabled(present)

    def set_hint(self, text: str, tone: str) -> None:
        """Show a remark about the value under it."""
        self._hint.show_text(text, tone)

    def offer_copy(self) -> None:
        """Let the next press of Enter copy the value."""
        self.copy.setFocus()
        self.set_hint("Press Enter to copy it.", "muted")

    @property
    def revealed(self) -> bool:
        """Whether a secret is shown."""
        return self._timer.isActive()

    def _toggle(self) -> None:
        if self.revealed:
            self.hide_secret()
            self.reveal_pressed.emit(False)  # noqa: FBT003 - a signal's argument
        else:
            self.reveal_pressed.emit(True)  # noqa: FBT003 - a signal's argument

    def reveal(self, text: str, seconds: float = REVEAL_SECONDS) -> None:
        """Show a secret for that many seconds, or until the window loses focus or is hidden."""
        window = self.window()
        # The secret arrives after the press: in the meantime the keyring's prompt may have taken the focus.
        if self._eye is None or not self.isVisible() or not window.isActiveWindow() or window.isMinimized():
            return
        self._revealed.setText(text)
        self._masked.setVisible(False)
        self._revealed.setVisible(True)
        self._timer.start(round(seconds * 1000))
        self.shown.emit(True)  # noqa: FBT003 - a signal's argument
        window.installEventFilter(self)
        self._eye.show_purpose("eye-off", f"Hide {self._name}")

    def hide_secret(self) -> None:
        """Show the mask again and keep nothing."""
        self._timer.stop()
        self.shown.emit(False)  # noqa: FBT003 - a signal's argument
        self._revealed.clear()
        self._revealed.setVisible(False)
        self._masked.setVisible(True)
        self.window().removeEventFilter(self)
        if self._eye is not None:
            self._eye.show_purpose("eye", f"Show {self._name} for {REVEAL_SECONDS} seconds")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Hide the secret when the window loses focus, is minimized or closed."""
        if self.revealed and event.type() in _LEAVING:
            self.hide_secret()
        return super().eventFilter(watched, event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Hide the secret with its page."""
        if self.revealed:
            self.hide_secret()
        super().hideEvent(event)


class CaptureField(QWidget):
    """An input for a value: typed, pasted in one press, or dropped."""

    submitted = Signal(str)
    """The whole entered text, of any length."""
    edited = Signal(str)
    """The text after each change by the admin."""
    next_requested = Signal()
    """Enter was pressed on a text that was submitted before: the admin wants to continue."""

    def __init__(
        self,
        text: str,
        read_clipboard: Callable[[], str],
        secret: bool = False,
        origin: str = "copy it back here",
        optional: bool = False,
    ) -> None:
        super().__init__()
        spoken_elsewhere(self)  # the input says it
        self._read_clipboard = read_clipboard
        self._optional = optional
        self._accepted = False
        """Whether a value was accepted and nothing else has been entered since."""
        self.pasted = False
        """Whether the text submitted last was pasted or dropped, and not typed."""
        header, name = _header(self, text, origin)
        self._input = self._make_input(secret)
        name.setText(text.replace("&", "&&"))  # a buddy's label treats & as a shortcut
        name.setBuddy(self._input)
        self._button = button("Paste", icon="paste", name="paste", press=self.paste)
        give_name(self._button, f"Paste {text}")
        self._hint = Hint(self)
        entry = row(wide(self._input), self._button, spacing=8)
        column(header, entry, self._hint, inside=self, spacing=4, margins=(0, 2, 0, 2))
        self.setFocusProxy(self._input)

    def _make_input(self, secret: bool) -> PlainInput:
        made = SecretInput(self) if secret else PlainInput(self)
        made.setProperty("role", "mono")
        made.setPlaceholderText("Paste it here")
        made.returnPressed.connect(self._enter)
        if not secret:
            made.left.connect(self._enter)
        made.pasted.connect(self.paste)
        made.dropped.connect(self._take)
        made.textChanged.connect(self._report)
        made.textChanged.connect(self._offer_paste)
        return made

    def _report(self) -> None:
        """Report a change by the admin, and an emptied field; not an accepted value that is shown."""
        if self._input.isModified() or not self._input.entered:
            self.edited.emit(self._input.entered)

    def paste(self) -> None:
        """Submit the clipboard's text."""
        if not self._input.isReadOnly():
            self._take(self._read_clipboard())

    def _take(self, text: str) -> None:
        self.pasted = True
        self._give(text)
        self.pasted = False

    def _enter(self) -> None:
        if self._input.isReadOnly():
            return
        if (self._accepted or (self._optional and not self._input.entered)) and not self._input.isModified():
            self.next_requested.emit()
        else:
            self._give(self._input.entered)

    @property
    def typed(self) -> str:
        """What was typed here and not submitted yet; empty if nothing was."""
        return self._input.entered if self.being_typed() else ""

    def submit_typed(self) -> None:
        """Submit what was typed here and not submitted yet, unless the field was closed with it."""
        if self.being_typed() and not self._input.isReadOnly() and not self.isHidden():
            self._give(self._input.entered)

    def _offer_paste(self) -> None:
        """Make Paste a stop of Tab only while the field is empty: Ctrl+V pastes too, and the way on is shorter."""
        self._button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if self.is_empty else Qt.FocusPolicy.ClickFocus)

    def _give(self, text: str) -> None:
        if isinstance(self._input, SecretInput) or len(text) > LONGEST:
            self.clear()
        else:
            self._put(text.strip())
        self._input.setModified(False)
        self._accepted = False
        self.submitted.emit(text)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is entered here and no value was accepted."""
        return not (self._accepted or self._input.entered)

    def being_typed(self) -> bool:
        """Whether something was typed here and not submitted yet."""
        return self._input.isModified() and bool(self._input.entered.strip())

    def set_text(self, text: str) -> None:
        """Show an accepted value."""
        self._accepted = True
        if self._input.text() != text:
            self._put(text)
        self._offer_paste()

    def set_kept(self, placeholder: str) -> None:
        """Show that a secret was accepted, without showing any of it."""
        self._accepted = True
        self.clear()
        self._offer_paste()
        self.set_placeholder(placeholder)

    def _put(self, text: str) -> None:
        self._input.setText(text)
        self._input.setCursorPosition(0)  # a long value is recognized by its beginning

    def set_placeholder(self, text: str) -> None:
        """Show what the empty field is for."""
        self._input.setPlaceholderText(text)

    def clear(self) -> None:
        """Empty the field and its undo history."""
        self._input.empty()

    def set_hint(self, text: str, tone: str) -> None:
        """Show a remark about the value under it; a screen reader reads it with the field."""
        self._hint.show_text(text, tone)
        if tone != "muted" or not text:  # a passing remark is only shown
            describe(self._input, text)

    @property
    def hint(self) -> str:
        """The remark about the value."""
        return self._hint.text

    def set_busy(self, busy: bool) -> None:
        """Accept nothing else while the value is being stored. What has the focus keeps it."""
        if busy != self._input.isReadOnly():
            self._input.setReadOnly(busy)
            self._button.setEnabled(not busy or self._button.hasFocus())
