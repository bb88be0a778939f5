"""Shows what the program is: its version, where to get new ones, and the licenses of its components."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QWidget

from ui.desktop.screen_fit import ScreenFit
from ui.theme import icons
from ui.widgets.accessibility import give_name
from ui.widgets.buttons import button
from ui.widgets.layouts import REST, column, fill, row, top, wide
from ui.widgets.link import LinkButton
from ui.widgets.tab_order import InTabOrder
from ui.widgets.text import label

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.system.release import Release


async def show(window: QWidget, open_url: Callable[[str], None], *, practice: bool) -> None:
    """Show the version, where to get new ones, and the licenses of the included software.

    In practice the address of new versions is text only: nothing beyond this computer is opened.
    """
    from app.system import release

    release_info = await asyncio.to_thread(release.read)
    dialog = AboutDialog(release_info, window, practice=practice)
    dialog.address_wanted.connect(open_url)
    dialog.open()


ICON = 56
"""Device-independent pixels."""


class AboutDialog(InTabOrder, QDialog):
    """A small window about the program.

    Signals:
        address_wanted: The address of new versions should be opened in the browser.
    """

    address_wanted = Signal(str)

    def __init__(self, release: Release, parent: QWidget | None = None, *, practice: bool = False) -> None:
        super().__init__(parent)
        self.setWindowTitle("About")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(460)
        inside = column(self._head(release.version), inside=self, spacing=12, margins=(24, 24, 24, 24))
        fill(inside, label(release.update_hint, "body", self))
        if release.downloads and practice:
            address = label(release.downloads, "muted", self)
            address.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            fill(inside, address)
        elif release.downloads:
            fill(inside, LinkButton(release.downloads, press=lambda: self.address_wanted.emit(release.downloads)))
        independent = "The program is independent of the vendors it names. Their names belong to them."
        fill(inside, label(independent, "muted", self), 8, self._foot(release.licenses))

    def _head(self, version: str) -> QHBoxLayout:
        picture = label("", "body", self, wrap=False)
        picture.setPixmap(icons.icon("app").pixmap(ICON, ICON))
        number = label(f"Version {version}", "body", self, wrap=False)
        number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)  # for tickets
        name = label("SCIM Setup Assistant", "title", self, wrap=False)
        words = column(name, number, label("License: Apache-2.0", "muted", self, wrap=False), spacing=2)
        return row(top(picture), wide(words), spacing=16)

    def _foot(self, licenses: str) -> QHBoxLayout:
        foot = row()
        if licenses:
            read = button("Open licenses", name="licenses", press=lambda: LicensesDialog(licenses, self).open())
            fill(foot, read)
        close = button("Close", "primary", press=self.accept)
        close.setDefault(True)
        fill(foot, REST, close)
        close.setFocus()
        return foot


class LicensesDialog(InTabOrder, QDialog):
    """The owners and licenses of the included software."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Licenses")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        ScreenFit(self, first=(960, 640), least=(480, 320))  # the widest text has 120 columns
        shown = QPlainTextEdit(text, self)
        shown.setProperty("role", "mono")
        shown.setReadOnly(True)
        shown.setTabChangesFocus(True)
        give_name(shown, "Licenses of the included software")
        foot = row(REST, button("Close", "primary", press=self.accept))
        column(wide(shown), foot, inside=self, spacing=16, margins=(24, 24, 24, 16))
