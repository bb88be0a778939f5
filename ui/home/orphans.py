"""The line about secrets whose setup is gone: how many, and a question before they are removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMessageBox, QVBoxLayout, QWidget

from ui.dialogs.message import MessageBox
from ui.widgets.buttons import button
from ui.widgets.cards import Note
from ui.widgets.layouts import clear

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
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
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
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        row.addWidget(Note(sentence, "caution", line), 1, Qt.AlignmentFlag.AlignVCenter)
        ask = button(words)
        ask.setObjectName("orphans-strange" if unknown else "orphans-own")
        ask.clicked.connect(lambda: self._ask(ids, keyring, unknown=unknown))
        row.addWidget(ask)
        self._column.addWidget(line)

    def _ask(self, ids: frozenset[str], keyring: str, *, unknown: bool) -> None:
        of = "a setup" if len(ids) == 1 else f"{len(ids)} setups"
        box = MessageBox(self, f"Remove the secrets of {of} from {keyring}?", UNKNOWN if unknown else OWN)
        remove = box.addButton("Remove secrets", QMessageBox.ButtonRole.DestructiveRole)
        keep = box.addButton("Keep, and don't ask again" if unknown else "Keep them", QMessageBox.ButtonRole.RejectRole)
        later = box.addButton("Decide later", QMessageBox.ButtonRole.RejectRole) if unknown else keep
        box.setDefaultButton(later)
        box.setEscapeButton(later)

        def take(pressed: object) -> None:
            if pressed is remove:
                self.removed.emit(ids)
            elif unknown and pressed is keep:
                self.left_alone.emit(ids)

        box.buttonClicked.connect(take)
        box.open()


def _setups(ids: frozenset[str]) -> str:
    return "a setup that is" if len(ids) == 1 else f"{len(ids)} setups that are"
