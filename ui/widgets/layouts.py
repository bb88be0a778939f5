"""Rows and columns of widgets, each written as one expression, and a way to empty them."""

from __future__ import annotations

from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from ui.widgets.tab_order import stops

if TYPE_CHECKING:
    from PySide6.QtCore import Qt

Box = TypeVar("Box", bound=QBoxLayout)

NO_MARGINS = (0, 0, 0, 0)


class Placed(NamedTuple):
    """A widget or layout with a share of the room that is left, or at one side of its place."""

    item: QWidget | QLayout
    stretch: int = 0
    side: Qt.AlignmentFlag | None = None


Item = QWidget | QLayout | Placed | int
"""What a row or column contains. A number is free room in pixels."""

REST = -1
"""All the room that is left."""


def wide(item: QWidget | QLayout, share: int = 1) -> Placed:
    """Let the item take the room that is left, in proportion to its share."""
    return Placed(item, share)


def left(widget: QWidget) -> Placed:
    """Keep the widget at its own width, at the left."""
    from PySide6.QtCore import Qt  # its namespace takes 12 ms to load, too long for the first window

    return Placed(widget, 0, Qt.AlignmentFlag.AlignLeft)


def top(widget: QWidget) -> Placed:
    """Keep the widget at its own height, at the top."""
    from PySide6.QtCore import Qt

    return Placed(widget, 0, Qt.AlignmentFlag.AlignTop)


def middle(widget: QWidget, share: int = 0) -> Placed:
    """Keep the widget at its own height, vertically centered."""
    from PySide6.QtCore import Qt

    return Placed(widget, share, Qt.AlignmentFlag.AlignVCenter)


def row(
    *items: Item, inside: QWidget | None = None, spacing: int = -1, margins: tuple[int, int, int, int] = NO_MARGINS
) -> QHBoxLayout:
    """Return a row, which is the layout of ``inside`` or a part of another one.

    Lengths are in pixels, ``margins`` those at the left, top, right and bottom. Without ``spacing``, that of the layout
    around it is used, or the style's.
    """
    return _set_up(QHBoxLayout(), items, inside, spacing, margins)


def column(
    *items: Item, inside: QWidget | None = None, spacing: int = -1, margins: tuple[int, int, int, int] = NO_MARGINS
) -> QVBoxLayout:
    """Return a column; its parameters are those of ``row``."""
    return _set_up(QVBoxLayout(), items, inside, spacing, margins)


def _set_up(
    made: Box, items: tuple[Item, ...], inside: QWidget | None, spacing: int, margins: tuple[int, int, int, int]
) -> Box:
    if inside is not None:
        inside.setLayout(made)
    made.setContentsMargins(*margins)
    made.setSpacing(spacing)
    fill(made, *items)
    return made


def fill(layout: QBoxLayout, *items: Item) -> None:
    """Add items at the end of a row or column."""
    for item in items:
        if item == REST:
            layout.addStretch(1)
            continue
        if isinstance(item, int):
            layout.addSpacing(item)
            continue
        placed = item if isinstance(item, Placed) else Placed(item)
        if isinstance(placed.item, QLayout):
            layout.addLayout(placed.item, placed.stretch)
        elif placed.side is None:
            layout.addWidget(placed.item, placed.stretch)
        else:
            layout.addWidget(placed.item, placed.stretch, placed.side)
    _keep_order(layout)


def insert(layout: QBoxLayout, at: int, widget: QWidget, stretch: int = 0) -> None:
    """Add a widget at a place of a row or column."""
    layout.insertWidget(at, widget, stretch)
    _keep_order(layout)


def _keep_order(layout: QLayout) -> None:
    """Put the widgets of a window's part in the order of its layout, which Tab and screen readers follow."""
    parent = layout.parentWidget()
    whole = parent.layout() if parent is not None else None
    if parent is None or whole is None:
        return
    wanted = widgets_in(whole)
    placed = set(wanted)
    if [each for each in parent.children() if each in placed] != wanted:
        for widget in wanted:
            widget.raise_()


def widgets_in(layout: QLayout) -> list[QWidget]:
    """Return the widgets of a row or column and of those inside it, in their order.

    Not by ``itemAt``: PySide keeps the wrapper of an item that Qt deleted, and reuses it for a new one at its address.
    """
    parent = layout.parentWidget()
    if parent is None:
        return []
    items: list[tuple[int, QWidget | QLayout]] = [
        *((layout.indexOf(each), each) for each in parent.children() if isinstance(each, QWidget)),
        *((layout.indexOf(each), each) for each in layout.children() if isinstance(each, QLayout)),
    ]
    widgets: list[QWidget] = []
    for at, item in sorted(items, key=itemgetter(0)):
        if at >= 0:
            widgets += widgets_in(item) if isinstance(item, QLayout) else [item]
    return widgets


REDRAWN_MS: Final = 50
"""Milliseconds until a redrawn page has given the focus to one of its widgets, if it does."""


def clear(layout: QLayout) -> None:
    """Delete every widget of a layout with the next turn of the event loop. It is hidden and loses its name now."""
    items = iter(partial(layout.takeAt, 0), None)
    removed = [widget for item in items if (widget := item.widget()) is not None]
    release_focus(removed)
    for widget in removed:
        widget.setObjectName("")
        widget.hide()
        widget.deleteLater()


def release_focus(removed: list[QWidget], page: QWidget | None = None) -> None:
    """Take the focus from what is removed. Give it to what follows, or to a page, unless something else takes it.

    Qt would pass it on at once, from each removed widget to the next one, and a screen reader would say them all.
    """
    from PySide6.QtCore import Qt

    focused = removed[0].window().focusWidget() if removed else None
    if focused is None or not any(each is focused or each.isAncestorOf(focused) for each in removed):
        return
    window, following = focused.window(), focused.nextInFocusChain() or focused
    while following is not focused and (
        not following.isVisible()
        or not following.isEnabled()
        or not following.focusPolicy() & Qt.FocusPolicy.TabFocus
        or any(each is following or each.isAncestorOf(following) for each in removed)
    ):
        following = following.nextInFocusChain() or focused

    def give() -> None:
        if window.focusWidget() is None and isValid(heir := page or following):
            next(iter(stops(heir)), heir).setFocus()

    focused.clearFocus()
    QTimer.singleShot(REDRAWN_MS, window, give)
