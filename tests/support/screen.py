"""Reads and operates windows like a user, by visible texts and object names."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMessageBox, QPlainTextEdit, QWidget

from tests.support.until import until

if TYPE_CHECKING:
    from pathlib import Path

W = TypeVar("W", bound=QWidget)


def words(root: QWidget) -> str:
    """Return every text on a widget and what a screen reader gets; replaced widgets are hidden and deleted later."""
    there = [w for w in root.findChildren(QWidget) if w.isVisibleTo(root)]
    texts = [w.text() for w in there if isinstance(w, QLabel | QAbstractButton)]
    texts += [w.toPlainText() + w.placeholderText() for w in there if isinstance(w, QPlainTextEdit)]
    texts += [w.accessibleName() + w.accessibleDescription() + w.windowTitle() for w in there]
    return "\n".join(texts).replace("\u200b", "")


async def settled(page: QWidget) -> None:
    """Wait until no work is running that could be stopped."""
    await until(lambda: not child(page, "stop").isVisibleTo(page))


async def appears(root: QWidget, text: str) -> None:
    """Wait until the text is shown."""
    await until(lambda: text in words(root))


def part(root: QWidget, kind: type[W], name: str = "") -> W:
    """Return the widget of that class, and object name if given."""
    found = root.findChild(kind, name) if name else root.findChild(kind)
    assert isinstance(found, kind), name or kind.__name__
    return found


def child(root: QWidget, name: str) -> QAbstractButton:
    """Return the button with that object name."""
    return part(root, QAbstractButton, name)


def by_tab(window: QWidget) -> set[str]:
    """Return the names of the widgets that Tab reaches from the focused one, once around."""
    reached: list[QWidget] = []
    while (focused := window.focusWidget()) is not None and focused not in reached:
        reached.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    return {each.objectName() for each in reached}


def messages(window: QWidget) -> list[QMessageBox]:
    """Return the open message boxes."""
    return [each for each in window.findChildren(QMessageBox) if each.isVisible()]


async def message(window: QWidget) -> QMessageBox:
    """Wait for a message box and return it."""
    (box,) = await until(lambda: messages(window))
    return box


def press(box: QMessageBox, text: str) -> None:
    """Click the button with that text."""
    (button,) = [each for each in box.buttons() if each.text().replace("&", "") == text]
    button.click()


def paste(root: QWidget, name: str, text: str) -> None:
    """Copy the text in another program, and click Paste in the field with that name."""
    QGuiApplication.clipboard().setText(text)
    child(part(root, QWidget, name), "paste").click()


def drop(target: QWidget, *what: Path | QUrl) -> None:
    """Drag files or addresses over a widget that accepts them, and drop them."""
    data = QMimeData()
    data.setUrls([each if isinstance(each, QUrl) else QUrl.fromLocalFile(str(each)) for each in what])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPointF(9, 9), copy, data, left, none)
    QApplication.sendEvent(target, entering)
    assert entering.isAccepted()
    QApplication.sendEvent(target, QDropEvent(QPointF(9, 9), copy, data, left, none))


async def in_front(window: QWidget) -> None:
    """Have the window take the keyboard: one of an earlier test may go only now, and take the focus along."""

    def active() -> bool:
        window.activateWindow()
        return window.isActiveWindow()

    await until(active)
