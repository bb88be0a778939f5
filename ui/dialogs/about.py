"""Shows what the program is: its version, where to get new ones, and the licenses of its components."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from ui.theme import icons
from ui.widgets.buttons import button
from ui.widgets.link import LinkButton
from ui.widgets.text import label

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.system.release import Release


async def show(window: QWidget, open_url: Callable[[str], None]) -> None:
    """Show the version, where to get new ones, and the licenses of the included software."""
    from app.system import release

    release_info = await asyncio.to_thread(release.read)
    dialog = AboutDialog(release_info, window)
    dialog.address_wanted.connect(open_url)
    dialog.open()


ICON = 56
"""Device-independent pixels."""


class AboutDialog(QDialog):
    """A small window about the program.

    Signals:
        address_wanted: The address of new versions should be opened in the browser.
    """

    address_wanted = Signal(str)

    def __init__(self, release: Release, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._release = release
        self.setWindowTitle("About")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(460)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 26, 28, 22)
        column.setSpacing(12)
        column.addLayout(self._head())
        column.addWidget(label(release.update_hint, "body", self))
        if release.downloads:
            link = LinkButton(release.downloads)
            link.clicked.connect(lambda: self.address_wanted.emit(release.downloads))
            column.addWidget(link)
        column.addWidget(
            label("The program is independent of the vendors it names. Their names belong to them.", "muted", self)
        )
        column.addSpacing(6)
        column.addLayout(self._foot())

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(16)
        picture = label("", "body", self, wrap=False)
        picture.setPixmap(icons.icon("app").pixmap(ICON, ICON))
        head.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label("SCIM Setup Assistant", "title", self, wrap=False))
        version = label(f"Version {self._release.version}", "body", self, wrap=False)
        version.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)  # for tickets
        words.addWidget(version)
        words.addWidget(label("License: Apache-2.0", "muted", self, wrap=False))
        head.addLayout(words, 1)
        return head

    def _foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        if self._release.licenses:
            licenses = button("Open licenses")
            licenses.setObjectName("licenses")
            licenses.clicked.connect(self._open_licenses)
            foot.addWidget(licenses)
        foot.addStretch(1)
        close = button("Close", "primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        foot.addWidget(close)
        close.setFocus()
        return foot

    def _open_licenses(self) -> None:
        LicensesDialog(self._release.licenses, self).open()


class LicensesDialog(QDialog):
    """The owners and licenses of the included software."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Licenses")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(960, 640)  # the widest text has 120 columns
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(14)
        shown = QPlainTextEdit(text, self)
        shown.setProperty("role", "mono")
        shown.setReadOnly(True)
        shown.setTabChangesFocus(True)
        shown.setAccessibleName("Licenses of the included software")
        column.addWidget(shown, 1)
        close = button("Close", "primary")
        close.clicked.connect(self.accept)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
