"""The admin of a walk: counted clicks and keys, sent as events of the X server to what the windows show."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tests.browser.accessible import FOCUSED, Bus, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.accessible import Node
    from tests.desktops.desktops import Desktop

    Wanted = Callable[[Node], bool]

SECONDS: Final = 25.0
"""How long something may take to appear."""

REACTION: Final = 0.3
"""Seconds that a person takes at least to act on what appears."""

FURTHEST: Final = 60
"""How many times Tab is pressed to find something before it counts as out of reach."""


BESIDE: Final = 40
"""Pixels between Copy and where the value left of it is pressed."""


class Hold(StrEnum):
    """What the admin uses."""

    MOUSE = "mouse"
    KEYS = "keys"


class Window(StrEnum):
    """Whose window something is in."""

    PROGRAM = "program"
    BROWSER = "browser"


class NotReachableError(AssertionError):
    """Something did not appear, or can't be reached."""


@dataclass
class Counts:
    """What the hand has done."""

    clicks: int = 0
    keys: int = 0
    switches: int = 0
    """Times that the window manager made a window of the other program the active one, for whatever reason."""


class ActiveWindow:
    """Follows which program the window manager gives the keyboard, by what it announces on the root window.

    All is counted that it announces, in its order, also what lasts only a moment.
    """

    def __init__(self, desktop: Desktop, pids: dict[Window, int]) -> None:
        self._desktop = desktop
        self._windows = {str(pid): window for window, pid in pids.items()}
        self._file = desktop.home / "active-windows"
        with self._file.open("wb") as file:
            desktop.start("xprop", "-root", "-spy", "_NET_ACTIVE_WINDOW", stdout=file)
        self._seen: dict[str, Window | None] = {}
        self._read = 0
        self.at: Window | None = None
        """Whose window was active last. A moment without any, as while a window closes, changes nothing."""
        self.switches = 0

    def look(self) -> list[Window]:
        """Return the programs that became active since the last look; the first one isn't a switch."""
        came = []
        whole = self._file.read_text()
        new, self._read = whole[self._read : whole.rfind("\n") + 1], whole.rfind("\n") + 1
        for line in new.splitlines():
            window = self._window_of(line.rpartition("# ")[2].split(",")[0])
            if window not in (None, self.at):
                self.switches += self.at is not None
                self.at = window
                came.append(window)
        return came

    def _window_of(self, known: str) -> Window | None:
        """Return whose window that is. It is looked up when it is first seen: a closed one has no process anymore."""
        if known not in self._seen and known != "0x0":
            pid = (self._desktop.run("xdotool", "getwindowpid", known) or "").strip()
            self._seen[known] = self._windows.get(pid)
        return self._seen.get(known)


