"""Gives widgets their names for screen readers, and our own ones the role that Qt can't guess.

No other module of the window does. Headings, paragraphs, groups and pictures get their role from what they are, so that
a page added later has it too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAccessibleWidget,
    QFrame,
    QLabel,
    QListWidget,
    QPushButton,
    QRadioButton,
    QStackedWidget,
    QWidget,
)
from shiboken6 import Shiboken

from ui.widgets.speech import ANNOUNCES, describe
from ui.widgets.text import SPOKEN_ELSEWHERE, plain

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

HEADINGS = frozenset({"title", "heading", "bad-heading"})
"""Label roles of the theme that are headings."""

READ_OUT = "read_out"
"""The method of a widget that Tab stops at, and whose labels are read as one text."""

STOP = QAccessible.Role.Paragraph if ANNOUNCES else QAccessible.Role.ListItem
"""The role of a text that Tab stops at. There Orca 43 adds "read only" to a paragraph, "label" to a label, and nothing
to an item of a list."""

_QT = QWidget.__module__

_kept: list[QAccessibleWidget] = []
"""Holds them until Qt deletes them, each with its widget: Python would delete them a second time."""
_PURGE = 256
"""Interfaces between two looks for deleted ones."""


def install() -> None:
    """Let Qt ask this module first for the interface of each widget."""
    QAccessible.installFactory(_interface)


def give_name(widget: QWidget, name: str) -> None:
    """Name a widget, in plain text. An empty name leaves it to what the widget shows."""
    if name != widget.accessibleName():  # else Orca would say it again
        widget.setAccessibleName(name)


def make_stop(widget: QWidget, name: str, description: str = "") -> None:
    """Let Tab stop at a widget that isn't a control, where a screen reader says its name and description.

    On Linux both are the name, because Orca 48 says the description of a group twice.
    """
    give_name(widget, f"{name}. {description}" if description and not ANNOUNCES else name)
    describe(widget, description if ANNOUNCES else "")
    widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)


def number_items(items: QListWidget) -> None:
    """Let a screen reader say with each item of a list which one of how many it is."""
    there = [item for at in range(items.count()) if not (item := items.item(at)).isHidden()]
    for number, item in enumerate(there, start=1):
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{item.text()}, {number} of {len(there)}")


class _Text(QAccessibleWidget):
    """A label: a heading, which a screen reader's heading key finds, a paragraph or a stray text.

    Orca says every stray text of a group on the way into it. A paragraph, as each label that Tab reaches, is only read
    there. The role is asked for each time, because an event may make Qt ask before the label has its place or its
    words.
    """

    def __init__(self, label: QLabel) -> None:
        super().__init__(label, QAccessible.Role.StaticText)
        self._label = label

    def role(self) -> QAccessible.Role:
        """Return the role."""
        if self._label.property("role") in HEADINGS:
            return QAccessible.Role.Heading
        if not self._label.pixmap().isNull():
            return QAccessible.Role.Graphic
        if self._label.focusPolicy() is not Qt.FocusPolicy.NoFocus:
            return STOP
        return QAccessible.Role.Paragraph if _is_spoken_elsewhere(self._label) else QAccessible.Role.StaticText

    def text(self, wanted: QAccessible.Text) -> str:
        """Return the label's whole text as its name."""
        if wanted is not QAccessible.Text.Name:
            return super().text(wanted)
        shown = self._label.text()
        is_rich = self._label.textFormat() is Qt.TextFormat.RichText
        return self._label.accessibleName() or (plain(shown) if is_rich else shown)


