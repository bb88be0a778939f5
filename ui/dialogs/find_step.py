"""Finds a step of the open setup by its title, its menu path or its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QListWidget, QListWidgetItem

from app.setup.journey import places
from ui.desktop.screen_fit import ScreenFit
from ui.widgets.accessibility import give_name
from ui.widgets.layouts import column, wide
from ui.widgets.tab_order import InTabOrder
from ui.widgets.text import label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QWidget

    from app.guide.model import Step
    from ui.session.controller import SetupController


class FindStep(InTabOrder, QDialog):
    """A field to type in and the steps that match. Enter opens the selected one."""

    def __init__(self, controller: SetupController, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("find-step")
        self.setWindowTitle("Find a step")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._controller = controller
        self._words: dict[str, str] = {}
        """Step → what is searched, in lowercase."""
        self._search = QLineEdit(self)
        self._search.setObjectName("find")
        self._search.setPlaceholderText("Title, menu or field")
        give_name(self._search, "Find a step")
        self._search.textChanged.connect(self._filter)
        self._search.returnPressed.connect(self._open)
        self._nothing = label("No step in this setup matches.", "muted", self)
        self._list = QListWidget(self)
        self._list.setObjectName("found")
        give_name(self._list, "Steps")
        self._list.setWordWrap(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setResizeMode(QListWidget.ResizeMode.Adjust)
        session = controller.session
        for place in places(session.guide, session.setup):
            step = place.step
            self._words[step.id] = "\n".join(self._texts(step)).casefold()
            item = QListWidgetItem(f"{place.number}. {step.title}", self._list)
            item.setData(Qt.ItemDataRole.UserRole, step.id)
            if step.id == session.here.step.id:
                self._list.setCurrentItem(item)
        self._list.itemActivated.connect(self._open)
        self._list.itemClicked.connect(self._open)
        column(self._search, self._nothing, wide(self._list), inside=self, spacing=8, margins=(16, 16, 16, 16))
        self._nothing.hide()
        ScreenFit(self, first=(340, 380), least=(280, 240))
        self._search.setFocus()

    def _texts(self, step: Step) -> Iterator[str]:
        values = self._controller.session.guide.values
        yield from (step.title, *step.path)
        yield from (carry.field for carry in step.carries)
        yield from (values[name].label for name in step.captures)

    def _filter(self, text: str) -> None:
        wanted = text.casefold().split()
        items = [self._list.item(at) for at in range(self._list.count())]
        for item in items:
            words = f"{item.text().casefold()}\n{self._words[item.data(Qt.ItemDataRole.UserRole)]}"
            item.setHidden(not all(word in words for word in wanted))
        shown = [item for item in items if not item.isHidden()]
        if self._list.currentItem() not in shown:
            self._list.setCurrentRow(self._list.row(shown[0]) if shown else -1)
        self._nothing.setVisible(not shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Let the arrow keys, which the field doesn't need, move through the list."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            QApplication.sendEvent(self._list, event)
        else:
            super().keyPressEvent(event)

    def _open(self) -> None:
        if (item := self._list.currentItem()) is not None:
            self.accept()
            self._controller.go(item.data(Qt.ItemDataRole.UserRole))