@dataclass
class Hand:
    """Looks at two programs, and clicks and types like their user. Waiting and scrolling aren't counted.

    A drag is a click: one press of the button. A press in a window that doesn't take the keyboard is a click, too, but
    no switch; a window that comes to the front by itself is a switch, though nothing was pressed for it.
    """

    desktop: Desktop
    bus: Bus
    pids: dict[Window, int]
    counts: Counts = field(default_factory=Counts)
    story: list[str] = field(default_factory=list)
    """What it has done, a line each."""

    def __post_init__(self) -> None:
        self.active = ActiveWindow(self.desktop, self.pids)

    # -- the eye ---------------------------------------------------------------------------

    def nodes(self, window: Window) -> list[Node]:
        """Return what a program shows."""
        return list(self.bus.nodes(self.pids[window]))

    def shows(self, window: Window, wanted: Wanted) -> Node | None:
        """Return the first such thing in a window, or None."""
        return next((node for node in self.nodes(window) if wanted(node)), None)

    def see(self, window: Window, wanted: Wanted, what: str) -> Node:
        """Wait until it is shown and stays where it is."""
        before = None
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            node = self.shows(window, wanted)
            if node is not None and before is not None and node.box == before.box:
                return node
            before = node
            # Chromium drops clicks on a new page until it has painted it, and reports it earlier.
            time.sleep(REACTION if window is Window.BROWSER else 0.05)
        there = ", ".join(f"{node.name} ({node.role})" for node in self.nodes(window) if node.name)
        raise NotReachableError(f"{what} isn't shown in {window}, which has {there}\n" + "\n".join(self.story[-12:]))

    # -- the hand --------------------------------------------------------------------------

    def _do(self, *arguments: str) -> None:
        subprocess.run(["xdotool", *arguments], env=self.desktop.env, check=True, timeout=10)

    def look(self) -> None:
        """Note which programs became active."""
        self.story += [f"-> {window}" for window in self.active.look()]
        self.counts.switches = self.active.switches

    def click(self, window: Window, wanted: Wanted, what: str, *, button: int = 1, times: int = 1) -> None:
        """Click it, scrolling to it if it is out of view."""
        node = self._scrolled_to(window, wanted, what)
        self.look()
        across, down = node.center
        repeat = ("--repeat", str(times), "--delay", "60")
        self._do("mousemove", str(across), str(down), "click", *repeat, str(button))
        self.counts.clicks += times
        self.story.append(f"{window}: click {what}")

    def drag(self, copy: Wanted, target: Wanted, what: str) -> None:
        """Drag a value, left of its Copy, out of the program into the browser, which counts as one click."""
        beside = self._scrolled_to(Window.PROGRAM, copy, what)
        start = (beside.box[0] - BESIDE, beside.center[1])
        end = self._scrolled_to(Window.BROWSER, target, f"the field for {what}").center
        self.look()
        self._do("mousemove", *map(str, start), "mousedown", "1")
        for part in range(1, 11):
            at = (round(begin + (stop - begin) * part / 10) for begin, stop in zip(start, end, strict=True))
            self._do("mousemove", *map(str, at))
            time.sleep(0.05)
        time.sleep(REACTION)
        self._do("mouseup", "1")
        self.counts.clicks += 1
        self.story.append(f"{Window.BROWSER}: drag {what} here")

    def _scrolled_to(self, window: Window, wanted: Wanted, what: str) -> Node:
        for _ in range(60):
            node = self.see(window, wanted, what)
            if node.in_view:
                return node
            left, top, right, bottom = node.seen
            middle = (top + bottom) // 2
            # An emptied box still says at which edge of the view it went out.
            at = (left + right) // 2, middle
            wheel = "5" if node.center[1] >= bottom else "4"
            self._do("mousemove", *map(str, self._inside(window, at)), "click", wheel)
            time.sleep(0.05)
        raise NotReachableError(f"{what} can't be scrolled to")

    def _inside(self, window: Window, point: tuple[int, int]) -> tuple[int, int]:
        left, top, right, bottom = self.nodes(window)[0].seen
        return min(max(point[0], left + 60), right - 60), min(max(point[1], top + 160), bottom - 160)

    def key(self, window: Window, *chords: str) -> None:
        """Press keys in a window, each chord as one; first go to the window."""
        self._to_front(window)
        for chord in chords:
            self._do("key", "--clearmodifiers", chord)
            self.counts.keys += 1
            self.story.append(f"{window}: {chord}")
            time.sleep(0.03)

    def key_anywhere(self, chord: str) -> None:
        """Press keys in whatever window has the keyboard."""
        self.look()
        self._do("key", "--clearmodifiers", chord)
        self.counts.keys += 1
        self.story.append(f"in {self.active.at}: {chord}")
        time.sleep(REACTION)

    def type(self, window: Window, text: str) -> None:
        """Type a text, each character as a key."""
        self._to_front(window)
        self._do("type", "--delay", "20", text)
        self.counts.keys += len(text)
        self.story.append(f"{window}: type {text}")

    def _to_front(self, window: Window) -> None:
        if not self._is_in_front(window, 1.0 if window is not self.active.at else SECONDS):
            self._do("key", "alt+Tab")
            self.counts.keys += 1
            self.story.append("Alt+Tab")
            if not self._is_in_front(window, SECONDS):
                raise NotReachableError(f"Alt+Tab doesn't lead to {window}")
        self.look()

    def _is_in_front(self, window: Window, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while True:
            pid = (self.desktop.run("xdotool", "getactivewindow", "getwindowpid") or "").strip()
            if pid == str(self.pids[window]):
                return True
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)

    def reach(self, window: Window, wanted: Wanted, what: str) -> None:
        """Give it the keyboard focus, by Tab or Shift+Tab, whichever is shorter, as one who knows the way does."""
        self.see(window, wanted, what)
        self._to_front(window)
        if self._has_focus(window, wanted):
            return
        ahead = self._presses("Tab", window, wanted, FURTHEST)
        if ahead is None:
            raise NotReachableError(f"Tab doesn't reach {what}\n" + "\n".join(self.story[-12:]))
        back = None
        if ahead > 2:
            for _ in range(ahead):
                self._press_tab("shift+Tab")
            back = self._presses("shift+Tab", window, wanted, ahead - 1)
            if back is None:
                for _ in range(2 * ahead - 1):
                    self._press_tab("Tab")
                if not self._has_focus(window, wanted):
                    self._presses("Tab", window, wanted, FURTHEST)
        self.counts.keys += back or ahead
        self.story.append(f"{window}: {'Shift+' if back else ''}Tab x{back or ahead} to {what}")

    def _press_tab(self, chord: str) -> None:
        self._do("key", "--clearmodifiers", chord)
        time.sleep(0.03)

    def _presses(self, chord: str, window: Window, wanted: Wanted, most: int) -> int | None:
        for number in range(1, most + 1):
            self._press_tab(chord)
            time.sleep(0.05)
            if self._has_focus(window, wanted):
                return number
        return None

    def _has_focus(self, window: Window, wanted: Wanted) -> bool:
        return any(wanted(node) for node in self.nodes(window) if node.has(FOCUSED))


def named(name: str, *roles: Role) -> Wanted:
    """Select what has this name, and one of the roles if some are given."""
    return lambda node: node.name == name and (not roles or node.role in roles)


def part(*names: str) -> Wanted:
    """Select the widget with the last object name, inside those with the names before it."""

    def wanted(node: Node) -> bool:
        path = node.id.split(".")
        return path[-1:] == [names[-1]] and all(name in path for name in names)

    return wanted
