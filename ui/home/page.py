"""Home: all setups, what each one waits for, and how to start a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui.home import OPENING
from ui.session.keys import Key
from ui.widgets.buttons import button
from ui.widgets.fixed import fixed
from ui.widgets.layouts import REST, column, fill, insert, row, wide

if TYPE_CHECKING:
    from datetime import datetime

    from PySide6.QtCore import SignalInstance
    from PySide6.QtGui import QDragEnterEvent, QDropEvent

    from app.cleanup.orphans import Orphans
    from app.setup.state import Setup
    from app.setup.store import FileTrouble
    from app.vault import VaultStatus
    from ui.home.locked import LockedLine
    from ui.home.orphans import OrphanLines
    from ui.home.setups import SetupList
    from ui.widgets.link import LinkButton

PRACTICE = "practice"
"""What ``show_opening`` gets for the move to practice; no setup has this id."""
IN_MEMORY = "Base URLs and tokens are kept in memory and are lost when the program ends."


class HomePage(QWidget):
    """The list of setups."""

    opened = Signal(str)
    wanted = Signal()
    """Start a new setup."""
    practice = Signal()
    unlock_wanted = Signal()
    help_wanted = Signal()
    deleted = Signal(str)
    handed_over = Signal(str)
    tagged = Signal(str, object)
    """Setup id, and its new tags."""
    file_wanted = Signal()
    """The admin wants to choose and open a hand-over file."""
    file_dropped = Signal(str)
    """The path of a file that was dropped here."""
    orphans_removed = Signal(object)
    """Ids of missing setups whose secrets should be removed."""
    orphans_left = Signal(object)
    """Ids of setups that belong to another data folder."""
    diagnostics = Signal()
    about_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        subtitle = fixed("for the Cloud Identity Engine", "muted", self)
        words = column(fixed("SCIM Setup Assistant", "title", self), subtitle, spacing=2)
        hint = Key.HELP.after("The handbook, in the browser")
        handbook = button("Help", "quiet", name="help", press=self.help_wanted, hint=hint)
        self._practice = button("Practice", name="practice", press=self.practice)
        self._new = button("New setup", "primary", name="new-setup", press=self.wanted)
        head = row(wide(words), handbook, self._practice, self._new)
        self._foot = fixed("", "small", self)
        self._foot.setWordWrap(True)
        self._links = row(wide(self._foot), spacing=16)
        self._column = column(head, REST, self._links, inside=self, spacing=16, margins=(40, 32, 40, 24))
        self._new.setFocus()  # what the window begins with
        self.setAcceptDrops(True)
        self._list: SetupList | None = None
        self._opened = ""
        """The setup that was opened last."""
        self.opened.connect(self._remember)
        self._orphans: OrphanLines | None = None
        self._locked: LockedLine | None = None
        self._keyring: str | None = ""
        self._without = ""
        """What a missing keyring means; empty if there is a keyring."""
        self._offers_practice = True

    def show_mode(self, *, practice: bool, keyring: str | None, offered: bool = True, refusal: str = "") -> None:
        """Show what practice allows, whether it is offered, and where secrets are kept.

        ``keyring`` is None if there is none; ``refusal`` then says that the policy allows no secrets.
        """
        self._offers_practice = offered and not practice
        self._practice.setVisible(self._offers_practice)
        self._foot.setText(f"Base URLs and tokens are kept in {keyring} and nowhere else." if keyring else "")
        self._keyring = keyring
        self._without = "" if keyring is not None else f"This computer has no keyring. {refusal or IN_MEMORY}"
        if self._links.count() == 1:  # not needed for the first window
            self._open_file = self._add_link("Open a hand-over file", "open-file", self.file_wanted)
            self._add_link("Copy diagnostics\u2026", "diagnostics", self.diagnostics)
            self._add_link("About", "about", self.about_wanted)
        self._open_file.setVisible(not practice)

    def _add_link(self, words: str, name: str, wanted: SignalInstance) -> LinkButton:
        from ui.widgets.link import LinkButton

        link = LinkButton(words, name=name, press=wanted)
        fill(self._links, link)
        return link

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Accept a dragged file."""
        if _file(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Open the dropped file."""
        path = _file(event)
        if path is not None:
            event.acceptProposedAction()
            self.file_dropped.emit(path)

    def show_setups(self, setups: tuple[Setup, ...], troubles: tuple[FileTrouble, ...], now: datetime) -> None:
        """Draw the list."""
        if self._list is None:
            from ui.home.setups import SetupList  # not needed for the first window

            self._list = SetupList(self)
            self._list.opened.connect(self.opened)
            self._list.deleted.connect(self.deleted)
            self._list.handed_over.connect(self.handed_over)
            self._list.tagged.connect(self.tagged)
            self._list.practice.connect(self.practice)
            self._column.takeAt(1)
            insert(self._column, 1, self._list, 1)
        self._list.show_setups(
            setups, troubles, now, without_keyring=self._without, offer_practice=self._offers_practice
        )
        if not self._list.take_keyboard(self._opened):
            self._new.setFocus()

    def show_opening(self, setup_id: str) -> None:
        """Show that a setup, or ``PRACTICE``, is being opened, which may wait for the keyring. An empty id ends it."""
        self._practice.setText(OPENING if setup_id == PRACTICE else "Practice")
        if self._list is not None:
            self._list.show_opening(setup_id)

    def _remember(self, setup_id: str) -> None:
        self._opened = setup_id

    def show_locked(self, waiting: tuple[VaultStatus, ...]) -> None:
        """Show that setups wait for the keyring, in one line for all of them, which says why it gives nothing."""
        if self._locked is None:
            if not waiting:
                return
            from ui.home.locked import LockedLine  # rarely needed, and not for the first window

            self._locked = LockedLine(self)
            self._locked.wanted.connect(self.unlock_wanted)
            insert(self._column, 1, self._locked)
        self._locked.show_waiting(waiting, self._keyring or "The keyring")

    def show_orphans(self, orphans: Orphans) -> None:
        """Show that secrets without a setup are in the keyring, above the line that names the keyring."""
        if self._orphans is None:
            from ui.home.orphans import OrphanLines  # rarely needed, and not for the first window

            self._orphans = OrphanLines(self)
            self._orphans.removed.connect(self.orphans_removed)
            self._orphans.left_alone.connect(self.orphans_left)
            insert(self._column, self._column.count() - 1, self._orphans)
        self._orphans.show_orphans(orphans, self._keyring or "The keyring")


def _file(event: QDropEvent) -> str | None:
    """Return the path if exactly one local file is dropped."""
    urls = event.mimeData().urls()
    return urls[0].toLocalFile() or None if len(urls) == 1 else None
