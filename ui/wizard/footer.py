"""The footer of both windows: Back, a line of text, a link and the main button."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QWidget

from app.setup.action import ActionKind
from ui.session.keys import Key
from ui.session.shortcuts import bind
from ui.widgets.accessibility import give_name
from ui.widgets.buttons import MainButton, button
from ui.widgets.fields import CaptureField
from ui.widgets.layouts import REST, column, left, row, wide
from ui.widgets.link import LinkButton
from ui.widgets.speech import SETTLE_MS
from ui.widgets.tab_order import stops
from ui.widgets.text import label
from ui.wizard.test_results import ResultCard

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

    HOLDS_GROUPS = True
    """On the way from one group into another that takes the focus, Orca 48 leaves out the name of that one."""

    test_ended = Signal()
    """The main button has the focus, and the test that it could stop has ended."""

    def __init__(self, controller: SetupController, parent: QWidget, *, narrow: bool = False) -> None:
        """``narrow`` puts the text and the link above the buttons."""
        super().__init__(parent)
        give_name(self, "Back and forward")
        self._controller = controller
        self._footer: Footer | None = None
        self._renaming = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._renaming.timeout.connect(self._show_label)
        self._back = button("Back", icon="arrow-left", name="back", press=self._go_back)
        self._line = label("", "muted", self)
        self.link = LinkButton("", name="jump", press=self._jump)
        """Opens the step to do first."""
        self.main = MainButton("", name="done", press=controller.act)
        self.main.refused.connect(controller.announced)
        bind(Key.DONE, self, self.main.click)
        bind(Key.BACK, self, self._go_back)
        if narrow:
            buttons = row(self._back, REST, self.main, spacing=12)
            column(self._line, left(self.link), buttons, inside=self, spacing=8)
        else:
            self.setProperty("role", "footer")
            self._line.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            items = (self._back, wide(self._line), self.link, self.main)
            row(*items, inside=self, spacing=12, margins=(24, 12, 24, 12))

    def first_stops(self, *parts: QWidget) -> list[QWidget]:
        """Return the order of Tab for a step: to its last field or result, the main button, and then the rest.

        ``parts`` are the widgets that show the step.
        """
        inside = [stop for part in parts for stop in stops(part, itself=True)]
        fields = [field for part in parts for field in (part, *part.findChildren(CaptureField))]
        fields = [each for each in fields if isinstance(each, CaptureField)]
        results = [stop for stop in inside if isinstance(stop, ResultCard)]
        last = [at for at, stop in enumerate(inside) if stop in results or any(f.isAncestorOf(stop) for f in fields)]
        after = last[-1] + 1 if last else len(inside)
        return [*inside[:after], *([] if self.main.isHidden() else [self.main]), *inside[after:]]

    def show_footer(self, footer: Footer) -> None:
        """Show the footer."""
        tested, self._footer = self._can_stop, footer
        self._back.setEnabled(footer.back is not None)
        self._back.setText(footer.back_label)
        self._line.setText(footer.line)
        self.link.setText(footer.jump_label)
        self.link.setVisible(footer.jump is not None)
        self.main.setVisible(footer.action is not None)
        if footer.action is not None:
            if self.main.hasFocus():
                # Later: it was pressed, and the next step or a result takes the focus. Orca would say the label before.
                self._renaming.start()
            else:
                self._show_label()
            possible = footer.action.enabled
            self.main.show_icon(_ICONS[footer.action.kind], "on_accent" if possible else "muted")
            self.main.show_obstacle("" if possible else footer.line)
        if self._can_stop is not tested and self.isVisible():
            self._move_focus()

    @property
    def _can_stop(self) -> bool:
        """Whether the main button stops a test."""
        action = self._footer.action if self._footer is not None else None
        return action is not None and action.kind is ActionKind.STOP_TEST

    def _move_focus(self) -> None:
        """Focus the button that stops the test that has begun, and give the focus to the result at its end."""
        focused = self.window().focusWidget()
        if self._can_stop and focused is not None:
            self.main.setFocus()  # what started the test may disappear, as a link beside its last result
        elif focused is self.main:
            QTimer.singleShot(0, self, self.test_ended.emit)  # later, because the result is drawn first

    def _show_label(self) -> None:
        """Show the main button's label. Orca speaks a new one without the role, so a result has to sound as asked."""
        if self._footer is None or (action := self._footer.action) is None:
            return
        states_result = action.kind is ActionKind.COMPLETE and self._footer.label != ActionKind.COMPLETE.words
        if states_result:
            give_name(self.main, f"Confirm: {self._footer.label}")
        self.main.setText(self._footer.label)
        if not states_result:
            give_name(self.main, "")

    def _go_back(self) -> None:
        if self._footer is not None and self._footer.back is not None:
            self._controller.go_back(self._footer.back)

    def _jump(self) -> None:
        if self._footer is not None and self._footer.jump is not None:
            self._controller.go(self._footer.jump)
