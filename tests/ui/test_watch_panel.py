"""The panel says that it is checking only while a check is running."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from app.diagnosis.findings import failed_look
from app.guide.vocabulary import Milestone, Page
from app.polling.loop import LookReport
from app.scim.changes import LookFailed
from app.scim.observation import Observation
from app.setup import journey
from app.setup.state import Sighting
from tests.hostile.server import Hostile
from tests.support.clock import NOW
from tests.support.controller import walk
from tests.support.screen import child, part, words
from tests.support.until import until
from ui.widgets.busy import ThinBar
from ui.wizard.watch_panel import WatchPanel

if TYPE_CHECKING:
    import socket
    import threading
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from ui.session.controller import SetupController

LOOKING, AGAIN = "Checking now", "Checking again"


@pytest.mark.usefixtures("secret_service")
def test_between_submit_and_start_nothing_is_looked_for_and_nothing_says_so(qapp: QApplication, tmp_path: Path) -> None:
    def silent(_connection: socket.socket, _request: str, stop: threading.Event) -> None:
        stop.wait(5)

    async def story(controller: SetupController) -> None:
        session = controller.session
        watch = next(step.id for step in session.guide.steps if step.page is Page.WATCH)
        await session.change(
            lambda setup: journey.open_step(setup.with_(reached={Milestone.SUBMITTED: NOW}), watch),
        )
        panel = WatchPanel(controller)
        panel.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        panel.show()
        look = child(panel, "look-now")
        waiting = asyncio.create_task(session.waiting.for_timestamp())
        await waiting
        assert not session.waiting.looking
        panel.refresh()
        assert LOOKING not in words(panel)
        assert not look.isEnabled()

        await session.change(lambda setup: setup.with_(reached={**setup.reached, Milestone.STARTED: NOW}))
        assert LOOKING not in words(panel)
        assert look.isEnabled()
        waiting = asyncio.create_task(session.waiting.for_timestamp())
        await until(lambda: session.waiting.looking)
        panel.refresh()
        assert LOOKING in words(panel)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        panel.refresh()
        assert LOOKING not in words(panel)
        panel.deleteLater()

    with Hostile(silent) as server:
        walk(qapp, tmp_path, story, base_url=server.base_url)


@pytest.mark.usefixtures("secret_service")
@pytest.mark.parametrize("observation", [Observation.UNAUTHORIZED, Observation.KEYRING_LOCKED, Observation.EXPIRED])
def test_a_failed_look_says_what_it_met(qapp: QApplication, tmp_path: Path, observation: Observation) -> None:
    async def story(controller: SetupController) -> None:
        panel = WatchPanel(controller)
        assert failed_look(observation) not in words(panel)
        controller.session.waiting.report = LookReport(NOW, None, LookFailed(observation, None), 1)
        panel.refresh()
        assert failed_look(observation) in words(panel)
        assert not controller.session.waiting.looking
        assert AGAIN not in words(panel)
        panel.deleteLater()

    walk(qapp, tmp_path, story)


@pytest.mark.usefixtures("secret_service")
def test_a_timestamp_of_before_submit_is_not_the_first_change(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        session = controller.session
        reached = {Milestone.SUBMITTED: NOW, Milestone.STARTED: NOW}
        for at, arrived in ((NOW - timedelta(hours=1), False), (NOW, True)):
            sighting = Sighting(at, NOW, entered=True)
            session.setup = session.setup.with_(reached=reached, sighting=sighting)
            panel = WatchPanel(controller)
            assert child(panel, "look-now").isEnabled() is not arrived
            assert part(panel, ThinBar).isVisibleTo(panel) is not arrived
            panel.deleteLater()

    walk(qapp, tmp_path, story)
