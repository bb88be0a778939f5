"""The program's windows fit the screen they are on, at its scale, and follow to another screen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
WALK = """
import asyncio, json, sys

from PySide6.QtGui import QGuiApplication

from app.cli import parse
from tests.support.pages import ShownPage, flaws, laid_out
from ui.desktop.docking import FRAMED_MS
from ui.start import main
from ui.tour.driver import TourDriver

found = {}

def look(name, window):
    frame, room = window.frameGeometry().size(), window.screen().availableGeometry().size()
    found[name] = {
        "size": window.size().toTuple(), "least": window.minimumSize().toTuple(), "room": room.toTuple(),
        "frame": frame.toTuple(),
        "fits": frame.boundedTo(room) == frame, "flaws": list(flaws(ShownPage(name, window))),
    }

async def walk(application):
    window, driver = application.window, TourDriver(application, None)
    await laid_out()
    look("home", window)
    await driver.click("new-setup")
    await driver.until(lambda: driver.find("clients") is not None, "picker")
    clients = driver.find("clients")
    clients.setCurrentRow(0)
    await laid_out()
    look("picker", window)
    await driver.click("start-setup")
    await driver.until(lambda: driver.find("done") is not None, "wizard")
    await laid_out()
    look("wizard", window)
    driver.controller.go(driver.session.guide.steps[3].id)
    await driver.until(lambda: driver.session.here.step is driver.session.guide.steps[3], "step")
    await laid_out()
    look("step", window)
    await driver.click("companion")
    companion = application.opened.companion
    await laid_out()
    look("companion", companion)
    screens = QGuiApplication.screens()
    await asyncio.sleep(max(FRAMED_MS) / 1000 + 0.1)
    companion.move(screens[1].geometry().topLeft())
    await laid_out()
    companion.resize(companion.minimumSize())
    screens[0].availableGeometryChanged.emit(screens[0].availableGeometry())
    await laid_out()
    look("dragged", companion)
    screens[1].availableGeometryChanged.emit(screens[1].availableGeometry())
    await laid_out()
    look("docked", companion)
    await driver.click("large-window", within=companion)
    for name, screen in (("elsewhere", screens[1]), ("back", screens[0])):
        window.move(screen.geometry().topLeft())
        await laid_out()
        look(name, window)
    return 0

code = main(parse(["--data-dir", sys.argv[1], "--practice", "--theme", "light"]), walk)
print(json.dumps(found))
sys.exit(code)
"""


@pytest.mark.usefixtures("secret_service")
@pytest.mark.parametrize(
    ("width", "height", "scale"),
    [(800, 600, 1.0), (1366, 768, 1.0), (1920, 1080, 1.5), (1920, 1080, 2.0), (1366, 768, 2.0)],
)
def test_every_window_fits_its_screen(tmp_path: Path, width: int, height: int, scale: float) -> None:
    found = walked(tmp_path, scale, (width, height), (1024, 768) if scale == 1 else (3840, 2160))
    room = tuple(found["home"]["room"])
    assert room == (round(width / scale), round(height / scale))
    smallest = min(room) < 400
    """Below the least size of the windows, they still fit the screen, and what has no room scrolls or is squeezed."""
    for name, seen in found.items():
        assert seen["fits"], name
        assert smallest or seen["flaws"] == [], name
    first = [min(1240, room[0] - 16), min(800, room[1] - 40)]
    if smallest:
        return
    assert found["home"]["size"] == first
    other = found["elsewhere"]["room"]
    assert other != room
    assert found["elsewhere"]["size"] == [min(1240, other[0] - 16), min(800, other[1] - 40)]
    assert found["elsewhere"]["least"] == [min(720, other[0] - 16), min(480, other[1] - 40)]
    assert found["dragged"]["room"] == found["docked"]["room"] == other
    assert found["dragged"]["size"] == found["dragged"]["least"], "only the screen that it left has changed"
    assert found["docked"]["frame"][1] == other[1]


def walked(folder: Path, scale: float, *screens: tuple[int, int]) -> dict[str, Any]:
    """Run the program on these screens, in pixels, and return what each page of the walk looked like."""
    left, config = 0, []
    for number, (width, height) in enumerate(screens):
        place = {"name": f"screen{number}", "x": left, "y": 0, "width": width, "height": height}
        config.append(place | {"logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1})
        left += width
    (folder / "screens.json").write_text(json.dumps({"screens": config}))
    # Relative, because Qt takes a colon for the end of the path.
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen:configfile=screens.json", "QT_SCALE_FACTOR": str(scale)}
    done = subprocess.run(
        [sys.executable, "-c", WALK, str(folder / "data")],
        cwd=folder,
        env=env | {"HOME": str(folder), "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "packaging")))},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result
