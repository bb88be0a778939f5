"""The line about secrets whose setup is gone: how many, and a question before they are removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from ui.dialogs.message import MessageBox
from ui.widgets.buttons import button
from ui.widgets.cards import Note
from ui.widgets.layouts import clear, column, fill, middle, row

if TYPE_CHECKING:
    from app.cleanup.orphans import Orphans

OWN = "Their setups are no longer in this data folder. Removed secrets can't be restored."
UNKNOWN = (
    "Their setups were never in this data folder. If the assistant is also used with another data folder, its setups "
    "may need these secrets. Removed secrets can't be restored."
)


class OrphanLines(QWidget):
    """Hidden while there is nothing to remove."""

    removed = Signal(object)
    """The ids of setups whose secrets should be removed."""
    left_alone = Signal(object)
    """The ids of setups that belong to another data folder."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = column(inside=self, spacing=8)
        self.hide()

    def show_orphans(self, orphans: Orphans, keyring: str) -> None:
        """Draw a line for this folder's orphans, and one for unknown ones."""
        clear(self._column)
        if orphans.own:
            sentence = f"{keyring} holds secrets of {_setups(orphans.own)} no longer here."
            self._add(sentence, "Remove them\u2026", orphans.own, keyring, unknown=False)
        if orphans.unknown:
            sentence = f"{keyring} holds secrets of {_setups(orphans.unknown)} unknown to this data folder."
            self._add(sentence, "Remove or keep\u2026", orphans.unknown, keyring, unknown=True)
        self.setVisible(bool(orphans.own or orphans.unknown))

    def _add(self, sentence: str, words: str, ids: frozenset[str], keyring: str, *, unknown: bool) -> None:
        line = QWidget(self)
        name = "orphans-strange" if unknown else "orphans-own"
        ask = button(words, name=name, press=lambda: self._ask(ids, keyring, unknown=unknown))
        row(middle(Note(sentence, "caution", line), 1), ask, inside=line, spacing=16)
        fill(self._column, line)

    def _ask(self, ids: frozenset[str], keyring: str, *, unknown: bool) -> None:
        of = "a setup" if len(ids) == 1 else f"{len(ids)} setups"
        box = MessageBox(self, f"Remove the secrets of {of} from {keyring}?", UNKNOWN if unknown else OWN)
        no = "Keep, and don't ask again" if unknown else "Keep them"
        _, keep = box.offer("Remove secrets", no, lambda: self.removed.emit(ids))
        if unknown:
            later = box.addButton("Decide later", QMessageBox.ButtonRole.RejectRole)
            box.setDefaultButton(later)
            box.setEscapeButton(later)
            keep.clicked.connect(lambda: self.left_alone.emit(ids))
        box.open()


def _setups(ids: frozenset[str]) -> str:
    return "a setup that is" if len(ids) == 1 else f"{len(ids)} setups that are"
