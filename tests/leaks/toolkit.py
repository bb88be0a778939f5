"""What the toolkit exposes of a widget to screen readers, input methods, the window system, and an undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QLineEdit, QWidget

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTS = (QAccessible.Text.Name, QAccessible.Text.Description, QAccessible.Text.Value, QAccessible.Text.Help)


TO_INPUT_METHODS = (
    Qt.InputMethodQuery.ImSurroundingText,
    Qt.InputMethodQuery.ImCurrentSelection,
    Qt.InputMethodQuery.ImTextBeforeCursor,
    Qt.InputMethodQuery.ImTextAfterCursor,
)


def accessible_texts(interface: QAccessibleInterface) -> Iterator[str]:
    """Yield all texts of an accessible object and its descendants."""
    if not interface or not interface.isValid():
        return
    yield from (interface.text(part) for part in PARTS)
    text = interface.textInterface()
    if text is not None:
        yield text.text(0, text.characterCount())
    for index in range(interface.childCount()):
        yield from accessible_texts(interface.child(index))


def widget_texts(widget: QWidget) -> Iterator[str]:
    """Yield what a widget would give to style sheets, the window system, a session manager, or an undo."""
    yield from (widget.objectName(), widget.windowTitle(), widget.windowRole(), widget.windowFilePath())
    yield from (widget.toolTip(), widget.statusTip(), widget.whatsThis())
    for name in (bytes(found.data()).decode() for found in widget.dynamicPropertyNames()):
        if name != "_PySideInvalidatePtr":  # a pointer, which has no text
            yield f"{name}={widget.property(name)}"
    if isinstance(widget, QLineEdit):
        yield from (f"{query.name}={widget.inputMethodQuery(query)}" for query in TO_INPUT_METHODS)
    # In a field that hides its text, Qt clears the undo history.
    if isinstance(widget, QLineEdit) and widget.echoMode() is QLineEdit.EchoMode.Normal and widget.isUndoAvailable():
        before = widget.text()
        widget.undo()
        yield f"undo={widget.text()}"
        widget.redo()
        assert widget.text() == before
