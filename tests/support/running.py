"""Runs the whole program on a data folder, from its start to its end."""

from __future__ import annotations

import asyncio
import gc
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from app.cli import Options
from app.setup.lock import FolderTaken
from app.setup.store import Saved, Store
from tests.support.until import until
from ui import tasks
from ui.application import Application
from ui.home.page import HomePage
from ui.main_window import MainWindow
from ui.theme import style

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from app.setup.state import Setup


@dataclass
class Program:
    """The program on one data folder. It can be started several times."""

    qt: QApplication
    data: Path
    browsed: list[str] = field(default_factory=list)
    """Addresses opened in the browser."""

    def play(self, story: Callable[[Application], Awaitable[None]], *, practice: bool = False) -> None:
        """Start the program, run a story in it, and end it."""

        async def whole() -> None:
            async with self.running(practice=practice) as application:
                await story(application)

        self.loop(whole)

    def loop(self, story: Callable[[], Awaitable[None]]) -> None:
        """Run a story on Qt's event loop, with the program's style."""
        play(self.qt, story)

    @asynccontextmanager
    async def running(self, *, practice: bool = False, open_file: Path | None = None) -> AsyncIterator[Application]:
        """Yield the started program and end it afterward."""
        async with self.starting(practice=practice, open_file=open_file) as (application, life):
            await until(lambda: application.ready or life.done(), 30)
            assert application.ready, "the program ended at its start"
            yield application
            assert application.bugs.count == 0, "a bug was reported"

    @asynccontextmanager
    async def starting(
        self, *, practice: bool = False, open_file: Path | None = None
    ) -> AsyncIterator[tuple[Application, asyncio.Task[int]]]:
        """Yield the starting program and the task that returns its exit code."""
        options = Options(
            practice=practice,
            data_dir=self.data,
            tour=None,
            client="entra",
            theme="light",
            scale=None,
            smoke=False,
            open_file=open_file,
        )
        window, home = MainWindow(), HomePage()
        window.show_page(home)
        window.show()
        application = Application(options, window, home, self.browsed.append)
        life = asyncio.create_task(application.run())
        try:
            yield application, life
        finally:
            application.end()
            await life
            window.deleteLater()
            await asyncio.sleep(0)

    def holding(self, *setups: Setup) -> None:
        """Write setups into the data folder."""
        store = Store(self.data)
        assert isinstance(store.lock(), FolderTaken)
        for setup in setups:
            assert isinstance(store.save(setup), Saved)
        store.close()


@pytest.fixture
def program(qapp: QApplication, tmp_path: Path) -> Program:
    """The program on an empty data folder, not started yet."""
    return Program(qapp, tmp_path / "data")


def play(qt: QApplication, story: Callable[[], Awaitable[None]]) -> None:
    """Run a story on Qt's event loop, with the program's style."""
    style.apply(qt, dark=False)

    async def main() -> int:
        await story()
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        assert left == [], "the story left tasks behind"
        return 0

    try:
        assert tasks.run(qt, main) == 0
    finally:
        gc.collect()  # the timers of a loop that has ended must not be collected in the next story's thread
