"""Draws a page of a console, simplified, from the guide's data: what to fill in and press is outlined and numbered."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QFrame,
    QGridLayout,
    QLabel,
    QRadioButton,
    QSizePolicy,
    QSpacerItem,
    QWidget,
)

from app.guide.screen import ControlKind, ScreenControl, ScreenTable, ScreenText
from ui.widgets.badge import NumberBadge
from ui.widgets.disclosure import DisclosureLink
from ui.widgets.flow import Flow
from ui.widgets.layouts import REST, Placed, column, fill, left, middle, row, wide
from ui.widgets.speech import say
from ui.widgets.text import ElidedLabel, label, rich, spoken_elsewhere

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtGui import QResizeEvent

    from app.guide.model import Step
    from app.guide.screen import ConsoleScreen
    from app.session.captures import DisplayedValue
    from ui.widgets.layouts import Item

W = TypeVar("W", bound=QWidget)

CAPTION: Final = "What it looks like"
SIMPLIFIED: Final = "Simplified, yours may differ"
BESIDE: Final = 34
"""Widths of a card, in heights of its font, from which the page is drawn beside the instructions."""

MENU: Final = 20
"""Widths of the page, in the same measure, from which its side menu is drawn. The path above it says where it is."""


class ConsoleView(QFrame):
    """The page of a step's console. Nothing on it can be pressed, and Tab passes it."""

    def __init__(self, step: Step, screen: ConsoleScreen, shown: Callable[[str], DisplayedValue]) -> None:
        """``shown`` returns a value as it may be shown: secrets and the path of the Base URL are masked."""
        super().__init__()
        self.setObjectName(f"screen-{step.id}")
        self.setProperty("role", "console")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        spoken_elsewhere(self)  # one text says it all
        self._step, self._screen, self._shown = step, screen, shown
        self._values: dict[str, QLabel] = {}
        self._side: QFrame | None = None
        head = column(label(CAPTION, "strong"), label(SIMPLIFIED, "small"), spacing=0, margins=(12, 8, 12, 8))
        page = column(*self._page(), REST, spacing=8, margins=(12, 12, 12, 12))
        body = row(*self._menu(), wide(page), spacing=0)
        column(head, _line(), body, inside=self, spacing=0)
        for child in self.findChildren(QWidget):
            child.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the side menu out where the fields need its room."""
        super().resizeEvent(event)
        if self._side is not None:
            self._side.setVisible(self.width() >= MENU * self.fontMetrics().height())

    def refresh(self) -> None:
        """Show the values as they are now."""
        for name, place in self._values.items():
            shown = self._shown(name)
            place.setText(shown.text if shown.present else "")

    def read_out(self) -> str:
        """Return the page as a list of what the step works on, without any value."""
        order = sorted(self._screen.outlined)
        listed = "; ".join(f"{self._step.number(do)}: {name}" for do, name in order) or "nothing to fill in or press"
        return f"{CAPTION}, simplified. {', '.join((*self._screen.breadcrumb, *self._screen.here))}. {listed}."

    def _menu(self) -> Iterator[Item]:
        if self._screen.menu:
            self._side = menu = QFrame()
            menu.setProperty("role", "console-menu")
            column(*map(self._place, self._screen.menu), REST, inside=menu, spacing=8, margins=(12, 12, 12, 12))
            menu.hide()
            yield menu

    def _place(self, name: str) -> QLabel:
        return label(name, "small-strong" if name in self._screen.here else "small", wrap=False)

    def _page(self) -> Iterator[Item]:
        *before, last = self._screen.breadcrumb or ("",)
        if last:
            yield label(rich(" \u203a ".join((*before, f"**{last}**"))), "small", rich=True)
        if self._screen.tabs:
            tabs = Flow(across=16, down=4)
            for name in self._screen.tabs:
                tabs.add(self._place(name))
            yield tabs
            yield _line()
        for is_row, parts in groupby(self._screen.parts, key=_is_in_a_row):
            if is_row:
                flow = Flow(across=12, down=8)
                for part in parts:
                    flow.add(self._beside_its_number(part))
                yield flow
            else:
                yield from map(self._part, parts)

    def _part(self, part: ScreenControl | ScreenTable | ScreenText) -> Item:
        if isinstance(part, ScreenText):
            return label(part.text, "strong" if part.kind == "heading" else "small")
        if isinstance(part, ScreenTable):
            return self._table(part)
        if part.kind in (ControlKind.FIELD, ControlKind.SELECT):
            return column(label(part.label, "small"), self._numbered(self._box(part), part.do), spacing=4)
        return self._numbered(self._switched(part), part.do)

    def _box(self, part: ScreenControl) -> QFrame:
        box = _outlined(QFrame(), "console-field", now=part.do is not None)
        text = ElidedLabel(part.shows or "", "mono" if part.value else "body")
        if part.value:
            self._values[part.value] = text
        row(
            wide(text), *([label("\u25be", "small", wrap=False)] if part.kind is ControlKind.SELECT else []), inside=box
        )
        return box

    def _switched(self, part: ScreenControl) -> QWidget:
        if part.kind is ControlKind.SWITCH:
            box = QWidget()
            state = label("On" if part.on else "Off", "console-button", wrap=False)
            row(
                _outlined(state, "console-button", now=part.do is not None), wide(label(part.label, "body")), inside=box
            )
            return box
        mark = (QRadioButton if part.kind is ControlKind.RADIO else QCheckBox)()
        mark.setChecked(part.on)
        box = _outlined(QFrame(), "console-choice", now=part.do is not None)
        row(mark, wide(label(part.label, "body")), inside=box, spacing=0)
        return box

    def _beside_its_number(self, part: ScreenControl | ScreenTable | ScreenText) -> QWidget:
        """A button or link."""
        assert isinstance(part, ScreenControl)
        made = label(part.label, "console-link" if part.kind is ControlKind.LINK else "console-button", wrap=False)
        if part.kind is ControlKind.BUTTON:
            _outlined(made, "console-button", now=part.do is not None)
        box = QWidget()
        fill(row(inside=box, spacing=4), made, *self._number(part.do))
        return box

    def _table(self, part: ScreenTable) -> Item:
        box = QFrame()
        box.setProperty("role", "console-table")
        grid = QGridLayout(box)
        grid.setSpacing(0)
        grid.setContentsMargins(1, 1, 1, 1)
        for down, cells in enumerate((part.columns, *part.rows)):
            for across, text in enumerate(cells):
                now = part.columns[across] == part.column
                cell = label(text, "small-strong" if down == 0 else "small")
                around = _outlined(QFrame(), "console-cell", now=now)
                row(wide(cell), *(self._number(part.do) if now and down == 0 else ()), inside=around)
                grid.addWidget(around, down, across)
        return box

    def _numbered(self, made: QWidget, do: int | None) -> Item:
        return row(wide(made), *map(middle, self._number(do)), spacing=8)

    def _number(self, do: int | None) -> Iterator[QWidget]:
        if do is not None:
            yield NumberBadge(self._step.number(do), filled=True)


class Aside:
    """Where a card shows the console's page: beside its column, or folded at the end of it."""

    def __init__(self, view: ConsoleView, sides: QBoxLayout, below: QBoxLayout) -> None:
        """It begins folded in the column ``below``, which is one of the ``sides``."""
        self.view = view
        self._sides, self._below = sides, below
        self._link = DisclosureLink(CAPTION, name=f"show-{view.objectName()}", opens=view)
        self._link.clicked.connect(self._say)
        self._is_beside = False
        self._at_top: QSpacerItem | None = None
        fill(below, left(self._link), view)

    def _say(self) -> None:
        """Say what was opened, where Tab doesn't stop."""
        if self._link.is_open:
            say(self.view.read_out())

    def fit(self, card: QWidget) -> None:
        """Move the page to where there is room for it."""
        beside = card.width() >= BESIDE * card.fontMetrics().height()
        if beside == self._is_beside:
            return
        self._is_beside = beside
        if self._at_top is None:
            self._at_top = QSpacerItem(0, 0, QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Expanding)
            self._below.addItem(self._at_top)  # a page higher than the text must not stretch it
        if beside:
            self._below.removeWidget(self.view)
            fill(self._sides, Placed(self.view, 4, Qt.AlignmentFlag.AlignTop))
        else:
            self._sides.removeWidget(self.view)
            self._below.insertWidget(self._below.indexOf(self._link) + 1, self.view)
        self._link.setVisible(not beside)
        self.view.setVisible(beside or self._link.is_open)


def _is_in_a_row(part: ScreenControl | ScreenTable | ScreenText) -> bool:
    return isinstance(part, ScreenControl) and part.kind in (ControlKind.BUTTON, ControlKind.LINK)


def _outlined(widget: W, role: str, *, now: bool) -> W:
    widget.setProperty("role", role)
    widget.setProperty("now", now)
    return widget


def _line() -> QFrame:
    made = QFrame()
    made.setProperty("role", "console-line")
    made.setFixedHeight(1)
    return made
