"""What can be done about a secret that would be replaced, or was: replace or keep it, or restore the former one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from ui.widgets.layouts import column, left
from ui.widgets.link import LinkButton
from ui.widgets.text import label

if TYPE_CHECKING:
    from ui.session.controller import SetupController


class ReplacementActions(QWidget):
    """Under the field of one secret: the answers to the question about it, or what its former value allows."""

    def __init__(self, name: str, controller: SetupController, parent: QWidget) -> None:
        super().__init__(parent)
        self._name = name
        self._controller = controller
        self._replace = LinkButton("Use the new text", name=f"replace-{name}", press=partial(controller.replace, name))
        self._keep = LinkButton("", name=f"keep-{name}", press=partial(controller.keep_stored, name))
        self._kept = label("", "small", self)
        undo, remove = partial(controller.undo_replacement, name), partial(controller.remove_former, name)
        self._undo = LinkButton(f"Use the former {self._label}", name=f"undo-{name}", press=undo)
        self._remove = LinkButton(f"Remove the former {self._label}", name=f"remove-former-{name}", press=remove)
        links = (self._replace, self._keep, self._undo, self._remove)
        column(self._kept, *map(left, links), inside=self, spacing=2)

    @property
    def _label(self) -> str:
        return self._controller.session.guide.values[self._name].label

    def refresh(self) -> None:
        """Show what can be done now."""
        captures, session = self._controller.session.captures, self._controller.session
        asked = captures.asked(self._name) is not None
        former = self._name in captures.former.names and not asked
        present = self._name in session.setup.kept
        self._keep.setText(f"Keep the stored {self._label}" if present else "Discard the new text")
        self._kept.setText(f"The former {self._label} is still in {session.vault.name}.")
        for link in (self._replace, self._keep):
            link.setVisible(asked)
        for widget in (self._kept, self._undo, self._remove):
            widget.setVisible(former)
        self.setVisible(asked or former)
        for link in (self._replace, self._keep, self._undo, self._remove):
            link.setEnabled(not self._controller.busy)
