"""The service account of the Directory Sync API: what to create, where to paste it, and how to remove it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from app.diagnosis.directory_sync import ROLE
from app.values.api_regions import Address, Issuer
from app.values.service_account import LABELS, LONGEST_FILE
from ui.dialogs.files import CSV, choose_file
from ui.widgets.buttons import button
from ui.widgets.cards import Card, Note
from ui.widgets.disclosure import DisclosureLink
from ui.widgets.drop import DropCard
from ui.widgets.fields import CaptureField, Hint
from ui.widgets.flow import Flow
from ui.widgets.layouts import left
from ui.widgets.text import label, rich

if TYPE_CHECKING:
    from asyncio import Task
    from collections.abc import Coroutine
    from typing import Any

    from app.guide.vocabulary import Kind
    from app.session.directory_sync import DirectorySyncSession
    from ui.session.controller import SetupController

_ADDRESSES = {
    Address.SASE_CIE: "api.sase \u2026 /cie/directory-sync (as its description says)",
    Address.SASE: "api.sase \u2026 /directory-sync",
    Address.STRATA_CIE: "api.strata \u2026 /cie/directory-sync",
    Address.STRATA: "api.strata \u2026 /directory-sync",
}
_ISSUERS = {
    Issuer.PAGES: "auth.apps \u2026 /oauth2 (as its pages say)",
    Issuer.DESCRIPTION: "auth.apps \u2026 /auth/v1/oauth2",
}


class AccountCard(DropCard):
    """Fields for the service account. Secrets are never shown again.

    Signals:
        edited: Something was typed.
    """

    edited = Signal()

    def __init__(self, controller: SetupController, parent: QWidget | None = None) -> None:
        super().__init__(parent, "card", "Service account")
        self.given.connect(self._read_file)
        self.refused.connect(lambda sentence: self._answer("file", sentence, ""))
        self._controller = controller
        self._problems: dict[str, str] = {}
        """Why the last text entered in a field was refused."""
        self._entering: set[Task[None]] = set()
        """The work on texts that are entered."""
        lead = (
            "Create one in Common Services, **Identity & Access**, give it a role in this tenant, and copy its "
            "**Client ID** and **Client Secret** here. They are stored in the keyring and sent only to the token "
            "address."
        )
        self.add(label(rich(lead), "muted", self, rich=True), Note(rich(ROLE), "muted", self))
        if controller.session.setup.practice:
            self.add(Note("Practice: create one in the practice CIE under Service accounts.", "muted", self))
        self._tsg_id = self._field("TSG ID", "tsg-id", secret=False)
        self._tsg_id.submitted.connect(lambda text: self._enter(self._give_tsg_id(text)))
        self._secrets = {kind: self._secret(kind) for kind in LABELS}
        read = button("Read its CSV file", icon="open", name="read-account-file", press=self._choose_file)
        self._off = button(
            "Turn off", icon="trash", name="turn-api-off", press=lambda: controller.use_keyring(self._turn_off())
        )
        self._file_hint = Hint(self)
        self.add(Flow(read, self._off), self._file_hint)
        self._add_addresses()
        self.setFocusProxy(self._tsg_id)
        for signal in (controller.setup_changed, controller.api_changed, controller.activity_changed):
            signal.connect(self.refresh)
        self.refresh()

    @property
    def _api(self) -> DirectorySyncSession:
        return self._controller.session.api

    def _field(self, text: str, name: str, *, secret: bool) -> CaptureField:
        made = CaptureField(text, self._controller.paste_text, secret, origin="")
        made.setObjectName(name)
        made.edited.connect(self.edited)
        self.add(made)
        return made

    def _secret(self, kind: Kind) -> CaptureField:
        made = self._field(LABELS[kind], kind.value, secret=True)
        made.submitted.connect(lambda text: self._take(kind, text))
        return made

    def _add_addresses(self) -> None:
        inside = Card("plain")
        inside.body.setContentsMargins(0, 0, 0, 0)
        lead = "The vendor's pages list more than one. Change them only if the check finds nothing at the address."
        inside.add(label(lead, "muted", inside))
        self._address = self._choice(inside, "Address of the API", "api-address", list(_ADDRESSES.values()))
        self._issuer = self._choice(inside, "Token address", "api-issuer", list(_ISSUERS.values()))
        for box in (self._address, self._issuer):
            box.activated.connect(self._choose_addresses)
        self.add(left(DisclosureLink("Addresses", name="api-addresses", opens=inside)), inside)

    def _choice(self, inside: Card, text: str, name: str, items: list[str]) -> QComboBox:
        box = QComboBox(inside)
        box.setObjectName(name)
        box.addItems(items)
        box.setMinimumContentsLength(12)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        named = label(text, "strong", inside)
        named.setBuddy(box)
        inside.add(named, box)
        return box

    # -- intents -------------------------------------------------------------------------

    @property
    def would_turn_on(self) -> bool:
        """Whether what is typed here is valid, and all that is missing."""
        secrets = {kind: field.typed for kind, field in self._secrets.items()}
        return self._api.would_turn_on(self._tsg_id.typed, secrets)

    async def enter_typed(self) -> bool:
        """Enter what is typed here. Return whether nothing was refused."""
        for field in (self._tsg_id, *self._secrets.values()):
            field.submit_typed()
        entering = tuple(self._entering)
        await asyncio.gather(*entering)
        return not (entering and self._problems)

    def _enter(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._controller.use_keyring(work)
        self._entering.add(task)
        task.add_done_callback(self._entering.discard)

    def _take(self, kind: Kind, text: str) -> None:
        """Accept a secret, the content of the file, or the file itself, whichever was pasted or dropped."""
        if text.startswith("file:"):
            self._read_file(Path(QUrl(text.strip()).toLocalFile()))
        elif "\n" in text.strip():
            self._enter(self._give_file(text, taken=text))
        else:
            self._enter(self._give_secret(kind, text))

    async def _give_tsg_id(self, text: str) -> None:
        self._answer("tsg-id", await self._api.give_tsg_id(text), "TSG ID captured.")

    async def _give_secret(self, kind: Kind, text: str) -> None:
        problem = await self._api.give_secret(kind, text)
        if problem is None:
            self._controller.clipboard.take_away(text)
        self._answer(kind.value, problem, f"{LABELS[kind]} saved.")

    async def _give_file(self, text: str, taken: str = "") -> None:
        problem = await self._api.give_file(text)
        if problem is None and taken:
            self._controller.clipboard.take_away(taken)
        self._answer(
            "file",
            problem,
            "Client ID and Client Secret saved. The file still contains both. Delete it or keep it safe.",
        )

    def _choose_file(self) -> None:
        choose_file(self, "Open the CSV file of the service account", CSV, self._read_file)

    def _read_file(self, path: Path) -> None:
        async def work() -> None:
            text = await asyncio.to_thread(_content, path)
            if text is None:
                self._answer("file", "This file can't be read.", "")
            else:
                await self._give_file(text)

        self._controller.use_keyring(work())

    def _choose_addresses(self) -> None:
        address = list(_ADDRESSES)[self._address.currentIndex()]
        issuer = list(_ISSUERS)[self._issuer.currentIndex()]
        self._controller.use_keyring(self._api.choose(address, issuer))

    async def _turn_off(self) -> None:
        left = await self._api.turn_off()
        where = self._controller.session.vault.name
        if left:
            self._answer("file", f"{where} didn't delete the {' and the '.join(left)}. Unlock it, then try again.", "")
        else:
            self._problems.clear()
            self._tsg_id.clear()
            self._answer(
                "file", None, f"Turned off. {where} was checked and no longer has the Client ID or the Client Secret."
            )

    def _answer(self, field: str, problem: str | None, thanks: str) -> None:
        self._problems.pop(field, None)
        if problem is not None:
            self._problems[field] = problem
        self._file_hint.show_text(problem or thanks, "bad" if problem else "good")
        self._file_hint.setVisible(field == "file")
        self._controller.announced.emit(problem or thanks)
        self._controller.activity_changed.emit()

    # -- state to widgets ----------------------------------------------------------------

    def refresh(self) -> None:
        """Update hints and choices; text being typed is kept."""
        access, busy = self._api.access, self._controller.busy
        self._address.setCurrentIndex(list(_ADDRESSES).index(access.address))
        self._issuer.setCurrentIndex(list(_ISSUERS).index(access.issuer))
        self._off.setVisible(self._api.begun)
        self._tsg_id.set_busy(bool(busy))
        if access.tsg_id and not self._tsg_id.being_typed():
            self._tsg_id.set_text(access.tsg_id)
        self._hint(self._tsg_id, "tsg-id", "Captured." if access.tsg_id else "", "good")
        for kind, field in self._secrets.items():
            field.set_busy(bool(busy))
            kept = self._api.kept(kind)
            field.set_placeholder("Paste to replace" if kept else "Paste it here")
            in_memory = self._api.in_memory_only(kind)
            where = (
                "Only in memory. Lost when the program ends."
                if in_memory
                else f"Stored in {self._controller.session.vault.name}."
            )
            self._hint(field, kind.value, where if kept else "", "caution" if in_memory else "good")

    def _hint(self, field: CaptureField, name: str, words: str, tone: str) -> None:
        problem = self._problems.get(name)
        field.set_hint(problem or words, "bad" if problem else tone)


def _content(path: Path) -> str | None:
    """Return the text of a small file, or None if it can't be read. Blocks."""
    try:
        if not path.is_file():  # reading a device or a pipe might never end
            return None
        with path.open("rb") as file:
            raw = file.read(LONGEST_FILE + 1)
        return raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except (OSError, UnicodeError):
        return None
