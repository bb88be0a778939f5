"""A link that shows what is under it, and hides it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from ui.widgets.icon_label import IconLabel
from ui.widgets.link import EDGE, LinkButton
from ui.widgets.speech import describe

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

SIGN, GAP = 12, 5
"""Pixels of the chevron, and between it and the words."""
_INPUTS = QLineEdit | QPlainTextEdit | QTextEdit | QComboBox | QAbstractSpinBox
"""What takes the focus when it is shown; never a button, which a second Enter would press."""


class DisclosureLink(LinkButton):
    """Not one of Qt's checkable buttons, which screen readers call check boxes. Closed at first."""

    turned = Signal(bool)
    """True when it was opened."""

    def __init__(self, text: str, *, name: str = "", opens: QWidget | None = None) -> None:
        """``opens`` is a widget that is shown while this is open."""
        super().__init__(text, name=name, before=SIGN + GAP)
        self.is_open = False
        self._sign = IconLabel(SIGN, self)
        self._sign.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._opens = opens
        self.clicked.connect(self._press)
        self._show()
        if opens is not None:
            opens.hide()
            self.turned.connect(opens.setVisible)

    def _press(self) -> None:
        self.turn(on=not self.is_open)
        if self.is_open and self._opens is not None:
            inside = self._opens.findChildren(QWidget)
            inputs = (each for each in inside if isinstance(each, _INPUTS) and each.isVisibleTo(self._opens))
            if (first := next(inputs, None)) is not None:
                first.setFocus()

    def turn(self, *, on: bool) -> None:
        """Open or close it."""
        if on != self.is_open:
            self.is_open = on
            self._show()
            self.turned.emit(on)

    def _show(self) -> None:
        self._sign.show_icon("chevron-down" if self.is_open else "chevron-right", "accent")
        describe(self, "Open" if self.is_open else "Closed")

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the chevron beside the first line."""
        super().resizeEvent(event)
        top = EDGE + (self.fontMetrics().height() - SIGN) // 2
        self._sign.setGeometry(0, top, SIGN, SIGN)


def open_links(root: QWidget) -> frozenset[str]:
    """Return the object names of the links inside that are open."""
    return frozenset(link.objectName() for link in root.findChildren(DisclosureLink) if link.is_open)


def open_again(root: QWidget, names: frozenset[str]) -> None:
    """Open the links with these names, after they were drawn again."""
    for link in root.findChildren(DisclosureLink):
        if link.objectName() in names:
            link.turn(on=True)
