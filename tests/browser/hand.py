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
    """Times that it continued in another window."""


@dataclass
class Hand:
    """Looks at two programs, and clicks and types like their user. Waiting and scrolling aren't counted."""

    desktop: Desktop
    bus: Bus
    pids: dict[Window, int]
    counts: Counts = field(default_factory=Counts)
    at: Window = Window.PROGRAM
    story: list[str] = field(default_factory=list)
    """What it has done, a line each."""

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

    def _go_on_in(self, window: Window, how: str) -> None:
        if window is not self.at:
            self.counts.switches += 1
            self.story.append(f"-> {window} {how}")
            self.at = window

    def click(self, window: Window, wanted: Wanted, what: str, *, button: int = 1, times: int = 1) -> None:
        """Click it, scrolling to it if it is out of view."""
        node = self._scrolled_to(window, wanted, what)
        self._go_on_in(window, "by clicking")
        across, down = node.center
        repeat = ("--repeat", str(times), "--delay", "60")
        self._do("mousemove", str(across), str(down), "click", *repeat, str(button))
        self.counts.clicks += times
        self.story.append(f"{window}: click {what}")

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

    def type(self, window: Window, text: str) -> None:
        """Type a text, each character as a key."""
        self._to_front(window)
        self._do("type", "--delay", "20", text)
        self.counts.keys += len(text)
        self.story.append(f"{window}: type {text}")

    def _to_front(self, window: Window) -> None:
        if not self._is_in_front(window, 1.0 if window is not self.at else SECONDS):
            self._do("key", "alt+Tab")
            self.counts.keys += 1
            if not self._is_in_front(window, SECONDS):
                raise NotReachableError(f"Alt+Tab doesn't lead to {window}")
            self._go_on_in(window, "by Alt+Tab")
        self._go_on_in(window, "which came by itself")

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