class _Paragraph(QAccessibleWidget):
    """A widget that holds a text in several labels, which its ``read_out`` returns."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget, QAccessible.Role.Paragraph)
        self._held = widget

    def role(self) -> QAccessible.Role:
        """Return the role; the focus policy may change later."""
        return STOP if self._held.focusPolicy() is not Qt.FocusPolicy.NoFocus else QAccessible.Role.Paragraph

    def text(self, wanted: QAccessible.Text) -> str:
        """Return the whole text as its name."""
        if wanted is QAccessible.Text.Name:
            return str(getattr(self._held, READ_OUT)())
        return super().text(wanted)


class _Group(QAccessibleWidget):
    """A widget that holds others: a group if it has a name, and else nothing that is spoken.

    A screen reader says the groups around what takes the focus, each with its texts (Orca 43: all labels in it). So a
    widget whose groups are enough has ``HOLDS_GROUPS``: its name can be found, but is not said on the way in.

    Radio buttons in a group without a name are a list: before a radio button, Orca (43, 48) says the nearest group with
    a name up to a list, also when it was said before.
    """

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget, QAccessible.Role.Grouping)
        self._held = widget

    def role(self) -> QAccessible.Role:
        """Return the role; a name may be given later."""
        if self._held.accessibleName():
            holds_groups = getattr(self._held, "HOLDS_GROUPS", False)
            return QAccessible.Role.Client if holds_groups else QAccessible.Role.Grouping
        choices = any(isinstance(each, QRadioButton) for each in self._held.children())
        return QAccessible.Role.List if choices else QAccessible.Role.Client


class _RefusingButton(QAccessibleWidget):
    """A button with an ``obstacle``, which takes the focus although its action isn't possible: it is disabled."""

    def __init__(self, button: QPushButton) -> None:
        super().__init__(button, QAccessible.Role.Button)
        self._button = button

    def text(self, wanted: QAccessible.Text) -> str:
        """Return its words as its name."""
        if wanted is QAccessible.Text.Name:
            return self._button.accessibleName() or self._button.text()
        return super().text(wanted)

    def state(self) -> QAccessible.State:
        """Return its state as Qt's own buttons do."""
        state = super().state()
        state.disabled = state.disabled or bool(getattr(self._button, "obstacle", ""))
        state.defaultButton = self._button.isDefault()
        state.pressed = self._button.isDown()
        return state

    def actionNames(self) -> list[str]:  # noqa: N802 - Qt's name
        """Return that it can be pressed."""
        return [self.pressAction(), *super().actionNames()]

    def doAction(self, name: str) -> None:  # noqa: N802 - Qt's name
        """Press it, as a screen reader asks for."""
        if name == self.pressAction():
            self._button.click()
        else:
            super().doAction(name)


def _interface(key: str, widget: QObject) -> QAccessibleWidget | None:
    """Return the interface of a widget, or None to leave it to Qt, which asks once for each of its base classes."""
    if key != widget.metaObject().className():
        return None
    made: QAccessibleWidget
    if isinstance(widget, QLabel):
        made = _Text(widget)
    elif isinstance(widget, QPushButton) and hasattr(widget, "obstacle"):
        made = _RefusingButton(widget)
    elif isinstance(widget, QStackedWidget):
        made = _Group(widget)
    elif isinstance(widget, QWidget) and _is_plain(type(widget)):
        picture = getattr(widget, "IS_PICTURE", False)
        kind = _Paragraph if hasattr(widget, READ_OUT) else _Group
        made = QAccessibleWidget(widget, QAccessible.Role.Graphic) if picture else kind(widget)
    else:
        return None
    if len(_kept) % _PURGE == 0:
        _kept[:] = [each for each in _kept if Shiboken.isValid(each)]
    _kept.append(made)
    return made


def _is_spoken_elsewhere(label: QLabel) -> bool:
    around: QWidget | None = label
    while around is not None and not (around.property(SPOKEN_ELSEWHERE) or isinstance(around, QAbstractButton)):
        around = around.parentWidget()
    return around is not None


def _is_plain(kind: type[QWidget]) -> bool:
    """Return whether a class of ours extends a plain widget or frame, for which Qt has no better role."""
    return kind.__module__ != _QT and next(base for base in kind.__mro__ if base.__module__ == _QT) in (QWidget, QFrame)
