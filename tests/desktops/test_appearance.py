"""What the desktop asks of every program's look, by its settings portal, wins over the program's own colors."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import NamedTuple

import pytest

from tests.desktops.desktops import X11

pytestmark = pytest.mark.lane("desktops")

LOOK = """
import json
from PySide6.QtWidgets import QApplication
from PySide6.QtCore import QTimer
from ui.theme import style
from ui.theme.appearance import reduces_motion
from ui.theme.tokens import DARK, LIGHT

app = QApplication([])
style.follow_system(app)
QTimer.singleShot(1500, app.quit)
app.exec()
tokens = style.current()
print(json.dumps([tokens in (DARK, LIGHT), style.contrast(tokens.text, tokens.window), reduces_motion()]))
"""


@pytest.mark.parametrize("wished", [False, True])
@pytest.mark.parametrize("desktop_name", ["GNOME", "KDE", "sway"])
def test_high_contrast_and_less_motion_of_the_desktop_win(desktop_name: str, wished: bool) -> None:
    with X11() as desktop:
        desktop.env["XDG_CURRENT_DESKTOP"] = desktop_name
        command = (sys.executable, "-m", "tests.desktops.portal", str(int(wished)))
        portal = desktop.start(*command, stdout=subprocess.PIPE, text=True)
        assert portal.stdout is not None
        assert portal.stdout.readline() == "ready\n"
        look = looked(desktop)
        assert look.own is not wished
        assert look.contrast >= 7
        assert look.still is wished


class Look(NamedTuple):
    """What a program shows under a desktop."""

    own: bool
    """Whether it has the program's own colors."""
    contrast: float
    still: bool


def looked(desktop: X11) -> Look:
    out = desktop.run(sys.executable, "-c", LOOK, seconds=30)
    assert out is not None
    return Look(*json.loads(out))
