"""The footer of both windows: Back, a line of text, a link and the main button."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QWidget

from app.setup.action import ActionKind
from ui.session.keys import Key
from ui.session.shortcuts import bind
from ui.widgets.buttons import button
from ui.widgets.layouts import REST, column, left, row, wide
from ui.widgets.link import LinkButton
from ui.widgets.text import label

if TYPE_CHECKING:
    from ui.session.controller import SetupController
    from ui.session.view_state import Footer
    from ui.wizard.step_card import StepCard

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
        self.setAccessibleName("Back and forward")
        self._controller = controller
        self._footer: Footer | None = None
        self._back = button("Back", icon="arrow-left", name="back", press=self._go_back)
        self._line = label("", "muted", self)
        self.link = LinkButton("", name="jump", press=self._jump)
        """Opens the step to do first."""
        self.main = button("", "primary", "check", name="done", press=controller.act)
        bind(Key.DONE, self, self._press_main)
        bind(Key.BACK, self, self._go_back)
        if narrow:
            buttons = row(self._back, REST, self.main, spacing=12)
            column(self._line, left(self.link), buttons, inside=self, spacing=8)
        else:
            self.setProperty("role", "footer")
            self._line.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            items = (self._back, wide(self._line), self.link, self.main)
            row(*items, inside=self, spacing=12, margins=(24, 12, 24, 12))

    def follow(self, card: StepCard | None) -> None:
        """Make the main button the next stop of Tab after the last field of the open card."""
        QWidget.setTabOrder(self.link, self.main)
        if card is not None:
            card.lead_to(self.main)

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
            own = footer.action.kind is ActionKind.COMPLETE and footer.label != ActionKind.COMPLETE.words
            self._show_label(footer.label, states_result=own)
            self.main.show_icon(_ICONS[footer.action.kind], "on_accent")
            self.main.setEnabled(footer.action.enabled)

    def _show_label(self, label: str, *, states_result: bool) -> None:
        """Show the main button's label. Orca speaks a new one without the role, so a result has to sound as asked."""
        if states_result:
            self.main.setAccessibleName(f"Confirm: {label}")
        self.main.setText(label)
        if not states_result:
            self.main.setAccessibleName("")

    def _press_main(self) -> None:
        if self.main.isEnabled():
            self.main.click()
        elif self._footer is not None:
            self._controller.announced.emit(self._footer.line)  # why it is disabled, which is on the screen already

    def _go_back(self) -> None:
        if self._footer is not None and self._footer.back is not None:
            self._controller.go_back(self._footer.back)

    def _jump(self) -> None:
        if self._footer is not None and self._footer.jump is not None:
            self._controller.go(self._footer.jump)
