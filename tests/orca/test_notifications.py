"""Real notification services show a setup's name as it is, and a click brings the window back."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.desktops.desktops import X11, Program
from tests.leaks.reading import read
from tests.support.until import until_blocking

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.lane("orca")

NAME = "R&D <Sales> <b>&amp;"
"""Nearly markup."""
SCRIPT = str(Path(__file__).with_name("notified.py"))


@dataclass(frozen=True, slots=True)
class Service:
    """A notification service, and where and how it takes a click as the default action."""

    command: str
    window: str
    button: str
    place: tuple[float, float]
    """In parts of the window's width and height."""


DUNST = Service("dunst", "Dunst", "2", (0.5, 0.5))
"""In its own settings the middle button acts, and the left one only closes the notification."""
XFCE = Service("xfce4-notifyd", "xfce4-notifyd", "1", (0.75, 0.75))
"""Version 0.7.3 shows the default action as a button."""


@pytest.fixture(params=[DUNST, XFCE], ids=["dunst", "xfce4-notifyd"])
def service(request: pytest.FixtureRequest) -> Service:
    found: Service = request.param
    return found


@pytest.fixture
def desktop(service: Service) -> Iterator[X11]:
    """A session with that service, and without a tray."""
    inside = next(Path("/usr/lib").glob(f"*/xfce4/notifyd/{service.command}"), None)
    command = shutil.which(service.command) or str(inside)
    with X11((command,)) as running:
        running.keyring()
        yield running


@pytest.mark.parametrize("order", ["minimize", "hide"])
def test_the_name_is_shown_as_it_is_and_a_click_brings_the_window(
    desktop: X11, service: Service, order: str, tmp_path: Path
) -> None:
    program = Program(desktop, SCRIPT, NAME)
    until_blocking(lambda: program("active"))
    program(order)
    assert program("active") is False
    program("end-wait")
    text = click(desktop, service, program, tmp_path / "notification.png")
    assert "The SCIM Change Timestamp has arrived" in text
    assert f"{NAME}:" in text
    assert until_blocking(lambda: program("active"))
    program.end()


def test_the_portal_of_a_sandbox_does_the_same(tmp_path: Path) -> None:
    with X11((DUNST.command,)) as desktop:
        desktop.env["XDG_CURRENT_DESKTOP"] = "XFCE"  # whose notifications are those of xdg-desktop-portal-gtk
        assert desktop.run("dbus-update-activation-environment", "DISPLAY", "XDG_CURRENT_DESKTOP") is not None
        desktop.keyring()
        program = Program(desktop, SCRIPT, NAME)
        until_blocking(lambda: program("active"))
        program("minimize")
        assert program("portal") is True
        text = click(desktop, DUNST, program, tmp_path / "notification.png")
        assert f"{NAME}: Full Sync has ended" in text
        assert "Compare the counts." in text
        assert until_blocking(lambda: program("active"))
        program.end()


def click(desktop: X11, service: Service, program: Program, picture: Path) -> str:
    """Click the notification and return what was readable on it."""
    search = ("xdotool", "search", "--onlyvisible", "--name", f"^{service.window}$")
    window = until_blocking(lambda: (desktop.run(*search) or "").split())[0]
    answer = until_blocking(lambda: desktop.run("xdotool", "getwindowgeometry", "--shell", window))
    box = dict(line.split("=") for line in answer.split())
    left, top, width, height = (int(box[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))
    program(f"picture {picture} {left} {top} {width} {height}")
    x, y = left + int(width * service.place[0]), top + int(height * service.place[1])
    press = ("mousedown", service.button, "sleep", "0.2", "mouseup", service.button)
    assert desktop.run("xdotool", "mousemove", str(x), str(y), *press) is not None
    return " ".join(read(picture).split())
