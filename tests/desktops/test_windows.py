"""Windows come to the front on Wayland, and the companion's advice for staying on top works."""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.desktops.desktops import ALT, LEFT, RIGHT, ROOT, SPACE, SUPER, X11, Gnome, Kwin, Program, Sway
from tests.support.until import until_blocking
from ui.desktop.windows import DOCKING, ON_TOP
from ui.session.keys import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.desktops.desktops import Desktop, Started

pytestmark = pytest.mark.lane("desktops")

MENU = "Main.wm._windowMenuManager._manager.activeMenu"
LABELS = f"{MENU}._getMenuItems().filter(i => i.label).map(i => i.label.text).join('|')"


@pytest.fixture(scope="module")
def gnome() -> Iterator[Gnome]:
    """GNOME Shell on Wayland."""
    with Gnome() as desktop:
        yield desktop


def test_a_minimized_window_comes_forward_on_gnome(gnome: Gnome) -> None:
    program = Program(gnome, "copier.py", "assistant")
    program.in_front()
    gnome.shell(f"{gnome.windows('assistant')}.forEach(w => w.minimize())")
    until_blocking(lambda: not program("active"))
    program("forward")
    assert until_blocking(lambda: program("active"))
    program.end()


def test_a_token_of_the_desktop_brings_the_same_window_forward_on_gnome(gnome: Gnome) -> None:
    program = Program(gnome, "copier.py", "assistant")
    other = Program(gnome, "copier.py", "browser")
    other.in_front()
    gnome.key()  # a token is worth something only after its launcher was used
    time.sleep(0.5)
    until_blocking(lambda: not program("active"))
    window = f"{gnome.windows('assistant')}[0].get_id()"
    before = gnome.shell(window)
    # As the shell does for a program that it starts; a second start finds the token in its environment.
    app = "imports.gi.Gio.AppInfo.create_from_commandline('true', 'assistant', 2)"
    context = "global.create_app_launch_context(global.display.get_current_time_roundtrip(), -1)"
    token = gnome.shell(f"{context}.get_startup_notify_id({app}, [])").strip('"')
    program(f"forward {token}")
    assert until_blocking(lambda: program("active"))
    assert gnome.shell(window) == before, "hidden and shown again, as without a token"
    program.end()
    other.end()


def assistant(desktop: Desktop, **more: str) -> Started:
    """Start the program itself on a data folder in the home of the desktop's user."""
    command = (sys.executable, "-m", "app", "--data-dir", str(desktop.home / "data"))
    return desktop.start(*command, env=desktop.env | {"PYTHONPATH": str(ROOT)} | more)


TITLE = "SCIM Setup Assistant"


def test_a_second_start_comes_forward_with_the_token_of_gnome(gnome: Gnome) -> None:
    assistant(gnome)
    ours = f"{gnome.windows(TITLE)}.map(w => w.get_id() + ' ' + w.has_focus()).join()"
    window = until_blocking(lambda: gnome.shell(ours).strip('"').split(" ")[0], 30)
    runtime = gnome.runtime / "cie-scim-assistant"
    until_blocking(lambda: runtime.is_dir() and list(runtime.iterdir()), 30)
    other = Program(gnome, "copier.py", "browser")
    other.in_front()
    gnome.key()
    time.sleep(0.5)
    app = "imports.gi.Gio.AppInfo.create_from_commandline('true', 'assistant', 2)"
    context = "global.create_app_launch_context(global.display.get_current_time_roundtrip(), -1)"
    token = gnome.shell(f"{context}.get_startup_notify_id({app}, [])").strip('"')
    assert assistant(gnome, XDG_ACTIVATION_TOKEN=token).wait(30) == 0
    assert until_blocking(lambda: gnome.shell(ours).strip('"') == f"{window} true")
    other.end()


def test_a_second_start_comes_forward_on_x11() -> None:
    with X11() as desktop:
        assistant(desktop)
        search = ("xdotool", "search", "--onlyvisible", "--class", "cie-scim-assistant")
        (window,) = until_blocking(lambda: (desktop.run(*search) or "").split(), 30)
        runtime = desktop.runtime / "cie-scim-assistant"
        until_blocking(lambda: runtime.is_dir() and list(runtime.iterdir()), 30)
        other = Program(desktop, "copier.py", "browser")
        assert other.in_front()
        for hide in ("windowlower", "windowminimize"):
            desktop.run("xdotool", hide, window)
            other.in_front()
            assert assistant(desktop).wait(30) == 0
            assert until_blocking(lambda: (desktop.run("xdotool", "getactivewindow") or "").split() == [window])
        other.end()


