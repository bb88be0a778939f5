"""Finds what a screen reader can't read, or reads wrongly, in the accessible tree of a window."""

from __future__ import annotations

import unicodedata
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractItemView, QAbstractSlider, QComboBox, QHeaderView, QLabel, QMessageBox, QWidget

from ui.widgets.accessibility import HEADINGS
from ui.widgets.fields import ValueField
from ui.widgets.tab_order import InTabOrder, in_order
from ui.widgets.tiles import Tiles
from ui.wizard.step_card import StepCard

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PySide6.QtCore import QRect
    from PySide6.QtGui import QAccessibleInterface

TABS: Final = 3
"""Presses of Tab from the head of a step to its first Copy, at most."""

_QT_DRAWS: Final = (QAbstractItemView, QAbstractSlider, QComboBox, QHeaderView)
"""What Qt has a tree of its own for."""

_GROUPS: Final = (QAccessible.Role.Grouping, QAccessible.Role.Window, QAccessible.Role.Dialog)


def faults(window: QWidget) -> Iterator[str]:
    """Yield what is wrong with the tree of a window, and with its order."""
    root = QAccessible.queryAccessibleInterface(window)
    assert root is not None
    controls: Counter[tuple[object, ...]] = Counter()
    for group, path, each in _tree(root, (), ()):
        name, state, widget = each.text(QAccessible.Text.Name), each.state(), each.object()
        where = " / ".join((*path, f"{type(widget).__name__} {widget.objectName()} {name[:60]!r}"))
        odd = [mark for mark in name if unicodedata.category(mark) in ("Cf", "Cc") and mark != "\n"]
        tops = [child.rect().top() for child in _children(each)]
        if isinstance(widget, Tiles) and tops != sorted(tops):
            yield f"{where} goes up again, from one tile to the next"
        if odd:
            yield f"{where} has the characters {odd}"
        if state.focusable and not name.strip():
            yield f"{where} takes the focus and has no name"
        if state.focusable:
            controls[group, each.role(), name] += 1
        if isinstance(widget, QLabel) and widget.property("role") in HEADINGS and each.role() is not _HEADING:
            yield f"{where} is a heading without the role"
        if each.role() is QAccessible.Role.Heading and not name.strip():
            yield f"{where} is a heading without words"
        if not isinstance(widget, QMessageBox | Tiles):
            yield from (f"{where}: {wrong}" for wrong in _disorder(_children(each)))
    yield from (f"{many} controls are called {key[-1]!r} in one group" for key, many in controls.items() if many > 1)
    yield from _tab_faults(window)


_HEADING: Final = QAccessible.Role.Heading


def _tree(
    at: QAccessibleInterface, group: tuple[int, ...], path: tuple[str, ...]
) -> Iterator[tuple[tuple[int, ...], tuple[str, ...], QAccessibleInterface]]:
    """Yield everything that is shown, each with its group and the names around it."""
    yield group, path, at
    if isinstance(at.object(), _QT_DRAWS):
        return
    name = at.text(QAccessible.Text.Name)
    if at.role() in _GROUPS and name:
        group, path = (*group, id(at.object())), (*path, name)
    for child in _children(at):
        yield from _tree(child, group, path)


def _children(at: QAccessibleInterface) -> list[QAccessibleInterface]:
    there = [at.child(index) for index in range(at.childCount())]
    return [each for each in there if each is not None and _is_shown(each.object())]


def _is_shown(widget: object) -> bool:
    return isinstance(widget, QWidget) and widget.isVisible() and not isinstance(widget, QAbstractSlider)


def _disorder(children: Sequence[QAccessibleInterface]) -> Iterator[str]:
    """Yield where two neighbors come in another order than a person would read them."""
    for one, following in pairwise(children):
        if not _is_read_before(one.rect(), following.rect()):
            names = [f"{type(each.object()).__name__} {each.object().objectName()}" for each in (one, following)]
            yield f"{names[0]} {_place(one.rect())} comes before {names[1]} {_place(following.rect())}"


def _is_read_before(one: QRect, other: QRect) -> bool:
    """Return whether a person may read the one first: not if the other ends above it or, beside it, left of it."""
    if one.isEmpty() or other.isEmpty():
        return True
    beside = min(one.bottom(), other.bottom()) - max(one.top(), other.top()) > min(one.height(), other.height()) // 2
    if beside:
        return one.left() <= other.left()
    return other.bottom() > one.top() or other.left() >= one.right()


def _place(rect: QRect) -> str:
    return f"({rect.x()},{rect.y()} {rect.width()}x{rect.height()})"


def _tab_faults(window: QWidget) -> Iterator[str]:
    """Yield where Tab goes elsewhere than the eye, or takes too long to the first Copy of the open step."""
    if isinstance(window, QMessageBox):
        return  # Qt lays it out itself
    if not isinstance(window, InTabOrder):
        yield f"{type(window).__name__} leaves the order of Tab to Qt"
        return
    order = in_order(window)
    for card in window.findChildren(StepCard):
        if not card.isVisible():
            continue
        if order[0] is not card:
            yield f"Tab begins at {type(order[0]).__name__} {order[0].objectName()}, not at the open step"
        copies = [each.copy for each in card.findChildren(ValueField) if each.isVisible() and each.copy.isEnabled()]
        if copies and order.index(copies[0]) > TABS:
            yield f"Tab is pressed {order.index(copies[0])} times to the first Copy"
