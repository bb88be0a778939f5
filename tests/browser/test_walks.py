"""Walks to Full Sync with mouse alone and with keyboard alone take fewer actions than at an earlier commit."""

from __future__ import annotations

import faulthandler
import os
import sys
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.browser.accessible import Bus
from tests.browser.hand import Counts, Hand, Hold, Window
from tests.browser.walk import OKTA, PINGFEDERATE, Skills, Walk
from tests.desktops.desktops import ROOT, X11
from tests.support.until import until_blocking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.conftest import Row

pytestmark = pytest.mark.lane("browser")

EARLIER: Final = "3076349"
"""The commit with which the walks are compared."""

BEFORE: Final = {
    ("okta-custom", Hold.MOUSE): Counts(97, 5, 17),
    ("okta-custom", Hold.KEYS): Counts(0, 257, 18),
    ("pingfederate", Hold.MOUSE): Counts(101, 5, 19),
    ("pingfederate", Hold.KEYS): Counts(0, 272, 18),
}
"""What the walks took there; ``WALK_EARLIER`` counts it again. Its practice portal asked to type what to search for."""

MOST: Final = 2 / 3
"""The part of the earlier clicks, keys and window switches that a walk takes at most."""

CONSOLES: Final = {"okta-custom": OKTA, "pingfederate": PINGFEDERATE}


class WalkDesktop(X11):
    """Xvfb with openbox, a keyring, the accessibility bus, and room for the companion beside the browser."""

    screen = "1600x1000x24"

    def begin(self) -> None:
        del self.env["NO_AT_BRIDGE"]
        self.env |= {"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1", "ACCESSIBILITY_ENABLED": "1"}
        self._make_default_browser()
        super().begin()
        keyring = "printf practice | gnome-keyring-daemon --unlock --foreground --components=secrets"
        self.start("sh", "-c", keyring)

    def _make_default_browser(self) -> None:
        """Have the desktop open addresses in this desktop's Chromium, whose profile ends with it."""
        self.browser = self.home / "browser"
        options = (*BROWSER, f"--user-data-dir={self.home}/profile")
        self.browser.write_text(f'#!/bin/sh\nexec chromium {" ".join(options)} "$@"\n')
        self.browser.chmod(0o755)
        entry = self.home / ".local/share/applications/walked-browser.desktop"
        entry.parent.mkdir(parents=True)
        entry.write_text(f"[Desktop Entry]\nType=Application\nName=Browser\nExec={self.browser} %U\n")
        (self.home / ".config").mkdir()
        scheme = f"x-scheme-handler/http={entry.name}\n"
        (self.home / ".config/mimeapps.list").write_text(f"[Default Applications]\n{scheme}")


BROWSER: Final = (
    "--no-sandbox",  # which Chromium refuses to have as root
    "--test-type",  # without the warning about that
    "--no-first-run",
    "--disable-gpu",
    "--disable-background-networking",
    "--force-renderer-accessibility",
    "--password-store=basic",
)


@contextmanager
def hand(checkout: Path) -> Iterator[Hand]:
    """Yield a hand on a desktop where the browser is open and the program shows its first window."""
    with WalkDesktop() as desktop:
        bus = Bus(desktop.env["DBUS_SESSION_BUS_ADDRESS"])
        browser = desktop.start(str(desktop.browser), "--window-position=0,0", "--window-size=1180,1000", "about:blank")
        until_blocking(lambda: list(bus.nodes(browser.pid)), 30)
        command = (sys.executable, "-m", "app", "--practice", "--data-dir", str(desktop.home / "data"))
        program = desktop.start(*command, cwd=checkout)
        active = ("xdotool", "getactivewindow", "getwindowpid")
        try:
            until_blocking(lambda: (desktop.run(*active) or "").strip() == str(program.pid), 60)
            yield Hand(desktop, bus, {Window.PROGRAM: program.pid, Window.BROWSER: browser.pid})
        finally:
            bus.close()


@pytest.mark.parametrize(("client", "hold"), BEFORE)
def test_a_walk_takes_fewer_actions_than_before(client: str, hold: Hold, rows: list[Row]) -> None:
    faulthandler.cancel_dump_traceback_later()  # a walk takes minutes, and hangs nowhere: each wait in it has an end
    earlier = os.environ.get("WALK_EARLIER")
    with hand(Path(earlier or ROOT)) as mine:
        try:
            Walk(mine, hold, CONSOLES[client], Skills.none() if earlier else Skills()).to_full_sync()
        finally:
            print("\n".join(mine.story))
    before, now = BEFORE[client, hold], mine.counts
    rows.append((client, hold, before, now))
    if earlier:
        assert now == before
    else:
        for action in fields(Counts):
            assert getattr(now, action.name) <= getattr(before, action.name) * MOST, action.name
