"""The page of the Directory Sync API: its service account on the left, what CIE reports on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from ui.tools.api_account import AccountCard
from ui.tools.api_state import FindCard, StateCard
from ui.widgets.cards import Card
from ui.widgets.layouts import REST, fill, row, wide
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
        super().__init__("card", parent, "What it adds")
        self._controller = controller
        self.add(label(_BENEFITS, "muted", self))
        for signal in (controller.setup_changed, controller.api_changed):
            signal.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the card only while the API is off."""
        self.setVisible(not self._controller.session.api.on)


class DirectoryApiPage(QWidget):
    """Two columns that scroll independently."""

    def __init__(self, controller: SetupController) -> None:
        super().__init__()
        self.setObjectName("directory-api")
        left, right = ScrollColumn(self), ScrollColumn(self)
        account = AccountCard(controller, left)
        fill(left.column, account, REST)
        cards = (_BenefitsCard(controller, right), StateCard(controller, account, right), FindCard(controller, right))
        fill(right.column, *cards, REST)
        row(wide(left), wide(right), inside=self, spacing=16)
        self.setFocusProxy(account)
