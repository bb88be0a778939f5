"""Lets Tab go through a window in the order of its layout, also through what was drawn later than the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

if TYPE_CHECKING:
    _Widget = QWidget
else:
    _Widget = object  # a class may inherit from only one class of Qt


class WorkFirst(_Widget):
    """A page in which Tab starts at the open step, not in the upper left corner."""

    def first_stops(self) -> list[QWidget]:
        """Return what Tab reaches first."""
        raise NotImplementedError


class InTabOrder(_Widget):
    """A window in which Tab follows the layout. Qt alone follows the order in which the widgets were made."""

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802 - Qt's name and signature
        """Move to the next or the previous stop."""
        focused, order = self.focusWidget(), in_order(self) if self.isWindow() else []
        if not order:
            return super().focusNextPrevChild(forward)
        step = 1 if forward else -1
        focused = order[-step] if focused is None else focused
        if focused not in order:  # it was clicked: continue from the stop before it
            step = max(0, step)
            before = [each for each in _parts(self, focused) if each in order]
            focused = before[-1] if before else order[-1]
        there = order[(order.index(focused) + step) % len(order)]
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        if isinstance(there, QLineEdit) and not there.text():
            # Qt would select its text and report a moved caret before the focus: Orca 43 then doesn't say the field.
            reason = Qt.FocusReason.OtherFocusReason
        there.setFocus(reason)
        return True


def _parts(window: QWidget, until: QWidget) -> list[QWidget]:
    """Return everything in a window up to a widget, in the order of the layout."""
    parts = window.findChildren(QWidget)
    return parts[: parts.index(until) + 1]


def in_order(window: QWidget) -> list[QWidget]:
    """Return everything in a window that Tab reaches, the work first."""
    order = stops(window)
    pages = (each for each in (window, *window.findChildren(QWidget)) if isinstance(each, WorkFirst))
    first = next((page.first_stops() for page in pages if page.isVisibleTo(window)), [])
    return [*first, *(each for each in order if each not in first)]


def stops(root: QWidget, *, itself: bool = False) -> list[QWidget]:
    """Return everything inside that Tab reaches, in the order of the layout, which is that of the children.

    ``itself`` includes the widget itself.
    """
    return [each for each in ([root] if itself else []) + root.findChildren(QWidget) if _is_stop(each, root)]


def _is_stop(widget: QWidget, root: QWidget) -> bool:
    return bool(
        widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.focusProxy() is None
        and widget.isEnabled()
        and widget.isVisibleTo(root)
        and widget.window() is root.window()
    )


def focus(widget: QWidget) -> None:
    """Focus a widget. What was just added to a window is shown first, else Qt reports the focus twice."""
    added: QWidget | None = None
    at: QWidget | None = widget
    while at is not None and not at.isWindow() and not at.isVisible():
        added, at = at, at.parentWidget()
    if added is not None and at is not None and at.isVisible():
        added.show()
    widget.setFocus()


def focused_names(root: QWidget) -> tuple[str, ...]:
    """Return the object names of the focused widget inside and of those around it, the outermost first."""
    at: QWidget | None = root.window().focusWidget()
    names: list[str] = []
    while at is not None and at is not root:
        names += [at.objectName()] if at.objectName() else []
        at = at.parentWidget()
    return tuple(reversed(names)) if at is root else ()


def focus_again(root: QWidget, names: tuple[str, ...]) -> bool:
    """Focus the widget with these names, after it was drawn again. Return whether there is one."""
    at: QWidget | None = root
    for name in names:
        at = at.findChild(QWidget, name) if at is not None else None
    if at is None or at is root:
        return False
    focus(at)
    return True
