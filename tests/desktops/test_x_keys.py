"""Keys of a window that act while another one has the keyboard, on X11."""

from __future__ import annotations

import time

import pytest

from tests.desktops.desktops import X11, MutterX11, Program
from tests.support.until import until_blocking

pytestmark = pytest.mark.lane("desktops")


@pytest.mark.parametrize("kind", [X11, MutterX11])
def test_keys_act_without_the_keyboard_until_they_are_released(kind: type[X11]) -> None:
    with kind() as desktop:
        beside, browser = Program(desktop, "beside.py", "beside"), Program(desktop, "copier.py", "browser")
        assert browser.in_front()
        until_blocking(lambda: not beside("active"))

        def press(chord: str) -> int:
            desktop.run("xdotool", "key", chord)
            time.sleep(0.3)
            return int(beside("done")[1])

        assert press("ctrl+alt+c") == 0
        assert beside("grab")
        assert [press(chord) for chord in ("ctrl+alt+c", "ctrl+alt+Return", "ctrl+c", "ctrl+alt+x")] == [1, 2, 2, 2]
        desktop.run("xdotool", "key", "Num_Lock")
        assert press("ctrl+alt+c") == 3
        desktop.run("xdotool", "keydown", "ctrl", "keydown", "alt", "keydown", "c")
        time.sleep(1.5)  # repeats, if the server does
        desktop.run("xdotool", "keyup", "c", "keyup", "alt", "keyup", "ctrl")
        assert press("ctrl+c") == 4
        assert not beside("active")

        other = Program(desktop, "beside.py", "other")
        assert not other("grab"), "two programs can't have one key"
        beside("release")
        assert other("grab")
        assert press("ctrl+alt+c") == 4
        assert other("done")[1] == 1
        for program in (other, beside, browser):
            program.end()