def test_a_minimized_window_comes_forward_on_kde() -> None:
    with Kwin() as desktop:
        program = Program(desktop, "copier.py", "assistant")
        other = Program(desktop, "copier.py", "browser")
        program.in_front()
        assert program("advice") == ON_TOP["KDE"]
        each = "for (const w of workspace.clientList()) if (w.caption.startsWith('assistant'))"
        desktop.script(f"{each} w.minimized = true;")
        until_blocking(lambda: not program("active"))
        other.in_front()
        program("forward")
        assert until_blocking(lambda: program("active"))
        program.end()
        other.end()


def test_gnome_keeps_a_window_on_top_by_its_menu_and_not_by_its_wish(gnome: Gnome) -> None:
    program = Program(gnome, "copier.py", "companion")
    program.in_front()
    above = f"{gnome.windows('companion')}.every(w => w.is_above())"
    assert gnome.shell(above) == "false"
    assert program("advice") == ON_TOP["GNOME"]
    gnome.keys(ALT, SPACE)
    labels = until_blocking(lambda: label if "Always" in (label := gnome.shell(LABELS)) else "")
    assert "Always on Top" in labels
    assert "**Alt+Space** and choose **Always on Top**" in ON_TOP["GNOME"]
    gnome.shell(f"{MENU}._getMenuItems().find(i => i.label?.text == 'Always on Top').activate(null)")
    assert until_blocking(lambda: gnome.shell(above) == "true")
    program.end()


def test_the_key_that_is_advised_on_sway_is_the_default() -> None:
    with Sway() as desktop:
        program = Program(desktop, "copier.py", "companion")
        assert program("advice") == ON_TOP["sway"]
        program.end()
    defaults = Path("/etc/sway/config").read_text()
    assert "set $mod Mod4" in defaults  # the key with the logo, Super
    assert "bindsym $mod+Shift+space floating toggle" in defaults
    assert "**Super+Shift+Space**" in ON_TOP["sway"]


def test_what_is_advised_on_kde_is_in_kwins_menu() -> None:
    (library,) = {path.resolve() for path in Path("/usr/lib").glob("*/libkwin.so.*")}
    texts = library.read_bytes()
    assert b"Keep &Above Others" in texts
    assert b"&More Actions" in texts
    assert "**More Actions**, **Keep Above Others**" in ON_TOP["KDE"]


def test_x11_keeps_a_window_on_top_by_its_wish_so_that_nothing_is_advised() -> None:
    with X11() as desktop:
        program = Program(desktop, "copier.py", "companion")
        assert program("advice") == ""
        time.sleep(0.5)
        window = (desktop.run("xdotool", "search", "--name", "^companion$") or "").split()[0]
        assert "_NET_WM_STATE_ABOVE" in (desktop.run("xprop", "-id", window, "_NET_WM_STATE") or "")
        program.end()


def test_gnome_has_no_tray(gnome: Gnome) -> None:
    program = Program(gnome, "copier.py", "assistant")
    assert program("tray") is False
    program.end()


@pytest.fixture(scope="module")
def openbox() -> Iterator[X11]:
    """Xvfb with openbox, which gives windows a frame."""
    with X11() as desktop:
        yield desktop


def test_a_docked_window_fills_its_edge_with_its_frame_and_returns_to_it(openbox: X11) -> None:
    program = Program(openbox, "copier.py", "companion")
    program.in_front()
    assert program("docking") == ""
    room, before = program("geometry")
    assert before[3] > 500, "openbox has given it a title bar"

    def docked(left: bool) -> bool:
        _, (x, y, width, height) = program("geometry")
        edge = x == room[0] if left else x + width == room[0] + room[2]
        return bool(edge and (y, width, height) == (room[1], before[2], room[3]))

    for edge in ("right", "left"):
        program(f"dock {edge}")
        assert until_blocking(partial(docked, edge == "left"))
        program("hide")
        program("show")
        program.in_front()
        assert until_blocking(partial(docked, edge == "left"))
    program("dock free")
    assert until_blocking(lambda: program("geometry")[1][2:] == before[2:])
    program.end()


