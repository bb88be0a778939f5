"""The footer of both windows: Back, a line of text, a link and the main button."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.setup.action import ActionKind
from ui.widgets.buttons import button
from ui.widgets.link import LinkButton
from ui.widgets.text import label

if TYPE_CHECKING:
    from ui.session.controller import SetupController
    from ui.session.view_state import Footer

_ICONS: Final = {
    ActionKind.COMPLETE: "check",
    ActionKind.TEST: "refresh",
    ActionKind.TEST_AGAIN: "refresh",
    ActionKind.STOP_TEST: "cross",
    ActionKind.OPEN_STEP: "chevron-right",
    ActionKind.LEAVE: "home",
}


class FooterBar(QFrame):
    """Shows a ``Footer`` and passes clicks to the controller."""

    def __init__(self, controller: SetupController, parent: QWidget, *, narrow: bool = False) -> None:
        """``narrow`` puts the text and the link above the buttons."""
        super().__init__(parent)
        self._controller = controller
        self._footer: Footer | None = None
        self._back = button("Back", icon="arrow-left")
        self._back.setObjectName("back")
        self._back.clicked.connect(self._go_back)
        self._line = label("", "muted", self)
        self.link = LinkButton("")
        """Opens the step to do first."""
        self.link.setObjectName("jump")
        self.link.clicked.connect(self._jump)
        self.main = button("", "primary", "check")
        self.main.setObjectName("done")
        self.main.clicked.connect(controller.act)
        if narrow:
            self._lay_out_narrow()
        else:
            self.setProperty("role", "footer")
            self._line.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            row = QHBoxLayout(self)
            row.setContentsMargins(24, 12, 24, 12)
            self._fill(row, self._line, self.link)

    def _lay_out_narrow(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._line)
        column.addWidget(self.link, 0, Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout()
        column.addLayout(row)
        self._fill(row, None)

    def _fill(self, row: QBoxLayout, line: QWidget | None, *links: QWidget) -> None:
        row.setSpacing(12)
        row.addWidget(self._back)
        if line is not None:
            row.addWidget(line, 1)
        else:
            row.addStretch(1)
        for link in links:
            row.addWidget(link)
        row.addWidget(self.main)

    def show_footer(self, footer: Footer) -> None:
        """Show the footer."""
        self._footer = footer
        self._back.setEnabled(footer.back is not None)
        self._back.setText(footer.back_label)
        self._line.setText(footer.line)
        self.link.setText(footer.jump_label)
        self.link.setVisible(footer.jump is not None)
        self.main.setVisible(footer.action is not None)
        if footer.action is not None:
            self.main.setText(footer.label)
            self.main.show_icon(_ICONS[footer.action.kind], "on_accent")
            self.main.setEnabled(footer.action.enabled)

    def _go_back(self) -> None:
        if self._footer is not None and self._footer.back is not None:
            self._controller.go_back(self._footer.back)

    def _jump(self) -> None:
        if self._footer is not None and self._footer.jump is not None:
            self._controller.go(self._footer.jump)
