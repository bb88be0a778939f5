"""A walk from the first window to Full Sync, as an admin who knows the way takes it with mouse or keyboard alone."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Final, Self

from tests.browser.accessible import CHECKED, ENABLED, FOCUSABLE, Role
from tests.browser.hand import Hold, Window, named, part

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.accessible import Node
    from tests.browser.hand import Hand, Wanted

P: Final = Window.PROGRAM
B: Final = Window.BROWSER

PORTAL_TAB: Final = 1
CIE_TAB: Final = 2

SETTLED: Final = 3.0
"""Seconds after which a pasted value has been stored, and the step completed if that was all."""

NOT_DONE: Final = ("Test", "Stop", "Open the large window")
"""What the main button is called while it doesn't complete the step."""


@dataclass(frozen=True, slots=True)
class Console:
    """What differs between the clients in the practice consoles."""

    client: str
    """In the program's list."""
    search: str
    """What narrows that list to the client."""
    in_cie: str
    """In CIE's list of SCIM clients."""
    template: str
    """The entry of the portal's catalog."""
    named_at: str
    """The step at which the app gets its name in the portal."""
    app_name: str
    """The value that is its name."""
    captured: dict[str, str]
    """The label in the portal's overview, by the value that it is pasted into."""
    fields: dict[str, str]
    """The label of the connection's field, by the value that goes into it."""
    entered_at: str
    """The step after whose values the connection is complete."""
    buttons: tuple[str, ...]
    """The buttons that test and save the connection."""
    group: str
    start: str
    stops: tuple[str, ...]
    """The steps at which something is done in a console of practice, or a value is copied or pasted."""


IN_CIE: Final = ("enter-details", "copy-base-url", "generate-token", "test-connection", "full-sync")

OKTA = Console(
    client="Okta (custom app)",
    search="aiw",
    in_cie="Okta",
    template="SAML 2.0",
    named_at="name-app",
    app_name="app_name",
    captured={"okta_domain": "Okta domain"},
    fields={"base_url": "SCIM connector base URL", "token": "Authorization"},
    entered_at="paste-token",
    buttons=("Test Connector Configuration", "Save"),
    group="Network Admins (group)",
    start="Push Now",
    stops=(*IN_CIE, "note-okta-domain", "name-app", "paste-url", "paste-token"),
)
PINGFEDERATE = Console(
    client="PingFederate",
    search="pingf",
    in_cie="PingFederate",
    template="SCIM Connector",
    named_at="name-connection",
    app_name="connection_name",
    captured={"system_id": "System ID", "ping_user": "User"},
    fields={"base_url": "SCIM URL", "token": "Access Token"},
    entered_at="enter-target",
    buttons=("Done",),
    group="Network Admins (group)",
    start="Save",
    stops=(*IN_CIE, "note-system-id", "note-user", "name-connection", "enter-target"),
)


@dataclass(frozen=True, slots=True)
class Skills:
    """What the program offers to those who know it, which it did not at the earlier commit."""

    pasting_goes_on: bool = True
    """A valid paste completes a step that asks for nothing else."""
    along: bool = True
    """Done of a later step completes the plain ones before it, which the companion lists."""
    keys: bool = True
    """Ctrl+Enter is Done, Ctrl+1 to Ctrl+9 copy."""
    companion_tests: bool = True
    """The companion runs Test Connection."""
    all_at_once: bool = True
    """One box ticks all prerequisites."""
    catalog_listed: bool = True
    """The practice portal lists its catalog without a search."""
    name_empty: bool = True
    """A new app in the practice portal has no name yet."""
    anywhere: bool = True
    """The companion's keys act while the browser has the keyboard."""
    drags: bool = True
    """A value that isn't secret can be dragged into the browser."""

    @classmethod
    def none(cls) -> Self:
        """Return what the earlier commit offers."""
        return cls(**{each.name: False for each in fields(cls)})


