"""A lock, sleep or absence is noticed and a copied secret goes, on each desktop as it says so."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.desktops.desktops import X11, Kwin, Program, Sway
from tests.support.until import until_blocking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.desktops.desktops import Desktop

pytestmark = pytest.mark.lane("desktops")

TOKEN = "canary-token-7f3d91"
SESSION = "org.freedesktop.login1.Session"
MANAGER = "org.freedesktop.login1.Manager"


def copied(desktop: Desktop) -> Program:
    """The program with a token in the clipboard that would stay there for a while."""
    program = Program(desktop, "copier.py", "assistant")
    program.in_front()
    program("ttl 60")
    desktop.key()
    time.sleep(0.3)
    program(f"copy {TOKEN}")
    time.sleep(0.3)
    assert program("locks") == 0
    assert program("stage")[0] == "held"
    return program


def gone(program: Program) -> bool:
    """Wait until a lock was noticed and the token is cleared."""
    return bool(until_blocking(lambda: program("locks") and program("stage")[0] == "cleared"))


@pytest.fixture(scope="module")
def openbox() -> Iterator[X11]:
    """A desktop with logind."""
    with X11() as desktop:
        desktop.logind()
        desktop.mocked("", "AddSession", "c1", "seat0", "500", "joe", "true")
        desktop.env["XDG_SESSION_ID"] = "c1"
        yield desktop


@pytest.mark.parametrize(
    ("path", "method", "arguments"),
    [
        ("/session/c1", "EmitSignal", (SESSION, "Lock", "", "[]")),
        ("", "EmitSignal", (MANAGER, "PrepareForSleep", "b", "[<true>]")),
        ("/session/c1", "UpdateProperties", (SESSION, "{'LockedHint': <true>}")),
    ],
    ids=["Lock", "PrepareForSleep", "LockedHint"],
)
def test_what_logind_says_is_noticed(openbox: X11, path: str, method: str, arguments: tuple[str, ...]) -> None:
    openbox.mocked("/session/c1", "UpdateProperties", SESSION, "{'LockedHint': <false>}")
    program = copied(openbox)
    openbox.mocked(path, method, *arguments)
    assert gone(program)
    program.end()


@pytest.mark.parametrize("hint", ["LockedHint", "IdleHint"])
def test_a_hint_that_was_there_before_the_focus_went_counts(openbox: X11, hint: str) -> None:
    other = Program(openbox, "copier.py", "browser")
    openbox.mocked("/session/c1", "UpdateProperties", SESSION, f"{{'{hint}': <true>}}")
    program = copied(openbox)
    other.in_front()
    assert gone(program)
    openbox.mocked("/session/c1", "UpdateProperties", SESSION, f"{{'{hint}': <false>}}")
    program.end()
    other.end()


def test_another_window_is_no_lock(openbox: X11) -> None:
    other = Program(openbox, "copier.py", "browser")
    program = copied(openbox)
    other.in_front()
    time.sleep(1)
    assert program("locks") == 0
    assert program("stage")[0] == "held"
    program.end()
    other.end()


def test_swaylock_says_nothing_and_is_noticed() -> None:
    with Sway() as desktop:
        program = copied(desktop)
        desktop.start("swaylock")
        assert gone(program)
        assert desktop.pasted() == ""
        program.end()


def test_kwins_own_lock_is_noticed() -> None:
    with Kwin() as desktop:
        program = copied(desktop)
        saver = (
            "--print-reply",
            "--dest=org.freedesktop.ScreenSaver",
            "/ScreenSaver",
            "org.freedesktop.ScreenSaver.Lock",
        )
        assert desktop.run("dbus-send", "--session", *saver) is not None
        assert gone(program)
        program.end()
