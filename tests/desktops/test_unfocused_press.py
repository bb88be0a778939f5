"""A press of a button beside the browser leaves it the keyboard, and everything else takes the keyboard."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.desktops.desktops import X11, MutterX11, Program
from tests.support.until import until_blocking

if TYPE_CHECKING:
    from tests.desktops.desktops import Desktop

pytestmark = pytest.mark.lane("desktops")

TITLE = 36
"""Pixels from the center of the button up to the title bar."""

SETTLED = 1.0
"""Seconds after which a window would have taken the keyboard."""


def active(desktop: Desktop) -> str:
    """Return the title of the window that the window manager calls active."""
    return (desktop.run("xdotool", "getactivewindow", "getwindowname") or "").strip()


def press(desktop: Desktop, at: tuple[int, int]) -> None:
    """Press the left button of the mouse there."""
    desktop.run("xdotool", "mousemove", *map(str, at), "click", "1")


@pytest.mark.parametrize("kind", [X11, MutterX11])
def test_only_a_press_of_a_button_leaves_the_keyboard(kind: type[X11]) -> None:
    with kind() as desktop:
        beside = Program(desktop, "beside.py", "beside")
        assert beside.in_front()  # as the companion is when it opens
        browser = Program(desktop, "copier.py", "browser")
        desktop.run("xdotool", "search", "--name", "^browser$", "windowmove", "100", "100")
        assert browser.in_front()
        until_blocking(lambda: not beside("active"))
        there = {name: tuple(beside(f"place {name}")) for name in ("button", "field", "background")}

        def go_back() -> None:
            press(desktop, (200, 200))
            until_blocking(lambda: active(desktop) == "browser" and not beside("active"))

        press(desktop, there["button"])
        until_blocking(lambda: beside("done")[0] == 1)
        time.sleep(SETTLED)
        assert active(desktop) == "browser"
        beside("copy from beside")
        assert desktop.pasted() == "from beside"
        desktop.run("xdotool", "key", "alt+Tab")  # the mouse is still over the button
        until_blocking(lambda: active(desktop) == "beside" and beside("active"))
        desktop.run("xdotool", "key", "ctrl+1")
        until_blocking(lambda: beside("done")[1] == 1)

        title = (there["button"][0], beside("place button")[1] - TITLE)
        for point in (there["field"], there["background"], title):
            go_back()
            press(desktop, point)
            until_blocking(lambda: active(desktop) == "beside" and beside("active"))
        go_back()
        press(desktop, there["field"])
        until_blocking(lambda: beside("active"))
        desktop.run("xdotool", "type", "typed")
        until_blocking(lambda: beside("done")[2] == "typed")
        go_back()
        beside("forward")
        until_blocking(lambda: active(desktop) == "beside" and beside("active"))
        for program in (beside, browser):
            program.end()
        assert "Traceback" not in (desktop.home / "log").read_text(), "its window ended while it listened to it"
