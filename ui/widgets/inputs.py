"""The line edits of capture fields. The one for a secret holds bullets only, and the text lives beside it."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.desktop.clipboard import selected_text

if TYPE_CHECKING:
    from PySide6.QtGui import (
        QContextMenuEvent,
        QDragEnterEvent,
        QDropEvent,
        QInputMethodEvent,
        QMouseEvent,
    )

LONGEST: Final = 32_767
"""Characters. QLineEdit silently cuts off a longer text, so a longer one goes straight to the rules."""

BULLET: Final = "\u25cf"

_UNDO_STEPS: Final = 100

_NOT_TYPED: Final = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
)
"""With these, a key is a shortcut even if it has a text; Alt and Control together are AltGr (QInputControl)."""

_NOT_FOR_INPUT_METHODS: Final = {
    Qt.InputMethodQuery.ImEnabled: False,
    Qt.InputMethodQuery.ImSurroundingText: "",
    Qt.InputMethodQuery.ImCurrentSelection: "",
    Qt.InputMethodQuery.ImTextBeforeCursor: "",
    Qt.InputMethodQuery.ImTextAfterCursor: "",
}
"""The input hints of a secret's field. An input method runs in another process and may learn from the text."""


class PlainInput(QLineEdit):
    """A line edit that passes on a pasted or dropped text instead of keeping it."""

    pasted = Signal()
    dropped = Signal(str)
    left = Signal()
    """The field lost the keyboard focus after something was typed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDragEnabled(False)

    @property
    def entered(self) -> str:
        """What the admin entered."""
        return self.text()

    def empty(self) -> None:
        """Remove the text and the undo history. An empty field stays untouched: each change is spoken."""
        if self.text() or self.isUndoAvailable() or self.isRedoAvailable():
            self.setText("")  # clear() can be undone
        self.setModified(False)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Submit typed text when the field loses focus, as in any form."""
        super().focusOutEvent(event)
        # Not when the card is being redrawn or another window is activated: a half-typed text would be submitted.
        if event.reason() in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
            return
        if self.isVisible() and self.isModified() and self.entered.strip() and not self.isReadOnly():
            self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Pass a paste on to the owner."""
        if not event.matches(QKeySequence.StandardKey.Paste):
            super().keyPressEvent(event)
        elif not self.isReadOnly():
            self.pasted.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        """Offer Qt's menu, in which Paste is the Paste of this field."""
        menu = self.createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # The names that QLineEdit::createStandardContextMenu gives its actions.
        for name, do, possible in (
            ("edit-paste", self.pasted.emit, not self.isReadOnly()),
            ("edit-undo", self.undo, self.isUndoAvailable()),
            ("edit-redo", self.redo, self.isRedoAvailable()),
        ):
            if (action := menu.findChild(QAction, name)) is not None:
                action.triggered.disconnect()
                action.triggered.connect(do)
                action.setEnabled(possible)
        menu.popup(event.globalPos())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Accept text dragged from the browser."""
        if event.mimeData().hasText() and not self.isReadOnly():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Treat dropped text like pasted text."""
        event.acceptProposedAction()
        self.dropped.emit(event.mimeData().text())


