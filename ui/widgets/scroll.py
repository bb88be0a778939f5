"""A column that scrolls only vertically."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QLayout, QScrollArea, QVBoxLayout, QWidget

from ui.widgets.accessibility import give_name
from ui.widgets.speech import describe
from ui.widgets.text import plain

if TYPE_CHECKING:
    from PySide6.QtGui import QWheelEvent


ROOM_LEFT = 24
"""Device-independent pixels that a text may grow by when a scroll bar appears beside it."""


class ScrollColumn(QScrollArea):
    """Add widgets to ``column``; they use the available width."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._inside = inside = QWidget(self)
        self.column = QVBoxLayout(inside)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(12)
        # Without an explicit minimum Qt uses the labels' estimates: too wide for a lane, too high for the text.
        inside.setMinimumSize(1, 1)
        self.setWidget(inside)
        # setWidget turns the background on, but the surface behind must show through.
        inside.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
        self.verticalScrollBar().setSingleStep(24)
        self.verticalScrollBar().rangeChanged.connect(self._be_reachable)
        self._followed: QWidget | None = None
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._show_focused)

    def hold_rows(self, *, held: bool) -> None:
        """Scroll by the least heights of the rows, which is needed where no height follows from the width."""
        constraint = QLayout.SizeConstraint.SetMinimumSize if held else QLayout.SizeConstraint.SetDefaultConstraint
        self.column.setSizeConstraint(constraint)
        self._inside.setMinimumSize(1, 1)
        self.column.invalidate()

    def _be_reachable(self, _least: int, most: int) -> None:
        """Accept the keyboard focus if there is something to scroll and nothing inside could accept it."""
        if self._followed is not None:
            self._scroll_to(self._followed)
            self._show_focused(None, QApplication.focusWidget())
        tab = Qt.FocusPolicy.TabFocus
        inside = any(w.focusPolicy().value & tab.value for w in self._inside.findChildren(QWidget))
        if most == 0 or inside:
            self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            return
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        give_name(self, "Text")
        describe(self, "\n".join(plain(each.text()) for each in self._inside.findChildren(QLabel)))

    def _show_focused(self, before: QWidget | None, focused: QWidget | None) -> None:
        """Keep the focused widget in view. Qt scrolls only on Tab, and not if Tab comes from outside.

        Not while a mouse button is down: the pressed widget would move away from the pointer. Of a widget higher than
        the column the top is shown, where Qt would show the middle; after another window, what was shown before.
        """
        pressed = QApplication.mouseButtons() is not Qt.MouseButton.NoButton
        if focused is None or pressed or not self._inside.isAncestorOf(focused):
            return
        if focused.height() + 12 <= self.viewport().height():
            self.ensureWidgetVisible(focused, 0, 12)
        elif before is not None:
            self._scroll_to(focused)

    def has_room_for(self, widget: QWidget) -> bool:
        """Return whether a widget inside is in sight while the column shows its top."""
        self._inside.ensurePolished()
        self.column.activate()
        bottom = widget.mapTo(self._inside, widget.rect().bottomLeft()).y()
        return bottom + ROOM_LEFT <= self.viewport().height()

    def keep_in_view(self, widget: QWidget) -> None:
        """Scroll so that the top of ``widget`` is visible, and as much of the rest as fits, also after it has grown."""
        self._followed = widget
        widget.destroyed.connect(self._forget)
        self._scroll_to(widget)

    def _forget(self) -> None:
        self._followed = None

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Stop keeping a widget in view once the admin scrolls."""
        self._forget()
        super().wheelEvent(event)

    def _scroll_to(self, widget: QWidget) -> None:
        top = widget.mapTo(self._inside, widget.rect().topLeft()).y()
        bottom = top + widget.height() + 12
        bar, room = self.verticalScrollBar(), self.viewport().height()
        if bottom - bar.value() > room or top < bar.value():
            bar.setValue(max(0, min(top - 60, bottom - room) if widget.height() < room else top - 8))


def column_around(widget: QWidget) -> ScrollColumn | None:
    """Return the column in which a widget scrolls."""
    around = widget.parentWidget()
    return around if around is None or isinstance(around, ScrollColumn) else column_around(around)
