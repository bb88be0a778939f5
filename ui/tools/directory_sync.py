"""The page of the Directory Sync API: its service account on the left, what CIE reports on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.tools.api_account import AccountCard
from ui.tools.api_state import FindCard, StateCard
from ui.widgets.cards import Card
from ui.widgets.scroll import ScrollColumn
from ui.widgets.text import label

if TYPE_CHECKING:
    from ui.session.controller import SetupController

_BENEFITS = (
    "This API reports how many users and groups CIE has and when its last sync ended. The assistant then sees the end "
    "of a Full Sync and fills in the counts for you to confirm. Every step also works without it. The API doesn't "
    "report the SCIM Change Timestamp."
)


class _BenefitsCard(Card):
    """What the API adds, shown while it is off."""

    def __init__(self, controller: SetupController, parent: QWidget) -> None:
        super().__init__("card", parent)
        self._controller = controller
        self.body.addWidget(label("What it adds", "heading", self))
        self.body.addWidget(label(_BENEFITS, "muted", self))
        for signal in (controller.setup_changed, controller.api_changed):
            signal.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the card only while the API is off."""
        self.setVisible(not self._controller.session.api.on)


class DirectoryApiPage(QWidget):
    """Two columns that scroll independently."""

    def __init__(self, controller: SetupController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("directory-api")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        left, right = ScrollColumn(self), ScrollColumn(self)
        account = AccountCard(controller, left)
        left.column.addWidget(account)
        for card in (_BenefitsCard(controller, right), StateCard(controller, right), FindCard(controller, right)):
            right.column.addWidget(card)
        for column in (left, right):
            column.column.addStretch(1)
            row.addWidget(column, 1)
        self.setFocusProxy(account)