class SecretInput(PlainInput):
    """A line edit in which Qt sees a bullet for each character.

    QLineEdit reports each change with the real text, in password mode too: to the accessibility bus, and through it to
    every screen reader (Qt 6.12, ``QWidgetLineControl::internalInsert``). So no character of the secret gets there.
    Qt moves the cursor, selects and deletes; this class follows a deletion and does every insertion.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._secret = ""
        self._before: list[str] = []
        self._after: list[str] = []
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.textChanged.connect(self._follow)

    @property
    def entered(self) -> str:
        """What the admin entered."""
        return self._secret

    def empty(self) -> None:
        """Remove the text and the undo history."""
        self._secret = ""
        self._before.clear()
        self._after.clear()
        super().empty()

    def insert(self, text: str) -> None:
        """Insert a text in place of the selection."""
        if not text or self.isReadOnly():
            return
        start = self.selectionStart() if self.hasSelectedText() else self.cursorPosition()
        changed = self._secret[:start] + text + self._secret[start + self.selectionLength() :]
        if len(changed) > LONGEST:
            self.dropped.emit(changed)
            return
        self._remember()
        self._secret = changed
        super().insert(BULLET * len(text))

    def isUndoAvailable(self) -> bool:  # noqa: N802 - Qt's name
        """Return whether there is a change to take back."""
        return bool(self._before)

    def isRedoAvailable(self) -> bool:  # noqa: N802 - Qt's name
        """Return whether there is a change to repeat."""
        return bool(self._after)

    def undo(self) -> None:
        """Take back the last change. Qt's own undo would empty the field."""
        self._step(self._before, self._after)

    def redo(self) -> None:
        """Repeat what was taken back."""
        self._step(self._after, self._before)

    def _step(self, source: list[str], target: list[str]) -> None:
        if not source or self.isReadOnly():
            return
        target.append(self._secret)
        self._secret = source.pop()
        self.selectAll()
        if self._secret:
            super().insert(BULLET * len(self._secret))
        else:
            self.del_()

    def _remember(self) -> None:
        self._before = [*self._before[1 - _UNDO_STEPS :], self._secret]
        self._after.clear()

    def _follow(self, shown: str) -> None:
        """Repeat what Qt deleted. Take in and hide what an assistive program or this program put in as text."""
        foreign = shown.strip(BULLET)
        if not foreign and len(shown) == len(self._secret):
            return
        self._remember()
        if not foreign:
            start = self.cursorPosition()  # after each deletion of Qt, the cursor is where the text was
            self._secret = self._secret[:start] + self._secret[start + len(self._secret) - len(shown) :]
            return
        before = len(shown) - len(shown.lstrip(BULLET))
        after = len(shown) - len(shown.rstrip(BULLET))
        self._secret = self._secret[:before] + foreign + self._secret[len(self._secret) - after :]
        self.setText(BULLET * len(self._secret))
        self.setModified(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Give Qt each key without its text, and insert the text of a key that Qt has no use for."""
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.redo()
        else:
            key, modifiers, native = event.key(), event.modifiers(), event.nativeModifiers()
            codes = event.nativeScanCode(), event.nativeVirtualKey()
            mute = QKeyEvent(event.type(), key, modifiers, *codes, native, "", event.isAutoRepeat(), event.count())
            super().keyPressEvent(mute)
            event.setAccepted(mute.isAccepted())
            if not mute.isAccepted() and _types(event) and not self.isReadOnly():
                self.insert(event.text())
                event.accept()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:  # noqa: N802 - Qt's name
        """Insert what an input method commits. What it composes is neither shown nor passed on."""
        if event.replacementLength() and not self.isReadOnly():
            self.setSelection(self.cursorPosition() + event.replacementStart(), event.replacementLength())
        self.insert(event.commitString())
        event.accept()

    def inputMethodQuery(self, query: Qt.InputMethodQuery, argument: Any = None) -> Any:  # noqa: N802 - Qt's name
        """Give input methods nothing, not even the length of the text."""
        if query in _NOT_FOR_INPUT_METHODS:
            return _NOT_FOR_INPUT_METHODS[query]
        return super().inputMethodQuery(query) if argument is None else super().inputMethodQuery(query, argument)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Treat the selected text of another window, pasted with the middle button, like pasted text."""
        if event.button() is not Qt.MouseButton.MiddleButton:
            super().mouseReleaseEvent(event)
        elif not self.isReadOnly() and (text := selected_text()):
            self.dropped.emit(text)


def _types(event: QKeyEvent) -> bool:
    """Return whether Qt would insert the text of a key (QInputControl::isAcceptableInput)."""
    text = event.text()
    return bool(text) and event.modifiers() not in _NOT_TYPED and unicodedata.category(text[0]) != "Cc"