def test_a_window_follows_the_room_that_panels_leave(openbox: X11) -> None:
    panel = Program(openbox, "copier.py", "panel")
    program = Program(openbox, "copier.py", "companion")
    program.in_front()
    openbox.run("xdotool", "search", "--name", "^companion$", "windowmove", "500", "260")
    whole, before = until_blocking(lambda: seen if (seen := program("geometry"))[1][1] > 200 else None)

    def follows(room: int, *, docked: bool = False) -> bool:
        (_, _, _, height), (_, top, _, high) = program("geometry")
        inside = height == room and top >= 0 and top + high <= room
        return bool(inside and (high == room if docked else high < before[3]))

    openbox.leave_free("panel", 400)
    assert until_blocking(partial(follows, whole[3] - 400)), "it is smaller, and where the room is"
    program("dock left")
    assert until_blocking(partial(follows, whole[3] - 400, docked=True))
    openbox.leave_free("panel", 200)
    assert until_blocking(partial(follows, whole[3] - 200, docked=True))
    program("dock free")
    openbox.leave_free("panel", 0)
    assert until_blocking(lambda: program("geometry")[1][2:] == before[2:]), "nobody has resized it"
    panel.end()
    program.end()


def test_a_window_that_stepped_aside_leaves_the_focus_to_the_next(openbox: X11) -> None:
    other = Program(openbox, "copier.py", "browser")
    program = Program(openbox, "copier.py", "companion")
    program.in_front()
    program("minimize")
    assert until_blocking(lambda: other("active"))
    program("forward")
    assert until_blocking(lambda: program("active"))
    program.end()
    other.end()


def test_the_keys_of_the_table_arrive_and_none_of_them_twice(openbox: X11) -> None:
    program = Program(openbox, "copier.py", "companion")
    program.in_front()
    pressed = {
        Key.DONE: ("ctrl+Return", "ctrl+KP_Enter"),
        Key.BACK: ("alt+Left",),
        Key.COPY: ("ctrl+1", "ctrl+9"),
        Key.COPY_NEXT: ("ctrl+shift+c",),
        Key.FIND: ("ctrl+f",),
        Key.COMPANION: ("F9",),
        Key.DOCK: ("F7",),
        Key.ASIDE: ("F8",),
        Key.ANYWHERE: ("F10",),
        Key.CLOSE: ("Escape",),
        Key.HELP: ("F1",),
        Key.LANE: ("F6",),
        Key.KEYS: (),  # a field has the focus, which takes the question mark
    }
    assert set(pressed) == {key for key in Key if key.sequences}
    openbox.run("xdotool", "key", "question")
    for names in pressed.values():
        for name in names:
            openbox.run("xdotool", "key", name)
    expected = [key.name for key, names in pressed.items() for _ in names]
    assert until_blocking(lambda: len(program("keys")) >= len(expected))
    assert program("keys") == expected
    program.end()


def test_gnome_docks_a_window_by_the_keys_that_are_advised(gnome: Gnome) -> None:
    program = Program(gnome, "copier.py", "companion")
    program.in_front()
    assert program("docking") == DOCKING["GNOME"]
    assert "**Super+Left** or **Super+Right**" in DOCKING["GNOME"]
    place = f"{gnome.windows('companion')}.map(w => w.get_frame_rect()).map(r => r.x + ' ' + r.width)[0]"
    gnome.keys(SUPER, LEFT)
    assert until_blocking(lambda: gnome.shell(place) == '"0 640"')
    gnome.keys(SUPER, RIGHT)
    assert until_blocking(lambda: gnome.shell(place) == '"640 640"')
    program.end()


def test_what_is_advised_for_docking_on_sway_and_kde_is_there() -> None:
    assert "bindsym $mod+Shift+Left move left" in Path("/etc/sway/config").read_text()
    assert "**Super+Shift+Left**" in DOCKING["sway"]
    (library,) = {path.resolve() for path in Path("/usr/lib").glob("*/libkwin.so.*")}
    assert b"Quick Tile Window to the Left" in library.read_bytes()  # Meta+Left, see setupWindowShortcuts in its source
    assert "**Meta+Left**" in DOCKING["KDE"]
