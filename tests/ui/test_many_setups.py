"""A thousand setups: the program starts and home appears about as fast as with ten, and every row can be reached."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QPushButton

from app.setup.document import encode
from app.setup.store import Store
from app.system import files
from tests.support import strange
from tests.support.running import Program
from tests.support.until import until
from ui.home.setups import AT_ONCE, SetupList

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from ui.application import Application

ROOT = Path(__file__).resolve().parents[2]
MOST = 1.5
"""How much longer a thousand setups may take than ten, in seconds of the processor."""
TRIES = 5
"""Other programs on the computer disturb a measurement, so the best of some counts."""
SIZE = (800, 680)
"""Width and height of a window in which the first rows leave some to scroll to."""
START = """
import sys
from app.cli import parse
from ui.start import main

async def walk(application):
    return 0

sys.exit(main(parse(["--data-dir", sys.argv[1]]), walk))
"""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Data folders with ten and with a thousand setups."""
    made = {}
    for count in (10, 1000):
        made[count] = tmp_path_factory.mktemp(f"with-{count}")
        (made[count] / "setups").mkdir(0o700)
        for number in range(count):  # without flushing each to the disk
            setup = strange.whole().with_(id=f"{number:032x}", name=f"org{number}.example")
            (made[count] / "setups" / f"{setup.id}.json").write_bytes(encode(setup))
    return made


def of_start(folder: Path) -> float:
    """Seconds of the processor for one start until home is shown, and the end."""
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    env.pop("DBUS_SESSION_BUS_ADDRESS", None)
    before = os.times()
    done = subprocess.run(
        [sys.executable, "-c", START, str(folder)], cwd=ROOT, env=env, capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def test_a_start_takes_at_most_half_as_long_again(folders: dict[int, Path]) -> None:
    of_start(folders[10])  # compiles and reads what a first start has to
    ratios = []
    for _ in range(TRIES):
        ratios.append(of_start(folders[1000]) / of_start(folders[10]))
        if ratios[-1] <= MOST:
            return
    pytest.fail(f"{ratios}")


def test_home_takes_at_most_half_as_long_again(qapp: QApplication, folders: dict[int, Path]) -> None:
    taken: dict[int, float] = {}

    def measured(count: int) -> None:
        async def story(application: Application) -> None:
            for _ in range(8):
                began = time.process_time()
                await application.show_home()
                taken[count] = min(time.process_time() - began, taken.get(count, 60.0))
                await asyncio.sleep(0.02)

        Program(qapp, folders[count]).play(story)

    for _ in range(TRIES):
        for count in folders:
            measured(count)
        if taken[1000] <= MOST * taken[10]:
            return
    pytest.fail(f"{taken}")


def test_rows_are_drawn_as_they_come_into_view(qapp: QApplication, folders: dict[int, Path]) -> None:
    program = Program(qapp, folders[1000])

    async def story() -> None:
        async with program.starting() as (application, _):
            application.window.setFixedSize(*SIZE)
            await until(lambda: application.ready, 30)
            shown = application.home.findChild(SetupList)
            assert shown is not None

            def rows() -> set[str]:
                names = {each.objectName() for each in shown.findChildren(QPushButton)}
                return {name for name in names if name.startswith("continue-")}

            assert len(rows()) == AT_ONCE
            bar = shown.verticalScrollBar()
            while len(rows()) < 1000:
                await until(lambda: bar.maximum() > bar.value())
                bar.setValue(bar.maximum())
            assert application.bugs.count == 0, "a bug was reported"

    program.loop(story)


def test_the_setup_opened_last_has_the_focus_however_far_down(qapp: QApplication, folders: dict[int, Path]) -> None:
    async def story(application: Application) -> None:
        assert application.workspace is not None
        assert application.workspace.listing is not None
        far = application.workspace.listing.setups[300].id
        application.home.opened.emit(far)
        await until(lambda: application.opened.controller)
        await application.show_home()
        shown = application.home.findChild(SetupList)
        assert shown is not None
        focused = application.window.focusWidget()
        assert focused is not None
        assert focused.objectName() == f"continue-{far}"

    Program(qapp, folders[1000]).play(story)


def test_a_file_is_read_again_only_once_it_has_changed(
    folders: dict[int, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    setups = [strange.whole().with_(id=f"{number:032x}", name=f"org{number}.example") for number in range(5)]
    for setup in setups:
        store.save(setup)
    read: list[Path] = []
    real = files.read_private

    def counting(path: Path, limit_bytes: int) -> bytes:
        read.append(path)
        return real(path, limit_bytes)

    monkeypatch.setattr(files, "read_private", counting)
    first = store.list()
    assert len(read) == 5
    assert store.list() == first
    assert len(read) == 5
    store.save(setups[0].with_(name="saved here"))
    changed = tmp_path / "setups" / f"{1:032x}.json"
    changed.write_bytes(changed.read_bytes().replace(b"org1.example", b"org9.example"))  # of the same length, in place
    (tmp_path / "setups" / f"{2:032x}.json").write_bytes(b"{")
    (tmp_path / "setups" / f"{3:032x}.json").unlink()
    (tmp_path / "setups" / f"{4:032x}.json").chmod(0o640)
    listing = store.list()
    assert {setup.name for setup in listing.setups} == {"saved here", "org9.example", "org4.example"}
    assert [trouble.setup_id for trouble in listing.troubles] == [f"{2:032x}"]
