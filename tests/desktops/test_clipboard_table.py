"""On every desktop that could be installed: the token is gone where a program can do that, and else that is said."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.desktops.desktops import X11, Bare, Desktop, Gnome, Kwin, MutterX11, Program, Sway, Weston
from tests.support.until import until_blocking
from ui.desktop.clearing import CopyStage

if TYPE_CHECKING:
    from tests.desktops.conftest import Row

pytestmark = pytest.mark.lane("desktops")

TOKEN = "canary-token-7f3d91"
SETTLED = 3.5
"""Seconds after which a clear is decided."""

DESKTOPS = {
    desktop.name: (desktop, names)
    for desktop, names in (
        (Bare(), []),
        (X11(), []),
        (MutterX11(), []),
        (X11(["xfce4-clipman"], name="X11, xfce4-clipman"), ["Clipman"]),
        (X11(["parcellite"], name="X11, parcellite"), ["Parcellite"]),
        (X11(["diodon"], name="X11, diodon"), ["Diodon"]),
        (X11(["qlipper"], name="X11, qlipper"), ["Qlipper"]),
        (X11(["/usr/libexec/gpaste/gpaste-daemon"], name="X11, GPaste"), ["GPaste"]),
        (X11(["copyq"], name="X11, CopyQ"), ["CopyQ"]),
        (X11(["klipper"], name="X11, Klipper"), []),
        (Gnome(), []),
        (Kwin(), []),
        (Kwin(["klipper"], name="KWin, Wayland, Klipper"), []),
        (Sway(), []),
        (Sway(["wl-paste", "-t", "text", "--watch", "clipman", "store"], name="sway, clipman"), ["clipman"]),
        (Weston(), []),
    )
}
"""Each with the managers that are named before the first copy."""

NO_PROGRAM_CAN = {("weston", "in front"), ("weston", "away")}
"""weston serves its own copy, and takes another text only after a key or click in the window that is in front."""

KEPT_BY_THE_DESKTOP = {
    *("X11, mutter", "X11, xfce4-clipman", "X11, parcellite", "X11, diodon", "X11, qlipper", "X11, GPaste"),
    *("GNOME Shell, Wayland", "sway, clipman", "weston"),
}
"""Programs that hold their own copy, which a killed program can no longer clear."""


class Watched:
    """A desktop with the guard in one window and another window, as a browser would be."""

    def __init__(self, desktop: Desktop, rows: list[Row]) -> None:
        self.desktop = desktop
        self.other = Program(desktop, "copier.py", "browser")
        self.program = Program(desktop, "copier.py", "assistant")
        self._rows = rows
        self.kept = False
        """Whether the program said that something keeps a copy."""

    def copy(self, seconds: float = 1) -> None:
        """Copy the token as the admin does, with a key; it is cleared after so long."""
        self.program(f"ttl {seconds}")
        self.program.in_front()
        self.desktop.key()
        time.sleep(0.3)
        self.program(f"copy {TOKEN}")
        time.sleep(0.3)

    def stage(self) -> CopyStage:
        """What the program says of it now."""
        return CopyStage(self.program("stage")[0])

    def decided(self) -> CopyStage:
        """What it says in the end."""
        open_still = (CopyStage.HELD, CopyStage.CLEARING)
        return until_blocking(lambda: None if (stage := self.stage()) in open_still else stage, 15)

    def holds(self) -> bool:
        """Whether another program gets the token."""
        if TOKEN in self.desktop.pasted():
            return True
        if self.desktop.anyone_reads:
            return False
        if self.desktop.switches_by_key and self.program.process.poll() is None and self.program("active"):
            return TOKEN in self.program("read")
        self.other.in_front()
        time.sleep(0.5)
        return TOKEN in self.other("read")

    def check(self, situation: str, said: CopyStage | None) -> bool:
        """Note a row, and hold what was said against what is so; returns whether the token is there."""
        there = self.holds()
        self.note(situation, said or "-", there=there)
        if said is not None and self.in_a_history():
            assert self.kept, situation
        if said in (CopyStage.CLEARED, CopyStage.REPLACED):
            assert not there, situation
        if said is CopyStage.STAYS:
            assert there, situation
        return there

    def note(self, situation: str, said: str, *, there: bool) -> None:
        """Put a line into the table."""
        if self.program.process.poll() is None:
            self.kept = self.program("stage")[1]
        says = f"{said}, a manager keeps it" if said != "-" and self.kept else said
        truth = "there" if there else "gone"
        self._rows.append((self.desktop.name, situation, says, truth + ", in a history" * self.in_a_history()))

    def in_a_history(self) -> bool:
        """Whether a manager has the token: in a file of this session, or in what CopyQ tells."""
        files = [path for path in self.desktop.home.rglob("*") if path.is_file() and not path.is_symlink()]
        # Qlipper's file escapes the first letters, which look like hexadecimal digits.
        if any(TOKEN[4:].encode() in path.read_bytes() for path in files):
            return True
        return "CopyQ" in self.desktop.name and TOKEN in (self.desktop.run("copyq", "read", "0", "1", "2") or "")


@pytest.mark.parametrize("name", DESKTOPS)
def test_what_is_said_of_the_clipboard_is_so(name: str, rows: list[Row]) -> None:
    desktop, managers = DESKTOPS[name]
    with desktop:
        seen = Watched(desktop, rows)
        assert seen.program("managers") == managers

        seen.copy()
        assert seen.program("read") == TOKEN
        stays = seen.check("in front", seen.decided())
        assert stays == ((name, "in front") in NO_PROGRAM_CAN)
        if stays:
            seen.program.in_front()
            desktop.key()
            time.sleep(SETTLED)
            assert not seen.check("at the next key", seen.decided())

        seen.copy()
        seen.other.in_front()
        said = seen.decided()
        there = TOKEN in desktop.pasted()
        seen.note("away", said, there=there or (name, "away") in NO_PROGRAM_CAN)
        assert said is (CopyStage.UNKNOWN if (name, "away") in NO_PROGRAM_CAN else CopyStage.CLEARED)
        assert not there
        seen.program.in_front()
        if said is not CopyStage.CLEARED:
            desktop.key()
            time.sleep(SETTLED)
        assert not seen.check("back again", seen.decided())

        seen.copy()
        told = seen.program("end")
        assert bool(told) == (seen.stage() is not CopyStage.CLEARED) == ((name, "in front") in NO_PROGRAM_CAN)
        if told:
            seen.check("about to end", seen.stage())
            desktop.key()  # as the message is answered
            assert not seen.program("end")
        said = seen.stage()
        seen.program.end()
        time.sleep(2)
        assert not seen.check("program ended", said)

        seen.program = Program(desktop, "copier.py", "assistant")
        seen.copy(60)
        time.sleep(1)  # Parcellite looks twice a second
        seen.program.end(kill=True)
        time.sleep(0.5)
        left = seen.check("killed", None)
        assert not left or name in KEPT_BY_THE_DESKTOP
        if left:
            seen.program = Program(desktop, "copier.py", "assistant")
            seen.program.in_front()
            desktop.key()
            time.sleep(0.3)
            seen.program(f"take-away {TOKEN}")
            time.sleep(SETTLED)
            if seen.holds():  # put back by a manager and replaced now, or as in weston
                desktop.key()
                time.sleep(SETTLED)
            assert not seen.check("next start reads it", None)
            seen.program.end()
        seen.other.end()


def test_a_copy_that_gnome_ignores_is_not_called_copied() -> None:
    """Mutter takes a selection only with the serial of a newer key or click than that of the one before."""
    with Gnome() as desktop:
        program = Program(desktop, "copier.py", "assistant")
        program("ttl 60")
        program.in_front()
        for text, stage in (("another text", "held"), (TOKEN, "not-copied")):
            if stage == "held":
                desktop.key()
                time.sleep(0.3)
            program(f"copy {text}")
            assert until_blocking(lambda stage=stage: program("stage")[0] == stage)  # type: ignore[misc]
            time.sleep(0.5)
        assert desktop.pasted() == "another text"
        desktop.key()
        time.sleep(0.3)
        program(f"copy {TOKEN}")
        assert until_blocking(lambda: program("stage")[0] == "held")
        assert desktop.pasted() == TOKEN
        program.end()