@dataclass
class Walk:
    """One walk. ``to_full_sync`` returns once the step of Full Sync is done."""

    hand: Hand
    hold: Hold
    console: Console
    skills: Skills = field(default_factory=Skills)
    tab: int = 0
    """The place of the tab that is shown."""
    anywhere: bool = False
    """The companion's keys for any window are on."""

    @property
    def _mouse(self) -> bool:
        return self.hold is Hold.MOUSE

    def to_full_sync(self) -> None:
        """Walk the whole way."""
        self._begin()
        opened = set[str]()
        while (step := self._step()) != "sync-status":
            before = self.hand.counts
            assert step not in opened, f"{step} was opened twice:\n" + "\n".join(self.hand.story[-15:])
            opened.add(step)
            self._act(step)
            self.hand.story.append(f"== {step}: {before}")

    # -- in the program ----------------------------------------------------------------------

    def _begin(self) -> None:
        self._press(P, part("new-setup"), "New setup")
        if self._mouse:
            self.hand.click(P, _client(self.console.client), self.console.client)
            self.hand.click(P, part("start-setup"), "Start this setup")
        else:
            self.hand.reach(P, part("find-client"), "the search")
            self.hand.type(P, self.console.search)
            self.hand.key(P, "Return")
        self.hand.see(P, lambda node: ".tick-" in node.id, "the prerequisites")
        if self.skills.all_at_once:
            self._press(P, part("tick-all"), "all prerequisites", "space")
        else:
            for box in [node for node in self.hand.nodes(P) if ".tick-" in node.id and not node.has(CHECKED)]:
                self._press(P, part(box.id.rpartition(".")[2]), box.name, "space")
        self._done("the prerequisites")
        self._companion()

    def _companion(self) -> None:
        """Have the companion beside the browser; fewer things are in the way of Tab there, too."""
        if self._mouse:
            self.hand.click(P, part("companion"), "Companion")
        else:
            self.hand.key(P, "F9")
        self.hand.see(P, lambda node: node.id.endswith("companion-window"), "the companion")
        if self.skills.anywhere and not self._mouse:
            self.hand.key(P, "F10")
            self.hand.see(P, part("keys-anywhere"), "the keys for any window")
            self.anywhere = True

    def _step(self) -> str:
        """Return the open step, by the card that shows it."""
        return _card(self.hand.see(P, lambda node: _card(node) != "", "a step"))

    def _press(self, window: Window, wanted: Wanted, what: str, key: str = "Return") -> None:
        """Click it, or give it the focus and press the key."""
        if self._mouse:
            self.hand.click(window, wanted, what)
        else:
            self.hand.reach(window, wanted, what)
            self.hand.key(window, key)

    def _go_ahead(self) -> bool:
        """Open the next step that has something to do, if others are before it; its Done completes them, too."""
        lines = self._ahead() if self.skills.along and self._mouse else []
        wanted = [step for step in lines if step in self.console.stops] or lines[-1:]
        if not wanted or lines.index(wanted[0]) == 0:
            return False
        self._press(P, part("companion-window", f"line-{wanted[0]}"), f"the line of {wanted[0]}")
        self.hand.see(P, part(f"card-{wanted[0]}"), wanted[0])
        return True

    def _ahead(self) -> list[str]:
        known = [node.id.rpartition(".")[2] for node in self.hand.nodes(P) if "companion-window" in node.id]
        return [line.removeprefix("line-") for line in known if line.startswith("line-")]

    def _done(self, what: str, *, shown: bool = True) -> None:
        def ready(node: Node) -> bool:
            return _is_main_button(node) and node.has(ENABLED) and not node.name.startswith(NOT_DONE)

        before = self.hand.shows(P, lambda node: _card(node) != "")
        self.hand.see(P, ready, f"Done of {what}")
        if self.anywhere:
            self.hand.key_anywhere("ctrl+alt+Return")
        elif not self._mouse and self.skills.keys:
            self.hand.key(P, "ctrl+Return")
        else:
            self._press(P, ready, f"Done of {what}", "space")
        if shown:
            self._wait_for_another(_card(before) if before else "")

    def _wait_for_another(self, card: str) -> None:
        self.hand.see(P, lambda node: _card(node) not in ("", card), f"what follows {card}")

    def _copy(self, value: str) -> None:
        place = part(f"value-{value}", "copy")
        if self.anywhere:
            self.hand.see(P, place, f"Copy of {value}")
            self.hand.key_anywhere("ctrl+alt+c")
        elif not self._mouse and self.skills.keys:
            shown = [node.id for node in self.hand.nodes(P) if node.id.endswith(".copy") and ".value-" in node.id]
            number = next(at for at, known in enumerate(shown, 1) if f".value-{value}." in known)
            self.hand.key(P, f"ctrl+{number}")
        else:
            self._press(P, place, f"Copy of {value}", "space")

    def _paste_into_program(self, value: str) -> None:
        if self._mouse:
            self.hand.click(P, part(f"capture-{value}", "paste"), f"Paste of {value}")
        elif self.anywhere:
            self.hand.see(P, _input_of(value), f"the field of {value}")
            self.hand.key_anywhere("ctrl+alt+v")
        else:
            self.hand.reach(P, _input_of(value), f"the field of {value}")
            self.hand.key(P, "ctrl+v")
            if not self.skills.pasting_goes_on:
                self.hand.see(P, lambda node: _is_main_button(node) and node.has(ENABLED), "the value taken")
                self.hand.key(P, "Return")  # leads from a field that was taken to Done

    # -- in the browser ----------------------------------------------------------------------

    @property
    def _drags(self) -> bool:
        return self._mouse and self.skills.drags

    def _bring(self, value: str, label: str, *, prefilled: bool = False) -> None:
        """Drag a value that isn't secret into a field of the browser, or paste it if it was copied."""
        if self._drags:
            self.hand.drag(part(f"value-{value}", "copy"), named(label, Role.ENTRY), value)
        else:
            self._paste_into_browser(label, prefilled=prefilled)

    def _open_console(self, place: int) -> None:
        self._press(P, part("open-console"), "Open this console")
        self.tab = place

    def _paste_into_browser(self, label: str, *, prefilled: bool = False) -> None:
        field_ = named(label, Role.ENTRY, Role.PASSWORD)
        if self._mouse:
            if prefilled:
                self.hand.click(B, field_, label, times=3)  # selects what is in it
            self.hand.click(B, field_, label, button=3)
            self.hand.click(B, _starting("Paste Ctrl", Role.MENU_ITEM), "Paste in the menu")
        else:
            self.hand.reach(B, field_, label)
            self.hand.key(B, "ctrl+v")

    def _choose(self, label: str, option: str) -> None:
        if self._mouse:
            self.hand.click(B, named(label, Role.COMBO_BOX), label)
            self.hand.click(B, named(option, Role.MENU_ITEM, Role.LIST_ITEM), option)
        else:
            self.hand.reach(B, named(label, Role.COMBO_BOX), label)
            self.hand.type(B, option[0])

    def _in_browser(self, name: str, *roles: Role, key: str = "Return") -> None:
        self._press(B, named(name, *(roles or (Role.BUTTON, Role.LINK))), name, key)

    def _tab(self, place: int) -> None:
        """Go to the tab at that place, unless it is shown; the portal's was opened before CIE's."""
        if place == self.tab:
            return
        self.tab = place
        if self._mouse:
            tabs = [node for node in self.hand.nodes(B) if node.role == Role.PAGE_TAB]
            self.hand.click(B, lambda node: node.path == tabs[place].path, tabs[place].name)
        else:
            self.hand.key(B, "ctrl+Tab" if place == CIE_TAB else "ctrl+shift+Tab")

    # -- the steps ---------------------------------------------------------------------------

    def _act(self, step: str) -> None:
        console = self.console
        own: dict[str, Callable[[], None]] = {
            console.named_at: self._name_app,
            "enter-details": self._enter_details,
            "copy-base-url": self._copy_base_url,
            "generate-token": self._generate_token,
            "test-connection": self._test,
            "full-sync": self._full_sync,
        }
        if step in own:
            own[step]()
        elif captured := self._captures(console.captured):
            for value in captured:
                self._capture_from_portal(value)
        elif carried := self._carries(console.fields):
            self._connect(step, carried)
        confirm = part(f"confirm-{step}")
        if self.hand.shows(P, confirm):
            self._press(P, confirm, "the confirmation", "space")
        if self._step() == step and not self._go_ahead():
            self._done(step)

    def _captures(self, names: dict[str, str]) -> list[str]:
        shown = self.hand.nodes(P)
        return [name for name in names if any(f".capture-{name}." in node.id for node in shown)]

    def _carries(self, names: dict[str, str]) -> list[str]:
        shown = self.hand.nodes(P)
        return [name for name in names if any(f".value-{name}." in node.id for node in shown)]

    def _settle(self, step: str) -> None:
        """Wait until a pasted value was taken, which completes a step that asks for nothing else."""
        if self.skills.pasting_goes_on:
            taken = time.monotonic() + SETTLED
            while time.monotonic() < taken and self._step() == step:
                time.sleep(0.1)

    def _capture_from_portal(self, value: str) -> None:
        step = self._step()
        if self.tab == 0:
            self._open_console(PORTAL_TAB)
        label = self.console.captured[value]
        order = list(self.console.captured)
        copies = [node for node in self.hand.nodes(B) if node.name == "Copy" and node.role == Role.BUTTON]
        self.hand.see(B, named("Copy", Role.BUTTON), f"Copy of {label}")
        copies = [node for node in self.hand.nodes(B) if node.name == "Copy" and node.role == Role.BUTTON]
        at = copies[order.index(value)]
        self._press(B, lambda node: node.path == at.path, f"Copy of {label}")
        self._paste_into_program(value)
        self._settle(step)

    def _name_app(self) -> None:
        if not self._drags:
            self._copy(self.console.app_name)
        self._tab(PORTAL_TAB)
        self._in_browser("Create a new app integration" if self.console is OKTA else "Type", Role.LINK)
        if not self.skills.catalog_listed:
            self._press(B, named("Search", Role.ENTRY), "Search", "End")
            self.hand.type(B, self.console.template.split()[0].lower())
            self.hand.key(B, "Return")
        self._in_browser(self.console.template, Role.LINK)
        self._bring(self.console.app_name, "Name", prefilled=not self.skills.name_empty)
        self._in_browser("Create", Role.BUTTON)

    def _enter_details(self) -> None:
        if not self._drags:
            self._copy("directory_id")
        self._open_console(CIE_TAB)
        self._in_browser("Add New Directory")
        self._press(B, _opener("Set Up"), "Set Up")
        self._in_browser("SCIM", Role.LINK)
        self._choose("SCIM Client", self.console.in_cie)
        self._in_browser("Next")
        self._bring("directory_id", "Directory ID")
        if not self._drags:
            self._copy("directory_name")
        self._bring("directory_name", "Directory Name")
        self._in_browser("Copy", Role.BUTTON)  # of the Base URL, which is needed next

    def _copy_base_url(self) -> None:
        self._paste_into_program("base_url")
        self._settle("copy-base-url")

    def _generate_token(self) -> None:
        self._in_browser("Generate Token")
        self.hand.see(B, named("Bearer Token"), "the token")
        copies = [node for node in self.hand.nodes(B) if node.name == "Copy" and node.role == Role.BUTTON]
        self._press(B, lambda node: node.path == copies[1].path, "Copy of the token")
        self._in_browser("Submit")
        self._in_browser("I will complete these steps", Role.CHECK_BOX, key="space")
        self._in_browser("OK")
        self._paste_into_program("token")
        self._settle("generate-token")

    def _test(self) -> None:
        if self.anywhere:
            self.hand.see(P, part("done"), "Test Connection")
            self.hand.key_anywhere("ctrl+alt+Return")
        elif self.skills.companion_tests:
            self._press(P, part("done"), "Test Connection", "space")
        else:
            self._press(P, part("companion-done"), "Open the large window", "space")
            self._press(P, part("done"), "Test Connection", "space")
            self._done("test-connection", shown=False)
            self._companion()

    def _connect(self, step: str, carried: list[str]) -> None:
        for value in carried:
            self._copy(value)
            self._tab(PORTAL_TAB)
            self._paste_into_browser(self.console.fields[value])
        if step != self.console.entered_at:
            return
        for button in self.console.buttons:
            self._in_browser(button, Role.BUTTON)
        self._in_browser(self.console.group, Role.CHECK_BOX, key="space")
        self._in_browser("Assign")
        self._in_browser(self.console.start, Role.BUTTON)

    def _full_sync(self) -> None:
        self._tab(CIE_TAB)
        self._press(B, _opener("Actions"), "Actions")
        self._in_browser("Full Sync")


def _client(name: str) -> Wanted:
    """Select a client in the picker, whose name says its place since its list is read out."""
    return lambda node: node.role == Role.LIST_ITEM and node.name.partition(",")[0] == name


def _input_of(value: str) -> Wanted:
    return lambda node: f".capture-{value}." in node.id and node.role in (Role.TEXT, Role.PASSWORD)


def _is_main_button(node: Node) -> bool:
    return node.id.rpartition(".")[2] in ("done", "companion-done")


def _card(node: Node) -> str:
    """Return the step whose card that is; empty if it is something else."""
    last = node.id.rpartition(".")[2]
    return last.removeprefix("card-") if last.startswith("card-") else ""


def _opener(name: str) -> Wanted:
    """Select what opens something; headings may have the same name."""
    return lambda node: node.name == name and node.has(FOCUSABLE)


def _starting(words: str, *roles: Role) -> Wanted:
    return lambda node: node.name.startswith(words) and node.role in roles
